//! The published schema of the JSON report.

/// The JSON Schema (draft 2020-12) that every JSON report fulfils.
pub const SCAN: &str = include_str!("scan.schema.json");
