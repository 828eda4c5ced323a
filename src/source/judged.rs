//! From paths to listed files: the surroundings are gathered first, then every path is judged in them.

use super::notes::Notes;
use super::{Kind, Listed, Origin};
use crate::classify::{FileRules, Judge, Surroundings};
use crate::facts::Lost;
use crate::path::RepoPath;

/// The largest `.gitattributes` that is read, in bytes.
pub(super) const ATTRIBUTES_CAP: u64 = 1 << 20;

/// A file that was found, not judged yet.
pub(super) struct Found {
    pub(super) path: RepoPath,
    pub(super) origin: Origin,
    pub(super) kind: Kind,
    pub(super) lost: Option<Lost>,
}

/// Sorts and judges files; `read` gives the bytes of a `.gitattributes` among them.
pub(super) fn judged(
    mut found: Vec<Found>,
    rules: &FileRules,
    notes: &mut Notes,
    mut read: impl FnMut(&Found) -> Option<Vec<u8>>,
) -> Vec<Listed> {
    found.sort_unstable_by(|left, right| left.path.cmp(&right.path));
    found.dedup_by(|later, earlier| later.path == earlier.path);
    let mut surroundings = Surroundings::default();
    for file in &found {
        surroundings.notice(&file.path);
        if file.path.file_name() != b".gitattributes" {
            continue;
        }
        let directory = file.path.directory();
        match read(file) {
            // A link is not followed here either, as in git.
            Some(bytes) if file.kind == Kind::File => {
                if let Some(note) = surroundings.attributes.add(directory, &bytes) {
                    notes.say(note);
                }
            }
            _ => notes.met(
                ".gitattributes files ignored: links, unreadable or larger than 1 MiB",
                directory,
            ),
        }
    }
    let mut judge = Judge::new(rules, &surroundings);
    found
        .into_iter()
        .map(|file| {
            let verdict = judge.verdict(&file.path);
            let mut listed = Listed::new(file.path, file.origin, file.kind, verdict);
            listed.lost = file.lost;
            listed
        })
        .collect()
}
