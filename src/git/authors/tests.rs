//! People are counted under every name a file had, and whoever is no person, or one person twice, is not.

use super::{Authors, co_authors};
use crate::git::history::{Authorship, HistoryOptions, history_with_threads};
use crate::git::repositories::{Commit, DAY_0, Repo};
use crate::git::testing::open;
use crate::git::{HistoryState, ObjectId};
use crate::path::RepoPath;

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\nsix\n";
const BOB: &str = "Bob <bob@example.com>";

fn read(repo: &Repo, authors: Authorship) -> Authors {
    let options = HistoryOptions {
        authors,
        bots: vec!["robot".to_owned()],
        ..HistoryOptions::default()
    };
    let history = history_with_threads(&open(repo), &options, None, 2);
    history.authors.unwrap()
}

/// Of each person of a file: created, changed, helped.
fn shares(authors: &Authors, path: &str) -> Vec<(u32, u32, u32, u32)> {
    let known = authors.of(&RepoPath::from(path));
    let shares = known.into_iter().flat_map(|file| &file.shares);
    shares
        .map(|share| (share.person, share.created, share.changed, share.helped))
        .collect()
}

#[test]
fn nobody_is_looked_for_unless_somebody_asks() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("a", 0).write("a", TEXT));
    let history = history_with_threads(&open(&repo), &HistoryOptions::default(), None, 1);
    assert_eq!(history.authors, None);
}

#[test]
fn a_file_keeps_its_people_when_it_moves_and_when_another_branch_did_not_know_it() {
    let mut repo = Repo::new();
    let start = repo.commit(Commit::new("start", 0).write("a", TEXT).write("b", "b"));
    let moved = repo.commit(Commit::new("move", 2).author(BOB).rename("a", "lib/a"));
    let side = repo.commit(
        Commit::new("on a branch", 3)
            .parents(&[start])
            .author("Cy <cy@example.com>")
            .write("a", &format!("{TEXT}seven\n")),
    );
    repo.commit(
        Commit::new("Merge branch 'side'", 4)
            .parents(&[moved, side])
            .write("lib/a", &format!("{TEXT}seven\n")),
    );
    let authors = read(&repo, Authorship::Authors);
    assert_eq!(authors.state, HistoryState::Available);
    assert_eq!(
        shares(&authors, "lib/a"),
        [(0, 1, 0, 0), (1, 0, 1, 0), (2, 0, 1, 0)]
    );
    assert_eq!(shares(&authors, "b"), [(0, 1, 0, 0)]);
    assert_eq!(shares(&authors, "a"), []);
    let days: Vec<i64> = authors
        .seen
        .iter()
        .map(|seen| (seen.writing.unwrap() - DAY_0) / 86_400)
        .collect();
    // A merge is a sign of life, and no change of its own.
    assert_eq!(days, [4, 2, 3]);
}

#[test]
fn whoever_adds_a_file_again_created_it_too() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("start", 0).write("a", TEXT).write("b", "b"));
    repo.commit(Commit::new("drop", 1).author(BOB).remove("a"));
    repo.commit(Commit::new("again", 2).author(BOB).write("a", "other\n"));
    let authors = read(&repo, Authorship::Authors);
    assert_eq!(shares(&authors, "a"), [(0, 1, 0, 0), (1, 1, 0, 0)]);
}

#[test]
fn two_addresses_of_one_person_are_one_and_programs_are_none() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("start", 0).write("a", "1"));
    repo.commit(
        Commit::new("old address", 1)
            .author("A. L. <ADA@old.example>")
            .write("a", "2"),
    );
    repo.commit(
        Commit::new("by a program", 2)
            .author("Robot <robot@example.com>")
            .write("a", "3"),
    );
    let before = read(&repo, Authorship::Authors);
    assert_eq!(shares(&before, "a"), [(0, 1, 0, 0), (1, 0, 1, 0)]);
    repo.commit(
        Commit::new("who is who", 3).write(".mailmap", "<ada@example.com> <ada@old.example>\n"),
    );
    let after = read(&repo, Authorship::Authors);
    assert_eq!(shares(&after, "a"), [(0, 1, 1, 0)]);
    assert_eq!(after.seen.len(), 1);
}

#[test]
fn co_authors_count_only_where_they_are_asked_for() {
    let mut repo = Repo::new();
    let message = "pair\n\nText.\n\nCo-Authored-By: Bob <bob@example.com>\nCo-authored-by: Ada <ada@example.com>\n\
                   Co-authored-by: dependabot[bot] <x@y>";
    repo.commit(Commit::new(message, 0).write("a", "1"));
    let without = read(&repo, Authorship::Authors);
    assert_eq!(shares(&without, "a"), [(0, 1, 0, 0)]);
    let with = read(&repo, Authorship::CoAuthors);
    assert_eq!(shares(&with, "a"), [(0, 1, 0, 0), (1, 0, 0, 1)]);
    assert_eq!(with.seen[1].writing, None);
    assert!(with.seen[1].helping.is_some());
    assert_eq!(
        co_authors("Co-authored-by\nnot Co-authored-by: X <x@y>"),
        []
    );
}

#[test]
fn a_shallow_clone_has_no_authors_even_where_the_window_is_whole() {
    let mut repo = Repo::new();
    for day in 0..30 {
        repo.commit(Commit::new("x", day).write("a", &day.to_string()));
    }
    let boundary = repo.commit(Commit::new("y", 1_000).write("a", "y"));
    for day in 1_990..2_000 {
        repo.commit(Commit::new("z", day).write("a", &day.to_string()));
    }
    let id = ObjectId::from_bytes(boundary.as_bytes()).unwrap();
    std::fs::write(repo.path().join(".git/shallow"), id.hex() + "\n").unwrap();
    let options = HistoryOptions {
        authors: Authorship::Authors,
        min_changes: 5,
        ..HistoryOptions::default()
    };
    let history = history_with_threads(&open(&repo), &options, None, 1);
    assert_eq!(history.state, HistoryState::Available);
    match history.authors.unwrap().state {
        HistoryState::Unavailable { reason, repair } => {
            assert!(reason.contains("shallow"), "{reason}");
            assert!(repair.unwrap().contains("git fetch --unshallow"));
        }
        state => panic!("{state:?}"),
    }
}
