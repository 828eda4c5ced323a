//! Files written to hurt a parser, among files that are not.

use super::stage::{Stage, finish, scan, shell};

/// A file of 20 KB that drives the parser to gigabytes without asking whether to go on.
fn return_arrows(repeats: usize) -> String {
    "return ->".repeat(repeats)
}

/// Everything that costs the parser too much, more errors than code, or a deep stack.
fn hostile() -> Stage {
    let many = |token: &str, repeats: usize| token.repeat(repeats);
    let nested = |count: usize, inside: &str| {
        format!(
            "fn f() {{ let x = {}{inside}{}; }}\n",
            many("(", count),
            many(")", count)
        )
    };
    let indented: String = (0..1_000)
        .map(|level| format!("{}if x:\n", " ".repeat(level)))
        .collect();
    let chained = "if (a) {\n} else ".repeat(10_000);
    Stage::of(&[
        ("budget/a.rs", &return_arrows(2_222)),
        ("budget/b.rs", &return_arrows(8_888)),
        (
            "budget/c.rs",
            &format!(
                "async ...{}:+{}let in ",
                many("for ", 2_857),
                many("/*]", 2_857)
            ),
        ),
        (
            "budget/d.rs",
            &format!(
                "=>1*/{}|x|unsafe {}_#![",
                many("r#\"fn =...", 1_428),
                many("}|x|", 1_428)
            ),
        ),
        ("budget/e.py", &many("-|", 4_444)),
        (
            "budget/f.js",
            // Lines, or it would pass for a minified script and not be parsed.
            &format!(
                "..#import {}\nexport {}\u{2028}{{",
                many("async\n", 2_500),
                many("~}", 400)
            ),
        ),
        ("errors/open.py", &many("(", 200_000)),
        (
            "errors/indented.py",
            &format!("{indented}{}pass\n", " ".repeat(1_000)),
        ),
        (
            "good/deep.rs",
            &nested(70_000, "{ fn deep(a: u8) -> u8 { a } 1 }"),
        ),
        (
            "good/flat.rs",
            &nested(0, "{ fn flat(a: u8) -> u8 { a } 1 }"),
        ),
        (
            "good/plus.py",
            &format!("def f(x): pass\nx = y{}\n", many(" + y", 30_000)),
        ),
        (
            "good/else.js",
            &format!("function f(a) {{\n{chained} {{}}\n}}\n"),
        ),
        ("good/plain.py", "def good(x: int) -> int:\n    return x\n"),
    ])
}

#[test]
fn hostile_files_are_lost_by_name_and_the_others_measured_on_any_number_of_threads() {
    let stage = hostile();
    // Without a budget this takes more than 14 GB; whoever breaks it should not lose the machine too.
    let run = |threads: &str| {
        let command = scan(&stage.path(), &["--format", "json", "--threads", threads]);
        finish(shell("ulimit -v 8000000; exec \"$@\"", &command))
    };
    let alone = run("1");
    assert_eq!((alone.code, alone.stderr.as_str()), (Some(0), ""));
    let report = alone.report();
    let lost = report.lost();
    let keys: Vec<&str> = lost.keys().map(String::as_str).collect();
    assert_eq!(keys, ["parse_budget", "parse_errors"]);
    assert_eq!(
        lost["parse_budget"],
        ["a.rs", "b.rs", "c.rs", "d.rs", "e.py", "f.js"].map(|name| format!("budget/{name}"))
    );
    assert_eq!(
        lost["parse_errors"],
        ["errors/indented.py", "errors/open.py"]
    );
    // What lies 70,000 levels deep is found like what lies flat.
    let deep = report.scope("file", "good/deep.rs").unwrap();
    let flat = report.scope("file", "good/flat.rs").unwrap();
    assert_eq!(deep["components"], flat["components"]);
    assert_eq!(deep["components"][0]["of"], 3);
    for name in ["good/plus.py", "good/else.js", "good/plain.py"] {
        assert!(
            report.scope("file", name).unwrap()["score"].is_number(),
            "{name}"
        );
    }
    // Lost files are unknown: neither good nor bad.
    assert_eq!(report.component("typed-code")["unknown"], 8);
    assert_eq!(
        report.scope("directory", "budget").unwrap()["score"],
        serde_json::Value::Null
    );
    assert!(
        run("16").stdout == alone.stdout,
        "16 threads report otherwise"
    );
}

#[test]
fn nine_files_that_cost_a_thread_each_end_the_scan() {
    let stage = Stage::of(&[("good.py", "def good(x: int) -> int:\n    return x\n")]);
    for number in 1..=9 {
        stage.write(format!("hostile{number}.rs"), return_arrows(2_222));
    }
    let outcome = stage.scan(&["--threads", "2"]);
    let (code, message) = outcome.failure();
    assert_eq!(code, Some(3));
    assert!(
        message.contains("8 files") && message.contains("hostile1.rs"),
        "{message}"
    );
    assert!(message.contains("help: exclude them"), "{message}");
}

#[test]
fn files_of_random_tokens_never_crash_it() {
    const TOKENS: [&str; 24] = [
        "fn ", "def ", "class ", "(", ")", "{", "}", "[", "]", "'", "\"", "`", "${", "\n", "    ",
        ":", "=>", "->", "#[", "/*", "*/", "async ", "x", "\\",
    ];
    let stage = Stage::new();
    for seed in 1..=40_u64 {
        let mut state = seed;
        let text: String = (0..400)
            .map(|_| {
                // The constants of Knuth's MMIX; any generator that is the same everywhere will do.
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                TOKENS[(state >> 33) as usize % TOKENS.len()]
            })
            .collect();
        let extension = ["rs", "py", "js", "ts", "tsx"][seed as usize % 5];
        stage.write(format!("random{seed}.{extension}"), text);
    }
    let once = stage.bytes(&["--threads", "1"]);
    assert_eq!(once, stage.bytes(&["--threads", "7"]));
    let report: serde_json::Value = serde_json::from_slice(&once).unwrap();
    assert!(
        report["lost"].as_array().unwrap().len() <= 2,
        "{}",
        report["lost"]
    );
}

#[test]
fn a_macro_the_grammar_cannot_read_spoils_only_its_lines() {
    let macros = "fn test() {\n    check(str![[r#\"\n[ERROR] it failed\n\"#]]);\n}\n";
    let functions = "fn other(a: u32) -> u32 {\n    a + 1\n}\n".repeat(100);
    let stage = Stage::of(&[("a.rs", &format!("{macros}{functions}"))]);
    let report = stage.report(&[]);
    assert!(report.lost().is_empty());
    // 100 functions with two slots each, and the return of the first.
    assert_eq!(report.share("typed-code"), (Some(201), Some(201)));
    let unparsed = report.0["languages"][0]["unparsed_bytes"].as_u64().unwrap();
    assert!((1..40).contains(&unparsed), "{unparsed}");
}

#[test]
fn nested_errors_count_each_byte_once() {
    let broken = "x = ((( [[[ }}} )) ]] {{{ )\n".repeat(8);
    let good = "def good(x: int) -> int:\n    return x\n\n".repeat(60);
    let stage = Stage::of(&[("a.py", &format!("{good}{broken}"))]);
    let report = stage.report(&[]);
    let language = &report.0["languages"][0];
    let bytes = language["unparsed_bytes"].as_u64().unwrap();
    assert!(0 < bytes && bytes <= broken.len() as u64, "{language}");
    assert!(
        language["unparsed_lines"].as_u64().unwrap() <= 8,
        "{language}"
    );
    assert_eq!(report.share("typed-code"), (Some(120), Some(120)));
}
