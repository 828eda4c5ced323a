//! Small repositories with fixed authors and times, written object by object: equal calls give equal ids.

#![allow(dead_code)] // Every test binary uses its own part of this.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use git2::{ObjectFormat, ObjectType, Oid, RepositoryInitOptions};
use tempfile::TempDir;

/// 2026-01-01 00:00:00 UTC, day 0 of every story.
pub const DAY_0: i64 = 1_767_225_600;

/// Files of a commit: mode and content by path.
type Snapshot = BTreeMap<String, (u32, Oid)>;

/// A repository in a temporary directory. It has a `.git`, and no other files until [`Repo::check_out`].
pub struct Repo {
    /// Removes everything in the end.
    _place: TempDir,
    root: PathBuf,
    git: git2::Repository,
    snapshots: BTreeMap<String, Snapshot>,
    tip: Option<Oid>,
}

/// A commit to be written: by Ada at noon on the day after its first parent, unless said otherwise.
pub struct Commit<'a> {
    message: &'a str,
    time: i64,
    author: &'a str,
    committer_line: Option<String>,
    parents: Option<Vec<Oid>>,
    edits: Vec<Edit<'a>>,
}

enum Edit<'a> {
    Write(&'a str, u32, Vec<u8>),
    Link(&'a str, Oid),
    Remove(&'a str),
    Rename(&'a str, &'a str),
    Adopt(Oid, &'a str),
}

impl<'a> Commit<'a> {
    /// With this message, on this day (may be negative) at noon.
    pub fn new(message: &'a str, day: i64) -> Self {
        Self {
            message,
            time: DAY_0 + day * 86_400 + 43_200,
            author: "Ada Lovelace <ada@example.com>",
            committer_line: None,
            parents: None,
            edits: Vec::new(),
        }
    }

    /// `Name <address>`.
    pub fn author(mut self, author: &'a str) -> Self {
        self.author = author;
        self
    }

    /// Seconds since the epoch instead of a day.
    pub fn at(mut self, time: i64) -> Self {
        self.time = time;
        self
    }

    /// What the committer line says after `committer `, well-formed or not.
    pub fn committer_line(mut self, line: &str) -> Self {
        self.committer_line = Some(line.to_owned());
        self
    }

    /// Instead of the last commit. Files begin as those of the first.
    pub fn parents(mut self, parents: &[Oid]) -> Self {
        self.parents = Some(parents.to_vec());
        self
    }

    /// Adds or replaces a file.
    pub fn write(mut self, path: &'a str, content: &str) -> Self {
        self.edits
            .push(Edit::Write(path, 0o100_644, content.as_bytes().to_vec()));
        self
    }

    /// Adds or replaces a file of a given mode.
    pub fn write_mode(mut self, path: &'a str, mode: u32, content: &str) -> Self {
        self.edits
            .push(Edit::Write(path, mode, content.as_bytes().to_vec()));
        self
    }

    /// Points a submodule at a commit.
    pub fn submodule(mut self, path: &'a str, commit: Oid) -> Self {
        self.edits.push(Edit::Link(path, commit));
        self
    }

    /// Takes a file away.
    pub fn remove(mut self, path: &'a str) -> Self {
        self.edits.push(Edit::Remove(path));
        self
    }

    /// Moves a file with its content.
    pub fn rename(mut self, old: &'a str, new: &'a str) -> Self {
        self.edits.push(Edit::Rename(old, new));
        self
    }

    /// Takes over all files of another commit, below a directory (`"vendor/"`) or at the root (`""`).
    pub fn adopt(mut self, commit: Oid, below: &'a str) -> Self {
        self.edits.push(Edit::Adopt(commit, below));
        self
    }
}

impl Repo {
    /// An empty repository with ids of 20 bytes.
    pub fn new() -> Self {
        Self::with_format(ObjectFormat::Sha1)
    }

    /// An empty repository with ids of 32 bytes.
    pub fn sha256() -> Self {
        Self::with_format(ObjectFormat::Sha256)
    }

    fn with_format(format: ObjectFormat) -> Self {
        let place = tempfile::tempdir().unwrap();
        // The name of the directory is part of a report.
        let root = place.path().join("repository");
        let mut options = RepositoryInitOptions::new();
        options
            .initial_head("main")
            .external_template(false)
            .object_format(format);
        let git = git2::Repository::init_opts(&root, &options).unwrap();
        Self {
            _place: place,
            root,
            git,
            snapshots: BTreeMap::new(),
            tip: None,
        }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The file of a loose object.
    pub fn loose(&self, id: Oid) -> std::path::PathBuf {
        let hex = id.to_string();
        self.path()
            .join(".git/objects")
            .join(&hex[..2])
            .join(&hex[2..])
    }

    /// Moves everything the tip reaches into a pack, as `git gc` does, and returns the path of the pack.
    pub fn pack(&self) -> PathBuf {
        let directory = self.path().join(".git/objects/pack");
        let mut walk = self.git.revwalk().unwrap();
        walk.push(self.tip.unwrap()).unwrap();
        let mut builder = self.git.packbuilder().unwrap();
        builder.set_threads(1);
        builder.insert_walk(&mut walk).unwrap();
        builder.write(&directory, 0o644).unwrap();
        let name = format!("pack-{}.pack", builder.name().unwrap().unwrap());
        for entry in std::fs::read_dir(self.path().join(".git/objects")).unwrap() {
            let fan = entry.unwrap().path();
            if fan.file_name().unwrap().len() == 2 {
                std::fs::remove_dir_all(fan).unwrap();
            }
        }
        directory.join(name)
    }

    /// Every object libgit2 knows of.
    pub fn objects(&self) -> Vec<(Oid, ObjectType, Vec<u8>)> {
        let database = self.git.odb().unwrap();
        let mut ids = Vec::new();
        database
            .foreach(|id| {
                ids.push(*id);
                true
            })
            .unwrap();
        ids.into_iter()
            .map(|id| {
                let object = database.read(id).unwrap();
                (id, object.kind(), object.data().to_vec())
            })
            .collect()
    }

    /// The root tree of a commit.
    pub fn tree(&self, commit: Oid) -> Oid {
        self.git.find_commit(commit).unwrap().tree_id()
    }

    /// Writes a commit and moves `main` to it.
    pub fn commit(&mut self, commit: Commit<'_>) -> Oid {
        let parents = commit
            .parents
            .unwrap_or_else(|| self.tip.into_iter().collect());
        let mut files = match parents.first() {
            Some(parent) => self.snapshots[&parent.to_string()].clone(),
            None => Snapshot::new(),
        };
        for edit in commit.edits {
            match edit {
                Edit::Write(path, mode, content) => {
                    let blob = self.object(ObjectType::Blob, &content);
                    files.insert(path.to_owned(), (mode, blob));
                }
                Edit::Link(path, target) => {
                    files.insert(path.to_owned(), (0o160_000, target));
                }
                Edit::Remove(path) => {
                    files.remove(path).unwrap();
                }
                Edit::Rename(old, new) => {
                    let file = files.remove(old).unwrap();
                    files.insert(new.to_owned(), file);
                }
                Edit::Adopt(other, below) => {
                    for (path, file) in &self.snapshots[&other.to_string()] {
                        files.insert(format!("{below}{path}"), *file);
                    }
                }
            }
        }
        let tree = self.directory(&files, "");
        let mut text = format!("tree {tree}\n");
        for parent in &parents {
            text.push_str(&format!("parent {parent}\n"));
        }
        text.push_str(&format!("author {} {} +0000\n", commit.author, commit.time));
        match commit.committer_line {
            Some(line) => text.push_str(&format!("committer {line}\n")),
            None => text.push_str(&format!(
                "committer Grace Hopper <grace@example.com> {} +0000\n",
                commit.time
            )),
        }
        text.push_str(&format!("\n{}\n", commit.message));
        let id = self.object(ObjectType::Commit, text.as_bytes());
        self.snapshots.insert(id.to_string(), files);
        self.head(id);
        id
    }

    /// Puts the files of the tip into the work tree and the index.
    pub fn check_out(&self) {
        let mut options = git2::build::CheckoutBuilder::new();
        self.git.checkout_head(Some(options.force())).unwrap();
    }

    /// Moves `main`.
    pub fn head(&mut self, id: Oid) {
        std::fs::write(self.path().join(".git/refs/heads/main"), format!("{id}\n")).unwrap();
        self.tip = Some(id);
    }

    /// Writes any object as it is.
    pub fn object(&self, kind: ObjectType, content: &[u8]) -> Oid {
        self.git.odb().unwrap().write(kind, content).unwrap()
    }

    fn directory(&self, files: &Snapshot, prefix: &str) -> Oid {
        let mut entries: BTreeMap<Vec<u8>, (String, u32, Oid)> = BTreeMap::new();
        for (path, (mode, id)) in files {
            let Some(rest) = path.strip_prefix(prefix) else {
                continue;
            };
            match rest.split_once('/') {
                None => {
                    entries.insert(rest.as_bytes().to_vec(), (rest.to_owned(), *mode, *id));
                }
                Some((name, _)) => {
                    // Git sorts a directory as if its name ended in a slash.
                    entries
                        .entry(format!("{name}/").into_bytes())
                        .or_insert_with(|| {
                            let below = self.directory(files, &format!("{prefix}{name}/"));
                            (name.to_owned(), 0o040_000, below)
                        });
                }
            }
        }
        let mut content = Vec::new();
        for (name, mode, id) in entries.values() {
            content.extend_from_slice(format!("{mode:o} {name}\0").as_bytes());
            content.extend_from_slice(id.as_bytes());
        }
        self.object(ObjectType::Tree, &content)
    }
}
