//! What `quality probe` writes: a first answer of fresh processes for each endpoint.

use serde_json::Value;

use super::formats::json;
use super::{Cold, Timing};

/// The name and the version of the format.
const FORMAT: (&str, u64) = ("quality-probe", 1);

/// Reads the endpoints, each with its median. One that failed has no time.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Timing>, String> {
    let results = json(bytes)?;
    let format = results.get("format").and_then(Value::as_str);
    let version = results.get("version").and_then(Value::as_u64);
    if format.zip(version) != Some(FORMAT) {
        return Err("it is not written by `quality probe`, or by a newer release".to_owned());
    }
    let endpoints = results.get("endpoints").and_then(Value::as_array);
    let endpoints = endpoints.ok_or("it has no `endpoints`")?;
    let timings = endpoints.iter().map(|result| {
        let name = result.get("endpoint").and_then(Value::as_str);
        let failed = result
            .get("failure")
            .is_some_and(|failure| !failure.is_null());
        let median = result.get("median_us").and_then(Value::as_u64);
        // What failed is bad however fast it was.
        let micros = if failed { Some(0) } else { median };
        let (Some(name), Some(micros)) = (name, micros) else {
            return Err("a result has no `endpoint` or no `median_us`".to_owned());
        };
        Ok(Timing {
            name: name.to_owned(),
            micros,
            cold: Cold::Yes,
            failed,
        })
    });
    timings.collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn another_format_or_version_is_refused() {
        assert!(read(br#"{"format":"quality-probe","version":1,"endpoints":[]}"#).is_ok());
        for text in [
            &br#"{"format":"quality-probe","version":2,"endpoints":[]}"#[..],
            br#"{"format":"other","version":1,"endpoints":[]}"#,
            br#"{"format":"quality-probe","version":1}"#,
            br#"{"format":"quality-probe","version":1,"endpoints":[{"endpoint":"GET /"}]}"#,
            b"[]",
        ] {
            assert!(read(text).is_err());
        }
    }
}
