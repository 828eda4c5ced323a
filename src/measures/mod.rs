//! Measures: ways of looking at a codebase that produce readings. One file each; this is their registry.

mod attended_code;
mod calm_hot_spots;
pub mod calm_touches;
mod covered_lines;
mod data;
pub mod declared;
mod documented_items;
mod escape_free_lines;
mod explained_suppressions;
mod fast_endpoints;
mod fine_locks;
mod hidden_items;
mod internal_items;
mod list;
mod local_changes;
mod meaning;
pub mod preferred_imports;
mod safe_reads;
mod short_files;
mod simple_functions;
mod single_transaction;
mod small_changes;
mod steady_deployments;
pub mod tested_files;
#[cfg(test)]
pub(crate) mod testing;
mod tracked_debt;
mod typed_slots;
mod unique_lines;
mod uses;
mod view;

use std::collections::BTreeMap;

use crate::codebase::endpoints::Endpoint;
use crate::codebase::{Codebase, FileIndex};
use crate::definition::{Component, Measure};
use crate::facts::{Function, Lost};

pub use list::{Entry, List};
pub use meaning::{meaning, precision};
pub use view::{Context, View};

/// One subject, judged. The sum of readings is the share; explanations, breakdowns and gates are filters of the same
/// readings, so they cannot disagree.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The thing judged.
    pub subject: Subject,
    /// How much of it is good, in the measure's unit. Never more than `of`.
    pub good: u64,
    /// How much there is to judge.
    pub of: u64,
    /// What a person can do about it, for [`explain`] to put into words; none where nothing is missing.
    pub note: Option<Note>,
}

impl Reading {
    /// What is missing, in the measure's unit.
    pub fn gap(&self) -> u64 {
        self.of.saturating_sub(self.good)
    }
}

/// What there is to say of a reading. A report shows a handful of tens of thousands, so words are kept only where they
/// could not be found again.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// The words themselves.
    Words(Box<str>),
    /// The words, and how often there is something to say.
    Counted(Box<str>, u64),
    /// The subject says it all.
    Subject,
}

/// The thing judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A file.
    File(FileIndex),
    /// A function of a file, by its position in the facts.
    Function(FileIndex, u32),
    /// A field that belongs to no function, by its position in the facts.
    Field(FileIndex, u32),
    /// A top-level declaration, by its position in the facts.
    Item(FileIndex, u32),
    /// An import, by its position in the facts.
    Import(FileIndex, u32),
    /// A call: the line it stands on, and its position in the facts.
    Call(FileIndex, u32, u32),
    /// What a code pattern found: the line it stands on, and its position among all its component looks for.
    Match(FileIndex, u32, u32),
    /// An endpoint declared in a file, by its position among those of the codebase.
    Endpoint(FileIndex, u32),
    /// A change, by its position in the history.
    Change(usize),
    /// A deployment, by its position among those of its tags.
    Deployment(u32),
}

impl Subject {
    /// The file it is or lies in; none for a change or a deployment.
    pub fn file(self) -> Option<FileIndex> {
        match self {
            Self::File(file)
            | Self::Function(file, _)
            | Self::Field(file, _)
            | Self::Item(file, _)
            | Self::Import(file, _)
            | Self::Call(file, ..)
            | Self::Match(file, ..)
            | Self::Endpoint(file, _) => Some(file),
            Self::Change(_) | Self::Deployment(_) => None,
        }
    }

    /// The line it begins at, counted from 1; none for what is no part of a file.
    pub fn line(self, codebase: &Codebase) -> Option<u32> {
        let facts = |file: FileIndex| codebase.file(file).facts();
        match self {
            Self::Function(..) => Some(self.function(codebase)?.line),
            Self::Field(file, at) => Some(facts(file)?.fields.get(at as usize)?.line),
            Self::Item(file, at) => Some(facts(file)?.items.get(at as usize)?.line),
            Self::Import(file, at) => Some(facts(file)?.imports.get(at as usize)?.line),
            // Where thousands stand in one file, each would be looked for from its beginning.
            Self::Call(_, line, _) | Self::Match(_, line, _) => Some(line),
            Self::Endpoint(..) => Some(self.endpoint(codebase)?.line),
            Self::File(_) | Self::Change(_) | Self::Deployment(_) => None,
        }
    }

    /// The endpoint it is, if it is one.
    pub fn endpoint(self, codebase: &Codebase) -> Option<&Endpoint> {
        match self {
            Self::Endpoint(_, at) => codebase.endpoints().get(at as usize),
            _ => None,
        }
    }

    /// The function it is, if it is one.
    pub fn function(self, codebase: &Codebase) -> Option<&Function> {
        match self {
            Self::Function(file, at) => codebase.file(file).facts()?.functions.get(at as usize),
            _ => None,
        }
    }
}

/// What a measure saw.
#[derive(Clone, Debug, PartialEq)]
pub enum Measurement {
    /// It looked.
    Taken(Taken),
    /// Nothing of the kind exists here.
    NotApplicable {
        /// One sentence.
        reason: String,
    },
    /// An input is missing.
    Unavailable {
        /// One sentence.
        reason: String,
        /// How to supply it, if there is a way.
        repair: Option<String>,
    },
    /// An input is there and too old to be believed.
    Stale {
        /// One sentence.
        reason: String,
        /// How to renew it.
        repair: String,
    },
}

/// Readings and what to say beside them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Taken {
    /// In the order of subjects.
    pub readings: Vec<Reading>,
    /// Subjects that could not be judged, with the reason. They enter no share.
    pub unknown: Vec<(Subject, Lost)>,
    /// How sure the readings are.
    pub method: Method,
    /// They rest on too few changes to rely on, however many subjects there are.
    pub thin: bool,
    /// Sentences for the report: secondary figures, warnings.
    pub notes: Vec<String>,
    /// What else is worth seeing, thing by thing.
    pub lists: Vec<List>,
}

/// How sure a number is; printed beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Counted from syntax that means one thing.
    #[default]
    Exact,
    /// Names or imports were resolved; a few can be missed.
    Resolved,
    /// A rule of thumb.
    Heuristic,
    /// Taken from another tool's output.
    Imported,
    /// Something near stands for what is meant.
    Proxy,
}

impl Method {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Resolved => "resolved",
            Self::Heuristic => "heuristic",
            Self::Imported => "imported",
            Self::Proxy => "proxy",
        }
    }
}

/// What a measure is about, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// The unit in which good and of are counted, plural.
    pub unit: &'static str,
    /// The unit of what is missing, plural: "files to test".
    pub gap: &'static str,
    /// Why it matters and how to improve, two sentences.
    pub why: &'static str,
    /// Fewest subjects for a number one may rely on.
    pub fewest_subjects: u32,
    /// Readings of one subject belong to every scope it touches; scopes do not add up.
    pub by_change: bool,
}

/// Whether a measure has work for all threads by itself.
pub fn is_shared_out(measure: &Measure) -> bool {
    matches!(measure, Measure::TestedFiles(_))
}

/// Takes a component's measurement.
pub fn take(context: &Context, component: &Component) -> Measurement {
    let view = View {
        codebase: context.codebase,
        component,
    };
    match &component.measure {
        Measure::TypedSlots(settings) => typed_slots::read(&view, settings),
        Measure::TestedFiles(settings) => tested_files::read(context, &view, settings),
        Measure::HiddenItems(settings) => hidden_items::read(context, &view, settings),
        Measure::PreferredImports(settings) => preferred_imports::read(context, &view, settings),
        Measure::CalmTouches(settings) => calm_touches::read(&view, settings),
        Measure::SmallChanges(settings) => small_changes::read(&view, settings),
        Measure::LocalChanges(settings) => local_changes::read(context, &view, settings),
        Measure::AttendedCode(settings) => attended_code::read(&view, settings),
        Measure::SteadyDeployments(settings) => steady_deployments::read(&view, settings),
        Measure::ShortFiles(settings) => short_files::read(&view, settings),
        Measure::SimpleFunctions(settings) => simple_functions::read(&view, settings),
        Measure::CalmHotSpots(settings) => calm_hot_spots::read(&view, settings),
        Measure::DocumentedItems => documented_items::read(&view),
        Measure::ExplainedSuppressions => explained_suppressions::read(&view),
        Measure::TrackedDebt(settings) => tracked_debt::read(&view, settings),
        Measure::UniqueLines(settings) => unique_lines::read(&view, settings),
        Measure::EscapeFreeLines(settings) => escape_free_lines::read(&view, settings),
        Measure::InternalItems(settings) => internal_items::read(context, &view, settings),
        Measure::Declared(settings) => declared::read(context, &view, settings),
        Measure::CoveredLines(settings) => covered_lines::read(&view, settings),
        Measure::FastEndpoints(settings) => fast_endpoints::read(context, &view, settings),
        Measure::SafeReads => safe_reads::read(context, &view),
        Measure::SingleTransaction => single_transaction::read(context, &view),
        Measure::FineLocks(settings) => fine_locks::read(context, &view, settings),
    }
}

/// What a person can do about a reading that [`take`] gave for the same codebase and component, a clause; none where
/// nothing is missing.
pub fn explain(codebase: &Codebase, component: &Component, reading: &Reading) -> Option<String> {
    if let Note::Words(words) | Note::Counted(words, _) = reading.note.as_ref()? {
        return Some(words.to_string());
    }
    let view = View {
        codebase,
        component,
    };
    match &component.measure {
        Measure::TypedSlots(settings) => typed_slots::explain(&view, settings, reading),
        Measure::HiddenItems(_) => hidden_items::explain(&view, reading),
        Measure::CalmTouches(_) => Some(calm_touches::explain(&view, reading)),
        Measure::SmallChanges(_) => small_changes::explain(&view, reading),
        Measure::ShortFiles(settings) => Some(short_files::explain(settings, reading)),
        Measure::SimpleFunctions(_) => simple_functions::explain(&view, reading),
        Measure::CalmHotSpots(_) => calm_hot_spots::explain(&view, reading),
        Measure::DocumentedItems => documented_items::explain(&view, reading),
        Measure::ExplainedSuppressions => explained_suppressions::explain(&view, reading),
        Measure::TrackedDebt(settings) => tracked_debt::explain(&view, settings, reading),
        Measure::EscapeFreeLines(settings) => escape_free_lines::explain(&view, settings, reading),
        Measure::TestedFiles(_)
        | Measure::PreferredImports(_)
        | Measure::UniqueLines(_)
        | Measure::InternalItems(_)
        | Measure::Declared(_)
        | Measure::CoveredLines(_)
        | Measure::FastEndpoints(_)
        | Measure::LocalChanges(_)
        | Measure::AttendedCode(_)
        | Measure::SteadyDeployments(_)
        | Measure::SafeReads
        | Measure::SingleTransaction
        | Measure::FineLocks(_) => None,
    }
}

/// How far a reading is from the bar, in a number that grows only if the subject itself got worse. A complex function
/// that gains a line is not more complex, and a file that is too long stays just that: whoever mends it must be free to
/// add a line, and a formatter to break one.
pub fn degree(codebase: &Codebase, component: &Component, reading: &Reading) -> u64 {
    if reading.gap() == 0 {
        return 0;
    }
    match (&component.measure, reading.subject.function(codebase)) {
        (Measure::SimpleFunctions(_) | Measure::CalmHotSpots(_), Some(function)) => {
            u64::from(function.cognitive)
        }
        (Measure::ShortFiles(_), _) => 1,
        (Measure::Declared(_), _) => match &reading.note {
            Some(Note::Counted(_, count)) => *count,
            _ => 1,
        },
        _ => reading.gap(),
    }
}

/// Marks and the lines they stand on, the first few of each: `noqa` on lines 3 and 7.
fn lines_named<'a>(marks: impl Iterator<Item = (&'a str, u32)>) -> String {
    const MOST_LINES: usize = 5;
    let mut by_mark: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (mark, line) in marks {
        by_mark.entry(mark).or_default().push(line);
    }
    let phrases: Vec<String> = by_mark
        .into_iter()
        .map(|(mark, mut lines)| {
            // Twice on a line is one place to go to.
            lines.dedup();
            let shown: Vec<String> = lines.iter().take(MOST_LINES).map(u32::to_string).collect();
            let shown = match (shown.as_slice(), lines.len()) {
                ([line], _) => format!("line {line}"),
                ([rest @ .., last], count) if count <= MOST_LINES => {
                    format!("lines {} and {last}", rest.join(", "))
                }
                (shown, count) => {
                    let more = count - shown.len();
                    format!("lines {} and {more} more", shown.join(", "))
                }
            };
            format!("`{mark}` on {shown}")
        })
        .collect();
    phrases.join(", ")
}

/// Whether a component judges what is in a file of a codebase.
pub fn judges(codebase: &Codebase, component: &Component, file: FileIndex) -> bool {
    let file = codebase.file(file);
    let view = View {
        codebase,
        component,
    };
    file.facts().is_some() && view.judges(file)
}

/// What a measure is about.
pub fn about(measure: &Measure) -> About {
    match measure {
        Measure::TypedSlots(_) => typed_slots::ABOUT,
        Measure::TestedFiles(_) => tested_files::ABOUT,
        Measure::HiddenItems(_) => hidden_items::ABOUT,
        Measure::PreferredImports(_) => preferred_imports::ABOUT,
        Measure::CalmTouches(_) => calm_touches::ABOUT,
        Measure::SmallChanges(_) => small_changes::ABOUT,
        Measure::ShortFiles(_) => short_files::ABOUT,
        Measure::SimpleFunctions(_) => simple_functions::ABOUT,
        Measure::CalmHotSpots(_) => calm_hot_spots::ABOUT,
        Measure::DocumentedItems => documented_items::ABOUT,
        Measure::ExplainedSuppressions => explained_suppressions::ABOUT,
        Measure::TrackedDebt(_) => tracked_debt::ABOUT,
        Measure::UniqueLines(_) => unique_lines::ABOUT,
        Measure::EscapeFreeLines(_) => escape_free_lines::ABOUT,
        Measure::LocalChanges(_) => local_changes::ABOUT,
        Measure::AttendedCode(_) => attended_code::ABOUT,
        Measure::SteadyDeployments(_) => steady_deployments::ABOUT,
        Measure::InternalItems(_) => internal_items::ABOUT,
        Measure::Declared(settings) => declared::about(settings),
        Measure::CoveredLines(_) => covered_lines::ABOUT,
        Measure::FastEndpoints(_) => fast_endpoints::ABOUT,
        Measure::SafeReads => safe_reads::ABOUT,
        Measure::SingleTransaction => single_transaction::ABOUT,
        Measure::FineLocks(_) => fine_locks::ABOUT,
    }
}
