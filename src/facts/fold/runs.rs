//! Runs of one logical operator: `a && (b && c)` is read as one, `a && !(b && c)` and `a && b || c` are not.
//!
//! A query could say this too, with a pattern for each operator, side and pair of parentheses; but such patterns are
//! what a query takes longest to compile.

use crate::facts::finds::{Found, Span};
use crate::facts::role::Part;

/// The logical expressions that are open, innermost last.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Each expression with its operator.
    open: Vec<(Span, Span)>,
}

impl Runs {
    /// Whether an expression is an operand of one with the same operator, with nothing but parentheses between them.
    /// Expressions are asked about in the order of the text, outer ones first.
    pub fn are_continued_by(&mut self, found: &Found, text: &[u8]) -> bool {
        let span = found.span;
        while self
            .open
            .last()
            .is_some_and(|(open, _)| open.end <= span.start)
        {
            self.open.pop();
        }
        let Some(operator) = found.parts.get(Part::Operator) else {
            return false;
        };
        let around = self.open.last().copied();
        self.open.push((span, operator));
        let Some((around, other)) = around else {
            return false;
        };
        let (before, after) = if span.start < other.start {
            (around.start..span.start, span.end..other.start)
        } else {
            (other.end..span.start, span.end..around.end)
        };
        let is_only = |range: std::ops::Range<u32>, parenthesis: u8| {
            Span {
                start: range.start,
                end: range.end,
            }
            .of(text)
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || *byte == parenthesis)
        };
        operator.of(text) == other.of(text) && is_only(before, b'(') && is_only(after, b')')
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, Part, Runs, Span};
    use crate::facts::finds::Parts;
    use crate::facts::role::Subject;

    /// Asks about pieces of a text, each given with what stands before its operator.
    fn continued(text: &str, pieces: &[(&str, &str)]) -> Vec<bool> {
        let mut runs = Runs::default();
        pieces
            .iter()
            .map(|(piece, left)| {
                let start = text.find(piece).unwrap() as u32;
                let operator = start + left.len() as u32 + 1;
                let mut parts = Parts::default();
                parts.set(
                    Part::Operator,
                    Span {
                        start: operator,
                        end: operator + 2,
                    },
                );
                let found = Found {
                    subject: Subject::Logical,
                    span: Span {
                        start,
                        end: start + piece.len() as u32,
                    },
                    node: 0,
                    from: 0,
                    rows: (0, 0),
                    parts,
                };
                runs.are_continued_by(&found, text.as_bytes())
            })
            .collect()
    }

    #[test]
    fn an_operand_in_parentheses_continues_the_run() {
        let text = "(a && b) && ( (c && d))";
        let pieces = [(text, "(a && b)"), ("a && b", "a"), ("c && d", "c")];
        assert_eq!(continued(text, &pieces), [false, true, true]);
    }

    #[test]
    fn another_operator_a_negation_a_call_or_a_member_begins_a_run() {
        let first = "f(a && b)";
        let second = "f(a && b) && !(c && d)";
        let third = "f(a && b) && !(c && d) && (g || h)";
        let text = "f(a && b) && !(c && d) && (g || h) && (i && j).k";
        let pieces = [
            (text, third),
            (third, second),
            (second, first),
            ("a && b", "a"),
            ("c && d", "c"),
            ("g || h", "g"),
            ("i && j", "i"),
        ];
        assert_eq!(
            continued(text, &pieces),
            [false, true, true, false, false, false, false]
        );
    }
}
