//! The gate: two evaluations under one definition, what became of every subject between them, and the verdict.
//!
//! Levels decide about regressions: a subject that is bad at the head and was not at the base, or was less so. Gaps that
//! were there before, and code that only moved, never fail anybody. The bars of the definition (`fail_under`, `max_drop`,
//! the floor of a component at level `block`) are findings of their own. What cannot be known is inconclusive.

mod excuse;
mod matching;
mod parts;
mod since;
mod tests_kept;
mod transition;
mod unknown;
mod verdict;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::advice::golden::{self, Golden};
use crate::advice::namesakes::Namesakes;
use crate::codebase::Codebase;
use crate::codebase::maps::Map;
use crate::definition::{Alteration, Component, GateSettings, Level};
use crate::evaluation::{Evaluation, Excused, Outcome};
use crate::facts::Lost;
use crate::measures::{self, About, Method, Reading, Subject};
use crate::path::RepoPath;

use matching::Matching;
use parts::Way;
use transition::{Follower, Move, Transition, Transitions};

pub use crate::advice::golden::Example;
pub use matching::{Changed, Texts};
pub use parts::{Parts, UNITS, units};
pub use since::{Since, Suspect, were_as_bad};
pub use transition::Kind;
pub use verdict::{Finding, Verdict};

/// How many subjects are named that moved the score most.
const MOVERS: usize = 3;

/// One side of the comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What was measured.
    pub codebase: &'a Codebase,
    /// What came out, under the base's definition.
    pub evaluation: &'a Evaluation,
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Where the change began.
    pub base: Side<'a>,
    /// Where it leads.
    pub head: Side<'a>,
    /// The head under its own definition, if that is another one.
    pub under_head: Option<&'a Evaluation>,
    /// The files that [`Changed`] names.
    pub texts: &'a Texts,
    /// The bars of the base's definition.
    pub settings: &'a GateSettings,
    /// How the head's definition differs.
    pub alterations: &'a [Alteration],
    /// Weakenings of the definition are agreed to.
    pub may_alter: bool,
}

/// What became of everything, and the verdict.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// In the order of the definition.
    pub components: Vec<Delta>,
    /// The scores and why they differ.
    pub parts: Parts,
    /// The subjects that moved the score most.
    pub movers: Vec<Mover>,
    /// How the head's definition differs.
    pub alterations: Vec<Alteration>,
    /// What decides, in the order of the report.
    pub findings: Vec<Finding>,
    /// Files that keep the score from being held against its bar, sorted by path, each with the reason; none for one of
    /// which passages could not be parsed.
    pub open: Vec<(RepoPath, Option<Lost>)>,
}

/// One component on both sides.
#[derive(Clone, Debug)]
pub struct Delta {
    /// The component, under the base's definition.
    pub component: Component,
    /// What its measure is about.
    pub about: About,
    /// How sure its numbers are; none without any.
    pub method: Option<Method>,
    /// At the base.
    pub base: Outcome,
    /// At the head.
    pub head: Outcome,
    /// What became of its subjects, by kind: how many, and how much of the gap changed or is inherited.
    pub counts: BTreeMap<Kind, Count>,
    /// Subjects whose state changed: all kinds but the inherited ones, in the order of [`Kind`], then of paths.
    pub changes: Vec<Change>,
    /// Files that cannot be measured though they were, or are new.
    pub unknown: Vec<(RepoPath, Lost)>,
}

/// Subjects of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub subjects: u64,
    /// What they add to the gap (newly bad, worsened), take from it (fixed, removed) or keep in it (moved, inherited).
    pub amount: u64,
}

/// A subject whose state changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What became of it.
    pub kind: Kind,
    /// The subject at the head, for those who look it up; none if it is gone.
    pub subject: Option<Subject>,
    /// Where it is, or was if it is gone.
    pub path: RepoPath,
    /// Its line, if it is part of a file.
    pub line: Option<u32>,
    /// Where it was, if that was another file.
    pub was_path: Option<RepoPath>,
    /// What it is called; none for a whole file and what has no name.
    pub name: Option<String>,
    /// How many of the same kind and name stand before it in its file, if it is a regression.
    pub namesakes: u32,
    /// What was missing of it at the base.
    pub before: u64,
    /// What is missing of it.
    pub after: u64,
    /// What a person can do about it, or what there was to do: a clause; none if there is nothing to say.
    pub note: Option<String>,
    /// The commit of the change that made it so.
    pub since: Option<Since>,
    /// A subject nearby that passes.
    pub example: Option<Example>,
}

impl Change {
    /// By how much the gap changed, or what of it is kept.
    pub fn amount(&self) -> u64 {
        self.kind.amount(self.before, self.after)
    }
}

/// A subject that moved the score.
#[derive(Clone, Debug, PartialEq)]
pub struct Mover {
    /// The component, by its position.
    pub position: usize,
    /// Where it is, or was.
    pub path: RepoPath,
    /// Its line, if it is part of a file.
    pub line: Option<u32>,
    /// By how much, in millionths of a point.
    pub effect: i64,
    /// Whether it is new, gone or changed.
    pub came: bool,
    /// See above.
    pub went: bool,
}

impl Delta {
    /// Whether it can fail a change: its level says so and it is not drawn from history.
    pub fn gates(&self) -> bool {
        self.component.level >= Level::Ratchet && !self.component.measure.is_drawn_from_history()
    }

    /// Subjects of a kind.
    pub fn count(&self, kind: Kind) -> Count {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// Subjects that are bad because of the change.
    pub fn regressions(&self) -> impl Iterator<Item = &Change> {
        self.changes
            .iter()
            .filter(|change| change.kind.is_regression())
    }
}

/// Compares two sides.
pub fn compare(inputs: Inputs<'_>) -> Comparison {
    let Inputs { base, head, .. } = inputs;
    let matching = Matching::new(base.codebase, head.codebase, inputs.texts);
    let mut components = Vec::new();
    let mut transitions: Vec<Option<Transitions>> = Vec::new();
    for position in 0..head.evaluation.components.len() {
        let follower = Follower::new(base, head, &matching, position);
        let found = follower.as_ref().map(Follower::run);
        components.extend(delta(base, head, position, found.as_ref()));
        transitions.push(found);
    }
    let way = Way::new(base, head);
    let parts = way.parts(&transitions, inputs.under_head);
    let movers = movers(base, head, &way, &transitions);
    let mut comparison = Comparison {
        components,
        parts,
        movers,
        alterations: inputs.alterations.to_vec(),
        findings: Vec::new(),
        open: Vec::new(),
    };
    comparison.findings = verdict::findings(&comparison, &inputs);
    if comparison.findings.iter().any(Finding::is_open) {
        let open = head.evaluation.open(head.codebase).into_iter();
        let named = open.map(|(file, lost)| (head.codebase.file(file).path.clone(), lost.cloned()));
        comparison.open = named.collect();
    }
    comparison
}

impl Comparison {
    /// The verdict: what was found decides.
    pub fn verdict(&self) -> Verdict {
        let verdicts = self.findings.iter().map(Finding::verdict);
        verdicts.max().unwrap_or(Verdict::Passed)
    }

    /// Subjects that fail it, to be asked since when they do: the position of the component and the place of the change.
    pub fn suspects(&self) -> Vec<Suspect> {
        let mut suspects = Vec::new();
        for (position, delta) in self.components.iter().enumerate() {
            for (at, change) in delta.changes.iter().enumerate() {
                if let (true, Some(subject)) = (change.kind.is_regression(), change.subject) {
                    suspects.push(Suspect {
                        position,
                        at,
                        subject,
                    });
                }
            }
        }
        suspects
    }

    /// Whether nothing at all became of anything: no number differs.
    pub fn is_empty(&self) -> bool {
        let is_quiet = |delta: &Delta| {
            delta.changes.is_empty()
                && delta.unknown.is_empty()
                && (delta.base.good, delta.base.of) == (delta.head.good, delta.head.of)
        };
        self.components.iter().all(is_quiet) && self.alterations.is_empty()
    }
}

fn delta(
    base: Side<'_>,
    head: Side<'_>,
    position: usize,
    found: Option<&Transitions>,
) -> Option<Delta> {
    let evaluated = head.evaluation.components.get(position)?;
    let mut delta = Delta {
        component: evaluated.component.clone(),
        about: measures::about(&evaluated.component.measure),
        method: evaluated.method(),
        base: base.evaluation.repository.outcomes.get(position)?.clone(),
        head: head.evaluation.repository.outcomes.get(position)?.clone(),
        counts: BTreeMap::new(),
        changes: Vec::new(),
        unknown: Vec::new(),
    };
    let Some(found) = found else {
        return Some(delta);
    };
    let mut examples = Golden::new(head.codebase, head.evaluation, position);
    let notes = [Notes::new(base, position), Notes::new(head, position)];
    let mut namesakes = Namesakes::new(head.codebase);
    for transition in &found.all {
        let count = delta.counts.entry(transition.kind).or_default();
        count.subjects += 1;
        count.amount += transition.kind.amount(transition.before, transition.after);
        if transition.kind != Kind::Inherited {
            let described = describe(base, head, &notes, transition);
            delta.changes.extend(described.map(|mut change| {
                if let (true, Some(subject)) = (change.kind.is_regression(), change.subject) {
                    change.example = examples.nearest(subject);
                    change.namesakes = namesakes.before(subject);
                }
                change
            }));
        }
    }
    delta.changes.sort_by(|one, other| {
        (one.kind, &one.path, one.line).cmp(&(other.kind, &other.path, other.line))
    });
    let unknown = found.unknown.iter().map(|(file, lost)| {
        let path = head.codebase.file(*file).path.clone();
        (path, lost.clone())
    });
    delta.unknown = unknown.chain(found.unseen.iter().cloned()).collect();
    delta.unknown.sort();
    delta.unknown.dedup();
    Some(delta)
}

fn describe(
    base: Side<'_>,
    head: Side<'_>,
    [before, after]: &[Notes<'_>; 2],
    transition: &Transition,
) -> Option<Change> {
    let (side, subject) = match (transition.now, transition.was) {
        (Some(now), _) => (head, now),
        (None, was) => (base, was?),
    };
    let path = |side: Side<'_>, subject: Subject| {
        subject
            .file()
            .map(|file| side.codebase.file(file).path.clone())
    };
    let place = path(side, subject)?;
    let was = transition.was.and_then(|was| path(base, was));
    // What was fixed is told by what was wrong with it.
    let (told, about) = match (transition.kind, transition.was) {
        (Kind::Fixed, Some(was)) if transition.after == 0 => (before, was),
        _ if transition.now.is_none() => (before, subject),
        _ => (after, subject),
    };
    Some(Change {
        kind: transition.kind,
        subject: transition.now,
        line: subject.line(side.codebase),
        was_path: was.filter(|was| *was != place),
        path: place,
        name: golden::name(side.codebase, subject),
        namesakes: 0,
        before: transition.before,
        after: transition.after,
        note: told.of(about),
        since: None,
        example: None,
    })
}

/// What there is to say of the readings of one component.
struct Notes<'a> {
    side: Side<'a>,
    component: Option<&'a Component>,
    readings: Map<Subject, &'a Reading>,
    /// What a waiver makes good: its reason is what there is to say.
    excused: Map<Subject, Excused>,
}

impl<'a> Notes<'a> {
    fn new(side: Side<'a>, position: usize) -> Self {
        let evaluated = side.evaluation.components.get(position);
        let readings = side.evaluation.readings(position).iter();
        Self {
            side,
            excused: side.evaluation.excused(position),
            component: evaluated.map(|evaluated| &evaluated.component),
            readings: readings
                .filter(|reading| reading.gap() > 0)
                .map(|reading| (reading.subject, reading))
                .collect(),
        }
    }

    fn of(&self, subject: Subject) -> Option<String> {
        if let Some(excused) = self.excused.get(&subject) {
            let waiver = self.side.evaluation.waivers.get(excused.waiver)?;
            return Some(waiver.reason.clone());
        }
        let reading = self.readings.get(&subject)?;
        measures::explain(self.side.codebase, self.component?, reading)
    }
}

/// The subjects that moved the score most, the largest effect first.
fn movers(
    base: Side<'_>,
    head: Side<'_>,
    way: &Way<'_>,
    transitions: &[Option<Transitions>],
) -> Vec<Mover> {
    let mut all: Vec<(i64, usize, &Move)> = Vec::new();
    // Most subjects are alike: a score is asked for once for all of them.
    let mut effects: Map<_, i64> = Map::default();
    for (position, found) in transitions.iter().enumerate() {
        for moved in found.iter().flat_map(|found| &found.moves) {
            let effect = *effects
                .entry((position, moved.before, moved.after))
                .or_insert_with(|| way.effect(position, moved));
            if effect != 0 {
                all.push((effect, position, moved));
            }
        }
    }
    let mut movers: Vec<Mover> = all
        .into_iter()
        .filter_map(|(effect, position, moved)| {
            let (side, subject) = match (moved.now, moved.was) {
                (Some(now), _) => (head, now),
                (None, was) => (base, was?),
            };
            Some(Mover {
                position,
                path: side.codebase.file(subject.file()?).path.clone(),
                line: subject.line(side.codebase),
                effect,
                came: moved.before.is_none(),
                went: moved.after.is_none(),
            })
        })
        .collect();
    movers.sort_by(|one, other| {
        let key = |mover: &Mover| (u64::MAX - mover.effect.unsigned_abs(), mover.position);
        (key(one), &one.path, one.line).cmp(&(key(other), &other.path, other.line))
    });
    movers.truncate(MOVERS);
    movers
}
