//! What stands beside the numbers: what to fix first, hot files, what was left out, notes, the next command.

use std::collections::BTreeMap;

use unicode_width::UnicodeWidthStr;

use super::super::escape;
use super::super::{Excluded, HotFile, Report, Row};
use super::page::{Ink, Page, counted, decimal_percent, grouped, percent, points, shorten, sign};
use super::share_of;
use super::table::{Align, Table, cell};
use crate::class::Class;
use crate::day;
use crate::definition::Measure;
use crate::evaluation::State;
use crate::git::{ChangeUnit, HistoryState};

/// How many hot files are shown.
const HOT_FILES: usize = 8;
/// How many names stand for a longer list.
const NAMES: usize = 3;

/// The component that costs most, and the files that hold most of its gap.
pub fn first(report: &Report, page: &mut Page) {
    let Some(first) = &report.first else { return };
    let (Some(row), Some(now)) = (
        report.components.get(first.position),
        &report.root.scope.score,
    ) else {
        return;
    };
    let title = escape::name(row.component.title.as_bytes());
    let beside = format!(
        "would lift {} to {} at its target",
        points(now),
        points(&first.score)
    );
    page.heading(&format!("Fix first: {title}"), &beside);
    let mut table = Table::new(
        0,
        &[("", Align::Left), ("", Align::Right), ("", Align::Left)],
    );
    for (position, (path, gap)) in first.worst.iter().enumerate() {
        let phrase = counted(*gap, row.about.gap);
        let (number, words) = phrase.split_once(' ').unwrap_or((&phrase, ""));
        table.row(vec![
            cell(Ink::Plain, escape::name(path)),
            cell(Ink::Strong, number),
            cell(Ink::Faint, if position == 0 { words } else { "" }),
        ]);
    }
    table.write(page);
}

/// The files in most changes, and where changes come from.
pub fn hot(report: &Report, page: &mut Page) {
    let history = report.history;
    if history.state != HistoryState::Available || history.changes.is_empty() {
        return;
    }
    let unit = unit(history.unit);
    let changes = report.hot.changes;
    let mut beside = counted(changes, unit);
    if let (Some(from), Some(to)) = (day::of(history.window.from), day::of(history.window.to)) {
        beside.push_str(&format!(", {from} to {to}"));
    }
    page.heading("Hottest files", &beside);
    let (code, other): (Vec<&HotFile>, Vec<&HotFile>) = report
        .hot
        .files
        .iter()
        .partition(|file| file.reason.is_none());
    let mut table = Table::new(
        0,
        &[
            ("", Align::Left),
            ("", Align::Right),
            ("", Align::Right),
            ("", Align::Left),
        ],
    );
    for file in code.iter().take(HOT_FILES) {
        table.row(vec![
            cell(Ink::Plain, escape::name(file.path.as_bytes())),
            cell(Ink::Plain, grouped(file.changes)),
            cell(Ink::Plain, share_of(file.changes, changes)),
            cell(Ink::Bad, if file.hot { "hot" } else { "" }),
        ]);
    }
    table.write(page);
    let hot = code.iter().filter(|file| file.hot).count() as u64;
    page.paragraph(
        2,
        Ink::Faint,
        &format!(
            "{} in more than {} of changes, {} in more than half",
            counted(hot, "files"),
            decimal_percent(report.hot.above),
            grouped(report.hot.beyond_half),
        ),
    );
    let other: Vec<String> = other
        .iter()
        .filter(|file| file.hot)
        .take(NAMES)
        .map(|file| {
            format!(
                "{} {} ({})",
                shorten(&escape::name(file.path.as_bytes()), 40, page.ascii),
                share_of(file.changes, changes),
                file.reason.unwrap_or_default()
            )
        })
        .collect();
    if !other.is_empty() {
        let text = format!("Hot, but not code: {}", other.join(", "));
        page.paragraph(2, Ink::Faint, &text);
    }
    page.paragraph(2, Ink::Faint, &window(report));
}

/// How changes were told, and which were left out.
fn window(report: &Report) -> String {
    let history = report.history;
    let mut clauses = Vec::new();
    match (history.unit, report.marked_millionths()) {
        (ChangeUnit::PullRequests, Some(marked)) => clauses.push(format!(
            "pull requests are known by marks, which explain {} of {}",
            percent(marked),
            counted(u64::from(history.commits.non_merge), "commits")
        )),
        (ChangeUnit::PullRequests, None) => {
            clauses.push("pull requests are known by marks".to_owned());
        }
        (ChangeUnit::Commits, _) => {
            clauses.push("commits stand for pull requests: too few carry a mark of one".to_owned());
        }
    }
    let bots = history.bot_changes.len() as u64;
    if bots > 0 {
        clauses.push(format!("{} by bots left out", grouped(bots)));
    }
    if history.window.extended {
        clauses.push("window extended back until it held enough changes".to_owned());
    }
    clauses.join("; ")
}

fn unit(unit: ChangeUnit) -> &'static str {
    match unit {
        ChangeUnit::PullRequests => "pull requests",
        ChangeUnit::Commits => "commits",
    }
}

/// Files that are not code, by class.
pub fn left_out(report: &Report, page: &mut Page) {
    if report.excluded.is_empty() {
        return;
    }
    let mut classes: BTreeMap<Class, Vec<&Excluded>> = BTreeMap::new();
    for excluded in &report.excluded {
        classes.entry(excluded.class).or_default().push(excluded);
    }
    let beside = format!(
        "measured were {} of code with {}; not judged as code:",
        counted(report.root.files, "files"),
        counted(report.root.lines, "lines")
    );
    page.heading("Left out", &beside);
    let mut table = Table::new(
        3,
        &[
            ("", Align::Left),
            ("Files", Align::Right),
            ("Lines", Align::Right),
            ("Why", Align::Left),
        ],
    )
    .of_sentences();
    for (class, mut groups) in classes {
        groups.sort_by(|a, b| b.files.cmp(&a.files).then(a.reason.cmp(b.reason)));
        let words: Vec<String> = groups
            .iter()
            .filter(|group| !group.reason.is_empty() && group.reason != class.name())
            .map(|group| escape::terminal(group.reason.as_bytes()))
            .collect();
        let files = groups.iter().map(|group| group.files).sum();
        let lines = groups.iter().map(|group| group.lines).sum();
        table.row(vec![
            cell(Ink::Plain, class.name()),
            cell(Ink::Plain, grouped(files)),
            cell(Ink::Plain, super::card::number(lines)),
            cell(Ink::Faint, some_of(&words, page.ascii)),
        ]);
    }
    table.write(page);
}

/// The first few of a list.
fn some_of(words: &[String], ascii: bool) -> String {
    let mut text = words
        .iter()
        .take(NAMES)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if words.len() > NAMES {
        text.push_str(", ");
        text.push_str(sign(ascii));
    }
    text
}

/// Files that should have been measured: lost ones, languages that are not read, passages that could not be parsed.
pub fn unread(report: &Report, page: &mut Page) {
    let damaged: Vec<_> = report
        .parsed
        .iter()
        .filter(|parsed| parsed.damaged_files > 0)
        .collect();
    if report.lost.is_empty() && report.unsupported.is_empty() && damaged.is_empty() {
        return;
    }
    page.heading("Could not be read", "unknown, counted on neither side");
    for lost in &report.lost {
        let mut paths: Vec<String> = lost
            .paths
            .iter()
            .take(NAMES)
            .map(|path| shorten(&escape::name(path.as_bytes()), 60, page.ascii))
            .collect();
        let more = lost.paths.len().saturating_sub(NAMES);
        if more > 0 {
            paths.push(format!("and {more} more"));
        }
        let text = format!(
            "{}, {}: {}",
            counted(lost.paths.len() as u64, "files"),
            lost.reason,
            paths.join(", ")
        );
        page.item(&text);
    }
    if !report.unsupported.is_empty() {
        let languages: Vec<String> = report
            .unsupported
            .iter()
            .map(|unsupported| {
                format!(
                    "{} ({}, {})",
                    unsupported.language,
                    counted(unsupported.files, "files"),
                    counted(unsupported.lines, "lines")
                )
            })
            .collect();
        let text = format!(
            "in languages this version does not know: {}",
            languages.join(", ")
        );
        page.item(&text);
    }
    for parsed in damaged {
        let text = format!(
            "{}: {} of {} not understood ({} of lines), in {}",
            parsed.language,
            counted(parsed.unparsed_lines, "lines"),
            grouped(parsed.lines),
            share_of(parsed.unparsed_lines, parsed.lines),
            counted(parsed.damaged_files, "files"),
        );
        page.item(&text);
    }
}

/// Sentences of measures, of history, and warnings.
pub fn notes(report: &Report, page: &mut Page) {
    let mut notes: Vec<String> = Vec::new();
    for row in &report.components {
        // What calm touches notes is said beside the hot files.
        if matches!(row.component.measure, Measure::CalmTouches(_)) {
            continue;
        }
        let title = &row.component.title;
        notes.extend(row.notes.iter().map(|note| format!("{title}: {note}")));
    }
    notes.extend(report.notes.iter().cloned());
    if notes.is_empty() {
        return;
    }
    let narrowed = !report.matter.prefix.is_empty();
    let about = if narrowed {
        "about the whole repository"
    } else {
        ""
    };
    page.heading("Notes", about);
    for note in notes {
        page.item(&escape::terminal(note.as_bytes()));
    }
}

/// What to type next. Only commands there are.
pub fn next(report: &Report, page: &mut Page) {
    let prefix = report.matter.prefix.as_slice();
    let here = match prefix {
        [] => Some(String::new()),
        prefix => escape::shell(prefix).map(|prefix| format!(" {prefix}")),
    };
    let unavailable = |row: &&Row| row.outcome.state == State::Unavailable;
    let (command, about) = match (&report.first, here) {
        (Some(_), Some(here)) => (
            format!("quality next{here}"),
            "what to fix first, and what it gains",
        ),
        (None, _) if report.root.scope.score.is_some() => {
            ("quality explain".to_owned(), "what the score is made of")
        }
        _ => match report.components.iter().find(unavailable) {
            Some(row) => (
                format!("quality explain {}", row.component.id),
                "what it needs",
            ),
            None => (
                "quality explain --list".to_owned(),
                "what could be measured",
            ),
        },
    };
    // A command that does not fit could not be typed as it is printed.
    let (command, about) = match command.width() + 6 <= page.width {
        true => (command, about),
        false => (
            "quality next".to_owned(),
            "what to fix first, and what it gains",
        ),
    };
    page.next(&command, about);
}
