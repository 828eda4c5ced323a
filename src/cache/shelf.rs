//! One kind of knowledge: the segments a work tree used last time, those of others, and what is new. What is new is found
//! at once, whether it has been written yet or not.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use xxhash_rust::xxh3::xxh3_64;

use super::eviction::{HINT, SEGMENT, touch};
use super::segment::{HEAD_BYTES, Key, Row, Table, encode, table_end};
use super::{place, replace};
use crate::disk::read_exact_at;
use crate::source::{open_regular, safe_read};

/// A segment larger than this is not ours: they are written a few megabytes at a time, and joined up to this size.
const LARGEST_SEGMENT: u64 = 256 << 20;

/// New entries are written when they fill so many bytes, so that an interrupted run loses little.
const FLUSH_BYTES: usize = 16 << 20;

/// Segments a work tree may use before they are joined into one.
const MOST_SEGMENTS: usize = 8;

/// Segments of other work trees that are looked into.
const MOST_STRANGERS: usize = 256;

/// The largest hint: more segments than this are never in use.
const LARGEST_HINT: u64 = 4 << 10;

/// A directory of segments, seen from one work tree. Shared by all threads of a run.
#[derive(Debug)]
pub struct Shelf {
    directory: PathBuf,
    hint: PathBuf,
    /// What the hint names, loaded when something is looked for.
    own: OnceLock<Vec<Own>>,
    /// The names in the hint as it was read, newest first.
    hinted: OnceLock<Vec<String>>,
    /// Everything else, looked at when something is missing for the first time.
    strangers: OnceLock<Vec<Stranger>>,
    fresh: Mutex<Fresh>,
    hits: AtomicU64,
    misses: AtomicU64,
    hit_bytes: AtomicU64,
}

/// How often something was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries found.
    pub hits: u64,
    /// Entries looked for and not found, or damaged.
    pub misses: u64,
    /// Bytes of the entries found.
    pub hit_bytes: u64,
}

/// A segment in memory.
#[derive(Debug)]
struct Own {
    name: String,
    table: Table,
    used: Vec<AtomicBool>,
}

/// A segment of which only the table is in memory.
#[derive(Debug)]
struct Stranger {
    name: String,
    table: Table,
    file: fs::File,
    used: Vec<AtomicBool>,
}

/// Entries on their way to the disk.
#[derive(Debug, Default)]
struct Fresh {
    entries: HashMap<Key, Vec<u8>>,
    bytes: usize,
    /// Segments written so far, oldest first.
    written: Vec<String>,
    /// The same with their tables, to find in them what was new a while ago.
    readable: Vec<(String, Table)>,
    /// Writing failed once and is not tried again.
    failure: Option<io::Error>,
}

impl Shelf {
    /// The shelf in a directory for one `reader`. Nothing is read before something is looked for, and nothing is made before
    /// there is something to write.
    pub(super) fn open(directory: PathBuf, reader: &[u8]) -> Self {
        Self {
            hint: directory.join(format!("{:016x}{HINT}", xxh3_64(reader))),
            directory,
            own: OnceLock::new(),
            hinted: OnceLock::new(),
            strangers: OnceLock::new(),
            fresh: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            hit_bytes: AtomicU64::new(0),
        }
    }

    /// The value of a key, as it was put by an earlier run.
    pub fn get(&self, key: &Key) -> Option<Cow<'_, [u8]>> {
        let found = self.find(key);
        match &found {
            Some(value) => {
                self.hits.fetch_add(1, Ordering::Relaxed);
                self.hit_bytes
                    .fetch_add(value.len() as u64, Ordering::Relaxed);
            }
            None => {
                self.misses.fetch_add(1, Ordering::Relaxed);
            }
        }
        found
    }

    fn hinted(&self) -> &[String] {
        self.hinted
            .get_or_init(|| match place::judge(&self.directory) {
                Ok(()) => read_hint(&self.hint).unwrap_or_default(),
                // A shelf that is a link leads to a place nobody has judged.
                Err(_) => Vec::new(),
            })
    }

    fn own(&self) -> &[Own] {
        self.own.get_or_init(|| {
            self.hinted()
                .iter()
                .filter_map(|name| Own::load(&self.directory, name))
                .collect()
        })
    }

    fn find(&self, key: &Key) -> Option<Cow<'_, [u8]>> {
        for own in self.own() {
            let Some(at) = own.table.find(key) else {
                continue;
            };
            if let Some(value) = own.table.value(at) {
                own.used[at].store(true, Ordering::Relaxed);
                return Some(Cow::Borrowed(value));
            }
        }
        let strangers = self.strangers.get_or_init(|| self.load_strangers());
        for stranger in strangers {
            let Some(at) = stranger.table.find(key) else {
                continue;
            };
            if let Some(value) = stranger.value(at) {
                stranger.used[at].store(true, Ordering::Relaxed);
                return Some(Cow::Owned(value));
            }
        }
        let fresh = self.fresh();
        if let Some(value) = fresh.entries.get(key) {
            return Some(Cow::Owned(value.clone()));
        }
        let mut written = fresh.readable.iter();
        let (name, table, at) =
            written.find_map(|(name, table)| Some((name, table, table.find(key)?)))?;
        // Opened when it is needed: a long run writes more segments than it may hold open.
        let (file, _) = open_regular(&self.path_of(name)).ok()?;
        value_at(&file, table, at).map(Cow::Owned)
    }

    /// Remembers a value for later runs.
    pub fn put(&self, key: Key, value: Vec<u8>) {
        let mut fresh = self.fresh();
        if fresh.failure.is_some() {
            return;
        }
        fresh.bytes += value.len();
        fresh.entries.insert(key, value);
        if fresh.bytes >= FLUSH_BYTES {
            self.write_fresh(fresh);
        }
    }

    /// Writes what is new so far, so that it is not lost if the run does not come to its end.
    pub fn flush(&self) {
        let fresh = self.fresh();
        if !fresh.entries.is_empty() && fresh.failure.is_none() {
            self.write_fresh(fresh);
        }
    }

    fn write_fresh(&self, mut fresh: MutexGuard<'_, Fresh>) {
        let entries = std::mem::take(&mut fresh.entries);
        fresh.bytes = 0;
        // Other threads go on while this one writes.
        drop(fresh);
        let written = self.write(entries);
        let readable = written.as_ref().ok().and_then(|name| {
            let stranger = Stranger::load(&self.directory, name.clone())?;
            Some((stranger.name, stranger.table))
        });
        let mut fresh = self.fresh();
        fresh.readable.extend(readable);
        fresh.note(written);
    }

    /// How often something was found so far.
    pub fn counts(&self) -> Counts {
        Counts {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            hit_bytes: self.hit_bytes.load(Ordering::Relaxed),
        }
    }

    /// Writes what is new, and what this work tree used. True if the cache has grown.
    ///
    /// # Errors
    /// The first failure to write; the results of the run do not depend on it.
    pub fn finish(&self) -> io::Result<bool> {
        if self.own.get().is_none() && self.fresh().is_empty() {
            // Nothing was asked, nothing was learned.
            return Ok(false);
        }
        let adopted = self.adopt_strangers();
        let mut fresh = self.fresh();
        let entries = std::mem::take(&mut fresh.entries);
        if !entries.is_empty() && fresh.failure.is_none() {
            let written = self.write(entries);
            fresh.note(written);
        }
        if let Some(failure) = fresh.failure.take() {
            return Err(failure);
        }
        let in_use = |own: &&Own| own.used.iter().any(|used| used.load(Ordering::Relaxed));
        let kept: Vec<&Own> = self.own().iter().filter(in_use).collect();
        let has_grown = !fresh.written.is_empty();
        let mut names: Vec<String> = fresh.written.iter().rev().cloned().collect();
        names.extend(kept.iter().map(|own| own.name.clone()));
        names.extend(adopted);
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(name.clone()));
        if names.len() > MOST_SEGMENTS {
            names = self.joined(&names)?;
            // What this run wrote on the way is in there. For whom that was the only copy, it is a miss.
            for name in fresh.written.iter().filter(|name| !names.contains(name)) {
                let _ = fs::remove_file(self.path_of(name));
            }
        }
        if names != self.hinted() && !names.is_empty() {
            self.write_hint(&names)?;
        }
        for own in kept {
            touch(&self.path_of(&own.name));
        }
        touch(&self.hint);
        Ok(has_grown)
    }

    /// Segments of other work trees this one uses half of are used from now on; of others, what was used is copied.
    fn adopt_strangers(&self) -> Vec<String> {
        let mut adopted = Vec::new();
        for stranger in self.strangers.get().into_iter().flatten() {
            let used: Vec<usize> = (0..stranger.table.len())
                .filter(|at| stranger.used[*at].load(Ordering::Relaxed))
                .collect();
            if used.is_empty() {
                continue;
            }
            if used.len() * 2 >= stranger.table.len() {
                adopted.push(stranger.name.clone());
                touch(&self.path_of(&stranger.name));
                continue;
            }
            let mut fresh = self.fresh();
            fresh.entries.extend(
                used.iter()
                    .filter_map(|at| Some((stranger.table.key(*at), stranger.value(*at)?))),
            );
        }
        adopted
    }

    /// Joins what is in use of some segments into one.
    fn joined(&self, names: &[String]) -> io::Result<Vec<String>> {
        let mut entries = HashMap::new();
        for name in names {
            if let Some(own) = self.own().iter().find(|own| own.name == *name) {
                entries.extend((0..own.table.len()).filter_map(|at| {
                    let is_used = own.used[at].load(Ordering::Relaxed);
                    let value = own.table.value(at).filter(|_| is_used)?;
                    Some((own.table.key(at), value.to_vec()))
                }));
            } else if let Some(new) = Own::load(&self.directory, name) {
                entries.extend(
                    (0..new.table.len())
                        .filter_map(|at| Some((new.table.key(at), new.table.value(at)?.to_vec()))),
                );
            }
        }
        Ok(vec![self.write(entries)?])
    }

    fn write(&self, entries: HashMap<Key, Vec<u8>>) -> io::Result<String> {
        let bytes = encode(entries.into_iter().collect());
        let name = format!("{:016x}{SEGMENT}", xxh3_64(&bytes));
        place::make_shelf(&self.directory)?;
        replace(&self.path_of(&name), &bytes)?;
        Ok(name)
    }

    fn write_hint(&self, names: &[String]) -> io::Result<()> {
        let mut text: String = names.iter().map(|name| format!("{name}\n")).collect();
        text.push_str(&format!("{:016x}\n", xxh3_64(text.as_bytes())));
        place::make_shelf(&self.directory)?;
        replace(&self.hint, text.as_bytes())
    }

    /// Tables of the newest segments that the hint does not name.
    fn load_strangers(&self) -> Vec<Stranger> {
        let mut found = Vec::new();
        if place::judge(&self.directory).is_err() {
            return Vec::new();
        }
        for entry in fs::read_dir(&self.directory)
            .into_iter()
            .flatten()
            .flatten()
        {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if name.ends_with(SEGMENT) && !self.hinted().contains(&name) {
                let time = entry.metadata().and_then(|metadata| metadata.modified());
                found.push((time.ok(), name));
            }
        }
        found.sort_by(|left, right| right.cmp(left));
        found.truncate(MOST_STRANGERS);
        found
            .into_iter()
            .filter_map(|(_, name)| Stranger::load(&self.directory, name))
            .collect()
    }

    fn path_of(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    fn fresh(&self) -> MutexGuard<'_, Fresh> {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fresh {
    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.written.is_empty() && self.failure.is_none()
    }

    fn note(&mut self, written: io::Result<String>) {
        match written {
            Ok(name) => self.written.push(name),
            Err(error) => self.failure = Some(error),
        }
    }
}

impl Own {
    fn load(directory: &Path, name: &str) -> Option<Self> {
        let bytes = safe_read(&directory.join(name), LARGEST_SEGMENT).ok()?;
        let table = Table::new(bytes)?;
        Some(Self {
            name: name.to_owned(),
            used: unused(&table),
            table,
        })
    }
}

impl Stranger {
    fn load(directory: &Path, name: String) -> Option<Self> {
        let (file, size) = open_regular(&directory.join(&name)).ok()?;
        let mut head = vec![0; HEAD_BYTES];
        read_exact_at(&file, &mut head, 0)?;
        let end = table_end(&head).filter(|end| *end as u64 <= size.min(LARGEST_SEGMENT))?;
        head.resize(end, 0);
        read_exact_at(&file, &mut head[HEAD_BYTES..], HEAD_BYTES as u64)?;
        let table = Table::new(head)?;
        Some(Self {
            name,
            used: unused(&table),
            table,
            file,
        })
    }

    fn value(&self, at: usize) -> Option<Vec<u8>> {
        value_at(&self.file, &self.table, at)
    }
}

/// A value of a segment of which only the table is in memory.
fn value_at(file: &fs::File, table: &Table, at: usize) -> Option<Vec<u8>> {
    let row: Row = table.row(at);
    if u64::from(row.length) > LARGEST_SEGMENT {
        return None;
    }
    let mut value = vec![0; row.length as usize];
    let start = table.values_start() as u64 + u64::from(row.offset);
    read_exact_at(file, &mut value, start)?;
    row.vouches_for(&value).then_some(value)
}

fn unused(table: &Table) -> Vec<AtomicBool> {
    (0..table.len()).map(|_| AtomicBool::new(false)).collect()
}

/// The names in a hint, if its checksum is right.
fn read_hint(path: &Path) -> Option<Vec<String>> {
    let text = String::from_utf8(safe_read(path, LARGEST_HINT).ok()?).ok()?;
    let (names, checksum) = text.trim_end().rsplit_once('\n')?;
    let is_whole = checksum == format!("{:016x}", xxh3_64(format!("{names}\n").as_bytes()));
    let is_ours = |name: &str| name.ends_with(SEGMENT) && !name.contains(['/', '\\']);
    (is_whole && names.lines().all(is_ours)).then(|| names.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::{Key, MOST_SEGMENTS, Shelf};
    use std::fs;
    use std::path::Path;

    fn key(number: u8) -> Key {
        Key::new(&[number; 20], [0; 4])
    }

    /// One run of a reader: asks for all numbers below `upto` and learns those that are missing. Returns how many were.
    fn run(place: &Path, reader: &str, upto: u8) -> u64 {
        let shelf = Shelf::open(place.join("facts-1"), reader.as_bytes());
        for number in 0..upto {
            match shelf.get(&key(number)) {
                Some(value) => assert_eq!(*value, [number; 3]),
                None => shelf.put(key(number), vec![number; 3]),
            }
        }
        shelf.finish().unwrap();
        shelf.counts().misses
    }

    fn segments(place: &Path, ending: &str) -> usize {
        fs::read_dir(place.join("facts-1"))
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_str().unwrap().ends_with(ending)
            })
            .count()
    }

    #[test]
    fn each_run_learns_only_what_is_new() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(run(place.path(), "a", 5), 5);
        assert_eq!(run(place.path(), "a", 5), 0);
        assert_eq!(run(place.path(), "a", 7), 2);
        assert_eq!(segments(place.path(), ".segment"), 2);
    }

    #[test]
    fn many_small_segments_become_one() {
        let place = tempfile::tempdir().unwrap();
        let runs = MOST_SEGMENTS as u8 + 1;
        for upto in 1..=runs {
            assert_eq!(run(place.path(), "a", upto), 1);
        }
        let hint = fs::read_dir(place.path().join("facts-1"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "hint")
            });
        // One name and the checksum.
        assert_eq!(
            fs::read_to_string(hint.unwrap()).unwrap().lines().count(),
            2
        );
        assert_eq!(run(place.path(), "a", runs), 0);
    }

    #[test]
    fn another_reader_adopts_what_it_uses_most_of_and_copies_the_rest() {
        let place = tempfile::tempdir().unwrap();
        run(place.path(), "a", 10);
        assert_eq!(run(place.path(), "b", 8), 0);
        assert_eq!(segments(place.path(), ".segment"), 1, "adopted");
        assert_eq!(run(place.path(), "c", 2), 0);
        assert_eq!(segments(place.path(), ".segment"), 2, "copied");
        assert_eq!(segments(place.path(), ".hint"), 3);
        for reader in ["b", "c"] {
            assert_eq!(run(place.path(), reader, 2), 0);
        }
    }

    #[test]
    fn what_is_new_is_found_before_it_is_written_and_behind_that() {
        let place = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(place.path().join("facts-1"), b"a");
        for number in 0..20 {
            assert_eq!(shelf.get(&key(number)), None);
            shelf.put(key(number), vec![number; 3]);
            assert_eq!(*shelf.get(&key(number)).unwrap(), [number; 3]);
            shelf.flush();
            assert_eq!(*shelf.get(&key(number)).unwrap(), [number; 3]);
        }
        // A run that ends here has lost nothing.
        assert_eq!(run(place.path(), "b", 20), 0);
        shelf.finish().unwrap();
        assert_eq!(run(place.path(), "a", 20), 0);
    }

    #[test]
    fn segments_written_on_the_way_are_joined_and_removed() {
        let place = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(place.path().join("facts-1"), b"a");
        for number in 0..20 {
            shelf.put(key(number), vec![number; 3]);
            shelf.flush();
        }
        assert_eq!(segments(place.path(), ".segment"), 20);
        shelf.finish().unwrap();
        assert_eq!(segments(place.path(), ".segment"), 1);
        assert_eq!(run(place.path(), "a", 20), 0);
    }

    #[test]
    fn nothing_asked_makes_nothing() {
        let place = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(place.path().join("facts-1"), b"a");
        assert!(!shelf.finish().unwrap());
        assert!(!place.path().join("facts-1").exists());
    }
}
