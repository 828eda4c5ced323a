//! The axis of time of a chart: where each point lies between its ends, and what is written below.

use super::TrendReport;
use crate::trend::date;

/// How many places of the axis are labelled.
const TICKS: usize = 5;

/// Places from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Of each point: by its time, or one after the other where every commit is a point.
    pub places: Vec<f64>,
    /// Of each point that follows on periods without a commit: where its own period begins. Up to there all is as before.
    pub holds: Vec<Option<f64>>,
    /// Labelled places.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// The axis of a trend.
    pub fn new(report: &TrendReport) -> Self {
        let moments = &report.trend.moments;
        let is_by_time = moments.iter().all(|moment| moment.period.is_some());
        let times: Vec<i64> = moments.iter().map(|moment| moment.point.time).collect();
        let periods: Vec<(i64, i64)> = moments.iter().filter_map(|moment| moment.period).collect();
        Self::of(&times, is_by_time.then_some(periods.as_slice()))
    }

    fn of(times: &[i64], periods: Option<&[(i64, i64)]>) -> Self {
        let (Some(first), Some(last)) = (times.first(), times.last()) else {
            return Self {
                places: Vec::new(),
                holds: Vec::new(),
                ticks: Vec::new(),
            };
        };
        let span = last.saturating_sub(*first);
        let by_time = |time: i64| ratio(time.saturating_sub(*first), span);
        let steps = i64::try_from(times.len()).unwrap_or(i64::MAX) - 1;
        let places: Vec<f64> = match periods {
            Some(_) => times.iter().map(|time| by_time(*time)).collect(),
            None => (0..=steps).map(|at| ratio(at, steps)).collect(),
        };
        let holds = (0..times.len()).map(|at| {
            let (number, start) = *periods?.get(at)?;
            let before = periods?.get(at.checked_sub(1)?)?.0;
            (number - before > 1).then(|| by_time(start))
        });
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for tick in 0..TICKS {
            let (place, time) = match periods {
                Some(_) => {
                    let share = i64::try_from(tick).unwrap_or(0);
                    let parts = TICKS as i64 - 1;
                    let time = first.saturating_add(span / parts * share);
                    (by_time(time), time)
                }
                None => {
                    let at = tick * (times.len() - 1) / (TICKS - 1);
                    (places[at], times[at])
                }
            };
            let label = date(time).to_string();
            if ticks.last().is_none_or(|(_, last)| *last != label) {
                ticks.push((place, label));
            }
        }
        Self {
            holds: holds.collect(),
            places,
            ticks,
        }
    }
}

/// A single point stands in the middle.
fn ratio(part: i64, whole: i64) -> f64 {
    if whole == 0 {
        0.5
    } else {
        part as f64 / whole as f64
    }
}

#[cfg(test)]
mod tests {
    use super::Axis;

    const DAY: i64 = 86_400;

    #[test]
    fn points_lie_where_their_times_are() {
        let times = [0, 10 * DAY, 40 * DAY];
        let axis = Axis::of(&times, Some(&[(0, 0), (1, 5 * DAY), (4, 20 * DAY)]));
        assert_eq!(axis.places, [0.0, 0.25, 1.0]);
        assert_eq!(axis.holds, [None, None, Some(0.5)]);
        let labels: Vec<&str> = axis.ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(
            labels,
            [
                "1970-01-01",
                "1970-01-11",
                "1970-01-21",
                "1970-01-31",
                "1970-02-10"
            ]
        );
    }

    #[test]
    fn commits_stand_side_by_side_whatever_their_clocks_say() {
        let axis = Axis::of(&[9 * DAY, 0, 9 * DAY], None);
        assert_eq!(axis.places, [0.0, 0.5, 1.0]);
        assert_eq!(axis.holds, [None; 3]);
        assert_eq!(axis.ticks.len(), 3);
    }

    #[test]
    fn one_point_stands_in_the_middle_and_none_nowhere() {
        let axis = Axis::of(&[DAY], Some(&[(3, 0)]));
        assert_eq!(axis.places, [0.5]);
        assert_eq!(axis.ticks, [(0.5, "1970-01-02".to_owned())]);
        assert_eq!(Axis::of(&[], None).places, [0.0; 0]);
    }
}
