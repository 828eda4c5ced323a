//! The report as JSON: the contract with dashboards and checks. Field names change only with `schema_version`.
//!
//! The same report gives the same bytes: nothing of the clock, the machine or the way there is in it. A number is null
//! only where a reason stands beside it. Shares have six decimals and scores four, both rounded down.

use serde::Serialize;

use super::assemble::without_number;
use super::escape::{JsonLines, json_name, json_name_bytes};
use super::{Place, Report, Row, millionths};
use crate::definition::{Decimal, Level};
use crate::evaluation::{Outcome, ScopeKind, Score, State};
use crate::git::{ChangeUnit, Head, HistoryState};
use crate::measures::Method;

/// Counted up whenever a name or a meaning changes; new names may come without.
pub const SCHEMA_VERSION: u32 = 1;

/// The report as a JSON document with a line feed at its end.
pub fn render(report: &Report) -> String {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, JsonLines::default());
    // Plain data into memory: there is nothing that could fail.
    let _ = Document::new(report).serialize(&mut serializer);
    bytes.push(b'\n');
    String::from_utf8_lossy(&bytes).into_owned()
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    definition: DefinitionId<'a>,
    repository: Repository<'a>,
    score: Total<'a>,
    components: Vec<Component<'a>>,
    scopes: Vec<Scope<'a>>,
    hot_files: Vec<HotFile>,
    history: History<'a>,
    excluded: Vec<Excluded<'a>>,
    lost: Vec<Lost<'a>>,
    languages: Vec<Language<'a>>,
    unsupported: Vec<Unsupported<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct DefinitionId<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Repository<'a> {
    name: &'a str,
    /// The directory the report is narrowed to; empty for everything.
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    commit: Option<&'a str>,
    as_of: Option<String>,
    /// Why there is no commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Total<'a> {
    value: Option<f64>,
    known_weight: f64,
    known_components: usize,
    applicable_components: usize,
    fail_under: Option<f64>,
    passed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// A component of the whole: its numbers, and what to say about them.
#[derive(Serialize)]
struct Component<'a> {
    #[serde(flatten)]
    numbers: Numbers<'a>,
    title: &'a str,
    measure: &'static str,
    level: Level,
    subjects: u64,
    unit: &'static str,
    gap_unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    repair: Option<&'a str>,
    notes: &'a [String],
}

/// One component in one scope.
#[derive(Serialize)]
struct Numbers<'a> {
    id: &'a str,
    state: &'static str,
    method: Option<&'static str>,
    good: Option<u64>,
    of: Option<u64>,
    unknown: u64,
    share: Option<f64>,
    score: Option<f64>,
    target: f64,
    floor: f64,
    weight: f64,
    gap: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A scope. Components that do not apply in it, and those the whole repository has no number for, are left out.
#[derive(Serialize)]
struct Scope<'a> {
    kind: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name_bytes: Option<String>,
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    known_weight: f64,
    files: u64,
    lines: u64,
    components: Vec<Numbers<'a>>,
}

#[derive(Serialize)]
struct HotFile {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    changes: u64,
    of: u64,
    share: f64,
    hot: bool,
    counts: bool,
    /// Why its touches do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Serialize)]
struct History<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repair: Option<&'a str>,
    unit: &'static str,
    changes: u64,
    bots: u64,
    commits: Commits,
    /// Non-merge commits that belong to no recognised change.
    direct: u32,
    window: Window,
    /// The share of changes above which a file is hot.
    hot_above: f64,
    /// Files in more than half of all changes.
    beyond_half: u64,
}

#[derive(Serialize)]
struct Commits {
    all: u32,
    non_merge: u32,
}

#[derive(Serialize)]
struct Window {
    days: u32,
    from: Option<String>,
    to: Option<String>,
    extended: bool,
}

#[derive(Serialize)]
struct Excluded<'a> {
    class: &'a str,
    reason: &'a str,
    files: u64,
    lines: u64,
}

#[derive(Serialize)]
struct Lost<'a> {
    reason: &'a str,
    about: &'a str,
    files: usize,
    paths: Vec<Name>,
}

/// A path in a list.
#[derive(Serialize)]
struct Name {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
}

#[derive(Serialize)]
struct Language<'a> {
    name: &'a str,
    files: u64,
    lines: u64,
    unparsed_lines: u64,
    unparsed_bytes: u64,
    damaged_files: u64,
    /// Unparsed lines of all lines.
    unparsed_share: f64,
}

#[derive(Serialize)]
struct Unsupported<'a> {
    language: &'a str,
    files: u64,
    lines: u64,
}

impl<'a> Document<'a> {
    fn new(report: &'a Report) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool {
                name: "quality",
                version: &report.matter.tool_version,
            },
            definition: DefinitionId {
                id: &report.definition_id,
            },
            repository: repository(report),
            score: total(report),
            components: report.components.iter().map(component).collect(),
            scopes: report
                .directories
                .iter()
                .chain(&report.languages)
                .chain(&report.files)
                .map(|place| scope(report, place))
                .collect(),
            hot_files: hot_files(report),
            history: history(report),
            excluded: report
                .excluded
                .iter()
                .map(|excluded| Excluded {
                    class: excluded.class.name(),
                    reason: excluded.reason,
                    files: excluded.files,
                    lines: excluded.lines,
                })
                .collect(),
            lost: lost(report),
            languages: languages(report),
            unsupported: report
                .unsupported
                .iter()
                .map(|unsupported| Unsupported {
                    language: unsupported.language,
                    files: unsupported.files,
                    lines: unsupported.lines,
                })
                .collect(),
            notes: &report.notes,
        }
    }
}

fn repository<'a>(report: &'a Report) -> Repository<'a> {
    let prefix = &report.matter.prefix;
    Repository {
        name: &report.matter.repository,
        path: json_name(prefix),
        path_bytes: json_name_bytes(prefix),
        commit: report.head.map(|head| head.id.as_str()),
        as_of: report.head.and_then(|head: &Head| date(head.time)),
        reason: report.head.is_none().then_some("no commit was read"),
    }
}

fn total<'a>(report: &'a Report) -> Total<'a> {
    let known = report.known();
    Total {
        value: report.root.scope.score.as_ref().map(score),
        known_weight: fraction(known.weight_millionths),
        known_components: known.known,
        applicable_components: known.applicable,
        fail_under: report.matter.fail_under.map(Decimal::to_f64),
        passed: report.passed(),
        reason: report.reason_without_score(),
    }
}

fn component<'a>(row: &'a Row) -> Component<'a> {
    Component {
        numbers: numbers(row, &row.outcome, row.reason.clone()),
        title: &row.component.title,
        measure: row.component.measure.name(),
        level: row.component.level,
        subjects: row.outcome.subjects,
        unit: row.about.unit,
        gap_unit: row.about.gap,
        repair: row.repair.as_deref(),
        notes: row.notes,
    }
}

fn numbers<'a>(row: &'a Row, outcome: &Outcome, reason: Option<String>) -> Numbers<'a> {
    let known = outcome.state.is_known();
    let component = row.component;
    Numbers {
        id: &component.id,
        state: outcome.state.word(),
        method: row.method.filter(|_| known).map(Method::word),
        good: known.then_some(outcome.good),
        of: known.then_some(outcome.of),
        unknown: outcome.unknown,
        share: millionths(outcome.good, outcome.of)
            .filter(|_| known)
            .map(fraction),
        score: outcome.score.as_ref().map(score),
        target: component.target.to_f64(),
        floor: component.floor.to_f64(),
        weight: component.weight.to_f64(),
        gap: known.then(|| outcome.gap()),
        reason,
    }
}

fn scope<'a>(report: &'a Report, place: &'a Place) -> Scope<'a> {
    let scope = &place.scope;
    let components: Vec<Numbers> = report
        .components
        .iter()
        .zip(&scope.outcomes)
        .filter(|(_, outcome)| outcome.state.is_known() || outcome.unknown > 0)
        .map(|(row, outcome)| {
            let missing = !outcome.state.is_known();
            let reason = without_number(outcome, row.about.unit).filter(|_| missing);
            numbers(row, outcome, reason)
        })
        .collect();
    let reason = if scope.score.is_some() {
        None
    } else if scope
        .outcomes
        .iter()
        .any(|outcome| outcome.state == State::Unavailable)
    {
        Some("nothing could be measured")
    } else {
        Some("no component that was measured has a weight")
    };
    let is_path = scope.kind != ScopeKind::Language;
    Scope {
        kind: scope.kind.word(),
        name: json_name(&scope.name),
        name_bytes: json_name_bytes(&scope.name).filter(|_| is_path),
        score: scope.score.as_ref().map(score),
        reason,
        known_weight: fraction(place.known_share_millionths()),
        files: place.files,
        lines: place.lines,
        components,
    }
}

fn hot_files(report: &Report) -> Vec<HotFile> {
    let of = report.hot.changes;
    report
        .hot
        .files
        .iter()
        .map(|file| HotFile {
            path: json_name(file.path.as_bytes()),
            path_bytes: json_name_bytes(file.path.as_bytes()),
            changes: file.changes,
            of,
            share: millionths(file.changes, of).map_or(0.0, fraction),
            hot: file.hot,
            counts: file.reason.is_none(),
            reason: file.reason,
        })
        .collect()
}

fn history<'a>(report: &'a Report) -> History<'a> {
    let history = report.history;
    let (state, reason, repair) = match &history.state {
        HistoryState::Available => ("available", None, None),
        HistoryState::NotApplicable { reason } => ("not-applicable", Some(reason.as_str()), None),
        HistoryState::Unavailable { reason, repair } => {
            ("unavailable", Some(reason.as_str()), repair.as_deref())
        }
        HistoryState::Skipped => ("skipped", Some("history was not read"), None),
    };
    let available = history.state == HistoryState::Available;
    let reached = |time: i64| available.then(|| date(time)).flatten();
    History {
        state,
        reason,
        repair,
        unit: match history.unit {
            ChangeUnit::PullRequests => "pull-requests",
            ChangeUnit::Commits => "commits",
        },
        changes: history.changes.len() as u64,
        bots: history.bot_changes.len() as u64,
        commits: Commits {
            all: history.commits.all,
            non_merge: history.commits.non_merge,
        },
        direct: history.commits.direct,
        window: Window {
            days: history.window.days,
            from: reached(history.window.from),
            to: reached(history.window.to),
            extended: history.window.extended,
        },
        hot_above: report.hot.above.to_f64(),
        beyond_half: report.hot.beyond_half,
    }
}

fn lost<'a>(report: &'a Report) -> Vec<Lost<'a>> {
    report
        .lost
        .iter()
        .map(|lost| Lost {
            reason: lost.key,
            about: lost.reason,
            files: lost.paths.len(),
            paths: lost
                .paths
                .iter()
                .map(|path| Name {
                    path: json_name(path.as_bytes()),
                    path_bytes: json_name_bytes(path.as_bytes()),
                })
                .collect(),
        })
        .collect()
}

fn languages<'a>(report: &'a Report) -> Vec<Language<'a>> {
    report
        .parsed
        .iter()
        .map(|parsed| Language {
            name: parsed.language,
            files: parsed.files,
            lines: parsed.lines,
            unparsed_lines: parsed.unparsed_lines,
            unparsed_bytes: parsed.unparsed_bytes,
            damaged_files: parsed.damaged_files,
            unparsed_share: millionths(parsed.unparsed_lines, parsed.lines).map_or(0.0, fraction),
        })
        .collect()
}

/// 0 to 100, rounded down to four decimals.
fn score(score: &Score) -> f64 {
    score.floor_hundred(10_000) as f64 / 10_000.0
}

/// Millionths as a number. The division of two small integers is rounded once, so it prints as they are.
fn fraction(millionths: u64) -> f64 {
    millionths as f64 / Decimal::SCALE as f64
}

/// A time in UTC as RFC 3339; none outside the years it can say.
fn date(seconds: i64) -> Option<String> {
    jiff::Timestamp::from_second(seconds)
        .ok()
        .map(|time| time.to_string())
}
