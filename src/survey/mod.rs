//! The survey: from a place in the file system to a [`Codebase`]. The last step that reads anything.

mod debt;
mod inventory;
mod memory;
mod notes;
mod past;
mod reading;
mod reports;
mod snapshot;
mod tags;
mod timings;
mod watch;

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::codebase::manifests::Manifests;
use crate::codebase::maps::Map;
use crate::codebase::{Codebase, Content, File, FileIndex};
use crate::definition::{Definition, Measure};
use crate::error::{Error, shown};
use crate::evidence::coverage::Coverage;
use crate::evidence::timings::Timings;
use crate::facts::guard::MAX_PARSE_BYTES;
use crate::facts::{Lost, pool};
use crate::git::{self, Discovery, HashKind, History, HistoryState, ObjectId, Repository, blob_id};
use crate::path::RepoPath;
use crate::report::escape;
use crate::source::{self, Identified, Listed};

use notes::oddities;
use reading::{Read, Reader, lost_file};
use snapshot::Contents;
use tags::deploy_tags;

pub use inventory::Inventory;
pub use memory::Memory;
pub use past::{Past, Unlearned, past_histories, past_survey};
pub use reading::Carry;
pub use snapshot::{Snapshot, Tree};
pub use tags::state_of_tags;
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
        self.root.file_name().map_or_else(
            || "/".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    }

    /// The repository, or what to tell whoever asked for something only one has.
    pub fn repository(&self) -> Result<&Arc<Repository>, Error> {
        match &self.repository {
            Discovery::Found(repository) => Ok(repository),
            Discovery::NotARepository => Err(Error::Repository {
                reason: format!("there is no git repository at {}", shown(&self.start)),
                repair: Some("name a directory of one".to_owned()),
            }),
            Discovery::Unreadable { reason, repair } => Err(Error::Unreadable {
                reason: reason.clone(),
                repair: repair.clone(),
            }),
        }
    }

    /// What to tell where not one file was found: why git cannot name any, if that is so.
    pub fn nothing_scanned(&self, typed: &Path) -> Error {
        match (&self.repository, self.repository()) {
            (Discovery::Unreadable { .. }, Err(error)) => error,
            _ => Error::NothingScanned { path: shown(typed) },
        }
    }

    /// The files git has of one state, to look single ones up.
    pub fn tree(&self, snapshot: Snapshot) -> Result<Tree, Error> {
        Tree::of(self, snapshot)
    }

    /// The bytes of some files of one state; those that cannot be read are left out.
    pub fn texts(
        &self,
        snapshot: Snapshot,
        codebase: &Codebase,
        files: &[FileIndex],
    ) -> Map<FileIndex, Vec<u8>> {
        let contents = Contents::of(self, snapshot);
        let read = |index: &FileIndex| Some((*index, contents.of_file(codebase.file(*index))?));
        files.iter().filter_map(read).collect()
    }

    /// All that the answers about a commit follow from, besides objects, as a text. Equal texts mean equal answers.
    pub fn state_at(&self, commit: ObjectId) -> String {
        Snapshot::Commit(commit).state(self)
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
    /// What was learned of each content that was named, for a survey of a similar state.
    pub carry: Arc<Carry>,
    /// Files or the head moved while they were read: what was seen is not what was listed.
    has_moved: bool,
}

impl Survey {
    /// Whether another run would see the same: nothing failed that could succeed the next time.
    pub fn is_lasting(&self) -> bool {
        let history = &self.codebase.history.state;
        let failed = |file: &File| {
            use crate::facts::Lost::{
                Crash, Internal, NotFetched, Permission, Unreadable, Vanished,
            };
            matches!(
                file.content,
                Content::Lost(Crash | Internal | NotFetched | Permission | Unreadable | Vanished)
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
        path: shown(path),
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
///
/// Fails where the state that is asked for is not the work tree and git does not give its list of files.
pub fn inventory(
    ground: &Ground,
    snapshot: Snapshot,
    definition: &Definition,
    threads: usize,
    identify: bool,
    watch: &Watch,
) -> Result<Inventory, Error> {
    // Its own files are git's, and none of anybody's code.
    if snapshot == Snapshot::WorkTree
        && let Discovery::Found(repository) = &ground.repository
        && repository.is_bare()
    {
        return Err(Error::Usage {
            message: "a bare repository has no work tree".to_owned(),
            hint: "its commits can be measured: quality scan --rev HEAD".to_owned(),
        });
    }
    let inventory = watch.time("list", || {
        Inventory::take(ground, snapshot, definition, threads, identify)
    })?;
    watch.expect(inventory.len());
    Ok(inventory)
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
    /// What an earlier survey of this run learned.
    pub carried: Option<&'a Arc<Carry>>,
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
        let snapshot = inventory.snapshot;
        let history = scope.spawn(move || {
            watch.time("history", || {
                read_history(ground, snapshot, definition, options)
            })
        });
        let files = watch.time("files", || Files::read(ground, inventory, options));
        let history = history
            .join()
            .unwrap_or_else(|_| unavailable("history could not be read".to_owned(), None));
        Ok(files?.with(history, ground))
    })
}

fn read_history(
    ground: &Ground,
    snapshot: Snapshot,
    definition: &Definition,
    options: Options<'_>,
) -> History {
    let wanted = options.with_history;
    match &ground.repository {
        Discovery::Found(repository) if !wanted => History {
            head: match snapshot {
                Snapshot::Commit(id) => repository.head_of(id).ok(),
                Snapshot::WorkTree | Snapshot::Staged => repository.head().ok().flatten(),
            },
            ..History::without(HistoryState::Skipped)
        },
        _ if !wanted => History::without(HistoryState::Skipped),
        Discovery::NotARepository => History::without(HistoryState::NotApplicable {
            reason: "there is no git repository here".to_owned(),
        }),
        Discovery::Unreadable { reason, repair } => unavailable(reason.clone(), repair.clone()),
        Discovery::Found(repository) => {
            let asked = git::HistoryOptions {
                head: match snapshot {
                    Snapshot::Commit(id) => Some(id),
                    Snapshot::WorkTree | Snapshot::Staged => None,
                },
                ..history_options(definition, repository)
            };
            match options.memory {
                Some(memory) => memory.history(repository, &asked),
                None => git::history(repository, &asked, None),
            }
        }
    }
}

/// What a definition asks of history.
fn history_options(definition: &Definition, repository: &Repository) -> git::HistoryOptions {
    let settings = &definition.history;
    git::HistoryOptions {
        head: None,
        window_days: settings.window_days,
        min_changes: settings.min_changes,
        max_changes: settings.max_changes,
        bots: settings.bots.clone(),
        authors: definition
            .enabled()
            .map(|component| authorship(&component.measure))
            .max()
            .unwrap_or_default(),
        deployments: deploy_tags(definition, repository),
    }
}

/// How far a measure looks into the past for people. All of history is read for those that do, and for no others.
fn authorship(measure: &Measure) -> git::Authorship {
    match measure {
        Measure::AttendedCode(settings) if settings.co_authors => git::Authorship::CoAuthors,
        Measure::AttendedCode(_) => git::Authorship::Authors,
        _ => git::Authorship::Unread,
    }
}

fn unavailable(reason: String, repair: Option<String>) -> History {
    History::without(HistoryState::Unavailable { reason, repair })
}

/// What was read of the files.
struct Files {
    files: Vec<File>,
    manifests: Manifests,
    notes: Vec<String>,
    carry: Carry,
    has_moved: bool,
    coverage: Coverage,
    timings: Timings,
    /// What was surveyed, and what the repository was like before.
    snapshot: Snapshot,
    state: String,
    /// Whether it is asked how old markers of debt are.
    dates_debt: bool,
}

impl Files {
    /// Joins what was read with its history.
    fn with(self, history: History, ground: &Ground) -> Survey {
        let mut codebase = Codebase::new(self.files, history, self.manifests);
        codebase.coverage = self.coverage;
        codebase.timings = self.timings;
        if self.dates_debt {
            let contents = Contents::of(ground, self.snapshot);
            codebase.debt_origins = debt::origins(ground, &codebase, &contents);
        }
        Survey {
            codebase,
            notes: self.notes,
            carry: Arc::new(self.carry),
            has_moved: self.has_moved || self.state != self.snapshot.state(ground),
        }
    }

    fn read(ground: &Ground, inventory: Inventory, options: Options<'_>) -> Result<Self, Error> {
        let Inventory {
            files: listed,
            identified,
            mut notes,
            snapshot,
            tags: _,
            dates_debt,
            counts_lines,
            patterns,
            state,
            reports,
            timings,
        } = inventory;
        let has_moved = Arc::new(AtomicBool::new(false));
        let contents = Contents::of(ground, snapshot);
        let hash = ground.hash_kind();
        let manifests = manifests(&contents, hash, &listed, identified.as_deref(), &has_moved);
        notes.extend(manifests.notes().iter().cloned());
        let reader = Reader {
            contents,
            hash,
            counts_lines,
            patterns,
            carried: options.carried.cloned(),
            facts: options.memory.map(|memory| Arc::clone(&memory.facts)),
            watch: Arc::clone(options.watch),
            has_moved: Arc::clone(&has_moved),
        };
        let identified = identified.map(Arc::new);
        let known = |at: usize| identified.as_ref().and_then(|all| all.get(at));
        let mut read: Vec<Option<Read>> = listed
            .iter()
            .enumerate()
            .map(|(at, file)| reader.carried(file, known(at)))
            .collect();
        let carried = read.iter().flatten().count();
        (0..carried).for_each(|_| options.watch.file_done());
        let mut order: Vec<usize> = (0..listed.len()).filter(|at| read[*at].is_none()).collect();
        // Large files first, or the last of them would keep one thread busy while the others have nothing left to do.
        order.sort_by_key(|at| {
            let size = known(*at).and_then(|known| known.as_ref().ok()?.size);
            Reverse(size.unwrap_or_else(|| listed[*at].recorded_size()))
        });
        for (at, file) in read_all(reader, &listed, identified.as_ref(), order, options.threads)? {
            read[at] = Some(file);
        }
        let read: Vec<Read> = read.into_iter().flatten().collect();
        notes.extend(oddities(&read));
        let coverage = options.watch.time("reports", || reports.gather(&listed));
        let mut carry = Carry::default();
        let files = read
            .into_iter()
            .map(|read| {
                carry.extend(read.known);
                read.file
            })
            .collect();
        Ok(Self {
            files,
            manifests,
            notes,
            carry,
            has_moved: has_moved.load(Ordering::Relaxed),
            coverage,
            timings: timings.timings(),
            snapshot,
            state,
            dates_debt,
        })
    }
}

/// Reads some files on several threads, in this order.
fn read_all(
    reader: Reader,
    listed: &Arc<[Listed]>,
    identified: Option<&Arc<Vec<Result<Identified, Lost>>>>,
    order: Vec<usize>,
    threads: usize,
) -> Result<Vec<(usize, Read)>, Error> {
    if order.is_empty() {
        return Ok(Vec::new());
    }
    let (shared, identified) = (Arc::clone(listed), identified.cloned());
    let read = pool::map(
        threads,
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
    Ok(order.into_iter().zip(read).collect())
}

fn manifests(
    contents: &Contents,
    hash: HashKind,
    files: &[Listed],
    identified: Option<&[Result<Identified, Lost>]>,
    has_moved: &AtomicBool,
) -> Manifests {
    let wanted: Vec<(RepoPath, Vec<u8>)> = files
        .iter()
        .enumerate()
        .filter(|(_, file)| Manifests::wants(&file.path))
        .filter_map(|(at, file)| {
            let bytes = contents.read(file, MAX_PARSE_BYTES as u64).ok()?;
            if let Some(Ok(listed)) = identified.and_then(|all| all.get(at))
                && listed.id != blob_id(hash, &bytes)
            {
                has_moved.store(true, Ordering::Relaxed);
            }
            Some((file.path.clone(), bytes))
        })
        .collect();
    Manifests::read(&wanted)
}
