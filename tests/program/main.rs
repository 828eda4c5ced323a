//! The built program from outside: exit codes, output, hostile files and names, states of a repository, determinism.
//!
//! Every run has a clean environment, no network, and a limit on time that only a hang reaches.
//! Pipes, devices and closed streams are those of Linux.
#![cfg(target_os = "linux")]

#[path = "../repositories/mod.rs"]
mod repositories;

mod adoption;
mod advice;
mod attacks;
mod bounds;
mod cache;
mod ci;
mod clones;
mod coverage;
mod crash;
mod damage;
mod definition;
mod determinism;
mod encoding;
mod endpoints;
mod examples;
mod files;
mod formats;
mod gate;
mod history;
mod itself;
mod names;
mod output;
mod parser;
mod probe;
mod readme;
mod revision;
mod sandbox;
mod stage;
mod story;
mod trend;
mod waivers;
