//! The formats of `quality next`.

use std::path::PathBuf;

use super::{NextReport, json, text};
use crate::report::format::{Format, FormatProblem, Table, parse_in};
use crate::report::text::Style;

/// Writes down what to fix first.
pub type OfNext = fn(&NextReport, &Style) -> String;

/// They are sorted by name.
pub const NEXT: Table<OfNext> = &[
    Format {
        name: "json",
        about: "`next_steps` with everything about each, for programs and agents",
        render: |report, _| json::render(report),
    },
    Format {
        name: "text",
        about: "the list, for people",
        render: text::render,
    },
];

impl Format<OfNext> {
    /// Writes a report down. The style matters to formats for people only.
    pub fn render(&self, report: &NextReport, style: &Style) -> String {
        (self.render)(report, style)
    }
}

/// Reads `NAME[=PATH]`.
pub fn parse(text: &str) -> Result<(Format<OfNext>, Option<PathBuf>), FormatProblem> {
    parse_in(NEXT, text)
}
