//! The index: which files are tracked, and the state they were last seen in.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::objects::{HashKind, ObjectId};
use crate::path::RepoPath;

/// `GIT_INDEX_ENTRY_SKIP_WORKTREE` of the extended flags.
const SKIP_WORKTREE: u16 = 1 << 14;

/// A tracked file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Where it is.
    pub path: RepoPath,
    /// As git stores it: `0o100644`, `0o100755`, `0o120000` (symbolic link) or `0o160000` (submodule).
    pub mode: u32,
    /// Its content.
    pub id: ObjectId,
    /// A sparse checkout left it out of the work tree.
    pub skip_worktree: bool,
    /// Its size in bytes when it was added, modulo 2³².
    pub size: u32,
    /// Seconds of its modification time when it was added.
    pub mtime_seconds: i32,
    /// Nanoseconds of the same.
    pub mtime_nanoseconds: u32,
    /// 0, or the stage (1 base, 2 ours, 3 theirs) this entry of a conflicted path was taken from.
    pub stage: u8,
}

impl IndexEntry {
    /// Whether it is a commit of another repository.
    pub fn is_submodule(&self) -> bool {
        self.mode & 0o170_000 == 0o160_000
    }
}

/// Sorted by path; a conflicted path once, by preference as we have it. Empty where there is no index yet.
pub(super) fn read(path: &Path, hash: HashKind) -> Result<Vec<IndexEntry>, String> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("index: {error}")),
        Ok(metadata) if !metadata.is_file() => return Err("index is not a file".to_owned()),
        Ok(_) => {}
    }
    let index = git2::Index::open_ext(path, hash.format())
        .map_err(|error| format!("index: {}", error.message()))?;
    let mut entries = Vec::with_capacity(index.len());
    for entry in index.iter() {
        let id = ObjectId::from_bytes(entry.id.as_bytes())
            .ok_or_else(|| "index: an id of unknown length".to_owned())?;
        entries.push(IndexEntry {
            mode: entry.mode,
            id,
            skip_worktree: entry.flags_extended & SKIP_WORKTREE != 0,
            size: entry.file_size,
            mtime_seconds: entry.mtime.seconds(),
            mtime_nanoseconds: entry.mtime.nanoseconds(),
            stage: ((entry.flags >> 12) & 3) as u8,
            path: RepoPath::new(entry.path),
        });
    }
    // Stage 2 is what the work tree held before the conflict; base and theirs follow.
    let preference = |entry: &IndexEntry| [0_u8, 3, 1, 2][usize::from(entry.stage & 3)];
    entries.sort_by(|left, right| {
        (left.path.as_bytes(), preference(left)).cmp(&(right.path.as_bytes(), preference(right)))
    });
    entries.dedup_by(|later, kept| later.path == kept.path);
    Ok(entries)
}
