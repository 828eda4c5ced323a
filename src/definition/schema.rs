//! The JSON Schema of `quality.toml`, made by the reader itself: what it asks for is a key, and what it accepts its type.
//! What each key means is said by `quality.toml.example`, from which the words are taken.

mod explained;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::table::Shape;
use super::{Definition, read};
use explained::Explained;

/// Keys a table cannot do without, which the reader tells in its own words. `*` stands for a name.
const REQUIRED: &[(&str, &[&str])] = &[
    ("waiver", &["component", "paths", "reason"]),
    ("coverage.path_map", &["from", "to"]),
    ("data.library", &["name"]),
    ("data.lock", &["name"]),
    ("probe", &["command"]),
    ("probe.endpoints", &["path"]),
    ("component.*.measure.tested-files.map", &["source", "tests"]),
    (
        "component.*.measure.fast-endpoints.import",
        &["format", "path"],
    ),
    ("component.*.measure.declared", &["population", "passes"]),
];

/// What names a component.
const ID: &str = "^[a-z][a-z0-9-]{0,63}$";
/// Most elements of a list.
const MOST: usize = super::pattern::MOST_IN_LIST;

/// A key: what it may hold, and the keys below it.
#[derive(Default)]
struct Node {
    shapes: Vec<Shape>,
    below: BTreeMap<String, Node>,
}

/// The JSON Schema (draft 7, which editors of TOML know) that every definition the reader accepts fulfils. What only the
/// whole file shows, such as a floor above its target, is left to the reader.
pub fn schema() -> Value {
    let mut root = Node::default();
    for (key, shape) in read::shapes() {
        let mut node = &mut root;
        for part in key.split('.') {
            node = node.below.entry(part.to_owned()).or_default();
        }
        if !node.shapes.contains(&shape) {
            node.shapes.push(shape);
        }
    }
    let explained = Explained::new();
    let mut schema = table(&root, "", &explained);
    if let Some(fields) = schema.as_object_mut() {
        fields.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        let row = root.below.get("component");
        let row = row.and_then(|all| all.below.get("*"));
        let row = row.map(|row| of(row, "component.*", &explained));
        fields.insert("definitions".to_owned(), json!({ "component": row }));
        fields.insert("title".to_owned(), json!(super::FILE_NAME));
        fields.insert(
            "description".to_owned(),
            json!("What an organisation calls code quality, as `quality` reads it."),
        );
        fields.sort_keys();
    }
    schema
}

/// A table with its keys, or with names of one's own.
fn table(node: &Node, path: &str, explained: &Explained) -> Value {
    let mut fields = Map::new();
    fields.insert("type".to_owned(), json!("object"));
    let mut known = Map::new();
    for (name, child) in &node.below {
        let path = joined(path, name);
        let value = of(child, &path, explained);
        if name == "*" {
            fields.insert("additionalProperties".to_owned(), value);
        } else {
            known.insert(name.clone(), value);
        }
    }
    if path == "component" {
        fields.insert("propertyNames".to_owned(), json!({ "pattern": ID }));
        fields.insert(
            "additionalProperties".to_owned(),
            json!({ "$ref": "#/definitions/component" }),
        );
        // The rows there are, so that an editor offers them.
        for component in Definition::builtin().components {
            let mut row = json!({ "allOf": [{ "$ref": "#/definitions/component" }] });
            if let Some(words) = explained.words(&format!("component.{}", component.id)) {
                row["description"] = json!(words);
            }
            known.insert(component.id, row);
        }
    }
    if path.ends_with(".measure") {
        fields.insert("minProperties".to_owned(), json!(1));
        fields.insert("maxProperties".to_owned(), json!(1));
    }
    if !node.below.contains_key("*") {
        fields.insert("additionalProperties".to_owned(), json!(false));
    }
    if !known.is_empty() {
        known.sort_keys();
        fields.insert("properties".to_owned(), Value::Object(known));
    }
    if let Some((_, keys)) = REQUIRED.iter().find(|(table, _)| *table == path) {
        fields.insert("required".to_owned(), json!(keys));
    }
    fields.sort_keys();
    Value::Object(fields)
}

/// What a key may hold, with what it means.
fn of(node: &Node, path: &str, explained: &Explained) -> Value {
    let among = node.shapes.iter().find_map(|shape| match shape {
        Shape::Among(words) => Some(json!({ "type": "string", "enum": words })),
        _ => None,
    });
    let word = among.unwrap_or_else(|| json!({ "type": "string" }));
    let list = json!({ "type": "array", "items": word, "maxItems": MOST });
    let is_chosen = node
        .shapes
        .iter()
        .any(|shape| matches!(shape, Shape::Choice(_)));
    let mut forms: Vec<Value> = Vec::new();
    for shape in &node.shapes {
        forms.push(match shape {
            Shape::Table => table(node, path, explained),
            Shape::Tables => json!({
                "type": "array", "items": table(node, path, explained), "maxItems": MOST,
            }),
            // A choice is asked for as a text first, and so is a list of words among some.
            Shape::Text if is_chosen => continue,
            Shape::Among(_) => continue,
            Shape::Text => json!({ "type": "string" }),
            Shape::Texts => list.clone(),
            Shape::Words => json!({ "anyOf": [word.clone(), list.clone()] }),
            Shape::Boolean => json!({ "type": "boolean" }),
            // An editor hands over a date of TOML as a string of that form.
            Shape::Day => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
            Shape::Choice(words) => json!({ "type": "string", "enum": words }),
            Shape::Whole(range) => json!({
                "type": "integer", "minimum": range.start(), "maximum": range.end(),
            }),
            Shape::Number(range) => json!({
                "type": "number",
                "minimum": range.start().to_f64(),
                "maximum": range.end().to_f64(),
            }),
        });
    }
    // Of a whole number asked for twice the narrower question counts, which comes first.
    if matches!(node.shapes.as_slice(), [Shape::Whole(_), Shape::Whole(_)]) {
        forms.truncate(1);
    }
    // `Texts` within `Words` is one of its two forms.
    if node.shapes.contains(&Shape::Words) {
        forms.retain(|form| *form != list);
    }
    forms.dedup();
    let mut value = match forms.len() {
        1 => forms.remove(0),
        _ => json!({ "anyOf": forms }),
    };
    if let (Some(words), Some(fields)) = (explained.words(path), value.as_object_mut()) {
        fields.insert("description".to_owned(), json!(words));
        fields.sort_keys();
    }
    value
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}
