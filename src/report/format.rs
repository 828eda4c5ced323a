//! Formats: a table of them for each kind of report. A format is a file beside its table and a row in it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::findings::{azure, checkstyle, concise, github, gitlab, rdjsonl, sarif, teamcity};
use super::text::Style;
use super::{Report, badge, json, junit, markdown, openmetrics, shields, tables, text};

/// A way of writing a report down; `R` is the function that does it.
#[derive(Clone, Copy, Debug)]
pub struct Format<R = OfScan> {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    pub(in crate::report) render: R,
}

/// The formats of one kind of report, sorted by name; a test of each table holds the order.
pub type Table<R> = &'static [Format<R>];

/// What a format wrote down.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Document {
    /// A text: one file, or standard output.
    Text(String),
    /// Files of a directory, each with its name there: what cannot be one text.
    Files(Vec<(String, ByteBuf)>),
}

impl From<String> for Document {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Writes the report of a scan.
pub type OfScan = fn(&Report, &Style) -> Document;

/// The formats of `quality scan`.
pub const SCAN: Table<OfScan> = &[
    Format {
        name: "azure",
        about: "errors and warnings of Azure Pipelines and the score card, for its log",
        render: |report, _| azure::render(report.findings(), &page(report)).into(),
    },
    Format {
        name: "badge",
        about: "the score as an SVG badge",
        render: |report, _| badge::render(report).into(),
    },
    Format {
        name: "checkstyle",
        about: "gaps as Checkstyle's XML, for build servers",
        render: |report, _| checkstyle::render(report.findings()).into(),
    },
    Format {
        name: "concise",
        about: "gaps, a line each as path:line: message, for editors",
        render: |report, _| concise::render(report.findings()).into(),
    },
    Format {
        name: "csv",
        about: "a row for each scope and component, for spreadsheets",
        render: |report, _| tables::csv::render(report).into(),
    },
    Format {
        name: "github",
        about: "annotations of a workflow and the score card, for its log",
        render: |report, _| github::render(report.findings(), &page(report)).into(),
    },
    Format {
        name: "gitlab",
        about: "gaps as GitLab's Code Quality report",
        render: |report, _| gitlab::render(report.findings()).into(),
    },
    Format {
        name: "json",
        about: "everything, for programs; the schema is versioned",
        render: |report, _| json::render(report).into(),
    },
    Format {
        name: "junit",
        about: "goals as test cases, for GitLab and Jenkins",
        render: |report, _| junit::render(report).into(),
    },
    Format {
        name: "markdown",
        about: "the score card as a comment or the summary of a job",
        render: |report, _| markdown::render(report).into(),
    },
    Format {
        name: "ndjson",
        about: "a line for each run, component, file and reading, for loaders",
        render: |report, _| tables::ndjson::render(report).into(),
    },
    Format {
        name: "openmetrics",
        about: "gauges, for GitLab's metrics reports and Prometheus",
        render: |report, style| openmetrics::render(report, style).into(),
    },
    Format {
        name: "parquet",
        about: "a directory of tables, for DuckDB and warehouses",
        render: |report, _| Document::Files(tables::parquet::render(report)),
    },
    Format {
        name: "rdjsonl",
        about: "gaps for reviewdog",
        render: |report, _| rdjsonl::render(report.findings()).into(),
    },
    Format {
        name: "sarif",
        about: "gaps as SARIF 2.1.0, for code scanning",
        render: |report, _| sarif::render(report.findings()).into(),
    },
    Format {
        name: "shields",
        about: "the score as an endpoint of shields.io",
        render: |report, _| shields::render(report).into(),
    },
    Format {
        name: "teamcity",
        about: "inspections and scores as TeamCity's service messages",
        render: |report, _| teamcity::render(report.findings()).into(),
    },
    Format {
        name: "text",
        about: "the score card, for people",
        render: |report, style| text::render(report, style).into(),
    },
];

/// Those that write several files. A test holds that they do, and no others.
const OF_FILES: &[&str] = &["parquet"];

/// Those that write every reading down.
const OF_READINGS: &[&str] = &["ndjson", "parquet"];

/// The score card beside the commands of a log.
fn page(report: &Report) -> String {
    text::render(report, &Style::default())
}

/// Why `NAME[=PATH]` names no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatProblem {
    /// There is no format of this name.
    #[error("there is no format `{name}`; there are {}", known.join(", "))]
    Unknown {
        /// As typed.
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// `=` with nothing behind it.
    #[error("`{name}=` names no file")]
    NoPath {
        /// The format.
        name: &'static str,
    },
}

impl Format {
    /// The format of a scan of this name.
    pub fn named(name: &str) -> Option<Self> {
        SCAN.iter().copied().find(|format| format.name == name)
    }

    /// Whether it writes several files, for which it needs a directory.
    pub fn makes_files(&self) -> bool {
        OF_FILES.contains(&self.name)
    }

    /// Whether it writes every reading down, which takes longer than anything else.
    pub fn lists_readings(&self) -> bool {
        OF_READINGS.contains(&self.name)
    }

    /// Writes a report down. The style matters to formats for people only.
    pub fn render(&self, report: &Report, style: &Style) -> Document {
        (self.render)(report, style)
    }
}

impl<R> PartialEq for Format<R> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Reads `NAME[=PATH]` for a scan.
pub fn parse(text: &str) -> Result<(Format, Option<PathBuf>), FormatProblem> {
    parse_in(SCAN, text)
}

/// Reads `NAME[=PATH]` by a table.
pub(in crate::report) fn parse_in<R: Copy>(
    table: Table<R>,
    text: &str,
) -> Result<(Format<R>, Option<PathBuf>), FormatProblem> {
    let (name, path) = match text.split_once('=') {
        Some((name, path)) => (name, Some(path)),
        None => (text, None),
    };
    let named = table.iter().find(|format| format.name == name);
    let format = *named.ok_or_else(|| FormatProblem::Unknown {
        name: super::escape::terminal(name.as_bytes()),
        known: table.iter().map(|format| format.name).collect(),
    })?;
    match path {
        Some("") => Err(FormatProblem::NoPath { name: format.name }),
        path => Ok((format, path.map(PathBuf::from))),
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, FormatProblem, SCAN, parse};
    use crate::report::tests::story::{Story, without_history};
    use crate::report::text::Style;
    use std::path::PathBuf;

    #[test]
    fn the_table_is_sorted_by_name() {
        assert!(SCAN.is_sorted_by_key(|format| format.name));
    }

    #[test]
    fn those_that_need_a_directory_are_those_that_write_files() {
        let story = Story::new(Vec::new(), without_history());
        for format in SCAN {
            let document = format.render(&story.report(), &Style::default());
            let makes_files = matches!(document, Document::Files(_));
            assert_eq!(makes_files, format.makes_files(), "{}", format.name);
        }
    }

    #[test]
    fn a_format_may_have_a_path() {
        let read = |text| parse(text).map(|(format, path)| (format.name, path));
        assert_eq!(read("text"), Ok(("text", None)));
        assert_eq!(
            read("json=out/a=b.json"),
            Ok(("json", Some(PathBuf::from("out/a=b.json"))))
        );
        assert_eq!(read("json="), Err(FormatProblem::NoPath { name: "json" }));
    }

    #[test]
    fn an_unknown_format_is_told_which_there_are() {
        let names: Vec<&str> = SCAN.iter().map(|format| format.name).collect();
        assert_eq!(
            parse("yaml").unwrap_err().to_string(),
            format!("there is no format `yaml`; there are {}", names.join(", "))
        );
    }
}
