//! Bounds of a score: what it could be, had everything been judged that was lost.
//!
//! How much there is to judge in a file that nobody could read is not known. It is taken to be as much for each physical
//! line as in the measured files of its language, and a file whose lines are not even counted to be as long as the mean of
//! those. All of that is bad for the lower bound and good for the upper one. This is an estimate and promises nothing about
//! the file: it keeps what was lost as large as what was found, so that no score rests on a hole without saying so.
//!
//! Passages that could not be parsed widen it likewise where they are more than [`TOLERATED`] of a file. Grammars lag
//! behind their languages, and more than a third of the files of a sound repository can hold a line their grammar does
//! not know: two lines of 830,000 in a hundred published crates. That moves no printed number, and bounds that stand beside
//! every score are read by nobody.

use std::collections::{BTreeMap, BTreeSet};

use super::{Evaluated, Scope, Score};
use crate::codebase::{Codebase, FileIndex};
use crate::definition::{Decimal, OnUnmeasured};
use crate::facts::{Lines, Lost};
use crate::measures::{self, Measurement, Subject};

/// Parts of the unit of a measure in which estimates are made.
pub(super) const PARTS: u64 = 1_000;

/// One line of so many may be unparsed before a file widens the bounds.
const TOLERATED: u64 = 20;

/// The lowest and the highest score there could be.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    /// Everything that was lost is bad.
    pub low: Score,
    /// Everything that was lost is good.
    pub high: Score,
}

impl Bounds {
    /// Whether only what was lost could tell on which side of a bar of 0 to 100 the score lies, compared exactly.
    pub fn straddle(&self, bar: Decimal) -> bool {
        self.low.is_below(bar) && !self.high.is_below(bar)
    }
}

/// A score held against a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether the score of what was measured reaches the bar; none without a score.
    pub reached: Option<bool>,
    /// What was lost could change that.
    pub open: bool,
    /// That it could is held against nobody: the definition says so.
    pub tolerated: bool,
}

impl Standing {
    /// How a scope stands against a bar of 0 to 100, compared exactly.
    pub fn new(scope: &Scope, bar: Decimal, on_unmeasured: OnUnmeasured) -> Self {
        let score = scope.score.as_ref();
        let bounds = scope.bounds.as_ref();
        let open = bounds.is_some_and(|bounds| bounds.straddle(bar));
        Self {
            reached: score.map(|score| !score.is_below(bar)),
            open,
            tolerated: open && on_unmeasured == OnUnmeasured::Warn,
        }
    }

    /// Whether the bar is reached; none where nobody can tell.
    pub fn passes(self) -> Option<bool> {
        self.reached.filter(|_| !self.open || self.tolerated)
    }
}

/// What one language has to judge.
#[derive(Clone, Copy, Default)]
struct Found {
    files: u64,
    lines: u64,
    of: u64,
}

impl Found {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.lines += other.lines;
        self.of += other.of;
    }

    /// What so many lines are estimated to hold; as many as a mean file has, if they are not known.
    fn estimate(self, lines: Option<u64>) -> u64 {
        let wide = |number: u64| u128::from(number);
        let estimate = match lines {
            Some(lines) => {
                (wide(lines) * wide(self.of) * wide(PARTS)).div_ceil(wide(self.lines.max(1)))
            }
            None => (wide(self.of) * wide(PARTS)).div_ceil(wide(self.files.max(1))),
        };
        u64::try_from(estimate).unwrap_or(u64::MAX)
    }
}

/// How much a component could not judge, in [`PARTS`] of its unit, by file: an estimate.
pub(super) fn lost(codebase: &Codebase, evaluated: &Evaluated) -> Vec<(FileIndex, u64)> {
    let component = &evaluated.component;
    let Measurement::Taken(taken) = &evaluated.measurement else {
        return Vec::new();
    };
    // A change is judged by its paths, which nobody has to read.
    if measures::about(&component.measure).by_change {
        return Vec::new();
    }
    let lost: BTreeSet<FileIndex> = files_lost(&taken.unknown).collect();
    let judged =
        |index: &FileIndex| !lost.contains(index) && measures::judges(codebase, component, *index);
    let damaged: Vec<(FileIndex, u64)> = codebase
        .indexed()
        .filter_map(|(index, file)| Some((index, damage(&file.facts()?.lines)?)))
        .filter(|(index, _)| judged(index))
        .collect();
    if lost.is_empty() && damaged.is_empty() {
        return Vec::new();
    }
    let mut languages: BTreeMap<usize, Found> = BTreeMap::new();
    let language = |index: FileIndex| {
        let language = codebase.file(index).language;
        language.map(|language| language.index())
    };
    for (index, file) in codebase.indexed().filter(|(index, _)| judged(index)) {
        if let (Some(facts), Some(language)) = (file.facts(), language(index)) {
            let found = languages.entry(language).or_default();
            found.files += 1;
            found.lines += u64::from(facts.lines.total());
        }
    }
    for reading in &taken.readings {
        let file = reading.subject.file();
        if let Some(found) = file
            .and_then(language)
            .and_then(|language| languages.get_mut(&language))
        {
            found.of += reading.of;
        }
    }
    let mut all = Found::default();
    for found in languages.values() {
        all.add(*found);
    }
    let estimate = |index: FileIndex, lines: Option<u64>| {
        let own = language(index).and_then(|language| languages.get(&language));
        match own.filter(|found| found.lines > 0).unwrap_or(&all) {
            // Nothing like it was measured: anything is possible.
            found if found.lines == 0 => PARTS,
            found => found.estimate(lines),
        }
    };
    let of_lost = lost.iter().map(|index| {
        let lines = u64::from(codebase.file(*index).lines);
        (*index, estimate(*index, (lines > 0).then_some(lines)))
    });
    let of_damaged = damaged
        .iter()
        .map(|(index, lines)| (*index, estimate(*index, Some(*lines))));
    of_lost.chain(of_damaged).collect()
}

/// Files that keep bounds and score apart, each with the reason; none for one of which passages could not be parsed.
pub(super) fn open<'a>(
    codebase: &Codebase,
    components: &'a [Evaluated],
) -> BTreeMap<FileIndex, Option<&'a Lost>> {
    let mut open = BTreeMap::new();
    for evaluated in components {
        let component = &evaluated.component;
        if component.weight == Decimal::default() {
            continue;
        }
        open.extend(
            lost(codebase, evaluated)
                .iter()
                .map(|(file, _)| (*file, None)),
        );
    }
    for evaluated in components {
        if let Measurement::Taken(taken) = &evaluated.measurement {
            for (subject, lost) in taken.unknown.iter().filter(|(_, lost)| lost.leaves_open()) {
                let known = subject.file().and_then(|file| open.get_mut(&file));
                known.into_iter().for_each(|reason| *reason = Some(lost));
            }
        }
    }
    open
}

/// Files that were lost among subjects that could not be judged.
fn files_lost(unknown: &[(Subject, Lost)]) -> impl Iterator<Item = FileIndex> {
    let lost = unknown.iter().filter(|(_, lost)| lost.leaves_open());
    lost.filter_map(|(subject, _)| subject.file())
}

/// Lines of a file that could not be parsed, if they are too many to overlook.
fn damage(lines: &Lines) -> Option<u64> {
    let unparsed = u64::from(lines.unparsed);
    (unparsed * TOLERATED > u64::from(lines.total())).then_some(unparsed)
}

#[cfg(test)]
mod tests {
    use super::Standing;
    use crate::definition::{self, Decimal, OnUnmeasured};
    use crate::evaluation::{Evaluation, Outcome, evaluate};
    use crate::measures::testing::codebase;

    const GOOD: &str = "def load(x: int) -> int: return x\n";
    const BAD: &str = "def load(x): return x\n";

    fn evaluated(fixture: &str) -> Evaluation {
        let text = "version = 1\n[component.typed]\nmeasure.typed-slots = {}\ntarget = 1\nfloor = 0\n\
                    [component.short]\nmeasure.short-files = {}\ntarget = 1\nfloor = 0\n";
        let definition = definition::parse(text.as_bytes(), "quality.toml").unwrap();
        evaluate(&definition, &codebase(fixture), 1)
    }

    /// Low, score and high in tenths of a point.
    fn typed(outcome: &Outcome) -> Option<(u64, u64, u64)> {
        let bounds = outcome.bounds.as_ref()?;
        let tenths = |score: &crate::evaluation::Score| score.floor_hundred(10);
        Some((
            tenths(&bounds.low),
            tenths(outcome.score.as_ref()?),
            tenths(&bounds.high),
        ))
    }

    #[test]
    fn a_lost_file_holds_as_much_for_each_line_as_those_that_were_read() {
        // Three files of one line and two slots each, one of them bad; the lost one has two lines: four slots of ten.
        let fixture =
            format!("//- a.py\n{GOOD}//- b.py\n{GOOD}//- c.py\n{BAD}//- d.py (lost)\n{BAD}{BAD}");
        let found = evaluated(&fixture);
        assert_eq!(
            typed(&found.repository.outcomes[0]),
            Some((400, 666, 800)),
            "4 of 6, between 4 of 10 and 8 of 10"
        );
        let bounds = found.repository.bounds.unwrap();
        assert_eq!(
            (bounds.low.floor_hundred(10), bounds.high.floor_hundred(10)),
            (500, 900)
        );
    }

    #[test]
    fn where_nothing_is_lost_there_are_no_bounds() {
        let found = evaluated(&format!("//- a.py\n{GOOD}{BAD}"));
        assert_eq!(found.repository.bounds, None);
        assert!(
            found
                .repository
                .outcomes
                .iter()
                .all(|outcome| outcome.bounds.is_none())
        );
    }

    #[test]
    fn a_file_whose_lines_nobody_counted_is_as_long_as_the_mean_of_its_language() {
        // Six slots in two files are three for the third.
        let found = evaluated(&format!(
            "//- a.py\n{GOOD}{GOOD}//- b.py\n{BAD}//- c.py (lost)\n"
        ));
        assert_eq!(typed(&found.repository.outcomes[0]), Some((444, 666, 777)));
    }

    #[test]
    fn a_language_is_measured_by_its_own_files() {
        // There is no Rust but the lost file, so it is taken to be like all the rest; the Python file has its own kind.
        let rust = evaluated(&format!("//- a.py\n{GOOD}//- b.rs (lost)\nfn f() {{}}\n"));
        assert_eq!(typed(&rust.repository.outcomes[0]), Some((500, 1000, 1000)));
        // Rust without a slot says that lost Rust has none.
        let rust = evaluated(&format!(
            "//- a.py\n{GOOD}//- a.rs\nconst A: u8 = 1;\n//- b.rs (lost)\nfn f() {{}}\n"
        ));
        assert_eq!(typed(&rust.repository.outcomes[0]), None);
    }

    #[test]
    fn a_component_of_which_nothing_was_measured_may_be_anything() {
        let found = evaluated(&format!("//- a.py (lost)\n{GOOD}"));
        let outcome = &found.repository.outcomes[0];
        let bounds = outcome.bounds.as_ref().unwrap();
        assert_eq!(outcome.score, None);
        assert_eq!(
            (bounds.low.floor_hundred(1), bounds.high.floor_hundred(1)),
            (0, 100)
        );
        assert_eq!(
            found.repository.bounds, None,
            "there is no score to stand beside"
        );
    }

    #[test]
    fn a_little_that_could_not_be_parsed_is_overlooked_and_much_is_not() {
        let broken = "x = = = (\n";
        let with = |sound: usize| {
            let found = evaluated(&format!("//- a.py\n{}{broken}", GOOD.repeat(sound)));
            (
                found.components[0].method().is_some(),
                found.repository.bounds.is_some(),
            )
        };
        assert_eq!(with(100), (true, false));
        assert_eq!(with(10), (true, true));
    }

    #[test]
    fn bounds_hold_the_score_at_every_scope() {
        let fixture = format!(
            "//- p/a.py\n{GOOD}{BAD}//- p/b.py (lost)\n{BAD}{BAD}//- q/c.py\n{BAD}//- q/d.rs\nfn f(x: u8) {{}}\n\
             //- r/e.py (lost)\n"
        );
        let found = evaluated(&fixture);
        let mut seen = 0;
        for scope in found.scopes.iter().chain([&found.repository]) {
            let Some((bounds, score)) = scope.bounds.as_ref().zip(scope.score.as_ref()) else {
                continue;
            };
            let none = Decimal::default();
            assert!(!score.is_below_by(&bounds.low, none), "{scope:?}");
            assert!(!bounds.high.is_below_by(score, none), "{scope:?}");
            seen += 1;
        }
        // The repository, p, and Python; in r there is no score.
        assert_eq!(seen, 3);
        let untouched = found.directory(b"q").unwrap();
        assert_eq!(untouched.bounds, None);
    }

    #[test]
    fn the_lower_bound_is_held_against_a_bar() {
        let found = evaluated(&format!("//- a.py\n{GOOD}{BAD}//- b.py (lost)\n{BAD}"));
        // Types lie between 33.3 and 66.6, short files between 66.6 and 100.
        let at = |bar: f64, on_unmeasured| {
            let bar = Decimal::from_f64(bar).unwrap();
            let standing = Standing::new(&found.repository, bar, on_unmeasured);
            (standing.passes(), standing.open)
        };
        let (fail, warn) = (OnUnmeasured::Fail, OnUnmeasured::Warn);
        assert_eq!(at(50.0, fail), (Some(true), false));
        assert_eq!(at(50.1, fail), (None, true));
        assert_eq!(at(83.0, fail), (None, true));
        assert_eq!(at(84.0, fail), (Some(false), false));
        assert_eq!(at(75.0, warn), (Some(true), true));
        // What was measured is below: nobody opts out of that.
        assert_eq!(at(83.0, warn), (Some(false), true));
    }
}
