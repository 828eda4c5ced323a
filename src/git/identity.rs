//! Whether a file is still what git recorded, and what it is called if it is not.

use std::fs::Metadata;

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::objects::{HashKind, ObjectId};

/// Nanoseconds within which two writes may carry one time: file systems count in ticks of a few milliseconds.
const TICK: i64 = 20_000_000;

/// What the operating system says of a file without reading it. If none of it has changed, neither has the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Bytes, modulo 2³² as in git's index.
    pub size: u32,
    /// When its content was last written.
    pub modified: FileTime,
    /// When anything about it last changed, which nobody can set back; zero where that was not recorded.
    pub changed: FileTime,
    /// Its number in the file system modulo 2³²; 0 where that was not recorded.
    pub inode: u32,
}

/// Seconds and nanoseconds since the epoch, modulo 2³² as in git's index. Nanoseconds are 0 where they are not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileTime {
    /// Seconds.
    pub seconds: u32,
    /// Nanoseconds beyond them.
    pub nanoseconds: u32,
}

impl FileTime {
    /// Whether two times are the same as far as both are known.
    fn agrees(self, other: Self) -> bool {
        let is_coarse = self.nanoseconds == 0 || other.nanoseconds == 0;
        self.seconds == other.seconds && (is_coarse || self.nanoseconds == other.nanoseconds)
    }

    /// Whether a file of this time may have been written after something else was written at `later`.
    fn may_follow(self, later: Self) -> bool {
        if self.nanoseconds == 0 || later.nanoseconds == 0 {
            return self.seconds >= later.seconds;
        }
        let nanoseconds =
            |time: Self| i64::from(time.seconds) * 1_000_000_000 + i64::from(time.nanoseconds);
        nanoseconds(self) + TICK >= nanoseconds(later)
    }
}

impl FileState {
    /// The state of a file on disk; none where the system does not tell enough.
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        // As in git's index: what does not fit is cut off on both sides alike.
        let time = |seconds: i64, nanoseconds: i64| FileTime {
            seconds: seconds as u32,
            nanoseconds: nanoseconds as u32,
        };
        Some(Self {
            size: metadata.size() as u32,
            modified: time(metadata.mtime(), metadata.mtime_nsec()),
            changed: time(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino() as u32,
        })
    }

    /// The state of a file on disk; none where the system does not tell enough.
    #[cfg(not(unix))]
    pub fn of(_metadata: &Metadata) -> Option<Self> {
        None
    }

    /// Whether a file in the state `now` is the one that was recorded in this state.
    pub fn still_holds(&self, now: &Self) -> bool {
        self.size == now.size
            && self.modified.agrees(now.modified)
            && (self.changed == FileTime::default() || self.changed.agrees(now.changed))
            && (self.inode == 0 || self.inode == now.inode)
    }

    /// Whether the file may have changed after it was recorded in an index written at this time, in the same tick of the
    /// clock. Git calls such entries racy.
    pub fn is_racy(&self, index_written: FileTime) -> bool {
        self.modified.may_follow(index_written)
    }
}

/// The id git gives to a file of this content.
pub fn blob_id(kind: HashKind, content: &[u8]) -> ObjectId {
    let head = format!("blob {}\0", content.len());
    let id = match kind {
        HashKind::Sha1 => {
            let hash = Sha1::new().chain_update(&head).chain_update(content);
            ObjectId::from_bytes(&hash.finalize())
        }
        HashKind::Sha256 => {
            let hash = Sha256::new().chain_update(&head).chain_update(content);
            ObjectId::from_bytes(&hash.finalize())
        }
    };
    // Both hashes have a length that an id can have.
    id.unwrap_or_else(|| ObjectId::null(kind))
}

#[cfg(test)]
mod tests {
    use super::{FileState, FileTime, blob_id};
    use crate::git::HashKind;

    fn at(seconds: u32, nanoseconds: u32) -> FileTime {
        FileTime {
            seconds,
            nanoseconds,
        }
    }

    fn state() -> FileState {
        FileState {
            size: 7,
            modified: at(100, 5),
            changed: at(101, 6),
            inode: 9,
        }
    }

    #[test]
    fn any_difference_means_another_file() {
        assert!(state().still_holds(&state()));
        for other in [
            FileState { size: 8, ..state() },
            FileState {
                modified: at(100, 6),
                ..state()
            },
            FileState {
                changed: at(102, 6),
                ..state()
            },
            FileState {
                inode: 1,
                ..state()
            },
        ] {
            assert!(!state().still_holds(&other), "{other:?}");
        }
    }

    #[test]
    fn what_an_index_did_not_record_is_not_compared() {
        let coarse = FileState {
            modified: at(100, 0),
            changed: FileTime::default(),
            inode: 0,
            ..state()
        };
        assert!(coarse.still_holds(&state()));
        assert!(
            !FileState {
                modified: at(99, 0),
                ..coarse
            }
            .still_holds(&state())
        );
    }

    #[test]
    fn a_file_as_young_as_the_index_is_racy() {
        assert!(!state().is_racy(at(100, 50_000_000)));
        assert!(state().is_racy(at(100, 10_000_000)), "within a tick");
        assert!(state().is_racy(at(100, 0)), "whole seconds");
        assert!(state().is_racy(at(99, 999_999_999)));
        assert!(!state().is_racy(at(101, 0)));
    }

    #[test]
    fn ids_are_those_of_git_hash_object() {
        assert_eq!(
            blob_id(HashKind::Sha1, b"hello\n").hex(),
            "ce013625030ba8dba906f756967f9e9ca394464a"
        );
        assert_eq!(
            blob_id(HashKind::Sha256, b"hello\n").hex(),
            "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4"
        );
    }
}
