//! A proposal as text: a definition of its own, or what an existing one lacks.

use super::{Piece, Proposal, Question, is_plain};

/// Longest line of a comment, in characters.
const WIDTH: usize = 100;

/// The definition, with a comment for each choice and the open questions at its end.
pub fn definition(proposal: &Proposal, schema: &str) -> String {
    let mut text = format!("#:schema {schema}\n");
    let opening = format!(
        "What {} calls code quality. Whatever is not written here is as built in; `quality config` shows everything, `quality doctor` what is missing.",
        plain(&proposal.repository)
    );
    text.push_str(&comment("# ", "# ", &opening));
    if !proposal.sights.is_empty() {
        let seen = format!("Seen here: {}.", proposal.sights.join("; "));
        text.push_str(&comment("# ", "# ", &seen));
    }
    text.push_str("version = 1\nextends = \"builtin\"\n");
    for piece in &proposal.pieces {
        text.push('\n');
        text.push_str(&written(piece));
    }
    if !proposal.questions.is_empty() {
        text.push_str(
            "\n# Open questions. Each may be answered by the lines below it, or deleted.\n",
        );
        for question in &proposal.questions {
            text.push_str(&asked(question));
        }
    }
    text
}

/// What an existing definition lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// What is to be added at its end; empty for nothing.
    pub text: String,
    /// Tables that are proposed and there already: they are somebody's decision.
    pub kept: Vec<String>,
}

/// What is to be added to a definition that is written already. It stays as it is, to the last byte.
pub fn addition(proposal: &Proposal, existing: &str) -> Addition {
    let mut addition = Addition {
        text: String::new(),
        kept: Vec::new(),
    };
    let document: toml::Table = existing.parse().unwrap_or_default();
    let is_there = |table: &str| {
        let mut value = Some(&document);
        let parts: Vec<&str> = table.split('.').collect();
        for (position, part) in parts.iter().enumerate() {
            let Some(found) = value.and_then(|table| table.get(*part)) else {
                return false;
            };
            if position + 1 == parts.len() {
                return true;
            }
            value = found.as_table();
        }
        false
    };
    for piece in &proposal.pieces {
        if is_there(&piece.table) {
            addition.kept.push(piece.table.clone());
            continue;
        }
        if !addition.text.is_empty() || !existing.trim().is_empty() {
            addition.text.push('\n');
        }
        addition.text.push_str(&written(piece));
    }
    if !addition.text.is_empty() && !existing.is_empty() && !existing.ends_with('\n') {
        addition.text.insert(0, '\n');
    }
    addition
}

fn written(piece: &Piece) -> String {
    let mut text = String::new();
    for because in &piece.because {
        text.push_str(&comment("# ", "# ", because));
    }
    text.push_str(&format!("[{}]\n", piece.table));
    for line in &piece.lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn asked(question: &Question) -> String {
    let mut text = String::from("#\n");
    text.push_str(&comment("# ? ", "#   ", &question.text));
    for line in &question.answer {
        text.push_str(&format!("#     {line}\n"));
    }
    text
}

/// Words as lines of a comment.
fn comment(first: &str, other: &str, words: &str) -> String {
    let mut text = String::new();
    let mut line = first.to_owned();
    let mut is_fresh = true;
    for word in words.split_whitespace() {
        if !is_fresh && line.chars().count() + 1 + word.chars().count() > WIDTH {
            text.push_str(line.trim_end());
            text.push('\n');
            line = other.to_owned();
            is_fresh = true;
        }
        if !is_fresh {
            line.push(' ');
        }
        line.push_str(word);
        is_fresh = false;
    }
    text.push_str(line.trim_end());
    text.push('\n');
    text
}

/// A name that fits a comment, and disturbs nobody who reads it.
fn plain(name: &str) -> &str {
    if is_plain(name) {
        name
    } else {
        "this repository"
    }
}

#[cfg(test)]
mod tests {
    use super::{addition, comment};
    use crate::adoption::{Ci, Piece, Proposal};
    use crate::definition;

    fn proposal() -> Proposal {
        let piece = |table: &str, line: &str| Piece {
            table: table.to_owned(),
            because: vec!["Seen often.".to_owned()],
            lines: vec![line.to_owned()],
        };
        Proposal {
            repository: "shop".to_owned(),
            sights: Vec::new(),
            pieces: vec![
                piece("files", "test = [\"checks/**\"]"),
                piece(
                    "component.http-client",
                    "measure.preferred-imports = { preset = \"http\", prefer = [\"httpx\"] }",
                ),
            ],
            questions: Vec::new(),
            ci: Ci::GitHub,
            has_ci: false,
            branch: "main".to_owned(),
        }
    }

    #[test]
    fn what_is_there_stays_to_the_last_byte_and_what_is_missing_follows() {
        for existing in [
            "extends = \"builtin\" # mine",
            "extends = \"builtin\"\n\n[component.typed-code]\nweight = 2\n# the end\n",
            "extends = \"builtin\"\ncomponent.typed-code.weight = 2\n",
        ] {
            let added = addition(&proposal(), existing);
            assert_eq!(added.kept, [""; 0]);
            let text = format!("{existing}{}", added.text);
            let read = definition::parse(text.as_bytes(), "quality.toml");
            assert!(read.is_ok(), "{text}\n{read:?}");
            assert!(text.contains("prefer = [\"httpx\"]"), "{text}");
        }
    }

    #[test]
    fn a_table_that_is_written_is_a_decision() {
        let existing =
            "extends = \"builtin\"\n[files]\ntest = []\n[component.http-client]\nenabled = false\n";
        let added = addition(&proposal(), existing);
        assert_eq!(added.text, "");
        assert_eq!(added.kept, ["files", "component.http-client"]);
    }

    #[test]
    fn a_comment_is_as_wide_as_a_page() {
        let text = comment("# ? ", "#   ", &"word ".repeat(60));
        assert!(text.lines().count() > 2);
        assert!(
            text.lines()
                .all(|line| line.len() <= 100 && line.starts_with('#'))
        );
    }
}
