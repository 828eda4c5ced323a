//! Which class a file has: by its path and what people wrote about it, then by its content.
//!
//! Pure. A person's word wins over a convention: the definition's globs first, then `.gitattributes`, then the
//! table of names, and content last, where neither of the first two has spoken.

mod attributes;
mod content;
mod conventions;
mod extensions;
mod noise;
mod seen;

use std::collections::HashSet;

use globset::{Candidate, GlobSet};

use crate::class::Class;
use crate::languages::Language;
use crate::path::RepoPath;
use attributes::Said;
use conventions::{DIRECTORIES, Family, NAMES, Place, Rank, Row};
use extensions::Content;

pub use attributes::Attributes;
pub use content::{by_content, is_lfs_pointer, language_of};
pub use noise::{is_lock_file, is_noise_for_changes};
pub use seen::{Lens, Seen};

/// The `[files]` globs of a definition. They win over everything else; among them the first field wins.
#[derive(Clone, Debug, Default)]
pub struct FileRules {
    /// Not looked at.
    pub exclude: GlobSet,
    /// Somebody else's code.
    pub vendored: GlobSet,
    /// Written by a program.
    pub generated: GlobSet,
    /// Under a test convention of this organisation.
    pub test: GlobSet,
    /// Shown to readers.
    pub example: GlobSet,
}

/// What the repository says about its files, apart from their names.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Its `.gitattributes` files.
    pub attributes: Attributes,
    /// Directories at or below one named `deps` that hold a licence file of their own.
    licensed: HashSet<Box<[u8]>>,
}

impl Surroundings {
    /// Takes note of a listed file, which may be the licence that makes its directory somebody else's.
    pub fn notice(&mut self, path: &RepoPath) {
        let name = path.file_name();
        let is_licence = [b"LICENSE".as_slice(), b"LICENCE", b"COPYING"]
            .iter()
            .any(|known| {
                name.get(..known.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(known))
            });
        let directory = path.directory();
        if is_licence
            && directory
                .split(|byte| *byte == b'/')
                .any(|part| part == b"deps")
        {
            self.licensed.insert(directory.into());
        }
    }
}

/// What a path says of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PathVerdict {
    /// Its class, if the path decides; otherwise content does.
    pub class: Option<Class>,
    /// Why it has that class; empty without one.
    pub reason: &'static str,
    /// The language it is parsed in.
    pub language: Option<Language>,
    /// The language it is in, where that is one we do not parse.
    pub unsupported: Option<&'static str>,
    /// A person decided (definition or `.gitattributes`): content does not overrule it, unless it is not text.
    pub chosen: bool,
}

/// What a file is, once its content has been seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settled {
    /// Its class.
    pub class: Class,
    /// Why; empty for ordinary code.
    pub reason: &'static str,
    /// The language it is parsed in.
    pub language: Option<Language>,
    /// The language it is in, where that is one we do not parse.
    pub unsupported: Option<&'static str>,
}

impl PathVerdict {
    /// Whether reading the file can change or complete this verdict.
    pub fn needs_content(&self) -> bool {
        self.class.is_none_or(Class::has_facts)
    }
}

const UNKNOWN_LANGUAGE: &str = "no known language";

/// What the path alone says, without the repository around it.
pub fn by_path(path: &RepoPath, rules: &FileRules) -> PathVerdict {
    Judge::new(rules, &Surroundings::default()).verdict(path)
}

/// The language of a file by its extension, where it is one we know by name and do not parse.
pub fn unsupported_language(path: &RepoPath) -> Option<&'static str> {
    match extensions::content_of(path.extension()?)? {
        Content::Code(name) => Some(name),
        _ => None,
    }
}

/// Judges many paths. What a directory says is worked out once for a run of files in it, so sorted paths are cheap.
pub struct Judge<'a> {
    rules: &'a FileRules,
    has_rules: bool,
    surroundings: &'a Surroundings,
    directory: Vec<u8>,
    /// The rows of [`DIRECTORIES`] that match `directory`.
    rows: Vec<&'static Row>,
    /// The attribute files that may speak about files in `directory`, outermost first.
    attribute_files: Vec<usize>,
}

impl<'a> Judge<'a> {
    /// A judge for one repository.
    pub fn new(rules: &'a FileRules, surroundings: &'a Surroundings) -> Self {
        let sets = [
            &rules.exclude,
            &rules.vendored,
            &rules.generated,
            &rules.test,
            &rules.example,
        ];
        let mut judge = Self {
            rules,
            has_rules: sets.iter().any(|set| !set.is_empty()),
            surroundings,
            directory: Vec::new(),
            rows: Vec::new(),
            attribute_files: Vec::new(),
        };
        judge.enter(b"");
        judge
    }

    /// What path, surroundings and definition say of a file.
    pub fn verdict(&mut self, path: &RepoPath) -> PathVerdict {
        if path.directory() != self.directory {
            self.enter(path.directory());
        }
        let said = self
            .surroundings
            .attributes
            .about(&self.attribute_files, path);
        let mut verdict = PathVerdict::default();
        let content = path.extension().and_then(extensions::content_of);
        let named = said.language.as_deref();
        match named.and_then(language_named) {
            Some((language, unsupported)) => {
                verdict.language = language;
                verdict.unsupported = unsupported;
            }
            None => {
                verdict.language = path.extension().and_then(Language::of_extension);
                if let Some(Content::Code(name)) = content {
                    verdict.unsupported = Some(name);
                }
            }
        }
        let in_language = verdict.language.is_some() || verdict.unsupported.is_some();

        let by_rules = self.has_rules.then(|| self.by_rules(path)).flatten();
        if let Some((class, reason)) = by_rules.or_else(|| by_attributes(&said)) {
            verdict.class = Some(class);
            verdict.reason = reason;
            verdict.chosen = true;
            return verdict;
        }

        let family = family_of(&verdict);
        let ruled_out = |rank: Rank| match rank {
            Rank::Vendored => said.vendored == Some(false),
            Rank::Generated | Rank::Minified => said.generated == Some(false),
            Rank::Documentation => said.documentation == Some(false),
            _ => false,
        };
        let row = self
            .matching_rows(path, family)
            .map(|row| (row.rank, row.reason))
            .chain(by_extension(path, content, in_language))
            .chain(is_lock_file(path.file_name()).then_some((Rank::Generated, "lock file")))
            .filter(|(rank, _)| !ruled_out(*rank))
            .min_by_key(|(rank, _)| *rank);
        if let Some((rank, reason)) = row {
            verdict.class = Some(rank.class());
            verdict.reason = reason;
        }
        verdict.chosen = said.generated == Some(false);
        verdict
    }

    /// The class a glob of the definition gives.
    fn by_rules(&self, path: &RepoPath) -> Option<(Class, &'static str)> {
        let rules = self.rules;
        let candidate = Candidate::from_bytes(path.as_bytes());
        [
            (&rules.exclude, Class::Excluded, "[files] exclude"),
            (&rules.vendored, Class::Vendored, "[files] vendored"),
            (&rules.generated, Class::Generated, "[files] generated"),
            (&rules.test, Class::Test, "[files] test"),
            (&rules.example, Class::Example, "[files] example"),
        ]
        .into_iter()
        .find(|(globs, _, _)| globs.is_match_candidate(&candidate))
        .map(|(_, class, reason)| (class, reason))
    }

    /// Works out what a directory says of the files in it.
    fn enter(&mut self, directory: &[u8]) {
        self.directory.clear();
        self.directory.extend_from_slice(directory);
        self.attribute_files = self.surroundings.attributes.above(directory);
        let mut rows: Vec<&'static Row> = Vec::new();
        let mut start = 0;
        for component in components(directory) {
            let above = &directory[..start.max(1) - 1];
            start += component.len() + 1;
            let here = &directory[..start - 1];
            for row in DIRECTORIES {
                if !row.pattern.matches(component) {
                    continue;
                }
                let stands = match row.place {
                    Place::InsideTests => rows.iter().any(|row| row.rank == Rank::TestDirectory),
                    Place::Licensed => self.has_licence(here),
                    place => stands(place, above),
                };
                if stands {
                    rows.push(row);
                }
            }
        }
        self.rows = rows;
    }

    /// Whether `top` or a directory between it and the one at hand holds a licence file.
    fn has_licence(&self, top: &[u8]) -> bool {
        let licensed = &self.surroundings.licensed;
        if licensed.is_empty() {
            return false;
        }
        let mut at = self.directory.as_slice();
        while at.len() >= top.len() {
            if licensed.contains(at) {
                return true;
            }
            at = parent(at);
        }
        false
    }

    /// The rows of both tables that match a file.
    fn matching_rows(&self, path: &RepoPath, family: Family) -> impl Iterator<Item = &'static Row> {
        let name = path.file_name();
        let directory = path.directory();
        let named = NAMES.iter().filter(move |row| {
            row.is_about(family) && row.pattern.matches(name) && stands(row.place, directory)
        });
        let placed = self.rows.iter().copied();
        placed.filter(move |row| row.is_about(family)).chain(named)
    }
}

/// The class `.gitattributes` gives. `linguist-detectable` is about the language bar of a forge, not about the code.
fn by_attributes(said: &Said) -> Option<(Class, &'static str)> {
    if said.vendored == Some(true) {
        Some((Class::Vendored, "linguist-vendored in .gitattributes"))
    } else if said.generated == Some(true) {
        Some((Class::Generated, "linguist-generated in .gitattributes"))
    } else if said.documentation == Some(true) {
        Some((Class::Doc, "linguist-documentation in .gitattributes"))
    } else {
        None
    }
}

/// Whether a row's place holds for something directly in `directory`.
fn stands(place: Place, directory: &[u8]) -> bool {
    let is_one_of = |part: &[u8], names: &[&str]| names.iter().any(|name| name.as_bytes() == part);
    let last = || components(directory).next_back().unwrap_or_default();
    match place {
        Place::Anywhere => true,
        Place::OutsideSource => {
            !components(directory).any(|part| is_one_of(part, &["src", "lib", "app"]))
        }
        Place::In(names) => is_one_of(last(), names),
        Place::NotIn(names) => !is_one_of(last(), names),
        Place::Below(names) => components(directory).any(|part| is_one_of(part, names)),
        // Both depend on more than the directory and are settled where that is known.
        Place::InsideTests | Place::Licensed => false,
    }
}

/// What the extension says, or the lack of a known one.
fn by_extension(
    path: &RepoPath,
    content: Option<Content>,
    in_language: bool,
) -> Option<(Rank, &'static str)> {
    match content {
        _ if in_language => None,
        Some(Content::Binary) => Some((Rank::Binary, "binary by extension")),
        Some(Content::Data) => Some((Rank::Data, "data by extension")),
        Some(Content::Prose) => Some((Rank::Prose, "prose by extension")),
        Some(Content::Code(_)) => None,
        // Without an extension a `#!` line may still name a language.
        None if path.extension().is_none() => None,
        None => Some((Rank::Unknown, UNKNOWN_LANGUAGE)),
    }
}

/// A language by the name `.gitattributes` uses, parsed or not.
fn language_named(name: &str) -> Option<(Option<Language>, Option<&'static str>)> {
    let lower = name.to_ascii_lowercase();
    let parsed = match lower.as_str() {
        "jsx" => Language::named("javascript"),
        other => Language::named(other),
    };
    match parsed {
        Some(language) => Some((Some(language), None)),
        None => extensions::language_named(&lower).map(|known| (None, Some(known))),
    }
}

/// The conventions a file is under.
fn family_of(verdict: &PathVerdict) -> Family {
    let name = match (verdict.language, verdict.unsupported) {
        (Some(language), _) => language.name(),
        (None, Some(name)) => name,
        (None, None) => return Family::None,
    };
    match name {
        "python" | "Cython" => Family::Python,
        "javascript" | "typescript" | "Vue" | "Svelte" | "Astro" | "CoffeeScript" => {
            Family::Ecmascript
        }
        "rust" => Family::Rust,
        "Go" => Family::Go,
        "Java" | "Kotlin" | "Scala" | "Groovy" => Family::Jvm,
        "C#" => Family::CSharp,
        "Ruby" => Family::Ruby,
        "PHP" => Family::Php,
        "Swift" => Family::Swift,
        "C" | "C++" | "CUDA" | "Objective-C++" => Family::C,
        "SQL" => Family::Sql,
        _ => Family::Other,
    }
}

/// The components of a directory; none for the root.
fn components(directory: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    directory
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty())
}

/// The directory above; the empty one is its own.
fn parent(directory: &[u8]) -> &[u8] {
    memchr::memrchr(b'/', directory).map_or(&[], |slash| &directory[..slash])
}

#[cfg(test)]
mod tests;
