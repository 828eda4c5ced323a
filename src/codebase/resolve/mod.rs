//! Resolution of imports: which file of this repository defines what another one names.
//!
//! A name is followed through everything that passes it on to the file that defines it. Nothing here recurses; circles
//! end because no place is looked at twice, and every walk has a step limit.

mod ecmascript;
mod names;
mod python;
mod rust;

use compact_str::CompactString;
use std::collections::{HashSet, VecDeque};
use std::hash::Hash;

use super::{Codebase, FileIndex};
use crate::facts::{Facts, Import, ImportKind};

use names::Names;

/// Most places looked at for one import, those looked at before included.
const MOST_STEPS: usize = 2_000;
/// Most names of a path that is followed; it can grow on the way.
const LONGEST_PATH: usize = 16;

/// Where an import leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The file that defines it.
    pub file: FileIndex,
    /// The top-level name in that file; none for the module as a whole, or when the name was not found in it.
    pub symbol: Option<CompactString>,
    /// The import is erased before running.
    pub type_only: bool,
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution {
    /// The files that define what is imported, sorted: several where branches import the same name.
    pub targets: Vec<Target>,
    /// The file of the module as written, before any re-export is followed.
    pub first: Option<FileIndex>,
    /// Files looked at on the way, the defining ones included, sorted: loading the import may run them.
    pub through: Vec<FileIndex>,
    /// It is about this repository, resolved or not.
    pub internal: bool,
}

/// What has to be known of all files to resolve imports.
#[derive(Debug)]
pub(super) struct Index {
    names: Vec<Names>,
    python: python::Modules,
    rust: rust::Modules,
    ecmascript: ecmascript::Packages,
}

impl Index {
    pub(super) fn new(codebase: &Codebase) -> Self {
        Self {
            names: codebase.files().iter().map(Names::new).collect(),
            python: python::Modules::new(codebase),
            rust: rust::Modules::new(codebase),
            ecmascript: ecmascript::Packages::new(codebase),
        }
    }
}

/// Languages that share the way modules are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Python,
    Ecmascript,
    Rust,
}

fn family(file: &super::File) -> Option<Family> {
    match file.language?.name() {
        "python" => Some(Family::Python),
        "javascript" | "typescript" => Some(Family::Ecmascript),
        "rust" => Some(Family::Rust),
        _ => None,
    }
}

/// Resolves imports of one codebase.
#[derive(Clone, Copy, Debug)]
pub struct Resolver<'a> {
    codebase: &'a Codebase,
    index: &'a Index,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(codebase: &'a Codebase, index: &'a Index) -> Self {
        Self { codebase, index }
    }

    /// Where an import of a file leads.
    pub fn resolve(&self, file: FileIndex, import: &Import) -> Resolution {
        let mut found = match family(self.codebase.file(file)) {
            Some(Family::Python) => python::resolve(self, file, import),
            Some(Family::Ecmascript) => ecmascript::resolve(self, file, import),
            Some(Family::Rust) => rust::resolve(self, file, import),
            None => Resolution::default(),
        };
        if import.kind == ImportKind::TypeOnly {
            for target in &mut found.targets {
                target.type_only = true;
            }
        }
        found
    }

    /// Where the callee of a call in a file leads, if its first name is imported there: `helpers.load` after
    /// `from app import helpers` leads to `load`.
    pub fn resolve_callee(&self, file: FileIndex, callee: &str, in_test: bool) -> Vec<Target> {
        let chain = chain(callee);
        let Some(first) = chain.first() else {
            return Vec::new();
        };
        let mut targets: Vec<Target> = Vec::new();
        let mut bound = false;
        for import in self.bindings(file, first) {
            bound = true;
            let found = match family(self.codebase.file(file)) {
                Some(Family::Python) => python::resolve_chain(self, file, import, &chain),
                Some(Family::Ecmascript) => ecmascript::resolve_chain(self, file, import, &chain),
                Some(Family::Rust) => rust::resolve_chain(self, file, import, &chain),
                None => Resolution::default(),
            };
            targets.extend(found.targets.into_iter().map(|target| Target {
                type_only: import.kind == ImportKind::TypeOnly,
                ..target
            }));
        }
        if !bound && !self.defines(file, first) {
            targets.extend(match family(self.codebase.file(file)) {
                Some(Family::Python) => python::resolve_unbound(self, file, &chain),
                Some(Family::Rust) => rust::resolve_unbound(self, file, &chain, in_test),
                _ => Vec::new(),
            });
        }
        targets.sort();
        targets.dedup();
        targets
    }

    /// Whether the first name of a callee can lead to another file. Of many callees with one first name most lead
    /// nowhere, so it pays to ask this once.
    pub fn knows(&self, file: FileIndex, first: &str, in_test: bool) -> bool {
        if self.bindings(file, first).next().is_some() {
            return true;
        }
        if self.defines(file, first) {
            return false;
        }
        match family(self.codebase.file(file)) {
            Some(Family::Python) => !python::resolve_unbound(self, file, &[first]).is_empty(),
            Some(Family::Rust) => {
                matches!(first, "crate" | "self" | "super" | "$crate")
                    || !rust::resolve_unbound(self, file, &[first], in_test).is_empty()
            }
            _ => false,
        }
    }

    fn facts(&self, file: FileIndex) -> Option<&'a Facts> {
        self.codebase.file(file).facts()
    }

    fn names(&self, file: FileIndex) -> &'a Names {
        &self.index.names[file.get()]
    }

    /// Whether a file declares a top-level name.
    fn defines(&self, file: FileIndex, name: &str) -> bool {
        self.facts(file)
            .is_some_and(|facts| self.names(file).has_item(facts, name))
    }

    /// The imports of a file that bind a local name.
    fn bindings(&self, file: FileIndex, name: &str) -> impl Iterator<Item = &'a Import> + use<'a> {
        let names = self.names(file);
        let facts = self.facts(file);
        let name = name.to_owned();
        facts
            .into_iter()
            .flat_map(move |facts| names.bindings(facts, &name))
    }

    /// The imports of a file that take all names of a module.
    fn stars(&self, file: FileIndex) -> impl Iterator<Item = &'a Import> + use<'a> {
        let names = self.names(file);
        self.facts(file)
            .into_iter()
            .flat_map(move |facts| names.stars(facts))
    }
}

/// The names of a callee up to the first call, index or literal in it, at most eight: `a.b` of `a.b[0].c`.
pub fn chain(callee: &str) -> Vec<&str> {
    let plain = callee
        .find(['(', '[', '{', '<', '"', '\'', '`', '!', '?'])
        .map_or(callee, |end| &callee[..end]);
    plain
        .split(['.', ':'])
        .filter(|part| !part.is_empty())
        .take(8)
        .collect()
}

/// A search through modules: places still to be looked at, and what was found.
struct Walk<P> {
    pending: VecDeque<P>,
    seen: HashSet<P>,
    steps: usize,
    resolution: Resolution,
}

impl<P: Clone + Eq + Hash> Walk<P> {
    fn new() -> Self {
        Self {
            pending: VecDeque::new(),
            seen: HashSet::new(),
            steps: 0,
            resolution: Resolution::default(),
        }
    }

    /// A place to be looked at, unless it was already.
    fn push(&mut self, place: P) {
        self.steps += 1;
        if !self.is_spent() && self.seen.insert(place.clone()) {
            self.pending.push_back(place);
        }
    }

    /// Whether it is time to give up.
    fn is_spent(&self) -> bool {
        self.steps > MOST_STEPS
    }

    fn next(&mut self) -> Option<P> {
        self.pending.pop_front()
    }

    fn pass(&mut self, file: FileIndex) {
        self.resolution.through.push(file);
    }

    fn arrive(&mut self, file: FileIndex, symbol: Option<&str>) {
        self.resolution.targets.push(Target {
            file,
            symbol: symbol.map(Into::into),
            type_only: false,
        });
    }

    fn finish(mut self) -> Resolution {
        self.resolution.targets.sort();
        self.resolution.targets.dedup();
        self.resolution.through.sort();
        self.resolution.through.dedup();
        self.resolution
    }
}

#[cfg(test)]
mod tests {
    use super::chain;
    use crate::codebase::Codebase;
    use crate::measures::testing::codebase;
    use crate::path::RepoPath;

    /// Every import of a file and where it leads, a line each.
    fn imports(codebase: &Codebase, path: &str) -> Vec<String> {
        let index = codebase.find(&RepoPath::from(path)).unwrap();
        let imports = &codebase.file(index).facts().unwrap().imports;
        let line = |import| {
            let found = codebase.resolver().resolve(index, import);
            let targets: Vec<String> = found
                .targets
                .iter()
                .map(|target| {
                    let path = codebase.file(target.file).path.to_str();
                    format!("{path}#{}", target.symbol.as_deref().unwrap_or("*"))
                })
                .collect();
            match (targets.is_empty(), found.internal) {
                (false, _) => targets.join(" "),
                (true, true) => "missing".to_owned(),
                (true, false) => "foreign".to_owned(),
            }
        };
        imports.iter().map(line).collect()
    }

    #[test]
    fn python_names_are_followed_to_where_they_are_defined() {
        let codebase = codebase(
            r#"
//- src/pkg/__init__.py
from . import sub
from .sub.low import low as low
try:
    from .fast import both
except ImportError:
    from .slow import both
//- src/pkg/sub/low.py
from os import path
def low(): ...
//- src/pkg/fast.py
def both(): ...
//- src/pkg/slow.py
def both(): ...
//- tests/use.py
from pkg import low, both
from pkg.sub import low as module
from pkg.sub.low import path
from pkg.gone import x
import os
"#,
        );
        assert_eq!(
            imports(&codebase, "tests/use.py"),
            [
                "src/pkg/sub/low.py#low",
                "src/pkg/fast.py#both src/pkg/slow.py#both",
                "src/pkg/sub/low.py#*",
                "missing",
                "missing",
                "foreign"
            ]
        );
    }

    #[test]
    fn the_nearest_source_root_wins() {
        let codebase = codebase(
            r#"
//- a/app/__init__.py
//- a/app/x.py
def f(): ...
//- a/tests/use.py
from app.x import f
//- b/app/__init__.py
//- b/app/x.py
def f(): ...
//- b/tests/use.py
from app.x import f
from .helper import g
//- b/tests/helper.py
def g(): ...
"#,
        );
        assert_eq!(imports(&codebase, "a/tests/use.py"), ["a/app/x.py#f"]);
        assert_eq!(
            imports(&codebase, "b/tests/use.py"),
            ["b/app/x.py#f", "b/tests/helper.py#g"]
        );
    }

    #[test]
    fn what_is_built_leads_to_its_source() {
        let codebase = codebase(
            r#"
//- packages/a/package.json
{"name": "a", "exports": {".": "./lib/index.js"}}
//- packages/a/src/index.ts
export function f() {}
//- packages/a/src/deep.ts
export function g() {}
//- tests/use.ts
import {f} from 'a';
import {g} from '../packages/a/lib/deep';
import './style.css';
import './gone';
import fs from 'node:fs';
"#,
        );
        assert_eq!(
            imports(&codebase, "tests/use.ts"),
            [
                "packages/a/src/index.ts#f",
                "packages/a/src/deep.ts#g",
                "foreign",
                "missing",
                "foreign"
            ]
        );
    }

    #[test]
    fn rust_paths_are_followed_through_pub_use() {
        let codebase = codebase(
            r#"
//- Cargo.toml
[workspace]
members = ["a", "b"]
//- a/Cargo.toml
[package]
name = "crate-a"
//- a/src/lib.rs
mod inner;
pub mod open;
pub use inner::*;
pub use self::open::deep::Deep as Renamed;
//- a/src/inner.rs
pub struct Thing;
//- a/src/open/mod.rs
pub mod deep;
//- a/src/open/deep.rs
use super::super::inner::Thing;
pub struct Deep;
//- b/Cargo.toml
[package]
name = "b"
[dependencies]
renamed = { package = "crate-a" }
//- b/src/lib.rs
use crate_a::{Thing, Renamed, open::deep};
use renamed::Thing as Other;
use serde::Serialize;
"#,
        );
        assert_eq!(
            imports(&codebase, "b/src/lib.rs"),
            [
                "a/src/inner.rs#Thing",
                "a/src/open/deep.rs#Deep",
                "a/src/open/deep.rs#*",
                "a/src/inner.rs#Thing",
                "foreign"
            ]
        );
        assert_eq!(
            imports(&codebase, "a/src/open/deep.rs"),
            ["a/src/inner.rs#Thing"]
        );
    }

    #[test]
    fn a_wrapper_is_imported_as_a_module_or_by_name() {
        let codebase = codebase(
            r#"
//- app/__init__.py
//- app/lib/__init__.py
from .http import get
//- app/lib/http.py
def get(): ...
//- app/a.py
from app.lib import http
//- app/b.py
from .lib import get
//- app/c.py
from .lib import other
"#,
        );
        let imports = |path: &str| {
            let file = codebase.file(codebase.find(&RepoPath::from(path)).unwrap());
            codebase.imports_file(file, file.facts().unwrap(), "app/lib/http.py")
        };
        assert!(imports("app/a.py"));
        assert!(imports("app/b.py"));
        assert!(!imports("app/c.py"));
    }

    #[test]
    fn a_callee_is_read_up_to_the_first_call_in_it() {
        assert_eq!(chain("a.b.c"), ["a", "b", "c"]);
        assert_eq!(chain("a.b(1).c"), ["a", "b"]);
        assert_eq!(chain("Vec::<u8>::new"), ["Vec"]);
        assert_eq!(chain("crate::a::b"), ["crate", "a", "b"]);
        assert!(chain("\"x\".join").is_empty());
    }
}
