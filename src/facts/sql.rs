//! What a literal says as a statement in SQL: its verb and its table.

use std::fmt::Write;

/// Longest statement that is looked at, in bytes.
const LONGEST: usize = 4_000;
/// Longest name of a table that is kept.
const LONGEST_TABLE: usize = 60;

/// A statement as its verb and its table, both in lower case: `insert orders`, `select orders for update`. `?` stands for
/// a table that cannot be read. None if the text is no statement.
pub(super) fn digest(text: &str) -> Option<String> {
    if !begins_like_one(text) {
        return None;
    }
    let end = (0..=LONGEST.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    let text = text.get(..end?)?;
    let words: Vec<&str> = words(text).collect();
    let is = |at: usize, word: &str| {
        words
            .get(at)
            .is_some_and(|written: &&str| written.eq_ignore_ascii_case(word))
    };
    let after = |word: &str| {
        let at = words
            .iter()
            .position(|written| written.eq_ignore_ascii_case(word))?;
        words.get(at + 1).copied()
    };
    let has = |word: &str| {
        words
            .iter()
            .any(|written| written.eq_ignore_ascii_case(word))
    };
    let first = words.first()?.to_ascii_lowercase();
    let (verb, table) = match first.as_str() {
        "insert" | "replace" | "merge" if has("into") => ("insert", after("into")),
        "insert" if words.len() > 2 => ("insert", words.get(1).copied()),
        "update" if has("set") => {
            let at = if is(1, "only") { 2 } else { 1 };
            ("update", words.get(at).copied())
        }
        "delete" if is(1, "from") => ("delete", words.get(2).copied()),
        "truncate" => ("delete", words.last().copied()),
        "select" if has("from") => ("select", after("from")),
        "select" if text.contains('(') => ("select", None),
        "with" if has("insert") && has("into") => ("insert", after("into")),
        "with" if has("update") && has("set") => ("update", after("update")),
        "with" if has("delete") => ("delete", after("from")),
        "with" if has("select") => ("select", after("from")),
        "lock" if is(1, "table") || is(1, "tables") => ("lock", words.get(2).copied()),
        "begin" | "commit" | "rollback" if words.len() < 4 => {
            return Some(first);
        }
        "start" if is(1, "transaction") => return Some("begin".to_owned()),
        _ => return None,
    };
    let mut digest = format!(
        "{verb} {}",
        table.map_or_else(|| "?".to_owned(), table_name)
    );
    if verb == "select" && has("for") && (has("update") || has("share")) {
        digest.push_str(" for update");
    }
    if let Some(lock) = named_lock(text) {
        let _ = write!(digest, " {lock}");
    }
    Some(digest)
}

/// Whether the first word is a verb: most literals are settled by that.
fn begins_like_one(text: &str) -> bool {
    const VERBS: &[&str] = &[
        "insert", "replace", "merge", "update", "delete", "truncate", "select", "with", "lock",
        "begin", "commit", "rollback", "start",
    ];
    let text = text.trim_start().as_bytes();
    VERBS.iter().any(|verb| {
        text.get(..verb.len())
            .is_some_and(|first| first.eq_ignore_ascii_case(verb.as_bytes()))
    })
}

/// Words and what holds them together in a name; signs that belong to no name separate.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let separates = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';');
    text.split(separates).filter(|word| !word.is_empty())
}

/// The name of a table without its quotes and schema.
fn table_name(word: &str) -> String {
    let is_put_in = word.contains(['{', '}', '$', '%', '?', ':', '+']);
    let bare = word.rsplit('.').next().unwrap_or(word);
    let bare = bare.trim_matches(['"', '`', '\'', '[', ']', '\\']);
    if is_put_in || bare.is_empty() || bare.len() > LONGEST_TABLE {
        return "?".to_owned();
    }
    bare.to_lowercase()
}

/// A lock the statement takes by a name: `advisory literal` if the name is written out, `advisory value` if it is given.
fn named_lock(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let at = ["advisory_lock", "advisory_xact_lock", "get_lock"]
        .iter()
        .find_map(|name| lower.find(name))?;
    let given = lower.get(at..)?.split_once('(')?.1.trim_start();
    let is_literal = given.starts_with(|c: char| c.is_ascii_digit() || c == '\'' || c == '"');
    // A literal that goes on is put together; a second argument may be the one that differs.
    let first = given.split([')', ',']).next()?;
    let is_alone = given
        .get(first.len()..)
        .is_some_and(|rest| rest.starts_with(')'))
        || lower.get(at..at + 8) == Some("get_lock");
    let is_put_in = first.contains(['{', '$', '%', ':', '|']);
    Some(if is_literal && is_alone && !is_put_in {
        "advisory literal"
    } else {
        "advisory value"
    })
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn a_statement_is_its_verb_and_its_table() {
        for (text, expected) in [
            ("INSERT INTO orders (id) VALUES ($1)", "insert orders"),
            ("\n  update \"shop\".\"Orders\" set a = 1", "update orders"),
            ("DELETE FROM orders WHERE id = ?", "delete orders"),
            ("select a, b from orders o join x", "select orders"),
            (
                "SELECT id FROM orders FOR UPDATE",
                "select orders for update",
            ),
            (
                "WITH x AS (SELECT 1) INSERT INTO logs SELECT 1",
                "insert logs",
            ),
            ("INSERT INTO {table} VALUES (1)", "insert ?"),
            ("SELECT pg_advisory_lock(42)", "select ? advisory literal"),
            ("SELECT pg_advisory_lock($1)", "select ? advisory value"),
            (
                "SELECT pg_advisory_xact_lock(1, $1)",
                "select ? advisory value",
            ),
            ("SELECT GET_LOCK('jobs', 10)", "select ? advisory literal"),
            ("LOCK TABLE orders", "lock orders"),
            ("BEGIN", "begin"),
            ("START TRANSACTION", "begin"),
        ] {
            assert_eq!(digest(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn words_of_people_are_no_statement() {
        for text in [
            "Update the order",
            "select",
            "delete order",
            "lock the door",
            "héllo",
            "",
        ] {
            assert_eq!(digest(text), None, "{text}");
        }
    }
}
