//! Sentences and numbers that all formats share. Nothing in them comes from the repository, unless it says so.

use super::points::{points, signed};
use super::select::{self, REGRESSIONS, count, is_reported, worst};
use super::{End, GateReport};
use crate::definition::Decimal;
use crate::evaluation::{Outcome, Score, Standing};
use crate::facts::Lost;
use crate::gate::{Change, Delta, Finding, Kind, Verdict, units};
use crate::measures::About;
use crate::report::bounds::range;
use crate::report::millionths;
use crate::report::text::page::{counted, decimal_percent, grouped, percent};

/// Why what could not be measured does not decide.
const TOLERATED: &str = "which on_unmeasured allows";
/// What agrees to a weaker definition.
const AGREEMENT: &str = "--allow-definition-change";

/// What somebody who did not expect a failure needs to know, in one sentence.
pub(super) fn headline(report: &GateReport) -> String {
    let verdict = report.verdict();
    let mut clauses = clauses(report, verdict);
    if verdict == Verdict::Passed {
        clauses = vec![praise(report)];
    }
    let mut text = match clauses.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one}, and {other}"),
        [one, other, rest @ ..] => {
            let more = counted(rest.len() as u64, "more findings");
            format!("{one}, {other}, and {more}")
        }
    };
    let is_alone = clauses.len() == 1 && regressed(report).0 > 0;
    if verdict == Verdict::Failed && is_alone && select::subjects(report, Kind::Inherited) > 0 {
        text.push_str("; the rest was there before");
    }
    format!("Gate {}: {text}.", verdict.word())
}

/// What decides, one clause for each kind of finding.
fn clauses(report: &GateReport, verdict: Verdict) -> Vec<String> {
    let mut clauses = Vec::new();
    let (subjects, components) = regressed(report);
    if verdict == Verdict::Failed && components > 0 {
        clauses.push(format!(
            "{} got worse in {}",
            counted(subjects, "subjects"),
            counted(components, "components")
        ));
    }
    let found: Vec<&Finding> = select::findings(report, |own| own == verdict).collect();
    let many = |is: fn(&Finding) -> bool| found.iter().filter(|finding| is(finding)).count() as u64;
    match many(|finding| matches!(finding, Finding::BecameUnknown { .. })) {
        0 => {}
        1 => clauses.push("1 component lost its number".to_owned()),
        number => clauses.push(format!("{number} components lost their number")),
    }
    match many(|finding| matches!(finding, Finding::FloorUnknown { .. })) {
        0 => {}
        1 => clauses.push("1 component has no number for its floor".to_owned()),
        number => clauses.push(format!(
            "{number} components have no number for their floor"
        )),
    }
    match many(|finding| matches!(finding, Finding::BelowFloor { .. })) {
        0 => {}
        1 => clauses.push("1 component is below its floor".to_owned()),
        number => clauses.push(format!("{number} components are below their floor")),
    }
    for finding in &found {
        match finding {
            Finding::Bar { standing, .. } => clauses.push(match standing.passes() {
                Some(_) => "the score is below fail_under".to_owned(),
                None if standing.open => {
                    "what could not be read decides about fail_under".to_owned()
                }
                None => "there is no score for fail_under".to_owned(),
            }),
            Finding::Drop { .. } => clauses.push("the score drops too far".to_owned()),
            Finding::Weakened { .. } => clauses.push("the definition got weaker".to_owned()),
            Finding::NothingCompared => clauses.push("nothing could be compared".to_owned()),
            _ => {}
        }
    }
    if found
        .iter()
        .any(|finding| matches!(finding, Finding::Unmeasured { .. }))
    {
        let files = select::unknown(report).len() as u64;
        clauses.push(format!("{} cannot be measured", counted(files, "files")));
    }
    clauses
}

/// Subjects that fail it, and in how many components.
fn regressed(report: &GateReport) -> (u64, u64) {
    let worst = worst(report, Delta::gates, &REGRESSIONS, 0);
    (worst.subjects(), worst.all.len() as u64)
}

fn praise(report: &GateReport) -> String {
    if report.comparison.is_empty() {
        return "nothing that is measured changed".to_owned();
    }
    let reported = worst(report, is_reported, &REGRESSIONS, 0);
    let fixed = select::subjects(report, Kind::Fixed);
    let mut text = if reported.subjects() > 0 {
        "nothing got worse that could fail it".to_owned()
    } else {
        "nothing got worse".to_owned()
    };
    if fixed > 0 {
        let verb = if fixed == 1 { "was" } else { "were" };
        text.push_str(&format!(", and {} {verb} fixed", counted(fixed, "gaps")));
    }
    text
}

/// One finding as a clause, without the name of its component.
pub(super) fn finding(report: &GateReport, finding: &Finding) -> String {
    let delta = |position: &usize| report.comparison.components.get(*position);
    let parts = &report.comparison.parts;
    match finding {
        Finding::Regressed { position } => delta(position).map_or_else(String::new, |delta| {
            let regressions = delta.regressions().count() as u64;
            let worse = counted(regressions, "subjects");
            format!("{worse} got worse; to pass, {}", to_pass(delta))
        }),
        Finding::BecameUnknown { .. } => "had a number at the base and has none now".to_owned(),
        Finding::Unmeasured {
            position,
            tolerated,
        } => {
            let files = delta(position).map_or(0, |delta| delta.unknown.len());
            let files = format!("{} cannot be measured", counted(files as u64, "files"));
            match tolerated {
                true => format!("warning: {files}, {TOLERATED}"),
                false => files,
            }
        }
        Finding::FloorUnknown { tolerated, .. } => {
            let text = "an input is missing, so there is no number for its floor";
            match tolerated {
                true => format!("warning: {text}, {TOLERATED}"),
                false => format!("{text}; `quality scan` says which"),
            }
        }
        Finding::BelowFloor {
            position,
            inherited,
        } => delta(position).map_or_else(String::new, |delta| below_floor(delta, *inherited)),
        Finding::Bar { bar, standing } => fail_under(report, *bar, *standing),
        Finding::Drop { bar, kept } => {
            let moved = units(parts.head_under_base.as_ref()) - units(parts.with_data.as_ref());
            let moves = format!("the change moves the score by {}", signed(moved));
            if *kept {
                format!("{moves}, within max_drop {bar}")
            } else {
                format!("{moves}, more than max_drop {bar} allows")
            }
        }
        Finding::Weakened { places, agreed } => {
            let places = counted(*places as u64, "places");
            if *agreed {
                format!("the definition is weaker in {places}, which was agreed to")
            } else {
                format!("the definition is weaker in {places}, refused without {AGREEMENT}")
            }
        }
        Finding::NothingCompared => {
            "no component has a number on either side; `quality scan` says why".to_owned()
        }
    }
}

/// The component a finding is about; none for the whole.
pub(super) fn component_of<'a>(report: &GateReport<'a>, finding: &Finding) -> Option<&'a Delta> {
    match finding {
        Finding::Regressed { position }
        | Finding::BecameUnknown { position }
        | Finding::Unmeasured { position, .. }
        | Finding::FloorUnknown { position, .. }
        | Finding::BelowFloor { position, .. } => report.comparison.components.get(*position),
        _ => None,
    }
}

fn below_floor(delta: &Delta, inherited: bool) -> String {
    let floor = decimal_percent(delta.component.floor);
    let now = share(&delta.head).unwrap_or_default();
    let mut text = format!("{now} is below the floor of {floor}");
    if let (true, Some(before)) = (inherited, share(&delta.base)) {
        text.push_str(&format!("; it was before, at {before}"));
    }
    text
}

fn fail_under(report: &GateReport, bar: Decimal, standing: Standing) -> String {
    let parts = &report.comparison.parts;
    let score = points(units(parts.head_under_base.as_ref()));
    let range = parts.bounds.as_ref().filter(|_| standing.open).map(range);
    match (range, standing.reached) {
        (Some(range), Some(reached)) if standing.tolerated => {
            let verb = if reached { "reaches" } else { "is below" };
            format!(
                "warning: the score {score} {verb} fail_under {bar}, though it may be anywhere from {range}, {TOLERATED}"
            )
        }
        (Some(range), _) => {
            let files = counted(report.comparison.open.len() as u64, "files");
            format!(
                "the score may be anywhere from {range}, on either side of fail_under {bar}: {files} could not be read"
            )
        }
        (None, reached) => held(report, bar, &score, reached),
    }
}

fn held(report: &GateReport, bar: Decimal, score: &str, reached: Option<bool>) -> String {
    match reached {
        None => format!("there is no score to hold against fail_under {bar}"),
        Some(true) => format!("the score {score} reaches fail_under {bar}"),
        Some(false) => {
            let was_below = |base: &&Score| base.is_below(bar);
            let base = report.comparison.parts.base.as_ref();
            let before = match base.filter(was_below) {
                Some(base) => format!("; it was before, at {}", points(units(Some(base)))),
                None => String::new(),
            };
            format!("the score {score} is below fail_under {bar}{before}")
        }
    }
}

/// The share of an outcome as people read it; none without one.
pub(super) fn share(outcome: &Outcome) -> Option<String> {
    let share = millionths(outcome.good, outcome.of)?;
    outcome.state.is_known().then(|| percent(share))
}

/// The shortest way to green for one component: by how much its gap has to shrink again.
pub(super) fn to_pass(delta: &Delta) -> String {
    let kinds = REGRESSIONS.map(|kind| count(delta, kind).amount);
    let amount = kinds.iter().sum();
    // What got worse without a larger gap: a complex function that grew more complex.
    let others = delta.regressions().filter(|change| change.amount() == 0);
    let others = others.count() as u64;
    let mut clauses = Vec::new();
    if amount > 0 {
        let phrase = counted(amount, delta.about.gap);
        let (number, unit) = phrase.split_once(' ').unwrap_or((&phrase, ""));
        clauses.push(format!("{number} fewer {unit}"));
    }
    if others > 0 {
        clauses.push(format!(
            "{} no worse than before",
            counted(others, "subjects")
        ));
    }
    clauses.join(", ")
}

/// What there is to say of a change: its note, or what is missing. The note comes from the repository.
pub(super) fn told(change: &Change, about: About) -> String {
    let left = change.after.max(change.before);
    let note = change.note.clone().filter(|note| !note.trim().is_empty());
    let mut text = note.unwrap_or_else(|| counted(left, about.gap));
    let (less, more) = match change.kind {
        Kind::Worsened => ("worse", "more"),
        Kind::Fixed if change.after > 0 => ("less bad", "fewer"),
        _ => return text,
    };
    match change.amount() {
        0 => text.push_str(&format!(" ({less} than before)")),
        amount => text.push_str(&format!(" ({} {more} than before)", grouped(amount))),
    }
    text
}

/// What subjects of a kind add up to, in the unit of each component: `5 slots without a type, 1 file without a test`.
pub(super) fn amounts(report: &GateReport, kind: Kind, most: usize) -> String {
    let mut phrases = Vec::new();
    let mut others = 0;
    for delta in &report.comparison.components {
        if !select::is_shown(delta) {
            continue;
        }
        let count = count(delta, kind);
        match count.amount {
            0 => others += count.subjects,
            amount => phrases.push(counted(amount, delta.about.gap)),
        }
    }
    if others > 0 {
        phrases.push(counted(others, "subjects"));
    }
    let more = phrases.len().saturating_sub(most);
    phrases.truncate(most);
    if more > 0 {
        phrases.push(format!("and {more} more"));
    }
    phrases.join(", ")
}

/// What was there before and is held against nobody.
pub(super) fn inherited(report: &GateReport) -> Option<String> {
    let inherited = select::subjects(report, Kind::Inherited);
    let moved = select::subjects(report, Kind::Moved);
    if inherited + moved == 0 {
        return None;
    }
    let mut text = format!(
        "inherited, not held against this change: {}",
        counted(inherited, "gaps")
    );
    if moved > 0 {
        text.push_str(&format!(", and {} that only moved", grouped(moved)));
    }
    Some(text)
}

/// What got better.
pub(super) fn fixed(report: &GateReport) -> Option<String> {
    let fixed = amounts(report, Kind::Fixed, 3);
    let gone = amounts(report, Kind::Removed, 3);
    match (fixed.is_empty(), gone.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("fixed: {fixed}")),
        (true, false) => Some(format!("gone with their code: {gone}")),
        (false, false) => Some(format!("fixed: {fixed}; gone with their code: {gone}")),
    }
}

/// What passes only because the change excuses it.
pub(super) fn waived(report: &GateReport) -> Option<String> {
    let waived = select::subjects(report, Kind::Waived);
    (waived > 0).then(|| {
        let subjects = counted(waived, "subjects");
        format!("waived by this change: {subjects}, bad in the strict score")
    })
}

/// What can be done about a file that cannot be measured, where the reason does not say it.
pub(super) fn repair(lost: &Lost) -> Option<&'static str> {
    match lost {
        Lost::ParseErrors(_) => {
            Some("repair its syntax, or list it under [files] if it is no code")
        }
        Lost::ParseBudget | Lost::TooLarge => {
            Some("split it, or list it under [files] generated if a program wrote it")
        }
        Lost::Crash => Some("report it, and list the file under [files] exclude meanwhile"),
        Lost::PatternBudget => Some("split the file, or write the pattern more precisely"),
        Lost::Permission => Some("make it readable"),
        Lost::Stale => Some("measure again and write a new report"),
        Lost::Vanished => Some("run again while nothing writes to the work tree"),
        Lost::Unreadable => Some("see whether the file can be read at all"),
        Lost::LfsPointer
        | Lost::NotFetched
        | Lost::Internal
        | Lost::Unmeasured
        | Lost::NotProven(_) => None,
    }
}

/// How an end of the change is called, and its commit where that is not its name.
pub(super) fn names(end: &End) -> (&str, Option<&str>) {
    let is_id = end.label.len() >= 40 && end.label.bytes().all(|byte| byte.is_ascii_hexdigit());
    let label = if is_id { short(&end.label) } else { &end.label };
    match end.commit.as_deref().map(short) {
        // A commit that was named by its id has no other name.
        Some(commit) if label.is_empty() || commit.starts_with(label) => (commit, None),
        commit => (label, commit),
    }
}

/// The first letters of a commit's id.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// A clause as a sentence that begins a line.
pub(super) fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => format!("{}{}", first.to_uppercase(), characters.as_str()),
        None => String::new(),
    }
}
