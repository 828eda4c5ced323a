//! The report as tables, for questions over many runs: what the formats `csv`, `ndjson` and `parquet` have in common.
//!
//! Every row of every table begins with `run`, the name of what was measured and by which definition, so that tables of
//! any number of runs can be put together. Rows are handed on one by one; nothing is kept.

pub mod csv;
mod files;
pub mod ndjson;
pub mod parquet;
mod readings;
mod runs;
mod scopes;

use super::{Report, escape};
use crate::evaluation::Score;

/// Counted up whenever a column changes its name or its meaning; new columns may come without.
const SCHEMA_VERSION: u64 = 1;

/// What goes through the rows of a table and hands each of them on.
type Rows = fn(&Report, &mut dyn FnMut(&[Cell]));

/// A table: its columns, and what goes through its rows.
struct Table {
    name: &'static str,
    columns: &'static [Column],
    rows: Rows,
}

/// All tables, in the order they are written.
const ALL: [&Table; 4] = [
    &runs::TABLE,
    &scopes::TABLE,
    &files::TABLE,
    &readings::TABLE,
];

/// A column of a table.
struct Column {
    name: &'static str,
    kind: Kind,
    /// Whether every row has a value.
    always: bool,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Count,
    Decimal,
    Flag,
    Moment,
}

impl Column {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            always: false,
        }
    }

    /// A column in which every row has a value.
    const fn always(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            always: true,
        }
    }
}

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell<'a> {
    /// There is none.
    Null,
    /// Text as JSON has it: what is not UTF-8 is spelled out.
    Text(&'a str),
    /// A count.
    Count(u64),
    /// So many parts, and how many decimals that makes.
    Decimal(u64, u32),
    /// Whether something holds.
    Flag(bool),
    /// Seconds since 1970, of a moment that has a date.
    Moment(i64),
}

impl<'a> Cell<'a> {
    fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    fn count(count: Option<u64>) -> Self {
        count.map_or(Self::Null, Self::Count)
    }

    /// A share, weight or bar in millionths.
    fn millionths(millionths: Option<u64>) -> Self {
        millionths.map_or(Self::Null, |parts| Self::Decimal(parts, 6))
    }

    /// A score as 0 to 100, rounded down to four decimals as everywhere.
    fn score(score: Option<&Score>) -> Self {
        score.map_or(Self::Null, |score| {
            Self::Decimal(score.floor_hundred(10_000), 4)
        })
    }
}

/// What tables of different runs are joined by: the repository and the part of it, the commit, what lies in the work tree
/// or the index instead, and the definition. Two runs of one name have the same numbers, but for work trees.
fn run(report: &Report) -> String {
    let matter = &report.matter;
    let slash = if matter.prefix.is_empty() { "" } else { "/" };
    let prefix = escape::json_name(&matter.prefix);
    let commit = report.head.map_or("none", |head| head.id.as_str());
    let state = match matter.source {
        "commit" => String::new(),
        source => format!("+{source}"),
    };
    let (repository, definition) = (&matter.repository, &report.definition_id);
    format!("{repository}{slash}{prefix}@{commit}{state}:{definition}")
}

/// When the commit was made that everything is measured from, if its time has a date.
fn commit_time(report: &Report) -> Cell<'static> {
    let time = report.head.map(|head| head.time);
    time.filter(|time| jiff::Timestamp::from_second(*time).is_ok())
        .map_or(Cell::Null, Cell::Moment)
}

/// The last text and what became of it: rows about one file follow one another.
#[derive(Default)]
struct Names {
    bytes: Option<Vec<u8>>,
    text: String,
    exact: Option<String>,
}

impl Names {
    /// A name as text, and its bytes where that text does not tell them.
    fn of(&mut self, bytes: &[u8]) -> (Cell<'_>, Cell<'_>) {
        if self.bytes.as_deref() != Some(bytes) {
            self.bytes = Some(bytes.to_vec());
            self.text = escape::json_name(bytes);
            self.exact = escape::json_name_bytes(bytes);
        }
        (Cell::Text(&self.text), Cell::text(self.exact.as_deref()))
    }
}

#[cfg(test)]
pub(in crate::report) mod tests;
