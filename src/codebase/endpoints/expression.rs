//! Small readings of expressions as they stand in arguments. Text may be cut anywhere, so nothing is taken for granted.

use crate::facts::routes::{Marks, literal, parts};

/// Most layers of calls that are taken off an expression.
const MOST_LAYERS: usize = 8;

/// Strings may stand in either kind of quotes, and Rust's lifetimes do not stand in arguments of routes.
const MARKS: Marks = Marks {
    hash_comments: false,
    single_quotes: true,
};

/// The arguments of a list, trimmed.
pub(super) fn arguments(list: &str) -> Vec<&str> {
    let ranges = parts(list.as_bytes(), MARKS, list.len());
    let texts = ranges.into_iter().filter_map(|range| list.get(range));
    texts.map(str::trim).collect()
}

/// The calls of a chain in order, each with its arguments: `get(list).post(create)`.
pub(super) fn calls(text: &str) -> Vec<(&str, &str)> {
    let mut calls = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('(') {
        let name = rest[..open].trim().trim_start_matches('.').trim();
        let Some(close) = closing(rest, open) else {
            calls.push((name, &rest[open + 1..]));
            break;
        };
        calls.push((name, &rest[open + 1..close]));
        rest = &rest[close + 1..];
    }
    calls
}

/// The bracket that closes the one at a position.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate().skip(open) {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'`') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// What an expression wraps: `list` of `auth(wrap(list))`, `View.as_view()` of `login_required(View.as_view())`.
pub(super) fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    for _ in 0..MOST_LAYERS {
        if let Some(bare) = text.strip_suffix(".bind(this)") {
            text = bare;
        }
        if let Some(list) = text.strip_prefix('[') {
            let list = list.strip_suffix(']').unwrap_or(list);
            text = arguments(list).last().copied().unwrap_or_default();
            continue;
        }
        // `cache_page(60)(view)`: the last brackets hold what is wrapped.
        let last = calls(text).last().copied();
        let Some((callee, inside)) = last.filter(|_| text.ends_with(')')) else {
            return text;
        };
        if callee.ends_with("as_view") || callee.ends_with(".bind") {
            return text;
        }
        match arguments(inside).last() {
            Some(inner) if literal(inner).is_none() => text = inner,
            _ => return text,
        }
    }
    text
}

/// The literal strings of a list, or of one string.
pub(super) fn literals(text: &str) -> Vec<&str> {
    let inside = text.trim().trim_matches(|edge| "[](){}&".contains(edge));
    arguments(inside).into_iter().filter_map(literal).collect()
}

/// A literal of Python: strings that follow each other are one, and `.format(…)` fills in what stays in braces.
pub(super) fn python_text(text: &str) -> Option<String> {
    let mut rest = text
        .trim()
        .trim_start_matches('(')
        .trim_end_matches(')')
        .trim();
    if let Some(at) = rest.find(".format(") {
        rest = rest[..at].trim();
    }
    let mut joined = String::new();
    while !rest.is_empty() {
        let at = rest.find(['"', '\''])?;
        if !rest[..at].bytes().all(|byte| b"rRbBuUfF".contains(&byte)) {
            return None;
        }
        let quote = char::from(rest.as_bytes()[at]);
        let inside = &rest[at + 1..];
        let end = inside.find(quote)?;
        joined.push_str(&inside[..end]);
        rest = inside[end + 1..].trim_start();
    }
    (!text.trim().is_empty()).then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::{calls, literals, python_text, unwrapped};

    #[test]
    fn wrappers_are_taken_off() {
        assert_eq!(unwrapped("auth(wrap(ctrl.list))"), "ctrl.list");
        assert_eq!(unwrapped("cache_page(60)(views.a)"), "views.a");
        assert_eq!(unwrapped("login(V.as_view(x=1))"), "V.as_view(x=1)");
        assert_eq!(unwrapped("[auth, ctrl.list]"), "ctrl.list");
        assert_eq!(unwrapped("handler.bind(this)"), "handler");
        assert_eq!(unwrapped("f("), "f(");
    }

    #[test]
    fn a_chain_is_its_calls() {
        assert_eq!(
            calls("get(a::list).post(|x| (x))"),
            [("get", "a::list"), ("post", "|x| (x)")]
        );
        assert_eq!(calls("get(cut"), [("get", "cut")]);
    }

    #[test]
    fn strings_that_follow_each_other_are_one() {
        assert_eq!(python_text("r'a/' \n 'b'").as_deref(), Some("a/b"));
        assert_eq!(
            python_text("r'^{x}/$'.format(**o)").as_deref(),
            Some("^{x}/$")
        );
        assert_eq!(python_text("'a' + b"), None);
        assert_eq!(literals("['GET', \"POST\"]"), ["GET", "POST"]);
    }
}
