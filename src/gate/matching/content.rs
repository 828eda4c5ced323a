//! What of a text survives moving, re-indenting and reformatting.
//!
//! Formatters move line breaks, brackets, commas, semicolons, quotes and white space. What they leave, words and
//! operators in their order, is the content of a text here.

use xxhash_rust::xxh3::xxh3_64;

use crate::codebase::maps::Map;
use crate::facts::decode;

/// Fewest letters and digits of a line that says something by itself. Brackets and bare keywords are everywhere.
const FEWEST_SIGNS: usize = 5;

/// The lines of a file, as far as they can be recognised elsewhere.
#[derive(Default)]
pub(super) struct Text {
    /// The signs of all lines, one after the other.
    signs: Vec<u8>,
    /// By line.
    lines: Vec<Line>,
}

#[derive(Clone, Copy)]
struct Line {
    /// Where its signs end.
    end: usize,
    /// White space before it; none if there is nothing else.
    indent: Option<usize>,
    /// It begins with a bracket: it belongs to what stands before it.
    goes_on: bool,
    /// The nearest line before it that is less indented and says something, counted from 1; 0 for none.
    around: u32,
}

impl Text {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let decoded = decode::decode(bytes.to_vec());
        let mut text = Self {
            signs: Vec::with_capacity(decoded.text.len() / 2),
            lines: Vec::new(),
        };
        // The lines around the present one: how far they are indented and their numbers.
        let mut open: Vec<(usize, u32)> = Vec::new();
        for (number, line) in (1..).zip(decoded.text.split(|byte| *byte == b'\n')) {
            let start = text.signs.len();
            add_signs(&mut text.signs, line);
            let indent = line.iter().position(|byte| !byte.is_ascii_whitespace());
            let first = indent.and_then(|indent| line.get(indent)).copied();
            let goes_on = matches!(first, Some(b')' | b']' | b'}' | b'{'));
            let mut around = 0;
            if let Some(indent) = indent.filter(|_| !goes_on) {
                while open.last().is_some_and(|(outer, _)| *outer >= indent) {
                    open.pop();
                }
                around = open.last().map_or(0, |(_, number)| *number);
                if is_significant(&text.signs[start..]) {
                    open.push((indent, number));
                }
            }
            text.lines.push(Line {
                end: text.signs.len(),
                indent,
                goes_on,
                around,
            });
        }
        text
    }

    /// The lines that say something, as sorted fingerprints. Imports are left out: they follow from where code lies.
    pub(super) fn bag(&self, is_import: impl Fn(u32) -> bool) -> Vec<u64> {
        let last = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        let mut bag = Vec::with_capacity(self.lines.len());
        for number in (1..=last).filter(|number| !is_import(*number)) {
            let line = self.line(number);
            if is_significant(line) {
                bag.push(xxh3_64(line));
            }
        }
        bag.sort_unstable();
        bag
    }

    /// All lines with a word of some, first and last included, counted from 1, as sorted fingerprints.
    pub(super) fn bag_of(&self, first: u32, last: u32) -> Vec<u64> {
        let lines = self.range(first, last).map(|line| self.line(line));
        let worded = lines.filter(|line| line.iter().any(|byte| is_word(*byte)));
        let mut bag: Vec<u64> = worded.map(xxh3_64).collect();
        bag.sort_unstable();
        bag
    }

    /// A fingerprint of some lines, first and last included, counted from 1.
    pub(super) fn print(&self, first: u32, last: u32) -> u64 {
        let mut all: Vec<u8> = Vec::new();
        for number in self.range(first, last) {
            let line = self.line(number);
            if joins(&all, line) {
                all.push(b' ');
            }
            all.extend_from_slice(line);
        }
        xxh3_64(&all)
    }

    /// A fingerprint of some lines that does not depend on a name.
    pub(super) fn shape(&self, first: u32, last: u32, name: &str) -> u64 {
        let mut all: Vec<u8> = Vec::new();
        for number in self.range(first, last) {
            let mut rest = self.line(number);
            while let Some(first) = rest.first() {
                let of_word = is_word(*first);
                let end = rest.iter().position(|byte| is_word(*byte) != of_word);
                let (part, others) = rest.split_at(end.unwrap_or(rest.len()));
                if part != name.as_bytes() {
                    all.extend_from_slice(part);
                }
                all.push(b' ');
                rest = others;
            }
        }
        // Where a line ends says nothing, but where a word does.
        all.dedup_by(|next, last| *next == b' ' && *last == b' ');
        xxh3_64(&all)
    }

    /// A fingerprint of the line that a line stands in; 0 for none.
    pub(super) fn context(&self, line: u32) -> u64 {
        let around = self.at(line).map_or(0, |line| line.around);
        if around == 0 {
            return 0;
        }
        xxh3_64(self.line(around))
    }

    /// The last line of what begins at a line, by indentation and brackets.
    pub(super) fn end_of_block(&self, first: u32) -> u32 {
        let Some(own) = self.at(first).and_then(|line| line.indent) else {
            return first;
        };
        let mut end = first;
        for number in self.range(first.saturating_add(1), u32::MAX) {
            match self.at(number) {
                Some(Line { indent: None, .. }) => {}
                Some(line) if line.goes_on || line.indent > Some(own) => end = number,
                _ => break,
            }
        }
        end
    }

    /// The words of some lines, hashed and sorted.
    pub(super) fn words(&self, first: u32, last: u32) -> Vec<u64> {
        let lines = self.range(first, last).map(|line| self.line(line));
        sorted_words(lines)
    }

    /// Whether some lines have fewer words than so many.
    pub(super) fn has_fewer_words(&self, first: u32, last: u32, most: usize) -> bool {
        let lines = self.range(first, last).map(|line| self.line(line));
        let words = lines.flat_map(|line| line.split(|byte| !is_word(*byte)));
        let mut words = words.filter(|word| !word.is_empty());
        most > 0 && words.nth(most - 1).is_none()
    }

    /// Of the lines in a bag of this text those that count: how many, and their words, hashed and sorted.
    pub(super) fn of_bag(&self, bag: &[u64], counts: impl Fn(u32) -> bool) -> (u64, Vec<u64>) {
        let mut left: Map<u64, usize> = Map::default();
        for print in bag {
            *left.entry(*print).or_default() += 1;
        }
        let mut lines = Vec::new();
        for number in self.range(1, u32::MAX) {
            let line = self.line(number);
            if let Some(count @ 1..) = left.get_mut(&xxh3_64(line)) {
                *count -= 1;
                if counts(number) {
                    lines.push(line);
                }
            }
        }
        (lines.len() as u64, sorted_words(lines.into_iter()))
    }

    fn range(&self, first: u32, last: u32) -> std::ops::RangeInclusive<u32> {
        let lines = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        first.max(1)..=last.min(lines)
    }

    fn at(&self, number: u32) -> Option<Line> {
        let at = (number as usize).checked_sub(1)?;
        self.lines.get(at).copied()
    }

    /// The signs of a line; nothing if there is no such line.
    fn line(&self, number: u32) -> &[u8] {
        let Some(line) = self.at(number) else {
            return &[];
        };
        let start = self.at(number - 1).map_or(0, |before| before.end);
        self.signs.get(start..line.end).unwrap_or_default()
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether a text would run into what follows it.
fn joins(text: &[u8], next: &[u8]) -> bool {
    let word_at = |byte: Option<&u8>| byte.is_some_and(|byte| is_word(*byte));
    word_at(text.last()) && word_at(next.first())
}

/// Adds a line without what formatters change. Words stay apart.
fn add_signs(signs: &mut Vec<u8>, line: &[u8]) {
    let start = signs.len();
    let mut is_apart = false;
    for byte in line {
        let is_form = matches!(
            byte,
            b'(' | b')' | b'[' | b']' | b'{' | b'}' | b',' | b';' | b'"' | b'\'' | b'\\'
        );
        if is_form || byte.is_ascii_whitespace() {
            is_apart = true;
            continue;
        }
        if is_apart && signs.len() > start && joins(signs, &[*byte]) {
            signs.push(b' ');
        }
        is_apart = false;
        signs.push(*byte);
    }
}

fn is_significant(line: &[u8]) -> bool {
    line.iter()
        .filter(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80)
        .nth(FEWEST_SIGNS - 1)
        .is_some()
}

fn sorted_words<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<u64> {
    let mut words: Vec<u64> = lines
        .flat_map(|line| line.split(|byte| !is_word(*byte)))
        .filter(|word| !word.is_empty())
        .map(xxh3_64)
        .collect();
    words.sort_unstable();
    words
}

/// How many elements two sorted bags have in common.
pub(super) fn common(one: &[u64], other: &[u64]) -> usize {
    let (mut left, mut right, mut common) = (0, 0, 0);
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => left += 1,
            std::cmp::Ordering::Greater => right += 1,
            std::cmp::Ordering::Equal => {
                common += 1;
                left += 1;
                right += 1;
            }
        }
    }
    common
}

/// What a sorted bag holds beyond another one.
pub(super) fn without(one: &[u64], other: &[u64]) -> Vec<u64> {
    let mut rest = other.iter().copied().peekable();
    let mut kept = Vec::new();
    for element in one {
        while rest.next_if(|taken| taken < element).is_some() {}
        if rest.next_if_eq(element).is_none() {
            kept.push(*element);
        }
    }
    kept
}

/// How much two sorted lists of words have in common, in percent of both.
pub(super) fn likeness(one: &[u64], other: &[u64]) -> u32 {
    let all = one.len() + other.len();
    if all == 0 {
        return 100;
    }
    u32::try_from(200 * common(one, other) / all).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Text, common, likeness, without};

    #[test]
    fn formatting_is_no_content() {
        let one = Text::new(b"def f(a, b):\n    return g('x', a + b)\n");
        let other = Text::new(
            b"    def f(\n        a,\n        b,\n    ):\n        return (\n            g(\"x\", a+b)\n        )\n",
        );
        assert_eq!(one.print(1, 2), other.print(1, 7));
        let another = Text::new(b"def f(a, b):\n    return g('x', a - b)\n");
        assert_ne!(one.print(1, 2), another.print(1, 2));
    }

    #[test]
    fn words_that_stand_apart_are_two() {
        let prints = [
            b"return x\n".as_slice(),
            b"returnx\n",
            b"return\nx\n",
            b"return[x]\n",
        ]
        .map(|text| Text::new(text).print(1, 2));
        assert_ne!(prints[0], prints[1]);
        assert_eq!(prints[0], prints[2]);
        assert_eq!(prints[0], prints[3]);
    }

    #[test]
    fn a_shape_is_the_text_without_a_name() {
        let shape = |text: &str, name: &str| Text::new(text.as_bytes()).shape(1, u32::MAX, name);
        let one = shape("def f(n):\n    return f(n - 1)\n", "f");
        assert_eq!(one, shape("def go(\n    n):\n    return go(n - 1)\n", "go"));
        assert_ne!(one, shape("def f(n):\n    return g(n - 1)\n", "f"));
    }

    #[test]
    fn likeness_counts_words_of_both() {
        let text = Text::new(b"a b c d\na b x y\n\n");
        assert_eq!(likeness(&text.words(1, 1), &text.words(2, 2)), 50);
        assert_eq!(likeness(&text.words(1, 1), &text.words(1, 1)), 100);
        assert_eq!(likeness(&text.words(3, 3), &text.words(3, 3)), 100);
        assert_eq!(likeness(&text.words(1, 1), &text.words(3, 3)), 0);
        assert!(text.words(9, 12).is_empty());
        assert!(text.has_fewer_words(1, 1, 5) && !text.has_fewer_words(1, 1, 4));
    }

    #[test]
    fn brackets_and_imports_are_in_no_bag() {
        let text = Text::new(b"import long_name\n}\nreturn value\nreturn value\n");
        let bag = text.bag(|line| line == 1);
        assert_eq!(bag.len(), 2);
        assert_eq!(text.bag_of(2, 3), bag[..1]);
        let (lines, words) = text.of_bag(&bag, |line| line == 3);
        assert_eq!((lines, words.len()), (1, 2));
    }

    #[test]
    fn bags_keep_count() {
        assert_eq!(common(&[1, 1, 2, 5], &[1, 2, 2, 6]), 2);
        assert_eq!(without(&[1, 1, 2, 5], &[1, 2, 2, 6]), [1, 5]);
        assert_eq!(without(&[3], &[]), [3]);
    }

    #[test]
    fn the_line_around_is_the_next_one_less_indented() {
        let text = Text::new(
            b"class First(\n    Base,\n):\n    def load(self):\n        pass\n\nclass Second:\n    x = 1\n",
        );
        assert_eq!(text.context(4), text.context(2));
        assert_ne!(text.context(4), text.context(8));
        assert_ne!(text.context(5), text.context(4));
        assert_eq!(text.context(7), 0);
        assert_eq!(text.context(99), 0);
    }

    #[test]
    fn a_block_ends_before_the_next_line_that_is_not_deeper() {
        let text = Text::new(b"const a = [\n  1,\n];\n\n// next\nconst b = 2\n");
        assert_eq!(text.end_of_block(1), 3);
        assert_eq!(text.end_of_block(6), 6);
        assert_eq!(text.end_of_block(99), 99);
    }
}
