//! Conditions: the closed vocabulary in which subjects are chosen and judged.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Population;
use super::wildcard::Wildcard;
use crate::definition::library::Entry;
use crate::definition::pattern::PatternSet;
use crate::facts::Exposure;
use crate::facts::code_patterns::{Form, PatternId};

/// Conditions that all have to hold, in the order of the vocabulary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions(pub(super) Vec<Condition>);

/// How many of a list have to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// At least one.
    Any,
    /// Each.
    All,
    /// None.
    None,
}

/// Something that holds of a subject or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Its file is in one of these languages.
    Language(Vec<String>),
    /// Its file lies at one of these paths.
    Paths(PatternSet),
    /// Its file lies at none of these paths.
    Except(PatternSet),
    /// It is called like one of these.
    Name(Vec<Wildcard>),
    /// Decorators or attributes stand on it.
    Decorators(Quantity, Vec<Wildcard>),
    /// Its file imports libraries.
    Imports(Quantity, Vec<Entry>),
    /// It makes calls.
    Calls(Quantity, Vec<Wildcard>),
    /// Code patterns match in it, or it is such a match.
    Code(Form, Quantity, Vec<CodePattern>),
    /// So many code lines at most.
    LinesAtMost(u32),
    /// So many code lines at least.
    LinesAtLeast(u32),
    /// So high a cognitive complexity at most.
    ComplexityAtMost(u32),
    /// So many parameters at most.
    ParametersAtMost(u32),
    /// Whether each of its slots has a type.
    Typed(bool),
    /// How far it can be seen.
    Exposure(Vec<Exposure>),
    /// Whether tests belong to it.
    HasTests(bool),
    /// Whether it belongs to tests.
    InTests(bool),
    /// What it imports is one of these libraries, or none of them.
    Module(Quantity, Vec<Entry>),
    /// What it imports is defined at one of these paths, or at none of them.
    To(Quantity, PatternSet),
    /// What is called.
    Callee(Quantity, Vec<Wildcard>),
    /// Its method is one of these.
    Method(Vec<&'static str>),
    /// Its path is like one of these.
    Path(Vec<Wildcard>),
    /// It is written with one of these frameworks.
    Framework(Vec<&'static str>),
    /// So many files at most.
    FilesAtMost(u32),
    /// At least one of these holds.
    AnyOf(Vec<Conditions>),
    /// These do not all hold.
    Not(Conditions),
}

/// A code pattern of a language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CodePattern {
    /// The name of the language.
    pub language: String,
    /// As it was written.
    pub text: String,
    /// Its name in facts.
    pub id: PatternId,
}

use Population::{Call, Change, Endpoint, File, Function, Import, Item, Match};

/// Every subject that lies in a file.
const IN_FILES: &[Population] = &[File, Function, Item, Import, Call, Match, Endpoint];
/// Those of them that tests have too.
const IN_TESTS: &[Population] = &[File, Function, Item, Import, Call, Match];

/// Every condition, with the populations it says something of.
pub(super) const WORDS: &[(&str, &[Population])] = &[
    ("language", IN_FILES),
    ("paths", IN_FILES),
    ("except", IN_FILES),
    ("name", &[File, Function, Item, Endpoint]),
    ("decorators_any", &[Function, Endpoint]),
    ("decorators_all", &[Function, Endpoint]),
    ("decorators_none", &[Function, Endpoint]),
    ("imports_any", IN_FILES),
    ("imports_none", IN_FILES),
    ("calls_any", &[File, Function, Endpoint]),
    ("calls_none", &[File, Function, Endpoint]),
    ("matches_any", &[File, Function, Match, Endpoint]),
    ("matches_none", &[File, Function, Match, Endpoint]),
    ("query_any", &[File, Function, Match, Endpoint]),
    ("query_none", &[File, Function, Match, Endpoint]),
    ("lines_at_most", &[File, Function, Endpoint]),
    ("lines_at_least", &[File, Function, Endpoint]),
    ("complexity_at_most", &[Function, Endpoint]),
    ("parameters_at_most", &[Function, Endpoint]),
    ("typed", &[Function, Endpoint]),
    ("exposure", &[Item]),
    ("has_tests", &[File]),
    ("in_tests", IN_TESTS),
    ("module_any", &[Import]),
    ("module_none", &[Import]),
    ("to_any", &[Import]),
    ("to_none", &[Import]),
    ("callee_any", &[Call]),
    ("callee_none", &[Call]),
    ("method", &[Endpoint]),
    ("path", &[Endpoint]),
    ("framework", &[Endpoint]),
    ("files_at_most", &[Change]),
    ("any", IN_FILES),
    ("not", IN_FILES),
];

impl Conditions {
    /// Those written here, in the order of the vocabulary.
    pub fn iter(&self) -> impl Iterator<Item = &Condition> {
        self.0.iter()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All conditions, those within `any` and `not` too.
    pub fn all(&self) -> impl Iterator<Item = &Condition> {
        self.0.iter().flat_map(|condition| {
            let (one, several) = match condition {
                Condition::AnyOf(several) => (None, several.as_slice()),
                Condition::Not(one) => (Some(one), &[][..]),
                _ => (None, &[][..]),
            };
            // Nothing is nested deeper.
            let inner = one.into_iter().chain(several).flat_map(|inner| &inner.0);
            std::iter::once(condition).chain(inner)
        })
    }
}

impl Condition {
    /// Whether it is about the function that answers, if it is asked of an endpoint.
    pub fn is_of_handler(&self) -> bool {
        matches!(
            self,
            Self::Name(_)
                | Self::Decorators(..)
                | Self::Calls(..)
                | Self::Code(..)
                | Self::LinesAtMost(_)
                | Self::LinesAtLeast(_)
                | Self::ComplexityAtMost(_)
                | Self::ParametersAtMost(_)
                | Self::Typed(_)
        )
    }

    /// Its key in the definition.
    pub fn key(&self) -> &'static str {
        let of = |any: &'static str, all: &'static str, none: &'static str, quantity: Quantity| {
            match quantity {
                Quantity::Any => any,
                Quantity::All => all,
                Quantity::None => none,
            }
        };
        match self {
            Self::Language(_) => "language",
            Self::Paths(_) => "paths",
            Self::Except(_) => "except",
            Self::Name(_) => "name",
            Self::Decorators(quantity, _) => of(
                "decorators_any",
                "decorators_all",
                "decorators_none",
                *quantity,
            ),
            Self::Imports(quantity, _) => of("imports_any", "", "imports_none", *quantity),
            Self::Calls(quantity, _) => of("calls_any", "", "calls_none", *quantity),
            Self::Code(Form::Code, quantity, _) => of("matches_any", "", "matches_none", *quantity),
            Self::Code(Form::Query, quantity, _) => of("query_any", "", "query_none", *quantity),
            Self::LinesAtMost(_) => "lines_at_most",
            Self::LinesAtLeast(_) => "lines_at_least",
            Self::ComplexityAtMost(_) => "complexity_at_most",
            Self::ParametersAtMost(_) => "parameters_at_most",
            Self::Typed(_) => "typed",
            Self::Exposure(_) => "exposure",
            Self::HasTests(_) => "has_tests",
            Self::InTests(_) => "in_tests",
            Self::Module(quantity, _) => of("module_any", "", "module_none", *quantity),
            Self::To(quantity, _) => of("to_any", "", "to_none", *quantity),
            Self::Callee(quantity, _) => of("callee_any", "", "callee_none", *quantity),
            Self::Method(_) => "method",
            Self::Path(_) => "path",
            Self::Framework(_) => "framework",
            Self::FilesAtMost(_) => "files_at_most",
            Self::AnyOf(_) => "any",
            Self::Not(_) => "not",
        }
    }
}

/// The methods an endpoint can have; the last is that of one whose text names none.
pub const METHODS: [&str; 8] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY",
];

/// The names of all frameworks whose routes are read.
pub const FRAMEWORKS: [&str; 16] = [
    "flask",
    "fastapi",
    "starlette",
    "aiohttp",
    "django",
    "django-rest-framework",
    "express",
    "koa",
    "fastify",
    "hono",
    "nest",
    "next",
    "sveltekit",
    "axum",
    "actix",
    "rocket",
];

/// The word for how far something can be seen.
pub(super) const EXPOSURES: [(&str, Exposure); 4] = [
    ("public", Exposure::Public),
    ("package", Exposure::Package),
    ("parent", Exposure::Parent),
    ("private", Exposure::Private),
];

/// The word of an exposure.
pub(super) fn exposure_word(exposure: Exposure) -> &'static str {
    let known = EXPOSURES.iter().find(|(_, known)| *known == exposure);
    known.map_or("", |(word, _)| word)
}

impl Serialize for Conditions {
    /// As a table is written: each condition under its key.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for condition in &self.0 {
            map.serialize_entry(condition.key(), condition)?;
        }
        map.end()
    }
}

impl Serialize for Condition {
    /// As its value is written.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Language(names) => names.serialize(serializer),
            Self::Paths(globs) | Self::Except(globs) | Self::To(_, globs) => {
                globs.serialize(serializer)
            }
            Self::Name(names)
            | Self::Decorators(_, names)
            | Self::Calls(_, names)
            | Self::Callee(_, names)
            | Self::Path(names) => names.serialize(serializer),
            Self::Method(words) | Self::Framework(words) => words.serialize(serializer),
            Self::Imports(_, entries) | Self::Module(_, entries) => entries.serialize(serializer),
            Self::Code(_, _, patterns) => {
                let mut map = serializer.serialize_map(None)?;
                for patterns in patterns.chunk_by(|one, next| one.language == next.language) {
                    let texts: Vec<&str> = patterns.iter().map(|pattern| &*pattern.text).collect();
                    let language = patterns.first().map_or("", |first| &*first.language);
                    map.serialize_entry(language, &texts)?;
                }
                map.end()
            }
            Self::LinesAtMost(number)
            | Self::LinesAtLeast(number)
            | Self::ComplexityAtMost(number)
            | Self::ParametersAtMost(number)
            | Self::FilesAtMost(number) => number.serialize(serializer),
            Self::Typed(yes) | Self::HasTests(yes) | Self::InTests(yes) => {
                yes.serialize(serializer)
            }
            Self::Exposure(exposures) => {
                serializer.collect_seq(exposures.iter().map(|exposure| exposure_word(*exposure)))
            }
            Self::AnyOf(several) => several.serialize(serializer),
            Self::Not(conditions) => conditions.serialize(serializer),
        }
    }
}
