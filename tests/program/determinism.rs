//! What must not move a byte of the report: threads, locale, clock zone, working directory, place, other people's
//! settings; and what a narrowed report must not move: any number.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::repositories::{Commit, Repo};
use super::stage::{component, finish, quality, scan};

/// A repository with two languages, an ignore file, an untracked file and some history.
fn repository() -> Repo {
    let mut repo = Repo::new();
    repo.commit(
        Commit::new("Begin (#1)", 1)
            .write(".gitignore", "*.log\n")
            .write(
                "app/api/load.py",
                "def load(path: str, mode):\n    return path\n",
            )
            .write("app/save.py", "def save(path, mode):\n    return path\n")
            .write("core/src/lib.rs", "pub fn add(a: u8) -> u8 {\n    a\n}\n")
            .write(
                "tests/test_save.py",
                "from app.save import save\n\ndef test_save():\n    assert save(1, 2)\n",
            ),
    );
    for number in 2..=36 {
        let subject = format!("Change (#{number})");
        let path = ["app/api/load.py", "app/save.py", "core/src/lib.rs"][number % 3];
        let text = match number % 3 {
            2 => format!("pub fn add(a: u8) -> u8 {{\n    a + {number}\n}}\n"),
            _ => format!("def save(path, mode: int = {number}):\n    return path\n"),
        };
        repo.commit(Commit::new(&subject, number as i64).write(path, &text));
    }
    repo.check_out();
    fs::write(
        repo.path().join("untracked.py"),
        "def new(a):\n    return a\n",
    )
    .unwrap();
    repo
}

fn bytes(command: Command) -> Vec<u8> {
    let outcome = finish(command);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    outcome.stdout
}

fn json(path: &Path) -> Command {
    scan(path, &["--format", "json"])
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

// Cases 52, 85, 122, 123 and 126. The order in which a directory is read is that in which the twin was copied; the clock is not
// read, which the tidy test keeps, and the day is that of the commit.
#[test]
fn the_same_code_gives_the_same_bytes_wherever_and_however_it_is_scanned() {
    let repo = repository();
    let expected = bytes(json(repo.path()));
    let same = |what: &str, command: Command| {
        assert!(bytes(command) == expected, "{what} changes the report");
    };
    for threads in ["1", "2", "16"] {
        let mut command = json(repo.path());
        command.args(["--threads", threads]);
        same("the number of threads", command);
    }
    for (name, value) in [
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LC_ALL", "C"),
        ("TZ", "Asia/Tokyo"),
        ("TZ", "America/Anchorage"),
        ("COLUMNS", "300"),
        ("CLICOLOR_FORCE", "1"),
        ("NO_COLOR", "1"),
        ("RUST_MIN_STACK", "100000000"),
        ("GIT_DIR", "/nonexistent"),
        ("GIT_INDEX_FILE", "/nonexistent"),
        ("GIT_OBJECT_DIRECTORY", "/nonexistent"),
        ("GIT_WORK_TREE", "/"),
    ] {
        let mut command = json(repo.path());
        command.env(name, value);
        same(name, command);
    }

    let mut command = quality(&["scan", "--format", "json"]);
    command.current_dir(repo.path());
    same("a scan of the working directory", command);
    let mut command = json(Path::new("repository"));
    command.current_dir(repo.path().parent().unwrap());
    same("a relative path", command);
    let mut command = json(Path::new("../../core/.."));
    command.current_dir(repo.path().join("app/api"));
    same("a way around", command);

    // Settings of the person who scans.
    let home = tempfile::tempdir().unwrap();
    let ignored = home.path().join("ignored");
    fs::write(&ignored, "*.py\n").unwrap();
    fs::create_dir_all(home.path().join(".config/git")).unwrap();
    fs::write(home.path().join(".config/git/ignore"), "*.rs\n").unwrap();
    fs::write(
        home.path().join(".config/git/attributes"),
        "*.py linguist-vendored\n",
    )
    .unwrap();
    fs::write(
        home.path().join(".gitconfig"),
        format!(
            "[core]\n\texcludesFile = {}\n\tquotePath = true\n",
            ignored.display()
        ),
    )
    .unwrap();
    let mut command = json(repo.path());
    command
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path().join(".config"));
    same("the home directory", command);
    fs::write(repo.path().join(".git/info/exclude"), "*.py\n").unwrap();
    same("what one person ignores", json(repo.path()));

    // Another place, other times of files.
    let elsewhere = tempfile::tempdir().unwrap();
    let twin = elsewhere.path().join("repository");
    copy(repo.path(), &twin);
    same("the place", json(&twin));
}

#[test]
fn nothing_of_this_machine_or_the_way_there_is_in_the_report() {
    let repo = repository();
    let place = repo.path().parent().unwrap().to_str().unwrap().to_owned();
    let check = || {
        for format in ["json", "text"] {
            let output = bytes(scan(repo.path(), &["--format", format]));
            let text = String::from_utf8(output).unwrap();
            assert!(!text.contains(&place), "{text}");
        }
    };
    check();
    // Nor is it in the reason why there is no history.
    let directory = repo.path().join(".git");
    fs::rename(directory.join("objects"), directory.join("stolen")).unwrap();
    check();
    fs::remove_dir_all(&directory).unwrap();
    fs::write(&directory, format!("gitdir: {place}/elsewhere\n")).unwrap();
    check();
}

/// A scope's numbers without what only the whole report says of them.
fn numbers(components: &Value) -> Vec<Value> {
    let components = components["components"].as_array().unwrap();
    let known = components
        .iter()
        .filter(|component| !component["good"].is_null());
    known
        .map(|component| {
            let keep = [
                "id", "state", "method", "good", "of", "unknown", "share", "score", "gap",
            ];
            keep.iter().map(|name| component[*name].clone()).collect()
        })
        .collect()
}

#[test]
fn a_directory_narrows_the_report_and_changes_no_number() {
    let repo = repository();
    let whole = finish(json(repo.path())).report();
    for name in ["app", "app/api", "core/src"] {
        let scope = whole.scope("directory", name).unwrap();
        let narrowed = finish(json(&repo.path().join(name))).report();
        assert_eq!(narrowed.0["repository"]["path"], *name);
        assert_eq!(narrowed.0["score"]["value"], scope["score"], "{name}");
        assert_eq!(numbers(&narrowed.0), numbers(scope), "{name}");
        assert!(numbers(scope).len() >= 6, "{name}: {:?}", numbers(scope));
        assert_eq!(narrowed.0["history"], whole.0["history"]);
        for inner in narrowed.0["scopes"].as_array().unwrap() {
            let path = inner["name"].as_str().unwrap();
            assert!(path.starts_with(&format!("{name}/")), "{path}");
            assert_eq!(
                whole.scope(inner["kind"].as_str().unwrap(), path),
                Some(inner)
            );
        }
    }
    // The tests outside the directory count for the files inside.
    let app = finish(json(&repo.path().join("app"))).report();
    assert_eq!(component(&app.0, "tested-files").unwrap()["good"], 1);
}
