//! The shell around the core: read, call, write. One subcommand a file.

pub mod output;
pub mod scan;
