//! What project files say of the code around them.

pub mod cargo;
pub mod npm;
mod python;
mod typescript;

use std::collections::BTreeMap;

use crate::path::{RepoPath, upwards};

use cargo::Crate;
use npm::Package;
use typescript::Projects;

pub use typescript::Aliases;

/// Largest project file that is read, in bytes.
const LARGEST: usize = 1 << 20;
/// Deepest nesting of a project file that is read. Parsers of both formats recurse.
const DEEPEST: usize = 128;

/// The project files of a codebase, by directory.
#[derive(Clone, Debug, Default)]
pub struct Manifests {
    packages: BTreeMap<Box<[u8]>, Package>,
    crates: BTreeMap<Box<[u8]>, Crate>,
    projects: Projects,
    python_roots: Vec<Box<[u8]>>,
    notes: Vec<String>,
}

/// What a file of this name is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Npm,
    TypeScript,
    Cargo,
    PyProject,
    SetupCfg,
}

fn kind(path: &RepoPath) -> Option<Kind> {
    let name = path.file_name();
    Some(match name {
        b"package.json" => Kind::Npm,
        b"Cargo.toml" => Kind::Cargo,
        b"pyproject.toml" => Kind::PyProject,
        b"setup.cfg" => Kind::SetupCfg,
        b"jsconfig.json" => Kind::TypeScript,
        _ if name.starts_with(b"tsconfig") && name.ends_with(b".json") => Kind::TypeScript,
        _ => return None,
    })
}

impl Manifests {
    /// Whether files of this name are read.
    pub fn wants(path: &RepoPath) -> bool {
        kind(path).is_some()
    }

    /// Reads project files; what cannot be read is left out and noted.
    pub fn read(files: &[(RepoPath, Vec<u8>)]) -> Self {
        let mut sorted: Vec<&(RepoPath, Vec<u8>)> = files.iter().collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        let mut manifests = Self::default();
        let mut configurations = Vec::new();
        for (path, bytes) in sorted {
            let Some(kind) = kind(path) else {
                continue;
            };
            if let Err(reason) = manifests.add(path, kind, bytes, &mut configurations) {
                manifests
                    .notes
                    .push(format!("{} was left out: {reason}", path.to_str()));
            }
        }
        manifests.projects = Projects::new(configurations);
        manifests.python_roots.sort();
        manifests.python_roots.dedup();
        manifests
    }

    fn add(
        &mut self,
        path: &RepoPath,
        kind: Kind,
        bytes: &[u8],
        configurations: &mut Vec<(RepoPath, serde_json::Value)>,
    ) -> Result<(), String> {
        let text = legible(bytes)?;
        let directory: Box<[u8]> = path.directory().into();
        match kind {
            Kind::Npm => {
                self.packages.insert(directory, Package::read(&json(text)?));
            }
            Kind::TypeScript => configurations.push((path.clone(), json(text)?)),
            Kind::Cargo => {
                if let Some(found) = Crate::read(&directory, &toml(text)?) {
                    self.crates.insert(directory, found);
                }
            }
            Kind::PyProject => self
                .python_roots
                .extend(python::roots(&directory, &toml(text)?)),
            Kind::SetupCfg => self
                .python_roots
                .extend(python::roots_of_setup(&directory, text)),
        }
        Ok(())
    }

    /// What was left out and why, a sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether a type checker reads this JavaScript file because its project asks for it (`checkJs`).
    pub fn checks_javascript(&self, path: &RepoPath) -> bool {
        self.projects.checks_javascript(path)
    }

    /// Whether the project of this TypeScript file forbids implicit `any` (`strict`, `noImplicitAny`): then an
    /// undeclared parameter that compiles is typed from its use.
    pub fn forbids_implicit_any(&self, path: &RepoPath) -> bool {
        self.projects.forbids_implicit_any(path)
    }

    /// The path aliases (`paths`, `baseUrl`) of the nearest project of a directory that has any.
    pub fn aliases(&self, directory: &[u8]) -> Option<&Aliases> {
        self.projects.aliases(directory)
    }

    /// npm packages by directory.
    pub fn packages(&self) -> &BTreeMap<Box<[u8]>, Package> {
        &self.packages
    }

    /// The nearest npm package with a name, and its directory.
    pub fn package_of<'a>(&self, directory: &'a [u8]) -> Option<(&'a [u8], &Package)> {
        upwards(directory).find_map(|directory| {
            let package = self.packages.get(directory)?;
            package.name.is_some().then_some((directory, package))
        })
    }

    /// Crates by directory.
    pub fn crates(&self) -> &BTreeMap<Box<[u8]>, Crate> {
        &self.crates
    }

    /// The nearest crate, and its directory.
    pub fn crate_of<'a>(&self, directory: &'a [u8]) -> Option<(&'a [u8], &Crate)> {
        upwards(directory).find_map(|directory| Some((directory, self.crates.get(directory)?)))
    }

    /// Directories that hold top-level Python modules because a project file says so, sorted.
    pub fn python_roots(&self) -> &[Box<[u8]>] {
        &self.python_roots
    }
}

/// The text of a project file that no parser can trip over.
fn legible(bytes: &[u8]) -> Result<&str, String> {
    if bytes.len() > LARGEST {
        return Err("it is larger than 1 MiB".to_owned());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    if nesting(text) > DEEPEST {
        return Err(format!("it nests deeper than {DEEPEST}"));
    }
    Ok(text)
}

/// How many brackets are open at once, at most. Close enough: both parsers have a limit of their own.
fn nesting(text: &str) -> usize {
    let (mut open, mut deepest) = (0usize, 0usize);
    let mut quote = None;
    let mut escaped = false;
    for byte in text.bytes() {
        match (quote, byte) {
            // Neither format lets a plain string cross lines; an apostrophe in a comment must not hide what follows.
            (Some(_), b'\n') => quote = None,
            (Some(_), _) if escaped => escaped = false,
            (Some(b'"'), b'\\') => escaped = true,
            (Some(end), _) if byte == end => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'[' | b'{') => open += 1,
            (None, b']' | b'}') => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// The parts of the longest dotted key, at most. Strings are not told apart from keys: that could be tricked.
fn longest_key(text: &str) -> usize {
    text.split(['\n', '=', ','])
        .map(|part| part.bytes().filter(|byte| *byte == b'.').count())
        .max()
        .unwrap_or(0)
}

fn json(text: &str) -> Result<serde_json::Value, String> {
    jsonc_parser::parse_to_serde_value::<Option<serde_json::Value>>(
        text,
        &jsonc_parser::ParseOptions::default(),
    )
    .map_err(|error| error.to_string())
    .map(Option::unwrap_or_default)
}

fn toml(text: &str) -> Result<toml::Table, String> {
    if longest_key(text) > DEEPEST {
        return Err(format!("a key has more than {DEEPEST} parts"));
    }
    text.parse::<toml::Table>()
        .map_err(|error| error.message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::Manifests;
    use crate::path::RepoPath;

    pub(super) fn read(files: &[(&str, &str)]) -> Manifests {
        let files: Vec<(RepoPath, Vec<u8>)> = files
            .iter()
            .map(|(path, text)| (RepoPath::from(*path), text.as_bytes().to_vec()))
            .collect();
        Manifests::read(&files)
    }

    #[test]
    fn project_files_are_known_by_name() {
        let wants = |path: &str| Manifests::wants(&RepoPath::from(path));
        for path in [
            "package.json",
            "a/tsconfig.build.json",
            "jsconfig.json",
            "x/Cargo.toml",
            "pyproject.toml",
            "setup.cfg",
        ] {
            assert!(wants(path), "{path}");
        }
        assert!(!wants("package-lock.json"));
        assert!(!wants("tsconfig.json/x.ts"));
    }

    #[test]
    fn a_broken_project_file_is_noted_and_left_out() {
        let manifests = read(&[
            ("a/Cargo.toml", "[package"),
            ("b/package.json", "{\"name\": }"),
            ("c/package.json", "{\"name\": \"c\"}"),
        ]);
        assert_eq!(manifests.notes().len(), 2, "{:?}", manifests.notes());
        assert_eq!(manifests.packages().len(), 1);
        assert!(manifests.crates().is_empty());
    }

    #[test]
    fn depth_cannot_overflow_the_stack() {
        let deep = 200_000;
        let brackets = format!("{}{}", "[".repeat(deep), "]".repeat(deep));
        let objects = "{\"a\":".repeat(deep);
        // A quote that is never closed must not hide what follows.
        let hidden = format!("// don't\n{brackets}");
        let dotted = format!("{}a = 1", "a.".repeat(deep));
        let headers = format!("[{}a]", "a . ".repeat(deep));
        let manifests = read(&[
            ("a/tsconfig.json", &brackets),
            ("b/package.json", &objects),
            ("c/tsconfig.json", &hidden),
            ("d/Cargo.toml", &dotted),
            ("e/pyproject.toml", &headers),
            ("f/pyproject.toml", &brackets),
        ]);
        assert_eq!(manifests.notes().len(), 6, "{:?}", manifests.notes());
    }
}
