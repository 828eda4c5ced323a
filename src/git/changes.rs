//! From commits to units of work: merged requests recovered from the marks that forges leave.
//!
//! First a plan says which commits are units, what each consumes, and which diffs are needed to know more; then, with the
//! diffs at hand, the plan becomes changes with paths.

use std::collections::{BTreeMap, HashMap};

use super::bots::Bots;
use super::diffs::Known;
use super::graph::Graph;
use super::renames::Renames;
use super::{Change, CommitCount, Mark};
use crate::path::RepoPath;

/// Digits of a commit id that serve as the key of a change without a number.
const ABBREVIATION: usize = 10;

/// A commit that is a unit, or part of one.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// The commit whose diff is the unit's.
    pub commit: usize,
    /// How it was recognised.
    mark: Mark,
    /// Number; `None` where the commit id has to serve.
    key: Option<String>,
    rollup_member: bool,
    /// Only programs wrote it.
    by_bot: bool,
    /// When the first of its commits was written.
    authored: Option<i64>,
}

/// A merge that delivers nothing itself, but whose side may be the history of another project.
#[derive(Clone, Debug)]
pub(super) struct Suspect {
    /// The merge.
    pub merge: usize,
    /// What it brought.
    members: Vec<usize>,
    /// What it becomes if its side turns out to be another project.
    instead: Option<Unit>,
}

/// What marks say about a window.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// Units in order of the commits, newest first.
    pub units: Vec<Unit>,
    /// Merges to be examined.
    pub suspects: Vec<Suspect>,
    /// Non-merge commits that belong to a unit.
    covered: Vec<bool>,
    /// Merges opened because their members are the units.
    pub containers: usize,
}

/// Reads the marks of a window.
pub(super) fn plan(graph: &mut Graph<'_>, bots: &Bots) -> Plan {
    let mut plan = Plan {
        covered: vec![false; graph.len()],
        ..Plan::default()
    };
    let mut units = Vec::new();
    let has_marks = (0..graph.len()).any(|number| graph.node(number).marked.is_some());
    for number in 0..graph.len() {
        let node = graph.node(number);
        let is_sync = node.marked.is_none() && !node.topic;
        if !node.is_merge() || (is_sync && !has_marks) {
            continue;
        }
        let is_topic = node.marked.is_none() && node.topic && graph.is_on_mainline(number);
        let members = graph.brought_by(number);
        let inner = members
            .iter()
            .filter(|member| is_marked_unit(graph, **member))
            .count();
        let unit = merge_unit(graph, number, &members, bots);
        let may_contain = is_topic
            || node.marked.as_ref().is_some_and(|marked| {
                matches!(marked.mark, Mark::Homu | Mark::Bors) && !marked.rollup_member
            });
        let is_container = may_contain && inner >= 2;
        if is_container {
            plan.containers += 1;
        }
        let delivers =
            (node.marked.is_some() || is_topic) && !is_container && !(is_topic && inner > 0);
        if delivers {
            plan.covered[number] = true;
            for member in members {
                plan.covered[member] = true;
            }
            units.push(unit);
        } else if members.iter().any(|at| graph.node(*at).marked.is_some()) {
            plan.suspects.push(Suspect {
                merge: number,
                members,
                instead: is_topic.then_some(unit),
            });
        }
    }
    for number in 0..graph.len() {
        let node = graph.node(number);
        if node.is_merge() || plan.covered[number] {
            continue;
        }
        if let Some(marked) = &node.marked {
            plan.covered[number] = true;
            units.push(Unit {
                commit: number,
                mark: marked.mark,
                key: Some(marked.key.clone()),
                rollup_member: marked.rollup_member,
                by_bot: node.is_by(bots),
                authored: node.authored,
            });
        }
    }
    units.sort_by_key(|unit| unit.commit);
    plan.units = units;
    plan
}

/// Whether this member makes a container of the merge that brought it.
fn is_marked_unit(graph: &Graph<'_>, number: usize) -> bool {
    let node = graph.node(number);
    node.marked
        .as_ref()
        .is_some_and(|marked| node.is_merge() || marked.mark == Mark::Squash)
}

fn merge_unit(graph: &Graph<'_>, number: usize, members: &[usize], bots: &Bots) -> Unit {
    let node = graph.node(number);
    // Who merges is often a program; who wrote the commits decides.
    let mut authors = members
        .iter()
        .map(|member| graph.node(*member))
        .filter(|member| !member.is_merge())
        .peekable();
    let by_bot = match authors.peek() {
        None => node.is_by(bots),
        Some(_) => authors.all(|author| author.is_by(bots)),
    };
    let own = (!node.is_merge()).then_some(node.authored).flatten();
    let written = members.iter().filter_map(|member| {
        let member = graph.node(*member);
        member.authored.filter(|_| !member.is_merge())
    });
    Unit {
        authored: written.chain(own).min().or(node.authored),
        commit: number,
        mark: node
            .marked
            .as_ref()
            .map_or(Mark::TopicMerge, |marked| marked.mark),
        key: node.marked.as_ref().map(|marked| marked.key.clone()),
        rollup_member: node
            .marked
            .as_ref()
            .is_some_and(|marked| marked.rollup_member),
        by_bot,
    }
}

impl Plan {
    /// Takes out what merges brought from other projects: their numbers are not ours. Returns how many units went.
    pub(super) fn remove_foreign(&mut self, graph: &Graph<'_>, is_foreign: &[bool]) -> usize {
        let mut foreign = vec![false; graph.len()];
        let mut instead = Vec::new();
        for (suspect, is_foreign) in self.suspects.iter().zip(is_foreign) {
            if !is_foreign {
                continue;
            }
            for member in &suspect.members {
                foreign[*member] = true;
                self.covered[*member] = true;
            }
            instead.extend(suspect.instead.clone());
        }
        let before = self.units.len();
        self.units.retain(|unit| !foreign[unit.commit]);
        let removed = before - self.units.len();
        self.units.extend(instead);
        self.units.sort_by_key(|unit| unit.commit);
        removed
    }

    /// How many non-merge commits there are, and how many of them no unit holds.
    pub(super) fn count(&self, graph: &Graph<'_>) -> CommitCount {
        let mut count = CommitCount::default();
        for number in 0..graph.len() {
            count.all += 1;
            if !graph.node(number).is_merge() {
                count.non_merge += 1;
                count.direct += u32::from(!self.covered[number]);
            }
        }
        count
    }
}

/// Without marks: every commit of the mainline, those of one committer second together, because a rebase writes one time.
/// Returns the groups, newest first, and how many hold more than one commit.
pub(super) fn mainline_units(graph: &mut Graph<'_>, bots: &Bots) -> (Vec<Vec<Unit>>, usize) {
    let mut groups: Vec<Vec<Unit>> = Vec::new();
    let mut last_time = None;
    for number in graph.mainline().to_vec() {
        let node = graph.node(number);
        let members = if node.is_merge() {
            graph.brought_by(number)
        } else {
            Vec::new()
        };
        let unit = Unit {
            mark: Mark::Commit,
            key: None,
            rollup_member: false,
            ..merge_unit(graph, number, &members, bots)
        };
        match groups.last_mut() {
            Some(group) if last_time == Some(node.time) => group.push(unit),
            _ => groups.push(vec![unit]),
        }
        last_time = Some(node.time);
    }
    let rebased = groups.iter().filter(|group| group.len() > 1).count();
    (groups, rebased)
}

/// Joins units of one mark and number: a change that landed again, or in several commits.
pub(super) fn joined(units: Vec<Unit>) -> Vec<Vec<Unit>> {
    let mut groups: Vec<Vec<Unit>> = Vec::new();
    let mut known: HashMap<(Mark, bool, String), usize> = HashMap::new();
    for unit in units {
        let Some(key) = unit.key.clone() else {
            groups.push(vec![unit]);
            continue;
        };
        let at = *known
            .entry((unit.mark, unit.rollup_member, key))
            .or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.push(unit),
            None => groups.push(vec![unit]),
        }
    }
    groups
}

/// The changes of people and those of bots, newest first; units that touch no path are dropped.
pub(super) fn changes(
    graph: &Graph<'_>,
    groups: &[Vec<Unit>],
    known: &BTreeMap<usize, Known>,
    renames: &Renames,
) -> (Vec<Change>, Vec<Change>) {
    let mut by_people = Vec::new();
    let mut by_bots = Vec::new();
    for group in groups {
        let Some(first) = group.first() else { continue };
        let node = graph.node(first.commit);
        let mut paths: Vec<&RepoPath> = Vec::new();
        let mut bulk = false;
        for unit in group {
            let Some(Known { outcome, .. }) = known.get(&graph.position(unit.commit)) else {
                continue;
            };
            bulk |= outcome.bulk;
            let touched = outcome.paths.iter();
            paths.extend(touched.map(|path| renames.today(path, node.time)));
        }
        if paths.is_empty() {
            continue;
        }
        // Nearly always in order already.
        paths.sort();
        paths.dedup();
        let id = node.id.hex();
        let change = Change {
            mark: first.mark,
            key: first
                .key
                .clone()
                .unwrap_or_else(|| id.chars().take(ABBREVIATION).collect()),
            commit: id,
            time: node.time,
            authored: group
                .iter()
                .filter_map(|unit| unit.authored)
                .min()
                .unwrap_or(node.time),
            subject: node.subject.clone(),
            paths: paths.into_iter().cloned().collect(),
            bulk,
        };
        if group.iter().all(|unit| unit.by_bot) {
            by_bots.push(change);
        } else {
            by_people.push(change);
        }
    }
    (by_people, by_bots)
}
