//! One repository from its first change to its report: `fixtures/repos/shop`, whose numbers can be found by hand.
//!
//! `BLESS=1 cargo test --test program` rewrites the expected reports; read the difference before you commit it, and say
//! below where a new number comes from.
//!
//! # Typed code: 14 of 20 slots
//! `orders.py` 4 of 5 (`discount` has no type), `prices.py` 0 of 2, `lib.rs` 4 of 4 (its test is no code), `cart.ts` 6 of
//! 7 (three fields, two of `add`, and of `total` only the return), `legacy.js` 0 of 2 (no checker reads it; a return is
//! inferred). 14 ÷ 20 ÷ 0.95 = 73.6.
//!
//! # Tested files: 3 of 5
//! `orders.py` and `cart.ts` are used by a test, `lib.rs` holds one; `prices.py` and `legacy.js` are reached only through
//! them; `__init__.py` has nothing to test. 0.6 ÷ 0.9 = 66.6.
//!
//! # Narrow interfaces: 2 of 8 items are hidden
//! `_rounded` and `positive`; `total`, `price_of`, `sum`, `Line`, `Cart` and `discounted` are not.
//! (0.25 − 0.05) ÷ 0.65 = 30.7.
//!
//! # Short files: 57 of 57 lines
//! `orders.py` 9 (docstrings are comments), `prices.py` 2, `lib.rs` 6 (without its tests), `cart.ts` 22, `legacy.js` 18.
//!
//! # Simple functions: 30 of 48 lines
//! `orders.py` 6 + 2, `prices.py` 2, `lib.rs` 3 + 3, `cart.ts` 3 + 11. Complex are the 18 lines of `discounted`: if 1,
//! if 2, for 3, if 4 with one operator, else if 1 with one operator, else 1, while 5, together 19 and above 15.
//! (0.625 − 0.6) ÷ 0.35 = 7.1.
//!
//! # Changes: 35 by people, 1 by a bot
//! All have a number, so the unit is the pull request. They are fewer than 50, so the window is extended to the first.
//!
//! # Calm files: 12 of 41 touches
//! The first change touches everything once. `orders.py` is in 17 more (all even numbers) and so in 18 of 35, more than
//! half; `legacy.js` in 7, `cart.ts` in 4; from 4 on a file is in more than 10 % and hot. The others: `lib.rs` 3,
//! `prices.py` 3, `test_orders.py` 3, `cart.test.ts` 2, `__init__.py` 1. 0.29 is below the floor of 0.5: 0.
//!
//! # Small changes: 33 of 34
//! The first has 12 files that count (6 of code, 2 of tests, 4 of prose), two too many. Number 31 has nothing but the
//! lock file and is no subject. 0.97 is above the target: 100.
//!
//! # Calm hot spots: 224 of 350 touched function lines
//! `orders.py` 18 × 8, `prices.py` 3 × 2, `lib.rs` 3 × 6, `cart.ts` 4 × 14 are simple, `legacy.js` 7 × 18 are not.
//! (0.64 − 0.6) ÷ 0.35 = 11.4.
//!
//! # Rows of weight 0
//! Of the six exposed items (all but the two hidden ones) only `sum` is documented; nothing is silenced and no debt admitted
//! on 65 lines (the 57 and the 8 of the test in `lib.rs`), none of 55 lines stands twice (the 57 without two imports), and
//! none of the 57 has an escape. Of eight items none is used from another directory.
//!
//! # Local changes: 33 of 33
//! All but numbers 29 and 31, which have nothing but prose and a lock file. No two files of code in different directories
//! are in five changes together.
//!
//! # Score
//! (73.684 + 66.667 + 30.769 + 0 + (100 + 100 + 7.143 + 11.429) ÷ 2) ÷ 6 = 46.7. Known are components of weight 6 of the
//! 7 that apply: nobody reports coverage, of weight 1.

use std::fs;
use std::path::{Path, PathBuf};

use super::repositories::{Commit, Repo};
use super::stage::{finish, scan};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos/shop")
}

/// The files of the fixture, sorted by path.
fn tree() -> Vec<(String, String)> {
    let root = fixture().join("tree");
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&root).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(&root).unwrap().to_str().unwrap();
            files.push((path.to_owned(), fs::read_to_string(entry.path()).unwrap()));
        }
    }
    files
}

/// What a change touches.
fn touched(number: i64) -> &'static [&'static str] {
    match number {
        number if number % 2 == 0 => &["app/orders.py"],
        3 | 9 | 15 | 21 | 27 | 33 => &["web/src/legacy.js"],
        5 | 17 => &["core/src/lib.rs"],
        7 | 19 => &["web/src/cart.ts"],
        11 | 23 => &["app/prices.py"],
        13 | 25 => &["tests/test_orders.py"],
        29 => &["README.md", "web/package-lock.json"],
        31 => &["web/package-lock.json"],
        _ => &["web/src/cart.ts", "web/src/cart.test.ts"],
    }
}

/// The shop: everything is there from the first change on, and each later one leaves its files with blank lines at the
/// end, as many as its number. Blank lines are no code.
fn shop() -> Repo {
    let tree = tree();
    let content = |path: &str| {
        let found = tree.iter().find(|(known, _)| known == path);
        found.unwrap_or_else(|| panic!("no {path}")).1.as_str()
    };
    let mut repo = Repo::new();
    let mut first = Commit::new("Open the shop (#1)", 1);
    for (path, content) in &tree {
        first = first.write(path, content);
    }
    repo.commit(first);
    for number in 2..=35 {
        let subject = format!("Change number {number} (#{number})");
        let mut commit = Commit::new(&subject, number);
        for path in touched(number) {
            let blank = "\n".repeat(number as usize);
            commit = commit.write(path, &format!("{}{blank}", content(path)));
        }
        repo.commit(commit);
    }
    repo.commit(
        Commit::new("Bump left-pad (#36)", 36)
            .author("dependabot[bot] <support@github.com>")
            .write(
                "web/package.json",
                "{ \"name\": \"web\", \"version\": \"0.1.1\" }\n",
            ),
    );
    repo.check_out();
    repo
}

/// Reports name the version of the program and of the definition; both change without any number changing.
fn without_versions(report: &str, definition: &str) -> String {
    assert!(!definition.is_empty());
    report.replace(definition, "0123456789abcdef").replace(
        &format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION")),
        "\"version\":\"0.0.0\"",
    )
}

#[test]
fn the_shop_is_reported_as_expected() {
    let repo = shop();
    let json = finish(scan(repo.path(), &["--format", "json"]));
    assert_eq!((json.code, json.stderr.as_str()), (Some(0), ""));
    let text = finish(scan(repo.path(), &[]));
    assert_eq!((text.code, text.stderr.as_str()), (Some(0), ""));
    let report = json.report();
    let definition = report.0["definition"]["id"].as_str().unwrap();
    for (name, found) in [
        ("expected.json", json.text()),
        ("expected.txt", text.text()),
    ] {
        let found = without_versions(found, definition);
        let path = fixture().join(name);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &found).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == expected,
            "{name}: expected\n{expected}\nfound\n{found}"
        );
    }
}

#[test]
fn the_numbers_of_the_shop_are_those_found_by_hand() {
    let repo = shop();
    let report = finish(scan(repo.path(), &["--format", "json"])).report();
    for (id, good, of, score) in [
        ("typed-code", 14, 20, 73.6842),
        ("tested-files", 3, 5, 66.6666),
        ("narrow-interfaces", 2, 8, 30.7692),
        ("hot-files", 12, 41, 0.0),
        ("small-changes", 33, 34, 100.0),
        ("short-files", 57, 57, 100.0),
        ("simple-functions", 30, 48, 7.1428),
        ("calm-hot-spots", 224, 350, 11.4285),
    ] {
        assert_eq!(report.share(id), (Some(good), Some(of)), "{id}");
        assert_eq!(report.component(id)["score"], score, "{id}");
    }
    assert_eq!(report.0["score"]["value"], 46.7343);
    assert_eq!(report.0["score"]["known_weight"], 0.857142);
    let history = &report.0["history"];
    assert_eq!(
        (&history["changes"], &history["bots"]),
        (&35.into(), &1.into())
    );
    assert_eq!(
        (&history["unit"], &history["beyond_half"]),
        (&"pull-requests".into(), &1.into())
    );
    assert_eq!(history["direct"], 0);
    assert_eq!(report.excluded("vendored"), (1, 3));
    assert_eq!(report.excluded("documentation").0, 4);
}
