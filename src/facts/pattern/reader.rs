//! Reads the text of a query, pattern by pattern.

use std::collections::HashMap;

use super::{
    Child, Element, Expression, KindSet, Kinds, Pattern, Predicate, Quantifier, Shape, Test,
};
use crate::languages::Language;

/// Where the reading of a query stands.
pub(super) struct Reader<'a> {
    grammar: tree_sitter::Language,
    text: &'a [u8],
    at: usize,
    names: Vec<String>,
    /// Kinds by their name and whether they are named; the grammar would search its whole table for each mention.
    kinds: HashMap<(String, bool), Vec<u16>>,
    predicates: Vec<Predicate>,
}

impl<'a> Reader<'a> {
    pub fn new(language: Language, text: &'a str) -> Self {
        Self {
            grammar: language.grammar(),
            text: text.as_bytes(),
            at: 0,
            names: Vec::new(),
            kinds: HashMap::new(),
            predicates: Vec::new(),
        }
    }

    /// The next pattern; none at the end. The error says what is wrong and on which line.
    pub fn next(&mut self) -> Result<Option<Pattern>, String> {
        self.next_here().map_err(|what| {
            let line = 1 + memchr::memchr_iter(b'\n', &self.text[..self.position()]).count();
            format!("line {line} of its query: {what}")
        })
    }

    /// The next pattern; none at the end. What is wrong is wrong at [`Reader::position`].
    pub fn next_here(&mut self) -> Result<Option<Pattern>, String> {
        self.skip_space();
        if self.at >= self.text.len() {
            return Ok(None);
        }
        let root = self.root()?;
        Ok(Some(Pattern {
            root,
            predicates: std::mem::take(&mut self.predicates),
        }))
    }

    /// The byte up to which the text has been read.
    pub fn position(&self) -> usize {
        self.at.min(self.text.len())
    }

    /// Names of the captures met so far, by number.
    pub fn capture_names(&self) -> &[String] {
        &self.names
    }

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
        let element = Element {
            accepts: KindSet::of(&shape),
            shape,
            captures,
        };
        Ok((element, quantifier))
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
    fn field_before(&mut self) -> Result<Option<u8>, String> {
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

    fn field(&self, name: &str) -> Result<u8, String> {
        let field = self.grammar.field_id_for_name(name);
        let field = field.ok_or_else(|| format!("the grammar has no field `{name}`"))?;
        u8::try_from(field.get()).map_err(|_| format!("field `{name}` has too high a number"))
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
