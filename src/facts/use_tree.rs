//! Rust `use` trees, flattened into one path for each name.

/// One flattened path of a `use` tree.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Everything before the last name.
    pub module: String,
    /// The last name; `*` for all; none for `self` (the module itself).
    pub name: Option<String>,
    /// The name after `as`.
    pub alias: Option<String>,
}

/// Flattens the text between `use` and `;`, comments removed by the caller's grammar or tolerated here.
pub(super) fn flatten(tree: &str) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    // (prefix, rest of a group) pairs; a stack, because trees nest as deep as their author likes.
    let mut pending = vec![(String::new(), tree.trim().to_owned())];
    while let Some((prefix, tree)) = pending.pop() {
        let tree = tree.trim();
        if tree.is_empty() {
            continue;
        }
        if let Some(open) = tree.find('{')
            && let Some(inner) = tree[open + 1..].trim_end().strip_suffix('}')
        {
            let head = tree[..open].trim().trim_end_matches("::");
            let prefix = join(&prefix, head);
            for piece in split_group(inner).into_iter().rev() {
                pending.push((prefix.clone(), piece.to_owned()));
            }
            continue;
        }
        let (path, alias) = match tree.split_once(" as ") {
            Some((path, alias)) => (path.trim(), Some(alias.trim().to_owned())),
            None => (tree, None),
        };
        let path: String = join(&prefix, path)
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        let (module, name) = match path.rsplit_once("::") {
            Some((module, "self")) => (module.to_owned(), None),
            Some((module, name)) => (module.to_owned(), Some(name.to_owned())),
            None => (path, None),
        };
        leaves.push(Leaf {
            module,
            name,
            alias,
        });
    }
    leaves
}

fn join(prefix: &str, path: &str) -> String {
    let path = path.trim();
    if prefix.is_empty() {
        path.to_owned()
    } else if path.is_empty() {
        prefix.to_owned()
    } else {
        format!("{prefix}::{path}")
    }
}

/// Splits the inside of braces at top-level commas.
fn split_group(inner: &str) -> Vec<&str> {
    let mut depth = 0i32;
    let mut start = 0;
    let mut pieces = Vec::new();
    for (at, byte) in inner.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            b',' if depth == 0 => {
                pieces.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(&inner[start..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::flatten;

    #[test]
    fn a_tree_becomes_one_path_for_each_name() {
        let flat: Vec<String> = flatten("crate::{a::{self, B as C}, d::*, e}")
            .into_iter()
            .map(|leaf| {
                format!(
                    "{} {} {}",
                    leaf.module,
                    leaf.name.unwrap_or_default(),
                    leaf.alias.unwrap_or_default()
                )
            })
            .collect();
        assert_eq!(
            flat,
            ["crate::a  ", "crate::a B C", "crate::d * ", "crate e "]
        );
    }

    #[test]
    fn a_bare_crate_is_its_own_module() {
        let leaf = &flatten("reqwest")[0];
        assert_eq!(
            (leaf.module.as_str(), leaf.name.as_deref()),
            ("reqwest", None)
        );
    }
}
