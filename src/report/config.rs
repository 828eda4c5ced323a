//! The definition that counts, value by value: as a file that can be read again, and as JSON.

use serde::Serialize;
use serde_json::Value;

use crate::definition::resolved::{Origin, Resolved};
use crate::report::escape::{self, JsonLines};
use crate::report::format::{Format, FormatProblem, Table, parse_in};
use crate::report::head::Tool;
use crate::report::text::Style;
use crate::report::text::page::{Ink, Page, pad};

/// Counted up whenever a name or a meaning changes; new names may come without.
pub const SCHEMA_VERSION: u32 = 1;
/// Where the comments begin, unless a value is longer.
const COLUMN: usize = 46;

/// A definition and where it comes from.
#[derive(Clone, Debug)]
pub struct ConfigReport {
    /// The version of this program.
    pub tool_version: String,
    /// What the definition is known by.
    pub definition_id: String,
    /// The file, below the root of the repository or as it was typed; none for the built-in one.
    pub file: Option<String>,
    /// Every value, in the order of a definition.
    pub values: Vec<Resolved>,
    /// Built-in components that are no part of it.
    pub left_out: Vec<String>,
    /// Only values that differ are shown.
    pub only_changed: bool,
}

/// Writes a definition down.
pub type OfConfig = fn(&ConfigReport, &Style) -> String;

/// The formats of `quality config`.
pub const CONFIG: Table<OfConfig> = &[
    Format {
        name: "json",
        about: "every value with its origin, for programs; the schema is versioned",
        render: |report, _| json(report),
    },
    Format {
        name: "text",
        about: "a quality.toml with the origin of each value behind it",
        render: text,
    },
];

impl Format<OfConfig> {
    /// Writes a definition down. The style matters to formats for people only.
    pub fn render(&self, report: &ConfigReport, style: &Style) -> String {
        (self.render)(report, style)
    }
}

/// Reads `NAME[=PATH]` for a definition.
pub fn parse(text: &str) -> Result<(Format<OfConfig>, Option<std::path::PathBuf>), FormatProblem> {
    parse_in(CONFIG, text)
}

impl ConfigReport {
    fn shown(&self) -> impl Iterator<Item = &Resolved> {
        self.values
            .iter()
            .filter(|row| !self.only_changed || row.is_changed())
    }

    fn file(&self) -> String {
        match &self.file {
            Some(file) => escape::terminal(file.as_bytes()),
            None => "built-in".to_owned(),
        }
    }
}

/// The definition as a file, with the origin of each value behind it.
fn text(report: &ConfigReport, style: &Style) -> String {
    let mut page = Page::new(style.width, style.color, style.ascii);
    let changed = report.values.iter().filter(|row| row.is_changed()).count();
    let opening = match &report.file {
        None => "# the built-in definition; there is no quality.toml".to_owned(),
        Some(_) => format!(
            "# {}, definition {}: {changed} of {} values differ from the built-in definition",
            report.file(),
            report.definition_id,
            report.values.len()
        ),
    };
    page.line(&[(Ink::Faint, opening)]);
    if !report.left_out.is_empty() {
        let left_out = format!(
            "# built in and no part of it: {}",
            report.left_out.join(", ")
        );
        page.line(&[(Ink::Faint, left_out)]);
    }
    if report.only_changed && changed == 0 {
        let nothing = "# every value is as built in";
        page.line(&[(Ink::Faint, nothing.to_owned())]);
    } else if report.only_changed {
        page.line(&[(Ink::Plain, "version = 1".to_owned())]);
        if report.left_out.is_empty() {
            page.line(&[(Ink::Plain, "extends = \"builtin\"".to_owned())]);
        }
    }
    let mut table = String::new();
    for row in report.shown() {
        if row.table != table {
            table.clone_from(&row.table);
            page.gap();
            page.line(&[(Ink::Strong, header(&table))]);
        }
        let value = format!("{} = {}", row.key, toml(row, &row.value));
        let ink = if row.is_changed() {
            Ink::Middling
        } else {
            Ink::Plain
        };
        page.line(&[
            (ink, format!("{}  ", pad(&value, COLUMN))),
            (Ink::Faint, format!("# {}", origin(report, row))),
        ]);
    }
    page.finish()
}

/// Where a value comes from, and what it would be.
fn origin(report: &ConfigReport, row: &Resolved) -> String {
    let place = match row.origin {
        Origin::BuiltIn => return "built-in".to_owned(),
        Origin::Default => return "default of a component of your own".to_owned(),
        Origin::Line(line) => format!("{}:{line}", report.file()),
    };
    match &row.built_in {
        Some(built_in) if *built_in == row.value => format!("{place}, as built in"),
        Some(built_in) => format!("{place}, built-in: {}", toml(row, built_in)),
        None => place,
    }
}

/// `[component.typed-code]`, or `[[waiver]]` for one of several.
fn header(table: &str) -> String {
    match table.split_once('#') {
        Some((name, _)) => format!("[[{name}]]"),
        None => format!("[{table}]"),
    }
}

/// A value on one line of TOML. Its depth is that of a definition.
fn toml(row: &Resolved, value: &Value) -> String {
    match value {
        // TOML writes days without quotes.
        Value::String(day) if row.key == "until" => escape::terminal(day.as_bytes()),
        Value::String(text) => string(text),
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(|one| toml(row, one)).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(key, value)| format!("{} = {}", bare(key), toml(row, value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        value => value.to_string(),
    }
}

/// A key, in quotes where it needs them.
fn bare(key: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(is_bare) {
        key.to_owned()
    } else {
        string(key)
    }
}

/// A string of TOML in which nothing can disturb a terminal.
fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        let safe = escape::terminal(character.to_string().as_bytes());
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            _ if safe == character.to_string() => quoted.push(character),
            _ => quoted.push_str(&format!("\\U{:08X}", u32::from(character))),
        }
    }
    quoted.push('"');
    quoted
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    definition: DefinitionId<'a>,
    only_changed: bool,
    values: Vec<Entry<'a>>,
    left_out: &'a [String],
}

#[derive(Serialize)]
struct DefinitionId<'a> {
    id: &'a str,
    file: Option<&'a str>,
}

#[derive(Serialize)]
struct Entry<'a> {
    key: String,
    value: &'a Value,
    changed: bool,
    origin: &'static str,
    line: Option<u32>,
    built_in: Option<&'a Value>,
}

fn json(report: &ConfigReport) -> String {
    let mut values: Vec<Entry> = report
        .shown()
        .map(|row| {
            let (origin, line) = match row.origin {
                Origin::BuiltIn => ("built-in", None),
                Origin::Default => ("default", None),
                Origin::Line(line) => ("file", Some(line)),
            };
            Entry {
                key: row.name(),
                value: &row.value,
                changed: row.is_changed(),
                origin,
                line,
                built_in: row.built_in.as_ref(),
            }
        })
        .collect();
    values.sort_by(|a, b| a.key.cmp(&b.key));
    JsonLines::document(&Document {
        schema_version: SCHEMA_VERSION,
        tool: Tool::new(&report.tool_version),
        definition: DefinitionId {
            id: &report.definition_id,
            file: report.file.as_deref(),
        },
        only_changed: report.only_changed,
        values,
        left_out: &report.left_out,
    })
}

#[cfg(test)]
mod tests {
    use super::{ConfigReport, json, text};
    use crate::definition::resolved::{left_out, resolved};
    use crate::definition::{Definition, parse};
    use crate::report::text::Style;

    const EXAMPLE: &str = include_str!("../../quality.toml.example");

    fn report(definition: &Definition, written: &str, only_changed: bool) -> ConfigReport {
        ConfigReport {
            tool_version: "1.2.3".to_owned(),
            definition_id: definition.id.clone(),
            file: Some("quality.toml".to_owned()),
            values: resolved(definition, written.as_bytes()),
            left_out: left_out(definition),
            only_changed,
        }
    }

    fn read(text: &str) -> Definition {
        parse(text.as_bytes(), "quality.toml").unwrap_or_else(|error| panic!("{text}\n{error}"))
    }

    #[test]
    fn what_is_shown_is_the_same_definition_when_it_is_read_again() {
        let examples = [
            "boundary",
            "guarded-endpoints",
            "no-print",
            "no-unwrap",
            "own-logger",
            "short-functions",
        ]
        .map(|name| std::fs::read_to_string(format!("examples/{name}.toml")).unwrap());
        let own = [
            String::new(),
            EXAMPLE.to_owned(),
            "extends = 'builtin'\n[component.tested-files]\nmeasure.tested-files.map = [{ source = 'a/**', tests = 'b/**' }]\n\
             [component.fast-endpoints]\nmeasure.fast-endpoints.import = [{ format = 'csv', path = 'a.csv', select = 'med' }]\n\
             [data]\nreplicas = true\n[[data.library]]\nname = \"x\\\\ \\u001b\"\nwrite = ['**.put']\n\
             [[waiver]]\ncomponent = 'typed-code'\npaths = ['a']\nreason = 'it \"is\" so'\nuntil = 2027-01-31\n\
             [probe]\ncommand = 'a {port}'\nenv = { A = '1' }\n[component.http-client.measure.preferred-imports]\npreset = 'none'\nprefer = ['a']\nover = ['b']\n".to_owned(),
            "[component.mine]\nmeasure.unique-lines = { min_lines = 7 }\ntarget = 0.923456\n".to_owned(),
        ];
        for written in examples.iter().chain(&own) {
            let definition = read(written);
            for only_changed in [false, true] {
                let shown = text(
                    &report(&definition, written, only_changed),
                    &Style::default(),
                );
                assert_eq!(read(&shown).id, definition.id, "{shown}");
                assert_eq!(read(&shown).probe, definition.probe, "{shown}");
                assert!(shown.chars().all(|c| c == '\n' || !c.is_control()));
            }
        }
    }

    #[test]
    fn only_what_differs_is_shown_where_that_is_asked() {
        let written = "extends = \"builtin\"\n[component.typed-code]\nweight = 2\nfloor = 0\n";
        let shown = text(&report(&read(written), written, true), &Style::default());
        assert!(shown.contains("weight = 2"), "{shown}");
        assert!(shown.contains("# quality.toml:3, built-in: 1\n"), "{shown}");
        assert!(!shown.contains("floor"), "{shown}");
    }

    #[test]
    fn json_is_sorted_and_the_same_each_time() {
        let definition = read(EXAMPLE);
        let one = json(&report(&definition, EXAMPLE, false));
        assert_eq!(one, json(&report(&definition, EXAMPLE, false)));
        let value: serde_json::Value = serde_json::from_str(&one).unwrap();
        let keys: Vec<&str> = value["values"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["key"].as_str().unwrap())
            .collect();
        assert!(keys.is_sorted());
    }
}
