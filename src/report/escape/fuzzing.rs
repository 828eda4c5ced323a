//! What holds for any text that is shown.

use super::testing::{command, outside_code};
use super::{
    csv, json_name, json_name_bytes, markdown, markdown_block, markdown_name, markup, name, shell,
    terminal, workflow_data, workflow_line, workflow_property,
};

/// Every encoder: nothing a terminal obeys, nothing a sink takes for its own syntax.
pub fn encoders(bytes: &[u8]) {
    let shown = terminal(bytes);
    assert_eq!(terminal(shown.as_bytes()), shown, "encoding twice differs");
    assert!(!shown.chars().any(char::is_control));
    assert!(!name(bytes).is_empty());
    if let Some(word) = shell(bytes) {
        assert!(!word.starts_with('-'));
        let words = shlex::split(&word).unwrap_or_default();
        let [one] = words.as_slice() else {
            panic!("{word} is {} words", words.len());
        };
        assert!(
            one.as_bytes() == bytes || one.strip_prefix("./").map(str::as_bytes) == Some(bytes)
        );
    }
    assert_eq!(
        json_name_bytes(bytes).is_none(),
        std::str::from_utf8(bytes).is_ok()
    );
    let json = serde_json::to_string(&json_name(bytes)).unwrap_or_default();
    assert_eq!(
        serde_json::from_str::<String>(&json).ok(),
        Some(json_name(bytes))
    );
    let cell = csv(&shown);
    let begins = cell.trim_start_matches('"').chars().next();
    assert!(
        !matches!(begins, Some('=' | '+' | '-' | '@' | '\t' | '\r')),
        "{cell}"
    );
    assert!(!markup(bytes).contains(['<', '"', '\'']));
    for text in [markdown(bytes), markdown_name(bytes)] {
        assert!(!outside_code(&text).contains('<'), "{text}");
        assert!(!text.contains('\n'));
    }
    let block = markdown_block(&shown, "text");
    assert!(block.lines().count() >= 2);
    assert_eq!(command(&workflow_line(&shown)), None);
    let line = format!(
        "::error file={},line=1::{}",
        workflow_property(bytes),
        workflow_data(&shown)
    );
    assert_eq!(line.lines().count(), 1);
    let read = command(&line);
    assert_eq!(read.map(|command| command.data), Some(shown));
}
