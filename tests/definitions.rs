//! Definitions that are wrong and exactly what is said about them; the example file; what combines with what.
//! `BLESS=1` rewrites the expected messages.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use quality::definition::{
    self, Decimal, Definition, Diagnostics, Effect, Level, Measure, OnUnmeasured, alterations,
    find, parse,
};

const EXAMPLE: &str = include_str!("../quality.toml.example");

fn read(text: &str) -> Result<Definition, Diagnostics> {
    parse(text.as_bytes(), "quality.toml")
}

fn good(text: &str) -> Definition {
    read(text).unwrap_or_else(|diagnostics| panic!("{text}\n{diagnostics}"))
}

fn refused(text: &str) -> Diagnostics {
    read(text).expect_err(text)
}

fn invalid_fixtures() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/definitions/invalid");
    let mut files: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    files
}

#[test]
fn every_mistake_is_explained_as_expected() {
    let mut differences = String::new();
    for file in invalid_fixtures() {
        let text = fs::read(&file).unwrap();
        let found = match parse(&text, "quality.toml") {
            Ok(_) => "accepted\n".to_owned(),
            Err(diagnostics) => diagnostics.render(false) + "\n",
        };
        let expected_at = file.with_extension("stderr");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected_at, &found).unwrap();
        }
        let expected = fs::read_to_string(&expected_at).unwrap_or_default();
        if found != expected || found == "accepted\n" {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            write!(
                differences,
                "--- {name}: expected\n{expected}+++ found\n{found}\n"
            )
            .unwrap();
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn every_message_is_short_and_safe_to_print() {
    let mut files = 0;
    for file in invalid_fixtures() {
        files += 1;
        let diagnostics = parse(&fs::read(&file).unwrap(), "quality.toml").unwrap_err();
        for item in &diagnostics.items {
            for text in [&item.message, &item.label, &item.help] {
                assert!(text.chars().count() < 300, "{}", file.display());
            }
        }
        assert!(
            diagnostics
                .render(false)
                .chars()
                .all(|character| character == '\n' || !character.is_control()),
            "{}",
            file.display()
        );
    }
    assert!(files > 40, "only {files} fixtures were found");
}

#[test]
fn what_no_fixture_can_hold_is_refused_too() {
    let deep = 200_000;
    for (text, message) in [
        (" ".repeat(10 << 20), "more than 1 MiB"),
        (format!("a = {}", "[".repeat(deep)), "max recursion depth"),
        (
            format!("a = {}{}", "[".repeat(deep), "]".repeat(deep)),
            "max recursion depth",
        ),
        (format!("a = {}", "{a=".repeat(deep)), "max recursion depth"),
        (format!("[a{}]", ".a".repeat(deep)), "recursion limit"),
        (format!("a{} = 1", ".a".repeat(deep)), "recursion limit"),
        (
            format!("files.exclude = ['{}']", "{a,".repeat(25_000)),
            "longer than 1,024 bytes",
        ),
        (
            format!("files.exclude = [{}]", "'a',".repeat(1_001)),
            "more than 1,000",
        ),
    ] {
        let diagnostics = refused(&text);
        let rendered = diagnostics.render(false);
        assert!(rendered.contains(message), "{rendered}");
        assert!(rendered.len() < 2_000, "{rendered}");
    }
    let many: String = (0..50_000)
        .map(|number| format!("k{number} = 1\n"))
        .collect();
    let diagnostics = refused(&many);
    assert!(diagnostics.items.len() <= 20 && diagnostics.omitted > 40_000);
    let many: String = (0..300)
        .map(|number| format!("[component.c{number}]\nmeasure.safe-reads = {{}}\n"))
        .collect();
    assert!(refused(&many).render(false).contains("more than 200"));
}

#[test]
fn the_built_in_rows_are_those_of_the_table() {
    let rows = Definition::builtin().components;
    let table: Vec<String> = rows
        .iter()
        .map(|row| {
            let name = row.measure.name();
            let level = format!("{:?}", row.level).to_lowercase();
            format!(
                "{} {name} {} {} {} {level}",
                row.id, row.target, row.floor, row.weight
            )
        })
        .collect();
    let expected = "\
typed-code typed-slots 0.95 0 1 ratchet
tested-files tested-files 0.9 0 1 ratchet
test-coverage covered-lines 0.8 0.3 1 report
narrow-interfaces hidden-items 0.7 0.05 1 report
http-client preferred-imports 1 0 1 ratchet
fast-endpoints fast-endpoints 0.95 0 1 report
safe-reads safe-reads 1 0.9 1 report
single-transaction single-transaction 0.95 0 0 report
fine-locks fine-locks 1 0 1 report
hot-files calm-touches 1 0.5 1 report
small-changes small-changes 0.9 0.5 0.5 report
short-files short-files 0.8 0.2 0.5 ratchet
simple-functions simple-functions 0.95 0.6 0.5 ratchet
calm-hot-spots calm-hot-spots 0.95 0.6 0.5 report
documented-items documented-items 0.8 0.2 0 track
explained-suppressions explained-suppressions 0.999 0.99 0 track
tracked-debt tracked-debt 0.9995 0.995 0 track
unique-code unique-lines 0.97 0.8 0 track
escape-free-code escape-free-lines 0.995 0.95 0 track
local-changes local-changes 0.95 0.6 0 report
attended-code attended-code 0.9 0.4 0 report
steady-deployments steady-deployments 0.95 0.7 0 report
internal-items internal-items 0.85 0.3 0 track";
    assert_eq!(table.join("\n"), expected);
    let measures: Vec<&str> = rows.iter().map(|row| row.measure.name()).collect();
    let all = Measure::all().map(|measure| measure.name());
    assert_eq!(measures, all[..all.len() - 1]);
    assert_eq!(all.last(), Some(&"declared"));
    assert!(rows.iter().all(|row| row.title.chars().count() <= 24));
}

#[test]
fn the_built_in_definition_is_a_file_like_any_other() {
    let builtin = Definition::builtin();
    assert_eq!(good(definition::BUILTIN_TEXT), builtin);
    assert_eq!(good("extends = 'builtin'"), builtin);
    assert_eq!(good(""), builtin);
    assert_eq!(good("# nothing yet\n"), builtin);
}

#[test]
fn the_example_is_the_built_in_definition() {
    let example = good(EXAMPLE);
    assert_eq!(example, Definition::builtin());
    assert_eq!(example.id, Definition::builtin().id);
}

/// The example with its commented-out keys (`#key = value`) switched on and a library preferred, so that any key may change.
fn example_with_everything() -> String {
    EXAMPLE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(key)
                if key.starts_with(|first: char| first.is_ascii_lowercase() || first == '[') =>
            {
                key
            }
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
        .replace("prefer = []", "prefer = [\"httpx\"]")
        // What is switched off has no id to change.
        .replace("enabled = false", "enabled = true")
        // What nobody sees has no verdict to alter.
        .replace("level = \"track\"", "level = \"report\"")
}

#[test]
fn the_example_ends_with_a_component_of_ones_own() {
    let (_, own) = EXAMPLE.split_once("\n#\n# [component.no-print]").unwrap();
    let own: String = format!("# [component.no-print]{own}")
        .lines()
        .map(|line| format!("{}\n", line.trim_start_matches('#').trim_start()))
        .collect();
    let definition = good(&own);
    let row = definition.component("no-print").unwrap();
    let Measure::Declared(settings) = &row.measure else {
        panic!("{row:?}");
    };
    assert_eq!(settings.code_patterns().count(), 1);
    assert!(good(&format!("{EXAMPLE}\n{own}")).id != Definition::builtin().id);
}

#[test]
fn the_readme_names_every_condition_and_population() {
    use quality::definition::declared::{Population, condition_keys};
    let readme = include_str!("../README.md");
    let (_, section) = readme.split_once("### In your own words").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let words = condition_keys().chain(Population::ALL.map(Population::word));
    let missing: Vec<&str> = words
        .filter(|word| !section.contains(&format!("`{word}`")))
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn the_example_shows_only_legal_keys_and_values() {
    let everything = example_with_everything();
    assert_ne!(everything, EXAMPLE.trim_end());
    assert_ne!(good(&everything).id, Definition::builtin().id);
}

#[test]
fn a_key_overrides_that_key_and_nothing_else() {
    let definition = good(
        "extends = 'builtin'\n[component.typed-code]\nweight = 2\n[component.short-files]\nmeasure.short-files.max_lines = 300\n",
    );
    let mut expected = Definition::builtin();
    for row in &mut expected.components {
        if row.id == "typed-code" {
            row.weight = Decimal::from_millionths(2_000_000);
        }
        if let Measure::ShortFiles(settings) = &mut row.measure {
            settings.max_lines = 300;
        }
    }
    assert_eq!(definition.components, expected.components);
}

#[test]
fn settings_of_a_measure_are_kept_key_by_key_and_lists_are_replaced() {
    let definition = good(
        "extends = 'builtin'\n[component.http-client]\nmeasure.preferred-imports = { prefer = ['httpx'] }\nexcept = ['a/**']\n",
    );
    let row = definition.component("http-client").unwrap();
    let Measure::PreferredImports(settings) = &row.measure else {
        panic!("{row:?}");
    };
    assert_eq!(settings.preset.map(|preset| preset.name()), Some("http"));
    let competitors = settings.competitors("python");
    assert!(competitors.iter().any(|entry| entry.text == "requests"));
    assert!(!competitors.iter().any(|entry| entry.text == "httpx"));
    assert!(settings.competitors("cobol").is_empty());
    assert_eq!(row.paths.except.patterns().len(), 1);
}

#[test]
fn without_extends_only_what_is_written_counts() {
    let definition = good(
        "[component.z-first]\nmeasure.short-files = {}\n[component.a-second]\nmeasure.covered-lines = {}\n",
    );
    let ids: Vec<&str> = definition
        .components
        .iter()
        .map(|row| row.id.as_str())
        .collect();
    assert_eq!(ids, ["z-first", "a-second"]);
    let row = definition.component("z-first").unwrap();
    assert_eq!(row.title, "z first");
    assert_eq!((row.target.to_f64(), row.floor.to_f64()), (0.8, 0.2));
    assert_eq!((row.weight.to_f64(), row.level), (1.0, Level::Report));
}

#[test]
fn components_of_ones_own_follow_the_built_in_ones() {
    let definition = good(
        "extends = 'builtin'\n[component.own]\nmeasure.fine-locks = {}\n[component.typed-code]\nlevel = 'block'\n",
    );
    let ids: Vec<&str> = definition
        .components
        .iter()
        .map(|row| row.id.as_str())
        .collect();
    assert_eq!((ids[0], ids[23], ids.len()), ("typed-code", "own", 24));
}

#[test]
fn another_measure_brings_its_own_target_floor_and_level() {
    let definition =
        good("extends = 'builtin'\n[component.typed-code]\nmeasure.small-changes = {}\n");
    let row = definition.component("typed-code").unwrap();
    assert_eq!((row.target.to_f64(), row.floor.to_f64()), (0.9, 0.5));
    assert_eq!(
        (row.title.as_str(), row.level),
        ("Typed code", Level::Report)
    );
}

#[test]
fn the_bars_of_the_gate_are_read_exactly_and_are_none_by_default() {
    let gate = good("extends = 'builtin'\n[gate]\nfail_under = 70.5\nmax_drop = 0.25\n").gate;
    assert_eq!(
        (gate.fail_under, gate.max_drop),
        (Decimal::from_f64(70.5), Decimal::from_f64(0.25))
    );
    let gate = good("extends = 'builtin'\n[gate]\nmax_drop = 0\n").gate;
    assert_eq!(
        (gate.fail_under, gate.max_drop),
        (None, Some(Decimal::default()))
    );
    let gate = Definition::builtin().gate;
    assert_eq!((gate.fail_under, gate.max_drop), (None, None));
    assert_eq!(gate.on_unmeasured, OnUnmeasured::Fail);
    let gate = good("extends = 'builtin'\n[gate]\non_unmeasured = 'warn'\n").gate;
    assert_eq!(gate.on_unmeasured, OnUnmeasured::Warn);
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_change_nothing() {
    let text = "\u{feff}extends = 'builtin'\r\n";
    assert_eq!(good(text), Definition::builtin());
    let diagnostics = refused("\u{feff}extends = 'builtin'\r\ntarjet = 1\r\n");
    assert_eq!(
        diagnostics.items[0]
            .place()
            .map(|place| (place.line, place.column)),
        Some((2, 1))
    );
}

#[test]
fn patterns_and_entries_remember_their_place() {
    let definition = good(
        "extends = 'builtin'\n[files]\nexclude = ['a/**',\n  'é', 'b/']\n[component.http-client]\nmeasure.preferred-imports.prefer = ['httpx']\n",
    );
    let places: Vec<(u32, u32)> = definition
        .files
        .exclude
        .patterns()
        .iter()
        .map(|pattern| (pattern.place.line, pattern.place.column))
        .collect();
    assert_eq!(places, [(3, 12), (4, 3), (4, 8)]);
    let Measure::PreferredImports(settings) = &definition.component("http-client").unwrap().measure
    else {
        panic!();
    };
    assert_eq!(settings.prefer[0].place.line, 6);
}

#[test]
fn order_comments_and_spelling_do_not_change_the_id() {
    let one = good(
        "extends = 'builtin'\n[files]\nexclude = ['a', 'b']\n[component.a]\nmeasure.fine-locks = {}\ntarget = 1\n[component.b]\nmeasure.short-files = {}\n",
    );
    let other = good(
        "# why\nextends = \"builtin\"\n[component.b]\nmeasure = { short-files = { max_lines = 0x1f4 } }\n[component.a]\ntarget = 1.00\nmeasure.fine-locks = {}\n[files]\nexclude = ['b', 'a', 'b']\n",
    );
    assert_eq!(one.id, other.id);
    assert_eq!(one.id.len(), 16);
    assert!(one.id.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn versions_of_grammars_are_part_of_the_fingerprint() {
    let builtin = Definition::builtin();
    assert_eq!(builtin.fingerprint(""), builtin.id);
    assert_ne!(builtin.fingerprint("python 0.25"), builtin.id);
    assert_ne!(
        builtin.fingerprint("python 0.25"),
        builtin.fingerprint("python 0.26")
    );
}

#[test]
fn a_disabled_component_counts_as_absent() {
    let one = "[component.a]\nmeasure.fine-locks = {}\n";
    let two = format!("{one}[component.b]\nenabled = false\nmeasure.short-files = {{}}\n");
    assert_eq!(good(one).id, good(&two).id);
}

/// A key of the example and the line it is on.
fn keys_of_the_example() -> Vec<(usize, String, String)> {
    example_with_everything()
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#'))
        .filter_map(|(number, line)| {
            let (key, value) = line.split_once(" = ")?;
            Some((number, key.to_owned(), value.to_owned()))
        })
        .collect()
}

/// Another legal value for a key, so that the change means something.
fn another(key: &str, value: &str) -> Option<String> {
    let last = key.rsplit('.').next().unwrap_or(key);
    let other = match (last, value) {
        ("version" | "extends", _) => return None,
        ("level", "\"report\"") => "\"track\"",
        ("level", _) => "\"block\"",
        ("nested_any", _) => "\"hole\"",
        ("boundary", _) => "\"file\"",
        ("absent", _) => "\"ignore\"",
        ("on_unmeasured", _) => "\"warn\"",
        ("path_map", _) => "[{ from = \"/x\", to = \"y\" }]",
        ("preset", _) => "\"dates\"",
        ("prefer", _) => "[\"path:somewhere/else.py\"]",
        ("languages", _) => "[\"rust\"]",
        ("title", _) => "\"Something else\"",
        ("map", _) => "[{ source = \"x/**\", tests = \"y/**\" }]",
        ("import", _) => "[{ format = \"csv\", path = \"x.csv\" }]",
        ("replicas" | "request_transactions", _) => "true",
        ("library", _) => "[{ name = \"x\", write = [\"a.b\"] }]",
        ("lock", _) => "[{ name = \"x\", enter = true }]",
        ("enabled", _) => "false",
        ("target", _) => "0.99995",
        ("floor", _) => "0.01",
        ("above", _) => "0.2",
        ("min_strength", _) => "1",
        ("tracked_counts_as_good", _) => "false",
        ("panics" | "numbers", _) => "true",
        ("co_authors" | "age", _) => "true",
        ("deploy_tags", _) => "'^x$'",
        ("component", _) => "\"short-files\"",
        ("reason" | "owner", _) => "\"something else\"",
        ("until", _) => "2030-02-28",
        (_, value) if value.starts_with('[') => "[\"something-else\"]",
        (_, value) => return value.parse::<f64>().ok().map(|_| "77".to_owned()),
    };
    Some(other.to_owned())
}

fn with_line(number: usize, line: &str) -> String {
    let text = example_with_everything();
    let mut lines: Vec<&str> = text.lines().collect();
    lines[number] = line;
    lines.join("\n")
}

#[test]
fn every_change_of_every_key_changes_the_id() {
    let id = good(&example_with_everything()).id;
    let mut ids = BTreeSet::new();
    let mut tried = 0;
    for (number, key, value) in keys_of_the_example() {
        if is_without_say(number, &key) {
            continue;
        }
        let Some(other) = another(&key, &value) else {
            assert!(
                matches!(key.as_str(), "version" | "extends") || value == "{}",
                "{key} = {value}"
            );
            continue;
        };
        let changed = good(&with_line(number, &format!("{key} = {other}")));
        assert_ne!(changed.id, id, "{key} = {other}");
        ids.insert(changed.id);
        tried += 1;
    }
    assert!(tried > 100, "only {tried} keys");
    assert_eq!(ids.len(), tried, "two changes have the same id");
}

/// Whether no number and no verdict rests on a key: how a probe is made, and whom to imitate.
fn is_without_say(number: usize, key: &str) -> bool {
    table_of(number) == "probe." || key == "examples"
}

/// The name of the table a line of the example is in, with a dot after it.
fn table_of(number: usize) -> String {
    let text = example_with_everything();
    let before: Vec<&str> = text.lines().take(number).collect();
    let header = before.iter().rev().find_map(|line| {
        let name = line.strip_prefix('[')?.strip_suffix(']')?;
        let name = name.trim_start_matches('[').trim_end_matches(']');
        Some(format!("{name}."))
    });
    header.unwrap_or_default()
}

#[test]
fn every_change_of_every_key_is_an_alteration_under_the_name_of_the_key() {
    let base = good(&example_with_everything());
    assert_eq!(alterations(&base, &base), []);
    for (number, key, value) in keys_of_the_example() {
        if is_without_say(number, &key) {
            continue;
        }
        let Some(other) = another(&key, &value) else {
            continue;
        };
        let head = good(&with_line(number, &format!("{key} = {other}")));
        let name = format!("{}{key}", table_of(number));
        for (one, two) in [(&base, &head), (&head, &base)] {
            let found = alterations(one, two);
            let keys: Vec<&str> = found.iter().map(|found| found.key.as_str()).collect();
            if ["waiver.component", "waiver.paths"].contains(&name.as_str()) {
                // What it covers makes a waiver the one it is: one comes and one goes.
                assert_eq!(keys, ["waiver", "waiver"]);
                continue;
            }
            assert_eq!(keys, [&name]);
            let is_of_words = ["title", "reason", "owner"].contains(&key.as_str());
            assert_eq!(
                found[0].effect == Effect::Neutral,
                is_of_words,
                "{}",
                found[0]
            );
        }
    }
}

/// The example with some of its keys changed: those whose number is in the list.
fn with_changes(changes: &BTreeSet<usize>) -> Option<Definition> {
    let text = example_with_everything();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (position, (number, key, value)) in keys_of_the_example().into_iter().enumerate() {
        if let Some(other) = another(&key, &value).filter(|_| changes.contains(&position)) {
            lines[number] = format!("{key} = {other}");
        }
    }
    read(&lines.join("\n")).ok()
}

/// A number that asks for more the further it goes one way.
#[derive(Clone, Debug)]
struct Ordered {
    key: &'static str,
    /// What has to stand beside it, so that every number in the range is legal.
    beside: &'static str,
    low: i64,
    high: i64,
    /// How many make one.
    scale: f64,
    /// Whether more is asked upwards.
    rising: bool,
}

const fn ordered(key: &'static str, (low, high): (i64, i64), scale: f64, rising: bool) -> Ordered {
    Ordered {
        key,
        beside: "",
        low,
        high,
        scale,
        rising,
    }
}

const ORDERED: &[Ordered] = &[
    ordered("coverage.max_age_days", (0, 36_500), 1.0, false),
    ordered("gate.fail_under", (0, 100_000), 1e3, true),
    ordered("gate.max_drop", (0, 100_000), 1e3, false),
    Ordered {
        beside: "component.typed-code.floor = 0",
        ..ordered("component.typed-code.target", (1, 1_000), 1e3, true)
    },
    Ordered {
        beside: "component.typed-code.target = 1",
        ..ordered("component.typed-code.floor", (0, 999), 1e3, true)
    },
    ordered(
        "component.hot-files.measure.calm-touches.above",
        (1, 1_000),
        1e3,
        false,
    ),
    ordered(
        "component.tested-files.measure.tested-files.min_strength",
        (1, 3),
        1.0,
        true,
    ),
    ordered(
        "component.fast-endpoints.measure.fast-endpoints.within_ms",
        (1, 600_000),
        1.0,
        false,
    ),
    ordered(
        "component.small-changes.measure.small-changes.max_files",
        (1, 100_000),
        1.0,
        false,
    ),
    ordered(
        "component.short-files.measure.short-files.max_lines",
        (1, 1_000_000),
        1.0,
        false,
    ),
    ordered(
        "component.simple-functions.measure.simple-functions.max_cognitive",
        (0, 10_000),
        1.0,
        false,
    ),
    ordered(
        "component.calm-hot-spots.measure.calm-hot-spots.max_cognitive",
        (0, 10_000),
        1.0,
        false,
    ),
    ordered(
        "component.local-changes.measure.local-changes.min_coupling",
        (1, 100),
        1.0,
        false,
    ),
    Ordered {
        beside: "component.attended-code.enabled = true",
        ..ordered(
            "component.attended-code.measure.attended-code.inactive_days",
            (1, 36_500),
            1.0,
            false,
        )
    },
];

impl Ordered {
    /// The built-in definition with the number at this part of its range, and the number.
    fn at(&self, part: f64) -> (Definition, i64) {
        let number = self.low + ((self.high - self.low) as f64 * part).round() as i64;
        let value = number as f64 / self.scale;
        let (key, beside) = (self.key, self.beside);
        let text = format!("extends = 'builtin'\n{key} = {value}\n{beside}\n");
        (good(&text), number)
    }
}

#[test]
fn every_number_out_of_range_is_refused() {
    let mut tried = 0;
    for (number, key, value) in keys_of_the_example() {
        if value.parse::<f64>().is_err() {
            continue;
        }
        for wrong in [
            "nan",
            "inf",
            "-inf",
            "-1",
            "1e400",
            "99999999999999999999",
            "9999999",
            "\"1\"",
            "true",
        ] {
            if key == "version" && wrong == "9999999" {
                continue;
            }
            let diagnostics = refused(&with_line(number, &format!("{key} = {wrong}")));
            let place = diagnostics.items[0].place().unwrap();
            assert_eq!(
                place.line as usize,
                number + 1,
                "{key} = {wrong}\n{diagnostics}"
            );
            tried += 1;
        }
    }
    assert!(tried > 300, "only {tried} numbers");
}

#[test]
fn every_key_is_refused_when_misspelled_and_the_right_one_is_offered() {
    for (number, key, value) in keys_of_the_example() {
        let (table, last) = key.rsplit_once('.').unwrap_or(("", &key));
        let dot = if table.is_empty() { "" } else { "." };
        let line = format!("{table}{dot}{last}x = {value}");
        let rendered = refused(&with_line(number, &line)).render(false);
        let offer = format!("did you mean `{last}`?");
        assert!(rendered.contains(&offer), "{line}\n{rendered}");
    }
}

#[test]
fn the_nearest_file_up_to_the_root_counts() {
    let files = |wanted: &'static [(&'static str, &'static str)]| {
        move |path: &Path| {
            Ok(wanted
                .iter()
                .find(|(name, _)| Path::new(name) == path)
                .map(|(_, text)| text.as_bytes().to_vec()))
        }
    };
    let root = Path::new("/repository");
    let start = Path::new("/repository/a/b");
    let two: &[(&str, &str)] = &[
        ("/repository/quality.toml", ""),
        ("/repository/a/quality.toml", "extends = 'builtin'"),
    ];
    let found = find(start, root, files(two)).unwrap().unwrap();
    assert_eq!(found.path, Path::new("/repository/a/quality.toml"));

    let above: &[(&str, &str)] = &[("/quality.toml", "")];
    assert_eq!(find(start, root, files(above)), Ok(None));

    let outside: &[(&str, &str)] = &[("/elsewhere/quality.toml", "")];
    assert_eq!(
        find(Path::new("/elsewhere"), root, files(outside)),
        Ok(None)
    );

    let wrong: &[(&str, &str)] = &[("/repository/a/quality.toml", "tarjet = 1")];
    let rendered = find(start, root, files(wrong)).unwrap_err().render(false);
    assert!(rendered.contains("a/quality.toml:1:1"), "{rendered}");
    assert!(!rendered.contains("/repository"), "{rendered}");
}

#[test]
fn a_file_that_must_not_be_read_is_an_error_not_an_absence() {
    let root = Path::new("/repository");
    let refusal = |_: &Path| Err("it is a symbolic link".to_owned());
    let rendered = find(root, root, refusal).unwrap_err().render(false);
    assert!(rendered.contains("it is a symbolic link"), "{rendered}");
    assert!(rendered.contains("quality.toml"), "{rendered}");
}

#[test]
fn a_damaged_file_is_an_error_never_a_crash() {
    let text = EXAMPLE.as_bytes();
    for cut in (0..text.len()).step_by(37) {
        let _ = parse(&text[..cut], "quality.toml").map_err(|diagnostics| diagnostics.render(true));
        for byte in [b'"', b'[', b'\n', b'{', b'.', 0xff] {
            let mut damaged = text.to_vec();
            damaged[cut] = byte;
            let _ =
                parse(&damaged, "quality.toml").map_err(|diagnostics| diagnostics.render(false));
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]

    #[test]
    fn any_words_in_any_order_get_an_answer(words in proptest::collection::vec(
        proptest::sample::select(vec![
            "extends", "component", "measure", "short-files", "max_lines", "files", "exclude", "target", "level",
            "[", "]", "{", "}", "=", ".", ",", "\n", "\r\n", "\"", "'", "0.5", "nan", "3", "true", "2027-01-01",
            "'builtin'", "\u{202e}", "é", "[component.a]\n", "measure.", " = {}\n", "# ", "\"\"\"",
        ]), 0..40)) {
        if let Err(diagnostics) = read(&words.concat()) {
            let rendered = diagnostics.render(false);
            proptest::prop_assert!(rendered.starts_with("error: "));
        }
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(100))]

    #[test]
    fn definitions_differ_in_something_named_exactly_where_their_ids_differ(
        base in proptest::collection::btree_set(0..200_usize, 0..6),
        head in proptest::collection::btree_set(0..200_usize, 0..6),
    ) {
        let (Some(base), Some(head)) = (with_changes(&base), with_changes(&head)) else {
            return Ok(());
        };
        let found = alterations(&base, &head);
        proptest::prop_assert_eq!(found.is_empty(), base.fingerprint("") == head.fingerprint(""));
        proptest::prop_assert!(found.windows(2).all(|two| two[0].key < two[1].key || two[0].key == "waiver" && two[1].key == "waiver"));
        let back = alterations(&head, &base);
        let back: BTreeMap<&str, Effect> =
            back.iter().map(|found| (found.key.as_str(), found.effect)).collect();
        for found in found.iter().filter(|found| found.effect == Effect::Stricter) {
            // Of a component that nobody sees any more nothing is a concession.
            let effect = back.get(found.key.as_str()).copied();
            proptest::prop_assert!(effect.is_some_and(|effect| effect != Effect::Stricter), "{}", found);
        }
    }

    #[test]
    fn of_two_numbers_the_one_that_asks_for_more_is_the_stricter(
        row in proptest::sample::select(ORDERED),
        one in 0.0..=1.0_f64,
        other in 0.0..=1.0_f64,
    ) {
        let ((base, one), (head, other)) = (row.at(one), row.at(other));
        let found = alterations(&base, &head);
        let effects: Vec<Effect> = found.iter().map(|found| found.effect).collect();
        let expected = match (one == other, (other > one) == row.rising) {
            (true, _) => vec![],
            (false, true) => vec![Effect::Stricter],
            (false, false) => vec![Effect::Weaker],
        };
        proptest::prop_assert_eq!(effects, expected, "{} {} {}", row.key, one, other);
    }
}
