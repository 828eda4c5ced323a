//! The closed vocabulary of captures.
