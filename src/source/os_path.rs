//! Between the bytes of a repository path and the paths of the operating system.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::Path;

/// Bytes as a path. Outside Unix, bytes that are not UTF-8 name no file and will not be found.
#[cfg(unix)]
pub(super) fn from_bytes(bytes: &[u8]) -> Cow<'_, Path> {
    use std::os::unix::ffi::OsStrExt;
    Cow::Borrowed(Path::new(OsStr::from_bytes(bytes)))
}

/// Bytes as a path. Outside Unix, bytes that are not UTF-8 name no file and will not be found.
#[cfg(not(unix))]
pub(super) fn from_bytes(bytes: &[u8]) -> Cow<'_, Path> {
    match String::from_utf8_lossy(bytes) {
        Cow::Borrowed(text) => Cow::Borrowed(Path::new(text)),
        Cow::Owned(text) => Cow::Owned(text.into()),
    }
}

/// The name of one directory entry as bytes.
#[cfg(unix)]
pub(super) fn name_bytes(name: &OsStr) -> Cow<'_, [u8]> {
    use std::os::unix::ffi::OsStrExt;
    Cow::Borrowed(name.as_bytes())
}

/// The name of one directory entry as bytes.
#[cfg(not(unix))]
pub(super) fn name_bytes(name: &OsStr) -> Cow<'_, [u8]> {
    match name.to_string_lossy() {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}
