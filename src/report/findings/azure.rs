//! Findings as commands in the log of Azure Pipelines, which shows errors and warnings beside a run.
//!
//! It keeps ten of each of a step. The worst come first; where there are more, the tenth says how many. There is no command
//! for what is only worth knowing; it is counted.

use super::limit::{cut, worst};
use super::{Finding, Findings, Severity};
use crate::report::escape::{azure, workflow_line};
use crate::report::text::page::counted;

/// Most errors, and most warnings, of a step that are kept.
const MOST: usize = 10;

/// Commands, then the page for people, on lines that are none.
pub fn render(findings: &Findings, page: &str) -> String {
    let mut lines = Vec::new();
    for severity in [Severity::Error, Severity::Warning] {
        let kind = severity.word();
        // A problem is an error of its own, without a place.
        let problem = findings
            .problem
            .as_ref()
            .filter(|_| severity == Severity::Error);
        let most = MOST - usize::from(problem.is_some());
        lines.extend(problem.map(|problem| issue(kind, &[], problem)));
        let (mut shown, all) = worst(findings, severity, most);
        if all > most {
            shown.truncate(most - 1);
        }
        lines.extend(shown.iter().map(|finding| of_finding(findings, finding)));
        if all > shown.len() {
            lines.push(issue(kind, &[], &more(all - shown.len())));
        }
    }
    let notes = findings
        .open()
        .filter(|one| one.severity == Severity::Note)
        .count();
    if notes > 0 {
        let notes = counted(notes as u64, "findings");
        lines.push(format!(
            "{notes} worth knowing; --format concise lists them"
        ));
    }
    lines.extend(page.lines().map(workflow_line));
    lines.push(String::new());
    lines.join("\n")
}

fn more(left_out: usize) -> String {
    let left_out = counted(left_out as u64, "more findings");
    format!("{left_out}: --format concise lists all of them")
}

fn of_finding(findings: &Findings, finding: &Finding) -> String {
    let path = azure(finding.path.as_bytes());
    let line = finding.line_or_first().to_string();
    let code = findings.id(finding);
    let properties = [
        ("sourcepath", path.as_str()),
        ("linenumber", &line),
        ("columnnumber", "1"),
        ("code", code),
    ];
    // The code is shown nowhere beside the message.
    let title = findings
        .rules
        .get(finding.rule)
        .map_or("", |rule| &rule.title);
    let message = format!("{title}: {}", finding.message);
    issue(finding.severity.word(), &properties, &message)
}

/// The values of the properties are encoded already.
fn issue(kind: &str, properties: &[(&str, &str)], message: &str) -> String {
    let mut command = format!("##vso[task.logissue type={kind}");
    for (key, value) in properties {
        command.push_str(&format!(";{key}={value}"));
    }
    format!("{command}]{}", azure(cut(message).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finding, findings};
    use super::render;

    #[test]
    fn ten_of_each_and_the_last_says_how_many_are_left() {
        let many: Vec<_> = (0..12)
            .map(|at| finding(0, &format!("{at}.py"), 20 - at))
            .collect();
        let mut found = findings(many);
        found.list.push(finding(1, "z.py", 1));
        let text = render(&found, "a page\n##[error] x\n");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "##vso[task.logissue type=warning;sourcepath=0.py;linenumber=1;columnnumber=1;code=zero]Zero: 20 missing"
        );
        assert_eq!(
            lines[9..],
            [
                "##vso[task.logissue type=warning]3 more findings: --format concise lists all of them",
                "1 finding worth knowing; --format concise lists them",
                "a page",
                r"##\x5berror] x",
            ]
        );
    }

    #[test]
    fn what_ends_the_build_comes_first() {
        let mut found = findings(Vec::new());
        found.problem = Some("Gate failed; [x]".to_owned());
        assert_eq!(
            render(&found, ""),
            "##vso[task.logissue type=error]Gate failed%3B [x%5D\n"
        );
    }
}
