//! Local changes: of all changes, those that do not reach into two modules at once over a link nobody wrote down.
//!
//! Files that change together belong together (Gall et al. 1998). Where one imports the other, everybody can see why;
//! where nothing does and they lie in different modules, only those who were there know. The formula and its defaults
//! are those of code-maat 1.0.5: `degree = 100 · shared ÷ average number of changes`, over changes of few files.
//!
//! A change counts as a whole in every scope it touches. Changes too large for the formula tell nothing of coupling and
//! are no subject; `small-changes` judges their size.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::class::Class;
use crate::codebase::maps::Map;
use crate::codebase::resolve::Resolver;
use crate::codebase::{Codebase, File, FileIndex};
use crate::definition::settings::LocalChanges;
use crate::git::ChangeUnit;

use super::calm_touches::counts;
use super::{
    About, Context, Entry, List, Measurement, Method, Note, Reading, Subject, Taken, View,
};

pub(super) const ABOUT: About = About {
    unit: "changes",
    gap: "changes across hidden links",
    why: "Two modules that change together without an import between them share a decision that stands in neither. Give it \
          one home both import, or move what changes together into one module.",
    fewest_subjects: 1,
    by_change: true,
};

/// Two files that change together, the first path first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pair {
    files: [FileIndex; 2],
    /// Changes of both.
    shared: u64,
    /// Changes of each.
    changes: [u64; 2],
    link: Link,
}

/// What explains that two files change together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Link {
    /// Nothing that stands in the code: they lie in different modules, and neither imports the other.
    Hidden,
    /// Nobody can tell: the imports of one of them are not known, or it is no code.
    Unknown,
    /// One imports the other.
    Import,
    /// They lie in one module.
    Module,
    /// One tests.
    Test,
}

impl Link {
    fn words(self) -> &'static str {
        match self {
            Self::Hidden => "hidden: in different modules, with no import between them",
            Self::Unknown => "in different modules, and imports of one are not known",
            Self::Import => "one imports the other",
            Self::Module => "in one module",
            Self::Test => "expected: a test and what it may test",
        }
    }
}

impl Pair {
    /// Twice the average number of changes.
    fn twice_average(&self) -> u64 {
        self.changes[0] + self.changes[1]
    }

    /// Percent, rounded down.
    fn degree(&self) -> u64 {
        200 * self.shared / self.twice_average().max(1)
    }

    fn entry(&self) -> Entry {
        let [first, second] = self.changes;
        let directed = |changes: u64| 100 * self.shared / changes.max(1);
        Entry {
            subjects: self.files.map(Subject::File).to_vec(),
            words: format!(
                "{}; together in {} changes: in {} % of {first} and in {} % of {second}",
                self.link.words(),
                self.shared,
                directed(first),
                directed(second)
            ),
            figures: vec![
                ("shared_changes", self.shared),
                ("degree_percent", self.degree()),
                ("changes_of_first", first),
                ("changes_of_second", second),
                ("shared_percent_of_first", directed(first)),
                ("shared_percent_of_second", directed(second)),
                ("hidden", u64::from(self.link == Link::Hidden)),
                ("expected", u64::from(self.link == Link::Test)),
            ],
        }
    }
}

pub(super) fn read(context: &Context, view: &View, settings: &LocalChanges) -> Measurement {
    if let Some(without) = view.without_history() {
        return without;
    }
    let codebase = view.codebase;
    let is_meant: Vec<bool> = codebase
        .files()
        .iter()
        .map(|file| counts(file) && view.component.paths.matches(&file.path))
        .collect();
    let changes: Vec<(usize, Vec<FileIndex>)> = (0..codebase.history.changes.len())
        .filter(|position| fits(codebase, *position, settings))
        .map(|position| {
            let touched = codebase.touched(position).iter().flatten().copied();
            (position, touched.filter(|at| is_meant[at.get()]).collect())
        })
        .collect();
    let pairs = pairs(context, &changes, settings);
    let hidden: BTreeSet<[FileIndex; 2]> = pairs
        .iter()
        .filter(|pair| pair.link == Link::Hidden)
        .map(|pair| pair.files)
        .collect();
    let mut taken = Taken {
        method: match codebase.history.unit {
            ChangeUnit::PullRequests => Method::Resolved,
            ChangeUnit::Commits => Method::Proxy,
        },
        thin: view.is_thin(),
        ..Taken::default()
    };
    for (position, files) in changes.iter().filter(|(_, files)| !files.is_empty()) {
        let reached = hidden
            .iter()
            .find(|pair| pair.iter().all(|file| files.contains(file)));
        taken.readings.push(Reading {
            subject: Subject::Change(*position),
            good: u64::from(reached.is_none()),
            of: 1,
            note: reached.map(|pair| Note::Words(explained(codebase, *position, pair).into())),
        });
    }
    let left_out = codebase.history.changes.len() - changes.len();
    if left_out > 0 {
        taken.notes.push(format!(
            "changes of more than {} files say nothing of coupling and are left out: {left_out}",
            settings.max_changeset_size
        ));
    }
    if !pairs.is_empty() {
        taken.notes.push(format!(
            "{} of {} coupled pairs of files are hidden",
            hidden.len(),
            pairs.len()
        ));
        taken.lists.push(List {
            name: "coupled-files",
            about: format!(
                "Pairs of files in at least {} common changes that are at least {} % of the average number of changes of the two, \
                 which is at least {}.",
                settings.min_shared_revs, settings.min_coupling, settings.min_revs
            ),
            entries: pairs.iter().map(Pair::entry).collect(),
        });
    }
    Measurement::Taken(taken)
}

/// Whether a change is small enough to say what belongs together. Every path of it counts here, as in code-maat.
fn fits(codebase: &Codebase, position: usize, settings: &LocalChanges) -> bool {
    let change = codebase.history.changes.get(position);
    change.is_some_and(|change| {
        !change.bulk && change.paths.len() <= settings.max_changeset_size as usize
    })
}

/// Why a change is bad.
fn explained(codebase: &Codebase, position: usize, pair: &[FileIndex; 2]) -> String {
    let [first, second] = pair.map(|file| codebase.file(file).path.to_str());
    let change = codebase.history.changes.get(position);
    let subject = change.map_or("", |change| change.subject.as_str());
    format!("changes {first} and {second}, which no import joins: {subject}")
}

/// The coupled pairs: hidden ones first, then by degree.
fn pairs(
    context: &Context,
    changes: &[(usize, Vec<FileIndex>)],
    settings: &LocalChanges,
) -> Vec<Pair> {
    let mut alone: Map<FileIndex, u64> = Map::default();
    let mut together: Map<[FileIndex; 2], u64> = Map::default();
    for (_, files) in changes {
        for (at, first) in files.iter().enumerate() {
            *alone.entry(*first).or_default() += 1;
            for second in &files[at + 1..] {
                let pair = [(*first).min(*second), (*first).max(*second)];
                *together.entry(pair).or_default() += 1;
            }
        }
    }
    let of = |file: &FileIndex| alone.get(file).copied().unwrap_or(0);
    let mut pairs: Vec<Pair> = together
        .into_iter()
        .map(|(files, shared)| Pair {
            changes: [of(&files[0]), of(&files[1])],
            files,
            shared,
            link: Link::Unknown,
        })
        .filter(|pair| is_coupled(pair, settings))
        .collect();
    let resolver = (!pairs.is_empty()).then(|| context.resolver());
    for pair in &mut pairs {
        if let Some(resolver) = &resolver {
            pair.link = link(context.codebase, resolver, pair.files);
        }
    }
    pairs.sort_unstable_by_key(|pair| {
        // By the fraction itself: rounded degrees would leave the order of equal ones to chance.
        let degree = u128::from(pair.shared) * (1 << 40) / u128::from(pair.twice_average().max(1));
        let is_hidden = pair.link == Link::Hidden;
        (
            Reverse(is_hidden),
            Reverse(degree),
            Reverse(pair.shared),
            pair.files,
        )
    });
    pairs
}

/// The bars of code-maat, compared exactly.
fn is_coupled(pair: &Pair, settings: &LocalChanges) -> bool {
    pair.shared >= u64::from(settings.min_shared_revs)
        && pair.twice_average() >= 2 * u64::from(settings.min_revs)
        && 200 * pair.shared >= u64::from(settings.min_coupling) * pair.twice_average()
}

fn link<'a>(codebase: &'a Codebase, resolver: &Resolver<'a>, files: [FileIndex; 2]) -> Link {
    let [first, second] = files.map(|file| codebase.file(file));
    let tests = |file: &File| matches!(file.class, Class::Test | Class::TestSupport);
    let is_readable = |file: &File| file.class == Class::Code && file.facts().is_some();
    if tests(first) != tests(second) {
        Link::Test
    } else if first.path.directory() == second.path.directory() {
        Link::Module
    } else if imports(codebase, resolver, files[0], files[1])
        || imports(codebase, resolver, files[1], files[0])
    {
        Link::Import
    } else if is_readable(first) && is_readable(second) {
        Link::Hidden
    } else {
        Link::Unknown
    }
}

/// Whether a file names another one in any way: for types only, in its own tests, or through a module that passes it on.
fn imports<'a>(
    codebase: &'a Codebase,
    resolver: &Resolver<'a>,
    from: FileIndex,
    to: FileIndex,
) -> bool {
    let facts = codebase.file(from).facts();
    facts.is_some_and(|facts| {
        facts.imports.iter().any(|import| {
            let found = resolver.resolve(from, import);
            found.first == Some(to)
                || found.targets.iter().any(|target| target.file == to)
                || found.through.contains(&to)
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::codebase::Codebase;
    use crate::git::{Change, History, HistoryState, Mark};
    use crate::measures::testing::{codebase, report, taken};
    use crate::measures::{List, Measurement};

    const FIXTURE: &str = "//- a/x.py\nfrom c.z import f\n//- b/y.py\nY = 1\n//- b/w.py\nW = 1\n\
                           //- c/z.py\ndef f(): ...\n//- tests/test_x.py\ndef test_x(): ...\n//- README.md\nhello\n";

    /// The fixture after these changes, the last one first.
    fn changed(changes: &[&[&str]]) -> Codebase {
        let plain = codebase(FIXTURE);
        let mut history = History::without(HistoryState::Available);
        history.changes = changes
            .iter()
            .enumerate()
            .map(|(number, paths)| Change {
                mark: Mark::Squash,
                key: number.to_string(),
                commit: String::new(),
                time: 0,
                authored: 0,
                subject: format!("no. {number}"),
                paths: paths.iter().map(|path| (*path).into()).collect(),
                bulk: false,
            })
            .collect();
        Codebase::new(plain.files().to_vec(), history, plain.manifests.clone())
    }

    fn list(codebase: &Codebase, measure: &str) -> Option<List> {
        match taken(codebase, measure) {
            Measurement::Taken(taken) => taken.lists.into_iter().next(),
            other => panic!("{other:?}"),
        }
    }

    /// The files of each pair, and what its words begin with.
    fn pairs(codebase: &Codebase, measure: &str) -> Vec<String> {
        let list = list(codebase, measure);
        let entries = list.map(|list| list.entries).unwrap_or_default();
        let line = |entry: &crate::measures::Entry| {
            let files = entry.subjects.iter().filter_map(|subject| subject.file());
            let names: Vec<String> = files
                .map(|file| codebase.file(file).path.to_str().into_owned())
                .collect();
            let word = entry.words.split([':', ',', ';']).next().unwrap_or("");
            format!("{} {word} {}", names.join(" "), entry.figures[1].1)
        };
        entries.iter().map(line).collect()
    }

    #[test]
    fn two_modules_that_change_together_without_an_import_are_a_hidden_link() {
        let both: &[&str] = &["a/x.py", "b/y.py"];
        let mut changes = vec![both; 5];
        changes.push(&["a/x.py"]);
        changes.push(&["README.md"]);
        let codebase = changed(&changes);
        let said = report(&codebase, "local-changes");
        let first = "Change(0) changes a/x.py and b/y.py, which no import joins: no. 0";
        assert!(said.starts_with(&format!("1 of 6\n{first}\n")), "{said}");
        assert_eq!(
            pairs(&codebase, "local-changes"),
            ["a/x.py b/y.py hidden 90"]
        );
        let entry = &list(&codebase, "local-changes").unwrap().entries[0];
        let figures: Vec<u64> = entry.figures.iter().map(|(_, figure)| *figure).collect();
        assert_eq!(figures, [5, 90, 6, 5, 83, 100, 1, 0]);
        // A change that touches only one of the two modules, or the other file of one, is local.
        changes.push(&["a/x.py", "b/w.py"]);
        assert!(report(&changed(&changes), "local-changes").starts_with("2 of 7\n"));
    }

    #[test]
    fn an_import_a_common_module_and_a_test_explain_it() {
        let changes: Vec<&[&str]> = vec![&["a/x.py", "c/z.py"]; 5];
        let codebase = changed(&changes);
        assert_eq!(report(&codebase, "local-changes"), "5 of 5");
        assert_eq!(
            pairs(&codebase, "local-changes"),
            ["a/x.py c/z.py one imports the other 100"]
        );
        let changes: Vec<&[&str]> = vec![&["b/w.py", "b/y.py", "tests/test_x.py"]; 5];
        let codebase = changed(&changes);
        assert_eq!(report(&codebase, "local-changes"), "5 of 5");
        assert_eq!(
            pairs(&codebase, "local-changes"),
            [
                "b/w.py b/y.py in one module 100",
                "b/w.py tests/test_x.py expected 100",
                "b/y.py tests/test_x.py expected 100"
            ]
        );
    }

    #[test]
    fn each_bar_is_met_by_what_equals_it() {
        let both: &[&str] = &["a/x.py", "b/y.py"];
        let mut changes = vec![both; 4];
        assert_eq!(pairs(&changed(&changes), "local-changes"), [""; 0]);
        changes.push(both);
        assert_eq!(pairs(&changed(&changes), "local-changes").len(), 1);
        // 5 of (5 + 28) ÷ 2 is 30.3 %, and of (5 + 29) ÷ 2 it is 29.4 %.
        let alone: &[&str] = &["a/x.py"];
        changes.extend([alone; 23]);
        assert_eq!(pairs(&changed(&changes), "local-changes").len(), 1);
        changes.push(alone);
        assert_eq!(pairs(&changed(&changes), "local-changes"), [""; 0]);
        let lower = "local-changes = { min_coupling = 29 }";
        assert_eq!(pairs(&changed(&changes), lower).len(), 1);
        let higher = "local-changes = { min_coupling = 29, min_revs = 18 }";
        assert_eq!(pairs(&changed(&changes), higher), [""; 0]);
        let more = "local-changes = { min_coupling = 29, min_shared_revs = 6 }";
        assert_eq!(pairs(&changed(&changes), more), [""; 0]);
    }

    #[test]
    fn a_change_of_too_many_files_is_left_out_before_anything_is_counted() {
        let changes: Vec<&[&str]> = vec![&["README.md", "a/x.py", "b/y.py"]; 5];
        let codebase = changed(&changes);
        assert!(report(&codebase, "local-changes").starts_with("0 of 5"));
        let fewer = "local-changes = { max_changeset_size = 2 }";
        assert_eq!(report(&codebase, fewer), "0 of 0");
        assert_eq!(list(&codebase, fewer), None);
    }
}
