//! What there is to say where the score could be another one: between what, because of which files, and the way out.

use super::escape;
use super::text::page::{counted, points};
use super::{Inputs, Report, open_words};
use crate::evaluation::{Bounds, Scope, Standing};
use crate::path::RepoPath;

/// Most files that are named.
const NAMED: usize = 5;

impl Report<'_> {
    /// Between what the score lies, as people read it.
    pub(super) fn range(&self) -> Option<String> {
        self.root.scope.bounds.as_ref().map(range)
    }

    /// What whoever reads no report has to know: that what was lost leaves no verdict, because of which files, and the way
    /// out; or that it was allowed not to.
    pub fn said(&self) -> Option<String> {
        let bar = self.matter.fail_under?;
        let standing = self.standing?;
        let range = self.range().filter(|_| standing.open)?;
        let files = counted(self.open.len() as u64, "files");
        if standing.tolerated {
            return Some(format!(
                "warning: {files} could not be read, so the score lies anywhere from {range}, on either side of the bar \
                 of {bar}; on_unmeasured = \"warn\" lets what was measured decide\n"
            ));
        }
        let mut text = format!(
            "error: inconclusive: {files} could not be read, so the score lies anywhere from {range}, on either side of \
             the bar of {bar}\n"
        );
        for (path, reason) in self.open.iter().take(NAMED) {
            let path: &RepoPath = path;
            text.push_str(&format!("  {}: {reason}\n", escape::name(path.as_bytes())));
        }
        let more = self.open.len().saturating_sub(NAMED);
        if more > 0 {
            text.push_str(&format!("  and {more} more\n"));
        }
        text.push_str(
            "  = help: repair them, or list them under [files] if they are no code; `on_unmeasured = \"warn\"` under \
             [gate] lets what was measured decide\n",
        );
        Some(text)
    }
}

/// `66.9 to 68.2`. Both are rounded down, like every number that is printed.
pub(super) fn range(bounds: &Bounds) -> String {
    format!("{} to {}", points(&bounds.low), points(&bounds.high))
}

/// Files within the prefix that could move the score of a scope, sorted by path, each with the reason in words.
pub(super) fn open<'a>(
    inputs: Inputs<'a>,
    scope: &Scope,
    prefix: &[u8],
) -> Vec<(&'a RepoPath, &'static str)> {
    if scope.bounds.is_none() {
        return Vec::new();
    }
    let open = inputs.evaluation.open(inputs.codebase).into_iter();
    open.map(|(file, lost)| (&inputs.codebase.file(file).path, open_words(lost)))
        .filter(|(path, _)| path.is_within(prefix))
        .collect()
}

/// That a bar is held against what was measured alone, where the rest could have told otherwise.
pub(super) fn tolerated(standing: Option<Standing>) -> Option<String> {
    let tolerated = standing.is_some_and(|standing| standing.tolerated);
    tolerated.then(|| {
        "what could not be read could put the score on the other side of the bar, and `[gate] on_unmeasured = \"warn\"` \
         lets what was measured decide"
            .to_owned()
    })
}
