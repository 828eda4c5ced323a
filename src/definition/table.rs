//! Reading a TOML table key by key: what was never asked for is an unknown key, so the schema is written once, as the reading.
//!
//! A question whose answer is missing or wrong gives `None`, and a wrong answer is taken down in the journal;
//! the reader goes on with what it had before, so that one reading finds every mistake.

mod globs;
mod shape;

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::decimal::Decimal;
use super::diagnostic::{Diagnostic, Journal, Place, closest, quote};
use super::pattern::MOST_IN_LIST;
pub(super) use shape::Shape;

/// A table, its place in the file and its name.
pub(super) struct Table<'a> {
    journal: &'a Journal<'a>,
    entries: &'a DeTable<'a>,
    /// The dotted name; empty for the file.
    name: String,
    /// Where the table begins: its key.
    span: Range<usize>,
    asked: Vec<&'static str>,
    moved: Vec<(&'static str, String)>,
}

/// A string and where it is written.
pub(super) struct Text {
    pub(super) text: String,
    pub(super) span: Range<usize>,
    pub(super) place: Place,
}

impl<'a> Table<'a> {
    pub(super) fn root(journal: &'a Journal<'a>, entries: &'a DeTable<'a>) -> Self {
        Self::new(journal, entries, String::new(), 0..0)
    }

    fn new(
        journal: &'a Journal<'a>,
        entries: &'a DeTable<'a>,
        name: String,
        span: Range<usize>,
    ) -> Self {
        Self {
            journal,
            entries,
            name,
            span,
            asked: Vec::new(),
            moved: Vec::new(),
        }
    }

    /// How many mistakes were found so far, in the whole file.
    pub(super) fn mistakes(&self) -> usize {
        self.journal.count()
    }

    /// The keys asked for so far, in that order.
    pub(super) fn asked(self) -> Vec<&'static str> {
        self.asked
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where the table begins.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Where a value is written; the table's own place if it is not.
    pub(super) fn span_of(&self, key: &str) -> Range<usize> {
        self.entries
            .get(key)
            .map_or_else(|| self.span(), |value| value.span())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key) || self.is_exploring()
    }

    /// Whether the value of a key is a string.
    pub(super) fn is_text(&self, key: &str) -> bool {
        let value = self.entries.get(key);
        value.is_some_and(|value| value.get_ref().is_str())
    }

    /// The dotted name of a key of this table.
    pub(super) fn name_of(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    /// Takes down what is wrong with the value of a key.
    pub(super) fn report(&self, key: &str, diagnostic: Diagnostic) {
        let span = diagnostic.span.clone().unwrap_or(self.span_of(key));
        self.journal
            .report(diagnostic.at(span).key(self.name_of(key)));
    }

    /// Takes down what is wrong with the table itself.
    pub(super) fn report_here(&self, diagnostic: Diagnostic) {
        let span = diagnostic.span.clone().unwrap_or(self.span());
        self.journal.report(diagnostic.at(span).key(&self.name));
    }

    /// Says where a key belongs that people may look for here.
    pub(super) fn belongs_elsewhere(&mut self, key: &'static str, help: String) {
        self.moved.push((key, help));
    }

    /// Says that a key is legal here, whether it is asked for or not.
    pub(super) fn know_of(&mut self, key: &'static str) {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
    }

    /// Reports every key that was not asked for.
    pub(super) fn finish(self) {
        for name in &self.asked {
            self.journal.know(|| self.name_of(name));
        }
        self.report_unknown();
    }

    /// The same for a table of which nobody writes every key: only those written are part of the schema.
    pub(super) fn finish_choice(self) {
        for name in self.asked.iter().filter(|name| self.has(name)) {
            self.journal.know(|| self.name_of(name));
        }
        self.report_unknown();
    }

    fn report_unknown(self) {
        for (key, _) in self.in_file_order() {
            let word = key.get_ref().as_ref();
            if self.asked.contains(&word) {
                continue;
            }
            let message = if self.name.is_empty() {
                format!("unknown key {}", quote(word))
            } else {
                format!("unknown key {} in `{}`", quote(word), self.name)
            };
            let moved = self.moved.iter().find(|(moved, _)| *moved == word);
            let label = match closest(word, &self.asked) {
                Some(meant) if moved.is_none() => format!("did you mean `{meant}`?"),
                _ => "not a key of this table".to_owned(),
            };
            let help = match moved {
                Some((_, help)) => help.clone(),
                None if self.asked.is_empty() => "no keys are known here".to_owned(),
                None => format!("the keys here are {}", listed(&self.asked)),
            };
            self.journal.report(
                Diagnostic::new(message)
                    .at(key.span())
                    .key(self.name_of(word))
                    .label(label)
                    .help(help),
            );
        }
    }

    /// Every key of the table, for tables whose keys are names: in the order of the file.
    pub(super) fn names(&self) -> Vec<Text> {
        if self.is_exploring() {
            return vec![self.text_at(shape::ANY, self.span())];
        }
        self.in_file_order()
            .into_iter()
            .map(|(key, _)| self.text_at(key.get_ref(), key.span()))
            .collect()
    }

    /// The table under a name that came from `names`.
    pub(super) fn named(&self, name: &Text) -> Option<Table<'a>> {
        let Some(value) = self.entries.get(name.text.as_str()) else {
            return self.explored(&name.text, Shape::Table);
        };
        self.as_table(&name.text, name.span.clone(), value)
    }

    pub(super) fn table(&mut self, key: &'static str) -> Option<Table<'a>> {
        let Some(value) = self.ask(key) else {
            return self.explored(key, Shape::Table);
        };
        let span = self
            .entries
            .get_key_value(key)
            .map_or_else(|| value.span(), |(key, _)| key.span());
        self.as_table(key, span, value)
    }

    /// An array of tables.
    pub(super) fn tables(&mut self, key: &'static str) -> Option<Vec<Table<'a>>> {
        let Some(value) = self.ask(key) else {
            return Some(vec![self.explored(key, Shape::Tables)?]);
        };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "an array of tables");
            return None;
        };
        self.within(key, array.len())?;
        let tables = array
            .iter()
            .map(|value| self.as_table(key, value.span(), value));
        tables.collect()
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<Text> {
        self.note(key, || Shape::Text);
        let value = self.ask(key)?;
        match value.get_ref().as_str() {
            Some(text) => Some(self.text_at(text, value.span())),
            None => {
                self.wrong_type(key, value, "a string");
                None
            }
        }
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<Text>> {
        self.note(key, || Shape::Texts);
        let value = self.ask(key)?;
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "an array of strings");
            return None;
        };
        self.within(key, array.len())?;
        let mut texts = Vec::with_capacity(array.len());
        for element in array.iter() {
            match element.get_ref().as_str() {
                Some(text) => texts.push(self.text_at(text, element.span())),
                None => self.wrong_type(key, element, "an array of strings"),
            }
        }
        Some(texts)
    }

    /// A string, or several in an array.
    pub(super) fn words(&mut self, key: &'static str) -> Option<Vec<Text>> {
        self.note(key, || Shape::Words);
        let value = self.ask(key)?;
        if value.get_ref().as_array().is_some() {
            return self.texts(key);
        }
        match value.get_ref().as_str() {
            Some(text) => Some(vec![self.text_at(text, value.span())]),
            None => {
                self.wrong_type(key, value, "a string or an array of strings");
                None
            }
        }
    }

    /// The same under a name that came from `names`.
    pub(super) fn words_of(&self, name: &Text) -> Option<Vec<Text>> {
        self.note(&name.text, || Shape::Words);
        let value = self.entries.get(name.text.as_str())?;
        let values = match value.get_ref().as_array() {
            Some(array) => {
                self.within(&name.text, array.len())?;
                array.iter().collect()
            }
            None => vec![value],
        };
        let mut texts = Vec::new();
        for value in values {
            match value.get_ref().as_str() {
                Some(text) => texts.push(self.text_at(text, value.span())),
                None => self.wrong_type(&name.text, value, "a string or an array of strings"),
            }
        }
        Some(texts)
    }

    /// Where a byte of a string is written; the whole string where that cannot be told.
    pub(super) fn span_within(&self, text: &Text, at: usize) -> Range<usize> {
        let written = self.journal.text(text.span.clone());
        let Some(begin) = written.find(&text.text) else {
            return text.span.clone();
        };
        let length = text.text.get(at..).and_then(|rest| rest.chars().next());
        let start = text.span.start + begin + at.min(text.text.len());
        start..start + length.map_or(1, char::len_utf8)
    }

    pub(super) fn boolean(&mut self, key: &'static str) -> Option<bool> {
        self.note(key, || Shape::Boolean);
        let value = self.ask(key)?;
        let answer = value.get_ref().as_bool();
        if answer.is_none() {
            self.wrong_type(key, value, "`true` or `false`");
        }
        answer
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        legal: &[(&'static str, T)],
    ) -> Option<T> {
        self.note(key, || {
            Shape::Choice(legal.iter().map(|(word, _)| *word).collect())
        });
        let text = self.text(key)?;
        let found = legal.iter().find(|(word, _)| *word == text.text);
        if found.is_none() {
            let words: Vec<&str> = legal.iter().map(|(word, _)| *word).collect();
            let label = closest(&text.text, &words).map_or_else(
                || "not one of the choices".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            let message = format!(
                "{} is not a value of `{}`",
                quote(&text.text),
                self.name_of(key)
            );
            let help = format!("it is one of {}", listed(&words));
            self.report(
                key,
                Diagnostic::new(message)
                    .at(text.span)
                    .label(label)
                    .help(help),
            );
        }
        found.map(|(_, value)| *value)
    }

    /// A whole number within a range.
    pub(super) fn whole(&mut self, key: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
        self.note(key, || Shape::Whole(range.clone()));
        let value = self.ask(key)?;
        let Some(integer) = value.get_ref().as_integer() else {
            self.wrong_type(key, value, "a whole number");
            return None;
        };
        // Text that does not fit an i64 is out of every range.
        let number = i64::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| range.contains(number));
        if number.is_none() {
            self.out_of_range(key, &range.start().to_string(), &range.end().to_string());
        }
        number
    }

    /// A number with at most six decimal places, within a range.
    pub(super) fn decimal(
        &mut self,
        key: &'static str,
        range: RangeInclusive<Decimal>,
    ) -> Option<Decimal> {
        self.note(key, || Shape::Number(range.clone()));
        let value = self.ask(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
                .ok()
                .map(|number| number as f64),
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            _ => {
                self.wrong_type(key, value, "a number");
                return None;
            }
        };
        let decimal = number
            .and_then(Decimal::from_f64)
            .filter(|decimal| range.contains(decimal));
        let Some(decimal) = decimal else {
            self.out_of_range(key, &range.start().to_string(), &range.end().to_string());
            return None;
        };
        if number != Some(decimal.to_f64()) {
            let message = format!("`{}` has more than six decimal places", self.name_of(key));
            self.report(
                key,
                Diagnostic::new(message).label("would have to be rounded"),
            );
            return None;
        }
        Some(decimal)
    }

    pub(super) fn ask(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.entries.get(key)
    }

    fn as_table(
        &self,
        key: &str,
        span: Range<usize>,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Option<Table<'a>> {
        let Some(entries) = value.get_ref().as_table() else {
            self.wrong_type(key, value, "a table");
            return None;
        };
        Some(Table::new(self.journal, entries, self.name_of(key), span))
    }

    fn text_at(&self, text: &str, span: Range<usize>) -> Text {
        Text {
            text: text.to_owned(),
            place: self.journal.place(span.start),
            span,
        }
    }

    fn in_file_order(
        &self,
    ) -> Vec<(
        &'a Spanned<toml::de::DeString<'a>>,
        &'a Spanned<DeValue<'a>>,
    )> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries
    }

    fn within(&self, key: &str, length: usize) -> Option<()> {
        if length <= MOST_IN_LIST {
            return Some(());
        }
        let message = format!(
            "`{}` has {length} entries, more than 1,000",
            self.name_of(key)
        );
        self.report(key, Diagnostic::new(message).label("too long"));
        None
    }

    pub(super) fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a point",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        let message = format!("`{}` must be {expected}, not {found}", self.name_of(key));
        self.report(
            key,
            Diagnostic::new(message)
                .at(value.span())
                .label(format!("this is {found}")),
        );
    }

    fn out_of_range(&self, key: &str, low: &str, high: &str) {
        let written = quote(self.journal.text(self.span_of(key)));
        let name = self.name_of(key);
        let message = format!("{written} is out of range: `{name}` lies between {low} and {high}");
        let mut diagnostic = Diagnostic::new(message).label("out of range");
        if high == "1" {
            diagnostic = diagnostic.help("shares are fractions: write 0.95 for 95 %");
        }
        self.report(key, diagnostic);
    }
}

/// Words in code marks, with commas between.
pub(super) fn listed(words: &[&str]) -> String {
    let marked: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    marked.join(", ")
}
