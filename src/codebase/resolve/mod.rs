//! Resolution of imports: which file of this repository defines what another one names.
//!
//! A name is followed through everything that passes it on to the file that defines it. Nothing here recurses; circles
//! end because no place is looked at twice, and every walk has a step limit. Most imports of a codebase name what
//! others named before, so what became of a place is remembered.

mod ecmascript;
mod names;
mod paths;
mod python;
mod rust;

use std::cell::RefCell;
use std::hash::Hash;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use super::maps::{Map, Set};
use super::{Codebase, FileIndex};
use crate::facts::{Facts, Import, ImportKind};

use names::Names;
use paths::{PathId, Paths};

/// Most places looked at for one import, those looked at before included.
const MOST_STEPS: usize = 2_000;
/// Most names of a path that is followed; it can grow on the way.
const LONGEST_PATH: usize = 16;
/// How many places of a walk are compared one by one before they are hashed.
const FEW_PLACES: usize = 16;

/// Where an import leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target<'a> {
    /// The file that defines it.
    pub file: FileIndex,
    /// The top-level name in that file; none for the module as a whole, or when the name was not found in it.
    pub symbol: Option<&'a str>,
}

/// Where the callee of a call leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Callee<'a> {
    /// What is called.
    pub target: Target<'a>,
    /// Its import is erased before running.
    pub type_only: bool,
}

/// What became of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolution<'a> {
    /// The files that define what is imported, sorted: several where branches import the same name.
    pub targets: Vec<Target<'a>>,
    /// The file of the module as written, before any re-export is followed.
    pub first: Option<FileIndex>,
    /// Files looked at on the way, the defining ones included, sorted: loading the import may run them.
    pub through: Vec<FileIndex>,
    /// It is about this repository, resolved or not.
    pub internal: bool,
}

/// A resolution that others may ask for again.
type Shared<'a> = Rc<Resolution<'a>>;

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

/// What resolving needs to know of all files: where modules are and which names they have. Threads share it.
#[derive(Debug)]
pub struct Tables<'a> {
    codebase: &'a Codebase,
    /// By file, made when somebody first asks.
    names: Vec<OnceLock<Names<'a>>>,
    python: python::Modules<'a>,
    ecmascript: ecmascript::Modules<'a>,
    rust: rust::Modules<'a>,
}

impl<'a> Tables<'a> {
    /// Those of a codebase.
    pub fn new(codebase: &'a Codebase) -> Arc<Self> {
        Arc::new(Self {
            codebase,
            names: codebase.files().iter().map(|_| OnceLock::new()).collect(),
            python: python::Modules::new(codebase),
            ecmascript: ecmascript::Modules::new(codebase),
            rust: rust::Modules::new(codebase),
        })
    }
}

/// Resolves imports of one codebase. It remembers where names led: whoever resolves much keeps it. What it remembers
/// changes no answer, so each thread may have one of its own.
#[derive(Debug)]
pub struct Resolver<'a> {
    tables: Arc<Tables<'a>>,
    paths: RefCell<Paths<'a>>,
    python: python::Memory<'a>,
    ecmascript: ecmascript::Memory<'a>,
    rust: rust::Memory<'a>,
    /// About this repository, without a target.
    missing: Shared<'a>,
    /// Somebody else's.
    foreign: Shared<'a>,
}

impl<'a> Resolver<'a> {
    /// One that remembers nothing yet.
    pub fn new(tables: Arc<Tables<'a>>) -> Self {
        Self {
            tables,
            paths: RefCell::default(),
            python: python::Memory::default(),
            ecmascript: ecmascript::Memory::default(),
            rust: rust::Memory::default(),
            missing: Rc::new(Resolution {
                internal: true,
                ..Resolution::default()
            }),
            foreign: Rc::default(),
        }
    }

    /// Where an import of a file leads.
    pub fn resolve(&self, file: FileIndex, import: &'a Import) -> Rc<Resolution<'a>> {
        match family(self.codebase().file(file)) {
            Some(Family::Python) => python::resolve(self, file, import),
            Some(Family::Ecmascript) => ecmascript::resolve(self, file, import),
            Some(Family::Rust) => rust::resolve(self, file, import),
            None => Rc::clone(&self.foreign),
        }
    }

    /// Where a name leads that a file takes from a module it imports whole.
    pub fn resolve_member(
        &self,
        file: FileIndex,
        import: &'a Import,
        name: &'a str,
    ) -> Rc<Resolution<'a>> {
        match family(self.codebase().file(file)) {
            Some(Family::Ecmascript) => ecmascript::resolve_chain(self, file, import, &["*", name]),
            _ => Rc::clone(&self.foreign),
        }
    }

    /// Files by which others reach what libraries and packages of this repository hand out, sorted.
    pub fn entries(&self) -> Vec<FileIndex> {
        let codebase = self.codebase();
        let crates = codebase.manifests.crates().values();
        let libraries = crates.filter_map(|found| codebase.find_bytes(&found.library));
        let mut entries: Vec<FileIndex> = libraries.collect();
        entries.extend(ecmascript::entries(codebase));
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// Where the callee of a call in a file leads, if its first name is imported there: `helpers.load` after
    /// `from app import helpers` leads to `load`. Sorted.
    pub fn resolve_callee(
        &self,
        file: FileIndex,
        callee: &'a str,
        in_test: bool,
    ) -> Vec<Callee<'a>> {
        let chain: Vec<&str> = chain(callee).collect();
        let Some(first) = chain.first() else {
            return Vec::new();
        };
        let family = family(self.codebase().file(file));
        let mut callees: Vec<Callee> = Vec::new();
        let mut bound = false;
        for import in self.bindings(file, first) {
            bound = true;
            let found = match family {
                Some(Family::Python) => python::resolve_chain(self, file, import, &chain),
                Some(Family::Ecmascript) => ecmascript::resolve_chain(self, file, import, &chain),
                Some(Family::Rust) => rust::resolve_chain(self, file, import, &chain),
                None => Rc::clone(&self.foreign),
            };
            callees.extend(found.targets.iter().map(|target| Callee {
                target: *target,
                type_only: import.kind == ImportKind::TypeOnly,
            }));
        }
        if !bound && !self.defines(file, first) {
            let targets = match family {
                Some(Family::Python) => python::resolve_unbound(self, file, &chain),
                Some(Family::Rust) => rust::resolve_unbound(self, file, &chain, in_test),
                _ => Vec::new(),
            };
            callees.extend(targets.into_iter().map(|target| Callee {
                target,
                type_only: false,
            }));
        }
        callees.sort_unstable();
        callees.dedup();
        callees
    }

    /// The file of a module that a Python file names in a string.
    pub fn module(&self, file: FileIndex, name: &'a str) -> Option<FileIndex> {
        let (stem, _) = python::find(self, file, name);
        self.tables.python.file(stem?)
    }

    /// Whether the first name of a callee can lead to another file. Of many callees with one first name most lead
    /// nowhere, so it pays to ask this once.
    pub fn knows(&self, file: FileIndex, first: &'a str, in_test: bool) -> bool {
        if self.bindings(file, first).next().is_some() {
            return true;
        }
        if self.defines(file, first) {
            return false;
        }
        match family(self.codebase().file(file)) {
            Some(Family::Python) => !python::resolve_unbound(self, file, &[first]).is_empty(),
            Some(Family::Rust) => {
                matches!(first, "crate" | "self" | "super" | "$crate")
                    || !rust::resolve_unbound(self, file, &[first], in_test).is_empty()
            }
            _ => false,
        }
    }

    /// Whether a file imports another file of this repository or something defined in it, not for types only.
    pub fn imports_file(&self, file: FileIndex, path: &str) -> bool {
        let Some(wanted) = self.codebase().find_bytes(path.as_bytes()) else {
            return false;
        };
        let imports = self.facts(file).map_or(&[][..], |facts| &facts.imports);
        imports
            .iter()
            .filter(|import| !import.in_test && import.kind != ImportKind::TypeOnly)
            .any(|import| {
                let found = self.resolve(file, import);
                found.first == Some(wanted)
                    || found.targets.iter().any(|target| target.file == wanted)
            })
    }

    fn codebase(&self) -> &'a Codebase {
        self.tables.codebase
    }

    fn facts(&self, file: FileIndex) -> Option<&'a Facts> {
        self.codebase().file(file).facts()
    }

    fn names(&self, file: FileIndex) -> &Names<'a> {
        let names = &self.tables.names[file.get()];
        names.get_or_init(|| Names::new(self.codebase().file(file)))
    }

    /// Whether a file declares a top-level name.
    fn defines(&self, file: FileIndex, name: &str) -> bool {
        self.names(file).declares(name)
    }

    /// The imports of a file that bind a local name.
    fn bindings(
        &self,
        file: FileIndex,
        name: &str,
    ) -> impl Iterator<Item = &'a Import> + use<'_, 'a> {
        self.names(file).bindings(name)
    }

    /// The imports of a file that take all names of a module.
    fn stars(&self, file: FileIndex) -> impl Iterator<Item = &'a Import> + use<'_, 'a> {
        self.names(file).stars().iter().copied()
    }

    /// A path of names, one after the other, and then those of another path.
    fn path(&self, names: &[&'a str], rest: PathId) -> PathId {
        let mut paths = self.paths.borrow_mut();
        let names = names.iter().rev();
        names.fold(rest, |rest, name| paths.with(name, rest))
    }

    /// The first name of a path, and what follows it.
    fn split(&self, path: PathId) -> Option<(&'a str, PathId)> {
        self.paths.borrow().split(path)
    }

    fn length(&self, path: PathId) -> usize {
        self.paths.borrow().length(path)
    }
}

/// The names of a callee up to the first call, index or literal in it, at most eight: `a.b` of `a.b[0].c`.
pub fn chain(callee: &str) -> impl Iterator<Item = &str> {
    let ends = |byte: &u8| {
        matches!(
            byte,
            b'(' | b'[' | b'{' | b'<' | b'"' | b'\'' | b'`' | b'!' | b'?'
        )
    };
    let end = callee.as_bytes().iter().position(ends);
    let plain = &callee[..end.unwrap_or(callee.len())];
    plain
        .split(['.', ':'])
        .filter(|part| !part.is_empty())
        .take(8)
}

/// What became of places, as far as somebody asked.
type Walks<'a, P> = RefCell<Map<P, Shared<'a>>>;

/// What became of a place: what is remembered, or what a search finds that begins there.
fn remembered<'a, P: Copy + Eq + Hash>(
    walks: &Walks<'a, P>,
    place: P,
    search: impl FnOnce() -> Resolution<'a>,
) -> Shared<'a> {
    if let Some(known) = walks.borrow().get(&place) {
        return Rc::clone(known);
    }
    let found = Rc::new(search());
    walks.borrow_mut().insert(place, Rc::clone(&found));
    found
}

/// A search through modules: places looked at and still to be looked at, and what was found.
struct Walk<'a, P> {
    places: Vec<P>,
    /// How many of them were looked at.
    looked: usize,
    /// The same places once they are many.
    seen: Set<P>,
    steps: usize,
    resolution: Resolution<'a>,
}

impl<'a, P: Copy + Eq + Hash> Walk<'a, P> {
    /// A search that begins at a place of this repository.
    fn from(place: P) -> Self {
        let mut walk = Self {
            places: Vec::new(),
            looked: 0,
            seen: Set::default(),
            steps: 0,
            resolution: Resolution {
                internal: true,
                ..Resolution::default()
            },
        };
        walk.push(place);
        walk
    }

    /// A place to be looked at, unless it was already.
    fn push(&mut self, place: P) {
        self.steps += 1;
        if self.is_spent() {
            return;
        }
        let is_new = if self.places.len() < FEW_PLACES {
            !self.places.contains(&place)
        } else {
            if self.seen.is_empty() {
                self.seen.extend(&self.places);
            }
            self.seen.insert(place)
        };
        if is_new {
            self.places.push(place);
        }
    }

    /// Whether it is time to give up.
    fn is_spent(&self) -> bool {
        self.steps > MOST_STEPS
    }

    fn next(&mut self) -> Option<P> {
        let place = self.places.get(self.looked).copied();
        self.looked += usize::from(place.is_some());
        place
    }

    fn pass(&mut self, file: FileIndex) {
        self.resolution.through.push(file);
    }

    fn arrive(&mut self, file: FileIndex, symbol: Option<&'a str>) {
        self.resolution.targets.push(Target { file, symbol });
    }

    fn finish(mut self) -> Resolution<'a> {
        self.resolution.sort();
        self.resolution
    }
}

impl Resolution<'_> {
    fn sort(&mut self) {
        self.targets.sort_unstable();
        self.targets.dedup();
        self.through.sort_unstable();
        self.through.dedup();
    }
}

#[cfg(test)]
mod tests {
    use crate::codebase::Codebase;
    use crate::measures::testing::codebase;
    use crate::path::RepoPath;

    /// Every import of a file and where it leads, a line each.
    fn imports(codebase: &Codebase, path: &str) -> Vec<String> {
        let index = codebase.find(&RepoPath::from(path)).unwrap();
        let imports = &codebase.file(index).facts().unwrap().imports;
        let resolver = codebase.resolver();
        let line = |import| {
            let found = resolver.resolve(index, import);
            let targets: Vec<String> = found
                .targets
                .iter()
                .map(|target| {
                    let path = codebase.file(target.file).path.to_str();
                    format!("{path}#{}", target.symbol.unwrap_or("*"))
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
            let file = codebase.find(&RepoPath::from(path)).unwrap();
            codebase.resolver().imports_file(file, "app/lib/http.py")
        };
        assert!(imports("app/a.py"));
        assert!(imports("app/b.py"));
        assert!(!imports("app/c.py"));
    }

    #[test]
    fn a_callee_is_read_up_to_the_first_call_in_it() {
        let chain = |callee| super::chain(callee).collect::<Vec<_>>();
        assert_eq!(chain("a.b.c"), ["a", "b", "c"]);
        assert_eq!(chain("a.b(1).c"), ["a", "b"]);
        assert_eq!(chain("Vec::<u8>::new"), ["Vec"]);
        assert_eq!(chain("crate::a::b"), ["crate", "a", "b"]);
        assert!(chain("\"x\".join").is_empty());
    }
}
