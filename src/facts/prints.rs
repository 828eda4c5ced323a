//! Prints of tokens: what is needed to find the same code elsewhere, in little more than a byte each.
//!
//! A token is a word, a number, a string that ends on its line, or a single sign. White space and comments leave no trace,
//! so code that was indented or wrapped anew has the same prints. A sign and a name of one letter are their own print. That
//! of a longer token is a hash, by which two are mistaken for each other once in two million times; it takes three bytes
//! where it is new, and one where it is among those that came last.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::finds::Span;
use super::lines::LineMap;
use crate::languages::Language;

/// The prints of the tokens of a file that may be compared, line by line, in their order.
#[derive(Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Prints {
    /// Before the tokens of a line, how many lines further down it stands than the one before: a byte below [`FAR`], or that
    /// byte and the number as a varint. A token is a byte from there to [`RECENT`] that is its print; one from there to
    /// [`LONG`] that says where among the recent ones it is; or three, the highest bits first.
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
}

/// The byte before a step that takes more than one.
const FAR: u8 = 0x1f;
/// The first of the bytes that each stand for a recent token.
const RECENT: u8 = 0x80;
/// The first of the bytes that begin a token of three.
const LONG: u8 = 0xc0;
/// In the first byte of a token of three: it is a number or a string.
const LITERAL: u8 = 0x20;

/// The print of a token. Equal ones stand for equal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print(u32);

impl Print {
    /// The print as a number below 2^24.
    pub fn get(self) -> u32 {
        self.0
    }

    /// It is a number or a string.
    pub fn is_literal(self) -> bool {
        let literal = u32::from(LONG | LITERAL) << 16;
        self.0 & literal == literal || u8::try_from(self.0).is_ok_and(|byte| byte.is_ascii_digit())
    }

    /// It is a sign: no word, number or string.
    pub fn is_sign(self) -> bool {
        u8::try_from(self.0).is_ok_and(|byte| kind(byte) == Kind::Sign)
    }
}

/// What stands next among the prints of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printed {
    /// A line, counted from 1: the tokens behind it stand on it. No line is without any.
    Line(u32),
    /// A token.
    Token(Print),
}

impl Prints {
    /// The prints of the tokens on the code lines for which this is true.
    pub(super) fn new(
        language: Language,
        text: &[u8],
        line_starts: &[u32],
        map: &LineMap,
        comments: &[Span],
        mut counts: impl FnMut(u32) -> bool,
    ) -> Self {
        let mut writer = Writer {
            lifetimes: language.has_lifetimes(),
            ..Writer::default()
        };
        let mut comment = 0;
        for row in 0..map.kinds.len() as u32 {
            let start = if row == 0 {
                0
            } else {
                line_starts[row as usize - 1]
            };
            let end = line_starts
                .get(row as usize)
                .map_or(text.len() as u32, |next| *next);
            while comment < comments.len() && comments[comment].end <= start {
                comment += 1;
            }
            if !map.is_code(row) || !counts(row) {
                continue;
            }
            let mut at = start;
            for span in comments[comment..]
                .iter()
                .take_while(|span| span.start < end)
            {
                writer.add(
                    row + 1,
                    &text[at.min(span.start) as usize..span.start.max(at) as usize],
                );
                at = at.max(span.end);
            }
            if at < end {
                writer.add(row + 1, &text[at as usize..end as usize]);
            }
        }
        writer.bytes.shrink_to_fit();
        Self {
            bytes: writer.bytes,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// All lines and tokens, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Printed> + '_ {
        let mut rest = self.bytes.as_slice();
        let mut recent = Recent::default();
        let mut line = 0_u32;
        // What was not written by us ends early; it was never ours to begin with.
        std::iter::from_fn(move || {
            let (&first, tail) = rest.split_first()?;
            rest = tail;
            if first >= LONG {
                let (&[second, third], tail) = rest.split_first_chunk::<2>()?;
                rest = tail;
                let print = Print(u32::from_be_bytes([0, first, second, third]));
                *recent.place(print) = print;
                return Some(Printed::Token(print));
            }
            if first >= RECENT {
                return Some(Printed::Token(recent.0[usize::from(first - RECENT)]));
            }
            if first > FAR {
                return Some(Printed::Token(Print(u32::from(first))));
            }
            let mut step = u32::from(first);
            if first == FAR {
                (step, rest) = varint(rest)?;
            }
            line = line.wrapping_add(step);
            Some(Printed::Line(line))
        })
    }
}

/// A number in groups of seven bits, the lowest first, and what follows it.
fn varint(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(5) {
        number |= u32::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}

impl fmt::Debug for Prints {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// Long tokens that came last, each at the place its print gives it.
struct Recent([Print; (LONG - RECENT) as usize]);

impl Default for Recent {
    fn default() -> Self {
        Self([Print(0); (LONG - RECENT) as usize])
    }
}

impl Recent {
    fn place(&mut self, print: Print) -> &mut Print {
        &mut self.0[print.0 as usize % self.0.len()]
    }
}

/// Prints in the making.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    recent: Recent,
    /// A single quote begins a character or a lifetime.
    lifetimes: bool,
    /// The line of the last token.
    last: u32,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Space,
    Word,
    Sign,
}

impl Writer {
    /// Adds the tokens of a piece of a line.
    fn add(&mut self, line: u32, text: &[u8]) {
        let mut at = 0;
        while let Some(byte) = text.get(at).copied() {
            let length = match kind(byte) {
                Kind::Space => {
                    at += 1;
                    continue;
                }
                Kind::Word => word(&text[at..]),
                Kind::Sign if byte == b'\'' && self.lifetimes => lifetime(&text[at..]),
                Kind::Sign => string(&text[at..]).unwrap_or(1),
            };
            if line != self.last {
                self.step(line - self.last);
                self.last = line;
            }
            let token = &text[at..at + length];
            if let [byte @ ..0x80] = token {
                self.bytes.push(*byte);
            } else {
                let is_quoted = kind(byte) == Kind::Sign && token.last() == Some(&byte);
                let is_literal = is_quoted || byte.is_ascii_digit();
                self.long(hash(token), is_literal);
            }
            at += length;
        }
    }

    fn long(&mut self, hash: u32, is_literal: bool) {
        let [_, first, second, third] = hash.to_be_bytes();
        let sort = if is_literal { LONG | LITERAL } else { LONG };
        let bytes = [first & 0x1f | sort, second, third];
        let print = Print(u32::from_be_bytes([0, bytes[0], second, third]));
        let place = self.recent.place(print);
        if *place == print {
            self.bytes.push(RECENT + third % (LONG - RECENT));
        } else {
            *place = print;
            self.bytes.extend(bytes);
        }
    }

    fn step(&mut self, mut step: u32) {
        if step < u32::from(FAR) {
            self.bytes.push(step as u8);
            return;
        }
        self.bytes.push(FAR);
        while step >= 0x80 {
            self.bytes.push(step as u8 | 0x80);
            step >>= 7;
        }
        self.bytes.push(step as u8);
    }
}

fn hash(token: &[u8]) -> u32 {
    let hash = token.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The lowest bits depend on the lowest bits alone.
    (hash ^ (hash >> 32)) as u32
}

fn kind(byte: u8) -> Kind {
    match byte {
        ..=b' ' | 0x7f => Kind::Space,
        b'_' | b'$' | 0x80.. => Kind::Word,
        _ if byte.is_ascii_alphanumeric() => Kind::Word,
        _ => Kind::Sign,
    }
}

/// The length of the word or number that begins here.
fn word(text: &[u8]) -> usize {
    let is_number = text.first().is_some_and(u8::is_ascii_digit);
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        let is_point =
            is_number && *byte == b'.' && text.get(at + 1).is_some_and(u8::is_ascii_digit);
        if kind(*byte) != Kind::Word && !is_point {
            break;
        }
        at += 1;
    }
    at
}

/// The length of the character or lifetime that begins here.
fn lifetime(text: &[u8]) -> usize {
    let is_character = match text {
        [_, b'\\', ..] | [_, _, b'\'', ..] => true,
        // A character of several bytes is told from a lifetime by what follows it.
        [_, 0xc0..=0xff, rest @ ..] => rest.iter().find(|byte| byte.is_ascii()) == Some(&b'\''),
        _ => false,
    };
    match text.get(1) {
        _ if is_character => string(text).unwrap_or(1),
        Some(byte) if kind(*byte) == Kind::Word => 1 + word(&text[1..]),
        _ => 1,
    }
}

/// The length of the string that begins here and ends on this line, if one does.
fn string(text: &[u8]) -> Option<usize> {
    let quote = *text
        .first()
        .filter(|byte| matches!(byte, b'"' | b'\'' | b'`'))?;
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' => return None,
            byte if *byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Print, Printed, Prints};
    use crate::facts::extract::extract;
    use crate::languages::Language;

    fn prints(dialect: &str, text: &str) -> Prints {
        let language = Language::all().find(|language| language.dialect() == dialect);
        extract(language.unwrap(), text.as_bytes()).unwrap().prints
    }

    fn tokens(dialect: &str, text: &str) -> Vec<Print> {
        let prints = prints(dialect, text);
        let tokens = prints.iter().filter_map(|printed| match printed {
            Printed::Line(_) => None,
            Printed::Token(print) => Some(print),
        });
        tokens.collect()
    }

    fn lines(dialect: &str, text: &str) -> Vec<u32> {
        let prints = prints(dialect, text);
        let lines = prints.iter().filter_map(|printed| match printed {
            Printed::Line(line) => Some(line),
            Printed::Token(_) => None,
        });
        lines.collect()
    }

    #[test]
    fn space_comments_and_line_ends_leave_no_trace() {
        let one = "fn f() {\n    let x = a /* b */ + c; // d\n}\n";
        let other = "fn f() {\n\n// e\n\tlet  x=a\n+c;\n}\n";
        assert_eq!(tokens("rust", one), tokens("rust", other));
        assert_eq!(lines("rust", other), [1, 4, 5, 6]);
        assert_ne!(
            tokens("rust", "fn f() {\n letx = a + c;\n}\n"),
            tokens("rust", one)
        );
    }

    #[test]
    fn words_numbers_strings_and_signs_are_tokens() {
        let count = |text| tokens("python", text).len();
        assert_eq!(count("x = f('a b c', 1) ** 2\n"), 11);
        assert_eq!(count("x.y == 1.25e3\n"), 6);
        assert_eq!(count("größe = '''a\nit's'''\n"), 8);
    }

    #[test]
    fn a_lifetime_is_one_token_and_a_character_another() {
        let count = |text| tokens("rust", text).len();
        assert_eq!(count("type A<'a> = &'a str;\n"), 10);
        assert_eq!(
            count("static A: [char; 4] = ['a', '\\'', 'ß', '\"'];\n"),
            19
        );
        assert_ne!(
            tokens("rust", "type A = &'a str;\n"),
            tokens("rust", "type A = &'b str;\n")
        );
    }

    #[test]
    fn prints_tell_literals_and_signs_from_names() {
        let told: String = tokens("python", "x1 = [1, 25, 'a', b]\n")
            .into_iter()
            .map(|print| match (print.is_literal(), print.is_sign()) {
                (true, false) => 'l',
                (false, true) => 's',
                (false, false) => 'n',
                (true, true) => '?',
            })
            .collect();
        assert_eq!(told, "nsslslslsns");
    }

    #[test]
    fn lines_far_below_are_found_again() {
        let text = format!("x{}y{}z\n", "\n".repeat(30), "\n".repeat(1_000));
        assert_eq!(lines("python", &text), [1, 31, 1_031]);
        let text = format!("{}x\n", "\n".repeat(31));
        assert_eq!(lines("python", &text), [32]);
    }

    #[test]
    fn imports_tests_and_blank_lines_in_strings_have_no_prints() {
        let python = "import a\nfrom b import c\nx = '''d\n\ne'''\n";
        assert_eq!(lines("python", python), [3, 5]);
        let rust = "fn f() {}\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\n";
        assert_eq!(lines("rust", rust), [1]);
    }
}
