//! The settings of `declared`: components that somebody writes without a line of Rust.
//!
//! A population, which of its subjects are meant (`where`), and which of these are good (`passes`). Both are conditions of
//! one closed vocabulary; all of them have to hold.

mod condition;
mod reading;
mod wildcard;

use serde::Serialize;

pub use self::condition::{CodePattern, Condition, Conditions, FRAMEWORKS, METHODS, Quantity};
pub use self::wildcard::Wildcard;

/// The keys of all conditions.
pub fn condition_keys() -> impl Iterator<Item = &'static str> {
    condition::WORDS.iter().map(|(key, _)| *key)
}

use super::pattern::PatternSet;
use crate::facts::code_patterns::Form;

/// Settings of `declared`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Declared {
    /// What is judged.
    pub population: Population,
    /// What each subject counts.
    pub count: Count,
    /// Which subjects are in the population. Unless it says otherwise, those outside tests.
    #[serde(rename = "where")]
    pub subjects: Conditions,
    /// Which of them are good.
    pub passes: Conditions,
}

/// Subjects of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Population {
    /// Files of code.
    File,
    /// Functions and methods with a body, and closures of their own.
    #[default]
    Function,
    /// Named top-level declarations.
    Item,
    /// Imported names.
    Import,
    /// Calls.
    Call,
    /// What code patterns find.
    Match,
    /// What the program answers over HTTP.
    Endpoint,
    /// Changes of the history.
    Change,
}

impl Population {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::File,
        Self::Function,
        Self::Item,
        Self::Import,
        Self::Call,
        Self::Match,
        Self::Endpoint,
        Self::Change,
    ];

    /// The word in the definition.
    pub fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Function => "function",
            Self::Item => "item",
            Self::Import => "import",
            Self::Call => "call",
            Self::Match => "match",
            Self::Endpoint => "endpoint",
            Self::Change => "change",
        }
    }
}

/// What each subject counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// One.
    #[default]
    Subjects,
    /// Its code lines.
    Lines,
}

impl Declared {
    /// Whether it is about tests, and not about what is outside of them.
    pub fn is_about_tests(&self) -> bool {
        self.subjects
            .all()
            .any(|condition| matches!(condition, Condition::InTests(true)))
    }

    /// The code patterns it looks for, with the names of their languages.
    pub fn code_patterns(&self) -> impl Iterator<Item = (&str, Form, &str)> {
        let conditions = self.subjects.all().chain(self.passes.all());
        conditions.flat_map(|condition| {
            let (form, patterns) = match condition {
                Condition::Code(form, _, patterns) => (*form, patterns.as_slice()),
                _ => (Form::Code, &[][..]),
            };
            let patterns = patterns.iter();
            patterns.map(move |pattern| (pattern.language.as_str(), form, pattern.text.as_str()))
        })
    }

    /// The globs over paths in it, with their keys: one that matches no file is told.
    pub fn globs(&self) -> Vec<(String, &PatternSet)> {
        let mut globs = Vec::new();
        for (table, conditions) in [("where", &self.subjects), ("passes", &self.passes)] {
            for condition in conditions.all() {
                if let Condition::Paths(set) | Condition::Except(set) | Condition::To(_, set) =
                    condition
                {
                    globs.push((format!("{table}.{}", condition.key()), set));
                }
            }
        }
        globs
    }
}
