//! The commits of one window as a graph: who is on the mainline, and what a merge brought.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use super::walk::{Node, Walk};

const FROM_MAINLINE: u8 = 1;
const FROM_BRANCH: u8 = 2;

/// Commits of a window, numbered from 0, newest first.
pub(super) struct Graph<'w> {
    walk: &'w Walk<'w>,
    positions: Vec<usize>,
    /// Parents inside the window, in the order of the header.
    parents: Vec<Vec<usize>>,
    /// The first parent, if it lies inside the window.
    first_parents: Vec<Option<usize>>,
    /// Larger for a child than for each of its parents.
    generation: Vec<usize>,
    mainline: Vec<usize>,
    on_mainline: Vec<bool>,
    flags: Vec<u8>,
}

impl<'w> Graph<'w> {
    /// The part of `walk` that is not older than `from`.
    pub(super) fn new(walk: &'w Walk<'w>, from: i64) -> Self {
        let positions = walk.since(from);
        let numbers: HashMap<usize, usize> = positions
            .iter()
            .enumerate()
            .map(|(number, position)| (*position, number))
            .collect();
        let inside = |parent: &Option<usize>| parent.and_then(|at| numbers.get(&at)).copied();
        let mut parents = Vec::with_capacity(positions.len());
        let mut first_parents = Vec::with_capacity(positions.len());
        for position in &positions {
            let all = &walk.node(*position).parents;
            first_parents.push(all.first().and_then(inside));
            parents.push(all.iter().filter_map(inside).collect());
        }
        let mut graph = Self {
            walk,
            generation: generations(&parents),
            on_mainline: vec![false; positions.len()],
            flags: vec![0; positions.len()],
            mainline: Vec::new(),
            positions,
            parents,
            first_parents,
        };
        let mut next = (!graph.positions.is_empty()).then_some(0);
        while let Some(number) = next {
            if std::mem::replace(&mut graph.on_mainline[number], true) {
                break;
            }
            graph.mainline.push(number);
            next = graph.first_parents[number];
        }
        graph
    }

    /// How many commits there are.
    pub(super) fn len(&self) -> usize {
        self.positions.len()
    }

    /// A commit by its number.
    pub(super) fn node(&self, number: usize) -> &'w Node {
        self.walk.node(self.positions[number])
    }

    /// The place of a commit in the walk, the same whatever the window.
    pub(super) fn position(&self, number: usize) -> usize {
        self.positions[number]
    }

    /// The first parent of a commit, even if it lies before the window.
    pub(super) fn parent_node(&self, number: usize, which: usize) -> Option<&'w Node> {
        let parent = self.node(number).parents.get(which).copied().flatten()?;
        Some(self.walk.node(parent))
    }

    /// The head, its first parent, and so on to the end of the window.
    pub(super) fn mainline(&self) -> &[usize] {
        &self.mainline
    }

    /// Whether a commit is one of [`Graph::mainline`].
    pub(super) fn is_on_mainline(&self, number: usize) -> bool {
        self.on_mainline[number]
    }

    /// What `merge` brought: commits of the window reachable from it and not from its first parent, without itself.
    pub(super) fn brought_by(&mut self, merge: usize) -> Vec<usize> {
        // Children come off the heap before their parents, so a commit's flags are complete when it does.
        let mut heap: BinaryHeap<(usize, Reverse<usize>)> = BinaryHeap::new();
        let mut touched = Vec::new();
        let mut open = 0_usize;
        let mut members = Vec::new();
        let mainline = self.first_parents[merge];
        let starts = self.parents[merge].clone();
        for start in starts {
            let flag = if Some(start) == mainline {
                FROM_MAINLINE
            } else {
                FROM_BRANCH
            };
            self.paint(start, flag, &mut heap, &mut touched, &mut open);
        }
        while open > 0 {
            let Some((_, Reverse(number))) = heap.pop() else {
                break;
            };
            let flags = self.flags[number];
            if flags == FROM_BRANCH {
                open -= 1;
                members.push(number);
            }
            for at in 0..self.parents[number].len() {
                let parent = self.parents[number][at];
                self.paint(parent, flags, &mut heap, &mut touched, &mut open);
            }
        }
        for number in touched {
            self.flags[number] = 0;
        }
        // Only a damaged repository, where commits are their own ancestors, reaches the merge again.
        members.retain(|number| *number != merge);
        members.sort_unstable();
        members.dedup();
        members
    }

    /// Adds a flag; `open` counts the commits on the heap that only the branch reaches.
    fn paint(
        &mut self,
        number: usize,
        flag: u8,
        heap: &mut BinaryHeap<(usize, Reverse<usize>)>,
        touched: &mut Vec<usize>,
        open: &mut usize,
    ) {
        let before = self.flags[number];
        let after = before | flag;
        if before == after {
            return;
        }
        self.flags[number] = after;
        if before == 0 {
            touched.push(number);
            heap.push((self.generation[number], Reverse(number)));
            *open += usize::from(after == FROM_BRANCH);
        } else {
            *open = open.saturating_sub(usize::from(before == FROM_BRANCH));
        }
    }
}

/// Numbers each commit so that every parent has a smaller number than its children.
fn generations(parents: &[Vec<usize>]) -> Vec<usize> {
    let mut children = vec![0_usize; parents.len()];
    for parent in parents.iter().flatten() {
        children[*parent] += 1;
    }
    let mut ready: Vec<usize> = (0..parents.len())
        .filter(|number| children[*number] == 0)
        .collect();
    let mut generation = vec![0; parents.len()];
    let mut next = parents.len();
    while let Some(number) = ready.pop() {
        generation[number] = next;
        next = next.saturating_sub(1);
        for parent in &parents[number] {
            children[*parent] -= 1;
            if children[*parent] == 0 {
                ready.push(*parent);
            }
        }
    }
    generation
}
