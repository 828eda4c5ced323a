//! Whether a file is one literal table: data in the clothes of code.

use super::finds::Span;

/// The share of a file's tokens that must be literals and punctuation inside one literal.
const TABLE_PERCENT: usize = 80;
/// A handful of constants is no table.
const FEWEST_TOKENS: usize = 200;

/// Whether at least 80 % of the tokens of a text are literals or punctuation inside `table`.
///
/// Tokens are counted by a rough scan that needs no grammar: strings, numbers, words and single signs. Words other
/// than the names of constants (`True`, `null`, …) are no literals, so a list of calls is no table.
pub(super) fn is_most_of(text: &[u8], table: Span, comments: &[Span]) -> bool {
    let length = (table.end - table.start) as usize;
    if length * 100 < text.len() * 50 {
        return false;
    }
    let (inside, words) = tokens(table.of(text), table.start, comments);
    let before = Span {
        start: 0,
        end: table.start,
    };
    let after = Span {
        start: table.end,
        end: text.len() as u32,
    };
    let outside =
        tokens(before.of(text), 0, comments).0 + tokens(after.of(text), after.start, comments).0;
    let all = inside + outside;
    all >= FEWEST_TOKENS && (inside - words) * 100 >= TABLE_PERCENT * all && words * 10 < inside
}

/// Counts tokens, and how many of them are words that stand for something else.
fn tokens(text: &[u8], offset: u32, comments: &[Span]) -> (usize, usize) {
    let (mut count, mut words, mut at) = (0, 0, 0);
    let mut comment = comments.partition_point(|span| span.end <= offset);
    while at < text.len() {
        let position = offset + at as u32;
        while comment < comments.len() && comments[comment].end <= position {
            comment += 1;
        }
        if let Some(span) = comments.get(comment)
            && span.start <= position
        {
            at = (span.end - offset) as usize;
            continue;
        }
        let byte = text[at];
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'"' | b'\'' | b'`' => {
                at += 1;
                while at < text.len() && text[at] != byte {
                    at += if text[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
            }
            _ if byte.is_ascii_digit() => {
                while at < text.len()
                    && (text[at].is_ascii_alphanumeric() || matches!(text[at], b'.' | b'_'))
                {
                    at += 1;
                }
            }
            _ if is_word(byte) => {
                let start = at;
                while at < text.len() && (is_word(text[at]) || text[at].is_ascii_digit()) {
                    at += 1;
                }
                let word = &text[start..at];
                let prefix = text
                    .get(at)
                    .is_some_and(|next| matches!(next, b'"' | b'\''));
                let constant = matches!(
                    word,
                    b"True"
                        | b"False"
                        | b"None"
                        | b"true"
                        | b"false"
                        | b"null"
                        | b"undefined"
                        | b"NaN"
                );
                // A bare key is as literal as a quoted one.
                let key = text.get(at) == Some(&b':');
                if !prefix && !constant && !key {
                    words += 1;
                }
            }
            _ => at += 1,
        }
        count += 1;
    }
    (count, words)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::{Span, is_most_of};

    fn judge(head: &str, table: &str) -> bool {
        let text = format!("{head}{table}\n");
        let span = Span {
            start: head.len() as u32,
            end: (head.len() + table.len()) as u32,
        };
        is_most_of(text.as_bytes(), span, &[])
    }

    #[test]
    fn a_long_literal_is_a_table_and_a_list_of_calls_is_none() {
        let numbers = format!("[{}]", "(1, 'a', None), ".repeat(60));
        assert!(judge("WIDTHS = ", &numbers));
        let calls = format!("[{}]", "path('a', view), ".repeat(60));
        assert!(!judge("urlpatterns = ", &calls));
    }

    #[test]
    fn bare_keys_are_literals() {
        let rows = format!("[{}]", "{name: 'a', size: 1}, ".repeat(60));
        assert!(judge("const ROWS = ", &rows));
    }

    #[test]
    fn a_few_constants_are_no_table() {
        assert!(!judge("NAMES = ", "['a', 'b']"));
    }
}
