//! Modules of JavaScript and TypeScript: relative paths, packages of the workspace, path aliases, names passed on.

use std::cell::RefCell;
use std::rc::Rc;

use crate::codebase::manifests::npm::{Package, matching};
use crate::codebase::maps::Map;
use crate::codebase::{Codebase, FileIndex};
use crate::facts::{Import, ImportKind};
use crate::path::{RepoPath, join};

use super::{Family, PathId, Resolver, Shared, Walk, Walks, family, remembered};

/// What a specifier without extension may mean, in the order in which code is looked for before declarations.
const EXTENSIONS: &[&[u8]] = &[
    b".ts", b".tsx", b".mts", b".cts", b".js", b".jsx", b".mjs", b".cjs", b".d.ts", b".d.mts",
    b".d.cts",
];
/// What a specifier written for the output means in the sources.
const WRITTEN_FOR: &[(&[u8], &[&[u8]])] = &[
    (b".js", &[b".ts", b".tsx", b".jsx", b".d.ts"]),
    (b".jsx", &[b".tsx"]),
    (b".mjs", &[b".mts", b".d.mts"]),
    (b".cjs", &[b".cts", b".d.cts"]),
];
/// Directories that builds write to, and those they read.
const OUTPUT: &[&[u8]] = &[
    b"dist",
    b"distribution",
    b"build",
    b"lib",
    b"out",
    b"output",
    b"esm",
    b"cjs",
    b"es",
    b"types",
];
const SOURCE: &[&[u8]] = &[b"src", b"source", b"lib", b""];

/// Where modules are.
#[derive(Debug, Default)]
pub(super) struct Modules<'a> {
    /// Packages of the workspace by name. Of several with one name the first by path counts.
    packages: Map<&'a str, (&'a [u8], &'a Package)>,
}

/// What one resolver was asked before.
#[derive(Debug, Default)]
pub(super) struct Memory<'a> {
    /// What a specifier means in a directory.
    found: RefCell<Map<(&'a [u8], &'a str), Module>>,
    walks: Walks<'a, Place>,
}

impl<'a> Modules<'a> {
    pub(super) fn new(codebase: &'a Codebase) -> Self {
        let mut modules = Self::default();
        for (directory, package) in codebase.manifests.packages() {
            if let Some(name) = &package.name {
                let packages = &mut modules.packages;
                packages.entry(name).or_insert((directory, package));
            }
        }
        modules
    }
}

/// What a specifier means.
#[derive(Clone, Copy, Debug)]
enum Module {
    /// This file.
    File(FileIndex),
    /// A file of this repository that was not found, or is in no language that is read.
    Missing,
    /// Somebody else's.
    Foreign,
}

fn find<'a>(resolver: &Resolver<'a>, file: FileIndex, specifier: &'a str) -> Module {
    let directory = resolver.codebase().file(file).path.directory();
    let (key, found) = ((directory, specifier), &resolver.ecmascript.found);
    if let Some(known) = found.borrow().get(&key) {
        return *known;
    }
    let module = search(resolver, directory, specifier);
    found.borrow_mut().insert(key, module);
    module
}

fn search(resolver: &Resolver, directory: &[u8], specifier: &str) -> Module {
    let codebase = resolver.codebase();
    let specifier = specifier.split('?').next().unwrap_or(specifier);
    let or_missing = |found: Option<FileIndex>| found.map_or(Module::Missing, Module::File);
    if specifier.starts_with('.') {
        return or_missing(join(directory, specifier.as_bytes()).and_then(|path| {
            module_at(codebase, &path).or_else(|| built(codebase, directory, &path))
        }));
    }
    if specifier.starts_with('#') {
        let found = codebase
            .manifests
            .package_of(directory)
            .and_then(|(root, package)| {
                matching(&package.imports, specifier)
                    .iter()
                    .find_map(|path| entry_at(codebase, root, path))
            });
        return or_missing(found);
    }
    if let Some(found) = aliased(codebase, directory, specifier) {
        return Module::File(found);
    }
    let Some((root, package, subpath)) = package_named(resolver, specifier) else {
        return Module::Foreign;
    };
    or_missing(if subpath.is_empty() {
        main_of(codebase, root, Some(package))
    } else {
        matching(&package.exports, subpath)
            .iter()
            .find_map(|path| entry_at(codebase, root, path))
            .or_else(|| entry_at(codebase, root, subpath))
    })
}

/// The source of something built, named from outside its package: `../packages/a/lib/b` is `packages/a/src/b`.
fn built(codebase: &Codebase, from: &[u8], path: &[u8]) -> Option<FileIndex> {
    let (root, _) = codebase.manifests.package_of(path)?;
    if RepoPath::new(from).is_within(root) {
        return None;
    }
    let below = path.get(root.len() + usize::from(!root.is_empty())..)?;
    entry_at(codebase, root, std::str::from_utf8(below).ok()?)
}

/// What `paths` and `baseUrl` make of a specifier.
fn aliased(codebase: &Codebase, directory: &[u8], specifier: &str) -> Option<FileIndex> {
    let aliases = codebase.manifests.aliases(directory)?;
    matching(&aliases.paths, specifier)
        .iter()
        .find_map(|path| module_at(codebase, path.as_bytes()))
        .or_else(|| {
            let path = join(aliases.base.as_deref()?, specifier.as_bytes())?;
            module_at(codebase, &path)
        })
}

/// The package of the workspace a specifier names, and what follows its name.
fn package_named<'a, 's>(
    resolver: &Resolver<'a>,
    specifier: &'s str,
) -> Option<(&'a [u8], &'a Package, &'s str)> {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier
        .match_indices('/')
        .nth(parts - 1)
        .map_or(specifier.len(), |(at, _)| at);
    let (name, rest) = specifier.split_at(end);
    let (directory, package) = *resolver.tables.ecmascript.packages.get(name)?;
    Some((directory, package, rest.trim_start_matches('/')))
}

/// The module at a path: that file, the file it was built from, with an extension, or the index of a directory.
fn module_at(codebase: &Codebase, path: &[u8]) -> Option<FileIndex> {
    file_at(codebase, path).or_else(|| {
        let package = codebase.manifests.packages().get(path);
        main_of(codebase, path, package)
    })
}

fn file_at(codebase: &Codebase, path: &[u8]) -> Option<FileIndex> {
    let known = |path: &[u8]| {
        codebase
            .find_bytes(path)
            .filter(|index| family(codebase.file(*index)) == Some(Family::Ecmascript))
    };
    let mut candidate: Vec<u8> = Vec::with_capacity(path.len() + 8);
    let mut with = |stem: &[u8], extension: &[u8]| {
        candidate.clear();
        candidate.extend_from_slice(stem);
        candidate.extend_from_slice(extension);
        known(&candidate)
    };
    known(path)
        .or_else(|| {
            WRITTEN_FOR.iter().find_map(|(written, meant)| {
                let stem = path.strip_suffix(*written)?;
                meant.iter().find_map(|extension| with(stem, extension))
            })
        })
        .or_else(|| {
            EXTENSIONS
                .iter()
                .find_map(|extension| with(path, extension))
        })
}

/// What stands for a directory: what its manifest names, or its index.
fn main_of(codebase: &Codebase, directory: &[u8], package: Option<&Package>) -> Option<FileIndex> {
    let entries = package.map_or(&[][..], |package| &package.entries);
    let index = |below: &str| file_at(codebase, &join(directory, below.as_bytes())?);
    entries
        .iter()
        .find_map(|entry| entry_at(codebase, directory, entry))
        .or_else(|| index("index"))
        .or_else(|| {
            // Only of a package is it known that its sources stand in for it.
            let named = package.is_some_and(|package| package.name.is_some());
            named
                .then(|| index("src/index").or_else(|| index("source/index")))
                .flatten()
        })
}

/// The files that packages with a name give to those who import them.
pub(super) fn entries(codebase: &Codebase) -> Vec<FileIndex> {
    let named = codebase.manifests.packages().iter();
    let named = named.filter(|(_, package)| package.name.is_some());
    named
        .flat_map(|(directory, package)| {
            let deeper = package.exports.iter().flat_map(|(_, files)| files);
            let written = package.entries.iter().chain(deeper);
            let found = written.filter_map(|entry| entry_at(codebase, directory, entry));
            found.chain(main_of(codebase, directory, Some(package)))
        })
        .collect()
}

/// The file a manifest means by a path: that file, or the source it is built from where only the source is kept.
fn entry_at(codebase: &Codebase, directory: &[u8], entry: &str) -> Option<FileIndex> {
    let path = join(directory, entry.as_bytes())?;
    if let Some(found) = file_at(codebase, &path) {
        return Some(found);
    }
    let below = join(b"", entry.as_bytes())?;
    let mut rest = below.as_slice();
    let mut is_output = false;
    while let Some(slash) = memchr::memchr(b'/', rest) {
        if !OUTPUT.contains(&&rest[..slash]) {
            break;
        }
        is_output = true;
        rest = &rest[slash + 1..];
    }
    if !is_output {
        return file_at(codebase, &join(&path, b"index")?);
    }
    // Declarations are built from code too.
    let rest = rest.strip_suffix(b".d.ts").unwrap_or(rest);
    SOURCE.iter().find_map(|source| {
        let path = join(&join(directory, source)?, rest)?;
        file_at(codebase, &path)
    })
}

/// Names looked for in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Place {
    file: FileIndex,
    path: PathId,
    /// The module is known to have the name: it was named as its source.
    certain: bool,
}

pub(super) fn resolve<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    import: &'a Import,
) -> Shared<'a> {
    walk(resolver, file, import, PathId::EMPTY)
}

/// What a chain of properties means whose first name an import binds.
pub(super) fn resolve_chain<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    import: &'a Import,
    chain: &[&'a str],
) -> Shared<'a> {
    let rest = resolver.path(&chain[1..], PathId::EMPTY);
    walk(resolver, file, import, rest)
}

/// What an import takes from its module, and of that the names of a path.
fn wanted<'a>(resolver: &Resolver<'a>, import: &'a Import, rest: PathId) -> PathId {
    match import.name.as_deref() {
        None | Some("*") => rest,
        Some(name) => resolver.path(&[name], rest),
    }
}

fn walk<'a>(
    resolver: &Resolver<'a>,
    file: FileIndex,
    import: &'a Import,
    rest: PathId,
) -> Shared<'a> {
    let found = match find(resolver, file, &import.module) {
        Module::File(found) => found,
        Module::Missing if is_code(&import.module) => return Rc::clone(&resolver.missing),
        Module::Missing | Module::Foreign => return Rc::clone(&resolver.foreign),
    };
    let place = Place {
        file: found,
        path: wanted(resolver, import, rest),
        certain: true,
    };
    remembered(&resolver.ecmascript.walks, place, || {
        let mut walk = Walk::from(place);
        walk.resolution.first = Some(found);
        while let Some(place) = walk.next() {
            look(resolver, &mut walk, place);
        }
        walk.finish()
    })
}

/// Whether a specifier that was not found would be code: style sheets and pictures are imported too.
fn is_code(specifier: &str) -> bool {
    let name = specifier.rsplit('/').next().unwrap_or(specifier);
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => !matches!(
            extension,
            "json"
                | "css"
                | "scss"
                | "sass"
                | "less"
                | "svg"
                | "png"
                | "jpg"
                | "gif"
                | "html"
                | "md"
                | "mdx"
                | "txt"
                | "wasm"
                | "node"
                | "vue"
                | "svelte"
                | "graphql"
                | "yml"
                | "yaml"
        ),
        _ => true,
    }
}

/// Looks for the names of a place.
fn look<'a>(resolver: &Resolver<'a>, walk: &mut Walk<'a, Place>, place: Place) {
    let file = place.file;
    walk.pass(file);
    let go = |walk: &mut Walk<'a, Place>, import: &'a Import, path: PathId, certain: bool| {
        if let Module::File(next) = find(resolver, file, &import.module) {
            walk.push(Place {
                file: next,
                path,
                certain,
            });
        }
    };
    let Some((name, rest)) = resolver.split(place.path) else {
        walk.arrive(file, None);
        // What hands on all names of others is those others, too.
        for star in resolver.stars(file) {
            if star.kind == ImportKind::ReExport && !walk.is_spent() {
                go(walk, star, PathId::EMPTY, true);
            }
        }
        return;
    };
    if resolver.defines(file, name) {
        walk.arrive(file, Some(name));
        return;
    }
    let mut bound = false;
    for import in resolver.bindings(file, name) {
        bound = true;
        go(walk, import, wanted(resolver, import, rest), true);
    }
    if bound {
        return;
    }
    let mut from_star = false;
    for star in resolver.stars(file) {
        if star.kind == ImportKind::ReExport && !walk.is_spent() {
            from_star = true;
            go(walk, star, place.path, false);
        }
    }
    if place.certain && (!from_star || name == "default") {
        // It was named as the source: it has the name in a way that is not seen, as default exports mostly have.
        walk.arrive(file, Some(name));
    }
}
