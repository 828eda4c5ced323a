//! From the bytes of a file to the text that is parsed: byte order marks, UTF-16 and line ends are settled here.

use memchr::{memchr, memchr_iter, memmem};

/// Text ready for a parser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// UTF-8 without byte order mark where the file allowed it, otherwise the file's own bytes. Every line ends
    /// in `\n`: `\r\n` and a lone `\r` are rewritten, so a checkout with other line ends has the same facts.
    pub text: Vec<u8>,
    /// Some bytes are not UTF-8 (or not UTF-16, where a mark promised it).
    pub non_utf8: bool,
    /// A merge conflict was left unresolved in it.
    pub conflict_markers: bool,
}

/// Decodes the bytes of a file. Never fails: what is not Unicode stays as it is and is flagged.
pub fn decode(bytes: Vec<u8>) -> Decoded {
    let (mut text, non_utf8) = match utf16_unit(&bytes) {
        Some(unit) => transcode(&bytes, unit),
        None => {
            let mut text = bytes;
            if text.starts_with(b"\xef\xbb\xbf") {
                text.drain(..3);
            }
            let non_utf8 = std::str::from_utf8(&text).is_err();
            (text, non_utf8)
        }
    };
    normalise_line_ends(&mut text);
    let conflict_markers = has_conflict_markers(&text);
    Decoded {
        text,
        non_utf8,
        conflict_markers,
    }
}

/// Whether the bytes begin with the mark of UTF-16. UTF-32 begins alike and is not meant.
pub fn is_utf16(bytes: &[u8]) -> bool {
    utf16_unit(bytes).is_some()
}

/// Physical lines: each `\n`, `\r\n` or lone `\r` ends one, and what follows the last of them is one more.
/// An empty file has none.
pub fn count_lines(text: &[u8]) -> u32 {
    let mut counter = LineCounter::default();
    counter.push(text);
    u32::try_from(counter.finish()).unwrap_or(u32::MAX)
}

/// Counts physical lines of a text that arrives in pieces.
#[derive(Clone, Debug, Default)]
pub struct LineCounter {
    ended: u64,
    /// The last piece ended in `\r`: whether it is a line end of its own depends on the next byte.
    carriage_return: bool,
    /// Bytes follow the last line end.
    open: bool,
}

impl LineCounter {
    /// Takes the next piece.
    pub fn push(&mut self, piece: &[u8]) {
        let (Some(first), Some(last)) = (piece.first(), piece.last()) else {
            return;
        };
        if self.carriage_return && *first != b'\n' {
            self.ended += 1;
        }
        let feeds = memchr_iter(b'\n', piece).count();
        let lone_returns = memchr_iter(b'\r', piece)
            .filter(|&at| piece.get(at + 1).is_some_and(|&next| next != b'\n'))
            .count();
        self.ended += (feeds + lone_returns) as u64;
        self.carriage_return = *last == b'\r';
        self.open = *last != b'\n' && *last != b'\r';
    }

    /// The lines of everything pushed.
    pub fn finish(&self) -> u64 {
        self.ended + u64::from(self.carriage_return) + u64::from(self.open)
    }
}

/// How to read two bytes as one unit, if a byte order mark says so.
fn utf16_unit(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    if bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(b"\xff\xfe\0\0") {
        Some(u16::from_le_bytes)
    } else if bytes.starts_with(b"\xfe\xff") {
        Some(u16::from_be_bytes)
    } else {
        None
    }
}

/// UTF-16 with its mark to UTF-8; true if something in it was no UTF-16.
fn transcode(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (Vec<u8>, bool) {
    let pairs = bytes.chunks_exact(2);
    let mut broken = !pairs.remainder().is_empty();
    let units = pairs
        .skip(1)
        .filter_map(|pair| <[u8; 2]>::try_from(pair).ok())
        .map(unit);
    let mut text = Vec::with_capacity(bytes.len() / 2);
    let mut encoded = [0; 4];
    for decoded in char::decode_utf16(units) {
        let character = decoded.unwrap_or_else(|_| {
            broken = true;
            char::REPLACEMENT_CHARACTER
        });
        text.extend_from_slice(character.encode_utf8(&mut encoded).as_bytes());
    }
    (text, broken)
}

/// Rewrites `\r\n` and lone `\r` to `\n`, in place.
fn normalise_line_ends(text: &mut Vec<u8>) {
    let Some(first) = memchr(b'\r', text) else {
        return;
    };
    let (mut read, mut write) = (first, first);
    while read < text.len() {
        // `read` stands on a carriage return, and `write` never overtakes it.
        text[write] = b'\n';
        write += 1;
        read += 1;
        if text.get(read) == Some(&b'\n') {
            read += 1;
        }
        let next = memchr(b'\r', &text[read..]).map_or(text.len(), |offset| read + offset);
        text.copy_within(read..next, write);
        write += next - read;
        read = next;
    }
    text.truncate(write);
}

/// The three marks at line starts, in their order. A rule of equals signs alone is a heading in some prose.
fn has_conflict_markers(text: &[u8]) -> bool {
    let Some(ours) = after_line_start(text, b"<<<<<<< ") else {
        return false;
    };
    // If the later marks are missing after the first one, they are missing after any other one too.
    let Some(middle) = memmem::find(ours, b"\n=======\n") else {
        return false;
    };
    memmem::find(&ours[middle..], b"\n>>>>>>> ").is_some()
}

/// What follows the first line that starts with `mark`.
fn after_line_start<'text>(text: &'text [u8], mark: &[u8]) -> Option<&'text [u8]> {
    memmem::find_iter(text, mark)
        .find(|&at| at == 0 || text[at - 1] == b'\n')
        .map(|at| &text[at + mark.len()..])
}

#[cfg(test)]
mod tests {
    use super::{LineCounter, count_lines, decode, is_utf16};
    use proptest::prelude::*;

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        "\u{feff}"
            .encode_utf16()
            .chain(text.encode_utf16())
            .flat_map(unit)
            .collect()
    }

    // Case 19.
    #[test]
    fn a_byte_order_mark_changes_nothing() {
        let marked = decode(b"\xef\xbb\xbfx = 1\n".to_vec());
        assert_eq!(marked, decode(b"x = 1\n".to_vec()));
        assert!(!marked.non_utf8);
    }

    // Case 22.
    #[test]
    fn utf16_of_both_orders_reads_like_utf8() {
        let text = "name = 'ä€😀'\nlast";
        let plain = decode(text.as_bytes().to_vec());
        assert_eq!(decode(utf16(text, u16::to_le_bytes)), plain);
        assert_eq!(decode(utf16(text, u16::to_be_bytes)), plain);
    }

    #[test]
    fn broken_utf16_is_flagged_and_not_lost() {
        let mut bytes = utf16("ab", u16::to_le_bytes);
        bytes.push(b'x');
        let odd = decode(bytes);
        assert_eq!((odd.text.as_slice(), odd.non_utf8), (&b"ab"[..], true));
        let unpaired = decode(b"\xff\xfe\x00\xd8a\0".to_vec());
        assert!(unpaired.non_utf8);
        assert_eq!(unpaired.text, "\u{fffd}a".as_bytes());
        assert!(!is_utf16(b"\xff\xfe\0\0a\0\0\0"), "that is UTF-32");
    }

    // Case 23.
    #[test]
    fn latin1_stays_as_it_is_and_is_flagged() {
        let decoded = decode(b"# caf\xe9\nx = 1\n".to_vec());
        assert!(decoded.non_utf8);
        assert_eq!(decoded.text, b"# caf\xe9\nx = 1\n");
    }

    // Case 20.
    #[test]
    fn every_line_end_becomes_a_line_feed() {
        for text in ["a\r\nb\r\n\r\nc", "a\rb\r\rc", "a\nb\r\n\rc", "a\nb\n\nc"] {
            assert_eq!(
                decode(text.as_bytes().to_vec()).text,
                b"a\nb\n\nc",
                "{text:?}"
            );
        }
        assert_eq!(decode(b"\r".to_vec()).text, b"\n");
    }

    // Case 21.
    #[test]
    fn lines_are_counted_by_any_line_end() {
        for (text, lines) in [
            ("", 0),
            ("a", 1),
            ("a\n", 1),
            ("\n\n", 2),
            ("a\r\nb\r\n", 2),
            ("a\rb\rc\rd\re", 5),
            ("a\r\r\nb", 3),
        ] {
            assert_eq!(count_lines(text.as_bytes()), lines, "{text:?}");
        }
    }

    // Case 26.
    #[test]
    fn conflict_markers_need_all_three_marks_at_line_starts() {
        let flagged = |text: &str| decode(text.as_bytes().to_vec()).conflict_markers;
        assert!(flagged(
            "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> topic\nrest\n"
        ));
        assert!(flagged(
            "x\r\n<<<<<<< HEAD\r\n=======\r\nb\r\n>>>>>>> topic\r\n"
        ));
        assert!(!flagged("Title\n=======\n\ntext\n"));
        assert!(!flagged(
            "x = '<<<<<<< HEAD'\n=======\n'>>>>>>> topic'\n>>>>>>> b\n"
        ));
        assert!(!flagged("<<<<<<< HEAD\na\n======= b\n>>>>>>> topic\n"));
    }

    proptest! {
        #[test]
        fn pieces_count_like_the_whole(bytes in "[a\r\n]{0,40}", cut in 0usize..40) {
            let bytes = bytes.as_bytes();
            let cut = cut.min(bytes.len());
            let mut counter = LineCounter::default();
            counter.push(&bytes[..cut]);
            counter.push(&bytes[cut..]);
            prop_assert_eq!(counter.finish(), u64::from(count_lines(bytes)));
        }

        #[test]
        fn decoding_keeps_the_number_of_lines(bytes in "[a\r\n]{0,40}") {
            let decoded = decode(bytes.as_bytes().to_vec());
            prop_assert_eq!(count_lines(&decoded.text), count_lines(bytes.as_bytes()));
            prop_assert!(!decoded.text.contains(&b'\r'));
        }
    }
}
