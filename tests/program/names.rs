//! Names somebody chose to be obeyed: by a terminal, a spreadsheet, a forge, a shell.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::repositories::{Commit, Repo};
use super::stage::{Stage, finish, quality, scan};

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

// Cases 43 and 44.
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

// Cases 42 and 43. Seen to fail with names written as text that is made of their bytes: the one that is none was there as
// two signs of replacement, and nobody could tell which file that is.
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

// Case 43.
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

/// Two commits: directories and files with all these names, and something worse in each.
fn worse() -> Repo {
    let names: Vec<String> = HOSTILE
        .iter()
        .filter_map(|name| std::str::from_utf8(name).ok())
        .flat_map(|name| [name.to_owned(), format!("in {name}/b.py")])
        .chain(["</script><script>alert(1)</script>.py".to_owned()])
        .collect();
    made_worse(&names)
}

fn made_worse(names: &[String]) -> Repo {
    let mut repo = Repo::new();
    for (day, code) in [
        (1, "def f(a: int) -> int:\n    return a\n"),
        (40, "def f(a):\n    return a\n"),
    ] {
        let message = format!("Change (#{day})");
        let commit = names
            .iter()
            .fold(Commit::new(&message, day), |commit, name| {
                commit.write(name, code)
            });
        repo.commit(commit);
    }
    repo
}

fn rendered(repo: &Repo, words: &[&str]) -> String {
    let mut command = quality(words);
    command.arg(repo.path()).arg("--no-cache");
    let outcome = finish(command);
    assert!(
        matches!(outcome.code, Some(0 | 1)),
        "{words:?}: {}",
        outcome.stderr
    );
    outcome.text().to_owned()
}

// Case 45.
#[test]
fn a_log_of_github_has_no_command_but_ours() {
    let log = rendered(
        &worse(),
        &["gate", "--base", "HEAD~1", "--format", "github"],
    );
    let commands: Vec<&str> = log.lines().filter(|line| line.starts_with("::")).collect();
    let ours = [
        "::error ",
        "::warning ",
        "::notice ",
        "::group::",
        "::endgroup::",
    ];
    for command in &commands {
        assert!(
            ours.iter().any(|word| command.starts_with(word)),
            "{command}"
        );
        assert!(!command.starts_with("::error file=x,line=1::"), "{command}");
    }
    assert_eq!(log.find(is_obeyed), None);
    assert!(!log.lines().any(|line| line.starts_with("##[")), "{log}");
    // One for each finding; the line end of a name stays inside its command.
    let names = [
        "a\nb.py".to_owned(),
        "::error file=x,line=1::pwn/a.py".to_owned(),
    ];
    let log = rendered(
        &made_worse(&names),
        &["gate", "--base", "HEAD~1", "--format", "github"],
    );
    let found: Vec<&str> = log
        .lines()
        .filter(|line| line.starts_with("::error file="))
        .collect();
    assert_eq!(found.len(), 2, "{log}");
    assert!(
        found[0].contains("file=%3A%3Aerror file=x%2Cline=1%3A%3Apwn/a.py,"),
        "{log}"
    );
    assert!(
        found[1].contains(r"file=a\x0ab.py,") || found[1].contains("file=a%0Ab.py,"),
        "{log}"
    );
}

// Case 46.
#[test]
fn a_comment_in_markdown_keeps_its_columns_and_has_no_markup_of_others() {
    let comment = rendered(
        &worse(),
        &["gate", "--base", "HEAD~1", "--format", "markdown"],
    );
    assert_eq!(comment.find(is_obeyed), None);
    let ours = comment.strip_prefix("<!-- quality:gate -->").unwrap();
    // What stands in a span of code is shown as it is, and only there anything of others may stand.
    let spans = ours.split("\n```").step_by(2).flat_map(str::lines);
    for line in spans.filter(|line| !line.starts_with("sh")) {
        let plain = without_code(line);
        assert!(!plain.contains(['<', '`']), "{line}");
    }
    let mut columns = None;
    for line in comment.lines() {
        if line.starts_with('|') {
            let bars = line.replace("\\|", "").matches('|').count();
            assert_eq!(*columns.get_or_insert(bars), bars, "{line}");
        } else {
            columns = None;
        }
    }
}

/// A line without its spans of code: each begins and ends with equally many backticks.
fn without_code(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('`') {
        plain.push_str(before);
        let more = after.len() - after.trim_start_matches('`').len();
        let fence = "`".repeat(more + 1);
        let inside = &after[more..];
        let end = inside.match_indices(&fence).find(|(at, _)| {
            !inside[..*at].ends_with('`') && !inside[at + fence.len()..].starts_with('`')
        });
        rest = &inside[end.unwrap().0 + fence.len()..];
    }
    plain + rest
}

// Case 47.
#[test]
fn a_spreadsheet_reads_the_rows_that_were_written_and_no_formula() {
    let table = rendered(&worse(), &["trend", "--commits", "2", "--format", "csv"]);
    let mut width = None;
    for row in rows(&table) {
        assert_eq!(*width.get_or_insert(row.len()), row.len(), "{row:?}");
        for cell in row {
            let is_number = cell.parse::<f64>().is_ok();
            assert!(
                is_number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
                "{cell:?}"
            );
        }
    }
    assert!(width.is_some_and(|width| width > 3));
}

/// RFC 4180 and nothing else.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![Vec::new()];
    let mut rest = text;
    while !rest.is_empty() {
        let cell = if let Some(quoted) = rest.strip_prefix('"') {
            let mut cell = String::new();
            rest = quoted;
            loop {
                let (part, after) = rest.split_once('"').unwrap();
                cell.push_str(part);
                rest = after;
                let Some(more) = rest.strip_prefix('"') else {
                    break;
                };
                cell.push('"');
                rest = more;
            }
            cell
        } else {
            let end = rest.find([',', '\r', '\n']).unwrap_or(rest.len());
            let (cell, after) = rest.split_at(end);
            assert!(!cell.contains('"'), "{cell}");
            rest = after;
            cell.to_owned()
        };
        rows.last_mut().unwrap().push(cell);
        if let Some(after) = rest.strip_prefix(',') {
            rest = after;
        } else {
            rest = rest
                .strip_prefix("\r\n")
                .or(rest.strip_prefix('\n'))
                .unwrap_or("");
            if !rest.is_empty() {
                rows.push(Vec::new());
            }
        }
    }
    rows
}

// Case 48.
#[test]
fn no_name_ends_the_script_of_a_page_or_begins_markup() {
    let page = rendered(&worse(), &["trend", "--commits", "2", "--format", "html"]);
    assert_eq!(page.find(is_obeyed), None);
    assert!(!page.contains("<img"), "{page}");
    assert!(!page.contains("<script>alert"), "{page}");
    let (opened, closed) = (
        page.matches("<script").count(),
        page.matches("</script").count(),
    );
    assert_eq!(opened, closed);
}
