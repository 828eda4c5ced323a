//! What comments and docstrings say to people: that something is documented, and that something is left to do.

use super::Fold;
use crate::facts::DebtMarker;
use crate::facts::finds::{Found, Span};

/// Words that admit debt in capitals, or in any case before a colon or a bracket.
const WORDS: [&str; 6] = ["TODO", "FIXME", "HACK", "XXX", "KLUDGE", "WORKAROUND"];
/// Words that admit debt only in capitals and before one of these characters.
const STRICT_WORDS: [(&str, &[u8]); 4] = [
    ("BUG", b":( "),
    ("TEMP", b":( "),
    ("REFACTOR", b":("),
    ("DEPRECATED", b":("),
];

/// Rows of decorators between documentation and what it speaks for that are looked past.
const MOST_DECORATOR_ROWS: u32 = 200;
/// Bytes behind a word of debt in which it may say where it is tracked.
const MOST_BEHIND: usize = 200;

impl Fold<'_> {
    /// Takes down the debt that a comment or docstring admits.
    pub(super) fn debts(&mut self, found: &Found) {
        let text = found.span.of(self.text);
        let (mut from, mut line) = (0, 0);
        for (at, word) in debts(text) {
            line += memchr::memchr_iter(b'\n', &text[from..at]).count() as u32;
            from = at;
            self.facts.debts.push(DebtMarker {
                word: word.into(),
                line: found.rows.0 + 1 + line,
                tracked: is_tracked(&text[at + word.len()..]),
            });
        }
    }

    /// Remembers where documentation stands that speaks for what follows.
    pub(super) fn doc_rows(&mut self, found: &Found) {
        if is_documentation(found.span.of(self.text)) {
            // A line comment may hold its line end.
            let holds_end = found.span.of(self.text).ends_with(b"\n");
            let last = found.rows.1.saturating_sub(u32::from(holds_end));
            self.layout.doc_rows.push((found.rows.0, last));
        }
    }

    /// A docstring speaks for the function or class it is the first thing in.
    pub(super) fn documents_scope(&mut self, span: Span) {
        let scope =
            self.frames.iter().rev().find(|(_, frame)| {
                matches!(frame, super::Frame::Function(_) | super::Frame::Class)
            });
        let words = span.of(self.text).iter();
        if let Some((scope, _)) = scope
            && words.clone().any(u8::is_ascii_alphanumeric)
        {
            self.layout.documented.push(scope.start);
        }
    }

    /// Settles which items are documented, once all rows are known.
    pub(super) fn settle_documentation(&mut self, line_starts: &[u32]) {
        let row_of = |at: u32| line_starts.partition_point(|start| *start <= at) as u32;
        let within: Vec<u32> = self
            .layout
            .documented
            .iter()
            .map(|at| row_of(*at))
            .collect();
        for item in &mut self.facts.items {
            let row = item.line - 1;
            let mut above = row;
            let highest = row.saturating_sub(MOST_DECORATOR_ROWS);
            while above > highest && self.layout.is_decorator(above - 1) {
                above -= 1;
            }
            let docs = &self.layout.doc_rows;
            let at = docs.partition_point(|rows| rows.0 < above);
            let before = docs[..at].last();
            item.documented = within.binary_search(&row).is_ok()
                || before.is_some_and(|rows| rows.1 + 1 == above);
        }
    }
}

/// Whether a comment is documentation of what follows and says something besides tags.
fn is_documentation(comment: &[u8]) -> bool {
    let body = if let Some(body) = comment.strip_prefix(b"///") {
        body
    } else if let Some(body) = comment.strip_prefix(b"/**") {
        body.strip_suffix(b"*/").unwrap_or(body)
    } else {
        return false;
    };
    body.split(|byte| *byte == b'\n').any(|line| {
        let mut rest = line
            .iter()
            .skip_while(|byte| byte.is_ascii_whitespace() || **byte == b'*');
        rest.clone().next() != Some(&b'@') && rest.any(|byte| byte.is_ascii_alphanumeric())
    })
}

/// The words in a comment that admit debt, and where each begins.
fn debts(comment: &[u8]) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < comment.len() {
        if !is_word(comment[at]) {
            at += 1;
            continue;
        }
        let length = comment[at..]
            .iter()
            .take_while(|byte| is_word(**byte))
            .count();
        let (word, next) = (&comment[at..at + length], comment.get(at + length).copied());
        let known = WORDS.iter().find(|known| {
            let called = matches!(next, Some(b':' | b'('));
            word == known.as_bytes() || (called && word.eq_ignore_ascii_case(known.as_bytes()))
        });
        let strict = STRICT_WORDS.iter().find(|(known, before)| {
            word == known.as_bytes() && next.is_some_and(|next| before.contains(&next))
        });
        if let Some(known) = known.copied().or(strict.map(|(known, _)| *known)) {
            found.push((at, known));
        }
        at += length;
    }
    found
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether what follows a word of debt says where it is tracked: something in brackets, or an issue or address on its line.
fn is_tracked(rest: &[u8]) -> bool {
    let rest = &rest[..rest.len().min(MOST_BEHIND)];
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if let Some(inner) = line.strip_prefix(b"(") {
        let inner = inner.split(|byte| *byte == b')').next().unwrap_or_default();
        return inner.iter().any(|byte| byte.is_ascii_alphanumeric());
    }
    let is_issue = |at: usize| {
        let (before, after) = line.split_at(at);
        let digit = after.get(1).is_some_and(u8::is_ascii_digit);
        match after[0] {
            b'#' => digit,
            // A key as trackers give it: two capitals at least, a hyphen, a number.
            b'-' => {
                let letters = before
                    .iter()
                    .rev()
                    .take_while(|byte| byte.is_ascii_uppercase());
                digit && letters.count() >= 2
            }
            b':' => after.starts_with(b"://"),
            _ => false,
        }
    };
    (0..line.len()).any(is_issue)
}

#[cfg(test)]
mod tests {
    use super::{debts, is_documentation, is_tracked};
    use crate::facts::extract::extract;
    use crate::languages::Language;

    fn words(comment: &str) -> Vec<&'static str> {
        let found = debts(comment.as_bytes());
        found.into_iter().map(|(_, word)| word).collect()
    }

    #[test]
    fn debt_is_a_word_of_its_own_in_capitals_or_before_a_colon() {
        assert_eq!(words("# TODO: x"), ["TODO"]);
        assert_eq!(words("// todo(bob) x, fixme: y"), ["TODO", "FIXME"]);
        assert_eq!(words("# XXX"), ["XXX"]);
        assert_eq!(words("# BUG in the vendor's code"), ["BUG"]);
        for none in [
            "# todo list",
            "# TODOS",
            "# TodoItem",
            "# DEBUG: x",
            "# DEPRECATED",
            "# BUGS",
        ] {
            assert_eq!(words(none), [""; 0], "{none}");
        }
    }

    #[test]
    fn debt_is_tracked_by_an_issue_an_address_or_a_name_in_brackets() {
        for tracked in [
            "(#123): x",
            "(bob): x",
            ": x, see #12",
            ": https://example.com/1",
            " ABC-12",
        ] {
            assert!(is_tracked(tracked.as_bytes()), "{tracked}");
        }
        for loose in [": x", "(): x", ": # 12", ": utf-8", ": x\n see #12", ""] {
            assert!(!is_tracked(loose.as_bytes()), "{loose}");
        }
    }

    #[test]
    fn documentation_says_more_than_tags() {
        assert!(is_documentation(b"/// Reads."));
        assert!(is_documentation(b"/**\n * @param x where\n * Reads.\n */"));
        assert!(!is_documentation(b"/** @internal */"));
        assert!(!is_documentation(b"///"));
        assert!(!is_documentation(b"// Reads."));
        assert!(!is_documentation(b"//! Reads."));
    }

    /// Names of the items of a text, each with a sign if it is documented.
    fn items(dialect: &str, text: &str) -> Vec<String> {
        let language = Language::all().find(|language| language.dialect() == dialect);
        let facts = extract(language.unwrap(), text.as_bytes()).unwrap();
        let told = facts.items.iter().map(|item| {
            let sign = if item.documented { "+" } else { "" };
            format!("{}{sign}", item.name)
        });
        told.collect()
    }

    #[test]
    fn items_are_documented_where_each_language_does_it() {
        let python = "@one\ndef a():\n    '''Does.'''\n    def b(): pass\ndef c():\n    def d():\n        '''Does.'''\nclass E:\n    # x\n    '''Is.'''\n    def f(self):\n        '''Does.'''\nclass G:\n    def h(self):\n        '''Does.'''\n";
        assert_eq!(items("python", python), ["a+", "c", "E+", "G"]);
        let rust = "/// Does.\n#[inline]\npub fn a() {}\n// Does.\npub fn b() {}\n/// Is.\n\npub struct C;\n/** Is. */\nenum D {}\n";
        assert_eq!(items("rust", rust), ["a+", "b", "C", "D+"]);
        let typescript = "/** Does. */\nexport function a() {}\n/** @internal */\nexport function b() {}\n/**\n * Is.\n */\n@Injectable()\nexport class C {}\n/** Is. */\nexport const d = () => 1;\n/* Is. */\nexport type E = 1;\n";
        assert_eq!(
            items("typescript", typescript),
            ["a+", "b", "C+", "d+", "E"]
        );
    }

    #[test]
    fn debt_in_a_string_is_none() {
        let language = Language::all().find(|language| language.dialect() == "python");
        let text = "x = 'TODO: no'\nclass TodoItem:\n    '''One.\n\n    FIXME: yes\n    '''\ny = 1  # TODO(#123): x\n";
        let facts = extract(language.unwrap(), text.as_bytes()).unwrap();
        let told: Vec<(&str, u32, bool)> = facts
            .debts
            .iter()
            .map(|debt| (&*debt.word, debt.line, debt.tracked))
            .collect();
        assert_eq!(told, [("FIXME", 5, false), ("TODO", 7, true)]);
    }
}
