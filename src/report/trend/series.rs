//! Curves with what is said beside them: the same rows for every format for people.

use super::TrendReport;
use crate::measures;
use crate::report::escape;
use crate::report::text::page::{decimal_percent, grouped};
use crate::trend::{Course, Level, Step, largest_step};

/// How many steps are told.
const MOST_STEPS: usize = 3;
/// Smaller steps are told nobody: one point of a hundred.
const SMALLEST_STEP: u32 = 10_000;

/// A curve and what it comes to.
#[derive(Clone, Debug)]
pub struct Series {
    /// What it is of. It comes from a repository or a definition, and is escaped by whoever prints it.
    pub title: Vec<u8>,
    /// One for each point.
    pub levels: Vec<Level>,
    /// None without a single number.
    pub course: Option<Course>,
    /// The share that scores 100, where there is one.
    pub target: Level,
    /// The target as somebody wrote it.
    pub target_words: String,
    /// What is missing at the first point with a number and at the last one, in the unit of the measure.
    pub gaps: Option<(u64, u64)>,
    /// What is counted as missing: `slots without a type`.
    pub gap_unit: &'static str,
    /// Code lines at the last point of a directory.
    pub lines: Option<u64>,
}

impl Series {
    fn new(title: &[u8], levels: Vec<Level>) -> Self {
        Self {
            title: title.to_vec(),
            course: Course::of(&levels),
            levels,
            target: None,
            target_words: String::new(),
            gaps: None,
            gap_unit: "",
            lines: None,
        }
    }

    /// What it is called, safe on a terminal; a directory ends with `/`.
    pub fn name(&self) -> String {
        let end = if self.lines.is_some() { "/" } else { "" };
        format!("{}{end}", escape::name(&self.title))
    }
}

/// The score of the whole.
pub fn score(report: &TrendReport) -> Series {
    Series::new(b"Score", report.trend.scores(0))
}

/// The components shown, in the order of the definition: their shares of the whole.
pub fn components(report: &TrendReport) -> Vec<Series> {
    let trend = &report.trend;
    let series = |(at, component): &(usize, &crate::definition::Component)| {
        let mut series = Series::new(component.title.as_bytes(), trend.shares(0, *at));
        series.target = u32::try_from(component.target.millionths()).ok();
        series.target_words = decimal_percent(component.target);
        series.gap_unit = measures::about(&component.measure).gap;
        series.gaps = series.course.and_then(|course| {
            let gap = |point: usize| trend.value(point, 0, *at)?.gap();
            Some((gap(course.first.0)?, gap(course.last.0)?))
        });
        series
    };
    trend.components.iter().map(series).collect()
}

/// The directories asked for: their scores.
pub fn directories(report: &TrendReport) -> Vec<Series> {
    let trend = &report.trend;
    let last = trend.moments.len().saturating_sub(1);
    let series = |(position, path): (usize, &crate::path::RepoPath)| {
        let mut series = Series::new(path.as_bytes(), trend.scores(position + 1));
        series.lines = Some(trend.part(last, position + 1).map_or(0, |part| part.lines));
        series
    };
    trend
        .question
        .directories
        .iter()
        .enumerate()
        .map(series)
        .collect()
}

/// Where curves of components changed most, largest first.
pub fn steps(components: &[Series]) -> Vec<(&Series, Step)> {
    let mut steps: Vec<(&Series, Step)> = components
        .iter()
        .filter_map(|series| Some((series, largest_step(&series.levels)?)))
        .filter(|(_, step)| step.size() >= SMALLEST_STEP)
        .collect();
    // Stable: of equals the first of the definition.
    steps.sort_by_key(|(_, step)| std::cmp::Reverse(step.size()));
    steps.truncate(MOST_STEPS);
    steps
}

/// A level with one decimal, rounded down: `91.4` of a hundred.
pub fn tenths(level: u32) -> String {
    format!("{}.{}", level / 10_000, level % 10_000 / 1_000)
}

/// The difference of two levels as they are printed: `+90.5`, `-0.3`, `0.0`.
pub fn change(from: u32, to: u32, ascii: bool) -> String {
    let size = (to / 1_000).abs_diff(from / 1_000);
    signed(
        &format!("{}.{}", size / 10, size % 10),
        size,
        to < from,
        ascii,
    )
}

/// The difference of two counts: `+3`, `-1,120`, `0`.
pub fn difference(from: u64, to: u64, ascii: bool) -> String {
    let size = to.abs_diff(from);
    signed(&grouped(size), size, to < from, ascii)
}

fn signed<T: Default + PartialEq>(digits: &str, size: T, is_less: bool, ascii: bool) -> String {
    let sign = match (size == T::default(), is_less, ascii) {
        (true, ..) => "",
        (_, false, _) => "+",
        (_, true, true) => "-",
        (_, true, false) => "−",
    };
    format!("{sign}{digits}")
}

#[cfg(test)]
mod tests {
    use super::{change, difference, tenths};

    #[test]
    fn a_change_is_the_difference_of_what_is_printed() {
        assert_eq!(
            (tenths(9_310), tenths(914_899)),
            ("0.9".into(), "91.4".into())
        );
        assert_eq!(change(9_310, 914_899, false), "+90.5");
        assert_eq!(change(914_899, 9_310, true), "-90.5");
        assert_eq!(change(500_000, 500_999, false), "0.0");
        assert_eq!(change(1_000_000, 999_999, false), "−0.1");
    }

    #[test]
    fn counts_have_signs_and_groups() {
        assert_eq!(difference(3, 1_123, true), "+1,120");
        assert_eq!(difference(1_123, 3, false), "−1,120");
        assert_eq!(difference(7, 7, false), "0");
    }
}
