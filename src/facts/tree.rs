//! The syntax tree of a file, laid out flat: one walk in source order, then only arrays.
//!
//! A cursor over tree-sitter's own tree crosses into C for every question. Laid out once, the tree can be asked many
//! things cheaply, and in time linear in its size however deep it is.

use std::cell::Cell;
use std::ops::Range;

use tree_sitter::Tree;

use super::kinds::{KindTable, Row};
use super::{Lost, pattern};
use crate::languages::Language;

/// A syntax tree in preorder. The children of a node follow it; its subtree ends where [`Node::end`] says.
///
/// Tokens that no pattern of the language asks for are left out.
pub(super) struct FlatTree {
    pub nodes: Vec<Node>,
    /// How many nodes the tree itself has.
    pub size: usize,
    /// What the parser could not read.
    pub faults: Faults,
}

/// A node, named or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// The kind as the grammar numbers it.
    pub kind: u16,
    /// The field its parent gives it, where a pattern asks for one; 0 for none.
    pub field: u8,
    pub named: bool,
    /// Position behind the last node of its subtree.
    pub end: u32,
    /// Its bytes.
    pub start_byte: u32,
    pub end_byte: u32,
}

thread_local! {
    /// Room for the nodes of the next tree. New memory for each would have to be asked of the system and cleared.
    static ROOM: Cell<Vec<Node>> = const { Cell::new(Vec::new()) };
}

impl Drop for FlatTree {
    fn drop(&mut self) {
        let nodes = std::mem::take(&mut self.nodes);
        // A thread that ends has no use for it.
        let _ = ROOM.try_with(|room| room.set(nodes));
    }
}

/// What the parser could not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Faults {
    /// Byte ranges of the error nodes that lie in no other, in source order.
    pub errors: Vec<Range<u32>>,
    /// Bytes in them.
    pub bytes: u32,
}

/// Most children of a node whose children hang in a hidden chain: far beyond what anybody writes by hand.
const LONGEST_CHAIN: u32 = 2_000;

/// The kind of error nodes, outside of every grammar.
const ERROR_KIND: u16 = u16::MAX;

impl FlatTree {
    /// Lays a tree out.
    ///
    /// # Errors
    /// [`Lost::ParseBudget`] for a chain so long that walking it would take the square of its length, and
    /// [`Lost::Internal`] if the query of the language does not compile.
    pub fn new(language: Language, tree: &Tree) -> Result<Self, Lost> {
        match pattern::of(language) {
            Ok(patterns) => Self::with(&patterns.kinds, tree),
            Err(_) => Err(Lost::Internal),
        }
    }

    /// Lays a tree out with the nodes and fields that this table asks for.
    ///
    /// # Errors
    /// [`Lost::ParseBudget`], as [`FlatTree::new`].
    pub fn with(kinds: &KindTable, tree: &Tree) -> Result<Self, Lost> {
        let mut flat = Self {
            nodes: ROOM.take(),
            size: tree.root_node().descendant_count(),
            faults: Faults::default(),
        };
        let nodes = &mut flat.nodes;
        nodes.clear();
        // The open nodes: where each stands, and what is known of its kind.
        let mut open: Vec<(u32, &Row)> = Vec::new();
        let mut around = kinds.row(ERROR_KIND);
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let kind = node.kind_id();
            let row = kinds.row(kind);
            let asks_for_field = around.has_fields || (row.named && around.has_named_fields);
            let field = if asks_for_field {
                cursor.field_id().map_or(0, std::num::NonZero::get)
            } else {
                0
            };
            let has_child = cursor.goto_first_child();
            if has_child || row.is_asked_for || field != 0 {
                let (start_byte, end_byte) = (node.start_byte() as u32, node.end_byte() as u32);
                if kind == ERROR_KIND {
                    flat.faults.add(start_byte..end_byte);
                }
                if row.chained && node.child_count() > LONGEST_CHAIN {
                    return Err(Lost::ParseBudget);
                }
                let position = nodes.len() as u32;
                nodes.push(Node {
                    kind,
                    // No pattern asks for a field with a number beyond.
                    field: u8::try_from(field).unwrap_or(0),
                    named: row.named,
                    end: position + 1,
                    start_byte,
                    end_byte,
                });
                if has_child {
                    open.push((position, around));
                    around = row;
                    continue;
                }
            }
            while !cursor.goto_next_sibling() {
                let Some((parent, outside)) = open.pop() else {
                    return Ok(flat);
                };
                nodes[parent as usize].end = nodes.len() as u32;
                around = outside;
                cursor.goto_parent();
            }
        }
    }
}

impl Faults {
    /// Adds an error node; nodes come in source order, outer ones first.
    fn add(&mut self, bytes: Range<u32>) {
        if self
            .errors
            .last()
            .is_none_or(|last| last.end <= bytes.start)
        {
            self.bytes += bytes.end - bytes.start;
            self.errors.push(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FlatTree;
    use crate::facts::{Lost, guard};
    use crate::languages::Language;

    fn tree(text: &str) -> FlatTree {
        let python = Language::named("python").unwrap();
        let tree = guard::parse(python, text.as_bytes()).unwrap();
        FlatTree::new(python, &tree).unwrap()
    }

    #[test]
    fn a_subtree_ends_behind_its_last_node() {
        let tree = tree("f(1)\nx\n");
        assert_eq!(tree.nodes[0].end as usize, tree.nodes.len());
        // Two statements, one after the other, fill the module.
        let first = &tree.nodes[1];
        assert_eq!(
            tree.nodes[first.end as usize].end as usize,
            tree.nodes.len()
        );
    }

    #[test]
    fn a_chain_that_takes_its_square_to_walk_is_refused() {
        let rust = Language::named("rust").unwrap();
        let laid_out = |operands: usize| {
            let text = format!(
                "fn f() {{ if let Some(x) = y{} {{}} }}",
                " && a".repeat(operands)
            );
            let tree = guard::parse(rust, text.as_bytes()).unwrap();
            FlatTree::new(rust, &tree).map(|tree| tree.nodes.len() > operands)
        };
        assert_eq!(laid_out(500), Ok(true));
        assert_eq!(laid_out(50_000), Err(Lost::ParseBudget));
    }

    // Case 15.
    #[test]
    fn errors_in_errors_are_counted_once() {
        let text = "def f(:\n  ((((\n)) ] [ ] }\n";
        let tree = tree(text);
        assert!(tree.faults.bytes > 0);
        assert!(tree.faults.bytes as usize <= text.len());
        assert!(
            tree.faults
                .errors
                .windows(2)
                .all(|pair| pair[0].end <= pair[1].start)
        );
    }
}
