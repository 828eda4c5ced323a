//! The history of a repository as changes: which window, which unit, and what to say when it cannot be had.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::bots::Bots;
use super::changes::{self, Plan, Suspect};
use super::graph::Graph;
use super::objects::{ObjectId, ObjectProblem, ObjectStore};
use super::renames::{Rename, Renames, renames_of};
use super::repository::Repository;
use super::similarity::Similarity;
use super::tree_diff::{TreeChanges, TreeDiff, TreeProblem};
use super::walk::{End, Walk};
use super::{Change, ChangeUnit, CommitCount, Head, History, HistoryState, Window};

const DAY: i64 = 86_400;

/// Seconds without a single object read after which the reader is given up.
const PATIENCE: u32 = 30;

/// More threads than this gain nothing: the walk itself is sequential.
const THREADS: usize = 4;

/// Diffs handed to a thread at once: neighbours share most of their trees.
const BLOCK: usize = 32;

/// How many windows back marks are looked for before commits have to serve as changes.
const PATIENT_WINDOWS: i64 = 3;

/// Paths of a merge that are looked up in its branch to see whether both are one project.
const SAMPLE: usize = 32;

/// What of history is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryOptions {
    /// Length of the window in days, back from the head commit.
    pub window_days: u32,
    /// The window is extended back until it holds this many changes. With 0 it is never extended, and commits never
    /// take the place of pull requests.
    pub min_changes: u32,
    /// Only the newest of more changes than this are kept.
    pub max_changes: u32,
    /// Names or e-mail addresses of programs beside the well-known ones.
    pub bots: Vec<String>,
}

impl Default for HistoryOptions {
    fn default() -> Self {
        Self {
            window_days: 365,
            min_changes: 50,
            max_changes: 2_000,
            bots: Vec::new(),
        }
    }
}

/// Reads the changes of the window that ends at the head. Never fails: what cannot be read is a [`HistoryState`].
///
/// The work is done on a thread of its own. If that reads nothing for 30 seconds it is left behind, and the caller should
/// leave the process by `exit`.
pub fn history(repository: &Repository, options: &HistoryOptions) -> History {
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get().min(THREADS));
    history_with_threads(repository, options, threads)
}

pub(super) fn history_with_threads(
    repository: &Repository,
    options: &HistoryOptions,
    threads: usize,
) -> History {
    let head = match repository.head_id() {
        Ok(Some(head)) => head,
        Ok(None) => {
            return without_changes(
                options,
                HistoryState::NotApplicable {
                    reason: "there is no commit yet".to_owned(),
                },
            );
        }
        Err(reason) => return without_changes(options, unavailable(reason, None)),
    };
    let shallow = match repository.shallow() {
        Ok(shallow) => shallow,
        Err(reason) => return without_changes(options, unavailable(reason, None)),
    };
    let source = Source {
        store: Arc::clone(repository.store()),
        partial: repository.is_partial(),
        head,
        branch: repository.branch(),
        shallow,
    };
    let store = Arc::clone(&source.store);
    let (sender, receiver) = mpsc::channel();
    let asked = options.clone();
    let spawned = thread::Builder::new()
        .name("history".to_owned())
        .spawn(move || {
            // Nobody listens any more once patience has run out.
            let _ = sender.send(read(&source, &asked, threads));
        });
    if let Err(error) = spawned {
        return without_changes(options, unavailable(format!("no thread: {error}"), None));
    }
    let mut idle = 0;
    let mut reads = store.reads();
    loop {
        match receiver.recv_timeout(Duration::from_secs(1)) {
            Ok(history) => return history,
            Err(RecvTimeoutError::Timeout) => {
                let now = store.reads();
                idle = if now == reads { idle + 1 } else { 0 };
                reads = now;
                if idle >= PATIENCE {
                    let reason = format!("git_stalled: nothing was read for {PATIENCE} seconds");
                    return without_changes(options, unavailable(reason, None));
                }
            }
            Err(RecvTimeoutError::Disconnected) => {
                let reason = "reading history stopped unexpectedly".to_owned();
                return without_changes(options, unavailable(reason, None));
            }
        }
    }
}

fn without_changes(options: &HistoryOptions, state: HistoryState) -> History {
    History {
        state,
        head: None,
        window: Window {
            days: options.window_days,
            ..Window::default()
        },
        changes: Vec::new(),
        bot_changes: Vec::new(),
        unit: ChangeUnit::PullRequests,
        commits: CommitCount::default(),
        notes: Vec::new(),
    }
}

fn unavailable(reason: String, repair: Option<&str>) -> HistoryState {
    HistoryState::Unavailable {
        reason,
        repair: repair.map(str::to_owned),
    }
}

/// All a reader needs to know, so that it can outlive the caller's patience.
struct Source {
    store: Arc<ObjectStore>,
    partial: bool,
    head: ObjectId,
    branch: Option<String>,
    shallow: Vec<ObjectId>,
}

impl Source {
    fn broken(&self, what: &str, id: ObjectId, problem: &ObjectProblem) -> HistoryState {
        let reason = format!("{what} {} is {problem}", id.hex());
        if self.partial && *problem == ObjectProblem::Missing {
            let reason = format!("{reason}: the clone was made without directories");
            return unavailable(reason, Some("git fetch --refetch --filter=blob:none"));
        }
        unavailable(reason, Some("git fetch --refetch"))
    }

    fn ended(&self, end: &End) -> HistoryState {
        match end {
            End::Shallow(id) => unavailable(
                format!(
                    "the clone is shallow: history is cut off at {} inside the window",
                    id.hex()
                ),
                Some("git fetch --unshallow (in CI: fetch-depth: 0)"),
            ),
            End::Broken(id, problem) => self.broken("commit", *id, problem),
        }
    }
}

fn read(source: &Source, options: &HistoryOptions, threads: usize) -> History {
    let mut history = without_changes(options, HistoryState::Available);
    let reader = match source.store.reader() {
        Ok(reader) => reader,
        Err(reason) => return without_changes(options, unavailable(reason, None)),
    };
    let walk = match Walk::new(&reader, source.head, source.shallow.clone()) {
        Ok(walk) => walk,
        Err(problem) => {
            return without_changes(options, source.broken("commit", source.head, &problem));
        }
    };
    let to = walk.head_time();
    history.head = Some(Head {
        id: source.head.hex(),
        time: to,
        branch: source.branch.clone(),
    });
    let from = to.saturating_sub(i64::from(options.window_days) * DAY);
    history.window = Window {
        days: options.window_days,
        from,
        to,
        extended: false,
    };
    let survey = Survey {
        source,
        options,
        threads,
        bots: Bots::new(&options.bots),
        walk,
        diffs: BTreeMap::new(),
        renames: BTreeMap::new(),
    };
    match survey.choose(from) {
        Ok((unit, findings)) => findings.enter(&mut history, unit, options),
        Err(state) => history.state = state,
    }
    history
}

/// Reading in progress: what is known of the commits so far.
struct Survey<'a> {
    source: &'a Source,
    options: &'a HistoryOptions,
    threads: usize,
    bots: Bots,
    walk: Walk<'a>,
    /// By position in the walk.
    diffs: BTreeMap<usize, Arc<TreeChanges>>,
    /// Of mainline commits, by position in the walk.
    renames: BTreeMap<usize, Vec<Rename>>,
}

/// The changes of one window.
struct Findings {
    from: i64,
    changes: Vec<Change>,
    bot_changes: Vec<Change>,
    commits: CommitCount,
    notes: Vec<String>,
}

impl Survey<'_> {
    /// Decides what a change is here, and how far back to look for enough of them.
    fn choose(mut self, from: i64) -> Result<(ChangeUnit, Findings), HistoryState> {
        let days = i64::from(self.options.window_days.max(1)) * DAY;
        let enough = self.options.min_changes as usize;
        self.walk.advance(from);
        if let Some(end) = self.walk.end(from) {
            return Err(self.source.ended(&end));
        }
        let marked = self.findings(from, ChangeUnit::PullRequests)?;
        if marked.changes.len() >= enough {
            return Ok((ChangeUnit::PullRequests, marked));
        }
        let is_marked = marked.commits.direct.saturating_mul(2) <= marked.commits.non_merge;
        let limit = if is_marked {
            None
        } else {
            Some(PATIENT_WINDOWS)
        };
        let extended = self.extended(marked, days, limit, ChangeUnit::PullRequests)?;
        if is_marked {
            return Ok((ChangeUnit::PullRequests, extended));
        }
        // Few marks in few changes may be a quiet year of a project that does use them.
        let commits = extended.commits;
        if extended.changes.len() >= enough
            && commits.direct.saturating_mul(3) <= commits.non_merge.saturating_mul(2)
        {
            return Ok((ChangeUnit::PullRequests, extended));
        }
        let commits = self.findings(from, ChangeUnit::Commits)?;
        let commits = self.extended(commits, days, None, ChangeUnit::Commits)?;
        Ok((ChangeUnit::Commits, commits))
    }

    /// Doubles the window until it holds enough changes, then cuts it to the newest of them.
    fn extended(
        &mut self,
        mut findings: Findings,
        days: i64,
        limit: Option<i64>,
        unit: ChangeUnit,
    ) -> Result<Findings, HistoryState> {
        let to = self.walk.head_time();
        let enough = self.options.min_changes as usize;
        let original = findings.from;
        let mut length = 1_i64;
        while findings.changes.len() < enough {
            length = length.saturating_mul(2);
            if let Some(limit) = limit {
                if length >= limit.saturating_mul(2) {
                    break;
                }
                length = length.min(limit);
            }
            let wanted = to.saturating_sub(days.saturating_mul(length));
            self.walk.advance(wanted);
            let mut from = wanted;
            let cut = self.walk.cut_time().filter(|cut| *cut >= wanted);
            if let Some(cut) = cut {
                from = cut.saturating_add(1).min(original);
            }
            findings = self.findings(from, unit)?;
            if cut.is_some() {
                findings.notes.push(
                    "the window could not be extended further: the clone does not reach back"
                        .to_owned(),
                );
                break;
            }
            if self.walk.is_exhausted() {
                break;
            }
        }
        if findings.changes.len() > enough && findings.from < original {
            findings.keep_newest(enough);
        }
        Ok(findings)
    }

    /// Everything since `from`, which the walk has reached.
    fn findings(&mut self, from: i64, unit: ChangeUnit) -> Result<Findings, HistoryState> {
        // The walk is lent out and taken back, because diffs are added while its graph is alive.
        let Self {
            source,
            threads,
            bots,
            walk,
            diffs,
            renames,
            ..
        } = self;
        let mut graph = Graph::new(walk, from);
        let mut notes = Vec::new();
        let mut plan = changes::plan(&mut graph, bots);
        let groups = match unit {
            ChangeUnit::PullRequests => None,
            ChangeUnit::Commits => {
                let (groups, rebased) = changes::mainline_units(&mut graph, bots);
                plan.units.clear();
                plan.suspects.clear();
                if rebased > 0 {
                    notes.push(format!(
                        "{rebased} changes are several commits of one second, probably a rebase"
                    ));
                }
                Some(groups)
            }
        };
        let jobs = jobs(&graph, &plan, diffs, renames);
        let results = run(source, &jobs, *threads);
        let mut foreign: BTreeMap<usize, bool> = BTreeMap::new();
        for (job, result) in jobs.iter().zip(results) {
            match result {
                Some(Ok(outcome)) => {
                    if job.is_mainline {
                        renames.insert(job.position, outcome.renames);
                    }
                    foreign.insert(job.position, outcome.is_foreign);
                    diffs.insert(job.position, Arc::new(outcome.diff));
                }
                Some(Err(TreeProblem { tree, problem })) => {
                    return Err(source.broken("directory", tree, &problem));
                }
                None => return Err(unavailable("a diff was not made".to_owned(), None)),
            }
        }
        let is_foreign: Vec<bool> = plan
            .suspects
            .iter()
            .map(|Suspect { merge, .. }| {
                foreign
                    .get(&graph.position(*merge))
                    .copied()
                    .unwrap_or(false)
            })
            .collect();
        let removed = plan.remove_foreign(&graph, &is_foreign);
        let moved: Vec<(i64, Vec<Rename>)> = graph
            .mainline()
            .iter()
            .map(|number| {
                let moved = renames.get(&graph.position(*number)).cloned();
                (graph.node(*number).time, moved.unwrap_or_default())
            })
            .collect();
        let renames = Renames::new(&moved);
        let commits = plan.count(&graph);
        let containers = plan.containers;
        let groups = groups.unwrap_or_else(|| changes::joined(std::mem::take(&mut plan.units)));
        let (by_people, by_bots) = changes::changes(&graph, &groups, diffs, &renames);
        let (malformed, skewed) = walk.oddities(&walk.since(from));
        let bulk = by_people.iter().filter(|change| change.bulk).count();
        for (count, what) in [
            (malformed, "commits have a malformed author or committer"),
            (
                skewed,
                "commits have a clock that cannot be right; their first parent's time counts",
            ),
            (
                containers,
                "merges of several changes were opened; their members count",
            ),
            (
                removed,
                "changes came with the history of another project and do not count",
            ),
            (bulk, "changes touch more paths than are recorded"),
        ] {
            if count > 0 {
                notes.push(format!("{count} {what}"));
            }
        }
        Ok(Findings {
            from,
            changes: by_people,
            bot_changes: by_bots,
            commits,
            notes,
        })
    }
}

impl Findings {
    fn keep_newest(&mut self, count: usize) {
        self.changes.truncate(count);
        if let Some(oldest) = self.changes.last() {
            self.from = oldest.time;
            let from = self.from;
            self.bot_changes.retain(|change| change.time >= from);
        }
    }

    fn enter(mut self, history: &mut History, unit: ChangeUnit, options: &HistoryOptions) {
        let most = options.max_changes as usize;
        if self.changes.len() > most {
            let all = self.changes.len();
            self.keep_newest(most);
            self.notes
                .push(format!("{all} changes; the newest {most} count"));
        }
        history.window.extended = self.from < history.window.from;
        history.window.from = self.from;
        history.unit = unit;
        history.changes = self.changes;
        history.bot_changes = self.bot_changes;
        history.commits = self.commits;
        history.notes = self.notes;
    }
}

/// One comparison of trees.
struct Job {
    position: usize,
    old: Option<ObjectId>,
    new: ObjectId,
    is_mainline: bool,
    /// Trees of the other parents, if it is to be seen whether they are of another project.
    branches: Vec<ObjectId>,
}

struct Outcome {
    diff: TreeChanges,
    renames: Vec<Rename>,
    is_foreign: bool,
}

/// The diffs a plan needs that have not been made yet, in order of the walk.
fn jobs(
    graph: &Graph<'_>,
    plan: &Plan,
    diffs: &BTreeMap<usize, Arc<TreeChanges>>,
    renames: &BTreeMap<usize, Vec<Rename>>,
) -> Vec<Job> {
    let suspects: BTreeMap<usize, ()> = plan.suspects.iter().map(|s| (s.merge, ())).collect();
    let mut numbers: Vec<usize> = plan
        .units
        .iter()
        .map(|unit| unit.commit)
        .chain(graph.mainline().iter().copied())
        .chain(suspects.keys().copied())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
        .into_iter()
        .filter_map(|number| {
            let position = graph.position(number);
            let is_mainline = graph.is_on_mainline(number);
            let is_suspect = suspects.contains_key(&number);
            let is_known = diffs.contains_key(&position)
                && (!is_mainline || renames.contains_key(&position))
                && !is_suspect;
            if is_known {
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

/// Makes all diffs. The result of a job is at its place, whatever thread made it.
fn run(source: &Source, jobs: &[Job], threads: usize) -> Vec<Option<Result<Outcome, TreeProblem>>> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(jobs.len()));
    let work = || {
        let Ok(reader) = source.store.reader() else {
            return;
        };
        let mut trees = TreeDiff::new(&reader);
        let mut similarity = Similarity::new((!source.partial).then_some(&reader));
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
    let threads = threads.min(jobs.len().div_ceil(BLOCK));
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
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
    let renames = if job.is_mainline && !diff.bulk {
        renames_of(&diff, similarity)
    } else {
        Vec::new()
    };
    Ok(Outcome {
        diff,
        renames,
        is_foreign,
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
