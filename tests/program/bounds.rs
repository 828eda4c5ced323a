//! What could not be read widens the score to bounds, and a bar is held against the lower one.

use std::fs;

use super::repositories::{Commit, Repo};
use super::stage::{Outcome, Stage, finish, quality, scan};

/// Three slots on two lines, two of them with a type.
const CODE: &str = "def f(a: int, b) -> int:\n    return a\n";
/// Two lines nobody can parse. They are taken to hold three slots: the score of 66.6 lies between 33.3 and 83.3.
const BROKEN: &str = "def )))) ((((\n)))) (((( def\n";

fn definition(gate: &str) -> String {
    format!(
        "version = 1\n[gate]\n{gate}\n[component.typed]\nmeasure.typed-slots = {{}}\ntarget = 1\nfloor = 0\n"
    )
}

fn stage(gate: &str) -> Stage {
    Stage::of(&[
        ("a.py", CODE),
        ("broken.py", BROKEN),
        ("quality.toml", &definition(gate)),
    ])
}

// Case 119. Before there were bounds a score was compared as if what was lost were as good as the rest: with the bar held
// against the score alone, the bars of 34 and 80 ended with 0 and 1.
#[test]
fn a_bar_between_the_bounds_has_no_verdict_and_the_lost_files_are_named() {
    let stage = stage("");
    for (bar, code) in [("33", 0), ("34", 3), ("66", 3), ("80", 3), ("84", 1)] {
        // The second time it is remembered.
        let cache = stage.beside("cache");
        for _ in 0..2 {
            let options = ["--cache-dir", cache.to_str().unwrap(), "--fail-under", bar];
            let outcome = stage.scan(&[&options[..], &["--format", "json"]].concat());
            assert_eq!(outcome.code, Some(code), "{bar}: {}", outcome.stderr);
            let score = &outcome.report().0["score"];
            assert_eq!(
                (&score["low"], &score["value"], &score["high"]),
                (&33.3333.into(), &66.6666.into(), &83.3333.into())
            );
            assert_eq!(score["passed"].as_bool(), (code != 3).then_some(code == 0));
            if code != 3 {
                assert_eq!(outcome.stderr, "");
                continue;
            }
            for said in [
                "error: inconclusive: 1 file could not be read",
                "broken.py: more than a fifth of it could not be parsed",
                "on_unmeasured",
            ] {
                assert!(outcome.stderr.contains(said), "{said}: {}", outcome.stderr);
            }
        }
    }
    let text = stage.scan(&["--fail-under", "34"]);
    for said in [
        "(33.3 to 83.3: broken.py could not be read)",
        "what could not be read decides about the bar of 34",
    ] {
        assert!(text.text().contains(said), "{said}: {}", text.text());
    }
    assert_eq!(
        stage.scan(&["--quiet"]).text(),
        "quality 66.6 (33.3 to 83.3)  (1 of 1 components, 100 % of weight)\n"
    );
    // A directory in which nothing was lost has no bounds, and where nothing is lost there are none at all.
    fs::remove_file(stage.path().join("broken.py")).unwrap();
    let whole = stage.report(&["--fail-under", "66"]);
    assert!(!whole.0.to_string().contains("\"low\""), "{:?}", whole.0);
}

// A test server that saw a passed case, or a comment without a word about the bar, would contradict the exit code.
#[test]
fn every_format_that_tells_of_the_bar_says_that_nobody_can_tell() {
    let stage = stage("");
    for (format, said) in [
        (
            "junit",
            "<error type=\"unknown\" message=\"what could not be read decides about the bar of 34\"",
        ),
        (
            "markdown",
            "\nWhat could not be read decides about the bar of 34.\n",
        ),
    ] {
        let outcome = stage.scan(&["--fail-under", "34", "--format", format]);
        assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
        assert!(outcome.text().contains(said), "{}", outcome.text());
    }
}

// Case 120. What was measured decides then, so a score below its bar fails all the same.
#[test]
fn whoever_opts_out_is_told_each_time() {
    let stage = stage("on_unmeasured = \"warn\"");
    for (bar, code, is_warned) in [
        ("33", 0, false),
        ("34", 0, true),
        ("80", 1, true),
        ("84", 1, false),
    ] {
        let outcome = stage.scan(&["--fail-under", bar]);
        assert_eq!(outcome.code, Some(code), "{bar}: {}", outcome.stderr);
        let said = outcome
            .stderr
            .starts_with("warning: 1 file could not be read");
        assert_eq!(said, is_warned, "{bar}: {}", outcome.stderr);
        let told = outcome
            .text()
            .contains("could put the score on the other side");
        assert_eq!(told, is_warned, "{bar}: {}", outcome.text());
    }
}

fn gate(gate: &str, format: &str) -> Outcome {
    let mut repo = Repo::new();
    let definition = definition(gate);
    let base = repo.commit(
        Commit::new("Begin (#1)", 1)
            .write("quality.toml", &definition)
            .write("a.py", CODE)
            .write("broken.py", BROKEN),
    );
    let head = repo.commit(Commit::new("Words (#2)", 2).write("README.md", "Words.\n"));
    let mut command = quality(&["gate", "--no-cache", "--format", format]);
    command.args(["--base", &base.to_string(), "--head", &head.to_string()]);
    command.arg(repo.path());
    finish(command)
}

// Cases 119 and 120.
#[test]
fn a_gate_holds_the_lower_bound_against_the_bar() {
    for (bar, code) in [("33", 0), ("34", 3), ("80", 3), ("84", 1)] {
        let outcome = gate(&format!("fail_under = {bar}"), "text");
        assert_eq!(outcome.code, Some(code), "{bar}: {}", outcome.text());
        let text = outcome.text();
        assert_eq!(text.contains("broken.py"), code == 3, "{text}");
        assert_eq!(text.contains("from 33.3 to 83.3"), code == 3, "{text}");
    }
    let json = gate("fail_under = 34", "json").report();
    assert_eq!(json.0["open"][0]["path"], "broken.py");
    assert_eq!(json.0["score"]["low"], 33.3333);
    let outcome = gate("fail_under = 34\non_unmeasured = \"warn\"", "text");
    assert_eq!(outcome.code, Some(0), "{}", outcome.text());
    assert!(
        outcome.text().contains("Warning: the score"),
        "{}",
        outcome.text()
    );
    assert!(
        outcome.stderr.starts_with("warning: 1 file"),
        "{}",
        outcome.stderr
    );
}

// Cases 117 and 120.
#[test]
fn a_change_cannot_opt_out_for_itself() {
    let mut repo = Repo::new();
    let base = repo.commit(
        Commit::new("Begin (#1)", 1)
            .write("quality.toml", &definition("fail_under = 34"))
            .write("a.py", CODE)
            .write("broken.py", BROKEN),
    );
    let opted = definition("fail_under = 34\non_unmeasured = \"warn\"");
    let head = repo.commit(Commit::new("Opt out (#2)", 2).write("quality.toml", &opted));
    let mut command = quality(&["gate", "--no-cache"]);
    command.args(["--base", &base.to_string(), "--head", &head.to_string()]);
    let mut agreed = quality(&["gate", "--no-cache", "--allow-definition-change"]);
    agreed.args(["--base", &base.to_string(), "--head", &head.to_string()]);
    command.arg(repo.path());
    agreed.arg(repo.path());
    let outcome = finish(command);
    assert_eq!(outcome.code, Some(1), "{}", outcome.text());
    let weaker = "gate.on_unmeasured: \"fail\" → \"warn\"";
    assert!(outcome.text().contains(weaker), "{}", outcome.text());
    assert_eq!(finish(agreed).code, Some(3));
}

#[test]
fn a_scan_of_one_directory_has_the_bounds_of_that_directory() {
    let stage = Stage::of(&[
        ("sound/a.py", CODE),
        ("torn/a.py", CODE),
        ("torn/broken.py", BROKEN),
        ("quality.toml", &definition("")),
    ]);
    stage.make_repository();
    let of = |name: &str, bar: &str| {
        let path = stage.path().join(name);
        finish(scan(&path, &["--fail-under", bar, "--format", "json"])).code
    };
    assert_eq!(
        (of("sound", "66"), of("torn", "66"), of("torn", "33")),
        (Some(0), Some(3), Some(0))
    );
}
