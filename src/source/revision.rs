//! The files of a revision: what its tree holds, with the attributes it holds, whatever the work tree looks like.

use std::collections::HashMap;

use super::judged::{ATTRIBUTES_CAP, Found, judged};
use super::notes::Notes;
use super::{Kind, Listing, Origin, Tracked};
use crate::classify::FileRules;
use crate::path::RepoPath;

/// Lists the entries of a tree. `read` gives the content of an entry's object, if it can be had; it is asked for
/// `.gitattributes` files alone.
pub fn list_revision(
    entries: &[Tracked],
    rules: &FileRules,
    mut read: impl FnMut(&Tracked) -> Option<Vec<u8>>,
) -> Listing {
    let mut notes = Notes::default();
    let found = entries
        .iter()
        .enumerate()
        .map(|(position, entry)| Found {
            path: entry.path.clone(),
            origin: Origin::Tracked {
                id: entry.id,
                recorded: entry.recorded,
                position,
            },
            kind: Kind::of_mode(entry.mode),
            lost: None,
        })
        .filter(|file| file.kind != Kind::SparseDirectory)
        .collect();
    let attribute_files: HashMap<&RepoPath, &Tracked> = entries
        .iter()
        .filter(|entry| entry.path.file_name() == b".gitattributes")
        .map(|entry| (&entry.path, entry))
        .collect();
    let files = judged(found, rules, &mut notes, |file| {
        attribute_files
            .get(&file.path)
            .and_then(|entry| read(entry))
            .filter(|bytes| bytes.len() as u64 <= ATTRIBUTES_CAP)
    });
    Listing {
        files,
        notes: notes.into_sentences(),
        ..Listing::default()
    }
}
