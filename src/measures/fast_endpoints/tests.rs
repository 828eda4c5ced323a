//! What counts as a timing of which endpoint.

use super::{ends_filled, is_filled, median};
use crate::codebase::Codebase;
use crate::definition::{Format, TimingImport, Unit};
use crate::evidence::timings::{self, Report, Timings};
use crate::git::{Change, Head, Mark};
use crate::measures::testing::{codebase, report, taken};
use crate::measures::{Measurement, Subject};

const APP: &str = "
//- app.py
from fastapi import APIRouter, FastAPI
app = FastAPI()
lost = APIRouter()

@app.get('/users/{id}')
def user(id): ...

@app.post('/users/{id}')
def save(id): ...

@app.get('/users/me')
def me(): ...

@lost.get('/end/of/it')
def end(): ...
";

const MEASURE: &str = "fast-endpoints = { import = [{ format = 'csv', path = 't.csv' }] }";
const ASSUMED: &str =
    "fast-endpoints = { import = [{ format = 'csv', path = 't.csv', assume_cold = true }] }";

/// The fixture with a report of timings.
fn timed(csv: &str, assume_cold: bool, written: Option<i64>) -> Codebase {
    let mut codebase = codebase(APP);
    let import = TimingImport {
        path: "t.csv".to_owned(),
        format: Format::Csv,
        select: String::new(),
        unit: Unit::Ms,
        assume_cold,
    };
    codebase.timings = Timings {
        reports: vec![Report {
            timings: timings::read(&import, csv.as_bytes()),
            import,
            written,
        }],
    };
    codebase
}

#[test]
fn without_timings_it_says_how_many_endpoints_there_are() {
    assert_eq!(
        report(&codebase(APP), "fast-endpoints"),
        "unavailable: no timings; 4 endpoints are found in the code"
    );
}

#[test]
fn the_middle_of_cold_answers_is_compared_with_the_limit() {
    let codebase = timed(
        "endpoint,ms,cold
GET /users/<int:key>,100,true
GET /users/:x,900,true
GET http://localhost/users/7?page=1,499.9,true
POST /users/{id},700,true
GET /users/me,1,false
GET /api/v1/end/of/it,501,true
GET /nowhere,1,true
",
        false,
        None,
    );
    assert_eq!(
        report(&codebase, MEASURE),
        "1 of 3
app.py:8 POST /users/{id} took 700 ms after a cold start, 500 are allowed
app.py:14 GET …/end/of/it took 501 ms after a cold start, 500 are allowed"
    );
    let Measurement::Taken(taken) = taken(&codebase, MEASURE) else {
        panic!("not taken");
    };
    assert_eq!(
        taken.notes,
        [
            "3 of 4 endpoints measured, 1 within 500 ms; process-cold, not machine-cold",
            "1 timings are not known to be of a cold start and do not count; `assume_cold = true` says that a report's are",
            "1 timings name no endpoint that was found: GET /nowhere",
        ]
    );
    let unknown: Vec<_> = taken.unknown.iter().map(|(subject, _)| *subject).collect();
    assert!(matches!(unknown[..], [Subject::Endpoint(_, 2)]));
}

#[test]
fn what_cannot_show_a_cold_start_counts_only_if_that_is_said() {
    let csv = "endpoint,ms\n/users/me,5\n";
    let unsaid = report(&timed(csv, false, None), MEASURE);
    assert!(
        unsaid.starts_with("unavailable: no timings that count"),
        "{unsaid}"
    );
    assert_eq!(report(&timed(csv, true, None), ASSUMED), "1 of 1");
}

#[test]
fn a_report_from_before_the_last_week_or_the_last_change_does_not_count() {
    let csv = "endpoint,ms,cold\n/users/me,5,true\n";
    let day = 86_400;
    let at = |written: i64, changed: i64| {
        let timed = timed(csv, false, Some(written));
        let mut history = timed.history.clone();
        history.head = Some(Head {
            id: String::new(),
            time: 100 * day,
            branch: None,
        });
        history.changes = vec![Change {
            mark: Mark::Commit,
            key: String::new(),
            commit: String::new(),
            time: changed,
            authored: 0,
            subject: String::new(),
            paths: vec!["app.py".into()],
            bulk: false,
        }];
        let mut codebase = Codebase::new(timed.files().to_vec(), history, timed.manifests.clone());
        codebase.timings = timed.timings.clone();
        report(&codebase, MEASURE)
    };
    assert_eq!(at(93 * day, 0), "1 of 1");
    assert_eq!(
        at(91 * day, 0),
        "stale: no timings that count: t.csv: stale, written 9 days before the last commit"
    );
    assert_eq!(
        at(99 * day, 100 * day),
        "stale: no timings that count: 1 were measured before their code was changed and do not count"
    );
}

#[test]
fn a_template_is_filled_in_part_by_part() {
    assert!(is_filled("/a/{}", "/a/7"));
    assert!(!is_filled("/a/{}", "/a"));
    assert!(!is_filled("/a/{}", "/a/7/b"));
    assert!(!is_filled("/a/{}", "/b/7"));
    assert!(ends_filled("/api/v1/a/7", "/a/{}"));
    assert!(!ends_filled("/api/v1/b/7", "/a/{}"));
    assert!(!ends_filled("/7", "/a/{}"));
}

#[test]
fn the_lower_of_two_middles_counts() {
    assert_eq!(median(vec![]), None);
    assert_eq!(median(vec![5, 1, 9]), Some(5));
    assert_eq!(median(vec![5, 1]), Some(1));
}
