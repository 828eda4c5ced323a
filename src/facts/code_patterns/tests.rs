//! What patterns match, and what of them cannot be read.

use super::{CodePatterns, Form, check};
use crate::facts::Lost;
use crate::facts::extract::{extract, extract_asked};
use crate::languages::Language;

fn language(name: &str) -> Language {
    Language::named(name).unwrap()
}

/// The lines a pattern matches on, in a text.
fn found(form: Form, dialect: &str, pattern: &str, text: &str) -> Vec<u32> {
    let language = language(dialect);
    check(language, form, pattern).unwrap_or_else(|bad| panic!("{pattern}: {bad:?}"));
    let patterns = CodePatterns::new([(language.name(), form, pattern)]);
    let facts = extract_asked(language, text.as_bytes(), &patterns).unwrap();
    let found = facts.matches[0].found.as_ref().unwrap();
    found.iter().map(|found| found.line).collect()
}

/// Checks which lines, each with a mark at its end, a pattern matches on.
fn matches(dialect: &str, pattern: &str, text: &str) {
    let marked: Vec<u32> = (1..)
        .zip(text.lines())
        .filter(|(_, line)| line.ends_with("<-"))
        .map(|(line, _)| line)
        .collect();
    assert_eq!(
        found(Form::Code, dialect, pattern, text),
        marked,
        "{pattern}"
    );
}

#[test]
fn holes_stand_for_one_node_and_ellipses_for_any_number() {
    matches(
        "python",
        "print($$$A)",
        "print()  # <-\nprint(1, 2)  # <-\nlog.print(1)\nprint\n",
    );
    matches(
        "python",
        "print($A)",
        "print(1)  # <-\nprint()\nprint(1, 2)\nprint(\n    # why\n    1)\n"
            .replace("print(\n", "print(  # <-\n")
            .as_str(),
    );
    matches(
        "python",
        "f($A, $$$B)",
        "f(1)  # <-\nf(1, 2, x=3)  # <-\nf()\n",
    );
    matches(
        "python",
        "get($$$A, timeout=$T, $$$B)",
        "get(u, timeout=3)  # <-\nget(u, timeout=3, x=1)  # <-\nget(timeout=1)  # <-\nget(u, x=1)\nget(u, 3)\n",
    );
    matches("python", "$A == $A", "a.b == a . b  # <-\na == b\n");
    matches(
        "python",
        "$A.objects.$_()",
        "M.objects.all()  # <-\nM.objects.get(1)\n",
    );
}

#[test]
fn every_language_has_its_patterns() {
    matches(
        "rust",
        "$A.unwrap()",
        "fn f() {\n    x.unwrap(); // <-\n    x.y()?.unwrap(); // <-\n    x.unwrap_or(1);\n}\n",
    );
    matches(
        "rust",
        "println!($$$A)",
        "fn f() {\n    println!(\"{}\", 1); // <-\n    print!(\"\");\n}\n",
    );
    matches(
        "rust",
        "match $X { $$$ARMS }",
        "fn f() {\n    match x { _ => 1 } // <-\n}\n",
    );
    matches(
        "rust",
        "#[derive($$$A)]",
        "#[derive(Clone)] // <-\nstruct S;\n",
    );
    matches(
        "typescript",
        "console.log($$$A)",
        "console.log('a', b); // <-\nconsole.warn(1);\n",
    );
    matches(
        "typescript",
        "await $A.json<$T>()",
        "const x = await r.json<User>(); // <-\nawait r.json();\n",
    );
    matches(
        "tsx",
        "<div $$$A>$$$B</div>",
        "const x = <div id=\"a\">b</div>; // <-\nconst y = <p/>;\n",
    );
    matches(
        "javascript",
        "var $A = $B",
        "var a = 1; // <-\nlet b = 1;\n",
    );
}

/// Tokens that a pattern does not have may stand between others, but not where it has a hole or a node.
#[test]
fn a_hole_is_no_token_whatever_else_is_looked_for() {
    let text = "def f():\n    yield 1\n    yield from g()\n";
    for others in [&[][..], &["yield from $A", "from $A import $B"]] {
        let mut asked = vec![("python", Form::Code, "yield $A")];
        asked.extend(others.iter().map(|text| ("python", Form::Code, *text)));
        let patterns = CodePatterns::new(asked);
        let facts = extract_asked(language("python"), text.as_bytes(), &patterns).unwrap();
        let id = super::PatternId::of(Form::Code, "yield $A");
        let matches = facts.matches.iter().find(|matches| matches.pattern == id);
        let found = matches.unwrap().found.as_ref().unwrap();
        assert_eq!(
            found.iter().map(|found| found.line).collect::<Vec<_>>(),
            [2]
        );
    }
    matches(
        "typescript",
        "($$$A) => $B",
        "const a = () => 1; // <-\nconst b = async () => 1;\n",
    );
}

#[test]
fn a_query_finds_its_root_or_what_it_marks() {
    let text = "@route\ndef f():\n    pass\n\ndef g():\n    print(1)\n";
    let query = "(call function: (identifier) @f (#eq? @f \"print\"))";
    assert_eq!(found(Form::Query, "python", query, text), [6]);
    let query = "(decorated_definition (decorator (identifier) @d) definition: (_) @match (#any-of? @d \"route\"))";
    assert_eq!(found(Form::Query, "python", query, text), [2]);
    let query = "(module (function_definition name: (identifier) @match))";
    assert_eq!(found(Form::Query, "python", query, text), [5]);
}

#[test]
fn a_match_lies_in_the_innermost_function_around_it() {
    let text = "f(0)\ndef outer():\n    def inner():\n        f(1)\n    f(2)\nf(3)\n";
    let patterns = CodePatterns::new([("python", Form::Code, "f($A)")]);
    let facts = extract_asked(language("python"), text.as_bytes(), &patterns).unwrap();
    let found = facts.matches[0].found.as_ref().unwrap();
    let functions: Vec<_> = found.iter().map(|found| found.function).collect();
    assert_eq!(functions, [None, Some(1), Some(0), None]);
}

#[test]
fn what_cannot_be_read_is_told_with_its_place() {
    let bad = |form, dialect: &str, pattern: &str| {
        let bad = check(language(dialect), form, pattern).unwrap_err();
        format!("{}: {}", bad.at, bad.message)
    };
    assert_eq!(
        bad(Form::Code, "python", "print($A"),
        "0: this is no python code"
    );
    assert_eq!(
        bad(Form::Code, "python", "$A = = 1"),
        "5: this is no python code"
    );
    assert_eq!(
        bad(Form::Code, "python", "a = $A\nb"),
        "7: a pattern is one statement or expression"
    );
    assert_eq!(bad(Form::Code, "python", "$A"), "0: it matches everything");
    assert_eq!(bad(Form::Code, "python", " "), "0: it is empty");
    assert_eq!(
        bad(Form::Query, "python", "(call fun: (_))"),
        "6: the grammar has no field `fun`"
    );
    assert_eq!(
        bad(Form::Query, "python", "(cal)"),
        "1: the grammar has no node `cal`"
    );
    assert_eq!(
        bad(Form::Query, "python", "(call"),
        "5: a parenthesis is not closed"
    );
    assert_eq!(
        bad(Form::Query, "python", "(block (_)* @x)"),
        "0: `*` and `+` are not understood here"
    );
    assert!(
        bad(Form::Query, "python", "((call) @c (#match? @c \"(\"))").contains("a bad expression")
    );
    let deep = format!("{}1{}", "(".repeat(900), ")".repeat(900));
    assert!(bad(Form::Code, "python", &deep).contains("nested deeper"));
    assert!(bad(Form::Query, "python", &deep).contains("nested deeper"));
}

#[test]
fn a_pattern_that_takes_too_long_is_unknown_and_the_others_are_not() {
    let text = format!("x = [{}]\nprint(1)\n", "a, ".repeat(4_000));
    let patterns = CodePatterns::new([
        ("python", Form::Code, "[$$$, $A, $$$, $A, $$$, b]"),
        ("python", Form::Code, "print($A)"),
    ]);
    let facts = extract_asked(language("python"), text.as_bytes(), &patterns).unwrap();
    let mut found: Vec<_> = facts
        .matches
        .iter()
        .map(|one| one.found.as_ref().map(Vec::len))
        .collect();
    found.sort();
    assert_eq!(found, [Ok(1), Err(&Lost::PatternBudget)]);
}

/// Patterns ask for tokens that are otherwise left out of the tree; that must move nothing else.
#[test]
fn patterns_change_no_other_fact() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/languages");
    let patterns = [
        ("python", Form::Code, "$A = $$B"),
        ("rust", Form::Code, "$A + $$B"),
        ("javascript", Form::Code, "$A + $$B"),
        ("typescript", Form::Code, "$A + $$B"),
        ("python", Form::Query, "(_ left: _ @x) @y"),
    ];
    for (name, form, text) in patterns {
        check(language(name), form, text).unwrap();
    }
    let patterns = CodePatterns::new(patterns);
    let mut count = 0;
    for directory in std::fs::read_dir(root).unwrap() {
        let directory = directory.unwrap().path();
        let language = language(directory.file_name().unwrap().to_str().unwrap());
        for file in std::fs::read_dir(directory).unwrap() {
            let text = std::fs::read(file.unwrap().path()).unwrap();
            let Ok(plain) = extract(language, &text) else {
                continue;
            };
            let mut asked = extract_asked(language, &text, &patterns).unwrap();
            assert!(!asked.matches.is_empty(), "{language:?}");
            asked.matches.clear();
            assert_eq!(asked, plain);
            count += 1;
        }
    }
    assert!(count > 30);
}
