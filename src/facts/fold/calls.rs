//! What functions do: their branches and calls.

use compact_str::CompactString;

use super::{Fold, Frame};
use crate::facts::finds::Found;
use crate::facts::role::{Part, Subject};

/// Longest callee that is kept whole, in bytes.
const LONGEST_CALLEE: usize = 120;

impl Fold<'_> {
    /// A branch, or what else counts for the complexity of the innermost function.
    pub(super) fn branch(&mut self, found: &Found) {
        let Some(&function) = self.functions.last() else {
            return;
        };
        let continues =
            found.subject == Subject::Logical && self.runs.are_continued_by(found, self.text);
        let measured = &mut self.signatures[function].measured;
        match found.subject {
            Subject::Branch => measured.enter_branch(),
            Subject::BranchSwitch => measured.enter_switch(),
            Subject::BranchElif => measured.elif(),
            Subject::BranchElse | Subject::Jump | Subject::LogicalRun => measured.flat(),
            Subject::Case => measured.case(),
            Subject::Logical => measured.logical(continues),
            Subject::LogicalContinued => measured.logical(true),
            _ => {}
        }
        if matches!(found.subject, Subject::Branch | Subject::BranchSwitch) {
            self.open(found.span, Frame::Branch);
        }
    }

    /// A call; one of the innermost function by itself is a recursion.
    pub(super) fn call(&mut self, found: &Found) {
        let Some(span) = found.parts.get(Part::Callee) else {
            return;
        };
        let mut callee = callee_text(span.of(self.text));
        let function = self.functions.last().copied();
        if found.subject == Subject::CallMacro {
            callee.push('!');
        }
        if let Some(function) = function {
            let fact = &self.facts.functions[function];
            let signature = &mut self.signatures[function];
            if !signature.recursive
                && fact.name.as_deref().is_some_and(|name| {
                    calls_itself(&callee, name, fact.is_method || signature.is_property)
                })
            {
                signature.recursive = true;
                signature.measured.flat();
            }
        }
        let function = function.map(|function| function as u32);
        self.flow.call(found.span, span, self.calls.count());
        self.calls.push(callee, found.rows.0 + 1, function);
    }
}

fn calls_itself(callee: &str, name: &str, is_member: bool) -> bool {
    if !is_member {
        return callee == name;
    }
    ["self.", "cls.", "this.", "Self::"]
        .iter()
        .any(|receiver| callee.strip_prefix(receiver) == Some(name))
}

/// A callee without white space; of a long chain only its last name, as in `.unwrap`.
fn callee_text(written: &[u8]) -> CompactString {
    let written = if written.len() > LONGEST_CALLEE {
        // With what stands before it: it is a part of something, and no name of its own.
        let last = memchr::memrchr2(b'.', b':', written).map_or(0, |at| {
            let is_pair = written.get(at.wrapping_sub(1)..=at) == Some(b"::");
            at - usize::from(is_pair)
        });
        &written[last.max(written.len() - LONGEST_CALLEE)..]
    } else {
        written
    };
    // Nearly all of them need no change.
    match std::str::from_utf8(written) {
        Ok(text) if written.iter().all(u8::is_ascii_graphic) => text.into(),
        _ => String::from_utf8_lossy(written)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect(),
    }
}
