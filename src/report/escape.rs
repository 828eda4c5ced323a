//! Encoders, one for each sink: names and messages come from a repository, and anybody may have written them.

mod csv;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod markdown;
mod markup;
mod service;
#[cfg(any(test, fuzzing))]
pub(in crate::report) mod testing;
mod workflow;

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::Formatter;

pub use csv::csv;
pub use markdown::{markdown, markdown_block, markdown_name};
pub use markup::markup;
pub use service::{azure, teamcity};
pub use workflow::{workflow_data, workflow_line, workflow_property};

/// Text that is safe on a terminal: control characters, characters that reorder or hide what stands beside them, and
/// bytes that are not UTF-8 are spelled out as `\xNN` or `\u{…}`.
pub fn terminal(bytes: &[u8]) -> String {
    if is_plain(bytes)
        && let Ok(plain) = std::str::from_utf8(bytes)
    {
        return plain.to_owned();
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            push_safe(&mut text, character);
        }
        for byte in chunk.invalid() {
            spell_byte(&mut text, *byte);
        }
    }
    text
}

/// Whether there is nothing but signs of ASCII one can see, and blanks: so is nearly all text.
fn is_plain(bytes: &[u8]) -> bool {
    let is_plain = |byte: u8| (b' '..0x7f).contains(&byte);
    bytes
        .iter()
        .fold(true, |plain, byte| plain & is_plain(*byte))
}

/// Adds a character, spelled out if it is not safe.
fn push_safe(text: &mut String, character: char) {
    if !is_unsafe(character) {
        text.push(character);
    } else if character.is_ascii() {
        spell_byte(text, character as u8);
    } else {
        // Writing to a string cannot fail.
        let _ = write!(text, "\\u{{{:x}}}", u32::from(character));
    }
}

/// A name for a terminal. One that begins or ends with white space stands in quotes, or it could not be seen.
pub fn name(bytes: &[u8]) -> String {
    let text = terminal(bytes);
    if text.is_empty() || text.trim() != text {
        format!("'{text}'")
    } else {
        text
    }
}

/// A name as one word of a shell command; none if it cannot be typed as it is printed.
pub fn shell(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    if text.is_empty() || text.chars().any(is_unsafe) {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%,:".contains(c);
    // A leading dash would be an option.
    let text = if text.starts_with('-') {
        format!("./{text}")
    } else {
        text.to_owned()
    };
    if text.chars().all(plain) {
        Some(text)
    } else {
        Some(format!("'{}'", text.replace('\'', r"'\''")))
    }
}

/// A name as text for JSON: what is not UTF-8 is spelled `\xNN`.
pub fn json_name(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            spell_byte(&mut text, *byte);
        }
    }
    text
}

/// The exact bytes of a name that is not UTF-8, percent-encoded; none for one that is.
pub fn json_name_bytes(bytes: &[u8]) -> Option<String> {
    if std::str::from_utf8(bytes).is_ok() {
        return None;
    }
    Some(uri(bytes))
}

/// A path as a relative reference (RFC 3986): no part of it is a scheme, a host or a query.
pub fn uri(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/._-~".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn spell_byte(text: &mut String, byte: u8) {
    let _ = write!(text, "\\x{byte:02x}");
}

/// Whether a character moves the cursor, starts a command of the terminal, or changes how its neighbours are read.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// Writes JSON on one line, with nothing in it that a terminal would obey.
#[derive(Debug, Default)]
pub struct JsonLine;

impl JsonLine {
    /// Appends a value, without a line feed.
    pub fn append(value: &(impl Serialize + ?Sized), text: &mut Vec<u8>) {
        let mut serializer = serde_json::Serializer::with_formatter(text, Self);
        // Plain data into memory: there is nothing that could fail.
        let _ = value.serialize(&mut serializer);
    }
}

impl Formatter for JsonLine {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        write_safe(writer, fragment)
    }
}

/// Writes JSON with one line for each key of the document and for each element of its lists, so that reports can be
/// compared line by line; and with nothing in it that a terminal would obey.
#[derive(Debug, Default)]
pub struct JsonLines {
    depth: usize,
    filled: bool,
}

impl JsonLines {
    /// Appends a value in this layout.
    pub fn append(value: &(impl Serialize + ?Sized), text: &mut Vec<u8>) {
        let mut serializer = serde_json::Serializer::with_formatter(text, Self::default());
        // Plain data into memory: there is nothing that could fail.
        let _ = value.serialize(&mut serializer);
    }

    /// A document of its own, with a line feed at its end.
    pub fn document(value: &impl Serialize) -> String {
        let mut text = Vec::new();
        Self::append(value, &mut text);
        Self::text(text)
    }

    /// What was appended, with a line feed at its end.
    pub fn text(mut text: Vec<u8>) -> String {
        text.push(b'\n');
        match String::from_utf8(text) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    }

    /// Opens an array or object, which is empty so far.
    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        writer.write_all(bracket)
    }

    /// Closes it, behind this line break if its entries stood on lines of their own.
    fn close<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        bracket: &[u8],
        (depth, line): (usize, &[u8]),
    ) -> io::Result<()> {
        self.depth -= 1;
        if self.filled && self.depth == depth {
            writer.write_all(line)?;
        }
        writer.write_all(bracket)
    }

    /// Begins an entry, behind this line break if entries of this depth stand on lines of their own.
    fn entry<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
        (depth, line): (usize, &[u8]),
    ) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        if self.depth == depth {
            writer.write_all(line)?;
        }
        Ok(())
    }
}

impl Formatter for JsonLines {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]", (1, b"\n  "))
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.entry(writer, first, (2, b"\n    "))
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}", (0, b"\n"))
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.entry(writer, first, (1, b"\n  "))
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.depth == 1 { b": " } else { b":" })
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        write_safe(writer, fragment)
    }
}

/// Writes a part of a JSON string; what is unsafe on a terminal as its escape.
fn write_safe<W: ?Sized + Write>(writer: &mut W, fragment: &str) -> io::Result<()> {
    if is_plain(fragment.as_bytes()) {
        return writer.write_all(fragment.as_bytes());
    }
    let mut written = 0;
    for (position, character) in fragment.char_indices() {
        if is_unsafe(character) {
            writer.write_all(&fragment.as_bytes()[written..position])?;
            // All unsafe characters lie below U+10000: one unit each.
            write!(writer, "\\u{:04x}", u32::from(character))?;
            written = position + character.len_utf8();
        }
    }
    writer.write_all(&fragment.as_bytes()[written..])
}

#[cfg(test)]
mod tests {
    use super::{JsonLines, json_name, json_name_bytes, name, shell, terminal};
    use serde::Serialize;

    fn json(value: &impl Serialize) -> String {
        let mut bytes = Vec::new();
        let mut serializer =
            serde_json::Serializer::with_formatter(&mut bytes, JsonLines::default());
        value.serialize(&mut serializer).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_terminal_gets_nothing_it_would_obey() {
        assert_eq!(terminal(b"a\x1b[31m\n\x7f\xff"), r"a\x1b[31m\x0a\x7f\xff");
        assert_eq!(
            terminal("\u{9b}2J \u{202e}gpj.exe\u{feff}\u{61c}".as_bytes()),
            r"\u{9b}2J \u{202e}gpj.exe\u{feff}\u{61c}"
        );
        assert_eq!(terminal("größe/文.py".as_bytes()), "größe/文.py");
    }

    #[test]
    fn a_name_of_blanks_can_be_seen() {
        assert_eq!(name(b"  "), "'  '");
        assert_eq!(name(b"a b"), "a b");
    }

    #[test]
    fn a_name_in_a_command_is_one_word_or_is_left_out() {
        assert_eq!(shell(b"src/a.py").as_deref(), Some("src/a.py"));
        assert_eq!(shell(b"-rf").as_deref(), Some("./-rf"));
        assert_eq!(shell(b"it's $x").as_deref(), Some(r"'it'\''s $x'"));
        assert_eq!(shell(b"a\nb"), None);
        assert_eq!(shell(b"\xff"), None);
    }

    #[test]
    fn names_that_are_not_utf8_keep_their_bytes_in_json() {
        assert_eq!(json_name(b"a\xff.py"), r"a\xff.py");
        assert_eq!(json_name_bytes(b"a\xff%.py").as_deref(), Some("a%FF%25.py"));
        assert_eq!(json_name_bytes("ä".as_bytes()), None);
    }

    #[test]
    fn json_is_safe_on_a_terminal_and_means_the_same() {
        let hostile = "\u{202e}x\u{9b}\u{7f}\u{1b}\"\\é";
        let text = json(&[hostile]);
        assert_eq!(text, r#"["\u202ex\u009b\u007f\u001b\"\\é"]"#);
        let back: Vec<String> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, [hostile]);
    }

    #[test]
    fn a_document_has_a_line_for_each_key_and_each_element() {
        let value = serde_json::json!({"a": [{"b": [1, 2]}, {}], "c": [], "d": {"e": null}});
        assert_eq!(
            json(&value),
            "{\n  \"a\": [\n    {\"b\":[1,2]},\n    {}\n  ],\n  \"c\": [],\n  \"d\": {\"e\":null}\n}"
        );
    }
}
