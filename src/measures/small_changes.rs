//! Small changes: of all changes, those that touch few files.
//!
//! Reviewers read small changes and wave large ones through. A change counts in every scope it touches, with the size
//! it has as a whole, so directories do not add up to the repository.

use crate::class::Class;
use crate::classify;
use crate::codebase::Codebase;
use crate::definition::settings::SmallChanges;
use crate::git::Change;

use super::{About, Measurement, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "changes",
    gap: "large changes",
    why: "Large changes are reviewed less and reverted whole. Land preparation, mechanical moves and behaviour one after \
          the other.",
    fewest_subjects: 1,
    by_change: true,
};

pub(super) fn read(view: &View, settings: &SmallChanges) -> Measurement {
    if let Some(without) = view.without_history() {
        return without;
    }
    let mut taken = Taken {
        method: view.change_method(),
        thin: view.is_thin(),
        ..Taken::default()
    };
    for (position, change) in view.codebase.history.changes.iter().enumerate() {
        let concerned = change
            .paths
            .iter()
            .any(|path| view.component.paths.matches(path));
        let files = size(view.codebase, change);
        if files == 0 || !concerned {
            continue;
        }
        let small = files <= settings.max_files as usize && !change.bulk;
        taken.readings.push(Reading {
            subject: Subject::Change(position),
            good: u64::from(small),
            of: 1,
            note: (!small).then(|| format!("{files} files: {}", change.subject).into()),
        });
    }
    Measurement::Taken(taken)
}

/// How many files of a change count: code, tests, build and prose, without lock files, generated and vendored ones.
/// A path that no longer exists counts by its name alone.
pub fn size(codebase: &Codebase, change: &Change) -> usize {
    change
        .paths
        .iter()
        .filter(|path| match codebase.find(path) {
            Some(index) => matches!(
                codebase.file(index).class,
                Class::Code
                    | Class::Test
                    | Class::TestSupport
                    | Class::Build
                    | Class::Doc
                    | Class::Example
                    | Class::Migration
            ),
            None => classify::by_path(path, &classify::FileRules::default())
                .class
                .is_none_or(|class| {
                    !matches!(
                        class,
                        Class::Generated
                            | Class::Vendored
                            | Class::Minified
                            | Class::Data
                            | Class::Binary
                    )
                }),
        })
        .filter(|path| classify::is_noise_for_changes(path).is_none())
        .count()
}
