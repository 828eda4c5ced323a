//! Which pack holds an object, and where: the indexes beside the packs, read in places instead of mapped.
//!
//! Ids are spread evenly, so the part of an index around the expected place nearly always holds an entry. Parts are kept,
//! because a history asks for ten ids of each. What is unusual (an index of version 1, more packs than one may keep open,
//! damage) is left out here and left to libgit2.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::abbreviation::Prefix;
use super::objects::{HashKind, ObjectId};
use crate::disk::read_exact_at;

/// Packs kept open; two files each. Beyond it the smaller ones are left out.
const PACK_LIMIT: usize = 64;

/// Magic number and version of an index.
const PREAMBLE: u64 = 8;

/// Bytes of the table that counts ids by their first byte.
const FANOUT: u64 = 4 * 256;

/// Bytes of an index read at once.
const PART: usize = 8 << 10;

/// Bytes of one index kept in memory; further parts are read each time they are needed.
const KEPT: usize = 48 << 20;

/// A pack and its index.
pub(super) struct Pack {
    file: File,
    length: u64,
    index: File,
    /// How many ids begin with this byte or a smaller one.
    fanout: Vec<u32>,
    ids: Table,
    offsets: Table,
    kept: AtomicUsize,
}

/// Entries of one length in an index.
struct Table {
    start: u64,
    entry: usize,
    count: u32,
    parts: Vec<OnceLock<Box<[u8]>>>,
}

/// The packs of a repository, largest first.
pub(super) struct Packs {
    packs: Vec<Pack>,
    hash: HashKind,
    /// Indexes of those that are not kept open.
    closed: Vec<PathBuf>,
}

impl Packs {
    /// Opens the packs of all object directories; those that cannot be read here are left out.
    pub(super) fn open(directories: &[PathBuf], hash: HashKind) -> Self {
        let mut found: Vec<(u64, PathBuf)> = Vec::new();
        for directory in directories {
            let Ok(entries) = fs::read_dir(directory.join("pack")) else {
                continue;
            };
            for entry in entries.flatten() {
                let index = entry.path();
                if index.extension().is_none_or(|extension| extension != "idx") {
                    continue;
                }
                // A pipe of that name would keep us waiting for ever.
                let pack = fs::metadata(index.with_extension("pack"));
                let is_file = fs::metadata(&index).is_ok_and(|metadata| metadata.is_file());
                if let Some(pack) = pack.ok().filter(|pack| is_file && pack.is_file()) {
                    found.push((pack.len(), index));
                }
            }
        }
        found.sort_by(|left, right| right.cmp(left));
        let closed = found.split_off(found.len().min(PACK_LIMIT));
        let packs = found
            .iter()
            .filter_map(|(_, index)| Pack::open(index, hash))
            .collect();
        Self {
            packs,
            hash,
            closed: closed.into_iter().map(|(_, index)| index).collect(),
        }
    }

    /// Adds the ids that begin like this, of all packs whose index can be read, until there are `most`.
    pub(super) fn starting_with(&self, prefix: &Prefix, found: &mut Vec<ObjectId>, most: usize) {
        for pack in &self.packs {
            pack.starting_with(prefix, found, most);
        }
        // Rarely asked, so they need not stay open.
        for index in &self.closed {
            if let Some(pack) = Pack::open(index, self.hash) {
                pack.starting_with(prefix, found, most);
            }
        }
    }

    /// The number of the pack that holds an object and its place there; `first` is asked first.
    pub(super) fn find(&self, id: &ObjectId, first: usize) -> Option<(usize, u64)> {
        let all = std::iter::once(first).chain((0..self.packs.len()).filter(|at| *at != first));
        all.filter_map(|at| Some((at, self.packs.get(at)?.find(id)?)))
            .next()
    }

    /// The pack of a number.
    pub(super) fn pack(&self, number: usize) -> Option<&Pack> {
        self.packs.get(number)
    }
}

impl Pack {
    fn open(index_path: &Path, hash: HashKind) -> Option<Self> {
        let index = File::open(index_path).ok()?;
        let file = File::open(index_path.with_extension("pack")).ok()?;
        let mut head = [0; (PREAMBLE + FANOUT) as usize];
        read_exact_at(&index, &mut head, 0)?;
        let table = head.strip_prefix(b"\xfftOc\0\0\0\x02")?;
        let fanout: Vec<u32> = table.chunks_exact(4).filter_map(number).collect();
        let id_length = hash.id_length();
        let count = *fanout.last()?;
        let start = PREAMBLE + FANOUT;
        let index_length = index.metadata().ok()?.len();
        // Behind the ids come a checksum of 4 bytes and an offset of 4 bytes for each, and two ids at the end.
        let offsets = start + u64::from(count) * (id_length as u64 + 4);
        if offsets + u64::from(count) * 4 + 2 * id_length as u64 > index_length {
            return None;
        }
        let mut preamble = [0; PREAMBLE as usize];
        read_exact_at(&file, &mut preamble, 0)?;
        let is_known = matches!(&preamble, b"PACK\0\0\0\x02" | b"PACK\0\0\0\x03");
        (is_known && fanout.is_sorted()).then(|| Self {
            length: file.metadata().map_or(0, |metadata| metadata.len()),
            file,
            index,
            fanout,
            ids: Table::new(start, id_length, count),
            offsets: Table::new(offsets, 4, count),
            kept: AtomicUsize::new(0),
        })
    }

    /// Bytes of an id.
    pub(super) fn id_length(&self) -> usize {
        self.ids.entry
    }

    /// Where an object begins.
    pub(super) fn find(&self, id: &ObjectId) -> Option<u64> {
        let wanted = id.as_bytes();
        let first = usize::from(*wanted.first()?);
        let mut low = match first.checked_sub(1) {
            Some(before) => *self.fanout.get(before)?,
            None => 0,
        };
        let mut high = *self.fanout.get(first)?;
        let fraction = number(wanted.get(1..5)?)?;
        let mut guess = low + scaled(high.checked_sub(low)?, fraction);
        let mut unkept = Vec::new();
        while low < high {
            let (start, ids) = self.part(&self.ids, guess.min(high - 1), &mut unkept)?;
            match search(ids, self.ids.entry, wanted) {
                Ok(at) => return self.offset(start + at, &mut unkept),
                // Before the first or behind the last of this part: it lies in another, or nowhere.
                Err(0) => high = start.clamp(low, high),
                Err(at) if at as usize * self.ids.entry == ids.len() => {
                    low = (start + at).clamp(low, high);
                }
                Err(_) => return None,
            }
            guess = low + high.saturating_sub(low) / 2;
        }
        None
    }

    /// Adds the ids that begin like this until there are `most`.
    fn starting_with(&self, prefix: &Prefix, found: &mut Vec<ObjectId>, most: usize) {
        let wanted = prefix.first();
        let first = wanted.first().copied().map_or(0, usize::from);
        let before = first.checked_sub(1).and_then(|at| self.fanout.get(at));
        let (mut low, mut high) = (
            before.copied().unwrap_or(0),
            self.fanout.get(first).copied().unwrap_or(0),
        );
        let end = high;
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id(middle) {
                Some(id) if id.as_bytes() < wanted => low = middle + 1,
                Some(_) => high = middle,
                None => return,
            }
        }
        for at in low..end {
            let id = self.id(at).filter(|id| prefix.begins(id));
            let Some(id) = id.filter(|_| found.len() < most) else {
                return;
            };
            found.push(id);
        }
    }

    fn id(&self, at: u32) -> Option<ObjectId> {
        let mut unkept = Vec::new();
        let (start, ids) = self.part(&self.ids, at, &mut unkept)?;
        let place = (at - start) as usize * self.ids.entry;
        ObjectId::from_bytes(ids.get(place..place + self.ids.entry)?)
    }

    /// Reads bytes of the pack into `buffer`; fewer at its end.
    pub(super) fn read(&self, buffer: &mut [u8], at: u64) -> Option<usize> {
        let left = usize::try_from(self.length.checked_sub(at)?).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        read_exact_at(&self.file, buffer.get_mut(..length)?, at)?;
        Some(length)
    }

    /// The part of a table that holds an entry, and the number of its first entry.
    fn part<'p>(
        &'p self,
        table: &'p Table,
        entry: u32,
        unkept: &'p mut Vec<u8>,
    ) -> Option<(u32, &'p [u8])> {
        let room = u32::try_from(PART / table.entry).ok()?;
        let start = entry - entry % room;
        let place = table.parts.get((entry / room) as usize)?;
        if let Some(part) = place.get() {
            return Some((start, part));
        }
        let length = table.count.checked_sub(start)?.min(room) as usize * table.entry;
        let mut bytes = vec![0; length];
        let at = table.start + u64::from(start) * table.entry as u64;
        read_exact_at(&self.index, &mut bytes, at)?;
        if self.kept.fetch_add(length, Ordering::Relaxed) < KEPT {
            // Another thread may have been faster; both read the same.
            return Some((start, place.get_or_init(|| bytes.into_boxed_slice())));
        }
        *unkept = bytes;
        Some((start, unkept))
    }

    fn offset(&self, at: u32, unkept: &mut Vec<u8>) -> Option<u64> {
        let (start, part) = self.part(&self.offsets, at, unkept)?;
        let place = (at - start) as usize * 4;
        let small = number(part.get(place..place + 4)?)?;
        if small < 1 << 31 {
            return Some(u64::from(small));
        }
        let mut large = [0; 8];
        let table = self.offsets.start + u64::from(self.offsets.count) * 4;
        read_exact_at(
            &self.index,
            &mut large,
            table + u64::from(small & !(1 << 31)) * 8,
        )?;
        Some(u64::from_be_bytes(large))
    }
}

impl Table {
    fn new(start: u64, entry: usize, count: u32) -> Self {
        let parts = (count as usize).div_ceil(PART / entry);
        Self {
            start,
            entry,
            count,
            parts: std::iter::repeat_with(OnceLock::new).take(parts).collect(),
        }
    }
}

/// Four bytes in the order of the network.
fn number(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// `length` times `fraction` of 2³².
fn scaled(length: u32, fraction: u32) -> u32 {
    ((u64::from(length) * u64::from(fraction)) >> 32) as u32
}

/// The place of an id in a sorted list, or the place where it would be.
fn search(ids: &[u8], id_length: usize, wanted: &[u8]) -> Result<u32, u32> {
    let (mut low, mut high) = (0, ids.len() / id_length);
    while low < high {
        let middle = low + (high - low) / 2;
        let id = ids.get(middle * id_length..(middle + 1) * id_length);
        match id.unwrap_or_default().cmp(wanted) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Equal => return Ok(middle as u32),
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Err(low as u32)
}
