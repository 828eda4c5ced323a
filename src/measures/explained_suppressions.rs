//! Explained suppressions: of all code lines, those that do not silence a tool without saying why.
//!
//! A density as a share, so that it adds up: a file of 200 code lines with one bare `# type: ignore` has 199 good ones.

use super::{About, Measurement, Note, Reading, Subject, Taken, View, lines_named};

pub(super) const ABOUT: About = About {
    unit: "code lines",
    gap: "unexplained suppressions",
    why: "A silenced warning is a decision nobody can check later. Repair the cause, or write the reason beside it.",
    fewest_subjects: 5,
    by_change: false,
};

pub(super) fn read(view: &View) -> Measurement {
    let mut taken = Taken {
        unknown: view.lost(),
        ..Taken::default()
    };
    let (mut all, mut explained) = (0_u64, 0_u64);
    for (index, _, facts) in view.code() {
        let of = u64::from(facts.lines.code);
        if of == 0 {
            continue;
        }
        let bare = facts.suppressions.iter().filter(|one| !one.explained);
        let bare = bare.count() as u64;
        all += facts.suppressions.len() as u64;
        explained += facts.suppressions.len() as u64 - bare;
        taken.readings.push(Reading {
            subject: Subject::File(index),
            good: of - bare.min(of),
            of,
            note: (bare > 0).then_some(Note::Subject),
        });
    }
    if all > 0 {
        taken
            .notes
            .push(format!("{explained} of {all} suppressions say why"));
    }
    Measurement::Taken(taken)
}

pub(super) fn explain(view: &View, reading: &Reading) -> Option<String> {
    let facts = view.codebase.file(reading.subject.file()?).facts()?;
    let bare = facts.suppressions.iter().filter(|one| !one.explained);
    Some(lines_named(bare.map(|one| (&*one.marker, one.line))))
}

#[cfg(test)]
mod tests {
    use crate::measures::testing::check;

    #[test]
    fn a_suppression_with_a_reason_is_good() {
        check(
            "explained-suppressions",
            "//- a.py\nx = f()  # type: ignore\ny = g()  # noqa: E501 -- the address is long\nz = '# noqa'\n//- b.py\nx = 1\n",
            "3 of 4\na.py `type: ignore` on line 1",
        );
        check(
            "explained-suppressions",
            "//- a.rs\n#[allow(dead_code)]\nfn f() {}\n#[expect(unused, reason = \"later\")]\nfn g() {}\n",
            "3 of 4\na.rs `allow` on line 1",
        );
    }
}
