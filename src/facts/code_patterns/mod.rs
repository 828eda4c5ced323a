//! Code patterns: what a definition looks for in syntax trees, beside what every scan finds there.
//!
//! A pattern is code with holes (`requests.get($$$ARGS)`) or a query of tree-sitter. Both run over the flat tree of the one
//! parse, and what they find stands in the facts under the name of the pattern, so that facts still know no
//! configuration: they answer what they were asked, and whoever remembers them remembers the question too.

mod query;
mod sketch;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use self::query::Query;
use self::sketch::Sketch;
use super::finds::Span;
use super::kinds::KindTable;
use super::tree::FlatTree;
use super::{Lost, Matches, PatternMatch, pattern};
use crate::languages::Language;

/// Longest pattern, in bytes.
pub const LONGEST: usize = 2_000;
/// Deepest nesting of a pattern: matching goes as deep.
const DEEPEST: usize = 60;
/// Steps of one pattern for each node of a tree: several times what real code takes, few enough to end.
const STEPS_PER_NODE: u64 = 20;
/// Steps of one pattern in the smallest tree.
const FEWEST_STEPS: u64 = 50_000;

/// How a pattern is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Code with holes: `$NAME` for one node, `$$$NAME` for any number of siblings.
    Code,
    /// A query of tree-sitter. What it finds is the node captured as `@match`, or the root of the pattern.
    Query,
}

/// The name of a pattern, the same wherever it is asked for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize,
)]
pub struct PatternId(u64);

impl PatternId {
    /// That of a text.
    pub fn of(form: Form, text: &str) -> Self {
        let mut hasher = Sha256::new();
        hasher.update([match form {
            Form::Code => 1,
            Form::Query => 2,
        }]);
        hasher.update(text);
        let digest = hasher.finalize();
        let first = digest.iter().take(8);
        Self(first.fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPattern {
    /// Byte of its text at which it goes wrong.
    pub at: usize,
    /// What is wrong there.
    pub message: String,
    /// What would be right.
    pub help: &'static str,
}

/// A pattern ready to be looked for.
enum Shape {
    Sketch(Sketch),
    Query(Query),
}

/// Says what is wrong with a pattern in a language, if anything.
///
/// # Errors
/// The first mistake.
pub fn check(language: Language, form: Form, text: &str) -> Result<(), BadPattern> {
    compile(language, form, text).map(|_| ())
}

fn compile(language: Language, form: Form, text: &str) -> Result<Shape, BadPattern> {
    let refuse = |message: &str, help| {
        Err(BadPattern {
            at: 0,
            message: message.to_owned(),
            help,
        })
    };
    if text.len() > LONGEST {
        return refuse("it is longer than 2,000 bytes", "split it into several");
    }
    if text.trim().is_empty() {
        return refuse(
            "it is empty",
            "write what to look for, such as `print($$$ARGS)`",
        );
    }
    Ok(match form {
        Form::Code => Shape::Sketch(Sketch::compile(language, text)?),
        Form::Query => Shape::Query(Query::compile(language, text)?),
    })
}

/// The patterns a scan looks for, by language.
#[derive(Clone, Default)]
pub struct CodePatterns {
    languages: [Option<Arc<Asked>>; Language::COUNT],
}

/// The patterns looked for in one language.
pub(super) struct Asked {
    /// What they and the language's own query want to know of nodes.
    pub kinds: KindTable,
    patterns: Vec<(PatternId, Shape)>,
    /// Patterns whose root is of a kind, by kind.
    by_kind: Vec<Vec<u32>>,
    fingerprint: [u8; 32],
}

impl CodePatterns {
    /// Those asked for, each with the name of its language. What does not compile in a dialect is not found in it;
    /// [`check`] tells.
    pub fn new<'a>(asked: impl IntoIterator<Item = (&'a str, Form, &'a str)>) -> Self {
        let mut all: Vec<(&str, Form, &str)> = asked.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        let mut patterns = Self::default();
        for language in Language::all() {
            let own = all.iter().filter(|(name, ..)| *name == language.name());
            let own: Vec<(Form, &str)> = own.map(|(_, form, text)| (*form, *text)).collect();
            patterns.languages[language.index()] = Asked::new(language, &own).map(Arc::new);
        }
        patterns
    }

    /// 32 bytes that differ with what is asked of a language; none if nothing is. Without a language, of any.
    pub fn fingerprint(&self, language: Option<Language>) -> Option<[u8; 32]> {
        if let Some(language) = language {
            return Some(self.of(language)?.fingerprint);
        }
        let mut hasher = None;
        for asked in self.languages.iter().flatten() {
            let hasher = hasher.get_or_insert_with(Sha256::new);
            hasher.update(asked.fingerprint);
        }
        hasher.map(|hasher: Sha256| hasher.finalize().into())
    }

    pub(super) fn of(&self, language: Language) -> Option<&Arc<Asked>> {
        self.languages.get(language.index())?.as_ref()
    }
}

impl Asked {
    fn new(language: Language, texts: &[(Form, &str)]) -> Option<Self> {
        if texts.is_empty() {
            // The language's own query is compiled by whoever parses, which may be nobody.
            return None;
        }
        let own = pattern::of(language).as_ref().ok()?;
        let mut kinds = KindTable::new(language, &own.patterns);
        let mut by_kind = vec![Vec::new(); kinds.len()];
        let mut hasher = Sha256::new();
        let mut patterns = Vec::new();
        for (form, text) in texts {
            let Ok(shape) = compile(language, *form, text) else {
                continue;
            };
            let index = patterns.len() as u32;
            match &shape {
                Shape::Sketch(sketch) => sketch.enter(index, &mut kinds, &mut by_kind),
                Shape::Query(query) => query.enter(index, &mut kinds, &mut by_kind),
            }
            hasher.update([0]);
            let id = PatternId::of(*form, text);
            hasher.update(id.0.to_be_bytes());
            patterns.push((id, shape));
        }
        (!patterns.is_empty()).then(|| Self {
            kinds,
            patterns,
            by_kind,
            fingerprint: hasher.finalize().into(),
        })
    }

    /// Everything the patterns find in a tree. `functions` are the spans of the functions of the facts.
    pub fn matches(
        &self,
        tree: &FlatTree,
        text: &[u8],
        line_starts: &[u32],
        functions: &[Span],
    ) -> Vec<Matches> {
        let allowed = FEWEST_STEPS + STEPS_PER_NODE * tree.size as u64;
        let mut steps = vec![allowed; self.patterns.len()];
        let mut found: Vec<Vec<u32>> = vec![Vec::new(); self.patterns.len()];
        for (at, node) in (0..).zip(&tree.nodes) {
            let filed = self.by_kind.get(node.kind as usize);
            for index in filed.into_iter().flatten() {
                let index = *index as usize;
                let steps = &mut steps[index];
                if *steps == 0 {
                    continue;
                }
                match &self.patterns[index].1 {
                    Shape::Sketch(sketch) => {
                        if sketch.matches(tree, text, at, steps) {
                            found[index].push(at);
                        }
                    }
                    Shape::Query(query) => query.find(tree, text, at, steps, &mut found[index]),
                }
            }
        }
        let owners = Owners::new(functions);
        let place = |at: &u32| {
            let node = &tree.nodes[*at as usize];
            let span = Span {
                start: node.start_byte,
                end: node.end_byte,
            };
            let line = |byte: u32| line_starts.partition_point(|start| *start <= byte) as u32 + 1;
            PatternMatch {
                line: line(span.start),
                end_line: line(span.end),
                span: (span.start, span.end),
                function: owners.of(span.start),
                print: print(span.of(text)),
            }
        };
        let patterns = self.patterns.iter().zip(steps).zip(&mut found);
        patterns
            .map(|(((id, _), steps), found)| {
                found.sort_unstable();
                found.dedup();
                Matches {
                    pattern: *id,
                    found: if steps == 0 {
                        Err(Lost::PatternBudget)
                    } else {
                        Ok(found.iter().map(place).collect())
                    },
                }
            })
            .collect()
    }
}

/// Which function a byte lies in.
struct Owners {
    /// Where another function, or none, begins to be the innermost one.
    changes: Vec<(u32, Option<u32>)>,
}

impl Owners {
    /// Spans nest or lie apart, and come in the order of their starts, outer ones first.
    fn new(functions: &[Span]) -> Self {
        let mut changes = Vec::with_capacity(2 * functions.len());
        let mut open: Vec<(u32, u32)> = Vec::new();
        let close = |open: &mut Vec<(u32, u32)>, changes: &mut Vec<_>, before: u32| {
            while let Some((end, _)) = open.pop_if(|(end, _)| *end <= before) {
                changes.push((end, open.last().map(|(_, index)| *index)));
            }
        };
        for (index, span) in (0..).zip(functions) {
            close(&mut open, &mut changes, span.start);
            changes.push((span.start, Some(index)));
            open.push((span.end, index));
        }
        close(&mut open, &mut changes, u32::MAX);
        Self { changes }
    }

    fn of(&self, byte: u32) -> Option<u32> {
        let next = self.changes.partition_point(|(start, _)| *start <= byte);
        self.changes.get(next.checked_sub(1)?)?.1
    }
}

/// A number that tells texts apart, whatever white space is in them.
fn print(text: &[u8]) -> u32 {
    // FNV-1a: the same on every machine and in every version.
    let bytes = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    bytes.fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}
