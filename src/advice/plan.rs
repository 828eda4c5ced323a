//! Plans: which fixes come first, and the shortest list of them that reaches a score.

use std::cmp::Reverse;

use super::fixes::Fix;
use super::golden::{Example, Golden};
use crate::codebase::Codebase;
use crate::codebase::maps::Map;
use crate::definition::Decimal;
use crate::evaluation::{Evaluation, Forecast, Score};
use crate::measures;

/// Most fixes of a list that is proved to be the shortest: the proof takes the square of this.
const PROVED: usize = 2_000;

/// Fixes in the order to do them, with what each is worth.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The score before.
    pub now: Score,
    /// What comes first, first.
    pub steps: Vec<Step>,
    /// How many fixes there were to choose from.
    pub fixes: usize,
    /// The score with all of them done.
    pub best: Score,
}

/// A fix of a plan.
#[derive(Clone, Debug)]
pub struct Step {
    /// The work.
    pub fix: Fix,
    /// The score with this fix alone.
    pub alone: Score,
    /// The score with this fix and all before it.
    pub together: Score,
    /// For each of its readings what there is to do, if that can be said.
    pub reasons: Vec<Option<String>>,
    /// Something that passes, to be imitated.
    pub example: Option<Example>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The first so many.
    First(usize),
    /// As few as lead to this score, 0 to 100.
    Until(Decimal),
}

/// Chooses among fixes and puts them in order: those that gain most in a sitting first; among those within a factor of
/// two of one another, those in files that are changed most, then those somebody answers for. None where the scope has
/// no score.
pub fn plan(
    codebase: &Codebase,
    evaluation: &Evaluation,
    forecast: &Forecast,
    fixes: Vec<Fix>,
    wish: Wish,
) -> Option<Plan> {
    let now = forecast.scope().score.clone()?;
    let fixes: Vec<Fix> = fixes
        .into_iter()
        .filter(|fix| forecast.counts(fix.component))
        .collect();
    let best = forecast.score(&sum(evaluation, &fixes))?;
    let count = fixes.len();
    let chosen = match wish {
        Wish::First(most) => {
            let mut ordered = ordered(codebase, evaluation, forecast, fixes);
            ordered.truncate(most);
            ordered
        }
        Wish::Until(bar) => {
            let fewest = fewest(evaluation, forecast, fixes, bar);
            ordered(codebase, evaluation, forecast, fewest)
        }
    };
    let mut steps = Vec::with_capacity(chosen.len());
    let mut so_far = nothing(evaluation);
    let mut examples: Map<usize, Golden> = Map::default();
    for fix in chosen {
        let mut alone = nothing(evaluation);
        fix.add(evaluation, &mut alone);
        fix.add(evaluation, &mut so_far);
        let component = &evaluation.components.get(fix.component)?.component;
        let readings = evaluation.readings(fix.component);
        let readings = fix.readings.iter().filter_map(|at| readings.get(*at));
        let first = readings.clone().max_by_key(|reading| reading.gap())?;
        let golden = examples
            .entry(fix.component)
            .or_insert_with(|| Golden::new(codebase, evaluation, fix.component));
        steps.push(Step {
            alone: forecast.score(&alone)?,
            together: forecast.score(&so_far)?,
            reasons: readings
                .map(|reading| measures::explain(codebase, component, reading))
                .collect(),
            example: golden.nearest(first.subject),
            fix,
        });
    }
    Some(Plan {
        now,
        steps,
        fixes: count,
        best,
    })
}

fn nothing(evaluation: &Evaluation) -> Vec<u64> {
    vec![0; evaluation.components.len()]
}

fn sum(evaluation: &Evaluation, fixes: &[Fix]) -> Vec<u64> {
    let mut more = nothing(evaluation);
    for fix in fixes {
        fix.add(evaluation, &mut more);
    }
    more
}

/// What one fix alone adds to the score, in fine parts.
fn gain(evaluation: &Evaluation, forecast: &Forecast, fix: &Fix) -> u128 {
    gain_of(forecast, &sum(evaluation, std::slice::from_ref(fix)))
}

/// What so much more good adds to the score, in fine parts. Components add up: each has its own share of the weight.
fn gain_of(forecast: &Forecast, more: &[u64]) -> u128 {
    let more = more.iter().enumerate().filter(|(_, more)| **more > 0);
    let gains = more.map(|(position, more)| forecast.gain(position, *more));
    gains.sum()
}

fn ordered(
    codebase: &Codebase,
    evaluation: &Evaluation,
    forecast: &Forecast,
    fixes: Vec<Fix>,
) -> Vec<Fix> {
    let mut gained: Vec<(u128, Fix)> = fixes
        .into_iter()
        .map(|fix| {
            let gain = gain(evaluation, forecast, &fix);
            (gain / u128::from(fix.sittings.max(1)), fix)
        })
        .collect();
    // Files are numbered in the order of their paths, and fixes of one file come in source order.
    gained.sort_by(|(one_gain, one), (other_gain, other)| {
        let key = |gain: &u128, fix: &Fix| {
            let factor = Reverse(gain.checked_ilog2());
            let care = (Reverse(fix.touches), Reverse(fix.owned));
            (factor, care, Reverse(*gain), fix.component)
        };
        let keys = key(one_gain, one).cmp(&key(other_gain, other));
        let paths = || {
            codebase
                .file(one.file)
                .path
                .cmp(&codebase.file(other.file).path)
        };
        keys.then_with(paths)
            .then_with(|| one.readings.cmp(&other.readings))
    });
    gained.into_iter().map(|(_, fix)| fix).collect()
}

/// As few fixes as lead to a score, or all that gain anything where none do.
///
/// Components do not disturb one another, and within one of them the largest gaps go first. So what remains to be found
/// is how many fixes to take of each, which is solved exactly; where a fix serves two components at once, those that
/// gain most alone go first.
fn fewest(evaluation: &Evaluation, forecast: &Forecast, fixes: Vec<Fix>, bar: Decimal) -> Vec<Fix> {
    let reaches = |fixes: &[Fix]| {
        let score = forecast.score(&sum(evaluation, fixes));
        score.is_some_and(|score| !score.is_below(bar))
    };
    if reaches(&[]) {
        return Vec::new();
    }
    let mut families: Vec<Family> = Vec::new();
    for fix in fixes {
        match families.iter_mut().find(|family| family.takes(&fix)) {
            Some(family) => family.fixes.push(fix),
            None => families.push(Family::of(fix)),
        }
    }
    for family in &mut families {
        family.arrange(evaluation, forecast);
    }
    let chosen = choose(&families, |counts| reaches(&taken(&families, counts)));
    taken(&families, &chosen)
}

/// The first so many of each family.
fn taken(families: &[Family], counts: &[usize]) -> Vec<Fix> {
    let each = families.iter().zip(counts);
    each.flat_map(|(family, count)| family.fixes.iter().take(*count))
        .cloned()
        .collect()
}

/// Fixes that raise the same components, what gains most first.
struct Family {
    components: Vec<usize>,
    fixes: Vec<Fix>,
    /// What the first so many gain together, in fine parts; one more than there are fixes.
    gains: Vec<u128>,
}

impl Family {
    fn of(fix: Fix) -> Self {
        let also = fix.also.iter().map(|(component, _)| *component);
        let mut components: Vec<usize> = also.chain([fix.component]).collect();
        components.sort_unstable();
        components.dedup();
        Self {
            components,
            fixes: vec![fix],
            gains: Vec::new(),
        }
    }

    /// Whether a fix raises a component this family raises. Where the same component is raised by two kinds of fixes,
    /// they are one family.
    fn takes(&self, fix: &Fix) -> bool {
        let also = fix.also.iter().map(|(component, _)| component);
        also.chain([&fix.component])
            .any(|component| self.components.contains(component))
    }

    fn arrange(&mut self, evaluation: &Evaluation, forecast: &Forecast) {
        let size = |fix: &Fix| {
            let more = sum(evaluation, std::slice::from_ref(fix));
            let weighed = more.iter().enumerate().filter(|(_, more)| **more > 0);
            // By what it gains, and where a floor hides that, by how much it mends.
            let weighed = weighed.map(|(position, more)| forecast.slope(position, *more));
            weighed.sum::<u128>()
        };
        self.fixes.sort_by_cached_key(|fix| Reverse(size(fix)));
        let mut more = nothing(evaluation);
        self.gains = vec![0];
        for fix in &self.fixes {
            fix.add(evaluation, &mut more);
            self.gains.push(gain_of(forecast, &more));
        }
    }
}

/// How many fixes of each family are fewest in all. `reaches` tells exactly what the gains tell to a trillionth.
fn choose(families: &[Family], reaches: impl Fn(&[usize]) -> bool) -> Vec<usize> {
    let all: Vec<usize> = families.iter().map(|family| family.fixes.len()).collect();
    if !reaches(&all) {
        // What changes nothing is no advice.
        let last = |family: &Family| {
            let most = family.gains.last();
            family.gains.iter().position(|gain| Some(gain) == most)
        };
        return families
            .iter()
            .map(|family| last(family).unwrap_or(0))
            .collect();
    }
    let most = all.iter().sum::<usize>().min(PROVED);
    // The most that any choice of so many fixes gains, family after family, and how many that takes of the last.
    let mut best: Vec<u128> = vec![0; most + 1];
    let mut counts: Vec<Vec<usize>> = Vec::with_capacity(families.len());
    for family in families {
        let mut next = vec![0u128; most + 1];
        let mut taken = vec![0usize; most + 1];
        for total in 0..=most {
            for own in 0..=family.fixes.len().min(total) {
                let gain = best[total - own] + family.gains[own];
                if gain > next[total] {
                    (next[total], taken[total]) = (gain, own);
                }
            }
        }
        best = next;
        counts.push(taken);
    }
    let choice = |mut total: usize| -> Vec<usize> {
        let mut chosen = vec![0; families.len()];
        for (family, taken) in counts.iter().enumerate().rev() {
            chosen[family] = taken[total];
            total -= taken[total];
        }
        chosen
    };
    let (mut low, mut high) = (0, most);
    if !reaches(&choice(high)) {
        // Longer than any list somebody works through: the first of each by turns will do.
        high = all.iter().copied().max().unwrap_or(0);
        let turns = |most: usize| all.iter().map(|all| (*all).min(most)).collect::<Vec<_>>();
        while low < high {
            let middle = low.midpoint(high);
            match reaches(&turns(middle)) {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        return turns(low);
    }
    while low < high {
        let middle = low.midpoint(high);
        if reaches(&choice(middle)) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    choice(low)
}
