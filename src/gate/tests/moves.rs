//! Code that lies elsewhere, or is laid out differently.

use super::check;
use super::kinds::nested;

const LOAD: &str = "def load(path):\n    with open(path) as file:\n        return file.read()\n";
const GOOD: &str =
    "def total(values: list[int]) -> int:\n    result = sum(values)\n    return result + 1\n";
const OTHER: &str = "def other(first: int, last: int) -> int:\n    return first * last\n";
const UNTYPED: &str = "no type for return, path";

#[test]
fn a_bad_function_in_another_file_has_moved_and_a_good_one_is_silent() {
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}\n{OTHER}\n{GOOD}"),
        &format!("//- a.py\n{OTHER}\n//- pkg/b.py\n{GOOD}\n{LOAD}"),
        &format!("moved pkg/b.py:5 load: {UNTYPED} (2 → 2) was a.py"),
    );
}

#[test]
fn what_moved_and_got_worse_got_worse() {
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}\n{GOOD}"),
        &format!(
            "//- a.py\n{GOOD}\n//- b.py\n{}",
            LOAD.replace("path)", "path, mode)")
        ),
        "worsened b.py:1 load: no type for return, path, mode (2 → 3) was a.py",
    );
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}\n{GOOD}"),
        &format!(
            "//- a.py\n{LOAD}\n//- b.py\n{}",
            GOOD.replace(": list[int]", "")
        ),
        "newly-bad b.py:1 total: no type for values (0 → 1) was a.py\ninherited 1 (2)",
    );
}

#[test]
fn another_name_is_no_new_function() {
    let renamed = LOAD.replace("load", "fetch");
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}"),
        &format!("//- a.py\n{renamed}"),
        "inherited 1 (2)",
    );
    // Short, so that words say little.
    check(
        "typed-slots",
        "//- a.py\ndef f(x): ...\n",
        "//- a.py\ndef g(x): ...\n",
        "inherited 1 (2)",
    );
    check(
        "typed-slots",
        &format!("//- a.py\n{OTHER}\n{LOAD}"),
        &format!("//- a.py\n{OTHER}\n//- b.py\n{renamed}"),
        &format!("moved b.py:1 fetch: {UNTYPED} (2 → 2) was a.py"),
    );
    let edited = renamed.replace("file.read()", "file.read(10)");
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}"),
        &format!("//- a.py\n{edited}"),
        "inherited 1 (2)",
    );
}

#[test]
fn a_renamed_field_is_no_new_field() {
    check(
        "typed-slots",
        "//- a.ts\nclass A {\n  first;\n  second: string;\n}\n",
        "//- a.ts\nclass A {\n  one;\n  second: string;\n}\n",
        "inherited 1 (1)",
    );
    check(
        "typed-slots",
        "//- a.ts\nclass A {\n  first;\n}\n",
        "//- a.ts\nclass A {\n  first;\n}\nclass B {\n  first;\n}\n",
        "newly-bad a.ts:5 field first: no type for first (0 → 1)\ninherited 1 (1)",
    );
}

#[test]
fn a_renamed_file_is_no_new_file() {
    let text = format!("{LOAD}\n{OTHER}\n{GOOD}");
    check(
        "typed-slots",
        &format!("//- a.py\n{text}"),
        &format!("//- b.py\n{text}"),
        &format!("moved b.py:1 load: {UNTYPED} (2 → 2) was a.py"),
    );
    check(
        "typed-slots",
        &format!("//- a.py\n{text}"),
        &format!(
            "//- b.py\n{}\ndef new(x): ...\n",
            text.replace("file.read()", "file.read(9)")
        ),
        &format!(
            "newly-bad b.py:12 new: no type for return, x (0 → 2)
             moved b.py:1 load: {UNTYPED} (2 → 2) was a.py"
        ),
    );
}

#[test]
fn a_renamed_directory_is_no_new_code() {
    let files = |directory: &str, suffix: &str| {
        format!(
            "//- {directory}/__init__.py\n//- {directory}/x/__init__.py\n//- {directory}/x/a.py\n{LOAD}{suffix}\n\
             //- {directory}/x/b.py\n{OTHER}{suffix}\n//- {directory}/c.py\n{GOOD}\ndef bad(x): ...\n"
        )
    };
    let expected = format!(
        "moved new/lib/c.py:5 bad: no type for return, x (2 → 2) was old/c.py
         moved new/lib/x/a.py:1 load: {UNTYPED} (2 → 2) was old/x/a.py"
    );
    check(
        "typed-slots",
        &files("old", ""),
        &files("new/lib", ""),
        &expected,
    );
    check(
        "typed-slots",
        &files("old", ""),
        &files("new/lib", "\n# edited\n"),
        &expected,
    );
}

#[test]
fn renamed_and_laid_out_anew_a_file_is_the_same() {
    let long = "def load(path, mode, encoding):\n    return read(path, mode, encoding)\n\n\
                def save(path: str, mode: int) -> int:\n    return write(path, mode)\n";
    let black = "def load(\n    path,\n    mode,\n    encoding,\n):\n    return read(\n        path,\n        mode,\n        encoding,\n    )\n\n\n\
                 def save(\n    path: str,\n    mode: int,\n) -> int:\n    return write(\n        path,\n        mode,\n    )\n";
    check(
        "typed-slots",
        &format!("//- a.py\n{long}"),
        &format!("//- b.py\n{black}"),
        "moved b.py:1 load: no type for return, path, mode, encoding (4 → 4) was a.py",
    );
    check(
        "short-files = { max_lines = 3 }",
        &format!("//- a.py\n{long}"),
        &format!("//- b.py\n{black}"),
        "moved b.py 18 code lines, 15 too many (4 → 18) was a.py",
    );
}

#[test]
fn a_file_split_in_three_holds_nothing_new() {
    let bad = nested("tangled", 6);
    let base = format!("//- a.py\n\"\"\"All of it.\"\"\"\n{LOAD}\n{OTHER}\n{bad}\n{GOOD}");
    let head = format!(
        "//- one.py\n\"\"\"One.\"\"\"\n{LOAD}\n//- two.py\n\"\"\"Two.\"\"\"\n{OTHER}\n{GOOD}\n//- three.py\n\"\"\"Three.\"\"\"\n{bad}"
    );
    check(
        "typed-slots",
        &base,
        &head,
        &format!("moved one.py:2 load: {UNTYPED} (2 → 2) was a.py"),
    );
    check(
        "simple-functions",
        &base,
        &head,
        "moved three.py:2 tangled: cognitive complexity 21 in 9 lines (9 → 9) was a.py",
    );
    check(
        "short-files = { max_lines = 5 }",
        &base,
        &head,
        "moved three.py 9 code lines, 4 too many (17 → 9) was a.py",
    );
    check(
        "hidden-items",
        &base,
        &head,
        "moved one.py:2 load is exposed (1 → 1) was a.py
         moved three.py:2 tangled is exposed (1 → 1) was a.py
         moved two.py:2 other is exposed (1 → 1) was a.py
         moved two.py:5 total is exposed (1 → 1) was a.py",
    );
}

#[test]
fn items_that_have_to_be_seen_from_where_they_were_are_not_held_against_anybody() {
    let helper =
        "function helper(a: string) {\n  const parts = a.split(',');\n  return parts.length;\n}\n";
    let main = "export function main(a: string) {\n  return helper(a) + helper(a + a);\n}\n";
    check(
        "hidden-items",
        &format!("//- src/a.ts\n{helper}{main}"),
        &format!(
            "//- src/a.ts\nimport {{ helper }} from './b';\n{main}//- src/b.ts\nexport {helper}"
        ),
        "moved src/b.ts:1 helper is exposed (0 → 1) was src/a.ts\ninherited 1 (1)",
    );
    // The other way round it stays, and what uses it leaves.
    check(
        "hidden-items",
        &format!("//- src/a.ts\n{helper}{main}"),
        &format!(
            "//- src/b.ts\nimport {{ helper }} from './a';\n{main}//- src/a.ts\nexport {helper}"
        ),
        "moved src/a.ts:1 helper is exposed (0 → 1)
         moved src/b.ts:2 main is exposed (1 → 1) was src/a.ts",
    );
    // In its place it is a choice, and so is another name.
    check(
        "hidden-items",
        &format!("//- src/a.ts\n{helper}{main}"),
        &format!("//- src/a.ts\nexport {helper}{main}"),
        "newly-bad src/a.ts:1 helper is exposed (0 → 1)\ninherited 1 (1)",
    );
    check(
        "hidden-items",
        "//- a.py\ndef _helper(a: str) -> int:\n    parts = a.split(',')\n    return len(parts)\n\ndef main(): ...\n",
        "//- b.py\ndef helper(a: str) -> int:\n    parts = a.split(',')\n    return len(parts)\n//- a.py\n\ndef main(): ...\n",
        "newly-bad b.py:1 helper is exposed (0 → 1) was a.py\ninherited 1 (1)",
    );
}

#[test]
fn two_files_in_one_are_what_they_were() {
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}\n//- b.py\n{OTHER}\n{GOOD}"),
        &format!("//- b.py\n{OTHER}\n{LOAD}\n{GOOD}"),
        &format!("moved b.py:4 load: {UNTYPED} (2 → 2) was a.py"),
    );
    let measure = "short-files = { max_lines = 5 }";
    let base = format!("//- a.py\n{LOAD}\n//- b.py\n{GOOD}");
    check(
        measure,
        &base,
        &format!("//- c.py\n{LOAD}\n{GOOD}"),
        "moved c.py 6 code lines, 1 too many (0 → 6) was a.py",
    );
    check(
        measure,
        &base,
        &format!("//- a.py\n{LOAD}\n{GOOD}"),
        "moved a.py 6 code lines, 1 too many (0 → 6)",
    );
    // New lines that alone are too many are new lines.
    check(
        measure,
        &base,
        &format!("//- a.py\n{LOAD}\nfirst = call(1)\nsecond = call(2)\nthird = call(3)\n{GOOD}"),
        "newly-bad a.py 9 code lines, 4 too many (0 → 9)",
    );
}

#[test]
fn a_copy_of_a_bad_function_is_new() {
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}"),
        &format!("//- a.py\n{LOAD}\n//- b.py\n{LOAD}"),
        &format!("newly-bad b.py:1 load: {UNTYPED} (0 → 2)\ninherited 1 (2)"),
    );
    check(
        "typed-slots",
        &format!("//- b.py\n{LOAD}"),
        &format!(
            "//- a.py\n{LOAD}\n//- b.py\n{}",
            LOAD.replace("read()", "read(1)")
        ),
        &format!("newly-bad a.py:1 load: {UNTYPED} (0 → 2)\ninherited 1 (2)"),
    );
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}"),
        &format!(
            "//- a.py\n{LOAD}\nclass A:\n    @staticmethod\n    {}",
            LOAD.replace("\n    ", "\n        ")
        ),
        &format!("newly-bad a.py:7 load: {UNTYPED} (0 → 2)\ninherited 1 (2)"),
    );
}

#[test]
fn a_function_that_leaves_another_behind_has_moved() {
    // What stays behind under its name is new: it hands on without types.
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}\n{GOOD}"),
        &format!(
            "//- a.py\ndef load(*args):\n    return b.load(*args)\n\n{GOOD}\n//- b.py\n{LOAD}"
        ),
        &format!(
            "newly-bad a.py:1 load: no type for return, args (0 → 2)
             moved b.py:1 load: {UNTYPED} (2 → 2) was a.py"
        ),
    );
}

#[test]
fn indentation_order_and_line_breaks_are_no_content() {
    let method = "class Reader:\n    def load(path):\n        with open(path) as file:\n            return file.read()\n";
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}\n{OTHER}"),
        &format!("//- a.py\n{OTHER}\n{method}"),
        // A method's first parameter is its object.
        "fixed a.py:5 load: no type for return (2 → 1)",
    );
    check(
        "typed-slots",
        &format!("//- a.py\n{LOAD}\n{OTHER}\ndef bad(x): ...\n"),
        &format!("//- a.py\ndef bad(x): ...\n{OTHER}\n{LOAD}"),
        "inherited 2 (4)",
    );
    check(
        "typed-slots",
        "//- a.py\ndef load(path, mode):\n    return read(path, 'x', mode)\n",
        "//- a.py\ndef load(\n    path,\n    mode,\n):\n    return read(\n        path,\n        \"x\",\n        mode,\n    )\n",
        "inherited 1 (3)",
    );
    check(
        "typed-slots",
        "//- a.ts\nexport function load(path, mode) { return read(path, 'x', mode) }\n",
        "//- a.ts\nexport function load(\n  path,\n  mode,\n) {\n  return read(path, \"x\", mode);\n}\n",
        "inherited 1 (2)",
    );
    check(
        "hidden-items",
        "//- src/a.rs\npub fn load(path: &str, mode: u8) -> u8 { read(path, mode) }\n",
        "//- src/a.rs\npub fn load(\n    path: &str,\n    mode: u8,\n) -> u8 {\n    read(path, mode)\n}\n",
        "inherited 1 (1)",
    );
}

#[test]
fn a_library_that_moved_with_the_code_that_uses_it_is_no_new_use() {
    let measure = "preferred-imports = { prefer = [\"httpx\"], over = [\"requests\"] }";
    let get = "def get(url: str) -> str:\n    answer = requests.get(url)\n    return answer.text\n";
    let post =
        "def post(url: str) -> str:\n    answer = requests.post(url)\n    return answer.text\n";
    let plain = "def plain(url: str) -> str:\n    parts = url.split('/')\n    return parts[0]\n";
    let base = format!("//- a.py\nimport requests\n{get}\n{post}\n//- b.py\n{plain}");
    check(
        measure,
        &base,
        &format!("//- a.py\nimport requests\n{post}\n//- b.py\nimport requests\n{plain}\n{get}"),
        "moved b.py uses requests (0 → 1)\ninherited 1 (1)",
    );
    check(
        measure,
        &base,
        &format!(
            "//- c.py\nimport requests\n{post}\n//- d.py\nimport requests\n{get}\n//- b.py\n{plain}"
        ),
        "moved c.py uses requests (1 → 1) was a.py
         moved d.py uses requests (1 → 1) was a.py",
    );
    // What moved there did not use it.
    let base = format!("//- a.py\n{get}\n{plain}\n//- b.py\n{OTHER}");
    check(
        measure,
        &base,
        &format!(
            "//- a.py\n{get}\n//- b.py\nimport requests\n{OTHER}\n{plain}\nrequests.get('x')\n"
        ),
        "newly-bad b.py uses requests (0 → 1)",
    );
}
