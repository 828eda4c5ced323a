//! Tracked debt: of all code lines, those that do not admit debt which is tracked nowhere.
//!
//! Self-admitted debt (Potdar & Shihab 2014) is the cheapest to find. A marker that names an issue, an address or a person has
//! been handed over; one that does not is a note to nobody.

use crate::definition::settings::TrackedDebt;
use crate::facts::DebtMarker;

use super::{About, Measurement, Note, Reading, Subject, Taken, View, lines_named};

pub(super) const ABOUT: About = About {
    unit: "code lines",
    gap: "markers of debt",
    why: "Debt that is only a comment is paid by whoever trips over it. Write down the issue beside the word, or repair it.",
    fewest_subjects: 5,
    by_change: false,
};

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
    Measurement::Taken(taken)
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
    use crate::measures::testing::check;

    const FIXTURE: &str = "//- a.py\nx = 1  # TODO: later\ny = 'TODO list'\nz = 2  # TODO(#123): x\n//- b.py\nclass TodoItem: ...\n";

    #[test]
    fn a_marker_without_an_issue_is_bad() {
        check("tracked-debt", FIXTURE, "3 of 4\na.py `TODO` on line 1");
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
