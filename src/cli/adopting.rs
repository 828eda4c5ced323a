//! Options of the commands with which a program is adopted: what to define, what is missing, how to type it.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};

use super::{Caching, Cli, Reporting};

/// The whole command line, for what is generated from it.
pub fn program() -> clap::Command {
    Cli::command()
}

/// Options of `quality init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The repository
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// Write without asking
    #[arg(long, short)]
    pub yes: bool,

    /// Replace a quality.toml that is there already
    #[arg(long, conflicts_with = "add")]
    pub force: bool,

    /// Add what a quality.toml lacks to its end
    #[arg(long)]
    pub add: bool,

    /// Where editors find the schema: the first line of the file
    #[arg(long, value_name = "URL|PATH", default_value = crate::adoption::SCHEMA)]
    pub schema: String,

    /// When to use colours
    #[arg(long, value_enum, default_value_t = super::Color::Auto)]
    pub color: super::Color,

    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,

    /// Threads for parsing; the result does not depend on it [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,

    /// What to remember, and where
    #[command(flatten)]
    pub caching: Caching,
}

/// Options of `quality doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The repository
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// The definition to use instead of searching for quality.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// How to report: text or json, to standard output or to PATH; may be repeated
    #[arg(long, value_name = "NAME[=PATH]", default_value = "text")]
    pub format: Vec<String>,

    /// How to report
    #[command(flatten)]
    pub reporting: Reporting,

    /// Threads for parsing; the result does not depend on it [default: one for each processor]
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,

    /// What to remember, and where
    #[command(flatten)]
    pub caching: Caching,
}

/// Options of `quality config`.
#[derive(Debug, Args)]
pub struct Config {
    /// Where the search for quality.toml begins
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// The definition to use instead of searching for quality.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Show only what differs from the built-in definition
    #[arg(long)]
    pub changed: bool,

    /// How to report: text or json, to standard output or to PATH; may be repeated
    #[arg(long, value_name = "NAME[=PATH]", default_value = "text")]
    pub format: Vec<String>,

    /// How to report
    #[command(flatten)]
    pub reporting: Reporting,
}

/// Options of `quality schema`.
#[derive(Debug, Args)]
pub struct Schema {
    /// What it is the schema of
    #[arg(default_value = "definition", conflicts_with = "list")]
    pub name: String,

    /// Name them all
    #[arg(long)]
    pub list: bool,
}

/// Options of `quality completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Options of `quality man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The page of this subcommand
    pub command: Option<String>,
}
