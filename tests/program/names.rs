//! Names somebody chose to be obeyed: by a terminal, a spreadsheet, a forge, a shell.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::stage::{Stage, finish, scan};

const HOSTILE: [&[u8]; 16] = [
    b"a\nb.py",
    b"\x1b[31mred\x1b[0m.py",
    b"\x1b]0;title\x07.py",
    b"\xff\xfe.py",
    b"=cmd|calc.py",
    b"@SUM(1).py",
    b"<img src=x onerror=alert(1)>.py",
    b"a|b.py",
    "\u{202e}yp.exe.py".as_bytes(),
    "c1\u{9b}31m.py".as_bytes(),
    b"a`b`.py",
    b"-rf.py",
    b" .py",
    b"n\xc3\xa9.py",
    b"ne\xcc\x81.py",
    b"::error file=x,line=1::pwn/a.py",
];

fn stage() -> Stage {
    let stage = Stage::new();
    for name in HOSTILE {
        stage.write(OsStr::from_bytes(name), "def f(a, b):\n    return a\n");
        let below = [b"in ", name, b"/a.py"].concat();
        stage.write(OsStr::from_bytes(&below), "def f(a, b):\n    return a\n");
    }
    // Names also reach notes, lists of lost files and of globs without a match.
    stage.write(OsStr::from_bytes(b"lost\x1b[2J.py"), "(".repeat(400));
    stage.write(OsStr::from_bytes(b"repo\x1b[2J/.git/HEAD"), "x");
    stage
}

/// The text without the colours we ourselves put there: `ESC [ digits and semicolons m`.
fn without_colours(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        plain.push_str(before);
        let (numbers, after) = after.split_once('m').unwrap();
        assert!(
            numbers
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b';'),
            "{numbers:?}"
        );
        rest = after;
    }
    plain + rest
}

/// Whether a terminal would do something about it.
pub fn is_obeyed(character: char) -> bool {
    (character.is_control() && character != '\n')
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn a_terminal_obeys_nothing_but_our_colours() {
    let stage = stage();
    let mut coloured = false;
    for options in [
        &["--color", "always"][..],
        &[
            "--color", "always", "--ascii", "--depth", "9", "--sort", "score",
        ],
        &["--color", "never"],
        &["--quiet"],
    ] {
        let outcome = stage.scan(options);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
        let text = outcome.text();
        coloured |= text.contains('\u{1b}');
        let plain = without_colours(text);
        assert_eq!(plain.find(is_obeyed), None, "{options:?}");
        if options[0] == "--color" {
            for spelled in [
                r"lost\x1b[2J.py",
                r"in \u{202e}yp",
                r"in c1\u{9b}31m",
                r"in \xff\xfe",
            ] {
                assert!(plain.contains(spelled), "{spelled} in {plain}");
            }
        }
    }
    assert!(coloured);
}

#[test]
fn no_format_hands_a_terminal_what_it_would_obey() {
    let stage = stage();
    for format in quality::report::format::SCAN {
        if format.makes_files() {
            continue;
        }
        let outcome = stage.scan(&["--format", format.name]);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
        // Lines of CSV end as its standard has them.
        let text = outcome.text().replace("\r\n", "\n");
        assert_eq!(text.find(is_obeyed), None, "{}", format.name);
    }
}

#[test]
fn every_name_is_in_the_json_once_and_whole() {
    let report = stage().report(&[]);
    let scopes = report.0["scopes"].as_array().unwrap();
    let files: Vec<_> = scopes
        .iter()
        .filter(|scope| scope["kind"] == "file")
        .collect();
    for name in HOSTILE {
        let bytes = match std::str::from_utf8(name) {
            Ok(text) => files.iter().filter(|scope| scope["name"] == text).count(),
            Err(_) => files
                .iter()
                .filter(|scope| scope["name_bytes"] == "%FF%FE.py")
                .count(),
        };
        assert_eq!(bytes, 1, "{}", String::from_utf8_lossy(name));
    }
    assert_eq!(report.0["languages"][0]["files"], 2 * HOSTILE.len());
    assert_eq!(report.lost()["parse_errors"], ["lost\u{1b}[2J.py"]);
    // Not even the raw bytes of the document do anything to a terminal.
    let raw = String::from_utf8(stage().bytes(&[])).unwrap();
    assert_eq!(raw.find(is_obeyed), None);
}

#[test]
fn error_messages_obey_no_name_either() {
    let stage = Stage::new();
    let hostile = OsStr::from_bytes(b"\x1b[2J\x9b\xe2\x80\xae");
    let missing = finish(scan(&stage.path().join(hostile), &[]));
    let mut config = scan(&stage.path(), &["--config"]);
    config.arg(hostile);
    stage.write("a.py", "x = 1\n");
    let config = finish(config);
    let format = finish(scan(&stage.path(), &["--format", "\u{1b}[2J"]));
    let mut output = scan(&stage.path(), &["--output"]);
    output.arg(stage.beside("missing").join(hostile));
    let output = finish(output);
    stage.write(
        stage.path().join(hostile).join("quality.toml"),
        "version = 2\n",
    );
    stage.make_repository();
    let definition = finish(scan(&stage.path().join(hostile), &[]));
    for outcome in [missing, config, format, output, definition] {
        let (code, message) = outcome.failure();
        assert_eq!(code, Some(2), "{message}");
        assert_eq!(message.find(is_obeyed), None, "{message:?}");
        // Spelled out, not left out.
        assert!(message.contains("1b"), "{message:?}");
    }
}
