//! Points: the score, the parts of its difference, and what moved it. Exact to the ten thousandth, in every format.

use super::GateReport;
use crate::gate::Mover;

/// The parts of the difference, in ten thousandths of a point.
pub(super) fn parts(report: &GateReport) -> [(&'static str, i64); 4] {
    let parts = &report.comparison.parts;
    [
        ("code", parts.code),
        ("population", parts.population),
        ("definition", parts.definition),
        ("data", parts.data),
    ]
}

/// Why the score moved: `-0.5 = -0.6 code + 0.1 population`; all parts, or those that moved it. None without two scores.
pub(super) fn sum(report: &GateReport, with_all: bool) -> Option<String> {
    let total = report.comparison.parts.total()?;
    let parts = parts(report);
    let told = parts.iter().filter(|(_, part)| with_all || *part != 0);
    let mut text = signed(total);
    for (at, (name, part)) in told.enumerate() {
        let sign = match (at, *part < 0) {
            (0, true) => " = -",
            (0, false) => " = ",
            (_, true) => " - ",
            (_, false) => " + ",
        };
        let amount = i64::try_from(part.unsigned_abs()).unwrap_or(i64::MAX);
        text.push_str(&format!("{sign}{} {name}", points(amount)));
    }
    Some(text)
}

/// The effect of a mover in ten thousandths of a point, cut off; none if it is less than one.
pub(super) fn effect(mover: &Mover) -> Option<String> {
    let units = mover.effect / 100;
    (units != 0).then(|| signed(units))
}

/// Ten thousandths as a decimal number, exact, with at least one decimal.
pub(super) fn points(units: i64) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, rest) = (units.unsigned_abs() / 10_000, units.unsigned_abs() % 10_000);
    let digits = format!("{rest:04}");
    let digits = digits.trim_end_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    format!("{sign}{whole}.{digits}")
}

/// The same with its sign.
pub(super) fn signed(units: i64) -> String {
    if units > 0 {
        format!("+{}", points(units))
    } else {
        points(units)
    }
}

/// Whether nothing moved the score.
pub(super) fn is_unmoved(report: &GateReport) -> bool {
    parts(report).iter().all(|(_, part)| *part == 0)
}

#[cfg(test)]
mod tests {
    use super::{points, signed};

    #[test]
    fn points_are_exact_and_end_where_they_end() {
        assert_eq!(points(714_213), "71.4213");
        assert_eq!(points(700_000), "70.0");
        assert_eq!(points(-5), "-0.0005");
        assert_eq!(signed(0), "0.0");
        assert_eq!(signed(12_300), "+1.23");
    }
}
