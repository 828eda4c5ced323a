//! The report for people: the score, what it is made of, what is missing, and where it is worst.

mod beside;
mod card;
pub(in crate::report) mod page;
pub(in crate::report) mod table;
mod tree;

use crate::day;

use super::Report;
use super::escape;
pub use page::grouped;
use page::{Ink, Page, counted, percent, points, whole_percent};

/// How a report is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns of the page; kept between 60 and 120.
    pub width: usize,
    /// Draw with colours.
    pub color: bool,
    /// Draw with ASCII only. Names keep the characters they have.
    pub ascii: bool,
    /// How many levels of directories.
    pub depth: usize,
    /// In which order.
    pub sort: Sort,
    /// The score alone.
    pub quiet: bool,
}

/// The order of directories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// By name.
    Name,
    /// Lowest score first.
    Score,
}

impl Default for Style {
    /// What a file gets: as narrow as any page, without colour.
    fn default() -> Self {
        Self {
            width: page::NARROWEST,
            color: false,
            ascii: false,
            depth: 2,
            sort: Sort::Name,
            quiet: false,
        }
    }
}

/// The report as text. Every line ends with a line feed and fits the width.
pub fn render(report: &Report, style: &Style) -> String {
    if style.quiet {
        return quiet(report);
    }
    let mut page = Page::new(style.width, style.color, style.ascii);
    head(report, &mut page);
    card::write(report, &mut page);
    card::missing(report, &mut page);
    beside::first(report, &mut page);
    tree::directories(report, style, &mut page);
    tree::languages(report, &mut page);
    beside::hot(report, &mut page);
    beside::left_out(report, &mut page);
    beside::unread(report, &mut page);
    beside::notes(report, &mut page);
    beside::next(report, &mut page);
    page.finish()
}

fn quiet(report: &Report) -> String {
    match &report.root.scope.score {
        Some(score) => {
            let range = report.range().map(|range| format!(" ({range})"));
            format!(
                "quality {}{}  ({})\n",
                points(score),
                range.unwrap_or_default(),
                basis(report)
            )
        }
        None => format!(
            "quality unknown  ({})\n",
            report.reason_without_score().unwrap_or_default()
        ),
    }
}

/// What the score rests on.
fn basis(report: &Report) -> String {
    let known = report.known();
    format!(
        "{} of {} components, {} of weight",
        known.known,
        known.applicable,
        whole_percent(known.weight_millionths)
    )
}

/// The score, large enough to be seen first.
fn head(report: &Report, page: &mut Page) {
    let mut about = Vec::new();
    if let Some(head) = report.head {
        about.push(format!("commit {}", head.id.get(..10).unwrap_or(&head.id)));
        about.extend(day::of(head.time));
    }
    about.push(format!("definition {}", report.definition_id));
    let room = page.width.saturating_sub(10);
    let mut name = escape::name(report.matter.repository.as_bytes());
    if !report.matter.prefix.is_empty() {
        name = format!("{name}: {}", escape::name(&report.matter.prefix));
    }
    let name = page::shorten(&name, room, page.ascii);
    page.line(&[(Ink::Plain, "quality of ".to_owned()), (Ink::Strong, name)]);
    page.paragraph(0, Ink::Faint, &about.join(", "));
    page.gap();
    let Some(score) = &report.root.scope.score else {
        let reason = report.reason_without_score().unwrap_or_default();
        page.line(&[(Ink::Strong, format!("  No score: {reason}."))]);
        return;
    };
    let beside = format!("  over {}", basis(report));
    let cells = page.width.saturating_sub(beside.len() + 12).min(40);
    let mut line = vec![(Ink::Strong, format!("  {:>5}  ", points(score)))];
    line.extend(page.bar(Some(score), cells));
    line.push((Ink::Plain, beside));
    page.line(&line);
    if let Some(strict) = &report.root.scope.strict_score {
        let text = format!("         {} without waivers", points(strict));
        page.line(&[(Ink::Plain, text)]);
    }
    if let Some(range) = report.range() {
        page.paragraph(9, Ink::Middling, &lost(report, &range));
    }
    verdict(report, page);
}

/// Between what the score lies, and because of which files.
fn lost(report: &Report, range: &str) -> String {
    let first = report.open.first().map(|(path, _)| {
        let name = page::shorten(&escape::name(path.as_bytes()), 40, true);
        match report.open.len() {
            1 => name,
            count => format!("{name} and {}", counted(count as u64 - 1, "more files")),
        }
    });
    format!("({range}: {} could not be read)", first.unwrap_or_default())
}

/// Whether the bar is reached, where one is set.
fn verdict(report: &Report, page: &mut Page) {
    let Some(bar) = report.matter.fail_under else {
        return;
    };
    let (ink, words) = match report.passed() {
        Some(false) => (Ink::Bad, format!("below the bar of {bar}")),
        Some(true) => (Ink::Good, format!("reaches the bar of {bar}")),
        None => (
            Ink::Middling,
            format!("what could not be read decides about the bar of {bar}"),
        ),
    };
    page.line(&[(ink, format!("         {words}"))]);
}

/// A share of changes.
fn share_of(part: u64, whole: u64) -> String {
    percent(super::millionths(part, whole).unwrap_or(0))
}
