//! A file or a directory, explained to people.

use super::super::{ExplainReport, OfPath};
use super::{hundredths, name_of, title, unjudged, write_judged};
use crate::class::Class;
use crate::codebase::{Content, File};
use crate::day;
use crate::evaluation::Scope;
use crate::report::escape;
use crate::report::text::page::{
    Ink, Page, counted, decimal_percent, grouped, percent, points, shorten_end,
};
use crate::report::text::table::{Align, Table, cell};
use crate::report::{lost_words, millionths};

/// How many of the changes of a file are shown.
const CHANGES: usize = 3;

pub(super) fn of_path(report: &ExplainReport, explained: &OfPath, page: &mut Page) {
    let name = match explained.path {
        [] => name_of(report),
        path => escape::name(path),
    };
    page.line(&[(Ink::Strong, name)]);
    match explained.file {
        Some(file) => about_file(file, explained, page),
        None => about_directory(explained, page),
    }
    if let Some(scope) = explained.scope {
        outcomes(report, scope, page);
    }
    let gaps = &explained.gaps;
    if !gaps.is_empty() {
        let shown = match report.all {
            true => gaps.len(),
            false => gaps.len().min(report.most),
        };
        let beside = match gaps.len() > shown {
            true => format!("{shown} of {}; --all shows every one", gaps.len()),
            false => String::new(),
        };
        page.heading("What is missing", &beside);
        for judged in gaps.iter().take(shown) {
            let title = title(report.row(judged.component));
            write_judged(judged, Some(&title), page);
        }
    }
    unjudged(&explained.unknown, report.most, page);
    help(report, explained, page);
    changes(explained, page);
    let path = escape::shell(explained.path);
    match (explained.file, path) {
        (None, Some(path)) => page.next(&format!("quality next {path}"), "what to fix first there"),
        _ => page.next("quality next", "what to fix first"),
    }
}

fn about_file(file: &File, explained: &OfPath, page: &mut Page) {
    let mut words = vec![format!("class {}", file.class.name())];
    if !file.reason.is_empty() {
        words.push(format!("by rule: {}", file.reason));
    }
    words.extend(file.language.map(|language| language.name().to_owned()));
    words.push(counted(file.lines.into(), "lines"));
    if let Some(facts) = file.facts() {
        words.push(format!("{} of them code", grouped(facts.lines.code.into())));
    }
    if !explained.owners.is_empty() {
        let owners = explained.owners.join(", ");
        words.push(format!(
            "{} answers for it",
            escape::terminal(owners.as_bytes())
        ));
    }
    page.paragraph(0, Ink::Faint, &words.join(", "));
    if let Content::Lost(lost) = &file.content {
        let text = format!("It could not be read: {}.", lost_words(lost));
        page.paragraph(0, Ink::Bad, &text);
    }
    if file.class != Class::Code {
        let text = format!(
            "Measures are about code. This is {}: {}. `[files]` of quality.toml says otherwise where that is wrong.",
            file.class.name(),
            file.class.about()
        );
        page.paragraph(0, Ink::Plain, &text);
    } else if explained.scope.is_none() {
        page.paragraph(0, Ink::Plain, "No component has anything to judge in it.");
    }
}

fn about_directory(explained: &OfPath, page: &mut Page) {
    let classes: Vec<String> = explained
        .classes
        .iter()
        .map(|(class, reason, count)| match *reason {
            "" => format!("{} {class}", grouped(*count)),
            reason => format!("{} {class} ({reason})", grouped(*count)),
        })
        .collect();
    page.paragraph(0, Ink::Faint, &format!("files: {}", classes.join(", ")));
}

/// What each component comes to in a scope.
fn outcomes(report: &ExplainReport, scope: &Scope, page: &mut Page) {
    if let Some(score) = &scope.score {
        page.line(&[
            (Ink::Plain, "score ".to_owned()),
            (Ink::Strong, points(score)),
        ]);
    }
    let mut table = Table::new(
        0,
        &[
            ("Component", Align::Left),
            ("Good", Align::Right),
            ("of", Align::Right),
            ("Share", Align::Right),
            ("Target", Align::Right),
            ("Score", Align::Right),
        ],
    );
    let rows = report.scan.components.iter().zip(&scope.outcomes);
    let known: Vec<_> = rows
        .filter(|(_, outcome)| outcome.state.is_known())
        .collect();
    if known.is_empty() {
        return;
    }
    page.gap();
    for (row, outcome) in known {
        let share = millionths(outcome.good, outcome.of).unwrap_or(0);
        table.row(vec![
            cell(Ink::Plain, title(row)),
            cell(Ink::Plain, grouped(outcome.good)),
            cell(Ink::Plain, grouped(outcome.of)),
            cell(Ink::Plain, percent(share)),
            cell(Ink::Faint, decimal_percent(row.component.target)),
            cell(
                Ink::Strong,
                outcome.score.as_ref().map(points).unwrap_or_default(),
            ),
        ]);
    }
    table.write(page);
}

/// What would raise the score of the whole repository.
fn help(report: &ExplainReport, explained: &OfPath, page: &mut Page) {
    let Some(plan) = explained
        .plan
        .as_ref()
        .filter(|plan| !plan.steps.is_empty())
    else {
        return;
    };
    page.heading("What would help most", "in points of the whole repository");
    for step in &plan.steps {
        let row = report.row(step.fix.component);
        let gain = step.alone.points_above(&plan.now, 100);
        let first = step.reasons.iter().flatten().next();
        let mut text = counted(step.fix.gap, row.about.gap);
        if let Some(reason) = first {
            text.push_str(&format!(": {}", escape::terminal(reason.as_bytes())));
        }
        let text = shorten_end(&text, page.width.saturating_sub(12), page.ascii);
        page.line(&[
            (
                Ink::Good,
                format!("  {:>7}  ", format!("+{}", hundredths(gain))),
            ),
            (Ink::Plain, text),
        ]);
    }
}

fn changes(explained: &OfPath, page: &mut Page) {
    if explained.changes.is_empty() {
        return;
    }
    let beside = counted(explained.changes.len() as u64, "changes in the window");
    page.heading("Last changed", &beside);
    for change in explained.changes.iter().take(CHANGES) {
        let commit = change.commit.get(..10).unwrap_or(&change.commit);
        let day = day::of(change.time).unwrap_or_default();
        let subject = escape::terminal(change.subject.as_bytes());
        let text = format!("  {day}  {commit}  {subject}");
        page.line(&[(Ink::Plain, shorten_end(&text, page.width, page.ascii))]);
    }
}
