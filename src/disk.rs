//! What every room that reads asks of an open file: bytes at a place, and whose it is.

use std::fs::{File, Metadata};
use std::io;

/// Fills the buffer from a place in a file, whatever other threads read from it; none if it ends before or fails.
pub fn read_exact_at(file: &File, buffer: &mut [u8], at: u64) -> Option<()> {
    let mut done = 0;
    while done < buffer.len() {
        match read_at(file, buffer.get_mut(done..)?, at.checked_add(done as u64)?) {
            Ok(0) => return None,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    Some(())
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// Whether another user owns what these metadata are of.
#[cfg(unix)]
pub fn is_foreign(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    // SAFETY: geteuid takes nothing, cannot fail and touches no memory of ours.
    #[allow(unsafe_code)]
    let user = unsafe { libc::geteuid() };
    metadata.uid() != user
}

/// Whether another user owns what these metadata are of; not known here.
#[cfg(not(unix))]
pub fn is_foreign(_metadata: &Metadata) -> bool {
    false
}
