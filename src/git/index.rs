//! The index: which files are tracked, and the state they were last seen in.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::identity::{FileState, FileTime};
use super::objects::{HashKind, ObjectId};
use crate::path::RepoPath;

/// `GIT_INDEX_ENTRY_SKIP_WORKTREE` of the extended flags.
const SKIP_WORKTREE: u16 = 1 << 14;

/// `GIT_INDEX_ENTRY_INTENT_TO_ADD` of the extended flags.
const INTENT_TO_ADD: u16 = 1 << 13;

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
    /// The state the file had when this was recorded; none if it may have changed in the same tick of the clock, if it
    /// was only announced (`git add --intent-to-add`), or if the path is in conflict: then the content has to be looked at.
    pub recorded: Option<FileState>,
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
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("index: {error}")),
        Ok(metadata) if !metadata.is_file() => return Err("index is not a file".to_owned()),
        Ok(metadata) => metadata,
    };
    let written = FileState::of(&metadata).map(|state| state.modified);
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
            recorded: written.and_then(|written| recorded(&entry, written)),
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

/// The state of a file as its entry has it, if that can be relied on.
fn recorded(entry: &git2::IndexEntry, index_written: FileTime) -> Option<FileState> {
    let time = |time: git2::IndexTime| FileTime {
        seconds: time.seconds() as u32,
        nanoseconds: time.nanoseconds(),
    };
    let state = FileState {
        size: entry.file_size,
        modified: time(entry.mtime),
        changed: time(entry.ctime),
        inode: entry.ino,
    };
    let is_in_conflict = (entry.flags >> 12) & 3 != 0;
    let is_announced = entry.flags_extended & INTENT_TO_ADD != 0;
    // Tools that make an index without looking at files leave zeros.
    let is_blank = state.modified == FileTime::default();
    let is_firm = !is_in_conflict && !is_announced && !is_blank && !state.is_racy(index_written);
    is_firm.then_some(state)
}
