//! What fails a deployment, what does not, and the figures beside the share.

use super::{is_patch_of, quantile, version};
use crate::codebase::Codebase;
use crate::git::{Change, Deployment, Deployments, History, HistoryState, Mark, Repair, Window};
use crate::measures::Measurement;
use crate::measures::testing::{codebase, report, taken};

const PATTERN: &str = r"^v?\d+\.\d+(\.\d+)?$";
const HOUR: i64 = 3_600;

/// A year of history with these deployments and repairs, times in hours.
fn delivered(all: &[(&str, i64)], repairs: &[(i64, bool, Option<u32>, Option<u32>)]) -> Codebase {
    let plain = codebase("//- a.py\nx = 1\n");
    let mut history = History::without(HistoryState::Available);
    history.window = Window {
        days: 365,
        from: 0,
        to: 365 * 24 * HOUR,
        extended: false,
    };
    let change = |authored: i64, time: i64| Change {
        mark: Mark::Squash,
        key: String::new(),
        commit: String::new(),
        time: time * HOUR,
        authored: authored * HOUR,
        subject: String::new(),
        paths: Vec::new(),
        bulk: false,
    };
    history.changes = vec![change(0, 76), change(50, 90), change(1, 200)];
    history.deployments = vec![Deployments {
        pattern: PATTERN.to_owned(),
        state: HistoryState::Available,
        all: all
            .iter()
            .map(|(name, time)| Deployment {
                name: (*name).to_owned(),
                time: time * HOUR,
            })
            .collect(),
        of_change: vec![Some(0), Some(0), None],
        repairs: repairs
            .iter()
            .map(|(time, is_revert, undone, deployed)| Repair {
                time: time * HOUR,
                is_revert: *is_revert,
                undone: *undone,
                deployed: *deployed,
            })
            .collect(),
        commits: 40,
    }];
    Codebase::new(plain.files().to_vec(), history, plain.manifests.clone())
}

fn said(codebase: &Codebase) -> String {
    report(codebase, "steady-deployments")
}

#[test]
fn a_revert_of_what_was_deployed_fails_the_deployment_before_it() {
    let all = [("v1.0", 100), ("v1.1", 400), ("v1.2", 800)];
    let revert = |time, undone| said(&delivered(&all, &[(time, true, undone, Some(2))]));
    assert_eq!(
        revert(410, Some(1)),
        "2 of 3\nDeployment(1) v1.1: a revert of what it held 10 hours later"
    );
    // What an earlier one brought counts against the one it is taken back after.
    assert!(revert(410, Some(0)).starts_with("2 of 3"));
    // Too late, never deployed, of something nobody knows.
    assert_eq!(revert(473, Some(1)), "3 of 3");
    assert_eq!(revert(410, Some(2)), "3 of 3");
    assert_eq!(revert(410, None), "3 of 3");
}

#[test]
fn the_next_regular_deployment_ends_what_is_held_against_one() {
    let all = [("v1.0", 100), ("v2.0", 120), ("v2.1", 800)];
    let hotfix = |time| said(&delivered(&all, &[(time, false, None, Some(2))]));
    assert_eq!(
        hotfix(119),
        "2 of 3\nDeployment(0) v1.0: a hotfix 19 hours later"
    );
    assert_eq!(
        hotfix(121),
        "2 of 3\nDeployment(1) v2.0: a hotfix 1 hours later"
    );
}

#[test]
fn the_next_patch_and_a_tag_of_haste_mend_and_another_version_does_not() {
    let mended = "1 of 2\nDeployment(0) v1.0.0: mended by v1.0.1 24 hours later";
    assert_eq!(
        said(&delivered(&[("v1.0.0", 100), ("v1.0.1", 124)], &[])),
        mended
    );
    assert_eq!(
        said(&delivered(&[("v1.0.0", 100), ("v1.0.1", 173)], &[])),
        "2 of 2"
    );
    assert_eq!(
        said(&delivered(&[("v1.0.0", 100), ("v1.1.0", 124)], &[])),
        "2 of 2"
    );
    assert!(is_patch_of("1.2.1", "1.2") && is_patch_of("app-1.2.4", "app-1.2.3"));
    assert!(!is_patch_of("1.2.5", "1.2.3") && !is_patch_of("app-1.2.4", "lib-1.2.3"));
    assert_eq!(version("v1.2.3"), Some(("v", 1, 2, Some(3))));
    assert_eq!(version("march"), None);
    assert_eq!(version("v1.2.3.4"), None);
    assert_eq!(version("99999999999999999999999.1"), None);
}

#[test]
fn figures_stand_beside_the_share_and_say_what_they_are() {
    let codebase = delivered(
        &[("v1.0", 100), ("v1.0.1", 124), ("v2.0", 8_700)],
        &[(110, true, Some(0), Some(1))],
    );
    let Measurement::Taken(taken) = taken(&codebase, "steady-deployments") else {
        panic!()
    };
    // The last one is 60 hours old.
    assert_eq!(taken.readings.len(), 2);
    assert_eq!(
        taken.notes,
        [
            "proxy from reverts and hotfixes, not incidents",
            "1 deployments are younger than 72 hours and do not count yet"
        ]
    );
    let list = &taken.lists[0];
    assert!(
        list.about
            .starts_with("proxy from reverts and hotfixes, not incidents.")
    );
    let words: Vec<&str> = list
        .entries
        .iter()
        .map(|entry| entry.words.as_str())
        .collect();
    assert_eq!(
        words,
        [
            "deployment frequency: 3 in 365 days, 1 days between them in the median",
            "lead time from the first commit of a change: 2 days in the median, 4 days for nine of ten, over 2 changes",
            "lead time from the merge of a change: 0 days in the median, 1 days for nine of ten, over 2 changes",
            "rework rate: 1 of 3 deployments only patch another",
            "recovery time: 24 hours in the median, over 1 deployments that were mended",
            "revert rate: 1 of 40 commits are reverts",
        ]
    );
}

#[test]
fn without_a_tag_there_is_nothing_to_judge() {
    assert!(said(&delivered(&[], &[])).starts_with("not applicable: no tag stands"));
    assert!(said(&delivered(&[("v1.0", -5)], &[])).starts_with("not applicable: no tag that"));
    let mut unread = delivered(&[], &[]);
    unread.history.deployments.clear();
    assert!(said(&unread).starts_with("unavailable"));
}

#[test]
fn a_quantile_is_a_value_that_occurs() {
    assert_eq!(quantile(&mut [], 50), None);
    assert_eq!(quantile(&mut [7], 90), Some(7));
    let mut ten: Vec<i64> = (1..=10).collect();
    assert_eq!(quantile(&mut ten, 50), Some(5));
    assert_eq!(quantile(&mut ten, 90), Some(9));
    assert_eq!(quantile(&mut ten, 91), Some(10));
}
