//! Text of a repository in GitHub's Markdown: plain words as they are, everything else as code.
//!
//! Nothing in a code span is a link, a mention, a reference to an issue or a commit, or HTML, however the page is
//! processed afterwards. Escapes would be undone before mentions and addresses are looked for.

/// Digits that no reader takes for a commit.
const MOST_DIGITS: usize = 6;

/// A name as a code span.
pub fn markdown_name(bytes: &[u8]) -> String {
    code(&super::name(bytes))
}

/// A sentence: words stay words, and what could mean something to Markdown stands in code spans.
pub fn markdown(bytes: &[u8]) -> String {
    let text = super::terminal(bytes);
    let mut pieces: Vec<String> = Vec::new();
    let mut quoted: Vec<&str> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if is_plain(word) {
            pieces.extend(span(&mut quoted));
            pieces.push(word.to_owned());
        } else {
            quoted.push(word);
        }
    }
    pieces.extend(span(&mut quoted));
    pieces.join(" ")
}

/// A block of code, with a line feed at its end; the text is one line.
pub fn markdown_block(text: &str, language: &str) -> String {
    let text = super::terminal(text.as_bytes());
    let fence = "`".repeat(longest_run(&text).max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}\n")
}

/// The words collected so far as one code span, if there are any.
fn span(quoted: &mut Vec<&str>) -> Option<String> {
    let text = quoted.join(" ");
    quoted.clear();
    (!text.is_empty()).then(|| code(&text))
}

fn code(text: &str) -> String {
    // A bar ends the cell of a table, even in code, and is not escaped alike inside and outside of one.
    let text = text.replace('|', r"\x7c");
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn longest_run(text: &str) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Whether a word means itself wherever it stands: letters, or a few digits, and the signs of a sentence around them.
fn is_plain(word: &str) -> bool {
    let core = word
        .trim_start_matches('(')
        .trim_end_matches([',', ';', ':', '.', '!', '?', ')']);
    if !core.is_empty() && core.chars().all(|c| c.is_ascii_digit()) {
        // `1.` and `1)` begin a list.
        return core.len() <= MOST_DIGITS && !word.ends_with(['.', ')']);
    }
    let is_joint = |c: char| c == '-' || c == '\'';
    let is_word = core.starts_with(char::is_alphabetic)
        && core.ends_with(char::is_alphabetic)
        && core.chars().all(|c| c.is_alphabetic() || is_joint(c));
    // Enough letters from a to f could be a commit.
    let is_hexadecimal = core.len() > MOST_DIGITS && core.chars().all(|c| c.is_ascii_hexdigit());
    is_word && !is_hexadecimal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{markdown, markdown_block, markdown_name};
    use crate::report::escape::testing::outside_code;

    #[test]
    fn plain_words_stay_as_they_are() {
        let plain = "load: no type for path, mode (don't ask); 12 code lines, 4 too many";
        assert_eq!(markdown(plain.as_bytes()), plain);
        assert_eq!(markdown("größe, 文".as_bytes()), "größe, 文");
    }

    #[test]
    fn what_could_mean_something_is_code() {
        for (hostile, safe) in [
            ("thanks @everyone now", "thanks `@everyone` now"),
            ("fixes #123, GH-7", "fixes `#123, GH-7`"),
            (
                "see https://x.example a@b.example",
                "see `https://x.example a@b.example`",
            ),
            ("[a](b) ![c](d)", "`[a](b) ![c](d)`"),
            (
                "<img src=x> </details> &lt;",
                "`<img src=x> </details> &lt;`",
            ),
            ("a|b", r"`a\x7cb`"),
            ("**a** _b_ ~c~ $d$ :e:", "`**a** _b_ ~c~ $d$ :e:`"),
            ("1. one 2) two", "`1.` one `2)` two"),
            ("- # > + =", "`- # > + =`"),
            ("at deadbeef since 1234567", "at `deadbeef` since `1234567`"),
            (
                "a `b` ``c",
                "a ```` `b` ``c ````".replace("````", "```").as_str(),
            ),
            ("a\nb\r\u{202e}", r"`a\x0ab\x0d\u{202e}`"),
            ("www.example.org", "`www.example.org`"),
        ] {
            assert_eq!(markdown(hostile.as_bytes()), safe);
        }
    }

    #[test]
    fn a_name_is_code_whatever_it_is() {
        assert_eq!(markdown_name(b"src/a b.py"), "`src/a b.py`");
        assert_eq!(markdown_name(b"`"), "`` ` ``");
        assert_eq!(markdown_name(b" "), "`' '`");
        assert_eq!(markdown_name(b"\xff|<b>@x"), r"`\xff\x7c<b>@x`");
        assert_eq!(markdown_name(b"plain"), "`plain`");
    }

    #[test]
    fn a_block_ends_where_it_should() {
        assert_eq!(markdown_block("a `b`", "sh"), "```sh\na `b`\n```\n");
        assert_eq!(markdown_block("```\n", "sh"), "````sh\n```\\x0a\n````\n");
    }

    proptest! {
        #[test]
        fn nothing_but_words_is_outside_of_code(
            text in "([a-z`|<>@#&:/.\\-_*\\[\\]() 0-9\\\\\n\u{202e}]|[^x]){0,60}",
        ) {
            for safe in [markdown(text.as_bytes()), markdown_name(text.as_bytes())] {
                let outside = outside_code(&safe);
                prop_assert!(
                    outside.chars().all(|c| c.is_alphanumeric() || " ,;:.!?()-'".contains(c)),
                    "{outside:?} of {safe:?}"
                );
                prop_assert!(!safe.contains(['|', '\n', '\r']));
                // Colons that name an emoji, points that make an address.
                prop_assert!(!outside.contains(" :") && !outside.starts_with(':'));
                let dotted = outside.split(' ').any(|word| word.trim_end_matches(['.', '!', '?', ')', ',', ';', ':']).contains('.'));
                prop_assert!(!dotted);
            }
        }
    }
}
