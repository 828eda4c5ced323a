//! The score card: a row for each component that has a number, and the reason for each that has none.

use super::super::escape;
use super::super::{Report, Row, millionths};
use super::page::{Ink, Page, counted, decimal_percent, grouped, percent, points};
use super::table::{Align, Table, cell};
use crate::evaluation::State;
use crate::measures::Method;

/// Pages at least this wide have room for gaps in words.
const WIDE: usize = 106;
/// The table of what is known.
pub fn write(report: &Report, page: &mut Page) {
    let rows: Vec<&Row> = report
        .components
        .iter()
        .filter(|row| row.outcome.state.is_known())
        .collect();
    if rows.is_empty() {
        return;
    }
    page.gap();
    let is_wide = page.width >= WIDE;
    let mut table = Table::new(
        if is_wide { 7 } else { 0 },
        &[
            ("Component", Align::Left),
            ("Now", Align::Right),
            ("Target", Align::Right),
            ("", Align::Left),
            ("Score", Align::Right),
            ("Weight", Align::Right),
            ("", Align::Left),
            (if is_wide { "Gap" } else { "" }, Align::Left),
        ],
    );
    if is_wide {
        table = table.of_sentences();
    }
    for row in &rows {
        let score = row.outcome.score.as_ref();
        let share = millionths(row.outcome.good, row.outcome.of).unwrap_or(0);
        let mark = if row.outcome.state == State::LowConfidence {
            "~"
        } else {
            ""
        };
        let gap = match row.outcome.gap() {
            _ if !is_wide => String::new(),
            0 => String::new(),
            gap => counted(gap, row.about.gap),
        };
        table.row(vec![
            cell(Ink::Plain, escape::name(row.component.title.as_bytes())),
            cell(Ink::Plain, format!("{mark}{}", percent(share))),
            cell(Ink::Faint, decimal_percent(row.component.target)),
            page.bar(score, page.cells(10, 10)),
            cell(Ink::Strong, score.map(points).unwrap_or_default()),
            cell(Ink::Faint, row.component.weight.to_string()),
            cell(Ink::Faint, method(row)),
            cell(Ink::Plain, gap),
        ]);
    }
    table.write(page);
    if rows
        .iter()
        .any(|row| row.outcome.state == State::LowConfidence)
    {
        page.paragraph(2, Ink::Faint, "~ low confidence: too few to rely on");
    }
    let strict: Vec<String> = rows
        .iter()
        .filter(|row| row.outcome.waived > 0)
        .map(|row| {
            let share = millionths(row.outcome.strict_good(), row.outcome.of).unwrap_or(0);
            let title = escape::name(row.component.title.as_bytes());
            format!("{title} {}", percent(share))
        })
        .collect();
    if !strict.is_empty() {
        let text = format!("without waivers: {}", strict.join(", "));
        page.paragraph(2, Ink::Faint, &text);
    }
    let unknown = report
        .components
        .iter()
        // A rule of thumb leaves out functions, not files; its notes say which.
        .filter(|row| row.method != Some(Method::Heuristic))
        .map(|row| row.outcome.unknown)
        .max()
        .unwrap_or(0);
    if unknown > 0 {
        let text = format!(
            "{} could not be judged: on neither side of a share",
            counted(unknown, "files")
        );
        page.paragraph(2, Ink::Faint, &text);
    }
}

/// The method, where it is not exact.
fn method(row: &Row) -> &'static str {
    match row.method {
        None | Some(Method::Exact) => "",
        Some(method) => method.word(),
    }
}

/// What has no number, why, and how to get it.
pub fn missing(report: &Report, page: &mut Page) {
    let weightless = "lowers neither the score nor what is known";
    let known = report.known();
    let beside = format!(
        "not in the score; {} of weight is known",
        super::whole_percent(known.weight_millionths)
    );
    group(report, page, State::Unavailable, "Not measured", &beside);
    group(
        report,
        page,
        State::Stale,
        "Out of date",
        "not in the score",
    );
    group(
        report,
        page,
        State::NotApplicable,
        "Not applicable",
        weightless,
    );
}

fn group(report: &Report, page: &mut Page, state: State, title: &str, beside: &str) {
    let mut rows: Vec<&Row> = report
        .components
        .iter()
        .filter(|row| row.outcome.state == state)
        .collect();
    if rows.is_empty() {
        return;
    }
    // Rows with one repair stand together, where the first of them stood.
    let repairs: Vec<Option<&str>> = rows.iter().map(|row| row.repair.as_deref()).collect();
    rows.sort_by_key(|row| {
        let repair = row.repair.as_deref();
        repairs.iter().position(|known| *known == repair)
    });
    page.heading(title, beside);
    const LABEL: usize = 25;
    for (position, row) in rows.iter().enumerate() {
        let title = escape::name(row.component.title.as_bytes());
        let title = super::page::shorten(&title, LABEL - 3, page.ascii);
        let label = vec![(Ink::Plain, super::page::pad(&format!("  {title}"), LABEL))];
        let reason = escape::terminal(row.reason.as_deref().unwrap_or_default().as_bytes());
        page.hanging(label, LABEL, Ink::Plain, &reason);
        // Neighbours with one repair share its line.
        let repair_at = |position: usize| rows.get(position).and_then(|row| row.repair.as_ref());
        if let Some(repair) = &row.repair
            && repair_at(position + 1) != Some(repair)
        {
            let shared = position > 0 && repair_at(position - 1) == Some(repair);
            let each = if shared { "each: " } else { "" };
            let repair = format!("{each}{}", escape::terminal(repair.as_bytes()));
            let arrow = if page.ascii { "-> " } else { "→ " };
            page.hanging(
                vec![
                    (Ink::Plain, " ".repeat(LABEL)),
                    (Ink::Faint, arrow.to_owned()),
                ],
                LABEL + arrow.chars().count(),
                Ink::Faint,
                &repair,
            );
        }
    }
}

/// A count for a column.
pub fn number(count: u64) -> String {
    if count == 0 {
        String::new()
    } else {
        grouped(count)
    }
}
