//! Text of a repository in the messages a build server reads out of a log: TeamCity's and those of Azure Pipelines.

use std::fmt::Write as _;

/// The value of an attribute of a message to TeamCity, without its quotes: a bar escapes, and what is not ASCII is written
/// in units of UTF-16.
pub fn teamcity(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for character in super::terminal(bytes).chars() {
        match character {
            '|' | '\'' | '[' | ']' => text.extend(['|', character]),
            character if character.is_ascii() => text.push(character),
            character => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "|0x{unit:04X}");
                }
            }
        }
    }
    text
}

/// A property or the message of a command to Azure Pipelines. A percent sign stays as it is, because agents differ in
/// whether they decode its own escape; where one would begin an escape, it is spelled out, and so is a bracket behind `#`,
/// because a command may begin anywhere in a line.
pub fn azure(bytes: &[u8]) -> String {
    const ESCAPES: [&str; 5] = ["3B", "0D", "0A", "5D", "AZP25"];
    let safe = super::terminal(bytes);
    let mut text = String::with_capacity(safe.len());
    let mut is_marked = false;
    for (at, character) in safe.char_indices() {
        is_marked |= character == '#';
        match character {
            '[' if is_marked => text.push_str(r"\x5b"),
            ';' => text.push_str("%3B"),
            ']' => text.push_str("%5D"),
            '%' => {
                let rest = safe.as_bytes().get(at + 1..).unwrap_or_default();
                let is_escape = ESCAPES.iter().any(|escape| {
                    let begin = rest.get(..escape.len()).unwrap_or_default();
                    begin.eq_ignore_ascii_case(escape.as_bytes())
                });
                text.push_str(if is_escape { r"\x25" } else { "%" });
            }
            character => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{azure, teamcity};

    #[test]
    fn an_attribute_of_teamcity_cannot_end() {
        assert_eq!(teamcity(b"it's [a|b]"), "it|'s |[a||b|]");
        assert_eq!(teamcity(b"a\nb\r\xff"), r"a\x0ab\x0d\xff");
        assert_eq!(
            teamcity("größe 😀".as_bytes()),
            "gr|0x00F6|0x00DFe |0xD83D|0xDE00"
        );
        assert_eq!(teamcity("\u{202e}".as_bytes()), r"\u{202e}");
    }

    #[test]
    fn a_property_of_azure_cannot_end() {
        assert_eq!(azure(b"a;b]c"), "a%3Bb%5Dc");
        assert_eq!(azure(b"50 % of 3%"), "50 % of 3%");
        assert_eq!(azure(b"%0A%5d%AZP25%3"), r"\x250A\x255d\x25AZP25%3");
        assert_eq!(azure(b"a\r\n##vso[x]"), r"a\x0d\x0a##vso\x5bx%5D");
    }
}
