//! Files that lost their test: whether anybody took it away.
//!
//! A file of code that is not new has no test any more. If what tested it was deleted, switched off or pointed elsewhere,
//! that is a regression of the file like any other. But its tests may all be there and not find it, because one of them
//! moved; or they were tests of something else that is gone too.

use super::Side;
use super::matching::Matching;
use super::transition::Follower;
use crate::class::Class;
use crate::codebase::maps::{Map, Set};
use crate::codebase::resolve::chain;
use crate::codebase::{Codebase, Content, FileIndex};
use crate::definition::Data;
use crate::facts::{Call, Facts, ImportKind};
use crate::measures::tested_files::{runs_tests, tests_of};
use crate::measures::{Context, Subject};

/// What became of the tests of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Somebody took them away, or put other code in its place.
    Taken,
    /// They are there, or went with what they were about.
    Kept,
    /// This file of the head, which held them, cannot be read.
    Unknown(FileIndex),
}

/// The tests that files without a test had.
pub(super) struct TestsKept<'a> {
    base: Side<'a>,
    head: Side<'a>,
    matching: &'a Matching,
    suspects: &'a [FileIndex],
    /// By suspect: the files of the base it comes from that had tests.
    origins: Vec<Vec<FileIndex>>,
    /// By suspect: how many lines came from files that had none and should have had.
    untested: Vec<u64>,
    /// By file of the base: its tests.
    tests: Map<FileIndex, Vec<FileIndex>>,
    /// By test of the base: names of code it reached that is gone, with the file of each.
    gone: Map<FileIndex, Vec<(FileIndex, &'a str)>>,
    /// Tests of the base that reached a file of which nothing is left, with these files.
    left_over: Map<FileIndex, Vec<FileIndex>>,
}

impl<'a> TestsKept<'a> {
    /// Of files of the head that have no test, though they or what is in them had one.
    pub(super) fn new(follower: &Follower<'a>, suspects: &'a [FileIndex]) -> Self {
        let mut kept = Self {
            base: follower.base,
            head: follower.head,
            matching: follower.matching,
            suspects,
            origins: Vec::new(),
            untested: Vec::new(),
            tests: Map::default(),
            gone: Map::default(),
            left_over: Map::default(),
        };
        if suspects.is_empty() {
            return kept;
        }
        let gap = |file: FileIndex| {
            let reading = follower.readings.get(&Subject::File(file));
            reading.map(|reading| reading.gap())
        };
        for suspect in suspects {
            let files = kept.matching.origins(*suspect).files;
            let tested = files.iter().filter(|(file, _)| gap(*file) == Some(0));
            kept.origins.push(tested.map(|(file, _)| *file).collect());
            let untested = files.iter().filter(|(file, _)| gap(*file) > Some(0));
            kept.untested.push(untested.map(|(_, lines)| lines).sum());
        }
        let gone: Map<FileIndex, &[Subject]> = kept
            .matching
            .gone()
            .filter(|(file, _)| kept.base.codebase.file(*file).class == Class::Code)
            .collect();
        let mut files: Vec<FileIndex> = kept.origins.iter().flatten().copied().collect();
        files.extend(gone.keys());
        files.sort_unstable();
        files.dedup();
        let tests = tests_of(&Context::new(kept.base.codebase, Data::known(), 1), &files);
        for (file, tests) in files.into_iter().zip(tests) {
            let names = gone.get(&file).into_iter().flat_map(|gone| gone.iter());
            let names: Vec<&str> = names
                .filter_map(|subject| name(kept.base.codebase, *subject))
                .collect();
            let is_left = kept.matching.heirs(file).next().is_some();
            for test in &tests {
                let named = names.iter().map(|name| (file, *name));
                kept.gone.entry(*test).or_default().extend(named);
                if !is_left {
                    kept.left_over.entry(*test).or_default().push(file);
                }
            }
            kept.tests.insert(file, tests);
        }
        kept
    }

    /// For each file what became of its tests.
    pub(super) fn answers(&self) -> Vec<Answer> {
        let origins = self.origins.iter().zip(&self.untested);
        let suspects = self.suspects.iter().zip(origins);
        suspects
            .map(|(suspect, (origins, untested))| self.answer(*suspect, origins, *untested))
            .collect()
    }

    fn answer(&self, suspect: FileIndex, origins: &[FileIndex], untested: u64) -> Answer {
        let made_of = self.matching.origins(suspect);
        if made_of.old() == 0 || made_of.old() < made_of.new {
            return Answer::Taken;
        }
        if origins.is_empty() && untested * 2 < made_of.old() + made_of.new {
            // It was too small to need one.
            return Answer::Taken;
        }
        let mut unknown = None;
        for origin in origins {
            match self.answer_of(suspect, *origin) {
                Answer::Taken => return Answer::Taken,
                Answer::Kept => {}
                Answer::Unknown(test) => unknown = unknown.or(Some(test)),
            }
        }
        unknown.map_or(Answer::Kept, Answer::Unknown)
    }

    /// What became of the tests of what came from one file.
    fn answer_of(&self, suspect: FileIndex, origin: FileIndex) -> Answer {
        let lineage = self.matching.lineage(suspect);
        let is_in_place = lineage.was == Some(origin) && !lineage.is_renamed;
        let tests = self.tests.get(&origin).map_or(&[][..], Vec::as_slice);
        if tests.is_empty() {
            // Declared by the definition, not by the tests: a map from paths to paths.
            return if is_in_place {
                Answer::Taken
            } else {
                Answer::Kept
            };
        }
        let used: Vec<(FileIndex, Set<&str>)> = tests
            .iter()
            .map(|test| (*test, uses(self.base.codebase, *test)))
            .collect();
        let is_used = |name: &str| used.iter().any(|(_, names)| names.contains(name));
        let own: Vec<(&str, &str)> = self
            .names(suspect, origin)
            .into_iter()
            .filter(|(before, _)| is_used(before))
            .collect();
        if own.is_empty() {
            let facts = self.base.codebase.file(origin).facts();
            if facts.is_some_and(|facts| names_in(facts).any(|(name, _)| is_used(name))) {
                // They were about something else of that file.
                return Answer::Kept;
            }
            return self.answer_by_place(is_in_place, tests);
        }
        let mut lost = None;
        for (test, _) in &used {
            for heir in self.matching.heirs(*test) {
                if !self.runs(heir) {
                    lost = lost.or(self.is_lost(heir).then_some(heir));
                    continue;
                }
                let used = uses(self.head.codebase, heir);
                let is_used = |name: &str| used.contains(name);
                if own
                    .iter()
                    .any(|(before, now)| is_used(before) || is_used(now))
                {
                    return Answer::Kept;
                }
            }
        }
        if let Some(test) = lost {
            return Answer::Unknown(test);
        }
        // A test that used more of what is gone than of what is left was a test of that.
        let went_along = |(test, names): &(FileIndex, Set<&str>)| {
            let here = own.iter().filter(|(before, _)| names.contains(before));
            let here = here.count();
            here == 0
                || (self.is_test_of_gone(*test, origin)
                    && self.gone_uses(*test, origin, names) >= here)
        };
        if used.iter().all(went_along) {
            Answer::Kept
        } else {
            Answer::Taken
        }
    }

    /// What became of tests that used nothing by name: they may start a program, or use values only.
    fn answer_by_place(&self, is_in_place: bool, tests: &[FileIndex]) -> Answer {
        let mut lost = None;
        for test in tests {
            for heir in self.matching.heirs(*test) {
                lost = lost.or(self.is_lost(heir).then_some(heir));
                let lineage = self.matching.lineage(heir);
                let is_untouched =
                    lineage.is_unchanged || lineage.was != Some(*test) || lineage.is_renamed;
                if self.runs(heir) && (!is_in_place || is_untouched) {
                    return Answer::Kept;
                }
            }
        }
        match lost {
            Some(test) => Answer::Unknown(test),
            None if tests.iter().all(|test| self.left_over.contains_key(test)) => Answer::Kept,
            None => Answer::Taken,
        }
    }

    /// Whether a test reached code outside a file that is gone.
    fn is_test_of_gone(&self, test: FileIndex, outside: FileIndex) -> bool {
        let gone = self.gone.get(&test).into_iter().flatten();
        let files = self.left_over.get(&test).into_iter().flatten();
        gone.map(|(file, _)| file)
            .chain(files)
            .any(|file| *file != outside)
    }

    /// How many names of code outside a file that is gone a test used.
    fn gone_uses(&self, test: FileIndex, outside: FileIndex, used: &Set<&str>) -> usize {
        let gone = self.gone.get(&test).into_iter().flatten();
        let names: Set<&str> = gone
            .filter(|(file, name)| *file != outside && used.contains(name))
            .map(|(_, name)| *name)
            .collect();
        names.len()
    }

    fn runs(&self, file: FileIndex) -> bool {
        runs_tests(self.head.codebase.file(file))
    }

    fn is_lost(&self, file: FileIndex) -> bool {
        matches!(self.head.codebase.file(file).content, Content::Lost(_))
    }

    /// What came from a file into another: its names there and here. What shares its name with something else there is left
    /// out: nobody knows which of them a test means.
    fn names(&self, now: FileIndex, was: FileIndex) -> Vec<(&'a str, &'a str)> {
        let Some(facts) = self.head.codebase.file(now).facts() else {
            return Vec::new();
        };
        let mut lines: Map<&str, u32> = Map::default();
        let mut shared: Set<&str> = Set::default();
        let before = self.base.codebase.file(was).facts();
        for (name, line) in before.into_iter().flat_map(names_in) {
            // A function at the top is an item, too.
            if *lines.entry(name).or_insert(line) != line {
                shared.insert(name);
            }
        }
        let functions = (0..).zip(&facts.functions);
        let functions = functions.map(|(at, _)| Subject::Function(now, at));
        let items = (0..).zip(&facts.items);
        let subjects = functions.chain(items.map(|(at, _)| Subject::Item(now, at)));
        subjects
            .filter_map(|subject| {
                let matched = self.matching.of(subject)?;
                let before = Some(matched.was).filter(|before| before.file() == Some(was))?;
                Some((
                    name(self.base.codebase, before)?,
                    name(self.head.codebase, subject)?,
                ))
            })
            .filter(|(before, _)| !shared.contains(before))
            .collect()
    }
}

/// The name of a function or an item that a test could use.
fn name(codebase: &Codebase, subject: Subject) -> Option<&str> {
    let facts = codebase.file(subject.file()?).facts()?;
    match subject {
        Subject::Function(_, at) => {
            let function = facts.functions.get(at as usize)?;
            function.name.as_deref().filter(|_| !function.in_test)
        }
        Subject::Item(_, at) => {
            let item = facts.items.get(at as usize)?;
            Some(&*item.name).filter(|_| !item.in_test)
        }
        _ => None,
    }
}

/// The names of functions and items that a test could use, with their lines.
fn names_in(facts: &Facts) -> impl Iterator<Item = (&str, u32)> {
    let functions = facts.functions.iter().filter(|function| !function.in_test);
    let functions =
        functions.filter_map(|function| Some((function.name.as_deref()?, function.line)));
    let items = facts.items.iter().filter(|item| !item.in_test);
    functions.chain(items.map(|item| (&*item.name, item.line)))
}

/// Names that the tests of a file import, call or decorate with.
fn uses(codebase: &Codebase, file: FileIndex) -> Set<&str> {
    let mut names = Set::default();
    let Some(facts) = codebase.file(file).facts() else {
        return names;
    };
    let is_inline = codebase.file(file).class == Class::Code;
    for import in &facts.imports {
        if (!is_inline || import.in_test) && import.kind != ImportKind::Module {
            names.extend(import.name.as_deref());
            names.extend(chain(&import.module).last());
        }
    }
    if is_inline {
        let in_test = |call: &Call<'_>| {
            let function = call
                .function
                .and_then(|at| facts.functions.get(at as usize));
            function.is_some_and(|function| function.in_test)
        };
        names.extend(
            facts
                .calls
                .iter()
                .filter(in_test)
                .flat_map(|call| chain(call.callee)),
        );
    } else {
        names.extend(
            facts
                .calls
                .callees()
                .iter()
                .flat_map(|callee| chain(callee)),
        );
        let decorators = facts.decorators.iter();
        names.extend(decorators.flat_map(|decorator| chain(&decorator.name)));
    }
    names
}
