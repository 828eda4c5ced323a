//! Waivers at work: which readings they excuse, and which of them hold no more or excuse nothing.
//!
//! What is excused counts as good in the share and as bad in the strict share. A waiver of the definition covers files, a
//! comment the code it stands at. For a subject that is a whole file, a comment anywhere in it is about the file.

use crate::codebase::maps::Map;
use crate::codebase::{Codebase, FileIndex};
use crate::day;
use crate::definition::{Component, Definition};
use crate::facts::{Allowance, AllowanceFault, Facts};
use crate::measures::{Reading, Subject};

/// A declared exception, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// The component it excuses from.
    pub component: String,
    /// Where it is declared: in this file, or in the definition.
    pub file: Option<FileIndex>,
    /// The line there, counted from 1.
    pub line: u32,
    /// The globs it covers; none for a comment.
    pub paths: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day it holds.
    pub until: Option<String>,
    /// Whether it holds.
    pub state: WaiverState,
    /// How many subjects it excuses.
    pub subjects: u64,
    /// How much of them is missing, in the unit of the measure.
    pub gap: u64,
}

/// Whether a waiver holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaiverState {
    /// It excuses something.
    InForce,
    /// Its last day lies before that of the commit.
    Expired,
    /// It would hold, and there is nothing it excuses.
    Unused,
    /// It gives no reason.
    NoReason,
    /// It is not written as one.
    NotUnderstood,
    /// There is no such component, or it takes no part.
    UnknownComponent,
}

impl WaiverState {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::Expired => "expired",
            Self::Unused => "unused",
            Self::NoReason => "no-reason",
            Self::NotUnderstood => "not-understood",
            Self::UnknownComponent => "unknown-component",
        }
    }
}

/// What was excused of one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Excused {
    /// The position of the reading.
    pub reading: usize,
    /// The position of the waiver.
    pub waiver: usize,
    /// How much of it is missing all the same.
    pub gap: u64,
}

/// All waivers of a definition and a codebase.
pub(super) struct Waivers<'a> {
    codebase: &'a Codebase,
    definition: &'a Definition,
    all: Vec<Waived>,
    /// By file: the comments in it, each with the waivers it declares.
    comments: Map<FileIndex, Vec<(&'a Allowance, Vec<usize>)>>,
}

impl<'a> Waivers<'a> {
    /// Those that hold on a day, and the others; without a day all of them hold.
    pub(super) fn new(
        definition: &'a Definition,
        codebase: &'a Codebase,
        today: Option<&str>,
    ) -> Self {
        let mut waivers = Self {
            codebase,
            definition,
            all: Vec::new(),
            comments: Map::default(),
        };
        for waiver in &definition.waivers {
            let paths = waiver.paths.patterns().iter();
            waivers.all.push(Waived {
                component: waiver.component.clone(),
                file: None,
                line: waiver.line(),
                paths: paths.map(|pattern| pattern.text.clone()).collect(),
                reason: waiver.reason.clone(),
                owner: waiver.owner.clone(),
                until: waiver.until.clone(),
                state: waivers.state(&waiver.component, waiver.until.as_deref(), today),
                subjects: 0,
                gap: 0,
            });
        }
        for (index, file) in codebase.indexed() {
            let Some(facts) = file.facts() else { continue };
            for allowance in &facts.allowances {
                waivers.comment(index, allowance, today);
            }
        }
        waivers
    }

    fn comment(&mut self, file: FileIndex, allowance: &'a Allowance, today: Option<&str>) {
        let mut ids: Vec<&str> = allowance.components.iter().map(|id| &**id).collect();
        if ids.is_empty() {
            ids.push("");
        }
        let first = self.all.len();
        for id in ids {
            let state = match allowance.fault {
                Some(AllowanceFault::NoReason) => WaiverState::NoReason,
                Some(AllowanceFault::NotUnderstood) => WaiverState::NotUnderstood,
                None => self.state(id, allowance.until.as_deref(), today),
            };
            self.all.push(Waived {
                component: id.to_owned(),
                file: Some(file),
                line: allowance.line,
                paths: Vec::new(),
                reason: allowance.reason.to_string(),
                owner: allowance.owner.as_ref().map(ToString::to_string),
                until: allowance.until.as_ref().map(ToString::to_string),
                state,
                subjects: 0,
                gap: 0,
            });
        }
        let declared = (first..self.all.len()).collect();
        let comments = self.comments.entry(file).or_default();
        comments.push((allowance, declared));
    }

    fn state(&self, component: &str, until: Option<&str>, today: Option<&str>) -> WaiverState {
        let is_known = self.definition.enabled().any(|row| row.id == component);
        let is_over = until.zip(today).is_some_and(|(until, today)| until < today);
        if !is_known {
            WaiverState::UnknownComponent
        } else if is_over {
            WaiverState::Expired
        } else {
            WaiverState::Unused
        }
    }

    /// Excuses readings of a component: what is excused becomes good. Tells which, in their order.
    pub(super) fn excuse(
        &mut self,
        component: &Component,
        readings: &mut [Reading],
    ) -> Vec<Excused> {
        let mut excused = Vec::new();
        let is_about = |waived: &Waived| {
            let holds = matches!(waived.state, WaiverState::InForce | WaiverState::Unused);
            holds && waived.component == component.id
        };
        if !self.all.iter().any(is_about) {
            return excused;
        }
        for (at, reading) in readings.iter_mut().enumerate() {
            let gap = reading.gap();
            if gap == 0 {
                continue;
            }
            let covering = self.covering(reading.subject);
            let Some(waiver) = covering.into_iter().find(|at| is_about(&self.all[*at])) else {
                continue;
            };
            let waived = &mut self.all[waiver];
            waived.state = WaiverState::InForce;
            waived.subjects += 1;
            waived.gap += gap;
            reading.good = reading.of;
            excused.push(Excused {
                reading: at,
                waiver,
                gap,
            });
        }
        excused
    }

    /// The waivers that cover a subject, whatever they excuse from: comments first.
    fn covering(&self, subject: Subject) -> Vec<usize> {
        let Some(index) = subject.file() else {
            return Vec::new();
        };
        let file = self.codebase.file(index);
        let mut found = Vec::new();
        for (allowance, declared) in self.comments.get(&index).into_iter().flatten() {
            let is_about = match (allowance.target, subject) {
                (None, _) | (_, Subject::File(_)) => true,
                (Some(line), _) => {
                    let lines = subject.line(self.codebase);
                    lines == Some(line)
                        || file
                            .facts()
                            .is_some_and(|facts| is_within(facts, subject, line))
                }
            };
            if is_about {
                found.extend(declared);
            }
        }
        for (at, waiver) in self.definition.waivers.iter().enumerate() {
            if waiver.paths.matches(&file.path) {
                found.push(at);
            }
        }
        found
    }

    /// All waivers, those of the definition first, then by file and line.
    pub(super) fn finish(self) -> Vec<Waived> {
        self.all
    }
}

/// Whether a line lies in a function and in none within it that begins later.
fn is_within(facts: &Facts, subject: Subject, line: u32) -> bool {
    let Subject::Function(_, at) = subject else {
        return false;
    };
    let holds = |at: usize| {
        let function = facts.functions.get(at);
        function.is_some_and(|function| (function.line..=function.end_line).contains(&line))
    };
    // Functions stand in the order of the text, so the last one that holds the line is the innermost.
    holds(at as usize) && !(at as usize + 1..facts.functions.len()).any(holds)
}

/// The day of the commit a codebase is measured from.
pub fn day_of(codebase: &Codebase) -> Option<String> {
    day::of(codebase.history.head.as_ref()?.time)
}

#[cfg(test)]
mod tests {
    use super::{Waived, WaiverState};
    use crate::definition::{Definition, parse};
    use crate::evaluation::{Evaluation, evaluate_on};
    use crate::measures::testing::codebase;

    const FIXTURE: &str = "//- bridge/a.py\ndef f(x): return x\n//- own/b.py\n\
        # quality: allow(typed-code) -- the caller passes anything\n@decorated\ndef g(x):\n    def inner(y): return y\n    return x\n\
        def h(x):\n    return x  # quality: allow(typed-code, until=2027-01-31) -- a day more\n\
        def i(x): return x\n# quality: allow(typed-cod) -- misspelt\n# quality: allow(typed-code)\n";

    fn definition(waivers: &str) -> Definition {
        let text = format!(
            "version = 1\n[component.typed-code]\nmeasure.typed-slots = {{}}\n[component.short-files]\nmeasure.short-files = {{ max_lines = 1 }}\n{waivers}"
        );
        parse(text.as_bytes(), "quality.toml").unwrap_or_else(|error| panic!("{error}"))
    }

    fn evaluated(waivers: &str, fixture: &str, today: Option<&str>) -> Evaluation {
        evaluate_on(&definition(waivers), &codebase(fixture), today, 1)
    }

    /// Good, good without waivers, and of.
    fn numbers(evaluation: &Evaluation) -> (u64, u64, u64) {
        let outcome = &evaluation.repository.outcomes[0];
        (outcome.good, outcome.strict_good(), outcome.of)
    }

    fn states(evaluation: &Evaluation) -> Vec<(u32, &'static str, u64)> {
        let told = |one: &Waived| (one.line, one.state.word(), one.subjects);
        evaluation.waivers.iter().map(told).collect()
    }

    #[test]
    fn a_comment_excuses_the_function_it_stands_at_and_no_other() {
        let evaluation = evaluated("", FIXTURE, Some("2027-01-31"));
        // f, g, inner, h, i have two holes each; g and h are excused.
        assert_eq!(numbers(&evaluation), (4, 0, 10));
        assert_eq!(
            states(&evaluation),
            [
                (1, "in-force", 1),
                (7, "in-force", 1),
                (9, "unknown-component", 0),
                (10, "no-reason", 0)
            ]
        );
    }

    #[test]
    fn a_waiver_holds_on_its_last_day_and_not_on_the_next() {
        let evaluation = evaluated("", FIXTURE, Some("2027-02-01"));
        assert_eq!(numbers(&evaluation), (2, 0, 10));
        assert_eq!(states(&evaluation)[1], (7, "expired", 0));
        // Where no commit says which day it is, it holds.
        assert_eq!(numbers(&evaluated("", FIXTURE, None)), (4, 0, 10));
    }

    #[test]
    fn a_waiver_of_the_definition_covers_files_and_only_its_component() {
        let waivers = "[[waiver]]\ncomponent = 'typed-code'\npaths = ['bridge/**']\nreason = 'frozen'\n\
             [[waiver]]\ncomponent = 'typed-code'\npaths = ['gone/**']\nreason = 'frozen'\n";
        let evaluation = evaluated(waivers, FIXTURE, Some("2027-01-31"));
        assert_eq!(numbers(&evaluation), (6, 0, 10));
        assert_eq!(
            states(&evaluation)[..2],
            [(8, "in-force", 1), (12, "unused", 0)]
        );
        let short = &evaluation.repository.outcomes[1];
        assert_eq!((short.waived, short.strict_score.is_some()), (0, false));
        let bridge = evaluation.directory(b"bridge").unwrap();
        assert_eq!((bridge.outcomes[0].good, bridge.outcomes[0].waived), (2, 2));
        assert_ne!(bridge.strict_score, bridge.score);
    }

    #[test]
    fn a_comment_anywhere_in_a_file_is_about_a_subject_that_is_the_file() {
        let fixture = "//- a.py\nx = 1\ny = 2\nz = 3 # quality: allow(short-files) -- a list\n//- b.py\nx = 1\ny = 2\n";
        let evaluation = evaluated("", fixture, None);
        let short = &evaluation.repository.outcomes[1];
        assert_eq!((short.good, short.strict_good(), short.of), (3, 0, 5));
    }

    #[test]
    fn no_waiver_raises_the_strict_share() {
        let all = "[[waiver]]\ncomponent = 'typed-code'\npaths = ['**']\nreason = 'x'\n";
        let with = evaluated(all, FIXTURE, None);
        let without = evaluated("", &FIXTURE.replace("quality:", "nothing:"), None);
        assert_eq!(numbers(&with), (10, 0, 10));
        assert_eq!(numbers(&without), (0, 0, 10));
        assert_eq!(with.repository.strict(), without.repository.score.as_ref());
        assert!(
            with.waivers
                .iter()
                .all(|one| one.state != WaiverState::Expired)
        );
    }
}
