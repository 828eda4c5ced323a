//! Keeping a cache within its bounds: what was not used for longest goes first.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Bytes a cache may take: 1 GiB, about the facts of 150 million lines.
pub const LIMIT: u64 = 1 << 30;

/// Bytes that whole results may take of it: each replaces the last one soon.
const RESULTS_LIMIT: u64 = 64 << 20;
/// The kind of knowledge that holds them.
pub const RESULTS: &str = "results";

/// How names of unfinished files begin.
pub(super) const PARTIAL: &str = "partial-";
/// How names of segments end.
pub(super) const SEGMENT: &str = ".segment";
/// How names of hints end.
pub(super) const HINT: &str = ".hint";

/// An unfinished file of this age has nobody left to finish it.
const ABANDONED: Duration = Duration::from_secs(3_600);
/// A use is noted in the time of a file once a day, so that reading seldom writes.
const TOUCH_AFTER: Duration = Duration::from_secs(86_400);

/// A file of a cache.
pub(super) struct CacheFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its bytes.
    pub size: u64,
    used: SystemTime,
}

impl CacheFile {
    /// The kind of knowledge its shelf holds: what its directory is called up to the version.
    pub fn kind(&self) -> String {
        let shelf = self.path.parent().and_then(Path::file_name);
        let name = shelf.map(|name| name.to_string_lossy()).unwrap_or_default();
        name.split('-').next().unwrap_or_default().to_owned()
    }

    /// Whether it holds entries.
    pub fn is_segment(&self) -> bool {
        self.ends_with(SEGMENT)
    }

    fn ends_with(&self, end: &str) -> bool {
        self.path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().ends_with(end))
    }

    fn is_partial(&self) -> bool {
        self.path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(PARTIAL))
    }
}

/// The files on all shelves that are named as we name them, sorted by path. Links are not followed.
pub(super) fn files(root: &Path) -> io::Result<Vec<CacheFile>> {
    let mut files = Vec::new();
    for shelf in fs::read_dir(root)? {
        let shelf = shelf?;
        let is_ours =
            shelf.file_type()?.is_dir() && shelf.file_name().to_string_lossy().contains('-');
        if !is_ours {
            continue;
        }
        for entry in fs::read_dir(shelf.path())? {
            let entry = entry?;
            // Another run may have removed it since.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            let file = CacheFile {
                path: entry.path(),
                size: metadata.len(),
                used: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
            };
            let is_ours = file.is_segment() || file.ends_with(HINT) || file.is_partial();
            if metadata.is_file() && is_ours {
                files.push(file);
            }
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

/// Removes abandoned files, and the longest unused ones until nine tenths of `limit` remain if it is exceeded.
pub(super) fn trim(root: &Path, limit: u64) -> io::Result<()> {
    let now = SystemTime::now();
    let mut files = files(root)?;
    files.retain(|file| {
        let age = now.duration_since(file.used).unwrap_or_default();
        let is_abandoned = file.is_partial() && age > ABANDONED;
        !(is_abandoned && fs::remove_file(&file.path).is_ok())
    });
    files.sort_by(|left, right| (left.used, &left.path).cmp(&(right.used, &right.path)));
    let (results, others): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| file.kind() == RESULTS);
    let kept = shrink(&results, limit.min(RESULTS_LIMIT))?;
    shrink(&others, limit.saturating_sub(kept))?;
    remove_empty_shelves(root)
}

/// Removes files, the first ones first, until nine tenths of `limit` remain if it is exceeded. Returns the bytes left.
fn shrink(files: &[CacheFile], limit: u64) -> io::Result<u64> {
    let mut bytes: u64 = files.iter().map(|file| file.size).sum();
    if bytes <= limit {
        return Ok(bytes);
    }
    for file in files {
        if bytes <= limit / 10 * 9 {
            break;
        }
        match fs::remove_file(&file.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => bytes -= file.size,
        }
    }
    Ok(bytes)
}

/// Removes all files of ours.
pub(super) fn clear(root: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for file in files(root)? {
        match fs::remove_file(&file.path) {
            Ok(()) => bytes += file.size,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    remove_empty_shelves(root)?;
    Ok(bytes)
}

fn remove_empty_shelves(root: &Path) -> io::Result<()> {
    for shelf in fs::read_dir(root)? {
        let shelf = shelf?;
        if shelf.file_type()?.is_dir() {
            // It fails while something is left in it, and that is as it should be.
            let _ = fs::remove_dir(shelf.path());
        }
    }
    Ok(())
}

/// Notes that a file was used.
pub(super) fn touch(path: &Path) {
    let now = SystemTime::now();
    let is_recent = fs::symlink_metadata(path)
        .and_then(|metadata| metadata.modified())
        .is_ok_and(|used| now.duration_since(used).is_ok_and(|age| age < TOUCH_AFTER));
    if !is_recent {
        // Without it the file goes a little earlier than it should.
        let _ = fs::File::options()
            .append(true)
            .open(path)
            .and_then(|file| file.set_modified(now));
    }
}

#[cfg(test)]
mod tests {
    use super::{ABANDONED, PARTIAL, RESULTS_LIMIT, files, touch, trim};
    use std::fs::{self, File};
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    /// A file of a cache that was used so many hours ago. It takes no room on the disk.
    fn file(root: &Path, path: &str, bytes: u64, hours: u64) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = File::create(&path).unwrap();
        file.set_len(bytes).unwrap();
        let used = SystemTime::now() - Duration::from_secs(hours * 3_600 + 60);
        file.set_modified(used).unwrap();
    }

    fn names(root: &Path) -> Vec<String> {
        let files = files(root).unwrap().into_iter();
        files
            .map(|file| file.path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn the_longest_unused_goes_first_and_only_as_much_as_needed() {
        let place = tempfile::tempdir().unwrap();
        for (name, hours) in [("a", 5), ("b", 90), ("c", 50), ("d", 1)] {
            file(place.path(), &format!("facts-1/{name}.segment"), 100, hours);
        }
        file(place.path(), "facts-1/x.hint", 10, 2);
        trim(place.path(), 410).unwrap();
        assert_eq!(names(place.path()).len(), 5, "within the limit");
        trim(place.path(), 300).unwrap();
        assert_eq!(names(place.path()), ["a.segment", "d.segment", "x.hint"]);
    }

    #[test]
    fn results_do_not_crowd_out_facts() {
        let place = tempfile::tempdir().unwrap();
        file(place.path(), "facts-1/old.segment", 1_000, 500);
        file(place.path(), "results-1/new.segment", RESULTS_LIMIT / 2, 1);
        file(place.path(), "results-1/older.segment", RESULTS_LIMIT, 2);
        trim(place.path(), 1 << 30).unwrap();
        assert_eq!(names(place.path()), ["old.segment", "new.segment"]);
    }

    #[test]
    fn abandoned_files_and_empty_shelves_go_and_foreign_files_stay() {
        let place = tempfile::tempdir().unwrap();
        let hours = ABANDONED.as_secs() / 3_600;
        file(place.path(), &format!("facts-1/{PARTIAL}1-0"), 9, hours);
        file(place.path(), &format!("facts-1/{PARTIAL}2-0"), 9, 0);
        file(place.path(), "facts-0/mine.txt", 9, 999);
        fs::create_dir(place.path().join("facts-2")).unwrap();
        trim(place.path(), 1 << 30).unwrap();
        assert_eq!(names(place.path()), [format!("{PARTIAL}2-0")]);
        assert!(place.path().join("facts-0/mine.txt").exists());
        assert!(!place.path().join("facts-2").exists());
    }

    #[test]
    fn a_use_is_noted_once_a_day() {
        let place = tempfile::tempdir().unwrap();
        let used = |name: &str| {
            let path = place.path().join("facts-1").join(name);
            touch(&path);
            let age =
                SystemTime::now().duration_since(fs::metadata(path).unwrap().modified().unwrap());
            age.unwrap_or_default().as_secs() / 3_600
        };
        file(place.path(), "facts-1/a.segment", 1, 5);
        file(place.path(), "facts-1/b.segment", 1, 30);
        assert_eq!((used("a.segment"), used("b.segment")), (5, 0));
    }
}
