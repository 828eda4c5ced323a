//! Which files there are, and their bytes: the only door to a work tree.
//!
//! Links are listed and never followed, special files are never opened, and what a repository writes into its
//! ignore and attribute files costs a bounded amount of work.

mod beside;
mod identify;
mod ignore_rules;
mod judged;
mod lines;
mod notes;
mod os_path;
mod revision;
mod safe_read;
mod worktree;

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use crate::class::Class;
use crate::classify::{Lens, PathVerdict, Seen, Settled};
use crate::facts::Lost;
use crate::git::{FileState, ObjectId};
use crate::languages::Language;
use crate::path::RepoPath;

pub use beside::{Beside, find_beside, read_beside};
pub use identify::{Identified, unchanged};
pub use lines::{PhysicalLines, lines_of, physical_lines};
pub use revision::list_revision;
pub use safe_read::{open_regular, safe_read};
pub use worktree::list;

/// An entry of git's index or of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// Its path.
    pub path: RepoPath,
    /// Git's mode, e.g. `0o100644`.
    pub mode: u32,
    /// The id of its object.
    pub id: ObjectId,
    /// The state its file had when git recorded it, where that can be relied on.
    pub recorded: Option<FileState>,
    /// A sparse checkout leaves it out of the work tree.
    pub skip_worktree: bool,
}

/// Where a listed file comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Git knows it.
    Tracked {
        /// Its object in the index or tree. The file on disk may differ from it …
        id: ObjectId,
        /// … unless it is still in this state.
        recorded: Option<FileState>,
        /// Where it stands among the entries that were handed in.
        position: usize,
    },
    /// It lies in the work tree and is not ignored.
    Untracked,
}

/// A file, judged by everything but its content.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its path below the root.
    pub path: RepoPath,
    /// Where it comes from.
    pub origin: Origin,
    /// Its class, if path, attributes or definition decide; otherwise its content does, by [`Listed::settle`].
    pub class: Option<Class>,
    /// Why it has that class; empty without one.
    pub class_reason: &'static str,
    /// The language it is parsed in.
    pub language: Option<Language>,
    /// The language it is in, where that is one we do not parse.
    pub unsupported: Option<&'static str>,
    /// A person decided the class: content does not overrule it, unless it is not text.
    pub chosen: bool,
    /// It is known already that it cannot be read, and why.
    pub lost: Option<Lost>,
}

/// The files of a work tree or of a revision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// Sorted by the bytes of their paths, each path once.
    pub files: Vec<Listed>,
    /// What a reader should know: sentences, sorted. They quote names from the repository as they are.
    pub notes: Vec<String>,
    /// Tracked files that a sparse checkout leaves out: the listing is partial.
    pub sparse_absent: u32,
    /// Directories that could not be read: what lies below them is unknown.
    pub unreadable_directories: u32,
}

/// Why a path cannot be the root of a scan.
#[derive(Debug, thiserror::Error)]
pub enum RootProblem {
    /// Nothing is there.
    #[error("there is no such directory")]
    Missing,
    /// It is a file, or something else that holds no files.
    #[error("it is not a directory")]
    NotADirectory,
    /// The operating system will not tell.
    #[error("it cannot be read: {0}")]
    Unreadable(io::Error),
}

/// The root as an absolute path. The root itself may be reached through symbolic links; nothing below it may.
pub fn open_root(root: &Path) -> Result<PathBuf, RootProblem> {
    let absolute = root.canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => RootProblem::Missing,
        io::ErrorKind::NotADirectory => RootProblem::NotADirectory,
        _ => RootProblem::Unreadable(error),
    })?;
    if absolute.is_dir() {
        Ok(absolute)
    } else {
        Err(RootProblem::NotADirectory)
    }
}

/// The bytes of a file below a root, if it is a regular one that can be read and has at most `cap` of them.
pub fn read(root: &Path, path: &RepoPath, cap: u64) -> Result<Vec<u8>, Lost> {
    safe_read(&root.join(os_path::from_bytes(path.as_bytes())), cap)
}

impl Listed {
    /// Where it lies in the file system.
    pub fn location(&self, root: &Path) -> PathBuf {
        root.join(os_path::from_bytes(self.path.as_bytes()))
    }

    /// Its bytes in the work tree, if it can be read and has at most `cap` of them.
    pub fn read(&self, root: &Path, cap: u64) -> Result<Vec<u8>, Lost> {
        match &self.lost {
            Some(lost) => Err(lost.clone()),
            None if matches!(self.class, Some(Class::Link | Class::Submodule)) => {
                Err(Lost::Vanished)
            }
            None => safe_read(&self.location(root), cap),
        }
    }

    /// Bytes it had when git recorded it; 0 where that is not known.
    pub fn recorded_size(&self) -> u64 {
        match &self.origin {
            Origin::Tracked {
                recorded: Some(recorded),
                ..
            } => u64::from(recorded.size),
            _ => 0,
        }
    }

    /// Whether reading it can change or complete what its path says.
    pub fn needs_content(&self) -> bool {
        self.verdict().needs_content()
    }

    /// Through what its path looks at its content.
    pub fn lens(&self) -> Lens {
        self.verdict().lens(&self.path)
    }

    /// What its content says.
    pub fn look(&self, bytes: &[u8]) -> Seen {
        self.verdict().look(&self.path, bytes)
    }

    /// What it is, once its content has been seen.
    pub fn settle(&self, seen: &Seen) -> Settled {
        self.verdict().settle(seen)
    }

    fn verdict(&self) -> PathVerdict {
        PathVerdict {
            class: self.class,
            reason: self.class_reason,
            language: self.language,
            unsupported: self.unsupported,
            chosen: self.chosen,
        }
    }

    /// Joins a path with its verdict. Links and submodules have no content of their own, whatever they are called.
    fn new(path: RepoPath, origin: Origin, kind: Kind, verdict: PathVerdict) -> Self {
        let excluded = verdict.chosen && verdict.class == Some(Class::Excluded);
        let (class, reason) = match kind {
            Kind::Link if !excluded => (Some(Class::Link), "symbolic link"),
            Kind::Submodule if !excluded => (Some(Class::Submodule), "submodule"),
            _ => (verdict.class, verdict.reason),
        };
        Self {
            path,
            origin,
            class,
            class_reason: reason,
            language: verdict.language,
            unsupported: verdict.unsupported,
            chosen: verdict.chosen,
            lost: None,
        }
    }
}

/// What a directory or index entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    Submodule,
    /// A directory that a sparse index does not open.
    SparseDirectory,
}

impl Kind {
    fn of_mode(mode: u32) -> Self {
        match mode & 0o170_000 {
            0o120_000 => Self::Link,
            0o160_000 => Self::Submodule,
            0o040_000 => Self::SparseDirectory,
            _ => Self::File,
        }
    }
}
