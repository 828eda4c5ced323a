//! Which doc comment stands before what, for languages whose doc comments declare types.

use std::collections::HashMap;
use std::rc::Rc;

use crate::facts::finds::{Found, Span};
use crate::languages::jsdoc::{self, Declared};

/// Doc comments met while a file is folded.
#[derive(Default)]
pub(super) struct Docs {
    /// The last doc comment of the last run of comments.
    comment: Option<Span>,
    /// Where the first thing after that run starts.
    before: u32,
    /// Comments that speak for a node although they do not stand right before it, by node.
    passed: HashMap<u32, Span>,
    /// The comment read last; several nodes may ask for one.
    read: Option<(Span, Rc<Declared>)>,
}

impl Docs {
    /// A comment of any kind: comments in a row speak for the same thing, the last doc comment among them counts.
    pub fn comment(&mut self, text: &[u8], span: Span) {
        if self.before != span.start {
            self.comment = None;
        }
        if jsdoc::is_doc(span.of(text)) {
            self.comment = Some(span);
        }
        let rest = text.get(span.end as usize..).unwrap_or(&[]);
        let space = rest.iter().take_while(|byte| byte.is_ascii_whitespace());
        self.before = span.end + space.count() as u32;
    }

    /// What the doc comment right before a position declares.
    pub fn before(&mut self, text: &[u8], start: u32) -> Option<Rc<Declared>> {
        let span = self.comment.filter(|_| self.before == start)?;
        Some(self.declared(text, span))
    }

    /// What the doc comment of a node declares: one right before it, or one that was passed on to it.
    pub fn of(&mut self, text: &[u8], found: &Found) -> Option<Rc<Declared>> {
        let span = self.span_of(found)?;
        Some(self.declared(text, span))
    }

    /// Passes the comment of a statement or property on to the node it wraps, and tells what it declares.
    pub fn pass_on(&mut self, text: &[u8], found: &Found) -> Option<Rc<Declared>> {
        let span = self.span_of(found)?;
        self.passed.insert(found.from, span);
        Some(self.declared(text, span))
    }

    fn span_of(&self, found: &Found) -> Option<Span> {
        self.comment
            .filter(|_| self.before == found.span.start)
            .or_else(|| self.passed.get(&found.node).copied())
    }

    fn declared(&mut self, text: &[u8], span: Span) -> Rc<Declared> {
        if let Some((read, declared)) = &self.read
            && *read == span
        {
            return Rc::clone(declared);
        }
        let declared = Rc::new(jsdoc::read(&span.text(text)));
        self.read = Some((span, Rc::clone(&declared)));
        declared
    }
}
