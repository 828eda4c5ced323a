//! `Cargo.toml`: crates, their names and the files they start from.

use crate::path::join;

/// A crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate {
    /// The name code knows its library by, with `_` for `-`.
    pub name: Box<str>,
    /// Where the library starts, as a path of the repository. The file need not exist.
    pub library: Box<[u8]>,
    /// Where programs, tests, examples and benchmarks start, as far as the file says so.
    pub targets: Vec<Box<[u8]>>,
    /// Dependencies under another name: the name in code, and the name of the library.
    pub renamed: Vec<(Box<str>, Box<str>)>,
}

impl Crate {
    /// Reads a manifest; none for a workspace without a package.
    pub(super) fn read(directory: &[u8], manifest: &toml::Table) -> Option<Self> {
        let package = manifest.get("package")?.as_table()?;
        let library = manifest.get("lib").and_then(toml::Value::as_table);
        let text = |table: Option<&toml::Table>, key: &str| {
            table
                .and_then(|table| table.get(key))
                .and_then(toml::Value::as_str)
                .map(str::to_owned)
        };
        let name = text(library, "name").or_else(|| text(Some(package), "name"))?;
        let path = text(library, "path").unwrap_or_else(|| "src/lib.rs".to_owned());
        let targets = ["bin", "test", "example", "bench"]
            .iter()
            .filter_map(|kind| manifest.get(*kind)?.as_array())
            .flatten()
            .filter_map(|target| target.get("path")?.as_str())
            .filter_map(|path| join(directory, path.as_bytes()))
            .map(Into::into)
            .collect();
        let renamed = ["dependencies", "dev-dependencies"]
            .iter()
            .filter_map(|kind| manifest.get(*kind)?.as_table())
            .flatten()
            .filter_map(|(alias, said)| {
                let package = said.get("package")?.as_str()?;
                Some((identifier(alias), identifier(package)))
            })
            .collect();
        Some(Self {
            name: identifier(&name),
            library: join(directory, path.as_bytes())?.into(),
            targets,
            renamed,
        })
    }
}

fn identifier(name: &str) -> Box<str> {
    name.replace('-', "_").into()
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn a_crate_is_known_by_the_name_of_its_library() {
        let manifests = read(&[
            ("Cargo.toml", "[workspace]\nmembers = ['a']"),
            (
                "a/Cargo.toml",
                "[package]\nname = 'rip-grep'\n[[bin]]\nname = 'rg'\npath = 'core/main.rs'\n\
                 [dependencies]\nold = { package = 'new-one' }",
            ),
            (
                "b/Cargo.toml",
                "[package]\nname = 'b'\n[lib]\nname = 'c'\npath = 'c.rs'",
            ),
        ]);
        assert!(manifests.crate_of(b"src").is_none());
        let (directory, found) = manifests.crate_of(b"a/src/x").unwrap();
        assert_eq!((directory, &*found.name), (b"a".as_slice(), "rip_grep"));
        assert_eq!(&*found.targets[0], b"a/core/main.rs");
        assert_eq!(found.renamed[0], ("old".into(), "new_one".into()));
        let library = &manifests.crates()[b"b".as_slice()];
        assert_eq!(
            (&*library.name, &*library.library),
            ("c", b"b/c.rs".as_slice())
        );
    }
}
