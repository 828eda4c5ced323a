//! Decorators and attributes, and the functions they stand on.
//!
//! Some grammars put them before the function, some into it. Either way they follow each other with nothing but white
//! space and comments between, and the function begins with the first of them or behind the last.

use super::{Fold, Frame};
use crate::facts::Decorator;
use crate::facts::finds::{Found, Span};
use crate::facts::role::Part;

/// Decorators that follow each other.
#[derive(Default)]
pub(super) struct Run {
    /// Their positions among the decorators of the facts.
    first: usize,
    span: Span,
}

impl Fold<'_> {
    /// A decorator or attribute.
    pub(super) fn decorator(&mut self, found: &Found) {
        self.layout.decorator_rows.push(found.rows);
        self.flow.decorator(found.span, self.text);
        let Some(name) = self.part(found, Part::Name) else {
            return;
        };
        let Span { start, end } = found.span;
        // An inner attribute of Rust speaks of what it stands in.
        let is_inner = found.span.of(self.text).starts_with(b"#!");
        let run = &self.decorators;
        if run.span.end == 0 || is_inner || !self.is_empty_between(run.span.end, start) {
            self.decorators = Run {
                first: self.facts.decorators.len(),
                span: found.span,
            };
        }
        self.decorators.span.end = if is_inner { 0 } else { end };
        let function = match self.frames.last() {
            Some((span, Frame::Function(function))) if span.start == self.decorators.span.start => {
                Some(*function as u32)
            }
            _ => None,
        };
        self.facts.decorators.push(Decorator {
            name: name.into(),
            line: found.rows.0 + 1,
            function,
        });
    }

    /// Says of the decorators that came last that they stand on a function that begins here, if they do.
    pub(super) fn decorated(&mut self, function: usize, start: u32) {
        let run = std::mem::take(&mut self.decorators);
        if run.span.end == 0 || start < run.span.end {
            // Within a decorator lie only functions that are arguments of it.
            self.decorators = run;
            return;
        }
        if self.is_empty_between(run.span.end, start) {
            for decorator in self.facts.decorators.iter_mut().skip(run.first) {
                decorator.function = Some(function as u32);
            }
        }
    }

    /// Whether only white space and comments lie between two places.
    fn is_empty_between(&self, from: u32, to: u32) -> bool {
        let is_space = |start: u32, end: u32| {
            let between = Span { start, end };
            start <= end && between.of(self.text).iter().all(u8::is_ascii_whitespace)
        };
        let mut end = to;
        let comments = self.layout.comments.iter().rev();
        for comment in comments.take_while(|comment| comment.start >= from) {
            if comment.end > end {
                continue;
            }
            if !is_space(comment.end, end) {
                return false;
            }
            end = comment.start;
        }
        is_space(from, end)
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::extract::extract;
    use crate::languages::Language;

    /// Each decorator with the function it stands on.
    fn decorated(dialect: &str, text: &str) -> Vec<String> {
        let facts = extract(Language::named(dialect).unwrap(), text.as_bytes()).unwrap();
        let name = |at: u32| facts.functions[at as usize].name.as_deref();
        let decorators = facts.decorators.iter();
        decorators
            .map(|decorator| {
                let on = decorator.function.and_then(name).unwrap_or("nothing");
                format!("{} on {on}", decorator.name)
            })
            .collect()
    }

    #[test]
    fn comments_and_arguments_stand_between_a_function_and_its_decorators() {
        let text = "@cache\nclass A:\n    x = 1\n    @route('/', key=lambda x: x)\n    # why\n\n    @auth\n    \
                    async def f(self):\n        @inner\n        def g(): ...\n    def h(self): ...\n";
        assert_eq!(
            decorated("python", text),
            ["cache on nothing", "route on f", "auth on f", "inner on g"]
        );
    }

    #[test]
    fn decorators_within_a_method_and_before_it_are_its_own() {
        let text = "@Module()\nclass C {\n  @Get('/x') /* why */ @Auth()\n  async list() {}\n  @Input() name = '';\n  other() {}\n}\n";
        let expected = [
            "Module on nothing",
            "Get on list",
            "Auth on list",
            "Input on nothing",
        ];
        for dialect in ["typescript", "tsx", "javascript"] {
            assert_eq!(decorated(dialect, text), expected, "{dialect}");
        }
    }

    #[test]
    fn an_inner_attribute_speaks_of_what_it_stands_in() {
        let text = "#![allow(dead_code)]\nfn f() {}\n#[inline]\n/// Why.\n#[must_use]\npub fn g() -> u8 { 1 }\n";
        assert_eq!(
            decorated("rust", text),
            ["allow on nothing", "inline on g", "must_use on g"]
        );
    }
}
