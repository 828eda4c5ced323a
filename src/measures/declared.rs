//! Declared components: what a definition says in its own words, a population, which of it is meant, and what of that is
//! good.
//!
//! It only compares facts that other measures compare too, with the same rules: short files and preferred imports, said in
//! these words, give the same numbers.

mod conditions;
mod endpoints;
mod look;
#[cfg(test)]
mod tests;
mod words;

use crate::class::Class;
use crate::codebase::{Codebase, Content, FileIndex};
use crate::definition::Component;
use crate::definition::declared::{Condition, Conditions, Count, Declared, Population};
use crate::facts::Lost;

use super::small_changes::Sizes;
use super::{About, Context, Measurement, Method, Note, Reading, Subject, Taken, View};

use conditions::Judge;
use look::{Look, Thing};

pub use look::{Trace, traces};

/// Fewest subjects for a number one may rely on.
const FEWEST: u32 = 5;
const WHY: &str =
    "Your definition asks for it. Each subject that fails says which condition does not hold.";

pub(super) fn about(settings: &Declared) -> About {
    let (unit, gap) = match (settings.population, settings.count) {
        (Population::File, Count::Subjects) => ("files", "files to change"),
        (Population::File, Count::Lines) => ("code lines", "lines in files to change"),
        (Population::Function, Count::Subjects) => ("functions", "functions to change"),
        (Population::Function, Count::Lines) => ("function lines", "lines in functions to change"),
        (Population::Item, _) => ("items", "items to change"),
        (Population::Import, _) => ("imports", "imports to change"),
        (Population::Call, _) => ("calls", "calls to change"),
        (Population::Endpoint, _) => ("endpoints", "endpoints to change"),
        (Population::Match, _) => ("matches", "matches to change"),
        (Population::Change, _) => ("changes", "changes that do not pass"),
    };
    About {
        unit,
        gap,
        why: WHY,
        fewest_subjects: FEWEST,
        by_change: settings.population == Population::Change,
    }
}

pub(super) fn read(context: &Context, view: &View, settings: &Declared) -> Measurement {
    if settings.population == Population::Change {
        return read_changes(view, settings);
    }
    let judge = Judge::new(context, view, settings);
    if settings.population == Population::Endpoint {
        return endpoints::read(context, view, settings, &judge);
    }
    let mut taken = Taken {
        method: if judge.resolves() {
            Method::Resolved
        } else {
            Method::Exact
        },
        ..Taken::default()
    };
    for (index, file) in context.codebase.indexed() {
        if !view.judges(file) {
            continue;
        }
        let lost = match &file.content {
            Content::Facts(facts) => {
                let look = Look::new(index, file, facts, settings, &[]);
                match read_file(&judge, &look, settings) {
                    Ok(readings) => {
                        taken.readings.extend(readings);
                        continue;
                    }
                    Err(lost) => lost,
                }
            }
            Content::Lost(lost) => lost.clone(),
            Content::Unread(_) => continue,
        };
        if judge.may_hold(file) {
            taken.unknown.push((Subject::File(index), lost));
        }
    }
    Measurement::Taken(taken)
}

/// Whether there can be subjects in files of a class.
pub(super) fn is_class_of(settings: &Declared, class: Class) -> bool {
    let is_test = matches!(class, Class::Test | Class::TestSupport);
    match (settings.is_about_tests(), settings.population) {
        (false, _) => class == Class::Code,
        (true, Population::File) => is_test,
        (true, _) => is_test || class == Class::Code,
    }
}

/// The readings of one file; or why one of its subjects cannot be judged, and then none of them is.
fn read_file<'a>(
    judge: &Judge<'_, 'a>,
    look: &Look<'a>,
    settings: &Declared,
) -> Result<Vec<Reading>, Lost> {
    let mut readings = Vec::new();
    for thing in look.things(settings)? {
        readings.extend(reading(judge, look, &thing, settings)?);
    }
    Ok(readings)
}

/// The reading of a subject; none if it is not meant.
fn reading<'a>(
    judge: &Judge<'_, 'a>,
    look: &Look<'a>,
    thing: &Thing<'a>,
    settings: &Declared,
) -> Result<Option<Reading>, Lost> {
    if !judge.hold_all(look, thing, &settings.subjects)? {
        return Ok(None);
    }
    let of = match settings.count {
        Count::Subjects => 1,
        Count::Lines => u64::from(look.lines(thing)),
    };
    if of == 0 {
        return Ok(None);
    }
    let good = judge.hold_all(look, thing, &settings.passes)?;
    let note = if good {
        None
    } else {
        Some(words::note(judge, look, thing, &settings.passes)?)
    };
    Ok(Some(Reading {
        subject: thing.subject(look.index),
        good: if good { of } else { 0 },
        of,
        note,
    }))
}

fn read_changes(view: &View, settings: &Declared) -> Measurement {
    if let Some(without) = view.without_history() {
        return without;
    }
    let mut taken = Taken {
        method: view.change_method(),
        thin: view.is_thin(),
        ..Taken::default()
    };
    let mut sizes = Sizes::new(view.codebase);
    for (position, change) in view.codebase.history.changes.iter().enumerate() {
        let files = sizes.of(position);
        let mut paths = change.paths.iter();
        if files == 0 || !paths.any(|path| view.component.paths.matches(path)) {
            continue;
        }
        let holds = |conditions: &Conditions| {
            conditions.iter().all(|condition| match condition {
                Condition::FilesAtMost(most) => files <= *most as usize && !change.bulk,
                _ => true,
            })
        };
        if !holds(&settings.subjects) {
            continue;
        }
        let good = holds(&settings.passes);
        taken.readings.push(Reading {
            subject: Subject::Change(position),
            good: u64::from(good),
            of: 1,
            note: (!good).then(|| Note::Words(format!("{files} files: {}", change.subject).into())),
        });
    }
    Measurement::Taken(taken)
}

/// The traces of the places in a file that a component judges; none if it judges no places.
pub fn traces_of(codebase: &Codebase, component: &Component, file: FileIndex) -> Vec<Trace> {
    match &component.measure {
        crate::definition::Measure::Declared(settings) => traces(codebase, settings, file),
        _ => Vec::new(),
    }
}
