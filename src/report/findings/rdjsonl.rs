//! Findings in the diagnostic format of reviewdog, a JSON object a line: what it puts beside the lines of a review.

use serde::Serialize;

use super::limit::cut;
use super::{Findings, Severity};
use crate::report::escape::{JsonLine, json_name};

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: &'a str,
    location: Location<'a>,
    severity: &'static str,
    source: Source,
    code: Code<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    /// None for a whole file: there is no line the remark could stand beside.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

/// A line for each open finding.
pub fn render(findings: &Findings) -> String {
    let mut text = Vec::new();
    for (path, found) in findings.by_file() {
        let path = json_name(path.as_bytes());
        for finding in found {
            let start = finding.line.map(|line| Position { line });
            let diagnostic = Diagnostic {
                message: &cut(&finding.message),
                location: Location {
                    path: &path,
                    range: start.map(|start| Range { start }),
                },
                severity: severity(finding.severity),
                source: Source { name: "quality" },
                code: Code {
                    value: findings.id(finding),
                },
            };
            JsonLine::append(&diagnostic, &mut text);
            text.push(b'\n');
        }
    }
    // What serde writes is text.
    String::from_utf8(text).unwrap_or_default()
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
    use super::render;

    #[test]
    fn a_whole_file_has_no_range() {
        let mut one = finding(0, "src/a.py", 3);
        one.line = Some(7);
        let found = findings(vec![one, finding(1, "b.py", 1)]);
        assert_eq!(
            render(&found),
            "{\"message\":\"1 missing\",\"location\":{\"path\":\"b.py\"},\"severity\":\"INFO\",\
             \"source\":{\"name\":\"quality\"},\"code\":{\"value\":\"one\"}}\n\
             {\"message\":\"3 missing\",\"location\":{\"path\":\"src/a.py\",\"range\":{\"start\":{\"line\":7}}},\
             \"severity\":\"WARNING\",\"source\":{\"name\":\"quality\"},\"code\":{\"value\":\"zero\"}}\n"
        );
    }
}
