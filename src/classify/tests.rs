//! What paths, attributes, definitions and content say of a file: the tables, row by row.

use super::{FileRules, Judge, Surroundings, by_path, unsupported_language};
use crate::class::Class;
use crate::path::RepoPath;
use globset::{Glob, GlobSet, GlobSetBuilder};

fn class_of(path: &str) -> Option<Class> {
    by_path(&RepoPath::from(path), &FileRules::default()).class
}

fn check(expected: Class, paths: &[&str]) {
    for path in paths {
        assert_eq!(class_of(path), Some(expected), "{path}");
    }
}

fn globs(patterns: &[&str]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        builder.add(Glob::new(pattern).unwrap());
    }
    builder.build().unwrap()
}

#[test]
fn ordinary_code_is_left_to_its_content() {
    for path in [
        "src/app.py",
        "src/main.rs",
        "lib/index.ts",
        "src/release/tests_of_character.py",
        "src/contest.py",
        "src/latest.js",
        "src/cargo/ops/cargo_test.rs",
        "packages/playwright/src/runner.ts",
        "src/app/app.config.ts",
        "src/docs/page.ts",
        "src/main/java/com/example/App.java",
        "deps/thing/a.py",
        "tools/run",
        "app/migrations/state.py",
    ] {
        assert_eq!(class_of(path), None, "{path}");
    }
}

#[test]
fn vendored_comes_before_everything_else() {
    check(
        Class::Vendored,
        &[
            "vendor/a/test_x.py",
            "src/third_party/x.rs",
            "web/node_modules/a/index.js",
            "pip/_vendor/x.py",
            "src/external/a.py",
            ".yarn/releases/yarn-4.cjs",
            "vendor/data.json",
        ],
    );
}

#[test]
fn generated_and_minified_files_are_told_by_name() {
    check(
        Class::Generated,
        &[
            "api/user_pb2.py",
            "api/user.pb.go",
            "src/schema.generated.ts",
            "src/__generated__/a.ts",
            "db/schema.rb",
            "Cargo.lock",
            "web/package-lock.json",
            "dist/a.js.map",
        ],
    );
    check(
        Class::Minified,
        &["static/app.min.js", "a.min.css", "b.bundle.js"],
    );
    assert_eq!(class_of("src/schema.rb"), None);
}

#[test]
fn tests_are_told_by_the_conventions_of_their_language() {
    check(
        Class::Test,
        &[
            "tests/test_app.py",
            "tests/unit/anything.py",
            "pkg/app_test.py",
            "pkg/tests.py",
            "src/a.test.tsx",
            "src/a.spec.ts",
            "src/__tests__/a.js",
            "e2e/login.ts",
            "tests/cli.rs",
            "src/parser/tests.rs",
            "pkg/a_test.go",
            "src/test/java/AppTest.java",
            "spec/models/user_spec.rb",
            "App.Tests/CartTest.cs",
            "tests/helpers/test_helpers_work.py",
            "tests/test_helpers.py",
            "tests/test_utils/test_retry.py",
            "test/cases/style.css",
            "examples/tutorial/tests/test_auth.py",
        ],
    );
    for path in [
        "spec/openapi.py",
        "src/test/mod.rs",
        "e2e/model.py",
        "src/rustc_tests.rs",
    ] {
        assert_eq!(class_of(path), None, "{path}");
    }
}

#[test]
fn helpers_fixtures_and_benchmarks_support_tests() {
    check(
        Class::TestSupport,
        &[
            "tests/conftest.py",
            "tests/fixtures/test_input.py",
            "src/__mocks__/fs.js",
            "tests/helpers/server.py",
            "crates/test-utils/src/lib.rs",
            "src/test-utils.ts",
            "benches/parse.rs",
            "parser/test_data/ok.rs",
        ],
    );
    assert_eq!(class_of("src/helpers/server.py"), None);
}

#[test]
fn what_is_not_code_is_told_by_extension() {
    check(
        Class::Data,
        &[
            "a.json",
            "tests/a.yaml",
            "logo.svg",
            "Cargo.toml",
            "a.unheardof",
        ],
    );
    check(
        Class::Doc,
        &[
            "README.md",
            "docs/conf.py",
            "LICENSE",
            "LICENSE-MIT",
            "tests/README.rst",
            "notes.txt",
        ],
    );
    check(Class::Binary, &["logo.PNG", "tests/a.zip"]);
}

#[test]
fn examples_build_files_and_migrations_have_their_classes() {
    check(
        Class::Example,
        &["examples/a.rs", "crates/x/examples/b.rs", "demo/a.js"],
    );
    check(
        Class::Build,
        &[
            "setup.py",
            "build.rs",
            "Makefile",
            "vite.config.ts",
            ".eslintrc.js",
            "CMakeLists.txt",
            "requirements-dev.txt",
            "xtask/src/main.rs",
            ".github/release.py",
            ".gitignore",
        ],
    );
    check(
        Class::Migration,
        &[
            "shop/migrations/0001_initial.py",
            "alembic/versions/ab12_add.py",
            "src/migrations/1588102412341-Add.ts",
            "migration/src/m20220101_000001_a.rs",
            "migrations/up.sql",
        ],
    );
    assert_eq!(class_of("src/build.rs"), None, "a module of that name");
}

#[test]
fn deps_are_vendored_only_with_a_licence_of_their_own() {
    let rules = FileRules::default();
    let mut surroundings = Surroundings::default();
    for path in ["LICENSE", "deps/LICENSE.bak/x", "deps/zlib/COPYING"] {
        surroundings.notice(&RepoPath::from(path));
    }
    let mut judge = Judge::new(&rules, &surroundings);
    let mut class = |path| judge.verdict(&RepoPath::from(path)).class;
    assert_eq!(class("deps/zlib/src/a.py"), Some(Class::Vendored));
    assert_eq!(class("deps/own/a.py"), None);
    assert_eq!(class("deps/a.py"), None);
}

#[test]
fn the_definition_wins_over_attributes_and_attributes_over_names() {
    let rules = FileRules {
        exclude: globs(&["old/**"]),
        test: globs(&["**/*_check.py", "vendor/own/**"]),
        ..FileRules::default()
    };
    let mut surroundings = Surroundings::default();
    surroundings.attributes.add(
        b"",
        b"vendor/** -linguist-vendored\n*.gen.ts linguist-generated=false\n\
          old/** linguist-vendored\nskip.py linguist-detectable=false\n\
          *.inc linguist-language=python\n\
          *.tpl linguist-language=Go\ntheirs/** linguist-vendored\n",
    );
    let mut judge = Judge::new(&rules, &surroundings);
    let mut verdict = |path| judge.verdict(&RepoPath::from(path));
    assert_eq!(verdict("old/a.py").class, Some(Class::Excluded));
    assert_eq!(verdict("vendor/own/a.py").class, Some(Class::Test));
    assert_eq!(verdict("a_check.py").class, Some(Class::Test));
    assert_eq!(verdict("vendor/a.py").class, None);
    assert_eq!(verdict("theirs/tests/a.py").class, Some(Class::Vendored));
    // Whether a language bar shows a file says nothing about its quality.
    assert_eq!(verdict("skip.py").class, None);
    assert_eq!(verdict("a.inc").language.unwrap().name(), "python");
    assert_eq!(verdict("a.inc").class, None);
    assert_eq!(verdict("a.tpl").unsupported, Some("Go"));

    let kept = verdict("a.gen.ts");
    assert_eq!((kept.class, kept.chosen), (None, true));
}

#[test]
fn content_completes_the_verdict_and_a_persons_word_stands_over_it() {
    let generated = b"# @generated\nx = 1\n";
    let path = RepoPath::from("tests/test_a.py");
    let mut verdict = by_path(&path, &FileRules::default());
    assert_eq!(
        verdict.settle(&verdict.look(&path, generated)).class,
        Class::Generated
    );
    verdict.chosen = true;
    assert_eq!(
        verdict.settle(&verdict.look(&path, generated)).class,
        Class::Test
    );
    assert_eq!(
        verdict.settle(&verdict.look(&path, b"\0")).class,
        Class::Binary
    );

    let settle = |path: &str, bytes: &[u8]| {
        let path = RepoPath::from(path);
        let verdict = by_path(&path, &FileRules::default());
        verdict.settle(&verdict.look(&path, bytes))
    };
    let script = settle("bin/tool", b"#!/usr/bin/env python3\n");
    assert_eq!(script.class, Class::Code);
    assert_eq!(script.language.unwrap().name(), "python");
    let shell = settle("bin/tool", b"#!/bin/bash\n");
    assert_eq!(
        (shell.class, shell.unsupported),
        (Class::Code, Some("Shell"))
    );
    assert_eq!(settle("bin/list", b"a\nb\n").class, Class::Data);
    assert_eq!(settle("vendor/a.py", b"\0").class, Class::Vendored);
}

#[test]
fn names_that_are_no_text_are_judged_by_their_bytes() {
    let path = RepoPath::new(b"tests/test_\xff.py".as_slice());
    assert_eq!(
        by_path(&path, &FileRules::default()).class,
        Some(Class::Test)
    );
}

#[test]
fn languages_that_are_not_parsed_are_named() {
    assert_eq!(
        unsupported_language(&RepoPath::from("a/b.KT")),
        Some("Kotlin")
    );
    assert_eq!(unsupported_language(&RepoPath::from("a/b.py")), None);
    assert_eq!(unsupported_language(&RepoPath::from("a/b.json")), None);
}

/// What is seen of a content, the reason and whether it survives being remembered.
fn seen(path: &str, bytes: &[u8]) -> (Class, &'static str, bool) {
    let path = RepoPath::from(path);
    let verdict = by_path(&path, &FileRules::default());
    let seen = verdict.look(&path, bytes);
    let stored = postcard::to_stdvec(&seen).unwrap();
    let settled = verdict.settle(&seen);
    let survives = postcard::from_bytes::<super::Seen>(&stored).is_ok_and(|again| again == seen);
    (settled.class, settled.reason, survives)
}

#[test]
fn whatever_content_shows_can_be_remembered() {
    let long = format!("x = {};\n", "a + ".repeat(2_000));
    let wide = format!("{};\n", "call(a, b, c)".repeat(20)).repeat(6);
    let samples: [(&str, &[u8]); 15] = [
        ("a.py", b"a\0b"),
        ("a.ts", b"<?xml version='1.0'?>\n<TS></TS>\n"),
        ("a.py", b"# Code generated by x. DO NOT EDIT.\n"),
        ("a.py", b"# This file is generated\n"),
        ("a.py", b"# Autogenerated by x\n"),
        ("a.py", b"# Generated by the protocol buffer compiler.\n"),
        ("a.py", b"# generated from x, do not edit\n"),
        ("a.py", b"# This is generated by x\n"),
        ("a.py", b"# @generated\n"),
        ("a.js", long.as_bytes()),
        ("a.js", wide.as_bytes()),
        ("a.js", b"f()\n//# sourceMappingURL=a.js.map\n"),
        ("bin/tool", b"#!/bin/bash\n"),
        ("bin/tool", b"#!/usr/bin/env python3\n"),
        ("a.kt", b"fun main() {}\n"),
    ];
    let mut reasons: Vec<&str> = Vec::new();
    for (path, bytes) in samples {
        let (_, reason, survives) = seen(path, bytes);
        assert!(survives, "{path}: {reason}");
        reasons.push(reason);
    }
    reasons.retain(|reason| !reason.is_empty());
    assert_eq!(reasons, super::content::REASONS);
}

#[test]
fn line_ends_do_not_change_what_content_shows() {
    let head = "#\n#\n#\n#\n#\n#\n# This file is generated\n";
    let wide = "f(a, b, c, d)\n".repeat(50);
    for (path, text) in [("a.py", head), ("a.js", wide.as_str()), ("a.py", "x = 1\n")] {
        let unix = seen(path, text.as_bytes());
        for line_end in ["\r\n", "\r"] {
            let other = text.replace('\n', line_end);
            assert_eq!(seen(path, other.as_bytes()), unix, "{path} {line_end:?}");
        }
    }
}

#[test]
fn a_lens_is_another_one_where_content_is_read_differently() {
    let lens = |path: &str| {
        let path = RepoPath::from(path);
        by_path(&path, &FileRules::default()).lens(&path)
    };
    let all = [
        "a.py", "a.js", "a.ts", "a.tsx", "a.go", "a.css", "a.kt", "tool", "a.rs",
    ];
    for (at, path) in all.iter().enumerate() {
        for other in &all[at + 1..] {
            assert_ne!(lens(path), lens(other), "{path} {other}");
        }
        assert_eq!(lens(path), lens(&format!("dir/{path}")));
    }
}
