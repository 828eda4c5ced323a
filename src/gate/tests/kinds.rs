//! What became of a subject that stayed where it was.

use super::check;

/// A function whose cognitive complexity is that of so many nested conditions: 1, 3, 6, 10, 15, 21 …
pub(super) fn nested(name: &str, depth: usize) -> String {
    let mut text = format!("def {name}(x: int) -> int:\n");
    for level in 0..depth {
        text.push_str(&format!("{}if x > {level}:\n", "    ".repeat(level + 1)));
    }
    text.push_str(&format!(
        "{}return x\n    return 0\n",
        "    ".repeat(depth + 1)
    ));
    text
}

#[test]
fn a_new_bad_function_is_newly_bad_and_a_good_one_is_nothing() {
    check(
        "typed-slots",
        "//- a.py\ndef f(x: int) -> int: ...\n",
        "//- a.py\ndef f(x: int) -> int: ...\n\ndef load(x): ...\n\ndef good() -> int: ...\n",
        "newly-bad a.py:3 load: no type for return, x (0 → 2)",
    );
}

#[test]
fn worse_better_and_good_again() {
    check(
        "typed-slots",
        "//- a.py\ndef f(x, y: int) -> int: ...\ndef g(x, y): ...\ndef h(x) -> int: ...\n",
        "//- a.py\ndef f(x, y) -> int: ...\ndef g(x: int, y): ...\ndef h(x: int) -> int: ...\n",
        "worsened a.py:1 f: no type for x, y (1 → 2)
         fixed a.py:2 g: no type for return, y (3 → 2)
         fixed a.py:3 h: no type for x (1 → 0)",
    );
}

#[test]
fn what_was_bad_and_is_still_is_inherited_edited_or_not() {
    check(
        "typed-slots",
        "//- a.py\ndef f(x) -> int: return x\n\ndef g(x) -> int: return x\n",
        "//- a.py\ndef f(x) -> int: return x + 1\n\ndef g(x) -> int: return x\n",
        "inherited 2 (2)",
    );
}

#[test]
fn a_complex_function_with_a_line_more_is_not_more_complex() {
    let base = format!("//- a.py\n{}", nested("f", 6));
    let longer = base.replace("    return 0\n", "    print(x)\n    return 0\n");
    check("simple-functions", &base, &longer, "inherited 1 (10)");
    let deeper = format!("//- a.py\n{}", nested("f", 7));
    check(
        "simple-functions",
        &base,
        &deeper,
        "worsened a.py:1 f: cognitive complexity 28 in 10 lines (9 → 10)",
    );
    let simpler = format!("//- a.py\n{}", nested("f", 5));
    check(
        "simple-functions",
        &base,
        &simpler,
        "fixed a.py:1 f: cognitive complexity 21 in 9 lines (9 → 0)",
    );
}

#[test]
fn what_is_gone_is_removed_if_it_was_bad() {
    check(
        "typed-slots",
        "//- a.py\ndef f(x) -> int: ...\ndef g(x: int) -> int: ...\n//- b.py\ndef h(x): ...\n",
        "//- a.py\n",
        "removed a.py:1 f: no type for x (1 → 0)
         removed b.py:1 h: no type for return, x (2 → 0)",
    );
}

#[test]
fn a_typed_function_replaced_by_an_untyped_one_of_another_name_is_seen() {
    let base = "//- a.py\ndef load(path: str) -> str:\n    with open(path) as file:\n        return file.read()\n";
    check(
        "typed-slots",
        base,
        "//- a.py\ndef fetch(path):\n    with open(path) as file:\n        return file.read()\n",
        "newly-bad a.py:1 fetch: no type for return, path (0 → 2)",
    );
    check(
        "typed-slots",
        base,
        "//- a.py\ndef other(a, b):\n    return a.send(b)\n",
        "newly-bad a.py:1 other: no type for return, a, b (0 → 3)",
    );
}

#[test]
fn two_functions_of_one_name_are_told_apart_by_their_classes() {
    let first = "class First:\n    def run(self, x: int) -> int:\n        return x\n";
    let second = "class Second:\n    def run(self, x):\n        return x\n";
    let edited = second.replace("return x", "y = self.get(x)\n        return y");
    check(
        "typed-slots",
        &format!("//- a.py\n{first}\n{second}"),
        &format!("//- a.py\n{edited}"),
        "inherited 1 (2)",
    );
    check(
        "typed-slots",
        &format!("//- a.py\n{second}\n{first}"),
        &format!("//- a.py\n{first}"),
        "removed a.py:2 run: no type for return, x (2 → 0)",
    );
    // The other way round the bad one stays, and the good one loses its types.
    check(
        "typed-slots",
        &format!("//- a.py\n{first}\n{second}"),
        &format!("//- a.py\n{}", edited.replace("Second", "First")),
        "newly-bad a.py:2 run: no type for return, x (0 → 2)
         removed a.py:6 run: no type for return, x (2 → 0)",
    );
}

#[test]
fn closures_before_others_do_not_take_their_place() {
    check(
        "typed-slots",
        "//- a.ts\nconst load = (x) => { return x.load(); };\nregister(function (y) { return y.run(1); });\n",
        "//- a.ts\nregister(function (y: string) { return y.size(2); });\nconst load = (x) => { return x.load(); };\n\
         register(function (y) { return y.run(1); });\n",
        "inherited 1 (1)",
    );
    check(
        "typed-slots",
        "//- a.ts\nconst first = { run: (x) => x };\nconst last = { run: (x) => x };\n",
        "//- a.ts\nconst first = { run: (x) => x };\nconst new_one = { run: (x) => x };\nconst last = { run: (x) => x };\n",
        "newly-bad a.ts:2 run: no type for x (0 → 1)\ninherited 2 (2)",
    );
}

#[test]
fn overloads_are_matched_one_by_one() {
    let base = "//- a.ts\nfunction get(x: string): string;\nfunction get(x): any;\nfunction get(x: any): any { return x; }\n";
    check(
        "typed-slots",
        base,
        &base.replace(
            "function get(x): any;",
            "function get(x: number): number;\nfunction get(x): any;",
        ),
        "inherited 2 (4)",
    );
    check(
        "typed-slots",
        base,
        &base.replace("function get(x): any;\n", ""),
        "removed a.ts:2 get: no type for x; dynamic type for return (2 → 0)\ninherited 1 (2)",
    );
}

#[test]
fn a_name_that_a_list_exports_is_newly_exposed() {
    check(
        "hidden-items",
        "//- a.py\n__all__ = [\"a\"]\n\ndef a(): ...\n\ndef b(): ...\n",
        "//- a.py\n__all__ = [\"a\", \"b\"]\n\ndef a(): ...\n\ndef b(): ...\n",
        "newly-bad a.py:5 b is exposed (0 → 1)\ninherited 1 (1)",
    );
    check(
        "hidden-items",
        "//- src/a.rs\nfn f() { g(1, 2) }\nfn g(a: u8, b: u8) {}\n",
        "//- src/a.rs\npub fn f() { g(1, 2) }\nfn g(a: u8, b: u8) {}\n",
        "newly-bad src/a.rs:1 f is exposed (0 → 1)",
    );
}

#[test]
fn a_library_that_a_file_begins_to_use_is_newly_bad() {
    let measure =
        "preferred-imports = { prefer = [\"httpx\"], over = [\"requests\", \"urllib3\"] }";
    check(
        measure,
        "//- a.py\nimport httpx\n//- b.py\nimport requests\n//- c.py\nx = 1\n",
        "//- a.py\nimport httpx\nimport requests\n//- b.py\nimport requests\nimport urllib3\n//- c.py\nimport requests\n",
        "newly-bad a.py migrating: uses httpx and requests (0 → 1)
         newly-bad c.py uses requests (0 → 1)
         inherited 1 (1)",
    );
}

#[test]
fn a_file_that_was_too_long_may_grow_and_one_that_becomes_so_may_not() {
    let measure = "short-files = { max_lines = 3 }";
    let base = "//- a.py\nfirst = load(1, 2)\nsecond = load(3, 4)\nthird = load(5, 6)\nfourth = load(7, 8)\n";
    check(
        measure,
        base,
        &format!("{base}fifth = load(9)\n"),
        "inherited 1 (5)",
    );
    let short = base.replace("fourth = load(7, 8)\n", "");
    check(
        measure,
        &short,
        base,
        "newly-bad a.py 4 code lines, 1 too many (0 → 4)",
    );
    // Neither imports nor a formatter's line breaks are somebody's length.
    check(
        measure,
        &short,
        &short.replace("first", "import json\nfirst"),
        "moved a.py 4 code lines, 1 too many (0 → 4)",
    );
    check(
        measure,
        &short,
        &short.replace("load(3, 4)", "load(\n    3,\n    4,\n)"),
        "moved a.py 6 code lines, 3 too many (0 → 6)",
    );
    check(
        measure,
        base,
        &short,
        "fixed a.py 4 code lines, 1 too many (4 → 0)",
    );
}

#[test]
fn part_of_a_complex_function_is_no_new_complex_function() {
    let base = format!("//- a.py\n{}", nested("f", 8));
    let mut parts = nested("f", 2).replace("            return x", "            return inner(x)");
    parts.push_str("\ndef inner(x: int) -> int:\n");
    let inner = nested("f", 8);
    let inner: Vec<&str> = inner.lines().skip(3).collect();
    for line in inner {
        parts.push_str(line.strip_prefix("        ").unwrap_or(line));
        parts.push('\n');
    }
    check(
        "simple-functions",
        &base,
        &format!("//- a.py\n{parts}"),
        "fixed a.py:1 f: cognitive complexity 36 in 11 lines (11 → 0)
         moved a.py:7 inner: cognitive complexity 21 in 9 lines (9 → 9)",
    );
    // A copy is no part.
    let copy = nested("f", 8) + "\n" + &nested("inner", 6);
    check(
        "simple-functions",
        &base,
        &format!("//- a.py\n{copy}"),
        "newly-bad a.py:13 inner: cognitive complexity 21 in 9 lines (0 → 9)\ninherited 1 (11)",
    );
}

#[test]
fn a_function_with_no_text_at_hand_is_known_by_its_name() {
    use super::{Inputs, Kind, State, Texts, compare, definition_of};
    let definition = definition_of("typed-slots");
    let base = State::new(
        &definition,
        "//- a.py\ndef f(x): ...\ndef g(x: int) -> int: ...\n",
    );
    let head = State::new(
        &definition,
        "//- a.py\ndef g(x) -> int: ...\ndef f(x): return 1\n",
    );
    let comparison = compare(Inputs {
        base: base.side(),
        head: head.side(),
        under_head: None,
        texts: &Texts::default(),
        settings: &definition.gate,
        alterations: &[],
        may_alter: false,
    });
    let delta = &comparison.components[0];
    assert_eq!(delta.count(Kind::Inherited).subjects, 1);
    assert_eq!(delta.count(Kind::NewlyBad).subjects, 1);
}
