//! Parsing under a deterministic budget.
