//! Codebases made by hand, so that a report can be read beside what it is about.

use std::sync::Arc;

use crate::class::Class;
use crate::codebase::manifests::Manifests;
use crate::codebase::{Codebase, Content, File};
use crate::definition::{Definition, parse};
use crate::evaluation::{Evaluation, evaluate};
use crate::facts::{Exposure, Facts, Function, Item, Lines, Lost, Slot, SlotKind, SlotState};
use crate::git::{Change, ChangeUnit, CommitCount, Head, History, HistoryState, Mark, Window};
use crate::languages::Language;
use crate::path::RepoPath;
use crate::report::{Inputs, Matter, Report};

/// The same on every machine: no version of a grammar is in it.
pub const DEFINITION_ID: &str = "0123456789abcdef";

/// A codebase with everything that came of it.
pub struct Story {
    pub codebase: Codebase,
    pub evaluation: Evaluation,
    pub matter: Matter,
}

impl Story {
    pub fn new(files: Vec<File>, history: History) -> Self {
        Self::under(&Definition::builtin(), files, history)
    }

    pub fn under(definition: &Definition, files: Vec<File>, history: History) -> Self {
        let codebase = Codebase::new(files, history, Manifests::read(&[]));
        Self {
            evaluation: evaluate(definition, &codebase, 1),
            codebase,
            matter: Matter {
                tool_version: "0.1.0".to_owned(),
                repository: "shop".to_owned(),
                source: "work-tree",
                ..Matter::default()
            },
        }
    }

    pub fn report(&self) -> Report<'_> {
        let inputs = Inputs {
            definition_id: DEFINITION_ID,
            codebase: &self.codebase,
            evaluation: &self.evaluation,
        };
        Report::new(inputs, self.matter.clone())
    }
}

/// A shop: two packages, tests, a changelog in every change, a file nobody can parse.
pub fn shop() -> Story {
    let mut files = vec![
        code(
            "shop/cart/checkout.py",
            &[(6, 10, 31, 140), (2, 3, 4, 20)],
            (9, 1),
        ),
        code(
            "shop/cart/basket.py",
            &[(9, 1, 3, 22), (4, 0, 0, 8)],
            (3, 4),
        ),
        code("shop/catalogue/search.py", &[(12, 0, 12, 60)], (2, 5)),
        code("shop/catalogue/model.py", &[(5, 0, 1, 9); 6], (1, 6)),
        code("shop/orders.py", &[(3, 4, 18, 900)], (4, 0)),
        code("tools/import.py", &[(0, 6, 22, 44)], (1, 0)),
        unread("tests/test_cart.py", Class::Test, "test_*.py", 210),
        unread("docs/index.md", Class::Doc, "directory named docs", 90),
        unread("CHANGES.md", Class::Doc, "changelog", 1_450),
        unread(
            "vendor/jquery.js",
            Class::Vendored,
            "directory named vendor",
            10_300,
        ),
        unread("logo.png", Class::Binary, "binary by extension", 0),
        lost("shop/legacy.py", Lost::ParseErrors(44)),
        unsupported("deploy/main.go", "Go", 320),
    ];
    if let Content::Facts(facts) = &mut files[2].content {
        let facts = Arc::make_mut(facts);
        facts.unparsed_bytes = 41;
        facts.lines.unparsed = 2;
    }
    let touched: [&[&str]; 3] = [
        &["CHANGES.md", "shop/cart/checkout.py", "tests/test_cart.py"],
        &[
            "CHANGES.md",
            "shop/catalogue/search.py",
            "shop/cart/checkout.py",
        ],
        &[
            "CHANGES.md",
            "shop/orders.py",
            "shop/catalogue/model.py",
            "tools/import.py",
        ],
    ];
    let changes = (0..60u32)
        .map(|number| change(number, touched[(number % 7 % 3) as usize]))
        .collect();
    let mut story = Story::new(files, history(changes));
    story.matter.warnings = vec!["files.vendored: `lib/**` (line 4) matches no file".to_owned()];
    story
}

/// Code with functions of (typed slots, untyped slots, cognitive complexity, lines) and (exposed, hidden) items.
pub fn code(path: &str, functions: &[(u32, u32, u32, u32)], items: (u32, u32)) -> File {
    let mut line = 1;
    let mut facts = Facts::default();
    for (typed, untyped, cognitive, lines) in functions {
        let slot = |state| Slot {
            name: "value".into(),
            line,
            state,
            kind: SlotKind::Parameter,
            nested_any: false,
            in_test: false,
        };
        let mut slots = vec![slot(SlotState::Typed); *typed as usize];
        slots.extend(vec![slot(SlotState::Untyped); *untyped as usize]);
        facts.functions.push(Function {
            name: Some("work".into()),
            line,
            end_line: line + lines,
            slots,
            cyclomatic: 1,
            cognitive: *cognitive,
            code_lines: *lines,
            has_body: true,
            ..Function::default()
        });
        line += lines + 1;
    }
    for position in 0..items.0 + items.1 {
        facts.items.push(Item {
            name: "item".into(),
            line: position + 1,
            exposure: if position < items.0 {
                Exposure::Public
            } else {
                Exposure::Private
            },
            is_value: false,
            documented: false,
            in_test: false,
        });
    }
    facts.lines = Lines {
        code: line,
        ..Lines::default()
    };
    file(
        path.as_bytes(),
        Class::Code,
        "",
        line,
        Content::Facts(Arc::new(facts)),
    )
}

pub fn unread(path: &str, class: Class, reason: &'static str, lines: u32) -> File {
    file(path.as_bytes(), class, reason, lines, Content::Unread(None))
}

pub fn unsupported(path: &str, language: &'static str, lines: u32) -> File {
    let content = Content::Unread(Some(language));
    let mut file = file(path.as_bytes(), Class::Code, "", lines, content);
    file.language = None;
    file
}

pub fn lost(path: &str, lost: Lost) -> File {
    file(path.as_bytes(), Class::Code, "", 0, Content::Lost(lost))
}

pub fn file(path: &[u8], class: Class, reason: &'static str, lines: u32, content: Content) -> File {
    File {
        path: RepoPath::new(path),
        id: None,
        class,
        reason,
        language: Language::named("python"),
        lines,
        content,
    }
}

pub fn change(number: u32, paths: &[&str]) -> Change {
    let mut paths: Vec<RepoPath> = paths.iter().map(|path| RepoPath::from(*path)).collect();
    paths.sort();
    Change {
        mark: Mark::Squash,
        key: number.to_string(),
        commit: format!("{number:040x}"),
        time: 1_700_000_000 + i64::from(number),
        authored: 0,
        subject: format!("Change {number} (#{number})"),
        paths,
        bulk: false,
    }
}

pub fn history(changes: Vec<Change>) -> History {
    let mut history = History::without(HistoryState::Available);
    history.head = Some(Head {
        id: "5f0c9b2a1d3e4f5f0c9b2a1d3e4f5f0c9b2a1d3e".to_owned(),
        time: 1_700_000_060,
        branch: Some("main".to_owned()),
    });
    history.window = Window {
        days: 365,
        from: 1_668_464_060,
        to: 1_700_000_060,
        extended: false,
    };
    history.bot_changes = vec![change(999, &["CHANGES.md"]); 4];
    history.unit = ChangeUnit::PullRequests;
    history.commits = CommitCount {
        all: 230,
        non_merge: 200,
        direct: 15,
    };
    history.changes = changes;
    history
}

pub fn without_history() -> History {
    History::without(HistoryState::Unavailable {
        reason: "this is a shallow clone of 1 commit".to_owned(),
        repair: Some("git fetch --unshallow".to_owned()),
    })
}

/// A definition from text.
pub fn definition(text: &str) -> Definition {
    parse(text.as_bytes(), "quality.toml").unwrap_or_else(|problems| panic!("{problems}"))
}
