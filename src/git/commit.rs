//! One commit, read leniently: what git tolerates in a header does not cost us the history behind it.

use super::objects::ObjectId;

/// No commit was made after 2100-01-01: a later time is an overflow or a joke.
pub(super) const LATEST_TIME: i64 = 4_102_444_800;

/// What a commit object says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawCommit {
    /// The root directory.
    pub tree: ObjectId,
    /// In the order of the header; the first is the mainline.
    pub parents: Vec<ObjectId>,
    /// Who wrote it.
    pub author: Person,
    /// Committer time in seconds since the epoch, when it reads as a number from 0 to [`LATEST_TIME`].
    pub time: Option<i64>,
    /// Author time, likewise.
    pub authored: Option<i64>,
    /// The author or committer line is not of the form `name <address> seconds zone`.
    pub malformed: bool,
    /// The first paragraph, its lines joined by spaces.
    pub subject: String,
    /// What follows the first paragraph.
    pub body: String,
}

/// A name and an address, as a header gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Person {
    /// What stands before `<`.
    pub name: String,
    /// What stands between `<` and `>`.
    pub email: String,
}

/// What puts a commit in its place among others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Links {
    /// The root directory.
    pub tree: ObjectId,
    /// In the order of the header; the first is the mainline.
    pub parents: Vec<ObjectId>,
    /// As [`RawCommit::time`].
    pub time: Option<i64>,
}

/// Reads of a commit object what does not take its message. `None` only when it names no tree: then nothing can be told
/// from it.
pub(super) fn links(content: &[u8]) -> Option<Links> {
    let mut tree = None;
    let mut parents = Vec::new();
    let mut time = None;
    for line in header_and_message(content).0.split(|byte| *byte == b'\n') {
        if let Some(id) = line.strip_prefix(b"tree ") {
            tree = tree.or_else(|| ObjectId::from_hex(id));
        } else if let Some(id) = line.strip_prefix(b"parent ") {
            parents.extend(ObjectId::from_hex(id));
        } else if let Some(signature) = line.strip_prefix(b"committer ") {
            time = time.or_else(|| Some(time_of(&String::from_utf8_lossy(signature))));
        }
    }
    Some(Links {
        tree: tree?,
        parents,
        time: time.flatten(),
    })
}

/// Reads a commit object. `None` only when it names no tree.
pub(super) fn parse(content: &[u8]) -> Option<RawCommit> {
    let Links {
        tree,
        parents,
        time,
    } = links(content)?;
    let (header, message) = header_and_message(content);
    let author = header
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(b"author "))
        .map(String::from_utf8_lossy);
    let authored = author.as_deref().and_then(time_of);
    let (subject, body) = split_message(&String::from_utf8_lossy(message));
    Some(RawCommit {
        tree,
        parents,
        author: author.as_deref().map(person).unwrap_or_default(),
        time,
        authored,
        malformed: authored.is_none() || time.is_none(),
        subject,
        body,
    })
}

/// What an annotated tag points to, and when it was made.
pub(super) fn tag(content: &[u8]) -> Option<(ObjectId, Option<i64>)> {
    let lines = || header_and_message(content).0.split(|byte| *byte == b'\n');
    let field = |name: &[u8]| lines().find_map(|line| line.strip_prefix(name));
    let object = ObjectId::from_hex(field(b"object ")?)?;
    let tagger = field(b"tagger ").map(String::from_utf8_lossy);
    Some((object, tagger.as_deref().and_then(time_of)))
}

fn header_and_message(content: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memmem::find(content, b"\n\n") {
        Some(end) => (&content[..end], &content[end + 2..]),
        None => (content, &[][..]),
    }
}

/// What stands before and behind the last `>` of a signature, which ends the address: a name with brackets cannot move the
/// time.
fn who_and_when(line: &str) -> (&str, &str) {
    match line.rfind('>') {
        Some(end) => (&line[..end], &line[end + 1..]),
        None => (line, ""),
    }
}

/// The name and the address a line begins with.
pub(super) fn person(line: &str) -> Person {
    let (who, _) = who_and_when(line);
    let (name, email) = who.split_once('<').unwrap_or((who, ""));
    Person {
        name: name.trim().to_owned(),
        email: email.trim().to_owned(),
    }
}

fn time_of(line: &str) -> Option<i64> {
    let (_, when) = who_and_when(line);
    let seconds = when.split_ascii_whitespace().next()?.parse().ok()?;
    (0..=LATEST_TIME).contains(&seconds).then_some(seconds)
}

/// The first paragraph in one line, and the rest.
fn split_message(message: &str) -> (String, String) {
    let mut subject = String::new();
    let mut rest = message;
    while !rest.is_empty() {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.trim_end();
        if line.is_empty() {
            if !subject.is_empty() {
                break;
            }
        } else {
            if !subject.is_empty() {
                subject.push(' ');
            }
            subject.push_str(line);
        }
        rest = after;
    }
    (subject, rest.trim_start_matches(['\n', '\r']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::{RawCommit, links, parse};

    const TREE: &str = "tree 0123456789abcdef0123456789abcdef01234567\n";
    const GOOD: &str = "A <a@b> 1000 +0000";

    fn signed(author: &str, committer: &str) -> RawCommit {
        let text = format!("{TREE}author {author}\ncommitter {committer}\n\nsubject\n");
        parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_good_commit_gives_all_its_parts() {
        let text = format!(
            "{TREE}parent {id}\nauthor Ada L <ada@x> 5 +0000\ncommitter {GOOD}\ngpgsig x\n y\n\n\none\ntwo\n\n\nbody\n",
            id = "1123456789abcdef0123456789abcdef01234567"
        );
        let commit = parse(text.as_bytes()).unwrap();
        assert_eq!(commit.parents.len(), 1);
        assert_eq!(commit.author.name, "Ada L");
        assert_eq!(commit.author.email, "ada@x");
        assert_eq!(commit.time, Some(1000));
        assert!(!commit.malformed);
        assert_eq!(commit.subject, "one two");
        assert_eq!(commit.body, "body\n");
    }

    #[test]
    fn every_malformed_signature_still_gives_a_commit() {
        for (author, committer, time) in [
            ("A <a@b> -100 +0000", "A <a@b> -100 +0000", None),
            (GOOD, "A <a@b> 99999999999999999999 +0000", None),
            (GOOD, "A <a@b> 9223372036854775807 +0000", None),
            (GOOD, "A <a@b> 253402300800 +0000", None),
            (GOOD, "A <a@b> notadate +0000", None),
            ("A 1000 +0000", GOOD, Some(1000)),
            (GOOD, "", None),
        ] {
            let commit = signed(author, committer);
            assert!(commit.malformed, "{author} / {committer}");
            assert_eq!(commit.time, time, "{author} / {committer}");
            let text = format!("{TREE}author {author}\ncommitter {committer}\n\nsubject\n");
            assert_eq!(links(text.as_bytes()).unwrap().time, time);
        }
        assert!(!signed(GOOD, "A <a@b> 1000 +051800").malformed);
    }

    #[test]
    fn a_commit_without_committer_or_message_is_malformed_not_lost() {
        let commit = parse(format!("{TREE}author {GOOD}\nx y").as_bytes()).unwrap();
        assert!(commit.malformed);
        assert_eq!(commit.subject, "");
        assert_eq!(parse(b"author A <a@b> 1 +0000\n\nx"), None);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_read_lossily() {
        let mut text = format!("{TREE}author ").into_bytes();
        text.extend(b"\xff\xfe <a@b> 1000 +0000\ncommitter A <a@b> 1000 +0000\n\ncaf\xe9 (#7)\n");
        let commit = parse(&text).unwrap();
        assert_eq!(commit.subject, "caf\u{fffd} (#7)");
        assert_eq!(commit.author.email, "a@b");
    }
}
