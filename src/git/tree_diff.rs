//! What differs between two trees: an own comparison of raw tree objects that descends only where ids differ.
//!
//! libgit2's tree diff visits every file of both trees for every commit. This one reads a directory only if it changed,
//! keeps no recursion on the input's depth, and gives up at fixed counts, so that a tree of ten billion files made of ten
//! objects ends in milliseconds.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::hash::WordHash;
use super::objects::{METADATA_LIMIT, ObjectId, ObjectKind, ObjectProblem, ObjectReader};
use crate::path::RepoPath;

/// A commit that changes more paths than this is bulk: counted, its further paths not recorded.
const PATH_LIMIT: usize = 20_000;

/// Directories looked into for one commit. Each costs about a microsecond once read.
const TREE_LIMIT: usize = 30_000;

/// As deep as git itself follows trees.
pub(super) const DEPTH_LIMIT: u16 = 2_048;

/// A path of so many bytes is left out. No file system takes it, and the name of a directory stands before each of its
/// files: one of megabytes would cost terabytes.
pub(super) const LONGEST_PATH: usize = 4_096;

/// Bytes of trees kept for the neighbouring commits, which share most of them.
const CACHE_LIMIT: usize = 8 << 20;

/// One path that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathChange {
    /// Where.
    pub path: RepoPath,
    /// What was there, if anything.
    pub old: Option<Version>,
    /// What is there now, if anything.
    pub new: Option<Version>,
}

/// A file in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    /// Its content.
    pub id: ObjectId,
    /// Its mode.
    pub mode: u32,
}

impl Version {
    /// File, symbolic link or submodule: a rename keeps this.
    pub(super) fn file_type(self) -> u32 {
        self.mode & 0o170_000
    }

    /// Whether it is a directory: then its content is a list.
    pub(super) fn is_tree(self) -> bool {
        self.file_type() == 0o040_000
    }
}

/// All that differs between two trees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TreeChanges {
    /// Sorted by path, each path once.
    pub changes: Vec<PathChange>,
    /// There are more than are recorded.
    pub bulk: bool,
}

/// A tree that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TreeProblem {
    /// Which.
    pub tree: ObjectId,
    /// Why.
    pub problem: ObjectProblem,
}

/// Compares trees on one thread.
pub(super) struct TreeDiff<'a> {
    reader: &'a ObjectReader,
    cache: &'a mut TreeCache,
}

/// Trees read lately.
#[derive(Default)]
pub(super) struct TreeCache {
    trees: HashMap<ObjectId, Arc<Vec<u8>>, WordHash>,
    bytes: usize,
}

/// A pair of directories still to compare, and where they are.
struct Pending {
    directory: Vec<u8>,
    depth: u16,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
}

impl<'a> TreeDiff<'a> {
    /// Looks into `cache` before it reads.
    pub(super) fn new(reader: &'a ObjectReader, cache: &'a mut TreeCache) -> Self {
        Self { reader, cache }
    }

    /// What changed from `old` (nothing, for a root commit) to `new`.
    pub(super) fn diff(
        &mut self,
        old: Option<ObjectId>,
        new: ObjectId,
    ) -> Result<TreeChanges, TreeProblem> {
        let mut result = TreeChanges::default();
        let mut visited = 0;
        let mut pending = vec![Pending {
            directory: Vec::new(),
            depth: 0,
            old,
            new: Some(new),
        }];
        while let Some(pair) = pending.pop() {
            if pair.old == pair.new {
                continue;
            }
            visited += 1;
            if visited > TREE_LIMIT || result.changes.len() > PATH_LIMIT {
                result.bulk = true;
                break;
            }
            let old = self.tree(pair.old)?;
            let new = self.tree(pair.new)?;
            let id_length = self.reader.store().hash().id_length();
            let first = pending.len();
            compare(&old, &new, id_length, |name, old, new| {
                let slash = usize::from(!pair.directory.is_empty());
                if pair.directory.len() + slash + name.len() >= LONGEST_PATH {
                    return;
                }
                let path = join(&pair.directory, name);
                let old_tree = old
                    .filter(|entry| entry.is_tree())
                    .map(|entry| entry.version.id);
                let new_tree = new
                    .filter(|entry| entry.is_tree())
                    .map(|entry| entry.version.id);
                if (old_tree.is_some() || new_tree.is_some()) && old_tree != new_tree {
                    if pair.depth < DEPTH_LIMIT {
                        pending.push(Pending {
                            directory: path.clone(),
                            depth: pair.depth + 1,
                            old: old_tree,
                            new: new_tree,
                        });
                    } else {
                        result.bulk = true;
                    }
                }
                let old = old
                    .filter(|entry| !entry.is_tree())
                    .map(|entry| entry.version);
                let new = new
                    .filter(|entry| !entry.is_tree())
                    .map(|entry| entry.version);
                if old != new {
                    result.changes.push(PathChange {
                        path: RepoPath::new(path),
                        old,
                        new,
                    });
                }
            });
            // First directory first: which paths of a bulk commit are recorded follows from its content alone.
            if let Some(added) = pending.get_mut(first..) {
                added.reverse();
            }
        }
        if result.changes.len() > PATH_LIMIT {
            result.changes.truncate(PATH_LIMIT);
            result.bulk = true;
        }
        result
            .changes
            .sort_by(|left, right| left.path.cmp(&right.path));
        result.changes.dedup_by(|later, kept| {
            // A file that became a directory of the same name, or the reverse, in a tree with equal names.
            let same = later.path == kept.path;
            if same {
                kept.old = kept.old.or(later.old);
                kept.new = kept.new.or(later.new);
            }
            same
        });
        Ok(result)
    }

    /// Whether a file or directory lies at `path` below `root`.
    pub(super) fn contains(
        &mut self,
        root: ObjectId,
        path: &RepoPath,
    ) -> Result<bool, TreeProblem> {
        Ok(self.find(root, path)?.is_some())
    }

    /// What lies at `path` below `root`, if anything.
    pub(super) fn find(
        &mut self,
        root: ObjectId,
        path: &RepoPath,
    ) -> Result<Option<Version>, TreeProblem> {
        let id_length = self.reader.store().hash().id_length();
        let mut directory = Some(root);
        let mut last = None;
        for name in path.as_bytes().split(|byte| *byte == b'/') {
            let Some(id) = directory else {
                return Ok(None);
            };
            let content = self.tree(Some(id))?;
            let mut rest: &[u8] = &content;
            let mut found = None;
            while let Some(entry) = next_entry(&mut rest, id_length) {
                if entry.name == name {
                    found = Some(entry.version);
                    break;
                }
            }
            let Some(version) = found else {
                return Ok(None);
            };
            directory = version.is_tree().then_some(version.id);
            last = found;
        }
        Ok(last)
    }

    fn tree(&mut self, id: Option<ObjectId>) -> Result<Arc<Vec<u8>>, TreeProblem> {
        let Some(id) = id else {
            return Ok(Arc::default());
        };
        if let Some(content) = self.cache.trees.get(&id) {
            return Ok(Arc::clone(content));
        }
        let content: Arc<Vec<u8>> = if is_empty_tree(id) {
            // Git knows this id without an object, and some tools rely on that.
            Arc::default()
        } else {
            self.reader
                .read_kind(id, ObjectKind::Tree, METADATA_LIMIT)
                .map_err(|problem| TreeProblem { tree: id, problem })?
        };
        if self.cache.bytes > CACHE_LIMIT {
            self.cache.trees.clear();
            self.cache.bytes = 0;
        }
        self.cache.bytes += content.len() + 128;
        self.cache.trees.insert(id, Arc::clone(&content));
        Ok(content)
    }
}

/// Git knows the id of a tree without entries even where there is no such object.
pub(super) fn is_empty_tree(id: ObjectId) -> bool {
    let first = match id.as_bytes().len() {
        20 => "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        _ => "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
    };
    ObjectId::from_hex(first.as_bytes()) == Some(id)
}

/// One line of a tree object.
#[derive(Clone, Copy)]
pub(super) struct Entry<'t> {
    /// Without a slash, unless it is hostile.
    pub name: &'t [u8],
    /// What has this name.
    pub version: Version,
}

impl Entry<'_> {
    fn is_tree(&self) -> bool {
        self.version.is_tree()
    }

    /// Git sorts a directory as if its name ended in `/`.
    fn order(&self, other: &Entry<'_>) -> Ordering {
        let common = self.name.len().min(other.name.len());
        let by_name = self.name[..common].cmp(&other.name[..common]);
        by_name.then_with(|| self.byte_at(common).cmp(&other.byte_at(common)))
    }

    fn byte_at(&self, position: usize) -> u8 {
        match self.name.get(position) {
            Some(byte) => *byte,
            None if self.is_tree() => b'/',
            None => 0,
        }
    }

    /// A name that a checkout could write outside its directory, or into git's own.
    pub(super) fn is_hostile(&self) -> bool {
        matches!(self.name, b"" | b"." | b"..")
            || self.name.eq_ignore_ascii_case(b".git")
            || memchr::memchr(b'/', self.name).is_some()
    }
}

/// Takes the next entry off a tree; `None` at its end and at the first malformed entry.
pub(super) fn next_entry<'t>(rest: &mut &'t [u8], id_length: usize) -> Option<Entry<'t>> {
    let space = memchr::memchr(b' ', rest)?;
    let end = space + 1 + memchr::memchr(0, &rest[space + 1..])?;
    let id = rest.get(end + 1..end + 1 + id_length)?;
    let mode = rest[..space].iter().try_fold(0_u32, |mode, digit| {
        let digit = u32::from(digit.checked_sub(b'0').filter(|digit| *digit < 8)?);
        mode.checked_mul(8)?.checked_add(digit)
    })?;
    let entry = Entry {
        name: &rest[space + 1..end],
        version: Version {
            id: ObjectId::from_bytes(id)?,
            mode,
        },
    };
    *rest = &rest[end + 1 + id_length..];
    Some(entry)
}

/// Bytes compared at once.
const STEP: usize = 64;

/// How many bytes, in steps, both trees end with.
fn shared_end(old: &[u8], new: &[u8]) -> usize {
    let old = old.as_rchunks::<STEP>().1.iter().rev();
    let steps = old.zip(new.as_rchunks().1.iter().rev());
    steps.take_while(|(left, right)| left == right).count() * STEP
}

/// How many bytes both trees begin with that are whole entries: most of a directory is as it was.
fn shared_entries(old: &[u8], new: &[u8], id_length: usize) -> usize {
    let steps = old.as_chunks::<STEP>().0.iter().zip(new.as_chunks().0);
    let equal = steps.take_while(|(left, right)| left == right).count() * STEP;
    let mut rest = old;
    let mut shared = 0;
    while shared < equal && next_entry(&mut rest, id_length).is_some() {
        let end = old.len() - rest.len();
        if end > equal {
            break;
        }
        shared = end;
    }
    shared
}

/// Walks two sorted trees side by side and reports each name whose entries differ.
pub(super) fn compare<'t>(
    old: &'t [u8],
    new: &'t [u8],
    id_length: usize,
    mut report: impl FnMut(&'t [u8], Option<&Entry<'t>>, Option<&Entry<'t>>),
) {
    let shared = shared_entries(old, new, id_length);
    let (mut old_rest, mut new_rest) = (&old[shared..], &new[shared..]);
    let end = shared_end(old_rest, new_rest);
    // How much was left of each before its current entry.
    let (mut old_left, mut new_left) = (old_rest.len(), new_rest.len());
    let mut left = next_entry(&mut old_rest, id_length);
    let mut right = next_entry(&mut new_rest, id_length);
    loop {
        if old_left == new_left && old_left <= end {
            break;
        }
        let order = match (&left, &right) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.order(new),
        };
        let before = left.take_if(|_| order.is_le());
        let after = right.take_if(|_| order.is_ge());
        let equal = match (&before, &after) {
            (Some(old), Some(new)) => old.version == new.version,
            _ => false,
        };
        if let Some(entry) = before.as_ref().or(after.as_ref())
            && !equal
            && !entry.is_hostile()
        {
            report(entry.name, before.as_ref(), after.as_ref());
        }
        if before.is_some() {
            old_left = old_rest.len();
            left = next_entry(&mut old_rest, id_length);
        }
        if after.is_some() {
            new_left = new_rest.len();
            right = next_entry(&mut new_rest, id_length);
        }
    }
}

fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(directory.len() + 1 + name.len());
    if !directory.is_empty() {
        path.extend_from_slice(directory);
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{LONGEST_PATH, TreeCache, TreeDiff, compare, next_entry};
    use crate::git::objects::{HashKind, ObjectId, ObjectStore};
    use crate::git::repositories::Repo;

    fn tree(entries: &[(&str, &[u8], u8)]) -> Vec<u8> {
        let mut content = Vec::new();
        for (mode, name, id) in entries {
            content.extend_from_slice(mode.as_bytes());
            content.push(b' ');
            content.extend_from_slice(name);
            content.push(0);
            content.extend_from_slice(&[*id; 20]);
        }
        content
    }

    fn changed(old: &[(&str, &[u8], u8)], new: &[(&str, &[u8], u8)]) -> Vec<String> {
        let mut names = Vec::new();
        compare(&tree(old), &tree(new), 20, |name, old, new| {
            let sign = match (old.is_some(), new.is_some()) {
                (true, true) => '~',
                (true, false) => '-',
                _ => '+',
            };
            names.push(format!("{sign}{}", String::from_utf8_lossy(name)));
        });
        names
    }

    #[test]
    fn equal_entries_are_silent_and_the_rest_is_named_once() {
        let old = [
            ("100644", b"a".as_slice(), 1),
            ("100644", b"b", 2),
            ("40000", b"d", 3),
        ];
        let new = [
            ("100644", b"a".as_slice(), 1),
            ("100644", b"c", 2),
            ("40000", b"d", 4),
        ];
        assert_eq!(changed(&old, &new), ["-b", "+c", "~d"]);
        assert!(changed(&old, &old).is_empty());
    }

    #[test]
    fn one_entry_among_many_is_found_wherever_it_stands() {
        let names: Vec<String> = (0..60).map(|number| format!("name-{number:02}")).collect();
        let all: Vec<(&str, &[u8], u8)> = names
            .iter()
            .map(|name| ("100644", name.as_bytes(), 1))
            .collect();
        for (at, name) in names.iter().enumerate() {
            let mut edited = all.clone();
            edited[at].2 = 2;
            assert_eq!(changed(&all, &edited), [format!("~{name}")]);
            let mut without = all.clone();
            without.remove(at);
            assert_eq!(changed(&all, &without), [format!("-{name}")]);
            assert_eq!(changed(&without, &all), [format!("+{name}")]);
            edited.remove((at + 7) % 60);
            assert_eq!(changed(&all, &edited).len(), 2);
        }
    }

    #[test]
    fn a_mode_alone_and_a_submodule_are_changes() {
        let old = [
            ("100644", b"run".as_slice(), 1),
            ("160000", b"sub", 2),
            ("100644", b"to", 3),
        ];
        let new = [
            ("100755", b"run".as_slice(), 1),
            ("160000", b"sub", 9),
            ("120000", b"to", 3),
        ];
        assert_eq!(changed(&old, &new), ["~run", "~sub", "~to"]);
    }

    #[test]
    fn directories_sort_as_if_their_names_ended_in_a_slash() {
        let old = [("100644", b"foo.c".as_slice(), 1), ("40000", b"foo", 2)];
        let new = [("100644", b"foo".as_slice(), 5), ("100644", b"foo.c", 1)];
        assert_eq!(changed(&old, &new), ["+foo", "-foo"]);
    }

    // Case 82.
    #[test]
    fn hostile_names_are_dropped() {
        let new = [
            ("100644", b"..".as_slice(), 1),
            ("100644", b".GIT", 1),
            ("100644", b"../../etc/x", 1),
            ("100644", b"", 1),
            ("100644", b"\xff\xfe.py", 1),
        ];
        assert_eq!(changed(&[], &new), ["+\u{fffd}\u{fffd}.py"]);
    }

    #[test]
    fn paths_that_no_file_system_takes_are_dropped() {
        let repo = Repo::new();
        let half = vec![b'n'; LONGEST_PATH / 2 - 1];
        let below = tree(&[
            ("100644", half.as_slice(), 1),
            ("100644", &[b'o'; LONGEST_PATH / 2], 2),
            ("40000", &[b'p'; LONGEST_PATH / 2], 3),
        ]);
        let below = repo.object(git2::ObjectType::Tree, &below);
        let mut root = [b"40000 ".as_slice(), &half, b"\0"].concat();
        root.extend_from_slice(below.as_bytes());
        root.extend_from_slice(&tree(&[("100644", &[b'z'; 9_000_000], 4)]));
        let root = repo.object(git2::ObjectType::Tree, &root);
        let store = ObjectStore::new(&repo.path().join(".git/objects"), HashKind::Sha1);
        let (reader, mut cache) = (Arc::new(store.unwrap()).reader(), TreeCache::default());
        let root = ObjectId::from_bytes(root.as_bytes()).unwrap();
        let changes = TreeDiff::new(&reader, &mut cache).diff(None, root).unwrap();
        let lengths: Vec<usize> = changes
            .changes
            .iter()
            .map(|change| change.path.as_bytes().len())
            .collect();
        assert_eq!(lengths, [LONGEST_PATH - 1]);
    }

    #[test]
    fn a_malformed_tree_ends_early_without_panic() {
        for content in [
            b"100644 a".as_slice(),
            b"100644",
            b"100644 a\0short",
            b"999999 a\0aaaaaaaaaaaaaaaaaaaa",
            b"77777777777777777 a\0aaaaaaaaaaaaaaaaaaaa",
        ] {
            assert!(next_entry(&mut &content[..], 20).is_none());
        }
    }
}
