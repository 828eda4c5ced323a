//! Waivers: exceptions from a component that the organisation declares, with a reason.

use serde::Serialize;
use toml::de::DeValue;

use super::Component;
use super::diagnostic::{Diagnostic, closest, quote};
use super::pattern::PatternSet;
use super::table::{Shape, Table, listed};

/// Longest reason or owner, in characters, so that a report stays readable.
const LONGEST_WORDS: usize = 200;

/// A declared exception: what it covers counts as good in the share, and as bad in the strict share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiver {
    /// The id of the component it excuses from.
    pub component: String,
    /// Files it covers, with everything in them.
    pub paths: PatternSet,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day it holds, in the calendar of the head commit; none if it holds for ever.
    pub until: Option<String>,
}

impl Waiver {
    /// The line it is written on: that of its first glob, counted from 1.
    pub fn line(&self) -> u32 {
        let first = self.paths.patterns().first();
        first.map_or(0, |pattern| pattern.place.line)
    }
}

/// Reads all waivers. What one excuses from must be one of these components.
pub(super) fn read_waivers(tables: Vec<Table>, components: &[Component]) -> Vec<Waiver> {
    let all = tables.into_iter();
    all.filter_map(|table| read_waiver(table, components))
        .collect()
}

fn read_waiver(mut table: Table, components: &[Component]) -> Option<Waiver> {
    let component = table.text("component");
    let paths = table.patterns("paths");
    let reason = words(&mut table, "reason");
    let owner = words(&mut table, "owner");
    let until = table.day("until");
    for (key, help) in [
        (
            "component",
            "name the component it excuses from: `component = \"typed-code\"`",
        ),
        (
            "paths",
            "name the files it covers: `paths = [\"bridge/**\"]`",
        ),
        (
            "reason",
            "say why, so that others can tell when it has lost its ground",
        ),
    ] {
        if !table.has(key) {
            table.report_here(
                Diagnostic::new(format!("a waiver has no `{key}`"))
                    .label("would excuse without saying what or why")
                    .help(help),
            );
        }
    }
    if let Some(component) = &component
        && components.iter().all(|known| known.id != component.text)
    {
        let ids: Vec<&str> = components.iter().map(|known| known.id.as_str()).collect();
        let label = closest(&component.text, &ids).map_or_else(
            || "not a component".to_owned(),
            |meant| format!("did you mean `{meant}`?"),
        );
        let message = format!("unknown component {}", quote(&component.text));
        table.report(
            "component",
            Diagnostic::new(message)
                .label(label)
                .help(format!("the components are {}", listed(&ids))),
        );
    }
    if paths.as_ref().is_some_and(PatternSet::is_empty) {
        table.report(
            "paths",
            Diagnostic::new("the waiver covers no file").label("empty"),
        );
    }
    table.finish();
    Some(Waiver {
        component: component?.text,
        paths: paths?,
        reason: reason?,
        owner,
        until,
    })
}

/// A line of words; an empty one says nothing.
fn words(table: &mut Table, key: &'static str) -> Option<String> {
    let text = table.text(key)?.text;
    let trouble = if text.trim().is_empty() {
        "is empty"
    } else if text.chars().any(char::is_control) {
        "is more than a line"
    } else if text.chars().count() > LONGEST_WORDS {
        "has more than 200 characters"
    } else {
        return Some(text);
    };
    let message = format!("the {key} of a waiver {trouble}");
    table.report(key, Diagnostic::new(message).label("nobody could read it"));
    None
}

impl Table<'_> {
    /// A day, written as a date or as a string.
    fn day(&mut self, key: &'static str) -> Option<String> {
        self.note(key, || Shape::Day);
        let value = self.ask(key)?;
        let text = match value.get_ref() {
            DeValue::Datetime(date) => date.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => {
                self.wrong_type(key, value, "a day");
                return None;
            }
        };
        if crate::day::is_day(&text) {
            return Some(text);
        }
        let message = format!("{} is not a day", quote(&text));
        self.report(
            key,
            Diagnostic::new(message)
                .label("not a day of the calendar")
                .help("write the last day it holds: `until = 2027-01-31`"),
        );
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::{Definition, parse};

    fn read(waiver: &str) -> Result<Definition, String> {
        let text = format!("extends = \"builtin\"\n[[waiver]]\n{waiver}\n");
        parse(text.as_bytes(), "quality.toml").map_err(|error| error.to_string())
    }

    #[test]
    fn a_waiver_says_what_why_who_and_how_long() {
        let definition = read(
            "component = 'typed-code'\npaths = ['bridge/**']\nreason = 'the interface is frozen'\nowner = '@acme/web'\nuntil = 2027-01-31",
        )
        .unwrap();
        let [waiver] = definition.waivers.as_slice() else {
            panic!("{:?}", definition.waivers);
        };
        assert_eq!(waiver.component, "typed-code");
        assert_eq!(waiver.reason, "the interface is frozen");
        assert_eq!(waiver.owner.as_deref(), Some("@acme/web"));
        assert_eq!(waiver.until.as_deref(), Some("2027-01-31"));
        assert_eq!(waiver.line(), 4);
        let text =
            read("component = 'typed-code'\npaths = ['a']\nreason = 'b'\nuntil = '2027-01-31'");
        assert_eq!(text.unwrap().waivers[0].until, waiver.until);
    }

    #[test]
    fn what_a_waiver_lacks_is_told_at_its_place() {
        let refused = |text: &str, expected: &str| {
            let error = read(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        refused("component = 'typed-code'\npaths = ['a']", "no `reason`");
        refused("component = 'typed-code'\nreason = 'a'", "no `paths`");
        refused("paths = ['a']\nreason = 'a'", "no `component`");
        let rest = "paths = ['a']\nreason = 'a'";
        refused(
            &format!("component = 'typed-cod'\n{rest}"),
            "did you mean `typed-code`",
        );
        let rest = "component = 'typed-code'";
        refused(
            &format!("{rest}\npaths = []\nreason = 'a'"),
            "covers no file",
        );
        refused(&format!("{rest}\npaths = ['a']\nreason = ' '"), "is empty");
        let rest = "component = 'typed-code'\npaths = ['a']\nreason = 'b'";
        refused(
            &format!("{rest}\nuntil = 2027-01-31T10:00:00Z"),
            "is not a day",
        );
        refused(&format!("{rest}\nuntil = 7"), "must be a day");
        refused(
            &format!("{rest}\nuntill = 2027-01-31"),
            "did you mean `until`",
        );
    }
}
