//! The schema of definitions against the reader: whatever one accepts the other does, but for what only meaning shows.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{REQUIRED, schema};
use crate::definition::{BUILTIN_TEXT, parse};

const EXAMPLE: &str = include_str!("../../../quality.toml.example");

/// Mistakes that no schema of single keys can see: they are in what a text means, or in how keys go together.
const BEYOND: &[&str] = &[
    "all_disabled.toml",
    "bot_empty.toml",
    "coverage_report_leaves.toml",
    "declared_empty.toml",
    "declared_lines.toml",
    "declared_match.toml",
    "declared_misfit.toml",
    "declared_pattern.toml",
    "declared_query.toml",
    "entry_bad.toml",
    "glob_absolute.toml",
    "glob_bad.toml",
    "glob_braces.toml",
    "glob_dot.toml",
    "glob_empty.toml",
    "glob_leaves.toml",
    "glob_negated.toml",
    "history_contradiction.toml",
    "level_of_history.toml",
    "missing_measure.toml",
    "missing_measure_of_built_in.toml",
    "no_components.toml",
    "over_missing.toml",
    "prefer_empty.toml",
    "prefer_missing.toml",
    "target_below_floor.toml",
    "target_is_floor.toml",
    "title_too_long.toml",
    "too_many_decimals.toml",
    "unknown_component.toml",
    "weights_all_zero.toml",
];

/// A document as an editor hands it over: dates as strings.
fn document(text: &str) -> Option<Value> {
    fn plain(value: toml::Value) -> Value {
        match value {
            toml::Value::String(text) => json!(text),
            toml::Value::Integer(number) => json!(number),
            toml::Value::Float(number) => json!(number),
            toml::Value::Boolean(yes) => json!(yes),
            toml::Value::Datetime(date) => json!(date.to_string()),
            toml::Value::Array(array) => array.into_iter().map(plain).collect(),
            toml::Value::Table(table) => {
                Value::Object(table.into_iter().map(|(k, v)| (k, plain(v))).collect())
            }
        }
    }
    let table: toml::Table = text.parse().ok()?;
    Some(plain(toml::Value::Table(table)))
}

/// What the schema has against a value; knows what the schema uses, and nothing else.
fn faults(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    judged(schema, schema, value, at)
}

fn judged(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let faults = |schema: &Value, value: &Value, at: &str| judged(root, schema, value, at);
    if *schema == Value::Null {
        // Nothing is said of it here.
        return Vec::new();
    }
    if *schema == json!(false) {
        return vec![format!("{at} is not a key")];
    }
    let mut found = Vec::new();
    let mut fault = |text: String| found.push(format!("{at}: {text}"));
    for (key, rule) in schema.as_object().unwrap() {
        let number = value.as_f64();
        match key.as_str() {
            "$schema" | "title" | "description" | "additionalProperties" | "definitions" => {}
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().trim_start_matches('#'));
                for text in faults(target.unwrap(), value, at) {
                    fault(text);
                }
            }
            "allOf" => {
                for form in rule.as_array().unwrap() {
                    for text in faults(form, value, at) {
                        fault(text);
                    }
                }
            }
            "type" => {
                let fits = match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    "boolean" => value.is_boolean(),
                    other => panic!("type {other}"),
                };
                if !fits {
                    fault(format!("is no {rule}"));
                }
            }
            "enum" => {
                if !rule.as_array().unwrap().contains(value) {
                    fault(format!("is not among {rule}"));
                }
            }
            "minimum" => {
                if number.is_some_and(|number| number < rule.as_f64().unwrap()) {
                    fault("is too small".to_owned());
                }
            }
            "maximum" => {
                if number.is_some_and(|number| number > rule.as_f64().unwrap()) {
                    fault("is too large".to_owned());
                }
            }
            "pattern" => {
                let pattern = regex::Regex::new(rule.as_str().unwrap()).unwrap();
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    fault(format!("does not match {rule}"));
                }
            }
            "maxItems" => {
                if value
                    .as_array()
                    .is_some_and(|all| all.len() as u64 > rule.as_u64().unwrap())
                {
                    fault("is too long".to_owned());
                }
            }
            "minProperties" | "maxProperties" => {
                let most = rule.as_u64().unwrap();
                let has = value.as_object().map_or(most, |all| all.len() as u64);
                if (key == "minProperties" && has < most) || (key == "maxProperties" && has > most)
                {
                    fault("has another number of keys".to_owned());
                }
            }
            "required" => {
                for key in rule.as_array().unwrap() {
                    if value.is_object() && value.get(key.as_str().unwrap()).is_none() {
                        fault(format!("has no {key}"));
                    }
                }
            }
            "anyOf" => {
                let mut forms = rule.as_array().unwrap().iter();
                if !forms.any(|form| faults(form, value, at).is_empty()) {
                    fault("has none of its forms".to_owned());
                }
            }
            "propertyNames" => {
                for name in value.as_object().into_iter().flat_map(|all| all.keys()) {
                    for text in faults(rule, &json!(name), at) {
                        fault(text);
                    }
                }
            }
            "properties" | "items" => {}
            other => panic!("the schema says {other}"),
        }
    }
    if let Some(fields) = value.as_object() {
        for (name, field) in fields {
            let rule = match schema["properties"].get(name) {
                Some(rule) => rule,
                None => &schema["additionalProperties"],
            };
            found.extend(faults(rule, field, &format!("{at}/{name}")));
        }
    }
    if schema["items"].is_object() {
        for element in value.as_array().into_iter().flatten() {
            found.extend(faults(&schema["items"], element, at));
        }
    }
    found
}

fn files(directory: &str) -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut found: Vec<(String, String)> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .filter_map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            Some((name, String::from_utf8(fs::read(&path).unwrap()).ok()?))
        })
        .collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

#[test]
fn what_the_reader_accepts_fulfils_the_schema() {
    let schema = schema();
    let mut texts = files("examples");
    texts.extend(files("src/presets/data"));
    texts.push(("builtin.toml".to_owned(), BUILTIN_TEXT.to_owned()));
    texts.push(("quality.toml.example".to_owned(), EXAMPLE.to_owned()));
    // Everything in it that is commented out, as a definition of its own.
    let commented: String = EXAMPLE
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .filter(|line| {
            let key = line.split(" = ").next().unwrap_or_default();
            line.starts_with('[') || (key != *line && !key.contains([' ', '{', '"']))
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let commented = commented.split_once("[[waiver]]").unwrap().1;
    let commented = format!("[[waiver]]{commented}");
    assert!(document(&commented).is_some(), "{commented}");
    texts.push(("what is commented out".to_owned(), commented));
    for (name, text) in texts {
        let found = faults(&schema, &document(&text).unwrap(), "");
        assert_eq!(found, [""; 0], "{name}");
    }
}

#[test]
fn what_the_reader_refuses_fails_the_schema_unless_it_is_beyond_it() {
    let schema = schema();
    let mut passed = Vec::new();
    for (name, text) in files("fixtures/definitions/invalid") {
        assert!(parse(text.as_bytes(), &name).is_err(), "{name}");
        let Some(document) = document(&text) else {
            continue;
        };
        if faults(&schema, &document, "").is_empty() {
            passed.push(name);
        }
    }
    assert_eq!(passed, BEYOND);
}

#[test]
fn what_the_schema_requires_the_reader_requires() {
    let text = schema().to_string();
    for (table, keys) in REQUIRED {
        for key in *keys {
            let quoted = format!("\"{key}\"");
            assert!(text.contains(&quoted), "{table}.{key}");
        }
    }
    for (written, missing) in [
        ("[[waiver]]\npaths = ['a']\nreason = 'b'", "component"),
        ("[[coverage.path_map]]\nfrom = 'a'", "to"),
        ("[[data.library]]\nwrite = ['a.b']", "name"),
        ("[[data.lock]]\nenter = true", "name"),
        ("[probe]\nruns = 5", "command"),
        ("[probe]\ncommand = 'a {port}'\nendpoints = [{}]", "path"),
        (
            "[component.tested-files]\nmeasure.tested-files.map = [{ source = 'a' }]",
            "tests",
        ),
        (
            "[component.fast-endpoints]\nmeasure.fast-endpoints.import = [{ path = 'a' }]",
            "format",
        ),
        (
            "[component.a]\nmeasure.declared = { passes = { typed = true } }",
            "population",
        ),
        (
            "[component.a]\nmeasure.declared = { population = 'file' }",
            "passes",
        ),
    ] {
        let text = format!("extends = 'builtin'\n{written}\n");
        let found = faults(&schema(), &document(&text).unwrap(), "");
        assert_eq!(found.len(), 1, "{written}: {found:?}");
        assert!(
            found[0].contains(&format!("has no \"{missing}\"")),
            "{found:?}"
        );
        assert!(parse(text.as_bytes(), "quality.toml").is_err(), "{written}");
    }
}

#[test]
fn every_key_is_explained_and_every_explanation_belongs_to_a_key() {
    let schema = schema();
    let mut silent = BTreeSet::new();
    collect(&schema, "", &mut silent);
    collect(
        &schema["definitions"]["component"],
        "component.*",
        &mut silent,
    );
    // Conditions and what stands within one line of the example are explained in the README.
    silent.retain(|key| {
        let inline = ["path_map", "map", "import", "endpoints", "ready", "env"];
        !key.contains("declared") && !inline.iter().any(|part| key.contains(&format!("{part}.")))
    });
    let expected: BTreeSet<String> = ["component", "component.*.measure"]
        .map(str::to_owned)
        .into();
    let measures: BTreeSet<String> = silent
        .iter()
        .filter(|key| key.starts_with("component.*.measure."))
        .cloned()
        .collect();
    assert!(
        measures.iter().all(|key| key.split('.').count() == 4),
        "{measures:?}"
    );
    assert_eq!(&silent - &measures, expected);
}

fn collect(schema: &Value, at: &str, silent: &mut BTreeSet<String>) {
    let properties = schema["properties"].as_object();
    for (name, below) in properties.into_iter().flatten() {
        if at == "component" {
            continue;
        }
        let at = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}.{name}")
        };
        if below["description"]
            .as_str()
            .is_none_or(|words| words.len() < 4)
        {
            silent.insert(at.clone());
        }
        collect(below, &at, silent);
        collect(&below["items"], &at, silent);
    }
    if schema["additionalProperties"].is_object() && at != "component" {
        collect(&schema["additionalProperties"], &format!("{at}.*"), silent);
    }
}
