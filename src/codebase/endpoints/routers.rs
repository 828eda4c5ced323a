//! Routers and what mounts them: the way from a route to the application, and with it the prefix of its path.

use crate::codebase::FileIndex;
use crate::codebase::maps::{Map, Set};

use super::{Framework, template};

/// Most prefixes of one router: it may be mounted in several places.
const MOST_PREFIXES: usize = 8;
/// Most steps from a route to its applications.
const MOST_STEPS: usize = 256;

/// A router: its file, where functions make routers their position plus one, and its name. No name stands for what the
/// file or function as a whole gives others.
pub(super) type Router<'a> = (FileIndex, u32, &'a str);

/// A route, before its prefix is known.
#[derive(Clone)]
pub(super) struct Found<'a> {
    pub(super) router: Router<'a>,
    pub(super) method: &'static str,
    pub(super) path: String,
    /// Something before the path could not be read.
    pub(super) is_partial: bool,
    pub(super) handler: Option<(FileIndex, u32)>,
    pub(super) file: FileIndex,
    pub(super) line: u32,
    pub(super) framework: Framework,
}

/// What is known of routers.
#[derive(Default)]
pub(super) struct Routers<'a> {
    known: Map<Router<'a>, Known>,
    mounts: Map<Router<'a>, Vec<Mount<'a>>>,
    by_file: Map<FileIndex, Vec<Router<'a>>>,
}

/// A router as it was made.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The prefix it was made with; none for one that cannot be read.
    pub(super) prefix: Option<String>,
    /// It is an application: its paths begin at the root.
    pub(super) is_root: bool,
    pub(super) framework: Framework,
}

/// Where a router is mounted.
struct Mount<'a> {
    parent: Router<'a>,
    /// None for one that cannot be read.
    prefix: Option<String>,
    /// It stands in place of the prefix the router was made with.
    replaces: bool,
}

impl<'a> Routers<'a> {
    /// Notes a router.
    pub(super) fn make(&mut self, router: Router<'a>, known: Known) {
        if self.known.insert(router, known).is_none() {
            self.by_file.entry(router.0).or_default().push(router);
        }
    }

    /// What is known of a router.
    pub(super) fn get(&self, router: Router<'a>) -> Option<&Known> {
        self.known.get(&router)
    }

    /// The routers made in a file, in the order they were noted.
    pub(super) fn of_file(&self, file: FileIndex) -> &[Router<'a>] {
        self.by_file.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Notes that a router is mounted in another one.
    pub(super) fn mount(
        &mut self,
        child: Router<'a>,
        parent: Router<'a>,
        prefix: Option<String>,
        replaces: bool,
    ) {
        if child != parent {
            self.mounts.entry(child).or_default().push(Mount {
                parent,
                prefix,
                replaces,
            });
        }
    }

    /// Whether something mounts a router.
    pub(super) fn is_mounted(&self, router: Router<'a>) -> bool {
        self.mounts.contains_key(&router)
    }

    /// All prefixes under which a router can be reached, and whether they are only the end of the whole prefix.
    pub(super) fn prefixes(&self, router: Router<'a>) -> Vec<(String, bool)> {
        let mut prefixes: Vec<(String, bool)> = Vec::new();
        let mut ways: Vec<(Router, String, bool)> = vec![(router, String::new(), false)];
        let mut seen: Set<(Router, String)> = Set::default();
        let mut steps = 0;
        while let Some((router, behind, is_cut)) = ways.pop() {
            steps += 1;
            if steps > MOST_STEPS || prefixes.len() >= MOST_PREFIXES {
                break;
            }
            if !seen.insert((router, behind.clone())) {
                continue;
            }
            let known = self.known.get(&router);
            let own = known.map_or(Some(""), |known| known.prefix.as_deref());
            let join = |before: Option<&str>, behind: &str, is_cut: bool| match before {
                // What stands before something unknown says nothing.
                _ if is_cut => (behind.to_owned(), true),
                Some(before) => (template::joined(before, behind), false),
                None => (behind.to_owned(), true),
            };
            let mounts = self.mounts.get(&router).map_or(&[][..], Vec::as_slice);
            if mounts.is_empty() {
                let (prefix, is_cut) = join(own, &behind, is_cut);
                let is_root = known.is_some_and(|known| known.is_root);
                let prefix = (prefix, is_cut || !is_root);
                if !prefixes.contains(&prefix) {
                    prefixes.push(prefix);
                }
                continue;
            }
            for mount in mounts.iter().rev() {
                let (behind, is_cut) = if mount.replaces {
                    (behind.clone(), is_cut)
                } else {
                    join(own, &behind, is_cut)
                };
                let (behind, is_cut) = join(mount.prefix.as_deref(), &behind, is_cut);
                ways.push((mount.parent, behind, is_cut));
            }
        }
        prefixes
    }
}
