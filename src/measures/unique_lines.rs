//! Unique lines: of all code lines, those that stand nowhere else in a run of the same tokens.
//!
//! A clone is a run of equal tokens, white space and comments aside, of at least so many tokens and so many lines (Type-1).
//! Both sides count. Imports, inline tests and tables of literals are no clones, and two runs in one file must not overlap. A
//! line is a copy if all of its tokens are: what a clone merely touches at its ends is not.

mod clones;

use std::collections::BTreeMap;

use crate::codebase::FileIndex;
use crate::definition::settings::UniqueLines;
use crate::facts::Prints;

use self::clones::{Clone, Fewest, Tokens};
use super::{About, Measurement, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "code lines",
    gap: "duplicated lines",
    why: "What stands twice is repaired once. Give the common part a name where it changes for one reason.",
    fewest_subjects: 5,
    by_change: false,
};

/// Most runs of lines that are named for a file.
const MOST_NAMED: usize = 3;

pub(super) fn read(view: &View, settings: &UniqueLines) -> Measurement {
    let mut taken = Taken {
        unknown: view.lost(),
        ..Taken::default()
    };
    let mut languages: BTreeMap<&str, Vec<(FileIndex, &Prints)>> = BTreeMap::new();
    for (index, file, facts) in view.code() {
        if !facts.prints.is_empty() {
            let language = file.language.map_or("", |language| language.name());
            let files = languages.entry(language).or_default();
            files.push((index, &facts.prints));
        }
    }
    for files in languages.values() {
        taken.readings.extend(readings(view, files, settings));
    }
    taken.readings.sort_by_key(|reading| reading.subject);
    Measurement::Taken(taken)
}

/// The readings of files of one language.
fn readings(view: &View, files: &[(FileIndex, &Prints)], settings: &UniqueLines) -> Vec<Reading> {
    let mut tokens = Tokens::default();
    for (_, prints) in files {
        tokens.add(prints);
    }
    let clones = tokens.clones(Fewest {
        tokens: settings.min_tokens as usize,
        lines: settings.min_lines as usize,
    });
    let mut cover = Cover::new(&clones);
    let mut readings = Vec::with_capacity(files.len());
    for (at, (index, _)) in files.iter().enumerate() {
        let mut of = 0;
        let mut copies: Vec<Copy> = Vec::new();
        for (line, count) in tokens.lines_of(at) {
            of += 1;
            if let Some(clone) = cover.whole(line.start, line.start + count) {
                match copies.last_mut() {
                    Some(copy) if copy.clone == clone => {
                        (copy.last, copy.lines) = (line.number, copy.lines + 1)
                    }
                    _ => copies.push(Copy {
                        clone,
                        first: line.number,
                        last: line.number,
                        lines: 1,
                        other: clone.other + (line.start + count - 1 - clone.start),
                    }),
                }
            }
        }
        let bad: u64 = copies.iter().map(|copy| copy.lines).sum();
        let elsewhere = |copy: &Copy| {
            let (file, line) = tokens.place(copy.other);
            let path = view.codebase.file(files[file].0).path.to_str();
            match (copy.first, copy.last) {
                (first, last) if first == last => format!("{first} as {path}:{line}"),
                (first, last) => format!("{first}\u{2013}{last} as {path}:{line}"),
            }
        };
        readings.push(Reading {
            subject: Subject::File(*index),
            good: of - bad,
            of,
            note: (bad > 0).then(|| Note::Words(words(&copies, bad, elsewhere).into())),
        });
    }
    readings
}

/// Lines of a file that stand elsewhere, too.
struct Copy {
    clone: Clone,
    first: u32,
    last: u32,
    lines: u64,
    /// A token of the first line as it stands there.
    other: usize,
}

/// What there is to say of a file with copies.
fn words(copies: &[Copy], bad: u64, elsewhere: impl Fn(&Copy) -> String) -> String {
    let named: Vec<String> = copies.iter().take(MOST_NAMED).map(elsewhere).collect();
    let rest = match copies.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let lines = if bad == 1 { "line" } else { "lines" };
    format!("{bad} {lines} duplicated: {}{rest}", named.join(", "))
}

/// What clones cover, asked from the first token to the last.
struct Cover<'a> {
    /// Those not met yet.
    clones: &'a [Clone],
    /// Of those met, the one that reaches furthest.
    furthest: Option<Clone>,
}

impl<'a> Cover<'a> {
    fn new(clones: &'a [Clone]) -> Self {
        Self {
            clones,
            furthest: None,
        }
    }

    /// The clone that covers the last of some tokens, if clones cover all of them.
    fn whole(&mut self, start: usize, end: usize) -> Option<Clone> {
        let mut is_whole = true;
        let mut reach = self.furthest.map_or(start, |clone| clone.end.max(start));
        while let Some((clone, rest)) = self.clones.split_first()
            && clone.start < end
        {
            self.clones = rest;
            if reach < end {
                is_whole &= clone.start <= reach;
            }
            if clone.end > reach {
                reach = clone.end;
                self.furthest = Some(*clone);
            }
        }
        self.furthest.filter(|_| is_whole && reach >= end)
    }
}

#[cfg(test)]
mod tests {
    use crate::measures::testing::check;

    const CLONE: &str =
        "one = first(1)\ntwo = second(one)\nthree = third(two)\nfour = fourth(three)\n";
    const MEASURE: &str = "unique-lines = { min_lines = 3, min_tokens = 10 }";

    #[test]
    fn both_sides_of_a_clone_count_and_the_rest_does_not() {
        let fixture = format!(
            "//- a.py\nx = 1\n{CLONE}y = 2\n//- b.py\nif here:\n    # so\n    {}z = 3\n//- c.py\none = first(1)\ntwo = second(one)\n",
            CLONE.replace('\n', "\n    ").trim_end_matches(' ')
        );
        check(
            MEASURE,
            &fixture,
            "6 of 14\na.py 4 lines duplicated: 2–5 as b.py:3\nb.py 4 lines duplicated: 3–6 as a.py:2",
        );
    }

    #[test]
    fn code_that_was_only_wrapped_anew_is_a_copy() {
        let wrapped = CLONE.replace("(one)", "(\n    one\n)");
        check(
            MEASURE,
            &format!("//- a.py\n{CLONE}//- b.py\n{wrapped}"),
            "0 of 10\na.py 4 lines duplicated: 1–4 as b.py:1\nb.py 6 lines duplicated: 1–6 as a.py:1",
        );
    }

    #[test]
    fn a_line_that_a_clone_merely_touches_is_no_copy() {
        // Five tokens on three lines are equal, and one line is equal as a whole.
        let other = "second = (\n1 +\nx)\n";
        let measure = "unique-lines = { min_lines = 3, min_tokens = 5 }";
        check(
            measure,
            &format!("//- a.py\nfirst = (\n1 +\nx + y)\n//- b.py\n{other}"),
            "4 of 6\na.py 1 line duplicated: 2 as b.py:2\nb.py 1 line duplicated: 2 as a.py:2",
        );
    }

    #[test]
    fn clones_next_to_one_another_make_a_line_a_copy() {
        check(
            "unique-lines = { min_lines = 2, min_tokens = 3 }",
            "//- a.py\nf(\na + b + c\n)\n//- b.py\nf(\na + b\n)\n//- c.py\ng(\nx + c\n)\n",
            "3 of 9\na.py 3 lines duplicated: 1 as b.py:1, 2–3 as c.py:2\nb.py 2 lines duplicated: 1–2 as a.py:1\nc.py 1 line duplicated: 3 as a.py:3",
        );
    }

    #[test]
    fn a_clone_does_not_overlap_itself() {
        check(
            MEASURE,
            "//- a.py\nf(1, 2)\nf(1, 2)\nf(1, 2)\nf(1, 2)\n",
            "4 of 4",
        );
        let six = "f(1, 2)\n".repeat(6);
        check(
            MEASURE,
            &format!("//- a.py\n{six}"),
            "0 of 6\na.py 6 lines duplicated: 1–3 as a.py:4, 4–6 as a.py:1",
        );
    }

    #[test]
    fn no_more_than_a_few_runs_are_named() {
        let apart = ["a", "b", "c", "d", "e"].map(|name| format!("{CLONE}{name} = 0\n"));
        check(
            MEASURE,
            &format!("//- a.py\n{}", apart.concat()),
            "5 of 25\na.py 20 lines duplicated: 1–4 as a.py:6, 6–9 as a.py:11, 11–14 as a.py:6 and 2 more",
        );
    }

    #[test]
    fn tables_of_literals_imports_and_other_languages_are_no_clones() {
        let table = "x = [\n1, 2, 3,\n4, 5, 6,\n7, 8, 9,\n10, 11, 12,\n]\n";
        check(
            MEASURE,
            &format!("//- a.py\n{table}//- b.py\n{table}"),
            "12 of 12",
        );
        let imports = "import a.b.c\nimport d.e.f\nimport g.h.i\nimport j.k.l\nx = 1\n";
        check(
            MEASURE,
            &format!("//- a.py\n{imports}//- b.py\n{imports}"),
            "2 of 2",
        );
        let call = "f(a, b);\ng(a, b);\nh(a, b);\n";
        check(
            MEASURE,
            &format!("//- a.js\n{call}//- b.ts\n{call}"),
            "6 of 6",
        );
    }

    #[test]
    fn a_clone_has_enough_lines_and_enough_tokens() {
        let fixture = format!("//- a.py\n{CLONE}//- b.py\n{CLONE}");
        let all = "0 of 8\na.py 4 lines duplicated: 1–4 as b.py:1\nb.py 4 lines duplicated: 1–4 as a.py:1";
        check(
            "unique-lines = { min_lines = 4, min_tokens = 24 }",
            &fixture,
            all,
        );
        check(
            "unique-lines = { min_lines = 5, min_tokens = 24 }",
            &fixture,
            "8 of 8",
        );
        check(
            "unique-lines = { min_lines = 4, min_tokens = 25 }",
            &fixture,
            "8 of 8",
        );
    }
}
