//! Files that cannot be judged: which of them leave a component without an answer.

use super::Side;
use super::transition::Follower;
use crate::codebase::{Content, FileIndex};
use crate::facts::Lost;
use crate::path::RepoPath;

impl Follower<'_> {
    /// Files the component should judge and cannot, though it did at the base or they are new.
    pub(super) fn unknown(&self) -> Vec<(FileIndex, Lost)> {
        let was_lost =
            |file: FileIndex| matches!(self.base.codebase.file(file).content, Content::Lost(_));
        let mut unknown = Vec::new();
        for (subject, lost) in self.head.evaluation.unknown(self.position) {
            // What nobody has measured yet is not what became unreadable, and a rule of thumb that cannot tell is held
            // against nobody.
            let Some(file) = subject.file().filter(|_| lost.leaves_open()) else {
                continue;
            };
            if !is_unseen(lost) && !self.matching.lineage(file).was.is_some_and(was_lost) {
                unknown.push((file, lost.clone()));
            }
        }
        if unknown.is_empty() {
            return unknown;
        }
        // Without facts, a file that was edited and renamed is known by one half of its path.
        let mut vanished: Vec<FileIndex> = self
            .base
            .evaluation
            .unknown(self.position)
            .iter()
            .filter_map(|(subject, _)| subject.file())
            .filter(|file| self.matching.heirs(*file).next().is_none())
            .collect();
        unknown.retain(|(file, _)| {
            let now = &self.head.codebase.file(*file).path;
            let is_like = |was: &FileIndex| {
                let was = &self.base.codebase.file(*was).path;
                was.file_name() == now.file_name() || was.directory() == now.directory()
            };
            let known = vanished.iter().position(is_like);
            known.map(|at| vanished.remove(at)).is_none()
        });
        unknown
    }

    /// Files of either side whose content nobody saw.
    pub(super) fn unseen(&self) -> Vec<(RepoPath, Lost)> {
        let head = unseen(self.head, self.position);
        head.chain(unseen(self.base, self.position)).collect()
    }
}

/// Files of either side whose content nobody saw: they say nothing about the code, and nothing can be said of them.
fn unseen<'a>(side: Side<'a>, position: usize) -> impl Iterator<Item = (RepoPath, Lost)> + use<'a> {
    let lost = side.evaluation.unknown(position).iter();
    lost.filter(|(_, lost)| is_unseen(lost))
        .filter_map(move |(subject, lost)| {
            let file = side.codebase.file(subject.file()?);
            Some((file.path.clone(), lost.clone()))
        })
}

/// Whether a file was lost before anybody looked into it.
fn is_unseen(lost: &Lost) -> bool {
    match lost {
        Lost::ParseBudget
        | Lost::PatternBudget
        | Lost::ParseErrors(_)
        | Lost::TooLarge
        | Lost::LfsPointer
        | Lost::Stale
        | Lost::Unmeasured
        | Lost::NotProven(_) => false,
        Lost::Permission
        | Lost::Vanished
        | Lost::Unreadable
        | Lost::Internal
        | Lost::Crash
        | Lost::NotFetched => true,
    }
}
