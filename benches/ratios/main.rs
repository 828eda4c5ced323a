//! How far from the limit: `quality` beside a bare parse, `git status`, `git log` and its peers, as whole processes, in turn.
//!
//! `cargo bench --bench ratios -- REPOSITORY… [--runs N]` prints medians and their ratios for each repository. All is done in
//! a clone beside it, so that nothing of it is touched. Programs that are not installed are left out.

mod bare_parse;
mod past;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// As in the program itself. A bare parse allocates in C, and so on the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PROGRAM: &str = env!("CARGO_BIN_EXE_quality");
const THREADS: usize = 2;
const RUNS: usize = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        // This program is also the limits it compares with, each as a process of its own.
        Some("--bare-parse") => {
            let root = PathBuf::from(&arguments[1]);
            bare_parse::parse(&root, &tracked(&root), THREADS);
        }
        Some("--bare-contents") => {
            let directory = PathBuf::from(&arguments[1]);
            bare_parse::parse(&directory, &past::files(&directory), THREADS);
        }
        Some("--history") => history(Path::new(&arguments[1])),
        _ => compare_all(&arguments),
    }
}

fn compare_all(arguments: &[String]) {
    let mut runs = RUNS;
    let mut repositories = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--runs" => runs = rest.next().and_then(|n| n.parse().ok()).unwrap_or(RUNS),
            // What cargo adds.
            "--bench" => {}
            path => repositories.push(PathBuf::from(path)),
        }
    }
    if repositories.is_empty() {
        println!("ratios: name repositories to measure: cargo bench --bench ratios -- PATH …");
    }
    for repository in repositories {
        compare(&repository, runs);
    }
}

/// A clone to measure in, and a cache of its own.
struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn new(repository: &Path) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = Self { directory };
        let cloned = Command::new("git")
            .args(["clone", "--quiet", "--shared"])
            .arg(repository.canonicalize().unwrap())
            .arg(place.root())
            .status();
        assert!(
            cloned.unwrap().success(),
            "{} cannot be cloned",
            repository.display()
        );
        // Files as young as the index would have to be read by everybody.
        std::thread::sleep(Duration::from_secs(1));
        place.run(&mut place.git(&["status"]));
        place
    }

    fn root(&self) -> PathBuf {
        self.directory.path().join("clone")
    }

    fn cache(&self) -> PathBuf {
        self.directory.path().join("cache")
    }

    fn git(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(self.root()).args(arguments);
        command
    }

    fn scan(&self, options: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .arg("scan")
            .arg(self.root())
            .args(["--threads", "2"])
            .args(options);
        command.arg("--cache-dir").arg(self.cache());
        command
    }

    fn cold(&self, options: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.arg("scan").arg(self.root());
        command.args(["--threads", "2", "--no-cache"]).args(options);
        command
    }

    fn own(&self, what: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(what).arg(self.root());
        command
    }

    fn run(&self, command: &mut Command) -> Duration {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let begun = Instant::now();
        command.status().unwrap();
        begun.elapsed()
    }

    fn said(&self, command: &mut Command) -> String {
        let output = command.output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr)
    }
}

/// Medians of processes run in turn, so that what disturbs one disturbs all.
fn medians(place: &Place, runs: usize, sides: &[&dyn Fn() -> Vec<Command>]) -> Vec<f64> {
    let mut times = vec![Vec::new(); sides.len()];
    // The first round warms what the system caches.
    for round in 0..=runs {
        for (side, times) in sides.iter().zip(&mut times) {
            let spent: Duration = side().iter_mut().map(|command| place.run(command)).sum();
            if round > 0 {
                times.push(spent.as_secs_f64() * 1_000.0);
            }
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[times.len() / 2]
        })
        .collect()
}

fn compare(repository: &Path, runs: usize) {
    let place = Place::new(repository);
    let files = tracked(&place.root());
    let code = files
        .iter()
        .filter(|file| bare_parse::grammar(file).is_some())
        .count();
    let name = repository
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    println!("\n{name}: {} tracked files, {code} parsed", files.len());
    println!(
        "  {:<34}{:>11}{:>11}  {:>7}  {:<6}",
        "", "quality", "limit", "ratio", "bar"
    );
    let row = |case: &str, limit: &str, medians: &[f64], bar: f64| {
        let ratio = medians[0] / medians[1];
        println!(
            "  {case:<34}{:>8.1} ms{:>8.1} ms  {ratio:>7.2}  ≤ {bar:<4} {limit}",
            medians[0], medians[1]
        );
    };

    let cold = || vec![place.cold(&["--no-history", "--quiet"])];
    let bare = || vec![place.own("--bare-parse")];
    row(
        "cold, no history",
        "bare parse",
        &medians(&place, runs, &[&cold, &bare]),
        1.5,
    );

    let history = || vec![place.own("--history")];
    let from = place.said(&mut place.own("--history"));
    let since = format!("--since={}", from.trim());
    let log = || vec![place.git(&["log", "--name-only", "-M", &since])];
    row(
        "cold history",
        "git log --name-only -M",
        &medians(&place, runs, &[&history, &log]),
        1.0,
    );

    let warm = || vec![place.scan(&["--no-history", "--quiet"])];
    let status = || vec![place.git(&["status"])];
    let warm_time = medians(&place, runs, &[&warm, &status]);
    row("warm, no history", "git status", &warm_time, 2.0);

    let whole = || vec![place.scan(&["--quiet"])];
    let head = || {
        vec![
            place.git(&["status"]),
            place.git(&["cat-file", "commit", "HEAD"]),
        ]
    };
    row(
        "warm, history",
        "git status + head commit",
        &medians(&place, runs, &[&whole, &head]),
        3.0,
    );

    let edited = middling(&place.root(), &files);
    let edit = || {
        let path = place.root().join(&edited);
        let mut text = std::fs::read(&path).unwrap();
        text.push(b'\n');
        std::fs::write(&path, text).unwrap();
        vec![place.scan(&["--no-history", "--quiet"])]
    };
    let edits = medians(&place, runs, &[&edit]);
    row(
        "one file edited, no history",
        "warm, no history",
        &[edits[0], warm_time[0]],
        1.1,
    );

    trend(&place, runs, &row);

    let peak = place.said(&mut place.cold(&["--quiet", "--timings"]));
    let peak = peak
        .rsplit("peak memory ")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned();
    println!("  peak memory of a cold scan with history: {peak}");
    peers(&place, runs);
}

/// Prints one ratio: the case, its limit, the ratios of all runs and the bar.
type Row<'a> = dyn Fn(&str, &str, &[f64], f64) + 'a;

/// Five years by months: cold beside a bare parse of all contents they hold, and once everything is known.
fn trend(place: &Place, runs: usize, row: &Row<'_>) {
    let cache = place.directory.path().join("trend");
    let contents = place.directory.path().join("contents");
    let command = |cache: &Path| {
        let mut command = Command::new(PROGRAM);
        command.arg("trend").arg(place.root());
        command.args(["--since", "5y", "--format", "json", "--threads", "2"]);
        command.arg("--cache-dir").arg(cache);
        command
    };
    let report = command(&cache).output().unwrap();
    let commits = past::commits(&report.stdout);
    let count = past::write_contents(&place.root(), &commits, &contents);
    println!(
        "  five years by months: {} points, {count} contents",
        commits.len()
    );
    let cold = || {
        let _ = std::fs::remove_dir_all(&cache);
        vec![command(&cache)]
    };
    let bare = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--bare-contents").arg(&contents);
        vec![command]
    };
    let times = medians(place, runs, &[&cold, &bare]);
    row("trend, cold", "bare parse of its contents", &times, 1.3);
    let warm = medians(place, runs, &[&|| vec![command(&cache)]]);
    println!("  {:<34}{:>8.1} ms", "trend, warm", warm[0]);
}

/// Programs that look at the same files, if they are installed.
fn peers(place: &Place, runs: usize) {
    let root = place.root();
    let root = root.to_str().unwrap();
    let rows: [(&str, &[&str]); 5] = [
        ("scc", &[root]),
        ("tokei", &[root]),
        ("lizard", &["-t", "2", root]),
        ("radon", &["cc", "-s", root]),
        ("ruff", &["check", "--no-cache", "--exit-zero", root]),
    ];
    let mut found = Vec::new();
    for (program, arguments) in rows {
        let is_here = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if is_here.is_ok() {
            let command = || {
                let mut command = Command::new(program);
                command.args(arguments);
                vec![command]
            };
            let median = medians(place, runs.min(3), &[&command])[0];
            found.push(format!("{program} {median:.0} ms"));
        }
    }
    if !found.is_empty() {
        println!("  beside: {}", found.join(", "));
    }
}

/// The file of code in the middle by size: what an ordinary edit touches.
fn middling(root: &Path, files: &[PathBuf]) -> PathBuf {
    let mut sizes: Vec<(u64, &PathBuf)> = files
        .iter()
        .filter(|file| bare_parse::grammar(file).is_some())
        .filter_map(|file| Some((root.join(file).metadata().ok()?.len(), file)))
        .filter(|(size, _)| *size > 0)
        .collect();
    sizes.sort();
    sizes[sizes.len() / 2].1.clone()
}

fn tracked(root: &Path) -> Vec<PathBuf> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["ls-files", "-z"])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(PathBuf::from)
        .collect()
}

/// Reads the history of a repository, as a scan does beside its files.
fn history(root: &Path) {
    use quality::git::{Discovery, HistoryOptions, Repository, history};
    if let Discovery::Found(repository) = Repository::discover(root) {
        let history = history(&repository, &HistoryOptions::default(), None);
        // The window may have been extended back: the limit is to read the same stretch.
        println!("{}", history.window.from);
    }
    // The program leaves like this too.
    std::process::exit(0);
}
