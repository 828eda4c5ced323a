//! The settings of `preferred-imports`: how a library is named, and the libraries known to serve one purpose.

use std::fmt;

use serde::{Serialize, Serializer};

use super::diagnostic::{Diagnostic, Place, closest, quote};
use super::pattern::PatternSet;
use super::table::{Shape, Table, Text, listed};
use crate::languages::Language;

/// Settings of `preferred-imports`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PreferredImports {
    /// What to use.
    pub prefer: Vec<Entry>,
    /// What not to use instead.
    pub over: Vec<Entry>,
    /// Languages it is about, sorted; every one if there are none.
    pub languages: Vec<String>,
    /// Files that may import what they like, such as the wrapper itself.
    pub exempt: PatternSet,
    /// A purpose whose known libraries are added to `over`.
    pub preset: Option<Preset>,
}

impl PreferredImports {
    /// Everything not to use in files of this language: `over`, then the preset, without what is preferred.
    pub fn competitors(&self, language: &str) -> Vec<Entry> {
        let preset = self
            .preset
            .iter()
            .flat_map(|preset| preset.entries(language));
        let mut competitors: Vec<Entry> = Vec::new();
        for entry in self.over.iter().cloned().chain(preset) {
            if !self.prefer.contains(&entry) && !competitors.contains(&entry) {
                competitors.push(entry);
            }
        }
        competitors
    }

    /// Whether the component speaks about files of this language.
    pub fn is_about(&self, language: &str) -> bool {
        self.languages.is_empty() || self.languages.iter().any(|name| name == language)
    }

    pub(super) fn read(self, table: &mut Table) -> Self {
        let mut presets: Vec<(&str, Option<Preset>)> = Preset::all()
            .map(|preset| (preset.name(), Some(preset)))
            .collect();
        presets.push(("none", None));
        let before = table.mistakes();
        let settings = Self {
            prefer: entries(table, "prefer").unwrap_or(self.prefer),
            over: entries(table, "over").unwrap_or(self.over),
            languages: languages(table).unwrap_or(self.languages),
            exempt: table.patterns("exempt").unwrap_or(self.exempt),
            preset: table.choice("preset", &presets).unwrap_or(self.preset),
        };
        // What could not be read is missing here; that was said.
        if table.mistakes() > before {
            return settings;
        }
        if settings.prefer.is_empty() && !settings.over.is_empty() {
            let key = if table.has("prefer") {
                "prefer"
            } else {
                "over"
            };
            table.report(
                key,
                Diagnostic::new("nothing is preferred over these libraries")
                    .label("`prefer` names nothing")
                    .help(
                        "name what to use instead: prefer = [\"httpx\", \"path:app/lib/http.py\"]",
                    ),
            );
        } else if settings.over.is_empty() && settings.preset.is_none() {
            table.report(
                "over",
                Diagnostic::new("there is nothing to compare the preferred library with")
                    .label("neither `over` nor `preset`")
                    .help(
                        "name the others, over = [\"requests\"], or a known set, preset = \"http\"",
                    ),
            );
        }
        settings
    }
}

/// Reads entries; what cannot be read is reported and left out.
pub(super) fn entries(table: &mut Table, key: &'static str) -> Option<Vec<Entry>> {
    let texts = table.texts(key)?;
    let mut entries = Vec::with_capacity(texts.len());
    for Text { text, span, place } in texts {
        match parse(&text, place) {
            Ok(entry) => entries.push(entry),
            Err(reason) => table.report(
                key,
                Diagnostic::new(format!("{} {reason}", quote(&text)))
                    .at(span)
                    .label("not a library")
                    .help("a package `httpx`, a module `urllib.request`, a wrapper `path:app/http.py`, a package without a part `aiohttp!web` or a global `global:fetch`"),
            ),
        }
    }
    Some(entries)
}

/// The names of all languages with facts.
pub(super) fn known_languages() -> Vec<&'static str> {
    let mut known: Vec<&str> = Language::all().map(|language| language.name()).collect();
    known.dedup();
    known
}

pub(super) fn languages(table: &mut Table) -> Option<Vec<String>> {
    table.note("languages", || Shape::Among(known_languages()));
    let texts = table.texts("languages")?;
    let known = known_languages();
    let mut names = Vec::new();
    for Text { text, span, .. } in texts {
        if known.contains(&text.as_str()) {
            names.push(text);
        } else {
            let label = closest(&text, &known).map_or_else(
                || "unknown language".to_owned(),
                |meant| format!("did you mean `{meant}`?"),
            );
            let diagnostic = Diagnostic::new(format!("unknown language {}", quote(&text)))
                .at(span)
                .label(label)
                .help(format!("the languages are {}", listed(&known)));
            table.report("languages", diagnostic);
        }
    }
    names.sort();
    names.dedup();
    Some(names)
}

/// One library as the definition names it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As it was written.
    pub text: String,
    /// What it means.
    pub kind: EntryKind,
    /// Where it is written, for the warning that nothing imports it.
    pub place: Place,
}

/// What an entry names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A package or module and everything below it: `httpx`, `urllib.request`, `@scope/name`, `hyper::client`.
    Module {
        /// The name, without a `node:` before it.
        name: String,
        /// Parts below that are not meant: `aiohttp!web` leaves out `web`.
        except: Vec<String>,
    },
    /// A file of this repository that wraps a library: `path:app/lib/http.py`.
    Path(String),
    /// A name that needs no import: `global:fetch`, `global:$.ajax`.
    Global(String),
}

impl PartialEq for Entry {
    /// Where an entry is written does not change what it means.
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Entry {}

impl Serialize for Entry {
    /// How an entry is spelled does not change what it means either.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.kind)
    }
}

impl fmt::Display for EntryKind {
    /// In the notation of the definition, without a `node:` before a module.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module { name, except } => {
                formatter.write_str(name)?;
                except
                    .iter()
                    .try_for_each(|part| write!(formatter, "!{part}"))
            }
            Self::Path(path) => write!(formatter, "path:{path}"),
            Self::Global(name) => write!(formatter, "global:{name}"),
        }
    }
}

/// Reads one entry; the error says what is wrong with it and reads on from its name.
pub(super) fn parse(text: &str, place: Place) -> Result<Entry, &'static str> {
    let kind = if text.len() > 500 {
        return Err("is longer than 500 bytes");
    } else if let Some(path) = text.strip_prefix("path:") {
        if path.is_empty() || path.starts_with('/') || path.contains('\\') {
            return Err("is not a path from the root of the repository");
        }
        if path
            .split('/')
            .any(|part| part.is_empty() || part == "." || part == "..")
        {
            return Err("is a path with an empty part, `.` or `..`");
        }
        EntryKind::Path(path.to_owned())
    } else if let Some(name) = text.strip_prefix("global:") {
        if !is_name(name, "_$.") {
            return Err("is not the name of a global");
        }
        EntryKind::Global(name.to_owned())
    } else {
        let bare = text.strip_prefix("node:").unwrap_or(text);
        let mut parts = bare.split('!');
        let name = parts.next().unwrap_or_default();
        if name.replace("::", "").contains(':') {
            return Err("begins with neither `path:` nor `global:`");
        }
        if !is_name(name, "_-.@/:$") {
            return Err("is not the name of a package or module");
        }
        let except: Vec<String> = parts.map(str::to_owned).collect();
        if except.iter().any(|part| !is_name(part, "_-./:$")) {
            return Err("leaves out a part without a legal name");
        }
        EntryKind::Module {
            name: name.to_owned(),
            except,
        }
    };
    Ok(Entry {
        text: text.to_owned(),
        kind,
        place,
    })
}

fn is_name(text: &str, punctuation: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|character| character.is_alphanumeric() || punctuation.contains(character))
}

/// A purpose with the libraries known to serve it: a row of the table of presets.
#[derive(Clone, Copy)]
pub struct Preset(&'static Purpose);

struct Purpose {
    name: &'static str,
    /// Per language, the entries that serve the purpose, in the notation of the definition.
    libraries: &'static [(&'static str, &'static [&'static str])],
}

const HTTP_ECMASCRIPT: &[&str] = &[
    "axios",
    "got",
    "http",
    "https",
    "ky",
    "needle",
    "node-fetch",
    "request",
    "superagent",
    "undici",
    "global:$.ajax",
    "global:XMLHttpRequest",
    "global:fetch",
    "global:jQuery.ajax",
];

const LOGGING_ECMASCRIPT: &[&str] = &[
    "bunyan", "consola", "log4js", "loglevel", "pino", "signale", "winston",
];

const DATES_ECMASCRIPT: &[&str] = &[
    "@js-joda/core",
    "date-fns",
    "dayjs",
    "luxon",
    "moment",
    "moment-timezone",
    "temporal-polyfill",
    "@js-temporal/polyfill",
];

static PRESETS: &[Purpose] = &[
    Purpose {
        name: "dates",
        libraries: &[
            ("javascript", DATES_ECMASCRIPT),
            (
                "python",
                &[
                    "arrow", "dateutil", "delorean", "maya", "pendulum", "whenever",
                ],
            ),
            ("rust", &["chrono", "jiff", "time"]),
            ("typescript", DATES_ECMASCRIPT),
        ],
    },
    Purpose {
        name: "http",
        libraries: &[
            ("javascript", HTTP_ECMASCRIPT),
            (
                "python",
                &[
                    // The server halves of these packages are not clients.
                    "aiohttp!web",
                    "http.client",
                    "httplib2",
                    "httpx",
                    "niquests",
                    "pycurl",
                    "requests",
                    "treq",
                    "urllib.request",
                    "urllib3",
                ],
            ),
            (
                "rust",
                &[
                    "attohttpc",
                    "awc",
                    "curl",
                    "hyper!server",
                    "isahc",
                    "minreq",
                    "reqwest",
                    "surf",
                    "ureq",
                ],
            ),
            ("typescript", HTTP_ECMASCRIPT),
        ],
    },
    Purpose {
        name: "logging",
        libraries: &[
            ("javascript", LOGGING_ECMASCRIPT),
            ("python", &["logbook", "logging", "loguru", "structlog"]),
            ("rust", &["defmt", "log", "slog", "tracing"]),
            ("typescript", LOGGING_ECMASCRIPT),
        ],
    },
];

impl Preset {
    /// Every preset, sorted by name.
    pub fn all() -> impl Iterator<Item = Self> {
        PRESETS.iter().map(Self)
    }

    /// Its name in the definition.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The libraries of a language that serve the purpose; none for a language it does not know.
    pub fn entries(self, language: &str) -> Vec<Entry> {
        self.0
            .libraries
            .iter()
            .filter(|(name, _)| *name == language)
            .flat_map(|(_, texts)| texts.iter())
            .filter_map(|text| parse(text, Place::default()).ok())
            .collect()
    }
}

impl PartialEq for Preset {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Preset {}

impl fmt::Debug for Preset {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.name)
    }
}

impl Serialize for Preset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.name)
    }
}

#[cfg(test)]
mod tests {
    use super::{EntryKind, PRESETS, Preset, parse};
    use crate::definition::diagnostic::Place;
    use crate::languages::Language;

    fn kind(text: &str) -> Option<EntryKind> {
        parse(text, Place::default()).ok().map(|entry| entry.kind)
    }

    #[test]
    fn every_notation_of_a_library_is_understood() {
        let module = |name: &str, except: &[&str]| {
            Some(EntryKind::Module {
                name: name.to_owned(),
                except: except.iter().map(|part| (*part).to_owned()).collect(),
            })
        };
        assert_eq!(kind("httpx"), module("httpx", &[]));
        assert_eq!(kind("urllib.request"), module("urllib.request", &[]));
        assert_eq!(kind("aiohttp!web"), module("aiohttp", &["web"]));
        assert_eq!(kind("node:http"), module("http", &[]));
        assert_eq!(kind("@scope/name"), module("@scope/name", &[]));
        assert_eq!(kind("hyper::client"), module("hyper::client", &[]));
        assert_eq!(
            kind("path:app/http.py"),
            Some(EntryKind::Path("app/http.py".to_owned()))
        );
        assert_eq!(
            kind("global:$.ajax"),
            Some(EntryKind::Global("$.ajax".to_owned()))
        );
    }

    #[test]
    fn what_an_entry_means_is_written_in_the_notation_it_was_read_in() {
        for text in [
            "httpx",
            "aiohttp!web!client",
            "@scope/name",
            "hyper::client",
            "path:app/http.py",
            "global:$.ajax",
        ] {
            assert_eq!(
                kind(text).map(|kind| kind.to_string()).as_deref(),
                Some(text)
            );
        }
        let spelled = kind("node:http").map(|kind| kind.to_string());
        assert_eq!(spelled.as_deref(), Some("http"));
    }

    #[test]
    fn what_names_no_library_is_refused() {
        for bad in [
            "",
            " ",
            "a b",
            "path:",
            "path:/etc",
            "path:../x",
            "path:a//b",
            "global:",
            "gem:x",
            "a!",
            "!web",
            "a\u{1b}",
        ] {
            assert_eq!(kind(bad), None, "{bad}");
        }
    }

    #[test]
    fn presets_are_sorted_and_every_row_is_legal_and_about_a_language_we_read() {
        assert!(PRESETS.is_sorted_by_key(|purpose| purpose.name));
        for purpose in PRESETS {
            for (language, texts) in purpose.libraries {
                assert!(Language::all().any(|known| known.name() == *language));
                assert_eq!(Preset(purpose).entries(language).len(), texts.len());
            }
        }
    }
}
