//! Places in JSON: a file by its name, and a line where the thing is smaller.

use serde::Serialize;

use super::escape::{json_name, json_name_bytes};
use crate::path::RepoPath;

/// A file, and a line in it where the thing is smaller.
#[derive(Debug, Serialize)]
pub(in crate::report) struct At {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

impl At {
    pub(in crate::report) fn new(path: &RepoPath, line: Option<u32>) -> Self {
        Self {
            path: json_name(path.as_bytes()),
            path_bytes: json_name_bytes(path.as_bytes()),
            line,
        }
    }
}
