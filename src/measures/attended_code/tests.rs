//! Who is around is seen from the head commit, and nobody is named.

use crate::codebase::Codebase;
use crate::git::{Authors, FileAuthors, Head, History, HistoryState, Seen, Share};
use crate::measures::testing::{codebase, report, taken};
use crate::measures::{Measurement, Taken};
use crate::path::RepoPath;

const DAY: i64 = 86_400;
const FIXTURE: &str =
    "//- app/a.py\nx = 1\ny = 2\n//- app/b.py\nx = 1\n//- lib/c.py\nx = 1\n//- lib/new.py\nx = 1\n";

fn share(person: u32, created: u32, changed: u32, helped: u32) -> Share {
    Share {
        person,
        created,
        changed,
        helped,
    }
}

/// The fixture, 1000 days in: person 0 was last seen on day 1000, person 1 on day 635, person 2 on day 634, who has helped
/// with something on day 999.
fn attended() -> Codebase {
    let plain = codebase(FIXTURE);
    let mut history = History::without(HistoryState::Available);
    history.head = Some(Head {
        id: String::new(),
        time: 1_000 * DAY,
        branch: None,
    });
    let writing = |day: i64| Seen {
        writing: Some(day * DAY),
        helping: None,
    };
    let file = |path: &str, shares: &[Share]| FileAuthors {
        path: RepoPath::from(path),
        shares: shares.to_vec(),
    };
    history.authors = Some(Authors {
        state: HistoryState::Available,
        seen: vec![
            writing(1_000),
            writing(635),
            Seen {
                helping: Some(999 * DAY),
                ..writing(634)
            },
        ],
        files: vec![
            file("app/a.py", &[share(0, 0, 1, 0), share(2, 1, 58, 0)]),
            file("app/b.py", &[share(1, 1, 0, 0)]),
            file("lib/c.py", &[share(2, 1, 0, 0)]),
        ],
    });
    Codebase::new(plain.files().to_vec(), history, plain.manifests.clone())
}

fn seen(codebase: &Codebase, measure: &str) -> Taken {
    match taken(codebase, measure) {
        Measurement::Taken(taken) => taken,
        other => panic!("{other:?}"),
    }
}

fn words(taken: &Taken, list: &str) -> Vec<String> {
    let found = taken.lists.iter().filter(|known| known.name == list);
    let entries = found.flat_map(|list| &list.entries);
    entries.map(|entry| entry.words.clone()).collect()
}

#[test]
fn a_file_is_orphaned_once_everybody_was_silent_for_more_than_a_year() {
    let codebase = attended();
    assert_eq!(
        report(&codebase, "attended-code"),
        "3 of 4\nlib/c.py its only author was last active 366 days before"
    );
    let stricter = "attended-code = { inactive_days = 364 }";
    assert!(report(&codebase, stricter).starts_with("2 of 4\n"));
    // Whoever helps is around.
    let with_helpers = "attended-code = { co_authors = true }";
    assert_eq!(report(&codebase, with_helpers), "4 of 4");
}

#[test]
fn lists_count_people_and_name_none() {
    let taken = seen(&attended(), "attended-code");
    assert_eq!(
        words(&taken, "orphaned-files"),
        ["1 code lines, 366 days without a sign of any author"]
    );
    assert_eq!(
        words(&taken, "file-authors"),
        [
            "2 authors, top share 98 %, 1 minor",
            "1 author, top share 100 %, 0 minor",
            "1 author, top share 100 %, 0 minor"
        ]
    );
    assert_eq!(
        words(&taken, "bus-factor"),
        [
            "the repository: bus factor 1",
            "app/: bus factor 2",
            "lib/: bus factor 1"
        ]
    );
    assert_eq!(
        taken.notes,
        [
            "1 files no person has committed yet do not count",
            "bus factor 1 of 2 authors over 3 files"
        ]
    );
}

#[test]
fn without_the_authors_of_all_of_history_there_is_no_number() {
    let mut codebase = attended();
    codebase.history.authors = None;
    assert!(report(&codebase, "attended-code").starts_with("unavailable: the authors"));
}
