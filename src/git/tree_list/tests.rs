//! The files of a commit are those git lists, and a directory that cannot be read is never an empty one.

use std::fs;

use super::{KEPT_LIMIT, TreeListProblem, TreeLister};
use crate::git::ObjectId;
use crate::git::repositories::{Commit, Repo};
use crate::git::testing::open;

fn id(id: git2::Oid) -> ObjectId {
    ObjectId::from_bytes(id.as_bytes()).unwrap()
}

/// Modes and paths.
fn lines(repo: &Repo, commit: git2::Oid) -> Vec<String> {
    let list = open(repo).files_of(id(commit)).unwrap();
    list.files
        .iter()
        .map(|file| format!("{:o} {}", file.mode, file.path.to_str()))
        .collect()
}

fn tree(repo: &Repo, entries: &[(&str, &[u8], git2::Oid)]) -> git2::Oid {
    let mut content = Vec::new();
    for (mode, name, id) in entries {
        content.extend_from_slice(mode.as_bytes());
        content.push(b' ');
        content.extend_from_slice(name);
        content.push(0);
        content.extend_from_slice(id.as_bytes());
    }
    repo.object(git2::ObjectType::Tree, &content)
}

fn commit(repo: &Repo, tree: git2::Oid) -> git2::Oid {
    let person = "A <a@b> 5 +0000";
    let text = format!("tree {tree}\nauthor {person}\ncommitter {person}\n\nx\n");
    repo.object(git2::ObjectType::Commit, text.as_bytes())
}

#[test]
fn three_levels_with_a_link_and_a_submodule_are_listed_as_the_index_has_them() {
    for mut repo in [Repo::new(), Repo::sha256()] {
        let first = repo.commit(Commit::new("one", 0).write("a.py", "1"));
        let head = repo.commit(
            Commit::new("two", 1)
                .write("a/b/c.py", "2")
                .write("a/b-c.py", "3")
                .write("a/b.py", "4")
                .write("a0", "5")
                .write_mode("run", 0o100_755, "6")
                .write_mode("z/link", 0o120_000, "../a.py")
                .submodule("vendor/lib", first),
        );
        assert_eq!(
            lines(&repo, head),
            [
                "100644 a.py",
                "100644 a/b-c.py",
                "100644 a/b.py",
                "100644 a/b/c.py",
                "100644 a0",
                "100755 run",
                "160000 vendor/lib",
                "120000 z/link",
            ]
        );
        let list = open(&repo).files_of(id(head)).unwrap();
        assert_eq!(list.dropped, 0);
        assert_eq!(list.files[6].id, id(first));
        assert!(list.files[6].is_submodule());
        let blob = id(repo.object(git2::ObjectType::Blob, b"2"));
        assert_eq!(list.files[3].id, blob);
        assert!(
            list.files
                .iter()
                .all(|file| { file.recorded.is_none() && !file.skip_worktree && file.stage == 0 })
        );
        assert_eq!(lines(&repo, first), ["100644 a.py"]);
    }
}

// Case 82.
#[test]
fn hostile_and_doubled_names_are_left_out_and_counted() {
    let repo = Repo::new();
    let blob = repo.object(git2::ObjectType::Blob, b"x");
    let below = tree(&repo, &[("100644", b"..", blob), ("100644", b"ok", blob)]);
    let long = "n".repeat(5_000);
    let root = tree(
        &repo,
        &[
            ("100644", b"", blob),
            ("100644", b".", blob),
            ("40000", b"..", below),
            ("40000", b".GIT", below),
            ("100644", b"../../etc/x", blob),
            ("40000", b"d", below),
            ("100644", b"d", blob),
            ("100644", b"e", blob),
            ("40000", b"e", below),
            ("100644", b"\xff\xfe\n", blob),
            ("100664", b"group", blob),
            ("40000", long.as_bytes(), below),
        ],
    );
    let head = commit(&repo, root);
    assert_eq!(
        lines(&repo, head),
        [
            "100644 d/ok",
            "100644 e",
            "100644 group",
            "100644 \u{fffd}\u{fffd}\n"
        ]
    );
    // The directory of the long name is one of them, and what it holds none.
    assert_eq!(open(&repo).files_of(id(head)).unwrap().dropped, 9);
}

#[test]
fn a_tree_that_is_not_sorted_gives_a_list_that_is() {
    let repo = Repo::new();
    let blob = repo.object(git2::ObjectType::Blob, b"x");
    let below = tree(&repo, &[("100644", b"b", blob), ("100644", b"a", blob)]);
    let root = tree(
        &repo,
        &[
            ("100644", b"z", blob),
            ("40000", b"d", below),
            ("100644", b"c", blob),
        ],
    );
    let head = commit(&repo, root);
    assert_eq!(
        lines(&repo, head),
        ["100644 c", "100644 d/a", "100644 d/b", "100644 z"]
    );
}

#[test]
fn a_tree_that_ends_early_is_corrupt_and_not_short() {
    let repo = Repo::new();
    let broken = repo.object(git2::ObjectType::Tree, b"100644 a\0too short");
    let root = tree(&repo, &[("40000", b"d", broken)]);
    let problem = open(&repo).files_of(id(commit(&repo, root))).unwrap_err();
    assert!(problem.to_string().contains("malformed"), "{problem}");
    assert!(
        problem.to_string().contains(&broken.to_string()),
        "{problem}"
    );
    let blob = repo.object(git2::ObjectType::Blob, b"x");
    let root = tree(&repo, &[("40000", b"d", blob)]);
    let problem = open(&repo).files_of(id(commit(&repo, root))).unwrap_err();
    assert!(
        problem.to_string().contains("a Blob where a Tree"),
        "{problem}"
    );
}

#[test]
fn a_directory_that_is_missing_is_named_with_what_brings_it() {
    let mut repo = Repo::new();
    let head = repo.commit(Commit::new("one", 0).write("d/a", "1"));
    let directory = {
        let list = tree(
            &repo,
            &[("100644", b"a", repo.object(git2::ObjectType::Blob, b"1"))],
        );
        fs::remove_file(repo.loose(list)).unwrap();
        list
    };
    let problem = || open(&repo).files_of(id(head)).unwrap_err();
    let missing = |repair| TreeListProblem::Missing {
        what: "directory",
        id: id(directory),
        repair,
    };
    assert_eq!(problem(), missing("git fetch --refetch"));
    let config = repo.path().join(".git/config");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text + "[remote \"o\"]\npromisor = true\n").unwrap();
    assert_eq!(problem(), missing("git fetch --refetch --no-filter"));
    assert!(problem().to_string().ends_with("made without directories"));
    fs::remove_file(repo.loose(head)).unwrap();
    assert_eq!(problem().repair().as_deref(), Some("git fetch --refetch"));
    fs::write(
        repo.path().join(".git/shallow"),
        format!("{}\n", "7".repeat(40)),
    )
    .unwrap();
    assert!(problem().repair().unwrap().contains("--unshallow"));
}

// Case 79.
#[test]
fn a_tree_of_ten_billion_files_and_one_of_endless_paths_are_refused() {
    let repo = Repo::new();
    let names: Vec<[u8; 1]> = (b'0'..=b'9').map(|name| [name]).collect();
    let ten = |mode: &str, id: git2::Oid| {
        let entries: Vec<(&str, &[u8], git2::Oid)> = names
            .iter()
            .map(|name| (mode, name.as_slice(), id))
            .collect();
        tree(&repo, &entries)
    };
    let mut bomb = ten("100644", repo.object(git2::ObjectType::Blob, b"x"));
    for _ in 0..9 {
        bomb = ten("40000", bomb);
    }
    let head = id(commit(&repo, bomb));
    let too_large = TreeListProblem::TooLarge(head);
    assert_eq!(open(&repo).files_of(head), Err(too_large.clone()));
    assert_eq!(too_large.repair(), None);
    // Deeper than any path is long: the rest is left out.
    let mut deep = tree(
        &repo,
        &[("100644", b"f", repo.object(git2::ObjectType::Blob, b"x"))],
    );
    for _ in 0..3_000 {
        deep = tree(&repo, &[("40000", b"d", deep)]);
    }
    let list = open(&repo).files_of(id(commit(&repo, deep))).unwrap();
    assert_eq!((list.files.len(), list.dropped), (0, 1));
}

#[test]
fn directories_met_before_are_not_read_again() {
    let mut repo = Repo::new();
    let mut heads = Vec::new();
    for day in 0..4_u32 {
        let text = day.to_string();
        heads.push(
            repo.commit(
                Commit::new(&text, i64::from(day))
                    .write("a/b/changes", &text)
                    .write(if day == 0 { "c/d/stays" } else { "a/x" }, &text),
            ),
        );
    }
    let repository = open(&repo);
    let mut lister = TreeLister::new(&repository);
    let mut read = 0;
    for (head, expected) in heads.iter().zip([6, 4, 4, 4]) {
        let list = lister.files_of(id(*head)).unwrap();
        assert_eq!(list, open(&repo).files_of(id(*head)).unwrap());
        // The commit, the root, and what lies on the way to the change.
        let reads = repository.store().reads() - read;
        assert_eq!(reads, expected);
        read += reads;
    }
    // With no room the answer is the same.
    lister.kept.clear();
    lister.bytes = KEPT_LIMIT + 1;
    let again = lister.files_of(id(heads[0])).unwrap();
    assert_eq!(again, open(&repo).files_of(id(heads[0])).unwrap());
    assert!(lister.bytes < KEPT_LIMIT);
}
