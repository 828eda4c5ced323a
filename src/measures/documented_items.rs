//! Documented items: of all exposed functions and types, those with documentation.
//!
//! What a module offers to others is what has to be explained; what it hides may explain itself. Values are no subjects, nor
//! is a doc comment of nothing but tags documentation.

use crate::definition::settings::Boundary;
use crate::measures::hidden_items::is_exposed;

use super::{About, Measurement, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "items",
    gap: "undocumented items",
    why: "Whoever calls a module from outside should not have to read it. Say what it is for, in which unit, and what can \
          go wrong.",
    fewest_subjects: 10,
    by_change: false,
};

pub(super) fn read(view: &View) -> Measurement {
    let mut taken = Taken {
        unknown: view.lost(),
        ..Taken::default()
    };
    for (index, file, facts) in view.code() {
        for (at, item) in (0..).zip(&facts.items) {
            if item.in_test || item.is_value {
                continue;
            }
            if is_exposed(file, facts, item, Boundary::Directory) {
                taken.readings.push(Reading {
                    subject: Subject::Item(index, at),
                    good: u64::from(item.documented),
                    of: 1,
                    note: (!item.documented).then_some(Note::Subject),
                });
            }
        }
    }
    Measurement::Taken(taken)
}

pub(super) fn explain(view: &View, reading: &Reading) -> Option<String> {
    let Subject::Item(file, at) = reading.subject else {
        return None;
    };
    let item = view.codebase.file(file).facts()?.items.get(at as usize)?;
    Some(format!("{} has no documentation", item.name))
}

#[cfg(test)]
mod tests {
    use crate::measures::testing::check;

    #[test]
    fn exposed_functions_and_types_are_to_be_documented() {
        check(
            "documented-items",
            "//- a.py\nLIMIT = 3\ndef a():\n    '''Does.'''\ndef b(): ...\ndef _c(): ...\nclass D:\n    '''Is.'''\n",
            "2 of 3\na.py:4 b has no documentation",
        );
        check(
            "documented-items",
            "//- src/a.rs\n/// Is.\npub struct A;\npub enum B {}\nstruct C;\n",
            "1 of 2\nsrc/a.rs:3 B has no documentation",
        );
    }
}
