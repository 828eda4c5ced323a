//! Names with `*` in them: `logging.*`, `*.unwrap`.

use serde::Serialize;

/// Longest name, in bytes.
const LONGEST: usize = 200;

/// A name in which `*` stands for any text, none included. All of a name has to match.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Wildcard(String);

impl Wildcard {
    /// Reads one; the error says what is wrong with it and reads on from its text.
    pub(in crate::definition) fn new(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            Err("is empty")
        } else if text.len() > LONGEST {
            Err("is longer than 200 bytes")
        } else if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            Err("holds white space, and no name does")
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether it matches a name of which only the end is known; none if that depends on the rest.
    pub fn matches_end(&self, end: &str) -> Option<bool> {
        if self.0.starts_with('*') && self.matches(end) {
            return Some(true);
        }
        let last = self.0.rsplit('*').next().unwrap_or_default();
        let is_exact = last.len() == self.0.len();
        let may_end_so = last.ends_with(end) || (!is_exact && end.ends_with(last));
        (!may_end_so).then_some(false)
    }

    /// Whether it matches all of a name.
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return rest.ends_with(part);
            }
            match rest.find(part) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Wildcard;

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        for (pattern, name, expected) in [
            ("print", "print", true),
            ("print", "self.print", false),
            ("print", "print!", false),
            ("log.*", "log.info", true),
            ("log.*", "log.", true),
            ("log.*", "catalog.info", false),
            ("*.unwrap", "a.b().unwrap", true),
            ("*.unwrap", "unwrap", false),
            ("*log*.info", "app.logger.info", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*", "", true),
            ("a**b", "ab", true),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "ab", false),
        ] {
            let pattern = Wildcard::new(pattern).unwrap();
            assert_eq!(pattern.matches(name), expected, "{pattern:?} {name}");
        }
    }

    #[test]
    fn of_an_end_it_says_only_what_holds_whatever_is_before_it() {
        for (pattern, end, expected) in [
            ("*/users", "/users", Some(true)),
            ("*", "/users", Some(true)),
            ("*/users/*", "/users/{id}", Some(true)),
            ("/api/users", "/users", None),
            ("/api/*", "/users", None),
            ("*/a/*/b", "/b", None),
            ("/users", "/users", None),
            ("*/users", "/orders", Some(false)),
            ("/users", "/v1/users/{id}", Some(false)),
            ("/users", "/v1/users", Some(false)),
        ] {
            let pattern = Wildcard::new(pattern).unwrap();
            assert_eq!(pattern.matches_end(end), expected, "{pattern:?} {end}");
        }
    }

    #[test]
    fn what_no_name_is_like_is_refused() {
        for bad in ["", "a b", "a\n", &"a".repeat(201)] {
            assert!(Wildcard::new(bad).is_err(), "{bad}");
        }
    }
}
