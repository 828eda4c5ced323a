//! The table of runs: one row that says what was measured, by what, and the score.

use super::{Cell, Column, Kind, SCHEMA_VERSION, Table, commit_time, run};
use crate::definition::Decimal;
use crate::git::HistoryState;
use crate::report::Report;
use crate::report::escape::json_name;

pub(super) const TABLE: Table = Table {
    name: "runs",
    columns: &[
        Column::always("run", Kind::Text),
        Column::always("schema_version", Kind::Count),
        Column::always("tool_version", Kind::Text),
        Column::always("repository", Kind::Text),
        Column::always("source", Kind::Text),
        Column::always("path", Kind::Text),
        Column::new("commit", Kind::Text),
        Column::new("commit_time", Kind::Moment),
        Column::always("definition", Kind::Text),
        Column::new("score", Kind::Decimal),
        Column::new("strict_score", Kind::Decimal),
        Column::always("known_weight", Kind::Decimal),
        Column::always("known_components", Kind::Count),
        Column::always("applicable_components", Kind::Count),
        Column::always("files", Kind::Count),
        Column::always("lines", Kind::Count),
        Column::new("changes", Kind::Count),
        Column::new("fail_under", Kind::Decimal),
        Column::new("passed", Kind::Flag),
        Column::new("reason", Kind::Text),
    ],
    rows,
};

fn rows(report: &Report, row: &mut dyn FnMut(&[Cell])) {
    let scope = &report.root.scope;
    let known = report.known();
    let has_history = report.history.state == HistoryState::Available;
    row(&[
        Cell::Text(&run(report)),
        Cell::Count(SCHEMA_VERSION),
        Cell::Text(&report.matter.tool_version),
        Cell::Text(&report.matter.repository),
        Cell::Text(report.matter.source),
        Cell::Text(&json_name(&report.matter.prefix)),
        Cell::text(report.head.map(|head| head.id.as_str())),
        commit_time(report),
        Cell::Text(&report.definition_id),
        Cell::score(scope.score.as_ref()),
        Cell::score(scope.strict()),
        Cell::Decimal(known.weight_millionths, 6),
        Cell::Count(known.known as u64),
        Cell::Count(known.applicable as u64),
        Cell::Count(report.root.files),
        Cell::Count(report.root.lines),
        Cell::count(has_history.then_some(report.history.changes.len() as u64)),
        Cell::millionths(report.matter.fail_under.map(bar)),
        report.passed().map_or(Cell::Null, Cell::Flag),
        Cell::text(report.reason_without_score()),
    ]);
}

/// A bar, target or weight in millionths; none is below nothing.
pub(super) fn bar(decimal: Decimal) -> u64 {
    u64::try_from(decimal.millionths()).unwrap_or(0)
}
