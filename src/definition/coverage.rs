//! The table `[coverage]`: where coverage reports lie, which files their paths mean, and how old they may be.

use serde::Serialize;

use super::diagnostic::Diagnostic;
use super::pattern::PatternSet;
use super::table::Table;

/// Which coverage reports are believed, and how they are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoverageSettings {
    /// Globs of the reports; none for the usual places.
    pub reports: PatternSet,
    /// What paths in reports begin with, and what that means here.
    pub path_map: Vec<PathMap>,
    /// Globs of paths in reports, as written there, that are not about this repository.
    pub except: PatternSet,
    /// By how many days a report may be older than the last commit of a file.
    pub max_age_days: u32,
}

/// The beginning of paths in reports and what it means here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathMap {
    /// As it is written there, with `/` between names.
    pub from: String,
    /// A directory here; empty for the root.
    pub to: String,
}

impl Default for CoverageSettings {
    fn default() -> Self {
        Self {
            reports: PatternSet::default(),
            path_map: Vec::new(),
            except: PatternSet::default(),
            max_age_days: 1,
        }
    }
}

impl CoverageSettings {
    pub(super) fn read(mut table: Table) -> Self {
        let base = Self::default();
        let settings = Self {
            reports: table.patterns("reports").unwrap_or(base.reports),
            path_map: table.tables("path_map").map_or(base.path_map, |maps| {
                maps.into_iter().filter_map(PathMap::read).collect()
            }),
            except: table.patterns("except").unwrap_or(base.except),
            max_age_days: table
                .whole("max_age_days", 0..=36_500)
                .unwrap_or(base.max_age_days),
        };
        table.finish();
        settings
    }

    /// What a path of a report means here, if its beginning is mapped. The longest beginning decides.
    pub fn mapped(&self, path: &str) -> Option<String> {
        let ends = self.path_map.iter().filter_map(|map| {
            let from = map.from.trim_end_matches('/');
            let rest = path.strip_prefix(from)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((from.len(), &map.to, rest))
        });
        let (_, to, rest) = ends.max_by_key(|(length, ..)| *length)?;
        let joined = format!("{}{rest}", to.trim_end_matches('/'));
        Some(joined.trim_start_matches('/').to_owned())
    }
}

impl PathMap {
    fn read(mut table: Table) -> Option<Self> {
        let from = table.text("from");
        let to = table.text("to");
        for key in ["from", "to"] {
            if !table.has(key) {
                let message = format!("`{}` is missing", table.name_of(key));
                table.report(
                    key,
                    Diagnostic::new(message)
                        .label("has `from` or `to` but not both")
                        .help("write { from = \"/app\", to = \"services/app\" }"),
                );
            }
        }
        if let Some(from) = &from
            && from.text.trim_matches('/').is_empty()
        {
            table.report(
                "from",
                Diagnostic::new("an empty beginning is that of every path")
                    .at(from.span.clone())
                    .label("empty"),
            );
        }
        table.finish();
        Some(Self {
            from: from?.text.replace('\\', "/"),
            to: to?.text,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::definition::parse;

    #[test]
    fn the_longest_beginning_decides_and_ends_at_a_name() {
        let text = "extends = 'builtin'\n[coverage]\npath_map = [\n{ from = '/app/', to = 'services/app' },\n\
                    { from = 'C:\\ci\\lib', to = '' }, { from = '/app/gen', to = 'made' }]\n";
        let definition = parse(text.as_bytes(), "quality.toml").unwrap();
        let mapped = |path: &str| definition.coverage.mapped(path);
        assert_eq!(mapped("/app/a.py").as_deref(), Some("services/app/a.py"));
        assert_eq!(mapped("/app/gen/a.py").as_deref(), Some("made/a.py"));
        assert_eq!(mapped("C:/ci/lib/a.py").as_deref(), Some("a.py"));
        assert_eq!(mapped("/application/a.py"), None);
    }
}
