//! Rust `use` trees, flattened into one path for each name.

/// Longer paths are nobody's; without a bound a deep tree would be copied once for each of its names.
const LONGEST_PATH: usize = 240;

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

/// Flattens the text between `use` and `;`. Comments are skipped, and so is the `::` at the front of a path.
pub(super) fn flatten(tree: &str) -> Vec<Leaf> {
    let mut walk = Walk::default();
    let mut rest = tree;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '/' => comment_length(rest),
            '{' => {
                walk.open();
                1
            }
            '}' => {
                walk.close();
                1
            }
            ',' => {
                walk.end_piece();
                1
            }
            '*' => {
                walk.word("*");
                1
            }
            _ if is_word(first) => {
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                walk.word(&rest[..length]);
                length
            }
            _ => first.len_utf8(),
        };
        rest = &rest[length..];
    }
    walk.end_piece();
    walk.leaves
}

/// A walk over the words of a tree: one path that grows and shrinks.
#[derive(Default)]
struct Walk {
    path: String,
    /// Lengths of the path at the open braces.
    open: Vec<usize>,
    /// Words were added since the last brace or comma.
    has_words: bool,
    /// The path outgrew the bound, which holds until the brace at this depth closes or its piece ends.
    lost_at: Option<usize>,
    after_as: bool,
    alias: Option<String>,
    leaves: Vec<Leaf>,
}

impl Walk {
    fn word(&mut self, word: &str) {
        if self.after_as {
            self.after_as = false;
            self.alias = Some(word.to_owned());
        } else if word == "as" {
            self.after_as = true;
        } else if self.lost_at.is_none() {
            self.has_words = true;
            if self.path.len() + word.len() > LONGEST_PATH {
                self.lost_at = Some(self.open.len());
                return;
            }
            if !self.path.is_empty() {
                self.path.push_str("::");
            }
            self.path.push_str(word);
        }
    }

    fn open(&mut self) {
        self.open.push(self.path.len());
        self.has_words = false;
    }

    fn close(&mut self) {
        self.end_piece();
        self.open.pop();
        // What stands before the brace is no path of its own.
        self.path.truncate(self.base());
        self.settle_loss();
    }

    fn base(&self) -> usize {
        self.open.last().copied().unwrap_or(0)
    }

    fn end_piece(&mut self) {
        let alias = self.alias.take();
        self.after_as = false;
        if std::mem::take(&mut self.has_words) && self.lost_at.is_none() {
            let (module, name) = match self.path.rsplit_once("::") {
                Some((module, "self")) => (module, None),
                Some((module, name)) => (module, Some(name.to_owned())),
                None => (self.path.as_str(), None),
            };
            self.leaves.push(Leaf {
                module: module.to_owned(),
                name,
                alias,
            });
        }
        self.path.truncate(self.base());
        self.settle_loss();
    }

    fn settle_loss(&mut self) {
        if self.lost_at.is_some_and(|depth| self.open.len() <= depth) {
            self.lost_at = None;
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '#' | '$')
}

/// The bytes of the comment a slash begins; 1 if it begins none.
fn comment_length(text: &str) -> usize {
    if text.starts_with("//") {
        text.find('\n').unwrap_or(text.len())
    } else if text.starts_with("/*") {
        text.find("*/").map_or(text.len(), |end| end + 2)
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::flatten;

    fn flat(tree: &str) -> Vec<String> {
        flatten(tree)
            .into_iter()
            .map(|leaf| {
                let name = leaf.name.unwrap_or_else(|| "-".into());
                match leaf.alias {
                    Some(alias) => format!("{} {name} as {alias}", leaf.module),
                    None => format!("{} {name}", leaf.module),
                }
            })
            .collect()
    }

    #[test]
    fn a_tree_becomes_one_path_for_each_name() {
        assert_eq!(
            flat("crate::{a::{self, B as C}, d::*, e}"),
            ["crate::a -", "crate::a B as C", "crate::d *", "crate e"]
        );
        assert_eq!(flat("{a, b::c}"), ["a -", "b c"]);
        assert_eq!(flat("a::{}"), [""; 0]);
        assert_eq!(
            flat("io::{self as\n disk, Read as _,}"),
            ["io - as disk", "io Read as _"]
        );
    }

    #[test]
    fn a_bare_crate_is_its_own_module_and_leading_colons_mean_nothing() {
        assert_eq!(flat("reqwest"), ["reqwest -"]);
        assert_eq!(flat("::reqwest::Client"), ["reqwest Client"]);
        assert_eq!(flat("super::*"), ["super *"]);
        assert_eq!(flat("a::r#type"), ["a r#type"]);
    }

    #[test]
    fn comments_in_a_tree_are_skipped() {
        assert_eq!(
            flat("a::{b, // c, {d\n e /* } , */, f}"),
            ["a b", "a e", "a f"]
        );
    }

    #[test]
    fn a_path_beyond_the_bound_is_dropped_and_its_neighbours_are_kept() {
        let deep = "long_name::{".repeat(5_000);
        let tree = format!("{{a::B, {deep}x, y{}, c}}", "}".repeat(5_000));
        assert_eq!(flat(&tree), ["a B", "c -"]);
    }
}
