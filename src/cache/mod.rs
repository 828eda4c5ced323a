//! What earlier runs worked out, kept on disk: content-addressed, shared by all work trees, removable at any time.
//!
//! A cache is a directory with one *shelf* for each kind of knowledge and each version of the code that makes it. A shelf
//! holds immutable *segments*: sorted tables of entries, each with a checksum of its own. A run reads the segments its work
//! tree used last time, and writes what it had to work out into one new segment, under a name of its own, by renaming: so
//! runs need no locks and cannot harm each other. Whatever is damaged, foreign or missing is a miss, never an error.

mod eviction;
mod place;
mod segment;
mod shelf;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use eviction::{LIMIT, RESULTS};
pub use place::{ENVIRONMENT, Refusal, default_place};
pub use segment::Key;
pub use shelf::{Counts, Shelf};

use crate::source::safe_read;
use segment::Table;

/// A single thing is smaller than this: 64 MiB.
const LARGEST_SINGLE: u64 = 64 << 20;

/// A directory that holds what earlier runs worked out, and that nobody else can write to.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

/// What lies in a cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Entries by kind of knowledge, sorted by kind.
    pub shelves: Vec<ShelfContents>,
    /// Bytes of all files.
    pub bytes: u64,
}

/// What lies on the shelves of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShelfContents {
    /// `facts`, `changes`, `results`.
    pub kind: String,
    /// Segments of all versions.
    pub segments: u64,
    /// Entries in them; one thing can lie in several segments.
    pub entries: u64,
    /// Bytes of them.
    pub bytes: u64,
}

impl Cache {
    /// Opens the cache at a place, or makes an empty one.
    ///
    /// # Errors
    /// The place is a link, not a directory, somebody else's, writable for others, or cannot be made.
    pub fn open(place: &Path) -> Result<Self, Refusal> {
        let root = place::prepare(place)?;
        Ok(Self { root })
    }

    /// The cache at a place, if there is one. Nothing is made.
    pub fn existing(place: &Path) -> Result<Option<Self>, Refusal> {
        Ok(place::existing(place)?.map(|root| Self { root }))
    }

    /// Where it lies. Absolute, without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The shelf of a kind of knowledge as one version of the code makes it. What `reader` (a work tree) used last time is
    /// loaded at once.
    pub fn shelf(&self, kind: &str, version: &str, reader: &[u8]) -> Shelf {
        Shelf::open(self.root.join(format!("{kind}-{version}")), reader)
    }

    /// One thing that is wanted alone, as [`Cache::keep`] kept it.
    pub fn recall(&self, kind: &str, version: &str, key: &Key) -> Option<Vec<u8>> {
        let path = self.single(kind, version, key);
        place::judge(path.parent()?).ok()?;
        let table = Table::new(safe_read(&path, LARGEST_SINGLE).ok()?)?;
        let value = table.value(table.find(key)?)?.to_vec();
        eviction::touch(&path);
        Some(value)
    }

    /// Keeps one thing that is wanted alone, in a segment of its own.
    pub fn keep(&self, kind: &str, version: &str, key: Key, value: Vec<u8>) -> io::Result<()> {
        let path = self.single(kind, version, &key);
        if let Some(directory) = path.parent() {
            place::make_shelf(directory)?;
        }
        replace(&path, &segment::encode(vec![(key, value)]))
    }

    fn single(&self, kind: &str, version: &str, key: &Key) -> PathBuf {
        let name = format!("{}{}", key.name(), eviction::SEGMENT);
        self.root.join(format!("{kind}-{version}")).join(name)
    }

    /// Removes what was not used for longest until the cache is within `limit` bytes again.
    pub fn trim(&self, limit: u64) -> io::Result<()> {
        eviction::trim(&self.root, limit)
    }

    /// Removes everything that is ours; what somebody else put there stays. Returns the bytes freed.
    pub fn clear(&self) -> io::Result<u64> {
        eviction::clear(&self.root)
    }

    /// Counts what there is.
    pub fn contents(&self) -> io::Result<Contents> {
        let mut contents = Contents::default();
        for file in eviction::files(&self.root)? {
            contents.bytes += file.size;
            let kind = file.kind();
            let at = contents
                .shelves
                .binary_search_by(|shelf| shelf.kind.as_str().cmp(&kind))
                .unwrap_or_else(|at| {
                    let shelf = ShelfContents {
                        kind,
                        ..ShelfContents::default()
                    };
                    contents.shelves.insert(at, shelf);
                    at
                });
            let shelf = &mut contents.shelves[at];
            shelf.bytes += file.size;
            if file.is_segment() {
                shelf.segments += 1;
                shelf.entries += segment::count(&file.path).unwrap_or(0);
            }
        }
        Ok(contents)
    }
}

/// Writes a file completely or not at all, readable for its owner alone. The directory must exist.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicU64, Ordering};

    // Two threads of one process must not share a name either.
    static SERIAL: AtomicU64 = AtomicU64::new(0);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let name = format!("{}{}-{serial}", eviction::PARTIAL, std::process::id());
    let partial = path.with_file_name(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    // Not synchronised with the disk: after a power failure a damaged segment is a miss, and a miss costs little.
    let written = options
        .open(&partial)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&partial);
    }
    written
}
