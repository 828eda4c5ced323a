//! Cyclomatic and cognitive complexity and nesting, from the branches found inside each function.
//!
//! Cognitive complexity follows G. A. Campbell's white paper (SonarSource) with these decisions of ours:
//! a nested function counts in the one around it, with nesting, unless that one has no structural increment of its
//! own (a factory, a decorator, a `describe` callback); then each is a unit of its own.

/// What the fold counts while a function is open. Nested functions are counted in their own.
#[derive(Clone, Debug, Default)]
pub(super) struct Measured {
    /// Decisions of the function alone.
    decisions: u32,
    /// Cognitive increments of the function alone, from nesting 0.
    cognitive: u32,
    /// How many of its increments grow with nesting.
    structural: u32,
    depth: u32,
    deepest: u32,
    /// Nested functions with the nesting at their definition.
    nested: Vec<(usize, u32)>,
}

impl Measured {
    /// A structural branch opens: an if, a loop, a catch, a conditional expression.
    pub fn enter_branch(&mut self) {
        self.decisions += 1;
        self.enter_switch();
    }

    /// A whole switch opens; its arms are the decisions.
    pub fn enter_switch(&mut self) {
        self.cognitive += 1 + self.depth;
        self.structural += 1;
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
    }

    /// The innermost structural branch ends.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// An else-if: a decision, flat.
    pub fn elif(&mut self) {
        self.decisions += 1;
        self.cognitive += 1;
    }

    /// An else, a labelled jump or a recursion: flat and no decision.
    pub fn flat(&mut self) {
        self.cognitive += 1;
    }

    /// A non-default arm of a switch.
    pub fn case(&mut self) {
        self.decisions += 1;
    }

    /// A logical operator; one that continues a run costs nothing more to read.
    pub fn logical(&mut self, continues: bool) {
        self.decisions += 1;
        if !continues {
            self.cognitive += 1;
        }
    }

    /// A function is defined here.
    pub fn nest(&mut self, function: usize) {
        self.nested.push((function, self.depth));
    }
}

/// The complexity of one function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Complexity {
    pub cyclomatic: u32,
    pub cognitive: u32,
    pub nesting: u32,
    pub absorbed_by: Option<u32>,
}

/// Settles all functions of a file, given in the order of their starts (a nested one comes after the one around it).
pub(super) fn settle(measured: &[Measured]) -> Vec<Complexity> {
    // Bottom up: what each function weighs with everything inside it.
    let mut totals = vec![(0u32, 0u32); measured.len()];
    for (index, function) in measured.iter().enumerate().rev() {
        let mut total = (function.cognitive, function.structural);
        for &(nested, depth) in &function.nested {
            let (cognitive, structural) = totals[nested];
            total.0 = total
                .0
                .saturating_add(cognitive)
                .saturating_add(structural.saturating_mul(depth + 1));
            total.1 = total.1.saturating_add(structural);
        }
        totals[index] = total;
    }
    // Top down: who counts whom.
    let mut settled: Vec<Complexity> = measured
        .iter()
        .zip(&totals)
        .map(|(function, total)| Complexity {
            cyclomatic: 1 + function.decisions,
            cognitive: if function.structural > 0 {
                total.0
            } else {
                function.cognitive
            },
            nesting: function.deepest,
            absorbed_by: None,
        })
        .collect();
    for (index, function) in measured.iter().enumerate() {
        let absorber = match settled[index].absorbed_by {
            Some(absorber) => Some(absorber),
            None if function.structural > 0 => Some(index as u32),
            None => None,
        };
        if absorber.is_some() {
            for &(nested, _) in &function.nested {
                settled[nested].absorbed_by = absorber;
            }
        }
    }
    settled
}

#[cfg(test)]
mod tests {
    use super::{Measured, settle};

    #[test]
    fn a_nested_function_counts_in_the_branching_one_around_it() {
        let mut outer = Measured::default();
        outer.enter_branch();
        outer.nest(1);
        outer.leave();
        let mut inner = Measured::default();
        inner.enter_branch();
        inner.logical(false);
        let settled = settle(&[outer, inner]);
        // 1 for the outer branch; the inner one stands two levels deep (3); the operator is flat (1).
        assert_eq!(settled[0].cognitive, 5);
        assert_eq!(settled[1].absorbed_by, Some(0));
        assert_eq!(settled[1].cyclomatic, 3);
    }

    #[test]
    fn a_factory_leaves_its_inner_function_alone() {
        let mut outer = Measured::default();
        outer.logical(false);
        outer.nest(1);
        let mut inner = Measured::default();
        inner.enter_branch();
        inner.nest(2);
        let mut innermost = Measured::default();
        innermost.enter_branch();
        let settled = settle(&[outer, inner, innermost]);
        assert_eq!(settled[0].cognitive, 1);
        assert_eq!(settled[1].absorbed_by, None);
        // 1, and 3 for the branch two levels deep.
        assert_eq!(settled[1].cognitive, 4);
        assert_eq!(settled[2].absorbed_by, Some(1));
    }
}
