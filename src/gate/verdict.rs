//! What decides: findings, each with what it means for the verdict.

use super::{Comparison, Inputs};
use crate::definition::{Decimal, Effect, Level, OnUnmeasured};
use crate::evaluation::{Standing, State};
use crate::measures::Measurement;

/// How the gate ends, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing stands against the change.
    Passed,
    /// Too little is known to say so.
    Inconclusive,
    /// Something does.
    Failed,
}

impl Verdict {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Inconclusive => "inconclusive",
            Self::Failed => "failed",
        }
    }
}

/// Something that was held against a bar. Positions are those of components.
#[derive(Clone, Debug)]
pub enum Finding {
    /// Subjects of a component that ratchets got worse.
    Regressed {
        /// The component.
        position: usize,
    },
    /// A component that had a number has none.
    BecameUnknown {
        /// The component.
        position: usize,
    },
    /// Files of a component that ratchets cannot be measured any more.
    Unmeasured {
        /// The component.
        position: usize,
        /// That is held against nobody: the definition says so.
        tolerated: bool,
    },
    /// A component at level `block` has no number to hold against its floor, at the head as at the base: an input is
    /// missing.
    FloorUnknown {
        /// The component.
        position: usize,
        /// That is held against nobody: the definition says so.
        tolerated: bool,
    },
    /// The share of a component at level `block` is below its floor, by whomever.
    BelowFloor {
        /// The component.
        position: usize,
        /// It was at the base too.
        inherited: bool,
    },
    /// The score against `fail_under`.
    Bar {
        /// The bar.
        bar: Decimal,
        /// Whether the score reaches it, and whether what was lost could change that.
        standing: Standing,
    },
    /// By how much the change itself lowered the score, against `max_drop`.
    Drop {
        /// The bar.
        bar: Decimal,
        /// Whether it is kept.
        kept: bool,
    },
    /// The definition became weaker.
    Weakened {
        /// In so many places.
        places: usize,
        /// It was agreed to.
        agreed: bool,
    },
    /// No component could be compared: none that looks at code has a number on either side.
    NothingCompared,
}

impl Finding {
    /// Whether what was lost could put the score on the other side of its bar.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Bar { standing, .. } if standing.open)
    }

    /// Whether it would leave the verdict open, did the definition not say that it is held against nobody.
    pub fn is_tolerated(&self) -> bool {
        match self {
            Self::Unmeasured { tolerated, .. } | Self::FloorUnknown { tolerated, .. } => *tolerated,
            Self::Bar { standing, .. } => standing.tolerated,
            _ => false,
        }
    }

    /// What it means for the verdict.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Regressed { .. } | Self::BecameUnknown { .. } | Self::BelowFloor { .. } => {
                Verdict::Failed
            }
            Self::Unmeasured { tolerated, .. } | Self::FloorUnknown { tolerated, .. } => {
                if *tolerated {
                    Verdict::Passed
                } else {
                    Verdict::Inconclusive
                }
            }
            Self::NothingCompared => Verdict::Inconclusive,
            Self::Bar { standing, .. } => match standing.passes() {
                Some(true) => Verdict::Passed,
                Some(false) => Verdict::Failed,
                None => Verdict::Inconclusive,
            },
            Self::Drop { kept, .. } => held(*kept),
            Self::Weakened { agreed, .. } => held(*agreed),
        }
    }
}

fn held(is_held: bool) -> Verdict {
    if is_held {
        Verdict::Passed
    } else {
        Verdict::Failed
    }
}

/// All that is held against a comparison.
pub(super) fn findings(comparison: &Comparison, inputs: &Inputs<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let known = |state: State| state.is_known();
    for (position, delta) in comparison.components.iter().enumerate() {
        if !delta.gates() {
            continue;
        }
        if delta.regressions().next().is_some() {
            findings.push(Finding::Regressed { position });
        }
        if known(delta.base.state) && is_without_input(inputs, position) {
            findings.push(Finding::BecameUnknown { position });
        } else if delta.component.level == Level::Block && is_without_input(inputs, position) {
            // Unknown never passes: what blocks is asked for.
            findings.push(Finding::FloorUnknown {
                position,
                tolerated: inputs.settings.on_unmeasured == OnUnmeasured::Warn,
            });
        } else if !delta.unknown.is_empty() {
            findings.push(Finding::Unmeasured {
                position,
                tolerated: inputs.settings.on_unmeasured == OnUnmeasured::Warn,
            });
        }
        let below = |good: u64, of: u64| {
            let floor = u128::try_from(delta.component.floor.millionths()).unwrap_or(0);
            u128::from(good) * (Decimal::SCALE as u128) < floor * u128::from(of)
        };
        if delta.component.level == Level::Block
            && known(delta.head.state)
            && below(delta.head.good, delta.head.of)
        {
            findings.push(Finding::BelowFloor {
                position,
                inherited: known(delta.base.state) && below(delta.base.good, delta.base.of),
            });
        }
    }
    if let Some(bar) = inputs.settings.fail_under {
        let head = &inputs.head.evaluation.repository;
        findings.push(Finding::Bar {
            bar,
            standing: Standing::new(head, bar, inputs.settings.on_unmeasured),
        });
    }
    if let Some(bar) = inputs.settings.max_drop
        && let (Some(before), Some(after)) = (
            &comparison.parts.with_data,
            &comparison.parts.head_under_base,
        )
    {
        findings.push(Finding::Drop {
            bar,
            kept: !after.is_below_by(before, bar),
        });
    }
    let weaker = |effect: Effect| effect == Effect::Weaker;
    let places = comparison
        .alterations
        .iter()
        .filter(|alteration| weaker(alteration.effect))
        .count();
    if places > 0 {
        findings.push(Finding::Weakened {
            places,
            agreed: inputs.may_alter,
        });
    }
    // The past has a number without a line of code.
    let has_number = comparison.components.iter().any(|delta| {
        !delta.component.measure.is_drawn_from_history()
            && (known(delta.base.state) || known(delta.head.state))
    });
    if !has_number {
        findings.push(Finding::NothingCompared);
    }
    findings
}

/// Whether a component has no number at the head because it could not look. If it looked, and could read none of the few
/// files that are left, those are told one by one; who deletes all others has not made them so.
fn is_without_input(inputs: &Inputs<'_>, position: usize) -> bool {
    let evaluated = inputs.head.evaluation.components.get(position);
    evaluated.is_some_and(|evaluated| {
        matches!(
            evaluated.measurement,
            Measurement::Unavailable { .. } | Measurement::Stale { .. }
        )
    })
}
