//! The report as OpenMetrics, for GitLab's metrics reports, Pushgateway and textfile collectors.
//!
//! Everything is a gauge of one state, so nothing has a time. What has no number has no sample. The commit is in no label:
//! every commit would be a new series. Labels are made so that no two names become one and that GitLab, which reads lines
//! as a shell would and knows comments, reads the same: `#`, `\` and what a terminal obeys are spelled `\xNN`.

use super::escape::{JsonLines, terminal};
use super::json::append;
use super::text::Style;
use super::{Place, Report, Row, millionths};
use crate::definition::Decimal;
use crate::evaluation::{Outcome, ScopeKind};

/// A family of metrics.
struct Family {
    name: &'static str,
    /// The last word of its name, if that is a unit.
    unit: Option<&'static str>,
    help: &'static str,
}

const SCORE: Family = Family {
    name: "quality_score",
    unit: None,
    help: "Score from 0 to 100, rounded down.",
};
const KNOWN: Family = Family {
    name: "quality_known_weight_ratio",
    unit: Some("ratio"),
    help: "Share of the weight that applies and is known.",
};
const TARGET: Family = Family {
    name: "quality_component_target_ratio",
    unit: Some("ratio"),
    help: "Share at which a component scores 100.",
};

/// Writes the number of a component, if it has one.
type Write = fn(&mut Vec<u8>, &Outcome);

/// What is said of a component in each scope.
const COMPONENT: [(Family, Write); 4] = [
    (
        Family {
            name: "quality_component_score",
            unit: None,
            help: "Score of a component from 0 to 100, rounded down.",
        },
        |text, outcome| {
            if let Some(score) = &outcome.score {
                append::decimal(text, score.floor_hundred(10_000), 4);
            }
        },
    ),
    (
        Family {
            name: "quality_component_share_ratio",
            unit: Some("ratio"),
            help: "Share of what is good, rounded down.",
        },
        |text, outcome| {
            if let Some(share) = millionths(outcome.good, outcome.of) {
                append::decimal(text, share, 6);
            }
        },
    ),
    (
        Family {
            name: "quality_component_good",
            unit: None,
            help: "How much is good, in the unit of the component.",
        },
        |text, outcome| append::integer(text, outcome.good),
    ),
    (
        Family {
            name: "quality_component_of",
            unit: None,
            help: "How much was judged, in the unit of the component.",
        },
        |text, outcome| append::integer(text, outcome.of),
    ),
];

/// The metrics of the whole and of the first levels of directories.
pub fn render(report: &Report, style: &Style) -> String {
    let mut text = Vec::new();
    let repository = label(report.matter.repository.as_bytes());
    text.extend_from_slice(
        format!(
            "# TYPE quality_definition info\n# HELP quality_definition What numbers mean.\n\
             quality_definition_info{{repository=\"{repository}\",definition=\"{}\",version=\"{}\"}} 1\n",
            label(report.definition_id.as_bytes()),
            label(report.matter.tool_version.as_bytes()),
        )
        .as_bytes(),
    );
    let is_shown = |place: &&Place| levels(report, &place.scope.name) <= style.depth;
    let directories = report.directories.iter().filter(is_shown);
    let places: Vec<(String, &Place)> = std::iter::once(&report.root)
        .chain(directories)
        .map(|place| {
            let kind = match place.scope.kind {
                ScopeKind::Repository => "repository",
                _ => "directory",
            };
            let path = label(&place.scope.name);
            let labels = format!("repository=\"{repository}\",scope=\"{kind}\",path=\"{path}\"");
            (labels, place)
        })
        .collect();
    SCORE.begin(&mut text);
    for (labels, place) in &places {
        if let Some(score) = &place.scope.score {
            SCORE.sample(&mut text, labels, |text| {
                append::decimal(text, score.floor_hundred(10_000), 4);
            });
        }
    }
    KNOWN.begin(&mut text);
    for (labels, place) in &places {
        KNOWN.sample(&mut text, labels, |text| {
            append::decimal(text, place.known_share_millionths(), 6);
        });
    }
    TARGET.begin(&mut text);
    for row in &report.components {
        let labels = format!("repository=\"{repository}\",{}", component(row));
        TARGET.sample(&mut text, &labels, |text| {
            append::decimal(text, parts(row.component.target), 6);
        });
    }
    for (family, write) in COMPONENT {
        family.begin(&mut text);
        for (labels, place) in &places {
            for (row, outcome) in report.components.iter().zip(&place.scope.outcomes) {
                if outcome.state.is_known() && outcome.score.is_some() {
                    let labels = format!("{labels},{}", component(row));
                    family.sample(&mut text, &labels, |text| write(text, outcome));
                }
            }
        }
    }
    text.extend_from_slice(b"# EOF");
    JsonLines::text(text)
}

impl Family {
    /// Appends what describes it.
    fn begin(&self, text: &mut Vec<u8>) {
        let name = self.name;
        text.extend_from_slice(format!("# TYPE {name} gauge\n").as_bytes());
        if let Some(unit) = self.unit {
            text.extend_from_slice(format!("# UNIT {name} {unit}\n").as_bytes());
        }
        text.extend_from_slice(format!("# HELP {name} {}\n", self.help).as_bytes());
    }

    /// Appends a sample.
    fn sample(&self, text: &mut Vec<u8>, labels: &str, value: impl Fn(&mut Vec<u8>)) {
        text.extend_from_slice(format!("{}{{{labels}}} ", self.name).as_bytes());
        value(text);
        text.push(b'\n');
    }
}

/// The label of a component.
fn component(row: &Row) -> String {
    format!("component=\"{}\"", label(row.component.id.as_bytes()))
}

/// How many levels a directory lies below what the report is about.
fn levels(report: &Report, name: &[u8]) -> usize {
    let slashes = |name: &[u8]| memchr::memchr_iter(b'/', name).count();
    match report.matter.prefix.as_slice() {
        [] => slashes(name) + 1,
        prefix => slashes(name).saturating_sub(slashes(prefix)),
    }
}

fn parts(decimal: Decimal) -> u64 {
    u64::try_from(decimal.millionths()).unwrap_or(0)
}

/// The value of a label, between its quotes.
fn label(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    // A backslash of the name itself is spelled out, so every other one is of a spelling.
    for (position, part) in bytes.split(|byte| *byte == b'\\').enumerate() {
        if position > 0 {
            text.push_str(r"\x5c");
        }
        text.push_str(&terminal(part));
    }
    text.replace('#', r"\x23")
        .replace('\\', r"\\")
        .replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn a_label_is_one_quoted_word_and_no_two_names_are_one() {
        assert_eq!(label(b"src/a b"), "src/a b");
        assert_eq!(label(b"c#"), r"c\\x23");
        assert_eq!(label(br#"say "x""#), r#"say \"x\""#);
        assert_eq!(label(b"a\nb\xff"), r"a\\x0ab\\xff");
        assert_ne!(label(b"a\x1b"), label(br"a\x1b"));
        assert_eq!(label(b"\\"), r"\\x5c");
    }
}
