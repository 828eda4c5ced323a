//! Git history from outside: a story with every kind of mark, and repositories that are damaged, cut off or hostile.

mod repositories;

use std::fs;
use std::path::Path;

use quality::git::{
    ChangeUnit, Discovery, History, HistoryOptions, HistoryState, ObjectId, ObjectKind,
    ObjectProblem, Repository, history,
};
use repositories::{Commit, DAY_0, Repo};

fn open(path: &Path) -> std::sync::Arc<Repository> {
    match Repository::discover(path) {
        Discovery::Found(repository) => repository,
        Discovery::NotARepository => panic!("no repository"),
        Discovery::Unreadable { reason, .. } => panic!("unreadable: {reason}"),
    }
}

/// The marks of one window, without looking further back.
fn only_marks(days: u32) -> HistoryOptions {
    HistoryOptions {
        window_days: days,
        min_changes: 0,
        ..HistoryOptions::default()
    }
}

fn read(repo: &Repo, options: &HistoryOptions) -> History {
    history(&open(repo.path()), options, None)
}

/// Changes as lines `Mark key: paths`, newest first.
fn lines(history: &History) -> Vec<String> {
    assert_eq!(history.state, HistoryState::Available);
    let line = |change: &quality::git::Change| {
        let paths: Vec<_> = change.paths.iter().map(|path| path.to_str()).collect();
        format!("{:?} {}: {}", change.mark, change.key, paths.join(" "))
    };
    history.changes.iter().map(line).collect()
}

fn unavailable(history: &History) -> (&str, &str) {
    match &history.state {
        HistoryState::Unavailable { reason, repair } => {
            (reason, repair.as_deref().unwrap_or_default())
        }
        state => panic!("{state:?}"),
    }
}

/// Every way a change can reach `main`, once.
fn story(mut repo: Repo) -> Repo {
    repo.commit(
        Commit::new("Begin", -900)
            .write("hot.py", "1")
            .write("lib/a.py", "a"),
    );
    // A direct push.
    let base = repo.commit(Commit::new("Fix typo", 1).write("README", "x"));
    // A merge button.
    let topic = repo.commit(Commit::new("work", 2).write("hot.py", "2"));
    repo.commit(Commit::new("more work", 2).write("one.py", "1"));
    let tip = repo.commit(
        Commit::new("even more", 3)
            .parents(&[topic])
            .write("one.py", "2"),
    );
    let main = repo.commit(
        Commit::new("Merge pull request #1 from ada/topic\n\nTitle", 4)
            .parents(&[base, tip])
            .adopt(tip, ""),
    );
    // A squash.
    let main = repo.commit(
        Commit::new("x (#2)", 5)
            .parents(&[main])
            .write("hot.py", "3"),
    );
    // A merge with the number at the end.
    let tip = repo.commit(Commit::new("three", 6).write("three.py", "3"));
    let main = repo.commit(
        Commit::new("three (#3)", 7)
            .parents(&[main, tip])
            .adopt(tip, ""),
    );
    // Work that arrives through a release branch.
    let stable = repo.commit(
        Commit::new("four (#4)", 8)
            .parents(&[base])
            .write("four.py", "4"),
    );
    let main = repo.commit(
        Commit::new("Merge branch 'stable'", 9)
            .parents(&[main, stable])
            .adopt(stable, ""),
    );
    // A rollup.
    let five = repo.commit(Commit::new("five", 10).write("five.py", "5"));
    let five = repo.commit(
        Commit::new("Rollup merge of #5 - a:b, r=c", 10)
            .parents(&[main, five])
            .adopt(five, ""),
    );
    let six = repo.commit(Commit::new("six", 10).parents(&[main]).write("six.py", "6"));
    let six = repo.commit(
        Commit::new("Rollup merge of #6 - a:b, r=c", 11)
            .parents(&[five, six])
            .adopt(six, ""),
    );
    let main = repo.commit(
        Commit::new("Auto merge of #50 - rollup, r=c", 11)
            .author("bors <bors@rust-lang.org>")
            .parents(&[main, six])
            .adopt(six, ""),
    );
    // GitLab; the hot file moves.
    let tip = repo.commit(Commit::new("seven", 12).rename("hot.py", "src/hot.py"));
    let main = repo.commit(
        Commit::new(
            "Merge branch 'seven' into 'main'\n\nSeven\n\nSee merge request a/b!7",
            13,
        )
        .parents(&[main, tip])
        .adopt(tip, "")
        .remove("hot.py"),
    );
    // Gerrit.
    repo.commit(
        Commit::new(
            "review\n\nChange-Id: I0123456789012345678901234567890123456789",
            14,
        )
        .parents(&[main])
        .write("gerrit.py", "g"),
    );
    repo.commit(Commit::new("Revert \"x (#2)\" (#8)", 15).write("src/hot.py", "2"));
    repo.commit(Commit::new("x (#2) (#9)", 16).write("src/hot.py", "3"));
    repo.commit(
        Commit::new("Bump a (#10)", 17)
            .author("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>")
            .write("lib/a.py", "b"),
    );
    let main = repo.commit(Commit::new("Update locks (#11)", 18).write("Cargo.lock", "l"));
    // Another project with its own number 2, below a directory.
    let foreign = repo.commit(
        Commit::new("Foreign root", 3)
            .parents(&[])
            .write("z.c", "1"),
    );
    let foreign = repo.commit(
        Commit::new("foreign (#2)", 4)
            .parents(&[foreign])
            .write("z.c", "2"),
    );
    repo.commit(
        Commit::new("Merge commit 'f00' as 'vendor/z'", 19)
            .parents(&[main, foreign])
            .adopt(foreign, "vendor/z/"),
    );
    repo
}

const STORY: [&str; 11] = [
    "Squash 11: Cargo.lock",
    "Squash 9: src/hot.py",
    "Squash 8: src/hot.py",
    "Gerrit I0123456789012345678901234567890123456789: gerrit.py",
    "Gitlab 7: src/hot.py",
    "Homu 6: six.py",
    "Homu 5: five.py",
    "Squash 4: four.py",
    "Squash 3: three.py",
    "Squash 2: src/hot.py",
    "GithubMerge 1: one.py src/hot.py",
];

#[test]
fn every_kind_of_change_is_found_once_under_its_name_of_today() {
    let history = read(&story(Repo::new()), &only_marks(365));
    assert_eq!(lines(&history), STORY);
    assert_eq!(history.unit, ChangeUnit::PullRequests);
    assert_eq!(history.bot_changes.len(), 1);
    assert_eq!(history.bot_changes[0].key, "10");
    // Two commits of the other project are counted as commits, not as direct ones.
    assert_eq!(history.commits.direct, 1);
    assert!(!history.window.extended);
}

// Case 66.
#[test]
fn a_sha256_repository_gives_the_same_changes_as_its_sha1_twin() {
    assert_eq!(
        lines(&read(&story(Repo::sha256()), &only_marks(365))),
        STORY
    );
}

#[test]
fn a_program_named_by_the_definition_is_a_bot() {
    let options = HistoryOptions {
        bots: vec!["ADA@example.com".to_owned()],
        ..only_marks(365)
    };
    let history = read(&story(Repo::new()), &options);
    assert!(history.changes.is_empty());
    assert_eq!(history.bot_changes.len(), 12);
}

#[test]
fn a_window_with_too_few_changes_reaches_further_back() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("Begin", -2000).write("a", "0"));
    for number in 1..=60 {
        let message = format!("change (#{number})");
        repo.commit(Commit::new(&message, -1990 + number * 30).write("a", &message));
    }
    let history = read(&repo, &HistoryOptions::default());
    assert_eq!(history.changes.len(), 50);
    assert_eq!(history.changes[49].key, "11");
    assert!(history.window.extended);
    assert_eq!(history.window.from, history.changes[49].time);
    let options = HistoryOptions {
        max_changes: 5,
        ..HistoryOptions::default()
    };
    let newest = read(&repo, &options);
    assert_eq!(newest.changes, history.changes[..5]);
    assert_eq!(newest.notes.len(), 1);
}

#[test]
fn without_marks_commits_of_one_second_are_one_change() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("one", 1).write("a", "1"));
    repo.commit(Commit::new("two", 2).write("b", "1"));
    repo.commit(Commit::new("three", 2).write("c", "1"));
    let history = read(&repo, &HistoryOptions::default());
    assert_eq!(history.unit, ChangeUnit::Commits);
    let paths: Vec<usize> = history
        .changes
        .iter()
        .map(|change| change.paths.len())
        .collect();
    assert_eq!(paths, [2, 1]);
    assert_eq!(history.changes[0].subject, "three");
}

#[test]
fn one_number_in_several_commits_is_one_change() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("first half (#1)", 1).write("a", "1"));
    repo.commit(Commit::new("second half (#1)", 2).write("b", "1"));
    assert_eq!(lines(&read(&repo, &only_marks(365))), ["Squash 1: a b"]);
}

// Cases 53 and 54.
#[test]
fn a_shallow_clone_is_unavailable_unless_the_window_lies_inside() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("one (#1)", 1).write("a", "1"));
    let boundary = repo.commit(Commit::new("two (#2)", 20).write("b", "1"));
    repo.commit(Commit::new("three (#3)", 40).write("c", "1"));
    fs::write(repo.path().join(".git/shallow"), format!("{boundary}\n")).unwrap();
    let history = read(&repo, &only_marks(365));
    let (reason, repair) = unavailable(&history);
    assert!(reason.contains("shallow"), "{reason}");
    assert!(repair.contains("fetch-depth: 0"), "{repair}");
    // Ten days hold one change; the boundary, which seems to add every file, is not among them.
    assert_eq!(lines(&read(&repo, &only_marks(10))), ["Squash 3: c"]);
    // Looking for 50 changes stops before the boundary and says so.
    let options = HistoryOptions {
        window_days: 10,
        ..HistoryOptions::default()
    };
    let history = read(&repo, &options);
    assert_eq!(lines(&history), ["Squash 3: c"]);
    assert!(
        history
            .notes
            .iter()
            .any(|note| note.contains("does not reach back"))
    );
}

// Cases 58 and 59.
#[test]
fn no_commit_and_no_repository_are_not_errors() {
    let history = read(&Repo::new(), &HistoryOptions::default());
    assert!(matches!(history.state, HistoryState::NotApplicable { .. }));
    let plain = tempfile::tempdir().unwrap();
    assert!(matches!(
        Repository::discover(plain.path()),
        Discovery::NotARepository
    ));
}

// Cases 60, 67 and 71.
#[test]
fn a_git_directory_that_cannot_be_understood_is_unreadable_not_absent() {
    let unreadable = |prepare: fn(&Path)| {
        let mut repo = Repo::new();
        repo.commit(Commit::new("one", 1).write("a", "1"));
        prepare(&repo.path().join(".git"));
        match Repository::discover(repo.path()) {
            Discovery::Unreadable { reason, repair } => (reason, repair),
            _ => panic!("was read"),
        }
    };
    let (reason, _) = unreadable(|git| fs::write(git.join("HEAD"), "garbage").unwrap());
    assert!(reason.contains("HEAD"), "{reason}");
    let (reason, _) =
        unreadable(|git| fs::write(git.join("HEAD"), "ref: ../../etc/passwd").unwrap());
    assert!(reason.contains("HEAD"), "{reason}");
    let (reason, _) = unreadable(|git| {
        fs::remove_dir_all(git)
            .and_then(|()| fs::create_dir(git))
            .unwrap()
    });
    assert!(reason.contains("has no HEAD"), "{reason}");
    let (_, repair) = unreadable(|git| {
        fs::write(git.join("config"), "[extensions]\nrefStorage = reftable\n").unwrap();
    });
    assert!(repair.is_some_and(|repair| repair.contains("refs migrate")));
    let (reason, _) = unreadable(|git| {
        fs::remove_dir_all(git).unwrap();
        fs::write(git, "gitdir: /nowhere/at/all\n").unwrap();
    });
    assert!(reason.contains("does not exist"), "{reason}");
}

// Cases 61 and 62.
#[test]
fn truncated_and_missing_objects_end_the_history_with_their_id() {
    let damage = |what: fn(&Repo, git2::Oid) -> git2::Oid, length: Option<u64>| {
        let mut repo = Repo::new();
        let old = repo.commit(Commit::new("one (#1)", 1).write("a", &"line\n".repeat(200)));
        repo.commit(Commit::new("two (#2)", 2).write("b", "2"));
        let id = what(&repo, old);
        let file = repo.loose(id);
        let bytes = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        if let Some(part) = length {
            fs::write(&file, &bytes[..bytes.len() * part as usize / 100]).unwrap();
        }
        (read(&repo, &only_marks(365)), id, repo)
    };
    for (length, word) in [
        (Some(50), "truncated"),
        (Some(0), "truncated"),
        (None, "missing"),
    ] {
        let (history, id, _repo) = damage(|_, commit| commit, length);
        let (reason, _) = unavailable(&history);
        assert!(
            reason.contains(word) && reason.contains(&id.to_string()),
            "{reason}"
        );
        assert!(history.changes.is_empty());
        let (history, id, _repo) = damage(Repo::tree, length);
        let (reason, _) = unavailable(&history);
        assert!(
            reason.contains(word) && reason.contains(&id.to_string()),
            "{reason}"
        );
    }
    // Names alone do not need the content of files.
    let blob =
        |repo: &Repo, _| repo.object(git2::ObjectType::Blob, "line\n".repeat(200).as_bytes());
    let (history, id, repo) = damage(blob, Some(50));
    assert_eq!(lines(&history).len(), 2);
    let id = ObjectId::from_bytes(id.as_bytes()).unwrap();
    assert_eq!(open(repo.path()).blob(id), Err(ObjectProblem::Truncated));
}

// Cases 63 and 64.
#[test]
fn a_commit_with_a_malformed_signature_is_counted_like_any_other() {
    for line in [
        "A <a@b> -100 +0000",
        "A <a@b> 99999999999999999999 +0000",
        "A <a@b> 9223372036854775807 +0000",
        "A <a@b> 253402300800 +9999",
        "A <a@b> notadate +0000",
        "",
    ] {
        let mut repo = Repo::new();
        repo.commit(Commit::new("one (#1)", 1).write("a", "1"));
        repo.commit(
            Commit::new("two (#2)", 2)
                .write("b", "1")
                .committer_line(line),
        );
        let history = read(&repo, &only_marks(365));
        assert_eq!(lines(&history), ["Squash 2: b", "Squash 1: a"], "{line}");
        assert_eq!(history.window.to, DAY_0 + 86_400 + 43_200, "{line}");
        assert!(
            history.notes[0].starts_with("1 commits have a malformed"),
            "{line}"
        );
        repo.commit(Commit::new("three (#3)", 3).write("c", "1"));
        assert_eq!(lines(&read(&repo, &only_marks(365))).len(), 3, "{line}");
    }
}

// Case 65.
#[test]
fn skewed_clocks_neither_hide_nor_move_changes() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("one (#1)", 1).write("a", "1"));
    repo.commit(Commit::new("two (#2)", -4000).write("b", "1"));
    repo.commit(Commit::new("three (#3)", 40_000 - 20_500).write("c", "1"));
    repo.commit(Commit::new("four (#4)", 4).write("d", "1"));
    let history = read(&repo, &only_marks(365));
    // The second is years old by its own word; the third, far in the future, takes the time of the second.
    assert_eq!(lines(&history), ["Squash 4: d", "Squash 1: a"]);
    assert!(history.notes.iter().any(|note| note.contains("clock")));
    // A head in the future empties the window but not the history.
    repo.commit(Commit::new("five (#5)", 26_000).write("e", "1"));
    let options = HistoryOptions {
        min_changes: 5,
        ..HistoryOptions::default()
    };
    assert_eq!(lines(&read(&repo, &options)).len(), 5);
}

// Cases 74 and 78.
#[test]
fn settings_of_the_repository_move_nothing() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("one (#1)", 1).write("a", "1"));
    let config = repo.path().join(".git/config");
    let text = fs::read_to_string(&config).unwrap();
    let hostile = "[core]\n\tworktree = /etc\n\tbare = true\n[include]\n\tpath = /dev/zero\n";
    fs::write(&config, format!("{text}{hostile}")).unwrap();
    fs::create_dir(repo.path().join("deep")).unwrap();
    let repository = open(&repo.path().join("deep"));
    assert_eq!(repository.root(), repo.path().canonicalize().unwrap());
    assert!(!repository.is_bare());
    assert_eq!(lines(&read(&repo, &only_marks(365))), ["Squash 1: a"]);
}

// Case 79.
#[test]
fn a_tree_of_ten_billion_files_is_bulk() {
    let mut repo = Repo::new();
    let blob = repo.object(git2::ObjectType::Blob, b"x");
    let directory = |mode: &str, id: git2::Oid| {
        let mut content = Vec::new();
        for name in b'0'..=b'9' {
            content.extend_from_slice(mode.as_bytes());
            content.extend_from_slice(&[b' ', name, 0]);
            content.extend_from_slice(id.as_bytes());
        }
        repo.object(git2::ObjectType::Tree, &content)
    };
    let mut tree = directory("100644", blob);
    for _ in 0..9 {
        tree = directory("40000", tree);
    }
    let text = format!(
        "tree {tree}\nauthor A <a@b> 1000 +0000\ncommitter A <a@b> 1000 +0000\n\nbomb (#1)\n"
    );
    let head = repo.object(git2::ObjectType::Commit, text.as_bytes());
    repo.head(head);
    let history = read(&repo, &only_marks(365));
    assert_eq!(history.changes.len(), 1);
    assert!(history.changes[0].bulk);
    assert_eq!(history.changes[0].paths.len(), 20_000);
}

// Case 84.
#[test]
fn odd_shapes_of_history_count_once() {
    let mut repo = Repo::new();
    let root = repo.commit(
        Commit::new("root", 0)
            .write("run.sh", "x")
            .write("link", "y"),
    );
    let other = repo.commit(Commit::new("other root", 0).parents(&[]).write("o", "1"));
    let one = repo.commit(Commit::new("one", 1).parents(&[root]).write("one", "1"));
    let two = repo.commit(Commit::new("two", 1).parents(&[root]).write("two", "1"));
    // An octopus over two branches and a second root.
    repo.commit(
        Commit::new("octopus (#1)", 2)
            .parents(&[root, one, two, other])
            .adopt(one, "")
            .adopt(two, "")
            .adopt(other, ""),
    );
    repo.commit(Commit::new("nothing (#2)", 3));
    repo.commit(Commit::new("mode (#3)", 4).write_mode("run.sh", 0o100_755, "x"));
    repo.commit(Commit::new("link (#4)", 5).write_mode("link", 0o120_000, "y"));
    repo.commit(Commit::new("bump (#5)", 6).submodule("sub", one));
    repo.commit(Commit::new("bump (#6)", 7).submodule("sub", two));
    repo.commit(
        Commit::new("file to directory (#7)", 8)
            .remove("one")
            .write("one/x", "1"),
    );
    let history = read(&repo, &only_marks(365));
    assert_eq!(
        lines(&history),
        [
            "Squash 7: one/x",
            "Squash 6: sub",
            "Squash 5: sub",
            "Squash 4: link",
            "Squash 3: run.sh",
            "Squash 1: o one/x two",
        ]
    );
    assert_eq!(history.commits.direct, 1);
}

#[test]
fn the_index_lists_tracked_files_by_path() {
    let mut repo = Repo::new();
    repo.commit(Commit::new("one", 1).write("a", "1"));
    let git = git2::Repository::open(repo.path()).unwrap();
    for name in ["b.py", "a/z.py", "a.py"] {
        let file = repo.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, name).unwrap();
        let mut index = git.index().unwrap();
        index.add_path(Path::new(name)).unwrap();
        index.write().unwrap();
    }
    let repository = open(repo.path());
    let entries = repository.index().unwrap();
    let paths: Vec<_> = entries
        .iter()
        .map(|entry| entry.path.to_str().into_owned())
        .collect();
    assert_eq!(paths, ["a.py", "a/z.py", "b.py"]);
    assert_eq!((entries[0].mode, entries[0].stage), (0o100_644, 0));
    assert_eq!(
        repository.object(entries[0].id),
        Ok((ObjectKind::Blob, b"a.py".to_vec()))
    );
    fs::write(repo.path().join(".git/index"), "garbage").unwrap();
    assert!(repository.index().is_err());
}

#[test]
fn a_moved_and_edited_file_is_followed_by_its_lines() {
    let mut repo = Repo::new();
    let body: String = (0..40).map(|line| format!("line {line}\n")).collect();
    repo.commit(Commit::new("old (#1)", 1).write("lib/old.py", &body));
    repo.commit(
        Commit::new("move (#2)", 2)
            .remove("lib/old.py")
            .write("src/new.py", &format!("{body}and one more\n")),
    );
    assert_eq!(
        lines(&read(&repo, &only_marks(365))),
        ["Squash 2: src/new.py", "Squash 1: src/new.py"]
    );
}
