//! Explanations and proposals from outside: what is promised comes true, and what cannot be done is said.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::stage::{Stage, finish, quality};

const DEFINITION: &str = "version = 1\n[component.typed-code]\nmeasure.typed-slots = {}\ntarget = 0.9\nfloor = 0.1\n\
    [component.http-client]\nmeasure.preferred-imports = { prefer = [\"httpx\"], over = [\"requests\"] }\n\
    [component.small]\nmeasure.small-changes = {}\n";

fn stage() -> Stage {
    let stage = Stage::of(&[
        ("quality.toml", DEFINITION),
        (
            "app/a.py",
            "import requests\n\ndef f(x, y):\n    return x\n\ndef g(x: int) -> int:\n    return x\n",
        ),
        (
            "app/b.py",
            "import httpx\n\ndef h(x) -> int:\n    return 1\n",
        ),
        ("CODEOWNERS", "* @acme/all\n/app/b.py @acme/web\n"),
        ("vendor/lib.py", "def v(x):\n    return x\n"),
    ]);
    stage.make_repository();
    stage
}

fn run(stage: &Stage, arguments: &[&str]) -> Command {
    let mut command = quality(arguments);
    command.current_dir(stage.path());
    command
}

fn json(stage: &Stage, arguments: &[&str]) -> Value {
    let outcome = finish(run(stage, &[arguments, &["--format", "json"]].concat()));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    serde_json::from_slice(&outcome.stdout).unwrap()
}

#[test]
fn a_step_that_is_carried_out_gives_the_score_that_was_promised() {
    let stage = stage();
    let before = json(&stage, &["next"]);
    let steps = before["next_steps"].as_array().unwrap();
    let paths: Vec<(&str, &str)> = steps
        .iter()
        .map(|step| {
            (
                step["component"].as_str().unwrap(),
                step["place"]["path"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        paths,
        [
            ("typed-code", "app/a.py"),
            ("http-client", "app/a.py"),
            ("typed-code", "app/b.py")
        ]
    );
    let scored = |stage: &Stage| json(stage, &["scan"])["score"]["value"].clone();
    assert_eq!(before["score"]["value"], scored(&stage));

    let text = fs::read_to_string(stage.path().join("app/a.py")).unwrap();
    let typed = |text: &str| text.replace("(x, y)", "(x: int, y: int) -> int");
    stage.write("app/a.py", typed(&text));
    assert_eq!(steps[0]["score_alone"], scored(&stage));
    let migrated = text.replace("requests", "httpx");
    stage.write("app/a.py", &migrated);
    assert_eq!(steps[1]["score_alone"], scored(&stage));
    stage.write("app/a.py", typed(&migrated));
    assert_eq!(steps[1]["score_after"], scored(&stage));
}

#[test]
fn a_list_that_cannot_reach_its_score_fails() {
    let stage = stage();
    let reached = json(&stage, &["next", "--until", "60"]);
    assert_eq!(reached["score"]["reached"], true);
    assert_eq!(reached["next_steps"].as_array().unwrap().len(), 1);
    stage.write("app/broken.py", "def f(:\n  )))(((\n".repeat(30));
    let beyond = finish(run(
        &stage,
        &["next", "--until", "100", "--component", "http-client"],
    ));
    assert_eq!(beyond.code, Some(1));
    assert!(
        beyond.text().contains("100 cannot be reached"),
        "{}",
        beyond.text()
    );
}

#[test]
fn without_a_score_there_is_nothing_to_raise() {
    let stage = Stage::of(&[("README.md", "# Words\n")]);
    let outcome = finish(run(&stage, &["next"]));
    assert_eq!(outcome.code, Some(3));
    assert!(outcome.text().starts_with("No score"), "{}", outcome.text());
}

#[test]
fn what_cannot_be_asked_is_answered_with_what_can() {
    let stage = stage();
    for (arguments, problem, help) in [
        (
            &["next", "--component", "typed-cod"][..],
            "there is no component `typed-cod`",
            "did you mean `typed-code`?",
        ),
        (
            &["next", "--component", "small"],
            "nothing can be gained by `small`",
            "quality explain small",
        ),
        (
            &["next", "--until", "eighty"],
            "--until takes a score from 0 to 100",
            "--until 80",
        ),
        (
            &["next", "--owner", "@acme/wb"],
            "CODEOWNERS does not name @acme/wb",
            "did you mean @acme/web?",
        ),
        (
            &["next", "--path", "["],
            "--path [",
            "for example --path 'src/api/**'",
        ),
        (
            &["explain", "app/c.py"],
            "there is no component, file, directory, class or capture `app/c.py`",
            "did you mean `app/a.py`?",
        ),
        (
            &["explain", "../elsewhere"],
            "../elsewhere lies outside the repository",
            "name a path in it",
        ),
        (
            &["explain", "/etc/passwd"],
            "/etc/passwd lies outside the repository",
            "name a path in it",
        ),
    ] {
        let outcome = finish(run(&stage, arguments));
        assert_eq!(outcome.code, Some(2), "{arguments:?}");
        assert!(outcome.stdout.is_empty());
        for expected in [problem, help] {
            assert!(
                outcome.stderr.contains(expected),
                "{expected}: {}",
                outcome.stderr
            );
        }
    }
}

#[test]
fn a_path_means_what_it_means_where_it_is_typed() {
    let stage = stage();
    let whole = json(&stage, &["explain", "app/a.py"]);
    assert_eq!(whole["kind"], "path");
    assert_eq!(whole["path"], "app/a.py");
    assert_eq!(whole["gaps"].as_array().unwrap().len(), 2);
    let mut below = quality(&["explain", "a.py", "--format", "json"]);
    below.current_dir(stage.path().join("app"));
    let below: Value = serde_json::from_slice(&finish(below).stdout).unwrap();
    assert_eq!(below["gaps"], whole["gaps"]);
    let place = json(&stage, &["explain", "app/a.py:3"]);
    assert_eq!(place["gaps"], whole["gaps"]);
    let absolute = stage.path().join("app/a.py");
    let absolute = json(&stage, &["explain", absolute.to_str().unwrap()]);
    assert_eq!(absolute["gaps"], whole["gaps"]);
}

#[test]
fn a_file_that_is_left_out_says_by_which_rule() {
    let stage = stage();
    let file = json(&stage, &["explain", "vendor/lib.py"]);
    assert_eq!(file["file"]["class"], "vendored");
    assert_eq!(file["file"]["class_reason"], "directory named vendor");
    let class = json(&stage, &["explain", "vendored"]);
    assert_eq!(class["reasons"][0]["files"][0]["path"], "vendor/lib.py");
}

#[test]
fn threads_and_caches_change_no_byte() {
    let stage = stage();
    let cache = stage.beside("cache");
    for command in [
        &["next"][..],
        &["explain"],
        &["explain", "typed-code", "--all"],
        &["explain", "app"],
    ] {
        let bytes = |more: &[&str]| {
            let outcome = finish(run(&stage, &[command, more].concat()));
            assert_eq!(outcome.code, Some(0));
            outcome.stdout
        };
        let expected = bytes(&["--no-cache", "--threads", "1"]);
        let cached = ["--cache-dir", cache.to_str().unwrap(), "--threads", "16"];
        assert_eq!(bytes(&cached), expected);
        assert_eq!(bytes(&cached), expected);
    }
}

#[test]
fn fixes_are_split_by_those_who_answer_for_the_files() {
    let stage = stage();
    let owned = |owner: &str| -> Vec<String> {
        let report = json(&stage, &["next", "--owner", owner]);
        let steps = report["next_steps"].as_array().unwrap().iter();
        let paths = steps.map(|step| step["place"]["path"].as_str().unwrap().to_owned());
        paths.collect()
    };
    assert_eq!(owned("@acme/web"), ["app/b.py"]);
    assert_eq!(owned("@acme/all"), ["app/a.py", "app/a.py"]);
    let file = json(&stage, &["explain", "app/b.py"]);
    assert_eq!(file["owners"], serde_json::json!(["@acme/web"]));
}

#[test]
fn a_value_somebody_wrote_is_told_with_its_line() {
    let stage = stage();
    let component = json(&stage, &["explain", "typed-code"]);
    let written = component["written"].as_array().unwrap().iter();
    let places: Vec<(&str, &str)> = written
        .map(|one| (one["key"].as_str().unwrap(), one["place"].as_str().unwrap()))
        .collect();
    assert!(places.contains(&("target", "quality.toml:4")), "{places:?}");
    assert!(places.contains(&("floor", "quality.toml:5")), "{places:?}");
}
