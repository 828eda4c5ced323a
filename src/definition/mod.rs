//! The definition.
pub mod decimal;
