//! The JSON contract: names, types and what stands beside a null, seen from the reader's side.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::story::{Story, code, file, history, lost, shop, without_history};
use crate::class::Class;
use crate::codebase::File;
use crate::definition::Decimal;
use crate::facts::Lost;
use crate::measures::{Entry, List, Measurement, Subject};
use crate::path::RepoPath;
use crate::report::text::{Style, render as text};
use crate::report::{json, schema};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Document {
    schema_version: u32,
    tool: BTreeMap<String, String>,
    definition: BTreeMap<String, String>,
    repository: BTreeMap<String, Option<String>>,
    score: Total,
    components: Vec<Component>,
    scopes: Vec<Scope>,
    waivers: Vec<Value>,
    hot_files: Vec<HotFile>,
    history: Value,
    excluded: Vec<Excluded>,
    lost: Vec<Value>,
    languages: Vec<Value>,
    unsupported: Vec<Value>,
    notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Total {
    value: Option<f64>,
    strict: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    known_weight: f64,
    known_components: u64,
    applicable_components: u64,
    fail_under: Option<f64>,
    passed: Option<bool>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Component {
    id: String,
    state: String,
    method: Option<String>,
    good: Option<u64>,
    of: Option<u64>,
    strict_good: Option<u64>,
    unknown: u64,
    share: Option<f64>,
    strict_share: Option<f64>,
    score: Option<f64>,
    strict_score: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    target: f64,
    floor: f64,
    weight: f64,
    gap: Option<u64>,
    reason: Option<String>,
    // Only for the whole.
    title: Option<String>,
    measure: Option<String>,
    level: Option<String>,
    subjects: Option<u64>,
    unit: Option<String>,
    gap_unit: Option<String>,
    repair: Option<String>,
    notes: Option<Vec<String>>,
    lists: Option<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Scope {
    kind: String,
    name: String,
    name_bytes: Option<String>,
    score: Option<f64>,
    strict_score: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    reason: Option<String>,
    known_weight: f64,
    files: u64,
    lines: u64,
    components: Vec<Component>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct HotFile {
    path: String,
    path_bytes: Option<String>,
    changes: u64,
    of: u64,
    share: f64,
    hot: bool,
    counts: bool,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code)]
struct Excluded {
    class: String,
    reason: String,
    files: u64,
    lines: u64,
}

fn read(story: &Story) -> Document {
    serde_json::from_str(&json::render(&story.report())).unwrap()
}

fn stories() -> Vec<Story> {
    let mut narrowed = shop();
    narrowed.matter.prefix = b"shop/cart".to_vec();
    narrowed.matter.fail_under = Decimal::from_f64(70.0);
    let bytes = code("a.py", &[(1, 1, 1, 1)], (1, 1)).content;
    vec![
        shop(),
        narrowed,
        listed(""),
        Story::new(Vec::new(), without_history()),
        Story::new(vec![lost("a.py", Lost::TooLarge)], history(Vec::new())),
        Story::new(
            vec![file(
                b"caf\xe9/\xe2\x80\xae\x1b.py",
                Class::Code,
                "",
                1,
                bytes,
            )],
            without_history(),
        ),
    ]
}

/// The shop, where the first component lists a pair of files, a file, and something in no file.
fn listed(prefix: &str) -> Story {
    let mut story = shop();
    story.matter.prefix = prefix.as_bytes().to_vec();
    let paths = ["shop/cart/basket.py", "shop/catalogue/model.py"];
    let subjects = paths.map(|path| {
        let place = |file: &&(_, &File)| file.1.path == RepoPath::from(path);
        let found = story.codebase.indexed().collect::<Vec<_>>();
        Subject::File(
            found
                .iter()
                .find(place)
                .unwrap_or_else(|| panic!("no {path}"))
                .0,
        )
    });
    let entry = |subjects: &[Subject], words: &str| Entry {
        subjects: subjects.to_vec(),
        words: words.to_owned(),
        figures: vec![("shared_changes", 5)],
    };
    let list = List {
        name: "pairs",
        about: "Files changed together.".to_owned(),
        entries: vec![
            entry(&subjects, "a pair"),
            entry(&subjects[1..], "alone"),
            entry(&[], "about everything"),
        ],
    };
    match &mut story.evaluation.components[0].measurement {
        Measurement::Taken(taken) => taken.lists.push(list),
        other => panic!("{other:?}"),
    }
    story
}

#[test]
fn a_list_is_narrowed_to_the_files_reported() {
    let words = |prefix: &str| -> Vec<String> {
        let story = listed(prefix);
        let report: Value = serde_json::from_str(&json::render(&story.report())).unwrap();
        let entries = report["components"][0]["lists"][0]["entries"].as_array();
        let entries = entries.unwrap().iter();
        entries
            .map(|entry| entry["words"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(words(""), ["a pair", "alone", "about everything"]);
    assert_eq!(words("shop/cart"), ["a pair"]);
    assert_eq!(words("shop/catalogue"), ["a pair", "alone"]);
    assert_eq!(words("elsewhere"), [""; 0]);
}

#[test]
fn every_report_can_be_read_by_its_contract() {
    for story in stories() {
        let document = read(&story);
        assert_eq!(document.schema_version, 1);
        for component in document
            .components
            .iter()
            .chain(document.scopes.iter().flat_map(|scope| &scope.components))
        {
            let has_number = component.score.is_some();
            assert!(has_number || component.reason.is_some(), "{}", component.id);
            assert_eq!(has_number, component.good.is_some());
            holds(component.low, component.score, component.high);
            assert_eq!(has_number, component.method.is_some());
            if let (Some(good), Some(of), Some(gap)) = (component.good, component.of, component.gap)
            {
                assert_eq!(of - good, gap);
            }
        }
        for scope in &document.scopes {
            assert!(scope.score.is_some() || scope.reason.is_some());
            holds(scope.low, scope.score, scope.high);
        }
        let total = &document.score;
        holds(total.low, total.value, total.high);
        assert!(total.value.is_some() || total.reason.is_some());
        assert_eq!(
            total.fail_under.is_some(),
            story.matter.fail_under.is_some()
        );
    }
}

/// Bounds stand beside a score, both or none, and hold it between them.
#[track_caller]
fn holds(low: Option<f64>, score: Option<f64>, high: Option<f64>) {
    assert_eq!(low.is_some(), high.is_some());
    if let (Some(low), Some(high)) = (low, high) {
        let score = score.expect("bounds without a score");
        assert!(
            low <= score && score <= high && low < high,
            "{low} {score} {high}"
        );
    }
}

#[test]
fn every_report_fulfils_the_published_schema() {
    let schema: Value = serde_json::from_str(schema::SCAN).unwrap();
    for story in stories() {
        let report: Value = serde_json::from_str(&json::render(&story.report())).unwrap();
        let mut problems = Vec::new();
        validate(&schema, &schema, &report, "", &mut problems);
        assert!(problems.is_empty(), "{problems:#?}");
    }
    let mut problems = Vec::new();
    let wrong = serde_json::json!({"schema_version": 2, "extra": 1, "notes": [1]});
    validate(&schema, &schema, &wrong, "", &mut problems);
    assert!(problems.contains(&"/extra is not in the schema".to_owned()));
    assert!(problems.contains(&"/schema_version is not 1".to_owned()));
    assert!(problems.contains(&"/notes/0 has the wrong type".to_owned()));
}

/// As much of JSON Schema as ours uses.
pub(in crate::report) fn validate(
    root: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
    problems: &mut Vec<String>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return validate(root, target, value, at, problems);
    }
    let is = |kind: &Value| match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the schema says {other}"),
    };
    let fits = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(is),
        kind => is(kind),
    };
    if !fits {
        problems.push(format!("{at} has the wrong type"));
    }
    if schema["const"] != Value::Null && schema["const"] != *value {
        problems.push(format!("{at} is not {}", schema["const"]));
    }
    if let Some(values) = schema["enum"].as_array()
        && !values.contains(value)
    {
        problems.push(format!("{at} is not among {values:?}"));
    }
    if let Some(number) = value.as_f64() {
        let beyond = |key: &str, beyond: fn(f64, f64) -> bool| {
            schema[key].as_f64().is_some_and(|bar| beyond(number, bar))
        };
        if beyond("minimum", |number, bar| number < bar)
            || beyond("maximum", |number, bar| number > bar)
        {
            problems.push(format!("{at} is out of range"));
        }
    }
    if let (Some(fields), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
        for required in schema["required"].as_array().unwrap() {
            if !fields.contains_key(required.as_str().unwrap()) {
                problems.push(format!("{at} has no {required}"));
            }
        }
        for (key, field) in fields {
            let at = format!("{at}/{key}");
            match known.get(key) {
                Some(schema) => validate(root, schema, field, &at, problems),
                None => problems.push(format!("{at} is not in the schema")),
            }
        }
    }
    for (position, element) in value.as_array().into_iter().flatten().enumerate() {
        let at = format!("{at}/{position}");
        validate(root, &schema["items"], element, &at, problems);
    }
}

#[test]
fn readings_json_and_text_say_the_same() {
    let story = shop();
    let document = read(&story);
    let text = text(&story.report(), &Style::default());
    for (evaluated, component) in story.evaluation.components.iter().zip(&document.components) {
        let Measurement::Taken(taken) = &evaluated.measurement else {
            continue;
        };
        let (Some(good), Some(of)) = (component.good, component.of) else {
            continue;
        };
        assert_eq!(
            good,
            taken
                .readings
                .iter()
                .map(|reading| reading.good)
                .sum::<u64>()
        );
        assert_eq!(
            of,
            taken.readings.iter().map(|reading| reading.of).sum::<u64>()
        );
        let unknown = taken
            .unknown
            .iter()
            .filter(|(subject, _)| !matches!(subject, Subject::Change(_)))
            .count() as u64;
        assert_eq!(component.unknown, unknown);
        let tenths = good * 1_000 / of;
        let score = (component.score.unwrap() * 10.0 + 1e-9).floor() / 10.0;
        let title = component.title.as_deref().unwrap();
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with(title))
            .unwrap();
        assert!(
            line.contains(&format!("{}.{} %", tenths / 10, tenths % 10)),
            "{line}"
        );
        assert!(line.contains(&format!("{score:.1}")), "{line}");
    }
    let headline = (document.score.value.unwrap() * 10.0 + 1e-9).floor() / 10.0;
    assert!(
        text.contains(&format!("\n  {headline:>5.1}  ")),
        "{headline}"
    );
}

#[test]
fn files_add_up_to_directories_and_languages() {
    let document = read(&shop());
    let sum = |kind: &str, within: &str| {
        document
            .scopes
            .iter()
            .filter(|scope| scope.kind == kind && scope.name.starts_with(within))
            .flat_map(|scope| &scope.components)
            .filter(|component| component.id == "typed-code")
            .map(|component| component.of.unwrap_or(0))
            .sum::<u64>()
    };
    assert_eq!(sum("file", ""), sum("language", ""));
    let cart = document
        .scopes
        .iter()
        .find(|scope| scope.name == "shop/cart")
        .unwrap();
    let typed = cart
        .components
        .iter()
        .find(|component| component.id == "typed-code");
    assert_eq!(sum("file", "shop/cart/"), typed.unwrap().of.unwrap());
}

#[test]
fn the_same_codebase_gives_the_same_bytes_and_nothing_of_this_machine() {
    let story = shop();
    let first = json::render(&story.report());
    assert_eq!(first, json::render(&shop().report()));
    assert!(
        !first.contains("main\""),
        "a branch is no property of a commit"
    );
    assert!(!first.contains(env!("CARGO_MANIFEST_DIR")));
    assert!(first.contains(r#""as_of":"2023-11-14T22:14:20Z""#));
}

#[test]
fn names_that_are_not_utf8_keep_their_bytes() {
    let stories = stories();
    let story = stories.last().unwrap();
    let text = json::render(&story.report());
    assert!(text.is_ascii(), "nothing a terminal would obey");
    assert!(!text.contains('\x1b'));
    let document = read(story);
    let scope = document
        .scopes
        .iter()
        .find(|scope| scope.kind == "file")
        .unwrap();
    assert_eq!(scope.name, "caf\\xe9/\u{202e}\u{1b}.py");
    assert_eq!(scope.name_bytes.as_deref(), Some("caf%E9/%E2%80%AE%1B.py"));
}

#[test]
fn the_hot_files_that_are_no_code_say_why() {
    let document = read(&shop());
    let changelog = document
        .hot_files
        .iter()
        .find(|file| file.path == "CHANGES.md")
        .unwrap();
    assert!(changelog.hot && !changelog.counts);
    assert_eq!(changelog.reason.as_deref(), Some("changelog"));
    assert_eq!(
        (changelog.changes, changelog.of, changelog.share),
        (60, 60, 1.0)
    );
}
