//! The limit of a cold trend: every content that is code at one of its points, parsed once, and nothing else.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bare_parse;

/// Commits of the points in the JSON of a trend.
pub fn commits(json: &[u8]) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_slice(json).unwrap();
    let points = report["points"].as_array().unwrap().iter();
    points
        .map(|point| point["commit"].as_str().unwrap().to_owned())
        .collect()
}

/// Writes each content that has a grammar at one of these commits into a file of a directory. Returns how many there are.
pub fn write_contents(root: &Path, commits: &[String], into: &Path) -> usize {
    std::fs::create_dir_all(into).unwrap();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for commit in commits {
        let listed = git(root)
            .args(["ls-tree", "-r", "-z", commit])
            .output()
            .unwrap();
        for entry in String::from_utf8_lossy(&listed.stdout).split('\0') {
            let Some((about, path)) = entry.split_once('\t') else {
                continue;
            };
            let path = Path::new(path);
            if about.contains(" blob ") && bare_parse::grammar(path).is_some() {
                let id = about.rsplit(' ').next().unwrap();
                let ending = path.extension().unwrap().to_string_lossy().into_owned();
                names.insert(id.to_owned(), ending);
            }
        }
    }
    let mut reader = git(root)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut asked = reader.stdin.take().unwrap();
    let mut answers = BufReader::new(reader.stdout.take().unwrap());
    for (id, ending) in &names {
        writeln!(asked, "{id}").unwrap();
        asked.flush().unwrap();
        let mut head = String::new();
        answers.read_line(&mut head).unwrap();
        let size: usize = head.trim().rsplit(' ').next().unwrap().parse().unwrap();
        let mut content = vec![0; size + 1];
        answers.read_exact(&mut content).unwrap();
        content.pop();
        std::fs::write(into.join(format!("{id}.{ending}")), content).unwrap();
    }
    drop(asked);
    reader.wait().unwrap();
    names.len()
}

/// The files of a directory.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn git(root: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(root);
    command
}
