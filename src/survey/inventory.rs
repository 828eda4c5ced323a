//! The inventory: which files there are, and by which names git knows their contents.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::Ground;
use super::notes::unmatched;
use super::reading::MAX_READ_BYTES;
use crate::classify::FileRules;
use crate::definition::Definition;
use crate::facts::Lost;
use crate::git::Discovery;
use crate::source::{self, Identified, Listed, Origin, Tracked};

/// The files of a work tree before they are read.
pub struct Inventory {
    /// Sorted by path.
    pub(super) files: Arc<[Listed]>,
    /// By file, if it was asked for: the name of its content, or why it has none.
    pub(super) identified: Option<Vec<Result<Identified, Lost>>>,
    /// What a reader should know.
    pub(super) notes: Vec<String>,
    /// What the repository was like before the files were listed.
    pub(super) state: String,
}

impl Inventory {
    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file at all.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Whether git tracks a file in a directory.
    pub fn tracks_below(&self, root: &Path, directory: &Path) -> bool {
        let Ok(below) = directory.strip_prefix(root) else {
            return false;
        };
        let below = below.as_os_str().as_encoded_bytes();
        self.files
            .iter()
            .any(|file| file.path.is_within(below) && file.origin != Origin::Untracked)
    }

    pub(super) fn take(
        ground: &Ground,
        definition: &Definition,
        threads: usize,
        identify: bool,
    ) -> Self {
        let mut notes = Vec::new();
        let state = ground.state();
        let tracked = tracked(ground, &mut notes);
        let rules = rules(definition);
        let list = || source::list(&ground.root, tracked.as_deref(), &rules);
        let look = || {
            let tracked = tracked.as_deref().unwrap_or_default();
            source::unchanged(&ground.root, tracked)
        };
        let (listing, unchanged) = if identify && threads > 1 {
            // Both wait for the same system, but in different directories.
            std::thread::scope(|scope| {
                let looking = scope.spawn(look);
                (list(), looking.join().unwrap_or_default())
            })
        } else {
            (list(), if identify { look() } else { Vec::new() })
        };
        notes.extend(listing.notes.iter().cloned());
        if listing.sparse_absent > 0 {
            notes.push(format!(
                "sparse checkout: {} tracked files are not here and were not measured",
                listing.sparse_absent
            ));
        }
        notes.extend(unmatched(definition, &listing.files));
        Self {
            identified: identify.then(|| identified(ground, &listing.files, &unchanged, threads)),
            files: listing.files.into(),
            notes,
            state,
        }
    }

    /// A digest of all that measuring this will see: files with their judgements and contents, the head and what limits
    /// its history, and what there is to say. None if not all contents are known: those of the largest files are not, unless
    /// git vouches for them.
    pub fn fingerprint(&self) -> Option<[u8; 32]> {
        let mut digest = Sha256::new();
        let mut part = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        for (file, identified) in self.files.iter().zip(self.identified.as_ref()?) {
            part(file.path.as_bytes());
            let judged = format!(
                "{:?} {:?} {:?} {:?} {} {:?}",
                file.class,
                file.class_reason,
                file.language,
                file.unsupported,
                file.chosen,
                file.lost
            );
            part(judged.as_bytes());
            match identified {
                Ok(identified) => {
                    part(&identified.size.to_le_bytes());
                    part(identified.id.as_bytes());
                }
                Err(Lost::TooLarge | Lost::Internal) => return None,
                Err(lost) => part(format!("{lost:?}").as_bytes()),
            }
        }
        part(b"notes");
        for note in &self.notes {
            part(note.as_bytes());
        }
        part(self.state.as_bytes());
        Some(digest.finalize().into())
    }
}

/// Names the contents of all files; those that nobody vouches for are read, on several threads.
fn identified(
    ground: &Ground,
    files: &[Listed],
    unchanged: &[Option<u64>],
    threads: usize,
) -> Vec<Result<Identified, Lost>> {
    let mut all: Vec<Option<Result<Identified, Lost>>> = files
        .iter()
        .map(|file| file.vouched(unchanged).map(Ok))
        .collect();
    let open: Vec<usize> = (0..all.len()).filter(|at| all[*at].is_none()).collect();
    let hash = ground.hash_kind();
    let identify = |at: &usize| {
        let identified = files[*at].identify(&ground.root, hash, MAX_READ_BYTES);
        (*at, identified)
    };
    let share = open.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        let (own, others) = open.split_at(share.min(open.len()));
        let workers: Vec<_> = others
            .chunks(share)
            .map(|chunk| scope.spawn(move || chunk.iter().map(identify).collect::<Vec<_>>()))
            .collect();
        for (at, identified) in own.iter().map(identify) {
            all[at] = Some(identified);
        }
        for (at, identified) in workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_default())
        {
            all[at] = Some(identified);
        }
    });
    // A thread that was lost named nothing: reading the file will tell what is wrong with it.
    all.into_iter()
        .map(|identified| identified.unwrap_or(Err(Lost::Internal)))
        .collect()
}

/// The entries of git's index; none without a repository or where the index cannot be read.
fn tracked(ground: &Ground, notes: &mut Vec<String>) -> Option<Vec<Tracked>> {
    let Discovery::Found(repository) = &ground.repository else {
        return None;
    };
    if repository.is_bare() {
        return None;
    }
    match repository.index() {
        Ok(entries) => Some(
            entries
                .into_iter()
                .map(|entry| Tracked {
                    path: entry.path,
                    mode: entry.mode,
                    id: entry.id,
                    recorded: entry.recorded,
                    skip_worktree: entry.skip_worktree,
                })
                .collect(),
        ),
        Err(reason) => {
            notes.push(format!(
                "git's index could not be read ({reason}): files were found by walking the directory"
            ));
            None
        }
    }
}

fn rules(definition: &Definition) -> FileRules {
    let files = &definition.files;
    FileRules {
        exclude: files.exclude.compiled().clone(),
        vendored: files.vendored.compiled().clone(),
        generated: files.generated.compiled().clone(),
        test: files.test.compiled().clone(),
        example: files.example.compiled().clone(),
    }
}
