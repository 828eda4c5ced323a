//! The table of files: a row for each file of the repository, whatever its class, with how often it is changed.

use std::collections::BTreeSet;

use super::{Cell, Column, Kind, Names, Table, run};
use crate::codebase::Content;
use crate::git::HistoryState;
use crate::measures::calm_touches;
use crate::report::Report;

pub(super) const TABLE: Table = Table {
    name: "files",
    columns: &[
        Column::always("run", Kind::Text),
        Column::always("path", Kind::Text),
        Column::new("path_bytes", Kind::Text),
        Column::always("class", Kind::Text),
        Column::new("class_reason", Kind::Text),
        Column::new("language", Kind::Text),
        Column::always("lines", Kind::Count),
        Column::new("code_lines", Kind::Count),
        Column::new("score", Kind::Decimal),
        Column::new("strict_score", Kind::Decimal),
        Column::new("known_weight", Kind::Decimal),
        Column::new("changes", Kind::Count),
        Column::new("hot", Kind::Flag),
        Column::new("lost", Kind::Text),
    ],
    rows,
};

fn rows(report: &Report, row: &mut dyn FnMut(&[Cell])) {
    let run = run(report);
    let codebase = report.behind.codebase;
    let has_history = report.history.state == HistoryState::Available;
    let hot: BTreeSet<&[u8]> = report
        .hot
        .files
        .iter()
        .filter(|file| file.hot)
        .map(|file| file.path.as_bytes())
        .collect();
    let mut names = Names::default();
    // Both are sorted by path.
    let mut places = report.files.iter().peekable();
    for (index, file) in codebase.indexed() {
        let path = file.path.as_bytes();
        if !file.path.is_within(&report.matter.prefix) {
            continue;
        }
        while places
            .next_if(|place| place.scope.name.as_slice() < path)
            .is_some()
        {}
        let place = places.next_if(|place| place.scope.name == path);
        let scope = place.map(|place| &place.scope);
        let counts = has_history && calm_touches::counts(file);
        let (language, lost) = match &file.content {
            Content::Lost(lost) => (None, Some(lost.key())),
            Content::Unread(language) => (*language, None),
            Content::Facts(_) => (None, None),
        };
        let language = file.language.map_or(language, |known| Some(known.name()));
        let (name, exact) = names.of(path);
        row(&[
            Cell::Text(&run),
            name,
            exact,
            Cell::Text(file.class.name()),
            Cell::text(Some(file.reason).filter(|reason| !reason.is_empty())),
            Cell::text(language),
            Cell::Count(u64::from(file.lines)),
            Cell::count(file.facts().map(|facts| u64::from(facts.lines.code))),
            Cell::score(scope.and_then(|scope| scope.score.as_ref())),
            Cell::score(scope.and_then(|scope| scope.strict())),
            Cell::millionths(place.map(|place| place.known_share_millionths())),
            Cell::count(has_history.then(|| u64::from(codebase.touches(index)))),
            match counts {
                true => Cell::Flag(hot.contains(path)),
                false => Cell::Null,
            },
            Cell::text(lost),
        ]);
    }
}
