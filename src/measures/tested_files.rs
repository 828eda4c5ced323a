//! Tested files: of all files worth a test, those a test names or imports.
//!
//! Association is a ladder: reached by no test, reached only through other files, named or imported
//! by a test, used by a test, run by a test as a coverage report says. Against lines run inside tests, naming or importing was right in 96 % of the files it
//! claimed and found 94 % of those that were run (four Python libraries).

mod likeness;
mod tests_of;

use std::collections::VecDeque;

use crate::class::Class;
use crate::codebase::maps::Set;
use crate::codebase::parallel;
use crate::codebase::resolve::Resolver;
use crate::codebase::{Codebase, File, FileIndex};
use crate::definition::settings::TestedFiles;
use crate::evidence::coverage::Standing;
use crate::facts::{Facts, ImportKind};

use super::covered_lines::{self, Runs};
use super::{About, Context, Measurement, Method, Note, Reading, Subject, Taken, View};

use likeness::Likeness;
pub use tests_of::runs_tests;
use tests_of::{Reached, Test, Tests};

pub(super) const ABOUT: About = About {
    unit: "files",
    gap: "files without a test",
    why: "A file no test names or imports is changed on faith. Begin with the files that change most.",
    fewest_subjects: 5,
    by_change: false,
};

/// Most files that are named though none of their functions was run.
const MOST_NOT_RUN: usize = 20;
/// Most code lines of an entry point that need no test of its own.
const LONGEST_ENTRY_POINT: u32 = 10;

/// How strongly a test belongs to a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// No test reaches it.
    #[default]
    None,
    /// A test reaches it through other source files.
    Indirect,
    /// A test names it or imports it.
    Associated,
    /// It holds tests, or a test uses something it defines.
    Exercised,
    /// A coverage report says that a test ran a function of it.
    Executed,
}

impl Strength {
    /// Its step on the ladder, 0 to 4.
    pub fn level(self) -> u32 {
        self as u32
    }
}

/// What is known of the tests of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Association {
    /// How strongly a test belongs to it.
    pub strength: Strength,
    /// The source file through which a test reaches it, where nothing is nearer.
    pub through: Option<FileIndex>,
    /// Tests belong to it, but all of them are switched off.
    pub only_skipped: bool,
    /// A test names it, and other files just as well.
    pub ambiguous: bool,
}

/// The tests of every file of a codebase.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Associations {
    /// By file.
    files: Vec<Association>,
    /// Imports in tests that are about this repository.
    pub internal_imports: u64,
    /// Those of them that led to a file.
    pub resolved_imports: u64,
}

pub(super) fn read(context: &Context, view: &View, settings: &TestedFiles) -> Measurement {
    let mut associations = levels(context, settings);
    let runs = Runs::new(context.codebase);
    let mut taken = Taken {
        unknown: view.lost(),
        method: Method::Resolved,
        ..Taken::default()
    };
    let mut counts = [0u64; 5];
    let mut not_run: Vec<String> = Vec::new();
    let mut ambiguous = 0u64;
    for (index, file, facts) in view.code() {
        if !is_eligible(file, facts) {
            continue;
        }
        let entered = runs
            .as_ref()
            .and_then(|runs| is_entered(runs, index, facts));
        if entered == Some(true) {
            associations.raise(index, Strength::Executed);
        }
        let association = associations.of(index);
        if entered == Some(false) && association.strength >= Strength::Associated {
            not_run.push(file.path.to_str().into_owned());
        }
        counts[association.strength.level() as usize] += 1;
        ambiguous += u64::from(association.ambiguous);
        let good = association.strength.level() >= settings.min_strength;
        taken.readings.push(Reading {
            subject: Subject::File(index),
            good: u64::from(good),
            of: 1,
            note: (!good).then(|| Note::Words(note(view.codebase, association))),
        });
    }
    if !taken.readings.is_empty() {
        taken.notes = sentences(counts, ambiguous, &associations);
        taken.notes.extend(named_but_not_run(&not_run));
    }
    Measurement::Taken(taken)
}

/// How strongly tests belong to the files of a codebase.
pub fn levels(context: &Context, settings: &TestedFiles) -> Associations {
    let codebase = context.codebase;
    let resolver = context.resolver();
    let likeness = Likeness::new(codebase);
    let tests = Tests::of(codebase, &resolver);
    let mut loads = Loads::new(codebase);
    let reached = if context.threads() > 1 {
        ahead(context, &tests, &mut loads)
    } else {
        let mut reached = Reached::nothing(codebase);
        for test in &tests.enabled {
            test.reach(codebase, &resolver, &mut reached);
        }
        reached
    };
    let mut found = Associations {
        files: vec![Association::default(); codebase.files().len()],
        internal_imports: reached.internal,
        resolved_imports: reached.resolved,
    };
    for (association, strength) in found.files.iter_mut().zip(reached.strengths) {
        association.strength = strength;
    }
    let mut seeds = reached.loaded;
    for file in &tests.inline {
        found.raise(*file, Strength::Exercised);
        seeds[file.get()] = true;
    }
    for name in likeness.named(&tests.enabled_files()) {
        found.raise(name.file, Strength::Associated);
        found.files[name.file.get()].ambiguous |= name.ambiguous;
    }
    for map in &settings.map {
        let tested = tests
            .enabled_files()
            .iter()
            .any(|test| map.tests.matches(&codebase.file(*test).path));
        if tested {
            for (index, file) in codebase.indexed() {
                if file.class == Class::Code && map.source.matches(&file.path) {
                    found.raise(index, Strength::Associated);
                }
            }
        }
    }
    for file in &tests.support {
        seeds[file.get()] = true;
    }
    spread(codebase, &resolver, seeds, loads, &mut found);
    let mut reached = Reached::nothing(codebase);
    for test in &tests.skipped {
        test.reach(codebase, &resolver, &mut reached);
    }
    let skipped: Vec<FileIndex> = tests.skipped.iter().map(|test| test.file).collect();
    let named = likeness.named(&skipped).into_iter().map(|name| name.file);
    let touched = codebase.indexed().map(|(index, _)| index);
    let touched = touched.filter(|file| reached.strengths[file.get()] > Strength::None);
    for file in tests
        .inline_skipped
        .iter()
        .copied()
        .chain(named)
        .chain(touched)
    {
        let association = &mut found.files[file.get()];
        association.only_skipped = association.strength < Strength::Associated;
    }
    found
}

/// For each of some files, the test files that name it, import it or use something of it, sorted.
pub fn tests_of(context: &Context, files: &[FileIndex]) -> Vec<Vec<FileIndex>> {
    let codebase = context.codebase;
    let resolver = context.resolver();
    let likeness = Likeness::new(codebase);
    let tests = Tests::of(codebase, &resolver);
    let mut found: Vec<Vec<FileIndex>> = vec![Vec::new(); files.len()];
    for test in &tests.enabled {
        let mut reached = Reached::nothing(codebase);
        test.reach(codebase, &resolver, &mut reached);
        if !test.is_inline {
            for name in likeness.named(&[test.file]) {
                reached.strengths[name.file.get()] = Strength::Associated;
            }
        }
        for (file, found) in files.iter().zip(&mut found) {
            let is_own = test.is_inline && test.file == *file;
            if is_own || reached.strengths[file.get()] >= Strength::Associated {
                found.push(test.file);
            }
        }
    }
    found
}

impl Associations {
    /// How strongly tests belong to a file.
    pub fn of(&self, file: FileIndex) -> &Association {
        &self.files[file.get()]
    }

    fn raise(&mut self, file: FileIndex, strength: Strength) {
        let association = &mut self.files[file.get()];
        association.strength = association.strength.max(strength);
    }
}

/// Whether a file is worth a test: code with a body outside inline tests, and more than the way in.
fn is_eligible(file: &File, facts: &Facts) -> bool {
    // A stub describes the file beside it.
    if file.path.extension() == Some(b"pyi") {
        return false;
    }
    let mut bodies = facts
        .functions
        .iter()
        .filter(|function| function.has_body && !function.in_test)
        .peekable();
    if bodies.peek().is_none() {
        return false;
    }
    let only_main = bodies.all(|function| function.name.as_deref() == Some("main"));
    let lines = facts.lines.code - facts.lines.code_in_tests.min(facts.lines.code);
    !(only_main && lines <= LONGEST_ENTRY_POINT)
}

/// By file: the files that importing it loads, in the order in which they are met, as far as that is known.
struct Loads(Vec<Option<Loaded>>);

impl Loads {
    /// Nothing is known yet.
    fn new(codebase: &Codebase) -> Self {
        Self(vec![None; codebase.files().len()])
    }

    fn take<'a>(&mut self, resolver: &Resolver<'a>, file: FileIndex, facts: &'a Facts) -> Loaded {
        self.0[file.get()]
            .take()
            .unwrap_or_else(|| loaded(resolver, file, facts))
    }
}

/// Files that come with one.
type Loaded = Box<[FileIndex]>;

fn loaded<'a>(resolver: &Resolver<'a>, file: FileIndex, facts: &'a Facts) -> Loaded {
    let mut seen: Set<FileIndex> = Set::default();
    let mut loaded = Vec::new();
    for import in &facts.imports {
        // Declaring a child module is no use of it.
        let loads = !matches!(import.kind, ImportKind::TypeOnly | ImportKind::Module);
        if loads && !import.in_test {
            let through = &resolver.resolve(file, import).through;
            loaded.extend(through.iter().copied().filter(|next| seen.insert(*next)));
        }
    }
    loaded.into()
}

/// What tests reach, and what the code they may load loads in its turn: all that takes long, on several threads.
fn ahead(context: &Context, tests: &Tests, loads: &mut Loads) -> Reached {
    /// What is looked at by itself.
    enum Job<'t, 'a> {
        Test(&'t Test),
        Code(FileIndex, &'a Facts),
    }
    let codebase = context.codebase;
    let mut jobs: Vec<Job> = tests.enabled.iter().map(Job::Test).collect();
    // Without tests nothing is loaded.
    if !jobs.is_empty() {
        let code = codebase
            .indexed()
            .filter(|(_, file)| file.class == Class::Code)
            .filter_map(|(index, file)| Some(Job::Code(index, file.facts()?)));
        jobs.extend(code);
    }
    let parts = parallel::share(context.threads(), &jobs, |jobs| {
        let resolver = context.resolver();
        let mut reached = Reached::nothing(codebase);
        let mut code: Vec<(FileIndex, Loaded)> = Vec::new();
        for job in jobs {
            match job {
                Job::Test(test) => test.reach(codebase, &resolver, &mut reached),
                Job::Code(file, facts) => code.push((*file, loaded(&resolver, *file, facts))),
            }
        }
        (reached, code)
    });
    let mut all = Reached::nothing(codebase);
    for (reached, code) in parts {
        all.add(&reached);
        for (file, loaded) in code {
            loads.0[file.get()] = Some(loaded);
        }
    }
    all
}

/// Follows the imports of source files, from those that tests load to everything that comes with them.
fn spread<'a>(
    codebase: &'a Codebase,
    resolver: &Resolver<'a>,
    seeds: Vec<bool>,
    mut loads: Loads,
    found: &mut Associations,
) {
    let mut seen = seeds;
    let mut pending: VecDeque<FileIndex> = codebase
        .indexed()
        .map(|(index, _)| index)
        .filter(|index| seen[index.get()])
        .collect();
    for seed in &pending {
        found.raise(*seed, Strength::Indirect);
    }
    while let Some(file) = pending.pop_front() {
        let Some(facts) = codebase.file(file).facts() else {
            continue;
        };
        // A helper of tests is no source file: what it reached is named by the first one that is.
        let from = if codebase.file(file).class == Class::Code {
            file
        } else {
            found.of(file).through.unwrap_or(file)
        };
        for next in loads.take(resolver, file, facts) {
            if !std::mem::replace(&mut seen[next.get()], true) {
                found.raise(next, Strength::Indirect);
                found.files[next.get()].through = Some(from);
                pending.push_back(next);
            }
        }
    }
}

fn note(codebase: &Codebase, association: &Association) -> Box<str> {
    let clause = match association {
        Association {
            strength: Strength::Associated,
            ..
        } => "a test names or imports it, but none uses anything it defines".to_owned(),
        Association {
            only_skipped: true, ..
        } => "only skipped tests".to_owned(),
        Association {
            strength: Strength::Indirect,
            through: Some(file),
            ..
        } => format!(
            "only indirectly: reached through {}",
            codebase.file(*file).path.to_str()
        ),
        Association {
            strength: Strength::Indirect,
            ..
        } => "only indirectly: loaded by a test that uses nothing of it".to_owned(),
        _ => "no test names or imports it".to_owned(),
    };
    clause.into()
}

/// Whether a coverage report says that a function of a file was run; none where none tells of its functions.
fn is_entered(runs: &Runs, index: FileIndex, facts: &Facts) -> Option<bool> {
    let Some(Standing::Fresh(told)) = runs.of(index) else {
        return None;
    };
    let mut entered = covered_lines::entered(&told, Some(facts));
    let first = entered.next()?;
    Some(first || entered.any(|entered| entered))
}

/// Files that have tests, of which no function was run.
fn named_but_not_run(paths: &[String]) -> Option<String> {
    let more = match paths.len().saturating_sub(MOST_NOT_RUN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let named = paths.get(..MOST_NOT_RUN).unwrap_or(paths).join(", ");
    (!paths.is_empty()).then(|| {
        format!(
            "named but not run: {} files have tests, but a coverage report says that none of their functions was run: \
             {named}{more}",
            paths.len()
        )
    })
}

fn sentences(counts: [u64; 5], ambiguous: u64, associations: &Associations) -> Vec<String> {
    let [none, indirect, associated, exercised, executed] = counts;
    let executed = match executed {
        0 => String::new(),
        executed => format!("{executed} executed, "),
    };
    let mut levels = format!(
        "levels: {executed}{exercised} exercised, {associated} associated, {indirect} indirect, {none} none"
    );
    if ambiguous > 0 {
        levels.push_str(&format!("; {ambiguous} ambiguous by name"));
    }
    let mut sentences = vec![levels];
    if associations.internal_imports > 0 {
        sentences.push(format!(
            "{} of {} imports of this repository in tests were resolved",
            associations.resolved_imports, associations.internal_imports
        ));
    }
    sentences
}

#[cfg(test)]
mod tests;
