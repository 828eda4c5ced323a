//! The report as JUnit XML: goals as test cases, for the test views of GitLab, Jenkins and others.
//!
//! A suite stands for the whole, and one for each directory at the top of it. A test case is a component there: passed
//! where its share reaches its target, compared exactly; failed where it does not; skipped, with the reason, where there
//! is no number or where it does not count, having no weight. With a bar, the score is a case of the whole. An unknown score
//! is an error and never passes. Nothing took any time, so no time is given.

use std::fmt::Write as _;

use super::escape::{markup, shell};
use super::text::page::{counted, decimal_percent, percent, points};
use super::{Place, Report, Row, millionths};
use crate::definition::Decimal;
use crate::evaluation::{Outcome, ScopeKind, State, worst};
use crate::report::assemble::without_number;

/// How many files are named in a failure.
const WORST_FILES: usize = 10;

/// What became of a test case.
enum Result {
    Passed,
    Failed { message: String, details: String },
    Skipped(String),
    Error(String),
}

/// A component in a scope.
struct Case<'a> {
    name: &'a str,
    result: Result,
}

/// The cases of a scope.
struct Suite<'a> {
    /// As text of XML.
    name: String,
    /// The class its cases are of: another one for each suite, whatever directories are called.
    class: String,
    cases: Vec<Case<'a>>,
}

/// How many cases there are, failed, in error and skipped.
#[derive(Clone, Copy, Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// The report as a document.
pub fn render(report: &Report) -> String {
    let mut suites = vec![whole(report)];
    let depth = |name: &[u8]| memchr::memchr_iter(b'/', name).count();
    let top = match report.matter.prefix.as_slice() {
        [] => 0,
        prefix => depth(prefix) + 1,
    };
    let directories = report.directories.iter();
    suites.extend(
        directories
            .filter(|place| depth(&place.scope.name) == top)
            .map(|place| directory(report, place)),
    );
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let all = suites.iter().map(Suite::counts);
    let all = all.fold(Counts::default(), Counts::plus);
    let _ = writeln!(text, "<testsuites name=\"quality\"{}>", all.attributes());
    for suite in &suites {
        suite.write(report, &mut text);
    }
    text.push_str("</testsuites>\n");
    text
}

/// Every component of the whole, and its score if there is a bar.
fn whole<'a>(report: &'a Report) -> Suite<'a> {
    let root = &report.root;
    let name = match root.scope.kind {
        ScopeKind::Repository => "repository".to_owned(),
        _ => markup(&root.scope.name),
    };
    let cases = report.components.iter().map(|row| {
        let missing = [row.reason.as_deref(), row.repair.as_deref()];
        let missing: Vec<&str> = missing.into_iter().flatten().collect();
        let (id, outcome) = (row.component.id.as_str(), &row.outcome);
        Case {
            name: id,
            result: goal(report, root, row, outcome, &missing.join("; ")),
        }
    });
    Suite {
        name,
        class: "quality".to_owned(),
        cases: score(report).into_iter().chain(cases).collect(),
    }
}

/// The components that have a number in a directory, or could have one.
fn directory<'a>(report: &'a Report, place: &Place) -> Suite<'a> {
    let rows = report.components.iter().zip(&place.scope.outcomes);
    let cases = rows
        .filter(|(_, outcome)| outcome.state.is_known() || outcome.unknown > 0)
        .map(|(row, outcome)| {
            let missing = without_number(outcome, row.about.unit).unwrap_or_default();
            Case {
                name: &row.component.id,
                result: goal(report, place, row, outcome, &missing),
            }
        });
    let name = markup(&place.scope.name);
    Suite {
        class: format!("quality.{name}"),
        name: format!("{name}/"),
        cases: cases.collect(),
    }
}

/// The score against its bar, if there is one.
fn score(report: &Report) -> Option<Case<'static>> {
    let bar = report.matter.fail_under?;
    let result = match (&report.root.scope.score, report.passed()) {
        (None, _) => Result::Error(format!(
            "no score: {}",
            report.reason_without_score().unwrap_or_default()
        )),
        (Some(_), None) => Result::Error(format!(
            "what could not be read decides about the bar of {bar}"
        )),
        (Some(score), Some(false)) => Result::Failed {
            message: format!("the score is {}, its bar {bar}", points(score)),
            details: "Next: quality next".to_owned(),
        },
        (Some(_), Some(true)) => Result::Passed,
    };
    let name = "score";
    Some(Case { name, result })
}

/// Whether a component is where it should be in a scope.
fn goal(report: &Report, place: &Place, row: &Row, outcome: &Outcome, missing: &str) -> Result {
    let hundred = Decimal::from_millionths(100 * Decimal::SCALE);
    let component = row.component;
    let score = outcome.score.as_ref().filter(|_| outcome.state.is_known());
    let Some(score) = score else {
        let state = match outcome.state {
            State::NotApplicable => "not applicable",
            State::Stale => "stale",
            _ => "not measured",
        };
        return Result::Skipped(format!("{state}: {missing}"));
    };
    if !score.is_below(hundred) {
        return Result::Passed;
    }
    let share = millionths(outcome.good, outcome.of).unwrap_or(0);
    let found = format!(
        "{}: {}, target {}",
        component.title,
        percent(share),
        decimal_percent(component.target)
    );
    if component.weight.millionths() == 0 {
        return Result::Skipped(format!("{found}; does not count, its weight is 0"));
    }
    Result::Failed {
        message: format!(
            "{found}; {}, {} fewer would do",
            counted(outcome.gap(), row.about.gap),
            outcome.to_go(component.target)
        ),
        details: details(report, place, row),
    }
}

/// Where it is worst, and what tells more; lines.
fn details(report: &Report, place: &Place, row: &Row) -> String {
    let mut text = String::new();
    // What looks back at changes cannot be mended in a file.
    let mut rows = report.components.iter();
    let position = rows.position(|own| own.component.id == row.component.id);
    if let Some(position) = position.filter(|_| !row.about.by_change) {
        let within = below(&report.files, &place.scope.name).iter();
        let worst = worst(within.map(|file| &*file.scope), position);
        let rest = worst.len().saturating_sub(WORST_FILES);
        for (path, gap) in worst.iter().take(WORST_FILES) {
            let path = super::escape::name(path);
            let _ = writeln!(text, "{path}: {}", counted(*gap, row.about.gap));
        }
        if rest > 0 {
            let _ = writeln!(text, "and {}", counted(rest as u64, "more files"));
        }
    }
    if let Some(id) = shell(row.component.id.as_bytes()) {
        let _ = write!(text, "Next: quality explain {id}");
    }
    text
}

/// The files below a directory, or the file of this name. Files are sorted by path, so they stand together.
fn below<'s, 'a>(files: &'s [Place<'a>], name: &[u8]) -> &'s [Place<'a>] {
    if name.is_empty() {
        return files;
    }
    let end = |last: u8| [name, &[last]].concat();
    // `0` is the character behind `/`.
    let (from, to) = (end(b'/'), end(b'0'));
    let start = files.partition_point(|file| file.scope.name < from);
    let end = files.partition_point(|file| file.scope.name < to);
    match files.get(start..end) {
        Some(found) if !found.is_empty() => found,
        _ => {
            let at = files.partition_point(|file| file.scope.name.as_slice() < name);
            let own = files.get(at..=at).unwrap_or_default();
            match own.first() {
                Some(file) if file.scope.name == name => own,
                _ => &[],
            }
        }
    }
}

impl Suite<'_> {
    fn counts(&self) -> Counts {
        let mut counts = Counts {
            tests: self.cases.len(),
            ..Counts::default()
        };
        for case in &self.cases {
            match case.result {
                Result::Passed => {}
                Result::Failed { .. } => counts.failures += 1,
                Result::Skipped(_) => counts.skipped += 1,
                Result::Error(_) => counts.errors += 1,
            }
        }
        counts
    }

    fn write(&self, report: &Report, text: &mut String) {
        let name = &self.name;
        let counts = self.counts().attributes();
        let _ = writeln!(text, "<testsuite name=\"{name}\"{counts}>\n<properties>");
        let commit = report.head.map(|head| ("commit", head.id.as_str()));
        let of_run = [
            ("repository", report.matter.repository.as_str()),
            ("definition", &report.definition_id),
        ];
        for (key, value) in of_run.into_iter().chain(commit) {
            let value = markup(value.as_bytes());
            let _ = writeln!(text, "<property name=\"{key}\" value=\"{value}\"/>");
        }
        text.push_str("</properties>\n");
        for case in &self.cases {
            let id = markup(case.name.as_bytes());
            let class = &self.class;
            let _ = write!(text, "<testcase classname=\"{class}\" name=\"{id}\"");
            match &case.result {
                Result::Passed => text.push_str("/>\n"),
                Result::Failed { message, details } => {
                    let _ = writeln!(
                        text,
                        ">\n<failure type=\"below-target\" message=\"{}\">{}</failure>\n</testcase>",
                        markup(message.as_bytes()),
                        lines(details)
                    );
                }
                Result::Skipped(message) => {
                    let message = markup(message.as_bytes());
                    let _ = writeln!(text, ">\n<skipped message=\"{message}\"/>\n</testcase>");
                }
                Result::Error(message) => {
                    let message = markup(message.as_bytes());
                    let _ = writeln!(
                        text,
                        ">\n<error type=\"unknown\" message=\"{message}\"/>\n</testcase>"
                    );
                }
            }
        }
        text.push_str("</testsuite>\n");
    }
}

/// Text whose line ends are ours.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| markup(line.as_bytes())).collect();
    lines.join("\n")
}

impl Counts {
    fn plus(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
        }
    }

    fn attributes(self) -> String {
        format!(
            " tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
            self.tests, self.failures, self.errors, self.skipped
        )
    }
}
