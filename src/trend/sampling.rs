//! Which commits stand for a stretch of history: the last one of each calendar period in UTC, counted back from the head
//! and never from today, so that the same head always gives the same points.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Longest reach or period, in its own unit: what is older is no date.
const LONGEST: u32 = 9_999;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// So many days, the last of which is the head's.
    Days(u32),
    /// Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
    /// January to March, and so on.
    Quarter,
}

impl Every {
    /// Reads `day`, `week`, `month`, `quarter` or `10d`.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "day" => Some(Self::Days(1)),
            "week" => Some(Self::Week),
            "month" => Some(Self::Month),
            "quarter" => Some(Self::Quarter),
            _ => count(text.strip_suffix('d')?).map(Self::Days),
        }
    }

    /// How a person says it: `month`, `10 days`.
    pub fn word(self) -> String {
        match self {
            Self::Days(1) => "day".to_owned(),
            Self::Days(days) => format!("{days} days"),
            Self::Week => "week".to_owned(),
            Self::Month => "month".to_owned(),
            Self::Quarter => "quarter".to_owned(),
        }
    }
}

/// How far back to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// To the beginning of this day.
    Date(Date),
    /// So many days before the head's.
    Days(u32),
    /// So many weeks.
    Weeks(u32),
    /// So many months.
    Months(u32),
    /// So many years.
    Years(u32),
}

impl Since {
    /// Reads `2025-01-31`, `30d`, `12w`, `6m` or `2y`.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() == 10 && text.is_ascii() {
            return text.parse().ok().map(Self::Date);
        }
        let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let number = count(number)?;
        match unit {
            "d" => Some(Self::Days(number)),
            "w" => Some(Self::Weeks(number)),
            "m" => Some(Self::Months(number)),
            "y" => Some(Self::Years(number)),
            _ => None,
        }
    }

    /// The first second that counts, in seconds since the epoch. What would lie before the first year is as far back as
    /// there are dates.
    pub fn start(self, head: i64) -> i64 {
        let day = date(head);
        let back = match self {
            Self::Date(date) => Ok(date),
            Self::Days(number) => day.checked_sub(i64::from(number).days()),
            Self::Weeks(number) => day.checked_sub(i64::from(number).weeks()),
            Self::Months(number) => day.checked_sub(i64::from(number).months()),
            Self::Years(number) => day.checked_sub(i64::from(number).years()),
        };
        back.map_or(i64::MIN, midnight)
    }
}

/// A number from 1 in plain digits.
fn count(text: &str) -> Option<u32> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_plain.then(|| text.parse().ok()).flatten()?;
    (1..=LONGEST).contains(&number).then_some(number)
}

/// Periods, numbered in the order of time.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    every: Every,
    /// The day of the head: with periods of days, the last one of a period.
    head: Date,
}

impl Calendar {
    /// The periods that end with that of the head.
    pub fn new(every: Every, head: i64) -> Self {
        Self {
            every,
            head: date(head),
        }
    }

    /// The number of the period a time lies in.
    pub fn period(&self, time: i64) -> i64 {
        let day = date(time);
        match self.every {
            Every::Days(days) => {
                let back = number_of(self.head) - number_of(day);
                -back.div_euclid(i64::from(days))
            }
            Every::Week => number_of(monday(day)).div_euclid(7),
            Every::Month => i64::from(day.year()) * 12 + i64::from(day.month()) - 1,
            Every::Quarter => i64::from(day.year()) * 4 + (i64::from(day.month()) - 1) / 3,
        }
    }

    /// The first second of a period.
    pub fn start(&self, period: i64) -> i64 {
        match self.every {
            Every::Days(days) => {
                let first = 1 - i64::from(days) + period.saturating_mul(i64::from(days));
                midnight(self.head).saturating_add(first.saturating_mul(DAY))
            }
            // The epoch was a Thursday; its Monday lies three days before, in week -1.
            Every::Week => period
                .saturating_mul(7)
                .saturating_add(4)
                .saturating_mul(DAY),
            Every::Month => first_of(period, 12, 1),
            Every::Quarter => first_of(period, 4, 3),
        }
    }
}

/// The first second of a part of a year.
fn first_of(number: i64, parts: i64, months: i64) -> i64 {
    let year = i16::try_from(number.div_euclid(parts));
    let month = i8::try_from(number.rem_euclid(parts) * months + 1);
    match (year, month) {
        (Ok(year), Ok(month)) => Date::new(year, month, 1).map_or(0, midnight),
        _ => 0,
    }
}

fn monday(day: Date) -> Date {
    let since = i64::from(day.weekday().since(Weekday::Monday));
    day.checked_sub(since.days()).unwrap_or(day)
}

/// Days since the epoch.
fn number_of(day: Date) -> i64 {
    midnight(day).div_euclid(DAY)
}

/// The day of a time in UTC; the nearest there is for a time beyond all dates.
pub fn date(time: i64) -> Date {
    let limits = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let time = time.clamp(limits.0 + DAY, limits.1 - DAY);
    Timestamp::from_second(time)
        .map(|time| time.to_zoned(TimeZone::UTC).date())
        .unwrap_or_default()
}

/// The first second of a day in UTC.
pub fn midnight(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC)
        .map_or(0, |zoned| zoned.timestamp().as_second())
}

/// A commit that stands for a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampled {
    /// Its position in the list.
    pub position: usize,
    /// The period it ends.
    pub period: i64,
}

/// The last commit of each period, oldest first, of commits that are listed newest first by their times. What is older
/// than `from` or claims to be younger than the head is left out, and so is whatever contradicts the order of the others:
/// a commit with a wrong clock stands for nothing. The head always stands for its period.
pub fn last_of_each(times: &[i64], from: i64, calendar: &Calendar) -> Vec<Sampled> {
    let Some(head) = times.first().copied() else {
        return Vec::new();
    };
    let inside: Vec<usize> = (0..times.len())
        .rev()
        .filter(|position| *position == 0 || (from..=head).contains(&times[*position]))
        .collect();
    let ages: Vec<i64> = inside.iter().map(|position| times[*position]).collect();
    let mut sampled: Vec<Sampled> = Vec::new();
    for at in in_order(&ages) {
        let next = Sampled {
            position: inside[at],
            period: calendar.period(ages[at]),
        };
        match sampled.last_mut() {
            Some(last) if last.period == next.period => *last = next,
            _ => sampled.push(next),
        }
    }
    sampled
}

/// Positions of a longest part of some numbers that never falls; it ends as late as possible.
fn in_order(numbers: &[i64]) -> Vec<usize> {
    // By length: the last position of the part of this length that ends lowest.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (position, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] <= *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = position,
            None => ends.push(position),
        }
    }
    let mut part: Vec<usize> =
        std::iter::successors(ends.last().copied(), |position| before[*position]).collect();
    part.reverse();
    part
}

#[cfg(test)]
mod tests {
    use super::{Calendar, Every, Sampled, Since, date, in_order, last_of_each, midnight};

    fn time(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_second()
    }

    fn day(text: &str) -> i64 {
        midnight(text.parse().unwrap())
    }

    /// Sampled positions of days, which are given newest first.
    fn sample(every: Every, since: Since, days: &[&str]) -> Vec<usize> {
        let times: Vec<i64> = days.iter().map(|text| day(text) + 3_600).collect();
        let calendar = Calendar::new(every, times[0]);
        let sampled = last_of_each(&times, since.start(times[0]), &calendar);
        assert!(sampled.is_sorted_by(|a, b| a.period < b.period));
        sampled.iter().map(|sampled| sampled.position).collect()
    }

    #[test]
    fn periods_and_reaches_are_read() {
        assert_eq!(Every::read("month"), Some(Every::Month));
        assert_eq!(Every::read("10d"), Some(Every::Days(10)));
        for text in [
            "",
            "d",
            "0d",
            "-1d",
            "+1d",
            "1.5d",
            "10000d",
            "fortnight",
            "10 d",
        ] {
            assert_eq!(Every::read(text), None, "{text}");
        }
        assert_eq!(Since::read("30d"), Some(Since::Days(30)));
        assert_eq!(Since::read("12w"), Some(Since::Weeks(12)));
        assert_eq!(Since::read("6m"), Some(Since::Months(6)));
        assert_eq!(Since::read("2y"), Some(Since::Years(2)));
        assert!(matches!(Since::read("2024-02-29"), Some(Since::Date(_))));
        for text in [
            "",
            "y",
            "0y",
            "2024-02-30",
            "2024-2-3",
            "20240229",
            "yesterday",
            "é",
            "2é",
        ] {
            assert_eq!(Since::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_reach_begins_at_midnight_so_far_before_the_head() {
        let head = time("2026-03-31T22:10:00Z");
        for (since, expected) in [
            ("30d", "2026-03-01"),
            ("1w", "2026-03-24"),
            // There is no 31st of February.
            ("1m", "2026-02-28"),
            ("2y", "2024-03-31"),
            ("2025-01-01", "2025-01-01"),
        ] {
            let start = Since::read(since).unwrap().start(head);
            assert_eq!(start, day(expected), "{since}");
        }
        assert!(Since::Years(9_999).start(head) < 0);
        assert_eq!(date(i64::MAX).year(), 9999);
    }

    #[test]
    fn periods_are_those_of_the_calendar_in_utc() {
        let head = time("2026-08-05T12:00:00Z");
        for (every, first, last) in [
            ("month", "2026-08-01T00:00:00Z", "2026-08-31T23:59:59Z"),
            ("quarter", "2026-07-01T00:00:00Z", "2026-09-30T23:59:59Z"),
            ("week", "2026-08-03T00:00:00Z", "2026-08-09T23:59:59Z"),
            ("day", "2026-08-05T00:00:00Z", "2026-08-05T23:59:59Z"),
            ("10d", "2026-07-27T00:00:00Z", "2026-08-05T23:59:59Z"),
        ] {
            let calendar = Calendar::new(Every::read(every).unwrap(), head);
            let period = calendar.period(head);
            assert_eq!(calendar.period(time(first)), period, "{every}");
            assert_eq!(calendar.period(time(last)), period, "{every}");
            assert_eq!(calendar.period(time(first) - 1), period - 1, "{every}");
            assert_eq!(calendar.period(time(last) + 1), period + 1, "{every}");
            assert_eq!(calendar.start(period), time(first), "{every}");
            for back in 0..800 {
                let start = calendar.start(period - back);
                assert_eq!(calendar.period(start), period - back, "{every} {back}");
                assert_eq!(calendar.period(start - 1), period - back - 1, "{every}");
            }
        }
    }

    #[test]
    fn the_last_commit_of_each_period_is_taken_and_an_empty_period_has_none() {
        let days = [
            "2026-08-05", // 0
            "2026-08-01", // 1
            "2026-07-31", // 2
            "2026-05-30", // 3
            "2026-05-02", // 4
            "2025-08-31", // 5
            "2025-08-04", // 6
        ];
        assert_eq!(sample(Every::Month, Since::Years(1), &days), [5, 3, 2, 0]);
        assert_eq!(sample(Every::Quarter, Since::Years(1), &days), [5, 3, 0]);
        assert_eq!(sample(Every::Days(1), Since::Days(5), &days), [2, 1, 0]);
        assert_eq!(sample(Every::Days(5), Since::Days(5), &days), [2, 0]);
        let since = Since::read("2026-08-05").unwrap();
        assert_eq!(sample(Every::Month, since, &days), [0]);
    }

    #[test]
    fn a_commit_whose_clock_contradicts_its_neighbours_stands_for_nothing() {
        let days = [
            "2026-08-05", // 0
            "2030-01-01", // 1: from the future
            "2026-03-03", // 2: older than what it stands on
            "2026-07-20", // 3
            "2026-06-20", // 4
            "1970-01-01", // 5: no clock at all
            "2026-05-20", // 6
            "2026-07-02", // 7: younger than what stands on it
            "2026-03-30", // 8
        ];
        let expected = [8, 6, 4, 3, 0];
        assert_eq!(sample(Every::Month, Since::Years(1), &days), expected);
    }

    #[test]
    fn the_head_counts_even_if_its_clock_is_wrong() {
        let days = ["2020-01-01", "2026-08-01", "2026-07-01"];
        assert_eq!(sample(Every::Month, Since::Years(9), &days), [0]);
        let none = last_of_each(&[], 0, &Calendar::new(Every::Month, 0));
        assert_eq!(none, Vec::<Sampled>::new());
    }

    #[test]
    fn a_longest_part_in_order_is_found() {
        assert_eq!(in_order(&[]), [0; 0]);
        assert_eq!(in_order(&[1, 1, 2]), [0, 1, 2]);
        assert_eq!(in_order(&[5, 1, 2, 9, 3]), [1, 2, 4]);
        assert_eq!(in_order(&[3, 2, 1]), [2]);
    }
}
