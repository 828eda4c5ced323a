//! This repository, measured by itself.

use std::path::Path;

use super::stage::{finish, scan};

#[test]
fn this_repository_can_be_measured_and_loses_no_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let outcome = finish(scan(root, &["--format", "json"]));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let report = outcome.report();
    assert!(
        report.0["score"]["value"].is_number(),
        "{}",
        report.0["score"]
    );
    let lost: Vec<String> = report.lost().into_values().flatten().collect();
    // Fixtures that are broken on purpose may be lost; source files may not.
    assert_eq!(
        lost.iter().find(|path| !path.starts_with("fixtures/")),
        None,
        "{lost:?}"
    );
    assert!(report.scope("file", "src/main.rs").is_some());
    assert!(report.excluded("test").0 > 0, "tests are no code");
    assert_eq!(report.component("typed-code")["share"], 1.0);
    assert_eq!(
        report.0["languages"]
            .as_array()
            .unwrap()
            .iter()
            .find(|language| { language["name"] == "rust" && language["unparsed_share"] != 0.0 }),
        None
    );
}
