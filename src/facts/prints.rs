//! Prints of code lines: what is needed to find the same lines elsewhere, in six bytes each.
//!
//! White space and comments leave no trace in a print, so re-indented code has the same ones.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::finds::Span;
use super::lines::LineMap;

/// The prints of the code lines of a file that may be compared, in their order.
#[derive(Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct LinePrints {
    /// For each line: how many lines further down it stands than the one before (as a varint), its hash, its tokens.
    #[serde(with = "serde_bytes")]
    lines: Vec<u8>,
}

/// A code line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinePrint {
    /// The line, counted from 1.
    pub line: u32,
    /// Over everything on it but white space and comments.
    pub hash: u32,
    /// How many words, literals and operators stand on it; 255 for more.
    pub tokens: u8,
    /// Nothing but literals and what separates them stands on it.
    pub is_literal: bool,
}

impl LinePrints {
    /// The prints of the lines for which this is true.
    pub(super) fn new(
        text: &[u8],
        line_starts: &[u32],
        map: &LineMap,
        comments: &[Span],
        mut counts: impl FnMut(u32) -> bool,
    ) -> Self {
        let mut prints = Self::default();
        let mut comment = 0;
        let mut last = 0;
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
            let mut print = Print::new();
            let mut at = start;
            for span in comments[comment..]
                .iter()
                .take_while(|span| span.start < end)
            {
                print.add(&text[at.min(span.start) as usize..span.start.max(at) as usize]);
                at = at.max(span.end);
            }
            if at < end {
                print.add(&text[at as usize..end as usize]);
            }
            let mut step = row - last;
            last = row;
            while step >= 0x80 {
                prints.lines.push(step as u8 | 0x80);
                step >>= 7;
            }
            prints.lines.push(step as u8);
            prints.lines.extend(print.finish());
        }
        prints
    }

    /// All prints, in the order of lines.
    pub fn iter(&self) -> impl Iterator<Item = LinePrint> + '_ {
        let mut rest = self.lines.as_slice();
        let mut row = 0_u32;
        // What was not written by us ends early; it was never ours to begin with.
        std::iter::from_fn(move || {
            let mut step = 0_u32;
            for shift in (0..32).step_by(7) {
                let (byte, tail) = rest.split_first()?;
                rest = tail;
                step |= u32::from(byte & 0x7f) << shift;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            let (print, tail) = rest.split_first_chunk::<5>()?;
            rest = tail;
            row = row.wrapping_add(step);
            let [a, b, c, d, tokens] = *print;
            let hash = u32::from_le_bytes([a, b, c, d]);
            Some(LinePrint {
                line: row.wrapping_add(1),
                hash,
                tokens,
                is_literal: hash & 1 == 1,
            })
        })
    }
}

impl fmt::Debug for LinePrints {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// The print of a line in the making.
struct Print {
    hash: u64,
    tokens: u32,
    is_literal: bool,
    /// What kind of token the last byte belongs to.
    last: Kind,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Space,
    Word,
    Operator,
    Mark,
}

impl Print {
    fn new() -> Self {
        Self {
            hash: 0xcbf2_9ce4_8422_2325,
            tokens: 0,
            is_literal: true,
            last: Kind::Space,
        }
    }

    fn add(&mut self, text: &[u8]) {
        let mut at = 0;
        while at < text.len() {
            let byte = text[at];
            if byte.is_ascii_whitespace() {
                self.last = Kind::Space;
                at += 1;
            } else if let Some(length) = string(&text[at..]) {
                self.tokens += 1;
                self.last = Kind::Mark;
                text[at..at + length]
                    .iter()
                    .for_each(|byte| self.byte(*byte));
                at += length;
            } else {
                let kind = kind(byte);
                if kind != self.last || kind == Kind::Mark {
                    self.tokens += 1;
                    let is_name = kind == Kind::Word && !byte.is_ascii_digit();
                    self.is_literal &= !is_name;
                    // `a b` and `ab` are two lines, however much space stands between.
                    self.byte(0);
                }
                self.last = kind;
                self.byte(byte);
                at += 1;
            }
        }
        self.last = Kind::Space;
    }

    fn byte(&mut self, byte: u8) {
        self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }

    fn finish(self) -> [u8; 5] {
        let folded = (self.hash ^ (self.hash >> 32)) as u32;
        // The last bit tells a line of literals.
        let hash = folded & !1 | u32::from(self.is_literal);
        let [a, b, c, d] = hash.to_le_bytes();
        [a, b, c, d, self.tokens.min(255) as u8]
    }
}

fn kind(byte: u8) -> Kind {
    match byte {
        b'_' | b'$' | 0x80.. => Kind::Word,
        _ if byte.is_ascii_alphanumeric() => Kind::Word,
        b'=' | b'<' | b'>' | b'!' | b'&' | b'|' | b'+' | b'-' | b'*' | b'/' | b'%' | b':'
        | b'.' => Kind::Operator,
        _ => Kind::Mark,
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
    use crate::facts::extract::extract;
    use crate::facts::prints::LinePrint;
    use crate::languages::Language;

    fn prints(dialect: &str, text: &str) -> Vec<LinePrint> {
        let language = Language::all().find(|language| language.dialect() == dialect);
        let facts = extract(language.unwrap(), text.as_bytes()).unwrap();
        facts.prints.iter().collect()
    }

    #[test]
    fn space_and_comments_leave_no_trace() {
        let one = prints("rust", "fn f() {\n    let x = a /* b */ + c; // d\n}\n");
        let other = prints("rust", "fn f() {\n\n// e\n\tlet  x=a+c;\n}\n");
        let hashes = |all: &[LinePrint]| all.iter().map(|one| one.hash).collect::<Vec<_>>();
        assert_eq!(hashes(&one), hashes(&other));
        assert_eq!(other[1].line, 4);
        assert_ne!(
            hashes(&prints("rust", "fn f() {\n letx = a + c;\n}\n")),
            hashes(&one)
        );
    }

    #[test]
    fn words_strings_and_operators_are_tokens() {
        let tokens = |text| prints("python", text)[0].tokens;
        assert_eq!(tokens("x = f('a b c', 1) ** 2\n"), 10);
        assert_eq!(tokens("x.y == z\n"), 5);
    }

    #[test]
    fn imports_and_tests_have_no_prints() {
        let python = prints("python", "import a\nfrom b import c\nx = 1\n");
        assert_eq!(python.iter().map(|one| one.line).collect::<Vec<_>>(), [3]);
        let rust = prints(
            "rust",
            "fn f() {}\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\n",
        );
        assert_eq!(rust.iter().map(|one| one.line).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_line_of_literals_says_so() {
        let told: Vec<bool> = prints("python", "x = [\n    1, 'a', 0.5,\n    b,\n]\n")
            .iter()
            .map(|one| one.is_literal)
            .collect();
        assert_eq!(told, [false, true, false, true]);
    }
}
