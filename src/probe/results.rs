//! What a probe has measured, as it is written down.

use serde::Serialize;

/// The name of the format.
pub const FORMAT: &str = "quality-probe";
/// Its version; counted up when something that was there is gone or means something else.
pub const VERSION: u32 = 1;
/// What the times are of, and what not: caches of the machine, databases and other services stay warm.
pub const LABEL: &str = "process-cold, not machine-cold";

/// The results of a probe, as `--output` writes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Results {
    /// [`FORMAT`].
    pub format: &'static str,
    /// [`VERSION`].
    pub version: u32,
    /// The version of this program.
    pub tool_version: String,
    /// The name of the repository's directory.
    pub repository: String,
    /// The head commit; none where there is none. The work tree may differ from it.
    pub commit: Option<String>,
    /// [`LABEL`].
    pub label: &'static str,
    /// In the order in which they were asked.
    pub endpoints: Vec<Measured>,
}

/// What was measured of an endpoint. Times are in microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// Method and path, without a query: `GET /orders`.
    pub endpoint: String,
    /// What people call it.
    pub name: Option<String>,
    /// How many processes were asked, each its first question.
    pub runs: usize,
    /// The median of the first answers; none if one was not as it should be.
    pub median_us: Option<u64>,
    /// The fastest of them.
    pub min_us: Option<u64>,
    /// The slowest of them.
    pub max_us: Option<u64>,
    /// The median time from the start of the process until it was ready.
    pub ready_median_us: Option<u64>,
    /// Why an answer was not as it should be, a clause.
    pub failure: Option<String>,
}

/// The median, of two in the middle the larger half way; none of nothing.
pub(super) fn median(mut values: Vec<u64>) -> Option<u64> {
    values.sort_unstable();
    let upper = *values.get(values.len() / 2)?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *values.get(values.len() / 2 - 1)?;
    Some(lower + (upper - lower).div_ceil(2))
}

#[cfg(test)]
mod tests {
    use super::{FORMAT, LABEL, Measured, Results, VERSION, median};
    use crate::definition::{Format, TimingImport, Unit};
    use crate::evidence::timings::{self, Cold, Timing};

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![4, 1]), Some(3));
        assert_eq!(median(vec![u64::MAX, u64::MAX]), Some(u64::MAX));
    }

    #[test]
    fn what_is_written_is_what_is_imported() {
        let measured = |endpoint: &str, median: Option<u64>, failure: Option<&str>| Measured {
            endpoint: endpoint.to_owned(),
            name: None,
            runs: 3,
            median_us: median,
            min_us: median,
            max_us: median,
            ready_median_us: Some(1),
            failure: failure.map(str::to_owned),
        };
        let results = Results {
            format: FORMAT,
            version: VERSION,
            tool_version: "0".to_owned(),
            repository: "shop".to_owned(),
            commit: None,
            label: LABEL,
            endpoints: vec![
                measured("GET /a", Some(1_234), None),
                measured("POST /b", None, Some("status 500")),
            ],
        };
        let import = TimingImport {
            path: String::new(),
            format: Format::Probe,
            select: String::new(),
            unit: Unit::Ms,
            assume_cold: false,
        };
        let timing = |name: &str, micros, failed| Timing {
            name: name.to_owned(),
            micros,
            cold: Cold::Yes,
            failed,
        };
        assert_eq!(
            timings::read(&import, &serde_json::to_vec(&results).unwrap()),
            Ok(vec![
                timing("GET /a", 1_234, false),
                timing("POST /b", 0, true)
            ])
        );
    }
}
