//! A component, explained to people.

use super::super::points::contributions;
use super::super::{ExplainReport, OfComponent};
use super::{fact, hundredths, name_of, title, unjudged, write_judged};
use crate::definition::PatternSet;
use crate::evaluation::{Outcome, Scope};
use crate::measures::precision;
use crate::report::Judged;
use crate::report::escape;
use crate::report::text::page::{Ink, Page, counted, decimal_percent, grouped, percent, points};
use crate::report::text::table::{Align, Table, cell};
use crate::report::{Row, millionths};

pub(super) fn of_component(report: &ExplainReport, explained: &OfComponent, page: &mut Page) {
    let row = report.row(explained.position);
    let component = row.component;
    page.line(&[
        (Ink::Strong, title(row)),
        (
            Ink::Plain,
            format!(" ({}) of {}", component.id, name_of(report)),
        ),
    ]);
    page.paragraph(0, Ink::Plain, explained.meaning);
    page.paragraph(0, Ink::Faint, row.about.why);
    page.gap();
    numbers(report, explained, page);
    places(row, explained, page);
    gaps(report, explained, page);
    beside(report, explained, page);
    let command = format!("quality next --component {}", component.id);
    let mends = row.outcome.gap() > 0 && component.weight.millionths() > 0 && !row.about.by_change;
    match mends {
        true => page.next(&command, "what to fix first"),
        false => page.next("quality explain", "the arithmetic of the score"),
    }
}

/// The number and how it comes about.
fn numbers(report: &ExplainReport, explained: &OfComponent, page: &mut Page) {
    let row = report.row(explained.position);
    let (component, outcome) = (row.component, &row.outcome);
    let share = millionths(outcome.good, outcome.of);
    let (target, floor) = (
        decimal_percent(component.target),
        decimal_percent(component.floor),
    );
    if let (Some(score), Some(share)) = (&outcome.score, share) {
        let amount = format!(
            "{} of {}, {}",
            grouped(outcome.good),
            counted(outcome.of, row.about.unit),
            percent(share)
        );
        fact(page, "good", &amount);
        let formula = format!(
            "{} = ({} ÷ {} - {floor}) ÷ ({target} - {floor}), at least 0 and at most 100",
            points(score),
            grouped(outcome.good),
            grouped(outcome.of),
        );
        fact(page, "score", &formula);
        let parts = contributions(&report.scan.components, &report.root().scope, 100);
        let part = parts.get(explained.position).copied().flatten();
        let weight = match (part, component.weight.millionths()) {
            (_, 0) => "0: it is shown and not counted".to_owned(),
            (Some(part), _) => format!(
                "{} of {}, which gives {} of the {} points",
                component.weight,
                report.root().scope.known_weight,
                hundredths(part),
                report
                    .root()
                    .scope
                    .score
                    .as_ref()
                    .map(points)
                    .unwrap_or_default(),
            ),
            (None, _) => component.weight.to_string(),
        };
        fact(page, "weight", &weight);
    } else {
        let reason = row.reason.clone().unwrap_or_default();
        let text = format!(
            "{}: {}",
            outcome.state.word(),
            escape::terminal(reason.as_bytes())
        );
        fact(page, "no number", &text);
        if let Some(repair) = &row.repair {
            fact(page, "repair", &escape::terminal(repair.as_bytes()));
        }
        let text = format!(
            "target {target}, floor {floor}, weight {}",
            component.weight
        );
        fact(page, "bars", &text);
    }
    if let Some(strict) = &outcome.strict_score {
        let text = format!(
            "{} without waivers: {} of {}",
            points(strict),
            grouped(outcome.strict_good()),
            grouped(outcome.of)
        );
        fact(page, "strict", &text);
    }
    if let Some(method) = row.method {
        fact(page, "method", method.word());
    }
    if let Some(precision) = precision(&component.measure) {
        fact(page, "precision", precision);
    }
    let level = serde_json::to_value(component.level).unwrap_or_default();
    fact(page, "level", level.as_str().unwrap_or_default());
    let settings: Vec<String> = explained
        .settings
        .iter()
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    if !settings.is_empty() {
        let settings = escape::terminal(settings.join(", ").as_bytes());
        fact(page, "settings", &settings);
    }
    let written: Vec<String> = explained
        .written
        .iter()
        .map(|(key, place)| format!("{key} at {place}"))
        .collect();
    match written.is_empty() {
        true => fact(page, "origin", "all of it is built in"),
        false => {
            let text = format!("{}; the rest is built in", written.join(", "));
            fact(page, "origin", &escape::terminal(text.as_bytes()));
        }
    }
    let globs = |label: &str, set: &PatternSet, page: &mut Page| {
        let globs: Vec<&str> = set.patterns().iter().map(|one| one.text.as_str()).collect();
        if !globs.is_empty() {
            fact(page, label, &escape::terminal(globs.join(", ").as_bytes()));
        }
    };
    globs("paths", &component.paths.paths, page);
    globs("except", &component.paths.except, page);
    globs("examples", &component.examples, page);
}

/// Where it is worst and where nothing is missing.
fn places(row: &Row, explained: &OfComponent, page: &mut Page) {
    let table = |scopes: &[(&Scope, &Outcome)]| {
        let mut table = Table::new(
            0,
            &[("", Align::Left), ("", Align::Right), ("", Align::Left)],
        );
        for (scope, outcome) in scopes {
            let share = millionths(outcome.good, outcome.of).unwrap_or(0);
            let amount = match outcome.gap() {
                0 => counted(outcome.of, row.about.unit),
                gap => counted(gap, row.about.gap),
            };
            table.row(vec![
                cell(Ink::Plain, escape::name(&scope.name)),
                cell(Ink::Strong, percent(share)),
                cell(Ink::Faint, amount),
            ]);
        }
        table
    };
    if !explained.worst.is_empty() {
        page.heading(
            "Where most is missing",
            "directories, with everything below them",
        );
        table(&explained.worst).write(page);
    }
    if !explained.best.is_empty() {
        page.heading("Where nothing is missing", "");
        table(&explained.best).write(page);
    }
}

/// Readings, as one line each: nothing in them is cut, so that they can be searched.
fn gaps(report: &ExplainReport, explained: &OfComponent, page: &mut Page) {
    let row = report.row(explained.position);
    let missing = explained
        .readings
        .iter()
        .filter(|judged| judged.reading.gap() > 0 || judged.waived > 0)
        .count();
    let shown: Vec<&Judged> = match report.all {
        true => explained.readings.iter().collect(),
        false => explained
            .readings
            .iter()
            .take(missing.min(report.most))
            .collect(),
    };
    if shown.is_empty() {
        return;
    }
    let beside = match report.all {
        true => format!("all {}", explained.readings.len()),
        false if shown.len() < missing => {
            format!("{} of {missing}; --all shows every reading", shown.len())
        }
        false => String::new(),
    };
    let heading = if report.all {
        "Readings"
    } else {
        "Largest gaps"
    };
    page.heading(heading, &beside);
    for judged in &shown {
        write_judged(judged, None, page);
    }
    if report.all {
        let sum = |of: fn(&Judged) -> u64| explained.readings.iter().map(of).sum::<u64>();
        let text = format!(
            "  {} of {} in all",
            grouped(sum(|judged| judged.reading.good)),
            counted(sum(|judged| judged.reading.of), row.about.unit),
        );
        page.line(&[(Ink::Strong, text)]);
    }
    if let Some(example) = &explained.example {
        let mut words = format!("Like {}", escape::name(example.path.as_bytes()));
        if let Some(line) = example.line {
            words.push_str(&format!(":{line}"));
        }
        if let Some(name) = &example.name {
            words.push_str(&format!(" {}", escape::name(name.as_bytes())));
        }
        if !example.differs.is_empty() {
            words.push_str(&format!(" ({})", example.differs.join("; ")));
        }
        words.push_str(", the nearest to the first that passes");
        page.paragraph(2, Ink::Good, &words);
    }
}

/// What stands beside the number: what is unknown, waivers, notes, lists.
fn beside(report: &ExplainReport, explained: &OfComponent, page: &mut Page) {
    unjudged(&explained.unknown, report.most, page);
    let waivers: Vec<_> = report.waivers(explained.position).collect();
    if !waivers.is_empty() {
        page.heading("Waivers", "");
        for declared in waivers {
            let waived = declared.waived;
            let at = match declared.path {
                Some(path) => format!("{}:{}", escape::name(path.as_bytes()), waived.line),
                None => format!("the definition, line {}", waived.line),
            };
            let text = format!(
                "{at}: {}, {}: {}",
                waived.state.word(),
                counted(waived.subjects, "subjects"),
                escape::terminal(waived.reason.as_bytes())
            );
            page.item(&text);
        }
    }
    let row = report.row(explained.position);
    if !row.notes.is_empty() {
        page.heading("Notes", "");
        for note in row.notes {
            page.item(&escape::terminal(note.as_bytes()));
        }
    }
    for listed in report.lists(explained.position) {
        let count = listed.entries.len();
        if count == 0 {
            continue;
        }
        let shown = count.min(report.most);
        let beside = match count > shown {
            true => format!("{shown} of {}", grouped(count as u64)),
            false => String::new(),
        };
        page.heading(&format!("List: {}", listed.list.name), &beside);
        page.paragraph(
            2,
            Ink::Faint,
            &escape::terminal(listed.list.about.as_bytes()),
        );
        for entry in listed.entries.iter().take(shown) {
            let places: Vec<String> = entry
                .places
                .iter()
                .map(|(path, line)| {
                    let path = escape::name(path.as_bytes());
                    line.map_or(path.clone(), |line| format!("{path}:{line}"))
                })
                .collect();
            let words = escape::terminal(entry.entry.words.as_bytes());
            let text = match places.as_slice() {
                [] => words,
                places => format!("{}: {words}", places.join(" and ")),
            };
            page.item(&text);
        }
    }
}
