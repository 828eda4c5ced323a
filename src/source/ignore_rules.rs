//! The `.gitignore` files of a work tree, read safely and matched as git matches them.
//!
//! Only these files count: what one person ignores (`.git/info/exclude`, a global file) must not change a score.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::notes::Notes;
use super::os_path;
use super::safe_read::safe_read;

/// What one file may cost, and all together. Hand-written files are far below; hostile ones are not.
const BYTES_PER_FILE: u64 = 1 << 20;
const LINES_PER_FILE: usize = 10_000;
const LINES_IN_ALL: usize = 50_000;

/// All `.gitignore` files met so far. A directory remembers the innermost one that holds for it.
#[derive(Default)]
pub(super) struct IgnoreRules {
    files: Vec<IgnoreFile>,
    lines: usize,
}

/// One file, and the next outer one.
struct IgnoreFile {
    outer: Option<usize>,
    /// Length of its directory and slash, which its patterns do not see.
    prefix: usize,
    patterns: Gitignore,
}

impl IgnoreRules {
    /// Reads the `.gitignore` in a directory where `outer` holds, and returns the one that holds now.
    pub(super) fn enter(
        &mut self,
        location: &Path,
        directory: &[u8],
        outer: Option<usize>,
        notes: &mut Notes,
    ) -> Option<usize> {
        let Ok(bytes) = safe_read(&location.join(".gitignore"), BYTES_PER_FILE) else {
            notes.met(
                ".gitignore files ignored: links, pipes, unreadable or larger than 1 MiB",
                directory,
            );
            return outer;
        };
        self.add(&bytes, directory, outer, notes)
    }

    /// Adds what the `.gitignore` of a directory says.
    pub(super) fn add(
        &mut self,
        bytes: &[u8],
        directory: &[u8],
        outer: Option<usize>,
        notes: &mut Notes,
    ) -> Option<usize> {
        let mut builder = GitignoreBuilder::new("");
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let room = LINES_PER_FILE.min(LINES_IN_ALL - self.lines);
        let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| {
            let line = line.trim_ascii();
            !line.is_empty() && !line.starts_with(b"#")
        });
        let mut taken = 0;
        for line in lines.by_ref().take(room) {
            taken += 1;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let understood =
                std::str::from_utf8(line).is_ok_and(|line| builder.add_line(None, line).is_ok());
            if !understood {
                notes.met(
                    ".gitignore files with a pattern that cannot be read",
                    directory,
                );
            }
        }
        if lines.next().is_some() {
            notes.met(
                ".gitignore files cut: more than 10,000 patterns, or 50,000 in all",
                directory,
            );
        }
        self.lines += taken;
        match builder.build() {
            Ok(patterns) if patterns.is_empty() => outer,
            Ok(patterns) => {
                self.files.push(IgnoreFile {
                    outer,
                    prefix: match directory.len() {
                        0 => 0,
                        length => length + 1,
                    },
                    patterns,
                });
                Some(self.files.len() - 1)
            }
            Err(_) => {
                notes.met(
                    ".gitignore files with a pattern that cannot be read",
                    directory,
                );
                outer
            }
        }
    }

    /// Whether a path is ignored where `innermost` holds. Nothing above it is, or nobody would have come here.
    pub(super) fn ignores(
        &self,
        innermost: Option<usize>,
        path: &[u8],
        is_directory: bool,
    ) -> bool {
        let mut at = innermost;
        while let Some(file) = at.and_then(|at| self.files.get(at)) {
            let relative = os_path::from_bytes(path.get(file.prefix..).unwrap_or_default());
            match file.patterns.matched(&relative, is_directory) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => at = file.outer,
            }
        }
        false
    }
}
