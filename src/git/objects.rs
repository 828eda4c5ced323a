//! Raw objects by id: packed and loose ones by our own readers, what they leave out through libgit2's object database.
//!
//! libgit2 1.9 spins for ever on a truncated loose object, so it is never asked for an object that lies loose. Opening its
//! database costs as much as reading a thousand objects, so that waits until it is needed. Nothing here reads
//! configuration: a database is a list of directories and a hash kind.

use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Once, OnceLock};

use flate2::bufread::ZlibDecoder;

use super::alternates::{object_directories, refuse_pipes};
use super::packs::Packs;
use super::unpack::{Trouble, Unpacker};

/// Commits and trees larger than this are hostile or broken; 16 MiB of tree is about 400,000 names in one directory.
pub const METADATA_LIMIT: u64 = 16 << 20;

/// Objects larger than this are not read for anybody: 64 MiB.
pub const OBJECT_LIMIT: u64 = 64 << 20;

/// The id of an object: 20 bytes in a SHA-1 repository, 32 in a SHA-256 one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    length: u8,
    bytes: [u8; 32],
}

impl ObjectId {
    /// Wraps raw bytes; `None` unless there are 20 or 32.
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let length = match raw.len() {
            20 => 20,
            32 => 32,
            _ => return None,
        };
        let mut bytes = [0; 32];
        bytes.get_mut(..raw.len())?.copy_from_slice(raw);
        Some(Self { length, bytes })
    }

    /// Reads 40 or 64 hexadecimal digits.
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        let length = match text.len() {
            40 => 20,
            64 => 32,
            _ => return None,
        };
        for (byte, digits) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            let [high, low] = digits else { return None };
            let high = char::from(*high).to_digit(16)?;
            let low = char::from(*low).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self { length, bytes })
    }

    /// The id of nothing: all zeros.
    pub fn null(kind: HashKind) -> Self {
        Self {
            length: kind.id_length() as u8,
            bytes: [0; 32],
        }
    }

    /// The raw bytes: 20 or 32 of them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// All digits in lower case.
    pub fn hex(&self) -> String {
        let mut text = String::with_capacity(self.as_bytes().len() * 2);
        for byte in self.as_bytes() {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        text
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.hex())
    }
}

/// The hash a repository names its objects by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashKind {
    /// 20 bytes.
    Sha1,
    /// 32 bytes.
    Sha256,
}

impl HashKind {
    /// Bytes of an id.
    pub fn id_length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The same in libgit2's words.
    pub(super) fn format(self) -> git2::ObjectFormat {
        match self {
            Self::Sha1 => git2::ObjectFormat::Sha1,
            Self::Sha256 => git2::ObjectFormat::Sha256,
        }
    }
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A directory.
    Tree,
    /// The content of a file.
    Blob,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    fn from_name(name: &[u8]) -> Option<Self> {
        match name {
            b"commit" => Some(Self::Commit),
            b"tree" => Some(Self::Tree),
            b"blob" => Some(Self::Blob),
            b"tag" => Some(Self::Tag),
            _ => None,
        }
    }

    pub(super) fn from_libgit2(kind: git2::ObjectType) -> Option<Self> {
        match kind {
            git2::ObjectType::Commit => Some(Self::Commit),
            git2::ObjectType::Tree => Some(Self::Tree),
            git2::ObjectType::Blob => Some(Self::Blob),
            git2::ObjectType::Tag => Some(Self::Tag),
            git2::ObjectType::Any => None,
        }
    }
}

/// Why an object cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectProblem {
    /// It is not in this repository: a shallow or partial clone, or a damaged one.
    Missing,
    /// Its file ends too early.
    Truncated,
    /// Its bytes do not decode, or it is not of the kind its place demands.
    Corrupt(String),
    /// It is larger than the caller allows: its size in bytes.
    TooLarge(u64),
}

impl fmt::Display for ObjectProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("missing"),
            Self::Truncated => formatter.write_str("truncated"),
            Self::Corrupt(detail) => write!(formatter, "corrupt ({detail})"),
            Self::TooLarge(size) => write!(formatter, "too large ({size} bytes)"),
        }
    }
}

/// Where the objects of a repository lie. Shared by all threads; each opens its own [`ObjectReader`].
pub(super) struct ObjectStore {
    hash: HashKind,
    directories: Vec<PathBuf>,
    packs: OnceLock<Packs>,
    reads: AtomicU64,
}

impl ObjectStore {
    /// Finds `directory` and its alternates. Packs are opened when the first object is read.
    pub(super) fn new(directory: &Path, hash: HashKind) -> Result<Self, String> {
        Ok(Self {
            hash,
            directories: object_directories(directory)?,
            packs: OnceLock::new(),
            reads: AtomicU64::new(0),
        })
    }

    /// The hash kind of this repository.
    pub(super) fn hash(&self) -> HashKind {
        self.hash
    }

    /// Objects read so far by all threads: the heartbeat of the watchdog.
    pub(super) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// A reader for one thread.
    pub(super) fn reader(self: &Arc<Self>) -> ObjectReader {
        ObjectReader {
            store: Arc::clone(self),
            unpacker: RefCell::new(Unpacker::new()),
            database: OnceCell::new(),
        }
    }

    /// `objects` and its alternates.
    pub(super) fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// The packs in all of them.
    pub(super) fn packs(&self) -> &Packs {
        self.packs
            .get_or_init(|| Packs::open(&self.directories, self.hash))
    }

    /// The files an object may lie in on its own.
    fn loose(&self, id: ObjectId) -> impl Iterator<Item = PathBuf> {
        let hex = id.hex();
        self.directories.iter().map(move |directory| {
            let (fan, rest) = hex.split_at(2);
            directory.join(fan).join(rest)
        })
    }

    fn open_database(&self) -> Result<git2::Odb<'static>, String> {
        static SETTINGS: Once = Once::new();
        SETTINGS.call_once(|| {
            // A damaged object shows when it is parsed; hashing every one again costs a third of the walk.
            git2::opts::strict_hash_verification(false);
            // Trees are cached by the tree diff, which knows which of them come back.
            git2::opts::enable_caching(false);
        });
        let database =
            git2::Odb::new_ext(self.hash.format()).map_err(|error| error.message().to_owned())?;
        for directory in &self.directories {
            refuse_pipes(&directory.join("pack"))?;
            let path = directory
                .to_str()
                .ok_or_else(|| "the path of the object directory is not UTF-8".to_owned())?;
            database
                .add_disk_alternate(path)
                .map_err(|error| error.message().to_owned())?;
        }
        Ok(database)
    }
}

/// Reads objects on one thread.
pub(super) struct ObjectReader {
    store: Arc<ObjectStore>,
    unpacker: RefCell<Unpacker>,
    database: OnceCell<Result<git2::Odb<'static>, String>>,
}

impl ObjectReader {
    /// The store this reads from.
    pub(super) fn store(&self) -> &ObjectStore {
        &self.store
    }

    /// The kind and content of an object of at most `limit` bytes.
    pub(super) fn read(
        &self,
        id: ObjectId,
        limit: u64,
    ) -> Result<(ObjectKind, Vec<u8>), ObjectProblem> {
        let (kind, content) = self.read_shared(id, limit)?;
        Ok((kind, Arc::unwrap_or_clone(content)))
    }

    /// The content of an object that must be of one kind. Others that are stored as a difference from it may share it.
    pub(super) fn read_kind(
        &self,
        id: ObjectId,
        kind: ObjectKind,
        limit: u64,
    ) -> Result<Arc<Vec<u8>>, ObjectProblem> {
        let (found, content) = self.read_shared(id, limit)?;
        if found == kind {
            Ok(content)
        } else {
            Err(ObjectProblem::Corrupt(format!(
                "a {found:?} where a {kind:?} belongs"
            )))
        }
    }

    /// What an object is. Its content is not read.
    pub(super) fn kind(&self, id: ObjectId) -> Result<ObjectKind, ObjectProblem> {
        self.store.reads.fetch_add(1, Ordering::Relaxed);
        let packed = self.unpacker.borrow_mut().kind(self.store.packs(), &id);
        if let Some(Ok(kind)) = packed {
            return Ok(kind);
        }
        for path in self.store.loose(id) {
            if let Some(loose) = Loose::open(&path)? {
                return Ok(loose.kind);
            }
        }
        let oid = git2::Oid::from_bytes(id.as_bytes()).map_err(|error| problem(&error))?;
        let (_, kind) = self
            .database()?
            .read_header(oid)
            .map_err(|error| self.problem_of(&id, &error))?;
        ObjectKind::from_libgit2(kind).ok_or_else(unknown_kind)
    }

    fn read_shared(
        &self,
        id: ObjectId,
        limit: u64,
    ) -> Result<(ObjectKind, Arc<Vec<u8>>), ObjectProblem> {
        self.store.reads.fetch_add(1, Ordering::Relaxed);
        let unpacked = self
            .unpacker
            .borrow_mut()
            .read(self.store.packs(), &id, limit);
        match unpacked {
            Some(Ok(found)) => return Ok(found),
            Some(Err(Trouble::TooLarge(size))) => return Err(ObjectProblem::TooLarge(size)),
            Some(Err(Trouble::Unusual)) | None => {}
        }
        for path in self.store.loose(id) {
            if let Some(loose) = Loose::open(&path)? {
                let kind = loose.kind;
                return Ok((kind, Arc::new(loose.read(limit)?)));
            }
        }
        let (kind, content) = self.read_from_database(id, limit)?;
        Ok((kind, Arc::new(content)))
    }

    fn read_from_database(
        &self,
        id: ObjectId,
        limit: u64,
    ) -> Result<(ObjectKind, Vec<u8>), ObjectProblem> {
        let database = self.database()?;
        let oid = git2::Oid::from_bytes(id.as_bytes()).map_err(|error| problem(&error))?;
        // The header comes first: a few megabytes of pack can promise gigabytes of zeros.
        let header = database.read_header(oid);
        let (size, _) = header.map_err(|error| self.problem_of(&id, &error))?;
        if size as u64 > limit {
            return Err(ObjectProblem::TooLarge(size as u64));
        }
        let object = database.read(oid);
        let object = object.map_err(|error| self.problem_of(&id, &error))?;
        let kind = ObjectKind::from_libgit2(object.kind()).ok_or_else(unknown_kind)?;
        Ok((kind, object.data().to_vec()))
    }

    /// What an error of libgit2's means. It answers "not found" for what a damaged pack should hold, and nothing was left
    /// out there on purpose.
    fn problem_of(&self, id: &ObjectId, error: &git2::Error) -> ObjectProblem {
        match (problem(error), self.store.packs().find(id, 0)) {
            (ObjectProblem::Missing, Some(_)) => {
                ObjectProblem::Corrupt("the pack that holds it is cut off or damaged".to_owned())
            }
            (problem, _) => problem,
        }
    }

    fn database(&self) -> Result<&git2::Odb<'static>, ObjectProblem> {
        self.database
            .get_or_init(|| self.store.open_database())
            .as_ref()
            .map_err(|reason| ObjectProblem::Corrupt(reason.clone()))
    }
}

fn unknown_kind() -> ObjectProblem {
    ObjectProblem::Corrupt("unknown kind of object".to_owned())
}

fn problem(error: &git2::Error) -> ObjectProblem {
    if error.code() == git2::ErrorCode::NotFound {
        ObjectProblem::Missing
    } else {
        ObjectProblem::Corrupt(error.message().to_owned())
    }
}

/// An object in a file of its own, of which the head was read.
struct Loose {
    kind: ObjectKind,
    size: u64,
    content: BufReader<ZlibDecoder<BufReader<fs::File>>>,
}

impl Loose {
    /// `None` when there is no such file.
    fn open(path: &Path) -> Result<Option<Self>, ObjectProblem> {
        match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ObjectProblem::Corrupt(error.to_string())),
            Ok(metadata) if !metadata.is_file() => {
                return Err(ObjectProblem::Corrupt("not a regular file".to_owned()));
            }
            Ok(metadata) if metadata.len() == 0 => return Err(ObjectProblem::Truncated),
            Ok(_) => {}
        }
        let file =
            fs::File::open(path).map_err(|error| ObjectProblem::Corrupt(error.to_string()))?;
        let mut content = BufReader::new(ZlibDecoder::new(BufReader::new(file)));
        let mut header = Vec::new();
        (&mut content)
            .take(64)
            .read_until(0, &mut header)
            .map_err(|error| inflate_problem(&error))?;
        let malformed = || ObjectProblem::Corrupt("malformed object header".to_owned());
        let header = header.strip_suffix(b"\0").ok_or_else(malformed)?;
        let space = memchr::memchr(b' ', header).ok_or_else(malformed)?;
        let (name, size) = header.split_at(space);
        let kind = ObjectKind::from_name(name).ok_or_else(malformed)?;
        let size: u64 = std::str::from_utf8(&size[1..])
            .ok()
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(malformed)?;
        Ok(Some(Self {
            kind,
            size,
            content,
        }))
    }

    fn read(self, limit: u64) -> Result<Vec<u8>, ObjectProblem> {
        let Self { size, content, .. } = self;
        if size > limit {
            return Err(ObjectProblem::TooLarge(size));
        }
        let mut bytes = Vec::new();
        content
            .take(size + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| inflate_problem(&error))?;
        match (bytes.len() as u64).cmp(&size) {
            std::cmp::Ordering::Less => Err(ObjectProblem::Truncated),
            std::cmp::Ordering::Equal => Ok(bytes),
            std::cmp::Ordering::Greater => Err(ObjectProblem::Corrupt(
                "longer than its header says".to_owned(),
            )),
        }
    }
}

fn inflate_problem(error: &std::io::Error) -> ObjectProblem {
    if error.kind() == ErrorKind::UnexpectedEof {
        ObjectProblem::Truncated
    } else {
        ObjectProblem::Corrupt(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{OBJECT_LIMIT, ObjectId, ObjectKind, ObjectProblem};
    use crate::git::Repository;
    use crate::git::repositories::{Commit, Repo};
    use crate::git::testing::open;

    fn id(id: git2::Oid) -> ObjectId {
        ObjectId::from_bytes(id.as_bytes()).unwrap()
    }

    // Case 80.
    #[test]
    fn a_file_is_read_up_to_the_limit_wherever_it_lies() {
        let mut repo = Repo::new();
        let limit = usize::try_from(OBJECT_LIMIT).unwrap();
        let text = "0123456789abcdef".repeat(limit / 16);
        repo.commit(Commit::new("one", 0).write("large", &text));
        let large = id(repo.object(git2::ObjectType::Blob, text.as_bytes()));
        let beyond = id(repo.object(git2::ObjectType::Blob, (text.clone() + "!").as_bytes()));
        let is_read = |repository: &Repository| repository.blob(large).unwrap() == text.as_bytes();
        let too_large = Err(ObjectProblem::TooLarge(OBJECT_LIMIT + 1));
        assert!(is_read(&open(&repo)));
        assert_eq!(open(&repo).blob(beyond), too_large);
        repo.commit(Commit::new("two", 1).write("beyond", &(text.clone() + "!")));
        repo.pack();
        assert!(is_read(&open(&repo)));
        assert_eq!(open(&repo).blob(beyond), too_large);
        let borrower = Repo::new();
        let list = borrower.path().join(".git/objects/info/alternates");
        fs::create_dir_all(list.parent().unwrap()).unwrap();
        let lender = repo.path().join(".git/objects");
        fs::write(list, format!("{}\n", lender.display())).unwrap();
        assert!(is_read(&open(&borrower)));
        assert_eq!(open(&borrower).blob(beyond), too_large);
    }

    #[test]
    fn a_file_that_a_partial_clone_left_out_is_missing_and_nothing_else() {
        let mut repo = Repo::new();
        let commit = repo.commit(Commit::new("one", 0).write("a", "text"));
        let blob = repo.object(git2::ObjectType::Blob, b"text");
        fs::remove_file(repo.loose(blob)).unwrap();
        let config = repo.path().join(".git/config");
        let text = fs::read_to_string(&config).unwrap();
        fs::write(&config, text + "[remote \"origin\"]\n\tpromisor = true\n").unwrap();
        let repository = open(&repo);
        assert!(repository.is_partial());
        assert_eq!(repository.blob(id(blob)), Err(ObjectProblem::Missing));
        assert!(repository.fetch_missing().ends_with("--no-filter"));
        assert!(matches!(
            repository.blob(id(commit)),
            Err(ObjectProblem::Corrupt(_))
        ));
    }

    #[test]
    fn what_an_object_is_is_told_without_reading_it() {
        let mut repo = Repo::new();
        let mut text = String::new();
        for day in 0..9 {
            text.push_str(&format!("line {day}\n").repeat(50));
            repo.commit(Commit::new("x", day).write("a", &text));
        }
        let objects = repo.objects();
        for is_packed in [false, true] {
            if is_packed {
                repo.pack();
            }
            let repository = open(&repo);
            for (object, kind, _) in &objects {
                let kind = ObjectKind::from_libgit2(*kind);
                let told = repository.with_reader(|reader| reader.kind(id(*object)));
                assert_eq!(told.ok(), kind);
            }
            let unknown = ObjectId::from_hex(&[b'7'; 40]).unwrap();
            let told = repository.with_reader(|reader| reader.kind(unknown));
            assert_eq!(told, Err(ObjectProblem::Missing));
        }
    }

    #[test]
    fn ids_survive_the_way_through_hex() {
        let sha1 = "0123456789abcdef0123456789abcdef01234567";
        let sha256 = format!("{sha1}0123456789abcdef01234567");
        for text in [sha1, &sha256] {
            let id = ObjectId::from_hex(text.as_bytes()).unwrap();
            assert_eq!(id.hex(), text);
            assert_eq!(ObjectId::from_bytes(id.as_bytes()), Some(id));
        }
        assert_eq!(ObjectId::from_hex(b"0123"), None);
        assert_eq!(ObjectId::from_hex(&[b'x'; 40]), None);
        assert_eq!(ObjectId::from_bytes(&[0; 19]), None);
    }
}
