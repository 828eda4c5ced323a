//! Drives the target this program is called after. `cargo fuzz run NAME fuzz/corpus/NAME fuzz/seeds/NAME`.
#![no_main]

use std::sync::LazyLock;

use quality::fuzzing::{TARGETS, Target};

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = env!("CARGO_BIN_NAME");
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.expect("a target of this name").1
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
