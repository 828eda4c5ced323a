//! The most similar pairs of many: compared are only those that have a rare word, a name or a place in common.

use std::cmp::Reverse;
use std::hash::Hash;

use super::content::likeness;
use super::subjects::Kind;
use crate::codebase::FileIndex;
use crate::codebase::maps::{Map, Set};

/// A word, a name or a place of more subjects says nothing of one of them.
const MOST_HOLDERS: usize = 32;
/// Most subjects that one is compared with.
const MOST_CANDIDATES: usize = 16;

/// What a subject may be recognised by.
pub(super) struct Sketch<'a> {
    /// Its number.
    pub(super) at: usize,
    pub(super) kind: Kind,
    pub(super) name: Option<&'a str>,
    /// The file of the base it is in, or that its file was.
    pub(super) place: Option<FileIndex>,
    /// Its words, hashed and sorted.
    pub(super) words: Vec<u64>,
}

/// Pairs of numbers, the best first, none in two pairs. What a pair is worth is told by its members and the percentage of
/// words they share; nothing if they are not the same.
pub(super) fn pairs<'a>(
    heads: &[Sketch<'a>],
    bases: &[Sketch<'a>],
    worth: impl Fn(&Sketch<'a>, &Sketch<'a>, u32) -> Option<u32>,
) -> Vec<(usize, usize)> {
    let mut by_word: Holders<(Kind, u64)> = Holders(Map::default());
    let mut by_name: Holders<(Kind, &str)> = Holders(Map::default());
    let mut by_place: Holders<(Kind, FileIndex)> = Holders(Map::default());
    for (number, sketch) in bases.iter().enumerate() {
        for word in &sketch.words {
            by_word.add((sketch.kind, *word), number);
        }
        if let Some(name) = sketch.name {
            by_name.add((sketch.kind, name), number);
        }
        if let Some(place) = sketch.place {
            by_place.add((sketch.kind, place), number);
        }
    }
    let mut found = Vec::new();
    for sketch in heads {
        let mut counts: Map<usize, usize> = Map::default();
        for (at, word) in sketch.words.iter().enumerate() {
            // A word that is repeated here is still one.
            if at == 0 || sketch.words.get(at - 1) != Some(word) {
                for number in by_word.of(&(sketch.kind, *word)) {
                    *counts.entry(*number).or_default() += 1;
                }
            }
        }
        let mut ranked: Vec<(Reverse<usize>, usize)> = counts
            .into_iter()
            .map(|(number, count)| (Reverse(count), number))
            .collect();
        ranked.sort_unstable();
        let mut candidates: Vec<usize> = ranked
            .into_iter()
            .take(MOST_CANDIDATES)
            .map(|(_, number)| number)
            .collect();
        let named = sketch.name.map(|name| by_name.of(&(sketch.kind, name)));
        let placed = sketch.place.map(|place| by_place.of(&(sketch.kind, place)));
        candidates.extend(named.into_iter().chain(placed).flatten());
        candidates.sort_unstable();
        candidates.dedup();
        for number in candidates {
            let other = &bases[number];
            let share = likeness(&sketch.words, &other.words);
            if let Some(worth) = worth(sketch, other, share) {
                found.push((Reverse(worth), other.at, sketch.at));
            }
        }
    }
    found.sort_unstable();
    let (mut taken_heads, mut taken_bases) = (Set::default(), Set::default());
    let mut pairs = Vec::new();
    for (_, base, head) in found {
        if !taken_heads.contains(&head) && taken_bases.insert(base) {
            taken_heads.insert(head);
            pairs.push((head, base));
        }
    }
    pairs
}

/// Who has something, as long as that says something.
struct Holders<K>(Map<K, Vec<usize>>);

impl<K: Eq + Hash> Holders<K> {
    fn add(&mut self, key: K, number: usize) {
        let holders = self.0.entry(key).or_default();
        if holders.len() <= MOST_HOLDERS && holders.last() != Some(&number) {
            holders.push(number);
        }
    }

    fn of(&self, key: &K) -> &[usize] {
        let holders = self.0.get(key).map_or(&[][..], Vec::as_slice);
        if holders.len() > MOST_HOLDERS {
            &[]
        } else {
            holders
        }
    }
}
