//! Tracked debt: of all code lines, those that do not admit debt which is tracked nowhere.
//!
//! Self-admitted debt (Potdar & Shihab 2014) is the cheapest to find. A marker that names an issue, an address or a person has
//! been handed over; one that does not is a note to nobody.

use std::cmp::Reverse;

use crate::codebase::FileIndex;
use crate::definition::settings::TrackedDebt;
use crate::facts::DebtMarker;
use crate::git::LineOrigin;

use super::{About, Entry, List, Measurement, Note, Reading, Subject, Taken, View, lines_named};

pub(super) const ABOUT: About = About {
    unit: "code lines",
    gap: "markers of debt",
    why: "Debt that is only a comment is paid by whoever trips over it. Write down the issue beside the word, or repair it.",
    fewest_subjects: 5,
    by_change: false,
};

/// Seconds of a day.
const DAY: i64 = 86_400;

pub(super) fn read(view: &View, settings: &TrackedDebt) -> Measurement {
    let mut taken = Taken {
        unknown: view.lost(),
        ..Taken::default()
    };
    let (mut all, mut tracked) = (0_u64, 0_u64);
    for (index, _, facts) in view.code() {
        let of = u64::from(facts.lines.code);
        if of == 0 {
            continue;
        }
        let bad = facts.debts.iter().filter(|debt| is_bad(debt, settings));
        let bad = bad.count() as u64;
        all += facts.debts.len() as u64;
        tracked += facts.debts.iter().filter(|debt| debt.tracked).count() as u64;
        taken.readings.push(Reading {
            subject: Subject::File(index),
            good: of - bad.min(of),
            of,
            note: (bad > 0).then_some(Note::Subject),
        });
    }
    if all > 0 {
        taken
            .notes
            .push(format!("{tracked} of {all} markers of debt are tracked"));
    }
    if settings.age {
        list_ages(view, settings, &mut taken);
    }
    Measurement::Taken(taken)
}

/// Lists every marker that is one too many with its age, the oldest first; or notes why nobody can tell.
fn list_ages(view: &View, settings: &TrackedDebt, taken: &mut Taken) {
    let origins = match &view.codebase.debt_origins {
        Some(Ok(origins)) => origins,
        Some(Err(reason)) => {
            let note = format!("how old markers of debt are cannot be told: {reason}");
            taken.notes.push(note);
            return;
        }
        None => return,
    };
    let head = view.codebase.history.head.as_ref();
    let mut aged: Vec<(Option<u64>, FileIndex, u32, &DebtMarker)> = Vec::new();
    for (index, _, facts) in view.code() {
        for (at, debt) in (0..).zip(&facts.debts) {
            if !is_bad(debt, settings) {
                continue;
            }
            let days = match (origins.get(&(index, debt.line)), head) {
                (Some(LineOrigin::Written(time)), Some(head)) => {
                    Some(((head.time - time).max(0) / DAY).unsigned_abs())
                }
                _ => None,
            };
            aged.push((days, index, at, debt));
        }
    }
    aged.sort_by_key(|(days, file, at, _)| (Reverse(*days), *file, *at));
    let entry = |(days, file, at, debt): (Option<u64>, FileIndex, u32, &DebtMarker)| Entry {
        // A place with a line is all that is meant.
        subjects: vec![Subject::Match(file, debt.line, at)],
        words: match days {
            Some(days) => format!("`{}`, {days} days old", debt.word),
            None => format!("`{}`, not committed yet", debt.word),
        },
        figures: days.map(|days| ("age_days", days)).into_iter().collect(),
    };
    let entries: Vec<Entry> = aged.into_iter().map(entry).collect();
    if !entries.is_empty() {
        taken.lists.push(List {
            name: "debt-by-age",
            about: "Markers of debt that name no issue, address or person, with the days from the author time of their line \
                    to the head commit."
                .to_owned(),
            entries,
        });
    }
}

/// Whether a marker is one too many.
fn is_bad(debt: &DebtMarker, settings: &TrackedDebt) -> bool {
    !(debt.tracked && settings.tracked_counts_as_good)
}

pub(super) fn explain(view: &View, settings: &TrackedDebt, reading: &Reading) -> Option<String> {
    let facts = view.codebase.file(reading.subject.file()?).facts()?;
    let bad = facts.debts.iter().filter(|debt| is_bad(debt, settings));
    Some(lines_named(bad.map(|debt| (&*debt.word, debt.line))))
}

#[cfg(test)]
mod tests {
    use super::{DAY, LineOrigin, Measurement};
    use crate::git::Head;
    use crate::measures::testing::{check, codebase, taken};

    const FIXTURE: &str = "//- a.py\nx = 1  # TODO: later\ny = 'TODO list'\nz = 2  # TODO(#123): x\n//- b.py\nclass TodoItem: ...\n";

    #[test]
    fn a_marker_without_an_issue_is_bad() {
        check("tracked-debt", FIXTURE, "3 of 4\na.py `TODO` on line 1");
    }

    #[test]
    fn markers_are_listed_with_their_age_the_oldest_first_where_that_is_asked_for() {
        let mut codebase = codebase(
            "//- a.py\nx = 1  # TODO: later\ny = 2  # FIXME\nz = 2  # TODO(#1): x\n//- b.py\n# XXX\nx = 1\n",
        );
        codebase.history.head = Some(Head {
            id: String::new(),
            time: 10 * DAY,
            branch: None,
        });
        let file = |path: &str| codebase.find(&path.into()).unwrap();
        let (a, b) = (file("a.py"), file("b.py"));
        codebase.debt_origins = Some(Ok([
            ((a, 1), LineOrigin::Written(9 * DAY + 1)),
            ((a, 2), LineOrigin::Uncommitted),
            ((b, 1), LineOrigin::Written(DAY)),
        ]
        .into()));
        let of = |measure: &str| match taken(&codebase, measure) {
            Measurement::Taken(taken) => taken,
            other => panic!("{other:?}"),
        };
        assert_eq!(of("tracked-debt").lists, []);
        let lists = of("tracked-debt = { age = true }").lists;
        let entries = lists[0].entries.iter();
        let lines: Vec<_> = entries
            .map(|entry| (entry.subjects[0].line(&codebase), entry.words.as_str()))
            .collect();
        assert_eq!(
            lines,
            [
                (Some(1), "`XXX`, 9 days old"),
                (Some(1), "`TODO`, 0 days old"),
                (Some(2), "`FIXME`, not committed yet")
            ]
        );
        codebase.debt_origins = Some(Err("shallow".to_owned()));
        let Measurement::Taken(without) = taken(&codebase, "tracked-debt = { age = true }") else {
            panic!()
        };
        assert!(without.notes[1].ends_with("cannot be told: shallow"));
    }

    #[test]
    fn tracked_debt_may_be_held_to_be_debt_all_the_same() {
        check(
            "tracked-debt = { tracked_counts_as_good = false }",
            FIXTURE,
            "2 of 4\na.py `TODO` on lines 1 and 3",
        );
    }
}
