//! What a measure may look at: a codebase as one component sees it, and what all of them share.

use std::sync::{Arc, OnceLock};

use super::data::{Imported, Libraries};
use super::uses::Uses;
use super::{Measurement, Method, Subject, declared};
use crate::class::Class;
use crate::codebase::endpoints::Endpoint;
use crate::codebase::resolve::{Resolver, Tables};
use crate::codebase::{Codebase, Content, File, FileIndex};
use crate::definition::{Component, Data, Measure};
use crate::facts::{Facts, Lost};
use crate::git::{ChangeUnit, HistoryState};

/// Fewest changes of a window for a number one may rely on.
const FEWEST_CHANGES: usize = 30;

/// Fewest files of a codebase that are worth a second thread.
const FEWEST_FILES: usize = 300;

/// What the measurements of one codebase share.
#[derive(Debug)]
pub struct Context<'a> {
    /// What is measured.
    pub codebase: &'a Codebase,
    /// What the definition says libraries do to data.
    pub data: &'a Data,
    threads: usize,
    /// Made for whoever first resolves an import.
    tables: OnceLock<Arc<Tables<'a>>>,
    /// Found for whoever first asks what is imported.
    imported: OnceLock<Imported<'a>>,
    /// Found for whoever first asks about data.
    libraries: OnceLock<Libraries<'a>>,
    /// Found for whoever first asks what files use of each other.
    uses: OnceLock<Uses<'a>>,
}

impl<'a> Context<'a> {
    /// That of a codebase, measured on so many threads at most. No measurement depends on their number.
    pub fn new(codebase: &'a Codebase, data: &'a Data, threads: usize) -> Self {
        let pays = codebase.files().len() >= FEWEST_FILES;
        Self {
            codebase,
            data,
            threads: if pays { threads.max(1) } else { 1 },
            tables: OnceLock::new(),
            imported: OnceLock::new(),
            libraries: OnceLock::new(),
            uses: OnceLock::new(),
        }
    }

    /// What the codebase answers over HTTP.
    pub fn endpoints(&self) -> &'a [Endpoint] {
        self.codebase.endpoints_by(|| self.resolver())
    }

    /// The libraries for data that the codebase uses.
    pub(crate) fn libraries(&self) -> &Libraries<'a> {
        self.libraries
            .get_or_init(|| Libraries::new(self.imported(), self.data))
    }

    /// What the codebase imports.
    pub(crate) fn imported(&self) -> &Imported<'a> {
        self.imported.get_or_init(|| Imported::new(self.codebase))
    }

    /// What files use of each other. It takes every import of the codebase, so once is enough.
    pub(super) fn uses(&self) -> &Uses<'a> {
        self.uses.get_or_init(|| Uses::new(self))
    }

    /// How many threads may work at once.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// A resolver that remembers nothing yet.
    pub fn resolver(&self) -> Resolver<'a> {
        let tables = self.tables.get_or_init(|| Tables::new(self.codebase));
        Resolver::new(Arc::clone(tables))
    }
}

/// A codebase as one component sees it.
pub struct View<'a> {
    /// All of it.
    pub codebase: &'a Codebase,
    /// Whose paths limit what is judged.
    pub component: &'a Component,
}

impl<'a> View<'a> {
    /// Code files the component is about, with their facts.
    pub fn code(&self) -> impl Iterator<Item = (FileIndex, &'a File, &'a Facts)> + '_ {
        self.codebase.indexed().filter_map(|(index, file)| {
            let facts = file.facts()?;
            (self.judges(file)).then_some((index, file, facts))
        })
    }

    /// Code files the component is about whose facts were lost.
    pub fn lost(&self) -> Vec<(Subject, Lost)> {
        self.codebase
            .indexed()
            .filter(|(_, file)| self.judges(file))
            .filter_map(|(index, file)| match &file.content {
                Content::Lost(lost) => Some((Subject::File(index), lost.clone())),
                _ => None,
            })
            .collect()
    }

    /// Whether a file is code the component is about.
    pub fn judges(&self, file: &File) -> bool {
        let is_its_class = match &self.component.measure {
            Measure::Declared(settings) => declared::is_class_of(settings, file.class),
            _ => file.class == Class::Code,
        };
        is_its_class && file.language.is_some() && self.component.paths.matches(&file.path)
    }

    /// Why history cannot be looked at, if so.
    pub fn without_history(&self) -> Option<Measurement> {
        match &self.codebase.history.state {
            HistoryState::Available => None,
            HistoryState::NotApplicable { reason } => Some(Measurement::NotApplicable {
                reason: reason.clone(),
            }),
            HistoryState::Unavailable { reason, repair } => Some(Measurement::Unavailable {
                reason: reason.clone(),
                repair: repair.clone(),
            }),
            HistoryState::Skipped => Some(Measurement::Unavailable {
                reason: "history was not read".to_owned(),
                repair: Some("run without --no-history".to_owned()),
            }),
        }
    }

    /// Whether the window holds too few changes to rely on.
    pub fn is_thin(&self) -> bool {
        self.codebase.history.changes.len() < FEWEST_CHANGES
    }

    /// How sure readings drawn from changes are.
    pub fn change_method(&self) -> Method {
        match self.codebase.history.unit {
            ChangeUnit::PullRequests => Method::Exact,
            ChangeUnit::Commits => Method::Proxy,
        }
    }
}
