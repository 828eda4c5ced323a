//! Waivers from outside: what they excuse, until when, and what is said of those that do not hold.

use super::repositories::{Commit, Repo};
use super::stage::{component, finish, scan};

const DEFINITION: &str = "version = 1\n[component.typed-code]\nmeasure.typed-slots = {}\ntarget = 1\n\
    [[waiver]]\ncomponent = 'typed-code'\npaths = ['bridge/**']\nreason = 'frozen'\nowner = '@acme/web'\nuntil = 2026-01-05\n";

/// A repository whose head commit is of this day.
fn repository(day: i64) -> Repo {
    let mut repo = Repo::new();
    let commit = Commit::new("Begin (#1)", day)
        .write("quality.toml", DEFINITION)
        .write("bridge/a.py", "def f(x): return x\n")
        .write(
            "own/b.py",
            "# quality: allow(typed-code) -- anything goes\ndef g(x): return x\n\ndef h(x: int) -> int: return x\n\
             # quality: allow(typed-code)\ndef i(x): return x\n",
        );
    repo.commit(commit);
    repo.check_out();
    repo
}

#[test]
fn strict_numbers_stand_beside_the_plain_ones() {
    let repo = repository(2);
    let report = finish(scan(repo.path(), &["--format", "json"])).report();
    let typed = report.component("typed-code");
    assert_eq!(
        [&typed["good"], &typed["strict_good"], &typed["of"]].map(|value| value.as_u64()),
        [Some(6), Some(2), Some(8)]
    );
    assert_eq!(typed["score"], 75.0);
    assert_eq!(typed["strict_score"], 25.0);
    assert_eq!(typed["strict_share"], 0.25);
    let bridge = report.scope("directory", "bridge").unwrap();
    assert_eq!(bridge["score"], 100.0);
    assert_eq!(bridge["strict_score"], 0.0);
    let own = component(report.scope("directory", "own").unwrap(), "typed-code").unwrap();
    assert_eq!((&own["good"], &own["strict_good"]), (&4.into(), &2.into()));

    let text = finish(scan(repo.path(), &[]));
    for expected in [
        "   25.0 without waivers",
        "  without waivers: typed code 25.0 %",
        "2 waivers excuse 2 subjects",
        "own/b.py:5: the waiver of `typed-code` gives no reason and does not hold",
    ] {
        assert!(
            text.text().contains(expected),
            "{expected}:\n{}",
            text.text()
        );
    }
}

#[test]
fn a_waiver_runs_out_with_the_day_of_the_commit_and_not_with_the_clock() {
    let report = |day| finish(scan(repository(day).path(), &["--format", "json"])).report();
    let state = |day| report(day).numbers()["waivers"][0]["state"].clone();
    assert_eq!(state(4), "in-force");
    assert_eq!(state(5), "expired");
    assert!(
        report(5)
            .notes("line 7 of the definition: the waiver of `typed-code` expired on 2026-01-05")
    );
}
