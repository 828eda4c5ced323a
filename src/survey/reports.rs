//! Coverage reports: where they are looked for. In a work tree they lie on disk and git mostly ignores them; a commit has
//! those that were committed, and no others.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::snapshot::Contents;
use crate::codebase::maps::Set;
use crate::definition::{CoverageSettings, Definition, Measure};
use crate::evidence::coverage::{self, Coverage, Found, MAX_REPORT_BYTES, USUAL_PLACES};
use crate::path::RepoPath;
use crate::source::{self, Listed, Origin};

/// Reports that were found, and how to read them.
#[derive(Default)]
pub(super) struct Reports {
    /// Sorted by place.
    found: Vec<Found>,
    settings: CoverageSettings,
}

impl Reports {
    /// Those of one state of a repository; none where no component asks. `notes` learns of globs that match nothing.
    pub fn look(
        contents: &Contents,
        files: &[Listed],
        definition: &Definition,
        notes: &mut Vec<String>,
    ) -> Self {
        let mut reports = Self {
            found: Vec::new(),
            settings: definition.coverage.clone(),
        };
        let is_asked = |measure: &Measure| {
            matches!(measure, Measure::CoveredLines(_) | Measure::TestedFiles(_))
        };
        if definition.enabled().any(|row| is_asked(&row.measure)) {
            reports.found = match contents {
                Contents::Disk(root) => reports.on_disk(root, files, notes),
                Contents::Objects(_) => reports.in_git(contents, files),
            };
            reports.tell_unmatched(notes);
        }
        reports
    }

    /// What they say of the files.
    pub fn gather(&self, files: &[Listed]) -> Coverage {
        let paths = files.iter().map(|file| &file.path);
        coverage::gather(&self.found, paths, &self.settings)
    }

    /// Adds all that is known of them to a digest.
    pub fn digest(&self, digest: &mut Sha256) {
        for found in &self.found {
            digest.update((found.place.as_bytes().len() as u64).to_le_bytes());
            digest.update(found.place.as_bytes());
            digest.update(format!("{:?}", found.modified));
            match &found.bytes {
                Ok(bytes) => {
                    digest.update((bytes.len() as u64).to_le_bytes());
                    digest.update(bytes);
                }
                Err(lost) => digest.update(format!("{lost:?}")),
            }
        }
    }

    fn on_disk(&self, root: &Path, files: &[Listed], notes: &mut Vec<String>) -> Vec<Found> {
        let tracked: Set<&RepoPath> = files
            .iter()
            .filter(|file| file.origin != Origin::Untracked)
            .map(|file| &file.path)
            .collect();
        let mut places = self.places(root, notes);
        places.sort();
        places.dedup();
        let read = |place: RepoPath| {
            let beside = source::read_beside(root, &place, MAX_REPORT_BYTES)?;
            Some(Found {
                // Git gives a file it tracks the time of the checkout.
                modified: beside.modified.filter(|_| !tracked.contains(&place)),
                bytes: beside.bytes,
                place,
            })
        };
        places.into_iter().filter_map(read).collect()
    }

    /// Where reports may lie on disk.
    fn places(&self, root: &Path, notes: &mut Vec<String>) -> Vec<RepoPath> {
        let globs = &self.settings.reports;
        if globs.is_empty() {
            return USUAL_PLACES
                .iter()
                .map(|place| RepoPath::from(*place))
                .collect();
        }
        let mut places: Vec<RepoPath> = Vec::new();
        let mut searched: Vec<&str> = Vec::new();
        for pattern in globs.patterns() {
            let directory = fixed(&pattern.text);
            if !searched.contains(&directory) {
                searched.push(directory);
                let wanted = |path: &RepoPath| globs.matches(path);
                let (found, all) = source::find_beside(root, directory.as_bytes(), wanted);
                places.extend(found);
                if !all {
                    notes.push(format!(
                        "coverage.reports: `{}` (line {}) is looked for in too many files; begin it with a directory",
                        pattern.text, pattern.place.line
                    ));
                }
            }
        }
        places
    }

    /// Warnings for globs that match no report.
    fn tell_unmatched(&self, notes: &mut Vec<String>) {
        let globs = &self.settings.reports;
        let hit: Set<usize> = self
            .found
            .iter()
            .flat_map(|found| globs.matching(&found.place))
            .collect();
        for (position, pattern) in globs.patterns().iter().enumerate() {
            if !hit.contains(&position) {
                notes.push(format!(
                    "coverage.reports: `{}` (line {}) matches no file",
                    pattern.text, pattern.place.line
                ));
            }
        }
    }

    fn in_git(&self, contents: &Contents, files: &[Listed]) -> Vec<Found> {
        let globs = &self.settings.reports;
        let is_one = |path: &RepoPath| match globs.is_empty() {
            true => USUAL_PLACES
                .iter()
                .any(|place| place.as_bytes() == path.as_bytes()),
            false => globs.matches(path),
        };
        let committed = files.iter().filter(|file| is_one(&file.path));
        committed
            .map(|file| Found {
                place: file.path.clone(),
                modified: None,
                bytes: contents.read(file, MAX_REPORT_BYTES),
            })
            .collect()
    }
}

/// The directory a glob is sure to lie in; empty for the root.
fn fixed(glob: &str) -> &str {
    let end = glob.find(['*', '?', '[', '{', '\\']).unwrap_or(glob.len());
    let slash = glob[..end].rfind('/').unwrap_or(0);
    &glob[..slash]
}
