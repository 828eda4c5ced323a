//! What the content of a file says of its class and language: all that has to be remembered to judge it again unread.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::content::{self, REASONS};
use super::extensions::language_named;
use super::{PathVerdict, Settled, UNKNOWN_LANGUAGE};
use crate::class::Class;
use crate::languages::Language;
use crate::path::RepoPath;

/// What content says, as far as the path lets it speak. Equal bytes behind equal [`Lens`]es say the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, Serialize)]
pub struct Seen {
    /// The class content shows, and why.
    class: Option<(Class, Reason)>,
    /// The language it is parsed in.
    #[serde(with = "by_dialect")]
    language: Option<Language>,
    /// The language it is in, where that is one we do not parse.
    unsupported: Option<Unsupported>,
}

/// What a path asks its content for. A key of what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lens {
    language: u8,
    extension: u8,
    chosen: bool,
}

impl Lens {
    /// Three bytes that differ for lenses that differ.
    pub fn bytes(self) -> [u8; 3] {
        [self.language, self.extension, u8::from(self.chosen)]
    }
}

/// Why, in words that stand in a table.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reason(&'static str);

/// The name of a language that stands in a table.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Unsupported(&'static str);

impl PathVerdict {
    /// Through what this verdict looks at content.
    pub fn lens(&self, path: &RepoPath) -> Lens {
        Lens {
            language: match (self.language, self.unsupported) {
                (Some(language), _) => language.index() as u8 + 2,
                (None, Some(_)) => 1,
                (None, None) => 0,
            },
            // The extensions that content is read differently for, and whether a `#!` line counts.
            extension: match path.extension() {
                None => 0,
                Some(b"go") => 2,
                Some(extension) if extension.eq_ignore_ascii_case(b"ts") => 3,
                Some(extension) if extension.eq_ignore_ascii_case(b"css") => 4,
                Some(extension) => match Language::of_extension(extension) {
                    Some(language) => 5 + language.index() as u8,
                    None => 1,
                },
            },
            chosen: self.chosen,
        }
    }

    /// Looks at the content of a file whose class is still open, or has facts.
    pub fn look(&self, path: &RepoPath, bytes: &[u8]) -> Seen {
        let (language, unsupported) = match (self.language, self.unsupported) {
            (None, None) => (
                content::language_of(path, bytes),
                content::unsupported_by_shebang(path, bytes),
            ),
            (language, _) => (language, None),
        };
        let class = content::by_content(path, language, bytes)
            .filter(|(class, _)| !self.chosen || *class == Class::Binary)
            .map(|(class, reason)| (class, Reason(reason)));
        Seen {
            class,
            language,
            unsupported: unsupported.map(Unsupported),
        }
    }

    /// What the file is: the path's word and what was seen of its content, joined.
    pub fn settle(&self, seen: &Seen) -> Settled {
        let unsupported = self.unsupported.or(seen.unsupported.map(|known| known.0));
        let settled = |class, reason, language, unsupported| Settled {
            class,
            reason,
            language,
            unsupported,
        };
        if let Some(class) = self.class.filter(|class| !class.has_facts()) {
            return settled(class, self.reason, self.language, self.unsupported);
        }
        match (seen.class, self.class) {
            (Some((class, Reason(reason))), _) => {
                settled(class, reason, seen.language, unsupported)
            }
            (None, Some(class)) => settled(class, self.reason, seen.language, unsupported),
            (None, None) if seen.language.is_none() && unsupported.is_none() => {
                settled(Class::Data, UNKNOWN_LANGUAGE, None, None)
            }
            (None, None) => settled(Class::Code, "", seen.language, unsupported),
        }
    }
}

impl Seen {
    /// The language facts are to be taken in: none of a file whose content shows another class.
    pub fn language_of_facts(&self) -> Option<Language> {
        self.language.filter(|_| self.class.is_none())
    }

    /// Whether it is no text.
    pub fn is_binary(&self) -> bool {
        self.class.is_some_and(|(class, _)| class == Class::Binary)
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        let known = REASONS.iter().find(|known| **known == text);
        known
            .map(|known| Self(known))
            .ok_or_else(|| serde::de::Error::custom("an unknown reason"))
    }
}

impl Serialize for Unsupported {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Unsupported {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        language_named(text)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("an unknown language"))
    }
}

/// Languages by the name of their dialect, which is unique.
mod by_dialect {
    use super::{Deserialize, Deserializer, Language, Serialize, Serializer};

    pub fn serialize<S: Serializer>(
        language: &Option<Language>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        language.map(Language::dialect).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Language>, D::Error> {
        Option::<&str>::deserialize(deserializer)?
            .map(|name| {
                Language::named(name).ok_or_else(|| serde::de::Error::custom("an unknown language"))
            })
            .transpose()
    }
}
