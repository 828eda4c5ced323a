//! `quality` measures a codebase against the definition of quality its organisation wrote down.
pub mod class;
pub mod classify;
pub mod codebase;
pub mod definition;
pub mod evaluation;
pub mod facts;
pub mod git;
pub mod languages;
pub mod measures;
pub mod path;
pub mod source;
