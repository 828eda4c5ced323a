//! Tested files: of all files worth a test, those a test names or imports.

use crate::definition::settings::TestedFiles;

use super::{About, Measurement, View};

pub(super) const ABOUT: About = About {
    unit: "files",
    gap: "files without a test",
    why: "A file no test names or imports is changed on faith. Begin with the files that change most.",
    fewest_subjects: 5,
    by_change: false,
};

pub(super) fn read(_view: &View, _settings: &TestedFiles) -> Measurement {
    Measurement::NotApplicable {
        reason: "not built".to_owned(),
    }
}
