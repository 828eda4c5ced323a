//! Who writes commits without being a person.

use super::commit::Person;

/// Names and local parts of addresses of programs that do not say `[bot]`.
const KNOWN: [&str; 18] = [
    "allcontributors",
    "bors",
    "dependabot",
    "dependabot-preview",
    "depfu",
    "github-actions",
    "greenkeeper",
    "imgbot",
    "mergify",
    "pre-commit-ci",
    "pyup-bot",
    "renovate",
    "renovate-bot",
    "renovatebot",
    "scala-steward",
    "semantic-release-bot",
    "snyk-bot",
    "weblate",
];

/// The programs of one repository: those everybody knows, and those its definition names.
#[derive(Clone, Debug, Default)]
pub(super) struct Bots {
    extra: Vec<String>,
}

impl Bots {
    /// `extra` are names or e-mail addresses, compared without regard to case.
    pub(super) fn new(extra: &[String]) -> Self {
        Self {
            extra: extra.iter().map(|name| name.to_lowercase()).collect(),
        }
    }

    /// Whether this author is a program.
    pub(super) fn wrote(&self, author: &Person) -> bool {
        let name = author.name.to_lowercase();
        let email = author.email.to_lowercase();
        let local = email.split('@').next().unwrap_or_default();
        // GitHub writes `12345+name[bot]@users.noreply.github.com`.
        let login = local.rsplit('+').next().unwrap_or_default();
        [name.as_str(), login]
            .into_iter()
            .any(|who| who.ends_with("[bot]") || who.ends_with("-bot") || KNOWN.contains(&who))
            || self
                .extra
                .iter()
                .any(|extra| *extra == name || *extra == email || *extra == login)
    }
}

#[cfg(test)]
mod tests {
    use super::Bots;
    use crate::git::commit::Person;

    fn wrote(name: &str, email: &str) -> bool {
        Bots::new(&["Release Robot".to_owned()]).wrote(&Person {
            name: name.to_owned(),
            email: email.to_owned(),
        })
    }

    #[test]
    fn programs_are_known_by_name_and_by_address() {
        assert!(wrote(
            "dependabot[bot]",
            "49699333+dependabot[bot]@users.noreply.github.com"
        ));
        assert!(wrote("Renovate Bot", "renovate-bot@example.com"));
        assert!(wrote("github-actions", "x@y"));
        assert!(wrote("pre-commit-ci[bot]", ""));
        assert!(wrote("release robot", "r@example.com"));
    }

    #[test]
    fn people_are_people() {
        for (name, email) in [
            ("Abbot", "abbot@x"),
            ("Robot Fan", "fan@x"),
            ("", ""),
            ("Jo Bot", "jo@x"),
        ] {
            assert!(!wrote(name, email), "{name}");
        }
    }
}
