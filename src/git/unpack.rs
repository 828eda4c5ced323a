//! Objects out of packs: inflating, and resolving what is stored as a difference from another object.
//!
//! Packs come from strangers. Sizes are checked before memory is asked for, a chain of differences has an end, and every
//! offset is checked. Whatever is not as git writes it is [`Trouble::Unusual`], and somebody else may judge it.

use std::collections::HashMap;
use std::sync::Arc;

use flate2::{Decompress, FlushDecompress, Status};

use super::hash::WordHash;
use super::objects::{OBJECT_LIMIT, ObjectId, ObjectKind};
use super::packs::Packs;

/// Bytes of a pack read at once: many neighbours in history are neighbours in a pack, but copying the rest has its price.
const WINDOW: usize = 4 << 10;

/// Windows kept, each at the place its number says.
const WINDOWS: usize = 256;

/// The longest chain of differences that git writes.
const CHAIN_LIMIT: usize = 4_095;

/// Bytes of objects kept because others are stored as a difference from them.
const BASE_LIMIT: usize = 8 << 20;

/// Larger objects are not kept: 1 MiB.
const LARGEST_BASE: usize = 1 << 20;

/// Bytes that hold the header of any object and what follows it before the deflated part.
const HEADER: usize = 64;

/// Why an object was not unpacked.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is larger than the caller allows: its size in bytes.
    TooLarge(u64),
    /// Damaged, or stored in a way that is not supported here.
    Unusual,
}

/// Kind and content.
pub(super) type Unpacked = (ObjectKind, Arc<Vec<u8>>);

/// Unpacks objects on one thread.
pub(super) struct Unpacker {
    inflater: Decompress,
    windows: Windows,
    bases: HashMap<(usize, u64), Unpacked, WordHash>,
    base_bytes: usize,
    /// The pack the last object was found in.
    last: usize,
    delta: Vec<u8>,
}

#[derive(Clone, Default)]
struct Window {
    pack: usize,
    number: u64,
    bytes: Vec<u8>,
}

struct Windows(Vec<Window>);

/// How an object is stored.
enum Stored {
    Whole(ObjectKind),
    /// As a difference from the object at this offset.
    Delta(u64),
}

struct Header {
    stored: Stored,
    /// Bytes once inflated.
    size: u64,
    /// Where the deflated part begins.
    data: u64,
}

impl Unpacker {
    /// Nothing is read yet.
    pub(super) fn new() -> Self {
        Self {
            inflater: Decompress::new(true),
            windows: Windows(vec![Window::default(); WINDOWS]),
            bases: HashMap::default(),
            base_bytes: 0,
            last: 0,
            delta: Vec::new(),
        }
    }

    /// An object of at most `limit` bytes; `None` if no pack has it.
    pub(super) fn read(
        &mut self,
        packs: &Packs,
        id: &ObjectId,
        limit: u64,
    ) -> Option<Result<Unpacked, Trouble>> {
        let (pack, offset) = packs.find(id, self.last)?;
        self.last = pack;
        Some(self.unpack(packs, pack, offset, limit))
    }

    /// What an object is, told by the heads of what it is stored as a difference from; `None` if no pack has it.
    pub(super) fn kind(
        &mut self,
        packs: &Packs,
        id: &ObjectId,
    ) -> Option<Result<ObjectKind, Trouble>> {
        let (pack, mut at) = packs.find(id, self.last)?;
        for _ in 0..=CHAIN_LIMIT {
            match self.header(packs, pack, at).map(|header| header.stored) {
                Some(Stored::Whole(kind)) => return Some(Ok(kind)),
                Some(Stored::Delta(base)) => at = base,
                None => break,
            }
        }
        Some(Err(Trouble::Unusual))
    }

    fn unpack(
        &mut self,
        packs: &Packs,
        pack: usize,
        offset: u64,
        limit: u64,
    ) -> Result<Unpacked, Trouble> {
        let mut chain: Vec<(u64, Header)> = Vec::new();
        let mut at = offset;
        let (kind, mut content) = loop {
            if let Some((kind, content)) = self.bases.get(&(pack, at)) {
                break (*kind, Arc::clone(content));
            }
            let header = self.header(packs, pack, at).ok_or(Trouble::Unusual)?;
            match header.stored {
                Stored::Whole(kind) => {
                    let most = if chain.is_empty() {
                        limit
                    } else {
                        OBJECT_LIMIT
                    };
                    if header.size > most {
                        return Err(if chain.is_empty() {
                            Trouble::TooLarge(header.size)
                        } else {
                            Trouble::Unusual
                        });
                    }
                    let mut content = Vec::new();
                    self.inflate(packs, pack, &header, &mut content)
                        .ok_or(Trouble::Unusual)?;
                    let content = Arc::new(content);
                    if !chain.is_empty() || kind == ObjectKind::Tree {
                        self.keep(pack, at, kind, &content);
                    }
                    break (kind, content);
                }
                Stored::Delta(base) => {
                    if chain.len() >= CHAIN_LIMIT || header.size > OBJECT_LIMIT {
                        return Err(Trouble::Unusual);
                    }
                    chain.push((at, header));
                    at = base;
                }
            }
        };
        while let Some((at, header)) = chain.pop() {
            let most = if chain.is_empty() {
                limit
            } else {
                OBJECT_LIMIT
            };
            let mut delta = std::mem::take(&mut self.delta);
            let applied = self
                .inflate(packs, pack, &header, &mut delta)
                .ok_or(Trouble::Unusual)
                .and_then(|()| apply(&content, &delta, most));
            self.delta = delta;
            content = Arc::new(applied?);
            if !chain.is_empty() || kind == ObjectKind::Tree {
                self.keep(pack, at, kind, &content);
            }
        }
        let size = content.len() as u64;
        if size > limit {
            return Err(Trouble::TooLarge(size));
        }
        Ok((kind, content))
    }

    fn keep(&mut self, pack: usize, at: u64, kind: ObjectKind, content: &Arc<Vec<u8>>) {
        if content.len() > LARGEST_BASE {
            return;
        }
        if self.base_bytes > BASE_LIMIT {
            self.bases.clear();
            self.base_bytes = 0;
        }
        self.base_bytes += content.len() + 128;
        self.bases.insert((pack, at), (kind, Arc::clone(content)));
    }

    fn header(&mut self, packs: &Packs, pack: usize, at: u64) -> Option<Header> {
        let mut bytes = [0; HEADER];
        let mut length = 0;
        while length < HEADER {
            let window = self.windows.get(packs, pack, at + length as u64)?;
            let part = window.len().min(HEADER - length);
            if part == 0 {
                break;
            }
            bytes
                .get_mut(length..length + part)?
                .copy_from_slice(window.get(..part)?);
            length += part;
        }
        let mut rest = bytes.get(..length)?;
        let (first, after) = rest.split_first()?;
        rest = after;
        let mut size = u64::from(first & 15);
        if first & 0x80 != 0 {
            size |= size_of(&mut rest)?.checked_mul(16)?;
        }
        let stored = match first >> 4 & 7 {
            1 => Stored::Whole(ObjectKind::Commit),
            2 => Stored::Whole(ObjectKind::Tree),
            3 => Stored::Whole(ObjectKind::Blob),
            4 => Stored::Whole(ObjectKind::Tag),
            6 => Stored::Delta(at.checked_sub(distance_of(&mut rest)?)?),
            7 => {
                let pack = packs.pack(pack)?;
                let (id, after) = rest.split_at_checked(pack.id_length())?;
                rest = after;
                Stored::Delta(pack.find(&ObjectId::from_bytes(id)?)?)
            }
            _ => return None,
        };
        Some(Header {
            stored,
            size,
            data: at + (length - rest.len()) as u64,
        })
    }

    /// Replaces `content` with the inflated bytes, exactly as many as the header promises.
    fn inflate(
        &mut self,
        packs: &Packs,
        pack: usize,
        header: &Header,
        content: &mut Vec<u8>,
    ) -> Option<()> {
        let size = usize::try_from(header.size).ok()?;
        content.clear();
        // One more, so that bytes beyond the promise show.
        content.reserve(size + 1);
        self.inflater.reset(true);
        let mut at = header.data;
        loop {
            let input = self.windows.get(packs, pack, at)?;
            let (before, length) = (self.inflater.total_in(), content.len());
            let status = self
                .inflater
                .decompress_vec(input, content, FlushDecompress::Finish)
                .ok()?;
            let consumed = self.inflater.total_in() - before;
            at += consumed;
            if content.len() > size {
                return None;
            }
            if status == Status::StreamEnd {
                return (content.len() == size).then_some(());
            }
            if consumed == 0 && content.len() == length {
                return None;
            }
        }
    }
}

impl Windows {
    /// The bytes of a pack from `at` to the end of their window; none at the end of the pack.
    fn get(&mut self, packs: &Packs, pack: usize, at: u64) -> Option<&[u8]> {
        let number = at / WINDOW as u64;
        let place = (number as usize).wrapping_add(pack.wrapping_mul(31)) % WINDOWS;
        let window = self.0.get_mut(place)?;
        if window.bytes.is_empty() || window.pack != pack || window.number != number {
            window.bytes.resize(WINDOW, 0);
            let read = packs
                .pack(pack)?
                .read(&mut window.bytes, number * WINDOW as u64);
            window.bytes.truncate(read.unwrap_or(0));
            window.pack = pack;
            window.number = number;
        }
        window.bytes.get((at % WINDOW as u64) as usize..)
    }
}

/// Seven bits a byte, the lowest first.
fn size_of(rest: &mut &[u8]) -> Option<u64> {
    let mut size = 0_u64;
    for at in 0..rest.len() {
        let byte = *rest.get(at)?;
        let bits = u64::from(byte & 0x7f);
        let shift = u32::try_from(at * 7).ok()?;
        if shift >= 63 {
            return None;
        }
        size |= bits << shift;
        if byte & 0x80 == 0 {
            *rest = rest.get(at + 1..)?;
            return Some(size);
        }
    }
    None
}

/// Seven bits a byte, the highest first, without two ways to say one number.
fn distance_of(rest: &mut &[u8]) -> Option<u64> {
    let mut distance = 0_u64;
    for at in 0..rest.len() {
        let byte = *rest.get(at)?;
        if at > 0 {
            distance = distance.checked_add(1)?;
        }
        distance = distance.checked_mul(128)? + u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            *rest = rest.get(at + 1..)?;
            // An object that is its own base would be looked up without end.
            return (distance > 0).then_some(distance);
        }
    }
    None
}

/// Makes the object a difference describes, of at most `most` bytes.
pub(super) fn apply(base: &[u8], delta: &[u8], most: u64) -> Result<Vec<u8>, Trouble> {
    let mut rest = delta;
    let from = size_of(&mut rest).ok_or(Trouble::Unusual)?;
    let size = size_of(&mut rest).ok_or(Trouble::Unusual)?;
    if from != base.len() as u64 {
        return Err(Trouble::Unusual);
    }
    if size > most {
        return Err(Trouble::TooLarge(size));
    }
    let size = usize::try_from(size).map_err(|_| Trouble::Unusual)?;
    patched(base, rest, size).ok_or(Trouble::Unusual)
}

fn patched(base: &[u8], mut rest: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut content = Vec::with_capacity(size);
    while let Some((operation, after)) = rest.split_first() {
        rest = after;
        let part = if operation & 0x80 != 0 {
            let mut take = |bits: u8, first: u8| {
                let mut value = 0_usize;
                for bit in 0..bits {
                    if operation & (1 << (first + bit)) != 0 {
                        let (byte, after) = rest.split_first()?;
                        rest = after;
                        value |= usize::from(*byte) << (8 * bit);
                    }
                }
                Some(value)
            };
            let from = take(4, 0)?;
            let length = match take(3, 4)? {
                0 => 0x1_0000,
                length => length,
            };
            base.get(from..from.checked_add(length)?)?
        } else {
            let (literal, after) = rest.split_at_checked(usize::from(*operation))?;
            rest = after;
            if literal.is_empty() {
                return None;
            }
            literal
        };
        if part.len() > size - content.len() {
            return None;
        }
        content.extend_from_slice(part);
    }
    (content.len() == size).then_some(content)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Trouble, Unpacker, apply, distance_of, size_of};
    use crate::git::objects::{HashKind, OBJECT_LIMIT, ObjectId, ObjectKind};
    use crate::git::packs::Packs;
    use crate::git::repositories::{Commit, Repo};

    /// Directories and files that are stored as differences from each other.
    fn packed(mut repo: Repo) -> (Repo, Vec<(ObjectId, ObjectKind, Vec<u8>)>) {
        let mut text = String::new();
        for number in 0..24_u32 {
            text.push_str(&format!("line {number} of a file that grows\n"));
            let message = format!("change {number}");
            let path = format!("d/{number}");
            repo.commit(
                Commit::new(&message, i64::from(number))
                    .write("grows", &text)
                    .write(&path, &message),
            );
        }
        let objects = repo.objects();
        repo.pack();
        let objects = objects.into_iter().map(|(id, kind, content)| {
            let id = ObjectId::from_bytes(id.as_bytes()).unwrap();
            (id, ObjectKind::from_libgit2(kind).unwrap(), content)
        });
        let objects = objects.collect();
        (repo, objects)
    }

    fn open(repo: &Repo, hash: HashKind) -> Packs {
        Packs::open(&[repo.path().join(".git/objects")], hash)
    }

    #[test]
    fn every_object_of_a_pack_is_as_libgit2_reads_it() {
        for (repo, hash) in [
            (Repo::new(), HashKind::Sha1),
            (Repo::sha256(), HashKind::Sha256),
        ] {
            let (repo, objects) = packed(repo);
            assert!(objects.len() > 96);
            let packs = open(&repo, hash);
            let mut unpacker = Unpacker::new();
            for (id, kind, content) in &objects {
                let (found, read) = unpacker.read(&packs, id, OBJECT_LIMIT).unwrap().unwrap();
                assert_eq!((found, read.as_slice()), (*kind, content.as_slice()));
                let size = content.len() as u64;
                assert!(matches!(
                    Unpacker::new().read(&packs, id, size - 1),
                    Some(Err(Trouble::TooLarge(told))) if told == size
                ));
            }
            let absent = ObjectId::from_bytes(&vec![7; hash.id_length()]).unwrap();
            assert!(unpacker.read(&packs, &absent, OBJECT_LIMIT).is_none());
        }
    }

    fn damage(path: &Path, repo: &Repo, objects: &[(ObjectId, ObjectKind, Vec<u8>)]) {
        let whole = fs::read(path).unwrap();
        // The file is read-only, as git leaves it.
        fs::remove_file(path).unwrap();
        for at in (0..whole.len()).step_by(7) {
            let mut bytes = whole.clone();
            if at % 2 == 0 {
                bytes[at] ^= 0x91;
            } else {
                bytes.truncate(at);
            }
            fs::write(path, &bytes).unwrap();
            let packs = open(repo, HashKind::Sha1);
            let mut unpacker = Unpacker::new();
            for (id, _, content) in objects {
                // An id that leads to another object is for whoever parses it to notice.
                if let Some(Ok((_, read))) = unpacker.read(&packs, id, 4096) {
                    assert!(read.len() <= 4096.max(content.len()));
                }
            }
        }
        fs::write(path, whole).unwrap();
    }

    #[test]
    fn a_damaged_pack_or_index_never_panics() {
        let (repo, objects) = packed(Repo::new());
        let directory = repo.path().join(".git/objects/pack");
        for entry in fs::read_dir(directory).unwrap() {
            damage(&entry.unwrap().path(), &repo, &objects);
        }
    }

    #[test]
    fn a_difference_stays_inside_its_base_and_its_size() {
        let base = b"0123456789";
        let made = |delta: &[u8]| apply(base, delta, 100).ok();
        // Copy 3 bytes from 2, then insert "ab".
        assert_eq!(
            made(&[10, 5, 0x91, 2, 3, 2, b'a', b'b']).as_deref(),
            Some(&b"234ab"[..])
        );
        for hostile in [
            &[][..],
            &[9, 1, 1, b'a'],
            &[10, 1, 0],
            &[10, 1, 2, b'a'],
            &[10, 9, 0x91, 5, 9],
            &[10, 1, 2, b'a', b'b'],
            &[10, 2, 1, b'a'],
            &[10, 5, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xff; 12],
        ] {
            assert_eq!(made(hostile), None, "{hostile:?}");
        }
        assert!(matches!(
            apply(base, &[10, 0xff, 0x7f, 1, b'a'], 100),
            Err(Trouble::TooLarge(16_383))
        ));
    }

    #[test]
    fn numbers_end_inside_their_bytes() {
        assert_eq!(size_of(&mut &[0x91, 0x2e][..]), Some(5905));
        assert_eq!(size_of(&mut &[0xff; 12][..]), None);
        assert_eq!(size_of(&mut &[0x80][..]), None);
        assert_eq!(distance_of(&mut &[0x91, 0x2e][..]), Some(18 * 128 + 0x2e));
        assert_eq!(distance_of(&mut &[0][..]), None);
        assert_eq!(distance_of(&mut &[0xff; 20][..]), None);
    }
}
