//! The table of readings: what every number is added up from, and what could not be judged.

use super::{Cell, Column, Kind, Names, Table, run};
use crate::path::RepoPath;
use crate::report::{Report, lost_words};

pub(super) const TABLE: Table = Table {
    name: "readings",
    columns: &[
        Column::always("run", Kind::Text),
        Column::always("component", Kind::Text),
        Column::new("path", Kind::Text),
        Column::new("path_bytes", Kind::Text),
        Column::new("line", Kind::Count),
        Column::new("name", Kind::Text),
        Column::new("good", Kind::Count),
        Column::new("of", Kind::Count),
        Column::new("gap", Kind::Count),
        Column::new("waived", Kind::Count),
        Column::new("reason", Kind::Text),
    ],
    rows,
};

fn rows(report: &Report, row: &mut dyn FnMut(&[Cell])) {
    let run = run(report);
    let mut names = Names::default();
    let mut place = |path: Option<&RepoPath>, row: &mut dyn FnMut([Cell; 2])| match path {
        Some(path) => {
            let (name, exact) = names.of(path.as_bytes());
            row([name, exact]);
        }
        None => row([Cell::Null, Cell::Null]),
    };
    for (position, own) in report.components.iter().enumerate() {
        let head = [Cell::Text(&run), Cell::Text(&own.component.id)];
        for judged in report.readings(position) {
            let reading = judged.reading;
            place(judged.path, &mut |[path, path_bytes]| {
                row(&[
                    head[0],
                    head[1],
                    path,
                    path_bytes,
                    Cell::count(judged.line.map(u64::from)),
                    Cell::text(judged.name.as_deref()),
                    Cell::Count(reading.good),
                    Cell::Count(reading.of),
                    Cell::Count(reading.gap()),
                    Cell::Count(judged.waived),
                    Cell::text(judged.reason.as_deref()),
                ]);
            });
        }
        for unknown in report.unknown(position) {
            place(unknown.path, &mut |[path, path_bytes]| {
                row(&[
                    head[0],
                    head[1],
                    path,
                    path_bytes,
                    Cell::count(unknown.line.map(u64::from)),
                    Cell::Null,
                    Cell::Null,
                    Cell::Null,
                    Cell::Null,
                    Cell::Null,
                    Cell::Text(lost_words(unknown.lost)),
                ]);
            });
        }
    }
}
