//! `pyproject.toml` and `setup.cfg`: directories that hold top-level Python modules.

use crate::path::join;

/// What `pyproject.toml` says.
pub(super) fn roots(directory: &[u8], project: &toml::Table) -> Vec<Box<[u8]>> {
    let at = |path: &[&str]| {
        let (first, rest) = path.split_first()?;
        rest.iter()
            .try_fold(project.get(*first)?, |value, key| value.get(*key))
    };
    let mut written: Vec<&str> = Vec::new();
    if let Some(wheres) = at(&["tool", "setuptools", "packages", "find", "where"]) {
        written.extend(
            wheres
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(toml::Value::as_str),
        );
    }
    written.extend(at(&["tool", "setuptools", "package-dir", ""]).and_then(toml::Value::as_str));
    if let Some(packages) = at(&["tool", "poetry", "packages"]).and_then(toml::Value::as_array) {
        written.extend(
            packages
                .iter()
                .filter_map(|package| package.get("from")?.as_str()),
        );
    }
    written
        .into_iter()
        .filter_map(|path| join(directory, path.as_bytes()))
        .map(Into::into)
        .collect()
}

/// What `setup.cfg` says.
pub(super) fn roots_of_setup(directory: &[u8], text: &str) -> Vec<Box<[u8]>> {
    let mut section = "";
    let mut in_package_dir = false;
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim_end();
        let is_continuation = line.starts_with([' ', '\t']);
        let line = line.trim_start();
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'))
        {
            section = name;
            in_package_dir = false;
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let (key, value) = (key.trim(), value.trim());
        let package_dir =
            section == "options" && ((in_package_dir && is_continuation) || key == "package_dir");
        in_package_dir = package_dir;
        if section == "options.packages.find" && key == "where" {
            found.push(value);
        } else if package_dir {
            // Either `=src` on its own line or `package_dir = =src`.
            found.extend(if key.is_empty() {
                Some(value)
            } else {
                value.strip_prefix('=')
            });
        }
    }
    found
        .into_iter()
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .filter_map(|path| join(directory, path.as_bytes()))
        .map(Into::into)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn roots_are_read_from_every_tool() {
        let manifests = read(&[
            (
                "a/pyproject.toml",
                "[tool.setuptools]\npackage-dir = {'' = 'lib'}\n\
                 [tool.setuptools.packages.find]\nwhere = ['src', '../shared']",
            ),
            (
                "b/pyproject.toml",
                "[tool.poetry]\npackages = [{include = 'x', from = 'python'}]",
            ),
            (
                "c/setup.cfg",
                "[options]\npackage_dir =\n    =source\nx = y\n[options.packages.find]\nwhere = code\n",
            ),
        ]);
        let roots: Vec<&[u8]> = manifests
            .python_roots()
            .iter()
            .map(|root| &**root)
            .collect();
        let expected: [&[u8]; 6] = [
            b"a/lib",
            b"a/src",
            b"b/python",
            b"c/code",
            b"c/source",
            b"shared",
        ];
        assert_eq!(roots, expected);
    }
}
