//! What code files use of each other, and what they hand out to whoever lives outside the repository.
//!
//! Uses follow from resolved imports, whatever passes a name on, and from names taken from modules that are imported
//! whole. Methods are found by their names alone: who calls something of that name may call this one. Tests and other
//! files that are no code use nothing here.

mod modules;
mod published;

use crate::class::Class;
use crate::codebase::maps::Set;
use crate::codebase::parallel;
use crate::codebase::resolve::{Resolver, Target};
use crate::codebase::{Codebase, File, FileIndex};
use crate::definition::settings::Boundary;
use crate::facts::{Exposure, Facts, Import, ImportKind, Item};

use super::Context;
use super::hidden_items::is_exposed;

pub(super) use modules::Modules;
use published::published;

/// A callee with so many names in it is longer than the chains that imports keep.
const LONG_CHAIN: usize = 4;

/// An item, by the file that declares it and its name.
type Known<'a> = (FileIndex, &'a str);

/// What code files use of each other.
#[derive(Debug, Default)]
pub(super) struct Uses<'a> {
    /// Items and the files that use them: sorted, each pair once.
    named: Vec<(Known<'a>, FileIndex)>,
    /// Files of which another one may use anything, since it takes them whole: sorted.
    whole: Vec<(FileIndex, FileIndex)>,
    /// Names of exposed items of Rust, and the files that call or mention something of that name: sorted.
    called: Vec<(&'a str, FileIndex)>,
    /// By file: some code imports it or something in it.
    imported: Vec<bool>,
    /// Items that consumers outside the repository can reach.
    published: Set<Known<'a>>,
    /// Imports of code about this repository.
    pub internal_imports: u64,
    /// Those of them that led to a file.
    pub resolved_imports: u64,
}

/// What one thread found.
#[derive(Default)]
struct Part<'a> {
    named: Vec<(Known<'a>, FileIndex)>,
    whole: Vec<(FileIndex, FileIndex)>,
    called: Vec<(&'a str, FileIndex)>,
    imported: Vec<FileIndex>,
    internal: u64,
    resolved: u64,
}

impl<'a> Uses<'a> {
    pub(super) fn new(context: &Context<'a>) -> Self {
        let codebase = context.codebase;
        let code: Vec<(FileIndex, &'a File, &'a Facts)> = code(codebase).collect();
        let called: Set<&str> = code
            .iter()
            .filter(|(_, file, _)| is_rust(file))
            .flat_map(|(.., facts)| &facts.items)
            .filter(|item| item.exposure != Exposure::Private)
            .map(|item| item.name.as_str())
            .collect();
        let parts = parallel::share(context.threads(), &code, |files| {
            let resolver = context.resolver();
            let mut part = Part::default();
            for (index, file, facts) in files {
                part.add(codebase, &resolver, *index, facts);
                if is_rust(file) {
                    part.add_called(*index, facts, &called);
                }
            }
            part
        });
        let mut uses = Self {
            imported: vec![false; codebase.files().len()],
            published: published(codebase, &context.resolver()),
            ..Self::default()
        };
        for part in parts {
            uses.named.extend(part.named);
            uses.whole.extend(part.whole);
            uses.called.extend(part.called);
            for file in part.imported {
                uses.imported[file.get()] = true;
            }
            uses.internal_imports += part.internal;
            uses.resolved_imports += part.resolved;
        }
        uses.named.sort_unstable();
        uses.named.dedup();
        uses.whole.sort_unstable();
        uses.whole.dedup();
        uses.called.sort_unstable();
        uses.called.dedup();
        uses
    }

    /// The files that name an item in what they import.
    pub(super) fn users(&self, file: FileIndex, name: &str) -> impl Iterator<Item = FileIndex> {
        let from = self
            .named
            .partition_point(|(known, _)| *known < (file, name));
        self.named[from..]
            .iter()
            .take_while(move |(known, _)| *known == (file, name))
            .map(|(_, user)| *user)
    }

    /// The files that take all names of a file.
    fn whole_users(&self, file: FileIndex) -> impl Iterator<Item = FileIndex> {
        let from = self.whole.partition_point(|(whole, _)| *whole < file);
        self.whole[from..]
            .iter()
            .take_while(move |(whole, _)| *whole == file)
            .map(|(_, user)| *user)
    }

    /// The files of Rust that call a method or macro of this name.
    fn callers(&self, name: &str) -> impl Iterator<Item = FileIndex> {
        let from = self.called.partition_point(|(called, _)| *called < name);
        self.called[from..]
            .iter()
            .take_while(move |(called, _)| *called == name)
            .map(|(_, user)| *user)
    }

    /// How many files of other modules use an item, and the first of them.
    pub(super) fn outside(
        &self,
        modules: &Modules,
        index: FileIndex,
        item: &Item,
        is_method: bool,
    ) -> (u64, Option<FileIndex>) {
        let is_outside = |user: &FileIndex| modules.differ(*user, index);
        let count = |users: &mut dyn Iterator<Item = FileIndex>| {
            let first = users.next();
            (u64::from(first.is_some()) + users.count() as u64, first)
        };
        if is_method {
            // The compiler lets nobody call a private one.
            let may = item.exposure != Exposure::Private;
            count(&mut self.callers(&item.name).filter(is_outside).filter(|_| may))
        } else {
            count(&mut self.users(index, &item.name).filter(is_outside))
        }
    }

    /// Whether a file of another module may use an item in a way that cannot be followed to it.
    pub(super) fn may_be_used(
        &self,
        modules: &Modules,
        index: FileIndex,
        file: &File,
        item: &Item,
    ) -> bool {
        let is_outside = |user: FileIndex| modules.differ(user, index);
        // What nobody imports is run, or loaded by its name.
        let is_loaded = !is_rust(file) && !self.imported[index.get()];
        is_loaded
            || self.whole_users(index).any(is_outside)
            || (is_rust(file) && self.callers(&item.name).any(is_outside))
    }

    /// Whether consumers outside the repository can reach an item.
    pub(super) fn is_published(&self, file: FileIndex, name: &str) -> bool {
        self.published.contains(&(file, name))
    }
}

/// The code of a codebase.
fn code(codebase: &Codebase) -> impl Iterator<Item = (FileIndex, &File, &Facts)> {
    codebase
        .indexed()
        .filter(|(_, file)| file.class == Class::Code)
        .filter_map(|(index, file)| Some((index, file, file.facts()?)))
}

pub(super) fn is_rust(file: &File) -> bool {
    is(file, "rust")
}

pub(super) fn is_python(file: &File) -> bool {
    is(file, "python")
}

fn is(file: &File, name: &str) -> bool {
    file.language
        .is_some_and(|language| language.name() == name)
}

impl<'a> Part<'a> {
    /// Adds what a file imports.
    fn add(
        &mut self,
        codebase: &'a Codebase,
        resolver: &Resolver<'a>,
        user: FileIndex,
        facts: &'a Facts,
    ) {
        let is_python = is_python(codebase.file(user));
        for (at, import) in (0..).zip(&facts.imports) {
            // To declare a child module is no use of it.
            if import.in_test || import.kind == ImportKind::Module {
                continue;
            }
            let found = resolver.resolve(user, import);
            if found.internal && import.kind != ImportKind::Path {
                self.internal += 1;
                let leads = found.first.is_some() || !found.targets.is_empty();
                self.resolved += u64::from(leads);
            }
            let others = found.through.iter().chain(found.first.iter());
            self.imported
                .extend(others.copied().filter(|file| *file != user));
            let has_members = || facts.members.iter().any(|member| member.import == at);
            for target in &found.targets {
                self.used(codebase, target, user);
                if target.symbol.is_none() && target.file != user {
                    if !is_python && takes_default(import) {
                        let default = Target {
                            symbol: Some("default"),
                            ..*target
                        };
                        self.used(codebase, &default, user);
                    }
                    if takes_whole(import, is_python, &has_members) {
                        self.whole.push((target.file, user));
                    }
                }
            }
        }
        for member in &facts.members {
            if let Some(import) = facts.imports.get(member.import as usize) {
                let found = resolver.resolve_member(user, import, &member.name);
                for target in &found.targets {
                    self.used(codebase, target, user);
                }
            }
        }
        if is_python {
            let is_long = |callee: &&compact_str::CompactString| {
                callee.bytes().filter(|byte| *byte == b'.').count() + 1 >= LONG_CHAIN
            };
            for callee in facts.calls.callees().iter().filter(is_long) {
                for found in resolver.resolve_callee(user, callee, false) {
                    self.used(codebase, &found.target, user);
                }
            }
        }
    }

    /// An item of one file that another one names.
    fn used(&mut self, codebase: &'a Codebase, target: &Target<'a>, user: FileIndex) {
        if let Some(symbol) = target.symbol
            && target.file != user
        {
            let name = name_at_home(codebase, target.file, symbol);
            self.named.push(((target.file, name), user));
        }
    }

    /// Adds the names of methods and macros that a file of Rust calls, hands on or mentions, as far as they are wanted.
    fn add_called(&mut self, user: FileIndex, facts: &'a Facts, wanted: &Set<&str>) {
        let texts = facts.calls.callees().iter().chain(facts.flow.texts());
        let names = texts.filter_map(|text| {
            let text = text.as_str();
            match text.strip_suffix('!') {
                Some(name) => name.rsplit("::").next(),
                // A plain name is no method.
                None => text.rfind(['.', ':']).map(|at| &text[at + 1..]),
            }
        });
        let mentions = facts.mentions.iter().map(|name| name.as_str());
        for name in names.chain(mentions) {
            if let Some(name) = wanted.get(name).map(|_| name) {
                self.called.push((name, user));
            }
        }
    }
}

/// Whether an import takes what a module is as a whole: `x = require("./x")`.
fn takes_default(import: &Import) -> bool {
    import.name.is_none() && import.alias.is_some()
}

/// Whether an import that led to a module may use anything in it.
fn takes_whole(import: &Import, is_python: bool, has_members: &dyn Fn() -> bool) -> bool {
    match (import.kind, import.name.as_deref()) {
        (ImportKind::ReExport | ImportKind::Path, _) => false,
        (ImportKind::Dynamic, _) => true,
        (_, Some("*")) => import.alias.is_none() || !has_members(),
        // A namespace that was passed on, or a module that is passed on here.
        (_, Some(_)) => false,
        (_, None) => !is_python && import.alias.is_some() && !has_members(),
    }
}

/// What a file itself calls what others know by a name.
fn name_at_home<'a>(codebase: &'a Codebase, file: FileIndex, name: &'a str) -> &'a str {
    let Some(facts) = codebase.file(file).facts() else {
        return name;
    };
    let exported = facts.exported_as.iter().find(|known| known.name == name);
    if let Some(exported) = exported {
        return &exported.item;
    }
    // CommonJS has no word for it.
    let is_whole = |item: &&Item| *item.name == *"module.exports";
    match facts.items.iter().find(is_whole) {
        Some(item) if name == "default" => &item.name,
        _ => name,
    }
}

/// The methods of a file.
pub(super) struct Methods<'a>(Set<(u32, &'a str)>);

impl<'a> Methods<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let methods = facts.functions.iter().filter(|function| function.is_method);
        Self(
            methods
                .filter_map(|function| Some((function.line, function.name.as_deref()?)))
                .collect(),
        )
    }

    /// Whether an item is one of them.
    pub(super) fn has(&self, item: &Item) -> bool {
        self.0.contains(&(item.line, item.name.as_str()))
    }
}

/// A leading underscore on a module or package hides everything in it.
pub(super) fn is_private_path(file: &File) -> bool {
    let path = file.path.as_bytes();
    path.split(|byte| *byte == b'/').any(is_private_part)
}

/// Whether a part of a path hides what is below it.
pub(super) fn is_private_part(part: &[u8]) -> bool {
    let name = part.split(|byte| *byte == b'.').next().unwrap_or(part);
    name.starts_with(b"_") && !name.starts_with(b"__")
}

/// Whether an item is seen outside its module, as the codebase has it: what a package passes on from a module whose
/// name hides it is not hidden.
pub(super) fn is_open(
    uses: &Uses,
    index: FileIndex,
    file: &File,
    facts: &Facts,
    item: &Item,
    boundary: Boundary,
) -> bool {
    is_exposed(file, facts, item, boundary)
        || (is_python(file)
            && is_private_path(file)
            && item.exposure == Exposure::Public
            && uses.is_published(index, &item.name))
}
