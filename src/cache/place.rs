//! Where the cache lies, and whether that place can be trusted.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::eviction::PARTIAL;
use crate::disk::is_foreign;
use crate::source::safe_read;

/// The variable that names the cache directory.
pub const ENVIRONMENT: &str = "QUALITY_CACHE_DIR";

/// The mark by which backup programs know a cache, and we one of ours (<https://bford.info/cachedir/>).
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # This directory holds what `quality` worked out before. It can be removed at any time.\n";

/// Keeps a cache inside a work tree out of git's sight, and out of our own listing.
const IGNORE: &str = ".gitignore";
const IGNORE_TEXT: &str = "*\n";

/// Why a place cannot serve as a cache.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Whoever can replace the link decides what is read.
    #[error("it is a symbolic link")]
    Link,
    /// Something else is there.
    #[error("it is not a directory")]
    NotADirectory,
    /// Another user made it, who could have put wrong facts there.
    #[error("it belongs to another user")]
    Foreign,
    /// Others may write there.
    #[error("others may write to it (`chmod 700` makes it yours)")]
    Shared,
    /// Somebody keeps other things there.
    #[error("it is neither empty nor a cache of quality")]
    Occupied,
    /// The operating system refuses.
    #[error("{0}")]
    System(io::Error),
}

/// Where the user's cache lies: `$QUALITY_CACHE_DIR`, or `quality` in the user's cache directory. None if there is no
/// home to put it in.
pub fn default_place() -> Option<PathBuf> {
    let named = |variable| env::var_os(variable).filter(|value| !value.is_empty());
    if let Some(place) = named(ENVIRONMENT) {
        return Some(place.into());
    }
    let home = || {
        named("HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let directory = if cfg!(target_os = "macos") {
        home()?.join("Library/Caches")
    } else if cfg!(windows) {
        named("LOCALAPPDATA")?.into()
    } else {
        // The specification says that a relative path here is to be ignored.
        named("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| Some(home()?.join(".cache")))?
    };
    Some(directory.join("quality"))
}

/// The directory, absolute and without links above it, made if it is not there.
pub(super) fn prepare(place: &Path) -> Result<PathBuf, Refusal> {
    if let Some(root) = existing(place)? {
        return Ok(root);
    }
    make(place).map_err(Refusal::System)?;
    let root = place.canonicalize().map_err(Refusal::System)?;
    judge(&root)?;
    super::replace(&root.join(IGNORE), IGNORE_TEXT.as_bytes()).map_err(Refusal::System)?;
    super::replace(&root.join(TAG), TAG_TEXT.as_bytes()).map_err(Refusal::System)?;
    Ok(root)
}

/// The directory, if it is there and is a cache.
pub(super) fn existing(place: &Path) -> Result<Option<PathBuf>, Refusal> {
    match fs::symlink_metadata(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Refusal::System(error)),
        Ok(_) => judge(place)?,
    }
    let root = place.canonicalize().map_err(Refusal::System)?;
    if is_marked(&root) {
        return Ok(Some(root));
    }
    // An empty directory may become one: whoever made it wants that.
    if is_empty(&root).map_err(Refusal::System)? {
        return Ok(None);
    }
    // Another run may have marked and filled it between the two looks.
    if is_marked(&root) {
        Ok(Some(root))
    } else {
        Err(Refusal::Occupied)
    }
}

fn is_marked(root: &Path) -> bool {
    let signature = TAG_TEXT.lines().next().unwrap_or_default();
    safe_read(&root.join(TAG), 1 << 10).is_ok_and(|text| text.starts_with(signature.as_bytes()))
}

fn is_empty(directory: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(directory)? {
        // A run that was interrupted here, or is just beginning, has left its first files.
        let name = entry?.file_name();
        if name != IGNORE && !name.to_string_lossy().starts_with(PARTIAL) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(unix)]
fn make(place: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(place)
}

#[cfg(not(unix))]
fn make(place: &Path) -> io::Result<()> {
    fs::create_dir_all(place)
}

/// Whether a directory is ours alone.
pub(super) fn judge(place: &Path) -> Result<(), Refusal> {
    let metadata = fs::symlink_metadata(place).map_err(Refusal::System)?;
    if metadata.is_symlink() {
        return Err(Refusal::Link);
    }
    if !metadata.is_dir() {
        return Err(Refusal::NotADirectory);
    }
    if is_foreign(&metadata) {
        return Err(Refusal::Foreign);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if metadata.mode() & 0o022 != 0 {
            return Err(Refusal::Shared);
        }
    }
    Ok(())
}

/// Makes the directory of a shelf, if it is not there.
pub(super) fn make_shelf(directory: &Path) -> io::Result<()> {
    match judge(directory) {
        Ok(()) => return Ok(()),
        Err(Refusal::System(error)) if error.kind() == io::ErrorKind::NotFound => {}
        Err(refusal) => return Err(io::Error::other(refusal)),
    }
    match make(directory) {
        // Another run was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}
