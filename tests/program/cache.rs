//! The cache from outside: what it saves, and that nothing it holds or lacks moves a byte of a result.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use super::repositories::{Commit, Repo};
use super::stage::{Outcome, Stage, finish, git, quality, scan, shell};

/// Files in two languages, a test, a generated one, a script without extension, a table, prose and something binary.
const FILES: &[(&str, &str)] = &[
    (
        "app/load.py",
        "import requests\n\ndef load(path: str, mode):\n    return requests.get(path)\n",
    ),
    ("app/save.py", "def save(path, mode=1):\n    return path\n"),
    (
        "app/table.py",
        "TABLE = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]\n",
    ),
    ("core/lib.rs", "pub fn add(a: u8) -> u8 {\n    a\n}\n"),
    (
        "tests/test_save.py",
        "from app.save import save\n\ndef test_save():\n    assert save(1, 2)\n",
    ),
    (
        "gen/made.py",
        "# This file is generated\ndef made(a):\n    pass\n",
    ),
    (
        "bin/tool",
        "#!/usr/bin/env python3\ndef tool(a):\n    pass\n",
    ),
    ("README.md", "# Title\n\nText\n"),
    ("image.dat", "a\0b"),
    ("broken.py", "def )))) ((((\n"),
];

/// A repository of these files, last written an hour ago: git's index can vouch for them.
fn repository() -> Repo {
    let mut repo = Repo::new();
    let mut commit = Commit::new("Begin (#1)", 1);
    for (path, content) in FILES {
        commit = commit.write(path, content);
    }
    repo.commit(commit);
    repo.commit(Commit::new("Change (#2)", 2).write("app/load.py", FILES[0].1));
    repo.check_out();
    index(repo.path());
    repo
}

/// Adds all files to the index as they are, with times in the past.
fn index(root: &Path) {
    let past = SystemTime::now() - Duration::from_secs(3_600);
    for (path, _) in FILES {
        let file = fs::File::options().append(true).open(root.join(path));
        file.unwrap().set_modified(past).unwrap();
    }
    git(root, &["add", "--all"]);
}

fn cached(root: &Path, cache: &Path, options: &[&str]) -> Command {
    let mut command = scan(root, &["--format", "json", "--cache-dir"]);
    command.arg(cache).args(options);
    command
}

/// The report of a scan that says nothing besides.
fn bytes(command: Command) -> Vec<u8> {
    let outcome = finish(command);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    outcome.stdout
}

fn uncached(root: &Path) -> Vec<u8> {
    bytes(scan(root, &["--format", "json", "--no-cache"]))
}

/// Whole results forgotten, facts kept.
fn forget_results(cache: &Path) {
    for file in files(cache) {
        if file
            .parent()
            .unwrap()
            .to_str()
            .unwrap()
            .contains("results-")
        {
            fs::remove_file(file).unwrap();
        }
    }
}

/// Every file on a shelf, sorted.
fn files(cache: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(cache)
        .min_depth(2)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .collect();
    files.sort();
    files
}

/// What `--timings` says of the files: how many were read, parsed and found in the cache.
fn work(outcome: &Outcome) -> (u64, u64, u64) {
    let line = outcome
        .stderr
        .lines()
        .find(|line| line.starts_with("  files "))
        .unwrap_or_else(|| panic!("{}", outcome.stderr));
    let before = |what: &str| {
        let words = line.split(what).next().unwrap();
        let number = words.rsplit([' ', ',']).find(|word| !word.is_empty());
        number.unwrap().parse().unwrap()
    };
    let found = line.split("), ").last().unwrap();
    let hits = found.split(' ').next().unwrap().parse().unwrap();
    (before(" read ("), before(" parsed ("), hits)
}

#[test]
fn cold_warm_and_without_a_cache_are_one_answer_on_any_number_of_threads() {
    let repo = repository();
    let expected = uncached(repo.path());
    let place = Stage::new();
    for threads in ["1", "2", "16"] {
        let cache = place.beside(threads);
        for what in ["cold", "warm", "facts only"] {
            if what == "facts only" {
                forget_results(&cache);
            }
            let result = bytes(cached(repo.path(), &cache, &["--threads", threads]));
            assert!(result == expected, "{what}, {threads} threads");
        }
        // What one number of threads wrote, another reads.
        forget_results(&cache);
        let other = bytes(cached(repo.path(), &cache, &["--threads", "3"]));
        assert!(other == expected, "written by {threads} threads");
    }
}

#[test]
fn a_second_run_from_elsewhere_in_another_language_is_the_same() {
    let repo = repository();
    let place = Stage::new();
    let cache = place.beside("cache");
    let first = bytes(cached(repo.path(), &cache, &[]));
    let mut command = cached(Path::new("."), &cache, &[]);
    command
        .current_dir(repo.path())
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("TZ", "Pacific/Kiritimati");
    assert!(bytes(command) == first);
}

#[test]
fn clean_tracked_files_are_not_read_again_and_one_edit_costs_one_parse() {
    let repo = repository();
    let place = Stage::new();
    let cache = place.beside("cache");
    let run = || finish(cached(repo.path(), &cache, &["--timings"]));
    let all = FILES.len() as u64;
    assert_eq!(work(&run()), (all, 7, 0), "cold");
    assert!(!run().stderr.contains("  files "), "a whole result");
    forget_results(&cache);
    assert_eq!(work(&run()), (0, 0, all), "warm");
    fs::write(
        repo.path().join("app/save.py"),
        "def save(path):\n    return path\n",
    )
    .unwrap();
    let edited = run();
    assert_eq!(work(&edited), (1, 1, all - 1), "edited");
    assert!(edited.stdout == uncached(repo.path()));
    assert!(run().stdout == edited.stdout);
}

#[test]
fn an_edit_that_keeps_size_and_time_is_seen() {
    let repo = repository();
    let place = Stage::new();
    let cache = place.beside("cache");
    let before = bytes(cached(repo.path(), &cache, &[]));
    let path = repo.path().join("app/save.py");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, "def save(path: str   ):\n    return path\n").unwrap();
    let file = fs::File::options().append(true).open(&path).unwrap();
    file.set_modified(time).unwrap();
    assert_eq!(file.metadata().unwrap().len(), FILES[1].1.len() as u64);
    let after = bytes(cached(repo.path(), &cache, &[]));
    assert!(after != before);
    assert!(after == uncached(repo.path()));
}

#[test]
fn what_shapes_a_result_besides_files_makes_another_one() {
    let repo = repository();
    let place = Stage::new();
    let cache = place.beside("cache");
    let run = |options: &[&str]| finish(cached(repo.path(), &cache, options));
    let base = run(&[]);
    assert_eq!(run(&["--fail-under", "99"]).code, Some(1));
    assert_eq!(run(&["--fail-under", "99"]).code, Some(1), "remembered");
    assert_eq!(run(&["--fail-under", "1"]).code, Some(0));
    assert!(run(&["--no-history"]).stdout != base.stdout);
    let narrowed = bytes(cached(&repo.path().join("app"), &cache, &[]));
    assert!(narrowed != base.stdout);
    let text = finish({
        let mut command = scan(repo.path(), &["--cache-dir"]);
        command.arg(&cache);
        command
    });
    assert!(text.text().starts_with("quality of "));
    fs::write(
        repo.path().join("quality.toml"),
        "extends = \"builtin\"\n\n[component.short-files]\nenabled = false\n",
    )
    .unwrap();
    let redefined = run(&[]);
    assert!(redefined.stdout == uncached(repo.path()));
    fs::remove_file(repo.path().join("quality.toml")).unwrap();
    assert!(run(&[]).stdout == base.stdout);
}

#[test]
fn another_clone_finds_what_the_first_one_learned() {
    let (first, second) = (repository(), repository());
    let place = Stage::new();
    let cache = place.beside("cache");
    bytes(cached(first.path(), &cache, &[]));
    forget_results(&cache);
    let all = FILES.len() as u64;
    for what in ["met", "adopted"] {
        let run = finish(cached(second.path(), &cache, &["--timings"]));
        assert_eq!(work(&run), (0, 0, all), "{what}");
        forget_results(&cache);
    }
}

#[test]
fn a_file_that_git_filters_is_judged_by_the_bytes_on_disk() {
    let repo = repository();
    let place = Stage::new();
    let cache = place.beside("cache");
    bytes(cached(repo.path(), &cache, &[]));
    // As after a checkout that converts: the index vouches for the file, and names an object of other bytes.
    let path = repo.path().join("app/load.py");
    fs::write(&path, FILES[0].1.replace(", mode", ", mode, more")).unwrap();
    index(repo.path());
    let mut entries = git2::Repository::open(repo.path())
        .unwrap()
        .index()
        .unwrap();
    let mut entry = entries.get_path(Path::new("app/load.py"), 0).unwrap();
    entry.id = repo.object(git2::ObjectType::Blob, FILES[0].1.as_bytes());
    entries.add(&entry).unwrap();
    entries.write().unwrap();
    let expected = uncached(repo.path());
    for _ in 0..2 {
        assert!(bytes(cached(repo.path(), &cache, &[])) == expected);
        forget_results(&cache);
    }
}

// Case 111.
#[test]
fn whatever_becomes_of_its_files_the_answer_stays() {
    type Damage = fn(&Path, &[u8]);
    let damages: [(&str, Damage); 7] = [
        ("flipped in the middle", |path, bytes| {
            let mut bytes = bytes.to_vec();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x55;
            fs::write(path, bytes).unwrap();
        }),
        ("flipped at the end", |path, bytes| {
            let mut bytes = bytes.to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            fs::write(path, bytes).unwrap();
        }),
        ("truncated", |path, bytes| {
            fs::write(path, &bytes[..bytes.len() * 2 / 3]).unwrap();
        }),
        ("emptied", |path, _| fs::write(path, "").unwrap()),
        ("another program's", |path, _| {
            fs::write(path, "SQLite format 3\0".repeat(99)).unwrap();
        }),
        ("a link", |path, bytes| {
            let target = path.with_extension("elsewhere");
            fs::write(&target, bytes).unwrap();
            fs::remove_file(path).unwrap();
            symlink(&target, path).unwrap();
        }),
        ("a directory", |path, _| {
            fs::remove_file(path).unwrap();
            fs::create_dir(path).unwrap();
        }),
    ];
    let repo = repository();
    let expected = uncached(repo.path());
    let place = Stage::new();
    for (at, (what, damage)) in damages.iter().enumerate() {
        let cache = place.beside(&format!("cache{at}"));
        bytes(cached(repo.path(), &cache, &[]));
        for path in files(&cache) {
            let content = fs::read(&path).unwrap();
            damage(&path, &content);
        }
        for _ in 0..2 {
            let outcome = finish(cached(repo.path(), &cache, &["--timings"]));
            assert!(outcome.stdout == expected, "{what}: {}", outcome.stderr);
            assert_eq!(outcome.code, Some(0), "{what}");
            forget_directories(&cache);
        }
        // And it is whole again.
        forget_results(&cache);
        let (read, ..) = work(&finish(cached(repo.path(), &cache, &["--timings"])));
        assert_eq!(read, 0, "{what}");
    }
}

/// A directory in the place of a file can be neither read nor replaced; somebody has to remove it.
fn forget_directories(cache: &Path) {
    for path in files(cache) {
        if path.is_dir() && path.parent().unwrap() != cache {
            fs::remove_dir(path).unwrap();
        }
    }
}

// Case 111. Another grammar is another version.
#[test]
fn what_another_version_knew_is_not_asked() {
    let repo = repository();
    let place = Stage::new();
    let cache = place.beside("cache");
    let expected = bytes(cached(repo.path(), &cache, &[]));
    for shelf in fs::read_dir(&cache).unwrap() {
        let shelf = shelf.unwrap();
        if shelf.file_type().unwrap().is_dir() {
            let name = shelf.file_name().into_string().unwrap();
            let other = name.split('-').next().unwrap().to_owned() + "-0123456789abcdef";
            fs::rename(shelf.path(), cache.join(other)).unwrap();
        }
    }
    let outcome = finish(cached(repo.path(), &cache, &["--timings"]));
    assert_eq!(work(&outcome), (FILES.len() as u64, 7, 0));
    assert!(outcome.stdout == expected);
}

// Case 111.
#[test]
fn a_place_that_others_control_is_not_used() {
    let repo = repository();
    let expected = uncached(repo.path());
    let place = Stage::new();
    let real = place.beside("real");
    bytes(cached(repo.path(), &real, &[]));
    let refused = |cache: &Path, reason: &str| {
        let outcome = finish(cached(repo.path(), cache, &[]));
        assert_eq!(outcome.code, Some(0));
        assert!(outcome.stdout == expected);
        assert!(
            outcome.stderr.starts_with("warning: the cache "),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains(reason), "{}", outcome.stderr);
    };
    let link = place.beside("link");
    symlink(&real, &link).unwrap();
    refused(&link, "it is a symbolic link");
    let shared = place.beside("shared");
    bytes(cached(repo.path(), &shared, &[]));
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).unwrap();
    refused(&shared, "others may write to it");
    refused(&repo.path().join("README.md"), "it is not a directory");
    refused(&repo.path().join("app"), "neither empty nor a cache");
    let shelf = place.beside("shelf");
    bytes(cached(repo.path(), &shelf, &[]));
    for entry in fs::read_dir(&shelf).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let moved = place.beside(path.file_name().unwrap().to_str().unwrap());
            fs::rename(&path, &moved).unwrap();
            symlink(&moved, &path).unwrap();
        }
    }
    let outcome = finish(cached(repo.path(), &shelf, &["--timings"]));
    assert!(outcome.stdout == expected);
    assert_eq!(work(&outcome).2, 0, "nothing is read through a link");
}

#[test]
fn only_its_owner_may_look_into_it_and_backups_pass_it_by() {
    let repo = repository();
    let place = Stage::new();
    let cache = place.beside("cache");
    bytes(cached(repo.path(), &cache, &[]));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&cache), 0o700);
    for path in files(&cache) {
        assert_eq!(mode(&path), 0o600, "{path:?}");
        assert_eq!(mode(path.parent().unwrap()), 0o700, "{path:?}");
    }
    let tag = fs::read_to_string(cache.join("CACHEDIR.TAG")).unwrap();
    assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"));
}

#[test]
fn inside_the_work_tree_it_is_no_part_of_it_and_nobody_can_commit_one() {
    let repo = repository();
    let expected = uncached(repo.path());
    let cache = repo.path().join(".quality-cache");
    for _ in 0..2 {
        assert!(bytes(cached(repo.path(), &cache, &[])) == expected);
    }
    git(repo.path(), &["add", "--force", ".quality-cache"]);
    let outcome = finish(cached(repo.path(), &cache, &[]));
    assert_eq!(outcome.code, Some(0));
    assert!(
        outcome.stderr.contains("belong to the repository"),
        "{}",
        outcome.stderr
    );
}

// Case 110.
#[test]
fn a_full_disk_costs_a_warning_and_no_result() {
    let repo = repository();
    let place = Stage::new();
    let cache = place.beside("cache");
    bytes(cached(repo.path(), &cache, &[]));
    forget_results(&cache);
    fs::write(repo.path().join("new.py"), "def new(a):\n    pass\n").unwrap();
    // No file may grow beyond one block of 512 bytes, and the signal that says so is not heard.
    let line = "trap '' XFSZ; ulimit -f 0; exec \"$@\"";
    let outcome = finish(shell(line, &cached(repo.path(), &cache, &[])));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .starts_with("warning: the cache could not be written: ")
    );
    assert!(outcome.stdout == uncached(repo.path()));
    assert!(!partial(&cache));
    assert!(bytes(cached(repo.path(), &cache, &[])) == outcome.stdout);
}

/// Whether an unfinished file is left.
fn partial(cache: &Path) -> bool {
    files(cache)
        .iter()
        .any(|path| path.to_str().unwrap().contains("partial-"))
}

// Case 112.
#[test]
fn eight_runs_at_once_share_it() {
    let repo = repository();
    let expected = uncached(repo.path());
    let place = Stage::new();
    let cache = place.beside("cache");
    let root = repo.path();
    for round in ["cold", "warm"] {
        let results: Vec<Vec<u8>> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| bytes(cached(root, &cache, &[]))))
                .collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        assert!(results.iter().all(|result| *result == expected), "{round}");
        assert!(!partial(&cache), "{round}");
        forget_results(&cache);
    }
}

// Case 109.
#[test]
fn an_interrupted_run_stops_at_once_and_leaves_it_whole() {
    for signal in [libc::SIGINT, libc::SIGTERM] {
        let repo = repository();
        // More than a pipe holds, so that the program waits for us while it writes.
        for number in 0..400 {
            let path = repo.path().join(format!("app/more{number}.py"));
            fs::write(path, format!("def more{number}(a):\n    pass\n")).unwrap();
        }
        let place = Stage::new();
        let cache = place.beside("cache");
        let pipe = place.beside("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        let mut reader = fs::OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(&pipe)
            .unwrap();
        let mut command = cached(repo.path(), &cache, &["--output"]);
        let mut child = command
            .arg(&pipe)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Its first byte shows that it is writing; the rest does not fit.
        let mut byte = [0];
        while !matches!(reader.read(&mut byte), Ok(1)) {
            assert_eq!(child.try_wait().unwrap(), None);
            std::thread::yield_now();
        }
        let sent = Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        // What a shell reports as 130 or 143.
        assert_eq!(child.wait().unwrap().signal(), Some(signal));
        assert!(!partial(&cache));
        let outcome = finish(cached(repo.path(), &cache, &[]));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
        assert!(outcome.stdout == uncached(repo.path()));
    }
}

#[test]
fn the_environment_names_a_place_and_an_option_names_another() {
    let repo = repository();
    let place = Stage::new();
    let exists = |name: &str| place.beside(name).join("CACHEDIR.TAG").exists();
    let mut command = scan(repo.path(), &["--quiet"]);
    finish({
        command.env("XDG_CACHE_HOME", place.beside("xdg"));
        command
    });
    assert!(exists("xdg/quality"));
    let mut command = scan(repo.path(), &["--quiet"]);
    command.env("HOME", place.beside("home"));
    finish(command);
    assert!(exists("home/.cache/quality"));
    let mut command = scan(repo.path(), &["--quiet"]);
    command
        .env("HOME", place.beside("other"))
        .env("QUALITY_CACHE_DIR", place.beside("named"));
    finish(command);
    assert!(exists("named") && !place.beside("other").exists());
    let mut command = scan(repo.path(), &["--quiet", "--no-cache"]);
    command.env("QUALITY_CACHE_DIR", place.beside("unwanted"));
    finish(command);
    assert!(!place.beside("unwanted").exists());
}

#[test]
fn where_there_can_be_none_only_who_asked_for_one_is_told() {
    let repo = repository();
    let expected = uncached(repo.path());
    let mut command = scan(repo.path(), &["--format", "json"]);
    command.env("HOME", "/dev/null");
    assert!(bytes(command) == expected);
    let outcome = finish(cached(repo.path(), Path::new("/dev/null/cache"), &[]));
    assert_eq!(outcome.code, Some(0));
    assert!(
        outcome
            .stderr
            .starts_with("warning: the cache /dev/null/cache is not used: ")
    );
    assert!(outcome.stdout == expected);
}

#[test]
fn the_cache_is_shown_and_cleared_and_nothing_else_is() {
    let repo = repository();
    let place = Stage::new();
    let cache = place.beside("cache");
    let run = |options: &[&str]| {
        let mut command = quality(&["cache", "--cache-dir"]);
        command.arg(&cache).args(options);
        finish(command)
    };
    assert!(run(&[]).text().ends_with("cache: no cache yet\n"));
    bytes(cached(repo.path(), &cache, &[]));
    let shown = run(&[]);
    assert!(
        shown
            .text()
            .contains("  facts           10 entries in 1 segment, "),
        "{}",
        shown.text()
    );
    assert!(
        shown
            .text()
            .contains("  results          2 entries in 2 segments, "),
        "{}",
        shown.text()
    );
    fs::write(cache.join("mine.txt"), "mine").unwrap();
    let shelf = files(&cache)[0].parent().unwrap().to_owned();
    fs::write(shelf.join("mine.txt"), "mine").unwrap();
    let cleared = run(&["--clear"]);
    assert_eq!(cleared.code, Some(0));
    assert!(cleared.text().contains(" removed\n"));
    assert_eq!(files(&cache), [shelf.join("mine.txt")]);
    assert!(cache.join("mine.txt").exists());
    let mut command = quality(&["cache", "--clear", "--cache-dir"]);
    command.arg(repo.path());
    let refused = finish(command);
    let (code, stderr) = refused.failure();
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("neither empty nor a cache of quality"),
        "{stderr}"
    );
}

#[test]
fn timings_say_where_the_time_went() {
    let repo = repository();
    let outcome = finish(scan(
        repo.path(),
        &["--format", "json", "--timings", "--no-cache"],
    ));
    for phase in [
        "open", "list", "files", "history", "evaluate", "render", "write", "total",
    ] {
        assert!(
            outcome.stderr.contains(&format!("\n  {phase} ")),
            "{phase}: {}",
            outcome.stderr
        );
    }
    assert!(outcome.stderr.contains("peak memory "));
    assert!(
        outcome.stdout == uncached(repo.path()),
        "the result is what it is without"
    );
}
