//! What a doc comment of JavaScript declares: `@param {T} name`, `@returns {T}`, `@type {T}` and their kin.
//!
//! The reading follows the TypeScript compiler, which is the checker these comments are written for: a tag begins at
//! an `@` after white space, outside of `{@links}` and backquotes, and a type stands in balanced braces.

use std::collections::HashMap;

/// The declarations of one doc comment.
#[derive(Debug, Default)]
pub struct Declared {
    /// Types of `@param` tags in their order, none where a tag gives no type. Tags of properties (`options.depth`)
    /// are left out: their parameter has a tag of its own.
    parameters: Vec<Option<String>>,
    /// Positions in `parameters` by name; the first tag of a name counts.
    named: HashMap<String, usize>,
    /// The type of `@returns`, or what the function type of `@type` returns.
    pub returns: Option<String>,
    /// The type of `@type`: of a variable or field, or the whole signature of a function.
    pub whole: Option<String>,
    /// `@satisfies` gives the expression behind it a context.
    pub satisfies: bool,
    /// `@overload` declares signatures beside the function.
    pub overloaded: bool,
    /// `@internal`: not meant for others.
    pub internal: bool,
}

impl Declared {
    /// The type declared for a parameter: by its name, or by its position if a pattern stands for a name.
    pub fn parameter(&self, name: &str, position: usize) -> Option<&str> {
        let position = if name.starts_with(['{', '[']) {
            position
        } else {
            *self.named.get(name)?
        };
        self.parameters.get(position)?.as_deref()
    }

    fn add_parameter(&mut self, rest: &str) {
        let (kind, rest) = braced(rest);
        let rest = rest.trim_start_matches(is_filler);
        let rest = rest.strip_prefix('[').unwrap_or(rest).trim_start();
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '#')))
            .unwrap_or(rest.len());
        let name = &rest[..end];
        if name.contains('.') {
            return;
        }
        // The type may stand behind the name too.
        let kind = kind.or_else(|| braced(&rest[end..]).0);
        self.named
            .entry(name.to_owned())
            .or_insert(self.parameters.len());
        self.parameters.push(kind);
    }
}

/// Reads a whole comment, `/**` and `*/` included.
pub fn read(comment: &str) -> Declared {
    let mut declared = Declared::default();
    let comment = comment.strip_suffix("*/").unwrap_or(comment);
    for (name, rest) in tags(comment) {
        match name {
            "param" | "arg" | "argument" => declared.add_parameter(rest),
            "returns" | "return" if declared.returns.is_none() => {
                declared.returns = braced(rest).0;
            }
            "type" if declared.whole.is_none() => declared.whole = braced(rest).0,
            "satisfies" => declared.satisfies = true,
            "overload" => declared.overloaded = true,
            "internal" => declared.internal = true,
            // Tags behind this one belong to the function type it defines.
            "callback" => break,
            _ => {}
        }
    }
    if declared.returns.is_none()
        && let Some(whole) = &declared.whole
    {
        declared.returns = returned(whole);
    }
    declared
}

/// Whether a comment is one that declares: `/**` and more.
pub fn is_doc(comment: &[u8]) -> bool {
    comment.starts_with(b"/**") && comment.len() > 5
}

/// The tags of a comment: name, and the text up to the next tag.
fn tags(comment: &str) -> Vec<(&str, &str)> {
    let bytes = comment.as_bytes();
    let mut starts = Vec::new();
    let (mut quoted, mut depth) = (false, 0u32);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' => quoted = false,
            b'`' => quoted = !quoted,
            // Braces hold types and links; neither holds a tag.
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => depth = depth.saturating_sub(1),
            b'@' if !quoted && at > 0 => {
                let at_line_start = comment[..at]
                    .bytes()
                    .rev()
                    .find(|byte| !matches!(byte, b' ' | b'\t' | b'*' | b'/'))
                    .is_none_or(|byte| byte == b'\n');
                let after_space = matches!(bytes[at - 1], b' ' | b'\t' | b'\n' | b'\r' | b'*');
                // A brace left open by prose ends where a line begins with a tag.
                if after_space && (depth == 0 || at_line_start) {
                    depth = 0;
                    starts.push(at);
                }
            }
            _ => {}
        }
    }
    let ends = starts.iter().skip(1).copied().chain([comment.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| {
            let tag = &comment[start + 1..end];
            let length = tag
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(tag.len());
            tag.split_at(length)
        })
        .collect()
}

/// The type in the braces a text begins with, on one line, and what follows them.
fn braced(text: &str) -> (Option<String>, &str) {
    let text = text.trim_start_matches(is_filler);
    if !text.starts_with('{') {
        return (None, text);
    }
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            let written = on_one_line(&text[1..at]);
            let written = (!written.is_empty()).then_some(written);
            return (written, &text[at + 1..]);
        }
    }
    (None, text)
}

/// A type without line ends and the asterisks that begin the lines of a comment.
fn on_one_line(written: &str) -> String {
    let mut lines = written.lines();
    let mut line: String = lines.next().unwrap_or_default().trim().to_owned();
    for next in lines {
        let next = next.trim_start();
        let next = next.strip_prefix('*').unwrap_or(next).trim();
        if !line.is_empty() && !next.is_empty() {
            line.push(' ');
        }
        line.push_str(next);
    }
    line
}

/// What a function type returns: `(a: A) => B` or `function(A): B`.
fn returned(whole: &str) -> Option<String> {
    let whole = whole.trim();
    let arrow = whole.starts_with(['(', '<']);
    let end = if arrow || whole.starts_with("function(") {
        closing(whole)?
    } else {
        return None;
    };
    let rest = whole[end..].trim_start();
    let rest = rest.strip_prefix(if arrow { "=>" } else { ":" })?;
    Some(rest.trim().to_owned())
}

/// Where the parameters a function type begins with end; type parameters may stand before them.
fn closing(whole: &str) -> Option<usize> {
    let mut depth = 0;
    let mut previous = b' ';
    for (at, byte) in whole.bytes().enumerate() {
        match byte {
            b'(' | b'<' | b'{' | b'[' => depth += 1,
            // The arrow of a function type closes nothing.
            b'>' if previous == b'=' => {}
            b')' | b'>' | b'}' | b']' => {
                depth -= 1;
                if depth == 0 && byte == b')' {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        previous = byte;
    }
    None
}

/// What may stand between a tag and its type: white space, and asterisks that begin lines.
fn is_filler(c: char) -> bool {
    c.is_whitespace() || c == '*'
}

#[cfg(test)]
mod tests {
    use super::{is_doc, read};

    #[test]
    fn parameters_are_found_by_name_and_patterns_by_position() {
        let declared = read(
            "/**\n * Reads.\n * @param {Path} path where\n * @param {Object} options\n * @param {number} options.depth\n \
             * @param {string} [name=\"x\"] a name\n * @param plain no type\n * @returns {Promise<Map<string, {a: 1}>>}\n */",
        );
        assert_eq!(declared.parameter("path", 0), Some("Path"));
        assert_eq!(declared.parameter("{ depth }", 1), Some("Object"));
        assert_eq!(declared.parameter("name", 2), Some("string"));
        assert_eq!(declared.parameter("plain", 3), None);
        assert_eq!(declared.parameter("missing", 0), None);
        assert_eq!(
            declared.returns.as_deref(),
            Some("Promise<Map<string, {a: 1}>>")
        );
    }

    #[test]
    fn a_type_may_span_lines() {
        let declared = read("/** @param {{\n *   a: string,\n *   b: number\n * }} both */");
        assert_eq!(
            declared.parameter("both", 0),
            Some("{ a: string, b: number }")
        );
    }

    #[test]
    fn a_function_type_declares_what_it_returns() {
        let returns = |comment: &str| read(comment).returns;
        assert_eq!(
            returns("/** @type {(a: () => void) => string} */").as_deref(),
            Some("string")
        );
        assert_eq!(
            returns("/** @type {function(string): number} */").as_deref(),
            Some("number")
        );
        assert_eq!(
            returns("/** @type {<T>(a: T) => T} */").as_deref(),
            Some("T")
        );
        assert_eq!(returns("/** @type {Handler} */"), None);
    }

    #[test]
    fn tags_in_links_code_and_mail_addresses_are_none() {
        let declared = read("/** See {@type {X}} or `@type {Y}`, ask ann@type.org */");
        assert_eq!(declared.whole, None);
        assert_eq!(
            read("/** One line. @type {Z} */").whole.as_deref(),
            Some("Z")
        );
    }

    #[test]
    fn tags_behind_a_callback_belong_to_it() {
        let declared = read("/**\n * @callback Visit\n * @param {Node} node\n */");
        assert_eq!(declared.parameter("node", 0), None);
    }

    #[test]
    fn a_doc_comment_has_two_asterisks_and_content() {
        assert!(is_doc(b"/** @type {X} */"));
        assert!(!is_doc(b"/* @type {X} */"));
        assert!(!is_doc(b"/**/"));
    }

    #[test]
    fn markers_are_seen() {
        let declared = read("/**\n * @internal\n * @overload\n * @satisfies {X}\n */");
        assert!(declared.internal && declared.overloaded && declared.satisfies);
    }
}
