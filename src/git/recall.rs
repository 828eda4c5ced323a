//! What earlier runs learned of commits: what a commit touched never changes, so only new ones have to be read.
//!
//! Only what follows from objects alone is remembered, under the ids of these objects. What depends on the state of the
//! repository or on the definition (where a shallow clone ends, whose clock is wrong, who is a bot, which window) is worked
//! out anew each time. An entry that does not decode is a miss.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::Mark;
use super::commit::Person;
use super::diffs::{Job, Outcome};
use super::marks::Marked;
use super::objects::ObjectId;
use super::renames::Rename;
use super::walk::Learned;
use crate::path::RepoPath;

/// A store of what earlier runs learned. A miss is always allowed, so anything may be dropped at any time.
pub trait Recall: Send + Sync {
    /// The value of a key. It may come from a hostile or damaged file.
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>>;

    /// Keeps a value for the next run; whether this run sees it already is up to the store.
    fn put(&self, key: &[u8], value: Vec<u8>);
}

/// Bytes of entries one run keeps for itself.
const RECENT_LIMIT: usize = 64 << 20;

/// What this run learned, in front of what earlier ones did: histories of neighbouring commits ask for nearly the same.
pub(super) struct Recent {
    entries: Mutex<Entries>,
    earlier: Option<Arc<dyn Recall>>,
}

#[derive(Default)]
struct Entries {
    values: HashMap<Vec<u8>, Vec<u8>>,
    bytes: usize,
}

impl Entries {
    fn add(&mut self, key: &[u8], value: &[u8]) {
        if self.bytes > RECENT_LIMIT {
            *self = Self::default();
        }
        self.bytes += key.len() + value.len();
        self.values.insert(key.to_vec(), value.to_vec());
    }
}

impl Recent {
    /// Nothing was learned yet.
    pub(super) fn new(earlier: Option<Arc<dyn Recall>>) -> Self {
        Self {
            entries: Mutex::default(),
            earlier,
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recall for Recent {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        if let Some(value) = self.entries().values.get(key) {
            return Some(Cow::Owned(value.clone()));
        }
        let value = self.earlier.as_ref()?.get(key)?;
        self.entries().add(key, &value);
        Some(value)
    }

    fn put(&self, key: &[u8], value: Vec<u8>) {
        self.entries().add(key, &value);
        if let Some(earlier) = &self.earlier {
            earlier.put(key, value);
        }
    }
}

/// What an entry is about; the first byte of its key.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Topic {
    Commit = b'c',
    /// A comparison of trees, with renames.
    Moves = b'm',
    /// A comparison of trees where contents must not be looked at, with renames.
    MovesOfPartial = b'p',
    /// A comparison of trees, without renames.
    Paths = b'd',
}

fn key(topic: Topic, ids: impl IntoIterator<Item = ObjectId>) -> Vec<u8> {
    let mut key = Vec::with_capacity(64);
    key.push(topic as u8);
    for id in ids {
        key.extend_from_slice(id.as_bytes());
    }
    key
}

#[derive(Serialize, Deserialize)]
struct CommitEntry<'e> {
    tree: &'e [u8],
    #[serde(borrow)]
    parents: Vec<&'e [u8]>,
    time: Option<i64>,
    authored: Option<i64>,
    marked: Option<(Mark, &'e str, bool)>,
    topic: bool,
    malformed: bool,
    subject: &'e str,
    name: &'e str,
    email: &'e str,
}

/// What a commit says, if an earlier run read it.
pub(super) fn commit(recall: &dyn Recall, id: ObjectId) -> Option<Learned> {
    let value = recall.get(&key(Topic::Commit, [id]))?;
    let entry: CommitEntry<'_> = whole(&value)?;
    let parents: Option<Vec<ObjectId>> = entry
        .parents
        .iter()
        .map(|parent| ObjectId::from_bytes(parent))
        .collect();
    Some(Learned {
        tree: ObjectId::from_bytes(entry.tree)?,
        parents: parents?,
        time: entry.time,
        authored: entry.authored,
        marked: entry.marked.map(|(mark, key, rollup_member)| Marked {
            mark,
            key: key.to_owned(),
            rollup_member,
        }),
        topic: entry.topic,
        malformed: entry.malformed,
        subject: entry.subject.to_owned(),
        author: Person {
            name: entry.name.to_owned(),
            email: entry.email.to_owned(),
        },
    })
}

/// Remembers what a commit says.
pub(super) fn keep_commit(recall: &dyn Recall, id: ObjectId, learned: &Learned) {
    let entry = CommitEntry {
        tree: learned.tree.as_bytes(),
        parents: learned.parents.iter().map(ObjectId::as_bytes).collect(),
        time: learned.time,
        authored: learned.authored,
        marked: learned
            .marked
            .as_ref()
            .map(|marked| (marked.mark, marked.key.as_str(), marked.rollup_member)),
        topic: learned.topic,
        malformed: learned.malformed,
        subject: &learned.subject,
        name: &learned.author.name,
        email: &learned.author.email,
    };
    keep(recall, &key(Topic::Commit, [id]), &entry);
}

#[derive(Serialize, Deserialize)]
struct OutcomeEntry<'e> {
    /// Sorted: how many bytes each path shares with the one before, and the rest of it.
    #[serde(borrow)]
    paths: Vec<(usize, &'e [u8])>,
    added: Vec<u32>,
    removed: Vec<u32>,
    bulk: bool,
    #[serde(borrow)]
    renames: Vec<(&'e [u8], &'e [u8])>,
    is_foreign: bool,
}

/// What a comparison found, if an earlier run made it.
pub(super) fn outcome(recall: &dyn Recall, job: &Job, partial: bool) -> Option<Outcome> {
    let value = recall.get(&job_key(job, partial))?;
    let entry: OutcomeEntry<'_> = whole(&value)?;
    let mut paths: Vec<RepoPath> = Vec::with_capacity(entry.paths.len());
    for (shared, rest) in &entry.paths {
        let before = paths.last().map_or(&[][..], RepoPath::as_bytes);
        let mut path = Vec::with_capacity(shared.checked_add(rest.len())?);
        path.extend_from_slice(before.get(..*shared)?);
        path.extend_from_slice(rest);
        paths.push(RepoPath::new(path));
    }
    let renames = entry.renames.iter().map(|(old, new)| Rename {
        old: RepoPath::new(*old),
        new: RepoPath::new(*new),
    });
    Some(Outcome {
        paths,
        added: entry.added,
        removed: entry.removed,
        bulk: entry.bulk,
        renames: renames.collect(),
        is_foreign: entry.is_foreign,
        is_certain: true,
    })
}

/// Remembers what a comparison found, unless that followed from more than the objects it names.
pub(super) fn keep_outcome(recall: &dyn Recall, job: &Job, partial: bool, outcome: &Outcome) {
    if !outcome.is_certain {
        return;
    }
    let mut before: &[u8] = &[];
    let mut paths = Vec::with_capacity(outcome.paths.len());
    for path in &outcome.paths {
        let bytes = path.as_bytes();
        let equal = before.iter().zip(bytes).take_while(|(old, new)| old == new);
        let shared = equal.count();
        paths.push((shared, &bytes[shared..]));
        before = bytes;
    }
    let renames = &outcome.renames;
    let entry = OutcomeEntry {
        paths,
        added: outcome.added.clone(),
        removed: outcome.removed.clone(),
        bulk: outcome.bulk,
        renames: renames
            .iter()
            .map(|rename| (rename.old.as_bytes(), rename.new.as_bytes()))
            .collect(),
        is_foreign: outcome.is_foreign,
    };
    keep(recall, &job_key(job, partial), &entry);
}

fn job_key(job: &Job, partial: bool) -> Vec<u8> {
    let topic = match (job.is_mainline, partial) {
        (false, _) => Topic::Paths,
        (true, false) => Topic::Moves,
        (true, true) => Topic::MovesOfPartial,
    };
    let mut key = key(topic, job.ids());
    // A root has one tree fewer; without this its list could be that of another job.
    key.push(u8::from(job.is_root()));
    key
}

/// Decodes a value that must not be longer than what it says.
fn whole<'v, T: Deserialize<'v>>(value: &'v [u8]) -> Option<T> {
    let (entry, rest) = postcard::take_from_bytes(value).ok()?;
    rest.is_empty().then_some(entry)
}

fn keep(recall: &dyn Recall, key: &[u8], entry: &impl Serialize) {
    // Writing into memory does not fail; if it did, the next run would read once more.
    if let Ok(value) = postcard::to_stdvec(entry) {
        recall.put(key, value);
    }
}

#[cfg(test)]
mod tests;
