//! What to fix first, for people: each fix with what it is worth, where it is, and whom to imitate.

use unicode_width::UnicodeWidthStr;

use super::{NextReport, why};
use crate::advice::fixes::Without;
use crate::advice::plan::{Plan, Step};
use crate::evaluation::Score;
use crate::report::escape;
use crate::report::text::Style;
use crate::report::text::page::{Ink, Page, counted, points, shorten, shorten_end};

/// How many parts of a fix are shown.
const PARTS: usize = 3;
/// Least room for a place beside what is to be done there.
const NARROWEST_PLACE: usize = 30;
/// Columns before a fix: its rank and what it is worth.
const MARGIN: usize = 12;

/// The report as text. Every line ends with a line feed and fits the width.
pub fn render(report: &NextReport, style: &Style) -> String {
    let mut page = Page::new(style.width, style.color, style.ascii);
    let Some(plan) = &report.plan else {
        let reason = "No score: what is measured here has no weight, or nothing could be measured.";
        page.paragraph(0, Ink::Strong, reason);
        page.next("quality scan", "");
        return page.finish();
    };
    if style.quiet {
        let after = plan.steps.last().map_or(&plan.now, |last| &last.together);
        let fixes = counted(plan.steps.len() as u64, "fixes");
        return format!("{} to {} by {fixes}\n", points(&plan.now), points(after));
    }
    head(report, plan, &mut page);
    for (at, step) in plan.steps.iter().enumerate() {
        page.gap();
        write(report, plan, at + 1, step, &mut page);
    }
    foot(report, plan, &mut page);
    page.finish()
}

fn head(report: &NextReport, plan: &Plan, page: &mut Page) {
    let mut name = escape::name(report.matter.repository.as_bytes());
    if !report.matter.prefix.is_empty() {
        name = format!("{name}: {}", escape::name(&report.matter.prefix));
    }
    let name = shorten(&name, page.width.saturating_sub(20), page.ascii);
    page.line(&[
        (Ink::Plain, "what to fix first in ".to_owned()),
        (Ink::Strong, name),
    ]);
    let after = plan.steps.last().map_or(&plan.now, |last| &last.together);
    let text = match (plan.steps.as_slice(), report.asked.until) {
        ([], Some(bar)) if report.reached() => {
            format!(
                "The score is {}: {bar} is reached already.",
                points(&plan.now)
            )
        }
        ([], _) => format!(
            "The score is {}. There is nothing to fix that would raise it.",
            points(&plan.now)
        ),
        (steps, Some(bar)) if !report.reached() => format!(
            "{bar} cannot be reached: the score is {}, and with all that {} it is {}.",
            points(&plan.now),
            match steps.len() {
                1 => "this 1 fix gives".to_owned(),
                more => format!("these {more} fixes give"),
            },
            points(after),
        ),
        (steps, _) => format!(
            "The score is {}; with {} it is {}. There are {} in all, which lead to {}.",
            points(&plan.now),
            match steps.len() {
                1 => "this fix".to_owned(),
                more => format!("these {more} fixes"),
            },
            points(after),
            counted(plan.fixes as u64, "fixes"),
            points(&plan.best),
        ),
    };
    page.paragraph(0, Ink::Plain, &text);
}

fn write(report: &NextReport, plan: &Plan, rank: usize, step: &Step, page: &mut Page) {
    let component = report.component(step.fix.component);
    let about = report.about(step);
    let parts = report.parts(step);
    let mut place = escape::name(report.file(step).path.as_bytes());
    if let ([only], true) = (parts.as_slice(), !parts.is_empty())
        && let Some(line) = only.line
    {
        place.push_str(&format!(":{line}"));
    }
    let room = page.width.saturating_sub(MARGIN);
    let mut effort = counted(step.fix.gap, about.gap);
    if step.fix.sittings > 1 {
        effort.push_str(&format!(", {} sittings", step.fix.sittings));
    }
    // Where both do not fit into a line, they get one each.
    let left = room.checked_sub(effort.width() + 2);
    let left = left.filter(|left| *left >= place.width().min(NARROWEST_PLACE));
    let mut first = vec![
        (Ink::Faint, format!("{rank:>3} ")),
        (Ink::Good, format!("{:>6}  ", gain(&step.alone, &plan.now))),
        (
            Ink::Strong,
            shorten(&place, left.unwrap_or(room), page.ascii),
        ),
    ];
    first.extend(left.map(|_| (Ink::Plain, format!("  {effort}"))));
    page.line(&first);
    if left.is_none() {
        line(page, Ink::Plain, &effort);
    }
    let mut words = escape::name(component.title.as_bytes());
    let also: Vec<String> = report
        .also(step)
        .iter()
        .map(|other| escape::name(other.title.as_bytes()))
        .collect();
    if !also.is_empty() {
        words.push_str(&format!(", and {}", also.join(", ")));
    }
    if step.fix.touches > 0 {
        words.push_str(&format!(
            "; in {}",
            counted(step.fix.touches.into(), "changes")
        ));
    }
    if let [first, ..] = report.owners(step) {
        words.push_str(&format!("; {}", escape::terminal(first.as_bytes())));
    }
    line(page, Ink::Faint, &words);
    if step.alone == plan.now {
        line(
            page,
            Ink::Plain,
            "gains together with others: the share is below its floor",
        );
    }
    for part in parts.iter().take(PARTS) {
        let name = part
            .name
            .as_deref()
            .map(|name| escape::name(name.as_bytes()));
        let reason = part
            .reason
            .map(|reason| escape::terminal(reason.as_bytes()));
        let at = part.line.filter(|_| parts.len() > 1);
        let at = at.map(|line| format!("line {line}"));
        // Most reasons name what they are about.
        let name = name.filter(|name| !reason.as_ref().is_some_and(|reason| reason.contains(name)));
        let words: Vec<String> = [at, name, reason].into_iter().flatten().collect();
        if !words.is_empty() {
            line(page, Ink::Plain, &words.join(": "));
        }
    }
    if let Some(more) = parts.len().checked_sub(PARTS).filter(|more| *more > 0) {
        line(page, Ink::Plain, &format!("and {more} more"));
    }
    if let Some(example) = &step.example {
        let path = escape::name(example.path.as_bytes());
        let mut words = match (example.path == report.file(step).path, example.line) {
            (true, Some(line)) => format!("like line {line}"),
            (false, Some(line)) => format!("like {path}:{line}"),
            (_, None) => format!("like {path}"),
        };
        if let Some(name) = &example.name {
            words.push_str(&format!(" {}", escape::name(name.as_bytes())));
        }
        if !example.differs.is_empty() {
            words.push_str(&format!(" ({})", example.differs.join("; ")));
        }
        line(page, Ink::Faint, &words);
    }
}

/// A line of a fix, cut where it is too long: the whole is in JSON.
fn line(page: &mut Page, ink: Ink, words: &str) {
    let room = page.width.saturating_sub(MARGIN);
    let text = shorten_end(words, room, page.ascii);
    page.line(&[(Ink::Plain, " ".repeat(MARGIN)), (ink, text)]);
}

/// `+0.83`, rounded down.
fn gain(score: &Score, now: &Score) -> String {
    match score.points_above(now, 100) {
        0 if score.points_above(now, 1_000_000) > 0 => "<0.01".to_owned(),
        hundredths => format!("+{}.{:02}", hundredths / 100, hundredths % 100),
    }
}

fn foot(report: &NextReport, plan: &Plan, page: &mut Page) {
    for without in [Without::Work, Without::Weight, Without::Number] {
        let found = report.without.iter().filter(|(_, why)| *why == without);
        let titles: Vec<String> = found
            .map(|(position, _)| escape::name(report.component(*position).title.as_bytes()))
            .collect();
        if titles.is_empty() {
            continue;
        }
        if without == Without::Work {
            page.gap();
        }
        let text = format!(
            "Nothing is proposed for {}: {}.",
            titles.join(", "),
            why(without)
        );
        page.paragraph(0, Ink::Faint, &text);
    }
    let first = plan.steps.first();
    let path = first.and_then(|step| escape::shell(report.file(step).path.as_bytes()));
    let command = match path {
        Some(path) => format!("quality explain {path}"),
        None => "quality explain score".to_owned(),
    };
    page.next(&command, "");
}
