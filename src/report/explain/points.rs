//! The arithmetic of a score: what each component contributes, so that the parts add up to what is printed.

use crate::evaluation::{Scope, Score};
use crate::report::Row;

/// What each row contributes to the score of a scope, in units of `1 ÷ parts` points: together exactly the score as it
/// is printed with that many parts. What rounding leaves goes to those that lost most by it, the first of them first.
pub(super) fn contributions(rows: &[Row], scope: &Scope, parts: u32) -> Vec<Option<u64>> {
    /// As fine as words allow.
    const FINE: u32 = 1_000_000_000;
    let Some(score) = &scope.score else {
        return vec![None; rows.len()];
    };
    let weights = || {
        let known = rows.iter().zip(&scope.outcomes);
        known.map(|(row, outcome)| {
            let weight = u128::try_from(row.component.weight.millionths()).unwrap_or(0);
            outcome.score.as_ref().map(|score| (score, weight))
        })
    };
    let all: u128 = weights().flatten().map(|(_, weight)| weight).sum();
    let fine: Vec<Option<u128>> = weights()
        .map(|known| {
            let (score, weight) = known?;
            Some(u128::from(score.floor_hundred(FINE)) * weight / all.max(1))
        })
        .collect();
    let each = u128::from(FINE / parts);
    let mut rounded: Vec<Option<u64>> = fine
        .iter()
        .map(|fine| Some(u64::try_from((*fine)? / each).unwrap_or(0)))
        .collect();
    let printed = Score::floor_hundred(score, parts);
    let missing = printed.saturating_sub(rounded.iter().flatten().sum());
    let mut by_loss: Vec<(u128, usize)> = fine
        .iter()
        .enumerate()
        .filter_map(|(position, fine)| Some(((*fine)? % each, position)))
        .collect();
    by_loss.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    for (_, position) in by_loss.iter().take(usize::try_from(missing).unwrap_or(0)) {
        if let Some(Some(part)) = rounded.get_mut(*position) {
            *part += 1;
        }
    }
    rounded
}
