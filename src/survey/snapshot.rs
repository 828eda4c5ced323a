//! Which state of a repository is surveyed, and where the bytes of its files lie.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Ground;
use crate::class::Class;
use crate::codebase::File;
use crate::error::Error;
use crate::facts::Lost;
use crate::facts::guard::MAX_PARSE_BYTES;
use crate::git::{Discovery, IndexEntry, ObjectId, ObjectProblem, Repository, TreeListProblem};
use crate::source::{self, Listed, Origin, Tracked};

/// Which state of a repository is surveyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Snapshot {
    /// The files on disk: those git tracks, and those beside them that are not ignored.
    WorkTree,
    /// What the next commit would hold: the entries of git's index.
    Staged,
    /// What a commit holds. Nothing on disk has a say in it.
    Commit(ObjectId),
}

impl Snapshot {
    /// All that files, head and history of this state follow from besides objects, as a text. Equal texts mean equal
    /// answers.
    pub(super) fn state(self, ground: &Ground) -> String {
        match (self, &ground.repository) {
            (_, Discovery::NotARepository) => "no repository".to_owned(),
            (_, Discovery::Unreadable { reason, repair }) => format!("{reason} {repair:?}"),
            (Self::WorkTree, Discovery::Found(repository)) => repository.state(),
            (Self::Staged, Discovery::Found(repository)) => {
                format!("staged {}", repository.state())
            }
            (Self::Commit(id), Discovery::Found(repository)) => {
                format!("commit {}", repository.state_at(Some(id)))
            }
        }
    }

    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::WorkTree => "work-tree",
            Self::Staged => "staged",
            Self::Commit(_) => "commit",
        }
    }

    /// The entries git has of this state.
    pub(super) fn entries(self, repository: &Repository) -> Result<Vec<Tracked>, Error> {
        Ok(self.listed(repository)?.0)
    }

    /// The entries git has of this state, and how many names are no path inside a work tree and were left out.
    pub(super) fn listed(self, repository: &Repository) -> Result<(Vec<Tracked>, usize), Error> {
        let (entries, dropped) = match self {
            Self::Commit(commit) => {
                let list = repository.files_of(commit);
                let list = list.map_err(|problem| not_listed(&problem))?;
                (list.files, list.dropped)
            }
            Self::WorkTree | Self::Staged => {
                let entries = repository.index().map_err(|reason| Error::Unreadable {
                    reason: format!("git's index could not be read: {reason}"),
                    repair: None,
                })?;
                (entries, 0)
            }
        };
        Ok((tracked(entries), dropped))
    }
}

/// Entries as the lister of files takes them.
pub(super) fn tracked(entries: Vec<IndexEntry>) -> Vec<Tracked> {
    entries
        .into_iter()
        .map(|entry| Tracked {
            path: entry.path,
            mode: entry.mode,
            id: entry.id,
            recorded: entry.recorded,
            skip_worktree: entry.skip_worktree,
        })
        .collect()
}

/// What to tell of a commit whose files cannot be listed.
pub(super) fn not_listed(problem: &TreeListProblem) -> Error {
    Error::Unreadable {
        repair: problem.repair(),
        reason: problem.to_string(),
    }
}

/// The files git has of one state, to look single ones up.
pub struct Tree {
    repository: Arc<Repository>,
    /// Sorted by path.
    entries: Vec<Tracked>,
}

impl Tree {
    pub(super) fn of(ground: &Ground, snapshot: Snapshot) -> Result<Self, Error> {
        let repository = ground.repository()?;
        Ok(Self {
            entries: snapshot.entries(repository)?,
            repository: Arc::clone(repository),
        })
    }

    /// The bytes of an ordinary file, none if nothing has that name. A link is not followed.
    pub fn read(&self, path: &Path, cap: u64) -> Result<Option<Vec<u8>>, Lost> {
        let path = path.as_os_str().as_encoded_bytes();
        let found = self
            .entries
            .binary_search_by(|entry| entry.path.as_bytes().cmp(path));
        let Some(entry) = found.ok().and_then(|at| self.entries.get(at)) else {
            return Ok(None);
        };
        if entry.mode & 0o170_000 != 0o100_000 {
            return Err(Lost::Vanished);
        }
        blob(&self.repository, entry.id, cap).map(Some)
    }
}

fn blob(repository: &Repository, id: ObjectId, cap: u64) -> Result<Vec<u8>, Lost> {
    match repository.blob(id) {
        Ok(bytes) if bytes.len() as u64 <= cap => Ok(bytes),
        Ok(_) | Err(ObjectProblem::TooLarge(_)) => Err(Lost::TooLarge),
        Err(ObjectProblem::Missing) => Err(Lost::NotFetched),
        Err(ObjectProblem::Truncated | ObjectProblem::Corrupt(_)) => Err(Lost::Unreadable),
    }
}

/// Where the bytes of files lie.
#[derive(Clone)]
pub(super) enum Contents {
    /// Below this directory.
    Disk(PathBuf),
    /// Among the objects of a repository.
    Objects(Arc<Repository>),
}

impl Contents {
    /// Of what is surveyed.
    pub fn of(ground: &Ground, snapshot: Snapshot) -> Self {
        match (snapshot, &ground.repository) {
            (Snapshot::Staged | Snapshot::Commit(_), Discovery::Found(repository)) => {
                Self::Objects(Arc::clone(repository))
            }
            _ => Self::Disk(ground.root.clone()),
        }
    }

    /// The bytes of a file that was surveyed, if they can be had.
    pub fn of_file(&self, file: &File) -> Option<Vec<u8>> {
        match self {
            Self::Disk(root) => source::read(root, &file.path, MAX_PARSE_BYTES as u64).ok(),
            Self::Objects(repository) => blob(repository, file.id?, MAX_PARSE_BYTES as u64).ok(),
        }
    }

    /// The bytes of a file, if they can be had and are at most `cap`.
    pub fn read(&self, file: &Listed, cap: u64) -> Result<Vec<u8>, Lost> {
        let repository = match self {
            Self::Disk(root) => return file.read(root, cap),
            Self::Objects(repository) => repository,
        };
        match (&file.lost, &file.class, &file.origin) {
            (Some(lost), ..) => Err(lost.clone()),
            (None, Some(Class::Link | Class::Submodule), _) | (None, _, Origin::Untracked) => {
                Err(Lost::Vanished)
            }
            (None, _, Origin::Tracked { id, .. }) => blob(repository, *id, cap),
        }
    }
}
