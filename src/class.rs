//! The classes of files: every listed file has exactly one.

use serde::{Deserialize, Serialize};

/// What kind of file this is. One class per file, the first rule that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
pub enum Class {
    /// Everything else in a language: what measures are about unless they say otherwise.
    Code,
    /// Under a test convention. Whether it holds an enabled test case is a matter of its facts.
    Test,
    /// Helpers, fixtures and configuration of tests.
    TestSupport,
    /// Shown to readers, not shipped.
    Example,
    /// Prose and code that builds documentation.
    Doc,
    /// Build scripts and tool configuration.
    Build,
    /// Database migrations.
    Migration,
    /// JSON, YAML, CSV … and code files that are one literal table.
    Data,
    /// Somebody else's code, kept here.
    Vendored,
    /// Written by a program; lock files.
    Generated,
    /// Minified or bundled.
    Minified,
    /// Not text.
    Binary,
    /// A symbolic link: counted, never followed.
    Link,
    /// A submodule: listed, never entered.
    Submodule,
    /// Excluded by `[files] exclude` of the definition.
    Excluded,
}

impl Class {
    /// All of them, in the order of reports.
    pub const ALL: &[Self] = &[
        Self::Code,
        Self::Test,
        Self::TestSupport,
        Self::Example,
        Self::Doc,
        Self::Build,
        Self::Migration,
        Self::Data,
        Self::Vendored,
        Self::Generated,
        Self::Minified,
        Self::Binary,
        Self::Link,
        Self::Submodule,
        Self::Excluded,
    ];

    /// What is in it, a sentence without its end.
    pub fn about(self) -> &'static str {
        match self {
            Self::Code => {
                "everything else in a language: what measures are about unless they say otherwise"
            }
            Self::Test => {
                "under a test convention. Whether it holds an enabled test case is a matter of its facts"
            }
            Self::TestSupport => "helpers, fixtures and configuration of tests",
            Self::Example => "shown to readers, not shipped",
            Self::Doc => "prose and code that builds documentation",
            Self::Build => "build scripts and tool configuration",
            Self::Migration => "database migrations",
            Self::Data => "JSON, YAML, CSV … and code files that are one literal table",
            Self::Vendored => "somebody else's code, kept here",
            Self::Generated => "written by a program; lock files",
            Self::Minified => "minified or bundled",
            Self::Binary => "not text",
            Self::Link => "a symbolic link: counted, never followed",
            Self::Submodule => "a submodule: listed, never entered",
            Self::Excluded => "excluded by `[files] exclude` of the definition",
        }
    }

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Test => "test",
            Self::TestSupport => "test support",
            Self::Example => "example",
            Self::Doc => "documentation",
            Self::Build => "build",
            Self::Migration => "migration",
            Self::Data => "data",
            Self::Vendored => "vendored",
            Self::Generated => "generated",
            Self::Minified => "minified",
            Self::Binary => "binary",
            Self::Link => "symbolic link",
            Self::Submodule => "submodule",
            Self::Excluded => "excluded by configuration",
        }
    }

    /// Whether its content is read for facts.
    pub fn has_facts(self) -> bool {
        matches!(
            self,
            Self::Code
                | Self::Test
                | Self::TestSupport
                | Self::Example
                | Self::Build
                | Self::Migration
        )
    }
}
