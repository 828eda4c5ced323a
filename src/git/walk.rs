//! The commits behind the head, newest first, with times that can be trusted and ends that are known.
//!
//! Stopping at the first old commit would lose whatever a skewed clock hides behind it, so the walk goes on for a while.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::Mark;
use super::bots::Bots;
use super::commit::{self, Person};
use super::diffs::Job;
use super::hash::WordHash;
use super::marks::{self, Marked};
use super::objects::{METADATA_LIMIT, ObjectId, ObjectKind, ObjectProblem, ObjectReader};
use super::recall::{self, Recall};

/// Commits older than the window that are read in search of younger ones behind them.
const SLOP: usize = 64;

/// How far beyond the head's time another commit may lie before its clock counts as wrong: one day.
pub(super) const TOLERANCE: i64 = 86_400;

/// Commits in a row without a usable time that are followed to one that has it.
pub(super) const CLOCKLESS_LIMIT: usize = 1_000;

/// Subjects are shown, not searched: longer ones are cut.
const SUBJECT_LIMIT: usize = 200;

/// A commit as the rest of this room sees it.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its id.
    pub id: ObjectId,
    /// Its root directory.
    pub tree: ObjectId,
    /// Positions of its parents among the nodes of the walk; `None` for one that was not or could not be read.
    pub parents: Vec<Option<usize>>,
    /// Committer time in seconds since the epoch; of a broken clock, that of the first parent.
    pub time: i64,
    /// Author time in seconds since the epoch, as the commit has it.
    pub authored: Option<i64>,
    /// What its message says it is.
    pub marked: Option<Marked>,
    /// The topic it says it merges.
    pub topic: bool,
    /// First paragraph of its message, at most 200 bytes.
    pub subject: String,
    /// Who wrote it.
    pub author: Person,
    /// Its parents exist and were cut off.
    pub boundary: bool,
    parent_ids: Vec<ObjectId>,
    malformed: bool,
    skewed: bool,
    queued: bool,
}

impl Node {
    /// Whether it has more than one parent, read or not.
    pub(super) fn is_merge(&self) -> bool {
        self.parent_ids.len() > 1
    }

    /// Whether it either has one parent or is a merge that delivers what its mark says, whatever it brought.
    fn never_is_suspect(&self) -> bool {
        let may_contain = |marked: &Marked| matches!(marked.mark, Mark::Homu | Mark::Bors);
        !self.is_merge()
            || self
                .marked
                .as_ref()
                .is_some_and(|marked| !may_contain(marked))
    }

    /// Whether a program wrote it.
    pub(super) fn is_by(&self, bots: &Bots) -> bool {
        bots.wrote(&self.author)
    }
}

/// What follows from a commit object alone, whatever the state of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Learned {
    /// Its root directory.
    pub tree: ObjectId,
    /// Its parents, the mainline first.
    pub parents: Vec<ObjectId>,
    /// Committer time in seconds since the epoch, as the commit has it.
    pub time: Option<i64>,
    /// Author time, likewise.
    pub authored: Option<i64>,
    /// What its message says it is.
    pub marked: Option<Marked>,
    /// It says it merges a topic.
    pub topic: bool,
    /// Its author or committer is malformed.
    pub malformed: bool,
    /// First paragraph of its message, at most 200 bytes.
    pub subject: String,
    /// Who wrote it.
    pub author: Person,
}

impl Learned {
    fn read(reader: &ObjectReader, id: ObjectId) -> Result<Self, ObjectProblem> {
        let content = reader.read_kind(id, ObjectKind::Commit, METADATA_LIMIT)?;
        let raw = commit::parse(&content)
            .ok_or_else(|| ObjectProblem::Corrupt("a commit without a tree".to_owned()))?;
        let marked = marks::recognise(&raw.subject, &raw.body);
        let topic = marks::topic_branch(&raw.subject).is_some();
        Ok(Self {
            tree: raw.tree,
            parents: raw.parents,
            time: raw.time,
            authored: raw.authored,
            marked,
            topic,
            malformed: raw.malformed,
            subject: shortened(raw.subject),
            author: raw.author,
        })
    }
}

/// A subject of at most 200 bytes.
pub(super) fn shortened(mut subject: String) -> String {
    if subject.len() > SUBJECT_LIMIT {
        let end = (0..=SUBJECT_LIMIT)
            .rev()
            .find(|end| subject.is_char_boundary(*end));
        subject.truncate(end.unwrap_or(0));
    }
    subject
}

/// Whether a commit can have been made at this time, when the newest was made at `latest`.
pub(super) fn is_sane(time: i64, latest: i64) -> bool {
    (0..=latest.saturating_add(TOLERANCE)).contains(&time)
}

/// The time of commits behind which no better one was found than `last`.
pub(super) fn settled(last: i64, latest: i64) -> i64 {
    if is_sane(last, latest) {
        last
    } else if last > latest && latest < commit::LATEST_TIME {
        latest
    } else {
        0
    }
}

/// Why history ends before it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// A shallow clone cut this commit's parents off.
    Shallow(ObjectId),
    /// This commit cannot be read.
    Broken(ObjectId, ObjectProblem),
}

/// A walk that can be continued further back.
pub(super) struct Walk<'a> {
    reader: &'a ObjectReader,
    recall: Option<&'a dyn Recall>,
    shallow: HashSet<ObjectId>,
    head_time: i64,
    /// The next commit of the mainline to be visited.
    mainline: Option<usize>,
    /// Every commit read so far.
    nodes: Vec<Node>,
    known: HashMap<ObjectId, usize, WordHash>,
    frontier: BinaryHeap<(i64, Reverse<usize>)>,
    /// Commits taken off the frontier, in order.
    visited: Vec<usize>,
    /// Commits that could not be read, with the time of the child that names them.
    broken: Vec<(i64, ObjectId, ObjectProblem)>,
}

impl<'a> Walk<'a> {
    /// Begins at `head`. The error is that the head itself cannot be read.
    pub(super) fn new(
        reader: &'a ObjectReader,
        head: ObjectId,
        shallow: Vec<ObjectId>,
        recall: Option<&'a dyn Recall>,
    ) -> Result<Self, ObjectProblem> {
        let mut walk = Self {
            reader,
            recall,
            shallow: shallow.into_iter().collect(),
            head_time: commit::LATEST_TIME,
            mainline: None,
            nodes: Vec::new(),
            known: HashMap::default(),
            frontier: BinaryHeap::new(),
            visited: Vec::new(),
            broken: Vec::new(),
        };
        let position = walk.load(head)?;
        walk.head_time = walk.nodes[position].time;
        walk.mainline = Some(position);
        walk.queue(position);
        Ok(walk)
    }

    /// Committer time of the head.
    pub(super) fn head_time(&self) -> i64 {
        self.head_time
    }

    /// Whether there is nothing older than `from`, which the walk has reached.
    pub(super) fn is_exhausted(&self, from: i64) -> bool {
        let is_inside = |position: &usize| self.nodes[*position].time >= from;
        self.frontier.is_empty() && self.visited.iter().all(is_inside)
    }

    /// Reads on until all that remains is older than `from`. May be called again with an earlier time. Comparisons that
    /// will be needed whatever the marks say are told as soon as their trees are known.
    pub(super) fn advance(&mut self, from: i64, needed: &mut dyn FnMut(Job)) {
        let mut slop = SLOP;
        while let Some((time, Reverse(position))) = self.frontier.peek().copied() {
            if time >= from {
                slop = SLOP;
            } else if slop == 0 {
                return;
            } else {
                slop -= 1;
            }
            self.frontier.pop();
            self.visit(position);
            if self.mainline != Some(position) {
                continue;
            }
            let node = &self.nodes[position];
            let parent = node.parents.first().copied().flatten();
            self.mainline = parent;
            if time >= from && node.never_is_suspect() {
                let old = parent.map(|parent| self.nodes[parent].tree);
                needed(Job::with_renames(position, old, node.tree));
            }
        }
    }

    /// The commits not older than `from` (reached with [`Walk::advance`] before), newest first.
    pub(super) fn since(&self, from: i64) -> Vec<usize> {
        let mut positions: Vec<usize> = self
            .visited
            .iter()
            .copied()
            .filter(|position| self.nodes[*position].time >= from)
            .collect();
        // Stable: of two commits of one second the one met first stays first, and a child is met before its parent.
        positions.sort_by_key(|position| Reverse(self.nodes[*position].time));
        positions
    }

    /// All commits reached, a child always before its parents, the newest of those that can come next first.
    pub(super) fn visited(&self) -> &[usize] {
        &self.visited
    }

    /// The commit at a position given out by this walk.
    pub(super) fn node(&self, position: usize) -> &Node {
        &self.nodes[position]
    }

    /// Where history since `from` ends although it should go on; the newest such place.
    pub(super) fn end(&self, from: i64) -> Option<End> {
        let broken = self
            .broken
            .iter()
            .filter(|(time, _, _)| *time >= from)
            .max_by_key(|(time, id, _)| (*time, Reverse(*id)))
            .map(|(_, id, problem)| End::Broken(*id, problem.clone()));
        broken.or_else(|| {
            self.visited
                .iter()
                .map(|position| &self.nodes[*position])
                .filter(|node| node.boundary && node.time >= from)
                .max_by_key(|node| (node.time, Reverse(node.id)))
                .map(|node| End::Shallow(node.id))
        })
    }

    /// Time of the newest commit at which history is cut off, shallow or broken.
    pub(super) fn cut_time(&self) -> Option<i64> {
        let broken = self.broken.iter().map(|(time, _, _)| *time).max();
        let boundary = self
            .visited
            .iter()
            .map(|position| &self.nodes[*position])
            .filter(|node| node.boundary)
            .map(|node| node.time)
            .max();
        broken.max(boundary)
    }

    /// How many of the commits read have a malformed author or committer, and how many a clock that cannot be right.
    /// Those that fell out of the window for that reason are among them.
    pub(super) fn oddities(&self) -> (usize, usize) {
        let nodes = || self.visited.iter().map(|position| &self.nodes[*position]);
        (
            nodes().filter(|node| node.malformed).count(),
            nodes().filter(|node| node.skewed).count(),
        )
    }

    fn queue(&mut self, position: usize) {
        let node = &mut self.nodes[position];
        if !node.queued {
            node.queued = true;
            self.frontier.push((node.time, Reverse(position)));
        }
    }

    fn visit(&mut self, position: usize) {
        self.visited.push(position);
        let node = &self.nodes[position];
        if node.boundary {
            return;
        }
        let time = node.time;
        for (at, id) in node.parent_ids.clone().into_iter().enumerate() {
            match self.load(id) {
                Ok(parent) => {
                    self.queue(parent);
                    self.nodes[position].parents[at] = Some(parent);
                }
                Err(problem) => self.broken.push((time, id, problem)),
            }
        }
    }

    /// Reads a commit, and as many of its first parents as it takes to know its time.
    fn load(&mut self, id: ObjectId) -> Result<usize, ObjectProblem> {
        if let Some(position) = self.known.get(&id) {
            return Ok(*position);
        }
        let wanted = self.read(id)?;
        let mut timeless = Vec::new();
        let mut current = wanted;
        // A commit that is still to get its time carries the time of nobody: its own is out of range.
        while !self.is_sane(self.nodes[current].time) {
            timeless.push(current);
            let node = &self.nodes[current];
            let parent = node.parent_ids.first().filter(|_| !node.boundary).copied();
            let Some(parent) = parent else { break };
            let next = match self.known.get(&parent) {
                Some(position) => *position,
                None => match self.read(parent) {
                    Ok(position) => position,
                    Err(_) => break,
                },
            };
            // Damaged objects can name each other as parents.
            if timeless.len() > CLOCKLESS_LIMIT {
                break;
            }
            current = next;
        }
        let time = settled(self.nodes[current].time, self.head_time);
        for position in timeless {
            self.nodes[position].time = time;
        }
        Ok(wanted)
    }

    fn is_sane(&self, time: i64) -> bool {
        is_sane(time, self.head_time)
    }

    fn read(&mut self, id: ObjectId) -> Result<usize, ObjectProblem> {
        let known = self.recall.and_then(|recall| recall::commit(recall, id));
        let learned = match known {
            Some(learned) => learned,
            None => {
                let learned = Learned::read(self.reader, id)?;
                if let Some(recall) = self.recall {
                    recall::keep_commit(recall, id, &learned);
                }
                learned
            }
        };
        let time = learned.time.unwrap_or(-1);
        let position = self.nodes.len();
        self.nodes.push(Node {
            id,
            tree: learned.tree,
            parents: vec![None; learned.parents.len()],
            time,
            authored: learned.authored,
            marked: learned.marked,
            topic: learned.topic,
            subject: learned.subject,
            author: learned.author,
            boundary: self.shallow.contains(&id) && !learned.parents.is_empty(),
            parent_ids: learned.parents,
            malformed: learned.malformed,
            skewed: learned.time.is_some() && !self.is_sane(time),
            queued: false,
        });
        self.known.insert(id, position);
        Ok(position)
    }
}
