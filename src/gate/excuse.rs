//! Excuses: what is judged worse without having become worse.

use super::transition::Follower;
use crate::codebase::maps::Set;
use crate::codebase::{Codebase, FileIndex};
use crate::definition::Measure;
use crate::measures::{Reading, Subject};

impl Follower<'_> {
    /// Whether a subject is judged worse only because of where it, or its code, lies now, or how it is laid out.
    pub(super) fn is_excused(&self, reading: &Reading) -> bool {
        let Subject::File(file) = reading.subject else {
            return self.is_only_elsewhere(reading.subject);
        };
        match &self.component.measure {
            Measure::ShortFiles(settings) => {
                self.is_grown_by_moves(file, reading, settings.max_lines)
            }
            Measure::PreferredImports(_) => self.came_with_its_imports(file),
            _ => false,
        }
    }

    /// Whether part of a file moved to another one without becoming something else.
    fn is_only_elsewhere(&self, subject: Subject) -> bool {
        let Some(matched) = self.matched(subject) else {
            return false;
        };
        if !matches!(self.component.measure, Measure::HiddenItems(_)) {
            return matched.has_moved && matched.is_same_text;
        }
        // What is used from the file it was in has to be seen from there. To take off the mark of what is private is
        // somebody's choice.
        let name = name(self.head.codebase, subject);
        let is_marked = |name: Option<&str>| name.is_some_and(|name| name.starts_with('_'));
        is_marked(self::name(self.base.codebase, matched.was)) == is_marked(name)
            && (matched.has_moved || self.is_used_by_what_left(matched.was, subject, name))
    }

    /// Whether something that lay in one file with an item lies in another one now and imports it.
    fn is_used_by_what_left(&self, was: Subject, now: Subject, name: Option<&str>) -> bool {
        let Some((was, now)) = was.file().zip(now.file()) else {
            return false;
        };
        let mut others = self.matching.heirs(was).filter(|heir| *heir != now);
        others.any(|heir| {
            let facts = self.head.codebase.file(heir).facts();
            let mut imports = facts.into_iter().flat_map(|facts| &facts.imports);
            imports.any(|import| import.name.as_deref() == name)
        })
    }

    /// Whether a file is too long, or longer, because lines moved into it or were broken, and not by new ones.
    fn is_grown_by_moves(&self, file: FileIndex, reading: &Reading, most: u32) -> bool {
        let lineage = self.matching.lineage(file);
        let origins = self.matching.origins(file);
        let known = lineage.was.map(Subject::File);
        let before = known.and_then(|was| self.readings.get(&was));
        let before = before.map_or(0, |reading| reading.of);
        // New comments are no new code.
        let comments = |codebase: &Codebase, file: FileIndex| {
            let facts = codebase.file(file).facts();
            facts.map_or(0, |facts| u64::from(facts.lines.comment))
        };
        let commented = lineage
            .was
            .map_or(0, |was| comments(self.base.codebase, was));
        let commented = comments(self.head.codebase, file).saturating_sub(commented);
        let grown = u64::try_from(origins.growth).unwrap_or(0);
        let grown = grown.saturating_sub(commented);
        let bar = before.max(u64::from(most));
        grown == 0 || (reading.of.saturating_sub(grown) > bar && before + grown <= bar)
    }

    /// Whether a file uses a library only because code that used it before moved there.
    fn came_with_its_imports(&self, file: FileIndex) -> bool {
        let lineage = self.matching.lineage(file);
        let origins = self.matching.origins(file);
        let files = origins.files.iter().map(|(file, _)| *file);
        let from: Set<FileIndex> = files
            .chain(lineage.sources.iter().copied())
            .filter(|source| lineage.was != Some(*source))
            .collect();
        let was_bad = |file: &FileIndex| {
            let reading = self.readings.get(&Subject::File(*file));
            reading.is_some_and(|reading| reading.gap() > 0)
        };
        if from.iter().any(was_bad) {
            return true;
        }
        let origins = from.iter().chain(&lineage.was);
        let known: Set<&str> = origins
            .flat_map(|source| libraries(self.base.codebase, *source))
            .collect();
        let has_moved = lineage.is_renamed || !from.is_empty();
        has_moved && libraries(self.head.codebase, file).all(|module| known.contains(module))
    }
}

/// The modules a file imports, but for those it names by where they lie.
fn libraries(codebase: &Codebase, file: FileIndex) -> impl Iterator<Item = &str> {
    let facts = codebase.file(file).facts();
    let imports = facts.into_iter().flat_map(|facts| &facts.imports);
    let modules = imports.map(|import| &*import.module);
    modules.filter(|module| {
        let first = module.split("::").next();
        !module.starts_with('.') && !matches!(first, Some("crate" | "self" | "super"))
    })
}

/// The name of an item.
fn name(codebase: &Codebase, subject: Subject) -> Option<&str> {
    match subject {
        Subject::Item(file, at) => {
            let item = codebase.file(file).facts()?.items.get(at as usize)?;
            Some(&item.name)
        }
        _ => None,
    }
}
