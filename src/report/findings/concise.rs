//! Findings as compilers print them, a line each, for editors: `path:line: severity: message [rule]`.
//!
//! Vim reads it by its default `errorformat`, Emacs by `compile`, and a problem matcher with one expression. A colon in a
//! path is spelled `\x3a`, so that a place ends where it seems to, and no line is a command to whatever runs this.

use std::fmt::Write as _;

use super::Findings;
use super::limit::cut;
use crate::report::escape::{terminal, workflow_line};

/// A line for each open finding; nothing where there is none.
pub fn render(findings: &Findings) -> String {
    let mut text = String::new();
    for (path, found) in findings.by_file() {
        let path = workflow_line(&terminal(path.as_bytes()).replace(':', r"\x3a"));
        for finding in found {
            let message = terminal(cut(&finding.message).as_bytes());
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{path}:{}: {}: {} [{}]",
                finding.line_or_first(),
                finding.severity.word(),
                workflow_line(&message),
                findings.id(finding),
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finding, findings};
    use super::render;

    #[test]
    fn a_line_says_where_how_bad_what_and_why() {
        let mut one = finding(0, "src/a.py", 3);
        one.line = Some(7);
        one.message = "load: no type for path".to_owned();
        let found = findings(vec![one, finding(1, "b.py", 1)]);
        assert_eq!(
            render(&found),
            "b.py:1: note: 1 missing [one]\nsrc/a.py:7: warning: load: no type for path [zero]\n"
        );
        assert_eq!(render(&findings(Vec::new())), "");
    }

    #[test]
    fn no_name_ends_its_place_or_is_a_command() {
        let mut one = finding(0, "::error file=x:1: a\nb##vso[task].py", 3);
        one.message = "::stop-commands::x\n##teamcity[x".to_owned();
        assert_eq!(
            render(&findings(vec![one])),
            "\\x3a\\x3aerror file=x\\x3a1\\x3a a\\x0ab##vso\\x5btask].py:1: warning: \
             \\x3a:stop-commands::x\\x0a##teamcity\\x5bx [zero]\n"
        );
    }
}
