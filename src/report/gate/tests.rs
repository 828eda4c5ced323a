//! Whole verdicts: golden texts, hostile input, limits, and that every format says the same.

mod contract;
mod golden;
mod limits;
pub(in crate::report) mod story;
