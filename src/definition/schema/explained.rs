//! What each key means, in the words of `quality.toml.example`.

use std::collections::BTreeMap;

const EXAMPLE: &str = include_str!("../../../quality.toml.example");

/// Words by dotted key.
pub(super) struct Explained(BTreeMap<String, String>);

impl Explained {
    /// Reads the comments of the example: what stands above a key or a table is about it, as is what follows on its line.
    pub(super) fn new() -> Self {
        let mut found = BTreeMap::new();
        // The table of what counts, and that of what is commented out within it.
        let (mut header, mut aside) = (String::new(), None);
        let mut above: Vec<&str> = Vec::new();
        // The key all components share whose words may go on in the next line.
        let mut open: Option<String> = None;
        // What was said of the key in the line above: keys that follow each other are explained together.
        let mut before = String::new();
        for line in EXAMPLE.lines() {
            let is_comment = line.starts_with('#');
            if line.trim().is_empty() || !is_comment {
                aside = None;
            }
            if line.trim().is_empty() {
                above.clear();
                before.clear();
                continue;
            }
            let bare = line.trim_start_matches(['#', ' ']);
            if let Some(name) = header_of(bare) {
                keep(&mut found, &name, &above.join(" "));
                above.clear();
                if is_comment {
                    aside = Some(name);
                } else {
                    header = name;
                }
            } else if let Some((key, beside)) = key_of(bare) {
                let name = match aside.as_ref().unwrap_or(&header).as_str() {
                    "" => key.to_owned(),
                    header => format!("{}.{key}", general(header)),
                };
                before = match beside {
                    Some(beside) => beside.to_owned(),
                    None if above.is_empty() => before,
                    None => above.join(" "),
                };
                keep(&mut found, &name, &before);
                above.clear();
                open = None;
                continue;
            } else if let Some((key, words)) = shared(line) {
                above.clear();
                let key = format!("component.*.{key}");
                keep(&mut found, &key, words);
                open = Some(key);
                continue;
            } else if let Some(words) = open.as_ref().and_then(|key| found.get_mut(key))
                && line.starts_with("#        ")
            {
                words.push(' ');
                words.push_str(bare);
                continue;
            } else if is_comment {
                above.push(bare);
            }
            open = None;
            before.clear();
        }
        Self(found)
    }

    /// The words for a key.
    pub(super) fn words(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// Keeps the first words for a key.
fn keep(found: &mut BTreeMap<String, String>, key: &str, words: &str) {
    let words = words.trim().trim_end_matches('…').trim();
    if words.is_empty() || found.contains_key(key) {
        return;
    }
    found.insert(key.to_owned(), words.to_owned());
}

/// The table a component's key stands for: every component has the same.
fn general(header: &str) -> String {
    match header.strip_prefix("component.") {
        Some(rest) => match rest.split_once('.') {
            Some((_, below)) => format!("component.*.{below}"),
            None => "component.*".to_owned(),
        },
        None => header.to_owned(),
    }
}

/// `[history]` or `[[waiver]]`.
fn header_of(line: &str) -> Option<String> {
    let name = line.strip_prefix('[')?.strip_suffix(']')?;
    let name = name
        .strip_prefix('[')
        .map_or(name, |name| name.trim_end_matches(']'));
    is_key(name).then(|| name.to_owned())
}

/// `key = value`, with the comment on its line.
fn key_of(line: &str) -> Option<(&str, Option<&str>)> {
    let (key, rest) = line.split_once(" = ")?;
    let beside = rest.split_once("  # ").map(|(_, words)| words.trim());
    is_key(key).then_some((key, beside))
}

/// `#   weight   how much it counts …`: a key all components share.
fn shared(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("#   ")?;
    let (key, words) = line.split_once("  ")?;
    (is_key(key) && !key.contains('.')).then(|| (key, words.trim()))
}

fn is_key(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
}
