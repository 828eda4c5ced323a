//! Paths as templates: one notation for what frameworks write in many, and when two of them mean one path.

/// What stands for a path that is no literal.
pub(super) const UNKNOWN: &str = "*";

/// Longest path that is kept, in bytes.
const LONGEST: usize = 512;

/// A whole path: prefix and path joined, with one slash in front. Ends as it is written.
pub(super) fn path(prefix: &str, path: &str) -> String {
    let joined = joined(prefix, path);
    let mut whole = if joined.starts_with(['/', '*']) {
        joined
    } else {
        format!("/{joined}")
    };
    if whole.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| whole.is_char_boundary(*at));
        whole.truncate(end.unwrap_or(0));
    }
    whole
}

/// Two parts of a path with one slash between them.
pub(super) fn joined(before: &str, behind: &str) -> String {
    if before.is_empty() {
        return behind.to_owned();
    }
    if behind.is_empty() {
        return before.to_owned();
    }
    let (before, behind) = (before.trim_end_matches('/'), behind.trim_start_matches('/'));
    format!("{before}/{behind}")
}

/// A path as a framework writes it, with `{name}` for what a request fills in: of `<int:id>`, `:id`, `{id:path}`,
/// `${id}`, `[id]`.
pub(super) fn plain(written: &str) -> String {
    let parts = written.split('/').map(|part| match part.as_bytes() {
        [b':', ..] => {
            let name = part[1..].split(['(', '?', '*', '+', '{']).next();
            format!("{{{}}}", name.unwrap_or_default())
        }
        [b'$', b'{', ..] => part[1..].to_owned(),
        _ => angles(part),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A part of a path without converters.
fn angles(part: &str) -> String {
    let mut plain = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find(['<', '{']) {
        let close = if rest.as_bytes()[at] == b'<' {
            '>'
        } else {
            '}'
        };
        let Some(end) = rest[at..].find(close).map(|end| at + end) else {
            break;
        };
        plain.push_str(&rest[..at]);
        let inside = &rest[at + 1..end];
        // Flask writes the converter first, Starlette and actix last.
        let name = match (close, inside.split_once(':')) {
            ('>', Some((_, name))) => name,
            (_, Some((name, _))) => name,
            (_, None) => inside,
        };
        plain.push('{');
        plain.push_str(name.trim_start_matches('*').trim_end_matches(".."));
        plain.push('}');
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    plain
}

/// A path given as a regular expression: groups become what a request fills in.
pub(super) fn of_expression(written: &str) -> String {
    let bytes = written
        .trim_start_matches('^')
        .trim_end_matches('$')
        .as_bytes();
    let mut plain: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'(' => {
                let end = end_of_group(bytes, at);
                let inside = &bytes[at + 1..end];
                let named = inside
                    .strip_prefix(b"?P<")
                    .and_then(|rest| rest.split(|byte| *byte == b'>').next());
                let is_silent = inside.starts_with(b"?:") && bytes.get(end + 1) == Some(&b'?');
                if !is_silent {
                    plain.push(b'{');
                    plain.extend_from_slice(named.unwrap_or_default());
                    plain.push(b'}');
                }
                at = end + 1;
                if bytes.get(at).is_some_and(|next| b"?*+".contains(next)) {
                    at += 1;
                }
            }
            b'\\' => {
                plain.extend(bytes.get(at + 1).filter(|next| next.is_ascii_punctuation()));
                at += 2;
            }
            b'?' | b'^' | b'$' => at += 1,
            other => {
                plain.push(other);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// The closing bracket of a group; the end of the text if there is none.
fn end_of_group(bytes: &[u8], start: usize) -> usize {
    let (mut depth, mut at) = (0_usize, start);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// A path in the form in which two are compared: what a request fills in has no name, a slash at the end counts for
/// nothing, and neither do host, query and case of the notation.
pub fn key(path: &str) -> String {
    let path = match path.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => path,
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let plain = plain(path.trim_start_matches('…'));
    let parts = plain
        .split('/')
        .filter(|part| !part.is_empty())
        .map(|part| match part.find('{') {
            Some(at) if part.ends_with('}') => format!("{}{{}}", &part[..at]),
            _ => part.to_owned(),
        });
    format!("/{}", parts.collect::<Vec<_>>().join("/"))
}

/// Whether a path ends with another one, both as [`key`] gives them.
pub fn same_end(whole: &str, end: &str) -> bool {
    end == "/" || whole.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::{joined, key, of_expression, plain};

    #[test]
    fn every_notation_of_a_parameter_means_the_same() {
        for written in [
            "/users/<int:id>",
            "/users/{id}",
            "/users/:id",
            "/users/{id:path}",
            "/users/<id>/",
            "http://localhost:8000/users/${id}?x=1",
        ] {
            assert_eq!(key(written), "/users/{}", "{written}");
        }
        assert_eq!(plain("/a/<string:slug>.json"), "/a/{slug}.json");
        assert_eq!(plain("/:id(\\d+)?"), "/{id}");
        assert_eq!(plain("/{*rest}"), "/{rest}");
    }

    #[test]
    fn groups_of_an_expression_are_parameters() {
        assert_eq!(
            of_expression(r"^projects/(?P<slug>[-\w]+(?:/x)?)/edit\.html$"),
            "projects/{slug}/edit.html"
        );
        assert_eq!(of_expression(r"^a/(?:page/(\d+)/)?$"), "a/");
        assert_eq!(of_expression("(open"), "{}");
    }

    #[test]
    fn parts_are_joined_with_one_slash() {
        assert_eq!(joined("/api/", "/x"), "/api/x");
        assert_eq!(joined("/api", ""), "/api");
        assert_eq!(joined("", "x/"), "x/");
        assert_eq!(joined("/api", "/"), "/api/");
    }
}
