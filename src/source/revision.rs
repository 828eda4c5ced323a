//! The files of a revision: what its tree holds, with the attributes it holds, whatever the work tree looks like.

use super::judged::{ATTRIBUTES_CAP, Found, judged};
use super::notes::Notes;
use super::{Kind, Listing, Origin, Tracked};
use crate::classify::FileRules;

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
        .map(|entry| Found {
            path: entry.path.clone(),
            origin: Origin::Tracked {
                id: entry.id.clone(),
            },
            kind: Kind::of_mode(entry.mode),
            lost: None,
        })
        .filter(|file| file.kind != Kind::SparseDirectory)
        .collect();
    let files = judged(found, rules, &mut notes, |file| {
        let entry = entries.iter().find(|entry| entry.path == file.path);
        entry
            .and_then(&mut read)
            .filter(|bytes| bytes.len() as u64 <= ATTRIBUTES_CAP)
    });
    Listing {
        files,
        notes: notes.into_sentences(),
        ..Listing::default()
    }
}
