//! Golden examples: beside a subject that fails, the nearest one that passes.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::mem::{Discriminant, discriminant};

use crate::codebase::maps::Map;
use crate::codebase::{Codebase, FileIndex};
use crate::definition::{Component, Measure};
use crate::evaluation::Evaluation;
use crate::facts::Function;
use crate::measures::{self, Reading, Subject};
use crate::path::{RepoPath, upwards};

/// How many of the candidates of one place that are most alike in size are looked at more closely.
const LOOKED_AT: usize = 8;

/// A subject that passes, to be imitated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its file.
    pub path: RepoPath,
    /// Where it begins, if it is smaller than the file.
    pub line: Option<u32>,
    /// What it is called, if it is smaller than the file.
    pub name: Option<String>,
    /// In what it differs from the subject it stands beside, clauses: `cognitive complexity 4, here 31`.
    pub differs: Vec<String>,
}

/// Subjects of one kind and language.
type Sort = (Discriminant<Subject>, &'static str);

/// Passing readings with the sizes of their subjects, by what they are and where they lie.
type Shelves<P> = Map<(Sort, P), Vec<(u64, Subject, u32)>>;

/// Finds examples for one component.
pub struct Golden<'a> {
    codebase: &'a Codebase,
    evaluation: &'a Evaluation,
    position: usize,
    /// Made when somebody first asks: most changes need no example.
    places: Option<Places<'a>>,
}

/// By kind and place, sorted by size: what an example may be.
#[derive(Default)]
struct Places<'a> {
    /// In files the definition names as examples.
    pinned: Map<Sort, Vec<(u64, Subject, u32)>>,
    files: Shelves<FileIndex>,
    directories: Shelves<&'a [u8]>,
    /// With everything below it.
    trees: Shelves<&'a [u8]>,
}

impl<'a> Golden<'a> {
    /// Examples among the readings of the component at a position.
    pub fn new(codebase: &'a Codebase, evaluation: &'a Evaluation, position: usize) -> Self {
        Self {
            codebase,
            evaluation,
            position,
            places: None,
        }
    }

    /// The passing subject of the same kind and language that lies nearest: in the same file, the same directory, below
    /// it, or around it; of those most like it in size the one whose file shares most imports with its own, then the
    /// one that is changed most. What the definition names as an example goes first.
    pub fn nearest(&mut self, subject: Subject) -> Option<Example> {
        let (codebase, evaluation, position) = (self.codebase, self.evaluation, self.position);
        let component = &evaluation.components.get(position)?.component;
        let places = self
            .places
            .get_or_insert_with(|| Places::new(codebase, evaluation, position));
        let file = subject.file()?;
        let sort = sort(codebase, subject)?;
        let wanted = size(codebase, subject);
        let directory = codebase.file(file).path.directory();
        let around = upwards(directory).map(|directory| places.trees.get(&(sort, directory)));
        let nearby = [
            places.pinned.get(&sort),
            places.files.get(&(sort, file)),
            places.directories.get(&(sort, directory)),
        ];
        let candidates = nearby.into_iter().chain(around).flatten().next()?;
        let (best, reading) = most_alike(codebase, candidates, file, wanted)?;
        let reading = evaluation.readings(position).get(reading as usize)?;
        let found = codebase.file(best.file()?);
        Some(Example {
            path: found.path.clone(),
            line: best.line(codebase),
            name: name(codebase, best),
            differs: differences(codebase, component, (best, reading), subject),
        })
    }
}

impl<'a> Places<'a> {
    fn new(codebase: &'a Codebase, evaluation: &'a Evaluation, position: usize) -> Self {
        let mut places = Self::default();
        let pins = evaluation.components.get(position);
        let pins = pins.map(|evaluated| &evaluated.component.examples);
        for (at, reading) in evaluation.readings(position).iter().enumerate() {
            let taught = reading
                .subject
                .file()
                .filter(|_| teaches(codebase, reading));
            let Some((file, sort)) = taught.zip(sort(codebase, reading.subject)) else {
                continue;
            };
            let found = codebase.file(file);
            let size = size(codebase, reading.subject);
            let entry = (size, reading.subject, at as u32);
            if pins.is_some_and(|pins| pins.matches(&found.path)) {
                places.pinned.entry(sort).or_default().push(entry);
            }
            places.files.entry((sort, file)).or_default().push(entry);
            let directory = found.path.directory();
            let own = places.directories.entry((sort, directory));
            own.or_default().push(entry);
            for directory in upwards(directory) {
                let tree = places.trees.entry((sort, directory));
                tree.or_default().push(entry);
            }
        }
        let pinned = places.pinned.values_mut();
        let files = pinned.chain(places.files.values_mut());
        let directories = places.directories.values_mut();
        for entries in files.chain(directories).chain(places.trees.values_mut()) {
            entries.sort_unstable();
        }
        places
    }
}

/// Whether something can be learned from a subject: where nothing can be wrong, nothing can.
fn teaches(codebase: &Codebase, reading: &Reading) -> bool {
    let is_trivial = reading
        .subject
        .function(codebase)
        .is_some_and(|function| function.name.is_none() || function.code_lines <= 1);
    reading.of > 0 && reading.gap() == 0 && !is_trivial
}

fn sort(codebase: &Codebase, subject: Subject) -> Option<Sort> {
    let language = codebase.file(subject.file()?).language?;
    Some((discriminant(&subject), language.name()))
}

/// Its code lines, or those of its file.
fn size(codebase: &Codebase, subject: Subject) -> u64 {
    if let Some(function) = subject.function(codebase) {
        return u64::from(function.code_lines);
    }
    let facts = subject.file().and_then(|file| codebase.file(file).facts());
    facts.map_or(0, |facts| {
        u64::from(facts.lines.code.saturating_sub(facts.lines.code_in_tests))
    })
}

/// Of candidates sorted by size the one to imitate.
fn most_alike(
    codebase: &Codebase,
    candidates: &[(u64, Subject, u32)],
    file: FileIndex,
    wanted: u64,
) -> Option<(Subject, u32)> {
    // The window of those nearest in size: no sort of thousands for each question.
    let (mut first, mut end) = {
        let at = candidates.partition_point(|(size, ..)| *size < wanted);
        (at, at)
    };
    while end - first < LOOKED_AT.min(candidates.len()) {
        let below = first.checked_sub(1).and_then(|at| candidates.get(at));
        let above = candidates.get(end);
        match (below, above) {
            (Some(below), Some(above)) if wanted - below.0 <= above.0 - wanted => first -= 1,
            (_, Some(_)) => end += 1,
            (Some(_), None) => first -= 1,
            (None, None) => break,
        }
    }
    let imports = modules(codebase, file);
    let nearest = candidates.get(first..end)?.iter();
    let best = nearest.min_by_key(|(size, subject, _)| {
        let other = subject.file();
        let shared = match other {
            Some(other) if other != file => {
                let others = modules(codebase, other);
                imports.intersection(&others).count()
            }
            _ => imports.len(),
        };
        let touches = other.map_or(0, |other| codebase.touches(other));
        (
            Reverse(shared),
            size.abs_diff(wanted),
            Reverse(touches),
            *subject,
        )
    })?;
    Some((best.1, best.2))
}

/// The modules a file imports.
fn modules(codebase: &Codebase, file: FileIndex) -> BTreeSet<&str> {
    let facts = codebase.file(file).facts();
    let imports = facts.into_iter().flat_map(|facts| &facts.imports);
    imports
        .filter(|import| !import.in_test)
        .map(|import| import.module.as_str())
        .collect()
}

/// In what an example differs from a subject that fails.
fn differences(
    codebase: &Codebase,
    component: &Component,
    (example, reading): (Subject, &Reading),
    subject: Subject,
) -> Vec<String> {
    let functions = example.function(codebase).zip(subject.function(codebase));
    let mut clauses = Vec::new();
    let mut compare = |name: &str, of_example: u32, here: u32| {
        if of_example != here {
            clauses.push(format!("{name} {of_example}, here {here}"));
        }
    };
    match (&component.measure, functions) {
        (Measure::SimpleFunctions(_) | Measure::CalmHotSpots(_), Some((one, other))) => {
            compare("cognitive complexity", one.cognitive, other.cognitive);
            compare("nesting", one.nesting, other.nesting);
            compare("code lines", one.code_lines, other.code_lines);
        }
        (Measure::ShortFiles(_), _) => {
            let lines = |subject: Subject| size(codebase, subject) as u32;
            compare("code lines", lines(example), lines(subject));
        }
        (Measure::TypedSlots(_), Some((one, other))) => {
            clauses.push(format!("{}, here {}", slots(one), slots(other)));
        }
        _ if reading.of > 1 => {
            let unit = measures::about(&component.measure).unit;
            clauses.push(format!("all {} {unit}", reading.of));
        }
        _ => {}
    }
    clauses
}

/// How many slots of a function have a type.
fn slots(function: &Function) -> String {
    use crate::facts::SlotState::{Any, Inferred, Typed, Untyped};
    let count = |states: &[_]| {
        let slots = function.slots.iter();
        slots.filter(|slot| states.contains(&slot.state)).count()
    };
    let typed = count(&[Typed, Inferred]);
    format!("{typed} of {} typed", typed + count(&[Any, Untyped]))
}

/// What a subject is called in its file; none for a whole file.
pub fn name(codebase: &Codebase, subject: Subject) -> Option<String> {
    let facts = codebase.file(subject.file()?).facts()?;
    let name = match subject {
        Subject::Function(_, at) => facts.functions.get(at as usize)?.name.as_ref()?,
        Subject::Field(_, at) => &facts.fields.get(at as usize)?.name,
        Subject::Item(_, at) => &facts.items.get(at as usize)?.name,
        Subject::Endpoint(..) => return Some(subject.endpoint(codebase)?.name()),
        Subject::File(_)
        | Subject::Import(..)
        | Subject::Call(..)
        | Subject::Match(..)
        | Subject::Change(_)
        | Subject::Deployment(_) => return None,
    };
    Some(name.to_string())
}
