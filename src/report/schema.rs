//! The published schemas of the JSON reports.

/// The JSON Schema (draft 2020-12) that the JSON of every scan fulfils.
pub const SCAN: &str = include_str!("scan.schema.json");

/// The one that the JSON of every trend fulfils.
pub const TREND: &str = include_str!("trend.schema.json");

/// The one that the JSON of every gate fulfils.
pub const GATE: &str = include_str!("gate.schema.json");

/// The one that the JSON of every explanation fulfils.
pub const EXPLAIN: &str = include_str!("explain.schema.json");

/// The one that the JSON of what to fix first fulfils.
pub const NEXT: &str = include_str!("next.schema.json");
