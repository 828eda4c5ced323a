//! Finding and opening a repository without reading anybody's settings.
//!
//! The layout is read here, by ourselves: libgit2 would take `core.worktree` and `[include]` from the repository and the
//! rest from the home directory, answer "not found" for a `.git` it may not enter, and refuse a directory somebody else
//! owns. It gets to see object directories and the index file only, so no setting and no variable of the environment
//! (`GIT_DIR` and its kin) can move a number.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::Head;
use super::commit::{self, Links};
use super::configuration::Configuration;
use super::index::{self, IndexEntry};
use super::objects::{
    HashKind, METADATA_LIMIT, OBJECT_LIMIT, ObjectId, ObjectKind, ObjectProblem, ObjectReader,
    ObjectStore,
};
use super::references::{self, Target};
use super::repair;
use super::walk::Walk;
use crate::disk::is_foreign;

/// `HEAD`, references and lists are short; `packed-refs` of the largest known repositories stays below 64 MiB.
const SMALL_FILE_LIMIT: u64 = 64 << 20;

/// What lies at a path, seen as git would see it.
pub enum Discovery {
    /// Neither here nor in any directory above is there a `.git`.
    NotARepository,
    /// A repository that can be read.
    Found(Arc<Repository>),
    /// There is one, and it cannot be read or is of a kind we do not support.
    Unreadable {
        /// One sentence without a full stop.
        reason: String,
        /// The command that repairs it, if there is one.
        repair: Option<String>,
    },
}

/// A repository opened for reading. May be shared between threads.
pub struct Repository {
    root: PathBuf,
    git_directory: PathBuf,
    common_directory: PathBuf,
    bare: bool,
    trust_reduced: bool,
    partial: bool,
    remotes: Vec<String>,
    target: Target,
    store: Arc<ObjectStore>,
    readers: Mutex<Vec<ObjectReader>>,
}

struct Failure {
    reason: String,
    repair: Option<String>,
}

impl Failure {
    /// Damage of which nothing more is known here.
    fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            repair: Some(repair::EXAMINE.to_owned()),
        }
    }

    /// Nothing is damaged, and we do not know the kind.
    fn unsupported(reason: String) -> Self {
        Self {
            reason,
            repair: None,
        }
    }
}

impl Repository {
    /// Looks for a repository at `path` and in the directories above it. A bare repository is recognised only where
    /// `path` itself is one.
    pub fn discover(path: &Path) -> Discovery {
        match discover(path) {
            Ok(Some(repository)) => Discovery::Found(Arc::new(repository)),
            Ok(None) => Discovery::NotARepository,
            Err(Failure { reason, repair }) => Discovery::Unreadable { reason, repair },
        }
    }

    /// The directory that holds `.git`; of a bare repository, the repository itself. Absolute, without symbolic links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is no work tree.
    pub fn is_bare(&self) -> bool {
        self.bare
    }

    /// Whether another user owns the repository. It is read all the same, because reading executes nothing.
    pub fn trust_reduced(&self) -> bool {
        self.trust_reduced
    }

    /// Whether objects may be left out on purpose (`git clone --filter`).
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// The hash kind objects are named by.
    pub fn hash_kind(&self) -> HashKind {
        self.store.hash()
    }

    /// The head commit; `None` on a branch without commits. The error says what is damaged.
    pub fn head(&self) -> Result<Option<Head>, String> {
        let Some(id) = self.head_id()? else {
            return Ok(None);
        };
        let head = self.head_of(id)?;
        Ok(Some(Head {
            branch: self.branch(),
            ..head
        }))
    }

    /// What [`Repository::head`] would say if this commit were checked out, on no branch.
    pub fn head_of(&self, commit: ObjectId) -> Result<Head, String> {
        let reader = self.store.reader();
        let walk = Walk::new(&reader, commit, self.shallow()?, None)
            .map_err(|problem| format!("head commit {} is {problem}", commit.hex()))?;
        Ok(Head {
            id: commit.hex(),
            time: walk.head_time(),
            branch: None,
        })
    }

    /// The tree of a commit.
    pub fn tree_of(&self, commit: ObjectId) -> Result<ObjectId, ObjectProblem> {
        self.links_of(commit).map(|links| links.tree)
    }

    /// Tree, parents and time of a commit.
    pub(super) fn links_of(&self, commit: ObjectId) -> Result<Links, ObjectProblem> {
        let content = self
            .with_reader(|reader| reader.read_kind(commit, ObjectKind::Commit, METADATA_LIMIT))?;
        commit::links(&content)
            .ok_or_else(|| ObjectProblem::Corrupt("a commit without a tree".to_owned()))
    }

    /// All that the answers about head and history follow from, besides the objects themselves: what `HEAD` and the list
    /// of cut-off commits say, and of what kind the repository is. Equal texts mean equal answers.
    pub fn state(&self) -> String {
        self.state_at(None)
    }

    /// The same for answers that begin at a given commit: they do not follow from `HEAD`.
    pub fn state_at(&self, head: Option<ObjectId>) -> String {
        let (head, branch) = match head {
            Some(commit) => (Ok(Some(commit)), None),
            None => (self.head_id(), self.branch()),
        };
        format!(
            "{head:?} {branch:?} {:?} {:?} {} {} {}",
            self.shallow(),
            self.hash_kind(),
            self.bare,
            self.partial,
            self.trust_reduced
        )
    }

    /// Tracked files, sorted by path, conflicted ones once; empty where nothing was ever added. The error says why the
    /// index cannot be read (split, sparse or damaged): the tree of the head commit is then the next best list.
    pub fn index(&self) -> Result<Vec<IndexEntry>, String> {
        index::read(&self.git_directory.join("index"), self.store.hash())
    }

    /// Kind and content of an object of at most [`OBJECT_LIMIT`] bytes.
    pub fn object(&self, id: ObjectId) -> Result<(ObjectKind, Vec<u8>), ObjectProblem> {
        self.with_reader(|reader| reader.read(id, OBJECT_LIMIT))
    }

    /// The content of a file of at most [`OBJECT_LIMIT`] bytes.
    pub fn blob(&self, id: ObjectId) -> Result<Vec<u8>, ObjectProblem> {
        self.with_reader(|reader| reader.read_kind(id, ObjectKind::Blob, OBJECT_LIMIT))
            .map(Arc::unwrap_or_clone)
    }

    /// The command that brings files and directories of which a read says that they are missing.
    pub fn fetch_missing(&self) -> &'static str {
        if self.partial {
            repair::FETCH_EVERYTHING
        } else {
            repair::REFETCH
        }
    }

    /// The id `HEAD` leads to; `None` on a branch without commits.
    pub fn head_id(&self) -> Result<Option<ObjectId>, String> {
        match &self.target {
            Target::Id(id) => Ok(Some(*id)),
            Target::Reference(name) => self.resolve(name),
        }
    }

    /// The branch `HEAD` is on, without `refs/heads/`.
    pub(super) fn branch(&self) -> Option<String> {
        match &self.target {
            Target::Id(_) => None,
            Target::Reference(name) => name.strip_prefix("refs/heads/").map(str::to_owned),
        }
    }

    /// Commits whose parents were cut off by a shallow clone.
    pub(super) fn shallow(&self) -> Result<Vec<ObjectId>, String> {
        let list = small_file(&self.common_directory.join("shallow"))?.unwrap_or_default();
        Ok(list
            .split(|byte| *byte == b'\n')
            .filter_map(|line| ObjectId::from_hex(line.trim_ascii()))
            .collect())
    }

    pub(super) fn store(&self) -> &Arc<ObjectStore> {
        &self.store
    }

    /// Where what belongs to this work tree lies.
    pub(super) fn git_directory(&self) -> &Path {
        &self.git_directory
    }

    /// Where what all work trees share lies.
    pub(super) fn common_directory(&self) -> &Path {
        &self.common_directory
    }

    /// Names of the repositories its settings know to fetch from, in their order. For messages only.
    pub(super) fn remotes(&self) -> &[String] {
        &self.remotes
    }

    pub(super) fn with_reader<T>(
        &self,
        read: impl FnOnce(&ObjectReader) -> Result<T, ObjectProblem>,
    ) -> Result<T, ObjectProblem> {
        // A reader is borrowed, not locked, while it reads: threads do not wait for each other.
        let idle = self
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let reader = idle.unwrap_or_else(|| self.store.reader());
        let result = read(&reader);
        self.readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(reader);
        result
    }
}

fn discover(path: &Path) -> Result<Option<Repository>, Failure> {
    let start = path
        .canonicalize()
        .map_err(|error| Failure::new(error.to_string()))?;
    let mut start = start.as_path();
    if !start.is_dir() || start.file_name().is_some_and(|name| name == ".git") {
        start = start.parent().unwrap_or(start);
    }
    for directory in start.ancestors() {
        let entry = directory.join(".git");
        match fs::metadata(&entry) {
            Ok(metadata) => {
                let git_directory = if metadata.is_dir() {
                    entry
                } else {
                    linked_directory(&entry, directory)?
                };
                let repository = open(directory.to_path_buf(), git_directory, false)?;
                repository.refuse_absent_submodule(start)?;
                return Ok(Some(repository));
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(Failure::new(format!("{}: {error}", shown(&entry)))),
        }
        if directory == start && is_git_directory(directory) {
            let directory = directory.to_path_buf();
            return open(directory.clone(), directory, true).map(Some);
        }
    }
    Ok(None)
}

/// Where the file `.git` of a linked work tree or a submodule points to.
fn linked_directory(entry: &Path, directory: &Path) -> Result<PathBuf, Failure> {
    let content = small_file(entry).map_err(Failure::new)?.unwrap_or_default();
    let target = String::from_utf8_lossy(&content);
    let target = target
        .strip_prefix("gitdir:")
        .map(str::trim)
        .filter(|target| !target.is_empty())
        .ok_or_else(|| Failure::new(format!("{} names no directory", shown(entry))))?;
    let target = directory.join(target);
    if target.is_dir() {
        return Ok(target);
    }
    let is_linked = target.iter().any(|part| part == "worktrees");
    Err(Failure {
        reason: format!("{} points to a place that does not exist", shown(entry)),
        // Git runs it in the repository that was moved, not here, where it finds none.
        repair: is_linked.then(|| {
            "run in the repository it is a work tree of: git worktree repair PATH-OF-THIS-ONE"
                .to_owned()
        }),
    })
}

fn is_git_directory(directory: &Path) -> bool {
    directory.join("HEAD").is_file()
        && directory.join("objects").is_dir()
        && directory.join("refs").is_dir()
}

fn open(root: PathBuf, git_directory: PathBuf, bare: bool) -> Result<Repository, Failure> {
    let common_directory = match small_file(&git_directory.join("commondir")) {
        Ok(Some(path)) => git_directory.join(String::from_utf8_lossy(&path).trim()),
        Ok(None) => git_directory.clone(),
        Err(reason) => return Err(Failure::new(reason)),
    };
    let settings = small_file(&common_directory.join("config")).map_err(Failure::new)?;
    let settings = Configuration::parse(&settings.unwrap_or_default());
    let hash = supported_hash(&settings)?;
    let place = shown(&git_directory);
    // Git takes a directory without it for none of its own, so no command of git's helps.
    let without_head = |reason| Failure {
        reason,
        repair: Some(repair::write_head(&place)),
    };
    let head = small_file(&git_directory.join("HEAD"))
        .map_err(Failure::new)?
        .ok_or_else(|| without_head(format!("{place} has no HEAD")))?;
    let target = references::target(&head).ok_or_else(|| {
        without_head(format!(
            "{place}/HEAD is damaged: it names neither a branch nor a commit"
        ))
    })?;
    let objects = common_directory.join("objects");
    if let Err(error) = fs::read_dir(&objects) {
        return Err(Failure::new(format!("{}: {error}", shown(&objects))));
    }
    let store = ObjectStore::new(&objects, hash).map_err(Failure::new)?;
    Ok(Repository {
        trust_reduced: fs::metadata(&git_directory).is_ok_and(|found| is_foreign(&found)),
        root,
        git_directory,
        common_directory,
        bare,
        partial: settings.partial,
        remotes: settings.remotes,
        target,
        store: Arc::new(store),
        readers: Mutex::new(Vec::new()),
    })
}

fn supported_hash(settings: &Configuration) -> Result<HashKind, Failure> {
    if settings.reference_format.as_deref().unwrap_or("files") != "files" {
        return Err(Failure {
            reason: "references are stored as a reftable, which is not supported".to_owned(),
            repair: Some("git refs migrate --ref-format=files".to_owned()),
        });
    }
    if let Some(extension) = &settings.unknown_extension {
        return Err(Failure::unsupported(format!(
            "the repository uses extension {extension:?}, which is not supported"
        )));
    }
    match settings.object_format.as_deref() {
        None | Some("sha1") => Ok(HashKind::Sha1),
        Some("sha256") => Ok(HashKind::Sha256),
        Some(other) => Err(Failure::unsupported(format!(
            "unknown object format {other:?}"
        ))),
    }
}

/// A place in a repository as messages call it: from `.git` on, because a reason is part of the report, and a report
/// does not say where on this machine the repository lies.
fn shown(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    let inside = parts.iter().rposition(|part| part == ".git");
    parts
        .get(inside.unwrap_or(parts.len().saturating_sub(1))..)
        .unwrap_or_default()
        .join("/")
}

/// A regular file of reasonable size; `None` if there is none. Pipes and devices are refused, not opened.
pub(super) fn small_file(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        // There can be no file of a name that is too long for one.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(format!("{}: {error}", shown(path))),
    };
    if metadata.is_dir() {
        return Ok(None);
    }
    if !metadata.is_file() || metadata.len() > SMALL_FILE_LIMIT {
        return Err(format!("{} is not a small regular file", shown(path)));
    }
    fs::read(path)
        .map(Some)
        .map_err(|error| format!("{}: {error}", shown(path)))
}

impl Repository {
    /// The directory of a submodule that was never fetched looks like part of its superproject. The numbers of the
    /// superproject would be the wrong answer.
    fn refuse_absent_submodule(&self, start: &Path) -> Result<(), Failure> {
        if start == self.root || !self.root.join(".gitmodules").is_file() {
            return Ok(());
        }
        let Ok(entries) = self.index() else {
            return Ok(());
        };
        for directory in start.ancestors().take_while(|above| *above != self.root) {
            let Some(path) = directory
                .strip_prefix(&self.root)
                .ok()
                .and_then(Path::to_str)
            else {
                continue;
            };
            let place =
                entries.binary_search_by(|entry| entry.path.as_bytes().cmp(path.as_bytes()));
            if place.is_ok_and(|at| entries.get(at).is_some_and(IndexEntry::is_submodule)) {
                return Err(Failure {
                    reason: format!("{path} is a submodule that has not been fetched"),
                    repair: Some(format!(
                        "git submodule update --init -- {}",
                        repair::quoted(path)
                    )),
                });
            }
        }
        Ok(())
    }
}
