//! Matching: which subject of the base each subject of the head was.
//!
//! By identity first (path and name), then as part of a renamed file, then by content: a function that moved to another
//! file, a file that was split, a directory of another name, another indentation are nothing new.

mod alike;
mod content;
mod endpoints;
mod lineage;
mod origins;
mod places;
mod subjects;

use crate::codebase::maps::{Map, Set};
use crate::codebase::{Codebase, FileIndex};
use crate::git::ObjectId;
use crate::measures::Subject;

use content::Text;
pub(crate) use lineage::Lineage;
use lineage::Paired;
pub(crate) use origins::Origins;
pub(crate) use places::{Places, places};
use subjects::Matcher;

/// The files that are not the same on both sides: their texts are needed to match what is in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Of the base: changed or gone.
    pub base: Vec<FileIndex>,
    /// Of the head: changed or new.
    pub head: Vec<FileIndex>,
}

impl Changed {
    /// Files with facts that differ.
    pub fn between(base: &Codebase, head: &Codebase) -> Self {
        let paired = Paired::new(base, head);
        let with_facts = |codebase: &Codebase, files: Vec<FileIndex>| {
            files
                .into_iter()
                .filter(|index| codebase.file(*index).facts().is_some())
                .collect()
        };
        Self {
            base: with_facts(base, paired.base),
            head: with_facts(head, paired.head),
        }
    }
}

/// The bytes of changed files.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// Of the base.
    pub base: Map<FileIndex, Vec<u8>>,
    /// Of the head.
    pub head: Map<FileIndex, Vec<u8>>,
}

/// What a subject of the head was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Match {
    /// The subject of the base.
    pub(crate) was: Subject,
    /// It lies in another file or in one of another name.
    pub(crate) has_moved: bool,
    /// Nothing but its form has changed.
    pub(crate) is_same_text: bool,
}

/// What the files and subjects of the head were.
pub(crate) struct Matching {
    lineages: Vec<Lineage>,
    found: Map<Subject, Match>,
    endpoints: Map<Subject, Match>,
    origins: Map<FileIndex, Origins>,
    /// New functions that are parts of old ones.
    parts: Map<Subject, Subject>,
    /// Files of the base with the files of the head that have something of them: sorted pairs.
    heirs: Vec<(FileIndex, FileIndex)>,
    /// Functions, fields and items of the base that are gone, by file.
    gone: Map<FileIndex, Vec<Subject>>,
    /// Texts of changed files, of the base and of the head.
    texts: [Map<FileIndex, Text>; 2],
}

impl Matching {
    /// Matches two states of a codebase. Files whose texts are missing are matched by path and names alone.
    pub(crate) fn new(base: &Codebase, head: &Codebase, texts: &Texts) -> Self {
        let mut paired = Paired::new(base, head);
        let read = |texts: &Map<FileIndex, Vec<u8>>| {
            let text = |(index, bytes): (&FileIndex, &Vec<u8>)| (*index, Text::new(bytes));
            texts.iter().map(text).collect::<Map<_, _>>()
        };
        let (before, after) = (read(&texts.base), read(&texts.head));
        let sides = [base, head];
        let texts = [&before, &after];
        let leftover = paired.follow(sides, texts);
        let Paired {
            mut lineages,
            head: new_or_changed,
            base: gone_or_changed,
        } = paired;
        let files = [gone_or_changed.as_slice(), new_or_changed.as_slice()];
        let without_text = Text::default();
        let by_lines = lineages.clone();
        let mut matcher = Matcher::new(sides, files, texts, &without_text, &by_lines);
        matcher.run();
        let mut origins = origins::origins(head, &matcher);
        adopt(sides, &mut lineages, &origins);
        let growth = origins::growth(sides, &matcher, &lineages);
        let parents = |file: FileIndex| {
            let files = origins.get(&file).map(|origins| origins.files.iter());
            let files = files.into_iter().flatten().map(|(file, _)| *file);
            let was = lineages[file.get()].was;
            files.filter(|file| was != Some(*file)).collect()
        };
        let outside = leftover.growth(sides, texts, &lineages, parents);
        for (file, growth) in growth.into_iter().chain(outside) {
            origins.entry(file).or_default().growth += growth;
        }
        let parts = origins::parts(&matcher);
        let mut heirs = origins::heirs(&matcher);
        let mut gone: Map<FileIndex, Vec<Subject>> = Map::default();
        for (_, entry) in matcher.base.open() {
            gone.entry(entry.file).or_default().push(entry.subject);
        }
        let found = matcher.found();
        let mut renamed: Map<ObjectId, FileIndex> = Map::default();
        for (index, file) in head.indexed() {
            let lineage = &lineages[index.get()];
            let parents = lineage.was.iter().chain(&lineage.sources);
            heirs.extend(parents.map(|parent| (*parent, index)));
            if let Some(id) = file.id.filter(|_| lineage.is_renamed) {
                renamed.entry(id).or_insert(index);
            }
        }
        // Which of several equal files was renamed and which is gone nobody knows.
        for file in &gone_or_changed {
            let heir = base.file(*file).id.and_then(|id| renamed.get(&id));
            heirs.extend(heir.map(|heir| (*file, *heir)));
        }
        heirs.sort_unstable();
        heirs.dedup();
        Self {
            endpoints: endpoints::found(sides, &lineages),
            lineages,
            found,
            origins,
            parts,
            heirs,
            gone,
            texts: [before, after],
        }
    }

    /// What a line of a changed file holds, as a number; none if its text is not known.
    fn line_print(&self, of_head: bool, file: FileIndex, line: u32) -> Option<u64> {
        let [base, head] = &self.texts;
        let texts = if of_head { head } else { base };
        Some(texts.get(&file)?.print(line, line))
    }

    /// What a file of the head was.
    pub(crate) fn lineage(&self, file: FileIndex) -> &Lineage {
        &self.lineages[file.get()]
    }

    /// Where the functions of a file of the head come from.
    pub(crate) fn origins(&self, file: FileIndex) -> Origins {
        match self.lineage(file) {
            Lineage {
                is_unchanged: true,
                was: Some(was),
                ..
            } => Origins {
                files: vec![(*was, 1)],
                new: 0,
                growth: 0,
            },
            _ => self.origins.get(&file).cloned().unwrap_or_default(),
        }
    }

    /// The files of the head that have something of a file of the base.
    pub(crate) fn heirs(&self, file: FileIndex) -> impl Iterator<Item = FileIndex> {
        let start = self.heirs.partition_point(|(was, _)| *was < file);
        let rest = self.heirs[start..].iter();
        rest.take_while(move |(was, _)| *was == file)
            .map(|(_, heir)| *heir)
    }

    /// Files of the base with functions, fields or items that are gone, and these.
    pub(crate) fn gone(&self) -> impl Iterator<Item = (FileIndex, &[Subject])> {
        self.gone
            .iter()
            .map(|(file, subjects)| (*file, subjects.as_slice()))
    }

    /// The function of the base that a new function is a part of.
    pub(crate) fn part_of(&self, subject: Subject) -> Option<Subject> {
        self.parts.get(&subject).copied()
    }

    /// What a subject of the head was; none if it is new.
    pub(crate) fn of(&self, subject: Subject) -> Option<Match> {
        let lineage = self.lineage(subject.file()?);
        if let Subject::Endpoint(..) = subject {
            return self.endpoints.get(&subject).copied();
        }
        if !lineage.is_unchanged && !matches!(subject, Subject::File(_)) {
            return self.found.get(&subject).copied();
        }
        let was = lineage.was?;
        Some(Match {
            was: match subject {
                Subject::File(_) => Subject::File(was),
                Subject::Function(_, at) => Subject::Function(was, at),
                Subject::Field(_, at) => Subject::Field(was, at),
                Subject::Item(_, at) => Subject::Item(was, at),
                Subject::Import(_, at) => Subject::Import(was, at),
                Subject::Call(_, line, at) => Subject::Call(was, line, at),
                Subject::Match(_, line, at) => Subject::Match(was, line, at),
                Subject::Endpoint(..) | Subject::Change(_) | Subject::Deployment(_) => return None,
            },
            has_moved: lineage.is_renamed,
            is_same_text: lineage.is_unchanged,
        })
    }
}

/// Corrects what lines said of files by what functions say. A new file and one that vanished are one if they share half of
/// the function lines of the larger: it was renamed and laid out anew, so that few of its lines could be recognised. They
/// are two if all functions of the new one come from elsewhere: then they have a licence in common.
fn adopt(
    [base, head]: [&Codebase; 2],
    lineages: &mut [Lineage],
    origins: &Map<FileIndex, Origins>,
) {
    for (now, origins) in origins {
        let lineage = &mut lineages[now.get()];
        let is_of = |was: FileIndex| origins.files.iter().any(|(file, _)| *file == was);
        if lineage.is_renamed && origins.old() > 0 && !lineage.was.is_some_and(is_of) {
            lineage.was = None;
            lineage.is_renamed = false;
        }
    }
    let mut taken: Set<FileIndex> = lineages.iter().filter_map(|lineage| lineage.was).collect();
    let size = |codebase: &Codebase, file: FileIndex| {
        let functions = codebase.file(file).facts().map(|facts| &facts.functions);
        let functions = functions.into_iter().flatten();
        functions.map(origins::weight).sum::<u64>()
    };
    let mut adopted: Vec<(u64, FileIndex, FileIndex)> = Vec::new();
    for (now, origins) in origins {
        let Some((was, lines)) = origins.files.first() else {
            continue;
        };
        let is_free = lineages[now.get()].was.is_none()
            && !taken.contains(was)
            && head.find(&base.file(*was).path).is_none();
        let larger = size(base, *was).max(size(head, *now)).max(1);
        if is_free && lines * 2 >= larger {
            adopted.push((lines * 100 / larger, *now, *was));
        }
    }
    adopted.sort_unstable_by_key(|(percent, now, was)| (100 - percent.min(&100), *now, *was));
    for (_, now, was) in adopted {
        if taken.insert(was) {
            let lineage = &mut lineages[now.get()];
            lineage.was = Some(was);
            lineage.is_renamed = true;
        }
    }
}
