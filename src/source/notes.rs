//! What a listing has to say beside its files: one sentence for each kind of thing, with a few examples.

use std::collections::BTreeMap;

/// Examples a sentence names.
const EXAMPLES: usize = 3;
/// Characters of a place that a sentence quotes; a hostile name can be thousands long.
const PLACE: usize = 160;

/// Collects what was met, in any order.
#[derive(Debug, Default)]
pub(super) struct Notes {
    kinds: BTreeMap<&'static str, Vec<String>>,
    sentences: Vec<String>,
}

impl Notes {
    /// Something of a kind was met at a place. The kind reads as the end of "3 …:".
    pub(super) fn met(&mut self, kind: &'static str, place: &[u8]) {
        let place = match place {
            b"" => ".".into(),
            place => shortened(&String::from_utf8_lossy(place)),
        };
        self.kinds.entry(kind).or_default().push(place);
    }

    /// A sentence of its own.
    pub(super) fn say(&mut self, sentence: String) {
        self.sentences.push(sentence);
    }

    /// All sentences, sorted; a kind with many places names the first few.
    pub(super) fn into_sentences(self) -> Vec<String> {
        let mut sentences = self.sentences;
        sentences.sort();
        if sentences.len() > 5 * EXAMPLES {
            let more = sentences.len() - 5 * EXAMPLES;
            sentences.truncate(5 * EXAMPLES);
            sentences.push(format!("{more} more notes of this kind"));
        }
        for (kind, mut places) in self.kinds {
            places.sort();
            places.dedup();
            let more = if places.len() > EXAMPLES { ", …" } else { "" };
            let named = places[..places.len().min(EXAMPLES)].join(", ");
            sentences.push(format!("{} {kind}: {named}{more}", places.len()));
        }
        sentences
    }
}

/// The start of a place, with a sign that more follows.
fn shortened(place: &str) -> String {
    match place.char_indices().nth(PLACE) {
        Some((end, _)) => format!("{}…", &place[..end]),
        None => place.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Notes;

    #[test]
    fn a_kind_is_one_sentence_with_a_few_places() {
        let mut notes = Notes::default();
        for place in ["d", "b", "c", "", "b"] {
            notes.met("pipes skipped", place.as_bytes());
        }
        notes.say("first".into());
        assert_eq!(
            notes.into_sentences(),
            ["first", "4 pipes skipped: ., b, c, …"]
        );
    }

    #[test]
    fn a_long_place_is_quoted_in_part() {
        let mut notes = Notes::default();
        notes.met("pipes skipped", "ä".repeat(1_000).as_bytes());
        let sentence = notes.into_sentences().remove(0);
        assert_eq!(
            sentence.chars().filter(|letter| *letter == 'ä').count(),
            super::PLACE
        );
    }
}
