//! Lines keep their age through moves, merges and edits around them.

use std::fs;

use super::{AskedLines, LineOrigin, OriginProblem, without_common_end};
use crate::git::ObjectId;
use crate::git::repositories::{Commit, DAY_0, Repo};
use crate::git::testing::open;

const TEXT: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";

/// The day each line of a file was written; none for what no commit has.
fn days(repo: &Repo, path: &str, now: Option<&str>) -> Result<Vec<Option<i64>>, OriginProblem> {
    let repository = open(repo);
    let head = repository.head_id().unwrap().unwrap();
    let git = git2::Repository::open(repo.path()).unwrap();
    let tree = git.head().unwrap().peel_to_tree().unwrap();
    let entry = tree.get_path(std::path::Path::new(path)).unwrap();
    let blob = git.find_blob(entry.id()).unwrap();
    let text = now.map_or(blob.content().to_vec(), |now| now.as_bytes().to_vec());
    let count = text.iter().filter(|byte| **byte == b'\n').count() as u32;
    let asked = [AskedLines {
        path: path.into(),
        id: now
            .is_none()
            .then(|| ObjectId::from_bytes(entry.id().as_bytes()).unwrap()),
        lines: (1..=count).collect(),
    }];
    let found =
        repository.line_origins(head, &asked, &|_| now.map(|now| now.as_bytes().to_vec()))?;
    let day = |origin: &LineOrigin| match origin {
        LineOrigin::Uncommitted => None,
        LineOrigin::Written(time) => Some((time - DAY_0) / 86_400),
    };
    Ok(found[0].iter().map(day).collect())
}

#[test]
fn a_line_is_as_old_as_the_commit_that_brought_it() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("a", 1).write("a", TEXT));
    repo.commit(Commit::new("b", 2).write("a", &TEXT.replace("two", "TWO")));
    let moved = TEXT.replace("two", "TWO").replace("five\n", "");
    repo.commit(Commit::new("c", 3).remove("a").write("lib/a", &moved));
    repo.commit(Commit::new("d", 4).write("other", "x\n"));
    let last = format!("zero\n{moved}nine\n");
    repo.commit(Commit::new("e", 5).write("lib/a", &last));
    let some = |days: &[i64]| days.iter().map(|day| Some(*day)).collect::<Vec<_>>();
    let committed = some(&[5, 1, 2, 1, 1, 1, 1, 1, 5]);
    assert_eq!(days(&repo, "lib/a", None), Ok(committed.clone()));
    // What only the work tree has was written by nobody yet.
    let dirty = format!("new\n{last}");
    let mut expected = vec![None];
    expected.extend(committed);
    assert_eq!(days(&repo, "lib/a", Some(&dirty)), Ok(expected));
}

#[test]
fn a_merge_brings_lines_of_both_sides_with_their_age() {
    let mut repo = Repo::new();
    let start = repo.commit(Commit::new("a", 1).write("a", TEXT));
    let ours = TEXT.replace("one", "ours");
    let one = repo.commit(Commit::new("b", 2).write("a", &ours));
    let theirs = TEXT.replace("eight", "theirs");
    let two = repo.commit(Commit::new("c", 3).parents(&[start]).write("a", &theirs));
    let merged = ours.replace("eight", "theirs").replace("four", "resolved");
    repo.commit(Commit::new("d", 4).parents(&[one, two]).write("a", &merged));
    let expected = [2, 1, 1, 4, 1, 1, 1, 3].map(Some).to_vec();
    assert_eq!(days(&repo, "a", None), Ok(expected));
}

#[test]
fn where_a_clone_ends_nothing_is_guessed() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("a", 1).write("a", "1\n"));
    let cut = repo.commit(Commit::new("b", 2).write("b", "2\n"));
    repo.commit(Commit::new("c", 3).write("c", "3\n"));
    fs::write(repo.path().join(".git/shallow"), format!("{cut}\n")).unwrap();
    // Younger than the cut.
    assert_eq!(days(&repo, "c", None), Ok(vec![Some(3)]));
    let problem = days(&repo, "a", None).unwrap_err();
    assert!(problem.repair.contains("git fetch --unshallow"));
}

#[test]
fn what_both_end_with_is_taken_off_in_blocks_and_given_back_to_the_end_of_a_line() {
    let tail = "0123456789abcde\n".repeat(200);
    let (old, new) = (format!("a\n{tail}"), format!("b\nc\n{tail}"));
    let (old, new) = without_common_end(old.as_bytes(), new.as_bytes());
    // Three blocks of 1024 are common; one line is left of them.
    assert_eq!(
        (old.len(), new.len()),
        (2 + 3_200 - 3_072 + 16, 4 + 3_200 - 3_072 + 16)
    );
    assert_eq!(
        without_common_end(b"a\n", b"a\n"),
        (&b"a\n"[..], &b"a\n"[..])
    );
}
