//! What libraries do to data: which calls write, read, open a transaction or take a lock.
//!
//! Known libraries are described in one file each (`src/presets/data`), in the form in which an organisation describes
//! its own under `[[data.library]]` and `[[data.lock]]`. One of the same name takes the place of a known one.

pub mod chain;

use std::ops::Range;
use std::sync::LazyLock;

use serde::Serialize;
use toml::de::DeTable;

use self::chain::ChainPattern;
use super::diagnostic::{Diagnostic, Journal, quote};
use super::library;
use super::table::{Table, Text};

/// What the definition says about data access.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Data {
    /// Whether reads may go to replicas.
    pub replicas: Switch,
    /// Whether each request runs in one transaction.
    pub request_transactions: Switch,
    /// Libraries that access data.
    pub libraries: Vec<Library>,
    /// Libraries of locks.
    pub locks: Vec<Locks>,
}

/// Something that is looked for unless somebody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// Evidence in the code decides.
    #[default]
    Auto,
    /// It is so.
    On,
    /// It is not so.
    Off,
}

/// A library that accesses data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Library {
    /// Its name in reports.
    pub name: String,
    /// Languages it is used from.
    pub languages: Vec<String>,
    /// Modules; the library counts where a file of the repository imports one.
    pub imports: Vec<String>,
    /// Calls that write.
    pub write: Vec<ChainPattern>,
    /// Calls that read.
    pub read: Vec<ChainPattern>,
    /// Calls that run a statement in SQL, which says itself what it does.
    pub sql: Vec<ChainPattern>,
    /// Calls that look like one of these and are none.
    pub never: Vec<ChainPattern>,
    /// Calls whose reads cannot be stale although nothing names the primary.
    pub pin: Vec<ChainPattern>,
    /// Calls that name the primary.
    pub primary: Vec<ChainPattern>,
    /// Calls that run what is given or entered in a transaction, and decorators that do.
    pub transaction: Vec<ChainPattern>,
    /// Calls that begin a transaction and give it a name, or begin one for what follows.
    pub begin: Vec<ChainPattern>,
    /// Calls that end one.
    pub commit: Vec<ChainPattern>,
    /// A call belongs to a transaction only if it goes through its name.
    pub by_handle: bool,
    /// All between two commits is one transaction, even where nothing begins it.
    pub by_session: bool,
    /// What shows that reads go to replicas.
    pub replicas: Vec<Evidence>,
    /// What shows that each request runs in a transaction.
    pub per_request: Vec<Evidence>,
    /// Decorators that take a function out of the transaction of its request.
    pub not_per_request: Vec<ChainPattern>,
}

/// A library of locks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Locks {
    /// Its name in reports.
    pub name: String,
    /// Languages it is used from.
    pub languages: Vec<String>,
    /// Modules; the library counts in files that import one, everywhere if there are none.
    pub imports: Vec<String>,
    /// Calls that make a lock: what they are bound to tells how much shares it.
    pub make: Vec<ChainPattern>,
    /// Calls that take a lock: what they are called on.
    pub take: Vec<ChainPattern>,
    /// Entering a lock takes it.
    pub enter: bool,
    /// Calls that take a lock by its name, at `{key}`.
    pub named: Vec<ChainPattern>,
    /// Calls that lock the rows of a query.
    pub rows: Vec<ChainPattern>,
    /// Calls of a query that say which rows.
    pub filters: Vec<String>,
}

/// Something that shows how a library is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// `setting:NAME`: a setting that is switched on.
    Setting(String),
    /// `import:module`: a module that is imported.
    Import(String),
    /// A call.
    Call(ChainPattern),
}

impl Evidence {
    fn parse(text: &str) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("setting:") {
            return Ok(Self::Setting(name.trim().to_owned()));
        }
        if let Some(module) = text.strip_prefix("import:") {
            return Ok(Self::Import(module.trim().to_owned()));
        }
        ChainPattern::parse(text).map(Self::Call)
    }
}

/// The files of the known libraries, by their names.
const PRESETS: &[(&str, &str)] = &[
    (
        "async-mutex",
        include_str!("../../presets/data/async-mutex.toml"),
    ),
    ("asyncio", include_str!("../../presets/data/asyncio.toml")),
    ("diesel", include_str!("../../presets/data/diesel.toml")),
    ("django", include_str!("../../presets/data/django.toml")),
    ("drizzle", include_str!("../../presets/data/drizzle.toml")),
    ("knex", include_str!("../../presets/data/knex.toml")),
    ("mongoose", include_str!("../../presets/data/mongoose.toml")),
    (
        "parking-lot",
        include_str!("../../presets/data/parking-lot.toml"),
    ),
    ("peewee", include_str!("../../presets/data/peewee.toml")),
    ("prisma", include_str!("../../presets/data/prisma.toml")),
    (
        "python-threading",
        include_str!("../../presets/data/python-threading.toml"),
    ),
    ("redis", include_str!("../../presets/data/redis.toml")),
    ("rust-std", include_str!("../../presets/data/rust-std.toml")),
    ("sea-orm", include_str!("../../presets/data/sea-orm.toml")),
    (
        "sequelize",
        include_str!("../../presets/data/sequelize.toml"),
    ),
    (
        "sqlalchemy",
        include_str!("../../presets/data/sqlalchemy.toml"),
    ),
    ("sqlx", include_str!("../../presets/data/sqlx.toml")),
    (
        "tokio-sync",
        include_str!("../../presets/data/tokio-sync.toml"),
    ),
    ("tortoise", include_str!("../../presets/data/tortoise.toml")),
    ("typeorm", include_str!("../../presets/data/typeorm.toml")),
];

/// The names of the libraries and locks that are known, in their order.
pub fn preset_names() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(name, _)| *name)
}

static KNOWN: LazyLock<Data> = LazyLock::new(|| {
    let mut known = Data::default();
    for (_, text) in PRESETS {
        // The tests read them all; one that cannot be read describes nothing.
        if let Ok(mut data) = read_preset(text) {
            known.libraries.append(&mut data.libraries);
            known.locks.append(&mut data.locks);
        }
    }
    known
});

fn read_preset(text: &str) -> Result<Data, String> {
    let journal = Journal::new(text);
    let document = DeTable::parse(text).map_err(|error| error.to_string())?;
    let mut root = Table::root(&journal, document.get_ref());
    let data = root.table("data").map(Data::read).unwrap_or_default();
    root.finish();
    match journal.finish("preset") {
        Ok(()) => Ok(data),
        Err(diagnostics) => Err(diagnostics.render(false)),
    }
}

static NOTHING: LazyLock<Data> = LazyLock::new(Data::default);

impl Data {
    /// What holds where a definition says nothing of data.
    pub fn known() -> &'static Self {
        &NOTHING
    }

    /// All libraries: those of the definition, then the known ones that it does not describe itself.
    pub fn all_libraries(&self) -> impl Iterator<Item = &Library> {
        let own = |name: &str| self.libraries.iter().any(|library| library.name == name);
        let known = KNOWN.libraries.iter();
        self.libraries
            .iter()
            .chain(known.filter(move |library| !own(&library.name)))
    }

    /// All libraries of locks, in the same way.
    pub fn all_locks(&self) -> impl Iterator<Item = &Locks> {
        let own = |name: &str| self.locks.iter().any(|locks| locks.name == name);
        let known = KNOWN.locks.iter();
        self.locks
            .iter()
            .chain(known.filter(move |locks| !own(&locks.name)))
    }

    pub(super) fn read(mut table: Table) -> Self {
        let data = Self {
            replicas: switch(&mut table, "replicas"),
            request_transactions: switch(&mut table, "request_transactions"),
            libraries: table.tables("library").map_or_else(Vec::new, |tables| {
                tables.into_iter().map(Library::read).collect()
            }),
            locks: table.tables("lock").map_or_else(Vec::new, |tables| {
                tables.into_iter().map(Locks::read).collect()
            }),
        };
        table.finish();
        data
    }
}

/// `"auto"`, `true` or `false`.
fn switch(table: &mut Table, key: &'static str) -> Switch {
    if table.is_text(key) || table.is_exploring() {
        let chosen = table.choice(key, &[("auto", Switch::Auto)]);
        if !table.is_exploring() {
            return chosen.unwrap_or_default();
        }
    }
    match table.boolean(key) {
        Some(true) => Switch::On,
        Some(false) => Switch::Off,
        None => Switch::Auto,
    }
}

impl Library {
    fn read(mut table: Table) -> Self {
        let before = table.mistakes();
        let library = Self {
            name: name(&mut table),
            languages: library::languages(&mut table).unwrap_or_default(),
            imports: words(&mut table, "imports"),
            write: patterns(&mut table, "write"),
            read: patterns(&mut table, "read"),
            sql: patterns(&mut table, "sql"),
            never: patterns(&mut table, "never"),
            pin: patterns(&mut table, "pin"),
            primary: patterns(&mut table, "primary"),
            transaction: patterns(&mut table, "transaction"),
            begin: patterns(&mut table, "begin"),
            commit: patterns(&mut table, "commit"),
            by_handle: table.boolean("by_handle").unwrap_or_default(),
            by_session: table.boolean("by_session").unwrap_or_default(),
            replicas: parsed(&mut table, "replicas", Evidence::parse),
            per_request: parsed(&mut table, "per_request", Evidence::parse),
            not_per_request: patterns(&mut table, "not_per_request"),
        };
        let describes =
            !(library.write.is_empty() && library.read.is_empty() && library.sql.is_empty());
        if !describes && table.mistakes() == before {
            table.report_here(
                Diagnostic::new("the library neither reads nor writes")
                    .label("no `write`, `read` or `sql`")
                    .help("name its calls: write = [\"**.{entity}.save()\"], read = [\"{Entity}.load\"]"),
            );
        }
        table.finish();
        library
    }
}

impl Locks {
    fn read(mut table: Table) -> Self {
        let before = table.mistakes();
        let locks = Self {
            name: name(&mut table),
            languages: library::languages(&mut table).unwrap_or_default(),
            imports: words(&mut table, "imports"),
            make: patterns(&mut table, "make"),
            take: patterns(&mut table, "take"),
            enter: table.boolean("enter").unwrap_or_default(),
            named: patterns(&mut table, "named"),
            rows: patterns(&mut table, "rows"),
            filters: words(&mut table, "filters"),
        };
        let takes = locks.enter
            || !(locks.take.is_empty() && locks.named.is_empty() && locks.rows.is_empty());
        if !takes && table.mistakes() == before {
            table.report_here(
                Diagnostic::new("nothing takes a lock of this library")
                    .label("no `take`, `named`, `rows` or `enter`")
                    .help("name what takes it: named = [\"**.lock({key})\"]"),
            );
        }
        table.finish();
        locks
    }
}

fn name(table: &mut Table) -> String {
    match table.text("name") {
        Some(Text { text, .. }) if !text.trim().is_empty() => text,
        _ => {
            table.report(
                "name",
                Diagnostic::new("a library needs a name")
                    .label("no `name`")
                    .help("write name = \"orders-client\""),
            );
            String::new()
        }
    }
}

fn words(table: &mut Table, key: &'static str) -> Vec<String> {
    let texts = table.texts(key).unwrap_or_default();
    texts.into_iter().map(|text| text.text).collect()
}

fn patterns(table: &mut Table, key: &'static str) -> Vec<ChainPattern> {
    parsed(table, key, ChainPattern::parse)
}

/// A list of texts that mean something; those that do not are reported where they stand.
fn parsed<T>(
    table: &mut Table,
    key: &'static str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Vec<T> {
    let mut read = Vec::new();
    for Text { text, span, .. } in table.texts(key).unwrap_or_default() {
        match parse(&text) {
            Ok(value) => read.push(value),
            Err(reason) => report(table, key, &text, span, &reason),
        }
    }
    read
}

fn report(table: &Table, key: &str, text: &str, span: Range<usize>, reason: &str) {
    let message = format!("{} is no pattern of calls: {reason}", quote(text));
    table.report(
        key,
        Diagnostic::new(message)
            .at(span)
            .label("not a pattern")
            .help("a pattern reads like a call: `{Entity}.objects.**.create|update`, `**.session.add({entity})`"),
    );
}

#[cfg(test)]
mod tests {
    use super::{Data, PRESETS, read_preset};
    use crate::definition;

    #[test]
    fn every_preset_can_be_read_and_describes_what_its_file_is_called() {
        for (name, text) in PRESETS {
            let data = read_preset(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let libraries = data.libraries.iter().map(|library| &library.name);
            let names: Vec<&String> = libraries
                .chain(data.locks.iter().map(|locks| &locks.name))
                .collect();
            assert!(
                !names.is_empty() && names.iter().all(|one| one == name),
                "{name}: {names:?}"
            );
            assert!(text.starts_with("# "), "{name} does not say what it is");
        }
        assert!(PRESETS.is_sorted_by_key(|(name, _)| name));
    }

    #[test]
    fn every_file_of_a_preset_is_one() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/src/presets/data");
        let files = std::fs::read_dir(directory).unwrap().count();
        assert_eq!(files, PRESETS.len());
    }

    fn data(text: &str) -> Result<Data, String> {
        let text = format!("version = 1\nextends = \"builtin\"\n{text}");
        definition::parse(text.as_bytes(), "quality.toml")
            .map(|definition| definition.data)
            .map_err(|diagnostics| diagnostics.render(false))
    }

    #[test]
    fn a_library_of_ones_own_has_the_form_of_a_known_one_and_takes_its_place() {
        let own = data(
            "[data]\nreplicas = true\n[[data.library]]\nname = \"prisma\"\nlanguages = [\"typescript\"]\n\
             imports = [\"@acme/orders\"]\nwrite = [\"**.orders.put\"]\n",
        )
        .unwrap();
        let prisma: Vec<_> = own
            .all_libraries()
            .filter(|library| library.name == "prisma")
            .collect();
        assert_eq!(prisma.len(), 1);
        assert_eq!(prisma[0].write[0].text(), "**.orders.put");
        assert!(own.all_libraries().any(|library| library.name == "django"));
    }

    #[test]
    fn mistakes_are_told_where_they_stand() {
        for (text, parts) in [
            (
                "[[data.library]]\nname = \"x\"\nwrite = [\"a.{Model}.b\"]\n",
                &["quality.toml:5:10", "{Model}"][..],
            ),
            (
                "[[data.library]]\nname = \"x\"\nwriet = [\"a.b\"]\n",
                &["did you mean `write`?"],
            ),
            ("[[data.library]]\nwrite = [\"a.b\"]\n", &["needs a name"]),
            ("[[data.lock]]\nname = \"x\"\n", &["nothing takes a lock"]),
            ("[data]\nreplicas = \"maybe\"\n", &["\"maybe\"", "auto"]),
        ] {
            let message = data(text).unwrap_err();
            for part in parts {
                assert!(message.contains(part), "{part} is not in {message}");
            }
        }
    }
}
