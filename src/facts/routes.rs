//! What is shaped like the routes of a web framework, as written in one file.
//!
//! Whether it is one, only the whole codebase can tell: [`crate::codebase::endpoints`] joins these statements.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// Statements that may declare routes, and classes that may handle them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Routes {
    /// In source order.
    pub statements: Vec<Statement>,
    /// Classes whose bases are named like views, in source order.
    pub classes: Vec<ViewClass>,
}

/// A call or decorator that may declare a route, make a router or mount one.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Statement {
    /// What it is.
    pub form: Form,
    /// The last name of what is called: `get`, `include_router`.
    pub word: CompactString,
    /// What it is called on, as written, without `this.` and `self.`: `app`, `web`; empty for nothing and for long chains.
    pub on: CompactString,
    /// The name its value is bound to, or the class that a decorator stands before.
    pub bound: Option<CompactString>,
    /// Arguments as written. Of a literal object those that matter count as named arguments.
    pub arguments: Vec<Argument>,
    /// Its first byte. The calls of one chain share it.
    pub start: u32,
    /// The byte behind it: what lies within is part of its arguments.
    pub end: u32,
    /// Line, counted from 1; of a chain that of the call's own arguments.
    pub line: u32,
    /// The innermost function around it, by its position in the facts.
    pub within: Option<u32>,
    /// The function a decorator stands before, by its position in the facts.
    pub function: Option<u32>,
}

/// What a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub enum Form {
    /// A call.
    Call,
    /// A decorator or attribute.
    Decorator,
    /// A call that makes an application or a router.
    Router,
    /// An expression bound to a name.
    Bound,
}

/// An argument as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Argument {
    /// Its name, for one that is passed by name.
    pub name: Option<CompactString>,
    /// Its text, cut after [`LONGEST_ARGUMENT`] bytes.
    pub text: CompactString,
    /// The first function written in it, by its position in the facts.
    pub function: Option<u32>,
}

/// Longest text of an argument that is kept, in bytes.
pub const LONGEST_ARGUMENT: usize = 300;

/// A class that may handle requests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct ViewClass {
    /// Its name.
    pub name: CompactString,
    /// First line, counted from 1.
    pub line: u32,
    /// Last line, counted from 1.
    pub end_line: u32,
    /// Its bases as written.
    pub bases: Vec<CompactString>,
}

impl Statement {
    /// The argument passed by a name.
    pub fn named(&self, name: &str) -> Option<&Argument> {
        let is_it = |argument: &&Argument| argument.name.as_deref() == Some(name);
        self.arguments.iter().find(is_it)
    }

    /// The arguments passed by place.
    pub fn placed(&self) -> impl DoubleEndedIterator<Item = &Argument> {
        self.arguments
            .iter()
            .filter(|argument| argument.name.is_none())
    }

    /// The first argument, if it is a literal string.
    pub fn path(&self) -> Option<&str> {
        self.placed().next()?.literal()
    }
}

impl Argument {
    /// What stands in it, if it is one literal string.
    pub fn literal(&self) -> Option<&str> {
        literal(&self.text)
    }
}

/// What stands in a text that is one literal string, of any language. Escapes stay as they are.
pub fn literal(text: &str) -> Option<&str> {
    let text = text.trim();
    let at = text.find(['"', '\'', '`'])?;
    let (prefix, quoted) = text.split_at(at);
    if prefix.len() > 2 || !prefix.bytes().all(|byte| b"rRbBuUfF#".contains(&byte)) {
        return None;
    }
    let quoted = quoted.trim_end_matches('#');
    let quote = quoted.get(..1)?;
    let inner = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
    (!inner.contains(quote)).then_some(inner)
}

/// The parts of a list that commas part, outside of brackets, strings and comments, as ranges of bytes; empty ones are
/// left out. Reads at most `most` bytes: what is longer ends early.
pub fn parts(text: &[u8], marks: Marks, most: usize) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let (mut depth, mut start, mut at) = (0_usize, 0, 0);
    let end = text.len().min(most);
    while at < end {
        match text[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                found.push(start..at);
                start = at + 1;
            }
            b'\'' if !marks.single_quotes => {}
            quote @ (b'"' | b'\'' | b'`') => at = end_of_string(text, at, quote, end),
            b'#' if marks.hash_comments => at = end_of_line(text, at, end),
            b'/' if !marks.hash_comments && text.get(at + 1) == Some(&b'/') => {
                at = end_of_line(text, at, end);
            }
            b'/' if !marks.hash_comments && text.get(at + 1) == Some(&b'*') => {
                let rest = &text[at..end];
                at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |length| length + 1);
            }
            _ => {}
        }
        at += 1;
    }
    found.push(start.min(end)..end);
    found.retain(|range| !text[range.clone()].trim_ascii().is_empty());
    found
}

/// How strings and comments of a language begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Comments begin with `#`, not with `//`.
    pub hash_comments: bool,
    /// A single quote begins a string.
    pub single_quotes: bool,
}

/// The last byte of a string that begins at a quote.
fn end_of_string(text: &[u8], start: usize, quote: u8, end: usize) -> usize {
    let mut at = start + 1;
    while at < end && text[at] != quote {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    at.min(end)
}

fn end_of_line(text: &[u8], at: usize, end: usize) -> usize {
    memchr::memchr(b'\n', &text[at..end]).map_or(end, |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::{Marks, literal, parts};

    const ECMASCRIPT: Marks = Marks {
        hash_comments: false,
        single_quotes: true,
    };

    fn split(text: &str) -> Vec<&str> {
        let found = parts(text.as_bytes(), ECMASCRIPT, 1_000);
        found.into_iter().map(|range| text[range].trim()).collect()
    }

    #[test]
    fn commas_in_brackets_strings_and_comments_part_nothing() {
        assert_eq!(
            split("'/a,b', [x, y], f(1, 2), /* , */ z // ,\n,"),
            ["'/a,b'", "[x, y]", "f(1, 2)", "/* , */ z // ,"]
        );
        assert_eq!(split("  "), [""; 0]);
        assert_eq!(split("'open"), ["'open"]);
    }

    #[test]
    fn a_literal_is_one_string_and_nothing_else() {
        assert_eq!(literal("r'^a/$'"), Some("^a/$"));
        assert_eq!(literal("`/a/${b}`"), Some("/a/${b}"));
        assert_eq!(literal("r#\"/x\"#"), Some("/x"));
        assert_eq!(literal("'a' + 'b'"), None);
        assert_eq!(literal("path('a')"), None);
        assert_eq!(literal("'"), None);
    }
}
