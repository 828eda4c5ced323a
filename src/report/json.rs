//! The report as JSON: the contract with dashboards and checks. Field names change only with `schema_version`.
//!
//! The same report gives the same bytes: nothing of the clock, the machine or the way there is in it. A number is null
//! only where a reason stands beside it. Shares have six decimals and scores four, both rounded down.

pub(in crate::report) mod append;
mod document;
mod scopes;

use document::{
    Closing, Commits, Component, DefinitionId, Endpoint, Entry, Excluded, History, HotFile,
    Language, List, Lost, Name, Numbers, Opening, Repository, Total, Unsupported, Waiver, Window,
};

use super::at::At;
use super::escape::{JsonLines, json_name, json_name_bytes};
use super::head::{Tool, points};
use super::{Declared, Listed, ListedEntry, Report, Row, Served, millionths};
use crate::definition::Decimal;
use crate::evaluation::{Outcome, Scope, State};
use crate::git::{ChangeUnit, Head, HistoryState};
use crate::measures::Method;
use crate::path::RepoPath;

/// Counted up whenever a name or a meaning changes; new names may come without.
pub const SCHEMA_VERSION: u32 = 1;

/// The report as a JSON document with a line feed at its end.
pub fn render(report: &Report) -> String {
    let mut text = Vec::new();
    JsonLines::append(&Opening::new(report), &mut text);
    // The scopes go on where the opening would end; the closing goes on behind them.
    text.truncate(text.len() - b"\n}".len());
    text.extend_from_slice(b",\n  \"scopes\": ");
    scopes::write(&mut text, report);
    let brace = text.len();
    JsonLines::append(&Closing::new(report), &mut text);
    text[brace] = b',';
    JsonLines::text(text)
}

impl<'a> Opening<'a> {
    fn new(report: &'a Report) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool::new(&report.matter.tool_version),
            definition: DefinitionId {
                id: &report.definition_id,
            },
            repository: repository(report),
            score: total(report),
            components: report.components.iter().map(component).collect(),
        }
    }
}

impl<'a> Closing<'a> {
    fn new(report: &'a Report) -> Self {
        Self {
            waivers: report.waivers.iter().map(waiver).collect(),
            hot_files: hot_files(report),
            endpoints: report.endpoints.iter().map(endpoint).collect(),
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
    let as_of = report.head.and_then(|head: &Head| date(head.time));
    let reason = match (report.head, &as_of) {
        (None, _) => Some("no commit was read"),
        (Some(_), None) => Some("the date of the commit is out of range"),
        _ => None,
    };
    Repository {
        name: &report.matter.repository,
        source: report.matter.source,
        path: json_name(prefix),
        path_bytes: json_name_bytes(prefix),
        commit: report.head.map(|head| head.id.as_str()),
        as_of,
        reason,
    }
}

fn total<'a>(report: &'a Report) -> Total<'a> {
    let known = report.known();
    let bounds = report.root.scope.bounds.as_ref();
    Total {
        value: report.root.scope.score.as_ref().map(points),
        strict: report.root.scope.strict().map(points),
        low: bounds.map(|bounds| points(&bounds.low)),
        high: bounds.map(|bounds| points(&bounds.high)),
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
        lists: row.lists.iter().map(list).collect(),
    }
}

fn list<'a>(listed: &'a Listed) -> List<'a> {
    let entry = |listed: &'a ListedEntry| Entry {
        places: listed
            .places
            .iter()
            .map(|(path, line)| At::new(path, *line))
            .collect(),
        words: &listed.entry.words,
        figures: listed.entry.figures.iter().copied().collect(),
    };
    List {
        name: listed.list.name,
        about: &listed.list.about,
        entries: listed.entries.iter().map(entry).collect(),
    }
}

fn numbers<'a>(row: &'a Row, outcome: &Outcome, reason: Option<String>) -> Numbers<'a> {
    let known = outcome.state.is_known();
    let component = row.component;
    let bounds = outcome.bounds.as_ref().filter(|_| known);
    Numbers {
        id: &component.id,
        state: outcome.state.word(),
        method: row.method.filter(|_| known).map(Method::word),
        good: known.then_some(outcome.good),
        of: known.then_some(outcome.of),
        strict_good: known.then(|| outcome.strict_good()),
        unknown: outcome.unknown,
        share: millionths(outcome.good, outcome.of)
            .filter(|_| known)
            .map(fraction),
        strict_share: millionths(outcome.strict_good(), outcome.of)
            .filter(|_| known)
            .map(fraction),
        score: outcome.score.as_ref().map(points),
        strict_score: outcome.strict().map(points),
        low: bounds.map(|bounds| points(&bounds.low)),
        high: bounds.map(|bounds| points(&bounds.high)),
        target: component.target.to_f64(),
        floor: component.floor.to_f64(),
        weight: component.weight.to_f64(),
        gap: known.then(|| outcome.gap()),
        reason,
    }
}

/// Why a scope has no score.
pub(in crate::report) fn reason_without_score(scope: &Scope) -> &'static str {
    let outcomes = scope.outcomes.iter();
    if outcomes
        .into_iter()
        .any(|outcome| matches!(outcome.state, State::Unavailable | State::Stale))
    {
        "nothing could be measured"
    } else {
        "no component that was measured has a weight"
    }
}

fn waiver<'a>(declared: &Declared<'a>) -> Waiver<'a> {
    let waived = declared.waived;
    let path = declared.path.map(RepoPath::as_bytes);
    Waiver {
        component: &waived.component,
        state: waived.state.word(),
        path: path.map(json_name),
        path_bytes: path.and_then(json_name_bytes),
        line: waived.line,
        covers: &waived.paths,
        reason: &waived.reason,
        owner: waived.owner.as_deref(),
        until: waived.until.as_deref(),
        subjects: waived.subjects,
        gap: waived.gap,
    }
}

fn endpoint<'a>(served: &Served<'a>) -> Endpoint<'a> {
    let found = served.endpoint;
    Endpoint {
        method: found.method,
        path: &found.path,
        relative: found.is_relative,
        framework: found.framework.name(),
        file: json_name(served.path.as_bytes()),
        line: found.line,
        handler_file: served.handler.map(|(path, _)| json_name(path.as_bytes())),
        handler_line: served.handler.map(|(_, line)| line),
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
