//! The last lines: the command that shows the same verdict, as it can be typed.

use unicode_width::UnicodeWidthStr;

use crate::gate::Verdict;
use crate::report::escape;
use crate::report::gate::GateReport;
use crate::report::text::page::{Ink, Page, Span};

/// Most lines it may take.
const MOST_LINES: usize = 3;

/// The command that shows the same.
pub(super) fn write(report: &GateReport, page: &mut Page) {
    const LABEL: &str = "Next: ";
    let command = escape::terminal(report.matter.command.as_bytes());
    let lines = folded(&command, page.width - LABEL.width())
        .filter(|lines| lines.len() <= MOST_LINES && !command.is_empty())
        .unwrap_or_else(|| vec!["quality gate --help".to_owned()]);
    let alone = lines.len() == 1;
    for (at, text) in lines.into_iter().enumerate() {
        let label = if at == 0 { LABEL } else { "      " };
        let used = LABEL.width() + text.width();
        let mut spans: Vec<Span> = vec![(Ink::Plain, label.to_owned()), (Ink::Strong, text)];
        let about = "  the same verdict, on your machine";
        if alone && report.verdict() != Verdict::Passed && used + about.width() <= page.width {
            spans.push((Ink::Faint, about.to_owned()));
        }
        page.line(&spans);
    }
}

/// A command broken between its words, as a shell reads it; none if a word is too long for that.
fn folded(command: &str, width: usize) -> Option<Vec<String>> {
    let mut words: Vec<String> = vec![String::new()];
    let (mut is_quoted, mut is_escaped) = (false, false);
    for character in command.chars() {
        is_quoted ^= character == '\'' && !is_escaped;
        let ends = character == ' ' && !is_quoted && !is_escaped;
        is_escaped = character == '\\' && !is_quoted && !is_escaped;
        if ends {
            words.push(String::new());
        } else if let Some(word) = words.last_mut() {
            word.push(character);
        }
    }
    let mut lines: Vec<String> = vec![String::new()];
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        let line = lines.last_mut()?;
        // Room for the sign that the command goes on.
        if line.is_empty() {
            *line = word;
        } else if line.width() + 1 + word.width() + 2 <= width {
            line.push(' ');
            line.push_str(&word);
        } else {
            line.push_str(" \\");
            lines.push(word);
        }
    }
    lines
        .iter()
        .all(|line| line.width() <= width)
        .then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn a_long_command_goes_on_in_the_next_line() {
        let fold = |command: &str| folded(command, 20).map(|lines| lines.join("\n"));
        assert_eq!(fold("quality gate").as_deref(), Some("quality gate"));
        assert_eq!(
            fold("quality gate --base origin/main").as_deref(),
            Some("quality gate \\\n--base origin/main")
        );
        assert_eq!(fold("quality aaaaaaaaaaaaaaaaaaaaaaaaa"), None);
    }

    #[test]
    fn a_word_in_quotes_is_not_broken() {
        let fold = |command: &str| folded(command, 20).map(|lines| lines.join("\n"));
        assert_eq!(
            fold(r"quality gate 'a b c d e'").as_deref(),
            Some("quality gate \\\n'a b c d e'")
        );
        assert_eq!(
            fold(r"quality 'it'\''s a word' x").as_deref(),
            Some("quality \\\n'it'\\''s a word' x")
        );
    }
}
