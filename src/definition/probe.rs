//! The table `[probe]`: how the program is started and asked when somebody runs `quality probe`.
//!
//! It is data. Nothing but that command looks at it, and no number or verdict rests on it: what a probe has measured
//! counts only once it is imported. So it is no part of what a definition is known by.

use std::ops::Range;

use super::diagnostic::{Diagnostic, quote};
use super::table::{Table, Text};

/// Longest text of a log that is waited for, in bytes.
const LONGEST_LOG: usize = 1_024;
/// What stands for the port, wherever it is written.
pub const PORT: &str = "{port}";

/// How the program is started and asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The program and its arguments; never empty. No shell looks at them.
    pub command: Vec<String>,
    /// Where it runs, below the root of the repository; `.` for the root.
    pub cwd: String,
    /// What is added to the environment.
    pub env: Vec<(String, String)>,
    /// How one sees that it can be asked.
    pub ready: Ready,
    /// How long that may take, in seconds.
    pub ready_timeout_s: u32,
    /// How often each endpoint is asked, each time by a process of its own.
    pub runs: u32,
    /// What is asked; empty for what can be found in the code.
    pub endpoints: Vec<Request>,
}

/// How one sees that a program can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// It accepts connections.
    Tcp,
    /// It answers this path with this status.
    Http {
        /// The path; never that of an endpoint that is measured.
        path: String,
        /// The status.
        status: u16,
    },
    /// It writes this text to one of its outputs.
    Log(String),
}

/// A request and what is expected of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What people call it.
    pub name: Option<String>,
    /// Its method, in capitals.
    pub method: String,
    /// Its path, with a query if there is one.
    pub path: String,
    /// Headers beside those every request has.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: String,
    /// The status of a right answer; none if every one from 200 to 299 is right.
    pub expect_status: Option<u16>,
}

impl Request {
    /// A plain request for a path.
    pub fn get(path: &str) -> Self {
        Self {
            name: None,
            method: "GET".to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: String::new(),
            expect_status: None,
        }
    }

    /// The endpoint it is for: `GET /orders`.
    pub fn endpoint(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }

    /// Whether this is the status of a right answer.
    pub fn expects(&self, status: u16) -> bool {
        match self.expect_status {
            Some(expected) => status == expected,
            None => (200..300).contains(&status),
        }
    }

    fn read(mut table: Table) -> Option<Self> {
        if !table.has("path") {
            table.report_here(
                Diagnostic::new("an endpoint has no `path`")
                    .label("asks for nothing")
                    .help("write { path = \"/orders\" }"),
            );
        }
        let name = table
            .text("name")
            .and_then(|text| line(&table, "name", text));
        let method = table.text("method");
        if let Some(method) = &method
            && (method.text.is_empty() || !method.text.chars().all(|c| c.is_ascii_uppercase()))
        {
            let message = format!("{} is no method", quote(&method.text));
            table.report(
                "method",
                Diagnostic::new(message)
                    .label("not a word in capitals")
                    .help("write `method = \"POST\"`"),
            );
        }
        let path = table
            .text("path")
            .and_then(|text| path(&table, "path", text));
        let request = Self {
            name,
            method: method.map_or_else(|| "GET".to_owned(), |text| text.text),
            path: path.unwrap_or_default(),
            headers: table
                .table("headers")
                .map_or_else(Vec::new, |table| pairs(&table)),
            body: table
                .text("body")
                .map_or_else(String::new, |text| text.text),
            expect_status: status(&mut table, "expect_status"),
        };
        table.finish();
        Some(request)
    }
}

impl Probe {
    pub(super) fn read(mut table: Table) -> Option<Self> {
        let command = read_command(&mut table);
        let cwd = table.text("cwd");
        if let Some(cwd) = &cwd
            && (cwd.text.starts_with('/')
                || cwd.text.contains(['\\', '\0'])
                || cwd.text.split('/').any(|part| part == ".."))
        {
            table.report(
                "cwd",
                Diagnostic::new("the program runs below the root of the repository")
                    .label("not a directory below it")
                    .help("write it as seen from the root, `.` for the root itself"),
            );
        }
        let env = table
            .table("env")
            .map_or_else(Vec::new, |table| pairs(&table));
        let has_port = |text: &String| text.contains(PORT);
        if let Some(command) = &command
            && !command
                .iter()
                .chain(env.iter().map(|(_, value)| value))
                .any(has_port)
        {
            table.report(
                "command",
                Diagnostic::new("neither `probe.command` nor `probe.env` says where the port goes")
                    .label("would listen somewhere else")
                    .help("write `{port}` where the program takes it: `--port {port}`, env = { PORT = \"{port}\" }"),
            );
        }
        let ready = table.table("ready").map_or(Some(Ready::Tcp), Ready::read);
        let endpoints: Vec<Request> = table.tables("endpoints").map_or_else(Vec::new, |tables| {
            tables.into_iter().filter_map(Request::read).collect()
        });
        if let Some(Ready::Http { path, .. }) = &ready
            && endpoints
                .iter()
                .any(|request| request.method == "GET" && request.path == *path)
        {
            table.report(
                "ready",
                Diagnostic::new(
                    "what says that the program is ready is an endpoint that is measured",
                )
                .label("would be warm by then")
                .help("ask for another path, or write ready = { tcp = true }"),
            );
        }
        let probe = Self {
            command: command.unwrap_or_default(),
            cwd: cwd.map_or_else(|| ".".to_owned(), |text| text.text),
            env,
            ready: ready.unwrap_or(Ready::Tcp),
            ready_timeout_s: table.whole("ready_timeout_s", 1..=3_600).unwrap_or(30),
            runs: table.whole("runs", 1..=100).unwrap_or(5),
            endpoints,
        };
        table.finish();
        Some(probe)
    }
}

impl Ready {
    fn read(mut table: Table) -> Option<Self> {
        let written = ["tcp", "http", "log"]
            .into_iter()
            .filter(|key| table.has(key))
            .count();
        let tcp = table.boolean("tcp");
        let http = table
            .text("http")
            .and_then(|text| path(&table, "http", text));
        let log = table.text("log");
        let status = status(&mut table, "status");
        if written != 1 || tcp == Some(false) || (status.is_some() && http.is_none()) {
            table.report_here(
                Diagnostic::new("a program is ready in one of three ways")
                    .label("is none of them, or several")
                    .help("write { tcp = true }, { http = \"/healthz\", status = 200 } or { log = \"listening on\" }"),
            );
        }
        if let Some(log) = &log
            && (log.text.is_empty() || log.text.len() > LONGEST_LOG)
        {
            table.report(
                "log",
                Diagnostic::new("a text to wait for has 1 to 1,024 bytes").label("has not"),
            );
        }
        table.finish_choice();
        match (http, log) {
            (Some(path), _) => Some(Self::Http {
                path,
                status: status.unwrap_or(200),
            }),
            (None, Some(log)) => Some(Self::Log(log.text)),
            (None, None) => Some(Self::Tcp),
        }
    }
}

/// The program and its arguments: a list, or a line that is split as a shell would.
fn read_command(table: &mut Table) -> Option<Vec<String>> {
    if !table.has("command") {
        table.report_here(
            Diagnostic::new("`probe.command` is missing")
                .label("does not say what to start")
                .help("write `command = \"flask run --port {port}\"`"),
        );
    }
    let is_line = table.is_text("command");
    let words = table.words("command")?;
    let split = if is_line {
        words.first().and_then(|line| shlex::split(&line.text))
    } else {
        Some(words.into_iter().map(|word| word.text).collect())
    };
    let trouble = match &split {
        None => "a quote is not closed in `probe.command`",
        Some(words) if words.first().is_none_or(String::is_empty) => "`probe.command` is empty",
        Some(words) if words.iter().any(|word| word.contains('\0')) => {
            "`probe.command` holds the character 0"
        }
        Some(_) => return split,
    };
    table.report(
        "command",
        Diagnostic::new(trouble).label("cannot be started"),
    );
    None
}

/// Names with a text each.
fn pairs(table: &Table) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for name in table.names() {
        let Some(value) = table.words_of(&name) else {
            continue;
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        match value.as_slice() {
            [value]
                if !name.text.is_empty()
                    && name.text.chars().all(is_name)
                    && !value.text.chars().any(char::is_control) =>
            {
                pairs.push((name.text.clone(), value.text.clone()));
            }
            _ => {
                let message = format!("{} is not given one line of text", quote(&name.text));
                let names: Range<usize> = name.span.clone();
                table.report(
                    &name.text,
                    Diagnostic::new(message)
                        .at(names)
                        .label("a name of letters, digits, `-` and `_`, and a string"),
                );
            }
        }
    }
    pairs
}

fn status(table: &mut Table, key: &'static str) -> Option<u16> {
    table
        .whole(key, 100..=599)
        .and_then(|status| u16::try_from(status).ok())
}

/// A path as it stands in a request.
fn path(table: &Table, key: &str, text: Text) -> Option<String> {
    if text.text.starts_with('/') && text.text.chars().all(|c| c.is_ascii_graphic()) {
        return Some(text.text);
    }
    let message = format!("{} is no path of a request", quote(&text.text));
    table.report(
        key,
        Diagnostic::new(message)
            .label("does not begin with `/`, or holds what has to be escaped")
            .help("write \"/orders?page=2\"; other characters as %20"),
    );
    None
}

fn line(table: &Table, key: &str, text: Text) -> Option<String> {
    if !text.text.chars().any(char::is_control) {
        return Some(text.text);
    }
    table.report(
        key,
        Diagnostic::new("a name is one line").label("holds another one"),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::{Ready, Request};
    use crate::definition::{Definition, parse};

    fn definition(probe: &str) -> Result<Definition, String> {
        let text = format!("extends = 'builtin'\n[probe]\n{probe}\n");
        parse(text.as_bytes(), "quality.toml").map_err(|diagnostics| diagnostics.render(false))
    }

    fn probe(text: &str) -> super::Probe {
        definition(text).unwrap().probe.unwrap()
    }

    #[test]
    fn a_line_is_split_as_a_shell_would_and_a_list_is_not() {
        assert_eq!(
            probe(r#"command = "serve 'a b' --port={port} $HOME;x""#).command,
            ["serve", "a b", "--port={port}", "$HOME;x"]
        );
        assert_eq!(
            probe("command = ['a b', '{port}']").command,
            ["a b", "{port}"]
        );
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let probe = probe(
            "command = 'x {port}'\nready.http = '/up'\nenv = { A = 'b' }\n\
             endpoints = [{ path = '/a?b' }, { method = 'POST', path = '/c', expect_status = 201 }]",
        );
        assert_eq!(
            probe.ready,
            Ready::Http {
                path: "/up".to_owned(),
                status: 200
            }
        );
        assert_eq!(
            (probe.runs, probe.ready_timeout_s, probe.cwd.as_str()),
            (5, 30, ".")
        );
        assert_eq!(probe.endpoints[0], Request::get("/a?b"));
        assert_eq!(probe.endpoints[0].endpoint(), "GET /a");
        assert!(probe.endpoints[0].expects(204) && !probe.endpoints[0].expects(302));
        assert!(probe.endpoints[1].expects(201) && !probe.endpoints[1].expects(200));
    }

    #[test]
    fn what_cannot_be_started_or_asked_is_refused() {
        for (text, why) in [
            ("", "`probe.command` is missing"),
            ("command = \"a 'b {port}\"", "a quote is not closed"),
            ("command = ' '", "`probe.command` is empty"),
            ("command = 'serve'", "where the port goes"),
            ("command = 'a {port}'\ncwd = '../b'", "below the root"),
            ("command = 'a {port}'\nready = {}", "one of three ways"),
            (
                "command = 'a {port}'\nready = { tcp = true, log = 'x' }",
                "one of three ways",
            ),
            (
                "command = 'a {port}'\nready.http = '/a'\nendpoints = [{ path = '/a' }]",
                "that is measured",
            ),
            (
                "command = 'a {port}'\nendpoints = [{ path = \"/a\\r\\nx\" }]",
                "is no path",
            ),
            (
                "command = 'a {port}'\nendpoints = [{ method = 'get', path = '/' }]",
                "is no method",
            ),
            (
                "command = 'a {port}'\nendpoints = [{ path = '/', headers = { a = \"b\\nc\" } }]",
                "one line of text",
            ),
            ("command = 'a {port}'\nrun = 3", "unknown key"),
        ] {
            let said = definition(text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn no_definition_is_known_by_its_probe() {
        let with = definition("command = 'a {port}'").unwrap();
        let without = parse(b"extends = 'builtin'\nversion = 1\n", "quality.toml").unwrap();
        assert_eq!(with.id, without.id);
    }
}
