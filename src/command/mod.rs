//! The shell around the core: read, call, write. One subcommand a file.

mod asked;
pub mod caching;
mod ci;
mod definition;

pub mod explain;
pub mod gate;
mod measured;
pub mod next;
pub mod output;
#[cfg(unix)]
pub mod probe;
mod progress;
mod result;
mod revision;
pub mod scan;
mod timings;
pub mod trend;

pub mod config;
pub mod doctor;
pub mod init;
pub mod schema;
pub mod shell;
