//! Trends as people and programs see them. `BLESS=1` rewrites the texts; read the difference before it is committed.

use serde_json::Value;

use super::contract::validate;
use super::golden::{assert_tidy, check};
use super::story::{DEFINITION_ID, Story, change, code, history, lost, without_history};
use crate::codebase::File;
use crate::definition::Definition;
use crate::facts::Lost;
use crate::git::{Head, History};
use crate::path::RepoPath;
use crate::report::schema;
use crate::report::text::Style;
use crate::report::trend::format::TREND;
use crate::report::trend::{Sampling, TrendMatter, TrendReport};
use crate::trend::{Calendar, Every, Missing, Moment, Point, Question, Trend};

/// 2025-09-30.
const FIRST: i64 = 1_759_190_400;
const DAY: i64 = 86_400;
const HOSTILE: &[u8] = b"web/<b>&\"\x1b[31m\xff";

fn render(report: &TrendReport, format: &str, style: &Style) -> String {
    let format = TREND.iter().find(|row| row.name == format).unwrap();
    format.render(report, style)
}

fn question() -> Question {
    let mut directories = vec![
        RepoPath::from("app"),
        RepoPath::from("lib"),
        RepoPath::new(HOSTILE),
    ];
    directories.sort();
    Question {
        prefix: RepoPath::default(),
        directories,
    }
}

/// A point so many days after the first.
fn moment(day: i64, files: Vec<File>, history: History, question: &Question) -> Moment {
    let story = Story::new(files, history);
    let time = FIRST + day * DAY;
    let commit = format!("{:08x}", 0xa000_0000_u32 + day as u32).repeat(5);
    let calendar = Calendar::new(Every::Month, time);
    let period = calendar.period(time);
    Moment {
        point: Point::new((commit, time), &story.codebase, &story.evaluation, question),
        subject: format!("Change {day} </script>\u{202e}"),
        period: Some((period, calendar.start(period))),
    }
}

fn changes() -> History {
    let paths: [&[&str]; 3] = [&["app/a.py"], &["app/b.py", "lib/c.py"], &["lib/c.py"]];
    history(
        (0..60)
            .map(|number| change(number, paths[number as usize % 3]))
            .collect(),
    )
}

/// Half a year in which types were added and a directory appeared; nothing was committed in November.
fn story<'a>(definition: &'a Definition) -> TrendReport<'a> {
    let question = question();
    let hostile = std::str::from_utf8(&HOSTILE[..HOSTILE.len() - 1]).unwrap();
    let app = |typed, untyped| code("app/a.py", &[(typed, untyped, 3, 40)], (3, 4));
    let lib = |typed, untyped| code("lib/c.py", &[(typed, untyped, 18, 90)], (9, 1));
    let mut web = code(&format!("{hostile}/d.py"), &[(1, 0, 1, 5)], (0, 2));
    web.path = RepoPath::new([HOSTILE, b"/d.py"].concat());
    let moments = vec![
        moment(
            0,
            vec![app(1, 40), lib(0, 60)],
            without_history(),
            &question,
        ),
        moment(28, vec![app(2, 39), lib(0, 60)], changes(), &question),
        moment(
            80,
            vec![app(38, 3), lib(2, 58), web.clone()],
            changes(),
            &question,
        ),
        moment(
            111,
            vec![
                app(40, 1),
                lib(55, 5),
                web.clone(),
                lost("app/z.py", Lost::TooLarge),
            ],
            changes(),
            &question,
        ),
        moment(140, vec![app(41, 0), lib(57, 3), web], changes(), &question),
    ];
    let head = &moments[4].point;
    TrendReport {
        matter: TrendMatter {
            tool_version: "0.1.0".to_owned(),
            repository: "shop".to_owned(),
            definition_id: DEFINITION_ID.to_owned(),
            head: Some(Head {
                id: head.commit.clone(),
                time: head.time,
                branch: None,
            }),
            sampling: Sampling::Periods(Every::Month, FIRST - 5 * DAY),
            cut: Some((
                "the clone is shallow: history ends at 2025-09-30".to_owned(),
                Some("git fetch --unshallow".to_owned()),
            )),
            notes: vec!["a note with \x1b[31m in it".to_owned()],
        },
        trend: Trend {
            moments,
            missing: vec![Missing {
                commit: "f".repeat(40),
                time: FIRST - DAY,
                reason: "directory 0123 is missing".to_owned(),
                repair: Some("git fetch --refetch".to_owned()),
            }],
            components: definition.enabled().enumerate().collect(),
            question,
        },
    }
}

/// A single point without a number.
fn empty<'a>(definition: &'a Definition) -> TrendReport<'a> {
    let mut report = story(definition);
    let question = Question::default();
    let moments = vec![moment(0, Vec::new(), without_history(), &question)];
    report.matter.sampling = Sampling::Commits(5);
    report.matter.cut = None;
    report.trend.missing.clear();
    report.trend.moments = moments;
    report.trend.moments[0].period = None;
    report.trend.question = question;
    report
}

#[test]
fn a_trend_at_two_widths_and_in_ascii() {
    let definition = Definition::builtin();
    let report = story(&definition);
    for (name, width, ascii) in [("80", 80, false), ("120", 120, false), ("ascii", 80, true)] {
        let style = Style {
            width,
            ascii,
            ..Style::default()
        };
        let text = render(&report, "text", &style);
        assert_tidy(&text, width);
        assert_eq!(text.is_ascii(), ascii, "{text}");
        check(&format!("trend-{name}.txt"), &text);
    }
    let style = Style {
        quiet: true,
        ..Style::default()
    };
    assert_eq!(render(&report, "text", &style).lines().count(), 1);
}

#[test]
fn a_trend_in_every_other_format() {
    let definition = Definition::builtin();
    let report = story(&definition);
    for row in TREND.iter().filter(|row| row.name != "text") {
        let text = row.render(&report, &Style::default());
        check(&format!("trend.{}", row.name), &text);
    }
}

#[test]
fn a_point_without_a_number_is_told_in_every_format() {
    let definition = Definition::builtin();
    let report = empty(&definition);
    let text = render(&report, "text", &Style::default());
    assert_tidy(&text, 80);
    check("trend-empty.txt", &text);
    assert!(render(&report, "html", &Style::default()).contains("No score"));
    assert!(
        render(&report, "csv", &Style::default()).contains(",repository,,,unavailable,,,,,,,\r\n")
    );
}

#[test]
fn the_chart_is_well_formed_and_nothing_in_it_acts() {
    let definition = Definition::builtin();
    for report in [story(&definition), empty(&definition)] {
        for format in ["svg", "html"] {
            let text = render(&report, format, &Style::default());
            assert!(
                !text.contains("<b>") && !text.contains("<script"),
                "{format}"
            );
            assert!(
                !text.chars().any(|c| c.is_control() && c != '\n'),
                "{format}"
            );
            assert!(!text.contains("NaN") && !text.contains("inf"), "{format}");
            // The name of the vocabulary is the only address.
            let addresses: Vec<_> = text
                .match_indices("http")
                .map(|(at, _)| &text[at..])
                .collect();
            for address in addresses {
                let known = ["http://www.w3.org/2000/svg\"", "http-equiv="];
                assert!(
                    known.iter().any(|known| address.starts_with(known)),
                    "{address:.60}"
                );
            }
            if format == "svg" {
                assert_eq!(unclosed(&text), [""; 0]);
            }
        }
    }
}

/// Elements that are not closed, in the order they were opened.
fn unclosed(text: &str) -> Vec<&str> {
    let mut open = Vec::new();
    for tag in text.split('<').skip(1) {
        let (tag, content) = tag.split_once('>').expect("a tag ends");
        assert!(!content.contains('>'), "{content}");
        let name = tag.split(' ').next().unwrap().trim_end_matches('/');
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed));
        } else if !tag.ends_with('/') && !tag.starts_with('?') {
            open.push(name);
        }
    }
    open
}

#[test]
fn the_json_fulfils_its_schema_and_has_a_value_for_each_point() {
    let schema: Value = serde_json::from_str(schema::TREND).unwrap();
    let definition = Definition::builtin();
    for report in [story(&definition), empty(&definition)] {
        let json: Value =
            serde_json::from_str(&render(&report, "json", &Style::default())).unwrap();
        let mut problems = Vec::new();
        validate(&schema, &schema, &json, "", &mut problems);
        assert!(problems.is_empty(), "{problems:#?}");
        for series in json["series"].as_array().unwrap() {
            assert_eq!(series["definition"], DEFINITION_ID);
            let values = series["values"].as_array().unwrap();
            assert_eq!(values.len(), report.trend.moments.len());
            for value in values {
                assert_eq!(
                    value["score"].is_null(),
                    value["state"] != "measured" && value["state"] != "low-confidence"
                );
            }
        }
        assert!(!json.to_string().contains("null"), "{json}");
    }
}

#[test]
fn text_table_and_json_say_the_same() {
    let definition = Definition::builtin();
    let report = story(&definition);
    let json: Value = serde_json::from_str(&render(&report, "json", &Style::default())).unwrap();
    let csv = render(&report, "csv", &Style::default());
    let text = render(&report, "text", &Style::default());
    let mut rows = csv.lines().skip(1);
    let series = json["series"].as_array().unwrap();
    for at in 0..report.trend.moments.len() {
        for series in series {
            let fields: Vec<&str> = rows.next().unwrap().rsplitn(9, ',').collect();
            let value = &series["values"][at];
            assert_eq!(fields[7], value["state"]);
            let same = |field: &str, key: &str| {
                let number: Option<f64> = (!field.is_empty()).then(|| field.parse().unwrap());
                assert_eq!(number, value[key].as_f64(), "{key} {value}");
            };
            same(fields[0], "strict_score");
            same(fields[1], "strict_good");
            same(fields[2], "score");
            same(fields[3], "share");
            same(fields[6], "good");
            same(fields[5], "of");
        }
    }
    assert_eq!(rows.next(), None);
    let typed = series
        .iter()
        .find(|series| series["component"] == "typed-code")
        .unwrap();
    let line = text
        .lines()
        .find(|line| line.trim_start().starts_with("Typed code"))
        .unwrap();
    for at in [0, 4] {
        let tenths =
            (typed["values"][at]["share"].as_f64().unwrap() * 1_000.0 + 1e-9).floor() as u64;
        let printed = format!(" {}.{} ", tenths / 10, tenths % 10);
        assert!(line.contains(&printed), "{printed} in {line}");
    }
}
