//! The published schemas: of what is written, and of the definition that is read.

use crate::definition;

/// The JSON Schema (draft 2020-12) that the JSON of every scan fulfils.
pub const SCAN: &str = include_str!("scan.schema.json");

/// The one that the JSON of every trend fulfils.
pub const TREND: &str = include_str!("trend.schema.json");

/// The one that the JSON of every gate fulfils.
pub const GATE: &str = include_str!("gate.schema.json");

/// The one that the JSON of every explanation fulfils.
pub const EXPLAIN: &str = include_str!("explain.schema.json");

/// The one that the JSON of what to fix first fulfils.
pub const NEXT: &str = include_str!("next.schema.json");

/// The one that the JSON of every `quality config` fulfils.
pub const CONFIG: &str = include_str!("config.schema.json");

/// The one that the JSON of every `quality doctor` fulfils.
pub const DOCTOR: &str = include_str!("doctor.schema.json");

/// The one that what `quality probe` writes fulfils.
pub const PROBE: &str = include_str!("probe.schema.json");

/// A schema with its name.
pub struct Published {
    /// What people ask for.
    pub name: &'static str,
    /// What it is the schema of.
    pub about: &'static str,
    /// Its text; none for the one that the reader of definitions makes.
    text: Option<&'static str>,
}

impl Published {
    /// The schema as text with a line feed at its end.
    pub fn text(&self) -> String {
        match self.text {
            Some(text) => text.to_owned(),
            // Values of JSON can always be written down.
            None => format!("{:#}\n", definition::schema::schema()),
        }
    }
}

/// Every schema, sorted by name.
pub fn all() -> [Published; 9] {
    let published = |name, about, text| Published { name, about, text };
    [
        published("config", "quality config --format json", Some(CONFIG)),
        published("definition", "quality.toml", None),
        published("doctor", "quality doctor --format json", Some(DOCTOR)),
        published("explain", "quality explain --format json", Some(EXPLAIN)),
        published("gate", "quality gate --format json", Some(GATE)),
        published("next", "quality next --format json", Some(NEXT)),
        published("probe", "quality probe --output FILE", Some(PROBE)),
        published("scan", "quality scan --format json", Some(SCAN)),
        published("trend", "quality trend --format json", Some(TREND)),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::all;

    #[cfg(unix)]
    #[test]
    fn a_probe_writes_what_its_schema_says() {
        use crate::probe::{FORMAT, LABEL, Measured, Results, VERSION};
        let schema: Value = serde_json::from_str(super::PROBE).unwrap();
        let results = Results {
            format: FORMAT,
            version: VERSION,
            tool_version: String::new(),
            repository: String::new(),
            commit: None,
            label: LABEL,
            endpoints: vec![Measured {
                endpoint: String::new(),
                name: None,
                runs: 1,
                median_us: None,
                min_us: None,
                max_us: None,
                ready_median_us: None,
                failure: None,
            }],
        };
        let value = serde_json::to_value(results).unwrap();
        let keys = |value: &Value| {
            let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
            keys.sort();
            keys
        };
        let properties = &schema["properties"];
        assert_eq!(keys(&value), keys(properties));
        let endpoints = &properties["endpoints"]["items"]["properties"];
        assert_eq!(keys(&value["endpoints"][0]), keys(endpoints));
        for key in ["format", "version", "label"] {
            assert_eq!(value[key], properties[key]["const"], "{key}");
        }
    }

    #[test]
    fn every_schema_is_json_with_a_title_and_the_list_is_sorted() {
        assert!(all().is_sorted_by_key(|one| one.name));
        for one in all() {
            let text = one.text();
            let schema: Value = serde_json::from_str(&text).unwrap();
            assert!(
                schema["title"].is_string() && schema["description"].is_string(),
                "{}",
                one.name
            );
            assert!(text.ends_with("}\n"), "{}", one.name);
        }
    }
}
