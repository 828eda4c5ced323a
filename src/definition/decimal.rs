//! Decimal numbers of the definition, exact to six places, so that comparisons never round.

use std::fmt;

use serde::{Serialize, Serializer};

/// A number in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(i64);

impl Decimal {
    /// How many units make one.
    pub const SCALE: i64 = 1_000_000;

    /// The nearest decimal, or none for a number that is not finite or is out of range.
    pub fn from_f64(number: f64) -> Option<Self> {
        let scaled = (number * Self::SCALE as f64).round();
        (scaled.is_finite() && scaled.abs() < 1e15).then_some(Self(scaled as i64))
    }

    /// From whole millionths.
    pub const fn from_millionths(millionths: i64) -> Self {
        Self(millionths)
    }

    /// Whole millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// For printing.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::SCALE as f64
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.to_f64())
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.to_f64())
    }
}
