//! What the content of a listed file is called, without reading it where git recorded that and it has not changed since.

use std::path::Path;

use super::safe_read::safe_read;
use super::{Listed, Origin, Tracked, os_path};
use crate::class::Class;
use crate::facts::Lost;
use crate::git::{FileState, HashKind, ObjectId, blob_id};

/// The content of a file by the name git gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identified {
    /// The id of its content. A filter of git (line ends, Git LFS) may make the id that git recorded one of other bytes
    /// than those on disk: then `size` differs from that of the object.
    pub id: ObjectId,
    /// Bytes on disk; none where the object itself is what is read.
    pub size: Option<u64>,
}

/// For each entry of an index, the bytes of its file if that is a regular one and still in the state that git recorded.
pub fn unchanged(root: &Path, tracked: &[Tracked]) -> Vec<Option<u64>> {
    let mut location = root.to_path_buf();
    tracked
        .iter()
        .map(|entry| {
            let recorded = entry.recorded?;
            location.as_mut_os_string().clear();
            location.push(root);
            location.push(os_path::from_bytes(entry.path.as_bytes()));
            let metadata = std::fs::symlink_metadata(&location).ok()?;
            let still_holds =
                FileState::of(&metadata).is_some_and(|now| recorded.still_holds(&now));
            (metadata.is_file() && still_holds).then_some(metadata.len())
        })
        .collect()
}

impl Listed {
    /// The content of this file, if it is one that [`unchanged`] vouches for.
    pub fn vouched(&self, unchanged: &[Option<u64>]) -> Option<Identified> {
        let is_file = !matches!(self.class, Some(Class::Link | Class::Submodule));
        match &self.origin {
            Origin::Tracked { id, position, .. } if self.lost.is_none() && is_file => {
                let size = (*unchanged.get(*position)?)?;
                Some(Identified {
                    id: *id,
                    size: Some(size),
                })
            }
            _ => None,
        }
    }

    /// The content that git records for this file, where that is what will be read.
    pub fn named(&self) -> Result<Identified, Lost> {
        match (&self.lost, &self.class, &self.origin) {
            (Some(lost), ..) => Err(lost.clone()),
            (None, Some(Class::Link | Class::Submodule), _) | (None, _, Origin::Untracked) => {
                Err(Lost::Vanished)
            }
            (None, _, Origin::Tracked { id, .. }) => Ok(Identified {
                id: *id,
                size: None,
            }),
        }
    }

    /// The content of this file by reading it, if it can be read and has at most `cap` bytes.
    pub fn identify(&self, root: &Path, kind: HashKind, cap: u64) -> Result<Identified, Lost> {
        if let Some(lost) = &self.lost {
            return Err(lost.clone());
        }
        if matches!(self.class, Some(Class::Link | Class::Submodule)) {
            return Err(Lost::Vanished);
        }
        let bytes = safe_read(&self.location(root), cap)?;
        Ok(Identified {
            id: blob_id(kind, &bytes),
            size: Some(bytes.len() as u64),
        })
    }
}
