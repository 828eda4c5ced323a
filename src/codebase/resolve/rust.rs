//! Modules of Rust: crates of the workspace, the tree of modules as their files lie, `use` and `pub use`.

mod tree;

use crate::codebase::FileIndex;
use crate::facts::{Import, ImportKind};
use compact_str::CompactString;

use super::{LONGEST_PATH, Resolution, Resolver, Target, Walk};

pub(super) use tree::Modules;

/// Names looked for in a module.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Place {
    file: FileIndex,
    path: Vec<CompactString>,
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
    path.extend(chain[1..].iter().map(|name| CompactString::from(*name)));
    walk(resolver, file, path, import.in_test, Some(import))
}

/// What a path means whose first name no import binds: a module, a crate, or something taken with `*`.
pub(super) fn resolve_unbound(
    resolver: &Resolver,
    file: FileIndex,
    chain: &[&str],
    in_test: bool,
) -> Vec<Target> {
    let path: Vec<CompactString> = chain
        .iter()
        .map(|name| CompactString::from(*name))
        .collect();
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
fn segments(import: &Import) -> Vec<CompactString> {
    import
        .module
        .split("::")
        .chain(import.name.as_deref().filter(|name| *name != "*"))
        .map(|segment| segment.strip_prefix("r#").unwrap_or(segment))
        .filter(|segment| !segment.is_empty())
        .take(LONGEST_PATH)
        .map(CompactString::from)
        .collect()
}

/// Where a path written in a file begins. Somebody else's crates begin nowhere.
fn start(
    resolver: &Resolver,
    file: FileIndex,
    mut path: Vec<CompactString>,
    in_test: bool,
    import: Option<&Import>,
) -> Option<Place> {
    let modules = &resolver.index.rust;
    let first = path.first()?.to_string();
    let place = |file: FileIndex, path: Vec<CompactString>| {
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
    path: Vec<CompactString>,
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
