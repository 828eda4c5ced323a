#!/usr/bin/env python3
"""The queries of queries/*.sql, answered by DuckDB from tables of a little repository whose answers are known.

Takes the path of the binary as its only argument. Exits with 1 and a message if an answer is wrong.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

QUERIES = Path(__file__).resolve().parent.parent.parent / "queries"

# Shares and scores that can be worked out in one's head: a share is its score.
DEFINITION = """
version = 1
[component.typed]
measure.typed-slots = {}
target = 1
floor = 0
[component.short]
measure.short-files = { max_lines = 10 }
target = 1
floor = 0
weight = 3
[component.documented]
measure.documented-items = {}
target = 1
floor = 0
weight = 0
"""

HALF_TYPED = "def f(a: int, b) -> int:\n    return a\n\n\ndef g(a):\n    return a\n"
TYPED = "def f(a: int, b: int) -> int:\n    return a\n\n\ndef g(a: int) -> int:\n    return a\n"


class Repository:
    """A repository with commits of fixed days."""

    def __init__(self, root):
        self.root = root
        self.git("init", "-q", "-b", "main")

    def git(self, *words, day=1):
        when = f"2024-03-{day:02}T12:00:00Z"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_DATE": when,
            "GIT_COMMITTER_DATE": when,
            **{f"GIT_{who}_NAME": "A" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "a@example.org" for who in ("AUTHOR", "COMMITTER")},
        }
        done = subprocess.run(
            ["git", *words], cwd=self.root, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def commit(self, day, files):
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "-q", "-m", f"Change (#{day})", day=day)
        return self.git("rev-parse", "HEAD")


def scan(binary, repository, revision, *formats):
    """Measures a commit, in a directory that is not the repository."""
    options = [word for form in formats for word in ("--format", form)]
    command = [binary, "scan", "--no-cache", "--rev", revision, *options, str(repository.root)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.returncode}\n{done.stderr}")
    return done.stdout


def ask(name):
    """The rows a query answers, as dictionaries."""
    # In another zone than UTC, in which no answer may depend.
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Pacific/Kiritimati'")
    answer = connection.execute((QUERIES / f"{name}.sql").read_text())
    titles = [column[0] for column in answer.description]
    return [dict(zip(titles, row)) for row in answer.fetchall()]


def same(what, found, expected):
    if found != expected:
        sys.exit(f"{what}:\n  found    {found}\n  expected {expected}")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: queries.py BINARY")
    binary = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        (place / "shop").mkdir()
        os.chdir(place)
        check(binary, Repository(place / "shop"))
    print("queries: ok")


def check(binary, repository):
    first = repository.commit(
        1,
        {
            "quality.toml": DEFINITION,
            # Two of five slots have a type: a of f and what f returns, not its b, nor anything of g.
            "cart/a.py": HALF_TYPED,
            "web/b.py": TYPED,
        },
    )
    second = repository.commit(2, {"cart/a.py": TYPED, "web/b.py": HALF_TYPED + "\n\n" + "x = 1\n" * 8})
    documents = {}
    for revision in (first, second):
        text = scan(binary, repository, revision, "json", f"parquet=quality/{revision}")
        documents[revision] = json.loads(text)
    # The same commit once more in another place is the same run and changes no answer.
    scan(binary, repository, second, "parquet=quality/again")

    def score(revision, scope):
        document = documents[revision]
        if not scope:
            return document["score"]["value"]
        found = [own for own in document["scopes"] if own["name"] == scope]
        return found[0]["score"]

    rows = ask("score_by_directory")
    same(
        "score_by_directory",
        [(row["day"], row["commit"], row["directory"], row["score"]) for row in rows],
        [
            (day, revision[:10], scope, score(revision, scope))
            for scope in ("", "cart", "web")
            for day, revision in (("2024-03-01", first), ("2024-03-02", second))
        ],
    )
    same("the first has nothing before it", [row["change"] for row in rows[::2]], [None] * 3)
    for before, after in zip(rows[::2], rows[1::2]):
        same("the change", after["change"], round(after["score"] - before["score"], 4))
    # By hand: all slots of cart have types now, and two of five in web; cart weighs types 1, lengths 3.
    same("cart", [row["score"] for row in rows if row["directory"] == "cart"], [85.0, 100.0])

    below = {row["component"]: row for row in ask("below_target")}
    same("below_target", sorted(below), ["documented", "short", "typed"])
    same("typed", [below["typed"][key] for key in ("good", "of", "to_go")], [7, 10, 3])
    same("typed costs", below["typed"]["costs"], 7.5)
    same("documented costs nothing", below["documented"]["costs"], 0)
    total = sum(row["costs"] for row in below.values())
    same("what is lost is lost to something", round(100 - total, 3), round(score(second, ""), 3))

    hottest = ask("hottest_files")
    same(
        "hottest_files",
        [(row["path"], row["changes"], row["hot"]) for row in hottest],
        [("cart/a.py", 2, True), ("web/b.py", 2, True)],
    )
    same("what is missing", [row["gaps"] for row in hottest][0], 0)

    movers = ask("biggest_movers")
    moved = {(row["scope_kind"], row["scope"], row["component"]): row for row in movers}
    same("types of cart", moved["directory", "cart", "typed"]["moved"], 100.0 - 40.0)
    same("no file", [row for row in movers if row["scope_kind"] == "file"], [])
    steps = [abs(row["moved"]) for row in movers if row["moved"] is not None]
    same("the biggest first", steps, sorted(steps, reverse=True))
    same("nothing that stood still", [row for row in movers if row["moved"] == 0 and row["gap_before"] == row["gap_after"]], [])

    readings = duckdb.sql(
        "SELECT component, sum(good), sum(\"of\") FROM read_parquet('quality/*/readings.parquet')"
        f" WHERE run LIKE 'shop@{first}:%' GROUP BY component ORDER BY component"
    ).fetchall()
    expected = sorted((own["id"], own["good"], own["of"]) for own in documents[first]["components"])
    same("readings add up", readings, expected)


if __name__ == "__main__":
    main()
