//! Attended code: of all code lines, those in files of which somebody is still around who wrote them.
//!
//! A file is orphaned if everybody who ever changed it has been silent for a year. Beside the share stand the spread of
//! authorship (Bird et al. 2011: many minor contributors go with more failures) and the bus factor (Avelino et al. 2016).
//! Persons are counted here and never named: a number of people is a risk, a list of them a ranking.

mod bus_factor;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::codebase::{Codebase, FileIndex};
use crate::definition::settings::AttendedCode;
use crate::git::{Authors, FileAuthors, HistoryState};

use super::calm_touches::counts;
use super::{About, Entry, List, Measurement, Note, Reading, Subject, Taken, View};
use bus_factor::Hand;

pub(super) const ABOUT: About = About {
    unit: "code lines",
    gap: "orphaned code lines",
    why: "Nobody who is still active has ever changed an orphaned file: whoever has to is on their own. Give it an owner \
          who reads and tests it, or delete it.",
    fewest_subjects: 5,
    by_change: false,
};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Whoever made fewer percent of a file's changes is a minor contributor (Bird et al. 2011).
const MINOR_PERCENT: u64 = 5;

/// The people of one file, as its component counts them.
struct People {
    hands: Vec<Hand>,
    /// When one of them was last seen.
    last: Option<i64>,
}

impl People {
    fn new(authors: &Authors, file: &FileAuthors, settings: &AttendedCode) -> Self {
        let mut people = Self {
            hands: Vec::new(),
            last: None,
        };
        for share in &file.shares {
            let helped = if settings.co_authors { share.helped } else { 0 };
            if share.created == 0 && share.changed == 0 && helped == 0 {
                continue;
            }
            people.hands.push(Hand {
                person: share.person,
                created: u64::from(share.created),
                halves: 2 * u64::from(share.changed) + u64::from(helped),
            });
            if let Some(seen) = authors.seen.get(share.person as usize) {
                let helping = seen.helping.filter(|_| settings.co_authors);
                people.last = people.last.max(seen.writing).max(helping);
            }
        }
        people
    }

    /// Halves of changes of each, those that created the file included.
    fn parts(&self) -> impl Iterator<Item = u64> {
        self.hands.iter().map(|hand| hand.halves + 2 * hand.created)
    }

    fn all_parts(&self) -> u64 {
        self.parts().sum::<u64>().max(1)
    }

    /// Percent of all changes that the one with the most made.
    fn top_percent(&self) -> u64 {
        100 * self.parts().max().unwrap_or(0) / self.all_parts()
    }

    fn minor(&self) -> u64 {
        let all = self.all_parts();
        let is_minor = |part: &u64| part * 100 < MINOR_PERCENT * all;
        self.parts().filter(is_minor).count() as u64
    }
}

/// Whole days from the last sign of anybody to the head commit.
fn silence(codebase: &Codebase, last: i64) -> i64 {
    let head = codebase.history.head.as_ref();
    head.map_or(0, |head| (head.time - last).max(0) / DAY)
}

pub(super) fn read(view: &View, settings: &AttendedCode) -> Measurement {
    if let Some(without) = view.without_history() {
        return without;
    }
    let codebase = view.codebase;
    let authors = match &codebase.history.authors {
        Some(authors) => authors,
        None => {
            return Measurement::Unavailable {
                reason: "the authors of all of history were not read".to_owned(),
                repair: None,
            };
        }
    };
    if let HistoryState::Unavailable { reason, repair } = &authors.state {
        return Measurement::Unavailable {
            reason: reason.clone(),
            repair: repair.clone(),
        };
    }
    let people = |file: FileIndex| {
        let known = authors.of(&codebase.file(file).path)?;
        let people = People::new(authors, known, settings);
        people.last.is_some().then_some(people)
    };
    let mut taken = Taken {
        unknown: view.lost(),
        ..Taken::default()
    };
    let (mut orphaned, mut owned) = (Vec::new(), Vec::new());
    let mut nobodys = 0;
    for (index, _, facts) in view.code() {
        let of = u64::from(facts.lines.code);
        if of == 0 {
            continue;
        }
        let Some(people) = people(index) else {
            nobodys += 1;
            continue;
        };
        let days = silence(codebase, people.last.unwrap_or_default());
        let is_attended = days <= i64::from(settings.inactive_days);
        taken.readings.push(Reading {
            subject: Subject::File(index),
            good: if is_attended { of } else { 0 },
            of,
            note: (!is_attended).then(|| Note::Words(silent(&people, days).into())),
        });
        if !is_attended {
            orphaned.push((of, index, days, people.hands.len()));
        }
        owned.push((index, people));
    }
    if nobodys > 0 {
        taken.notes.push(format!(
            "{nobodys} files no person has committed yet do not count"
        ));
    }
    let factors = bus_factors(view, people);
    if let Some((_, whole)) = factors.first() {
        taken.notes.push(format!(
            "bus factor {} of {} authors over {} files",
            whole.people, whole.authors, whole.files
        ));
    }
    taken.lists = lists(orphaned, owned, &factors, settings);
    Measurement::Taken(taken)
}

/// What there is to say of an orphaned file.
fn silent(people: &People, days: i64) -> String {
    match people.hands.len() {
        1 => format!("its only author was last active {days} days before"),
        count => format!("the last of its {count} authors was active {days} days before"),
    }
}

/// Of the whole repository, with an empty name, and of each directory at its top, by name.
fn bus_factors(
    view: &View,
    people: impl Fn(FileIndex) -> Option<People>,
) -> Vec<(String, bus_factor::Factor)> {
    let mut hands: BTreeMap<String, Vec<Vec<Hand>>> = BTreeMap::new();
    for (index, file) in view.codebase.indexed() {
        if !counts(file) || !view.component.paths.matches(&file.path) {
            continue;
        }
        let Some(people) = people(index) else {
            continue;
        };
        let path = file.path.to_str();
        if let Some((directory, _)) = path.split_once('/') {
            let inside = hands.entry(directory.to_owned()).or_default();
            inside.push(people.hands.clone());
        }
        hands.entry(String::new()).or_default().push(people.hands);
    }
    let factors = hands.into_iter();
    factors
        .map(|(name, files)| (name, bus_factor::bus_factor(&files)))
        .collect()
}

fn lists(
    mut orphaned: Vec<(u64, FileIndex, i64, usize)>,
    mut owned: Vec<(FileIndex, People)>,
    factors: &[(String, bus_factor::Factor)],
    settings: &AttendedCode,
) -> Vec<List> {
    orphaned.sort_by_key(|(lines, file, ..)| (Reverse(*lines), *file));
    let orphaned = orphaned
        .into_iter()
        .map(|(lines, file, days, authors)| Entry {
            subjects: vec![Subject::File(file)],
            words: format!("{lines} code lines, {days} days without a sign of any author"),
            figures: vec![
                ("code_lines", lines),
                ("authors", authors as u64),
                ("silent_days", days.unsigned_abs()),
            ],
        });
    owned.sort_by_key(|(file, people)| (Reverse(people.minor()), people.top_percent(), *file));
    let owned = owned.into_iter().map(|(file, people)| {
        let (authors, top, minor) = (people.hands.len(), people.top_percent(), people.minor());
        let plural = if authors == 1 { "" } else { "s" };
        Entry {
            subjects: vec![Subject::File(file)],
            words: format!("{authors} author{plural}, top share {top} %, {minor} minor"),
            figures: vec![
                ("authors", authors as u64),
                ("top_share_percent", top),
                ("minor_authors", minor),
            ],
        }
    });
    let factors = factors.iter().map(|(name, factor)| {
        let place = if name.is_empty() {
            "the repository".to_owned()
        } else {
            format!("{name}/")
        };
        Entry {
            subjects: Vec::new(),
            words: format!("{place}: bus factor {}", factor.people),
            figures: vec![
                ("bus_factor", factor.people),
                ("authors", factor.authors),
                ("files", factor.files),
            ],
        }
    });
    let list = |name, about: String, entries: Vec<Entry>| List {
        name,
        about,
        entries,
    };
    let mut lists = vec![
        list(
            "orphaned-files",
            format!(
                "Files of which nobody who ever changed them wrote a commit in the {} days before the head commit.",
                settings.inactive_days
            ),
            orphaned.collect(),
        ),
        list(
            "file-authors",
            format!(
                "How many people changed each file, what share of its changes the one with the most made, and how many made \
                 less than {MINOR_PERCENT} %: many minor contributors first."
            ),
            owned.collect(),
        ),
        list(
            "bus-factor",
            "How many people can leave before half of the files have no author left (Avelino et al. 2016), in the repository \
             and in the directories at its top."
                .to_owned(),
            factors.collect(),
        ),
    ];
    lists.retain(|list| !list.entries.is_empty());
    lists
}

#[cfg(test)]
mod tests;
