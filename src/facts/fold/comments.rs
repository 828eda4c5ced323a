//! Comments: suppressions, whether the file wants to be checked, types (PEP 484) and examples.

use super::Fold;
use crate::facts::finds::{Found, Span};
use crate::facts::role::Part;
use crate::facts::{Checking, SlotKind, SlotState, Suppression};
use crate::languages::{Language, TypeComments};

impl Fold<'_> {
    /// A comment of any kind.
    pub(super) fn comment(&mut self, found: &Found) {
        self.layout.comments.push(found.span);
        self.docs.comment(self.text, found.span);
        let comment = found.span.text(self.text);
        if self.in_header
            && let Some(checking) = checking(&comment)
        {
            self.facts.checking = checking;
        }
        if let Some(suppression) = suppression(self.language, &comment, found.rows.0 + 1) {
            self.facts.suppressions.push(suppression);
        }
        self.debts(found);
        self.doc_rows(found);
        self.allowance(&comment, found.rows.0 + 1);
        let Some(&function) = self.functions.last() else {
            return;
        };
        let before_code = self.signatures[function]
            .body
            .is_none_or(|body| found.span.start < body.start)
            || self.is_first_in_body(function, found.span);
        if before_code && self.language.type_comments() == TypeComments::Pep484 {
            self.type_comment(function, &comment, found.rows.0 + 1);
        }
    }

    /// Whether only white space and comments stand between the start of a function's body and this span.
    fn is_first_in_body(&self, function: usize, span: Span) -> bool {
        let Some(body) = self.signatures[function].body else {
            return false;
        };
        let gap = Span {
            start: body.start.min(span.start),
            end: span.start,
        };
        gap.of(self.text).iter().all(u8::is_ascii_whitespace)
    }

    /// A PEP 484 type comment declares the whole signature, or the parameter on its line.
    fn type_comment(&mut self, function: usize, comment: &str, line: u32) {
        match type_comment(comment) {
            Some(TypeComment::Signature) => self.signatures[function].signed = true,
            Some(TypeComment::Single) => {
                let last_on_line = self.facts.functions[function]
                    .slots
                    .iter_mut()
                    .rev()
                    .find(|slot| slot.line == line && slot.kind == SlotKind::Parameter);
                if let Some(slot) = last_on_line
                    && slot.state == SlotState::Untyped
                {
                    slot.state = SlotState::Typed;
                }
            }
            None => {}
        }
    }

    /// A documentation comment that may hold an example.
    pub(super) fn doc_comment(&mut self, found: &Found) {
        let comment = found.span.text(self.text);
        if self.fences.begin_example(&comment, found.rows) {
            self.doc_example(found.rows.0 + 1);
        }
    }

    /// A string that is documentation and may hold an example.
    pub(super) fn docstring(&mut self, found: &Found) {
        self.layout.comments.push(found.span);
        self.debts(found);
        self.documents_scope(found.span);
        if memchr::memmem::find(found.span.of(self.text), b">>>").is_some() {
            self.doc_example(found.rows.0 + 1);
        }
    }

    /// An attribute that silences a tool.
    pub(super) fn suppressing_attribute(&mut self, found: &Found) {
        let name = self.part(found, Part::Name).unwrap_or_default();
        let written = found.span.text(self.text);
        self.facts.suppressions.push(Suppression {
            marker: name.into(),
            line: found.rows.0 + 1,
            explained: written
                .split("reason")
                .skip(1)
                .any(|rest| rest.trim_start().starts_with('=')),
        });
    }
}

/// The suppression a comment carries, if any: the marker that begins earliest, the most specific one there.
fn suppression(language: Language, comment: &str, line: u32) -> Option<Suppression> {
    let (at, marker) = first_markers(language.suppressions(), comment)
        .into_iter()
        .filter(|(at, marker)| stands_alone(comment, *at, marker))
        .min_by_key(|(at, marker)| (*at, std::cmp::Reverse(marker.len())))?;
    Some(Suppression {
        marker: marker.into(),
        line,
        explained: is_explained(&comment[at + marker.len()..]),
    })
}

/// Where each marker that a comment holds stands first. One pass for all of them: most comments hold none.
fn first_markers(markers: &[&'static str], comment: &str) -> Vec<(usize, &'static str)> {
    let mut begins = [false; 256];
    for byte in markers.iter().filter_map(|marker| marker.bytes().next()) {
        begins[byte as usize] = true;
    }
    let mut found: Vec<(usize, &str)> = Vec::new();
    for (at, pair) in comment.as_bytes().windows(2).enumerate() {
        if !begins[pair[0] as usize] {
            continue;
        }
        for marker in markers {
            // Two bytes tell most words of prose apart; all markers are longer.
            if marker.as_bytes().starts_with(pair)
                && comment.as_bytes()[at..].starts_with(marker.as_bytes())
                && found.iter().all(|(_, known)| known != marker)
            {
                found.push((at, marker));
            }
        }
    }
    found
}

/// Whether a marker is a word of its own at the head of the comment or of one of its clauses.
fn stands_alone(comment: &str, at: usize, marker: &str) -> bool {
    let before = comment[..at].trim_end_matches([' ', '\t']);
    // A marker speaks to a tool only at the start of a comment or clause; in the middle of prose it is a mention.
    let starts = before.is_empty() || before.ends_with(['#', '/', '*', ';', ',', '!', '{']);
    let after = comment[at + marker.len()..].chars().next();
    let ends = !after.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
    starts && ends
}

/// Whether words follow the marker's codes: after `--`, after `: `, after a second `#` or in brackets-free prose.
fn is_explained(rest: &str) -> bool {
    let rest = rest.trim_end_matches("*/");
    let reason = if let Some((_, reason)) = rest.split_once("--") {
        reason
    } else if let Some((_, reason)) = rest.split_once('#') {
        reason
    } else if let Some((_, reason)) = rest.split_once(']') {
        reason
    } else if rest.starts_with([' ', ':']) && !rest.contains('[') {
        rest
    } else {
        return false;
    };
    // Rule codes are no reason: `E501`, `no-console`, `@typescript-eslint/no-explicit-any`.
    reason
        .split_whitespace()
        .filter(|word| {
            let word = word.trim_matches([',', ':', ';']);
            word.len() > 1
                && word.chars().all(|c| c.is_alphabetic() || c == '\'')
                && word.chars().any(|c| c.is_lowercase())
        })
        .count()
        >= 2
}

/// What a comment before all code says about checking this file.
fn checking(comment: &str) -> Option<Checking> {
    let body = comment
        .trim_start_matches(['#', '/', '*', '!'])
        .trim_start();
    if body.starts_with("@ts-nocheck") {
        return Some(Checking::Off);
    }
    // Flow reads its mark anywhere in the first block, beside the licence.
    let flow = body.lines().any(|line| {
        let line = line.trim_start_matches([' ', '\t', '*']);
        line.strip_prefix("@flow")
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    });
    if flow || body.starts_with("@ts-check") {
        return Some(Checking::On);
    }
    if let Some(rest) = body.strip_prefix("type:") {
        let rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix("ignore")
            && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        {
            return Some(Checking::Off);
        }
    }
    if let Some(rest) = body.strip_prefix("mypy:")
        && let Some((_, value)) = rest.split_once("ignore-errors")
    {
        let off = value
            .trim_start()
            .strip_prefix('=')
            .is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("false"));
        return (!off).then_some(Checking::Off);
    }
    None
}

/// What a PEP 484 type comment declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TypeComment {
    /// `# type: (int, str) -> None`
    Signature,
    /// `# type: int`
    Single,
}

/// The PEP 484 type comment, if this is one.
fn type_comment(comment: &str) -> Option<TypeComment> {
    let at = comment.find('#')?;
    let rest = comment[at + 1..].trim_start().strip_prefix("type:")?.trim();
    if rest.starts_with('(') && rest.contains("->") {
        Some(TypeComment::Signature)
    } else if rest.starts_with("ignore") || rest.is_empty() {
        None
    } else {
        Some(TypeComment::Single)
    }
}

/// The code fences of documentation comments (rustdoc): examples that the test runner compiles and runs.
#[derive(Default)]
pub(super) struct Fences {
    /// Row of the last line of the block, counted from 0.
    last_row: Option<u32>,
    /// The character of the fence that is open.
    open: Option<char>,
    /// The block has its example.
    counted: bool,
}

impl Fences {
    /// Whether the first example of a block of adjacent comments begins in this one.
    pub fn begin_example(&mut self, comment: &str, rows: (u32, u32)) -> bool {
        if self.last_row.is_none_or(|last| rows.0 > last + 1) {
            *self = Self::default();
        }
        // A line comment may hold its line end.
        self.last_row = Some(rows.1.saturating_sub(u32::from(comment.ends_with('\n'))));
        let before = self.counted;
        for line in comment.lines() {
            self.line(line.trim().trim_start_matches(['/', '*', '!']).trim());
        }
        self.counted && !before
    }

    fn line(&mut self, line: &str) {
        let Some(fence) = ['`', '~']
            .into_iter()
            .find(|fence| line.chars().take(3).filter(|c| c == fence).count() == 3)
        else {
            return;
        };
        let information = line.trim_start_matches(fence).trim();
        match self.open {
            Some(open) if open == fence && information.is_empty() => self.open = None,
            Some(_) => {}
            None => {
                self.open = Some(fence);
                self.counted |= is_run(information);
            }
        }
    }
}

/// Whether rustdoc runs a fence with these words behind it: all of them have to be known to it and let it.
fn is_run(information: &str) -> bool {
    information
        .split([',', ' ', '\t', '{', '}'])
        .filter(|word| !word.is_empty())
        .all(|word| {
            matches!(
                word,
                "rust" | "should_panic" | "test_harness" | "standalone"
            ) || word.starts_with("edition20")
        })
}

#[cfg(test)]
mod tests {
    use super::{Checking, Fences, TypeComment, checking, suppression, type_comment};
    use crate::languages::Language;

    fn marker(language: &str, comment: &str) -> Option<(String, bool)> {
        suppression(Language::named(language).unwrap(), comment, 1)
            .map(|found| (found.marker.into(), found.explained))
    }

    #[test]
    fn markers_are_found_at_the_head_of_a_comment_or_clause() {
        assert_eq!(
            marker("python", "# type: ignore[attr]"),
            Some(("type: ignore".into(), false))
        );
        assert_eq!(
            marker("python", "# type: str # noqa: E501"),
            Some(("noqa".into(), false))
        );
        assert_eq!(
            marker("python", "# noqa: E501  # the url cannot be split"),
            Some(("noqa".into(), true))
        );
        assert_eq!(
            marker(
                "javascript",
                "// eslint-disable-next-line no-console -- it is a cli"
            ),
            Some(("eslint-disable-next-line".into(), true))
        );
        assert_eq!(
            marker("typescript", "// @ts-expect-error wrong upstream types"),
            Some(("@ts-expect-error".into(), true))
        );
        assert_eq!(marker("python", "# see noqa in the manual"), None);
        assert_eq!(
            marker("javascript", "/* eslint-disable no-console */"),
            Some(("eslint-disable".into(), false))
        );
    }

    #[test]
    fn checking_is_asked_for_or_switched_off() {
        assert_eq!(checking("// @ts-check"), Some(Checking::On));
        assert_eq!(checking("/* @ts-nocheck */"), Some(Checking::Off));
        assert_eq!(
            checking("/**\n * Licence.\n *\n * @flow strict\n */"),
            Some(Checking::On)
        );
        assert_eq!(checking("// the @flow of things"), None);
        assert_eq!(checking("// @flowers"), None);
        assert_eq!(checking("# type: ignore"), Some(Checking::Off));
        assert_eq!(checking("# mypy: ignore-errors"), Some(Checking::Off));
        assert_eq!(checking("# mypy: ignore-errors=False"), None);
        assert_eq!(checking("# type: ignored"), None);
    }

    #[test]
    fn type_comments_declare_a_signature_or_one_slot() {
        assert_eq!(
            type_comment("# type: (int, str) -> None"),
            Some(TypeComment::Signature)
        );
        assert_eq!(type_comment("# type: int"), Some(TypeComment::Single));
        assert_eq!(type_comment("# type: ignore"), None);
    }

    #[test]
    fn a_block_of_documentation_has_one_example_if_rustdoc_runs_it() {
        let examples = |block: &str| {
            let mut fences = Fences::default();
            block
                .lines()
                .zip(0..)
                .filter(|(line, row)| fences.begin_example(line, (*row, *row)))
                .count()
        };
        assert_eq!(examples("/// ```\n/// f();\n/// ```\n/// ```\n/// ```"), 1);
        assert_eq!(examples("//! ```rust,should_panic\n//! ```"), 1);
        assert_eq!(examples("/// ```text\n/// ```"), 0);
        assert_eq!(
            examples("/// ```ignore\n/// ```\n/// ```no_run\n/// ```"),
            0
        );
        assert_eq!(examples("/// ```toml\n/// ```\n/// ```{.rust}"), 0);
        let mut fences = Fences::default();
        assert!(fences.begin_example("/// ```\n", (0, 1)));
        assert!(!fences.begin_example("/// ```\n", (1, 2)));
        assert!(fences.begin_example("/** a\n * ```\n * ```\n */", (9, 12)));
    }
}
