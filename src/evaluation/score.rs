//! Scores: exact fractions. They are kept in machine words where they fit and in arbitrary precision where they do not.

use num_bigint::BigUint;

use crate::definition::Decimal;

/// A score from 0 to 100 as an exact fraction of 0 to 1.
#[derive(Clone, Debug)]
pub struct Score(Fraction);

#[derive(Clone, Debug)]
enum Fraction {
    /// Numerator and denominator.
    Small(u128, u128),
    /// The same, too large for machine words.
    Large(Box<(BigUint, BigUint)>),
}

/// The bars between which shares become scores, in lowest terms: small numbers keep means of them in machine words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bars {
    scale: u64,
    floor: u64,
    span: u64,
}

impl Bars {
    /// None where the bars make no sense.
    pub(super) fn new(target: Decimal, floor: Decimal) -> Option<Self> {
        let target = u64::try_from(target.millionths()).ok()?;
        let floor = u64::try_from(floor.millionths()).ok()?;
        let span = target.checked_sub(floor).filter(|span| *span > 0)?;
        let scale = Decimal::SCALE as u64;
        let common = greatest_common_divisor(greatest_common_divisor(scale, span), floor);
        Some(Self {
            scale: scale / common,
            floor: floor / common,
            span: span / common,
        })
    }

    /// The score of a share in so many parts, rounded down. For comparing: where a word is too small it is the largest.
    pub(super) fn parts(&self, good: u64, of: u64, parts: u128) -> u128 {
        let product = |count: u64, factor: u64| u128::from(count) * u128::from(factor);
        let above = product(good.min(of), self.scale).saturating_sub(product(of, self.floor));
        let span = product(of, self.span);
        match above.checked_mul(parts) {
            _ if span == 0 => 0,
            _ if above >= span => parts,
            Some(scaled) => scaled / span,
            None => parts.saturating_sub(1),
        }
    }

    /// How much of the way from floor to target so much good is, in so many parts, rounded down.
    pub(super) fn slope(&self, good: u64, of: u64, parts: u128) -> u128 {
        let product = |count: u64, factor: u64| u128::from(count) * u128::from(factor);
        let whole = product(of, self.span).max(1);
        let part = product(good, self.scale).min(whole);
        part.checked_mul(parts).map_or(parts, |part| part / whole)
    }

    /// The score of a share; none where nothing was judged.
    pub(super) fn score(&self, good: u64, of: u64) -> Option<Score> {
        if of == 0 || good > of {
            return None;
        }
        let product = |count: u64, factor: u64| u128::from(count) * u128::from(factor);
        // (good/of − floor) ÷ (target − floor), all multiplied by of and by the scale of decimals.
        let above = product(good, self.scale).saturating_sub(product(of, self.floor));
        let span = product(of, self.span);
        Some(Score(if above == 0 {
            Fraction::Small(0, 1)
        } else if above >= span {
            Fraction::Small(1, 1)
        } else {
            Fraction::Small(above, span)
        }))
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        let (numerator, denominator) = self.large();
        let (other_numerator, other_denominator) = other.large();
        numerator * other_denominator == other_numerator * denominator
    }
}

impl Score {
    /// The score of a share between floor and target; none where nothing was judged or the bars make no sense.
    pub fn of_share(good: u64, of: u64, target: Decimal, floor: Decimal) -> Option<Self> {
        Bars::new(target, floor)?.score(good, of)
    }

    /// The weighted mean; none without weight.
    pub fn mean<'a>(scores: impl Iterator<Item = (&'a Self, Decimal)> + Clone) -> Option<Self> {
        let weighted = || {
            scores.clone().map(|(score, weight)| {
                let weight = u64::try_from(weight.millionths()).unwrap_or(0);
                (score, weight)
            })
        };
        let weights: u64 = weighted().map(|(_, weight)| weight).sum();
        if weights == 0 {
            return None;
        }
        if let Some(small) = small_mean(weighted(), weights) {
            return Some(small);
        }
        let mut numerator = BigUint::ZERO;
        let mut denominator = BigUint::from(1u8);
        for (score, weight) in weighted() {
            let (own, whole) = score.large();
            numerator = numerator * &whole + own * &denominator * weight;
            denominator *= whole;
        }
        let large = Box::new((numerator, denominator * weights));
        Some(Self(Fraction::Large(large)))
    }

    /// Whether it is below a bar of 0 to 100, compared exactly.
    pub fn is_below(&self, bar: Decimal) -> bool {
        let bar = bar.millionths().max(0) as u64;
        let (numerator, denominator) = self.large();
        numerator * (100 * Decimal::SCALE as u64) < denominator * bar
    }

    /// Whether it is below another score by more than so many points, compared exactly.
    pub fn is_below_by(&self, other: &Self, points: Decimal) -> bool {
        let points = points.millionths().max(0) as u64;
        let hundred = 100 * Decimal::SCALE as u64;
        let ((own, whole), (others, other_whole)) = (self.large(), other.large());
        own * &other_whole * hundred + &whole * &other_whole * points < others * whole * hundred
    }

    /// How far it lies above another score, in units of `1 ÷ parts` points, rounded down; 0 where it does not.
    pub fn points_above(&self, other: &Self, parts: u32) -> u64 {
        let ((own, whole), (others, other_whole)) = (self.large(), other.large());
        let (higher, lower) = (own * &other_whole, others * &whole);
        if higher <= lower {
            return 0;
        }
        let hundred = 100 * u64::from(parts);
        u64::try_from((higher - lower) * hundred / (whole * other_whole)).unwrap_or(0)
    }

    /// 0 to 100 in units of `1 ÷ parts`, rounded down: no printed number crosses a bar.
    pub fn floor_hundred(&self, parts: u32) -> u64 {
        let whole = 100 * u64::from(parts);
        if let Fraction::Small(numerator, denominator) = self.0
            && let Some(scaled) = numerator.checked_mul(whole.into())
        {
            return u64::try_from(scaled / denominator).unwrap_or(0);
        }
        let (numerator, denominator) = self.large();
        u64::try_from(numerator * whole / denominator).unwrap_or(0)
    }

    /// Numerator and denominator in arbitrary precision.
    fn large(&self) -> (BigUint, BigUint) {
        match &self.0 {
            Fraction::Small(numerator, denominator) => ((*numerator).into(), (*denominator).into()),
            Fraction::Large(fraction) => (**fraction).clone(),
        }
    }
}

/// The weighted mean, if it fits in machine words on the way.
fn small_mean<'a>(scores: impl Iterator<Item = (&'a Score, u64)>, weights: u64) -> Option<Score> {
    let (mut numerator, mut denominator) = (0u128, 1u128);
    for (score, weight) in scores {
        let Fraction::Small(own, whole) = score.0 else {
            return None;
        };
        let added = own
            .checked_mul(denominator)?
            .checked_mul(u128::from(weight))?;
        numerator = numerator.checked_mul(whole)?.checked_add(added)?;
        denominator = denominator.checked_mul(whole)?;
    }
    let denominator = denominator.checked_mul(u128::from(weights))?;
    Some(Score(Fraction::Small(numerator, denominator)))
}

fn greatest_common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::Score;
    use crate::definition::Decimal;

    fn decimal(number: f64) -> Decimal {
        Decimal::from_f64(number).unwrap()
    }

    #[test]
    fn a_score_is_the_share_between_floor_and_target() {
        let score = |good, of| {
            Score::of_share(good, of, decimal(0.9), decimal(0.5))
                .map(|score| score.floor_hundred(10))
        };
        assert_eq!(score(9, 10), Some(1000));
        assert_eq!(score(10, 10), Some(1000));
        assert_eq!(score(7, 10), Some(500));
        assert_eq!(score(5, 10), Some(0));
        assert_eq!(score(0, 10), Some(0));
        assert_eq!(score(0, 0), None);
    }

    #[test]
    fn bars_that_make_no_sense_give_no_score() {
        assert!(Score::of_share(1, 2, decimal(0.5), decimal(0.5)).is_none());
        assert!(Score::of_share(1, 2, decimal(0.4), decimal(0.5)).is_none());
    }

    #[test]
    fn a_mean_of_thirds_is_exact() {
        let third = Score::of_share(1, 3, decimal(1.0), decimal(0.0)).unwrap();
        let two_thirds = Score::of_share(2, 3, decimal(1.0), decimal(0.0)).unwrap();
        let weight = decimal(1.0);
        let mean = Score::mean([(&third, weight), (&two_thirds, weight)].into_iter()).unwrap();
        assert!(!mean.is_below(decimal(50.0)));
        assert!(mean.is_below(decimal(50.000001)));
        assert_eq!(mean.floor_hundred(1), 50);
    }

    #[test]
    fn a_mean_that_outgrows_machine_words_is_as_exact() {
        // Primes near two to the sixty-fourth: nothing cancels.
        let scores: Vec<Score> = [
            18_446_744_073_709_551_557u64,
            18_446_744_073_709_551_533,
            18_446_744_073_709_551_521,
        ]
        .iter()
        .map(|of| Score::of_share(of / 2, *of, decimal(1.0), decimal(0.0)).unwrap())
        .collect();
        let mean = Score::mean(scores.iter().map(|score| (score, decimal(1.0)))).unwrap();
        assert!(mean.is_below(decimal(50.0)));
        assert_eq!(mean.floor_hundred(1_000_000), 49_999_999);
        let one = Score::mean(scores[..1].iter().map(|score| (score, decimal(3.0)))).unwrap();
        assert_eq!(one, scores[0]);
    }

    #[test]
    fn printing_rounds_down() {
        let almost = Score::of_share(99_999, 100_000, decimal(1.0), decimal(0.0)).unwrap();
        assert_eq!(almost.floor_hundred(10), 999);
    }
}
