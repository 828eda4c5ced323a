//! Paths inside a repository: bytes, because git and file systems promise nothing more.

use std::borrow::{Borrow, Cow};
use std::fmt;

use serde::{Deserialize, Serialize};

/// A path relative to the repository root, `/`-separated, compared and sorted by its raw bytes.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub struct RepoPath(Box<[u8]>);

impl RepoPath {
    /// Wraps raw bytes as git stores them.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text; bytes that are not UTF-8 become U+FFFD. For matching and display, never for identity.
    pub fn to_str(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The part after the last `/`.
    pub fn file_name(&self) -> &[u8] {
        match memchr::memrchr(b'/', &self.0) {
            Some(slash) => &self.0[slash + 1..],
            None => &self.0,
        }
    }

    /// The directory that holds this path; empty at the root.
    pub fn directory(&self) -> &[u8] {
        match memchr::memrchr(b'/', &self.0) {
            Some(slash) => &self.0[..slash],
            None => &[],
        }
    }

    /// What follows the last `.` of the file name, if anything precedes that dot.
    pub fn extension(&self) -> Option<&[u8]> {
        let name = self.file_name();
        match memchr::memrchr(b'.', name) {
            Some(dot) if dot > 0 => Some(&name[dot + 1..]),
            _ => None,
        }
    }

    /// Whether this path is `directory` or lies below it. The empty directory holds everything.
    pub fn is_within(&self, directory: &[u8]) -> bool {
        directory.is_empty()
            || (self.0.starts_with(directory)
                && (self.0.len() == directory.len() || self.0[directory.len()] == b'/'))
    }
}

/// What `relative` means when it is written in `directory`, with `.` and `..` worked out; none outside the repository.
pub fn join(directory: &[u8], relative: &[u8]) -> Option<Vec<u8>> {
    let mut joined = directory.to_vec();
    for part in relative.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if joined.is_empty() => return None,
            b".." => joined.truncate(memchr::memrchr(b'/', &joined).unwrap_or(0)),
            _ => {
                if !joined.is_empty() {
                    joined.push(b'/');
                }
                joined.extend_from_slice(part);
            }
        }
    }
    Some(joined)
}

/// A directory, those above it, and the root (the empty directory), innermost first.
pub fn upwards(directory: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::successors(Some(directory), |directory| {
        if directory.is_empty() {
            return None;
        }
        let slash = memchr::memrchr(b'/', directory).unwrap_or(0);
        Some(&directory[..slash])
    })
}

impl Borrow<[u8]> for RepoPath {
    /// Maps by path can be asked with bytes; hash, equality and order are those of the bytes.
    fn borrow(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.to_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{RepoPath, join, upwards};

    #[test]
    fn dots_are_worked_out_and_nothing_leaves_the_repository() {
        let joined = |directory: &str, relative: &str| {
            join(directory.as_bytes(), relative.as_bytes())
                .map(|bytes| String::from_utf8(bytes).unwrap())
        };
        assert_eq!(joined("a/b", "../c//./d").as_deref(), Some("a/c/d"));
        assert_eq!(joined("a", "..").as_deref(), Some(""));
        assert_eq!(joined("a", "../.."), None);
    }

    #[test]
    fn the_way_up_ends_at_the_root() {
        let way: Vec<&[u8]> = upwards(b"a/b").collect();
        assert_eq!(way, [b"a/b".as_slice(), b"a", b""]);
        assert_eq!(upwards(b"").count(), 1);
    }

    #[test]
    fn parts_of_a_path() {
        let path = RepoPath::from("src/a.b/c.test.rs");
        assert_eq!(path.file_name(), b"c.test.rs");
        assert_eq!(path.directory(), b"src/a.b");
        assert_eq!(path.extension(), Some(b"rs".as_slice()));
        assert_eq!(RepoPath::from(".gitignore").extension(), None);
        assert_eq!(RepoPath::from("top").directory(), b"");
    }

    #[test]
    fn within_means_whole_components() {
        let path = RepoPath::from("src/lib/x.rs");
        assert!(path.is_within(b""));
        assert!(path.is_within(b"src/lib"));
        assert!(!path.is_within(b"src/li"));
    }
}
