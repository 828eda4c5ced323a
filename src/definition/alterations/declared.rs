//! What two declared components differ in.
//!
//! A condition of `passes` that lets more subjects through asks for less; one of `where` that lets more in asks for more.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::Value;

use super::Effect;
use super::ledger::{Demand, Ledger, List, by_inclusion, written};
use crate::definition::declared::{Condition, Conditions, Declared, Quantity};

pub(super) fn compare(name: &str, base: &Declared, head: &Declared) -> Ledger {
    let Declared {
        population,
        count,
        subjects,
        passes,
    } = base;
    let mut ledger = Ledger::of(name);
    ledger.value("population", population, &head.population, Effect::Weaker);
    // Either way some subjects weigh less than they did.
    ledger.value("count", count, &head.count, Effect::Weaker);
    let head_subjects = &head.subjects;
    ledger.append(conditions(
        name,
        "where",
        subjects,
        head_subjects,
        Demand::Rising,
    ));
    ledger.append(conditions(
        name,
        "passes",
        passes,
        &head.passes,
        Demand::Falling,
    ));
    ledger
}

/// Compares the conditions under a key. Letting in more subjects asks for more, or for less, as `demand` says.
fn conditions(
    name: &str,
    key: &str,
    base: &Conditions,
    head: &Conditions,
    demand: Demand,
) -> Ledger {
    let mut ledger = Ledger::of(format!("{name}.{key}"));
    let keys = base.iter().chain(head.iter()).map(Condition::key);
    let keys: BTreeSet<&str> = keys.collect();
    for key in keys {
        let find = |conditions: &Conditions| -> Option<Condition> {
            conditions
                .iter()
                .find(|condition| condition.key() == key)
                .cloned()
        };
        let (base, head) = (find(base), find(head));
        let lists = base
            .as_ref()
            .and_then(list)
            .zip(head.as_ref().and_then(list));
        match (&base, &head, lists) {
            (Some(base), Some(_), Some((before, after))) => {
                let later = by_inclusion(&after, &before).and_then(|order| grown(base, order));
                ledger.list(key, &before, &after, demand.effect(later));
            }
            (Some(base), Some(head), None) => {
                ledger.value(key, base, head, demand.effect(lets_in(base, head)));
            }
            _ => {
                let later = match (&base, &head) {
                    // It turns the population into another one.
                    (Some(Condition::InTests(_)), _) | (_, Some(Condition::InTests(_))) => None,
                    (None, _) => Some(Ordering::Less),
                    _ => Some(Ordering::Greater),
                };
                let text = |condition: &Option<Condition>| condition.as_ref().and_then(written);
                ledger.note(key, text(&base), text(&head), demand.effect(later));
            }
        }
    }
    ledger
}

/// Whether the later of two numbers lets in more.
fn lets_in(base: &Condition, head: &Condition) -> Option<Ordering> {
    match (base, head) {
        (Condition::LinesAtMost(base), Condition::LinesAtMost(head))
        | (Condition::ComplexityAtMost(base), Condition::ComplexityAtMost(head))
        | (Condition::ParametersAtMost(base), Condition::ParametersAtMost(head))
        | (Condition::FilesAtMost(base), Condition::FilesAtMost(head)) => Some(head.cmp(base)),
        (Condition::LinesAtLeast(base), Condition::LinesAtLeast(head)) => Some(base.cmp(head)),
        _ => None,
    }
}

/// Whether a condition whose list has grown, or shrunk, lets in more.
fn grown(condition: &Condition, list: Ordering) -> Option<Ordering> {
    match condition {
        Condition::Decorators(quantity, _)
        | Condition::Imports(quantity, _)
        | Condition::Calls(quantity, _)
        | Condition::Code(_, quantity, _)
        | Condition::Module(quantity, _)
        | Condition::To(quantity, _)
        | Condition::Callee(quantity, _) => Some(match quantity {
            Quantity::Any => list,
            Quantity::All | Quantity::None => list.reverse(),
        }),
        Condition::Language(_)
        | Condition::Paths(_)
        | Condition::Name(_)
        | Condition::Exposure(_)
        | Condition::Method(_)
        | Condition::Path(_)
        | Condition::Framework(_)
        | Condition::AnyOf(_) => Some(list),
        Condition::Except(_) => Some(list.reverse()),
        Condition::LinesAtMost(_)
        | Condition::LinesAtLeast(_)
        | Condition::ComplexityAtMost(_)
        | Condition::ParametersAtMost(_)
        | Condition::FilesAtMost(_)
        | Condition::Typed(_)
        | Condition::HasTests(_)
        | Condition::InTests(_)
        | Condition::Not(_) => None,
    }
}

/// The entries of a condition that is a list, each as one would type it.
fn list(condition: &Condition) -> Option<List> {
    if matches!(condition, Condition::Not(_)) {
        return None;
    }
    match serde_json::to_value(condition).ok()? {
        Value::Array(entries) => Some(entries.iter().map(Value::to_string).collect()),
        Value::Object(tables) => Some(
            tables
                .iter()
                .flat_map(|(key, entries)| {
                    let entries = entries.as_array().into_iter().flatten();
                    entries.map(move |entry| format!("{key} = {entry}"))
                })
                .collect(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::{alterations, parse};

    /// What changing the settings of a declared component does.
    fn between(base: &str, head: &str) -> Vec<String> {
        let [base, head] = [base, head].map(|settings| {
            let text = format!(
                "component.own = {{ level = 'ratchet', measure.declared = {{ {settings} }} }}\n"
            );
            parse(text.as_bytes(), "quality.toml").unwrap_or_else(|error| panic!("{error}"))
        });
        let found = alterations(&base, &head);
        assert_eq!(found.is_empty(), base.id == head.id);
        let prefix = "component.own.measure.declared.";
        let lines = found.iter().map(ToString::to_string);
        lines.map(|line| line.replace(prefix, "")).collect()
    }

    #[test]
    fn asking_less_of_the_good_is_weaker_and_asking_it_of_fewer_is_too() {
        let of = |rest: &str| format!("population = 'function', {rest}");
        for (lenient, strict) in [
            (
                "passes = { calls_none = ['a'] }",
                "passes = { calls_none = ['a', 'b'] }",
            ),
            (
                "passes = { calls_any = ['a', 'b'] }",
                "passes = { calls_any = ['a'] }",
            ),
            (
                "passes = { lines_at_most = 60 }",
                "passes = { lines_at_most = 50 }",
            ),
            (
                "passes = { lines_at_least = 5 }",
                "passes = { lines_at_least = 6 }",
            ),
            (
                "passes = { typed = true }",
                "passes = { typed = true, calls_none = ['a'] }",
            ),
            (
                "passes = { matches_none = { python = 'f($A)' } }",
                "passes = { matches_none = { python = ['f($A)', 'g($A)'] } }",
            ),
            (
                "where = { paths = ['a/**'] }, passes = { typed = true }",
                "where = { paths = ['a/**', 'b/**'] }, passes = { typed = true }",
            ),
            (
                "where = { except = ['a/**'] }, passes = { typed = true }",
                "passes = { typed = true }",
            ),
            (
                "where = { lines_at_least = 9 }, passes = { typed = true }",
                "where = { lines_at_least = 8 }, passes = { typed = true }",
            ),
            (
                "where = { decorators_none = ['a', 'b'] }, passes = { typed = true }",
                "where = { decorators_none = ['a'] }, passes = { typed = true }",
            ),
        ] {
            is_stricter(&of(lenient), &of(strict));
        }
        let of = |rest: &str| format!("population = 'endpoint', {rest}");
        for (lenient, strict) in [
            (
                "where = { method = 'POST' }, passes = { decorators_any = ['a'] }",
                "where = { method = ['PUT', 'POST'] }, passes = { decorators_any = ['a'] }",
            ),
            (
                "where = { path = ['/a/*'] }, passes = { typed = true }",
                "where = { path = ['/a/*', '/b'] }, passes = { typed = true }",
            ),
            (
                "passes = { framework = ['flask', 'axum'] }",
                "passes = { framework = ['flask'] }",
            ),
        ] {
            is_stricter(&of(lenient), &of(strict));
        }
    }

    /// Checks that one is stricter than the other, and the way back weaker.
    fn is_stricter(lenient: &str, strict: &str) {
        for (base, head, effect) in [(lenient, strict, "stricter"), (strict, lenient, "weaker")] {
            let found = between(base, head);
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].ends_with(&format!("({effect})")), "{found:?}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_weaker_both_ways() {
        let of = |rest: &str| format!("population = 'function', {rest}");
        for (one, other) in [
            ("passes = { typed = true }", "passes = { typed = false }"),
            (
                "passes = { calls_none = ['a'] }",
                "passes = { calls_none = ['b'] }",
            ),
            (
                "passes = { not = { typed = true } }",
                "passes = { not = { lines_at_most = 1 } }",
            ),
            (
                "passes = { typed = true }",
                "where = { in_tests = true }, passes = { typed = true }",
            ),
            (
                "passes = { lines_at_most = 1 }",
                "count = 'lines', passes = { lines_at_most = 1 }",
            ),
        ] {
            for (base, head) in [(one, other), (other, one)] {
                let found = between(&of(base), &of(head));
                assert_eq!(found.len(), 1, "{found:?}");
                assert!(found[0].ends_with("(weaker)"), "{found:?}");
            }
        }
        let found = between(
            "population = 'function', passes = { lines_at_most = 9 }",
            "population = 'file', passes = { lines_at_most = 9 }",
        );
        assert_eq!(
            found,
            ["population: \"function\" becomes \"file\" (weaker)"]
        );
    }

    #[test]
    fn order_and_spelling_are_no_alteration() {
        let found = between(
            "population = 'file', where = { language = 'python', in_tests = false }, passes = { calls_none = ['a', 'b'] }",
            "population = 'file', where = { language = ['python'] }, passes = { calls_none = ['b', 'a', 'b'] }",
        );
        assert_eq!(found, [""; 0]);
    }
}
