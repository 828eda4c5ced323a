//! Endpoints from outside: those found in the code are listed, and what others timed of them counts.

use std::fs;

use super::repositories::{Commit, Repo};
use super::stage::{finish, scan};

const DEFINITION: &str = "version = 1\nextends = 'builtin'\n[component.fast-endpoints]\n\
    measure.fast-endpoints = { within_ms = 100, import = [{ format = 'csv', path = 'out/timings.csv' }] }\n";

const APP: &str = "from flask import Flask\napp = Flask(__name__)\n\n@app.route('/orders/<int:id>')\n\
    def order(id):\n    return ''\n\n@app.post('/orders')\ndef save():\n    return ''\n";

fn repository() -> Repo {
    let mut repo = Repo::new();
    let commit = Commit::new("Begin (#1)", 1)
        .write("quality.toml", DEFINITION)
        .write(".gitignore", "out/\n")
        .write("shop/app.py", APP);
    repo.commit(commit);
    repo.check_out();
    repo
}

#[test]
fn endpoints_are_listed_where_they_are_declared() {
    let repo = repository();
    let report = finish(scan(repo.path(), &["--format", "json"])).report();
    let endpoints = report.0["endpoints"].as_array().unwrap();
    let named: Vec<String> = endpoints
        .iter()
        .map(|endpoint| {
            format!(
                "{} {} {} {}:{} {}",
                endpoint["framework"].as_str().unwrap(),
                endpoint["method"].as_str().unwrap(),
                endpoint["path"].as_str().unwrap(),
                endpoint["file"].as_str().unwrap(),
                endpoint["line"],
                endpoint["handler_line"],
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            "flask GET /orders/{id} shop/app.py:4 5",
            "flask POST /orders shop/app.py:8 9"
        ]
    );
    let fast = report.component("fast-endpoints");
    assert_eq!(fast["state"], "unavailable");
    let reason = fast["reason"].as_str().unwrap();
    assert!(
        reason.contains("out/timings.csv: it is not there"),
        "{reason}"
    );
}

#[test]
fn a_new_report_is_a_new_result_however_much_is_remembered() {
    let repo = repository();
    let cache = tempfile::tempdir().unwrap();
    let place = repo.path().join("out/timings.csv");
    fs::create_dir(repo.path().join("out")).unwrap();
    let fast = |timings: &str| {
        fs::write(&place, timings).unwrap();
        let mut command = scan(repo.path(), &["--format", "json", "--cache-dir"]);
        command.arg(cache.path());
        let report = finish(command).report();
        let fast = report.component("fast-endpoints");
        let note = fast["notes"][0].as_str().unwrap().to_owned();
        (
            fast["good"].clone(),
            fast["of"].clone(),
            fast["unknown"].clone(),
            note,
        )
    };
    let slow = fast("endpoint,ms,cold\nGET /orders/:id,150,true\n");
    assert_eq!(
        slow,
        (
            0.into(),
            1.into(),
            1.into(),
            "1 of 2 endpoints measured, 0 within 100 ms; process-cold, not machine-cold".to_owned()
        )
    );
    let quick = fast("endpoint,ms,cold\nGET /orders/:id,50,true\nPOST /orders,60,true\n");
    assert_eq!((quick.0, quick.1, quick.2), (2.into(), 2.into(), 0.into()));
}
