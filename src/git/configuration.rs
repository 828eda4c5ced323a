//! The four settings of a repository that say how its files must be read, and what it calls those it fetches from. All
//! others are none of our business.

/// What `.git/config` says about the layout of the repository. Includes are not followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Configuration {
    /// `extensions.objectFormat`.
    pub object_format: Option<String>,
    /// `extensions.refStorage`.
    pub reference_format: Option<String>,
    /// An extension of a version 1 repository that we do not know: git refuses to go on, and so do we.
    pub unknown_extension: Option<String>,
    /// Cloned with `--filter`.
    pub partial: bool,
    /// Names of `[remote "…"]` sections, each once. Only for commands in messages, so those that are no plain words are
    /// left out.
    pub remotes: Vec<String>,
}

/// Extensions that change nothing for a reader of objects, `HEAD` and the index.
const HARMLESS: [&str; 8] = [
    "compatobjectformat",
    "noop",
    "noop-v1",
    "partialclone",
    "preciousobjects",
    "relativeworktrees",
    "submodulepathconfig",
    "worktreeconfig",
];

impl Configuration {
    /// Reads what it can and skips the rest.
    pub(super) fn parse(content: &[u8]) -> Self {
        let mut configuration = Self::default();
        let mut version = 0;
        let mut unknown = None;
        let mut section = String::new();
        for line in String::from_utf8_lossy(content).lines() {
            let mut line = line.trim();
            if let Some(header) = line.strip_prefix('[') {
                let (name, rest) = header.split_once(']').unwrap_or((header, ""));
                section = name
                    .split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .to_ascii_lowercase();
                let remote = name.split('"').nth(1).filter(|_| section == "remote");
                if let Some(remote) = remote.filter(|name| is_plain(name))
                    && configuration.remotes.iter().all(|known| known != remote)
                {
                    configuration.remotes.push(remote.to_owned());
                }
                line = rest.trim();
            }
            let (key, value) = line.split_once('=').unwrap_or((line, "true"));
            let key = key.trim().to_ascii_lowercase();
            let value = value
                .split([';', '#'])
                .next()
                .unwrap_or_default()
                .trim()
                .trim_matches('"')
                .to_ascii_lowercase();
            match (section.as_str(), key.as_str()) {
                (_, "") => {}
                ("core", "repositoryformatversion") => version = value.parse().unwrap_or(0),
                ("extensions", "objectformat") => configuration.object_format = Some(value),
                ("extensions", "refstorage") => configuration.reference_format = Some(value),
                ("extensions", key) if !HARMLESS.contains(&key) && !key.starts_with('#') => {
                    unknown = Some(key.to_owned());
                }
                ("extensions", "partialclone") => configuration.partial = true,
                ("remote", "promisor") if value != "false" => configuration.partial = true,
                _ => {}
            }
        }
        if version >= 1 {
            configuration.unknown_extension = unknown;
        }
        configuration
    }
}

/// A word that is the same in a shell, and no option.
fn is_plain(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    !name.is_empty() && !name.starts_with('-') && name.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::Configuration;

    #[test]
    fn formats_and_partial_clones_are_found_in_any_case() {
        let text = "[core]\n\trepositoryFormatVersion = 1\n[Extensions]\n\tobjectFormat = SHA256 ; why not\n\
                    [remote \"origin\"]\n\tpromisor = true\n";
        let configuration = Configuration::parse(text.as_bytes());
        assert_eq!(configuration.object_format.as_deref(), Some("sha256"));
        assert!(configuration.partial);
        assert_eq!(configuration.unknown_extension, None);
    }

    #[test]
    fn an_unknown_extension_counts_only_in_version_1() {
        let extension = "[extensions]\n\tnovelty = true\n";
        assert_eq!(
            Configuration::parse(extension.as_bytes()).unknown_extension,
            None
        );
        let text = format!("[core]\nrepositoryformatversion = 1\n{extension}");
        assert_eq!(
            Configuration::parse(text.as_bytes()).unknown_extension,
            Some("novelty".to_owned())
        );
    }

    #[test]
    fn names_of_remotes_are_kept_if_a_shell_takes_them_as_they_are() {
        let text = "[remote \"origin\"]\n\turl = x\n[remote \"a/b\"]\n[remote \"-x\"]\n[remote \"$(x)\"]\n\
                    [remote \"origin\"]\n[remote]\n[branch \"main\"]\n\tremote = up\n";
        let configuration = Configuration::parse(text.as_bytes());
        assert_eq!(configuration.remotes, ["origin", "a/b"]);
    }

    #[test]
    fn hostile_bytes_are_skipped() {
        let configuration = Configuration::parse(b"[\xff\n]]=[[\n[include]\npath=/dev/zero\n=x\n");
        assert_eq!(configuration, Configuration::default());
    }
}
