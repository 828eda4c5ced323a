//! What the program asks of the system: nothing is started, nobody is called, and nothing is read that is none of its
//! business. The calls themselves are watched, with strace; where there is none, nothing is shown and that is said aloud.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::repositories::{Commit, Repo};
use super::stage::{Outcome, PROGRAM, finish};

/// Below these lies what every program reads to run: libraries, and what the kernel says.
const SYSTEM: [&str; 6] = [
    "/lib",
    "/usr/lib",
    "/etc/ld.so",
    "/proc/",
    "/sys/",
    "/dev/null",
];

/// A repository that would like to be obeyed: commands in the definition and in the configuration of git, links out of it.
fn hostile(marker: &Path) -> (Repo, [String; 2]) {
    let touch = format!("touch {}", marker.display());
    let definition = format!(
        "version = 1\nextends = \"builtin\"\n[probe]\ncommand = [\"touch\", \"{}\", \"{{port}}\"]\nendpoints = [{{ path = \"/\" }}]\n",
        marker.display()
    );
    let mut repo = Repo::new();
    let base = repo.commit(
        Commit::new("Begin (#1)", 1)
            .write("quality.toml", &definition)
            .write(".gitattributes", "*.py filter=evil diff=evil\n")
            .write("app/a.py", "def f(a: int) -> int:\n    return a\n"),
    );
    let head =
        repo.commit(Commit::new("More (#2)", 2).write("app/b.py", "def g(a):\n    return a\n"));
    repo.check_out();
    let root = repo.path();
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, root.join(name)).unwrap();
    };
    link("/etc/passwd", "x.py");
    link("/", "everything");
    link("..", "up");
    link("loop", "loop");
    fs::write(root.parent().unwrap().join("canary.py"), "x = 1\n").unwrap();
    let config = root.join(".git/config");
    let mut text = fs::read_to_string(&config).unwrap_or_default();
    text.push_str(&format!(
        "[core]\n\tfsmonitor = {touch}\n\tpager = {touch}\n\tsshCommand = {touch}\n[diff]\n\texternal = {touch}\n\
         [diff \"evil\"]\n\ttextconv = {touch}\n[filter \"evil\"]\n\tclean = {touch}\n\tsmudge = {touch}\n\
         \tprocess = {touch}\n[remote \"origin\"]\n\turl = https://example.org/x.git\n\tuploadpack = {touch}\n\
         \tpromisor = true\n"
    ));
    fs::write(&config, text).unwrap();
    let hook = root.join(".git/hooks/post-index-change");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, format!("#!/bin/sh\n{touch}\n")).unwrap();
    (repo, [base.to_string(), head.to_string()])
}

/// The path behind `= 3<` at the end of a call that opened something.
fn opened(call: &str) -> Option<&str> {
    let (_, result) = call.rsplit_once(" = ")?;
    let path = result.split_once('<')?.1;
    path.strip_suffix('>')
}

/// Runs the program under strace: how it ended, and every call about processes, the network and files.
fn watched(arguments: &[&str], log: &Path) -> (Outcome, Vec<String>) {
    let mut command = Command::new("strace");
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    // The environment of the program is as clean as that of every other run.
    command.args([
        "-f",
        "-qq",
        "-y",
        "-s",
        "4096",
        "-E",
        "PATH",
        "-e",
        "trace=%process,%network,%file",
        "-o",
    ]);
    command.arg(log).arg(PROGRAM).args(arguments);
    let outcome = finish(command);
    let text = fs::read(log).unwrap();
    let text = String::from_utf8_lossy(&text);
    (outcome, text.lines().map(str::to_owned).collect())
}

fn has_strace() -> bool {
    let found = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .output();
    let works = found.is_ok_and(|output| output.status.success());
    if !works {
        eprintln!(
            "SKIPPED: strace cannot be used here, so nobody watched what the program asks of the system"
        );
    }
    works
}

// Cases 36, 51, 83 and 95. Seen to fail: with a command started at the beginning of a scan, and with a file outside of the
// root read there, it names the call.
#[test]
fn it_starts_nothing_calls_nobody_and_reads_nothing_else() {
    if !has_strace() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let marker = place.path().join("PWN");
    let (repo, [base, head]) = hostile(&marker);
    let root = repo.path().to_str().unwrap();
    let cache = place.path().join("cache");
    let cache = cache.to_str().unwrap();
    for arguments in [
        &["scan", root, "--cache-dir", cache][..],
        &["scan", root, "--cache-dir", cache],
        &["scan", root, "--no-cache", "--rev", "HEAD"],
        &[
            "gate",
            root,
            "--cache-dir",
            cache,
            "--base",
            &base,
            "--head",
            &head,
        ],
        &["gate", root, "--no-cache", "--base", &base, "--worktree"],
        &["explain", "typed-code", root, "--no-cache"],
        &["trend", root, "--no-cache"],
    ] {
        let (outcome, calls) = watched(arguments, &place.path().join("log"));
        assert!(
            matches!(outcome.code, Some(0 | 1)),
            "{arguments:?}: {}",
            outcome.stderr
        );
        assert!(calls.len() > 10, "{calls:?}");
        let mut started = 0;
        for call in &calls {
            // Each line begins with the thread. A call that another thread interrupts ends on a line of its own.
            let call = call.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            let resumed = call.strip_prefix("<... ");
            let name = match resumed {
                Some(rest) => rest.split(' ').next(),
                None => call.split('(').next(),
            };
            let name = name.unwrap_or_default();
            if call.ends_with("<unfinished ...>") && !name.starts_with("clone") {
                continue;
            }
            started += usize::from(name.starts_with("execve"));
            assert!(
                !matches!(
                    name,
                    "fork"
                        | "vfork"
                        | "socket"
                        | "connect"
                        | "bind"
                        | "listen"
                        | "sendto"
                        | "sendmsg"
                ),
                "{arguments:?}: {call}"
            );
            if name.starts_with("clone") && resumed.is_none() {
                assert!(call.contains("CLONE_THREAD"), "{arguments:?}: {call}");
            }
            let is_open = name.starts_with("open") || name == "creat";
            let Some(path) = opened(call).filter(|_| is_open) else {
                continue;
            };
            let is_ours = [root, cache]
                .iter()
                .any(|own| path == *own || path.starts_with(&format!("{own}/")));
            let is_system = SYSTEM.iter().any(|system| path.starts_with(system));
            assert!(is_ours || is_system, "{arguments:?} opens {path}: {call}");
        }
        assert_eq!(started, 1, "{arguments:?}");
    }
    let left: Vec<PathBuf> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.starts_with(&marker))
        .collect();
    assert!(left.is_empty() && !marker.exists(), "{left:?}");
}
