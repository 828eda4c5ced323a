//! Which of the JSON formats a text is in.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Refusal, Report, coverage_py, istanbul, llvm, simplecov};

/// The keys that tell.
#[derive(Deserialize)]
struct Keys {
    meta: Option<IgnoredAny>,
    files: Option<IgnoredAny>,
    #[serde(rename = "type")]
    kind: Option<serde_json::Value>,
    data: Option<IgnoredAny>,
}

/// Reads a report. JSON nested deeper than 128 levels is an error of its reader.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let keys: Keys = read(text)?;
    if keys.meta.is_some() && keys.files.is_some() {
        return coverage_py::parse(text);
    }
    let is_llvm = keys
        .kind
        .is_some_and(|kind| kind == "llvm.coverage.json.export");
    if is_llvm && keys.data.is_some() {
        return llvm::parse(text);
    }
    if istanbul::is_one(text) {
        return istanbul::parse(text);
    }
    if simplecov::is_one(text) {
        return simplecov::parse(text);
    }
    Err(Refusal::new(
        "it is JSON, but no coverage report of a known format",
    ))
}

/// A value from JSON, or why there is none.
pub(super) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| {
        if error.is_eof() {
            Refusal::truncated()
        } else {
            Refusal::new(format!("its JSON is not what it should be: {error}"))
        }
    })
}
