//! The measures a component can name, and the settings of each with their defaults.

mod changes;
mod items;
mod lines;
mod locks;

use serde::Serialize;
use toml::de::DeTable;

use super::decimal::Decimal;
use super::declared::{Declared, Population};
use super::diagnostic::{Diagnostic, Journal};
use super::library::PreferredImports;
use super::pattern::PatternSet;
use super::table::Table;
use super::timing::TimingImport;
pub use changes::{AttendedCode, LocalChanges, SteadyDeployments};
pub use items::{Boundary, HiddenItems, InternalItems};
pub use lines::{EscapeFreeLines, ShortFiles, TrackedDebt, UniqueLines};
pub use locks::FineLocks;

/// A way of looking, with its settings. In TOML: `measure.short-files = { max_lines = 500 }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Slots (parameters, returns, fields) with a type.
    TypedSlots(TypedSlots),
    /// Files with associated tests.
    TestedFiles(TestedFiles),
    /// Lines a coverage report says were run.
    CoveredLines(CoveredLines),
    /// Declared items that other modules do not see.
    HiddenItems(HiddenItems),
    /// Files that use the preferred library only, among those that use any of its kind.
    PreferredImports(PreferredImports),
    /// Endpoints that answer in time after a cold start.
    FastEndpoints(FastEndpoints),
    /// Functions without an unpinned read after a write.
    SafeReads,
    /// Mutating endpoints with one transaction.
    SingleTransaction,
    /// Locking functions without a coarse lock.
    FineLocks(FineLocks),
    /// Touches on files that are not in every other change.
    CalmTouches(CalmTouches),
    /// Changes of few files.
    SmallChanges(SmallChanges),
    /// Code lines in files that are not too long.
    ShortFiles(ShortFiles),
    /// Function lines that are not too complex.
    SimpleFunctions(SimpleFunctions),
    /// Touches of functions that are not too complex.
    CalmHotSpots(CalmHotSpots),
    /// Exposed items with documentation.
    DocumentedItems,
    /// Code lines that do not silence a tool without a reason.
    ExplainedSuppressions,
    /// Code lines that do not admit debt which is tracked nowhere.
    TrackedDebt(TrackedDebt),
    /// Code lines that are no copy of others.
    UniqueLines(UniqueLines),
    /// Code lines that do not leave what the language checks.
    EscapeFreeLines(EscapeFreeLines),
    /// Changes that do not reach into two modules over a link nobody wrote down.
    LocalChanges(LocalChanges),
    /// Code lines of files of which an author is still active.
    AttendedCode(AttendedCode),
    /// Deployments after which nothing had to be undone or mended in haste.
    SteadyDeployments(SteadyDeployments),
    /// Declared items that other modules do not use.
    InternalItems(InternalItems),
    /// What a definition says in its own words.
    Declared(Declared),
}

impl Measure {
    /// Every measure with its default settings, in the order of the built-in definition, and last the one that says nothing
    /// until somebody does.
    pub fn all() -> [Self; 24] {
        [
            Self::TypedSlots(TypedSlots::default()),
            Self::TestedFiles(TestedFiles::default()),
            Self::CoveredLines(CoveredLines::default()),
            Self::HiddenItems(HiddenItems::default()),
            Self::PreferredImports(PreferredImports::default()),
            Self::FastEndpoints(FastEndpoints::default()),
            Self::SafeReads,
            Self::SingleTransaction,
            Self::FineLocks(FineLocks::default()),
            Self::CalmTouches(CalmTouches::default()),
            Self::SmallChanges(SmallChanges::default()),
            Self::ShortFiles(ShortFiles::default()),
            Self::SimpleFunctions(SimpleFunctions::default()),
            Self::CalmHotSpots(CalmHotSpots::default()),
            Self::DocumentedItems,
            Self::ExplainedSuppressions,
            Self::TrackedDebt(TrackedDebt::default()),
            Self::UniqueLines(UniqueLines::default()),
            Self::EscapeFreeLines(EscapeFreeLines::default()),
            Self::LocalChanges(LocalChanges::default()),
            Self::AttendedCode(AttendedCode::default()),
            Self::SteadyDeployments(SteadyDeployments::default()),
            Self::InternalItems(InternalItems::default()),
            Self::Declared(Declared::default()),
        ]
    }

    /// Its name in the definition and in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TypedSlots(_) => "typed-slots",
            Self::TestedFiles(_) => "tested-files",
            Self::CoveredLines(_) => "covered-lines",
            Self::HiddenItems(_) => "hidden-items",
            Self::PreferredImports(_) => "preferred-imports",
            Self::FastEndpoints(_) => "fast-endpoints",
            Self::SafeReads => "safe-reads",
            Self::SingleTransaction => "single-transaction",
            Self::FineLocks(_) => "fine-locks",
            Self::CalmTouches(_) => "calm-touches",
            Self::SmallChanges(_) => "small-changes",
            Self::ShortFiles(_) => "short-files",
            Self::SimpleFunctions(_) => "simple-functions",
            Self::CalmHotSpots(_) => "calm-hot-spots",
            Self::DocumentedItems => "documented-items",
            Self::ExplainedSuppressions => "explained-suppressions",
            Self::TrackedDebt(_) => "tracked-debt",
            Self::UniqueLines(_) => "unique-lines",
            Self::EscapeFreeLines(_) => "escape-free-lines",
            Self::LocalChanges(_) => "local-changes",
            Self::AttendedCode(_) => "attended-code",
            Self::SteadyDeployments(_) => "steady-deployments",
            Self::InternalItems(_) => "internal-items",
            Self::Declared(_) => "declared",
        }
    }

    /// Whether it looks at history. Such a component never gates: a pull request cannot change the past.
    pub fn is_drawn_from_history(&self) -> bool {
        match self {
            Self::CalmTouches(_)
            | Self::SmallChanges(_)
            | Self::CalmHotSpots(_)
            | Self::LocalChanges(_)
            | Self::AttendedCode(_)
            | Self::SteadyDeployments(_) => true,
            Self::Declared(settings) => settings.population == Population::Change,
            _ => false,
        }
    }

    /// The settings a table writes, over those in `self`.
    pub(super) fn read(self, table: &mut Table) -> Self {
        match self {
            Self::TypedSlots(base) => Self::TypedSlots(base.read(table)),
            Self::TestedFiles(base) => Self::TestedFiles(base.read(table)),
            Self::CoveredLines(base) => Self::CoveredLines(base.read(table)),
            Self::HiddenItems(base) => Self::HiddenItems(base.read(table)),
            Self::PreferredImports(base) => Self::PreferredImports(base.read(table)),
            Self::FastEndpoints(base) => Self::FastEndpoints(base.read(table)),
            Self::CalmTouches(base) => Self::CalmTouches(base.read(table)),
            Self::SmallChanges(base) => Self::SmallChanges(base.read(table)),
            Self::ShortFiles(base) => Self::ShortFiles(base.read(table)),
            Self::SimpleFunctions(base) => Self::SimpleFunctions(base.read(table)),
            Self::CalmHotSpots(base) => Self::CalmHotSpots(base.read(table)),
            Self::TrackedDebt(base) => Self::TrackedDebt(base.read(table)),
            Self::UniqueLines(base) => Self::UniqueLines(base.read(table)),
            Self::EscapeFreeLines(base) => Self::EscapeFreeLines(base.read(table)),
            Self::LocalChanges(base) => Self::LocalChanges(base.read(table)),
            Self::AttendedCode(base) => Self::AttendedCode(base.read(table)),
            Self::SteadyDeployments(base) => Self::SteadyDeployments(base.read(table)),
            Self::InternalItems(base) => Self::InternalItems(base.read(table)),
            Self::FineLocks(base) => Self::FineLocks(base.read(table)),
            Self::Declared(base) => Self::Declared(base.read(table)),
            Self::SafeReads
            | Self::SingleTransaction
            | Self::DocumentedItems
            | Self::ExplainedSuppressions => self,
        }
    }

    /// The keys its table may hold: those that reading an empty one asks for.
    pub(super) fn keys(&self) -> Vec<&'static str> {
        let journal = Journal::new("");
        let nothing = DeTable::new();
        let mut table = Table::root(&journal, &nothing);
        self.clone().read(&mut table);
        table.asked()
    }
}

/// Settings of `typed-slots`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TypedSlots {
    /// What `list[Any]` counts as.
    pub nested_any: NestedAny,
}

/// What a type with `Any` inside counts as; what comes later asks for more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NestedAny {
    /// It has a type.
    #[default]
    Typed,
    /// It has none.
    Hole,
}

impl TypedSlots {
    fn read(self, table: &mut Table) -> Self {
        let words = [("typed", NestedAny::Typed), ("hole", NestedAny::Hole)];
        Self {
            nested_any: table
                .choice("nested_any", &words)
                .unwrap_or(self.nested_any),
        }
    }
}

/// Settings of `tested-files`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestedFiles {
    /// How strongly a test must belong to a file, 1 to 3.
    pub min_strength: u32,
    /// Tests that live where no convention finds them.
    pub map: Vec<TestMap>,
}

/// Files and where their tests are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TestMap {
    /// One glob: the files tested.
    pub source: PatternSet,
    /// One glob: their tests.
    pub tests: PatternSet,
}

impl Default for TestedFiles {
    fn default() -> Self {
        Self {
            min_strength: 2,
            map: Vec::new(),
        }
    }
}

impl TestedFiles {
    fn read(self, table: &mut Table) -> Self {
        Self {
            min_strength: table
                .whole("min_strength", 1..=3)
                .unwrap_or(self.min_strength),
            map: table.tables("map").map_or(self.map, |maps| {
                maps.into_iter().filter_map(TestMap::read).collect()
            }),
        }
    }
}

impl TestMap {
    fn read(mut table: Table) -> Option<Self> {
        let source = table.pattern("source");
        let tests = table.pattern("tests");
        for key in ["source", "tests"] {
            if !table.has(key) {
                let message = format!("`{}` is missing", table.name_of(key));
                table.report(
                    key,
                    Diagnostic::new(message)
                        .label("has `source` or `tests` but not both")
                        .help("write { source = \"lib/**\", tests = \"checks/**\" }"),
                );
            }
        }
        table.finish();
        Some(Self {
            source: source?,
            tests: tests?,
        })
    }
}

/// Settings of `covered-lines`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CoveredLines {
    /// What a file counts as that no report tells of.
    pub absent: Absent,
}

/// What a file counts as that no report tells of; what comes later asks for more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// Nothing: it is left out.
    Ignore,
    /// None of its statements was run.
    #[default]
    Zero,
}

impl CoveredLines {
    fn read(self, table: &mut Table) -> Self {
        let words = [("zero", Absent::Zero), ("ignore", Absent::Ignore)];
        Self {
            absent: table.choice("absent", &words).unwrap_or(self.absent),
        }
    }
}

/// Settings of `fast-endpoints`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FastEndpoints {
    /// Slowest first answer, in milliseconds.
    pub within_ms: u32,
    /// A report that was written so many days before the head commit is too old to be believed.
    pub max_age_days: u32,
    /// Where timings are taken from.
    pub import: Vec<TimingImport>,
}

impl Default for FastEndpoints {
    fn default() -> Self {
        Self {
            within_ms: 500,
            max_age_days: 7,
            import: Vec::new(),
        }
    }
}

impl FastEndpoints {
    fn read(self, table: &mut Table) -> Self {
        Self {
            within_ms: table
                .whole("within_ms", 1..=600_000)
                .unwrap_or(self.within_ms),
            max_age_days: table
                .whole("max_age_days", 0..=36_500)
                .unwrap_or(self.max_age_days),
            import: table.tables("import").map_or(self.import, |imports| {
                imports.into_iter().filter_map(TimingImport::read).collect()
            }),
        }
    }
}

/// Settings of `calm-touches`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalmTouches {
    /// A file in more than this share of the changes is hot.
    pub above: Decimal,
}

impl Default for CalmTouches {
    fn default() -> Self {
        Self {
            above: Decimal::from_millionths(100_000),
        }
    }
}

impl CalmTouches {
    fn read(self, table: &mut Table) -> Self {
        let range = Decimal::from_millionths(1_000)..=Decimal::from_millionths(Decimal::SCALE);
        Self {
            above: table.decimal("above", range).unwrap_or(self.above),
        }
    }
}

/// Settings of `small-changes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SmallChanges {
    /// Most files of a small change.
    pub max_files: u32,
}

impl Default for SmallChanges {
    fn default() -> Self {
        Self { max_files: 10 }
    }
}

impl SmallChanges {
    fn read(self, table: &mut Table) -> Self {
        Self {
            max_files: table
                .whole("max_files", 1..=100_000)
                .unwrap_or(self.max_files),
        }
    }
}

/// Settings of `simple-functions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SimpleFunctions {
    /// Highest cognitive complexity of a simple function.
    pub max_cognitive: u32,
}

impl Default for SimpleFunctions {
    fn default() -> Self {
        Self { max_cognitive: 15 }
    }
}

impl SimpleFunctions {
    fn read(self, table: &mut Table) -> Self {
        Self {
            max_cognitive: max_cognitive(table).unwrap_or(self.max_cognitive),
        }
    }
}

/// Settings of `calm-hot-spots`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalmHotSpots {
    /// Highest cognitive complexity of a simple function.
    pub max_cognitive: u32,
}

impl Default for CalmHotSpots {
    fn default() -> Self {
        Self { max_cognitive: 15 }
    }
}

impl CalmHotSpots {
    fn read(self, table: &mut Table) -> Self {
        Self {
            max_cognitive: max_cognitive(table).unwrap_or(self.max_cognitive),
        }
    }
}

fn max_cognitive(table: &mut Table) -> Option<u32> {
    table.whole("max_cognitive", 0..=10_000)
}
