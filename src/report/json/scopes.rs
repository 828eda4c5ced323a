//! The list of scopes, written by hand. It is nearly all of a document, and most of its bytes are the same for every
//! scope: what does not change is put together once.

use super::super::assemble::without_number;
use super::super::escape::{json_name, json_name_bytes};
use super::super::{Place, Report, Row, millionths};
use super::append::{decimal, integer, string, value};
use super::reason_without_score;
use crate::evaluation::{Bounds, Outcome, ScopeKind};
use crate::measures::Method;

/// Bytes of a scope with a handful of components, roughly.
const TYPICAL_SCOPE: usize = 1_024;

/// Appends the value of `scopes` to the document.
pub(super) fn write(text: &mut Vec<u8>, report: &Report) {
    let rows: Vec<Fixed> = report.components.iter().map(Fixed::new).collect();
    let mut places = report
        .directories
        .iter()
        .chain(&report.languages)
        .chain(&report.files)
        .peekable();
    if places.peek().is_none() {
        text.extend_from_slice(b"[]");
        return;
    }
    let count = report.directories.len() + report.files.len();
    text.reserve(count * TYPICAL_SCOPE);
    let mut separator: &[u8] = b"[\n    ";
    for place in places {
        text.extend_from_slice(separator);
        separator = b",\n    ";
        scope(text, &rows, place);
    }
    text.extend_from_slice(b"\n  ]");
}

/// A scope. Components that do not apply in it, and those the whole repository has no number for, are left out.
fn scope(text: &mut Vec<u8>, rows: &[Fixed], place: &Place) {
    let scope = &place.scope;
    text.extend_from_slice(b"{\"kind\":");
    string(text, scope.kind.word());
    text.extend_from_slice(b",\"name\":");
    match std::str::from_utf8(&scope.name) {
        Ok(name) => string(text, name),
        Err(_) => string(text, &json_name(&scope.name)),
    }
    if scope.kind != ScopeKind::Language
        && let Some(bytes) = json_name_bytes(&scope.name)
    {
        text.extend_from_slice(b",\"name_bytes\":");
        string(text, &bytes);
    }
    text.extend_from_slice(b",\"score\":");
    match &scope.score {
        Some(score) => decimal(text, score.floor_hundred(10_000), 4),
        None => {
            text.extend_from_slice(b"null,\"reason\":");
            string(text, reason_without_score(scope));
        }
    }
    if let Some(score) = &scope.strict_score {
        text.extend_from_slice(b",\"strict_score\":");
        decimal(text, score.floor_hundred(10_000), 4);
    }
    bounds(text, scope.bounds.as_ref());
    text.extend_from_slice(b",\"known_weight\":");
    decimal(text, place.known_share_millionths(), 6);
    text.extend_from_slice(b",\"files\":");
    integer(text, place.files);
    text.extend_from_slice(b",\"lines\":");
    integer(text, place.lines);
    text.extend_from_slice(b",\"components\":[");
    let counting = rows
        .iter()
        .zip(&scope.outcomes)
        .filter(|(_, outcome)| outcome.state.is_known() || outcome.unknown > 0);
    for (position, (row, outcome)) in counting.enumerate() {
        if position > 0 {
            text.push(b',');
        }
        row.numbers(text, outcome);
    }
    text.extend_from_slice(b"]}");
}

/// What is the same for a component in every scope, with the keys around it.
struct Fixed {
    unit: &'static str,
    /// Up to the state.
    id: Vec<u8>,
    /// How sure a number is, if there is one.
    method: Vec<u8>,
    /// The bars and the weight.
    bars: Vec<u8>,
}

impl Fixed {
    fn new(row: &Row) -> Self {
        let component = row.component;
        let mut fixed = Self {
            unit: row.about.unit,
            id: b"{\"id\":".to_vec(),
            method: Vec::new(),
            bars: Vec::new(),
        };
        string(&mut fixed.id, &component.id);
        fixed.id.extend_from_slice(b",\"state\":");
        value(&mut fixed.method, &row.method.map(Method::word));
        for (key, number) in [
            (",\"target\":", component.target),
            (",\"floor\":", component.floor),
            (",\"weight\":", component.weight),
        ] {
            fixed.bars.extend_from_slice(key.as_bytes());
            value(&mut fixed.bars, &number.to_f64());
        }
        fixed
    }

    /// One component in one scope: the fields of [`super::document::Numbers`].
    fn numbers(&self, text: &mut Vec<u8>, outcome: &Outcome) {
        text.extend_from_slice(&self.id);
        string(text, outcome.state.word());
        let known = outcome.state.is_known();
        let share = millionths(outcome.good, outcome.of).filter(|_| known);
        let number = |text: &mut Vec<u8>, number: u64| {
            if known {
                integer(text, number);
            } else {
                text.extend_from_slice(b"null");
            }
        };
        text.extend_from_slice(b",\"method\":");
        if known {
            text.extend_from_slice(&self.method);
        } else {
            text.extend_from_slice(b"null");
        }
        text.extend_from_slice(b",\"good\":");
        number(text, outcome.good);
        text.extend_from_slice(b",\"of\":");
        number(text, outcome.of);
        text.extend_from_slice(b",\"unknown\":");
        integer(text, outcome.unknown);
        text.extend_from_slice(b",\"share\":");
        match share {
            Some(share) => decimal(text, share, 6),
            None => text.extend_from_slice(b"null"),
        }
        text.extend_from_slice(b",\"score\":");
        match &outcome.score {
            Some(score) => decimal(text, score.floor_hundred(10_000), 4),
            None => text.extend_from_slice(b"null"),
        }
        bounds(text, outcome.bounds.as_deref().filter(|_| known));
        text.extend_from_slice(&self.bars);
        text.extend_from_slice(b",\"gap\":");
        number(text, outcome.gap());
        if known && outcome.waived > 0 {
            strict(text, outcome);
        }
        if !known && let Some(reason) = without_number(outcome, self.unit) {
            text.extend_from_slice(b",\"reason\":");
            string(text, &reason);
        }
        text.push(b'}');
    }
}

/// Between what a score could be, where something was lost.
fn bounds(text: &mut Vec<u8>, bounds: Option<&Bounds>) {
    if let Some(bounds) = bounds {
        text.extend_from_slice(b",\"low\":");
        decimal(text, bounds.low.floor_hundred(10_000), 4);
        text.extend_from_slice(b",\"high\":");
        decimal(text, bounds.high.floor_hundred(10_000), 4);
    }
}

/// Numbers without waivers, which differ from the others in few scopes.
fn strict(text: &mut Vec<u8>, outcome: &Outcome) {
    text.extend_from_slice(b",\"strict_good\":");
    integer(text, outcome.strict_good());
    if let Some(share) = millionths(outcome.strict_good(), outcome.of) {
        text.extend_from_slice(b",\"strict_share\":");
        decimal(text, share, 6);
    }
    if let Some(score) = outcome.strict() {
        text.extend_from_slice(b",\"strict_score\":");
        decimal(text, score.floor_hundred(10_000), 4);
    }
}
