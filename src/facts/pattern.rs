//! The patterns of a query file: tree-sitter's query language, read into a form that [`super::matching`] runs.
//!
//! Understood are nodes with fields, negated fields, alternations, anonymous nodes, wildcards, anchors, quantifiers,
//! captures and the predicates `eq? not-eq? match? not-match? any-of? not-any-of?`. A pattern has one root. What else
//! the language knows is an error, so that nothing is silently ignored.

use std::collections::HashMap;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::role::Role;
use crate::languages::Language;

/// A compiled query.
pub(super) struct Patterns {
    pub patterns: Vec<Pattern>,
    /// What each capture stands for.
    pub roles: Vec<Role>,
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

/// A node, or one of several.
pub(super) struct Element {
    pub shape: Shape,
    pub captures: Vec<u16>,
}

/// What an element looks like.
pub(super) enum Shape {
    Node {
        kinds: Kinds,
        absent_fields: Vec<u16>,
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

/// An element among the children of a node.
pub(super) struct Child {
    pub element: Element,
    pub field: Option<u16>,
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
        for predicate in self.patterns.iter().flat_map(|pattern| &pattern.predicates) {
            if let Test::Matches(expression) = &predicate.test {
                expression.compiled().as_ref().map_err(Clone::clone)?;
            }
        }
        Ok(())
    }
}

/// Reads the query of a language. The error names the line and what is wrong there.
pub(super) fn compile(language: Language) -> Result<Patterns, String> {
    let text = language.query_text();
    let mut reader = Reader {
        grammar: language.grammar(),
        text: text.as_bytes(),
        at: 0,
        names: Vec::new(),
        kinds: HashMap::new(),
        predicates: Vec::new(),
    };
    let mut patterns = Vec::new();
    loop {
        reader.skip_space();
        if reader.at == reader.text.len() {
            break;
        }
        let root = reader.root().map_err(|what| {
            let line = 1 + memchr::memchr_iter(b'\n', &reader.text[..reader.at]).count();
            format!("{}, line {line} of its query: {what}", language.dialect())
        })?;
        patterns.push(Pattern {
            root,
            predicates: std::mem::take(&mut reader.predicates),
        });
    }
    let roles = reader
        .names
        .iter()
        .map(|name| Role::of(name))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("{}: {error}", language.dialect()))?;
    let mut by_kind = vec![Vec::new(); reader.grammar.node_kind_count()];
    let mut any_kind = Vec::new();
    for (index, pattern) in patterns.iter().enumerate() {
        file_under(&pattern.root, index as u32, &mut by_kind, &mut any_kind);
    }
    Ok(Patterns {
        patterns,
        roles,
        by_kind,
        any_kind,
    })
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

struct Reader<'a> {
    grammar: tree_sitter::Language,
    text: &'a [u8],
    at: usize,
    names: Vec<String>,
    /// Kinds by their name and whether they are named; the grammar would search its whole table for each mention.
    kinds: HashMap<(String, bool), Vec<u16>>,
    predicates: Vec<Predicate>,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b';' => {
                    let rest = &self.text[self.at..];
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                _ if byte.is_ascii_whitespace() => self.at += 1,
                _ => break,
            }
        }
    }

    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> String {
        let start = self.at;
        while self
            .text
            .get(self.at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-.?!/".contains(byte))
        {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.text[start..self.at]).into_owned()
    }

    /// A top-level pattern: an element, or a group of one element with predicates.
    fn root(&mut self) -> Result<Element, String> {
        let grouped = self.peek() == b'(' && self.opens_group();
        if !grouped {
            let (element, quantifier) = self.element()?;
            return match quantifier {
                Quantifier::One => Ok(element),
                _ => Err("a root cannot be repeated".to_owned()),
            };
        }
        self.at += 1;
        self.skip_space();
        let (mut element, _) = self.element()?;
        loop {
            self.skip_space();
            if self.eat(b')') {
                break;
            }
            if !self.predicate()? {
                return Err("a pattern has one root".to_owned());
            }
        }
        element.captures.extend(self.captures()?);
        Ok(element)
    }

    /// Whether the parenthesis here encloses an element and not the name of a node.
    fn opens_group(&self) -> bool {
        let rest = &self.text[self.at + 1..];
        let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
        matches!(next, Some(b'(' | b'[' | b'"'))
    }

    fn element(&mut self) -> Result<(Element, Quantifier), String> {
        let shape = match self.peek() {
            b'(' => self.node()?,
            b'[' => self.alternation()?,
            b'"' => {
                let name = self.string()?;
                Shape::Node {
                    kinds: Kinds::These(self.kinds_named(name, false)?),
                    absent_fields: Vec::new(),
                    children: Vec::new(),
                }
            }
            b'_' => {
                self.at += 1;
                Shape::Node {
                    kinds: Kinds::Any,
                    absent_fields: Vec::new(),
                    children: Vec::new(),
                }
            }
            other => return Err(format!("`{}` begins nothing", char::from(other))),
        };
        let quantifier = match self.peek() {
            b'?' => Quantifier::Optional,
            b'*' => Quantifier::Many,
            b'+' => Quantifier::Some,
            _ => Quantifier::One,
        };
        self.at += usize::from(quantifier != Quantifier::One);
        let captures = self.captures()?;
        Ok((Element { shape, captures }, quantifier))
    }

    fn captures(&mut self) -> Result<Vec<u16>, String> {
        let mut captures = Vec::new();
        loop {
            let before = self.at;
            self.skip_space();
            if !self.eat(b'@') {
                self.at = before;
                return Ok(captures);
            }
            let name = self.word();
            captures.push(self.capture(&name));
        }
    }

    fn capture(&mut self, name: &str) -> u16 {
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        }) as u16
    }

    fn node(&mut self) -> Result<Shape, String> {
        self.at += 1;
        self.skip_space();
        let name = self.word();
        let kinds = match name.as_str() {
            "_" => Kinds::Named,
            "" => return Err("groups among children are not supported".to_owned()),
            "ERROR" | "MISSING" => return Err(format!("`{name}` is not supported")),
            _ => Kinds::These(self.kinds_named(name, true)?),
        };
        let (mut absent_fields, mut children) = (Vec::new(), Vec::<Child>::new());
        let mut anchored = false;
        loop {
            self.skip_space();
            match self.peek() {
                b')' => {
                    self.at += 1;
                    if let Some(child) = children.last_mut() {
                        child.last = anchored;
                    }
                    return Ok(Shape::Node {
                        kinds,
                        absent_fields,
                        children,
                    });
                }
                b'.' => {
                    self.at += 1;
                    anchored = true;
                }
                b'!' => {
                    self.at += 1;
                    let name = self.word();
                    absent_fields.push(self.field(&name)?);
                }
                b'(' if self.predicate()? => {}
                0 => return Err("a parenthesis is not closed".to_owned()),
                _ => {
                    let field = self.field_before()?;
                    let (element, quantifier) = self.element()?;
                    children.push(Child {
                        element,
                        field,
                        anchored: std::mem::take(&mut anchored),
                        last: false,
                        quantifier,
                    });
                }
            }
        }
    }

    /// `name:` before an element, if it stands here.
    fn field_before(&mut self) -> Result<Option<u16>, String> {
        let start = self.at;
        if !self.peek().is_ascii_lowercase() {
            return Ok(None);
        }
        let name = self.word();
        if !self.eat(b':') {
            self.at = start;
            return Err(format!("`{name}` is neither a field nor a node"));
        }
        self.skip_space();
        self.field(&name).map(Some)
    }

    fn field(&self, name: &str) -> Result<u16, String> {
        self.grammar
            .field_id_for_name(name)
            .map(std::num::NonZero::get)
            .ok_or_else(|| format!("the grammar has no field `{name}`"))
    }

    fn alternation(&mut self) -> Result<Shape, String> {
        self.at += 1;
        let mut elements = Vec::new();
        loop {
            self.skip_space();
            if self.eat(b']') {
                return Ok(Shape::OneOf(elements));
            }
            let (element, quantifier) = self.element()?;
            if quantifier != Quantifier::One {
                return Err("an alternative cannot be repeated".to_owned());
            }
            elements.push(element);
        }
    }

    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut content = Vec::new();
        loop {
            let byte = self.peek();
            self.at += 1;
            match byte {
                b'"' => return Ok(String::from_utf8_lossy(&content).into_owned()),
                b'\\' => {
                    content.push(match self.peek() {
                        b'n' => b'\n',
                        b't' => b'\t',
                        other => other,
                    });
                    self.at += 1;
                }
                0 => return Err("a string is not closed".to_owned()),
                _ => content.push(byte),
            }
        }
    }

    /// The numbers of a kind, or of all kinds a supertype stands for.
    fn kinds_named(&mut self, name: String, named: bool) -> Result<Vec<u16>, String> {
        let key = (name, named);
        if let Some(known) = self.kinds.get(&key) {
            return Ok(known.clone());
        }
        let kinds = self.look_up(&key.0, named)?;
        self.kinds.insert(key, kinds.clone());
        Ok(kinds)
    }

    fn look_up(&self, name: &str, named: bool) -> Result<Vec<u16>, String> {
        let id = self.grammar.id_for_node_kind(name, named);
        if id != 0 {
            return Ok(vec![id]);
        }
        let is_supertype = |id: &u16| self.grammar.node_kind_for_id(*id) == Some(name);
        let mut pending: Vec<u16> = self
            .grammar
            .supertypes()
            .iter()
            .copied()
            .filter(is_supertype)
            .collect();
        let mut kinds = Vec::new();
        let mut seen = pending.clone();
        while let Some(supertype) = pending.pop() {
            for kind in self.grammar.subtypes_for_supertype(supertype) {
                if self.grammar.supertypes().contains(kind) {
                    if !seen.contains(kind) {
                        seen.push(*kind);
                        pending.push(*kind);
                    }
                } else {
                    kinds.push(*kind);
                }
            }
        }
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            return Err(format!("the grammar has no node `{name}`"));
        }
        Ok(kinds)
    }

    /// Reads a predicate, if one stands here.
    fn predicate(&mut self) -> Result<bool, String> {
        let rest = &self.text[self.at..];
        let inner = rest.get(1..).unwrap_or_default();
        let skipped = inner
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        if rest.first() != Some(&b'(') || inner.get(skipped) != Some(&b'#') {
            return Ok(false);
        }
        self.at += 2 + skipped;
        let name = self.word();
        let bare = name.strip_prefix("not-").unwrap_or(&name);
        let negated = bare.len() < name.len();
        self.skip_space();
        if !self.eat(b'@') {
            return Err(format!("`#{name}` begins with a capture"));
        }
        let subject = self.word();
        let capture = self.capture(&subject);
        let (mut strings, mut other) = (Vec::new(), None);
        loop {
            self.skip_space();
            match self.peek() {
                b')' => {
                    self.at += 1;
                    break;
                }
                b'"' => strings.push(self.string()?),
                b'@' => {
                    self.at += 1;
                    let name = self.word();
                    other = Some(self.capture(&name));
                }
                _ => return Err(format!("`#{name}` takes captures and strings")),
            }
        }
        let test = match (bare, other, strings.as_slice()) {
            ("eq?", Some(other), []) => Test::Capture(other),
            ("match?", None, [pattern]) => Test::Matches(Expression::new(pattern)),
            ("eq?", None, [_]) | ("any-of?", None, [_, ..]) => {
                Test::OneOf(strings.iter().map(|text| text.as_bytes().into()).collect())
            }
            _ => return Err(format!("`#{name}` is not supported in this form")),
        };
        self.predicates.push(Predicate {
            capture,
            negated,
            test,
        });
        Ok(true)
    }
}
