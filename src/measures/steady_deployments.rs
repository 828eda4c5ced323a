//! Steady deployments: of all deployments, those after which nothing had to be undone or mended in haste.
//!
//! Tags stand for deployments, and reverts and hotfixes for incidents, so this is a proxy of DORA's change fail rate and is
//! called one. Beside it stand the other figures of delivery (dora.dev, 2026): how often, how fast, how much rework. One
//! program at a time, and as a trend: as a goal they would be met by tagging less.

use std::cmp::Reverse;

use crate::definition::settings::SteadyDeployments;
use crate::git::{Deployment, Deployments, HistoryState, Window, is_hasty};

use super::{About, Entry, List, Measurement, Method, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "deployments",
    gap: "deployments that had to be mended",
    why: "A deployment that is reverted or patched at once was not tried out before. Deploy less at a time, and try it where \
          it can still be taken back.",
    fewest_subjects: 10,
    by_change: false,
};

/// What is said wherever a number of this measure is.
const PROXY: &str = "proxy from reverts and hotfixes, not incidents";

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Why a deployment failed, and when it was mended, if it was.
struct Failure {
    words: String,
    mended: Option<i64>,
}

pub(super) fn read(view: &View, settings: &SteadyDeployments) -> Measurement {
    if let Some(without) = view.without_history() {
        return without;
    }
    let history = &view.codebase.history;
    let pattern = settings.deploy_tags.as_str();
    let known = history.deployments.iter();
    let Some(found) = known.clone().find(|known| known.pattern == pattern) else {
        return Measurement::Unavailable {
            reason: "tags were not read".to_owned(),
            repair: None,
        };
    };
    if let HistoryState::Unavailable { reason, repair } = &found.state {
        return Measurement::Unavailable {
            reason: reason.clone(),
            repair: repair.clone(),
        };
    }
    if found.all.is_empty() {
        return Measurement::NotApplicable {
            reason: format!(
                "no tag stands for a deployment: none matches `{pattern}` (`deploy_tags`); `git fetch --tags` brings those a \
                 clone left out"
            ),
        };
    }
    let window = history.window;
    let mut taken = Taken {
        method: Method::Proxy,
        ..Taken::default()
    };
    let mut figures = Figures::default();
    let mut young = 0;
    for (at, deployment) in (0_u32..).zip(&found.all) {
        if !(window.from..=window.to).contains(&deployment.time) {
            continue;
        }
        figures.add(found, at, deployment);
        let failure = failure(found, at, deployment, settings);
        let is_settled = deployment.time + span(settings) <= window.to;
        if failure.is_none() && !is_settled {
            young += 1;
            continue;
        }
        if let Some(mended) = failure.as_ref().and_then(|failure| failure.mended) {
            figures.recoveries.push(mended - deployment.time);
        }
        taken.readings.push(Reading {
            subject: Subject::Deployment(at),
            good: u64::from(failure.is_none()),
            of: 1,
            note: failure.map(|failure| {
                Note::Words(format!("{}: {}", deployment.name, failure.words).into())
            }),
        });
    }
    if figures.deployments == 0 {
        return Measurement::NotApplicable {
            reason: format!("no tag that matches `{pattern}` was made in the window"),
        };
    }
    taken.notes.push(PROXY.to_owned());
    if young > 0 {
        taken.notes.push(format!(
            "{young} deployments are younger than {} hours and do not count yet",
            settings.failure_window_hours
        ));
    }
    for (change, holder) in history.changes.iter().zip(&found.of_change) {
        let deployment = holder.and_then(|holder| found.all.get(holder as usize));
        if let Some(deployment) = deployment
            && (window.from..=window.to).contains(&deployment.time)
        {
            figures.first.push(deployment.time - change.authored);
            figures.merge.push(deployment.time - change.time);
        }
    }
    taken.lists = vec![figures.list(found, settings, window)];
    Measurement::Taken(taken)
}

fn span(settings: &SteadyDeployments) -> i64 {
    i64::from(settings.failure_window_hours) * HOUR
}

/// What had to be done about a deployment before the next regular one, and within the time after it that counts.
fn failure(
    found: &Deployments,
    at: u32,
    deployment: &Deployment,
    settings: &SteadyDeployments,
) -> Option<Failure> {
    let later = || found.all.iter().skip(at as usize + 1);
    let mends =
        |next: &&Deployment| is_hasty(&next.name) || is_patch_of(&next.name, &deployment.name);
    let regular = later().find(|next| !mends(next)).map(|next| next.time);
    let end = regular
        .unwrap_or(i64::MAX)
        .min(deployment.time + span(settings));
    let is_within = |time: i64| time > deployment.time && time <= end;
    let hours = |time: i64| (time - deployment.time) / HOUR;
    let mut first: Option<(i64, Failure)> = None;
    let mut offer = |time: i64, failure: Failure| {
        if is_within(time) && first.as_ref().is_none_or(|(known, _)| time < *known) {
            first = Some((time, failure));
        }
    };
    if let Some(next) = later().find(|next| mends(next)) {
        let words = format!("mended by {} {} hours later", next.name, hours(next.time));
        let mended = Some(next.time);
        offer(next.time, Failure { words, mended });
    }
    for repair in &found.repairs {
        if repair.is_revert && repair.undone.is_none_or(|undone| undone > at) {
            continue;
        }
        let what = if repair.is_revert {
            "a revert of what it held"
        } else {
            "a hotfix"
        };
        let words = format!("{what} {} hours later", hours(repair.time));
        let holder = repair.deployed.filter(|holder| *holder > at);
        let mended = holder.and_then(|holder| found.all.get(holder as usize));
        let mended = mended.map(|deployment| deployment.time);
        offer(repair.time, Failure { words, mended });
    }
    first.map(|(_, failure)| failure)
}

/// The numbers a name ends in, and what stands before them: `v`, 1, 2, 3 of `v1.2.3`.
fn version(name: &str) -> Option<(&str, u64, u64, Option<u64>)> {
    let numbers = name.trim_start_matches(|c: char| !c.is_ascii_digit());
    let start = name
        .rfind(|c: char| !c.is_ascii_digit() && c != '.')
        .map_or(0, |at| at + 1);
    let prefix = name.get(..start)?;
    let mut parts = name.get(start..).unwrap_or(numbers).split('.');
    let mut next = || parts.next().map(str::parse::<u64>);
    let (major, minor, patch) = (next()?.ok()?, next()?.ok()?, next());
    let patch = match patch {
        None => None,
        Some(patch) => Some(patch.ok()?),
    };
    parts
        .next()
        .is_none()
        .then_some((prefix, major, minor, patch))
}

/// Whether one version is the next patch of another: 1.2.4 of 1.2.3, and 1.2.1 of 1.2.
fn is_patch_of(next: &str, name: &str) -> bool {
    let (Some(next), Some(name)) = (version(next), version(name)) else {
        return false;
    };
    (next.0, next.1, next.2) == (name.0, name.1, name.2)
        && next.3 == Some(name.3.unwrap_or(0).saturating_add(1))
}

/// The figures beside the share.
#[derive(Default)]
struct Figures {
    deployments: u64,
    patches: u64,
    /// Seconds from one deployment to the next.
    between: Vec<i64>,
    /// Seconds from the first commit of a change to its deployment, and from its merge.
    first: Vec<i64>,
    merge: Vec<i64>,
    /// Seconds from a deployment that failed to the one that mended it.
    recoveries: Vec<i64>,
}

impl Figures {
    fn add(&mut self, found: &Deployments, at: u32, deployment: &Deployment) {
        self.deployments += 1;
        let is_patch = version(&deployment.name).is_some_and(|version| version.3 > Some(0));
        self.patches += u64::from(is_patch);
        let before = (at as usize).checked_sub(1);
        if let Some(before) = before.and_then(|before| found.all.get(before)) {
            self.between.push(deployment.time - before.time);
        }
    }

    fn list(mut self, found: &Deployments, settings: &SteadyDeployments, window: Window) -> List {
        let reverts = found.repairs.iter().filter(|repair| repair.is_revert);
        let (reverts, commits) = (reverts.count() as u64, u64::from(found.commits));
        let days = (window.to.saturating_sub(window.from) / DAY).unsigned_abs();
        let between = quantile(&mut self.between, 50);
        let mut frequency = Entry {
            subjects: Vec::new(),
            words: format!("deployment frequency: {} in {days} days", self.deployments),
            figures: vec![("deployments", self.deployments), ("window_days", days)],
        };
        if let Some(between) = between {
            frequency.words += &format!(", {} days between them in the median", between / DAY);
            frequency.figures.push(("median_hours", hours(between)));
        }
        let mut entries = vec![frequency];
        entries.extend(lead_time(
            "from the first commit of a change",
            &mut self.first,
        ));
        entries.extend(lead_time("from the merge of a change", &mut self.merge));
        entries.push(Entry {
            subjects: Vec::new(),
            words: format!(
                "rework rate: {} of {} deployments only patch another",
                self.patches, self.deployments
            ),
            figures: vec![
                ("patch_deployments", self.patches),
                ("deployments", self.deployments),
            ],
        });
        let mended = self.recoveries.len() as u64;
        if let Some(median) = quantile(&mut self.recoveries, 50) {
            entries.push(Entry {
                subjects: Vec::new(),
                words: format!(
                    "recovery time: {} hours in the median, over {mended} deployments that were mended",
                    hours(median)
                ),
                figures: vec![("median_hours", hours(median)), ("mended_deployments", mended)],
            });
        }
        entries.push(Entry {
            subjects: Vec::new(),
            words: format!("revert rate: {reverts} of {commits} commits are reverts"),
            figures: vec![("reverts", reverts), ("commits", commits)],
        });
        List {
            name: "delivery-flow",
            about: format!(
                "{PROXY}. A deployment is a tag that matches `{}`. It fails if, within {} hours and before the next regular one, \
                 something is reverted that was deployed, a commit, branch or tag is called hotfix, rollback or emergency, or the \
                 next patch of its version follows. What a deployment holds is told by ancestry: changes of the window belong to the \
                 first one that reaches them, and lead times are counted from author time and from merge time; those that are not \
                 above zero are left out.",
                settings.deploy_tags, settings.failure_window_hours
            ),
            entries,
        }
    }
}

fn lead_time(what: &str, seconds: &mut Vec<i64>) -> Option<Entry> {
    seconds.retain(|seconds| *seconds > 0);
    let (median, tail) = (quantile(seconds, 50)?, quantile(seconds, 90)?);
    let changes = seconds.len() as u64;
    Some(Entry {
        subjects: Vec::new(),
        words: format!(
            "lead time {what}: {} days in the median, {} days for nine of ten, over {changes} changes",
            median / DAY,
            tail / DAY
        ),
        figures: vec![
            ("median_hours", hours(median)),
            ("p90_hours", hours(tail)),
            ("changes", changes),
        ],
    })
}

fn hours(seconds: i64) -> u64 {
    (seconds.max(0) / HOUR).unsigned_abs()
}

/// The smallest value that so many percent do not exceed.
fn quantile(values: &mut [i64], percent: usize) -> Option<i64> {
    values.sort_unstable_by_key(|value| Reverse(*value));
    let beyond = values.len() - (values.len() * percent).div_ceil(100);
    values.get(beyond).copied()
}

#[cfg(test)]
mod tests;
