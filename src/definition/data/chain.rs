//! Patterns of calls: `{Entity}.objects.**.create|update`, the words in which a library is described.
//!
//! A pattern is matched against a chain of names and calls from its first name on, `a.b(x).c(y)` as `a`, `b(x)`, `c(y)`;
//! what follows the match does not matter. `::` and `?.` count as `.`.

use serde::{Serialize, Serializer};

use crate::facts::{Argument, Given};

/// Longest pattern, in bytes.
const LONGEST: usize = 1_000;
/// Most links of a pattern.
const MOST_LINKS: usize = 12;

/// One name of a chain, called or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment<'a> {
    /// The name.
    pub name: &'a str,
    /// What it is indexed with, as written.
    pub index: Option<&'a str>,
    /// What it is given, if it is called.
    pub arguments: Option<&'a [Argument<'a>]>,
}

/// A pattern of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainPattern {
    text: String,
    links: Vec<Link>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Link {
    /// `**`: any number of names, called or not.
    Many,
    One(Name, Option<Asked>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    /// `*`
    Any,
    /// One of these.
    OneOf(Vec<String>),
    /// `{Entity}`, `{entity}` or `{table}`.
    Entity(EntityKind),
}

/// What a call must be given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Asked {
    /// No argument by position.
    nothing: bool,
    entity: Option<EntityKind>,
    key: bool,
    named: Vec<(String, Option<String>)>,
    text: Option<String>,
}

/// How a name tells what is read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// `{Entity}`: a class by its name, which begins with a capital.
    Class,
    /// `{entity}`: a variable, which holds one.
    Variable,
    /// `{table}`: the name itself.
    Table,
}

/// What a pattern found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found<'a> {
    /// What is read or written, with how it is told.
    pub entity: Option<(EntityKind, &'a str)>,
    /// The argument at the place of `{key}`; none if there is no such place.
    pub key: Option<Given<'a>>,
    /// Position of the last segment matched.
    pub last: usize,
}

impl Serialize for ChainPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl ChainPattern {
    /// The pattern as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it, a clause.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("a pattern has at most {LONGEST} bytes"));
        }
        let mut links = Vec::new();
        for written in split(&text.replace("::", "."), '.')? {
            links.push(link(written.trim())?);
        }
        if links.len() > MOST_LINKS {
            return Err(format!("a pattern has at most {MOST_LINKS} links"));
        }
        if !matches!(links.last(), Some(Link::One(..))) {
            return Err("a pattern ends in the name that is called".to_owned());
        }
        Ok(Self {
            text: text.to_owned(),
            links,
        })
    }

    /// Whether its first link is a call: a function of the library, not a method.
    pub fn is_function(&self) -> bool {
        self.links.len() == 1
    }

    /// The names one of which is called; none if any may be.
    pub fn called(&self) -> Option<&[String]> {
        match self.links.last() {
            Some(Link::One(Name::OneOf(names), _)) => Some(names),
            _ => None,
        }
    }

    /// Looks for the pattern at the beginning of a chain: the longest match counts.
    pub fn find<'a>(&self, chain: &[Segment<'a>]) -> Option<Found<'a>> {
        let mut found = None;
        search(
            &self.links,
            chain,
            0,
            Found {
                entity: None,
                key: None,
                last: 0,
            },
            &mut found,
        );
        found
    }

    /// Whether it matches a decorator, `transaction.atomic` or `method_decorator(transaction.atomic)`.
    pub fn is_decorator(&self, written: &str) -> bool {
        let inner = written
            .strip_prefix("method_decorator(")
            .map(|rest| rest.split([',', ')']).next().unwrap_or(rest));
        let name = inner.unwrap_or(written);
        let name = name.split('(').next().unwrap_or(name);
        let nothing: &[Argument] = &[];
        let names: Vec<&str> = name.split('.').collect();
        let chain: Vec<Segment> = names
            .iter()
            .enumerate()
            .map(|(at, name)| Segment {
                name,
                index: None,
                arguments: (at + 1 == names.len()).then_some(nothing),
            })
            .collect();
        self.find(&chain)
            .is_some_and(|found| found.last + 1 == chain.len())
    }
}

/// Tries every way; the depth is that of the pattern.
fn search<'a>(
    links: &[Link],
    chain: &[Segment<'a>],
    at: usize,
    so_far: Found<'a>,
    best: &mut Option<Found<'a>>,
) {
    let Some((link, rest)) = links.split_first() else {
        let is_called = chain
            .get(so_far.last)
            .is_some_and(|last| last.arguments.is_some());
        if is_called && best.is_none_or(|best| best.last < so_far.last) {
            *best = Some(so_far);
        }
        return;
    };
    match link {
        Link::Many => {
            for next in at..chain.len() {
                search(rest, chain, next, so_far, best);
            }
        }
        Link::One(name, given) => {
            let Some(segment) = chain.get(at) else {
                return;
            };
            let mut found = Found { last: at, ..so_far };
            match name {
                Name::Any => {}
                Name::OneOf(names) => {
                    if !names.iter().any(|name| name == segment.name) {
                        return;
                    }
                }
                Name::Entity(kind) => {
                    if *kind == EntityKind::Class
                        && !segment.name.starts_with(|c: char| c.is_uppercase())
                    {
                        return;
                    }
                    found.entity = Some((*kind, segment.name));
                }
            }
            if let Some(given) = given
                && !given.fits(segment, &mut found)
            {
                return;
            }
            search(rest, chain, at + 1, found, best);
        }
    }
}

impl Asked {
    fn fits<'a>(&self, segment: &Segment<'a>, found: &mut Found<'a>) -> bool {
        let Some(arguments) = segment.arguments else {
            return false;
        };
        let first = arguments
            .iter()
            .find(|argument| argument.name.is_none())
            .map(|argument| argument.given);
        if self.nothing && first.is_some() {
            return false;
        }
        if let Some(kind) = self.entity {
            match first {
                Some(Given::Name(path)) => {
                    let name = last_name(path);
                    let is_class = name.starts_with(|c: char| c.is_uppercase());
                    if kind == EntityKind::Class && !is_class {
                        return false;
                    }
                    let kind = if is_class { EntityKind::Class } else { kind };
                    found.entity = Some((kind, name));
                }
                Some(Given::Text(text)) => found.entity = Some((EntityKind::Table, text)),
                _ if kind == EntityKind::Class => return false,
                _ => {}
            }
        }
        if self.key {
            found.key = Some(first.unwrap_or(Given::Expression));
        }
        if let Some(text) = &self.text
            && !matches!(first, Some(Given::Text(given)) if given == text)
        {
            return false;
        }
        self.named.iter().all(|(name, value)| {
            arguments.iter().any(|argument| {
                argument.name == Some(name)
                    && value.as_ref().is_none_or(|value| match argument.given {
                        Given::Text(given) | Given::Name(given) => given == value,
                        _ => false,
                    })
            })
        })
    }
}

/// The name of a class or table in a path: `Order` of `models.Order`, `orders` of `orders::table`.
pub fn last_name(path: &str) -> &str {
    path.split(['.', ':'])
        .rfind(|part| !part.is_empty() && !matches!(*part, "table" | "Entity" | "ActiveModel"))
        .unwrap_or(path)
}

/// Splits at a sign outside brackets.
fn split(text: &str, sign: char) -> Result<Vec<&str>, String> {
    let (mut depth, mut start) = (0_i32, 0);
    let mut parts = Vec::new();
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if character == sign && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + character.len_utf8();
            }
            _ => {}
        }
        if depth < 0 {
            return Err("a bracket is closed that was not opened".to_owned());
        }
    }
    if depth != 0 {
        return Err("a bracket is not closed".to_owned());
    }
    parts.push(&text[start..]);
    Ok(parts)
}

fn link(written: &str) -> Result<Link, String> {
    if written == "**" {
        return Ok(Link::Many);
    }
    let (name, given) = match written.split_once('(') {
        Some((name, given)) => {
            let inner = given
                .strip_suffix(')')
                .ok_or("nothing may stand between `)` and the next `.`")?;
            (name, Some(given_of(inner)?))
        }
        None => (written, None),
    };
    let name = match name {
        "" => return Err("a name is missing between two dots".to_owned()),
        "*" => Name::Any,
        _ if name.starts_with('{') => Name::Entity(entity(name)?),
        _ => {
            let names: Vec<String> = name.split('|').map(str::to_owned).collect();
            let is_name = |name: &String| {
                !name.is_empty()
                    && name
                        .chars()
                        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '$' | '!'))
            };
            if !names.iter().all(is_name) {
                return Err(format!(
                    "`{name}` is no name, and no list of names with `|`"
                ));
            }
            Name::OneOf(names)
        }
    };
    Ok(Link::One(name, given))
}

fn entity(written: &str) -> Result<EntityKind, String> {
    match written {
        "{Entity}" => Ok(EntityKind::Class),
        "{entity}" => Ok(EntityKind::Variable),
        "{table}" => Ok(EntityKind::Table),
        _ => Err(format!(
            "`{written}` is not known; there are {{Entity}}, {{entity}} and {{table}}"
        )),
    }
}

fn given_of(inner: &str) -> Result<Asked, String> {
    let mut given = Asked::default();
    if inner.trim().is_empty() {
        given.nothing = true;
        return Ok(given);
    }
    for part in inner.split(',').map(str::trim) {
        if part == "{key}" {
            given.key = true;
        } else if part.starts_with('{') {
            given.entity = Some(entity(part)?);
        } else if let Some(text) = part.strip_prefix('"') {
            given.text = Some(text.trim_end_matches('"').to_owned());
        } else if let Some((name, value)) = part.split_once('=') {
            let value = value.trim().trim_matches('"');
            let value = (!value.is_empty()).then(|| value.to_owned());
            given.named.push((name.trim().to_owned(), value));
        } else {
            return Err(format!(
                "`{part}` is no argument; write {{entity}}, {{key}}, \"text\" or name="
            ));
        }
    }
    Ok(given)
}

#[cfg(test)]
mod tests {
    use super::{ChainPattern, EntityKind, Segment};
    use crate::facts::{Argument, Given};

    const ORDER: &[Argument] = &[Argument {
        name: None,
        given: Given::Name("models.Order"),
    }];
    const USING: &[Argument] = &[Argument {
        name: Some("using"),
        given: Given::Text("default"),
    }];

    /// A chain in a notation of its own: `save()` is called with nothing, `get(o)` with an order, `get(u)` with a name.
    fn chain(text: &str) -> Vec<Segment<'_>> {
        text.split('.')
            .map(|part| {
                let (name, given) = part.split_once('(').unwrap_or((part, "-"));
                let arguments: Option<&[Argument]> = match given {
                    ")" => Some(&[]),
                    "o)" => Some(ORDER),
                    "u)" => Some(USING),
                    _ => None,
                };
                Segment {
                    name,
                    index: None,
                    arguments,
                }
            })
            .collect()
    }

    fn entity(pattern: &str, text: &str) -> Option<String> {
        let pattern = ChainPattern::parse(pattern).unwrap();
        let found = pattern.find(&chain(text))?;
        Some(found.entity.map_or_else(
            || "-".to_owned(),
            |(kind, name)| match kind {
                EntityKind::Class => name.to_owned(),
                EntityKind::Variable => format!("${name}"),
                EntityKind::Table => format!("#{name}"),
            },
        ))
    }

    #[test]
    fn a_pattern_finds_what_is_read_or_written() {
        for (pattern, text, expected) in [
            (
                "{Entity}.objects.**.create|update",
                "Order.objects.filter(o).update(u)",
                Some("Order"),
            ),
            (
                "{Entity}.objects.**.create|update",
                "Order.objects.create(u)",
                Some("Order"),
            ),
            (
                "{Entity}.objects.**.create|update",
                "order.objects.create(u)",
                None,
            ),
            (
                "{Entity}.objects.**.create|update",
                "Order.objects.update",
                None,
            ),
            ("**.{entity}.save()", "self.order.save()", Some("$order")),
            ("**.{entity}.save()", "disk.save(o)", None),
            (
                "**.session.add({entity})",
                "db.session.add(o)",
                Some("Order"),
            ),
            ("select({Entity})", "select(o).where(u)", Some("Order")),
            (
                "**.prisma.{table}.create",
                "this.prisma.order.create()",
                Some("#order"),
            ),
            ("**.using(using=\"default\")", "Order.using(u)", Some("-")),
            ("**.using(using=\"other\")", "Order.using(u)", None),
        ] {
            assert_eq!(
                entity(pattern, text).as_deref(),
                expected,
                "{pattern} in {text}"
            );
        }
    }

    #[test]
    fn decorators_are_told_with_and_without_arguments() {
        let atomic = ChainPattern::parse("transaction.atomic").unwrap();
        assert!(atomic.is_decorator("transaction.atomic"));
        assert!(atomic.is_decorator("transaction.atomic(using=\"a\")"));
        assert!(atomic.is_decorator("method_decorator(transaction.atomic,name=\"dispatch\")"));
        assert!(!atomic.is_decorator("transaction.non_atomic_requests"));
    }

    #[test]
    fn what_is_no_pattern_is_told() {
        for (text, part) in [
            ("a..b", "missing"),
            ("a.{Model}.b", "{Model}"),
            ("a(b", "not closed"),
            ("a)b", "not opened"),
            ("a.**", "ends"),
            ("a(b)", "no argument"),
            ("a-b", "no name"),
            ("", "missing"),
        ] {
            let message = ChainPattern::parse(text).unwrap_err();
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
