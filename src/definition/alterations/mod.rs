//! What two definitions differ in, and whether the later one asks for less: a pull request cannot lower its own bar.
//!
//! Effective values are compared, never text: order, comments and spelled-out defaults are no alteration, nor is what
//! a disabled component says. Two definitions without an alteration have the same fingerprint, and the other way round.
//!
//! Each value is judged by itself, by what it lets pass; see [`Effect`]. A score is held to count even where the
//! definition sets no bar for it, because one can be set on the command line. Every structure is taken apart by name,
//! so that a new field does not compile until somebody has judged it here.

mod declared;
mod ledger;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use self::ledger::{Demand, Ledger, List, list, written};
use super::data::Data;
use super::decimal::Decimal;
use super::pattern::{PathFilter, PatternSet};
use super::{
    Component, CoverageSettings, Definition, FileSettings, GateSettings, HistorySettings, Level,
    Waiver,
};

/// One thing in which two definitions differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alteration {
    /// Where one finds it in TOML: `component.typed-code.target`, `gate.fail_under`, `files.exclude`.
    pub key: String,
    /// What it was, as one would type it; none if nothing was set. Of two lists only the entries the other lacks, the
    /// first few of them, none if there are none, and `[]` for a list that is empty. Of a whole component its measure,
    /// level and weight.
    pub before: Option<String>,
    /// What it is now, written in the same way.
    pub after: Option<String>,
    /// What that does to verdicts.
    pub effect: Effect,
}

/// What an alteration does to the verdicts on pull requests.
///
/// Stricter and neutral have to be shown; whatever is left is weaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Something may pass that did not pass before: a bar falls, something bad counts as good, or less is looked at.
    /// So is everything of which that cannot be ruled out, such as another weight, which moves the score either way.
    Weaker,
    /// More is asked: a bar rises, something good counts as bad, or more is looked at. That a share rises because more
    /// good code is looked at is no concession.
    Stricter,
    /// No verdict rests on it, or none rested on what it was.
    Neutral,
}

impl Effect {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Weaker => "weaker",
            Self::Stricter => "stricter",
            Self::Neutral => "neutral",
        }
    }
}

impl fmt::Display for Alteration {
    /// One line: `component.typed-code.target: 0.95 becomes 0.8 (weaker)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.key)?;
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(formatter, ": {before} becomes {after}"),
            (Some(before), None) => write!(formatter, ": {before} is removed"),
            (None, Some(after)) => write!(formatter, ": {after} is added"),
            (None, None) => Ok(()),
        }?;
        write!(formatter, " ({})", self.effect.word())
    }
}

/// Everything in which `head` differs from `base`, sorted by key.
pub fn alterations(base: &Definition, head: &Definition) -> Vec<Alteration> {
    let Definition {
        version,
        components,
        history,
        gate,
        files,
        waivers,
        coverage,
        data,
        // What it measures is an import like any other; nothing rests on how.
        probe: _,
        // Made from the rest.
        id: _,
    } = base;
    let mut ledger = Ledger::of("");
    // It says how the text is read; what was read is compared.
    ledger.value("version", version, &head.version, Effect::Neutral);
    ledger.append(compare_history(history, &head.history, components));
    ledger.append(compare_gates(gate, &head.gate));
    ledger.append(compare_files(files, &head.files));
    ledger.append(compare_waivers(waivers, &head.waivers));
    ledger.append(compare_coverage(coverage, &head.coverage));
    ledger.append(compare_data(data, &head.data));
    let ids: BTreeSet<&str> = components
        .iter()
        .chain(&head.components)
        .map(|component| component.id.as_str())
        .collect();
    for id in ids {
        ledger.append(compare_components(id, base, head));
    }
    ledger.finish()
}

/// Which changes are looked at decides the shares of components drawn from history, in either direction. They gate
/// nothing, but they are part of the score.
fn compare_history(
    base: &HistorySettings,
    head: &HistorySettings,
    components: &[Component],
) -> Ledger {
    let HistorySettings {
        window_days,
        min_changes,
        max_changes,
        bots,
    } = base;
    let is_used = components
        .iter()
        .any(|row| row.enabled && row.measure.is_drawn_from_history() && matters(row));
    let effect = if is_used {
        Effect::Weaker
    } else {
        Effect::Neutral
    };
    let mut ledger = Ledger::of("history");
    ledger.value("window_days", window_days, &head.window_days, effect);
    ledger.value("min_changes", min_changes, &head.min_changes, effect);
    ledger.value("max_changes", max_changes, &head.max_changes, effect);
    ledger.list("bots", &list(bots), &list(&head.bots), effect);
    ledger
}

/// Which calls are known decides what is judged and what is found, in either direction.
fn compare_data(base: &Data, head: &Data) -> Ledger {
    let Data {
        replicas,
        request_transactions,
        libraries,
        locks,
    } = base;
    let mut ledger = Ledger::of("data");
    let effect = Effect::Weaker;
    ledger.value("replicas", replicas, &head.replicas, effect);
    let asked = &head.request_transactions;
    ledger.value("request_transactions", request_transactions, asked, effect);
    ledger.list("library", &list(libraries), &list(&head.libraries), effect);
    ledger.list("lock", &list(locks), &list(&head.locks), effect);
    ledger
}

fn compare_gates(base: &GateSettings, head: &GateSettings) -> Ledger {
    let GateSettings {
        fail_under,
        max_drop,
        on_unmeasured,
    } = base;
    let mut ledger = Ledger::of("gate");
    // None is the lowest bar, and the largest drop.
    ledger.ordered("fail_under", fail_under, &head.fail_under, Demand::Rising);
    let size = |drop: &Option<Decimal>| (drop.is_none(), *drop);
    let effect = Demand::Falling.effect(size(&head.max_drop).partial_cmp(&size(max_drop)));
    ledger.value("max_drop", max_drop, &head.max_drop, effect);
    let asked = &head.on_unmeasured;
    ledger.ordered("on_unmeasured", on_unmeasured, asked, Demand::Rising);
    ledger
}

/// Each list takes files away from what is judged.
fn compare_files(base: &FileSettings, head: &FileSettings) -> Ledger {
    let FileSettings {
        exclude,
        vendored,
        generated,
        test,
        example,
    } = base;
    let mut ledger = Ledger::of("files");
    for (key, base, head) in [
        ("exclude", exclude, &head.exclude),
        ("vendored", vendored, &head.vendored),
        ("generated", generated, &head.generated),
        ("test", test, &head.test),
        ("example", example, &head.example),
    ] {
        ledger.ordered_list(key, &globs(base), &globs(head), Demand::Falling);
    }
    ledger
}

/// Each waiver lets something pass, the longer the more. Its reason and owner are words.
fn compare_waivers(base: &[Waiver], head: &[Waiver]) -> Ledger {
    let by_cover = |waivers: &[Waiver]| -> BTreeMap<(String, List), Waiver> {
        let keyed = waivers.iter().map(|waiver| {
            let cover = (waiver.component.clone(), globs(&waiver.paths));
            (cover, waiver.clone())
        });
        keyed.collect()
    };
    let (base, head) = (by_cover(base), by_cover(head));
    let mut ledger = Ledger::of("waiver");
    for (cover, gone) in &base {
        let Some(now) = head.get(cover) else {
            ledger.note("", written(gone), None, Effect::Stricter);
            continue;
        };
        let end = |waiver: &Waiver| (waiver.until.is_none(), waiver.until.clone());
        let effect = Demand::Falling.effect(end(now).partial_cmp(&end(gone)));
        ledger.value("until", &gone.until, &now.until, effect);
        ledger.value("reason", &gone.reason, &now.reason, Effect::Neutral);
        ledger.value("owner", &gone.owner, &now.owner, Effect::Neutral);
    }
    for (cover, new) in &head {
        if !base.contains_key(cover) {
            ledger.note("", None, written(new), Effect::Weaker);
        }
    }
    ledger
}

/// Other reports, or another meaning of their paths, may say of anything that it was run.
fn compare_coverage(base: &CoverageSettings, head: &CoverageSettings) -> Ledger {
    let CoverageSettings {
        reports,
        path_map,
        except,
        max_age_days,
    } = base;
    let mut ledger = Ledger::of("coverage");
    let weaker = Effect::Weaker;
    ledger.list("reports", &globs(reports), &globs(&head.reports), weaker);
    ledger.list("path_map", &list(path_map), &list(&head.path_map), weaker);
    ledger.ordered_list(
        "except",
        &globs(except),
        &globs(&head.except),
        Demand::Falling,
    );
    let head = &head.max_age_days;
    ledger.ordered("max_age_days", max_age_days, head, Demand::Falling);
    ledger
}

/// Compares what two definitions say of the component with this id, if anything. A disabled one takes no part, as if
/// it were not there.
fn compare_components(id: &str, base: &Definition, head: &Definition) -> Ledger {
    let weights = base.enabled().map(|row| row.weight);
    let heaviest = weights.max().unwrap_or_default();
    let name = format!("component.{id}");
    let mut ledger = Ledger::of(&name);
    let (before, after) = (base.component(id), head.component(id));
    let takes_part = |row: &&Component| row.enabled;
    match (before.filter(takes_part), after.filter(takes_part)) {
        (None, None) => {}
        (Some(gone), None) => {
            let effect = if matters(gone) {
                Effect::Weaker
            } else {
                Effect::Neutral
            };
            match after {
                Some(_) => ledger.value("enabled", &true, &false, effect),
                None => ledger.note("", Some(outline(gone)), None, effect),
            }
        }
        (None, Some(new)) => {
            let effect = if matters(new) {
                Effect::Stricter
            } else {
                Effect::Neutral
            };
            match before {
                Some(_) => ledger.value("enabled", &false, &true, effect),
                None => ledger.note("", None, Some(outline(new)), effect),
            }
            if joining(new.weight, heaviest) == Effect::Weaker {
                ledger.note("weight", None, written(&new.weight), Effect::Weaker);
            }
        }
        (Some(base), Some(head)) => ledger.append(compare_rows(&name, base, head, heaviest)),
    }
    ledger
}

fn compare_rows(name: &str, base: &Component, head: &Component, heaviest: Decimal) -> Ledger {
    let Component {
        // Both have it.
        id: _,
        title,
        measure,
        weight,
        target,
        floor,
        level,
        paths: PathFilter { paths, except },
        // No number rests on them.
        examples: _,
        // Both are.
        enabled: _,
    } = base;
    let mut ledger = Ledger::of(name);
    ledger.append(settings::compare(name, measure, &head.measure));
    // Both bars lower the score of every share as they rise. What they do to the difference of two scores is not
    // judged: a steeper or flatter scale shows drops larger or smaller wherever it lies.
    ledger.ordered("target", target, &head.target, Demand::Rising);
    ledger.ordered("floor", floor, &head.floor, Demand::Rising);
    ledger.filter("paths", &globs(paths), &globs(&head.paths.paths));
    let head_except = globs(&head.paths.except);
    ledger.ordered_list("except", &globs(except), &head_except, Demand::Falling);
    if !matters(base) {
        ledger.excuse();
    }
    ledger.ordered("level", level, &head.level, Demand::Rising);
    // A weight moves the score towards its component's or away from it: either can be up.
    let effect = if *weight == Decimal::default() {
        joining(head.weight, heaviest)
    } else {
        Effect::Weaker
    };
    ledger.value("weight", weight, &head.weight, effect);
    ledger.value("title", title, &head.title, Effect::Neutral);
    ledger
}

/// Whether an enabled component is seen at all: in a verdict, in the score or in the report of a pull request.
fn matters(row: &Component) -> bool {
    let is_seen = row.level > Level::Track || row.weight > Decimal::default();
    is_seen && !settings::is_silent(&row.measure)
}

/// What it does that a component enters the score with this weight. Every weight dilutes the others, and still it has
/// to be easy to ask for something new; so a new component may be as heavy as the heaviest there was, but not so heavy
/// that it outvotes them all.
fn joining(weight: Decimal, heaviest: Decimal) -> Effect {
    if weight <= heaviest {
        Effect::Stricter
    } else {
        Effect::Weaker
    }
}

/// A whole component in a line.
fn outline(row: &Component) -> String {
    let level = written(&row.level).unwrap_or_default();
    let measure = row.measure.name();
    format!(
        "{{ measure = \"{measure}\", level = {level}, weight = {} }}",
        row.weight
    )
}

fn globs(set: &PatternSet) -> List {
    list(set.patterns())
}

#[cfg(test)]
mod tests {
    use super::{Effect, alterations};
    use crate::definition::{Definition, parse};

    fn definition(text: &str) -> Definition {
        let text = format!("extends = \"builtin\"\n{text}\n");
        parse(text.as_bytes(), "quality.toml").unwrap_or_else(|error| panic!("{text}\n{error}"))
    }

    /// The alterations between two texts over the built-in definition, a sentence each.
    fn between(base: &str, head: &str) -> Vec<String> {
        let found = alterations(&definition(base), &definition(head));
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_value_is_named_as_in_toml_and_shown_before_and_after() {
        assert_eq!(
            between(
                "",
                "component.typed-code.target = 0.80\ngate.fail_under = 70"
            ),
            [
                "component.typed-code.target: 0.95 becomes 0.8 (weaker)",
                "gate.fail_under: 70 is added (stricter)",
            ]
        );
        assert_eq!(
            between(
                "files.exclude = ['a', 'b']",
                "files.exclude = ['c', 'b', 'a']"
            ),
            ["files.exclude: [\"c\"] is added (weaker)"]
        );
        assert_eq!(
            between(
                "component.typed-code.measure.typed-slots.nested_any = 'hole'",
                ""
            ),
            [
                "component.typed-code.measure.typed-slots.nested_any: \"hole\" becomes \"typed\" (weaker)"
            ]
        );
    }

    #[test]
    fn a_waiver_lets_something_pass() {
        let waiver =
            |rest: &str| format!("[[waiver]]\ncomponent = 'typed-code'\npaths = ['a/**']\n{rest}");
        let effects = |base: &str, head: &str| -> Vec<(String, Effect)> {
            let found = alterations(&definition(base), &definition(head));
            found.into_iter().map(|one| (one.key, one.effect)).collect()
        };
        let one = |key: &str, effect| vec![(key.to_owned(), effect)];
        let plain = waiver("reason = 'x'");
        let ending = waiver("reason = 'x'\nuntil = 2027-01-31");
        let later = waiver("reason = 'x'\nuntil = 2027-02-01");
        assert_eq!(effects("", &plain), one("waiver", Effect::Weaker));
        assert_eq!(effects(&plain, ""), one("waiver", Effect::Stricter));
        assert_eq!(
            effects(&plain, &ending),
            one("waiver.until", Effect::Stricter)
        );
        assert_eq!(
            effects(&ending, &later),
            one("waiver.until", Effect::Weaker)
        );
        assert_eq!(
            effects(&ending, &plain),
            one("waiver.until", Effect::Weaker)
        );
        let reworded = waiver("reason = 'y'");
        assert_eq!(
            effects(&plain, &reworded),
            one("waiver.reason", Effect::Neutral)
        );
    }

    #[test]
    fn whatever_reports_may_get_away_with_is_weaker() {
        let absent = "component.test-coverage.measure.covered-lines.absent = 'ignore'";
        let head = format!(
            "{absent}\n[coverage]\nreports = ['x.xml']\nexcept = ['gen/**']\nmax_age_days = 9\n\
             path_map = [{{ from = '/a', to = 'b' }}]"
        );
        let found = alterations(&definition(""), &definition(&head));
        assert_eq!(found.len(), 5, "{found:?}");
        assert!(
            found.iter().all(|found| found.effect == Effect::Weaker),
            "{found:?}"
        );
        let effects = |base: &str, head: &str| -> Vec<Effect> {
            let found = alterations(&definition(base), &definition(head));
            found.iter().map(|found| found.effect).collect()
        };
        assert_eq!(effects(absent, ""), [Effect::Stricter]);
        assert_eq!(effects("", "coverage.max_age_days = 0"), [Effect::Stricter]);
        assert_eq!(effects("coverage.except = ['a']", ""), [Effect::Stricter]);
    }

    #[test]
    fn text_that_means_the_same_is_no_alteration() {
        let prefer = "component.http-client.measure.preferred-imports.prefer";
        for (base, head) in [
            ("", ""),
            (
                "",
                "history.window_days = 365\ncomponent.typed-code.target = 0.950",
            ),
            (
                "files.exclude = ['a', 'b']",
                "files.exclude = ['b', 'a', 'b']",
            ),
            (
                &format!("{prefer} = ['node:http']"),
                &format!("{prefer} = ['http']"),
            ),
            (
                "component.typed-code = { enabled = false, target = 0.5 }",
                "component.typed-code = { enabled = false, weight = 9 }",
            ),
            (
                "",
                "component.own = { enabled = false, measure.safe-reads = {} }",
            ),
        ] {
            assert_eq!(between(base, head), [""; 0], "{base} and {head}");
            assert_eq!(definition(base).id, definition(head).id);
        }
    }

    #[test]
    fn the_strict_way_is_stricter_and_the_way_back_weaker() {
        let imports = "component.http-client.measure.preferred-imports";
        for (lenient, strict) in [
            (
                "component.typed-code.target = 0.5",
                "component.typed-code.target = 0.6",
            ),
            (
                "component.typed-code.floor = 0.1",
                "component.typed-code.floor = 0.2",
            ),
            (
                "component.typed-code.level = 'report'",
                "component.typed-code.level = 'ratchet'",
            ),
            (
                "component.typed-code.level = 'track'",
                "component.typed-code.level = 'report'",
            ),
            (
                "component.typed-code.level = 'ratchet'",
                "component.typed-code.level = 'block'",
            ),
            (
                "component.typed-code.paths = ['a']",
                "component.typed-code.paths = ['b', 'a']",
            ),
            (
                "component.typed-code.paths = ['a']",
                "component.typed-code.paths = []",
            ),
            (
                "component.typed-code.except = ['a']",
                "component.typed-code.except = []",
            ),
            (
                "component.typed-code.enabled = false",
                "component.typed-code.enabled = true",
            ),
            (
                "component.typed-code.weight = 0",
                "component.typed-code.weight = 0.5",
            ),
            ("files.exclude = ['a', 'b']", "files.exclude = ['a']"),
            ("files.vendored = ['a']", "files.vendored = []"),
            ("files.generated = ['a']", "files.generated = []"),
            ("files.test = ['a']", "files.test = []"),
            ("files.example = ['a']", "files.example = []"),
            ("gate.fail_under = 1", "gate.fail_under = 2"),
            ("", "gate.fail_under = 0"),
            ("gate.max_drop = 2", "gate.max_drop = 1"),
            ("", "gate.max_drop = 100"),
            ("gate.on_unmeasured = 'warn'", ""),
            ("", "component.own.measure.safe-reads = {}"),
            (
                "component.typed-code.measure.typed-slots.nested_any = 'typed'",
                "component.typed-code.measure.typed-slots.nested_any = 'hole'",
            ),
            (
                "component.narrow-interfaces.measure.hidden-items.boundary = 'directory'",
                "component.narrow-interfaces.measure.hidden-items.boundary = 'file'",
            ),
            (
                "component.tested-files.measure.tested-files.min_strength = 1",
                "component.tested-files.measure.tested-files.min_strength = 3",
            ),
            (
                "component.tested-files.measure.tested-files.map = [{ source = 'a', tests = 'b' }]",
                "component.tested-files.measure.tested-files.map = []",
            ),
            ("", &format!("{imports}.prefer = ['a']")),
            (
                &format!("{imports}.prefer = ['a', 'b']"),
                &format!("{imports}.prefer = ['b']"),
            ),
            (
                &format!("{imports} = {{ prefer = ['a'], over = ['b'] }}"),
                &format!("{imports} = {{ prefer = ['a'], over = ['b', 'c'] }}"),
            ),
            (
                &format!("{imports} = {{ prefer = ['a'], over = ['b'], preset = 'none' }}"),
                &format!("{imports} = {{ prefer = ['a'], over = ['b'] }}"),
            ),
            (
                &format!("{imports} = {{ prefer = ['a'], languages = ['rust'] }}"),
                &format!("{imports} = {{ prefer = ['a'], languages = ['rust', 'python'] }}"),
            ),
            (
                &format!("{imports} = {{ prefer = ['a'], languages = ['rust'] }}"),
                &format!("{imports} = {{ prefer = ['a'], languages = [] }}"),
            ),
            (
                &format!("{imports} = {{ prefer = ['a'], exempt = ['x'] }}"),
                &format!("{imports} = {{ prefer = ['a'] }}"),
            ),
        ] {
            let (lenient, strict) = (definition(lenient), definition(strict));
            for (base, head, effect) in [
                (&lenient, &strict, Effect::Stricter),
                (&strict, &lenient, Effect::Weaker),
            ] {
                let found = alterations(base, head);
                assert_eq!(found.len(), 1, "{found:?}");
                assert_eq!(found[0].effect, effect, "{}", found[0]);
            }
        }
    }

    #[test]
    fn what_may_go_either_way_is_weaker_both_ways() {
        let imports = "component.http-client.measure.preferred-imports";
        for (one, other) in [
            (
                "component.typed-code.weight = 1",
                "component.typed-code.weight = 2",
            ),
            (
                "component.typed-code.paths = ['a']",
                "component.typed-code.paths = ['b']",
            ),
            ("files.exclude = ['a']", "files.exclude = ['a/b']"),
            ("history.window_days = 100", "history.window_days = 200"),
            ("history.bots = ['a']", "history.bots = []"),
            (
                &format!("{imports} = {{ prefer = ['a'], preset = 'http' }}"),
                &format!("{imports} = {{ prefer = ['a'], preset = 'dates' }}"),
            ),
            (
                &format!("{imports} = {{ prefer = ['a'] }}"),
                &format!("{imports} = {{ prefer = ['b'] }}"),
            ),
        ] {
            for (base, head) in [(one, other), (other, one)] {
                let found = alterations(&definition(base), &definition(head));
                assert_eq!(found.len(), 1, "{found:?}");
                assert_eq!(found[0].effect, Effect::Weaker, "{}", found[0]);
            }
        }
    }

    #[test]
    fn another_measure_is_weaker_whatever_its_settings() {
        assert_eq!(
            between(
                "component.typed-code = { target = 0.8, floor = 0.1, level = 'report' }",
                "component.typed-code = { target = 0.8, floor = 0.1, level = 'report', measure.short-files.max_lines = 1 }",
            ),
            ["component.typed-code.measure: \"typed-slots\" becomes \"short-files\" (weaker)"]
        );
    }

    #[test]
    fn a_component_may_come_but_neither_go_nor_outvote_the_others() {
        let own = "component.own = { measure.short-files = {}, level = 'ratchet', weight = ";
        assert_eq!(
            between("", &format!("{own} 1 }}")),
            [
                "component.own: { measure = \"short-files\", level = \"ratchet\", weight = 1 } is added (stricter)"
            ]
        );
        assert_eq!(
            between(&format!("{own} 0.5 }}"), ""),
            [
                "component.own: { measure = \"short-files\", level = \"ratchet\", weight = 0.5 } is removed (weaker)"
            ]
        );
        assert_eq!(
            between("", &format!("{own} 900 }}"))[1],
            "component.own.weight: 900 is added (weaker)"
        );
        assert_eq!(
            between(
                "component.typed-code.weight = 0",
                "component.typed-code.weight = 900"
            ),
            ["component.typed-code.weight: 0 becomes 900 (weaker)"]
        );
        assert_eq!(
            between("", "component.typed-code.enabled = false"),
            ["component.typed-code.enabled: true becomes false (weaker)"]
        );
    }

    #[test]
    fn what_nobody_sees_may_change_and_go() {
        let unseen = "component.own = { measure.short-files = {}, weight = 0, level = 'track'";
        let found = between(
            &format!("{unseen}, target = 0.9 }}"),
            &format!("{unseen}, target = 0.8 }}"),
        );
        assert_eq!(found, ["component.own.target: 0.9 becomes 0.8 (neutral)"]);
        for (base, head) in [
            ("", format!("{unseen} }}")),
            (&format!("{unseen} }}"), String::new()),
        ] {
            let found = alterations(&definition(base), &definition(&head));
            assert_eq!(found[0].effect, Effect::Neutral, "{}", found[0]);
        }
        assert_eq!(
            between("", "component.typed-code.title = 'Types'"),
            ["component.typed-code.title: \"Typed code\" becomes \"Types\" (neutral)"]
        );
        let without = "component.hot-files.enabled = false\ncomponent.small-changes.enabled = false\n\
                       component.calm-hot-spots.enabled = false\ncomponent.local-changes.enabled = false";
        assert_eq!(
            between(without, &format!("{without}\nhistory.min_changes = 1")),
            ["history.min_changes: 50 becomes 1 (neutral)"]
        );
    }

    #[test]
    fn naming_the_first_preference_takes_whatever_set_it_is_compared_with() {
        assert_eq!(
            between(
                "",
                "component.http-client = { target = 0.9, measure.preferred-imports = { prefer = ['a'], over = ['b'], preset = 'none' } }",
            ),
            [
                "component.http-client.measure.preferred-imports.over: [] becomes [\"b\"] (stricter)",
                "component.http-client.measure.preferred-imports.prefer: [] becomes [\"a\"] (stricter)",
                "component.http-client.measure.preferred-imports.preset: \"http\" becomes \"none\" (neutral)",
                "component.http-client.target: 1 becomes 0.9 (neutral)",
            ]
        );
    }
}
