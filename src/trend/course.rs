//! What a series of levels comes to: where it began, where it is, how far it went, and where it jumped.

/// A share or a score in millionths of the whole, rounded down; none where there is no number.
pub type Level = Option<u32>;

/// A series in a few numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// The first number, and at which point.
    pub first: (usize, u32),
    /// The last one.
    pub last: (usize, u32),
    /// The lowest.
    pub low: u32,
    /// The highest.
    pub high: u32,
}

/// The largest change between neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The point before it.
    pub from: usize,
    /// The point behind it.
    pub to: usize,
    /// The levels there.
    pub levels: (u32, u32),
}

impl Step {
    /// How much it is, whatever its direction.
    pub fn size(&self) -> u32 {
        self.levels.0.abs_diff(self.levels.1)
    }
}

impl Course {
    /// The course of a series; none without a single number.
    pub fn of(levels: &[Level]) -> Option<Self> {
        let mut known = known(levels);
        let first = known.next()?;
        let start = Self {
            first,
            last: first,
            low: first.1,
            high: first.1,
        };
        Some(known.fold(start, |course, (at, level)| Self {
            last: (at, level),
            low: course.low.min(level),
            high: course.high.max(level),
            ..course
        }))
    }
}

/// Where a series changed most; the later of equals. None if it never did.
pub fn largest_step(levels: &[Level]) -> Option<Step> {
    let known: Vec<(usize, u32)> = known(levels).collect();
    known
        .windows(2)
        .map(|two| Step {
            from: two[0].0,
            to: two[1].0,
            levels: (two[0].1, two[1].1),
        })
        .filter(|step| step.size() > 0)
        .max_by_key(Step::size)
}

/// Numbers with their points.
fn known(levels: &[Level]) -> impl Iterator<Item = (usize, u32)> {
    levels
        .iter()
        .enumerate()
        .filter_map(|(at, level)| Some((at, (*level)?)))
}

#[cfg(test)]
mod tests {
    use super::{Course, largest_step};

    #[test]
    fn what_has_no_number_is_passed_over() {
        let course = Course::of(&[None, Some(5), Some(1), None, Some(9), Some(7), None]).unwrap();
        assert_eq!((course.first, course.last), ((1, 5), (5, 7)));
        assert_eq!((course.low, course.high), (1, 9));
        assert_eq!(Course::of(&[None, None]), None);
    }

    #[test]
    fn the_largest_step_may_lead_down_and_over_a_gap() {
        let step = largest_step(&[Some(5), Some(9), None, Some(1), Some(2)]).unwrap();
        assert_eq!((step.from, step.to, step.levels), (1, 3, (9, 1)));
        let later = largest_step(&[Some(1), Some(2), Some(3)]).unwrap();
        assert_eq!((later.from, later.to), (1, 2));
        assert_eq!(largest_step(&[Some(4), Some(4)]), None);
    }
}
