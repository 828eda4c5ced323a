//! The way from nothing to a checked pull request: `init`, `config`, `doctor`, `schema`, completions and the manual.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::repositories::{Commit, Repo};
use super::stage::{Outcome, Stage, finish, git, quality};

const CLIENT: &str =
    "import httpx\n\n\ndef load(path: str) -> str:\n    return httpx.get(path).text\n";
const LEGACY: &str = "import requests\n\n\ndef fetch(url):\n    return requests.get(url)\n";

/// A repository that prefers a client, and has a workflow and owners.
fn repository() -> Repo {
    let mut repo = Repo::new();
    repo.commit(
        Commit::new("Begin (#1)", 1)
            .write("app/a.py", CLIENT)
            .write("app/b.py", CLIENT)
            .write("app/c.py", CLIENT)
            .write("app/legacy.py", LEGACY)
            .write(
                "tests/test_a.py",
                "from app.a import load\n\n\ndef test_load() -> None:\n    load('a')\n",
            )
            .write(".github/workflows/test.yml", "on: push\n")
            .write(".github/CODEOWNERS", "* @acme/web\n"),
    );
    repo.check_out();
    repo
}

fn run(name: &str, root: &Path, options: &[&str]) -> Outcome {
    let mut command = quality(&[name]);
    command.arg(root).args(options);
    if matches!(name, "init" | "doctor") {
        command.arg("--no-cache");
    }
    finish(command)
}

#[test]
fn where_nobody_can_be_asked_the_definition_is_printed_and_nothing_is_written() {
    let repo = repository();
    let outcome = run("init", repo.path(), &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome.text().starts_with("#:schema "),
        "{}",
        outcome.text()
    );
    assert!(
        outcome.stderr.contains("Nothing was written"),
        "{}",
        outcome.stderr
    );
    assert!(!repo.path().join("quality.toml").exists());
    let again = run("init", repo.path(), &["--threads", "1"]);
    assert_eq!(
        (again.stdout, again.stderr),
        (outcome.stdout, outcome.stderr)
    );
}

#[test]
fn what_is_written_is_read_without_a_warning_and_gates_the_next_change() {
    let repo = repository();
    let written = run("init", repo.path(), &["--yes"]);
    assert_eq!((written.code, written.stderr.as_str()), (Some(0), ""));
    for said in [
        "httpx in 3 files, requests in 1",
        "quality.toml is written",
        "fetch-depth: 0",
        "this repository has GitHub Actions",
        "First goals",
    ] {
        let file = fs::read_to_string(repo.path().join("quality.toml")).unwrap();
        let all = format!("{}{file}", written.text());
        assert!(all.contains(said), "{said} in {all}");
    }
    let scan = run("scan", repo.path(), &["--no-cache", "--format", "json"]);
    assert_eq!((scan.code, scan.stderr.as_str()), (Some(0), ""));
    let report = scan.report();
    assert_eq!(report.share("http-client"), (Some(3), Some(4)));
    assert_eq!(report.0["notes"], Value::Array(Vec::new()));
    // The score that was promised is the score.
    let tenths = (report.0["score"]["value"].as_f64().unwrap() * 10.0).floor() / 10.0;
    assert!(
        written.text().contains(&format!("scores {tenths:.1} by")),
        "{}",
        written.text()
    );

    for arguments in [
        &["add", "quality.toml"][..],
        &[
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "commit",
            "-qm",
            "Define quality (#2)",
        ],
        &["checkout", "-qb", "topic"],
    ] {
        git(repo.path(), arguments);
    }
    fs::write(repo.path().join("app/d.py"), LEGACY).unwrap();
    git(repo.path(), &["add", "app/d.py"]);
    let gate = run(
        "gate",
        repo.path(),
        &["--no-cache", "--base", "main", "--staged"],
    );
    assert_eq!(gate.code, Some(1), "{}{}", gate.text(), gate.stderr);
    assert!(
        gate.text().contains("Preferred HTTP client"),
        "{}",
        gate.text()
    );
}

#[test]
fn a_definition_that_is_there_is_never_replaced_unasked() {
    let repo = repository();
    let path = repo.path().join("quality.toml");
    let mine = "# mine\r\nextends = \"builtin\"\n[component.typed-code] # two\nweight = 2";
    fs::write(&path, mine).unwrap();
    for options in [&[][..], &["--yes"], &["--add"]] {
        let outcome = run("init", repo.path(), options);
        assert_eq!(outcome.code, Some(0), "{options:?} {}", outcome.stderr);
        let all = format!("{}{}", outcome.text(), outcome.stderr);
        assert!(all.contains("prefer = [\"httpx\"]"), "{options:?} {all}");
        assert_eq!(fs::read_to_string(&path).unwrap(), mine, "{options:?}");
    }
    let added = run("init", repo.path(), &["--add", "--yes"]);
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with(mine) && text.contains("prefer = [\"httpx\"]"),
        "{text}"
    );
    let again = run("init", repo.path(), &["--add", "--yes"]);
    assert!(again.text().contains("lacks nothing"), "{}", again.text());
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    let forced = run("init", repo.path(), &["--force", "--yes"]);
    assert_eq!(forced.code, Some(0), "{}", forced.stderr);
    assert!(fs::read_to_string(&path).unwrap().starts_with("#:schema "));
}

#[test]
fn an_empty_file_such_as_a_shell_makes_for_its_output_is_none() {
    let repo = repository();
    fs::write(repo.path().join("quality.toml"), "").unwrap();
    let outcome = run("init", repo.path(), &[]);
    assert!(
        outcome.text().starts_with("#:schema "),
        "{}",
        outcome.text()
    );
}

#[test]
fn a_faulty_definition_is_told_with_its_place_and_is_not_touched() {
    let repo = repository();
    let path = repo.path().join("quality.toml");
    fs::write(&path, "extends = \"builtin\"\nwieght = 2\n").unwrap();
    let outcome = run("init", repo.path(), &["--add", "--yes"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("quality.toml:2:1"),
        "{}",
        outcome.stderr
    );
    let doctor = run("doctor", repo.path(), &["--format", "json"]);
    assert_eq!(doctor.code, Some(3), "{}", doctor.stderr);
    let report = doctor.report();
    let first = &report.0["findings"][0];
    assert_eq!(
        (&first["about"], &first["health"]),
        (&"definition".into(), &"missing".into())
    );
    assert!(
        first["found"]
            .as_str()
            .unwrap()
            .starts_with("quality.toml:2:1: unknown key"),
        "{first}"
    );
    assert_eq!(report.0["definition"], Value::Null);
}

#[test]
fn what_is_shown_says_where_each_value_comes_from_and_is_the_definition_itself() {
    let repo = repository();
    run("init", repo.path(), &["--yes"]);
    let shown = run("config", repo.path(), &[]);
    assert_eq!((shown.code, shown.stderr.as_str()), (Some(0), ""));
    assert!(shown.text().contains("# quality.toml:"), "{}", shown.text());
    let changed = run("config", repo.path(), &["--changed"]);
    assert!(changed.text().lines().count() < 10, "{}", changed.text());
    let id = |options: &[&str]| {
        let outcome = run(
            "config",
            repo.path(),
            &[options, &["--format", "json"]].concat(),
        );
        let report = outcome.report();
        fulfils("config", &report.0);
        report.0["definition"]["id"].clone()
    };
    let own = id(&[]);
    for text in [shown.text(), changed.text()] {
        let copy = repo.path().join("copy.toml");
        fs::write(&copy, text).unwrap();
        assert_eq!(id(&["--config", copy.to_str().unwrap()]), own, "{text}");
        fs::remove_file(copy).unwrap();
    }
}

#[test]
fn the_doctor_names_what_is_missing_and_is_content_when_nothing_is() {
    let repo = repository();
    let sick = run("doctor", repo.path(), &[]);
    assert_eq!(sick.code, Some(3), "{}", sick.stderr);
    assert!(
        sick.text().contains("Test coverage has no number"),
        "{}",
        sick.text()
    );
    fulfils(
        "doctor",
        &run("doctor", repo.path(), &["--format", "json"]).report().0,
    );
    fs::write(
        repo.path().join("quality.toml"),
        "extends = \"builtin\"\n[component.test-coverage]\nenabled = false\n[files]\ntest = [\"none/**\"]\n",
    )
    .unwrap();
    let well = run("doctor", repo.path(), &[]);
    assert_eq!(well.code, Some(0), "{}", well.text());
    assert!(
        well.text().contains("`none/**` (line 5) matches no file"),
        "{}",
        well.text()
    );
    assert!(
        well.text().contains("Nothing is missing"),
        "{}",
        well.text()
    );

    let bare = Stage::of(&[("a.py", "x = 1\n")]);
    let outcome = run("doctor", &bare.path(), &[]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.text());
    assert!(
        outcome.text().contains("no git repository"),
        "{}",
        outcome.text()
    );
    assert_eq!(run("doctor", &bare.beside("nowhere"), &[]).code, Some(2));
}

#[test]
fn every_schema_can_be_had_and_an_unknown_one_is_told_the_others() {
    let list = finish(quality(&["schema", "--list"]));
    let names: Vec<&str> = list
        .text()
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(names.len() > 6, "{names:?}");
    for name in names {
        let outcome = finish(quality(&["schema", name]));
        assert_eq!(outcome.code, Some(0), "{name}");
        assert!(outcome.report().0["title"].is_string(), "{name}");
    }
    let definition = finish(quality(&["schema"]));
    assert_eq!(definition.report().0["title"], "quality.toml");
    let unknown = finish(quality(&["schema", "score"]));
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.stderr.contains("config, definition, doctor"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn completions_and_manual_know_every_subcommand() {
    let help = finish(quality(&["--help"]));
    let subcommands: Vec<&str> = help
        .text()
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        // What a long description goes on with is further to the right.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(subcommands.len() > 8, "{subcommands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let outcome = finish(quality(&["completions", shell]));
        assert_eq!(outcome.code, Some(0), "{shell}: {}", outcome.stderr);
        for name in &subcommands {
            assert!(outcome.text().contains(name), "{shell} lacks {name}");
        }
    }
    for name in &subcommands {
        let page = finish(quality(&["man", name]));
        assert!(page.text().contains(".SH NAME"), "{name}");
        // Whoever has only the program learns it from its help.
        let help = finish(quality(&[name, "--help"]));
        assert!(help.text().contains("Usage: quality"), "{name}");
    }
    assert_eq!(finish(quality(&["man", "nothing"])).code, Some(2));
}

/// Holds a document against its published schema: every key, both ways, every word of a list.
fn fulfils(name: &str, value: &Value) {
    let schema = finish(quality(&["schema", name])).report().0;
    let mut pending = vec![(&schema, value, String::new())];
    while let Some((schema, value, at)) = pending.pop() {
        if let (Some(fields), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
            let required: Vec<&str> = known.keys().map(String::as_str).collect();
            let found: Vec<&str> = fields.keys().map(String::as_str).collect();
            let sorted = |mut keys: Vec<&str>| {
                keys.sort_unstable();
                keys.join(" ")
            };
            assert_eq!(sorted(found), sorted(required), "{at}");
            for (key, field) in fields {
                pending.push((&known[key], field, format!("{at}/{key}")));
            }
        }
        for element in value.as_array().into_iter().flatten() {
            pending.push((&schema["items"], element, at.clone()));
        }
        if let Some(words) = schema["enum"].as_array() {
            assert!(words.contains(value), "{at}: {value}");
        }
        if !schema["const"].is_null() {
            assert_eq!(schema["const"], *value, "{at}");
        }
    }
}
