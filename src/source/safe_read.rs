//! The one way to read a file that somebody else put there: no links, no pipes, no devices, no surprises in size.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::facts::Lost;

/// The bytes of a regular file, if it has at most `cap` of them. The last component is not followed if it is a
/// link; whoever lists files answers for the directories above it.
pub fn safe_read(path: &Path, cap: u64) -> Result<Vec<u8>, Lost> {
    let (file, size) = open_regular(path)?;
    if size > cap {
        return Err(Lost::TooLarge);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
    // The file may grow while it is read, and a file of /proc has no size at all.
    file.take(cap.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| lost(&error))?;
    if bytes.len() as u64 > cap {
        return Err(Lost::TooLarge);
    }
    Ok(bytes)
}

/// A regular file, open for reading, and its size.
pub fn open_regular(path: &Path) -> Result<(File, u64), Lost> {
    let file = open(path).map_err(|error| lost(&error))?;
    let metadata = file.metadata().map_err(|error| lost(&error))?;
    if metadata.is_file() {
        Ok((file, metadata.len()))
    } else {
        // A link, pipe or directory now stands where a file was listed.
        Err(Lost::Vanished)
    }
}

/// Opening neither follows a link nor waits for the other end of a pipe.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC)
        .open(path)
}

/// Without flags for it, a link can only be looked for before.
#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    if !std::fs::symlink_metadata(path)?.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    OpenOptions::new().read(true).open(path)
}

/// What an error of the operating system means for a listed file.
pub(super) fn lost(error: &io::Error) -> Lost {
    #[cfg(unix)]
    {
        // The kernel's answers to a link, to a socket, and (on BSD) to a link again.
        let code = error.raw_os_error();
        if code == Some(libc::ELOOP) || code == Some(libc::ENXIO) || code == Some(libc::EMLINK) {
            return Lost::Vanished;
        }
    }
    match error.kind() {
        io::ErrorKind::PermissionDenied => Lost::Permission,
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Lost::Vanished,
        _ => Lost::Unreadable,
    }
}

#[cfg(test)]
mod tests {
    use super::{lost, safe_read};
    use crate::facts::Lost;
    use std::fs::{self, File};
    use std::io;
    use std::path::Path;

    #[test]
    fn a_file_is_read_up_to_its_cap() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.py");
        fs::write(&path, b"12345").unwrap();
        assert_eq!(safe_read(&path, 5), Ok(b"12345".to_vec()));
        assert_eq!(safe_read(&path, 4), Err(Lost::TooLarge));
    }

    #[test]
    fn a_sparse_file_of_20_gigabytes_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.py");
        File::create(&path).unwrap().set_len(20 << 30).unwrap();
        assert_eq!(safe_read(&path, 1 << 20), Err(Lost::TooLarge));
    }

    #[test]
    fn what_is_gone_or_no_file_has_vanished() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(safe_read(directory.path(), 9), Err(Lost::Vanished));
        assert_eq!(
            safe_read(&directory.path().join("none"), 9),
            Err(Lost::Vanished)
        );
        let file = directory.path().join("file");
        fs::write(&file, b"x").unwrap();
        assert_eq!(safe_read(&file.join("below"), 9), Err(Lost::Vanished));
    }

    #[cfg(unix)]
    // Cases 34 and 36.
    #[test]
    fn links_pipes_sockets_and_devices_are_refused_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link.py");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert_eq!(safe_read(&link, 9), Err(Lost::Vanished));
        let pipe = directory.path().join("pipe.py");
        crate::source::tests::make_pipe(&pipe);
        assert_eq!(safe_read(&pipe, 9), Err(Lost::Vanished));
        let socket = directory.path().join("socket.py");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert_eq!(safe_read(&socket, 9), Err(Lost::Vanished));
        assert_eq!(safe_read(Path::new("/dev/zero"), 9), Err(Lost::Vanished));
    }

    #[test]
    fn a_missing_permission_is_told_from_other_failures() {
        assert_eq!(
            lost(&io::ErrorKind::PermissionDenied.into()),
            Lost::Permission
        );
        assert_eq!(lost(&io::ErrorKind::InvalidData.into()), Lost::Unreadable);
    }
}
