//! When markers of debt were written, if the definition asks.

use crate::class::Class;
use crate::codebase::{Codebase, DebtOrigins, FileIndex};
use crate::definition::{Definition, Measure};
use crate::git::{AskedLines, HistoryState, ObjectId};

use super::Ground;
use super::snapshot::Contents;

/// Whether a component lists markers of debt with their age.
pub(super) fn asks_for_age(definition: &Definition) -> bool {
    definition.enabled().any(
        |component| matches!(&component.measure, Measure::TrackedDebt(settings) if settings.age),
    )
}

/// When the lines of all markers in code were written, as seen from the head of the history; none where there is nothing to
/// see them from.
pub(super) fn origins(
    ground: &Ground,
    codebase: &Codebase,
    contents: &Contents,
) -> Option<DebtOrigins> {
    match &codebase.history.state {
        HistoryState::Available | HistoryState::Unavailable { .. } => {}
        HistoryState::Skipped => return Some(Err("history was not read".to_owned())),
        HistoryState::NotApplicable { reason } => return Some(Err(reason.clone())),
    }
    let repository = ground.repository().ok()?;
    let head = codebase.history.head.as_ref()?;
    let head = ObjectId::from_hex(head.id.as_bytes())?;
    let (mut files, mut asked): (Vec<FileIndex>, Vec<AskedLines>) = (Vec::new(), Vec::new());
    for (index, file) in codebase.indexed() {
        let debts = file.facts().map_or(&[][..], |facts| &facts.debts);
        if debts.is_empty() || file.class != Class::Code {
            continue;
        }
        files.push(index);
        asked.push(AskedLines {
            path: file.path.clone(),
            id: file.id,
            lines: debts.iter().map(|debt| debt.line).collect(),
        });
    }
    let content = |at: usize| contents.of_file(codebase.file(*files.get(at)?));
    let found = repository.line_origins(head, &asked, &content);
    Some(match found {
        Err(problem) => Err(format!("{}; {}", problem.reason, problem.repair)),
        Ok(found) => {
            let lines = files.iter().zip(&asked).zip(found);
            let lines = lines.flat_map(|((file, asked), origins)| {
                let lines = asked.lines.iter().zip(origins);
                lines.map(|(line, origin)| ((*file, *line), origin))
            });
            Ok(lines.collect())
        }
    })
}
