//! Frames: what the fold holds open, and how many of each kind.

use crate::facts::finds::Span;

/// One thing that is open at a point of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    Class,
    /// The body of a trait or of an implementation of one.
    Trait,
    /// A module within the file; whether it hides its public items.
    Module(bool),
    Tests,
    Types,
    Opaque,
    Passing,
    Function(usize),
    Branch,
    /// Tests in it are switched off with it.
    Disabled,
    /// Imports in it come from the module this names.
    From(Span),
}

/// How many frames of a kind are open.
#[derive(Default)]
pub(super) struct Open {
    pub traits: u32,
    pub hiding: u32,
    pub tests: u32,
    pub types: u32,
    pub passing: u32,
    pub disabled: u32,
}

impl Open {
    /// The count a frame belongs to, where one is kept.
    pub fn count(&mut self, frame: Frame) -> Option<&mut u32> {
        match frame {
            Frame::Trait => Some(&mut self.traits),
            Frame::Module(true) => Some(&mut self.hiding),
            Frame::Tests => Some(&mut self.tests),
            Frame::Types => Some(&mut self.types),
            Frame::Passing => Some(&mut self.passing),
            Frame::Disabled => Some(&mut self.disabled),
            _ => None,
        }
    }
}
