//! Every row of every table as a JSON object on a line of its own, for `jq`, log stores and loaders of warehouses.
//!
//! `table` says which table a row is of. What has no value is left out.

use super::{ALL, Cell, Column};
use crate::report::Report;
use crate::report::escape::JsonLines;
use crate::report::json::append;

/// Bytes of a file and of its readings, roughly: room that is asked for once need not be copied.
const TYPICAL_FILE: usize = 6_000;

/// The lines, each with a line feed at its end.
pub fn render(report: &Report) -> String {
    let mut text = Vec::with_capacity(TYPICAL_FILE * report.files.len());
    for table in ALL {
        let begin = format!("{{\"table\":\"{}\"", table.name);
        // Names of columns are plain.
        let key = |column: &Column| format!(",\"{}\":", column.name);
        let keys: Vec<String> = table.columns.iter().map(key).collect();
        (table.rows)(report, &mut |cells| {
            text.extend_from_slice(begin.as_bytes());
            for (key, cell) in keys.iter().zip(cells) {
                if *cell != Cell::Null {
                    text.extend_from_slice(key.as_bytes());
                    value(&mut text, *cell);
                }
            }
            text.extend_from_slice(b"}\n");
        });
    }
    // Every row has an end of its own.
    text.pop();
    JsonLines::text(text)
}

fn value(text: &mut Vec<u8>, cell: Cell) {
    match cell {
        Cell::Null => text.extend_from_slice(b"null"),
        Cell::Text(value) => append::string(text, value),
        Cell::Count(count) => append::integer(text, count),
        Cell::Decimal(parts, places) => append::decimal(text, parts, places),
        Cell::Flag(flag) => append::value(text, &flag),
        Cell::Moment(seconds) => match jiff::Timestamp::from_second(seconds) {
            Ok(time) => append::value(text, &time.to_string()),
            Err(_) => text.extend_from_slice(b"null"),
        },
    }
}
