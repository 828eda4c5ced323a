//! Text of a repository in the log of a workflow, where a line can be a command.
//!
//! A command begins a line, behind white space at most, with `::`; in its old form, `##[` begins one anywhere. Comparing
//! as the runner does, characters that have no width do not count.

use std::fmt::Write as _;

/// The message of a workflow command.
pub fn workflow_data(text: &str) -> String {
    encode(text.as_bytes(), &[])
}

/// The value of a property of a workflow command.
pub fn workflow_property(bytes: &[u8]) -> String {
    encode(bytes, b":,")
}

/// A line of text, which already is safe on a terminal, so that nothing in it is a command.
pub fn workflow_line(line: &str) -> String {
    let mut text = line.to_owned();
    // What stands before the first sign one can see does not keep a command from beginning.
    if let Some(first) = text.find(|c: char| c.is_ascii_graphic())
        && text[first..].starts_with(':')
    {
        text.replace_range(first..=first, r"\x3a");
    }
    if let Some(mark) = text.find('#') {
        let (before, behind) = text.split_at(mark);
        text = format!("{before}{}", behind.replace('[', r"\x5b"));
    }
    text
}

fn encode(bytes: &[u8], also: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            let is_encoded = matches!(character, '%' | '\r' | '\n')
                || (character.is_ascii() && also.contains(&(character as u8)));
            if is_encoded {
                // Writing to a string cannot fail.
                let _ = write!(text, "%{:02X}", u32::from(character));
            } else {
                super::push_safe(&mut text, character);
            }
        }
        for byte in chunk.invalid() {
            super::spell_byte(&mut text, *byte);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{workflow_data, workflow_line, workflow_property};
    use crate::report::escape::terminal;
    use crate::report::escape::testing::command;

    #[test]
    fn a_command_has_one_line_and_its_own_separators() {
        assert_eq!(
            workflow_data("50 %\r\n::error::x"),
            "50 %25%0D%0A::error::x"
        );
        assert_eq!(workflow_data("\u{1b}[2J%0A"), r"\x1b[2J%250A");
        assert_eq!(workflow_property(b"a:b,c%\n.py"), "a%3Ab%2Cc%25%0A.py");
        assert_eq!(workflow_property(b"\xff=;"), r"\xff=;");
    }

    #[test]
    fn a_line_of_the_log_is_no_command() {
        for (line, safe) in [
            ("::error::x", r"\x3a:error::x"),
            (
                "  \u{3000}::stop-commands::x",
                "  \u{3000}\\x3a:stop-commands::x",
            ),
            ("\u{200b}::add-mask::x", "\u{200b}\\x3a:add-mask::x"),
            (":\u{200d}:error::x", "\\x3a\u{200d}:error::x"),
            ("a ##[error]x", r"a ##\x5berror]x"),
            ("#\u{200b}#\u{200b}[group]", "#\u{200b}#\u{200b}\\x5bgroup]"),
            ("src/a.rs: std::path [x]", "src/a.rs: std::path [x]"),
            ("", ""),
        ] {
            assert_eq!(workflow_line(line), safe);
        }
    }

    const HOSTILE: &str = "([:#\\[\\]% ,=\u{200b}\u{3000}\u{ad}\r\na-d]|::|##\\[|error|%0A){0,12}";

    proptest! {
        #[test]
        fn no_line_is_a_command(text in HOSTILE) {
            let line = workflow_line(&terminal(text.as_bytes()));
            prop_assert_eq!(command(&line), None, "{:?}", line);
        }

        #[test]
        fn a_runner_reads_what_was_written(property in HOSTILE, data in HOSTILE) {
            let line = format!(
                "::error file={},line=1::{}",
                workflow_property(property.as_bytes()),
                workflow_data(&data)
            );
            prop_assert_eq!(line.lines().count(), 1);
            let command = command(&line).unwrap();
            prop_assert_eq!(&command.properties[0].1, &property);
            prop_assert_eq!(&command.properties[1].1, "1");
            prop_assert_eq!(command.data, data);
        }
    }
}
