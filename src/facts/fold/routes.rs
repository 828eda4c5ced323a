//! Routes of web frameworks: what may be one is taken down where it stands, and read once the file has been seen.

use compact_str::CompactString;
use std::collections::HashSet;

use super::Fold;
use crate::facts::finds::{Found, Span};
use crate::facts::role::{Part, Subject};
use crate::facts::routes::{
    Argument, Form, LONGEST_ARGUMENT, Marks, Statement, ViewClass, literal, parts,
};

/// Most statements and classes of a file.
const MOST: usize = 5_000;
/// Most arguments of a statement that are kept, the last one among them.
const MOST_ARGUMENTS: usize = 8;
/// Longest expression that something is called on and that is kept, in bytes.
const LONGEST_RECEIVER: usize = 120;
/// Arguments are read up to so many bytes; what is longer holds whole functions.
const LONGEST_LIST: usize = 65_536;
/// How often the text may be read over again for arguments within arguments.
const MOST_READINGS: usize = 8;

/// Names of arguments and keys of objects that matter.
const NAMES: &[&str] = &[
    "basename",
    "detail",
    "handler",
    "method",
    "methods",
    "path",
    "prefix",
    "url",
    "url_path",
    "url_prefix",
    "view_func",
];

/// Crates whose routes are read.
const CRATES: &[&str] = &["actix_web", "axum", "poem", "rocket", "utoipa_axum"];

/// What may be a route, as it stands.
pub(super) struct Written {
    found: Found,
    within: Option<u32>,
    /// How many functions came before it.
    before: usize,
    in_test: bool,
}

impl Fold<'_> {
    /// Takes down what may be a route.
    pub(super) fn route(&mut self, found: &Found) {
        if self.routes.len() < MOST {
            let written = Written {
                found: *found,
                within: self.functions.last().map(|function| *function as u32),
                before: self.facts.functions.len(),
                in_test: self.in_test(),
            };
            self.routes.push(written);
        }
    }

    /// Reads what was taken down.
    pub(super) fn settle_routes(&mut self) {
        let mut written = std::mem::take(&mut self.routes);
        written.retain(|written| !written.in_test);
        if written.is_empty() || !self.may_route() {
            return;
        }
        let mut left = self.text.len().saturating_mul(MOST_READINGS) + LONGEST_LIST;
        let mut statements = Vec::new();
        for written in &written {
            match written.found.subject {
                Subject::RouteClass => self.view_class(&written.found),
                _ => statements.push(self.statement(written, &mut left)),
            }
        }
        let is_python = self.language.name() == "python";
        let mut chains: HashSet<u32> = HashSet::new();
        let mut spans: Vec<(u32, u32)> = Vec::new();
        for statement in statements.iter().filter(|statement| declares(statement)) {
            chains.insert(statement.start);
            spans.push((statement.start, statement.end));
        }
        statements.retain(|statement| match statement.form {
            Form::Bound if is_python => {
                let first = spans.partition_point(|(start, _)| *start < statement.start);
                spans
                    .get(first)
                    .is_some_and(|(_, end)| *end <= statement.end)
            }
            Form::Bound => chains.contains(&statement.start),
            _ => declares(statement) || chains.contains(&statement.start),
        });
        self.facts.routes.statements = statements;
    }

    /// Whether words like `route` can mean what they mean to a web framework. Where most files use such words for
    /// other things, a framework must be imported.
    fn may_route(&self) -> bool {
        self.language.name() != "rust"
            || self.facts.imports.iter().any(|import| {
                let root = import.module.split("::").next().unwrap_or_default();
                CRATES.contains(&root)
            })
    }

    fn view_class(&mut self, found: &Found) {
        let Some(name) = self.part(found, Part::Name) else {
            return;
        };
        let bases = found.parts.get(Part::Body).map(inner).unwrap_or_default();
        let bases = parts(bases.of(self.text), self.marks_of_language(), LONGEST_LIST)
            .into_iter()
            .take(MOST_ARGUMENTS)
            .map(|range| cut(&bases.of(self.text)[range]))
            .filter(|base| !base.contains('='))
            .collect();
        self.facts.routes.classes.push(ViewClass {
            name: name.into(),
            line: found.rows.0 + 1,
            end_line: found.rows.1 + 1,
            bases,
        });
    }

    fn statement(&self, written: &Written, left: &mut usize) -> Statement {
        let found = &written.found;
        let text = |part| found.parts.get(part).map(|span: Span| span.of(self.text));
        let on = text(Part::From).filter(|on| on.len() <= LONGEST_RECEIVER);
        let form = match found.subject {
            Subject::RouteDecorator => Form::Decorator,
            Subject::RouteRouter => Form::Router,
            Subject::RouteBound => Form::Bound,
            _ => Form::Call,
        };
        let list = found.parts.get(Part::Body);
        // The arguments of a chain's last call stand many lines below its start.
        let line = list.map_or(found.rows.0 + 1, |list| {
            let lines = &self.text[..(list.start as usize).min(self.text.len())];
            let from = (found.span.start as usize).min(lines.len());
            found.rows.0 + 1 + memchr::memchr_iter(b'\n', &lines[from..]).count() as u32
        });
        let function = (form == Form::Decorator)
            .then(|| {
                let after = self.facts.functions.get(written.before..)?;
                let next = after.iter().position(|next| {
                    next.line > found.rows.1 && next.has_body && next.name.is_some()
                })?;
                Some((written.before + next) as u32)
            })
            .flatten();
        Statement {
            form,
            word: text(Part::Name).map(cut).unwrap_or_default(),
            on: on.map(receiver).unwrap_or_default(),
            bound: text(Part::Alias).or(text(Part::Type)).map(receiver),
            arguments: list.map_or_else(Vec::new, |list| self.arguments(inner(list), left)),
            start: found.span.start,
            end: found.span.end,
            line,
            within: written.within,
            function,
        }
    }

    fn arguments(&self, list: Span, left: &mut usize) -> Vec<Argument> {
        let most = LONGEST_LIST.min(*left);
        let bytes = list.of(self.text);
        *left -= most.min(bytes.len());
        let marks = self.marks_of_language();
        let mut arguments = Vec::new();
        let ranges = parts(bytes, marks, most);
        let last = ranges.len().saturating_sub(1);
        for (at, range) in ranges.into_iter().enumerate() {
            if arguments.len() >= MOST_ARGUMENTS && at != last {
                continue;
            }
            let span = |range: &std::ops::Range<usize>| Span {
                start: list.start + range.start as u32,
                end: list.start + range.end as u32,
            };
            let text = bytes[range.clone()].trim_ascii();
            if text.starts_with(b"{") {
                let offset = range.start
                    + (bytes[range.clone()].len() - bytes[range.clone()].trim_ascii_start().len())
                    + 1;
                let object = text
                    .get(1..text.len().saturating_sub(1))
                    .unwrap_or_default();
                for key in parts(object, marks, most) {
                    let key = offset + key.start..offset + key.end;
                    arguments.extend(self.named(&bytes[key.clone()], b':', span(&key)));
                }
                continue;
            }
            match self.named(text, b'=', span(&range)) {
                Some(named) => arguments.push(named),
                None if is_named(text) => {}
                None => arguments.push(Argument {
                    name: None,
                    text: cut(text),
                    function: self.function_in(span(&range)),
                }),
            }
        }
        arguments
    }

    /// An argument that is passed by a name that matters.
    fn named(&self, text: &[u8], sign: u8, span: Span) -> Option<Argument> {
        let at = memchr::memchr(sign, text);
        let (name, value) = match at {
            Some(at) => (&text[..at], &text[at + 1..]),
            // `{ method, handler }`
            None if sign == b':' => (text, text),
            None => return None,
        };
        let name = std::str::from_utf8(name.trim_ascii()).ok()?;
        let name = literal(name).unwrap_or(name);
        NAMES.contains(&name).then(|| Argument {
            name: Some(name.into()),
            text: cut(value),
            function: self.function_in(span),
        })
    }

    /// The first function that begins in a span.
    fn function_in(&self, span: Span) -> Option<u32> {
        let first = self
            .signatures
            .partition_point(|signature| signature.start < span.start);
        let signature = self.signatures.get(first)?;
        (signature.start < span.end).then_some(first as u32)
    }

    fn marks_of_language(&self) -> Marks {
        Marks {
            hash_comments: self.language.name() == "python",
            single_quotes: self.language.name() != "rust",
        }
    }
}

/// Whether a statement has to do with routes, as far as it alone can tell.
fn declares(statement: &Statement) -> bool {
    match (statement.form, statement.word.as_str()) {
        (Form::Bound, _) => false,
        // Asking a map for a value looks the same, but for the handler and the slash.
        (
            Form::Call,
            "get" | "post" | "put" | "patch" | "delete" | "del" | "all" | "head" | "options",
        ) => {
            // Some routers take a name before the path.
            let mut first = statement
                .placed()
                .take(statement.arguments.len().saturating_sub(1))
                .take(2);
            first.any(|path| {
                let path = path.literal();
                path.is_some_and(|path| path.is_empty() || path.starts_with(['/', '*', '$', ':']))
            })
        }
        _ => true,
    }
}

/// Whether an argument is passed by name.
fn is_named(text: &[u8]) -> bool {
    memchr::memchr(b'=', text).is_some_and(|at| {
        let name = text[..at].trim_ascii();
        text.get(at + 1)
            .is_none_or(|next| !matches!(next, b'=' | b'>'))
            && !name.is_empty()
            && name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    })
}

/// What stands in brackets.
fn inner(span: Span) -> Span {
    Span {
        start: (span.start + 1).min(span.end),
        end: span.end.saturating_sub(1).max(span.start + 1),
    }
}

/// An expression as it is kept: not too long.
fn cut(text: &[u8]) -> CompactString {
    let text = text.trim_ascii();
    let text = &text[..text.len().min(LONGEST_ARGUMENT)];
    String::from_utf8_lossy(text).into()
}

/// What something is called on: without white space, and without the object that a method belongs to.
fn receiver(text: &[u8]) -> CompactString {
    let text: CompactString = String::from_utf8_lossy(text)
        .chars()
        .filter(|character| !character.is_whitespace())
        .collect();
    let bare = text.strip_prefix("this.").or(text.strip_prefix("self."));
    bare.map_or(text.clone(), CompactString::from)
}
