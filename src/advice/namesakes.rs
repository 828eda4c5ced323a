//! What tells a subject from those of its file that are called the same, on whatever line each of them stands.

use crate::codebase::maps::Map;
use crate::codebase::{Codebase, FileIndex};
use crate::facts::Facts;
use crate::measures::Subject;

/// How many of the same name stand before each subject of a file. A file is looked through once.
#[derive(Debug)]
pub struct Namesakes<'a> {
    codebase: &'a Codebase,
    /// By file and by what names are of.
    before: Map<(FileIndex, Named), Vec<u32>>,
}

/// What has a name in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Named {
    Function,
    Field,
    Item,
}

impl<'a> Namesakes<'a> {
    /// Those of a codebase, none of which is known yet.
    pub fn new(codebase: &'a Codebase) -> Self {
        Self {
            codebase,
            before: Map::default(),
        }
    }

    /// How many of the same kind and name stand before a subject in its file, good ones and bad ones alike: to mend one
    /// changes nothing for the others. None stand before what has no name.
    pub fn before(&mut self, subject: Subject) -> u32 {
        let (file, at, named) = match subject {
            Subject::Function(file, at) => (file, at, Named::Function),
            Subject::Field(file, at) => (file, at, Named::Field),
            Subject::Item(file, at) => (file, at, Named::Item),
            _ => return 0,
        };
        let codebase = self.codebase;
        let counted = self.before.entry((file, named)).or_insert_with(|| {
            let facts = codebase.file(file).facts();
            facts.map_or_else(Vec::new, |facts| count(facts, named))
        });
        counted.get(at as usize).copied().unwrap_or(0)
    }
}

fn count(facts: &Facts, named: Named) -> Vec<u32> {
    match named {
        Named::Function => ordinals(facts.functions.iter().map(|one| one.name.as_deref())),
        Named::Field => ordinals(facts.fields.iter().map(|one| Some(&*one.name))),
        Named::Item => ordinals(facts.items.iter().map(|one| Some(&*one.name))),
    }
}

/// How often each name came before.
fn ordinals<'n>(names: impl Iterator<Item = Option<&'n str>>) -> Vec<u32> {
    let mut seen: Map<Option<&str>, u32> = Map::default();
    let before = names.map(|name| {
        let times = seen.entry(name).or_default();
        *times += 1;
        *times - 1
    });
    before.collect()
}

#[cfg(test)]
mod tests {
    use super::ordinals;

    #[test]
    fn a_name_counts_those_before_it() {
        let names = [Some("f"), Some("g"), None, Some("f"), None, Some("f")];
        assert_eq!(ordinals(names.into_iter()), [0, 0, 0, 1, 1, 2]);
    }
}
