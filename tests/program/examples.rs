//! The components that `examples/` shows, each on a small repository that has something to find.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::stage::{Stage, finish, scan};

/// An example, a repository, and how many of its subjects are good.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    [u64; 2],
);

const CASES: &[Case] = &[
    (
        "boundary",
        &[
            ("shipping/__init__.py", ""),
            ("shipping/api.py", "def send(): ...\n"),
            ("common.py", "from shipping.api import send\n"),
            ("billing/__init__.py", ""),
            (
                "billing/a.py",
                "import os\nfrom shipping import api\nfrom common import send\n",
            ),
        ],
        [1, 3],
    ),
    (
        "guarded-endpoints",
        &[
            (
                "app.py",
                "from flask import Flask\nfrom views import there\napp = Flask(__name__)\n\n\
             @app.route('/')\n@login_required\ndef a(): ...\n\n@app.get('/b')\ndef b(): ...\n\n\
             @app.post('/c')\n@public\ndef c(): ...\n\n@app.get('/health')\ndef health(): ...\n\n\
             app.add_url_rule('/d', view_func=there)\n\n@other.get('/no-route')\ndef d(): ...\n",
            ),
            ("views.py", "@fresh_login_required\ndef there(): ...\n"),
        ],
        [3, 4],
    ),
    (
        "no-print",
        &[
            ("a.py", "def f():\n    print(1)\n\ndef g():\n    return 1\n"),
            ("scripts/b.py", "def f():\n    print(1)\n"),
            ("tests/test_a.py", "def test_f():\n    print(1)\n"),
            ("c.rs", "fn print() {}\nfn f() {\n    print()\n}\n"),
        ],
        [1, 2],
    ),
    (
        "no-unwrap",
        &[
            (
                "src/lib.rs",
                "pub fn a(x: Option<u8>) -> u8 {\n    x.unwrap()\n}\npub fn b(x: Option<u8>) -> u8 {\n    x.unwrap_or(1)\n}\n\
                 #[cfg(test)]\nmod tests {\n    #[test]\n    fn c() {\n        super::a(None.unwrap());\n    }\n}\n",
            ),
            (
                "tests/it.rs",
                "#[test]\nfn d() {\n    Some(1).unwrap();\n}\n",
            ),
        ],
        [1, 2],
    ),
    (
        "own-logger",
        &[
            ("app/log.py", "import logging\nlogging.getLogger('app')\n"),
            (
                "app/a.py",
                "from app import log\nimport logging\n\ndef f():\n    log.info('x')\n    logging.info('y')\n    print('z')\n    other()\n",
            ),
        ],
        [1, 3],
    ),
    (
        "short-functions",
        &[("a.py", "def f():\n    return 1\n\ndef g(x):\n    x()\nLONG")],
        [1, 2],
    ),
];

#[test]
fn every_example_finds_what_it_says() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let shipped: BTreeSet<String> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let tested: BTreeSet<String> = CASES
        .iter()
        .map(|(name, ..)| format!("{name}.toml"))
        .collect();
    assert_eq!(shipped, tested);
    for (name, files, expected) in CASES {
        let stage = Stage::new();
        for (path, text) in *files {
            stage.write(path, text.replace("LONG", &"    x()\n".repeat(60)));
        }
        stage.write(
            "quality.toml",
            fs::read(directory.join(format!("{name}.toml"))).unwrap(),
        );
        let bytes = stage.bytes(&[]);
        let report: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let text = report.to_string();
        let component = &report["components"][0];
        let counted = [&component["good"], &component["of"]].map(|count| count.as_u64());
        assert_eq!(counted, expected.map(Some), "{name}: {text}");
    }
}

#[test]
fn a_pattern_that_is_no_code_is_told_at_its_place_in_the_definition() {
    let stage = Stage::of(&[("a.py", "print(1)\n")]);
    stage.write(
        "quality.toml",
        "version = 1\n[component.own.measure.declared]\npopulation = \"file\"\n\
         passes = { query_none = { python = \"(call fun: (identifier))\" } }\n",
    );
    let outcome = stage.scan(&[]);
    let (code, message) = outcome.failure();
    assert_eq!(code, Some(2));
    assert!(message.contains("quality.toml:4:43"), "{message}");
    assert!(
        message.contains("the grammar has no field `fun`"),
        "{message}"
    );
}

#[test]
fn another_pattern_is_looked_for_anew_and_one_that_is_known_is_remembered() {
    let stage = Stage::of(&[("a.py", "f(1)\ng(1)\ng(2)\n")]);
    stage.make_repository();
    let good = |pattern: &str, option: &str| {
        stage.write(
            "quality.toml",
            format!(
                "version = 1\n[component.own.measure.declared]\npopulation = \"match\"\n\
                 where = {{ matches_any = {{ python = \"$F($A)\" }} }}\n\
                 passes = {{ matches_none = {{ python = \"{pattern}\" }} }}\n"
            ),
        );
        let mut command = scan(&stage.path(), &["--format", "json", option]);
        command.env("QUALITY_CACHE_DIR", stage.beside("cache"));
        let outcome = finish(command);
        let report: serde_json::Value = serde_json::from_slice(&outcome.stdout).unwrap();
        report["components"][0]["good"].as_u64()
    };
    for (pattern, expected) in [("f($A)", 2), ("g($A)", 1), ("f($A)", 2), ("g(1)", 2)] {
        for option in ["--no-history", "--no-cache"] {
            assert_eq!(good(pattern, option), Some(expected), "{pattern} {option}");
        }
    }
}
