//! From bytes to facts: one parse, one query, one fold.

use super::matching::{Captured, for_each_match};
use super::pattern;
use super::role::{PART_COUNT, Part, Role, SUBJECTS, Subject};
use super::tree::FlatTree;
use super::{Facts, Lost, fold, guard};
use crate::languages::Language;

/// A file whose unparsed share is above this many percent has no facts.
pub const MOST_UNPARSED_PERCENT: u64 = 20;

/// One match of the query: a subject where it stands, and what the pattern says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    /// What it is.
    pub subject: Subject,
    /// The node of the subject.
    pub span: Span,
    /// Identity of that node in its tree.
    pub node: usize,
    /// Identity of the node of the part `from`.
    pub from: usize,
    /// Rows, counted from 0.
    pub rows: (u32, u32),
    /// The parts, by [`super::role::Part`].
    pub parts: [Option<Span>; PART_COUNT],
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

/// Facts of decoded text (see [`super::decode`]), or why there are none.
///
/// Depends on nothing but its arguments and the versions of grammar, runtime and this crate.
pub fn extract(language: Language, text: &[u8]) -> Result<Facts, Lost> {
    let tree = guard::flat_tree(language, text)?;
    let unparsed = u64::from(tree.faults.bytes);
    if unparsed * 100 > MOST_UNPARSED_PERCENT * text.len() as u64 {
        let percent = (unparsed * 100 / (text.len() as u64).max(1)).min(100);
        return Err(Lost::ParseErrors(percent as u8));
    }
    let found = find(language, &tree, text)?;
    Ok(fold::fold(language, text, &found, &tree.faults))
}

/// The capture names of the subjects a language's query uses, sorted.
pub fn subjects_of(language: Language) -> Vec<&'static str> {
    let mut names: Vec<&str> = match pattern::of(language) {
        Ok(patterns) => patterns.roles.iter().filter_map(subject_name).collect(),
        Err(_) => Vec::new(),
    };
    names.sort_unstable();
    names
}

/// The capture names of the subjects found in a text, sorted; none if the text has no facts.
pub fn subjects_found(language: Language, text: &[u8]) -> Vec<&'static str> {
    let found = guard::flat_tree(language, text)
        .and_then(|tree| find(language, &tree, text))
        .unwrap_or_default();
    let mut names: Vec<&str> = found
        .iter()
        .map(|found| Role::Subject(found.subject))
        .filter_map(|role| subject_name(&role))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The capture name of a subject; none for parts and private captures.
fn subject_name(role: &Role) -> Option<&'static str> {
    match role {
        Role::Subject(subject) => SUBJECTS
            .iter()
            .find(|(known, _)| known == subject)
            .map(|(_, name)| *name),
        Role::Part(_) | Role::Private => None,
    }
}

/// Everything the language's query finds, sorted by start, then longest, then subject.
fn find(language: Language, tree: &FlatTree, text: &[u8]) -> Result<Vec<Found>, Lost> {
    let Ok(patterns) = pattern::of(language) else {
        return Err(Lost::Internal);
    };
    let line_starts: Vec<u32> = memchr::memchr_iter(b'\n', text)
        .map(|at| at as u32 + 1)
        .collect();
    let row = |byte: u32| line_starts.partition_point(|start| *start <= byte) as u32;
    let mut found = Vec::with_capacity(text.len() / 24);
    for_each_match(patterns, tree, text, &mut |captured| {
        found.extend(read_match(captured, &patterns.roles, tree, &row));
    })?;
    // The parts are long and seldom needed to tell two finds apart.
    found.sort_unstable_by(|a: &Found, b: &Found| {
        let place = |found: &Found| {
            (
                found.span.start,
                std::cmp::Reverse(found.span.end),
                found.subject,
            )
        };
        place(a)
            .cmp(&place(b))
            .then_with(|| (a.parts, a.node).cmp(&(b.parts, b.node)))
    });
    Ok(found)
}

/// The subject of a match with its parts; none for a match without a subject.
fn read_match(
    captured: &[Captured],
    roles: &[Role],
    tree: &FlatTree,
    row: &impl Fn(u32) -> u32,
) -> Option<Found> {
    let mut subject = None;
    let mut parts = [None; PART_COUNT];
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
                    from = *at as usize;
                }
                parts[part as usize] = Some(span);
            }
            Role::Subject(is) => subject = Some((is, span, *at as usize)),
        }
    }
    let (subject, span, node) = subject?;
    Some(Found {
        subject,
        span,
        node,
        from,
        rows: (row(span.start), row(span.end)),
        parts,
    })
}

/// Whether the queries of all languages compile and use legal captures only; the first fault otherwise.
pub fn check_queries() -> Result<(), String> {
    for language in Language::all() {
        let patterns = pattern::of(language).as_ref().map_err(Clone::clone)?;
        patterns
            .check()
            .map_err(|what| format!("{}: {what}", language.dialect()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_queries;

    #[test]
    fn every_query_compiles_and_uses_legal_captures() {
        assert_eq!(check_queries(), Ok(()));
    }
}
