//! The trend for people: where the score is and where it came from, a row with a sparkline for each curve, and the steps.

use super::series::{self, Series};
use super::spark::sparkline;
use super::{TrendReport, abbreviated};
use crate::day;
use crate::report::escape;
use crate::report::text::Style;
use crate::report::text::page::{Ink, NARROWEST, Page, Span, grouped, shorten, shorten_end};
use crate::report::text::table::{Align, Table, cell};
use crate::trend::{Course, Level};

/// Pages at least this wide have room for gaps in words.
const WIDE: usize = 110;
/// Cells of a sparkline in a table on the narrowest page.
const CELLS: usize = 12;

/// The trend as text. Every line ends with a line feed and fits the width.
pub fn render(report: &TrendReport, style: &Style) -> String {
    if style.quiet {
        return quiet(report, style);
    }
    let mut page = Page::new(style.width, style.color, style.ascii);
    let columns = report.trend.columns();
    head(report, &columns, &mut page);
    let components = series::components(report);
    rows(&components, &columns, &mut page);
    without_number(&components, &mut page);
    directories(&series::directories(report), &columns, &mut page);
    steps(report, &components, &mut page);
    notes(report, &mut page);
    next(report, &mut page);
    page.finish()
}

/// The score and its change alone.
fn quiet(report: &TrendReport, style: &Style) -> String {
    match series::score(report).course {
        Some(course) => format!(
            "quality {}  ({} since {})\n",
            series::tenths(course.last.1),
            series::change(course.first.1, course.last.1, style.ascii),
            day_of(report, course.first.0),
        ),
        None => "quality unknown\n".to_owned(),
    }
}

fn day_of(report: &TrendReport, point: usize) -> String {
    let moment = report.trend.moments.get(point);
    moment
        .and_then(|moment| day::of(moment.point.time))
        .unwrap_or_else(|| "an unknown day".to_owned())
}

fn head(report: &TrendReport, columns: &[usize], page: &mut Page) {
    let mut name = escape::name(report.matter.repository.as_bytes());
    if !report.prefix().is_empty() {
        name = format!("{name}: {}", escape::name(report.prefix()));
    }
    let name = shorten(&name, page.width.saturating_sub(9), page.ascii);
    page.line(&[(Ink::Plain, "trend of ".to_owned()), (Ink::Strong, name)]);
    let points = report.trend.moments.len();
    let last = points.saturating_sub(1);
    let noun = if points == 1 { "point" } else { "points" };
    let span = format!(
        "{} {noun}, {}, {}, definition {}",
        grouped(points as u64),
        report.sampling_words(),
        match last {
            0 => day_of(report, 0),
            last => format!("{} to {}", day_of(report, 0), day_of(report, last)),
        },
        report.matter.definition_id
    );
    page.paragraph(0, Ink::Faint, &span);
    page.gap();
    let score = series::score(report);
    let Some(course) = score.course else {
        page.line(&[(
            Ink::Strong,
            "  No score: nothing could be measured.".to_owned(),
        )]);
        return;
    };
    let known = report
        .trend
        .part(course.last.0, 0)
        .map_or(0, |part| part.known);
    let beside = format!(
        " since {}, over {} % of weight",
        day_of(report, course.first.0),
        known / 10_000
    );
    let change = changed(&course, page.ascii, true);
    let used = 11 + beside.len() + change.1.len();
    let cells = page.width.saturating_sub(used).min(40);
    page.line(&[
        (
            Ink::Strong,
            format!("  {:>5}  ", series::tenths(course.last.1)),
        ),
        (
            Ink::Plain,
            format!("{}  ", spark(&score.levels, columns, cells, page.ascii)),
        ),
        change,
        (Ink::Plain, beside),
    ]);
}

/// The change over a course; red and green say what its sign says.
fn changed(course: &Course, ascii: bool, more_is_better: bool) -> Span {
    let (from, to) = (course.first.1 / 1_000, course.last.1 / 1_000);
    let ink = match (to.cmp(&from), more_is_better) {
        (std::cmp::Ordering::Equal, _) => Ink::Plain,
        (std::cmp::Ordering::Greater, true) | (std::cmp::Ordering::Less, false) => Ink::Good,
        _ => Ink::Bad,
    };
    (ink, series::change(course.first.1, course.last.1, ascii))
}

/// A curve by periods instead of points.
fn spark(levels: &[Level], columns: &[usize], cells: usize, ascii: bool) -> String {
    let columns: Vec<Level> = columns
        .iter()
        .map(|point| levels.get(*point).copied().flatten())
        .collect();
    sparkline(&columns, cells, ascii)
}

fn rows(components: &[Series], columns: &[usize], page: &mut Page) {
    let known: Vec<(&Series, Course)> = components
        .iter()
        .filter_map(|series| Some((series, series.course?)))
        .collect();
    if known.is_empty() {
        return;
    }
    page.gap();
    let is_wide = page.width >= WIDE;
    let cells = CELLS + page.width.saturating_sub(NARROWEST) / 4;
    let mut table = Table::new(
        0,
        &[
            ("Component", Align::Left),
            ("", Align::Left),
            ("First", Align::Right),
            ("Last", Align::Right),
            ("Low", Align::Right),
            ("High", Align::Right),
            ("Change", Align::Right),
            ("Gap", Align::Right),
            ("", Align::Left),
        ],
    );
    for (series, course) in &known {
        let mut row = levels(series, course, columns, cells, page.ascii);
        let (gap, unit) = match series.gaps {
            Some((first, last)) => {
                let ink = match last.cmp(&first) {
                    std::cmp::Ordering::Less => Ink::Good,
                    std::cmp::Ordering::Equal => Ink::Plain,
                    std::cmp::Ordering::Greater => Ink::Bad,
                };
                let unit = if is_wide { series.gap_unit } else { "" };
                ((ink, series::difference(first, last, page.ascii)), unit)
            }
            None => ((Ink::Plain, String::new()), ""),
        };
        row.push(vec![gap]);
        row.push(cell(Ink::Faint, shorten_end(unit, 28, page.ascii)));
        table.row(row);
    }
    table.write(page);
    let legend = "shares in per cent; Gap is how much more is missing, in what is counted";
    page.paragraph(2, Ink::Faint, legend);
}

/// Name, sparkline and numbers of a row.
fn levels(
    series: &Series,
    course: &Course,
    columns: &[usize],
    cells: usize,
    ascii: bool,
) -> Vec<Vec<Span>> {
    let tenths = |level| series::tenths(level);
    vec![
        cell(Ink::Plain, series.name()),
        cell(Ink::Plain, spark(&series.levels, columns, cells, ascii)),
        cell(Ink::Plain, tenths(course.first.1)),
        cell(Ink::Strong, tenths(course.last.1)),
        cell(Ink::Faint, tenths(course.low)),
        cell(Ink::Faint, tenths(course.high)),
        vec![changed(course, ascii, true)],
    ]
}

fn without_number(components: &[Series], page: &mut Page) {
    let names: Vec<String> = components
        .iter()
        .filter(|series| series.course.is_none())
        .map(|series| series.name())
        .collect();
    if !names.is_empty() {
        page.gap();
        let label = "No number at any point  ";
        let text = names.join(", ");
        page.hanging(
            vec![(Ink::Strong, label.to_owned())],
            label.len(),
            Ink::Plain,
            &text,
        );
    }
}

fn directories(directories: &[Series], columns: &[usize], page: &mut Page) {
    if directories.is_empty() {
        return;
    }
    let cells = CELLS + page.width.saturating_sub(NARROWEST) / 4;
    let mut table = Table::new(
        0,
        &[
            ("", Align::Left),
            ("", Align::Left),
            ("First", Align::Right),
            ("Last", Align::Right),
            ("Low", Align::Right),
            ("High", Align::Right),
            ("Change", Align::Right),
            ("Code lines", Align::Right),
        ],
    );
    for series in directories {
        let mut row = match &series.course {
            Some(course) => levels(series, course, columns, cells, page.ascii),
            None => {
                let mut row = vec![
                    cell(Ink::Plain, series.name()),
                    cell(Ink::Faint, "no score"),
                ];
                row.resize(7, Vec::new());
                row
            }
        };
        row.push(cell(Ink::Plain, grouped(series.lines.unwrap_or(0))));
        table.row(row);
    }
    table.write_under("Directories, scores", page);
}

/// Where curves changed most, and how to see what changed.
fn steps(report: &TrendReport, components: &[Series], page: &mut Page) {
    let steps = series::steps(components);
    if steps.is_empty() {
        return;
    }
    page.heading("Largest steps", "");
    let arrow = if page.ascii { "->" } else { "→" };
    let mut table = Table::new(
        0,
        &[
            ("", Align::Left),
            ("", Align::Right),
            ("", Align::Left),
            ("", Align::Left),
        ],
    );
    for (series, step) in steps {
        let id = |at: usize| {
            let moment = report.trend.moments.get(at);
            moment.map_or("", |moment| abbreviated(&moment.point.commit))
        };
        let (from, to) = step.levels;
        table.row(vec![
            cell(Ink::Plain, series.name()),
            cell(
                Ink::Strong,
                format!("{} {arrow} {}", series::tenths(from), series::tenths(to)),
            ),
            cell(
                Ink::Plain,
                format!(
                    "{} to {}",
                    day_of(report, step.from),
                    day_of(report, step.to)
                ),
            ),
            cell(Ink::Faint, format!("{}..{}", id(step.from), id(step.to))),
        ]);
    }
    table.write(page);
}

fn notes(report: &TrendReport, page: &mut Page) {
    let notes = report.notes();
    if notes.is_empty() {
        return;
    }
    page.heading("Notes", "");
    for note in notes {
        let label = vec![(Ink::Faint, "  - ".to_owned())];
        page.hanging(label, 4, Ink::Plain, &escape::terminal(note.as_bytes()));
    }
}

/// What to type next.
fn next(report: &TrendReport, page: &mut Page) {
    let here = if report.prefix().is_empty() {
        Some(String::new())
    } else {
        escape::shell(report.prefix()).map(|prefix| format!(" {prefix}"))
    };
    let command = format!(
        "quality trend{} --format html=trend.html",
        here.unwrap_or_default()
    );
    page.gap();
    let mut line = vec![(Ink::Plain, "Next: ".to_owned())];
    let about = "  a page to share";
    let fits = command.len() + about.len() + 6 <= page.width;
    line.push((Ink::Strong, command));
    if fits {
        line.push((Ink::Faint, about.to_owned()));
    }
    page.line(&line);
}
