//! Choosing the window and the unit: marks first, further back if they are few, commits if they are too few.

use std::collections::BTreeMap;

use super::bots::Bots;
use super::changes::{self, Suspect};
use super::diffs::{Job, Known, Worker, jobs, run};
use super::graph::Graph;
use super::history::{DAY, HistoryOptions, Source};
use super::recall;
use super::renames::{Rename, Renames};
use super::tree_diff::TreeProblem;
use super::walk::Walk;
use super::{Change, ChangeUnit, CommitCount, History, HistoryState};

/// How many windows back marks are looked for before commits have to serve as changes.
const PATIENT_WINDOWS: i64 = 3;

/// Reading in progress: what is known of the commits so far.
pub(super) struct Survey<'a> {
    source: &'a Source,
    options: &'a HistoryOptions,
    workers: &'a mut [Worker],
    bots: Bots,
    walk: Walk<'a>,
    /// By position in the walk.
    known: BTreeMap<usize, Known>,
}

/// The changes of one window.
pub(super) struct Findings {
    from: i64,
    changes: Vec<Change>,
    bot_changes: Vec<Change>,
    commits: CommitCount,
    notes: Vec<String>,
}

impl<'a> Survey<'a> {
    /// Nothing is read before [`Survey::choose`].
    pub(super) fn new(
        source: &'a Source,
        options: &'a HistoryOptions,
        workers: &'a mut [Worker],
        walk: Walk<'a>,
    ) -> Self {
        Self {
            source,
            options,
            workers,
            bots: Bots::new(&options.bots),
            walk,
            known: BTreeMap::new(),
        }
    }

    /// Decides what a change is here, and how far back to look for enough of them.
    pub(super) fn choose(mut self, from: i64) -> Result<(ChangeUnit, Findings), HistoryState> {
        let days = i64::from(self.options.window_days.max(1)) * DAY;
        let enough = self.options.min_changes as usize;
        self.advance(from);
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
            self.advance(wanted);
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
            if self.walk.is_exhausted(wanted) {
                break;
            }
        }
        if findings.changes.len() > enough && findings.from < original {
            findings.keep_newest(enough);
        }
        Ok(findings)
    }

    /// Goes on with the walk, and makes on the way the diffs that are needed in any case.
    fn advance(&mut self, from: i64) {
        let Self {
            source,
            workers,
            walk,
            known,
            ..
        } = self;
        // A directory that cannot be read may lie outside the window after all; if not, it is met again.
        let _ = make(source, workers, known, |needed| walk.advance(from, needed));
    }

    /// Everything since `from`, which the walk has reached.
    fn findings(&mut self, from: i64, unit: ChangeUnit) -> Result<Findings, HistoryState> {
        // The walk is lent out and taken back, because diffs are added while its graph is alive.
        let Self {
            source,
            workers,
            bots,
            walk,
            known,
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
        let jobs = jobs(&graph, &plan, known);
        make(source, workers, known, |needed| {
            jobs.into_iter().for_each(needed);
        })?;
        let is_foreign: Vec<bool> = plan
            .suspects
            .iter()
            .map(|Suspect { merge, .. }| {
                known
                    .get(&graph.position(*merge))
                    .is_some_and(|known| known.outcome.is_foreign)
            })
            .collect();
        let removed = plan.remove_foreign(&graph, &is_foreign);
        let moved: Vec<(i64, &[Rename])> = graph
            .mainline()
            .iter()
            .map(|number| {
                let known = known.get(&graph.position(*number));
                let moved = known.map_or(&[][..], |known| &known.outcome.renames);
                (graph.node(*number).time, moved)
            })
            .collect();
        let renames = Renames::new(&moved);
        let commits = plan.count(&graph);
        let containers = plan.containers;
        let groups = groups.unwrap_or_else(|| changes::joined(std::mem::take(&mut plan.units)));
        let (by_people, by_bots) = changes::changes(&graph, &groups, known, &renames);
        let (malformed, skewed) = walk.oddities();
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

/// Makes the diffs that `find` hands out, unless an earlier run made them. The error is that of the newest commit that has
/// one, whatever thread met it first.
pub(super) fn make(
    source: &Source,
    workers: &mut [Worker],
    known: &mut BTreeMap<usize, Known>,
    find: impl FnOnce(&mut dyn FnMut(Job)),
) -> Result<(), HistoryState> {
    let recall = source.recall.as_deref();
    let mut order = BTreeMap::new();
    let ((), mut made) = run(workers, source.partial, |make| {
        find(&mut |job| {
            let outcome = recall.and_then(|recall| recall::outcome(recall, &job, source.partial));
            match outcome {
                Some(outcome) => {
                    known.insert(job.position, Known::new(&job, outcome));
                }
                None => {
                    order.insert(job.position, order.len());
                    make(job);
                }
            }
        });
    });
    made.sort_by_key(|(job, _)| order.get(&job.position).copied());
    let mut first = Ok(());
    for (job, result) in made {
        match result {
            Ok(outcome) => {
                if let Some(recall) = recall {
                    recall::keep_outcome(recall, &job, source.partial, &outcome);
                }
                known.insert(job.position, Known::new(&job, outcome));
            }
            Err(TreeProblem { tree, problem }) if first.is_ok() => {
                first = Err(source.broken("directory", tree, &problem));
            }
            Err(_) => {}
        }
    }
    first
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

    /// Becomes the answer.
    pub(super) fn enter(
        mut self,
        history: &mut History,
        unit: ChangeUnit,
        options: &HistoryOptions,
    ) {
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
