//! Fixes: readings with a gap, put together into pieces of work.
//!
//! Where a piece can be small it is one sitting: up to twenty slots to type or items to hide. A function or a file that has
//! to be read as a whole takes a sitting for each 300 lines of it. That is a rule of thumb and said to be one; it decides
//! about the order and about nothing else.

use crate::codebase::maps::{Map, Set};
use crate::codebase::{Codebase, FileIndex};
use crate::definition::{Decimal, Measure};
use crate::evaluation::{Evaluated, Evaluation};
use crate::measures::{Measurement, Reading, Subject};

/// Most of a gap, in the unit of the measure, that is one sitting where a file has more than that.
const SITTING: u64 = 20;
/// Most code lines that are read, taken apart or tested in one sitting: about what a reviewer takes in.
const LINES_OF_SITTING: u32 = 300;
/// The list of what may be hidden without anybody missing it.
const HIDEABLE: &str = "over-exposed";

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The component it is for, by position.
    pub component: usize,
    /// The file it is in.
    pub file: FileIndex,
    /// The readings of that component it makes good, by position, in source order.
    pub readings: Vec<usize>,
    /// Readings of other components the same work makes good: component and reading.
    pub also: Vec<(usize, usize)>,
    /// What is missing, in the unit of the component's measure.
    pub gap: u64,
    /// How many sittings it may take, by a rule of thumb; at least one.
    pub sittings: u32,
    /// In how many changes of the window the file is.
    pub touches: u32,
    /// Somebody answers for the file, as far as whoever asks has said.
    pub owned: bool,
}

impl Fix {
    /// How much more of each component is good afterwards, added to `more`.
    pub fn add(&self, evaluation: &Evaluation, more: &mut [u64]) {
        let own = self.readings.iter().map(|at| (self.component, *at));
        for (component, at) in own.chain(self.also.iter().copied()) {
            let reading = evaluation.readings(component).get(at);
            if let (Some(more), Some(reading)) = (more.get_mut(component), reading) {
                *more = more.saturating_add(reading.gap());
            }
        }
    }
}

/// Why nothing can be proposed for a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// It has no weight: the score does not follow it.
    Weight,
    /// It has no number.
    Number,
    /// It looks back: what has happened cannot be mended, only outlived.
    Work,
}

/// Whether fixes can be proposed for a component.
pub fn is_for(evaluated: &Evaluated) -> Result<(), Without> {
    let component = &evaluated.component;
    let measure = &component.measure;
    // Where code changes too often can be made simpler today.
    let looks_back =
        measure.is_drawn_from_history() && !matches!(measure, Measure::CalmHotSpots(_));
    if component.weight == Decimal::default() {
        Err(Without::Weight)
    } else if looks_back {
        Err(Without::Work)
    } else if !matches!(evaluated.measurement, Measurement::Taken(_)) {
        Err(Without::Number)
    } else {
        Ok(())
    }
}

/// The fixes there are for the components and files that are asked for, by component, then by file and line. One that a fix for an earlier component makes good as well belongs to that fix alone.
pub fn all(
    codebase: &Codebase,
    evaluation: &Evaluation,
    wants_component: impl Fn(usize) -> bool,
    wants_file: impl Fn(FileIndex) -> bool,
) -> Vec<Fix> {
    let mut fixes = Vec::new();
    let shared = Shared::new(evaluation);
    let mut taken: Set<(usize, usize)> = Set::default();
    for (position, evaluated) in evaluation.components.iter().enumerate() {
        if is_for(evaluated).is_err() || !wants_component(position) {
            continue;
        }
        let hideable = hideable(evaluated);
        let is_wanted = |reading: &Reading| {
            let hideable = hideable.as_ref();
            reading.gap() > 0 && hideable.is_none_or(|hideable| hideable.contains(&reading.subject))
        };
        let mut sitting: Option<Fix> = None;
        for (at, reading) in evaluation.readings(position).iter().enumerate() {
            let file = reading.subject.file().filter(|file| wants_file(*file));
            let Some(file) = file.filter(|_| is_wanted(reading)) else {
                continue;
            };
            if taken.contains(&(position, at)) {
                continue;
            }
            let also = shared.mended_with(position, reading);
            let gap = reading.gap();
            let joins = sitting.as_ref().is_some_and(|fix| {
                fix.file == file
                    && !is_alone(&evaluated.component.measure)
                    && fix.gap + gap <= SITTING
            });
            if !joins {
                fixes.extend(sitting.take());
            }
            let fix = sitting.get_or_insert_with(|| Fix {
                component: position,
                file,
                readings: Vec::new(),
                also: Vec::new(),
                gap: 0,
                sittings: sittings(codebase, &evaluated.component.measure, reading),
                touches: codebase.touches(file),
                owned: false,
            });
            fix.readings.push(at);
            fix.gap += gap;
            for mended in also {
                taken.insert(mended);
                fix.also.push(mended);
            }
        }
        fixes.extend(sitting);
    }
    fixes
}

/// How many sittings it takes to mend a reading that is a fix of its own.
fn sittings(codebase: &Codebase, measure: &Measure, reading: &Reading) -> u32 {
    if !is_alone(measure) {
        return 1;
    }
    let subject = reading.subject;
    let facts = subject.file().and_then(|file| codebase.file(file).facts());
    let lines = match (subject.function(codebase), facts) {
        (Some(function), _) => function.code_lines,
        (None, Some(facts)) => facts.lines.code.saturating_sub(facts.lines.code_in_tests),
        (None, None) => 0,
    };
    lines.div_ceil(LINES_OF_SITTING).max(1)
}

/// Whether each subject of a measure is a sitting of its own: to take a long function or a long file apart is.
fn is_alone(measure: &Measure) -> bool {
    matches!(
        measure,
        Measure::SimpleFunctions(_)
            | Measure::CalmHotSpots(_)
            | Measure::ShortFiles(_)
            | Measure::TestedFiles(_)
            | Measure::CoveredLines(_)
    )
}

/// The items that may be hidden without anybody missing them, where the measure knows: an interface somebody uses is no
/// mistake.
fn hideable(evaluated: &Evaluated) -> Option<Set<Subject>> {
    let Measurement::Taken(taken) = &evaluated.measurement else {
        return None;
    };
    let list = taken.lists.iter().find(|list| list.name == HIDEABLE)?;
    let subjects = list.entries.iter().flat_map(|entry| &entry.subjects);
    Some(subjects.copied().collect())
}

/// Components that one piece of work makes good together: those that ask the same of the same subject.
struct Shared {
    /// By component, the others that ask for no more than it does, with their readings by subject.
    followers: Vec<Vec<(usize, Map<Subject, usize>)>>,
}

impl Shared {
    fn new(evaluation: &Evaluation) -> Self {
        let components = &evaluation.components;
        let followers = components.iter().enumerate().map(|(position, leader)| {
            let others = components.iter().enumerate();
            let following = others.filter(|(at, follower)| {
                *at != position && follows(&leader.component.measure, &follower.component.measure)
            });
            let indexed = following.map(|(at, _)| {
                let readings = evaluation.readings(at).iter().enumerate();
                let bad = readings.filter(|(_, reading)| reading.gap() > 0);
                (at, bad.map(|(at, reading)| (reading.subject, at)).collect())
            });
            indexed.collect()
        });
        Self {
            followers: followers.collect(),
        }
    }

    fn mended_with(&self, position: usize, reading: &Reading) -> Vec<(usize, usize)> {
        let followers = self.followers.get(position).into_iter().flatten();
        let found = followers.filter_map(|(follower, readings)| {
            let at = readings.get(&reading.subject)?;
            Some((*follower, *at))
        });
        found.collect()
    }
}

/// Whether whatever is good by one measure is good by another, for the same subject.
fn follows(leader: &Measure, follower: &Measure) -> bool {
    match (leader, follower) {
        (Measure::SimpleFunctions(simple), Measure::CalmHotSpots(calm)) => {
            simple.max_cognitive <= calm.max_cognitive
        }
        (Measure::CalmHotSpots(calm), Measure::SimpleFunctions(simple)) => {
            calm.max_cognitive <= simple.max_cognitive
        }
        _ => leader == follower,
    }
}
