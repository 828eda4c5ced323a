//! Queries of tree-sitter, as the query files of languages are written, run by the same engine.

use super::{BadPattern, DEEPEST};
use crate::facts::kinds::KindTable;
use crate::facts::matching;
use crate::facts::pattern::{self, Pattern, Quantifier};
use crate::facts::tree::FlatTree;
use crate::languages::Language;

/// The capture that says what is found, where that is not the root of the pattern.
const MATCH: &str = "match";

/// Patterns of one text; what any of them finds is found.
pub(super) struct Query {
    patterns: Vec<Pattern>,
    /// The number of the capture `@match`, if there is one.
    marked: Option<u16>,
}

impl Query {
    pub fn compile(language: Language, text: &str) -> Result<Self, BadPattern> {
        let bad = |at: usize, message: String, help| BadPattern { at, message, help };
        if let Some(at) = too_deep(text) {
            return Err(bad(
                at,
                format!("it is nested deeper than {DEEPEST} levels"),
                "look for less",
            ));
        }
        let (patterns, names) = pattern::read(language, text).map_err(|(at, message)| {
            bad(
                at,
                message,
                "a query is written as `(call function: (identifier) @f (#eq? @f \"print\"))`",
            )
        })?;
        for pattern in &patterns {
            // Each repetition would be a call within a call, and a file may have any number.
            if pattern
                .root
                .has(&|quantifier| matches!(quantifier, Quantifier::Many | Quantifier::Some))
            {
                return Err(bad(
                    0,
                    "`*` and `+` are not understood here".to_owned(),
                    "leave them out: whatever may follow a node, it is found",
                ));
            }
            pattern
                .check()
                .map_err(|message| bad(0, message, "expressions are those of Rust's `regex`"))?;
        }
        let marked = names.iter().position(|name| name == MATCH);
        Ok(Self {
            patterns,
            marked: marked.map(|number| number as u16),
        })
    }

    /// Enters the query under the kinds its roots may have, and what it has to see of trees.
    pub fn enter(&self, index: u32, kinds: &mut KindTable, by_kind: &mut [Vec<u32>]) {
        for pattern in &self.patterns {
            kinds.ask_for_what(pattern);
            for (kind, filed) in by_kind.iter_mut().enumerate() {
                if pattern.root.accepts.contains(kind as u16) && filed.last() != Some(&index) {
                    filed.push(index);
                }
            }
        }
    }

    /// Adds the nodes found where a pattern has its root at this node. Takes its steps off.
    pub fn find(
        &self,
        tree: &FlatTree,
        text: &[u8],
        at: u32,
        steps: &mut u64,
        found: &mut Vec<u32>,
    ) {
        for pattern in &self.patterns {
            matching::find_at(pattern, tree, text, at, self.marked, steps, found);
        }
    }
}

/// Where a text opens more brackets within each other than may be.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            b';' => {
                bytes.by_ref().find(|(_, byte)| *byte == b'\n');
            }
            b'"' => {
                while let Some((_, byte)) = bytes.next() {
                    match byte {
                        b'\\' => {
                            bytes.next();
                        }
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        if depth > DEEPEST {
            return Some(at);
        }
    }
    None
}
