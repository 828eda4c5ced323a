//! The evaluation: readings added up per component and scope, shares turned into scores. Integers until the last print.
//!
//! A share is the sum of good divided by the sum of of, never an average of averages. A score is
//! `clamp((share − floor) ÷ (target − floor))`; that of a scope the weighted mean over the components known there.
//! Both are exact fractions: what a threshold is compared with has never been rounded.

use std::collections::{BTreeMap, BTreeSet};

use num_bigint::BigUint;

use crate::codebase::{Codebase, FileIndex};
use crate::definition::{Component, Decimal, Definition};
use crate::measures::{self, Measurement, Method, Reading, Subject};

/// Every component at every scope, from one definition and one codebase.
#[derive(Debug)]
pub struct Evaluation {
    /// The enabled components in the order of the definition, with everything they saw.
    pub components: Vec<Evaluated>,
    /// The whole repository.
    pub repository: Scope,
    /// Directories, then languages, then files, each sorted by name. A directory's name has no `/` at its end.
    pub scopes: Vec<Scope>,
}

/// A component with its measurement.
#[derive(Debug)]
pub struct Evaluated {
    /// The component.
    pub component: Component,
    /// What its measure saw.
    pub measurement: Measurement,
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
    /// Weight of the components known here.
    pub known_weight: Decimal,
    /// Weight of all components that apply here.
    pub applicable_weight: Decimal,
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
    /// Sum of what was judged.
    pub of: u64,
    /// Subjects that could not be judged.
    pub unknown: u64,
    /// Subjects that were.
    pub subjects: u64,
    /// The score, if there is a number.
    pub score: Option<Score>,
}

impl Outcome {
    /// What is missing to a share of one, in the unit of the measure.
    pub fn gap(&self) -> u64 {
        self.of - self.good
    }
}

/// Whether a component has a number in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It has.
    Measured,
    /// It has, from too few subjects to rely on.
    LowConfidence,
    /// Nothing of the kind exists here.
    NotApplicable,
    /// An input is missing.
    Unavailable,
}

impl State {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::LowConfidence => "low-confidence",
            Self::NotApplicable => "not-applicable",
            Self::Unavailable => "unavailable",
        }
    }

    /// Whether there is a number.
    pub fn is_known(self) -> bool {
        matches!(self, Self::Measured | Self::LowConfidence)
    }
}

/// A score from 0 to 100 as an exact fraction of 0 to 1.
#[derive(Clone, Debug)]
pub struct Score {
    numerator: BigUint,
    denominator: BigUint,
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        &self.numerator * &other.denominator == &other.numerator * &self.denominator
    }
}

impl Score {
    /// The score of a share between floor and target; none where nothing was judged or the bars make no sense.
    pub fn of_share(good: u64, of: u64, target: Decimal, floor: Decimal) -> Option<Self> {
        let (target, floor) = (target.millionths(), floor.millionths());
        if of == 0 || target <= floor || floor < 0 || good > of {
            return None;
        }
        let scale = Decimal::SCALE as u128;
        // (good/of − floor) ÷ (target − floor), all multiplied by of and by the scale of decimals.
        let above = (u128::from(good) * scale).saturating_sub(u128::from(of) * floor as u128);
        let span = u128::from(of) * (target - floor) as u128;
        Some(Self {
            numerator: above.min(span).into(),
            denominator: span.into(),
        })
    }

    /// The weighted mean; none without weight.
    pub fn mean<'a>(scores: impl Iterator<Item = (&'a Self, Decimal)>) -> Option<Self> {
        let mut numerator = BigUint::ZERO;
        let mut denominator = BigUint::from(1u8);
        let mut weights = 0u64;
        for (score, weight) in scores {
            let weight = weight.millionths().max(0) as u64;
            numerator = numerator * &score.denominator + &score.numerator * &denominator * weight;
            denominator *= &score.denominator;
            weights += weight;
        }
        (weights > 0).then(|| Self {
            numerator,
            denominator: denominator * weights,
        })
    }

    /// Whether it is below a bar of 0 to 100, compared exactly.
    pub fn is_below(&self, bar: Decimal) -> bool {
        let bar = bar.millionths().max(0) as u64;
        &self.numerator * (100 * Decimal::SCALE as u64) < &self.denominator * bar
    }

    /// 0 to 100 in units of `1 ÷ parts`, rounded down: no printed number crosses a bar.
    pub fn floor_hundred(&self, parts: u32) -> u64 {
        let scaled = &self.numerator * (100 * u64::from(parts)) / &self.denominator;
        u64::try_from(scaled).unwrap_or(0)
    }
}

/// Evaluates a codebase under a definition.
pub fn evaluate(definition: &Definition, codebase: &Codebase) -> Evaluation {
    let components: Vec<Evaluated> = definition
        .enabled()
        .map(|component| Evaluated {
            component: component.clone(),
            measurement: measures::take(codebase, component),
        })
        .collect();
    let mut sums = Sums::new(codebase, components.len());
    for (position, evaluated) in components.iter().enumerate() {
        sums.add(position, evaluated);
    }
    let score =
        |kind: ScopeKind, name: &[u8], tallies: &[Tally]| scope(kind, name, tallies, &components);
    let mut scopes = Vec::new();
    for (name, tallies) in &sums.directories {
        scopes.push(score(ScopeKind::Directory, name, tallies));
    }
    for (name, tallies) in &sums.languages {
        scopes.push(score(ScopeKind::Language, name.as_bytes(), tallies));
    }
    for (index, tallies) in &sums.files {
        let path = codebase.file(*index).path.as_bytes();
        scopes.push(score(ScopeKind::File, path, tallies));
    }
    Evaluation {
        repository: score(ScopeKind::Repository, b"", &sums.repository),
        scopes,
        components,
    }
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

/// What one component adds up to in one scope.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    good: u64,
    of: u64,
    unknown: u64,
    subjects: u64,
}

impl Tally {
    fn reading(&mut self, reading: &Reading) {
        self.good += reading.good;
        self.of += reading.of;
        self.subjects += u64::from(reading.of > 0);
    }

    fn add(&mut self, other: Self) {
        self.good += other.good;
        self.of += other.of;
        self.unknown += other.unknown;
        self.subjects += other.subjects;
    }
}

/// Tallies of every component at every scope.
struct Sums<'a> {
    codebase: &'a Codebase,
    count: usize,
    repository: Vec<Tally>,
    directories: BTreeMap<Vec<u8>, Vec<Tally>>,
    languages: BTreeMap<&'static str, Vec<Tally>>,
    files: BTreeMap<FileIndex, Vec<Tally>>,
}

impl<'a> Sums<'a> {
    fn new(codebase: &'a Codebase, count: usize) -> Self {
        Self {
            codebase,
            count,
            repository: vec![Tally::default(); count],
            directories: BTreeMap::new(),
            languages: BTreeMap::new(),
            files: BTreeMap::new(),
        }
    }

    /// Adds a component's readings: first per file, then each file to the scopes that hold it.
    fn add(&mut self, position: usize, evaluated: &Evaluated) {
        let Measurement::Taken(taken) = &evaluated.measurement else {
            return;
        };
        let mut by_file: BTreeMap<FileIndex, Tally> = BTreeMap::new();
        for reading in &taken.readings {
            match reading.subject {
                Subject::File(file) | Subject::Line(file, _) => {
                    by_file.entry(file).or_default().reading(reading);
                }
                Subject::Change(change) => self.change(position, change, reading),
            }
        }
        for (subject, _) in &taken.unknown {
            if let Subject::File(file) | Subject::Line(file, _) = subject {
                by_file.entry(*file).or_default().unknown += 1;
            }
        }
        for (file, tally) in by_file {
            self.file(position, file, tally);
        }
    }

    fn file(&mut self, position: usize, index: FileIndex, tally: Tally) {
        let count = self.count;
        let none = || vec![Tally::default(); count];
        let file = self.codebase.file(index);
        self.repository[position].add(tally);
        self.files.entry(index).or_insert_with(none)[position].add(tally);
        if let Some(language) = file.language {
            self.languages.entry(language.name()).or_insert_with(none)[position].add(tally);
        }
        for directory in ancestors(file.path.directory()) {
            match self.directories.get_mut(directory) {
                Some(tallies) => tallies[position].add(tally),
                None => {
                    let mut tallies = none();
                    tallies[position].add(tally);
                    self.directories.insert(directory.to_vec(), tallies);
                }
            }
        }
    }

    /// A change counts once in every scope it touches.
    fn change(&mut self, position: usize, change: usize, reading: &Reading) {
        let count = self.count;
        let none = || vec![Tally::default(); count];
        let mut directories: BTreeSet<&[u8]> = BTreeSet::new();
        let mut languages: BTreeSet<&'static str> = BTreeSet::new();
        self.repository[position].reading(reading);
        for path in &self.codebase.history.changes[change].paths {
            let Some(index) = self.codebase.find(path) else {
                continue;
            };
            let file = self.codebase.file(index);
            if !file.class.has_facts() || file.language.is_none() {
                continue;
            }
            directories.extend(ancestors(file.path.directory()));
            languages.extend(file.language.map(|language| language.name()));
            self.files.entry(index).or_insert_with(none)[position].reading(reading);
        }
        for directory in directories {
            self.directories
                .entry(directory.to_vec())
                .or_insert_with(none)[position]
                .reading(reading);
        }
        for language in languages {
            self.languages.entry(language).or_insert_with(none)[position].reading(reading);
        }
    }
}

/// A directory and those above it, without the root.
fn ancestors(directory: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(directory).filter(|directory| !directory.is_empty());
    std::iter::from_fn(move || {
        let current = rest?;
        rest = memchr::memrchr(b'/', current).map(|slash| &current[..slash]);
        Some(current)
    })
}

fn scope(kind: ScopeKind, name: &[u8], tallies: &[Tally], components: &[Evaluated]) -> Scope {
    let outcomes: Vec<Outcome> = components
        .iter()
        .zip(tallies)
        .map(|(evaluated, tally)| outcome(evaluated, *tally))
        .collect();
    let weigh = |counts: &dyn Fn(&Outcome) -> bool| {
        let millionths = components
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| counts(outcome))
            .map(|(evaluated, _)| evaluated.component.weight.millionths())
            .sum();
        Decimal::from_millionths(millionths)
    };
    let known_weight = weigh(&|outcome| outcome.score.is_some());
    let applicable_weight = weigh(&|outcome| outcome.state != State::NotApplicable);
    let score = Score::mean(
        components
            .iter()
            .zip(&outcomes)
            .filter_map(|(evaluated, outcome)| {
                Some((outcome.score.as_ref()?, evaluated.component.weight))
            }),
    );
    Scope {
        kind,
        name: name.to_vec(),
        outcomes,
        score,
        known_weight,
        applicable_weight,
    }
}

fn outcome(evaluated: &Evaluated, tally: Tally) -> Outcome {
    let component = &evaluated.component;
    let state = match &evaluated.measurement {
        Measurement::NotApplicable { .. } => State::NotApplicable,
        Measurement::Unavailable { .. } => State::Unavailable,
        Measurement::Taken(_) if tally.of == 0 && tally.unknown > 0 => State::Unavailable,
        Measurement::Taken(_) if tally.of == 0 => State::NotApplicable,
        Measurement::Taken(taken) => {
            let fewest = measures::about(&component.measure).fewest_subjects;
            if taken.thin || tally.subjects < u64::from(fewest) {
                State::LowConfidence
            } else {
                State::Measured
            }
        }
    };
    Outcome {
        state,
        good: tally.good,
        of: tally.of,
        unknown: tally.unknown,
        subjects: tally.subjects,
        score: state
            .is_known()
            .then(|| Score::of_share(tally.good, tally.of, component.target, component.floor))
            .flatten(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Score, ancestors};
    use crate::definition::Decimal;

    fn decimal(number: f64) -> Decimal {
        Decimal::from_f64(number).unwrap()
    }

    #[test]
    fn a_score_is_the_share_between_floor_and_target() {
        let score = |good, of| {
            Score::of_share(good, of, decimal(0.9), decimal(0.5))
                .map(|score| score.floor_hundred(10))
        };
        assert_eq!(score(9, 10), Some(1000));
        assert_eq!(score(10, 10), Some(1000));
        assert_eq!(score(7, 10), Some(500));
        assert_eq!(score(5, 10), Some(0));
        assert_eq!(score(0, 10), Some(0));
        assert_eq!(score(0, 0), None);
    }

    #[test]
    fn a_mean_of_thirds_is_exact() {
        let third = Score::of_share(1, 3, decimal(1.0), decimal(0.0)).unwrap();
        let two_thirds = Score::of_share(2, 3, decimal(1.0), decimal(0.0)).unwrap();
        let weight = decimal(1.0);
        let mean = Score::mean([(&third, weight), (&two_thirds, weight)].into_iter()).unwrap();
        assert!(!mean.is_below(decimal(50.0)));
        assert!(mean.is_below(decimal(50.000001)));
        assert_eq!(mean.floor_hundred(1), 50);
    }

    #[test]
    fn printing_rounds_down() {
        let almost = Score::of_share(99_999, 100_000, decimal(1.0), decimal(0.0)).unwrap();
        assert_eq!(almost.floor_hundred(10), 999);
    }

    #[test]
    fn a_directory_lies_in_those_above_it() {
        let names: Vec<&[u8]> = ancestors(b"a/b/c").collect();
        assert_eq!(names, [b"a/b/c".as_slice(), b"a/b", b"a"]);
        assert_eq!(ancestors(b"").count(), 0);
    }
}
