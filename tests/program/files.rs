//! What can stand in a work tree beside ordinary files: links, pipes, devices, endless lists, closed doors.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::stage::{Stage, finish, scan};

const GOOD: &str = "def good(x: int) -> int:\n    return x\n";

// Cases 33, 34, 36 and 51. Seen to fail with `.gitignore` read by `fs::read`: zeros filled the memory, and the pipe was
// waited for without end.
#[test]
fn links_and_pipes_are_met_without_opening_them() {
    let stage = Stage::of(&[("good.py", GOOD), ("below/good.py", GOOD)]);
    fs::write(stage.beside("secret.py"), "def canary(whisper): pass\n").unwrap();
    fs::create_dir(stage.beside("elsewhere")).unwrap();
    fs::write(
        stage.beside("elsewhere/secret.py"),
        "def canary(whisper): pass\n",
    )
    .unwrap();
    stage.link(".gitignore", "/dev/zero");
    stage.link("below/.gitattributes", "/dev/zero");
    stage.link("zero.py", "/dev/zero");
    stage.link("outside.py", stage.beside("secret.py"));
    stage.link("outside", stage.beside("elsewhere"));
    stage.link("up", "..");
    stage.link("loop", "loop");
    stage.pipe("pipe.py");
    stage.pipe("below/.gitignore");
    let bytes = stage.bytes(&[]);
    let report = stage.report(&[]);
    assert_eq!(report.excluded("symbolic link").0, 7);
    assert_eq!(report.0["languages"][0]["files"], 2);
    assert_eq!(report.share("typed-code"), (Some(4), Some(4)));
    assert!(report.lost().is_empty());
    assert!(
        report.notes("2 .gitignore files ignored"),
        "{}",
        report.0["notes"]
    );
    assert!(report.notes("1 .gitattributes files ignored"));
    assert!(report.notes("2 special files skipped"));
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains("canary") && !text.contains("whisper") && !text.contains("elsewhere"));
}

// Case 35. Seen to fail with neither limit: every line counted, and nothing was said.
#[test]
fn endless_ignore_files_are_cut_with_a_warning() {
    let large = Stage::of(&[
        ("good.py", GOOD),
        (".gitignore", &"# ignore\n".repeat(250_000)),
    ]);
    let report = large.report(&[]);
    assert!(
        report.notes(".gitignore files ignored"),
        "{}",
        report.0["notes"]
    );
    let globs: String = (0..20_000)
        .map(|number| format!("*a{number:05}*b*\n"))
        .collect();
    let many = Stage::of(&[
        ("good.py", GOOD),
        ("a00001xb.py", GOOD),
        ("a19999xb.py", GOOD),
        (".gitignore", &globs),
    ]);
    let report = many.report(&[]);
    assert!(
        report.notes(".gitignore files cut"),
        "{}",
        report.0["notes"]
    );
    // The first ten thousand count, the others do not.
    assert_eq!(report.0["languages"][0]["files"], 2);
    assert!(report.scope("file", "a00001xb.py").is_none());
}

// Case 38. Run by the superuser it sees nothing; the one in `attacks.rs` does.
#[test]
fn files_nobody_may_read_are_lost() {
    let stage = Stage::of(&[("good.py", GOOD), ("closed.py", GOOD), ("shut/a.py", GOOD)]);
    let close = |path: &str, mode: u32| {
        let path = stage.path().join(path);
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    close("closed.py", 0o000);
    if fs::read(stage.path().join("closed.py")).is_ok() {
        eprintln!("SKIPPED, the superuser may read everything: there is nothing to see");
        return;
    }
    close("shut", 0o000);
    let report = stage.report(&[]);
    close("shut", 0o700);
    assert_eq!(report.lost()["permission"], ["closed.py"]);
    assert!(report.notes("1 directories cannot be read"));
}

// Case 52.
#[test]
fn a_place_that_cannot_be_scanned_is_an_error_with_a_way_out() {
    let stage = Stage::of(&[("a.py", GOOD)]);
    fs::create_dir(stage.beside("empty")).unwrap();
    for (path, said) in [
        (stage.beside("missing"), "cannot scan"),
        (stage.path().join("a.py"), "cannot scan"),
        (stage.beside("empty"), "nothing to measure"),
    ] {
        let outcome = finish(scan(&path, &[]));
        let (code, message) = outcome.failure();
        assert_eq!(code, Some(2), "{message}");
        assert!(message.starts_with(&format!("error: {said}")), "{message}");
        assert!(message.contains("\n  = help: "), "{message}");
    }
}

// Case 114.
#[test]
fn a_place_nobody_may_write_to_is_read_and_left_as_it_is() {
    let stage = Stage::of(&[("good.py", GOOD), ("below/good.py", GOOD)]);
    stage.make_repository();
    let all = || -> Vec<_> {
        let entries = walkdir::WalkDir::new(stage.path()).sort_by_file_name();
        let entries = entries.into_iter().map(Result::unwrap);
        entries
            .map(|entry| {
                (
                    entry.path().to_owned(),
                    entry.metadata().unwrap().modified().unwrap(),
                )
            })
            .collect()
    };
    let close = |mode: u32| {
        for entry in walkdir::WalkDir::new(stage.path()).contents_first(true) {
            let entry = entry.unwrap();
            if entry.file_type().is_dir() {
                fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode)).unwrap();
            }
        }
    };
    close(0o555);
    let before = all();
    // There is no HOME in the environment of any run here. The superuser may write everywhere, and nothing is written.
    let outcome = stage.scan(&[]);
    let after = all();
    close(0o755);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    assert_eq!(before, after);
}

// Case 127.
#[test]
fn a_directory_without_source_files_is_not_applicable_and_divides_by_nothing() {
    let stage = Stage::of(&[("README.md", "# Words\n"), ("notes/a.txt", "words\n")]);
    let report = stage.report(&["--no-history"]);
    assert!(report.0["score"]["value"].is_null());
    assert!(report.0["score"]["reason"].is_string());
    for id in [
        "typed-code",
        "tested-files",
        "short-files",
        "simple-functions",
    ] {
        assert_eq!(report.component(id)["state"], "not-applicable", "{id}");
    }
    assert_eq!(
        report.excluded("documentation").0 + report.excluded("data").0,
        2
    );
}

// Case 52.
#[test]
fn a_link_to_the_directory_is_the_directory() {
    let stage = Stage::of(&[("a.py", GOOD)]);
    std::os::unix::fs::symlink(stage.path(), stage.beside("link")).unwrap();
    let outcome = finish(scan(&stage.beside("link"), &["--format", "json"]));
    assert!(outcome.stdout == stage.bytes(&[]));
}
