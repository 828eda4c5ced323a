//! Commits and their parents for questions about ancestry: each read once, and known by a number from then on.

use std::collections::{HashMap, HashSet};

use super::commit::{self, LATEST_TIME};
use super::hash::WordHash;
use super::objects::{METADATA_LIMIT, ObjectId, ObjectKind, ObjectProblem, ObjectReader};
use super::walk::{self, CLOCKLESS_LIMIT};

/// A commit as a list of commits shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitSummary {
    /// Its id.
    pub id: ObjectId,
    /// Its parents, the mainline first; more than one for a merge.
    pub parents: Vec<ObjectId>,
    /// Its root directory.
    pub tree: ObjectId,
    /// Committer time in seconds since the epoch; of a clock that cannot be right, that of the first parent.
    pub time: i64,
    /// First paragraph of its message, at most 200 bytes.
    pub subject: String,
}

/// Commits met so far.
pub(super) struct Lineage {
    reader: ObjectReader,
    shallow: HashSet<ObjectId, WordHash>,
    numbers: HashMap<ObjectId, u32, WordHash>,
    nodes: Vec<Node>,
    /// Parents of all commits that were read, one list after the other.
    parents: Vec<u32>,
}

struct Node {
    id: ObjectId,
    state: State,
    /// As the commit has it.
    time: Option<i64>,
    /// Where its parents begin, and how many there are.
    first: u32,
    count: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Only its id is known.
    Named,
    Read,
    /// Read, and a shallow clone cut its parents off.
    Boundary,
}

impl Lineage {
    /// Nothing is read yet. `shallow` are the commits whose parents are cut off.
    pub(super) fn new(reader: ObjectReader, shallow: Vec<ObjectId>) -> Self {
        Self {
            reader,
            shallow: shallow.into_iter().collect(),
            numbers: HashMap::default(),
            nodes: Vec::new(),
            parents: Vec::new(),
        }
    }

    /// The number of a commit, which need not exist.
    pub(super) fn number(&mut self, id: ObjectId) -> u32 {
        let next = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(id).or_insert(next);
        if number == next {
            self.nodes.push(Node {
                id,
                state: State::Named,
                time: None,
                first: 0,
                count: 0,
            });
        }
        number
    }

    /// The id of a commit.
    pub(super) fn id(&self, number: u32) -> ObjectId {
        self.nodes[number as usize].id
    }

    /// Reads a commit unless that was done before.
    pub(super) fn read(&mut self, number: u32) -> Result<(), ObjectProblem> {
        let node = &self.nodes[number as usize];
        if node.state != State::Named {
            return Ok(());
        }
        let id = node.id;
        let content = self
            .reader
            .read_kind(id, ObjectKind::Commit, METADATA_LIMIT)?;
        let links = commit::links(&content)
            .ok_or_else(|| ObjectProblem::Corrupt("a commit without a tree".to_owned()))?;
        let is_boundary = !links.parents.is_empty() && self.shallow.contains(&id);
        let first = self.parents.len();
        if !is_boundary {
            for parent in links.parents {
                let parent = self.number(parent);
                self.parents.push(parent);
            }
        }
        let count = self.parents.len() - first;
        let node = &mut self.nodes[number as usize];
        node.time = links.time;
        node.first = u32::try_from(first).unwrap_or(u32::MAX);
        node.count = u32::try_from(count).unwrap_or(u32::MAX);
        node.state = if is_boundary {
            State::Boundary
        } else {
            State::Read
        };
        Ok(())
    }

    /// Whether a commit that was read has parents that were cut off.
    pub(super) fn is_boundary(&self, number: u32) -> bool {
        self.nodes[number as usize].state == State::Boundary
    }

    /// How many parents of a commit that was read can be followed.
    pub(super) fn parent_count(&self, number: u32) -> u32 {
        self.nodes[number as usize].count
    }

    /// A parent of a commit that was read, by its place from 0. It need not be read, nor exist.
    pub(super) fn parent(&self, number: u32, place: u32) -> u32 {
        self.parents[(self.nodes[number as usize].first + place) as usize]
    }

    /// Parents of a commit that was read, in the order of its header.
    pub(super) fn parents(&self, number: u32) -> &[u32] {
        let node = &self.nodes[number as usize];
        let first = node.first as usize;
        self.parents
            .get(first..first + node.count as usize)
            .unwrap_or_default()
    }

    /// Committer time of a commit that was read, as far as it makes sense at all: what is asked in order of time gets right
    /// answers whatever clocks say.
    pub(super) fn rank(&self, number: u32) -> i64 {
        self.nodes[number as usize].time.unwrap_or(0)
    }

    /// Committer time of a commit that was read; of a clock that cannot be right, that of the first parent. Nothing was
    /// made after `latest` plus a day.
    pub(super) fn time(&mut self, number: u32, latest: i64) -> i64 {
        let mut current = number;
        let mut timeless = Vec::new();
        let mut last = -1;
        while timeless.len() <= CLOCKLESS_LIMIT {
            let time = self.nodes[current as usize].time.unwrap_or(-1);
            last = time;
            if walk::is_sane(time, latest) {
                break;
            }
            timeless.push(current);
            let Some(parent) = self.parents(current).first().copied() else {
                break;
            };
            if self.read(parent).is_err() {
                break;
            }
            current = parent;
        }
        let time = walk::settled(last, latest);
        for number in timeless {
            self.nodes[number as usize].time = Some(time);
        }
        time
    }

    /// The time of a commit nothing is compared with.
    pub(super) fn head_time(&mut self, number: u32) -> i64 {
        self.time(number, LATEST_TIME)
    }

    /// Reads what a list shows of a commit that was read.
    pub(super) fn summary(
        &mut self,
        number: u32,
        latest: i64,
    ) -> Result<CommitSummary, ObjectProblem> {
        let id = self.id(number);
        let content = self
            .reader
            .read_kind(id, ObjectKind::Commit, METADATA_LIMIT)?;
        let raw = commit::parse(&content)
            .ok_or_else(|| ObjectProblem::Corrupt("a commit without a tree".to_owned()))?;
        Ok(CommitSummary {
            id,
            parents: raw.parents,
            tree: raw.tree,
            time: self.time(number, latest),
            subject: walk::shortened(raw.subject),
        })
    }
}
