//! Modules of Python: regular and namespace packages below their source roots, `__all__`, names passed on.

use compact_str::CompactString;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::codebase::{Codebase, FileIndex};
use crate::facts::{Import, ImportKind};
use crate::path::{RepoPath, join, upwards};

use super::{Family, Resolution, Resolver, Target, Walk, family};

/// Where modules are. A module is known by its *stem*: the path without extension, a package by its directory.
#[derive(Debug, Default)]
pub(super) struct Modules {
    by_stem: HashMap<Box<[u8]>, FileIndex>,
    directories: HashSet<Box<[u8]>>,
    /// For each top-level name the source roots that have it, sorted.
    tops: HashMap<Box<[u8]>, Vec<Box<[u8]>>>,
}

impl Modules {
    pub(super) fn new(codebase: &Codebase) -> Self {
        let mut modules = Self::default();
        let mut files: Vec<&RepoPath> = Vec::new();
        for (index, file) in codebase.indexed() {
            if family(file) == Some(Family::Python) {
                let stem = stem(&file.path);
                // Sorted by path, `x.py` comes before its stub `x.pyi`.
                modules.by_stem.entry(stem.into()).or_insert(index);
                for directory in upwards(file.path.directory()) {
                    if !modules.directories.insert(directory.into()) {
                        break;
                    }
                }
                files.push(&file.path);
            }
        }
        let roots = modules.roots(codebase, &files);
        let mut tops: HashMap<Box<[u8]>, BTreeSet<Box<[u8]>>> = HashMap::new();
        for path in files {
            let stem = stem(path);
            for root in upwards(path.directory()).filter(|root| roots.contains(*root)) {
                if let Some(top) = first_below(root, stem) {
                    let roots = tops.entry(top.into()).or_default();
                    if !roots.contains(root) {
                        roots.insert(root.into());
                    }
                }
            }
        }
        modules.tops = tops
            .into_iter()
            .map(|(top, roots)| (top, roots.into_iter().collect()))
            .collect();
        modules
    }

    /// Directories whose modules are top-level: the repository, what projects name, their `src`, and the directory
    /// around every outermost package.
    fn roots(&self, codebase: &Codebase, files: &[&RepoPath]) -> HashSet<Box<[u8]>> {
        let mut roots: HashSet<Box<[u8]>> = HashSet::from([Box::from(b"".as_slice())]);
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
        for path in files {
            let is_package =
                |directory: &[u8]| !directory.is_empty() && self.by_stem.contains_key(directory);
            if is_package(path.directory()) {
                roots.extend(
                    upwards(path.directory())
                        .find(|directory| !is_package(directory))
                        .map(Box::from),
                );
            }
        }
        roots
    }

    fn exists(&self, stem: &[u8]) -> bool {
        self.by_stem.contains_key(stem) || self.directories.contains(stem)
    }

    /// The stem a module name means in a file, and whether it is about this repository at all.
    fn find(&self, path: &RepoPath, module: &str) -> (Option<Vec<u8>>, bool) {
        let below = |root: &[u8], module: &str| {
            join(root, module.replace('.', "/").as_bytes()).filter(|stem| self.exists(stem))
        };
        let rest = module.trim_start_matches('.');
        let dots = module.len() - rest.len();
        if dots > 0 {
            let base = upwards(path.directory()).nth(dots - 1);
            return (base.and_then(|base| below(base, rest)), true);
        }
        let directory = path.directory();
        // A script sees its own directory first; so do tests whose directory is no package.
        if !self.by_stem.contains_key(directory)
            && let Some(stem) = below(directory, module)
        {
            return (Some(stem), true);
        }
        let top = module.split('.').next().unwrap_or(module);
        let Some(roots) = self.tops.get(top.as_bytes()) else {
            return (None, false);
        };
        let mut roots: Vec<&[u8]> = roots.iter().map(|root| &**root).collect();
        roots.sort_by_key(|root| std::cmp::Reverse(shared(root, directory)));
        (roots.iter().find_map(|root| below(root, module)), true)
    }
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
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    stem: Vec<u8>,
    path: Vec<CompactString>,
    /// The module is known to have the name: it was named as its source.
    certain: bool,
}

pub(super) fn resolve(resolver: &Resolver, file: FileIndex, import: &Import) -> Resolution {
    if import.kind == ImportKind::Path {
        return resolve_path(resolver, file, import);
    }
    let path = match import.name.as_deref() {
        None | Some("*") => Vec::new(),
        Some(name) => vec![name.into()],
    };
    walk(resolver, file, &import.module, path, true)
}

/// Where a qualified name in code leads whose first name an import binds.
fn resolve_path(resolver: &Resolver, file: FileIndex, path: &Import) -> Resolution {
    let chain: Vec<&str> = path.module.split('.').chain(path.name.as_deref()).collect();
    let mut found = Resolution::default();
    for import in resolver.bindings(file, chain[0]) {
        let next = resolve_chain(resolver, file, import, &chain);
        found.internal |= next.internal;
        found.first = found.first.or(next.first);
        found.targets.extend(next.targets);
        found.through.extend(next.through);
    }
    found.targets.sort();
    found.targets.dedup();
    found.through.sort();
    found.through.dedup();
    found
}

/// What a chain of attributes means whose first name an import binds.
pub(super) fn resolve_chain(
    resolver: &Resolver,
    file: FileIndex,
    import: &Import,
    chain: &[&str],
) -> Resolution {
    let rest = chain[1..].iter().map(|name| CompactString::from(*name));
    match (&import.name, &import.alias) {
        (Some(name), _) => {
            let path = std::iter::once(name.clone()).chain(rest).collect();
            walk(resolver, file, &import.module, path, true)
        }
        (None, Some(_)) => walk(resolver, file, &import.module, rest.collect(), true),
        // `import a.b` binds `a`.
        (None, None) => walk(resolver, file, chain[0], rest.collect(), true),
    }
}

/// What a chain of attributes means whose first name may come from `import *`.
pub(super) fn resolve_unbound(resolver: &Resolver, file: FileIndex, chain: &[&str]) -> Vec<Target> {
    let path: Vec<CompactString> = chain
        .iter()
        .map(|name| CompactString::from(*name))
        .collect();
    resolver
        .stars(file)
        .flat_map(|star| walk(resolver, file, &star.module, path.clone(), false).targets)
        .collect()
}

fn walk(
    resolver: &Resolver,
    file: FileIndex,
    module: &str,
    path: Vec<CompactString>,
    certain: bool,
) -> Resolution {
    let modules = &resolver.index.python;
    let mut walk: Walk<Place> = Walk::new();
    let (stem, internal) = modules.find(&resolver.codebase.file(file).path, module);
    walk.resolution.internal = internal;
    if let Some(stem) = stem {
        // Importing a module runs the packages around it.
        for around in upwards(&stem).skip(1) {
            walk.resolution
                .through
                .extend(modules.by_stem.get(around).filter(|_| !around.is_empty()));
        }
        walk.resolution.first = modules.by_stem.get(stem.as_slice()).copied();
        walk.push(Place {
            stem,
            path,
            certain,
        });
    }
    while let Some(place) = walk.next() {
        look(resolver, &mut walk, &place);
    }
    walk.finish()
}

/// Looks for the names of a place.
fn look(resolver: &Resolver, walk: &mut Walk<Place>, place: &Place) {
    let modules = &resolver.index.python;
    let file = modules.by_stem.get(place.stem.as_slice()).copied();
    if let Some(file) = file {
        walk.pass(file);
    }
    let Some((name, rest)) = place.path.split_first() else {
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
        && passed_on(resolver, walk, place, file, name, rest)
    {
        return;
    }
    if let Some(stem) = join(&place.stem, name.as_bytes()).filter(|stem| modules.exists(stem)) {
        walk.push(Place {
            stem,
            path: rest.to_vec(),
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
        let (stem, internal) = modules.find(&resolver.codebase.file(file).path, &star.module);
        let Some(stem) = stem.filter(|_| internal) else {
            continue;
        };
        if exports(resolver, &stem, name) {
            from_star = true;
            walk.push(Place {
                stem,
                path: place.path.clone(),
                certain: false,
            });
        }
    }
    if place.certain && !from_star {
        walk.arrive(file, None);
    }
}

/// Follows the imports of a file that bind a name. False if there are none but such as lead back to this very place.
fn passed_on(
    resolver: &Resolver,
    walk: &mut Walk<Place>,
    place: &Place,
    file: FileIndex,
    name: &str,
    rest: &[CompactString],
) -> bool {
    let modules = &resolver.index.python;
    let mut bound = false;
    for import in resolver.bindings(file, name) {
        if import.kind == ImportKind::Dynamic {
            continue;
        }
        let module = match (&import.name, &import.alias) {
            (None, None) => name,
            _ => &*import.module,
        };
        let (stem, _) = modules.find(&resolver.codebase.file(file).path, module);
        let Some(stem) = stem else {
            // Somebody else's module.
            bound = true;
            continue;
        };
        let path: Vec<CompactString> = import.name.iter().chain(rest).cloned().collect();
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
fn exports(resolver: &Resolver, stem: &[u8], name: &str) -> bool {
    let listed = resolver
        .index
        .python
        .by_stem
        .get(stem)
        .and_then(|file| resolver.facts(*file))
        .and_then(|facts| facts.export_list.as_deref());
    match listed {
        Some(list) => list.iter().any(|listed| **listed == *name),
        None => !name.starts_with('_'),
    }
}
