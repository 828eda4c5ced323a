//! The trend as a table: a row for each point, scope and component. A row without a component is the score of its scope.
//!
//! Every row carries the definition, so that tables of several runs can be put together without mixing curves.

use super::TrendReport;
use super::json::time;
use crate::report::escape::{csv, terminal};
use crate::trend::{Level, Part};

/// What the columns hold.
const TITLES: &str = "definition,commit,time,scope,path,component,state,good,of,unknown,share,score,strict_good,strict_score";

/// The table, with line ends as RFC 4180 has them.
pub fn render(report: &TrendReport) -> String {
    let mut text = format!("{TITLES}\r\n");
    let definition = csv(&report.matter.definition_id);
    let question = &report.trend.question;
    let places = std::iter::once(&question.prefix).chain(&question.directories);
    let places: Vec<(&str, String)> = places
        .map(|place| {
            let is_whole = place.as_bytes().is_empty();
            let kind = if is_whole { "repository" } else { "directory" };
            (kind, csv(&terminal(place.as_bytes())))
        })
        .collect();
    for (at, moment) in report.trend.moments.iter().enumerate() {
        let commit = csv(&moment.point.commit);
        let time = csv(&time(moment.point.time));
        for (position, (scope, path)) in places.iter().enumerate() {
            let part = report.trend.part(at, position);
            let place = format!("{definition},{commit},{time},{scope},{path}");
            let state = state_of(part);
            let score = level(part.and_then(|part| part.score), 4);
            let strict = level(part.and_then(|part| part.strict_score), 4);
            text.push_str(&format!("{place},,{state},,,,,{score},,{strict}\r\n"));
            for (index, component) in &report.trend.components {
                let id = csv(&component.id);
                let Some(value) = report.trend.value(at, position, *index) else {
                    text.push_str(&format!("{place},{id},absent,,,,,,,\r\n"));
                    continue;
                };
                let known = value.state.is_known();
                let count = |count: u64| {
                    if known {
                        count.to_string()
                    } else {
                        String::new()
                    }
                };
                text.push_str(&format!(
                    "{place},{id},{},{},{},{},{},{},{},{}\r\n",
                    value.state.word(),
                    count(value.good),
                    count(value.of),
                    value.unknown,
                    level(value.share(), 6),
                    level(value.score, 4),
                    count(value.good.saturating_sub(value.waived)),
                    level(value.strict_score, 4),
                ));
            }
        }
    }
    text
}

/// Whether a scope has a score.
pub(super) fn state_of(part: Option<&Part>) -> &'static str {
    match part {
        None => "absent",
        Some(part) if part.score.is_none() => "unavailable",
        Some(_) => "measured",
    }
}

/// Millionths of 1 or ten-thousandths of 100 with all their decimals.
fn level(level: Level, decimals: usize) -> String {
    let Some(level) = level else {
        return String::new();
    };
    let parts = 10_u32.pow(u32::try_from(decimals).unwrap_or(0));
    format!("{}.{:0decimals$}", level / parts, level % parts)
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn a_level_has_all_its_decimals() {
        assert_eq!(level(Some(914_899), 6), "0.914899");
        assert_eq!(level(Some(914_899), 4), "91.4899");
        assert_eq!(level(Some(1_000_000), 4), "100.0000");
        assert_eq!(level(Some(7), 6), "0.000007");
        assert_eq!(level(None, 4), "");
    }
}
