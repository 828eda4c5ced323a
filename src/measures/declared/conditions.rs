//! Whether a condition holds of a subject.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::codebase::File;
use crate::codebase::resolve::Resolver;
use crate::definition::declared::{
    Condition, Conditions, Declared, Population, Quantity, Wildcard,
};
use crate::definition::settings::TestedFiles;
use crate::definition::{Entry, EntryKind};
use crate::facts::{Import, ImportKind, Lost, SlotKind};
use crate::measures::preferred_imports::{imports_module, uses_global};
use crate::measures::tested_files::{self, Associations, Strength};
use crate::measures::{Context, View, typed_slots};
use crate::path::RepoPath;

use super::endpoints::{Handlers, is_there};
use super::look::{Look, Thing, within};

/// Judges subjects of one codebase.
pub(super) struct Judge<'c, 'a> {
    context: &'c Context<'a>,
    view: &'c View<'c>,
    settings: &'c Declared,
    /// Made for who asks where an import leads.
    resolver: OnceCell<Resolver<'a>>,
    /// The same for who asks for tests.
    tests: OnceCell<Associations>,
    /// The functions that answer, if endpoints are judged.
    handlers: Handlers<'a>,
}

impl<'c, 'a> Judge<'c, 'a> {
    pub(super) fn new(
        context: &'c Context<'a>,
        view: &'c View<'c>,
        settings: &'c Declared,
    ) -> Self {
        Self {
            context,
            view,
            settings,
            resolver: OnceCell::new(),
            tests: OnceCell::new(),
            handlers: Handlers::new(context, view, settings),
        }
    }

    /// Whether an answer rests on names that were resolved.
    pub(super) fn resolves(&self) -> bool {
        if self.settings.population == Population::Endpoint {
            return true;
        }
        let mut conditions = self
            .settings
            .subjects
            .all()
            .chain(self.settings.passes.all());
        conditions.any(|condition| matches!(condition, Condition::To(..) | Condition::HasTests(_)))
    }

    /// Whether a file that nobody could look into may hold subjects, as far as its place and language tell.
    pub(super) fn may_hold(&self, file: &File) -> bool {
        self.settings
            .subjects
            .iter()
            .all(|condition| match condition {
                Condition::Language(_) | Condition::Paths(_) | Condition::Except(_) => {
                    holds_of_file(file, condition)
                }
                _ => true,
            })
    }

    /// The functions that answer.
    pub(super) fn handlers(&self) -> &Handlers<'a> {
        &self.handlers
    }

    /// Whether all conditions hold. Where one does not, it is no matter that another is not known.
    pub(super) fn hold_all(
        &self,
        look: &Look<'a>,
        thing: &Thing<'a>,
        conditions: &Conditions,
    ) -> Result<bool, Lost> {
        let mut lost = None;
        for condition in conditions.iter() {
            match self.holds(look, thing, condition) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(why) => lost = lost.or(Some(why)),
            }
        }
        lost.map_or(Ok(true), Err)
    }

    /// Whether a condition holds. One that says nothing of such a subject holds; no definition has any.
    pub(super) fn holds(
        &self,
        look: &Look<'a>,
        thing: &Thing<'a>,
        condition: &Condition,
    ) -> Result<bool, Lost> {
        if let Thing::Endpoint(_, endpoint) = thing
            && condition.is_of_handler()
        {
            return self.handlers.holds(self, endpoint, condition);
        }
        Ok(match condition {
            Condition::Language(_) | Condition::Paths(_) | Condition::Except(_) => {
                holds_of_file(look.file, condition)
            }
            Condition::Name(names) => is_like(&name(look, thing).unwrap_or_default(), names),
            Condition::Decorators(quantity, names) => {
                let Thing::Function(at, _) = thing else {
                    return Ok(true);
                };
                let is_there = |name: &Wildcard| look.decorators(*at).any(|one| name.matches(one));
                match quantity {
                    Quantity::Any => names.iter().any(is_there),
                    Quantity::All => names.iter().all(is_there),
                    Quantity::None => !names.iter().any(is_there),
                }
            }
            Condition::Imports(quantity, entries) => {
                let found = self.imported(look, condition, entries);
                found.is_empty() == (*quantity == Quantity::None)
            }
            Condition::Calls(quantity, names) => {
                let calls = look.calls(condition, names);
                within(look, &calls, thing).is_empty() == (*quantity == Quantity::None)
            }
            Condition::Code(_, quantity, patterns) => {
                let found = look.matches(condition, patterns)?;
                within(look, &found, thing).is_empty() == (*quantity == Quantity::None)
            }
            Condition::LinesAtMost(most) => look.lines(thing) <= *most,
            Condition::LinesAtLeast(least) => look.lines(thing) >= *least,
            Condition::ComplexityAtMost(most) => match thing {
                Thing::Function(_, function) => function.cognitive <= *most,
                _ => true,
            },
            Condition::ParametersAtMost(most) => parameters(thing) <= *most as usize,
            Condition::Typed(wanted) => match thing {
                Thing::Function(_, function) => {
                    typed_slots::is_typed(self.view, look.file, look.facts, function) == *wanted
                }
                _ => true,
            },
            Condition::Exposure(exposures) => match thing {
                Thing::Item(_, item) => exposures.contains(&item.exposure),
                _ => true,
            },
            Condition::HasTests(wanted) => {
                let tests = self
                    .tests
                    .get_or_init(|| tested_files::levels(self.context, &TestedFiles::default()));
                let is_tested = tests.of(look.index).strength >= Strength::Associated;
                is_tested == *wanted
            }
            // Which subjects there are has been settled.
            Condition::InTests(_) => true,
            Condition::Module(quantity, entries) => {
                let Thing::Import(_, import) = thing else {
                    return Ok(true);
                };
                let names = entries.iter().any(|entry| self.names(look, import, entry));
                names == (*quantity != Quantity::None)
            }
            Condition::To(quantity, globs) => {
                let leads = self.leads_to(look, thing).any(|path| globs.matches(path));
                leads == (*quantity != Quantity::None)
            }
            Condition::Callee(quantity, names) => match thing {
                Thing::Call(_, call) => {
                    is_like(call.callee, names) == (*quantity != Quantity::None)
                }
                _ => true,
            },
            Condition::Method(_) | Condition::Path(_) | Condition::Framework(_) => match thing {
                Thing::Endpoint(_, endpoint) => is_there(endpoint, condition)?,
                _ => true,
            },
            // Of changes, which lie in no file.
            Condition::FilesAtMost(_) => true,
            Condition::AnyOf(several) => {
                let mut lost = None;
                for conditions in several {
                    match self.hold_all(look, thing, conditions) {
                        Ok(true) => return Ok(true),
                        Ok(false) => {}
                        Err(why) => lost = lost.or(Some(why)),
                    }
                }
                return lost.map_or(Ok(false), Err);
            }
            Condition::Not(conditions) => !self.hold_all(look, thing, conditions)?,
        })
    }

    /// Which libraries of a condition a file imports, by their positions.
    pub(super) fn imported(
        &self,
        look: &Look<'a>,
        condition: &Condition,
        entries: &[Entry],
    ) -> Rc<Vec<usize>> {
        look.libraries(condition, || {
            let all = entries.iter().enumerate();
            let found = all.filter(|(_, entry)| self.imports(look, entry));
            found.map(|(at, _)| at).collect()
        })
    }

    /// Whether a file imports a library, as `preferred-imports` sees it.
    fn imports(&self, look: &Look<'a>, entry: &Entry) -> bool {
        match &entry.kind {
            EntryKind::Module { name, except } => look
                .facts
                .imports
                .iter()
                .filter(|import| import.kind != ImportKind::TypeOnly)
                .filter(|import| !import.in_test || self.settings.is_about_tests())
                .any(|import| imports_module(import, name, except)),
            EntryKind::Path(path) => self.resolver().imports_file(look.index, path),
            EntryKind::Global(name) => uses_global(look.facts, name),
        }
    }

    /// Whether an import is one of a library.
    pub(super) fn names(&self, look: &Look<'a>, import: &'a Import, entry: &Entry) -> bool {
        match &entry.kind {
            EntryKind::Module { name, except } => imports_module(import, name, except),
            EntryKind::Path(path) => {
                let thing = Thing::Import(0, import);
                self.leads_to(look, &thing)
                    .any(|to| to.as_bytes() == path.as_bytes())
            }
            EntryKind::Global(_) => false,
        }
    }

    /// The files of this repository that define what is imported, and the one that is named.
    pub(super) fn leads_to(
        &self,
        look: &Look<'a>,
        thing: &Thing<'a>,
    ) -> impl Iterator<Item = &'a RepoPath> + use<'a> {
        let mut files = Vec::new();
        if let Thing::Import(_, import) = thing {
            let resolution = self.resolver().resolve(look.index, import);
            files.extend(resolution.first);
            files.extend(resolution.targets.iter().map(|target| target.file));
            files.sort_unstable();
            files.dedup();
        }
        let codebase = self.context.codebase;
        files.into_iter().map(|file| &codebase.file(file).path)
    }

    fn resolver(&self) -> &Resolver<'a> {
        self.resolver.get_or_init(|| self.context.resolver())
    }
}

/// Whether a condition about place or language holds of a file.
fn holds_of_file(file: &File, condition: &Condition) -> bool {
    match condition {
        Condition::Language(names) => {
            let language = file.language.map_or("", |language| language.name());
            names.iter().any(|name| name == language)
        }
        Condition::Paths(globs) => globs.matches(&file.path),
        Condition::Except(globs) => !globs.matches(&file.path),
        _ => true,
    }
}

fn is_like(name: &str, names: &[Wildcard]) -> bool {
    names.iter().any(|wanted| wanted.matches(name))
}

/// What a subject is called; of a file the last part of its path.
pub(super) fn name(look: &Look, thing: &Thing) -> Option<String> {
    match thing {
        Thing::File => Some(String::from_utf8_lossy(look.file.path.file_name()).into_owned()),
        Thing::Function(_, function) => function.name.as_ref().map(ToString::to_string),
        Thing::Item(_, item) => Some(item.name.to_string()),
        Thing::Import(..) | Thing::Call(..) | Thing::Match(..) | Thing::Endpoint(..) => None,
    }
}

/// How many parameters a function has.
pub(super) fn parameters(thing: &Thing) -> usize {
    match thing {
        Thing::Function(_, function) => {
            let slots = function.slots.iter();
            slots
                .filter(|slot| slot.kind == SlotKind::Parameter)
                .count()
        }
        _ => 0,
    }
}
