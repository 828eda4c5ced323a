//! What tests of several rooms of this module need.

use std::sync::Arc;

use super::repositories::Repo;
use super::{Discovery, Repository};

/// The repository that a test has built, as the program finds it.
pub(super) fn open(repo: &Repo) -> Arc<Repository> {
    match Repository::discover(repo.path()) {
        Discovery::Found(repository) => repository,
        _ => panic!("no repository"),
    }
}
