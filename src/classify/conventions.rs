//! The table of names: which directory and file names announce which class.
//!
//! A row never reads content. Of all rows that match a path the one of the lowest [`Rank`] decides.

use crate::class::Class;

/// The order in which rules win, lowest first: A.1, with the finer steps that its seventh point needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Somebody else's code.
    Vendored,
    /// Written by a program.
    Generated,
    /// Minified or bundled.
    Minified,
    /// Not text, by extension.
    Binary,
    /// Build files whose extension would make them data or prose.
    BuildFile,
    /// Values, by extension.
    Data,
    /// For people, by extension or name.
    Prose,
    /// In no language and of no known kind.
    Unknown,
    /// Input of tests, whatever the files in it are called.
    Fixture,
    /// Named as configuration or helper of tests.
    SupportName,
    /// Named as a test.
    TestName,
    /// In a directory of helpers inside a directory of tests.
    SupportDirectory,
    /// In a directory of tests.
    TestDirectory,
    /// Benchmarks: not shipped, and no test case.
    Benchmark,
    /// In a directory of examples.
    Example,
    /// In a directory of documentation.
    Documentation,
    /// Build script or tool configuration.
    Build,
    /// Database migration.
    Migration,
}

impl Rank {
    /// The class a rule of this rank gives.
    pub(super) fn class(self) -> Class {
        match self {
            Self::Vendored => Class::Vendored,
            Self::Generated => Class::Generated,
            Self::Minified => Class::Minified,
            Self::Binary => Class::Binary,
            Self::BuildFile | Self::Build => Class::Build,
            Self::Data | Self::Unknown => Class::Data,
            Self::Prose | Self::Documentation => Class::Doc,
            Self::Fixture | Self::SupportName | Self::SupportDirectory | Self::Benchmark => {
                Class::TestSupport
            }
            Self::TestName | Self::TestDirectory => Class::Test,
            Self::Example => Class::Example,
            Self::Migration => Class::Migration,
        }
    }
}

/// Languages that share conventions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Python,
    Ecmascript,
    Rust,
    Go,
    Jvm,
    CSharp,
    Ruby,
    Php,
    Swift,
    C,
    Sql,
    /// A known language without conventions here.
    Other,
    /// No known language.
    None,
}

/// How a name is matched; letters count as written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pattern {
    Exact(&'static str),
    Prefix(&'static str),
    Suffix(&'static str),
    /// Somewhere inside, with something before it.
    Infix(&'static str),
    /// `m?` and at least four digits, then something else: the number of a migration.
    Numbered,
}

impl Pattern {
    /// Whether a file name or path component matches.
    pub(super) fn matches(self, name: &[u8]) -> bool {
        match self {
            Self::Exact(text) => name == text.as_bytes(),
            Self::Prefix(text) => name.starts_with(text.as_bytes()),
            Self::Suffix(text) => name.ends_with(text.as_bytes()),
            Self::Infix(text) => {
                memchr::memmem::find(name, text.as_bytes()).is_some_and(|at| at > 0)
            }
            Self::Numbered => {
                let digits = name.strip_prefix(b"m").unwrap_or(name);
                let count = digits
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                count >= 4 && count < digits.len()
            }
        }
    }
}

/// Where a directory or file has to stand for its row to count.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Anywhere,
    /// No component above it is `src`, `lib` or `app`: there a name belongs to the product.
    OutsideSource,
    /// Below a directory of tests.
    InsideTests,
    /// Its directory has one of these names.
    In(&'static [&'static str]),
    /// Its directory has none of these names.
    NotIn(&'static [&'static str]),
    /// One of the directories above it has one of these names.
    Below(&'static [&'static str]),
    /// It holds a licence file of its own, or a directory below it on the path does.
    Licensed,
}

/// One convention.
pub(super) struct Row {
    pub(super) pattern: Pattern,
    pub(super) rank: Rank,
    pub(super) place: Place,
    /// The families it holds for; empty for all.
    pub(super) only: &'static [Family],
    pub(super) reason: &'static str,
}

impl Row {
    /// Whether the row speaks of files of this family.
    pub(super) fn is_about(&self, family: Family) -> bool {
        self.only.is_empty() || self.only.contains(&family)
    }
}

/// A row for all families, anywhere.
const fn all(pattern: Pattern, rank: Rank, reason: &'static str) -> Row {
    Row {
        pattern,
        rank,
        place: Place::Anywhere,
        only: &[],
        reason,
    }
}

/// A row for some families, anywhere.
const fn some(only: &'static [Family], pattern: Pattern, rank: Rank, reason: &'static str) -> Row {
    Row {
        pattern,
        rank,
        place: Place::Anywhere,
        only,
        reason,
    }
}

impl Row {
    /// The same row, for one kind of place.
    const fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
}

use Family::{C, CSharp, Ecmascript, Go, Jvm, Php, Python, Ruby, Rust, Sql, Swift};
use Pattern::{Exact, Infix, Numbered, Prefix, Suffix};

/// Components of Java package names: `com/example` is a name, not an example.
const PACKAGE_ROOTS: &[&str] = &["com", "org", "net", "io", "de", "dev"];
/// A crate may hold a module `test` that ships; its tests are in `tests`.
const NOT_RUST: &[Family] = &[
    Python,
    Ecmascript,
    Go,
    Jvm,
    CSharp,
    Ruby,
    Php,
    Swift,
    C,
    Sql,
    Family::Other,
    Family::None,
];
/// Families in which a leading `test_` does not make a test: there it may name a helper.
const NOT_BY_PREFIX: &[Family] = &[Ecmascript, Rust];
const MIGRATIONS: &[&str] = &["migrations", "migration", "migrate"];

/// What the name of a directory says of all files below it.
#[rustfmt::skip]
pub(super) static DIRECTORIES: &[Row] = &[
    all(Exact("vendor"), Rank::Vendored, "directory named vendor"),
    all(Exact("vendored"), Rank::Vendored, "directory named vendored"),
    all(Exact("_vendor"), Rank::Vendored, "directory named _vendor"),
    all(Exact("_vendored"), Rank::Vendored, "directory named _vendored"),
    all(Exact("third_party"), Rank::Vendored, "directory named third_party"),
    all(Exact("third-party"), Rank::Vendored, "directory named third-party"),
    all(Exact("thirdparty"), Rank::Vendored, "directory named thirdparty"),
    all(Exact("node_modules"), Rank::Vendored, "directory named node_modules"),
    all(Exact("bower_components"), Rank::Vendored, "directory named bower_components"),
    all(Exact("Pods"), Rank::Vendored, "directory named Pods"),
    all(Exact("Carthage"), Rank::Vendored, "directory named Carthage"),
    all(Exact("external"), Rank::Vendored, "directory named external"),
    all(Exact("extern"), Rank::Vendored, "directory named extern"),
    all(Exact("releases"), Rank::Vendored, "directory .yarn/releases").at(Place::In(&[".yarn"])),
    all(Exact("plugins"), Rank::Vendored, "directory .yarn/plugins").at(Place::In(&[".yarn"])),
    all(Exact("deps"), Rank::Vendored, "directory named deps with its own licence").at(Place::Licensed),
    all(Exact("__generated__"), Rank::Generated, "directory named __generated__"),
    all(Exact("__snapshots__"), Rank::Generated, "directory named __snapshots__"),
    all(Exact("fixtures"), Rank::Fixture, "directory named fixtures"),
    all(Exact("__fixtures__"), Rank::Fixture, "directory named __fixtures__"),
    all(Exact("__mocks__"), Rank::Fixture, "directory named __mocks__"),
    all(Exact("testdata"), Rank::Fixture, "directory named testdata"),
    all(Exact("test_data"), Rank::Fixture, "directory named test_data"),
    all(Exact("test-data"), Rank::Fixture, "directory named test-data"),
    all(Suffix("test-utils"), Rank::SupportDirectory, "directory named test-utils"),
    all(Suffix("test_utils"), Rank::SupportDirectory, "directory named test_utils"),
    all(Suffix("test-support"), Rank::SupportDirectory, "directory named test-support"),
    all(Suffix("test_support"), Rank::SupportDirectory, "directory named test_support"),
    all(Exact("helpers"), Rank::SupportDirectory, "helpers inside tests").at(Place::InsideTests),
    all(Exact("support"), Rank::SupportDirectory, "support inside tests").at(Place::InsideTests),
    all(Exact("mocks"), Rank::SupportDirectory, "mocks inside tests").at(Place::InsideTests),
    all(Exact("tests"), Rank::TestDirectory, "directory named tests"),
    some(NOT_RUST, Exact("test"), Rank::TestDirectory, "directory named test"),
    all(Exact("__tests__"), Rank::TestDirectory, "directory named __tests__"),
    some(&[Ecmascript, Ruby], Exact("spec"), Rank::TestDirectory, "directory named spec"),
    some(&[Ecmascript], Exact("e2e"), Rank::TestDirectory, "directory named e2e"),
    // Directly below `packages` it is the tool of that name, not somebody's tests with it.
    some(&[Ecmascript], Exact("cypress"), Rank::TestDirectory, "directory named cypress").at(Place::NotIn(&["packages"])),
    some(&[Ecmascript], Exact("playwright"), Rank::TestDirectory, "directory named playwright").at(Place::NotIn(&["packages"])),
    some(&[Jvm], Exact("androidTest"), Rank::TestDirectory, "directory named androidTest"),
    some(&[CSharp, Swift], Suffix("Tests"), Rank::TestDirectory, "directory named *Tests"),
    all(Exact("benches"), Rank::Benchmark, "directory named benches"),
    all(Exact("benchmarks"), Rank::Benchmark, "directory named benchmarks"),
    all(Exact("examples"), Rank::Example, "directory named examples"),
    all(Exact("example"), Rank::Example, "directory named example").at(Place::NotIn(PACKAGE_ROOTS)),
    all(Exact("demos"), Rank::Example, "directory named demos").at(Place::OutsideSource),
    all(Exact("demo"), Rank::Example, "directory named demo").at(Place::OutsideSource),
    all(Exact("samples"), Rank::Example, "directory named samples").at(Place::OutsideSource),
    all(Exact("docs"), Rank::Documentation, "directory named docs").at(Place::OutsideSource),
    all(Exact("doc"), Rank::Documentation, "directory named doc").at(Place::OutsideSource),
    all(Exact("documentation"), Rank::Documentation, "directory named documentation").at(Place::OutsideSource),
    some(&[Rust], Exact("xtask"), Rank::Build, "directory named xtask"),
    all(Prefix("."), Rank::Build, "hidden directory"),
    all(Exact("versions"), Rank::Migration, "directory of Alembic versions").at(Place::In(&["alembic", "migrations"])),
    some(&[Sql], Exact("migrations"), Rank::Migration, "directory named migrations"),
];

/// What the name of a file says of it.
#[rustfmt::skip]
pub(super) static NAMES: &[Row] = &[
    some(&[Ecmascript], Exact("jquery.js"), Rank::Vendored, "jquery.js"),
    some(&[Ecmascript], Prefix("jquery-"), Rank::Vendored, "jquery-*.js"),
    some(&[Ecmascript], Exact(".pnp.cjs"), Rank::Generated, ".pnp.cjs"),
    some(&[Ecmascript], Exact(".pnp.loader.mjs"), Rank::Generated, ".pnp.loader.mjs"),
    some(&[Python], Suffix("_pb2.py"), Rank::Generated, "*_pb2.py"),
    some(&[Python], Suffix("_pb2_grpc.py"), Rank::Generated, "*_pb2_grpc.py"),
    some(&[Python], Suffix("_pb2.pyi"), Rank::Generated, "*_pb2.pyi"),
    some(&[Ecmascript], Suffix("_pb.js"), Rank::Generated, "*_pb.js"),
    some(&[Ecmascript], Suffix("_pb.d.ts"), Rank::Generated, "*_pb.d.ts"),
    some(&[Ecmascript], Suffix("_pb.ts"), Rank::Generated, "*_pb.ts"),
    some(&[Go], Suffix(".pb.go"), Rank::Generated, "*.pb.go"),
    some(&[C], Suffix(".pb.cc"), Rank::Generated, "*.pb.cc"),
    some(&[C], Suffix(".pb.h"), Rank::Generated, "*.pb.h"),
    all(Suffix(".g.dart"), Rank::Generated, "*.g.dart"),
    all(Suffix(".freezed.dart"), Rank::Generated, "*.freezed.dart"),
    some(&[CSharp], Suffix(".designer.cs"), Rank::Generated, "*.designer.cs"),
    some(&[CSharp], Suffix(".Designer.cs"), Rank::Generated, "*.Designer.cs"),
    all(Suffix(".Designer.vb"), Rank::Generated, "*.Designer.vb"),
    all(Infix("_generated."), Rank::Generated, "*_generated.*"),
    all(Infix(".generated."), Rank::Generated, "*.generated.*"),
    all(Infix(".gen."), Rank::Generated, "*.gen.*"),
    some(&[Ruby], Exact("schema.rb"), Rank::Generated, "schema.rb of Rails").at(Place::In(&["db"])),
    all(Suffix(".js.map"), Rank::Generated, "source map"),
    all(Suffix(".css.map"), Rank::Generated, "source map"),
    all(Suffix(".ts.map"), Rank::Generated, "source map"),
    all(Suffix(".snap"), Rank::Generated, "snapshot of tests"),
    all(Infix(".min."), Rank::Minified, "*.min.*"),
    some(&[Ecmascript], Infix(".bundle."), Rank::Minified, "*.bundle.js"),

    all(Exact("CMakeLists.txt"), Rank::BuildFile, "CMakeLists.txt"),
    all(Suffix(".cmake"), Rank::BuildFile, "*.cmake"),
    all(Suffix(".mk"), Rank::BuildFile, "*.mk"),
    all(Suffix(".bzl"), Rank::BuildFile, "*.bzl"),
    all(Suffix(".gradle"), Rank::BuildFile, "*.gradle"),
    all(Suffix(".gradle.kts"), Rank::BuildFile, "*.gradle.kts"),
    some(&[Family::None], Prefix("Makefile"), Rank::BuildFile, "Makefile"),
    all(Exact("makefile"), Rank::BuildFile, "Makefile"),
    all(Exact("GNUmakefile"), Rank::BuildFile, "Makefile"),
    some(&[Family::None], Prefix("Dockerfile"), Rank::BuildFile, "Dockerfile"),
    all(Exact("Containerfile"), Rank::BuildFile, "Containerfile"),
    all(Exact("Jenkinsfile"), Rank::BuildFile, "Jenkinsfile"),
    all(Exact("Rakefile"), Rank::BuildFile, "Rakefile"),
    all(Exact("Gemfile"), Rank::BuildFile, "Gemfile"),
    all(Exact("Procfile"), Rank::BuildFile, "Procfile"),
    all(Exact("Vagrantfile"), Rank::BuildFile, "Vagrantfile"),
    all(Exact("justfile"), Rank::BuildFile, "justfile"),
    all(Exact("Justfile"), Rank::BuildFile, "justfile"),
    all(Exact("WORKSPACE"), Rank::BuildFile, "Bazel file"),
    all(Exact("BUILD"), Rank::BuildFile, "Bazel file"),
    all(Exact("BUILD.bazel"), Rank::BuildFile, "Bazel file"),
    all(Exact("MODULE.bazel"), Rank::BuildFile, "Bazel file"),
    all(Exact("meson.build"), Rank::BuildFile, "meson.build"),
    all(Exact("SConstruct"), Rank::BuildFile, "SConstruct"),
    all(Exact("configure"), Rank::BuildFile, "configure"),
    all(Exact("configure.ac"), Rank::BuildFile, "configure.ac"),
    all(Exact("MANIFEST.in"), Rank::BuildFile, "MANIFEST.in"),
    all(Exact("CODEOWNERS"), Rank::BuildFile, "CODEOWNERS"),
    some(&[Family::None], Prefix("requirements-"), Rank::BuildFile, "requirements file"),
    some(&[Family::None], Prefix("requirements_"), Rank::BuildFile, "requirements file"),
    some(&[Family::None], Exact("requirements.in"), Rank::BuildFile, "requirements file"),
    some(&[Family::None], Suffix("requirements.txt"), Rank::BuildFile, "requirements file"),
    some(&[Family::None], Exact("constraints.txt"), Rank::BuildFile, "requirements file"),

    some(&[Family::None], Prefix("README"), Rank::Prose, "README"),
    some(&[Family::None], Prefix("LICENSE"), Rank::Prose, "licence"),
    some(&[Family::None], Prefix("LICENCE"), Rank::Prose, "licence"),
    some(&[Family::None], Prefix("COPYING"), Rank::Prose, "licence"),
    some(&[Family::None], Prefix("NOTICE"), Rank::Prose, "licence"),
    some(&[Family::None], Prefix("AUTHORS"), Rank::Prose, "AUTHORS"),
    some(&[Family::None], Prefix("CHANGE"), Rank::Prose, "changelog"),
    some(&[Family::None], Exact("CHANGES"), Rank::Prose, "changelog"),
    some(&[Family::None], Exact("NEWS"), Rank::Prose, "changelog"),
    some(&[Family::None], Exact("HISTORY"), Rank::Prose, "changelog"),
    some(&[Family::None], Exact("INSTALL"), Rank::Prose, "INSTALL"),
    some(&[Family::None], Exact("TODO"), Rank::Prose, "TODO"),
    some(&[Family::None], Exact("CONTRIBUTING"), Rank::Prose, "CONTRIBUTING"),
    some(&[Family::None], Exact("MAINTAINERS"), Rank::Prose, "MAINTAINERS"),

    some(&[Python], Exact("conftest.py"), Rank::SupportName, "conftest.py"),
    some(&[Ecmascript], Prefix("setupTests."), Rank::SupportName, "setupTests.*"),
    some(&[Ecmascript], Prefix("jest.setup."), Rank::SupportName, "jest.setup.*"),
    some(&[Ecmascript], Prefix("vitest.setup."), Rank::SupportName, "vitest.setup.*"),
    some(NOT_BY_PREFIX, Prefix("test-utils."), Rank::SupportName, "test-utils.*"),
    some(NOT_BY_PREFIX, Prefix("test_utils."), Rank::SupportName, "test_utils.*"),
    some(NOT_BY_PREFIX, Prefix("testutils."), Rank::SupportName, "testutils.*"),
    some(NOT_BY_PREFIX, Prefix("test-helpers."), Rank::SupportName, "test-helpers.*"),
    some(NOT_BY_PREFIX, Prefix("test_helpers."), Rank::SupportName, "test_helpers.*"),
    some(&[Ruby], Exact("test_helper.rb"), Rank::SupportName, "test_helper.rb"),
    some(&[Ruby], Exact("spec_helper.rb"), Rank::SupportName, "spec_helper.rb"),

    some(&[Python], Prefix("test_"), Rank::TestName, "test_*.py"),
    some(&[Python], Suffix("_test.py"), Rank::TestName, "*_test.py"),
    some(&[Python], Exact("tests.py"), Rank::TestName, "tests.py"),
    some(&[Ecmascript], Infix(".test."), Rank::TestName, "*.test.*"),
    some(&[Ecmascript], Infix(".spec."), Rank::TestName, "*.spec.*"),
    some(&[Ecmascript], Infix("-test."), Rank::TestName, "*-test.*"),
    some(&[Ecmascript], Infix("_test."), Rank::TestName, "*_test.*"),
    some(&[Ecmascript], Prefix("test-"), Rank::TestName, "test-*.js"),
    some(&[Rust], Exact("tests.rs"), Rank::TestName, "tests.rs"),
    some(&[Go], Suffix("_test.go"), Rank::TestName, "*_test.go"),
    some(&[Jvm], Infix("Test."), Rank::TestName, "*Test").at(Place::Below(&["test"])),
    some(&[Jvm], Infix("Tests."), Rank::TestName, "*Tests").at(Place::Below(&["test"])),
    some(&[Jvm], Infix("TestCase."), Rank::TestName, "*TestCase").at(Place::Below(&["test"])),
    some(&[Jvm], Infix("IT."), Rank::TestName, "*IT").at(Place::Below(&["test"])),
    some(&[CSharp], Suffix("Test.cs"), Rank::TestName, "*Test.cs"),
    some(&[CSharp], Suffix("Tests.cs"), Rank::TestName, "*Tests.cs"),
    some(&[Ruby], Suffix("_spec.rb"), Rank::TestName, "*_spec.rb"),
    some(&[Ruby], Suffix("_test.rb"), Rank::TestName, "*_test.rb"),
    some(&[Ruby], Prefix("test_"), Rank::TestName, "test_*.rb"),
    some(&[Php], Suffix("Test.php"), Rank::TestName, "*Test.php"),
    some(&[Swift], Suffix("Tests.swift"), Rank::TestName, "*Tests.swift"),
    some(&[C], Infix("_test."), Rank::TestName, "*_test.*"),
    some(&[C], Prefix("test_"), Rank::TestName, "test_*"),
    some(&[C], Suffix("Test.cpp"), Rank::TestName, "*Test.cpp"),

    some(&[Python], Exact("setup.py"), Rank::Build, "setup.py"),
    some(&[Python], Exact("noxfile.py"), Rank::Build, "noxfile.py"),
    some(&[Python], Exact("fabfile.py"), Rank::Build, "fabfile.py"),
    some(&[Python], Exact("conanfile.py"), Rank::Build, "conanfile.py"),
    some(&[Rust], Exact("build.rs"), Rank::Build, "build.rs").at(Place::OutsideSource),
    some(&[Ecmascript], Infix(".config."), Rank::Build, "*.config.js").at(Place::OutsideSource),
    some(&[Ecmascript], Prefix("Gruntfile."), Rank::Build, "Gruntfile.*"),
    some(&[Ecmascript], Prefix("gulpfile."), Rank::Build, "gulpfile.*"),
    all(Prefix("."), Rank::Build, "hidden file"),

    all(Numbered, Rank::Migration, "numbered file in migrations").at(Place::Below(MIGRATIONS)),
];

#[cfg(test)]
mod tests {
    use super::{DIRECTORIES, NAMES, Numbered, Place};

    #[test]
    fn migrations_are_numbered() {
        for name in [
            "0001_initial.py",
            "20240101-users.js",
            "m20220101_000001_a.rs",
            "1588102412341-Name.ts",
        ] {
            assert!(Numbered.matches(name.as_bytes()), "{name}");
        }
        for name in ["__init__.py", "001.py", "m.py", "2024", "state.py"] {
            assert!(!Numbered.matches(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn every_row_has_a_reason() {
        assert!(
            DIRECTORIES
                .iter()
                .chain(NAMES)
                .all(|row| !row.reason.is_empty())
        );
    }

    #[test]
    fn only_directories_can_be_licensed() {
        assert!(
            NAMES
                .iter()
                .all(|row| !matches!(row.place, Place::Licensed))
        );
    }
}
