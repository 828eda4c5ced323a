//! Segments: immutable files of entries. Pure but for one function that looks at a header.
//!
//! A segment is a head (magic, number of entries, checksum of the table), a table sorted by key, and the values. Numbers are
//! little-endian. Nothing in it is trusted: a length that leads outside or a checksum that differs makes a miss.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_64;

/// What an entry is found by: an object id (20 or 32 bytes, padded with zeros) and what was asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; KEY_BYTES]);

const KEY_BYTES: usize = 36;
const MAGIC: [u8; 8] = *b"quality\x01";
/// Magic, number of entries, checksum of the table.
pub(super) const HEAD_BYTES: usize = 8 + 4 + 8;
/// Key, offset and length of the value, its checksum.
const ROW_BYTES: usize = KEY_BYTES + 4 + 4 + 8;

impl Key {
    /// A key of an id of at most 32 bytes (a longer one is cut) and four bytes that say what was asked.
    pub fn new(id: &[u8], asked: [u8; 4]) -> Self {
        let mut key = [0; KEY_BYTES];
        for (to, from) in key.iter_mut().zip(id.iter().take(32)) {
            *to = *from;
        }
        key[32..].copy_from_slice(&asked);
        Self(key)
    }

    /// 16 digits that name a file of this key alone.
    pub(super) fn name(&self) -> String {
        format!("{:016x}", xxh3_64(&self.0))
    }
}

/// Makes a segment of entries; of two with one key the first stays.
pub(super) fn encode(mut entries: Vec<(Key, Vec<u8>)>) -> Vec<u8> {
    entries.sort_by_key(|(key, _)| *key);
    entries.dedup_by(|later, kept| later.0 == kept.0);
    // Offsets are 32 bits wide. Writers hand over a few megabytes at a time, so nothing is ever cut here.
    let mut end = 0_usize;
    entries.retain(|(_, value)| {
        end = end.saturating_add(value.len());
        u32::try_from(end).is_ok()
    });
    let values: usize = entries.iter().map(|(_, value)| value.len()).sum();
    let mut table = Vec::with_capacity(entries.len() * ROW_BYTES);
    let mut offset = 0_u32;
    for (key, value) in &entries {
        let length = value.len() as u32;
        table.extend_from_slice(&key.0);
        table.extend_from_slice(&offset.to_le_bytes());
        table.extend_from_slice(&length.to_le_bytes());
        table.extend_from_slice(&xxh3_64(value).to_le_bytes());
        offset += length;
    }
    let mut bytes = Vec::with_capacity(HEAD_BYTES + table.len() + values);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&(entries.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&xxh3_64(&table).to_le_bytes());
    bytes.extend_from_slice(&table);
    for (_, value) in &entries {
        bytes.extend_from_slice(value);
    }
    bytes
}

/// Bytes of the head and the table, as the head says; none if it is not the head of a segment.
pub(super) fn table_end(head: &[u8]) -> Option<usize> {
    let count = head.strip_prefix(&MAGIC)?.first_chunk::<4>()?;
    (u32::from_le_bytes(*count) as usize)
        .checked_mul(ROW_BYTES)?
        .checked_add(HEAD_BYTES)
}

/// How many entries a segment on disk says it has.
pub(super) fn count(path: &Path) -> Option<u64> {
    let mut head = [0; HEAD_BYTES];
    File::open(path).ok()?.read_exact(&mut head).ok()?;
    Some(((table_end(&head)? - HEAD_BYTES) / ROW_BYTES) as u64)
}

/// Where a value lies behind the table, and its checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Bytes from the end of the table.
    pub offset: u32,
    /// Bytes of the value.
    pub length: u32,
    checksum: u64,
}

impl Row {
    /// Whether these are the bytes that were written.
    pub fn vouches_for(&self, value: &[u8]) -> bool {
        value.len() == self.length as usize && xxh3_64(value) == self.checksum
    }
}

/// The head and table of a segment, checked as a whole. Values may follow in the same bytes.
#[derive(Debug)]
pub(super) struct Table {
    bytes: Vec<u8>,
    end: usize,
}

impl Table {
    /// Takes the bytes of a segment, or of its head and table; none if they are damaged or something else.
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        let end = table_end(&bytes)?;
        let checksum = bytes.get(HEAD_BYTES - 8..HEAD_BYTES)?.first_chunk::<8>()?;
        let table = bytes.get(HEAD_BYTES..end)?;
        (xxh3_64(table) == u64::from_le_bytes(*checksum)).then_some(Self { bytes, end })
    }

    /// Entries.
    pub fn len(&self) -> usize {
        (self.end - HEAD_BYTES) / ROW_BYTES
    }

    /// Where values begin in the segment.
    pub fn values_start(&self) -> usize {
        self.end
    }

    /// The position of a key in the table.
    pub fn find(&self, key: &Key) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.row_bytes(middle)[..KEY_BYTES].cmp(&key.0) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// The key at a position.
    pub fn key(&self, at: usize) -> Key {
        let mut key = [0; KEY_BYTES];
        key.copy_from_slice(&self.row_bytes(at)[..KEY_BYTES]);
        Key(key)
    }

    /// Where the value at a position lies.
    pub fn row(&self, at: usize) -> Row {
        let row = &self.row_bytes(at)[KEY_BYTES..];
        let four = |from: usize| {
            row[from..]
                .first_chunk::<4>()
                .map_or(0, |bytes| u32::from_le_bytes(*bytes))
        };
        Row {
            offset: four(0),
            length: four(4),
            checksum: u64::from(four(8)) | u64::from(four(12)) << 32,
        }
    }

    /// The value at a position, if the values are here and this one is undamaged.
    pub fn value(&self, at: usize) -> Option<&[u8]> {
        let row = self.row(at);
        let start = self.end.checked_add(row.offset as usize)?;
        let value = self
            .bytes
            .get(start..start.checked_add(row.length as usize)?)?;
        row.vouches_for(value).then_some(value)
    }

    fn row_bytes(&self, at: usize) -> &[u8] {
        &self.bytes[HEAD_BYTES + at * ROW_BYTES..][..ROW_BYTES]
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Table, encode};
    use proptest::prelude::*;

    fn key(number: u8) -> Key {
        Key::new(&[number; 20], [0; 4])
    }

    fn lookup(bytes: &[u8], number: u8) -> Option<Vec<u8>> {
        let table = Table::new(bytes.to_vec())?;
        Some(table.value(table.find(&key(number))?)?.to_vec())
    }

    #[test]
    fn every_entry_is_found_and_no_other() {
        let entries = (0..100).map(|number| (key(number * 2), vec![number; usize::from(number)]));
        let bytes = encode(entries.collect());
        for number in 0..100 {
            let value = vec![number; usize::from(number)];
            assert_eq!(lookup(&bytes, number * 2), Some(value));
            assert_eq!(lookup(&bytes, number * 2 + 1), None);
        }
    }

    #[test]
    fn what_was_asked_is_part_of_the_key() {
        let asked = |what| Key::new(&[7; 20], [what, 0, 0, 0]);
        let table = Table::new(encode(vec![(asked(1), b"one".to_vec())])).unwrap();
        assert_eq!(table.find(&asked(1)), Some(0));
        assert_eq!(table.find(&asked(2)), None);
        assert_ne!(Key::new(&[7; 20], [0; 4]), Key::new(&[7; 32], [0; 4]));
    }

    #[test]
    fn a_flipped_byte_anywhere_is_a_miss_of_what_it_hits() {
        let bytes = encode(vec![
            (key(1), b"first".to_vec()),
            (key(2), b"second".to_vec()),
        ]);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x40;
            let (first, second) = (lookup(&damaged, 1), lookup(&damaged, 2));
            assert!(first.is_none() || second.is_none(), "byte {at}");
            assert!(first.is_none_or(|value| value == b"first"), "byte {at}");
            assert!(second.is_none_or(|value| value == b"second"), "byte {at}");
        }
    }

    #[test]
    fn the_order_of_writing_does_not_show() {
        let first = (key(1), b"a".to_vec());
        let second = (key(2), b"b".to_vec());
        assert_eq!(
            encode(vec![first.clone(), second.clone()]),
            encode(vec![second, first.clone(), first])
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..300), count in 0u32..6, cut in 0usize..300) {
            if let Some(table) = Table::new(bytes.clone()) {
                for at in 0..table.len() { table.value(at); }
            }
            // The same behind a head that is right.
            let mut whole = encode((0..count).map(|n| (key(n as u8), vec![1; n as usize])).collect());
            whole.truncate(cut);
            whole.append(&mut bytes);
            if let Some(table) = Table::new(whole) {
                for at in 0..table.len() { table.value(at); table.key(at); }
                table.find(&key(1));
            }
        }
    }
}
