//! Explanations and proposals as people and programs see them. `BLESS=1` rewrites the texts; read the difference before
//! it is committed.

use serde_json::Value;

use super::contract::validate;
use super::golden::{assert_tidy, check};
use super::story::{
    DEFINITION_ID, Story, code, definition, file, history, lost, shop, without_history,
};
use crate::advice::fixes;
use crate::advice::plan::{Wish, plan};
use crate::class::Class;
use crate::definition::Decimal;
use crate::evaluation::Forecast;
use crate::evidence::owners::Owners;
use crate::facts::Lost;
use crate::report::explain::{Asked, ExplainReport, NotFound, Question, format::EXPLAIN};
use crate::report::next::{NextReport, format::NEXT};
use crate::report::text::Style;
use crate::report::{Inputs, next, schema};

/// Everything that can be asked of the shop, with the name of its text.
const QUESTIONS: &[(&str, &str)] = &[
    ("score", ""),
    ("component", "typed-code"),
    ("unavailable", "test-coverage"),
    ("file", "shop/cart/checkout.py"),
    ("lost", "shop/legacy.py"),
    ("directory", "shop/cart"),
    ("excluded-file", "vendor/jquery.js"),
    ("class", "documentation"),
    ("capture", "@parameter.typed"),
    ("list", "--list"),
];

fn inputs(story: &Story) -> Inputs<'_> {
    Inputs {
        definition_id: DEFINITION_ID,
        codebase: &story.codebase,
        evaluation: &story.evaluation,
    }
}

fn explained<'a>(story: &'a Story, text: &str, all: bool) -> Result<ExplainReport<'a>, NotFound> {
    let asked = Asked {
        question: match text {
            "" => Question::Score,
            "--list" => Question::List,
            text => Question::Named {
                text,
                path: text.as_bytes(),
            },
        },
        most: 4,
        all,
        owners: None,
        values: &[],
        file: None,
    };
    ExplainReport::new(inputs(story), story.matter.clone(), &asked)
}

fn explain(story: &Story, text: &str, all: bool, format: &str, width: usize) -> String {
    let format = EXPLAIN.iter().find(|row| row.name == format).unwrap();
    let style = Style {
        width,
        ..Style::default()
    };
    let report = explained(story, text, all).unwrap_or_else(|_| panic!("{text} is not found"));
    format.render(&report, &style)
}

fn proposed(story: &Story, wish: Wish) -> NextReport<'_> {
    let (codebase, evaluation) = (&story.codebase, &story.evaluation);
    let scope = evaluation.directory(&story.matter.prefix).unwrap();
    let forecast = Forecast::new(evaluation, scope);
    let fixes = fixes::all(codebase, evaluation, |_| true, |_| true);
    let rows = evaluation.components.iter().enumerate();
    NextReport {
        inputs: inputs(story),
        matter: story.matter.clone(),
        asked: next::Asked {
            until: match wish {
                Wish::Until(bar) => Some(bar),
                Wish::First(_) => None,
            },
            ..next::Asked::default()
        },
        owners: Some(Owners::read(b"shop/ @acme/shop\n")),
        plan: plan(codebase, evaluation, &forecast, fixes, wish),
        without: rows
            .filter_map(|(at, row)| Some((at, fixes::is_for(row).err()?)))
            .collect(),
    }
}

fn propose(story: &Story, wish: Wish, format: &str, width: usize) -> String {
    let format = NEXT.iter().find(|row| row.name == format).unwrap();
    let style = Style {
        width,
        ..Style::default()
    };
    format.render(&proposed(story, wish), &style)
}

fn until(bar: i64) -> Wish {
    Wish::Until(Decimal::from_millionths(bar * Decimal::SCALE))
}

#[test]
fn a_shop_explained() {
    let story = shop();
    for (name, question) in QUESTIONS {
        for width in [60, 80, 120] {
            assert_tidy(&explain(&story, question, true, "text", width), width);
        }
        let text = explain(&story, question, false, "text", 80);
        assert_tidy(&text, 80);
        check(&format!("explain-{name}.txt"), &text);
    }
}

#[test]
fn what_to_fix_first_in_a_shop() {
    let story = shop();
    for width in [60, 80, 120] {
        assert_tidy(&propose(&story, Wish::First(9), "text", width), width);
    }
    check("next.txt", &propose(&story, Wish::First(3), "text", 80));
    check("next-until.txt", &propose(&story, until(50), "text", 80));
    check("next-beyond.txt", &propose(&story, until(99), "text", 80));
}

#[test]
fn every_explanation_fulfils_the_published_schema() {
    let schema: Value = serde_json::from_str(schema::EXPLAIN).unwrap();
    let hostile = file(
        b"caf\xe9/\x1b.py",
        Class::Code,
        "",
        1,
        code("a.py", &[(1, 1, 1, 1)], (1, 1)).content,
    );
    let stories = [
        shop(),
        Story::new(vec![lost("a.py", Lost::TooLarge)], history(Vec::new())),
        Story::new(vec![hostile], without_history()),
    ];
    for story in &stories {
        for (_, question) in QUESTIONS {
            let Ok(_) = explained(story, question, false) else {
                continue;
            };
            let text = explain(story, question, false, "json", 80);
            let report: Value = serde_json::from_str(&text).unwrap();
            let mut problems = Vec::new();
            validate(&schema, &schema, &report, "", &mut problems);
            assert!(problems.is_empty(), "{question}: {problems:#?}");
            assert!(!text.contains('\u{1b}'));
        }
    }
}

#[test]
fn every_proposal_fulfils_the_published_schema() {
    let schema: Value = serde_json::from_str(schema::NEXT).unwrap();
    let story = shop();
    for wish in [
        Wish::First(0),
        Wish::First(50),
        until(1),
        until(60),
        until(100),
    ] {
        let report: Value = serde_json::from_str(&propose(&story, wish, "json", 80)).unwrap();
        let mut problems = Vec::new();
        validate(&schema, &schema, &report, "", &mut problems);
        assert!(problems.is_empty(), "{wish:?}: {problems:#?}");
    }
}

#[test]
fn the_readings_of_an_explanation_add_up_to_the_number_of_the_scan() {
    let story = shop();
    for row in story.report().components {
        let text = explain(&story, &row.component.id, false, "json", 80);
        let report: Value = serde_json::from_str(&text).unwrap();
        let sum = |key: &str| -> u64 {
            let readings = report["readings"].as_array().unwrap().iter();
            readings.map(|reading| reading[key].as_u64().unwrap()).sum()
        };
        assert_eq!(sum("good"), row.outcome.good, "{}", row.component.id);
        assert_eq!(sum("of"), row.outcome.of, "{}", row.component.id);
    }
}

#[test]
fn the_points_of_an_explanation_add_up_to_the_score() {
    // Thirds leave something over whatever they are rounded to.
    let thirds = definition(
        "version = 1\n[component.a]\nmeasure.typed-slots = {}\nweight = 1\ntarget = 0.9\n\
         [component.b]\nmeasure.hidden-items = {}\nweight = 3\ntarget = 0.7\n\
         [component.c]\nmeasure.simple-functions = {}\nweight = 3\ntarget = 1\n",
    );
    let files = vec![code("a.py", &[(1, 2, 3, 7), (2, 1, 20, 9)], (1, 2))];
    let stories = [shop(), Story::under(&thirds, files, without_history())];
    for story in &stories {
        let report: Value = serde_json::from_str(&explain(story, "", false, "json", 80)).unwrap();
        let rows = report["components"].as_array().unwrap().iter();
        let parts = rows.filter_map(|row| row["points"].as_f64());
        let sum: u64 = parts.map(|part| (part * 10_000.0).round() as u64).sum();
        let score = (report["score"].as_f64().unwrap() * 10_000.0).round() as u64;
        assert_eq!(sum, score);
        assert!(score > 0);
    }
}

#[test]
fn a_name_nobody_has_is_answered_with_what_may_be_meant() {
    let story = shop();
    let meant = |text: &str| explained(&story, text, false).unwrap_err().meant;
    assert_eq!(meant("typed-cod").as_deref(), Some("typed-code"));
    assert_eq!(meant("vendord").as_deref(), Some("vendored"));
    assert_eq!(
        meant("shop/cart/chekout.py").as_deref(),
        Some("shop/cart/checkout.py")
    );
    assert_eq!(
        meant("checkout.py").as_deref(),
        Some("shop/cart/checkout.py")
    );
    assert_eq!(
        meant("@parameter.tpyed").as_deref(),
        Some("@parameter.typed")
    );
    assert_eq!(meant("nothing-of-the-kind-is-here"), None);
}
