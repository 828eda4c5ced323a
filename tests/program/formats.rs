//! Every format of a scan at once, over names chosen to break one of them, each read by the grammar of its format.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use clap::CommandFactory as _;
use quality::cli::Cli;
use quality::report::escape::{json_name, terminal};
use quality::report::format::SCAN;
use quality::report::gate::format::GATE;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use serde_json::Value;

use super::stage::{Stage, finish, scan};

const HOSTILE: [&[u8]; 16] = [
    b"a\nb.py",
    b"\x1b[31mred\x1b[0m.py",
    b"::error file=x.py,line=1::pwn.py",
    b"##vso[task.complete]##teamcity[x].py",
    b"=cmd|' C'!A0.py",
    b"<img src=x onerror=alert(1)>.py",
    b"a`b`|c.py",
    "\u{202e}yp.exe.py".as_bytes(),
    b"-rf.py",
    b" .py",
    b"\xff\xfe.py",
    b"it's [a](b) {0} %0A;%5D.py",
    "größe 文 😀.py".as_bytes(),
    b"a:1:2: b.py",
    b"x&amp;\"y\\.py",
    b"a?b#c%20.py",
];

const DEFINITION: &str = "version = 1\nextends = \"builtin\"\n\
    [component.typed-code]\nlevel = \"block\"\n\
    [[waiver]]\ncomponent = \"typed-code\"\npaths = [\"waived.py\"]\nreason = \"frozen <b> [a](b)\"\n";

fn stage() -> Stage {
    let stage = Stage::new();
    for name in HOSTILE {
        let text = "def f(a, b):\n    return a\n\n\ndef g(c):\n    return c\n";
        stage.write(OsStr::from_bytes(name), text);
    }
    stage.write("waived.py", "def f(a, b):\n    return a\n");
    stage.write("lost\u{1b}[2J.py", "(".repeat(400));
    stage.write("quality.toml", DEFINITION);
    stage
}

/// What each format of the table wrote about the stage, by its name.
fn written(stage: &Stage) -> BTreeMap<&'static str, String> {
    let place = stage.beside("out");
    let mut command = scan(&stage.path(), &["--no-cache"]);
    for format in SCAN {
        let path = place.join(format.name);
        command.arg("--format");
        command.arg(format!("{}={}", format.name, path.display()));
    }
    fs::create_dir(&place).unwrap();
    let outcome = finish(command);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""));
    let texts = SCAN.iter().filter_map(|format| {
        let text = fs::read(place.join(format.name)).ok()?;
        Some((format.name, String::from_utf8(text).ok()?))
    });
    texts.collect()
}

/// A finding as a list of problems tells it: path as it is spelled there, line, rule, severity from 0 for the worst.
type Told = (String, u64, String, usize);

fn rank(words: [&str; 3], word: &str) -> usize {
    words
        .iter()
        .position(|known| *known == word)
        .unwrap_or_else(|| panic!("{word}"))
}

fn decoded(uri: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        let is_unreserved = byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte);
        assert!(is_unreserved || byte == b'%', "{uri}");
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    bytes
}

/// The results of a SARIF file that are not suppressed, with the bytes of their paths and their gaps.
fn sarif(text: &str) -> Vec<(Vec<u8>, u64, String, usize, u64)> {
    let document: Value = serde_json::from_str(text).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let mut prints = BTreeSet::new();
    let mut open = Vec::new();
    for result in run["results"].as_array().unwrap() {
        let rule = result["ruleId"].as_str().unwrap();
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], rule);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        let region = &place["region"];
        for key in ["startLine", "startColumn", "endLine", "endColumn"] {
            assert!(region[key].as_u64().unwrap() >= 1, "{key}");
        }
        let print = result["partialFingerprints"]["quality/v1"]
            .as_str()
            .unwrap();
        assert!(prints.insert(print.to_owned()), "{print} twice");
        let message = result["message"]["text"].as_str().unwrap();
        assert!(
            message.ends_with('.') && !message.contains("]("),
            "{message}"
        );
        if let Some(suppressions) = result.get("suppressions") {
            assert_eq!(suppressions[0]["justification"], "frozen <b> [a](b)");
            continue;
        }
        let level = result["level"].as_str().unwrap();
        open.push((
            decoded(place["artifactLocation"]["uri"].as_str().unwrap()),
            region["startLine"].as_u64().unwrap(),
            rule.to_owned(),
            rank(["error", "warning", "note"], level),
            result["properties"]["gap"].as_u64().unwrap(),
        ));
    }
    open
}

fn gitlab(text: &str) -> Vec<Told> {
    let issues: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut prints = BTreeSet::new();
    let told = issues.iter().map(|issue| {
        assert!(!issue["description"].as_str().unwrap().is_empty());
        assert!(prints.insert(issue["fingerprint"].as_str().unwrap()));
        (
            issue["location"]["path"].as_str().unwrap().to_owned(),
            issue["location"]["lines"]["begin"].as_u64().unwrap(),
            issue["check_name"].as_str().unwrap().to_owned(),
            rank(
                ["critical", "minor", "info"],
                issue["severity"].as_str().unwrap(),
            ),
        )
    });
    told.collect()
}

fn rdjsonl(text: &str) -> Vec<Told> {
    let told = text.lines().map(|line| {
        let one: Value = serde_json::from_str(line).unwrap();
        assert!(!one["message"].as_str().unwrap().is_empty());
        (
            one["location"]["path"].as_str().unwrap().to_owned(),
            one["location"]["range"]["start"]["line"]
                .as_u64()
                .unwrap_or(1),
            one["code"]["value"].as_str().unwrap().to_owned(),
            rank(
                ["ERROR", "WARNING", "INFO"],
                one["severity"].as_str().unwrap(),
            ),
        )
    });
    told.collect()
}

fn attribute(element: &BytesStart, key: &str) -> String {
    let found = element.try_get_attribute(key).unwrap().unwrap();
    found
        .normalized_value(XmlVersion::default())
        .unwrap()
        .into_owned()
}

fn checkstyle(text: &str) -> Vec<Told> {
    let mut reader = Reader::from_str(text);
    let (mut told, mut open) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) => {
                let name = element.name().as_ref().to_owned();
                open.push((
                    name,
                    (!open.is_empty()).then(|| attribute(&element, "name")),
                ));
            }
            Event::Empty(element) => {
                assert_eq!(element.name().as_ref(), "error");
                let (name, file) = open.last().unwrap();
                assert_eq!(name, "file");
                assert!(!attribute(&element, "message").is_empty());
                let source = attribute(&element, "source");
                told.push((
                    file.clone().unwrap(),
                    attribute(&element, "line").parse().unwrap(),
                    source.strip_prefix("quality.").unwrap().to_owned(),
                    rank(
                        ["error", "warning", "info"],
                        &attribute(&element, "severity"),
                    ),
                ));
            }
            Event::End(element) => {
                let (name, _) = open.pop().unwrap();
                assert_eq!(element.name().as_ref(), name);
            }
            Event::Text(text) => assert!(text.as_ref().trim().is_empty()),
            Event::Decl(_) => assert!(open.is_empty()),
            Event::Eof => break,
            event => panic!("{event:?}"),
        }
    }
    assert_eq!(open, []);
    told
}

/// A service message: its name and its attributes, decoded.
fn message(line: &str) -> (String, BTreeMap<String, String>) {
    assert!(line.is_ascii(), "{line}");
    let mut rest = line.strip_prefix("##teamcity[").unwrap();
    let mut attributes = BTreeMap::new();
    let end = rest.find(' ').unwrap();
    let name = rest[..end].to_owned();
    rest = &rest[end..];
    while let Some(attribute) = rest.strip_prefix(' ') {
        let (key, value) = attribute.split_once("='").unwrap();
        let mut units = Vec::new();
        let mut characters = value.char_indices();
        let end = loop {
            let (at, character) = characters.next().unwrap();
            match character {
                '\'' => break at,
                '[' | ']' => panic!("{line}"),
                '|' => match characters.next().unwrap().1 {
                    '0' => {
                        let digits: String = characters
                            .by_ref()
                            .skip(1)
                            .take(4)
                            .map(|(_, c)| c)
                            .collect();
                        units.push(u16::from_str_radix(&digits, 16).unwrap());
                    }
                    escaped => {
                        assert!("|'[]".contains(escaped), "{line}");
                        units.push(escaped as u16);
                    }
                },
                plain => units.push(plain as u16),
            }
        };
        attributes.insert(key.to_owned(), String::from_utf16(&units).unwrap());
        rest = &value[end + 1..];
    }
    assert_eq!(rest, "]", "{line}");
    (name, attributes)
}

fn teamcity(text: &str, report: &Value) -> Vec<Told> {
    let (mut told, mut types, mut statistics) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
    for line in text.lines() {
        let (name, attributes) = message(line);
        let value = |key: &str| attributes[key].clone();
        match name.as_str() {
            "inspectionType" => {
                assert!(
                    ["name", "category", "description"]
                        .iter()
                        .all(|key| !value(key).is_empty())
                );
                assert!(types.insert(value("id")));
            }
            "inspection" => {
                assert!(types.contains(&value("typeId")) && !value("message").is_empty());
                told.push((
                    value("file"),
                    value("line").parse().unwrap(),
                    value("typeId"),
                    rank(["ERROR", "WARNING", "INFO"], &value("SEVERITY")),
                ));
            }
            "buildStatisticValue" => {
                let number: f64 = value("value").parse().unwrap();
                assert_eq!(statistics.insert(value("key"), number), None);
            }
            name => panic!("{name}"),
        }
    }
    assert_eq!(
        statistics.get("quality.score").copied(),
        report["score"]["value"].as_f64()
    );
    for component in report["components"].as_array().unwrap() {
        let key = format!("quality.{}", component["id"].as_str().unwrap());
        assert_eq!(
            statistics.get(&key).copied(),
            component["score"].as_f64(),
            "{key}"
        );
    }
    told
}

/// As an editor takes it: everything before the first colon is the file.
fn concise(text: &str) -> Vec<Told> {
    let told = text.lines().map(|line| {
        let (path, rest) = line.split_once(':').unwrap();
        let (number, rest) = rest.split_once(": ").unwrap();
        let (severity, rest) = rest.split_once(": ").unwrap();
        let (message, rule) = rest.rsplit_once(" [").unwrap();
        assert!(!message.is_empty() && !message.contains("##vso["));
        (
            path.to_owned(),
            number.parse().unwrap(),
            rule.strip_suffix(']').unwrap().to_owned(),
            rank(["error", "warning", "note"], severity),
        )
    });
    told.collect()
}

/// How many commands of each kind a log has, and the files they name.
fn commands(
    text: &str,
    begin: &str,
    end: &str,
    file: &str,
) -> (BTreeMap<String, usize>, Vec<String>) {
    let (mut kinds, mut files) = (BTreeMap::new(), Vec::new());
    for line in text.lines() {
        let Some(rest) = line.trim_start().strip_prefix(begin) else {
            assert!(!line.contains("##vso[") && !line.contains("##["), "{line}");
            assert!(!line.trim_start().starts_with("::"), "{line}");
            continue;
        };
        let (command, data) = rest.split_once(end).unwrap();
        assert!(!data.is_empty());
        let mut parts = command.split([' ', ',', ';', '=']);
        let kind = parts.next().unwrap();
        *kinds.entry(kind.to_owned()).or_default() += 1;
        if let Some((_, path)) = command.split_once(file) {
            let path = path.split([',', ';']).next().unwrap();
            files.push(path.to_owned());
        }
    }
    (kinds, files)
}

#[test]
fn all_formats_that_list_findings_list_the_same_ones_whatever_files_are_called() {
    let stage = stage();
    let written = written(&stage);
    let report: Value = serde_json::from_str(&written["json"]).unwrap();
    let found = sarif(&written["sarif"]);
    let others: [&[u8]; 2] = [b"lost\x1b[2J.py", b"waived.py"];
    let names: BTreeSet<&[u8]> = HOSTILE.into_iter().chain(others).collect();
    let paths: BTreeSet<&[u8]> = found.iter().map(|(path, ..)| path.as_slice()).collect();
    assert_eq!(paths, names);
    let unmeasured = found.iter().filter(|one| one.2 == "unmeasured_file");
    assert_eq!(unmeasured.count(), 1);

    // The numbers are those of JSON.
    let mut gaps: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, _, rule, _, gap) in &found {
        *gaps.entry(rule).or_default() += gap;
    }
    for component in report["components"].as_array().unwrap() {
        let id = component["id"].as_str().unwrap();
        let expected = match component["level"].as_str().unwrap() {
            "track" => 0,
            _ => component["gap"].as_u64().unwrap_or(0),
        };
        assert_eq!(gaps.get(id).copied().unwrap_or(0), expected, "{id}");
    }
    assert_eq!(gaps["typed-code"], 16 * 5);

    let expected = |spelled: &dyn Fn(&[u8]) -> String| -> Vec<Told> {
        let told = found
            .iter()
            .map(|(path, line, rule, severity, _)| (spelled(path), *line, rule.clone(), *severity));
        told.collect()
    };
    assert_eq!(gitlab(&written["gitlab"]), expected(&json_name));
    assert_eq!(rdjsonl(&written["rdjsonl"]), expected(&json_name));
    assert_eq!(checkstyle(&written["checkstyle"]), expected(&terminal));
    assert_eq!(teamcity(&written["teamcity"], &report), expected(&terminal));
    let plain = |path: &[u8]| {
        let path = terminal(path).replace(':', r"\x3a");
        match path.split_once('#') {
            Some((before, behind)) => format!("{before}#{}", behind.replace('[', r"\x5b")),
            None => path,
        }
    };
    assert_eq!(concise(&written["concise"]), expected(&plain));

    for name in [
        "azure",
        "checkstyle",
        "concise",
        "github",
        "gitlab",
        "markdown",
        "rdjsonl",
        "sarif",
        "teamcity",
    ] {
        let text = &written[name];
        let is_obeyed =
            |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert_eq!(text.find(is_obeyed), None, "{name}");
    }
}

#[test]
fn a_log_shows_ten_of_each_kind_and_obeys_no_name() {
    let written = written(&stage());
    let (kinds, files) = commands(&written["github"], "::", "::", "file=");
    assert_eq!(kinds["error"], 10);
    assert!(kinds["notice"] <= 10 && kinds.len() <= 3, "{kinds:?}");
    let known: BTreeSet<String> = HOSTILE
        .iter()
        .chain([&&b"lost\x1b[2J.py"[..]])
        .map(|name| {
            let spelled = String::from_utf8_lossy(name).replace('\n', "\u{1}");
            let spelled = match std::str::from_utf8(name) {
                Ok(_) => terminal(spelled.as_bytes()).replace(r"\x01", "\n"),
                Err(_) => terminal(name),
            };
            let spelled = spelled.replace('%', "%25").replace('\n', "%0A");
            spelled.replace(':', "%3A").replace(',', "%2C")
        })
        .collect();
    for file in files {
        assert!(known.contains(&file), "{file}");
    }
    let (kinds, files) = commands(
        &written["azure"],
        "##vso[task.logissue type=",
        "]",
        "sourcepath=",
    );
    assert_eq!(kinds["error"], 10);
    assert!(kinds.get("warning").is_none_or(|count| *count <= 10) && kinds.len() <= 2);
    assert!(!files.is_empty());
}

#[test]
fn the_help_and_the_readme_name_every_format() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let command = Cli::command();
    let help = |name: &str| {
        let mut command = command.find_subcommand(name).unwrap().clone();
        command.render_long_help().to_string()
    };
    let (scan, gate) = (help("scan"), help("gate"));
    let formats = SCAN.iter().map(|format| (format.name, format.about, &scan));
    let formats = formats.chain(GATE.iter().map(|format| (format.name, format.about, &gate)));
    for (name, about, help) in formats {
        assert!(readme.contains(&format!("| `{name}` |")), "README: {name}");
        let first = about.split(' ').take(3).collect::<Vec<_>>().join(" ");
        let is_listed = help.lines().any(|line| {
            let line = line.trim_start();
            line.strip_prefix(name)
                .is_some_and(|rest| rest.trim_start().starts_with(&first))
        });
        assert!(is_listed, "--help: {name}");
    }
}
