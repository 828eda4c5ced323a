//! Runs the patterns of a query over a flat tree.
//!
//! Every node is asked once for the patterns filed under its kind, and a pattern looks only at what lies below its
//! root, a few levels deep. That takes time linear in the tree. tree-sitter's own query engine carries every open
//! pattern through every node below it, which costs several parses on queries as rich as ours, takes quadratic time
//! in deep trees and drops what lies deeper than 65,533 levels. A test holds both engines to the same answers.

use super::Lost;
use super::pattern::{
    Child, Element, Kinds, Pattern, Patterns, Predicate, Quantifier, Shape, Test,
};
use super::tree::FlatTree;

/// Steps allowed for each node of a tree: far more than real code takes, few enough to end.
const STEPS_PER_NODE: u64 = 400;
/// Steps allowed for the smallest tree.
const FEWEST_STEPS: u64 = 200_000;

/// Bytes of a node's text that predicates look at. Names and attributes are far shorter; a chain of thousands of names
/// would otherwise be read once for each of its links.
const LONGEST_COMPARED: u32 = 4_096;

/// A captured node: the capture and the node's position in the tree.
pub(super) type Captured = (u16, u32);

/// Calls `visit` with the captures of every match, outer captures first.
///
/// # Errors
/// [`Lost::ParseBudget`] if the tree needs more work than its size allows; some matches have been visited by then.
pub(super) fn for_each_match(
    patterns: &Patterns,
    tree: &FlatTree,
    text: &[u8],
    visit: &mut dyn FnMut(&[Captured]),
) -> Result<(), Lost> {
    let mut run = Run {
        tree,
        captured: Vec::new(),
        steps_left: FEWEST_STEPS + STEPS_PER_NODE * tree.size as u64,
    };
    for (position, node) in tree.nodes.iter().enumerate() {
        let filed = patterns
            .by_kind
            .get(node.kind as usize)
            .map_or(&[][..], Vec::as_slice);
        let everywhere: &[u32] = if node.named { &patterns.any_kind } else { &[] };
        for index in filed.iter().chain(everywhere) {
            let pattern = &patterns.patterns[*index as usize];
            run.element(&pattern.root, position as u32, &mut |run| {
                let holds = pattern
                    .predicates
                    .iter()
                    .all(|predicate| run.holds(predicate, text));
                if holds {
                    visit(&run.captured);
                }
                holds
            });
        }
        if run.steps_left == 0 {
            return Err(Lost::ParseBudget);
        }
    }
    Ok(())
}

/// Adds what a pattern finds where its root is at a node: the nodes of the capture `marked`, or else the root itself.
///
/// Takes the steps it needs off those left; at none it ends, and what it found is not all there is.
pub(super) fn find_at(
    pattern: &Pattern,
    tree: &FlatTree,
    text: &[u8],
    at: u32,
    marked: Option<u16>,
    steps: &mut u64,
    found: &mut Vec<u32>,
) {
    let Some(left) = steps.checked_sub(1) else {
        return;
    };
    let mut run = Run {
        tree,
        captured: Vec::new(),
        steps_left: left,
    };
    // Of a root that was found once no more is asked.
    let mut saved = None;
    run.element(&pattern.root, at, &mut |run| {
        run.steps_left = run.steps_left.saturating_sub(run.cost(&pattern.predicates));
        let holds = saved.is_none()
            && pattern
                .predicates
                .iter()
                .all(|predicate| run.holds(predicate, text));
        if holds {
            let captured = run.captured.iter();
            let known = found.len();
            found.extend(
                captured
                    .filter(|(capture, _)| Some(*capture) == marked)
                    .map(|(_, node)| *node),
            );
            if found.len() == known {
                found.push(at);
                saved = Some(std::mem::take(&mut run.steps_left));
            }
        }
        holds
    });
    *steps = saved.unwrap_or(run.steps_left);
}

/// A pattern under way.
struct Run<'a> {
    tree: &'a FlatTree,
    captured: Vec<Captured>,
    steps_left: u64,
}

/// What is left to match; whether it matched.
type Rest<'r, 'a> = &'r mut dyn FnMut(&mut Run<'a>) -> bool;

impl<'a> Run<'a> {
    /// Matches an element at a node, then the rest. Every way is tried. The depth of the calls is that of the pattern.
    fn element(&mut self, element: &Element, at: u32, rest: Rest<'_, 'a>) -> bool {
        let node = &self.tree.nodes[at as usize];
        let depth = self.captured.len();
        self.captured
            .extend(element.captures.iter().map(|capture| (*capture, at)));
        let matched = match &element.shape {
            Shape::OneOf(elements) => {
                let mut matched = false;
                for element in elements {
                    if element.accepts.contains(node.kind) {
                        matched |= self.element(element, at, rest);
                    }
                }
                matched
            }
            Shape::Node {
                kinds,
                absent_fields,
                children,
            } => {
                let fits = match kinds {
                    Kinds::Any => true,
                    Kinds::Named => node.named,
                    Kinds::These(kinds) => kinds.contains(&node.kind),
                };
                fits && (absent_fields.is_empty() || self.lacks(at, absent_fields))
                    && self.children(children, at + 1, node.end, rest)
            }
        };
        self.captured.truncate(depth);
        matched
    }

    /// Matches the children left, from a position up to the end of their parent, then the rest.
    fn children(&mut self, children: &[Child], from: u32, end: u32, rest: Rest<'_, 'a>) -> bool {
        let Some(child) = children.first() else {
            return rest(self);
        };
        match child.quantifier {
            Quantifier::One => self.child(children, false, from, end, rest),
            Quantifier::Some => self.child(children, true, from, end, rest),
            // As much as fits: what could be there and is there belongs to the match.
            Quantifier::Optional => {
                self.child(children, false, from, end, rest)
                    || self.children(&children[1..], from, end, rest)
            }
            Quantifier::Many => {
                self.child(children, true, from, end, rest)
                    || self.children(&children[1..], from, end, rest)
            }
        }
    }

    /// Matches the first of the children left at each node where it may stand.
    fn child(
        &mut self,
        children: &[Child],
        again: bool,
        from: u32,
        end: u32,
        rest: Rest<'_, 'a>,
    ) -> bool {
        let Some((child, left)) = children.split_first() else {
            return rest(self);
        };
        let mut matched = false;
        let mut at = from;
        while at < end && self.steps_left > 0 {
            self.steps_left -= 1;
            let node = &self.tree.nodes[at as usize];
            let after = node.end;
            if child.field.is_none_or(|field| field == node.field)
                && child.element.accepts.contains(node.kind)
            {
                matched |= self.element(&child.element, at, &mut |run| {
                    if child.last && run.has_named(after, end) {
                        return false;
                    }
                    (again && run.child(children, true, after, end, rest))
                        || run.children(left, after, end, rest)
                });
            }
            // Repeated children are one match with all of them, not one for each choice among them.
            if (again && matched) || (child.anchored && node.named) {
                break;
            }
            at = after;
        }
        matched
    }

    /// Whether no child of a node has one of the fields.
    fn lacks(&self, at: u32, fields: &[u8]) -> bool {
        let end = self.tree.nodes[at as usize].end;
        let mut child = at + 1;
        while child < end {
            let node = &self.tree.nodes[child as usize];
            if fields.contains(&node.field) {
                return false;
            }
            child = node.end;
        }
        true
    }

    fn has_named(&self, from: u32, end: u32) -> bool {
        let mut at = from;
        while at < end {
            let node = &self.tree.nodes[at as usize];
            if node.named {
                return true;
            }
            at = node.end;
        }
        false
    }

    /// What it takes to look at the texts that predicates compare, in steps.
    fn cost(&self, predicates: &[Predicate]) -> u64 {
        let of = |predicate: &Predicate| {
            let captured = self.captured.iter();
            let compared = captured.filter(|(capture, _)| *capture == predicate.capture);
            let steps = compared.map(|(_, at)| {
                let node = &self.tree.nodes[*at as usize];
                let length = (node.end_byte - node.start_byte).min(LONGEST_COMPARED);
                1 + u64::from(length / 16)
            });
            steps.sum::<u64>()
        };
        predicates.iter().map(of).sum()
    }

    fn holds(&self, predicate: &Predicate, text: &[u8]) -> bool {
        let text_of = |at: u32| {
            let node = &self.tree.nodes[at as usize];
            let end = node.end_byte.min(node.start_byte + LONGEST_COMPARED);
            text.get(node.start_byte as usize..end as usize)
                .unwrap_or_default()
        };
        self.captured
            .iter()
            .filter(|(capture, _)| *capture == predicate.capture)
            .all(|(_, at)| {
                let found = match &predicate.test {
                    Test::OneOf(texts) => texts.iter().any(|known| **known == *text_of(*at)),
                    Test::Matches(expression) => expression.is_match(text_of(*at)),
                    Test::Capture(other) => self
                        .captured
                        .iter()
                        .filter(|(capture, _)| capture == other)
                        .all(|(_, other)| text_of(*other) == text_of(*at)),
                };
                found != predicate.negated
            })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use tree_sitter::{Query, QueryCursor, StreamingIterator as _};

    use super::for_each_match;
    use crate::facts::tree::FlatTree;
    use crate::facts::{guard, pattern};
    use crate::languages::Language;

    /// One match: the captures by name with their bytes.
    type Match = Vec<(String, u32, u32)>;

    fn ours(language: Language, tree: &tree_sitter::Tree, text: &[u8]) -> BTreeSet<Match> {
        let patterns = pattern::compile(language).unwrap();
        let query = Query::new(&language.grammar(), &language.query_text()).unwrap();
        let flat = FlatTree::new(language, tree).unwrap();
        let mut found = BTreeSet::new();
        for_each_match(&patterns, &flat, text, &mut |captured| {
            let mut captures: Match = captured
                .iter()
                .map(|(capture, at)| {
                    let node = &flat.nodes[*at as usize];
                    let name = query.capture_names()[*capture as usize].to_owned();
                    (name, node.start_byte, node.end_byte)
                })
                .collect();
            captures.sort();
            found.insert(captures);
        })
        .unwrap();
        found
    }

    fn theirs(language: Language, tree: &tree_sitter::Tree, text: &[u8]) -> BTreeSet<Match> {
        let query = Query::new(&language.grammar(), &language.query_text()).unwrap();
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(&query, tree.root_node(), text);
        let mut found = BTreeSet::new();
        while let Some(matched) = matches.next() {
            let mut captures: Match = matched
                .captures()
                .iter()
                .map(|capture| {
                    let node = capture.node;
                    let name = query.capture_names()[capture.index as usize].to_owned();
                    (name, node.start_byte() as u32, node.end_byte() as u32)
                })
                .collect();
            captures.sort();
            found.insert(captures);
        }
        found
    }

    fn fixtures(directory: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                fixtures(&path, into);
            } else if path
                .extension()
                .is_some_and(|extension| extension != "facts")
            {
                into.push(path);
            }
        }
    }

    #[test]
    fn on_every_fixture_the_engine_of_tree_sitter_finds_the_same() {
        let mut files = Vec::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/languages");
        fixtures(&root, &mut files);
        files.sort();
        assert!(!files.is_empty());
        for path in files {
            let dialect = path.parent().and_then(Path::file_name).unwrap();
            let language = Language::named(&dialect.to_string_lossy()).unwrap();
            let text = std::fs::read(&path).unwrap();
            let tree = guard::parse(language, &text).unwrap();
            let (ours, theirs) = (ours(language, &tree, &text), theirs(language, &tree, &text));
            let missing: Vec<&Match> = theirs.difference(&ours).collect();
            // Theirs leaves out a match where another one captures the same and more; the fold joins the two.
            let is_part = |one: &Match, other: &Match| {
                one.len() < other.len() && one.iter().all(|capture| other.contains(capture))
            };
            let surplus: Vec<&Match> = ours
                .difference(&theirs)
                .filter(|surplus| !theirs.iter().any(|other| is_part(surplus, other)))
                .collect();
            assert!(
                missing.is_empty() && surplus.is_empty(),
                "{}\nmissing: {missing:#?}\nsurplus: {surplus:#?}",
                path.display()
            );
        }
    }

    // Case 8.
    #[test]
    fn nothing_is_dropped_however_deep_it_lies() {
        let depth = 70_000;
        let text = format!("x = {}{}\n", "[".repeat(depth), "f(1)]".repeat(depth));
        let language = Language::named("python").unwrap();
        let tree = guard::parse(language, text.as_bytes()).unwrap();
        let flat = FlatTree::new(language, &tree).unwrap();
        let patterns = pattern::compile(language).unwrap();
        let call = patterns
            .roles
            .iter()
            .position(|role| {
                *role == crate::facts::role::Role::Subject(crate::facts::role::Subject::Call)
            })
            .unwrap() as u16;
        let mut calls = 0;
        for_each_match(&patterns, &flat, text.as_bytes(), &mut |captured| {
            calls += captured
                .iter()
                .filter(|(capture, _)| *capture == call)
                .count();
        })
        .unwrap();
        assert_eq!(calls, text.matches("f(1)").count());
    }
}
