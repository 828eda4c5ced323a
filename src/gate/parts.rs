//! Why the score moved: a difference in four parts that add up.
//!
//! One input after the other is exchanged, from the base to the head: what the components drawn from history and imported
//! data say, then the code that is on both sides, then what came and went, then the definition. Each part is the
//! difference of two scores in the same unit, rounded down before they are subtracted, so that the parts add up exactly.

use crate::definition::Decimal;
use crate::evaluation::{Bounds, Evaluation, Outcome, Score};

use super::Side;
use super::transition::{Move, Transitions};

/// Units of a point in which parts are told: ten thousandths.
pub const UNITS: u32 = 10_000;

/// Scores of both sides and the parts of their difference.
#[derive(Clone, Debug)]
pub struct Parts {
    /// At the base, under the base's definition; none where nothing that counts is known.
    pub base: Option<Score>,
    /// At the head, under the definition that holds there.
    pub head: Option<Score>,
    /// The base with the head's history and imported data: what the change itself began with.
    pub with_data: Option<Score>,
    /// The head under the base's definition.
    pub head_under_base: Option<Score>,
    /// Between what that could be, had everything been judged that was lost.
    pub bounds: Option<Bounds>,
    /// What history and imported data moved, in ten thousandths of a point.
    pub data: i64,
    /// What subjects that are on both sides moved.
    pub code: i64,
    /// What subjects that came and went moved.
    pub population: i64,
    /// What the change of the definition moved.
    pub definition: i64,
}

impl Parts {
    /// The difference, in ten thousandths of a point; none without two scores.
    pub fn total(&self) -> Option<i64> {
        self.base.as_ref()?;
        self.head.as_ref()?;
        Some(self.data + self.code + self.population + self.definition)
    }
}

/// The scores of components on the way from base to head.
pub(super) struct Way<'a> {
    base: &'a Evaluation,
    head: &'a Evaluation,
    /// Components a pull request cannot move by its code.
    is_data: Vec<bool>,
}

impl<'a> Way<'a> {
    pub(super) fn new(base: Side<'a>, head: Side<'a>) -> Self {
        let is_data = head
            .evaluation
            .components
            .iter()
            .map(|evaluated| evaluated.component.measure.is_drawn_from_history())
            .collect();
        Self {
            base: base.evaluation,
            head: head.evaluation,
            is_data,
        }
    }

    /// The parts of the difference; `under_head` is the head under its own definition, if that is another one.
    pub(super) fn parts(
        &self,
        transitions: &[Option<Transitions>],
        under_head: Option<&Evaluation>,
    ) -> Parts {
        let before = |at: usize| self.base.repository.outcomes.get(at).cloned();
        let after = |at: usize| self.head.repository.outcomes.get(at).cloned();
        let kept = |at: usize| {
            let kept = transitions.get(at)?.as_ref()?.kept;
            self.head.outcome_of(at, kept.0, kept.1, kept.2)
        };
        let data = |at: usize| {
            if self.is_data[at] {
                after(at)
            } else {
                before(at)
            }
        };
        let code = |at: usize| {
            if self.is_data[at] {
                after(at)
            } else {
                kept(at)
            }
        };
        let base = self.score(&before);
        let head = self.score(&after);
        let mut last = units(base.as_ref());
        let mut step = |score: Option<&Score>| {
            let now = units(score);
            let moved = now - last;
            last = now;
            moved
        };
        let with_data = self.score(&data);
        let head_under_base = head.clone();
        let data = step(with_data.as_ref());
        let code = step(self.score(&code).as_ref());
        let population = step(head.as_ref());
        let head = match under_head {
            Some(evaluation) => evaluation.repository.score.clone(),
            None => head,
        };
        let definition = step(head.as_ref());
        Parts {
            base,
            head,
            with_data,
            head_under_base,
            bounds: self.head.repository.bounds.clone(),
            data,
            code,
            population,
            definition,
        }
    }

    /// What one subject moved: the difference to a head in which it is still what it was, in millionths of a point.
    pub(super) fn effect(&self, position: usize, subject: &Move) -> i64 {
        let Some(now) = self.head.repository.outcomes.get(position) else {
            return 0;
        };
        let (good, of) = subject.after.unwrap_or_default();
        let (good_before, of_before) = subject.before.unwrap_or_default();
        let counted = |of: u64| u64::from(of > 0);
        let without = self.head.outcome_of(
            position,
            (now.good + good_before).saturating_sub(good),
            (now.of + of_before).saturating_sub(of),
            (now.subjects + counted(of_before)).saturating_sub(counted(of)),
        );
        let outcome = |at: usize| {
            if at == position {
                without.clone()
            } else {
                self.head.repository.outcomes.get(at).cloned()
            }
        };
        let fine = |score: Option<&Score>| {
            score.map_or(0, |score| {
                i64::try_from(score.floor_hundred(1_000_000)).unwrap_or(i64::MAX)
            })
        };
        fine(self.head.repository.score.as_ref()) - fine(self.score(&outcome).as_ref())
    }

    fn score(&self, outcome: &impl Fn(usize) -> Option<Outcome>) -> Option<Score> {
        let scores: Vec<(Score, Decimal)> = self
            .head
            .components
            .iter()
            .enumerate()
            .filter_map(|(at, evaluated)| Some((outcome(at)?.score?, evaluated.component.weight)))
            .collect();
        Score::mean(scores.iter().map(|(score, weight)| (score, *weight)))
    }
}

/// A score in ten thousandths of a point, rounded down; 0 without one.
pub fn units(score: Option<&Score>) -> i64 {
    score.map_or(0, |score| {
        i64::try_from(score.floor_hundred(UNITS)).unwrap_or(i64::MAX)
    })
}
