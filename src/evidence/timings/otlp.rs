//! OTLP JSON: spans of a server, grouped by method and route.

use std::collections::BTreeMap;

use serde_json::Value;

use super::formats::json;
use super::{Cold, Timing};

/// The kind of a span that answers a request.
const SERVER: i64 = 2;

/// Reads the spans of servers. A start was cold if the span says so, or if it is the first one of its instance.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Timing>, String> {
    let export = json(bytes)?;
    let resources = list(&export, "resourceSpans");
    if resources.is_empty() {
        return Err("it has no `resourceSpans`".to_owned());
    }
    // By instance: when its first span began.
    let mut first: BTreeMap<String, u64> = BTreeMap::new();
    let mut spans = Vec::new();
    for resource in resources {
        let instance = resource
            .get("resource")
            .and_then(|resource| attribute(resource, "service.instance.id"))
            .and_then(|value| value.as_str().map(str::to_owned));
        let scopes = list(resource, "scopeSpans").iter();
        for span in scopes.flat_map(|scope| list(scope, "spans")) {
            let kind = span.get("kind");
            let is_server = kind.and_then(Value::as_i64) == Some(SERVER)
                || kind.and_then(Value::as_str) == Some("SPAN_KIND_SERVER");
            let times = nanos(span, "startTimeUnixNano").zip(nanos(span, "endTimeUnixNano"));
            let (true, Some((start, end))) = (is_server, times) else {
                continue;
            };
            if let Some(instance) = &instance {
                let begun = first.entry(instance.clone()).or_insert(start);
                *begun = start.min(*begun);
            }
            spans.push((instance.clone(), start, end, span));
        }
    }
    let timings = spans
        .into_iter()
        .filter_map(|(instance, start, end, span)| {
            let text = |name: &str| attribute(span, name).and_then(Value::as_str);
            let method = text("http.request.method").or(text("http.method"))?;
            let route = text("http.route")?;
            let said = attribute(span, "faas.coldstart").and_then(Value::as_bool);
            let is_first = instance.map(|instance| first.get(&instance) == Some(&start));
            let status = attribute(span, "http.response.status_code")
                .or(attribute(span, "http.status_code"));
            let status = status.and_then(|value| value.as_i64().or(value.as_str()?.parse().ok()));
            Some(Timing {
                name: format!("{method} {route}"),
                micros: end.checked_sub(start)? / 1_000,
                cold: match said.or(is_first) {
                    Some(true) => Cold::Yes,
                    Some(false) => Cold::No,
                    None => Cold::Unknown,
                },
                failed: status.is_some_and(|status| status >= 500),
            })
        });
    Ok(timings.collect())
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The value of an attribute, whatever its type.
fn attribute<'a>(holder: &'a Value, name: &str) -> Option<&'a Value> {
    let attributes = list(holder, "attributes").iter();
    let mut named =
        attributes.filter(|attribute| attribute.get("key").and_then(Value::as_str) == Some(name));
    named.next()?.get("value")?.as_object()?.values().next()
}

/// A time that is written as a string, as the format has it, or as a number.
fn nanos(span: &Value, key: &str) -> Option<u64> {
    let value = span.get(key)?;
    value.as_u64().or(value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::evidence::timings::Cold;

    #[test]
    fn the_first_span_of_an_instance_is_cold() {
        let span = |start: u64, kind: u64, route: &str| {
            format!(
                r#"{{"kind":{kind},"startTimeUnixNano":"{start}","endTimeUnixNano":"{}","attributes":[
                {{"key":"http.request.method","value":{{"stringValue":"GET"}}}},
                {{"key":"http.route","value":{{"stringValue":"{route}"}}}}]}}"#,
                start + 5_000_000
            )
        };
        let text = format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.instance.id","value":{{"stringValue":"i"}}}}]}},
            "scopeSpans":[{{"spans":[{},{},{}]}}]}}]}}"#,
            span(900, 2, "/late"),
            span(100, 2, "/first"),
            span(50, 3, "/client")
        );
        let found: Vec<_> = read(text.as_bytes())
            .unwrap()
            .into_iter()
            .map(|timing| (timing.name, timing.micros, timing.cold))
            .collect();
        assert_eq!(
            found,
            [
                ("GET /late".to_owned(), 5_000, Cold::No),
                ("GET /first".to_owned(), 5_000, Cold::Yes)
            ]
        );
    }
}
