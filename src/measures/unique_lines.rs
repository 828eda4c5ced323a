//! Unique lines: of all code lines, those that stand nowhere else in a run of the same lines.
//!
//! A clone is a run of equal code lines, white space and comments aside, of at least so many lines and so many tokens
//! (Type-1). Both sides count. Imports, inline tests and tables of literals are no clones. Lines are compared, not tokens
//! across lines, so code that was only wrapped anew is not found.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::codebase::FileIndex;
use crate::definition::settings::UniqueLines;
use crate::facts::LinePrint;

use super::{About, Measurement, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "code lines",
    gap: "duplicated lines",
    why: "What stands twice is repaired once. Give the common part a name where it changes for one reason.",
    fewest_subjects: 5,
    by_change: false,
};

/// Factor of the rolling hash: odd, so that no bits get lost.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
/// Of the tokens of a clone at most so many percent may stand on lines of literals.
const MOST_LITERAL_PERCENT: u64 = 80;

pub(super) fn read(view: &View, settings: &UniqueLines) -> Measurement {
    let mut taken = Taken {
        unknown: view.lost(),
        ..Taken::default()
    };
    let files: Vec<Lines> = view
        .code()
        .map(|(index, file, facts)| Lines {
            index,
            language: file.language.map_or("", |language| language.name()),
            prints: facts.prints.iter().collect(),
        })
        .filter(|lines| !lines.prints.is_empty())
        .collect();
    let clones = Clones::new(&files, settings);
    for (at, lines) in files.iter().enumerate() {
        let found = clones.of(at);
        let of = lines.prints.len() as u64;
        let bad = found.iter().filter(|other| other.is_some()).count() as u64;
        let note = found.iter().flatten().next().map(|(other, line)| {
            let path = view.codebase.file(files[*other].index).path.to_str();
            let words = match bad {
                1 => "1 line".to_owned(),
                bad => format!("{bad} lines"),
            };
            Note::Words(format!("{words} duplicated, the first at {path}:{line}").into())
        });
        taken.readings.push(Reading {
            subject: Subject::File(lines.index),
            good: of - bad,
            of,
            note,
        });
    }
    Measurement::Taken(taken)
}

/// The comparable lines of a file.
struct Lines {
    index: FileIndex,
    language: &'static str,
    prints: Vec<LinePrint>,
}

/// The shortest run from one line on that is long enough to be a clone.
#[derive(Clone, Copy)]
struct Run {
    file: usize,
    from: usize,
    to: usize,
}

/// For each line of each file: where the run it lies in stands elsewhere, as a file and a line there.
struct Clones {
    files: Vec<Vec<Option<(usize, u32)>>>,
}

impl Clones {
    fn new(files: &[Lines], settings: &UniqueLines) -> Self {
        let mut clones = Self {
            files: files
                .iter()
                .map(|lines| vec![None; lines.prints.len()])
                .collect(),
        };
        // Runs that are equal begin with equal lines and are equally long, so one hash each finds them all.
        let mut known: HashMap<(&str, u64), Vec<Run>, RandomState> = HashMap::default();
        for (file, lines) in files.iter().enumerate() {
            for (run, hash) in runs(file, lines, settings) {
                known.entry((lines.language, hash)).or_default().push(run);
            }
        }
        let mut groups: Vec<Vec<Run>> = known.into_values().filter(|runs| runs.len() > 1).collect();
        groups.sort_by_key(|runs| runs.first().map(|run| (run.file, run.from)));
        for runs in &groups {
            clones.mark(files, runs);
        }
        clones
    }

    /// Marks runs that are equal. Within a file two of them must not overlap.
    fn mark(&mut self, files: &[Lines], runs: &[Run]) {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
            return;
        };
        let mut start = 0;
        while start < runs.len() {
            let file = runs[start].file;
            let count = runs[start..]
                .iter()
                .take_while(|run| run.file == file)
                .count();
            let (own_first, own_last) = (runs[start], runs[start + count - 1]);
            for run in &runs[start..start + count] {
                let other = [first, last, &own_first, &own_last]
                    .into_iter()
                    .find(|other| {
                        other.file != run.file || other.to <= run.from || run.to <= other.from
                    });
                let Some(other) = other else { continue };
                for at in run.from..run.to {
                    let line = files[other.file].prints[other.from + at - run.from].line;
                    self.files[run.file][at].get_or_insert((other.file, line));
                }
            }
            start += count;
        }
    }

    fn of(&self, file: usize) -> &[Option<(usize, u32)>] {
        &self.files[file]
    }
}

/// The shortest long-enough run from each line of a file, with a hash over it.
fn runs<'a>(
    file: usize,
    lines: &'a Lines,
    settings: &'a UniqueLines,
) -> impl Iterator<Item = (Run, u64)> + 'a {
    let prints = &lines.prints;
    // Of all lines before each: a polynomial over their hashes, their tokens, and those on lines of literals.
    let mut hashes = vec![0_u64; prints.len() + 1];
    let mut tokens = vec![0_u64; prints.len() + 1];
    let mut literals = vec![0_u64; prints.len() + 1];
    let mut powers = vec![1_u64; prints.len() + 1];
    for (at, print) in prints.iter().enumerate() {
        let hash = u64::from(print.hash).wrapping_add(1).wrapping_mul(FACTOR) | 1;
        hashes[at + 1] = hashes[at]
            .wrapping_mul(FACTOR)
            .wrapping_add(hash ^ (hash >> 29));
        powers[at + 1] = powers[at].wrapping_mul(FACTOR);
        let count = u64::from(print.tokens);
        tokens[at + 1] = tokens[at] + count;
        literals[at + 1] = literals[at] + if print.is_literal { count } else { 0 };
    }
    let fewest = settings.min_lines as usize;
    let mut to = 0;
    (0..prints.len()).filter_map(move |from| {
        to = to.max(from + fewest);
        while to <= prints.len() && tokens[to] - tokens[from] < u64::from(settings.min_tokens) {
            to += 1;
        }
        if to > prints.len() {
            return None;
        }
        let (all, literal) = (tokens[to] - tokens[from], literals[to] - literals[from]);
        if literal * 100 >= all * MOST_LITERAL_PERCENT {
            return None;
        }
        let hash = hashes[to].wrapping_sub(hashes[from].wrapping_mul(powers[to - from]));
        // The length is part of what is compared.
        let hash = hash ^ (to as u64 - from as u64).wrapping_mul(FACTOR);
        Some((Run { file, from, to }, hash))
    })
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
            "6 of 14\na.py 4 lines duplicated, the first at b.py:3\nb.py 4 lines duplicated, the first at a.py:2",
        );
    }

    #[test]
    fn a_run_does_not_overlap_itself() {
        check(
            MEASURE,
            "//- a.py\nf(1, 2)\nf(1, 2)\nf(1, 2)\nf(1, 2)\n",
            "4 of 4",
        );
        let six = "f(1, 2)\n".repeat(6);
        check(
            MEASURE,
            &format!("//- a.py\n{six}"),
            "0 of 6\na.py 6 lines duplicated, the first at a.py:4",
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
        let all = "0 of 8\na.py 4 lines duplicated, the first at b.py:1\nb.py 4 lines duplicated, the first at a.py:1";
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
