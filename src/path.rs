//! Paths inside a repository: bytes, because git and file systems promise nothing more.

use std::borrow::Cow;
use std::fmt;

/// A path relative to the repository root, `/`-separated, compared and sorted by its raw bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    use super::RepoPath;

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
