//! `scan --rev` from outside: what a commit holds, whatever lies on disk.

use std::fs;
use std::path::Path;

use git2::Oid;

use super::repositories::{Commit, Repo};
use super::stage::{Outcome, finish, git, scan};

/// Two commits: files in two languages with a definition and attributes, then changes in all of them.
fn repository() -> (Repo, [Oid; 2]) {
    let mut repo = Repo::new();
    let first = repo.commit(
        Commit::new("Begin (#1)", 1)
            .write("quality.toml", "version = 1\nextends = \"builtin\"\n")
            .write(".gitattributes", "gen/** linguist-generated\n")
            .write("gen/made.py", "def made(a):\n    pass\n")
            .write(
                "app/load.py",
                "import requests\n\ndef load(path: str, mode):\n    return path\n",
            )
            .write("app/old.py", "def old(a, b):\n    return a\n")
            .write("core/lib.rs", "pub fn add(a: u8) -> u8 {\r\n    a\r\n}\r\n")
            .write("notes.md", "One\nTwo\n")
            .write("broken.py", "def )))) ((((\n")
            .write_mode("link.py", 0o120_000, "app/load.py")
            .write(
                "tests/test_load.py",
                "from app.load import load\n\ndef test_it():\n    load(1, 2)\n",
            ),
    );
    let second = repo.commit(
        Commit::new("Change (#2)", 9)
            .write(
                "quality.toml",
                "version = 1\nextends = \"builtin\"\n[component.typed-code]\nweight = 3\n",
            )
            .remove("gen/made.py")
            .rename("app/old.py", "app/new.py")
            .write(
                "app/load.py",
                "def load(path: str, mode: int) -> str:\n    return path\n",
            ),
    );
    (repo, [first, second])
}

fn json(root: &Path, options: &[&str]) -> Outcome {
    let outcome = finish(scan(root, &[&["--format", "json"], options].concat()));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    outcome
}

/// What a report says, but for the name of the state it is about.
fn apart_from_source(outcome: &Outcome) -> String {
    let text = outcome.text();
    assert_eq!(text.matches("\"source\":").count(), 1);
    text.replace("\"source\":\"commit\"", "\"source\":\"work-tree\"")
}

// Case 123.
#[test]
fn a_commit_is_measured_as_a_clean_checkout_of_it_is() {
    let (repo, commits) = repository();
    for commit in commits {
        let name = commit.to_string();
        let place = tempfile::tempdir().unwrap();
        let from = repo.path().to_str().unwrap();
        git(
            place.path(),
            &["clone", "--quiet", "--no-checkout", from, "repository"],
        );
        let clone = place.path().join("repository");
        git(&clone, &["checkout", "--quiet", "--detach", &name]);
        let checked_out = json(&clone, &["--no-cache"]);
        assert!(checked_out.text().contains("\"source\":\"work-tree\""));
        let from_git = json(repo.path(), &["--no-cache", "--rev", &name]);
        assert!(from_git.text().contains("\"source\":\"commit\""));
        assert_eq!(
            apart_from_source(&from_git),
            apart_from_source(&checked_out)
        );
    }
}

// Case 124.
#[test]
fn nothing_on_disk_has_a_say_in_a_commit() {
    let (repo, [first, second]) = repository();
    let first = first.to_string();
    let clean = json(repo.path(), &["--no-cache", "--rev", &first]);
    assert_eq!(clean.report().share("typed-code"), (Some(3), Some(8)));
    fs::write(repo.path().join("untracked.py"), "def more(a):\n    pass\n").unwrap();
    fs::write(repo.path().join("quality.toml"), "not toml").unwrap();
    fs::write(
        repo.path().join(".gitattributes"),
        "*.py linguist-vendored\n",
    )
    .unwrap();
    let dirty = json(repo.path(), &["--no-cache", "--rev", &first]);
    assert_eq!(clean.text(), dirty.text());
    let latest = json(repo.path(), &["--no-cache", "--rev", "HEAD"]);
    assert_eq!(
        latest.report().0["repository"]["commit"],
        second.to_string()
    );
    // The definition is that of the commit, too.
    assert_eq!(latest.report().component("typed-code")["weight"], 3.0);
    assert_eq!(clean.report().component("typed-code")["weight"], 1.0);
}

#[test]
fn commits_have_many_names_and_each_is_the_same() {
    let (repo, [first, _]) = repository();
    let hex = first.to_string();
    fs::create_dir_all(repo.path().join(".git/refs/tags")).unwrap();
    fs::write(repo.path().join(".git/refs/tags/v1"), format!("{hex}\n")).unwrap();
    let whole = json(repo.path(), &["--no-cache", "--rev", &hex]);
    for name in [&hex[..9], "HEAD~1", "main^", "v1", "refs/tags/v1", "@^"] {
        let named = json(repo.path(), &["--no-cache", "--rev", name]);
        assert_eq!(named.text(), whole.text(), "{name}");
    }
    repo.pack();
    let packed = json(repo.path(), &["--no-cache", "--rev", &hex[..9]]);
    assert_eq!(packed.text(), whole.text());
}

// Cases 69 and 123.
#[test]
fn a_bare_repository_is_measured_by_its_commits() {
    let (repo, [first, _]) = repository();
    let place = tempfile::tempdir().unwrap();
    let from = repo.path().to_str().unwrap();
    git(
        place.path(),
        &["clone", "--quiet", "--bare", from, "bare.git"],
    );
    let bare = place.path().join("bare.git");
    let named = json(&bare, &["--no-cache", "--rev", &first.to_string()]);
    let beside = json(repo.path(), &["--no-cache", "--rev", &first.to_string()]);
    assert_eq!(named.report().numbers(), beside.report().numbers());
}

#[test]
fn what_names_no_commit_is_an_error_with_a_way_out() {
    let (repo, _) = repository();
    for (name, expected) in [
        ("mian", "did you mean `main`?"),
        ("HEAD~7", "HEAD~7"),
        ("--all", "--all"),
        ("HEAD@{1}", "HEAD@{1}"),
        ("0123456789abcdef0123456789abcdef01234567", "0123456789"),
    ] {
        let outcome = finish(scan(repo.path(), &["--no-cache", &format!("--rev={name}")]));
        let (code, message) = outcome.failure();
        assert_eq!(code, Some(2), "{name}: {message}");
        assert!(message.starts_with("error: "), "{name}: {message}");
        assert!(message.contains(expected), "{name}: {message}");
    }
}

#[test]
fn what_is_remembered_of_a_commit_serves_the_work_tree_and_the_other_way_round() {
    let (repo, [first, _]) = repository();
    let cache = tempfile::tempdir().unwrap();
    let cache = cache.path().to_str().unwrap();
    let first = first.to_string();
    let alone = json(repo.path(), &["--no-cache", "--rev", &first]);
    repo.check_out();
    let on_disk = json(repo.path(), &["--no-cache"]);
    for _ in 0..2 {
        let named = json(repo.path(), &["--cache-dir", cache, "--rev", &first]);
        assert_eq!(named.text(), alone.text());
        assert_eq!(
            json(repo.path(), &["--cache-dir", cache]).text(),
            on_disk.text()
        );
    }
}
