//! The gate from outside: one pull request for each kind of change, and the verdict it must have.

use std::fs;
use std::path::Path;

use git2::Oid;
use serde_json::Value;

use super::repositories::{Commit, Repo};
use super::stage::{Outcome, finish, git, quality};

const DEFINITION: &str = "version = 1\nextends = \"builtin\"\n\
    [component.http-client]\nmeasure.preferred-imports = { prefer = [\"httpx\"], over = [\"requests\"] }\n\
    [component.simple-functions]\nmeasure.simple-functions = { max_cognitive = 3 }\n";

const LOAD: &str = "import httpx\n\n\ndef load(path: str) -> str:\n    return httpx.get(path).text\n\n\n\
    def save(path: str, text: str) -> None:\n    httpx.post(path, text)\n";

const MATH: &str = "def _add(left: int, right: int) -> int:\n    total = left + right\n    return total\n\n\n\
    def _subtract(left: int, right: int) -> int:\n    difference = left - right\n    return difference\n\n\n\
    def _multiply(left: int, right: int) -> int:\n    product = left * right\n    return product\n";

/// Untyped, untested, another library.
const LEGACY: &str = "import requests\n\n\ndef fetch(url):\n    answer = requests.get(url)\n    return answer\n\n\n\
    def push(url, body):\n    answer = requests.post(url, body)\n    return answer\n";

const COMPLEX: &str = "def decide(left: int, right: int) -> int:\n    if left:\n        for step in range(right):\n            \
    if step > left:\n                return step\n    return left\n";

/// A repository on `main`, and its first commit.
fn repository() -> (Repo, Oid) {
    let mut repo = Repo::new();
    let base = repo.commit(
        Commit::new("Begin (#1)", 1)
            .write("quality.toml", DEFINITION)
            .write("app/load.py", LOAD)
            .write("app/math.py", MATH)
            .write("app/legacy.py", LEGACY)
            .write("app/complex.py", COMPLEX)
            .write("tests/test_load.py", "from app.load import load, save\n\n\ndef test_load() -> None:\n    load(save('a', 'b'))\n")
            .write("tests/test_math.py", "from app.math import _add\n\n\ndef test_add() -> None:\n    assert _add(1, 2) == 3\n")
            .write("tests/test_complex.py", "from app.complex import decide\n\n\ndef test_decide() -> None:\n    assert decide(1, 2)\n"),
    );
    (repo, base)
}

fn gate(root: &Path, options: &[&str]) -> Outcome {
    let mut command = quality(&["gate"]);
    command.arg(root).args(["--no-cache"]).args(options);
    finish(command)
}

/// The verdict on the tip of the repository and what it rests on: exit code, and a line for each regression of a
/// component that gates.
fn judged(repo: &Repo, base: Oid, options: &[&str]) -> (Option<i32>, Vec<String>) {
    let base = base.to_string();
    // Nothing is checked out: the head is named, so that nobody is warned of that.
    let others = ["--staged", "--worktree"];
    let head: &[&str] = if options.iter().any(|option| others.contains(option)) {
        &[]
    } else {
        &["--head", "HEAD"]
    };
    let asked = [&["--format", "json", "--base", &base], head, options].concat();
    let outcome = gate(repo.path(), &asked);
    assert_eq!(outcome.stderr, "");
    let report: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(report["exit_code"].as_i64(), outcome.code.map(i64::from));
    (outcome.code, lines(&report, &["newly-bad", "worsened"]))
}

fn lines(report: &Value, kinds: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    for component in report["components"].as_array().unwrap() {
        let gates = ["ratchet", "block"].contains(&component["level"].as_str().unwrap());
        for change in component["changes"].as_array().unwrap() {
            let kind = change["kind"].as_str().unwrap();
            if gates && kinds.contains(&kind) {
                let id = component["id"].as_str().unwrap();
                let path = change["path"].as_str().unwrap();
                let line = change["line"].as_u64();
                let line = line.map_or_else(String::new, |line| format!(":{line}"));
                lines.push(format!("{id} {kind} {path}{line}"));
            }
        }
    }
    lines
}

/// Whether a change passes, or else what is held against it.
fn against(change: impl FnOnce(Commit<'static>) -> Commit<'static>) -> Vec<String> {
    let (mut repo, base) = repository();
    repo.commit(change(Commit::new("Change (#2)", 2)));
    let (code, lines) = judged(&repo, base, &[]);
    assert_eq!(code, Some(i32::from(!lines.is_empty())), "{lines:?}");
    lines
}

const NOTHING: [&str; 0] = [];

#[test]
fn what_somebody_made_worse_fails() {
    assert_eq!(
        against(|commit| commit.write(
            "app/legacy.py",
            &format!("{LEGACY}\n\ndef more(url):\n    return url\n")
        )),
        ["typed-code newly-bad app/legacy.py:14"]
    );
    assert_eq!(
        against(|commit| commit.write(
            "app/legacy.py",
            &LEGACY.replace("url, body", "url, body, again")
        )),
        ["typed-code worsened app/legacy.py:9"]
    );
    assert_eq!(
        against(|commit| commit.write("app/load.py", &LOAD.replace("httpx", "requests"))),
        ["http-client newly-bad app/load.py"]
    );
    assert_eq!(
        against(|commit| commit.write(
            "app/fresh.py",
            "def fresh(left: int) -> int:\n    return left\n"
        )),
        ["tested-files newly-bad app/fresh.py"]
    );
    assert_eq!(
        against(|commit| commit.write(
            "app/complex.py",
            &COMPLEX.replace("return step", "return step if right else left")
        )),
        ["simple-functions worsened app/complex.py:1"]
    );
}

// Case 118.
#[test]
fn a_test_that_goes_while_its_subject_stays_is_missed() {
    assert_eq!(
        against(|commit| commit.remove("tests/test_math.py")),
        ["tested-files newly-bad app/math.py"]
    );
    let skipped = "import pytest\nfrom app.math import _add\n\n\n@pytest.mark.skip\ndef test_add() -> None:\n    assert _add(1, 2) == 3\n";
    assert_eq!(
        against(|commit| commit.write("tests/test_math.py", skipped)),
        ["tested-files newly-bad app/math.py"]
    );
}

#[test]
fn what_was_there_before_never_fails() {
    assert_eq!(
        against(|commit| commit.write("README.md", "Text\n")),
        NOTHING
    );
    // A fix inside of what is bad is no new badness.
    assert_eq!(
        against(|commit| commit.write(
            "app/legacy.py",
            &LEGACY.replace("requests.get(url)", "requests.get(url + '?')")
        )),
        NOTHING
    );
    assert_eq!(
        against(|commit| commit.write(
            "app/complex.py",
            &COMPLEX.replace("return left", "left = left\n    return left")
        )),
        NOTHING
    );
}

#[test]
fn deleting_never_fails() {
    assert_eq!(
        against(|commit| commit.remove("app/load.py").remove("tests/test_load.py")),
        NOTHING
    );
    assert_eq!(against(|commit| commit.remove("app/legacy.py")), NOTHING);
    let shorter = MATH.split("\n\n\ndef _multiply").next().unwrap().to_owned() + "\n";
    assert_eq!(
        against(|commit| commit.write("app/math.py", &shorter)),
        NOTHING
    );
}

#[test]
fn moving_renaming_splitting_and_reformatting_never_fail() {
    let renamed = |commit: Commit<'static>| {
        commit
            .rename("app/legacy.py", "core/deep/old.py")
            .rename("app/math.py", "core/math.py")
            .write("tests/test_math.py", "from core.math import _add\n\n\ndef test_add() -> None:\n    assert _add(1, 2) == 3\n")
    };
    assert_eq!(against(renamed), NOTHING);
    let parts: Vec<&str> = MATH.split("\n\n\n").collect();
    let (add, subtract, multiply) = (
        parts[0].to_owned() + "\n",
        parts[1].to_owned() + "\n",
        parts[2].to_owned(),
    );
    let split = |commit: Commit<'static>| {
        commit
            .write("app/math.py", &add)
            .write("app/minus.py", &subtract)
            .write("app/times.py", &multiply)
    };
    assert_eq!(against(split), NOTHING);
    let reordered: Vec<&str> = LEGACY.split("\n\n\n").collect();
    let reordered = format!(
        "{}\n\n\n{}\n\n{}\n",
        reordered[0], reordered[2], reordered[1]
    );
    assert_eq!(
        against(|commit| commit.write("app/legacy.py", &reordered)),
        NOTHING
    );
    let indented: String = LEGACY
        .lines()
        .skip(3)
        .map(|line| format!("    {line}\n"))
        .collect();
    let indented = format!("import requests\n\n\nclass Client:\n{indented}");
    // `self` is missing, but that is for the tests to say.
    assert_eq!(
        against(|commit| commit.write("app/legacy.py", &indented)),
        NOTHING
    );
    let function = LEGACY.split("\n\n\n").nth(2).unwrap();
    let moved = format!("import requests\n\n\n{function}");
    let left = LEGACY.replace(&format!("\n\n{function}"), "");
    assert_eq!(
        against(|commit| commit
            .write("app/legacy.py", &left)
            .write("app/moved.py", &moved)),
        NOTHING
    );
}

// Cases 117 and 121. Both sides are measured anew under one definition, so results of two are never compared.
#[test]
fn the_definition_of_the_base_counts_and_weakening_it_needs_a_word() {
    let (mut repo, base) = repository();
    repo.commit(
        Commit::new("Ask for less (#2)", 2)
            .write(
                "quality.toml",
                &DEFINITION.replace("max_cognitive = 3", "max_cognitive = 99"),
            )
            .write(
                "app/complex.py",
                &COMPLEX.replace("return step", "return step if right else left"),
            ),
    );
    let (code, lines) = judged(&repo, base, &[]);
    assert_eq!(code, Some(1));
    assert_eq!(lines, ["simple-functions worsened app/complex.py:1"]);
    let (code, lines) = judged(&repo, base, &["--allow-definition-change"]);
    assert_eq!((code, lines.len()), (Some(1), 1));

    let (mut repo, base) = repository();
    repo.commit(Commit::new("Ask for less (#2)", 2).write(
        "quality.toml",
        &format!("{DEFINITION}[component.typed-code]\ntarget = 0.5\n"),
    ));
    assert_eq!(judged(&repo, base, &[]), (Some(1), Vec::new()));
    let text = gate(repo.path(), &["--base", &base.to_string()]);
    assert!(
        text.text().contains("component.typed-code.target"),
        "{}",
        text.text()
    );
    assert!(
        text.text().contains("--allow-definition-change"),
        "{}",
        text.text()
    );
    assert_eq!(
        judged(&repo, base, &["--allow-definition-change"]),
        (Some(0), Vec::new())
    );

    let (mut repo, base) = repository();
    repo.commit(Commit::new("Ask for more (#2)", 2).write(
        "quality.toml",
        &format!("{DEFINITION}[component.typed-code]\ntarget = 1\n"),
    ));
    assert_eq!(judged(&repo, base, &[]), (Some(0), Vec::new()));
}

#[test]
fn bars_are_lines_of_their_own() {
    let (mut repo, base) = repository();
    repo.commit(Commit::new("Fine (#2)", 2).write("README.md", "Text\n"));
    assert_eq!(
        judged(&repo, base, &["--fail-under", "100"]),
        (Some(1), Vec::new())
    );
    assert_eq!(
        judged(&repo, base, &["--fail-under", "1"]),
        (Some(0), Vec::new())
    );

    let mut repo = Repo::new();
    let base = repo.commit(
        Commit::new("Begin", 1)
            .write("quality.toml", "version = 1\n[gate]\nmax_drop = 1\n[component.typed-code]\nmeasure.typed-slots = {}\nlevel = \"report\"\n")
            .write("a.py", "def f(a: int) -> int:\n    return a\n"),
    );
    repo.commit(Commit::new("Drop", 2).write("b.py", "def g(a):\n    return a\n"));
    assert_eq!(judged(&repo, base, &[]), (Some(1), Vec::new()));
}

#[test]
fn each_failure_names_the_commit_that_made_it() {
    let (mut repo, base) = repository();
    repo.commit(Commit::new("Prepare", 2).write("app/load.py", &format!("{LOAD}\n\n# prepared\n")));
    let culprit = repo.commit(Commit::new("Break it", 3).write(
        "app/load.py",
        &format!("{LOAD}\n\n# prepared\ndef more(url):\n    return url\n"),
    ));
    repo.commit(Commit::new("Go on", 4).write(
        "app/load.py",
        &format!("\n{LOAD}\n\n# prepared\ndef more(url):\n    return url\n"),
    ));
    let outcome = gate(
        repo.path(),
        &["--format", "json", "--base", &base.to_string()],
    );
    let report: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    let typed = report["components"]
        .as_array()
        .unwrap()
        .iter()
        .find(|component| component["id"] == "typed-code");
    let since = &typed.unwrap()["changes"][0]["since"];
    assert_eq!(since["commit"], culprit.to_string());
    assert_eq!(since["subject"], "Break it");
    let text = gate(repo.path(), &["--base", &base.to_string()]);
    assert!(
        text.text().contains(&culprit.to_string()[..7]),
        "{}",
        text.text()
    );
    assert!(text.text().lines().count() <= 25, "{}", text.text());
}

#[test]
fn what_is_staged_and_what_lies_on_disk_are_judged_on_demand() {
    let (repo, base) = repository();
    repo.check_out();
    let worse = format!("{LEGACY}\n\ndef more(url):\n    return url\n");
    fs::write(repo.path().join("app/legacy.py"), &worse).unwrap();
    let expected = vec!["typed-code newly-bad app/legacy.py:14".to_owned()];
    assert_eq!(
        judged(&repo, base, &["--worktree"]),
        (Some(1), expected.clone())
    );
    assert_eq!(judged(&repo, base, &["--staged"]), (Some(0), Vec::new()));
    git(repo.path(), &["add", "app/legacy.py"]);
    fs::write(repo.path().join("app/legacy.py"), LEGACY).unwrap();
    assert_eq!(judged(&repo, base, &["--staged"]), (Some(1), expected));
    assert_eq!(judged(&repo, base, &["--worktree"]), (Some(0), Vec::new()));
    // The head is a commit unless one says otherwise: there is no change to judge then.
    let outcome = gate(repo.path(), &["--base", &base.to_string()]);
    assert_eq!(outcome.code, Some(3));
    assert!(outcome.stderr.contains("--worktree"), "{}", outcome.stderr);
}

// Case 118.
#[test]
fn a_change_that_takes_tests_and_their_glob_away_is_judged_by_what_they_tested() {
    let mut repo = Repo::new();
    let definition = format!("{DEFINITION}[files]\ntest = [\"checks/**\"]\n");
    let base = repo.commit(
        Commit::new("Begin (#1)", 1)
            .write("quality.toml", &definition)
            .write("app/math.py", MATH)
            .write(
                "checks/math.py",
                "from app.math import _add\n\n\ndef test_add() -> None:\n    assert _add(1, 2) == 3\n",
            ),
    );
    repo.commit(
        Commit::new("Without (#2)", 2)
            .write("quality.toml", DEFINITION)
            .remove("checks/math.py"),
    );
    assert_eq!(
        judged(&repo, base, &[]),
        (
            Some(1),
            vec!["tested-files newly-bad app/math.py".to_owned()]
        )
    );
}

// Case 125.
#[test]
fn an_unrelated_untracked_file_changes_nothing() {
    let (mut repo, base) = repository();
    repo.commit(Commit::new("Fine (#2)", 2).write("README.md", "Text\n"));
    repo.check_out();
    let before = gate(
        repo.path(),
        &["--format", "json", "--base", &base.to_string()],
    );
    fs::write(repo.path().join("stray.py"), "def stray(a):\n    pass\n").unwrap();
    let after = gate(
        repo.path(),
        &["--format", "json", "--base", &base.to_string()],
    );
    assert_eq!((before.code, before.text()), (after.code, after.text()));
    assert_eq!(after.stderr, "");
}

// Case 116.
#[test]
fn without_a_base_there_is_no_verdict() {
    let (mut repo, _) = repository();
    repo.commit(Commit::new("Fine (#2)", 2).write("README.md", "Text\n"));
    let inconclusive = |options: &[&str], expected: &str| {
        let outcome = gate(repo.path(), options);
        let (code, message) = outcome.failure();
        assert_eq!(code, Some(3), "{options:?}: {message}");
        assert!(message.contains(expected), "{options:?}: {message}");
    };
    inconclusive(&["--base", "origin/main"], "did you mean `main`?");
    // The only branch is the one we stand on.
    inconclusive(&[], "there is no change to judge");
}

#[test]
fn unrelated_and_cut_off_histories_have_no_verdict() {
    let (mut repo, base) = repository();
    let tip = repo.commit(Commit::new("Fine (#2)", 2).write("README.md", "Text\n"));
    let other = repo.commit(
        Commit::new("Elsewhere", 3)
            .parents(&[])
            .write("b.py", "x = 1\n"),
    );
    repo.head(tip);
    let outcome = gate(repo.path(), &["--base", &other.to_string()]);
    let (code, message) = outcome.failure();
    assert_eq!(code, Some(3), "{message}");
    assert!(message.contains("no common history"), "{message}");

    let side = repo.commit(
        Commit::new("Side", 4)
            .parents(&[base])
            .write("c.py", "x = 1\n"),
    );
    repo.head(tip);
    fs::write(repo.path().join(".git/shallow"), format!("{tip}\n{side}\n")).unwrap();
    let outcome = gate(repo.path(), &["--base", &side.to_string()]);
    let (code, message) = outcome.failure();
    assert_eq!(code, Some(3), "{message}");
    assert!(message.contains("git fetch --unshallow"), "{message}");
}

#[test]
fn a_file_that_can_no_longer_be_measured_leaves_no_verdict() {
    let (mut repo, base) = repository();
    repo.commit(Commit::new("Break (#2)", 2).write("app/load.py", "def )))) ((((\n"));
    assert_eq!(judged(&repo, base, &[]), (Some(3), Vec::new()));
}

#[test]
fn without_a_definition_at_the_base_the_built_in_one_holds() {
    let mut repo = Repo::new();
    let base = repo.commit(
        Commit::new("Begin", 1)
            .write("a.py", "def f(a: int) -> int:\n    return a\n")
            .write(
                "test_a.py",
                "from a import f\n\n\ndef test_f() -> None:\n    f(1)\n",
            ),
    );
    repo.commit(
        Commit::new("Define", 2).write("quality.toml", "version = 1\nextends = \"builtin\"\n"),
    );
    assert_eq!(judged(&repo, base, &[]), (Some(0), Vec::new()));
    repo.commit(Commit::new("Define less", 3).write(
        "quality.toml",
        "version = 1\nextends = \"builtin\"\n[component.typed-code]\nenabled = false\n",
    ));
    assert_eq!(judged(&repo, base, &[]), (Some(1), Vec::new()));
    assert_eq!(
        judged(&repo, base, &["--allow-definition-change"]),
        (Some(0), Vec::new())
    );
}

#[test]
fn threads_and_cache_change_no_byte() {
    let (mut repo, base) = repository();
    repo.commit(Commit::new("Worse (#2)", 2).write(
        "app/legacy.py",
        &format!("{LEGACY}\n\ndef more(url):\n    return url\n"),
    ));
    let base = base.to_string();
    let cache = tempfile::tempdir().unwrap();
    let cache = cache.path().to_str().unwrap();
    for format in ["text", "json", "markdown", "github"] {
        let plain = gate(repo.path(), &["--base", &base, "--format", format]);
        assert_eq!(plain.code, Some(1));
        assert_ne!(plain.text(), "");
        for threads in ["1", "2", "16"] {
            let mut command = quality(&["gate"]);
            command.arg(repo.path());
            command.args([
                "--cache-dir",
                cache,
                "--threads",
                threads,
                "--base",
                &base,
                "--format",
                format,
            ]);
            assert_eq!(finish(command).text(), plain.text(), "{format} {threads}");
        }
    }
}

#[test]
fn annotations_come_with_a_job_summary_where_one_is_wanted() {
    let (mut repo, base) = repository();
    repo.commit(Commit::new("Worse (#2)", 2).write(
        "app/legacy.py",
        &format!("{LEGACY}\n\ndef more(url):\n    return url\n"),
    ));
    let place = tempfile::tempdir().unwrap();
    let summary = place.path().join("summary.md");
    fs::write(&summary, "before\n").unwrap();
    let base = base.to_string();
    for (format, expected) in [("text", 0), ("github", 1)] {
        let mut command = quality(&["gate"]);
        command.arg(repo.path());
        command.args(["--no-cache", "--base", &base, "--format", format]);
        command.env("GITHUB_STEP_SUMMARY", &summary);
        assert_eq!(finish(command).code, Some(1));
        let text = fs::read_to_string(&summary).unwrap();
        assert!(text.starts_with("before\n"), "{text}");
        assert_eq!(text.matches("Gate failed").count(), expected, "{text}");
    }
}
