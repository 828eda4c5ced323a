//! The trend as JSON: the contract with dashboards. Field names change only with `schema_version`.
//!
//! Series follow the points in their order. The whole comes before directories, and the score before components. Each
//! series carries its definition: series with different ids are never to be put together.

use serde::Serialize;

use super::csv::state_of;
use super::{Sampling, TrendReport};
use crate::definition::Decimal;
use crate::measures;
use crate::report::escape::{JsonLines, json_name, json_name_bytes};
use crate::report::head::Tool;
use crate::trend::{Part, Value};

/// Counted up whenever a name or a meaning changes; new names may come without.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    definition: Definition<'a>,
    repository: Repository<'a>,
    sampling: SamplingOf,
    complete: bool,
    components: Vec<Component<'a>>,
    points: Vec<Point<'a>>,
    missing: Vec<Missing<'a>>,
    series: Vec<Series<'a>>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Definition<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Repository<'a> {
    name: &'a str,
    /// The directory the trend is narrowed to; empty for everything.
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    as_of: Option<String>,
}

#[derive(Serialize)]
struct SamplingOf {
    /// `day`, `week`, `month`, `quarter`, `10 days` or `commit`.
    every: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    most: Option<usize>,
}

#[derive(Serialize)]
struct Component<'a> {
    id: &'a str,
    title: &'a str,
    measure: &'static str,
    target: f64,
    floor: f64,
    weight: f64,
    unit: &'static str,
    gap_unit: &'static str,
}

#[derive(Serialize)]
struct Point<'a> {
    commit: &'a str,
    time: String,
    /// The first day of its period.
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<String>,
    subject: &'a str,
    /// Files that could not be read.
    lost: u64,
    /// Why its history could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    without_history: Option<&'a str>,
}

#[derive(Serialize)]
struct Missing<'a> {
    commit: &'a str,
    time: String,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    repair: Option<&'a str>,
}

#[derive(Serialize)]
struct Series<'a> {
    definition: &'a str,
    scope: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    /// The id of a component; not there for the score.
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<&'a str>,
    values: Vec<Number>,
}

/// A value of a series. Where there is no number, the state says why.
#[derive(Default, Serialize)]
struct Number {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    good: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict_good: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_weight: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<u64>,
}

/// The trend as a JSON document with a line feed at its end.
pub fn render(report: &TrendReport) -> String {
    JsonLines::document(&document(report))
}

fn document<'a>(report: &'a TrendReport) -> Document<'a> {
    let matter = &report.matter;
    Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::new(&matter.tool_version),
        definition: Definition {
            id: &matter.definition_id,
        },
        repository: Repository {
            name: &matter.repository,
            path: json_name(report.prefix()),
            path_bytes: json_name_bytes(report.prefix()),
            commit: matter.head.as_ref().map(|head| head.id.as_str()),
            as_of: matter.head.as_ref().map(|head| time(head.time)),
        },
        sampling: match matter.sampling {
            Sampling::Periods(every, since) => SamplingOf {
                every: every.word(),
                since: Some(time(since)),
                most: None,
            },
            Sampling::Commits(most) => SamplingOf {
                every: "commit".to_owned(),
                since: None,
                most: Some(most),
            },
        },
        complete: report.is_complete(),
        components: components(report),
        points: points(report),
        missing: missing(report),
        series: series(report),
        notes: report.notes(),
    }
}

fn components<'a>(report: &'a TrendReport) -> Vec<Component<'a>> {
    let components = report.trend.components.iter();
    components
        .map(|(_, component)| {
            let about = measures::about(&component.measure);
            Component {
                id: &component.id,
                title: &component.title,
                measure: component.measure.name(),
                target: component.target.to_f64(),
                floor: component.floor.to_f64(),
                weight: component.weight.to_f64(),
                unit: about.unit,
                gap_unit: about.gap,
            }
        })
        .collect()
}

fn points<'a>(report: &'a TrendReport) -> Vec<Point<'a>> {
    let moments = report.trend.moments.iter();
    moments
        .map(|moment| Point {
            commit: &moment.point.commit,
            time: time(moment.point.time),
            period: moment
                .period
                .map(|(_, start)| crate::trend::date(start).to_string()),
            subject: &moment.subject,
            lost: moment.point.lost,
            without_history: moment
                .point
                .without_history
                .as_ref()
                .map(|(reason, _)| reason.as_str()),
        })
        .collect()
}

fn missing<'a>(report: &'a TrendReport) -> Vec<Missing<'a>> {
    let missing = report.trend.missing.iter();
    missing
        .map(|missing| Missing {
            commit: &missing.commit,
            time: time(missing.time),
            reason: &missing.reason,
            repair: missing.repair.as_deref(),
        })
        .collect()
}

fn series<'a>(report: &'a TrendReport) -> Vec<Series<'a>> {
    let trend = &report.trend;
    let places = std::iter::once(&trend.question.prefix).chain(&trend.question.directories);
    let mut all = Vec::new();
    for (position, place) in places.enumerate() {
        let path = place.as_bytes();
        let of = |component: Option<&'a str>, values: Vec<Number>| Series {
            definition: &report.matter.definition_id,
            scope: if path.is_empty() {
                "repository"
            } else {
                "directory"
            },
            path: json_name(path),
            path_bytes: json_name_bytes(path),
            component,
            values,
        };
        let points = || 0..trend.moments.len();
        let scores = points().map(|at| total(trend.part(at, position)));
        all.push(of(None, scores.collect()));
        for (index, component) in &trend.components {
            let values = points().map(|at| number(trend.value(at, position, *index)));
            all.push(of(Some(component.id.as_str()), values.collect()));
        }
    }
    all
}

/// The score of a scope.
fn total(part: Option<&Part>) -> Number {
    Number {
        state: state_of(part),
        score: part.and_then(|part| part.score).map(score),
        strict_score: part.and_then(|part| part.strict_score).map(score),
        known_weight: part.map(|part| fraction(part.known)),
        files: part.map(|part| part.files),
        lines: part.map(|part| part.lines),
        ..Number::default()
    }
}

fn number(value: Option<&Value>) -> Number {
    let Some(value) = value else {
        return Number {
            state: state_of(None),
            ..Number::default()
        };
    };
    let known = value.state.is_known();
    Number {
        state: value.state.word(),
        good: known.then_some(value.good),
        of: known.then_some(value.of),
        unknown: Some(value.unknown),
        share: value.share().map(fraction),
        gap: value.gap(),
        score: value.score.map(score),
        strict_good: known.then(|| value.good.saturating_sub(value.waived)),
        strict_score: value.strict_score.map(score),
        ..Number::default()
    }
}

/// Ten-thousandths of a point of 100.
fn score(level: u32) -> f64 {
    f64::from(level) / 10_000.0
}

/// Millionths. The division of two small integers is rounded once, so it prints as they are.
fn fraction(millionths: u32) -> f64 {
    f64::from(millionths) / Decimal::SCALE as f64
}

/// A time in UTC as RFC 3339; one beyond all dates as the seconds it is.
pub(super) fn time(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .map_or_else(|_| seconds.to_string(), |time| time.to_string())
}
