//! Commits as lists: those of a line of work since it left another, and those of the mainline.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::ancestry::{AncestryProblem, Gap, Paint};
use super::hash::WordHash;
use super::lineage::{CommitSummary, Lineage};
use super::objects::ObjectId;
use super::repository::Repository;
use super::walk::TOLERANCE;

/// Ancestors of the base that are read in search of commits that a wrong clock hides behind older ones.
const SLOP: usize = 4_096;

/// Commits of the mainline in a row that are older than what is asked for and followed all the same.
const MAINLINE_SLOP: usize = 64;

/// Commits of one line of work that another does not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitRange {
    /// Parents before their children; else the oldest first, and of one second the smallest id.
    pub commits: Vec<CommitSummary>,
    /// There are more, all of them before these.
    pub has_more: bool,
}

/// The head, its first parent, and so on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mainline {
    /// Newest first: a child before its parent.
    pub commits: Vec<CommitSummary>,
    /// There are more, behind as many as were asked for.
    pub has_more: bool,
    /// A shallow clone cut history off before the first commit or the time that was asked for.
    pub is_shallow: bool,
}

impl Repository {
    /// Commits reachable from `head` and not from `base`, merges included; of more than `most`, the last `most`.
    pub fn commits_between(
        &self,
        base: ObjectId,
        head: ObjectId,
        most: usize,
    ) -> Result<CommitRange, AncestryProblem> {
        let mut lineage = self.lineage()?;
        let (left, right) = (lineage.tip(head)?, lineage.tip(base)?);
        let mut paint = Paint::new(&lineage, &[left], &[right]);
        while !paint.is_common(left) && paint.step(&mut lineage) {}
        if paint.is_common(left) {
            return Ok(CommitRange::default());
        }
        follow_base(&mut paint, &mut lineage);
        let latest = lineage.head_time(left);
        let members = paint.left.iter().copied();
        let members: Vec<u32> = members.filter(|at| paint.is_left_only(*at)).collect();
        let inside = |gap: &&Gap| paint.is_left_only(gap.child);
        if let Some(gap) = paint.gaps.iter().find(inside) {
            return Err(gap.problem.clone());
        }
        let ordered = ordered(&mut lineage, &members, latest)?;
        refuse_hidden(&paint, &mut lineage, &ordered, right, latest)?;
        let kept = ordered.iter().skip(ordered.len().saturating_sub(most));
        let commits = summaries(&mut lineage, kept.copied(), latest)?;
        Ok(CommitRange {
            has_more: commits.len() < ordered.len(),
            commits,
        })
    }

    /// The mainline behind `head`, at most `most` commits and none older than `since` (committer time in seconds since the
    /// epoch). It ends only behind 64 older ones in a row, because one of them may have had a wrong clock.
    pub fn mainline(
        &self,
        head: ObjectId,
        since: Option<i64>,
        most: usize,
    ) -> Result<Mainline, AncestryProblem> {
        let mut lineage = self.lineage()?;
        let mut next = Some(lineage.tip(head)?);
        let latest = next.map_or(0, |head| lineage.head_time(head));
        let mut seen = HashSet::<u32, WordHash>::default();
        let mut kept = Vec::new();
        let mut mainline = Mainline::default();
        let mut older = 0;
        while let Some(number) = next {
            if !seen.insert(number) {
                return Err(circle(lineage.id(number)));
            }
            if since.is_some_and(|since| lineage.time(number, latest) < since) {
                older += 1;
            } else if kept.len() == most {
                mainline.has_more = true;
                break;
            } else {
                older = 0;
                kept.push(number);
            }
            if older == MAINLINE_SLOP {
                break;
            }
            mainline.is_shallow = older == 0 && lineage.is_boundary(number);
            next = lineage.parents(number).first().copied();
            if let Some(parent) = next
                && let Err(problem) = lineage.read(parent)
            {
                return Err(AncestryProblem::of(lineage.id(parent), &problem));
            }
        }
        mainline.commits = summaries(&mut lineage, kept.into_iter(), latest)?;
        Ok(mainline)
    }
}

/// Follows what the base comes from as far back as what was found reaches, and some more: with a wrong clock, what looks
/// like new work may be an ancestor of the base.
fn follow_base(paint: &mut Paint, lineage: &mut Lineage) {
    let oldest = paint.left.iter().map(|number| lineage.rank(*number)).min();
    let oldest = oldest.unwrap_or(i64::MAX);
    let mut slop = SLOP;
    while slop > 0 {
        if paint.step_beyond(lineage, oldest) {
            slop = SLOP;
        } else if paint.step_beyond(lineage, i64::MIN) {
            slop -= 1;
        } else {
            return;
        }
    }
}

/// Parents before children.
fn ordered(
    lineage: &mut Lineage,
    members: &[u32],
    latest: i64,
) -> Result<Vec<u32>, AncestryProblem> {
    let places: HashMap<u32, usize, WordHash> = members.iter().copied().zip(0..).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); members.len()];
    // How many parents of each are still to come.
    let mut missing = vec![0_usize; members.len()];
    for (place, number) in members.iter().enumerate() {
        for parent in lineage.parents(*number) {
            if let Some(parent) = places.get(parent) {
                children[*parent].push(place);
                missing[place] += 1;
            }
        }
    }
    let mut ready = BinaryHeap::new();
    let mut entry = |place: usize| {
        let number = members[place];
        Reverse((lineage.time(number, latest), lineage.id(number), place))
    };
    ready.extend(
        (0..members.len())
            .filter(|place| missing[*place] == 0)
            .map(&mut entry),
    );
    let mut ordered = Vec::with_capacity(members.len());
    while let Some(Reverse((_, _, place))) = ready.pop() {
        ordered.push(members[place]);
        for child in &children[place] {
            missing[*child] -= 1;
            if missing[*child] == 0 {
                ready.push(entry(*child));
            }
        }
    }
    match missing.iter().position(|missing| *missing > 0) {
        Some(place) => Err(circle(lineage.id(members[place]))),
        None => Ok(ordered),
    }
}

/// Where what the base comes from is cut off, the hidden part may hold commits that look like new work. Those that come from
/// the base themselves cannot be there, nor those that are younger than the place of the cut.
fn refuse_hidden(
    paint: &Paint,
    lineage: &mut Lineage,
    ordered: &[u32],
    base: u32,
    latest: i64,
) -> Result<(), AncestryProblem> {
    let mut newest: Option<(i64, &Gap)> = None;
    for gap in &paint.gaps {
        let time = lineage.time(gap.child, latest);
        if newest.is_none_or(|(other, _)| time > other) {
            newest = Some((time, gap));
        }
    }
    let Some((cut, gap)) = newest else {
        return Ok(());
    };
    let mut from_base = HashSet::<u32, WordHash>::from_iter([base]);
    for number in ordered {
        let parents = lineage.parents(*number);
        if parents.iter().any(|parent| from_base.contains(parent)) {
            from_base.insert(*number);
        } else if lineage.time(*number, latest) <= cut.saturating_add(TOLERANCE) {
            return Err(gap.problem.clone());
        }
    }
    Ok(())
}

fn summaries(
    lineage: &mut Lineage,
    numbers: impl Iterator<Item = u32>,
    latest: i64,
) -> Result<Vec<CommitSummary>, AncestryProblem> {
    numbers
        .map(|number| {
            let id = lineage.id(number);
            let summary = lineage.summary(number, latest);
            summary.map_err(|problem| AncestryProblem::of(id, &problem))
        })
        .collect()
}

/// Damaged objects can name each other as parents.
fn circle(id: ObjectId) -> AncestryProblem {
    AncestryProblem::Corrupt {
        id,
        reason: "its own ancestor".to_owned(),
    }
}

#[cfg(test)]
mod tests;
