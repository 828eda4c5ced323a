//! What the patterns of a language want to know of a node, told by its kind.
//!
//! Most nodes of a tree are punctuation that no pattern mentions, and most parents have no field that any pattern asks
//! for. To know that beforehand saves laying them out and looking them up.

use super::pattern::{Element, Kinds, Pattern, Shape};
use crate::languages::Language;

/// A row for each kind of a grammar.
pub(super) struct KindTable {
    rows: Vec<Row>,
}

/// What is known of a kind.
#[derive(Clone, Copy, Default)]
pub(super) struct Row {
    /// It is named, as the grammar has it.
    pub named: bool,
    /// Some pattern may match a node of it that has no field.
    pub is_asked_for: bool,
    /// Some pattern asks for a field among the named children of such a node.
    pub has_named_fields: bool,
    /// Some pattern asks for a field that any of its children may have.
    pub has_fields: bool,
    /// Its children hang in a hidden chain.
    pub chained: bool,
}

/// Error nodes, whose kind stands outside the grammar.
const ERROR: Row = Row {
    named: true,
    is_asked_for: true,
    has_named_fields: true,
    has_fields: true,
    chained: false,
};

impl KindTable {
    /// The table of a language with these patterns.
    pub fn new(language: Language, patterns: &[Pattern]) -> Self {
        let grammar = language.grammar();
        let mut rows: Vec<Row> = (0..grammar.node_kind_count() as u16)
            .map(|kind| {
                let named = grammar.node_kind_is_named(kind);
                Row {
                    named,
                    is_asked_for: named,
                    ..Row::default()
                }
            })
            .collect();
        for kind in language.chained() {
            let kind = grammar.id_for_node_kind(kind, true);
            if let Some(row) = rows.get_mut(kind as usize) {
                row.chained = true;
            }
        }
        let mut table = Self { rows };
        for pattern in patterns {
            table.note(&pattern.root, false);
        }
        table
    }

    /// Notes that all nodes are asked for.
    pub fn ask_for_all(&mut self) {
        self.rows.iter_mut().for_each(|row| row.is_asked_for = true);
    }

    /// Notes what a further pattern asks for.
    pub fn ask_for_what(&mut self, pattern: &Pattern) {
        self.note(&pattern.root, false);
    }

    /// How many kinds there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// What is known of a kind.
    #[inline]
    pub fn row(&self, kind: u16) -> &Row {
        self.rows.get(kind as usize).unwrap_or(&ERROR)
    }

    /// Notes what an element and those below it ask for. The depth is that of the query file.
    fn note(&mut self, element: &Element, has_field: bool) {
        match &element.shape {
            Shape::OneOf(elements) => {
                for element in elements {
                    self.note(element, has_field);
                }
            }
            Shape::Node {
                kinds,
                absent_fields,
                children,
            } => {
                match kinds {
                    // What has a field is laid out for that.
                    Kinds::Any if !has_field => {
                        self.each(&Kinds::Any, |row| row.is_asked_for = true)
                    }
                    Kinds::These(_) => self.each(kinds, |row| row.is_asked_for = true),
                    Kinds::Any | Kinds::Named => {}
                }
                if !absent_fields.is_empty() {
                    self.each(kinds, |row| row.has_fields = true);
                }
                for child in children {
                    if child.field.is_some() {
                        if self.is_named(&child.element) {
                            self.each(kinds, |row| row.has_named_fields = true);
                        } else {
                            self.each(kinds, |row| row.has_fields = true);
                        }
                    }
                    self.note(&child.element, child.field.is_some());
                }
            }
        }
    }

    /// Whether an element matches named nodes only.
    fn is_named(&self, element: &Element) -> bool {
        match &element.shape {
            Shape::OneOf(elements) => elements.iter().all(|element| self.is_named(element)),
            Shape::Node { kinds, .. } => match kinds {
                Kinds::Any => false,
                Kinds::Named => true,
                Kinds::These(kinds) => kinds.iter().all(|kind| self.row(*kind).named),
            },
        }
    }

    fn each(&mut self, kinds: &Kinds, note: fn(&mut Row)) {
        match kinds {
            Kinds::Any | Kinds::Named => self.rows.iter_mut().for_each(note),
            Kinds::These(kinds) => {
                for kind in kinds {
                    if let Some(row) = self.rows.get_mut(*kind as usize) {
                        note(row);
                    }
                }
            }
        }
    }
}
