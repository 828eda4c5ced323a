//! Where results go: standard output or files, completely or not at all.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_bytes::ByteBuf;

use crate::error::{Error, shown};

/// Writes a result to standard output. A reader that went away is no failure of ours; a full disk is.
pub fn to_stdout(result: &str) -> Result<(), Error> {
    if closed_at_start() {
        return Err(Error::Write {
            path: "standard output".to_owned(),
            reason: "it is closed".to_owned(),
        });
    }
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(result.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Error::ClosedPipe,
            _ => Error::Write {
                path: "standard output".to_owned(),
                reason: error.to_string(),
            },
        })
}

/// Says on standard error what a person should know and no number depends on. If that is closed, nobody is told.
pub fn warn(message: &str) {
    let _ = writeln!(anstream::stderr().lock(), "warning: {message}");
}

/// Prints on standard error what was asked for beside the result.
pub fn tell(text: &str) {
    let _ = write!(anstream::stderr().lock(), "{text}");
}

/// Replaces a file by a result. An older one stays as it was until the new one is complete.
pub fn to_file(path: &Path, result: &str) -> Result<(), Error> {
    write_beside(path, result.as_bytes()).map_err(|error| Error::Write {
        path: shown(path),
        reason: error.to_string(),
    })
}

/// Replaces files of a directory, which is made if it is not there. Others in it stay.
pub fn to_directory(directory: &Path, files: &[(String, ByteBuf)]) -> Result<(), Error> {
    std::fs::create_dir_all(directory)
        .and_then(|()| {
            let mut files = files.iter();
            files.try_for_each(|(name, bytes)| write_beside(&directory.join(name), bytes))
        })
        .map_err(|error| Error::Write {
            path: shown(directory),
            reason: error.to_string(),
        })
}

/// Adds a text to the end of a file that belongs to somebody else.
pub fn append(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Error::Write {
            path: shown(path),
            reason: error.to_string(),
        })
}

fn write_beside(path: &Path, result: &[u8]) -> io::Result<()> {
    // A pipe or a device cannot be replaced: it is written to as it stands.
    if path.metadata().is_ok_and(|metadata| !metadata.is_file()) {
        let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
        file.write_all(result)?;
        return file.flush();
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.partial", std::process::id()));
    let partial: PathBuf = path.with_file_name(name);
    let written = std::fs::File::create_new(&partial)
        .and_then(|mut file| {
            file.write_all(result)?;
            file.sync_all()
        })
        .and_then(|()| std::fs::rename(&partial, path));
    if written.is_err() {
        // The error that matters is the first one.
        let _ = std::fs::remove_file(&partial);
    }
    written
}

/// Whether standard output was closed when the program started. Rust opens `/dev/null` in its place before `main`, so
/// it has to be looked at earlier, or results would vanish with success.
#[cfg(target_os = "linux")]
#[allow(unsafe_code)]
fn closed_at_start() -> bool {
    use std::sync::atomic::{AtomicBool, Ordering};

    static CLOSED: AtomicBool = AtomicBool::new(false);

    extern "C" fn look() {
        // SAFETY: fcntl with F_GETFD only asks; it is async-signal-safe and needs nothing of the Rust runtime.
        let answer = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
        CLOSED.store(answer == -1, Ordering::Relaxed);
    }

    // SAFETY: the loader calls each function of this section once, before `main`; `look` fits its signature.
    #[used]
    #[unsafe(link_section = ".init_array")]
    static LOOK: extern "C" fn() = look;

    CLOSED.load(Ordering::Relaxed)
}

#[cfg(not(target_os = "linux"))]
fn closed_at_start() -> bool {
    false
}
