//! Findings: what is missing, place by place, as other tools list it. One value, and a file for each format.
//!
//! A scan finds every gap that lies in a file, of components somebody looks at (level `report` and above); a gate finds
//! what a change made worse. Both find files that cannot be measured.

pub mod azure;
pub mod checkstyle;
pub mod concise;
pub mod github;
pub mod gitlab;
pub(in crate::report) mod limit;
pub mod rdjsonl;
pub mod sarif;
mod scan;
pub mod teamcity;

#[cfg(test)]
pub(in crate::report) mod tests;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::codebase::maps::Map;
use crate::definition::{Component, Level};
use crate::evaluation::Score;
use crate::measures::{About, Method, Subject, meaning, precision};
use crate::path::RepoPath;

/// The id of the rule of files that cannot be measured. No component can have it: the underscore is not legal there.
pub const UNMEASURED: &str = "unmeasured_file";
/// The line of what is a whole file, where a format wants one.
const FIRST_LINE: u32 = 1;

/// Everything that was found, with what it was found by.
#[derive(Clone, Debug)]
pub struct Findings {
    /// What was done: `scan` or `gate`.
    pub task: &'static str,
    /// The version of this program.
    pub tool_version: String,
    /// What the repository is called. Never a path of this machine.
    pub repository: String,
    /// 16 hexadecimal digits that differ whenever a number could.
    pub definition_id: String,
    /// The id and the branch of the commit everything is measured from.
    pub commit: Option<(String, Option<String>)>,
    /// The directory the findings are narrowed to; empty for everything.
    pub prefix: Vec<u8>,
    /// The score of the whole; none without one.
    pub score: Option<Score>,
    /// The score of each component that has one, by its id, in the order of the definition.
    pub scores: Vec<(String, Score)>,
    /// Why what was found ends a build, in a sentence; none if it does not.
    pub problem: Option<String>,
    /// What it was found by: a rule for each component, in the order of the definition, and one for files that cannot be
    /// measured.
    pub rules: Vec<Rule>,
    /// Sorted by path, line and rule; what a waiver excuses is among them.
    pub list: Vec<Finding>,
    /// What is not among them; sentences.
    pub notes: Vec<String>,
}

/// What something is found by.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The id of the component, or [`UNMEASURED`].
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What is counted, in a sentence.
    pub meaning: &'static str,
    /// Why it matters and how to improve, two sentences.
    pub why: &'static str,
    /// How often accusations were right, where somebody read them.
    pub precision: Option<&'static str>,
    /// The unit of what is missing, plural.
    pub gap_unit: &'static str,
    /// What the component may do to a pull request; none for what is no component.
    pub level: Option<Level>,
    /// How sure its readings are; none without any.
    pub method: Option<Method>,
    /// How severe what it finds is.
    pub severity: Severity,
}

/// Something missing in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its rule, by its position.
    pub rule: usize,
    /// The file.
    pub path: Arc<RepoPath>,
    /// Where it begins, counted from 1; none for a whole file.
    pub line: Option<u32>,
    /// Where it ends, if that is known.
    pub end_line: Option<u32>,
    /// What kind of thing it is: `function`, `file`.
    pub kind: &'static str,
    /// What it is called.
    pub name: Option<String>,
    /// What is missing, or what can be done; a clause. It comes from the repository.
    pub message: String,
    /// How severe it is.
    pub severity: Severity,
    /// What is missing, in the unit of the rule; 0 for a file that cannot be measured.
    pub gap: u64,
    /// The reason of the waiver that excuses it, if one does.
    pub excused: Option<String>,
    /// Stays as it is while code around it changes.
    pub fingerprint: Fingerprint,
}

/// How severe a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It fails something.
    Error,
    /// It would fail a change that adds it.
    Warning,
    /// It is worth knowing.
    Note,
}

/// What tells a finding from all others of the repository, whatever its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// 32 hexadecimal digits.
    pub fn hex(self) -> String {
        const DIGITS: [u8; 16] = *b"0123456789abcdef";
        let digits = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        digits
            .filter_map(|digit| DIGITS.get(usize::from(digit)).copied())
            .map(char::from)
            .collect()
    }
}

impl Findings {
    /// What no waiver excuses: what a list of problems holds.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.list.iter().filter(|one| one.excused.is_none())
    }

    /// The open findings file by file. Files without any are left out.
    pub fn by_file(&self) -> impl Iterator<Item = (&RepoPath, Vec<&Finding>)> {
        let files = self.list.chunk_by(|one, next| one.path == next.path);
        files.filter_map(|file| {
            let open: Vec<&Finding> = file.iter().filter(|one| one.excused.is_none()).collect();
            let path = &open.first()?.path;
            Some((&**path, open))
        })
    }

    /// The id of the rule of a finding.
    fn id(&self, finding: &Finding) -> &str {
        let rule = self.rules.get(finding.rule);
        rule.map_or(UNMEASURED, |rule| &rule.id)
    }

    /// Puts findings in their order and gives each its fingerprint.
    pub(in crate::report) fn settle(&mut self, mut found: Vec<(Finding, u32)>) {
        // Sorting is stable: what stands in one place stays in the order it was found in.
        found.sort_by(|(one, _), (next, _)| {
            (&*one.path, one.line, one.rule).cmp(&(&*next.path, next.line, next.rule))
        });
        let mut seen: Map<Fingerprint, u32> = Map::default();
        let settled = found.into_iter().map(|(mut finding, namesakes)| {
            let id = self.rules.get(finding.rule).map_or("", |rule| &rule.id);
            let alike = fingerprint(id, &finding, namesakes, 0);
            let times = seen.entry(alike).or_default();
            finding.fingerprint = match *times {
                0 => alike,
                times => fingerprint(id, &finding, namesakes, times),
            };
            *times += 1;
            finding
        });
        self.list = settled.collect();
    }
}

impl Rule {
    /// That of a component.
    pub(in crate::report) fn of(
        component: &Component,
        about: About,
        method: Option<Method>,
    ) -> Self {
        Self {
            id: component.id.clone(),
            title: component.title.clone(),
            meaning: meaning(&component.measure),
            why: about.why,
            precision: precision(&component.measure),
            gap_unit: about.gap,
            level: Some(component.level),
            method,
            severity: Severity::of(component.level),
        }
    }

    /// What it finds, in a few words: its title alone says what would be good.
    fn caption(&self) -> String {
        match self.level {
            Some(_) => format!("{}: {}", self.title, self.gap_unit),
            None => self.title.clone(),
        }
    }

    /// What is counted, in a sentence.
    fn about(&self) -> String {
        let mut meaning = self.meaning.chars();
        match (self.level, meaning.next()) {
            (Some(_), Some(first)) => {
                format!(
                    "Counted as good: {}{}",
                    first.to_lowercase(),
                    meaning.as_str()
                )
            }
            _ => self.meaning.to_owned(),
        }
    }

    /// That of files that cannot be measured.
    pub(in crate::report) fn unmeasured(severity: Severity) -> Self {
        Self {
            id: UNMEASURED.to_owned(),
            title: "File cannot be measured".to_owned(),
            meaning: "A file of code that could not be read or parsed. It is counted as unknown, on neither side of any \
                      share.",
            why: "A number that leaves out files says less than it seems to. Repair the file, or tell the definition \
                  that it is no code.",
            precision: None,
            gap_unit: "files",
            level: None,
            method: None,
            severity,
        }
    }
}

impl Finding {
    /// One that is open, not yet in its place and without a fingerprint.
    pub(in crate::report) fn new(rule: usize, path: Arc<RepoPath>, severity: Severity) -> Self {
        Self {
            rule,
            path,
            line: None,
            end_line: None,
            kind: "file",
            name: None,
            message: String::new(),
            severity,
            gap: 0,
            excused: None,
            fingerprint: Fingerprint([0; 16]),
        }
    }

    /// Its line, or the first one of a whole file.
    fn line_or_first(&self) -> u32 {
        self.line.unwrap_or(FIRST_LINE).max(FIRST_LINE)
    }
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// How severe a gap of a component at this level is.
    pub fn of(level: Level) -> Self {
        match level {
            Level::Block => Self::Error,
            Level::Ratchet => Self::Warning,
            Level::Report | Level::Track => Self::Note,
        }
    }

    /// The word compilers have for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What kind of thing a subject is, in a word.
pub(in crate::report) fn kind(subject: Subject) -> &'static str {
    match subject {
        Subject::File(_) => "file",
        Subject::Function(..) => "function",
        Subject::Field(..) => "field",
        Subject::Item(..) => "item",
        Subject::Import(..) => "import",
        Subject::Call(..) => "call",
        Subject::Match(..) => "match",
        Subject::Endpoint(..) => "endpoint",
        Subject::Change(_) => "change",
        Subject::Deployment(_) => "deployment",
    }
}

/// No line is in it, so that code above a finding may change.
fn fingerprint(rule: &str, finding: &Finding, namesakes: u32, times: u32) -> Fingerprint {
    let mut digest = Sha256::new();
    let name = finding.name.as_deref().unwrap_or_default();
    let parts = [
        rule.as_bytes(),
        finding.path.as_bytes(),
        finding.kind.as_bytes(),
        name.as_bytes(),
    ];
    for part in parts {
        // With its length in front, no part can pretend to be two.
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.update(namesakes.to_le_bytes());
    digest.update(times.to_le_bytes());
    let mut bytes = [0; 16];
    for (byte, digested) in bytes.iter_mut().zip(digest.finalize()) {
        *byte = digested;
    }
    Fingerprint(bytes)
}
