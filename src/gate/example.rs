//! Golden examples: beside a subject that fails, the nearest one that passes.

use std::mem::{Discriminant, discriminant};

use super::{Example, Side};
use crate::codebase::FileIndex;
use crate::codebase::maps::Map;
use crate::measures::{Reading, Subject};
use crate::path::upwards;

/// Subjects of one kind and language.
type Sort = (Discriminant<Subject>, &'static str);

/// Subjects with their sizes, by what they are and where they lie.
type Shelves<P> = Map<(Sort, P), Vec<(u64, Subject)>>;

/// Passing subjects of one component.
pub(super) struct Finder<'a> {
    side: Side<'a>,
    position: usize,
    /// Made when somebody first asks: most changes need no example.
    places: Option<Places<'a>>,
}

/// By kind and place, sorted by size: what an example may be.
#[derive(Default)]
struct Places<'a> {
    files: Shelves<FileIndex>,
    directories: Shelves<&'a [u8]>,
    /// With everything below it.
    trees: Shelves<&'a [u8]>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(side: Side<'a>, position: usize) -> Self {
        Self {
            side,
            position,
            places: None,
        }
    }

    /// The passing subject of the same kind and language that lies nearest: in the same file, the same directory, below
    /// it, or around it; of those the most like in size, then the first.
    pub(super) fn nearest(&mut self, subject: Subject) -> Option<Example> {
        let (side, position) = (self.side, self.position);
        let places = self
            .places
            .get_or_insert_with(|| Places::new(side, position));
        let codebase = side.codebase;
        let file = subject.file()?;
        let sort = sort(side, subject)?;
        let wanted = size(side, subject);
        let directory = codebase.file(file).path.directory();
        let around = upwards(directory).map(|directory| places.trees.get(&(sort, directory)));
        let best = [
            places.files.get(&(sort, file)),
            places.directories.get(&(sort, directory)),
        ]
        .into_iter()
        .chain(around)
        .flatten()
        .find_map(|candidates| most_alike(candidates, wanted))?;
        let file = codebase.file(best.file()?);
        Some(Example {
            path: file.path.clone(),
            line: best.line(codebase),
            name: name(side, best),
        })
    }
}

impl<'a> Places<'a> {
    fn new(side: Side<'a>, position: usize) -> Self {
        let mut places = Self::default();
        for reading in side.evaluation.readings(position) {
            let Some(file) = reading.subject.file().filter(|_| teaches(side, reading)) else {
                continue;
            };
            let Some(sort) = sort(side, reading.subject) else {
                continue;
            };
            let entry = (size(side, reading.subject), reading.subject);
            places.files.entry((sort, file)).or_default().push(entry);
            let directory = side.codebase.file(file).path.directory();
            let own = places.directories.entry((sort, directory));
            own.or_default().push(entry);
            for directory in upwards(directory) {
                let tree = places.trees.entry((sort, directory));
                tree.or_default().push(entry);
            }
        }
        let files = places.files.values_mut();
        let directories = places.directories.values_mut();
        for entries in files.chain(directories).chain(places.trees.values_mut()) {
            entries.sort_unstable();
        }
        places
    }
}

/// Whether something can be learned from a subject: where nothing can be wrong, nothing can.
fn teaches(side: Side<'_>, reading: &Reading) -> bool {
    let is_trivial = reading
        .subject
        .function(side.codebase)
        .is_some_and(|function| function.name.is_none() || function.code_lines <= 1);
    reading.of > 0 && reading.gap() == 0 && !is_trivial
}

fn sort(side: Side<'_>, subject: Subject) -> Option<Sort> {
    let language = side.codebase.file(subject.file()?).language?;
    Some((discriminant(&subject), language.name()))
}

/// Its code lines, or those of its file.
fn size(side: Side<'_>, subject: Subject) -> u64 {
    let codebase = side.codebase;
    if let Some(function) = subject.function(codebase) {
        return u64::from(function.code_lines);
    }
    let facts = subject.file().and_then(|file| codebase.file(file).facts());
    facts.map_or(0, |facts| u64::from(facts.lines.code))
}

/// Of candidates sorted by size the first of those nearest to it.
fn most_alike(candidates: &[(u64, Subject)], wanted: u64) -> Option<Subject> {
    let above = candidates.partition_point(|(size, _)| *size < wanted);
    let next = candidates.get(above);
    let below = above.checked_sub(1).and_then(|at| candidates.get(at));
    // The first of its size.
    let below = below.and_then(|(size, _)| {
        let first = candidates.partition_point(|(other, _)| other < size);
        candidates.get(first)
    });
    let nearest = [below, next].into_iter().flatten();
    let nearest = nearest.min_by_key(|(size, subject)| (size.abs_diff(wanted), *subject))?;
    Some(nearest.1)
}

/// What a subject is called in its file.
fn name(side: Side<'_>, subject: Subject) -> Option<String> {
    let facts = side.codebase.file(subject.file()?).facts()?;
    let name = match subject {
        Subject::Function(_, at) => facts.functions.get(at as usize)?.name.as_ref()?,
        Subject::Field(_, at) => &facts.fields.get(at as usize)?.name,
        Subject::Item(_, at) => &facts.items.get(at as usize)?.name,
        Subject::Endpoint(..) => return Some(subject.endpoint(side.codebase)?.name()),
        Subject::File(_)
        | Subject::Import(..)
        | Subject::Call(..)
        | Subject::Match(..)
        | Subject::Change(_)
        | Subject::Deployment(_) => return None,
    };
    Some(name.to_string())
}
