//! Clones: equal runs of tokens, found by the hashes of windows.
//!
//! A window is shorter than a clone, and not all of them are taken: of neighbours that one clone holds, the one with the
//! lowest hash (winnowing, after Schleimer, Wilkerson and Aiken). Two places of a clone hold the same neighbours, so the same
//! window is taken of them, and from there on tokens are compared one by one.

use crate::facts::{Print, Printed, Prints};

/// Factor of the rolling hash: odd, so that no bits get lost.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
/// Spreads the numbers of prints over all bits.
const SPREAD: u64 = 0xd6e8_feb8_6659_fd93;
/// Most places of a window that are all compared with one another.
const MOST_COMPARED: usize = 64;
/// Where there are more, no further than so many times the fewest tokens of a clone: others lie behind them.
const MOST_WINDOWS: usize = 4;
/// Of the words of a clone less than so many percent are literals.
const LITERAL_PERCENT: usize = 80;

/// The tokens of some files, one file after the other.
#[derive(Default)]
pub(super) struct Tokens {
    prints: Vec<Print>,
    /// The lines that hold any.
    lines: Vec<Line>,
    /// For each file its first token and its first line.
    files: Vec<(usize, usize)>,
}

/// A line with tokens.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// Counted from 1.
    pub number: u32,
    /// Its first token.
    pub start: usize,
}

/// A run of tokens that stands elsewhere, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clone {
    /// Its first token.
    pub start: usize,
    /// The token behind its last one.
    pub end: usize,
    /// The first token of the same run elsewhere.
    pub other: usize,
}

/// How long a clone is at least.
#[derive(Clone, Copy)]
pub(super) struct Fewest {
    pub tokens: usize,
    /// Lines on which a part of it stands.
    pub lines: usize,
}

/// Two equal windows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    /// Tokens from the one to the other.
    distance: usize,
    /// The first token of the one.
    at: usize,
    /// How far on either side what is around them is compared.
    most: usize,
}

impl Tokens {
    /// Adds a file.
    pub fn add(&mut self, prints: &Prints) {
        self.files.push((self.prints.len(), self.lines.len()));
        for printed in prints.iter() {
            match printed {
                Printed::Line(number) => self.lines.push(Line {
                    number,
                    start: self.prints.len(),
                }),
                // One that stands on no line was not written by us.
                Printed::Token(_) if self.lines.is_empty() => {}
                Printed::Token(print) => self.prints.push(print),
            }
        }
    }

    /// The lines of a file with the number of tokens on each.
    pub fn lines_of(&self, file: usize) -> impl Iterator<Item = (Line, usize)> {
        let ends = self
            .files
            .get(file + 1)
            .map_or(self.lines.len(), |next| next.1);
        let lines = &self.lines[self.files[file].1..ends];
        let rest = self.lines[self.files[file].1..].iter().skip(1);
        let starts = rest.map(|line| line.start).chain([self.prints.len()]);
        lines
            .iter()
            .zip(starts)
            .map(|(line, next)| (*line, next - line.start))
    }

    /// The file and the line on which a token stands.
    pub fn place(&self, token: usize) -> (usize, u32) {
        let file = self.files.partition_point(|file| file.0 <= token) - 1;
        (file, self.lines[self.line(token)].number)
    }

    /// The position of the line on which a token stands.
    fn line(&self, token: usize) -> usize {
        self.lines.partition_point(|line| line.start <= token) - 1
    }

    /// The first token of each file, and the one behind its last.
    fn files(&self) -> Vec<(usize, usize)> {
        let ends = self.files.iter().skip(1).map(|file| file.0);
        let ends = ends.chain([self.prints.len()]);
        std::iter::zip(&self.files, ends)
            .map(|(file, end)| (file.0, end))
            .collect()
    }

    /// The same of the file in which a token stands.
    fn file(&self, token: usize) -> (usize, usize) {
        let next = self.files.partition_point(|file| file.0 <= token);
        let end = self
            .files
            .get(next)
            .map_or(self.prints.len(), |file| file.0);
        (self.files[next - 1].0, end)
    }

    /// All clones, in the order of their tokens. Each place of a clone is one.
    pub fn clones(&self, fewest: Fewest) -> Vec<Clone> {
        let mut clones = Vec::new();
        // How far tokens at this distance are known to be equal.
        let mut known = (0, 0);
        for Pair { distance, at, most } in self.pairs(fewest.tokens) {
            if known.0 == distance && at < known.1 {
                continue;
            }
            let (file, other_file) = (self.file(at), self.file(at + distance));
            let (start, length) = self.run(at, file, at + distance, other_file, most);
            known = (distance, start + length);
            // Within a file a clone does not overlap itself.
            let apart = if file == other_file { distance } else { length };
            let other = start + distance;
            if self.is_clone(start, other, length.min(apart), fewest) {
                clones.extend(
                    [(start, other), (other, start)].map(|(start, other)| Clone {
                        start,
                        end: start + length,
                        other,
                    }),
                );
            }
        }
        clones.sort_unstable();
        clones
    }

    /// Pairs of equal windows, by distance and place. Wherever so many tokens are equal, one of them lies.
    fn pairs(&self, fewest: usize) -> Vec<Pair> {
        let mut windows = self.windows(fewest);
        windows.sort_unstable();
        let mut pairs = Vec::new();
        for places in windows.chunk_by(|one, next| one.0 == next.0) {
            let mut pair = |one: usize, other: usize, most: usize| {
                pairs.push(Pair {
                    distance: other - one,
                    at: one,
                    most,
                });
            };
            if places.len() <= MOST_COMPARED {
                for (at, (_, one)) in places.iter().enumerate() {
                    for (_, other) in &places[at + 1..] {
                        pair(*one, *other, usize::MAX);
                    }
                }
                continue;
            }
            let most = fewest.saturating_mul(MOST_WINDOWS);
            for (at, (_, one)) in places.iter().enumerate() {
                // The next one may overlap it.
                let apart = places.partition_point(|place| place.1 < one + fewest);
                let others = [0, at + 1, apart, places.len() - 1].map(|at| places.get(at));
                for (_, other) in others.into_iter().flatten() {
                    if one != other {
                        pair(*one.min(other), *one.max(other), most);
                    }
                }
            }
        }
        pairs.sort_unstable();
        pairs
    }

    /// Hashes and first tokens of some windows: those of two runs of so many equal tokens hold the same one.
    fn windows(&self, fewest: usize) -> Vec<(u64, usize)> {
        // Of so many neighbours the window with the lowest hash is taken.
        let neighbours = (fewest / 3).max(1);
        let length = fewest + 1 - neighbours;
        let spread = |print: &Print| u64::from(print.get() + 1).wrapping_mul(SPREAD);
        let power = (1..length).fold(FACTOR, |power, _| power.wrapping_mul(FACTOR));
        let mut windows = Vec::with_capacity(self.prints.len() / neighbours * 3);
        let mut hashes = Vec::new();
        for &(start, end) in &self.files() {
            let prints = &self.prints[start..end];
            hashes.clear();
            let mut hash = 0_u64;
            for (at, print) in prints.iter().enumerate() {
                hash = hash.wrapping_mul(FACTOR).wrapping_add(spread(print));
                if let Some(first) = at.checked_sub(length) {
                    hash = hash.wrapping_sub(spread(&prints[first]).wrapping_mul(power));
                }
                if at + 1 >= length {
                    hashes.push(hash);
                }
            }
            let mut lowest = None;
            for near in 0..(hashes.len() + 1).saturating_sub(neighbours) {
                let last = near + neighbours - 1;
                let next = match lowest {
                    Some(at) if at >= near && hashes[last] > hashes[at] => at,
                    Some(at) if at >= near => last,
                    _ => (near..=last)
                        .rev()
                        .min_by_key(|at| hashes[*at])
                        .unwrap_or(last),
                };
                if lowest != Some(next) {
                    lowest = Some(next);
                    windows.push((hashes[next], start + next));
                }
            }
        }
        windows
    }

    /// The longest run around two equal tokens that is equal in both files, on either side at most so long: where it
    /// begins, and its length.
    fn run(
        &self,
        one: usize,
        file: (usize, usize),
        other: usize,
        other_file: (usize, usize),
        most: usize,
    ) -> (usize, usize) {
        let equal = |(one, other): &(&Print, &Print)| one == other;
        let above = std::iter::zip(
            self.prints[file.0..one].iter().rev(),
            self.prints[other_file.0..other].iter().rev(),
        );
        let below = std::iter::zip(&self.prints[one..file.1], &self.prints[other..other_file.1]);
        let above = above.take(most).take_while(equal).count();
        let below = below.take(most).take_while(equal).count();
        (one - above, above + below)
    }

    /// Whether equal runs are long enough on both sides and no table of literals.
    fn is_clone(&self, one: usize, other: usize, length: usize, fewest: Fewest) -> bool {
        let lines = |start: usize| self.line(start + length - 1) - self.line(start) + 1;
        if length < fewest.tokens.max(1) || lines(one).min(lines(other)) < fewest.lines {
            return false;
        }
        let words = self.prints[one..one + length]
            .iter()
            .filter(|print| !print.is_sign());
        let (all, literal) = words.fold((0, 0), |(all, literal), print| {
            (all + 1, literal + usize::from(print.is_literal()))
        });
        literal * 100 < all * LITERAL_PERCENT
    }
}

#[cfg(test)]
mod tests {
    use super::{Clone, Fewest, MOST_COMPARED, Tokens};
    use crate::facts::extract::extract;
    use crate::languages::Language;

    const FEWEST: Fewest = Fewest {
        tokens: 12,
        lines: 3,
    };

    fn tokens(texts: &[String]) -> Tokens {
        let python = Language::named("python").unwrap();
        let mut tokens = Tokens::default();
        for text in texts {
            tokens.add(&extract(python, text.as_bytes()).unwrap().prints);
        }
        tokens
    }

    fn covered(tokens: &Tokens, clones: &[Clone]) -> Vec<bool> {
        let mut covered = vec![false; tokens.prints.len()];
        for clone in clones {
            covered[clone.start..clone.end].fill(true);
        }
        covered
    }

    /// The same, by comparing every token with every other.
    fn covered_slowly(tokens: &Tokens) -> Vec<bool> {
        let mut covered = vec![false; tokens.prints.len()];
        for one in 0..tokens.prints.len() {
            for other in one + 1..tokens.prints.len() {
                let (file, other_file) = (tokens.file(one), tokens.file(other));
                let (start, length) = tokens.run(one, file, other, other_file, usize::MAX);
                let is_whole = start == one;
                let apart = if file == other_file {
                    other - one
                } else {
                    length
                };
                if is_whole && tokens.is_clone(one, other, length.min(apart), FEWEST) {
                    covered[one..one + length].fill(true);
                    covered[other..other + length].fill(true);
                }
            }
        }
        covered
    }

    #[test]
    fn no_clone_is_missed() {
        let statements = ["a\n", "b(a)\n", "c.a(b)\n", "a = (\nb)\n"];
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            statements[(state >> 30) as usize]
        };
        let texts: Vec<String> = (0..6).map(|_| (0..60).map(|_| next()).collect()).collect();
        let tokens = tokens(&texts);
        let clones = tokens.clones(FEWEST);
        assert!(!clones.is_empty());
        assert_eq!(covered(&tokens, &clones), covered_slowly(&tokens));
    }

    #[test]
    fn what_stands_many_times_is_a_clone_each_time() {
        let count = MOST_COMPARED + 10;
        let clone = "one = f(a)\ntwo = g(b)\nthree = h(c)\n";
        let texts: Vec<String> = (0..count)
            .map(|at| format!("x{at} = 1\n{clone}{clone}y{at} = 2\n"))
            .collect();
        let tokens = tokens(&texts);
        let covered = covered(&tokens, &tokens.clones(FEWEST));
        assert_eq!(covered, covered_slowly(&tokens));
        // All but the names in front and at the end, and what follows the latter.
        assert!(covered.iter().filter(|is| **is).count() >= count * 36);
    }

    #[test]
    fn one_line_repeated_is_read_in_no_time() {
        let tokens = tokens(&["f(a, b)\n".repeat(3_000)]);
        assert!(
            covered(&tokens, &tokens.clones(FEWEST))
                .iter()
                .all(|is| *is)
        );
    }
}
