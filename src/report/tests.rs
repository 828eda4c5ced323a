//! Whole reports: golden texts, the JSON contract, hostile names, and that every format says the same.

mod advice;
pub(in crate::report) mod contract;
mod golden;
pub(in crate::report) mod story;
mod trend;
