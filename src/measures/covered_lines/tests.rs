//! What reports come to: small repositories with a report where it usually lies.

use crate::codebase::Codebase;
use crate::measures::Measurement;
use crate::measures::testing::{check, codebase, taken};

const SHOP: &str = "
//- shop/cart.py
def total(prices):
    if not prices:
        return 0
    return sum(prices)
def clear():
    return []
//- shop/price.py
'''Prices.'''
RATE = 19
def gross(net):
    '''With tax.'''
    return net * RATE
//- shop/none.py
# Nothing to run.
//- tests/test_cart.py
def test_total(): pass
";

fn shop(report: &str) -> String {
    format!("{SHOP}//- lcov.info\n{report}")
}

fn notes(codebase: &Codebase, measure: &str) -> Vec<String> {
    match taken(codebase, measure) {
        Measurement::Taken(taken) => taken.notes,
        other => panic!("{other:?}"),
    }
}

const CART: &str =
    "SF:shop/cart.py\nDA:1,1\nDA:2,1\nDA:3,0\nDA:4,2\nDA:5,1\nDA:6,0\nend_of_record\n";

#[test]
fn lines_that_were_run_are_counted_and_the_others_named() {
    check(
        "covered-lines = { absent = \"ignore\" }",
        &shop(CART),
        "4 of 6
         shop/cart.py not run: 3, 6",
    );
}

#[test]
fn a_file_in_no_report_counts_as_not_run_by_its_statements() {
    // The docstrings are no statements.
    check(
        "covered-lines",
        &shop(CART),
        "4 of 9
         shop/cart.py not run: 3, 6
         shop/price.py in no report: 3 lines, estimated",
    );
    let codebase = codebase(&shop(CART));
    assert_eq!(
        notes(&codebase, "covered-lines"),
        [
            "lcov.info: lcov, 1 files",
            "functions entered: 1 of 2",
            "1 files are in no report: 3 lines, counted as not run, by an estimate",
            "the age of a report is not known, and was not checked",
        ]
    );
}

#[test]
fn without_a_report_nothing_is_known() {
    check(
        "covered-lines",
        SHOP,
        "unavailable: there is no coverage report here",
    );
    check(
        "covered-lines",
        &shop("SF:shop/cart.py\nDA:1,1\n"),
        "unavailable: lcov.info: it ends too early: truncated",
    );
}

// Case 100.
#[test]
fn a_report_about_other_files_is_not_believed() {
    check(
        "covered-lines",
        &shop("SF:elsewhere/x.py\nDA:1,1\nend_of_record\n"),
        "unavailable: lcov.info: 1 of 1 paths in it are no file here: elsewhere/x.py",
    );
    // A fifth may be: files that were generated for the run.
    let mut report = CART.to_owned();
    for name in ["price", "none", "a"] {
        report.push_str(&format!("SF:shop/{name}.py\nDA:1,1\nend_of_record\n"));
    }
    check(
        "covered-lines",
        &shop(&report),
        "unavailable: lcov.info: 1 of 4 paths in it are no file here: shop/a.py",
    );
}

#[test]
fn a_report_about_other_files_takes_nothing_from_the_one_beside_it() {
    let fixture = format!(
        "{}//- coverage.out\nmode: set\nother/x.go:1.1,2.2 1 1\n//- coverage.info\nSF:node_modules/a.js\nDA:1,1\nend_of_record\n",
        shop(CART)
    );
    check(
        "covered-lines = { absent = \"ignore\" }",
        &fixture,
        "4 of 6
         shop/cart.py not run: 3, 6",
    );
    let notes = notes(&codebase(&fixture), "covered-lines").join("\n");
    for told in [
        "coverage.out was left out: 1 of 1 paths in it are no file here: other/x.go",
        "coverage.info was left out: it tells of no file here",
    ] {
        assert!(notes.contains(told), "{notes}");
    }
}

#[test]
fn a_file_that_has_changed_is_unknown_and_many_make_the_report_stale() {
    let stale = "SF:shop/price.py\nDA:2,1\nDA:40,1\nend_of_record\n";
    check(
        "covered-lines",
        &shop(&format!("{CART}{stale}")),
        "stale: 1 of 2 files have changed since the report: shop/price.py (the report tells of line 40, and it has 5)",
    );
    let mut fixture = SHOP.to_owned();
    let mut report = format!("{CART}{stale}");
    for at in 0..3 {
        fixture.push_str(&format!("//- shop/m{at}.py\nx = 1\n"));
        report.push_str(&format!("SF:shop/m{at}.py\nDA:1,1\nend_of_record\n"));
    }
    let codebase = codebase(&format!("{fixture}//- lcov.info\n{report}"));
    let Measurement::Taken(taken) = taken(&codebase, "covered-lines") else {
        panic!("one in five is tolerated");
    };
    assert_eq!((taken.readings.len(), taken.unknown.len()), (4, 1));
    let told = "1 files have changed since the report and were not judged: \
                shop/price.py (the report tells of line 40, and it has 5)";
    assert!(taken.notes.contains(&told.to_owned()), "{:?}", taken.notes);
}

#[test]
fn inline_tests_declarations_and_tests_are_no_code_to_be_run() {
    check(
        "covered-lines",
        "//- src/lib.rs\nfn f() -> u8 {\n    1\n}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn g() {\n        super::f();\n    }\n}\n\
         //- a.pyi\ndef f() -> int: ...\n//- web/a.d.ts\ndeclare const a: number;\n\
         //- tests/test_a.py\ndef test_a(): pass\n\
         //- lcov.info\nSF:src/lib.rs\nDA:1,1\nDA:2,1\nDA:7,1\nDA:8,1\nend_of_record\n\
         SF:tests/test_a.py\nDA:1,1\nend_of_record\n",
        "2 of 2",
    );
}

#[test]
fn a_language_without_facts_counts_where_a_report_tells_of_it() {
    check(
        "covered-lines",
        "//- cart/cart.go\npackage cart\nfunc f() {\n\tg()\n}\n//- cart/other.go\npackage cart\n\
         //- cover.out\nmode: set\nexample.com/shop/cart/cart.go:2.10,4.2 1 1\n",
        "3 of 3",
    );
}

#[test]
fn what_was_run_is_tested_and_what_is_named_but_not_run_is_told() {
    let report = "SF:shop/cart.py\nDA:1,1\nDA:2,0\nDA:3,0\nDA:4,0\nDA:5,1\nDA:6,0\nend_of_record\n\
                  SF:shop/price.py\nDA:2,1\nDA:3,1\nDA:5,9\nend_of_record\n";
    let fixture = shop(report);
    check("tested-files", &fixture, "2 of 2");
    assert_eq!(
        notes(&codebase(&fixture), "tested-files"),
        [
            "levels: 1 executed, 0 exercised, 1 associated, 0 indirect, 0 none",
            "named but not run: 1 files have tests, but a coverage report says that none of their functions was run: \
             shop/cart.py",
        ]
    );
}
