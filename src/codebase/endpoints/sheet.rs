//! One file's statements, and which of them stand in the arguments of others.

use crate::codebase::maps::Map;
use crate::codebase::{File, FileIndex};
use crate::facts::Facts;
use crate::facts::routes::{Form, Statement};

/// The statements of one file.
pub(super) struct Sheet<'a> {
    pub(super) index: FileIndex,
    pub(super) language: &'static str,
    pub(super) facts: &'a Facts,
    pub(super) statements: &'a [Statement],
    /// By statement: the smallest one around it.
    parents: Vec<Option<usize>>,
    /// By the first byte of a chain: what its value is bound to.
    bound: Map<u32, &'a str>,
}

impl<'a> Sheet<'a> {
    /// That of a file; none if nothing in it is shaped like a route.
    pub(super) fn new(index: FileIndex, file: &'a File) -> Option<Self> {
        let facts = file.facts()?;
        let statements = facts.routes.statements.as_slice();
        if statements.is_empty() {
            return None;
        }
        let mut open: Vec<usize> = Vec::new();
        let mut parents = Vec::with_capacity(statements.len());
        let mut bound = Map::default();
        for (at, statement) in statements.iter().enumerate() {
            while let Some(&last) = open.last()
                && statements[last].end <= statement.start
            {
                open.pop();
            }
            parents.push(open.last().copied());
            open.push(at);
            if let (Form::Bound, Some(name)) = (statement.form, statement.bound.as_deref()) {
                bound.insert(statement.start, name);
            }
        }
        Some(Self {
            index,
            language: file.language?.name(),
            facts,
            statements,
            parents,
            bound,
        })
    }

    /// All statements with their positions.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &'a Statement)> + use<'a> {
        self.statements.iter().enumerate()
    }

    /// The statements whose arguments a statement stands in, innermost first: of each chain the one it stands in.
    pub(super) fn around(&self, at: usize) -> Vec<&'a Statement> {
        let mut around: Vec<&Statement> = Vec::new();
        let mut start = self.statements[at].start;
        let mut next = self.parents[at];
        while let Some(parent) = next {
            let statement = &self.statements[parent];
            if statement.start != start {
                start = statement.start;
                around.push(statement);
            }
            next = self.parents[parent];
        }
        around
    }

    /// The statements of the chain a statement belongs to.
    pub(super) fn chain(
        &self,
        statement: &Statement,
    ) -> impl Iterator<Item = &'a Statement> + use<'a> {
        let start = statement.start;
        let first = self.statements.partition_point(|other| other.start < start);
        self.statements[first..]
            .iter()
            .take_while(move |other| other.start == start)
    }

    /// The name the value of a statement's chain is bound to.
    pub(super) fn bound(&self, statement: &Statement) -> Option<&'a str> {
        self.bound.get(&statement.start).copied()
    }

    /// Whether the file imports one of these packages.
    pub(super) fn imports(&self, packages: &[&str]) -> bool {
        self.facts.imports.iter().any(|import| {
            packages.iter().any(|package| {
                let rest = import.module.strip_prefix(package);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', ':']))
            })
        })
    }
}
