//! Advice on fixtures: what is promised is what another evaluation gives, and no shorter list would do.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::fixes::{Fix, all};
use super::golden::{Golden, name};
use super::plan::{Plan, Wish, plan};
use crate::codebase::Codebase;
use crate::definition::{self, Decimal, Definition};
use crate::evaluation::{Evaluation, Forecast, Score, evaluate};
use crate::measures::testing::codebase;
use crate::path::RepoPath;

fn defined(text: &str) -> Definition {
    definition::parse(format!("version = 1\n{text}").as_bytes(), "quality.toml")
        .unwrap_or_else(|problems| panic!("{problems}"))
}

/// A codebase and its evaluation.
struct Measured {
    codebase: Codebase,
    evaluation: Evaluation,
}

impl Measured {
    fn new(definition: &Definition, fixture: &str) -> Self {
        let codebase = codebase(fixture);
        Self {
            evaluation: evaluate(definition, &codebase, 1),
            codebase,
        }
    }

    fn fixes(&self) -> Vec<Fix> {
        all(&self.codebase, &self.evaluation, |_| true, |_| true)
    }

    fn plan(&self, wish: Wish) -> Plan {
        let forecast = Forecast::new(&self.evaluation, &self.evaluation.repository);
        plan(
            &self.codebase,
            &self.evaluation,
            &forecast,
            self.fixes(),
            wish,
        )
        .unwrap()
    }

    fn score(&self) -> Score {
        self.evaluation.repository.score.clone().unwrap()
    }

    /// The functions a fix is about, as `path name`.
    fn functions(&self, fix: &Fix) -> Vec<String> {
        let readings = self.evaluation.readings(fix.component);
        let path = self.codebase.file(fix.file).path.to_str();
        let named = fix.readings.iter().map(|at| {
            let name = name(&self.codebase, readings[*at].subject).unwrap_or_default();
            format!("{path} {name}")
        });
        named.collect()
    }
}

/// Some Python: by file the functions, each with how many of its parameters have no type.
type Sketch = Vec<Vec<usize>>;

/// The sketch as a fixture in which the functions `mended` names have all their types.
fn written(sketch: &Sketch, mended: &[String]) -> String {
    let mut text = String::new();
    for (file, functions) in sketch.iter().enumerate() {
        writeln!(text, "//- pkg/m{file}.py").unwrap();
        for (at, untyped) in functions.iter().enumerate() {
            let is_mended = mended.contains(&format!("pkg/m{file}.py f{at}"));
            let untyped = if is_mended { 0 } else { *untyped };
            let parameters: Vec<String> = (0..4)
                .map(|slot| match slot < untyped {
                    true => format!("p{slot}"),
                    false => format!("p{slot}: int"),
                })
                .collect();
            writeln!(
                text,
                "def f{at}({}) -> int:\n    return 1\n",
                parameters.join(", ")
            )
            .unwrap();
        }
    }
    text
}

const TYPED_CODE: &str = "[component.typed-code]\nmeasure.typed-slots = {}\ntarget = 0.95\nfloor = 0.3\n\
     [component.short]\nmeasure.short-files = { max_lines = 6 }\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_promise_is_what_another_evaluation_gives(
        sketch in prop::collection::vec(prop::collection::vec(0usize..=4, 1..8), 1..5),
    ) {
        let definition = defined(TYPED_CODE);
        let before = Measured::new(&definition, &written(&sketch, &[]));
        let typed = |fix: &Fix| fix.component == 0;
        let forecast = Forecast::new(&before.evaluation, &before.evaluation.repository);
        let fixes: Vec<Fix> = before.fixes().into_iter().filter(typed).collect();
        let plan = plan(&before.codebase, &before.evaluation, &forecast, fixes, Wish::First(99)).unwrap();
        prop_assert_eq!(&plan.now, &before.score());
        let mut so_far = Vec::new();
        for step in &plan.steps {
            let functions = before.functions(&step.fix);
            let alone = Measured::new(&definition, &written(&sketch, &functions));
            prop_assert_eq!(&step.alone, &alone.score());
            so_far.extend(functions);
            let together = Measured::new(&definition, &written(&sketch, &so_far));
            prop_assert_eq!(&step.together, &together.score());
        }
        let last = plan.steps.last().map_or(&plan.now, |step| &step.together);
        prop_assert_eq!(&plan.best, last);
    }

    #[test]
    fn no_shorter_list_reaches_a_score(
        sketch in prop::collection::vec(prop::collection::vec(0usize..=4, 1..4), 1..4),
        bar in 1i64..100,
    ) {
        let measured = Measured::new(&defined(TYPED_CODE), &written(&sketch, &[]));
        let bar = Decimal::from_millionths(bar * Decimal::SCALE);
        let plan = measured.plan(Wish::Until(bar));
        let reached = |score: &Score| !score.is_below(bar);
        let last = plan.steps.last().map_or(&plan.now, |step| &step.together);
        prop_assert_eq!(reached(last), reached(&plan.best));
        if !reached(last) || plan.fixes > 12 {
            return Ok(());
        }
        // Every other choice there is.
        let fixes = measured.fixes();
        let forecast = Forecast::new(&measured.evaluation, &measured.evaluation.repository);
        for choice in 0u32..1 << fixes.len() {
            if choice.count_ones() as usize >= plan.steps.len() {
                continue;
            }
            let mut more = vec![0; measured.evaluation.components.len()];
            for (at, fix) in fixes.iter().enumerate() {
                if choice & 1 << at != 0 {
                    fix.add(&measured.evaluation, &mut more);
                }
            }
            let score = forecast.score(&more).unwrap();
            prop_assert!(!reached(&score), "{choice:b} is shorter");
        }
    }
}

#[test]
fn a_file_with_many_holes_is_more_than_one_sitting() {
    let sketch = vec![vec![4; 12], vec![1]];
    let measured = Measured::new(&defined(TYPED_CODE), &written(&sketch, &[]));
    let gaps: Vec<u64> = measured
        .fixes()
        .iter()
        .filter(|fix| fix.component == 0)
        .map(|fix| fix.gap)
        .collect();
    assert_eq!(gaps, [20, 20, 8, 1]);
}

#[test]
fn what_is_mended_for_two_components_is_one_fix() {
    let complex = "//- a.py\ndef f(x: int) -> int:\n    if x:\n        return 1\n    return 2\n";
    let twice = "[component.one]\nmeasure.simple-functions = { max_cognitive = 0 }\n\
         [component.two]\nmeasure.simple-functions = { max_cognitive = 0 }\n";
    let measured = Measured::new(&defined(twice), complex);
    let fixes = measured.fixes();
    assert_eq!(fixes.len(), 1);
    assert_eq!(fixes[0].also, [(1, 0)]);
    let plan = measured.plan(Wish::First(9));
    assert_eq!(plan.steps[0].alone.floor_hundred(1), 100);

    let other = twice.replace(
        "two]\nmeasure.simple-functions = { max_cognitive = 0 }",
        "two]\nmeasure.simple-functions = { max_cognitive = 1 }",
    );
    assert!(
        Measured::new(&defined(&other), complex).fixes()[0]
            .also
            .is_empty()
    );
}

#[test]
fn nothing_is_proposed_without_weight_and_for_history() {
    let text = "[component.typed-code]\nmeasure.typed-slots = {}\nweight = 0\n\
         [component.small]\nmeasure.small-changes = {}\n";
    let measured = Measured::new(&defined(text), &written(&vec![vec![4]], &[]));
    assert!(measured.fixes().is_empty());
}

#[test]
fn what_is_pinned_is_the_example_and_says_in_what_it_differs() {
    let fixture = "//- near/a.py\ndef bad(x, y):\n    z = 1\n    return z\n\ndef good(x: int) -> int:\n    z = 1\n    return z\n\
         //- far/pin.py\ndef best(x: int, y: int, z: int) -> int:\n    z = 1\n    return z\n";
    let example = |extra: &str| {
        let text = format!("[component.typed-code]\nmeasure.typed-slots = {{}}\n{extra}");
        let measured = Measured::new(&defined(&text), fixture);
        let readings = measured.evaluation.readings(0);
        let bad = readings.iter().find(|reading| reading.gap() > 0).unwrap();
        Golden::new(&measured.codebase, &measured.evaluation, 0)
            .nearest(bad.subject)
            .unwrap()
    };
    let nearest = example("");
    assert_eq!(nearest.path, RepoPath::from("near/a.py"));
    assert_eq!(nearest.name.as_deref(), Some("good"));
    assert_eq!(nearest.differs, ["2 of 2 typed, here 0 of 3 typed"]);
    let pinned = example("examples = [\"far/**\"]\n");
    assert_eq!(pinned.name.as_deref(), Some("best"));
}
