//! The commits of one window as a graph: who is on the mainline, and what a merge brought.

use std::collections::HashMap;

use super::hash::WordHash;
use super::walk::{Node, Walk};

const FROM_MAINLINE: u8 = 1;
const FROM_BRANCH: u8 = 2;
/// Painted, and its parents not yet.
const PENDING: u8 = 4;

/// Commits of a window, numbered from 0, newest first.
pub(super) struct Graph<'w> {
    walk: &'w Walk<'w>,
    positions: Vec<usize>,
    /// Parents inside the window, in the order of the header.
    parents: Vec<Vec<usize>>,
    /// The first parent, if it lies inside the window.
    first_parents: Vec<Option<usize>>,
    /// A place for each commit, higher for a child than for each of its parents.
    places: Vec<usize>,
    /// The commit at each place.
    commits: Vec<usize>,
    mainline: Vec<usize>,
    on_mainline: Vec<bool>,
    paint: Paint,
}

/// What [`Graph::brought_by`] marks, cleared after each merge.
#[derive(Default)]
struct Paint {
    /// By place, so that the next pending commit is found by looking downward.
    flags: Vec<u8>,
    /// Places with flags.
    touched: Vec<usize>,
    /// How many pending ones only the branch reaches.
    open: usize,
}

impl<'w> Graph<'w> {
    /// The part of `walk` that is not older than `from`.
    pub(super) fn new(walk: &'w Walk<'w>, from: i64) -> Self {
        let positions = walk.since(from);
        let numbers: HashMap<usize, usize, WordHash> = positions
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
        let commits = topological(&parents);
        let mut places = vec![0; positions.len()];
        for (place, number) in commits.iter().enumerate() {
            places[*number] = place;
        }
        let mut graph = Self {
            walk,
            places,
            commits,
            on_mainline: vec![false; positions.len()],
            paint: Paint {
                flags: vec![0; positions.len()],
                ..Paint::default()
            },
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
        let Self {
            parents,
            places,
            commits,
            paint,
            ..
        } = self;
        let mut members = Vec::new();
        let mainline = self.first_parents[merge];
        // Everything at this place and above is done.
        let mut done = 0;
        for start in &parents[merge] {
            let flag = if Some(*start) == mainline {
                FROM_MAINLINE
            } else {
                FROM_BRANCH
            };
            paint.add(places[*start], flag);
            done = done.max(places[*start] + 1);
        }
        // Children lie above their parents, so a commit's flags are complete when it is met.
        while paint.open > 0 {
            let Some(place) = paint.next(done) else {
                break;
            };
            done = place;
            let (number, flags) = (commits[done], paint.flags[done] & !PENDING);
            paint.flags[done] = flags;
            if flags == FROM_BRANCH {
                paint.open -= 1;
                members.push(number);
            }
            for parent in &parents[number] {
                let place = places[*parent];
                paint.add(place, flags);
                // Above its child it lies only where commits are their own ancestors.
                done = done.max(place + 1);
            }
        }
        paint.clear();
        // Only a damaged repository, where commits are their own ancestors, reaches the merge again.
        members.retain(|number| *number != merge);
        members.sort_unstable();
        members.dedup();
        members
    }
}

impl Paint {
    fn add(&mut self, place: usize, flag: u8) {
        let before = self.flags[place];
        let after = before | flag;
        if before == after {
            return;
        }
        if before == 0 {
            self.touched.push(place);
            self.flags[place] = after | PENDING;
            self.open += usize::from(after == FROM_BRANCH);
        } else {
            self.flags[place] = after;
            let was_open = before == FROM_BRANCH | PENDING;
            self.open = self.open.saturating_sub(usize::from(was_open));
        }
    }

    /// The highest pending place below `done`.
    fn next(&self, done: usize) -> Option<usize> {
        memchr::memrchr3(
            PENDING | FROM_MAINLINE,
            PENDING | FROM_BRANCH,
            PENDING | FROM_MAINLINE | FROM_BRANCH,
            &self.flags[..done],
        )
    }

    fn clear(&mut self) {
        for place in self.touched.drain(..) {
            self.flags[place] = 0;
        }
        self.open = 0;
    }
}

/// All commits, every parent before its children. Those that are their own ancestors come first, in any order.
fn topological(parents: &[Vec<usize>]) -> Vec<usize> {
    let mut children = vec![0_usize; parents.len()];
    for parent in parents.iter().flatten() {
        children[*parent] += 1;
    }
    let mut ready: Vec<usize> = (0..parents.len())
        .filter(|number| children[*number] == 0)
        .collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(number) = ready.pop() {
        order.push(number);
        for parent in &parents[number] {
            children[*parent] -= 1;
            if children[*parent] == 0 {
                ready.push(*parent);
            }
        }
    }
    order.extend((0..parents.len()).filter(|number| children[*number] > 0));
    order.reverse();
    order
}
