//! Sparklines: a curve in one line of text.

use crate::trend::Level;

/// From the lowest to the highest.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same in ASCII.
const MARKS: [char; 8] = ['_', '.', ':', '-', '=', '+', '*', '#'];

/// A curve spans at least ten points of a hundred from bottom to top: what hardly moves looks as if it hardly moved.
const LEAST_SPAN: u32 = 100_000;

/// The whole.
const WHOLE: u32 = 1_000_000;

/// A curve, one character a column, in at most so many cells: of columns that share one, the last with a number counts.
/// A column without a number is blank.
pub fn sparkline(columns: &[Level], cells: usize, ascii: bool) -> String {
    let known = || columns.iter().flatten().copied();
    let (low, high) = (known().min().unwrap_or(0), known().max().unwrap_or(0));
    let span = (high - low).max(LEAST_SPAN);
    let base = low
        .saturating_sub((span - (high - low)) / 2)
        .min(WHOLE.saturating_sub(span));
    let signs = if ascii { MARKS } else { BLOCKS };
    let cells = cells.min(columns.len());
    (0..cells)
        .map(|cell| {
            let shared = cell * columns.len() / cells..(cell + 1) * columns.len() / cells;
            let level = columns.get(shared)?.iter().rev().find_map(|level| *level)?;
            let step = u64::from(level.saturating_sub(base)) * signs.len() as u64 / u64::from(span);
            signs
                .get(usize::try_from(step).ok()?.min(signs.len() - 1))
                .copied()
        })
        .map(|sign| sign.unwrap_or(' '))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::sparkline;

    fn spark(percents: &[u32], cells: usize) -> String {
        let levels: Vec<_> = percents
            .iter()
            .map(|percent| Some(percent * 10_000))
            .collect();
        sparkline(&levels, cells, false)
    }

    #[test]
    fn a_curve_goes_from_bottom_to_top() {
        assert_eq!(spark(&[1, 1, 92, 91], 12), "▁▁██");
        assert_eq!(spark(&[0, 10, 20, 30, 40, 50, 60, 70], 12), "▁▂▃▄▅▆▇█");
        assert_eq!(spark(&[100, 0], 12), "█▁");
    }

    #[test]
    fn what_hardly_moves_looks_flat() {
        assert_eq!(spark(&[50, 51, 50], 12), "▄▅▄");
        assert_eq!(spark(&[100, 100], 12), "██");
        assert_eq!(spark(&[0, 0], 12), "▁▁");
    }

    #[test]
    fn what_has_no_number_is_blank() {
        assert_eq!(
            sparkline(&[None, Some(0), None, Some(1_000_000)], 9, false),
            " ▁ █"
        );
        assert_eq!(sparkline(&[None, None], 9, false), "  ");
        assert_eq!(sparkline(&[], 9, false), "");
    }

    #[test]
    fn more_columns_than_cells_share_them_and_the_last_counts() {
        let levels: Vec<_> = (0..100).map(|percent| Some(percent * 10_000)).collect();
        assert_eq!(sparkline(&levels, 4, true), ".-+#");
        assert_eq!(
            sparkline(&[Some(900_000), None, Some(0), None], 2, true),
            "#_"
        );
    }
}
