//! Timings of endpoints, as other tools measured them: one format, one file.
//!
//! A timing is worth something here if the process that answered had been started for it. Not every tool can tell.

mod formats;
mod junit;
mod otlp;
mod probe;

use crate::definition::{Format, TimingImport, Unit};

/// Largest report that is read, in bytes.
pub const MAX_REPORT_BYTES: u64 = 32 << 20;
/// Most timings of a report.
const MOST: usize = 200_000;
/// Longest name of an endpoint that is kept, in bytes.
const LONGEST_NAME: usize = 1_024;

/// What reports say of endpoints.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timings {
    /// In the order of the definition.
    pub reports: Vec<Report>,
}

/// One report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Where it lies, and how it was read.
    pub import: TimingImport,
    /// When it was written, in seconds since 1970, where that is known.
    pub written: Option<i64>,
    /// What it says, or why it cannot be read.
    pub timings: Result<Vec<Timing>, String>,
}

/// One request, or several that a tool summed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// What the tool calls the endpoint: `GET /orders`, `/orders`, `curl http://localhost/orders`.
    pub name: String,
    /// How long the answer took, in microseconds.
    pub micros: u64,
    /// Whether the process had just been started.
    pub cold: Cold,
    /// The answer was an error.
    pub failed: bool,
}

/// Whether a process had just been started when it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cold {
    /// The tool says so.
    Yes,
    /// The tool says it had not.
    No,
    /// The tool cannot tell.
    Unknown,
}

/// What a report says. `select` names the value of a summary that counts: `max`, `p(95)`, `med` of k6, `max`, `median` of
/// hyperfine.
///
/// # Errors
/// Why it cannot be read, a clause.
pub fn read(import: &TimingImport, bytes: &[u8]) -> Result<Vec<Timing>, String> {
    let mut timings = match import.format {
        Format::Csv => formats::csv(bytes, import.unit),
        Format::Ndjson => formats::ndjson(bytes, import.unit),
        Format::K6 => formats::k6(bytes, &import.select),
        Format::Hyperfine => formats::hyperfine(bytes, &import.select),
        Format::Junit => junit::read(bytes),
        Format::Otlp => otlp::read(bytes),
        Format::Probe => probe::read(bytes),
    }?;
    if timings.len() > MOST {
        return Err(format!("it holds more than {MOST} timings"));
    }
    for timing in &mut timings {
        if timing.name.len() > LONGEST_NAME {
            let end = (0..=LONGEST_NAME)
                .rev()
                .find(|at| timing.name.is_char_boundary(*at));
            timing.name.truncate(end.unwrap_or(0));
        }
    }
    Ok(timings)
}

/// A duration in microseconds; none for what is no duration. More than a day is none either.
fn micros(value: f64, unit: Unit) -> Option<u64> {
    let micros = match unit {
        Unit::Ms => value * 1_000.0,
        Unit::S => value * 1_000_000.0,
    };
    (0.0..=86_400_000_000.0)
        .contains(&micros)
        .then_some(micros.round() as u64)
}

/// The method and the path in what a tool calls an endpoint; none if there is no path in it.
pub fn address(name: &str) -> Option<(Option<String>, &str)> {
    let words = || {
        name.split_whitespace()
            .map(|word| word.trim_matches(['"', '\'', ',']))
    };
    let path = words().find(|word| word.starts_with('/') || word.contains("://"))?;
    let method = words().find(|word| {
        ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
            .iter()
            .any(|method| method.eq_ignore_ascii_case(word))
    });
    Some((method.map(str::to_ascii_uppercase), path))
}

#[cfg(test)]
mod tests {
    use super::{Timing, address};
    use crate::definition::{Format, TimingImport, Unit};

    fn read(format: Format, bytes: &[u8], select: &str, unit: Unit) -> Result<Vec<Timing>, String> {
        let import = TimingImport {
            path: String::new(),
            format,
            select: select.to_owned(),
            unit,
            assume_cold: false,
        };
        super::read(&import, bytes)
    }

    fn lines(format: Format, text: &str, select: &str) -> Vec<String> {
        let timings = read(format, text.as_bytes(), select, Unit::Ms).unwrap();
        let line = |timing: &Timing| {
            let failed = if timing.failed { " failed" } else { "" };
            format!(
                "{} {} {:?}{failed}",
                timing.name, timing.micros, timing.cold
            )
        };
        timings.iter().map(line).collect()
    }

    #[test]
    fn a_table_says_whether_a_start_was_cold() {
        assert_eq!(
            lines(
                Format::Csv,
                "ms,endpoint,cold\n12.5,GET /a,true\n3,\"GET /b,c\",false\n\n4,/d,\n",
                ""
            ),
            ["GET /a 12500 Yes", "GET /b,c 3000 No", "/d 4000 Unknown"]
        );
        assert_eq!(
            lines(
                Format::Ndjson,
                "{\"endpoint\":\"/a\",\"ms\":7,\"cold\":true}\n\n{\"endpoint\":\"/b\",\"ms\":1}\n",
                ""
            ),
            ["/a 7000 Yes", "/b 1000 Unknown"]
        );
        let broken = read(Format::Csv, b"endpoint,ms\nx\n", "", Unit::Ms).unwrap_err();
        assert_eq!(broken, "line 2 has no number of ms");
        assert_eq!(
            read(Format::Csv, b"a,b\n", "", Unit::Ms).unwrap_err(),
            "its first line does not name the columns endpoint and ms"
        );
    }

    #[test]
    fn k6_gives_the_value_that_is_selected_in_both_of_its_forms() {
        let text = r#"{"metrics":{
            "http_req_duration{name:GET /a}":{"values":{"max":20,"med":10}},
            "http_req_duration{name:GET /b}":{"max":30.5,"med":4},
            "http_req_duration":{"values":{"max":99}},
            "iterations":{"values":{"count":1}}}}"#;
        assert_eq!(
            lines(Format::K6, text, "max"),
            ["GET /a 20000 Unknown", "GET /b 30500 Unknown"]
        );
        assert_eq!(
            lines(Format::K6, text, "med"),
            ["GET /a 10000 Unknown", "GET /b 4000 Unknown"]
        );
        let missing = read(Format::K6, text.as_bytes(), "p(99)", Unit::Ms).unwrap_err();
        assert!(missing.contains("p(99)"), "{missing}");
    }

    #[test]
    fn hyperfine_counts_in_seconds_and_tells_of_failures() {
        let text = r#"{"results":[{"command":"curl http://x/a","mean":0.2,"median":0.15,"max":0.4,"exit_codes":[0,7]}]}"#;
        assert_eq!(
            lines(Format::Hyperfine, text, ""),
            ["curl http://x/a 400000 Unknown failed"]
        );
        assert_eq!(
            lines(Format::Hyperfine, text, "median"),
            ["curl http://x/a 150000 Unknown failed"]
        );
    }

    #[test]
    fn an_endpoint_is_found_in_what_a_tool_calls_it() {
        assert_eq!(address("GET /a"), Some((Some("GET".to_owned()), "/a")));
        assert_eq!(
            address("curl -X post 'http://localhost:80/a?b'"),
            Some((Some("POST".to_owned()), "http://localhost:80/a?b"))
        );
        assert_eq!(address("/a"), Some((None, "/a")));
        assert_eq!(address("list orders"), None);
    }

    #[test]
    fn no_bytes_make_it_panic() {
        for (_, format) in Format::ALL {
            for bytes in [
                &b""[..],
                b"{",
                b"[]",
                b"\xff\xfe",
                b"<a",
                b"null",
                b"{\"metrics\":[]}",
                b"1e999",
            ] {
                let _ = read(format, bytes, "max", Unit::S);
            }
        }
    }
}
