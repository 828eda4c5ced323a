//! Finding the cache a command may use. Without one everything works, and takes longer.

use std::path::{Path, PathBuf};

use crate::cache::{self, Cache, Contents, Refusal};
use crate::cli;
use crate::definition::Definition;
use crate::error::{Error, Exit, shown};
use crate::git::ObjectId;
use crate::survey::{self, Ground, Inventory, Memory, Snapshot, Watch};

use super::output;

/// Why a cache inside a repository is refused.
const FOREIGN: &str = "files in it belong to the repository, whose authors could make up facts";

/// The cache, if there is one that can be trusted.
pub(super) fn open(arguments: &cli::Caching) -> Option<Cache> {
    let place = place(arguments)?;
    match Cache::open(&place) {
        Ok(cache) => Some(cache),
        // Nobody asked for a cache where there can be none: `--timings` tells that none was used.
        Err(Refusal::System(_)) if !is_named(arguments) => None,
        Err(refusal) => refused(&place, &refusal.to_string()),
    }
}

/// What this work tree remembers, unless the cache is the work of the repository's authors.
pub(super) fn memory(cache: Cache, ground: &Ground, inventory: &Inventory) -> Option<Memory> {
    if inventory.tracks_below(&ground.root, cache.root()) {
        return refused(cache.root(), FOREIGN);
    }
    Some(Memory::open(cache, ground))
}

/// What is remembered for the past of a work tree, unless the cache is the work of the repository's authors. Nearly always
/// it lies elsewhere, and nothing has to be listed to know that.
pub(super) fn memory_of_past(cache: Cache, ground: &Ground, head: ObjectId) -> Option<Memory> {
    if cache.root().starts_with(&ground.root) {
        let states = [Snapshot::WorkTree, Snapshot::Commit(head)];
        let is_tracked = |snapshot| {
            let definition = Definition::builtin();
            let watch = Watch::default();
            let inventory = survey::inventory(ground, snapshot, &definition, 1, false, &watch);
            inventory.is_ok_and(|inventory| inventory.tracks_below(&ground.root, cache.root()))
        };
        if states.into_iter().any(is_tracked) {
            return refused(cache.root(), FOREIGN);
        }
    }
    Some(Memory::of_past(cache, ground))
}

fn refused<T>(place: &Path, reason: &str) -> Option<T> {
    let place = shown(place);
    output::warn(&format!("the cache {place} is not used: {reason}"));
    None
}

/// Writes what a run has worked out. The result stands without it.
pub(super) fn finish(memory: Option<&Memory>) {
    if let Some(Err(error)) = memory.map(Memory::finish) {
        output::warn(&format!("the cache could not be written: {error}"));
    }
}

/// Where the cache is and what it holds, or why there is none.
pub(super) fn state(arguments: &cli::Caching) -> Result<String, String> {
    if arguments.no_cache {
        return Err("it was switched off with --no-cache".to_owned());
    }
    let place = place(arguments);
    let place =
        place.ok_or("there is no place for it: neither QUALITY_CACHE_DIR nor HOME is set")?;
    let name = shown(&place);
    let refused = |reason: String| format!("{name} is not used: {reason}");
    let cache = Cache::open(&place).map_err(|refusal| refused(refusal.to_string()))?;
    let contents = cache.contents();
    let contents = contents.map_err(|error| refused(error.to_string()))?;
    let (bytes, most) = (size(contents.bytes), size(cache::LIMIT));
    Ok(format!("{name}, {bytes} of at most {most}"))
}

/// Where the cache is to be; none if it is not wanted or there is no place for it.
fn place(arguments: &cli::Caching) -> Option<PathBuf> {
    if arguments.no_cache {
        return None;
    }
    arguments.cache_dir.clone().or_else(cache::default_place)
}

/// Whether a person chose the place.
fn is_named(arguments: &cli::Caching) -> bool {
    arguments.cache_dir.is_some() || std::env::var_os(cache::ENVIRONMENT).is_some()
}

/// Runs `quality cache`: shows what there is, or removes it.
pub fn run(arguments: &cli::Cache) -> Result<Exit, Error> {
    let place = arguments.cache_dir.clone().or_else(cache::default_place);
    let place = place.ok_or_else(|| Error::Usage {
        message: "there is no place for a cache: neither QUALITY_CACHE_DIR nor HOME is set"
            .to_owned(),
        hint: "name one: quality cache --cache-dir DIR".to_owned(),
    })?;
    let name = shown(&place);
    let failed = |reason: String| Error::Cache {
        path: name.clone(),
        reason,
    };
    let Some(cache) = Cache::existing(&place).map_err(|refusal| failed(refusal.to_string()))?
    else {
        output::to_stdout(&format!("{name}: no cache yet\n"))?;
        return Ok(Exit::Success);
    };
    let text = if arguments.clear {
        let bytes = cache.clear().map_err(|error| failed(error.to_string()))?;
        format!("{name}: {} removed\n", size(bytes))
    } else {
        let contents = cache
            .contents()
            .map_err(|error| failed(error.to_string()))?;
        described(&name, &contents)
    };
    output::to_stdout(&text)?;
    Ok(Exit::Success)
}

fn described(name: &str, contents: &Contents) -> String {
    let mut text = format!(
        "{name}: {} of at most {}\n",
        size(contents.bytes),
        size(cache::LIMIT)
    );
    for shelf in &contents.shelves {
        let entries = if shelf.entries == 1 {
            "entry"
        } else {
            "entries"
        };
        let segments = if shelf.segments == 1 {
            "segment"
        } else {
            "segments"
        };
        text.push_str(&format!(
            "  {:<8} {:>9} {entries} in {} {segments}, {}\n",
            shelf.kind,
            shelf.entries,
            shelf.segments,
            size(shelf.bytes)
        ));
    }
    text
}

/// Bytes as people read them, in powers of 1,024.
pub(super) fn size(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB"];
    let mut scaled = bytes as f64;
    let mut unit = "bytes";
    for larger in units {
        if scaled < 1_024.0 {
            break;
        }
        scaled /= 1_024.0;
        unit = larger;
    }
    if unit == "bytes" {
        format!("{bytes} bytes")
    } else {
        format!("{scaled:.1} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_readable() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(1_023), "1023 bytes");
        assert_eq!(size(1_536), "1.5 KiB");
        assert_eq!(size(1 << 30), "1.0 GiB");
        assert_eq!(size(5 << 40), "5120.0 GiB");
    }
}
