//! What to fix first, as JSON: the contract with programs that act on it. Field names change only with `schema_version`.
//!
//! A program that did a step measures again and compares the score with `score_alone` (of that step alone) or
//! `score_after` (of that step and all before it).

use serde::Serialize;

use super::{NextReport, why};
use crate::advice::plan::Step;
use crate::definition::Decimal;
use crate::evaluation::Score;
use crate::report::at::At;
use crate::report::escape::{JsonLines, json_name, json_name_bytes};
use crate::report::head::{Tool, points};

/// Counted up whenever a name or a meaning changes; new names may come without.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    definition: Definition<'a>,
    repository: Repository<'a>,
    score: Total,
    asked: Asked<'a>,
    /// How many fixes there were to choose from.
    fixes: usize,
    next_steps: Vec<NextStep<'a>>,
    without: Vec<Without<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Definition<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Repository<'a> {
    name: &'a str,
    source: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

#[derive(Serialize)]
struct Total {
    value: Option<f64>,
    /// With all steps done.
    after: Option<f64>,
    /// With every fix done there is.
    best: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<bool>,
}

#[derive(Serialize)]
struct Asked<'a> {
    until: Option<f64>,
    components: &'a [String],
    paths: &'a [String],
    owners: &'a [String],
}

#[derive(Serialize)]
struct NextStep<'a> {
    rank: usize,
    component: &'a str,
    title: &'a str,
    /// Other components the same work raises.
    also: Vec<&'a str>,
    place: At,
    effort: Effort,
    gain: f64,
    score_alone: f64,
    score_after: f64,
    /// In how many changes of the window the file is.
    changes: u32,
    /// Who answers for it.
    owners: &'a [String],
    subjects: Vec<Part<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    example: Option<Example<'a>>,
}

#[derive(Serialize)]
struct Effort {
    amount: u64,
    unit: &'static str,
    /// By a rule of thumb.
    sittings: u32,
}

#[derive(Serialize)]
struct Part<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    good: u64,
    of: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct Example<'a> {
    place: At,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    differs: &'a [String],
}

#[derive(Serialize)]
struct Without<'a> {
    component: &'a str,
    reason: &'static str,
}

/// The report as a JSON document with a line feed at its end.
pub fn render(report: &NextReport) -> String {
    let plan = report.plan.as_ref();
    let prefix = &report.matter.prefix;
    let steps = || plan.into_iter().flat_map(|plan| &plan.steps);
    JsonLines::document(&Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::new(&report.matter.tool_version),
        definition: Definition {
            id: report.inputs.definition_id,
        },
        repository: Repository {
            name: &report.matter.repository,
            source: report.matter.source,
            path: json_name(prefix),
            path_bytes: json_name_bytes(prefix),
        },
        score: Total {
            value: plan.map(|plan| points(&plan.now)),
            after: plan.map(|plan| points(steps().last().map_or(&plan.now, |last| &last.together))),
            best: plan.map(|plan| points(&plan.best)),
            reached: report.asked.until.map(|_| report.reached()),
        },
        asked: Asked {
            until: report.asked.until.map(Decimal::to_f64),
            components: &report.asked.components,
            paths: &report.asked.paths,
            owners: &report.asked.owners,
        },
        fixes: plan.map_or(0, |plan| plan.fixes),
        next_steps: plan.map_or_else(Vec::new, |plan| {
            let steps = plan.steps.iter().enumerate();
            steps
                .map(|(at, each)| step(report, at + 1, &plan.now, each))
                .collect()
        }),
        without: report
            .without
            .iter()
            .map(|(position, without)| Without {
                component: &report.component(*position).id,
                reason: why(*without),
            })
            .collect(),
        notes: &report.matter.warnings,
    })
}

fn step<'a>(report: &'a NextReport, rank: usize, now: &Score, step: &'a Step) -> NextStep<'a> {
    let component = report.component(step.fix.component);
    let parts = report.parts(step);
    let line = match parts.as_slice() {
        [only] => only.line,
        _ => None,
    };
    NextStep {
        rank,
        component: &component.id,
        title: &component.title,
        also: report
            .also(step)
            .iter()
            .map(|other| other.id.as_str())
            .collect(),
        place: At::new(&report.file(step).path, line),
        effort: Effort {
            amount: step.fix.gap,
            unit: report.about(step).gap,
            sittings: step.fix.sittings,
        },
        gain: step.alone.points_above(now, 10_000) as f64 / 10_000.0,
        score_alone: points(&step.alone),
        score_after: points(&step.together),
        changes: step.fix.touches,
        owners: report.owners(step),
        subjects: parts
            .into_iter()
            .map(|part| Part {
                line: part.line,
                name: part.name,
                good: part.reading.good,
                of: part.reading.of,
                reason: part.reason,
            })
            .collect(),
        example: step.example.as_ref().map(|example| Example {
            place: At::new(&example.path, example.line),
            name: example.name.as_deref(),
            differs: &example.differs,
        }),
    }
}
