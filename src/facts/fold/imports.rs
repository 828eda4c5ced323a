//! Imports: statements, calls and trees of them, and paths and chains in code.

use compact_str::CompactString;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::{Fold, Frame, unquoted, use_tree};
use crate::facts::finds::{Found, Span};
use crate::facts::role::{Part, Subject};
use crate::facts::{Import, ImportKind, Member};

/// Longest path of modules within a file that is written before the name of each child, in bytes.
const LONGEST_MODULE: usize = 240;

/// What is remembered of imports beside the facts.
#[derive(Default)]
pub(super) struct Imports<'a> {
    /// Positions of the imports outside functions.
    pub top: Vec<usize>,
    /// Top-level names that calls of an import bind: no items.
    pub bound: HashSet<CompactString>,
    /// Positions of names taken from something that an import may bind.
    chains: Vec<usize>,
    /// The last qualified path; the paths it begins with are no others.
    last_path: Span,
    /// The last import tree; the paths in it are its own.
    last_tree: Span,
    /// Qualified paths already named, and whether in tests.
    paths: HashSet<(&'a [u8], bool)>,
    /// By the name it is bound to, the position of an import of a whole module.
    whole: HashMap<CompactString, u32>,
    /// Names taken from such a module.
    members: HashSet<Member>,
}

/// The name an import binds in its file.
pub(super) fn local_name(import: &Import) -> &str {
    let local = import.alias.as_deref().or(import.name.as_deref());
    local.unwrap_or_else(|| first_name(&import.module))
}

impl Fold<'_> {
    /// An import that is no tree.
    pub(super) fn import(&mut self, found: &Found) {
        let is_path = matches!(found.subject, Subject::ImportPath | Subject::ImportChain);
        if is_path && !self.is_new_path(found.span) {
            return;
        }
        let kind = match found.subject {
            _ if is_path => ImportKind::Path,
            _ if self.open.types > 0 => ImportKind::TypeOnly,
            Subject::ImportTypes => ImportKind::TypeOnly,
            Subject::ImportDynamic => ImportKind::Dynamic,
            Subject::ImportCall if !self.functions.is_empty() => ImportKind::Dynamic,
            Subject::ImportReexport | Subject::ImportAllReexport => ImportKind::ReExport,
            Subject::ImportModule => ImportKind::Module,
            _ => ImportKind::Static,
        };
        let all = matches!(
            found.subject,
            Subject::ImportAll | Subject::ImportAllReexport
        );
        let name = self.part(found, Part::Name);
        let source = self.import_source();
        let bare = found.parts.get(Part::Name).is_none() && found.parts.get(Part::Alias).is_none();
        if found.subject == Subject::ImportCall && bare && source.is_some() {
            // Its names were taken one by one.
            return;
        }
        let source = source.map(|source| source.text(self.text));
        let module = match (self.part(found, Part::Module).or(source), &name) {
            (Some(module), _) => module,
            (None, Some(name)) if kind == ImportKind::Module => match self.marked.path {
                Some(path) => path.text(self.text),
                None => self.path_of_module(name).into(),
            },
            _ => return,
        };
        if self.functions.is_empty() && !matches!(kind, ImportKind::Dynamic | ImportKind::Path) {
            self.imports.top.push(self.facts.imports.len());
        }
        let name = match found.subject {
            _ if all => Some("*".into()),
            Subject::ImportDefault => Some("default".into()),
            _ => name,
        };
        if found.subject == Subject::ImportCall
            && kind == ImportKind::Static
            && let Some(local) = self.part(found, Part::Alias).as_ref().or(name.as_ref())
        {
            self.imports.bound.insert(local.as_ref().into());
        }
        if found.subject == Subject::ImportChain {
            self.imports.chains.push(self.facts.imports.len());
        }
        let is_whole = all || (name.is_none() && kind != ImportKind::Path);
        if is_whole
            && kind != ImportKind::ReExport
            && let Some(alias) = self.part(found, Part::Alias)
        {
            let at = self.facts.imports.len() as u32;
            self.imports.whole.insert(unquoted(&alias).into(), at);
        }
        self.facts.imports.push(Import {
            module: unquoted(&without_space(&module)).into(),
            name: name.map(|name| unquoted(&without_space(&name)).into()),
            alias: self
                .part(found, Part::Alias)
                .map(|alias| unquoted(&alias).into()),
            line: found.rows.0 + 1,
            kind,
            in_test: self.in_test(),
        });
    }

    /// The path of a child module from its file, through the modules within the file.
    fn path_of_module(&self, name: &str) -> String {
        let around = self.modules.iter().map(|module| module.of(self.text).len());
        if self.modules.len() > LONGEST_MODULE || around.sum::<usize>() > LONGEST_MODULE {
            return name.to_owned();
        }
        self.modules.iter().fold(String::new(), |path, module| {
            path + &module.text(self.text) + "::"
        }) + name
    }

    /// A name taken from something: kept if that is a module imported whole.
    pub(super) fn member(&mut self, found: &Found) {
        if self.imports.whole.is_empty() || self.in_test() {
            return;
        }
        let (Some(module), Some(name)) =
            (self.part(found, Part::Module), self.part(found, Part::Name))
        else {
            return;
        };
        if let Some(import) = self.imports.whole.get(module.as_ref()) {
            let member = Member {
                import: *import,
                name: name.as_ref().into(),
            };
            if self.imports.members.insert(member.clone()) {
                self.facts.members.push(member);
            }
        }
    }

    /// Whether a qualified path is no part of a longer one or of an import, and not named before.
    fn is_new_path(&mut self, span: Span) -> bool {
        let is_part = span.start < self.imports.last_tree.end
            || (span.start == self.imports.last_path.start
                && span.end <= self.imports.last_path.end);
        if is_part {
            return false;
        }
        self.imports.last_path = span;
        let in_test = self.in_test();
        self.imports.paths.insert((span.of(self.text), in_test))
    }

    /// The module that the innermost statement names for the imports directly in it.
    pub(super) fn import_source(&self) -> Option<Span> {
        match self.frames.last() {
            Some((_, Frame::From(module))) => Some(*module),
            Some((_, Frame::Types)) => match self.frames.iter().rev().nth(1) {
                Some((_, Frame::From(module))) => Some(*module),
                _ => None,
            },
            _ => None,
        }
    }

    /// A tree of imports, each of its leaves one.
    pub(super) fn import_tree(&mut self, found: &Found) {
        self.imports.last_tree = found.span;
        let Some(tree) = self.part(found, Part::Module) else {
            return;
        };
        let kind = if found.subject == Subject::ImportTree {
            ImportKind::Static
        } else {
            ImportKind::ReExport
        };
        let in_test = self.in_test();
        for leaf in use_tree::flatten(&tree) {
            self.facts.imports.push(Import {
                module: leaf.module.into(),
                name: leaf.name.map(Into::into),
                alias: leaf.alias.map(Into::into),
                line: found.rows.0 + 1,
                kind,
                in_test,
            });
        }
    }

    /// Drops the chains whose first name no import binds: attributes of everything else.
    pub(super) fn settle_chains(&mut self) {
        // Members go by positions: no language has both.
        if self.imports.chains.is_empty() || !self.facts.members.is_empty() {
            return;
        }
        let imports = &self.facts.imports;
        let bound: HashSet<&str> = imports
            .iter()
            .filter(|import| import.kind != ImportKind::Path)
            .map(local_name)
            .collect();
        let mut kept = vec![true; imports.len()];
        for &chain in &self.imports.chains {
            kept[chain] = bound.contains(first_name(&imports[chain].module));
        }
        let mut kept = kept.into_iter();
        self.facts
            .imports
            .retain(|_| kept.next().unwrap_or_default());
    }
}

/// The first name of a dotted path.
fn first_name(module: &str) -> &str {
    module.split('.').next().unwrap_or_default()
}

fn without_space(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_whitespace) {
        text.chars().filter(|c| !c.is_whitespace()).collect()
    } else {
        text.into()
    }
}
