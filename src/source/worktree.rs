//! The files of a work tree: what git tracks, and what lies beside it and is not ignored.

use std::collections::{HashMap, HashSet};
use std::fs::FileType;
use std::io;
use std::path::{Path, PathBuf};

use super::ignore_rules::IgnoreRules;
use super::judged::{ATTRIBUTES_CAP, Found, judged};
use super::notes::Notes;
use super::safe_read::safe_read;
use super::{Kind, Listing, Origin, Tracked, os_path};
use crate::classify::FileRules;
use crate::facts::Lost;
use crate::path::RepoPath;

/// Lists the files below `root`, a directory. With `tracked`, the entries of git's index, these and the untracked
/// files that no `.gitignore` names; without, all files that none names. Never fails: what cannot be read is noted.
pub fn list(root: &Path, tracked: Option<&[Tracked]>, rules: &FileRules) -> Listing {
    let tracked = tracked.unwrap_or_default();
    let mut walk = Walk::new(root, tracked);
    walk.run();
    walk.add_tracked();
    let mut notes = walk.notes;
    let files = judged(walk.found, rules, &mut notes, |file| {
        if file.lost.is_some() {
            return None;
        }
        let location = root.join(os_path::from_bytes(file.path.as_bytes()));
        safe_read(&location, ATTRIBUTES_CAP).ok()
    });
    if walk.sparse_absent > 0 {
        // A sparse index names a directory in the place of all its files.
        notes.say(format!(
            "sparse checkout: {} tracked files or directories are not here and were not measured; `git sparse-checkout \
             disable` brings them",
            walk.sparse_absent
        ));
    }
    Listing {
        files,
        notes: notes.into_sentences(),
        sparse_absent: walk.sparse_absent,
        unreadable_directories: walk.unreadable_directories,
    }
}

/// One walk over a work tree, and what it has met.
struct Walk<'a> {
    root: &'a Path,
    tracked: &'a [Tracked],
    /// Where a path stands in `tracked`; of several stages of one path, the first.
    index: HashMap<&'a [u8], usize>,
    /// What stands on disk where `tracked` names a path, as far as the walk came by.
    seen: Vec<Option<Kind>>,
    /// Directories whose entries are all known.
    walked: HashSet<Vec<u8>>,
    /// Other directories, as far as tracked files made us look.
    directories: HashMap<Vec<u8>, Directory>,
    ignore: IgnoreRules,
    found: Vec<Found>,
    notes: Notes,
    sparse_absent: u32,
    unreadable_directories: u32,
}

/// What stands where a directory is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Directory {
    /// A directory, or something we may not look at.
    Real,
    /// Nothing, or a file.
    Gone,
    /// A link, here or further up.
    Linked,
}

/// A directory to be walked, and the ignore file that holds above it.
struct Pending {
    directory: Vec<u8>,
    ignore: Option<usize>,
}

impl<'a> Walk<'a> {
    fn new(root: &'a Path, tracked: &'a [Tracked]) -> Self {
        let mut index = HashMap::with_capacity(tracked.len());
        for (at, entry) in tracked.iter().enumerate() {
            index.entry(entry.path.as_bytes()).or_insert(at);
        }
        Self {
            root,
            tracked,
            index,
            seen: vec![None; tracked.len()],
            walked: HashSet::new(),
            directories: HashMap::new(),
            ignore: IgnoreRules::default(),
            found: Vec::with_capacity(tracked.len()),
            notes: Notes::default(),
            sparse_absent: 0,
            unreadable_directories: 0,
        }
    }

    /// Walks all directories that are neither ignored nor somebody else's repository.
    fn run(&mut self) {
        let mut pending = vec![Pending {
            directory: Vec::new(),
            ignore: None,
        }];
        while let Some(next) = pending.pop() {
            self.walk_directory(next, &mut pending);
        }
    }

    fn walk_directory(&mut self, here: Pending, pending: &mut Vec<Pending>) {
        let directory = here.directory;
        let location = self.location(&directory);
        let entries = self.entries(&location, &directory);
        let has = |name: &[u8]| entries.iter().any(|(known, _)| known == name);
        if !directory.is_empty() {
            if has(b".git") {
                let kind = "nested repositories not entered";
                return self.notes.met(kind, &directory);
            }
            if has(b"HEAD") && has(b"objects") && has(b"refs") {
                let kind = "bare repositories not entered";
                return self.notes.met(kind, &directory);
            }
        }
        let ignore = if has(b".gitignore") {
            self.ignore
                .enter(&location, &directory, here.ignore, &mut self.notes)
        } else {
            here.ignore
        };
        let mut path = directory.clone();
        for (name, file_type) in &entries {
            if name.eq_ignore_ascii_case(b".git") {
                continue;
            }
            path.truncate(directory.len());
            if !directory.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            if self.is_tracked(&path, *file_type) {
                continue;
            }
            if file_type.is_dir() {
                if !self.ignore.ignores(ignore, &path, true) {
                    pending.push(Pending {
                        directory: path.clone(),
                        ignore,
                    });
                }
                continue;
            }
            let Some(kind) = kind_of(*file_type) else {
                let kind = "special files skipped (pipes, sockets, devices)";
                self.notes.met(kind, &path);
                continue;
            };
            if !self.ignore.ignores(ignore, &path, false) {
                self.found.push(Found {
                    path: RepoPath::new(path.as_slice()),
                    origin: Origin::Untracked,
                    kind,
                    lost: None,
                });
            }
        }
        self.walked.insert(directory);
    }

    /// The entries of one directory. It is not followed if it has become a link since it was met.
    fn entries(&mut self, location: &Path, directory: &[u8]) -> Vec<(Vec<u8>, FileType)> {
        let mut entries = Vec::new();
        let is_link = std::fs::symlink_metadata(location).is_ok_and(|found| found.is_symlink());
        if is_link && !directory.is_empty() {
            return entries;
        }
        let read = std::fs::read_dir(location).and_then(|found| {
            for entry in found {
                let typed = entry.and_then(|entry| Ok((entry.file_type()?, entry.file_name())));
                match typed {
                    Ok((file_type, name)) => {
                        entries.push((os_path::name_bytes(&name).into_owned(), file_type));
                    }
                    // Gone between the two questions.
                    Err(error) if is_absent(&error) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        });
        if read.is_err() {
            self.unreadable_directories += 1;
            self.notes.met("directories cannot be read", directory);
        }
        entries
    }

    /// Whether git's index settles what this entry is. A directory in the place of a tracked file is walked.
    fn is_tracked(&mut self, path: &[u8], file_type: FileType) -> bool {
        let Some(&at) = self.index.get(path) else {
            return false;
        };
        let recorded = Kind::of_mode(self.tracked[at].mode);
        if file_type.is_dir() && recorded != Kind::Submodule {
            return false;
        }
        // A pipe in the place of a file stays listed and is found out when it is opened.
        self.seen[at] = Some(kind_of(file_type).unwrap_or(Kind::File));
        true
    }

    /// Adds the entries of the index that stand in the work tree, or may stand where the walk did not go.
    fn add_tracked(&mut self) {
        for (at, entry) in self.tracked.iter().enumerate() {
            if self.index.get(entry.path.as_bytes()) != Some(&at) {
                continue;
            }
            let recorded = Kind::of_mode(entry.mode);
            let mut lost = None;
            let kind = match (recorded, self.seen[at]) {
                (Kind::SparseDirectory, _) => {
                    self.sparse_absent += 1;
                    continue;
                }
                (Kind::Submodule, _) => Kind::Submodule,
                (Kind::Link, Some(_)) => Kind::Link,
                (_, Some(seen)) => seen,
                (_, None) => match self.unseen(&entry.path, recorded) {
                    Directory::Real => recorded,
                    Directory::Linked => {
                        let kind = "tracked files behind a symbolic link are not read";
                        self.notes.met(kind, entry.path.as_bytes());
                        lost = Some(Lost::Vanished);
                        recorded
                    }
                    Directory::Gone if entry.skip_worktree => {
                        self.sparse_absent += 1;
                        continue;
                    }
                    Directory::Gone => {
                        let kind = "tracked files are deleted in the work tree";
                        self.notes.met(kind, entry.path.as_bytes());
                        continue;
                    }
                },
            };
            self.found.push(Found {
                path: entry.path.clone(),
                origin: Origin::Tracked {
                    id: entry.id,
                    recorded: entry.recorded,
                    position: at,
                },
                kind,
                lost,
            });
        }
    }

    /// What became of a tracked file that the walk did not see: it is gone, behind a link, or in a directory that
    /// was not walked.
    fn unseen(&mut self, path: &RepoPath, recorded: Kind) -> Directory {
        let directory = path.directory();
        if self.walked.contains(directory) {
            return Directory::Gone;
        }
        match self.directory(directory) {
            Directory::Real => {
                let location = self.location(path.as_bytes());
                match std::fs::symlink_metadata(location) {
                    // What is a link now was none when git recorded it: nothing may be read through it.
                    Ok(metadata) if metadata.is_symlink() && recorded != Kind::Link => {
                        Directory::Linked
                    }
                    Err(error) if is_absent(&error) => Directory::Gone,
                    _ => Directory::Real,
                }
            }
            other => other,
        }
    }

    /// What stands at a directory that was not walked. Each is looked at once.
    fn directory(&mut self, directory: &[u8]) -> Directory {
        if let Some(known) = self.directories.get(directory) {
            return *known;
        }
        let ends = memchr::memchr_iter(b'/', directory).chain([directory.len()]);
        let mut state = Directory::Real;
        for end in ends {
            let part = &directory[..end];
            if part.is_empty() || self.walked.contains(part) {
                continue;
            }
            state = match self.directories.get(part) {
                Some(known) => *known,
                None => {
                    let looked = match std::fs::symlink_metadata(self.location(part)) {
                        Ok(metadata) if metadata.is_symlink() => Directory::Linked,
                        Ok(metadata) if metadata.is_dir() => Directory::Real,
                        Ok(_) => Directory::Gone,
                        Err(error) if is_absent(&error) => Directory::Gone,
                        // Reading the file will give the reason.
                        Err(_) => Directory::Real,
                    };
                    self.directories.insert(part.to_vec(), looked);
                    looked
                }
            };
            if state != Directory::Real {
                break;
            }
        }
        self.directories.insert(directory.to_vec(), state);
        state
    }

    fn location(&self, path: &[u8]) -> PathBuf {
        if path.is_empty() {
            self.root.to_path_buf()
        } else {
            self.root.join(os_path::from_bytes(path))
        }
    }
}

/// What an entry is, if it is anything that can be listed.
fn kind_of(file_type: FileType) -> Option<Kind> {
    if file_type.is_symlink() {
        Some(Kind::Link)
    } else if file_type.is_file() {
        Some(Kind::File)
    } else {
        None
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
