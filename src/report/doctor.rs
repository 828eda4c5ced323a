//! What a check-up found: as text and as JSON.

use std::path::PathBuf;

use serde::Serialize;

use crate::adoption::checkup::{Finding, Health, is_anything_missing};
use crate::report::escape::{self, JsonLines};
use crate::report::format::{Format, FormatProblem, Table, parse_in};
use crate::report::head::Tool;
use crate::report::text::Style;
use crate::report::text::page::{Ink, Page, counted, pad};

/// Counted up whenever a name or a meaning changes; new names may come without.
pub const SCHEMA_VERSION: u32 = 1;
/// Width of the word that says how something is.
const WORD: usize = 9;
/// Width of what it is about.
const ABOUT: usize = 13;

/// A check-up of a repository.
#[derive(Clone, Debug)]
pub struct DoctorReport {
    /// The version of this program.
    pub tool_version: String,
    /// What the repository is called.
    pub repository: String,
    /// The commit that is checked out, in full.
    pub head: Option<String>,
    /// What the definition is known by; none where it could not be read.
    pub definition_id: Option<String>,
    /// What was looked at.
    pub findings: Vec<Finding>,
}

/// Writes a check-up down.
pub type OfDoctor = fn(&DoctorReport, &Style) -> String;

/// The formats of `quality doctor`.
pub const DOCTOR: Table<OfDoctor> = &[
    Format {
        name: "json",
        about: "every finding, for programs; the schema is versioned",
        render: |report, _| json(report),
    },
    Format {
        name: "text",
        about: "every finding with its cost and its repair, for people",
        render: text,
    },
];

impl Format<OfDoctor> {
    /// Writes a check-up down. The style matters to formats for people only.
    pub fn render(&self, report: &DoctorReport, style: &Style) -> String {
        (self.render)(report, style)
    }
}

/// Reads `NAME[=PATH]` for a check-up.
pub fn parse(text: &str) -> Result<(Format<OfDoctor>, Option<PathBuf>), FormatProblem> {
    parse_in(DOCTOR, text)
}

impl DoctorReport {
    /// Whether nothing keeps the program from a full answer.
    pub fn is_complete(&self) -> bool {
        !is_anything_missing(&self.findings)
    }

    fn count(&self, health: Health) -> u64 {
        let all = self.findings.iter();
        all.filter(|finding| finding.health == health).count() as u64
    }

    /// The verdict on one line.
    fn verdict(&self) -> String {
        let (missing, notes) = (self.count(Health::Missing), self.count(Health::Note));
        let notes = match notes {
            0 => String::new(),
            notes => format!("; {} worth knowing", counted(notes, "things")),
        };
        match missing {
            0 => format!("Nothing is missing{notes}."),
            1 => format!("1 thing is missing{notes}."),
            missing => format!("{missing} things are missing{notes}."),
        }
    }
}

fn text(report: &DoctorReport, style: &Style) -> String {
    let mut page = Page::new(style.width, style.color, style.ascii);
    if style.quiet {
        page.line(&[(Ink::Plain, report.verdict())]);
        return page.finish();
    }
    let repository = escape::name(report.repository.as_bytes());
    page.line(&[(Ink::Strong, format!("quality doctor of {repository}"))]);
    let head = report.head.as_deref().map_or_else(
        || "no commit".to_owned(),
        |head| format!("commit {}", head.get(..10).unwrap_or(head)),
    );
    let definition = report.definition_id.as_deref().map_or_else(
        || "no definition that can be read".to_owned(),
        |id| format!("definition {id}"),
    );
    page.line(&[(Ink::Faint, format!("{head}, {definition}"))]);
    page.gap();
    let (arrow, indent) = (if style.ascii { "->" } else { "→" }, WORD + ABOUT);
    for finding in &report.findings {
        let ink = match finding.health {
            Health::Well => Ink::Good,
            Health::Note => Ink::Middling,
            Health::Missing => Ink::Bad,
        };
        let label = vec![
            (ink, pad(finding.health.word(), WORD)),
            (Ink::Strong, pad(finding.id, ABOUT)),
        ];
        let safe = |text: &str| escape::terminal(text.as_bytes());
        page.hanging(label, indent, Ink::Plain, &safe(&finding.found));
        if let Some(costs) = &finding.costs {
            page.paragraph(indent, Ink::Faint, &format!("costs: {}", safe(costs)));
        }
        if let Some(repair) = &finding.repair {
            page.paragraph(indent, Ink::Plain, &format!("{arrow} {}", safe(repair)));
        }
    }
    page.gap();
    page.line(&[(Ink::Strong, report.verdict())]);
    let has_no_definition =
        |finding: &Finding| finding.id == "definition" && finding.health == Health::Note;
    let next = if report.findings.iter().any(has_no_definition) {
        "Next: quality init"
    } else {
        "Next: quality scan"
    };
    page.line(&[(Ink::Plain, next.to_owned())]);
    page.finish()
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    repository: Repository<'a>,
    definition: Option<DefinitionId<'a>>,
    complete: bool,
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Repository<'a> {
    name: &'a str,
    head: Option<&'a str>,
}

#[derive(Serialize)]
struct DefinitionId<'a> {
    id: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    about: &'static str,
    health: &'static str,
    found: &'a str,
    costs: Option<&'a str>,
    repair: Option<&'a str>,
}

fn json(report: &DoctorReport) -> String {
    let findings = report.findings.iter().map(|finding| Entry {
        about: finding.id,
        health: finding.health.word(),
        found: &finding.found,
        costs: finding.costs.as_deref(),
        repair: finding.repair.as_deref(),
    });
    JsonLines::document(&Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::new(&report.tool_version),
        repository: Repository {
            name: &report.repository,
            head: report.head.as_deref(),
        },
        definition: report
            .definition_id
            .as_deref()
            .map(|id| DefinitionId { id }),
        complete: report.is_complete(),
        findings: findings.collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{DoctorReport, json, text};
    use crate::adoption::checkup::{Finding, Health};
    use crate::report::text::Style;

    fn report() -> DoctorReport {
        let finding = |id, health, found: &str| Finding {
            id,
            health,
            found: found.to_owned(),
            costs: None,
            repair: None,
        };
        DoctorReport {
            tool_version: "1.2.3".to_owned(),
            repository: "shop".to_owned(),
            head: None,
            definition_id: None,
            findings: vec![
                finding("git", Health::Well, "the repository can be read"),
                Finding {
                    costs: Some("Test coverage has no number".to_owned()),
                    repair: Some("write one".to_owned()),
                    ..finding("coverage", Health::Missing, "no report \u{1b}[2J")
                },
            ],
        }
    }

    #[test]
    fn text_is_safe_and_every_line_fits() {
        let text = text(&report(), &Style::default());
        assert!(
            text.contains("missing  coverage     no report \\x1b[2J\n"),
            "{text}"
        );
        assert!(text.contains("→ write one\n"), "{text}");
        assert!(
            text.ends_with("1 thing is missing.\nNext: quality scan\n"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn json_says_the_same() {
        let value: Value = serde_json::from_str(&json(&report())).unwrap();
        assert_eq!(value["complete"], false);
        assert_eq!(value["findings"][1]["health"], "missing");
        assert_eq!(value["definition"], Value::Null);
    }
}
