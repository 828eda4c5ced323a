//! What this version of the program remembers between runs, and under which names.

use std::borrow::Cow;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

use super::Ground;
use crate::cache::{Cache, Key, LIMIT, RESULTS, Shelf};
use crate::git::{self, History, HistoryOptions, HistoryState, ObjectId, Repository};

/// Changes with everything that shapes a result: all of the program.
const RESULTS_VERSION: &str = env!("QUALITY_RESULTS_VERSION");
/// Changes with what shapes the facts of a file.
const FACTS_VERSION: &str = env!("QUALITY_FACTS_VERSION");

/// Changes with what shapes what is learned of commits.
const CHANGES_VERSION: &str = env!("QUALITY_CHANGES_VERSION");

/// What one work tree remembers.
#[derive(Debug)]
pub struct Memory {
    cache: Cache,
    /// Facts by content.
    pub facts: Arc<Shelf>,
    changes: Arc<Shelf>,
    has_grown: AtomicBool,
    failure: Mutex<Option<io::Error>>,
}

impl Memory {
    /// Opens what is remembered for a work tree.
    pub fn open(cache: Cache, ground: &Ground) -> Self {
        Self::of_reader(cache, ground.root.as_os_str().as_encoded_bytes())
    }

    /// Opens what is remembered for the past of a work tree. It is kept apart: a scan of today should not have to load the
    /// facts of years.
    pub fn of_past(cache: Cache, ground: &Ground) -> Self {
        let root = ground.root.as_os_str().as_encoded_bytes();
        Self::of_reader(cache, &[root, b"\0past"].concat())
    }

    fn of_reader(cache: Cache, reader: &[u8]) -> Self {
        Self {
            facts: Arc::new(cache.shelf("facts", FACTS_VERSION, reader)),
            changes: Arc::new(cache.shelf("changes", CHANGES_VERSION, reader)),
            cache,
            has_grown: AtomicBool::new(false),
            failure: Mutex::new(None),
        }
    }

    /// A whole result, as it was kept under this key.
    pub fn result(&self, key: &Key) -> Option<Vec<u8>> {
        self.cache.recall(RESULTS, RESULTS_VERSION, key)
    }

    /// Keeps a whole result.
    pub fn keep_result(&self, key: Key, value: Vec<u8>) {
        match self.cache.keep(RESULTS, RESULTS_VERSION, key, value) {
            Ok(()) => self.has_grown.store(true, Ordering::Relaxed),
            Err(error) => {
                let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                *failure = Some(error);
            }
        }
    }

    /// The history of a repository: as a whole if neither head nor options have changed, else from what is known of its
    /// commits and the new ones.
    pub fn history(&self, repository: &Repository, options: &HistoryOptions) -> History {
        // The options name the commit it begins at, if that is not the head: no two share a history.
        let state = repository.state_at(options.head);
        let asked = format!("history {state} {options:?}");
        let key = Key::new(&Sha256::digest(asked), *b"hist");
        let known = self.result(&key);
        if let Some(history) = known.and_then(|known| postcard::from_bytes(&known).ok()) {
            return history;
        }
        let changes = Arc::new(Changes(Arc::clone(&self.changes)));
        let history = git::history(repository, options, Some(changes));
        if history.state == HistoryState::Available
            && let Ok(value) = postcard::to_stdvec(&history)
        {
            self.keep_result(key, value);
        }
        history
    }

    /// The histories behind some commits, from what is known of all their commits and the new ones.
    pub fn histories(
        &self,
        repository: &Repository,
        options: &HistoryOptions,
        commits: &[ObjectId],
    ) -> Vec<History> {
        let changes = Arc::new(Changes(Arc::clone(&self.changes)));
        git::histories(repository, options, commits, Some(changes))
    }

    /// Writes what is new so far, in case the run does not come to its end.
    pub fn flush(&self) {
        self.facts.flush();
        self.changes.flush();
    }

    /// Writes what is new, and keeps the cache within its bounds. The first failure to write is the error.
    pub fn finish(&self) -> io::Result<()> {
        let mut has_grown = self.facts.finish()?;
        has_grown |= self.changes.finish()?;
        let failure = self
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(failure) = failure {
            return Err(failure);
        }
        if has_grown || self.has_grown.load(Ordering::Relaxed) {
            self.cache.trim(LIMIT)?;
        }
        Ok(())
    }
}

/// What is known of commits, as the reader of history asks for it.
struct Changes(Arc<Shelf>);

impl Changes {
    /// Its keys are longer than those of a shelf.
    fn key(key: &[u8]) -> Key {
        Key::new(&Sha256::digest(key), *b"git ")
    }
}

impl git::Recall for Changes {
    fn get(&self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        self.0.get(&Self::key(key))
    }

    fn put(&self, key: &[u8], value: Vec<u8>) {
        self.0.put(Self::key(key), value);
    }
}
