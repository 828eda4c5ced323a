//! Many commits of one line of work: their files are listed with the directories of the ones before at hand, and all of
//! their contents that are new are read together, whichever commit they belong to.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::reading::{Reader, key_of};
use super::snapshot::Contents;
use super::{Carry, Files, Ground, Inventory, Options, Survey, Watch, history_options, read_all};
use crate::cache::Key;
use crate::definition::Definition;
use crate::error::Error;
use crate::facts::{CodePatterns, Lost};
use crate::git::{self, History, HistoryState, ObjectId, Repository, TreeLister};
use crate::source::{Identified, Listed};

/// Contents that are read together. Threads are started for each such portion, and what they learned can be written
/// behind it.
const PORTION: usize = 512;

/// Lists the files of one commit after the other, and collects what is new in them.
pub struct Past {
    lister: TreeLister,
    unlearned: Unlearned,
    /// What the definition looks for in code, once somebody asked.
    patterns: Option<CodePatterns>,
}

/// Contents that nothing is known of yet, each once.
#[derive(Default)]
pub struct Unlearned {
    keys: HashSet<Key>,
    files: Vec<(Listed, Result<Identified, Lost>)>,
    patterns: CodePatterns,
}

impl Past {
    /// Nothing is listed yet.
    pub fn new(repository: &Repository) -> Self {
        Self {
            lister: TreeLister::new(repository),
            unlearned: Unlearned::default(),
            patterns: None,
        }
    }

    /// Lists the files of a commit. Lines of files in which nothing is measured are not counted. What is in `carry` is not
    /// new. The definition is the same for all commits.
    pub fn inventory(
        &mut self,
        ground: &Ground,
        commit: ObjectId,
        definition: &Definition,
        carry: &Carry,
        watch: &Watch,
    ) -> Result<Inventory, Error> {
        let patterns = self
            .patterns
            .get_or_insert_with(|| definition.code_patterns());
        let patterns = patterns.clone();
        self.unlearned.patterns.clone_from(&patterns);
        let inventory = watch.time("list", || {
            Inventory::of_past(
                ground,
                commit,
                &mut self.lister,
                definition,
                patterns.clone(),
            )
        })?;
        watch.expect(inventory.len());
        let identified = inventory.identified.iter().flatten();
        for (listed, identified) in inventory.files.iter().zip(identified) {
            if let Some(key) = key_of(listed, identified, &patterns)
                && !carry.contains_key(&key)
                && self.unlearned.keys.insert(key)
            {
                let file = (listed.clone(), identified.clone());
                self.unlearned.files.push(file);
            }
        }
        Ok(inventory)
    }

    /// What is new in the commits listed since the last time.
    pub fn unlearned(&mut self) -> Unlearned {
        std::mem::take(&mut self.unlearned)
    }

    /// How much that is.
    pub fn unlearned_count(&self) -> usize {
        self.unlearned.files.len()
    }
}

/// The histories behind some commits, in their order, read one after the other.
pub fn past_histories(
    ground: &Ground,
    definition: &Definition,
    commits: &[ObjectId],
    options: Options<'_>,
) -> Result<Vec<History>, Error> {
    let repository = ground.repository()?;
    if !options.with_history {
        let skipped = |commit: &ObjectId| History {
            head: repository.head_of(*commit).ok(),
            ..History::without(HistoryState::Skipped)
        };
        return Ok(commits.iter().map(skipped).collect());
    }
    let asked = history_options(definition, repository);
    Ok(options.watch.time("history", || match options.memory {
        Some(memory) => memory.histories(repository, &asked, commits),
        None => git::histories(repository, &asked, commits, None),
    }))
}

/// Joins the files of a commit, whose contents should be known by now, with its history.
pub fn past_survey(
    ground: &Ground,
    inventory: Inventory,
    history: History,
    options: Options<'_>,
) -> Result<Survey, Error> {
    let watch = options.watch;
    let files = watch.time("join", || Files::read(ground, inventory, options))?;
    Ok(files.with(history, ground))
}

impl Unlearned {
    /// Reads all of it, or recalls it, and adds what was learned to `carry`. `after` is called behind each portion.
    pub fn learn(
        self,
        ground: &Ground,
        options: Options<'_>,
        carry: &mut Carry,
        mut after: impl FnMut(),
    ) -> Result<(), Error> {
        let contents = Contents::Objects(Arc::clone(ground.repository()?));
        let mut rest = self.files.into_iter().peekable();
        while rest.peek().is_some() {
            let (listed, identified): (Vec<Listed>, Vec<_>) = rest.by_ref().take(PORTION).unzip();
            let listed: Arc<[Listed]> = listed.into();
            let reader = Reader {
                contents: contents.clone(),
                hash: ground.hash_kind(),
                counts_lines: false,
                patterns: self.patterns.clone(),
                carried: None,
                facts: options.memory.map(|memory| Arc::clone(&memory.facts)),
                watch: Arc::clone(options.watch),
                has_moved: Arc::new(AtomicBool::new(false)),
            };
            let order = (0..listed.len()).collect();
            let identified = Arc::new(identified);
            let read = read_all(reader, &listed, Some(&identified), order, options.threads)?;
            carry.extend(read.into_iter().filter_map(|(_, read)| read.known));
            after();
        }
        Ok(())
    }
}
