//! Transitions: what became of every subject between base and head.

use crate::codebase::maps::{Map, Set};
use crate::codebase::{Content, FileIndex};
use crate::definition::{Component, Measure};
use crate::evaluation::Excused;
use crate::facts::Lost;
use crate::measures::{self, Reading, Subject};
use crate::path::RepoPath;

use super::Side;
use super::matching::{Match, Matching, Places, places};
use super::tests_kept::{Answer, TestsKept};

/// What became of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It is bad and was not: new, or good before.
    NewlyBad,
    /// It was bad and is worse.
    Worsened,
    /// It was bad and is good, or less bad.
    Fixed,
    /// It is as bad as it was and lies elsewhere, or it is judged worse only because of where it or other code lies now,
    /// of how it is laid out, or of what is gone.
    Moved,
    /// It is bad, and a waiver excuses it that did not before.
    Waived,
    /// It was bad and is gone.
    Removed,
    /// It is as bad as it was.
    Inherited,
}

impl Kind {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::NewlyBad,
        Self::Worsened,
        Self::Fixed,
        Self::Moved,
        Self::Waived,
        Self::Removed,
        Self::Inherited,
    ];

    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::NewlyBad => "newly-bad",
            Self::Worsened => "worsened",
            Self::Fixed => "fixed",
            Self::Moved => "moved",
            Self::Waived => "waived",
            Self::Removed => "removed",
            Self::Inherited => "inherited",
        }
    }

    /// Whether a ratchet holds against it.
    pub fn is_regression(self) -> bool {
        matches!(self, Self::NewlyBad | Self::Worsened)
    }

    /// By how much the gap changed, or what of it is kept, if so much was missing before and is missing after.
    pub(crate) fn amount(self, before: u64, after: u64) -> u64 {
        match self {
            Self::NewlyBad | Self::Worsened => after.saturating_sub(before),
            Self::Fixed => before.saturating_sub(after),
            Self::Removed => before,
            Self::Moved | Self::Waived | Self::Inherited => after,
        }
    }
}

/// A subject that is or was bad, before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Transition {
    pub(crate) kind: Kind,
    /// What it is; none if it is gone.
    pub(crate) now: Option<Subject>,
    /// What it was; none if it is new.
    pub(crate) was: Option<Subject>,
    /// What was missing of it.
    pub(crate) before: u64,
    /// What is missing of it.
    pub(crate) after: u64,
}

/// What a component counted for one subject on both sides: good and of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) now: Option<Subject>,
    pub(crate) was: Option<Subject>,
    pub(crate) before: Option<(u64, u64)>,
    pub(crate) after: Option<(u64, u64)>,
}

/// What became of the subjects of one component.
#[derive(Clone, Debug, Default)]
pub(crate) struct Transitions {
    /// Subjects that are or were bad, in the order of the head's readings, then those that are gone.
    pub(crate) all: Vec<Transition>,
    /// Subjects whose numbers changed.
    pub(crate) moves: Vec<Move>,
    /// Good, of and number of subjects that are on both sides, as they are now; and of those that are gone, as they were.
    pub(crate) kept: (u64, u64, u64),
    /// Files that were measured, or are new, and cannot be measured now.
    pub(crate) unknown: Vec<(FileIndex, Lost)>,
    /// Files of either side whose content nobody saw.
    pub(crate) unseen: Vec<(RepoPath, Lost)>,
}

/// What a subject of the head was for one component.
enum Before {
    /// Nothing.
    New,
    /// It existed, and the component did not judge it.
    NotJudged,
    /// It was good, or so much was missing of it, and so far it was from the bar.
    Judged { gap: u64, degree: u64 },
    /// A part of something of which so much was missing and that was so far from the bar.
    Part { of: Subject, gap: u64, degree: u64 },
}

/// Follows the subjects of one component.
pub(crate) struct Follower<'a> {
    pub(crate) base: Side<'a>,
    pub(crate) head: Side<'a>,
    pub(crate) matching: &'a Matching,
    pub(crate) position: usize,
    pub(crate) component: &'a Component,
    /// Of the base.
    pub(crate) readings: Map<Subject, &'a Reading>,
    /// What is excused at the base and at the head.
    pub(crate) excused: [Map<Subject, Excused>; 2],
    /// What its places were, if it judges any.
    places: Places,
}

impl<'a> Follower<'a> {
    /// Of the component at this position, which is the same on both sides; none if it looks at history: a change cannot
    /// alter the past.
    pub(crate) fn new(
        base: Side<'a>,
        head: Side<'a>,
        matching: &'a Matching,
        position: usize,
    ) -> Option<Self> {
        let component = &head.evaluation.components.get(position)?.component;
        if component.measure.is_drawn_from_history() {
            return None;
        }
        let readings = base.evaluation.readings(position);
        Some(Self {
            base,
            head,
            matching,
            position,
            component,
            readings: readings
                .iter()
                .map(|reading| (reading.subject, reading))
                .collect(),
            excused: [base, head].map(|side| side.evaluation.excused(position)),
            places: places(matching, base, head, position),
        })
    }

    /// What a subject of the head was; none if it is new.
    pub(super) fn matched(&self, subject: Subject) -> Option<Match> {
        let place = self.places.get(&subject).copied();
        place.or_else(|| self.matching.of(subject))
    }

    /// What became of every subject.
    pub(crate) fn run(&self) -> Transitions {
        let mut found = Transitions::default();
        let mut met: Set<Subject> = Set::default();
        for reading in self.head.evaluation.readings(self.position) {
            let was = self.matched(reading.subject).map(|matched| matched.was);
            let known = was.and_then(|was| Some((was, *self.readings.get(&was)?)));
            let after = (reading.good, reading.of);
            if let Some((was, known)) = known {
                met.insert(was);
                add(&mut found.kept, reading);
                let before = (known.good, known.of);
                if before != after {
                    found.moves.push(Move {
                        now: Some(reading.subject),
                        was: Some(was),
                        before: Some(before),
                        after: Some(after),
                    });
                }
            } else {
                found.moves.push(Move {
                    now: Some(reading.subject),
                    was,
                    before: None,
                    after: Some(after),
                });
            }
            found.all.extend(self.transition(reading, was));
        }
        let unreadable = self.unreadable();
        for reading in self.base.evaluation.readings(self.position) {
            if met.contains(&reading.subject) {
                continue;
            }
            add(&mut found.kept, reading);
            found.moves.push(Move {
                now: None,
                was: Some(reading.subject),
                before: Some((reading.good, reading.of)),
                after: None,
            });
            // What cannot be read is not gone.
            let file = reading.subject.file();
            if reading.gap() > 0 && file.is_none_or(|file| !unreadable.contains(&file)) {
                found.all.push(Transition {
                    kind: Kind::Removed,
                    now: None,
                    was: Some(reading.subject),
                    before: reading.gap(),
                    after: 0,
                });
            }
        }
        found.unknown = self.unknown();
        found.unseen = self.unseen();
        self.ask_tests(&mut found);
        found
    }

    /// What became of one subject, if it is or was bad.
    fn transition(&self, reading: &Reading, was: Option<Subject>) -> Option<Transition> {
        let subject = reading.subject;
        let after = reading.gap();
        let [excused_before, excused] = &self.excused;
        if let Some(excused) = excused.get(&subject) {
            let before = was.filter(|was| !excused_before.contains_key(was));
            let gap = before.and_then(|was| self.readings.get(&was));
            return (was.is_none() || before.is_some()).then(|| Transition {
                kind: Kind::Waived,
                now: Some(subject),
                was,
                before: gap.map_or(0, |reading| reading.gap()),
                after: excused.gap,
            });
        }
        let in_place = if self.has_moved(subject) {
            Kind::Moved
        } else {
            Kind::Inherited
        };
        let now = measures::degree(self.head.codebase, self.component, reading);
        let or_excused = |kind: Kind| {
            if self.is_excused(reading) {
                Kind::Moved
            } else {
                kind
            }
        };
        let mut was = was;
        let (kind, before) = match self.before(subject) {
            Before::New if after > 0 => (Kind::NewlyBad, 0),
            Before::NotJudged if after > 0 => (in_place, 0),
            Before::New | Before::NotJudged => return None,
            Before::Judged { gap: 0, .. } if after == 0 => return None,
            Before::Judged { gap: 0, .. } => (or_excused(Kind::NewlyBad), 0),
            Before::Judged { gap, degree } => {
                let kind = if after == 0 || now < degree {
                    Kind::Fixed
                } else if now > degree {
                    or_excused(Kind::Worsened)
                } else {
                    in_place
                };
                (kind, gap)
            }
            Before::Part { .. } if after == 0 => return None,
            Before::Part { of, gap, degree } => {
                was = was.or(Some(of));
                if gap > 0 && now <= degree {
                    (Kind::Moved, after)
                } else {
                    (or_excused(Kind::NewlyBad), 0)
                }
            }
        };
        Some(Transition {
            kind,
            now: Some(subject),
            was,
            before,
            after,
        })
    }

    fn before(&self, subject: Subject) -> Before {
        let Some(file) = subject.file() else {
            return Before::New;
        };
        if let Subject::File(_) = subject {
            return self.file_before(file);
        }
        let lineage = self.matching.lineage(file);
        match self.matched(subject) {
            Some(matched) => self.judged(matched.was),
            None if lineage.was.is_some_and(|was| !self.judges(was)) => Before::NotJudged,
            None => self.part_before(subject),
        }
    }

    /// What there was to say of a subject of the base.
    fn judged(&self, was: Subject) -> Before {
        match self.readings.get(&was) {
            Some(reading) => Before::Judged {
                gap: reading.gap(),
                degree: self.degree(reading),
            },
            None if was.file().is_some_and(|file| self.judges(file)) => {
                Before::Judged { gap: 0, degree: 0 }
            }
            None => Before::NotJudged,
        }
    }

    /// What is cut out of a complex function is no more complex than that was. A signature of its own is new.
    fn part_before(&self, subject: Subject) -> Before {
        let whole = match self.component.measure {
            Measure::SimpleFunctions(_) => self.matching.part_of(subject),
            _ => None,
        };
        let reading = whole.and_then(|whole| self.readings.get(&whole));
        reading.map_or(Before::New, |reading| Before::Part {
            of: reading.subject,
            gap: reading.gap(),
            degree: self.degree(reading),
        })
    }

    fn file_before(&self, file: FileIndex) -> Before {
        let lineage = self.matching.lineage(file);
        let origins = self.matching.origins(file);
        if let Some(was) = lineage.was {
            let before = self.judged(Subject::File(was));
            let is_taken_over = matches!(self.component.measure, Measure::TestedFiles(_))
                && matches!(before, Before::Judged { gap: 1.., .. })
                && self.lines_of_good(&origins.files) * 2 > origins.old() + origins.new;
            return if is_taken_over {
                // Most of what is in it had a test where it came from.
                Before::Judged { gap: 0, degree: 0 }
            } else {
                before
            };
        }
        // Made of parts of other files, it is what they were.
        let has_old_functions = origins.old() > 0 && origins.old() >= origins.new;
        let has_old_lines = lineage.moved > 0 && lineage.moved * 2 >= lineage.lines;
        let files: Vec<FileIndex> = if has_old_functions {
            origins.files.iter().map(|(file, _)| *file).collect()
        } else if has_old_lines && origins.new == 0 {
            lineage.sources.clone()
        } else {
            return Before::New;
        };
        let Some(first) = files.iter().copied().find(|file| self.judges(*file)) else {
            return Before::NotJudged;
        };
        let had_test = self.lines_of_good(&origins.files) * 2 > origins.old();
        if matches!(self.component.measure, Measure::TestedFiles(_)) && had_test {
            return Before::Part {
                of: Subject::File(first),
                gap: 0,
                degree: 0,
            };
        }
        let readings = files
            .iter()
            .filter_map(|file| self.readings.get(&Subject::File(*file)));
        let (gap, degree) = readings.fold((0, 0), |(gap, degree), reading| {
            (gap + reading.gap(), degree + self.degree(reading))
        });
        Before::Part {
            of: Subject::File(first),
            gap,
            degree,
        }
    }

    /// How many lines came from files of which nothing was missing.
    fn lines_of_good(&self, files: &[(FileIndex, u64)]) -> u64 {
        let is_good = |file: FileIndex| {
            let reading = self.readings.get(&Subject::File(file));
            reading.is_some_and(|reading| reading.gap() == 0)
        };
        let good = files.iter().filter(|(file, _)| is_good(*file));
        good.map(|(_, lines)| lines).sum()
    }

    /// Whether the component judged what was in a file of the base.
    fn judges(&self, file: FileIndex) -> bool {
        measures::judges(self.base.codebase, self.component, file)
    }

    fn degree(&self, reading: &Reading) -> u64 {
        measures::degree(self.base.codebase, self.component, reading)
    }

    fn has_moved(&self, subject: Subject) -> bool {
        match (subject, subject.file()) {
            (Subject::File(file), _) => {
                let lineage = self.matching.lineage(file);
                lineage.is_renamed || lineage.was.is_none()
            }
            (_, Some(file)) => match self.matched(subject) {
                Some(matched) => matched.has_moved,
                None => self.matching.lineage(file).is_renamed,
            },
            _ => false,
        }
    }

    /// Files without a test are asked for together.
    fn ask_tests(&self, found: &mut Transitions) {
        if !matches!(self.component.measure, Measure::TestedFiles(_)) {
            return;
        }
        let suspects: Vec<(usize, FileIndex)> = found
            .all
            .iter()
            .enumerate()
            .filter(|(_, transition)| transition.kind == Kind::NewlyBad)
            .filter_map(|(at, transition)| Some((at, transition.now?.file()?)))
            .collect();
        let files: Vec<FileIndex> = suspects.iter().map(|(_, file)| *file).collect();
        let mut lost: Set<FileIndex> = Set::default();
        for ((at, _), answer) in suspects.iter().zip(TestsKept::new(self, &files).answers()) {
            match answer {
                Answer::Taken => {}
                Answer::Kept => found.all[*at].kind = Kind::Moved,
                Answer::Unknown(test) => {
                    found.all[*at].kind = Kind::Moved;
                    lost.insert(test);
                }
            }
        }
        let mut lost: Vec<FileIndex> = lost.into_iter().collect();
        lost.sort_unstable();
        let reason = |file: FileIndex| match &self.head.codebase.file(file).content {
            Content::Lost(lost) => Some((file, lost.clone())),
            _ => None,
        };
        found.unknown.extend(lost.into_iter().filter_map(reason));
    }

    /// Files of the base whose like at the head cannot be read.
    fn unreadable(&self) -> Set<FileIndex> {
        let lost = self.head.evaluation.unknown(self.position).iter();
        lost.filter_map(|(subject, _)| self.matching.lineage(subject.file()?).was)
            .collect()
    }
}

fn add(sum: &mut (u64, u64, u64), reading: &Reading) {
    sum.0 += reading.good;
    sum.1 += reading.of;
    sum.2 += u64::from(reading.of > 0);
}
