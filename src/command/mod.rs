//! The shell around the core: read, call, write. One subcommand a file.

pub mod caching;
pub mod output;
mod progress;
mod result;
pub mod scan;
mod timings;
