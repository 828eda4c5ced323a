//! What an organisation calls quality: the definition, read from `quality.toml` or built in.
//!
//! Text goes in, a [`Definition`] or [`Diagnostics`] come out; nothing here touches a disk, a clock or the environment.
//! The built-in definition is a file (`builtin.toml`) that enters by the same door as everybody's.
//!
//! How a file and the built-in definition combine:
//! - `extends = "builtin"` starts from the built-in components; each key written replaces that key, lists as a whole,
//!   and settings of a measure key by key. Components of one's own follow the built-in ones in the order of the file.
//! - Without it only the components written count. One that names a measure need not say more: its target and floor
//!   are those of the built-in component with that measure, its weight is 1 and its level `report`.
//! - A file without a single key is the built-in definition.

mod alterations;
mod component;
pub mod coverage;
pub mod data;
pub mod decimal;
pub mod declared;
pub mod diagnostic;
pub mod library;
pub mod pattern;
pub mod probe;
mod read;
pub mod resolved;
pub mod schema;
pub mod settings;
mod table;
pub mod timing;
mod waiver;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use crate::facts::CodePatterns;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use self::alterations::{Alteration, Effect, alterations};
pub use self::coverage::CoverageSettings;
pub use self::data::Data;
pub use self::decimal::Decimal;
pub use self::declared::Declared;
pub use self::diagnostic::{Diagnostic, Diagnostics, Place};
pub use self::library::{Entry, EntryKind, Preset};
pub use self::pattern::{PathFilter, Pattern, PatternSet};
pub use self::probe::{Probe, Ready, Request};
pub use self::settings::Measure;
pub use self::timing::{Format, TimingImport, Unit};
pub use self::waiver::Waiver;

/// The file that holds a definition.
pub const FILE_NAME: &str = "quality.toml";
/// The text of the built-in definition.
pub const BUILTIN_TEXT: &str = include_str!("builtin.toml");
/// Counted up whenever a rule changes so that the same code would get another number.
pub const RULES_VERSION: u32 = 1;
/// Largest definition, in bytes.
const LARGEST: usize = 1 << 20;

/// What one organisation calls quality. Every value is set: nothing is looked up elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// The version of the format.
    pub version: u32,
    /// In the order of the score card: built-in ones first, then in the order of the file. Disabled ones too.
    pub components: Vec<Component>,
    /// Which changes are looked at.
    pub history: HistorySettings,
    /// When a scan or a pull request fails.
    pub gate: GateSettings,
    /// Which files are what, before the rules every repository shares.
    pub files: FileSettings,
    /// What is excused, in the order of the file.
    pub waivers: Vec<Waiver>,
    /// Which coverage reports are believed.
    pub coverage: CoverageSettings,
    /// What libraries do to data.
    pub data: Data,
    /// How `quality probe` starts and asks the program; no number rests on it.
    #[serde(skip)]
    pub probe: Option<Probe>,
    /// 16 hexadecimal digits over everything above, bars of the gate, levels and titles included, and the version of
    /// the rules, but not over grammars: [`Definition::fingerprint`] adds those.
    #[serde(skip)]
    pub id: String,
}

/// One row of the definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Component {
    /// Its name: lower-case letters, digits and hyphens.
    pub id: String,
    /// Its label in the score card, at most 24 characters.
    pub title: String,
    /// The way of looking, with settings.
    pub measure: Measure,
    /// How much it counts beside the others; 0 shows it without counting it.
    pub weight: Decimal,
    /// The share, 0 to 1, that scores 100.
    pub target: Decimal,
    /// The share, 0 to 1 and below the target, that scores 0.
    pub floor: Decimal,
    /// What it may do to a pull request.
    pub level: Level,
    /// What it is about.
    pub paths: PathFilter,
    /// Files to be imitated: they are shown beside what fails before any other that passes. No number rests on them.
    #[serde(skip)]
    pub examples: PatternSet,
    /// Whether it takes part at all.
    pub enabled: bool,
}

/// What a component may do to a pull request; each level does what those before it do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Nothing: it is measured.
    Track,
    /// It is shown in the report of the pull request.
    Report,
    /// It fails a pull request that adds a gap.
    Ratchet,
    /// It also fails one while the share is below the floor.
    Block,
}

/// Which changes are looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HistorySettings {
    /// Days back from the head commit's date.
    pub window_days: u32,
    /// The window is extended back until it holds this many changes.
    pub min_changes: u32,
    /// No more than this many changes, the newest.
    pub max_changes: u32,
    /// Changes by authors whose name or address contains one of these, in any case, are listed, not counted.
    pub bots: Vec<String>,
}

impl Default for HistorySettings {
    fn default() -> Self {
        let bots = ["[bot]", "dependabot", "pre-commit-ci", "renovate"];
        Self {
            window_days: 365,
            min_changes: 50,
            max_changes: 2_000,
            bots: bots.map(str::to_owned).to_vec(),
        }
    }
}

/// When a scan or a pull request fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GateSettings {
    /// The lowest score, 0 to 100, that passes; none if every score does.
    pub fail_under: Option<Decimal>,
    /// The most points, 0 to 100, by which a pull request may lower the score; none if any drop passes.
    pub max_drop: Option<Decimal>,
    /// What happens where only what could not be measured would tell whether a bar is kept.
    #[serde(skip_serializing_if = "OnUnmeasured::is_fail")]
    pub on_unmeasured: OnUnmeasured,
}

/// What happens where only what could not be measured would tell; what comes later asks for more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnUnmeasured {
    /// A warning: what was measured decides.
    Warn,
    /// There is no verdict.
    #[default]
    Fail,
}

impl OnUnmeasured {
    /// Whether it is the one nobody has to write down.
    fn is_fail(&self) -> bool {
        *self == Self::Fail
    }
}

/// Globs that say what a file is where the rules every repository shares are wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileSettings {
    /// Not looked at.
    pub exclude: PatternSet,
    /// Somebody else's code.
    pub vendored: PatternSet,
    /// Written by a program.
    pub generated: PatternSet,
    /// Tests.
    pub test: PatternSet,
    /// Shown to readers, not shipped.
    pub example: PatternSet,
}

static BUILTIN: LazyLock<Definition> = LazyLock::new(|| {
    read::read(BUILTIN_TEXT, "builtin.toml", None)
        .unwrap_or_else(|diagnostics| panic!("{diagnostics}"))
});

impl Definition {
    /// The definition that counts where nobody wrote one.
    pub fn builtin() -> Self {
        BUILTIN.clone()
    }

    /// The component with this id, disabled or not.
    pub fn component(&self, id: &str) -> Option<&Component> {
        self.components.iter().find(|component| component.id == id)
    }

    /// The components that take part, in the order of the score card.
    pub fn enabled(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(|component| component.enabled)
    }

    /// What its components look for in code, ready to be looked for.
    pub fn code_patterns(&self) -> CodePatterns {
        let declared = self
            .enabled()
            .filter_map(|component| match &component.measure {
                Measure::Declared(declared) => Some(declared),
                _ => None,
            });
        CodePatterns::new(declared.flat_map(Declared::code_patterns))
    }

    /// 16 hexadecimal digits that differ whenever a number or a verdict could: over every effective value, the version
    /// of the rules, and `versions`, the caller's text of grammar and runtime versions. Order and comments do not
    /// matter. They may differ where every number is the same, as after another bar or title: two results with the
    /// same digits were measured, judged and labelled alike, which is what somebody who reads both relies on.
    pub fn fingerprint(&self, versions: &str) -> String {
        let mut hasher = Sha256::new();
        hasher.update(RULES_VERSION.to_be_bytes());
        hasher.update(self.normalised());
        hasher.update([0]);
        hasher.update(versions);
        let digest = hasher.finalize();
        digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Every effective value as JSON with sorted keys and sorted lists. Disabled components have no effect and no part.
    fn normalised(&self) -> String {
        let mut effective = self.clone();
        effective.components.retain(|component| component.enabled);
        // Serialising plain data cannot fail; an error would still be a value, the same on every machine.
        let mut value = serde_json::to_value(&effective).unwrap_or_default();
        sort_lists(&mut value);
        value.to_string()
    }
}

/// Order never carries meaning in a definition. The depth is that of our own types.
fn sort_lists(value: &mut Value) {
    match value {
        Value::Array(elements) => {
            elements.iter_mut().for_each(sort_lists);
            elements.sort_by_cached_key(Value::to_string);
            elements.dedup();
        }
        Value::Object(fields) => {
            fields.values_mut().for_each(sort_lists);
            fields.sort_keys();
        }
        _ => {}
    }
}

/// Reads a definition. `file_name` is what errors call the file.
pub fn parse(text: &[u8], file_name: &str) -> Result<Definition, Diagnostics> {
    let refuse = |diagnostic| Err(Diagnostics::of_file(file_name, diagnostic));
    if text.len() > LARGEST {
        let message = format!("the file has {} bytes, more than 1 MiB", text.len());
        return refuse(
            Diagnostic::new(message).help("a definition is short; is this the right file?"),
        );
    }
    if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") {
        return refuse(Diagnostic::new("the file is UTF-16").help("save it as UTF-8"));
    }
    // Windows editors write this mark; it carries no meaning.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    match std::str::from_utf8(text) {
        Ok(text) => read::read(text, file_name, Some(&BUILTIN)),
        Err(error) => {
            // Up to the bad byte both texts agree, so the place is right.
            let shown = String::from_utf8_lossy(text);
            let start = error.valid_up_to();
            let byte = text.get(start).copied().unwrap_or_default();
            let journal = diagnostic::Journal::new(&shown);
            journal.report(
                Diagnostic::new(format!("byte 0x{byte:02x} is not UTF-8"))
                    .at(start..start + '\u{fffd}'.len_utf8())
                    .label("not UTF-8")
                    .help("save the file as UTF-8"),
            );
            match journal.finish(file_name) {
                Err(diagnostics) => Err(diagnostics),
                Ok(()) => refuse(Diagnostic::new("the file is not UTF-8")),
            }
        }
    }
}

/// A definition and the file it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// What it says.
    pub definition: Definition,
}

/// Looks for `quality.toml` in `start` and the directories above it, up to `root`; the nearest one counts.
///
/// `read` gives the bytes of a file, `None` if nothing has that name, or why it must not be read
/// (a symbolic link, a directory, a pipe). The answer is `None` if there is no such file at all.
pub fn find(
    start: &Path,
    root: &Path,
    read: impl Fn(&Path) -> Result<Option<Vec<u8>>, String>,
) -> Result<Option<Found>, Diagnostics> {
    // A place outside the repository has no say in it.
    let start = if start.starts_with(root) { start } else { root };
    for directory in start.ancestors() {
        let path = directory.join(FILE_NAME);
        let shown = path.strip_prefix(root).unwrap_or(&path).to_string_lossy();
        match read(&path) {
            Ok(Some(text)) => {
                let definition = parse(&text, &shown)?;
                return Ok(Some(Found { path, definition }));
            }
            Ok(None) if directory == root => break,
            Ok(None) => {}
            Err(reason) => {
                let diagnostic = Diagnostic::new(format!("cannot read the definition: {reason}"))
                    .help("it has to be an ordinary file of at most 1 MiB");
                return Err(Diagnostics::of_file(&shown, diagnostic));
            }
        }
    }
    Ok(None)
}
