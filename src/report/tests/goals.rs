//! Goals, gauges and badges as their readers see them, read as strictly as by those.

use std::collections::{BTreeMap, BTreeSet};

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

use super::story::{Story, shop, without_history};
use crate::definition::Decimal;
use crate::report::tables::tests::{hostile, stories};
use crate::report::text::Style;
use crate::report::{Report, badge, junit, openmetrics, shields};

/// An element of a document: its name, attributes, text, and what is in it.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    fn number(&self, key: &str) -> usize {
        self.attributes[key].parse().unwrap()
    }

    fn all<'a>(&'a self, name: &str) -> Vec<&'a Element> {
        let below = self.children.iter().flat_map(|child| child.all(name));
        let own = (self.name == name).then_some(self);
        own.into_iter().chain(below).collect()
    }
}

/// A well-formed document.
fn xml(text: &str) -> Element {
    let is_character = |c: char| !c.is_control() || c == '\n';
    assert!(text.chars().all(is_character), "{text:?}");
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            event @ (Event::Start(_) | Event::Empty(_)) => {
                let is_empty = matches!(event, Event::Empty(_));
                let (Event::Start(start) | Event::Empty(start)) = event else {
                    unreachable!()
                };
                let mut element = Element {
                    name: start.name().as_ref().to_owned(),
                    ..Element::default()
                };
                for attribute in start.attributes() {
                    let attribute = attribute.unwrap();
                    let raw = attribute.value.to_string();
                    assert!(!raw.contains(['<', '\n']), "{raw}");
                    let value = quick_xml::escape::unescape(&raw).unwrap().into_owned();
                    let key = attribute.key.as_ref().to_owned();
                    assert_eq!(element.attributes.insert(key, value), None);
                }
                match is_empty {
                    true => open.last_mut().unwrap().children.push(element),
                    false => open.push(element),
                }
            }
            Event::End(_) => {
                let element = open.pop().unwrap();
                open.last_mut().unwrap().children.push(element);
            }
            Event::Text(text) => {
                open.last_mut().unwrap().text.push_str(&text);
            }
            Event::GeneralRef(name) => {
                let reference = format!("&{};", &*name);
                let text = quick_xml::escape::unescape(&reference)
                    .unwrap()
                    .into_owned();
                open.last_mut().unwrap().text.push_str(&text);
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(open.len(), 1, "not closed");
    let mut document = open.pop().unwrap();
    assert_eq!(document.children.len(), 1);
    document.children.remove(0)
}

/// The test cases of a suite: each by its name, with what became of it and why.
fn cases(document: &Element, suite: &str) -> BTreeMap<String, (String, String)> {
    let suites = document.all("testsuite");
    let suite = suites
        .into_iter()
        .find(|own| own.attributes["name"] == suite);
    let mut cases = BTreeMap::new();
    for case in suite.unwrap().all("testcase") {
        let result = case.children.first();
        let became = result.map_or("passed", |result| &result.name).to_owned();
        let why = result.and_then(|result| result.attributes.get("message"));
        let why = why.cloned().unwrap_or_default();
        let old = cases.insert(case.attributes["name"].clone(), (became, why));
        assert_eq!(old, None);
    }
    cases
}

#[test]
fn counts_of_test_cases_are_right_and_names_are_unique() {
    for story in stories() {
        let document = xml(&junit::render(&story.report()));
        assert_eq!(document.name, "testsuites");
        let suites = document.all("testsuite");
        for element in suites.iter().copied().chain([&document]) {
            for (count, name) in [
                ("tests", "testcase"),
                ("failures", "failure"),
                ("errors", "error"),
                ("skipped", "skipped"),
            ] {
                assert_eq!(element.number(count), element.all(name).len(), "{count}");
            }
        }
        let names: BTreeSet<(&str, &str)> = document
            .all("testcase")
            .iter()
            .map(|case| {
                (
                    case.attributes["classname"].as_str(),
                    case.attributes["name"].as_str(),
                )
            })
            .collect();
        assert_eq!(names.len(), document.all("testcase").len());
    }
}

#[test]
fn a_case_fails_where_a_component_that_counts_is_below_its_target() {
    let story = shop();
    let report = story.report();
    let text = junit::render(&report);
    let document = xml(&text);
    let whole = cases(&document, "repository");
    assert_eq!(whole.len(), report.components.len());
    for row in &report.components {
        let (became, why) = &whole[&row.component.id];
        let counts = row.component.weight.millionths() > 0;
        let target = row.component.target.millionths() as u64;
        let reached = row.outcome.good * 1_000_000 >= row.outcome.of * target;
        let expected = match row.outcome.state.is_known() {
            true if reached => "passed",
            true if counts => "failure",
            _ => "skipped",
        };
        assert_eq!(became, expected, "{}: {why}", row.component.id);
        assert_eq!(expected == "passed", why.is_empty());
    }
    assert_eq!(
        whole["typed-code"].1,
        "Typed code: 73.3 %, target 95 %; 24 slots without a type, 20 fewer would do"
    );
    assert_eq!(whole["test-coverage"].0, "skipped");
    let failures = document.all("failure");
    let typed = failures
        .iter()
        .find(|own| own.attributes["message"].starts_with("Typed"));
    let lines: Vec<&str> = typed.unwrap().text.lines().collect();
    assert_eq!(
        lines,
        [
            "shop/cart/checkout.py: 13 slots without a type",
            "tools/import.py: 6 slots without a type",
            "shop/orders.py: 4 slots without a type",
            "shop/cart/basket.py: 1 slot without a type",
            "Next: quality explain typed-code",
        ]
    );
    let suites = document.all("testsuite");
    let names: Vec<&str> = suites
        .iter()
        .map(|suite| suite.attributes["name"].as_str())
        .collect();
    assert_eq!(names, ["repository", "shop/", "tests/", "tools/"]);
    // What is not there is no goal of a directory.
    assert!(!cases(&document, "tools/").contains_key("http-client"));
}

#[test]
fn a_bar_is_a_case_that_never_passes_without_a_score() {
    let mut story = shop();
    for (bar, expected) in [(1.0, "passed"), (99.0, "failure")] {
        story.matter.fail_under = Decimal::from_f64(bar);
        let document = xml(&junit::render(&story.report()));
        assert_eq!(cases(&document, "repository")["score"].0, expected);
    }
    let mut nothing = Story::new(Vec::new(), without_history());
    nothing.matter.fail_under = Decimal::from_f64(0.0);
    let document = xml(&junit::render(&nothing.report()));
    let (became, why) = &cases(&document, "repository")["score"];
    assert_eq!(
        (became.as_str(), why.as_str()),
        ("error", "no score: nothing could be measured")
    );
}

/// A sample: the name of its metric and its labels.
type Sample = (String, Vec<(String, String)>);

/// Samples of a text of OpenMetrics with their values, read by the rules of its grammar.
fn metrics(text: &str) -> BTreeMap<Sample, f64> {
    let body = text.strip_suffix("# EOF\n").expect("an end");
    let mut samples = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let (mut family, mut kind, mut has_samples) = (String::new(), String::new(), false);
    for line in body.lines() {
        if let Some(description) = line.strip_prefix("# ") {
            let words: Vec<&str> = description.splitn(3, ' ').collect();
            let [word, name, rest] = words[..] else {
                panic!("{line}")
            };
            if name != family {
                assert_eq!(word, "TYPE");
                assert!(seen.insert(name.to_owned()), "{name} is interleaved");
                (family, kind, has_samples) = (name.to_owned(), rest.to_owned(), false);
            }
            assert!(!has_samples, "{line} behind samples");
            match word {
                "TYPE" => assert!(["gauge", "info"].contains(&rest)),
                "UNIT" => assert!(name.ends_with(&format!("_{rest}")), "{line}"),
                "HELP" => assert!(!rest.contains(['"', '\\'])),
                _ => panic!("{line}"),
            }
            continue;
        }
        let (name, rest) = line.split_once('{').unwrap();
        let suffix = if kind == "info" { "_info" } else { "" };
        assert_eq!(name, format!("{family}{suffix}"));
        has_samples = true;
        let mut labels = Vec::new();
        let mut rest = rest;
        loop {
            let (label, after) = rest.split_once("=\"").unwrap();
            assert!(
                label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            );
            let mut value = String::new();
            let mut characters = after.chars();
            loop {
                match characters.next().expect("a closing quote") {
                    '"' => break,
                    '\\' => match characters.next().unwrap() {
                        'n' => value.push('\n'),
                        own @ ('"' | '\\') => value.push(own),
                        other => panic!("\\{other}"),
                    },
                    // A comment for GitLab.
                    '#' => panic!("{line}"),
                    own => value.push(own),
                }
            }
            labels.push((label.to_owned(), value));
            rest = characters.as_str();
            match rest.strip_prefix(',') {
                Some(after) => rest = after,
                None => break,
            }
        }
        let value = rest.strip_prefix("} ").unwrap();
        assert!(!value.contains(' '), "a time in {line}");
        let value: f64 = value.parse().unwrap();
        assert_eq!(
            samples.insert((name.to_owned(), labels), value),
            None,
            "{line}"
        );
    }
    samples
}

fn style(depth: usize) -> Style {
    Style {
        depth,
        ..Style::default()
    }
}

#[test]
fn gauges_are_the_numbers_of_the_json_report() {
    for story in stories() {
        let report = story.report();
        let text = openmetrics::render(&report, &style(9));
        assert!(
            !text
                .chars()
                .any(|c| (c.is_control() && c != '\n') || c == '\u{202e}')
        );
        let samples = metrics(&text);
        let document: Value = serde_json::from_str(&crate::report::json::render(&report)).unwrap();
        let found = |name: &str, path: &str, component: Option<&str>| {
            let sample = samples.iter().find(|((own, labels), _)| {
                let label = |key: &str| {
                    let found = labels.iter().find(|(own, _)| own == key);
                    found.map(|(_, value)| value.as_str())
                };
                own == name && label("path") == Some(path) && label("component") == component
            });
            sample.map(|(_, value)| *value)
        };
        let root = String::from_utf8(report.matter.prefix.clone()).unwrap();
        assert_eq!(
            found("quality_score", &root, None),
            document["score"]["value"].as_f64()
        );
        for component in document["components"].as_array().unwrap() {
            let id = component["id"].as_str();
            for (name, key) in [
                ("quality_component_score", "score"),
                ("quality_component_share_ratio", "share"),
                ("quality_component_good", "good"),
                ("quality_component_of", "of"),
            ] {
                assert_eq!(
                    found(name, &root, id),
                    component[key].as_f64(),
                    "{name} {id:?}"
                );
            }
        }
        let directories = document["scopes"].as_array().unwrap().iter();
        for scope in directories.filter(|scope| scope["kind"] == "directory") {
            let name = scope["name"].as_str().unwrap();
            if name.chars().all(|c| c.is_alphanumeric() || c == '/') {
                assert_eq!(found("quality_score", name, None), scope["score"].as_f64());
            }
        }
    }
}

#[test]
fn as_many_levels_are_gauged_as_were_asked_for() {
    let paths = |report: &Report, depth: usize| -> BTreeSet<String> {
        let samples = metrics(&openmetrics::render(report, &style(depth)));
        let labels = samples.into_keys().flat_map(|(_, labels)| labels);
        labels
            .filter(|(key, _)| key == "path")
            .map(|(_, path)| path)
            .collect()
    };
    let story = shop();
    let report = story.report();
    assert_eq!(paths(&report, 0), [""].map(str::to_owned).into());
    assert_eq!(
        paths(&report, 1),
        ["", "shop", "tests", "tools"].map(str::to_owned).into()
    );
    assert!(paths(&report, 2).contains("shop/cart"));
    // Each name of a hostile repository is a series of its own.
    let story = hostile();
    let report = story.report();
    assert_eq!(paths(&report, 9).len(), report.directories.len() + 1);
}

#[test]
fn a_badge_says_the_score_in_words_and_takes_nothing_from_elsewhere() {
    for story in stories() {
        let report = story.report();
        let text = badge::render(&report);
        let document = xml(&text);
        assert_eq!(document.name, "svg");
        assert_eq!(document.attributes["role"], "img");
        let title = &document.all("title")[0].text;
        assert_eq!(document.attributes["aria-label"], *title);
        for outside in ["href", "url(", "script", "http"] {
            let text = text.replace("http://www.w3.org/2000/svg", "");
            assert!(!text.contains(outside), "{outside}");
        }
        let endpoint: Value = serde_json::from_str(&shields::render(&report)).unwrap();
        let words = format!(
            "{}: {}",
            endpoint["label"].as_str().unwrap(),
            endpoint["message"].as_str().unwrap()
        );
        assert_eq!(words, *title);
        assert_eq!(endpoint["schemaVersion"], 1);
        let has_score = report.root.scope.score.is_some();
        assert_eq!(
            endpoint.get("isError"),
            (!has_score).then_some(&json!(true))
        );
    }
}

#[test]
fn a_badge_below_its_bar_is_red_and_one_without_a_score_grey() {
    let color = |story: &Story| {
        let endpoint: Value = serde_json::from_str(&shields::render(&story.report())).unwrap();
        endpoint["color"].as_str().unwrap().to_owned()
    };
    let mut story = shop();
    let free = color(&story);
    story.matter.fail_under = Decimal::from_f64(1.0);
    assert_eq!(color(&story), free);
    assert_ne!(free, "red");
    story.matter.fail_under = Decimal::from_f64(99.0);
    assert_eq!(color(&story), "red");
    assert_eq!(
        color(&Story::new(Vec::new(), without_history())),
        "lightgrey"
    );
}
