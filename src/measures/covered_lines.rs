//! Covered lines: of all lines a test could run, those that coverage reports say were run.
//!
//! Nothing is run here; what test runners wrote down is imported (see [`crate::evidence::coverage`]). A file that no report
//! tells of was loaded by no test, and most tools leave it out: its statements count as not run, by an estimate from its
//! syntax tree. A file that has changed since the report is unknown, and with too many of those the whole report is.

use crate::class::Class;
use crate::codebase::{Codebase, Content, File, FileIndex};
use crate::definition::settings::{Absent, CoveredLines};
use crate::evidence::coverage::{Coverage, Fault, Reported, Standing, TOLERATED, first_of};
use crate::facts::{Facts, Lost};
use crate::git::HistoryState;

use super::{About, Measurement, Method, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "lines",
    gap: "lines no test runs",
    why: "Coverage says which lines no test has ever run. Begin with the files that change most.",
    fewest_subjects: 5,
    by_change: false,
};

/// Stretches of lines that a note names.
const NAMED_STRETCHES: usize = 6;
/// What coverage reports say of the files of a codebase as they are.
pub(super) struct Runs<'a> {
    codebase: &'a Codebase,
    committed: Vec<Option<i64>>,
}

impl<'a> Runs<'a> {
    /// None without any report.
    pub fn new(codebase: &'a Codebase) -> Option<Self> {
        (!codebase.coverage.is_empty()).then(|| Self {
            codebase,
            committed: codebase.committed(),
        })
    }

    /// What is known of a file; none if no report tells of it. Lines of inline tests are left out.
    pub fn of(&self, index: FileIndex) -> Option<Standing> {
        let file = self.codebase.file(index);
        let committed = self.committed.get(index.get()).copied().flatten();
        let mut standing = self
            .codebase
            .coverage
            .of(&file.path, file.lines, committed)?;
        if let (Standing::Fresh(told), Some(facts)) = (&mut standing, file.facts()) {
            let tests = facts.functions.iter().filter(|function| function.in_test);
            let tests: Vec<_> = tests
                .map(|function| function.line..=function.end_line)
                .collect();
            if !tests.is_empty() {
                let is_code = |line: &u32| !tests.iter().any(|test| test.contains(line));
                told.lines.retain(|line, _| is_code(line));
                told.branches.retain(|line, _| is_code(line));
            }
        }
        Some(standing)
    }
}

pub(super) fn read(view: &View, settings: &CoveredLines) -> Measurement {
    let coverage = &view.codebase.coverage;
    let Some(runs) = Runs::new(view.codebase).filter(|_| unusable(coverage).is_none()) else {
        return unusable(coverage).unwrap_or(Measurement::NotApplicable {
            reason: "there is no report".to_owned(),
        });
    };
    let mut tally = Tally::default();
    let mut taken = Taken {
        method: Method::Imported,
        ..Taken::default()
    };
    for (index, file) in view.codebase.indexed() {
        if !is_eligible(view, file) {
            continue;
        }
        match runs.of(index) {
            Some(Standing::Fresh(told)) => {
                tally.fresh += 1;
                tally.add(&told, file.facts());
                taken.readings.extend(reading(index, &told));
            }
            Some(Standing::Stale(stale)) => {
                let name = format!("{} ({})", file.path.to_str(), stale.words());
                tally.stale.push(name);
                taken.unknown.push((Subject::File(index), Lost::Stale));
            }
            None => match &file.content {
                Content::Facts(facts) if facts.lines.statements > 0 => {
                    let lines = u64::from(facts.lines.statements);
                    tally.absent += 1;
                    tally.absent_lines += lines;
                    if settings.absent == Absent::Zero {
                        taken.readings.push(absent(index, lines));
                    }
                }
                Content::Lost(lost) => taken.unknown.push((Subject::File(index), lost.clone())),
                Content::Facts(_) | Content::Unread(_) => {}
            },
        }
    }
    let stale = tally.stale.len() as u64;
    if stale * TOLERATED > tally.fresh + stale {
        return Measurement::Stale {
            reason: format!(
                "{} of {} files have changed since the report: {}",
                stale,
                tally.fresh + stale,
                first_of(&tally.stale)
            ),
            repair: "run the tests again, or allow older reports with `[coverage] max_age_days`"
                .to_owned(),
        };
    }
    taken.notes = tally.sentences(view.codebase, settings);
    Measurement::Taken(taken)
}

/// Why nothing can be said, if so: no report, none that can be read, or none that is about these files.
fn unusable(coverage: &Coverage) -> Option<Measurement> {
    let unavailable = |reason: String, repair: &str| {
        Some(Measurement::Unavailable {
            reason,
            repair: Some(repair.to_owned()),
        })
    };
    if coverage.is_empty() {
        return unavailable(
            "there is no coverage report here".to_owned(),
            "write one when the tests run; `[coverage] reports` says where it lies",
        );
    }
    if coverage.contents().next().is_some() {
        return None;
    }
    let faults = coverage
        .reports
        .iter()
        .filter_map(|report| Some((&report.place, report.content.as_ref().err()?)));
    let (place, fault) = faults.into_iter().next()?;
    let repair = match fault {
        Fault::Broken(_) => "run the tests again, or remove the file",
        Fault::Elsewhere(_) => {
            "`[coverage] path_map` says what its paths mean, `except` which are not about this repository"
        }
    };
    unavailable(format!("{}: {}", place.to_str(), fault.words()), repair)
}

/// Whether a file is code that could be run: also in a language of which reports tell, but no facts are read.
fn is_eligible(view: &View, file: &File) -> bool {
    let declares = file.path.extension() == Some(b"pyi")
        || file.path.file_name().ends_with(b".d.ts")
        || file.path.file_name().ends_with(b".d.mts");
    let is_known = file.language.is_some() || matches!(file.content, Content::Unread(Some(_)));
    file.class == Class::Code && is_known && !declares && view.component.paths.matches(&file.path)
}

fn reading(index: FileIndex, told: &Reported) -> Option<Reading> {
    let of = told.lines.len() as u64;
    let good = told.lines.values().filter(|hits| **hits > 0).count() as u64;
    (of > 0).then(|| Reading {
        subject: Subject::File(index),
        good,
        of,
        note: (good < of).then(|| Note::Words(missed(told).into())),
    })
}

fn absent(index: FileIndex, lines: u64) -> Reading {
    let plural = if lines == 1 { "" } else { "s" };
    let note = format!("in no report: {lines} line{plural}, estimated");
    Reading {
        subject: Subject::File(index),
        good: 0,
        of: lines,
        note: Some(Note::Words(note.into())),
    }
}

/// The stretches of lines that were not run. Two lines are one stretch if none that was run lies between.
fn missed(told: &Reported) -> String {
    let mut stretches: Vec<(u32, u32)> = Vec::new();
    let mut goes_on = false;
    for (line, hits) in &told.lines {
        match stretches.last_mut() {
            _ if *hits > 0 => goes_on = false,
            Some(last) if goes_on => last.1 = *line,
            _ => {
                stretches.push((*line, *line));
                goes_on = true;
            }
        }
    }
    let words: Vec<String> = stretches
        .iter()
        .take(NAMED_STRETCHES)
        .map(|(first, last)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        })
        .collect();
    let more = match stretches.len().saturating_sub(NAMED_STRETCHES) {
        0 => String::new(),
        more => format!(" and {more} more stretches"),
    };
    format!("not run: {}{more}", words.join(", "))
}

/// What is told beside the number.
#[derive(Default)]
struct Tally {
    fresh: u64,
    stale: Vec<String>,
    absent: u64,
    absent_lines: u64,
    branches: (u64, u64),
    functions: (u64, u64),
}

impl Tally {
    fn add(&mut self, told: &Reported, facts: Option<&Facts>) {
        for (taken, of) in told.branches.values() {
            self.branches.0 += u64::from(*taken);
            self.branches.1 += u64::from(*of);
        }
        for entered in entered(told, facts) {
            self.functions.0 += u64::from(entered);
            self.functions.1 += 1;
        }
    }

    fn sentences(&self, codebase: &Codebase, settings: &CoveredLines) -> Vec<String> {
        let coverage = &codebase.coverage;
        let mut sentences: Vec<String> = coverage
            .reports
            .iter()
            .map(|report| {
                let place = report.place.to_str();
                match &report.content {
                    Ok(content) => format!(
                        "{place}: {}, {} files",
                        content.format.name(),
                        content.matched
                    ),
                    Err(fault) => format!("{place} was left out: {}", fault.words()),
                }
            })
            .collect();
        let share = |what: &str, (good, of): (u64, u64)| {
            (of > 0).then(|| format!("{what}: {good} of {of}"))
        };
        sentences.extend(share("branches taken", self.branches));
        sentences.extend(share("functions entered", self.functions));
        if self.absent > 0 {
            let counted = match settings.absent {
                Absent::Zero => "counted as not run, by an estimate",
                Absent::Ignore => "not counted",
            };
            sentences.push(format!(
                "{} files are in no report: {} lines, {counted}",
                self.absent, self.absent_lines
            ));
        }
        if !self.stale.is_empty() {
            sentences.push(format!(
                "{} files have changed since the report and were not judged: {}",
                self.stale.len(),
                first_of(&self.stale)
            ));
        }
        for (place, content) in coverage.contents() {
            let place = place.to_str();
            if !content.unmatched.is_empty() {
                sentences.push(format!(
                    "{place}: {} paths are no file here: {}",
                    content.unmatched.len(),
                    first_of(&content.unmatched)
                ));
            }
            let oddities = content.oddities.iter();
            sentences.extend(oddities.map(|oddity| format!("{place}: {oddity}")));
        }
        let undated = coverage
            .contents()
            .any(|(_, content)| content.written.is_none());
        if undated {
            sentences.push("the age of a report is not known, and was not checked".to_owned());
        } else if codebase.history.state != HistoryState::Available {
            sentences.push("without history, the age of reports was not checked".to_owned());
        }
        sentences
    }
}

/// For each function with lines below its first one that could be run: whether one of them was. The first line of a
/// function is run when its file is loaded.
pub(super) fn entered(told: &Reported, facts: Option<&Facts>) -> impl Iterator<Item = bool> {
    facts
        .map_or(&[][..], |facts| facts.functions.as_slice())
        .iter()
        .filter(|function| function.has_body && !function.in_test)
        .filter(|function| function.line < function.end_line)
        .filter_map(|function| {
            let mut lines = told.lines.range(function.line + 1..=function.end_line);
            let (_, first) = lines.next()?;
            Some(*first > 0 || lines.any(|(_, hits)| *hits > 0))
        })
}

#[cfg(test)]
mod tests;
