//! Which files hold tests, and what each of them imports and uses.

use crate::class::Class;
use crate::codebase::maps::{Map, Set};
use crate::codebase::resolve::{Resolver, chain};
use crate::codebase::{Codebase, File, FileIndex};
use crate::facts::{Call, Facts, Import, ImportKind};

use super::Strength;

/// The tests of a codebase.
#[derive(Default)]
pub(super) struct Tests {
    /// With at least one case that runs, in order of paths; those inside code included.
    pub(super) enabled: Vec<Test>,
    /// With cases, none of which runs.
    pub(super) skipped: Vec<Test>,
    /// Code that holds its own tests, in it or in a child module of its own.
    pub(super) inline: Vec<FileIndex>,
    /// Code whose own tests are all switched off.
    pub(super) inline_skipped: Vec<FileIndex>,
    /// What test runners load beside the tests.
    pub(super) support: Vec<FileIndex>,
}

/// One file with tests.
pub(super) struct Test {
    pub(super) file: FileIndex,
    /// Only its inline tests are test code.
    pub(super) is_inline: bool,
}

/// What tests reach.
pub(super) struct Reached {
    /// By file: whether they import it or use something of it.
    pub(super) strengths: Vec<Strength>,
    /// By file: whether it is loaded for them.
    pub(super) loaded: Vec<bool>,
    /// Imports about this repository.
    pub(super) internal: u64,
    /// Those that led to a file.
    pub(super) resolved: u64,
}

impl Tests {
    pub(super) fn of<'a>(codebase: &'a Codebase, resolver: &Resolver<'a>) -> Self {
        let mut tests = Self::default();
        for (index, file) in codebase.indexed() {
            let Some(facts) = file.facts() else {
                continue;
            };
            if file.class == Class::TestSupport && file.path.file_name() == b"conftest.py" {
                tests.support.push(index);
            }
            let Some(is_inline) = holds_tests(file) else {
                continue;
            };
            if facts.tests.iter().all(|case| case.doc_example) {
                continue;
            }
            let test = Test {
                file: index,
                is_inline,
            };
            let runs = runs_tests(file);
            if is_inline {
                let list = if runs {
                    &mut tests.inline
                } else {
                    &mut tests.inline_skipped
                };
                list.push(index);
            }
            if runs {
                tests.enabled.push(test);
            } else {
                tests.skipped.push(test);
            }
        }
        tests.inline_in_children(codebase, resolver);
        tests
    }

    /// `#[cfg(test)] mod tests;` puts the inline tests of a file into one of their own.
    fn inline_in_children<'a>(&mut self, codebase: &'a Codebase, resolver: &Resolver<'a>) {
        let with_tests: Set<FileIndex> = self.enabled_files().into_iter().collect();
        for (index, file) in codebase.indexed() {
            let Some(facts) = file.facts().filter(|_| file.class == Class::Code) else {
                continue;
            };
            let holds = facts
                .imports
                .iter()
                .filter(|import| import.kind == ImportKind::Module)
                .filter_map(|import| resolver.resolve(index, import).first)
                .any(|child| {
                    codebase.file(child).class == Class::Test && with_tests.contains(&child)
                });
            if holds {
                self.inline.push(index);
            }
        }
    }

    /// Test files (not code with inline tests) with a case that runs.
    pub(super) fn enabled_files(&self) -> Vec<FileIndex> {
        self.enabled
            .iter()
            .filter(|test| !test.is_inline)
            .map(|test| test.file)
            .collect()
    }
}

/// Whether test cases in a file are run if they are switched on, and then whether they stand inside ordinary code.
/// Outside Rust a function called `test` in code is just that.
fn holds_tests(file: &File) -> Option<bool> {
    let language = file.language.map(|language| language.name());
    match file.class {
        Class::Test => Some(false),
        Class::Code if language == Some("rust") => Some(true),
        _ => None,
    }
}

/// Whether a test case of a file runs. Examples in documentation are weak evidence.
pub fn runs_tests(file: &File) -> bool {
    let mut tests = file.facts().into_iter().flat_map(|facts| &facts.tests);
    holds_tests(file).is_some() && tests.any(|case| case.enabled && !case.doc_example)
}

impl Test {
    /// Adds what these tests reach.
    pub(super) fn reach<'a>(
        &self,
        codebase: &'a Codebase,
        resolver: &Resolver<'a>,
        reached: &mut Reached,
    ) {
        let Some(facts) = codebase.file(self.file).facts() else {
            return;
        };
        for import in facts
            .imports
            .iter()
            .filter(|import| self.is_test_code(import))
        {
            let resolution = resolver.resolve(self.file, import);
            if resolution.internal && import.kind != ImportKind::Path {
                reached.internal += 1;
                // A module of ours may hand on what is not ours.
                let found = resolution.first.is_some() || !resolution.targets.is_empty();
                reached.resolved += u64::from(found);
            }
            if !matches!(import.kind, ImportKind::TypeOnly | ImportKind::Module) {
                for file in &resolution.through {
                    reached.loaded[file.get()] = true;
                }
            }
            for target in &resolution.targets {
                if target.symbol.is_none() && is_way_in(codebase, target.file, import) {
                    continue;
                }
                // A qualified path in code is a use, not only an import.
                let used = import.kind == ImportKind::Path && target.symbol.is_some();
                self.add(target.file, used, reached);
            }
        }
        let mut known: Map<&str, bool> = Map::default();
        let mut seen: Set<&str> = Set::default();
        let callees = self.callees(facts);
        seen.reserve(callees.len());
        for callee in callees {
            if !seen.insert(callee) {
                continue;
            }
            let Some(first) = chain(callee).next() else {
                continue;
            };
            let leads = *known
                .entry(first)
                .or_insert_with(|| resolver.knows(self.file, first, self.is_inline));
            if !leads {
                continue;
            }
            for found in resolver.resolve_callee(self.file, callee, self.is_inline) {
                let file = found.target.file;
                // `require` may give a function: then the module itself is called.
                let called = found.target.symbol.is_some() || !is_python(codebase, file);
                if called || !is_package(codebase, file) {
                    self.add(file, called && !found.type_only, reached);
                }
            }
        }
    }

    /// Tests of a file are no tests of it because they use what is in it.
    fn add(&self, file: FileIndex, used: bool, reached: &mut Reached) {
        if file == self.file {
            return;
        }
        let strength = if used {
            Strength::Exercised
        } else {
            Strength::Associated
        };
        let known = &mut reached.strengths[file.get()];
        *known = strength.max(*known);
    }

    fn is_test_code(&self, import: &Import) -> bool {
        !self.is_inline || import.in_test
    }

    /// What is called or decorated with, most names once.
    fn callees<'a>(&self, facts: &'a Facts) -> Vec<&'a str> {
        if self.is_inline {
            let in_test = |call: &Call<'_>| {
                call.function
                    .and_then(|function| facts.functions.get(function as usize))
                    .is_some_and(|function| function.in_test)
            };
            return facts
                .calls
                .iter()
                .filter(in_test)
                .map(|call| call.callee)
                .collect();
        }
        let called = facts.calls.callees().iter().map(|callee| &**callee);
        let decorated = facts.decorators.iter().map(|decorator| &*decorator.name);
        called.chain(decorated).collect()
    }
}

impl Reached {
    /// Nothing yet, of as many files as a codebase has.
    pub(super) fn nothing(codebase: &Codebase) -> Self {
        let count = codebase.files().len();
        Self {
            strengths: vec![Strength::None; count],
            loaded: vec![false; count],
            internal: 0,
            resolved: 0,
        }
    }

    /// Adds what other tests reach.
    pub(super) fn add(&mut self, other: &Self) {
        for (known, strength) in self.strengths.iter_mut().zip(&other.strengths) {
            *known = (*known).max(*strength);
        }
        for (known, loaded) in self.loaded.iter_mut().zip(&other.loaded) {
            *known |= loaded;
        }
        self.internal += other.internal;
        self.resolved += other.resolved;
    }
}

/// Whether an import only opens a package: what is used of it counts, where it is defined.
fn is_way_in(codebase: &Codebase, file: FileIndex, import: &Import) -> bool {
    is_package(codebase, file) && import.name.as_deref().is_none_or(|name| name == "*")
}

fn is_package(codebase: &Codebase, file: FileIndex) -> bool {
    codebase.file(file).path.file_name() == b"__init__.py"
}

fn is_python(codebase: &Codebase, file: FileIndex) -> bool {
    codebase
        .file(file)
        .language
        .is_some_and(|language| language.name() == "python")
}
