//! A file whose grammar crashes is lost, and the run is not. The program crashes on purpose, in debug builds alone.
#![cfg(debug_assertions)]

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::repositories::{Commit, Repo};
use super::stage::{Outcome, Report, Stage, finish, quality};

const GOOD: &str = "def good(x: int) -> int:\n    return x\n";

/// The program in the directory, crashing on files with `crash` in their path, and by exhausting the stack if `deep` is
/// in it too.
fn crashing(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = quality(arguments);
    command
        .current_dir(directory)
        .env("QUALITY_TEST_CRASH", "crash");
    command
}

fn report(outcome: &Outcome) -> Report {
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome.report()
}

/// Seen to fail: without the handler the signal ends the run, and nothing is reported.
// Case 16.
#[test]
fn a_file_that_crashes_its_grammar_is_lost_and_the_others_are_measured() {
    let stage = Stage::of(&[
        ("good.py", GOOD),
        ("crash.py", "def crash(x): return x\n"),
        ("below/crash deep\u{1b}[2J.rs", "fn crash() {}\n"),
        ("below/good.rs", "fn good() -> u8 { 1 }\n"),
    ]);
    let scan = |threads: &str| {
        let asked = ["scan", "--format", "json", "--threads", threads];
        finish(crashing(&stage.path(), &asked))
    };
    let outcome = scan("1");
    let found = report(&outcome);
    assert_eq!(
        found.lost()["crash"],
        ["below/crash deep\u{1b}[2J.rs", "crash.py"]
    );
    assert_eq!(found.lost().len(), 1);
    assert_eq!(found.component("typed-code")["unknown"], 2);
    assert_eq!(found.share("typed-code"), (Some(3), Some(3)));
    let mut told: Vec<&str> = outcome.stderr.lines().collect();
    told.sort_unstable();
    let expected = [
        r"warning: the grammar crashed on below/crash deep\x1b[2J.rs (SIGSEGV): begun again without it",
        "warning: the grammar crashed on crash.py (SIGABRT): begun again without it",
    ];
    assert_eq!(told, expected);
    for _ in 0..3 {
        assert!(scan("16").stdout == outcome.stdout);
    }
}

// Case 16.
#[test]
fn a_gate_that_lost_a_file_to_a_crash_is_inconclusive() {
    let mut repo = Repo::new();
    let begin = Commit::new("Begin", 1).write("good.py", GOOD);
    let base = repo.commit(begin).to_string();
    repo.commit(Commit::new("More", 2).write("crash.py", GOOD));
    let asked = [
        "gate", "--format", "json", "--base", &base, "--head", "HEAD",
    ];
    let outcome = finish(crashing(repo.path(), &asked));
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let verdict: Value = serde_json::from_slice(&outcome.stdout).unwrap();
    assert_eq!(verdict["verdict"], "inconclusive");
    let asked = ["gate", "--base", &base, "--head", "HEAD"];
    let outcome = finish(crashing(repo.path(), &asked));
    assert!(
        outcome.text().contains("crash.py") && outcome.text().contains("its grammar crashed"),
        "{}",
        outcome.text()
    );
    let mut sound = quality(&asked);
    sound.current_dir(repo.path());
    assert_ne!(finish(sound).code, Some(3));
}

#[test]
fn every_command_that_reads_files_outlives_a_crash() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("Begin", 1).write("crash.py", "def before(x): return x\n"));
    repo.commit(
        Commit::new("Change", 2)
            .write("crash.py", "def after(x): return x\n")
            .write("good.py", GOOD),
    );
    repo.check_out();
    for (asked, code) in [
        (&["scan", "--rev", "HEAD"][..], 0),
        (&["trend", "--commits", "2"], 0),
        (&["explain", "typed-code"], 0),
        (&["next"], 0),
        (&["doctor"], 3),
        (&["init"], 0),
    ] {
        let outcome = finish(crashing(repo.path(), asked));
        assert_eq!(outcome.code, Some(code), "{asked:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("crashed on crash.py"), "{asked:?}");
        assert!(!outcome.stdout.is_empty(), "{asked:?}");
    }
}

/// How often it begins again does not depend on the order in which files are met.
// Case 16.
#[test]
fn four_crashes_are_no_verdict() {
    let stage = Stage::of(&[("good.py", GOOD)]);
    for number in 1..=3 {
        stage.write(format!("crash{number}.py"), format!("x = {number}\n"));
    }
    let scan = || finish(crashing(&stage.path(), &["scan", "--format", "json"]));
    assert_eq!(report(&scan()).lost()["crash"].len(), 3);
    stage.write("crash4.py", "x = 4\n");
    let outcome = scan();
    let (code, message) = outcome.failure();
    assert_eq!(code, Some(3));
    assert!(
        message.contains("error: 4 files crashed their grammar; the last is crash"),
        "{message}"
    );
    assert!(message.contains("help: exclude them"), "{message}");
    // The same content is one content, wherever it lies.
    stage.write("crash4.py", "x = 3\n");
    assert_eq!(report(&scan()).lost()["crash"].len(), 4);
}

#[test]
fn what_crashed_is_tried_again_by_the_next_run_and_nothing_of_it_is_remembered() {
    let stage = Stage::of(&[("good.py", GOOD), ("crash.py", "x = 1\n")]);
    let cache = stage.beside("cache");
    let cache = cache.to_str().unwrap();
    let asked = ["scan", "--format", "json", "--cache-dir", cache];
    let first = finish(crashing(&stage.path(), &asked));
    assert_eq!(report(&first).lost()["crash"], ["crash.py"]);
    let second = finish(crashing(&stage.path(), &asked));
    assert!(second.stdout == first.stdout && second.stderr == first.stderr);
    let mut sound = quality(&asked);
    sound.current_dir(stage.path());
    let sound = finish(sound);
    assert_eq!(sound.stderr, "");
    assert!(report(&sound).lost().is_empty());
}

#[test]
fn who_wants_to_see_the_crash_can() {
    let stage = Stage::of(&[("crash.py", GOOD)]);
    let mut command = crashing(&stage.path(), &["scan"]);
    command.env("QUALITY_NO_RESTART", "1");
    let outcome = finish(command);
    let (code, message) = outcome.failure();
    assert_eq!(code, None, "{message}");
}

/// What somebody sends says nothing about a file, and ends the program as it ends any other.
#[test]
fn a_signal_from_outside_is_no_crash() {
    let stage = Stage::new();
    // More than a pipe holds, so that the program waits for us while it writes.
    for number in 0..300 {
        stage.write(format!("good{number}.py"), GOOD);
    }
    for signal in [libc::SIGABRT, libc::SIGSEGV] {
        let mut command = quality(&["scan", "--format", "json", "--no-history"]);
        let mut child = command
            .current_dir(stage.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut byte = [0];
        let mut output = child.stdout.take().unwrap();
        output.read_exact(&mut byte).unwrap();
        let sent = Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        assert_eq!(child.wait().unwrap().signal(), Some(signal));
    }
}
