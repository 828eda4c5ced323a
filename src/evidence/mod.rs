//! Evidence: what other tools measured. Bytes come in, plain values go out; nothing here reads anything, and nothing that
//! a report says is believed further than it can be checked.

pub mod coverage;
pub mod owners;
pub mod timings;
