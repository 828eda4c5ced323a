//! The stage for one run of the program: a directory with files, a clean environment, and what came out.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// No run takes nearly as long, on any machine; a hang does.
const LIMIT: Duration = Duration::from_secs(180);

/// The program.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_quality");

/// A directory named `work` in a place of its own.
pub struct Stage {
    place: TempDir,
}

/// How a run ended and what it said.
pub struct Outcome {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Stage {
    /// An empty directory.
    pub fn new() -> Self {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("work")).unwrap();
        Self { place }
    }

    /// A directory with these files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let stage = Self::new();
        for (path, content) in files {
            stage.write(path, content);
        }
        stage
    }

    /// The directory that is scanned.
    pub fn path(&self) -> PathBuf {
        self.place.path().join("work")
    }

    /// A place beside it, for what must not be scanned.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Adds a file, and the directories above it.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Makes it a repository without a commit.
    pub fn make_repository(&self) {
        self.write(".git/HEAD", "ref: refs/heads/main\n");
        for directory in ["objects", "refs"] {
            fs::create_dir_all(self.path().join(".git").join(directory)).unwrap();
        }
    }

    /// Adds a pipe that nobody writes to.
    pub fn pipe(&self, path: &str) {
        let made = Command::new("mkfifo")
            .arg(self.path().join(path))
            .status()
            .unwrap();
        assert!(made.success());
    }

    /// Adds a symbolic link.
    pub fn link(&self, path: &str, target: impl AsRef<Path>) {
        std::os::unix::fs::symlink(target, self.path().join(path)).unwrap();
    }

    /// `quality scan` of the directory.
    pub fn scan(&self, options: &[&str]) -> Outcome {
        finish(scan(&self.path(), options))
    }

    /// The report of a scan that went well and said nothing beside it.
    pub fn report(&self, options: &[&str]) -> Report {
        let bytes = self.bytes(options);
        Report(serde_json::from_slice(&bytes).unwrap())
    }

    /// The bytes of that report.
    pub fn bytes(&self, options: &[&str]) -> Vec<u8> {
        let outcome = self.scan(&[&["--format", "json"], options].concat());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
        outcome.stdout
    }
}

/// `quality scan` of a path.
pub fn scan(path: &Path, options: &[&str]) -> Command {
    let mut command = quality(&["scan"]);
    command.arg(path).args(options);
    command
}

/// The program with these arguments and nothing else around it.
pub fn quality<A: AsRef<OsStr>>(arguments: &[A]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().args(arguments);
    command
}

/// A line of shell in which `"$@"` is the program with these arguments.
pub fn shell(line: &str, command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.env_clear().args(["-c", line, "sh"]);
    shell.arg(command.get_program()).args(command.get_args());
    shell
}

/// Git, without anybody's settings, in a directory.
pub fn git(directory: &Path, arguments: &[&str]) {
    let outcome = Command::new("git")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .current_dir(directory)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        outcome.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&outcome.stderr)
    );
}

/// Runs to the end.
pub fn finish(command: Command) -> Outcome {
    finish_into(command, Stdio::piped())
}

/// Runs to the end, with a standard output of one's own.
pub fn finish_into(mut command: Command, stdout: Stdio) -> Outcome {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (sender, ended) = mpsc::channel();
    let drain = |pipe: Option<Box<dyn Read + Send>>| {
        let sender = sender.clone();
        thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut pipe) = pipe {
                pipe.read_to_end(&mut bytes).unwrap();
            }
            sender.send(()).unwrap();
            bytes
        })
    };
    let stdout = drain(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let stderr = drain(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    // Both pipes are closed when the program is gone.
    for _ in 0..2 {
        if ended.recv_timeout(LIMIT).is_err() {
            child.kill().unwrap();
            panic!("{command:?} hangs");
        }
    }
    Outcome {
        code: child.wait().unwrap().code(),
        stdout: stdout.join().unwrap(),
        stderr: String::from_utf8(stderr.join().unwrap()).unwrap(),
    }
}

impl Outcome {
    /// Standard output as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// The report on standard output.
    pub fn report(&self) -> Report {
        Report(serde_json::from_slice(&self.stdout).unwrap())
    }

    /// Exit code and standard error of a run that gave no result.
    pub fn failure(&self) -> (Option<i32>, &str) {
        assert_eq!(self.text(), "");
        (self.code, &self.stderr)
    }
}

/// A JSON report.
#[derive(Debug, PartialEq)]
pub struct Report(pub Value);

impl Report {
    /// A component of the whole.
    pub fn component(&self, id: &str) -> &Value {
        component(&self.0, id).unwrap_or_else(|| panic!("no component {id}"))
    }

    /// `good` and `of` of a component.
    pub fn share(&self, id: &str) -> (Option<u64>, Option<u64>) {
        let component = self.component(id);
        (component["good"].as_u64(), component["of"].as_u64())
    }

    /// Everything that can be compared between two reports of the same code: all but names of places and commits.
    pub fn numbers(&self) -> Value {
        let mut value = self.0.clone();
        value["repository"] = Value::Null;
        value
    }

    /// A scope by kind and name.
    pub fn scope(&self, kind: &str, name: &str) -> Option<&Value> {
        self.0["scopes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|scope| scope["kind"] == kind && scope["name"] == name)
    }

    /// Paths of lost files by reason.
    pub fn lost(&self) -> BTreeMap<String, Vec<String>> {
        let lost = self.0["lost"].as_array().unwrap().iter();
        lost.map(|lost| {
            let paths = lost["paths"].as_array().unwrap().iter();
            let paths = paths.map(|path| path["path"].as_str().unwrap().to_owned());
            (lost["reason"].as_str().unwrap().to_owned(), paths.collect())
        })
        .collect()
    }

    /// Files and lines left out by class.
    pub fn excluded(&self, class: &str) -> (u64, u64) {
        let excluded = self.0["excluded"].as_array().unwrap().iter();
        excluded
            .filter(|excluded| excluded["class"] == class)
            .fold((0, 0), |sum, excluded| {
                (
                    sum.0 + excluded["files"].as_u64().unwrap(),
                    sum.1 + excluded["lines"].as_u64().unwrap(),
                )
            })
    }

    /// Whether a note contains this text.
    pub fn notes(&self, text: &str) -> bool {
        let notes = self.0["notes"].as_array().unwrap().iter();
        notes
            .filter_map(|note| note.as_str())
            .any(|note| note.contains(text))
    }
}

/// A component in a list of them.
pub fn component<'a>(value: &'a Value, id: &str) -> Option<&'a Value> {
    let mut components = value["components"].as_array().unwrap().iter();
    components.find(|component| component["id"] == id)
}
