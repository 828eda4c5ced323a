//! Functions, fields and items of changed files: which one of the base each of the head was.
//!
//! Signs are looked at from the surest to the weakest. What was matched by one is not looked at again, so a copy of
//! something that is still there was nothing.

use std::collections::VecDeque;
use std::hash::Hash;

use super::Match;
use super::alike::{self, Sketch};
use super::content::{Text, likeness};
use super::lineage::Lineage;
use crate::codebase::maps::{Map, Set};
use crate::codebase::{Codebase, FileIndex};
use crate::facts::Facts;
use crate::measures::Subject;

/// What has one name in one file is the same if it shares this part of its words, in percent …
const ENOUGH_OF_NAMESAKE: u32 = 50;
/// … what has one name or lies in one file, if it shares this part …
const ENOUGH_OF_NEIGHBOUR: u32 = 60;
/// … and what has another name in another file, if it shares this part …
const ENOUGH_OF_STRANGER: u32 = 70;
/// … of at least so many words.
const FEWEST_WORDS_OF_STRANGER: usize = 10;
/// Fewer words are the same by chance: one more or less is half of a field.
const FEWEST_WORDS: usize = 4;
/// Most pairs of one key that are compared word by word. More are matched in the order they stand in.
const MOST_PAIRS: usize = 4_096;
/// How far a subject of a related file is looked for among equal ones.
const MOST_EQUALS: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Function,
    Field,
    Item,
}

/// A subject with what it may be recognised by.
pub(super) struct Entry<'a> {
    pub(super) subject: Subject,
    pub(super) file: FileIndex,
    pub(super) kind: Kind,
    pub(super) name: Option<&'a str>,
    pub(super) first: u32,
    pub(super) last: u32,
    /// The line it stands in: a class, another function.
    context: u64,
    pub(super) print: u64,
    pub(super) text: &'a Text,
}

impl Entry<'_> {
    pub(super) fn words(&self) -> Vec<u64> {
        self.text.words(self.first, self.last)
    }

    fn shape(&self) -> Option<u64> {
        Some(self.text.shape(self.first, self.last, self.name?))
    }
}

/// One side: the subjects of its changed files, in order, and which of them are matched.
pub(super) struct Side<'a> {
    pub(super) entries: Vec<Entry<'a>>,
    /// By entry: the entry of the other side.
    pub(super) partners: Vec<Option<usize>>,
}

impl<'a> Side<'a> {
    fn new(
        codebase: &'a Codebase,
        files: &[FileIndex],
        texts: &'a Map<FileIndex, Text>,
        without_text: &'a Text,
    ) -> Self {
        let mut entries = Vec::new();
        for file in files {
            if let Some(facts) = codebase.file(*file).facts() {
                let text = texts.get(file).unwrap_or(without_text);
                add(&mut entries, *file, facts, text);
            }
        }
        Self {
            partners: vec![None; entries.len()],
            entries,
        }
    }

    /// Unmatched entries in order.
    pub(super) fn open(&self) -> impl Iterator<Item = (usize, &Entry<'a>)> {
        let entries = self.entries.iter().enumerate();
        entries.filter(|(at, _)| self.partners[*at].is_none())
    }

    /// Unmatched entries, by what they have in common.
    fn open_by<K: Eq + Hash>(
        &self,
        key: impl Fn(&Entry<'a>) -> Option<K>,
    ) -> Map<K, VecDeque<usize>> {
        let mut groups: Map<K, VecDeque<usize>> = Map::default();
        for (at, entry) in self.open() {
            if let Some(key) = key(entry) {
                groups.entry(key).or_default().push_back(at);
            }
        }
        groups
    }
}

fn add<'a>(entries: &mut Vec<Entry<'a>>, file: FileIndex, facts: &'a Facts, text: &'a Text) {
    let mut ends: Map<u32, u32> = Map::default();
    let mut add = |subject, kind, name, first, last| {
        entries.push(Entry {
            subject,
            file,
            kind,
            name,
            first,
            last,
            context: text.context(first),
            print: text.print(first, last),
            text,
        });
    };
    for (at, function) in (0..).zip(&facts.functions) {
        let (first, last) = (function.line, function.end_line);
        ends.entry(first).or_insert(last);
        let name = function.name.as_deref();
        add(
            Subject::Function(file, at),
            Kind::Function,
            name,
            first,
            last,
        );
    }
    for (at, field) in (0..).zip(&facts.fields) {
        let name = Some(&*field.name);
        add(
            Subject::Field(file, at),
            Kind::Field,
            name,
            field.line,
            field.line,
        );
    }
    for (at, item) in (0..).zip(&facts.items) {
        let next = facts.items.get(at as usize + 1).map(|next| next.line);
        let last = ends.get(&item.line).copied().unwrap_or_else(|| {
            let end = text.end_of_block(item.line);
            let next = next.filter(|next| *next > item.line);
            next.map_or(end, |next| end.min(next - 1))
        });
        let name = Some(&*item.name);
        add(Subject::Item(file, at), Kind::Item, name, item.line, last);
    }
}

/// Matches subjects of changed files. No subject is matched twice.
pub(super) struct Matcher<'a> {
    pub(super) base: Side<'a>,
    pub(super) head: Side<'a>,
    lineages: &'a [Lineage],
    /// Files of the head and files of the base that something in them came from.
    related: Set<(FileIndex, FileIndex)>,
    without_text: &'a Text,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(
        codebases: [&'a Codebase; 2],
        files: [&[FileIndex]; 2],
        texts: [&'a Map<FileIndex, Text>; 2],
        without_text: &'a Text,
        lineages: &'a [Lineage],
    ) -> Self {
        let [base, head] = codebases;
        let sources = |index: &FileIndex| {
            let sources = lineages[index.get()].sources.iter();
            let index = *index;
            sources.map(move |source| (index, *source))
        };
        Self {
            base: Side::new(base, files[0], texts[0], without_text),
            head: Side::new(head, files[1], texts[1], without_text),
            lineages,
            related: files[1].iter().flat_map(sources).collect(),
            without_text,
        }
    }

    /// Matches all that can be matched.
    pub(super) fn run(&mut self) {
        let lineages = self.lineages;
        let was = move |entry: &Entry| lineages[entry.file.get()].was;
        // In the file it was in: the text and where it stands there, then the text alone.
        self.in_order(
            |entry| {
                Some((
                    was(entry)?,
                    entry.kind,
                    entry.name,
                    entry.context,
                    entry.print,
                ))
            },
            |entry| {
                Some((
                    entry.file,
                    entry.kind,
                    entry.name,
                    entry.context,
                    entry.print,
                ))
            },
        );
        self.in_order(
            |entry| Some((was(entry)?, entry.kind, entry.name, entry.print)),
            |entry| Some((entry.file, entry.kind, entry.name, entry.print)),
        );
        // The name, if the text is like it; else somebody may have moved it away and put something in its place.
        let place = |entry: &Entry<'a>| Some((was(entry)?, entry.kind, entry.name?, entry.context));
        let placed = |entry: &Entry<'a>| Some((entry.file, entry.kind, entry.name?, entry.context));
        self.most_alike(ENOUGH_OF_NAMESAKE, place, placed);
        self.moved(false);
        self.moved(true);
        self.most_alike(0, place, placed);
        // The text with another name.
        self.in_order(
            |entry| Some((was(entry)?, entry.kind, entry.context, entry.shape()?)),
            |entry| Some((entry.file, entry.kind, entry.context, entry.shape()?)),
        );
        self.in_order(
            |entry| Some((was(entry)?, entry.kind, entry.shape()?)),
            |entry| Some((entry.file, entry.kind, entry.shape()?)),
        );
        self.anywhere();
        // What has no name has no identity beyond its place.
        self.in_order(
            |entry| Some((was(entry)?, nameless(entry)?, entry.context)),
            |entry| Some((entry.file, nameless(entry)?, entry.context)),
        );
        self.in_order(
            |entry| Some((was(entry)?, nameless(entry)?)),
            |entry| Some((entry.file, nameless(entry)?)),
        );
    }

    /// By subject of the head: what it was.
    pub(super) fn found(&self) -> Map<Subject, Match> {
        let matched = self.head.entries.iter().zip(&self.head.partners);
        let found = matched.filter_map(|(now, partner)| {
            let was = &self.base.entries[(*partner)?];
            let lineage = &self.lineages[now.file.get()];
            Some((
                now.subject,
                Match {
                    was: was.subject,
                    has_moved: lineage.was != Some(was.file) || lineage.is_renamed,
                    is_same_text: self.has_text(now) && now.print == was.print,
                },
            ))
        });
        found.collect()
    }

    /// Whether one side has nothing left to match.
    fn is_done(&self) -> bool {
        self.head.open().next().is_none() || self.base.open().next().is_none()
    }

    fn has_text(&self, entry: &Entry<'a>) -> bool {
        !std::ptr::eq(entry.text, self.without_text)
    }

    /// Matches what has one key on both sides in the order it stands in.
    fn in_order<K: Eq + Hash>(
        &mut self,
        of_head: impl Fn(&Entry<'a>) -> Option<K>,
        of_base: impl Fn(&Entry<'a>) -> Option<K>,
    ) {
        if self.is_done() {
            return;
        }
        let heads = self.head.open_by(of_head);
        let mut bases = self.base.open_by(of_base);
        for (key, heads) in heads {
            let bases = bases.remove(&key).unwrap_or_default();
            for (head, base) in heads.into_iter().zip(bases) {
                self.join(head, base);
            }
        }
    }

    /// Matches what has one key on both sides, the most similar first, if they share enough of their words, in percent.
    fn most_alike<K: Eq + Hash>(
        &mut self,
        enough: u32,
        of_head: impl Fn(&Entry<'a>) -> Option<K>,
        of_base: impl Fn(&Entry<'a>) -> Option<K>,
    ) {
        if self.is_done() {
            return;
        }
        let heads = self.head.open_by(of_head);
        let mut all_bases = self.base.open_by(of_base);
        for (key, heads) in heads {
            let bases = all_bases.remove(&key).unwrap_or_default();
            let mut pairs: Vec<(usize, usize)> = Vec::new();
            if heads.len().saturating_mul(bases.len()) > MOST_PAIRS {
                pairs.extend(heads.into_iter().zip(bases));
            } else {
                for head in heads {
                    pairs.extend(bases.iter().map(|base| (head, *base)));
                }
            }
            let mut alike: Vec<(u32, usize, usize)> = pairs
                .into_iter()
                .map(|(head, base)| {
                    let (now, was) = (&self.head.entries[head], &self.base.entries[base]);
                    (100 - likeness(&was.words(), &now.words()), base, head)
                })
                .filter(|(difference, ..)| 100 - difference >= enough)
                .collect();
            alike.sort_unstable();
            for (_, base, head) in alike {
                self.join(head, base);
            }
        }
    }

    /// Matches what has name and text of something that lay elsewhere, if possible in a related file. What is short has to
    /// come from a related file: a field with the same name and type is everywhere.
    fn moved(&mut self, short: bool) {
        let key = |entry: &Entry<'a>| {
            let is_short = entry
                .text
                .has_fewer_words(entry.first, entry.last, FEWEST_WORDS);
            (self.has_text(entry) && is_short == short).then_some((
                entry.kind,
                entry.name,
                entry.print,
            ))
        };
        let heads: Vec<_> = self
            .head
            .open()
            .filter_map(|(at, entry)| Some((at, key(entry)?)))
            .collect();
        if heads.is_empty() || self.is_done() {
            return;
        }
        let mut bases = self.base.open_by(key);
        for (head, key) in heads {
            let Some(equals) = bases.get_mut(&key) else {
                continue;
            };
            let now = self.head.entries[head].file;
            let is_related = |base: &usize| {
                let was = self.base.entries[*base].file;
                self.lineages[now.get()].was == Some(was) || self.related.contains(&(now, was))
            };
            let near = equals.iter().take(MOST_EQUALS).position(is_related);
            let base = match near {
                Some(at) => equals.remove(at),
                None if short => None,
                None => equals.pop_front(),
            };
            if let Some(base) = base {
                self.related.insert((now, self.base.entries[base].file));
                self.join(head, base);
            }
        }
    }

    /// Matches what is similar, wherever it lay.
    fn anywhere(&mut self) {
        if self.is_done() {
            return;
        }
        let sketch = |at: usize, entry: &Entry<'a>, place: Option<FileIndex>| {
            self.has_text(entry).then(|| Sketch {
                at,
                kind: entry.kind,
                name: entry.name,
                place,
                words: entry.words(),
            })
        };
        let was = |entry: &Entry<'a>| self.lineages[entry.file.get()].was;
        let heads = self.head.open();
        let heads: Vec<Sketch> = heads
            .filter_map(|(at, entry)| sketch(at, entry, was(entry)))
            .collect();
        let bases = self.base.open();
        let bases: Vec<Sketch> = bases
            .filter_map(|(at, entry)| sketch(at, entry, Some(entry.file)))
            .collect();
        let worth = |now: &Sketch, was: &Sketch, share: u32| {
            let fewer = now.words.len().min(was.words.len());
            let is_namesake = now.name.is_some() && now.name == was.name;
            let is_neighbour = now.place == was.place;
            let is_enough = match (is_namesake, is_neighbour) {
                _ if fewer < FEWEST_WORDS => share == 100 && is_neighbour,
                (true, true) => share >= ENOUGH_OF_NAMESAKE,
                (false, false) => share >= ENOUGH_OF_STRANGER && fewer >= FEWEST_WORDS_OF_STRANGER,
                _ => share >= ENOUGH_OF_NEIGHBOUR,
            };
            let bonus = 10 * (u32::from(is_namesake) + u32::from(is_neighbour));
            is_enough.then_some(share + bonus)
        };
        for (head, base) in alike::pairs(&heads, &bases, worth) {
            self.join(head, base);
        }
    }

    fn join(&mut self, head: usize, base: usize) {
        if self.head.partners[head].is_none() && self.base.partners[base].is_none() {
            self.head.partners[head] = Some(base);
            self.base.partners[base] = Some(head);
        }
    }
}

/// The kind of what has no name.
fn nameless(entry: &Entry) -> Option<Kind> {
    entry.name.is_none().then_some(entry.kind)
}
