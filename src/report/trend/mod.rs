//! The report of a trend: one value, and a file for each format.
//!
//! Shares, scores and their changes are printed from the same millionths everywhere, so that no two formats disagree and a
//! change is the difference of the numbers beside it.

mod axis;
mod chart;
mod csv;
pub mod format;
mod html;
mod json;
mod series;
mod spark;
mod text;

use std::collections::BTreeMap;

use crate::git::Head;
use crate::trend::{Every, Trend};

/// What a trend is about, apart from its points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrendMatter {
    /// The version of this program.
    pub tool_version: String,
    /// What the repository is called. Never a path of this machine.
    pub repository: String,
    /// 16 hexadecimal digits that differ whenever a number could. All points are made under it.
    pub definition_id: String,
    /// The commit the trend ends with.
    pub head: Option<Head>,
    /// Which commits are points.
    pub sampling: Sampling,
    /// Why there are fewer points than there could be, and what repairs it.
    pub cut: Option<(String, Option<String>)>,
    /// What a reader should know; sentences.
    pub notes: Vec<String>,
}

/// Which commits are points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// The last one of each period since a time in seconds since the epoch.
    Periods(Every, i64),
    /// Each of the last ones, so many at most.
    Commits(usize),
}

impl Default for Sampling {
    fn default() -> Self {
        Self::Commits(0)
    }
}

/// Everything that is said about a trend.
#[derive(Clone, Debug)]
pub struct TrendReport<'a> {
    /// What it is about.
    pub matter: TrendMatter,
    /// Its points.
    pub trend: Trend<'a>,
}

impl TrendReport<'_> {
    /// Whether every commit that should be a point is one.
    pub fn is_complete(&self) -> bool {
        self.matter.cut.is_none() && self.trend.missing.is_empty()
    }

    /// The directory everything is narrowed to; empty for the whole repository.
    fn prefix(&self) -> &[u8] {
        self.trend.question.prefix.as_bytes()
    }

    /// How the points were chosen, in words.
    fn sampling_words(&self) -> String {
        match self.matter.sampling {
            Sampling::Periods(every, _) => {
                format!("the last commit of each {}", every_words(every))
            }
            Sampling::Commits(_) => "each commit".to_owned(),
        }
    }

    /// Titles of components without a number at some points, by those points.
    fn without_number(&self) -> BTreeMap<Vec<usize>, Vec<&str>> {
        let mut groups: BTreeMap<Vec<usize>, Vec<&str>> = BTreeMap::new();
        for (position, component) in &self.trend.components {
            let shares = self.trend.shares(0, *position);
            let unknown: Vec<usize> = (0..shares.len())
                .filter(|at| shares.get(*at).is_none_or(Option::is_none))
                .collect();
            if !unknown.is_empty() && unknown.len() < shares.len() {
                groups.entry(unknown).or_default().push(&component.title);
            }
        }
        groups
    }

    /// What a reader should know, in the order of weight.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let with_repair = |reason: &str, repair: &Option<String>| match repair {
            Some(repair) => format!("{reason}; {repair}"),
            None => reason.to_owned(),
        };
        if let Some((reason, repair)) = &self.matter.cut {
            notes.push(with_repair(reason, repair));
        }
        if let Some(first) = self.trend.missing.first() {
            let count = self.trend.missing.len();
            let others = if count > 1 {
                format!(" and {} more", count - 1)
            } else {
                String::new()
            };
            let reason = with_repair(&first.reason, &first.repair);
            let commit = abbreviated(&first.commit);
            notes.push(format!(
                "commit {commit}{others} could not be measured: {reason}"
            ));
        }
        let points = || self.trend.moments.iter().map(|moment| &moment.point);
        let cut: Vec<_> = points()
            .filter_map(|point| point.without_history.as_ref())
            .collect();
        if let Some((reason, repair)) = cut.first() {
            let points = counted_points(cut.len(), self.trend.moments.len());
            let reason = with_repair(reason, repair);
            notes.push(format!("history could not be read at {points}: {reason}"));
        }
        let lost = points().filter(|point| point.lost > 0).count();
        if lost > 0 {
            let most = points().map(|point| point.lost).max().unwrap_or(0);
            let points = counted_points(lost, self.trend.moments.len());
            notes.push(format!(
                "some files could not be read at {points}, at most {most} of them"
            ));
        }
        for (points, titles) in self.without_number() {
            let (last, others) = titles.split_last().unwrap_or((&"", &[]));
            let (names, verb) = match others {
                [] => ((*last).to_owned(), "has"),
                others => (format!("{} and {last}", others.join(", ")), "have"),
            };
            let points = counted_points(points.len(), self.trend.moments.len());
            notes.push(format!(
                "{names} {verb} no number at {points}; the score there rests on the others"
            ));
        }
        notes.extend(self.matter.notes.iter().cloned());
        notes
    }
}

fn every_words(every: Every) -> String {
    match every {
        Every::Days(days) if days > 1 => format!("stretch of {days} days"),
        every => every.word(),
    }
}

/// `3 of 13 points`.
fn counted_points(count: usize, all: usize) -> String {
    if count == all {
        "every point".to_owned()
    } else {
        format!("{count} of {all} points")
    }
}

/// The beginning of a commit's id.
fn abbreviated(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
