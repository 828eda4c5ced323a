//! Files with a test that have none any more: by whom, and whether anybody is held to it.

use super::check;

const PARSE: &str = "def parse(text: str) -> list[str]:\n    parts = text.split(',')\n    return [part.strip() for part in parts]\n";
const RENDER: &str = "def render(parts: list[str]) -> str:\n    joined = ', '.join(parts)\n    return joined + '.'\n";
const COUNT: &str = "def count(parts: list[str]) -> int:\n    filled = [part for part in parts if part]\n    return len(filled)\n";

fn test_of(module: &str, names: &[&str]) -> String {
    let mut text = String::new();
    for name in names {
        text.push_str(&format!("from pkg.{module} import {name}\n"));
    }
    for name in names {
        text.push_str(&format!(
            "\ndef test_{name}():\n    assert {name}('a,b') == expected_{name}\n"
        ));
    }
    text
}

fn base() -> String {
    format!(
        "//- pkg/__init__.py\n//- pkg/text.py\n{PARSE}\n{RENDER}\n{COUNT}\n//- tests/test_text.py\n{}",
        test_of("text", &["parse", "render"])
    )
}

const LOST: &str = "newly-bad pkg/text.py no test names or imports it (0 → 1)";

#[test]
fn a_test_that_is_deleted_while_its_subject_stays_is_missed() {
    check(
        "tested-files",
        &base(),
        &format!("//- pkg/__init__.py\n//- pkg/text.py\n{PARSE}\n{RENDER}\n{COUNT}"),
        LOST,
    );
}

#[test]
fn a_test_that_is_switched_off_is_missed() {
    let skipped = base().replace("\ndef test_", "\n@pytest.mark.skip\ndef test_");
    check(
        "tested-files",
        &base(),
        &skipped,
        "newly-bad pkg/text.py only skipped tests (0 → 1)",
    );
}

#[test]
fn tests_of_deleted_code_are_not_missed() {
    check("tested-files", &base(), "//- pkg/__init__.py\n", "");
    // They used something that stays, too, but less of it.
    let collateral = format!(
        "//- pkg/shared.py\n{COUNT}\n{}\nfrom pkg.shared import count\n\ndef test_both():\n    assert count(parse('a')) == 1\n",
        base().replace(&format!("\n{COUNT}"), "")
    );
    check(
        "tested-files",
        &collateral,
        &format!("//- pkg/shared.py\n{COUNT}\n//- pkg/__init__.py\n"),
        "moved pkg/shared.py no test names or imports it (0 → 1)",
    );
    // If they used more of what stays, they were tests of that.
    let main = format!(
        "//- pkg/__init__.py\n//- pkg/other.py\ndef setup() -> int:\n    return 1\n//- pkg/text.py\n{PARSE}\n{RENDER}"
    );
    check(
        "tested-files",
        &format!(
            "{main}\n//- tests/test_text.py\nfrom pkg.other import setup\n{}\nsetup()\n",
            test_of("text", &["parse", "render"])
        ),
        &format!("//- pkg/__init__.py\n//- pkg/text.py\n{PARSE}\n{RENDER}"),
        LOST,
    );
}

#[test]
fn a_function_deleted_with_its_case_leaves_others_without_a_test_of_their_own() {
    let tests = "from pkg.text import parse\n\ndef test_parse():\n    assert parse('a')\n";
    let base = format!(
        "//- pkg/__init__.py\n//- pkg/text.py\n{PARSE}\n{COUNT}\n//- tests/test_all.py\n{tests}"
    );
    check(
        "tested-files",
        &base,
        &format!("//- pkg/__init__.py\n//- pkg/text.py\n{COUNT}"),
        "moved pkg/text.py no test names or imports it (0 → 1)",
    );
    // One of two was tested too.
    let base = base.replace(
        "assert parse('a')",
        "assert parse('a')\n    assert count('a')",
    );
    check(
        "tested-files",
        &base,
        &format!("//- pkg/__init__.py\n//- pkg/text.py\n{COUNT}"),
        LOST,
    );
}

#[test]
fn other_code_in_its_place_needs_a_test_of_its_own() {
    check(
        "tested-files",
        &base(),
        "//- pkg/__init__.py\n//- pkg/text.py\ndef wholly(new: int, code: int) -> int:\n    return new * code - 1\n",
        LOST,
    );
}

#[test]
fn a_file_split_in_three_keeps_its_test() {
    check(
        "tested-files",
        &base(),
        &format!(
            "//- pkg/__init__.py\n//- pkg/text.py\n{PARSE}\n//- pkg/out.py\n{RENDER}\n//- pkg/numbers.py\n{COUNT}\n\
             //- tests/test_text.py\n{}",
            test_of("text", &["parse", "render"])
        ),
        "moved pkg/numbers.py no test names or imports it (0 → 1) was pkg/text.py
         moved pkg/out.py no test names or imports it (0 → 1) was pkg/text.py",
    );
}

#[test]
fn moving_code_does_not_hide_that_its_test_was_deleted() {
    let moved = |tests: &[&str]| {
        format!(
            "//- pkg/__init__.py\n//- pkg/text.py\n{PARSE}\n{COUNT}\n//- pkg/out.py\n{RENDER}\n//- tests/test_text.py\n{}",
            test_of("text", tests)
        )
    };
    check(
        "tested-files",
        &base(),
        &moved(&["parse"]),
        "newly-bad pkg/out.py no test names or imports it (0 → 1) was pkg/text.py",
    );
    check(
        "tested-files",
        &base(),
        &moved(&["parse", "render"]),
        "moved pkg/out.py no test names or imports it (0 → 1) was pkg/text.py",
    );
    // Another name for the file, and no test.
    check(
        "tested-files",
        &base(),
        &format!("//- pkg/__init__.py\n//- pkg/words.py\n{PARSE}\n{RENDER}\n{COUNT}"),
        "newly-bad pkg/words.py no test names or imports it (0 → 1) was pkg/text.py",
    );
    // Into a file that had no test before.
    let untested = "def tiny(value: int) -> int:\n    return value\n";
    check(
        "tested-files",
        &format!("{}//- pkg/tiny.py\n{untested}", base()),
        &format!("//- pkg/__init__.py\n//- pkg/tiny.py\n{untested}\n{PARSE}\n{RENDER}\n{COUNT}"),
        "newly-bad pkg/tiny.py no test names or imports it (0 → 1)",
    );
}

#[test]
fn new_code_beside_a_little_old_code_is_new() {
    let new = "def brand(new: int, code: int) -> int:\n    first = new * code\n    second = first - 1\n    third = second - 2\n    return third\n";
    check(
        "tested-files",
        &base(),
        &format!(
            "//- pkg/__init__.py\n//- pkg/text.py\n{PARSE}\n{RENDER}\n//- pkg/more.py\n{COUNT}\n{new}\n//- tests/test_text.py\n{}",
            test_of("text", &["parse", "render"])
        ),
        "newly-bad pkg/more.py no test names or imports it (0 → 1)",
    );
}

#[test]
fn what_had_no_test_has_none_wherever_it_lies() {
    let untested = format!("//- pkg/__init__.py\n//- pkg/text.py\n{PARSE}\n{RENDER}\n{COUNT}");
    check(
        "tested-files",
        &untested,
        &untested.replace("text.py", "words.py"),
        "moved pkg/words.py no test names or imports it (1 → 1) was pkg/text.py",
    );
    check(
        "tested-files",
        &untested,
        &format!(
            "//- pkg/__init__.py\n//- pkg/text.py\n{PARSE}\n//- pkg/out.py\n{RENDER}\n{COUNT}"
        ),
        "moved pkg/out.py no test names or imports it (1 → 1) was pkg/text.py\ninherited 1 (1)",
    );
}

#[test]
fn tests_may_move_and_change_their_names() {
    let named = |code: &str, test: &str| {
        format!(
            "//- pkg/__init__.py\n//- pkg/{code}\n{PARSE}\n{RENDER}\n//- tests/{test}\nimport subprocess\n\n\
             def test_it():\n    assert subprocess.run('pkg').returncode == 0\n"
        )
    };
    let before = named("text.py", "test_text.py");
    // Another directory; another name; another name of the code.
    check(
        "tested-files",
        &before,
        &named("text.py", "unit/test_text.py"),
        "",
    );
    check(
        "tested-files",
        &before,
        &named("text.py", "test_program.py"),
        "moved pkg/text.py no test names or imports it (0 → 1)",
    );
    check(
        "tested-files",
        &before,
        &named("words.py", "test_text.py"),
        "moved pkg/words.py no test names or imports it (0 → 1) was pkg/text.py",
    );
    // Another program in the same place.
    check(
        "tested-files",
        &before,
        &before
            .replace("test_text.py", "test_other.py")
            .replace("subprocess", "os")
            .replace("run('pkg')", "stat('x')")
            .replace("test_it", "test_else"),
        LOST,
    );
}

#[test]
fn a_test_that_becomes_code_is_no_test() {
    check(
        "tested-files",
        &base(),
        &base().replace("tests/test_text.py", "pkg/checks.py"),
        "newly-bad pkg/text.py no test names or imports it (0 → 1)
         moved pkg/checks.py no test names or imports it (0 → 1) was tests/test_text.py",
    );
}

#[test]
fn what_grew_until_it_needs_a_test_needs_one() {
    let main = |lines: usize| {
        format!(
            "//- app.py\ndef main() -> int:\n{}",
            "    print(1, 2)\n".repeat(lines)
        )
    };
    check("tested-files", &main(9), &main(5), "");
    check(
        "tested-files",
        &main(9),
        &main(10),
        "newly-bad app.py no test names or imports it (0 → 1)",
    );
}

#[test]
fn code_without_a_test_in_the_place_of_code_with_one_has_lost_nothing() {
    check(
        "tested-files",
        &format!(
            "{}//- pkg/bare.py\n{}",
            base(),
            COUNT.replace("count", "bare")
        ),
        &format!(
            "//- pkg/__init__.py\n//- pkg/text.py\n{}",
            COUNT.replace("count", "bare")
        ),
        "moved pkg/text.py no test names or imports it (0 → 1)
         removed pkg/bare.py no test names or imports it (1 → 0)",
    );
}

#[test]
fn cases_may_move_between_test_files() {
    let tests = test_of("text", &["parse", "render"]);
    let other = "\ndef test_nothing():\n    assert True is not False\n";
    check(
        "tested-files",
        &format!("{}\n//- tests/test_zero.py\n{other}", base()),
        &format!(
            "//- pkg/__init__.py\n//- pkg/text.py\n{PARSE}\n{RENDER}\n{COUNT}\n//- tests/test_zero.py\n{tests}{other}"
        ),
        "",
    );
}

#[test]
fn a_test_that_cannot_be_read_is_no_deleted_test() {
    check(
        "tested-files",
        &base(),
        &base().replace("tests/test_text.py", "tests/test_text.py (lost)"),
        "moved pkg/text.py no test names or imports it (0 → 1)
         unknown tests/test_text.py: parse_budget",
    );
}

#[test]
fn a_new_file_that_takes_the_name_of_a_test_takes_nothing_from_anybody() {
    let program =
        "import subprocess\n\ndef test_it():\n    assert subprocess.run('pkg').returncode == 0\n";
    let before = format!("//- src/deep/text.py\n{PARSE}\n//- tests/test_text.py\n{program}");
    let nearer = format!("{before}//- tests/text.py\n{COUNT}");
    let nearest = format!("{before}//- text.py\n{COUNT}");
    check("tested-files", &before, &nearer, "");
    check(
        "tested-files",
        &before,
        &nearest,
        "moved src/deep/text.py no test names or imports it (0 → 1)",
    );
}

#[test]
fn inline_tests_stay_with_one_part_of_a_file() {
    let parse = "pub fn parse(text: &str) -> Vec<&str> {\n    let parts = text.split(',');\n    parts.collect()\n}\n";
    let count = "pub fn count(parts: &[&str]) -> usize {\n    let filled = parts.iter();\n    filled.count()\n}\n";
    let tests = "#[cfg(test)]\nmod tests {\n    use super::*;\n    #[test]\n    fn it_works() {\n        assert_eq!(count(&parse(\"a,b\")), 2);\n    }\n}\n";
    let manifest =
        "//- Cargo.toml\n[package]\nname = \"x\"\n//- src/lib.rs\nmod text;\nmod number;\n";
    let base = format!("{manifest}//- src/text.rs\n{parse}{count}{tests}");
    check(
        "tested-files",
        &base,
        &format!(
            "{manifest}//- src/text.rs\n{parse}{}//- src/number.rs\n{count}",
            tests.replace("super::*", "super::*;\n    use crate::number::*")
        ),
        "",
    );
    check(
        "tested-files",
        &base,
        &format!("{manifest}//- src/text.rs\n{parse}//- src/number.rs\n{count}"),
        "newly-bad src/number.rs no test names or imports it (0 → 1) was src/text.rs
         newly-bad src/text.rs no test names or imports it (0 → 1)",
    );
}

#[test]
fn typescript_tests_follow_the_same_rules() {
    let parse = "export function parse(text: string): string[] {\n  const parts = text.split(',');\n  return parts;\n}\n";
    let count = "export function count(parts: string[]): number {\n  const filled = parts.filter(Boolean);\n  return filled.length;\n}\n";
    let test = "import { parse } from '../src/text';\n\ntest('parses', () => {\n  expect(parse('a')).toEqual(['a']);\n});\n";
    let base = format!("//- src/text.ts\n{parse}{count}//- tests/text.test.ts\n{test}");
    check(
        "tested-files",
        &base,
        &format!(
            "//- src/text.ts\n{parse}//- src/number.ts\n{count}//- tests/text.test.ts\n{test}"
        ),
        "moved src/number.ts no test names or imports it (0 → 1) was src/text.ts",
    );
    check(
        "tested-files",
        &base,
        &base.replace("test('parses'", "test.skip('parses'"),
        "newly-bad src/text.ts only skipped tests (0 → 1)",
    );
}
