//! Days as people write them: `2027-01-31`. In this form they compare as text.

/// Whether a text is a day of the calendar.
pub fn is_day(text: &str) -> bool {
    text.len() == "2027-01-31".len() && text.parse::<jiff::civil::Date>().is_ok()
}

/// The day, in UTC, of a number of seconds since the epoch; none outside the years it can say.
pub fn of(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok()?.to_string();
    Some(time.split('T').next().unwrap_or(&time).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{is_day, of};

    #[test]
    fn a_day_is_one_of_the_calendar_in_one_form() {
        assert!(is_day("2028-02-29"));
        for other in [
            "2027-02-29",
            "2027-1-31",
            "20270131",
            "2027-01-31T10",
            "tomorrow",
            "",
        ] {
            assert!(!is_day(other), "{other}");
        }
    }

    #[test]
    fn seconds_fall_on_the_day_of_utc() {
        assert_eq!(of(1_800_000_000).as_deref(), Some("2027-01-15"));
        assert_eq!(of(i64::MAX), None);
    }
}
