//! The codebase: files with their facts, their history, their manifests. A plain value, and all a measure may look at.
//!
//! From here on nothing reads a file, a clock or an environment variable.

pub mod endpoints;
pub mod manifests;
pub mod maps;
pub mod parallel;
pub mod resolve;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use crate::class::Class;
use crate::evidence::coverage::Coverage;
use crate::evidence::timings::Timings;
use crate::facts::{Facts, Lost};
use crate::git::{History, LineOrigin, ObjectId};
use crate::languages::Language;
use crate::path::RepoPath;

use endpoints::Endpoint;
use manifests::Manifests;
use maps::Map;
use resolve::{Resolver, Tables};

/// Everything known about the code, before anybody says what quality is.
#[derive(Clone, Debug)]
pub struct Codebase {
    files: Vec<File>,
    by_path: Map<RepoPath, FileIndex>,
    /// By file: the changes that touch it.
    touches: Vec<u32>,
    /// By change: the files at its paths, in their order; none for a path that is gone.
    touched: Vec<Box<[Option<FileIndex>]>>,
    /// Found when somebody first asks.
    endpoints: OnceLock<Vec<Endpoint>>,
    /// What git history says.
    pub history: History,
    /// What project files (`package.json`, `tsconfig.json`, `Cargo.toml`, `pyproject.toml`) say.
    pub manifests: Manifests,
    /// What coverage reports say; nothing until somebody looks for them.
    pub coverage: Coverage,
    /// How fast endpoints answer, as other tools measured it; nothing until somebody reads their reports.
    pub timings: Timings,
    /// When lines that admit debt were written; none where nobody asked.
    pub debt_origins: Option<DebtOrigins>,
}

/// When lines that admit debt were written, or why nobody can tell and what helps.
pub type DebtOrigins = Result<BTreeMap<(FileIndex, u32), LineOrigin>, String>;

/// One listed file.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Where it is.
    pub path: RepoPath,
    /// What git calls its content, where that was asked.
    pub id: Option<ObjectId>,
    /// What kind of file it is.
    pub class: Class,
    /// Why it has that class, for the report; empty for ordinary code.
    pub reason: &'static str,
    /// The language its facts are in, or would be in.
    pub language: Option<Language>,
    /// Its physical lines, where it is text and was read.
    pub lines: u32,
    /// Its facts, or why there are none.
    pub content: Content,
}

/// What is known of a file's content.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Its facts.
    Facts(Arc<Facts>),
    /// It should have facts and has none.
    Lost(Lost),
    /// Nothing is measured in it: it is of another class or language. The name is that of a known language that is not
    /// read.
    Unread(Option<&'static str>),
}

impl File {
    /// Its facts, if it has any.
    pub fn facts(&self) -> Option<&Facts> {
        match &self.content {
            Content::Facts(facts) => Some(facts),
            _ => None,
        }
    }
}

/// The position of a file in its codebase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileIndex(u32);

impl FileIndex {
    /// The position as a number.
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

impl Codebase {
    /// Joins files (in any order) with history and manifests.
    pub fn new(mut files: Vec<File>, history: History, manifests: Manifests) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let by_path: Map<RepoPath, FileIndex> = indexed(&files)
            .map(|(index, file)| (file.path.clone(), index))
            .collect();
        let touched: Vec<Box<[Option<FileIndex>]>> = history
            .changes
            .iter()
            .map(|change| {
                let files = change.paths.iter().map(|path| by_path.get(path).copied());
                files.collect()
            })
            .collect();
        let mut touches = vec![0; files.len()];
        for index in touched.iter().flatten().flatten() {
            touches[index.get()] += 1;
        }
        Self {
            files,
            by_path,
            touches,
            touched,
            endpoints: OnceLock::new(),
            history,
            manifests,
            coverage: Coverage::default(),
            timings: Timings::default(),
            debt_origins: None,
        }
    }

    /// All listed files, sorted by path.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The file at an index that came from this codebase.
    pub fn file(&self, index: FileIndex) -> &File {
        &self.files[index.get()]
    }

    /// How many changes of the history touch a file.
    pub fn touches(&self, index: FileIndex) -> u32 {
        self.touches[index.get()]
    }

    /// By file: when the last change of the history that touches it was committed, in seconds since 1970.
    pub fn committed(&self) -> Vec<Option<i64>> {
        let mut committed = vec![None; self.files.len()];
        for (change, touched) in self.history.changes.iter().zip(&self.touched) {
            for index in touched.iter().flatten() {
                let last = &mut committed[index.get()];
                *last = (*last).max(Some(change.time));
            }
        }
        committed
    }

    /// The files at the paths of a change, in their order; none for a path that is gone.
    pub fn touched(&self, change: usize) -> &[Option<FileIndex>] {
        self.touched.get(change).map_or(&[], |files| files)
    }

    /// The file at a path.
    pub fn find(&self, path: &RepoPath) -> Option<FileIndex> {
        self.find_bytes(path.as_bytes())
    }

    /// The file at a path given as bytes.
    pub fn find_bytes(&self, path: &[u8]) -> Option<FileIndex> {
        self.by_path.get(path).copied()
    }

    /// Resolves imports of this codebase. What it has to know of all files is worked out here.
    pub fn resolver(&self) -> Resolver<'_> {
        Resolver::new(Tables::new(self))
    }

    /// What it answers over HTTP, sorted by file and line.
    pub fn endpoints(&self) -> &[Endpoint] {
        self.endpoints_by(|| self.resolver())
    }

    /// The same, with a resolver that is at hand.
    pub fn endpoints_by<'a>(&'a self, resolver: impl FnOnce() -> Resolver<'a>) -> &'a [Endpoint] {
        self.endpoints.get_or_init(|| {
            if endpoints::are_possible(self) {
                endpoints::endpoints(self, &resolver())
            } else {
                Vec::new()
            }
        })
    }

    /// All files with their indices.
    pub fn indexed(&self) -> impl Iterator<Item = (FileIndex, &File)> {
        indexed(&self.files)
    }
}

/// Files with their positions. A repository of more than four billion files has no index of git.
fn indexed(files: &[File]) -> impl Iterator<Item = (FileIndex, &File)> {
    (0..).map(FileIndex).zip(files)
}
