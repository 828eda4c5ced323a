//! The steps of one file, laid out so that measures can ask who encloses whom and what is chained to what.

use crate::codebase::FileIndex;
use crate::definition::data::chain::Segment;
use crate::facts::{Argument, Facts, FlowCall, Step, StepKind};

/// Most calls of a chain that are looked at.
const LONGEST_CHAIN: usize = 64;
/// Most steps looked back for what a name was bound to.
const FARTHEST_BINDING: usize = 5_000;

/// No step.
const NONE: u32 = u32::MAX;

/// A file's steps.
pub(crate) struct Sheet<'a> {
    pub file: FileIndex,
    pub facts: &'a Facts,
    pub steps: Vec<Step<'a>>,
    /// For each step the one directly around it.
    parents: Vec<u32>,
    /// For each step the function around it, itself left out.
    functions: Vec<u32>,
    /// For each call whether another one is chained to it.
    continued: Vec<bool>,
}

impl<'a> Sheet<'a> {
    pub fn new(file: FileIndex, facts: &'a Facts) -> Self {
        let steps = facts.flow.steps(&facts.calls);
        let count = steps.len();
        let (mut parents, mut functions) = (vec![NONE; count], vec![NONE; count]);
        let mut continued = vec![false; count];
        // What encloses a step ends after it, so from the end backwards it is known before it is asked for.
        let mut open: Vec<usize> = Vec::new();
        for at in (0..count).rev() {
            while open
                .last()
                .is_some_and(|last| at + (steps[*last].inside as usize) < *last)
            {
                open.pop();
            }
            if let Some(&parent) = open.last() {
                parents[at] = parent as u32;
                functions[at] = match steps[parent].kind {
                    StepKind::Function(..) => parent as u32,
                    _ => functions[parent],
                };
                let is_first =
                    at - steps[at].inside as usize == parent - steps[parent].inside as usize;
                if let StepKind::Call(call) = &steps[parent].kind {
                    continued[at] = is_first
                        && call.tail.is_some()
                        && matches!(steps[at].kind, StepKind::Call(_));
                }
            }
            open.push(at);
        }
        Self {
            file,
            facts,
            steps,
            parents,
            functions,
            continued,
        }
    }

    /// The step directly around one.
    pub fn parent(&self, at: usize) -> Option<usize> {
        known(*self.parents.get(at)?)
    }

    /// The step of the function around one.
    pub fn function(&self, at: usize) -> Option<usize> {
        known(*self.functions.get(at)?)
    }

    /// Where a step and what is in it begin.
    pub fn start(&self, at: usize) -> usize {
        at - (self.steps[at].inside as usize).min(at)
    }

    /// Whether a step is inside another one.
    pub fn is_inside(&self, at: usize, outer: usize) -> bool {
        at < outer && at >= self.start(outer)
    }

    /// The call at a step.
    pub fn call(&self, at: usize) -> Option<&FlowCall<'a>> {
        match &self.steps.get(at)?.kind {
            StepKind::Call(call) => Some(call),
            _ => None,
        }
    }

    /// Position of the function in the facts, for a step that is one.
    pub fn function_index(&self, at: usize) -> Option<u32> {
        match self.steps.get(at)?.kind {
            StepKind::Function(index, _) => Some(index),
            _ => None,
        }
    }

    /// Steps of the calls no other one is chained to, in order.
    pub fn ends_of_chains(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.steps.len())
            .filter(|at| !self.continued[*at] && matches!(self.steps[*at].kind, StepKind::Call(_)))
    }

    /// The chain a call ends, from its first name on.
    pub fn chain(&self, end: usize) -> Vec<Segment<'_>> {
        let mut calls = Vec::new();
        let mut at = end;
        while let Some(call) = self.call(at).filter(|_| calls.len() < LONGEST_CHAIN) {
            calls.push(call);
            let first = self.start(at);
            if call.tail.is_none() {
                break;
            }
            // The call it is chained to is the first step in it: the last one that begins where it begins.
            let receiver = (first..at)
                .rev()
                .find(|inner| self.continued[*inner] && self.start(*inner) == first);
            match receiver {
                Some(receiver) => at = receiver,
                None => break,
            }
        }
        let mut chain = Vec::new();
        for call in calls.into_iter().rev() {
            let written = call.tail.unwrap_or(call.call.callee);
            names(written, &mut chain);
            if let Some(last) = chain.last_mut() {
                last.arguments = Some(call.arguments.as_slice());
            }
        }
        chain
    }

    /// The call that makes the value of a binding.
    pub fn bound_call(&self, bind: usize) -> Option<usize> {
        let call = bind.checked_sub(1)?;
        (self.is_inside(call, bind) && self.call(call).is_some()).then_some(call)
    }

    /// The step that binds a name last before a step, in the same function or, where it binds none, around it.
    pub fn binding(&self, name: &str, before: usize) -> Option<usize> {
        let mut function = self.function(before);
        loop {
            let from = function.map_or(0, |function| self.start(function));
            let from = from.max(before.saturating_sub(FARTHEST_BINDING));
            let found = (from..before).rev().find(|at| {
                matches!(self.steps[*at].kind, StepKind::Bind(bound) if bound == name)
                    && self.function(*at) == function
            });
            match (found, function) {
                (Some(found), _) => return Some(found),
                (None, Some(outer)) => function = self.function(outer),
                (None, None) => return None,
            }
        }
    }

    /// Names of the parameters of a function.
    pub fn parameters(&self, function: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        let facts = self.facts;
        let index = self.function_index(function);
        let slots = index
            .and_then(|index| facts.functions.get(index as usize))
            .map_or(&[][..], |function| &function.slots);
        slots
            .iter()
            .filter(|slot| slot.kind == crate::facts::SlotKind::Parameter)
            .map(|slot| slot.name.as_str())
    }
}

fn known(step: u32) -> Option<usize> {
    (step != NONE).then_some(step as usize)
}

/// The names of an expression as written: `self._locks[key].acquire`, `sqlx::query!`, `).first`.
pub(crate) fn names<'a>(written: &'a str, into: &mut Vec<Segment<'a>>) {
    let (mut depth, mut start) = (0_u32, 0);
    for (at, character) in written.char_indices() {
        match character {
            '[' | '(' | '<' | '{' => depth += 1,
            ']' | ')' | '>' | '}' => depth = depth.saturating_sub(1),
            '.' | ':' if depth == 0 => {
                name(&written[start..at], into);
                start = at + character.len_utf8();
            }
            _ => {}
        }
    }
    name(&written[start..], into);
}

fn name<'a>(written: &'a str, into: &mut Vec<Segment<'a>>) {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '@');
    let written = written.trim_start_matches("(await");
    // Arguments of a type are no name.
    if written.starts_with('<') {
        return;
    }
    let bare = written.trim_start_matches(|c: char| !is_part(c));
    let end = bare
        .find(|c: char| !is_part(c) && c != '!')
        .unwrap_or(bare.len());
    let name = &bare[..end];
    if name.is_empty() || name == "await" {
        return;
    }
    let index = bare[end..]
        .strip_prefix('[')
        .map(|rest| rest.strip_suffix(']').unwrap_or(rest));
    into.push(Segment {
        name,
        index,
        arguments: None,
    });
}

/// Every argument of a chain.
pub(crate) fn arguments<'s, 'a>(
    chain: &'s [Segment<'a>],
) -> impl Iterator<Item = &'a Argument<'a>> + use<'s, 'a> {
    chain
        .iter()
        .filter_map(|segment| segment.arguments)
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::{Sheet, names};
    use crate::facts::extract::extract;
    use crate::languages::Language;
    use crate::measures::testing::codebase;

    #[test]
    fn an_expression_is_its_names() {
        for (written, expected) in [
            ("self._locks[key].acquire", "self _locks[key] acquire"),
            ("sqlx::query!", "sqlx query!"),
            (").first", "first"),
            (".await?.execute", "execute"),
            ("Order::<T>::new", "Order new"),
            ("a?.b", "a b"),
        ] {
            let mut chain = Vec::new();
            names(written, &mut chain);
            let shown: Vec<String> = chain
                .iter()
                .map(|segment| match segment.index {
                    Some(index) => format!("{}[{index}]", segment.name),
                    None => segment.name.to_owned(),
                })
                .collect();
            assert_eq!(shown.join(" "), expected, "{written}");
        }
    }

    #[test]
    fn a_chain_is_read_from_its_first_name_whatever_stands_in_its_arguments() {
        let python = Language::named("python").unwrap();
        let text =
            b"def f():\n    return Order.objects.filter(a=g(1).h()).first(k()).name.lower()\n";
        let facts = extract(python, text).unwrap();
        let codebase = codebase("//- a.py\nx = 1\n");
        let file = codebase.indexed().next().unwrap().0;
        let sheet = Sheet::new(file, &facts);
        let chains: Vec<String> = sheet
            .ends_of_chains()
            .map(|end| {
                let chain = sheet.chain(end);
                chain
                    .iter()
                    .map(|segment| segment.name)
                    .collect::<Vec<_>>()
                    .join(".")
            })
            .collect();
        assert_eq!(
            chains,
            ["g.h", "k", "Order.objects.filter.first.name.lower"]
        );
    }
}
