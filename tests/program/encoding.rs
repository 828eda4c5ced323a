//! Bytes that are not quite a text: marks, line ends, other encodings, and files that are no source at all.

use std::fs::File;

use super::names::is_obeyed;
use super::stage::{Stage, finish, quality};

const TEXT: &str = "def load(path: str, name) -> int:\n    # Opened late\n\n    return 1\n\n\nclass Open:\n    pass\n";

/// The report of one file with these bytes.
fn report_of(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let stage = Stage::new();
    stage.write("a.py", bytes);
    stage.bytes(&[])
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let marked = format!("\u{feff}{text}");
    marked.encode_utf16().flat_map(unit).collect()
}

/// Seen to fail: taken as they come, a file with lone carriage returns has one line, and one of UTF-16 is binary.
// Cases 19, 20, 21, 22 and 124.
#[test]
fn a_mark_or_another_encoding_or_line_end_changes_no_byte_of_the_report() {
    let plain = report_of(TEXT);
    let report: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(report["components"][0]["of"], 3);
    assert_eq!(report["languages"][0]["lines"], 8);
    for (name, bytes) in [
        ("byte order mark", format!("\u{feff}{TEXT}").into_bytes()),
        ("CRLF", TEXT.replace('\n', "\r\n").into_bytes()),
        ("CR", TEXT.replace('\n', "\r").into_bytes()),
        ("UTF-16 LE", utf16(TEXT, u16::to_le_bytes)),
        ("UTF-16 BE", utf16(TEXT, u16::to_be_bytes)),
    ] {
        assert!(report_of(bytes) == plain, "{name}");
    }
}

// Cases 23 and 26.
#[test]
fn another_encoding_and_conflict_markers_change_no_number_and_are_told() {
    let stage = Stage::new();
    stage.write("a.py", TEXT);
    let plain = stage.report(&[]);
    let latin: Vec<u8> = TEXT
        .replace("Opened", "Op\u{e9}n")
        .chars()
        .map(|c| c as u8)
        .collect();
    stage.write("a.py", latin);
    let report = stage.report(&[]);
    for part in ["components", "scopes", "score", "languages"] {
        assert!(report.0[part] == plain.0[part], "{part}");
    }
    assert!(report.notes("not UTF-8 and measured byte by byte: a.py"));
    assert!(!plain.notes("not UTF-8"));

    stage.write(
        "b.py",
        "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> other\n",
    );
    assert!(stage.report(&[]).notes("conflict markers in: b.py"));
}

/// Every physical line counts, ended or not; what has no line of code enters no share.
// Case 18.
#[test]
fn files_without_code_are_files_and_enter_no_share() {
    let stage = Stage::of(&[
        ("empty.py", ""),
        ("blank.py", "\n  \n\n"),
        ("comments.py", "# one\n# two\n"),
        ("unended.py", "def f(a: int) -> int: return a"),
    ]);
    let report = stage.report(&[]);
    assert!(report.lost().is_empty());
    assert_eq!(report.0["languages"][0]["files"], 4);
    assert_eq!(report.0["languages"][0]["lines"], 6);
    assert_eq!(report.share("short-files"), (Some(1), Some(1)));
    assert_eq!(report.component("short-files")["subjects"], 1);
    assert_eq!(report.share("tested-files"), (Some(0), Some(1)));
}

/// Seen to fail: taken for source, a pointer of Git LFS is a Python file of three lines with errors in 16 bytes, few enough to
/// be measured.
// Cases 11, 12, 24, 25, 27, 28, 29, 30 and 31.
#[test]
fn what_is_not_source_is_named_and_not_measured() {
    let stage = Stage::of(&[
        ("good.py", TEXT),
        ("nul.py", "x = 1\0\n"),
        (
            "nul_late.py",
            &format!("{}x = '\0'\n", "y = 1\n".repeat(2_000)),
        ),
        ("zeros.py", &"\0".repeat(1 << 20)),
        (
            "pointer.py",
            "version https://git-lfs.github.com/spec/v1\noid sha256:4444\nsize 12345\n",
        ),
        (
            "one_line.js",
            &format!("var x = {}1;", "a + ".repeat(250_000)),
        ),
        (
            "script",
            "#!/usr/bin/env python3\ndef run(a: int): return a\n",
        ),
        ("large.py", &"x = 1\n".repeat(900_000)),
        (
            "template.py",
            &format!("{{{{ name }}}}\n{}", TEXT.repeat(4)),
        ),
    ]);
    let sparse = File::create(stage.path().join("sparse.py")).unwrap();
    sparse.set_len(20 << 30).unwrap();
    // Nearly every byte has all its bits, and none is zero near the start.
    let noise: Vec<u8> = (0..1_000_000_u32)
        .map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8 | 0x81)
        .collect();
    stage.write("noise.py", &noise);
    stage.write("noise.js", &noise);
    let report = stage.report(&[]);
    let lost = report.lost();
    assert_eq!(lost["lfs_pointer"], ["pointer.py"]);
    assert_eq!(lost["too_large"], ["large.py", "sparse.py"]);
    assert!(
        lost.values().flatten().any(|path| path == "noise.py"),
        "{lost:?}"
    );
    assert_eq!(lost.values().flatten().count(), 4, "{lost:?}");
    assert_eq!(report.excluded("binary").0, 2);
    assert_eq!(report.excluded("minified").0, 2);
    for name in ["good.py", "script", "template.py", "nul_late.py"] {
        assert!(report.scope("file", name).is_some(), "{name}");
    }
    for name in ["nul.py", "one_line.js", "noise.js"] {
        assert!(report.scope("file", name).is_none(), "{name}");
    }
    assert_eq!(report.component("typed-code")["unknown"], 4);
    // A share of files has none of those that are left out in it.
    assert_eq!(report.component("short-files")["subjects"], 4);
}

/// Whoever hides something in a comment or a name that looks like another one is not judged for it here; a reader of the
/// report must not fall for it.
// Case 32.
#[test]
fn a_comment_that_changes_direction_changes_no_number_and_reaches_no_screen() {
    const PLAIN: &str = "# TODO look\ndef load(path, name):\n    # noqa\n    return eval(path)\n";
    let hostile = PLAIN
        .replace("look", "\u{202e}kool\u{2066} \u{9b}31m")
        .replace("load", "lo\u{430}d")
        .replace("noqa", "noqa \u{202e}");
    let plain = Stage::of(&[("a.py", PLAIN)]);
    let stage = Stage::of(&[("a.py", &hostile)]);
    let (plain, report) = (plain.report(&[]), stage.report(&[]));
    for part in ["components", "score", "languages", "lost"] {
        assert!(report.0[part] == plain.0[part], "{part}");
    }
    for asked in [
        &["scan", "--color", "always"][..],
        &["explain", "a.py"],
        &["explain", "tracked-debt", "--all"],
        &["explain", "typed-code", "--all", "--format", "json"],
        &["next"],
    ] {
        let mut command = quality(asked);
        command.current_dir(stage.path());
        let outcome = finish(command);
        assert_eq!(outcome.code, Some(0), "{asked:?}: {}", outcome.stderr);
        let text = outcome.text().replace('\u{1b}', "");
        assert_eq!(text.find(is_obeyed), None, "{asked:?}: {text:?}");
    }
}
