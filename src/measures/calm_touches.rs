//! Calm touches: of all touches (a change and a file in it), those on files that are not hot.
//!
//! A file is hot if more than a set share of the window's changes touch it. Larson's own bar, more than half of all
//! pull requests, is counted beside it: in sixteen real repositories no file passed it, so it alone would say nothing.
//! Lock files, changelogs, CI and version files may be hot without being code.

use crate::class::Class;
use crate::classify;
use crate::codebase::File;
use crate::definition::settings::CalmTouches;

use super::{About, Measurement, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "touches",
    gap: "touches of hot files",
    why: "A file that every other change has to touch is a queue for the whole team. Split it by reason to change, or \
          turn lists everybody edits into data each module owns.",
    fewest_subjects: 1,
    by_change: false,
};

pub(super) fn read(view: &View, settings: &CalmTouches) -> Measurement {
    if let Some(without) = view.without_history() {
        return without;
    }
    let changes = view.codebase.history.changes.len() as u64;
    if changes == 0 {
        return Measurement::NotApplicable {
            reason: "no change in the window".to_owned(),
        };
    }
    let mut taken = Taken {
        method: view.change_method(),
        thin: view.is_thin(),
        ..Taken::default()
    };
    let mut beyond_half = 0;
    for (index, file) in view.codebase.indexed() {
        let count = u64::from(view.codebase.touches(index));
        if count == 0 || !counts(file) || !view.component.paths.matches(&file.path) {
            continue;
        }
        if count * 2 > changes {
            beyond_half += 1;
        }
        let hot = is_hot(count, changes, settings);
        taken.readings.push(Reading {
            subject: Subject::File(index),
            good: if hot { 0 } else { count },
            of: count,
            note: hot.then_some(Note::Subject),
        });
    }
    taken.notes.push(format!(
        "{beyond_half} {} in more than half of {changes} changes",
        if beyond_half == 1 { "file" } else { "files" }
    ));
    Measurement::Taken(taken)
}

pub(super) fn explain(view: &View, reading: &Reading) -> String {
    let changes = view.codebase.history.changes.len();
    format!("in {} of {changes} changes", reading.of)
}

/// Whether a file in `count` of `changes` is hot: compared exactly, in integers.
pub fn is_hot(count: u64, changes: u64, settings: &CalmTouches) -> bool {
    let scale = crate::definition::Decimal::SCALE as u128;
    u128::from(count) * scale > u128::from(changes) * settings.above.millionths() as u128
}

/// Whether touches of a file count: code, tests and build files, but no lock file, changelog or the like.
pub fn counts(file: &File) -> bool {
    matches!(
        file.class,
        Class::Code | Class::Test | Class::TestSupport | Class::Build | Class::Migration
    ) && classify::is_noise_for_changes(&file.path).is_none()
}

#[cfg(test)]
mod tests {
    use super::is_hot;
    use crate::definition::Decimal;
    use crate::definition::settings::CalmTouches;

    #[test]
    fn a_file_in_exactly_the_share_is_not_hot_yet() {
        let settings = CalmTouches {
            above: Decimal::from_millionths(100_000),
        };
        assert!(!is_hot(3, 30, &settings));
        assert!(is_hot(4, 30, &settings));
        assert!(is_hot(1, 9, &settings));
    }
}
