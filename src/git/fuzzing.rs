//! What holds for any bytes of a repository.

use std::collections::BTreeMap;

use super::commit::{self, LATEST_TIME};
use super::configuration::Configuration;
use super::index;
use super::mailmap::Mailmap;
use super::marks;
use super::objects::HashKind;
use super::references::{self, Target};
use super::tree_diff::{self, Version};
use super::unpack;

/// A commit, a tag and their messages.
pub fn commit(bytes: &[u8]) {
    let links = commit::links(bytes);
    let raw = commit::parse(bytes);
    // Two readers of one header must not differ.
    assert_eq!(
        links
            .as_ref()
            .map(|links| (&links.tree, &links.parents, links.time)),
        raw.as_ref().map(|raw| (&raw.tree, &raw.parents, raw.time))
    );
    let _ = commit::tag(bytes);
    let Some(raw) = raw else {
        return;
    };
    for time in [raw.time, raw.authored].into_iter().flatten() {
        assert!((0..=LATEST_TIME).contains(&time));
    }
    assert!(!raw.subject.contains('\n'));
    let _ = marks::recognise(&raw.subject, &raw.body);
    let _ = marks::topic_branch(&raw.subject);
    let map = Mailmap::parse(bytes);
    assert_eq!(map.identity(&raw.author), map.identity(&raw.author));
}

/// A difference between objects: what it makes has the size it says, whatever it is applied to.
pub fn delta(bytes: &[u8]) {
    const MOST: u64 = 1 << 20;
    let (base, delta) = bytes.split_at(bytes.len() / 2);
    if let Ok(made) = unpack::apply(base, delta, MOST) {
        assert!(made.len() as u64 <= MOST);
    }
}

/// Configuration, references and the index.
pub fn files(bytes: &[u8]) {
    let _ = Configuration::parse(bytes);
    if let Some(Target::Reference(name)) = references::target(bytes) {
        assert!(name.starts_with("refs/"));
        assert!(name.split('/').all(|part| !matches!(part, "" | "." | "..")));
    }
    for hash in [HashKind::Sha1, HashKind::Sha256] {
        // A checksum of zeros is one that was not written.
        let index = [bytes, &vec![0; hash.id_length()]].concat();
        for entry in index::parse(&index, hash, None).unwrap_or_default() {
            let path = entry.path.as_bytes();
            assert!(!path.starts_with(b"/"));
            assert!(path.split(|byte| *byte == b'/').all(|part| part != b".."));
        }
    }
}

/// Two trees: any bytes are read to their end, and of two that git could have written every difference is told once.
pub fn tree_diff(bytes: &[u8]) {
    let (old, new) = bytes.split_at(bytes.len() / 2);
    tree_diff::compare(old, new, 20, |name, before, after| {
        assert!(before.is_some() || after.is_some());
        assert!(!matches!(name, b"" | b"." | b".."));
        assert!(!name.contains(&b'/'));
    });
    let (old, new) = (Sketch::new(old), Sketch::new(new));
    let mut told: BTreeMap<Vec<u8>, Pair> = BTreeMap::new();
    tree_diff::compare(&old.tree(), &new.tree(), 20, |name, before, after| {
        let pair = told.entry(name.to_vec()).or_default();
        pair.0 = pair.0.or(before.map(|entry| entry.version));
        pair.1 = pair.1.or(after.map(|entry| entry.version));
    });
    let mut expected: BTreeMap<Vec<u8>, Pair> = BTreeMap::new();
    for name in old.0.keys().chain(new.0.keys()) {
        let pair = (old.version(name), new.version(name));
        if pair.0 != pair.1 {
            expected.insert(name.clone(), pair);
        }
    }
    assert_eq!(told, expected);
}

type Pair = (Option<Version>, Option<Version>);

/// A tree as git would write it: names of a few letters with a mode and an id of one repeated byte.
struct Sketch(BTreeMap<Vec<u8>, (bool, u8)>);

impl Sketch {
    fn new(bytes: &[u8]) -> Self {
        let entries = bytes.chunks_exact(3).map(|three| {
            let name = vec![b'a' + three[0] % 5; 1 + usize::from(three[0] / 5 % 3)];
            let name = match three[1] & 2 {
                0 => name,
                // Sorted differently as a directory: `a.` stands before `a/`.
                _ => [name, b".".to_vec()].concat(),
            };
            (name, (three[1] & 1 == 1, three[2] % 4))
        });
        Self(entries.collect())
    }

    fn version(&self, name: &[u8]) -> Option<Version> {
        let tree = self.0.get(name).map(|entry| line(name, *entry))?;
        let mut rest = tree.as_slice();
        tree_diff::next_entry(&mut rest, 20).map(|entry| entry.version)
    }

    fn tree(&self) -> Vec<u8> {
        let mut entries: Vec<_> = self.0.iter().collect();
        entries.sort_by_key(|(name, (is_tree, _))| {
            let end: &[u8] = if *is_tree { b"/" } else { b"" };
            [name.as_slice(), end].concat()
        });
        let lines = entries.iter().map(|(name, entry)| line(name, **entry));
        lines.collect::<Vec<_>>().concat()
    }
}

fn line(name: &[u8], (is_tree, id): (bool, u8)) -> Vec<u8> {
    let mode: &[u8] = if is_tree { b"40000 " } else { b"100644 " };
    [mode, name, b"\0", &[id; 20]].concat()
}
