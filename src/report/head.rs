//! What the head of every JSON document says of the program, and how all of them write scores.

use serde::Serialize;

use crate::evaluation::Score;

/// The program that wrote a document.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

impl<'a> Tool<'a> {
    pub(in crate::report) fn new(version: &'a str) -> Self {
        Self {
            name: "quality",
            version,
        }
    }
}

/// A score as 0 to 100, rounded down to four decimals.
pub(in crate::report) fn points(score: &Score) -> f64 {
    score.floor_hundred(10_000) as f64 / 10_000.0
}
