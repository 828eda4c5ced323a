//! What stands in a SARIF file, object by object, in the order it is written.

use std::collections::BTreeSet;

use serde::Serialize;

use super::ROOT;
use crate::path::RepoPath;
use crate::report::escape::uri;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver<'a> {
    pub(super) name: &'static str,
    pub(super) semantic_version: &'a str,
    pub(super) rules: Vec<Descriptor<'a>>,
}

/// What kind of notification one is.
#[derive(Serialize)]
pub(super) struct Reported {
    pub(super) id: &'static str,
}

/// A rule.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor<'a> {
    pub(super) id: &'a str,
    pub(super) name: String,
    pub(super) short_description: Text,
    pub(super) full_description: Text,
    pub(super) help: Help,
    pub(super) default_configuration: Level,
    pub(super) properties: RuleProperties,
}

#[derive(Serialize)]
pub(super) struct Text {
    text: String,
}

impl Text {
    pub(super) fn new(text: String) -> Self {
        Self { text }
    }
}

#[derive(Serialize)]
pub(super) struct Help {
    pub(super) text: String,
    pub(super) markdown: String,
}

#[derive(Serialize)]
pub(super) struct Level {
    pub(super) level: &'static str,
}

/// What code scanning reads beside the rule.
#[derive(Serialize)]
pub(super) struct RuleProperties {
    pub(super) tags: BTreeSet<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) precision: Option<&'static str>,
    #[serde(rename = "problem.severity")]
    pub(super) severity: &'static str,
}

/// The run between its tool and its results.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body<'a> {
    pub(super) automation_details: Automation,
    pub(super) column_kind: &'static str,
    pub(super) original_uri_base_ids: Roots,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_control_provenance: Option<[Provenance<'a>; 1]>,
    pub(super) invocations: [Invocation; 1],
    pub(super) properties: Properties<'a>,
}

#[derive(Serialize)]
pub(super) struct Automation {
    pub(super) id: String,
}

/// What paths are relative to. Where that lies is known to whoever reads.
#[derive(Serialize)]
pub(super) struct Roots {
    #[serde(rename = "%SRCROOT%")]
    root: Root,
}

#[derive(Serialize)]
struct Root {
    description: Text,
}

impl Roots {
    pub(super) fn new() -> Self {
        Self {
            root: Root {
                description: Text::new("The root of the repository.".to_owned()),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Provenance<'a> {
    pub(super) repository_uri: String,
    pub(super) revision_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) branch: Option<String>,
    pub(super) mapped_to: Artifact,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub(super) execution_successful: bool,
    #[serde(rename = "toolExecutionNotifications")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notifications: Vec<Notification>,
}

#[derive(Serialize)]
pub(super) struct Notification {
    pub(super) descriptor: Reported,
    pub(super) level: &'static str,
    pub(super) message: Text,
}

#[derive(Serialize)]
pub(super) struct Properties<'a> {
    pub(super) definition: &'a str,
    pub(super) score: Option<f64>,
}

/// A finding.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found<'a> {
    pub(super) rule_id: &'a str,
    pub(super) rule_index: usize,
    pub(super) level: &'static str,
    pub(super) message: Text,
    pub(super) locations: [Location; 1],
    #[serde(rename = "partialFingerprints")]
    pub(super) fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suppressions: Option<[Suppression; 1]>,
    pub(super) properties: Gap,
}

#[derive(Serialize)]
pub(super) struct Location {
    #[serde(rename = "physicalLocation")]
    pub(super) physical: Physical,
    #[serde(rename = "logicalLocations")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) logical: Option<[Logical; 1]>,
}

#[derive(Serialize)]
pub(super) struct Physical {
    #[serde(rename = "artifactLocation")]
    pub(super) artifact: Artifact,
    pub(super) region: Region,
    /// The whole of what begins there.
    #[serde(rename = "contextRegion")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) context: Option<Context>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    uri_base_id: &'static str,
}

impl Artifact {
    pub(super) fn of(path: &RepoPath) -> Self {
        Self {
            uri: Some(uri(path.as_bytes())),
            uri_base_id: ROOT,
        }
    }

    pub(super) fn root() -> Self {
        Self {
            uri: None,
            uri_base_id: ROOT,
        }
    }
}

/// The first character of a line.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

impl Region {
    pub(super) fn begin(line: u32) -> Self {
        Self {
            start_line: line,
            start_column: 1,
            end_line: line,
            end_column: 2,
        }
    }
}

/// Whole lines.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Context {
    pub(super) start_line: u32,
    pub(super) end_line: u32,
}

#[derive(Serialize)]
pub(super) struct Logical {
    pub(super) name: String,
    pub(super) kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct Fingerprints {
    #[serde(rename = "quality/v1")]
    pub(super) quality: String,
}

#[derive(Serialize)]
pub(super) struct Suppression {
    pub(super) kind: &'static str,
    pub(super) status: &'static str,
    pub(super) justification: String,
}

#[derive(Serialize)]
pub(super) struct Gap {
    pub(super) gap: u64,
}
