//! What the code does to data, as far as syntax tells: the ground on which three measures stand.

mod imported;
pub(crate) mod leaving;
pub(crate) mod operations;
pub(crate) mod order;
mod origins;
pub(crate) mod paths;
pub(crate) mod sheet;

use crate::codebase::Codebase;
use crate::codebase::File;
use crate::definition::Data;
use crate::definition::data::chain::ChainPattern;
use crate::definition::data::{Evidence, Library, Switch};
use crate::facts::StepKind;

pub(crate) use imported::Imported;
use operations::Operations;
pub(crate) use origins::is_of;
use sheet::Sheet;

/// Libraries of the definition that the code uses.
#[derive(Debug)]
pub(crate) struct Libraries<'a> {
    used: Vec<&'a Library>,
}

impl<'a> Libraries<'a> {
    /// Those of which some file imports a module.
    pub fn new(imported: &Imported, data: &'a Data) -> Self {
        let is_used = |library: &&Library| {
            library.imports.is_empty() || imported.has_any(&library.languages, &library.imports)
        };
        let used = data.all_libraries().filter(is_used).collect();
        Self { used }
    }

    /// Those that can be met in a file.
    pub fn of(&self, file: &File) -> Vec<&'a Library> {
        let used = self.used.iter().copied();
        used.filter(|library| is_spoken(&library.languages, file))
            .collect()
    }

    /// Their names.
    pub fn names(&self) -> Vec<&'a str> {
        self.used
            .iter()
            .map(|library| library.name.as_str())
            .collect()
    }

    /// Whether reads may go to replicas, and what shows it.
    pub fn replicas(&self, codebase: &Codebase, data: &Data) -> Option<String> {
        match data.replicas {
            Switch::On => Some("the definition says so".to_owned()),
            Switch::Off => None,
            Switch::Auto => self.evidence(codebase, |library| &library.replicas),
        }
    }

    /// Whether each request runs in one transaction, and what shows it.
    pub fn per_request(&self, codebase: &Codebase, data: &Data) -> Option<String> {
        match data.request_transactions {
            Switch::On => Some("the definition says so".to_owned()),
            Switch::Off => None,
            Switch::Auto => self.evidence(codebase, |library| &library.per_request),
        }
    }

    /// The first sign in the code, with its place.
    fn evidence(
        &self,
        codebase: &Codebase,
        wanted: impl Fn(&'a Library) -> &'a Vec<Evidence>,
    ) -> Option<String> {
        for (index, file) in codebase.indexed() {
            let Some(facts) = file
                .facts()
                .filter(|_| file.class == crate::class::Class::Code)
            else {
                continue;
            };
            let libraries = self.of(file);
            let signs: Vec<&Evidence> = libraries.into_iter().flat_map(&wanted).collect();
            if signs.is_empty() {
                continue;
            }
            let path = file.path.to_str();
            for sign in &signs {
                if let Evidence::Import(module) = sign
                    && let Some(import) = facts.imports.iter().find(|import| is_of(import, module))
                {
                    return Some(format!("`{module}` in {path}:{}", import.line));
                }
            }
            let sheet = Sheet::new(index, facts);
            if let Some(sign) = sign_in(&sheet, &signs) {
                return Some(format!("{sign} in {path}"));
            }
        }
        None
    }
}

fn sign_in(sheet: &Sheet, signs: &[&Evidence]) -> Option<String> {
    for step in &sheet.steps {
        if let StepKind::Setting(name) = &step.kind {
            let is_wanted =
                |sign: &&Evidence| matches!(sign, Evidence::Setting(wanted) if wanted == name);
            if signs.iter().any(is_wanted) {
                return Some(format!("`{name}`"));
            }
        }
    }
    let patterns: Vec<&ChainPattern> = signs
        .iter()
        .filter_map(|sign| match sign {
            Evidence::Call(pattern) => Some(pattern),
            _ => None,
        })
        .collect();
    if patterns.is_empty() {
        return None;
    }
    sheet.ends_of_chains().find_map(|end| {
        let chain = sheet.chain(end);
        let found = patterns.iter().find_map(|pattern| pattern.find(&chain))?;
        let line = sheet.call(end)?.call.line;
        Some(format!("`{}` on line {line}", chain[found.last].name))
    })
}

/// Most candidates written out beside a number.
const MOST_CANDIDATES: usize = 10;

/// Candidates as notes beside the number: the first few, and how many more there are.
pub(crate) fn note_candidates(notes: &mut Vec<String>, candidates: &[String]) {
    let shown = candidates.iter().take(MOST_CANDIDATES);
    notes.extend(shown.map(|candidate| format!("candidate: {candidate}")));
    if let Some(more) = candidates.len().checked_sub(MOST_CANDIDATES + 1) {
        notes.push(format!("and {} more candidates", more + 1));
    }
}

/// Whether a description is about files of this language.
pub(crate) fn is_spoken(languages: &[String], file: &File) -> bool {
    file.language.is_some_and(|language| {
        languages.is_empty() || languages.iter().any(|name| name == language.name())
    })
}

/// A file's steps and what they do to data.
pub(crate) fn operations<'l>(
    sheet: &Sheet,
    file: &File,
    libraries: &Libraries<'l>,
) -> Operations<'l> {
    Operations::new(sheet, &libraries.of(file))
}
