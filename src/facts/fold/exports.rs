//! Which names a module lists as its exports (`__all__`, `export { … }`, `module.exports = { … }`).

use compact_str::CompactString;
use std::collections::HashSet;

/// Names gathered while a file is folded.
#[derive(Default)]
pub(super) struct Exports {
    /// Names made public one by one.
    names: HashSet<CompactString>,
    /// The list, if the module has one that could be read.
    list: Option<Vec<CompactString>>,
}

impl Exports {
    /// One name is exported.
    pub fn name(&mut self, name: &str) {
        self.names.insert(unquoted(name).into());
    }

    /// The module's list is this literal. A part that is no literal (`+ other.__all__`) adds nothing that could be read.
    pub fn list(&mut self, literal: &str) {
        self.list = Some(strings(literal));
    }

    /// This literal is added to the list.
    pub fn append(&mut self, literal: &str) {
        self.list
            .get_or_insert_with(Vec::new)
            .extend(strings(literal));
    }

    /// These names are taken from the list.
    pub fn remove(&mut self, literal: &str) {
        let gone = strings(literal);
        if let Some(list) = &mut self.list {
            list.retain(|name| !gone.contains(name));
        }
    }

    /// Whether a name was exported one by one.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The list, sorted and without duplicates.
    pub fn into_list(self) -> Option<Vec<CompactString>> {
        self.list.map(|mut list| {
            list.sort_unstable();
            list.dedup();
            list
        })
    }
}

fn unquoted(name: &str) -> &str {
    name.trim_matches(['"', '\''])
}

/// The contents of the string literals in a piece of source.
fn strings(literal: &str) -> Vec<CompactString> {
    let mut found = Vec::new();
    let mut rest = literal;
    while let Some(at) = rest.find(['"', '\'', '#']) {
        let quote = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        if quote == b'#' {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
            continue;
        }
        let Some(end) = rest.find(quote as char) else {
            break;
        };
        if end > 0 {
            found.push(rest[..end].into());
        }
        rest = &rest[end + 1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::Exports;

    #[test]
    fn a_list_grows_and_shrinks() {
        let mut exports = Exports::default();
        exports.list("[\"b\", 'a',  # 'no'\n \"c\"] + sub.__all__");
        exports.append("(\"d\")");
        exports.remove("(\"c\")");
        let list: Vec<String> = exports
            .into_list()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(list, ["a", "b", "d"]);
    }
}
