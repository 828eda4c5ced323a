//! From bytes to facts: one parse, one query, one fold.

use std::sync::OnceLock;

use tree_sitter::{Query, QueryMatch};

use super::bands::{self, Shape};
use super::fold;
use super::role::{PART_COUNT, Role, SUBJECTS, Subject};
use super::{Facts, Lost, guard};
use crate::languages::Language;

/// A file whose unparsed share is above this many percent has no facts.
pub const MOST_UNPARSED_PERCENT: u64 = 20;

/// One match of the query: a subject where it stands, and what the pattern says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// What it is.
    pub subject: Subject,
    /// The node of the subject.
    pub span: Span,
    /// Identity of that node in its tree.
    pub node: usize,
    /// Identity of the node of the part `from`.
    pub from: usize,
    /// Rows, counted from 0.
    pub rows: (u32, u32),
    /// The parts, by [`super::role::Part`].
    pub parts: [Option<Span>; PART_COUNT],
}

/// A range of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The bytes of this span; none outside the text.
    pub fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or(&[])
    }

    /// The text of this span, lossily.
    pub fn text(self, text: &[u8]) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.of(text))
    }
}

/// A query with its capture names resolved to roles.
struct Compiled {
    query: Query,
    roles: Vec<Role>,
}

/// Facts of decoded text (see [`super::decode`]), or why there are none.
///
/// Depends on nothing but its arguments and the versions of grammar, runtime and this crate.
pub fn extract(language: Language, text: &[u8]) -> Result<Facts, Lost> {
    let tree = guard::parse(language, text)?;
    let shape = bands::shape(&tree);
    let unparsed = u64::from(shape.error_bytes);
    if unparsed * 100 > MOST_UNPARSED_PERCENT * text.len() as u64 {
        let percent = (unparsed * 100 / (text.len() as u64).max(1)).min(100);
        return Err(Lost::ParseErrors(percent as u8));
    }
    let found = find(language, &tree, &shape, text)?;
    drop(tree);
    Ok(fold::fold(language, text, &found, &shape))
}

/// The capture names of the subjects a language's query uses, sorted.
pub fn subjects_of(language: Language) -> Vec<&'static str> {
    let mut names: Vec<&str> = match compiled(language) {
        Ok(compiled) => compiled.roles.iter().filter_map(subject_name).collect(),
        Err(_) => Vec::new(),
    };
    names.sort_unstable();
    names
}

/// The capture names of the subjects found in a text, sorted; none if the text has no facts.
pub fn subjects_found(language: Language, text: &[u8]) -> Vec<&'static str> {
    let Ok(tree) = guard::parse(language, text) else {
        return Vec::new();
    };
    let found = find(language, &tree, &bands::shape(&tree), text).unwrap_or_default();
    let mut names: Vec<&str> = found
        .iter()
        .map(|found| Role::Subject(found.subject))
        .filter_map(|role| subject_name(&role))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The capture name of a subject; none for parts and private captures.
fn subject_name(role: &Role) -> Option<&'static str> {
    match role {
        Role::Subject(subject) => SUBJECTS
            .iter()
            .find(|(known, ..)| known == subject)
            .map(|(_, name, _)| *name),
        Role::Part(_) | Role::Private => None,
    }
}

/// Everything the language's query finds, sorted by start, then longest, then subject.
fn find(
    language: Language,
    tree: &tree_sitter::Tree,
    shape: &Shape,
    text: &[u8],
) -> Result<Vec<Found>, Lost> {
    let Ok(compiled) = compiled(language) else {
        return Err(Lost::Internal);
    };
    let mut found = Vec::with_capacity(text.len() / 24);
    bands::for_each_match(&compiled.query, tree, text, shape, |matched| {
        found.extend(read_match(matched, &compiled.roles));
    })?;
    found.sort_unstable_by_key(|found: &Found| {
        (
            found.span.start,
            std::cmp::Reverse(found.span.end),
            found.subject,
            found.parts,
            found.node,
        )
    });
    Ok(found)
}

/// The subject of a match with its parts; none for a match without a subject.
fn read_match(matched: &QueryMatch, roles: &[Role]) -> Option<Found> {
    let mut result: Option<Found> = None;
    let mut parts = [None; PART_COUNT];
    let mut from = 0;
    for capture in matched.captures() {
        let node = capture.node;
        let span = Span {
            start: node.start_byte() as u32,
            end: node.end_byte() as u32,
        };
        match roles[capture.index as usize] {
            Role::Private => {}
            Role::Part(part) => {
                if part == super::role::Part::From {
                    from = node.id();
                }
                parts[part as usize] = Some(span);
            }
            Role::Subject(subject) => {
                result = Some(Found {
                    subject,
                    span,
                    node: node.id(),
                    from: 0,
                    rows: (
                        node.start_position().row as u32,
                        node.end_position().row as u32,
                    ),
                    parts,
                });
            }
        }
    }
    result.map(|mut found| {
        found.parts = parts;
        found.from = from;
        found
    })
}

/// The compiled query of a language, made once per process.
fn compiled(language: Language) -> &'static Result<Compiled, String> {
    static COMPILED: [OnceLock<Result<Compiled, String>>; Language::COUNT] =
        [const { OnceLock::new() }; Language::COUNT];
    COMPILED[language.index()].get_or_init(|| compile(language))
}

/// Compiles a language's query and resolves its capture names; the message names the query's fault.
fn compile(language: Language) -> Result<Compiled, String> {
    let query = Query::new(&language.grammar(), &language.query_text())
        .map_err(|error| format!("{}: {error}", language.dialect()))?;
    let roles = query
        .capture_names()
        .iter()
        .map(|name| Role::of(name))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("{}: {error}", language.dialect()))?;
    Ok(Compiled { query, roles })
}

/// Whether the queries of all languages compile and use legal captures only; the first fault otherwise.
pub fn check_queries() -> Result<(), String> {
    for language in Language::all() {
        compiled(language).as_ref().map_err(Clone::clone)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_queries;

    #[test]
    fn every_query_compiles_and_uses_legal_captures() {
        assert_eq!(check_queries(), Ok(()));
    }
}
