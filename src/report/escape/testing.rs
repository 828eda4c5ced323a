//! Readers of what was escaped, as strict as those it was escaped for.

use unicode_width::UnicodeWidthChar;

/// What is left of a line of Markdown when its code spans are taken out.
pub(in crate::report) fn outside_code(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let run = |at: usize| characters[at..].iter().take_while(|c| **c == '`').count();
    let (mut outside, mut at) = (String::new(), 0);
    while at < characters.len() {
        let fence = run(at);
        if fence == 0 {
            outside.push(characters[at]);
            at += 1;
            continue;
        }
        let mut end = at + fence;
        while end < characters.len() && run(end) != fence {
            end += run(end).max(1);
        }
        assert!(end < characters.len(), "no end of code: {text}");
        at = end + fence;
    }
    outside
}

/// A workflow command: its name, properties and data, decoded.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::report) struct Command {
    pub(in crate::report) name: String,
    pub(in crate::report) properties: Vec<(String, String)>,
    pub(in crate::report) data: String,
}

/// The command of a line, if a runner could see one in it: behind white space and characters without width, or in the old
/// form anywhere.
pub(in crate::report) fn command(line: &str) -> Option<Command> {
    let is_seen = |c: &char| c.width().unwrap_or(0) > 0 && *c != '\u{ad}';
    let seen: String = match line.starts_with("::") {
        true => line.to_owned(),
        false => line.chars().filter(is_seen).collect(),
    };
    new_command(&seen).or_else(|| old_command(&seen))
}

fn old_command(line: &str) -> Option<Command> {
    let (_, command) = line.split_once("##[")?;
    let (name, data) = command.split_once(']')?;
    Some(Command {
        name: name.to_owned(),
        properties: Vec::new(),
        data: data.to_owned(),
    })
}

fn new_command(line: &str) -> Option<Command> {
    let (info, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let properties = properties.split(',').filter_map(|property| {
        let (key, value) = property.split_once('=')?;
        let value = value.replace("%3A", ":").replace("%2C", ",");
        Some((key.to_owned(), decoded(&value)))
    });
    Some(Command {
        name: name.to_owned(),
        properties: properties.collect(),
        data: decoded(data),
    })
}

fn decoded(text: &str) -> String {
    text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%25", "%")
}
