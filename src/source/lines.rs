//! Physical lines of files that are not parsed: excluded and too large ones are still counted.

use std::io::Read;
use std::path::Path;

use super::safe_read::{lost, open_regular};
use crate::facts::Lost;
use crate::facts::decode::{self, LineCounter};

/// Bytes that are read of one file at most.
const CAP: u64 = 64 << 20;
const PIECE: usize = 64 << 10;

/// The physical lines of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhysicalLines {
    /// How many there are in the part that was read.
    pub lines: u64,
    /// The whole file was read; otherwise only its first 64 MiB.
    pub complete: bool,
}

/// Counts the lines of a regular file without holding it in memory.
pub fn physical_lines(path: &Path) -> Result<PhysicalLines, Lost> {
    let (file, _) = open_regular(path)?;
    let mut file = file.take(CAP + 1);
    let mut piece = vec![0; PIECE];
    let mut counter = LineCounter::default();
    let mut read = 0_u64;
    loop {
        let length = fill(&mut file, &mut piece)?;
        if read == 0 && decode::is_utf16(&piece[..length]) {
            return utf16_lines(file, piece, length);
        }
        read += length as u64;
        let beyond = usize::try_from(read.saturating_sub(CAP)).unwrap_or(0);
        counter.push(&piece[..length - beyond]);
        if length < PIECE {
            return Ok(PhysicalLines {
                lines: counter.finish(),
                complete: read <= CAP,
            });
        }
    }
}

/// The lines of a file whose bytes are at hand.
pub fn lines_of(bytes: &[u8]) -> u32 {
    if decode::is_utf16(bytes) {
        decode::count_lines(&decode::decode(bytes.to_vec()).text)
    } else {
        decode::count_lines(bytes)
    }
}

/// UTF-16 has its line ends in pairs of bytes; it is rare enough to be held whole.
fn utf16_lines(
    mut file: impl Read,
    mut bytes: Vec<u8>,
    length: usize,
) -> Result<PhysicalLines, Lost> {
    bytes.truncate(length);
    file.read_to_end(&mut bytes).map_err(|error| lost(&error))?;
    let complete = bytes.len() as u64 <= CAP;
    bytes.truncate(CAP as usize);
    Ok(PhysicalLines {
        lines: u64::from(decode::count_lines(&decode::decode(bytes).text)),
        complete,
    })
}

/// Fills the buffer as far as the file reaches.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> Result<usize, Lost> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(lost(&error)),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::{CAP, PIECE, physical_lines};
    use crate::facts::Lost;
    use std::fs::{self, File};

    #[test]
    fn lines_are_the_same_in_pieces_and_in_utf16() {
        let directory = tempfile::tempdir().unwrap();
        let count = |name: &str, bytes: &[u8]| {
            let path = directory.path().join(name);
            fs::write(&path, bytes).unwrap();
            physical_lines(&path).unwrap().lines
        };
        assert_eq!(count("empty", b""), 0);
        assert_eq!(count("cr", b"a\rb\rc\rd\re"), 5);
        // The pair of line end bytes lies across two pieces.
        let mut text = vec![b'x'; PIECE - 1];
        text.extend_from_slice(b"\r\nb\n");
        assert_eq!(count("pieces", &text), 2);
        let exact = vec![b'\n'; 2 * PIECE];
        assert_eq!(count("exact", &exact), 2 * PIECE as u64);
        let wide: Vec<u8> = "\u{feff}a\r\nb\u{a0a}\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(count("wide", &wide), 2);
    }

    #[test]
    fn a_huge_file_is_counted_in_part() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("huge");
        File::create(&path).unwrap().set_len(CAP + 1).unwrap();
        let lines = physical_lines(&path).unwrap();
        assert_eq!((lines.lines, lines.complete), (1, false));
        assert_eq!(
            physical_lines(&directory.path().join("none")),
            Err(Lost::Vanished)
        );
    }
}
