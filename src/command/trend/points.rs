//! The points of a trend: recalled, or measured one after the other, each with what is known of the one before it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::MOST_DIRECTORIES;
use crate::cache::Key;
use crate::definition::Definition;
use crate::error::Error;
use crate::evaluation::{Evaluation, evaluate};
use crate::git::{CommitSummary, ObjectId, Repository, TreeLister};
use crate::path::RepoPath;
use crate::survey::{self, Carry, Ground, Memory, Survey, Watch};
use crate::trend::{Point, Question, widest};

/// What was learned is written when it is this old …
const FLUSH_AFTER: Duration = Duration::from_secs(1);
/// … and, so that a long run does not write too many pieces, took this part of it.
const FLUSH_PART: u32 = 32;

/// A point, or why there is none and what repairs that.
pub(super) type Made = Result<Point, (String, Option<String>)>;

/// Measures commits of one repository under one definition.
pub(super) struct Points<'a> {
    ground: &'a Ground,
    rule: &'a Definition,
    /// The fingerprint of the definition.
    rule_id: &'a str,
    watch: &'a Arc<Watch>,
    memory: Option<&'a Memory>,
    pub threads: usize,
    pub with_history: bool,
    lister: TreeLister,
    carry: Arc<Carry>,
    begun: Instant,
    flushed: Instant,
    /// The first commit, if it had to be measured to know what to ask.
    first: Option<(ObjectId, Survey, Evaluation)>,
}

impl<'a> Points<'a> {
    pub fn new(
        ground: &'a Ground,
        repository: &Repository,
        rule: &'a Definition,
        rule_id: &'a str,
        watch: &'a Arc<Watch>,
        memory: Option<&'a Memory>,
    ) -> Self {
        Self {
            ground,
            rule,
            rule_id,
            watch,
            memory,
            threads: 1,
            with_history: true,
            lister: TreeLister::new(repository),
            carry: Arc::default(),
            begun: Instant::now(),
            flushed: Instant::now(),
            first: None,
        }
    }

    /// What to ask of every commit. Where no directories are named, they are the largest ones of the head.
    pub fn question(
        &mut self,
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
        let (survey, evaluation) = self.measure(head)?;
        if survey.codebase.files().is_empty() {
            return Err(Error::NothingScanned {
                path: crate::error::shown(&self.ground.start),
            });
        }
        question.directories = widest(&survey.codebase, &question.prefix, MOST_DIRECTORIES);
        if survey.is_lasting() {
            self.keep(key, &question.directories);
        }
        self.first = Some((head, survey, evaluation));
        Ok(question)
    }

    /// The points of some commits, in their order.
    pub fn of<'c>(
        &mut self,
        commits: impl Iterator<Item = &'c CommitSummary>,
        question: Question,
    ) -> Result<(Question, Vec<Made>), Error> {
        let mut all = Vec::new();
        for commit in commits {
            let key = self.key(commit.id, &question, *b"poin");
            let known = self
                .recall::<Point>(&key)
                .and_then(|point| point.fitted(self.rule, &question));
            self.watch.point_done(known.is_some());
            if let Some(point) = known {
                all.push(Ok(point));
                continue;
            }
            let measured = match self.first.take() {
                Some((id, survey, evaluation)) if id == commit.id => Ok((survey, evaluation)),
                _ => self.measure(commit.id),
            };
            let (survey, evaluation) = match measured {
                Ok(measured) => measured,
                Err(Error::Repository { reason, repair }) => {
                    all.push(Err((reason, repair)));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let stamp = (commit.id.hex(), commit.time);
            let point = Point::new(stamp, &survey.codebase, &evaluation, &question);
            if survey.is_lasting() {
                self.keep(key, &point);
            }
            self.flush();
            all.push(Ok(point));
        }
        Ok((question, all))
    }

    fn measure(&mut self, commit: ObjectId) -> Result<(Survey, Evaluation), Error> {
        let inventory =
            survey::past_inventory(self.ground, commit, &mut self.lister, self.rule, self.watch)?;
        let options = survey::Options {
            watch: self.watch,
            with_history: self.with_history,
            threads: self.threads,
            memory: self.memory,
            carried: Some(&self.carry),
        };
        let survey = survey::survey(self.ground, self.rule, inventory, options)?;
        self.carry = Arc::clone(&survey.carry);
        let evaluation = self.watch.time("evaluate", || {
            evaluate(self.rule, &survey.codebase, self.threads)
        });
        Ok((survey, evaluation))
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

    /// Keeps a thing at once: a run that is interrupted later does not lose it.
    fn keep(&self, key: Key, value: &impl serde::Serialize) {
        if let Some(memory) = self.memory
            && let Ok(value) = postcard::to_stdvec(value)
        {
            memory.keep_result(key, value);
        }
    }

    fn flush(&mut self) {
        let due = FLUSH_AFTER.max(self.begun.elapsed() / FLUSH_PART);
        if let Some(memory) = self.memory
            && self.flushed.elapsed() >= due
        {
            memory.flush();
            self.flushed = Instant::now();
        }
    }
}
