//! What is wrong with a definition: where it is written, what would be right, and how that is shown.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::table::Shape;

/// More errors than this are counted, not listed: nobody reads them, and a hostile file may hold thousands.
const MOST_LISTED: usize = 20;
/// Longest message, label or help, in characters.
const LONGEST_TEXT: usize = 299;
/// Longest quoted line, in characters.
const LONGEST_QUOTE: usize = 200;

/// A position in the file a definition was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1. 0 means that no file says it: a default or a preset.
    pub line: u32,
    /// Column in characters, from 1; 0 as above.
    pub column: u32,
}

/// One mistake.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, in under 300 characters without control characters.
    pub message: String,
    /// The dotted key it is about (`component.typed-code.target`); empty where no key can be named.
    pub key: String,
    /// Bytes of the file it is about, after any byte order mark; none if it is about the file as a whole.
    pub span: Option<Range<usize>>,
    /// What to say under the marked bytes; may be empty.
    pub label: String,
    /// What would be right; may be empty.
    pub help: String,
    excerpt: Option<Excerpt>,
}

/// The line a mistake is on, made safe to show.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Excerpt {
    place: Place,
    text: String,
    marked: Range<usize>,
    /// Whether `text` is the line itself, so that columns of both agree.
    verbatim: bool,
}

impl Diagnostic {
    /// A mistake of the whole file, until `at` says otherwise.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: clip(&message.into()),
            ..Self::default()
        }
    }

    /// Says which bytes it is about.
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// Says which dotted key it is about.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = clip(&key.into());
        self
    }

    /// Says something under the marked bytes.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = clip(&label.into());
        self
    }

    /// Says what would be right.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = clip(&help.into());
        self
    }

    /// Where it starts; none if it is about the file as a whole.
    pub fn place(&self) -> Option<Place> {
        self.excerpt.as_ref().map(|excerpt| excerpt.place)
    }

    fn render(&self, file: &str, renderer: &Renderer) -> String {
        let mut group = Level::ERROR.primary_title(self.message.as_str()).elements(
            // The header of a snippet counts columns in the text it shows; a changed line needs its own.
            match &self.excerpt {
                Some(excerpt) if excerpt.verbatim => None,
                Some(excerpt) => Some(
                    Origin::path(file)
                        .line(excerpt.place.line as usize)
                        .char_column(excerpt.place.column as usize),
                ),
                None => Some(Origin::path(file)),
            },
        );
        if let Some(excerpt) = &self.excerpt {
            let label = (!self.label.is_empty()).then_some(self.label.as_str());
            let mut snippet = Snippet::source(excerpt.text.as_str())
                .line_start(excerpt.place.line as usize)
                .annotation(
                    AnnotationKind::Primary
                        .span(excerpt.marked.clone())
                        .label(label),
                );
            if excerpt.verbatim {
                snippet = snippet.path(file);
            }
            group = group.element(snippet);
        }
        if !self.help.is_empty() {
            group = group.element(Level::HELP.message(self.help.as_str()));
        }
        renderer.render(&[group])
    }
}

/// Everything wrong with one file, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostics {
    /// The file as people should see it named, made safe to print.
    pub file: String,
    /// The mistakes, at most twenty, at least one.
    pub items: Vec<Diagnostic>,
    /// How many more there are.
    pub omitted: usize,
}

impl Diagnostics {
    /// One mistake about a file as a whole.
    pub fn of_file(file: &str, diagnostic: Diagnostic) -> Self {
        Self {
            file: sanitise(file),
            items: vec![diagnostic],
            omitted: 0,
        }
    }

    /// The text for a terminal, the same with and without colour but for the colour; no newline at its end.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        // Lines are cut to size here, so that the result does not depend on the terminal.
        let renderer = renderer
            .decor_style(DecorStyle::Ascii)
            .term_width(2 * LONGEST_QUOTE + LONGEST_TEXT);
        let mut blocks: Vec<String> = self
            .items
            .iter()
            .map(|diagnostic| diagnostic.render(&self.file, &renderer))
            .collect();
        if self.omitted > 0 {
            blocks.push(format!("and {} more errors", self.omitted));
        }
        blocks.join("\n\n")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// Collects mistakes while a text is read.
pub(super) struct Journal<'a> {
    source: &'a str,
    line_starts: Vec<usize>,
    found: RefCell<Vec<Diagnostic>>,
    omitted: Cell<usize>,
    known: RefCell<Vec<String>>,
    /// What each key may hold, where that is what is asked for.
    shapes: Option<RefCell<Vec<(String, Shape)>>>,
}

impl<'a> Journal<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        let line_starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', source.as_bytes()).map(|newline| newline + 1))
            .collect();
        Self {
            source,
            line_starts,
            found: RefCell::default(),
            omitted: Cell::default(),
            known: RefCell::default(),
            shapes: None,
        }
    }

    /// A journal of nothing, in which the reader takes down what it would read: every key with its shape.
    pub(super) fn exploring() -> Self {
        Self {
            shapes: Some(RefCell::default()),
            ..Self::new("")
        }
    }

    /// Whether the reader only tells what it would read.
    pub(super) fn is_exploring(&self) -> bool {
        self.shapes.is_some()
    }

    /// Takes down what a key may hold.
    pub(super) fn note(&self, key: impl FnOnce() -> String, shape: impl FnOnce() -> Shape) {
        if let Some(shapes) = &self.shapes {
            shapes.borrow_mut().push((key(), shape()));
        }
    }

    /// Every dotted key the reader asked for with what it may hold, in the order of the questions.
    pub(super) fn into_shapes(self) -> Vec<(String, Shape)> {
        self.shapes.map(RefCell::into_inner).unwrap_or_default()
    }

    /// Takes a mistake down.
    pub(super) fn report(&self, mut diagnostic: Diagnostic) {
        if self.found.borrow().len() >= MOST_LISTED {
            self.omitted.set(self.omitted.get() + 1);
            return;
        }
        diagnostic.excerpt = diagnostic.span.clone().map(|span| self.excerpt(span));
        self.found.borrow_mut().push(diagnostic);
    }

    /// How many mistakes were taken down.
    pub(super) fn count(&self) -> usize {
        self.found.borrow().len() + self.omitted.get()
    }

    /// Remembers, for a test, that the schema has this dotted key.
    pub(super) fn know(&self, key: impl FnOnce() -> String) {
        if cfg!(test) {
            self.known.borrow_mut().push(key());
        }
    }

    /// Every dotted key the reader asked for.
    #[cfg(test)]
    pub(super) fn known(&self) -> Vec<String> {
        self.known.borrow().clone()
    }

    /// What was found, as an error if there is any.
    pub(super) fn finish(self, file: &str) -> Result<(), Diagnostics> {
        let mut items = self.found.into_inner();
        if items.is_empty() {
            return Ok(());
        }
        items.sort_by_key(|diagnostic| diagnostic.span.as_ref().map(|span| span.start));
        Err(Diagnostics {
            file: sanitise(file),
            items,
            omitted: self.omitted.get(),
        })
    }

    /// The text of these bytes; empty where they are not a piece of the source.
    pub(super) fn text(&self, span: Range<usize>) -> &'a str {
        self.source.get(span).unwrap_or("")
    }

    /// The line, from 0, that holds this byte.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset) - 1
    }

    pub(super) fn place(&self, offset: usize) -> Place {
        let line = self.line(offset);
        let before = self.text(self.line_starts.get(line).copied().unwrap_or(0)..offset);
        Place {
            line: saturate(line + 1),
            column: saturate(before.chars().count() + 1),
        }
    }

    /// The line that holds this byte, without its end, and where it starts.
    pub(super) fn line_text(&self, offset: usize) -> (usize, &'a str) {
        let line = self.line(offset);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        let end = match self.line_starts.get(line + 1) {
            Some(next) => next - 1,
            None => self.source.len(),
        };
        (start, self.text(start..end).trim_end_matches('\r'))
    }

    fn excerpt(&self, span: Range<usize>) -> Excerpt {
        let (start, whole) = self.line_text(span.start);
        let marked = span.start.saturating_sub(start)..span.end.saturating_sub(start);
        let skipped = if whole.chars().count() <= LONGEST_QUOTE {
            0
        } else {
            // A long line is shown from a little before the mark.
            let before = whole.get(..marked.start).unwrap_or(whole).chars().count();
            before.saturating_sub(40)
        };

        let mut text = String::new();
        let mut shown = 0..0;
        for (offset, character) in whole.char_indices().skip(skipped).take(LONGEST_QUOTE) {
            if offset <= marked.start {
                shown = text.len()..text.len();
            }
            push_safe(&mut text, character);
            if offset < marked.end {
                shown.end = text.len();
            }
        }
        if marked.start >= whole.len() {
            shown = text.len()..text.len();
        }
        let verbatim = text == whole;
        Excerpt {
            place: self.place(span.start),
            text,
            marked: shown,
            verbatim,
        }
    }
}

/// The closest of the legal words, if one is close enough to be meant.
pub fn closest<'n>(word: &str, legal: &[&'n str]) -> Option<&'n str> {
    // Nobody means a legal word with a hundred characters, and comparing costs their product.
    if word.len() > 100 {
        return None;
    }
    legal
        .iter()
        .map(|name| (strsim::jaro_winkler(word, name), *name))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0).then(right.1.cmp(left.1)))
        .map(|(_, name)| name)
}

/// A legible piece of untrusted text for a message.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::from("`");
    for (count, character) in text.chars().enumerate() {
        if count == 60 {
            quoted.push('…');
            break;
        }
        push_safe(&mut quoted, character);
    }
    quoted.push('`');
    quoted
}

fn saturate(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn clip(text: &str) -> String {
    let mut safe = sanitise(text);
    if let Some((end, _)) = safe.char_indices().nth(LONGEST_TEXT) {
        safe.truncate(end);
        safe.pop();
        safe.push('…');
    }
    safe
}

fn sanitise(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        push_safe(&mut safe, character);
    }
    safe
}

/// What could move a cursor or turn text round is spelled out.
fn push_safe(text: &mut String, character: char) {
    let reorders = matches!(character,
        '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}');
    if character == '\t' {
        text.push(' ');
    } else if character.is_control() || reorders {
        text.extend(character.escape_unicode());
    } else {
        text.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::{Diagnostic, Journal, closest};

    fn rendered(source: &str, span: std::ops::Range<usize>) -> String {
        let journal = Journal::new(source);
        journal.report(Diagnostic::new("wrong").at(span).label("here"));
        journal.finish("quality.toml").unwrap_err().render(false)
    }

    #[test]
    fn control_and_bidi_characters_are_spelled_out_and_the_true_column_is_named() {
        let source = "a = 1\nb = \"\u{1b}[31m\u{202e}\u{9b}\" # x\n";
        let text = rendered(source, 22..23);
        assert!(text.contains(r"\u{1b}[31m\u{202e}\u{9b}"), "{text}");
        assert!(text.contains("quality.toml:2:14"), "{text}");
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}') && !text.contains('\u{9b}'));
    }

    #[test]
    fn a_long_line_is_shown_around_its_mark() {
        let source = format!("{}TARGET{}", "a".repeat(100_000), "b".repeat(100_000));
        let text = rendered(&source, 100_000..100_006);
        assert!(text.contains("TARGET"));
        assert!(text.contains("quality.toml:1:100001"));
        assert!(text.lines().all(|line| line.chars().count() < 250));
    }

    #[test]
    fn a_mark_at_or_behind_the_end_of_the_text_is_shown() {
        for span in [5..5, 6..6, 900..901] {
            assert!(rendered("a = 1\n", span).contains("here"));
        }
    }

    #[test]
    fn messages_stay_short_and_errors_are_counted_beyond_twenty() {
        let journal = Journal::new("");
        for _ in 0..25 {
            journal.report(Diagnostic::new("é".repeat(1_000)));
        }
        let diagnostics = journal.finish("f").unwrap_err();
        assert!(diagnostics.items[0].message.chars().count() < 300);
        assert_eq!((diagnostics.items.len(), diagnostics.omitted), (20, 5));
    }

    #[test]
    fn the_closest_word_is_a_likely_one() {
        assert_eq!(closest("tarjet", &["floor", "target"]), Some("target"));
        assert_eq!(
            closest("max-lines", &["max_files", "max_lines"]),
            Some("max_lines")
        );
        assert_eq!(closest("zebra", &["floor", "target"]), None);
        assert_eq!(closest(&"target".repeat(50), &["target"]), None);
    }

    #[test]
    fn colour_changes_nothing_but_colour() {
        let journal = Journal::new("a = 1\n");
        journal.report(Diagnostic::new("wrong").at(0..1).label("here").help("help"));
        let diagnostics = journal.finish("quality.toml").unwrap_err();
        let coloured = diagnostics.render(true);
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string(),
            diagnostics.render(false)
        );
    }
}
