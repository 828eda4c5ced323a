//! Explanations for people.

mod component;
mod path;

use unicode_width::UnicodeWidthStr;

use super::points::contributions;
use super::{ExplainReport, Explained, OfCapture, OfClass};
use crate::class::Class;
use crate::definition::Preset;
use crate::definition::data::preset_names;
use crate::facts::role::SUBJECTS;
use crate::report::escape;
use crate::report::text::Style;
use crate::report::text::page::{
    Ink, NARROWEST, Page, Span, counted, decimal_percent, grouped, pad, percent, points, shorten,
};
use crate::report::text::table::{Align, Table, cell};
use crate::report::{Judged, Unjudged};
use crate::report::{Row, lost_words, millionths};

/// Columns of the label before a fact.
const LABEL: usize = 12;

/// The explanation as text. Every line ends with a line feed and fits the width, but for readings.
pub fn render(report: &ExplainReport, style: &Style) -> String {
    let mut page = Page::new(style.width, style.color, style.ascii);
    match &report.explained {
        Explained::Score => score(report, &mut page),
        Explained::Component(component) => component::of_component(report, component, &mut page),
        Explained::Path(path) => path::of_path(report, path, &mut page),
        Explained::Class(class) => of_class(report, class, &mut page),
        Explained::Capture(capture) => of_capture(capture, &mut page),
        Explained::List => list(report, &mut page),
    }
    page.finish()
}

/// `flask`, or `flask: src/api`.
fn name_of(report: &ExplainReport) -> String {
    let name = escape::name(report.scan.matter.repository.as_bytes());
    match report.scan.matter.prefix.as_slice() {
        [] => name,
        prefix => format!("{name}: {}", escape::name(prefix)),
    }
}

fn title(row: &Row) -> String {
    escape::name(row.component.title.as_bytes())
}

fn fact(page: &mut Page, label: &str, text: &str) {
    let label = vec![(Ink::Faint, pad(&format!("  {label}"), LABEL))];
    page.hanging(label, LABEL, Ink::Plain, text);
}

/// Hundredths of a point.
fn hundredths(points: u64) -> String {
    format!("{}.{:02}", points / 100, points % 100)
}

fn score(report: &ExplainReport, page: &mut Page) {
    let scope = &report.root().scope;
    page.line(&[
        (Ink::Plain, "the score of ".to_owned()),
        (Ink::Strong, name_of(report)),
    ]);
    let Some(score) = &scope.score else {
        let reason = report.scan.reason_without_score().unwrap_or_default();
        page.paragraph(0, Ink::Plain, &format!("There is none: {reason}."));
        page.next("quality scan", "what is known");
        return;
    };
    page.paragraph(
        0,
        Ink::Plain,
        "Each component's share lies somewhere from its floor, which scores 0, to its target, which scores 100. The \
         score is the mean of those, by weight. What has no number and what has no weight takes no part.",
    );
    page.gap();
    let rows = &report.scan.components;
    let parts = contributions(rows, scope, 100);
    // A narrow page has the sum; `explain ID` has the rest.
    let is_wide = page.width >= NARROWEST;
    let wide = |text: String| if is_wide { text } else { String::new() };
    let mut table = Table::new(
        0,
        &[
            ("Component", Align::Left),
            (if is_wide { "Good" } else { "" }, Align::Right),
            (if is_wide { "of" } else { "" }, Align::Right),
            ("Share", Align::Right),
            (if is_wide { "from" } else { "" }, Align::Right),
            (if is_wide { "to" } else { "" }, Align::Right),
            ("Score", Align::Right),
            ("Weight", Align::Right),
            ("Points", Align::Right),
        ],
    );
    for ((row, outcome), part) in rows.iter().zip(&scope.outcomes).zip(&parts) {
        let (Some(own), Some(part)) = (&outcome.score, part) else {
            continue;
        };
        if row.component.weight.millionths() == 0 {
            continue;
        }
        let share = millionths(outcome.good, outcome.of).unwrap_or(0);
        table.row(vec![
            cell(Ink::Plain, title(row)),
            cell(Ink::Plain, wide(grouped(outcome.good))),
            cell(Ink::Plain, wide(grouped(outcome.of))),
            cell(Ink::Plain, percent(share)),
            cell(Ink::Faint, wide(decimal_percent(row.component.floor))),
            cell(Ink::Faint, wide(decimal_percent(row.component.target))),
            cell(Ink::Plain, points(own)),
            cell(Ink::Faint, row.component.weight.to_string()),
            cell(Ink::Strong, hundredths(*part)),
        ]);
    }
    let known = scope.known_weight.to_string();
    let sum: u64 = parts.iter().flatten().sum();
    let mut last = vec![Vec::new(); 9];
    last[0] = cell(Ink::Strong, "The score");
    last[7] = cell(Ink::Strong, known.clone());
    last[8] = cell(Ink::Strong, hundredths(sum));
    table.row(last);
    table.write(page);
    page.gap();
    let text = format!(
        "Points of a component: its score × its weight ÷ {known}. All numbers are rounded down; what that leaves is given \
         to the components that lost most by it, so that the points add up to {}.",
        hundredths(score.floor_hundred(100)),
    );
    page.paragraph(0, Ink::Faint, &text);
    let without: Vec<String> = rows
        .iter()
        .filter(|row| row.component.weight.millionths() > 0 && !row.outcome.state.is_known())
        .map(|row| format!("{} ({})", title(row), row.outcome.state.word()))
        .collect();
    if !without.is_empty() {
        let text = format!("Not in the score: {}.", without.join(", "));
        page.paragraph(0, Ink::Faint, &text);
    }
    if let Some(strict) = &scope.strict_score {
        let text = format!("Without waivers it would be {}.", points(strict));
        page.paragraph(0, Ink::Plain, &text);
    }
    let heaviest = rows.iter().zip(&scope.outcomes).zip(&parts);
    let heaviest = heaviest
        .filter(|((row, outcome), part)| {
            outcome.gap() > 0 && part.is_some() && row.component.weight.millionths() > 0
        })
        .min_by_key(|((_, outcome), _)| outcome.score.as_ref().map(|own| own.floor_hundred(100)));
    match heaviest {
        Some(((row, _), _)) => {
            let command = format!("quality explain {}", row.component.id);
            page.next(&command, "the lowest of them");
        }
        None => page.next("quality scan", "the score card"),
    }
}

fn write_judged(judged: &Judged, title: Option<&str>, page: &mut Page) {
    let mut place = judged
        .path
        .map(|path| escape::name(path.as_bytes()))
        .unwrap_or_default();
    if let Some(line) = judged.line {
        place.push_str(&format!(":{line}"));
    }
    let name = judged
        .name
        .as_deref()
        .map(|name| escape::name(name.as_bytes()));
    let reason = judged.reason.as_deref();
    let reason = reason.map(|reason| escape::terminal(reason.as_bytes()));
    // Most reasons name what they are about.
    let named = |name: &String| reason.as_ref().is_some_and(|reason| reason.contains(name));
    let name = name.filter(|name| !named(name));
    let words: Vec<String> = [name, reason].into_iter().flatten().collect();
    let amount = format!("{} of {}", judged.reading.good, judged.reading.of);
    let mut line = vec![(Ink::Plain, "  ".to_owned())];
    if let Some(title) = title {
        line.push((Ink::Faint, pad(&shorten(title, 22, page.ascii), 24)));
    }
    if !place.is_empty() {
        line.push((Ink::Plain, format!("{place}  ")));
    }
    line.push((Ink::Strong, amount));
    with_words(page, line, &words.join(": "));
}

/// A line, and words behind it where they fit, or below it where they do not. Places are never cut: they are copied.
fn with_words(page: &mut Page, mut line: Vec<Span>, words: &str) {
    let used: usize = line.iter().map(|(_, text)| text.width()).sum();
    if used + words.width() + 2 <= page.width {
        line.push((Ink::Plain, format!("  {words}")));
        page.line(&line);
    } else {
        page.line(&line);
        page.paragraph(6, Ink::Plain, words);
    }
}

fn unjudged(unknown: &[Unjudged], most: usize, page: &mut Page) {
    if unknown.is_empty() {
        return;
    }
    let shown = unknown.len().min(most);
    let beside = match unknown.len() > shown {
        true => format!("{shown} of {}; on neither side of a share", unknown.len()),
        false => "on neither side of a share".to_owned(),
    };
    page.heading("Could not be judged", &beside);
    for told in unknown.iter().take(shown) {
        let mut place = told
            .path
            .map(|path| escape::name(path.as_bytes()))
            .unwrap_or_default();
        if let Some(line) = told.line {
            place.push_str(&format!(":{line}"));
        }
        let why = match told.lost {
            crate::facts::Lost::NotProven(why) => escape::terminal(why.as_bytes()),
            lost => lost_words(lost).to_owned(),
        };
        with_words(page, vec![(Ink::Plain, format!("  {place}"))], &why);
    }
}

fn of_class(report: &ExplainReport, explained: &OfClass, page: &mut Page) {
    let class = Class::ALL
        .iter()
        .find(|class| class.name() == explained.name);
    let about = class.map_or("", |class| class.about());
    page.line(&[
        (Ink::Strong, explained.name.to_owned()),
        (Ink::Plain, format!(": {about}")),
    ]);
    if explained.reasons.is_empty() {
        page.paragraph(
            0,
            Ink::Plain,
            &format!("No file of {} is.", name_of(report)),
        );
    }
    for (reason, paths) in &explained.reasons {
        let reason = match *reason {
            "" => "everything else in a language",
            reason => reason,
        };
        page.heading(reason, &counted(paths.len() as u64, "files"));
        let shown = match report.all {
            true => paths.len(),
            false => paths.len().min(report.most),
        };
        for path in paths.iter().take(shown) {
            page.line(&[(Ink::Plain, format!("  {}", escape::name(path.as_bytes())))]);
        }
        if paths.len() > shown {
            let text = format!("  and {} more; --all shows every one", paths.len() - shown);
            page.line(&[(Ink::Faint, text)]);
        }
    }
    page.next("quality explain --list", "what else can be explained");
}

fn of_capture(explained: &OfCapture, page: &mut Page) {
    page.line(&[
        (Ink::Strong, format!("@{}", explained.name)),
        (Ink::Plain, ", what queries mark in source".to_owned()),
    ]);
    page.paragraph(0, Ink::Plain, explained.about);
    let text = match explained.languages.as_slice() {
        [] => "No language uses it.".to_owned(),
        languages => format!("Used by {}.", languages.join(", ")),
    };
    page.paragraph(0, Ink::Faint, &text);
    page.next("quality explain --list", "what else can be explained");
}

fn list(report: &ExplainReport, page: &mut Page) {
    page.line(&[(Ink::Strong, "What can be explained".to_owned())]);
    page.heading("Components", "quality explain ID");
    let mut table = Table::new(
        2,
        &[("", Align::Left), ("", Align::Left), ("", Align::Left)],
    )
    .of_sentences();
    for row in &report.scan.components {
        table.row(vec![
            cell(Ink::Plain, row.component.id.clone()),
            cell(Ink::Faint, row.outcome.state.word()),
            cell(Ink::Plain, crate::measures::meaning(&row.component.measure)),
        ]);
    }
    table.write(page);
    page.heading("Classes of files", "quality explain NAME");
    let mut table = Table::new(1, &[("", Align::Left), ("", Align::Left)]).of_sentences();
    for class in Class::ALL {
        table.row(vec![
            cell(Ink::Plain, class.name().replace(' ', "-")),
            cell(Ink::Plain, class.about()),
        ]);
    }
    table.write(page);
    page.heading("Captures", "quality explain @NAME");
    let captures: Vec<&str> = SUBJECTS.iter().map(|(_, name)| *name).collect();
    page.paragraph(2, Ink::Plain, &captures.join(", "));
    page.heading("Presets", "what measures know of libraries by name");
    let purposes: Vec<&str> = Preset::all().map(Preset::name).collect();
    page.item(&format!(
        "purposes of preferred-imports: {}",
        purposes.join(", ")
    ));
    page.item(&format!(
        "data and locks: {}",
        preset_names().collect::<Vec<_>>().join(", ")
    ));
    page.heading("Besides", "");
    page.item("`quality explain score` or nothing: the arithmetic of the score");
    page.item("`quality explain PATH`: a file or a directory");
    page.next("quality explain", "the arithmetic of the score");
}
