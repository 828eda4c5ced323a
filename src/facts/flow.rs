//! What a file does, in order: its calls with what they are given, and the branches, loops and scopes around them.
//!
//! Steps are kept in the order in which they end, each with the number of steps inside it, so that what belongs together
//! stands together and nobody who reads them has to recurse. Branches, loops and scopes without a call or an exit in
//! them are left out. Calls are those of [`Calls`], so a step names one by its number.
//!
//! Kept as bytes until somebody walks over them, like calls: most files are asked nothing about their flow.

use std::collections::HashMap;

use compact_str::CompactString;
use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};

use super::calls::{Call, Calls, number, signed, unsigned, write};

/// What a file does, in order.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Flow {
    /// Names and literals, each once.
    texts: Vec<CompactString>,
    /// For each step its kind, how many steps are in it, and what its kind says.
    #[serde(with = "serde_bytes")]
    steps: Vec<u8>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step<'a> {
    /// How many of the steps before it are inside it.
    pub inside: u32,
    /// What it is.
    pub kind: StepKind<'a>,
}

/// What a step is.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind<'a> {
    /// A statement or expression whose arms exclude each other.
    Fork,
    /// One of the arms.
    Arm,
    /// What is repeated.
    Loop,
    /// Leaves the function: `return`, `raise`.
    Exit,
    /// Leaves a loop or its turn: `break`, `continue`.
    Jump,
    /// A block that something is entered for: `with`. What it enters stands first in it.
    Scope,
    /// What a scope enters: a name, or the call that is the last step in it.
    Enter {
        /// The expression as written; none if it is a call.
        text: Option<&'a str>,
        /// The name it gets.
        alias: Option<&'a str>,
        /// Line, counted from 1.
        line: u32,
    },
    /// A value that gets a name. The call that is the last step in it makes the value.
    Bind(&'a str),
    /// A function, by its position in the facts, and the decorators of it and its class as written.
    Function(u32, Vec<&'a str>),
    /// A setting of this name is switched on here.
    Setting(&'a str),
    /// A call.
    Call(FlowCall<'a>),
}

/// A call and what it is given.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowCall<'a> {
    /// The call itself.
    pub call: Call<'a>,
    /// What follows the call it is chained to (`.first` of `Order.all().first`); that call is the first step in it.
    pub tail: Option<&'a str>,
    /// The first arguments, and those with names.
    pub arguments: Vec<Argument<'a>>,
}

/// An argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Argument<'a> {
    /// Its name; none for one by position.
    pub name: Option<&'a str>,
    /// What is given.
    pub given: Given<'a>,
}

/// What an argument gives, as far as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given<'a> {
    /// An expression of another kind.
    Expression,
    /// A name or path: `order`, `self.pool`, `orders::table`.
    Name(&'a str),
    /// The beginning of a literal text.
    Text(&'a str),
    /// A text that something is put into.
    Template,
    /// A statement in SQL as its verb and its table: `insert orders`; `?` for a table that is put in.
    Sql(&'a str),
}

const FORK: u8 = 0;
const ARM: u8 = 1;
const LOOP: u8 = 2;
const EXIT: u8 = 3;
const JUMP: u8 = 4;
const SCOPE: u8 = 5;
const ENTER: u8 = 6;
const BIND: u8 = 7;
const FUNCTION: u8 = 8;
const CALL: u8 = 9;
const SETTING: u8 = 10;

impl Flow {
    /// All steps, in the order in which they end. `calls` are those of the same file.
    pub fn steps<'a>(&'a self, calls: &'a Calls) -> Vec<Step<'a>> {
        let calls: Vec<Call> = calls.iter().collect();
        let mut reader = Reader {
            texts: &self.texts,
            rest: &self.steps,
            last_call: 0,
        };
        let mut steps = Vec::new();
        // What was not written by us ends early; it was never ours to begin with.
        while let Some(mut step) = reader.step(&calls) {
            step.inside = step.inside.min(steps.len() as u32);
            steps.push(step);
        }
        steps
    }

    /// Names and literals, each once, in no order that means anything.
    pub fn texts(&self) -> &[CompactString] {
        &self.texts
    }

    /// How many bytes it takes.
    pub fn size(&self) -> usize {
        self.steps.len() + self.texts.iter().map(|text| text.len()).sum::<usize>()
    }
}

struct Reader<'a> {
    texts: &'a [CompactString],
    rest: &'a [u8],
    last_call: u32,
}

impl<'a> Reader<'a> {
    fn number(&mut self) -> Option<u32> {
        number(&mut self.rest)
    }

    /// A text; none for 0.
    fn text(&mut self) -> Option<Option<&'a str>> {
        let at = self.number()?;
        match at.checked_sub(1) {
            None => Some(None),
            Some(at) => Some(Some(self.texts.get(at as usize)?)),
        }
    }

    fn step(&mut self, calls: &[Call<'a>]) -> Option<Step<'a>> {
        let kind = self.number()? as u8;
        let inside = self.number()?;
        let kind = match kind {
            FORK => StepKind::Fork,
            ARM => StepKind::Arm,
            LOOP => StepKind::Loop,
            EXIT => StepKind::Exit,
            JUMP => StepKind::Jump,
            SCOPE => StepKind::Scope,
            ENTER => StepKind::Enter {
                text: self.text()?,
                alias: self.text()?,
                line: self.number()?,
            },
            BIND => StepKind::Bind(self.text()??),
            SETTING => StepKind::Setting(self.text()??),
            FUNCTION => {
                let function = self.number()?;
                let count = self.number()?;
                let mut decorators = Vec::new();
                for _ in 0..count {
                    decorators.push(self.text()??);
                }
                StepKind::Function(function, decorators)
            }
            CALL => StepKind::Call(self.call(calls)?),
            _ => return None,
        };
        Some(Step { inside, kind })
    }

    fn call(&mut self, calls: &[Call<'a>]) -> Option<FlowCall<'a>> {
        self.last_call = self.last_call.wrapping_add(signed(self.number()?));
        let call = *calls.get(self.last_call as usize)?;
        let tail = self.text()?;
        let count = self.number()?;
        let mut arguments = Vec::new();
        for _ in 0..count {
            let form = self.number()?;
            let name = if form & 8 == 0 { None } else { self.text()? };
            let given = match form & 7 {
                0 => Given::Expression,
                1 => Given::Name(self.text()??),
                2 => Given::Text(self.text()??),
                3 => Given::Template,
                _ => Given::Sql(self.text()??),
            };
            arguments.push(Argument { name, given });
        }
        Some(FlowCall {
            call,
            tail,
            arguments,
        })
    }
}

/// Collects steps.
#[derive(Default)]
pub(super) struct StepList {
    flow: Flow,
    known: HashMap<CompactString, u32, RandomState>,
    count: u32,
    last_call: u32,
}

impl StepList {
    /// How many there are.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Adds a step around all those since there were `from`. A call goes by its number, not by what it says of itself.
    pub fn push(&mut self, from: u32, kind: &StepKind, call: u32) {
        self.count += 1;
        let inside = self.count - 1 - from;
        self.head(kind, inside);
        match kind {
            StepKind::Enter { text, alias, line } => {
                self.text(*text);
                self.text(*alias);
                self.number(*line);
            }
            StepKind::Bind(name) | StepKind::Setting(name) => self.text(Some(name)),
            StepKind::Function(function, decorators) => {
                self.number(*function);
                self.number(decorators.len() as u32);
                for decorator in decorators {
                    self.text(Some(decorator));
                }
            }
            StepKind::Call(given) => {
                self.number(unsigned(call.wrapping_sub(self.last_call)));
                self.last_call = call;
                self.text(given.tail);
                self.number(given.arguments.len() as u32);
                for argument in &given.arguments {
                    self.argument(argument);
                }
            }
            _ => {}
        }
    }

    fn head(&mut self, kind: &StepKind, inside: u32) {
        let kind = match kind {
            StepKind::Fork => FORK,
            StepKind::Arm => ARM,
            StepKind::Loop => LOOP,
            StepKind::Exit => EXIT,
            StepKind::Jump => JUMP,
            StepKind::Scope => SCOPE,
            StepKind::Enter { .. } => ENTER,
            StepKind::Bind(_) => BIND,
            StepKind::Setting(_) => SETTING,
            StepKind::Function(..) => FUNCTION,
            StepKind::Call(_) => CALL,
        };
        self.number(u32::from(kind));
        self.number(inside);
    }

    fn argument(&mut self, argument: &Argument) {
        let (form, text) = match argument.given {
            Given::Expression => (0, None),
            Given::Name(text) => (1, Some(text)),
            Given::Text(text) => (2, Some(text)),
            Given::Template => (3, None),
            Given::Sql(text) => (4, Some(text)),
        };
        self.number(form | if argument.name.is_some() { 8 } else { 0 });
        if argument.name.is_some() {
            self.text(argument.name);
        }
        if text.is_some() {
            self.text(text);
        }
    }

    fn number(&mut self, number: u32) {
        write(&mut self.flow.steps, number);
    }

    fn text(&mut self, text: Option<&str>) {
        let Some(text) = text else {
            return self.number(0);
        };
        let at = match self.known.get(text) {
            Some(at) => *at,
            None => {
                self.flow.texts.push(text.into());
                let at = self.flow.texts.len() as u32;
                self.known.insert(text.into(), at);
                at
            }
        };
        self.number(at);
    }

    /// All that were added.
    pub fn finish(self) -> Flow {
        self.flow
    }
}

#[cfg(test)]
mod tests {
    use super::{Argument, Flow, FlowCall, Given, StepKind, StepList};
    use crate::facts::calls::{Call, CallList, Calls};
    use proptest::prelude::*;

    #[test]
    fn steps_come_out_as_they_went_in() {
        let mut calls = CallList::default();
        calls.push("save".into(), 3, Some(0));
        calls.push("load".into(), 4, Some(0));
        let calls = calls.finish();
        let call = |callee, line| Call {
            callee,
            line,
            function: Some(0),
        };
        let given = FlowCall {
            call: call("load", 4),
            tail: Some(".first"),
            arguments: vec![
                Argument {
                    name: None,
                    given: Given::Sql("insert orders"),
                },
                Argument {
                    name: Some("using"),
                    given: Given::Text("replica"),
                },
                Argument {
                    name: None,
                    given: Given::Template,
                },
            ],
        };
        let kinds = [
            StepKind::Call(given),
            StepKind::Bind("order"),
            StepKind::Exit,
            StepKind::Enter {
                text: Some("_lock"),
                alias: None,
                line: 7,
            },
            StepKind::Scope,
            StepKind::Function(0, vec!["atomic", "cached"]),
        ];
        let mut list = StepList::default();
        for (kind, from) in kinds.iter().zip([0, 0, 2, 3, 3, 0]) {
            list.push(from, kind, 1);
        }
        let flow = list.finish();
        let steps = flow.steps(&calls);
        let read: Vec<StepKind> = steps.iter().map(|step| step.kind.clone()).collect();
        assert_eq!(read, kinds);
        let inside: Vec<u32> = steps.iter().map(|step| step.inside).collect();
        assert_eq!(inside, [0, 1, 0, 0, 1, 5]);
        let bytes = postcard::to_stdvec(&flow).unwrap();
        assert_eq!(postcard::from_bytes::<Flow>(&bytes).unwrap(), flow);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(flow) = postcard::from_bytes::<Flow>(&bytes) {
                flow.steps(&Calls::default()).len();
            }
        }
    }
}
