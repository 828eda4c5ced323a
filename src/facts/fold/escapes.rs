//! Escapes: where code leaves what its language checks of types and memory.

use super::Fold;
use super::slots::{imported, shortened};
use crate::facts::finds::{Found, Span};
use crate::facts::role::Subject;
use crate::facts::{Escape, EscapeKind};
use crate::languages::dynamic::{Precision, is_unchecked_cast};

/// An escape, if what is written there is what it looks like. That is known when all imports are.
pub(super) struct WrittenEscape {
    subject: Subject,
    span: Span,
    line: u32,
}

impl Fold<'_> {
    /// What may be an escape. Tests are free to do as they like.
    pub(super) fn escape(&mut self, found: &Found) {
        if !self.in_test() {
            self.escapes.push(WrittenEscape {
                subject: found.subject,
                span: found.span,
                line: found.rows.0 + 1,
            });
        }
    }

    /// Judges what was met, now that all imports are known.
    pub(super) fn settle_escapes(&mut self) {
        if self.escapes.is_empty() {
            return;
        }
        let imports = imported(&self.facts.imports);
        let judge = self.language.dynamic();
        let mut escapes = Vec::with_capacity(self.escapes.len());
        for written in &self.escapes {
            let text = written.span.text(self.text);
            let marker = match written.subject {
                Subject::EscapeType if judge(&text, &imports) == Precision::Precise => continue,
                Subject::EscapeCast if !is_unchecked_cast(&text, &imports) => continue,
                // What it becomes in the end is another type's name.
                Subject::EscapeAs if text == "unknown" => "as unknown as".into(),
                Subject::EscapeAs | Subject::EscapeNumber => shortened(&format!("as {text}")),
                _ if text == "except" => "except:".into(),
                _ => shortened(&text),
            };
            escapes.push(Escape {
                marker,
                line: written.line,
                kind: match written.subject {
                    Subject::EscapePanic => EscapeKind::Panic,
                    Subject::EscapeNumber => EscapeKind::Number,
                    _ => EscapeKind::Unchecked,
                },
            });
        }
        self.facts.escapes = escapes;
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::EscapeKind;
    use crate::facts::extract::extract;
    use crate::languages::Language;

    /// The escapes of a text, each with its line.
    fn escapes(dialect: &str, text: &str) -> Vec<String> {
        let facts = extract(Language::named(dialect).unwrap(), text.as_bytes()).unwrap();
        let told = facts.escapes.iter().map(|escape| {
            let kind = match escape.kind {
                EscapeKind::Unchecked => "",
                EscapeKind::Panic => " panic",
                EscapeKind::Number => " number",
            };
            format!("{} {}{kind}", escape.line, escape.marker)
        });
        told.collect()
    }

    #[test]
    fn any_is_an_escape_wherever_it_stands_in_a_type_of_python() {
        let text = "import typing as t\nfrom typing import Any\ndef f(a: Any, *b: t.Any) -> dict[str, Any] | None:\n    \
                    c: 'Any' = g(Any)\n    d: t.Callable[..., t.Any] = a\n    e: int | Any = 1\n    return [AnyStr]\nF = t.Dict[str, Any]\nG = Any\nH = t.Any\n";
        assert_eq!(
            escapes("python", text),
            [
                "3 Any", "3 t.Any", "3 Any", "4 'Any'", "5 t.Any", "6 Any", "8 Any", "9 Any",
                "10 t.Any",
            ]
        );
        let own = "from sqlalchemy import Any\ndef f(a: Any): pass\n";
        assert_eq!(escapes("python", own), [""; 0]);
    }

    #[test]
    fn only_the_cast_of_typing_is_an_escape() {
        let text = "import typing as t\nfrom typing import cast, cast as t_cast\na = cast(int, b)\nc = t.cast('int', b)\n\
                    d = c.cast(int)\ne = t_cast(int, d)\nf = broadcast(e)\n";
        assert_eq!(escapes("python", text), ["3 cast", "4 t.cast", "6 t_cast"]);
        let other = "from sqlalchemy import cast\na = cast(b, Integer)\n";
        assert_eq!(escapes("python", other), [""; 0]);
    }

    #[test]
    fn an_except_that_names_nothing_and_code_made_of_text_are_escapes() {
        let text =
            "try:\n    eval(a)\nexcept ValueError:\n    exec(b)\nexcept:  # all\n    b.eval(a)\n";
        assert_eq!(escapes("python", text), ["2 eval", "4 exec", "5 except:"]);
        let script = "eval(a);\nconst b = new Function(a);\nb.eval(a);\n";
        assert_eq!(escapes("javascript", script), ["1 eval", "2 Function"]);
    }

    #[test]
    fn typescript_escapes_by_any_by_function_and_by_asserting_what_is_not_checked() {
        let text = "let a: any = b!;\nconst c = (a as any).d as string;\nconst e = a as unknown as Function;\n\
                    function f(g: Array<any>, h?: string) { return !g; }\nlet i = <any>a;\nlet j = 'as any';\n";
        assert_eq!(
            escapes("typescript", text),
            [
                "1 any",
                "1 !",
                "2 as any",
                "3 as unknown as",
                "3 Function",
                "4 any",
                "5 any"
            ]
        );
    }

    #[test]
    fn unsafe_code_that_a_macro_is_given_counts() {
        let text = "cfg! {\n    unsafe fn f() {}\n}\nfn g() { assert!(unsafe { h() }); }\n#[unsafe(no_mangle)]\nfn i() {}\n";
        assert_eq!(escapes("rust", text), ["2 unsafe", "4 unsafe"]);
    }

    #[test]
    fn rust_escapes_by_unsafe_by_transmute_and_by_dyn_any() {
        let text = "use std::any::Any;\nunsafe impl Send for A {}\npub const unsafe fn f(a: &dyn Any) -> u8 {\n    \
                    let b = unsafe { mem::transmute::<A, B>(a) };\n    b.unwrap() as u8\n}\nfn g(h: dyn Read) -> char { h.i as char }\n\
                    #[cfg(test)]\nmod tests {\n    fn j() { unsafe { k().expect(\"\") } }\n}\n";
        assert_eq!(
            escapes("rust", text),
            [
                "2 unsafe",
                "3 unsafe",
                "3 dyn Any",
                "4 unsafe",
                "4 transmute",
                "5 unwrap panic",
                "5 as u8 number"
            ]
        );
    }
}
