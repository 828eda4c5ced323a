//! Waivers in a change: what they excuse does not fail it, and is never called fixed.

use super::{compared, definition_of, failed};
use crate::gate::Kind;

const TYPED: &str = "typed-slots";

fn subjects(base: &str, head: &str) -> (Vec<(Kind, u64)>, bool) {
    let comparison = compared(&definition_of(TYPED), base, head);
    let delta = &comparison.components[0];
    let kinds = Kind::ALL.into_iter();
    let counted = kinds.map(|kind| (kind, delta.count(kind).subjects));
    let found = counted.filter(|(_, subjects)| *subjects > 0).collect();
    (found, failed(&comparison))
}

#[test]
fn what_a_change_excuses_is_waived_and_not_fixed() {
    let base = "//- a.py\ndef f(x): return x\n";
    let head = "//- a.py\ndef f(x): return x  # quality: allow(it) -- why\n";
    assert_eq!(subjects(base, head), (vec![(Kind::Waived, 1)], false));
    let new = "//- a.py\ndef f(x): return x\ndef g(x): return x  # quality: allow(it) -- why\n";
    let expected = vec![(Kind::Waived, 1), (Kind::Inherited, 1)];
    assert_eq!(subjects(base, new), (expected, false));
}

#[test]
fn what_was_excused_before_is_nothing_new() {
    let base = "//- a.py\ndef f(x): return x  # quality: allow(it) -- why\n";
    let moved = "//- b.py\nx = 1\n\n\ndef f(x): return x  # quality: allow(it) -- why\n";
    assert_eq!(subjects(base, moved), (vec![], false));
}

#[test]
fn code_whose_excuse_is_taken_away_is_bad() {
    let base = "//- a.py\ndef f(x): return x  # quality: allow(it) -- why\n";
    let head = "//- a.py\ndef f(x): return x\n";
    assert_eq!(subjects(base, head), (vec![(Kind::NewlyBad, 1)], true));
}

#[test]
fn the_reason_is_told_beside_the_place() {
    let base = "//- a.py\nx = 1\n";
    let head = "//- a.py\ndef f(x): return x  # quality: allow(it) -- the vendor's\n";
    let comparison = compared(&definition_of(TYPED), base, head);
    let change = &comparison.components[0].changes[0];
    assert_eq!((change.line, change.after), (Some(1), 2));
    assert_eq!(change.note.as_deref(), Some("the vendor's"));
}
