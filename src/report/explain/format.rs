//! The formats of `quality explain`.

use std::path::PathBuf;

use super::{ExplainReport, json, text};
use crate::report::format::{Format, FormatProblem, Table, parse_in};
use crate::report::text::Style;

/// Writes an explanation down.
pub type OfExplain = fn(&ExplainReport, &Style) -> String;

/// They are sorted by name.
pub const EXPLAIN: Table<OfExplain> = &[
    Format {
        name: "json",
        about: "every reading, for programs",
        render: |report, _| json::render(report),
    },
    Format {
        name: "text",
        about: "for people",
        render: text::render,
    },
];

impl Format<OfExplain> {
    /// Writes an explanation down. The style matters to formats for people only.
    pub fn render(&self, report: &ExplainReport, style: &Style) -> String {
        (self.render)(report, style)
    }
}

/// Reads `NAME[=PATH]`.
pub fn parse(text: &str) -> Result<(Format<OfExplain>, Option<PathBuf>), FormatProblem> {
    parse_in(EXPLAIN, text)
}
