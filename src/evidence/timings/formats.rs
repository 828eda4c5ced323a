//! Timings as tables and as JSON: CSV, NDJSON, k6, hyperfine.

use serde_json::Value;

use super::{Cold, Timing, micros};
use crate::definition::Unit;

/// The metric of k6 that holds the time of requests, for those of one name.
const K6_METRIC: &str = "http_req_duration{";

/// `endpoint,ms[,cold]`, in any order, with a head.
pub(super) fn csv(bytes: &[u8], unit: Unit) -> Result<Vec<Timing>, String> {
    let text = text(bytes)?;
    let mut lines = text.lines().zip(1..);
    let head = lines
        .next()
        .map(|(head, _)| fields(head))
        .unwrap_or_default();
    let column = |name: &str| {
        head.iter()
            .position(|field| field.trim().eq_ignore_ascii_case(name))
    };
    let (Some(endpoint), Some(ms)) = (column("endpoint"), column("ms")) else {
        return Err("its first line does not name the columns endpoint and ms".to_owned());
    };
    let cold = column("cold");
    let mut timings = Vec::new();
    for (line, number) in lines {
        if line.trim().is_empty() {
            continue;
        }
        let fields = fields(line);
        let value = fields.get(ms).and_then(|ms| ms.trim().parse().ok());
        let micros = value.and_then(|value| micros(value, unit));
        let (Some(name), Some(micros)) = (fields.get(endpoint), micros) else {
            return Err(format!("line {number} has no number of ms"));
        };
        timings.push(Timing {
            name: name.trim().to_owned(),
            micros,
            cold: match cold
                .and_then(|cold| fields.get(cold))
                .map(|cold| cold.trim())
            {
                Some("true" | "1" | "yes") => Cold::Yes,
                Some("false" | "0" | "no") => Cold::No,
                _ => Cold::Unknown,
            },
            failed: false,
        });
    }
    Ok(timings)
}

/// The fields of a line; quotes may stand around one.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for character in line.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            other => {
                if let Some(field) = fields.last_mut() {
                    field.push(other);
                }
            }
        }
    }
    fields
}

/// An object a line.
pub(super) fn ndjson(bytes: &[u8], unit: Unit) -> Result<Vec<Timing>, String> {
    let text = text(bytes)?;
    let lines = text
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim().is_empty());
    let timings = lines.map(|(line, number)| {
        let object: Value =
            serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
        let name = object.get("endpoint").and_then(Value::as_str);
        let ms = object.get("ms").and_then(Value::as_f64);
        let micros = ms.and_then(|ms| micros(ms, unit));
        let (Some(name), Some(micros)) = (name, micros) else {
            return Err(format!("line {number} has no endpoint or no number of ms"));
        };
        Ok(Timing {
            name: name.to_owned(),
            micros,
            cold: match object.get("cold").and_then(Value::as_bool) {
                Some(true) => Cold::Yes,
                Some(false) => Cold::No,
                None => Cold::Unknown,
            },
            failed: object.get("failed").and_then(Value::as_bool) == Some(true),
        })
    });
    timings.collect()
}

/// A summary of k6: requests are grouped by their `name`.
pub(super) fn k6(bytes: &[u8], select: &str) -> Result<Vec<Timing>, String> {
    let summary = json(bytes)?;
    let metrics = summary.get("metrics").and_then(Value::as_object);
    let metrics = metrics.ok_or("it has no `metrics`")?;
    let select = if select.is_empty() { "max" } else { select };
    let mut timings = Vec::new();
    for (key, metric) in metrics {
        let tags = key
            .strip_prefix(K6_METRIC)
            .and_then(|tags| tags.strip_suffix('}'));
        let Some(name) = tags.and_then(|tags| {
            let mut tags = tags.split(", ").flat_map(|tag| tag.split(','));
            tags.find_map(|tag| tag.trim().strip_prefix("name:"))
        }) else {
            continue;
        };
        // `--summary-export` leaves `values` out.
        let values = metric.get("values").unwrap_or(metric);
        let value = values.get(select).and_then(Value::as_f64);
        let micros = value.and_then(|value| micros(value, Unit::Ms));
        timings.push(Timing {
            name: name.to_owned(),
            micros: micros.ok_or_else(|| format!("`{key}` has no value `{select}`"))?,
            cold: Cold::Unknown,
            failed: false,
        });
    }
    Ok(timings)
}

/// What hyperfine exports: a command for each endpoint.
pub(super) fn hyperfine(bytes: &[u8], select: &str) -> Result<Vec<Timing>, String> {
    let export = json(bytes)?;
    let results = export.get("results").and_then(Value::as_array);
    let results = results.ok_or("it has no `results`")?;
    let select = if select.is_empty() { "max" } else { select };
    let timings = results.iter().map(|result| {
        let name = result.get("command").and_then(Value::as_str);
        let value = result.get(select).and_then(Value::as_f64);
        let micros = value.and_then(|value| micros(value, Unit::S));
        let codes = result.get("exit_codes").and_then(Value::as_array);
        let (Some(name), Some(micros)) = (name, micros) else {
            return Err(format!("a result has no `command` or no `{select}`"));
        };
        Ok(Timing {
            name: name.to_owned(),
            micros,
            cold: Cold::Unknown,
            failed: codes.is_some_and(|codes| codes.iter().any(|code| code.as_i64() != Some(0))),
        })
    });
    timings.collect()
}

/// JSON of a bounded depth: the parser refuses more than 128 levels.
pub(super) fn json(bytes: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}
