//! Probes from outside: nothing starts unasked, what is started is asked once, and nothing of it is left.

use std::env;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::process::{ExitStatusExt as _, parent_id};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use serde_json::Value;

use super::repositories::{Commit, Repo};
use super::stage::{Outcome, finish, quality, scan};

const APP: &str = "from flask import Flask\napp = Flask(__name__)\n\n@app.get('/orders')\n\
    def orders():\n    return ''\n\n@app.get('/orders/<int:id>')\ndef order(id):\n    return ''\n";

/// The server: this program again, with a process of its own that would outlive it. Not run without a port.
#[test]
#[ignore = "other tests start it"]
#[allow(clippy::zombie_processes, reason = "whoever started this ends both")]
fn serve() {
    let variable = |name: &str| env::var(name).ok();
    if variable("PROBE_LOITERS").is_some() {
        loop {
            thread::park();
        }
    }
    let (Some(port), Some(pids)) = (variable("PROBE_PORT"), variable("PROBE_PIDS")) else {
        return;
    };
    let other = Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "probe::serve", "--nocapture"])
        .env("PROBE_LOITERS", "1")
        .spawn()
        .unwrap();
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(pids)
        .unwrap();
    writeln!(file, "{}\n{}", std::process::id(), other.id()).unwrap();
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    println!("the shop is open");
    let mut asked = 0;
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut head = [0; 4_096];
        let length = stream.read(&mut head).unwrap_or(0);
        if length == 0 {
            continue;
        }
        asked += 1;
        let head = String::from_utf8_lossy(&head[..length]).into_owned();
        if head.starts_with("GET /interrupt ") {
            let kill = format!("kill -INT {}", parent_id());
            assert!(
                Command::new("sh")
                    .args(["-c", &kill])
                    .status()
                    .unwrap()
                    .success()
            );
            // There is no answer: whoever asks has been told to go.
            continue_to_hold(stream);
        }
        let status = if head.starts_with("GET /orders ") && asked == 1 {
            200
        } else {
            500
        };
        let answer = format!("HTTP/1.1 {status} So\r\nContent-Length: 2\r\n\r\nok");
        stream.write_all(answer.as_bytes()).unwrap();
    }
}

/// Keeps a connection open until somebody ends the process.
fn continue_to_hold(_stream: std::net::TcpStream) -> ! {
    loop {
        thread::park();
    }
}

/// A shop whose server is this program.
fn shop(probe: &str) -> Repo {
    let mut repo = Repo::new();
    let program = env::current_exe().unwrap();
    let definition = format!(
        "extends = 'builtin'\n[probe]\ncommand = ['{}', '--ignored', '--exact', 'probe::serve', '--nocapture']\n\
         env = {{ PROBE_PORT = '{{port}}', PROBE_PIDS = '{}' }}\n{probe}\n\
         [component.fast-endpoints]\nmeasure.fast-endpoints = {{ within_ms = 60000, import = [{{ format = 'probe', path = 'out/probe.json' }}] }}\n",
        program.display(),
        pids(repo.path()).display(),
    );
    let commit = Commit::new("Begin (#1)", 1)
        .write("quality.toml", &definition)
        .write(".gitignore", "out/\n")
        .write("shop/app.py", APP);
    repo.commit(commit);
    repo.check_out();
    fs::create_dir(repo.path().join("out")).unwrap();
    repo
}

fn pids(root: &Path) -> std::path::PathBuf {
    root.join("out/pids")
}

fn probe(repo: &Repo, trust: Option<&Path>, options: &[&str]) -> Outcome {
    let mut command = quality(&["probe"]);
    command.arg(repo.path()).args(options);
    if let Some(trust) = trust {
        command.arg("--trust").arg(trust);
    }
    finish(command)
}

/// How many processes were started, of which none is left but as a name nobody has asked for yet.
fn started(repo: &Repo) -> usize {
    let text = fs::read_to_string(pids(repo.path())).unwrap_or_default();
    for pid in text.lines() {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let state = stat.rsplit(')').next().unwrap_or_default().trim_start();
        assert!(
            state.is_empty() || state.starts_with(['Z', 'X']),
            "{pid} runs: {stat}"
        );
    }
    text.lines().count()
}

// Case 96. Approval is that of a whole repository, named on the command line or outside of it in every run: a definition
// cannot be edited after it, as nothing is remembered.
#[test]
fn nothing_starts_in_a_repository_nobody_has_named() {
    let repo = shop("");
    let other = tempfile::tempdir().unwrap();
    for trust in [None, Some(other.path())] {
        let outcome = probe(&repo, trust, &["--output", "never.json"]);
        let (code, said) = outcome.failure();
        assert_eq!(code, Some(2), "{said}");
        assert!(
            said.contains("probe::serve") && said.contains("--trust"),
            "{said}"
        );
    }
    for command in ["scan", "gate", "trend"] {
        let mut command = quality(&[command]);
        command.arg(repo.path()).arg("--no-cache");
        finish(command);
    }
    assert_eq!(started(&repo), 0);
}

#[test]
fn each_first_answer_is_that_of_a_fresh_process_and_counts_once_it_is_imported() {
    let repo = shop("ready = { log = 'the shop is open' }\nruns = 3");
    let place = repo.path().join("out/probe.json");
    let place = place.to_str().unwrap();
    let outcome = probe(
        &repo,
        Some(repo.path()),
        &["--runs", "2", "--output", place],
    );
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let text = outcome.text();
    assert!(
        text.contains("GET /orders ") && text.contains("process-cold, not machine-cold"),
        "{text}"
    );
    let results: Value = serde_json::from_slice(&fs::read(place).unwrap()).unwrap();
    let endpoints = results["endpoints"].as_array().unwrap();
    assert_eq!(endpoints.len(), 1, "what has parameters is not asked");
    let measured = &endpoints[0];
    assert_eq!(
        (&measured["endpoint"], &measured["runs"]),
        (&"GET /orders".into(), &2.into())
    );
    let of = |key: &str| measured[key].as_u64().unwrap();
    assert!(of("min_us") <= of("median_us") && of("median_us") <= of("max_us"));
    assert_eq!(results["commit"].as_str().map(str::len), Some(40));
    assert_eq!(started(&repo), 4);

    let report = finish(scan(repo.path(), &["--format", "json"])).report();
    assert_eq!(report.share("fast-endpoints"), (Some(1), Some(1)));
    assert_eq!(started(&repo), 4);
}

#[test]
fn a_wrong_status_is_a_failure_and_no_fast_answer() {
    let repo = shop("endpoints = [{ path = '/orders' }, { name = 'no', path = '/broken' }]");
    let place = repo.path().join("out/probe.json");
    let outcome = probe(
        &repo,
        Some(repo.path()),
        &["--output", place.to_str().unwrap()],
    );
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    assert!(
        outcome
            .text()
            .contains("failed: status 500, 200 to 299 is expected"),
        "{}",
        outcome.text()
    );
    let results: Value = serde_json::from_slice(&fs::read(place).unwrap()).unwrap();
    assert_eq!(results["endpoints"][0]["runs"], 5);
    assert_eq!(results["endpoints"][1]["runs"], 1);
    assert_eq!(results["endpoints"][1]["median_us"], Value::Null);
    assert_eq!(started(&repo), 12);
}

#[test]
fn what_ends_before_it_is_ready_is_told_with_its_last_words() {
    let mut repo = shop("");
    let definition = "extends = 'builtin'\n[probe]\nenv = { P = '{port}' }\nendpoints = [{ path = '/' }]\n\
        command = ['sh', '-c', 'echo no database; exit 3']\n";
    repo.commit(Commit::new("Break (#2)", 2).write("quality.toml", definition));
    repo.check_out();
    let outcome = probe(&repo, Some(repo.path()), &[]);
    let (code, said) = outcome.failure();
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("ended before it was ready\n  | no database\n"),
        "{said}"
    );
}

#[test]
fn an_interrupted_probe_leaves_nothing_running() {
    let repo = shop("endpoints = [{ path = '/interrupt' }]");
    let mut command = quality(&["probe", "--trust"]);
    let status = command
        .arg(repo.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.signal(), Some(2));
    assert_eq!(started(&repo), 2);
}
