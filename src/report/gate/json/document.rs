//! What stands in the document, field by field, in the order it is written.

use serde::Serialize;

use crate::definition::Level;
use crate::report::head::Tool;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    pub(super) schema_version: u32,
    pub(super) tool: Tool<'a>,
    pub(super) definition: Definition<'a>,
    pub(super) repository: Repository<'a>,
    pub(super) base: End<'a>,
    pub(super) head: End<'a>,
    /// Commits of the change.
    pub(super) commits: u64,
    /// `passed`, `inconclusive` or `failed`.
    pub(super) verdict: &'static str,
    pub(super) exit_code: u8,
    /// The verdict in one sentence.
    pub(super) words: String,
    pub(super) score: Score,
    pub(super) findings: Vec<Finding<'a>>,
    pub(super) alterations: Vec<Alteration<'a>>,
    pub(super) components: Vec<Component<'a>>,
    pub(super) unknown: Vec<Unknown<'a>>,
    /// Files that keep the score from being held against its bar.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) open: Vec<Open>,
    pub(super) movers: Vec<Mover<'a>>,
    pub(super) notes: &'a [String],
    pub(super) command: &'a str,
}

#[derive(Serialize)]
pub(super) struct Definition<'a> {
    pub(super) id: &'a str,
    /// None for the built-in one.
    pub(super) file: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Repository<'a> {
    pub(super) name: &'a str,
}

#[derive(Serialize)]
pub(super) struct End<'a> {
    pub(super) label: &'a str,
    /// None for what is not committed.
    pub(super) commit: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct Score {
    pub(super) base: Option<f64>,
    pub(super) head: Option<f64>,
    /// What is held against `fail_under`: the head under the definition of the base.
    pub(super) head_under_base: Option<f64>,
    /// Between what that could be, had everything been judged that was lost; only where that could move it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) high: Option<f64>,
    /// What `max_drop` counts from: the base with the history of the head.
    pub(super) base_with_data: Option<f64>,
    pub(super) delta: Option<f64>,
    pub(super) parts: Option<Parts>,
    /// Why there is no difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Parts {
    /// Subjects that are on both sides.
    pub(super) code: f64,
    /// Subjects that came and went.
    pub(super) population: f64,
    /// The change of the definition.
    pub(super) definition: f64,
    /// History and imported data.
    pub(super) data: f64,
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    pub(super) kind: &'static str,
    pub(super) verdict: &'static str,
    /// None for the whole.
    pub(super) component: Option<&'a str>,
    pub(super) words: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bar: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct Alteration<'a> {
    pub(super) key: &'a str,
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
    /// `weaker`, `stricter` or `neutral`.
    pub(super) effect: &'static str,
}

#[derive(Serialize)]
pub(super) struct Component<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) measure: &'static str,
    pub(super) level: Level,
    /// Whether it can fail a change.
    pub(super) gates: bool,
    pub(super) method: Option<&'static str>,
    pub(super) unit: &'static str,
    pub(super) gap_unit: &'static str,
    pub(super) weight: f64,
    pub(super) target: f64,
    pub(super) floor: f64,
    pub(super) base: Side,
    pub(super) head: Side,
    pub(super) counts: Counts,
    pub(super) unknown_files: u64,
    /// The shortest way to pass, where it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) to_pass: Option<String>,
    /// What became of its subjects, but for those that were inherited; none at level `track`.
    pub(super) changes: Vec<Change<'a>>,
}

/// A component at one end. Numbers are null unless its state is `measured` or `low-confidence`.
#[derive(Serialize)]
pub(super) struct Side {
    pub(super) state: &'static str,
    pub(super) good: Option<u64>,
    pub(super) of: Option<u64>,
    /// What is good without a waiver.
    pub(super) strict_good: Option<u64>,
    pub(super) unknown: u64,
    pub(super) share: Option<f64>,
    pub(super) score: Option<f64>,
    pub(super) strict_score: Option<f64>,
    pub(super) gap: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct Counts {
    pub(super) newly_bad: Counted,
    pub(super) worsened: Counted,
    pub(super) fixed: Counted,
    pub(super) moved: Counted,
    pub(super) waived: Counted,
    pub(super) removed: Counted,
    pub(super) inherited: Counted,
}

#[derive(Serialize)]
pub(super) struct Counted {
    pub(super) subjects: u64,
    /// By how much the gap changed, or what of it is kept.
    pub(super) amount: u64,
}

/// A path; its bytes are beside it where it is not UTF-8.
#[derive(Serialize)]
pub(super) struct Named {
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_bytes: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Change<'a> {
    pub(super) kind: &'static str,
    /// Whether it fails the gate.
    pub(super) fails: bool,
    #[serde(flatten)]
    pub(super) path: Named,
    /// None for a whole file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) was_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) was_path_bytes: Option<String>,
    pub(super) before: u64,
    pub(super) after: u64,
    pub(super) amount: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<Since<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) example: Option<Example<'a>>,
}

#[derive(Serialize)]
pub(super) struct Since<'a> {
    /// None for what is not committed yet.
    pub(super) commit: Option<&'a str>,
    pub(super) subject: &'a str,
}

#[derive(Serialize)]
pub(super) struct Example<'a> {
    #[serde(flatten)]
    pub(super) path: Named,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) differs: &'a [String],
}

#[derive(Serialize)]
pub(super) struct Open {
    #[serde(flatten)]
    pub(super) path: Named,
    /// None where only passages could not be parsed.
    pub(super) reason: Option<&'static str>,
    pub(super) about: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repair: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Unknown<'a> {
    pub(super) component: &'a str,
    #[serde(flatten)]
    pub(super) path: Named,
    pub(super) reason: &'static str,
    pub(super) about: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repair: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Mover<'a> {
    pub(super) component: &'a str,
    #[serde(flatten)]
    pub(super) path: Named,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u32>,
    /// In points.
    pub(super) effect: f64,
    pub(super) came: bool,
    pub(super) went: bool,
}
