//! The patterns of a query file: tree-sitter's query language, read into a form that [`super::matching`] runs.
//!
//! Understood are nodes with fields, negated fields, alternations, anonymous nodes, wildcards, anchors, quantifiers,
//! captures and the predicates `eq? not-eq? match? not-match? any-of? not-any-of?`. A pattern has one root. What else
//! the language knows is an error, so that nothing is silently ignored.

mod reader;

use std::sync::OnceLock;

use regex::bytes::Regex;

use self::reader::Reader;
use super::kinds::KindTable;
use super::role::Role;
use crate::languages::Language;

/// A compiled query.
pub(super) struct Patterns {
    pub patterns: Vec<Pattern>,
    /// What each capture stands for.
    pub roles: Vec<Role>,
    /// What the patterns want to know of nodes, by kind.
    pub kinds: KindTable,
    /// Patterns whose root is of a kind, by kind.
    pub by_kind: Vec<Vec<u32>>,
    /// Patterns whose root may be any named node.
    pub any_kind: Vec<u32>,
}

/// A root and what must hold of its captures.
pub(super) struct Pattern {
    pub root: Element,
    pub predicates: Vec<Predicate>,
}

impl Pattern {
    /// Compiles what is otherwise left until it is needed.
    ///
    /// # Errors
    /// What is wrong with the first expression that does not compile.
    pub fn check(&self) -> Result<(), String> {
        for predicate in &self.predicates {
            if let Test::Matches(expression) = &predicate.test {
                expression.compiled().as_ref().map_err(Clone::clone)?;
            }
        }
        Ok(())
    }
}

impl Element {
    /// Whether a child at any depth may come as often as this. The depth is that of the query.
    pub fn has(&self, is_wanted: &dyn Fn(Quantifier) -> bool) -> bool {
        match &self.shape {
            Shape::OneOf(elements) => elements.iter().any(|element| element.has(is_wanted)),
            Shape::Node { children, .. } => children
                .iter()
                .any(|child| is_wanted(child.quantifier) || child.element.has(is_wanted)),
        }
    }
}

/// A node, or one of several.
pub(super) struct Element {
    pub shape: Shape,
    /// Kinds of nodes it may match, named or not, to tell most others apart before anything else is tried.
    pub accepts: KindSet,
    pub captures: Vec<u16>,
}

/// What an element looks like.
pub(super) enum Shape {
    Node {
        kinds: Kinds,
        absent_fields: Vec<u8>,
        children: Vec<Child>,
    },
    OneOf(Vec<Element>),
}

/// Which kinds of nodes fit.
pub(super) enum Kinds {
    /// Any node, named or not.
    Any,
    /// Any named node.
    Named,
    /// One of these, sorted.
    These(Vec<u16>),
}

/// A set of kinds: a bit for each. None for all kinds.
pub(super) struct KindSet(Option<Box<[u64]>>);

impl KindSet {
    /// Those of a shape.
    pub fn of(shape: &Shape) -> Self {
        let mut bits = Vec::new();
        match shape {
            Shape::Node { kinds, .. } => {
                let Kinds::These(kinds) = kinds else {
                    return Self(None);
                };
                for kind in kinds {
                    let word = *kind as usize / 64;
                    bits.resize(bits.len().max(word + 1), 0);
                    bits[word] |= 1 << (kind % 64);
                }
            }
            Shape::OneOf(elements) => {
                for element in elements {
                    let Self(Some(others)) = &element.accepts else {
                        return Self(None);
                    };
                    bits.resize(bits.len().max(others.len()), 0);
                    for (word, other) in bits.iter_mut().zip(others) {
                        *word |= other;
                    }
                }
            }
        }
        Self(Some(bits.into()))
    }

    #[inline]
    pub fn contains(&self, kind: u16) -> bool {
        self.0.as_ref().is_none_or(|bits| {
            let word = bits.get(kind as usize / 64);
            word.is_some_and(|bits| bits & 1 << (kind % 64) != 0)
        })
    }
}

/// An element among the children of a node.
pub(super) struct Child {
    pub element: Element,
    pub field: Option<u8>,
    /// Only anonymous nodes may stand between it and what comes before it.
    pub anchored: bool,
    /// No named node may follow it.
    pub last: bool,
    pub quantifier: Quantifier,
}

/// How often a child may come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantifier {
    One,
    Optional,
    Many,
    Some,
}

/// A condition on captures. It holds for each node captured under the name.
pub(super) struct Predicate {
    pub capture: u16,
    pub negated: bool,
    pub test: Test,
}

/// What a predicate compares a capture's text with.
pub(super) enum Test {
    OneOf(Vec<Box<[u8]>>),
    Capture(u16),
    Matches(Expression),
}

/// A regular expression, compiled when a file first asks for it: most runs meet few of them, and compiling all would
/// take longer than everything else here.
pub(super) struct Expression {
    text: String,
    compiled: OnceLock<Result<Regex, String>>,
}

impl Expression {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            compiled: OnceLock::new(),
        }
    }

    fn compiled(&self) -> &Result<Regex, String> {
        self.compiled.get_or_init(|| {
            Regex::new(&self.text).map_err(|error| format!("a bad expression: {error}"))
        })
    }

    /// Whether it is found in a text. One that does not compile is found nowhere; [`Patterns::check`] tells.
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.compiled()
            .as_ref()
            .is_ok_and(|compiled| compiled.is_match(text))
    }
}

impl Patterns {
    /// Compiles what is otherwise left until it is needed.
    ///
    /// # Errors
    /// What is wrong with the first expression that does not compile.
    pub fn check(&self) -> Result<(), String> {
        self.patterns.iter().try_for_each(Pattern::check)
    }
}

/// The compiled query of a language, made once per process.
pub(super) fn of(language: Language) -> &'static Result<Patterns, String> {
    static COMPILED: [OnceLock<Result<Patterns, String>>; Language::COUNT] =
        [const { OnceLock::new() }; Language::COUNT];
    COMPILED[language.index()].get_or_init(|| compile(language))
}

/// Reads the query of a language. The error names the line and what is wrong there.
pub(super) fn compile(language: Language) -> Result<Patterns, String> {
    let told = |what: String| format!("{}, {what}", language.dialect());
    let text = language.query_text();
    let mut reader = Reader::new(language, &text);
    let mut patterns = Vec::new();
    while let Some(pattern) = reader.next().map_err(told)? {
        patterns.push(pattern);
    }
    let roles = reader
        .capture_names()
        .iter()
        .map(|name| Role::of(name))
        .collect::<Result<Vec<_>, _>>()
        .map_err(told)?;
    let kinds = KindTable::new(language, &patterns);
    let mut by_kind = vec![Vec::new(); kinds.len()];
    let mut any_kind = Vec::new();
    for (index, pattern) in patterns.iter().enumerate() {
        file_under(&pattern.root, index as u32, &mut by_kind, &mut any_kind);
    }
    Ok(Patterns {
        patterns,
        roles,
        kinds,
        by_kind,
        any_kind,
    })
}

/// Reads a query of somebody else, with the names of its captures. The error says at which byte it goes wrong, and how.
pub(super) fn read(
    language: Language,
    text: &str,
) -> Result<(Vec<Pattern>, Vec<String>), (usize, String)> {
    let mut reader = Reader::new(language, text);
    let mut patterns = Vec::new();
    loop {
        match reader.next_here() {
            Ok(Some(pattern)) => patterns.push(pattern),
            Ok(None) if patterns.is_empty() => return Err((0, "it has no pattern".to_owned())),
            Ok(None) => return Ok((patterns, reader.capture_names().to_vec())),
            Err(what) => {
                let read = text.get(..reader.position()).unwrap_or(text);
                // What is wrong with a word is found out behind it.
                let word = what.rsplit('`').nth(1).filter(|word| !word.is_empty());
                let at = word.and_then(|word| read.rfind(word));
                return Err((at.unwrap_or(read.len()), what));
            }
        }
    }
}

/// Enters a pattern under every kind its root may have. The depth is that of the query file.
fn file_under(root: &Element, index: u32, by_kind: &mut [Vec<u32>], any_kind: &mut Vec<u32>) {
    match &root.shape {
        Shape::OneOf(elements) => {
            for element in elements {
                file_under(element, index, by_kind, any_kind);
            }
        }
        Shape::Node {
            kinds: Kinds::These(kinds),
            ..
        } => {
            for kind in kinds {
                if let Some(filed) = by_kind.get_mut(*kind as usize)
                    && filed.last() != Some(&index)
                {
                    filed.push(index);
                }
            }
        }
        Shape::Node { .. } => any_kind.push(index),
    }
}
