//! Findings as SARIF 2.1.0, as GitHub's code scanning takes it, a result a line.
//!
//! GitHub refuses a run of more than 25,000 results and a file beyond 10 MB (compressed), and shows the 5,000 most severe of
//! a run. So the worst of each rule are written first of all, and what is left out is told where SARIF tells such things.
//! Regions are one line: beside a pull request GitHub shows only what lies in its changed lines as a whole.

mod document;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use self::document::{
    Artifact, Automation, Body, Context, Descriptor, Driver, Fingerprints, Found, Gap, Help,
    Invocation, Level, Location, Logical, Notification, Physical, Properties, Provenance, Region,
    Reported, Roots, RuleProperties, Suppression, Text,
};
use super::limit::cut;
use super::{Finding, Findings, Rule, Severity};
use crate::measures::Method;
use crate::report::escape::{JsonLine, JsonLines, markdown, terminal, uri};
use crate::report::head::points;
use crate::report::text::page::grouped;

/// Where the schema of the format is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Most results of a run that GitHub takes.
const MOST_RESULTS: usize = 25_000;
/// Most results of a run that GitHub shows.
const MOST_SHOWN: usize = 5_000;
/// Bytes of names and messages of a run. The rest of a result compresses to nearly nothing, these may not.
const MOST_TEXT: usize = 6_000_000;
/// What paths are relative to.
const ROOT: &str = "%SRCROOT%";

/// The document. What a waiver excuses is in it, suppressed, with the reason of the waiver.
pub fn render(findings: &Findings) -> String {
    let written = selected(findings);
    let mut text = Vec::new();
    text.extend_from_slice(b"{\n\"$schema\": ");
    JsonLine::append(SCHEMA, &mut text);
    text.extend_from_slice(b",\n\"version\": \"2.1.0\",\n\"runs\": [{\n\"tool\": {\"driver\": ");
    JsonLine::append(&driver(findings), &mut text);
    text.extend_from_slice(b"},\n");
    members(&body(findings, written.len()), &mut text);
    text.extend_from_slice(b",\n\"results\": [");
    results(findings, &written, &mut text);
    text.extend_from_slice(b"\n]\n}]\n}");
    JsonLines::text(text)
}

/// The members of an object, without its braces.
fn members(body: &Body, text: &mut Vec<u8>) {
    let mut object = Vec::new();
    JsonLine::append(body, &mut object);
    let inner = object
        .strip_prefix(b"{")
        .and_then(|inner| inner.strip_suffix(b"}"));
    text.extend_from_slice(inner.unwrap_or_default());
}

fn results(findings: &Findings, written: &[&Finding], text: &mut Vec<u8>) {
    let mut separator: &[u8] = b"\n";
    for finding in written {
        text.extend_from_slice(separator);
        separator = b",\n";
        JsonLine::append(&result(findings, finding), text);
    }
}

/// What is written, in the order of the findings: all of it, or the most severe and in each severity the worst.
fn selected(findings: &Findings) -> Vec<&Finding> {
    let size = |one: &Finding| {
        let excused = one.excused.as_ref().map_or(0, String::len);
        let name = one.name.as_ref().map_or(0, String::len);
        one.path.as_bytes().len() + cut(&one.message).len() + name + excused
    };
    let mut ranked: Vec<(usize, &Finding)> = findings.list.iter().enumerate().collect();
    let is_whole =
        ranked.len() <= MOST_RESULTS && findings.list.iter().map(size).sum::<usize>() <= MOST_TEXT;
    if is_whole {
        return findings.list.iter().collect();
    }
    ranked.sort_by_key(|(_, one)| (one.excused.is_some(), one.severity, Reverse(one.gap)));
    let mut left = MOST_TEXT;
    let mut kept: Vec<(usize, &Finding)> = ranked
        .into_iter()
        .take(MOST_RESULTS)
        .take_while(|(_, one)| match left.checked_sub(size(one)) {
            Some(less) => {
                left = less;
                true
            }
            None => false,
        })
        .collect();
    kept.sort_by_key(|(at, _)| *at);
    kept.into_iter().map(|(_, one)| one).collect()
}

fn driver(findings: &Findings) -> Driver<'_> {
    Driver {
        name: "quality",
        semantic_version: &findings.tool_version,
        rules: findings.rules.iter().map(descriptor).collect(),
    }
}

fn descriptor(rule: &Rule) -> Descriptor<'_> {
    let mut tags = BTreeSet::from(["maintainability", "quality"]);
    tags.extend(rule.method.map(Method::word));
    let title = terminal(rule.caption().as_bytes());
    let about = rule.about();
    let mut text = format!("{} {about}", rule.why);
    let mut help = format!(
        "**{}**\n\n{}\n\n{about}\n",
        markdown(title.as_bytes()),
        rule.why
    );
    if let Some(precision) = rule.precision {
        text.push_str(&format!(" A rule of thumb: {precision}."));
        help.push_str(&format!("\nA rule of thumb: {precision}.\n"));
    }
    if rule.level.is_some() {
        let command = format!("quality explain {}", rule.id);
        text.push_str(&format!(" All readings: {command}"));
        help.push_str(&format!("\nAll readings: `{command}`\n"));
    }
    Descriptor {
        id: &rule.id,
        name: pascal(&rule.id),
        short_description: Text::new(title),
        full_description: Text::new(about),
        help: Help {
            text,
            markdown: help,
        },
        default_configuration: Level {
            level: rule.severity.word(),
        },
        properties: RuleProperties {
            tags,
            precision: rule.method.map(precision),
            severity: match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
        },
    }
}

/// How far a reading can be trusted, in the words code scanning has for it.
fn precision(method: Method) -> &'static str {
    match method {
        Method::Exact => "very-high",
        Method::Resolved | Method::Imported => "high",
        Method::Heuristic => "medium",
        Method::Proxy => "low",
    }
}

fn body(findings: &Findings, written: usize) -> Body<'_> {
    let mut category = format!("quality/{}/", findings.task);
    if !findings.prefix.is_empty() {
        category.push_str(&format!("{}/", uri(&findings.prefix)));
    }
    let notifications = notes(findings, written)
        .into_iter()
        .map(|note| Notification {
            descriptor: Reported { id: "left-out" },
            level: "note",
            message: Text::new(note),
        });
    let commit = findings.commit.as_ref();
    Body {
        automation_details: Automation { id: category },
        column_kind: "unicodeCodePoints",
        original_uri_base_ids: Roots::new(),
        version_control_provenance: commit.map(|(id, branch)| {
            [Provenance {
                // Where the repository lies is nowhere in it; its name is all that can be said.
                repository_uri: format!("urn:x-repository:{}", uri(findings.repository.as_bytes())),
                revision_id: id,
                branch: branch.as_deref().map(|branch| terminal(branch.as_bytes())),
                mapped_to: Artifact::root(),
            }]
        }),
        invocations: [Invocation {
            execution_successful: true,
            notifications: notifications.collect(),
        }],
        properties: Properties {
            definition: &findings.definition_id,
            score: findings.score.as_ref().map(points),
        },
    }
}

/// What a reader of the results alone would not know.
fn notes(findings: &Findings, written: usize) -> Vec<String> {
    let mut notes: Vec<String> = findings
        .notes
        .iter()
        .map(|note| sentence(&terminal(note.as_bytes())))
        .collect();
    let all = findings.list.len();
    if written < all {
        notes.push(format!(
            "{} of {} findings are written, the most severe and the largest: GitHub takes no more. The format json has all \
             numbers, the format concise all findings.",
            grouped(written as u64),
            grouped(all as u64),
        ));
    }
    if written > MOST_SHOWN {
        notes.push(format!(
            "GitHub shows {} findings of a run, the most severe.",
            grouped(MOST_SHOWN as u64),
        ));
    }
    notes
}

fn result<'a>(findings: &'a Findings, finding: &'a Finding) -> Found<'a> {
    let line = finding.line_or_first();
    let end = finding.end_line.filter(|end| *end > line);
    let name = finding
        .name
        .as_deref()
        .map(|name| terminal(name.as_bytes()));
    Found {
        rule_id: findings.id(finding),
        rule_index: finding.rule,
        level: finding.severity.word(),
        message: Text::new(message(finding)),
        locations: [Location {
            physical: Physical {
                artifact: Artifact::of(&finding.path),
                region: Region::begin(line),
                context: end.map(|end| Context {
                    start_line: line,
                    end_line: end,
                }),
            },
            logical: name.map(|name| {
                [Logical {
                    name,
                    kind: finding.kind,
                }]
            }),
        }],
        fingerprints: Fingerprints {
            quality: finding.fingerprint.hex(),
        },
        suppressions: finding.excused.as_ref().map(|reason| {
            [Suppression {
                kind: "external",
                status: "accepted",
                justification: terminal(cut(reason).as_bytes()),
            }]
        }),
        properties: Gap { gap: finding.gap },
    }
}

/// A message as a sentence. `[text](address)` would be a link in it; no message has one.
fn message(finding: &Finding) -> String {
    let text = terminal(cut(&finding.message).as_bytes());
    sentence(&text.replace("](", r"]\x28"))
}

/// A text with an end.
fn sentence(text: &str) -> String {
    match text.ends_with(['.', '!', '?']) {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}

/// `typed-code` as `TypedCode`.
fn pascal(id: &str) -> String {
    let words = id.split(['-', '_']);
    let words = words.map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::tests::{finding, findings};
    use super::{MOST_RESULTS, render};
    use crate::report::findings::{Finding, Findings};

    fn run(findings: &Findings) -> Value {
        let document: Value = serde_json::from_str(&render(findings)).unwrap();
        document["runs"][0].clone()
    }

    fn notes(run: &Value) -> Vec<String> {
        let notes = run["invocations"][0]["toolExecutionNotifications"].as_array();
        let notes = notes.into_iter().flatten();
        notes
            .map(|note| note["message"]["text"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn a_result_says_where_what_and_how_bad() {
        let mut one = finding(0, "src/a b.py", 3);
        (one.line, one.end_line, one.kind) = (Some(7), Some(12), "function");
        one.name = Some("load".to_owned());
        let mut found = findings(vec![one]);
        found.commit = Some(("5f0c9b2a".to_owned(), Some("main".to_owned())));
        found.prefix = b"a:b".to_vec();
        let run = run(&found);
        let print = found.list[0].fingerprint.hex();
        assert_eq!(
            run["results"][0],
            serde_json::json!({
                "ruleId": "zero",
                "ruleIndex": 0,
                "level": "warning",
                "message": { "text": "3 missing." },
                "locations": [{
                    "physicalLocation": {
                        "artifactLocation": { "uri": "src/a%20b.py", "uriBaseId": "%SRCROOT%" },
                        "region": { "startLine": 7, "startColumn": 1, "endLine": 7, "endColumn": 2 },
                        "contextRegion": { "startLine": 7, "endLine": 12 },
                    },
                    "logicalLocations": [{ "name": "load", "kind": "function" }],
                }],
                "partialFingerprints": { "quality/v1": print },
                "properties": { "gap": 3 },
            })
        );
        let rule = &run["tool"]["driver"]["rules"][1];
        assert_eq!(rule["name"], "One");
        assert_eq!(rule["defaultConfiguration"]["level"], "note");
        assert_eq!(rule["properties"]["problem.severity"], "recommendation");
        assert_eq!(rule["properties"]["precision"], "very-high");
        assert_eq!(run["automationDetails"]["id"], "quality/scan/a%3Ab/");
        assert_eq!(run["versionControlProvenance"][0]["revisionId"], "5f0c9b2a");
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        assert_eq!(notes(&run), [""; 0]);
    }

    #[test]
    fn what_is_excused_is_suppressed_with_the_reason() {
        let mut one = finding(0, "a.py", 3);
        one.excused = Some("frozen".to_owned());
        let run = run(&findings(vec![one]));
        assert_eq!(
            run["results"][0]["suppressions"],
            serde_json::json!([{ "kind": "external", "status": "accepted", "justification": "frozen" }])
        );
    }

    #[test]
    fn more_than_is_taken_is_left_out_and_told_the_mildest_first() {
        let many = MOST_RESULTS as u64 + 10;
        let mut all: Vec<Finding> = (0..many)
            .map(|at| finding(1, &format!("{at:05}.py"), 1 + at % 7))
            .collect();
        all.push(finding(0, "z.py", 1));
        let run = run(&findings(all));
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), MOST_RESULTS);
        // The warning is kept, and the order is that of the paths.
        assert_eq!(results[MOST_RESULTS - 1]["ruleId"], "zero");
        let gap = |result: &Value| result["properties"]["gap"].as_u64().unwrap();
        let small = results.iter().filter(|result| gap(result) == 1).count() as u64;
        assert_eq!(small, many.div_ceil(7) - 11 + 1);
        let notes = notes(&run);
        assert_eq!(notes.len(), 2);
        assert!(
            notes[0].starts_with("25,000 of 25,011 findings"),
            "{notes:?}"
        );
        assert!(notes[1].starts_with("GitHub shows 5,000"), "{notes:?}");
    }

    #[test]
    fn text_nobody_can_compress_stays_below_the_limit() {
        let long = "x".repeat(4_000);
        let all = (0..2_000)
            .map(|at| finding(0, &format!("{at}/{long}"), 1))
            .collect();
        let text = render(&findings(all));
        assert!(text.len() < 9_000_000, "{}", text.len());
        assert!(text.contains(" of 2,000 findings are written"));
    }

    #[test]
    fn no_message_is_a_link() {
        let mut one = finding(0, "a.py", 3);
        one.message = "uses [here](https://example.com)\n\u{202e}".to_owned();
        let run = run(&findings(vec![one]));
        assert_eq!(
            run["results"][0]["message"]["text"],
            r"uses [here]\x28https://example.com)\x0a\u{202e}."
        );
    }
}
