//! The report: one value with everything that is said. A format only writes it down, so no two can disagree.

pub mod adoption;
mod assemble;
mod at;
pub mod badge;
mod bounds;
pub mod config;
pub mod doctor;
pub mod escape;
pub mod explain;
pub mod findings;
pub mod format;
pub mod gate;
mod head;
pub mod json;
mod judged;
pub mod junit;
pub mod markdown;
pub mod next;
pub mod openmetrics;
pub mod schema;
pub mod shields;
pub mod tables;
pub mod text;
pub mod trend;
mod waivers;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::class::Class;
use crate::codebase::endpoints::Endpoint;
use crate::definition::{Component, Decimal, OnUnmeasured};
use crate::evaluation::{Outcome, Scope, Score, Standing, State, Waived};
use crate::facts::Lost;
use crate::git::{Head, History, HistoryState};
use crate::measures::{About, Entry, List, Method};
use crate::path::RepoPath;

pub use assemble::Inputs;
use findings::Findings;
pub use judged::{Judged, Unjudged};

/// What a report is about, apart from numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matter {
    /// The version of this program.
    pub tool_version: String,
    /// What the repository is called. Never a path of this machine.
    pub repository: String,
    /// Which state of it: `work-tree`, `staged` or `commit`.
    pub source: &'static str,
    /// The directory the report is narrowed to; empty for everything.
    pub prefix: Vec<u8>,
    /// What went wrong on the way here; sentences.
    pub warnings: Vec<String>,
    /// The lowest score, 0 to 100, that passes.
    pub fail_under: Option<Decimal>,
    /// What happens where only what was lost would tell.
    pub on_unmeasured: OnUnmeasured,
}

/// Everything that is said about a codebase, or about one directory of it.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// What it is about.
    pub matter: Matter,
    /// 16 hexadecimal digits that differ whenever a number could.
    pub definition_id: String,
    /// The commit everything is measured from.
    pub head: Option<&'a Head>,
    /// The scope as a whole: the repository, or the directory it is narrowed to.
    pub root: Place<'a>,
    /// One for each component, in the order of the definition.
    pub components: Vec<Row<'a>>,
    /// Directories below the root, sorted by name.
    pub directories: Vec<Place<'a>>,
    /// Languages, sorted by name. None where the report is narrowed: their numbers are those of the whole repository.
    pub languages: Vec<Place<'a>>,
    /// Files, sorted by path.
    pub files: Vec<Place<'a>>,
    /// How the score of the root stands against the bar, where one is set.
    pub standing: Option<Standing>,
    /// Files that could move the score of the root had they been read, sorted by path, each with the reason in words.
    pub open: Vec<(&'a RepoPath, &'static str)>,
    /// What is worth most.
    pub first: Option<First<'a>>,
    /// Declared exceptions: all of the definition, and those in files that are reported.
    pub waivers: Vec<Declared<'a>>,
    /// The files in most changes.
    pub hot: HotFiles<'a>,
    /// What the code answers over HTTP, declared in files that are reported, each with the file of its route and that of
    /// its handler.
    pub endpoints: Vec<Served<'a>>,
    /// Where changes come from.
    pub history: &'a History,
    /// Files that are not code, by class and reason.
    pub excluded: Vec<Excluded>,
    /// Files that should have been measured and could not be, by reason.
    pub lost: Vec<LostFiles<'a>>,
    /// Code in languages that are not read, sorted by name.
    pub unsupported: Vec<Unsupported>,
    /// How well each language could be read, sorted by name.
    pub parsed: Vec<Parsed>,
    /// Sentences about the whole.
    pub notes: Vec<String>,
    /// What it is made of, for formats that list every reading.
    behind: Inputs<'a>,
    /// Worked out once, for whichever format asks first.
    findings: OnceLock<Findings>,
}

/// A scope with its size.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// Its outcomes and its score.
    pub scope: Cow<'a, Scope>,
    /// Files of code in it that were read.
    pub files: u64,
    /// Code lines in them.
    pub lines: u64,
}

/// A row of the score card.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The component.
    pub component: &'a Component,
    /// What its measure is about.
    pub about: About,
    /// What came out.
    pub outcome: Outcome,
    /// How sure the number is; none without one.
    pub method: Option<Method>,
    /// Why there is no number, or none to rely on.
    pub reason: Option<String>,
    /// How to supply what is missing.
    pub repair: Option<String>,
    /// What else the measure saw; sentences.
    pub notes: &'a [String],
    /// What else it saw, thing by thing.
    pub lists: Vec<Listed<'a>>,
}

/// A list of a measure, narrowed to what is reported.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// The whole list.
    pub list: &'a List,
    /// Entries about files that are reported, or about no file.
    pub entries: Vec<ListedEntry<'a>>,
}

/// An entry of a list and where it is.
#[derive(Clone, Debug)]
pub struct ListedEntry<'a> {
    /// What is said.
    pub entry: &'a Entry,
    /// The file and line of each of its subjects.
    pub places: Vec<(&'a RepoPath, Option<u32>)>,
}

/// The component that costs most.
#[derive(Clone, Debug)]
pub struct First<'a> {
    /// Its position among the components.
    pub position: usize,
    /// What the score would be with this component at its target.
    pub score: Score,
    /// The files with the largest gaps, and those gaps.
    pub worst: Vec<(&'a [u8], u64)>,
}

/// A declared exception and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'a> {
    /// What it is.
    pub waived: &'a Waived,
    /// The file of a comment; none for the definition.
    pub path: Option<&'a RepoPath>,
}

/// The files in most changes.
#[derive(Clone, Debug)]
pub struct HotFiles<'a> {
    /// All hot files and the most touched others, most touched first.
    pub files: Vec<HotFile<'a>>,
    /// The share of changes above which a file is hot.
    pub above: Decimal,
    /// How many changes there are.
    pub changes: u64,
    /// How many files that count are in more than half of them.
    pub beyond_half: u64,
}

/// A file and how often it is changed.
#[derive(Clone, Debug, PartialEq)]
pub struct HotFile<'a> {
    /// Where it is.
    pub path: &'a RepoPath,
    /// In how many changes it is.
    pub changes: u64,
    /// Whether that is too many.
    pub hot: bool,
    /// Why its touches do not count, if they do not: it is no code.
    pub reason: Option<&'static str>,
}

/// Files outside the measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// Their class.
    pub class: Class,
    /// Why they have it.
    pub reason: &'static str,
    /// How many.
    pub files: u64,
    /// Their physical lines, where they are text.
    pub lines: u64,
}

/// Files that could not be measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostFiles<'a> {
    /// The reason as a key.
    pub key: &'static str,
    /// The reason in words.
    pub reason: &'static str,
    /// Their paths, sorted.
    pub paths: Vec<&'a RepoPath>,
}

/// Code in a language that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// The language.
    pub language: &'static str,
    /// How many files.
    pub files: u64,
    /// Their physical lines.
    pub lines: u64,
}

/// How well a language could be read, over files of all classes that have facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The language.
    pub language: &'static str,
    /// How many files.
    pub files: u64,
    /// Their physical lines.
    pub lines: u64,
    /// Lines the grammar could not read.
    pub unparsed_lines: u64,
    /// Bytes the grammar could not read.
    pub unparsed_bytes: u64,
    /// Files that hold such bytes.
    pub damaged_files: u64,
}

/// How many components the score rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Components that count and have a number.
    pub known: usize,
    /// Components that count and apply.
    pub applicable: usize,
    /// The share of weight that is known, in millionths, rounded down.
    pub weight_millionths: u64,
}

impl Report<'_> {
    /// What the score of the root rests on.
    pub fn known(&self) -> Known {
        let count = |counts: fn(State) -> bool| {
            self.components
                .iter()
                .filter(|row| row.component.weight.millionths() > 0)
                .filter(|row| counts(row.outcome.state))
                .count()
        };
        Known {
            known: count(State::is_known),
            applicable: count(|state| state != State::NotApplicable),
            weight_millionths: self.root.known_share_millionths(),
        }
    }

    /// Whether the score reaches the bar, compared exactly; none without a bar, and where nobody can tell.
    pub fn passed(&self) -> Option<bool> {
        self.standing?.passes()
    }

    /// Why there is no score for the root.
    pub fn reason_without_score(&self) -> Option<&'static str> {
        if self.root.scope.score.is_some() {
            None
        } else if self
            .components
            .iter()
            .any(|row| matches!(row.outcome.state, State::Unavailable | State::Stale))
        {
            Some("nothing could be measured")
        } else if self.known().applicable == 0 && !self.has_numbers() {
            Some("there is nothing to measure")
        } else {
            Some("no component that was measured has a weight")
        }
    }

    fn has_numbers(&self) -> bool {
        self.components
            .iter()
            .any(|row| row.outcome.state.is_known())
    }

    /// The share of commits that carry a mark of a pull request, in millionths, rounded down; none without commits.
    pub fn marked_millionths(&self) -> Option<u64> {
        let commits = self.history.commits;
        let marked = commits.non_merge.saturating_sub(commits.direct);
        (self.history.state == HistoryState::Available)
            .then(|| millionths(u64::from(marked), u64::from(commits.non_merge)))
            .flatten()
    }
}

impl Place<'_> {
    /// The share of the weight that applies here and is known, in millionths, rounded down.
    pub fn known_share_millionths(&self) -> u64 {
        let weight = |decimal: Decimal| u64::try_from(decimal.millionths()).unwrap_or(0);
        let known = weight(self.scope.known_weight);
        millionths(known, weight(self.scope.applicable_weight)).unwrap_or(0)
    }
}

/// A part of a whole in millionths, rounded down; none of nothing.
pub fn millionths(part: u64, whole: u64) -> Option<u64> {
    let scale = Decimal::SCALE as u128;
    (whole > 0).then(|| u64::try_from(u128::from(part) * scale / u128::from(whole)).unwrap_or(0))
}

/// An endpoint and where it is written.
#[derive(Clone, Debug)]
pub struct Served<'a> {
    /// The endpoint.
    pub endpoint: &'a Endpoint,
    /// The file that declares its route.
    pub path: &'a RepoPath,
    /// The file and the line of its handler, where it was found.
    pub handler: Option<(&'a RepoPath, u32)>,
}

/// Why a file could move the score, in words; without a reason it was read in part.
fn open_words(lost: Option<&Lost>) -> &'static str {
    lost.map_or(
        "more than a twentieth of it could not be parsed",
        lost_words,
    )
}

/// A reason for a lost file in words.
fn lost_words(lost: &Lost) -> &'static str {
    match lost {
        Lost::ParseBudget => "more work to parse than any real file of this size",
        Lost::PatternBudget => "more work for a code pattern than any real file of this size",
        Lost::ParseErrors(_) => "more than a fifth of it could not be parsed",
        Lost::TooLarge => "too large to parse",
        Lost::Permission => "no permission to read it",
        Lost::Vanished => "gone, or no regular file, when it was opened",
        Lost::LfsPointer => "a Git LFS pointer; `git lfs pull` fetches the content",
        Lost::Unreadable => "the system failed to read it",
        Lost::Internal => "a defect of this program; please report it",
        Lost::Crash => "its grammar crashed on it, a defect of this program; please report it",
        Lost::Stale => "it has changed since what is known of it was written down",
        Lost::Unmeasured => "nobody measured it",
        Lost::NotFetched => "not in this clone; `git fetch --refetch --no-filter` fetches it",
        Lost::NotProven(_) => "a rule of thumb cannot tell",
    }
}
