//! Classes that handle requests: which methods they answer, and with which function.

use crate::codebase::FileIndex;
use crate::codebase::maps::Set;
use crate::facts::routes::ViewClass;

use super::{Web, method};

/// Most classes looked at for what one inherits.
const MOST_BASES: usize = 24;

/// A class where it stands.
#[derive(Clone, Copy)]
pub(super) struct Class<'a> {
    pub(super) file: FileIndex,
    pub(super) class: &'a ViewClass,
}

impl<'a> Class<'a> {
    /// The class of this name in a file; the last one, as it hides those before it.
    pub(super) fn find(web: &Web<'a, '_>, file: FileIndex, name: &str) -> Option<Self> {
        let facts = web.codebase.file(file).facts()?;
        let mut classes = facts.routes.classes.iter().rev();
        let class = classes.find(|class| class.name == name)?;
        Some(Self { file, class })
    }

    /// The class an expression of a file names.
    pub(super) fn of(web: &Web<'a, '_>, file: FileIndex, expression: &'a str) -> Option<Self> {
        let expression = expression.trim();
        if let Some(class) = Self::find(web, file, expression) {
            return Some(class);
        }
        let (file, name) = web.lead(file, expression)?;
        Self::find(web, file, name?)
    }

    /// The functions of its own, by name.
    pub(super) fn functions(self, web: &Web<'a, '_>) -> Vec<(&'a str, u32)> {
        let Some(facts) = web.codebase.file(self.file).facts() else {
            return Vec::new();
        };
        let lines = self.class.line..=self.class.end_line;
        let own = (0..).zip(&facts.functions).filter(|(_, function)| {
            function.is_method && function.has_body && lines.contains(&function.line)
        });
        own.filter_map(|(at, function)| Some((function.name.as_deref()?, at)))
            .collect()
    }

    /// The class and the classes of this codebase it inherits from, nearest first, and the last names of the bases that
    /// are others'.
    pub(super) fn ancestry(self, web: &Web<'a, '_>) -> (Vec<Self>, Vec<&'a str>) {
        let mut classes = vec![self];
        let mut foreign = Vec::new();
        let mut seen: Set<(FileIndex, u32)> = Set::default();
        let mut at = 0;
        while let Some(class) = classes.get(at).copied() {
            at += 1;
            if !seen.insert((class.file, class.class.line)) || at > MOST_BASES {
                continue;
            }
            for base in &class.class.bases {
                let last = base.rsplit('.').next().unwrap_or(base);
                match Self::of(web, class.file, base) {
                    Some(base) if !seen.contains(&(base.file, base.class.line)) => {
                        classes.push(base);
                    }
                    Some(_) => {}
                    None => foreign.push(last),
                }
            }
        }
        classes.truncate(MOST_BASES);
        (classes, foreign)
    }

    /// The HTTP methods it answers with functions of its own or inherited ones.
    pub(super) fn methods(self, web: &Web<'a, '_>) -> Vec<(&'static str, (FileIndex, u32))> {
        self.answers(web, |name| {
            (name != "any" && name != "all" && name != "sse" && name != "del")
                .then(|| method(name))
                .flatten()
                .filter(|method| {
                    method.eq_ignore_ascii_case(name) && !matches!(*method, "HEAD" | "OPTIONS")
                })
        })
    }

    /// What the functions of it and its bases answer, the nearest first, each answer once.
    pub(super) fn answers<T: PartialEq>(
        self,
        web: &Web<'a, '_>,
        answer: impl Fn(&'a str) -> Option<T>,
    ) -> Vec<(T, (FileIndex, u32))> {
        let mut answers: Vec<(T, (FileIndex, u32))> = Vec::new();
        for class in self.ancestry(web).0 {
            for (name, function) in class.functions(web) {
                if let Some(what) = answer(name)
                    && !answers.iter().any(|(known, _)| *known == what)
                {
                    answers.push((what, (class.file, function)));
                }
            }
        }
        answers
    }
}
