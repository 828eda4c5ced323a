//! The table of formats. A format is a file beside this one and a row here.

use std::path::PathBuf;

use super::text::Style;
use super::{Report, json, text};

/// A way of writing a report down.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub about: &'static str,
    render: fn(&Report, &Style) -> String,
}

/// Sorted by name; a test holds the order.
const FORMATS: &[Format] = &[
    Format {
        name: "json",
        about: "everything, for programs; the schema is versioned",
        render: |report, _| json::render(report),
    },
    Format {
        name: "text",
        about: "the score card, for people",
        render: text::render,
    },
];

/// Why `NAME[=PATH]` names no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatProblem {
    /// There is no format of this name.
    #[error("there is no format `{name}`; there are {}", names())]
    Unknown {
        /// As typed.
        name: String,
    },
    /// `=` with nothing behind it.
    #[error("`{name}=` names no file")]
    NoPath {
        /// The format.
        name: &'static str,
    },
}

impl Format {
    /// All formats, sorted by name.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().copied()
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name == name)
    }

    /// Writes a report down. The style matters to formats for people only.
    pub fn render(&self, report: &Report, style: &Style) -> String {
        (self.render)(report, style)
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Reads `NAME[=PATH]`.
pub fn parse(text: &str) -> Result<(Format, Option<PathBuf>), FormatProblem> {
    let (name, path) = match text.split_once('=') {
        Some((name, path)) => (name, Some(path)),
        None => (text, None),
    };
    let format = Format::named(name).ok_or_else(|| FormatProblem::Unknown {
        name: super::escape::terminal(name.as_bytes()),
    })?;
    match path {
        Some("") => Err(FormatProblem::NoPath { name: format.name }),
        path => Ok((format, path.map(PathBuf::from))),
    }
}

fn names() -> String {
    let names: Vec<&str> = Format::all().map(|format| format.name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{FORMATS, FormatProblem, parse};
    use std::path::PathBuf;

    #[test]
    fn the_table_is_sorted_by_name() {
        assert!(FORMATS.is_sorted_by_key(|format| format.name));
    }

    #[test]
    fn a_format_may_have_a_path() {
        let read = |text| parse(text).map(|(format, path)| (format.name, path));
        assert_eq!(read("text"), Ok(("text", None)));
        assert_eq!(
            read("json=out/a=b.json"),
            Ok(("json", Some(PathBuf::from("out/a=b.json"))))
        );
        assert_eq!(read("json="), Err(FormatProblem::NoPath { name: "json" }));
    }

    #[test]
    fn an_unknown_format_is_told_which_there_are() {
        assert_eq!(
            parse("yaml").unwrap_err().to_string(),
            "there is no format `yaml`; there are json, text"
        );
    }
}
