//! Internal items: of all declared top-level items, those that no code of another module uses.
//!
//! Of twelve architecture metrics only this share went with changes staying local (Bouwers, van Deursen, Visser 2014):
//! what nobody outside uses can change without anybody outside. Tests are no other modules. What is used in a way no
//! import tells (`getattr`, containers, names in strings) is taken for internal; `hidden-items` says how many imports led to
//! a file.

use std::cmp::Reverse;

use crate::definition::settings::InternalItems;

use super::uses::{Methods, Modules, is_rust};
use super::{
    About, Context, Entry, List, Measurement, Method, Note, Reading, Subject, Taken, View,
};

pub(super) const ABOUT: About = About {
    unit: "items",
    gap: "items other modules use",
    why: "What other modules use cannot change without them. Let few of them through, and keep what belongs together in \
          one module.",
    fewest_subjects: 10,
    by_change: false,
};

pub(super) fn read(context: &Context, view: &View, settings: &InternalItems) -> Measurement {
    let uses = context.uses();
    let modules = Modules::of(view.codebase, settings.boundary);
    let mut taken = Taken {
        unknown: view.lost(),
        method: Method::Resolved,
        ..Taken::default()
    };
    let mut used = Vec::new();
    for (index, file, facts) in view.code() {
        let methods = is_rust(file).then(|| Methods::of(facts));
        for (at, item) in (0..).zip(&facts.items) {
            if item.in_test {
                continue;
            }
            let is_method = methods.as_ref().is_some_and(|methods| methods.has(item));
            let (users, first) = uses.outside(&modules, index, item, is_method);
            let note = first.map(|first| {
                used.push(Entry {
                    subjects: vec![Subject::Item(index, at)],
                    words: format!("`{}`", item.name),
                    figures: vec![("using_files", users)],
                });
                let path = view.codebase.file(first).path.to_str();
                let words = match users {
                    1 => format!("{} is used by {path}", item.name),
                    _ => format!(
                        "{} is used by {users} files of other modules, {path} one of them",
                        item.name
                    ),
                };
                Note::Words(words.into())
            });
            taken.readings.push(Reading {
                subject: Subject::Item(index, at),
                good: u64::from(users == 0),
                of: 1,
                note,
            });
        }
    }
    if !taken.readings.is_empty() {
        used.sort_by_key(|entry| Reverse(entry.figures.first().map(|(_, count)| *count)));
        taken.lists.push(List {
            name: "used-outside",
            about: "Items that code of other modules uses, the most used first: the interface as it is in fact.".to_owned(),
            entries: used,
        });
    }
    Measurement::Taken(taken)
}
