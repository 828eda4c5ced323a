//! Hidden items: of all declared top-level items, those other modules cannot see.
//!
//! A module is deep when much stands behind a narrow interface (Ousterhout); of twelve architecture metrics only the
//! share of code used solely inside its component went with changes staying local (Bouwers, van Deursen, Visser 2014).
//! Counted per item over all files of a scope; small directories weigh little.

use std::collections::BTreeMap;

use crate::codebase::File;
use crate::definition::settings::{Boundary, HiddenItems};
use crate::facts::{Exposure, Facts, Item};

use super::uses::{
    Methods, Modules, Uses, is_open, is_private_part, is_private_path, is_python, is_rust,
};
use super::{
    About, Context, Entry, List, Measurement, Method, Note, Reading, Subject, Taken, View,
};

pub(super) const ABOUT: About = About {
    unit: "items",
    gap: "exposed items",
    why: "Everything a module exposes is a promise to the rest of the code. Make private what nobody outside uses, and \
          export from one place.",
    fewest_subjects: 10,
    by_change: false,
};

pub(super) fn read(context: &Context, view: &View, settings: &HiddenItems) -> Measurement {
    let (uses, boundary) = (context.uses(), settings.boundary);
    let modules = Modules::of(view.codebase, boundary);
    let mut taken = Taken {
        unknown: view.lost(),
        method: Method::Resolved,
        ..Taken::default()
    };
    let (mut over_exposed, mut leaks) = (Vec::new(), Vec::new());
    let mut used = 0;
    for (index, file, facts) in view.code() {
        let methods = is_rust(file).then(|| Methods::of(facts));
        let handed_on = handed_on(file, facts);
        for (at, item) in (0..).zip(&facts.items) {
            if item.in_test {
                continue;
            }
            let subject = Subject::Item(index, at);
            let exposed = is_open(uses, index, file, facts, item, boundary);
            taken.readings.push(Reading {
                subject,
                good: u64::from(!exposed),
                of: 1,
                note: exposed.then_some(Note::Subject),
            });
            let is_method = methods.as_ref().is_some_and(|methods| methods.has(item));
            let (users, first) = uses.outside(&modules, index, item, is_method);
            used += u64::from(users > 0);
            match first {
                Some(user)
                    if !exposed
                        && may_leak(file, item)
                        && !uses.is_published(index, &item.name)
                        && uses.users(index, &item.name).any(|user| {
                            let user = &view.codebase.file(user).path;
                            !home(file, item).is_some_and(|home| user.is_within(home))
                        }) =>
                {
                    leaks.push(Entry {
                        subjects: vec![subject, Subject::File(user)],
                        words: format!("`{}` is private and used by another module", item.name),
                        figures: vec![("using_files", users)],
                    });
                }
                None if exposed
                    && !is_entry(item)
                    && !uses.is_published(index, &item.name)
                    && !uses.may_be_used(&modules, index, file, item)
                    && !handed_on.contains(&item.line) =>
                {
                    over_exposed.push(Entry {
                        subjects: vec![subject],
                        words: format!("`{}` is exposed, and no other module uses it", item.name),
                        figures: Vec::new(),
                    });
                }
                _ => {}
            }
        }
    }
    let declared = taken.readings.len() as u64;
    if declared > 0 {
        taken.notes.push(words_of_use(uses, used, declared));
        taken.lists = lists(&modules, over_exposed, leaks);
    }
    Measurement::Taken(taken)
}

/// How much of what is declared other modules use, and how much of that was found.
fn words_of_use(uses: &Uses, used: u64, declared: u64) -> String {
    let tenths = used.saturating_mul(1000) / declared.max(1);
    let mut words = format!(
        "other modules use {used} of {declared} declared items ({}.{} %)",
        tenths / 10,
        tenths % 10,
    );
    if uses.internal_imports > 0 {
        words.push_str(&format!(
            ", as far as {} of {} imports led to a file",
            uses.resolved_imports, uses.internal_imports,
        ));
    }
    words + "; tests are no other modules"
}

/// Whether a compiler or an interpreter looks for an item by its name.
fn is_entry(item: &Item) -> bool {
    *item.name == *"main"
}

/// Whether it says something if another module uses a private item. What a compiler lets pass is no leak, and names of
/// the language are nobody's.
fn may_leak(file: &File, item: &Item) -> bool {
    let is_of_language = item.name.starts_with("__") && item.name.ends_with("__");
    !is_rust(file) && !is_of_language
}

/// The directory in which everybody may use what the name of a module of Python hides, if that is all that hides it:
/// `pkg/_types.py` belongs to all of `pkg`.
fn home<'a>(file: &'a File, item: &Item) -> Option<&'a [u8]> {
    if !is_python(file) || item.exposure != Exposure::Public {
        return None;
    }
    let path = file.path.as_bytes();
    let mut start = 0;
    for part in path.split(|byte| *byte == b'/') {
        if is_private_part(part) {
            return Some(&path[..start.max(1) - 1]);
        }
        start += part.len() + 1;
    }
    None
}

/// Lines of functions that a decorator may hand on to a framework: `@app.route("/")`.
fn handed_on(file: &File, facts: &Facts) -> Vec<u32> {
    if !is_python(file) {
        return Vec::new();
    }
    let by_object = facts
        .decorators
        .iter()
        .filter(|decorator| decorator.name.contains('.'));
    by_object
        .filter_map(|decorator| Some(facts.functions.get(decorator.function? as usize)?.line))
        .collect()
}

fn lists(modules: &Modules, mut over_exposed: Vec<Entry>, mut leaks: Vec<Entry>) -> Vec<List> {
    let module = |entry: &Entry| {
        let file = entry.subjects.first().and_then(|subject| subject.file());
        file.map(|file| modules.number(file))
    };
    let mut by_module: BTreeMap<Option<u32>, u64> = BTreeMap::new();
    for entry in &over_exposed {
        *by_module.entry(module(entry)).or_default() += 1;
    }
    // A module with much to close comes first; within one, the order of files. Sorting keeps it.
    over_exposed.sort_by_key(|entry| {
        let module = module(entry);
        (std::cmp::Reverse(by_module.get(&module).copied()), module)
    });
    leaks.sort_by_key(|entry| std::cmp::Reverse(entry.figures.first().map(|(_, count)| *count)));
    vec![
        List {
            name: "over-exposed",
            about: "Items seen outside their module that no code of another module uses and no package hands out. Left out \
                    is what may be used unseen: in files nobody imports by name, in modules taken whole, under a decorator, \
                    and methods of Rust whose name is called anywhere else."
                .to_owned(),
            entries: over_exposed,
        },
        List {
            name: "leaks",
            about: "Private items that code of another module uses: by their name, by the name of their module, or because \
                    `__all__` leaves them out."
                .to_owned(),
            entries: leaks,
        },
    ]
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
            None => item.exposure == Exposure::Public && !is_private_path(file),
        };
    }
    match item.exposure {
        Exposure::Public => true,
        Exposure::Package => boundary != Boundary::Package,
        Exposure::Private => false,
        Exposure::Parent => match boundary {
            Boundary::File => true,
            // The parent of a directory's own module is another directory; that of any other file is its own.
            Boundary::Directory => is_directory_module(file),
            Boundary::Package => false,
        },
    }
}

fn is_directory_module(file: &File) -> bool {
    matches!(file.path.file_name(), b"mod.rs" | b"lib.rs" | b"main.rs")
}

#[cfg(test)]
mod tests {
    use super::{Entry, List, Measurement};
    use crate::measures::testing::{check, codebase, taken};

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

    /// What the lists hold: a line for each entry, with the places and figures of it.
    fn lists(measure: &str, fixture: &str) -> Vec<String> {
        let codebase = codebase(fixture);
        let Measurement::Taken(taken) = taken(&codebase, measure) else {
            panic!("nothing was measured in {fixture}");
        };
        let line = |list: &List, entry: &Entry| {
            let places = entry.subjects.iter().map(|subject| {
                let path = codebase.file(subject.file().unwrap()).path.to_str();
                match subject.line(&codebase) {
                    Some(line) => format!("{path}:{line}"),
                    None => path.into_owned(),
                }
            });
            let name = entry.words.split('`').nth(1).unwrap();
            let places: Vec<String> = places.collect();
            format!("{} {name} {}", list.name, places.join(" "))
        };
        let lists = taken.lists.iter();
        lists
            .flat_map(|list| list.entries.iter().map(move |entry| line(list, entry)))
            .collect()
    }

    #[test]
    fn what_a_package_passes_on_from_a_private_module_is_exposed_and_published() {
        let fixture = "//- p/__init__.py\nfrom ._impl import f\n//- p/_impl.py\ndef f(): ...\ndef g(): ...\n\
                       def _h(): ...\n//- p/sub/use.py\nfrom .._impl import g\n";
        check("hidden-items", fixture, "2 of 3\np/_impl.py:1 f is exposed");
        // All of the package may use what its private module declares.
        assert!(lists("hidden-items", fixture).is_empty());
    }

    #[test]
    fn private_names_that_other_directories_use_leak() {
        let fixture = "//- p/__init__.py\n//- p/_impl.py\ndef _secret(): ...\ndef f(): ...\n//- p/b.py\n\
                       from p._impl import _secret\n//- q/__init__.py\n//- q/a.py\nfrom p._impl import _secret\n\
                       from p import _impl\n_impl.f()\n//- q/test_a.py\nfrom p.b import _no\ndef test_a(): ...\n\
                       //- p/listed.py\n__all__ = [\"a\"]\na = 1\nb = 2\n__version__ = 3\n//- q/b.py\n\
                       from p.listed import b, __version__\n";
        assert_eq!(
            lists("hidden-items", fixture),
            [
                "leaks _secret p/_impl.py:1 q/a.py",
                "leaks f p/_impl.py:2 q/a.py",
                "leaks b p/listed.py:3 q/b.py"
            ]
        );
    }

    #[test]
    fn what_no_other_directory_uses_is_over_exposed() {
        let fixture = "//- p/__init__.py\n//- p/a.py\ndef used(): ...\ndef own(): ...\ndef chained(): ...\n\
                       @app.route(\"/\")\ndef handed_on(): ...\ndef tested(): ...\n\
                       //- p/b.py\nfrom .a import own\nimport q.c\n\
                       //- q/__init__.py\n//- q/c.py\nfrom p.a import used\nfrom p import a as short\nshort.chained()\n\
                       //- tests/test_a.py\nfrom p.a import tested\ndef test_it(): tested()\n\
                       //- p/script.py\ndef run(): ...\n//- p/taken.py\ndef any_of_it(): ...\n//- q/d.py\n\
                       from p.taken import *\n";
        assert_eq!(
            lists("hidden-items", fixture),
            ["over-exposed own p/a.py:2", "over-exposed tested p/a.py:6"]
        );
        assert_eq!(
            lists("hidden-items = { boundary = \"package\" }", fixture).len(),
            5,
            "one package uses nothing of another"
        );
    }

    #[test]
    fn rust_names_what_its_modules_keep_to_themselves() {
        let manifest = "//- Cargo.toml\n[package]\nname = \"k\"\n";
        let fixture = format!(
            "{manifest}//- src/lib.rs\npub mod open;\nmod a;\nmod b;\npub use a::shown::Handed;\n\
             //- src/open.rs\npub fn seen() {{}}\n\
             //- src/a/mod.rs\nmod own;\npub mod shown;\n//- src/a/shown.rs\npub struct Handed;\n\
             pub(crate) struct Wide {{ pub x: u8 }}\npub fn crate_tier() {{}}\npub fn by_path() {{}}\n\
             //- src/a/own.rs\npub(crate) struct Own;\nimpl Own {{\n    pub fn called(&self) {{}}\n    pub fn quoted(&self) {{}}\n    \
             pub fn unheard(&self) {{}}\n}}\nimpl Clone for Own {{\n    fn clone(&self) -> Self {{ Own }}\n}}\n\
             //- src/b/mod.rs\nuse crate::a::shown::Wide;\nfn f(own: Wide) {{\n    crate::a::shown::by_path();\n    \
             own.called();\n    assert!(own.quoted());\n}}\n"
        );
        assert_eq!(
            lists("hidden-items", &fixture),
            [
                "over-exposed Own src/a/own.rs:1",
                "over-exposed unheard src/a/own.rs:5",
                "over-exposed crate_tier src/a/shown.rs:3"
            ]
        );
        // `f` alone is hidden; methods of a trait are no items.
        check(
            "internal-items",
            &fixture,
            "5 of 10\nsrc/a/own.rs:3 called is used by src/b/mod.rs\nsrc/a/own.rs:4 quoted is used by src/b/mod.rs\n\
             src/a/shown.rs:1 Handed is used by src/lib.rs\nsrc/a/shown.rs:2 Wide is used by src/b/mod.rs\n\
             src/a/shown.rs:4 by_path is used by src/b/mod.rs",
        );
    }

    #[test]
    fn names_of_modules_taken_whole_are_followed_in_javascript() {
        let fixture = "//- package.json\n{\"name\": \"k\", \"main\": \"./main.js\"}\n\
                       //- main.js\nexport * from './lib/x.js';\n\
                       //- lib/x.js\nexport const passed = 1;\n\
                       //- lib/y.js\nexport function used() {}\nexport function unused() {}\nfunction own() {}\n\
                       export { own as other };\n/** @internal */\nexport function inner() {}\n\
                       //- lib/z.js\nclass Whole {}\nmodule.exports = Whole;\n\
                       //- lib/w.js\nfunction a() {}\nfunction b() {}\nmodule.exports = { a, c: b };\n\
                       //- app/use.js\nimport * as y from '../lib/y.js';\nimport {other, inner} from '../lib/y.js';\n\
                       const Whole = require('../lib/z');\nconst w = require('../lib/w');\ny.used();\nw.c();\n";
        assert_eq!(
            lists("hidden-items", fixture),
            [
                "over-exposed a lib/w.js:1",
                "over-exposed unused lib/y.js:2",
                "leaks inner lib/y.js:6 app/use.js"
            ]
            .map(str::to_owned)
            .to_vec()
        );
        check(
            "internal-items",
            fixture,
            "3 of 8\nlib/w.js:2 b is used by app/use.js\nlib/y.js:1 used is used by \
             app/use.js\nlib/y.js:3 own is used by app/use.js\nlib/y.js:6 inner is used by app/use.js\nlib/z.js:1 Whole is \
             used by app/use.js",
        );
    }
}
