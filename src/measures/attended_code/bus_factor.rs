//! The bus factor after Avelino et al. 2016: how few people know more than half of the files, by degree of authorship.
//!
//! `DOA = 3.293 + 1.098·FA + 0.164·DL − 0.321·ln(1 + AC)`: first authorship, own later changes, changes of others. Whoever
//! reaches more than three quarters of a file's highest degree, and 3.293 or created it, is one of its authors. The person
//! with the most files goes, again and again, until fewer than half of the files have an author left; of those who went,
//! the ones with less than a tenth of the first one's files do not count. In integers, so that it is the same everywhere.

use std::collections::BTreeMap;

/// A billionth: degrees of authorship are counted in it.
const ONE: i64 = 1_000_000_000;

/// Nobody below this degree is an author of a file somebody else created.
const LEAST: i64 = 3_293_000_000;

/// What one person did to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hand {
    /// A number that is the same for every file.
    pub person: u32,
    /// How often they created it.
    pub created: u64,
    /// Halves of changes: a commit has two of them, one written with others one.
    pub halves: u64,
}

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Factor {
    /// How many people.
    pub people: u64,
    /// Among how many that are an author of any file.
    pub authors: u64,
    /// Over how many files.
    pub files: u64,
}

/// Of some files, each given by its people.
pub(super) fn bus_factor(files: &[Vec<Hand>]) -> Factor {
    let mut of_person: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let mut left: Vec<usize> = Vec::with_capacity(files.len());
    for (file, hands) in files.iter().enumerate() {
        let authors = authors(hands);
        left.push(authors.len());
        for person in authors {
            of_person.entry(person).or_default().push(file);
        }
    }
    let authors = of_person.len() as u64;
    let mut attended = left.iter().filter(|left| **left > 0).count();
    let mut gone: Vec<usize> = Vec::new();
    while attended * 2 >= files.len() {
        // Of two with as many files the one who came first.
        let mut top: Option<(usize, u32)> = None;
        for (person, files) in &of_person {
            if top.is_none_or(|(most, _)| files.len() > most) {
                top = Some((files.len(), *person));
            }
        }
        let Some((_, person)) = top else { break };
        let known = of_person.remove(&person).unwrap_or_default();
        for file in &known {
            if let Some(left) = left.get_mut(*file) {
                *left -= 1;
                attended -= usize::from(*left == 0);
            }
        }
        gone.push(known.len());
    }
    let most = gone.iter().copied().max().unwrap_or(0);
    Factor {
        people: gone.iter().filter(|files| **files * 10 >= most).count() as u64,
        authors,
        files: files.len() as u64,
    }
}

/// Who is an author of a file.
fn authors(hands: &[Hand]) -> Vec<u32> {
    let all: u64 = hands.iter().map(|hand| hand.halves).sum();
    let degrees = hands.iter().map(|hand| (hand, degree(hand, all)));
    let best = hands.iter().map(|hand| degree(hand, all)).max();
    let Some(best) = best else {
        return Vec::new();
    };
    let is_author = |(hand, degree): &(&Hand, i64)| {
        degree * 4 > best * 3 && (*degree >= LEAST || hand.created > 0)
    };
    let authors = degrees.filter(is_author);
    authors.map(|(hand, _)| hand.person).collect()
}

/// Degree of authorship, in billionths, of one of those who made so many halves of changes together.
fn degree(hand: &Hand, all: u64) -> i64 {
    let first = i64::from(hand.created > 0);
    let own = i64::try_from(hand.halves).unwrap_or(i64::MAX / ONE);
    let others = all.saturating_sub(hand.halves);
    // ln(1 + halves ÷ 2)
    let logarithm = ln(others.saturating_add(2)) - ln(2);
    LEAST + 1_098_000_000 * first + own.saturating_mul(82_000_000) - 321 * logarithm / 1_000
}

/// The natural logarithm of a number from 1 on, in billionths: bit after bit by squaring.
fn ln(number: u64) -> i64 {
    /// Bits behind the point.
    const BITS: u32 = 32;
    const LN_2: u128 = 693_147_181;
    let number = number.max(1);
    let whole = number.ilog2();
    // From 1 to below 2, with 62 bits behind the point.
    let mut rest = u128::from(number) << (62 - whole.min(62)) >> (whole - whole.min(62));
    let mut logarithm = u128::from(whole);
    for _ in 0..BITS {
        rest = (rest * rest) >> 62;
        let is_two = rest >> 63 > 0;
        rest >>= u32::from(is_two);
        logarithm = logarithm << 1 | u128::from(is_two);
    }
    i64::try_from((logarithm * LN_2) >> BITS).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Factor, Hand, authors, bus_factor, degree, ln};

    fn hand(person: u32, created: u64, changes: u64) -> Hand {
        Hand {
            person,
            created,
            halves: 2 * changes,
        }
    }

    #[test]
    fn logarithms_are_right_to_the_seventh_digit() {
        for number in [1, 2, 3, 7, 10, 1_000, 123_456_789, u64::MAX] {
            let exact = (number as f64).ln();
            let found = ln(number) as f64 / 1e9;
            assert!((found - exact).abs() < 1e-7, "{number}: {found} {exact}");
        }
    }

    #[test]
    fn degrees_are_those_of_the_formula() {
        let hands = [hand(0, 1, 3), hand(1, 0, 5)];
        let exact = 3.293 + 1.098 + 0.164 * 3.0 - 0.321 * 6_f64.ln();
        let found = degree(&hands[0], 16) as f64 / 1e9;
        assert!((found - exact).abs() < 1e-6, "{found} {exact}");
        // 4.3, and 3.668 of somebody else: more than three quarters, and more than 3.293.
        assert_eq!(authors(&hands), [0, 1]);
        // Below 3.293 nobody is an author of what others created.
        assert_eq!(
            authors(&[hand(0, 1, 0), hand(1, 0, 1), hand(2, 0, 9)]),
            [0, 2]
        );
    }

    #[test]
    fn people_go_until_fewer_than_half_of_the_files_have_an_author() {
        let of = |people: &[u32]| {
            let files: Vec<Vec<Hand>> = people.iter().map(|one| vec![hand(*one, 1, 0)]).collect();
            bus_factor(&files)
        };
        let factor = |people, authors, files| Factor {
            people,
            authors,
            files,
        };
        assert_eq!(of(&[]), factor(0, 0, 0));
        assert_eq!(of(&[0]), factor(1, 1, 1));
        // Three of six are left after the first: that is half, and one more has to go.
        assert_eq!(of(&[0, 0, 0, 1, 1, 2]), factor(2, 3, 6));
        assert_eq!(of(&[0, 0, 0, 0, 1, 2]), factor(1, 3, 6));
        // Whoever has less than a tenth of the first one's files is not counted.
        let mut people = vec![0; 11];
        people.extend(1..=11);
        assert_eq!(of(&people).people, 1);
    }
}
