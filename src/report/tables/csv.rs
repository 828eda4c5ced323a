//! The table of components as RFC 4180 has it, for spreadsheets: a row for each scope and component, and one without a
//! component for the score of each scope.
//!
//! Names are spelled out as on a terminal, where such a table ends up, too; so no row has a line break in it.

use std::fmt::Write as _;

use super::{Cell, scopes};
use crate::report::Report;
use crate::report::escape::{csv, terminal};

/// The table, with line ends as RFC 4180 has them.
pub fn render(report: &Report) -> String {
    let titles: Vec<&str> = scopes::TABLE
        .columns
        .iter()
        .map(|column| column.name)
        .collect();
    let mut text = titles.join(",");
    text.push_str("\r\n");
    (scopes::TABLE.rows)(report, &mut |cells| {
        for (position, cell) in cells.iter().enumerate() {
            if position > 0 {
                text.push(',');
            }
            field(&mut text, *cell);
        }
        text.push_str("\r\n");
    });
    text
}

/// Appends a field. A decimal has all its decimals. Writing to a string cannot fail.
fn field(text: &mut String, cell: Cell) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/_.".contains(&byte);
    match cell {
        Cell::Null => {}
        Cell::Text(value) if value.bytes().all(is_plain) => text.push_str(value),
        Cell::Text(value) => text.push_str(&csv(&terminal(value.as_bytes()))),
        Cell::Count(count) => {
            let _ = write!(text, "{count}");
        }
        Cell::Decimal(parts, places) => {
            let one = 10u64.pow(places);
            let width = places as usize;
            let _ = write!(text, "{}.{:0width$}", parts / one, parts % one);
        }
        Cell::Flag(flag) => text.push_str(if flag { "true" } else { "false" }),
        Cell::Moment(seconds) => {
            if let Ok(time) = jiff::Timestamp::from_second(seconds) {
                let _ = write!(text, "{time}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::field;
    use crate::report::tables::Cell;

    fn shown(cell: Cell) -> String {
        let mut text = String::new();
        field(&mut text, cell);
        text
    }

    #[test]
    fn a_field_is_text_and_nothing_else() {
        assert_eq!(shown(Cell::Text("src/a.py")), "src/a.py");
        assert_eq!(shown(Cell::Text("=1+1")), "'=1+1");
        assert_eq!(shown(Cell::Text("-rf")), "'-rf");
        assert_eq!(shown(Cell::Text("a\nb,\"c\"")), "\"a\\x0ab,\"\"c\"\"\"");
        assert_eq!(shown(Cell::Text("\u{202e}x")), "\\u{202e}x");
        assert_eq!(shown(Cell::Text(" ")), "\" \"");
        assert_eq!(shown(Cell::Null), "");
    }

    #[test]
    fn numbers_have_all_their_decimals() {
        assert_eq!(shown(Cell::Decimal(914_899, 4)), "91.4899");
        assert_eq!(shown(Cell::Decimal(7, 6)), "0.000007");
        assert_eq!(shown(Cell::Count(12)), "12");
        assert_eq!(shown(Cell::Flag(true)), "true");
        assert_eq!(shown(Cell::Moment(0)), "1970-01-01T00:00:00Z");
    }
}
