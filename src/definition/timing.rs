//! Which reports of other tools say how fast endpoints answer.

use serde::Serialize;

use super::diagnostic::Diagnostic;
use super::table::Table;

/// A report and how to read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TimingImport {
    /// Where it lies, below the root of the repository.
    pub path: String,
    /// Its format.
    pub format: Format,
    /// Which value of a summary counts; empty for the largest.
    pub select: String,
    /// The unit of numbers that carry none.
    pub unit: Unit,
    /// Its requests met processes that had just been started, though it cannot say so.
    pub assume_cold: bool,
}

/// A format of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// `endpoint,ms[,cold]`, with that head.
    Csv,
    /// An object a line with the same keys.
    Ndjson,
    /// The summary of k6, of `handleSummary` or `--summary-export`.
    K6,
    /// `hyperfine --export-json`.
    Hyperfine,
    /// JUnit XML: a test case for each endpoint.
    Junit,
    /// OTLP JSON: spans of a server.
    Otlp,
    /// What `quality probe` writes.
    Probe,
}

impl Format {
    /// Every format with its name in the definition.
    pub const ALL: [(&'static str, Self); 7] = [
        ("csv", Self::Csv),
        ("ndjson", Self::Ndjson),
        ("k6", Self::K6),
        ("hyperfine", Self::Hyperfine),
        ("junit", Self::Junit),
        ("otlp", Self::Otlp),
        ("probe", Self::Probe),
    ];
}

/// The unit of numbers that carry none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Milliseconds.
    #[default]
    Ms,
    /// Seconds.
    S,
}

impl TimingImport {
    pub(super) fn read(mut table: Table) -> Option<Self> {
        let format = table.choice("format", &Format::ALL);
        let path = table.text("path");
        for key in ["format", "path"] {
            if !table.has(key) {
                let message = format!("`{}` is missing", table.name_of(key));
                table.report(
                    key,
                    Diagnostic::new(message)
                        .label("has `format` or `path` but not both")
                        .help("write { format = \"csv\", path = \"timings.csv\" }"),
                );
            }
        }
        if let Some(path) = &path {
            let is_below = !path.text.is_empty()
                && !path.text.starts_with('/')
                && !path.text.contains('\\')
                && path.text.split('/').all(|part| part != "..");
            if !is_below {
                table.report(
                    "path",
                    Diagnostic::new("a report lies below the root of the repository")
                        .label("not a path below it")
                        .help("write it as seen from the root, with `/` between its parts"),
                );
            }
        }
        let units = [("ms", Unit::Ms), ("s", Unit::S)];
        let import = Self {
            select: table
                .text("select")
                .map_or_else(String::new, |text| text.text),
            unit: table.choice("unit", &units).unwrap_or_default(),
            assume_cold: table.boolean("assume_cold").unwrap_or(false),
            path: path.map_or_else(String::new, |path| path.text),
            format: format.unwrap_or(Format::Csv),
        };
        table.finish();
        Some(import)
    }
}
