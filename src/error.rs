//! What a user can cause, each with the way out and an exit code.

use std::path::Path;

use crate::definition::Diagnostics;
use crate::report::escape;
use crate::source::RootProblem;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Success = 0,
    /// Measured, and below the bar.
    Failed = 1,
    /// It could not be done.
    Unable = 2,
    /// Measured in part; no verdict.
    Inconclusive = 3,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The path to scan is none.
    #[error("cannot scan {path}: {problem}")]
    Root {
        /// As typed.
        path: String,
        /// What is wrong with it.
        problem: RootProblem,
    },
    /// The definition is faulty.
    #[error("{0}")]
    Definition(Box<Diagnostics>),
    /// A file the user named cannot be read.
    #[error("cannot read {path}: {reason}")]
    Read {
        /// As typed.
        path: String,
        /// Why.
        reason: String,
    },
    /// A result cannot be written.
    #[error("cannot write {path}: {reason}")]
    Write {
        /// Where it should have gone.
        path: String,
        /// Why.
        reason: String,
    },
    /// The cache cannot be shown or cleared.
    #[error("{path} is no cache that can be used: {reason}")]
    Cache {
        /// Where it should be.
        path: String,
        /// Why.
        reason: String,
    },
    /// An option does not make sense.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to type instead.
        hint: String,
    },
    /// The repository does not give what was asked for.
    #[error("{reason}")]
    Repository {
        /// One sentence.
        reason: String,
        /// The command that repairs it, if there is one.
        repair: Option<String>,
    },
    /// The repository holds what was asked for, or should, and it cannot be read.
    #[error("{reason}")]
    Unreadable {
        /// One sentence.
        reason: String,
        /// The command that repairs it, if there is one.
        repair: Option<String>,
    },
    /// There is too little to come to a verdict.
    #[error("inconclusive: {reason}")]
    Inconclusive {
        /// One sentence.
        reason: String,
        /// The command that repairs it, if there is one.
        repair: Option<String>,
    },
    /// There is no file to measure.
    #[error("nothing to measure in {path}")]
    NothingScanned {
        /// As typed.
        path: String,
    },
    /// So many files overran the parser's budget that the run was ended.
    #[error("{count} files cost more to parse than any real file does; the first is {first}")]
    Exhausted {
        /// How many.
        count: usize,
        /// One of them.
        first: String,
    },
    /// So many files crashed their grammar that the run is not begun again.
    #[error("{count} files crashed their grammar; the last is {last}")]
    Crashed {
        /// How many.
        count: usize,
        /// The one that was read last.
        last: String,
    },
    /// The reader of results went away; nobody is left to tell.
    #[error("standard output was closed")]
    ClosedPipe,
}

impl Error {
    /// The way out, if there is one to tell.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Root { .. } => {
                Some("name a directory: quality scan path/to/repository".to_owned())
            }
            Self::Read { .. } => Some("it has to be an ordinary file that you may read".to_owned()),
            Self::Write { .. } => {
                Some("check the directory, its permissions and the space left".to_owned())
            }
            Self::Cache { .. } => Some(
                "name another directory with --cache-dir, or remove that one by hand".to_owned(),
            ),
            Self::Usage { hint, .. } => Some(hint.clone()),
            Self::Repository { repair, .. }
            | Self::Unreadable { repair, .. }
            | Self::Inconclusive { repair, .. } => repair.clone(),
            Self::NothingScanned { .. } => Some(
                "a scan needs files that are tracked or not ignored; is this the right directory?"
                    .to_owned(),
            ),
            Self::Exhausted { .. } | Self::Crashed { .. } => {
                Some("exclude them: [files] exclude = [\"…\"] in quality.toml".to_owned())
            }
            Self::Definition(_) | Self::ClosedPipe => None,
        }
    }

    /// How the program ends because of it.
    pub fn exit(&self) -> Exit {
        match self {
            Self::ClosedPipe => Exit::Success,
            Self::Exhausted { .. }
            | Self::Crashed { .. }
            | Self::Unreadable { .. }
            | Self::Inconclusive { .. } => Exit::Inconclusive,
            _ => Exit::Unable,
        }
    }
}

impl From<Diagnostics> for Error {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Definition(Box::new(diagnostics))
    }
}

/// A path as a user typed it, for messages. It may have been completed by a shell from a name somebody else chose.
pub fn shown(path: &Path) -> String {
    escape::terminal(path.as_os_str().as_encoded_bytes())
}
