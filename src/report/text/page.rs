//! A page of text: lines that fit its width, tables, bars, and numbers as people read them.

use anstyle::{AnsiColor, Style as Ansi};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::definition::Decimal;
use crate::evaluation::Score;

/// Narrowest page with everything on it, and the width of what goes to no terminal.
pub const NARROWEST: usize = 80;
/// Narrowest page there is, without bars; a terminal below it wraps.
const LEAST: usize = 60;
/// Widest page; longer lines are hard to follow.
pub const WIDEST: usize = 120;

/// Eighths of a cell, from one to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// What a piece of text is, for its colour. Colour never says what words and signs do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    /// Ordinary.
    #[default]
    Plain,
    /// A heading, or the number one came for.
    Strong,
    /// Beside the point.
    Faint,
    /// At its target.
    Good,
    /// On the way.
    Middling,
    /// Far from it.
    Bad,
}

impl Ink {
    /// The ink of a score.
    pub fn of(score: &Score) -> Self {
        match score.floor_hundred(1) {
            100.. => Self::Good,
            50..100 => Self::Middling,
            _ => Self::Bad,
        }
    }

    fn style(self) -> Ansi {
        let colour = |colour: AnsiColor| Ansi::new().fg_color(Some(colour.into()));
        match self {
            Self::Plain => Ansi::new(),
            Self::Strong => Ansi::new().bold(),
            Self::Faint => Ansi::new().dimmed(),
            Self::Good => colour(AnsiColor::Green),
            Self::Middling => colour(AnsiColor::Yellow),
            Self::Bad => colour(AnsiColor::Red),
        }
    }
}

/// A piece of a line with its ink. The text is safe: whatever came from outside has been escaped.
pub type Span = (Ink, String);

/// A page that is being written.
#[derive(Debug)]
pub struct Page {
    /// Columns.
    pub width: usize,
    /// Draw with ASCII only.
    pub ascii: bool,
    color: bool,
    text: String,
}

impl Page {
    /// An empty page.
    pub fn new(width: usize, color: bool, ascii: bool) -> Self {
        Self {
            width: width.clamp(LEAST, WIDEST),
            ascii,
            color,
            text: String::new(),
        }
    }

    /// What was written.
    pub fn finish(self) -> String {
        self.text
    }

    /// A line of spans.
    pub fn line(&mut self, spans: &[Span]) {
        let last = spans
            .iter()
            .rposition(|(_, text)| !text.trim_end().is_empty());
        for (position, (ink, text)) in spans.iter().enumerate() {
            match last {
                Some(last) if position < last => self.span(*ink, text),
                Some(last) if position == last => self.span(*ink, text.trim_end()),
                _ => {}
            }
        }
        self.text.push('\n');
    }

    fn span(&mut self, ink: Ink, text: &str) {
        if self.color && ink != Ink::Plain && !text.is_empty() {
            let style = ink.style();
            self.text.push_str(&format!("{style}{text}{style:#}"));
        } else {
            self.text.push_str(text);
        }
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A heading with something faint beside it, after an empty line.
    pub fn heading(&mut self, title: &str, beside: &str) {
        self.gap();
        if beside.is_empty() {
            self.line(&[(Ink::Strong, title.to_owned())]);
        } else {
            let room = self.width.saturating_sub(title.width() + 2);
            let beside = shorten_end(beside, room, self.ascii);
            self.line(&[
                (Ink::Strong, title.to_owned()),
                (Ink::Faint, format!("  {beside}")),
            ]);
        }
    }

    /// Text that continues below where it began.
    pub fn paragraph(&mut self, indent: usize, ink: Ink, text: &str) {
        self.hanging(vec![(Ink::Plain, " ".repeat(indent))], indent, ink, text);
    }

    /// Text beside a label. `indent` is the width of the label, and where the text continues.
    pub fn hanging(&mut self, label: Vec<Span>, indent: usize, ink: Ink, text: &str) {
        let mut spans = label;
        for line in wrap(text, self.width - indent) {
            spans.push((ink, line));
            self.line(&spans);
            spans = vec![(Ink::Plain, " ".repeat(indent))];
        }
    }

    /// How many cells a bar has: these, more on a wider page, and none on one that is too narrow for bars.
    pub fn cells(&self, fewest: usize, columns_each: usize) -> usize {
        match self.width.checked_sub(NARROWEST) {
            Some(room) => fewest + room / columns_each,
            None => 0,
        }
    }

    /// An entry of a list of sentences.
    pub fn item(&mut self, text: &str) {
        self.hanging(vec![(Ink::Faint, "  - ".to_owned())], 4, Ink::Plain, text);
    }

    /// The command worth typing next, and what it is about if there is room for it.
    pub fn next(&mut self, command: &str, about: &str) {
        self.gap();
        let mut line = vec![
            (Ink::Plain, "Next: ".to_owned()),
            (Ink::Strong, command.to_owned()),
        ];
        let used: usize = line.iter().map(|(_, text)| text.width()).sum();
        if !about.is_empty() && used + about.len() + 2 <= self.width {
            line.push((Ink::Faint, format!("  {about}")));
        }
        self.line(&line);
    }

    /// A bar of `cells` cells, filled by the score; the rest dotted. Full only at 100.
    pub fn bar(&self, score: Option<&Score>, cells: usize) -> Vec<Span> {
        let Some(score) = score else {
            return vec![(Ink::Faint, " ".repeat(cells))];
        };
        let (filled, empty) = if self.ascii {
            ('#', '.')
        } else {
            ('█', '·')
        };
        // 100 parts of a hundred: ten thousandths of the whole.
        let eighths = score.floor_hundred(100) as usize * cells * 8 / 10_000;
        let mut bar = filled.to_string().repeat(eighths / 8);
        let mut used = eighths / 8;
        if !self.ascii
            && let Some(part) = (eighths % 8)
                .checked_sub(1)
                .and_then(|part| EIGHTHS.get(part))
        {
            bar.push(*part);
            used += 1;
        }
        vec![
            (Ink::of(score), bar),
            (
                Ink::Faint,
                empty.to_string().repeat(cells - used.min(cells)),
            ),
        ]
    }
}

/// Leaves the middle of a name out: its beginning says where it is, its end what it is.
pub fn shorten(name: &str, width: usize, ascii: bool) -> String {
    if name.width() <= width {
        return name.to_owned();
    }
    let sign = sign(ascii);
    let room = width.saturating_sub(sign.width());
    let head = take(name.chars(), room / 3);
    let tail: String = take(name.chars().rev(), room - head.width())
        .chars()
        .rev()
        .collect();
    format!("{head}{sign}{tail}")
}

/// Leaves the end of a sentence out.
pub fn shorten_end(text: &str, width: usize, ascii: bool) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let sign = sign(ascii);
    format!(
        "{}{sign}",
        take(text.chars(), width.saturating_sub(sign.width()))
    )
}

/// What stands for what was left out.
pub fn sign(ascii: bool) -> &'static str {
    if ascii { ".." } else { "…" }
}

/// Blanks at the end up to a width.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// As many characters as fit.
fn take(characters: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    characters
        .take_while(|character| {
            used += character.width().unwrap_or(0);
            used <= width
        })
        .collect()
}

/// Breaks text at spaces into lines of at most `width`; a word that is longer is broken where it must.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let wanted = word.width() + usize::from(used > 0);
        if used + wanted <= width {
            let line = lines.last_mut().into_iter();
            line.for_each(|line| {
                if used > 0 {
                    line.push(' ');
                }
                line.push_str(word);
            });
            used += wanted;
            continue;
        }
        if used > 0 {
            lines.push(String::new());
            used = 0;
        }
        for character in word.chars() {
            let wanted = character.width().unwrap_or(0);
            if used + wanted > width {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push(character);
            }
            used += wanted;
        }
    }
    lines
}

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 file`, `2 files`, `1 slot without a type`: a count with its noun, given in the plural.
pub fn counted(number: u64, plural: &str) -> String {
    if number != 1 {
        return format!("{} {plural}", grouped(number));
    }
    // The noun leads a clause ("lines in long files") or ends its adjectives ("pull requests").
    let (first, rest) = plural.split_once(' ').unwrap_or((plural, ""));
    if first.ends_with('s') {
        format!("1 {} {rest}", singular(first))
            .trim_end()
            .to_owned()
    } else {
        format!("1 {}", singular(plural))
    }
}

fn singular(plural: &str) -> &str {
    let ending = if plural.ends_with("ches") { "es" } else { "s" };
    plural.strip_suffix(ending).unwrap_or(plural)
}

/// A score with one decimal, rounded down: 100.0 only at 100.
pub fn points(score: &Score) -> String {
    let tenths = score.floor_hundred(10);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A share in millionths as a percentage with one decimal, rounded down.
pub fn percent(millionths: u64) -> String {
    format!("{}.{} %", millionths / 10_000, millionths % 10_000 / 1_000)
}

/// A share in millionths as a whole percentage, rounded down.
pub fn whole_percent(millionths: u64) -> String {
    format!("{} %", millionths / 10_000)
}

/// A bar of the definition, 0 to 1, as the percentage somebody wrote.
pub fn decimal_percent(decimal: Decimal) -> String {
    format!(
        "{} %",
        Decimal::from_millionths(decimal.millionths().saturating_mul(100))
    )
}

#[cfg(test)]
mod tests {
    use super::{Page, counted, grouped, percent, points, shorten, wrap};
    use crate::definition::Decimal;
    use crate::evaluation::Score;

    fn score(good: u64, of: u64) -> Score {
        let decimal = |number| Decimal::from_f64(number).unwrap();
        Score::of_share(good, of, decimal(1.0), decimal(0.0)).unwrap()
    }

    fn bar(good: u64, of: u64, ascii: bool) -> String {
        let page = Page::new(80, false, ascii);
        page.bar(Some(&score(good, of)), 10)
            .into_iter()
            .map(|(_, text)| text)
            .collect()
    }

    #[test]
    fn a_bar_is_full_only_at_a_hundred() {
        assert_eq!(bar(1, 1, false), "██████████");
        assert_eq!(bar(9_999, 10_000, false), "█████████▉");
        assert_eq!(bar(9_999, 10_000, true), "#########.");
        assert_eq!(bar(0, 1, false), "··········");
        assert_eq!(bar(1, 2, true), "#####.....");
    }

    #[test]
    fn printed_numbers_round_down() {
        assert_eq!(points(&score(1, 1)), "100.0");
        assert_eq!(points(&score(99_999, 100_000)), "99.9");
        assert_eq!(percent(999_999), "99.9 %");
        assert_eq!(percent(1_000_000), "100.0 %");
    }

    #[test]
    fn large_numbers_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
        assert_eq!(counted(1, "files"), "1 file");
        assert_eq!(counted(2_000, "files"), "2,000 files");
        assert_eq!(counted(1, "pull requests"), "1 pull request");
        assert_eq!(counted(1, "touches of hot files"), "1 touch of hot files");
    }

    #[test]
    fn a_long_name_loses_its_middle() {
        assert_eq!(
            shorten("src/deep/down/name.py", 30, false),
            "src/deep/down/name.py"
        );
        assert_eq!(shorten("src/deep/down/name.py", 13, false), "src/…/name.py");
        assert_eq!(shorten("src/deep/down/name.py", 13, true), "src../name.py");
        assert_eq!(shorten("文文文文文", 5, false), "…文文");
    }

    #[test]
    fn text_is_broken_at_spaces_and_long_words_where_they_must() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij kl", 4), ["abcd", "efgh", "ij", "kl"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
