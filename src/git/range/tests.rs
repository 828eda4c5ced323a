//! Lists of commits are whole, in order, and say where they end too early.

use std::fs;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::git::repositories::{Commit, DAY_0, Repo};
use crate::git::testing::open;
use crate::git::{AncestryProblem, CommitSummary, ObjectId};

fn id(id: git2::Oid) -> ObjectId {
    ObjectId::from_bytes(id.as_bytes()).unwrap()
}

fn subjects(commits: &[CommitSummary]) -> Vec<&str> {
    commits
        .iter()
        .map(|commit| commit.subject.as_str())
        .collect()
}

fn cut(repo: &Repo, boundary: git2::Oid) {
    fs::write(repo.path().join(".git/shallow"), format!("{boundary}\n")).unwrap();
}

/// A commit under an id that is not its own, as only a hostile repository has it.
fn forge(repo: &Repo, name: git2::Oid, parents: &[git2::Oid]) {
    let tree = repo.object(git2::ObjectType::Tree, b"");
    let mut text = format!("tree {tree}\n");
    for parent in parents {
        text.push_str(&format!("parent {parent}\n"));
    }
    text.push_str("author A <a@b> 5 +0000\ncommitter A <a@b> 5 +0000\n\nx\n");
    let path = repo.loose(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut encoder = ZlibEncoder::new(fs::File::create(path).unwrap(), Compression::fast());
    write!(encoder, "commit {}\0{text}", text.len()).unwrap();
    encoder.finish().unwrap();
}

/// `a - b - c` with `d - e` beside it, merged after `c`: the head says `m`.
fn merged() -> (Repo, Vec<git2::Oid>) {
    let mut repo = Repo::new();
    let a = repo.commit(Commit::new("a", 0));
    let b = repo.commit(Commit::new("b", 1));
    let c = repo.commit(Commit::new("c\n\nbody", 3));
    let d = repo.commit(Commit::new("d", 2).parents(&[a]));
    let e = repo.commit(Commit::new("e", 2).parents(&[d]));
    let m = repo.commit(Commit::new("m", 4).parents(&[c, e]));
    (repo, vec![a, b, c, d, e, m])
}

#[test]
fn a_range_holds_merges_and_names_parents_before_children_and_the_oldest_first() {
    let (repo, ids) = merged();
    let repository = open(&repo);
    let range = |base: usize, head: usize, most| {
        repository
            .commits_between(id(ids[base]), id(ids[head]), most)
            .unwrap()
    };
    let all = range(0, 5, 100);
    assert_eq!(subjects(&all.commits), ["b", "d", "e", "c", "m"]);
    assert!(!all.has_more);
    let merge = &all.commits[4];
    assert_eq!(merge.parents, [id(ids[2]), id(ids[4])]);
    assert_eq!(merge.tree, id(repo.tree(ids[5])));
    assert_eq!(merge.time, DAY_0 + 4 * 86_400 + 43_200);
    assert_eq!(subjects(&range(2, 5, 100).commits), ["d", "e", "m"]);
    assert!(range(5, 2, 100).commits.is_empty());
    assert!(range(5, 5, 100).commits.is_empty());
    let newest = range(0, 5, 2);
    assert_eq!(subjects(&newest.commits), ["c", "m"]);
    assert!(newest.has_more);
    assert!(range(0, 5, 0).has_more);
    assert!(!range(0, 5, 5).has_more);
}

#[test]
fn times_and_subjects_are_those_that_history_shows() {
    let mut repo = Repo::new();
    let a = repo.commit(Commit::new("a", 1));
    let long = "ü".repeat(150);
    repo.commit(Commit::new(&long, 2).committer_line("nonsense"));
    repo.commit(Commit::new("in two\nlines", 9_000));
    let head = repo.commit(Commit::new("d", 3));
    let range = open(&repo).commits_between(id(a), id(head), 9).unwrap();
    let noon = DAY_0 + 43_200;
    let seen: Vec<(i64, &str)> = range
        .commits
        .iter()
        .map(|commit| ((commit.time - noon) / 86_400, commit.subject.as_str()))
        .collect();
    // The second takes the time of its parent, and so does the one from the future.
    assert_eq!(
        seen,
        [(1, "ü".repeat(100).as_str()), (1, "in two lines"), (3, "d")]
    );
    let mainline = open(&repo).mainline(id(head), None, 9).unwrap();
    let mut oldest_first = mainline.commits;
    oldest_first.reverse();
    assert_eq!(oldest_first[1..], range.commits);
}

#[test]
fn a_range_that_a_shallow_clone_cuts_off_is_no_range() {
    let (repo, ids) = merged();
    let between = |base: usize, head: usize| {
        let range = open(&repo).commits_between(id(ids[base]), id(ids[head]), 9);
        range.map(|range| range.commits.len())
    };
    cut(&repo, ids[3]);
    assert_eq!(between(2, 5), Err(AncestryProblem::Shallow(id(ids[3]))));
    assert_eq!(between(4, 5), Err(AncestryProblem::Shallow(id(ids[3]))));
    // What comes from the base cannot hide behind it.
    cut(&repo, ids[1]);
    assert_eq!(between(1, 2), Ok(1));
    // The parent of `d` is an ancestor of `b`, but nobody here can know.
    assert_eq!(between(1, 3), Err(AncestryProblem::Shallow(id(ids[1]))));
}

#[test]
fn a_commit_that_looks_new_but_may_be_hidden_behind_the_base_is_not_listed() {
    let mut repo = Repo::new();
    let root = repo.commit(Commit::new("root", 0));
    let side = repo.commit(Commit::new("side", 5).parents(&[root]));
    let base = repo.commit(Commit::new("base", 9).parents(&[root, side]));
    let head = repo.commit(Commit::new("head", 10).parents(&[base, side]));
    let between = || {
        let range = open(&repo).commits_between(id(base), id(head), 9);
        range.map(|range| range.commits.len())
    };
    assert_eq!(between(), Ok(1));
    // Nobody knows now that `side` is in the base already.
    cut(&repo, base);
    assert_eq!(between(), Err(AncestryProblem::Shallow(id(base))));
}

#[test]
fn the_mainline_follows_first_parents_and_says_where_it_ends() {
    let (repo, ids) = merged();
    let head = id(ids[5]);
    let all = open(&repo).mainline(head, None, 100).unwrap();
    assert_eq!(subjects(&all.commits), ["m", "c", "b", "a"]);
    assert!(!all.has_more && !all.is_shallow);
    let some = open(&repo).mainline(head, None, 2).unwrap();
    assert_eq!(subjects(&some.commits), ["m", "c"]);
    assert!(some.has_more && !some.is_shallow);
    let exact = open(&repo).mainline(head, None, 4).unwrap();
    assert!(!exact.has_more);
    let since = DAY_0 + 2 * 86_400;
    let young = open(&repo).mainline(head, Some(since), 100).unwrap();
    assert_eq!(subjects(&young.commits), ["m", "c"]);
    assert!(!young.has_more && !young.is_shallow);
    cut(&repo, ids[1]);
    let short = open(&repo).mainline(head, None, 100).unwrap();
    assert_eq!(subjects(&short.commits), ["m", "c", "b"]);
    assert!(short.is_shallow);
    // The cut lies before what was asked for.
    let young = open(&repo).mainline(head, Some(since), 100).unwrap();
    assert!(!young.is_shallow);
    fs::remove_file(repo.path().join(".git/shallow")).unwrap();
    fs::remove_file(repo.loose(ids[1])).unwrap();
    let problem = open(&repo).mainline(head, None, 100).unwrap_err();
    assert_eq!(problem, AncestryProblem::Missing(id(ids[1])));
}

#[test]
fn one_wrong_clock_does_not_end_the_mainline_and_many_old_commits_do() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("lost", 100));
    for _ in 0..64 {
        repo.commit(Commit::new("old", -500));
    }
    repo.commit(Commit::new("first", 100));
    for _ in 0..63 {
        repo.commit(Commit::new("wrong", -500));
    }
    let head = repo.commit(Commit::new("last", 101));
    let mainline = open(&repo).mainline(id(head), Some(DAY_0), 100).unwrap();
    assert_eq!(subjects(&mainline.commits), ["last", "first"]);
    let all = open(&repo).mainline(id(head), None, 500).unwrap();
    assert_eq!(all.commits.len(), 130);
}

#[test]
fn commits_that_come_from_each_other_end_in_an_error() {
    let repo = Repo::new();
    let name = |digit: &str| git2::Oid::from_str(&digit.repeat(40)).unwrap();
    let (a, b, c) = (name("a"), name("b"), name("c"));
    forge(&repo, a, &[b]);
    forge(&repo, b, &[a]);
    forge(&repo, c, &[]);
    let repository = open(&repo);
    let is_circle = |problem: AncestryProblem| problem.to_string().contains("its own ancestor");
    assert!(is_circle(
        repository.mainline(id(a), None, usize::MAX).unwrap_err()
    ));
    assert!(is_circle(
        repository.commits_between(id(c), id(a), 9).unwrap_err()
    ));
    assert_eq!(
        repository.merge_base(id(a), id(c)),
        Err(AncestryProblem::NoCommon(id(a), id(c)))
    );
    assert!(
        repository
            .commit_named(&format!("{a}~99999999999"))
            .is_err()
    );
}
