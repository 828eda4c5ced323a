//! All reports of a repository together: what they say of its files, and whether it can still be true.

use std::collections::BTreeMap;

use super::paths::Mapping;
use super::{Format, Reported, parse};
use crate::definition::CoverageSettings;
use crate::facts::Lost;
use crate::path::RepoPath;

/// One in so many files or paths may be wrong before nothing is believed.
pub const TOLERATED: u64 = 5;
/// Files or paths that a sentence names.
const NAMED: usize = 3;

/// The first few names of a list, for a sentence.
pub fn first_of(names: &[String]) -> String {
    let named = names.get(..NAMED).unwrap_or(names).join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// A report where it was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// Below the root.
    pub place: RepoPath,
    /// When its file was last written, in seconds since 1970, if that says anything: git gives a file it tracks the time
    /// of the checkout.
    pub modified: Option<i64>,
    /// Its bytes, or why it could not be read.
    pub bytes: Result<Vec<u8>, Lost>,
}

/// What all reports say together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Sorted by place.
    pub reports: Vec<Imported>,
    /// By how many seconds a report may be older than the last commit of a file.
    max_age: i64,
    /// By file: what each report says of it.
    files: BTreeMap<RepoPath, Vec<Part>>,
}

/// What became of one report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Where it lies, below the root.
    pub place: RepoPath,
    /// What was read, or why nothing was: a clause.
    pub content: Result<Content, Fault>,
}

/// Why a report is left out: a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It could not be read, or is damaged.
    Broken(String),
    /// It is about files that are not here.
    Elsewhere(String),
}

impl Fault {
    /// The clause.
    pub fn words(&self) -> &str {
        match self {
            Self::Broken(words) | Self::Elsewhere(words) => words,
        }
    }
}

/// What was read of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// How it is written.
    pub format: Format,
    /// When it was made, in seconds since 1970, where that is known.
    pub written: Option<i64>,
    /// Files here that it tells of.
    pub matched: u64,
    /// Paths in it that are no file here, sorted.
    pub unmatched: Vec<String>,
    /// Sentences: what is odd about it.
    pub oddities: Vec<String>,
}

/// What one report says of one file.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    written: Option<i64>,
    told: Reported,
}

/// What is known of the lines of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// This was run, and this was not.
    Fresh(Reported),
    /// The file has changed since.
    Stale(Stale),
}

/// How it is known that a file has changed since a report was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stale {
    /// A commit that touches it is so many seconds younger than the report.
    Younger(i64),
    /// The report tells of this line, or of so many lines, and the file has so many.
    Length(u32, u32),
}

impl Stale {
    /// A clause.
    pub fn words(self) -> String {
        match self {
            Self::Younger(seconds) if seconds < 2 * 86_400 => {
                format!(
                    "committed {} hours after the report was made",
                    seconds / 3_600
                )
            }
            Self::Younger(seconds) => {
                format!(
                    "committed {} days after the report was made",
                    seconds / 86_400
                )
            }
            Self::Length(told, has) => {
                format!("the report tells of line {told}, and it has {has}")
            }
        }
    }
}

/// Reads reports and finds the files they tell of.
pub fn gather<'a>(
    found: &[Found],
    files: impl Iterator<Item = &'a RepoPath>,
    settings: &CoverageSettings,
) -> Coverage {
    let mut coverage = Coverage {
        max_age: i64::from(settings.max_age_days) * 86_400,
        ..Coverage::default()
    };
    if found.is_empty() {
        return coverage;
    }
    let mapping = Mapping::new(files);
    for found in found {
        let content = coverage.import(found, &mapping, settings);
        coverage.reports.push(Imported {
            place: found.place.clone(),
            content,
        });
    }
    coverage
}

impl Coverage {
    fn import(
        &mut self,
        found: &Found,
        mapping: &Mapping,
        settings: &CoverageSettings,
    ) -> Result<Content, Fault> {
        let bytes = found
            .bytes
            .as_ref()
            .map_err(|lost| Fault::Broken(format!("it could not be read: {}", lost.key())))?;
        let report = parse(bytes).map_err(|refusal| Fault::Broken(refusal.to_string()))?;
        let mapped = mapping.map(found.place.directory(), &report, settings);
        let missed = mapped.unmatched.len() as u64;
        let named = mapped.matched.len() as u64 + missed;
        if named == 0 {
            return Err(Fault::Elsewhere("it tells of no file here".to_owned()));
        }
        if missed * TOLERATED > named {
            return Err(Fault::Elsewhere(format!(
                "{missed} of {named} paths in it are no file here: {}",
                first_of(&mapped.unmatched)
            )));
        }
        let written = report.written.or(found.modified);
        for (path, file) in &mapped.matched {
            let Some(told) = report.files.get(path) else {
                continue;
            };
            self.files.entry((*file).clone()).or_default().push(Part {
                written,
                told: told.clone(),
            });
        }
        Ok(Content {
            format: report.format,
            written,
            matched: mapped.matched.len() as u64,
            unmatched: mapped.unmatched,
            oddities: report.oddities,
        })
    }

    /// Whether no report was found.
    pub fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// Reports that could be read, with their places.
    pub fn contents(&self) -> impl Iterator<Item = (&RepoPath, &Content)> {
        self.reports
            .iter()
            .filter_map(|report| Some((&report.place, report.content.as_ref().ok()?)))
    }

    /// What is known of a file of so many lines that was last committed at this time; none if no report tells of it.
    ///
    /// What several reports say is added. A report that is older than the file, or tells of lines it does not have, is
    /// left out where another one is not.
    pub fn of(&self, file: &RepoPath, lines: u32, committed: Option<i64>) -> Option<Standing> {
        let parts = self.files.get(file)?;
        let mut fresh: Option<Reported> = None;
        let mut stale = None;
        for part in parts {
            match part.stale(lines, committed, self.max_age) {
                Some(why) => stale = stale.or(Some(why)),
                None => match &mut fresh {
                    Some(fresh) => fresh.add(&part.told),
                    None => fresh = Some(part.told.clone()),
                },
            }
        }
        fresh.map(Standing::Fresh).or(stale.map(Standing::Stale))
    }
}

impl Part {
    fn stale(&self, lines: u32, committed: Option<i64>, max_age: i64) -> Option<Stale> {
        let last = self.told.lines.keys().next_back().copied().unwrap_or(0);
        // A file without a line end at its end, or with one more, is the same file.
        if last > lines.saturating_add(1) {
            return Some(Stale::Length(last, lines));
        }
        if let Some(length) = self.told.length
            && length.abs_diff(lines) > 1
        {
            return Some(Stale::Length(length, lines));
        }
        let age = committed?.saturating_sub(self.written?);
        (age > max_age).then_some(Stale::Younger(age))
    }
}
