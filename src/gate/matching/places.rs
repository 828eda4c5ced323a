//! Places of changed files, such as calls and imports: which one of the base each of the head was.
//!
//! A place has no name of its own and no text to speak of. It is known by what it lies in, by its line, and by what is
//! called, imported or found there; of equal ones the first was the first.

use std::collections::VecDeque;
use std::hash::Hash;

use super::{Match, Matching};
use crate::codebase::FileIndex;
use crate::codebase::maps::{Map, Set};
use crate::definition::{Component, Measure};
use crate::gate::Side;
use crate::measures::declared::{Trace, traces_of};
use crate::measures::{Reading, Subject};

/// What the places of one component were, in files that changed.
pub(crate) type Places = Map<Subject, Match>;

/// A place of one side.
struct Place {
    trace: Trace,
    file: FileIndex,
    /// What its line holds, where the text is known.
    print: Option<u64>,
}

/// What is left to match.
struct Open {
    base: Vec<Place>,
    head: Vec<Place>,
    /// By place of the base: whether it is matched.
    taken: Vec<bool>,
    /// By place of the head: its place of the base.
    partners: Vec<Option<usize>>,
}

/// Matches the places a component judges; none if it judges no places.
pub(crate) fn places(
    matching: &Matching,
    base: Side<'_>,
    head: Side<'_>,
    position: usize,
) -> Places {
    let Some(evaluated) = head.evaluation.components.get(position) else {
        return Places::default();
    };
    let component = &evaluated.component;
    if !matches!(component.measure, Measure::Declared(_)) {
        return Places::default();
    }
    let mut open = Open::new(matching, [base, head], position, component);
    let place_of = |place: &Place| {
        let file = place.file;
        match place.trace.function {
            None => Some((matching.lineage(file).was?, None)),
            Some(at) => match matching.of(Subject::Function(file, at))?.was {
                Subject::Function(file, at) => Some((file, Some(at))),
                _ => None,
            },
        }
    };
    let was = |place: &Place| matching.lineage(place.file).was;
    let own = |place: &Place| (place.file, place.trace.function);
    // Where it lay, on its line; where it lay.
    open.in_order(
        |place| Some((place_of(place)?, place.trace.name, place.print?)),
        |place| Some((own(place), place.trace.name, place.print?)),
    );
    open.in_order(
        |place| Some((place_of(place)?, place.trace.name)),
        |place| Some((own(place), place.trace.name)),
    );
    // What a pattern found may have another text by now.
    let is_match = |place: &Place| matches!(place.trace.subject, Subject::Match(..));
    open.in_order(
        |place| place_of(place).filter(|_| is_match(place)),
        |place| is_match(place).then(|| own(place)),
    );
    // In the file it lay in; on its line, wherever that went.
    open.in_order(
        |place| Some((was(place)?, place.trace.name)),
        |place| Some((place.file, place.trace.name)),
    );
    open.in_order(
        |place| Some((place.trace.name, place.print?)),
        |place| Some((place.trace.name, place.print?)),
    );
    open.found(matching)
}

impl Open {
    fn new(
        matching: &Matching,
        [base, head]: [Side<'_>; 2],
        position: usize,
        component: &Component,
    ) -> Self {
        let is_unchanged = |file: FileIndex| matching.lineage(file).is_unchanged;
        let unchanged: Set<FileIndex> = head
            .codebase
            .indexed()
            .filter(|(file, _)| is_unchanged(*file))
            .filter_map(|(file, _)| matching.lineage(file).was)
            .collect();
        let places = |side: Side<'_>, is_settled: &dyn Fn(FileIndex) -> bool, of_head: bool| {
            let readings = side.evaluation.readings(position);
            let judged: Set<Subject> = readings
                .iter()
                .map(|reading: &Reading| reading.subject)
                .filter(|subject| {
                    matches!(
                        subject,
                        Subject::Import(..) | Subject::Call(..) | Subject::Match(..)
                    )
                })
                .collect();
            let files = judged.iter().filter_map(|subject| subject.file());
            let mut files: Vec<FileIndex> = files.filter(|file| !is_settled(*file)).collect();
            files.sort_unstable();
            files.dedup();
            let mut places = Vec::new();
            for file in files {
                for trace in traces_of(side.codebase, component, file) {
                    if judged.contains(&trace.subject) {
                        let print = matching.line_print(of_head, file, trace.line);
                        places.push(Place { trace, file, print });
                    }
                }
            }
            places
        };
        let base = places(base, &|file| unchanged.contains(&file), false);
        let head = places(head, &is_unchanged, true);
        Self {
            taken: vec![false; base.len()],
            partners: vec![None; head.len()],
            base,
            head,
        }
    }

    /// Matches what has one key on both sides in the order it stands in.
    fn in_order<K: Eq + Hash>(
        &mut self,
        of_head: impl Fn(&Place) -> Option<K>,
        of_base: impl Fn(&Place) -> Option<K>,
    ) {
        let mut bases: Map<K, VecDeque<usize>> = Map::default();
        for (at, place) in self.base.iter().enumerate() {
            if !self.taken[at]
                && let Some(key) = of_base(place)
            {
                bases.entry(key).or_default().push_back(at);
            }
        }
        for (place, partner) in self.head.iter().zip(&mut self.partners) {
            if partner.is_none()
                && let Some(key) = of_head(place)
                && let Some(base) = bases.get_mut(&key).and_then(VecDeque::pop_front)
            {
                self.taken[base] = true;
                *partner = Some(base);
            }
        }
    }

    fn found(&self, matching: &Matching) -> Places {
        let matched = self.head.iter().zip(&self.partners);
        let found = matched.filter_map(|(now, partner)| {
            let was = self.base.get((*partner)?)?;
            let lineage = matching.lineage(now.file);
            let matched = Match {
                was: was.trace.subject,
                has_moved: lineage.was != Some(was.file) || lineage.is_renamed,
                is_same_text: now.print.is_some() && now.print == was.print,
            };
            Some((now.trace.subject, matched))
        });
        found.collect()
    }
}
