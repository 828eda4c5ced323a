//! What a person types leads where git would go, or to a sentence about why not.

use std::fs;

use super::RevisionProblem;
use crate::git::repositories::{Commit, Repo};
use crate::git::testing::open;
use crate::git::{ObjectId, ObjectKind, ObjectProblem};

fn id(id: git2::Oid) -> ObjectId {
    ObjectId::from_bytes(id.as_bytes()).unwrap()
}

/// Writes a file below `.git`.
fn put(repo: &Repo, name: &str, content: &str) {
    let path = repo.path().join(".git").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn remote(repo: &Repo, name: &str) {
    let path = repo.path().join(".git/config");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}[remote \"{name}\"]\n\turl = x\n")).unwrap();
}

fn tag(repo: &Repo, target: git2::Oid, kind: &str) -> git2::Oid {
    let text = format!("object {target}\ntype {kind}\ntag x\ntagger A <a@b> 5 +0000\n\nx\n");
    repo.object(git2::ObjectType::Tag, text.as_bytes())
}

fn named(repo: &Repo, text: &str) -> Result<ObjectId, RevisionProblem> {
    open(repo).commit_named(text)
}

/// The command for a name that does not exist.
fn command(repo: &Repo, text: &str) -> Option<String> {
    let problem = named(repo, text).unwrap_err();
    assert!(
        matches!(problem, RevisionProblem::Unknown { .. }),
        "{problem}"
    );
    problem.repair()
}

#[test]
fn steps_lead_to_parents_and_ancestors() {
    let mut repo = Repo::new();
    let a = repo.commit(Commit::new("a", 0));
    let b = repo.commit(Commit::new("b", 1));
    let c = repo.commit(Commit::new("c", 2).parents(&[a]));
    let d = repo.commit(Commit::new("d", 3).parents(&[b, c]));
    for (text, wanted) in [
        ("HEAD", d),
        ("@", d),
        ("main", d),
        ("HEAD^", b),
        ("HEAD~", b),
        ("@^1", b),
        ("@^2", c),
        ("@^0", d),
        ("@~0", d),
        ("@~2", a),
        ("@^2~1", a),
        ("@^2^", a),
        ("@^{commit}^^{}", b),
        ("main^{}~~", a),
    ] {
        assert_eq!(named(&repo, text), Ok(id(wanted)), "{text}");
    }
    let problem = named(&repo, "HEAD^3").unwrap_err();
    assert_eq!(
        problem.to_string(),
        format!("`HEAD^3` does not exist: commit {d} has 2 parents")
    );
    let problem = named(&repo, "main~9").unwrap_err();
    assert_eq!(
        problem.to_string(),
        format!("`main~9` does not exist: commit {a} has no parent")
    );
    assert_eq!(problem.repair(), None);
}

#[test]
fn a_step_beyond_a_shallow_clone_says_how_to_get_there() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("a", 0));
    let b = repo.commit(Commit::new("b", 1));
    repo.commit(Commit::new("c", 2));
    put(&repo, "shallow", &format!("{b}\n"));
    assert_eq!(named(&repo, "HEAD~1"), Ok(id(b)));
    let problem = named(&repo, "HEAD~2").unwrap_err();
    assert!(problem.to_string().contains("shallow"), "{problem}");
    assert!(problem.repair().unwrap().contains("--unshallow"));
    let problem = named(&repo, &"7".repeat(40)).unwrap_err();
    assert!(problem.repair().unwrap().contains("--unshallow"));
    let problem = named(&repo, "7777777").unwrap_err();
    assert!(problem.repair().unwrap().contains("--unshallow"));
}

#[test]
fn references_are_found_by_all_their_names_and_tags_come_first() {
    let mut repo = Repo::new();
    let a = repo.commit(Commit::new("a", 0));
    let b = repo.commit(Commit::new("b", 1));
    let c = repo.commit(Commit::new("c", 2));
    put(&repo, "refs/heads/x", &format!("{a}\n"));
    put(
        &repo,
        "refs/tags/x",
        &format!("{}\n", tag(&repo, b, "commit")),
    );
    put(&repo, "refs/remotes/origin/dev", &format!("{c}\n"));
    put(
        &repo,
        "refs/remotes/origin/HEAD",
        "ref: refs/remotes/origin/dev\n",
    );
    put(&repo, "packed-refs", &format!("{a} refs/pull/7/head\n"));
    for (text, wanted) in [
        ("x", b),
        ("tags/x", b),
        ("refs/tags/x", b),
        ("heads/x", a),
        ("refs/heads/x", a),
        ("origin/dev", c),
        ("remotes/origin/dev", c),
        ("origin", c),
        ("origin/HEAD", c),
        ("origin~2", a),
        ("refs/pull/7/head", a),
        ("pull/7/head", a),
    ] {
        assert_eq!(named(&repo, text), Ok(id(wanted)), "{text}");
    }
    for text in [
        "/x",
        "x/",
        "refs/heads/../heads/x",
        "config",
        "refs",
        "HEAD/x",
    ] {
        assert!(matches!(
            named(&repo, text),
            Err(RevisionProblem::Unknown { .. } | RevisionProblem::Unsupported { .. })
        ));
    }
}

#[test]
fn files_that_git_left_behind_give_their_first_id() {
    let mut repo = Repo::new();
    let a = repo.commit(Commit::new("a", 0));
    let b = repo.commit(Commit::new("b", 1));
    put(
        &repo,
        "FETCH_HEAD",
        &format!("{a}\tnot-for-merge\tbranch 'x' of y\n{b}\t\tbranch 'z' of y\n"),
    );
    put(&repo, "ORIG_HEAD", &format!("{b}\n"));
    put(&repo, "MERGE_HEAD", &format!("{b}\n{a}\n"));
    put(&repo, "CHERRY_PICK_HEAD", "nonsense");
    assert_eq!(named(&repo, "FETCH_HEAD"), Ok(id(a)));
    assert_eq!(named(&repo, "ORIG_HEAD"), Ok(id(b)));
    assert_eq!(named(&repo, "MERGE_HEAD^"), Ok(id(a)));
    let problem = named(&repo, "CHERRY_PICK_HEAD").unwrap_err();
    assert!(problem.to_string().contains("damaged"), "{problem}");
    remote(&repo, "origin");
    fs::remove_file(repo.path().join(".git/FETCH_HEAD")).unwrap();
    assert_eq!(command(&repo, "FETCH_HEAD").unwrap(), "git fetch origin");
    assert_eq!(command(&repo, "REBASE_HEAD"), None);
}

#[test]
fn ids_are_found_whole_and_abbreviated_loose_and_packed_in_any_case() {
    for mut repo in [Repo::new(), Repo::sha256()] {
        let ids: Vec<git2::Oid> = (0..6)
            .map(|day| repo.commit(Commit::new("x", day).write("a", &day.to_string())))
            .collect();
        for is_packed in [false, true] {
            if is_packed {
                repo.pack();
            }
            for commit in &ids {
                let hex = commit.to_string();
                for text in [&hex, &hex[..hex.len() - 1], &hex[..9], &hex.to_uppercase()] {
                    assert_eq!(named(&repo, text), Ok(id(*commit)), "{text}");
                }
            }
            let tree = repo.tree(ids[0]);
            for text in [&tree.to_string(), &tree.to_string()[..12]] {
                let problem = named(&repo, text).unwrap_err();
                let kind = ObjectKind::Tree;
                assert_eq!(
                    problem,
                    RevisionProblem::NotACommit {
                        text: text.to_owned(),
                        id: id(tree),
                        kind
                    }
                );
                assert!(problem.to_string().ends_with("is a directory"));
            }
            // A word that happens to begin a file is no id.
            assert!(matches!(
                named(&repo, &tree.to_string()[..4]),
                Err(RevisionProblem::Unknown { .. })
            ));
        }
    }
}

#[test]
fn an_abbreviation_of_several_commits_names_them_and_other_objects_do_not_count() {
    let mut repo = Repo::new();
    let tree = repo.object(git2::ObjectType::Tree, b"");
    let person = "A <a@b> 5 +0000";
    // Enough for two that share four digits: they are the same on every machine.
    let mut by_start = std::collections::BTreeMap::<String, Vec<git2::Oid>>::new();
    for number in 0..700 {
        let text = format!("tree {tree}\nauthor {person}\ncommitter {person}\n\n{number}\n");
        let commit = repo.object(git2::ObjectType::Commit, text.as_bytes());
        let start = commit.to_string()[..4].to_owned();
        by_start.entry(start).or_default().push(commit);
        repo.object(git2::ObjectType::Blob, number.to_string().as_bytes());
    }
    let blobs: Vec<String> = repo
        .objects()
        .iter()
        .filter(|(_, kind, _)| *kind == git2::ObjectType::Blob)
        .map(|(id, ..)| id.to_string()[..4].to_owned())
        .collect();
    let (mut ambiguous, mut beside_a_file) = (0, 0);
    for (start, commits) in &mut by_start {
        match commits.as_mut_slice() {
            [only] => {
                let is_beside = blobs.contains(start);
                beside_a_file += usize::from(is_beside);
                if is_beside || ambiguous == 0 {
                    assert_eq!(named(&repo, start), Ok(id(*only)));
                }
            }
            several => {
                ambiguous += 1;
                several.sort();
                let problem = named(&repo, start).unwrap_err();
                let candidates: Vec<ObjectId> = several.iter().copied().map(id).collect();
                for candidate in &candidates {
                    assert!(problem.to_string().contains(&candidate.hex()));
                }
                let text = start.clone();
                assert_eq!(problem, RevisionProblem::Ambiguous { text, candidates });
            }
        }
    }
    assert!(ambiguous > 0 && beside_a_file > 0);
    // A reference of that name comes first.
    let (start, commits) = by_start
        .iter()
        .find(|(_, several)| several.len() > 1)
        .unwrap();
    put(
        &repo,
        &format!("refs/heads/{start}"),
        &commits[1].to_string(),
    );
    assert_eq!(named(&repo, start), Ok(id(commits[1])));
    repo.head(commits[0]);
}

#[test]
fn tags_are_followed_to_a_commit_and_not_for_ever() {
    let mut repo = Repo::new();
    let a = repo.commit(Commit::new("a", 0).write("f", "1"));
    let mut last = a;
    for depth in 0..40 {
        last = tag(&repo, last, if depth == 0 { "commit" } else { "tag" });
        put(&repo, &format!("refs/tags/t{depth}"), &last.to_string());
    }
    assert_eq!(named(&repo, "t0"), Ok(id(a)));
    assert_eq!(named(&repo, "t9^{}"), Ok(id(a)));
    assert!(matches!(
        named(&repo, &last.to_string()),
        Err(RevisionProblem::Damaged { .. })
    ));
    let tree = tag(&repo, repo.tree(a), "tree");
    put(&repo, "refs/tags/tree", &tree.to_string());
    assert!(matches!(
        named(&repo, "tree"),
        Err(RevisionProblem::NotACommit { .. })
    ));
    // The tag and the commit it leads to are one answer.
    let first = tag(&repo, a, "commit").to_string();
    assert_eq!(named(&repo, &first[..10]), Ok(id(a)));
    put(&repo, "refs/tags/gone", &"7".repeat(40));
    let problem = named(&repo, "gone").unwrap_err();
    assert!(matches!(
        problem,
        RevisionProblem::Unreadable {
            problem: ObjectProblem::Missing,
            ..
        }
    ));
}

#[test]
fn a_name_that_does_not_exist_gets_proposals_and_a_command() {
    let mut repo = Repo::new();
    let a = repo.commit(Commit::new("a", 0));
    assert_eq!(command(&repo, "origin/main"), None);
    for name in [
        "remotes/origin/main",
        "remotes/up/main",
        "heads/topic/one",
        "tags/v1.0.0",
    ] {
        put(&repo, &format!("refs/{name}"), &a.to_string());
    }
    fs::remove_file(repo.path().join(".git/refs/heads/main")).unwrap();
    remote(&repo, "up");
    remote(&repo, "origin");
    let said = |text: &str| named(&repo, text).unwrap_err().to_string();
    assert_eq!(
        said("main"),
        "no commit, branch or tag is called `main` here; did you mean `origin/main` or `up/main`?"
    );
    assert!(said("one").ends_with("did you mean `topic/one`?"));
    assert!(said("v1.0.1").ends_with("did you mean `v1.0.0`?"));
    assert!(said("head").ends_with("did you mean `HEAD`?"));
    assert!(said("zzz").ends_with("`zzz` here"));
    assert_eq!(
        command(&repo, "origin/dev").unwrap(),
        "git fetch origin dev:refs/remotes/origin/dev"
    );
    assert_eq!(command(&repo, "dev").unwrap(), "git fetch origin dev:dev");
    assert_eq!(command(&repo, "v2").unwrap(), "git fetch origin tag v2");
    assert_eq!(
        command(&repo, "$(id)").unwrap(),
        "git fetch origin '$(id):$(id)'"
    );
    assert_eq!(command(&repo, "a b"), None);
    assert_eq!(command(&repo, "7777777").unwrap(), "git fetch origin");
    let missing = named(&repo, &"7".repeat(40)).unwrap_err();
    let wanted = format!("git fetch origin {}", "7".repeat(40));
    assert_eq!(missing.repair(), Some(wanted));
}

#[test]
fn messages_hold_no_control_characters_and_no_end_of_text() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("a", 0));
    let said = named(&repo, "\u{1b}[31m\u{202e}x").unwrap_err().to_string();
    assert!(said.contains(r"`\u{1b}[31m\u{202e}x`"), "{said}");
    let said = named(&repo, &"x".repeat(4_000)).unwrap_err().to_string();
    assert!(said.len() < 300, "{said}");
    let said = named(&repo, "-rf").unwrap_err().to_string();
    assert_eq!(
        said,
        "`-rf` cannot be read as a commit: it looks like an option"
    );
}

#[test]
fn a_branch_without_commits_has_none() {
    let repo = Repo::new();
    assert_eq!(named(&repo, "HEAD"), Err(RevisionProblem::NoCommit));
    assert_eq!(named(&repo, "@~1"), Err(RevisionProblem::NoCommit));
    assert_eq!(open(&repo).default_branch(), None);
}

#[test]
fn the_default_branch_is_what_the_remote_says_and_else_the_usual_one() {
    let mut repo = Repo::new();
    let a = repo.commit(Commit::new("a", 0));
    let b = repo.commit(Commit::new("b", 1));
    let found = |repo: &Repo| open(repo).default_branch();
    let is = |name: &str, commit| Some((name.to_owned(), id(commit)));
    assert_eq!(found(&repo), is("main", b));
    put(&repo, "refs/heads/master", &a.to_string());
    assert_eq!(found(&repo), is("main", b));
    put(&repo, "refs/remotes/origin/master", &a.to_string());
    assert_eq!(found(&repo), is("origin/master", a));
    put(&repo, "refs/remotes/origin/main", &b.to_string());
    assert_eq!(found(&repo), is("origin/main", b));
    put(&repo, "refs/remotes/up/dev", &a.to_string());
    put(&repo, "refs/remotes/up/HEAD", "ref: refs/remotes/up/dev\n");
    assert_eq!(found(&repo), is("up/dev", a));
    put(
        &repo,
        "refs/remotes/other/HEAD",
        "ref: refs/remotes/other/x\n",
    );
    assert_eq!(found(&repo), is("origin/main", b));
    put(&repo, "refs/remotes/origin/trunk", &a.to_string());
    put(
        &repo,
        "refs/remotes/origin/HEAD",
        "ref: refs/remotes/origin/trunk\n",
    );
    assert_eq!(found(&repo), is("origin/trunk", a));
    // A local branch of the same name would be meant by the short name.
    put(&repo, "refs/heads/origin/trunk", &b.to_string());
    assert_eq!(found(&repo), is("remotes/origin/trunk", a));
    // One that exists and cannot be read is not replaced by another.
    put(&repo, "refs/remotes/origin/trunk", &"7".repeat(40));
    assert_eq!(found(&repo), None);
    fs::remove_file(repo.path().join(".git/refs/remotes/origin/trunk")).unwrap();
    assert_eq!(found(&repo), is("origin/main", b));
}
