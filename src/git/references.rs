//! References: names that lead to ids, each in a file of its own or in a line of `packed-refs`.

use std::collections::{BTreeSet, HashMap};
use std::fs;

use super::objects::ObjectId;
use super::repository::{Repository, small_file};

/// How many references may point to a further reference.
const SYMBOLIC_DEPTH: usize = 5;

/// Names listed at most: lists are for messages, and nobody has so many to choose from.
const LIST_LIMIT: usize = 50_000;

/// Directories of references looked into for a list.
const DIRECTORY_LIMIT: usize = 10_000;

/// What stands around a name as a person types it, in the order in which git tries it.
const RULES: [(&str, &str); 6] = [
    ("", ""),
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
];

/// What the file of a reference says.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// An id.
    Id(ObjectId),
    /// A further reference, below `refs/`.
    Reference(String),
}

/// Reads `HEAD` or the file of a reference; `None` if it is damaged or would lead out of the repository.
pub(super) fn target(content: &[u8]) -> Option<Target> {
    let content = content.trim_ascii();
    if let Some(name) = content.strip_prefix(b"ref:") {
        let name = std::str::from_utf8(name.trim_ascii()).ok()?;
        return is_safe(name).then(|| Target::Reference(name.to_owned()));
    }
    ObjectId::from_hex(content).map(Target::Id)
}

/// A reference becomes a path below `.git`, so it must not lead out of there.
fn is_safe(name: &str) -> bool {
    name.starts_with("refs/")
        && name.split('/').all(|part| !matches!(part, "" | "." | ".."))
        && !name.contains('\0')
}

/// Whether git would make a reference of this name, or of one that ends in it.
pub(super) fn is_legal(name: &str) -> bool {
    let is_forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    name != "@"
        && !name.contains(is_forbidden)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.ends_with('.')
        && name
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
}

/// Whether this is the name of a file like `FETCH_HEAD`, in which commands of git leave the ids they worked on.
pub(super) fn is_left_behind(name: &str) -> bool {
    name.ends_with("_HEAD")
        && name
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_uppercase())
}

impl Repository {
    /// Follows a reference to the id it holds.
    pub(super) fn resolve(&self, name: &str) -> Result<Option<ObjectId>, String> {
        Ok(self.follow(name)?.map(|(_, id)| id))
    }

    /// Follows a reference to the last of those that point to each other, and to the id that holds.
    pub(super) fn follow(&self, name: &str) -> Result<Option<(String, ObjectId)>, String> {
        let mut name = name.to_owned();
        for _ in 0..SYMBOLIC_DEPTH {
            if !is_safe(&name) {
                return Err(format!("reference {name:?} is not a legal name"));
            }
            let mut content = small_file(&self.git_directory().join(&name))?;
            if content.is_none() {
                content = small_file(&self.common_directory().join(&name))?;
            }
            let Some(content) = content else {
                return Ok(self.packed_reference(&name)?.map(|id| (name, id)));
            };
            match target(&content) {
                Some(Target::Id(id)) => return Ok(Some((name, id))),
                Some(Target::Reference(next)) => name = next,
                None => return Err(format!("reference {name} is damaged")),
            }
        }
        Err("references point to each other without end".to_owned())
    }

    fn packed_reference(&self, name: &str) -> Result<Option<ObjectId>, String> {
        let Some(list) = small_file(&self.common_directory().join("packed-refs"))? else {
            return Ok(None);
        };
        Ok(packed(&list).find_map(|(id, reference)| {
            if reference == name.as_bytes() {
                ObjectId::from_hex(id)
            } else {
                None
            }
        }))
    }

    /// The reference a person means by a name, in full, and its id: the first that exists, tags before branches.
    pub(super) fn reference_typed(
        &self,
        typed: &str,
    ) -> Result<Option<(String, ObjectId)>, String> {
        if !is_legal(typed) {
            return Ok(None);
        }
        for (before, after) in RULES {
            let name = format!("{before}{typed}{after}");
            if is_left_behind(&name) {
                if let Some(id) = self.left_behind(&name)? {
                    return Ok(Some((name, id)));
                }
            } else if name.starts_with("refs/")
                && let Some(id) = self.resolve(&name)?
            {
                return Ok(Some((name, id)));
            }
        }
        Ok(None)
    }

    /// The shortest of the usual ways to type a reference that leads to it and to no other.
    pub(super) fn as_typed(&self, reference: &str) -> String {
        let short = ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/"]
            .iter()
            .filter_map(|before| reference.strip_prefix(before))
            .find(|short| {
                let found = self.reference_typed(short).ok().flatten();
                found.is_some_and(|(name, _)| name == reference)
            });
        short.unwrap_or(reference).to_owned()
    }

    /// Full names of branches, tags and what was fetched, sorted; of very many, a part. What cannot be read is left out.
    pub(super) fn references(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let kinds = ["refs/heads", "refs/tags", "refs/remotes"];
        let mut pending: Vec<String> = kinds.map(str::to_owned).to_vec();
        for _ in 0..DIRECTORY_LIMIT {
            let Some(directory) = pending.pop() else {
                break;
            };
            let Ok(entries) = fs::read_dir(self.common_directory().join(&directory)) else {
                continue;
            };
            let found = entries.flatten().filter_map(|entry| {
                let name = entry.file_name();
                let name = format!("{directory}/{}", name.to_str()?);
                Some((name, entry.file_type().ok()?))
            });
            let mut found: Vec<_> = found.filter(|(name, _)| is_legal(name)).collect();
            found.sort_by(|left, right| left.0.cmp(&right.0));
            for (name, kind) in found {
                if kind.is_dir() {
                    pending.push(name);
                } else if kind.is_file() && names.len() < LIST_LIMIT {
                    names.insert(name);
                }
            }
        }
        let list = small_file(&self.common_directory().join("packed-refs"));
        for (_, name) in packed(&list.ok().flatten().unwrap_or_default()) {
            if names.len() >= LIST_LIMIT {
                break;
            }
            names.extend(std::str::from_utf8(name).ok().map(str::to_owned));
        }
        names
    }

    /// Names of tags without `refs/tags/`, sorted, and what they point to. What cannot be read is left out.
    pub fn tags(&self) -> Vec<(String, ObjectId)> {
        let list = small_file(&self.common_directory().join("packed-refs"));
        let list = list.ok().flatten().unwrap_or_default();
        let packed: HashMap<&[u8], &[u8]> = packed(&list).map(|(id, name)| (name, id)).collect();
        let names = self.references().into_iter();
        let tags = names.filter_map(|name| {
            let short = name.strip_prefix("refs/tags/")?.to_owned();
            let is_loose = self.common_directory().join(&name).is_file();
            let id = if is_loose {
                self.resolve(&name).ok()?
            } else {
                ObjectId::from_hex(packed.get(name.as_bytes())?)
            };
            Some((short, id?))
        });
        tags.collect()
    }

    /// The first id in a file that a command of git left behind.
    fn left_behind(&self, name: &str) -> Result<Option<ObjectId>, String> {
        let Some(content) = small_file(&self.git_directory().join(name))? else {
            return Ok(None);
        };
        let mut words = content.split(u8::is_ascii_whitespace);
        let id = words.next().and_then(ObjectId::from_hex);
        id.map(Some).ok_or_else(|| format!("{name} is damaged"))
    }
}

/// Ids and names in `packed-refs`. Lines about what a tag leads to have no name.
fn packed(list: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    list.split(|byte| *byte == b'\n').filter_map(|line| {
        let space = memchr::memchr(b' ', line)?;
        let (id, name) = line.split_at(space);
        Some((id, name.get(1..)?.trim_ascii_end())).filter(|(id, _)| *id != b"#")
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::is_legal;
    use crate::git::repositories::{Commit, Repo};
    use crate::git::testing::open;

    #[test]
    fn names_that_git_would_not_make_are_told() {
        for name in ["main", "a/b", "v1.0", "refs/heads/ü", "a@b", "-x"] {
            assert!(is_legal(name), "{name}");
        }
        for name in [
            "", "@", "a..b", "a b", "a~", "a^", "a:b", "a?", "a*", "a[", "a\\b", "a/", "/a",
            "a//b", ".a", "a/.b", "a.", "a.lock", "a.lock/b", "a@{b", "a\n", "a\0", "../a",
        ] {
            assert!(!is_legal(name), "{name:?}");
        }
    }

    #[test]
    fn a_tag_is_meant_before_a_branch_and_a_branch_before_what_was_fetched() {
        let mut repo = Repo::new();
        let ids: Vec<String> = (0..4)
            .map(|day| repo.commit(Commit::new("x", day)).to_string())
            .collect();
        let git = repo.path().join(".git");
        let places = [
            "refs/remotes/x/HEAD",
            "refs/remotes/x",
            "refs/heads/x",
            "refs/tags/x",
        ];
        for (place, id) in places.iter().zip(&ids) {
            // A name cannot be a directory too, except that one of them is packed.
            let list = git.join("packed-refs");
            let before = fs::read_to_string(&list).unwrap_or_default();
            fs::write(&list, format!("{before}{id} {place}\n")).unwrap();
            let found = open(&repo).reference_typed("x").unwrap().unwrap();
            assert_eq!((found.0.as_str(), &found.1.hex()), (*place, id));
            let typed = open(&repo).as_typed(place);
            let again = open(&repo).reference_typed(&typed).unwrap().unwrap();
            assert_eq!(again.0, *place, "{typed}");
        }
        assert_eq!(open(&repo).as_typed("refs/heads/x"), "heads/x");
        assert_eq!(open(&repo).as_typed("refs/tags/x"), "x");
        assert_eq!(open(&repo).as_typed("refs/heads/main"), "main");
    }

    #[test]
    fn loose_and_packed_names_are_listed_once_and_nothing_is_followed() {
        let mut repo = Repo::new();
        let id = repo.commit(Commit::new("x", 0));
        let git = repo.path().join(".git");
        let list =
            format!("# pack-refs with: peeled\n{id} refs/heads/main\n{id} refs/tags/v1\n^{id}\n");
        fs::write(git.join("packed-refs"), list).unwrap();
        fs::create_dir_all(git.join("refs/heads/topic")).unwrap();
        fs::write(git.join("refs/heads/topic/a"), format!("{id}\n")).unwrap();
        fs::write(git.join("refs/heads/topic/a.lock"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("..", git.join("refs/heads/loop")).unwrap();
        let names: Vec<String> = open(&repo).references().into_iter().collect();
        assert_eq!(
            names,
            ["refs/heads/main", "refs/heads/topic/a", "refs/tags/v1"]
        );
    }

    #[test]
    fn a_reference_that_points_to_itself_or_out_of_the_repository_is_an_error() {
        let mut repo = Repo::new();
        repo.commit(Commit::new("x", 0));
        let git = repo.path().join(".git");
        fs::write(git.join("refs/heads/loop"), "ref: refs/heads/loop\n").unwrap();
        fs::write(git.join("refs/heads/out"), "ref: refs/../../config\n").unwrap();
        let repository = open(&repo);
        assert!(
            repository
                .reference_typed("loop")
                .unwrap_err()
                .contains("without end")
        );
        assert!(
            repository
                .reference_typed("out")
                .unwrap_err()
                .contains("damaged")
        );
        assert_eq!(repository.reference_typed("../config"), Ok(None));
    }
}
