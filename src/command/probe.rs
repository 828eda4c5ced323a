//! `quality probe`: time the endpoints of a program that is started for it. The one command that starts something, and
//! only in a repository somebody has named as trusted.

use std::path::Path;
use std::sync::Arc;

use crate::cli;
use crate::definition::{Definition, Probe, Ready, Request};
use crate::error::{Error, Exit, shown};
use crate::probe::{self, FORMAT, LABEL, Measured, Results, Stop, Trouble, VERSION};
use crate::report::escape;
use crate::survey::{self, Ground, Snapshot, Watch};

use super::{definition, output, revision};

/// Lines of what a program said that are shown.
const LAST_WORDS: usize = 12;

/// Runs the command.
pub fn run(arguments: &cli::Probe) -> Result<Exit, Error> {
    let here = Path::new(".");
    let path = arguments.path.as_deref().or(arguments.trust.as_deref());
    let ground = survey::ground(path.unwrap_or(here))?;
    let found = definition::find(None, &ground, Snapshot::WorkTree)?;
    let file = found.file.unwrap_or_else(|| "quality.toml".to_owned());
    let Some(settings) = &found.definition.probe else {
        return Err(Error::Usage {
            message: format!("{file} has no table [probe], so there is nothing to start"),
            hint: "write what to start: [probe] command = \"flask run --port {port}\"".to_owned(),
        });
    };
    trusted(arguments.trust.as_deref(), &ground, settings)?;
    let requests = requests(settings, &ground, &found.definition)?;
    let runs = arguments.runs.unwrap_or(settings.runs);
    let stop = Stop::of_signals().map_err(|error| Error::Usage {
        message: format!("signals cannot be waited for: {error}"),
        hint: "nothing was started".to_owned(),
    })?;
    let mut endpoints = Vec::with_capacity(requests.len());
    for request in &requests {
        match probe::measure(settings, &ground.root, request, runs, &stop) {
            Ok(measured) => endpoints.push(measured),
            Err(Trouble::Interrupted(signal)) => {
                probe::end_by(signal);
                return Ok(Exit::Unable);
            }
            Err(Trouble::Start { reason, said }) => {
                return Err(not_started(settings, &reason, &said));
            }
        }
    }
    let head = revision::commit(&ground, "HEAD").ok();
    let results = Results {
        format: FORMAT,
        version: VERSION,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        repository: ground.name(),
        commit: head.map(|commit| commit.hex()),
        label: LABEL,
        endpoints,
    };
    if let Some(path) = &arguments.output {
        let json = serde_json::to_string_pretty(&results).map_err(|error| Error::Write {
            path: shown(path),
            reason: error.to_string(),
        })?;
        output::to_file(path, &format!("{json}\n"))?;
    }
    output::to_stdout(&table(&results))?;
    let has_failed = results
        .endpoints
        .iter()
        .any(|measured| measured.failure.is_some());
    Ok(if has_failed {
        Exit::Failed
    } else {
        Exit::Success
    })
}

/// Lets through only what somebody has named: the repository the command would be started in.
fn trusted(trust: Option<&Path>, ground: &Ground, settings: &Probe) -> Result<(), Error> {
    let named = trust.map(survey::ground).transpose()?;
    if named.is_some_and(|named| named.root == ground.root) {
        return Ok(());
    }
    let root = shown(&ground.root);
    Err(Error::Usage {
        message: format!(
            "nothing is started in a repository that --trust does not name\n  it would run, in {root}: {}",
            command_line(settings)
        ),
        hint: format!("if you trust it with your machine: quality probe --trust {root}"),
    })
}

/// The command as one would type it.
fn command_line(settings: &Probe) -> String {
    let words = settings.command.iter().map(String::as_str);
    let line = shlex::try_join(words).unwrap_or_else(|_| settings.command.join(" "));
    let mut env = String::new();
    for (name, value) in &settings.env {
        env.push_str(&format!(
            "{name}={} ",
            shlex::try_quote(value).unwrap_or_default()
        ));
    }
    let cwd = match settings.cwd.as_str() {
        "." | "" => String::new(),
        cwd => format!(" (in {cwd})"),
    };
    escape::terminal(format!("{env}{line}{cwd}").as_bytes())
}

/// What is asked: what the definition names, or every endpoint that is found in the code and can be asked as it stands.
fn requests(
    settings: &Probe,
    ground: &Ground,
    definition: &Definition,
) -> Result<Vec<Request>, Error> {
    if !settings.endpoints.is_empty() {
        return Ok(settings.endpoints.clone());
    }
    let watch = Arc::new(Watch::default());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let inventory = survey::inventory(
        ground,
        Snapshot::WorkTree,
        definition,
        threads,
        false,
        &watch,
    )?;
    let options = survey::Options {
        watch: &watch,
        with_history: false,
        threads,
        memory: None,
        carried: None,
    };
    let survey = survey::survey(ground, definition, inventory, options)?;
    let endpoints = survey.codebase.endpoints();
    let mut paths: Vec<&str> = endpoints
        .iter()
        .filter(|endpoint| endpoint.method == "GET" && !endpoint.is_relative)
        .map(|endpoint| endpoint.path.as_str())
        .filter(|path| is_literal(path))
        // It would be warm.
        .filter(|path| !matches!(&settings.ready, Ready::Http { path: ready, .. } if ready == path))
        .collect();
    paths.sort_unstable();
    paths.dedup();
    if paths.is_empty() {
        return Err(Error::Usage {
            message: format!(
                "none of {} endpoints in the code is a GET of a whole path without parameters",
                endpoints.len()
            ),
            hint: "name what to ask: [probe] endpoints = [{ path = \"/orders/1\" }]".to_owned(),
        });
    }
    Ok(paths.into_iter().map(Request::get).collect())
}

/// Whether a path can be asked for as it stands.
fn is_literal(path: &str) -> bool {
    path.starts_with('/')
        && path
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/-._~".contains(c))
}

fn not_started(settings: &Probe, reason: &str, said: &[u8]) -> Error {
    let lines: Vec<String> = said
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| format!("  | {}", escape::terminal(line)))
        .collect();
    let last = lines.len().saturating_sub(LAST_WORDS);
    let mut message = format!("`{}`: {reason}", command_line(settings));
    for line in &lines[last..] {
        message.push('\n');
        message.push_str(line);
    }
    Error::Usage {
        message,
        hint: "see [probe] in quality.toml: command, cwd, env, ready, ready_timeout_s".to_owned(),
    }
}

/// The results for people.
fn table(results: &Results) -> String {
    let name = |measured: &Measured| {
        let name = measured.name.as_ref().map(|name| format!(" ({name})"));
        let name = format!("{}{}", measured.endpoint, name.unwrap_or_default());
        escape::terminal(name.as_bytes())
    };
    let names: Vec<String> = results.endpoints.iter().map(name).collect();
    let width = names.iter().map(|name| name.chars().count()).max();
    let width = width.unwrap_or(0).max("endpoint".len());
    let mut text = format!(
        "{:<width$}  {:>10}  {:>10}  {:>10}  {:>4}  {:>10}\n",
        "endpoint", "median", "min", "max", "runs", "ready"
    );
    let ms = |micros: Option<u64>| {
        micros.map_or_else(
            || "-".to_owned(),
            |micros| format!("{}.{} ms", micros / 1_000, micros % 1_000 / 100),
        )
    };
    for (measured, name) in results.endpoints.iter().zip(&names) {
        text.push_str(&format!(
            "{name:<width$}  {:>10}  {:>10}  {:>10}  {:>4}  {:>10}",
            ms(measured.median_us),
            ms(measured.min_us),
            ms(measured.max_us),
            measured.runs,
            ms(measured.ready_median_us),
        ));
        if let Some(failure) = &measured.failure {
            text.push_str(&format!(
                "  failed: {}",
                escape::terminal(failure.as_bytes())
            ));
        }
        text.push('\n');
    }
    text.push_str(&format!("first answers of fresh processes: {LABEL}\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::is_literal;

    #[test]
    fn only_a_path_without_parameters_can_be_asked_for_as_it_stands() {
        assert!(is_literal("/") && is_literal("/a/b-c.json"));
        for path in ["", "a", "/a/{id}", "/a/*", "/a/:id", "/a b", "/<x>"] {
            assert!(!is_literal(path), "{path}");
        }
    }
}
