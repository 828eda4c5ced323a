//! Paths of names, each kept once: equal paths have equal numbers, and a path that grows shares its end with others.

use crate::codebase::maps::Map;

/// A path of names in a [`Paths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PathId(u32);

impl PathId {
    /// The path without names.
    pub(super) const EMPTY: Self = Self(0);
}

/// A name with what follows it.
#[derive(Clone, Copy, Debug)]
struct Step<'a> {
    name: &'a str,
    rest: PathId,
    length: usize,
}

/// All paths that were looked for.
#[derive(Debug, Default)]
pub(super) struct Paths<'a> {
    /// That of path 1 comes first: the empty path has none.
    steps: Vec<Step<'a>>,
    known: Map<(&'a str, PathId), PathId>,
}

impl<'a> Paths<'a> {
    /// A path with a name before it.
    pub(super) fn with(&mut self, name: &'a str, rest: PathId) -> PathId {
        let length = self.length(rest) + 1;
        let steps = &mut self.steps;
        *self.known.entry((name, rest)).or_insert_with(|| {
            steps.push(Step { name, rest, length });
            PathId(steps.len() as u32)
        })
    }

    /// The first name of a path, and what follows it.
    pub(super) fn split(&self, path: PathId) -> Option<(&'a str, PathId)> {
        let step = self.step(path)?;
        Some((step.name, step.rest))
    }

    /// How many names a path has.
    pub(super) fn length(&self, path: PathId) -> usize {
        self.step(path).map_or(0, |step| step.length)
    }

    fn step(&self, path: PathId) -> Option<&Step<'a>> {
        self.steps.get((path.0 as usize).checked_sub(1)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{PathId, Paths};

    #[test]
    fn equal_paths_are_one() {
        let mut paths = Paths::default();
        let end = paths.with("b", PathId::EMPTY);
        let path = paths.with("a", end);
        assert_eq!(paths.with("b", PathId::EMPTY), end);
        assert_ne!(paths.with("b", path), end);
        assert_eq!(paths.split(path), Some(("a", end)));
        assert_eq!(paths.length(path), 2);
        assert_eq!(paths.split(PathId::EMPTY), None);
    }
}
