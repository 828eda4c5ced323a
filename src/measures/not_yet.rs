//! Components of the built-in definition whose input `quality` cannot take yet. They stand in every report as
//! unavailable, with what is missing: a row that is silently absent would raise the score.

use crate::definition::Measure;

use super::{About, Measurement};

/// The same for all, so that reports say it once.
const LEAVE_OUT: &str = "`enabled = false` leaves it out";

pub(super) fn about(measure: &Measure) -> About {
    let (unit, gap, why) = match measure {
        Measure::SafeReads => (
            "functions",
            "functions that may read stale data",
            "A read from a replica right after a write may miss it. Pin the read to the primary or use what the write returns.",
        ),
        Measure::SingleTransaction => (
            "endpoints",
            "endpoints with several transactions",
            "An endpoint that fails between two transactions leaves half a change behind. Put all writes into one.",
        ),
        _ => (
            "functions",
            "functions with coarse locks",
            "A lock that does not depend on the data makes unrelated requests wait. Lock by key.",
        ),
    };
    About {
        unit,
        gap,
        why,
        fewest_subjects: 10,
        by_change: false,
    }
}

pub(super) fn read(measure: &Measure) -> Measurement {
    let (reason, repair) = match measure {
        Measure::SafeReads => ("this version does not look for data access", LEAVE_OUT),
        Measure::SingleTransaction => ("this version does not look for transactions", LEAVE_OUT),
        _ => ("this version does not look for locks", LEAVE_OUT),
    };
    Measurement::Unavailable {
        reason: reason.to_owned(),
        repair: Some(repair.to_owned()),
    }
}
