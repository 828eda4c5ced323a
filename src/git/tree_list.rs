//! All files of a commit, as the index would list them after a checkout.
//!
//! Directories are read one after the other, without recursion on their depth, and with an end: a tree of ten billion files
//! made of ten objects is refused in moments. Those met before are not read again, because the commits of one project share
//! nearly all of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::commit;
use super::hash::WordHash;
use super::index::IndexEntry;
use super::objects::{METADATA_LIMIT, ObjectId, ObjectKind, ObjectProblem, ObjectReader};
use super::repair;
use super::repository::Repository;
use super::tree_diff::{DEPTH_LIMIT, LONGEST_PATH, Version, is_empty_tree, next_entry};
use crate::path::RepoPath;

/// Files and directories of one commit. The largest known repositories have less than half of it.
const ENTRY_LIMIT: usize = 1_000_000;

/// Bytes of all paths of one commit.
const PATHS_LIMIT: usize = 256 << 20;

/// Bytes of directories kept for the next commit.
const KEPT_LIMIT: usize = 64 << 20;

/// The files of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeList {
    /// Files, symbolic links and submodules, sorted by path, each path once. None is in conflict or left out of the work
    /// tree, and none has a recorded state.
    pub files: Vec<IndexEntry>,
    /// Names left out: a checkout could write them outside its directory or into git's own, no file system takes them, or
    /// they are in their directory twice.
    pub dropped: usize,
}

/// Why the files of a commit cannot be listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeListProblem {
    /// The commit or one of its directories is not in the repository.
    #[error("{what} {} is missing{}", .id.hex(), why(.repair))]
    Missing {
        /// `commit` or `directory`.
        what: &'static str,
        /// Its id.
        id: ObjectId,
        /// The command that brings it.
        repair: &'static str,
    },
    /// The commit or one of its directories cannot be read.
    #[error("{what} {} is {problem}", .id.hex())]
    Unreadable {
        /// `commit` or `directory`.
        what: &'static str,
        /// Its id.
        id: ObjectId,
        /// Why.
        problem: ObjectProblem,
    },
    /// More than any project has: nobody could check it out either.
    #[error("commit {} has more than a million files, or longer paths than can be held", .0.hex())]
    TooLarge(ObjectId),
}

impl TreeListProblem {
    /// The command that repairs it, if there is one.
    pub fn repair(&self) -> Option<String> {
        match self {
            Self::Missing { repair, .. } => Some((*repair).to_owned()),
            Self::Unreadable { id, problem, .. } => repair::restore(*id, problem),
            Self::TooLarge(_) => None,
        }
    }
}

fn why(repair: &str) -> &'static str {
    match repair {
        repair::UNSHALLOW => ": the clone is shallow",
        repair::FETCH_EVERYTHING => ": the clone was made without directories",
        _ => "",
    }
}

impl Repository {
    /// All files of a commit. For more than one commit of a repository a [`TreeLister`] is faster.
    pub fn files_of(&self, commit: ObjectId) -> Result<TreeList, TreeListProblem> {
        TreeLister::new(self).files_of(commit)
    }
}

/// Lists the files of one commit after the other.
pub struct TreeLister {
    reader: ObjectReader,
    /// The command for a directory that is missing.
    fetch_missing: &'static str,
    is_shallow: bool,
    kept: HashMap<ObjectId, Arc<Directory>, WordHash>,
    /// About how many bytes these are.
    bytes: usize,
}

/// A tree that was read.
struct Directory {
    content: Arc<Vec<u8>>,
    entries: Vec<Entry>,
    dropped: usize,
}

struct Entry {
    /// Where its name begins and ends.
    name: (u32, u32),
    version: Version,
}

/// A directory on the way, and how far it has been listed.
struct Open {
    directory: Arc<Directory>,
    next: usize,
    /// Bytes of the path of the directory.
    length: usize,
}

impl TreeLister {
    /// Nothing is read yet.
    pub fn new(repository: &Repository) -> Self {
        Self {
            reader: repository.store().reader(),
            fetch_missing: repository.fetch_missing(),
            is_shallow: repository.shallow().is_ok_and(|cut| !cut.is_empty()),
            kept: HashMap::default(),
            bytes: 0,
        }
    }

    /// All files of a commit.
    pub fn files_of(&mut self, commit: ObjectId) -> Result<TreeList, TreeListProblem> {
        let content = self
            .reader
            .read_kind(commit, ObjectKind::Commit, METADATA_LIMIT);
        let tree = content.and_then(|content| {
            let links = commit::links(&content)
                .ok_or_else(|| ObjectProblem::Corrupt("a commit without a tree".to_owned()))?;
            Ok(links.tree)
        });
        let tree = tree.map_err(|problem| self.problem("commit", commit, problem))?;
        let mut list = TreeList::default();
        let (mut entries, mut bytes) = (0, 0);
        let mut path = Vec::new();
        let root = self.directory(tree)?;
        list.dropped += root.dropped;
        let mut open = vec![Open {
            directory: root,
            next: 0,
            length: 0,
        }];
        while let Some(last) = open.last_mut() {
            path.truncate(last.length);
            let directory = Arc::clone(&last.directory);
            let Some(entry) = directory.entries.get(last.next) else {
                open.pop();
                continue;
            };
            last.next += 1;
            entries += 1;
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(directory.name(entry));
            bytes += path.len();
            if entries > ENTRY_LIMIT || bytes > PATHS_LIMIT {
                return Err(TreeListProblem::TooLarge(commit));
            }
            if path.len() >= LONGEST_PATH || open.len() > usize::from(DEPTH_LIMIT) {
                list.dropped += 1;
            } else if entry.version.is_tree() {
                let directory = self.directory(entry.version.id)?;
                list.dropped += directory.dropped;
                open.push(Open {
                    directory,
                    next: 0,
                    length: path.len(),
                });
            } else {
                list.files.push(IndexEntry {
                    path: RepoPath::new(path.as_slice()),
                    mode: mode_of(entry.version),
                    id: entry.version.id,
                    skip_worktree: false,
                    recorded: None,
                    stage: 0,
                });
            }
        }
        // In a well-formed tree they already are: a directory stands where its files belong.
        list.files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(list)
    }

    fn directory(&mut self, id: ObjectId) -> Result<Arc<Directory>, TreeListProblem> {
        if let Some(directory) = self.kept.get(&id) {
            return Ok(Arc::clone(directory));
        }
        let content = if is_empty_tree(id) {
            Ok(Arc::default())
        } else {
            self.reader.read_kind(id, ObjectKind::Tree, METADATA_LIMIT)
        };
        let id_length = self.reader.store().hash().id_length();
        let directory = content.and_then(|content| Directory::parse(content, id_length));
        let directory = directory.map_err(|problem| self.problem("directory", id, problem))?;
        if self.bytes > KEPT_LIMIT {
            self.kept.clear();
            self.bytes = 0;
        }
        let entries = directory.entries.len() * size_of::<Entry>();
        self.bytes += directory.content.len() + entries + 256;
        let directory = Arc::new(directory);
        self.kept.insert(id, Arc::clone(&directory));
        Ok(directory)
    }

    fn problem(&self, what: &'static str, id: ObjectId, problem: ObjectProblem) -> TreeListProblem {
        if problem != ObjectProblem::Missing {
            return TreeListProblem::Unreadable { what, id, problem };
        }
        let repair = match what {
            // A filter never leaves out commits, and a shallow clone no directories.
            "commit" if self.is_shallow => repair::UNSHALLOW,
            "commit" => repair::REFETCH,
            _ => self.fetch_missing,
        };
        TreeListProblem::Missing { what, id, repair }
    }
}

impl Directory {
    /// Unlike a comparison, a list must not end early without a word: then files would be missing from every number.
    fn parse(content: Arc<Vec<u8>>, id_length: usize) -> Result<Self, ObjectProblem> {
        let mut entries = Vec::new();
        let mut dropped = 0;
        let mut names = HashSet::<&[u8]>::new();
        let mut rest: &[u8] = &content;
        while !rest.is_empty() {
            let entry = next_entry(&mut rest, id_length)
                .ok_or_else(|| ObjectProblem::Corrupt("a malformed entry".to_owned()))?;
            if entry.is_hostile() || !names.insert(entry.name) {
                dropped += 1;
                continue;
            }
            // A name stands between the mode, which ends in a space, and a zero before the id.
            let end = content.len() - rest.len() - id_length - 1;
            let start = end - entry.name.len();
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            entries.push(Entry {
                name: (offset(start), offset(end)),
                version: entry.version,
            });
        }
        drop(names);
        Ok(Self {
            entries,
            dropped,
            content,
        })
    }

    fn name(&self, entry: &Entry) -> &[u8] {
        let (start, end) = entry.name;
        self.content
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }
}

/// The mode as git records it in the index: what it does not know is a commit of another repository to it.
fn mode_of(version: Version) -> u32 {
    match version.file_type() {
        0o100_000 if version.mode & 0o100 != 0 => 0o100_755,
        0o100_000 => 0o100_644,
        0o120_000 => 0o120_000,
        _ => 0o160_000,
    }
}

#[cfg(test)]
mod tests;
