//! Short files: of all code lines, those in files that one can read in a sitting.
//!
//! Share of lines, not of files: one file of 5,000 lines weighs what it weighs. Inline tests are not
//! counted, so that writing them never makes a file too long.

use crate::definition::settings::ShortFiles;

use super::{About, Measurement, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "code lines",
    gap: "lines in long files",
    why: "Long files hide their parts and collect changes of every kind. Split along the groups of functions that are \
          changed together.",
    fewest_subjects: 5,
    by_change: false,
};

pub(super) fn read(view: &View, settings: &ShortFiles) -> Measurement {
    let mut taken = Taken {
        unknown: view.lost(),
        ..Taken::default()
    };
    for (index, _, facts) in view.code() {
        let lines = facts.lines.code - facts.lines.code_in_tests.min(facts.lines.code);
        if lines == 0 {
            continue;
        }
        let short = lines <= settings.max_lines;
        taken.readings.push(Reading {
            subject: Subject::File(index),
            good: if short { u64::from(lines) } else { 0 },
            of: u64::from(lines),
            note: (!short).then_some(Note::Subject),
        });
    }
    Measurement::Taken(taken)
}

pub(super) fn explain(settings: &ShortFiles, reading: &Reading) -> String {
    let lines = reading.of;
    let above = lines.saturating_sub(u64::from(settings.max_lines));
    format!("{lines} code lines, {above} too many")
}

#[cfg(test)]
mod tests {
    use crate::measures::testing::check;

    #[test]
    fn a_long_file_weighs_all_its_lines_and_tests_in_it_none() {
        check(
            "short-files = { max_lines = 3 }",
            "//- a.py\na = 1\n# not code\n\nb = 2\nc = 3\n//- b.py\na = 1\nb = 2\nc = 3\nd = 4\n\
             //- src/c.rs\nfn f() {}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn g() {}\n}\n",
            "4 of 8
             b.py 4 code lines, 1 too many",
        );
    }
}
