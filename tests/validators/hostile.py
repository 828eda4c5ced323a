#!/usr/bin/env python3
"""Makes a small repository whose names mean something to every format, and whose last commit makes something worse.

usage: hostile.py DIRECTORY
"""

import os
import subprocess
import sys

NAMES = [
    b"<img src=x onerror=alert(1)>.py",
    b"=cmd|' calc'!A0.py",
    b"new\nline.py",
    b"quote\"and'apostrophe.py",
    b"bracket]and|pipe`tick.py",
    b"not-\xff-utf8.py",
    "right\u202eyp.to-left.py".encode(),
    b"::error::title.py",
    b"##vso[task.complete result=Failed].py",
    b"##teamcity[buildStop].py",
    b"100%0A,a;b:c.py",
    b"]]><x>&amp;.py",
]

GOOD = b"def load(path: str) -> str:\n    return path\n"
BAD = b"def load(path, more=None):  # TODO: <b>later</b>\n" + b"".join(
    b"    " * depth + b"if path:\n" for depth in range(1, 8)
) + b"    " * 8 + b"return path\n"


def git(root: bytes, *arguments: str) -> None:
    settings = ["-c", "user.name=<b>A]", "-c", "user.email=a@example.com", "-c", "core.autocrlf=false"]
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_DATE": "2025-01-01T00:00:00Z",
        "GIT_COMMITTER_DATE": "2025-01-01T00:00:00Z",
    }
    subprocess.run(["git", *settings, *arguments], cwd=root, env=environment, check=True)


def write(root: bytes, names: list, text: bytes) -> None:
    for name in names:
        with open(os.path.join(root, b"src", name), "wb") as file:
            file.write(text)


def main(root: bytes) -> None:
    os.makedirs(os.path.join(root, b"src"))
    names = [*NAMES, b"plain.py"]
    try:
        write(root, names, GOOD)
    except OSError:
        # Some systems take no bytes that are not UTF-8.
        names = [name for name in names if b"\xff" not in name]
        write(root, names, GOOD)
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "Begin (#1)")
    write(root, names, BAD)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "Worse ::error::]]> <script>alert(1)</script> ##vso[x] (#2)")


if __name__ == "__main__":
    main(os.fsencode(sys.argv[1]))
