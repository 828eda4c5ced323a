//! Comment markers that silence a tool, by language. The most specific of two that match wins, so
//! longer markers stand before their prefixes.

/// JavaScript and TypeScript.
pub const ECMASCRIPT: &[&str] = &[
    "@ts-expect-error",
    "@ts-ignore",
    "@ts-nocheck",
    "biome-ignore",
    "c8 ignore",
    "eslint-disable-next-line",
    "eslint-disable-line",
    "eslint-disable",
    "istanbul ignore",
    "oxlint-disable",
    "prettier-ignore",
    "tslint:disable",
    "type-coverage:ignore",
    "v8 ignore",
];

/// Python.
pub const PYTHON: &[&str] = &[
    "fmt: off",
    "fmt: skip",
    "mypy: ignore-errors",
    "noqa",
    "nosec",
    "pragma: no cover",
    "pylint: disable",
    "pyre-fixme",
    "pyre-ignore",
    "pyright: ignore",
    "ruff: noqa",
    "type: ignore",
];

/// Rust: most suppressions there are attributes, found by the query.
pub const RUST: &[&str] = &["nolint"];
