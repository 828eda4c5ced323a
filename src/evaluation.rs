//! The evaluation: readings added up per component and scope, shares turned into scores. Integers until the last print.
//!
//! A share is the sum of good divided by the sum of of, never an average of averages. A score is
//! `clamp((share − floor) ÷ (target − floor))`; that of a scope the weighted mean over the components known there.
//! Both are exact fractions: what a threshold is compared with has never been rounded.

mod bounds;
mod forecast;
mod score;
mod sums;
mod waivers;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codebase::maps::Map;
use crate::codebase::parallel;
use crate::codebase::{Codebase, FileIndex};
use crate::definition::{Component, Decimal, Definition};
use crate::facts::Lost;
use crate::measures::{self, Context, Measurement, Method, Reading, Subject};

use score::Bars;
use sums::{Sums, Tally};
use waivers::Waivers;

pub use bounds::{Bounds, Standing};
pub use forecast::Forecast;
pub use score::Score;
pub use waivers::{Excused, Waived, WaiverState, day_of};

/// Every component at every scope, from one definition and one codebase.
#[derive(Debug)]
pub struct Evaluation {
    /// The enabled components in the order of the definition, with everything they saw.
    pub components: Vec<Evaluated>,
    /// The whole repository.
    pub repository: Scope,
    /// Directories, then languages, then files, each sorted by name. A directory's name has no `/` at its end.
    pub scopes: Vec<Scope>,
    /// Declared exceptions, those of the definition first, then those in the code by file and line.
    pub waivers: Vec<Waived>,
}

/// A component with its measurement.
#[derive(Debug)]
pub struct Evaluated {
    /// The component.
    pub component: Component,
    /// What its measure saw. What a waiver excuses is good here.
    pub measurement: Measurement,
    /// Which readings were excused, in their order.
    pub excused: Vec<Excused>,
}

/// A set of subjects that is scored together.
#[derive(Clone, Debug, PartialEq)]
pub struct Scope {
    /// What kind of set it is.
    pub kind: ScopeKind,
    /// Its name as bytes: a path, or a language.
    pub name: Vec<u8>,
    /// One for each component of the evaluation, in its order.
    pub outcomes: Vec<Outcome>,
    /// The weighted mean over the components known here.
    pub score: Option<Score>,
    /// The same without waivers, where there are any that make a difference.
    pub strict_score: Option<Score>,
    /// Between what the score could be, had everything been judged that was lost; none where nothing could move it.
    pub bounds: Option<Bounds>,
    /// Weight of the components known here.
    pub known_weight: Decimal,
    /// Weight of all components that apply here.
    pub applicable_weight: Decimal,
}

impl Scope {
    /// The score without waivers.
    pub fn strict(&self) -> Option<&Score> {
        self.strict_score.as_ref().or(self.score.as_ref())
    }
}

/// What kind of set a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScopeKind {
    /// Everything.
    Repository,
    /// A directory with everything below it.
    Directory,
    /// The files of a language.
    Language,
    /// One file.
    File,
}

impl ScopeKind {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Directory => "directory",
            Self::Language => "language",
            Self::File => "file",
        }
    }
}

/// One component in one scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Whether there is a number.
    pub state: State,
    /// Sum of what is good.
    pub good: u64,
    /// How much of that is good only by a waiver.
    pub waived: u64,
    /// Sum of what was judged.
    pub of: u64,
    /// Subjects that could not be judged.
    pub unknown: u64,
    /// Subjects that were.
    pub subjects: u64,
    /// The score, if there is a number.
    pub score: Option<Score>,
    /// The score without waivers, if there are any that make a difference.
    pub strict_score: Option<Score>,
    /// Between what the score could be, had everything been judged that was lost; none where nothing could move it.
    pub bounds: Option<Box<Bounds>>,
}

impl Outcome {
    /// What is missing to a share of one, in the unit of the measure.
    pub fn gap(&self) -> u64 {
        self.of - self.good
    }

    /// How much more has to be good for a share of the target, if nothing comes or goes.
    pub fn to_go(&self, target: Decimal) -> u64 {
        let target = u128::try_from(target.millionths()).unwrap_or(0);
        let wanted = (u128::from(self.of) * target).div_ceil(Decimal::SCALE as u128);
        u64::try_from(wanted)
            .unwrap_or(self.of)
            .saturating_sub(self.good)
    }

    /// The score without waivers.
    pub fn strict(&self) -> Option<&Score> {
        self.strict_score.as_ref().or(self.score.as_ref())
    }

    /// What is good without a waiver.
    pub fn strict_good(&self) -> u64 {
        self.good - self.waived
    }
}

/// Whether a component has a number in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum State {
    /// It has.
    Measured,
    /// It has, from too few subjects to rely on.
    LowConfidence,
    /// Nothing of the kind exists here.
    NotApplicable,
    /// An input is missing.
    Unavailable,
    /// An input is too old to be believed.
    Stale,
}

impl State {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::LowConfidence => "low-confidence",
            Self::NotApplicable => "not-applicable",
            Self::Unavailable => "unavailable",
            Self::Stale => "stale",
        }
    }

    /// Whether there is a number.
    pub fn is_known(self) -> bool {
        matches!(self, Self::Measured | Self::LowConfidence)
    }
}

/// Evaluates a codebase under a definition, on so many threads at most; one starts no other. The evaluation does not
/// depend on their number. Waivers hold as on the day of its commit.
pub fn evaluate(definition: &Definition, codebase: &Codebase, threads: usize) -> Evaluation {
    evaluate_on(definition, codebase, day_of(codebase).as_deref(), threads)
}

/// Evaluates a codebase as it would be on another day: what is compared must not differ by a waiver that ran out.
pub fn evaluate_on(
    definition: &Definition,
    codebase: &Codebase,
    today: Option<&str>,
    threads: usize,
) -> Evaluation {
    let mut components = measured(
        definition,
        &Context::new(codebase, &definition.data, threads),
    );
    let mut waivers = Waivers::new(definition, codebase, today);
    for evaluated in &mut components {
        if let Measurement::Taken(taken) = &mut evaluated.measurement {
            evaluated.excused = waivers.excuse(&evaluated.component, &mut taken.readings);
        }
    }
    let judges: Vec<Judge> = components.iter().map(Judge::new).collect();
    let sums = Sums::new(codebase, &components);
    let score =
        |kind: ScopeKind, name: &[u8], tallies: &[Tally]| scope(kind, name, tallies, &judges);
    let mut scopes = Vec::with_capacity(codebase.files().len());
    for (name, tallies) in sums.directories() {
        scopes.push(score(ScopeKind::Directory, name, tallies));
    }
    for (name, tallies) in sums.languages() {
        scopes.push(score(ScopeKind::Language, name.as_bytes(), &tallies));
    }
    for (path, tallies) in sums.files() {
        scopes.push(score(ScopeKind::File, path, tallies));
    }
    Evaluation {
        repository: score(ScopeKind::Repository, b"", &sums.repository),
        scopes,
        components,
        waivers: waivers.finish(),
    }
}

/// Takes the measurement of every enabled component, in the order of the definition.
fn measured(definition: &Definition, context: &Context) -> Vec<Evaluated> {
    let evaluated = |component: &Component| Evaluated {
        component: component.clone(),
        measurement: measures::take(context, component),
        excused: Vec::new(),
    };
    let (shared_out, others): (Vec<_>, Vec<_>) = definition
        .enabled()
        .enumerate()
        .partition(|(_, component)| measures::is_shared_out(&component.measure));
    let parts = parallel::share(context.threads(), &others, |part| {
        part.map(|(position, component)| (*position, evaluated(component)))
            .collect::<Vec<_>>()
    });
    let mut all: Vec<(usize, Evaluated)> = parts.into_iter().flatten().collect();
    for (position, component) in shared_out {
        all.push((position, evaluated(component)));
    }
    all.sort_by_key(|(position, _)| *position);
    all.into_iter().map(|(_, evaluated)| evaluated).collect()
}

/// The scopes of which a component misses something, by name with what is missing: most first, then by name.
pub fn worst<'a>(
    scopes: impl IntoIterator<Item = &'a Scope>,
    position: usize,
) -> Vec<(&'a [u8], u64)> {
    let gap = |scope: &'a Scope| Some((scope.name.as_slice(), scope.outcomes.get(position)?.gap()));
    let gaps = scopes.into_iter().filter_map(gap);
    let mut worst: Vec<(&[u8], u64)> = gaps.filter(|(_, gap)| *gap > 0).collect();
    worst.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    worst
}

impl Evaluation {
    /// The scope of a directory, or of the whole repository for the empty name.
    pub fn directory(&self, name: &[u8]) -> Option<&Scope> {
        if name.is_empty() {
            return Some(&self.repository);
        }
        self.scopes
            .iter()
            .find(|scope| scope.kind == ScopeKind::Directory && scope.name == name)
    }

    /// Files that could move the score had they been read, each with the reason why they were not; none for a file of
    /// which passages could not be parsed.
    pub fn open(&self, codebase: &Codebase) -> BTreeMap<FileIndex, Option<&Lost>> {
        bounds::open(codebase, &self.components)
    }

    /// Subjects a component could not judge.
    pub fn unknown(&self, position: usize) -> &[(Subject, Lost)] {
        match self
            .components
            .get(position)
            .map(|evaluated| &evaluated.measurement)
        {
            Some(Measurement::Taken(taken)) => &taken.unknown,
            _ => &[],
        }
    }

    /// What a component would come to in the repository, if so much were good of so much.
    pub fn outcome_of(
        &self,
        position: usize,
        good: u64,
        of: u64,
        subjects: u64,
    ) -> Option<Outcome> {
        let judge = Judge::new(self.components.get(position)?);
        let unknown = self.repository.outcomes.get(position)?.unknown;
        Some(judge.outcome(Tally {
            good,
            waived: 0,
            of,
            unknown,
            subjects,
            lost: 0,
        }))
    }

    /// What is excused of a component.
    pub fn excused(&self, position: usize) -> Map<Subject, Excused> {
        let excused = self.components.get(position).map(|row| &row.excused);
        let readings = self.readings(position);
        let found = excused.into_iter().flatten().filter_map(|excused| {
            let reading = readings.get(excused.reading)?;
            Some((reading.subject, *excused))
        });
        found.collect()
    }

    /// The readings of a component, if it has any.
    pub fn readings(&self, position: usize) -> &[Reading] {
        match self
            .components
            .get(position)
            .map(|evaluated| &evaluated.measurement)
        {
            Some(Measurement::Taken(taken)) => &taken.readings,
            _ => &[],
        }
    }
}

impl Evaluated {
    /// How sure its numbers are; none where there are none.
    pub fn method(&self) -> Option<Method> {
        match &self.measurement {
            Measurement::Taken(taken) => Some(taken.method),
            _ => None,
        }
    }
}

/// What turns tallies of one component into outcomes.
struct Judge {
    /// The state where something was judged; or everywhere, without a measurement.
    found: State,
    taken: bool,
    fewest_subjects: u64,
    weight: Decimal,
    bars: Option<Bars>,
}

impl Judge {
    fn new(evaluated: &Evaluated) -> Self {
        let component = &evaluated.component;
        let (found, taken) = match &evaluated.measurement {
            Measurement::NotApplicable { .. } => (State::NotApplicable, false),
            Measurement::Unavailable { .. } => (State::Unavailable, false),
            Measurement::Stale { .. } => (State::Stale, false),
            Measurement::Taken(taken) if taken.thin => (State::LowConfidence, true),
            Measurement::Taken(_) => (State::Measured, true),
        };
        Self {
            found,
            taken,
            fewest_subjects: measures::about(&component.measure).fewest_subjects.into(),
            weight: component.weight,
            bars: Bars::new(component.target, component.floor),
        }
    }

    fn state(&self, tally: Tally) -> State {
        if !self.taken || (tally.of > 0 && tally.subjects >= self.fewest_subjects) {
            self.found
        } else if tally.of > 0 {
            State::LowConfidence
        } else if tally.unknown > 0 {
            State::Unavailable
        } else {
            State::NotApplicable
        }
    }

    fn outcome(&self, tally: Tally) -> Outcome {
        let state = self.state(tally);
        let score = |good: u64| {
            let bars = self.bars.filter(|_| state.is_known())?;
            bars.score(good, tally.of)
        };
        Outcome {
            state,
            good: tally.good,
            waived: tally.waived,
            of: tally.of,
            unknown: tally.unknown,
            subjects: tally.subjects,
            score: score(tally.good),
            strict_score: (tally.waived > 0)
                .then(|| score(tally.good - tally.waived))
                .flatten(),
            bounds: self.bounds(tally).map(Box::new),
        }
    }

    fn bounds(&self, tally: Tally) -> Option<Bounds> {
        let bars = self.bars.filter(|_| self.taken && tally.lost > 0)?;
        let scaled = |count: u64| count.saturating_mul(bounds::PARTS);
        let of = scaled(tally.of).saturating_add(tally.lost);
        let good = scaled(tally.good);
        let low = bars.score(good, of)?;
        let high = bars.score(good.saturating_add(tally.lost), of)?;
        (low != high).then_some(Bounds { low, high })
    }
}

fn scope(kind: ScopeKind, name: &[u8], tallies: &[Tally], judges: &[Judge]) -> Scope {
    let outcomes: Vec<Outcome> = judges
        .iter()
        .zip(tallies)
        .map(|(judge, tally)| judge.outcome(*tally))
        .collect();
    let weigh = |counts: fn(&Outcome) -> bool| {
        let millionths = judges
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| counts(outcome))
            .map(|(judge, _)| judge.weight.millionths())
            .sum();
        Decimal::from_millionths(millionths)
    };
    let scores = judges
        .iter()
        .zip(&outcomes)
        .filter_map(|(judge, outcome)| Some((outcome.score.as_ref()?, judge.weight)));
    let strict_scores = judges.iter().zip(&outcomes).filter_map(|(judge, outcome)| {
        let score = outcome.strict_score.as_ref().or(outcome.score.as_ref());
        Some((score?, judge.weight))
    });
    let is_waived = outcomes.iter().any(|outcome| outcome.waived > 0);
    let score = Score::mean(scores);
    let bounds = score.as_ref().and_then(|_| bounds_of(&outcomes, judges));
    Scope {
        kind,
        name: name.to_vec(),
        bounds,
        score,
        strict_score: is_waived.then(|| Score::mean(strict_scores)).flatten(),
        known_weight: weigh(|outcome| outcome.score.is_some()),
        applicable_weight: weigh(|outcome| outcome.state != State::NotApplicable),
        outcomes,
    }
}

/// The bounds of a scope with a score. A component without a number counts where it may have lost all it had.
fn bounds_of(outcomes: &[Outcome], judges: &[Judge]) -> Option<Bounds> {
    if outcomes.iter().all(|outcome| outcome.bounds.is_none()) {
        return None;
    }
    let mean = |bound: fn(&Bounds) -> &Score| {
        let scores = outcomes.iter().zip(judges).filter_map(|(outcome, judge)| {
            let own = outcome.bounds.as_deref().map(bound);
            Some((own.or(outcome.score.as_ref())?, judge.weight))
        });
        Score::mean(scores)
    };
    let low = mean(|bounds| &bounds.low)?;
    let high = mean(|bounds| &bounds.high)?;
    (low != high).then_some(Bounds { low, high })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::{Outcome, State, evaluate};
    use crate::definition::{Decimal, Definition};
    use crate::measures::testing::codebase;

    #[test]
    fn what_is_needed_reaches_the_target_and_one_less_does_not() {
        let target = Decimal::from_millionths(950_000);
        let needed = |good, of| {
            let outcome = Outcome {
                state: State::Measured,
                good,
                waived: 0,
                of,
                unknown: 0,
                subjects: of,
                score: None,
                strict_score: None,
                bounds: None,
            };
            outcome.to_go(target)
        };
        assert_eq!(needed(0, 100), 95);
        assert_eq!(needed(90, 101), 6);
        assert_eq!(needed(100, 100), 0);
    }

    #[test]
    fn the_number_of_threads_changes_nothing() {
        // Enough files that a second thread is started.
        let mut fixture = String::from("//- pkg/__init__.py\nfrom .m0 import *\n");
        for at in 0..200 {
            let next = (at * 7 + 1) % 200;
            let _ = writeln!(
                fixture,
                "//- pkg/m{at}.py\nfrom .m{next} import f{next}\ndef f{at}(): return f{next}()"
            );
        }
        for at in 0..120 {
            let used = at * at % 150;
            let _ = writeln!(
                fixture,
                "//- tests/test_{at}.py\nfrom pkg import f0\nfrom pkg.m{used} import f{used}\n\
                 def test_it(): f{used}(f0())"
            );
        }
        let codebase = codebase(&fixture);
        let evaluated = |threads| {
            let evaluation = evaluate(&Definition::builtin(), &codebase, threads);
            format!("{evaluation:?}")
        };
        let one = evaluated(1);
        assert!(one.contains("only indirectly"), "{one}");
        assert_eq!(evaluated(2), one);
        assert_eq!(evaluated(16), one);
    }
}
