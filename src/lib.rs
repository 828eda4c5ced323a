//! `quality` measures a codebase against the definition of quality its organisation wrote down.
pub mod class;
pub mod classify;
pub mod cli;
pub mod codebase;
pub mod command;
pub mod definition;
pub mod error;
pub mod evaluation;
pub mod facts;
pub mod git;
pub mod languages;
pub mod measures;
pub mod path;
pub mod source;
pub mod survey;
