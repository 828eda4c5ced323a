//! Calm hot spots: of all touches of function lines, those on functions one can follow.
//!
//! Complexity costs where it is changed (Tornhill; Nagappan and Ball 2005 on churn). Every function line counts as
//! often as changes touched its file in the window: a tangled file nobody touches weighs nothing, one in every other
//! pull request weighs most.

use crate::definition::settings::CalmHotSpots;

use super::simple_functions::{self, units};
use super::{About, Measurement, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "touched function lines",
    gap: "touches of complex lines",
    why: "Complex code that changes often is where time is lost and defects are made. Simplify the most touched complex \
          functions first; leave the quiet ones alone.",
    fewest_subjects: 10,
    by_change: false,
};

pub(super) fn read(view: &View, settings: &CalmHotSpots) -> Measurement {
    if let Some(without) = view.without_history() {
        return without;
    }
    let mut taken = Taken {
        unknown: view.lost(),
        method: view.change_method(),
        thin: view.is_thin(),
        ..Taken::default()
    };
    for (index, _, facts) in view.code() {
        let count = u64::from(view.codebase.touches(index));
        if count == 0 {
            continue;
        }
        for (at, function) in units(&facts.functions) {
            let simple = function.cognitive <= settings.max_cognitive;
            let of = count * u64::from(function.code_lines);
            taken.readings.push(Reading {
                subject: Subject::Function(index, at),
                good: if simple { of } else { 0 },
                of,
                note: (!simple).then_some(Note::Subject),
            });
        }
    }
    Measurement::Taken(taken)
}

pub(super) fn explain(view: &View, reading: &Reading) -> Option<String> {
    let file = reading.subject.file()?;
    Some(format!(
        "{}, file touched by {} changes",
        simple_functions::explain(view, reading)?,
        view.codebase.touches(file)
    ))
}
