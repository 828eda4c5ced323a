//! The verdict as a comment on a pull request, and as the summary of a job.
//!
//! As many entries of each list are written as fit the limit; what is left out is counted. A list is cut between its
//! lines, so what is open is always closed.

pub(in crate::report) mod inline;
mod lists;

use self::inline::{code, cut, line, place, title};
use self::lists::{Lists, details, more};
use super::select::{self, is_shown};
use super::{End, GateReport, points, words};
use crate::gate::{Count, Delta, Finding, Kind, Verdict, units};
use crate::report::escape::markdown_block;
use crate::report::text::page::{counted, grouped};

/// The first line of every comment: by it the comment is found that is to be replaced.
pub const MARKER: &str = "<!-- quality:gate -->";
/// Bytes a comment stays below; GitHub takes 65,536 characters.
pub const MOST_BYTES: usize = 65_536;
/// Bytes of a summary; GitHub takes a mebibyte for all of a step.
pub const MOST_SUMMARY_BYTES: usize = 1_000_000;
/// Entries of a list that are worth trying in a comment.
const MOST_ENTRIES: usize = 1_000;
/// And in a summary.
const MOST_SUMMARY_ENTRIES: usize = 20_000;
/// Units in which the heading of a list tells what it comes to.
const MOST_AMOUNTS: usize = 3;
/// Longest command.
const LONGEST_COMMAND: usize = 2_000;

/// The comment, below 65,536 bytes; empty where it passed and nothing changed.
pub fn render(report: &GateReport) -> String {
    if report.is_empty() {
        return String::new();
    }
    let head = format!("{MARKER}\n");
    fitted(report, &head, MOST_BYTES, MOST_ENTRIES)
}

/// The summary of a job: the same without the marker, and never empty.
pub fn summary(report: &GateReport) -> String {
    fitted(report, "", MOST_SUMMARY_BYTES, MOST_SUMMARY_ENTRIES)
}

/// With as many entries in each list as fit below the limit.
fn fitted(report: &GateReport, head: &str, limit: usize, most: usize) -> String {
    let lists = Lists::new(report, most);
    let draw = |entries: usize| {
        let mut text = head.to_owned();
        write(report, &lists, entries, &mut text);
        text
    };
    let whole = draw(most.min(lists.longest()));
    if whole.len() < limit {
        return whole;
    }
    // More entries are never shorter: halve until the last number that fits is known.
    let (mut fits, mut exceeds) = (0, most.min(lists.longest()));
    let mut text = draw(fits);
    while exceeds - fits > 1 {
        let middle = fits + (exceeds - fits) / 2;
        let drawn = draw(middle);
        if drawn.len() < limit {
            (fits, text) = (middle, drawn);
        } else {
            exceeds = middle;
        }
    }
    text
}

fn write(report: &GateReport, lists: &Lists, entries: usize, text: &mut String) {
    head(report, text);
    findings(report, entries, text);
    table(report, entries, text);
    score(report, text);
    lists::failing(report, &lists.failing, entries, text);
    lists::definition(report, entries, text);
    lists::unknown(report, entries, text);
    if let Some(inherited) = words::inherited(report) {
        line(text, &format!("\n{}.", words::capital(&inherited)));
    }
    let reported = counted(lists.reported.subjects(), "subjects");
    let title = format!("Reported, does not fail: {reported}");
    details(report, &title, &lists.reported, entries, text);
    for (word, kind, list) in [
        ("Fixed", Kind::Fixed, &lists.fixed),
        ("Moved", Kind::Moved, &lists.moved),
        ("Waived by this change", Kind::Waived, &lists.waived),
        ("Gone with their code", Kind::Removed, &lists.removed),
    ] {
        let title = format!("{word}: {}", words::amounts(report, kind, MOST_AMOUNTS));
        details(report, &title, list, entries, text);
    }
    lists::notes(report, entries, text);
    line(text, "\nThe same verdict on your machine:\n");
    let command = cut(&report.matter.command, LONGEST_COMMAND);
    text.push_str(&markdown_block(&command, "sh"));
}

fn head(report: &GateReport, text: &mut String) {
    line(text, &format!("### {}\n", words::headline(report)));
    let matter = &report.matter;
    let (known, applicable) = select::measured(report);
    let commits = match matter.commits {
        0 => String::new(),
        commits => format!(", {}", counted(commits, "commits")),
    };
    line(
        text,
        &format!(
            "From {} to {}{commits}, {} of {} measured.",
            label(&matter.base),
            label(&matter.head),
            grouped(known),
            counted(applicable, "components")
        ),
    );
}

fn label(end: &End) -> String {
    let (label, commit) = words::names(end);
    match commit {
        Some(commit) => format!("{} {}", code(label), code(commit)),
        None => code(label),
    }
}

/// What became of each component that changed.
fn table(report: &GateReport, entries: usize, text: &mut String) {
    let changed: Vec<&Delta> = report
        .comparison
        .components
        .iter()
        .filter(|delta| is_shown(delta) && has_changed(delta))
        .collect();
    if changed.is_empty() {
        return;
    }
    line(
        text,
        "\n| Component | Base | Head | Worse | Fixed | Inherited |",
    );
    line(text, "|---|--:|--:|--:|--:|--:|");
    for delta in changed.iter().take(entries) {
        let [new, worsened, fixed, inherited] =
            [Kind::NewlyBad, Kind::Worsened, Kind::Fixed, Kind::Inherited]
                .map(|kind| select::count(delta, kind));
        let worse = Count {
            subjects: new.subjects + worsened.subjects,
            amount: new.amount + worsened.amount,
        };
        let share = |outcome| words::share(outcome).unwrap_or_else(|| "–".to_owned());
        line(
            text,
            &format!(
                "| {} | {} | {} | {} | {} | {} |",
                title(delta),
                share(&delta.base),
                share(&delta.head),
                cell(worse, delta),
                cell(fixed, delta),
                cell(inherited, delta),
            ),
        );
    }
    more(changed.len(), entries, "\n", text);
}

fn has_changed(delta: &Delta) -> bool {
    !delta.changes.is_empty()
        || !delta.unknown.is_empty()
        || (delta.base.good, delta.base.of) != (delta.head.good, delta.head.of)
}

/// How many subjects, and what they come to in the unit of the component.
fn cell(count: Count, delta: &Delta) -> String {
    match (count.subjects, count.amount) {
        (0, _) => String::new(),
        (subjects, amount) if amount == 0 || amount == subjects => grouped(subjects),
        (subjects, amount) => {
            let amount = counted(amount, delta.about.gap);
            format!("{} ({amount})", grouped(subjects))
        }
    }
}

/// The score, why it moved, and what moved it most.
fn score(report: &GateReport, text: &mut String) {
    let parts = &report.comparison.parts;
    let points = |score: &Option<_>| match score {
        Some(score) => points::points(units(Some(score))),
        None => "none".to_owned(),
    };
    let (base, head) = (points(&parts.base), points(&parts.head));
    if parts.total().is_some() && points::is_unmoved(report) {
        line(text, &format!("\n**Score** {head}, unchanged."));
        return;
    }
    let Some(sum) = points::sum(report, true) else {
        line(text, &format!("\n**Score** {base} → {head}."));
        return;
    };
    let movers: Vec<String> = report
        .comparison
        .movers
        .iter()
        .filter_map(|mover| {
            let place = place(mover.path.as_bytes(), mover.line);
            let delta = report.comparison.components.get(mover.position)?;
            Some(format!(
                "{} {place} ({})",
                points::effect(mover)?,
                title(delta)
            ))
        })
        .collect();
    let movers = match movers.is_empty() {
        true => String::new(),
        false => format!(" Moved most by {}.", movers.join(", ")),
    };
    line(
        text,
        &format!("\n**Score** {base} → {head}: {sum}.{movers}"),
    );
}

/// What else decides, and the bars that are kept.
fn findings(report: &GateReport, entries: usize, text: &mut String) {
    // Places and files have lists of their own.
    let is_listed = |finding: &&Finding| {
        matches!(
            finding,
            Finding::Regressed { .. } | Finding::Unmeasured { .. }
        )
    };
    let findings: Vec<&Finding> = select::findings(report, |_| true)
        .filter(|finding| !is_listed(finding))
        .collect();
    if findings.is_empty() {
        return;
    }
    line(text, "");
    for finding in findings.iter().take(entries) {
        let words = words::finding(report, finding);
        let verdict = match finding.verdict() {
            Verdict::Passed => "",
            Verdict::Inconclusive => "**inconclusive:** ",
            Verdict::Failed => "**fails:** ",
        };
        let of = match words::component_of(report, finding) {
            Some(delta) => format!("{} ", title(delta)),
            None => String::new(),
        };
        line(text, &format!("- {verdict}{of}{words}"));
    }
    more(findings.len(), entries, "- ", text);
}
