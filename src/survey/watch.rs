//! What a run is doing and has done, for whoever watches: a progress bar while it lasts, a table of times afterwards.
//!
//! Nothing here shapes an answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Counters that any thread may add to, and the times of phases.
#[derive(Debug, Default)]
pub struct Watch {
    files: AtomicU64,
    done: AtomicU64,
    read_files: AtomicU64,
    read_bytes: AtomicU64,
    parsed_files: AtomicU64,
    parsed_bytes: AtomicU64,
    points: AtomicU64,
    points_made: AtomicU64,
    points_known: AtomicU64,
    phases: Mutex<Vec<Phase>>,
}

/// A stretch of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// What was done.
    pub name: &'static str,
    /// How long it took by the clock on the wall.
    pub wall: Duration,
}

/// What was counted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files to look at; 0 before they are listed.
    pub files: u64,
    /// Files looked at.
    pub done: u64,
    /// Files whose bytes were read.
    pub read_files: u64,
    /// Bytes of them.
    pub read_bytes: u64,
    /// Files that were parsed.
    pub parsed_files: u64,
    /// Bytes of them.
    pub parsed_bytes: u64,
    /// Commits a trend is made of; 0 for everything else.
    pub points: u64,
    /// Those that were measured.
    pub points_made: u64,
    /// Those an earlier run measured.
    pub points_known: u64,
}

impl Watch {
    /// Does some work and notes how long it took.
    pub fn time<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = work();
        self.add(name, begun.elapsed());
        result
    }

    /// Notes that some work took so long.
    pub fn add(&self, name: &'static str, wall: Duration) {
        self.phases
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Phase { name, wall });
    }

    /// Phases in the order they ended.
    pub fn phases(&self) -> Vec<Phase> {
        self.phases
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What was counted so far.
    pub fn progress(&self) -> Progress {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Progress {
            files: load(&self.files),
            done: load(&self.done),
            read_files: load(&self.read_files),
            read_bytes: load(&self.read_bytes),
            parsed_files: load(&self.parsed_files),
            parsed_bytes: load(&self.parsed_bytes),
            points: load(&self.points),
            points_made: load(&self.points_made),
            points_known: load(&self.points_known),
        }
    }

    /// A trend is made of so many commits.
    pub fn expect_points(&self, points: usize) {
        self.points.store(points as u64, Ordering::Relaxed);
    }

    /// One of them is there: measured, or known from an earlier run.
    pub fn point_done(&self, is_known: bool) {
        let counter = if is_known {
            &self.points_known
        } else {
            &self.points_made
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// So many files are to be looked at.
    pub(super) fn expect(&self, files: usize) {
        self.files.fetch_add(files as u64, Ordering::Relaxed);
    }

    /// A file was looked at.
    pub(super) fn file_done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// A file was read, and perhaps parsed.
    pub(super) fn file_read(&self, bytes: u64, is_parsed: bool) {
        self.read_files.fetch_add(1, Ordering::Relaxed);
        self.read_bytes.fetch_add(bytes, Ordering::Relaxed);
        if is_parsed {
            self.parsed_files.fetch_add(1, Ordering::Relaxed);
            self.parsed_bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}
