//! Modules of Rust: crates of the workspace, the tree of modules as their files lie, `use` and `pub use`.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::class::Class;
use crate::codebase::{Codebase, FileIndex};
use crate::facts::{Exposure, Import, ImportKind};
use crate::path::{RepoPath, join};

use super::{Family, Resolution, Resolver, Target, Walk, family, LONGEST_PATH};

/// Deepest tree of modules.
const DEEPEST: usize = 64;

/// Where modules are.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// Where libraries start, by the name code knows them by.
    libraries: HashMap<Box<str>, FileIndex>,
    parents: HashMap<FileIndex, FileIndex>,
    children: HashMap<(FileIndex, Box<str>), FileIndex>,
    /// The directory of the crate a file belongs to.
    crates: HashMap<FileIndex, Box<[u8]>>,
    /// For each crate and name the one file that declares it for others; none where several do.
    unique: HashMap<(Box<[u8]>, Box<str>), Option<FileIndex>>,
}

impl Modules {
    pub(super) fn new(codebase: &Codebase) -> Self {
        let mut modules = Self::default();
        for found in codebase.manifests.crates().values() {
            if let Some(library) = codebase.find_bytes(&found.library) {
                modules
                    .libraries
                    .entry(found.name.clone())
                    .or_insert(library);
            }
        }
        let roots = roots(codebase);
        for (index, file) in codebase.indexed() {
            if family(file) != Some(Family::Rust) {
                continue;
            }
            modules.declared(codebase, &roots, index);
            modules.unique_names(codebase, index);
        }
        // Declarations inside macros are not seen; files lie where they would be declared.
        for (index, file) in codebase.indexed() {
            if family(file) == Some(Family::Rust) && !modules.parents.contains_key(&index) {
                modules.laid_out(codebase, &roots, index);
            }
        }
        modules
    }

    /// Enters the children a file declares.
    fn declared(&mut self, codebase: &Codebase, roots: &HashSet<Box<[u8]>>, index: FileIndex) {
        let file = codebase.file(index);
        let Some(facts) = file.facts() else {
            return;
        };
        let directory = children_directory(roots, &file.path);
        for import in &facts.imports {
            if import.kind != ImportKind::Module {
                continue;
            }
            let name = import.name.as_deref().unwrap_or(&import.module);
            let child = if import.module.ends_with(".rs") {
                join(file.path.directory(), import.module.as_bytes())
                    .and_then(|path| codebase.find_bytes(&path))
            } else {
                child_at(codebase, &directory, name)
            };
            if let Some(child) = child.filter(|child| *child != index) {
                self.parents.entry(child).or_insert(index);
                self.children.insert((index, name.into()), child);
            }
        }
    }

    /// Enters a file no declaration was seen for below the module its place says.
    fn laid_out(&mut self, codebase: &Codebase, roots: &HashSet<Box<[u8]>>, index: FileIndex) {
        let path = &codebase.file(index).path;
        if roots.contains(path.as_bytes()) {
            return;
        }
        let (name, directory) = if path.file_name() == b"mod.rs" {
            let directory = path.directory();
            let slash = memchr::memrchr(b'/', directory);
            let parent = slash.map_or(b"".as_slice(), |slash| &directory[..slash]);
            (&directory[slash.map_or(0, |slash| slash + 1)..], parent)
        } else {
            let name = path.file_name();
            (name.strip_suffix(b".rs").unwrap_or(name), path.directory())
        };
        let owner = ["mod.rs", "lib.rs", "main.rs"]
            .iter()
            .find_map(|own| codebase.find_bytes(&join(directory, own.as_bytes())?))
            .or_else(|| codebase.find_bytes(&[directory, b".rs"].concat()));
        if let Some(owner) = owner.filter(|owner| *owner != index) {
            self.parents.insert(index, owner);
            if let Ok(name) = std::str::from_utf8(name) {
                self.children.entry((owner, name.into())).or_insert(index);
            }
        }
    }

    fn unique_names(&mut self, codebase: &Codebase, index: FileIndex) {
        let file = codebase.file(index);
        let Some((directory, _)) = codebase.manifests.crate_of(file.path.directory()) else {
            return;
        };
        self.crates.insert(index, directory.into());
        let Some(facts) = file.facts().filter(|_| file.class == Class::Code) else {
            return;
        };
        let names: BTreeSet<&str> = facts
            .items
            .iter()
            .filter(|item| !item.in_test && item.exposure != Exposure::Private)
            .map(|item| &*item.name)
            .collect();
        for name in names {
            self.unique
                .entry((directory.into(), name.into()))
                .and_modify(|file| *file = None)
                .or_insert(Some(index));
        }
    }

    /// The module a crate starts with.
    fn root(&self, file: FileIndex) -> FileIndex {
        let mut current = file;
        for _ in 0..DEEPEST {
            match self.parents.get(&current) {
                Some(parent) => current = *parent,
                None => break,
            }
        }
        current
    }

    fn child(&self, file: FileIndex, name: &str) -> Option<FileIndex> {
        self.children.get(&(file, name.into())).copied()
    }
}

/// Files that start a crate: their children lie beside them.
fn roots(codebase: &Codebase) -> HashSet<Box<[u8]>> {
    let mut roots: HashSet<Box<[u8]>> = HashSet::new();
    for (directory, found) in codebase.manifests.crates() {
        roots.insert(found.library.clone());
        roots.extend(found.targets.iter().cloned());
        roots.extend(join(directory, b"src/main.rs").map(Box::from));
        roots.extend(join(directory, b"build.rs").map(Box::from));
    }
    for file in codebase.files() {
        if file.path.extension() != Some(b"rs") {
            continue;
        }
        let around = file.path.directory();
        let starts = ["tests", "examples", "benches", "src/bin"]
            .iter()
            .any(|kind| {
                let Some(outside) = around.strip_suffix(kind.as_bytes()) else {
                    return false;
                };
                let outside = outside.strip_suffix(b"/").unwrap_or(outside);
                codebase.manifests.crates().contains_key(outside)
            });
        if starts {
            roots.insert(file.path.as_bytes().into());
        }
    }
    roots
}

/// The directory in which the children of a module lie.
fn children_directory(roots: &HashSet<Box<[u8]>>, path: &RepoPath) -> Vec<u8> {
    let own = matches!(path.file_name(), b"mod.rs" | b"lib.rs" | b"main.rs");
    let bytes = path.as_bytes();
    if own || roots.contains(bytes) {
        path.directory().to_vec()
    } else {
        bytes.strip_suffix(b".rs").unwrap_or(bytes).to_vec()
    }
}

fn child_at(codebase: &Codebase, directory: &[u8], name: &str) -> Option<FileIndex> {
    let name = name.strip_prefix("r#").unwrap_or(name);
    ["{}.rs", "{}/mod.rs"].iter().find_map(|shape| {
        let path = join(directory, shape.replace("{}", name).as_bytes())?;
        codebase.find_bytes(&path)
    })
}

/// Names looked for in a module.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    file: FileIndex,
    path: Vec<Box<str>>,
    /// The module is known to have the name: it was named as its source.
    certain: bool,
    /// How much of the path's end is what is looked for; before it stands the module of a `*`.
    tail: usize,
}

pub(super) fn resolve(resolver: &Resolver, file: FileIndex, import: &Import) -> Resolution {
    if import.kind == ImportKind::Module {
        let name = import.name.as_deref().unwrap_or(&import.module);
        let mut walk: Walk<Place> = Walk::new();
        walk.resolution.internal = true;
        if let Some(child) = resolver.index.rust.child(file, name) {
            walk.resolution.first = Some(child);
            walk.pass(child);
            walk.arrive(child, None);
        }
        return walk.finish();
    }
    walk(
        resolver,
        file,
        segments(import),
        import.in_test,
        Some(import),
    )
}

/// What a path means whose first name an import binds.
pub(super) fn resolve_chain(
    resolver: &Resolver,
    file: FileIndex,
    import: &Import,
    chain: &[&str],
) -> Resolution {
    let mut path = segments(import);
    path.extend(chain[1..].iter().map(|name| Box::from(*name)));
    walk(resolver, file, path, import.in_test, Some(import))
}

/// What a path means whose first name no import binds: a module, a crate, or something taken with `*`.
pub(super) fn resolve_unbound(
    resolver: &Resolver,
    file: FileIndex,
    chain: &[&str],
    in_test: bool,
) -> Vec<Target> {
    let path: Vec<Box<str>> = chain.iter().map(|name| Box::from(*name)).collect();
    let found = walk(resolver, file, path.clone(), in_test, None);
    if !found.targets.is_empty() {
        return found.targets;
    }
    let mut targets = Vec::new();
    for star in resolver.stars(file) {
        let mut wanted = segments(star);
        wanted.extend(path.iter().cloned());
        let mut found: Walk<Place> = Walk::new();
        if let Some(place) = start(resolver, file, wanted, star.in_test, Some(star)) {
            found.push(Place {
                certain: false,
                tail: path.len(),
                ..place
            });
        }
        targets.extend(finish(resolver, found).targets);
    }
    targets
}

/// The path an import names; without the star.
fn segments(import: &Import) -> Vec<Box<str>> {
    import
        .module
        .split("::")
        .chain(import.name.as_deref().filter(|name| *name != "*"))
        .map(|segment| segment.strip_prefix("r#").unwrap_or(segment))
        .filter(|segment| !segment.is_empty())
        .take(LONGEST_PATH)
        .map(Box::from)
        .collect()
}

/// Where a path written in a file begins. Somebody else's crates begin nowhere.
fn start(
    resolver: &Resolver,
    file: FileIndex,
    mut path: Vec<Box<str>>,
    in_test: bool,
    import: Option<&Import>,
) -> Option<Place> {
    let modules = &resolver.index.rust;
    let first = path.first()?.to_string();
    let place = |file: FileIndex, path: Vec<Box<str>>| {
        (path.len() <= LONGEST_PATH).then_some(Place {
            file,
            path,
            certain: true,
            tail: LONGEST_PATH,
        })
    };
    match first.as_str() {
        "std" | "core" | "alloc" | "proc_macro" => return None,
        "crate" | "$crate" => {
            path.remove(0);
            return place(modules.root(file), path);
        }
        "self" => {
            path.remove(0);
            return place(file, path);
        }
        "super" => {
            let mut current = file;
            // Inline tests are a module of their own: the one above it is the file.
            let mut stays = in_test;
            while path.first().is_some_and(|segment| **segment == *"super") {
                path.remove(0);
                if std::mem::take(&mut stays) {
                    continue;
                }
                current = *modules.parents.get(&current)?;
            }
            return place(current, path);
        }
        _ => {}
    }
    if modules.child(file, &first).is_some() {
        return place(file, path);
    }
    let directory = resolver.codebase.file(file).path.directory();
    let renamed = resolver
        .codebase
        .manifests
        .crate_of(directory)
        .and_then(|(_, found)| {
            let (_, library) = found.renamed.iter().find(|(alias, _)| **alias == *first)?;
            Some(&**library)
        })
        .unwrap_or(&first);
    if let Some(library) = modules.libraries.get(renamed) {
        path.remove(0);
        return place(*library, path);
    }
    // A local name, unless this very import binds it.
    let is_own = import.is_some_and(|import| import.module.split("::").next() == Some(&*first));
    let bound = resolver
        .bindings(file, &first)
        .any(|binding| !(is_own && import.is_some_and(|import| std::ptr::eq(import, binding))));
    (bound || resolver.defines(file, &first))
        .then(|| place(file, path))
        .flatten()
}

fn walk(
    resolver: &Resolver,
    file: FileIndex,
    path: Vec<Box<str>>,
    in_test: bool,
    import: Option<&Import>,
) -> Resolution {
    let mut walk: Walk<Place> = Walk::new();
    if let Some(place) = start(resolver, file, path, in_test, import) {
        walk.resolution.internal = true;
        walk.resolution.first = Some(module_of(resolver, &place));
        walk.push(place);
    }
    finish(resolver, walk)
}

/// The innermost module of a path that is a file.
fn module_of(resolver: &Resolver, place: &Place) -> FileIndex {
    let mut file = place.file;
    for name in &place.path {
        match resolver.index.rust.child(file, name) {
            Some(child) => file = child,
            None => break,
        }
    }
    file
}

fn finish(resolver: &Resolver, mut walk: Walk<Place>) -> Resolution {
    while let Some(place) = walk.next() {
        look(resolver, &mut walk, &place);
    }
    walk.finish()
}

/// Looks for the names of a place.
fn look(resolver: &Resolver, walk: &mut Walk<Place>, place: &Place) {
    let modules = &resolver.index.rust;
    let file = place.file;
    walk.pass(file);
    let Some((name, rest)) = place.path.split_first() else {
        walk.arrive(file, None);
        return;
    };
    if let Some(child) = modules.child(file, name) {
        walk.push(Place {
            file: child,
            path: rest.to_vec(),
            ..*place
        });
        return;
    }
    if **name == *"super" || **name == *"self" {
        let next = if **name == *"self" {
            Some(file)
        } else {
            modules.parents.get(&file).copied()
        };
        if let Some(next) = next {
            walk.push(Place {
                file: next,
                path: rest.to_vec(),
                ..*place
            });
        }
        return;
    }
    // All names of an item that is no module (`use Choice::*`) are no names of a file.
    let in_prefix = !place.certain && place.path.len() > place.tail;
    if resolver.defines(file, name) {
        if !in_prefix {
            walk.arrive(file, Some(name));
        }
        return;
    }
    let mut bound = false;
    for import in resolver.bindings(file, name) {
        if import.in_test {
            continue;
        }
        bound = true;
        let mut path = segments(import);
        path.extend(rest.iter().cloned());
        if let Some(next) = start(resolver, file, path, false, Some(import)) {
            walk.push(if in_prefix {
                Place {
                    certain: false,
                    tail: place.tail,
                    ..next
                }
            } else {
                next
            });
        }
    }
    if bound {
        return;
    }
    for star in resolver.stars(file) {
        if walk.is_spent() {
            break;
        }
        if star.in_test {
            continue;
        }
        let mut path = segments(star);
        path.extend(place.path.iter().cloned());
        if let Some(next) = start(resolver, file, path, false, Some(star)) {
            walk.push(Place {
                certain: false,
                tail: place.path.len().min(place.tail),
                ..next
            });
        }
    }
    if place.certain && walk.resolution.targets.is_empty() {
        by_unique_name(resolver, walk, place);
    }
}

/// A name that was not found where it was looked for, because a macro declares or passes it on: the one file of the
/// crate that declares it.
fn by_unique_name(resolver: &Resolver, walk: &mut Walk<Place>, place: &Place) {
    let modules = &resolver.index.rust;
    let Some(directory) = modules.crates.get(&place.file) else {
        return;
    };
    for name in &place.path {
        if let Some(Some(file)) = modules.unique.get(&(directory.clone(), name.clone())) {
            walk.arrive(*file, Some(name));
            return;
        }
    }
}
