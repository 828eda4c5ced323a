//! Texts as people see them. `BLESS=1` rewrites them; read the difference before it is committed.

use std::path::Path;

use unicode_width::UnicodeWidthStr;

use super::story::{
    Story, change, code, definition, file, history, lost, shop, unread, without_history,
};
use clap::Parser as _;

use crate::class::Class;
use crate::cli::Cli;
use crate::codebase::Content;
use crate::facts::Lost;
use crate::report::text::{Sort, Style, render};

fn style(width: usize) -> Style {
    Style {
        width,
        ..Style::default()
    }
}

pub(super) fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/reports")
        .join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{name} differs; BLESS=1 rewrites it");
}

/// Lines fit, end without blanks, and hold nothing a terminal would obey.
pub(super) fn assert_tidy(text: &str, width: usize) {
    for line in text.lines() {
        assert!(line.width() <= width, "{} columns: {line}", line.width());
        assert_eq!(line, line.trim_end());
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    assert!(text.ends_with('\n'));
}

#[test]
fn a_narrow_terminal_gets_lines_that_fit_it() {
    let mut story = shop();
    for prefix in ["", "shop/cart"] {
        story.matter.prefix = prefix.as_bytes().to_vec();
        assert_tidy(&render(&story.report(), &style(60)), 60);
    }
}

#[test]
fn a_shop_at_three_widths() {
    let story = shop();
    for width in [80, 100, 120] {
        let text = render(&story.report(), &style(width));
        assert_tidy(&text, width);
        check(&format!("shop-{width}.txt"), &text);
    }
}

#[test]
fn a_shop_in_ascii_worst_first() {
    let mut story = shop();
    story.matter.fail_under = crate::definition::Decimal::from_f64(70.0);
    let style = Style {
        ascii: true,
        depth: 3,
        sort: Sort::Score,
        ..style(80)
    };
    let text = render(&story.report(), &style);
    assert!(text.is_ascii());
    assert_tidy(&text, 80);
    check("shop-ascii.txt", &text);
}

#[test]
fn a_part_of_a_shop_has_the_numbers_of_the_whole_scan() {
    let mut story = shop();
    let whole = story.report();
    let place = whole
        .directories
        .iter()
        .find(|place| place.scope.name == b"shop/cart")
        .unwrap();
    let expected = place.scope.score.clone();
    story.matter.prefix = b"shop/cart/".to_vec();
    let report = story.report();
    assert_eq!(report.root.scope.score, expected);
    assert_eq!(report.root.files, 2);
    let text = render(&report, &style(80));
    assert_tidy(&text, 80);
    check("shop-cart.txt", &text);
}

#[test]
fn an_empty_repository_has_no_score() {
    let story = Story::new(Vec::new(), without_history());
    let text = render(&story.report(), &style(80));
    assert_tidy(&text, 80);
    check("empty.txt", &text);
    let quiet = Style {
        quiet: true,
        ..style(80)
    };
    assert_eq!(
        render(&story.report(), &quiet),
        "quality unknown  (nothing could be measured)\n"
    );
}

#[test]
fn where_no_file_could_be_read_nothing_has_a_number() {
    let files = vec![
        lost("a.py", Lost::TooLarge),
        lost("b/c.py", Lost::ParseBudget),
        lost("b/d.py", Lost::ParseBudget),
    ];
    let story = Story::new(files, without_history());
    assert!(story.report().root.scope.score.is_none());
    let text = render(&story.report(), &style(80));
    assert_tidy(&text, 80);
    check("lost.txt", &text);
}

#[test]
fn a_directory_without_code_has_no_score() {
    let mut story = shop();
    story.matter.prefix = b"docs".to_vec();
    let report = story.report();
    assert!(report.root.scope.score.is_none());
    assert_tidy(&render(&report, &style(80)), 80);
}

const HOSTILE: &[&[u8]] = &[
    b"a\nb.py",
    b"\x1b[31mred\x1b]0;title\x07.py",
    b"::error file=x.py::owned.py",
    b"=cmd|' /C calc'!A0.py",
    b"<img src=x>.py",
    b"`rm -rf`|x.py",
    b"\xe2\x80\xaeyp.txt.py",
    b"-rf.py",
    b"   ",
    b"caf\xe9.py",
    b"\xc2\x9b2J.py",
    "文/件/很/长/的/名/字/在/这/里/还/有/很/多/很/多/别/的/东/西/不/能/放/在/一/行/里.py"
        .as_bytes(),
];

#[test]
fn hostile_names_cannot_touch_the_terminal() {
    let files = HOSTILE
        .iter()
        .map(|name| {
            let model = code("model.py", &[(0, 9, 40, 700)], (5, 0));
            file(name, Class::Code, "", 700, model.content)
        })
        .chain([file(
            b"lost\x1b[2J.py",
            Class::Code,
            "",
            0,
            Content::Lost(Lost::TooLarge),
        )])
        .collect();
    let mut changes: Vec<_> = (0..40).map(|number| change(number, &[])).collect();
    for change in &mut changes {
        change.paths = HOSTILE
            .iter()
            .map(|name| crate::path::RepoPath::new(*name))
            .collect();
        change.subject = "\x1b[2J\u{202e}".to_owned();
    }
    let mut story = Story::new(files, history(changes));
    story.matter.repository = "\x1b[2Jrepo\u{9b}".to_owned();
    story.matter.warnings = vec!["a note \x1b[2J with \u{202e} and \n::error::".to_owned()];
    for width in [80, 120] {
        let style = Style {
            depth: 40,
            ..style(width)
        };
        let text = render(&story.report(), &style);
        assert_tidy(&text, width);
        assert!(!text.contains('\u{202e}'));
        assert!(!text.contains('\u{9b}'));
    }
    check("hostile.txt", &render(&story.report(), &style(80)));
}

#[test]
fn a_hundred_is_printed_only_at_a_hundred() {
    let typed = definition(
        "version = 1\n[component.typed-code]\nmeasure.typed-slots = {}\ntarget = 1\nfloor = 0\n",
    );
    let printed = |untyped: u32| {
        let functions = [(9_999, untyped, 0, 5)];
        let story = Story::under(
            &typed,
            vec![code("a.py", &functions, (0, 0))],
            without_history(),
        );
        let quiet = Style {
            quiet: true,
            ..style(80)
        };
        (
            render(&story.report(), &quiet),
            render(&story.report(), &style(80)),
        )
    };
    let (quiet, full) = printed(0);
    assert_eq!(
        quiet,
        "quality 100.0  (1 of 1 components, 100 % of weight)\n"
    );
    assert!(full.contains("100.0 %"));
    let (quiet, full) = printed(1);
    assert_eq!(
        quiet,
        "quality 99.9  (1 of 1 components, 100 % of weight)\n"
    );
    let card = full.split("Fix first").next().unwrap();
    assert!(!card.contains("100.0"), "{full}");
    assert!(full.contains("99.9 %"));
}

#[test]
fn colour_adds_nothing_but_colour() {
    let story = shop();
    let coloured = render(
        &story.report(),
        &Style {
            color: true,
            ..style(80)
        },
    );
    assert!(coloured.contains("\x1b["));
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        bare.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    bare.push_str(rest);
    assert_eq!(bare, render(&story.report(), &style(80)));
}

/// The last line can be typed. What follows two blanks is about it.
fn assert_is_command(text: &str) {
    let last = text.lines().last().unwrap();
    let command = last.strip_prefix("Next: ").unwrap();
    let command = command.split("  ").next().unwrap();
    let read = Cli::try_parse_from(command.split(' '));
    assert!(read.is_ok(), "{last}: {:?}", read.err());
}

#[test]
fn the_last_line_is_a_command_there_is() {
    let mut story = shop();
    for prefix in ["", "shop", "shop/cart", "docs"] {
        story.matter.prefix = prefix.as_bytes().to_vec();
        let text = render(&story.report(), &style(80));
        assert_is_command(&text);
    }
    let story = Story::new(vec![unread("a.md", Class::Doc, "", 3)], without_history());
    assert_is_command(&render(&story.report(), &style(80)));
}
