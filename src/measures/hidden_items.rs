//! Hidden items: of all declared top-level items, those other modules cannot see.
//!
//! A module is deep when much stands behind a narrow interface (Ousterhout); of twelve architecture metrics only the
//! share of code used solely inside its component went with changes staying local (Bouwers, van Deursen, Visser 2014).
//! Counted per item over all files of a scope; small directories weigh little.

use crate::codebase::File;
use crate::definition::settings::{Boundary, HiddenItems};
use crate::facts::{Exposure, Facts, Item};

use super::{About, Measurement, Method, Note, Reading, Subject, Taken, View};

pub(super) const ABOUT: About = About {
    unit: "items",
    gap: "exposed items",
    why: "Everything a module exposes is a promise to the rest of the code. Make private what nobody outside uses, and \
          export from one place.",
    fewest_subjects: 10,
    by_change: false,
};

pub(super) fn read(view: &View, settings: &HiddenItems) -> Measurement {
    let mut taken = Taken {
        unknown: view.lost(),
        method: Method::Resolved,
        ..Taken::default()
    };
    for (index, file, facts) in view.code() {
        for (at, item) in (0..).zip(&facts.items) {
            if item.in_test {
                continue;
            }
            let exposed = is_exposed(file, facts, item, settings.boundary);
            taken.readings.push(Reading {
                subject: Subject::Item(index, at),
                good: u64::from(!exposed),
                of: 1,
                note: exposed.then_some(Note::Subject),
            });
        }
    }
    Measurement::Taken(taken)
}

pub(super) fn explain(view: &View, reading: &Reading) -> Option<String> {
    let Subject::Item(file, at) = reading.subject else {
        return None;
    };
    let item = view.codebase.file(file).facts()?.items.get(at as usize)?;
    Some(format!("{} is exposed", item.name))
}

/// Whether an item is seen outside its module.
pub(super) fn is_exposed(file: &File, facts: &Facts, item: &Item, boundary: Boundary) -> bool {
    if file
        .language
        .is_some_and(|language| language.name() == "python")
    {
        return match &facts.export_list {
            Some(list) => list.contains(&item.name),
            None => item.exposure == Exposure::Public && !is_in_private_package(file),
        };
    }
    match item.exposure {
        Exposure::Public | Exposure::Package => true,
        Exposure::Private => false,
        // The parent of a directory's own module is another directory; that of any other file is its own.
        Exposure::Parent => boundary == Boundary::File || is_directory_module(file),
    }
}

/// A leading underscore on a module or package hides everything in it.
fn is_in_private_package(file: &File) -> bool {
    file.path
        .as_bytes()
        .split(|byte| *byte == b'/')
        .any(|part| {
            let name = part.split(|byte| *byte == b'.').next().unwrap_or(part);
            name.starts_with(b"_") && !name.starts_with(b"__")
        })
}

fn is_directory_module(file: &File) -> bool {
    matches!(file.path.file_name(), b"mod.rs" | b"lib.rs" | b"main.rs")
}

#[cfg(test)]
mod tests {
    use crate::measures::testing::check;

    #[test]
    fn python_names_and_lists_tell_what_is_exposed() {
        check(
            "hidden-items",
            "//- a.py\n__all__ = [\"a\"]\ndef a(): ...\ndef b(): ...\ndef _c(): ...\n",
            "2 of 3\na.py:2 a is exposed",
        );
        check(
            "hidden-items",
            "//- a.py\n_x = 1\ny = 2\n__version__ = \"1\"\n",
            "1 of 3\na.py:2 y is exposed\na.py:3 __version__ is exposed",
        );
        check("hidden-items", "//- p/_impl.py\ndef f(): ...\n", "1 of 1");
    }

    #[test]
    fn rust_exposes_what_reaches_out_of_the_directory() {
        let inner = "pub(super) fn up() {}\npub(crate) fn wide() {}\nfn own() {}\n";
        check(
            "hidden-items",
            &format!("//- src/a/b.rs\n{inner}"),
            "2 of 3\nsrc/a/b.rs:2 wide is exposed",
        );
        check(
            "hidden-items",
            &format!("//- src/a/mod.rs\n{inner}"),
            "1 of 3\nsrc/a/mod.rs:1 up is exposed\nsrc/a/mod.rs:2 wide is exposed",
        );
        check(
            "hidden-items = { boundary = \"file\" }",
            &format!("//- src/a/b.rs\n{inner}"),
            "1 of 3\nsrc/a/b.rs:1 up is exposed\nsrc/a/b.rs:2 wide is exposed",
        );
    }

    #[test]
    fn javascript_exports_one_by_one_in_lists_and_by_assignment() {
        check(
            "hidden-items",
            "//- a.js\nfunction a() {}\nfunction c() {}\nfunction d() {}\nmodule.exports = { a, b: c };\n",
            "1 of 3\na.js:1 a is exposed\na.js:2 c is exposed",
        );
        check(
            "hidden-items",
            "//- a.ts\nexport default function () {}\nconst x = 1;\n",
            "1 of 2\na.ts:1 default is exposed",
        );
    }
}
