//! Since when a subject is bad: which commit of a change made it so.

use super::matching::{Matching, Places, Texts, places};
use super::{Comparison, Side};
use crate::codebase::maps::Map;
use crate::measures::{self, Reading, Subject};

/// A commit that made a subject bad.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// Its full id; none for what is not committed yet.
    pub commit: Option<String>,
    /// The first line of its message.
    pub subject: String,
}

/// A subject that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The component, by its position.
    pub position: usize,
    /// The change, by its position among those of the component.
    pub at: usize,
    /// The subject at the head.
    pub subject: Subject,
}

/// Which subjects of the head were as bad in an earlier state already. The texts are those of that state, as the base, and
/// of the head.
pub fn were_as_bad(
    earlier: Side<'_>,
    head: Side<'_>,
    texts: &Texts,
    suspects: &[Suspect],
) -> Vec<bool> {
    let matching = Matching::new(earlier.codebase, head.codebase, texts);
    let mut readings: Map<usize, [Map<Subject, &Reading>; 2]> = Map::default();
    let mut by_position: Map<usize, Places> = Map::default();
    let as_bad = |suspect: &Suspect| {
        let position = suspect.position;
        let [then, now] = readings.entry(position).or_insert_with(|| {
            [earlier, head].map(|side| {
                let readings = side.evaluation.readings(position).iter();
                readings.map(|reading| (reading.subject, reading)).collect()
            })
        });
        let placed = by_position
            .entry(position)
            .or_insert_with(|| places(&matching, earlier, head, position));
        let placed = placed.get(&suspect.subject).copied();
        let was = placed.or_else(|| matching.of(suspect.subject))?.was;
        let (then, now) = (then.get(&was)?, now.get(&suspect.subject)?);
        let component = &head.evaluation.components.get(position)?.component;
        let degree =
            |side: Side<'_>, reading: &Reading| measures::degree(side.codebase, component, reading);
        Some(then.gap() > 0 && degree(earlier, then) >= degree(head, now))
    };
    let mut as_bad = as_bad;
    suspects
        .iter()
        .map(|suspect| as_bad(suspect).unwrap_or(false))
        .collect()
}

impl Comparison {
    /// Notes which commit made a subject bad.
    pub fn blame(&mut self, suspect: Suspect, since: Since) {
        let delta = self.components.get_mut(suspect.position);
        if let Some(change) = delta.and_then(|delta| delta.changes.get_mut(suspect.at)) {
            change.since = Some(since);
        }
    }
}
