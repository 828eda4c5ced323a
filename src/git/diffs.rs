//! The comparisons of trees a plan asks for, made on several threads with one answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::changes::Plan;
use super::graph::Graph;
use super::objects::{ObjectId, ObjectReader, ObjectStore};
use super::renames::{Rename, renames_of};
use super::similarity::Similarity;
use super::tree_diff::{TreeCache, TreeChanges, TreeDiff, TreeProblem};
use crate::path::RepoPath;

/// Diffs handed to a thread at once: neighbours share most of their trees.
const BLOCK: usize = 32;

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

/// Makes all diffs. The result of a job is at its place, whatever thread made it.
pub(super) fn run(
    workers: &mut [Worker],
    partial: bool,
    jobs: &[Job],
) -> Vec<Option<Result<Outcome, TreeProblem>>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(jobs.len()));
    let work = |worker: &mut Worker| {
        let Worker { reader, trees } = worker;
        let mut trees = TreeDiff::new(reader, trees);
        let mut similarity = Similarity::new((!partial).then_some(&*reader));
        loop {
            let first = next.fetch_add(BLOCK, Ordering::Relaxed);
            if first >= jobs.len() {
                return;
            }
            for (at, job) in jobs.iter().enumerate().skip(first).take(BLOCK) {
                let outcome = compare(job, &mut trees, &mut similarity);
                results
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((at, outcome));
            }
        }
    };
    let most = jobs.len().div_ceil(BLOCK);
    thread::scope(|scope| {
        let work = &work;
        let mut needed = workers.iter_mut().take(most);
        let own = needed.next();
        for worker in needed {
            scope.spawn(move || work(worker));
        }
        if let Some(own) = own {
            work(own);
        }
    });
    let mut ordered: Vec<Option<Result<Outcome, TreeProblem>>> =
        std::iter::repeat_with(|| None).take(jobs.len()).collect();
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (at, outcome) in results {
        if let Some(place) = ordered.get_mut(at) {
            *place = Some(outcome);
        }
    }
    ordered
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
    Ok(Outcome {
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
