//! Test cases, and the regions of a file that are tests.

use super::{Fold, Frame, unquoted};
use crate::facts::TestCase;
use crate::facts::finds::{Found, Span};
use crate::facts::role::{Part, Subject};

impl Fold<'_> {
    /// Whether what stands here is test code.
    pub(super) fn in_test(&self) -> bool {
        self.open.tests > 0
    }

    /// Opens a region of tests on these rows.
    pub(super) fn open_tests(&mut self, span: Span, rows: (u32, u32)) {
        self.layout.test_rows.push(rows);
        self.open(span, Frame::Tests);
    }

    /// A test case. One that is switched off takes those within it along.
    pub(super) fn test_case(&mut self, found: &Found) {
        let name = self.part(found, Part::Name).unwrap_or_default();
        self.facts.tests.push(TestCase {
            name: unquoted(&name).into(),
            line: found.rows.0 + 1,
            enabled: found.subject == Subject::Test && self.open.disabled == 0,
            doc_example: false,
        });
        // A function named like a test is one only in a file of tests; what inline test code is, regions say.
        let is_function = self.same_span_function(found.span).is_some();
        if found.subject == Subject::TestDisabled && !is_function {
            self.open(found.span, Frame::Disabled);
        }
    }

    /// Applies what attributes said to the finds they stand before.
    pub(super) fn apply_marks(&mut self, group: &[Found]) {
        let function = group
            .iter()
            .find(|found| found.subject == Subject::Function);
        let is_test = self.marked.test && function.is_some();
        if let Some(found) = group.first()
            && (self.marked.tests || is_test)
        {
            self.open_tests(found.span, (self.marked.row, found.rows.1));
        }
        if let Some(found) = function
            && is_test
        {
            let name = self.part(found, Part::Name).unwrap_or_default();
            self.facts.tests.push(TestCase {
                name: name.into(),
                line: found.rows.0 + 1,
                enabled: !self.marked.disabled,
                doc_example: false,
            });
        }
    }

    /// Opens a region of tests from here to the end of the innermost module within the file, or of the file.
    pub(super) fn make_surroundings_tests(&mut self, found: &Found) {
        let end = match self.frames.last() {
            None => self.text.len() as u32,
            Some((span, Frame::Module(_))) => span.end,
            Some(_) => return,
        };
        let region = Span {
            start: found.span.start,
            end,
        };
        let rows = memchr::memchr_iter(b'\n', region.of(self.text)).count() as u32;
        self.open_tests(region, (found.rows.0, found.rows.0 + rows));
    }

    /// An example in documentation that is run as a test.
    pub(super) fn doc_example(&mut self, line: u32) {
        self.facts.tests.push(TestCase {
            name: "doctest".into(),
            line,
            enabled: true,
            doc_example: true,
        });
    }
}
