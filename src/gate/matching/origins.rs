//! Where the functions of a file come from, and functions made of the lines of others.

use std::cmp::Reverse;

use super::content::{common, without};
use super::lineage::{Lineage, as_signed};
use super::subjects::{Entry, Kind, Matcher};
use crate::codebase::maps::{Map, Set};
use crate::codebase::{Codebase, FileIndex};
use crate::facts::Function;
use crate::measures::Subject;

/// A new function is a part of an old one if this part of its lines stood there, in percent …
const ENOUGH_PERCENT: usize = 70;
/// … and it has at least so many of them.
const FEWEST_LINES: usize = 5;
/// A line of more functions says nothing of where it comes from.
const MOST_HOLDERS: usize = 16;

/// Where the functions of a file come from, in code lines. Tests do not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origins {
    /// Files of the base, those of most lines first.
    pub(crate) files: Vec<(FileIndex, u64)>,
    /// Lines of functions that are new.
    pub(crate) new: u64,
    /// By how many lines the file grew, functions or not, without those that lay elsewhere.
    pub(crate) growth: i64,
}

impl Origins {
    /// Lines of functions that are not new.
    pub(crate) fn old(&self) -> u64 {
        self.files.iter().map(|(_, lines)| lines).sum()
    }
}

/// By changed file of the head: where its functions come from.
pub(super) fn origins(head: &Codebase, matcher: &Matcher) -> Map<FileIndex, Origins> {
    let mut counts: Map<FileIndex, (Map<FileIndex, u64>, u64)> = Map::default();
    for (entry, partner) in matcher.head.entries.iter().zip(&matcher.head.partners) {
        let lines = entry.subject.function(head).map_or(0, weight);
        if lines == 0 {
            continue;
        }
        let (files, new) = counts.entry(entry.file).or_default();
        match partner {
            Some(partner) => {
                let was = matcher.base.entries[*partner].file;
                *files.entry(was).or_default() += lines;
            }
            None => *new += lines,
        }
    }
    let sorted = |(file, (files, new)): (FileIndex, (Map<FileIndex, u64>, u64))| {
        let mut files: Vec<(FileIndex, u64)> = files.into_iter().collect();
        files.sort_unstable_by_key(|(file, lines)| (Reverse(*lines), *file));
        let origins = Origins {
            files,
            new,
            growth: 0,
        };
        (file, origins)
    };
    counts.into_iter().map(sorted).collect()
}

/// By changed file of the head: by how many lines its functions grew, without those that lay elsewhere. Other line breaks
/// make no new line: there are no more of them than of new words.
pub(super) fn growth(
    [base, head]: [&Codebase; 2],
    matcher: &Matcher,
    lineages: &[Lineage],
) -> Map<FileIndex, i64> {
    let mut growth: Map<FileIndex, i64> = Map::default();
    let lines = |codebase: &Codebase, entry: &Entry| {
        as_signed(entry.subject.function(codebase).map_or(0, weight))
    };
    for (entry, partner) in matcher.head.entries.iter().zip(&matcher.head.partners) {
        let now = lines(head, entry);
        let grown = growth.entry(entry.file).or_default();
        let Some(was) = partner.map(|partner| &matcher.base.entries[partner]) else {
            *grown += now;
            continue;
        };
        let before = lines(base, was);
        if now > before && was.print != entry.print {
            let words = without(&entry.words(), &was.words());
            *grown += (now - before).min(as_signed(words.len() as u64));
        } else if now < before {
            *grown -= before - now;
        }
        if lineages[entry.file.get()].was == Some(was.file) {
            *grown += before;
        }
    }
    // All there was less what is left of it is gone.
    let mut all: Map<FileIndex, i64> = Map::default();
    for entry in &matcher.base.entries {
        *all.entry(entry.file).or_default() += lines(base, entry);
    }
    for (file, grown) in &mut growth {
        let was = lineages[file.get()].was;
        *grown -= was.and_then(|was| all.get(&was)).copied().unwrap_or(0);
    }
    growth
}

/// The code lines of a function that a test could run.
pub(super) fn weight(function: &Function) -> u64 {
    let counts = function.has_body && !function.in_test;
    u64::from(function.code_lines) * u64::from(counts)
}

/// Which file of the head has something of which file of the base: sorted pairs.
pub(super) fn heirs(matcher: &Matcher) -> Vec<(FileIndex, FileIndex)> {
    let matched = matcher.head.entries.iter().zip(&matcher.head.partners);
    let mut heirs: Vec<(FileIndex, FileIndex)> = matched
        .filter_map(|(entry, partner)| Some((matcher.base.entries[(*partner)?].file, entry.file)))
        .collect();
    heirs.sort_unstable();
    heirs.dedup();
    heirs
}

/// New functions made of lines that functions of the base lost: what they are parts of.
pub(super) fn parts(matcher: &Matcher) -> Map<Subject, Subject> {
    let mut parts = Map::default();
    let is_function = |(_, entry): &(usize, &Entry)| entry.kind == Kind::Function;
    let new: Vec<&Entry> = matcher
        .head
        .open()
        .filter(is_function)
        .map(|(_, entry)| entry)
        .collect();
    if new.is_empty() {
        return parts;
    }
    let mut lost = lost_lines(matcher, &new);
    let mut by_line: Map<u64, Vec<usize>> = Map::default();
    let mut numbers: Vec<usize> = lost.keys().copied().collect();
    numbers.sort_unstable();
    for number in numbers {
        for line in lost.get(&number).into_iter().flatten() {
            let holders = by_line.entry(*line).or_default();
            if holders.len() <= MOST_HOLDERS && holders.last() != Some(&number) {
                holders.push(number);
            }
        }
    }
    for entry in new {
        let bag = entry.text.bag_of(entry.first, entry.last);
        let mut counts: Map<usize, usize> = Map::default();
        for line in &bag {
            for number in by_line.get(line).into_iter().flatten() {
                *counts.entry(*number).or_default() += 1;
            }
        }
        let most = counts
            .into_iter()
            .max_by_key(|(number, count)| (*count, Reverse(*number)));
        let Some(left) = most.and_then(|(number, _)| lost.get_mut(&number)) else {
            continue;
        };
        let shared = common(left, &bag);
        if shared >= FEWEST_LINES && shared * 100 >= bag.len() * ENOUGH_PERCENT {
            *left = without(left, &bag);
            parts.extend(
                most.map(|(number, _)| (entry.subject, matcher.base.entries[number].subject)),
            );
        }
    }
    parts
}

/// By function of the base: the lines that it had and that what became of it has not. Only of files that something in the
/// files of these functions came from.
fn lost_lines(matcher: &Matcher, new: &[&Entry]) -> Map<usize, Vec<u64>> {
    let files: Set<FileIndex> = new.iter().map(|entry| entry.file).collect();
    let near: Set<FileIndex> = heirs(matcher)
        .into_iter()
        .filter(|(_, heir)| files.contains(heir))
        .map(|(was, _)| was)
        .collect();
    let mut lost = Map::default();
    let entries = matcher.base.entries.iter().zip(&matcher.base.partners);
    for (number, (entry, partner)) in entries.enumerate() {
        if entry.kind != Kind::Function || !near.contains(&entry.file) {
            continue;
        }
        let now = partner.map(|partner| &matcher.head.entries[partner]);
        if now.is_some_and(|now| now.print == entry.print) {
            continue;
        }
        let bag = entry.text.bag_of(entry.first, entry.last);
        let kept = now.map_or(Vec::new(), |now| now.text.bag_of(now.first, now.last));
        lost.insert(number, without(&bag, &kept));
    }
    lost
}
