//! Measuring for commands that look into the answer: what was found, with everything it follows from.

use std::path::Path;
use std::sync::Arc;

use super::progress::Bar;
use super::{asked, caching, definition, revision};
use crate::cli;
use crate::codebase::Codebase;
use crate::definition::Definition;
use crate::error::Error;
use crate::evaluation::{Evaluation, evaluate};
use crate::evidence::owners::{Owners, PLACES};
use crate::languages;
use crate::report::{Inputs, Matter};
use crate::survey::{self, Ground, Snapshot, Watch};

/// A repository, measured.
pub(super) struct Measured {
    pub ground: Ground,
    pub snapshot: Snapshot,
    pub definition: Definition,
    /// The text of the definition; empty for the built-in one.
    pub text: Vec<u8>,
    /// The file it comes from.
    pub file: Option<String>,
    pub definition_id: String,
    pub codebase: Codebase,
    pub evaluation: Evaluation,
    notes: Vec<String>,
}

impl Measured {
    /// Measures the work tree, or a revision, of the repository around a path.
    pub fn new(
        path: &Path,
        rev: Option<&str>,
        measuring: &cli::Measuring,
        ascii: bool,
        watch: &Arc<Watch>,
    ) -> Result<Self, Error> {
        let ground = watch.time("open", || survey::ground(path))?;
        let snapshot = match rev {
            Some(name) => Snapshot::Commit(revision::commit(&ground, name)?),
            None => Snapshot::WorkTree,
        };
        let found = definition::find(measuring.config.as_deref(), &ground, snapshot)?;
        let definition = found.definition;
        let threads = asked::threads(measuring);
        let _bar = Bar::new(watch, ascii);
        let cache = caching::open(&measuring.caching);
        let identify = cache.is_some();
        let inventory =
            survey::inventory(&ground, snapshot, &definition, threads, identify, watch)?;
        if inventory.is_empty() {
            return Err(ground.nothing_scanned(path));
        }
        let memory = cache.and_then(|cache| caching::memory(cache, &ground, &inventory));
        let options = survey::Options {
            watch,
            with_history: !measuring.no_history,
            threads,
            memory: memory.as_ref(),
            carried: None,
        };
        let survey = survey::survey(&ground, &definition, inventory, options)?;
        watch.time("remember", || caching::finish(memory.as_ref()));
        let evaluation = watch.time("evaluate", || {
            evaluate(&definition, &survey.codebase, threads)
        });
        Ok(Self {
            definition_id: definition.fingerprint(languages::VERSIONS),
            codebase: survey.codebase,
            notes: survey.notes,
            text: found.text,
            file: found.file,
            ground,
            snapshot,
            definition,
            evaluation,
        })
    }

    /// Who answers for which files, if a file says so.
    pub fn owners(&self) -> Option<Owners> {
        let mut places = PLACES.iter();
        let index = places.find_map(|place| self.codebase.find_bytes(place.as_bytes()))?;
        let texts = self.ground.texts(self.snapshot, &self.codebase, &[index]);
        Some(Owners::read(texts.get(&index)?))
    }

    /// What a report is made of.
    pub fn inputs(&self) -> Inputs<'_> {
        Inputs {
            definition_id: &self.definition_id,
            codebase: &self.codebase,
            evaluation: &self.evaluation,
        }
    }

    /// What a report is about, narrowed to the directory the path named.
    pub fn matter(&self) -> Matter {
        Matter {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            repository: self.ground.name(),
            source: self.snapshot.word(),
            prefix: self.ground.prefix.as_bytes().to_vec(),
            warnings: self.notes.clone(),
            fail_under: self.definition.gate.fail_under,
            on_unmeasured: self.definition.gate.on_unmeasured,
        }
    }
}
