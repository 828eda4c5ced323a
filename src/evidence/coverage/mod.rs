//! Coverage reports: which lines a test run executed, as other tools wrote it down.
//!
//! One parser for each format turns bytes into the same value: for each path, as it is written there, the lines that
//! could be run with how often they were. Totals that a report states are not read; they are added up anew.

mod clover;
mod cobertura;
mod coverage_py;
mod gathered;
mod go;
mod istanbul;
mod jacoco;
mod json;
mod lcov;
mod llvm;
mod paths;
mod simplecov;
mod xml;

use crate::path::RepoPath;
use std::collections::BTreeMap;
use std::fmt;

pub use gathered::{
    Content, Coverage, Fault, Found, Imported, Stale, Standing, TOLERATED, first_of, gather,
};
pub use paths::{Mapped, Mapping};

/// Largest report that is read, in bytes.
pub const MAX_REPORT_BYTES: u64 = 128 << 20;
/// Largest line number: no source file has more lines.
const MOST_LINES: u32 = 2_000_000;
/// Most lines that the regions of one report may come to.
const MOST_REGION_LINES: u64 = 5_000_000;

/// Where tools leave their reports when nobody tells them otherwise, below the root of a repository.
pub const USUAL_PLACES: &[&str] = &[
    "build/reports/jacoco/test/jacocoTestReport.xml",
    "clover.xml",
    "cobertura.xml",
    "cover.out",
    "coverage.info",
    "coverage.json",
    "coverage.lcov",
    "coverage.out",
    "coverage.xml",
    "coverage/.resultset.json",
    "coverage/clover.xml",
    "coverage/cobertura-coverage.xml",
    "coverage/coverage-final.json",
    "coverage/lcov.info",
    "lcov.info",
    "target/site/jacoco/jacoco.xml",
];

/// Directories whose reports are about something else: packages of others, and what tests read.
const FOREIGN: &[&[u8]] = &[
    b"doc",
    b"docs",
    b"examples",
    b"fixture",
    b"fixtures",
    b"node_modules",
    b"samples",
    b"site-packages",
    b"test",
    b"testdata",
    b"tests",
    b"vendor",
];

/// Whether a file has a name that tools give their reports by themselves, wherever it lies: none that anything else has.
pub fn is_named_like_a_report(path: &RepoPath) -> bool {
    let mut directories = path.directory().split(|byte| *byte == b'/');
    if directories.any(|name| FOREIGN.contains(&name) || name.starts_with(b".")) {
        return false;
    }
    let name = path.file_name();
    USUAL_PLACES.iter().any(|place| {
        let usual = place.rsplit('/').next().unwrap_or(place);
        usual.as_bytes() == name
    })
}

/// A format of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `lcov.info`, a text of records.
    Lcov,
    /// The XML of Cobertura, which many tools write.
    Cobertura,
    /// The JSON of coverage.py.
    CoveragePy,
    /// `coverage-final.json` of Istanbul, nyc and Jest.
    Istanbul,
    /// The XML of JaCoCo.
    Jacoco,
    /// The XML of Clover, which PHPUnit and Istanbul write, too.
    Clover,
    /// The coverprofile of `go test`.
    Go,
    /// The JSON of `llvm-cov export`.
    Llvm,
    /// `.resultset.json` of SimpleCov.
    SimpleCov,
}

impl Format {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lcov => "lcov",
            Self::Cobertura => "Cobertura XML",
            Self::CoveragePy => "coverage.py JSON",
            Self::Istanbul => "Istanbul JSON",
            Self::Jacoco => "JaCoCo XML",
            Self::Clover => "Clover XML",
            Self::Go => "Go coverprofile",
            Self::Llvm => "llvm-cov JSON",
            Self::SimpleCov => "SimpleCov",
        }
    }
}

/// What one report says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How it is written.
    pub format: Format,
    /// When it was made as it says itself, in seconds since 1970; the latest moment that can be meant.
    pub written: Option<i64>,
    /// Directories its paths may be relative to.
    pub roots: Vec<String>,
    /// By path as written, each path once.
    pub files: BTreeMap<String, Reported>,
    /// Sentences: what is odd about it.
    pub oddities: Vec<String>,
}

/// What a report says of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    /// Lines that could be run, counted from 1, with how often they were.
    pub lines: BTreeMap<u32, u64>,
    /// By line: branches taken, and branches there are.
    pub branches: BTreeMap<u32, (u32, u32)>,
    /// How many lines the file had, where the report tells.
    pub length: Option<u32>,
}

impl Reported {
    /// Adds runs of a line; what is no line of any file is an error.
    fn hit(&mut self, line: u64, hits: u64) -> Result<(), Refusal> {
        let line = line_number(line)?;
        // Some tools write 0 for what they made up themselves.
        if line > 0 {
            let known = self.lines.entry(line).or_insert(0);
            *known = known.saturating_add(hits);
        }
        Ok(())
    }

    /// Adds branches of a line: each is counted where it was first told, or where more was.
    fn branch(&mut self, line: u64, taken: u64, of: u64) -> Result<(), Refusal> {
        let line = line_number(line)?;
        let (taken, of) = (small(taken.min(of)), small(of));
        if line > 0 && of > 0 {
            let known = self.branches.entry(line).or_insert((0, 0));
            *known = (known.0.max(taken), known.1.max(of));
        }
        Ok(())
    }

    /// Adds what another part of a report, or another report, says of the same file.
    fn add(&mut self, other: &Self) {
        for (line, hits) in &other.lines {
            let known = self.lines.entry(*line).or_insert(0);
            *known = known.saturating_add(*hits);
        }
        for (line, (taken, of)) in &other.branches {
            let known = self.branches.entry(*line).or_insert((0, 0));
            *known = (known.0.max(*taken), known.1.max(*of));
        }
        self.length = self.length.max(other.length);
    }
}

fn line_number(line: u64) -> Result<u32, Refusal> {
    u32::try_from(line)
        .ok()
        .filter(|line| *line <= MOST_LINES)
        .ok_or_else(|| Refusal::new(format!("it names line {line}, which no source file has")))
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Why a report is not believed: a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(String);

impl Refusal {
    fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    fn truncated() -> Self {
        Self::new("it ends too early: truncated")
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Reads a report in whatever known format it is written.
///
/// # Errors
/// Why it cannot be believed: no known format, damaged, cut off, or made to do harm.
pub fn parse(bytes: &[u8]) -> Result<Report, Refusal> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let start = text.trim_start();
    if start.is_empty() {
        return Err(Refusal::new("it is empty"));
    }
    match start.as_bytes() {
        [b'<', ..] => xml::parse(start),
        [b'{', ..] => json::parse(start),
        _ if start.starts_with("mode: ") => go::parse(start),
        _ if lcov::is_one(start) => lcov::parse(start),
        _ => Err(Refusal::new("it is no coverage report of a known format")),
    }
}

/// A number of seconds or of milliseconds since 1970, as tools disagree: seconds.
fn seconds(number: &str) -> Option<i64> {
    let number: f64 = number.trim().parse().ok()?;
    // As milliseconds this is 1973, as seconds the year 5138.
    let seconds = if number > 1e11 {
        number / 1000.0
    } else {
        number
    };
    (seconds.is_finite() && seconds > 0.0).then_some(seconds as i64)
}

/// A count of runs. Tools write huge and negative ones by mistake: they are clamped. None for what is no number.
fn hits(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Ok(count) = text.parse::<u64>() {
        return Some(count);
    }
    let number: f64 = text.parse().ok()?;
    (!number.is_nan()).then(|| clamped(number))
}

/// A count of runs from any number; a fraction is a run.
fn clamped(number: f64) -> u64 {
    number.clamp(0.0, u64::MAX as f64).ceil() as u64
}

#[cfg(test)]
mod tests;
