//! Lists beside a share: what a person wants to see and no score is drawn from.

use super::Subject;

/// What a measure found beside its readings, entry by entry: "declared for everyone and used by nobody outside".
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// Its name in JSON and on the command line, which stays: `over-exposed`.
    pub name: &'static str,
    /// What an entry is and by which rule, a sentence.
    pub about: String,
    /// What matters most first. All there are: a format that shows fewer says so.
    pub entries: Vec<Entry>,
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it is about; two for a pair, none for what lies in no file.
    pub subjects: Vec<Subject>,
    /// What there is to say, without the names of the files.
    pub words: String,
    /// Named numbers, whose names carry their unit: `shared_changes`, `degree_percent`.
    pub figures: Vec<(&'static str, u64)>,
}
