//! Files that cannot be read, that were nobody's, that are the first or the last.

use super::check;

const BAD: &str = "def load(x): ...\n";
const GOOD: &str = "def load(x: int) -> int: ...\n";

#[test]
fn what_could_not_be_read_and_can_now_is_inherited() {
    check(
        "typed-slots",
        &format!("//- a.py (lost)\n{BAD}\n//- b.py\n{GOOD}"),
        &format!("//- a.py\n{BAD}\n//- b.py\n{GOOD}"),
        "inherited 1 (2)",
    );
}

#[test]
fn what_cannot_be_read_any_more_is_unknown_and_not_gone() {
    check(
        "typed-slots",
        &format!("//- a.py\n{BAD}\n//- b.py\n{GOOD}"),
        &format!("//- a.py (lost)\n{BAD}{BAD}\n//- b.py\n{GOOD}"),
        "unknown a.py: parse_budget",
    );
    check(
        "typed-slots",
        &format!("//- b.py\n{GOOD}"),
        &format!("//- a.py (lost)\n{BAD}\n//- b.py\n{GOOD}"),
        "unknown a.py: parse_budget",
    );
}

#[test]
fn what_could_not_be_read_before_is_nobodys_fault_wherever_it_lies() {
    let lost = |path: &str, text: &str| format!("//- {path} (lost)\n{text}\n//- b.py\n{GOOD}");
    check(
        "typed-slots",
        &lost("x/a.py", BAD),
        &lost("x/a.py", GOOD),
        "",
    );
    check(
        "typed-slots",
        &lost("x/a.py", BAD),
        &lost("y/c.py", BAD),
        "",
    );
    check(
        "typed-slots",
        &lost("x/a.py", BAD),
        &lost("y/a.py", GOOD),
        "",
    );
    check(
        "typed-slots",
        &lost("x/a.py", BAD),
        &lost("x/c.py", GOOD),
        "",
    );
    check(
        "typed-slots",
        &lost("x/a.py", BAD),
        &lost("y/c.py", GOOD),
        "unknown y/c.py: parse_budget",
    );
    check(
        "typed-slots",
        &lost("x/a.py", BAD),
        &(lost("y/a.py", GOOD) + "//- z/a.py (lost)\n"),
        "unknown z/a.py: parse_budget",
    );
}

#[test]
fn a_generated_file_that_somebody_takes_over_is_inherited() {
    check(
        "typed-slots",
        &format!("//- a.py\n# @generated\n{BAD}\n//- b.py\n{GOOD}"),
        &format!("//- a.py\n{BAD}\n//- b.py\n{GOOD}"),
        "inherited 1 (2)",
    );
    check(
        "typed-slots",
        &format!("//- a.py\n# @generated\n{BAD}\n//- b.py\n{GOOD}"),
        &format!("//- lib/a.py\n# @generated\n{BAD}\n//- b.py\n{GOOD}"),
        "",
    );
}

#[test]
fn what_was_a_helper_of_tests_is_not_new_code() {
    let helper =
        "def make_reader(path):\n    with open(path) as file:\n        return file.read()\n";
    check(
        "typed-slots",
        &format!("//- tests/helpers.py\n{helper}\n//- b.py\n{GOOD}"),
        &format!("//- src/readers.py\n{helper}\n//- b.py\n{GOOD}"),
        "moved src/readers.py:1 make_reader: no type for return, path (0 → 2) was tests/helpers.py",
    );
}

#[test]
fn in_a_first_commit_everything_is_new_and_in_an_empty_one_nothing_is_bad() {
    check(
        "typed-slots",
        "",
        &format!("//- a.py\n{BAD}"),
        "newly-bad a.py:1 load: no type for return, x (0 → 2)",
    );
    check("typed-slots", "", &format!("//- a.py\n{GOOD}"), "");
    check(
        "typed-slots",
        &format!("//- a.py\n{BAD}"),
        "",
        "removed a.py:1 load: no type for return, x (2 → 0)",
    );
    check("typed-slots", "", "", "");
}
