//! The shape of a syntax tree, and queries over trees of any depth.
//!
//! tree-sitter's query cursor takes time quadratic in the depth of a tree, because matches begun in outer nodes stay
//! open while inner ones are visited, and it silently forgets matches that begin deeper than 65,533. A deep tree is
//! therefore queried in bands of levels, so that the number of open matches stays bounded and every node begins its
//! matches in exactly one band.

use super::Lost;
use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use tree_sitter::{
    Node, Query, QueryCursor, QueryCursorOptions, QueryCursorState, QueryMatch, StreamingIterator,
    Tree,
};

/// Levels of a band. A tree of at most so many is queried in one piece, which is all but one in a thousand. A query over
/// a chain of 100,000 operators took 0.2 s with 64 or 128, 0.4 s with 256 and 0.7 s with 512.
pub const BAND: u32 = 128;

/// What has to be known of a tree before its nodes are looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Levels of the tree. Exact above [`BAND`]; up to there a bound that no node exceeds.
    pub levels: u32,
    /// Bytes under error nodes, each byte counted once.
    pub error_bytes: u32,
    /// Byte ranges of the error nodes that lie in no other, in source order.
    pub errors: Vec<Range<u32>>,
    /// Tokens the parser made up to go on.
    pub missing: u32,
}

/// Surveys a tree. Only what may be deep or faulty is entered, which leaves most of an ordinary tree unvisited.
pub fn shape(tree: &Tree) -> Shape {
    let mut shape = Shape::default();
    let mut error_depth = None;
    walk(tree, |node, depth| {
        if error_depth.is_some_and(|outermost| depth <= outermost) {
            error_depth = None;
        }
        let is_faulty = node.has_error();
        if is_faulty {
            shape.missing += u32::from(node.is_missing());
            if node.is_error() && error_depth.is_none() {
                error_depth = Some(depth);
                let range = offset(node.start_byte())..offset(node.end_byte());
                shape.error_bytes += range.end - range.start;
                shape.errors.push(range);
            }
        }
        let levels_at_most = levels_at_most(node, depth);
        let may_be_deep = levels_at_most > BAND;
        shape.levels = shape.levels.max(if may_be_deep {
            depth + 1
        } else {
            levels_at_most
        });
        may_be_deep || is_faulty
    });
    shape
}

/// Calls `visit` with each match of a query in a tree, in time linear in the size of the tree.
///
/// In a tree of at most [`BAND`] levels matches come in the order of [`QueryCursor::matches`]; in a deeper one they
/// come band by band, in that order within each. Exact for every pattern but those whose root is a bare `(_ …)` with
/// a named child: the runtime begins these at the child, so that they may be missed or doubled on a band's border.
///
/// # Errors
/// [`Lost::Internal`] if tree-sitter had to drop a match, and [`Lost::ParseBudget`] if the query took more work than
/// the size of the tree allows. Some matches have been visited by then.
pub fn for_each_match<'tree>(
    query: &Query,
    tree: &'tree Tree,
    text: &[u8],
    shape: &Shape,
    mut visit: impl FnMut(&QueryMatch<'_, 'tree>),
) -> Result<(), Lost> {
    let root = tree.root_node();
    let mut run = Run {
        query,
        text,
        work_left: work_budget(root),
    };
    if shape.levels <= BAND {
        return run.matches(root, None, &mut visit);
    }
    run.matches(root, Some(BAND - 1), &mut visit)?;
    for parent in border_parents(tree) {
        // A band is run from the parents of its first level, because a pattern may span siblings. What begins in the
        // parent itself was visited with the band above, so it is found again by itself and left out.
        let mut above = BTreeMap::new();
        run.matches(parent, Some(0), &mut |found| {
            *above.entry(identity(found)).or_insert(0_u32) += 1;
        })?;
        run.matches(parent, Some(BAND), &mut |found| {
            if !above.is_empty()
                && let Some(count) = above.get_mut(&identity(found))
                && *count > 0
            {
                *count -= 1;
            } else {
                visit(found);
            }
        })?;
    }
    Ok(())
}

/// A query under way over a tree.
struct Run<'query> {
    query: &'query Query,
    text: &'query [u8],
    /// Calls of the progress callback before the query is cancelled.
    work_left: u64,
}

impl Run<'_> {
    /// Visits the matches that begin at most so many levels below a node.
    fn matches<'tree>(
        &mut self,
        node: Node<'tree>,
        max_start_depth: Option<u32>,
        visit: &mut impl FnMut(&QueryMatch<'_, 'tree>),
    ) -> Result<(), Lost> {
        let work_left = &mut self.work_left;
        let mut within_budget = |_: &QueryCursorState| match work_left.checked_sub(1) {
            Some(left) => {
                *work_left = left;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        };
        let mut cursor = QueryCursor::new();
        cursor.set_max_start_depth(max_start_depth);
        let options = QueryCursorOptions::new().progress_callback(&mut within_budget);
        let mut matches = cursor.matches_with_options(self.query, node, self.text, options);
        while let Some(found) = matches.next() {
            visit(found);
        }
        drop(matches);
        if cursor.did_exceed_match_limit() {
            return Err(Lost::Internal);
        }
        if self.work_left == 0 {
            return Err(Lost::ParseBudget);
        }
        Ok(())
    }
}

/// How often the query cursor may ask to go on. It asks after every 1,000 steps, a step being one open match looked
/// at for one node, so that this leaves room for every pattern to be open on every level of a band.
fn work_budget(root: Node<'_>) -> u64 {
    10_000 + 2 * root.descendant_count() as u64
}

/// The nodes just above the border of a band that have children below it.
fn border_parents(tree: &Tree) -> Vec<Node<'_>> {
    let mut parents = Vec::new();
    walk(tree, |node, depth| {
        let border = (depth / BAND + 1) * BAND;
        let reaches_border = levels_at_most(node, depth) > border;
        if reaches_border && depth + 1 == border {
            parents.push(node);
        }
        reaches_border
    });
    parents
}

/// Levels of the tree under a node at this depth, if every one of its descendants were the child of another.
fn levels_at_most(node: Node<'_>, depth: u32) -> u32 {
    depth.saturating_add(offset(node.descendant_count()))
}

/// What tells a match from others: its pattern and its captures, each as index and node.
fn identity(found: &QueryMatch<'_, '_>) -> (usize, Vec<(u32, usize)>) {
    let captures = found.captures().iter();
    let captures = captures.map(|capture| (capture.index, capture.node.id()));
    (found.pattern_index, captures.collect())
}

/// Enters the nodes of a tree in source order, a node's children only if `enter` says so. It does not recurse: a tree
/// can be a million levels deep.
fn walk<'tree>(tree: &'tree Tree, mut enter: impl FnMut(Node<'tree>, u32) -> bool) {
    let mut cursor = tree.walk();
    let mut depth = 0;
    loop {
        if enter(cursor.node(), depth) && cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            depth -= 1;
        }
    }
}

/// A length or position as the 32 bits tree-sitter itself keeps it in.
fn offset(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{BAND, Shape, for_each_match, identity, shape, walk};
    use crate::facts::Lost;
    use crate::facts::guard::parse;
    use crate::languages::Language;
    use tree_sitter::{Query, QueryCursor, StreamingIterator, Tree};

    fn language(dialect: &str) -> Language {
        Language::named(dialect).unwrap()
    }

    fn tree_of(dialect: &str, text: &str) -> Tree {
        parse(language(dialect), text.as_bytes()).unwrap()
    }

    /// How many matches a query has.
    fn matches(dialect: &str, text: &str, query: &str) -> usize {
        let query = Query::new(&language(dialect).grammar(), query).unwrap();
        let tree = tree_of(dialect, text);
        let mut count = 0;
        for_each_match(&query, &tree, text.as_bytes(), &shape(&tree), |_| {
            count += 1
        })
        .unwrap();
        count
    }

    /// How many nodes of a kind a cursor meets.
    fn nodes(dialect: &str, text: &str, kind: &str) -> usize {
        let tree = tree_of(dialect, text);
        let mut count = 0;
        walk(&tree, |node, _| {
            count += usize::from(node.is_named() && node.kind() == kind);
            true
        });
        count
    }

    /// A function in a function, so many times, each with comments before it.
    fn nested_functions(levels: usize) -> String {
        let open = (0..levels)
            .map(|level| format!("// one\n// two\nfunction f{level}(a, b) {{ g(h(a)) + 1 + b;\n"));
        open.collect::<String>() + &"}".repeat(levels)
    }

    #[test]
    fn no_match_is_dropped_below_the_depth_the_runtime_can_count() {
        let text = format!("x = {}{}\n", "[".repeat(70_000), "]".repeat(70_000));
        assert_eq!(nodes("python", &text, "list"), 70_000);
        assert_eq!(matches("python", &text, "(list) @l"), 70_000);
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_operators_is_within_the_work_budget() {
        let text = format!("x = 1{}\n", " + 1".repeat(100_000));
        let query = "(binary_operator left: (_) @left right: (_) @right)";
        assert_eq!(matches("python", &text, query), 100_000);
    }

    #[test]
    fn long_chains_of_branches_and_members_are_matched_whole() {
        let branches = format!("if (a) {{}} {}", "else if (a) {} ".repeat(20_000));
        assert_eq!(
            matches("javascript", &branches, "(if_statement) @i"),
            20_001
        );
        let members = format!("x = a{};", ".b".repeat(100_000));
        assert_eq!(
            matches(
                "javascript",
                &members,
                "(member_expression property: (_) @p)"
            ),
            100_000
        );
    }

    #[test]
    fn bands_find_what_one_pass_finds() {
        let patterns = "
            (function_declaration name: (identifier) @name) @function
            ((comment)+ @above . (function_declaration) @function)
            ((comment) @first . (comment) @second)
            (call_expression function: (identifier) @outer arguments: (arguments (call_expression) @inner))
            (binary_expression left: (binary_expression left: (_) @left)) @chain
            (statement_block (expression_statement) (function_declaration (formal_parameters (identifier) @deep)))
            (identifier) @any
            ((identifier) @b (#eq? @b \"b\"))";
        let text = nested_functions(BAND as usize * 2);
        let query = Query::new(&language("javascript").grammar(), patterns).unwrap();
        let tree = tree_of("javascript", &text);
        let shape = shape(&tree);
        assert!(shape.levels > 3 * BAND, "{} levels", shape.levels);

        let mut banded = Vec::new();
        for_each_match(&query, &tree, text.as_bytes(), &shape, |found| {
            banded.push(identity(found))
        })
        .unwrap();
        let mut whole = Vec::new();
        let mut cursor = QueryCursor::new();
        let mut found = cursor.matches(&query, tree.root_node(), text.as_bytes());
        while let Some(found) = found.next() {
            whole.push(identity(found));
        }
        banded.sort();
        whole.sort();
        assert_eq!(banded.len(), whole.len());
        assert!(banded == whole);
    }

    #[test]
    fn a_query_beyond_its_work_budget_is_reported() {
        let text = "f(g(h(1)));".repeat(100);
        let query = Query::new(&language("javascript").grammar(), "(_) @any").unwrap();
        let tree = tree_of("javascript", &text);
        let mut run = super::Run {
            query: &query,
            text: text.as_bytes(),
            work_left: 1,
        };
        let outcome = run.matches(tree.root_node(), None, &mut |_| ());
        assert_eq!(outcome, Err(Lost::ParseBudget));
    }

    #[test]
    fn the_shape_is_exact_for_deep_trees_and_a_bound_for_others() {
        for repeats in [1, 10, 60, 200, 2_000] {
            let text = format!("f(1); x = {}1{};", "(".repeat(repeats), ")".repeat(repeats));
            let tree = tree_of("javascript", &text);
            let mut levels = 0;
            walk(&tree, |_, depth| {
                levels = levels.max(depth + 1);
                true
            });
            let bound = shape(&tree).levels;
            if levels > BAND {
                assert_eq!(bound, levels);
            } else {
                assert!((levels..=BAND).contains(&bound), "{bound} for {levels}");
            }
        }
    }

    #[test]
    fn errors_are_the_outermost_ones_and_missing_tokens_are_counted() {
        let clean = shape(&tree_of("rust", "fn f() {}\n"));
        assert_eq!((clean.error_bytes, clean.missing), (0, 0));
        assert!(clean.errors.is_empty());

        let missing = shape(&tree_of("rust", "fn f() { let a = 1 }\n"));
        assert_eq!((missing.error_bytes, missing.missing), (0, 1));

        let text = "fn f() {}\n)) (( ]]\nfn g() {}\n";
        let faulty = shape(&tree_of("rust", text));
        assert!(faulty.error_bytes > 0);
        let summed: u32 = faulty
            .errors
            .iter()
            .map(|range| range.end - range.start)
            .sum();
        assert_eq!(summed, faulty.error_bytes);
    }

    #[test]
    fn error_bytes_never_exceed_the_text_and_random_tokens_give_the_same_shape_twice() {
        let tokens = [
            "(", ")", "{", "}", "[", "]", "<", ">", "'", "\"", "`", "if ", "else ", "fn ", "def ",
            "class ", "=>", "=", "+", "-", "*", "/", "\n", "x ", "1 ", ",", ";", ":", ".", "&",
            "|", "async ", "await ", "return ", "/*", "*/", "//", "#", "${", "\\",
        ];
        for seed in 1_u64..=40 {
            let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let mut text = String::new();
            while text.len() < 2_000 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                text.push_str(tokens[(state >> 20) as usize % tokens.len()]);
            }
            for language in Language::all() {
                let survey =
                    || -> Result<Shape, Lost> { Ok(shape(&parse(language, text.as_bytes())?)) };
                let first = survey();
                assert_eq!(first, survey(), "{language:?}, seed {seed}");
                if let Ok(shape) = first {
                    assert!(shape.error_bytes as usize <= text.len());
                    let in_order = |pair: &[std::ops::Range<u32>]| pair[0].end <= pair[1].start;
                    assert!(shape.errors.windows(2).all(in_order), "{:?}", shape.errors);
                }
            }
        }
    }
}
