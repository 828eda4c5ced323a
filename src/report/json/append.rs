//! Strings and numbers of JSON, appended by hand where there are hundreds of thousands of them.

use serde::Serialize;

use super::fraction;
use crate::report::escape::JsonLines;

/// Appends a string, escaped where it has to be.
pub(in crate::report) fn string(text: &mut Vec<u8>, string: &str) {
    let is_plain = |byte: u8| (b' '..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if string.bytes().all(is_plain) {
        text.push(b'"');
        text.extend_from_slice(string.as_bytes());
        text.push(b'"');
    } else {
        value(text, string);
    }
}

/// Appends a value the way the rest of the document is written.
pub(in crate::report) fn value(text: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    JsonLines::append(value, text);
}

/// Appends a whole number.
pub(in crate::report) fn integer(text: &mut Vec<u8>, number: u64) {
    digits(text, number, 1);
}

/// Appends the digits of a number, at least so many.
fn digits(text: &mut Vec<u8>, mut number: u64, fewest: usize) {
    // The largest number has twenty.
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 || start > digits.len() - fewest {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    text.extend_from_slice(&digits[start..]);
}

/// Appends a number of parts of which a power of ten make one, as short as it can be read back. At least one decimal
/// stands behind the point, as in every fraction of the document.
pub(in crate::report) fn decimal(text: &mut Vec<u8>, parts: u64, places: u32) {
    let one = 10u64.pow(places);
    let (whole, mut rest) = (parts / one, parts % one);
    // Fractions this small are written with an exponent.
    if whole == 0 && rest > 0 && rest * 1_000 < one {
        value(text, &fraction(rest * (1_000_000 / one)));
        return;
    }
    let mut shown = places as usize;
    while shown > 1 && rest % 10 == 0 {
        rest /= 10;
        shown -= 1;
    }
    integer(text, whole);
    text.push(b'.');
    digits(text, rest, shown);
}

#[cfg(test)]
mod tests {
    use super::{decimal, integer, value};

    fn shown(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut text = Vec::new();
        write(&mut text);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn fractions_stand_as_the_rest_of_the_document_writes_them() {
        let samples = (0..2_000).chain((2_000..1_000_001).step_by(997)).chain([
            999_999,
            1_000_000,
            12_345_678,
            100_000_000,
        ]);
        for parts in samples {
            let expected = shown(|text| value(text, &(parts as f64 / 1_000_000.0)));
            assert_eq!(shown(|text| decimal(text, parts, 6)), expected);
            let expected = shown(|text| value(text, &(parts as f64 / 10_000.0)));
            assert_eq!(shown(|text| decimal(text, parts, 4)), expected);
        }
    }

    #[test]
    fn whole_numbers_have_all_their_digits() {
        assert_eq!(shown(|text| integer(text, 0)), "0");
        assert_eq!(shown(|text| integer(text, 1_000)), "1000");
        assert_eq!(
            shown(|text| integer(text, u64::MAX)),
            "18446744073709551615"
        );
    }
}
