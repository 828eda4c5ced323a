//! Which path of the past is which path of today.

use std::collections::{BTreeMap, HashMap};

use super::hash::WordHash;
use super::similarity::Similarity;
use super::tree_diff::{PathChange, TreeChanges, Version};
use crate::path::RepoPath;

/// The empty blob: it is equal to every other empty file, so it says nothing about where a file went.
const EMPTY_SHA1: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
const EMPTY_SHA256: &str = "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813";

/// A file that moved in one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rename {
    /// Its path before.
    pub old: RepoPath,
    /// Its path after.
    pub new: RepoPath,
}

/// Every move on the mainline of a window, by path.
#[derive(Clone, Debug, Default)]
pub(super) struct Renames {
    /// For an old path: until when (committer time) it stood for which path of today, newest first.
    aliases: HashMap<RepoPath, Vec<(i64, RepoPath)>, WordHash>,
}

impl Renames {
    /// Takes the moves of each mainline commit with its time, newest first.
    pub(super) fn new(commits: &[(i64, &[Rename])]) -> Self {
        let mut order: Vec<&(i64, &[Rename])> = commits.iter().collect();
        order.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
        let mut renames = Self::default();
        for (time, moved) in order {
            for rename in *moved {
                // What the new name became later is known already, because we come from today.
                let today = renames.today(&rename.new, *time).clone();
                renames
                    .aliases
                    .entry(rename.old.clone())
                    .or_default()
                    .push((*time, today));
            }
        }
        renames
    }

    /// Today's name of what was called `path` at a committer time.
    pub(super) fn today<'p>(&'p self, path: &'p RepoPath, time: i64) -> &'p RepoPath {
        // The first move that was made with this file: the oldest that is not before `time`.
        self.aliases
            .get(path)
            .and_then(|moves| moves.iter().rev().find(|(moved, _)| *moved >= time))
            .map_or(path, |(_, today)| today)
    }
}

/// The moves in one commit: equal content first, then similar content, then what its neighbours did. Whether all contents
/// were there that had to be looked at comes with them.
pub(super) fn renames_of(
    diff: &TreeChanges,
    similarity: &mut Similarity<'_>,
) -> (Vec<Rename>, bool) {
    let mut sources: Vec<(&RepoPath, Version)> = Vec::new();
    let mut targets: Vec<(&RepoPath, Version)> = Vec::new();
    for PathChange { path, old, new } in &diff.changes {
        match (old, new) {
            (Some(old), None) => sources.push((path, *old)),
            (None, Some(new)) => targets.push((path, *new)),
            _ => {}
        }
    }
    if sources.is_empty() || targets.is_empty() {
        return (Vec::new(), true);
    }
    let mut renames = equal(&mut sources, &mut targets);
    renames.extend(similarity.pairs(&mut sources, &mut targets));
    renames.extend(beside(&renames, &mut sources, &mut targets));
    (renames, similarity.saw_all())
}

/// Pairs of equal content; among several, those that keep their file name.
fn equal(
    sources: &mut Vec<(&RepoPath, Version)>,
    targets: &mut Vec<(&RepoPath, Version)>,
) -> Vec<Rename> {
    let mut by_content: BTreeMap<(Vec<u8>, u32), Vec<usize>> = BTreeMap::new();
    for (at, (_, version)) in sources.iter().enumerate() {
        by_content
            .entry((version.id.as_bytes().to_vec(), version.file_type()))
            .or_default()
            .push(at);
    }
    let mut used = vec![false; sources.len()];
    let mut renames = Vec::new();
    targets.retain(|(target, version)| {
        let key = (version.id.as_bytes().to_vec(), version.file_type());
        let free = || {
            by_content
                .get(&key)
                .into_iter()
                .flatten()
                .copied()
                .filter(|at| !used[*at])
        };
        let same_name = free().find(|at| sources[*at].0.file_name() == target.file_name());
        let is_empty = matches!(version.id.hex().as_str(), EMPTY_SHA1 | EMPTY_SHA256);
        let found = same_name.or_else(|| free().next().filter(|_| !is_empty));
        let Some(at) = found else { return true };
        used[at] = true;
        renames.push(Rename {
            old: sources[at].0.clone(),
            new: (*target).clone(),
        });
        false
    });
    let mut at = 0;
    sources.retain(|_| {
        at += 1;
        !used[at - 1]
    });
    renames
}

/// A file that vanished from a directory and one of its name that appeared where its neighbours went.
fn beside(
    renames: &[Rename],
    sources: &mut Vec<(&RepoPath, Version)>,
    targets: &mut Vec<(&RepoPath, Version)>,
) -> Vec<Rename> {
    let mut found = Vec::new();
    sources.retain(|(source, version)| {
        let target = targets.iter().position(|(target, candidate)| {
            target.file_name() == source.file_name()
                && candidate.file_type() == version.file_type()
                && renames.iter().any(|rename| {
                    rename.old.directory() == source.directory()
                        && rename.new.directory() == target.directory()
                })
        });
        let Some(at) = target else { return true };
        let (target, _) = targets.remove(at);
        found.push(Rename {
            old: (*source).clone(),
            new: target.clone(),
        });
        false
    });
    found
}

#[cfg(test)]
mod tests {
    use super::{Rename, Renames};
    use crate::path::RepoPath;

    fn moved(old: &str, new: &str) -> Rename {
        Rename {
            old: RepoPath::from(old),
            new: RepoPath::from(new),
        }
    }

    #[test]
    fn a_path_is_followed_through_several_moves() {
        let renames = Renames::new(&[(30, &[moved("b", "c")]), (10, &[moved("a", "b")])]);
        let today = |path: &str, time| {
            renames
                .today(&RepoPath::from(path), time)
                .to_str()
                .into_owned()
        };
        assert_eq!(today("a", 5), "c");
        assert_eq!(today("b", 20), "c");
        assert_eq!(today("c", 20), "c");
    }

    #[test]
    fn a_name_used_again_is_another_file() {
        let renames = Renames::new(&[(30, &[moved("a", "z")]), (10, &[moved("a", "b")])]);
        let today = |time| {
            renames
                .today(&RepoPath::from("a"), time)
                .to_str()
                .into_owned()
        };
        assert_eq!(today(10), "b");
        assert_eq!(today(20), "z");
        assert_eq!(today(40), "a");
    }
}
