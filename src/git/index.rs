//! The index: which files are tracked, and the state they were last seen in.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

use super::identity::{FileState, FileTime};
use super::objects::{HashKind, ObjectId};
use super::repair;
use crate::path::RepoPath;

/// Larger ones are of no work tree that can be scanned: 4 million entries.
const LARGEST: u64 = 512 << 20;

/// Bytes of an entry before its id.
const ENTRY_HEAD: usize = 40;

/// The flag that says that more flags follow.
const EXTENDED: u16 = 1 << 14;

/// `GIT_INDEX_ENTRY_SKIP_WORKTREE` of the extended flags.
const SKIP_WORKTREE: u16 = 1 << 14;

/// `GIT_INDEX_ENTRY_INTENT_TO_ADD` of the extended flags.
const INTENT_TO_ADD: u16 = 1 << 13;

/// What is wrong with an index of which most entries lie in another file.
const SPLIT: &str = "it is split";

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
    if metadata.len() > LARGEST {
        return Err(format!("index: {} bytes are too many", metadata.len()));
    }
    let bytes = fs::read(path).map_err(|error| format!("index: {error}"))?;
    let written = FileState::of(&metadata).map(|state| state.modified);
    let mut entries = parse(&bytes, hash, written).map_err(|reason| {
        let repair = match reason.as_str() {
            SPLIT => repair::JOIN_INDEX,
            _ => repair::REBUILD_INDEX,
        };
        format!("index: {reason} (`{repair}`)")
    })?;
    // Stage 2 is what the work tree held before the conflict; base and theirs follow.
    let preference = |entry: &IndexEntry| [0_u8, 3, 1, 2][usize::from(entry.stage & 3)];
    entries.sort_by(|left, right| {
        (left.path.as_bytes(), preference(left)).cmp(&(right.path.as_bytes(), preference(right)))
    });
    entries.dedup_by(|later, kept| later.path == kept.path);
    Ok(entries)
}

/// Reads versions 2 to 4 as `gitformat-index` describes them.
pub(super) fn parse(
    bytes: &[u8],
    hash: HashKind,
    written: Option<FileTime>,
) -> Result<Vec<IndexEntry>, String> {
    const SHORT: &str = "it ends too early";
    let id_length = hash.id_length();
    let end = bytes.len().checked_sub(id_length).ok_or(SHORT)?;
    let (content, checksum) = bytes.split_at(end);
    let mut rest = content;
    if take(&mut rest, 4) != Some(b"DIRC") {
        return Err("it is something else".to_owned());
    }
    let version = number(&mut rest).ok_or(SHORT)?;
    if !(2..=4).contains(&version) {
        return Err(format!("version {version} is not supported"));
    }
    let is_checked = checksum.iter().any(|byte| *byte != 0);
    if is_checked && digest(hash, content) != checksum {
        return Err("its checksum is wrong".to_owned());
    }
    let count = number(&mut rest).ok_or(SHORT)? as usize;
    let mut entries = Vec::with_capacity(count.min(content.len() / (ENTRY_HEAD + id_length)));
    let mut previous = Vec::new();
    for _ in 0..count {
        let raw = raw_entry(&mut rest, version, id_length, &mut previous).ok_or(SHORT)?;
        // Only what stands in for an entry of the other file has no name.
        if previous.is_empty() {
            return Err(SPLIT.to_owned());
        }
        if !is_safe(&previous) {
            let shown = String::from_utf8_lossy(&previous);
            return Err(format!("{shown:?} is not a path inside the work tree"));
        }
        entries.push(IndexEntry {
            path: RepoPath::new(previous.as_slice()),
            mode: raw.mode,
            id: raw.id,
            skip_worktree: raw.extended & SKIP_WORKTREE != 0,
            recorded: written.and_then(|written| recorded(&raw, written)),
            stage: raw.stage,
        });
    }
    while !rest.is_empty() {
        let name = take(&mut rest, 4).ok_or(SHORT)?;
        let length = number(&mut rest).ok_or(SHORT)? as usize;
        take(&mut rest, length).ok_or(SHORT)?;
        match name {
            // Most entries lie in another file then.
            b"link" => return Err(SPLIT.to_owned()),
            // Entries for whole directories are told by their mode.
            b"sdir" => {}
            [b'A'..=b'Z', ..] => {}
            _ => return Err("it has an extension that is not known".to_owned()),
        }
    }
    Ok(entries)
}

/// An entry without its path.
struct RawEntry {
    state: FileState,
    mode: u32,
    id: ObjectId,
    stage: u8,
    extended: u16,
}

/// Reads one entry and completes `path`, which holds the path of the one before.
fn raw_entry(
    rest: &mut &[u8],
    version: u32,
    id_length: usize,
    path: &mut Vec<u8>,
) -> Option<RawEntry> {
    let before = rest.len();
    let mut time = || {
        Some(FileTime {
            seconds: number(rest)?,
            nanoseconds: number(rest)?,
        })
    };
    let (changed, modified) = (time()?, time()?);
    let _device = number(rest)?;
    let inode = number(rest)?;
    let mode = number(rest)?;
    let (_user, _group) = (number(rest)?, number(rest)?);
    let size = number(rest)?;
    let id = ObjectId::from_bytes(take(rest, id_length)?)?;
    let flags = short(rest)?;
    let extended = if version >= 3 && flags & EXTENDED != 0 {
        short(rest)?
    } else {
        0
    };
    if version == 4 {
        let shared = path.len().checked_sub(variable(rest)?)?;
        path.truncate(shared);
    } else {
        path.clear();
    }
    let length = memchr::memchr(0, rest)?;
    path.extend_from_slice(take(rest, length)?);
    let padding = match version {
        4 => 1,
        // One to eight zeros fill the entry up to a multiple of eight bytes.
        _ => 8 - (before - rest.len()) % 8,
    };
    take(rest, padding)?;
    Some(RawEntry {
        state: FileState {
            size,
            modified,
            changed,
            inode,
        },
        mode,
        id,
        stage: ((flags >> 12) & 3) as u8,
        extended,
    })
}

fn take<'b>(rest: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(taken)
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let bytes = take(rest, 4)?.first_chunk::<4>()?;
    Some(u32::from_be_bytes(*bytes))
}

fn short(rest: &mut &[u8]) -> Option<u16> {
    let bytes = take(rest, 2)?.first_chunk::<2>()?;
    Some(u16::from_be_bytes(*bytes))
}

/// A number in groups of seven bits, each but the last one standing for one more than it says, as in packs.
fn variable(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0_usize;
    loop {
        let byte = take(rest, 1)?[0];
        value = value.checked_add(usize::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        value = value.checked_add(1)?.checked_mul(128)?;
    }
}

fn digest(hash: HashKind, content: &[u8]) -> Vec<u8> {
    match hash {
        HashKind::Sha1 => Sha1::digest(content).to_vec(),
        HashKind::Sha256 => Sha256::digest(content).to_vec(),
    }
}

/// Whether a path leads to a place in the work tree, and not into git's own directory.
fn is_safe(path: &[u8]) -> bool {
    // A sparse directory ends in a slash.
    let path = path.strip_suffix(b"/").unwrap_or(path);
    path.split(|byte| *byte == b'/')
        .all(|part| !matches!(part, b"" | b"." | b"..") && !part.eq_ignore_ascii_case(b".git"))
}

/// The state of a file as its entry has it, if that can be relied on.
fn recorded(entry: &RawEntry, index_written: FileTime) -> Option<FileState> {
    let is_announced = entry.extended & INTENT_TO_ADD != 0;
    // Tools that make an index without looking at files leave zeros.
    let is_blank = entry.state.modified == FileTime::default();
    let is_firm =
        entry.stage == 0 && !is_announced && !is_blank && !entry.state.is_racy(index_written);
    is_firm.then_some(entry.state)
}

#[cfg(test)]
mod tests {
    use super::{HashKind, IndexEntry, parse, read};
    use crate::git::FileTime;
    use proptest::prelude::*;
    use std::path::Path;

    const PATHS: [&str; 5] = [
        "a.py",
        "a/b/c.py",
        "a/b/d.py",
        "a/long-name-of-a-file.py",
        "z",
    ];

    /// An index of these paths as libgit2 writes it.
    fn written(version: u32, hash: HashKind) -> (tempfile::TempDir, Vec<u8>) {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("index");
        let mut index = git2::Index::open_ext(&path, hash.format()).unwrap();
        index.set_version(version).unwrap();
        for (at, path) in PATHS.iter().enumerate() {
            let time = git2::IndexTime::new(1_000 + at as i32, 7);
            let id = vec![at as u8 + 1; hash.id_length()];
            let entry = git2::IndexEntry {
                ctime: time,
                mtime: time,
                dev: 1,
                ino: 2,
                mode: 0o100_644,
                uid: 3,
                gid: 4,
                file_size: 5,
                id: git2::Oid::from_bytes(&id).unwrap(),
                flags: if at == 1 && version > 2 {
                    super::EXTENDED
                } else {
                    0
                },
                flags_extended: if at == 1 && version > 2 {
                    super::SKIP_WORKTREE
                } else {
                    0
                },
                path: path.as_bytes().to_vec(),
            };
            index.add(&entry).unwrap();
        }
        index.write().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        (place, bytes)
    }

    fn paths(entries: &[IndexEntry]) -> Vec<String> {
        let text = |entry: &IndexEntry| entry.path.to_str().into_owned();
        entries.iter().map(text).collect()
    }

    /// The bytes with a checksum that is right.
    fn signed(mut content: Vec<u8>) -> Vec<u8> {
        content.truncate(content.len() - 20);
        let checksum = super::digest(HashKind::Sha1, &content);
        content.extend(checksum);
        content
    }

    // Case 68.
    #[test]
    fn all_versions_and_both_hashes_are_read_as_they_were_written() {
        for hash in [HashKind::Sha1, HashKind::Sha256] {
            for version in [2, 3, 4] {
                let (place, bytes) = written(version, hash);
                let entries = read(&place.path().join("index"), hash).unwrap();
                assert_eq!(paths(&entries), PATHS, "version {version}");
                assert_eq!(entries[4].id.as_bytes(), vec![5; hash.id_length()]);
                assert_eq!(entries[1].skip_worktree, version > 2);
                let state = entries[2].recorded.unwrap();
                assert_eq!((state.size, state.inode), (5, 2));
                assert_eq!(
                    state.modified,
                    FileTime {
                        seconds: 1_002,
                        nanoseconds: 7
                    }
                );
                assert_eq!(u32::from(bytes[7]), if version == 3 { 3 } else { version });
            }
        }
    }

    #[test]
    fn an_entry_as_young_as_the_index_vouches_for_nothing() {
        let (_place, bytes) = written(2, HashKind::Sha1);
        let at = |seconds| {
            Some(FileTime {
                seconds,
                nanoseconds: 7,
            })
        };
        let entries = parse(&bytes, HashKind::Sha1, at(1_002)).unwrap();
        let firm: Vec<bool> = entries
            .iter()
            .map(|entry| entry.recorded.is_some())
            .collect();
        assert_eq!(firm, [true, true, false, false, false]);
        let entries = parse(&bytes, HashKind::Sha1, None).unwrap();
        assert!(entries.iter().all(|entry| entry.recorded.is_none()));
    }

    #[test]
    fn what_is_damaged_or_leads_outside_is_refused() {
        let (_place, bytes) = written(2, HashKind::Sha1);
        let reason = |bytes: &[u8]| parse(bytes, HashKind::Sha1, None).unwrap_err();
        let mut flipped = bytes.clone();
        flipped[40] ^= 1;
        assert_eq!(reason(&flipped), "its checksum is wrong");
        assert_eq!(reason(&bytes[..9]), "it ends too early");
        assert_eq!(reason(&signed(bytes[..200].to_vec())), "it ends too early");
        let place = memchr::memmem::find(&bytes, b"a/b/c.py").unwrap();
        for hostile in [b"../b.py\0", b".git/c\0\0", b"/b/c.py\0", b".GIT/x.p"] {
            let mut named = bytes.clone();
            named[place..place + 8].copy_from_slice(hostile);
            assert!(reason(&signed(named)).ends_with("is not a path inside the work tree"));
        }
        let mut split = bytes[..bytes.len() - 20].to_vec();
        split.extend_from_slice(b"link\0\0\0\0");
        split.extend_from_slice(&[0; 20]);
        assert!(reason(&signed(split)).starts_with("it is split"));
    }

    #[test]
    fn an_index_without_a_checksum_is_read() {
        let (_place, mut bytes) = written(2, HashKind::Sha1);
        let end = bytes.len() - 20;
        bytes[end..].fill(0);
        assert_eq!(parse(&bytes, HashKind::Sha1, None).unwrap().len(), 5);
    }

    #[test]
    fn without_an_index_nothing_is_tracked() {
        assert_eq!(
            read(Path::new("/nonexistent/index"), HashKind::Sha1),
            Ok(Vec::new())
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(at in 0usize..500, with in any::<[u8; 4]>(), version in 2u32..5) {
            let (_place, mut bytes) = written(version, HashKind::Sha1);
            let at = at.min(bytes.len() - 24);
            bytes[at..at + 4].copy_from_slice(&with);
            let _ = parse(&signed(bytes), HashKind::Sha1, None);
        }
    }
}
