//! What several commands can be told.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of every command that measures.
#[derive(Debug, Args)]
pub struct Caching {
    /// Where to remember what was worked out [default: $QUALITY_CACHE_DIR, or quality in the user's cache directory]
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub cache_dir: Option<PathBuf>,

    /// Neither use nor write a cache
    #[arg(long)]
    pub no_cache: bool,
}

/// What every command that measures can be told.
#[derive(Debug, Args)]
pub struct Measuring {
    /// The definition to use instead of searching for quality.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Do not read history: its components become unavailable
    #[arg(long)]
    pub no_history: bool,

    /// Threads for parsing; the result does not depend on it [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,

    /// Tell on standard error where the time went
    #[arg(long)]
    pub timings: bool,

    /// What to remember, and where
    #[command(flatten)]
    pub caching: Caching,
}

/// What every command that reports can be told.
#[derive(Debug, Args)]
pub struct Reporting {
    /// Where the format without a path of its own goes instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Print the answer alone, on one line
    #[arg(long, short)]
    pub quiet: bool,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,

    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
