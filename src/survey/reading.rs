//! One file: read, looked at, taken apart; or remembered from an earlier run that did.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cache::{Key, Shelf};
use crate::class::Class;
use crate::classify::{self, Seen};
use crate::codebase::{Content, File};
use crate::crash;
use crate::facts::{CodePatterns, Facts, Lost, decode, extract};
use crate::git::{HashKind, ObjectId, blob_id};
use crate::source::{self, Identified, Listed};

use super::Watch;
use super::snapshot::Contents;

/// Largest file whose bytes are looked at.
pub(super) const MAX_READ_BYTES: u64 = 64 << 20;

/// A file and what was odd about its bytes. It was measured all the same.
pub(super) struct Read {
    pub file: File,
    pub non_utf8: bool,
    pub conflict_markers: bool,
    /// What was learned of its content, where that has a name.
    pub known: Option<(Key, Known)>,
}

impl From<File> for Read {
    fn from(file: File) -> Self {
        Self {
            file,
            non_utf8: false,
            conflict_markers: false,
            known: None,
        }
    }
}

/// What is known of the contents of one survey, for the next one of this run: states of one repository differ in a few
/// files, and facts are shared instead of being read back.
pub type Carry = HashMap<Key, Known>;

/// All that is remembered of a content: what it says of its class, its lines and facts.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Known {
    /// Bytes it has. A work tree may hold other bytes than those git recorded (Git LFS, line ends); seldom as many.
    size: u64,
    lines: u32,
    non_utf8: bool,
    conflict_markers: bool,
    seen: Seen,
    facts: Option<Result<Arc<Facts>, Lost>>,
}

/// Under which name a content is remembered, if what is in it counts at all.
pub(super) fn key_of(
    listed: &Listed,
    identified: &Result<Identified, Lost>,
    patterns: &CodePatterns,
) -> Option<Key> {
    let identified = identified.as_ref().ok()?;
    let key = || key(&identified.id, listed, patterns);
    listed.needs_content().then(key)
}

/// What to ask for, the first byte of a question.
const WHOLE: u8 = 1;
const LINES: u8 = 2;
/// Everything, and what code patterns find.
const PATTERNS: u8 = 3;

/// Under which name the answer to what is asked of a content is remembered. Where no code pattern is looked for, that is
/// the same for every definition.
fn key(id: &ObjectId, listed: &Listed, patterns: &CodePatterns) -> Key {
    let asked = asked(listed);
    let sought = if listed.needs_content() {
        patterns.fingerprint(listed.language)
    } else {
        None
    };
    match sought {
        None => Key::new(id.as_bytes(), asked),
        Some(fingerprint) => {
            let mut hasher = Sha256::new();
            hasher.update(fingerprint);
            hasher.update(id.as_bytes());
            let [_, language, extension, chosen] = asked;
            Key::new(&hasher.finalize(), [PATTERNS, language, extension, chosen])
        }
    }
}

/// Reads the files of one state of a repository.
pub(super) struct Reader {
    pub contents: Contents,
    pub hash: HashKind,
    /// Whether files that nothing is measured in are read to count their lines, where that is remembered.
    pub counts_lines: bool,
    /// What the definition looks for in code.
    pub patterns: CodePatterns,
    /// What an earlier survey of this run learned.
    pub carried: Option<Arc<Carry>>,
    pub facts: Option<Arc<Shelf>>,
    pub watch: Arc<Watch>,
    /// Set if a file was no longer what it was when it was listed.
    pub has_moved: Arc<AtomicBool>,
}

impl Reader {
    /// What an earlier survey of this run knows of a file, if nothing has to be read or looked up for it.
    pub fn carried(
        &self,
        listed: &Listed,
        identified: Option<&Result<Identified, Lost>>,
    ) -> Option<Read> {
        let identified = identified?.as_ref().ok()?;
        let mut read = if listed.needs_content() || self.counts_lines_of(listed) {
            let key = key(&identified.id, listed, &self.patterns);
            let known = self.carried.as_ref()?.get(&key)?;
            if identified.size.is_some_and(|size| known.size != size) {
                return None;
            }
            self.join(listed, known.clone(), Some(identified.id))
        } else if matches!(self.contents, Contents::Objects(_)) {
            self.count_lines(listed)
        } else {
            return None;
        };
        read.file.id.get_or_insert(identified.id);
        Some(read)
    }

    /// Reads one file: its class, its lines, its facts. `identified` is its content, where that is known already.
    pub fn read(&self, listed: &Listed, identified: Option<&Result<Identified, Lost>>) -> Read {
        let mut read = self.read_content(listed, identified);
        if let Some(Ok(identified)) = identified {
            read.file.id.get_or_insert(identified.id);
        }
        read
    }

    fn read_content(&self, listed: &Listed, identified: Option<&Result<Identified, Lost>>) -> Read {
        if let Some(Ok(identified)) = identified
            && (listed.needs_content() || self.counts_lines_of(listed))
        {
            let key = key(&identified.id, listed, &self.patterns);
            if let Some(known) = self.recall(&key, identified.size) {
                return self.join(listed, known, Some(identified.id));
            }
        }
        let is_named = identified.is_some();
        if !listed.needs_content() && (!is_named || !self.counts_lines_of(listed)) {
            return self.count_lines(listed);
        }
        let bytes = match self.contents.read(listed, MAX_READ_BYTES) {
            Ok(bytes) => bytes,
            Err(_) if !listed.needs_content() => return self.count_lines(listed),
            Err(lost) => return lost_file(listed, lost).into(),
        };
        let size = bytes.len() as u64;
        // What was identified may have changed since, or been filtered on its way out of git: these bytes count.
        let id = is_named.then(|| self.name(&bytes, identified));
        let known = examine(listed, bytes, &self.patterns);
        self.watch.file_read(size, known.facts.is_some());
        if let (Some(shelf), Some(id)) = (&self.facts, id)
            && !matches!(known.facts, Some(Err(Lost::Internal | Lost::Crash)))
            && let Ok(value) = postcard::to_stdvec(&known)
        {
            shelf.put(key(&id, listed, &self.patterns), value);
        }
        self.join(listed, known, id)
    }

    /// Joins what the path of a file says with what is known of its content.
    fn join(&self, listed: &Listed, known: Known, id: Option<ObjectId>) -> Read {
        let kept = id.map(|id| (key(&id, listed, &self.patterns), known.clone()));
        Read {
            known: kept,
            ..join(listed, known, id)
        }
    }

    fn counts_lines_of(&self, listed: &Listed) -> bool {
        self.counts_lines && is_countable_class(listed)
    }

    /// What an earlier survey or run learned of a content of this size.
    fn recall(&self, key: &Key, size: Option<u64>) -> Option<Known> {
        let carried = self.carried.as_ref().and_then(|carried| carried.get(key));
        carried
            .cloned()
            .or_else(|| postcard::from_bytes(&self.facts.as_ref()?.get(key)?).ok())
            .filter(|known: &Known| size.is_none_or(|size| known.size == size))
    }

    /// The id of bytes that were read.
    fn name(&self, bytes: &[u8], identified: Option<&Result<Identified, Lost>>) -> ObjectId {
        let id = blob_id(self.hash, bytes);
        if identified.is_some_and(|listed| !matches!(listed, Ok(listed) if listed.id == id)) {
            self.has_moved.store(true, Ordering::Relaxed);
        }
        id
    }

    /// A file whose class is settled without its content; text is still counted in lines, without holding it in memory.
    fn count_lines(&self, listed: &Listed) -> Read {
        let mut file = unread_file(listed, listed.class.unwrap_or(Class::Data));
        if is_countable(file.class) {
            file.lines = match &self.contents {
                Contents::Disk(root) => {
                    let counted = source::physical_lines(&listed.location(root));
                    counted.map_or(0, |counted| {
                        u32::try_from(counted.lines).unwrap_or(u32::MAX)
                    })
                }
                // Larger than any object that is read.
                Contents::Objects(_) => 0,
            };
        }
        file.into()
    }
}

/// What is asked of the content of a file: all that the answer depends on besides.
fn asked(listed: &Listed) -> [u8; 4] {
    if !listed.needs_content() {
        return [LINES, 0, 0, 0];
    }
    let [language, extension, chosen] = listed.lens().bytes();
    [WHOLE, language, extension, chosen]
}

/// Looks at the bytes of a file.
fn examine(listed: &Listed, bytes: Vec<u8>, patterns: &CodePatterns) -> Known {
    let is_settled = !listed.needs_content();
    let seen = if is_settled {
        Seen::default()
    } else {
        listed.look(&bytes)
    };
    let mut known = Known {
        size: bytes.len() as u64,
        lines: 0,
        non_utf8: false,
        conflict_markers: false,
        seen,
        facts: None,
    };
    if is_settled {
        known.lines = source::lines_of(&bytes);
        return known;
    }
    if seen.is_binary() {
        return known;
    }
    if classify::is_lfs_pointer(&bytes) {
        known.facts = Some(Err(Lost::LfsPointer));
        return known;
    }
    let Some(language) = seen.language_of_facts() else {
        known.lines = decode::count_lines(&bytes);
        return known;
    };
    let decoded = decode::decode(bytes);
    let (path, text) = (listed.path.as_bytes(), &decoded.text);
    let facts = crash::guarded(path, language.index() as u8, text, || {
        extract::extract_asked(language, text, patterns)
    });
    let facts = facts.unwrap_or(Err(Lost::Crash));
    known.lines = match &facts {
        Ok(facts) => facts.lines.total(),
        Err(_) => decode::count_lines(&decoded.text),
    };
    known.facts = Some(facts.map(Arc::new));
    known.non_utf8 = decoded.non_utf8;
    known.conflict_markers = decoded.conflict_markers;
    known
}

/// A file of which this is known.
fn join(listed: &Listed, known: Known, id: Option<ObjectId>) -> Read {
    if !listed.needs_content() {
        let mut file = unread_file(listed, listed.class.unwrap_or(Class::Data));
        file.id = id;
        if is_countable(file.class) {
            file.lines = known.lines;
        }
        return file.into();
    }
    let settled = listed.settle(&known.seen);
    let mut file = File {
        path: listed.path.clone(),
        id,
        class: settled.class,
        reason: settled.reason,
        language: settled.language,
        lines: known.lines,
        content: Content::Unread(settled.unsupported),
    };
    match known.facts {
        None => {}
        Some(Ok(facts)) => settle_by_facts(&mut file, facts),
        Some(Err(lost)) => file.content = Content::Lost(lost),
    }
    Read {
        file,
        non_utf8: known.non_utf8,
        conflict_markers: known.conflict_markers,
        known: None,
    }
}

/// What only facts can tell of a file's class: a literal table is data, a test file without a test case supports others.
fn settle_by_facts(file: &mut File, facts: Arc<Facts>) {
    if facts.literal_table && file.class == Class::Code {
        file.class = Class::Data;
        file.reason = "one literal table";
        file.content = Content::Unread(None);
        return;
    }
    if file.class == Class::Test && facts.tests.iter().all(|test| test.doc_example) {
        file.class = Class::TestSupport;
        file.reason = "no test case in it";
    }
    file.content = Content::Facts(facts);
}

/// Whether the class that was settled without content is one of text.
fn is_countable_class(listed: &Listed) -> bool {
    listed.class.is_some_and(is_countable)
}

fn is_countable(class: Class) -> bool {
    !matches!(class, Class::Binary | Class::Link | Class::Submodule)
}

fn unread_file(listed: &Listed, class: Class) -> File {
    File {
        path: listed.path.clone(),
        id: None,
        class,
        reason: listed.class_reason,
        language: listed.language,
        lines: 0,
        content: Content::Unread(listed.unsupported),
    }
}

/// A file that should have facts and has none. Of another class or language nothing is missing.
pub(super) fn lost_file(listed: &Listed, lost: Lost) -> File {
    let class = listed.class.unwrap_or(Class::Code);
    let is_measured = class.has_facts() && listed.language.is_some();
    let mut file = unread_file(listed, class);
    if is_measured {
        file.content = Content::Lost(lost);
    }
    file
}

#[cfg(test)]
mod tests {
    use super::{CodePatterns, Content, Contents, HashKind, Identified, Lost, Reader, blob_id};
    use crate::cache::Cache;
    use crate::classify::FileRules;
    use crate::source::{self, Listed};
    use crate::survey::Watch;
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    const TEXT: &[u8] = b"def load(path):\n    return path\n";

    /// A directory with one file, and one for a cache.
    fn place() -> (tempfile::TempDir, Listed) {
        let place = tempfile::tempdir().unwrap();
        let work = place.path().join("work");
        fs::create_dir(&work).unwrap();
        fs::write(work.join("a.py"), TEXT).unwrap();
        let listed = source::list(&work, None, &FileRules::default());
        let file = listed.files.into_iter().next().unwrap();
        (place, file)
    }

    fn reader(place: &Path) -> Reader {
        let cache = Cache::open(&place.join("cache")).unwrap();
        Reader {
            contents: Contents::Disk(place.join("work")),
            carried: None,
            hash: HashKind::Sha1,
            counts_lines: true,
            patterns: CodePatterns::default(),
            facts: Some(Arc::new(cache.shelf("facts", "1", b"reader"))),
            watch: Arc::new(Watch::default()),
            has_moved: Arc::new(AtomicBool::new(false)),
        }
    }

    fn identified(bytes: &[u8]) -> Result<Identified, Lost> {
        Ok(Identified {
            id: blob_id(HashKind::Sha1, bytes),
            size: Some(bytes.len() as u64),
        })
    }

    /// Whether the file was found to be another one than was listed, and how often it was parsed.
    fn read(place: &Path, listed: &Listed, identified: &Result<Identified, Lost>) -> (bool, u64) {
        let reader = reader(place);
        let read = reader.read(listed, Some(identified));
        assert!(matches!(read.file.content, Content::Facts(_)));
        assert_eq!(read.file.lines, 2);
        reader.facts.as_ref().unwrap().finish().unwrap();
        let parsed = reader.watch.progress().parsed_files;
        (reader.has_moved.load(Ordering::Relaxed), parsed)
    }

    #[test]
    fn what_was_read_once_is_remembered_by_its_content() {
        let (place, listed) = place();
        assert_eq!(read(place.path(), &listed, &identified(TEXT)), (false, 1));
        assert_eq!(read(place.path(), &listed, &identified(TEXT)), (false, 0));
    }

    #[test]
    fn a_file_that_changed_after_it_was_listed_is_told() {
        let (place, listed) = place();
        let before = identified(b"def other(path):\n    return path\n");
        assert_eq!(read(place.path(), &listed, &before), (true, 1));
        // What was learned lies under the content that was read, not under the one that was listed.
        assert_eq!(read(place.path(), &listed, &before), (true, 1));
        assert_eq!(read(place.path(), &listed, &identified(TEXT)), (false, 0));
        assert_eq!(read(place.path(), &listed, &Err(Lost::TooLarge)), (true, 1));
    }

    // Case 29.
    #[test]
    fn what_is_too_large_to_parse_is_counted_in_lines() {
        let (place, listed) = place();
        fs::write(place.path().join("work/a.py"), "x = 1\n".repeat(900_000)).unwrap();
        let read = reader(place.path()).read(&listed, None);
        assert!(matches!(read.file.content, Content::Lost(Lost::TooLarge)));
        assert_eq!(read.file.lines, 900_000);
    }

    #[test]
    fn an_object_of_another_size_is_not_what_lies_on_disk() {
        let (place, listed) = place();
        read(place.path(), &listed, &identified(TEXT));
        let smudged = Ok(Identified {
            id: blob_id(HashKind::Sha1, TEXT),
            size: Some(TEXT.len() as u64 + 1),
        });
        assert_eq!(read(place.path(), &listed, &smudged).1, 1);
    }
}
