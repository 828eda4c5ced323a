//! Bounded queries.
use std::ops::Range;
use tree_sitter::{Query, QueryCursor, QueryMatch, StreamingIterator, Tree};
/// Shape.
#[derive(Default)]
pub struct Shape {
    /// d
    pub depth: u32,
    /// e
    pub error_bytes: u32,
    /// r
    pub errors: Vec<Range<u32>>,
}
/// Stub.
pub fn shape(_tree: &Tree) -> Shape {
    Shape::default()
}
/// Stub.
pub fn for_each_match(
    query: &Query,
    tree: &Tree,
    _shape: &Shape,
    text: &[u8],
    mut visit: impl FnMut(&QueryMatch),
) -> bool {
    let mut c = QueryCursor::new();
    let mut m = c.matches(query, tree.root_node(), text);
    while let Some(m) = m.next() {
        visit(m);
    }
    true
}
