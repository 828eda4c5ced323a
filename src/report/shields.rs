//! The score as shields.io asks an endpoint for it, to draw the badge there.

use serde::Serialize;

use super::Report;
use super::badge::Badge;
use super::escape::JsonLines;

/// What shields.io reads, as of version 1 of its schema.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint<'a> {
    schema_version: u32,
    label: &'a str,
    message: &'a str,
    color: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_error: bool,
}

/// The endpoint as a document. Without a score it is an error, whose colour no address can change.
pub fn render(report: &Report) -> String {
    let badge = Badge::new(report);
    JsonLines::document(&Endpoint {
        schema_version: 1,
        label: &badge.label,
        message: &badge.message,
        color: badge.tone.name,
        is_error: report.root.scope.score.is_none(),
    })
}
