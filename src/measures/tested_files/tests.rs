//! What belongs to which test: small repositories, one rule each.

use crate::measures::Measurement;
use crate::measures::testing::{check, codebase, taken};

fn notes(fixture: &str) -> String {
    match taken(&codebase(fixture), "tested-files") {
        Measurement::Taken(taken) => taken.notes.join("\n"),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_test_named_after_a_file_belongs_to_it() {
    check(
        "tested-files",
        r#"
//- pkg/__init__.py
//- pkg/a.py
def f(): return 1
//- pkg/b.py
def f(): return 1
//- tests/test_a.py
def test_it(): assert True
"#,
        "1 of 2
        pkg/b.py no test names or imports it",
    );
}

#[test]
fn a_test_file_without_a_case_associates_nothing() {
    check(
        "tested-files",
        r#"
//- pkg/__init__.py
//- pkg/b.py
def f(): return 1
//- tests/test_b.py
from pkg import b
//- pkg/client.py
def f(): return 1
//- tests/test_client.py
import pytest
from pkg.client import f
@pytest.fixture
def test_client(): return f()
"#,
        "0 of 2
        pkg/b.py no test names or imports it
        pkg/client.py no test names or imports it",
    );
}

#[test]
fn a_name_passed_on_leads_to_the_file_that_defines_it() {
    let fixture = r#"
//- pkg/__init__.py
from ._impl import *
from .other import thing as other_thing
def helper(): return 1
//- pkg/_impl/__init__.py
from .thing import thing as thing, Hidden
from . import extra
__all__ = ["thing", "extra"]
//- pkg/_impl/thing.py
def thing(): return 1
class Hidden: ...
//- pkg/_impl/extra.py
def run(): return 1
//- pkg/other.py
def thing(): return 2
//- tests/test_all.py
from pkg import thing, extra
def test_it():
    assert thing() and extra.run()
"#;
    check(
        "tested-files",
        fixture,
        "2 of 4
        pkg/__init__.py only indirectly: loaded by a test that uses nothing of it
        pkg/other.py only indirectly: reached through pkg/__init__.py",
    );
    check(
        "tested-files = { min_strength = 3 }",
        fixture,
        "2 of 4
        pkg/__init__.py only indirectly: loaded by a test that uses nothing of it
        pkg/other.py only indirectly: reached through pkg/__init__.py",
    );
    assert_eq!(
        notes(fixture),
        "levels: 2 exercised, 0 associated, 2 indirect, 0 none\n\
         2 of 2 imports of this repository in tests were resolved"
    );
}

#[test]
fn a_chain_of_attributes_on_a_package_leads_to_what_is_called() {
    check(
        "tested-files",
        r#"
//- src/pkg/__init__.py
from .app import App
//- src/pkg/app.py
class App:
    def run(self): return 1
//- src/pkg/sub/helpers.py
def help_me(): return 1
//- src/pkg/unused.py
def nothing(): return 1
//- tests/test_it.py
import pkg
import pkg.sub.helpers
def test_it():
    pkg.App().run()
    pkg.sub.helpers.help_me()
"#,
        "2 of 3
        src/pkg/unused.py no test names or imports it",
    );
}

#[test]
fn two_files_of_one_name_share_the_test_and_say_so() {
    let fixture = r#"
//- src/flask/__init__.py
//- src/flask/blueprints.py
def f(): return 1
//- src/flask/sansio/blueprints.py
def f(): return 1
//- tests/test_blueprints.py
def test_it(): assert True
"#;
    check("tested-files", fixture, "2 of 2");
    assert!(notes(fixture).contains("2 associated, 0 indirect, 0 none; 2 ambiguous by name"));
}

#[test]
fn a_mirrored_path_tells_files_of_one_name_apart() {
    check(
        "tested-files",
        r#"
//- src/flask/__init__.py
//- src/flask/blueprints.py
def f(): return 1
//- src/flask/sansio/blueprints.py
def f(): return 1
//- tests/sansio/test_blueprints.py
def test_it(): assert True
"#,
        "1 of 2
        src/flask/blueprints.py no test names or imports it",
    );
}

#[test]
fn a_file_reached_only_through_another_names_the_way() {
    check(
        "tested-files",
        r#"
//- pkg/__init__.py
//- pkg/a.py
from .b import g
def f(): return g()
//- pkg/b.py
from pkg import c
def g(): return c.h()
//- pkg/c.py
def h(): return 1
//- tests/test_all.py
from pkg.a import f
def test_it(): f()
"#,
        "1 of 3
        pkg/b.py only indirectly: reached through pkg/a.py
        pkg/c.py only indirectly: reached through pkg/b.py",
    );
}

#[test]
fn skipped_tests_do_not_count_and_are_named() {
    check(
        "tested-files",
        r#"
//- pkg/__init__.py
//- pkg/a.py
def f(): return 1
//- tests/test_a.py
import pytest
from pkg.a import f
@pytest.mark.skip
def test_it(): f()
"#,
        "0 of 1
        pkg/a.py only skipped tests",
    );
}

#[test]
fn imports_for_types_associate_and_do_not_exercise() {
    let fixture = r#"
//- pkg/__init__.py
//- pkg/models.py
class Model:
    def f(self): return 1
//- tests/test_all.py
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from pkg.models import Model
def test_it(): assert True
"#;
    check("tested-files", fixture, "1 of 1");
    check(
        "tested-files = { min_strength = 3 }",
        fixture,
        "0 of 1
        pkg/models.py a test names or imports it, but none uses anything it defines",
    );
}

#[test]
fn files_without_a_body_and_short_ways_in_are_no_subjects() {
    check(
        "tested-files",
        r#"
//- pkg/__init__.py
NAME = 1
//- pkg/types.ts
export interface A { b: string }
//- pkg/__main__.py
def main():
    print(1)
main()
"#,
        "0 of 0",
    );
}

#[test]
fn a_map_names_tests_no_convention_finds() {
    let fixture = r#"
//- rules/a.py
def f(): return 1
//- rules/b.py
def f(): return 1
//- tests/test_rules.py
def test_it(): assert True
"#;
    check(
        "tested-files = { map = [{ source = \"rules/**\", tests = \"tests/test_rules.py\" }] }",
        fixture,
        "2 of 2",
    );
    check(
        "tested-files = { map = [{ source = \"rules/**\", tests = \"checks/**\" }] }",
        fixture,
        "0 of 2
        rules/a.py no test names or imports it
        rules/b.py no test names or imports it",
    );
}

#[test]
fn packages_of_a_workspace_do_not_lend_each_other_tests() {
    check(
        "tested-files",
        r#"
//- package.json
{"name": "all", "workspaces": ["packages/*"]}
//- packages/x/package.json
{"name": "x"}
//- packages/x/src/util.ts
export function f() { return 1; }
//- packages/y/package.json
{"name": "y"}
//- packages/y/test/util.test.ts
test("it", () => {});
//- packages/x/src/wide.ts
export function f() { return 1; }
//- e2e/wide.test.ts
test("it", () => {});
"#,
        "1 of 2
        packages/x/src/util.ts no test names or imports it",
    );
}

#[test]
fn specifiers_of_every_kind_lead_to_sources() {
    check(
        "tested-files",
        r##"
//- package.json
{"name": "all", "main": "dist/index.js", "imports": {"#i/*": "./src/internal/*.js"}}
//- tsconfig.json
{"compilerOptions": {"paths": {"~/*": ["src/aliased/*"]}}}
//- src/index.ts
export {own} from './own.js';
export * from './all';
export {default as fallback} from './fallback.js';
//- src/own.ts
export function own() { return 1; }
//- src/all/index.ts
export const every = () => 1;
//- src/fallback.ts
const fallback = () => 1;
export default fallback;
//- src/internal/deep.ts
export function deep() { return 1; }
//- src/aliased/path.tsx
export function path() { return 1; }
//- packages/x/package.json
{"name": "@w/x", "exports": {".": {"types": "./dist/x.d.ts"}, "./sub/*": "./dist/sub/*.js"}}
//- packages/x/src/x.ts
export function x() { return 1; }
//- packages/x/src/sub/y.ts
export function y() { return 1; }
//- src/untested.ts
export function no() { return 1; }
//- test/all.test.ts
import {own, every, fallback} from '../src/index.js';
import {deep} from '#i/deep';
import * as aliased from '~/path';
import {x} from '@w/x';
import {y} from '@w/x/sub/y';
test("it", () => { own(); every(); fallback(); deep(); aliased.path(); x(); y(); });
"##,
        "7 of 8
        src/untested.ts no test names or imports it",
    );
}

#[test]
fn commonjs_passes_modules_on() {
    check(
        "tested-files = { min_strength = 3 }",
        r#"
//- package.json
{"name": "web"}
//- index.js
module.exports = require('./lib/web');
//- lib/web.js
exports = module.exports = create;
exports.Router = require('./router');
function create() { return 1; }
//- lib/router.js
module.exports = function () { return 1; };
//- test/all.test.js
const web = require('..');
it("works", () => { web(); web.Router(); });
"#,
        "2 of 2",
    );
}

#[test]
fn type_imports_of_typescript_associate_and_do_not_exercise() {
    check(
        "tested-files = { min_strength = 3 }",
        r#"
//- src/model.ts
export class Model { f() { return 1; } }
//- test/all.test.ts
import type {Model} from '../src/model';
test("it", () => {});
"#,
        "0 of 1
        src/model.ts a test names or imports it, but none uses anything it defines",
    );
}

#[test]
fn rust_tests_live_inside_beside_and_outside() {
    check(
        "tested-files = { min_strength = 3 }",
        r#"
//- Cargo.toml
[package]
name = "my-krate"
//- src/lib.rs
pub mod foo;
mod inline;
mod beside;
mod passed;
mod untested;
pub use passed::Passed;
//- src/foo.rs
pub struct Bar;
impl Bar { pub fn new() -> Self { Bar } }
//- src/passed.rs
pub struct Passed;
impl Passed { pub fn new() -> Self { Passed } }
//- src/inline.rs
use crate::foo::Bar;
fn f() {}
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn it() { f(); }
}
//- src/beside.rs
pub fn g() {}
#[cfg(test)]
mod tests;
//- src/beside/tests.rs
use super::*;
#[test]
fn it() { g(); }
//- src/untested.rs
pub fn h() {}
//- tests/it.rs
use my_krate::foo::Bar;
use my_krate::Passed;
#[test]
fn it() { Bar::new(); Passed::new(); }
"#,
        "4 of 5
        src/untested.rs no test names or imports it",
    );
}

#[test]
fn circles_of_imports_end() {
    check(
        "tested-files",
        r#"
//- pkg/__init__.py
from .a import *
//- pkg/a.py
from .b import x
from pkg import *
def f(): return 1
//- pkg/b.py
from .a import x
from .b import *
def g(): return 1
//- tests/test_all.py
from pkg import x
def test_it(): x()
"#,
        "0 of 2
        pkg/a.py only indirectly: loaded by a test that uses nothing of it
        pkg/b.py only indirectly: loaded by a test that uses nothing of it",
    );
}
