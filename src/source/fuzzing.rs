//! What holds for any bytes of a work tree's own files.

use super::ignore_rules::IgnoreRules;
use super::notes::Notes;

/// A `.gitignore` in the root and below it: the inner one says the same of what lies in it as the outer one of the root.
pub fn ignore_rules(bytes: &[u8]) {
    let mut notes = Notes::default();
    let mut outer = IgnoreRules::default();
    let root = outer.add(bytes, b"", None, &mut notes);
    let mut inner = IgnoreRules::default();
    let below = inner.add(bytes, b"web", None, &mut notes);
    for (path, is_directory) in [
        ("a", false),
        ("build", true),
        ("src/a.py", false),
        ("x y/ü", true),
    ] {
        let ignored = outer.ignores(root, path.as_bytes(), is_directory);
        let moved = format!("web/{path}");
        assert_eq!(
            ignored,
            inner.ignores(below, moved.as_bytes(), is_directory)
        );
    }
}
