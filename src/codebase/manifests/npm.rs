//! `package.json`: packages of npm, their names and what of them others can import.

use serde_json::Value;

/// Most conditions and subpaths of a package that are looked at.
const MOST_ENTRIES: usize = 4_096;

/// A package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: Option<Box<str>>,
    /// The files that may stand for the package itself, best first, as written.
    pub entries: Vec<Box<str>>,
    /// Subpaths of `exports` without `./`, one `*` allowed, and the files they may stand for, best first.
    pub exports: Vec<(Box<str>, Vec<Box<str>>)>,
    /// Names of `imports` with their `#`, one `*` allowed, and the files they may stand for, best first.
    pub imports: Vec<(Box<str>, Vec<Box<str>>)>,
}

impl Package {
    /// Reads a manifest. What is not understood is as if it were not there.
    pub(super) fn read(manifest: &Value) -> Self {
        let text = |key: &str| manifest.get(key).and_then(Value::as_str).map(Box::from);
        let mut package = Self {
            name: text("name"),
            ..Self::default()
        };
        match manifest.get("exports") {
            Some(Value::Object(map)) if map.keys().any(|key| key.starts_with('.')) => {
                for (key, value) in map.iter().take(MOST_ENTRIES) {
                    match key.strip_prefix("./") {
                        Some(subpath) => package.exports.push((subpath.into(), targets(value))),
                        None => package.entries.extend(targets(value)),
                    }
                }
            }
            Some(value) => package.entries.extend(targets(value)),
            None => {}
        }
        let fields = ["source", "module", "main", "types", "typings"];
        package
            .entries
            .extend(fields.iter().filter_map(|key| text(key)));
        if let Some(map) = manifest.get("imports").and_then(Value::as_object) {
            package.imports = map
                .iter()
                .take(MOST_ENTRIES)
                .map(|(key, value)| (key.as_str().into(), targets(value)))
                .collect();
        }
        package
    }
}

/// The files a target may stand for: what runs before what is only declared.
fn targets(value: &Value) -> Vec<Box<str>> {
    let mut found: Vec<Box<str>> = Vec::new();
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        if found.len() >= MOST_ENTRIES {
            break;
        }
        match value {
            Value::String(path) => found.push(path.as_str().into()),
            Value::Array(values) => pending.extend(values.iter().rev()),
            Value::Object(conditions) => pending.extend(conditions.values().rev()),
            _ => {}
        }
    }
    found.sort_by_key(|path| path.ends_with(".d.ts"));
    found
}

/// The files the best matching pattern of a map stands for, with `*` filled in: an exact one, or that with the longest
/// start.
pub(crate) fn matching(map: &[(Box<str>, Vec<Box<str>>)], name: &str) -> Vec<String> {
    let mut best: Option<(usize, &str, &Vec<Box<str>>)> = None;
    for (pattern, files) in map {
        let (start, middle) = match pattern.split_once('*') {
            None if **pattern == *name => return files.iter().map(ToString::to_string).collect(),
            None => continue,
            Some((start, end)) => {
                let Some(middle) = name
                    .strip_prefix(start)
                    .and_then(|rest| rest.strip_suffix(end))
                else {
                    continue;
                };
                (start.len(), middle)
            }
        };
        if best.is_none_or(|(longest, _, _)| start > longest) {
            best = Some((start, middle, files));
        }
    }
    best.map_or(Vec::new(), |(_, middle, files)| {
        files
            .iter()
            .map(|file| file.replacen('*', middle, 1))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::matching;

    #[test]
    fn conditions_become_files_with_declarations_last() {
        let manifests = read(&[(
            "package.json",
            r##"{
                "name": "@a/b", "main": "./m.js",
                "exports": {
                    ".": {"types": "./t.d.ts", "import": {"node": "./n.js"}},
                    "./deep": "./dist/deep.js",
                    "./x/*": "./dist/x/*.js"
                },
                "imports": {"#i/*": "./src/i/*"}
            }"##,
        )]);
        let package = &manifests.packages()[b"".as_slice()];
        let entries: Vec<&str> = package.entries.iter().map(|entry| &**entry).collect();
        assert_eq!(entries, ["./n.js", "./t.d.ts", "./m.js"]);
        assert_eq!(matching(&package.exports, "deep"), ["./dist/deep.js"]);
        assert_eq!(matching(&package.exports, "x/a/b"), ["./dist/x/a/b.js"]);
        assert_eq!(matching(&package.imports, "#i/q.js"), ["./src/i/q.js"]);
        assert!(matching(&package.exports, "other").is_empty());
    }
}
