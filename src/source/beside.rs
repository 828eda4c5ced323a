//! Files that nobody lists, because git ignores them: found by name, and read as carefully as all others.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use super::os_path;
use super::safe_read::safe_read;
use crate::facts::Lost;
use crate::path::RepoPath;

/// Most directory entries that are looked at for a glob.
const MOST_ENTRIES: usize = 200_000;

/// A file beside the listed ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// When it was last written, in seconds since 1970, where the system tells.
    pub modified: Option<i64>,
    /// Its bytes, or why there are none.
    pub bytes: Result<Vec<u8>, Lost>,
}

/// The file at a path below a root, if there is anything that is no directory. Links are not followed on the way, nor at
/// its end.
pub fn read_beside(root: &Path, path: &RepoPath, cap: u64) -> Option<Beside> {
    let bytes = path.as_bytes();
    for slash in memchr::memchr_iter(b'/', bytes) {
        let directory = root.join(os_path::from_bytes(&bytes[..slash]));
        let metadata = fs::symlink_metadata(directory).ok()?;
        if !metadata.is_dir() {
            return None;
        }
    }
    let location = root.join(os_path::from_bytes(bytes));
    let metadata = fs::symlink_metadata(&location).ok()?;
    if metadata.is_dir() {
        return None;
    }
    let modified = metadata.modified().ok();
    let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Some(Beside {
        modified: modified.and_then(|since| i64::try_from(since.as_secs()).ok()),
        bytes: safe_read(&location, cap),
    })
}

/// Paths of files below a directory of the root that `wanted` chooses, sorted, and whether all of it was seen. What lies
/// behind links or in `.git` is not.
pub fn find_beside(
    root: &Path,
    directory: &[u8],
    wanted: impl Fn(&RepoPath) -> bool,
) -> (Vec<RepoPath>, bool) {
    let mut found = Vec::new();
    let mut seen = 0;
    let mut pending = vec![directory.to_vec()];
    while let Some(directory) = pending.pop() {
        let location = root.join(os_path::from_bytes(&directory));
        let is_directory = fs::symlink_metadata(&location).is_ok_and(|found| found.is_dir());
        let Some(entries) = fs::read_dir(location).ok().filter(|_| is_directory) else {
            continue;
        };
        for entry in entries.flatten() {
            seen += 1;
            if seen > MOST_ENTRIES {
                found.sort();
                return (found, false);
            }
            let name = entry.file_name();
            let mut path = directory.clone();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(&os_path::name_bytes(&name));
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && name != ".git" => pending.push(path),
                Ok(kind) if kind.is_file() => {
                    let path = RepoPath::new(path);
                    if wanted(&path) {
                        found.push(path);
                    }
                }
                _ => {}
            }
        }
    }
    found.sort();
    (found, true)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{find_beside, read_beside};
    use crate::facts::Lost;
    use crate::path::RepoPath;

    #[test]
    fn files_are_found_and_read_by_name_alone() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir_all(root.join("a/b")).unwrap();
        fs::create_dir_all(root.join(".git/b")).unwrap();
        for path in ["a/b/x.xml", "a/y.xml", "z.xml", ".git/b/x.xml"] {
            fs::write(root.join(path), path).unwrap();
        }
        let is_xml = |path: &RepoPath| path.extension() == Some(b"xml");
        let (found, all) = find_beside(root, b"", is_xml);
        assert_eq!(found, ["a/b/x.xml", "a/y.xml", "z.xml"].map(RepoPath::from));
        assert!(all);
        assert_eq!(
            find_beside(root, b"a/b", is_xml).0,
            [RepoPath::from("a/b/x.xml")]
        );
        let read = read_beside(root, &RepoPath::from("a/y.xml"), 99).unwrap();
        assert_eq!(read.bytes, Ok(b"a/y.xml".to_vec()));
        assert!(read.modified.is_some());
        assert_eq!(read_beside(root, &RepoPath::from("a"), 99), None);
        assert_eq!(read_beside(root, &RepoPath::from("none/y.xml"), 99), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir(root.join("real")).unwrap();
        fs::write(root.join("real/x.xml"), "x").unwrap();
        std::os::unix::fs::symlink(root.join("real"), root.join("link")).unwrap();
        std::os::unix::fs::symlink(root.join("real/x.xml"), root.join("link.xml")).unwrap();
        assert_eq!(read_beside(root, &RepoPath::from("link/x.xml"), 99), None);
        let link = read_beside(root, &RepoPath::from("link.xml"), 99).unwrap();
        assert_eq!(link.bytes, Err(Lost::Vanished));
        let (found, _) = find_beside(root, b"", |_| true);
        assert_eq!(found, [RepoPath::from("real/x.xml")]);
    }
}
