//! What a tag holds is told by ancestry, and what was undone is found by body and by subject.

use std::fs;

use super::{DeployTags, Deployments, is_hasty};
use crate::git::history::{HistoryOptions, history_with_threads};
use crate::git::repositories::{Commit, DAY_0, Repo};
use crate::git::testing::open;
use crate::git::{History, HistoryState, ObjectId};

fn id(oid: git2::Oid) -> ObjectId {
    ObjectId::from_bytes(oid.as_bytes()).unwrap()
}

fn read(repo: &Repo, tags: &[(&str, git2::Oid)]) -> (History, Deployments) {
    let tags = DeployTags {
        pattern: "x".to_owned(),
        tags: tags
            .iter()
            .map(|(name, oid)| ((*name).to_owned(), id(*oid)))
            .collect(),
    };
    let options = HistoryOptions {
        deployments: vec![tags],
        ..HistoryOptions::default()
    };
    let mut history = history_with_threads(&open(repo), &options, None, 2);
    let found = history.deployments.remove(0);
    (history, found)
}

fn noon(day: i64) -> i64 {
    DAY_0 + day * 86_400 + 43_200
}

#[test]
fn a_change_belongs_to_the_first_deployment_that_reaches_it() {
    let mut repo = Repo::new();
    let one = repo.commit(Commit::new("one (#1)", 1).write("a", "1"));
    let two = repo.commit(Commit::new("two (#2)", 2).write("a", "2"));
    // Written long before, and merged after the second deployment.
    let side = repo.commit(Commit::new("side", 1).parents(&[one]).write("b", "1"));
    let merge = repo.commit(
        Commit::new("Merge pull request #3 from x/side", 4)
            .parents(&[two, side])
            .write("b", "1"),
    );
    repo.commit(Commit::new("not yet (#4)", 5).write("a", "3"));
    let tag = format!(
        "object {two}\ntype commit\ntag v2\ntagger A <a@b> {} +0000\n\nx\n",
        noon(3)
    );
    let annotated = repo.object(git2::ObjectType::Tag, tag.as_bytes());
    let tree = repo.tree(one);
    let (history, found) = read(
        &repo,
        &[
            ("tree", tree),
            ("v1", one),
            ("v1-again", one),
            ("v2", annotated),
            ("v3", merge),
        ],
    );
    let named: Vec<(&str, i64)> = found
        .all
        .iter()
        .map(|deployment| (deployment.name.as_str(), deployment.time))
        .collect();
    assert_eq!(named, [("v1", noon(1)), ("v2", noon(3)), ("v3", noon(4))]);
    let keys = history.changes.iter().map(|change| change.key.as_str());
    let held: Vec<_> = keys.zip(found.of_change.iter().copied()).collect();
    assert_eq!(
        held,
        [("4", None), ("3", Some(2)), ("2", Some(1)), ("1", Some(0))]
    );
    // The merge was first written on day 1.
    assert_eq!(history.changes[1].authored, noon(1));
    assert_eq!(found.commits, 4);
}

#[test]
fn reverts_are_found_by_body_and_by_subject() {
    let mut repo = Repo::new();
    let bad = repo.commit(Commit::new("bad (#1)", 1).write("a", "1"));
    repo.commit(Commit::new("worse (#2)", 2).write("a", "2"));
    let body = format!("Back out\n\nThis reverts commit {bad}.");
    repo.commit(Commit::new(&body, 3).write("a", "3"));
    repo.commit(Commit::new("Revert \"worse (#2)\" (#5)", 4).write("a", "4"));
    let short = format!("again\n\nThis reverts commit {}.", &bad.to_string()[..9]);
    repo.commit(Commit::new(&short, 5).write("a", "5"));
    repo.commit(Commit::new("Revert \"nobody knows\"", 6).write("a", "6"));
    let last = repo.commit(Commit::new("fix: hotfix of the login", 7).write("a", "7"));
    let (_, found) = read(&repo, &[("v1", bad), ("v2", last)]);
    let told: Vec<_> = found
        .repairs
        .iter()
        .map(|repair| (repair.is_revert, repair.undone, repair.deployed))
        .collect();
    assert_eq!(
        told,
        [
            (true, Some(0), Some(1)),
            (true, Some(1), Some(1)),
            (true, Some(0), Some(1)),
            (true, None, Some(1)),
            (false, None, Some(1)),
        ]
    );
    assert_eq!(found.repairs[0].time, noon(3));
}

#[test]
fn words_of_haste_are_whole_words() {
    for text in [
        "hotfix/login",
        "Hot-fix: x",
        "EMERGENCY",
        "rollback of 1.2",
        "v1.2-hotfix1",
    ] {
        assert!(is_hasty(text), "{text}");
    }
    for text in ["photofixture", "rollbacks", "fix", "emergencyroom"] {
        assert!(!is_hasty(text), "{text}");
    }
}

#[test]
fn tags_are_read_loose_and_packed_and_a_shallow_clone_has_none_to_rely_on() {
    let mut repo = Repo::new();
    let one = repo.commit(Commit::new("one", 1).write("a", "1"));
    let two = repo.commit(Commit::new("two", 2).write("a", "2"));
    let git = repo.path().join(".git");
    fs::write(
        git.join("packed-refs"),
        format!("{one} refs/heads/x\n{one} refs/tags/p/v1\n{one} refs/tags/v2\n"),
    )
    .unwrap();
    fs::create_dir_all(git.join("refs/tags")).unwrap();
    fs::write(git.join("refs/tags/v2"), format!("{two}\n")).unwrap();
    let tags = open(&repo).tags();
    assert_eq!(
        tags,
        [("p/v1".to_owned(), id(one)), ("v2".to_owned(), id(two))]
    );
    fs::write(git.join("shallow"), format!("{one}\n")).unwrap();
    let (_, found) = read(&repo, &[("v2", two)]);
    match found.state {
        HistoryState::Unavailable { repair, .. } => {
            assert!(repair.unwrap().contains("git fetch --unshallow"));
        }
        state => panic!("{state:?}"),
    }
}
