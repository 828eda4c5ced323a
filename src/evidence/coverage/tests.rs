//! Reports as tools wrote them, and reports made to do harm.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::{Format, Found, Report, Standing, gather, parse};
use crate::definition::{self, CoverageSettings};
use crate::path::RepoPath;

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/coverage")
        .join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn report(bytes: &[u8]) -> Report {
    parse(bytes).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn refusal(text: &str) -> String {
    match parse(text.as_bytes()) {
        Ok(report) => panic!("believed: {report:?}"),
        Err(refusal) => refusal.to_string(),
    }
}

/// For each file its lines with their runs, then its branches.
fn lines(report: &Report) -> String {
    let mut text = String::new();
    for (path, file) in &report.files {
        let _ = write!(text, "{path}:");
        for (line, hits) in &file.lines {
            let _ = write!(text, " {line}={hits}");
        }
        for (line, (taken, of)) in &file.branches {
            let _ = write!(text, " {line}({taken}/{of})");
        }
        text.push('\n');
    }
    text
}

/// What an export of one run says of the files of a repository, whatever its paths are like: whether each line was run.
fn of_files(name: &str, files: &[&str], with_branches: bool) -> String {
    let files: Vec<RepoPath> = files.iter().map(|path| RepoPath::from(*path)).collect();
    let found = Found {
        place: RepoPath::from("coverage.out"),
        modified: None,
        bytes: Ok(fixture(name)),
    };
    let coverage = gather(&[found], files.iter(), &CoverageSettings::default());
    let mut text = String::new();
    for file in &files {
        let Some(Standing::Fresh(told)) = coverage.of(file, 1_000, None) else {
            let _ = writeln!(text, "{}: nothing", file.to_str());
            continue;
        };
        let run: Vec<(u32, bool)> = told
            .lines
            .iter()
            .map(|(line, hits)| (*line, *hits > 0))
            .collect();
        let _ = write!(text, "{}: {run:?}", file.to_str());
        if with_branches {
            let _ = write!(text, " {:?}", told.branches);
        }
        text.push('\n');
    }
    text
}

#[test]
fn three_exports_of_one_run_of_coverage_py_say_the_same() {
    let files = ["shop/__init__.py", "shop/cart.py", "shop/price.py"];
    let json = of_files("python/coverage.json", &files, true);
    assert_eq!(of_files("python/coverage.xml", &files, true), json);
    assert_eq!(of_files("python/coverage.lcov", &files, true), json);
    // As `coverage report` counts: 11 statements and 1 missed, 9 and 4.
    let report = report(&fixture("python/coverage.json"));
    let counts: Vec<(usize, usize)> = report
        .files
        .values()
        .map(|file| {
            let missed = file.lines.values().filter(|hits| **hits == 0).count();
            (file.lines.len(), missed)
        })
        .collect();
    assert_eq!(counts, [(0, 0), (11, 1), (9, 4)]);
}

#[test]
fn four_exports_of_one_run_of_istanbul_say_the_same() {
    let files = ["src/cart.js", "src/price.js"];
    let json = of_files("javascript/coverage-final.json", &files, false);
    assert!(json.starts_with("src/cart.js: [(1, true)"), "{json}");
    for other in ["lcov.info", "clover.xml", "cobertura-coverage.xml"] {
        let name = format!("javascript/{other}");
        assert_eq!(of_files(&name, &files, false), json, "{other}");
    }
    // The XML tells of branches only on lines where a statement begins.
    let branches = of_files("javascript/coverage-final.json", &files, true);
    assert_eq!(of_files("javascript/lcov.info", &files, true), branches);
}

#[test]
fn each_tool_is_known_by_what_it_wrote_and_dates_its_report() {
    for (name, format, written) in [
        ("python/coverage.json", Format::CoveragePy, true),
        ("python/coverage.xml", Format::Cobertura, true),
        ("python/coverage.lcov", Format::Lcov, false),
        ("javascript/coverage-final.json", Format::Istanbul, false),
        ("javascript/clover.xml", Format::Clover, true),
        ("javascript/cobertura-coverage.xml", Format::Cobertura, true),
        ("other/jacoco.xml", Format::Jacoco, true),
        ("other/phpunit.xml", Format::Clover, true),
        ("other/openclover.xml", Format::Clover, true),
        ("other/cover.out", Format::Go, false),
        ("other/resultset.json", Format::SimpleCov, true),
        ("other/llvm.json", Format::Llvm, false),
    ] {
        let report = report(&fixture(name));
        assert_eq!(report.format, format, "{name}");
        assert_eq!(report.written.is_some(), written, "{name}");
        if let Some(written) = report.written {
            // 2026-11-20 to 2026-11-23: seconds, whatever the tool counts in.
            assert!(
                (1_795_100_000..1_795_400_000).contains(&written),
                "{name}: {written}"
            );
        }
    }
}

#[test]
fn jacoco_counts_a_line_in_which_anything_ran_and_joins_groups() {
    let report = report(&fixture("other/jacoco.xml"));
    assert_eq!(
        lines(&report),
        "shop/cart/Cart.java: 9=3 10=4 12=5 10(1/2) 12(1/2)\nshop/web/Main.kt: 3=0\n"
    );
    assert_eq!(report.written, Some(1_795_280_001));
}

#[test]
fn clover_counts_statements_and_conditions_but_no_methods() {
    assert_eq!(
        lines(&report(&fixture("other/phpunit.xml"))),
        "/build/shop/src/Cart.php: 11=2 12=0 17=0\n"
    );
    assert_eq!(
        lines(&report(&fixture("other/openclover.xml"))),
        "/build/shop/src/main/java/shop/cart/Cart.java: 10=2 11=2 12=0 11(1/2)\n"
    );
}

#[test]
fn go_adds_repeated_blocks_and_counts_their_lines() {
    assert_eq!(
        lines(&report(&fixture("other/cover.out"))),
        "example.com/shop/cart/cart.go: 5=4 6=4 7=4 8=2 9=2 10=3\nexample.com/shop/main.go: 3=0 4=0 5=0\n"
    );
}

#[test]
fn simplecov_adds_its_suites_and_knows_how_long_a_file_was() {
    let report = report(&fixture("other/resultset.json"));
    assert_eq!(lines(&report), "/build/shop/lib/cart.rb: 1=2 3=1 4=2 5=3\n");
    assert_eq!(report.files["/build/shop/lib/cart.rb"].length, Some(7));
    assert_eq!(report.written, Some(1_795_280_000));
}

// Case 101. The rate of the report is `nan`: rates are never read, lines are.
#[test]
fn cobertura_does_not_count_the_lines_of_methods_twice() {
    let text = "<coverage line-rate='nan'><packages><package><classes>\
        <class filename='a.py'><methods><method><lines><line number='7' hits='1'/></lines></method></methods>\
        <lines><line number='1' hits='2'/></lines></class>\
        <class filename='a.py'><methods/><lines><line number='1' hits='1'/><line number='2' hits='0' \
        branch='true' condition-coverage='50% (1/2)'/></lines></class>\
        </classes></package></packages></coverage>";
    assert_eq!(lines(&report(text.as_bytes())), "a.py: 1=3 2=0 2(1/2)\n");
}

// Case 101.
#[test]
fn lcov_joins_records_of_one_file_and_tells_of_wrong_counts() {
    let text = "TN:one\nSF:a.c\nFN:1,f\nDA:1,1\nDA:2,0,md5\nBRDA:2,0,0,-\nBRDA:2,0,1,3\nLF:2\nLH:1\nend_of_record\r\n\
                TN:two\nSF:a.c\nDA:2,4\nDA:3,-7\nDA:4,1e30\nLF:9\nend_of_record\n";
    let report = report(text.as_bytes());
    assert_eq!(
        lines(&report),
        format!("a.c: 1=1 2=4 3=0 4={} 2(1/2)\n", u64::MAX)
    );
    assert_eq!(
        report.oddities,
        ["1 records count other lines than they list; the lines were counted"]
    );
}

// Case 99.
// Seen to fail where only the parser is believed: XML that ends between two tags is no error to it.
#[test]
fn a_damaged_report_is_refused_with_the_reason() {
    let istanbul = String::from_utf8(fixture("javascript/coverage-final.json")).unwrap();
    let xml = String::from_utf8(fixture("python/coverage.xml")).unwrap();
    for (text, reason) in [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("hello", "it is no coverage report of a known format"),
        (
            "{\"a\": 1}",
            "it is JSON, but no coverage report of a known format",
        ),
        ("[]", "it is no coverage report of a known format"),
        ("SF:a.c\nDA:1,1\n", "it ends too early: truncated"),
        (
            "SF:a.c\nSF:b.c\nend_of_record\n",
            "its line 2 cannot be read",
        ),
        (
            "SF:a.c\nDA:x,1\nend_of_record\n",
            "its line 2 cannot be read",
        ),
        (
            "SF:a.c\nDA:1,nan\nend_of_record\n",
            "its line 2 cannot be read",
        ),
        (
            "SF:a.c\nDA:4000000000,1\nend_of_record\n",
            "it names line 4000000000, which no source file has",
        ),
        ("mode: set\na.go:1.1,2.2 1\n", "its line 2 cannot be read"),
        (
            &istanbul[..istanbul.len() / 2],
            "it ends too early: truncated",
        ),
        (&xml[..xml.len() / 2], "it ends too early: truncated"),
        (
            "<coverage line-rate='1'><packages><class filename='a.py'><lines><line number='1' hits='1'/></lines></class>",
            "it ends too early: truncated",
        ),
        (&xml[..xml.len() - 4], "it ends too early: truncated"),
        (
            "<html></html>",
            "no known coverage report begins with the element `html`",
        ),
    ] {
        assert_eq!(refusal(text), reason, "{text}");
    }
}

// Case 98.
#[test]
fn entities_are_neither_declared_nor_expanded_nor_fetched() {
    let declares = "its document type declares things of its own, which no coverage tool does";
    let laughs = "<!DOCTYPE coverage [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'>]>\
                  <coverage line-rate='1'><class filename='&b;'/></coverage>";
    assert_eq!(refusal(laughs), declares);
    let file = "<!DOCTYPE coverage [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>\
                <coverage line-rate='1'><sources><source>&x;</source></sources></coverage>";
    assert_eq!(refusal(file), declares);
    let undeclared = "<coverage line-rate='1'><packages><class filename='&x;'>\
                      <lines><line number='1' hits='1'/></lines></class></packages></coverage>";
    // A path nobody can read is the path of no file.
    assert_eq!(lines(&report(undeclared.as_bytes())), "");
    let known = "<coverage line-rate='1'><class filename='a&amp;b&#x2e;py'>\
                 <lines><line number='1' hits='1'/></lines></class></coverage>";
    assert_eq!(lines(&report(known.as_bytes())), "a&b.py: 1=1\n");
}

// Case 102.
#[test]
fn what_is_too_deep_or_too_much_is_refused_in_no_time() {
    let deep = format!("<coverage>{}", "<a>".repeat(100_000));
    assert_eq!(
        refusal(&deep),
        "its elements are nested deeper than 64 levels"
    );
    let deep = format!("{{\"files\":{}", "[".repeat(100_000));
    assert_eq!(refusal(&deep), "it ends too early: truncated");
    let deep = format!("{{\"type\":{}", "[".repeat(100_000));
    assert!(
        refusal(&deep).contains("recursion limit"),
        "{}",
        refusal(&deep)
    );
    let mut blocks = String::from("mode: set\n");
    for at in 0..100 {
        let _ = writeln!(blocks, "a.go:{at}.1,1900000.1 1 1");
    }
    assert_eq!(refusal(&blocks), "its blocks hold more than 5000000 lines");
    let mut files = String::new();
    for at in 0..10 {
        let _ = write!(
            files,
            "{}{{\"filename\":\"{at}.c\",\"segments\":[[1,1,1,true,true],[1900000,1,0,false,false]]}}",
            if at == 0 { "" } else { "," }
        );
    }
    let regions =
        format!("{{\"type\":\"llvm.coverage.json.export\",\"data\":[{{\"files\":[{files}]}}]}}");
    assert_eq!(
        refusal(&regions),
        "its regions hold more than 5000000 lines"
    );
    let wide: String = (0..50_000).fold(String::new(), |mut text, at| {
        let _ = write!(text, " a{at}='x'");
        text
    });
    let wide = format!("<coverage line-rate='1'><class{wide} filename='a.py'/></coverage>");
    assert_eq!(lines(&report(wide.as_bytes())), "a.py:\n");
}

#[test]
fn istanbul_leaves_out_what_is_measured_in_generated_code() {
    let text = r#"{"a.ts":{"path":"a.ts","inputSourceMap":{},"statementMap":{"0":{"start":{"line":1}}},"s":{"0":1}},
        "b.ts":{"path":"b.ts","statementMap":{"0":{"start":{"line":2}},"1":{"start":{"line":2}},
        "2":{"start":{"line":null}}},"s":{"0":1,"1":5,"2":1}}}"#;
    let report = report(text.as_bytes());
    assert_eq!(lines(&report), "b.ts: 2=5\n");
    assert_eq!(report.oddities.len(), 1);
}

/// Which files the paths of an lcov report mean: `path → file`, one each line, then what is unmatched.
fn mapped(place: &str, written: &[&str], files: &[&str], settings: &str) -> String {
    let mut text = String::new();
    for path in written {
        let _ = writeln!(text, "SF:{path}\nDA:1,1\nend_of_record");
    }
    let settings = format!("extends = 'builtin'\n[coverage]\n{settings}\n");
    let settings = definition::parse(settings.as_bytes(), "quality.toml").unwrap();
    let files: Vec<RepoPath> = files.iter().map(|path| RepoPath::from(*path)).collect();
    let report = report(text.as_bytes());
    let mapped = super::Mapping::new(files.iter()).map(
        RepoPath::from(place).directory(),
        &report,
        &settings.coverage,
    );
    let mut text: Vec<String> = mapped
        .matched
        .iter()
        .map(|(path, file)| format!("{path} is {}", file.to_str()))
        .collect();
    text.extend(
        mapped
            .unmatched
            .iter()
            .map(|path| format!("{path} is nothing")),
    );
    text.join("\n")
}

// Case 100.
#[test]
fn paths_of_other_places_and_systems_are_found_by_their_ends() {
    let files = ["src/app/a.py", "src/app/b.py", "lib/b.py", "a.py"];
    assert_eq!(
        mapped(
            "lcov.info",
            &[
                "/ci/work/src/app/a.py",
                "C:\\ci\\work\\src\\app\\b.py",
                "./lib/../lib/b.py",
                "app/a.py",
                "b.py"
            ],
            &files,
            ""
        ),
        "./lib/../lib/b.py is lib/b.py\n/ci/work/src/app/a.py is src/app/a.py\n\
         C:\\ci\\work\\src\\app\\b.py is src/app/b.py\napp/a.py is src/app/a.py\nb.py is nothing"
    );
}

// Case 100.
#[test]
fn a_name_alone_counts_only_where_the_others_stand() {
    let files = ["src/app/a.py", "setup.py", "utils.py"];
    let written = [
        "/ci/work/src/app/a.py",
        "/ci/work/setup.py",
        "/opt/other/utils.py",
        "/opt/python/site-packages/utils.py",
        "../../etc/passwd",
    ];
    assert_eq!(
        mapped("lcov.info", &written, &files, ""),
        "/ci/work/setup.py is setup.py\n/ci/work/src/app/a.py is src/app/a.py\n\
         ../../etc/passwd is nothing\n/opt/other/utils.py is nothing"
    );
}

#[test]
fn a_report_of_a_package_is_about_that_package() {
    let files = ["src/x.js", "packages/a/src/x.js", "packages/b/src/x.js"];
    assert_eq!(
        mapped("packages/a/coverage/lcov.info", &["src/x.js"], &files, ""),
        "src/x.js is packages/a/src/x.js"
    );
    assert_eq!(
        mapped("lcov.info", &["src/x.js"], &files, ""),
        "src/x.js is src/x.js"
    );
}

#[test]
fn what_beginnings_mean_can_be_told() {
    let files = ["services/pay/x.py", "services/cart/x.py"];
    let written = ["/app/x.py", "gen/y.py"];
    assert_eq!(
        mapped(
            "lcov.info",
            &written,
            &files,
            "path_map = [{ from = '/app', to = 'services/pay' }]\nexcept = ['gen/**']"
        ),
        "/app/x.py is services/pay/x.py"
    );
}

// Cases 103 and 104. Of two reports that know a line the larger count holds, and one that is too old adds nothing.
#[test]
fn reports_of_several_suites_are_added_and_old_ones_left_out() {
    let found = |place: &str, modified: i64, text: &str| Found {
        place: RepoPath::from(place),
        modified: Some(modified),
        bytes: Ok(text.as_bytes().to_vec()),
    };
    let files = [RepoPath::from("a.py")];
    let day = 86_400;
    let reports = [
        found(
            "unit.info",
            10 * day,
            "SF:a.py\nDA:1,1\nDA:2,0\nend_of_record\n",
        ),
        found(
            "whole.info",
            12 * day,
            "SF:a.py\nDA:2,3\nDA:3,0\nend_of_record\n",
        ),
    ];
    let coverage = gather(&reports, files.iter(), &CoverageSettings::default());
    let of = |lines: u32, committed: i64| coverage.of(&files[0], lines, Some(committed)).unwrap();
    let run = |standing: Standing| match standing {
        Standing::Fresh(told) => format!("{:?}", told.lines),
        Standing::Stale(stale) => stale.words(),
    };
    assert_eq!(run(of(3, 11 * day)), "{1: 1, 2: 3, 3: 0}");
    // The older report is more than a day older than the file.
    assert_eq!(run(of(3, 11 * day + 1)), "{2: 3, 3: 0}");
    assert_eq!(
        run(of(3, 20 * day)),
        "committed 10 days after the report was made"
    );
    // A file may lack the line end of its last line, but no more.
    assert_eq!(run(of(2, 0)), "{1: 1, 2: 3, 3: 0}");
    assert_eq!(run(of(1, 0)), "{1: 1, 2: 0}");
    assert_eq!(run(of(0, 0)), "the report tells of line 2, and it has 0");
    assert_eq!(coverage.of(&RepoPath::from("b.py"), 9, None), None);
}

#[test]
fn the_lines_of_llvm_regions_are_those_that_llvm_cov_itself_writes() {
    let json = lines(&report(&fixture("other/llvm.json")));
    assert!(
        json.contains("/build/shop/src/calc.rs: 1=5 2=5 3=2"),
        "{json}"
    );
    assert_eq!(lines(&report(&fixture("other/llvm.info"))), json);
}
