//! The tree of modules: which file is the child of which, and where crates start.

use std::collections::BTreeSet;

use crate::class::Class;
use crate::codebase::manifests::cargo::Crate;
use crate::codebase::maps::{Map, Set};
use crate::codebase::resolve::{Family, family};
use crate::codebase::{Codebase, FileIndex};
use crate::facts::{Exposure, ImportKind};
use crate::path::{RepoPath, join};

/// Deepest tree of modules.
const DEEPEST: usize = 64;

/// Where modules are.
#[derive(Debug, Default)]
pub(in super::super) struct Modules<'a> {
    /// Where libraries start, by the name code knows them by.
    pub(super) libraries: Map<&'a str, FileIndex>,
    parents: Map<FileIndex, FileIndex>,
    children: Map<(FileIndex, &'a str), FileIndex>,
    /// The crate a file belongs to, with its directory.
    crates: Map<FileIndex, (&'a [u8], &'a Crate)>,
    /// For each crate, known by its directory, and each name the one file that declares it for others; none where
    /// several do.
    unique: Map<(&'a [u8], &'a str), Option<FileIndex>>,
}

impl<'a> Modules<'a> {
    pub(in super::super) fn new(codebase: &'a Codebase) -> Self {
        let mut modules = Self::default();
        for found in codebase.manifests.crates().values() {
            if let Some(library) = codebase.find_bytes(&found.library) {
                let libraries = &mut modules.libraries;
                libraries.entry(&found.name).or_insert(library);
            }
        }
        let files: Vec<FileIndex> = codebase
            .indexed()
            .filter(|(_, file)| family(file) == Some(Family::Rust))
            .map(|(index, _)| index)
            .collect();
        if files.is_empty() {
            return modules;
        }
        let roots = roots(codebase);
        for index in &files {
            modules.declared(codebase, &roots, *index);
            modules.unique_names(codebase, *index);
        }
        // Declarations inside macros are not seen; files lie where they would be declared.
        for index in files {
            if !modules.parents.contains_key(&index) {
                modules.laid_out(codebase, &roots, index);
            }
        }
        modules
    }

    /// Enters the children a file declares.
    fn declared(&mut self, codebase: &'a Codebase, roots: &Set<Box<[u8]>>, index: FileIndex) {
        let file = codebase.file(index);
        let Some(facts) = file.facts() else {
            return;
        };
        let mut directory = None;
        for import in &facts.imports {
            if import.kind != ImportKind::Module {
                continue;
            }
            let name = import.name.as_deref().unwrap_or(&import.module);
            let child = if import.module.ends_with(".rs") {
                join(file.path.directory(), import.module.as_bytes())
                    .and_then(|path| codebase.find_bytes(&path))
            } else {
                let directory =
                    directory.get_or_insert_with(|| children_directory(roots, &file.path));
                child_at(codebase, directory, name)
            };
            if let Some(child) = child.filter(|child| *child != index) {
                self.parents.entry(child).or_insert(index);
                self.children.insert((index, name), child);
            }
        }
    }

    /// Enters a file no declaration was seen for below the module its place says.
    fn laid_out(&mut self, codebase: &'a Codebase, roots: &Set<Box<[u8]>>, index: FileIndex) {
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
                self.children.entry((owner, name)).or_insert(index);
            }
        }
    }

    fn unique_names(&mut self, codebase: &'a Codebase, index: FileIndex) {
        let file = codebase.file(index);
        let Some((directory, found)) = codebase.manifests.crate_of(file.path.directory()) else {
            return;
        };
        self.crates.insert(index, (directory, found));
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
                .entry((directory, name))
                .and_modify(|file| *file = None)
                .or_insert(Some(index));
        }
    }

    /// The one file of the crate of a file that declares a name for others.
    pub(super) fn unique(&self, file: FileIndex, name: &str) -> Option<FileIndex> {
        let (directory, _) = self.crates.get(&file)?;
        *self.unique.get(&(*directory, name))?
    }

    /// The name of the library that the crate of a file knows by this other name.
    pub(super) fn renamed(&self, file: FileIndex, alias: &str) -> Option<&'a str> {
        let (_, found) = self.crates.get(&file)?;
        let renamed = found.renamed.iter();
        let (_, library) = renamed.into_iter().find(|(known, _)| **known == *alias)?;
        Some(library)
    }

    /// The module a crate starts with.
    pub(super) fn root(&self, file: FileIndex) -> FileIndex {
        let mut current = file;
        for _ in 0..DEEPEST {
            match self.parents.get(&current) {
                Some(parent) => current = *parent,
                None => break,
            }
        }
        current
    }

    pub(super) fn child(&self, file: FileIndex, name: &str) -> Option<FileIndex> {
        self.children.get(&(file, name)).copied()
    }

    /// The module that declares another.
    pub(super) fn parent(&self, file: FileIndex) -> Option<FileIndex> {
        self.parents.get(&file).copied()
    }
}

/// Files that start a crate: their children lie beside them.
fn roots(codebase: &Codebase) -> Set<Box<[u8]>> {
    let mut roots: Set<Box<[u8]>> = Set::default();
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
fn children_directory(roots: &Set<Box<[u8]>>, path: &RepoPath) -> Vec<u8> {
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
    [".rs", "/mod.rs"].iter().find_map(|end| {
        let path = join(directory, &[name.as_bytes(), end.as_bytes()].concat())?;
        codebase.find_bytes(&path)
    })
}
