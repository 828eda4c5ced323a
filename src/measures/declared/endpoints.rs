//! Endpoints as a declared component sees them: the route stands in one file, the function that answers often in another.
//!
//! Conditions about place ask the file of the route, those about functions the handler. Where that is not found, nobody
//! knows whether they hold.

use std::collections::BTreeMap;

use crate::codebase::FileIndex;
use crate::codebase::endpoints::Endpoint;
use crate::codebase::maps::Map;
use crate::definition::declared::{Condition, Declared, Population, Quantity, Wildcard};
use crate::facts::Lost;
use crate::measures::{Context, Measurement, Method, Subject, Taken, View};

use super::conditions::Judge;
use super::look::{Look, Thing};

/// Files that hold routes or functions that answer.
#[derive(Default)]
pub(super) struct Handlers<'a>(Map<FileIndex, Look<'a>>);

impl<'a> Handlers<'a> {
    /// Those of the endpoints a component is about; none if it is about something else.
    pub(super) fn new(context: &Context<'a>, view: &View, settings: &Declared) -> Self {
        if settings.population != Population::Endpoint {
            return Self::default();
        }
        let codebase = context.codebase;
        let mut files: BTreeMap<FileIndex, Vec<u32>> = BTreeMap::new();
        for endpoint in context.endpoints() {
            if view.judges(codebase.file(endpoint.file)) {
                files.entry(endpoint.file).or_default();
                if let Some((file, at)) = endpoint.handler {
                    files.entry(file).or_default().push(at);
                }
            }
        }
        let looks = files.into_iter().filter_map(|(index, mut own)| {
            own.sort_unstable();
            let file = codebase.file(index);
            let look = Look::new(index, file, file.facts()?, settings, &own);
            Some((index, look))
        });
        Self(looks.collect())
    }

    /// The function that answers, and its file.
    pub(super) fn of(&self, endpoint: &Endpoint) -> Result<(&Look<'a>, Thing<'a>), Lost> {
        let found = endpoint.handler.and_then(|(file, at)| {
            let look = self.0.get(&file)?;
            let function = look.facts.functions.get(at as usize)?;
            Some((look, Thing::Function(at, function)))
        });
        found.ok_or_else(|| not_proven("its handler was not found"))
    }

    /// Whether a condition holds of the function that answers.
    pub(super) fn holds(
        &self,
        judge: &Judge<'_, 'a>,
        endpoint: &Endpoint,
        condition: &Condition,
    ) -> Result<bool, Lost> {
        let (look, handler) = self.of(endpoint)?;
        let Thing::Function(at, function) = handler else {
            return Ok(true);
        };
        match condition {
            Condition::Decorators(quantity, names)
                if function.is_method && depends_on_class(look, at, *quantity, names) =>
            {
                Err(not_proven(
                    "it may be its handler's class that is decorated so",
                ))
            }
            Condition::LinesAtMost(_)
            | Condition::LinesAtLeast(_)
            | Condition::ComplexityAtMost(_)
                if function.absorbed_by.is_some() =>
            {
                Err(not_proven(
                    "its handler is counted with the function around it",
                ))
            }
            _ => judge.holds(look, &handler, condition),
        }
    }

    /// How an endpoint is called, and who answers if that is elsewhere.
    pub(super) fn name(&self, endpoint: &Endpoint) -> String {
        let name = endpoint.name();
        match self.of(endpoint) {
            Ok((look, Thing::Function(_, function))) if look.index != endpoint.file => {
                let path = look.file.path.to_str();
                let handler = function.name.as_deref().unwrap_or("a closure");
                format!("{name}, {handler} in {path}:{}", function.line)
            }
            _ => name,
        }
    }
}

/// Whether a method lacks decorators of which a class above it has some: facts do not say which class is whose.
fn depends_on_class(look: &Look, at: u32, quantity: Quantity, names: &[Wildcard]) -> bool {
    let line = look.facts.functions.get(at as usize).map(|it| it.line);
    let is_own = |name: &Wildcard| look.decorators(at).any(|one| name.matches(one));
    let is_above = |name: &Wildcard| {
        let mut all = look.facts.decorators.iter();
        all.any(|one| one.function.is_none() && Some(one.line) < line && name.matches(&one.name))
    };
    match quantity {
        Quantity::All => {
            let mut lacking = names.iter().filter(|name| !is_own(name)).peekable();
            lacking.peek().is_some() && lacking.all(is_above)
        }
        Quantity::Any | Quantity::None => !names.iter().any(is_own) && names.iter().any(is_above),
    }
}

/// Whether a condition about the route itself holds.
pub(super) fn is_there(endpoint: &Endpoint, condition: &Condition) -> Result<bool, Lost> {
    match condition {
        Condition::Method(methods) => Ok(methods.contains(&endpoint.method)),
        Condition::Framework(names) => Ok(names.contains(&endpoint.framework.name())),
        Condition::Path(paths) if endpoint.is_relative => {
            let answers: Vec<Option<bool>> = paths
                .iter()
                .map(|path| path.matches_end(&endpoint.path))
                .collect();
            if answers.contains(&Some(true)) {
                Ok(true)
            } else if answers.contains(&None) {
                Err(not_proven("the beginning of its path is not known"))
            } else {
                Ok(false)
            }
        }
        Condition::Path(paths) => Ok(paths.iter().any(|path| path.matches(&endpoint.path))),
        _ => Ok(true),
    }
}

fn not_proven(reason: &str) -> Lost {
    Lost::NotProven(reason.into())
}

pub(super) fn read<'a>(
    context: &Context<'a>,
    view: &View,
    settings: &Declared,
    judge: &Judge<'_, 'a>,
) -> Measurement {
    let mut taken = Taken {
        method: Method::Resolved,
        ..Taken::default()
    };
    for (at, endpoint) in (0_u32..).zip(context.endpoints()) {
        // Only files a component is about are among these, and others that answer for them.
        if !view.judges(context.codebase.file(endpoint.file)) {
            continue;
        }
        let Some(look) = judge.handlers().0.get(&endpoint.file) else {
            continue;
        };
        match super::reading(judge, look, &Thing::Endpoint(at, endpoint), settings) {
            Ok(reading) => taken.readings.extend(reading),
            Err(lost) => {
                let subject = Subject::Endpoint(endpoint.file, at);
                taken.unknown.push((subject, lost));
            }
        }
    }
    let lost = view.lost().into_iter();
    taken.unknown.extend(lost.filter(|(subject, _)| {
        let file = subject.file().map(|file| context.codebase.file(file));
        file.is_some_and(|file| judge.may_hold(file))
    }));
    Measurement::Taken(taken)
}
