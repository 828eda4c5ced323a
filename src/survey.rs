//! The survey: from a place in the file system to a [`Codebase`]. The last step that reads anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::class::Class;
use crate::classify::{self, FileRules};
use crate::codebase::manifests::Manifests;
use crate::codebase::{Codebase, Content, File};
use crate::definition::{Definition, PatternSet};
use crate::error::Error;
use crate::facts::guard::MAX_PARSE_BYTES;
use crate::facts::{Facts, Lost, decode, extract, pool};
use crate::git::{self, Discovery, History, HistoryState, Repository};
use crate::path::RepoPath;
use crate::report::escape;
use crate::source::{self, Listed, Tracked};

/// How many files a sentence about odd ones names.
const NAMED_ODDITIES: usize = 3;
/// Largest file whose bytes are looked at.
const MAX_READ_BYTES: u64 = 64 << 20;

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
}

/// A surveyed codebase and what to say beside it.
pub struct Survey {
    /// Files, history, manifests.
    pub codebase: Codebase,
    /// What a reader should know; sentences.
    pub notes: Vec<String>,
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

/// Reads everything. History is read beside the files, on threads of its own.
pub fn survey(
    ground: &Ground,
    definition: &Definition,
    with_history: bool,
    threads: usize,
) -> Result<Survey, Error> {
    std::thread::scope(|scope| {
        let history = scope.spawn(|| read_history(ground, definition, with_history));
        let files = read_files(ground, definition, threads);
        let history = history
            .join()
            .unwrap_or_else(|_| unavailable("history could not be read".to_owned(), None));
        let (files, manifests, notes) = files?;
        Ok(Survey {
            codebase: Codebase::new(files, history, manifests),
            notes,
        })
    })
}

fn read_history(ground: &Ground, definition: &Definition, wanted: bool) -> History {
    let settings = &definition.history;
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
        Discovery::Found(repository) => git::history(
            repository,
            &git::HistoryOptions {
                window_days: settings.window_days,
                min_changes: settings.min_changes,
                max_changes: settings.max_changes,
                bots: settings.bots.clone(),
            },
            None,
        ),
    }
}

fn unavailable(reason: String, repair: Option<String>) -> History {
    History::without(HistoryState::Unavailable { reason, repair })
}

type Files = (Vec<File>, Manifests, Vec<String>);

fn read_files(ground: &Ground, definition: &Definition, threads: usize) -> Result<Files, Error> {
    let mut notes = Vec::new();
    let tracked = tracked(ground, &mut notes);
    let rules = rules(definition);
    let listing = source::list(&ground.root, tracked.as_deref(), &rules);
    notes.extend(listing.notes.iter().cloned());
    if listing.sparse_absent > 0 {
        notes.push(format!(
            "sparse checkout: {} tracked files are not here and were not measured",
            listing.sparse_absent
        ));
    }
    notes.extend(unmatched(definition, &listing.files));

    let manifests = manifests(&ground.root, &listing.files);
    notes.extend(manifests.notes().iter().cloned());
    let listed: Arc<[Listed]> = listing.files.into();
    let (root, shared) = (ground.root.clone(), Arc::clone(&listed));
    let files = pool::map(
        threads,
        (0..listed.len()).collect(),
        move |index| read_file(&root, &shared[index]),
        |index, lost| lost_file(&listed[index], lost).into(),
    )
    .map_err(|exhausted| Error::Exhausted {
        count: exhausted.indices.len(),
        first: exhausted
            .indices
            .first()
            .and_then(|index| listed.get(*index))
            .map(|file| escape::name(file.path.as_bytes()))
            .unwrap_or_default(),
    })?;
    notes.extend(oddities(&files));
    let files = files.into_iter().map(|read| read.file).collect();
    Ok((files, manifests, notes))
}

/// A file and what was odd about its bytes. It was measured all the same.
struct Read {
    file: File,
    non_utf8: bool,
    conflict_markers: bool,
}

impl From<File> for Read {
    fn from(file: File) -> Self {
        Self {
            file,
            non_utf8: false,
            conflict_markers: false,
        }
    }
}

/// Sentences about files whose bytes are odd, each with the first few of them.
fn oddities(files: &[Read]) -> Vec<String> {
    let told = |what: &str, odd: fn(&Read) -> bool| {
        let names: Vec<String> = files
            .iter()
            .filter(|read| odd(read))
            .map(|read| read.file.path.to_str().into_owned())
            .collect();
        let more = match names.len().saturating_sub(NAMED_ODDITIES) {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let named = names
            .iter()
            .take(NAMED_ODDITIES)
            .cloned()
            .collect::<Vec<_>>();
        (!names.is_empty()).then(|| format!("{what}: {}{more}", named.join(", ")))
    };
    let non_utf8 = told("not UTF-8 and measured byte by byte", |read| read.non_utf8);
    let conflicts = told("conflict markers in", |read| read.conflict_markers);
    non_utf8.into_iter().chain(conflicts).collect()
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
                    id: entry.id.hex(),
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

/// Warnings for globs of the definition that match no file.
fn unmatched(definition: &Definition, files: &[Listed]) -> Vec<String> {
    let mut sets: Vec<(String, &PatternSet)> = vec![
        ("files.exclude".to_owned(), &definition.files.exclude),
        ("files.vendored".to_owned(), &definition.files.vendored),
        ("files.generated".to_owned(), &definition.files.generated),
        ("files.test".to_owned(), &definition.files.test),
        ("files.example".to_owned(), &definition.files.example),
    ];
    for component in definition.enabled() {
        sets.push((
            format!("component.{}.paths", component.id),
            &component.paths.paths,
        ));
        sets.push((
            format!("component.{}.except", component.id),
            &component.paths.except,
        ));
    }
    let mut warnings = Vec::new();
    for (key, set) in sets {
        if set.is_empty() {
            continue;
        }
        let mut hit = vec![false; set.patterns().len()];
        for file in files {
            for position in set.matching(&file.path) {
                hit[position] = true;
            }
        }
        for (pattern, hit) in set.patterns().iter().zip(hit) {
            if !hit {
                warnings.push(format!(
                    "{key}: `{}` (line {}) matches no file",
                    pattern.text, pattern.place.line
                ));
            }
        }
    }
    warnings
}

fn manifests(root: &Path, files: &[Listed]) -> Manifests {
    let wanted: Vec<(RepoPath, Vec<u8>)> = files
        .iter()
        .filter(|file| Manifests::wants(&file.path))
        .filter_map(|file| {
            Some((
                file.path.clone(),
                file.read(root, MAX_PARSE_BYTES as u64).ok()?,
            ))
        })
        .collect();
    Manifests::read(&wanted)
}

/// Reads one file: its class, its lines, its facts.
fn read_file(root: &Path, listed: &Listed) -> Read {
    if !listed.needs_content() {
        return unread_file(root, listed).into();
    }
    let bytes = match listed.read(root, MAX_READ_BYTES) {
        Ok(bytes) => bytes,
        Err(lost) => return lost_file(listed, lost).into(),
    };
    let settled = listed.settle(&bytes);
    let mut file = File {
        path: listed.path.clone(),
        class: settled.class,
        reason: settled.reason,
        language: settled.language,
        lines: 0,
        content: Content::Unread(settled.unsupported),
    };
    if settled.class == Class::Binary {
        return file.into();
    }
    if classify::is_lfs_pointer(&bytes) {
        file.content = Content::Lost(Lost::LfsPointer);
        return file.into();
    }
    let Some(language) = settled.language.filter(|_| settled.class.has_facts()) else {
        file.lines = decode::count_lines(&bytes);
        return file.into();
    };
    let decoded = decode::decode(bytes);
    match extract::extract(language, &decoded.text) {
        Ok(facts) => {
            file.lines = facts.lines.total();
            settle_by_facts(&mut file, facts);
        }
        Err(lost) => {
            file.lines = decode::count_lines(&decoded.text);
            file.content = Content::Lost(lost);
        }
    }
    Read {
        file,
        non_utf8: decoded.non_utf8,
        conflict_markers: decoded.conflict_markers,
    }
}

/// What only facts can tell of a file's class: a literal table is data, a test file without a test case supports others.
fn settle_by_facts(file: &mut File, facts: Facts) {
    if facts.literal_table && file.class == Class::Code {
        file.class = Class::Data;
        file.reason = "one literal table";
        file.content = Content::Unread(None);
        return;
    }
    if file.class == Class::Test && facts.tests.iter().all(|test| test.doc_example) {
        file.class = Class::TestSupport;
        file.reason = "no test case in it";
    }
    file.content = Content::Facts(Arc::new(facts));
}

/// A file whose class is settled without its content; text is still counted in lines.
fn unread_file(root: &Path, listed: &Listed) -> File {
    let class = listed.class.unwrap_or(Class::Data);
    let countable = !matches!(class, Class::Binary | Class::Link | Class::Submodule);
    let lines = if countable {
        source::physical_lines(&listed.location(root)).map_or(0, |counted| counted.lines)
    } else {
        0
    };
    File {
        path: listed.path.clone(),
        class,
        reason: listed.class_reason,
        language: listed.language,
        lines: u32::try_from(lines).unwrap_or(u32::MAX),
        content: Content::Unread(listed.unsupported),
    }
}

/// A file that should have facts and has none. Of another class or language nothing is missing.
fn lost_file(listed: &Listed, lost: Lost) -> File {
    let class = listed.class.unwrap_or(Class::Code);
    let measured = class.has_facts() && listed.language.is_some();
    File {
        path: listed.path.clone(),
        class,
        reason: listed.class_reason,
        language: listed.language,
        lines: 0,
        content: if measured {
            Content::Lost(lost)
        } else {
            Content::Unread(listed.unsupported)
        },
    }
}
