//! JUnit XML: a test case for each endpoint, its time in seconds.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Cold, Timing, micros};
use crate::definition::Unit;

/// Most elements of a report.
const MOST_EVENTS: usize = 4_000_000;

/// Reads the test cases. Declarations of types and entities are refused: nobody needs them here, and they can make a
/// small file large.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Timing>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let mut reader = Reader::from_str(text);
    let mut timings: Vec<Timing> = Vec::new();
    // The last case is still open: what follows may say that it failed.
    let mut is_open = false;
    for _ in 0..MOST_EVENTS {
        let event = reader
            .read_event()
            .map_err(|error| format!("it is no XML: {error}"))?;
        match event {
            Event::Eof => return Ok(timings),
            Event::DocType(_) => {
                return Err("it declares a document type, which is not read".to_owned());
            }
            Event::Start(element) => match element.local_name().as_ref() {
                "testcase" => {
                    timings.extend(case(&element)?);
                    is_open = true;
                }
                "failure" | "error" if is_open => fail(&mut timings),
                "skipped" if is_open => {
                    timings.pop();
                    is_open = false;
                }
                _ => {}
            },
            Event::Empty(element) => match element.local_name().as_ref() {
                "testcase" => timings.extend(case(&element)?),
                "failure" | "error" if is_open => fail(&mut timings),
                "skipped" if is_open => {
                    timings.pop();
                    is_open = false;
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "testcase" => is_open = false,
            _ => {}
        }
    }
    Err("it has too many elements".to_owned())
}

fn fail(timings: &mut [Timing]) {
    if let Some(last) = timings.last_mut() {
        last.failed = true;
    }
}

/// The timing of a test case.
fn case(element: &BytesStart) -> Result<Option<Timing>, String> {
    let (mut name, mut time) = (None, None);
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| format!("it is no XML: {error}"))?;
        let value = attribute.value;
        match attribute.key.as_ref() {
            "name" => name = Some(plain(&value)),
            "time" => time = value.trim().parse().ok(),
            _ => {}
        }
    }
    let timing = name.zip(time.and_then(|time| micros(time, Unit::S)));
    Ok(timing.map(|(name, micros)| Timing {
        name,
        micros,
        cold: Cold::Unknown,
        failed: false,
    }))
}

/// A text with the five entities of XML itself in place.
fn plain(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn cases_are_endpoints_and_skipped_ones_are_none() {
        let text = br#"<?xml version="1.0"?><testsuites><testsuite>
            <testcase classname="api" name="GET /a?x=1&amp;y" time="0.25"/>
            <testcase name="POST /b" time="1.5"><failure message="500"/></testcase>
            <testcase name="GET /c" time="0.1"><skipped/></testcase>
            <testcase name="no time"/>
        </testsuite></testsuites>"#;
        let found: Vec<_> = read(text)
            .unwrap()
            .into_iter()
            .map(|timing| (timing.name, timing.micros, timing.failed))
            .collect();
        assert_eq!(
            found,
            [
                ("GET /a?x=1&y".to_owned(), 250_000, false),
                ("POST /b".to_owned(), 1_500_000, true)
            ]
        );
    }

    #[test]
    fn declared_entities_are_refused() {
        let text = b"<!DOCTYPE x [<!ENTITY a \"aaaa\">]><testsuite><testcase name=\"&a;\" time=\"1\"/></testsuite>";
        assert!(read(text).unwrap_err().contains("document type"));
    }
}
