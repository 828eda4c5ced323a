//! Totals of slots that independent counters agree on.

use quality::facts::SlotState;
use quality::facts::extract::extract;
use quality::languages::Language;

#[test]
fn the_python_fixture_has_forty_slots_of_which_eighteen_are_typed() {
    let text = include_bytes!("../fixtures/languages/python/slots.py");
    let facts = extract(Language::named("python").unwrap(), text).unwrap();
    let count = |state: SlotState| {
        facts
            .functions
            .iter()
            .flat_map(|function| &function.slots)
            .chain(&facts.fields)
            .filter(|slot| slot.state == state)
            .count()
    };
    assert_eq!(
        (
            count(SlotState::Typed),
            count(SlotState::Any),
            count(SlotState::Untyped)
        ),
        (18, 5, 17)
    );
    let with_slots = |function: &&quality::facts::Function| !function.slots.is_empty();
    assert_eq!(facts.functions.iter().filter(with_slots).count(), 18);
}
