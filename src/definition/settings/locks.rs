//! Settings of the measure that looks at locks.

use serde::Serialize;

use crate::definition::declared::Wildcard;
use crate::definition::diagnostic::{Diagnostic, quote};
use crate::definition::table::Table;

/// Settings of `fine-locks`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FineLocks {
    /// Locks that are not judged, by what they are called where they are taken: registries of metrics, of loggers.
    pub exempt: Vec<Wildcard>,
}

impl FineLocks {
    pub(super) fn read(self, table: &mut Table) -> Self {
        let Some(texts) = table.texts("exempt") else {
            return self;
        };
        let mut exempt = Vec::new();
        for text in texts {
            match Wildcard::new(&text.text) {
                Ok(name) => exempt.push(name),
                Err(reason) => table.report(
                    "exempt",
                    Diagnostic::new(format!("{} {reason}", quote(&text.text)))
                        .at(text.span)
                        .label("not a name")
                        .help("what a lock is called, with `*` for any text: `_metrics_lock`, `*REGISTRY`"),
                ),
            }
        }
        Self { exempt }
    }

    /// Whether a lock of this name, as written, is not judged.
    pub fn is_exempt(&self, name: &str) -> bool {
        let last = name.rsplit('.').next().unwrap_or(name);
        let mut exempt = self.exempt.iter();
        exempt.any(|known| known.matches(name) || known.matches(last))
    }
}
