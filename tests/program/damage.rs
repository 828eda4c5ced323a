//! Repositories that are damaged, incomplete or of another kind: what every command answers, and with which exit code.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::repositories::{Commit, Repo};
use super::stage::{Report, Stage, finish, git, quality, scan};

/// What only the thirty seconds after which a silent reader is given up would reach.
const PROMPT: Duration = Duration::from_secs(25);

/// Files that six changes touch, each counted once for each change.
const TOUCHES: u64 = 12;

/// Six commits, each with a file of its own and a change of `hot.py`.
fn six() -> (Repo, Vec<git2::Oid>) {
    let mut repo = Repo::new();
    let mut ids = Vec::new();
    for number in 1..=6 {
        let path = format!("f{number}.py");
        let code = format!("def f{number}():\n    pass\n");
        ids.push(
            repo.commit(
                Commit::new(&format!("Change (#{number})"), number)
                    .write(&path, &code)
                    .write("hot.py", &format!("x = {number}\n")),
            ),
        );
    }
    repo.check_out();
    (repo, ids)
}

fn asked(words: &[&str], path: &Path, options: &[&str]) -> Command {
    let mut command = quality(words);
    command.arg(path).args(options).arg("--no-cache");
    command
}

fn report(path: &Path, options: &[&str]) -> Report {
    let outcome = finish(scan(
        path,
        &[&["--no-cache", "--format", "json"], options].concat(),
    ));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    outcome.report()
}

/// Why there is no history, and what repairs it.
fn lack(report: &Report) -> (String, String) {
    let hot = report.component("hot-files");
    assert_eq!(hot["state"], "unavailable", "{hot}");
    for number in ["good", "of", "share", "score"] {
        assert!(hot[number].is_null(), "{hot}");
    }
    let text = |key: &str| hot[key].as_str().unwrap_or_default().to_owned();
    (text("reason"), text("repair"))
}

/// The answers of a scan of a commit, of a gate and of a trend: each has to be that too little is known, with these words.
fn inconclusive(path: &Path, said: &str, help: &str) {
    for command in [
        asked(&["scan"], path, &["--rev", "HEAD"]),
        asked(&["gate"], path, &["--base", "HEAD~1"]),
        asked(&["trend"], path, &["--commits", "3"]),
    ] {
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        let outcome = finish(command);
        let (code, message) = outcome.failure();
        assert_eq!(code, Some(3), "{arguments:?}: {message}");
        assert!(message.contains(said), "{arguments:?}: {message}");
        assert!(message.contains(help), "{arguments:?}: {message}");
    }
}

fn tail(path: &Path, by: usize) {
    let bytes = fs::read(path).unwrap();
    let mut permissions = fs::metadata(path).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    fs::set_permissions(path, permissions).unwrap();
    fs::write(path, &bytes[..bytes.len().saturating_sub(by)]).unwrap();
}

/// Commit, tree or blob of the third of six commits, cut in half.
fn truncated(what: &str) -> (Repo, git2::Oid) {
    let (repo, ids) = six();
    let id = match what {
        "commit" => ids[2],
        "tree" => repo.tree(ids[2]),
        _ => repo.object(git2::ObjectType::Blob, b"x = 3\n"),
    };
    let file = repo.loose(id);
    tail(&file, fs::read(&file).unwrap().len() / 2);
    (repo, id)
}

// Case 61. Seen to fail with loose objects left to libgit2: it reads the cut file for ever, and only the watchdog ends it.
#[test]
fn a_truncated_object_ends_what_needs_it_at_once_and_is_named() {
    for what in ["commit", "tree"] {
        let (repo, id) = truncated(what);
        let begun = Instant::now();
        let (reason, repair) = lack(&report(repo.path(), &[]));
        let id = id.to_string();
        assert!(
            reason.contains(&id) && reason.contains("truncated"),
            "{reason}"
        );
        // Git fetches nothing over a damaged file: it has to go first.
        assert!(
            repair.contains(&format!("objects/{}/{}", &id[..2], &id[2..])),
            "{repair}"
        );
        assert!(repair.ends_with("git fetch --refetch"), "{repair}");
        // The two newest commits do not need it: what changed between them is certain.
        let gate = finish(asked(&["gate"], repo.path(), &["--base", "HEAD~1"]));
        assert_eq!(gate.code, Some(1), "{}", gate.stderr);
        let old = finish(asked(&["gate"], repo.path(), &["--base", "HEAD~3"]));
        let (code, message) = old.failure();
        assert_eq!(code, Some(3), "{message}");
        assert!(message.contains(&id), "{message}");
        let trend = finish(asked(&["trend"], repo.path(), &["--commits", "6"]));
        assert_eq!(trend.code, Some(3), "{}", trend.stderr);
        assert!(trend.text().contains(&id) || trend.stderr.contains(&id));
        assert!(begun.elapsed() < PROMPT);
    }
    // The names of files are enough for history; a scan of the commit has lost one file and says which.
    let (repo, _) = truncated("blob");
    assert_eq!(
        report(repo.path(), &[]).component("hot-files")["of"],
        TOUCHES
    );
    let lost = report(repo.path(), &["--rev", "HEAD~3"]).lost();
    assert_eq!(lost["unreadable"], ["hot.py"]);
}

// Case 62.
#[test]
fn a_missing_or_corrupt_commit_costs_what_stands_on_it_and_is_never_no_commits() {
    for damage in ["missing", "corrupt"] {
        let (repo, ids) = six();
        let file = repo.loose(ids[2]);
        fs::remove_file(&file).unwrap();
        if damage == "corrupt" {
            fs::write(&file, [0x5a; 20]).unwrap();
        }
        let id = ids[2].to_string();
        let (reason, _) = lack(&report(repo.path(), &[]));
        assert!(reason.contains(&id) && reason.contains(damage), "{reason}");
        let trend = finish(asked(&["trend"], repo.path(), &["--commits", "6"]));
        let (code, message) = trend.failure();
        assert_eq!(code, Some(3), "{message}");
        assert!(
            message.contains(&id) && message.contains("git fetch --refetch"),
            "{message}"
        );
        let named = finish(asked(&["scan"], repo.path(), &["--rev", "HEAD~3"]));
        let (code, message) = named.failure();
        assert_eq!(code, Some(3), "{message}");
        assert!(message.contains(&id), "{message}");
    }
}

// Cases 61 and 62.
#[test]
fn what_a_truncated_pack_should_hold_is_damaged_and_not_missing() {
    let (repo, _) = six();
    let pack = repo.pack();
    // So much that some commit or directory is beyond the end, and the head is not.
    for by in (30..).step_by(30) {
        tail(&pack, 30);
        let outcome = finish(scan(repo.path(), &["--no-cache", "--format", "json"]));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let report = outcome.report();
        if report.component("hot-files")["state"] == "unavailable" {
            let (reason, repair) = lack(&report);
            assert!(reason.contains("pack that holds it is cut off"), "{reason}");
            assert!(repair.ends_with("git fetch --refetch"), "{repair}");
            return;
        }
        assert_eq!(
            report.component("hot-files")["of"],
            TOUCHES,
            "{by} bytes less"
        );
    }
}

// Case 60.
#[test]
fn a_repository_that_cannot_be_understood_leaves_every_question_open() {
    let damaged = |damage: fn(&Path)| {
        let (repo, _) = six();
        damage(&repo.path().join(".git"));
        repo
    };
    let repo = damaged(|git| fs::write(git.join("HEAD"), "garbage\n").unwrap());
    inconclusive(repo.path(), ".git/HEAD is damaged", "> .git/HEAD");
    assert!(lack(&report(repo.path(), &[])).1.contains("> .git/HEAD"));
    let repo = damaged(|git| fs::write(git.join("HEAD"), "").unwrap());
    inconclusive(repo.path(), ".git/HEAD is damaged", "> .git/HEAD");
    let repo = damaged(|git| fs::write(git.join("refs/heads/main"), "garbage\n").unwrap());
    inconclusive(repo.path(), "refs/heads/main is damaged", "git fsck");
    let repo = damaged(|git| {
        fs::remove_dir_all(git.join("objects")).unwrap();
    });
    inconclusive(repo.path(), ".git/objects", "git fsck");
    // Beside that, no repository at all is the wrong directory.
    let plain = Stage::of(&[("a.py", "x = 1\n")]);
    let outcome = finish(asked(&["gate"], &plain.path(), &[]));
    assert_eq!(outcome.failure().0, Some(2));
}

// Case 67. Another reader would have to start git; a refusal that names the command is the safer answer.
#[test]
fn a_reftable_is_refused_by_name_with_the_command_that_leads_back() {
    let (repo, _) = six();
    let config = repo.path().join(".git/config");
    fs::write(
        &config,
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n",
    )
    .unwrap();
    let (reason, repair) = lack(&report(repo.path(), &[]));
    assert!(reason.contains("reftable"), "{reason}");
    assert_eq!(repair, "git refs migrate --ref-format=files");
    inconclusive(
        repo.path(),
        "reftable",
        "git refs migrate --ref-format=files",
    );
}

// Case 68. Seen to fail with the split passed over: nobody was told that the list was half of one.
#[test]
fn an_index_that_is_split_or_damaged_costs_a_note_and_no_history() {
    let (repo, _) = six();
    let whole = report(repo.path(), &[]);
    let index = repo.path().join(".git/index");
    git(repo.path(), &["update-index", "--index-version", "4"]);
    assert_eq!(report(repo.path(), &[]).0, whole.0);
    git(repo.path(), &["update-index", "--split-index"]);
    let split = report(repo.path(), &[]);
    assert!(
        split.notes("git update-index --no-split-index"),
        "{}",
        split.0["notes"]
    );
    assert_eq!(split.0["components"], whole.0["components"]);
    fs::write(&index, [7; 100]).unwrap();
    let damaged = report(repo.path(), &[]);
    assert!(damaged.notes("&& git reset"), "{}", damaged.0["notes"]);
    assert_eq!(damaged.0["components"], whole.0["components"]);
    let staged = finish(asked(
        &["gate"],
        repo.path(),
        &["--staged", "--base", "HEAD~1"],
    ));
    let (code, message) = staged.failure();
    assert_eq!(code, Some(3), "{message}");
    assert!(
        message.contains("index") && message.contains("git reset"),
        "{message}"
    );
}

// Case 68.
#[test]
fn a_sparse_checkout_says_once_what_is_not_here_and_a_commit_is_whole() {
    let mut repo = Repo::new();
    let code = "def f(a: int) -> int:\n    return a\n";
    repo.commit(
        Commit::new("Begin (#1)", 1)
            .write("a/x.py", code)
            .write("b/c/y.py", code)
            .write("r.py", code),
    );
    repo.check_out();
    let whole = report(repo.path(), &["--rev", "HEAD"]);
    git(
        repo.path(),
        &["sparse-checkout", "set", "--cone", "--sparse-index", "a"],
    );
    let sparse = report(repo.path(), &[]);
    let notes = sparse.0["notes"].to_string();
    assert_eq!(notes.matches("sparse").count(), 2, "{notes}");
    assert!(notes.contains("git sparse-checkout disable"), "{notes}");
    assert_eq!(
        sparse.component("hot-files")["state"],
        whole.component("hot-files")["state"]
    );
    assert_eq!(report(repo.path(), &["--rev", "HEAD"]).0, whole.0);
}

// Case 69.
#[test]
fn a_bare_repository_has_no_work_tree_to_scan_and_says_what_can_be() {
    let (repo, _) = six();
    let stage = Stage::new();
    let from = repo.path().to_str().unwrap();
    git(
        &stage.path(),
        &["clone", "--quiet", "--bare", from, "bare.git"],
    );
    let bare = stage.path().join("bare.git");
    for command in ["scan", "doctor", "next"] {
        let outcome = finish(asked(&[command], &bare, &[]));
        let (code, message) = outcome.failure();
        assert_eq!(code, Some(2), "{command}: {message}");
        assert!(message.contains("--rev HEAD"), "{command}: {message}");
    }
    assert_eq!(
        report(&bare, &["--rev", "HEAD"]).component("hot-files")["of"],
        TOUCHES
    );
    let gate = finish(asked(&["gate"], &bare, &["--base", "HEAD~1"]));
    assert_eq!(gate.code, Some(1), "{}", gate.stderr);
}

// Cases 69 and 70. Seen to fail without the look into the index: an empty submodule had the numbers of its superproject.
#[test]
fn a_submodule_is_a_repository_of_its_own_or_not_there() {
    let (inner, _) = six();
    let mut outer = Repo::new();
    outer.commit(Commit::new("Begin (#1)", 1).write("a.py", "x = 1\n"));
    outer.check_out();
    let from = inner.path().to_str().unwrap();
    let add = [
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        from,
        "sub",
    ];
    git(outer.path(), &add);
    let person = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    git(
        outer.path(),
        &[&person[..], &["commit", "--quiet", "-m", "Add (#2)"]].concat(),
    );
    let own = report(&outer.path().join("sub"), &[]);
    assert_eq!(own.component("hot-files")["of"], TOUCHES);
    assert_eq!(
        own.component("hot-files")["good"],
        report(inner.path(), &[]).component("hot-files")["good"]
    );
    let above = report(outer.path(), &[]);
    assert_eq!(above.excluded("submodule").0, 1);
    assert!(above.scope("file", "sub/hot.py").is_none());

    let stage = Stage::new();
    let from = outer.path().to_str().unwrap();
    git(&stage.path(), &["clone", "--quiet", from, "clone"]);
    let absent = stage.path().join("clone/sub");
    for command in ["scan", "gate", "trend", "doctor"] {
        let outcome = finish(asked(&[command], &absent, &[]));
        let (code, message) = outcome.failure();
        assert_eq!(code, Some(3), "{command}: {message}");
        assert!(
            message.contains("sub is a submodule"),
            "{command}: {message}"
        );
        assert!(
            message.contains("git submodule update --init -- sub"),
            "{command}: {message}"
        );
    }
}

// Case 71.
#[test]
fn a_work_tree_whose_repository_is_gone_is_scanned_and_names_the_command() {
    let (repo, _) = six();
    let stage = Stage::new();
    let clone = stage.path().join("main");
    let from = repo.path().to_str().unwrap();
    git(&stage.path(), &["clone", "--quiet", from, "main"]);
    git(
        &clone,
        &[
            "worktree",
            "add",
            "--quiet",
            "--detach",
            "../beside",
            "HEAD",
        ],
    );
    fs::rename(&clone, stage.path().join("moved")).unwrap();
    let beside = stage.path().join("beside");
    let (reason, repair) = lack(&report(&beside, &[]));
    assert!(reason.contains("does not exist"), "{reason}");
    assert!(repair.contains("git worktree repair"), "{repair}");
    inconclusive(&beside, "does not exist", "git worktree repair");
    // Where the message says, the command does what it says.
    git(
        &stage.path().join("moved"),
        &["worktree", "repair", beside.to_str().unwrap()],
    );
    assert_eq!(report(&beside, &[]).component("hot-files")["of"], TOUCHES);
}

// Case 74. Seen to fail with the setting followed, as libgit2 does: the scan went to /etc.
#[test]
fn a_work_tree_named_by_the_settings_is_not_gone_to() {
    let (repo, _) = six();
    let before = report(repo.path(), &[]);
    git(repo.path(), &["config", "core.worktree", "/etc"]);
    assert_eq!(report(repo.path(), &[]).0, before.0);
}

// Case 76. Facts are those of the history that was made, not of one that was put in its place.
#[test]
fn replaced_and_grafted_commits_change_no_number() {
    let (repo, ids) = six();
    let before = report(repo.path(), &[]);
    assert_eq!(before.component("hot-files")["of"], TOUCHES);
    git(repo.path(), &["replace", "--graft", "HEAD~1"]);
    assert_eq!(report(repo.path(), &[]).0, before.0);
    git(repo.path(), &["replace", "--delete", &ids[4].to_string()]);
    fs::create_dir_all(repo.path().join(".git/info")).unwrap();
    fs::write(
        repo.path().join(".git/info/grafts"),
        format!("{}\n", ids[4]),
    )
    .unwrap();
    assert_eq!(report(repo.path(), &[]).0, before.0);
}

// Case 77.
#[test]
fn alternates_in_a_circle_or_outside_are_followed_no_further_than_they_lead() {
    let (repo, _) = six();
    let before = report(repo.path(), &[]);
    let (other, _) = six();
    let lend = |to: &Repo, from: &Path| {
        let info = to.path().join(".git/objects/info");
        fs::create_dir_all(&info).unwrap();
        fs::write(info.join("alternates"), format!("{}\n", from.display())).unwrap();
    };
    lend(&other, &repo.path().join(".git/objects"));
    for from in [
        &other.path().join(".git/objects"),
        Path::new("/etc"),
        Path::new("/dev/zero"),
    ] {
        lend(&repo, from);
        let begun = Instant::now();
        assert_eq!(report(repo.path(), &[]).0, before.0, "{}", from.display());
        let gate = finish(asked(&["gate"], repo.path(), &["--base", "HEAD~1"]));
        assert_eq!(gate.code, Some(1), "{}", gate.stderr);
        assert!(begun.elapsed() < PROMPT);
    }
}

// Case 78. Seen to fail without the look at the kind of each file: libgit2 opens pipes called like an index of a pack, and
// a gate waited for ever. A missing commit makes everything look into everything.
#[test]
fn a_pipe_in_the_place_of_any_file_of_gits_is_not_waited_for() {
    for name in [
        "HEAD",
        "config",
        "index",
        "packed-refs",
        "shallow",
        "commondir",
        "refs/heads/main",
        "objects/info/alternates",
        "objects/pack/pack-1.idx",
        "objects/pack/multi-pack-index",
    ] {
        let (repo, ids) = six();
        fs::remove_file(repo.loose(ids[2])).unwrap();
        let path = repo.path().join(".git").join(name);
        let _ = fs::remove_file(&path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if name.ends_with(".idx") {
            fs::write(path.with_extension("pack"), b"PACK\0\0\0\x02\0\0\0\0").unwrap();
        }
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        for command in [
            asked(&["scan"], repo.path(), &[]),
            asked(&["gate"], repo.path(), &["--base", "HEAD~3"]),
            asked(&["trend"], repo.path(), &["--commits", "5"]),
        ] {
            let begun = Instant::now();
            let is_scan = command.get_args().any(|word| word == "scan");
            let outcome = finish(command);
            assert!(begun.elapsed() < PROMPT, "{name}");
            let expected = if is_scan { Some(0) } else { Some(3) };
            assert_eq!(outcome.code, expected, "{name}: {}", outcome.stderr);
        }
    }
    // Included settings are nobody's.
    let (repo, _) = six();
    let before = report(repo.path(), &[]);
    let pipe = repo.path().join(".git/pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let config = repo.path().join(".git/config");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("[include]\n\tpath = pipe\n{text}")).unwrap();
    assert_eq!(report(repo.path(), &[]).0, before.0);
}
