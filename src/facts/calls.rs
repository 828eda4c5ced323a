//! Calls as they are kept: each callee once, and the places of its calls in a few bytes each.
//!
//! Half of everything a file says of itself is calls, and most questions are about callees alone. So places stay encoded
//! until somebody walks over them.

use std::collections::HashMap;
use std::fmt;

use compact_str::CompactString;
use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

/// The calls of a file, in source order.
#[derive(Clone, Default, PartialEq, Deserialize, Serialize)]
pub struct Calls {
    /// In the order of their first call.
    callees: Vec<CompactString>,
    /// For each call three numbers: its callee, how many lines further down it stands than the one before, and its function
    /// plus one (0 for none).
    #[serde(with = "serde_bytes")]
    places: Vec<u8>,
}

/// A call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Call<'a> {
    /// The callee as written, without white space, at most 120 bytes: `it.only`, `self.load`, `fetch`.
    pub callee: &'a str,
    /// Line, counted from 1.
    pub line: u32,
    /// Index of the innermost enclosing function.
    pub function: Option<u32>,
}

impl Calls {
    /// Everything that is called, each name once, in the order of their first call.
    pub fn callees(&self) -> &[CompactString] {
        &self.callees
    }

    /// All calls, in source order.
    pub fn iter(&self) -> impl Iterator<Item = Call<'_>> {
        let mut rest = self.places.as_slice();
        let mut line = 0_u32;
        // What was not written by us ends early; it was never ours to begin with.
        std::iter::from_fn(move || {
            let callee = self.callees.get(number(&mut rest)? as usize)?;
            line = line.wrapping_add(signed(number(&mut rest)?));
            let function = number(&mut rest)?.checked_sub(1);
            Some(Call {
                callee,
                line,
                function,
            })
        })
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter()).finish()
    }
}

/// Collects calls.
#[derive(Default)]
pub(super) struct CallList {
    calls: Calls,
    known: HashMap<CompactString, u32, RandomState>,
    line: u32,
    count: u32,
}

impl CallList {
    /// How many there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Adds a call.
    pub fn push(&mut self, callee: CompactString, line: u32, function: Option<u32>) {
        let next = self.calls.callees.len() as u32;
        let callee = *self.known.entry(callee).or_insert_with_key(|callee| {
            self.calls.callees.push(callee.clone());
            next
        });
        let places = &mut self.calls.places;
        write(places, callee);
        write(places, unsigned(line.wrapping_sub(self.line)));
        write(
            places,
            function.map_or(0, |function| function.saturating_add(1)),
        );
        self.line = line;
        self.count += 1;
    }

    /// All that were added.
    pub fn finish(self) -> Calls {
        self.calls
    }
}

/// A small difference in either direction as a small number.
pub(super) fn unsigned(difference: u32) -> u32 {
    let signed = difference as i32;
    ((signed << 1) ^ (signed >> 31)) as u32
}

pub(super) fn signed(number: u32) -> u32 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}

/// Seven bits a byte, the lowest first; the eighth says that more follow.
pub(super) fn write(bytes: &mut Vec<u8>, mut number: u32) {
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

pub(super) fn number(rest: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        number |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{CallList, Calls};
    use proptest::prelude::*;

    #[test]
    fn each_callee_is_kept_once() {
        let mut list = CallList::default();
        for (callee, line) in [("load", 1), ("save", 1), ("load", 7)] {
            list.push(callee.into(), line, None);
        }
        let calls = list.finish();
        assert_eq!(calls.callees(), ["load", "save"]);
        let lines: Vec<_> = calls.iter().map(|call| (call.callee, call.line)).collect();
        assert_eq!(lines, [("load", 1), ("save", 1), ("load", 7)]);
    }

    proptest! {
        #[test]
        fn calls_come_out_as_they_went_in(
            added in prop::collection::vec(("[a-c]{1,2}", any::<u32>(), prop::option::of(0..u32::MAX)), 0..40)
        ) {
            let mut list = CallList::default();
            for (callee, line, function) in &added {
                list.push(callee.as_str().into(), *line, *function);
            }
            let calls = list.finish();
            let read: Vec<_> = calls
                .iter()
                .map(|call| (call.callee.to_owned(), call.line, call.function))
                .collect();
            prop_assert_eq!(&read, &added);
            let bytes = postcard::to_stdvec(&calls).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Calls>(&bytes).unwrap(), calls);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(calls) = postcard::from_bytes::<Calls>(&bytes) {
                calls.iter().count();
            }
        }
    }
}
