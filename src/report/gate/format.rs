//! The table of formats of the gate. A format is a file beside this one and a row here.

use std::path::PathBuf;

use super::findings::findings;
use super::{GateReport, github, json, markdown, text};
use crate::report::findings::{azure, checkstyle, concise, gitlab, rdjsonl, sarif, teamcity};
use crate::report::format::{Format, FormatProblem, Table, parse_in};
use crate::report::text::Style;

/// Writes the report of a gate.
pub type OfGate = fn(&GateReport, &Style) -> String;

/// The formats of `quality gate`.
pub const GATE: Table<OfGate> = &[
    Format {
        name: "azure",
        about: "errors and warnings of Azure Pipelines and the verdict, for its log",
        render: |report, _| {
            let page = text::render(report, &Style::default());
            azure::render(&findings(report), &page)
        },
    },
    Format {
        name: "checkstyle",
        about: "what got worse as Checkstyle's XML, for build servers",
        render: |report, _| checkstyle::render(&findings(report)),
    },
    Format {
        name: "concise",
        about: "what got worse, a line each as path:line: message, for editors",
        render: |report, _| concise::render(&findings(report)),
    },
    Format {
        name: "github",
        about: "annotations of a workflow and the verdict, for its log",
        render: |report, _| github::render(report),
    },
    Format {
        name: "gitlab",
        about: "what got worse as GitLab's Code Quality report",
        render: |report, _| gitlab::render(&findings(report)),
    },
    Format {
        name: "json",
        about: "everything, for programs; the schema is versioned",
        render: |report, _| json::render(report),
    },
    Format {
        name: "markdown",
        about: "a comment on the pull request; empty where nothing changed",
        render: |report, _| markdown::render(report),
    },
    Format {
        name: "rdjsonl",
        about: "what got worse, for reviewdog",
        render: |report, _| rdjsonl::render(&findings(report)),
    },
    Format {
        name: "sarif",
        about: "what got worse as SARIF 2.1.0, for code scanning",
        render: |report, _| sarif::render(&findings(report)),
    },
    Format {
        name: "teamcity",
        about: "inspections, scores and the verdict as TeamCity's service messages",
        render: |report, _| teamcity::render(&findings(report)),
    },
    Format {
        name: "text",
        about: "the verdict, for people",
        render: text::render,
    },
];

impl Format<OfGate> {
    /// Writes a report down. The style matters to formats for people only.
    pub fn render(&self, report: &GateReport, style: &Style) -> String {
        (self.render)(report, style)
    }
}

/// Reads `NAME[=PATH]` for a gate.
pub fn parse(text: &str) -> Result<(Format<OfGate>, Option<PathBuf>), FormatProblem> {
    parse_in(GATE, text)
}

#[cfg(test)]
mod tests {
    use super::{GATE, parse};

    #[test]
    fn the_table_is_sorted_by_name() {
        assert!(GATE.is_sorted_by_key(|format| format.name));
    }

    #[test]
    fn an_unknown_format_is_told_those_of_the_gate() {
        assert_eq!(
            parse("yaml").unwrap_err().to_string(),
            "there is no format `yaml`; there are azure, checkstyle, concise, github, gitlab, json, markdown, rdjsonl, \
             sarif, teamcity, text"
        );
    }
}
