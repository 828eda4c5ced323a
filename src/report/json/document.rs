//! What stands in the document before and behind the scopes, field by field, in the order it is written.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::definition::Level;
use crate::report::at::At;
use crate::report::head::Tool;

/// What stands before the scopes.
#[derive(Serialize)]
pub(super) struct Opening<'a> {
    pub(super) schema_version: u32,
    pub(super) tool: Tool<'a>,
    pub(super) definition: DefinitionId<'a>,
    pub(super) repository: Repository<'a>,
    pub(super) score: Total<'a>,
    pub(super) components: Vec<Component<'a>>,
}

/// What stands behind the scopes.
#[derive(Serialize)]
pub(super) struct Closing<'a> {
    pub(super) waivers: Vec<Waiver<'a>>,
    pub(super) hot_files: Vec<HotFile>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) endpoints: Vec<Endpoint<'a>>,
    pub(super) history: History<'a>,
    pub(super) excluded: Vec<Excluded<'a>>,
    pub(super) lost: Vec<Lost<'a>>,
    pub(super) languages: Vec<Language<'a>>,
    pub(super) unsupported: Vec<Unsupported<'a>>,
    pub(super) notes: &'a [String],
}

#[derive(Serialize)]
pub(super) struct DefinitionId<'a> {
    pub(super) id: &'a str,
}

#[derive(Serialize)]
pub(super) struct Repository<'a> {
    pub(super) name: &'a str,
    /// Which state of it: `work-tree`, `staged` or `commit`.
    pub(super) source: &'static str,
    /// The directory the report is narrowed to; empty for everything.
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_bytes: Option<String>,
    pub(super) commit: Option<&'a str>,
    pub(super) as_of: Option<String>,
    /// Why there is no commit or no date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Total<'a> {
    pub(super) value: Option<f64>,
    /// The same without waivers.
    pub(super) strict: Option<f64>,
    /// Between what it could be, had everything been judged that was lost; only where that could move it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) high: Option<f64>,
    pub(super) known_weight: f64,
    pub(super) known_components: usize,
    pub(super) applicable_components: usize,
    /// The bar, if one is set, and whether the score reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fail_under: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) passed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
}

/// A component of the whole: its numbers, and what to say about them.
#[derive(Serialize)]
pub(super) struct Component<'a> {
    #[serde(flatten)]
    pub(super) numbers: Numbers<'a>,
    pub(super) title: &'a str,
    pub(super) measure: &'static str,
    pub(super) level: Level,
    pub(super) subjects: u64,
    pub(super) unit: &'static str,
    pub(super) gap_unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repair: Option<&'a str>,
    pub(super) notes: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lists: Vec<List<'a>>,
}

/// What else a measure saw, thing by thing.
#[derive(Serialize)]
pub(super) struct List<'a> {
    pub(super) name: &'static str,
    pub(super) about: &'a str,
    pub(super) entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
pub(super) struct Entry<'a> {
    pub(super) places: Vec<At>,
    pub(super) words: &'a str,
    pub(super) figures: BTreeMap<&'static str, u64>,
}

/// One component in one scope.
#[derive(Serialize)]
pub(super) struct Numbers<'a> {
    pub(super) id: &'a str,
    pub(super) state: &'static str,
    pub(super) method: Option<&'static str>,
    pub(super) good: Option<u64>,
    pub(super) of: Option<u64>,
    /// What is good without a waiver.
    pub(super) strict_good: Option<u64>,
    pub(super) unknown: u64,
    pub(super) share: Option<f64>,
    pub(super) strict_share: Option<f64>,
    pub(super) score: Option<f64>,
    pub(super) strict_score: Option<f64>,
    /// Between what the score could be, had everything been judged that was lost; only where that could move it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) high: Option<f64>,
    pub(super) target: f64,
    pub(super) floor: f64,
    pub(super) weight: f64,
    pub(super) gap: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
}

/// A declared exception.
#[derive(Serialize)]
pub(super) struct Waiver<'a> {
    pub(super) component: &'a str,
    pub(super) state: &'static str,
    /// The file of a comment; none for the definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_bytes: Option<String>,
    /// In that file, or in the definition.
    pub(super) line: u32,
    /// Globs of a waiver of the definition.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) covers: &'a [String],
    pub(super) reason: &'a str,
    pub(super) owner: Option<&'a str>,
    pub(super) until: Option<&'a str>,
    pub(super) subjects: u64,
    pub(super) gap: u64,
}

/// What the code answers over HTTP.
#[derive(Serialize)]
pub(super) struct Endpoint<'a> {
    pub(super) method: &'static str,
    pub(super) path: &'a str,
    /// The path is only the end of the whole one.
    pub(super) relative: bool,
    pub(super) framework: &'static str,
    /// Where its route is declared.
    pub(super) file: String,
    pub(super) line: u32,
    /// Where its handler is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) handler_file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) handler_line: Option<u32>,
}

#[derive(Serialize)]
pub(super) struct HotFile {
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_bytes: Option<String>,
    pub(super) changes: u64,
    pub(super) of: u64,
    pub(super) share: f64,
    pub(super) hot: bool,
    pub(super) counts: bool,
    /// Why its touches do not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct History<'a> {
    pub(super) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repair: Option<&'a str>,
    pub(super) unit: &'static str,
    pub(super) changes: u64,
    pub(super) bots: u64,
    pub(super) commits: Commits,
    /// Non-merge commits that belong to no recognised change.
    pub(super) direct: u32,
    pub(super) window: Window,
    /// The share of changes above which a file is hot.
    pub(super) hot_above: f64,
    /// Files in more than half of all changes.
    pub(super) beyond_half: u64,
}

#[derive(Serialize)]
pub(super) struct Commits {
    pub(super) all: u32,
    pub(super) non_merge: u32,
}

#[derive(Serialize)]
pub(super) struct Window {
    pub(super) days: u32,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) extended: bool,
}

#[derive(Serialize)]
pub(super) struct Excluded<'a> {
    pub(super) class: &'a str,
    pub(super) reason: &'a str,
    pub(super) files: u64,
    pub(super) lines: u64,
}

#[derive(Serialize)]
pub(super) struct Lost<'a> {
    pub(super) reason: &'a str,
    pub(super) about: &'a str,
    pub(super) files: usize,
    pub(super) paths: Vec<Name>,
}

/// A path in a list.
#[derive(Serialize)]
pub(super) struct Name {
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path_bytes: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Language<'a> {
    pub(super) name: &'a str,
    pub(super) files: u64,
    pub(super) lines: u64,
    pub(super) unparsed_lines: u64,
    pub(super) unparsed_bytes: u64,
    pub(super) damaged_files: u64,
    /// Unparsed lines of all lines.
    pub(super) unparsed_share: f64,
}

#[derive(Serialize)]
pub(super) struct Unsupported<'a> {
    pub(super) language: &'a str,
    pub(super) files: u64,
    pub(super) lines: u64,
}
