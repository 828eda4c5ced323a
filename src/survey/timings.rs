//! Timings of endpoints: the reports the definition names, read where they lie.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::Ground;
use super::snapshot::{Snapshot, Tree};
use crate::definition::settings::FastEndpoints;
use crate::definition::{Definition, Measure, TimingImport};
use crate::evidence::timings::{self, MAX_REPORT_BYTES, Report, Timings};
use crate::facts::Lost;
use crate::path::RepoPath;
use crate::source;

/// The bytes of reports, as they were found.
#[derive(Default)]
pub(super) struct TimingReports {
    found: Vec<Found>,
}

struct Found {
    import: TimingImport,
    written: Option<i64>,
    /// None for one that is not there.
    bytes: Result<Option<Vec<u8>>, Lost>,
}

impl TimingReports {
    /// Those a definition names: of the work tree as they lie on disk, of another state what git holds of them.
    pub fn look(ground: &Ground, snapshot: Snapshot, definition: &Definition) -> Self {
        let mut found: Vec<Found> = Vec::new();
        for component in definition.enabled() {
            let Measure::FastEndpoints(FastEndpoints { import, .. }) = &component.measure else {
                continue;
            };
            for import in import {
                if found.iter().all(|found| found.import != *import) {
                    found.push(Found::read(ground, snapshot, import));
                }
            }
        }
        Self { found }
    }

    /// What they say.
    pub fn timings(&self) -> Timings {
        let reports = self.found.iter().map(|found| Report {
            import: found.import.clone(),
            written: found.written,
            timings: match &found.bytes {
                Ok(Some(bytes)) => timings::read(&found.import, bytes),
                Ok(None) | Err(Lost::Vanished) => Err("it is not there".to_owned()),
                Err(Lost::TooLarge) => Err("it is larger than 32 MiB".to_owned()),
                Err(lost) => Err(format!("it cannot be read ({})", lost.key())),
            },
        });
        Timings {
            reports: reports.collect(),
        }
    }

    /// Adds all that is known of them to a digest.
    pub fn digest(&self, digest: &mut Sha256) {
        for found in &self.found {
            digest.update(format!("{:?} {:?} ", found.import, found.written));
            match &found.bytes {
                Ok(Some(bytes)) => {
                    digest.update((bytes.len() as u64).to_le_bytes());
                    digest.update(bytes);
                }
                other => digest.update(format!("{other:?}")),
            }
        }
    }
}

impl Found {
    fn read(ground: &Ground, snapshot: Snapshot, import: &TimingImport) -> Self {
        let path = Path::new(&import.path);
        let (bytes, written) = match snapshot {
            Snapshot::WorkTree => {
                let place = RepoPath::from(import.path.as_str());
                match source::read_beside(&ground.root, &place, MAX_REPORT_BYTES) {
                    Some(beside) => (beside.bytes.map(Some), beside.modified),
                    None => (Ok(None), None),
                }
            }
            Snapshot::Staged | Snapshot::Commit(_) => {
                let tree = Tree::of(ground, snapshot).map_err(|_| Lost::Unreadable);
                (
                    tree.and_then(|tree| tree.read(path, MAX_REPORT_BYTES)),
                    None,
                )
            }
        };
        Self {
            import: import.clone(),
            written,
            bytes,
        }
    }
}
