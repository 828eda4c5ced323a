//! The room of flow: what encloses what, written down as each of it ends.

use compact_str::CompactString;

use crate::facts::arguments::{self, Value};
use crate::facts::calls::Call;
use crate::facts::finds::{Found, Span};
use crate::facts::flow::{Argument, Flow, FlowCall, Given, StepKind, StepList};
use crate::facts::role::{Part, Subject};

/// Longest expression or decorator that is kept as written, in bytes.
const LONGEST: usize = 100;

/// What is open, and what has ended.
#[derive(Default)]
pub(super) struct FlowRoom {
    open: Vec<Open>,
    steps: StepList,
    /// Decorators of the function or class that comes next.
    pending: Vec<CompactString>,
    /// How many steps there were when the last call ended.
    last_call: u32,
    /// Where that call ends.
    last_end: u32,
}

struct Open {
    end: u32,
    /// How many steps there were when it was opened.
    from: u32,
    what: What,
}

enum What {
    Fork,
    Arm,
    Loop,
    Exit,
    Jump,
    Scope,
    Enter {
        written: Option<Span>,
        alias: Option<Span>,
        line: u32,
    },
    Bind(Span),
    /// A class: its decorators are those of its functions, too.
    Class(Vec<CompactString>),
    Function(u32, Vec<CompactString>),
    Call {
        start: u32,
        callee: Span,
        number: u32,
        /// Where the call ends that this one is chained to.
        receiver: Option<u32>,
    },
}

impl FlowRoom {
    /// Opens what a find of flow begins.
    pub fn meet(&mut self, found: &Found, text: &[u8]) {
        let what = match found.subject {
            Subject::FlowFork => What::Fork,
            Subject::FlowArm => What::Arm,
            Subject::FlowLoop => What::Loop,
            Subject::FlowExit => What::Exit,
            Subject::FlowJump => What::Jump,
            Subject::FlowScope => What::Scope,
            Subject::FlowSetting => {
                if let Some(name) = found.parts.get(Part::Name) {
                    let from = self.steps.count();
                    self.write(from, &StepKind::Setting(&kept(name.of(text))));
                }
                return;
            }
            Subject::FlowBind => match found.parts.get(Part::Name) {
                Some(name) => What::Bind(name),
                None => return,
            },
            Subject::FlowEnter => {
                let alias = found.parts.get(Part::Name);
                if let Some(open) = self.open.last_mut()
                    && open.end == found.span.end
                    && let What::Enter {
                        written,
                        alias: known,
                        ..
                    } = &mut open.what
                {
                    // Found twice: the second time with its name apart.
                    if alias.is_some() {
                        (*written, *known) = (found.parts.get(Part::Callee), alias);
                    }
                    return;
                }
                What::Enter {
                    written: found.parts.get(Part::Callee),
                    alias,
                    line: found.rows.0 + 1,
                }
            }
            _ => return,
        };
        self.push(found.span, what);
    }

    /// A class begins.
    pub fn class(&mut self, span: Span) {
        let decorators = std::mem::take(&mut self.pending);
        if !decorators.is_empty() {
            self.push(span, What::Class(decorators));
        }
    }

    /// A function begins.
    pub fn function(&mut self, span: Span, function: u32) {
        let mut decorators = std::mem::take(&mut self.pending);
        let around = self.open.iter().rev().find_map(|open| match &open.what {
            What::Class(decorators) => Some(Some(decorators)),
            What::Function(..) => Some(None),
            _ => None,
        });
        if let Some(Some(more)) = around {
            decorators.extend(more.iter().cloned());
        }
        self.push(span, What::Function(function, decorators));
    }

    /// A decorator stands here.
    pub fn decorator(&mut self, span: Span, text: &[u8]) {
        if let Some(written) = span.of(text).strip_prefix(b"@") {
            self.pending.push(kept(written));
        }
    }

    /// A call begins.
    pub fn call(&mut self, span: Span, callee: Span, number: u32) {
        let what = What::Call {
            start: span.start,
            callee,
            number,
            receiver: None,
        };
        self.push(span, what);
    }

    fn push(&mut self, span: Span, what: What) {
        self.open.push(Open {
            end: span.end,
            from: self.steps.count(),
            what,
        });
    }

    /// Writes down everything that ends at or before a position.
    pub fn close_before(&mut self, start: u32, text: &[u8]) {
        while let Some(open) = self.open.pop_if(|open| open.end <= start) {
            self.close(open, text);
        }
    }

    fn close(&mut self, open: Open, text: &[u8]) {
        let is_empty = self.steps.count() == open.from;
        match open.what {
            What::Class(_) => {}
            What::Exit => self.write(open.from, &StepKind::Exit),
            What::Jump => self.write(open.from, &StepKind::Jump),
            What::Enter {
                written,
                alias,
                line,
            } => {
                let is_call =
                    |span: &Span| self.ends_in_call(open.from) && self.last_end == span.end;
                let written = written.filter(|span| !is_call(span));
                let (written, alias) = (text_of(written, text), text_of(alias, text));
                let kind = StepKind::Enter {
                    text: written.as_deref(),
                    alias: alias.as_deref(),
                    line,
                };
                self.write(open.from, &kind);
            }
            What::Call { .. } => self.close_call(&open, text),
            What::Function(..) if is_empty => self.pending.clear(),
            What::Function(function, decorators) => {
                self.pending.clear();
                let decorators = decorators.iter().map(CompactString::as_str).collect();
                self.write(open.from, &StepKind::Function(function, decorators));
            }
            What::Bind(name) => {
                if self.ends_in_call(open.from) {
                    self.write(open.from, &StepKind::Bind(&kept(name.of(text))));
                }
            }
            What::Fork | What::Arm | What::Loop | What::Scope if is_empty => {}
            What::Fork => self.write(open.from, &StepKind::Fork),
            What::Arm => self.write(open.from, &StepKind::Arm),
            What::Loop => self.write(open.from, &StepKind::Loop),
            What::Scope => self.write(open.from, &StepKind::Scope),
        }
    }

    fn close_call(&mut self, open: &Open, text: &[u8]) {
        let What::Call {
            start,
            callee,
            number,
            receiver,
        } = open.what
        else {
            return;
        };
        let tail = receiver.map(|start| Span {
            start,
            end: callee.end,
        });
        let tail = text_of(tail, text);
        let given = Span {
            start: callee.end,
            end: open.end,
        };
        let written = arguments::read(given.of(text));
        let call = FlowCall {
            // A step names its call by the number.
            call: Call {
                callee: "",
                line: 0,
                function: None,
            },
            tail: tail.as_deref(),
            arguments: written.iter().map(argument).collect(),
        };
        self.steps.push(open.from, &StepKind::Call(call), number);
        self.last_call = self.steps.count();
        self.last_end = open.end;
        if let Some(Open {
            what: What::Call {
                callee, receiver, ..
            },
            ..
        }) = self.open.last_mut()
            && is_receiver(start, open.end, *callee, text)
        {
            *receiver = Some(open.end);
        }
    }

    fn write(&mut self, from: u32, kind: &StepKind) {
        self.steps.push(from, kind, 0);
    }

    /// Whether the last step since there were `from` is a call.
    fn ends_in_call(&self, from: u32) -> bool {
        self.last_call == self.steps.count() && self.last_call > from
    }

    /// Everything written down.
    pub fn finish(self) -> Flow {
        self.steps.finish()
    }
}

/// Whether a call is what the callee around it is chained to: nothing but a bracket stands before it, and a name follows.
fn is_receiver(start: u32, end: u32, callee: Span, text: &[u8]) -> bool {
    let before = Span {
        start: callee.start,
        end: start,
    };
    let after = Span {
        start: end,
        end: callee.end,
    };
    let stands_first = start == callee.start
        || (start > callee.start && matches!(before.of(text), b"(" | b"(await "));
    stands_first
        && end < callee.end
        && after.of(text).first().is_some_and(|byte| {
            matches!(byte, b'.' | b'?' | b'!' | b')' | b'[') || byte.is_ascii_whitespace()
        })
}

fn argument<'a>(written: &'a arguments::Written) -> Argument<'a> {
    Argument {
        name: written.name,
        given: match &written.value {
            Value::Expression => Given::Expression,
            Value::Name(name) => Given::Name(name),
            Value::Text(text) => Given::Text(text),
            Value::Template => Given::Template,
            Value::Sql(digest) => Given::Sql(digest),
        },
    }
}

fn text_of(span: Option<Span>, text: &[u8]) -> Option<CompactString> {
    span.map(|span| kept(span.of(text)))
}

/// An expression as it is kept: without white space, and not too long.
fn kept(written: &[u8]) -> CompactString {
    let written = &written[..written.len().min(LONGEST)];
    String::from_utf8_lossy(written)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect()
}
