//! The trend: one definition over many commits. A point is what an evaluation comes to at one of them, small enough to
//! keep all; a trend is points in the order of time.
//!
//! All points of a trend are made under one definition. Scores and shares are in millionths of the whole, rounded down.

mod course;
mod directories;
mod sampling;

use serde::{Deserialize, Serialize};

use crate::class::Class;
use crate::codebase::{Codebase, Content, File};
use crate::definition::{Component, Decimal, Definition};
use crate::evaluation::{Evaluation, Outcome, Scope, Score, State};
use crate::git::HistoryState;
use crate::path::RepoPath;

pub use course::{Course, Level, Step, largest_step};
pub use directories::widest;
pub use sampling::{Calendar, Every, Sampled, Since, date, last_of_each, midnight};

/// What is asked of every commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The directory everything is narrowed to; empty for the whole repository.
    pub prefix: RepoPath,
    /// Directories with curves of their own, sorted, each once.
    pub directories: Vec<RepoPath>,
}

/// What one commit comes to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Point {
    /// Full id of the commit.
    pub commit: String,
    /// Its committer time, seconds since the epoch.
    pub time: i64,
    /// The ids of the components that were measured; each part has a value for each of them.
    ids: Vec<String>,
    /// The whole, then the directories in the order of the question; none for one in which there was nothing.
    pub parts: Vec<Option<Part>>,
    /// Why its history could not be read, and what repairs it.
    pub without_history: Option<(String, Option<String>)>,
    /// Files of code and tests that could not be measured.
    pub lost: u64,
}

/// One scope at one commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Part {
    /// The score.
    pub score: Level,
    /// The score without waivers.
    pub strict_score: Level,
    /// The share of the weight that applies here and is known.
    pub known: u32,
    /// Files of code that were read.
    pub files: u64,
    /// Code lines in them.
    pub lines: u64,
    /// One for each component of the point.
    pub values: Vec<Value>,
}

/// One component in one scope at one commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Value {
    /// Whether there is a number.
    pub state: State,
    /// Sum of what is good.
    pub good: u64,
    /// Sum of what was judged.
    pub of: u64,
    /// Subjects that could not be judged.
    pub unknown: u64,
    /// The score, if there is a number.
    pub score: Level,
    /// How much is good only by a waiver.
    pub waived: u64,
    /// The score without waivers.
    pub strict_score: Level,
}

impl Value {
    fn new(outcome: &Outcome) -> Self {
        Self {
            state: outcome.state,
            good: outcome.good,
            of: outcome.of,
            unknown: outcome.unknown,
            score: outcome.score.as_ref().map(level),
            waived: outcome.waived,
            strict_score: outcome.strict().map(level),
        }
    }

    /// The share of what is good; none where there is no number.
    pub fn share(&self) -> Level {
        share(self.good, self.of).filter(|_| self.state.is_known())
    }

    /// What is missing to a share of one, in the unit of the measure; none where there is no number.
    pub fn gap(&self) -> Option<u64> {
        self.state
            .is_known()
            .then(|| self.of.saturating_sub(self.good))
    }
}

/// 0 to 1 in millionths: 0 to 100 in ten-thousandths.
fn level(score: &Score) -> u32 {
    u32::try_from(score.floor_hundred(10_000)).unwrap_or(0)
}

/// A part of a whole; none of nothing.
fn share(part: u64, whole: u64) -> Level {
    let scaled = u128::from(part) * Decimal::SCALE as u128;
    u32::try_from(scaled.checked_div(whole.into())?).ok()
}

fn weight(decimal: Decimal) -> u64 {
    u64::try_from(decimal.millionths()).unwrap_or(0)
}

impl Point {
    /// What an evaluation of a commit comes to.
    pub fn new(
        (commit, time): (String, i64),
        codebase: &Codebase,
        evaluation: &Evaluation,
        question: &Question,
    ) -> Self {
        let places = std::iter::once(&question.prefix).chain(&question.directories);
        let parts = places.map(|place| {
            let scope = evaluation.directory(place.as_bytes())?;
            Some(Part::new(scope, codebase, place))
        });
        let ids = evaluation.components.iter();
        Self {
            commit,
            time,
            ids: ids
                .map(|evaluated| evaluated.component.id.clone())
                .collect(),
            parts: parts.collect(),
            without_history: match &codebase.history.state {
                HistoryState::Unavailable { reason, repair } => {
                    Some((reason.clone(), repair.clone()))
                }
                _ => None,
            },
            lost: codebase.files().iter().filter(|file| is_lost(file)).count() as u64,
        }
    }

    /// The point with its values in the order of a definition; none if it is not one of that definition and of so many
    /// directories: then it was not what it was taken for.
    pub fn fitted(mut self, definition: &Definition, question: &Question) -> Option<Self> {
        let wanted: Vec<&str> = definition
            .enabled()
            .map(|component| component.id.as_str())
            .collect();
        let order: Option<Vec<usize>> = wanted
            .iter()
            .map(|id| self.ids.iter().position(|known| known == id))
            .collect();
        let order = order.filter(|order| order.len() == self.ids.len())?;
        if self.parts.len() != question.directories.len() + 1 {
            return None;
        }
        for part in self.parts.iter_mut().flatten() {
            let values: Option<Vec<Value>> = order
                .iter()
                .map(|at| part.values.get(*at).copied())
                .collect();
            part.values = values?;
        }
        self.ids = wanted.into_iter().map(str::to_owned).collect();
        Some(self)
    }

    /// The whole: the repository, or the directory everything is narrowed to.
    pub fn whole(&self) -> Option<&Part> {
        self.parts.first()?.as_ref()
    }
}

impl Part {
    fn new(scope: &Scope, codebase: &Codebase, place: &RepoPath) -> Self {
        let (files, lines) = directories::size(codebase, place.as_bytes());
        Self {
            score: scope.score.as_ref().map(level),
            strict_score: scope.strict().map(level),
            known: share(weight(scope.known_weight), weight(scope.applicable_weight)).unwrap_or(0),
            files,
            lines,
            values: scope.outcomes.iter().map(Value::new).collect(),
        }
    }
}

fn is_lost(file: &File) -> bool {
    matches!(file.class, Class::Code | Class::Test) && matches!(file.content, Content::Lost(_))
}

/// A point in its place on the axis of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What the commit comes to.
    pub point: Point,
    /// First paragraph of its message.
    pub subject: String,
    /// The period it ends: its number and its first second; none where every commit is a point.
    pub period: Option<(i64, i64)>,
}

/// A commit that could not be measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its full id.
    pub commit: String,
    /// Its committer time.
    pub time: i64,
    /// Why.
    pub reason: String,
    /// The command that repairs it, if there is one.
    pub repair: Option<String>,
}

/// Points in the order of time with what is shown of them.
#[derive(Clone, Debug)]
pub struct Trend<'a> {
    /// Oldest first.
    pub moments: Vec<Moment>,
    /// Commits that should have been points, oldest first.
    pub missing: Vec<Missing>,
    /// The components shown, in the order of the definition, with their positions among the values.
    pub components: Vec<(usize, &'a Component)>,
    /// What was asked of every commit.
    pub question: Question,
}

impl Trend<'_> {
    /// Scores of the whole (0) or of a directory (from 1), one for each point.
    pub fn scores(&self, part: usize) -> Vec<Level> {
        self.each(part, |part| part.score)
    }

    /// Shares of a component, by its position among the values, one for each point.
    pub fn shares(&self, part: usize, component: usize) -> Vec<Level> {
        self.each(part, |part| part.values.get(component)?.share())
    }

    /// The value of a component at a point.
    pub fn value(&self, at: usize, part: usize, component: usize) -> Option<&Value> {
        self.part(at, part)?.values.get(component)
    }

    /// A scope at a point.
    pub fn part(&self, at: usize, part: usize) -> Option<&Part> {
        self.moments.get(at)?.point.parts.get(part)?.as_ref()
    }

    /// The point that stands for each period from the first to the last: where nothing was committed, the code is as it
    /// was before.
    pub fn columns(&self) -> Vec<usize> {
        let mut columns = Vec::with_capacity(self.moments.len());
        for (at, moment) in self.moments.iter().enumerate() {
            let before = at
                .checked_sub(1)
                .and_then(|before| self.moments.get(before));
            if let (Some((this, _)), Some((last, _))) =
                (moment.period, before.and_then(|before| before.period))
            {
                let empty = usize::try_from(this.saturating_sub(last).saturating_sub(1));
                columns.extend(std::iter::repeat_n(at - 1, empty.unwrap_or(0)));
            }
            columns.push(at);
        }
        columns
    }

    fn each(&self, part: usize, take: impl Fn(&Part) -> Level) -> Vec<Level> {
        (0..self.moments.len())
            .map(|at| take(self.part(at, part)?))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, Part, Point, Question, Trend, Value, level};
    use crate::definition::{Decimal, Definition, parse};
    use crate::evaluation::{Score, State, evaluate};
    use crate::measures::testing::codebase;
    use crate::path::RepoPath;

    const CODE: &str = "//- app/a.py\ndef f(x: int, y): return x\n//- lib/b.py\ndef g(x): return x\n\
                        //- tests/test_a.py\nfrom app.a import f\ndef test_f(): f(1, 2)\n";

    fn question(directories: &[&str]) -> Question {
        Question {
            prefix: RepoPath::from(""),
            directories: directories
                .iter()
                .map(|path| RepoPath::from(*path))
                .collect(),
        }
    }

    fn point(question: &Question) -> Point {
        let codebase = codebase(CODE);
        let evaluation = evaluate(&Definition::builtin(), &codebase, 1);
        Point::new(("c0".to_owned(), 7), &codebase, &evaluation, question)
    }

    fn typed(part: &Part, definition: &Definition) -> Value {
        let at = definition
            .enabled()
            .position(|component| component.id == "typed-code");
        part.values[at.unwrap()]
    }

    #[test]
    fn a_point_has_the_numbers_of_the_evaluation() {
        let point = point(&question(&["app", "gone", "lib"]));
        let builtin = Definition::builtin();
        let whole = typed(point.whole().unwrap(), &builtin);
        let app = point.parts[1].as_ref().unwrap();
        assert_eq!((typed(app, &builtin).good, typed(app, &builtin).of), (1, 3));
        assert_eq!((app.files, app.lines), (1, 1));
        assert_eq!(point.parts[2], None);
        assert_eq!((whole.good, whole.of, whole.gap()), (1, 5, Some(4)));
        assert_eq!(whole.share(), Some(200_000));
        assert_eq!(point.whole().unwrap().files, 2);
        assert_eq!(point.without_history, None);
    }

    #[test]
    fn a_value_without_a_number_has_no_share_and_no_gap() {
        let value = Value {
            state: State::Unavailable,
            good: 0,
            of: 0,
            unknown: 3,
            score: None,
            waived: 0,
            strict_score: None,
        };
        assert_eq!((value.share(), value.gap()), (None, None));
    }

    #[test]
    fn levels_are_rounded_down() {
        let decimal = |number| Decimal::from_f64(number).unwrap();
        let score = |good, of| Score::of_share(good, of, decimal(1.0), decimal(0.0)).unwrap();
        assert_eq!(level(&score(2, 3)), 666_666);
        assert_eq!(level(&score(1, 1)), 1_000_000);
    }

    #[test]
    fn a_point_is_fitted_to_the_order_of_a_definition_or_refused() {
        let question = question(&["app"]);
        let builtin = Definition::builtin();
        let kept = point(&question);
        let mut turned = builtin.clone();
        turned.components.reverse();
        let fitted = kept.clone().fitted(&turned, &question).unwrap();
        let values = |point: &Point| point.whole().unwrap().values.clone();
        let mut expected = values(&kept);
        expected.reverse();
        assert_eq!(values(&fitted), expected);
        assert_eq!(fitted.fitted(&builtin, &question), Some(kept.clone()));

        let text = "version = 1\n[component.typed-code]\nmeasure.typed-slots = {}\n";
        let other = parse(text.as_bytes(), "quality.toml").unwrap();
        assert_eq!(kept.clone().fitted(&other, &question), None);
        assert_eq!(kept.fitted(&builtin, &Question::default()), None);
    }

    #[test]
    fn where_nothing_was_committed_the_last_point_goes_on() {
        let moments = [3, 4, 7].map(|period| Moment {
            point: point(&Question::default()),
            subject: String::new(),
            period: Some((period, 0)),
        });
        let mut trend = Trend {
            moments: moments.to_vec(),
            missing: Vec::new(),
            components: Vec::new(),
            question: Question::default(),
        };
        assert_eq!(trend.columns(), [0, 1, 1, 1, 2]);
        for moment in &mut trend.moments {
            moment.period = None;
        }
        assert_eq!(trend.columns(), [0, 1, 2]);
    }
}
