//! Coverage reports from outside: found where they lie, remembered as what they were, and never a reason to stop.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::repositories::{Commit, DAY_0, Repo};
use super::stage::{Report, Stage, finish, quality, scan};

const CART: &str =
    "def total(prices):\n    if not prices:\n        return 0\n    return sum(prices)\n";
const TEST: &str = "from shop.cart import total\n\ndef test_total():\n    assert total([1]) == 1\n";

/// A report in which this many of the four lines were run.
fn lcov(run: usize) -> String {
    let lines: String = (1..=4)
        .map(|line| format!("DA:{line},{}\n", u8::from(line <= run)))
        .collect();
    format!("SF:shop/cart.py\n{lines}end_of_record\n")
}

fn repository() -> Repo {
    let mut repo = Repo::new();
    repo.commit(
        Commit::new("Begin (#1)", 1)
            .write("shop/cart.py", CART)
            .write("tests/test_cart.py", TEST)
            .write(".gitignore", "lcov.info\nreports/\n"),
    );
    repo.check_out();
    repo
}

fn scanned(root: &Path, options: &[&str]) -> Report {
    let mut command = scan(root, &["--format", "json"]);
    command.args(options);
    let outcome = finish(command);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    outcome.report()
}

fn reason(report: &Report) -> String {
    let component = report.component("test-coverage");
    format!("{}: {}", component["state"], component["reason"])
}

#[test]
fn a_remembered_result_ends_where_a_report_comes_changes_or_goes() {
    let repo = repository();
    let place = Stage::new();
    let cache = place.beside("cache");
    let cache = ["--cache-dir", cache.to_str().unwrap()];
    let both = || {
        let first = scanned(repo.path(), &cache);
        // The second time it is remembered, and the third time it is worked out again.
        assert_eq!(scanned(repo.path(), &cache).0, first.0);
        assert_eq!(scanned(repo.path(), &["--no-cache"]).0, first.0);
        first
    };
    let none = both();
    assert_eq!(
        reason(&none),
        "\"unavailable\": \"there is no coverage report here\""
    );
    let report = repo.path().join("lcov.info");
    fs::write(&report, lcov(3)).unwrap();
    let some = both();
    assert_eq!(some.share("test-coverage"), (Some(3), Some(4)));
    assert_eq!(some.component("test-coverage")["method"], "imported");
    fs::write(&report, lcov(2)).unwrap();
    assert_eq!(both().share("test-coverage"), (Some(2), Some(4)));
    fs::remove_file(&report).unwrap();
    assert_eq!(both().0, none.0);
}

// Case 103.
#[test]
fn a_report_older_than_its_file_is_stale_by_its_own_time_or_that_of_its_file() {
    let repo = repository();
    let report = repo.path().join("lcov.info");
    fs::write(&report, lcov(3)).unwrap();
    // The commit is of noon on day 1.
    let set = |seconds: u64| {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let file = fs::File::options().append(true).open(&report).unwrap();
        file.set_modified(time).unwrap();
    };
    let noon = DAY_0 as u64 + 86_400 + 43_200;
    set(noon - 86_400);
    assert_eq!(
        scanned(repo.path(), &[]).share("test-coverage"),
        (Some(3), Some(4))
    );
    set(noon - 3 * 86_400);
    let stale = scanned(repo.path(), &[]);
    assert_eq!(
        reason(&stale),
        "\"stale\": \"1 of 1 files have changed since the report: shop/cart.py (committed 3 days after the report was made)\""
    );
    assert!(stale.component("test-coverage")["score"].is_null());
    let text = finish(scan(repo.path(), &[]));
    assert!(text.text().contains("Out of date"), "{}", text.text());
    // What the report itself says counts more than when its file was copied.
    fs::remove_file(&report).unwrap();
    let xml = |time: u64| {
        format!(
            "<coverage timestamp='{time}'><class filename='shop/cart.py'><lines>\
             <line number='1' hits='1'/></lines></class></coverage>"
        )
    };
    fs::write(repo.path().join("coverage.xml"), xml(noon - 9 * 86_400)).unwrap();
    assert!(reason(&scanned(repo.path(), &[])).starts_with("\"stale\""));
    fs::write(repo.path().join("coverage.xml"), xml(noon)).unwrap();
    assert_eq!(
        scanned(repo.path(), &[]).share("test-coverage"),
        (Some(1), Some(1))
    );
}

#[test]
fn a_definition_says_where_reports_lie_and_a_glob_that_matches_none_is_told() {
    let repo = repository();
    let root = repo.path();
    fs::create_dir_all(root.join("reports/unit")).unwrap();
    fs::create_dir_all(root.join("reports/whole")).unwrap();
    fs::write(root.join("reports/unit/lcov.info"), lcov(1)).unwrap();
    fs::write(root.join("reports/whole/x.info"), lcov(2)).unwrap();
    fs::write(root.join("lcov.info"), lcov(4)).unwrap();
    let definition =
        "extends = 'builtin'\n[coverage]\nreports = ['reports/**/*.info', 'gone/*.xml']\n";
    fs::write(root.join("quality.toml"), definition).unwrap();
    let report = scanned(root, &[]);
    // The one in the usual place is not looked for.
    assert_eq!(report.share("test-coverage"), (Some(2), Some(4)));
    assert!(report.notes("coverage.reports: `gone/*.xml` (line 3) matches no file"));
}

#[test]
fn a_commit_has_the_reports_that_were_committed_and_no_others() {
    let mut repo = repository();
    fs::write(repo.path().join("lcov.info"), lcov(3)).unwrap();
    let of_head = |repo: &Repo| scanned(repo.path(), &["--rev", "HEAD"]);
    assert_eq!(
        reason(&of_head(&repo)),
        "\"unavailable\": \"there is no coverage report here\""
    );
    let report = lcov(1);
    repo.commit(Commit::new("Report (#2)", 2).write("coverage/lcov.info", &report));
    assert_eq!(of_head(&repo).share("test-coverage"), (Some(1), Some(4)));
}

#[test]
fn a_gate_between_commits_without_reports_neither_fails_nor_speaks_of_coverage() {
    let mut repo = repository();
    let definition = "extends = 'builtin'\n[component.test-coverage]\nlevel = 'ratchet'\n";
    let base = repo.commit(Commit::new("Ask for it (#2)", 2).write("quality.toml", definition));
    let head = repo
        .commit(Commit::new("Comment (#3)", 3).write("shop/cart.py", &format!("{CART}# Sum.\n")));
    repo.check_out();
    fs::write(repo.path().join("lcov.info"), lcov(3)).unwrap();
    let gate = |base: &str, head: &str| {
        let mut command = quality(&["gate", "--no-cache", "--base", base, "--head", head]);
        command.arg(repo.path());
        finish(command)
    };
    let outcome = gate(&base.to_string(), &head.to_string());
    assert_eq!(outcome.code, Some(0), "{}", outcome.text());
}

// Case 105. A ratchet asks that nothing gets worse, and nothing does; what blocks is asked for, and without a number there
// is no verdict about its floor. Seen to fail where a floor without a number is left out: the gate passed.
#[test]
fn without_the_report_that_blocks_there_is_no_verdict() {
    let gate = |level: &str, more: &str| {
        let mut repo = repository();
        let definition = format!(
            "extends = 'builtin'\n[component.test-coverage]\nlevel = '{level}'\n[gate]\n{more}\n"
        );
        let base =
            repo.commit(Commit::new("Ask for it (#2)", 2).write("quality.toml", &definition));
        let text = format!("{CART}# Sum.\n");
        let head = repo.commit(Commit::new("Comment (#3)", 3).write("shop/cart.py", &text));
        let mut command = quality(&["gate", "--no-cache"]);
        command.args(["--base", &base.to_string(), "--head", &head.to_string()]);
        command.arg(repo.path());
        let outcome = finish(command);
        (outcome.code, outcome.text().to_owned())
    };
    let (code, text) = gate("block", "");
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("no number for its floor"), "{text}");
    let (code, text) = gate("block", "on_unmeasured = 'warn'");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("Warning: an input is missing"), "{text}");
    assert_eq!(gate("ratchet", "").0, Some(0));
}

#[test]
fn a_change_that_drops_the_committed_report_fails_a_ratchet() {
    let mut repo = repository();
    let definition = "extends = 'builtin'\n[component.test-coverage]\nlevel = 'ratchet'\n";
    let report = lcov(3);
    let base = repo.commit(
        Commit::new("Ask for it (#2)", 2)
            .write("quality.toml", definition)
            .write("coverage.info", &report),
    );
    let head = repo.commit(Commit::new("Drop it (#3)", 3).remove("coverage.info"));
    let mut command = quality(&["gate", "--no-cache"]);
    command.args(["--base", &base.to_string(), "--head", &head.to_string()]);
    command.arg(repo.path());
    let outcome = finish(command);
    assert_eq!(outcome.code, Some(1), "{}", outcome.text());
}

// Cases 98 and 102.
#[test]
fn reports_made_to_do_harm_are_told_and_stop_nothing() {
    let repo = repository();
    let root = repo.path();
    let laughs = "<!DOCTYPE coverage [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><coverage line-rate='1'>&a;</coverage>";
    fs::write(root.join("coverage.xml"), laughs).unwrap();
    assert_eq!(
        reason(&scanned(root, &[])),
        "\"unavailable\": \"coverage.xml: its document type declares things of its own, which no coverage tool does\""
    );
    fs::write(root.join("clover.xml"), "<coverage>".repeat(100_000)).unwrap();
    fs::write(root.join("lcov.info"), lcov(3)).unwrap();
    std::os::unix::fs::symlink("/dev/zero", root.join("coverage.json")).unwrap();
    let report = scanned(root, &[]);
    assert_eq!(report.share("test-coverage"), (Some(3), Some(4)));
    let notes = report.component("test-coverage")["notes"].to_string();
    for told in [
        "coverage.xml was left out: its document type",
        "clover.xml was left out: its elements are nested deeper than 64 levels",
        "coverage.json was left out: it could not be read: vanished",
        "lcov.info: lcov, 1 files",
    ] {
        assert!(notes.contains(told), "{told}: {notes}");
    }
}

// Case 34.
#[test]
fn a_pipe_in_the_place_of_a_report_is_not_waited_for() {
    let stage = Stage::of(&[("a.py", CART)]);
    stage.pipe("coverage.xml");
    assert_eq!(
        reason(&stage.report(&[])),
        "\"unavailable\": \"coverage.xml: it could not be read: vanished\""
    );
}
