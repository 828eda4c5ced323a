//! The survey: from a place in the file system to a [`Codebase`]. The last step that reads anything.

mod inventory;
mod memory;
mod notes;
mod reading;
mod watch;

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::codebase::manifests::Manifests;
use crate::codebase::{Codebase, Content, File};
use crate::definition::Definition;
use crate::error::Error;
use crate::facts::guard::MAX_PARSE_BYTES;
use crate::facts::{Lost, pool};
use crate::git::{self, Discovery, HashKind, History, HistoryState, Repository, blob_id};
use crate::path::RepoPath;
use crate::report::escape;
use crate::source::{self, Identified, Listed};

use notes::oddities;
use reading::{Read, Reader, lost_file};

pub use inventory::Inventory;
pub use memory::Memory;
pub use watch::{Phase, Progress, Watch};

/// A place to survey.
pub struct Ground {
    /// The root of the repository, or the directory itself where there is none. Absolute.
    pub root: PathBuf,
    /// The directory the user named. Absolute.
    pub start: PathBuf,
    /// The same, below the root; empty for the root itself.
    pub prefix: RepoPath,
    /// The repository, or why there is none.
    pub repository: Discovery,
}

impl Ground {
    /// What the repository is called: the name of its directory. Never its place on this machine.
    pub fn name(&self) -> String {
        self.root
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// All that head and history follow from besides objects, as a text. Equal texts mean equal answers.
    fn state(&self) -> String {
        match &self.repository {
            Discovery::NotARepository => "no repository".to_owned(),
            Discovery::Unreadable { reason, repair } => format!("{reason} {repair:?}"),
            Discovery::Found(repository) => repository.state(),
        }
    }

    /// How contents are named here: as git does, SHA-1 where there is no repository.
    fn hash_kind(&self) -> HashKind {
        match &self.repository {
            Discovery::Found(repository) => repository.hash_kind(),
            _ => HashKind::Sha1,
        }
    }
}

/// A surveyed codebase and what to say beside it.
pub struct Survey {
    /// Files, history, manifests.
    pub codebase: Codebase,
    /// What a reader should know; sentences.
    pub notes: Vec<String>,
    /// Files or the head moved while they were read: what was seen is not what was listed.
    has_moved: bool,
}

impl Survey {
    /// Whether another run would see the same: nothing failed that could succeed the next time.
    pub fn is_lasting(&self) -> bool {
        let history = &self.codebase.history.state;
        let failed = |file: &File| {
            use crate::facts::Lost::{Internal, Permission, Unreadable, Vanished};
            matches!(
                file.content,
                Content::Lost(Internal | Permission | Unreadable | Vanished)
            )
        };
        !self.has_moved
            && !matches!(history, HistoryState::Unavailable { .. })
            && !self.codebase.files().iter().any(failed)
    }
}

/// Finds the root of what the user named. A sub-directory narrows the report; what is measured is the repository.
pub fn ground(path: &Path) -> Result<Ground, Error> {
    let start = source::open_root(path).map_err(|problem| Error::Root {
        path: crate::error::shown(path),
        problem,
    })?;
    let repository = Repository::discover(&start);
    let root = match &repository {
        Discovery::Found(found) if !found.is_bare() && start.starts_with(found.root()) => {
            found.root().to_path_buf()
        }
        _ => start.clone(),
    };
    let below = start.strip_prefix(&root).unwrap_or(Path::new(""));
    Ok(Ground {
        prefix: RepoPath::new(below.as_os_str().as_encoded_bytes()),
        start,
        root,
        repository,
    })
}

/// Lists the files and, with `identify`, names their contents. Reads only what git does not vouch for.
pub fn inventory(
    ground: &Ground,
    definition: &Definition,
    threads: usize,
    identify: bool,
    watch: &Watch,
) -> Inventory {
    let inventory = watch.time("list", || {
        Inventory::take(ground, definition, threads, identify)
    });
    watch.expect(inventory.len());
    inventory
}

/// How to read what an inventory lists.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Who is told how far the work has come.
    pub watch: &'a Arc<Watch>,
    /// Read history too.
    pub with_history: bool,
    /// Threads for files; no answer depends on it.
    pub threads: usize,
    /// What earlier runs worked out.
    pub memory: Option<&'a Memory>,
}

/// Reads everything. History is read beside the files, on threads of its own.
pub fn survey(
    ground: &Ground,
    definition: &Definition,
    inventory: Inventory,
    options: Options<'_>,
) -> Result<Survey, Error> {
    std::thread::scope(|scope| {
        let watch = options.watch;
        let history =
            scope.spawn(|| watch.time("history", || read_history(ground, definition, options)));
        let state = inventory.state.clone();
        let files = watch.time("files", || read_files(ground, inventory, options));
        let history = history
            .join()
            .unwrap_or_else(|_| unavailable("history could not be read".to_owned(), None));
        let (files, manifests, notes, has_moved) = files?;
        Ok(Survey {
            codebase: Codebase::new(files, history, manifests),
            notes,
            has_moved: has_moved || state != ground.state(),
        })
    })
}

fn read_history(ground: &Ground, definition: &Definition, options: Options<'_>) -> History {
    let settings = &definition.history;
    let wanted = options.with_history;
    match &ground.repository {
        Discovery::Found(repository) if !wanted => History {
            head: repository.head().ok().flatten(),
            ..History::without(HistoryState::Skipped)
        },
        _ if !wanted => History::without(HistoryState::Skipped),
        Discovery::NotARepository => History::without(HistoryState::NotApplicable {
            reason: "there is no git repository here".to_owned(),
        }),
        Discovery::Unreadable { reason, repair } => unavailable(reason.clone(), repair.clone()),
        Discovery::Found(repository) => {
            let asked = git::HistoryOptions {
                window_days: settings.window_days,
                min_changes: settings.min_changes,
                max_changes: settings.max_changes,
                bots: settings.bots.clone(),
            };
            match options.memory {
                Some(memory) => memory.history(repository, &asked),
                None => git::history(repository, &asked, None),
            }
        }
    }
}

fn unavailable(reason: String, repair: Option<String>) -> History {
    History::without(HistoryState::Unavailable { reason, repair })
}

type Files = (Vec<File>, Manifests, Vec<String>, bool);

fn read_files(ground: &Ground, inventory: Inventory, options: Options<'_>) -> Result<Files, Error> {
    let Inventory {
        files: listed,
        identified,
        mut notes,
        ..
    } = inventory;
    let has_moved = Arc::new(AtomicBool::new(false));
    let manifests = manifests(ground, &listed, identified.as_deref(), &has_moved);
    notes.extend(manifests.notes().iter().cloned());
    let reader = Reader {
        root: ground.root.clone(),
        hash: ground.hash_kind(),
        facts: options.memory.map(|memory| Arc::clone(&memory.facts)),
        watch: Arc::clone(options.watch),
        has_moved: Arc::clone(&has_moved),
    };
    // Large files first, or the last of them would keep one thread busy while the others have nothing left to do.
    let mut order: Vec<usize> = (0..listed.len()).collect();
    order.sort_by_key(|at| {
        let known = identified.as_ref().and_then(|all| all[*at].as_ref().ok());
        Reverse(known.map_or_else(|| listed[*at].recorded_size(), |known| known.size))
    });
    let (shared, identified) = (Arc::clone(&listed), identified.map(Arc::new));
    let read = pool::map(
        options.threads,
        order.clone(),
        move |at| {
            let identified = identified.as_ref().map(|all| &all[at]);
            let read = reader.read(&shared[at], identified);
            reader.watch.file_done();
            read
        },
        |position, lost| lost_file(&listed[order[position]], lost).into(),
    )
    .map_err(|exhausted| Error::Exhausted {
        count: exhausted.indices.len(),
        first: exhausted
            .indices
            .iter()
            .filter_map(|position| listed.get(*order.get(*position)?))
            .min_by_key(|file| &file.path)
            .map(|file| escape::name(file.path.as_bytes()))
            .unwrap_or_default(),
    })?;
    let mut read: Vec<(usize, Read)> = order.into_iter().zip(read).collect();
    read.sort_unstable_by_key(|(at, _)| *at);
    let read: Vec<Read> = read.into_iter().map(|(_, read)| read).collect();
    notes.extend(oddities(&read));
    let files = read.into_iter().map(|read| read.file).collect();
    Ok((files, manifests, notes, has_moved.load(Ordering::Relaxed)))
}

fn manifests(
    ground: &Ground,
    files: &[Listed],
    identified: Option<&[Result<Identified, Lost>]>,
    has_moved: &AtomicBool,
) -> Manifests {
    let wanted: Vec<(RepoPath, Vec<u8>)> = files
        .iter()
        .enumerate()
        .filter(|(_, file)| Manifests::wants(&file.path))
        .filter_map(|(at, file)| {
            let bytes = file.read(&ground.root, MAX_PARSE_BYTES as u64).ok()?;
            if let Some(Ok(listed)) = identified.and_then(|all| all.get(at))
                && listed.id != blob_id(ground.hash_kind(), &bytes)
            {
                has_moved.store(true, Ordering::Relaxed);
            }
            Some((file.path.clone(), bytes))
        })
        .collect();
    Manifests::read(&wanted)
}
