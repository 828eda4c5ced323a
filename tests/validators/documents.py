#!/usr/bin/env python3
"""Reads a document of quality as its consumers do, and says what it found, or fails with what is wrong.

usage: documents.py FORMAT PATH [SCHEMA]

The formats with a reader of their own are read by it; for the others, what their consumers document is checked here.
"""

import csv
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Wrong(Exception):
    """What is wrong with a document."""


def demand(condition, words):
    if not condition:
        raise Wrong(words)


def text_of(path):
    return path.read_bytes().decode("utf-8")


def files_of(path, ending):
    return sorted(path.glob(f"*{ending}")) if path.is_dir() else [path]


def lines_of(path):
    """Lines for people: nothing in them moves a cursor or reorders what stands beside it."""
    lines = text_of(path).split("\n")
    demand(lines.pop() == "", "the last line has no end")
    for line in lines:
        demand(not CONTROL.search(line), f"a control character: {line!r}")
    return lines


def of_schema(path, schema):
    import jsonschema

    rules = json.loads(pathlib.Path(schema).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(rules)
    validator = jsonschema.Draft202012Validator(rules)
    errors = sorted(validator.iter_errors(json.loads(text_of(path))), key=lambda error: error.json_path)
    demand(not errors, "; ".join(f"{error.json_path}: {error.message[:200]}" for error in errors[:3]))
    return "fulfils its schema"


def of_text(path):
    return f"{len(lines_of(path))} lines"


def of_concise(path):
    lines = lines_of(path)
    demand(lines, "not one line")
    places = [line for line in lines if re.match(r".+?:\d+(:\d+)?: \S", line)]
    demand(places, "no line is PLACE:LINE: words")
    return f"{len(places)} of {len(lines)} lines with a place"


def commands(path, mark, well_formed, anywhere):
    """Lines for a log: each command is well formed, and nothing else is taken for one."""
    found = 0
    for line in lines_of(path):
        if line.startswith(mark):
            demand(re.fullmatch(well_formed, line), f"malformed: {line!r}")
            found += 1
            line = line[len(mark):]
        demand(not re.search(anywhere, line) or line == "", f"a hidden command: {line!r}")
    demand(found, "not one command")
    return f"{found} commands"


def of_github(path):
    value = r"[^\r\n:,]*"
    well_formed = rf"::(error|warning|notice) [a-zA-Z]+={value}(,[a-zA-Z]+={value})*::.+"
    return commands(path, "::", well_formed, r"^\s*::|##\[")


def of_azure(path):
    well_formed = r"##vso\[task\.[a-z]+ [a-z]+=[^;\]]*(;[a-z]+=[^;\]]*)*;?\].*"
    return commands(path, "##vso[", well_formed, r"##(vso)?\[")


def of_teamcity(path):
    value = r"'(?:[^'|\[\]\r\n]|\|['|nrx\[\]lp]|\|0x[0-9A-Fa-f]{4})*'"
    well_formed = rf"##teamcity\[\w+(?: {value}| \w+={value}(?: \w+={value})*)\]"
    return commands(path, "##teamcity[", well_formed, r"##teamcity\[")


def of_gitlab(path):
    findings = json.loads(text_of(path))
    demand(isinstance(findings, list) and findings, "no array with entries")
    prints = set()
    for finding in findings:
        demand(isinstance(finding["description"], str) and finding["description"], f"no description: {finding}")
        demand(isinstance(finding["check_name"], str) and finding["check_name"], f"no check_name: {finding}")
        demand(finding["severity"] in ("info", "minor", "major", "critical", "blocker"), f"severity: {finding}")
        place = finding["location"]
        demand(isinstance(place["path"], str) and not place["path"].startswith(("/", "./")), f"path: {finding}")
        line = place["lines"]["begin"] if "lines" in place else place["positions"]["begin"]["line"]
        demand(isinstance(line, int) and line > 0, f"line: {finding}")
        prints.add(finding["fingerprint"])
    demand(len(prints) == len(findings), "two findings share a fingerprint")
    return f"{len(findings)} findings"


def of_openmetrics(path):
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    families = list(text_string_to_metric_families(text_of(path)))
    samples = [sample for family in families for sample in family.samples]
    demand(samples, "not one sample")
    series = {(sample.name, tuple(sorted(sample.labels.items()))) for sample in samples}
    demand(len(series) == len(samples), "two samples share name and labels")
    return f"{len(families)} metrics, {len(samples)} samples"


def of_junit(path):
    import junitparser

    document = junitparser.JUnitXml.fromfile(str(path))
    suites = [document] if isinstance(document, junitparser.TestSuite) else list(document)
    cases = [case for suite in suites for case in suite]
    demand(cases, "not one case")
    for suite in suites:
        listed = (suite.tests, suite.failures, suite.errors, suite.skipped)
        suite.update_statistics()
        counted = (suite.tests, suite.failures, suite.errors, suite.skipped)
        demand(listed == counted, f"{suite.name} says {listed} and holds {counted}")
    demand(all(case.name for case in cases), "a case without a name")
    return f"{len(suites)} suites, {len(cases)} cases"


def of_checkstyle(path):
    root = xml.fromstring(path.read_bytes())
    demand(root.tag == "checkstyle" and root.get("version"), "no <checkstyle version>")
    errors = root.findall("file/error")
    demand(errors and all(file.get("name") for file in root), "no <file name> with an <error>")
    for error in errors:
        demand(int(error.get("line", "1")) > 0, "a line below 1")
        demand(error.get("severity") in ("ignore", "info", "warning", "error"), "an unknown severity")
        demand(error.get("message") and error.get("source"), "an error without message or source")
    return f"{len(errors)} errors in {len(root)} files"


def of_rdjsonl(path):
    lines = text_of(path).splitlines()
    demand(lines, "not one line")
    for line in lines:
        finding = json.loads(line)
        demand(finding["message"] and finding["location"]["path"], f"no message or path: {line}")
        severity = finding.get("severity", "UNKNOWN_SEVERITY")
        demand(severity in ("UNKNOWN_SEVERITY", "ERROR", "WARNING", "INFO"), f"severity: {line}")
        start = finding["location"].get("range", {}).get("start", {"line": 1})
        demand(start["line"] > 0, f"line: {line}")
        known = {"message", "location", "severity", "source", "code", "suggestions", "original_output", "related_locations"}
        demand(set(finding) <= known, f"unknown fields: {set(finding) - known}")
    return f"{len(lines)} findings"


def of_csv(path):
    counts = []
    for file in files_of(path, ".csv"):
        with open(file, encoding="utf-8", newline="") as text:
            rows = list(csv.reader(text, strict=True))
        demand(rows and len(set(rows[0])) == len(rows[0]), f"{file.name}: no head, or a column twice")
        for row in rows:
            demand(len(row) == len(rows[0]), f"{file.name}: {len(row)} cells below {len(rows[0])} columns: {row}")
            for cell in row:
                is_number = re.fullmatch(r"-?\d+(\.\d+)?", cell)
                demand(is_number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), f"a formula: {cell!r}")
        counts.append(f"{file.name} {len(rows) - 1}")
    demand(counts, "not one table")
    return "rows: " + ", ".join(counts)


def of_ndjson(path):
    counts = []
    for file in files_of(path, "json*"):
        lines = text_of(file).split("\n")
        demand(lines.pop() == "" and lines, f"{file.name}: nothing, or the last line has no end")
        demand(all(isinstance(json.loads(line), dict) for line in lines), f"{file.name}: no object")
        counts.append(len(lines))
    demand(counts, "not one file")
    return f"{sum(counts)} lines"


def of_parquet(path):
    import duckdb

    counts = []
    for file in files_of(path, ".parquet"):
        rows = duckdb.sql(f"select * from read_parquet('{file}')").fetchall()
        counts.append(f"{file.stem} {len(rows)}")
    demand(counts, "not one table")
    return "rows: " + ", ".join(counts)


def of_shields(path):
    badge = json.loads(text_of(path))
    demand(badge["schemaVersion"] == 1 and badge["label"] and badge["message"], f"{badge}")
    known = {"schemaVersion", "label", "message", "color", "labelColor", "isError", "namedLogo", "logoSvg", "logoColor",
             "logoSize", "style", "cacheSeconds"}
    demand(set(badge) <= known, f"unknown fields: {set(badge) - known}")
    return badge["message"]


def of_badge(path):
    root = xml.fromstring(path.read_bytes())
    demand(root.tag == "{http://www.w3.org/2000/svg}svg", f"no SVG: {root.tag}")
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        demand(name not in ("script", "foreignObject", "image", "use", "a"), f"<{name}>")
        for key, value in element.attrib.items():
            key = key.rpartition("}")[2]
            demand(not key.startswith("on") and key != "href" and "url(http" not in value, f"{key}={value}")
    return "a drawing without scripts and links"


def of_markdown(path):
    from markdown_it import MarkdownIt

    text = text_of(path)
    demand(text.strip(), "nothing")
    demand(not CONTROL.search(text.replace("\n", "")), "a control character")
    allowed = re.compile(r"(?:<!-- quality:[a-z]+ -->|</?(?:details|summary|b|code|br|sub|table|tr|td|th)(?: open)?/?>)")
    tags = 0
    for block in MarkdownIt("commonmark").enable("table").parse(text):
        for token in [block, *(block.children or [])]:
            demand(token.type != "image", f"an image: {token.content}")
            if token.type in ("html_block", "html_inline"):
                tags += 1
                rest = allowed.sub("", token.content)
                demand("<" not in rest, f"HTML: {token.content!r}")
    return f"{len(text)} characters, {tags} tags of ours alone"


def main(name, path, *schema):
    path = pathlib.Path(path)
    check = of_schema if schema else globals().get(f"of_{name}")
    if check is None:
        print("no check for this format")
        return 1
    try:
        print(check(path, *schema))
        return 0
    except Wrong as wrong:
        print(wrong)
    except Exception as error:  # A reader's own refusal, whatever it is.
        print(f"{type(error).__name__}: {error}")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
