//! `tsconfig.json` and `jsconfig.json`: which files a checker reads, how strictly, and what paths mean.

use std::collections::{BTreeMap, HashMap};

use globset::{Candidate, GlobBuilder, GlobSet, GlobSetBuilder};
use serde_json::Value;

use crate::path::{RepoPath, join, upwards};

/// Longest chain of `extends`.
const LONGEST_CHAIN: usize = 16;
/// Most globs of one list, and longest glob in bytes.
const MOST_GLOBS: usize = 1_000;
const LONGEST_GLOB: usize = 1_024;

/// The projects of a repository, by directory; in a directory the one tools open by default comes first.
#[derive(Clone, Debug, Default)]
pub(super) struct Projects {
    by_directory: BTreeMap<Box<[u8]>, Vec<Project>>,
}

/// What specifiers mean that are neither relative nor packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aliases {
    /// `baseUrl`: specifiers may be relative to it.
    pub base: Option<Box<[u8]>>,
    /// `paths`: patterns with at most one `*`, and the paths of the repository they may stand for, `*` kept.
    pub paths: Vec<(Box<str>, Vec<Box<str>>)>,
}

/// One configuration with everything it extends.
#[derive(Clone, Debug, Default)]
struct Project {
    files: Vec<Box<[u8]>>,
    include: GlobSet,
    exclude: GlobSet,
    allows_javascript: bool,
    checks_javascript: bool,
    forbids_implicit_any: bool,
    aliases: Aliases,
}

/// A setting with the directory its paths are relative to.
type Placed<'a> = (&'a Value, &'a [u8]);

impl Projects {
    /// Joins configurations with what they extend.
    pub(super) fn new(configurations: Vec<(RepoPath, Value)>) -> Self {
        let by_path: HashMap<&[u8], &Value> = configurations
            .iter()
            .map(|(path, value)| (path.as_bytes(), value))
            .collect();
        let mut by_directory: BTreeMap<Box<[u8]>, Vec<(bool, Project)>> = BTreeMap::new();
        for (path, _) in &configurations {
            let is_default = matches!(path.file_name(), b"tsconfig.json" | b"jsconfig.json");
            by_directory
                .entry(path.directory().into())
                .or_default()
                .push((!is_default, Project::new(path, &by_path)));
        }
        let by_directory = by_directory
            .into_iter()
            .map(|(directory, mut projects)| {
                projects.sort_by_key(|(later, _)| *later);
                let projects = projects.into_iter().map(|(_, project)| project).collect();
                (directory, projects)
            })
            .collect();
        Self { by_directory }
    }

    pub(super) fn checks_javascript(&self, path: &RepoPath) -> bool {
        self.of(path)
            .is_some_and(|project| project.checks_javascript)
    }

    pub(super) fn forbids_implicit_any(&self, path: &RepoPath) -> bool {
        self.of(path)
            .is_some_and(|project| project.forbids_implicit_any)
    }

    pub(super) fn aliases(&self, directory: &[u8]) -> Option<&Aliases> {
        upwards(directory)
            .filter_map(|directory| self.by_directory.get(directory))
            .flatten()
            .map(|project| &project.aliases)
            .find(|aliases| aliases.base.is_some() || !aliases.paths.is_empty())
    }

    /// The nearest project that covers a file.
    fn of(&self, path: &RepoPath) -> Option<&Project> {
        upwards(path.directory())
            .filter_map(|directory| self.by_directory.get(directory))
            .flatten()
            .find(|project| project.covers(path))
    }
}

impl Project {
    fn new(path: &RepoPath, by_path: &HashMap<&[u8], &Value>) -> Self {
        let chain = chain(path, by_path);
        // The first one that says something wins: the configuration itself, then what it extends, nearest first.
        let top = |key: &str| -> Option<Placed> {
            chain
                .iter()
                .find_map(|(value, directory)| Some((value.get(key)?, *directory)))
        };
        let option = |key: &str| -> Option<Placed> {
            chain.iter().find_map(|(value, directory)| {
                Some((value.get("compilerOptions")?.get(key)?, *directory))
            })
        };
        let truth = |key: &str| option(key).and_then(|(value, _)| value.as_bool());
        let own: &[u8] = path.directory();

        let files: Vec<Box<[u8]>> = top("files")
            .map(|(value, directory)| {
                strings(value)
                    .filter_map(|file| join(directory, file.as_bytes()))
                    .map(Into::into)
                    .collect()
            })
            .unwrap_or_default();
        let include = match (top("include"), top("files")) {
            (Some((value, directory)), _) => globs(directory, strings(value)),
            (None, Some(_)) => GlobSet::empty(),
            (None, None) => globs(own, std::iter::once("**/*")),
        };
        let output = option("outDir").and_then(|(value, directory)| {
            let path = join(directory, value.as_str()?.as_bytes())?;
            Some(String::from_utf8_lossy(&path).into_owned())
        });
        let exclude = match top("exclude") {
            Some((value, directory)) => globs(directory, strings(value)),
            None => globs(
                b"",
                ["**/node_modules", "**/bower_components", "**/jspm_packages"]
                    .into_iter()
                    // An output directory that is the project itself excludes nothing.
                    .chain(output.as_deref().filter(|path| path.as_bytes() != own)),
            ),
        };
        let checks_javascript = truth("checkJs").unwrap_or(false);
        Self {
            files,
            include,
            exclude,
            checks_javascript,
            allows_javascript: truth("allowJs")
                .unwrap_or(checks_javascript || path.file_name() == b"jsconfig.json"),
            forbids_implicit_any: truth("noImplicitAny").or(truth("strict")).unwrap_or(false),
            aliases: aliases(option("baseUrl"), option("paths")),
        }
    }

    fn covers(&self, path: &RepoPath) -> bool {
        let is_javascript = matches!(path.extension(), Some(b"js" | b"jsx" | b"mjs" | b"cjs"));
        if is_javascript && !self.allows_javascript {
            return false;
        }
        let candidate = Candidate::from_bytes(path.as_bytes());
        self.files.iter().any(|file| **file == *path.as_bytes())
            || (self.include.is_match_candidate(&candidate)
                && !self.exclude.is_match_candidate(&candidate))
    }
}

/// A configuration and what it extends, nearest first. Packages and what lies outside the repository are unknown.
fn chain<'a>(
    path: &'a RepoPath,
    by_path: &HashMap<&'a [u8], &'a Value>,
) -> Vec<(&'a Value, &'a [u8])> {
    let mut chain: Vec<(&Value, &[u8])> = Vec::new();
    let mut seen: Vec<&[u8]> = Vec::new();
    let mut pending: Vec<Vec<u8>> = vec![path.as_bytes().to_vec()];
    while let Some(next) = pending.pop() {
        let Some((key, value)) = by_path.get_key_value(next.as_slice()) else {
            continue;
        };
        if seen.contains(key) || seen.len() >= LONGEST_CHAIN {
            continue;
        }
        seen.push(key);
        let slash = memchr::memrchr(b'/', key).unwrap_or(0);
        let directory = &key[..slash];
        chain.push((value, directory));
        let Some(extends) = value.get("extends") else {
            continue;
        };
        // Of several the last wins, so it is looked at first: it goes on the stack last.
        for written in strings(extends).filter(|written| written.starts_with('.')) {
            let target = join(directory, written.as_bytes()).map(|mut target| {
                if !target.ends_with(b".json") {
                    target.extend_from_slice(b".json");
                }
                target
            });
            pending.extend(target);
        }
    }
    chain
}

/// A string, or the strings of a list.
fn strings(value: &Value) -> impl Iterator<Item = &str> {
    let list = match value {
        Value::Array(values) => values.as_slice(),
        single => std::slice::from_ref(single),
    };
    list.iter().filter_map(Value::as_str)
}

/// Compiles globs as TypeScript means them: a path without a wildcard is a file or a directory with all below.
fn globs<'a>(directory: &[u8], written: impl Iterator<Item = &'a str>) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for text in written.take(MOST_GLOBS) {
        if text.len() > LONGEST_GLOB {
            continue;
        }
        let Some(path) = join(directory, text.replace("${configDir}", ".").as_bytes()) else {
            continue;
        };
        let mut escaped = String::new();
        for character in String::from_utf8_lossy(&path).chars() {
            if matches!(character, '[' | ']' | '{' | '}' | '\\' | '!') {
                escaped.push('\\');
            }
            escaped.push(character);
        }
        let below = if escaped.is_empty() {
            "**".to_owned()
        } else {
            format!("{escaped}/**")
        };
        for glob in [escaped, below] {
            let glob = GlobBuilder::new(&glob)
                .literal_separator(true)
                .backslash_escape(true)
                .build();
            if let Ok(glob) = glob {
                builder.add(glob);
            }
        }
    }
    builder.build().unwrap_or_default()
}

fn aliases(base: Option<Placed>, paths: Option<Placed>) -> Aliases {
    let base = base.and_then(|(value, directory)| join(directory, value.as_str()?.as_bytes()));
    let mut found = Aliases::default();
    if let Some((Value::Object(map), directory)) = paths {
        let directory = base.as_deref().unwrap_or(directory);
        for (pattern, targets) in map.iter().take(MOST_GLOBS) {
            let targets = strings(targets)
                .filter_map(|target| join(directory, target.as_bytes()))
                .filter_map(|target| String::from_utf8(target).ok())
                .map(Into::into)
                .collect();
            found.paths.push((pattern.as_str().into(), targets));
        }
    }
    found.base = base.map(Into::into);
    found
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use crate::path::RepoPath;

    fn checked(files: &[(&str, &str)], path: &str) -> bool {
        read(files).checks_javascript(&RepoPath::from(path))
    }

    fn strict(files: &[(&str, &str)], path: &str) -> bool {
        read(files).forbids_implicit_any(&RepoPath::from(path))
    }

    #[test]
    fn javascript_is_checked_where_the_nearest_covering_project_asks_for_it() {
        let files = [
            (
                "tsconfig.json",
                "{// comments are legal\n\"compilerOptions\": {\"checkJs\": true,},\n\"include\": [\"lib/**/*.js\", \"bin\"]}",
            ),
            ("lib/old/jsconfig.json", "{}"),
        ];
        assert!(checked(&files, "lib/a/b.js"));
        assert!(checked(&files, "bin/x/y.js"));
        assert!(!checked(&files, "test/a.js"));
        assert!(!checked(&files, "lib/old/a.js"));
        assert!(!checked(&files, "lib2/a.js"));
    }

    #[test]
    fn settings_are_inherited_and_overridden() {
        let files = [
            (
                "base/tsconfig.json",
                r#"{"compilerOptions": {"strict": true}, "include": ["../a"]}"#,
            ),
            ("a/tsconfig.json", r#"{"extends": "../base/tsconfig"}"#),
            (
                "a/b/tsconfig.json",
                r#"{"extends": ["../../base/tsconfig.json"], "compilerOptions": {"noImplicitAny": false}, "include": ["."]}"#,
            ),
            ("c/tsconfig.json", r#"{"extends": "@tsconfig/strictest"}"#),
        ];
        assert!(strict(&files, "a/x.ts"));
        assert!(!strict(&files, "a/b/x.ts"));
        assert!(!strict(&files, "c/x.ts"));
        assert!(!strict(&files, "base/x.ts"));
    }

    #[test]
    fn a_circle_of_extends_ends() {
        let files = [
            ("tsconfig.json", r#"{"extends": "./tsconfig.b"}"#),
            (
                "tsconfig.b.json",
                r#"{"extends": "./tsconfig.json", "compilerOptions": {"strict": true}}"#,
            ),
        ];
        assert!(strict(&files, "x.ts"));
    }

    #[test]
    fn excluded_and_installed_files_are_not_covered() {
        let files = [(
            "tsconfig.json",
            r#"{"compilerOptions": {"strict": true, "outDir": "dist"}}"#,
        )];
        assert!(strict(&files, "x.ts"));
        assert!(!strict(&files, "dist/x.ts"));
        assert!(!strict(&files, "a/node_modules/b/x.ts"));
        let files = [(
            "tsconfig.json",
            r#"{"compilerOptions": {"strict": true}, "exclude": ["**/*.spec.ts"], "files": ["must.spec.ts"], "include": ["**/*"]}"#,
        )];
        assert!(!strict(&files, "a/x.spec.ts"));
        assert!(strict(&files, "must.spec.ts"));
    }

    #[test]
    fn aliases_are_relative_to_where_they_are_written() {
        let manifests = read(&[
            (
                "packages/a/tsconfig.json",
                r#"{"extends": "../tsconfig.json"}"#,
            ),
            (
                "packages/tsconfig.json",
                r#"{"compilerOptions": {"paths": {"@x/*": ["./shared/*"]}}}"#,
            ),
            (
                "web/tsconfig.json",
                r#"{"compilerOptions": {"baseUrl": "src", "paths": {"~/*": ["lib/*"]}}}"#,
            ),
        ]);
        let aliases = manifests.aliases(b"packages/a/src").unwrap();
        assert_eq!(&*aliases.paths[0].1[0], "packages/shared/*");
        let aliases = manifests.aliases(b"web").unwrap();
        assert_eq!(aliases.base.as_deref(), Some(b"web/src".as_slice()));
        assert_eq!(&*aliases.paths[0].1[0], "web/src/lib/*");
        assert!(manifests.aliases(b"").is_none());
    }
}
