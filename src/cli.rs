//! What can be typed: the command line and its help, without behaviour.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Measures a codebase against the definition of quality its organisation wrote down.
#[derive(Debug, Parser)]
#[command(name = "quality", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure a repository and show its score, with what it rests on and where it is worst
    ///
    /// The definition is `quality.toml`, searched from PATH upwards to the root of the repository, or the built-in one.
    /// Nothing in the repository is executed and nothing is fetched.
    ///
    /// Exit codes: 0 measured, 1 the score is below --fail-under, 2 it could not be done, 3 the measurement is
    /// incomplete.
    Scan(Scan),
    /// Show what is remembered between runs, or remove it
    ///
    /// Facts of files and whole results are kept in the user's cache directory, by content: what was worked out once is
    /// not worked out again, in any work tree or revision. The cache may be removed at any time.
    Cache(Cache),
}

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

/// Options of `quality cache`.
#[derive(Debug, Args)]
pub struct Cache {
    /// Remove everything in it
    #[arg(long)]
    pub clear: bool,

    /// The cache to look at [default: $QUALITY_CACHE_DIR, or quality in the user's cache directory]
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
}

/// Options of `quality scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// The repository, or a directory of it: that narrows the report, not the meaning of any number
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// The definition to use instead of searching for quality.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// How to report: text or json, to standard output or to PATH; may be repeated
    #[arg(long, value_name = "NAME[=PATH]", default_value = "text")]
    pub format: Vec<String>,

    /// Where the format without a path of its own goes instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Exit with 1 if the score is below N (0 to 100), compared before any rounding
    #[arg(long, value_name = "N")]
    pub fail_under: Option<String>,

    /// How many levels of directories to show
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub depth: usize,

    /// Order of the directories
    #[arg(long, value_enum, default_value_t = Sort::Name)]
    pub sort: Sort,

    /// Do not read history: its components become unavailable
    #[arg(long)]
    pub no_history: bool,

    /// Print the score alone, on one line
    #[arg(long, short)]
    pub quiet: bool,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    pub color: Color,

    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,

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

/// Order of the directories in the breakdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// By name.
    Name,
    /// Lowest score first.
    Score,
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
