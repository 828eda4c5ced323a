//! Names the versions of what is remembered between runs: fingerprints of the source text that makes it.
//!
//! Whole directories are read, so that nobody can forget to name a file: code that changes what is remembered changes the
//! name under which it is looked for, and what was remembered before is not found any more.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// For each kind of knowledge, where the code lies that makes it.
const KINDS: &[(&str, &[&str])] = &[
    (
        "QUALITY_FACTS_VERSION",
        &[
            "src/class.rs",
            "src/classify",
            "src/facts",
            "src/languages",
            "src/survey",
        ],
    ),
    ("QUALITY_CHANGES_VERSION", &["src/git", "src/path.rs"]),
    (
        "QUALITY_RESULTS_VERSION",
        &["src", "Cargo.toml", "Cargo.lock"],
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    // What a file may cost is counted in sizes of memory, and those are another machine's other ones.
    let target = std::env::var("TARGET")?;
    for (name, places) in KINDS {
        let mut files = Vec::new();
        for place in *places {
            println!("cargo:rerun-if-changed={place}");
            collect(Path::new(place), &mut files)?;
        }
        files.sort();
        let mut hasher = Sha256::new_with_prefix(&target);
        for file in files {
            let text = fs::read(&file)?;
            // Names and lengths too, or text could move from file to file unseen.
            let head = format!("{}\0{}\0", file.display(), text.len());
            hasher.update(head.as_bytes());
            hasher.update(&text);
        }
        let digest = hasher.finalize();
        let hex: String = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        println!("cargo:rustc-env={name}={hex}");
    }
    Ok(())
}

fn collect(place: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    if place.is_file() {
        files.push(place.to_path_buf());
        return Ok(());
    }
    // A lock file is not always there.
    if !place.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(place)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}
