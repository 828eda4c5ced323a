//! Which lines hold code, comments, nothing, or text the grammar could not read.

use super::Lines;
use super::finds::Span;

/// What one line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    Blank,
    Comment,
    Code,
    Unparsed,
}

/// The kinds of all lines of a file and where each begins.
pub(super) struct LineMap {
    pub kinds: Vec<LineKind>,
}

impl LineMap {
    /// Classifies every line. `starts` are those of all lines but the first; `comments` (docstrings among them), `unparsed` and `strings` are sorted by start and
    /// each list is free of overlaps.
    ///
    /// A line is code if a token that is neither comment nor error stands on it, or if it is a blank line inside a
    /// string; unparsed if only error text stands on it.
    pub fn new(
        text: &[u8],
        starts: &[u32],
        comments: &[Span],
        unparsed: &[Span],
        strings: &[Span],
    ) -> Self {
        let mut kinds = Vec::with_capacity(starts.len() + 1);
        let (mut comment, mut error, mut string) = (0, 0, 0);
        let mut start = 0;
        // Each line ends before the line end in front of the next one; the last may have none.
        let ends = starts.iter().map(|next| next - 1);
        for end in ends.chain([text.len() as u32]) {
            let line = Span { start, end };
            if start as usize == text.len() {
                break;
            }
            start = end + 1;
            let touched = |spans: &[Span], from: &mut usize| {
                while *from < spans.len() && spans[*from].end <= line.start {
                    *from += 1;
                }
                *from < spans.len() && spans[*from].start < line.end
            };
            let has_comment = touched(comments, &mut comment);
            let has_error = touched(unparsed, &mut error);
            let kind = if !has_comment && !has_error {
                if line.of(text).iter().any(|byte| !is_space(*byte)) {
                    LineKind::Code
                } else {
                    // An empty line inside a string starts after the string did and ends before it does.
                    while string < strings.len() && strings[string].end <= line.start {
                        string += 1;
                    }
                    let inside = string < strings.len() && strings[string].start < line.start;
                    if inside {
                        LineKind::Code
                    } else {
                        LineKind::Blank
                    }
                }
            } else {
                kind_of_covered(text, line, &comments[comment..], &unparsed[error..])
            };
            kinds.push(kind);
        }
        Self { kinds }
    }

    /// Counts by kind.
    pub fn count(&self) -> Lines {
        let mut lines = Lines::default();
        for kind in &self.kinds {
            match kind {
                LineKind::Blank => lines.blank += 1,
                LineKind::Comment => lines.comment += 1,
                LineKind::Code => lines.code += 1,
                LineKind::Unparsed => lines.unparsed += 1,
            }
        }
        lines
    }

    /// Whether a row (counted from 0) holds code.
    pub fn is_code(&self, row: u32) -> bool {
        self.kinds.get(row as usize) == Some(&LineKind::Code)
    }
}

/// The kind of a line that comments or errors touch: code wins, then unparsed, then comment.
fn kind_of_covered(text: &[u8], line: Span, comments: &[Span], unparsed: &[Span]) -> LineKind {
    let (mut comment, mut error) = (0, 0);
    let mut kind = LineKind::Blank;
    let mut at = line.start;
    while at < line.end {
        while comment < comments.len() && comments[comment].end <= at {
            comment += 1;
        }
        while error < unparsed.len() && unparsed[error].end <= at {
            error += 1;
        }
        let in_comment = comments.get(comment).is_some_and(|span| span.start <= at);
        let in_error = unparsed.get(error).is_some_and(|span| span.start <= at);
        if !is_space(text[at as usize]) {
            if in_comment {
                if kind == LineKind::Blank {
                    kind = LineKind::Comment;
                }
            } else if in_error {
                kind = LineKind::Unparsed;
            } else {
                return LineKind::Code;
            }
        }
        at += 1;
    }
    kind
}

/// White space of source text: what separates tokens and is none.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::{LineMap, Lines, Span};

    fn count(text: &str, comments: &[Span], unparsed: &[Span], strings: &[Span]) -> Lines {
        let starts: Vec<u32> = (1..)
            .zip(text.bytes())
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(next, _)| next)
            .collect();
        LineMap::new(text.as_bytes(), &starts, comments, unparsed, strings).count()
    }

    fn spans(text: &str, needles: &[&str]) -> Vec<Span> {
        needles
            .iter()
            .map(|needle| {
                let start = text.find(needle).unwrap() as u32;
                Span {
                    start,
                    end: start + needle.len() as u32,
                }
            })
            .collect()
    }

    #[test]
    fn code_beside_a_comment_is_code() {
        let text = "x = 1 # one\n# two\n\ny\n";
        let lines = count(text, &spans(text, &["# one", "# two"]), &[], &[]);
        assert_eq!((lines.code, lines.comment, lines.blank), (2, 1, 1));
    }

    #[test]
    fn a_blank_line_in_a_string_is_code_and_in_a_comment_blank() {
        let text = "x = 'a\n\nb'\n/* c\n\nd */\n";
        let (comments, strings) = (["/* c\n\nd */"], ["'a\n\nb'"]);
        let lines = count(text, &spans(text, &comments), &[], &spans(text, &strings));
        assert_eq!((lines.code, lines.comment, lines.blank), (3, 2, 1));
    }

    #[test]
    fn a_line_of_nothing_but_errors_is_unparsed() {
        let text = "ok\n??? ???\nok ???\n";
        let errors = spans(text, &["??? ???\n"]);
        let lines = count(text, &[], &errors, &[]);
        assert_eq!((lines.code, lines.unparsed), (2, 1));
    }

    #[test]
    fn a_last_line_without_a_line_end_counts_and_an_empty_file_has_none() {
        assert_eq!(count("a\nb", &[], &[], &[]).total(), 2);
        assert_eq!(count("", &[], &[], &[]).total(), 0);
    }
}
