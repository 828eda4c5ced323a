//! Which tags stand for deployments, if the definition asks.

use std::collections::BTreeSet;

use crate::definition::{Definition, Measure};
use crate::git::{DeployTags, Discovery, Repository};

use super::Ground;

/// All that answers about deployments follow from besides objects, as a text; empty where nobody asks. Equal texts mean equal
/// answers.
pub fn state_of_tags(ground: &Ground, definition: &Definition) -> String {
    let tags = match &ground.repository {
        Discovery::Found(repository) => deploy_tags(definition, repository),
        _ => Vec::new(),
    };
    if tags.is_empty() {
        String::new()
    } else {
        format!("{tags:?}")
    }
}

/// The tags that stand for deployments, for each pattern of the definition; none are read where it has no pattern.
pub(super) fn deploy_tags(definition: &Definition, repository: &Repository) -> Vec<DeployTags> {
    let patterns: BTreeSet<&str> = definition
        .enabled()
        .filter_map(|component| match &component.measure {
            Measure::SteadyDeployments(settings) => Some(settings.deploy_tags.as_str()),
            _ => None,
        })
        .collect();
    if patterns.is_empty() {
        return Vec::new();
    }
    let tags = repository.tags();
    let of = |pattern: &str| {
        // It was read with the definition, and a bad one was refused there.
        let expression = regex::Regex::new(pattern).ok();
        let is_meant = |name: &str| {
            let matches = expression.as_ref().is_some_and(|it| it.is_match(name));
            matches && !is_preliminary(name)
        };
        let tags = tags.iter().filter(|(name, _)| is_meant(name));
        DeployTags {
            pattern: pattern.to_owned(),
            tags: tags.cloned().collect(),
        }
    };
    patterns.into_iter().map(of).collect()
}

/// Whether a name says that it is tried out first: `1.0rc1`, `2.0.0-beta.2`.
fn is_preliminary(name: &str) -> bool {
    name.split(|c: char| !c.is_ascii_alphabetic())
        .any(|word| matches!(word.to_ascii_lowercase().as_str(), "rc" | "alpha" | "beta"))
}

#[cfg(test)]
mod tests {
    use super::is_preliminary;

    #[test]
    fn what_is_tried_out_first_is_no_deployment() {
        for name in ["1.0rc1", "v2.0.0-beta.2", "app-ALPHA", "v1-rc.3"] {
            assert!(is_preliminary(name), "{name}");
        }
        for name in ["1.0", "v2.0.0", "search-1.0", "march-2026", "betamax-1"] {
            assert!(!is_preliminary(name), "{name}");
        }
    }
}
