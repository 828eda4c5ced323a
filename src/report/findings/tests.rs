//! Findings made by hand, and what holds of all of them.

use std::sync::Arc;

use super::{Finding, Findings, Rule, Severity};
use crate::definition::{Decimal, Level};
use crate::evaluation::Score;
use crate::facts::Lost;
use crate::measures::Method;
use crate::path::RepoPath;
use crate::report::tests::story::{Story, code, definition, lost, shop, without_history};

/// One of the rules `zero` (a warning) and `one` (a note), about a whole file.
pub(in crate::report) fn finding(rule: usize, path: &str, gap: u64) -> Finding {
    let severity = [Severity::Warning, Severity::Note][rule];
    Finding {
        message: format!("{gap} missing"),
        gap,
        ..Finding::new(rule, Arc::new(RepoPath::from(path)), severity)
    }
}

pub(in crate::report) fn findings(found: Vec<Finding>) -> Findings {
    let decimal = |number| Decimal::from_f64(number).unwrap();
    let score = |good, of| Score::of_share(good, of, decimal(1.0), decimal(0.0)).unwrap();
    let rule = |id: &str, title: &str, level| Rule {
        id: id.to_owned(),
        title: title.to_owned(),
        meaning: "What.",
        why: "Why.",
        precision: None,
        gap_unit: "missing",
        level: Some(level),
        method: Some(Method::Exact),
        severity: Severity::of(level),
    };
    let mut all = Findings {
        task: "scan",
        tool_version: "0.1.0".to_owned(),
        repository: "shop".to_owned(),
        definition_id: "0123456789abcdef".to_owned(),
        commit: None,
        prefix: Vec::new(),
        score: Some(score(1, 2)),
        scores: vec![("zero".to_owned(), score(1, 3))],
        problem: None,
        rules: vec![
            rule("zero", "Zero", Level::Ratchet),
            rule("one", "One", Level::Report),
        ],
        list: Vec::new(),
        notes: Vec::new(),
    };
    all.settle(found.into_iter().map(|finding| (finding, 0)).collect());
    all
}

/// The fingerprints of a rule in a file, in the order of lines.
fn prints(story: &Story, rule: &str, path: &str) -> Vec<String> {
    let report = story.report();
    let found = report.findings();
    let of = found
        .list
        .iter()
        .filter(|one| found.rules[one.rule].id == rule && one.path.as_bytes() == path.as_bytes());
    of.map(|one| one.fingerprint.hex()).collect()
}

#[test]
fn every_gap_with_a_place_is_found_and_what_is_only_tracked_is_not() {
    let story = shop();
    let report = story.report();
    let found = report.findings();
    for (position, row) in report.components.iter().enumerate() {
        let of: Vec<_> = found
            .list
            .iter()
            .filter(|one| one.rule == position)
            .collect();
        let total: u64 = of.iter().map(|one| one.gap).sum();
        let is_placeless = matches!(row.component.id.as_str(), "small-changes" | "local-changes");
        let expected = match row.component.level > Level::Track && !is_placeless {
            true => row.outcome.of - row.outcome.good,
            false => 0,
        };
        assert_eq!(total, expected, "{}", row.component.id);
        let worst = Severity::of(row.component.level);
        assert!(of.iter().all(|one| one.severity == worst));
    }
    let last = found.rules.len() - 1;
    let lost: Vec<_> = found.list.iter().filter(|one| one.rule == last).collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].path.as_bytes(), b"shop/legacy.py");
    let places = |one: &Finding| (one.path.clone(), one.line, one.rule);
    assert!(found.list.is_sorted_by_key(places));
}

#[test]
fn what_has_no_place_in_code_is_told() {
    let text = "version = 1\n[component.small]\nmeasure.small-changes = { max_files = 1 }\n";
    let mut story = shop();
    story = Story::under(
        &definition(text),
        vec![code("a.py", &[], (0, 0))],
        story.codebase.history.clone(),
    );
    let report = story.report();
    let found = report.findings();
    assert_eq!(found.list, []);
    assert_eq!(found.notes.len(), 1, "{:?}", found.notes);
    assert!(
        found.notes[0].starts_with("`small`: 60 "),
        "{:?}",
        found.notes
    );
}

#[test]
fn a_fingerprint_outlives_edits_above_it_and_the_mending_of_its_namesakes() {
    let typed = definition("version = 1\n[component.typed]\nmeasure.typed-slots = {}\n");
    let story = |functions: &[(u32, u32, u32, u32)]| {
        Story::under(
            &typed,
            vec![code("a.py", functions, (0, 0))],
            without_history(),
        )
    };
    let before = prints(
        &story(&[(0, 1, 0, 5), (0, 1, 0, 9), (0, 2, 0, 5)]),
        "typed",
        "a.py",
    );
    assert_eq!(before.len(), 3);
    assert!(before.iter().all(|print| print.len() == 32));
    // The first two functions of that name grow: everything below moves.
    let moved = prints(
        &story(&[(0, 1, 0, 50), (0, 1, 0, 90), (0, 2, 0, 5)]),
        "typed",
        "a.py",
    );
    assert_eq!(moved, before);
    // The second one is mended.
    let mended = prints(
        &story(&[(0, 1, 0, 5), (1, 0, 0, 9), (0, 2, 0, 5)]),
        "typed",
        "a.py",
    );
    assert_eq!(mended, [before[0].clone(), before[2].clone()]);
}

#[test]
fn no_two_fingerprints_are_the_same() {
    let mut alike = vec![finding(0, "a.py", 1); 3];
    alike.extend([finding(1, "a.py", 1), finding(0, "a", 1)]);
    let mut named = finding(0, "a.py", 1);
    named.name = Some("f".to_owned());
    alike.push(named);
    let found = findings(alike);
    let mut prints: Vec<_> = found.list.iter().map(|one| one.fingerprint).collect();
    prints.sort();
    prints.dedup();
    assert_eq!(prints.len(), 6);
}

#[test]
fn what_a_waiver_excuses_is_not_open() {
    let text = "version = 1\n[component.typed]\nmeasure.typed-slots = {}\n[[waiver]]\ncomponent = \"typed\"\n\
                paths = [\"old/**\"]\nreason = \"frozen until 3.0\"\n";
    let files = vec![
        code("old/a.py", &[(0, 2, 0, 5)], (0, 0)),
        code("new/a.py", &[(0, 1, 0, 5)], (0, 0)),
        lost("z.py", Lost::TooLarge),
    ];
    let story = Story::under(&definition(text), files, without_history());
    let report = story.report();
    let found = report.findings();
    let open: Vec<_> = found
        .open()
        .map(|one| one.path.to_str().into_owned())
        .collect();
    assert_eq!(open, ["new/a.py", "z.py"]);
    let excused: Vec<_> = found
        .list
        .iter()
        .filter(|one| one.excused.is_some())
        .collect();
    assert_eq!(excused.len(), 1);
    assert_eq!(excused[0].excused.as_deref(), Some("frozen until 3.0"));
    assert_eq!(excused[0].gap, 2);
    assert!(
        excused[0].message.contains("no type"),
        "{}",
        excused[0].message
    );
}
