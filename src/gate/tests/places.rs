//! What became of places: calls, imports and what code patterns find.

use super::check;

const PRINTS: &str = "declared = { population = 'call', passes = { callee_none = ['print'] } }";
const BOUNDARY: &str = "declared = { population = 'import', where = { paths = ['billing/**'] }, passes = { to_none = ['shipping/**'] } }";
const MATCHES: &str = "declared = { population = 'match', where = { matches_any = { python = 'get($$$A)' } }, passes = { matches_any = { python = 'get($$$A, timeout=$T)' } } }";

#[test]
fn a_new_bad_call_is_new_on_its_line_and_the_others_are_inherited() {
    check(
        PRINTS,
        "//- a.py\ndef f():\n    print(1)\n\ndef g():\n    pass\n",
        "//- a.py\nimport os\n\ndef f():\n    print(0)\n    print(1)\n\ndef g():\n    print(2)\n",
        "newly-bad a.py:4 calls `print` (0 → 1)
         newly-bad a.py:8 calls `print` (0 → 1)
         inherited 1 (1)",
    );
}

#[test]
fn an_edited_call_is_the_same_and_one_that_is_gone_is_gone() {
    check(
        PRINTS,
        "//- a.py\ndef f():\n    print(1)\n    print(2)\n\nprint(3)\n",
        "//- a.py\ndef f():\n    print(10)\n\nprint(3)\n",
        "removed a.py:3 calls `print` (1 → 0)
         inherited 2 (2)",
    );
}

#[test]
fn a_call_moves_with_its_function_into_another_file_or_out_of_it() {
    let body = "    total = sum(x)\n    print(total)\n    return [y for y in x if y > total]\n";
    check(
        PRINTS,
        &format!("//- a.py\ndef f(x):\n{body}\ndef g(x):\n    return f(x)\n"),
        &format!(
            "//- a.py\nfrom b import f\ndef g(x):\n    return f(x)\n//- b.py\ndef f(x):\n{body}"
        ),
        "moved b.py:3 calls `print` (1 → 1) was a.py",
    );
    check(
        PRINTS,
        "//- a.py\ndef f(x):\n    for y in x:\n        print(y)\n    return x\n",
        "//- a.py\ndef show(x):\n    for y in x:\n        print(y)\n\ndef f(x):\n    show(x)\n    return x\n",
        "inherited 1 (1)",
    );
}

#[test]
fn a_renamed_file_keeps_its_calls() {
    check(
        PRINTS,
        "//- a.py\nprint(1)\nx = 2\n",
        "//- b.py\nprint(1)\nx = 2\n",
        "moved b.py:1 calls `print` (1 → 1) was a.py",
    );
}

#[test]
fn a_new_import_across_a_boundary_is_newly_bad() {
    let files = "//- shipping/__init__.py\n//- shipping/api.py\ndef send(): ...\ndef stop(): ...\n//- billing/__init__.py\n";
    check(
        BOUNDARY,
        &format!("{files}//- billing/a.py\nimport os\nfrom shipping.api import send\n"),
        &format!(
            "{files}//- billing/a.py\nfrom shipping.api import send\nimport os\nfrom shipping.api import stop\n"
        ),
        "newly-bad billing/a.py:3 `shipping.api stop` leads to shipping/api.py (0 → 1)
         inherited 1 (1)",
    );
}

#[test]
fn an_edited_match_is_the_same_and_a_further_one_is_new() {
    check(
        MATCHES,
        "//- a.py\ndef f(u):\n    get(u)\n    return 1\n",
        "//- a.py\ndef f(u):\n    get(u + 1)\n    get(u, timeout=1)\n    return 1\n\ndef g(u):\n    get(u)\n",
        "newly-bad a.py:7 does not match `get($$$A, timeout=$T)` (0 → 1)
         inherited 1 (1)",
    );
}

#[test]
fn a_bad_function_that_does_it_once_more_is_worse() {
    check(
        "declared = { population = 'function', passes = { calls_none = ['print'] } }",
        "//- a.py\ndef f(x):\n    print(x)\n    return x\n\ndef g(x):\n    print(x)\n    return x\n",
        "//- a.py\ndef f(x):\n    print(x)\n    print(x + 1)\n    return x\n\ndef g(x):\n    print(x)\n    return x + 1\n",
        "worsened a.py:1 f: calls `print` on line 2 and `print` on line 3 (1 → 1)
         inherited 1 (1)",
    );
}

#[test]
fn an_endpoint_whose_handler_elsewhere_loses_its_guard_is_newly_bad() {
    const GUARDED: &str =
        "declared = { population = 'endpoint', passes = { decorators_any = ['login_required'] } }";
    let route = "from flask import Flask\nimport views\napp = Flask(__name__)\napp.add_url_rule('/a', view_func=views.a)\napp.add_url_rule('/b', view_func=views.b)\n";
    let before = "def a():\n    return 1\n\n@login_required\ndef b():\n    return 2\n";
    let after = before.replace("@login_required\n", "");
    // Neither a route that stays as it is nor one that only moves excuses that.
    let bad = |place: &str| {
        format!(
            "newly-bad {place}:5 GET /b, b in views.py:4: has no decorator `login_required` (0 → 1)"
        )
    };
    for (place, inherited) in [
        ("app.py", "\ninherited 1 (1)"),
        (
            "web.py",
            " was app.py\nmoved web.py:4 GET /a, a in views.py:1: has no decorator `login_required` (1 → 1) was app.py",
        ),
    ] {
        check(
            GUARDED,
            &format!("//- app.py\n{route}//- views.py\n{before}"),
            &format!("//- {place}\n{route}//- views.py\n{after}"),
            &format!("{}{inherited}", bad(place)),
        );
    }
}
