//! Modules of Python: regular and namespace packages below their source roots, `__all__`, names passed on.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::codebase::maps::{Map, Set};
use crate::codebase::{Codebase, FileIndex};
use crate::facts::{Import, ImportKind};
use crate::path::{RepoPath, join, upwards};

use super::{
    Family, PathId, Resolution, Resolver, Shared, Target, Walk, Walks, family, remembered,
};

/// Where modules are. A module is known by its *stem*: the path without extension, a package by its directory.
#[derive(Debug, Default)]
pub(super) struct Modules<'a> {
    stems: Vec<Stem<'a>>,
    by_path: Map<&'a [u8], StemId>,
    /// By a stem and the name of a part below it.
    children: Map<(StemId, &'a [u8]), StemId>,
    /// For each top-level name the source roots that have it, sorted.
    tops: Map<&'a [u8], Vec<StemId>>,
    /// By file: the directory it lies in; none for files of other languages.
    directories: Vec<Option<StemId>>,
}

/// What one resolver was asked before.
#[derive(Debug, Default)]
pub(super) struct Memory<'a> {
    /// What a module name means in a directory.
    found: RefCell<Map<(StemId, &'a str), Found>>,
    /// The last question and its answer: imports of one module stand together.
    last: Cell<Option<(StemId, &'a str, Found)>>,
    walks: Walks<'a, Place>,
}

/// The position of a stem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct StemId(u32);

#[derive(Debug)]
struct Stem<'a> {
    path: &'a [u8],
    /// None for a directory that is no package.
    file: Option<FileIndex>,
    /// The directory around it; none for the root.
    parent: Option<StemId>,
}

/// What a module name means: its stem, and whether it is about this repository at all.
pub(super) type Found = (Option<StemId>, bool);

impl<'a> Modules<'a> {
    pub(super) fn new(codebase: &'a Codebase) -> Self {
        let mut modules = Self {
            directories: vec![None; codebase.files().len()],
            ..Self::default()
        };
        let mut files: Vec<&RepoPath> = Vec::new();
        for (index, file) in codebase.indexed() {
            if family(file) == Some(Family::Python) {
                let stem = modules.enter(stem(&file.path));
                // Sorted by path, `x.py` comes before its stub `x.pyi`.
                modules.stem_mut(stem).file.get_or_insert(index);
                let directory = modules.enter(file.path.directory());
                modules.directories[index.get()] = Some(directory);
                files.push(&file.path);
            }
        }
        if files.is_empty() {
            return modules;
        }
        let roots = modules.roots(codebase, &files);
        let mut tops: Map<&[u8], BTreeSet<&[u8]>> = Map::default();
        for path in files {
            let stem = stem(path);
            for root in upwards(path.directory()).filter(|root| roots.contains(*root)) {
                if let Some(top) = first_below(root, stem) {
                    tops.entry(top).or_default().insert(root);
                }
            }
        }
        modules.tops = tops
            .into_iter()
            .map(|(top, roots)| {
                let known = roots.iter().filter_map(|root| modules.by_path.get(*root));
                (top, known.copied().collect())
            })
            .collect();
        modules
    }

    /// The stem of a path, which it and the directories around it get now if they have none.
    fn enter(&mut self, path: &'a [u8]) -> StemId {
        let mut below: Option<(StemId, &[u8])> = None;
        let mut entered = None;
        for current in upwards(path) {
            let known = self.by_path.get(current).copied();
            let id = known.unwrap_or(StemId(self.stems.len() as u32));
            entered = entered.or(Some(id));
            if let Some((child, name)) = below {
                self.stem_mut(child).parent = Some(id);
                self.children.insert((id, name), child);
            }
            if known.is_some() {
                break;
            }
            self.by_path.insert(current, id);
            self.stems.push(Stem {
                path: current,
                file: None,
                parent: None,
            });
            below = Some((id, last_part(current)));
        }
        // The way upwards begins with the path itself.
        entered.unwrap_or(StemId(0))
    }

    fn stem(&self, id: StemId) -> &Stem<'a> {
        &self.stems[id.0 as usize]
    }

    fn stem_mut(&mut self, id: StemId) -> &mut Stem<'a> {
        &mut self.stems[id.0 as usize]
    }

    pub(super) fn file(&self, id: StemId) -> Option<FileIndex> {
        self.stem(id).file
    }

    fn file_at(&self, path: &[u8]) -> Option<FileIndex> {
        self.file(*self.by_path.get(path)?)
    }

    /// Directories whose modules are top-level: the repository, what projects name, their `src`, and the directory
    /// around every outermost package.
    fn roots(&self, codebase: &'a Codebase, files: &[&'a RepoPath]) -> Set<Box<[u8]>> {
        let mut roots: Set<Box<[u8]>> = Set::default();
        roots.insert(b"".as_slice().into());
        roots.extend(codebase.manifests.python_roots().iter().cloned());
        for file in codebase.files() {
            if matches!(
                file.path.file_name(),
                b"pyproject.toml" | b"setup.py" | b"setup.cfg"
            ) {
                roots.insert(file.path.directory().into());
                roots.extend(join(file.path.directory(), b"src").map(Box::from));
            }
        }
        roots.insert(b"src".as_slice().into());
        let is_package =
            |directory: &[u8]| !directory.is_empty() && self.file_at(directory).is_some();
        let mut last: &[u8] = b"";
        for path in files {
            let directory = path.directory();
            if directory == last || !is_package(directory) {
                continue;
            }
            last = directory;
            roots.extend(
                upwards(directory)
                    .find(|directory| !is_package(directory))
                    .map(Box::from),
            );
        }
        roots
    }

    /// What lies below a stem under a name or a dotted path of names.
    fn below(&self, stem: StemId, path: &str) -> Option<StemId> {
        path.split(['.', '/'])
            .filter(|part| !part.is_empty())
            .try_fold(stem, |stem, part| {
                self.children.get(&(stem, part.as_bytes())).copied()
            })
    }

    fn search(&self, own: StemId, module: &str) -> Found {
        let rest = module.trim_start_matches('.');
        let dots = module.len() - rest.len();
        if dots > 0 {
            let mut around = std::iter::successors(Some(own), |stem| self.stem(*stem).parent);
            let base = around.nth(dots - 1);
            return (base.and_then(|base| self.below(base, rest)), true);
        }
        // A script sees its own directory first; so do tests whose directory is no package.
        if self.file(own).is_none()
            && let Some(stem) = self.below(own, module)
        {
            return (Some(stem), true);
        }
        let directory = self.stem(own).path;
        let top = module.split('.').next().unwrap_or(module);
        let Some(roots) = self.tops.get(top.as_bytes()) else {
            return (None, false);
        };
        let mut roots = roots.clone();
        roots.sort_by_key(|root| std::cmp::Reverse(shared(self.stem(*root).path, directory)));
        let found = roots.iter().find_map(|root| self.below(*root, module));
        (found, true)
    }
}

/// What a module name means in a Python file.
pub(super) fn find<'a>(resolver: &Resolver<'a>, file: FileIndex, module: &'a str) -> Found {
    let (modules, memory) = (&resolver.tables.python, &resolver.python);
    let Some(directory) = modules.directories[file.get()] else {
        return (None, false);
    };
    if let Some((same, last, found)) = memory.last.get()
        && same == directory
        && last == module
    {
        return found;
    }
    let key = (directory, module);
    let known = memory.found.borrow().get(&key).copied();
    let found = known.unwrap_or_else(|| {
        let found = modules.search(directory, module);
        memory.found.borrow_mut().insert(key, found);
        found
    });
    memory.last.set(Some((directory, module, found)));
    found
}

/// How near a source root is to a directory: those around it first, innermost first, then by what they share.
fn shared(root: &[u8], directory: &[u8]) -> (bool, usize) {
    let is_around = RepoPath::new(directory).is_within(root);
    let common = root
        .iter()
        .zip(directory)
        .take_while(|(a, b)| a == b)
        .count();
    (is_around, common)
}

fn stem(path: &RepoPath) -> &[u8] {
    let bytes = path.as_bytes();
    let name = path.file_name();
    match path.extension() {
        Some(extension) if name[..name.len() - extension.len()] == *b"__init__." => {
            path.directory()
        }
        Some(extension) => &bytes[..bytes.len() - extension.len() - 1],
        None => bytes,
    }
}

/// The last component of a path.
fn last_part(path: &[u8]) -> &[u8] {
    &path[memchr::memrchr(b'/', path).map_or(0, |slash| slash + 1)..]
}

/// The first component of a path below a directory.
fn first_below<'a>(root: &[u8], path: &'a [u8]) -> Option<&'a [u8]> {
    let rest = match root {
        b"" => path,
        root => path.strip_prefix(root)?.strip_prefix(b"/")?,
    };
    rest.split(|byte| *byte == b'/')
        .next()
        .filter(|part| !part.is_empty())
}

/// Names looked for in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    stem: StemId,
    path: PathId,
    /// The module is known to have the name: it was named as its source.
    certain: bool,
}

pub(super) fn resolve<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    import: &'a Import,
) -> Shared<'a> {
    if import.kind == ImportKind::Path {
        return resolve_path(resolver, file, import);
    }
    let path = match import.name.as_deref() {
        None | Some("*") => PathId::EMPTY,
        Some(name) => resolver.path(&[name], PathId::EMPTY),
    };
    walk(resolver, file, &import.module, path, true)
}

/// Where a qualified name in code leads whose first name an import binds.
fn resolve_path<'a>(resolver: &Resolver<'a>, file: FileIndex, path: &'a Import) -> Shared<'a> {
    let chain: Vec<&str> = path.module.split('.').chain(path.name.as_deref()).collect();
    let mut found = Resolution::default();
    for import in resolver.bindings(file, chain[0]) {
        let next = resolve_chain(resolver, file, import, &chain);
        found.internal |= next.internal;
        found.first = found.first.or(next.first);
        found.targets.extend(&next.targets);
        found.through.extend(&next.through);
    }
    found.sort();
    Rc::new(found)
}

/// What a chain of attributes means whose first name an import binds.
pub(super) fn resolve_chain<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    import: &'a Import,
    chain: &[&'a str],
) -> Shared<'a> {
    let rest = resolver.path(&chain[1..], PathId::EMPTY);
    match (&import.name, &import.alias) {
        (Some(name), _) => {
            let path = resolver.path(&[name], rest);
            walk(resolver, file, &import.module, path, true)
        }
        (None, Some(_)) => walk(resolver, file, &import.module, rest, true),
        // `import a.b` binds `a`.
        (None, None) => walk(resolver, file, chain[0], rest, true),
    }
}

/// What a chain of attributes means whose first name may come from `import *`.
pub(super) fn resolve_unbound<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    chain: &[&'a str],
) -> Vec<Target<'a>> {
    let path = resolver.path(chain, PathId::EMPTY);
    resolver
        .stars(file)
        .flat_map(|star| {
            let found = walk(resolver, file, &star.module, path, false);
            found.targets.clone()
        })
        .collect()
}

fn walk<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    module: &'a str,
    path: PathId,
    certain: bool,
) -> Shared<'a> {
    let modules = &resolver.tables.python;
    let stem = match find(resolver, file, module) {
        (Some(stem), _) => stem,
        (None, true) => return Rc::clone(&resolver.missing),
        (None, false) => return Rc::clone(&resolver.foreign),
    };
    let place = Place {
        stem,
        path,
        certain,
    };
    remembered(&resolver.python.walks, place, || {
        let mut walk = Walk::from(place);
        // Importing a module runs the packages around it.
        let around = std::iter::successors(modules.stem(stem).parent, |around| {
            modules.stem(*around).parent
        });
        for around in around.filter(|around| !modules.stem(*around).path.is_empty()) {
            walk.resolution.through.extend(modules.file(around));
        }
        walk.resolution.first = modules.file(stem);
        while let Some(place) = walk.next() {
            look(resolver, &mut walk, place);
        }
        walk.finish()
    })
}

/// Looks for the names of a place.
fn look<'a>(resolver: &Resolver<'a>, walk: &mut Walk<'a, Place>, place: Place) {
    let modules = &resolver.tables.python;
    let file = modules.file(place.stem);
    if let Some(file) = file {
        walk.pass(file);
    }
    let Some((name, rest)) = resolver.split(place.path) else {
        if let Some(file) = file {
            walk.arrive(file, None);
        }
        return;
    };
    if let Some(file) = file
        && resolver.defines(file, name)
    {
        walk.arrive(file, Some(name));
        return;
    }
    if let Some(file) = file
        && passed_on(resolver, walk, place, file)
    {
        return;
    }
    if let Some(stem) = modules.below(place.stem, name) {
        walk.push(Place {
            stem,
            path: rest,
            certain: true,
        });
        return;
    }
    let Some(file) = file else {
        return;
    };
    let mut from_star = false;
    for star in resolver.stars(file) {
        walk.steps += 1;
        if walk.is_spent() {
            break;
        }
        let (Some(stem), _) = find(resolver, file, &star.module) else {
            continue;
        };
        if exports(resolver, stem, name) {
            from_star = true;
            walk.push(Place {
                stem,
                path: place.path,
                certain: false,
            });
        }
    }
    if place.certain && !from_star {
        walk.arrive(file, None);
    }
}

/// Follows the imports of a file that bind the first name of a place. False if there are none but such as lead back to
/// this very place.
fn passed_on<'a>(
    resolver: &Resolver<'a>,
    walk: &mut Walk<'a, Place>,
    place: Place,
    file: FileIndex,
) -> bool {
    let Some((name, rest)) = resolver.split(place.path) else {
        return false;
    };
    let mut bound = false;
    for import in resolver.bindings(file, name) {
        if import.kind == ImportKind::Dynamic {
            continue;
        }
        let module = match (&import.name, &import.alias) {
            (None, None) => name,
            _ => &*import.module,
        };
        let (Some(stem), _) = find(resolver, file, module) else {
            // Somebody else's module.
            bound = true;
            continue;
        };
        let path = match &import.name {
            Some(name) => resolver.path(&[name], rest),
            None => rest,
        };
        // `from . import x` in a package binds its own submodule.
        if stem == place.stem && path == place.path {
            continue;
        }
        bound = true;
        walk.push(Place {
            stem,
            path,
            certain: true,
        });
    }
    bound
}

/// Whether `import *` takes a name from a module.
fn exports(resolver: &Resolver, stem: StemId, name: &str) -> bool {
    let listed = resolver
        .tables
        .python
        .file(stem)
        .and_then(|file| resolver.facts(file))
        .and_then(|facts| facts.export_list.as_deref());
    match listed {
        Some(list) => list.iter().any(|listed| **listed == *name),
        None => !name.starts_with('_'),
    }
}
