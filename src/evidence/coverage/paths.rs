//! Which file a path in a report means. Reports are made elsewhere: in containers, below other directories, from packages
//! that were installed first. So a path is a file here if one of the two is wholly the end of the other, and only one
//! file is.

use std::collections::BTreeMap;

use super::Report;
use crate::definition::CoverageSettings;
use crate::path::{RepoPath, upwards};

/// Directories that hold other people's code: a path through one that is no file here is not missed.
const OUTSIDE: &[&str] = &[
    ".cargo",
    ".nox",
    ".rustup",
    ".tox",
    ".venv",
    "dist-packages",
    "node_modules",
    "rustc",
    "site-packages",
    "usr",
    "venv",
];

/// The files of a repository, to find those that reports name.
#[derive(Debug)]
pub struct Mapping<'a> {
    /// By path.
    by_path: BTreeMap<&'a [u8], &'a RepoPath>,
    /// By file name.
    by_name: BTreeMap<&'a [u8], Vec<&'a RepoPath>>,
}

/// What became of the paths of a report.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Mapped<'a> {
    /// A path as written, and the file it means.
    pub matched: Vec<(String, &'a RepoPath)>,
    /// Paths as written that are no file here, or could be several.
    pub unmatched: Vec<String>,
    /// How many are of other people's code, or were declared not to be about this repository.
    pub outside: u64,
}

/// A path as a report writes it, taken apart.
struct Path<'p> {
    parts: Vec<&'p str>,
    is_absolute: bool,
}

/// A file that a path may mean.
struct Meant<'a> {
    file: &'a RepoPath,
    /// How many names at the end of the path say so.
    names: usize,
    /// What stands before them; none if nothing has to.
    before: Option<String>,
}

impl<'a> Mapping<'a> {
    /// Of some files.
    pub fn new(files: impl Iterator<Item = &'a RepoPath>) -> Self {
        let mut mapping = Self {
            by_path: BTreeMap::new(),
            by_name: BTreeMap::new(),
        };
        for file in files {
            mapping.by_path.insert(file.as_bytes(), file);
            mapping
                .by_name
                .entry(file.file_name())
                .or_default()
                .push(file);
        }
        mapping
    }

    /// The files that the paths of a report mean. The report lies in `directory`.
    pub fn map(
        &self,
        directory: &[u8],
        report: &Report,
        settings: &CoverageSettings,
    ) -> Mapped<'a> {
        let mut mapped = Mapped::default();
        let mut meant: Vec<(&String, Option<Meant<'a>>)> = Vec::new();
        for written in report.files.keys() {
            let path = slashed(written);
            let parts = Path::new(&path).parts.join("/");
            if settings.except.matches(&RepoPath::from(parts.as_str())) {
                mapped.outside += 1;
                continue;
            }
            let found = match settings.mapped(&path) {
                Some(path) => self.meant(directory, &path),
                None => self.among_roots(directory, &path, &report.roots),
            };
            meant.push((written, found));
        }
        // One name alone says little: it has to stand where most of the others do.
        let mut befores: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, found) in &meant {
            if let Some(before) = found.as_ref().and_then(|found| found.before.as_deref()) {
                *befores.entry(before).or_default() += 1;
            }
        }
        let most = befores.iter().max_by_key(|(_, count)| **count);
        let most = most.map(|(before, _)| (*before).to_owned());
        for (written, found) in meant {
            let found = found
                .filter(|found| found.names > 1 || found.before.is_none() || found.before == most);
            match found {
                Some(found) => mapped.matched.push((written.clone(), found.file)),
                None if is_outside(written) => mapped.outside += 1,
                None => mapped.unmatched.push(written.clone()),
            }
        }
        mapped
    }

    /// The best meaning of a path that may be relative to one of several directories.
    fn among_roots(&self, directory: &[u8], path: &str, roots: &[String]) -> Option<Meant<'a>> {
        let is_relative = !Path::new(path).is_absolute;
        let below = roots.iter().filter(|_| is_relative).filter_map(|root| {
            let joined = format!("{}/{path}", slashed(root).trim_end_matches('/'));
            self.meant(directory, &joined)
        });
        let best = below.max_by_key(|found| found.names);
        best.or_else(|| self.meant(directory, path))
    }

    fn meant(&self, directory: &[u8], path: &str) -> Option<Meant<'a>> {
        let path = Path::new(path);
        let whole = path.parts.join("/");
        if whole.is_empty() {
            return None;
        }
        if !path.is_absolute {
            for directory in upwards(directory) {
                let joined = crate::path::join(directory, whole.as_bytes())?;
                if let Some(file) = self.by_path.get(joined.as_slice()) {
                    return Some(Meant {
                        file,
                        names: path.parts.len(),
                        before: None,
                    });
                }
            }
            // The only file that ends with it.
            if let Some(file) = self.only(whole.as_bytes()) {
                return Some(Meant {
                    file,
                    names: path.parts.len(),
                    before: None,
                });
            }
        }
        // The longest end of it that is a file.
        let mut rest = whole.as_str();
        let mut names = path.parts.len();
        loop {
            if let Some(file) = self.by_path.get(rest.as_bytes()) {
                let before = &whole[..whole.len() - rest.len()];
                return Some(Meant {
                    file,
                    names,
                    before: Some(before.to_owned()),
                });
            }
            match rest.split_once('/') {
                Some((_, after)) => rest = after,
                None => return None,
            }
            names -= 1;
        }
    }

    /// The only file whose path ends with this one.
    fn only(&self, end: &[u8]) -> Option<&'a RepoPath> {
        let name = memchr::memrchr(b'/', end).map_or(end, |slash| &end[slash + 1..]);
        let files = self.by_name.get(name)?.iter();
        let mut files = files.filter(|file| ends_with(file.as_bytes(), end));
        let file = files.next()?;
        files.next().is_none().then_some(*file)
    }
}

impl<'p> Path<'p> {
    /// Takes a path with `/` between its names apart.
    fn new(path: &'p str) -> Self {
        let rest = path.strip_prefix("file://").unwrap_or(path);
        let drive = rest
            .split_once(':')
            .filter(|(drive, _)| drive.len() == 1)
            .map(|(_, rest)| rest);
        let is_absolute = drive.is_some() || rest.starts_with('/');
        let mut parts = Vec::new();
        for part in drive.unwrap_or(rest).split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        Self { parts, is_absolute }
    }
}

/// A path of whatever system with `/` between its names.
pub(super) fn slashed(path: &str) -> String {
    path.replace('\\', "/")
}

fn ends_with(path: &[u8], end: &[u8]) -> bool {
    path.strip_suffix(end)
        .is_some_and(|before| before.is_empty() || before.ends_with(b"/"))
}

fn is_outside(written: &str) -> bool {
    // `<frozen importlib>`, `webpack/bootstrap`.
    written.starts_with('<')
        || Path::new(&slashed(written))
            .parts
            .iter()
            .any(|part| OUTSIDE.contains(part))
}
