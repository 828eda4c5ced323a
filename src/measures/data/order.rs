//! Which steps can follow each other on one path.

use super::sheet::Sheet;
use crate::facts::StepKind;

/// Whether a path leads from one step to a later one: no arm excludes the other, and nothing leaves in between.
///
/// Loops are not run through twice: what follows in the text follows.
pub(crate) fn can_follow(sheet: &Sheet, first: usize, second: usize) -> bool {
    let mut below = first;
    let mut around = sheet.parent(first);
    while let Some(outer) = around {
        if sheet.is_inside(second, outer) || outer == second {
            // Two arms of one fork, or one arm and what stands beside it.
            let is_fork = matches!(sheet.steps[outer].kind, StepKind::Fork);
            return !(is_fork && is_arm(sheet, below) && in_other_arm(sheet, outer, below, second));
        }
        match sheet.steps[outer].kind {
            // What is given to an exit is done before it.
            StepKind::Exit | StepKind::Jump => return false,
            StepKind::Arm | StepKind::Loop if leaves(sheet, outer, first) => return false,
            _ => {}
        }
        below = outer;
        around = sheet.parent(outer);
    }
    true
}

fn is_arm(sheet: &Sheet, at: usize) -> bool {
    matches!(sheet.steps[at].kind, StepKind::Arm)
}

/// Whether a step is in an arm of a fork other than the given one.
fn in_other_arm(sheet: &Sheet, fork: usize, arm: usize, step: usize) -> bool {
    let mut at = step;
    while let Some(outer) = sheet.parent(at) {
        if outer == fork {
            return is_arm(sheet, at) && at != arm;
        }
        at = outer;
    }
    false
}

/// Whether a block leaves by its own last steps, after a step in it.
fn leaves(sheet: &Sheet, block: usize, after: usize) -> bool {
    (after + 1..block).any(|at| {
        matches!(sheet.steps[at].kind, StepKind::Exit | StepKind::Jump)
            && sheet.parent(at) == Some(block)
    })
}
