//! What `.gitattributes` files say about classes and languages: the `linguist-*` attributes, read as git reads them.

use std::collections::HashMap;

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::path::RepoPath;

/// Lines of one file, and of all files together, that are looked at. Nobody writes so many; a hostile file does.
const LINES_PER_FILE: usize = 10_000;
const PATTERNS_IN_ALL: usize = 50_000;

/// The `.gitattributes` files of one repository.
#[derive(Clone, Debug, Default)]
pub struct Attributes {
    files: Vec<AttributeFile>,
    by_directory: HashMap<Box<[u8]>, usize>,
    patterns: usize,
}

/// One file, by the directory it speaks about.
#[derive(Clone, Debug)]
struct AttributeFile {
    /// Length of the directory and its slash, which patterns do not see.
    prefix: usize,
    globs: GlobSet,
    /// What the line of each glob sets, in the order of the file.
    settings: Vec<Said>,
}

/// What attributes say of one file; nothing where they do not speak.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) vendored: Option<bool>,
    pub(super) generated: Option<bool>,
    pub(super) documentation: Option<bool>,
    pub(super) language: Option<String>,
    /// `!attribute` was written: what earlier lines said of these does not count.
    forgotten: Forgotten,
}

/// Attributes that a line puts back to unspecified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Forgotten {
    vendored: bool,
    generated: bool,
    documentation: bool,
    language: bool,
}

impl Attributes {
    /// Adds the `.gitattributes` of a directory. Returns what a reader should know, if anything was left out.
    pub fn add(&mut self, directory: &[u8], bytes: &[u8]) -> Option<String> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut builder = GlobSetBuilder::new();
        let mut settings = Vec::new();
        let mut unreadable = 0_u32;
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let room = PATTERNS_IN_ALL.saturating_sub(self.patterns);
        for line in lines.by_ref().take(LINES_PER_FILE) {
            let Some((pattern, said)) = parse_line(line) else {
                continue;
            };
            if settings.len() == room {
                break;
            }
            let glob = GlobBuilder::new(&pattern)
                .literal_separator(true)
                .backslash_escape(true)
                .build();
            match glob {
                Ok(glob) => {
                    builder.add(glob);
                    settings.push(said);
                }
                Err(_) => unreadable += 1,
            }
        }
        let cut = lines.next().is_some_and(|line| !line.is_empty())
            || (room > 0 && settings.len() == room)
            || (room == 0);
        let place = String::from_utf8_lossy(directory);
        let place = if place.is_empty() { "." } else { &place };
        if !settings.is_empty() {
            let Ok(globs) = builder.build() else {
                return Some(format!(
                    "{place}/.gitattributes: too large a set of patterns, ignored"
                ));
            };
            self.patterns += settings.len();
            self.by_directory.insert(directory.into(), self.files.len());
            self.files.push(AttributeFile {
                prefix: match directory.len() {
                    0 => 0,
                    length => length + 1,
                },
                globs,
                settings,
            });
        }
        if cut {
            Some(format!(
                "{place}/.gitattributes: too many lines, the rest is ignored"
            ))
        } else if unreadable > 0 {
            Some(format!(
                "{place}/.gitattributes: {unreadable} patterns cannot be read and are ignored"
            ))
        } else {
            None
        }
    }

    /// The files that may speak about something directly in `directory`, outermost first.
    pub(super) fn above(&self, directory: &[u8]) -> Vec<usize> {
        if self.files.is_empty() {
            return Vec::new();
        }
        let ends = memchr::memchr_iter(b'/', directory)
            .chain((!directory.is_empty()).then_some(directory.len()));
        std::iter::once(0)
            .chain(ends)
            .filter_map(|end| self.by_directory.get(&directory[..end]).copied())
            .collect()
    }

    /// What these files say of a path: the last line that matches wins, and an inner file over an outer one.
    pub(super) fn about(&self, files: &[usize], path: &RepoPath) -> Said {
        let mut all = Said::default();
        let mut matches = Vec::new();
        for file in files.iter().filter_map(|&at| self.files.get(at)) {
            let relative = path.as_bytes().get(file.prefix..).unwrap_or_default();
            file.globs
                .matches_candidate_into(&Candidate::from_bytes(relative), &mut matches);
            for said in matches.iter().filter_map(|&at| file.settings.get(at)) {
                all.overlay(said);
            }
        }
        all
    }
}

impl Said {
    /// Lets a later line speak over this.
    fn overlay(&mut self, later: &Self) {
        fn over<T: Clone>(own: &mut Option<T>, later: &Option<T>, forgotten: bool) {
            if forgotten || later.is_some() {
                own.clone_from(later);
            }
        }
        let forgotten = later.forgotten;
        over(&mut self.vendored, &later.vendored, forgotten.vendored);
        over(&mut self.generated, &later.generated, forgotten.generated);
        over(
            &mut self.documentation,
            &later.documentation,
            forgotten.documentation,
        );
        over(&mut self.language, &later.language, forgotten.language);
    }
}

/// A line as a glob relative to its directory and what it sets; nothing if it sets no attribute of ours.
fn parse_line(line: &[u8]) -> Option<(String, Said)> {
    let line = std::str::from_utf8(line).ok()?.trim();
    // Macros (`[attr]name …`) cannot define attributes of ours in a way linguist would see.
    if line.is_empty() || line.starts_with('#') || line.starts_with("[attr]") {
        return None;
    }
    let (pattern, settings) = match line.strip_prefix('"') {
        Some(quoted) => unquote(quoted)?,
        None => {
            let (pattern, settings) = line.split_once(char::is_whitespace)?;
            (pattern.to_owned(), settings)
        }
    };
    let mut said = Said::default();
    for setting in settings.split_ascii_whitespace() {
        set(&mut said, setting);
    }
    if said == Said::default() {
        return None;
    }
    Some((anchored(&pattern)?, said))
}

/// Applies one `attribute`, `-attribute`, `!attribute` or `attribute=value`.
fn set(said: &mut Said, setting: &str) {
    if let Some(language) = setting.strip_prefix("linguist-language=") {
        said.language = Some(language.to_owned());
        said.forgotten.language = false;
        return;
    }
    let (name, value) = match setting.as_bytes().first() {
        Some(b'-') => (&setting[1..], Some(false)),
        Some(b'!') => (&setting[1..], None),
        _ => match setting.split_once('=') {
            Some((name, value)) => (name, Some(!matches!(value, "false" | "0" | "no"))),
            None => (setting, Some(true)),
        },
    };
    let (own, forgotten) = match name {
        "linguist-vendored" => (&mut said.vendored, &mut said.forgotten.vendored),
        "linguist-generated" => (&mut said.generated, &mut said.forgotten.generated),
        "linguist-documentation" => (&mut said.documentation, &mut said.forgotten.documentation),
        "linguist-language" => {
            said.language = None;
            said.forgotten.language = true;
            return;
        }
        _ => return,
    };
    *own = value;
    *forgotten = value.is_none();
}

/// A git pattern as a glob over paths below its directory. Git ignores negative patterns in this file, and a
/// pattern for directories speaks of no file.
fn anchored(pattern: &str) -> Option<String> {
    if pattern.starts_with('!') || pattern.ends_with('/') {
        return None;
    }
    // Braces mean nothing to git.
    let literal = pattern.replace('{', "\\{").replace('}', "\\}");
    if literal.contains('/') {
        Some(literal.trim_start_matches('/').to_owned())
    } else {
        Some(format!("**/{literal}"))
    }
}

/// A pattern in double quotes, its opening one already gone, and what follows.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut pattern = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((pattern, &text[at + 1..])),
            '\\' => pattern.push(characters.next()?.1),
            other => pattern.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Attributes, Said};
    use crate::path::RepoPath;

    fn about(files: &[(&str, &str)], path: &str) -> Said {
        let mut attributes = Attributes::default();
        for (directory, text) in files {
            assert_eq!(attributes.add(directory.as_bytes(), text.as_bytes()), None);
        }
        let path = RepoPath::from(path);
        attributes.about(&attributes.above(path.directory()), &path)
    }

    #[test]
    fn the_last_matching_line_wins() {
        let text = "*.js linguist-vendored\nown/*.js -linguist-vendored\nown/x.js linguist-vendored=true\n";
        let vendored = |path| about(&[("", text)], path).vendored;
        assert_eq!(vendored("a/b.js"), Some(true));
        assert_eq!(vendored("own/b.js"), Some(false));
        assert_eq!(vendored("own/x.js"), Some(true));
        assert_eq!(vendored("b.py"), None);
    }

    #[test]
    fn an_inner_file_wins_over_an_outer_one() {
        let files = [
            ("", "*.ts linguist-generated"),
            ("api", "kept.ts linguist-generated=false"),
        ];
        assert_eq!(about(&files, "api/x.ts").generated, Some(true));
        assert_eq!(about(&files, "api/v1/kept.ts").generated, Some(false));
        assert_eq!(about(&files, "kept.ts").generated, Some(true));
    }

    #[test]
    fn patterns_are_read_as_git_reads_them() {
        let vendored = |text: &str, path| about(&[("", text)], path).vendored == Some(true);
        assert!(vendored("lib/** linguist-vendored", "lib/a/b.js"));
        assert!(vendored("/lib/* linguist-vendored", "lib/b.js"));
        assert!(!vendored("lib/* linguist-vendored", "lib/a/b.js"));
        assert!(!vendored("lib/* linguist-vendored", "x/lib/b.js"));
        assert!(
            !vendored("lib/ linguist-vendored", "lib/b.js"),
            "git applies a directory pattern to no file"
        );
        assert!(vendored("\"a b.js\" linguist-vendored", "x/a b.js"));
        assert!(vendored("a{1}.js linguist-vendored", "a{1}.js"));
        assert!(vendored("\u{feff}*.js linguist-vendored\r\n", "x.js"));
        assert!(!vendored("# *.js linguist-vendored", "x.js"));
    }

    #[test]
    fn an_attribute_can_be_put_back_to_unspecified() {
        let text = "* linguist-vendored linguist-language=Go\nx.js !linguist-vendored !linguist-language\n";
        assert_eq!(about(&[("", text)], "x.js"), Said::default());
    }

    #[test]
    fn several_attributes_stand_on_one_line() {
        let said = about(
            &[(
                "",
                "*.inc text eol=lf linguist-language=Python linguist-detectable",
            )],
            "a.inc",
        );
        assert_eq!(said.language.as_deref(), Some("Python"));
    }

    #[test]
    fn too_many_lines_are_cut_with_a_note() {
        let mut attributes = Attributes::default();
        let many = "x linguist-vendored\n".repeat(super::LINES_PER_FILE + 2);
        assert!(attributes.add(b"a", many.as_bytes()).is_some());
        assert_eq!(attributes.patterns, super::LINES_PER_FILE);
    }
}
