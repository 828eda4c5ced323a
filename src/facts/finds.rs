//! What a query finds in a file: subjects where they stand, in the order in which the fold takes them.

use std::cell::{Cell, RefCell};

use super::matching::{Captured, for_each_match};
use super::role::{PART_COUNT, Part, Role, Subject};
use super::tree::FlatTree;
use super::{Lost, pattern};
use crate::languages::Language;

/// One match of the query: a subject where it stands, and what the pattern says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// What it is.
    pub subject: Subject,
    /// The node of the subject.
    pub span: Span,
    /// Identity of that node in its tree.
    pub node: u32,
    /// Identity of the node of the part `from`.
    pub from: u32,
    /// Rows, counted from 0.
    pub rows: (u32, u32),
    pub parts: Parts,
}

/// A range of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The bytes of this span; none outside the text.
    pub fn of(self, text: &[u8]) -> &[u8] {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or(&[])
    }

    /// The text of this span, lossily.
    pub fn text(self, text: &[u8]) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.of(text))
    }
}

/// The parts of a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Parts {
    /// Each span with its start counted from 1; a start of 0 stands for no part, which sorts before any other.
    spans: [Span; PART_COUNT],
}

impl Parts {
    /// The span of a part, if the pattern gave one.
    pub fn get(&self, part: Part) -> Option<Span> {
        let span = self.spans[part as usize];
        let start = span.start.checked_sub(1)?;
        Some(Span { start, ..span })
    }

    /// Sets a part.
    pub fn set(&mut self, part: Part, span: Span) {
        self.spans[part as usize] = Span {
            start: span.start.saturating_add(1),
            ..span
        };
    }
}

/// Everything a query found in a text.
#[derive(Default)]
pub(super) struct Finds {
    /// As the patterns matched.
    found: Vec<Found>,
    /// Their order, by start, then longest, then subject: see [`place`].
    order: Vec<u128>,
    /// Rows on which statements begin, sorted. Nothing is folded of them, and there are too many to be ordered with the rest.
    statements: Vec<u32>,
    lines: Lines,
}

thread_local! {
    /// Room for the finds of the next file. New memory for each would have to be asked of the system and cleared.
    static ROOM: RefCell<Finds> = RefCell::new(Finds::default());
}

impl Drop for Finds {
    fn drop(&mut self) {
        let (found, order) = (
            std::mem::take(&mut self.found),
            std::mem::take(&mut self.order),
        );
        let lines = std::mem::take(&mut self.lines);
        let statements = std::mem::take(&mut self.statements);
        // A thread that ends has no use for it.
        let _ = ROOM.try_with(|room| {
            if let Ok(mut room) = room.try_borrow_mut() {
                (room.found, room.order, room.lines) = (found, order, lines);
                room.statements = statements;
            }
        });
    }
}

impl Finds {
    /// Everything the language's query finds.
    ///
    /// # Errors
    /// [`Lost::ParseBudget`] if the tree needs more work than its size allows, and [`Lost::Internal`] if the query does
    /// not compile.
    pub fn new(language: Language, tree: &FlatTree, text: &[u8]) -> Result<Self, Lost> {
        let Ok(patterns) = pattern::of(language) else {
            return Err(Lost::Internal);
        };
        let mut finds = Self::in_room();
        let Self {
            found,
            order,
            statements,
            lines,
        } = &mut finds;
        lines.read(text);
        found.clear();
        statements.clear();
        let statement = Role::Subject(Subject::Statement);
        for_each_match(patterns, tree, text, &mut |captured| {
            if let [(capture, at)] = captured
                && patterns.roles[*capture as usize] == statement
            {
                let start = tree.nodes[*at as usize].start_byte;
                statements.push(lines.rows(Span { start, end: start }).0);
            } else {
                found.extend(read_match(captured, &patterns.roles, tree, lines));
            }
        })?;
        statements.sort_unstable();
        statements.dedup();
        order.clear();
        order.extend(
            found
                .iter()
                .zip(0..)
                .map(|(found, index)| place(found, index)),
        );
        order.sort_unstable();
        for same in order.chunk_by_mut(|one, next| one >> 32 == next >> 32) {
            // Seldom more than one, and the parts are long to compare.
            if same.len() > 1 {
                same.sort_unstable_by_key(|place| {
                    let found = &found[index_of(*place)];
                    (found.parts, found.node, *place)
                });
            }
        }
        Ok(finds)
    }

    fn in_room() -> Self {
        let mut finds = Self::default();
        // The one there is left empty.
        ROOM.with_borrow_mut(|room| std::mem::swap(room, &mut finds));
        finds
    }

    /// Calls `visit` with all finds of one span, span after span, by start, then longest; in each, by subject.
    pub fn for_each_span(&self, mut visit: impl FnMut(&[Found])) {
        let mut group = Vec::new();
        for places in self.order.chunk_by(|one, next| one >> 64 == next >> 64) {
            if let [only] = places {
                visit(std::slice::from_ref(&self.found[index_of(*only)]));
            } else {
                group.clear();
                group.extend(places.iter().map(|place| self.found[index_of(*place)]));
                visit(&group);
            }
        }
    }

    /// Where the lines of the text begin, all but the first.
    pub fn line_starts(&self) -> &[u32] {
        &self.lines.starts
    }

    /// Rows on which statements begin, sorted, each once.
    pub fn statements(&self) -> &[u32] {
        &self.statements
    }

    /// The subjects found, in no order.
    pub fn subjects(&self) -> impl Iterator<Item = Subject> {
        let statement = self.statements.first().map(|_| Subject::Statement);
        let others = self.found.iter().map(|found| found.subject);
        others.chain(statement)
    }
}

/// Where a find stands in the order, as one number: its start, what its end lacks, its subject, and which find it is.
fn place(found: &Found, index: u32) -> u128 {
    u128::from(found.span.start) << 96
        | u128::from(!found.span.end) << 64
        | u128::from(found.subject as u8) << 32
        | u128::from(index)
}

/// Which find a place belongs to.
fn index_of(place: u128) -> usize {
    place as u32 as usize
}

/// The subject of a match with its parts; none for a match without a subject.
fn read_match(
    captured: &[Captured],
    roles: &[Role],
    tree: &FlatTree,
    lines: &Lines,
) -> Option<Found> {
    let mut subject = None;
    let mut parts = Parts::default();
    let mut from = 0;
    for (capture, at) in captured {
        let node = &tree.nodes[*at as usize];
        let span = Span {
            start: node.start_byte,
            end: node.end_byte,
        };
        match roles[*capture as usize] {
            Role::Private => {}
            Role::Part(part) => {
                if part == Part::From {
                    from = *at;
                }
                parts.set(part, span);
            }
            Role::Subject(is) => subject = Some((is, span, *at)),
        }
    }
    let (subject, span, node) = subject?;
    Some(Found {
        subject,
        span,
        node,
        from,
        rows: lines.rows(span),
        parts,
    })
}

/// Where the lines of a text begin.
#[derive(Default)]
struct Lines {
    /// Starts of all lines but the first.
    starts: Vec<u32>,
    /// The row asked for last; the next one is seldom far.
    last: Cell<usize>,
}

impl Lines {
    /// Lines looked at one by one before they are searched.
    const NEAR: usize = 4;

    /// Takes the lines of a text.
    fn read(&mut self, text: &[u8]) {
        self.starts.clear();
        self.starts
            .extend(memchr::memchr_iter(b'\n', text).map(|at| at as u32 + 1));
        self.last.set(0);
    }

    /// The rows on which a span starts and ends, counted from 0.
    fn rows(&self, span: Span) -> (u32, u32) {
        let first = self.row(span.start, self.last.get());
        self.last.set(first);
        (first as u32, self.row(span.end, first) as u32)
    }

    fn row(&self, byte: u32, near: usize) -> usize {
        let is_before = |row: usize| self.starts.get(row).is_some_and(|start| *start <= byte);
        if (near == 0 || is_before(near - 1))
            && let Some(row) = (near..near + Self::NEAR).find(|row| !is_before(*row))
        {
            return row;
        }
        self.starts.partition_point(|start| *start <= byte)
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, Part, Parts, Span};

    #[test]
    fn rows_are_found_from_wherever_the_search_begins() {
        let text = "a\n\nbc\n\n\n\n\nd\ne";
        let mut lines = Lines::default();
        lines.read(text.as_bytes());
        for byte in 0..=text.len() as u32 {
            let row = text[..byte as usize].matches('\n').count();
            for near in 0..=text.matches('\n').count() {
                assert_eq!(lines.row(byte, near), row, "{byte} from {near}");
            }
        }
        let span = Span { start: 3, end: 11 };
        assert_eq!((lines.rows(span), lines.last.get()), ((2, 7), 2));
    }

    #[test]
    fn a_missing_part_sorts_before_an_empty_one_at_the_start() {
        let mut parts = Parts::default();
        assert_eq!(parts.get(Part::Name), None);
        parts.set(Part::Name, Span::default());
        assert_eq!(parts.get(Part::Name), Some(Span::default()));
        assert!(Parts::default() < parts);
    }
}
