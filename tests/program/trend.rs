//! Trends from outside: which commits are points, what they come to, and that no run does again what one before it did.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::repositories::{Commit, Repo};
use super::stage::{Outcome, Stage, finish, git, quality};

const BARE: &str = "def load(path, mode):\n    return path\n";
const HALF: &str = "def load(path: str, mode):\n    return path\n";
const TYPED: &str = "def load(path: str, mode: int) -> str:\n    return path\n";

/// Half a year in which types were added: two commits in January, one in February, none in March, then one in April and
/// two in May, the last of which takes back the one before it.
fn story() -> Repo {
    let mut repo = Repo::new();
    let begin = Commit::new("Begin (#1)", 0);
    repo.commit(begin.write("app/a.py", BARE).write("lib/b.py", "X = 1\n"));
    repo.commit(Commit::new("Say it (#2)", 20).write("README.md", "words\n"));
    repo.commit(Commit::new("Half (#3)", 40).write("app/a.py", HALF));
    repo.commit(Commit::new("Typed (#4)", 100).write("app/a.py", TYPED));
    repo.commit(Commit::new("Untyped (#5)", 125).write("app/a.py", HALF));
    repo.commit(Commit::new("Typed again (#6)", 130).write("app/a.py", TYPED));
    repo.check_out();
    repo
}

fn trend(path: &Path, options: &[&str]) -> Command {
    let mut command = quality(&["trend"]);
    command.arg(path).args(options);
    command
}

/// The JSON of a trend that went well.
fn json(path: &Path, options: &[&str]) -> Value {
    let outcome = finish(trend(path, &[&["--format", "json"], options].concat()));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    serde_json::from_slice(&outcome.stdout).unwrap()
}

/// The days of the points.
fn days(json: &Value) -> Vec<&str> {
    let points = json["points"].as_array().unwrap().iter();
    points
        .map(|point| &point["time"].as_str().unwrap()[..10])
        .collect()
}

/// Good and of at each point, of a component in a directory or, for the empty path, in the whole.
fn values(json: &Value, path: &str, component: &str) -> Vec<Option<(u64, u64)>> {
    let mut all = json["series"].as_array().unwrap().iter();
    let series = all.find(|series| series["path"] == path && series["component"] == component);
    let values = series.unwrap_or_else(|| panic!("no series {path} {component}"))["values"]
        .as_array()
        .unwrap();
    values
        .iter()
        .map(|value| Some((value["good"].as_u64()?, value["of"].as_u64()?)))
        .collect()
}

/// How many points were measured and how many recalled, and how many files were parsed.
fn work(outcome: &Outcome) -> (u64, u64, u64) {
    let number = |line: &str, before: &str| -> u64 {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words
            .iter()
            .position(|word| word.starts_with(before))
            .unwrap();
        words[at - 1].replace(',', "").parse().unwrap()
    };
    let line = |name: &str| {
        let mut lines = outcome.stderr.lines();
        lines.find(|line| line.trim_start().starts_with(name))
    };
    let points = line("points").unwrap();
    let parsed = line("files").map_or(0, |files| number(files, "parsed"));
    (number(points, "measured"), number(points, "from"), parsed)
}

fn cached(path: &Path, cache: &Path, options: &[&str]) -> Outcome {
    let mut command = trend(path, &["--format", "json", "--timings", "--cache-dir"]);
    command.arg(cache).args(options);
    let outcome = finish(command);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome
}

#[test]
fn the_last_commit_of_each_month_is_a_point() {
    let repo = story();
    let json = json(repo.path(), &[]);
    assert_eq!(
        days(&json),
        ["2026-01-21", "2026-02-10", "2026-04-11", "2026-05-11"]
    );
    assert_eq!(
        values(&json, "", "typed-code"),
        [Some((0, 3)), Some((1, 3)), Some((3, 3)), Some((3, 3))]
    );
    assert_eq!(values(&json, "app", "typed-code").len(), 4);
    assert_eq!(json["points"][2]["period"], "2026-04-01");
    assert_eq!(json["complete"], true);
    assert!(
        json["notes"]
            .to_string()
            .contains("the first commit is of 2026-01-01")
    );
}

#[test]
fn periods_reach_and_commits_can_be_chosen() {
    let repo = story();
    let of = |options: &[&str]| {
        let json = json(repo.path(), options);
        days(&json)
            .iter()
            .map(|day| day[5..].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&["--every", "quarter"]), ["02-10", "05-11"]);
    assert_eq!(
        of(&["--every", "10d", "--since", "30d"]),
        ["04-11", "05-11"]
    );
    assert_eq!(
        of(&["--every", "day", "--since", "2026-05-06"]),
        ["05-06", "05-11"]
    );
    assert_eq!(of(&["--commits", "3"]), ["04-11", "05-06", "05-11"]);
    assert_eq!(of(&["--rev", "HEAD~3"]), ["01-21", "02-10"]);
}

#[test]
fn a_trend_can_be_narrowed_to_components_and_directories() {
    let repo = story();
    let options = [
        "--component",
        "typed-code",
        "--directory",
        "./lib/",
        "--directory",
        "gone",
    ];
    let whole = json(repo.path(), &options);
    let ids = |json: &Value| json["components"].as_array().unwrap().len();
    assert_eq!(ids(&whole), 1);
    assert_eq!(whole["series"].as_array().unwrap().len(), 6);
    assert_eq!(values(&whole, "gone", "typed-code"), [None; 4]);
    assert!(
        whole["notes"]
            .to_string()
            .contains("nothing to measure in gone at any point")
    );
    let part = json(&repo.path().join("app"), &[]);
    assert_eq!(part["repository"]["path"], "app");
    assert_eq!(
        values(&part, "app", "typed-code"),
        values(&whole, "", "typed-code")
    );
}

#[test]
fn what_one_run_measured_the_next_one_knows() {
    let repo = story();
    let cache = repo.path().join("../cache");
    let plain = finish(trend(repo.path(), &["--format", "json", "--no-cache"]));
    // Two contents of three are code that has to be parsed, and `lib/b.py`; the last point takes nothing new.
    let cold = cached(repo.path(), &cache, &[]);
    assert_eq!(work(&cold), (4, 0, 4));
    let warm = cached(repo.path(), &cache, &[]);
    assert_eq!(work(&warm), (0, 4, 0));
    let longer = cached(repo.path(), &cache, &["--commits", "6"]);
    assert_eq!(work(&longer), (2, 4, 0), "{}", longer.stderr);
    assert!(plain.stdout == cold.stdout && cold.stdout == warm.stdout);
    let anew = finish(trend(
        repo.path(),
        &["--format", "json", "--commits", "6", "--threads", "1"],
    ));
    assert!(longer.stdout == anew.stdout);
}

#[test]
fn a_new_commit_costs_one_point() {
    let mut repo = story();
    let cache = repo.path().join("../cache");
    cached(repo.path(), &cache, &[]);
    repo.commit(Commit::new("More (#7)", 160).write("app/c.py", &BARE.repeat(2)));
    let outcome = cached(repo.path(), &cache, &[]);
    assert_eq!(work(&outcome), (1, 4, 1), "{}", outcome.stderr);
}

#[test]
fn a_run_that_is_killed_loses_no_point() {
    let mut repo = Repo::new();
    for number in 0..60 {
        let path = format!("app/m{number}.py");
        let message = format!("Change {number} (#{number})");
        repo.commit(Commit::new(&message, number).write(&path, &TYPED.repeat(40)));
    }
    let cache = repo.path().join("../cache");
    let options = ["--commits", "60"];
    let mut command = trend(repo.path(), &options);
    command.arg("--cache-dir").arg(&cache).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let kept = || {
        let shelves = fs::read_dir(&cache).into_iter().flatten().flatten();
        let results =
            shelves.filter(|shelf| shelf.file_name().to_string_lossy().starts_with("results-"));
        results
            .flat_map(|shelf| fs::read_dir(shelf.path()).into_iter().flatten().flatten())
            .filter(|entry| entry.file_name().to_string_lossy().ends_with(".segment"))
            .count()
    };
    let begun = Instant::now();
    while kept() < 4 && begun.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let resumed = cached(repo.path(), &cache, &options);
    let (measured, known, _) = work(&resumed);
    assert_eq!(measured + known, 60);
    // The list of directories is one of those that were kept.
    assert!(known >= 3, "{}", resumed.stderr);
    let plain = finish(trend(repo.path(), &["--format", "json", "--commits", "60"]));
    assert!(resumed.stdout == plain.stdout);
}

#[test]
fn one_definition_counts_for_all_points_and_another_one_for_none_of_them() {
    let mut repo = story();
    let cache = repo.path().join("../cache");
    let before = cached(repo.path(), &cache, &[]);
    let definition =
        "version = 1\n[component.typed-code]\nmeasure.typed-slots = {}\ntarget = 0.5\n";
    fs::write(repo.path().join("quality.toml"), definition).unwrap();
    let outcome = cached(repo.path(), &cache, &[]);
    assert_eq!(work(&outcome), (4, 0, 0));
    let read = |outcome: &Outcome| serde_json::from_slice::<Value>(&outcome.stdout).unwrap();
    let (before, after) = (read(&before), read(&outcome));
    assert_ne!(before["definition"]["id"], after["definition"]["id"]);
    for series in after["series"].as_array().unwrap() {
        assert_eq!(series["definition"], after["definition"]["id"]);
    }
    // Of a commit that is named, its own definition counts.
    let named = json(repo.path(), &["--rev", "HEAD"]);
    assert_eq!(named["definition"]["id"], before["definition"]["id"]);
    repo.commit(Commit::new("Define (#7)", 131).write("quality.toml", definition));
    let named = json(repo.path(), &["--rev", "HEAD"]);
    assert_eq!(named["definition"]["id"], after["definition"]["id"]);
    fs::remove_file(repo.path().join("quality.toml")).unwrap();
    let file = repo.path().join("../other.toml");
    fs::write(&file, definition).unwrap();
    let config = json(repo.path(), &["--config", file.to_str().unwrap()]);
    assert_eq!(config["definition"]["id"], after["definition"]["id"]);
}

#[test]
fn a_bare_repository_has_the_same_trend() {
    let mut repo = story();
    let definition = "version = 1\nextends = \"builtin\"\n[component.typed-code]\ntarget = 0.5\n";
    repo.commit(Commit::new("Define (#7)", 131).write("quality.toml", definition));
    repo.check_out();
    let origin = repo.path().to_str().unwrap();
    let stage = Stage::new();
    git(
        &stage.path(),
        &["clone", "--quiet", "--bare", origin, "bare"],
    );
    let mut bare = json(&stage.path().join("bare"), &[]);
    let mut whole = json(repo.path(), &[]);
    assert_eq!(bare["repository"]["name"], "bare");
    for json in [&mut bare, &mut whole] {
        json["repository"]["name"] = Value::Null;
    }
    assert_eq!(bare, whole);
}

#[test]
fn a_shallow_clone_has_the_points_it_has_and_says_what_is_missing() {
    let repo = story();
    let stage = Stage::new();
    let origin = format!("file://{}", repo.path().display());
    git(
        &stage.path(),
        &["clone", "--quiet", "--depth", "3", &origin, "shallow"],
    );
    let path = stage.path().join("shallow");
    let outcome = finish(trend(&path, &["--format", "json"]));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(3), ""));
    let json: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(days(&json), ["2026-04-11", "2026-05-11"]);
    assert_eq!(json["complete"], false);
    let notes = json["notes"].to_string();
    assert!(
        notes.contains("cut off at 2026-04-11; git fetch --unshallow"),
        "{notes}"
    );
    assert!(
        notes.contains("history could not be read at every point"),
        "{notes}"
    );
    // As many commits as there are can be had.
    let outcome = finish(trend(&path, &["--commits", "3"]));
    assert_eq!(outcome.code, Some(0));
    let outcome = finish(trend(&path, &["--commits", "4"]));
    assert_eq!(outcome.code, Some(3));
}

#[test]
fn a_commit_whose_files_are_missing_is_no_point_and_is_told() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("Begin (#1)", 0).write("app/a.py", BARE));
    let lost = repo.commit(Commit::new("Half (#2)", 40).write("app/a.py", HALF));
    repo.commit(Commit::new("Typed (#3)", 80).write("app/a.py", TYPED));
    fs::remove_file(repo.loose(repo.tree(lost))).unwrap();
    let outcome = finish(trend(repo.path(), &["--format", "json"]));
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let json: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(days(&json), ["2026-01-01", "2026-03-22"]);
    assert_eq!(json["missing"][0]["commit"], lost.to_string());
    assert!(
        json["missing"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("is missing")
    );
}

#[test]
fn every_format_goes_where_it_is_told() {
    let repo = story();
    let stage = Stage::new();
    let mut options = Vec::new();
    for name in ["csv", "html", "json", "svg"] {
        options.extend([
            "--format".to_owned(),
            format!("{name}={}", stage.beside(name).display()),
        ]);
    }
    options.extend(["--format".to_owned(), "text".to_owned()]);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let outcome = finish(trend(repo.path(), &options));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert!(outcome.text().contains("Typed code"), "{}", outcome.text());
    let begins = |name: &str, with: &str| {
        let text = fs::read_to_string(stage.beside(name)).unwrap();
        assert!(text.starts_with(with), "{text}");
    };
    begins("csv", "definition,commit,");
    begins("html", "<!DOCTYPE html>");
    begins("json", "{\n  \"schema_version\": 1,");
    begins("svg", "<?xml");
}

#[test]
fn what_cannot_be_done_is_told_with_the_way_out() {
    let repo = story();
    let fails = |path: &Path, options: &[&str], message: &str, help: &str| {
        let outcome = finish(trend(path, options));
        let (code, said) = outcome.failure();
        assert_eq!(code, Some(2), "{said}");
        assert!(said.starts_with(&format!("error: {message}")), "{said}");
        assert!(said.contains(help), "{said}");
    };
    let path = repo.path();
    fails(
        path,
        &["--since", "2026-06-01"],
        "--since 2026-06-01 is after the last commit",
        "2026-05-11",
    );
    fails(
        path,
        &["--since", "lately"],
        "--since lately is neither",
        "2y before",
    );
    fails(
        path,
        &["--every", "moon"],
        "--every moon is no period",
        "quarter",
    );
    fails(
        path,
        &["--commits", "0"],
        "--commits takes a number from 1",
        "--commits 20",
    );
    fails(
        path,
        &["--commits", "2", "--since", "2y"],
        "",
        "cannot be used with",
    );
    fails(
        path,
        &["--component", "typed"],
        "component typed does not exist",
        "typed-code",
    );
    fails(path, &["--format", "png"], "there is no format `png`", "");
    fails(path, &["--rev", "nowhere"], "no commit, branch or tag", "");
    let stage = Stage::of(&[("a.py", BARE)]);
    fails(
        &stage.path(),
        &[],
        "there is no git repository",
        "name a directory of one",
    );
    stage.make_repository();
    fails(&stage.path(), &[], "there is no commit yet", "");
}

#[test]
fn a_point_knows_the_timings_its_commit_holds_and_no_others() {
    let mut repo = Repo::new();
    let app = "from flask import Flask\napp = Flask(__name__)\n\n@app.route('/a')\ndef a():\n    return ''\n";
    let definition = "version = 1\nextends = 'builtin'\n[component.fast-endpoints]\n\
        measure.fast-endpoints.import = [{ format = 'csv', path = 'timings.csv' }]\n";
    let begin = Commit::new("Begin (#1)", 0).write("app.py", app);
    repo.commit(begin.write("quality.toml", definition));
    let timings = "endpoint,ms,cold\nGET /a,9000,true\n";
    repo.commit(Commit::new("Time it (#2)", 40).write("timings.csv", timings));
    repo.check_out();
    // What lies on disk is of no commit.
    fs::write(
        repo.path().join("timings.csv"),
        timings.replace("9000", "1"),
    )
    .unwrap();
    let trend = json(repo.path(), &["--component", "fast-endpoints"]);
    assert_eq!(days(&trend).len(), 2);
    assert_eq!(values(&trend, "", "fast-endpoints"), [None, Some((0, 1))]);
}
