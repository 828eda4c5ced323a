//! What a call is given, read off its text: names, literals, and what stands behind a name.
//!
//! The grammar of arguments is much the same in every language: commas, brackets and quotes. So this needs no syntax
//! tree, and looks at no more than the first bytes.

use std::borrow::Cow;

use super::sql;

/// Bytes of a call's arguments that are looked at, literals aside.
const MOST_BYTES: usize = 600;
/// Arguments by position that are kept.
const MOST_BY_POSITION: usize = 3;
/// Arguments that are kept in all.
const MOST: usize = 10;
/// Longest name that is kept.
const LONGEST_NAME: usize = 48;
/// Bytes of a literal that are kept.
const LONGEST_TEXT: usize = 24;

/// An argument as it is read.
#[derive(Debug, PartialEq)]
pub(super) struct Written<'a> {
    pub name: Option<&'a str>,
    pub value: Value<'a>,
}

/// Its value.
#[derive(Debug, PartialEq)]
pub(super) enum Value<'a> {
    Expression,
    Name(&'a str),
    Text(&'a str),
    Template,
    Sql(Cow<'a, str>),
}

/// The arguments in a text that begins behind a callee.
pub(super) fn read(text: &[u8]) -> Vec<Written<'_>> {
    let mut reader = Reader {
        text,
        at: 0,
        end: text.len().min(MOST_BYTES),
        written: Vec::new(),
        by_position: 0,
    };
    reader.read();
    // Expressions at the end tell nothing; those before tell the position of what follows, and the first that there is one.
    let mut written = reader.written;
    let nothing = Written {
        name: None,
        value: Value::Expression,
    };
    while written.len() > 1 && written.last() == Some(&nothing) {
        written.pop();
    }
    written
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    end: usize,
    written: Vec<Written<'a>>,
    by_position: usize,
}

impl<'a> Reader<'a> {
    fn read(&mut self) {
        // Type arguments and the `!` of a macro stand before.
        while let Some(byte) = self.peek() {
            match byte {
                b'(' | b'[' | b'{' => {
                    self.at += 1;
                    break;
                }
                b'`' => {
                    let value = self.literal();
                    self.keep(None, value);
                    return;
                }
                _ => self.at += 1,
            }
        }
        while self.peek().is_some() && self.written.len() < MOST {
            self.space();
            match self.peek() {
                None | Some(b')' | b']' | b'}') => return,
                Some(b',') => {
                    self.at += 1;
                    continue;
                }
                Some(b'{') => self.object(),
                _ => self.argument(),
            }
            self.skip_to_comma();
        }
    }

    /// An argument, with or without a name.
    fn argument(&mut self) {
        let start = self.at;
        if let Some(name) = self.word() {
            self.space();
            if self.peek() == Some(b'=') && !matches!(self.peek_at(1), Some(b'=' | b'>')) {
                self.at += 1;
                self.space();
                let value = self.value();
                self.keep(Some(name), value);
                return;
            }
            self.at = start;
        }
        let value = self.value();
        self.keep(None, value);
    }

    /// The keys of an object literal: named arguments by another name.
    fn object(&mut self) {
        self.keep(None, Value::Expression);
        self.at += 1;
        while self.peek().is_some() && self.written.len() < MOST {
            self.space();
            match self.peek() {
                None | Some(b')' | b']') => return,
                Some(b'}') => {
                    self.at += 1;
                    return;
                }
                Some(b',') => {
                    self.at += 1;
                    continue;
                }
                _ => {}
            }
            if let Some(name) = self.word() {
                self.space();
                match self.peek() {
                    Some(b':') => {
                        self.at += 1;
                        self.space();
                        let value = self.value();
                        self.keep(Some(name), value);
                    }
                    Some(b',' | b'}') => self.keep(Some(name), Value::Name(name)),
                    _ => {}
                }
            }
            self.skip_to_comma();
        }
    }

    /// The value at this place. What follows it may be left over.
    fn value(&mut self) -> Value<'a> {
        loop {
            self.space();
            if self.peek() == Some(b'&') || self.peek() == Some(b'*') {
                self.at += 1;
                continue;
            }
            let before = self.at;
            if matches!(self.word(), Some("mut" | "await")) && self.peek() == Some(b' ') {
                continue;
            }
            self.at = before;
            break;
        }
        if self.is_at_literal() {
            return self.literal();
        }
        let start = self.at;
        while let Some(byte) = self.peek() {
            let is_part = is_word(byte)
                || byte == b'.'
                || (byte == b':' && (self.peek_at(1) == Some(b':') || self.before() == Some(b':')));
            if !is_part {
                break;
            }
            self.at += 1;
        }
        let name = std::str::from_utf8(&self.text[start..self.at]).unwrap_or_default();
        self.space();
        let is_whole = matches!(self.peek(), None | Some(b',' | b')' | b'}' | b']'));
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '$'));
        // An array of names: `prisma.$transaction([a, b])`, `redlock.acquire(["x"])`.
        if name.is_empty() && self.peek() == Some(b'[') {
            let open = self.at;
            self.at += 1;
            self.space();
            let value = if self.is_at_literal() {
                self.literal()
            } else {
                Value::Expression
            };
            // Whoever asked skips all of it.
            self.at = open;
            return value;
        }
        if is_whole && is_name && name.len() <= LONGEST_NAME {
            Value::Name(name)
        } else {
            Value::Expression
        }
    }

    /// Whether a quote stands here, with at most three letters or signs before it.
    fn is_at_literal(&self) -> bool {
        for ahead in 0..4 {
            match self.peek_at(ahead) {
                Some(b'"' | b'`') => return true,
                // Not a lifetime.
                Some(b'\'') => return true,
                Some(b'r' | b'b' | b'f' | b'u' | b'R' | b'B' | b'F' | b'U' | b'#') => {}
                _ => return false,
            }
        }
        false
    }

    /// The literal at this place. It may reach beyond what is looked at otherwise.
    fn literal(&mut self) -> Value<'a> {
        let mut formatted = false;
        let mut hashes = 0;
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'f' | b'F' => formatted = true,
                b'#' => hashes += 1,
                b'"' | b'\'' | b'`' => break,
                _ => {}
            }
            self.at += 1;
        }
        let Some(&quote) = self.text.get(self.at) else {
            return Value::Expression;
        };
        let long = self.text.get(self.at..self.at + 3) == Some(&[quote; 3]);
        let width = if long { 3 } else { 1 };
        let start = self.at + width;
        let mut at = start;
        let closes = |at: usize| {
            self.text
                .get(at..at + width)
                .is_some_and(|end| end.iter().all(|byte| *byte == quote))
                && (0..hashes).all(|hash| self.text.get(at + width + hash) == Some(&b'#'))
        };
        while at < self.text.len() && !closes(at) {
            at += if self.text[at] == b'\\' && hashes == 0 {
                2
            } else {
                1
            };
        }
        let end = at.min(self.text.len());
        let content = std::str::from_utf8(&self.text[start.min(end)..end]).unwrap_or_default();
        let spent = end - self.at.min(end);
        self.at = (end + width + hashes).min(self.text.len());
        self.end = self.text.len().min(self.end + spent);
        self.space();
        let follows = self.peek();
        let goes_on = !matches!(
            follows,
            None | Some(b',' | b')' | b'}' | b']' | b'"' | b'\'')
        );
        if let Some(digest) = sql::digest(content) {
            return Value::Sql(digest.into());
        }
        let put_in =
            (formatted && content.contains('{')) || (quote == b'`' && content.contains("${"));
        if put_in || goes_on {
            return Value::Template;
        }
        let end = (0..=LONGEST_TEXT.min(content.len()))
            .rev()
            .find(|at| content.is_char_boundary(*at));
        Value::Text(&content[..end.unwrap_or(0)])
    }

    /// Goes on behind the comma that ends the argument, or to the bracket that ends them all.
    fn skip_to_comma(&mut self) {
        let mut depth = 0_u32;
        while let Some(byte) = self.peek() {
            match byte {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' if depth == 0 => return,
                b')' | b']' | b'}' => depth -= 1,
                b',' if depth == 0 => {
                    self.at += 1;
                    return;
                }
                b'"' | b'`' => {
                    self.at += 1;
                    while self.peek().is_some_and(|inner| inner != byte) {
                        self.at += if self.peek() == Some(b'\\') { 2 } else { 1 };
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn keep(&mut self, name: Option<&'a str>, value: Value<'a>) {
        match name {
            Some(name) if value != Value::Expression && name.len() <= LONGEST_NAME => {
                let name = Some(name);
                self.written.push(Written { name, value });
            }
            None if self.by_position < MOST_BY_POSITION => {
                self.by_position += 1;
                self.written.push(Written { name, value });
            }
            _ => {}
        }
    }

    /// A word, if one stands here.
    fn word(&mut self) -> Option<&'a str> {
        let start = self.at;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        let word = std::str::from_utf8(&self.text[start..self.at]).ok()?;
        (!word.is_empty() && !word.as_bytes()[0].is_ascii_digit()).then_some(word)
    }

    /// Passes over white space and comments.
    fn space(&mut self) {
        while let Some(byte) = self.peek() {
            let is_comment = (byte == b'/' && self.peek_at(1) == Some(b'/'))
                || (byte == b'#' && self.peek_at(1) == Some(b' '));
            if is_comment {
                while self.peek().is_some_and(|byte| byte != b'\n') {
                    self.at += 1;
                }
            } else if byte.is_ascii_whitespace() {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        let at = self.at + ahead;
        (at < self.end)
            .then(|| self.text.get(at).copied())
            .flatten()
    }

    fn before(&self) -> Option<u8> {
        self.text.get(self.at.checked_sub(1)?).copied()
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

#[cfg(test)]
mod tests {
    use super::{Value, read};

    /// Arguments on one line, in a notation of their own.
    fn shown(text: &str) -> String {
        let one = |value: &Value| match value {
            Value::Expression => "_".to_owned(),
            Value::Name(name) => (*name).to_owned(),
            Value::Text(text) => format!("'{text}'"),
            Value::Template => "''".to_owned(),
            Value::Sql(sql) => format!("<{sql}>"),
        };
        let arguments = read(text.as_bytes());
        let shown = arguments.iter().map(|argument| match argument.name {
            Some(name) => format!("{name}={}", one(&argument.value)),
            None => one(&argument.value),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn names_literals_and_templates_are_told_apart() {
        for (text, expected) in [
            ("(order, f(x), 'orders', key)", "order _ 'orders'"),
            ("(f\"order:{id}\")", "''"),
            ("(f\"order\")", "'order'"),
            ("('order:' + id)", "''"),
            ("(`order:${id}`)", "''"),
            ("(\"order:{}\".format(id))", "''"),
            ("(&mut *tx)", "tx"),
            ("(&self.pool)", "self.pool"),
            ("(orders::table)", "orders::table"),
            ("([\"jobs\"], 1000)", "'jobs'"),
            ("(Order, pk=1, using=\"default\")", "Order using='default'"),
            (
                "({ data: { a: 1 }, transaction: t }, { transaction })",
                "_ transaction=t _ transaction=transaction",
            ),
            ("(a == b, c)", "_ c"),
            (
                "::<_, Order>(r#\"SELECT * FROM orders\"#)",
                "<select orders>",
            ),
            (
                "!(Order, \"INSERT INTO orders VALUES ($1)\", id)",
                "Order <insert orders> id",
            ),
            ("`UPDATE orders SET a = ${a}`", "<update orders>"),
            ("(f(x), g(y))", "_"),
            (
                "(// language=SQL\n \"DELETE FROM orders\", # all\n tx)",
                "<delete orders> tx",
            ),
            ("()", ""),
            ("", ""),
            ("(", ""),
            ("('never ends", "'never ends'"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn a_long_statement_is_read_to_its_end() {
        let columns = "column_name, ".repeat(100);
        let text = format!("(\"\"\"\n  SELECT {columns} 1 FROM orders\n\"\"\", tx)");
        assert_eq!(shown(&text), "<select orders> tx");
    }

    #[test]
    fn no_bytes_make_it_panic() {
        for text in [
            "({)",
            "({1: 2]",
            "(\\",
            "({",
            "({a",
            "({a:",
            "(\"\\",
            "(\u{e9}",
            "('\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}')",
            "(f",
            "(r#",
            "(&&&",
            "(await ",
        ] {
            read(text.as_bytes());
        }
    }
}
