//! What README and `--help` show can be typed: every command runs, every definition is read.

use std::fs;
use std::path::Path;

use clap::{CommandFactory as _, Parser as _};
use quality::cli::Cli;
use quality::definition::parse;

use super::repositories::{Commit, Repo};
use super::stage::{finish, git, quality};

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The blocks of code in a language, each with its text.
fn blocks(language: &str) -> Vec<String> {
    let text = readme();
    let mut blocks = Vec::new();
    let mut parts = text.split("\n```");
    parts.next();
    while let Some(block) = parts.next() {
        let (found, body) = block.split_once('\n').unwrap_or((block, ""));
        if found == language {
            blocks.push(format!("{body}\n"));
        }
        parts.next();
    }
    blocks
}

/// The words of a command as a shell takes them, without a comment and without where its output goes.
fn words(line: &str) -> Vec<String> {
    let line = line.split(" #").next().unwrap();
    let line = line.split(" > ").next().unwrap();
    let line = line.split(" >> ").next().unwrap();
    let line = line.replace("${{ github.base_ref }}", "main");
    let words = line.split_whitespace();
    words
        .map(|word| word.trim_matches('\'').to_owned())
        .collect()
}

/// A repository that has what the examples name.
fn repository() -> Repo {
    let mut repo = Repo::new();
    let first = Commit::new("Begin (#1)", 1)
        .write("src/api/orders.py", "def total(x):\n    return x\n")
        .write(
            "src/api/users.py",
            "def name(x: int) -> int:\n    return x\n",
        )
        .write("vendor/lib.py", "def v(x):\n    return x\n")
        .write("CODEOWNERS", "/src/ @acme/web\n");
    repo.commit(first);
    repo.commit(
        Commit::new("More (#2)", 2).write("src/web.py", "def page(x: int) -> int:\n    return x\n"),
    );
    repo.check_out();
    for branch in ["main", "release"] {
        let name = format!("refs/remotes/origin/{branch}");
        git(repo.path(), &["update-ref", &name, "HEAD~1"]);
    }
    repo
}

#[test]
fn every_command_of_the_readme_runs() {
    let repo = repository();
    let place = tempfile::tempdir().unwrap();
    let mut count = 0;
    let text = [blocks("console"), blocks("yaml")].concat().concat();
    for line in text.lines() {
        let line = line.trim_start_matches("- run: ");
        if !line.starts_with("quality ") {
            continue;
        }
        let words = words(line);
        let mut command = quality(&words[1..]);
        command
            .current_dir(repo.path())
            .env("QUALITY_CACHE_DIR", place.path().join("cache"));
        let outcome = finish(command);
        assert!(
            matches!(outcome.code, Some(0 | 1 | 3)),
            "{line}: {:?} {}",
            outcome.code,
            outcome.stderr
        );
        count += 1;
    }
    assert!(count > 25, "only {count} commands");
}

#[test]
fn every_definition_of_the_readme_is_read() {
    let mut count = 0;
    for block in blocks("toml") {
        let text = match block.contains("version = 1") {
            true => block,
            false => format!("version = 1\nextends = \"builtin\"\n{block}"),
        };
        let read = parse(text.as_bytes(), "README.md");
        assert!(read.is_ok(), "{text}\n{}", read.unwrap_err());
        count += 1;
    }
    assert!(count > 4, "only {count} definitions");
}

#[test]
fn every_example_of_the_help_can_be_typed() {
    let mut count = 0;
    for subcommand in Cli::command().get_subcommands_mut() {
        let help = subcommand.render_long_help().to_string();
        for line in help
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("quality "))
        {
            // What stands behind two blanks is about it.
            let command = line.split("  ").next().unwrap();
            let command = format!("quality {command}");
            let read = Cli::try_parse_from(words(&command));
            assert!(read.is_ok(), "{command}: {}", read.unwrap_err());
            count += 1;
        }
    }
    assert!(count > 20, "only {count} examples");
}
