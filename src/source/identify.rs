//! What the content of a listed file is called, without reading it where git recorded that and it has not changed since.

use std::path::Path;

use super::safe_read::{lost, safe_read};
use super::{Listed, Origin};
use crate::class::Class;
use crate::facts::Lost;
use crate::git::{FileState, HashKind, ObjectId, blob_id};

/// The content of a file by the name git gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identified {
    /// The id of its content. A filter of git (line ends, Git LFS) may make the id that git recorded one of other bytes
    /// than those on disk: then `size` differs from that of the object.
    pub id: ObjectId,
    /// Bytes on disk.
    pub size: u64,
}

impl Listed {
    /// The content of this file, if it can be read and has at most `cap` bytes.
    pub fn identify(&self, root: &Path, kind: HashKind, cap: u64) -> Result<Identified, Lost> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        if matches!(self.class, Some(Class::Link | Class::Submodule)) {
            return Err(Lost::Vanished);
        }
        let location = self.location(root);
        let metadata = std::fs::symlink_metadata(&location).map_err(|error| lost(&error))?;
        if !metadata.is_file() {
            return Err(Lost::Vanished);
        }
        let size = metadata.len();
        if size > cap {
            return Err(Lost::TooLarge);
        }
        if let Origin::Tracked {
            id,
            recorded: Some(recorded),
        } = &self.origin
            && FileState::of(&metadata).is_some_and(|now| recorded.still_holds(&now))
        {
            return Ok(Identified { id: *id, size });
        }
        let bytes = safe_read(&location, cap)?;
        Ok(Identified {
            id: blob_id(kind, &bytes),
            size: bytes.len() as u64,
        })
    }
}
