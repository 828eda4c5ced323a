//! What the settings of two measures differ in.

use super::ledger::{Demand, Ledger, List, list, written};
use super::{Effect, declared, globs};
use crate::definition::library::{PreferredImports, Preset};
use crate::definition::settings::{
    AttendedCode, CalmHotSpots, CalmTouches, CoveredLines, EscapeFreeLines, FastEndpoints,
    FineLocks, HiddenItems, InternalItems, LocalChanges, Measure, ShortFiles, SimpleFunctions,
    SmallChanges, SteadyDeployments, TestMap, TestedFiles, TrackedDebt, TypedSlots, UniqueLines,
};

/// Whether no file can make the measure say anything: it waits for a setting.
pub(super) fn is_silent(measure: &Measure) -> bool {
    matches!(measure, Measure::PreferredImports(settings) if settings.prefer.is_empty())
}

/// Compares the measures of the component with this name.
///
/// Another measure is weaker: what the earlier one found bad is no longer looked for.
pub(super) fn compare(component: &str, base: &Measure, head: &Measure) -> Ledger {
    let mut ledger = Ledger::of(format!("{component}.measure.{}", base.name()));
    match (base, head) {
        (Measure::TypedSlots(base), Measure::TypedSlots(head)) => {
            let TypedSlots { nested_any } = base;
            ledger.ordered("nested_any", nested_any, &head.nested_any, Demand::Rising);
        }
        (Measure::TestedFiles(base), Measure::TestedFiles(head)) => {
            let TestedFiles { min_strength, map } = base;
            let head_strength = &head.min_strength;
            ledger.ordered("min_strength", min_strength, head_strength, Demand::Rising);
            // Each entry says of more files that they have tests.
            ledger.ordered_list("map", &maps(map), &maps(&head.map), Demand::Falling);
        }
        (Measure::HiddenItems(base), Measure::HiddenItems(head)) => {
            let HiddenItems { boundary } = base;
            ledger.ordered("boundary", boundary, &head.boundary, Demand::Rising);
        }
        (Measure::InternalItems(base), Measure::InternalItems(head)) => {
            let InternalItems { boundary } = base;
            ledger.ordered("boundary", boundary, &head.boundary, Demand::Rising);
        }
        (Measure::PreferredImports(base), Measure::PreferredImports(head)) => {
            compare_imports(&mut ledger, base, head);
        }
        (Measure::FastEndpoints(base), Measure::FastEndpoints(head)) => {
            let FastEndpoints {
                within_ms,
                max_age_days,
                import,
            } = base;
            ledger.ordered("within_ms", within_ms, &head.within_ms, Demand::Falling);
            let head_age = &head.max_age_days;
            ledger.ordered("max_age_days", max_age_days, head_age, Demand::Falling);
            // What more is measured can only count.
            let (import, head) = (list(import), list(&head.import));
            ledger.ordered_list("import", &import, &head, Demand::Rising);
        }
        (Measure::CalmTouches(base), Measure::CalmTouches(head)) => {
            let CalmTouches { above } = base;
            ledger.ordered("above", above, &head.above, Demand::Falling);
        }
        (Measure::SmallChanges(base), Measure::SmallChanges(head)) => {
            let SmallChanges { max_files } = base;
            ledger.ordered("max_files", max_files, &head.max_files, Demand::Falling);
        }
        (Measure::ShortFiles(base), Measure::ShortFiles(head)) => {
            let ShortFiles { max_lines } = base;
            ledger.ordered("max_lines", max_lines, &head.max_lines, Demand::Falling);
        }
        (Measure::SimpleFunctions(base), Measure::SimpleFunctions(head)) => {
            let SimpleFunctions { max_cognitive } = base;
            let head = &head.max_cognitive;
            ledger.ordered("max_cognitive", max_cognitive, head, Demand::Falling);
        }
        (Measure::CalmHotSpots(base), Measure::CalmHotSpots(head)) => {
            let CalmHotSpots { max_cognitive } = base;
            let head = &head.max_cognitive;
            ledger.ordered("max_cognitive", max_cognitive, head, Demand::Falling);
        }
        (Measure::CoveredLines(base), Measure::CoveredLines(head)) => {
            let CoveredLines { absent } = base;
            ledger.ordered("absent", absent, &head.absent, Demand::Rising);
        }
        (Measure::TrackedDebt(base), Measure::TrackedDebt(head)) => {
            let TrackedDebt {
                tracked_counts_as_good,
                age,
            } = base;
            // A list more is asked for.
            ledger.ordered("age", age, &head.age, Demand::Rising);
            let head = &head.tracked_counts_as_good;
            ledger.ordered(
                "tracked_counts_as_good",
                tracked_counts_as_good,
                head,
                Demand::Falling,
            );
        }
        (Measure::UniqueLines(base), Measure::UniqueLines(head)) => {
            let UniqueLines {
                min_lines,
                min_tokens,
            } = base;
            ledger.ordered("min_lines", min_lines, &head.min_lines, Demand::Falling);
            ledger.ordered("min_tokens", min_tokens, &head.min_tokens, Demand::Falling);
        }
        (Measure::EscapeFreeLines(base), Measure::EscapeFreeLines(head)) => {
            let EscapeFreeLines { panics, numbers } = base;
            ledger.ordered("panics", panics, &head.panics, Demand::Rising);
            ledger.ordered("numbers", numbers, &head.numbers, Demand::Rising);
        }
        (Measure::LocalChanges(base), Measure::LocalChanges(head)) => {
            let LocalChanges {
                min_revs,
                min_shared_revs,
                min_coupling,
                max_changeset_size,
            } = base;
            for (key, base, head) in [
                ("min_revs", min_revs, &head.min_revs),
                ("min_shared_revs", min_shared_revs, &head.min_shared_revs),
                ("min_coupling", min_coupling, &head.min_coupling),
            ] {
                ledger.ordered(key, base, head, Demand::Falling);
            }
            // More changes can make pairs known or thin them out.
            let head = &head.max_changeset_size;
            ledger.value(
                "max_changeset_size",
                max_changeset_size,
                head,
                Effect::Weaker,
            );
        }
        (Measure::AttendedCode(base), Measure::AttendedCode(head)) => {
            let AttendedCode {
                inactive_days,
                co_authors,
            } = base;
            let head_days = &head.inactive_days;
            ledger.ordered("inactive_days", inactive_days, head_days, Demand::Falling);
            // Each co-author is one more who may still be around.
            ledger.ordered("co_authors", co_authors, &head.co_authors, Demand::Falling);
        }
        (Measure::SteadyDeployments(base), Measure::SteadyDeployments(head)) => {
            let SteadyDeployments {
                deploy_tags,
                failure_window_hours,
            } = base;
            // Other tags are other deployments.
            let head_tags = &head.deploy_tags;
            ledger.value("deploy_tags", deploy_tags, head_tags, Effect::Weaker);
            ledger.ordered(
                "failure_window_hours",
                failure_window_hours,
                &head.failure_window_hours,
                Demand::Rising,
            );
        }
        (Measure::Declared(base), Measure::Declared(head)) => {
            let name = format!("{component}.measure.declared");
            ledger = declared::compare(&name, base, head);
        }
        (Measure::DocumentedItems, Measure::DocumentedItems)
        | (Measure::ExplainedSuppressions, Measure::ExplainedSuppressions)
        | (Measure::SafeReads, Measure::SafeReads)
        | (Measure::SingleTransaction, Measure::SingleTransaction) => {}
        (Measure::FineLocks(base), Measure::FineLocks(head)) => {
            let FineLocks { exempt } = base;
            // Each entry keeps locks from being judged.
            ledger.ordered_list(
                "exempt",
                &list(exempt),
                &list(&head.exempt),
                Demand::Falling,
            );
        }
        // Each by name: a new measure has to be given a row above.
        (
            Measure::TypedSlots(_)
            | Measure::TestedFiles(_)
            | Measure::CoveredLines(_)
            | Measure::HiddenItems(_)
            | Measure::PreferredImports(_)
            | Measure::FastEndpoints(_)
            | Measure::SafeReads
            | Measure::SingleTransaction
            | Measure::FineLocks(_)
            | Measure::CalmTouches(_)
            | Measure::SmallChanges(_)
            | Measure::ShortFiles(_)
            | Measure::SimpleFunctions(_)
            | Measure::CalmHotSpots(_)
            | Measure::DocumentedItems
            | Measure::ExplainedSuppressions
            | Measure::TrackedDebt(_)
            | Measure::UniqueLines(_)
            | Measure::EscapeFreeLines(_)
            | Measure::LocalChanges(_)
            | Measure::AttendedCode(_)
            | Measure::SteadyDeployments(_)
            | Measure::InternalItems(_)
            | Measure::Declared(_),
            _,
        ) => {
            ledger = Ledger::of(component);
            let name = |measure: &Measure| written(&measure.name());
            ledger.note("measure", name(base), name(head), Effect::Weaker);
        }
    }
    ledger
}

fn compare_imports(ledger: &mut Ledger, base: &PreferredImports, head: &PreferredImports) {
    let PreferredImports {
        prefer,
        over,
        languages,
        exempt,
        preset,
    } = base;
    let effect = match (prefer.is_empty(), head.prefer.is_empty()) {
        // The first preference makes the component speak, and without one it falls silent.
        (true, _) => Effect::Stricter,
        (false, true) => Effect::Weaker,
        // Whatever is preferred is allowed, beside or in place of what was.
        (false, false) if head.prefer.iter().all(|entry| prefer.contains(entry)) => {
            Effect::Stricter
        }
        (false, false) => Effect::Weaker,
    };
    ledger.list("prefer", &list(prefer), &list(&head.prefer), effect);
    ledger.ordered_list("over", &list(over), &list(&head.over), Demand::Rising);
    ledger.filter("languages", &list(languages), &list(&head.languages));
    ledger.ordered_list(
        "exempt",
        &globs(exempt),
        &globs(&head.exempt),
        Demand::Falling,
    );
    // The libraries of one preset are not those of another.
    let effect = match preset {
        None => Effect::Stricter,
        Some(_) => Effect::Weaker,
    };
    let name = |preset: &Option<Preset>| preset.map_or("none", Preset::name);
    ledger.value("preset", &name(preset), &name(&head.preset), effect);
}

fn maps(maps: &[TestMap]) -> List {
    let entries = maps.iter().map(|map| {
        let TestMap { source, tests } = map;
        let glob = |set| globs(set).into_iter().collect::<Vec<_>>().join(", ");
        format!("{{ source = {}, tests = {} }}", glob(source), glob(tests))
    });
    entries.collect()
}
