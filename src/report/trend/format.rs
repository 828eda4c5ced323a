//! The table of formats of a trend. A format is a file beside this one and a row here.

use std::path::PathBuf;

use super::{TrendReport, chart, csv, html, json, text};
use crate::report::format::{Format, FormatProblem, Table, parse_in};
use crate::report::text::Style;

/// Writes the report of a trend.
pub type OfTrend = fn(&TrendReport, &Style) -> String;

/// The formats of `quality trend`.
pub const TREND: Table<OfTrend> = &[
    Format {
        name: "csv",
        about: "a row for each point, scope and component, for spreadsheets",
        render: |report, _| csv::render(report),
    },
    Format {
        name: "html",
        about: "one page with the chart and the tables, to share",
        render: |report, _| html::render(report),
    },
    Format {
        name: "json",
        about: "everything, for programs; the schema is versioned",
        render: |report, _| json::render(report),
    },
    Format {
        name: "svg",
        about: "the chart alone",
        render: |report, _| chart::render(report),
    },
    Format {
        name: "text",
        about: "sparklines and tables, for people",
        render: text::render,
    },
];

impl Format<OfTrend> {
    /// Writes a report down. The style matters to formats for people only.
    pub fn render(&self, report: &TrendReport, style: &Style) -> String {
        (self.render)(report, style)
    }
}

/// Reads `NAME[=PATH]` for a trend.
pub fn parse(text: &str) -> Result<(Format<OfTrend>, Option<PathBuf>), FormatProblem> {
    parse_in(TREND, text)
}

#[cfg(test)]
mod tests {
    use super::{TREND, parse};

    #[test]
    fn the_table_is_sorted_by_name() {
        assert!(TREND.is_sorted_by_key(|format| format.name));
    }

    #[test]
    fn an_unknown_format_is_told_those_of_the_trend() {
        assert_eq!(
            parse("png").unwrap_err().to_string(),
            "there is no format `png`; there are csv, html, json, svg, text"
        );
    }
}
