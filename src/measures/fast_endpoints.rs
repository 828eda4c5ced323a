//! `fast-endpoints`: of all endpoints somebody timed, those whose first answer after a cold start comes in time.
//!
//! Nothing is run: timings are imported ([`crate::evidence::timings`]). A start is that of the process; the machine, its
//! caches and its database stay warm. Endpoints are those found in the code; those nobody timed are unknown. Source:
//! DEFINITIONS.md section 6.

use crate::codebase::FileIndex;
use crate::codebase::endpoints::{ANY, Endpoint, key, same_end};
use crate::codebase::maps::Map;
use crate::definition::settings::FastEndpoints;
use crate::evidence::timings::{Cold, Report, Timing, address};
use crate::facts::Lost;

use super::{About, Context, Measurement, Method, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "endpoints",
    gap: "slow endpoints",
    why: "A slow first answer is what a user meets after every deployment. Load lazily what the first request does not need.",
    fewest_subjects: 10,
    by_change: false,
};

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Most names of timings without an endpoint that are listed.
const MOST_NAMED: usize = 3;

/// What was measured of an endpoint.
#[derive(Default)]
struct Measured {
    micros: Vec<u64>,
    has_failed: bool,
    /// Only measured before its code was changed.
    is_outdated: bool,
}

pub(super) fn read(context: &Context, view: &View, settings: &FastEndpoints) -> Measurement {
    let codebase = view.codebase;
    let all = context.endpoints();
    let endpoints: Vec<(u32, &Endpoint)> = (0..)
        .zip(all)
        .filter(|(_, endpoint)| view.judges(codebase.file(endpoint.file)))
        .collect();
    let own = |report: &&Report| settings.import.contains(&report.import);
    let reports: Vec<&Report> = codebase.timings.reports.iter().filter(own).collect();
    let found = match endpoints.len() {
        0 => "no endpoint is found in the code".to_owned(),
        1 => "1 endpoint is found in the code".to_owned(),
        many => format!("{many} endpoints are found in the code"),
    };
    let unavailable = |reason: String| Measurement::Unavailable {
        reason,
        repair: Some(
            "`measure.fast-endpoints.import` names reports; `enabled = false` leaves it out"
                .to_owned(),
        ),
    };
    if reports.is_empty() && settings.import.is_empty() && all.is_empty() {
        return Measurement::NotApplicable {
            reason: "no endpoint of a known web framework was found".to_owned(),
        };
    }
    if reports.is_empty() {
        return unavailable(format!("no timings; {found}"));
    }
    let mut notes = Vec::new();
    let mut measured: Map<u32, Measured> = Map::default();
    let mut strangers: Vec<&str> = Vec::new();
    let mut not_cold = 0_usize;
    let mut is_stale = false;
    let index = Index::new(&endpoints);
    let changed = LastChanges::new(view);
    for report in &reports {
        let place = &report.import.path;
        let timings = match &report.timings {
            Ok(timings) => timings,
            Err(why) => {
                notes.push(format!("{place}: {why}"));
                continue;
            }
        };
        let head = codebase.history.head.as_ref().map(|head| head.time);
        if let (Some(written), Some(head)) = (report.written, head) {
            let days = (head - written).max(0) / DAY;
            if days > i64::from(settings.max_age_days) {
                is_stale = true;
                notes.push(format!(
                    "{place}: stale, written {days} days before the last commit"
                ));
                continue;
            }
        }
        for timing in timings {
            let is_cold = match timing.cold {
                Cold::Yes => true,
                Cold::No => false,
                Cold::Unknown => report.import.assume_cold,
            };
            if !is_cold {
                not_cold += 1;
                continue;
            }
            let Some(at) = index.find(timing) else {
                strangers.push(&timing.name);
                continue;
            };
            let endpoint = &all[at as usize];
            let measured = measured.entry(at).or_default();
            let handler = endpoint.handler.map_or(endpoint.file, |(file, _)| file);
            let is_newer = |file: FileIndex| report.written < changed.of(file);
            if report.written.is_some() && (is_newer(handler) || is_newer(endpoint.file)) {
                measured.is_outdated = true;
                continue;
            }
            measured.micros.push(timing.micros);
            measured.has_failed |= timing.failed;
        }
    }
    let limit = u64::from(settings.within_ms) * 1_000;
    let mut taken = Taken {
        method: Method::Imported,
        ..Taken::default()
    };
    let mut outdated = 0_u32;
    for (at, endpoint) in &endpoints {
        let subject = Subject::Endpoint(endpoint.file, *at);
        let measured = measured.remove(at).unwrap_or_default();
        let Some(median) = median(measured.micros) else {
            outdated += u32::from(measured.is_outdated);
            let why = if measured.is_outdated {
                Lost::Stale
            } else {
                Lost::Unmeasured
            };
            taken.unknown.push((subject, why));
            continue;
        };
        let is_good = median <= limit && !measured.has_failed;
        let words = if measured.has_failed {
            format!("{} did not answer as it should", endpoint.name())
        } else {
            let ms = median.div_ceil(1_000);
            let most = settings.within_ms;
            format!(
                "{} took {ms} ms after a cold start, {most} are allowed",
                endpoint.name()
            )
        };
        taken.readings.push(Reading {
            subject,
            good: u64::from(is_good),
            of: 1,
            note: (!is_good).then(|| Note::Words(words.into())),
        });
    }
    let good: u64 = taken.readings.iter().map(|reading| reading.good).sum();
    taken.notes.push(format!(
        "{} of {} endpoints measured, {good} within {} ms; process-cold, not machine-cold",
        taken.readings.len(),
        endpoints.len(),
        settings.within_ms
    ));
    if outdated > 0 {
        notes.push(format!(
            "{outdated} were measured before their code was changed and do not count"
        ));
    }
    if not_cold > 0 {
        notes.push(format!(
            "{not_cold} timings are not known to be of a cold start and do not count; `assume_cold = true` says that a report's are"
        ));
    }
    if !strangers.is_empty() {
        strangers.sort_unstable();
        strangers.dedup();
        let named = strangers[..strangers.len().min(MOST_NAMED)].join(", ");
        notes.push(format!(
            "{} timings name no endpoint that was found: {named}",
            strangers.len()
        ));
    }
    if taken.readings.is_empty() {
        let why = notes.first().cloned().unwrap_or(found);
        if is_stale || outdated > 0 {
            let repair = if is_stale {
                "measure again, or allow older reports with `measure.fast-endpoints.max_age_days`"
            } else {
                "measure again"
            };
            return Measurement::Stale {
                reason: format!("no timings that count: {why}"),
                repair: repair.to_owned(),
            };
        }
        return unavailable(format!("no timings that count: {why}"));
    }
    taken.notes.extend(notes);
    Measurement::Taken(taken)
}

/// The middle of some durations, the lower one of two; none of none.
fn median(mut micros: Vec<u64>) -> Option<u64> {
    micros.sort_unstable();
    micros.get(micros.len().checked_sub(1)? / 2).copied()
}

/// Endpoints by how they are called.
struct Index<'a> {
    endpoints: &'a [(u32, &'a Endpoint)],
    whole: Map<String, Vec<usize>>,
}

impl<'a> Index<'a> {
    fn new(endpoints: &'a [(u32, &'a Endpoint)]) -> Self {
        let mut whole: Map<String, Vec<usize>> = Map::default();
        for (at, (_, endpoint)) in endpoints.iter().enumerate() {
            if !endpoint.is_relative {
                whole.entry(key(&endpoint.path)).or_default().push(at);
            }
        }
        Self { endpoints, whole }
    }

    /// The endpoint a timing is about: that of its method and path as a template, else the only one whose template its
    /// path fills in, else the only one whose path is the end of it.
    fn find(&self, timing: &Timing) -> Option<u32> {
        let (method, path) = address(&timing.name)?;
        let path = key(path);
        let fits = |at: &usize| {
            let endpoint = self.endpoints[*at].1;
            method
                .as_deref()
                .is_none_or(|method| endpoint.method == ANY || endpoint.method == method)
        };
        let only = |found: Vec<usize>| match found.as_slice() {
            [only] => Some(self.endpoints[*only].0),
            _ => None,
        };
        let same = self.whole.get(&path).into_iter().flatten().copied();
        let same: Vec<usize> = same.filter(|at| fits(at)).collect();
        if let Some(first) = same.first() {
            // Without a method it is the one that reads; of several that are called the same nobody knows which.
            let reads = |at: &&usize| method.is_some() || self.endpoints[**at].1.method == "GET";
            let one = same.iter().find(reads).unwrap_or(first);
            return Some(self.endpoints[*one].0);
        }
        let among = |matches: &dyn Fn(&Endpoint) -> bool| -> Vec<usize> {
            (0..self.endpoints.len())
                .filter(|at| matches(self.endpoints[*at].1) && fits(at))
                .collect()
        };
        let filled =
            among(&|endpoint| !endpoint.is_relative && is_filled(&key(&endpoint.path), &path));
        let ends = |matches: fn(&str, &str) -> bool| {
            only(among(&|endpoint| {
                let end = key(&endpoint.path);
                endpoint.is_relative && end != "/" && matches(&path, &end)
            }))
        };
        only(filled)
            .or_else(|| ends(same_end))
            .or_else(|| ends(ends_filled))
    }
}

/// Whether the end of a path is what a template becomes in a request.
fn ends_filled(path: &str, template: &str) -> bool {
    let parts = template.matches('/').count();
    let start = path.rmatch_indices('/').nth(parts.saturating_sub(1));
    start.is_some_and(|(start, _)| is_filled(template, &path[start..]))
}

/// Whether a path is what a template becomes in a request.
fn is_filled(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some("{}"), Some(part)) if !part.is_empty() => {}
            (Some(expected), Some(part)) if expected == part => {}
            _ => return false,
        }
    }
}

/// When files were last changed, in seconds since 1970.
struct LastChanges(Map<FileIndex, i64>);

impl LastChanges {
    fn new(view: &View) -> Self {
        let mut last = Map::default();
        let history = &view.codebase.history;
        for (position, change) in history.changes.iter().enumerate() {
            for file in view.codebase.touched(position).iter().flatten() {
                let known = last.entry(*file).or_insert(change.time);
                *known = change.time.max(*known);
            }
        }
        Self(last)
    }

    fn of(&self, file: FileIndex) -> Option<i64> {
        self.0.get(&file).copied()
    }
}

#[cfg(test)]
mod tests;
