//! Items and exports: what a module declares, and who may see it.

use compact_str::CompactString;
use std::collections::{BTreeSet, HashSet};

use super::exports::Exports;
use super::imports::local_name;
use super::{Fold, Frame, unquoted};
use crate::facts::finds::{Found, Span};
use crate::facts::role::{Part, Subject};
use crate::facts::{ExportedAs, Exposure, ImportKind, Item};

/// What is remembered of items beside the facts.
#[derive(Default)]
pub(super) struct Items {
    pub exports: Exports,
    /// Items by assignment; some of their names may be imported.
    assigned: Vec<Item>,
    /// Names of items whose doc comment says that they are internal.
    internal: HashSet<CompactString>,
    /// Names in what macros are given.
    mentions: BTreeSet<CompactString>,
    /// Public items in a module that hides them, with the name of that module.
    hidden: Vec<(usize, Span)>,
}

impl Fold<'_> {
    /// A named declaration or assignment.
    pub(super) fn item(&mut self, found: &Found) {
        let Some(name) = self.part(found, Part::Name) else {
            return;
        };
        // Items are what a module declares; what a function or (where names tell) a class declares is its own affair.
        let by_name = matches!(found.subject, Subject::ItemNamed | Subject::ItemAssigned);
        let own = usize::from(self.same_span_scope(found.span));
        let scopes = self.scopes.len() - own;
        let functions =
            self.functions.len() - usize::from(self.same_span_function(found.span).is_some());
        if functions > 0
            || self.open.traits > 0
            || (by_name && (scopes > 0 || self.open.passing > 0))
        {
            return;
        }
        let exposure = match found.subject {
            _ if self.marked.public => Exposure::Public,
            Subject::ItemPublic if self.open.hiding > 0 => {
                let module = self.modules.last().copied().unwrap_or(found.span);
                self.items.hidden.push((self.facts.items.len(), module));
                Exposure::Package
            }
            Subject::ItemPublic => Exposure::Public,
            Subject::ItemPackage => Exposure::Package,
            // The parent of a module within the file is in the file.
            Subject::ItemParent if !self.modules.is_empty() => Exposure::Private,
            Subject::ItemParent => Exposure::Parent,
            Subject::ItemPrivate => Exposure::Private,
            _ if is_hidden_by_name(&name) => Exposure::Private,
            _ => Exposure::Public,
        };
        let internal = self
            .docs
            .before(self.text, found.span.start)
            .is_some_and(|doc| doc.internal);
        let exposure = if internal {
            self.items.internal.insert(unquoted(&name).into());
            Exposure::Private
        } else {
            exposure
        };
        let item = Item {
            name: unquoted(&name).into(),
            line: found.rows.0 + 1,
            exposure,
            is_value: found.subject == Subject::ItemAssigned,
            documented: false,
            in_test: self.in_test(),
        };
        if found.subject == Subject::ItemAssigned {
            self.items.assigned.push(item);
        } else {
            self.facts.items.push(item);
        }
    }

    /// The name of something exported; one passed on from another module is an import.
    pub(super) fn export(&mut self, found: &Found) {
        if self.import_source().is_none()
            && let Some(name) = self.part(found, Part::Name)
        {
            self.items.exports.name(&name);
            if let Some(alias) = self.part(found, Part::Alias) {
                // What stands for all of `module.exports` is what a default is.
                let alias = match unquoted(&alias) {
                    "exports" | "=" => "default",
                    alias => alias,
                };
                let name = unquoted(&name);
                if alias != name {
                    self.exported_as(alias, name);
                }
            }
        }
    }

    /// A child module others may see.
    pub(super) fn module_handed_out(&mut self, found: &Found) {
        if let Some(name) = self.part(found, Part::Name)
            && !self.in_test()
            && self.open.hiding == 0
        {
            self.exported_as(&name, &name);
        }
    }

    fn exported_as(&mut self, name: &str, item: &str) {
        let exported = ExportedAs {
            name: name.into(),
            item: item.into(),
        };
        if self.facts.exported_as.last() != Some(&exported) {
            self.facts.exported_as.push(exported);
        }
    }

    /// A name in what a macro is given.
    pub(super) fn mention(&mut self, found: &Found) {
        if !self.in_test() {
            self.items
                .mentions
                .insert(found.span.text(self.text).into());
        }
    }

    /// Whether the innermost frame is the scope of this very span.
    fn same_span_scope(&self, span: Span) -> bool {
        matches!(self.frames.last(), Some(&(open, Frame::Function(_) | Frame::Class)) if open == span)
    }

    /// Joins assigned names with declarations, applies exports, and drops what was only imported.
    pub(super) fn settle_items(&mut self) {
        // What is imported under a name and exported under it is passed on.
        let exports = &self.items.exports;
        for import in &mut self.facts.imports {
            let local = import.alias.as_deref().or(import.name.as_deref());
            if import.kind == ImportKind::Static && local.is_some_and(|local| exports.has(local)) {
                import.kind = ImportKind::ReExport;
            }
        }
        let imported: HashSet<&str> = (self.imports.top.iter())
            .map(|position| local_name(&self.facts.imports[*position]))
            .collect();
        let mut items = std::mem::take(&mut self.facts.items);
        // What a module hides and its own file passes on is public after all.
        let (mut names, mut modules) = (HashSet::new(), HashSet::new());
        for import in &self.facts.imports {
            match import.name.as_deref() {
                _ if import.kind != ImportKind::ReExport => {}
                Some("*") => {
                    modules.extend(import.module.rsplit("::").next());
                }
                name => names.extend(name),
            }
        }
        for (item, module) in &self.items.hidden {
            let item = &mut items[*item];
            if names.contains(&*item.name) || modules.contains(&*module.text(self.text)) {
                item.exposure = Exposure::Public;
            }
        }
        for item in std::mem::take(&mut self.items.assigned) {
            if !imported.contains(&*item.name) && *item.name != *"__all__" {
                items.push(item);
            }
        }
        items.sort_by(|a, b| (a.line, &a.name).cmp(&(b.line, &b.name)));
        for item in &mut items {
            if self.items.exports.has(&item.name) && !self.items.internal.contains(&item.name) {
                item.exposure = Exposure::Public;
            }
        }
        // Where names tell items apart, the first declaration of a name stands for it, as public as any of them.
        if self.language.unique_items() {
            let public: HashSet<CompactString> = items
                .iter()
                .filter(|item| item.exposure == Exposure::Public)
                .map(|item| item.name.clone())
                .collect();
            let mut seen = HashSet::new();
            items.retain(|item| {
                !self.imports.bound.contains(&item.name) && seen.insert(item.name.clone())
            });
            for item in &mut items {
                if public.contains(&item.name) {
                    item.exposure = Exposure::Public;
                }
            }
        }
        self.facts.items = items;
        self.facts.mentions = std::mem::take(&mut self.items.mentions)
            .into_iter()
            .collect();
    }
}

/// A leading underscore hides a name; names with two on both sides belong to the language.
fn is_hidden_by_name(name: &str) -> bool {
    name.starts_with('_') && !(name.starts_with("__") && name.ends_with("__"))
}
