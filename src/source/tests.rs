//! Work trees and revisions as they are listed: tracked, ignored, linked, hostile.

use super::{Listing, Origin, RootProblem, Tracked, list, list_revision, open_root};
use crate::class::Class;
use crate::classify::FileRules;
use crate::facts::Lost;
use crate::git::{HashKind, blob_id};
use crate::path::RepoPath;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Makes a named pipe that nobody writes to.
#[cfg(unix)]
pub(super) fn make_pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

#[cfg(unix)]
fn link(target: &str, path: &Path) {
    std::os::unix::fs::symlink(target, path).unwrap();
}

/// A directory with these files.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn tracked(paths: &[&str]) -> Vec<Tracked> {
    paths.iter().map(|path| entry(path, 0o100_644)).collect()
}

fn entry(path: &str, mode: u32) -> Tracked {
    Tracked {
        path: RepoPath::from(path),
        mode,
        id: blob_id(HashKind::Sha1, path.as_bytes()),
        recorded: None,
        skip_worktree: false,
    }
}

fn list_plain(root: &TempDir) -> Listing {
    list(root.path(), None, &FileRules::default())
}

fn list_tracked(root: &TempDir, tracked: &[Tracked]) -> Listing {
    list(root.path(), Some(tracked), &FileRules::default())
}

fn paths(listing: &Listing) -> Vec<String> {
    listing
        .files
        .iter()
        .map(|file| file.path.to_str().into_owned())
        .collect()
}

fn class_of(listing: &Listing, path: &str) -> Option<Class> {
    let path = RepoPath::from(path);
    listing
        .files
        .iter()
        .find(|file| file.path == path)
        .unwrap()
        .class
}

fn has_note(listing: &Listing, part: &str) -> bool {
    listing.notes.iter().any(|note| note.contains(part))
}

#[test]
fn untracked_files_join_the_tracked_ones_unless_ignored() {
    let root = tree(&[
        (".gitignore", "*.log\n/build/\n"),
        ("a.py", ""),
        ("new.py", ""),
        ("x.log", ""),
        ("build/out.py", ""),
        ("build/kept.py", ""),
        ("sub/build/in.py", ""),
        (".git/config", ""),
    ]);
    let listing = list_tracked(&root, &tracked(&["a.py", "build/kept.py"]));
    assert_eq!(
        paths(&listing),
        [
            ".gitignore",
            "a.py",
            "build/kept.py",
            "new.py",
            "sub/build/in.py"
        ]
    );
    assert_eq!(
        listing.files[1].origin,
        Origin::Tracked {
            id: blob_id(HashKind::Sha1, b"a.py"),
            recorded: None,
            position: 0,
        }
    );
    assert_eq!(listing.files[3].origin, Origin::Untracked);
    assert!(listing.notes.is_empty(), "{:?}", listing.notes);
}

#[test]
fn inner_ignore_files_win_and_personal_ones_do_not_count() {
    let root = tree(&[
        (".gitignore", "\u{feff}*.tmp\r\nlogs\r\n"),
        ("a/.gitignore", "!kept.tmp\n/x.py\n"),
        ("a/kept.tmp", ""),
        ("a/lost.tmp", ""),
        ("a/x.py", ""),
        ("a/b/x.py", ""),
        ("logs/a.py", ""),
        ("mine.py", ""),
        (".git/info/exclude", "mine.py\n"),
    ]);
    assert_eq!(
        paths(&list_plain(&root)),
        [
            ".gitignore",
            "a/.gitignore",
            "a/b/x.py",
            "a/kept.tmp",
            "mine.py"
        ]
    );
}

#[test]
fn files_are_sorted_by_their_bytes() {
    let root = tree(&[("a/z.py", ""), ("a.py", ""), ("a-b.py", ""), ("B.py", "")]);
    assert_eq!(
        paths(&list_plain(&root)),
        ["B.py", "a-b.py", "a.py", "a/z.py"]
    );
}

// Case 75.
#[test]
fn repositories_inside_are_not_entered() {
    let root = tree(&[
        ("a.py", ""),
        ("other/.git/HEAD", ""),
        ("other/b.py", ""),
        ("worktree/.git", "gitdir: /elsewhere"),
        ("worktree/c.py", ""),
        ("bare/HEAD", ""),
        ("bare/objects/x", ""),
        ("bare/refs/y", ""),
        ("module/d.py", ""),
    ]);
    let listing = list_tracked(&root, &[entry("module", 0o160_000)]);
    assert_eq!(paths(&listing), ["a.py", "module"]);
    assert_eq!(class_of(&listing, "module"), Some(Class::Submodule));
    assert!(has_note(
        &listing,
        "2 nested repositories not entered: other, worktree"
    ));
    assert!(has_note(&listing, "1 bare repositories not entered: bare"));
}

#[cfg(unix)]
// Case 36.
#[test]
fn links_are_listed_and_never_followed() {
    let root = tree(&[("real/a.py", "")]);
    link("/etc/passwd", &root.path().join("x.py"));
    link("/", &root.path().join("all"));
    link(".", &root.path().join("real/loop"));
    let listing = list_tracked(&root, &[entry("x.py", 0o120_000)]);
    assert_eq!(paths(&listing), ["all", "real/a.py", "real/loop", "x.py"]);
    for path in ["all", "real/loop", "x.py"] {
        assert_eq!(class_of(&listing, path), Some(Class::Link), "{path}");
    }
    assert_eq!(listing.files[3].read(root.path(), 99), Err(Lost::Vanished));
}

#[cfg(unix)]
#[test]
fn tracked_files_behind_a_link_have_vanished() {
    let elsewhere = tree(&[("sub/a.py", "secret")]);
    let root = tree(&[(".gitignore", "/hidden\n"), ("b.py", "")]);
    link(elsewhere.path().to_str().unwrap(), &root.path().join("dir"));
    link(
        elsewhere.path().to_str().unwrap(),
        &root.path().join("hidden"),
    );
    link("/etc/passwd", &root.path().join("c.py"));
    let listing = list_tracked(
        &root,
        &tracked(&["b.py", "c.py", "dir/sub/a.py", "hidden/sub/a.py"]),
    );
    let read = |path: &str| {
        let path = RepoPath::from(path);
        let file = listing.files.iter().find(|file| file.path == path);
        file.unwrap().read(root.path(), 99)
    };
    assert_eq!(read("b.py"), Ok(Vec::new()));
    assert_eq!(read("c.py"), Err(Lost::Vanished));
    assert_eq!(read("dir/sub/a.py"), Err(Lost::Vanished));
    assert_eq!(read("hidden/sub/a.py"), Err(Lost::Vanished));
    assert!(has_note(&listing, "2 tracked files behind a symbolic link"));
}

#[test]
fn deleted_and_sparse_files_are_told_apart() {
    let root = tree(&[(".gitignore", "/out\n"), ("a.py", ""), ("out/kept.py", "")]);
    let mut entries = tracked(&[
        "a.py",
        "gone.py",
        "dir/gone.py",
        "out/kept.py",
        "out/gone.py",
    ]);
    for path in ["sparse.py", "far/sparse.py"] {
        entries.push(Tracked {
            skip_worktree: true,
            ..entry(path, 0o100_644)
        });
    }
    let listing = list_tracked(&root, &entries);
    assert_eq!(paths(&listing), [".gitignore", "a.py", "out/kept.py"]);
    assert_eq!(listing.sparse_absent, 2);
    assert!(has_note(
        &listing,
        "sparse checkout: 2 tracked files or directories"
    ));
    assert!(has_note(
        &listing,
        "3 tracked files are deleted in the work tree"
    ));
}

// Case 39.
#[cfg(unix)]
#[test]
fn a_file_that_changes_after_listing_is_read_as_it_is_or_has_vanished() {
    let root = tree(&[
        ("a.py", "x"),
        ("b.py", "long text"),
        ("c.py", "x"),
        ("d.py", "x"),
    ]);
    let listing = list_plain(&root);
    let at = |name: &str| root.path().join(name);
    fs::remove_file(at("a.py")).unwrap();
    fs::write(at("b.py"), "").unwrap();
    for (name, put) in [("c.py", true), ("d.py", false)] {
        fs::remove_file(at(name)).unwrap();
        if put {
            link("/etc/passwd", &at(name));
        } else {
            make_pipe(&at(name));
        }
    }
    let read: Vec<_> = listing
        .files
        .iter()
        .map(|file| file.read(root.path(), 99))
        .collect();
    let vanished = || Err(Lost::Vanished);
    assert_eq!(read, [vanished(), Ok(Vec::new()), vanished(), vanished()]);
}

#[cfg(unix)]
// Cases 33, 34 and 35.
#[test]
fn hostile_ignore_files_are_left_out_with_a_note() {
    let root = tree(&[("a.py", ""), ("b/b.py", ""), ("c/c.py", ""), ("d/d.py", "")]);
    link("/dev/zero", &root.path().join(".gitignore"));
    make_pipe(&root.path().join("b/.gitignore"));
    make_pipe(&root.path().join("b/pipe.py"));
    fs::File::create(root.path().join("c/.gitignore"))
        .unwrap()
        .set_len(300 << 20)
        .unwrap();
    link("/dev/zero", &root.path().join("d/.gitattributes"));
    let listing = list_plain(&root);
    for path in ["a.py", "b/b.py", "c/c.py", "d/d.py"] {
        assert!(paths(&listing).contains(&path.to_owned()), "{path}");
    }
    assert!(!paths(&listing).contains(&"b/pipe.py".to_owned()));
    assert!(has_note(&listing, "3 .gitignore files ignored"));
    assert!(has_note(&listing, "1 .gitattributes files ignored"));
    assert!(has_note(&listing, "special files skipped"));
}

// Case 35.
#[test]
fn an_ignore_file_of_too_many_lines_is_cut() {
    let mut lines: String = (0..10_000).map(|number| format!("x{number}*y\n")).collect();
    lines.push_str("late.py\n");
    let root = tree(&[(".gitignore", &lines), ("late.py", ""), ("x17zzy", "")]);
    let listing = list_plain(&root);
    assert_eq!(paths(&listing), [".gitignore", "late.py"]);
    assert!(has_note(&listing, "1 .gitignore files cut"));
}

#[test]
fn broken_patterns_leave_the_others_in_force() {
    let root = tree(&[
        (".gitignore", "[z-a]\n*.log\n"),
        ("x.log", ""),
        ("a.py", ""),
    ]);
    let listing = list_plain(&root);
    assert_eq!(paths(&listing), [".gitignore", "a.py"]);
    assert!(has_note(&listing, "a pattern that cannot be read"));
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_no_text_are_kept() {
    use std::os::unix::ffi::OsStrExt;
    let root = tree(&[("a.py", "")]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.py");
    fs::write(root.path().join(name), "x").unwrap();
    let listing = list_plain(&root);
    assert_eq!(listing.files[1].path.as_bytes(), b"caf\xe9.py");
    assert_eq!(listing.files[1].language.unwrap().name(), "python");
    assert_eq!(listing.files[1].read(root.path(), 9), Ok(b"x".to_vec()));
}

#[cfg(target_os = "linux")]
// Case 40.
#[test]
fn a_tree_deeper_than_any_path_costs_one_note() {
    let root = tree(&[("z.py", "")]);
    // Built from the inside out: no single call could name the deepest directory.
    let depth = 60;
    let name = "d".repeat(100);
    let part = root.path().join("part");
    fs::create_dir(&part).unwrap();
    for _ in 0..depth {
        let next = root.path().join("next");
        fs::create_dir(&next).unwrap();
        fs::rename(&part, next.join(&name)).unwrap();
        fs::rename(&next, &part).unwrap();
    }
    let listing = list_plain(&root);
    assert_eq!(paths(&listing), ["z.py"]);
    assert_eq!(listing.unreadable_directories, 1);
    assert_eq!(listing.notes.len(), 1);
    // The temporary directory cannot delete what it cannot name either.
    for _ in 0..depth {
        let next = root.path().join("next");
        fs::rename(part.join(&name), &next).unwrap();
        fs::remove_dir(&part).unwrap();
        fs::rename(&next, &part).unwrap();
    }
}

#[test]
fn attributes_of_root_and_directories_give_classes() {
    let root = tree(&[
        (
            ".gitattributes",
            "gen/** linguist-generated\n*.inc linguist-language=Python\n",
        ),
        ("gen/.gitattributes", "own.py -linguist-generated\n"),
        ("gen/a.py", ""),
        ("gen/own.py", ""),
        ("b.inc", ""),
    ]);
    for listing in [list_plain(&root), {
        let entries = tracked(&[
            ".gitattributes",
            "gen/.gitattributes",
            "gen/a.py",
            "gen/own.py",
            "b.inc",
        ]);
        list_revision(&entries, &FileRules::default(), |entry| {
            fs::read(root.path().join(entry.path.to_str().as_ref())).ok()
        })
    }] {
        assert_eq!(class_of(&listing, "gen/a.py"), Some(Class::Generated));
        assert_eq!(class_of(&listing, "gen/own.py"), None);
        let inc = listing
            .files
            .iter()
            .find(|file| file.path == RepoPath::from("b.inc"));
        assert_eq!(inc.unwrap().language.unwrap().name(), "python");
    }
}

#[test]
fn roots_are_directories() {
    let root = tree(&[("a.py", "")]);
    assert!(open_root(root.path()).unwrap().is_absolute());
    assert!(matches!(
        open_root(&root.path().join("none")),
        Err(RootProblem::Missing)
    ));
    assert!(matches!(
        open_root(&root.path().join("a.py")),
        Err(RootProblem::NotADirectory)
    ));
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(list_plain(&empty), Listing::default());
}

#[cfg(unix)]
#[test]
fn a_root_may_be_reached_through_a_link() {
    let root = tree(&[("real/a.py", "")]);
    let through = root.path().join("through");
    link("real", &through);
    assert_eq!(
        open_root(&through).unwrap(),
        root.path().join("real").canonicalize().unwrap()
    );
    assert_eq!(
        paths(&list(&through, None, &FileRules::default())),
        ["a.py"]
    );
}
