//! Where two lines of work parted: git's way of painting history from both ends, and no answer where a clone ends too soon.
//!
//! Commits are painted in order of time, the newest first, which decides only how many are read: clocks may be wrong. What is
//! found is compared with each other before it is an answer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::lineage::Lineage;
use super::objects::{ObjectId, ObjectProblem};
use super::repair;
use super::repository::Repository;

/// Why a question about ancestry has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AncestryProblem {
    /// The two histories never met.
    #[error("commits {} and {} have no common history", .0.hex(), .1.hex())]
    NoCommon(ObjectId, ObjectId),
    /// A shallow clone cut off what decides: the parents of this commit.
    #[error("the clone is shallow: history is cut off at {}, before the answer is certain", .0.hex())]
    Shallow(ObjectId),
    /// A commit that decides is not in the repository.
    #[error("commit {} is missing", .0.hex())]
    Missing(ObjectId),
    /// A commit that decides cannot be read, or makes no sense.
    #[error("commit {} is {reason}", .id.hex())]
    Corrupt {
        /// Its id.
        id: ObjectId,
        /// What it is instead.
        reason: String,
    },
    /// Nobody can tell where history was cut off.
    #[error("the list of commits that were cut off cannot be read: {0}")]
    Unlisted(String),
}

impl AncestryProblem {
    /// The command that repairs it, if there is one.
    pub fn repair(&self) -> Option<String> {
        match self {
            Self::NoCommon(..) => None,
            Self::Unlisted(_) => Some(repair::EXAMINE.to_owned()),
            Self::Shallow(_) => Some(repair::UNSHALLOW.to_owned()),
            Self::Missing(_) => Some(repair::REFETCH.to_owned()),
            Self::Corrupt { id, .. } => Some(repair::restore_damaged(*id)),
        }
    }

    /// Of a commit that cannot be read.
    pub(super) fn of(id: ObjectId, problem: &ObjectProblem) -> Self {
        match problem {
            ObjectProblem::Missing => Self::Missing(id),
            problem => Self::Corrupt {
                id,
                reason: problem.to_string(),
            },
        }
    }
}

impl Repository {
    /// The best common ancestor of two commits: one that is no ancestor of another common ancestor; of several the newest,
    /// and of several of one second the one with the smallest id. A commit is an ancestor of itself.
    pub fn merge_base(&self, one: ObjectId, other: ObjectId) -> Result<ObjectId, AncestryProblem> {
        let mut lineage = self.lineage()?;
        let (left, right) = (lineage.tip(one)?, lineage.tip(other)?);
        let mut paint = Paint::new(&lineage, &[left], &[right]);
        while !paint.is_common(left) && !paint.is_common(right) && paint.step(&mut lineage) {}
        // Whatever else is common is an ancestor of it.
        for end in [left, right] {
            if paint.is_common(end) {
                return Ok(lineage.id(end));
            }
        }
        // What lies behind a cut might be a younger common ancestor, or one of two where one was found.
        if let Some(gap) = paint.gaps.iter().find(|gap| !paint.is_common(gap.child)) {
            return Err(gap.problem.clone());
        }
        let mut found = paint.best();
        found.sort_by_key(|number| (Reverse(lineage.rank(*number)), lineage.id(*number)));
        while let Some((first, rest)) = found.split_first() {
            if rest.is_empty() || !lineage.is_reached(*first, rest)? {
                return Ok(lineage.id(*first));
            }
            found.remove(0);
        }
        Err(AncestryProblem::NoCommon(one, other))
    }

    pub(super) fn lineage(&self) -> Result<Lineage, AncestryProblem> {
        let shallow = self.shallow().map_err(AncestryProblem::Unlisted)?;
        Ok(Lineage::new(self.store().reader(), shallow))
    }
}

impl Lineage {
    /// The number of a commit a question begins with.
    pub(super) fn tip(&mut self, id: ObjectId) -> Result<u32, AncestryProblem> {
        let number = self.number(id);
        self.read(number)
            .map_err(|problem| AncestryProblem::of(id, &problem))?;
        Ok(number)
    }

    /// Whether a commit is an ancestor of any of the others.
    fn is_reached(&mut self, commit: u32, from: &[u32]) -> Result<bool, AncestryProblem> {
        let mut paint = Paint::new(self, &[commit], from);
        while !paint.is_common(commit) && paint.step(self) {}
        if paint.is_common(commit) {
            return Ok(true);
        }
        // A way there may lead through what was cut off, but not through what the commit itself comes from.
        let gap = paint.gaps.iter().find(|gap| paint.is_right_only(gap.child));
        gap.map_or(Ok(false), |gap| Err(gap.problem.clone()))
    }
}

/// Reached from the left.
const LEFT: u8 = 1;
/// Reached from the right.
const RIGHT: u8 = 2;
/// Reached from both.
const COMMON: u8 = LEFT | RIGHT;
/// An ancestor of a common commit: common too, and never the best one.
const STALE: u8 = 4;
/// Waiting for its turn.
const QUEUED: u8 = 8;
/// Common, and in its turn not known to be stale.
const FOUND: u8 = 16;

/// History painted from two sides, newest commits first.
pub(super) struct Paint {
    /// By number.
    flags: Vec<u8>,
    queue: BinaryHeap<(i64, Reverse<u32>)>,
    /// How many in the queue are not stale.
    open: usize,
    found: Vec<u32>,
    /// Commits reached from the left alone when it was their turn.
    pub left: Vec<u32>,
    /// Commits whose parents could not be followed.
    pub gaps: Vec<Gap>,
}

/// A place where history is cut off.
pub(super) struct Gap {
    /// The last commit before it.
    pub child: u32,
    /// Why.
    pub problem: AncestryProblem,
}

impl Paint {
    /// Begins at commits that were read.
    pub(super) fn new(lineage: &Lineage, left: &[u32], right: &[u32]) -> Self {
        let mut paint = Self {
            flags: Vec::new(),
            queue: BinaryHeap::new(),
            open: 0,
            found: Vec::new(),
            left: Vec::new(),
            gaps: Vec::new(),
        };
        for (numbers, side) in [(left, LEFT), (right, RIGHT)] {
            for number in numbers {
                paint.add(lineage, *number, side);
            }
        }
        paint
    }

    /// Whether a commit is known to be reached from both sides.
    pub(super) fn is_common(&self, number: u32) -> bool {
        self.flags(number) & COMMON == COMMON
    }

    /// Whether a commit is known to be reached from the right, and not from the left.
    pub(super) fn is_right_only(&self, number: u32) -> bool {
        self.flags(number) & COMMON == RIGHT
    }

    /// Whether a commit is known to be reached from the left, and not from the right.
    pub(super) fn is_left_only(&self, number: u32) -> bool {
        self.flags(number) & COMMON == LEFT
    }

    /// Takes the next commit and paints its parents. False once only ancestors of common commits are waiting: then every
    /// way from either side has been followed to where both meet, or to its end.
    pub(super) fn step(&mut self, lineage: &mut Lineage) -> bool {
        self.open > 0 && self.step_beyond(lineage, i64::MIN)
    }

    /// The same for what is not older than `from`, even if only ancestors of common commits are waiting.
    pub(super) fn step_beyond(&mut self, lineage: &mut Lineage, from: i64) -> bool {
        match self.queue.peek() {
            Some((time, _)) if *time >= from => {}
            _ => return false,
        }
        let Some((_, Reverse(number))) = self.queue.pop() else {
            return false;
        };
        let flags = self.flags(number);
        self.set(number, flags & !QUEUED);
        let mut colour = flags & (COMMON | STALE);
        if flags & STALE == 0 {
            self.open -= 1;
        }
        if colour == COMMON {
            if flags & FOUND == 0 {
                self.found.push(number);
                self.set(number, flags & !QUEUED | FOUND);
            }
            colour |= STALE;
        } else if colour == LEFT {
            self.left.push(number);
        }
        if lineage.is_boundary(number) {
            let problem = AncestryProblem::Shallow(lineage.id(number));
            self.gaps.push(Gap {
                child: number,
                problem,
            });
        }
        for place in 0..lineage.parent_count(number) {
            let parent = lineage.parent(number, place);
            match lineage.read(parent) {
                Ok(()) => self.add(lineage, parent, colour),
                Err(problem) => self.gaps.push(Gap {
                    child: number,
                    problem: AncestryProblem::of(lineage.id(parent), &problem),
                }),
            }
        }
        true
    }

    /// Common commits that are not known to be ancestors of others.
    fn best(&self) -> Vec<u32> {
        let is_best = |number: &u32| self.flags(*number) & STALE == 0;
        self.found.iter().copied().filter(is_best).collect()
    }

    fn add(&mut self, lineage: &Lineage, number: u32, colour: u8) {
        let before = self.flags(number);
        let mut after = before | colour;
        if after == before {
            return;
        }
        if before & QUEUED == 0 {
            after |= QUEUED;
            self.queue.push((lineage.rank(number), Reverse(number)));
            self.open += usize::from(after & STALE == 0);
        } else if before & STALE == 0 && after & STALE != 0 {
            self.open -= 1;
        }
        self.set(number, after);
    }

    fn flags(&self, number: u32) -> u8 {
        self.flags.get(number as usize).copied().unwrap_or(0)
    }

    fn set(&mut self, number: u32, flags: u8) {
        let place = number as usize;
        if place >= self.flags.len() {
            self.flags.resize(place + 1, 0);
        }
        self.flags[place] = flags;
    }
}

#[cfg(test)]
mod tests;
