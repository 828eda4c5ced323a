//! The points of a trend: recalled, or measured, each with what is known of the ones before it.
//!
//! Commits are listed one after the other until enough of what they hold is new. That is read at once, each content
//! once, and then the commits are measured side by side: only as many codebases are held as there are threads.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::MOST_DIRECTORIES;
use crate::cache::Key;
use crate::definition::Definition;
use crate::error::Error;
use crate::evaluation::{Evaluation, evaluate};
use crate::git::{CommitSummary, History, HistoryState, ObjectId, Repository};
use crate::path::RepoPath;
use crate::survey::{self, Carry, Ground, Inventory, Memory, Options, Past, Survey, Watch};
use crate::trend::{Point, Question, widest};

/// What was learned is written when it is this old …
const FLUSH_AFTER: Duration = Duration::from_secs(1);
/// … and, so that a long run does not write too many pieces, took this part of it.
const FLUSH_PART: u32 = 32;

/// A point, or why there is none and what repairs that.
pub(super) type Made = Result<Point, (String, Option<String>)>;

/// Files listed before anything is read: lists of many commits of a large repository are held at once.
const MOST_LISTED: usize = 100_000;
/// Commits that wait together: their histories are held at once.
const MOST_WAITING: usize = 64;
/// Contents that are new in them.
const MOST_UNLEARNED: usize = 512;

/// A commit in its place among the others, with its files.
type Waiting = (usize, Inventory);
/// The same with the history behind it.
type Ready = (usize, Inventory, History);

/// What it comes to, and what is known of its contents where the next ones need that.
type Measured = (usize, Point, Option<Arc<Carry>>);

/// Measures commits of one repository under one definition.
pub(super) struct Points<'a> {
    pub ground: &'a Ground,
    pub rule: &'a Definition,
    /// The fingerprint of the definition, and of the tags it looks at.
    pub rule_id: &'a str,
    pub watch: &'a Arc<Watch>,
    pub memory: Option<&'a Memory>,
    pub threads: usize,
    pub with_history: bool,
}

/// What is at hand on the way from one commit to the next.
pub(super) struct Way {
    past: Past,
    /// What is known of the contents of the commit measured last.
    carry: Arc<Carry>,
    begun: Instant,
    flushed: Instant,
    /// The head, if it had to be measured to know what to ask.
    head: Option<(ObjectId, Survey, Evaluation)>,
}

impl Way {
    /// Nothing is known.
    pub fn new(repository: &Repository) -> Self {
        Self {
            past: Past::new(repository),
            carry: Arc::default(),
            begun: Instant::now(),
            flushed: Instant::now(),
            head: None,
        }
    }
}

impl Points<'_> {
    /// What to ask of every commit. Where no directories are named, they are the largest ones of the head.
    pub fn question(
        &self,
        way: &mut Way,
        head: ObjectId,
        prefix: RepoPath,
        directories: Vec<RepoPath>,
    ) -> Result<Question, Error> {
        let mut question = Question {
            prefix,
            directories,
        };
        if !question.directories.is_empty() {
            return Ok(question);
        }
        let key = self.key(head, &question, *b"dirs");
        if let Some(known) = self.recall(&key) {
            question.directories = known;
            return Ok(question);
        }
        let inventory = self.list(way, head)?;
        if inventory.is_empty() {
            return Err(self.ground.nothing_scanned(&self.ground.start));
        }
        let history = self.read(way, &[head])?.into_iter().next();
        let history = history.unwrap_or_else(|| {
            History::without(HistoryState::Unavailable {
                reason: "reading history stopped unexpectedly".to_owned(),
                repair: None,
            })
        });
        let (survey, evaluation) = self.measure(inventory, history, &way.carry, self.threads)?;
        question.directories = widest(&survey.codebase, &question.prefix, MOST_DIRECTORIES);
        if survey.is_lasting() {
            self.keep(key, &question.directories);
        }
        way.carry = Arc::clone(&survey.carry);
        way.head = Some((head, survey, evaluation));
        Ok(question)
    }

    /// The points of some commits, the head first, in their order.
    pub fn of(
        &self,
        way: &mut Way,
        commits: &[&CommitSummary],
        question: &Question,
    ) -> Result<Vec<Made>, Error> {
        let mut made: Vec<Option<Made>> = Vec::with_capacity(commits.len());
        for commit in commits {
            let known = self.recall::<Point>(&self.key(commit.id, question, *b"poin"));
            let point = known.and_then(|point| point.fitted(self.rule, question));
            let point = match way.head.take() {
                Some((id, survey, evaluation)) if id == commit.id && point.is_none() => {
                    Some(self.point(commit, &survey, &evaluation, question))
                }
                _ => {
                    point.iter().for_each(|_| self.watch.point_done(true));
                    point
                }
            };
            made.push(point.map(Ok));
        }
        let open: Vec<usize> = (0..made.len()).filter(|at| made[*at].is_none()).collect();
        let mut waiting: Vec<Waiting> = Vec::new();
        let mut listed = 0;
        for at in open {
            match self.list(way, commits[at].id) {
                Ok(inventory) => {
                    listed += inventory.len();
                    waiting.push((at, inventory));
                }
                Err(Error::Unreadable { reason, repair }) => made[at] = Some(Err((reason, repair))),
                Err(error) => return Err(error),
            }
            if way.past.unlearned_count() >= MOST_UNLEARNED
                || listed >= MOST_LISTED
                || waiting.len() >= MOST_WAITING
            {
                self.measure_all(way, &mut waiting, commits, question, &mut made)?;
                listed = 0;
            }
        }
        self.measure_all(way, &mut waiting, commits, question, &mut made)?;
        let lost = || Err(("measuring it stopped unexpectedly".to_owned(), None));
        Ok(made
            .into_iter()
            .map(|made| made.unwrap_or_else(lost))
            .collect())
    }

    /// Measures all commits that wait, several at once: whatever is in their files is known by then.
    fn measure_all(
        &self,
        way: &mut Way,
        waiting: &mut Vec<Waiting>,
        commits: &[&CommitSummary],
        question: &Question,
        made: &mut [Option<Made>],
    ) -> Result<(), Error> {
        let Some((oldest, _)) = waiting.last() else {
            return Ok(());
        };
        let oldest = *oldest;
        let heads: Vec<ObjectId> = waiting.iter().map(|(at, _)| commits[*at].id).collect();
        let histories = self.read(way, &heads)?;
        let workers = self.threads.clamp(1, waiting.len());
        let threads = (self.threads / workers).max(1);
        let carry = Arc::clone(&way.carry);
        let mut ready: Vec<Ready> = waiting
            .drain(..)
            .zip(histories)
            .map(|((at, inventory), history)| (at, inventory, history))
            .collect();
        // They are taken from the end.
        ready.reverse();
        let queue = Mutex::new(ready);
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let work = || -> Result<Vec<Measured>, Error> {
            let mut own = Vec::new();
            while let Some((at, inventory, history)) = next() {
                let (survey, evaluation) = self.measure(inventory, history, &carry, threads)?;
                let point = self.point(commits[at], &survey, &evaluation, question);
                own.push((at, point, (at == oldest).then_some(survey.carry)));
            }
            Ok(own)
        };
        let all = thread::scope(|scope| {
            let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
            let mut all = vec![work()];
            all.extend(others.into_iter().filter_map(|other| other.join().ok()));
            all
        });
        for (at, point, carry) in all
            .into_iter()
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
        {
            made[at] = Some(Ok(point));
            if let Some(carry) = carry {
                way.carry = carry;
            }
        }
        self.flush(way);
        Ok(())
    }

    fn list(&self, way: &mut Way, commit: ObjectId) -> Result<Inventory, Error> {
        let Way { past, carry, .. } = way;
        past.inventory(self.ground, commit, self.rule, carry, self.watch)
    }

    /// Reads what is new in what was listed, and beside it the histories behind some commits.
    fn read(&self, way: &mut Way, commits: &[ObjectId]) -> Result<Vec<History>, Error> {
        thread::scope(|scope| {
            let histories = scope.spawn(|| {
                let options = self.options(self.threads, None);
                survey::past_histories(self.ground, self.rule, commits, options)
            });
            self.learn(way)?;
            histories.join().unwrap_or_else(|_| Ok(Vec::new()))
        })
    }

    /// Reads the contents that are new in what was listed.
    fn learn(&self, way: &mut Way) -> Result<(), Error> {
        let unlearned = way.past.unlearned();
        let mut carry = Carry::clone(&way.carry);
        let begun = Instant::now();
        let result = unlearned.learn(
            self.ground,
            self.options(self.threads, None),
            &mut carry,
            || {
                self.flush(way);
            },
        );
        self.watch.add("files", begun.elapsed());
        way.carry = Arc::new(carry);
        result
    }

    fn options<'o>(&'o self, threads: usize, carried: Option<&'o Arc<Carry>>) -> Options<'o> {
        Options {
            watch: self.watch,
            with_history: self.with_history,
            threads,
            memory: self.memory,
            carried,
        }
    }

    fn measure(
        &self,
        inventory: Inventory,
        history: History,
        carry: &Arc<Carry>,
        threads: usize,
    ) -> Result<(Survey, Evaluation), Error> {
        let options = self.options(threads, Some(carry));
        let survey = survey::past_survey(self.ground, inventory, history, options)?;
        let evaluation = self.watch.time("evaluate", || {
            evaluate(self.rule, &survey.codebase, threads)
        });
        Ok((survey, evaluation))
    }

    /// What a measured commit comes to. It is kept at once: a run that is interrupted later does not lose it.
    fn point(
        &self,
        commit: &CommitSummary,
        survey: &Survey,
        evaluation: &Evaluation,
        question: &Question,
    ) -> Point {
        let stamp = (commit.id.hex(), commit.time);
        let point = Point::new(stamp, &survey.codebase, evaluation, question);
        if survey.is_lasting() {
            self.keep(self.key(commit.id, question, *b"poin"), &point);
        }
        self.watch.point_done(false);
        point
    }

    /// What an answer about a commit follows from, besides the version of this program.
    fn key(&self, commit: ObjectId, question: &Question, kind: [u8; 4]) -> Key {
        let state = self.ground.state_at(commit);
        let mut digest = Sha256::new();
        let asked = format!("{} {}", self.rule_id, self.with_history);
        let places = std::iter::once(&question.prefix).chain(&question.directories);
        let parts = [state.as_bytes(), asked.as_bytes()];
        for part in parts.into_iter().chain(places.map(RepoPath::as_bytes)) {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Key::new(&digest.finalize(), kind)
    }

    fn recall<T: serde::de::DeserializeOwned>(&self, key: &Key) -> Option<T> {
        postcard::from_bytes(&self.memory?.result(key)?).ok()
    }

    fn keep(&self, key: Key, value: &impl serde::Serialize) {
        if let Some(memory) = self.memory
            && let Ok(value) = postcard::to_stdvec(value)
        {
            memory.keep_result(key, value);
        }
    }

    fn flush(&self, way: &mut Way) {
        let due = FLUSH_AFTER.max(way.begun.elapsed() / FLUSH_PART);
        if let Some(memory) = self.memory
            && way.flushed.elapsed() >= due
        {
            memory.flush();
            way.flushed = Instant::now();
        }
    }
}
