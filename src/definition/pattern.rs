//! Globs over paths of the repository: what is legal, and what they match.

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Serialize, Serializer};

use super::diagnostic::Place;
use crate::path::RepoPath;

/// Longest glob, in bytes.
const LONGEST: usize = 1_024;
/// Most `{` in one glob.
const MOST_BRACES: usize = 16;
/// Most globs in one list.
pub(super) const MOST_IN_LIST: usize = 1_000;

/// One glob as it was written.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The glob. `*` stays within a directory, `**` crosses them; a `/` at its end means everything below.
    pub text: String,
    /// Where it is written, for the warning that it matches nothing.
    pub place: Place,
}

impl PartialEq for Pattern {
    /// Where a glob is written does not change what it means.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// A list of globs, compiled once.
#[derive(Clone, Debug, Default)]
pub struct PatternSet {
    patterns: Vec<Pattern>,
    compiled: GlobSet,
}

impl PatternSet {
    /// Globs from a command line; the error says which is wrong and why.
    pub fn typed(globs: &[String]) -> Result<Self, String> {
        for text in globs {
            if let Some(bad) = check(text) {
                return Err(format!("{text}: {}; {}", bad.message, bad.help));
            }
        }
        let patterns = globs.iter().map(|text| Pattern {
            text: text.clone(),
            place: Place::default(),
        });
        Self::compile(patterns.collect())
    }

    /// Compiles globs that `check` has found legal; the error says why they are too much together.
    pub(super) fn compile(patterns: Vec<Pattern>) -> Result<Self, String> {
        let mut builder = GlobSetBuilder::new();
        for pattern in &patterns {
            builder.add(glob(&pattern.text).map_err(|error| error.kind().to_string())?);
        }
        let compiled = builder.build().map_err(|error| error.kind().to_string())?;
        Ok(Self { patterns, compiled })
    }

    /// The globs in the order of the file.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Whether there are no globs; such a list matches nothing.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// The globs, compiled together.
    pub fn compiled(&self) -> &GlobSet {
        &self.compiled
    }

    /// Whether any glob matches.
    pub fn matches(&self, path: &RepoPath) -> bool {
        !self.is_empty()
            && self
                .compiled
                .is_match_candidate(&Candidate::from_bytes(path.as_bytes()))
    }

    /// The positions of all globs that match, ascending: a glob that is never among them matches nothing.
    pub fn matching(&self, path: &RepoPath) -> Vec<usize> {
        self.compiled
            .matches_candidate(&Candidate::from_bytes(path.as_bytes()))
    }
}

impl PartialEq for PatternSet {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns
    }
}

impl Eq for PatternSet {}

impl Serialize for PatternSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.patterns.serialize(serializer)
    }
}

/// Which paths a component is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PathFilter {
    /// Only paths that one of these matches; every path if there are none.
    pub paths: PatternSet,
    /// But no path that one of these matches.
    pub except: PatternSet,
}

impl PathFilter {
    /// Whether the path is inside.
    pub fn matches(&self, path: &RepoPath) -> bool {
        (self.paths.is_empty() || self.paths.matches(path)) && !self.except.matches(path)
    }
}

/// What is wrong with a glob, and what would be right.
pub(super) struct BadPattern {
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// Says what is wrong with a glob, if anything.
pub(super) fn check(text: &str) -> Option<BadPattern> {
    let drive = text.as_bytes().get(1) == Some(&b':');
    let (message, help) = if text.is_empty() {
        ("the glob is empty", "`**` matches every path")
    } else if text.len() > LONGEST {
        (
            "the glob is longer than 1,024 bytes",
            "split it into several",
        )
    } else if text.starts_with('/') || text.starts_with('\\') || drive {
        (
            "the glob is absolute",
            "globs are relative to the root of the repository",
        )
    } else if text.split('/').any(|part| part == "..") {
        (
            "the glob leaves the repository",
            "globs are relative to the root of the repository, without `..`",
        )
    } else if text.split('/').any(|part| part == ".") {
        (
            "the glob has a `.` for a directory and would match nothing",
            "leave `./` out: globs are relative to the root of the repository",
        )
    } else if text.starts_with('!') {
        (
            "a glob cannot be negated",
            "`except` lists what to leave out",
        )
    } else if text.bytes().filter(|byte| *byte == b'{').count() > MOST_BRACES {
        (
            "the glob has more than 16 braces",
            "split it into several globs",
        )
    } else {
        let error = glob(text).err()?;
        return Some(BadPattern {
            message: format!("the glob cannot be read: {}", error.kind()),
            help: "`*`, `**`, `?`, `[a-z]` and `{a,b}` are special; `\\` takes that away",
        });
    };
    Some(BadPattern {
        message: message.to_owned(),
        help,
    })
}

fn glob(text: &str) -> Result<globset::Glob, globset::Error> {
    let everything_below;
    let text = if text.ends_with('/') {
        everything_below = format!("{text}**");
        &everything_below
    } else {
        text
    };
    // Said aloud, because the default differs between systems.
    GlobBuilder::new(text)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
}

#[cfg(test)]
mod tests {
    use super::{PathFilter, Pattern, PatternSet, check};
    use crate::definition::diagnostic::Place;
    use crate::path::RepoPath;

    fn set(globs: &[&str]) -> PatternSet {
        let patterns = globs.iter().map(|text| Pattern {
            text: (*text).to_owned(),
            place: Place::default(),
        });
        PatternSet::compile(patterns.collect()).unwrap()
    }

    #[test]
    fn stars_stay_within_a_directory_and_double_stars_cross_them() {
        let path = RepoPath::from("src/a/b.rs");
        assert!(!set(&["src/*.rs"]).matches(&path));
        assert!(set(&["src/**/*.rs"]).matches(&path));
        assert!(set(&["**/b.rs"]).matches(&path));
        assert!(set(&["**/b.rs"]).matches(&RepoPath::from("b.rs")));
        assert!(!set(&["b.rs"]).matches(&path));
        assert!(set(&["src/"]).matches(&path));
        assert!(!set(&["src/"]).matches(&RepoPath::from("src2/a")));
    }

    #[test]
    fn paths_that_are_not_utf_8_are_matched_by_their_bytes() {
        let path = RepoPath::new(b"src/\xff.rs".to_vec());
        assert!(set(&["src/*.rs"]).matches(&path));
    }

    #[test]
    fn every_glob_that_matches_is_named() {
        assert_eq!(
            set(&["a/*", "b/*", "**"]).matching(&RepoPath::from("a/x")),
            [0, 2]
        );
    }

    #[test]
    fn a_filter_without_paths_holds_everything_but_its_exceptions() {
        let filter = PathFilter {
            paths: PatternSet::default(),
            except: set(&["old/**"]),
        };
        assert!(filter.matches(&RepoPath::from("new/a.py")));
        assert!(!filter.matches(&RepoPath::from("old/a.py")));
        let narrow = PathFilter {
            paths: set(&["new/**"]),
            except: set(&["new/old/**"]),
        };
        assert!(!narrow.matches(&RepoPath::from("other/a.py")));
        assert!(!narrow.matches(&RepoPath::from("new/old/a.py")));
        assert!(narrow.matches(&RepoPath::from("new/a.py")));
    }

    #[test]
    fn only_globs_inside_the_repository_are_legal() {
        for bad in [
            "", "/etc/**", "../x", "a/../b", "./a", "!a", "C:/x", "a[", "{a,b", "\\\\x",
        ] {
            assert!(check(bad).is_some(), "{bad}");
        }
        assert!(check(&"{a,".repeat(25_000)).is_some());
        assert!(check(&format!("{}{}", "{a,".repeat(17), "}".repeat(17))).is_some());
        for good in ["a..b/*", "**", "a/**/b", "{a,b}/*.rs", "src/"] {
            assert!(check(good).is_none(), "{good}");
        }
    }
}
