//! Who answers for which files: CODEOWNERS, as GitHub and GitLab read it.
//!
//! The last line whose pattern matches decides, and one without owners says that nobody does. GitLab's sections are read
//! for their default owners; within a file of sections the last line still decides. Lines that cannot be read are counted.

use globset::{GlobBuilder, GlobMatcher};

use crate::path::RepoPath;

/// Where the file lies, in the order forges look for it.
pub const PLACES: &[&str] = &[
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
];
/// Most lines that are read: each is held against each file.
const MOST_LINES: usize = 20_000;

/// Who answers for which files.
#[derive(Debug, Default)]
pub struct Owners {
    rules: Vec<Rule>,
    /// Lines that say nothing that could be understood, counted from 1.
    pub faults: Vec<usize>,
}

#[derive(Debug)]
struct Rule {
    /// The thing itself, and everything below it.
    globs: Vec<GlobMatcher>,
    owners: Vec<String>,
}

impl Owners {
    /// Reads a file.
    pub fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut owners = Self::default();
        let mut by_default: Vec<String> = Vec::new();
        for (at, line) in text.lines().take(MOST_LINES).enumerate() {
            let words = words(line);
            let Some((pattern, named)) = words.split_first() else {
                continue;
            };
            if let Some(rest) = section(line) {
                by_default = self::words(rest)
                    .into_iter()
                    .filter(|word| is_owner(word))
                    .collect();
                continue;
            }
            let Some(globs) = globs(pattern) else {
                owners.faults.push(at + 1);
                continue;
            };
            let named = match named {
                [] => by_default.clone(),
                named => named
                    .iter()
                    .filter(|word| is_owner(word))
                    .cloned()
                    .collect(),
            };
            owners.rules.push(Rule {
                globs,
                owners: named,
            });
        }
        owners
    }

    /// Who answers for a file, as written; nobody if no line says so.
    pub fn of(&self, path: &RepoPath) -> &[String] {
        let path = path.to_str();
        let mut rules = self.rules.iter().rev();
        let found = rules.find(|rule| {
            let mut globs = rule.globs.iter();
            globs.any(|glob| glob.is_match(path.as_ref()))
        });
        found.map_or(&[], |rule| &rule.owners)
    }

    /// Everybody who answers for something, sorted.
    pub fn all(&self) -> Vec<&str> {
        let named = self.rules.iter().flat_map(|rule| &rule.owners);
        let mut all: Vec<&str> = named.map(String::as_str).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What stands behind the head of a section: `[Docs] @writers`, `^[Optional][2]`; none if the line is none.
fn section(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let name = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (_, rest) = name.split_once(']')?;
    Some(match rest.strip_prefix('[') {
        Some(count) => count.split_once(']')?.1,
        None => rest,
    })
}

/// `@user`, `@org/team`, `@@role` or an address.
fn is_owner(word: &str) -> bool {
    word.starts_with('@') && word.len() > 1 || word.contains('@')
}

/// The words of a line before its comment. A backslash takes the next character as it is.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => word.extend(characters.next()),
            '#' if word.is_empty() => break,
            character if character.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            character => word.push(character),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// What a pattern matches, as in a `.gitignore` without negation: anywhere unless it has a slash before its end; a
/// directory with everything below it, but `docs/*` only what lies directly in it.
fn globs(pattern: &str) -> Option<Vec<GlobMatcher>> {
    if pattern.starts_with('!') {
        return None;
    }
    let is_anchored = pattern.trim_end_matches('/').contains('/');
    let path = pattern.trim_start_matches('/');
    let path = match is_anchored {
        true => path.to_owned(),
        false => format!("**/{path}"),
    };
    let texts = match path.strip_suffix('/') {
        Some(directory) => vec![format!("{directory}/**")],
        None if path.ends_with("/*") && is_anchored => vec![path],
        None => vec![format!("{path}/**"), path],
    };
    let globs = texts.iter().map(|text| {
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        Some(glob.ok()?.compile_matcher())
    });
    globs.collect()
}

#[cfg(test)]
mod tests {
    use super::Owners;
    use crate::path::RepoPath;

    const FILE: &str = "# who answers\n\
        *             @acme/all\n\
        *.js          @js-owner extra@acme.example  # inline\n\
        /build/logs/  @doctocat\n\
        docs/*        docs@example.com\n\
        apps/         @octocat\n\
        /apps/github\n\
        /apps/github/own.py @own\n\
        **/logs       @logger\n\
        with\\ blank.py @blank\n\
        !no           @nobody\n";

    fn of(text: &str, path: &str) -> String {
        Owners::read(text.as_bytes())
            .of(&RepoPath::from(path))
            .join(" ")
    }

    #[test]
    fn the_last_line_that_matches_decides() {
        for (path, owners) in [
            ("a.py", "@acme/all"),
            ("deep/down/a.js", "@js-owner extra@acme.example"),
            ("build/logs/a.py", "@logger"),
            ("docs/a.py", "docs@example.com"),
            ("docs/deep/a.py", "@acme/all"),
            ("apps/a.py", "@octocat"),
            ("other/apps/a.py", "@octocat"),
            ("apps/github/a.py", ""),
            ("apps/github/own.py", "@own"),
            ("with blank.py", "@blank"),
            ("logs", "@logger"),
        ] {
            assert_eq!(of(FILE, path), owners, "{path}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_counted() {
        assert_eq!(Owners::read(FILE.as_bytes()).faults, [11]);
        assert!(Owners::read(b"").faults.is_empty());
        assert_eq!(of("\u{0}\u{1b} [ @x\n", "a.py"), "");
    }

    #[test]
    fn sections_give_their_default_owners() {
        let text = "[Docs][2] @writers\ndocs/\nguide/ @guide\n^[Optional] @maybe @more\nsrc/\n[None]\nown/\n";
        assert_eq!(of(text, "docs/a.md"), "@writers");
        assert_eq!(of(text, "guide/a.md"), "@guide");
        assert_eq!(of(text, "src/a.py"), "@maybe @more");
        assert_eq!(of(text, "own/a.py"), "");
    }

    #[test]
    fn everybody_is_named_once() {
        let owners = Owners::read(b"a @x @y\nb @x\n");
        assert_eq!(owners.all(), ["@x", "@y"]);
    }
}
