//! Who wrote the files of today, over the whole of history. People are numbers here: no name leaves this file.
//!
//! Every commit but merges is compared with its first parent, oldest first, and what it did to a path is remembered under
//! the name the file has in the end. What a comparison found is remembered between runs, as for changes.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::bots::Bots;
use super::commit::{self, Person};
use super::diffs::{Job, Outcome, Worker};
use super::hash::WordHash;
use super::history::{Authorship, HistoryOptions, Source};
use super::mailmap::Mailmap;
use super::objects::{METADATA_LIMIT, ObjectId, ObjectKind, ObjectReader};
use super::survey::make;
use super::tree_diff::next_entry;
use super::walk::Walk;
use super::{HistoryState, objects::ObjectProblem};
use crate::path::RepoPath;

/// Commits whose comparisons are held in memory at once.
const PORTION: usize = 4_096;

/// Moves of one file that are followed to where it is.
const MOST_MOVES: usize = 1_000;

/// Who wrote what, over the whole of history.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Authors {
    /// Whether the rest may be read.
    pub state: HistoryState,
    /// By person: when they were last seen.
    pub seen: Vec<Seen>,
    /// Files of today and of the past under their last names, sorted by path.
    pub files: Vec<FileAuthors>,
}

/// When a person was last seen, in seconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Seen {
    /// As the author of a commit.
    pub writing: Option<i64>,
    /// As a co-author, where that was asked for.
    pub helping: Option<i64>,
}

/// The people who wrote one file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct FileAuthors {
    /// The file.
    pub path: RepoPath,
    /// Sorted by person, each once.
    pub shares: Vec<Share>,
}

/// What one person did to one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Share {
    /// Position in [`Authors::seen`].
    pub person: u32,
    /// Commits that created it.
    pub created: u32,
    /// Commits that changed or moved it.
    pub changed: u32,
    /// Commits of others that name this person as co-author.
    pub helped: u32,
}

impl Authors {
    /// Nothing, and why.
    pub(super) fn without(state: HistoryState) -> Self {
        Self {
            state,
            seen: Vec::new(),
            files: Vec::new(),
        }
    }

    /// The people who wrote the file at a path.
    pub fn of(&self, path: &RepoPath) -> Option<&FileAuthors> {
        let found = self.files.binary_search_by(|file| file.path.cmp(path));
        self.files.get(found.ok()?)
    }
}

/// How a person took part in a commit.
#[derive(Clone, Copy)]
enum Part {
    Writing,
    Helping,
}

/// What was counted so far.
#[derive(Default)]
struct Counts {
    persons: HashMap<String, u32>,
    seen: Vec<Seen>,
    files: HashMap<RepoPath, BTreeMap<u32, Share>, WordHash>,
    /// Where a file went that nothing was put in the place of.
    moved: HashMap<RepoPath, RepoPath, WordHash>,
}

/// Reads all of history behind the head of `walk`, which has not begun yet.
pub(super) fn authors(
    source: &Source,
    options: &HistoryOptions,
    reader: &ObjectReader,
    workers: &mut [Worker],
    mut walk: Walk<'_>,
) -> Authors {
    walk.advance(i64::MIN, &mut |_| {});
    if let Some(end) = walk.end(i64::MIN) {
        return Authors::without(source.ended(&end));
    }
    let order: Vec<usize> = walk.visited().iter().rev().copied().collect();
    let head = order.last().map(|position| walk.node(*position).tree);
    let mailmap = match head.map(|tree| mailmap(reader, tree)) {
        Some(Ok(content)) => Mailmap::parse(&content),
        Some(Err((id, problem))) => {
            return Authors::without(source.broken(".mailmap", id, &problem));
        }
        None => Mailmap::default(),
    };
    let bots = Bots::new(&options.bots);
    let mut counts = Counts::default();
    for portion in order.chunks(PORTION) {
        let mut known = BTreeMap::new();
        let compared = make(source, workers, &mut known, |needed| {
            for position in portion {
                let node = walk.node(*position);
                if !node.is_merge() {
                    let parent = node.parents.first().copied().flatten();
                    let old = parent.map(|parent| walk.node(parent).tree);
                    needed(Job::with_renames(*position, old, node.tree));
                }
            }
        });
        if let Err(state) = compared {
            return Authors::without(state);
        }
        for position in portion {
            let node = walk.node(*position);
            let mut people = Vec::new();
            if !node.is_by(&bots) {
                let person = counts.person(&mailmap, &node.author);
                people.push((person, Part::Writing));
            }
            if options.authors == Authorship::CoAuthors {
                for helper in helpers(reader, node.id) {
                    if !bots.wrote(&helper) {
                        let person = counts.person(&mailmap, &helper);
                        if people.iter().all(|(other, _)| *other != person) {
                            people.push((person, Part::Helping));
                        }
                    }
                }
            }
            counts.see(&people, node.time);
            if let Some(known) = known.get(position) {
                counts.add(&known.outcome, &people);
            }
        }
    }
    counts.finish()
}

/// What the root directory has under `.mailmap`; nothing where there is no such file.
fn mailmap(reader: &ObjectReader, tree: ObjectId) -> Result<Vec<u8>, (ObjectId, ObjectProblem)> {
    let read = |id, kind| {
        let content = reader.read_kind(id, kind, METADATA_LIMIT);
        content.map_err(|problem| (id, problem))
    };
    let content = read(tree, ObjectKind::Tree)?;
    let id_length = reader.store().hash().id_length();
    let mut rest: &[u8] = &content;
    while let Some(entry) = next_entry(&mut rest, id_length) {
        if entry.name == b".mailmap" && entry.version.file_type() == 0o100_000 {
            return Ok(read(entry.version.id, ObjectKind::Blob)?.to_vec());
        }
    }
    Ok(Vec::new())
}

/// The people a message names as co-authors. The commit was read before, so one that cannot be read names nobody.
fn helpers(reader: &ObjectReader, id: ObjectId) -> Vec<Person> {
    let content = reader.read_kind(id, ObjectKind::Commit, METADATA_LIMIT);
    let raw = content.ok().and_then(|content| commit::parse(&content));
    raw.map(|raw| co_authors(&raw.body)).unwrap_or_default()
}

fn co_authors(body: &str) -> Vec<Person> {
    const TRAILER: &str = "co-authored-by:";
    let trailers = body.lines().filter_map(|line| {
        let (key, value) = line.trim().split_at_checked(TRAILER.len())?;
        key.eq_ignore_ascii_case(TRAILER).then_some(value)
    });
    trailers.map(commit::person).collect()
}

impl Counts {
    fn person(&mut self, mailmap: &Mailmap, author: &Person) -> u32 {
        let next = u32::try_from(self.seen.len()).unwrap_or(u32::MAX);
        let person = *self.persons.entry(mailmap.identity(author)).or_insert(next);
        if person == next {
            self.seen.push(Seen::default());
        }
        person
    }

    fn see(&mut self, people: &[(u32, Part)], time: i64) {
        for (person, part) in people {
            if let Some(seen) = self.seen.get_mut(*person as usize) {
                let last = match part {
                    Part::Writing => &mut seen.writing,
                    Part::Helping => &mut seen.helping,
                };
                *last = (*last).max(Some(time));
            }
        }
    }

    /// Adds what one commit did.
    fn add(&mut self, outcome: &Outcome, people: &[(u32, Part)]) {
        // All moves at once: two files may have changed places.
        let moved: Vec<_> = outcome
            .renames
            .iter()
            .map(|rename| (rename, self.files.remove(&rename.old).unwrap_or_default()))
            .collect();
        for (rename, shares) in moved {
            let known = self.files.entry(rename.new.clone()).or_default();
            for (person, share) in shares {
                let sum = known.entry(person).or_insert(Share::of(person));
                sum.created += share.created;
                sum.changed += share.changed;
                sum.helped += share.helped;
            }
            self.moved.remove(&rename.new);
            self.moved.insert(rename.old.clone(), rename.new.clone());
        }
        let arrived: HashSet<&RepoPath> =
            outcome.renames.iter().map(|rename| &rename.new).collect();
        let is_in = |positions: &[u32], at: usize| {
            let at = u32::try_from(at);
            at.is_ok_and(|at| positions.binary_search(&at).is_ok())
        };
        for (at, path) in outcome.paths.iter().enumerate() {
            if is_in(&outcome.removed, at) {
                continue;
            }
            let is_new = is_in(&outcome.added, at);
            let is_created = is_new && !arrived.contains(path);
            if is_created {
                self.moved.remove(path);
            }
            let path = self.today(path);
            let shares = self.files.entry(path).or_default();
            for (person, part) in people {
                let share = shares.entry(*person).or_insert(Share::of(*person));
                match part {
                    Part::Helping => share.helped += 1,
                    Part::Writing if is_created => share.created += 1,
                    Part::Writing => share.changed += 1,
                }
            }
        }
    }

    /// Where a file is that another line of work may have moved meanwhile.
    fn today(&self, path: &RepoPath) -> RepoPath {
        let mut path = path;
        for _ in 0..MOST_MOVES {
            match self.moved.get(path) {
                Some(next) => path = next,
                None => break,
            }
        }
        path.clone()
    }

    fn finish(self) -> Authors {
        let file = |(path, shares): (RepoPath, BTreeMap<u32, Share>)| FileAuthors {
            path,
            shares: shares.into_values().collect(),
        };
        let mut files: Vec<FileAuthors> = self.files.into_iter().map(file).collect();
        files.retain(|file| !file.shares.is_empty());
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Authors {
            state: HistoryState::Available,
            seen: self.seen,
            files,
        }
    }
}

impl Share {
    fn of(person: u32) -> Self {
        Self {
            person,
            created: 0,
            changed: 0,
            helped: 0,
        }
    }
}

#[cfg(test)]
mod tests;
