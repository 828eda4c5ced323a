//! Moved and edited: which vanished file most resembles which new one.
//!
//! Content is compared as a bag of lines, as git does, so that both follow the same files. Every limit is per commit, so
//! that neither the order of commits nor the number of threads can change an answer.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::rc::Rc;

use super::hash::WordHash;
use super::objects::{ObjectId, ObjectKind, ObjectProblem, ObjectReader};
use super::renames::Rename;
use super::tree_diff::Version;
use crate::path::RepoPath;

/// Two files are one if they share half of the larger one …
const ENOUGH: u64 = 50;

/// … or three quarters, for the only two of a name to be paired without looking at the others.
const ENOUGH_FOR_NAME: u64 = 75;

/// Larger files are not compared: 1 MiB.
const FILE_LIMIT: u64 = 1 << 20;

/// Bytes read for one commit: 8 MiB.
const BYTE_LIMIT: usize = 8 << 20;

/// Pairs compared for one commit.
const PAIR_LIMIT: usize = 40_000;

/// Lines are cut here, so that a file of one line can be compared too.
const CHUNK: usize = 64;

/// A file at one end of a rename.
type File<'d> = (&'d RepoPath, Version);

/// Compares contents on one thread.
pub(super) struct Similarity<'a> {
    /// `None` where contents were left out on purpose.
    reader: Option<&'a ObjectReader>,
    bytes_left: usize,
    saw_all: bool,
}

/// How many bytes of a file lie in which chunks, sorted by chunk.
struct Fingerprint {
    size: u64,
    chunks: Vec<(u64, u64)>,
}

impl<'a> Similarity<'a> {
    /// Without a reader nothing resembles anything.
    pub(super) fn new(reader: Option<&'a ObjectReader>) -> Self {
        Self {
            reader,
            bytes_left: 0,
            saw_all: true,
        }
    }

    /// Whether no content was missing or damaged when the last pairs were looked for.
    pub(super) fn saw_all(&self) -> bool {
        self.saw_all
    }

    /// Takes the pairs that belong together out of both lists.
    pub(super) fn pairs(
        &mut self,
        sources: &mut Vec<File<'_>>,
        targets: &mut Vec<File<'_>>,
    ) -> Vec<Rename> {
        self.saw_all = true;
        if self.reader.is_none() || sources.is_empty() || targets.is_empty() {
            return Vec::new();
        }
        self.bytes_left = BYTE_LIMIT;
        let mut known = HashMap::new();
        let mut pairs = self.by_name(sources, targets, &mut known);
        let mut renames = take(sources, targets, &pairs);
        if sources.len().saturating_mul(targets.len()) <= PAIR_LIMIT {
            pairs = self.by_content(sources, targets, &mut known);
            renames.extend(take(sources, targets, &pairs));
        }
        renames
    }

    /// Files whose name occurs once among the vanished and once among the new ones.
    fn by_name(
        &mut self,
        sources: &[File<'_>],
        targets: &[File<'_>],
        known: &mut HashMap<ObjectId, Option<Rc<Fingerprint>>>,
    ) -> Vec<(usize, usize)> {
        let unique_sources = unique_names(sources);
        let unique_targets = unique_names(targets);
        let mut pairs = Vec::new();
        for (source, (path, _)) in sources.iter().enumerate() {
            let name = path.file_name();
            if unique_sources.get(name).copied().flatten() != Some(source) {
                continue;
            }
            let Some(target) = unique_targets.get(name).copied().flatten() else {
                continue;
            };
            let score = self.score(sources[source].1, targets[target].1, known);
            if score.is_some_and(|score| score >= ENOUGH_FOR_NAME) {
                pairs.push((source, target));
            }
        }
        pairs
    }

    /// The best pairs of all, the most alike first.
    fn by_content(
        &mut self,
        sources: &[File<'_>],
        targets: &[File<'_>],
        known: &mut HashMap<ObjectId, Option<Rc<Fingerprint>>>,
    ) -> Vec<(usize, usize)> {
        let mut candidates = Vec::new();
        for (target, (new, version)) in targets.iter().enumerate() {
            for (source, (old, before)) in sources.iter().enumerate() {
                let Some(score) = self.score(*before, *version, known) else {
                    continue;
                };
                if score >= ENOUGH {
                    let same_name = old.file_name() == new.file_name();
                    candidates.push((score, same_name, target, source));
                }
            }
        }
        candidates.sort_by(|left, right| {
            (right.0, right.1)
                .cmp(&(left.0, left.1))
                .then((left.2, left.3).cmp(&(right.2, right.3)))
        });
        let mut used_sources = vec![false; sources.len()];
        let mut used_targets = vec![false; targets.len()];
        candidates.retain(|(_, _, target, source)| {
            let free = !used_sources[*source] && !used_targets[*target];
            if free {
                used_sources[*source] = true;
                used_targets[*target] = true;
            }
            free
        });
        candidates
            .into_iter()
            .map(|(_, _, target, source)| (source, target))
            .collect()
    }

    /// Shared bytes in percent of the larger file; `None` if the two cannot be compared.
    fn score(
        &mut self,
        old: Version,
        new: Version,
        known: &mut HashMap<ObjectId, Option<Rc<Fingerprint>>>,
    ) -> Option<u64> {
        if old.file_type() != new.file_type() || old.file_type() != 0o100_000 {
            return None;
        }
        let old = self.fingerprint(old, known)?;
        let new = self.fingerprint(new, known)?;
        let larger = old.size.max(new.size);
        let smaller = old.size.min(new.size);
        if smaller * 100 < larger * ENOUGH || larger == 0 {
            return None;
        }
        Some(shared(&old.chunks, &new.chunks) * 100 / larger)
    }

    fn fingerprint(
        &mut self,
        version: Version,
        known: &mut HashMap<ObjectId, Option<Rc<Fingerprint>>>,
    ) -> Option<Rc<Fingerprint>> {
        if let Some(fingerprint) = known.get(&version.id) {
            return fingerprint.clone();
        }
        let limit = FILE_LIMIT.min(self.bytes_left as u64);
        let content = match self.reader?.read_kind(version.id, ObjectKind::Blob, limit) {
            Ok(content) => Some(content),
            Err(ObjectProblem::TooLarge(_)) => None,
            Err(_) => {
                self.saw_all = false;
                None
            }
        };
        let fingerprint = content.map(|content| {
            self.bytes_left = self.bytes_left.saturating_sub(content.len());
            Rc::new(Fingerprint {
                size: content.len() as u64,
                chunks: chunks(&content),
            })
        });
        known.insert(version.id, fingerprint.clone());
        fingerprint
    }
}

/// For each file name the only file that has it, or `None` if there are several.
fn unique_names<'d>(files: &[File<'d>]) -> HashMap<&'d [u8], Option<usize>> {
    let mut names = HashMap::new();
    for (at, (path, _)) in files.iter().enumerate() {
        names
            .entry(path.file_name())
            .and_modify(|only| *only = None)
            .or_insert(Some(at));
    }
    names
}

/// Turns pairs of positions into renames and takes them out of the lists.
fn take(
    sources: &mut Vec<File<'_>>,
    targets: &mut Vec<File<'_>>,
    pairs: &[(usize, usize)],
) -> Vec<Rename> {
    let renames = pairs
        .iter()
        .map(|(source, target)| Rename {
            old: sources[*source].0.clone(),
            new: targets[*target].0.clone(),
        })
        .collect();
    remove(sources, pairs.iter().map(|pair| pair.0).collect());
    remove(targets, pairs.iter().map(|pair| pair.1).collect());
    renames
}

fn remove(files: &mut Vec<File<'_>>, mut gone: Vec<usize>) {
    gone.sort_unstable();
    for at in gone.iter().rev() {
        files.remove(*at);
    }
}

fn chunks(content: &[u8]) -> Vec<(u64, u64)> {
    // Lines of code have about thirty bytes.
    let mut chunks = Vec::with_capacity(content.len() / 24 + 1);
    let mut rest = content;
    while !rest.is_empty() {
        let window = &rest[..rest.len().min(CHUNK)];
        let length = memchr::memchr(b'\n', window).map_or(window.len(), |end| end + 1);
        let (chunk, after) = rest.split_at(length);
        // Fixed keys: the same content gives the same numbers in every run.
        let mut hasher = WordHash::fixed().build_hasher();
        // Line ends do not make two lines different.
        hasher.write(chunk.trim_ascii_end());
        chunks.push((hasher.finish(), chunk.len() as u64));
        rest = after;
    }
    chunks.sort_unstable();
    chunks.dedup_by(|later, kept| {
        let same = later.0 == kept.0;
        if same {
            kept.1 += later.1;
        }
        same
    });
    chunks
}

fn shared(old: &[(u64, u64)], new: &[(u64, u64)]) -> u64 {
    let (mut left, mut right, mut sum) = (0, 0, 0);
    while let (Some(old), Some(new)) = (old.get(left), new.get(right)) {
        match old.0.cmp(&new.0) {
            std::cmp::Ordering::Less => left += 1,
            std::cmp::Ordering::Greater => right += 1,
            std::cmp::Ordering::Equal => {
                sum += old.1.min(new.1);
                left += 1;
                right += 1;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{chunks, shared};

    #[test]
    fn files_share_their_common_lines_wherever_they_stand() {
        let old = chunks(b"one\ntwo\nthree\n");
        assert_eq!(shared(&old, &chunks(b"three\none\nfour\n")), 10);
        assert_eq!(shared(&old, &old), 14);
        assert_eq!(shared(&old, &chunks(b"")), 0);
    }

    #[test]
    fn a_line_that_occurs_twice_counts_twice_only_if_it_does_in_both() {
        assert_eq!(shared(&chunks(b"a\na\n"), &chunks(b"a\n")), 2);
        assert_eq!(shared(&chunks(b"a\na\n"), &chunks(b"a\na\na\n")), 4);
    }
}
