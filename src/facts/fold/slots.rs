//! Slots: parameters, returns and fields, and the types that are declared for them.

use compact_str::CompactString;
use std::collections::HashMap;

use super::Fold;
use crate::facts::finds::{Found, Span};
use crate::facts::role::{Part, Subject};
use crate::facts::{Import, Slot, SlotKind, SlotState};
use crate::languages::TypeComments;
use crate::languages::dynamic::Precision;

/// A slot whose written type is judged at the end, when all imports are known.
pub(super) struct WrittenType {
    /// The function, or none for a field.
    function: Option<usize>,
    slot: usize,
    span: Span,
}

impl Fold<'_> {
    /// A parameter or return of the innermost function.
    pub(super) fn slot(&mut self, found: &Found) {
        let Some(&function) = self.functions.last() else {
            return;
        };
        if self.in_opaque() || self.signatures[function].receiver == Some(found.span) {
            return;
        }
        let is_return = matches!(found.subject, Subject::ReturnTyped | Subject::ReturnUntyped);
        let state = match found.subject {
            Subject::ParameterTyped | Subject::ReturnTyped => SlotState::Typed,
            Subject::ParameterInferred => SlotState::Inferred,
            _ => SlotState::Untyped,
        };
        if found.subject == Subject::ReturnTyped {
            self.signatures[function].has_return_type = true;
        }
        let mut slot = Slot {
            name: if is_return {
                "return".into()
            } else {
                let name = self.part(found, Part::Name);
                shortened(&name.unwrap_or_else(|| found.span.text(self.text)))
            },
            line: found.rows.0 + 1,
            state,
            kind: if is_return {
                SlotKind::Return
            } else {
                SlotKind::Parameter
            },
            nested_any: false,
            in_test: self.in_test(),
        };
        if !is_return && self.language.type_comments() == TypeComments::JsDoc {
            self.documented_parameter(function, found, &mut slot);
        }
        let slots = &mut self.facts.functions[function].slots;
        if let Some(span) = found.parts.get(Part::Type) {
            self.written.push(WrittenType {
                function: Some(function),
                slot: slots.len(),
                span,
            });
        }
        slots.push(slot);
    }

    /// A doc comment that stands before something else than a function: its type is a context, and it may speak for
    /// the function inside. A cast (`/** @type {T} */ (x)`) declares nothing but a context.
    pub(super) fn documented(&mut self, found: &Found) {
        let is_cast = self.text.get(found.span.start as usize) == Some(&b'(');
        let doc = if is_cast {
            self.docs.of(self.text, found)
        } else {
            self.docs.pass_on(self.text, found)
        };
        if doc.is_some_and(|doc| doc.whole.is_some() || doc.satisfies) {
            self.contexts.insert(found.from);
        }
    }

    /// Gives a parameter the type that a comment right before it or before its function declares.
    fn documented_parameter(&mut self, function: usize, found: &Found, slot: &mut Slot) {
        let own = self.docs.before(self.text, found.span.start);
        let around = self.signatures[function].doc.clone();
        let position = self.facts.functions[function].slots.len();
        let name = self.part(found, Part::Name);
        let name = name.as_deref().unwrap_or(&slot.name);
        let written = own
            .as_ref()
            .and_then(|own| own.whole.as_deref())
            .or_else(|| {
                let around = around.as_ref()?;
                around.parameter(name, position)
            });
        if let Some(written) = written {
            (slot.state, slot.nested_any) = self.judged(written);
        }
    }

    /// Adds the return that the doc comment of a function declares, when the function ends.
    pub(super) fn documented_return(&mut self, function: usize) {
        let doc = self.signatures[function].doc.take();
        let Some(written) = doc.as_ref().and_then(|doc| doc.returns.as_deref()) else {
            return;
        };
        let (state, nested_any) = self.judged(written);
        let fact = &mut self.facts.functions[function];
        fact.slots.push(Slot {
            name: "return".into(),
            line: fact.line,
            state,
            kind: SlotKind::Return,
            nested_any,
            in_test: fact.in_test,
        });
    }

    /// State of a slot whose type is written in a comment.
    fn judged(&self, written: &str) -> (SlotState, bool) {
        match self.language.dynamic()(written, &|_| None) {
            Precision::Precise => (SlotState::Typed, false),
            Precision::NestedDynamic => (SlotState::Typed, true),
            Precision::Dynamic => (SlotState::Any, false),
        }
    }

    /// Whether the innermost scope is one that has no slots.
    fn in_opaque(&self) -> bool {
        self.opaque.last() == Some(&self.scopes.len())
    }

    /// A field.
    pub(super) fn field(&mut self, found: &Found) {
        if self.in_opaque() {
            return;
        }
        let doc = if self.language.type_comments() == TypeComments::JsDoc {
            self.docs.before(self.text, found.span.start)
        } else {
            None
        };
        let documented = doc
            .as_ref()
            .and_then(|doc| doc.whole.as_deref())
            .map(|written| self.judged(written));
        if found.subject == Subject::FieldInferred && documented.is_none() {
            return;
        }
        if let Some(span) = found.parts.get(Part::Type) {
            self.written.push(WrittenType {
                function: None,
                slot: self.facts.fields.len(),
                span,
            });
        }
        let name = self.part(found, Part::Name).unwrap_or_default();
        let in_test = self.in_test();
        self.facts.fields.push(Slot {
            name: shortened(&name),
            line: found.rows.0 + 1,
            state: match documented {
                Some((state, _)) => state,
                None if found.subject == Subject::FieldTyped => SlotState::Typed,
                None => SlotState::Untyped,
            },
            kind: SlotKind::Field,
            nested_any: documented.is_some_and(|(_, nested_any)| nested_any),
            in_test,
        });
    }

    /// Judges the written types, now that all imports are known.
    pub(super) fn settle_types(&mut self) {
        if self.written.is_empty() {
            return;
        }
        let imports = imported(&self.facts.imports);
        let judge = self.language.dynamic();
        for written in &self.written {
            let text = written.span.text(self.text);
            let precision = judge(&text, &imports);
            if precision == Precision::Precise {
                continue;
            }
            let slot = match written.function {
                Some(function) => &mut self.facts.functions[function].slots[written.slot],
                None => &mut self.facts.fields[written.slot],
            };
            match precision {
                Precision::Dynamic => slot.state = SlotState::Any,
                _ => slot.nested_any = true,
            }
        }
    }

    /// Settles what marks and comments said of whole signatures.
    pub(super) fn settle_slots(&mut self) {
        for (function, signature) in self.facts.functions.iter_mut().zip(&self.signatures) {
            if signature.implements {
                function.slots.clear();
                continue;
            }
            let declared = function
                .slots
                .iter()
                .any(|slot| slot.kind == SlotKind::Parameter && slot.state != SlotState::Untyped);
            for slot in &mut function.slots {
                if signature.unchecked {
                    slot.state = SlotState::Untyped;
                } else if slot.state == SlotState::Untyped {
                    if signature.signed
                        || (signature.constructor && declared && slot.kind == SlotKind::Return)
                    {
                        slot.state = SlotState::Typed;
                    } else if signature.contextual && slot.kind == SlotKind::Parameter {
                        slot.state = SlotState::Contextual;
                    }
                }
            }
        }
    }
}

/// What the local names of a file stand for: `t` for `typing`, `A` for `typing.Any`.
pub(super) fn imported(imports: &[Import]) -> impl Fn(&str) -> Option<String> {
    let mut local: HashMap<&str, &Import> = HashMap::new();
    for import in imports {
        let name = import.alias.as_deref().or(import.name.as_deref());
        // Of several imports of one name the first counts.
        local
            .entry(name.unwrap_or(&import.module))
            .or_insert(import);
    }
    move |name| {
        let import = local.get(name)?;
        Some(match &import.name {
            Some(imported) => format!("{}.{imported}", import.module),
            None => import.module.to_string(),
        })
    }
}

/// A name short enough for a report.
pub(super) fn shortened(name: &str) -> CompactString {
    if name.len() <= 60 {
        return name.into();
    }
    let end = (0..=60).rev().find(|at| name.is_char_boundary(*at));
    format!("{}…", &name[..end.unwrap_or(0)]).into()
}
