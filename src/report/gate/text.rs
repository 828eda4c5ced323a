//! The verdict for people: at most 25 lines, the most important first.
//!
//! As much is said as fits: the page is drawn with ever fewer places until it does.

mod command;
mod findings;
mod places;

use super::select::{self, REGRESSIONS, Worst, worst};
use super::{End, GateReport, points, words};
use crate::gate::{Delta, Verdict, units};
use crate::report::escape;
use crate::report::text::Style;
use crate::report::text::page::{Ink, Page, counted, grouped, shorten, shorten_end};

/// Most lines of a page.
pub const MOST_LINES: usize = 25;
/// Most places that are worth trying.
const MOST_PLACES: usize = 12;
/// Widest name of an end of the change.
const WIDEST_LABEL: usize = 24;
/// Widest place; the rest of the line says what is wrong there.
const WIDEST_PLACE: usize = 40;

/// How much is said.
#[derive(Clone, Copy)]
struct Room {
    /// Places that got worse.
    places: usize,
    /// Entries of every other list.
    listed: usize,
    /// Notes.
    notes: usize,
    /// The subjects that moved the score.
    with_movers: bool,
}

impl Room {
    /// From what would be nice down to what must be.
    fn all() -> impl Iterator<Item = Self> {
        (0..=MOST_PLACES).rev().map(|places| Self {
            places,
            listed: places.min(3),
            notes: if places > 2 { 2 } else { 0 },
            with_movers: places > 1,
        })
    }
}

/// The report as text. Every line ends with a line feed and fits the width; there are 25 at most, or one if it is quiet.
pub fn render(report: &GateReport, style: &Style) -> String {
    if style.quiet {
        return format!("{}\n", words::headline(report));
    }
    let failing = worst(report, Delta::gates, &REGRESSIONS, MOST_PLACES);
    let mut text = String::new();
    for room in Room::all() {
        text = draw(report, style, &failing, room);
        if text.lines().count() <= MOST_LINES {
            break;
        }
    }
    text
}

fn draw(report: &GateReport, style: &Style, failing: &Worst, room: Room) -> String {
    let mut page = Page::new(style.width, style.color, style.ascii);
    head(report, &mut page);
    page.gap();
    places::write(report, failing, room.places, &mut page);
    let are_there = findings::write(report, room.listed, &mut page);
    if are_there || failing.subjects() > 0 {
        page.gap();
    }
    findings::beside(report, &mut page);
    score(report, room, &mut page);
    for note in report.matter.notes.iter().take(room.notes) {
        line(&mut page, Ink::Faint, &escape::terminal(note.as_bytes()));
    }
    command::write(report, &mut page);
    page.finish()
}

/// The verdict, and what was compared.
fn head(report: &GateReport, page: &mut Page) {
    let ink = match report.verdict() {
        Verdict::Passed => Ink::Good,
        Verdict::Inconclusive => Ink::Middling,
        Verdict::Failed => Ink::Bad,
    };
    page.paragraph(0, ink, &words::headline(report));
    let arrow = arrow(page);
    let matter = &report.matter;
    let [base, head] = [&matter.base, &matter.head].map(|end| label(end, page.ascii));
    let (known, applicable) = select::measured(report);
    let mut text = format!("{base}{arrow}{head}");
    if matter.commits > 0 {
        text.push_str(&format!(", {}", counted(matter.commits, "commits")));
    }
    let components = counted(applicable, "components");
    text.push_str(&format!(", {} of {components} measured", grouped(known)));
    line(page, Ink::Faint, &text);
}

fn label(end: &End, ascii: bool) -> String {
    let (label, commit) = words::names(end);
    let label = shorten(&escape::terminal(label.as_bytes()), WIDEST_LABEL, ascii);
    match commit {
        Some(commit) => format!("{label} {}", escape::terminal(commit.as_bytes())),
        None => label,
    }
}

/// The score, why it moved, and what moved it most.
fn score(report: &GateReport, room: Room, page: &mut Page) {
    let parts = &report.comparison.parts;
    let points = |score| points::points(units(score));
    let arrow = arrow(page);
    let text = match (&parts.base, &parts.head, points::sum(report, false)) {
        (None, None, _) => "Score: none on either side".to_owned(),
        (None, head, _) => format!("Score: none at the base, {} now", points(head.as_ref())),
        (base, None, _) => format!("Score: {} at the base, none now", points(base.as_ref())),
        (Some(_), Some(head), _) if points::is_unmoved(report) => {
            format!("Score {}, unchanged", points(Some(head)))
        }
        (base, head, sum) => format!(
            "Score {}{arrow}{}: {}",
            points(base.as_ref()),
            points(head.as_ref()),
            sum.unwrap_or_default()
        ),
    };
    page.paragraph(0, Ink::Plain, &text);
    if !room.with_movers {
        return;
    }
    let movers = report.comparison.movers.iter();
    let movers: Vec<(String, String)> = movers
        .filter_map(|mover| {
            let place = shorten(&name(mover.path.as_bytes(), mover.line), 36, page.ascii);
            let delta = report.comparison.components.get(mover.position)?;
            let title = escape::name(delta.component.title.as_bytes());
            Some((points::effect(mover)?, format!("{place} ({title})")))
        })
        .collect();
    let width = movers.iter().map(|(effect, _)| effect.len()).max();
    for (at, (effect, place)) in movers.iter().enumerate() {
        let label = if at == 0 { "most by" } else { "" };
        let width = width.unwrap_or(0);
        line(
            page,
            Ink::Faint,
            &format!("  {label:7} {effect:>width$} {place}"),
        );
    }
}

/// One line that loses its end where it is too long.
fn line(page: &mut Page, ink: Ink, text: &str) {
    let text = shorten_end(text, page.width, page.ascii);
    page.line(&[(ink, text)]);
}

/// A place as an editor takes it.
fn name(path: &[u8], line: Option<u32>) -> String {
    let path = escape::name(path);
    match line {
        Some(line) => format!("{path}:{line}"),
        None => path,
    }
}

fn arrow(page: &Page) -> &'static str {
    if page.ascii { " -> " } else { " → " }
}
