//! When single lines were written: blame, for a few lines of many files in one walk.
//!
//! It answers what `git blame` answers: a line belongs to the newest commit that none of its parents has it from, as the
//! same comparison of lines says (libgit2 has git's own, and is handed bytes alone), moves of whole files followed. Lines of
//! all files go back together, so that each commit is looked at once, and its directories only where they changed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

use super::commit;
use super::hash::WordHash;
use super::objects::{
    METADATA_LIMIT, OBJECT_LIMIT, ObjectId, ObjectKind, ObjectProblem, ObjectReader,
};
use super::renames::renames_of;
use super::repair;
use super::repository::Repository;
use super::similarity::Similarity;
use super::tree_diff::{TreeCache, TreeChanges, TreeDiff, TreeProblem, Version};
use crate::path::RepoPath;

/// Bytes of equal ends that are left out of a comparison at once, as in git.
const BLOCK: usize = 1_024;

/// Lines of one file whose origin is asked for.
pub struct AskedLines {
    /// Where it is.
    pub path: RepoPath,
    /// What git calls its content, if that is known.
    pub id: Option<ObjectId>,
    /// Lines, counted from 1.
    pub lines: Vec<u32>,
}

/// When a line was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOrigin {
    /// No commit has it.
    Uncommitted,
    /// Author time of its commit, in seconds since the epoch.
    Written(i64),
}

/// Why origins cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginProblem {
    /// One sentence.
    pub reason: String,
    /// The command that repairs it.
    pub repair: String,
}

/// A line on its way back: its number there, and which answer is its.
type Traveller = (u32, usize);

/// Lines by file.
type Load = BTreeMap<RepoPath, Vec<Traveller>>;

/// Where a file was in each parent, and what it held there.
type Places = Vec<Option<(RepoPath, Version)>>;

/// What blame needs of a commit.
struct Known {
    tree: ObjectId,
    parents: Vec<ObjectId>,
    time: i64,
    authored: i64,
}

impl Repository {
    /// When lines of files were written, as seen from a commit: an answer for each line of each file, in their order.
    /// `content` gives the bytes of a file by its position where they are not those of the commit.
    pub fn line_origins(
        &self,
        head: ObjectId,
        asked: &[AskedLines],
        content: &dyn Fn(usize) -> Option<Vec<u8>>,
    ) -> Result<Vec<Vec<LineOrigin>>, OriginProblem> {
        let shallow = self.shallow().map_err(|reason| OriginProblem {
            reason,
            repair: repair::REFETCH.to_owned(),
        })?;
        let reader = self.store().reader();
        let mut trees = TreeCache::default();
        let mut blame = Blame {
            reader: &reader,
            trees: TreeDiff::new(&reader, &mut trees),
            similarity: Similarity::new((!self.is_partial()).then_some(&reader)),
            shallow: shallow.into_iter().collect(),
            known: HashMap::default(),
            loads: HashMap::default(),
            queue: BinaryHeap::new(),
            answers: Vec::new(),
        };
        blame.begin(head, asked, content)?;
        while let Some((_, Reverse(id))) = blame.queue.pop() {
            if let Some(load) = blame.loads.remove(&id) {
                blame.visit(id, load)?;
            }
        }
        let mut answers = blame.answers.into_iter();
        let of_file = |file: &AskedLines| answers.by_ref().take(file.lines.len()).collect();
        Ok(asked.iter().map(of_file).collect())
    }
}

struct Blame<'a> {
    reader: &'a ObjectReader,
    trees: TreeDiff<'a>,
    similarity: Similarity<'a>,
    shallow: HashSet<ObjectId, WordHash>,
    known: HashMap<ObjectId, Arc<Known>, WordHash>,
    /// By commit: lines that came there and have to go on.
    loads: HashMap<ObjectId, Load, WordHash>,
    /// Commits with a load, the newest first, so that lines from several children arrive before it is looked at.
    queue: BinaryHeap<(i64, Reverse<ObjectId>)>,
    answers: Vec<LineOrigin>,
}

fn broken(id: ObjectId, problem: &ObjectProblem) -> OriginProblem {
    OriginProblem {
        reason: format!("object {} is {problem}", id.hex()),
        repair: repair::REFETCH.to_owned(),
    }
}

fn broken_tree(problem: TreeProblem) -> OriginProblem {
    broken(problem.tree, &problem.problem)
}

impl Blame<'_> {
    fn begin(
        &mut self,
        head: ObjectId,
        asked: &[AskedLines],
        content: &dyn Fn(usize) -> Option<Vec<u8>>,
    ) -> Result<(), OriginProblem> {
        let tree = self.commit(head)?.tree;
        let mut load = Load::new();
        for (at, file) in asked.iter().enumerate() {
            let first = self.answers.len();
            let end = first + file.lines.len();
            self.answers.resize(end, LineOrigin::Uncommitted);
            let lines: Vec<Traveller> = file.lines.iter().copied().zip(first..).collect();
            let Some(version) = self.version(tree, &file.path)? else {
                continue;
            };
            let lines = if file.id == Some(version.id) {
                lines
            } else if let Some(now) = content(at) {
                let before = self.blob(version.id)?;
                unchanged(&before, &now, &lines).0
            } else {
                continue;
            };
            if !lines.is_empty() {
                load.entry(file.path.clone()).or_default().extend(lines);
            }
        }
        self.send(head, load)
    }

    /// Sends lines on to a commit.
    fn send(&mut self, id: ObjectId, load: Load) -> Result<(), OriginProblem> {
        if load.is_empty() {
            return Ok(());
        }
        let time = self.commit(id)?.time;
        if !self.loads.contains_key(&id) {
            self.queue.push((time, Reverse(id)));
        }
        let waiting = self.loads.entry(id).or_default();
        for (path, lines) in load {
            waiting.entry(path).or_default().extend(lines);
        }
        Ok(())
    }

    fn visit(&mut self, id: ObjectId, mut load: Load) -> Result<(), OriginProblem> {
        let commit = self.commit(id)?;
        if self.shallow.contains(&id) && !commit.parents.is_empty() {
            return Err(OriginProblem {
                reason: format!("the clone is shallow: history is cut off at {}", id.hex()),
                repair: repair::UNSHALLOW.to_owned(),
            });
        }
        let mut parents = Vec::with_capacity(commit.parents.len());
        for parent in &commit.parents {
            parents.push((*parent, self.commit(*parent)?.tree));
        }
        let mut onward: Vec<Load> = vec![Load::new(); parents.len()];
        // Where each file was in each parent, for those that differ from all of them.
        let mut before: BTreeMap<RepoPath, Places> = BTreeMap::new();
        if let Some((_, first)) = parents.first() {
            let changes = self.diff(*first, commit.tree)?;
            let changed: HashSet<&RepoPath> =
                changes.changes.iter().map(|change| &change.path).collect();
            // Of a change beyond all limits nothing is known: each file is looked up.
            let stays = |path: &RepoPath| !changes.bulk && !changed.contains(path);
            let (same, differs) = load.into_iter().partition(|(path, _)| stays(path));
            load = differs;
            onward[0] = same;
            before = self.places(&parents, commit.tree, &changes, &mut load, &mut onward)?;
        }
        for (path, mut lines) in load {
            let places = before.remove(&path).unwrap_or_default();
            let now = match places.iter().any(Option::is_some) {
                true => match self.version(commit.tree, &path)? {
                    Some(version) => Some(self.blob(version.id)?),
                    None => None,
                },
                false => None,
            };
            for (at, place) in places.into_iter().enumerate() {
                if let (Some((old_path, version)), Some(now)) = (place, &now)
                    && !lines.is_empty()
                {
                    let old = self.blob(version.id)?;
                    let (kept, rest) = unchanged(&old, now, &lines);
                    lines = rest;
                    if !kept.is_empty() {
                        onward[at].entry(old_path).or_default().extend(kept);
                    }
                }
            }
            for (_, answer) in lines {
                self.answers[answer] = LineOrigin::Written(commit.authored);
            }
        }
        for ((parent, _), load) in parents.into_iter().zip(onward) {
            self.send(parent, load)?;
        }
        Ok(())
    }

    /// Where files were in each parent. Those that one parent has just so go there at once.
    fn places(
        &mut self,
        parents: &[(ObjectId, ObjectId)],
        tree: ObjectId,
        changes: &TreeChanges,
        load: &mut Load,
        onward: &mut [Load],
    ) -> Result<BTreeMap<RepoPath, Places>, OriginProblem> {
        let mut found = BTreeMap::new();
        // By parent, once somebody asks: which file became which.
        let mut moved: Vec<Option<HashMap<RepoPath, RepoPath>>> = vec![None; parents.len()];
        let paths: Vec<RepoPath> = load.keys().cloned().collect();
        for path in paths {
            let Some(now) = self.version(tree, &path)? else {
                continue;
            };
            let mut places: Places = vec![None; parents.len()];
            let mut whole = None;
            for (at, (_, parent)) in parents.iter().enumerate() {
                let there = self.version(*parent, &path)?;
                let there = there.filter(|there| there.file_type() == now.file_type());
                if there.is_some_and(|there| there.id == now.id) {
                    whole = Some((at, path.clone()));
                    break;
                }
                places[at] = there.map(|there| (path.clone(), there));
            }
            for (at, (_, parent)) in parents.iter().enumerate() {
                if whole.is_some() {
                    break;
                }
                if places[at].is_some() {
                    continue;
                }
                if moved[at].is_none() {
                    let own;
                    let changes = if at == 0 {
                        changes
                    } else {
                        own = self.diff(*parent, tree)?;
                        &own
                    };
                    let (renames, _) = renames_of(changes, &mut self.similarity);
                    let by_target = renames.into_iter().map(|rename| (rename.new, rename.old));
                    moved[at] = Some(by_target.collect());
                }
                let old = moved[at].as_ref().and_then(|moved| moved.get(&path));
                if let Some(old) = old.cloned()
                    && let Some(there) = self.version(*parent, &old)?
                {
                    if there.id == now.id {
                        whole = Some((at, old));
                    } else {
                        places[at] = Some((old, there));
                    }
                }
            }
            match whole {
                Some((at, old)) => {
                    let lines = load.remove(&path).unwrap_or_default();
                    onward[at].entry(old).or_default().extend(lines);
                }
                None => {
                    found.insert(path, places);
                }
            }
        }
        Ok(found)
    }

    fn diff(&mut self, old: ObjectId, new: ObjectId) -> Result<TreeChanges, OriginProblem> {
        self.trees.diff(Some(old), new).map_err(broken_tree)
    }

    fn version(
        &mut self,
        tree: ObjectId,
        path: &RepoPath,
    ) -> Result<Option<Version>, OriginProblem> {
        let found = self.trees.find(tree, path).map_err(broken_tree)?;
        Ok(found.filter(|version| !version.is_tree()))
    }

    fn blob(&self, id: ObjectId) -> Result<Arc<Vec<u8>>, OriginProblem> {
        let read = self.reader.read_kind(id, ObjectKind::Blob, OBJECT_LIMIT);
        read.map_err(|problem| broken(id, &problem))
    }

    fn commit(&mut self, id: ObjectId) -> Result<Arc<Known>, OriginProblem> {
        if let Some(known) = self.known.get(&id) {
            return Ok(Arc::clone(known));
        }
        let content = self
            .reader
            .read_kind(id, ObjectKind::Commit, METADATA_LIMIT);
        let content = content.map_err(|problem| broken(id, &problem))?;
        let raw = commit::parse(&content).ok_or_else(|| {
            broken(
                id,
                &ObjectProblem::Corrupt("a commit without a tree".to_owned()),
            )
        })?;
        let time = raw.time.unwrap_or(0);
        let known = Arc::new(Known {
            tree: raw.tree,
            parents: raw.parents,
            time,
            authored: raw.authored.unwrap_or(time),
        });
        self.known.insert(id, Arc::clone(&known));
        Ok(known)
    }
}

/// Parts lines of `new` into those that `old` has, with their numbers there, and the others.
fn unchanged(old: &[u8], new: &[u8], lines: &[Traveller]) -> (Vec<Traveller>, Vec<Traveller>) {
    let (mut kept, mut rest) = (Vec::new(), Vec::new());
    let Some(hunks) = hunks(old, new) else {
        return (kept, lines.to_vec());
    };
    for (line, answer) in lines {
        let mut shift = 0_i64;
        let mut is_kept = true;
        for hunk in &hunks {
            // Of a hunk that only takes away, the start is the line before it.
            let first = hunk.new_start + u32::from(hunk.new_lines == 0);
            if *line < first {
                break;
            }
            if *line - first < hunk.new_lines {
                is_kept = false;
                break;
            }
            shift += i64::from(hunk.old_lines) - i64::from(hunk.new_lines);
        }
        match u32::try_from(i64::from(*line) + shift) {
            Ok(before) if is_kept => kept.push((before, *answer)),
            _ => rest.push((*line, *answer)),
        }
    }
    (kept, rest)
}

/// Lines that differ.
struct Hunk {
    old_lines: u32,
    new_start: u32,
    new_lines: u32,
}

/// The differences of two contents, as git finds them for blame; none if they cannot be compared.
fn hunks(old: &[u8], new: &[u8]) -> Option<Vec<Hunk>> {
    let (old, new) = without_common_end(old, new);
    let mut options = git2::DiffOptions::new();
    options
        .context_lines(0)
        .interhunk_lines(0)
        .indent_heuristic(true)
        .force_text(true);
    let patch = git2::Patch::from_buffers(old, None, new, None, Some(&mut options)).ok()?;
    let read = |at| {
        let (hunk, _) = patch.hunk(at).ok()?;
        Some(Hunk {
            old_lines: hunk.old_lines(),
            new_start: hunk.new_start(),
            new_lines: hunk.new_lines(),
        })
    };
    (0..patch.num_hunks()).map(read).collect()
}

/// Takes off what both end with, in whole blocks and then whole lines, as git does before it compares: it can decide which
/// of several equal lines counts as added.
fn without_common_end<'a>(old: &'a [u8], new: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let (olds, news) = (old.rchunks_exact(BLOCK), new.rchunks_exact(BLOCK));
    let blocks = olds.zip(news).take_while(|(old, new)| old == new).count();
    let trimmed = blocks * BLOCK;
    let end = new.get(new.len() - trimmed..).unwrap_or_default();
    let kept = memchr::memchr(b'\n', end).map_or(trimmed, |at| at + 1);
    let cut = trimmed - kept;
    (&old[..old.len() - cut], &new[..new.len() - cut])
}

#[cfg(test)]
mod tests;
