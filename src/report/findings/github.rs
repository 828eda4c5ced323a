//! Findings in the log of a workflow: annotations beside the lines they are about, then the score card as text.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step. The worst come first; where there are more, the tenth
//! says how many.

use super::limit::{cut, cut_to, worst};
use super::{Finding, Findings, Severity};
use crate::report::escape::{name, terminal, workflow_data, workflow_line, workflow_property};
use crate::report::text::page::counted;

/// Most annotations of one kind that GitHub shows of a step.
pub(in crate::report) const MOST: usize = 10;
/// Longest encoded name of a file, in bytes; no annotation finds the place of a longer one.
pub(in crate::report) const LONGEST_FILE: usize = 700;
/// Longest title, in bytes before it is encoded.
const LONGEST_TITLE: usize = 60;

/// Workflow commands, then the page for people, on lines that are none.
pub fn render(findings: &Findings, page: &str) -> String {
    let mut lines = Vec::new();
    for severity in Severity::ALL {
        let command = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let (mut shown, all) = worst(findings, severity, MOST);
        if all > MOST {
            shown.truncate(MOST - 1);
        }
        let annotations = shown.iter().map(|finding| annotation(findings, finding));
        lines.extend(annotations.map(|annotation| format!("::{command} {annotation}")));
        if all > shown.len() {
            let more = counted((all - shown.len()) as u64, "more findings");
            let more = format!("{more}; `quality scan --format concise` lists all of them");
            lines.push(format!("::{command} title=Quality::{more}"));
        }
    }
    lines.extend(page.lines().map(workflow_line));
    lines.push(String::new());
    lines.join("\n")
}

fn annotation(findings: &Findings, finding: &Finding) -> String {
    let mut properties = Vec::new();
    let mut message = vec![terminal(cut(&finding.message).as_bytes())];
    let file = workflow_property(finding.path.as_bytes());
    if file.len() <= LONGEST_FILE {
        properties.push(format!("file={file}"));
        properties.extend(finding.line.map(|line| format!("line={line}")));
    } else {
        message.push(cut(&name(finding.path.as_bytes())).into_owned());
    }
    let title = findings
        .rules
        .get(finding.rule)
        .map_or("", |rule| &rule.title);
    let title = terminal(title.as_bytes());
    let title = cut_to(&title, LONGEST_TITLE);
    properties.push(format!("title={}", workflow_property(title.as_bytes())));
    let properties = properties.join(",");
    format!("{properties}::{}", workflow_data(&message.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finding, findings};
    use super::render;
    use crate::report::escape::testing::command;

    #[test]
    fn ten_of_each_and_the_last_says_how_many_are_left() {
        let many: Vec<_> = (0..12)
            .map(|at| finding(0, &format!("{at}.py"), 20 - at))
            .collect();
        let mut found = findings(many);
        found.list.push(finding(1, "z.py", 1));
        let text = render(&found, "a page\n");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "::warning file=0.py,title=Zero::20 missing");
        assert_eq!(
            lines[9..],
            [
                "::warning title=Quality::3 more findings; `quality scan --format concise` lists all of them",
                "::notice file=z.py,title=One::1 missing",
                "a page",
            ]
        );
    }

    #[test]
    fn a_runner_reads_the_place_that_was_meant_and_no_other_command() {
        let mut one = finding(0, "a:b,c\n::error::x.py", 3);
        one.line = Some(2);
        one.message = "::error::\n##[group]".to_owned();
        let text = render(&findings(vec![one]), "::stop-commands::x\n##[error]\n");
        let commands: Vec<_> = text.lines().filter_map(command).collect();
        assert_eq!(commands.len(), 1);
        assert_eq!(commands[0].properties[0].1, "a:b,c\n::error::x.py");
        assert_eq!(commands[0].properties[1].1, "2");
    }
}
