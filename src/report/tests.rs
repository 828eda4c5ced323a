//! Whole reports: golden texts, the JSON contract, hostile names, and that every format says the same.

mod contract;
mod golden;
mod story;
