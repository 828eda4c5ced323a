//! What is said first: the worst regressions, how many there are, and what cannot be measured.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::GateReport;
use crate::definition::Level;
use crate::evaluation::State;
use crate::facts::Lost;
use crate::gate::{Change, Count, Delta, Finding, Kind, Verdict};
use crate::path::RepoPath;

/// What a ratchet holds against a change.
pub(super) const REGRESSIONS: [Kind; 2] = [Kind::NewlyBad, Kind::Worsened];

/// Regressions with the place of their component, the worst first.
pub(super) struct Worst<'a> {
    /// As many as were asked for.
    pub(super) shown: Vec<(usize, &'a Change)>,
    /// All there are: subjects by component, for components that have any.
    pub(super) all: BTreeMap<usize, u64>,
}

impl Worst<'_> {
    /// How many subjects.
    pub(super) fn subjects(&self) -> u64 {
        self.all.values().sum()
    }

    /// The first few by component.
    pub(super) fn by_component(&self, shown: usize) -> BTreeMap<usize, Vec<&Change>> {
        let mut components: BTreeMap<usize, Vec<&Change>> = BTreeMap::new();
        for (position, change) in self.shown.iter().take(shown) {
            components.entry(*position).or_default().push(change);
        }
        components
    }

    /// Subjects beyond the first few, and in how many components.
    pub(super) fn beyond(&self, shown: usize) -> (u64, u64) {
        let mut left = self.all.clone();
        for (position, _) in self.shown.iter().take(shown) {
            if let Some(subjects) = left.get_mut(position) {
                *subjects -= 1;
            }
        }
        let components = left.values().filter(|subjects| **subjects > 0).count();
        (left.values().sum(), components as u64)
    }
}

/// Changes of these kinds in the components that `counts`, at most so many: the worst of each component first, so that
/// none hides behind another.
pub(super) fn worst<'a>(
    report: &GateReport<'a>,
    counts: impl Fn(&Delta) -> bool,
    kinds: &[Kind],
    most: usize,
) -> Worst<'a> {
    let mut ranked: Vec<(usize, usize, &Change)> = Vec::new();
    let mut all = BTreeMap::new();
    for (position, delta) in report.comparison.components.iter().enumerate() {
        if !counts(delta) {
            continue;
        }
        let changes = delta.changes.iter();
        let mut changes: Vec<&Change> = changes
            .filter(|change| kinds.contains(&change.kind))
            .collect();
        if !changes.is_empty() {
            all.insert(position, changes.len() as u64);
        }
        // Sorting is stable: what weighs the same stays in the order of kinds and paths.
        changes.sort_by_key(|change| Reverse((change.amount(), change.after)));
        let first = changes.into_iter().take(most).enumerate();
        ranked.extend(first.map(|(rank, change)| (rank, position, change)));
    }
    ranked.sort_by_key(|(rank, position, _)| (*rank, *position));
    let shown = ranked.into_iter().take(most);
    Worst {
        shown: shown
            .map(|(_, position, change)| (position, change))
            .collect(),
        all,
    }
}

/// Whether a component is shown though it fails nobody.
pub(super) fn is_reported(delta: &Delta) -> bool {
    !delta.gates() && is_shown(delta)
}

/// Whether anything of a component is shown to people.
pub(super) fn is_shown(delta: &Delta) -> bool {
    delta.component.level > Level::Track
}

/// Subjects of a kind and by how much they change the gap.
pub(super) fn count(delta: &Delta, kind: Kind) -> Count {
    if kind == Kind::Inherited {
        return delta.count(kind);
    }
    let changes = delta.changes.iter().filter(|change| change.kind == kind);
    changes.fold(Count::default(), |count, change| Count {
        subjects: count.subjects + 1,
        amount: count.amount + change.amount(),
    })
}

/// Subjects of a kind in all components that are shown.
pub(super) fn subjects(report: &GateReport, kind: Kind) -> u64 {
    let shown = report.comparison.components.iter();
    shown
        .filter(|delta| is_shown(delta))
        .map(|delta| count(delta, kind).subjects)
        .sum()
}

/// Files that a component that gates could not measure or that keep the score from its bar, each once, with the reason;
/// none where only passages could not be parsed.
pub(super) fn unknown<'a>(report: &GateReport<'a>) -> BTreeMap<&'a RepoPath, Option<&'a Lost>> {
    let open = report.comparison.open.iter();
    let open = open.map(|(path, lost)| (path, lost.as_ref()));
    let components = report.comparison.components.iter();
    let unknown = components
        .filter(|delta| delta.gates())
        .flat_map(|delta| &delta.unknown)
        .map(|(path, lost)| (path, Some(lost)));
    open.chain(unknown).collect()
}

/// Components with a number at the head, and those of which one could be expected.
pub(super) fn measured(report: &GateReport) -> (u64, u64) {
    let components = report.comparison.components.iter();
    let (mut known, mut applicable) = (0, 0);
    for delta in components {
        known += u64::from(delta.head.state.is_known());
        applicable += u64::from(delta.head.state != State::NotApplicable);
    }
    (known, applicable)
}

/// Findings that decide the verdict, or that do not.
pub(super) fn findings<'a>(
    report: &GateReport<'a>,
    verdict: impl Fn(Verdict) -> bool,
) -> impl Iterator<Item = &'a Finding> {
    let findings = report.comparison.findings.iter();
    findings.filter(move |finding| verdict(finding.verdict()))
}
