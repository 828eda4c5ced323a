//! What decides: levels, floors, bars and what cannot be known.

use super::{Finding, State, between, compared, definition_of};
use crate::definition::Decimal;
use crate::definition::{Alteration, Effect};
use crate::gate::{Comparison, Inputs, Texts, Verdict, compare};

const BAD: &str = "def load(x): return x\n";
const GOOD: &str = "def load(x: int) -> int: return x\n";

fn definition(level: &str, more: &str) -> crate::definition::Definition {
    definition_of(&format!(
        "[component.typed]\nmeasure.typed-slots = {{}}\ntarget = 1\nfloor = 0.5\nlevel = \"{level}\"\n{more}"
    ))
}

/// Findings and the verdict in short.
fn verdict(comparison: &Comparison) -> String {
    let findings = comparison.findings.iter().map(|finding| match finding {
        Finding::Regressed { .. } => "regressed".to_owned(),
        Finding::BecameUnknown { .. } => "became unknown".to_owned(),
        Finding::Unmeasured { tolerated, .. } => match tolerated {
            true => "unmeasured, tolerated".to_owned(),
            false => "unmeasured".to_owned(),
        },
        Finding::FloorUnknown { tolerated, .. } => format!("floor unknown, tolerated {tolerated}"),
        Finding::BelowFloor { inherited, .. } => format!("below floor, inherited {inherited}"),
        Finding::Bar { bar, standing } => {
            let open = match (standing.open, standing.tolerated) {
                (false, _) => "",
                (true, false) => ", open",
                (true, true) => ", open and tolerated",
            };
            format!("bar {bar} reached {:?}{open}", standing.reached)
        }
        Finding::Drop { bar, kept } => format!("drop {bar} kept {kept}"),
        Finding::Weakened { places, agreed } => format!("weakened {places} agreed {agreed}"),
        Finding::NothingCompared => "nothing compared".to_owned(),
    });
    let mut said: Vec<String> = findings.collect();
    said.push(comparison.verdict().word().to_owned());
    said.join("; ")
}

#[track_caller]
fn check(level: &str, more: &str, base: &str, head: &str, expected: &str) {
    let comparison = compared(&definition(level, more), base, head);
    assert_eq!(verdict(&comparison), expected);
}

#[test]
fn a_level_says_what_a_new_gap_may_do() {
    let base = format!("//- a.py\n{GOOD}{GOOD}{GOOD}");
    let head = format!("{base}{BAD}");
    for (level, expected) in [
        ("track", "passed"),
        ("report", "passed"),
        ("ratchet", "regressed; failed"),
        ("block", "regressed; failed"),
    ] {
        check(level, "", &base, &head, expected);
    }
}

#[test]
fn a_floor_blocks_whoever_crossed_it_and_only_at_its_level() {
    let good = format!("//- a.py\n{GOOD}");
    let half = format!("//- a.py\n{GOOD}{BAD}");
    let below = format!("//- a.py\n{GOOD}{BAD}{BAD}");
    // Two of four slots are exactly the floor.
    check("block", "", &half, &format!("{half}\n"), "passed");
    check(
        "block",
        "",
        &below,
        &format!("{below}\n"),
        "below floor, inherited true; failed",
    );
    check(
        "block",
        "",
        &good,
        &below,
        "regressed; below floor, inherited false; failed",
    );
    check("ratchet", "", &below, &format!("{below}\n"), "passed");
}

#[test]
fn bars_are_compared_exactly() {
    // Three of four slots: between a floor of one half and one that is 50.
    let base = format!("//- a.py\n{GOOD}");
    let head = "//- a.py\ndef load(x: int) -> int: return x\ndef save(x: int): return x\n";
    for (bar, expected) in [
        ("50", "bar 50 reached Some(true); passed"),
        ("50.000001", "bar 50.000001 reached Some(false); failed"),
    ] {
        let more = format!("[gate]\nfail_under = {bar}\n");
        check("report", &more, &base, head, expected);
    }
    let settings = |drop: &str| {
        let mut definition = definition("report", "");
        definition.gate.max_drop = Decimal::from_f64(drop.parse().unwrap());
        definition
    };
    for (bar, expected) in [
        ("50", "drop 50 kept true; passed"),
        ("49.999999", "drop 49.999999 kept false; failed"),
        ("0", "drop 0 kept false; failed"),
    ] {
        assert_eq!(verdict(&compared(&settings(bar), &base, head)), expected);
    }
    assert_eq!(
        verdict(&compared(&settings("0"), head, &base)),
        "drop 0 kept true; passed"
    );
}

#[test]
fn what_cannot_be_read_leaves_it_open() {
    let base = format!("//- a.py\n{GOOD}//- b.py\n{GOOD}");
    check(
        "ratchet",
        "",
        &base,
        &base.replace("a.py", "a.py (lost)"),
        "unmeasured; inconclusive",
    );
    check(
        "report",
        "",
        &base,
        &base.replace("a.py", "a.py (lost)"),
        "passed",
    );
    // The last file that could be read is a deleted one: nobody made the other one unreadable.
    let lost = format!("//- a.py\n{GOOD}//- b.py (lost)\n");
    check("ratchet", "", &lost, "//- b.py (lost)\n", "passed");
}

// Cases 119 and 120.
#[test]
fn the_lower_bound_is_held_against_the_bar() {
    // One of two slots is good; with the two that b.py is estimated to hold, between one and three of four.
    let state = "//- a.py\ndef load(x: int): return x\n//- b.py (lost)\ndef load(x): return x\n";
    for (bar, on_unmeasured, expected) in [
        ("25", "fail", "bar 25 reached Some(true); passed"),
        (
            "26",
            "fail",
            "bar 26 reached Some(true), open; inconclusive",
        ),
        (
            "75",
            "fail",
            "bar 75 reached Some(false), open; inconclusive",
        ),
        ("76", "fail", "bar 76 reached Some(false); failed"),
        (
            "26",
            "warn",
            "bar 26 reached Some(true), open and tolerated; passed",
        ),
        // What was measured is below: nobody opts out of that.
        (
            "75",
            "warn",
            "bar 75 reached Some(false), open and tolerated; failed",
        ),
    ] {
        let text = format!(
            "[component.typed]\nmeasure.typed-slots = {{}}\ntarget = 1\nfloor = 0\nlevel = \"report\"\n\
             [gate]\nfail_under = {bar}\non_unmeasured = \"{on_unmeasured}\"\n"
        );
        let comparison = compared(&definition_of(&text), state, state);
        assert_eq!(verdict(&comparison), expected);
        let is_open = expected.contains("open");
        assert_eq!(comparison.open.len(), usize::from(is_open));
    }
}

#[test]
fn a_file_that_became_unreadable_can_be_let_pass_with_a_warning() {
    let base = format!("//- a.py\n{GOOD}//- b.py\n{GOOD}");
    check(
        "ratchet",
        "[gate]\non_unmeasured = \"warn\"\n",
        &base,
        &base.replace("a.py", "a.py (lost)"),
        "unmeasured, tolerated; passed",
    );
}

#[test]
fn a_component_without_its_input_became_unknown() {
    use crate::measures::Measurement;
    let definition = definition("ratchet", "");
    let base = State::new(&definition, &format!("//- a.py\n{GOOD}"));
    let mut head = State::new(&definition, &format!("//- a.py\n{GOOD}"));
    head.evaluation.components[0].measurement = Measurement::Unavailable {
        reason: "gone".to_owned(),
        repair: None,
    };
    assert_eq!(
        verdict(&between(&definition, &base, &head)),
        "became unknown; failed"
    );
    assert_eq!(verdict(&between(&definition, &head, &base)), "passed");
    // What was missing before ratchets nothing, but it blocks: a floor is asked for.
    for (on_unmeasured, expected) in [
        (
            "fail",
            "floor unknown, tolerated false; nothing compared; inconclusive",
        ),
        (
            "warn",
            "floor unknown, tolerated true; nothing compared; inconclusive",
        ),
    ] {
        let more = format!("[gate]\non_unmeasured = \"{on_unmeasured}\"\n");
        let definition = self::definition("block", &more);
        let mut state = State::new(&definition, &format!("//- a.py\n{GOOD}"));
        state.evaluation.components[0].measurement = Measurement::Unavailable {
            reason: "gone".to_owned(),
            repair: None,
        };
        state.evaluation.repository.outcomes[0].state = crate::evaluation::State::Unavailable;
        assert_eq!(verdict(&between(&definition, &state, &state)), expected);
    }
}

#[test]
fn where_there_is_no_code_nothing_is_compared() {
    let nothing = "//- README.md\nHello\n";
    check("ratchet", "", nothing, "", "nothing compared; inconclusive");
    check(
        "ratchet",
        "",
        &format!("//- a.py\n{BAD}"),
        nothing,
        "passed",
    );
    check(
        "ratchet",
        "[gate]\nfail_under = 50\n",
        &format!("//- a.py\n{BAD}"),
        nothing,
        "bar 50 reached None; inconclusive",
    );
}

#[test]
fn a_weaker_definition_has_to_be_agreed_to() {
    let definition = definition("ratchet", "");
    let state = State::new(&definition, &format!("//- a.py\n{GOOD}"));
    let alteration = |effect| Alteration {
        key: "component.typed.target".to_owned(),
        before: None,
        after: None,
        effect,
    };
    let alterations = [Effect::Weaker, Effect::Stricter, Effect::Neutral].map(alteration);
    let said = |may_alter: bool, alterations: &[Alteration]| {
        let comparison = compare(Inputs {
            base: state.side(),
            head: state.side(),
            under_head: None,
            texts: &Texts::default(),
            settings: &definition.gate,
            alterations,
            may_alter,
        });
        verdict(&comparison)
    };
    assert_eq!(said(false, &alterations), "weakened 1 agreed false; failed");
    assert_eq!(said(true, &alterations), "weakened 1 agreed true; passed");
    assert_eq!(said(false, &alterations[1..]), "passed");
}

#[test]
fn verdicts_are_ordered_from_the_best_to_the_worst() {
    assert!(Verdict::Passed < Verdict::Inconclusive && Verdict::Inconclusive < Verdict::Failed);
}
