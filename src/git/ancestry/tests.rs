//! Where two lines of work parted is found whatever clocks say, and never guessed where a clone ends.

use std::collections::BTreeSet;
use std::fs;

use proptest::prelude::*;

use super::AncestryProblem;
use crate::git::repositories::Repo;
use crate::git::testing::open;
use crate::git::{CommitSummary, ObjectId};

/// Commits with their parents, all of them earlier in the list, and their times.
type Story = Vec<(Vec<usize>, i64)>;

fn write(repo: &Repo, story: &Story) -> Vec<ObjectId> {
    let tree = repo.object(git2::ObjectType::Tree, b"");
    let mut ids: Vec<git2::Oid> = Vec::new();
    for (number, (parents, time)) in story.iter().enumerate() {
        let mut text = format!("tree {tree}\n");
        for parent in parents {
            text.push_str(&format!("parent {}\n", ids[*parent]));
        }
        text.push_str(&format!("author A <a@b> {time} +0000\n"));
        text.push_str(&format!("committer A <a@b> {time} +0000\n\n{number}\n"));
        ids.push(repo.object(git2::ObjectType::Commit, text.as_bytes()));
    }
    ids.iter().map(|id| id_of(*id)).collect()
}

fn id_of(id: git2::Oid) -> ObjectId {
    ObjectId::from_bytes(id.as_bytes()).unwrap()
}

/// Cuts the parents of these commits off.
fn cut(repo: &Repo, boundary: &[ObjectId]) {
    let lines: Vec<String> = boundary.iter().map(|id| id.hex() + "\n").collect();
    fs::write(repo.path().join(".git/shallow"), lines.concat()).unwrap();
}

fn lose(repo: &Repo, id: ObjectId) {
    let oid = git2::Oid::from_bytes(id.as_bytes()).unwrap();
    fs::remove_file(repo.loose(oid)).unwrap();
}

/// A commit and all it comes from, by number.
fn ancestors(story: &Story, of: usize) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    let mut pending = vec![of];
    while let Some(number) = pending.pop() {
        if all.insert(number) {
            pending.extend(&story[number].0);
        }
    }
    all
}

/// What a merge base is by definition.
fn expected(story: &Story, ids: &[ObjectId], one: usize, other: usize) -> Option<ObjectId> {
    let common: BTreeSet<usize> = ancestors(story, one)
        .intersection(&ancestors(story, other))
        .copied()
        .collect();
    let best = common.iter().filter(|number| {
        let is_behind =
            |other: &usize| other != *number && ancestors(story, *other).contains(number);
        !common.iter().any(is_behind)
    });
    best.map(|number| ids[*number]).min_by_key(|id| {
        let number = ids.iter().position(|other| other == id).unwrap();
        (-story[number].1, *id)
    })
}

/// What lies between, by definition.
fn between(story: &Story, ids: &[ObjectId], base: usize, head: usize) -> BTreeSet<ObjectId> {
    ancestors(story, head)
        .difference(&ancestors(story, base))
        .map(|number| ids[*number])
        .collect()
}

fn is_in_order(commits: &[CommitSummary]) -> bool {
    let place = |id: &ObjectId| commits.iter().position(|commit| commit.id == *id);
    commits.iter().enumerate().all(|(at, commit)| {
        let mut parents = commit.parents.iter().filter_map(place);
        parents.all(|parent| parent < at)
    })
}

fn stories() -> impl Strategy<Value = Story> {
    let commit = (any::<[bool; 4]>(), any::<[u8; 4]>(), 0..20_i64);
    prop::collection::vec(commit, 2..12).prop_map(|commits| {
        let mut story = Story::new();
        for (taken, back, time) in commits {
            let before = story.len();
            // Mostly one or two parents, and now and then a root or an octopus.
            let parents: BTreeSet<usize> = taken
                .iter()
                .zip(back)
                .filter(|(taken, _)| **taken && before > 0)
                .map(|(_, back)| before - 1 - usize::from(back) % before.clamp(1, 4))
                .collect();
            story.push((parents.into_iter().collect(), time));
        }
        story
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_answer_is_the_one_of_the_definition_whatever_the_clocks_say(story in stories()) {
        let repo = Repo::new();
        let ids = write(&repo, &story);
        let repository = open(&repo);
        for one in 0..ids.len() {
            for other in (0..ids.len()).rev().take(5) {
                let found = repository.merge_base(ids[one], ids[other]);
                let wanted = expected(&story, &ids, one, other);
                prop_assert_eq!(found, wanted.ok_or(AncestryProblem::NoCommon(ids[one], ids[other])));
                let range = repository.commits_between(ids[one], ids[other], 100).unwrap();
                prop_assert!(is_in_order(&range.commits));
                let found: BTreeSet<ObjectId> = range.commits.iter().map(|commit| commit.id).collect();
                prop_assert_eq!(found.len(), range.commits.len());
                prop_assert_eq!(found, between(&story, &ids, one, other));
            }
        }
    }

    #[test]
    fn a_clone_that_ends_early_gives_the_same_answer_or_none(
        story in stories(),
        boundary in any::<u16>(),
        is_broken in any::<bool>(),
    ) {
        let repo = Repo::new();
        let ids = write(&repo, &story);
        let chosen: Vec<usize> = (0..ids.len()).filter(|at| boundary & 1 << at != 0).collect();
        if is_broken {
            for at in &chosen {
                lose(&repo, ids[*at]);
            }
        } else {
            let boundary: Vec<ObjectId> = chosen.iter().map(|at| ids[*at]).collect();
            cut(&repo, &boundary);
        }
        let repository = open(&repo);
        for one in 0..ids.len() {
            for other in (0..ids.len()).rev().take(5) {
                match repository.merge_base(ids[one], ids[other]) {
                    Err(AncestryProblem::Shallow(_)) => prop_assert!(!is_broken),
                    Err(AncestryProblem::Missing(_)) => prop_assert!(is_broken),
                    found => {
                        let wanted = expected(&story, &ids, one, other);
                        prop_assert_eq!(found, wanted.ok_or(AncestryProblem::NoCommon(ids[one], ids[other])));
                    }
                }
                match repository.commits_between(ids[one], ids[other], 100) {
                    Err(AncestryProblem::Shallow(_)) => prop_assert!(!is_broken),
                    Err(AncestryProblem::Missing(_)) => prop_assert!(is_broken),
                    found => {
                        let found: BTreeSet<ObjectId> = found.unwrap().commits.iter().map(|commit| commit.id).collect();
                        prop_assert_eq!(found, between(&story, &ids, one, other));
                    }
                }
            }
        }
    }
}

#[test]
fn of_two_that_crossed_the_newest_counts_and_of_one_second_the_smallest() {
    let repo = Repo::new();
    for (left, right) in [(5, 6), (6, 5), (5, 5)] {
        let story = vec![
            (vec![], 1),
            (vec![0], left),
            (vec![0], right),
            (vec![1, 2], 8),
            (vec![2, 1], 9),
        ];
        let ids = write(&repo, &story);
        let wanted = match left.cmp(&right) {
            std::cmp::Ordering::Less => ids[2],
            std::cmp::Ordering::Greater => ids[1],
            std::cmp::Ordering::Equal => ids[1].min(ids[2]),
        };
        let repository = open(&repo);
        assert_eq!(repository.merge_base(ids[3], ids[4]), Ok(wanted));
        assert_eq!(repository.merge_base(ids[4], ids[3]), Ok(wanted));
    }
}

#[test]
fn a_base_from_the_future_does_not_hide_a_better_one() {
    // The oldest commit says it is the newest, so it is met first from both sides.
    let story = vec![
        (vec![], 1_000),
        (vec![0], 1),
        (vec![1], 2),
        (vec![2, 0], 3),
        (vec![2, 0], 4),
    ];
    let repo = Repo::new();
    let ids = write(&repo, &story);
    assert_eq!(open(&repo).merge_base(ids[3], ids[4]), Ok(ids[2]));
}

#[test]
fn an_octopus_meets_each_of_its_arms_where_that_left() {
    let story = vec![
        (vec![], 1),
        (vec![0], 2),
        (vec![1], 3),
        (vec![2], 4),
        (vec![1], 5),
        (vec![2], 6),
        (vec![3, 4, 5], 7),
        (vec![4], 8),
    ];
    let repo = Repo::new();
    let ids = write(&repo, &story);
    let repository = open(&repo);
    for (other, base) in [(7, 4), (4, 4), (5, 5), (3, 3), (0, 0)] {
        assert_eq!(repository.merge_base(ids[6], ids[other]), Ok(ids[base]));
    }
}

#[test]
fn histories_that_never_met_are_told_apart_from_those_that_are_cut_off() {
    let story = vec![(vec![], 1), (vec![], 2), (vec![0], 3), (vec![1], 4)];
    let repo = Repo::new();
    let ids = write(&repo, &story);
    let problem = open(&repo).merge_base(ids[2], ids[3]).unwrap_err();
    assert_eq!(problem, AncestryProblem::NoCommon(ids[2], ids[3]));
    assert!(problem.to_string().contains("no common history"));
    assert_eq!(problem.repair(), None);
    cut(&repo, &[ids[3]]);
    let problem = open(&repo).merge_base(ids[2], ids[3]).unwrap_err();
    assert_eq!(problem, AncestryProblem::Shallow(ids[3]));
    assert!(problem.to_string().contains("shallow"));
    assert!(problem.repair().unwrap().contains("fetch-depth: 0"));
}

#[test]
fn a_shallow_clone_answers_what_its_cut_cannot_change() {
    // 0 - 1 - 2 - 3 - 4, and from 2 on 5 - 6.
    let story = vec![
        (vec![], 1),
        (vec![0], 2),
        (vec![1], 3),
        (vec![2], 4),
        (vec![3], 5),
        (vec![2], 6),
        (vec![5], 7),
    ];
    let repo = Repo::new();
    let ids = write(&repo, &story);
    // Behind the base: nothing there can be better.
    cut(&repo, &[ids[1]]);
    assert_eq!(open(&repo).merge_base(ids[4], ids[6]), Ok(ids[2]));
    cut(&repo, &[ids[2]]);
    assert_eq!(open(&repo).merge_base(ids[4], ids[6]), Ok(ids[2]));
    // Before the base, on one side.
    cut(&repo, &[ids[3]]);
    let problem = AncestryProblem::Shallow(ids[3]);
    assert_eq!(open(&repo).merge_base(ids[4], ids[6]), Err(problem));
    // One is the parent of the other: depth 2 is enough.
    assert_eq!(open(&repo).merge_base(ids[3], ids[4]), Ok(ids[3]));
    // A root is no cut, although some tools list it.
    cut(&repo, &[ids[0]]);
    assert_eq!(open(&repo).merge_base(ids[4], ids[6]), Ok(ids[2]));
}

#[test]
fn a_commit_that_is_missing_or_damaged_is_named() {
    let story = vec![(vec![], 1), (vec![0], 2), (vec![1], 3), (vec![0], 4)];
    let repo = Repo::new();
    let ids = write(&repo, &story);
    lose(&repo, ids[1]);
    let problem = open(&repo).merge_base(ids[2], ids[3]).unwrap_err();
    assert_eq!(problem, AncestryProblem::Missing(ids[1]));
    assert_eq!(problem.repair().as_deref(), Some("git fetch --refetch"));
    let problem = open(&repo).merge_base(ids[1], ids[3]).unwrap_err();
    assert_eq!(problem, AncestryProblem::Missing(ids[1]));
    let oid = git2::Oid::from_bytes(ids[1].as_bytes()).unwrap();
    fs::write(repo.loose(oid), "").unwrap();
    let problem = open(&repo).merge_base(ids[2], ids[3]).unwrap_err();
    assert!(problem.to_string().contains("truncated"), "{problem}");
    assert!(problem.to_string().contains(&ids[1].hex()), "{problem}");
    // A file is no commit.
    let blob = id_of(repo.object(git2::ObjectType::Blob, b"x"));
    assert!(open(&repo).merge_base(blob, ids[3]).is_err());
}
