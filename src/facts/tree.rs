//! The syntax tree of a file, laid out flat: one walk in source order, then only arrays.
//!
//! A cursor over tree-sitter's own tree crosses into C for every question. Laid out once, the tree can be asked many
//! things cheaply, and in time linear in its size however deep it is.

use std::ops::Range;

use tree_sitter::Tree;

/// A syntax tree in preorder. The children of a node follow it; its subtree ends where [`Node::end`] says.
pub(super) struct FlatTree {
    pub nodes: Vec<Node>,
    /// What the parser could not read.
    pub faults: Faults,
}

/// A node, named or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    /// The kind as the grammar numbers it.
    pub kind: u16,
    /// The field its parent gives it; 0 for none.
    pub field: u16,
    pub named: bool,
    /// Position behind the last node of its subtree.
    pub end: u32,
    /// Its bytes.
    pub start_byte: u32,
    pub end_byte: u32,
}

/// What the parser could not read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Faults {
    /// Byte ranges of the error nodes that lie in no other, in source order.
    pub errors: Vec<Range<u32>>,
    /// Bytes in them.
    pub bytes: u32,
}

impl FlatTree {
    /// Lays a tree out.
    pub fn new(tree: &Tree) -> Self {
        let mut nodes = Vec::with_capacity(tree.root_node().descendant_count());
        let mut faults = Faults::default();
        let mut open: Vec<u32> = Vec::new();
        let mut cursor = tree.walk();
        loop {
            let node = cursor.node();
            let (start_byte, end_byte) = (node.start_byte() as u32, node.end_byte() as u32);
            if node.is_error()
                && faults
                    .errors
                    .last()
                    .is_none_or(|last| last.end <= start_byte)
            {
                faults.bytes += end_byte - start_byte;
                faults.errors.push(start_byte..end_byte);
            }
            let position = nodes.len() as u32;
            nodes.push(Node {
                kind: node.kind_id(),
                field: cursor.field_id().map_or(0, std::num::NonZero::get),
                named: node.is_named(),
                end: position + 1,
                start_byte,
                end_byte,
            });
            if cursor.goto_first_child() {
                open.push(position);
                continue;
            }
            while !cursor.goto_next_sibling() {
                let Some(parent) = open.pop() else {
                    return Self { nodes, faults };
                };
                nodes[parent as usize].end = nodes.len() as u32;
                cursor.goto_parent();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FlatTree;
    use crate::facts::guard;
    use crate::languages::Language;

    fn tree(text: &str) -> FlatTree {
        FlatTree::new(&guard::parse(Language::named("python").unwrap(), text.as_bytes()).unwrap())
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
