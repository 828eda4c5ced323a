//! Calls that leave the process: over HTTP, to a queue, by mail. Under a lock or in a transaction everybody waits for
//! them, and no rollback takes them back.

use super::sheet::Sheet;
use crate::definition::data::chain::Segment;
use crate::facts::Import;

use super::is_of;

/// Modules of clients for HTTP.
const HTTP: &[&str] = &[
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "urllib.request",
    "http.client",
    "axios",
    "got",
    "ky",
    "node-fetch",
    "undici",
    "superagent",
    "reqwest",
    "ureq",
    "surf",
    "awc",
];
/// What their clients are told to do.
const REQUESTS: &[&str] = &[
    "get", "post", "put", "patch", "delete", "head", "options", "request", "send", "fetch",
    "urlopen", "stream",
];
/// What hands a task or a message to a queue, whatever it is called on.
const ENQUEUE: &[&str] = &[
    "delay",
    "apply_async",
    "send_task",
    "sendToQueue",
    "basic_publish",
];
/// The same on something that is named after a queue.
const PUBLISH: &[&str] = &["add", "addBulk", "send", "publish", "enqueue", "push"];
const QUEUES: &[&str] = &["queue", "producer", "publisher"];
const MAIL: &[&str] = &["send_mail", "send_mass_mail", "sendMail"];

/// What a call talks to, if it leaves the process.
pub(crate) fn leaving(sheet: &Sheet, at: usize) -> Option<&'static str> {
    let call = sheet.call(at)?;
    let last = call.call.callee.rsplit(['.', ':']).next()?;
    let is_bare = last.len() == call.call.callee.len();
    let may = REQUESTS.contains(&last)
        || ENQUEUE.contains(&last)
        || PUBLISH.contains(&last)
        || MAIL.contains(&last)
        || is_bare;
    if !may {
        return None;
    }
    let chain = sheet.chain(at);
    let (end, before) = chain.split_last()?;
    end.arguments?;
    let Some(first) = before.first() else {
        return bare(sheet, end.name);
    };
    if MAIL.contains(&last) {
        return Some("a mail server");
    }
    if ENQUEUE.contains(&last) {
        return Some("a queue");
    }
    let is_queue = |segment: &Segment| {
        let name = segment.name.to_lowercase();
        QUEUES.iter().any(|word| name.ends_with(word))
    };
    if PUBLISH.contains(&last) && before.last().is_some_and(is_queue) {
        return Some("a queue");
    }
    let is_client = || is_http(sheet, first.name) || is_made_by_http(sheet, first.name, at);
    (REQUESTS.contains(&last) && is_client()).then_some("another service over HTTP")
}

/// A function without anything it is called on.
fn bare(sheet: &Sheet, name: &str) -> Option<&'static str> {
    if MAIL.contains(&name) {
        return Some("a mail server");
    }
    let is_own = || sheet.facts.items.iter().any(|item| *item.name == *name);
    let is_request = is_http(sheet, name) && (REQUESTS.contains(&name) || is_of_modules(name));
    let is_fetch = name == "fetch" && sheet.binding(name, 0).is_none() && !is_own();
    (is_request || is_fetch).then_some("another service over HTTP")
}

/// Whether a module itself is called: `axios(…)`, `got(…)`.
fn is_of_modules(name: &str) -> bool {
    matches!(name, "axios" | "got" | "ky" | "fetch" | "superagent")
}

/// Whether a name comes from a client for HTTP.
fn is_http(sheet: &Sheet, name: &str) -> bool {
    let local = |import: &Import| {
        let local = import.alias.as_deref().or(import.name.as_deref());
        local.unwrap_or(&import.module) == name
            || import.module.split(['.', ':']).next() == Some(name)
    };
    let mut imports = sheet.facts.imports.iter();
    imports.any(|import| local(import) && HTTP.iter().any(|module| is_of(import, module)))
}

/// Whether a name is bound to something a client for HTTP gave.
fn is_made_by_http(sheet: &Sheet, name: &str, at: usize) -> bool {
    let bind = sheet.binding(name, at);
    let call = bind.and_then(|bind| sheet.bound_call(bind));
    call.is_some_and(|call| {
        let chain = sheet.chain(call);
        chain
            .first()
            .is_some_and(|first| is_http(sheet, first.name))
    })
}
