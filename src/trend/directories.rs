//! Which directories get curves of their own where nobody named any.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::class::Class;
use crate::codebase::Codebase;
use crate::path::RepoPath;

/// Files of code that were read and their code lines, in a directory with everything below it.
pub(super) fn size(codebase: &Codebase, directory: &[u8]) -> (u64, u64) {
    code(codebase, directory).fold((0, 0), |(files, all), (_, lines)| (files + 1, all + lines))
}

/// The directories just below a prefix that hold most code, at most so many, sorted by name. A single one that holds all of
/// the code is passed through: its own directories say more.
pub fn widest(codebase: &Codebase, prefix: &RepoPath, most: usize) -> Vec<RepoPath> {
    let mut prefix = prefix.as_bytes().to_vec();
    loop {
        let below = if prefix.is_empty() {
            0
        } else {
            prefix.len() + 1
        };
        let mut has_files = false;
        let mut lines: BTreeMap<&[u8], u64> = BTreeMap::new();
        for (path, added) in code(codebase, &prefix) {
            let name = path.get(below..).unwrap_or_default();
            match memchr::memchr(b'/', name) {
                Some(slash) => *lines.entry(&path[..below + slash]).or_default() += added,
                None => has_files = true,
            }
        }
        if let (Some((only, _)), 1, false) = (lines.first_key_value(), lines.len(), has_files) {
            prefix = only.to_vec();
            continue;
        }
        let mut sizes: Vec<(Reverse<u64>, &[u8])> = lines
            .into_iter()
            .map(|(name, lines)| (Reverse(lines), name))
            .collect();
        sizes.sort_unstable();
        sizes.truncate(most);
        let mut widest: Vec<RepoPath> = sizes
            .into_iter()
            .map(|(_, name)| RepoPath::new(name))
            .collect();
        widest.sort();
        return widest;
    }
}

/// Paths and code lines of the code below a directory.
fn code<'a>(
    codebase: &'a Codebase,
    directory: &'a [u8],
) -> impl Iterator<Item = (&'a [u8], u64)> + use<'a> {
    codebase
        .files()
        .iter()
        .filter(|file| file.class == Class::Code && file.language.is_some())
        .filter(|file| file.path.is_within(directory))
        .filter_map(|file| Some((file.path.as_bytes(), u64::from(file.facts()?.lines.code))))
}

#[cfg(test)]
mod tests {
    use super::{size, widest};
    use crate::measures::testing::codebase;
    use crate::path::RepoPath;

    fn names(fixture: &str, prefix: &str, most: usize) -> Vec<String> {
        let prefix = RepoPath::from(prefix);
        let widest = widest(&codebase(fixture), &prefix, most);
        widest
            .iter()
            .map(|path| path.to_str().into_owned())
            .collect()
    }

    const DEEP: &str = "//- src/shop/a/x.py\na = 1\nb = 2\n//- src/shop/b/y.py\na = 1\n\
                        //- src/shop/c/z/z.py\na = 1\nb = 2\nc = 3\n//- tests/test_x.py\ndef test_x(): pass\n\
                        //- docs/index.md\nwords\n";

    #[test]
    fn a_single_directory_with_all_the_code_is_passed_through() {
        assert_eq!(
            names(DEEP, "", 8),
            ["src/shop/a", "src/shop/b", "src/shop/c"]
        );
        assert_eq!(
            names(DEEP, "src/shop", 8),
            ["src/shop/a", "src/shop/b", "src/shop/c"]
        );
        let beside = format!("{DEEP}//- run.py\na = 1\n");
        assert_eq!(names(&beside, "", 8), ["src"]);
    }

    #[test]
    fn the_largest_are_taken_and_sorted_by_name() {
        assert_eq!(names(DEEP, "", 2), ["src/shop/a", "src/shop/c"]);
    }

    #[test]
    fn without_directories_of_code_there_are_none() {
        assert_eq!(names("//- a.py\na = 1\n", "", 8), [""; 0]);
        assert_eq!(names("//- src/a.py\na = 1\n", "", 8), [""; 0]);
        assert_eq!(names("//- docs/a.md\nwords\n", "", 8), [""; 0]);
    }

    #[test]
    fn sizes_count_code_alone() {
        let codebase = codebase(DEEP);
        assert_eq!(size(&codebase, b""), (3, 6));
        assert_eq!(size(&codebase, b"src/shop/c"), (1, 3));
        assert_eq!(size(&codebase, b"src/sh"), (0, 0));
    }
}
