//! Finding the definition that counts: the one named on the command line, the nearest `quality.toml`, or the built-in one.

use std::cell::RefCell;
use std::path::Path;

use crate::definition::{self, Definition};
use crate::error::{Error, shown};
use crate::facts::Lost;
use crate::source;
use crate::survey::{Ground, Snapshot};

/// Largest definition that is read.
const MAX_DEFINITION_BYTES: u64 = (1 << 20) + 1;

/// A definition and where it comes from.
pub(super) struct Found {
    pub definition: Definition,
    /// Its text; empty for the built-in one.
    pub text: Vec<u8>,
    /// The file, below the root of the repository or as it was typed; none for the built-in one.
    pub file: Option<String>,
}

/// The definition for one state of a repository. A file that was named counts whatever the repository holds; otherwise
/// the one that lies nearest in that state does.
pub(super) fn find(
    config: Option<&Path>,
    ground: &Ground,
    snapshot: Snapshot,
) -> Result<Found, Error> {
    if let Some(path) = config {
        let name = shown(path);
        let text = source::safe_read(path, MAX_DEFINITION_BYTES).map_err(|lost| Error::Read {
            path: name.clone(),
            reason: why(&lost).to_owned(),
        })?;
        return Ok(Found {
            definition: definition::parse(&text, &name)?,
            text,
            file: Some(name),
        });
    }
    let text = RefCell::new(Vec::new());
    let kept = |bytes: Vec<u8>| {
        // The search ends at the first file that can be read.
        text.borrow_mut().clone_from(&bytes);
        Some(bytes)
    };
    let found = if snapshot == Snapshot::WorkTree {
        definition::find(&ground.start, &ground.root, |path| {
            Ok(on_disk(path)?.and_then(kept))
        })
    } else {
        let tree = ground.tree(snapshot)?;
        definition::find(&ground.start, &ground.root, |path| {
            let below = path.strip_prefix(&ground.root).unwrap_or(path);
            let bytes = tree.read(below, MAX_DEFINITION_BYTES);
            Ok(bytes.map_err(|lost| why(&lost).to_owned())?.and_then(kept))
        })
    }?;
    let text = text.into_inner();
    Ok(match found {
        Some(found) => {
            let below = found.path.strip_prefix(&ground.root);
            let file = shown(below.unwrap_or(&found.path));
            Found {
                definition: found.definition,
                text,
                file: Some(file),
            }
        }
        None => Found {
            definition: Definition::builtin(),
            text,
            file: None,
        },
    })
}

fn on_disk(path: &Path) -> Result<Option<Vec<u8>>, String> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        _ => {}
    }
    source::safe_read(path, MAX_DEFINITION_BYTES)
        .map(Some)
        .map_err(|lost| why(&lost).to_owned())
}

/// Why a file a person named was not read.
fn why(lost: &Lost) -> &'static str {
    match lost {
        Lost::TooLarge => "it is larger than 1 MiB",
        Lost::Permission => "permission denied",
        Lost::Vanished => "it is a symbolic link, a directory or a special file, or not there",
        Lost::NotFetched => "its object is not in this clone",
        _ => "the system failed to read it",
    }
}
