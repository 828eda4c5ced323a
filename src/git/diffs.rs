//! The comparisons of trees a plan asks for, made on several threads with one answer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::changes::Plan;
use super::graph::Graph;
use super::objects::{ObjectId, ObjectReader, ObjectStore};
use super::renames::{Rename, renames_of};
use super::similarity::Similarity;
use super::tree_diff::{PathChange, TreeCache, TreeChanges, TreeDiff, TreeProblem};
use crate::path::RepoPath;

/// Diffs handed to a thread at once: neighbours share most of their trees.
const BLOCK: usize = 16;

/// Paths of a merge that are looked up in its branch to see whether both are one project.
const SAMPLE: usize = 32;

/// One comparison of trees.
pub(super) struct Job {
    /// The commit, by its position in the walk.
    pub position: usize,
    old: Option<ObjectId>,
    new: ObjectId,
    /// Its renames count.
    pub is_mainline: bool,
    /// Trees of the other parents, if it is to be seen whether they are of another project.
    branches: Vec<ObjectId>,
}

impl Job {
    /// The comparison of a commit with its first parent, as one of the mainline is made when the walk comes by.
    pub(super) fn with_renames(position: usize, old: Option<ObjectId>, new: ObjectId) -> Self {
        Self {
            position,
            old,
            new,
            is_mainline: true,
            branches: Vec::new(),
        }
    }

    /// Whether it compares with nothing: a root.
    pub(super) fn is_root(&self) -> bool {
        self.old.is_none()
    }

    /// The trees it looks at: old (not of a root), new, those of the branches.
    pub(super) fn ids(&self) -> impl Iterator<Item = ObjectId> {
        let ids = self.old.into_iter().chain([self.new]);
        ids.chain(self.branches.iter().copied())
    }
}

/// An outcome, and what was asked for.
pub(super) struct Known {
    /// What was found.
    pub outcome: Outcome,
    with_renames: bool,
    with_branches: bool,
}

impl Known {
    /// The outcome of a job.
    pub(super) fn new(job: &Job, outcome: Outcome) -> Self {
        Self {
            outcome,
            with_renames: job.is_mainline,
            with_branches: !job.branches.is_empty(),
        }
    }
}

/// What a comparison found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The paths that differ from the first parent, sorted.
    pub paths: Vec<RepoPath>,
    /// Positions among them of what was not there before, in order.
    pub added: Vec<u32>,
    /// Positions among them of what is gone, in order.
    pub removed: Vec<u32>,
    /// There are more than are recorded.
    pub bulk: bool,
    /// The files that moved; empty beside the mainline.
    pub renames: Vec<Rename>,
    /// The other parents are of another project.
    pub is_foreign: bool,
    /// No content was missing that could have told more.
    pub is_certain: bool,
}

/// The diffs a plan needs that have not been made yet, in order of the walk.
pub(super) fn jobs(graph: &Graph<'_>, plan: &Plan, known: &BTreeMap<usize, Known>) -> Vec<Job> {
    let suspects: BTreeSet<usize> = plan.suspects.iter().map(|suspect| suspect.merge).collect();
    let mut numbers: Vec<usize> = plan
        .units
        .iter()
        .map(|unit| unit.commit)
        .chain(graph.mainline().iter().copied())
        .chain(suspects.iter().copied())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
        .into_iter()
        .filter_map(|number| {
            let position = graph.position(number);
            let is_mainline = graph.is_on_mainline(number);
            let is_suspect = suspects.contains(&number);
            if let Some(known) = known.get(&position)
                && (known.with_renames || !is_mainline)
                && (known.with_branches || !is_suspect)
            {
                return None;
            }
            let node = graph.node(number);
            let branches = if is_suspect {
                (1..node.parents.len())
                    .filter_map(|which| graph.parent_node(number, which))
                    .map(|parent| parent.tree)
                    .collect()
            } else {
                Vec::new()
            };
            Some(Job {
                position,
                old: graph.parent_node(number, 0).map(|parent| parent.tree),
                new: node.tree,
                is_mainline,
                branches,
            })
        })
        .collect()
}

/// What a thread keeps from one round of diffs to the next.
pub(super) struct Worker {
    reader: ObjectReader,
    trees: TreeCache,
}

impl Worker {
    /// One for each thread.
    pub(super) fn team(store: &Arc<ObjectStore>, threads: usize) -> Vec<Self> {
        let worker = || Self {
            reader: store.reader(),
            trees: TreeCache::default(),
        };
        std::iter::repeat_with(worker)
            .take(threads.max(1))
            .collect()
    }
}

/// A job and what came of it.
pub(super) type Made = (Job, Result<Outcome, TreeProblem>);

/// Makes all diffs that `find` hands to its argument, beginning while it is still looking for more. What `find` returns
/// comes back with the results, which are in no order.
pub(super) fn run<F>(
    workers: &mut [Worker],
    partial: bool,
    find: impl FnOnce(&mut dyn FnMut(Job)) -> F,
) -> (F, Vec<Made>) {
    let queue = Queue {
        waiting: Mutex::default(),
        more: Condvar::new(),
        made: Mutex::default(),
        partial,
    };
    let queue_of_all = &queue;
    let found = thread::scope(|scope| {
        let (mut own, mut others) = match workers.split_first_mut() {
            Some((own, others)) => (Some(own), others.iter_mut()),
            None => (None, [].iter_mut()),
        };
        // Whatever happens to us, nobody may wait for more without end.
        let complete = Complete(queue_of_all);
        let mut block = Vec::with_capacity(BLOCK);
        let found = find(&mut |job| {
            block.push(job);
            if block.len() == BLOCK {
                queue_of_all.add(std::mem::replace(&mut block, Vec::with_capacity(BLOCK)));
                if let Some(worker) = others.next() {
                    scope.spawn(move || queue_of_all.work(worker));
                }
            }
        });
        queue_of_all.add(block);
        drop(complete);
        if let Some(own) = own.take() {
            queue_of_all.work(own);
        }
        found
    });
    let made = queue.made.into_inner();
    (found, made.unwrap_or_else(PoisonError::into_inner))
}

/// Jobs on their way to the threads that do them.
struct Queue {
    waiting: Mutex<Waiting>,
    more: Condvar,
    made: Mutex<Vec<Made>>,
    partial: bool,
}

#[derive(Default)]
struct Waiting {
    blocks: VecDeque<Vec<Job>>,
    is_complete: bool,
}

/// Says, when it goes, that no more jobs will come.
struct Complete<'q>(&'q Queue);

impl Drop for Complete<'_> {
    fn drop(&mut self) {
        self.0.lock().is_complete = true;
        self.0.more.notify_all();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, block: Vec<Job>) {
        self.lock().blocks.push_back(block);
        self.more.notify_one();
    }

    fn next(&self) -> Option<Vec<Job>> {
        let mut waiting = self.lock();
        loop {
            if let Some(block) = waiting.blocks.pop_front() {
                return Some(block);
            }
            if waiting.is_complete {
                return None;
            }
            waiting = self
                .more
                .wait(waiting)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn work(&self, worker: &mut Worker) {
        let Worker { reader, trees } = worker;
        let mut trees = TreeDiff::new(reader, trees);
        let mut similarity = Similarity::new((!self.partial).then_some(&*reader));
        while let Some(block) = self.next() {
            let made: Vec<Made> = block
                .into_iter()
                .map(|job| {
                    let outcome = compare(&job, &mut trees, &mut similarity);
                    (job, outcome)
                })
                .collect();
            self.made
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(made);
        }
    }
}

fn compare(
    job: &Job,
    trees: &mut TreeDiff<'_>,
    similarity: &mut Similarity<'_>,
) -> Result<Outcome, TreeProblem> {
    let diff = trees.diff(job.old, job.new)?;
    let is_foreign = !job.branches.is_empty() && is_foreign(&diff, &job.branches, trees)?;
    let (renames, is_certain) = if job.is_mainline && !diff.bulk {
        renames_of(&diff, similarity)
    } else {
        (Vec::new(), true)
    };
    let positions = |is_meant: fn(&PathChange) -> bool| {
        let numbered = (0..).zip(&diff.changes);
        let meant = numbered.filter(|(_, change)| is_meant(change));
        meant.map(|(position, _)| position).collect()
    };
    Ok(Outcome {
        added: positions(|change| change.old.is_none()),
        removed: positions(|change| change.new.is_none()),
        bulk: diff.bulk,
        paths: diff.changes.into_iter().map(|change| change.path).collect(),
        renames,
        is_foreign,
        is_certain,
    })
}

/// A branch of this project has at the same paths what its merge brought. The history of another project, merged below a
/// directory, has none of these paths.
fn is_foreign(
    diff: &TreeChanges,
    branches: &[ObjectId],
    trees: &mut TreeDiff<'_>,
) -> Result<bool, TreeProblem> {
    let mut brought = 0;
    for change in diff.changes.iter().filter(|change| change.new.is_some()) {
        brought += 1;
        if brought > SAMPLE {
            break;
        }
        for branch in branches {
            if trees.contains(*branch, &change.path)? {
                return Ok(false);
            }
        }
    }
    Ok(brought > 0)
}
