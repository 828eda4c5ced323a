//! Results that are remembered whole: what was printed before is printed again if nothing it follows from has changed.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::cache::Key;
use crate::error::Exit;
use crate::report::format::Document;
use crate::survey::Memory;

/// What a run says: each output in the order they were asked for, and how the program ends.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Rendered {
    /// One document for each output.
    pub outputs: Vec<Document>,
    /// What is said on standard error beside them; empty for nothing.
    pub said: String,
    exit: u8,
}

impl Rendered {
    /// Joins documents and their verdict.
    pub fn new(outputs: Vec<Document>, exit: Exit, said: String) -> Self {
        Self {
            outputs,
            said,
            exit: exit as u8,
        }
    }

    /// How the program ends.
    pub fn exit(&self) -> Exit {
        [Exit::Success, Exit::Failed, Exit::Inconclusive]
            .into_iter()
            .find(|exit| *exit as u8 == self.exit)
            .unwrap_or(Exit::Unable)
    }
}

/// The key of a result: what is measured, and how it is asked for.
pub(super) fn key(measured: [u8; 32], asked: &[&[u8]]) -> Key {
    let mut digest = Sha256::new();
    digest.update(measured);
    for part in asked {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    Key::new(&digest.finalize(), [0; 4])
}

/// The result of an earlier run. What does not decode was never one.
pub(super) fn recall(memory: &Memory, key: &Key) -> Option<Rendered> {
    postcard::from_bytes(&memory.result(key)?).ok()
}

/// Keeps a result for later runs.
pub(super) fn remember(memory: &Memory, key: Key, rendered: &Rendered) {
    if let Ok(value) = postcard::to_stdvec(rendered) {
        memory.keep_result(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::{Rendered, key};
    use crate::error::Exit;

    #[test]
    fn every_part_of_the_question_makes_another_key() {
        let base = key([1; 32], &[b"ab", b"c"]);
        assert_eq!(base, key([1; 32], &[b"ab", b"c"]));
        for other in [
            key([2; 32], &[b"ab", b"c"]),
            key([1; 32], &[b"a", b"bc"]),
            key([1; 32], &[b"ab"]),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn exit_codes_survive() {
        for exit in [
            Exit::Success,
            Exit::Failed,
            Exit::Unable,
            Exit::Inconclusive,
        ] {
            assert_eq!(Rendered::new(Vec::new(), exit, String::new()).exit(), exit);
        }
    }
}
