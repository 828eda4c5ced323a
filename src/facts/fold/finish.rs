//! The end of the fold: what needs the whole file is settled, and its lines are shared out.

use super::Fold;
use crate::facts::complexity::{self, Measured};
use crate::facts::finds::Span;
use crate::facts::lines::LineMap;
use crate::facts::tree::Faults;
use crate::facts::{Facts, ImportKind, Prints, table};

/// What the lines of a file hold.
#[derive(Default)]
pub(super) struct Layout {
    /// Comments and docstrings.
    pub comments: Vec<Span>,
    /// Strings of several lines.
    pub strings: Vec<Span>,
    /// Rows of the regions of tests.
    pub test_rows: Vec<(u32, u32)>,
    /// Rows of decorators and attributes.
    pub decorator_rows: Vec<(u32, u32)>,
    /// Rows of documentation that speaks for what follows.
    pub doc_rows: Vec<(u32, u32)>,
    /// Where functions and classes begin that have documentation at their head.
    pub documented: Vec<u32>,
    largest_table: Option<Span>,
}

impl Layout {
    /// Whether a row belongs to a decorator or attribute.
    pub fn is_decorator(&self, row: u32) -> bool {
        let at = self.decorator_rows.partition_point(|rows| rows.0 <= row);
        let mut before = self.decorator_rows[..at].iter().rev();
        before.next().is_some_and(|rows| row <= rows.1)
    }

    /// A literal at top level: the first of the longest counts.
    pub fn table(&mut self, span: Span) {
        let length = |span: Span| span.end - span.start;
        if (self.largest_table).is_none_or(|largest| length(largest) < length(span)) {
            self.largest_table = Some(span);
        }
    }
}

impl Fold<'_> {
    /// The facts, once everything found has been folded.
    pub(super) fn finish(
        mut self,
        line_starts: &[u32],
        statements: &[u32],
        faults: &Faults,
    ) -> Facts {
        self.settle_types();
        self.settle_escapes();
        self.settle_slots();
        self.settle_items();
        self.settle_chains();
        self.settle_routes();
        let errors: Vec<Span> = faults
            .errors
            .iter()
            .map(|range| Span {
                start: range.start,
                end: range.end,
            })
            .collect();
        let comments = disjoint(std::mem::take(&mut self.layout.comments));
        let strings = disjoint(std::mem::take(&mut self.layout.strings));
        let lines = LineMap::new(self.text, line_starts, &comments, &errors, &strings);
        self.facts.calls = std::mem::take(&mut self.calls).finish();
        self.facts.flow = std::mem::take(&mut self.flow).finish();
        self.facts.lines = lines.count();
        self.settle_allowances(&lines);
        self.settle_documentation(line_starts);
        self.facts.prints = self.prints(line_starts, &lines, &comments);
        self.facts.unparsed_bytes = faults.bytes;
        self.facts.literal_table = (self.layout.largest_table)
            .is_some_and(|table| table::is_most_of(self.text, table, &comments));

        let measured: Vec<Measured> = self
            .signatures
            .iter_mut()
            .map(|signature| std::mem::take(&mut signature.measured))
            .collect();
        for (function, complexity) in self
            .facts
            .functions
            .iter_mut()
            .zip(complexity::settle(&measured))
        {
            function.cyclomatic = complexity.cyclomatic;
            function.cognitive = complexity.cognitive;
            function.nesting = complexity.nesting;
            function.absorbed_by = complexity.absorbed_by;
        }
        self.share_lines_out(&lines);
        self.facts.lines.code_in_tests = self.code_in_tests(&lines);
        self.facts.lines.statements = self.statements(statements, &lines);
        let error_lines = lines_of(self.text, &errors);
        for function in &mut self.facts.functions {
            let first = error_lines.partition_point(|line| *line < function.line);
            function.unparsed = error_lines
                .get(first)
                .is_some_and(|line| *line <= function.end_line);
        }
        self.facts.export_list = self.items.exports.into_list();
        self.facts
    }

    /// Prints of the tokens on all code lines but imports and inline tests.
    fn prints(&self, line_starts: &[u32], lines: &LineMap, comments: &[Span]) -> Prints {
        let mut imported: Vec<u32> = (self.facts.imports.iter())
            .filter(|import| import.kind != ImportKind::Path)
            .map(|import| import.line - 1)
            .collect();
        imported.sort_unstable();
        let mut is_test = vec![false; lines.kinds.len()];
        let mut marked_to = 0;
        for &(first, last) in &self.layout.test_rows {
            let rows = first.max(marked_to) as usize..(last as usize + 1).min(is_test.len());
            if let Some(rows) = is_test.get_mut(rows) {
                rows.fill(true);
            }
            marked_to = marked_to.max(last + 1);
        }
        let counts = |row: u32| !is_test[row as usize] && imported.binary_search(&row).is_err();
        Prints::new(
            self.language,
            self.text,
            line_starts,
            lines,
            comments,
            counts,
        )
    }

    /// Gives each code line inside functions to the innermost unit on it.
    fn share_lines_out(&mut self, lines: &LineMap) {
        let mut owner: Vec<u32> = vec![u32::MAX; lines.kinds.len()];
        for (index, function) in self.facts.functions.iter().enumerate() {
            if !function.has_body {
                continue;
            }
            let unit = function.absorbed_by.unwrap_or(index as u32);
            let (first, last) = self.signatures[index].rows;
            let last = (last as usize + 1).min(owner.len());
            if let Some(rows) = owner.get_mut(first as usize..last) {
                rows.fill(unit);
            }
        }
        for (row, unit) in owner.iter().enumerate() {
            if *unit != u32::MAX && lines.is_code(row as u32) {
                self.facts.functions[*unit as usize].code_lines += 1;
            }
        }
    }

    /// Code lines outside of tests among the sorted rows on which statements begin. That of a docstring is none.
    fn statements(&self, rows: &[u32], lines: &LineMap) -> u32 {
        let mut tests = self.layout.test_rows.iter().peekable();
        let mut tested_to = None;
        let mut count = 0;
        for row in rows {
            while let Some((_, last)) = tests.next_if(|(first, _)| first <= row) {
                tested_to = tested_to.max(Some(last));
            }
            let in_test = tested_to.is_some_and(|last| row <= last);
            count += u32::from(!in_test && lines.is_code(*row));
        }
        count
    }

    fn code_in_tests(&self, lines: &LineMap) -> u32 {
        let mut counted_to = 0;
        let mut count = 0;
        for &(first, last) in &self.layout.test_rows {
            for row in first.max(counted_to)..=last {
                count += u32::from(lines.is_code(row));
            }
            counted_to = counted_to.max(last + 1);
        }
        count
    }
}

/// The lines, counted from 1, on which sorted spans start.
fn lines_of(text: &[u8], spans: &[Span]) -> Vec<u32> {
    let (mut at, mut line) = (0, 1);
    spans
        .iter()
        .map(|span| {
            let start = (span.start as usize).min(text.len());
            line += memchr::memchr_iter(b'\n', &text[at..start]).count() as u32;
            at = start;
            line
        })
        .collect()
}

/// Sorted spans without overlaps: a span that starts inside the one before it is dropped.
fn disjoint(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    let mut end = 0;
    spans.retain(|span| {
        let keep = span.start >= end;
        if keep {
            end = span.end;
        }
        keep
    });
    spans
}
