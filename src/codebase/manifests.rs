//! What project files say of the code around them.

use crate::path::RepoPath;

/// The project files of a codebase, by directory.
#[derive(Clone, Debug, Default)]
pub struct Manifests {}

impl Manifests {
    /// Whether files of this name are read.
    pub fn wants(path: &RepoPath) -> bool {
        let _ = path;
        false
    }

    /// Reads project files; what cannot be read is left out and noted.
    pub fn read(files: &[(RepoPath, Vec<u8>)]) -> Self {
        let _ = files;
        Self {}
    }

    /// Whether a type checker reads this JavaScript file because its project asks for it (`checkJs`).
    pub fn checks_javascript(&self, path: &RepoPath) -> bool {
        let _ = path;
        false
    }

    /// Whether the project of this TypeScript file forbids implicit `any` (`strict`, `noImplicitAny`): then an
    /// undeclared parameter that compiles is typed from its use.
    pub fn forbids_implicit_any(&self, path: &RepoPath) -> bool {
        let _ = path;
        false
    }
}
