//! Escape-free lines: of all code lines, those that do not leave what the language checks of types and memory.
//!
//! Escapes are no faults: somewhere a program has to talk to what nobody has typed. Each is a line on which the reader has to
//! do the checker's work, so they are counted by the line, and those in inline tests are not.

use crate::definition::settings::EscapeFreeLines;
use crate::facts::{Escape, EscapeKind, Facts};

use super::{About, Measurement, Note, Reading, Subject, Taken, View, lines_named};

pub(super) const ABOUT: About = About {
    unit: "code lines",
    gap: "lines with an escape",
    why: "Behind an escape no checker looks. Declare the real type, check the value before it is used, or keep all of them in \
          one small module.",
    fewest_subjects: 5,
    by_change: false,
};

pub(super) fn read(view: &View, settings: &EscapeFreeLines) -> Measurement {
    let mut taken = Taken {
        unknown: view.lost(),
        ..Taken::default()
    };
    for (index, _, facts) in view.code() {
        let of = u64::from(facts.lines.code - facts.lines.code_in_tests.min(facts.lines.code));
        if of == 0 {
            continue;
        }
        let mut lines: Vec<u32> = escapes(facts, settings).map(|escape| escape.line).collect();
        lines.sort_unstable();
        lines.dedup();
        let bad = (lines.len() as u64).min(of);
        taken.readings.push(Reading {
            subject: Subject::File(index),
            good: of - bad,
            of,
            note: (bad > 0).then_some(Note::Subject),
        });
    }
    Measurement::Taken(taken)
}

/// The escapes of a file that count.
fn escapes<'a>(
    facts: &'a Facts,
    settings: &'a EscapeFreeLines,
) -> impl Iterator<Item = &'a Escape> {
    facts.escapes.iter().filter(|escape| match escape.kind {
        EscapeKind::Unchecked => true,
        EscapeKind::Panic => settings.panics,
        EscapeKind::Number => settings.numbers,
    })
}

pub(super) fn explain(
    view: &View,
    settings: &EscapeFreeLines,
    reading: &Reading,
) -> Option<String> {
    let facts = view.codebase.file(reading.subject.file()?).facts()?;
    let escapes = escapes(facts, settings);
    Some(lines_named(
        escapes.map(|escape| (&*escape.marker, escape.line)),
    ))
}

#[cfg(test)]
mod tests {
    use crate::measures::testing::check;

    const RUST: &str = "//- a.rs\nfn f(a: &[u8]) -> u8 {\n    let b = unsafe { *a.as_ptr() };\n    a.first().unwrap() + b as u8\n}\n\
                        #[cfg(test)]\nmod tests {\n    fn g() { unsafe {} }\n}\n";

    #[test]
    fn a_line_with_two_escapes_is_one() {
        check(
            "escape-free-lines",
            "//- a.py\nfrom typing import Any\ndef f(a: Any, b: Any):\n    return eval(a)\n//- b.py\nx = 1\n",
            "2 of 4\na.py `Any` on line 2, `eval` on line 3",
        );
    }

    #[test]
    fn what_ends_the_program_and_what_cuts_numbers_counts_on_request() {
        check("escape-free-lines", RUST, "3 of 4\na.rs `unsafe` on line 2");
        check(
            "escape-free-lines = { panics = true }",
            RUST,
            "2 of 4\na.rs `unsafe` on line 2, `unwrap` on line 3",
        );
        check(
            "escape-free-lines = { numbers = true }",
            RUST,
            "2 of 4\na.rs `as u8` on line 3, `unsafe` on line 2",
        );
    }
}
