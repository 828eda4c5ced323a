//! Sums of readings at every scope. Directories and files are numbered, so that adding a reading compares no paths.

use super::{Evaluated, bounds};
use crate::codebase::maps::Map;
use crate::codebase::{Codebase, FileIndex};
use crate::languages::Language;
use crate::measures::{Measurement, Reading, Subject};

/// What one component adds up to in one scope.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) good: u64,
    pub(super) waived: u64,
    pub(super) of: u64,
    pub(super) unknown: u64,
    pub(super) subjects: u64,
    /// What was lost, as far as it can be estimated, in [`super::bounds::PARTS`] of the unit.
    pub(super) lost: u64,
}

impl Tally {
    fn reading(&mut self, reading: &Reading, waived: u64) {
        self.good += reading.good;
        self.waived += waived;
        self.of += reading.of;
        self.subjects += u64::from(reading.of > 0);
    }

    fn add(&mut self, other: Self) {
        self.good += other.good;
        self.waived += other.waived;
        self.of += other.of;
        self.unknown += other.unknown;
        self.subjects += other.subjects;
        self.lost = self.lost.saturating_add(other.lost);
    }
}

/// Tallies of every component at every scope.
pub(super) struct Sums<'a> {
    codebase: &'a Codebase,
    tree: Tree<'a>,
    pub(super) repository: Vec<Tally>,
    directories: Tallies,
    languages: Tallies,
    files: Tallies,
    /// By directory: the last change that was counted there, with one added.
    counted: Vec<usize>,
}

impl<'a> Sums<'a> {
    /// Adds up the measurements of some components, in their order.
    pub(super) fn new(codebase: &'a Codebase, components: &[Evaluated]) -> Self {
        let tree = Tree::new(codebase);
        let count = components.len();
        let mut sums = Self {
            codebase,
            repository: vec![Tally::default(); count],
            directories: Tallies::new(tree.names.len(), count),
            languages: Tallies::new(Language::COUNT, count),
            files: Tallies::new(codebase.files().len(), count),
            counted: vec![0; tree.names.len()],
            tree,
        };
        for (position, evaluated) in components.iter().enumerate() {
            sums.add(position, evaluated);
        }
        sums
    }

    /// Adds a component's readings. They come in the order of files, so those of one file are added up first.
    fn add(&mut self, position: usize, evaluated: &Evaluated) {
        let Measurement::Taken(taken) = &evaluated.measurement else {
            return;
        };
        let mut excused = evaluated.excused.iter().peekable();
        self.counted.fill(0);
        let mut current: Option<(FileIndex, Tally)> = None;
        for (at, reading) in taken.readings.iter().enumerate() {
            let excused = excused.next_if(|excused| excused.reading == at);
            let waived = excused.map_or(0, |excused| excused.gap);
            match reading.subject {
                Subject::Change(change) => self.change(position, change, reading),
                // Everything is deployed at once.
                Subject::Deployment(_) => self.repository[position].reading(reading, 0),
                _ => {}
            }
            let Some(file) = reading.subject.file() else {
                continue;
            };
            match &mut current {
                Some((same, tally)) if *same == file => tally.reading(reading, waived),
                _ => {
                    let mut tally = Tally::default();
                    tally.reading(reading, waived);
                    if let Some((file, done)) = current.replace((file, tally)) {
                        self.file(position, file, done);
                    }
                }
            }
        }
        if let Some((file, done)) = current {
            self.file(position, file, done);
        }
        for (subject, _) in &taken.unknown {
            if let Some(file) = subject.file() {
                let one = Tally {
                    unknown: 1,
                    ..Tally::default()
                };
                self.file(position, file, one);
            }
        }
        for (file, lost) in bounds::lost(self.codebase, evaluated) {
            let only = Tally {
                lost,
                ..Tally::default()
            };
            self.file(position, file, only);
        }
    }

    fn file(&mut self, position: usize, index: FileIndex, tally: Tally) {
        self.repository[position].add(tally);
        self.files.of(index.get(), position).add(tally);
        if let Some(language) = self.codebase.file(index).language {
            self.languages.of(language.index(), position).add(tally);
        }
        for directory in self.tree.around(index) {
            self.directories.of(directory, position).add(tally);
        }
    }

    /// A change counts once in every scope it touches.
    fn change(&mut self, position: usize, change: usize, reading: &Reading) {
        self.repository[position].reading(reading, 0);
        let mut languages: Vec<Language> = Vec::new();
        for index in self.codebase.touched(change).iter().flatten() {
            let file = self.codebase.file(*index);
            let Some(language) = file.language.filter(|_| file.class.has_facts()) else {
                continue;
            };
            self.files.of(index.get(), position).reading(reading, 0);
            if !languages
                .iter()
                .any(|known| known.name() == language.name())
            {
                languages.push(language);
                self.languages
                    .of(language.index(), position)
                    .reading(reading, 0);
            }
            for directory in self.tree.around(*index) {
                if std::mem::replace(&mut self.counted[directory], change + 1) != change + 1 {
                    self.directories.of(directory, position).reading(reading, 0);
                }
            }
        }
    }

    /// Directories that hold a subject with their tallies, sorted by name.
    pub(super) fn directories(&self) -> Vec<(&'a [u8], &[Tally])> {
        let mut directories: Vec<_> = self
            .directories
            .all()
            .map(|(at, tallies)| (self.tree.names[at], tallies))
            .collect();
        directories.sort_unstable_by_key(|(name, _)| *name);
        directories
    }

    /// Languages of which there is a subject with their tallies, sorted by name.
    pub(super) fn languages(&self) -> Vec<(&'static str, Vec<Tally>)> {
        let mut languages: Vec<(&'static str, Vec<Tally>)> = Vec::new();
        for language in Language::all() {
            let Some(tallies) = self.languages.get(language.index()) else {
                continue;
            };
            match languages
                .iter_mut()
                .find(|(name, _)| *name == language.name())
            {
                // Dialects are one language.
                Some((_, known)) => {
                    for (known, tally) in known.iter_mut().zip(tallies) {
                        known.add(*tally);
                    }
                }
                None => languages.push((language.name(), tallies.to_vec())),
            }
        }
        languages.sort_unstable_by_key(|(name, _)| *name);
        languages
    }

    /// Files that are or hold a subject with their tallies, sorted by path.
    pub(super) fn files(&self) -> impl Iterator<Item = (&'a [u8], &[Tally])> {
        let files = self.codebase.files();
        self.files
            .all()
            .map(move |(at, tallies)| (files[at].path.as_bytes(), tallies))
    }
}

/// The tallies of every component for things with numbers. What was never asked for is not there.
struct Tallies {
    count: usize,
    tallies: Vec<Tally>,
    present: Vec<bool>,
}

impl Tallies {
    fn new(things: usize, count: usize) -> Self {
        Self {
            count,
            tallies: vec![Tally::default(); things * count],
            present: vec![false; things],
        }
    }

    fn of(&mut self, thing: usize, position: usize) -> &mut Tally {
        self.present[thing] = true;
        &mut self.tallies[thing * self.count + position]
    }

    fn get(&self, thing: usize) -> Option<&[Tally]> {
        self.present[thing].then(|| &self.tallies[thing * self.count..][..self.count])
    }

    fn all(&self) -> impl Iterator<Item = (usize, &[Tally])> {
        (0..self.present.len()).filter_map(|thing| Some((thing, self.get(thing)?)))
    }
}

/// The directories of a codebase, numbered, without the root.
struct Tree<'a> {
    names: Vec<&'a [u8]>,
    parents: Vec<Option<usize>>,
    /// By file.
    directories: Vec<Option<usize>>,
}

impl<'a> Tree<'a> {
    fn new(codebase: &'a Codebase) -> Self {
        let mut tree = Self {
            names: Vec::new(),
            parents: Vec::new(),
            directories: Vec::with_capacity(codebase.files().len()),
        };
        let mut numbers: Map<&[u8], usize> = Map::default();
        let mut last: (&[u8], Option<usize>) = (b"", None);
        for file in codebase.files() {
            let directory = file.path.directory();
            if directory != last.0 {
                last = (directory, tree.number(directory, &mut numbers));
            }
            tree.directories.push(last.1);
        }
        tree
    }

    /// The number of a directory, which it and those above it get now if they have none.
    fn number(&mut self, directory: &'a [u8], numbers: &mut Map<&'a [u8], usize>) -> Option<usize> {
        let mut below: Option<usize> = None;
        let mut found = None;
        for current in ancestors(directory) {
            let known = numbers.get(current).copied();
            let number = known.unwrap_or(self.names.len());
            found = found.or(Some(number));
            if let Some(below) = below {
                self.parents[below] = Some(number);
            }
            if known.is_some() {
                break;
            }
            numbers.insert(current, number);
            self.names.push(current);
            self.parents.push(None);
            below = Some(number);
        }
        found
    }

    /// The directories around a file, innermost first.
    fn around(&self, file: FileIndex) -> impl Iterator<Item = usize> + use<'_, 'a> {
        std::iter::successors(self.directories[file.get()], |directory| {
            self.parents[*directory]
        })
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

#[cfg(test)]
mod tests {
    use super::ancestors;

    #[test]
    fn a_directory_lies_in_those_above_it() {
        let names: Vec<&[u8]> = ancestors(b"a/b/c").collect();
        assert_eq!(names, [b"a/b/c".as_slice(), b"a/b", b"a"]);
        assert_eq!(ancestors(b"").count(), 0);
    }
}
