//! Code with holes: `requests.get($$$ARGS)`. The notation, and what it matches, are those of ast-grep.
//!
//! A pattern is parsed as code of its language, with names in place of its holes, and its tree is looked for: every node
//! and token of it in this order, further tokens and comments between them or not. Unlike there, an ellipsis that stands for
//! nothing takes its comma along: `f($A, $$$REST)` matches `f(1)`, and of several ways to share out siblings any will do.

use tree_sitter::Node;

use super::{BadPattern, DEEPEST};
use crate::facts::guard;
use crate::facts::kinds::KindTable;
use crate::facts::tree::FlatTree;
use crate::languages::Language;

/// Stands for `$` where names cannot have one.
const STAND_IN: char = 'µ';
/// Bytes of text that are compared in the time of one step.
const BYTES_PER_STEP: u64 = 16;
/// Kinds of nodes that may stand anywhere and say nothing.
const PASSED_OVER: &[&str] = &[
    "comment",
    "line_comment",
    "block_comment",
    "html_comment",
    "line_continuation",
];

/// A pattern ready to be looked for.
pub(super) struct Sketch {
    root: Goal,
    /// Kinds of comments.
    passed_over: Vec<u16>,
}

/// What a node has to be.
enum Goal {
    /// Any one node, named or not; under one name always the same text.
    One { name: Option<u16>, named: bool },
    /// Any number of siblings.
    Many,
    /// A node of this kind without parts; with this text, if it is named.
    Leaf {
        kind: u16,
        named: bool,
        text: Box<[u8]>,
    },
    /// A node of this kind, with these among its children in this order.
    Node { kind: u16, children: Vec<Goal> },
}

impl Sketch {
    pub fn compile(language: Language, pattern: &str) -> Result<Self, BadPattern> {
        let (text, stand_in) = substitute(language, pattern);
        let bad = |at: usize, message: String, help| BadPattern {
            at: position(&text, pattern, at),
            message,
            help,
        };
        let parse = |text: &str| {
            guard::parse(language, text.as_bytes()).map_err(|_| {
                bad(
                    0,
                    "it takes more work to parse than any real code".to_owned(),
                    "write it shorter",
                )
            })
        };
        let mut tree = parse(&text)?;
        if first_fault(tree.root_node(), &text, stand_in).is_some() {
            // Some expressions are code only as a statement.
            let statement = parse(&format!("{text};"))?;
            if first_fault(statement.root_node(), &text, stand_in).is_none() {
                tree = statement;
            }
        }
        let mut root = tree.root_node();
        if let Some(fault) = first_fault(root, &text, stand_in) {
            let message = if fault.is_missing() {
                format!("`{}` is missing here", fault.kind())
            } else {
                format!("this is no {} code", language.name())
            };
            return Err(bad(
                fault.start_byte(),
                message,
                "a pattern is whole code, such as `f($A)`, with `$NAME` for one node and `$$$NAME` for any number",
            ));
        }
        while hole(text_of(root, &text), stand_in).is_none()
            && let Some(only) = only_child(root, text.len())
        {
            root = only;
        }
        let mut compiler = Compiler {
            text: &text,
            stand_in,
            names: Vec::new(),
        };
        if root.parent().is_none() && hole(text_of(root, &text), stand_in).is_none() {
            let second = root.named_child(1).map_or(0, |second| second.start_byte());
            return Err(bad(
                second,
                "a pattern is one statement or expression".to_owned(),
                "write each as a pattern of its own",
            ));
        }
        let root = compiler.goal(root, 0).ok_or_else(|| {
            bad(
                0,
                format!("it is nested deeper than {DEEPEST} levels"),
                "write `$NAME` for what does not matter",
            )
        })?;
        if matches!(root, Goal::One { .. } | Goal::Many) {
            return Err(bad(
                0,
                "it matches everything".to_owned(),
                "write the code around it, such as `f($A)`",
            ));
        }
        let grammar = language.grammar();
        let passed_over = PASSED_OVER
            .iter()
            .map(|kind| grammar.id_for_node_kind(kind, true))
            .filter(|kind| *kind != 0)
            .collect();
        Ok(Self { root, passed_over })
    }

    /// Enters the pattern under the kind of its root, and what it has to see of trees.
    pub fn enter(&self, index: u32, kinds: &mut KindTable, by_kind: &mut [Vec<u32>]) {
        if let Goal::Leaf { kind, .. } | Goal::Node { kind, .. } = &self.root
            && let Some(filed) = by_kind.get_mut(*kind as usize)
        {
            filed.push(index);
        }
        // A hole is no token, so that each token decides: what one pattern sees must not depend on the others.
        kinds.ask_for_all();
    }

    /// Whether the pattern matches at a node. Takes its steps off; with none left nothing matches.
    pub fn matches(&self, tree: &FlatTree, text: &[u8], at: u32, steps: &mut u64) -> bool {
        let mut search = Search {
            sketch: self,
            tree,
            text,
            captured: Vec::new(),
            steps_left: *steps,
        };
        let answer = search.node(&self.root, at);
        *steps = search.steps_left;
        answer == Answer::Yes && *steps > 0
    }
}

/// Code with names in place of holes, and what they begin with.
fn substitute(language: Language, pattern: &str) -> (String, char) {
    if matches!(language.name(), "javascript" | "typescript") {
        return (pattern.to_owned(), '$');
    }
    let mut text = String::with_capacity(pattern.len() + 8);
    let mut dollars = 0;
    for character in pattern.chars().chain(['\0']) {
        if character == '$' {
            dollars += 1;
            continue;
        }
        let is_hole = dollars == 3 || is_first(character);
        let sign = if is_hole { STAND_IN } else { '$' };
        text.extend(std::iter::repeat_n(sign, dollars));
        dollars = 0;
        if character != '\0' {
            text.push(character);
        }
    }
    (text, STAND_IN)
}

/// The byte of a pattern that stands at this byte of the text made of it.
fn position(text: &str, pattern: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    let added = before.matches(STAND_IN).count() * (STAND_IN.len_utf8() - 1);
    let added = if pattern.contains(STAND_IN) { 0 } else { added };
    let mut at = before.len().saturating_sub(added).min(pattern.len());
    while !pattern.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A hole, as its text says it.
enum Hole<'a> {
    One { name: Option<&'a str>, named: bool },
    Many,
}

fn hole(text: &str, stand_in: char) -> Option<Hole<'_>> {
    let name = text.trim_start_matches(stand_in);
    let signs = text[..text.len() - name.len()].chars().count();
    let is_legal = name
        .chars()
        .all(|character| is_first(character) || character.is_ascii_digit());
    let kept = (!name.starts_with('_')).then_some(name);
    match signs {
        1 | 2 if is_legal && name.starts_with(is_first) => Some(Hole::One {
            name: kept,
            named: signs == 1,
        }),
        3 if is_legal => Some(Hole::Many),
        _ => None,
    }
}

fn is_first(character: char) -> bool {
    character.is_ascii_uppercase() || character == '_'
}

fn text_of<'a>(node: Node, text: &'a str) -> &'a str {
    text.get(node.byte_range()).unwrap_or_default()
}

/// The one child of a node, what is not there or lies behind the pattern aside.
fn only_child(node: Node<'_>, end: usize) -> Option<Node<'_>> {
    let mut cursor = node.walk();
    let mut children = node
        .children(&mut cursor)
        .filter(|child| !child.is_missing() && child.start_byte() < end);
    let only = children.next();
    only.filter(|_| children.next().is_none())
}

/// The first node that is no code, or that is not there. What ends a statement may be left out, and a hole may stand where
/// no name could.
fn first_fault<'t>(root: Node<'t>, text: &str, stand_in: char) -> Option<Node<'t>> {
    if !root.has_error() {
        return None;
    }
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let is_hole = node.is_error() && hole(text_of(node, text), stand_in).is_some();
        if (node.is_error() && !is_hole) || (node.is_missing() && node.kind() != ";") {
            return Some(node);
        }
        if node.has_error() && !is_hole && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return None;
            }
        }
    }
}

struct Compiler<'a> {
    text: &'a str,
    stand_in: char,
    names: Vec<String>,
}

impl Compiler<'_> {
    /// What a node of the pattern asks for; none if it lies too deep.
    fn goal(&mut self, node: Node, depth: usize) -> Option<Goal> {
        if depth > DEEPEST {
            return None;
        }
        let text = text_of(node, self.text);
        match hole(text, self.stand_in) {
            Some(Hole::Many) => return Some(Goal::Many),
            Some(Hole::One { name, named }) => {
                return Some(Goal::One {
                    name: name.map(|name| self.number(name)),
                    named,
                });
            }
            None => {}
        }
        if node.child_count() == 0 {
            return Some(Goal::Leaf {
                kind: node.kind_id(),
                named: node.is_named(),
                text: text.as_bytes().into(),
            });
        }
        let mut children: Vec<Goal> = Vec::new();
        let mut cursor = node.walk();
        for child in node
            .children(&mut cursor)
            .filter(|child| !child.is_missing())
        {
            let is_comma = text_of(child, self.text) == ",";
            let after_many = matches!(children.last(), Some(Goal::Many));
            if is_comma && after_many {
                continue;
            }
            let goal = self.goal(child, depth + 1)?;
            if matches!(goal, Goal::Many)
                && matches!(children.last(), Some(Goal::Leaf { text, .. }) if &**text == b",")
            {
                children.pop();
            }
            children.push(goal);
        }
        Some(Goal::Node {
            kind: node.kind_id(),
            children,
        })
    }

    fn number(&mut self, name: &str) -> u16 {
        let known = self.names.iter().position(|known| known == name);
        known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        }) as u16
    }
}

/// Whether a node is what was asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    /// It is not, and says nothing: the next one may be.
    PassOver,
    No,
}

/// A pattern under way.
struct Search<'a> {
    sketch: &'a Sketch,
    tree: &'a FlatTree,
    text: &'a [u8],
    /// What stands for names.
    captured: Vec<(u16, u32)>,
    steps_left: u64,
}

impl Search<'_> {
    /// Whether a node is what a goal asks for. The depth of the calls is that of the pattern.
    fn node(&mut self, goal: &Goal, at: u32) -> Answer {
        let Some(left) = self.steps_left.checked_sub(1) else {
            return Answer::No;
        };
        self.steps_left = left;
        let node = self.tree.nodes[at as usize];
        let is_comment = self.sketch.passed_over.contains(&node.kind);
        let or_pass_over = |passes: bool| {
            if passes { Answer::PassOver } else { Answer::No }
        };
        match goal {
            Goal::Many => Answer::No,
            Goal::One { .. } if is_comment => Answer::PassOver,
            Goal::One { named: true, .. } if !node.named => Answer::No,
            Goal::One { name: None, .. } => Answer::Yes,
            Goal::One {
                name: Some(name), ..
            } => {
                let known = self.captured.iter().find(|(known, _)| known == name);
                match known.map(|(_, other)| *other) {
                    Some(other) if !self.is_same(other, at) => Answer::No,
                    Some(_) => Answer::Yes,
                    None => {
                        self.captured.push((*name, at));
                        Answer::Yes
                    }
                }
            }
            Goal::Leaf { kind, named, text } => {
                if *kind == node.kind && (!named || self.bytes(at) == &**text) {
                    Answer::Yes
                } else {
                    or_pass_over(is_comment || !node.named)
                }
            }
            Goal::Node { kind, children } => {
                let depth = self.captured.len();
                if *kind == node.kind && self.children(children, at + 1, node.end) {
                    Answer::Yes
                } else {
                    self.captured.truncate(depth);
                    or_pass_over(is_comment)
                }
            }
        }
    }

    /// Whether siblings from a position on are what goals ask for, one after the other. What follows them may.
    fn children(&mut self, goals: &[Goal], from: u32, end: u32) -> bool {
        let mut at = from;
        for (index, goal) in goals.iter().enumerate() {
            if matches!(goal, Goal::Many) {
                return self.after_many(&goals[index + 1..], at, end);
            }
            loop {
                if at >= end {
                    return false;
                }
                let answer = self.node(goal, at);
                at = self.tree.nodes[at as usize].end;
                match answer {
                    Answer::Yes => break,
                    Answer::PassOver => {}
                    Answer::No => return false,
                }
            }
        }
        true
    }

    /// Whether the goals behind an ellipsis are met, wherever it ends.
    fn after_many(&mut self, goals: &[Goal], from: u32, end: u32) -> bool {
        if goals.is_empty() {
            return true;
        }
        let depth = self.captured.len();
        let mut at = from;
        while at <= end && self.steps_left > 0 {
            if self.children(goals, at, end) {
                return true;
            }
            self.captured.truncate(depth);
            let Some(node) = self.tree.nodes.get(at as usize).filter(|_| at < end) else {
                break;
            };
            at = node.end;
        }
        false
    }

    /// Whether two nodes have the same text, white space aside.
    fn is_same(&mut self, one: u32, other: u32) -> bool {
        let solid = |byte: &&u8| !byte.is_ascii_whitespace();
        let (one, other) = (self.bytes(one), self.bytes(other));
        let cost = one.len().min(other.len()) as u64 / BYTES_PER_STEP;
        let is_same = one.iter().filter(solid).eq(other.iter().filter(solid));
        self.steps_left = self.steps_left.saturating_sub(cost);
        is_same
    }

    fn bytes(&self, at: u32) -> &[u8] {
        let node = &self.tree.nodes[at as usize];
        let range = node.start_byte as usize..node.end_byte as usize;
        self.text.get(range).unwrap_or_default()
    }
}
