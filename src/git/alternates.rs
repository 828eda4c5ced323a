//! The directories objects lie in: that of a repository, and those it borrows from.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// How deep alternates may point to further alternates, as in git itself.
const ALTERNATE_DEPTH: usize = 5;

/// `directory` and its alternates, each once, breadth first.
pub(super) fn object_directories(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let mut seen = HashSet::new();
    let mut directories = Vec::new();
    let mut frontier = vec![directory.to_path_buf()];
    for _ in 0..=ALTERNATE_DEPTH {
        let mut next = Vec::new();
        for directory in frontier {
            let Ok(real) = directory.canonicalize() else {
                continue;
            };
            if !real.is_dir() || !seen.insert(real.clone()) {
                continue;
            }
            next.extend(alternates_of(&real)?);
            directories.push(real);
        }
        frontier = next;
    }
    Ok(directories)
}

/// libgit2 opens whatever has the name of a pack, an index or a list of them, and would wait for ever at the end of a pipe.
pub(super) fn refuse_pipes(packs: &Path) -> Result<(), String> {
    let Ok(entries) = fs::read_dir(packs) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let is_usual =
            fs::metadata(entry.path()).is_ok_and(|found| found.is_file() || found.is_dir());
        if !is_usual {
            let name = entry.file_name().to_string_lossy().into_owned();
            return Err(format!("objects/pack/{name} is not a regular file"));
        }
    }
    Ok(())
}

fn alternates_of(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let list = directory.join("info/alternates");
    match fs::metadata(&list) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Ok(metadata) if metadata.is_file() && metadata.len() <= 1 << 20 => {}
        // libgit2 would open it and wait for ever on a pipe.
        _ => return Err("objects/info/alternates is not a readable file".to_owned()),
    }
    let text =
        fs::read_to_string(&list).map_err(|error| format!("objects/info/alternates: {error}"))?;
    Ok(text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| directory.join(line))
        .collect())
}

#[cfg(all(test, unix))]
mod tests {
    use super::{object_directories, refuse_pipes};
    use std::fs;
    use std::path::PathBuf;

    // Case 77.
    #[test]
    fn directories_that_borrow_from_each_other_are_each_met_once() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().canonicalize().unwrap();
        let names: Vec<PathBuf> = ["a", "b", "c"].map(|name| place.join(name)).into();
        for (at, directory) in names.iter().enumerate() {
            fs::create_dir_all(directory.join("info")).unwrap();
            let next = format!("{}\n../gone\n", names[(at + 1) % 3].display());
            fs::write(directory.join("info/alternates"), next).unwrap();
        }
        assert_eq!(object_directories(&names[0]), Ok(names));
    }

    // Case 78.
    #[test]
    fn only_files_and_directories_may_lie_among_packs() {
        let place = tempfile::tempdir().unwrap();
        assert_eq!(refuse_pipes(&place.path().join("none")), Ok(()));
        fs::write(place.path().join("pack-1.idx"), "").unwrap();
        assert_eq!(refuse_pipes(place.path()), Ok(()));
        std::os::unix::fs::symlink("/dev/zero", place.path().join("pack-2.idx")).unwrap();
        let refused = refuse_pipes(place.path()).unwrap_err();
        assert!(refused.contains("pack-2.idx"), "{refused}");
    }
}
