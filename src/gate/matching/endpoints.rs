//! Endpoints: what is called in one way is one endpoint, wherever its route and its handler lie.

use std::collections::VecDeque;

use super::{Lineage, Match};
use crate::codebase::Codebase;
use crate::codebase::endpoints::{Endpoint, key};
use crate::codebase::maps::Map;
use crate::measures::Subject;

/// By endpoint of the head: what it was. Several of one method and path are matched file by file first, then in order.
pub(super) fn found([base, head]: [&Codebase; 2], lineages: &[Lineage]) -> Map<Subject, Match> {
    let mut bases: Map<Identity, VecDeque<(u32, &Endpoint)>> = Map::default();
    for (at, endpoint) in (0..).zip(base.endpoints()) {
        bases
            .entry(identity(endpoint))
            .or_default()
            .push_back((at, endpoint));
    }
    let mut found = Map::default();
    for in_place in [true, false] {
        for (at, endpoint) in (0..).zip(head.endpoints()) {
            let now = Subject::Endpoint(endpoint.file, at);
            if found.contains_key(&now) {
                continue;
            }
            let lineage = &lineages[endpoint.file.get()];
            let Some(equals) = bases.get_mut(&identity(endpoint)) else {
                continue;
            };
            let position = equals
                .iter()
                .position(|(_, was)| !in_place || lineage.was == Some(was.file));
            let Some((was_at, was)) = position.and_then(|position| equals.remove(position)) else {
                continue;
            };
            found.insert(
                now,
                Match {
                    was: Subject::Endpoint(was.file, was_at),
                    has_moved: lineage.was != Some(was.file) || lineage.is_renamed,
                    is_same_text: lineage.is_unchanged
                        && endpoint
                            .handler
                            .is_none_or(|(file, _)| lineages[file.get()].is_unchanged),
                },
            );
        }
    }
    found
}

/// How an endpoint is called: its method, its path, and whether that is all of it.
type Identity = (&'static str, String, bool);

fn identity(endpoint: &Endpoint) -> Identity {
    (endpoint.method, key(&endpoint.path), endpoint.is_relative)
}

#[cfg(test)]
mod tests {
    use super::super::{Matching, Texts};
    use crate::measures::Subject;
    use crate::measures::testing::codebase;

    #[test]
    fn an_endpoint_that_moves_to_another_file_is_the_same() {
        let base = codebase(
            "//- a.py\nfrom flask import Flask\napp = Flask(__name__)\n@app.get('/x/<int:id>')\ndef x(id): ...\n@app.get('/gone')\ndef gone(): ...\n",
        );
        let head = codebase(
            "//- b.py\nfrom flask import Flask\nimport os\napp = Flask(__name__)\n@app.get('/new')\ndef new(): ...\n@app.get('/x/<key>')\ndef y(key): ...\n",
        );
        let matching = Matching::new(&base, &head, &Texts::default());
        let was = |at: u32| {
            let endpoint = &head.endpoints()[at as usize];
            let was = matching.of(Subject::Endpoint(endpoint.file, at));
            was.map(|was| was.was.endpoint(&base).unwrap().path.clone())
        };
        assert_eq!(head.endpoints().len(), 2);
        assert_eq!(was(0), None);
        assert_eq!(was(1).as_deref(), Some("/x/{id}"));
    }
}
