//! The breakdown: directories as a tree, languages as a list.

use std::collections::BTreeMap;

use super::super::escape;
use super::super::{Place, Report};
use super::card::number;
use super::page::{Ink, Page, Span, points};
use super::table::{Align, Table, cell};
use super::{Sort, Style};

/// Most files listed where a report is narrowed to a directory without directories.
const MOST_FILES: usize = 20;

/// Directories down to the depth; files where there are no directories.
pub fn directories(report: &Report, style: &Style, page: &mut Page) {
    if style.depth == 0 {
        return;
    }
    let nodes = walk(report, style);
    if nodes.is_empty() {
        files(report, style, page);
        return;
    }
    let mut is_thin = false;
    let mut table = table();
    for node in &nodes {
        let name = format!("{}{}/", "  ".repeat(node.depth), escape::name(node.name));
        is_thin |= is_on_little(node.place, report);
        table.row(row(node.place, report, page, name));
    }
    table.write_under(&heading("Directories", style), page);
    if is_thin {
        page.paragraph(2, Ink::Faint, LEGEND);
    }
}

const LEGEND: &str = "~ less than half of the known weight is known there";

fn files(report: &Report, style: &Style, page: &mut Page) {
    let mut places: Vec<&Place> = report.files.iter().filter(|place| is_code(place)).collect();
    if places.is_empty() || report.root.scope.kind == crate::evaluation::ScopeKind::File {
        return;
    }
    sort(&mut places, style.sort);
    let more = places.len().saturating_sub(MOST_FILES);
    places.truncate(MOST_FILES);
    let skipped = match report.matter.prefix.len() {
        0 => 0,
        length => length + 1,
    };
    let mut is_thin = false;
    let mut table = table();
    for place in places {
        let name = place.scope.name.get(skipped..).unwrap_or_default();
        is_thin |= is_on_little(place, report);
        table.row(row(place, report, page, escape::name(name)));
    }
    table.write_under(&heading("Files", style), page);
    if more > 0 {
        page.paragraph(2, Ink::Faint, &format!("and {more} more"));
    }
    if is_thin {
        page.paragraph(2, Ink::Faint, LEGEND);
    }
}

/// Languages, where there is more than one.
pub fn languages(report: &Report, page: &mut Page) {
    if report.languages.len() < 2 {
        return;
    }
    let mut table = table();
    for place in &report.languages {
        table.row(row(place, report, page, escape::name(&place.scope.name)));
    }
    table.write_under("Languages", page);
}

fn heading(title: &str, style: &Style) -> String {
    match style.sort {
        Sort::Name => title.to_owned(),
        Sort::Score => format!("{title}, worst first"),
    }
}

/// Whether there is code in a scope, read or lost. Tests, say, have scores too, from changes alone; a person would
/// compare what cannot be compared.
fn is_code(place: &Place) -> bool {
    place.files > 0 || place.scope.score.is_none()
}

fn table() -> Table {
    Table::new(
        0,
        &[
            ("", Align::Left),
            ("Score", Align::Right),
            ("", Align::Left),
            ("Code lines", Align::Right),
            ("Weakest", Align::Left),
        ],
    )
}

fn row(place: &Place, report: &Report, page: &Page, name: String) -> Vec<Vec<Span>> {
    let score = place.scope.score.as_ref();
    let mark = if is_on_little(place, report) { "~" } else { "" };
    let printed = match score {
        Some(score) => cell(Ink::Strong, format!("{mark}{}", points(score))),
        None => cell(Ink::Faint, "unknown"),
    };
    vec![
        cell(Ink::Plain, name),
        printed,
        page.bar(score, page.cells(10, 4)),
        cell(Ink::Plain, number(place.lines)),
        cell(Ink::Faint, weakest(place, report)),
    ]
}

/// Whether a score rests on much less than that of the whole, and must not be read beside it.
fn is_on_little(place: &Place, report: &Report) -> bool {
    let weight = |place: &Place| place.scope.known_weight.millionths();
    place.scope.score.is_some() && weight(place) * 2 < weight(&report.root)
}

/// The component that costs a scope most.
fn weakest(place: &Place, report: &Report) -> String {
    report
        .components
        .iter()
        .zip(&place.scope.outcomes)
        .filter_map(|(row, outcome)| {
            let score = outcome.score.as_ref()?;
            let lost = 100_000_000 - score.floor_hundred(1_000_000).min(100_000_000);
            let weight = u64::try_from(row.component.weight.millionths()).ok()?;
            Some((u128::from(lost) * u128::from(weight), row, score))
        })
        .filter(|(lost, ..)| *lost > 0)
        // The first of equals: the order of the definition is one of importance.
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
        .map(|(_, row, score)| {
            let title = escape::name(row.component.title.as_bytes());
            format!("{title} {}", points(score))
        })
        .unwrap_or_default()
}

/// A directory in the tree.
struct Node<'a> {
    depth: usize,
    /// Its name below the directory it is shown in; several levels if nothing else was in between.
    name: &'a [u8],
    place: &'a Place<'a>,
}

/// Directories in the order they are shown in. A stack instead of recursion: paths may be deep.
fn walk<'a>(report: &'a Report, style: &Style) -> Vec<Node<'a>> {
    let mut children: BTreeMap<&[u8], Vec<&Place>> = BTreeMap::new();
    for place in report.directories.iter().filter(|place| is_code(place)) {
        let name = place.scope.name.as_slice();
        let parent = memchr::memrchr(b'/', name).map_or(&name[..0], |slash| &name[..slash]);
        children.entry(parent).or_default().push(place);
    }
    for siblings in children.values_mut() {
        sort(siblings, style.sort);
    }
    let below = |name: &[u8]| children.get(name).map_or(&[][..], Vec::as_slice);
    let mut nodes = Vec::new();
    // Each entry: the place, its depth, and how much of its name is said above it.
    let root = report.matter.prefix.as_slice();
    let said = |parent: &[u8]| parent.len() + usize::from(!parent.is_empty());
    let mut stack: Vec<(&Place, usize, usize)> = Vec::new();
    stack.extend(
        below(root)
            .iter()
            .rev()
            .map(|place| (*place, 0, said(root))),
    );
    while let Some((mut place, depth, start)) = stack.pop() {
        // A directory that holds one directory and nothing else is shown with it in one line.
        while let [only] = below(&place.scope.name)
            && only.scope.outcomes == place.scope.outcomes
            && only.files == place.files
        {
            place = only;
        }
        let name = place.scope.name.as_slice();
        nodes.push(Node {
            depth,
            name: name.get(start..).unwrap_or_default(),
            place,
        });
        if depth + 1 < style.depth {
            let start = said(name);
            stack.extend(
                below(name)
                    .iter()
                    .rev()
                    .map(|child| (*child, depth + 1, start)),
            );
        }
    }
    nodes
}

fn sort(places: &mut [&Place], sort: Sort) {
    places.sort_by(|a, b| {
        let by_name = a.scope.name.cmp(&b.scope.name);
        match sort {
            Sort::Name => by_name,
            Sort::Score => {
                // Those without a score last.
                let key = |place: &Place| {
                    let score = place.scope.score.as_ref();
                    score.map_or(u64::MAX, |score| score.floor_hundred(1_000_000))
                };
                key(a).cmp(&key(b)).then(by_name)
            }
        }
    });
}
