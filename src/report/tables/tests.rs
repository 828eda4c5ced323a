//! Tables as their readers see them: every format has the same rows, and their numbers are those of the JSON report.

use serde_json::{Map, Value, json};

use super::{ALL, Cell, Kind, Table, csv, ndjson};
use crate::codebase::File;
use crate::definition::Decimal;
use crate::path::RepoPath;
use crate::report::Report;
use crate::report::tests::story::{Story, code, history, lost, shop, without_history};

/// Names somebody chose to be obeyed.
pub(in crate::report) const HOSTILE: [&[u8]; 14] = [
    b"repository",
    b"a\nb",
    b"\x1b[2J",
    b"=cmd|calc",
    b"<img src=x>",
    b"say \"x\"",
    b"back\\slash",
    "\u{202e}gpj".as_bytes(),
    b"-rf",
    b" ",
    b"\xff\xfe",
    b"c# and | and `x`",
    b"it's",
    b"a\r\nb",
];

/// A repository full of them, and called so.
pub(in crate::report) fn hostile() -> Story {
    let mut files: Vec<File> = HOSTILE
        .iter()
        .flat_map(|name| {
            let below = [name, b"/x.py".as_slice()].concat();
            [name.to_vec(), below].map(|path| File {
                path: RepoPath::new(path.as_slice()),
                ..code("", &[(3, 4, 18, 900)], (4, 1))
            })
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut story = Story::new(files, history(Vec::new()));
    story.matter.repository = "=a\n\u{1b}[2J\"<b>\\\u{202e}".to_owned();
    story
}

pub(in crate::report) fn stories() -> Vec<Story> {
    let mut narrowed = shop();
    narrowed.matter.prefix = b"shop/cart".to_vec();
    narrowed.matter.fail_under = Decimal::from_f64(70.0);
    let unread = vec![lost("a.py", crate::facts::Lost::TooLarge)];
    vec![
        shop(),
        narrowed,
        hostile(),
        Story::new(Vec::new(), without_history()),
        Story::new(unread, without_history()),
    ]
}

/// The rows of a table, without what is null.
pub(super) fn rows_of(table: &Table, report: &Report) -> Vec<Map<String, Value>> {
    let mut rows = Vec::new();
    (table.rows)(report, &mut |cells| {
        assert_eq!(cells.len(), table.columns.len(), "{}", table.name);
        let mut row = Map::new();
        for (column, cell) in table.columns.iter().zip(cells) {
            let (kind, value) = match cell {
                Cell::Null => {
                    assert!(!column.always, "{}.{}", table.name, column.name);
                    continue;
                }
                Cell::Text(text) => (Kind::Text, json!(text)),
                Cell::Count(count) => (Kind::Count, json!(count)),
                Cell::Decimal(parts, places) => {
                    let one = 10f64.powi(*places as i32);
                    (Kind::Decimal, json!(*parts as f64 / one))
                }
                Cell::Flag(flag) => (Kind::Flag, json!(flag)),
                Cell::Moment(seconds) => {
                    let time = jiff::Timestamp::from_second(*seconds).unwrap();
                    (Kind::Moment, json!(time.to_string()))
                }
            };
            assert_eq!(column.kind, kind, "{}.{}", table.name, column.name);
            row.insert(column.name.to_owned(), value);
        }
        rows.push(row);
    });
    rows
}

fn document(report: &Report) -> Value {
    serde_json::from_str(&crate::report::json::render(report)).unwrap()
}

fn table(name: &str) -> &'static Table {
    ALL.into_iter().find(|table| table.name == name).unwrap()
}

#[test]
fn a_line_of_json_is_a_row_and_nothing_a_terminal_obeys() {
    for story in stories() {
        let report = story.report();
        let text = ndjson::render(&report);
        assert!(text.ends_with("}\n"));
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        assert!(!text.contains('\u{202e}'));
        let mut lines = text.lines();
        for table in ALL {
            for mut expected in rows_of(table, &report) {
                expected.insert("table".to_owned(), json!(table.name));
                let line: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
                assert_eq!(line, Value::Object(expected));
            }
        }
        assert_eq!(lines.next(), None);
    }
}

#[test]
fn numbers_are_those_of_the_json_report() {
    for story in stories() {
        let report = story.report();
        let document = document(&report);
        let rows = rows_of(table("components"), &report);
        let runs = rows_of(table("runs"), &report);
        let total = &document["score"];
        let value =
            |row: &Map<String, Value>, key: &str| row.get(key).cloned().unwrap_or(json!(null));
        assert_eq!(value(&runs[0], "score"), total["value"]);
        assert_eq!(value(&runs[0], "known_weight"), total["known_weight"]);
        assert_eq!(value(&runs[0], "commit"), document["repository"]["commit"]);
        assert_eq!(
            value(&runs[0], "commit_time"),
            document["repository"]["as_of"]
        );
        assert_eq!(value(&rows[0], "score"), total["value"]);
        let mut rows = rows.iter().skip(1);
        let same = |component: &Value, row: &Map<String, Value>| {
            assert_eq!(row["component"], component["id"]);
            for key in [
                "state", "method", "good", "of", "unknown", "gap", "share", "score",
            ] {
                assert_eq!(value(row, key), component[key], "{key} of {row:?}");
            }
            for key in ["target", "floor", "weight", "reason"] {
                assert_eq!(value(row, key), component[key], "{key} of {row:?}");
            }
            for key in ["strict_good", "strict_share", "strict_score"] {
                // Other scopes say it only where it differs.
                if let Some(strict) = component.get(key) {
                    assert_eq!(value(row, key), *strict, "{key} of {row:?}");
                }
            }
        };
        for component in document["components"].as_array().unwrap() {
            same(component, rows.next().unwrap());
        }
        let scopes = document["scopes"].as_array().unwrap().iter();
        for scope in scopes.filter(|scope| scope["kind"] != "file") {
            let whole = rows.next().unwrap();
            assert_eq!(whole.get("component"), None);
            assert_eq!(whole["scope_kind"], scope["kind"]);
            assert_eq!(whole["scope"], scope["name"]);
            assert_eq!(value(whole, "scope_bytes"), scope["name_bytes"]);
            for key in ["score", "known_weight", "files", "lines", "reason"] {
                assert_eq!(value(whole, key), scope[key], "{key} of {whole:?}");
            }
            for component in scope["components"].as_array().unwrap() {
                same(component, rows.next().unwrap());
            }
        }
        assert_eq!(rows.next(), None);
    }
}

#[test]
fn readings_add_up_to_what_components_are() {
    for story in stories() {
        let report = story.report();
        let readings = rows_of(table("readings"), &report);
        for row in rows_of(table("components"), &report) {
            let Some(component) = row.get("component").filter(|_| row["scope"] == "") else {
                continue;
            };
            let is_whole = row["scope_kind"] == "repository";
            for key in ["good", "of", "gap"] {
                let own = readings.iter().filter(|row| row["component"] == *component);
                let sum: u64 = own.filter_map(|row| row.get(key)?.as_u64()).sum();
                if let Some(expected) = row.get(key).filter(|_| is_whole) {
                    assert_eq!(json!(sum), *expected, "{key} of {component}");
                }
            }
        }
    }
}

#[test]
fn every_file_is_there_once_with_its_changes_and_its_score() {
    let story = shop();
    let report = story.report();
    let rows = rows_of(table("files"), &report);
    assert_eq!(rows.len(), story.codebase.files().len());
    let document = document(&report);
    let scopes = document["scopes"].as_array().unwrap();
    for row in &rows {
        let scope = scopes.iter().find(|scope| scope["name"] == row["path"]);
        let expected = scope.map_or(&Value::Null, |scope| &scope["score"]);
        assert_eq!(row.get("score").unwrap_or(&Value::Null), expected);
    }
    for file in document["hot_files"].as_array().unwrap() {
        let row = rows.iter().find(|row| row["path"] == file["path"]).unwrap();
        assert_eq!(row["changes"], file["changes"]);
        match file["counts"] == true {
            true => assert_eq!(row["hot"], file["hot"]),
            false => assert_eq!(row.get("hot"), None),
        }
    }
    let unread = rows
        .iter()
        .find(|row| row["path"] == "shop/legacy.py")
        .unwrap();
    assert_eq!(unread["lost"], "parse_errors");
    // Without history nobody knows how often a file is changed.
    let without = Story::new(
        vec![code("a.py", &[(1, 1, 1, 1)], (1, 1))],
        without_history(),
    );
    let rows = rows_of(table("files"), &without.report());
    assert_eq!((rows[0].get("changes"), rows[0].get("hot")), (None, None));
}

/// Rows of fields, as RFC 4180 has them and nothing else.
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![]];
    let mut rest = text;
    while !rest.is_empty() {
        let field = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (mut field, mut from) = (String::new(), quoted);
                loop {
                    let (part, after) = from.split_once('"').expect("a closing quote");
                    field.push_str(part);
                    match after.strip_prefix('"') {
                        Some(after) => {
                            field.push('"');
                            from = after;
                        }
                        None => {
                            rest = after;
                            break field;
                        }
                    }
                }
            }
            None => {
                let end = rest.find([',', '\r']).expect("an end of the record");
                let field = rest[..end].to_owned();
                assert!(!field.contains(['"', '\n']), "{field}");
                rest = &rest[end..];
                field
            }
        };
        records.last_mut().unwrap().push(field);
        if let Some(after) = rest.strip_prefix("\r\n") {
            rest = after;
            records.push(vec![]);
        } else {
            rest = rest.strip_prefix(',').expect("a comma or an end of line");
        }
    }
    assert_eq!(records.pop(), Some(vec![]), "no line end at the end");
    records
}

#[test]
fn a_spreadsheet_gets_the_components_and_no_formula() {
    for story in stories() {
        let report = story.report();
        let text = csv::render(&report);
        assert!(text.lines().all(|line| !line.chars().any(char::is_control)));
        let records = records(&text);
        let expected = rows_of(table("components"), &report);
        assert_eq!(records.len(), expected.len() + 1);
        for (record, expected) in records[1..].iter().zip(&expected) {
            assert_eq!(record.len(), records[0].len());
            for (name, field) in records[0].iter().zip(record) {
                assert!(!field.starts_with(['=', '+', '-', '@', '\t']), "{field}");
                match expected.get(name) {
                    None => assert_eq!(field, "", "{name}"),
                    Some(Value::Number(number)) => {
                        assert_eq!(field.parse::<f64>().ok(), number.as_f64(), "{name}");
                    }
                    Some(Value::String(text)) => {
                        let own = crate::report::escape::terminal(text.as_bytes());
                        assert_eq!(field.trim_start_matches('\''), own, "{name}");
                    }
                    Some(other) => panic!("{name}: {other}"),
                }
            }
        }
    }
}

#[test]
fn the_readme_names_every_table_and_every_column() {
    let readme = include_str!("../../../README.md");
    for table in ALL {
        let begin = format!("| `{}` | ", table.name);
        let row = readme.lines().find(|line| line.starts_with(&begin));
        let row = row.unwrap_or_else(|| panic!("no row {begin}"));
        for column in table.columns.iter().filter(|column| column.name != "run") {
            let name = format!("`{}`", column.name);
            let is_bytes = column.name.ends_with("_bytes");
            let found = if is_bytes { readme } else { row };
            assert!(found.contains(&name), "{}.{}", table.name, column.name);
        }
    }
}
