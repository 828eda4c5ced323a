//! Modules of Rust: crates of the workspace, the tree of modules as their files lie, `use` and `pub use`.

mod tree;

use std::rc::Rc;

use crate::codebase::FileIndex;
use crate::facts::{Import, ImportKind};

use super::{LONGEST_PATH, PathId, Resolution, Resolver, Shared, Target, Walk, Walks, remembered};

pub(super) use tree::Modules;

/// What one resolver was asked before.
#[derive(Debug, Default)]
pub(super) struct Memory<'a> {
    walks: Walks<'a, Place>,
}

/// Names looked for in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    file: FileIndex,
    path: PathId,
    /// The module is known to have the name: it was named as its source.
    certain: bool,
    /// How much of the path's end is what is looked for; before it stands the module of a `*`.
    tail: usize,
}

pub(super) fn resolve<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    import: &'a Import,
) -> Shared<'a> {
    if import.kind == ImportKind::Module {
        let name = import.name.as_deref().unwrap_or(&import.module);
        let Some(child) = resolver.tables.rust.child(file, name) else {
            return Rc::clone(&resolver.missing);
        };
        return Rc::new(Resolution {
            targets: vec![Target {
                file: child,
                symbol: None,
            }],
            first: Some(child),
            through: vec![child],
            internal: true,
        });
    }
    // A good part of all imports: their paths need not even be kept.
    if import.module.split("::").next().is_some_and(is_standard) {
        return Rc::clone(&resolver.foreign);
    }
    let path = segments(resolver, import, PathId::EMPTY);
    walk(resolver, file, path, import.in_test, Some(import))
}

/// What a path means whose first name an import binds.
pub(super) fn resolve_chain<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    import: &'a Import,
    chain: &[&'a str],
) -> Shared<'a> {
    let rest = resolver.path(&chain[1..], PathId::EMPTY);
    let path = segments(resolver, import, rest);
    walk(resolver, file, path, import.in_test, Some(import))
}

/// What a path means whose first name no import binds: a module, a crate, or something taken with `*`.
pub(super) fn resolve_unbound<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    chain: &[&'a str],
    in_test: bool,
) -> Vec<Target<'a>> {
    let path = resolver.path(chain, PathId::EMPTY);
    let found = walk(resolver, file, path, in_test, None);
    if !found.targets.is_empty() {
        return found.targets.clone();
    }
    let mut targets = Vec::new();
    for star in resolver.stars(file) {
        let wanted = segments(resolver, star, path);
        if let Some(place) = start(resolver, file, wanted, star.in_test, Some(star)) {
            let found = search(
                resolver,
                Place {
                    certain: false,
                    tail: chain.len(),
                    ..place
                },
            );
            targets.extend(&found.targets);
        }
    }
    targets
}

/// The path an import names, without the star, and then that of something in it.
fn segments<'a>(resolver: &Resolver<'a>, import: &'a Import, rest: PathId) -> PathId {
    let mut names: [&str; LONGEST_PATH] = [""; LONGEST_PATH];
    let written = import
        .module
        .split("::")
        .chain(import.name.as_deref().filter(|name| *name != "*"))
        .map(|segment| segment.strip_prefix("r#").unwrap_or(segment))
        .filter(|segment| !segment.is_empty());
    let mut count = 0;
    for (slot, name) in names.iter_mut().zip(written) {
        *slot = name;
        count += 1;
    }
    resolver.path(&names[..count], rest)
}

/// Whether a crate comes with the compiler.
fn is_standard(name: &str) -> bool {
    matches!(name, "std" | "core" | "alloc" | "proc_macro")
}

/// Where a path written in a file begins. Somebody else's crates begin nowhere.
fn start<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    path: PathId,
    in_test: bool,
    import: Option<&Import>,
) -> Option<Place> {
    let modules = &resolver.tables.rust;
    let (first, rest) = resolver.split(path)?;
    let place = |file: FileIndex, path: PathId| {
        (resolver.length(path) <= LONGEST_PATH).then_some(Place {
            file,
            path,
            certain: true,
            tail: LONGEST_PATH,
        })
    };
    match first {
        _ if is_standard(first) => return None,
        "crate" | "$crate" => return place(modules.root(file), rest),
        "self" => return place(file, rest),
        "super" => {
            let (mut current, mut path) = (file, path);
            // Inline tests are a module of their own: the one above it is the file.
            let mut stays = in_test;
            while let Some(("super", rest)) = resolver.split(path) {
                path = rest;
                if std::mem::take(&mut stays) {
                    continue;
                }
                current = modules.parent(current)?;
            }
            return place(current, path);
        }
        _ => {}
    }
    if modules.child(file, first).is_some() {
        return place(file, path);
    }
    let renamed = modules.renamed(file, first).unwrap_or(first);
    if let Some(library) = modules.libraries.get(renamed) {
        return place(*library, rest);
    }
    // A local name, unless this very import binds it.
    let is_own = import.is_some_and(|import| import.module.split("::").next() == Some(first));
    let bound = resolver
        .bindings(file, first)
        .any(|binding| !(is_own && import.is_some_and(|import| std::ptr::eq(import, binding))));
    (bound || resolver.defines(file, first))
        .then(|| place(file, path))
        .flatten()
}

fn walk<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    path: PathId,
    in_test: bool,
    import: Option<&Import>,
) -> Shared<'a> {
    match start(resolver, file, path, in_test, import) {
        Some(place) => search(resolver, place),
        None => Rc::clone(&resolver.foreign),
    }
}

/// The innermost module of a path that is a file.
fn module_of(resolver: &Resolver, place: Place) -> FileIndex {
    let (mut file, mut path) = (place.file, place.path);
    while let Some((name, rest)) = resolver.split(path) {
        match resolver.tables.rust.child(file, name) {
            Some(child) => (file, path) = (child, rest),
            None => break,
        }
    }
    file
}

/// What is found from a place.
fn search<'a>(resolver: &Resolver<'a>, place: Place) -> Shared<'a> {
    remembered(&resolver.rust.walks, place, || {
        let mut walk = Walk::from(place);
        walk.resolution.first = Some(module_of(resolver, place));
        while let Some(place) = walk.next() {
            look(resolver, &mut walk, place);
        }
        walk.finish()
    })
}

/// Looks for the names of a place.
fn look<'a>(resolver: &Resolver<'a>, walk: &mut Walk<'a, Place>, place: Place) {
    let modules = &resolver.tables.rust;
    let file = place.file;
    walk.pass(file);
    let Some((name, rest)) = resolver.split(place.path) else {
        walk.arrive(file, None);
        return;
    };
    let inner = match (modules.child(file, name), name) {
        (Some(child), _) => Some(Some(child)),
        (None, "self") => Some(Some(file)),
        (None, "super") => Some(modules.parent(file)),
        (None, _) => None,
    };
    if let Some(inner) = inner {
        if let Some(file) = inner {
            walk.push(Place {
                file,
                path: rest,
                ..place
            });
        }
        return;
    }
    // All names of an item that is no module (`use Choice::*`) are no names of a file.
    let length = resolver.length(place.path);
    let in_prefix = !place.certain && length > place.tail;
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
        let path = segments(resolver, import, rest);
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
    // The module of one `*` is rarely found through another; looking for it there has no end.
    if bound || in_prefix {
        return;
    }
    for star in resolver.stars(file) {
        if walk.is_spent() {
            break;
        }
        if star.in_test {
            continue;
        }
        let path = segments(resolver, star, place.path);
        if let Some(next) = start(resolver, file, path, false, Some(star)) {
            walk.push(Place {
                certain: false,
                tail: length.min(place.tail),
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
fn by_unique_name<'a>(resolver: &Resolver<'a>, walk: &mut Walk<'a, Place>, place: Place) {
    let mut path = place.path;
    while let Some((name, rest)) = resolver.split(path) {
        if let Some(file) = resolver.tables.rust.unique(place.file, name) {
            walk.arrive(file, Some(name));
            return;
        }
        path = rest;
    }
}
