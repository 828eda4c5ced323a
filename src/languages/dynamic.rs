//! Which written types switch static checking off, by language. What a query cannot say stands here.

/// Judges a written type. `imports` maps local names to what they stand for (`t` → `typing`, `A` → `typing.Any`).
pub type Dynamic = fn(written: &str, imports: &dyn Fn(&str) -> Option<String>) -> Precision;

/// How precise a written type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// No dynamic type in it.
    Precise,
    /// The dynamic type only inside a container: `list[Any]`.
    NestedDynamic,
    /// The dynamic type itself, or one arm of a union is.
    Dynamic,
}

/// Python: `typing.Any` and `_typeshed.Incomplete` under any alias, after `Optional`, `Union`, `X | Y`, `Annotated`,
/// `Final`, `ClassVar`, `Required`, `NotRequired`, `ReadOnly` and quotes.
pub const PYTHON: Dynamic = |written, imports| {
    if !written.contains("Any") && !written.contains("Incomplete") && !has_alias(written, imports) {
        return Precision::Precise;
    }
    let mut pending = vec![written.trim()];
    while let Some(arm) = pending.pop() {
        if let Some(inner) = unquote(arm) {
            pending.push(inner);
            continue;
        }
        if let Some(inner) = parenthesised(arm) {
            pending.push(inner);
            continue;
        }
        let arms = split_top(arm, '|');
        if arms.len() > 1 {
            pending.extend(arms);
            continue;
        }
        if let Some((head, inner)) = subscripted(arm) {
            match last_name(head) {
                "Optional" | "Final" | "ClassVar" | "Required" | "NotRequired" | "ReadOnly" => {
                    pending.push(inner);
                }
                "Annotated" => pending.extend(split_top(inner, ',').into_iter().take(1)),
                "Union" => pending.extend(split_top(inner, ',')),
                _ => {}
            }
            continue;
        }
        if is_python_any(arm, imports) {
            return Precision::Dynamic;
        }
    }
    if words(written).any(|word| is_python_any(word, imports)) {
        Precision::NestedDynamic
    } else {
        Precision::Precise
    }
};

/// TypeScript: `any`, also as one arm of a union. `unknown`, `object`, `{}` and `Function` are types.
pub const TYPESCRIPT: Dynamic = |written, _| ecmascript_any(written, &["any"]);

/// JavaScript: the types of JSDoc, where `*` and `?` are dynamic too.
pub const JAVASCRIPT: Dynamic = |written, _| ecmascript_any(written, &["any", "*", "?"]);

/// Rust: `dyn Any` behind `&`, `Box`, `Rc`, `Arc` and `Option`, where `Any` is not a trait of somebody else's.
pub const RUST: Dynamic = |written, imports| {
    if !written.contains("Any") {
        return Precision::Precise;
    }
    let mut rest = written.trim();
    loop {
        if let Some(inner) = dereferenced(rest).or_else(|| parenthesised(rest)) {
            rest = inner;
            continue;
        }
        match rest.split_once('<') {
            Some((head, inner))
                if matches!(
                    head.trim().rsplit("::").next(),
                    Some("Box" | "Rc" | "Arc" | "Option")
                ) =>
            {
                rest = inner.trim_end().trim_end_matches('>').trim();
            }
            _ => break,
        }
    }
    if rest
        .strip_prefix("dyn")
        .is_some_and(|bounds| has_rust_any(bounds, imports))
    {
        return Precision::Dynamic;
    }
    let mut objects = written.split("dyn").skip(1);
    if objects.any(|object| {
        let end = object.find([',', '>', ')', ']', ';', '=']);
        has_rust_any(&object[..end.unwrap_or(object.len())], imports)
    }) {
        Precision::NestedDynamic
    } else {
        Precision::Precise
    }
};

/// What a Rust reference refers to, its lifetime and mutability taken off.
fn dereferenced(written: &str) -> Option<&str> {
    let rest = written.strip_prefix('&')?.trim_start();
    let rest = match rest.strip_prefix('\'') {
        Some(lifetime) => lifetime
            .trim_start_matches(|c: char| c.is_alphanumeric() || c == '_')
            .trim_start(),
        None => rest,
    };
    let mutable = rest
        .strip_prefix("mut")
        .filter(|rest| rest.starts_with(char::is_whitespace));
    Some(mutable.unwrap_or(rest).trim_start())
}

/// Whether one of the bounds after `dyn` is `std::any::Any`, as far as imports tell.
fn has_rust_any(bounds: &str, imports: &dyn Fn(&str) -> Option<String>) -> bool {
    bounds.starts_with(char::is_whitespace)
        && bounds.split('+').any(|bound| {
            let bound = bound.trim().trim_start_matches("::");
            match bound {
                "Any" => imports("Any")
                    .is_none_or(|path| matches!(&*path, "std::any.Any" | "core::any.Any")),
                "any::Any" => {
                    imports("any").is_none_or(|path| matches!(&*path, "std.any" | "core.any"))
                }
                _ => matches!(bound, "std::any::Any" | "core::any::Any"),
            }
        })
}

fn ecmascript_any(written: &str, dynamic: &[&str]) -> Precision {
    if !dynamic.iter().any(|name| written.contains(name)) {
        return Precision::Precise;
    }
    let mut pending = vec![written.trim()];
    while let Some(arm) = pending.pop() {
        let arm = arm
            .trim_start_matches(':')
            .trim()
            .trim_start_matches('|')
            .trim();
        // Behind an arrow everything belongs to what the function returns: no arm of this union.
        let (arm, is_function) = match top_arrow(arm) {
            Some(arrow) => (&arm[..arrow], true),
            None => (arm, false),
        };
        let mut arms = split_top(arm, '|');
        if is_function {
            arms.pop();
        }
        if is_function || arms.len() > 1 {
            pending.extend(arms);
        } else if let Some(inner) = parenthesised(arm) {
            pending.push(inner);
        } else if dynamic.contains(&arm) || dynamic.contains(&bare_of_marks(arm)) {
            return Precision::Dynamic;
        }
    }
    if words(written).any(|word| word == "any") {
        Precision::NestedDynamic
    } else {
        Precision::Precise
    }
}

/// A type without the marks of JSDoc for nullable, not nullable and optional.
fn bare_of_marks(arm: &str) -> &str {
    let bare = arm.trim_end_matches('=').trim_start_matches('!');
    let inner = bare.strip_prefix('?').or_else(|| bare.strip_suffix('?'));
    inner.filter(|inner| !inner.is_empty()).unwrap_or(bare)
}

/// Where the arrow of a function type stands outside all brackets.
fn top_arrow(text: &str) -> Option<usize> {
    let mut depth = 0i32;
    let mut previous = b' ';
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'>' if previous == b'=' && depth == 0 => return Some(at - 1),
            b'>' if previous == b'=' => {}
            b'(' | b'[' | b'{' | b'<' => depth += 1,
            b')' | b']' | b'}' | b'>' => depth -= 1,
            _ => {}
        }
        previous = byte;
    }
    None
}

/// Whether a word of the type is an import alias of the dynamic type (`from typing import Any as A`).
fn has_alias(written: &str, imports: &dyn Fn(&str) -> Option<String>) -> bool {
    words(written).any(|word| is_python_any(word, imports))
}

fn is_python_any(name: &str, imports: &dyn Fn(&str) -> Option<String>) -> bool {
    matches!(
        resolved(name, imports).as_deref(),
        Some(
            "typing.Any" | "typing_extensions.Any" | "_typeshed.Incomplete" | "_typeshed.MaybeNone"
        )
    )
}

/// Whether a name is that of the function by which Python asserts a type nobody checks.
pub fn is_unchecked_cast(name: &str, imports: &dyn Fn(&str) -> Option<String>) -> bool {
    matches!(
        resolved(name, imports).as_deref(),
        Some("typing.cast" | "typing_extensions.cast")
    )
}

/// What a dotted name stands for, as far as imports tell.
fn resolved(name: &str, imports: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let name = name.trim();
    match name.rsplit_once('.') {
        Some((module, last)) => imports(module).map(|module| format!("{module}.{last}")),
        None => imports(name),
    }
}

/// The dotted words of a written type.
fn words(written: &str) -> impl Iterator<Item = &str> {
    written
        .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
        .filter(|word| !word.is_empty())
}

fn last_name(dotted: &str) -> &str {
    dotted.trim().rsplit('.').next().unwrap_or(dotted)
}

fn unquote(text: &str) -> Option<&str> {
    let text = text.trim();
    for quote in ["\"\"\"", "'''", "\"", "'"] {
        if let Some(inner) = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return Some(inner.trim());
        }
    }
    None
}

/// What stands between the outer parentheses, if one pair encloses everything.
fn parenthesised(text: &str) -> Option<&str> {
    let text = text.trim();
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0i32;
    for c in inner.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    Some(inner.trim())
}

/// Head and content of `Head[content]`.
fn subscripted(text: &str) -> Option<(&str, &str)> {
    let (head, inner) = text.split_once('[')?;
    Some((head, inner.trim_end().strip_suffix(']')?))
}

/// Splits at a separator outside brackets, angle brackets, braces and quotes.
fn split_top(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0i32;
    let mut quote = None;
    let mut previous = ' ';
    let mut start = 0;
    let mut pieces = Vec::new();
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
            }
            None => match c {
                '"' | '\'' | '`' => quote = Some(c),
                '(' | '[' | '{' | '<' => depth += 1,
                // `=>` closes nothing.
                '>' if previous == '=' => {}
                ')' | ']' | '}' | '>' => depth -= 1,
                _ if c == separator && depth == 0 => {
                    pieces.push(text[start..at].trim());
                    start = at + c.len_utf8();
                }
                _ => {}
            },
        }
        previous = c;
    }
    pieces.push(text[start..].trim());
    pieces
}

#[cfg(test)]
mod tests {
    use super::{JAVASCRIPT, PYTHON, Precision, RUST, TYPESCRIPT};

    fn python(written: &str) -> Precision {
        PYTHON(written, &|name| match name {
            "Any" => Some("typing.Any".into()),
            "A" => Some("typing.Any".into()),
            "t" => Some("typing".into()),
            "Anything" => Some("mine.Anything".into()),
            _ => None,
        })
    }

    #[test]
    fn python_any_hides_in_unions_optionals_and_quotes() {
        for written in [
            "Any",
            "A",
            "t.Any",
            "\"Any\"",
            "Optional[Any]",
            "Union[int, Any]",
            "int | Any",
            "Annotated[Any, 1]",
            "ClassVar[t.Any]",
            "'int | Any'",
        ] {
            assert_eq!(python(written), Precision::Dynamic, "{written}");
        }
        for written in [
            "list[Any]",
            "dict[str, t.Any]",
            "Callable[..., Any]",
            "Annotated[int, Any]",
        ] {
            assert_eq!(python(written), Precision::NestedDynamic, "{written}");
        }
        for written in ["int", "Anything", "x.Any", "AnyStr", "Literal[\"Any\"]x"] {
            assert_ne!(python(written), Precision::Dynamic, "{written}");
        }
    }

    #[test]
    fn typescript_any_is_an_arm_of_a_union() {
        let judge = |written: &str| TYPESCRIPT(written, &|_| None);
        assert_eq!(judge("any"), Precision::Dynamic);
        assert_eq!(judge(": any | null"), Precision::Dynamic);
        assert_eq!(judge("(any)"), Precision::Dynamic);
        assert_eq!(judge("Promise<any>"), Precision::NestedDynamic);
        assert_eq!(judge("any[]"), Precision::NestedDynamic);
        assert_eq!(judge("(err: any) => void"), Precision::NestedDynamic);
        assert_eq!(judge("() => Promise<any> | any"), Precision::NestedDynamic);
        assert_eq!(judge("string | ((a: 1) => any)"), Precision::NestedDynamic);
        assert_eq!(judge("any | (() => void)"), Precision::Dynamic);
        assert_eq!(judge("company"), Precision::Precise);
        assert_eq!(judge("unknown"), Precision::Precise);
    }

    #[test]
    fn jsdoc_stars_are_dynamic() {
        for written in ["*", "?", "any", "?any", "*=", "string | *", "(any)", "!any"] {
            assert_eq!(
                JAVASCRIPT(written, &|_| None),
                Precision::Dynamic,
                "{written}"
            );
        }
        assert_eq!(JAVASCRIPT("?string", &|_| None), Precision::Precise);
        assert_eq!(JAVASCRIPT("string", &|_| None), Precision::Precise);
    }

    #[test]
    fn rust_dyn_any_hides_behind_pointers() {
        let judge = |written: &str| RUST(written, &|_| None);
        assert_eq!(judge("Box<dyn Any>"), Precision::Dynamic);
        assert_eq!(judge("&mut dyn std::any::Any"), Precision::Dynamic);
        assert_eq!(judge("Option<Arc<dyn Any + Send>>"), Precision::Dynamic);
        assert_eq!(judge("Vec<Box<dyn Any>>"), Precision::NestedDynamic);
        assert_eq!(judge("&'a mut (dyn\n Any + 'static)"), Precision::Dynamic);
        assert_eq!(judge("Box<dyn Fn(&dyn Any)>"), Precision::NestedDynamic);
        for precise in [
            "impl Fn(i32)",
            "impl std::any::Any",
            "dyn Anything",
            "&dyn prost::Any",
            "Box<AnyOf<u8>>",
        ] {
            assert_eq!(judge(precise), Precision::Precise, "{precise}");
        }
        let own = |name: &str| (name == "Any").then(|| "crate::shapes.Any".to_owned());
        assert_eq!(RUST("Box<dyn Any>", &own), Precision::Precise);
    }
}
