//! What can be typed: the command line and its help, without behaviour.

mod adopting;
mod ci;
mod shared;

use std::path::PathBuf;

pub use adopting::{Completions, Config, Doctor, Init, Man, Schema, program};
pub use ci::Ci;
use clap::{Args, Parser, Subcommand, ValueEnum};
pub use shared::{Caching, Color, Measuring, Reporting};

use crate::report::format::{SCAN, Table};
use crate::report::gate::format::GATE;

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
    /// Compare a change with where it began, and fail it for what it made worse, and for nothing else
    ///
    /// Both sides are read from git and measured by the definition of the base. A subject that is
    /// bad and was not, or got worse, fails a component at level ratchet or block. What was bad
    /// before never does, nor does moving, renaming, reformatting or deleting.
    ///
    ///   quality gate                          HEAD against the default branch
    ///   quality gate --base origin/release    against another branch
    ///   quality gate --staged                 before a commit
    ///   quality gate --format github --format markdown=comment.md
    ///
    /// Exit codes: 0 passed, 1 failed, 2 it could not be done, 3 inconclusive, too little is known.
    #[command(verbatim_doc_comment)]
    Gate(Gate),
    /// Show how the score of a repository came to be: today's definition over past commits
    ///
    /// The last commit of each month of the year before HEAD is measured from git's objects alone,
    /// all under one definition: that of the work tree, of the tree of --rev, or of --config.
    /// Months are those of the calendar in UTC, and end with that of the last commit, not with
    /// today. A month without a commit has no point: there the code is as it was. What was
    /// measured once is remembered, so the next run costs what is new.
    ///
    ///   quality trend                            the last year by months, as text
    ///   quality trend --since 5y --every quarter
    ///   quality trend --commits 20               each of the last 20 commits of the mainline
    ///   quality trend --component typed-code --directory src/api --directory src/web
    ///   quality trend --since 5y --format html=trend.html --format csv=trend.csv
    ///
    /// Exit codes: 0 measured, 2 it could not be done, 3 points are missing, as in a shallow clone.
    #[command(verbatim_doc_comment)]
    Trend(Trend),
    /// Say what a number is made of: a component, a file, a directory, the score, or why a file is left out
    ///
    ///   quality explain                        the arithmetic of the score, line by line
    ///   quality explain typed-code             what it counts, with which settings, where it is worst, and each gap
    ///   quality explain src/api/orders.py      every component of a file or directory, and what fails there
    ///   quality explain vendored               which files a class holds, and by which rule
    ///   quality explain @slot.typed            what a query of a language marks
    ///   quality explain --list                 everything that can be explained
    ///
    /// Exit codes: 0 explained, 2 it could not be done.
    #[command(verbatim_doc_comment)]
    Explain(Explain),
    /// Show what to fix first: what each fix is worth in points, by evaluating again with it
    ///
    /// A fix is a piece of work: a function to simplify, a file to test, up to twenty slots to type. Those that gain most
    /// in a sitting go first; among those within a factor of two of one another, those in files that are changed most.
    ///
    ///   quality next                           the first ten
    ///   quality next src/api -n 3              in a directory, in points of its own score
    ///   quality next --component typed-code    of one component
    ///   quality next --until 80                the shortest list that leads to a score
    ///   quality next --format json             for programs and agents: `next_steps`
    ///
    /// Exit codes: 0 done, 1 --until cannot be reached, 2 it could not be done, 3 there is no score.
    #[command(verbatim_doc_comment)]
    Next(Next),
    /// Time the first answers of a program: it is started for each question, asked once, and ended
    ///
    /// The one command that runs something, and only in the repository --trust names: the command of the table
    /// `[probe]` of its quality.toml, with your rights and your environment, in a process group of its own that is
    /// ended whatever happens. Without --trust it says what it would run, and runs nothing.
    ///
    ///   quality probe --trust .                            what quality.toml names, or GET endpoints of the code
    ///   quality probe --trust . --runs 9 --output out/probe.json
    ///
    /// What --output writes is imported with { format = "probe", path = "out/probe.json" } in
    /// measure.fast-endpoints.import. Times are process-cold, not machine-cold.
    ///
    /// Exit codes: 0 measured, 1 an endpoint did not answer as it should, 2 it could not be done.
    #[command(verbatim_doc_comment)]
    Probe(Probe),
    /// Show what is remembered between runs, or remove it
    ///
    /// Facts of files and whole results are kept in the user's cache directory, by content: what was worked out once is
    /// not worked out again, in any work tree or revision. The cache may be removed at any time.
    Cache(Cache),
    /// Propose a quality.toml that fits what this repository already does
    ///
    /// Languages, libraries that compete for one purpose, tests, endpoints, coverage reports and
    /// what checks changes are read off the code. What differs from the built-in definition is
    /// written with what led to it; what the repository does not show is left as a question. Then
    /// come the score that gives, the best first goals, and the lines for CI.
    ///
    ///   quality init               on a terminal: show it and ask; elsewhere: print it alone
    ///   quality init --yes         write quality.toml at the root of the repository
    ///   quality init --add --yes   append what an existing quality.toml lacks, change nothing else
    ///
    /// Exit codes: 0 proposed or written, 2 it could not be done.
    #[command(verbatim_doc_comment)]
    Init(Init),
    /// Say what keeps the program from a full answer, what it costs, and what repairs it
    ///
    /// The state of git, how far history reaches and what its marks explain, grammars, how much of
    /// each language could be read, lost files, coverage and timings with their age, globs that
    /// match nothing, owners, the cache.
    ///
    ///   quality doctor                          what is found, what it costs, what repairs it
    ///   quality doctor --quiet                  the verdict on one line
    ///   quality doctor --format json path/to/repository
    ///
    /// Exit codes: 0 nothing is missing, 2 it could not be done, 3 something is missing.
    #[command(verbatim_doc_comment)]
    Doctor(Doctor),
    /// Show the definition that counts, with where each value comes from
    ///
    /// Printed is a complete quality.toml: read again, it is the same definition. Behind each value
    /// stands `built-in`, or the file and line that say it with what it would be without them.
    ///
    ///   quality config               everything
    ///   quality config --changed     only what differs from the built-in definition
    ///   quality config --format json
    ///
    /// Exit codes: 0 shown, 2 it could not be done.
    #[command(verbatim_doc_comment)]
    Config(Config),
    /// Print the JSON Schema of quality.toml, or of a JSON output
    ///
    ///   quality schema > quality.schema.json   for editors: the first line of quality.toml names it
    ///   quality schema scan                    that of `quality scan --format json`
    ///   quality schema --list
    #[command(verbatim_doc_comment)]
    Schema(Schema),
    /// Print what makes a shell complete subcommands and options
    ///
    ///   quality completions bash > ~/.local/share/bash-completion/completions/quality
    ///   quality completions zsh > ~/.zfunc/_quality
    ///   quality completions fish > ~/.config/fish/completions/quality.fish
    ///   quality completions powershell >> $PROFILE
    #[command(verbatim_doc_comment)]
    Completions(Completions),
    /// Print the manual page
    ///
    ///   quality man > ~/.local/share/man/man1/quality.1
    ///   quality man gate > ~/.local/share/man/man1/quality-gate.1
    #[command(verbatim_doc_comment)]
    Man(Man),
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

/// Options of `quality probe`.
#[derive(Debug, Args)]
pub struct Probe {
    /// The repository [default: the one --trust names, or the one around the current directory]
    pub path: Option<PathBuf>,

    /// Let the command of this repository be run
    #[arg(long, value_name = "PATH")]
    pub trust: Option<PathBuf>,

    /// How many processes are started for each endpoint, 1 to 100 [default: that of the definition]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub runs: Option<u32>,

    /// Where the results go as JSON, beside the table on standard output
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Options of `quality scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// The repository, or a directory of it: that narrows the report, not the meaning of any number
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// Measure this commit instead of the work tree, from git's objects alone: a branch, a tag, an id, HEAD~3
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,

    /// How to report, to standard output or to PATH; may be repeated (--help lists the formats)
    #[arg(long, value_name = "NAME[=PATH]", default_value = "text", long_help = formats(SCAN))]
    pub format: Vec<String>,

    /// Exit with 1 if the score is below N (0 to 100), compared before any rounding
    #[arg(long, value_name = "N")]
    pub fail_under: Option<String>,

    /// How many levels of directories to show
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub depth: usize,

    /// Order of the directories
    #[arg(long, value_enum, default_value_t = Sort::Name)]
    pub sort: Sort,

    /// The CI system whose log gets annotations and a summary beside the report
    #[arg(long, value_enum, default_value_t = Ci::Auto)]
    pub ci: Ci,

    /// How to report
    #[command(flatten)]
    pub reporting: Reporting,

    /// How to measure
    #[command(flatten)]
    pub measuring: Measuring,
}

/// Options of `quality gate`.
#[derive(Debug, Args)]
pub struct Gate {
    /// The repository
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// Where the change is to go; it is compared with the commit both have in common [default: the default branch]
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,

    /// The change: a commit [default: HEAD]
    #[arg(long, value_name = "REV", conflicts_with_all = ["staged", "worktree"])]
    pub head: Option<String>,

    /// Judge what is staged, as a hook before a commit does
    #[arg(long, conflicts_with = "worktree")]
    pub staged: bool,

    /// Judge the files as they are on disk
    #[arg(long)]
    pub worktree: bool,

    /// Accept a definition that asks for less than that of the base
    #[arg(long)]
    pub allow_definition_change: bool,

    /// Fail if the score is below N (0 to 100), compared before any rounding
    #[arg(long, value_name = "N")]
    pub fail_under: Option<String>,

    /// How to report, to standard output or to PATH; may be repeated (--help lists the formats)
    #[arg(long, value_name = "NAME[=PATH]", default_value = "text", long_help = formats(GATE))]
    pub format: Vec<String>,

    /// The CI system whose log gets annotations and a summary beside the report
    #[arg(long, value_enum, default_value_t = Ci::Auto)]
    pub ci: Ci,

    /// How to report
    #[command(flatten)]
    pub reporting: Reporting,

    /// How to measure
    #[command(flatten)]
    pub measuring: Measuring,
}

/// Options of `quality trend`.
#[derive(Debug, Args)]
pub struct Trend {
    /// The repository, or a directory of it: that narrows the trend, not the meaning of any number
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// How far back: a date like 2025-01-31, or 30d, 12w, 6m, 2y before the last commit [default: 1y]
    #[arg(long, value_name = "DATE|30d|2y")]
    pub since: Option<String>,

    /// The last commit of each day, week, month, quarter or so many days (10d) is a point [default: month]
    #[arg(long, value_name = "PERIOD")]
    pub every: Option<String>,

    /// Each of the last N commits of the mainline is a point
    #[arg(long, value_name = "N", conflicts_with_all = ["since", "every"])]
    pub commits: Option<usize>,

    /// The commit the trend ends with, and whose definition counts: a branch, a tag, an id, HEAD~3 [default: HEAD]
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,

    /// Show this component only; may be repeated
    #[arg(long, value_name = "ID")]
    pub component: Vec<String>,

    /// Show this directory, as seen from the root of the repository; may be repeated [default: the largest below PATH]
    #[arg(long, value_name = "DIR")]
    pub directory: Vec<PathBuf>,

    /// How to report: text, json, csv, html or svg, to standard output or to PATH; may be repeated
    #[arg(long, value_name = "NAME[=PATH]", default_value = "text")]
    pub format: Vec<String>,

    /// How to report
    #[command(flatten)]
    pub reporting: Reporting,

    /// How to measure
    #[command(flatten)]
    pub measuring: Measuring,
}

/// Options of `quality explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A component, a path, a class of files, a capture like @slot.typed, or `score` [default: score]
    pub subject: Option<String>,

    /// The repository, or a directory of it
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// Name everything that can be explained
    #[arg(long, conflicts_with_all = ["subject", "all"])]
    pub list: bool,

    /// Show every reading, not only the first gaps: their sum is the number
    #[arg(long)]
    pub all: bool,

    /// How many gaps to show
    #[arg(long, short, value_name = "N", default_value_t = 10)]
    pub number: usize,

    /// Explain this commit instead of the work tree: a branch, a tag, an id, HEAD~3
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,

    /// How to report: text or json, to standard output or to PATH; may be repeated
    #[arg(long, value_name = "NAME[=PATH]", default_value = "text")]
    pub format: Vec<String>,

    /// How to report
    #[command(flatten)]
    pub reporting: Reporting,

    /// How to measure
    #[command(flatten)]
    pub measuring: Measuring,
}

/// Options of `quality next`.
#[derive(Debug, Args)]
pub struct Next {
    /// The repository, or a directory of it: then points are those of the directory's own score
    #[arg(default_value = ".")]
    pub path: PathBuf,

    /// How many fixes to show
    #[arg(long, short, value_name = "N", default_value_t = 10)]
    pub number: usize,

    /// The shortest list that leads to this score, 0 to 100
    #[arg(long, value_name = "SCORE", conflicts_with = "number")]
    pub until: Option<String>,

    /// Fixes for this component only; may be repeated
    #[arg(long, value_name = "ID")]
    pub component: Vec<String>,

    /// Fixes in files that match this glob only; may be repeated
    #[arg(long = "path", value_name = "GLOB")]
    pub only: Vec<String>,

    /// Fixes in files this owner of CODEOWNERS answers for only; may be repeated
    #[arg(long, value_name = "OWNER")]
    pub owner: Vec<String>,

    /// Look at this commit instead of the work tree: a branch, a tag, an id, HEAD~3
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,

    /// How to report: text or json, to standard output or to PATH; may be repeated
    #[arg(long, value_name = "NAME[=PATH]", default_value = "text")]
    pub format: Vec<String>,

    /// How to report
    #[command(flatten)]
    pub reporting: Reporting,

    /// How to measure
    #[command(flatten)]
    pub measuring: Measuring,
}

/// Order of the directories in the breakdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// By name.
    Name,
    /// Lowest score first.
    Score,
}

/// The help of an option that takes formats of a table: each with what it is for.
fn formats<R>(table: Table<R>) -> String {
    let names = table.iter().map(|format| format.name.len());
    let width = names.max().unwrap_or(0);
    let mut help = "How to report, to standard output or to PATH; may be repeated:".to_owned();
    for format in table {
        help.push_str(&format!("\n  {:width$}  {}", format.name, format.about));
    }
    help
}
