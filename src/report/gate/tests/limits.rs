//! Whatever is compared, every format keeps its limits and says nothing a reader would obey.

use proptest::prelude::*;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::story::{definition, failed, matter};
use crate::definition::{Alteration, Decimal, Definition, Effect, Level};
use crate::evaluation::{Bounds, Outcome, Score, Standing, State};
use crate::facts::Lost;
use crate::gate::{
    Change, Comparison, Delta, Example, Finding, Kind, Mover, Parts, Since, Verdict,
};
use crate::measures::{self, Method};
use crate::path::RepoPath;
use crate::report::escape::testing::{command, outside_code};
use crate::report::gate::format::GATE;
use crate::report::gate::{End, GateMatter, GateReport, github, json, markdown, text};
use crate::report::text::Style;

/// Texts of those who want to be more than a text.
const HOSTILE: &[&str] = &[
    "",
    " ",
    "plain words",
    "a\nb\r\n::error::x",
    "::stop-commands::x",
    "  ::add-mask::y",
    "\u{200b}::error file=a::x",
    "##[error]x",
    "<!-- quality:gate -->",
    "-->",
    "</details></summary>",
    "<img src=x onerror=alert(1)>",
    "@everyone thanks",
    "fixes #123, GH-7 and octo/cat#9",
    "see https://evil.example or www.evil.example",
    "[x](javascript:y) ![](https://evil.example)",
    "| a | b |",
    "|---|---|",
    "`",
    "``` sh",
    "~~~",
    "\u{202e}gpj.exe",
    "\u{1b}[2J\u{9b}",
    "文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文文",
    "%0A::error::x",
    "a@b.example",
    "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
    "1. one",
    "- two",
    "# three",
    "=====",
    ":smile: $x$ **b** _i_ ~s~",
    "&lt;b&gt; &#64;",
    "src/it's here.py",
];

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }

    fn text(&mut self) -> String {
        let text = self.of(HOSTILE);
        match self.below(8) {
            0 => text.repeat(1 + 3_000 / text.len().max(1)),
            1 => format!("{text} {}", self.of(HOSTILE)),
            2 => "e\u{301}".repeat(400),
            _ => text.to_owned(),
        }
    }

    fn path(&mut self) -> RepoPath {
        let mut bytes = self.text().into_bytes();
        if self.one_in(6) {
            bytes.push(0xff);
        }
        RepoPath::new(bytes)
    }

    fn line(&mut self) -> Option<u32> {
        let line = self.below(1 << 32) as u32;
        (!self.one_in(4)).then_some(line)
    }

    fn commit(&mut self) -> Option<String> {
        match self.below(4) {
            0 => None,
            1 => Some(self.text()),
            _ => Some(format!("{:040x}", self.below(u64::MAX))),
        }
    }

    fn score(&mut self) -> Option<Score> {
        let whole = Decimal::from_f64(1.0).unwrap();
        let good = self.below(1_000);
        let score = Score::of_share(good, 999, whole, Decimal::default());
        score.filter(|_| !self.one_in(8))
    }

    fn outcome(&mut self) -> Outcome {
        let states = [
            State::Measured,
            State::LowConfidence,
            State::NotApplicable,
            State::Unavailable,
        ];
        let of = self.below(1 << 40);
        Outcome {
            state: self.of(&states),
            good: self.below(of + 1),
            waived: 0,
            of,
            unknown: self.below(9),
            subjects: self.below(99),
            score: self.score(),
            strict_score: None,
            bounds: None,
        }
    }

    fn change(&mut self) -> Change {
        let since = Since {
            commit: self.commit(),
            subject: self.text(),
        };
        let example = Example {
            path: self.path(),
            line: self.line(),
            name: self.one_in(2).then(|| self.text()),
            differs: vec![self.text()],
        };
        Change {
            kind: self.of(&Kind::ALL[..5]),
            subject: None,
            path: self.path(),
            line: self.line(),
            was_path: self.one_in(3).then(|| self.path()),
            name: self.one_in(2).then(|| self.text()),
            namesakes: self.below(3) as u32,
            before: self.below(1 << 33),
            after: self.below(1 << 33),
            note: (!self.one_in(4)).then(|| self.text()),
            since: self.one_in(2).then_some(since),
            example: self.one_in(2).then_some(example),
        }
    }

    fn delta(&mut self, definition: &Definition, most: u64) -> Delta {
        let mut component = definition.components[self.below(4) as usize].clone();
        component.level = self.of(&[Level::Track, Level::Report, Level::Ratchet, Level::Block]);
        if !self.one_in(3) {
            component.title = self.text().chars().take(24).collect();
        }
        let changes: Vec<Change> = (0..self.below(most)).map(|_| self.change()).collect();
        let losses = [
            Lost::TooLarge,
            Lost::ParseErrors(9),
            Lost::LfsPointer,
            Lost::Permission,
        ];
        let unknown = (0..self.below(most).saturating_sub(2))
            .map(|_| (self.path(), losses[self.below(4) as usize].clone()))
            .collect();
        Delta {
            about: measures::about(&component.measure),
            component,
            method: Some(Method::Exact),
            base: self.outcome(),
            head: self.outcome(),
            counts: Default::default(),
            changes,
            unknown,
        }
    }

    fn finding(&mut self, components: u64) -> Finding {
        let bar = Decimal::from_millionths(self.below(100_000_000) as i64);
        let position = self.below(components) as usize;
        // Without a component, nothing can be found of one.
        let first = if components == 0 { 4 } else { 0 };
        match first + self.below(8 - first) {
            0 => Finding::BecameUnknown { position },
            1 | 2 => Finding::Unmeasured {
                position,
                tolerated: self.one_in(4),
            },
            3 => Finding::BelowFloor {
                position,
                inherited: self.one_in(2),
            },
            4 => Finding::Bar {
                bar,
                standing: Standing {
                    reached: self.of(&[None, Some(true), Some(false)]),
                    open: self.one_in(2),
                    tolerated: self.one_in(3),
                },
            },
            5 => Finding::Drop {
                bar,
                kept: self.one_in(2),
            },
            6 => Finding::Weakened {
                places: self.below(1_000) as usize,
                agreed: self.one_in(2),
            },
            _ => Finding::NothingCompared,
        }
    }

    fn comparison(&mut self, most: u64) -> Comparison {
        let definition = definition();
        let components = self.of(&[0, 1, 2, 3, 14, 60]);
        let components: Vec<Delta> = (0..components)
            .map(|_| self.delta(&definition, most))
            .collect();
        let mut findings: Vec<Finding> = (0..components.len())
            .filter(|position| {
                let delta = &components[*position];
                delta.gates() && delta.regressions().next().is_some()
            })
            .map(|position| Finding::Regressed { position })
            .collect();
        for _ in 0..self.of(&[0, 0, 1, 3, 9, 200]) {
            findings.push(self.finding(components.len() as u64));
        }
        let mut amount = || self.below(4_000_000) as i64 - 2_000_000;
        let (data, code, population, definition) = (amount(), amount(), amount(), amount());
        let value = |dice: &mut Self| dice.one_in(2).then(|| dice.text());
        let effects = [Effect::Weaker, Effect::Stricter, Effect::Neutral];
        Comparison {
            movers: (0..self.below(4))
                .map(|_| Mover {
                    position: self.below(components.len() as u64 + 1) as usize,
                    path: self.path(),
                    line: self.line(),
                    effect: self.below(200_000_000) as i64 - 100_000_000,
                    came: self.one_in(2),
                    went: self.one_in(2),
                })
                .collect(),
            alterations: (0..self.of(&[0, 0, 1, 4, 40]))
                .map(|_| Alteration {
                    key: self.text(),
                    before: value(self),
                    after: value(self),
                    effect: self.of(&effects),
                })
                .collect(),
            components,
            parts: Parts {
                base: self.score(),
                head: self.score(),
                with_data: self.score(),
                head_under_base: self.score(),
                bounds: self.bounds(),
                data,
                code,
                population,
                definition,
            },
            findings,
            open: (0..self.of(&[0, 0, 1, 7, 30]))
                .map(|_| (self.path(), self.one_in(2).then_some(Lost::TooLarge)))
                .collect(),
        }
    }

    fn bounds(&mut self) -> Option<Bounds> {
        let (low, high) = (self.score()?, self.score()?);
        Some(Bounds { low, high })
    }

    fn matter(&mut self) -> GateMatter {
        let end = |dice: &mut Self| End {
            label: dice.text(),
            commit: dice.commit(),
        };
        GateMatter {
            repository: self.text(),
            base: end(self),
            head: end(self),
            commits: self.below(u64::MAX),
            notes: (0..self.below(5)).map(|_| self.text()).collect(),
            command: match self.below(3) {
                0 => self.text(),
                1 => {
                    "quality gate ".to_owned()
                        + &"--base 'it'\\''s x' ".repeat(self.below(20) as usize)
                }
                _ => matter().command,
            },
            ..matter()
        }
    }
}

/// Fits a page, and holds nothing a terminal would obey.
fn assert_page(text: &str, style: &Style) {
    assert!(text.ends_with('\n'));
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines.len() <= text::MOST_LINES,
        "{} lines\n{text}",
        lines.len()
    );
    for line in &lines {
        assert!(
            line.width() <= style.width,
            "{} columns: {line}",
            line.width()
        );
        assert_eq!(*line, line.trim_end());
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("Next: quality gate"))
            || !text.contains("Next: quality")
    );
    assert!(lines[0].starts_with("Gate "));
}

/// Everything that is open is closed, and outside of code there is nothing but our own words.
fn assert_markdown(text: &str) {
    let (mut open, mut fence, mut columns) = (0, None::<&str>, 0);
    for (number, line) in text.lines().enumerate() {
        if let Some(mark) = fence {
            if line == mark {
                fence = None;
            }
            continue;
        }
        if line.starts_with("```") && !line.trim_start_matches('`').contains('`') {
            fence = line.strip_suffix("sh");
            assert!(
                fence.is_some_and(|mark| mark.chars().all(|c| c == '`')),
                "{line}"
            );
            continue;
        }
        if number == 0 && line == markdown::MARKER {
            continue;
        }
        let outside = outside_code(line);
        let outside = if let Some(rest) = outside.strip_prefix("<details><summary>") {
            open += 1;
            rest.strip_suffix("</summary>").unwrap().to_owned()
        } else if outside == "</details>" {
            open -= 1;
            String::new()
        } else {
            outside
        };
        // Rows of the table have as many cells as its head.
        let bars = outside.matches('|').count();
        columns = if outside.starts_with('|') {
            columns.max(bars)
        } else {
            0
        };
        assert_eq!(bars, columns, "{line}");
        let body = outside
            .trim_start_matches("### ")
            .trim_start_matches("#### ")
            .trim_start();
        let own = " ,;:.!?()-'|→…–+=%*_[]";
        let hostile = body
            .chars()
            .find(|c| !c.is_alphanumeric() && !own.contains(*c));
        assert_eq!(hostile, None, "{line}");
        for active in ["://", "www.", "**b", "](", "--|-- "] {
            assert!(!outside.contains(active), "{active} in {line}");
        }
        assert!((0..=1).contains(&open));
    }
    assert_eq!((open, fence), (0, None));
}

/// At most ten annotations of a kind, each of a size GitHub takes, and no other command.
fn assert_workflow(report: &GateReport) {
    let text = github::render(report);
    let mut numbers = [0, 0];
    let mut is_verdict = false;
    for line in text.lines() {
        is_verdict |= line.starts_with("Gate ");
        let Some(command) = command(line) else {
            assert!(is_verdict, "{line}");
            continue;
        };
        assert!(!is_verdict, "{line}");
        assert!(line.len() <= 4_096, "{} bytes: {line}", line.len());
        assert!(!line.chars().any(char::is_control), "{line:?}");
        match command.name.as_str() {
            "error" => numbers[0] += 1,
            "warning" => numbers[1] += 1,
            other => panic!("{other}: {line}"),
        }
        for (key, _) in &command.properties {
            assert!(["file", "line", "title"].contains(&key.as_str()), "{line}");
        }
        assert!(!command.data.is_empty());
    }
    assert!(numbers[0] <= 10 && numbers[1] <= 10, "{numbers:?}");
}

/// Formats of other tools hold nothing a terminal would obey, and those that list findings list as many.
fn assert_findings(report: &GateReport) {
    let written = |name: &str| {
        let format = GATE.iter().find(|format| format.name == name).unwrap();
        let text = format.render(report, &Style::default());
        let is_obeyed = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert_eq!(text.find(is_obeyed), None, "{name}: {text}");
        text
    };
    let sarif: Value = serde_json::from_str(&written("sarif")).unwrap();
    let gitlab: Value = serde_json::from_str(&written("gitlab")).unwrap();
    let all = gitlab.as_array().unwrap().len();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), all);
    assert_eq!(written("concise").lines().count(), all);
    assert_eq!(written("rdjsonl").lines().count(), all);
    assert_eq!(written("checkstyle").matches("<error ").count(), all);
    let teamcity = written("teamcity");
    let inspections = teamcity
        .lines()
        .filter(|line| line.starts_with("##teamcity[inspection "));
    assert_eq!(inspections.count(), all);
    assert!(
        teamcity
            .lines()
            .all(|line| line.starts_with("##teamcity[") && line.is_ascii())
    );
    let azure = written("azure");
    let issues = azure.lines().filter(|line| line.contains("##vso["));
    assert!(issues.count() <= 20);
}

fn assert_limits(report: &GateReport) {
    for width in [80, 120] {
        for ascii in [false, true] {
            let style = Style {
                width,
                ascii,
                ..Style::default()
            };
            assert_page(&text::render(report, &style), &style);
        }
    }
    let comment = markdown::render(report);
    assert!(comment.len() < markdown::MOST_BYTES, "{}", comment.len());
    assert!(comment.is_empty() || comment.starts_with("<!-- quality:gate -->\n"));
    assert_markdown(&comment);
    let summary = markdown::summary(report);
    assert!(!summary.is_empty() && summary.len() < 1 << 20);
    assert!(!summary.contains(markdown::MARKER) || !summary.starts_with("<!--"));
    assert_markdown(&summary);
    assert_workflow(report);
    assert_findings(report);
    let json = json::render(report);
    assert!(!json.chars().any(|c| c.is_control() && c != '\n'));
    assert!(serde_json::from_str::<Value>(&json).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_comparison_keeps_every_limit(seed in any::<u64>(), most in 0u64..30) {
        let mut dice = Dice(seed);
        let comparison = dice.comparison(most);
        let matter = dice.matter();
        assert_limits(&GateReport { matter, comparison: &comparison });
    }
}

/// A change with more regressions than any format can show.
fn crowd(number: u64) -> Comparison {
    let mut comparison = failed().comparison;
    let delta = &mut comparison.components[0];
    let model = delta.changes[0].clone();
    delta.changes = (0..number)
        .map(|at| Change {
            path: RepoPath::from(format!("src/module_{at}/file_{at}.py").as_str()),
            line: Some(at as u32 + 1),
            after: 1 + at % 7,
            ..model.clone()
        })
        .collect();
    comparison
}

#[test]
fn what_does_not_fit_is_counted() {
    let comparison = crowd(5_000);
    let report = GateReport {
        matter: matter(),
        comparison: &comparison,
    };
    assert_limits(&report);
    let page = text::render(&report, &Style::default());
    assert!(
        page.contains("more subjects in 1 component (--format json shows all)"),
        "{page}"
    );
    let comment = markdown::render(&report);
    assert!(
        comment.len() > 60_000,
        "{} bytes of {}",
        comment.len(),
        markdown::MOST_BYTES
    );
    let shown = comment
        .lines()
        .filter(|line| line.starts_with("  - "))
        .count();
    // One more regressed in another component.
    let left = format!("… and {} more subjects in 1 component", 5_001 - shown);
    assert!(comment.replace(',', "").contains(&left), "{left}");
    let log = github::render(&report);
    let errors: Vec<&str> = log
        .lines()
        .filter(|line| line.starts_with("::error"))
        .collect();
    assert_eq!(errors.len(), 10);
    // Three bars, 5,001 subjects, nine of them shown.
    assert!(errors[9].contains("4,995 more findings"), "{}", errors[9]);
    let json = json::render(&report);
    assert_eq!(json.matches(r#""kind":"newly-bad""#).count(), 5_000 + 1 + 3);
}

#[test]
fn the_worst_is_shown_first_and_no_component_hides_another() {
    let comparison = crowd(60);
    let report = GateReport {
        matter: matter(),
        comparison: &comparison,
    };
    let page = text::render(&report, &Style::default());
    let places: Vec<&str> = page
        .lines()
        .filter(|line| line.contains("src/module_"))
        .collect();
    // Seven slots are missing at 6, 13, 20 …
    assert!(places[0].contains("src/module_6/file_6.py:7"), "{page}");
    assert!(places[1].contains("src/module_13/file_13.py:14"), "{page}");
    assert!(page.contains("Preferred HTTP client: to pass"), "{page}");
}

#[test]
fn one_line_is_enough_where_no_more_is_wanted() {
    let story = failed();
    let style = Style {
        quiet: true,
        ..Style::default()
    };
    let text = text::render(&story.report(), &style);
    assert_eq!(text.lines().count(), 1);
    assert!(
        text.starts_with("Gate failed: 4 subjects got worse in 2 components"),
        "{text}"
    );
}

#[test]
fn ascii_and_colour_change_no_word() {
    let story = failed();
    assert_eq!(story.report().verdict(), Verdict::Failed);
    let style = Style {
        ascii: true,
        ..Style::default()
    };
    let ascii = text::render(&story.report(), &style);
    assert!(ascii.is_ascii(), "{ascii}");
    let style = Style {
        color: true,
        ..style
    };
    let coloured = text::render(&story.report(), &style);
    assert!(coloured.contains("\u{1b}["));
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    assert_eq!(bare, ascii);
}
