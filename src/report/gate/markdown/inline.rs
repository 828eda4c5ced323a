//! Pieces of a line: whatever comes from the repository is cut to size and escaped here.

use std::fmt::Write as _;

use crate::gate::Delta;
use crate::report::escape::{markdown, markdown_name, terminal};

/// Longest piece of text from the repository, in characters.
const LONGEST: usize = 240;

/// Adds a line.
pub(in crate::report) fn line(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}

pub(in crate::report) fn title(delta: &Delta) -> String {
    sentence(&delta.component.title)
}

/// A place as an editor takes it.
pub(in crate::report) fn place(path: &[u8], line: Option<u32>) -> String {
    // Its end says what it is.
    let path = terminal(path);
    let path = match path.chars().count().saturating_sub(LONGEST) {
        0 => path,
        excess => format!("…{}", path.chars().skip(excess + 1).collect::<String>()),
    };
    match line {
        Some(line) => markdown_name(format!("{path}:{line}").as_bytes()),
        None => markdown_name(path.as_bytes()),
    }
}

pub(in crate::report) fn code(text: &str) -> String {
    markdown_name(cut(text, LONGEST).as_bytes())
}

/// A sentence from the repository.
pub(in crate::report) fn sentence(text: &str) -> String {
    markdown(cut(text, LONGEST).as_bytes())
}

/// At most so many characters, whether one sees them or not.
pub(in crate::report) fn cut(text: &str, most: usize) -> String {
    let text = terminal(text.as_bytes());
    if text.chars().count() <= most {
        return text;
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{kept}…")
}
