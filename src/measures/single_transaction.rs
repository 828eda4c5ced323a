//! Single transaction: of all endpoints that change state, those that do it in one transaction.
//!
//! The writes of a handler are those in it and in the functions of this repository it calls, followed through imports
//! two calls deep. Of all paths through them the one counts that ends in the most transactions: arms of a fork exclude
//! each other, what leaves ends its path, a loop runs twice. Writes that one transaction holds are one; a write of its
//! own is one; of a session, what lies between two commits. More than one, and a failure between them leaves half a
//! change behind.

mod beside;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::data::leaving::leaving;
use super::data::operations::{GIVEN, Operation, Operations};
use super::data::paths::{self, Event};
use super::data::sheet::Sheet;
use super::data::{Libraries, note_candidates, operations};
use super::{About, Context, Measurement, Method, Note, Reading, Subject, Taken, View, precision};
use crate::codebase::resolve::Resolver;
use crate::codebase::{Codebase, FileIndex};
use crate::definition::Measure;
use crate::facts::{Lost, StepKind};

pub(super) const ABOUT: About = About {
    unit: "endpoints",
    gap: "endpoints with several transactions",
    why: "An endpoint that fails between two transactions leaves half a change behind. Put all its writes into \
          one.",
    fewest_subjects: 10,
    by_change: false,
};

/// How many calls deep writes are looked for.
const CALL_DEPTH: u32 = 2;
/// Most functions looked into for one endpoint.
const MOST_FUNCTIONS: usize = 200;
/// Most places named in words.
const MOST_NAMED: usize = 4;

pub(super) fn read(context: &Context, view: &View) -> Measurement {
    let codebase = context.codebase;
    let endpoints = context.endpoints();
    if endpoints.is_empty() {
        return Measurement::NotApplicable {
            reason: "no endpoint of a known web framework was found".to_owned(),
        };
    }
    let libraries = context.libraries();
    if libraries.names().is_empty() {
        return Measurement::NotApplicable {
            reason: "no file imports a known library for data access; [[data.library]] describes one's own"
                .to_owned(),
        };
    }
    let per_request = libraries.per_request(codebase, context.data);
    let mut taken = Taken {
        method: Method::Heuristic,
        ..Taken::default()
    };
    if let Some(sign) = &per_request {
        taken
            .notes
            .push(format!("each request is one transaction: {sign}"));
    }
    let resolver = context.resolver();
    let mut search = Search {
        codebase,
        libraries,
        resolver: &resolver,
        per_request: per_request.is_some(),
        rooms: BTreeMap::new(),
        by_item: None,
        looked_into: 0,
        missed: None,
    };
    let (mut not_proven, mut candidates) = (0_u64, Vec::new());
    for (at, endpoint) in (0_u32..).zip(endpoints) {
        if !view.judges(codebase.file(endpoint.file)) {
            continue;
        }
        let subject = Subject::Endpoint(endpoint.file, at);
        let Some((file, function)) = endpoint.handler else {
            if endpoint.is_mutating_by_method() {
                not_proven += 1;
                let reason = "its handler was not found";
                taken
                    .unknown
                    .push((subject, Lost::NotProven(reason.into())));
            }
            continue;
        };
        (search.looked_into, search.missed) = (0, None);
        let events = search.function(file, function, CALL_DEPTH, None);
        let worst = events.worst();
        let writes: Vec<&Event> = worst.iter().filter(|event| event.is_write()).collect();
        if writes.is_empty() {
            if endpoint.is_mutating_by_method()
                && let Some(missed) = search.missed.take()
            {
                not_proven += 1;
                let reason = format!("no write was found, and {missed} could not be followed");
                taken
                    .unknown
                    .push((subject, Lost::NotProven(reason.into())));
            }
            continue;
        }
        let units = paths::units(&worst);
        let told = (units > 1).then(|| words(codebase, &writes, units));
        if let Some(words) = &told {
            candidates.push(format!("{} {words}", endpoint.name()));
        }
        let note = told.map(|words| Note::Words(words.into()));
        taken.readings.push(Reading {
            subject,
            good: u64::from(units <= 1),
            of: 1,
            note,
        });
    }
    note_candidates(&mut taken.notes, &candidates);
    if not_proven > 0 {
        let endpoints = if not_proven == 1 {
            "endpoint"
        } else {
            "endpoints"
        };
        taken.notes.push(format!(
            "not proven: {not_proven} {endpoints} of a changing method without a write that could be followed"
        ));
    }
    if !candidates.is_empty() {
        taken
            .notes
            .extend(precision(&Measure::SingleTransaction).map(str::to_owned));
    }
    taken.lists = beside::lists(view, libraries);
    taken.unknown.extend(view.lost());
    Measurement::Taken(taken)
}

/// What an endpoint does in several transactions.
fn words(codebase: &Codebase, writes: &[&Event], units: usize) -> String {
    let mut places: Vec<String> = Vec::new();
    for write in writes {
        let path = codebase.file(write.file).path.to_str();
        let what = write.entity.as_deref().unwrap_or("?");
        let what = what.strip_prefix("variable ").unwrap_or(what);
        let place = format!("`{what}` ({}) at {path}:{}", write.verb, write.line);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let repeated = writes.len() > places.len();
    let more = places.len().saturating_sub(MOST_NAMED);
    places.truncate(MOST_NAMED);
    let mut words = format!("writes {}", places.join(", "));
    if more > 0 {
        words.push_str(&format!(" and {more} more"));
    }
    if repeated {
        words.push_str(", some of it in a loop,");
    }
    words.push_str(&format!(" in {units} transactions on one path"));
    words
}

/// A file whose functions are looked into.
struct Room<'a> {
    sheet: Sheet<'a>,
    operations: Operations<'a>,
    /// By the position of a function in the facts: its step.
    steps: BTreeMap<u32, usize>,
}

struct Search<'c, 's, 'a> {
    codebase: &'a Codebase,
    libraries: &'s Libraries<'c>,
    resolver: &'s Resolver<'a>,
    per_request: bool,
    rooms: BTreeMap<FileIndex, Rc<Room<'c>>>,
    /// Files by the classes they declare, where only one declares it.
    by_item: Option<BTreeMap<&'a str, Option<FileIndex>>>,
    looked_into: usize,
    /// A call that led nowhere although it may have led into this repository.
    missed: Option<String>,
}

impl<'c, 'a: 'c> Search<'c, '_, 'a> {
    fn room(&mut self, index: FileIndex) -> Option<Rc<Room<'c>>> {
        if let Some(room) = self.rooms.get(&index) {
            return Some(Rc::clone(room));
        }
        let file = self.codebase.file(index);
        let sheet = Sheet::new(index, file.facts()?);
        let operations = operations(&sheet, file, self.libraries);
        let functions =
            (0..sheet.steps.len()).filter_map(|at| Some((sheet.function_index(at)?, at)));
        let steps = functions.collect();
        let room = Rc::new(Room {
            sheet,
            operations,
            steps,
        });
        self.rooms.insert(index, Rc::clone(&room));
        Some(room)
    }

    /// What a function does on its paths. `around` is the transaction its call is in.
    ///
    /// The depth of the calls is that of the search: at most [`CALL_DEPTH`].
    fn function(
        &mut self,
        file: FileIndex,
        function: u32,
        depth: u32,
        around: Option<u64>,
    ) -> paths::Paths {
        self.looked_into += 1;
        if self.looked_into > MOST_FUNCTIONS {
            return paths::Paths::default();
        }
        let Some(room) = self.room(file) else {
            return paths::Paths::default();
        };
        let Some(&top) = room.steps.get(&function) else {
            return paths::Paths::default();
        };
        let sheet = &room.sheet;
        let by_step: BTreeMap<usize, &Operation> = room
            .operations
            .list
            .iter()
            .map(|one| (one.step, one))
            .collect();
        let around = around.or_else(|| self.request(sheet, top));
        let mut walk = paths::Walk::default();
        for at in sheet.start(top)..top {
            let step = &sheet.steps[at];
            match &step.kind {
                StepKind::Fork => walk.fork(at, step.inside),
                StepKind::Arm => walk.arm(at, step.inside),
                StepKind::Loop => walk.repeat(at, step.inside, file),
                StepKind::Exit => walk.exit(at, step.inside),
                StepKind::Jump => walk.jump(at, step.inside),
                StepKind::Function(..) => {
                    // What is given to a call runs, most likely; what only stands there may or may not.
                    let is_given = sheet
                        .parent(at)
                        .is_some_and(|parent| sheet.call(parent).is_some());
                    walk.inner(at, step.inside, is_given, runs_often(sheet, at), file);
                }
                StepKind::Call(_) => {
                    walk.join(at, step.inside);
                    if let Some(operation) = by_step.get(&at) {
                        let transaction = self.transaction(&room, operation, around);
                        walk.push(at, event(file, operation, transaction));
                    } else if depth > 0 {
                        let inner = self.callee(&room, at, depth, around);
                        walk.append(at, inner);
                    }
                }
                StepKind::Scope
                | StepKind::Enter { .. }
                | StepKind::Bind(_)
                | StepKind::Setting(_) => {
                    walk.join(at, step.inside);
                }
            }
        }
        walk.finish()
    }

    /// The transaction of the request, if each has one and the function does not step out of it.
    fn request(&self, sheet: &Sheet, top: usize) -> Option<u64> {
        let StepKind::Function(_, decorators) = &sheet.steps[top].kind else {
            return None;
        };
        let steps_out = |written: &&str| {
            let file = self.codebase.file(sheet.file);
            let libraries = self.libraries.of(file);
            let mut patterns = libraries
                .iter()
                .flat_map(|library| &library.not_per_request);
            patterns.any(|pattern| pattern.is_decorator(written))
        };
        (self.per_request && !decorators.iter().any(steps_out)).then_some(0)
    }

    fn transaction(&self, room: &Room, operation: &Operation, around: Option<u64>) -> Option<u64> {
        let own = room.operations.transaction(&room.sheet, operation);
        // One inside another is part of it.
        around.or_else(|| own.map(|step| named(room.sheet.file, step)))
    }

    /// What the function does that a call leads to.
    fn callee(
        &mut self,
        room: &Rc<Room<'c>>,
        at: usize,
        depth: u32,
        around: Option<u64>,
    ) -> paths::Paths {
        let sheet = &room.sheet;
        // What is handed to a queue runs some other time.
        if leaving(sheet, at).is_some() {
            return paths::Paths::default();
        }
        let chain = sheet.chain(at);
        let called = chain
            .iter()
            .filter(|segment| segment.arguments.is_some())
            .count();
        // A later call of a chain is a method of what came before.
        if called != 1 {
            return paths::Paths::default();
        }
        let path: Vec<&str> = chain.iter().map(|segment| segment.name).collect();
        let Some((file, function)) = self.find(sheet, &path, at) else {
            if self.missed.is_none() && may_lead_inside(sheet, &path) {
                self.missed = Some(format!("`{}`", path.join(".")));
            }
            return paths::Paths::default();
        };
        // What the call stands in holds what it does, unless a library asks for a name.
        let stand_in = self.stand_in(room, at);
        self.function(file, function, depth - 1, around.or(stand_in))
    }

    /// The transaction a call stands in: lexically, or by a name it is given.
    fn stand_in(&self, room: &Room, at: usize) -> Option<u64> {
        let libraries = self.libraries.of(self.codebase.file(room.sheet.file));
        libraries.into_iter().find_map(|library| {
            let probe = Operation::probe(&room.sheet, at, library);
            let found = room.operations.transaction(&room.sheet, &probe)?;
            Some(named(room.sheet.file, found))
        })
    }

    /// The function a path of names leads to.
    fn find(&mut self, sheet: &Sheet, path: &[&str], at: usize) -> Option<(FileIndex, u32)> {
        let (last, first) = (*path.last()?, *path.first()?);
        let own = match path {
            [name] => function_named(self.codebase, sheet.file, name, false),
            ["self" | "this" | "cls" | "Self", name] => {
                function_named(self.codebase, sheet.file, name, true)
            }
            // `this.orders.create`: a class of that name, declared once.
            ["self" | "this", property, name] => self
                .declaring(property)
                .and_then(|file| function_named(self.codebase, file, name, true)),
            _ => None,
        };
        if own.is_some() {
            return own;
        }
        let call = sheet.call(at)?;
        let in_test = false;
        // The text as the file has it, which lives as long as its facts.
        let calls = &self.codebase.file(sheet.file).facts()?.calls;
        let callee = calls
            .callees()
            .iter()
            .find(|callee| *callee == call.call.callee)?;
        if !self
            .resolver
            .knows(sheet.file, resolve_first(callee, first)?, in_test)
        {
            return None;
        }
        let targets = self.resolver.resolve_callee(sheet.file, callee, in_test);
        targets.iter().find_map(|found| {
            let target = found.target;
            let by_symbol = target
                .symbol
                .and_then(|symbol| function_named(self.codebase, target.file, symbol, false));
            by_symbol.or_else(|| function_named(self.codebase, target.file, last, path.len() > 1))
        })
    }

    /// The file of the one class a property is named after: `orderService` after `OrderService`.
    fn declaring(&mut self, property: &str) -> Option<FileIndex> {
        let codebase = self.codebase;
        let by_item = self.by_item.get_or_insert_with(|| {
            let mut by_item: BTreeMap<&str, Option<FileIndex>> = BTreeMap::new();
            for (index, file) in codebase.indexed() {
                for item in file.facts().map_or(&[][..], |facts| &facts.items) {
                    by_item
                        .entry(item.name.as_str())
                        .and_modify(|file| *file = None)
                        .or_insert(Some(index));
                }
            }
            by_item
        });
        let mut letters = property.trim_start_matches('_').chars();
        let class: String = letters.next()?.to_uppercase().chain(letters).collect();
        *by_item.get(class.as_str())?
    }
}

/// The first name of a callee, as the callee has it.
fn resolve_first<'t>(callee: &'t str, first: &str) -> Option<&'t str> {
    callee
        .find(first)
        .and_then(|at| callee.get(at..at + first.len()))
}

/// A transaction, by where it begins; 0 is that of the request.
fn named(file: FileIndex, step: usize) -> u64 {
    if step == GIVEN {
        return paths::SOMEBODYS;
    }
    ((file.get() as u64 + 1) << 32) | step as u64
}

fn event(file: FileIndex, operation: &Operation, transaction: Option<u64>) -> Event {
    Event {
        file,
        line: operation.line,
        verb: operation.verb.clone(),
        entity: operation.entity.clone(),
        kind: operation.kind,
        by_session: operation.library.by_session,
        transaction,
    }
}

/// Whether a function is given to a call that runs it for each of many.
fn runs_often(sheet: &Sheet, function: usize) -> bool {
    let call = sheet.parent(function).and_then(|parent| sheet.call(parent));
    let name = call.map(|call| call.tail.unwrap_or(call.call.callee));
    name.is_some_and(|name| {
        let last = name.rsplit(['.', ':']).next().unwrap_or(name);
        matches!(
            last,
            "map" | "forEach" | "for_each" | "flatMap" | "reduce" | "each" | "filter_map"
        )
    })
}

/// The function of a file with a name, if there is one only.
fn function_named(
    codebase: &Codebase,
    file: FileIndex,
    name: &str,
    is_method: bool,
) -> Option<(FileIndex, u32)> {
    let facts = codebase.file(file).facts()?;
    let mut found = (0_u32..).zip(&facts.functions).filter(|(_, function)| {
        function.has_body
            && function.name.as_deref() == Some(name)
            && (is_method || !function.is_method)
    });
    let first = found.next()?;
    found.next().is_none().then_some((file, first.0))
}

/// Whether a call that led nowhere may lead into this repository: a method of something given or made elsewhere.
fn may_lead_inside(sheet: &Sheet, path: &[&str]) -> bool {
    let [root, .., _] = path else {
        return false;
    };
    let is_foreign = sheet.facts.imports.iter().any(|import| {
        let local = import
            .alias
            .as_deref()
            .or(import.name.as_deref())
            .unwrap_or(&import.module);
        local == *root
    });
    !is_foreign && !root.starts_with(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use crate::measures::Measurement;
    use crate::measures::testing::{codebase, report, taken};
    use std::path::{Path, PathBuf};

    /// Every fixture of a framework: routes marked `expect: several` write in several transactions, those marked
    /// `expect: one` in one, and no other one writes.
    #[test]
    fn of_every_library_what_is_marked_is_found_and_nothing_else() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/data/transactions");
        let mut paths: Vec<PathBuf> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        assert!(paths.len() >= 4, "{paths:?}");
        let mut wrong = Vec::new();
        for path in paths {
            let name = path.file_name().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let text = if text.contains("//- ") {
                text
            } else {
                format!("//- {name}\n{text}")
            };
            let said = report(&codebase(&text), "single-transaction");
            let several = text.matches("expect: several").count();
            let one = text.matches("expect: one").count();
            let sum = format!("{one} of {}", one + several);
            if said.lines().next() != Some(sum.as_str()) || said.lines().count() != several + 1 {
                wrong.push(format!(
                    "{name}: {one} and {several} are marked, but\n{said}"
                ));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    const TWO_WRITES: &str = "//- app/views.py\nfrom django.urls import path\nfrom django.db import models\n\
        def place(request):\n    Order.objects.create(total=1)\n    Line.objects.create(total=1)\n\
        //- app/urls.py\nfrom django.urls import path\nfrom app import views\n\
        urlpatterns = [path('orders/', views.place)]\n";

    #[test]
    fn where_each_request_is_one_transaction_so_is_every_endpoint() {
        let said = report(&codebase(TWO_WRITES), "single-transaction");
        assert!(said.starts_with("0 of 1\n"), "{said}");
        assert!(
            said.contains("`Order` (create) at app/views.py:4"),
            "{said}"
        );
        let settings = "//- app/settings.py\nDATABASES = {'default': {'ATOMIC_REQUESTS': True}}\n";
        let said = report(
            &codebase(&format!("{TWO_WRITES}{settings}")),
            "single-transaction",
        );
        assert_eq!(said, "1 of 1");
        let said = report(
            &codebase(&format!("{TWO_WRITES}{settings}")),
            "single-transaction\n[data]\nrequest_transactions = false",
        );
        assert!(said.starts_with("0 of 1\n"), "{said}");
    }

    #[test]
    fn what_cannot_be_followed_is_not_proven() {
        let text = "//- a.py\nfrom fastapi import FastAPI\nimport sqlalchemy\napp = FastAPI()\n\
            @app.post('/orders')\ndef place(orders):\n    orders.place()\n";
        let Measurement::Taken(taken) = taken(&codebase(text), "single-transaction") else {
            panic!("nothing was measured");
        };
        assert_eq!((taken.readings.len(), taken.unknown.len()), (0, 1));
    }

    #[test]
    fn what_waits_inside_of_a_transaction_is_listed() {
        let text = "//- app/views.py\nimport requests\nfrom django.db import models, transaction\n\
            from app.tasks import bill\n\
            @transaction.atomic\ndef decorated(request):\n    bill.delay(1)\n\
            def place(request):\n    requests.post(\"/before\")\n    with transaction.atomic():\n        \
            requests.post(\"/inside\")\n        transaction.on_commit(lambda: bill.delay(2))\n        try:\n            \
            with transaction.atomic():\n                Order.objects.create(total=1)\n        except ValueError:\n            \
            log()\n    bill.delay(3)\n\
            def loop(session):\n    for one in all:\n        transaction.commit()\n\
            //- app/urls.py\nfrom django.urls import path\nfrom app import views\n\
            urlpatterns = [path('orders/', views.place)]\n";
        let Measurement::Taken(taken) = taken(&codebase(text), "single-transaction") else {
            panic!("nothing was measured");
        };
        let lines: Vec<String> = taken
            .lists
            .iter()
            .flat_map(|list| list.entries.iter().map(move |entry| (list.name, entry)))
            .map(|(list, entry)| format!("{list}: {}", entry.words))
            .collect();
        assert_eq!(
            lines,
            [
                "long-transactions: talks to a queue on line 6 inside of a transaction",
                "long-transactions: talks to another service over HTTP on line 10 inside of a transaction",
                "swallowed-rollbacks: goes on after the transaction on line 13 failed, inside of another one",
            ]
        );
    }
}
