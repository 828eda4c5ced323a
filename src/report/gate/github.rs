//! The verdict in the log of a workflow: annotations beside the lines they are about, then the verdict as text.
//!
//! GitHub shows ten errors and ten warnings of a step. The worst come first; where there are more, the tenth says how many.

use super::select::{self, REGRESSIONS, Worst, is_reported, worst};
use super::{GateReport, text, words};
use crate::facts::Lost;
use crate::gate::{Change, Delta, Finding, Verdict};
use crate::path::RepoPath;
use crate::report::escape::{name, terminal, workflow_data, workflow_line, workflow_property};
use crate::report::findings::github::{LONGEST_FILE, MOST};
use crate::report::findings::limit::cut_to;
use crate::report::open_words;
use crate::report::text::Style;
use crate::report::text::page::counted;

pub use super::markdown::summary;

/// Longest title, note, subject of a commit and place of an example, in bytes before they are encoded: three times as
/// much behind it. With the name of a file, the line has 4,096 bytes at most.
const LONGEST: [usize; 4] = [60, 600, 150, 250];

/// Workflow commands, then the verdict on lines that are none.
pub fn render(report: &GateReport) -> String {
    let mut lines: Vec<String> = Vec::new();
    let failing = worst(report, Delta::gates, &REGRESSIONS, MOST);
    let unknown = select::unknown(report);
    let is_tolerated = report.comparison.findings.iter().any(Finding::is_tolerated);
    let files = || unknown.iter().map(|(path, lost)| of_file(path, *lost));
    let (errors, warnings): (Vec<_>, Vec<_>) = match is_tolerated {
        true => (Vec::new(), files().collect()),
        false => (files().collect(), Vec::new()),
    };
    let all = findings(report).count() + errors.len();
    let all = all as u64 + failing.subjects();
    let errors = findings(report)
        .map(|finding| of_finding(report, finding))
        .chain(of_changes(report, &failing))
        .chain(errors);
    annotate("error", errors, all, &mut lines);
    let reported = worst(report, is_reported, &REGRESSIONS, MOST);
    let all = reported.subjects() + warnings.len() as u64;
    let warnings = warnings.into_iter().chain(of_changes(report, &reported));
    annotate("warning", warnings, all, &mut lines);
    let verdict = text::render(report, &Style::default());
    lines.extend(verdict.lines().map(workflow_line));
    lines.push(String::new());
    lines.join("\n")
}

/// What decides and has no place.
fn findings<'a>(report: &GateReport<'a>) -> impl Iterator<Item = &'a Finding> {
    let decisive = select::findings(report, |verdict| verdict != Verdict::Passed);
    decisive.filter(|finding| {
        !matches!(
            finding,
            Finding::Regressed { .. } | Finding::Unmeasured { .. }
        )
    })
}

/// Annotations of one kind: the first ones there are, and how many more.
fn annotate(
    command: &str,
    annotations: impl Iterator<Item = String>,
    all: u64,
    lines: &mut Vec<String>,
) {
    let shown = if all > MOST as u64 { MOST - 1 } else { MOST };
    let annotations = annotations.take(shown);
    lines.extend(annotations.map(|annotation| format!("::{command} {annotation}")));
    if all > shown as u64 {
        let more = counted(all - shown as u64, "more findings");
        let text = format!("{more}; `quality gate --format json` lists all of them");
        lines.push(format!("::{command} title=Quality gate::{text}"));
    }
}

fn of_changes<'a>(report: &GateReport<'a>, worst: &Worst<'a>) -> impl Iterator<Item = String> {
    let components = &report.comparison.components;
    worst.shown.iter().filter_map(|(position, change)| {
        let delta = components.get(*position)?;
        Some(of_change(change, delta))
    })
}

fn of_file(path: &RepoPath, lost: Option<&Lost>) -> String {
    let [_, _, _, longest] = LONGEST;
    let mut message = vec![words::capital(open_words(lost))];
    message.extend(lost.and_then(words::repair).map(words::capital));
    let file = workflow_property(path.as_bytes());
    let mut properties = "title=Cannot be measured".to_owned();
    if file.len() <= LONGEST_FILE {
        properties = format!("file={file},{properties}");
    } else {
        message.push(cut_to(&name(path.as_bytes()), longest).into_owned());
    }
    format!("{properties}::{}", workflow_data(&message.join("\n")))
}

fn of_finding(report: &GateReport, finding: &Finding) -> String {
    let [longest, ..] = LONGEST;
    let title = match words::component_of(report, finding) {
        Some(delta) => cut_to(&terminal(delta.component.title.as_bytes()), longest).into_owned(),
        None => "Quality gate".to_owned(),
    };
    let words = words::capital(&words::finding(report, finding));
    let title = workflow_property(title.as_bytes());
    format!("title={title}::{}", workflow_data(&words))
}

fn of_change(change: &Change, delta: &Delta) -> String {
    let [title, note, subject, place] = LONGEST;
    let mut properties = Vec::new();
    let mut message = Vec::new();
    let file = workflow_property(change.path.as_bytes());
    if file.len() <= LONGEST_FILE {
        properties.push(format!("file={file}"));
        properties.extend(change.line.map(|line| format!("line={line}")));
    } else {
        message.push(cut_to(&name(change.path.as_bytes()), place).into_owned());
    }
    let title = cut_to(&terminal(delta.component.title.as_bytes()), title).into_owned();
    properties.push(format!("title={}", workflow_property(title.as_bytes())));
    let told = words::told(change, delta.about);
    message.push(cut_to(&terminal(told.as_bytes()), note).into_owned());
    if let Some(since) = &change.since {
        message.push(match &since.commit {
            Some(commit) => {
                let commit = terminal(words::short(commit).as_bytes());
                let subject = cut_to(&terminal(since.subject.as_bytes()), subject).into_owned();
                format!("Since {commit} {subject}")
            }
            None => "Not committed yet".to_owned(),
        });
    }
    if let Some(example) = &change.example {
        let mut text = name(example.path.as_bytes());
        if let Some(line) = example.line {
            text.push_str(&format!(":{line}"));
        }
        if let Some(called) = &example.name {
            text.push_str(&format!(" ({})", name(called.as_bytes())));
        }
        message.push(format!("Example: {}", cut_to(&text, place)));
    }
    let properties = properties.join(",");
    format!("{properties}::{}", workflow_data(&message.join("\n")))
}
