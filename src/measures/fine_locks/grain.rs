//! How fine a lock is, from the path it is taken by and what that is bound to.

use super::{Grain, Room};
use crate::codebase::FileIndex;
use crate::definition::data::Locks;
use crate::definition::data::chain::Segment;
use crate::facts::{Facts, Given, ImportKind, StepKind};
use crate::measures::data::sheet::Sheet;

impl<'a> Room<'a, '_> {
    /// The grain of a lock named by a path; none if the path names no lock.
    pub(super) fn grain(&self, locks: &Locks, path: &[Segment], at: usize) -> Option<Grain> {
        let last = path.last()?;
        let root = path.first()?;
        // The streams of a process are locked to write a line whole.
        let is_stream = |name: &str| {
            let rest = name.strip_prefix("std");
            rest.is_some_and(|rest| ["in", "out", "err"].contains(&rest))
        };
        if path.iter().any(|segment| is_stream(segment.name)) {
            return None;
        }
        let indexed = path.iter().find_map(|segment| segment.index);
        let looks_like_one = |name: &str| {
            let name = name.to_lowercase();
            ["lock", "mutex", "sem", "advisory"]
                .iter()
                .any(|word| name.contains(word))
                && !name.contains("block")
        };
        let is_named_so =
            looks_like_one(last.name) || (!locks.make.is_empty() && self.has_known_take(locks));
        if let Some(index) = indexed {
            return is_named_so.then(|| {
                if index.starts_with(['"', '\'']) {
                    Grain::Coarse(format!("`{}` under a key that is written out", last.name))
                } else {
                    Grain::Fine
                }
            });
        }
        // What a call gives: looked up by what it is given.
        if let Some(call) = path
            .iter()
            .rev()
            .find(|segment| segment.arguments.is_some())
        {
            let is_given = call.arguments.is_some_and(|given| !given.is_empty());
            return is_named_so.then(|| {
                if is_given || path.len() > 1 {
                    Grain::Fine
                } else {
                    Grain::NotProven(format!("which lock `{}()` gives is not known", call.name))
                }
            });
        }
        if matches!(root.name, "self" | "this" | "cls" | "Self") || path.len() > 1 {
            let is_class = matches!(root.name, "cls" | "Self")
                || root.name.starts_with(char::is_uppercase)
                || (root.name == "self" && self.is_of_class(locks, last.name));
            if path.len() == 2 && is_class {
                let made = self.module_lock(locks, &self.sheet, last.name);
                return made.then(|| {
                    Grain::Coarse(format!("`{}` is one for the whole process", last.name))
                });
            }
            // `module.LOCK`: a lock of another file.
            if path.len() == 2 && root.name != "self" && root.name != "this" {
                let written = format!("{}.{}", root.name, last.name);
                if self.is_imported_lock(locks, root.name, Some(last.name)) {
                    return Some(Grain::Coarse(format!(
                        "`{written}` is one for the whole process"
                    )));
                }
            }
            return is_named_so.then_some(Grain::Fine);
        }
        self.grain_of_name(locks, root.name, at, is_named_so)
    }

    /// The grain of a lock that has a plain name.
    fn grain_of_name(
        &self,
        locks: &Locks,
        name: &str,
        at: usize,
        is_named_so: bool,
    ) -> Option<Grain> {
        if let Some(bind) = self.sheet.binding(name, at) {
            let made = self.makes(locks, bind);
            return match (self.sheet.function(bind), made) {
                (None, true) => Some(Grain::Coarse(format!(
                    "`{name}` is one for the whole process"
                ))),
                (None, false) => {
                    is_named_so.then(|| Grain::NotProven(format!("what `{name}` is was not found")))
                }
                (Some(_), true) => Some(Grain::Local),
                (Some(_), false) => {
                    // A lock by a name that is written out, made first and entered later.
                    let call = self.sheet.bound_call(bind)?;
                    let chain = self.sheet.chain(call);
                    let named = locks.named.iter().find_map(|pattern| pattern.find(&chain));
                    match named.and_then(|found| found.key) {
                        Some(_) => Some(Grain::Local),
                        None => is_named_so.then_some(Grain::Fine),
                    }
                }
            };
        }
        if self.is_imported_lock(locks, name, None) {
            return Some(Grain::Coarse(format!(
                "`{name}` is one for the whole process"
            )));
        }
        is_named_so.then(|| Grain::NotProven(format!("`{name}` comes from elsewhere")))
    }

    /// Whether a binding makes a lock.
    fn makes(&self, locks: &Locks, bind: usize) -> bool {
        makes(&self.sheet, &self.locks, bind) || makes(&self.sheet, &[locks], bind)
    }

    /// Whether something of this name is bound to a lock outside of all functions of a file.
    fn module_lock(&self, _: &Locks, sheet: &Sheet, name: &str) -> bool {
        module_lock(sheet, &self.locks, name)
    }

    /// Whether a class binds this name for all of its objects. In JavaScript each object has its own.
    fn is_of_class(&self, locks: &Locks, name: &str) -> bool {
        let own = format!("self.{name}");
        let is_bound =
            |step: &crate::facts::Step| matches!(step.kind, StepKind::Bind(bound) if bound == own);
        if self.sheet.steps.iter().any(is_bound) {
            return false;
        }
        self.file
            .language
            .is_some_and(|language| language.name() == "python")
            && self.module_lock(locks, &self.sheet, name)
    }

    /// Whether the calls that take a lock of this library say so by themselves: Rust's `.lock()`.
    fn has_known_take(&self, locks: &Locks) -> bool {
        locks.languages.iter().any(|language| language == "rust")
    }

    /// Whether a name, or one of a module of that name, is imported from a file that makes a lock of it.
    fn is_imported_lock(&self, _: &Locks, root: &str, member: Option<&str>) -> bool {
        let facts: &'a Facts = self.sheet.facts;
        let imports = facts.imports.iter().filter(|import| {
            let local = import.alias.as_deref().or(import.name.as_deref());
            import.kind != ImportKind::TypeOnly
                && (local == Some(root) || (local.is_none() && import.module.ends_with(root)))
        });
        for import in imports {
            let found = self.resolver.resolve(self.sheet.file, import);
            for target in &found.targets {
                let Some(name) = member.or(target.symbol) else {
                    continue;
                };
                if self.binds_lock(target.file, name) {
                    return true;
                }
            }
        }
        false
    }

    fn binds_lock(&self, file: FileIndex, name: &str) -> bool {
        let facts = self.codebase.file(file).facts();
        facts.is_some_and(|facts| {
            // Most files name nothing like it; only one that does is laid out.
            facts.flow.texts().iter().any(|text| text == name)
                && module_lock(&Sheet::new(file, facts), &self.locks, name)
        })
    }
}

/// A lock by its name.
pub(super) fn by_key(key: Given) -> Grain {
    match key {
        Given::Text(text) => Grain::Coarse(format!("its name is written out, `{text}`")),
        Given::Name(name) if is_constant(name) => {
            Grain::Coarse(format!("its name is always the same, `{name}`"))
        }
        _ => Grain::Fine,
    }
}

fn is_constant(name: &str) -> bool {
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    last.len() > 1 && !last.chars().any(char::is_lowercase)
}

fn module_lock(sheet: &Sheet, locks: &[&Locks], name: &str) -> bool {
    (0..sheet.steps.len()).any(|at| {
        matches!(sheet.steps[at].kind, StepKind::Bind(bound) if bound == name)
            && sheet.function(at).is_none()
            && makes(sheet, locks, at)
    })
}

/// Whether a binding makes a lock, also deeper in what it makes: `LazyLock::new(|| Mutex::new(…))`.
fn makes(sheet: &Sheet, locks: &[&Locks], bind: usize) -> bool {
    (sheet.start(bind)..bind).any(|at| {
        sheet.call(at).is_some() && {
            let chain = sheet.chain(at);
            let last = chain.len().saturating_sub(1);
            let mut patterns = locks.iter().flat_map(|locks| &locks.make);
            patterns.any(|pattern| pattern.find(&chain).is_some_and(|found| found.last == last))
        }
    })
}
