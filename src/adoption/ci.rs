//! Systems that check changes: known by their files, each with the few lines that make it run the gate.

use crate::codebase::Codebase;

/// A system that runs checks on changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "their own names say it")]
pub enum Ci {
    GitHub,
    GitLab,
    Jenkins,
    Azure,
    CircleCi,
    Bitbucket,
    Buildkite,
    Travis,
    Woodpecker,
}

/// Where each is set up: a whole path, or one that ends with `/` for everything below. GitHub's directory is read by the
/// forges that follow it, too.
const PLACES: &[(Ci, &[&str])] = &[
    (
        Ci::GitHub,
        &[
            ".github/workflows/",
            ".gitea/workflows/",
            ".forgejo/workflows/",
        ],
    ),
    (Ci::GitLab, &[".gitlab-ci.yml", ".gitlab-ci.yaml"]),
    (Ci::Jenkins, &["Jenkinsfile"]),
    (
        Ci::Azure,
        &[
            "azure-pipelines.yml",
            "azure-pipelines.yaml",
            ".azure-pipelines/",
            ".azure/pipelines/",
        ],
    ),
    (
        Ci::CircleCi,
        &[".circleci/config.yml", ".circleci/config.yaml"],
    ),
    (Ci::Bitbucket, &["bitbucket-pipelines.yml"]),
    (Ci::Buildkite, &[".buildkite/"]),
    (Ci::Travis, &[".travis.yml"]),
    (
        Ci::Woodpecker,
        &[
            ".woodpecker.yml",
            ".woodpecker.yaml",
            ".woodpecker/",
            ".drone.yml",
        ],
    ),
];

/// The systems whose files are here, those that are best known first.
pub fn found(codebase: &Codebase) -> Vec<Ci> {
    let is_there = |place: &str| match place.ends_with('/') {
        true => codebase.files().iter().any(|file| {
            let path = file.path.as_bytes();
            path.starts_with(place.as_bytes())
                && (path.ends_with(b".yml") || path.ends_with(b".yaml"))
        }),
        false => codebase.find_bytes(place.as_bytes()).is_some(),
    };
    PLACES
        .iter()
        .filter(|(_, places)| places.iter().any(|place| is_there(place)))
        .map(|(ci, _)| *ci)
        .collect()
}

impl Ci {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub Actions",
            Self::GitLab => "GitLab CI",
            Self::Jenkins => "Jenkins",
            Self::Azure => "Azure Pipelines",
            Self::CircleCi => "CircleCI",
            Self::Bitbucket => "Bitbucket Pipelines",
            Self::Buildkite => "Buildkite",
            Self::Travis => "Travis CI",
            Self::Woodpecker => "Woodpecker",
        }
    }

    /// The file the lines belong into.
    pub fn file(self) -> &'static str {
        match self {
            Self::GitHub => ".github/workflows/quality.yml",
            Self::GitLab => ".gitlab-ci.yml",
            Self::Jenkins => "Jenkinsfile",
            Self::Azure => "azure-pipelines.yml",
            Self::CircleCi => ".circleci/config.yml",
            Self::Bitbucket => "bitbucket-pipelines.yml",
            Self::Buildkite => ".buildkite/pipeline.yml",
            Self::Travis => ".travis.yml",
            Self::Woodpecker => ".woodpecker/quality.yml",
        }
    }

    /// The lines that run the gate on each change, with all of history: by the action or the template where there is one,
    /// else by the command, which has to be on the path.
    pub fn snippet(self, branch: &str) -> String {
        let is_legal = !branch.is_empty()
            && branch
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        let branch = if is_legal { branch } else { "main" };
        let text = match self {
            Self::GitHub => GITHUB,
            Self::GitLab => GITLAB,
            Self::Jenkins => JENKINS,
            Self::Azure => AZURE,
            Self::CircleCi => CIRCLECI,
            Self::Bitbucket => BITBUCKET,
            Self::Buildkite => BUILDKITE,
            Self::Travis => TRAVIS,
            Self::Woodpecker => WOODPECKER,
        };
        text.replace("VERSION", env!("CARGO_PKG_VERSION"))
            .replace("BRANCH", branch)
    }
}

const GITHUB: &str = r#"name: quality
on:
  pull_request:
    branches: ["BRANCH"]
permissions:
  contents: read
  pull-requests: write # for the comment
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with:
          fetch-depth: 0 # all of history: the gate needs where the change began
      - uses: OWNER/quality@vVERSION # OWNER: where quality is kept
"#;

const GITLAB: &str = r#"include:
  - project: GROUP/quality # where quality is kept
    ref: vVERSION
    file: /integrations/gitlab/quality.gitlab-ci.yml # gates merge requests, with all of history
variables:
  QUALITY_IMAGE: REGISTRY/quality:VERSION # built from the Dockerfile of quality
"#;

const JENKINS: &str = r#"stage('quality') {
  when { changeRequest() }
  steps {
    // all of history: the gate needs where the change began
    sh '[ "$(git rev-parse --is-shallow-repository)" = false ] || git fetch --unshallow'
    sh 'git fetch origin "+refs/heads/$CHANGE_TARGET:refs/remotes/origin/$CHANGE_TARGET"'
    // `quality` has to be on the path here; its integrations/jenkins/Jenkinsfile shows findings, too
    sh 'quality gate --base "origin/$CHANGE_TARGET"'
  }
}
"#;

const AZURE: &str = r#"pr: ["BRANCH"]
steps:
  - checkout: self
    fetchDepth: 0 # all of history: the gate needs where the change began
  # `quality` has to be on the path here; its integrations/azure/azure-pipelines.yml shows findings, too
  - script: quality gate --base "origin/$SYSTEM_PULLREQUEST_TARGETBRANCHNAME"
    condition: eq(variables['Build.Reason'], 'PullRequest')
"#;

const CIRCLECI: &str = r#"jobs:
  quality:
    docker:
      - image: cimg/base:current
    steps:
      - checkout:
          method: full # all of history: the gate needs where the change began
      # `quality` has to be on the path here: from a release, or by cargo install
      - run: quality gate --base origin/BRANCH
workflows:
  quality:
    jobs:
      - quality
"#;

const BITBUCKET: &str = r#"clone:
  depth: full # all of history: the gate needs where the change began
pipelines:
  pull-requests:
    "**":
      - step:
          name: quality
          script:
            - git fetch origin "+refs/heads/$BITBUCKET_PR_DESTINATION_BRANCH:refs/remotes/origin/$BITBUCKET_PR_DESTINATION_BRANCH"
            # `quality` has to be on the path here: from a release, or by cargo install
            - quality gate --base "origin/$BITBUCKET_PR_DESTINATION_BRANCH"
"#;

const BUILDKITE: &str = r#"steps:
  - label: quality
    if: build.pull_request.id != null
    commands:
      # all of history: the gate needs where the change began
      - git fetch origin "+refs/heads/$$BUILDKITE_PULL_REQUEST_BASE_BRANCH:refs/remotes/origin/$$BUILDKITE_PULL_REQUEST_BASE_BRANCH"
      # `quality` has to be on the path here: from a release, or by cargo install
      - quality gate --base "origin/$$BUILDKITE_PULL_REQUEST_BASE_BRANCH"
"#;

const TRAVIS: &str = r#"git:
  depth: false # all of history: the gate needs where the change began
jobs:
  include:
    - name: quality
      if: type = pull_request
      script:
        - git fetch origin "+refs/heads/$TRAVIS_BRANCH:refs/remotes/origin/$TRAVIS_BRANCH"
        # `quality` has to be on the path here: from a release, or by cargo install
        - quality gate --base "origin/$TRAVIS_BRANCH"
"#;

const WOODPECKER: &str = r#"when:
  - event: pull_request
clone:
  - name: git
    image: woodpeckerci/plugin-git
    settings:
      partial: false
      depth: 0 # all of history: the gate needs where the change began
steps:
  - name: quality
    image: debian:stable-slim
    commands:
      # `quality` has to be on the path here: from a release, or by cargo install
      - quality gate --base "origin/$CI_COMMIT_TARGET_BRANCH"
"#;

#[cfg(test)]
mod tests {
    use super::{Ci, PLACES, found};
    use crate::measures::testing::codebase;

    #[test]
    fn a_system_is_known_by_its_files() {
        let found = |fixture: &str| found(&codebase(fixture));
        assert_eq!(found("//- .github/workflows/test.yml\n"), [Ci::GitHub]);
        assert_eq!(found("//- .github/workflows/README.md\n"), []);
        assert_eq!(
            found("//- Jenkinsfile\n//- .gitlab-ci.yml\n"),
            [Ci::GitLab, Ci::Jenkins]
        );
        assert_eq!(found("//- below/Jenkinsfile\n"), []);
    }

    #[test]
    fn every_system_gates_with_all_of_history_and_no_branch_gets_into_the_lines_by_force() {
        for (ci, _) in PLACES {
            let text = ci.snippet("trunk");
            let shipped = ["/quality@v", "/quality.gitlab-ci.yml"];
            let is_shipped = shipped.iter().any(|name| text.contains(name));
            assert!(is_shipped || text.contains("quality gate --base"), "{text}");
            assert!(text.contains("all of history"), "{text}");
            assert!(!text.contains("VERSION"), "{text}");
            assert!(
                !text.contains("[BRANCH]") && !text.contains("\"BRANCH\""),
                "{text}"
            );
            let hostile = ci.snippet("a\"]\n  x: 1");
            assert!(!hostile.contains("x: 1"), "{hostile}");
        }
    }
}
