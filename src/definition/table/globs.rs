//! Globs in a table: each is compiled, and a bad one is told at its place.

use super::{Table, Text};
use crate::definition::diagnostic::Diagnostic;
use crate::definition::pattern::{self, Pattern, PatternSet};

impl Table<'_> {
    /// A list of globs.
    pub(in crate::definition) fn patterns(&mut self, key: &'static str) -> Option<PatternSet> {
        let texts = self.texts(key)?;
        self.compile(key, texts)
    }

    /// A single glob, as a list of one.
    pub(in crate::definition) fn pattern(&mut self, key: &'static str) -> Option<PatternSet> {
        let text = self.text(key)?;
        self.compile(key, vec![text])
    }

    fn compile(&self, key: &str, texts: Vec<Text>) -> Option<PatternSet> {
        let mut patterns = Vec::with_capacity(texts.len());
        for text in texts {
            match pattern::check(&text.text) {
                Some(bad) => self.report(
                    key,
                    Diagnostic::new(format!("`{}`: {}", self.name_of(key), bad.message))
                        .at(text.span)
                        .label("not a legal glob")
                        .help(bad.help),
                ),
                None => patterns.push(Pattern {
                    text: text.text,
                    place: text.place,
                }),
            }
        }
        match PatternSet::compile(patterns) {
            Ok(set) => Some(set),
            Err(reason) => {
                let message = format!(
                    "the globs of `{}` cannot be read: {reason}",
                    self.name_of(key)
                );
                self.report(key, Diagnostic::new(message).label("too much together"));
                None
            }
        }
    }
}
