//! Files that nearly every change touches without anybody working on them: hot, and not code.

use crate::path::RepoPath;

/// Written by package managers, sorted.
const LOCK_FILES: &[&str] = &[
    ".terraform.lock.hcl",
    "Cargo.lock",
    "Gemfile.lock",
    "MODULE.bazel.lock",
    "Package.resolved",
    "Pipfile.lock",
    "Podfile.lock",
    "bun.lock",
    "bun.lockb",
    "composer.lock",
    "conda-lock.yml",
    "deno.lock",
    "flake.lock",
    "go.sum",
    "gradle.lockfile",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "pdm.lock",
    "pixi.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pubspec.lock",
    "pylock.toml",
    "uv.lock",
    "yarn.lock",
];

/// Names of changelogs, lower case, without the extension.
const CHANGELOGS: &[&str] = &[
    "change_log",
    "changelog",
    "changes",
    "history",
    "news",
    "release-notes",
    "release_notes",
    "releasenotes",
    "releases",
];

/// Extensions a changelog may have, lower case.
const PROSE: &[&str] = &["", "adoc", "html", "md", "org", "rst", "txt"];

/// Directories of which every file is one entry of a changelog.
const CHANGELOG_DIRECTORIES: &[&str] = &[
    ".changes",
    ".changeset",
    "changelog.d",
    "changelog_unreleased",
    "changelogs",
    "newsfragments",
    "unreleased_changes",
];

/// Directories of continuous integration, as paths from the root.
const CI_DIRECTORIES: &[&str] = &[
    ".azure-pipelines",
    ".buildkite",
    ".circleci",
    ".github/actions",
    ".github/workflows",
    ".gitlab/ci",
    ".woodpecker",
];

/// Files of continuous integration and of its bots, sorted.
const CI_FILES: &[&str] = &[
    ".appveyor.yml",
    ".cirrus.yml",
    ".drone.yml",
    ".gitlab-ci.yml",
    ".pre-commit-config.yaml",
    ".travis.yml",
    "Jenkinsfile",
    "appveyor.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "buildspec.yml",
    "cloudbuild.yaml",
    "codecov.yml",
    "dependabot.yml",
    "renovate.json",
    "renovate.json5",
];

/// Files that hold the number of the release, sorted.
const VERSION_FILES: &[&str] = &[
    ".bumpversion.cfg",
    ".release-please-manifest.json",
    "VERSION",
    "VERSION.txt",
    "__about__.py",
    "__version__.py",
    "_version.py",
    "lerna.json",
    "version.go",
    "version.js",
    "version.py",
    "version.rb",
    "version.ts",
    "version.txt",
];

/// Whether a package manager writes files of this name.
pub fn is_lock_file(name: &[u8]) -> bool {
    is_listed(LOCK_FILES, name)
}

/// Why a file is in so many changes without being code; nothing for a file that changes are about.
pub fn is_noise_for_changes(path: &RepoPath) -> Option<&'static str> {
    let name = path.file_name();
    if is_lock_file(name) {
        Some("lock file")
    } else if is_changelog(path) {
        Some("changelog")
    } else if is_listed(CI_FILES, name)
        || CI_DIRECTORIES
            .iter()
            .any(|directory| path.is_within(directory.as_bytes()))
    {
        Some("continuous integration")
    } else if is_listed(VERSION_FILES, name) {
        Some("version file")
    } else {
        None
    }
}

fn is_changelog(path: &RepoPath) -> bool {
    let name = path.file_name();
    let extension = path.extension().unwrap_or_default();
    let dot = usize::from(!extension.is_empty());
    let stem = &name[..name.len() - extension.len() - dot];
    let is_one_of = |names: &[&str], text: &[u8]| {
        names
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(text))
    };
    (is_one_of(CHANGELOGS, stem) && is_one_of(PROSE, extension))
        || path
            .directory()
            .split(|byte| *byte == b'/')
            .any(|part| is_one_of(CHANGELOG_DIRECTORIES, part))
}

fn is_listed(sorted: &[&str], name: &[u8]) -> bool {
    sorted
        .binary_search_by(|known| known.as_bytes().cmp(name))
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::{CI_FILES, LOCK_FILES, VERSION_FILES, is_noise_for_changes};
    use crate::path::RepoPath;

    #[test]
    fn the_searched_tables_are_sorted() {
        for table in [LOCK_FILES, CI_FILES, VERSION_FILES] {
            assert!(table.is_sorted(), "{table:?}");
        }
    }

    #[test]
    fn noise_is_told_from_code() {
        let kind = |path: &str| is_noise_for_changes(&RepoPath::from(path));
        assert_eq!(kind("a/Cargo.lock"), Some("lock file"));
        assert_eq!(kind("CHANGES.rst"), Some("changelog"));
        assert_eq!(kind("packages/a/CHANGELOG.md"), Some("changelog"));
        assert_eq!(kind("NEWS"), Some("changelog"));
        assert_eq!(kind("newsfragments/12.fix"), Some("changelog"));
        assert_eq!(kind("src/news.py"), None);
        assert_eq!(kind("src/history.rs"), None);
        assert_eq!(
            kind(".github/workflows/test.yaml"),
            Some("continuous integration")
        );
        assert_eq!(kind(".gitlab-ci.yml"), Some("continuous integration"));
        assert_eq!(kind("src/pkg/_version.py"), Some("version file"));
        assert_eq!(kind("src/pkg/main.py"), None);
        assert_eq!(kind(".github"), None);
    }
}
