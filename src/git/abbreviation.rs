//! Ids of which a person typed only the first digits.

use std::fs;

use super::objects::{HashKind, ObjectId, ObjectStore};

/// Fewer digits than this are no abbreviation to git either.
const FEWEST: usize = 4;

/// The first digits of an id, fewer than all.
#[derive(Clone, Debug)]
pub(super) struct Prefix {
    digits: String,
    /// The first id that may begin like this.
    first: Vec<u8>,
}

impl Prefix {
    /// At least four hexadecimal digits in any case.
    pub(super) fn parse(text: &str, hash: HashKind) -> Option<Self> {
        let all = hash.id_length() * 2;
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hex || !(FEWEST..all).contains(&text.len()) {
            return None;
        }
        let digits = text.to_ascii_lowercase();
        let first = ObjectId::from_hex(format!("{digits:0<all$}").as_bytes())?;
        Some(Self {
            digits,
            first: first.as_bytes().to_vec(),
        })
    }

    /// The first id that may begin like this.
    pub(super) fn first(&self) -> &[u8] {
        &self.first
    }

    /// Whether an id begins like this.
    pub(super) fn begins(&self, id: &ObjectId) -> bool {
        let (whole, odd) = (self.digits.len() / 2, self.digits.len() % 2);
        let bytes = id.as_bytes();
        let half = |bytes: &[u8]| bytes.get(whole).map(|byte| byte >> 4);
        bytes.get(..whole) == self.first.get(..whole)
            && (odd == 0 || half(bytes) == half(&self.first))
    }
}

impl ObjectStore {
    /// Ids of objects that begin like this, packed and loose, sorted; `None` if there are more than `most`.
    pub(super) fn starting_with(&self, prefix: &Prefix, most: usize) -> Option<Vec<ObjectId>> {
        let mut found = Vec::new();
        let limit = most.saturating_add(1);
        self.packs().starting_with(prefix, &mut found, limit);
        let (fan, _) = prefix.digits.split_at(2);
        for directory in self.directories() {
            let Ok(entries) = fs::read_dir(directory.join(fan)) else {
                continue;
            };
            for entry in entries.flatten() {
                let name = entry.file_name();
                let id = name
                    .to_str()
                    .and_then(|rest| ObjectId::from_hex(format!("{fan}{rest}").as_bytes()));
                if found.len() <= limit.saturating_mul(2) {
                    found.extend(id.filter(|id| prefix.begins(id)));
                }
            }
        }
        found.sort_unstable();
        // The same object may lie in several packs.
        found.dedup();
        (found.len() <= most).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::Prefix;
    use crate::git::objects::{HashKind, ObjectId, ObjectStore};
    use crate::git::repositories::{Commit, Repo};

    fn store(repo: &Repo, hash: HashKind) -> ObjectStore {
        ObjectStore::new(&repo.path().join(".git/objects"), hash).unwrap()
    }

    #[test]
    fn what_is_too_short_too_long_or_no_number_is_no_abbreviation() {
        let parse = |text: &str| Prefix::parse(text, HashKind::Sha1).is_some();
        assert!(parse("abcd") && parse("ABCDEF012") && parse(&"a".repeat(39)));
        assert!(!parse("abc") && !parse("abcg") && !parse(&"a".repeat(40)) && !parse("äbcd"));
        assert!(Prefix::parse(&"a".repeat(40), HashKind::Sha256).is_some());
    }

    #[test]
    fn every_object_is_found_by_any_of_its_beginnings_loose_and_packed() {
        for (mut repo, hash) in [
            (Repo::new(), HashKind::Sha1),
            (Repo::sha256(), HashKind::Sha256),
        ] {
            for number in 0..40_u32 {
                let text = number.to_string();
                repo.commit(Commit::new(&text, i64::from(number)).write("a", &text));
            }
            let mut all: Vec<ObjectId> = repo
                .objects()
                .iter()
                .map(|(id, ..)| ObjectId::from_bytes(id.as_bytes()).unwrap())
                .collect();
            all.sort_unstable();
            for is_packed in [false, true] {
                if is_packed {
                    repo.pack();
                    // One lies in both places.
                    repo.object(git2::ObjectType::Blob, b"7");
                }
                let store = store(&repo, hash);
                for id in &all {
                    for digits in [4, 9, hash.id_length() * 2 - 1] {
                        let text = &id.hex()[..digits];
                        let expected: Vec<ObjectId> = all
                            .iter()
                            .copied()
                            .filter(|id| id.hex().starts_with(text))
                            .collect();
                        let prefix = Prefix::parse(&text.to_uppercase(), hash).unwrap();
                        assert_eq!(store.starting_with(&prefix, 9), Some(expected));
                    }
                }
                assert_eq!(all.len(), 120);
            }
        }
    }

    #[test]
    fn more_than_were_asked_for_are_none() {
        let repo = Repo::new();
        let directory = repo.path().join(".git/objects/ab");
        std::fs::create_dir(&directory).unwrap();
        for number in 0..9 {
            std::fs::write(directory.join(format!("cd{number:036x}")), "").unwrap();
            std::fs::write(directory.join(format!("ce{number:036x}")), "").unwrap();
        }
        std::fs::write(directory.join("cd-no-object"), "").unwrap();
        let store = store(&repo, HashKind::Sha1);
        let found = |text: &str, most| {
            let prefix = Prefix::parse(text, HashKind::Sha1).unwrap();
            store.starting_with(&prefix, most).map(|found| found.len())
        };
        assert_eq!(found("abcd", 9), Some(9));
        assert_eq!(found("abcd", 8), None);
        assert_eq!(found("abcd00", 9), Some(9));
        assert_eq!(found("abcf", 9), Some(0));
    }
}
