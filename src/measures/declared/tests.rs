//! What declared components say of small codebases.

use crate::definition;
use crate::measures::testing::{check, codebase, report};

/// The measure with these settings.
fn declared(settings: &str) -> String {
    format!("declared = {{ {settings} }}")
}

/// Checks what a declared component says.
fn says(settings: &str, fixture: &str, expected: &str) {
    check(&declared(settings), fixture, expected);
}

const PRINTS: &str = "//- a.py
import sys
def quiet(x):
    return x
def loud(x):
    print(x)
    def inner():
        print(1)
        print(2)
    return [print(y) for y in x]
log = lambda: print(3)
//- b.rs
fn print() {}
fn f() { print(); }
//- scripts/c.py
def g():
    print(1)
//- tests/test_a.py
def test_it():
    print(1)
";

#[test]
fn a_function_that_fails_says_what_it_calls_and_where() {
    says(
        "population = 'function', where = { language = 'python', except = ['scripts/**'] }, passes = { calls_none = ['print'] }",
        PRINTS,
        "1 of 4
         a.py:4 loud: calls `print` on line 5 and `print` on line 9
         a.py:6 inner: calls `print` on line 7 and `print` on line 8
         a.py:10 log: calls `print` on line 10",
    );
}

#[test]
fn a_population_of_calls_has_each_on_its_line() {
    says(
        "population = 'call', where = { language = 'python' }, passes = { callee_none = ['print', 'pprint.*'] }",
        PRINTS,
        "0 of 6
         a.py:5 calls `print`
         a.py:7 calls `print`
         a.py:8 calls `print`
         a.py:9 calls `print`
         a.py:10 calls `print`
         scripts/c.py:2 calls `print`",
    );
    says(
        "population = 'call', where = { callee_any = ['log.*', 'logger.*', 'print'] }, passes = { callee_any = ['log.*'] }",
        "//- a.py\nlog.info(1)\nlogger.info(2)\nx(3)\n",
        "1 of 2\na.py:2 calls `logger.info`, not `log.*`",
    );
}

#[test]
fn the_end_of_a_long_chain_is_still_a_part_of_something() {
    let chain = ".and_then(something_with_a_long_name)".repeat(5);
    says(
        "population = 'call', where = { callee_any = ['*.unwrap', '*::load', 'unwrap', 'load'] }, passes = { callee_none = ['*.unwrap', '*::load'] }",
        &format!(
            "//- src/a.rs\nfn f() {{ x{chain}.unwrap(); <{}>::load(); }}\n",
            "A".repeat(130)
        ),
        "0 of 2\nsrc/a.rs:1 calls `.unwrap`\nsrc/a.rs:1 calls `::load`",
    );
}

#[test]
fn tests_are_a_population_only_where_somebody_asks_for_them() {
    says(
        "population = 'function', where = { in_tests = true }, passes = { calls_none = ['print'] }",
        PRINTS,
        "0 of 1\ntests/test_a.py:1 test_it: calls `print` on line 2",
    );
    let rust = "//- src/a.rs\nfn f(x: Option<u8>) { x.unwrap(); }\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn g() { f(None.unwrap()) }\n}\n";
    let calls = |where_: &str| {
        format!(
            "population = 'call', where = {{ {where_} }}, passes = {{ callee_none = ['*.unwrap'] }}"
        )
    };
    says(&calls(""), rust, "0 of 1\nsrc/a.rs:1 calls `x.unwrap`");
    says(
        &calls("in_tests = true"),
        rust,
        "1 of 2\nsrc/a.rs:5 calls `None.unwrap`",
    );
}

#[test]
fn code_patterns_choose_and_judge() {
    let fixture = "//- a.py
def f(u):
    requests.get(u)
    requests.get(u, timeout=3)
    requests.get(u, timeout=3, headers={})
requests.get(1)
//- b.rs
fn f() { x.unwrap(); }
";
    says(
        "population = 'match', where = { matches_any = { python = 'requests.get($$$A)' } }, \
         passes = { matches_any = { python = 'requests.get($$$A, timeout=$T, $$$B)' } }",
        fixture,
        "2 of 4
         a.py:2 does not match `requests.get($$$A, timeout=$T, $$$B)`
         a.py:5 does not match `requests.get($$$A, timeout=$T, $$$B)`",
    );
    says(
        "population = 'function', passes = { matches_none = { python = 'requests.get($$$A)', rust = ['$A.unwrap()', '$A.expect($B)'] } }",
        fixture,
        "0 of 2
         a.py:1 f: matches `requests.get($$$A)` on line 2 and `requests.get($$$A)` on line 3 and `requests.get($$$A)` on line 4
         b.rs:1 f: matches `$A.unwrap()` on line 1",
    );
    says(
        "population = 'file', where = { language = 'python' }, passes = { query_none = { python = '(lambda) @match' } }",
        "//- a.py\nf = lambda: 1\n//- b.py\nx = 1\n",
        "1 of 2\na.py matches `(lambda) @match` on line 1",
    );
}

#[test]
fn a_decorator_belongs_to_its_function() {
    says(
        "population = 'function', where = { decorators_any = ['*.route', '*.get'] }, \
         passes = { decorators_any = ['login_required', 'public'], decorators_none = ['csrf_exempt'] }",
        "//- a.py
@app.route('/')
@login_required
def index(): ...
@app.get('/x')
def open(): ...
@public
@app.get('/y')
@csrf_exempt
def hook(): ...
def other(): ...
",
        "1 of 3
         a.py:5 open: has no decorator `login_required` or `public`
         a.py:9 hook: has the decorator `csrf_exempt`",
    );
    says(
        "population = 'function', passes = { decorators_all = ['a', 'b'] }",
        "//- a.py\n@a\ndef f(): ...\n@a\n@b\ndef g(): ...\n",
        "1 of 2\na.py:2 f: has no decorator `b`",
    );
}

/// Routes in one file, handlers in two, and one handler that nobody finds.
const ROUTES: &str = "//- app.py
from flask import Flask
import views
app = Flask(__name__)
@app.route('/')
@login_required
def index():
    return 1
@app.get('/b/<int:id>')
def b(id):
    audit(id)
app.add_url_rule('/c', view_func=views.c)
app.add_url_rule('/d', view_func=made(1), methods=['POST'])
@other.get('/no-route')
def other(): ...
//- views.py
def c():
    if 1:
        return 2
";

#[test]
fn an_endpoint_is_judged_by_the_function_that_answers_it() {
    says(
        "population = 'endpoint', passes = { decorators_any = ['login_required'] }",
        ROUTES,
        "1 of 3
         app.py:8 GET /b/{id}: has no decorator `login_required`
         app.py:11 GET /c, c in views.py:1: has no decorator `login_required`",
    );
    says(
        "population = 'endpoint', passes = { calls_any = ['audit'], complexity_at_most = 0, lines_at_most = 2 }",
        ROUTES,
        "1 of 3
         app.py:4 GET /: does not call `audit`
         app.py:11 GET /c, c in views.py:1: does not call `audit`; 3 code lines, 1 too many; cognitive complexity 1, more than 0",
    );
}

/// How many endpoints are good, bad and, with the reason, unknown.
fn counted(settings: &str, fixture: &str) -> (u64, u64, Vec<String>) {
    use crate::facts::Lost;
    use crate::measures::{Measurement, testing::taken};
    let settings = format!("population = 'endpoint', {settings}");
    let Measurement::Taken(taken) = taken(&codebase(fixture), &declared(&settings)) else {
        panic!("not taken");
    };
    let reasons = taken.unknown.iter().map(|(_, lost)| match lost {
        Lost::NotProven(reason) => reason.to_string(),
        lost => lost.key().to_owned(),
    });
    let good: u64 = taken.readings.iter().map(|reading| reading.good).sum();
    (good, taken.readings.len() as u64 - good, reasons.collect())
}

#[test]
fn an_endpoint_without_a_handler_is_unknown_only_where_a_condition_needs_it() {
    let unknown = || vec!["its handler was not found".to_owned()];
    let guarded = "passes = { decorators_any = ['login_required'] }";
    for (settings, expected) in [
        (guarded.to_owned(), (1, 2, unknown())),
        ("passes = { method = 'GET' }".to_owned(), (3, 1, vec![])),
        // The route itself says that it is not meant, or that it is good or bad.
        (
            format!("where = {{ method = 'GET' }}, {guarded}"),
            (1, 2, vec![]),
        ),
        (
            "where = { name = '*', method = 'GET' }, passes = { framework = 'flask' }".to_owned(),
            (3, 0, vec![]),
        ),
        (
            "where = { name = '*' }, passes = { framework = 'flask' }".to_owned(),
            (3, 0, unknown()),
        ),
        (
            "passes = { decorators_any = ['login_required'], path = '/' }".to_owned(),
            (1, 3, vec![]),
        ),
        (
            "passes = { any = [{ decorators_any = ['login_required'] }, { path = '/d' }] }"
                .to_owned(),
            (2, 2, vec![]),
        ),
        (
            "passes = { not = { decorators_any = ['login_required'] } }".to_owned(),
            (2, 1, unknown()),
        ),
    ] {
        assert_eq!(counted(&settings, ROUTES), expected, "{settings}");
    }
}

#[test]
fn routes_are_chosen_by_method_path_and_place() {
    let all = "passes = { framework = ['express'] }";
    for (choice, expected) in [
        ("method = ['POST', 'ANY']", 1),
        ("path = '/b/*'", 1),
        ("path = ['/', '/c']", 2),
        ("path = '/b'", 0),
        ("paths = ['views.py']", 0),
        ("framework = ['fastapi', 'flask']", 4),
        ("language = 'rust'", 0),
    ] {
        let settings = format!("where = {{ {choice} }}, {all}");
        assert_eq!(
            counted(&settings, ROUTES),
            (0, expected, vec![]),
            "{choice}"
        );
    }
}

#[test]
fn a_path_whose_beginning_is_not_known_is_unknown_where_that_matters() {
    let fixture = "//- a.py\nfrom fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/x')\ndef x(): ...\n";
    let reason = || vec!["the beginning of its path is not known".to_owned()];
    for (path, expected) in [
        ("*/x", (1, 0, vec![])),
        ("/api/*", (0, 0, reason())),
        ("*/y", (0, 1, vec![])),
    ] {
        let settings = format!("passes = {{ path = '{path}' }}");
        assert_eq!(counted(&settings, fixture), expected, "{path}");
    }
}

#[test]
fn a_closure_that_answers_is_asked_by_itself() {
    let fixture = "//- a.js
const express = require('express');
function make() {
  const app = express();
  app.get('/a', (req, res) => { audit(req); });
  app.get('/b', (req, res) => { [1].map(() => log(req)); });
  audit(0);
}
";
    says(
        "population = 'endpoint', passes = { calls_any = ['audit'] }",
        fixture,
        "1 of 2\na.js:5 GET /b: does not call `audit`",
    );
    let (good, bad, unknown) = counted("passes = { calls_none = ['log'] }", fixture);
    assert_eq!((good, bad, unknown.len()), (1, 1, 0));
    // Its lines may be those of the function around it, which has a flow of its own.
    let around = fixture.replace("  audit(0);", "  if (app) audit(0);");
    let (good, bad, unknown) = counted("passes = { lines_at_most = 1 }", &around);
    assert_eq!((good, bad, unknown.len()), (0, 0, 2));
}

#[test]
fn a_decorator_of_the_class_may_be_that_of_its_methods() {
    let fixture = "//- a.ts
import { Controller, Get, UseGuards } from '@nestjs/common';
@UseGuards(AuthGuard)
@Controller('a')
export class A {
  @Get('x')
  x() {}
  @Get('y')
  @Public()
  y() {}
}
";
    let (good, bad, unknown) = counted(
        "passes = { decorators_any = ['UseGuards', 'Public'] }",
        fixture,
    );
    assert_eq!((good, bad), (1, 0));
    assert_eq!(
        unknown,
        ["it may be its handler's class that is decorated so"]
    );
    let (good, bad, unknown) = counted("passes = { decorators_any = ['Public'] }", fixture);
    assert_eq!((good, bad, unknown.len()), (1, 1, 0));
}

#[test]
fn the_frameworks_of_a_definition_are_those_whose_routes_are_read() {
    use crate::codebase::endpoints::Framework;
    use crate::definition::declared::FRAMEWORKS;
    assert_eq!(FRAMEWORKS, Framework::ALL.map(Framework::name));
}

#[test]
fn conditions_that_say_nothing_of_endpoints_are_told() {
    for (settings, expected) in [
        (
            "population = 'endpoint', passes = { callee_any = 'f' }",
            "endpoint",
        ),
        (
            "population = 'function', passes = { method = 'GET' }",
            "endpoint",
        ),
        (
            "population = 'endpoint', where = { in_tests = true }, passes = { typed = true }",
            "endpoint",
        ),
        (
            "population = 'endpoint', passes = { method = 'GETS' }",
            "did you mean `GET`?",
        ),
        (
            "population = 'endpoint', passes = { framework = 'fask' }",
            "did you mean `flask`?",
        ),
        (
            "population = 'endpoint', count = 'lines', passes = { method = 'GET' }",
            "lines of population `endpoint` are not counted",
        ),
    ] {
        let text = format!("[component.own]\nmeasure.declared = {{ {settings} }}\n");
        let error = definition::parse(text.as_bytes(), "quality.toml").unwrap_err();
        assert!(error.to_string().contains(expected), "{settings}: {error}");
    }
}

#[test]
fn an_import_is_judged_by_where_it_leads() {
    says(
        "population = 'import', where = { paths = ['billing/**'] }, passes = { to_none = ['shipping/**'] }",
        "//- shipping/__init__.py\n//- shipping/api.py\ndef send(): ...\n\
         //- common.py\nfrom shipping.api import send\n\
         //- billing/__init__.py\n//- billing/a.py\nimport os\nfrom shipping.api import send\nfrom common import send as also\nfrom shipping import api\n",
        "1 of 4
         billing/a.py:2 `shipping.api send` leads to shipping/api.py
         billing/a.py:3 `common send` leads to shipping/api.py
         billing/a.py:4 `shipping api` leads to shipping/__init__.py and shipping/api.py",
    );
    says(
        "population = 'import', passes = { module_none = ['logging', 'urllib.request'] }",
        "//- a.py\nimport logging.handlers\nfrom urllib import request, parse\n",
        "1 of 3
         a.py:1 imports `logging`
         a.py:2 imports `urllib.request`",
    );
}

#[test]
fn numbers_types_exposure_and_tests_can_be_asked_for() {
    let fixture = "//- a.py
def f(a, b: int, c) -> None:
    if a:
        if b:
            pass
def g() -> int:
    return 1
//- tests/test_a.py
from a import f
def test_f():
    f(1, 2, 3)
//- b.py
def h() -> int: return 2
";
    says(
        "population = 'function', passes = { lines_at_most = 3, parameters_at_most = 2, complexity_at_most = 2, typed = true }",
        fixture,
        "2 of 3
         a.py:1 f: 4 code lines, 1 too many; cognitive complexity 3, more than 2; 3 parameters, more than 2; not every slot has a type",
    );
    says(
        "population = 'file', passes = { has_tests = true }",
        fixture,
        "1 of 2\nb.py no test belongs to it",
    );
    says(
        "population = 'item', where = { name = ['_*', 'g'] }, passes = { exposure = 'private' }",
        "//- a.py\ndef g(): ...\ndef _h(): ...\ndef i(): ...\n",
        "1 of 2\na.py:1 g: is public",
    );
}

#[test]
fn any_and_not_hold_conditions_of_their_own() {
    says(
        "population = 'function', where = { not = { name = '_*' } }, \
         passes = { any = [{ lines_at_most = 1 }, { typed = true, name = 't*' }] }",
        "//- a.py\ndef a(): ...\ndef _b():\n    return 1\ndef c() -> int:\n    return 1\ndef t() -> int:\n    return 1\n",
        "2 of 3
         a.py:4 c: 2 code lines, 1 too many, and is not called `t*`",
    );
    says(
        "population = 'function', passes = { not = { calls_any = ['eval'] } }",
        "//- a.py\ndef a(): eval(1)\ndef b(): ...\n",
        "1 of 2\na.py:1 a: is what `not` rules out by `calls_any`",
    );
}

#[test]
fn what_cannot_be_looked_into_is_unknown_if_it_could_hold_a_subject() {
    use crate::measures::{Measurement, testing::taken};
    let fixture = "//- a.py (lost)\nx\n//- scripts/b.py (lost)\nx\n//- c.py\ndef f(): ...\n";
    let codebase = codebase(fixture);
    let settings = "population = 'function', where = { paths = ['*.py'] }, passes = { calls_none = ['print'] }";
    let Measurement::Taken(taken) = taken(&codebase, &declared(settings)) else {
        panic!("not taken");
    };
    assert_eq!((taken.readings.len(), taken.unknown.len()), (1, 1));
}

#[test]
fn a_file_in_which_a_pattern_takes_too_long_is_unknown() {
    use crate::measures::{Measurement, testing::taken};
    let slow = format!("x = [{}]\n", "a, ".repeat(4_000));
    let settings = "population = 'file', passes = { matches_none = { python = '[$$$, $A, $$$, $A, $$$, b]' } }";
    let codebase = crate::measures::testing::codebase_for(
        &format!("//- a.py\n{slow}//- b.py\nx = [1]\n"),
        &declared(settings),
    );
    let Measurement::Taken(taken) = taken(&codebase, &declared(settings)) else {
        panic!("not taken");
    };
    assert_eq!((taken.readings.len(), taken.unknown.len()), (1, 1));
    assert_eq!(taken.unknown[0].1.key(), "pattern_budget");
}

/// Files of several lengths, with several clients of HTTP, and tests.
const SHOP: &str = "//- app/__init__.py
//- app/http.py
import httpx
def get(url):
    return httpx.get(url)
//- app/a.py
from app.http import get
import requests.sessions
def f(x):
    if x:
        for y in x:
            if y:
                return y
    return get(x)
//- app/b.py
from urllib import request
import aiohttp.web
# only a comment

def g():
    return request
//- app/c.py
import httpx
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import requests
//- src/d.rs
fn f() {
    let a = |x: u8| x;
    a(1);
}
#[cfg(test)]
mod tests {
    #[test]
    fn g() {}
}
//- tests/test_a.py
import requests
def test_it(): ...
";

#[test]
fn built_in_measures_said_in_other_words_give_the_same_numbers() {
    let pairs = [
        (
            "short-files = { max_lines = 4 }",
            "population = 'file', count = 'lines', passes = { lines_at_most = 4 }",
        ),
        (
            "simple-functions = { max_cognitive = 2 }",
            "population = 'function', count = 'lines', passes = { complexity_at_most = 2 }",
        ),
        (
            "preferred-imports = { prefer = ['httpx', 'path:app/http.py'], over = ['requests', 'urllib.request', 'aiohttp!web'] }",
            "population = 'file', where = { imports_any = ['httpx', 'path:app/http.py', 'requests', 'urllib.request', 'aiohttp!web'] }, \
             passes = { imports_none = ['requests', 'urllib.request', 'aiohttp!web'] }",
        ),
        (
            "tested-files",
            "population = 'file', where = { except = ['app/__init__.py', 'app/c.py'] }, passes = { has_tests = true }",
        ),
    ];
    for (built_in, settings) in pairs {
        let codebase = codebase(SHOP);
        let [built_in, own] =
            [built_in.to_owned(), declared(settings)].map(|measure| report(&codebase, &measure));
        let places = |report: &str| -> Vec<String> {
            let lines = report.lines().skip(1);
            lines
                .map(|line| line.split(' ').next().unwrap().to_owned())
                .collect()
        };
        assert_eq!(built_in.lines().next(), own.lines().next(), "{own}");
        assert_eq!(places(&built_in), places(&own));
        assert!(built_in.lines().count() > 1, "{built_in}");
    }
}

#[test]
fn a_change_is_small_by_the_number_of_its_files() {
    let text = "[component.own]\nmeasure.declared = { population = 'change', passes = { files_at_most = 10 } }\n";
    let definition = definition::parse(text.as_bytes(), "quality.toml").unwrap();
    assert!(definition.components[0].measure.is_drawn_from_history());
    let text = text.replace("measure", "level = 'block'\nmeasure");
    assert!(definition::parse(text.as_bytes(), "quality.toml").is_err());
}
