//! Functions and what is said of them: their contexts, marks, receivers and accessors.

use compact_str::CompactString;
use std::collections::HashSet;
use std::rc::Rc;

use super::{Fold, Frame, unquoted};
use crate::facts::complexity::Measured;
use crate::facts::finds::{Found, Span};
use crate::facts::role::{Part, Subject};
use crate::facts::{Function, SlotState};
use crate::languages::TypeComments;
use crate::languages::jsdoc::Declared;

#[derive(Default)]
pub(super) struct Signature {
    pub span: Span,
    /// Where it begins, in bytes.
    pub start: u32,
    pub rows: (u32, u32),
    pub body: Option<Span>,
    pub is_static: bool,
    /// Its name is a property's.
    pub is_property: bool,
    /// Its author switched checking off.
    pub unchecked: bool,
    /// It implements overloads declared before it and declares nothing of its own.
    pub implements: bool,
    /// Its return counts as typed as soon as one parameter is.
    pub constructor: bool,
    /// Its use site gives its type.
    pub contextual: bool,
    pub has_return_type: bool,
    /// A comment declares its whole signature (PEP 484).
    pub signed: bool,
    pub receiver: Option<Span>,
    pub recursive: bool,
    pub measured: Measured,
    /// What the doc comment before it declares, where such comments declare types.
    pub doc: Option<Rc<Declared>>,
}

/// Accessors of a class: a setter takes the type of the getter of its name.
#[derive(Default)]
pub(super) struct Accessors {
    getters: HashSet<CompactString>,
    setters: Vec<(CompactString, usize)>,
}

impl Fold<'_> {
    /// The function of the innermost frame, if it stands on this very span.
    pub(super) fn same_span_function(&self, span: Span) -> Option<usize> {
        match self.frames.last() {
            Some(&(open, Frame::Function(function))) if open == span => Some(function),
            _ => None,
        }
    }

    /// An expression gets its type from where it is used.
    pub(super) fn context(&mut self, found: &Found) {
        let given = match found.subject {
            Subject::ContextGiven => true,
            Subject::ContextPassed => self.contexts.contains(found.from),
            _ => self.functions.last().is_some_and(|&function| {
                let signature = &self.signatures[function];
                signature.has_return_type || signature.contextual
            }),
        };
        if given {
            self.contexts.insert(found.node);
        }
    }

    /// A function opens.
    pub(super) fn function(&mut self, found: &Found, group: &[Found]) {
        // Several patterns may find one function; what any of them says of it counts.
        let said = |part: Part| {
            group
                .iter()
                .filter(|other| other.subject == found.subject)
                .find_map(|other| other.parts.get(part))
        };
        let index = self.facts.functions.len();
        let is_method = self.scopes.last() == Some(&Frame::Class);
        let name: Option<CompactString> =
            said(Part::Name).map(|span| unquoted(&span.text(self.text)).into());
        let implements = name.as_ref().is_some_and(|name| {
            let overloads = self.overloads.get(self.scopes.len());
            overloads.is_some_and(|overloads| overloads.contains(name))
        });
        if found.subject == Subject::Function
            && let Some(&around) = self.functions.last()
        {
            self.signatures[around].measured.nest(index);
        }
        let in_test = self.in_test()
            || self
                .functions
                .last()
                .is_some_and(|&around| self.facts.functions[around].in_test);
        self.facts.functions.push(Function {
            name,
            line: found.rows.0 + 1,
            end_line: found.rows.1 + 1,
            has_body: found.subject == Subject::Function,
            in_test,
            is_method,
            ..Function::default()
        });
        let mut signature = Signature {
            span: found.span,
            start: found.span.start,
            rows: found.rows,
            body: said(Part::Body),
            implements,
            contextual: self.contexts.contains(found.node),
            ..Signature::default()
        };
        if self.language.type_comments() == TypeComments::JsDoc
            && let Some(doc) = self.docs.of(self.text, found)
        {
            signature.signed = doc.whole.is_some() || doc.overloaded;
            signature.contextual |= doc.satisfies;
            signature.has_return_type = doc.returns.is_some();
            signature.doc = Some(doc);
        }
        self.signatures.push(signature);
        self.decorated(index, found.span.start);
        self.functions.push(index);
        self.flow.function(found.span, index as u32);
        self.open(found.span, Frame::Function(index));
    }

    /// Something is said of the function of the same span.
    pub(super) fn mark_function(&mut self, found: &Found) {
        let Some(function) = self.same_span_function(found.span) else {
            return;
        };
        let signature = &mut self.signatures[function];
        match found.subject {
            Subject::FunctionStatic => signature.is_static = true,
            Subject::FunctionProperty => signature.is_property = true,
            Subject::FunctionUnchecked => signature.unchecked = true,
            Subject::ReturnConstructor => {
                signature.constructor = self.facts.functions[function].is_method;
            }
            _ => {
                signature.implements = false;
                if let Some(name) = self.facts.functions[function].name.clone() {
                    // The function itself is open here; it fills the list of the scope around it.
                    let open = self.scopes.len();
                    self.overloads.resize_with(open, HashSet::new);
                    if let Some(overloads) = self.overloads.last_mut() {
                        overloads.insert(name);
                    }
                }
            }
        }
    }

    /// The first parameter of a method that has an object is no slot.
    pub(super) fn receiver(&mut self, found: &Found) {
        if let Some(&function) = self.functions.last()
            && self.facts.functions[function].is_method
            && !self.signatures[function].is_static
        {
            self.signatures[function].receiver = Some(found.span);
        }
    }

    /// A getter or setter of the innermost class.
    pub(super) fn accessor(&mut self, found: &Found) {
        let function = self.same_span_function(found.span);
        let name = self.part(found, Part::Name);
        let (Some(class), Some(name)) = (self.classes.last_mut(), name) else {
            return;
        };
        if found.subject == Subject::AccessorGet {
            class.getters.insert(name.into());
        } else if let Some(function) = function {
            class.setters.push((name.into(), function));
        }
    }

    /// Gives setters the types of their getters, when their class ends.
    pub(super) fn settle_accessors(&mut self) {
        let accessors = self.classes.pop().unwrap_or_default();
        for (name, function) in accessors.setters {
            if accessors.getters.contains(&name) {
                for slot in &mut self.facts.functions[function].slots {
                    if slot.state == SlotState::Untyped {
                        slot.state = SlotState::Contextual;
                    }
                }
            }
        }
    }
}
