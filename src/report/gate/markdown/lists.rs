//! The lists of a comment: what fails, and what is folded away.

use super::inline::{code, line, place, sentence, title};
use crate::gate::{Change, Delta, Kind};
use crate::report::gate::select::{self, REGRESSIONS, Worst, is_reported, is_shown, worst};
use crate::report::gate::{GateReport, words};
use crate::report::open_words;
use crate::report::text::page::{counted, grouped};

/// The lists of places, each with the worst first.
pub(super) struct Lists<'a> {
    pub(super) failing: Worst<'a>,
    pub(super) reported: Worst<'a>,
    pub(super) fixed: Worst<'a>,
    pub(super) moved: Worst<'a>,
    pub(super) waived: Worst<'a>,
    pub(super) removed: Worst<'a>,
    others: usize,
}

impl<'a> Lists<'a> {
    pub(super) fn new(report: &GateReport<'a>, most: usize) -> Self {
        let of = |kind| worst(report, is_shown, &[kind], most);
        Self {
            failing: worst(report, Delta::gates, &REGRESSIONS, most),
            reported: worst(report, is_reported, &REGRESSIONS, most),
            fixed: of(Kind::Fixed),
            moved: of(Kind::Moved),
            waived: of(Kind::Waived),
            removed: of(Kind::Removed),
            others: report
                .comparison
                .components
                .len()
                .max(report.comparison.alterations.len())
                .max(report.matter.notes.len())
                .max(select::unknown(report).len()),
        }
    }

    /// The number of entries beyond which no list grows.
    pub(super) fn longest(&self) -> usize {
        let lists = [
            &self.failing,
            &self.reported,
            &self.fixed,
            &self.moved,
            &self.waived,
            &self.removed,
        ];
        let longest = lists.iter().map(|list| list.shown.len()).max();
        longest.unwrap_or(0).max(self.others)
    }
}

/// What fails it, by component.
pub(super) fn failing(report: &GateReport, failing: &Worst, entries: usize, text: &mut String) {
    if failing.subjects() == 0 {
        return;
    }
    line(text, "\n#### To pass\n");
    for (position, changes) in failing.by_component(entries) {
        let Some(delta) = report.comparison.components.get(position) else {
            continue;
        };
        line(
            text,
            &format!("- {}: {}", title(delta), words::to_pass(delta)),
        );
        for change in changes {
            entry("  - ", change, delta, text);
        }
    }
    let (subjects, components) = failing.beyond(entries);
    if subjects > 0 {
        line(
            text,
            &format!(
                "- … and {} in {} (`--format json` shows all)",
                counted(subjects, "more subjects"),
                counted(components, "components")
            ),
        );
    }
}

/// A place with what there is to say of it.
fn entry(bullet: &str, change: &Change, delta: &Delta, text: &mut String) {
    let told = words::told(change, delta.about);
    let mut clauses = vec![sentence(&told)];
    if let Some(was) = &change.was_path {
        clauses.push(format!("was {}", place(was.as_bytes(), None)));
    }
    if let Some(since) = &change.since {
        let subject = sentence(&since.subject);
        clauses.push(match &since.commit {
            Some(commit) => format!("since {} {subject}", code(words::short(commit))),
            None => "not committed yet".to_owned(),
        });
    }
    if let Some(example) = &change.example {
        let name = example
            .name
            .as_ref()
            .map_or_else(String::new, |name| format!(" ({})", code(name)));
        let place = place(example.path.as_bytes(), example.line);
        clauses.push(format!("example: {place}{name}"));
    }
    let place = place(change.path.as_bytes(), change.line);
    line(text, &format!("{bullet}{place} {}", clauses.join("; ")));
}

/// How the definition differs.
pub(super) fn definition(report: &GateReport, entries: usize, text: &mut String) {
    let alterations = &report.comparison.alterations;
    if alterations.is_empty() {
        return;
    }
    open(
        text,
        &format!("Changes of the definition: {}", alterations.len()),
    );
    for alteration in alterations.iter().take(entries) {
        let value = |value: &Option<String>| match value {
            Some(value) => code(value),
            None => "unset".to_owned(),
        };
        line(
            text,
            &format!(
                "- {}: {} {} → {}",
                alteration.effect.word(),
                code(&alteration.key),
                value(&alteration.before),
                value(&alteration.after)
            ),
        );
    }
    more(alterations.len(), entries, "- ", text);
    close(text);
}

/// The files that cannot be measured.
pub(super) fn unknown(report: &GateReport, entries: usize, text: &mut String) {
    let files = select::unknown(report);
    if files.is_empty() {
        return;
    }
    let components = report.comparison.components.iter();
    let titles: Vec<String> = components
        .filter(|delta| delta.gates() && !delta.unknown.is_empty())
        .take(entries)
        .map(title)
        .collect();
    let number = counted(files.len() as u64, "files");
    line(text, "\n#### Cannot be measured\n");
    match titles.is_empty() {
        true => line(text, &format!("{number}:\n")),
        false => line(text, &format!("{number}, by {}:\n", titles.join(", "))),
    }
    for (path, lost) in files.iter().take(entries) {
        let repair = lost.and_then(words::repair);
        let repair = repair.map_or_else(String::new, |repair| format!(" ({repair})"));
        let place = place(path.as_bytes(), None);
        line(text, &format!("- {place} {}{repair}", open_words(*lost)));
    }
    more(files.len(), entries, "- ", text);
}

/// A list that is folded away.
pub(super) fn details(
    report: &GateReport,
    title: &str,
    worst: &Worst,
    entries: usize,
    text: &mut String,
) {
    if worst.subjects() == 0 {
        return;
    }
    open(text, title);
    for (position, changes) in worst.by_component(entries) {
        let Some(delta) = report.comparison.components.get(position) else {
            continue;
        };
        let bullet = format!("- {}: ", self::title(delta));
        for change in changes {
            entry(&bullet, change, delta, text);
        }
    }
    let (left, _) = worst.beyond(entries);
    let all = usize::try_from(worst.subjects()).unwrap_or(usize::MAX);
    let shown = all - usize::try_from(left).unwrap_or(usize::MAX).min(all);
    more(all, shown, "- ", text);
    close(text);
}

pub(super) fn notes(report: &GateReport, entries: usize, text: &mut String) {
    let notes = &report.matter.notes;
    if notes.is_empty() {
        return;
    }
    open(text, &format!("Notes: {}", notes.len()));
    for note in notes.iter().take(entries) {
        line(text, &format!("- {}", sentence(note)));
    }
    more(notes.len(), entries, "- ", text);
    close(text);
}

/// Begins what is folded away. Markdown is read again behind the empty line.
fn open(text: &mut String, title: &str) {
    line(text, &format!("\n<details><summary>{title}</summary>\n"));
}

fn close(text: &mut String) {
    line(text, "\n</details>");
}

/// How many entries of a list were left out, if any were.
pub(super) fn more(number: usize, entries: usize, before: &str, text: &mut String) {
    let more = number.saturating_sub(entries);
    if more > 0 {
        let more = grouped(more as u64);
        line(
            text,
            &format!("{before}… and {more} more (`--format json` shows all)"),
        );
    }
}
