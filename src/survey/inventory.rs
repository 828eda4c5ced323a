//! The inventory: which files there are, and by which names git knows their contents.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::debt::asks_for_age;
use super::notes::unmatched;
use super::reading::MAX_READ_BYTES;
use super::reports::Reports;
use super::snapshot::{Contents, not_listed, tracked};
use super::tags::state_of_tags;
use super::timings::TimingReports;
use super::{Ground, Snapshot};
use crate::classify::FileRules;
use crate::definition::Definition;
use crate::error::Error;
use crate::facts::CodePatterns;
use crate::facts::Lost;
use crate::git::{Discovery, ObjectId, Repository, TreeLister};
use crate::source::{self, Identified, Listed, Origin, Tracked};

/// The files of a repository in one state before they are read.
pub struct Inventory {
    /// In which state.
    pub(super) snapshot: Snapshot,
    /// Sorted by path.
    pub(super) files: Arc<[Listed]>,
    /// By file, if it was asked for: the name of its content, or why it has none.
    pub(super) identified: Option<Vec<Result<Identified, Lost>>>,
    /// What a reader should know.
    pub(super) notes: Vec<String>,
    /// What the repository was like before the files were listed.
    pub(super) state: String,
    /// Whether it is asked how old markers of debt are.
    pub(super) dates_debt: bool,
    /// Tags that stand for deployments, where the definition asks.
    pub(super) tags: String,
    /// Whether files that nothing is measured in are read to count their lines.
    pub(super) counts_lines: bool,
    /// What other tools reported.
    pub(super) reports: Reports,
    /// What the definition looks for in code.
    pub(super) patterns: CodePatterns,
    /// Reports of how fast endpoints answer.
    pub(super) timings: TimingReports,
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

    /// Whether a file that git tracks has another content in another state, or is not there. What git does not track says
    /// nothing.
    pub fn differs_from(&self, other: &Self) -> bool {
        let contents = |inventory: &Self| {
            let identified = inventory.identified.iter().flatten();
            let tracked = inventory.files.iter().zip(identified);
            tracked
                .filter(|(file, _)| file.origin != Origin::Untracked)
                .filter_map(|(file, known)| Some((file.path.clone(), known.as_ref().ok()?.id)))
                .collect::<Vec<_>>()
        };
        let own = contents(self);
        // A clone without a checkout has nothing on disk, and nobody changed anything.
        !own.is_empty() && own != contents(other)
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
        snapshot: Snapshot,
        definition: &Definition,
        threads: usize,
        identify: bool,
    ) -> Result<Self, Error> {
        let inventory = match snapshot {
            Snapshot::WorkTree => Self::on_disk(ground, definition, threads, identify),
            _ => Self::in_git(ground, ground.repository()?, snapshot, definition)?,
        };
        Ok(Self {
            timings: TimingReports::look(ground, snapshot, definition),
            tags: state_of_tags(ground, definition),
            dates_debt: asks_for_age(definition),
            ..inventory
        })
    }

    /// What git holds of a commit or of its index; the names of contents are known with it.
    fn in_git(
        ground: &Ground,
        repository: &Arc<Repository>,
        snapshot: Snapshot,
        definition: &Definition,
    ) -> Result<Self, Error> {
        let state = snapshot.state(ground);
        let (entries, dropped) = snapshot.listed(repository)?;
        let patterns = definition.code_patterns();
        let mut inventory =
            Self::of_entries(repository, snapshot, state, &entries, definition, patterns);
        if dropped > 0 {
            inventory.notes.push(format!(
                "{dropped} names of this commit were left out: a checkout would write them outside its directory or into git's \
                 own, no file system takes them, or they are there twice"
            ));
        }
        Ok(inventory)
    }

    /// The files of a commit of which only what is measured counts.
    pub(super) fn of_past(
        ground: &Ground,
        commit: ObjectId,
        lister: &mut TreeLister,
        definition: &Definition,
        patterns: CodePatterns,
    ) -> Result<Self, Error> {
        let snapshot = Snapshot::Commit(commit);
        let state = snapshot.state(ground);
        let listed = lister.files_of(commit);
        let entries = tracked(listed.map_err(|problem| not_listed(&problem))?.files);
        let repository = ground.repository()?;
        Ok(Self {
            counts_lines: false,
            timings: TimingReports::look(ground, snapshot, definition),
            dates_debt: asks_for_age(definition),
            ..Self::of_entries(repository, snapshot, state, &entries, definition, patterns)
        })
    }

    fn of_entries(
        repository: &Arc<Repository>,
        snapshot: Snapshot,
        state: String,
        entries: &[Tracked],
        definition: &Definition,
        patterns: CodePatterns,
    ) -> Self {
        let listing = source::list_revision(entries, &rules(definition), |entry| {
            repository.blob(entry.id).ok()
        });
        let mut notes = listing.notes;
        notes.extend(unmatched(definition, &listing.files));
        let identified = listing.files.iter().map(Listed::named).collect();
        let contents = Contents::Objects(Arc::clone(repository));
        let reports = Reports::look(&contents, &listing.files, definition, &mut notes);
        Self {
            snapshot,
            identified: Some(identified),
            files: listing.files.into(),
            notes,
            state,
            tags: String::new(),
            dates_debt: false,
            counts_lines: true,
            reports,
            patterns,
            timings: TimingReports::default(),
        }
    }

    fn on_disk(ground: &Ground, definition: &Definition, threads: usize, identify: bool) -> Self {
        let snapshot = Snapshot::WorkTree;
        let mut notes = Vec::new();
        let state = snapshot.state(ground);
        let tracked = in_index(ground, &mut notes);
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
        notes.extend(unmatched(definition, &listing.files));
        let contents = Contents::of(ground, snapshot);
        let reports = Reports::look(&contents, &listing.files, definition, &mut notes);
        Self {
            snapshot,
            identified: identify.then(|| identified(ground, &listing.files, &unchanged, threads)),
            files: listing.files.into(),
            notes,
            state,
            tags: String::new(),
            dates_debt: false,
            counts_lines: true,
            reports,
            patterns: definition.code_patterns(),
            timings: TimingReports::default(),
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
                    part(format!("{:?}", identified.size).as_bytes());
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
        part(self.tags.as_bytes());
        part(b"reports and timings");
        self.reports.digest(&mut digest);
        self.timings.digest(&mut digest);
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
fn in_index(ground: &Ground, notes: &mut Vec<String>) -> Option<Vec<Tracked>> {
    let Discovery::Found(repository) = &ground.repository else {
        return None;
    };
    if repository.is_bare() {
        return None;
    }
    match Snapshot::WorkTree.entries(repository) {
        Ok(entries) => Some(entries),
        Err(error) => {
            notes.push(format!(
                "{error}; files were found by walking the directory"
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
