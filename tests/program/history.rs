//! Repositories cut off, damaged, empty, of another hash, or large: what history says, and that the scan goes on.

use std::fs;
use std::path::Path;

use git2::Oid;

use super::repositories::{Commit, DAY_0, Repo};
use super::stage::{Outcome, Report, Stage, finish, git, scan};

const HISTORY: [&str; 4] = [
    "hot-files",
    "small-changes",
    "calm-hot-spots",
    "local-changes",
];
/// Switches on what reads more than the window.
const DEEPER: &str = "version = 1\nextends = \"builtin\"\n[component.attended-code]\nenabled = true\n\
                      [component.steady-deployments]\nenabled = true\n\
                      [component.tracked-debt]\nmeasure.tracked-debt.age = true\n";
const FUNCTION: &str = "def good(x: int) -> int:\n    return x\n";

fn scanned(path: &Path) -> Report {
    let outcome = finish(scan(path, &["--format", "json"]));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    outcome.report()
}

fn text(path: &Path) -> Outcome {
    finish(scan(path, &[]))
}

/// Forty changes with numbers, a day apart; each but the first touches one of two files.
fn forty(mut repo: Repo) -> Repo {
    for number in 1..=40 {
        let subject = format!("Change {number} (#{number})");
        let content = format!("{FUNCTION}# {number}\n");
        let path = if number % 4 == 0 {
            "src/b.py"
        } else {
            "src/a.py"
        };
        let commit = Commit::new(&subject, number).write(path, &content);
        repo.commit(if number == 1 {
            commit.write("src/b.py", FUNCTION)
        } else {
            commit
        });
    }
    repo.check_out();
    repo
}

/// No component of history has a number, and each says why.
fn without_history(report: &Report, state: &str, reason: &str) {
    for id in HISTORY {
        let component = report.component(id);
        assert_eq!(component["state"], state, "{id}");
        for number in ["good", "of", "share", "score", "gap"] {
            assert!(component[number].is_null(), "{id} {component}");
        }
        let said = component["reason"].as_str().unwrap();
        assert!(said.contains(reason), "{id}: {said}");
    }
    assert_eq!(report.0["history"]["changes"], 0);
    assert_eq!(report.component("typed-code")["state"], "low-confidence");
}

// Case 53. Seen to fail with the list of cut-off commits not read: their parents were missing, and the command did not help.
#[test]
fn a_shallow_clone_has_no_history_and_the_command_that_repairs_it() {
    let repo = forty(Repo::new());
    let stage = Stage::new();
    let origin = format!("file://{}", repo.path().display());
    git(
        &stage.path(),
        &["clone", "--quiet", "--depth", "1", &origin, "one"],
    );
    let report = scanned(&stage.path().join("one"));
    without_history(&report, "unavailable", "shallow");
    for id in HISTORY {
        let repair = report.component(id)["repair"].as_str().unwrap();
        assert!(repair.contains("git fetch --unshallow") && repair.contains("fetch-depth: 0"));
    }
    let page = text(&stage.path().join("one"));
    assert!(
        page.text().contains("git fetch --unshallow"),
        "{}",
        page.text()
    );
    // Without history there is a score, but of less weight.
    assert!(report.0["score"]["value"].is_number());
    assert!(
        report.0["score"]["known_weight"].as_f64().unwrap()
            < scanned(repo.path()).0["score"]["known_weight"]
                .as_f64()
                .unwrap()
    );
}

// Case 54. Seen to fail with every shallow clone refused: nothing was known of a window that lies inside.
#[test]
fn a_shallow_clone_that_holds_the_window_is_measured_without_its_border() {
    let repo = forty(Repo::new());
    let stage = Stage::new();
    let origin = format!("file://{}", repo.path().display());
    git(
        &stage.path(),
        &["clone", "--quiet", "--depth", "10", &origin, "ten"],
    );
    let clone = stage.path().join("ten");
    // The clone holds days 31 to 40; a window of 8 days needs those from 32 on.
    fs::write(
        clone.join("quality.toml"),
        "version = 1\nextends = \"builtin\"\n[history]\nwindow_days = 8\nmin_changes = 0\n",
    )
    .unwrap();
    let report = scanned(&clone);
    assert_eq!(report.0["history"]["state"], "available");
    assert_eq!(report.0["history"]["changes"], 9);
    assert_eq!(report.component("hot-files")["of"], 9);
}

// Case 58.
#[test]
fn a_repository_without_a_commit_has_no_history_and_is_scanned() {
    let repo = Repo::new();
    fs::write(repo.path().join("a.py"), FUNCTION).unwrap();
    let report = scanned(repo.path());
    without_history(&report, "not-applicable", "there is no commit yet");
    assert!(report.0["repository"]["commit"].is_null());
    assert!(report.0["repository"]["reason"].is_string());
}

// Case 59.
#[test]
fn a_directory_without_a_repository_has_no_history_and_is_scanned() {
    let stage = Stage::of(&[("a.py", FUNCTION)]);
    without_history(&stage.report(&[]), "not-applicable", "no git repository");
}

// Case 60.
#[test]
fn a_repository_that_cannot_be_read_is_not_taken_for_none() {
    for damage in ["HEAD", "objects", "branch", "file"] {
        let repo = forty(Repo::new());
        let directory = repo.path().join(".git");
        match damage {
            "HEAD" => fs::write(directory.join("HEAD"), "garbage\n").unwrap(),
            "branch" => fs::write(directory.join("refs/heads/main"), "garbage\n").unwrap(),
            "objects" => fs::rename(directory.join("objects"), directory.join("stolen")).unwrap(),
            _ => {
                fs::rename(&directory, repo.path().join("stolen")).unwrap();
                fs::write(&directory, "gitdir: elsewhere\n").unwrap();
            }
        }
        let report = scanned(repo.path());
        without_history(&report, "unavailable", "");
        assert_eq!(report.share("typed-code"), (Some(4), Some(4)), "{damage}");
    }
}

// Case 68.
#[test]
fn a_damaged_index_costs_a_note_and_nothing_else() {
    let repo = forty(Repo::new());
    let whole = scanned(repo.path());
    fs::write(repo.path().join(".git/index"), "garbage").unwrap();
    let damaged = scanned(repo.path());
    assert!(damaged.notes("git's index could not be read"));
    assert_eq!(damaged.0["components"], whole.0["components"]);
    assert_eq!(damaged.0["scopes"], whole.0["scopes"]);
}

// Case 62.
#[test]
fn a_missing_commit_is_named_and_no_number_is_made_of_the_rest() {
    let mut repo = forty(Repo::new());
    let lost = repo.commit(Commit::new("Lost (#41)", 41).write("src/a.py", FUNCTION));
    repo.commit(Commit::new("Last (#42)", 42).write("src/b.py", FUNCTION));
    fs::remove_file(repo.loose(lost)).unwrap();
    let report = scanned(repo.path());
    without_history(&report, "unavailable", &lost.to_string());
}

// Case 63. Seen to fail with a commit refused whose time cannot be read, as libgit2 does: no commit was left.
#[test]
fn malformed_signatures_lose_no_commit() {
    let mut repo = forty(Repo::new());
    let expected = scanned(repo.path());
    let good = DAY_0 + 41 * 86_400;
    for line in [
        "Grace Hopper <grace@example.com> notadate +0000".to_owned(),
        format!("Grace Hopper {good} +0000"),
        "x y".to_owned(),
        "Grace Hopper <grace@example.com> 99999999999999999999 +0000".to_owned(),
        "Grace Hopper <grace@example.com> -100 +0000".to_owned(),
        format!("Grace \u{1b}[31m <grace@example.com> {good} +051800"),
    ] {
        repo.commit(
            Commit::new("Odd (#50)", 41)
                .committer_line(&line)
                .write("src/a.py", &line),
        );
    }
    repo.commit(Commit::new("Last (#51)", 42).write("src/a.py", FUNCTION));
    let report = scanned(repo.path());
    let all = |report: &Report| report.0["history"]["commits"]["all"].as_u64().unwrap();
    assert_eq!(all(&expected), 40);
    assert_eq!(all(&report), 47);
    assert!(
        report.notes("commits have a malformed author or committer"),
        "{}",
        report.0["notes"]
    );
}

// Case 66. Seen to fail with every repository taken for one of SHA-1, as libgit2 does without a feature of its own.
#[test]
fn a_repository_of_sha256_has_the_numbers_of_its_twin() {
    let short = forty(Repo::new());
    let long = forty(Repo::sha256());
    let (short, long) = (scanned(short.path()), scanned(long.path()));
    assert_eq!(short.0["repository"]["commit"].as_str().unwrap().len(), 40);
    assert_eq!(long.0["repository"]["commit"].as_str().unwrap().len(), 64);
    assert_eq!(short.component("hot-files")["of"], 41);
    assert_eq!(short.numbers(), long.numbers());
}

// Case 81, in small; the table in `hardening.md` has it in full.
#[test]
fn ten_thousand_files_and_three_hundred_commits_are_counted_right() {
    const FILES: u32 = 10_000;
    let mut repo = Repo::new();
    let blob = repo.object(git2::ObjectType::Blob, b"x = 1\n");
    let name = |number: u32| format!("d{:02}/f{:02}.py", number / 100, number % 100);
    // Whole directories are written once; a commit replaces one of them and the root.
    let directory = |repo: &Repo, changed: Option<(u32, Oid)>| {
        let mut content = Vec::new();
        for number in 0..100 {
            let id = changed
                .filter(|(at, _)| *at == number)
                .map_or(blob, |(_, id)| id);
            content.extend_from_slice(format!("100644 f{number:02}.py\0").as_bytes());
            content.extend_from_slice(id.as_bytes());
        }
        repo.object(git2::ObjectType::Tree, &content)
    };
    let mut directories = vec![directory(&repo, None); (FILES / 100) as usize];
    let mut parent = None;
    for number in 0..300_u32 {
        let new = repo.object(git2::ObjectType::Blob, format!("y = {number}\n").as_bytes());
        directories[(number % 100) as usize] = directory(&repo, Some((number % 7, new)));
        let mut root = Vec::new();
        for (at, id) in directories.iter().enumerate() {
            root.extend_from_slice(format!("40000 d{at:02}\0").as_bytes());
            root.extend_from_slice(id.as_bytes());
        }
        let tree = repo.object(git2::ObjectType::Tree, &root);
        let time = DAY_0 + i64::from(number) * 3_600;
        let parent_line = parent.map_or(String::new(), |id| format!("parent {id}\n"));
        let commit = format!(
            "tree {tree}\n{parent_line}author A <a@b.c> {time} +0000\ncommitter A <a@b.c> {time} +0000\n\nX (#{})\n",
            number + 1
        );
        parent = Some(repo.object(git2::ObjectType::Commit, commit.as_bytes()));
    }
    repo.head(parent.unwrap());
    // Of the files those that ever change are there; the others would only take time.
    for number in (0..FILES).filter(|number| number % 100 < 7) {
        let path = repo.path().join(name(number));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x = 1\n").unwrap();
    }
    let report = scanned(repo.path());
    assert_eq!(report.0["history"]["commits"]["all"], 300);
    assert_eq!(report.0["history"]["changes"], 300);
    // The first change adds every file, and 700 of them are there. The next 99 touch one file each, and those after them two: the file they
    // change, and the one that was changed a round before in the same directory and becomes what it was. The two are
    // never the same, because 7 does not divide 100.
    let touches = 700 + 99 + 2 * 200;
    assert_eq!(report.component("hot-files")["of"], touches);
    assert_eq!(report.component("small-changes")["good"], 299);
}

#[test]
fn what_reads_more_than_the_window_is_off_until_one_key_switches_it_on() {
    let mut repo = forty(Repo::new());
    let debt = format!("{FUNCTION}# TODO: later\n");
    repo.commit(Commit::new("Admit (#41)", 41).write("src/b.py", &debt));
    repo.commit(Commit::new("Go on (#42)", 51).write("src/a.py", FUNCTION));
    repo.check_out();
    let plain = scanned(repo.path());
    for id in ["attended-code", "steady-deployments"] {
        assert!(super::stage::component(&plain.0, id).is_none(), "{id}");
    }
    fs::write(repo.path().join("quality.toml"), DEEPER).unwrap();
    let cache = Stage::new();
    let cache = cache.beside("cache");
    let options = ["--format", "json", "--cache-dir", cache.to_str().unwrap()];
    let cached = || finish(scan(repo.path(), &options)).report();
    let first = cached();
    assert_eq!(first.share("attended-code"), (Some(4), Some(4)));
    let deployed = first.component("steady-deployments");
    assert_eq!(deployed["state"], "not-applicable");
    let aged = &first.component("tracked-debt")["lists"][0];
    assert_eq!(aged["name"], "debt-by-age");
    assert_eq!(aged["entries"][0]["figures"]["age_days"], 10);
    assert_eq!(aged["entries"][0]["places"][0]["line"], 3);
    // A tag is no part of any commit, and seen all the same.
    git(repo.path(), &["tag", "v1.0", "HEAD~20"]);
    let second = cached();
    assert_eq!(second.share("steady-deployments"), (Some(1), Some(1)));
    assert_eq!(second.component("steady-deployments")["method"], "proxy");
    assert_eq!(second.0, scanned(repo.path()).0);
    assert_eq!(cached().0, second.0);
}

#[test]
fn in_a_shallow_clone_what_reads_more_than_the_window_says_how_to_get_it() {
    let repo = forty(Repo::new());
    let stage = Stage::new();
    let origin = format!("file://{}", repo.path().display());
    git(
        &stage.path(),
        &["clone", "--quiet", "--depth", "10", &origin, "ten"],
    );
    let clone = stage.path().join("ten");
    let window = format!("{DEEPER}[history]\nwindow_days = 8\nmin_changes = 0\n");
    fs::write(clone.join("quality.toml"), window).unwrap();
    let report = scanned(&clone);
    assert_eq!(report.0["history"]["state"], "available");
    for id in ["attended-code", "steady-deployments"] {
        let component = report.component(id);
        assert_eq!(component["state"], "unavailable", "{id}");
        let repair = component["repair"].as_str().unwrap();
        assert!(repair.contains("git fetch --unshallow"), "{id}");
    }
}
