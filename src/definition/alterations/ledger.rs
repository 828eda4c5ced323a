//! Where differences are taken down: how values are ordered, and how they are written.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{Alteration, Effect};

/// Most entries of a list that are written out.
const MOST_SHOWN: usize = 5;
/// Longest entry of a list that is written out, in characters.
const LONGEST_SHOWN: usize = 80;

/// Which way a value has to go to ask for more.
#[derive(Clone, Copy)]
pub(super) enum Demand {
    /// The higher, or the longer the list, the more is asked.
    Rising,
    /// The lower, or the shorter the list, the more is asked.
    Falling,
}

impl Demand {
    /// What it does that the later value compares with the earlier one like this; none if they cannot be compared.
    pub(super) fn effect(self, later: Option<Ordering>) -> Effect {
        match (self, later) {
            (Self::Rising, Some(Ordering::Greater)) | (Self::Falling, Some(Ordering::Less)) => {
                Effect::Stricter
            }
            _ => Effect::Weaker,
        }
    }
}

/// A list whose order carries no meaning, each entry as one would type it.
pub(super) type List = BTreeSet<String>;

/// The entries of a list.
pub(super) fn list<T: Serialize>(entries: &[T]) -> List {
    entries.iter().filter_map(written).collect()
}

/// A value as one would type it in TOML; none if it is not set.
pub(super) fn written<T: Serialize>(value: &T) -> Option<String> {
    // Plain data cannot fail. What JSON escapes in a string, TOML reads the same way.
    match serde_json::to_value(value).ok()? {
        Value::Null => None,
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(decimal) => Some(decimal.to_string()),
            None => Some(number.to_string()),
        },
        value => Some(value.to_string()),
    }
}

/// The differences found so far below one name.
pub(super) struct Ledger {
    name: String,
    found: Vec<Alteration>,
}

impl Ledger {
    /// An empty one; the name is that of a table, empty for the file.
    pub(super) fn of(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            found: Vec::new(),
        }
    }

    /// Takes down an alteration, whatever it is.
    pub(super) fn note(
        &mut self,
        key: &str,
        before: Option<String>,
        after: Option<String>,
        effect: Effect,
    ) {
        let separator = if self.name.is_empty() || key.is_empty() {
            ""
        } else {
            "."
        };
        self.found.push(Alteration {
            key: format!("{}{separator}{key}", self.name),
            before,
            after,
            effect,
        });
    }

    /// A value; a difference has this effect.
    pub(super) fn value<T: PartialEq + Serialize>(
        &mut self,
        key: &str,
        base: &T,
        head: &T,
        effect: Effect,
    ) {
        if base != head {
            self.note(key, written(base), written(head), effect);
        }
    }

    /// A value that asks for more the further it goes one way.
    pub(super) fn ordered<T: PartialOrd + Serialize>(
        &mut self,
        key: &str,
        base: &T,
        head: &T,
        demand: Demand,
    ) {
        self.value(key, base, head, demand.effect(head.partial_cmp(base)));
    }

    /// A list; a difference has this effect.
    pub(super) fn list(&mut self, key: &str, base: &List, head: &List, effect: Effect) {
        if base != head {
            self.note(key, shown(base, head), shown(head, base), effect);
        }
    }

    /// A list that asks for more as it only grows, or only shrinks.
    pub(super) fn ordered_list(&mut self, key: &str, base: &List, head: &List, demand: Demand) {
        let effect = demand.effect(by_inclusion(head, base));
        self.list(key, base, head, effect);
    }

    /// A list of what is looked at, everything if it is empty; looking at more asks for more.
    pub(super) fn filter(&mut self, key: &str, base: &List, head: &List) {
        let later = match (head.is_empty(), base.is_empty()) {
            (true, false) => Some(Ordering::Greater),
            (false, true) => Some(Ordering::Less),
            _ => by_inclusion(head, base),
        };
        self.list(key, base, head, Demand::Rising.effect(later));
    }

    /// Takes back that anything found so far weakens: no verdict rested on it.
    pub(super) fn excuse(&mut self) {
        for alteration in &mut self.found {
            if alteration.effect == Effect::Weaker {
                alteration.effect = Effect::Neutral;
            }
        }
    }

    /// Adds what another one has found.
    pub(super) fn append(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
    }

    /// What was found, sorted by key.
    pub(super) fn finish(mut self) -> Vec<Alteration> {
        self.found.sort_by(|one, other| one.key.cmp(&other.key));
        self.found
    }
}

/// How the first list compares with the second: it has more, or less, or each has something of its own.
pub(super) fn by_inclusion(one: &List, other: &List) -> Option<Ordering> {
    match (one.is_superset(other), one.is_subset(other)) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => Some(Ordering::Greater),
        (false, true) => Some(Ordering::Less),
        (false, false) => None,
    }
}

/// The entries one list has and the other has not, the first few of them; none if there are no such entries.
fn shown(own: &List, other: &List) -> Option<String> {
    if own.is_empty() {
        return Some("[]".to_owned());
    }
    let alone: Vec<&String> = own.difference(other).collect();
    if alone.is_empty() {
        return None;
    }
    let mut words: Vec<String> = alone
        .iter()
        .take(MOST_SHOWN)
        .map(|text| clip(text))
        .collect();
    if alone.len() > MOST_SHOWN {
        words.push(format!("and {} more", alone.len() - MOST_SHOWN));
    }
    Some(format!("[{}]", words.join(", ")))
}

/// The beginning of a text that would fill lines.
fn clip(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Demand, Effect, Ledger, List, list, written};
    use crate::definition::Decimal;

    fn noted(base: &[&str], head: &[&str]) -> (Option<String>, Option<String>) {
        let mut ledger = Ledger::of("");
        ledger.ordered_list("key", &list(base), &list(head), Demand::Falling);
        let found = ledger.finish().pop().unwrap();
        (found.before, found.after)
    }

    #[test]
    fn values_are_written_as_one_would_type_them() {
        assert_eq!(written(&Decimal::from_f64(1.0)).as_deref(), Some("1"));
        assert_eq!(written(&Decimal::from_f64(0.95)).as_deref(), Some("0.95"));
        assert_eq!(written(&500_u32).as_deref(), Some("500"));
        assert_eq!(written(&"a\"\u{1b}\n").as_deref(), Some(r#""a\"\u001b\n""#));
        assert_eq!(written(&None::<Decimal>), None);
    }

    #[test]
    fn of_lists_only_what_differs_is_written_and_little_of_it() {
        let texts = |before: Option<&str>, after: Option<&str>| {
            (before.map(str::to_owned), after.map(str::to_owned))
        };
        assert_eq!(
            noted(&["a", "b"], &["b", "c"]),
            texts(Some(r#"["a"]"#), Some(r#"["c"]"#))
        );
        assert_eq!(noted(&["a"], &["a", "c"]), texts(None, Some(r#"["c"]"#)));
        assert_eq!(noted(&[], &["c"]), texts(Some("[]"), Some(r#"["c"]"#)));
        assert_eq!(
            noted(&["g", "f", "e", "d", "c", "b", "a"], &[]),
            texts(Some(r#"["a", "b", "c", "d", "e", and 2 more]"#), Some("[]"))
        );
        let (_, long) = noted(&[], &["é".repeat(1_000).as_str()]);
        assert!(long.unwrap().chars().count() < 100);
    }

    #[test]
    fn what_cannot_be_compared_is_weaker() {
        for demand in [Demand::Rising, Demand::Falling] {
            let mut ledger = Ledger::of("");
            ledger.ordered_list("key", &list(&["a"]), &list(&["b"]), demand);
            assert_eq!(ledger.finish()[0].effect, Effect::Weaker);
            assert_eq!(demand.effect(None), Effect::Weaker);
        }
    }

    #[test]
    fn an_empty_filter_is_the_widest() {
        let effect = |base: &List, head: &List| {
            let mut ledger = Ledger::of("");
            ledger.filter("key", base, head);
            ledger.finish().pop().map(|found| found.effect)
        };
        let (all, some, more) = (List::new(), list(&["a"]), list(&["a", "b"]));
        assert_eq!(effect(&all, &some), Some(Effect::Weaker));
        assert_eq!(effect(&some, &all), Some(Effect::Stricter));
        assert_eq!(effect(&some, &more), Some(Effect::Stricter));
        assert_eq!(effect(&more, &some), Some(Effect::Weaker));
        assert_eq!(effect(&some, &list(&["b"])), Some(Effect::Weaker));
        assert_eq!(effect(&all, &all), None);
    }
}
