//! The JSON contract, and that every format says the same.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Number, Value};

use super::story::{BASE, Story, failed, inconclusive, passed, weakened};
use crate::gate::Kind;
use crate::path::RepoPath;
use crate::report::gate::{github, json, markdown, text};
use crate::report::schema;
use crate::report::tests::contract::validate;
use crate::report::text::Style;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Document {
    schema_version: u32,
    tool: BTreeMap<String, String>,
    definition: BTreeMap<String, Option<String>>,
    repository: BTreeMap<String, String>,
    base: BTreeMap<String, Option<String>>,
    head: BTreeMap<String, Option<String>>,
    commits: u64,
    verdict: String,
    exit_code: u8,
    words: String,
    score: Score,
    findings: Vec<Finding>,
    alterations: Vec<BTreeMap<String, Option<String>>>,
    components: Vec<Component>,
    unknown: Vec<Unknown>,
    movers: Vec<Mover>,
    notes: Vec<String>,
    command: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Score {
    base: Option<Number>,
    head: Option<Number>,
    head_under_base: Option<Number>,
    base_with_data: Option<Number>,
    delta: Option<Number>,
    parts: Option<BTreeMap<String, Number>>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Finding {
    kind: String,
    verdict: String,
    component: Option<String>,
    words: String,
    bar: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Component {
    id: String,
    title: String,
    measure: String,
    level: String,
    gates: bool,
    method: Option<String>,
    unit: String,
    gap_unit: String,
    weight: f64,
    target: f64,
    floor: f64,
    base: Value,
    head: Value,
    counts: BTreeMap<String, Count>,
    unknown_files: u64,
    to_pass: Option<String>,
    changes: Vec<Change>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    subjects: u64,
    amount: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Change {
    kind: String,
    fails: bool,
    path: String,
    path_bytes: Option<String>,
    line: Option<u32>,
    was_path: Option<String>,
    was_path_bytes: Option<String>,
    before: u64,
    after: u64,
    amount: u64,
    note: Option<String>,
    since: Option<BTreeMap<String, Option<String>>>,
    example: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Unknown {
    component: String,
    path: String,
    path_bytes: Option<String>,
    reason: String,
    about: String,
    repair: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Mover {
    component: String,
    path: String,
    path_bytes: Option<String>,
    line: Option<u32>,
    effect: f64,
    came: bool,
    went: bool,
}

fn read(story: &Story) -> Document {
    serde_json::from_str(&json::render(&story.report())).unwrap()
}

fn stories() -> Vec<Story> {
    vec![
        failed(),
        passed(),
        inconclusive(),
        weakened(),
        Story::new(BASE, BASE),
        Story::new("", BASE),
        Story::new(BASE, ""),
        Story::new("", ""),
    ]
}

#[test]
fn every_verdict_fulfils_the_published_schema() {
    let schema: Value = serde_json::from_str(schema::GATE).unwrap();
    for story in stories() {
        let report: Value = serde_json::from_str(&json::render(&story.report())).unwrap();
        let mut problems = Vec::new();
        validate(&schema, &schema, &report, "", &mut problems);
        assert!(problems.is_empty(), "{problems:#?}");
    }
    let mut problems = Vec::new();
    let wrong = serde_json::json!({"schema_version": 1, "verdict": "green", "extra": 1});
    validate(&schema, &schema, &wrong, "", &mut problems);
    assert!(problems.contains(&"/extra is not in the schema".to_owned()));
    assert!(
        problems
            .iter()
            .any(|problem| problem.starts_with("/verdict is not among"))
    );
}

/// A number as it is written, in ten thousandths.
fn decimal(number: &Number) -> i64 {
    let text = number.to_string();
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    assert!(rest.len() <= 4, "{text} has more than four decimals");
    format!("{whole}{rest:0<4}").parse().unwrap()
}

#[test]
fn every_verdict_can_be_read_by_its_contract() {
    for story in stories() {
        let document = read(&story);
        assert_eq!(document.schema_version, 1);
        let exit = match document.verdict.as_str() {
            "passed" => 0,
            "failed" => 1,
            _ => 3,
        };
        assert_eq!(document.exit_code, exit);
        assert_eq!(
            document.score.delta.is_none(),
            document.score.reason.is_some()
        );
        for component in &document.components {
            assert_eq!(component.counts.len(), Kind::ALL.len());
            if component.level == "track" {
                assert!(component.changes.is_empty());
                continue;
            }
            // What is counted is listed, but for what was inherited.
            for (kind, count) in &component.counts {
                let kind = kind.replace('_', "-");
                let changes = component.changes.iter();
                let listed = changes.filter(|change| change.kind == kind);
                let listed: Vec<u64> = listed.map(|change| change.amount).collect();
                if kind != "inherited" {
                    assert_eq!(listed.len() as u64, count.subjects);
                    assert_eq!(listed.iter().sum::<u64>(), count.amount);
                }
            }
        }
    }
}

#[test]
fn the_parts_add_up_to_the_last_digit_that_is_written() {
    for story in stories() {
        let Some(parts) = read(&story).score.parts else {
            continue;
        };
        let score = read(&story).score;
        let [base, head, delta] =
            [score.base, score.head, score.delta].map(|number| decimal(&number.unwrap()));
        assert_eq!(parts.len(), 4);
        assert_eq!(parts.values().map(decimal).sum::<i64>(), delta);
        assert_eq!(base + delta, head);
    }
}

#[test]
fn every_format_says_the_same() {
    for story in stories() {
        let report = story.report();
        let document = read(&story);
        let page = text::render(&report, &Style::default());
        let summary = markdown::summary(&report);
        let formats = [page.replace('\n', " "), summary.replace('`', "")];
        let says = |what: &str| {
            for format in &formats {
                assert!(format.contains(what), "{what} is not in\n{format}");
            }
        };
        says(&document.words);
        says(&document.command);
        let value = |number: &Option<Number>| number.as_ref().map(Number::to_string);
        for number in [&document.score.base, &document.score.head] {
            value(number).iter().for_each(|score| says(score));
        }
        for (name, part) in document.score.parts.iter().flatten() {
            let amount = part.to_string();
            let amount = amount.trim_start_matches('-');
            if decimal(part) != 0 {
                says(&format!("{amount} {name}"));
            }
        }
        let mut inherited = 0;
        for component in &document.components {
            if component.level == "track" {
                continue;
            }
            inherited += component.counts["inherited"].subjects;
            if let Some(way) = &component.to_pass {
                says(way);
            }
            let fixed = component.counts["fixed"].amount;
            if fixed > 0 {
                says(&format!("{fixed} {}", component.gap_unit));
            }
        }
        if inherited > 0 {
            says(&format!("{inherited} gap"));
        }
        let changes = || {
            document
                .components
                .iter()
                .flat_map(|component| &component.changes)
        };
        for change in changes().filter(|change| change.fails) {
            let line = change
                .line
                .map_or_else(String::new, |line| format!(":{line}"));
            says(&format!("{}{line}", change.path));
            says(change.note.as_deref().unwrap());
        }
        let log = github::render(&report);
        assert!(log.contains(&page.lines().next().unwrap().to_owned()));
        let errors = log
            .lines()
            .filter(|line| line.starts_with("::error file="))
            .count();
        let fails = changes().filter(|change| change.fails).count();
        let files = document.unknown.iter().map(|file| &file.path);
        let files: std::collections::BTreeSet<&String> = files.collect();
        assert_eq!(errors, fails + files.len());
    }
}

#[test]
fn what_is_only_tracked_is_counted_and_shown_nowhere() {
    let story = failed();
    let document = read(&story);
    let tracked = document.components.last().unwrap();
    assert_eq!(
        (tracked.level.as_str(), tracked.counts["newly_bad"].subjects),
        ("track", 1)
    );
    let report = story.report();
    let comment = markdown::render(&report);
    let log = github::render(&report);
    for format in [&comment, &log] {
        // It moved the score and is named for that alone.
        assert_eq!(format.matches("Short files").count(), 1, "{format}");
    }
}

#[test]
fn a_name_that_is_not_utf8_keeps_its_bytes() {
    let mut story = failed();
    let change = &mut story.comparison.components[0].changes[0];
    change.path = RepoPath::new(&b"caf\xe9/\x1b.py"[..]);
    change.was_path = Some(RepoPath::new(&b"\xff"[..]));
    let document = read(&story);
    let changes = &document.components[0].changes;
    assert_eq!(changes[0].path, "caf\\xe9/\u{1b}.py");
    assert_eq!(changes[0].path_bytes.as_deref(), Some("caf%E9/%1B.py"));
    assert_eq!(changes[0].was_path_bytes.as_deref(), Some("%FF"));
    assert!(json::render(&story.report()).is_ascii());
}

#[test]
fn the_same_comparison_gives_the_same_bytes() {
    let all = |story: &Story| {
        let report = story.report();
        let page = text::render(&report, &Style::default());
        [
            page,
            json::render(&report),
            markdown::render(&report),
            github::render(&report),
        ]
    };
    assert_eq!(all(&failed()), all(&failed()));
}
