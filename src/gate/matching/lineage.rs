//! What each file of the head was at the base: the same file, one of another name, or lines of several.

use std::cmp::Reverse;
use std::collections::VecDeque;

use super::content::{Text, common, without};
use crate::codebase::maps::{Map, Set};
use crate::codebase::{Codebase, File, FileIndex};
use crate::facts::ImportKind;
use crate::path::RepoPath;

/// Two files are one if they share half of the lines of the larger one.
const ENOUGH_PERCENT: usize = 50;
/// A line of more files says nothing of where it comes from.
const MOST_HOLDERS: usize = 32;
/// Lines of a file by which files like it are looked for.
const SAMPLE: usize = 128;
/// Most files that are compared line by line with one file.
const MOST_CANDIDATES: usize = 8;
/// Most files the lines of one file are looked for in.
const MOST_SOURCES: usize = 32;
/// Fewer lines can be the same by chance.
const FEWEST_LINES: usize = 3;

/// What a file of the head was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lineage {
    /// The file it was.
    pub(crate) was: Option<FileIndex>,
    /// It has another path now.
    pub(crate) is_renamed: bool,
    /// Its content is what it was.
    pub(crate) is_unchanged: bool,
    /// Files at the base that lost lines it gained, those of most lines first; itself not included.
    pub(crate) sources: Vec<FileIndex>,
    /// Lines of it that say something, imports left out.
    pub(crate) lines: u64,
    /// How many of them came from its sources.
    pub(crate) moved: u64,
}

/// The files of both sides that can be matched by name or content alone.
pub(super) struct Paired {
    /// By file of the head.
    pub(super) lineages: Vec<Lineage>,
    /// Files of the head that are new or changed.
    pub(super) head: Vec<FileIndex>,
    /// Files of the base that are gone or changed.
    pub(super) base: Vec<FileIndex>,
}

impl Paired {
    /// Pairs files of one path, then vanished and new files of one content.
    pub(super) fn new(base: &Codebase, head: &Codebase) -> Self {
        let mut paired = Self {
            lineages: vec![Lineage::default(); head.files().len()],
            head: Vec::new(),
            base: Vec::new(),
        };
        for (index, file) in head.indexed() {
            if let Some(was) = base.find(&file.path) {
                let lineage = &mut paired.lineages[index.get()];
                lineage.was = Some(was);
                lineage.is_unchanged = is_same(base.file(was), file);
            }
        }
        // Copies of one file, e.g. empty ones: those whose paths end alike belong together.
        let id = |file: &File, names: usize| Some((file.id?, tail(&file.path, names).to_vec()));
        for names in [2, 1, 0] {
            paired.pair_by(base, head, |file| id(file, names));
        }
        paired.list(base, head);
        paired
    }

    /// Pairs vanished and new files that have one key, in order.
    fn pair_by<K: Eq + std::hash::Hash>(
        &mut self,
        base: &Codebase,
        head: &Codebase,
        key: impl Fn(&File) -> Option<K>,
    ) {
        let taken: Set<FileIndex> = self.taken();
        let mut vanished: Map<K, VecDeque<FileIndex>> = Map::default();
        for (index, file) in base.indexed() {
            if !taken.contains(&index)
                && head.find(&file.path).is_none()
                && let Some(key) = key(file)
            {
                vanished.entry(key).or_default().push_back(index);
            }
        }
        for (index, file) in head.indexed() {
            let lineage = &mut self.lineages[index.get()];
            if lineage.was.is_none()
                && let Some(candidates) = key(file).and_then(|key| vanished.get_mut(&key))
                && let Some(was) = candidates.pop_front()
            {
                lineage.was = Some(was);
                lineage.is_renamed = true;
                lineage.is_unchanged = is_same(base.file(was), file);
            }
        }
    }

    /// Files of the base that files of the head were.
    fn taken(&self) -> Set<FileIndex> {
        let was = self.lineages.iter().filter_map(|lineage| lineage.was);
        was.collect()
    }

    /// Lists what is not the same on both sides.
    fn list(&mut self, base: &Codebase, head: &Codebase) {
        let unchanged = |lineage: &&Lineage| lineage.is_unchanged;
        let settled: Set<FileIndex> = self
            .lineages
            .iter()
            .filter(unchanged)
            .filter_map(|lineage| lineage.was)
            .collect();
        self.head = head
            .indexed()
            .map(|(index, _)| index)
            .filter(|index| !self.lineages[index.get()].is_unchanged)
            .collect();
        self.base = base
            .indexed()
            .map(|(index, _)| index)
            .filter(|index| !settled.contains(index))
            .collect();
    }

    /// Follows what was renamed and edited, and where lines went. The answer is what is left.
    pub(super) fn follow(
        &mut self,
        sides: [&Codebase; 2],
        texts: [&Map<FileIndex, Text>; 2],
    ) -> Leftover {
        let [base, head] = sides;
        let bags_of = |codebase: &Codebase, texts: &Map<FileIndex, Text>| {
            let bag = |(index, text): (&FileIndex, &Text)| {
                let imports = import_lines(codebase.file(*index));
                let is_import = |line| imports.binary_search(&line).is_ok();
                (*index, text.bag(is_import))
            };
            texts.iter().map(bag).collect::<Map<_, _>>()
        };
        let mut lost = bags_of(base, texts[0]);
        let mut gained = bags_of(head, texts[1]);
        self.pair_similar(sides, &lost, &gained);
        for index in &self.head {
            let Some(bag) = gained.get_mut(index) else {
                continue;
            };
            let lineage = &mut self.lineages[index.get()];
            lineage.lines = bag.len() as u64;
            if let Some(own) = lineage.was.and_then(|was| lost.get_mut(&was)) {
                let left = without(own, bag);
                *bag = without(bag, own);
                *own = left;
            }
        }
        self.find_sources(&mut lost, &mut gained);
        Leftover { lost, gained }
    }

    /// Pairs what vanished with what is new, the most similar first.
    fn pair_similar(
        &mut self,
        [base, head]: [&Codebase; 2],
        lost: &Map<FileIndex, Vec<u64>>,
        gained: &Map<FileIndex, Vec<u64>>,
    ) {
        let taken = self.taken();
        let is_new = |now: &&FileIndex| self.lineages[now.get()].was.is_none();
        let new: Vec<(FileIndex, &Vec<u64>)> = self
            .head
            .iter()
            .filter(is_new)
            .filter_map(|now| Some((*now, gained.get(now).filter(|bag| !bag.is_empty())?)))
            .collect();
        let vanished: Vec<(FileIndex, &Vec<u64>)> = self
            .base
            .iter()
            .filter(|old| !taken.contains(old) && head.find(&base.file(**old).path).is_none())
            .filter_map(|old| Some((*old, lost.get(old)?)))
            .collect();
        let lines = new.iter().flat_map(|(_, bag)| sample(bag)).copied();
        let samples = vanished.iter().map(|(old, bag)| (*old, sample(bag)));
        let by_line = Holders::new(samples, &lines.collect());
        let mut by_name: Map<&[u8], Vec<FileIndex>> = Map::default();
        for (old, _) in &vanished {
            let name = tail(&base.file(*old).path, 2);
            by_name.entry(name).or_default().push(*old);
        }
        let mut pairs = Vec::new();
        for (now, after) in new {
            let file = head.file(now);
            let namesakes = by_name.get(tail(&file.path, 2)).into_iter().flatten();
            let mut candidates = by_line.of(sample(after));
            candidates.truncate(MOST_CANDIDATES);
            candidates.extend(namesakes.take(MOST_CANDIDATES));
            candidates.sort_unstable();
            candidates.dedup();
            for old in candidates {
                let before = lost.get(&old).map_or(&[][..], Vec::as_slice);
                let percent = common(before, after) * 100 / before.len().max(after.len());
                if percent >= ENOUGH_PERCENT {
                    let path = &base.file(old).path;
                    let is_namesake = path.file_name() == file.path.file_name();
                    pairs.push((Reverse(percent), !is_namesake, old, now));
                }
            }
        }
        pairs.sort_unstable();
        let mut taken: Set<FileIndex> = Set::default();
        for (_, _, old, now) in pairs {
            let lineage = &mut self.lineages[now.get()];
            if lineage.was.is_none() && taken.insert(old) {
                lineage.was = Some(old);
                lineage.is_renamed = true;
            }
        }
    }

    /// Looks for every gained line among those that were lost, each of them once.
    fn find_sources(
        &mut self,
        lost: &mut Map<FileIndex, Vec<u64>>,
        gained: &mut Map<FileIndex, Vec<u64>>,
    ) {
        let lines: Set<u64> = gained.values().flatten().copied().collect();
        let bags = lost.iter().map(|(file, bag)| (*file, bag.as_slice()));
        let by_line = Holders::new(bags, &lines);
        for index in &self.head {
            let Some(bag) = gained.get_mut(index).filter(|bag| !bag.is_empty()) else {
                continue;
            };
            let lineage = &mut self.lineages[index.get()];
            for source in by_line.of(bag).into_iter().take(MOST_SOURCES) {
                let Some(left) = lost.get_mut(&source) else {
                    continue;
                };
                let shared = common(left, bag);
                if shared < FEWEST_LINES {
                    continue;
                }
                let rest = without(left, bag);
                *bag = without(bag, left);
                *left = rest;
                lineage.moved += shared as u64;
                lineage.sources.push(source);
            }
        }
    }
}

/// Lines that were found nowhere on the other side: those that each file lost, and those that each gained.
pub(super) struct Leftover {
    lost: Map<FileIndex, Vec<u64>>,
    gained: Map<FileIndex, Vec<u64>>,
}

impl Leftover {
    /// By how many lines outside functions each changed file of the head grew, without those that lay elsewhere. Other line
    /// breaks make no new line: there are no more of them than of new words. Nor does what stands around a function where
    /// it came from, which `parents` tells.
    pub(super) fn growth(
        &self,
        [base, head]: [&Codebase; 2],
        texts: [&Map<FileIndex, Text>; 2],
        lineages: &[Lineage],
        parents: impl Fn(FileIndex) -> Vec<FileIndex>,
    ) -> Map<FileIndex, i64> {
        let outside = |codebase: &Codebase, text: Option<&Text>, bag: Option<&Vec<u64>>, file| {
            let inside = Inside::new(codebase.file(file));
            let found = text.zip(bag.filter(|bag| !bag.is_empty()));
            found.map_or((0, Vec::new()), |(text, bag)| {
                text.of_bag(bag, |line| !inside.holds(line))
            })
        };
        let growth = |(file, bag): (&FileIndex, &Vec<u64>)| {
            let mut bag = bag.clone();
            for parent in parents(*file) {
                let known = texts[0].get(&parent).map(|text| text.bag(|_| false));
                let known = known.unwrap_or_default();
                bag.retain(|line| known.binary_search(line).is_err());
            }
            let (new, words) = outside(head, texts[1].get(file), Some(&bag), *file);
            let was = lineages[file.get()].was;
            let (old, known) = was.map_or((0, Vec::new()), |was| {
                outside(base, texts[0].get(&was), self.lost.get(&was), was)
            });
            let new = new.min(without(&words, &known).len() as u64);
            (*file, as_signed(new) - as_signed(old))
        };
        self.gained.iter().map(growth).collect()
    }
}

/// The lines of a file that belong to functions: spans in order, none within another.
struct Inside(Vec<(u32, u32)>);

impl Inside {
    fn new(file: &File) -> Self {
        let mut spans: Vec<(u32, u32)> = Vec::new();
        let functions = file.facts().into_iter().flat_map(|facts| &facts.functions);
        for function in functions {
            match spans.last_mut() {
                Some((_, end)) if function.line <= *end => *end = function.end_line.max(*end),
                _ => spans.push((function.line, function.end_line)),
            }
        }
        Self(spans)
    }

    fn holds(&self, line: u32) -> bool {
        let next = self.0.partition_point(|(start, _)| *start <= line);
        let before = next.checked_sub(1).and_then(|at| self.0.get(at));
        before.is_some_and(|(_, end)| line <= *end)
    }
}

pub(super) fn as_signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Which files hold a line, as long as that says something.
struct Holders {
    /// Lines and files, sorted.
    pairs: Vec<(u64, FileIndex)>,
}

impl Holders {
    fn new<'a>(bags: impl Iterator<Item = (FileIndex, &'a [u64])>, of: &Set<u64>) -> Self {
        let mut pairs: Vec<(u64, FileIndex)> = bags
            .flat_map(|(file, bag)| bag.iter().map(move |line| (*line, file)))
            .filter(|(line, _)| of.contains(line))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        Self { pairs }
    }

    /// The files that hold lines of a bag, those of most of them first.
    fn of(&self, bag: &[u64]) -> Vec<FileIndex> {
        let mut counts: Map<FileIndex, usize> = Map::default();
        for line in bag {
            let start = self.pairs.partition_point(|(other, _)| other < line);
            let holders = self.pairs[start..].iter();
            let mut holders = holders.take_while(|(other, _)| other == line);
            let few: Vec<FileIndex> = holders
                .by_ref()
                .take(MOST_HOLDERS)
                .map(|(_, file)| *file)
                .collect();
            if holders.next().is_none() {
                for holder in few {
                    *counts.entry(holder).or_default() += 1;
                }
            }
        }
        let mut files: Vec<FileIndex> = counts.keys().copied().collect();
        files.sort_unstable_by_key(|file| (Reverse(counts.get(file).copied()), *file));
        files
    }
}

/// The lines of a bag by which it is looked for: of any two bags that are alike these are alike, too, because they are not
/// chosen by where they stand.
fn sample(bag: &[u64]) -> &[u64] {
    &bag[..bag.len().min(SAMPLE)]
}

/// The last few names of a path.
fn tail(path: &RepoPath, names: usize) -> &[u8] {
    let bytes = path.as_bytes();
    if names == 0 {
        return &[];
    }
    let mut slashes = memchr::memrchr_iter(b'/', bytes);
    let start = slashes.nth(names - 1).map_or(0, |slash| slash + 1);
    &bytes[start..]
}

/// Whether content and the way it was looked at are the same: then so are its facts, position by position.
fn is_same(was: &File, now: &File) -> bool {
    was.id.is_some() && was.id == now.id && was.language == now.language
}

/// Lines with an import statement, sorted.
fn import_lines(file: &File) -> Vec<u32> {
    let imports = file.facts().into_iter().flat_map(|facts| &facts.imports);
    let mut lines: Vec<u32> = imports
        .filter(|import| import.kind != ImportKind::Path)
        .map(|import| import.line)
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}
