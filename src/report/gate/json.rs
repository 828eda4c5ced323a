//! The gate as JSON: the contract with dashboards and checks. Field names change only with `schema_version`.
//!
//! Numbers of points are exact: scores, their difference and its parts have four decimals, and as such the parts add up to
//! the difference and the difference to the head's score.

mod document;

use document::{
    Alteration, Change, Component, Counted, Counts, Definition, Document, End, Example, Finding,
    Mover, Named, Open, Parts, Repository, Score, Side, Since, Unknown,
};

use super::{GateReport, select, words};
use crate::definition::Decimal;
use crate::evaluation::{self, Outcome};
use crate::facts::Lost;
use crate::gate::{self, Delta, Kind, UNITS, units};
use crate::measures::Method;
use crate::path::RepoPath;
use crate::report::escape::{JsonLines, json_name, json_name_bytes};
use crate::report::head::Tool;
use crate::report::{lost_words, millionths, open_words};

/// Counted up whenever a name or a meaning changes; new names may come without.
pub const SCHEMA_VERSION: u32 = 1;

/// Millionths of a point make a point.
const EFFECTS: i64 = 1_000_000;

/// The report as a JSON document with a line feed at its end.
pub fn render(report: &GateReport) -> String {
    JsonLines::document(&document(report))
}

fn document<'a>(report: &'a GateReport) -> Document<'a> {
    let matter = &report.matter;
    let comparison = report.comparison;
    Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::new(&matter.tool_version),
        definition: Definition {
            id: &matter.definition_id,
            file: matter.definition_file.as_deref(),
        },
        repository: Repository {
            name: &matter.repository,
        },
        base: end(&matter.base),
        head: end(&matter.head),
        commits: matter.commits,
        verdict: report.verdict().word(),
        exit_code: report.exit() as u8,
        words: words::headline(report),
        score: score(report),
        findings: findings(report),
        alterations: comparison.alterations.iter().map(alteration).collect(),
        components: comparison.components.iter().map(component).collect(),
        unknown: shown(report)
            .flat_map(|delta| {
                let files = delta.unknown.iter();
                files.map(|(path, lost)| Unknown {
                    component: &delta.component.id,
                    path: named(path),
                    reason: lost.key(),
                    about: lost_words(lost),
                    repair: words::repair(lost),
                })
            })
            .collect(),
        open: comparison
            .open
            .iter()
            .map(|(path, lost)| Open {
                path: named(path),
                reason: lost.as_ref().map(Lost::key),
                about: open_words(lost.as_ref()),
                repair: lost.as_ref().and_then(words::repair),
            })
            .collect(),
        movers: comparison
            .movers
            .iter()
            .filter_map(|mover| self::mover(report, mover))
            .collect(),
        notes: &matter.notes,
        command: &matter.command,
    }
}

/// Components of which more than counts is said.
fn shown<'a>(report: &'a GateReport) -> impl Iterator<Item = &'a Delta> {
    let components = report.comparison.components.iter();
    components.filter(|delta| select::is_shown(delta))
}

fn end(end: &super::End) -> End<'_> {
    End {
        label: &end.label,
        commit: end.commit.as_deref(),
    }
}

fn score(report: &GateReport) -> Score {
    let parts = &report.comparison.parts;
    let value = |score: &Option<evaluation::Score>| score.as_ref().map(|score| units(Some(score)));
    let bounds = parts.bounds.as_ref();
    let reason = match (&parts.base, &parts.head) {
        (Some(_), Some(_)) => None,
        (None, Some(_)) => Some("there is no score at the base"),
        (Some(_), None) => Some("there is no score at the head"),
        (None, None) => Some("there is no score on either side"),
    };
    Score {
        base: value(&parts.base).map(points),
        head: value(&parts.head).map(points),
        head_under_base: value(&parts.head_under_base).map(points),
        low: bounds.map(|bounds| points(units(Some(&bounds.low)))),
        high: bounds.map(|bounds| points(units(Some(&bounds.high)))),
        base_with_data: value(&parts.with_data).map(points),
        delta: parts.total().map(points),
        parts: parts.total().map(|_| Parts {
            code: points(parts.code),
            population: points(parts.population),
            definition: points(parts.definition),
            data: points(parts.data),
        }),
        reason,
    }
}

fn findings<'a>(report: &'a GateReport) -> Vec<Finding<'a>> {
    let findings = report.comparison.findings.iter();
    findings
        .map(|finding| Finding {
            kind: kind(finding),
            verdict: finding.verdict().word(),
            component: words::component_of(report, finding)
                .map(|delta| delta.component.id.as_str()),
            words: words::finding(report, finding),
            bar: match finding {
                gate::Finding::Bar { bar, .. } | gate::Finding::Drop { bar, .. } => {
                    Some(bar.to_f64())
                }
                _ => None,
            },
        })
        .collect()
}

fn kind(finding: &gate::Finding) -> &'static str {
    match finding {
        gate::Finding::Regressed { .. } => "regressed",
        gate::Finding::BecameUnknown { .. } => "became-unknown",
        gate::Finding::Unmeasured { .. } => "unmeasured",
        gate::Finding::FloorUnknown { .. } => "floor-unknown",
        gate::Finding::BelowFloor { .. } => "below-floor",
        gate::Finding::Bar { .. } => "fail-under",
        gate::Finding::Drop { .. } => "max-drop",
        gate::Finding::Weakened { .. } => "definition-weakened",
        gate::Finding::NothingCompared => "nothing-compared",
    }
}

fn alteration(alteration: &crate::definition::Alteration) -> Alteration<'_> {
    Alteration {
        key: &alteration.key,
        before: alteration.before.as_deref(),
        after: alteration.after.as_deref(),
        effect: alteration.effect.word(),
    }
}

fn component(delta: &Delta) -> Component<'_> {
    let component = &delta.component;
    let count = |kind| {
        let count = select::count(delta, kind);
        Counted {
            subjects: count.subjects,
            amount: count.amount,
        }
    };
    Component {
        id: &component.id,
        title: &component.title,
        measure: component.measure.name(),
        level: component.level,
        gates: delta.gates(),
        method: delta.method.map(Method::word),
        unit: delta.about.unit,
        gap_unit: delta.about.gap,
        weight: component.weight.to_f64(),
        target: component.target.to_f64(),
        floor: component.floor.to_f64(),
        base: side(&delta.base),
        head: side(&delta.head),
        counts: Counts {
            newly_bad: count(Kind::NewlyBad),
            worsened: count(Kind::Worsened),
            fixed: count(Kind::Fixed),
            moved: count(Kind::Moved),
            waived: count(Kind::Waived),
            removed: count(Kind::Removed),
            inherited: count(Kind::Inherited),
        },
        unknown_files: delta.unknown.len() as u64,
        to_pass: Some(words::to_pass(delta)).filter(|words| delta.gates() && !words.is_empty()),
        changes: delta
            .changes
            .iter()
            .filter(|_| select::is_shown(delta))
            .map(|change| self::change(delta, change))
            .collect(),
    }
}

fn side(outcome: &Outcome) -> Side {
    let is_known = outcome.state.is_known();
    Side {
        state: outcome.state.word(),
        good: is_known.then_some(outcome.good),
        of: is_known.then_some(outcome.of),
        strict_good: is_known.then(|| outcome.strict_good()),
        unknown: outcome.unknown,
        share: millionths(outcome.good, outcome.of)
            .filter(|_| is_known)
            .map(|share| share as f64 / Decimal::SCALE as f64),
        score: outcome
            .score
            .as_ref()
            .map(|score| points(units(Some(score)))),
        strict_score: outcome
            .strict_score
            .as_ref()
            .or(outcome.score.as_ref())
            .map(|score| points(units(Some(score)))),
        gap: is_known.then(|| outcome.gap()),
    }
}

fn change<'a>(delta: &'a Delta, change: &'a gate::Change) -> Change<'a> {
    let was = change.was_path.as_ref();
    Change {
        kind: change.kind.word(),
        fails: delta.gates() && change.kind.is_regression(),
        path: named(&change.path),
        line: change.line,
        was_path: was.map(|path| json_name(path.as_bytes())),
        was_path_bytes: was.and_then(|path| json_name_bytes(path.as_bytes())),
        before: change.before,
        after: change.after,
        amount: change.amount(),
        note: change.note.as_deref(),
        since: change.since.as_ref().map(|since| Since {
            commit: since.commit.as_deref(),
            subject: &since.subject,
        }),
        example: change.example.as_ref().map(|example| Example {
            path: named(&example.path),
            line: example.line,
            name: example.name.as_deref(),
            differs: &example.differs,
        }),
    }
}

fn mover<'a>(report: &'a GateReport, mover: &'a gate::Mover) -> Option<Mover<'a>> {
    let delta = report.comparison.components.get(mover.position)?;
    Some(Mover {
        component: &delta.component.id,
        path: named(&mover.path),
        line: mover.line,
        effect: mover.effect as f64 / EFFECTS as f64,
        came: mover.came,
        went: mover.went,
    })
}

fn named(path: &RepoPath) -> Named {
    Named {
        path: json_name(path.as_bytes()),
        path_bytes: json_name_bytes(path.as_bytes()),
    }
}

/// Ten thousandths of a point as points. The division of two small integers is rounded once, so it prints as they are.
fn points(units: i64) -> f64 {
    units as f64 / f64::from(UNITS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::points;

    proptest! {
        #[test]
        fn points_are_written_as_they_are(units in -2_000_000i64..2_000_000) {
            let text = serde_json::to_string(&points(units)).unwrap();
            let (whole, rest) = text.split_once('.').unwrap();
            let digits: i64 = format!("{whole}{rest:0<4}").parse().unwrap();
            prop_assert_eq!(digits, units);
            prop_assert_eq!(text.starts_with('-'), units < 0);
        }
    }
}
