//! Which source file a test is named after. Names are equal or they are not: nothing fuzzy.

use std::collections::BTreeMap;

use crate::class::Class;
use crate::codebase::maps::{Map, Set};
use crate::codebase::{Codebase, File, FileIndex};
use crate::path::{RepoPath, upwards};

/// A source file that a test is named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Named {
    pub(super) file: FileIndex,
    /// The name fits other files just as well.
    pub(super) ambiguous: bool,
}

/// Directories that hold tests, or the code that is tested; they say nothing about which.
const TEST_DIRECTORIES: &[&[u8]] = &[
    b"test",
    b"tests",
    b"__tests__",
    b"spec",
    b"e2e",
    b"unit",
    b"integration",
];
const SOURCE_DIRECTORIES: &[&[u8]] = &[b"src", b"source", b"lib", b"app"];

/// The code of a codebase by every name its tests may have.
pub(super) struct Likeness<'a> {
    codebase: &'a Codebase,
    packages: Packages,
    sources: Map<(&'static str, Vec<u8>), Vec<FileIndex>>,
}

impl<'a> Likeness<'a> {
    pub(super) fn new(codebase: &'a Codebase) -> Self {
        let packages = Packages::new(codebase);
        let mut sources: Map<_, Vec<FileIndex>> = Map::default();
        for (index, file) in codebase.indexed() {
            if file.class != Class::Code || file.facts().is_none() {
                continue;
            }
            for name in candidates(&file.path, packages.of(&file.path)) {
                sources.entry((kind(file), name)).or_default().push(index);
            }
        }
        Self {
            codebase,
            packages,
            sources,
        }
    }

    /// Every source file that one of these tests is named after, sorted.
    pub(super) fn named(&self, tests: &[FileIndex]) -> Vec<Named> {
        let packages = &self.packages;
        let mut found: BTreeMap<FileIndex, bool> = BTreeMap::new();
        for test in tests {
            let file = self.codebase.file(*test);
            let stem = test_stem(&file.path);
            let Some(candidates) = self.sources.get(&(kind(file), normal(stem))) else {
                continue;
            };
            let package = packages.of(&file.path);
            let at_top = is_at_top(package, &file.path);
            let allowed: Vec<(u8, FileIndex)> = candidates
                .iter()
                .map(|source| (&self.codebase.file(*source).path, *source))
                .filter(|(path, _)| at_top || packages.of(path) == package)
                .map(|(path, source)| (rank(&file.path, path, packages), source))
                .collect();
            let Some(best) = allowed.iter().map(|(rank, _)| *rank).min() else {
                continue;
            };
            let best = || allowed.iter().filter(|(rank, _)| *rank == best);
            let ambiguous = best().count() > 1;
            for (_, source) in best() {
                let known = found.entry(*source).or_insert(ambiguous);
                *known &= ambiguous;
            }
        }
        found
            .into_iter()
            .map(|(file, ambiguous)| Named { file, ambiguous })
            .collect()
    }
}

/// Languages whose tests may be written in one another.
fn kind(file: &File) -> &'static str {
    match file.language.map_or("", |language| language.name()) {
        "javascript" => "typescript",
        name => name,
    }
}

/// How well a source file fits a test of its name, best first.
fn rank(test: &RepoPath, source: &RepoPath, packages: &Packages) -> u8 {
    if test.directory() == source.directory() {
        return 0;
    }
    let package = packages.of(test);
    if packages.of(source) != package {
        return 3;
    }
    let parts = |path: &RepoPath, plain: &[&[u8]]| -> Vec<Vec<u8>> {
        below(path.directory(), package)
            .filter(|part| !plain.contains(part))
            .map(<[u8]>::to_vec)
            .collect()
    };
    let test = parts(test, TEST_DIRECTORIES);
    let source = parts(source, SOURCE_DIRECTORIES);
    let mirrored = test == source || (!test.is_empty() && source.ends_with(&test));
    if mirrored { 1 } else { 2 }
}

/// A test of the whole workspace: under a directory of tests at the top.
fn is_at_top(package: &[u8], test: &RepoPath) -> bool {
    package.is_empty()
        && test
            .as_bytes()
            .split(|byte| *byte == b'/')
            .next()
            .is_some_and(|top| TEST_DIRECTORIES.contains(&top))
}

/// The names a test of this source file may have, sorted.
fn candidates(source: &RepoPath, package: &[u8]) -> Vec<Vec<u8>> {
    let mut parts: Vec<&[u8]> = below(source.directory(), package).collect();
    if parts
        .first()
        .is_some_and(|first| SOURCE_DIRECTORIES.contains(first))
    {
        parts.remove(0);
    }
    let stem = stem(source.file_name());
    let mut found = Vec::new();
    let mut add = |parts: &[&[u8]]| found.push(normal(&parts.concat()));
    if matches!(stem, b"__init__" | b"index" | b"mod" | b"lib") {
        let parent = source.directory();
        let slash = memchr::memrchr(b'/', parent).map_or(0, |slash| slash + 1);
        add(&[&parent[slash..]]);
    } else {
        let leading = stem.iter().take_while(|byte| **byte == b'_').count();
        add(&[stem]);
        add(&[&stem[leading..]]);
        if let Some(parent) = parts.last() {
            add(&[parent, stem]);
        }
        // With and without the package itself.
        for skipped in 0..parts.len().min(2) {
            let mut all = parts[skipped..].to_vec();
            all.push(stem);
            add(&all);
        }
    }
    found.retain(|name| !name.is_empty());
    found.sort_unstable();
    found.dedup();
    found
}

/// The components of a directory below a package.
fn below<'a>(directory: &'a [u8], package: &[u8]) -> impl Iterator<Item = &'a [u8]> {
    directory
        .get(package.len()..)
        .unwrap_or(&[])
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty())
}

/// A file name without its extension; `.d.ts` and the like are one extension.
fn stem(name: &[u8]) -> &[u8] {
    let end = memchr::memrchr(b'.', name)
        .filter(|dot| *dot > 0)
        .unwrap_or(name.len());
    &name[..end]
}

/// What a test is about by its name: without the one mark that says it is a test.
fn test_stem(path: &RepoPath) -> &[u8] {
    const ENDS: &[&[u8]] = &[
        b".test",
        b"_test",
        b"-test",
        b".tests",
        b"_tests",
        b"-tests",
        b".spec",
        b"_spec",
        b"-spec",
        b".e2e",
        b"_e2e",
        b"-e2e",
        b".it",
        b"_it",
        b"-it",
        b"TestCase",
        b"Tests",
        b"Test",
        b"Spec",
        b"IT",
    ];
    let stem = stem(path.file_name());
    for start in [b"test_".as_slice(), b"test-"] {
        if let Some(rest) = stem.strip_prefix(start) {
            return rest;
        }
    }
    for end in ENDS {
        if let Some(rest) = stem.strip_suffix(*end).filter(|rest| !rest.is_empty()) {
            return rest;
        }
    }
    match stem.strip_prefix(b"Test") {
        Some(rest) if rest.first().is_some_and(u8::is_ascii_uppercase) => rest,
        _ => stem,
    }
}

/// Lower case, letters and digits only. Bytes beyond ASCII are kept: they tell names apart.
fn normal(name: &[u8]) -> Vec<u8> {
    name.iter()
        .filter(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())
        .map(u8::to_ascii_lowercase)
        .collect()
}

/// The directories of packages of any kind.
struct Packages(Set<Vec<u8>>);

impl Packages {
    fn new(codebase: &Codebase) -> Self {
        let manifests = &codebase.manifests;
        let mut found: Set<Vec<u8>> = codebase
            .files()
            .iter()
            .filter(|file| {
                matches!(
                    file.path.file_name(),
                    b"pyproject.toml" | b"setup.py" | b"setup.cfg" | b"go.mod"
                )
            })
            .map(|file| file.path.directory().to_vec())
            .collect();
        found.extend(
            manifests
                .crates()
                .keys()
                .map(|directory| directory.to_vec()),
        );
        found.extend(
            manifests
                .packages()
                .iter()
                .filter(|(_, package)| package.name.is_some())
                .map(|(directory, _)| directory.to_vec()),
        );
        Self(found)
    }

    /// The nearest package around a path, or the repository.
    fn of<'a>(&self, path: &'a RepoPath) -> &'a [u8] {
        upwards(path.directory())
            .find(|directory| self.0.contains(*directory))
            .unwrap_or(b"")
    }
}

#[cfg(test)]
mod tests {
    use super::{candidates, test_stem};
    use crate::path::RepoPath;

    #[test]
    fn one_mark_of_a_test_is_taken_off() {
        let stem =
            |path: &str| String::from_utf8(test_stem(&RepoPath::from(path)).to_vec()).unwrap();
        assert_eq!(stem("a/test_app.py"), "app");
        assert_eq!(stem("a/app_test.py"), "app");
        assert_eq!(stem("a/app.spec.ts"), "app");
        assert_eq!(stem("a/test_app_test.py"), "app_test");
        assert_eq!(stem("a/AppTests.cs"), "App");
        assert_eq!(stem("a/TestApp.java"), "App");
        assert_eq!(stem("a/Testament.java"), "Testament");
        assert_eq!(stem("a/tests.py"), "tests");
    }

    #[test]
    fn a_source_file_answers_to_its_name_and_its_path() {
        let names = |path: &str, package: &str| -> Vec<String> {
            candidates(&RepoPath::from(path), package.as_bytes())
                .into_iter()
                .map(|name| String::from_utf8(name).unwrap())
                .collect()
        };
        assert_eq!(
            names("src/flask/json/provider.py", ""),
            ["flaskjsonprovider", "jsonprovider", "provider"]
        );
        assert_eq!(names("httpx/_auth.py", ""), ["auth", "httpxauth"]);
        assert_eq!(names("p/x/src/util/index.ts", "p/x"), ["util"]);
        assert_eq!(names("src/flask/json/__init__.py", ""), ["json"]);
    }
}
