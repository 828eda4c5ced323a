//! Tables: rows of cells under column titles, one column of which gives way where the page is narrow.

use unicode_width::UnicodeWidthStr;

use super::page::{Ink, Page, Span, shorten, shorten_end};

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Names.
    Left,
    /// Numbers.
    Right,
}

/// What a text loses that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Middle,
    End,
}

/// Rows of cells under headings. One column may be shortened so that all fits.
#[derive(Debug)]
pub struct Table {
    columns: Vec<(&'static str, Align)>,
    flexible: usize,
    cut: Cut,
    rows: Vec<Vec<Vec<Span>>>,
}

impl Table {
    /// A table with these columns, of which one gives way.
    pub fn new(flexible: usize, columns: &[(&'static str, Align)]) -> Self {
        Self {
            columns: columns.to_vec(),
            flexible,
            cut: Cut::Middle,
            rows: Vec::new(),
        }
    }

    /// The column that gives way holds sentences: they lose their end, not their middle.
    pub fn of_sentences(mut self) -> Self {
        self.cut = Cut::End;
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<Vec<Span>>) {
        self.rows.push(cells);
    }

    /// Writes it down below an empty line, with a heading in the line of the column titles.
    pub fn write_under(self, heading: &str, page: &mut Page) {
        page.gap();
        self.lay_out(Some(heading), page);
    }

    /// Writes it down, indented by two; column titles only if there are any.
    pub fn write(self, page: &mut Page) {
        self.lay_out(None, page);
    }

    fn lay_out(self, heading: Option<&str>, page: &mut Page) {
        const INDENT: usize = 2;
        const BETWEEN: usize = 2;
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .map(|(title, _)| title.width())
            .collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(width_of(cell));
            }
        }
        if let (Some(heading), Some(width)) = (heading, widths.first_mut()) {
            *width = (*width).max(heading.width().saturating_sub(INDENT));
        }
        // An empty column takes no room.
        let shown: Vec<bool> = widths.iter().map(|width| *width > 0).collect();
        let columns = shown.iter().filter(|shown| **shown).count();
        let total = INDENT + widths.iter().sum::<usize>() + BETWEEN * columns.saturating_sub(1);
        if let Some(width) = widths.get_mut(self.flexible) {
            *width = width
                .saturating_sub(total.saturating_sub(page.width))
                .max(8);
        }
        let ascii = page.ascii;
        let layout = |cells: &[Vec<Span>]| {
            let mut line = vec![(Ink::Plain, " ".repeat(INDENT))];
            let mut is_first = true;
            for (position, cell) in cells.iter().enumerate() {
                if !shown.get(position).copied().unwrap_or(false) {
                    continue;
                }
                if !is_first {
                    line.push((Ink::Plain, " ".repeat(BETWEEN)));
                }
                is_first = false;
                let (_, align) = self.columns[position];
                let cell = if position == self.flexible {
                    fit(cell, widths[position], self.cut, ascii)
                } else {
                    cell.clone()
                };
                let padding = " ".repeat(widths[position].saturating_sub(width_of(&cell)));
                if align == Align::Right {
                    line.push((Ink::Plain, padding));
                    line.extend(cell);
                } else {
                    line.extend(cell);
                    line.push((Ink::Plain, padding));
                }
            }
            line
        };
        if self.columns.iter().any(|(title, _)| !title.is_empty()) {
            let titles: Vec<Vec<Span>> = self
                .columns
                .iter()
                .map(|(title, _)| vec![(Ink::Faint, (*title).to_owned())])
                .collect();
            let mut line = layout(&titles);
            if let (Some(heading), [indent, first, padding, ..]) = (heading, line.as_mut_slice()) {
                *indent = (Ink::Strong, heading.to_owned());
                let width = (widths[0] + INDENT).saturating_sub(heading.width());
                *first = (Ink::Plain, " ".repeat(width));
                padding.1.clear();
            }
            page.line(&line);
        }
        for row in &self.rows {
            page.line(&layout(row));
        }
    }
}

/// A cell of one span.
pub fn cell(ink: Ink, text: impl Into<String>) -> Vec<Span> {
    vec![(ink, text.into())]
}

fn width_of(cell: &[Span]) -> usize {
    cell.iter().map(|(_, text)| text.width()).sum()
}

/// Shortens the last span of a cell so that the whole is not wider than `width`.
fn fit(cell: &[Span], width: usize, cut: Cut, ascii: bool) -> Vec<Span> {
    let excess = width_of(cell).saturating_sub(width);
    let mut cell = cell.to_vec();
    if excess > 0
        && let Some((_, text)) = cell.last_mut()
    {
        let room = text.width().saturating_sub(excess);
        *text = match cut {
            Cut::Middle => shorten(text, room, ascii),
            Cut::End => shorten_end(text, room, ascii),
        };
    }
    cell
}
