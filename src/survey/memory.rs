//! What this version of the program remembers between runs, and under which names.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cache::{Cache, Key, LIMIT, RESULTS, Shelf};

use super::Ground;

/// Changes with everything that shapes a result: all of the program.
const RESULTS_VERSION: &str = env!("QUALITY_RESULTS_VERSION");
/// Changes with what shapes the facts of a file.
const FACTS_VERSION: &str = env!("QUALITY_FACTS_VERSION");

/// What one work tree remembers.
#[derive(Debug)]
pub struct Memory {
    cache: Cache,
    /// Facts by content.
    pub facts: Arc<Shelf>,
    has_grown: AtomicBool,
    failure: Mutex<Option<io::Error>>,
}

impl Memory {
    /// Opens what is remembered for a work tree.
    pub fn open(cache: Cache, ground: &Ground) -> Self {
        let reader = ground.root.as_os_str().as_encoded_bytes();
        Self {
            facts: Arc::new(cache.shelf("facts", FACTS_VERSION, reader)),
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

    /// Writes what is new, and keeps the cache within its bounds. The first failure to write is the error.
    pub fn finish(&self) -> io::Result<()> {
        let has_grown = self.facts.finish()?;
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
