//! Findings as GitLab's Code Quality report: what a merge request compares with its target, finding by finding, by
//! fingerprint. One element a line.

use serde::Serialize;

use super::limit::cut;
use super::{Findings, Severity};
use crate::report::escape::{JsonLine, JsonLines, json_name};

#[derive(Serialize)]
struct Issue<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

/// The open findings as a list; an empty one where there is none.
pub fn render(findings: &Findings) -> String {
    let mut text = b"[".to_vec();
    let mut separator: &[u8] = b"\n";
    for (path, found) in findings.by_file() {
        let path = json_name(path.as_bytes());
        for finding in found {
            text.extend_from_slice(separator);
            separator = b",\n";
            let issue = Issue {
                description: &cut(&finding.message),
                check_name: findings.id(finding),
                fingerprint: &finding.fingerprint.hex(),
                severity: severity(finding.severity),
                location: Location {
                    path: &path,
                    lines: Lines {
                        begin: finding.line_or_first(),
                    },
                },
            };
            JsonLine::append(&issue, &mut text);
        }
    }
    text.extend_from_slice(b"\n]");
    JsonLines::text(text)
}

/// GitLab has `blocker` and `major` too; nothing is known here that would earn them.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finding, findings};
    use super::render;

    #[test]
    fn an_issue_has_what_gitlab_asks_for() {
        let mut one = finding(0, "src/a.py", 3);
        one.line = Some(7);
        let found = findings(vec![one]);
        let print = found.list[0].fingerprint.hex();
        assert_eq!(
            render(&found),
            format!(
                "[\n{{\"description\":\"3 missing\",\"check_name\":\"zero\",\"fingerprint\":\"{print}\",\
                 \"severity\":\"minor\",\"location\":{{\"path\":\"src/a.py\",\"lines\":{{\"begin\":7}}}}}}\n]\n"
            )
        );
        assert_eq!(render(&findings(Vec::new())), "[\n]\n");
    }
}
