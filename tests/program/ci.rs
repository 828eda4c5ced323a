//! CI systems around the program: they get annotations and a summary, and nothing else differs.

use std::fs;
use std::path::Path;

use super::repositories::{Commit, Repo};
use super::stage::{Outcome, finish, quality};

const GOOD: &str = "def load(path: str) -> str:\n    return path\n";
/// Gets worse, in a file whose name is a command to a runner.
const BAD: &str = "def load(path):\n    return path\n";
const HOSTILE: &str = "::error::owned.py";

fn repository() -> Repo {
    let mut repo = Repo::new();
    repo.commit(Commit::new("Begin (#1)", 1).write(HOSTILE, GOOD));
    repo.commit(Commit::new("Worse (#2)", 2).write(HOSTILE, BAD));
    repo.check_out();
    repo
}

/// A run with these variables around it.
fn run(repo: &Repo, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let mut command = quality(&[arguments[0]]);
    command.arg(repo.path()).arg("--no-cache");
    command
        .args(&arguments[1..])
        .envs(variables.iter().copied());
    finish(command)
}

const GATE: &[&str] = &["gate", "--base", "HEAD~1"];
const ACTIONS: (&str, &str) = ("GITHUB_ACTIONS", "true");

fn summarized(place: &Path) -> String {
    fs::read_to_string(place).unwrap_or_default()
}

#[test]
fn github_gets_annotations_below_the_text_and_a_summary() {
    let repo = repository();
    let place = tempfile::tempdir().unwrap();
    let summary = place.path().join("summary.md");
    let plain = run(&repo, GATE, &[]);
    let path = ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap());
    let asked = [GATE, &["--ci", "github"]].concat();
    let seen = run(&repo, GATE, &[ACTIONS, path]);
    let told = run(&repo, &asked, &[]);
    assert_eq!(
        (plain.code, seen.code, told.code),
        (Some(1), Some(1), Some(1))
    );
    assert_eq!(seen.text(), told.text());
    let (text, added) = seen.text().split_at(seen.text().find("\n::").unwrap() + 1);
    // A line that begins with a command is said with another colon; everything else is as it was.
    assert_eq!(text.replace(r"\x3a", ":"), plain.text());
    assert!(
        text.contains(HOSTILE) || text.contains(r"\x3a:error"),
        "{text}"
    );
    assert!(
        !text.lines().any(|line| line.trim_start().starts_with("::")),
        "{text}"
    );
    assert!(added.lines().count() > 0);
    for line in added.lines() {
        let file = "::error file=%3A%3Aerror%3A%3Aowned.py,line=1,";
        assert!(
            line.starts_with(file) || line.starts_with("::warning "),
            "{line}"
        );
    }
    assert_eq!(summarized(&summary).matches("Gate failed").count(), 1);
}

#[test]
fn documents_for_programs_stay_pure_in_every_system() {
    let repo = repository();
    let place = tempfile::tempdir().unwrap();
    let systems: [&[(&str, &str)]; 5] = [
        &[],
        &[ACTIONS],
        &[("GITLAB_CI", "true")],
        &[("TF_BUILD", "True")],
        &[("TEAMCITY_VERSION", "2025.07")],
    ];
    for command in [GATE, &["scan"]] {
        let file = place.path().join("text");
        let text = format!("text={}", file.display());
        let arguments = [command, &["--format", "json", "--format", &text]].concat();
        let plain = run(&repo, &arguments, &[]);
        let written = fs::read(&file).unwrap();
        for system in systems {
            let seen = run(&repo, &arguments, system);
            assert_eq!(
                (seen.code, &seen.stdout),
                (plain.code, &plain.stdout),
                "{system:?}"
            );
            assert_eq!(seen.stderr, "");
            assert_eq!(fs::read(&file).unwrap(), written, "{system:?}");
        }
    }
}

#[test]
fn without_a_system_or_with_none_nothing_is_added() {
    let repo = repository();
    let place = tempfile::tempdir().unwrap();
    let summary = place.path().join("summary.md");
    let path = ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap());
    let plain = run(&repo, GATE, &[path]);
    let none = [GATE, &["--ci", "none"]].concat();
    assert_eq!(run(&repo, &none, &[ACTIONS, path]).text(), plain.text());
    let gitlab = [GATE, &["--ci", "gitlab"]].concat();
    assert_eq!(run(&repo, &gitlab, &[ACTIONS, path]).text(), plain.text());
    let none = [GATE, &["--ci", "none", "--format", "github"]].concat();
    assert_eq!(run(&repo, &none, &[path]).code, Some(1));
    assert_eq!(summarized(&summary), "");
}

#[test]
fn one_line_stays_one_line_and_a_summary_that_cannot_be_written_decides_nothing() {
    let repo = repository();
    let quiet = [GATE, &["--quiet"]].concat();
    let seen = run(&repo, &quiet, &[ACTIONS]);
    assert_eq!(seen.text(), run(&repo, &quiet, &[]).text());
    assert_eq!(seen.text().lines().count(), 1);
    let nowhere = ("GITHUB_STEP_SUMMARY", "/nowhere/summary.md");
    let seen = run(&repo, GATE, &[ACTIONS, nowhere]);
    assert_eq!(seen.code, Some(1));
    assert!(
        seen.stderr.contains("the job has no summary"),
        "{}",
        seen.stderr
    );
}
