//! What is said apart from places: the bars, the definition, what is unknown, and what decides nothing.

use unicode_width::UnicodeWidthStr;

use super::{WIDEST_PLACE, arrow, line};
use crate::definition::Effect;
use crate::gate::{Finding, Verdict};
use crate::report::gate::select::{self, REGRESSIONS, is_reported, worst};
use crate::report::gate::{GateReport, words};
use crate::report::text::page::{Ink, Page, counted, shorten, shorten_end, sign};
use crate::report::{escape, open_words};

/// Most findings that are shown.
const MOST_FINDINGS: usize = 4;
/// Most bars that are kept.
const MOST_KEPT: usize = 3;
/// What decides apart from places: the bars, the definition, what is unknown. Whether there is any of it.
pub(super) fn write(report: &GateReport, listed: usize, page: &mut Page) -> bool {
    let decisive = select::findings(report, |verdict| verdict != Verdict::Passed);
    // Places have been shown, and one file is unknown to many components.
    let (shown, others): (Vec<&Finding>, Vec<&Finding>) = decisive
        .filter(|finding| !matches!(finding, Finding::Regressed { .. }))
        .partition(|finding| !matches!(finding, Finding::Unmeasured { .. }));
    for finding in shown.iter().take(MOST_FINDINGS) {
        let ink = match finding.verdict() {
            Verdict::Failed => Ink::Bad,
            _ => Ink::Middling,
        };
        let words = words::finding(report, finding);
        match words::component_of(report, finding) {
            Some(delta) => {
                let title = escape::name(delta.component.title.as_bytes());
                let room = page.width.saturating_sub(title.width());
                let words = shorten_end(&format!(": {words}"), room, page.ascii);
                page.line(&[(ink, title), (Ink::Plain, words)]);
            }
            None => line(page, ink, &words::capital(&words)),
        }
        if let Finding::Weakened { .. } = finding {
            alterations(report, listed, page);
        }
    }
    let more = shown.len().saturating_sub(MOST_FINDINGS);
    if more > 0 {
        let more = counted(more as u64, "more findings");
        line(
            page,
            Ink::Plain,
            &format!("{} and {more}", sign(page.ascii)),
        );
    }
    unknown(report, listed, page);
    !shown.is_empty() || !others.is_empty()
}

/// How the definition became weaker.
fn alterations(report: &GateReport, listed: usize, page: &mut Page) {
    let arrow = arrow(page);
    let all = report.comparison.alterations.iter();
    let weaker = all.filter(|alteration| alteration.effect == Effect::Weaker);
    let number = weaker.clone().count();
    for alteration in weaker.take(listed) {
        let value = |value: &Option<String>| match value {
            Some(value) => escape::terminal(value.as_bytes()),
            None => "unset".to_owned(),
        };
        let text = format!(
            "  {}: {}{arrow}{}",
            escape::terminal(alteration.key.as_bytes()),
            value(&alteration.before),
            value(&alteration.after)
        );
        line(page, Ink::Plain, &text);
    }
    more(number, listed, page);
}

/// The files that cannot be measured, for which components, and what can be done about it.
fn unknown(report: &GateReport, listed: usize, page: &mut Page) {
    let files = select::unknown(report);
    if files.is_empty() {
        return;
    }
    let components = report.comparison.components.iter();
    let titles: Vec<String> = components
        .filter(|delta| delta.gates() && !delta.unknown.is_empty())
        .map(|delta| escape::name(delta.component.title.as_bytes()))
        .collect();
    let number = counted(files.len() as u64, "files");
    let text = match titles.is_empty() {
        true => format!("{number} could not be read"),
        false => format!("{number} cannot be measured, by {}", titles.join(", ")),
    };
    line(page, Ink::Middling, &text);
    let mut advice = None;
    for (path, lost) in files.iter().take(listed) {
        let place = shorten(&escape::name(path.as_bytes()), WIDEST_PLACE, page.ascii);
        line(
            page,
            Ink::Plain,
            &format!("  {place}: {}", open_words(*lost)),
        );
        let repair = lost.and_then(words::repair);
        let repair = repair.filter(|repair| advice != Some(*repair));
        if let Some(repair) = repair {
            line(page, Ink::Faint, &format!("      {repair}"));
            advice = Some(repair);
        }
    }
    more(files.len(), listed, page);
}

/// How many entries of a list are not shown, if any are.
fn more(number: usize, listed: usize, page: &mut Page) {
    let more = number.saturating_sub(listed);
    if more > 0 && listed > 0 {
        let sign = sign(page.ascii);
        let text = format!("  {sign} and {more} more (--format json shows all)");
        line(page, Ink::Faint, &text);
    }
}

/// What decides nothing: what was inherited, fixed, reported, and the bars that are kept.
pub(super) fn beside(report: &GateReport, page: &mut Page) {
    for text in [
        words::inherited(report),
        words::waived(report),
        words::fixed(report),
    ]
    .into_iter()
    .flatten()
    {
        line(page, Ink::Plain, &words::capital(&text));
    }
    let reported = worst(report, is_reported, &REGRESSIONS, 0);
    if reported.subjects() > 0 {
        let titles: Vec<String> = reported
            .all
            .keys()
            .filter_map(|position| report.comparison.components.get(*position))
            .map(|delta| escape::name(delta.component.title.as_bytes()))
            .collect();
        let subjects = counted(reported.subjects(), "subjects");
        let text = format!(
            "Reported, does not fail: {subjects} got worse in {}",
            titles.join(", ")
        );
        line(page, Ink::Plain, &text);
    }
    let kept = select::findings(report, |verdict| verdict == Verdict::Passed);
    let mut kept: Vec<String> = kept
        .map(|finding| words::finding(report, finding))
        .collect();
    // Several components say the same of files that nobody could measure.
    kept.dedup();
    for words in kept.iter().take(MOST_KEPT) {
        line(page, Ink::Plain, &words::capital(words));
    }
}
