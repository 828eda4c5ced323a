//! The rules of scoring as properties: they hold for codebases nobody thought of.

use std::sync::Arc;

use proptest::prelude::*;

use quality::class::Class;
use quality::codebase::manifests::Manifests;
use quality::codebase::{Codebase, Content, File};
use quality::definition::{Decimal, Definition};
use quality::evaluation::{Bounds, Evaluation, Scope, ScopeKind, Score, State, evaluate};
use quality::facts::{Exposure, Facts, Function, Item, Lines, Lost, Slot, SlotKind, SlotState};
use quality::git::{Change, ChangeUnit, CommitCount, History, HistoryState, Mark, Window};
use quality::languages::Language;
use quality::measures::Measurement;
use quality::path::RepoPath;

/// What one generated file is made of.
#[derive(Clone, Debug)]
struct Sketch {
    directory: u8,
    language: u8,
    /// Of each function: typed slots, untyped slots, cognitive complexity, lines.
    functions: Vec<(u8, u8, u8, u8)>,
    /// Exposed and hidden items.
    items: (u8, u8),
    lost: bool,
}

fn sketches() -> impl Strategy<Value = Vec<Sketch>> {
    let function = (0u8..5, 0u8..5, 0u8..40, 1u8..60);
    let sketch = (
        0u8..6,
        0u8..3,
        prop::collection::vec(function, 0..6),
        (0u8..6, 0u8..6),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(directory, language, functions, items, lost)| Sketch {
            directory,
            language,
            functions,
            items,
            lost,
        });
    prop::collection::vec(sketch, 0..14)
}

fn file(position: usize, sketch: &Sketch) -> File {
    let directory = ["", "a/", "a/b/", "a/b/c/", "d/", "d/e/"][sketch.directory as usize];
    let (extension, language) =
        [("py", "python"), ("rs", "rust"), ("ts", "typescript")][sketch.language as usize];
    let content = if sketch.lost {
        Content::Lost(Lost::ParseBudget)
    } else {
        Content::Facts(Arc::new(facts(sketch)))
    };
    File {
        path: RepoPath::from(format!("{directory}file{position}.{extension}").as_str()),
        id: None,
        class: Class::Code,
        reason: "",
        language: Language::named(language),
        lines: 100,
        content,
    }
}

fn facts(sketch: &Sketch) -> Facts {
    let mut line = 1;
    let mut functions = Vec::new();
    for (typed, untyped, cognitive, lines) in &sketch.functions {
        let slot = |state| Slot {
            name: "x".into(),
            line,
            state,
            kind: SlotKind::Parameter,
            nested_any: false,
            in_test: false,
        };
        let mut slots = vec![slot(SlotState::Typed); *typed as usize];
        slots.extend(vec![slot(SlotState::Untyped); *untyped as usize]);
        functions.push(Function {
            name: Some("f".into()),
            line,
            end_line: line + u32::from(*lines),
            slots,
            cyclomatic: 1,
            cognitive: u32::from(*cognitive),
            code_lines: u32::from(*lines),
            has_body: true,
            ..Function::default()
        });
        line += u32::from(*lines) + 1;
    }
    let item = |exposure| Item {
        name: "i".into(),
        line: 1,
        exposure,
        is_value: false,
        documented: false,
        in_test: false,
    };
    let mut items = vec![item(Exposure::Public); sketch.items.0 as usize];
    items.extend(vec![item(Exposure::Private); sketch.items.1 as usize]);
    Facts {
        lines: Lines {
            code: line,
            ..Lines::default()
        },
        functions,
        items,
        ..Facts::default()
    }
}

fn codebase(files: Vec<File>, touched: &[Vec<usize>]) -> Codebase {
    let paths: Vec<RepoPath> = files.iter().map(|file| file.path.clone()).collect();
    let changes = touched
        .iter()
        .enumerate()
        .map(|(number, touched)| {
            let mut paths: Vec<RepoPath> = touched
                .iter()
                .filter_map(|index| paths.get(*index).cloned())
                .collect();
            paths.sort();
            paths.dedup();
            Change {
                mark: Mark::Squash,
                key: number.to_string(),
                commit: format!("{number:040}"),
                time: 1_700_000_000,
                authored: 0,
                subject: format!("change (#{number})"),
                paths,
                bulk: false,
            }
        })
        .collect();
    let history = History {
        state: HistoryState::Available,
        head: None,
        window: Window::default(),
        changes,
        bot_changes: Vec::new(),
        unit: ChangeUnit::PullRequests,
        commits: CommitCount::default(),
        notes: Vec::new(),
        authors: None,
        deployments: Vec::new(),
    };
    Codebase::new(files, history, Manifests::default())
}

fn measured(sketches: &[Sketch], touched: &[Vec<usize>]) -> Evaluation {
    let files = sketches
        .iter()
        .enumerate()
        .map(|(position, sketch)| file(position, sketch))
        .collect();
    evaluate(&Definition::builtin(), &codebase(files, touched), 1)
}

fn position(evaluation: &Evaluation, id: &str) -> usize {
    evaluation
        .components
        .iter()
        .position(|evaluated| evaluated.component.id == id)
        .unwrap()
}

/// Millionths of a score, for comparing sizes.
fn millionths(evaluation: &Evaluation, id: &str) -> Option<u64> {
    let outcome = &evaluation.repository.outcomes[position(evaluation, id)];
    outcome
        .score
        .as_ref()
        .map(|score| score.floor_hundred(1_000_000))
}

fn is_below(scope: &Scope, parent: &[u8]) -> bool {
    match scope.name.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => &scope.name[..slash] == parent,
        None => parent.is_empty(),
    }
}

const FILE_BASED: [&str; 6] = [
    "typed-code",
    "narrow-interfaces",
    "hot-files",
    "short-files",
    "simple-functions",
    "calm-hot-spots",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    // Case 128.
    #[test]
    fn a_parent_is_the_sum_of_its_children(
        sketches in sketches(),
        touched in prop::collection::vec(prop::collection::vec(0usize..14, 0..6), 0..40),
    ) {
        let evaluation = measured(&sketches, &touched);
        let parents = std::iter::once(&evaluation.repository)
            .chain(evaluation.scopes.iter().filter(|scope| scope.kind == ScopeKind::Directory));
        for parent in parents {
            for id in FILE_BASED {
                let at = position(&evaluation, id);
                let mut sums = (0, 0, 0);
                for child in &evaluation.scopes {
                    if matches!(child.kind, ScopeKind::Directory | ScopeKind::File)
                        && is_below(child, &parent.name)
                    {
                        let outcome = &child.outcomes[at];
                        sums = (sums.0 + outcome.good, sums.1 + outcome.of, sums.2 + outcome.unknown);
                    }
                }
                let whole = &parent.outcomes[at];
                prop_assert_eq!(sums, (whole.good, whole.of, whole.unknown));
            }
        }
        let by_language: u64 = evaluation.scopes.iter()
            .filter(|scope| scope.kind == ScopeKind::Language)
            .map(|scope| scope.outcomes[0].of)
            .sum();
        prop_assert_eq!(by_language, evaluation.repository.outcomes[0].of);
    }

    #[test]
    fn readings_add_up_to_the_share(sketches in sketches(), touched in prop::collection::vec(prop::collection::vec(0usize..14, 0..6), 0..40)) {
        let evaluation = measured(&sketches, &touched);
        for (at, outcome) in evaluation.repository.outcomes.iter().enumerate() {
            let readings = evaluation.readings(at);
            prop_assert_eq!(readings.iter().map(|reading| reading.good).sum::<u64>(), outcome.good);
            prop_assert_eq!(readings.iter().map(|reading| reading.of).sum::<u64>(), outcome.of);
            for reading in readings {
                prop_assert!(reading.good <= reading.of);
                prop_assert_eq!(reading.note.is_some(), reading.good < reading.of);
            }
        }
    }

    // Case 128.
    #[test]
    fn the_order_of_files_changes_nothing(sketches in sketches(), seed in 0usize..1000) {
        let files: Vec<File> = sketches.iter().enumerate().map(|(at, sketch)| file(at, sketch)).collect();
        let mut shuffled = files.clone();
        let count = shuffled.len().max(1);
        shuffled.rotate_left(seed % count);
        shuffled.reverse();
        let definition = Definition::builtin();
        let one = evaluate(&definition, &codebase(files, &[]), 1);
        let other = evaluate(&definition, &codebase(shuffled, &[]), 1);
        prop_assert_eq!(one.repository, other.repository);
        prop_assert_eq!(one.scopes, other.scopes);
    }

    #[test]
    fn fixing_a_subject_lowers_no_number(sketches in sketches(), pick in 0usize..14) {
        prop_assume!(!sketches.is_empty());
        let before = measured(&sketches, &[]);
        let mut fixed = sketches.clone();
        let at = pick % fixed.len();
        let sketch = &mut fixed[at];
        for function in &mut sketch.functions {
            function.0 += function.1;
            function.1 = 0;
            function.2 = function.2.min(10);
        }
        sketch.items = (0, sketch.items.0 + sketch.items.1);
        let after = measured(&fixed, &[]);
        for id in FILE_BASED {
            prop_assert!(millionths(&after, id) >= millionths(&before, id), "{} fell", id);
        }
    }

    // Case 128. It holds for the score. The lower bound may fall: a file that is dense with subjects says that those that
    // were lost may be, too.
    #[test]
    fn a_new_good_file_lowers_no_number(sketches in sketches()) {
        let before = measured(&sketches, &[]);
        let mut more = sketches.clone();
        more.push(Sketch {
            directory: 1,
            language: 0,
            functions: vec![(3, 0, 1, 9)],
            items: (0, 3),
            lost: false,
        });
        let after = measured(&more, &[]);
        for id in FILE_BASED {
            prop_assert!(millionths(&after, id) >= millionths(&before, id), "{} fell", id);
        }
    }

    // Case 119.
    #[test]
    fn bounds_hold_the_score_wherever_something_was_lost(sketches in sketches()) {
        let evaluation = measured(&sketches, &[]);
        let none = Decimal::default();
        let holds = |bounds: &Bounds, score: &Score| {
            !score.is_below_by(&bounds.low, none) && !bounds.high.is_below_by(score, none)
        };
        for scope in evaluation.scopes.iter().chain([&evaluation.repository]) {
            if let Some(bounds) = &scope.bounds {
                prop_assert!(holds(bounds, scope.score.as_ref().unwrap()), "{:?}", scope);
            }
            for outcome in &scope.outcomes {
                if let Some((bounds, score)) = outcome.bounds.as_deref().zip(outcome.score.as_ref()) {
                    prop_assert!(holds(bounds, score), "{:?}", outcome);
                }
            }
        }
        let is_whole = sketches.iter().all(|sketch| !sketch.lost);
        if is_whole {
            prop_assert!(evaluation.repository.bounds.is_none());
        }
    }

    #[test]
    fn a_new_bad_subject_raises_no_number(sketches in sketches()) {
        let before = measured(&sketches, &[]);
        let mut more = sketches.clone();
        more.push(Sketch {
            directory: 1,
            language: 0,
            functions: vec![(0, 3, 39, 59)],
            items: (2, 0),
            lost: false,
        });
        let after = measured(&more, &[]);
        for id in ["typed-code", "narrow-interfaces", "simple-functions"] {
            if let Some(before) = millionths(&before, id) {
                prop_assert!(millionths(&after, id).unwrap() <= before, "{} rose", id);
            }
        }
    }

    #[test]
    fn files_that_are_no_subjects_change_nothing(sketches in sketches(), class in 0usize..5) {
        let class = [Class::Doc, Class::Data, Class::Generated, Class::Vendored, Class::Example][class];
        let files: Vec<File> = sketches.iter().enumerate().map(|(at, sketch)| file(at, sketch)).collect();
        let mut more = files.clone();
        let mut stranger = file(99, &Sketch {
            directory: 2,
            language: 0,
            functions: vec![(0, 4, 39, 59)],
            items: (5, 0),
            lost: false,
        });
        stranger.class = class;
        more.push(stranger);
        let definition = Definition::builtin();
        let one = evaluate(&definition, &codebase(files, &[]), 1);
        let other = evaluate(&definition, &codebase(more, &[]), 1);
        prop_assert_eq!(one.repository, other.repository);
        prop_assert_eq!(one.scopes, other.scopes);
    }

    #[test]
    fn unknown_is_neither_zero_nor_a_hundred(sketches in sketches()) {
        let all_lost: Vec<Sketch> = sketches.iter().cloned().map(|mut sketch| { sketch.lost = true; sketch }).collect();
        let evaluation = measured(&all_lost, &[]);
        let outcome = &evaluation.repository.outcomes[position(&evaluation, "typed-code")];
        prop_assert!(outcome.score.is_none());
        let expected = if all_lost.is_empty() { State::NotApplicable } else { State::Unavailable };
        prop_assert_eq!(outcome.state, expected);

        // A lost file beside others leaves their share as it was.
        let mut with_lost = sketches.clone();
        with_lost.push(Sketch { directory: 0, language: 0, functions: vec![], items: (0, 0), lost: true });
        let (one, other) = (measured(&sketches, &[]), measured(&with_lost, &[]));
        let at = position(&one, "typed-code");
        prop_assert_eq!(one.repository.outcomes[at].good, other.repository.outcomes[at].good);
        prop_assert_eq!(one.repository.outcomes[at].of, other.repository.outcomes[at].of);
    }
}

#[test]
fn a_change_counts_once_in_every_scope_it_touches() {
    let sketch = |directory| Sketch {
        directory,
        language: 0,
        functions: vec![(1, 0, 1, 3)],
        items: (0, 1),
        lost: false,
    };
    let evaluation = measured(&[sketch(1), sketch(2), sketch(4)], &[vec![0, 1], vec![2]]);
    let at = position(&evaluation, "small-changes");
    let of = |name: &[u8]| evaluation.directory(name).unwrap().outcomes[at].of;
    assert_eq!(evaluation.repository.outcomes[at].of, 2);
    assert_eq!(of(b"a"), 1, "one change touches a/ and a/b/");
    assert_eq!(of(b"a/b"), 1);
    assert_eq!(of(b"d"), 1);
}

#[test]
fn without_a_single_file_nothing_is_measured_and_nothing_divides_by_zero() {
    let evaluation = measured(&[], &[]);
    assert!(evaluation.repository.score.is_none());
    assert!(evaluation.components.iter().all(|evaluated| {
        !matches!(&evaluated.measurement, Measurement::Taken(taken) if !taken.readings.is_empty())
    }));
}
