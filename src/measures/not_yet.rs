//! Components of the built-in definition whose input `quality` cannot take yet. They stand in every report as
//! unavailable, with what is missing: a row that is silently absent would raise the score.

use super::{About, Measurement};

/// The same for all, so that reports say it once.
const LEAVE_OUT: &str = "`enabled = false` leaves it out";

pub(super) fn about() -> About {
    About {
        unit: "lines",
        gap: "lines no test runs",
        why: "Coverage says which lines no test has ever run. Begin with the files that change most.",
        fewest_subjects: 10,
        by_change: false,
    }
}

pub(super) fn read() -> Measurement {
    Measurement::Unavailable {
        reason: "no coverage report: this version does not import any".to_owned(),
        repair: Some(LEAVE_OUT.to_owned()),
    }
}
