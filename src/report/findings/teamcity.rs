//! Findings as service messages of TeamCity: inspections, and scores as statistics that its charts draw.
//!
//! What is longer than TeamCity takes is cut: 255 characters for what identifies something, 4,000 for what describes it.

use super::limit::cut_to;
use super::{Findings, Rule, Severity};
use crate::codebase::maps::Set;
use crate::evaluation::Score;
use crate::report::escape::teamcity;

/// Characters of an encoded name.
const LONGEST_NAME: usize = 255;
/// Characters of an encoded description or message.
const LONGEST_TEXT: usize = 4_000;

/// Messages, a line each: the types of inspection that found something, what they found, and the scores.
pub fn render(findings: &Findings) -> String {
    let mut text = String::new();
    let used: Set<usize> = findings.open().map(|one| one.rule).collect();
    for (position, rule) in findings.rules.iter().enumerate() {
        if used.contains(&position) {
            inspection_type(rule, &mut text);
        }
    }
    for (path, found) in findings.by_file() {
        let file = teamcity(path.as_bytes());
        for finding in found {
            let line = finding.line_or_first().to_string();
            message(
                "inspection",
                &[
                    ("typeId", findings.id(finding)),
                    ("message", &escaped(&finding.message, LONGEST_TEXT)),
                    ("file", &file),
                    ("line", &line),
                    ("SEVERITY", severity(finding.severity)),
                ],
                &mut text,
            );
        }
    }
    if let Some(score) = &findings.score {
        statistic("quality.score", score, &mut text);
    }
    for (id, score) in &findings.scores {
        statistic(&format!("quality.{id}"), score, &mut text);
    }
    if let Some(problem) = &findings.problem {
        let description = escaped(problem, LONGEST_TEXT);
        let attributes = [
            ("description", description.as_str()),
            ("identity", "quality"),
        ];
        message("buildProblem", &attributes, &mut text);
    }
    text
}

fn inspection_type(rule: &Rule, text: &mut String) {
    let title = escaped(&rule.caption(), LONGEST_NAME);
    let about = format!("{} {}", rule.why, rule.about());
    let attributes = [
        ("id", rule.id.as_str()),
        ("name", title.as_str()),
        ("category", "quality"),
        ("description", &escaped(&about, LONGEST_TEXT)),
    ];
    message("inspectionType", &attributes, text);
}

/// A score from 0 to 100 with four decimals, rounded down, as JSON has it.
fn statistic(key: &str, score: &Score, text: &mut String) {
    let parts = score.floor_hundred(10_000);
    let value = format!("{}.{:04}", parts / 10_000, parts % 10_000);
    message(
        "buildStatisticValue",
        &[("key", key), ("value", &value)],
        text,
    );
}

/// The values are encoded already.
fn message(name: &str, attributes: &[(&str, &str)], text: &mut String) {
    text.push_str("##teamcity[");
    text.push_str(name);
    for (key, value) in attributes {
        for part in [" ", key, "='", value, "'"] {
            text.push_str(part);
        }
    }
    text.push_str("]\n");
}

/// As much of a text as fits when it is encoded.
fn escaped(text: &str, most: usize) -> String {
    let mut length = text.len().min(most);
    loop {
        let encoded = teamcity(cut_to(text, length).as_bytes());
        if encoded.len() <= most {
            return encoded;
        }
        length = length * 3 / 4;
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "INFO",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finding, findings};
    use super::{escaped, render};

    #[test]
    fn a_text_is_cut_to_what_fits_when_it_is_encoded() {
        assert_eq!(escaped("plain", 5), "plain");
        for most in [60, 255, 4_000] {
            let length = escaped(&"a😀]".repeat(4_000), most).len();
            assert!(most / 3 < length && length <= most, "{length} of {most}");
        }
    }

    #[test]
    fn inspections_have_their_types_and_scores_are_statistics() {
        let mut one = finding(0, "it's.py", 3);
        one.line = Some(7);
        let mut found = findings(vec![one]);
        found.problem = Some("Gate failed: [1].".to_owned());
        assert_eq!(
            render(&found),
            "##teamcity[inspectionType id='zero' name='Zero: missing' category='quality' description='Why. Counted as good: what.']\n\
             ##teamcity[inspection typeId='zero' message='3 missing' file='it|'s.py' line='7' SEVERITY='WARNING']\n\
             ##teamcity[buildStatisticValue key='quality.score' value='50.0000']\n\
             ##teamcity[buildStatisticValue key='quality.zero' value='33.3333']\n\
             ##teamcity[buildProblem description='Gate failed: |[1|].' identity='quality']\n"
        );
    }
}
