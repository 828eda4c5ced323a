//! Forecasts: the score a scope would have if more of it were good. The same arithmetic as an evaluation's, so what is
//! promised is what another evaluation gives.

use super::score::Bars;
use super::{Evaluation, Scope, Score};

/// Points are compared in parts of this many: fine enough to tell any two fixes apart, coarse enough for machine words.
const FINE: u128 = 1_000_000_000_000;

/// What more good readings are worth in one scope.
pub struct Forecast<'a> {
    evaluation: &'a Evaluation,
    scope: &'a Scope,
    /// By component; none where it has no number here, or no weight.
    rows: Vec<Option<Counted>>,
    /// Of all that is known here.
    weights: u128,
}

struct Counted {
    bars: Bars,
    weight: u128,
}

impl<'a> Forecast<'a> {
    /// Forecasts for a scope of an evaluation.
    pub fn new(evaluation: &'a Evaluation, scope: &'a Scope) -> Self {
        let rows = evaluation.components.iter().zip(&scope.outcomes);
        let rows: Vec<Option<Counted>> = rows
            .map(|(evaluated, outcome)| {
                outcome.score.as_ref()?;
                let component = &evaluated.component;
                let weight = u128::try_from(component.weight.millionths()).unwrap_or(0);
                let bars = Bars::new(component.target, component.floor)?;
                (weight > 0).then_some(Counted { bars, weight })
            })
            .collect();
        Self {
            weights: rows.iter().flatten().map(|row| row.weight).sum(),
            evaluation,
            scope,
            rows,
        }
    }

    /// The scope.
    pub fn scope(&self) -> &'a Scope {
        self.scope
    }

    /// Whether a component has a say in the score here.
    pub fn counts(&self, position: usize) -> bool {
        self.rows.get(position).is_some_and(Option::is_some)
    }

    /// What so much more good of a component adds to the score, in trillionths of a hundred points, rounded down.
    pub fn gain(&self, position: usize, more: u64) -> u128 {
        let found = self.rows.get(position).and_then(Option::as_ref);
        let outcome = self.scope.outcomes.get(position);
        let Some((row, outcome)) = found.zip(outcome) else {
            return 0;
        };
        let good = outcome.good;
        let before = row.bars.parts(good, outcome.of, FINE);
        let after = row.bars.parts(good.saturating_add(more), outcome.of, FINE);
        after.saturating_sub(before) * row.weight / self.weights.max(1)
    }

    /// The same, were there neither floor nor target: how far a share below the floor comes with it.
    pub fn slope(&self, position: usize, more: u64) -> u128 {
        let found = self.rows.get(position).and_then(Option::as_ref);
        let outcome = self.scope.outcomes.get(position);
        let Some((row, outcome)) = found.zip(outcome) else {
            return 0;
        };
        row.bars.slope(more, outcome.of, FINE) * row.weight / self.weights.max(1)
    }

    /// The score of the scope if nothing of a component were missing; none without a number of it.
    pub fn complete(&self, position: usize) -> Option<Score> {
        let outcome = self.scope.outcomes.get(position)?;
        outcome.score.as_ref()?;
        let mut more = vec![0; self.scope.outcomes.len()];
        if let Some(more) = more.get_mut(position) {
            *more = outcome.gap();
        }
        self.score(&more)
    }

    /// The score of the scope if so much more were good: a number for each component. None where there is no score.
    pub fn score(&self, more: &[u64]) -> Option<Score> {
        let outcomes = self.scope.outcomes.iter().enumerate();
        let scores: Vec<(Score, _)> = outcomes
            .filter_map(|(position, outcome)| {
                let component = &self.evaluation.components.get(position)?.component;
                let now = outcome.score.clone()?;
                let more = more.get(position).copied().unwrap_or(0);
                let good = outcome.good.saturating_add(more).min(outcome.of);
                let score = match more {
                    0 => now,
                    _ => Score::of_share(good, outcome.of, component.target, component.floor)?,
                };
                Some((score, component.weight))
            })
            .collect();
        Score::mean(scores.iter().map(|(score, weight)| (score, *weight)))
    }
}
