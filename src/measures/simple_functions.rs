//! Simple functions: of all code lines inside functions, those in functions one can follow.
//!
//! A function is simple while its cognitive complexity (G. A. Campbell, SonarSource; decisions in `facts::complexity`) does
//! not pass the bar. Lines are the weight because a risk profile of lines, not of functions, says how much of the code
//! is hard to read (Heitlager, Kuipers, Visser 2007).

use crate::definition::settings::SimpleFunctions;
use crate::facts::Function;

use super::{About, Measurement, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "function lines",
    gap: "lines in complex functions",
    why: "Deeply nested decisions are where readers and reviewers lose the thread. Return early, name conditions, and \
          move inner loops into functions of their own.",
    fewest_subjects: 10,
    by_change: false,
};

pub(super) fn read(view: &View, settings: &SimpleFunctions) -> Measurement {
    let mut taken = Taken {
        unknown: view.lost(),
        ..Taken::default()
    };
    for (index, _, facts) in view.code() {
        for (at, function) in units(&facts.functions) {
            let simple = function.cognitive <= settings.max_cognitive;
            taken.readings.push(Reading {
                subject: Subject::Function(index, at),
                good: if simple {
                    u64::from(function.code_lines)
                } else {
                    0
                },
                of: u64::from(function.code_lines),
                note: (!simple).then_some(Note::Subject),
            });
        }
    }
    Measurement::Taken(taken)
}

/// Functions that are judged on their own, with their positions: with lines, outside tests, not counted by the function
/// around them.
pub(super) fn units(functions: &[Function]) -> impl Iterator<Item = (u32, &Function)> {
    (0..).zip(functions).filter(|(_, function)| {
        function.absorbed_by.is_none() && function.code_lines > 0 && !function.in_test
    })
}

pub(super) fn explain(view: &View, reading: &Reading) -> Option<String> {
    let function = reading.subject.function(view.codebase)?;
    Some(format!(
        "{}: cognitive complexity {} in {} lines",
        function.name.as_deref().unwrap_or("closure"),
        function.cognitive,
        function.code_lines
    ))
}

#[cfg(test)]
mod tests {
    use crate::measures::testing::check;

    #[test]
    fn lines_of_a_complex_function_are_missing_and_a_nested_one_belongs_to_it() {
        check(
            "simple-functions = { max_cognitive = 2 }",
            "//- a.py\ndef easy(x):\n    return x\n\ndef hard(x):\n    if x:\n        for y in x:\n            def inner(z):\n                return z\n    return x\n",
            "2 of 8
             a.py:4 hard: cognitive complexity 3 in 6 lines",
        );
    }

    #[test]
    fn a_factory_is_no_more_complex_than_it_is_itself() {
        check(
            "simple-functions = { max_cognitive = 0 }",
            "//- a.py\ndef factory():\n    def made(x):\n        return x if x else 1\n    return made\n",
            "2 of 4
             a.py:2 made: cognitive complexity 1 in 2 lines",
        );
    }
}
