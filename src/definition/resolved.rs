//! Every value of a definition with where it comes from: built in, or a line of a file.
//!
//! Values are those of the definition itself, so nothing here can say another thing than what counts. What has no
//! built-in counterpart (waivers, libraries of data, conditions, the probe) is shown as the file says it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use toml::de::{DeTable, DeValue};

use super::diagnostic::Journal;
use super::{Component, Definition, Measure};

/// A value of the definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The table it stands in, as in its header; empty for the file itself. One of several has its number behind it.
    pub table: String,
    /// Its key in that table.
    pub key: String,
    /// What it is.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
    /// What it would be without the file; none where there would be no such value.
    pub built_in: Option<Value>,
}

impl Resolved {
    /// Its whole name: `component.typed-code.weight`.
    pub fn name(&self) -> String {
        joined(&self.table, &self.key)
    }

    /// Whether it is another value than the built-in one, or one that is not built in at all.
    pub fn is_changed(&self) -> bool {
        match &self.built_in {
            Some(built_in) => *built_in != self.value,
            None => self.origin != Origin::BuiltIn,
        }
    }
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody wrote it.
    BuiltIn,
    /// It follows from what was written for a component of one's own.
    Default,
    /// It is written on this line, counted from 1.
    Line(u32),
}

/// What is written in a file: values by their whole names, with their lines.
struct Written {
    lines: BTreeMap<String, u32>,
    document: toml::Table,
}

/// Every value of a definition that was read from this text; that of the built-in one is empty. In the order of the
/// example: settings, then components, then what is excused.
pub fn resolved(definition: &Definition, text: &[u8]) -> Vec<Resolved> {
    let text = String::from_utf8_lossy(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text));
    let written = Written::new(&text);
    let builtin = Definition::builtin();
    let mut rows = Vec::new();
    let (own, base) = (settings(definition), settings(&builtin));
    for (table, key, value) in own {
        let built_in = base
            .iter()
            .find(|row| row.0 == table && row.1 == key)
            .map(|row| row.2.clone());
        rows.push(written.row(&table, &key, value, built_in, Origin::BuiltIn));
    }
    written.raw("probe", &mut rows);
    written.raw("data.library", &mut rows);
    written.raw("data.lock", &mut rows);
    for component in &definition.components {
        let base = builtin.component(&component.id);
        let unwritten = match base {
            Some(_) => Origin::BuiltIn,
            None => Origin::Default,
        };
        let base = base.map(row).unwrap_or_default();
        let table = joined("component", &component.id);
        for (key, value) in row(component) {
            let built_in = base
                .iter()
                .find(|row| row.0 == key)
                .map(|row| row.1.clone());
            rows.push(written.row(&table, &key, value, built_in, unwritten));
        }
        written.raw(&joined(&table, "measure.declared"), &mut rows);
    }
    written.raw("waiver", &mut rows);
    rows
}

/// The built-in components that are no part of a definition.
pub fn left_out(definition: &Definition) -> Vec<String> {
    let builtin = Definition::builtin().components.into_iter();
    builtin
        .filter(|row| definition.component(&row.id).is_none())
        .map(|row| row.id)
        .collect()
}

/// Table, key and value of everything that is not about one component.
fn settings(definition: &Definition) -> Vec<(String, String, Value)> {
    let mut rows = vec![(
        String::new(),
        "version".to_owned(),
        json!(definition.version),
    )];
    let mut add = |table: &str, value: Value| {
        for (key, value) in value.as_object().into_iter().flatten() {
            if !value.is_null() {
                rows.push((table.to_owned(), key.clone(), plain(value.clone())));
            }
        }
    };
    // Plain data always becomes JSON.
    let all = serde_json::to_value(definition).unwrap_or_default();
    for table in ["history", "gate", "files", "coverage"] {
        add(table, all[table].clone());
    }
    let switch = |word: &Value| match word.as_str() {
        Some("on") => json!(true),
        Some("off") => json!(false),
        _ => word.clone(),
    };
    let data = &all["data"];
    add(
        "data",
        json!({
            "replicas": switch(&data["replicas"]),
            "request_transactions": switch(&data["request_transactions"]),
        }),
    );
    rows
}

/// The keys of a component with their values.
fn row(component: &Component) -> Vec<(String, Value)> {
    let all = serde_json::to_value(component).unwrap_or_default();
    let mut rows: Vec<(String, Value)> = ["title", "weight", "target", "floor", "level"]
        .map(|key| (key.to_owned(), plain(all[key].clone())))
        .into();
    for key in ["paths", "except"] {
        rows.push((key.to_owned(), all["paths"][key].clone()));
    }
    rows.push(("enabled".to_owned(), all["enabled"].clone()));
    let measure = component.measure.name();
    if matches!(component.measure, Measure::Declared(_)) {
        return rows;
    }
    let settings = all["measure"][measure].as_object();
    let name = format!("measure.{measure}");
    match settings.filter(|settings| !settings.is_empty()) {
        None => rows.push((name, json!({}))),
        Some(settings) => rows.extend(settings.iter().map(|(key, value)| {
            let value = match (key.as_str(), value) {
                ("preset", Value::Null) => json!("none"),
                // A map names one glob for each side.
                ("map", Value::Array(maps)) => maps.iter().map(single).collect(),
                ("import", Value::Array(imports)) => imports.iter().map(import).collect(),
                (_, value) => plain(value.clone()),
            };
            (format!("{name}.{key}"), value)
        })),
    }
    rows
}

/// Lists of one glob as that glob.
fn single(map: &Value) -> Value {
    let fields = map.as_object().into_iter().flatten();
    let globs = fields.map(|(key, value)| (key.clone(), value[0].clone()));
    Value::Object(globs.collect())
}

/// An import without what is empty.
fn import(import: &Value) -> Value {
    let fields = import.as_object().into_iter().flatten();
    let said = fields.filter(|(_, value)| **value != json!(""));
    Value::Object(
        said.map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}

/// Numbers as people write them: 1, not 1.0.
fn plain(value: Value) -> Value {
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => json!(number as i64),
        _ => value,
    }
}

impl Written {
    fn new(text: &str) -> Self {
        let journal = Journal::new(text);
        let (document, _) = DeTable::parse_recoverable(text);
        let mut lines = BTreeMap::new();
        let mut pending = vec![(String::new(), document.get_ref())];
        while let Some((name, table)) = pending.pop() {
            for (key, value) in table.iter() {
                let name = joined(&name, key.get_ref());
                lines.insert(name.clone(), journal.place(key.span().start).line);
                match value.get_ref() {
                    DeValue::Table(table) => pending.push((name, table)),
                    DeValue::Array(array) => {
                        for (position, element) in array.iter().enumerate() {
                            if let DeValue::Table(table) = element.get_ref() {
                                pending.push((format!("{name}#{position}"), table));
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        Self {
            lines,
            document: text.parse().unwrap_or_default(),
        }
    }

    fn row(
        &self,
        table: &str,
        key: &str,
        value: Value,
        built_in: Option<Value>,
        unwritten: Origin,
    ) -> Resolved {
        // A table that is written names its measure, too.
        let line = self.lines.get(&joined(table, key));
        Resolved {
            table: table.to_owned(),
            key: key.to_owned(),
            value,
            origin: line.map_or(unwritten, |line| Origin::Line(*line)),
            built_in,
        }
    }

    /// What the file says in a table, or in each of several.
    fn raw(&self, name: &str, rows: &mut Vec<Resolved>) {
        let mut found: Option<&toml::Value> = None;
        for (position, part) in name.split('.').enumerate() {
            found = match position {
                0 => self.document.get(part),
                _ => found.and_then(|value| value.get(part)),
            };
        }
        let tables: Vec<(String, &toml::Table)> = match found {
            Some(toml::Value::Table(table)) => vec![(name.to_owned(), table)],
            Some(toml::Value::Array(array)) => array
                .iter()
                .enumerate()
                .filter_map(|(position, value)| {
                    Some((format!("{name}#{position}"), value.as_table()?))
                })
                .collect(),
            _ => Vec::new(),
        };
        for (table, entries) in tables {
            for (key, value) in entries {
                rows.push(self.row(&table, key, from_toml(value), None, Origin::BuiltIn));
            }
        }
    }
}

/// A value of TOML as one of JSON. The parser has bounded how deep it is.
fn from_toml(value: &toml::Value) -> Value {
    match value {
        // The type of dates is told by the reader of the key.
        toml::Value::Datetime(date) => json!(date.to_string()),
        toml::Value::Array(array) => array.iter().map(from_toml).collect(),
        toml::Value::Table(table) => {
            let fields = table.iter();
            Value::Object(
                fields
                    .map(|(key, value)| (key.clone(), from_toml(value)))
                    .collect(),
            )
        }
        value => serde_json::to_value(value).unwrap_or_default(),
    }
}

fn joined(table: &str, key: &str) -> String {
    if table.is_empty() {
        key.to_owned()
    } else {
        format!("{table}.{key}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Origin, left_out, resolved};
    use crate::definition::{Definition, parse};

    fn find(text: &str, name: &str) -> super::Resolved {
        let definition = parse(text.as_bytes(), "quality.toml").unwrap();
        let rows = resolved(&definition, text.as_bytes());
        let row = rows.iter().find(|row| row.name() == name);
        row.unwrap_or_else(|| panic!("{name} in {rows:#?}")).clone()
    }

    #[test]
    fn the_built_in_definition_is_built_in_and_unchanged() {
        let rows = resolved(&Definition::builtin(), b"");
        assert!(rows.len() > 150, "{}", rows.len());
        assert!(
            rows.iter()
                .all(|row| row.origin == Origin::BuiltIn && !row.is_changed())
        );
    }

    #[test]
    fn what_a_file_says_has_its_line_and_what_it_replaces() {
        let text = "extends = \"builtin\"\n[component.typed-code]\nweight = 2\n\n[component.mine]\nmeasure.short-files = { max_lines = 300 }\n";
        let weight = find(text, "component.typed-code.weight");
        assert_eq!(
            (weight.origin, weight.value.clone()),
            (Origin::Line(3), json!(2))
        );
        assert_eq!(weight.built_in, Some(json!(1)));
        assert!(weight.is_changed());
        let lines = find(text, "component.mine.measure.short-files.max_lines");
        assert_eq!((lines.origin, lines.value), (Origin::Line(6), json!(300)));
        let level = find(text, "component.mine.level");
        assert_eq!((level.origin, level.built_in), (Origin::Default, None));
        let floor = find(text, "component.typed-code.floor");
        assert!(!floor.is_changed());
    }

    #[test]
    fn what_is_written_as_it_is_built_in_has_a_line_and_is_no_change() {
        let same = find(
            "extends = \"builtin\"\ncomponent.typed-code.weight = 1.0\n",
            "component.typed-code.weight",
        );
        assert_eq!(same.origin, Origin::Line(2));
        assert!(!same.is_changed());
    }

    #[test]
    fn what_has_no_built_in_value_is_shown_as_it_is_written() {
        let text = "extends = \"builtin\"\n[[waiver]]\ncomponent = \"typed-code\"\npaths = [\"a\"]\nreason = \"b\"\nuntil = 2027-01-31\n\
                    [component.own.measure.declared]\npopulation = \"function\"\npasses = { calls_none = [\"print\"] }\n";
        assert_eq!(find(text, "waiver#0.until").value, json!("2027-01-31"));
        let passes = find(text, "component.own.measure.declared.passes");
        assert_eq!(passes.value, json!({ "calls_none": ["print"] }));
        assert_eq!(passes.origin, Origin::Line(9));
    }

    #[test]
    fn without_the_built_in_ones_components_are_left_out() {
        let text = "[component.mine]\nmeasure.safe-reads = {}\n";
        let definition = parse(text.as_bytes(), "quality.toml").unwrap();
        assert!(left_out(&definition).contains(&"typed-code".to_owned()));
        assert_eq!(left_out(&Definition::builtin()), [""; 0]);
    }
}
