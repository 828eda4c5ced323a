//! First goals: the components with the most points to gain, in what there is to do.

use crate::definition::Component;
use crate::evaluation::{Evaluation, Forecast, ScopeKind, Score, worst};
use crate::measures;

/// Files that are named with a goal.
const NAMED: usize = 2;

/// What to do first.
#[derive(Clone, Debug)]
pub struct Goal<'a> {
    /// The component.
    pub component: &'a Component,
    /// How much has to become good until the component is at its target.
    pub needed: u64,
    /// What that is, plural: "files without a test".
    pub unit: &'static str,
    /// The score of the whole with this component at its target.
    pub score: Score,
    /// The files with the largest gaps, and those gaps.
    pub worst: Vec<(&'a [u8], u64)>,
}

/// The goals worth most, best first. What only time can change, such as the history of changes, is none.
pub fn goals(evaluation: &Evaluation, most: usize) -> Vec<Goal<'_>> {
    let Some(now) = &evaluation.repository.score else {
        return Vec::new();
    };
    let outcomes = &evaluation.repository.outcomes;
    let forecast = Forecast::new(evaluation, &evaluation.repository);
    let mut goals: Vec<Goal> = Vec::new();
    for (position, (row, outcome)) in evaluation.components.iter().zip(outcomes).enumerate() {
        let component = &row.component;
        if component.measure.is_drawn_from_history() {
            continue;
        }
        let Some(score) = forecast.complete(position) else {
            continue;
        };
        if score == *now {
            continue;
        }
        goals.push(Goal {
            component,
            needed: outcome.to_go(component.target),
            unit: measures::about(&component.measure).gap,
            score,
            worst: worst_files(evaluation, position),
        });
    }
    // Equal gains stay in the order of the definition.
    goals.sort_by_key(|goal| std::cmp::Reverse(goal.score.floor_hundred(1_000_000)));
    goals.truncate(most);
    goals
}

fn worst_files(evaluation: &Evaluation, position: usize) -> Vec<(&[u8], u64)> {
    let files = evaluation.scopes.iter();
    let files = files.filter(|scope| scope.kind == ScopeKind::File);
    let mut worst = worst(files, position);
    worst.truncate(NAMED);
    worst
}

#[cfg(test)]
mod tests {
    use super::goals;
    use crate::definition::Definition;
    use crate::evaluation::evaluate;
    use crate::measures::testing::codebase;

    #[test]
    fn the_first_goal_gains_most_and_names_where() {
        let codebase = codebase(
            "//- a.py\ndef f(x, y, z): return x\n//- b.py\ndef g(x: int) -> int: return x\n",
        );
        let evaluation = evaluate(&Definition::builtin(), &codebase, 1);
        let goals = goals(&evaluation, 3);
        assert!(goals.len() <= 3);
        assert!(
            goals
                .windows(2)
                .all(|two| { two[0].score.floor_hundred(100) >= two[1].score.floor_hundred(100) })
        );
        let typed = goals
            .iter()
            .find(|goal| goal.component.id == "typed-code")
            .unwrap();
        assert_eq!(typed.worst[0].0, b"a.py");
        assert!(typed.needed > 0);
    }
}
