//! Marks that stand before what they speak of: Rust writes them as attributes.
//!
//! In the syntax tree an attribute is a sibling of its item, so no span encloses both. What connects them is that
//! nothing but white space, comments and further attributes stands between.

use crate::facts::finds::{Found, Span};
use crate::facts::role::{Part, Subject};

/// What the marks met so far say of the thing that stands next.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// A function is a test case.
    pub test: bool,
    /// A test case is not run.
    pub disabled: bool,
    /// All of it is test code.
    pub tests: bool,
    /// An item is public.
    pub public: bool,
    /// The file of a module.
    pub path: Option<Span>,
    /// Row of the first mark, counted from 0.
    pub row: u32,
    /// End of the last mark, attribute or comment; 0 while there is no mark.
    end: u32,
}

impl Marks {
    /// Meets the finds of one span, in the order of the text, and gives back the marks that speak of them.
    pub fn meet(&mut self, group: &[Found], text: &[u8]) -> Option<Self> {
        let span = group.first()?.span;
        let passes = group.iter().all(|found| is_passed_over(found.subject));
        if self.end != 0 {
            if span.start < self.end {
                // A part of the last attribute itself.
                return None;
            }
            let gap = Span {
                start: self.end,
                end: span.start,
            };
            if !gap.of(text).iter().all(u8::is_ascii_whitespace) {
                *self = Self::default();
            } else if !passes {
                return Some(std::mem::take(self));
            }
        }
        if passes {
            self.note(group, span);
        }
        None
    }

    fn note(&mut self, group: &[Found], span: Span) {
        for found in group {
            match found.subject {
                Subject::NextTest => self.test = true,
                Subject::NextTestDisabled => self.disabled = true,
                Subject::NextTests => self.tests = true,
                Subject::NextPublic => self.public = true,
                Subject::NextPath => self.path = found.parts.get(Part::Module),
                _ => continue,
            }
            if self.end == 0 {
                self.row = found.rows.0;
                self.end = span.end;
            }
        }
        if self.end != 0 {
            self.end = self.end.max(span.end);
        }
    }
}

/// What may stand between a mark and the thing it speaks of.
fn is_passed_over(subject: Subject) -> bool {
    matches!(
        subject,
        Subject::Comment
            | Subject::CommentDoc
            | Subject::Decorator
            | Subject::Suppression
            | Subject::NextTest
            | Subject::NextTestDisabled
            | Subject::NextTests
            | Subject::NextPublic
            | Subject::NextPath
    )
}

#[cfg(test)]
mod tests {
    use super::{Found, Marks, Span, Subject};
    use crate::facts::finds::Parts;

    fn meet(marks: &mut Marks, text: &str, subject: Subject, piece: &str) -> Option<Marks> {
        let start = text.find(piece).unwrap() as u32;
        let found = Found {
            subject,
            span: Span {
                start,
                end: start + piece.len() as u32,
            },
            node: 0,
            from: 0,
            rows: (0, 0),
            parts: Parts::default(),
        };
        marks.meet(&[found], text.as_bytes())
    }

    #[test]
    fn a_mark_reaches_over_comments_and_attributes() {
        let text = "#[test] // why\n#[inline]\nfn f() {}";
        let mut marks = Marks::default();
        assert_eq!(meet(&mut marks, text, Subject::NextTest, "#[test]"), None);
        assert_eq!(meet(&mut marks, text, Subject::Text, "test"), None);
        assert_eq!(meet(&mut marks, text, Subject::Comment, "// why"), None);
        assert_eq!(
            meet(&mut marks, text, Subject::Decorator, "#[inline]"),
            None
        );
        let applied = meet(&mut marks, text, Subject::Function, "fn f() {}").unwrap();
        assert!(applied.test && !applied.tests);
        assert_eq!(marks, Marks::default());
    }

    #[test]
    fn a_mark_before_something_else_is_spent() {
        let text = "#[cfg(test)] let x = g(); fn f() {}";
        let mut marks = Marks::default();
        meet(&mut marks, text, Subject::NextTests, "#[cfg(test)]");
        assert_eq!(meet(&mut marks, text, Subject::Call, "g()"), None);
        assert_eq!(meet(&mut marks, text, Subject::Function, "fn f() {}"), None);
    }
}
