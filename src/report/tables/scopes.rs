//! The table of components: a row for each scope and component. A row without a component is the score of its scope.
//! Files are no scopes here: their scores stand in the table of files, and what they miss in that of readings, which would
//! only be told again in ten rows for each.
//!
//! As in JSON, the whole has a row for every component, with the reason where there is no number; other scopes have one
//! for each that is known there or could have been.

use super::runs::bar;
use super::{Cell, Column, Kind, Names, Table, commit_time, run};
use crate::evaluation::{Outcome, ScopeKind};
use crate::measures::Method;
use crate::report::assemble::without_number;
use crate::report::json::reason_without_score;
use crate::report::{Place, Report, Row, millionths};

pub(super) const TABLE: Table = Table {
    name: "components",
    columns: &[
        Column::always("run", Kind::Text),
        Column::new("commit_time", Kind::Moment),
        Column::always("scope_kind", Kind::Text),
        Column::always("scope", Kind::Text),
        Column::new("scope_bytes", Kind::Text),
        Column::new("component", Kind::Text),
        Column::always("state", Kind::Text),
        Column::new("method", Kind::Text),
        Column::new("good", Kind::Count),
        Column::new("of", Kind::Count),
        Column::new("unknown", Kind::Count),
        Column::new("gap", Kind::Count),
        Column::new("share", Kind::Decimal),
        Column::new("score", Kind::Decimal),
        Column::new("strict_good", Kind::Count),
        Column::new("strict_share", Kind::Decimal),
        Column::new("strict_score", Kind::Decimal),
        Column::new("target", Kind::Decimal),
        Column::new("floor", Kind::Decimal),
        Column::new("weight", Kind::Decimal),
        Column::new("known_weight", Kind::Decimal),
        Column::new("files", Kind::Count),
        Column::new("lines", Kind::Count),
        Column::new("reason", Kind::Text),
    ],
    rows,
};

/// What every row of a scope begins with.
type Head<'a> = [Cell<'a>; 5];

fn rows(report: &Report, row: &mut dyn FnMut(&[Cell])) {
    let run = run(report);
    let time = commit_time(report);
    let mut names = Names::default();
    let mut head = |place: &Place, row: &mut dyn FnMut(Head)| {
        let kind = place.scope.kind;
        let (name, exact) = names.of(&place.scope.name);
        let exact = match kind {
            ScopeKind::Language => Cell::Null,
            _ => exact,
        };
        row([Cell::Text(&run), time, Cell::Text(kind.word()), name, exact]);
    };
    head(&report.root, &mut |head| {
        whole(head, &report.root, report.reason_without_score(), row);
        for own in &report.components {
            component(head, own, &own.outcome, own.reason.as_deref(), row);
        }
    });
    for place in report.directories.iter().chain(&report.languages) {
        head(place, &mut |head| {
            let scope = &place.scope;
            let reason = scope.score.is_none().then(|| reason_without_score(scope));
            whole(head, place, reason, row);
            for (own, outcome) in report.components.iter().zip(&scope.outcomes) {
                let known = outcome.state.is_known();
                if known || outcome.unknown > 0 {
                    let reason = (!known)
                        .then(|| without_number(outcome, own.about.unit))
                        .flatten();
                    component(head, own, outcome, reason.as_deref(), row);
                }
            }
        });
    }
}

/// The row of a scope as a whole.
fn whole(head: Head, place: &Place, reason: Option<&str>, row: &mut dyn FnMut(&[Cell])) {
    let scope = &place.scope;
    let state = match scope.score {
        Some(_) => "measured",
        None => "unavailable",
    };
    let [run, time, kind, name, exact] = head;
    row(&[
        run,
        time,
        kind,
        name,
        exact,
        Cell::Null,
        Cell::Text(state),
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::score(scope.score.as_ref()),
        Cell::Null,
        Cell::Null,
        Cell::score(scope.strict()),
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::Decimal(place.known_share_millionths(), 6),
        Cell::Count(place.files),
        Cell::Count(place.lines),
        Cell::text(reason),
    ]);
}

/// The row of a component in a scope.
fn component(
    head: Head,
    own: &Row,
    outcome: &Outcome,
    reason: Option<&str>,
    row: &mut dyn FnMut(&[Cell]),
) {
    let known = outcome.state.is_known();
    let count = |count: u64| Cell::count(known.then_some(count));
    let share = |good: u64| Cell::millionths(millionths(good, outcome.of).filter(|_| known));
    let [run, time, kind, name, exact] = head;
    row(&[
        run,
        time,
        kind,
        name,
        exact,
        Cell::Text(&own.component.id),
        Cell::Text(outcome.state.word()),
        Cell::text(own.method.filter(|_| known).map(Method::word)),
        count(outcome.good),
        count(outcome.of),
        Cell::Count(outcome.unknown),
        count(outcome.gap()),
        share(outcome.good),
        Cell::score(outcome.score.as_ref()),
        count(outcome.strict_good()),
        share(outcome.strict_good()),
        Cell::score(outcome.strict()),
        Cell::Decimal(bar(own.component.target), 6),
        Cell::Decimal(bar(own.component.floor), 6),
        Cell::Decimal(bar(own.component.weight), 6),
        Cell::Null,
        Cell::Null,
        Cell::Null,
        Cell::text(reason),
    ]);
}
