//! Small changes: of all changes, those that touch few files.
//!
//! Reviewers read small changes and wave large ones through. A change counts in every scope it touches, with the size
//! it has as a whole, so directories do not add up to the repository.

use crate::class::Class;
use crate::classify;
use crate::codebase::Codebase;
use crate::codebase::maps::Map;
use crate::definition::settings::SmallChanges;
use crate::path::RepoPath;

use super::{About, Measurement, Note, Reading, Subject, Taken, View};

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
    let mut sizes = Sizes::new(view.codebase);
    for (position, change) in view.codebase.history.changes.iter().enumerate() {
        let files = sizes.of(position);
        let is_concerned = || {
            change
                .paths
                .iter()
                .any(|path| view.component.paths.matches(path))
        };
        if files == 0 || !is_concerned() {
            continue;
        }
        let small = files <= settings.max_files as usize && !change.bulk;
        taken.readings.push(Reading {
            subject: Subject::Change(position),
            good: u64::from(small),
            of: 1,
            note: (!small).then_some(Note::Subject),
        });
    }
    Measurement::Taken(taken)
}

pub(super) fn explain(view: &View, reading: &Reading) -> Option<String> {
    let Subject::Change(position) = reading.subject else {
        return None;
    };
    let change = view.codebase.history.changes.get(position)?;
    let files = Sizes::new(view.codebase).of(position);
    Some(format!("{files} files: {}", change.subject))
}

/// The sizes of changes. Most paths are in many of them and are judged once.
pub(super) struct Sizes<'a> {
    codebase: &'a Codebase,
    /// By file: whether it counts, as far as somebody asked.
    files: Vec<Option<bool>>,
    /// The same for paths that are gone.
    gone: Map<&'a RepoPath, bool>,
}

impl<'a> Sizes<'a> {
    pub(super) fn new(codebase: &'a Codebase) -> Self {
        Self {
            codebase,
            files: vec![None; codebase.files().len()],
            gone: Map::default(),
        }
    }

    /// How many files of a change count.
    pub(super) fn of(&mut self, position: usize) -> usize {
        let codebase = self.codebase;
        let Some(change) = codebase.history.changes.get(position) else {
            return 0;
        };
        let paths = change.paths.iter().zip(codebase.touched(position));
        let counting = paths.filter(|(path, index)| match index {
            Some(index) => *self.files[index.get()]
                .get_or_insert_with(|| counts(path, Some(codebase.file(*index).class))),
            None => *self.gone.entry(*path).or_insert_with(|| counts(path, None)),
        });
        counting.count()
    }
}

/// Whether a path counts in the size of a change: code, tests, build and prose do; lock files, generated and vendored
/// ones do not. A path without a class is gone and counts by its name alone.
fn counts(path: &RepoPath, class: Option<Class>) -> bool {
    let has_a_place = match class {
        Some(class) => matches!(
            class,
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
    };
    has_a_place && classify::is_noise_for_changes(path).is_none()
}
