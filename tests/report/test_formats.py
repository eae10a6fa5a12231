"""Every finding of the two inputs stands in every format exactly once, and the figures agree everywhere."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate.report.compatibility.build import Inputs, build
from migrate.report.compatibility.contracts import CodeReport, ModelsReport
from migrate.report.compatibility.records import Report
from migrate.report.writers import github, html, junit, markdown, sarif
from migrate.report.writers import json as json_format

from .factory import code_report, models_report

HOSTILE = st.text(
    alphabet=st.sampled_from(list("ab/:,%\n\r`|<>&\"'@~*_[]()#\\ {}\x00\u2028é😀")), min_size=1, max_size=12
)
NAMES = st.one_of(st.sampled_from(["a.py", "pkg/b.py", "pkg/c d.py"]), HOSTILE)
SEVERITIES = st.sampled_from(["silent", "error", "warning", "info"])
CODE_FINDING = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["AAA001", "BBB002", "CCC003"]),
        "severity": SEVERITIES,
        "fix": st.sampled_from(["safe", "unsafe", "manual"]),
        "applied": st.booleans(),
        "line": st.integers(0, 50),
        "column": st.integers(0, 9),
        "end_line": st.integers(0, 50),
        "end_column": st.integers(0, 9),
        "message": HOSTILE,
        "hint": st.one_of(st.just(""), HOSTILE),
        "symbol": HOSTILE,
        "argument": st.just(""),
    }
)
CODE = st.fixed_dictionaries(
    {
        "schema": st.just(1),
        "written": st.booleans(),
        "files": st.lists(
            st.fixed_dictionaries(
                {
                    "path": NAMES,
                    "changed": st.booleans(),
                    "error": st.one_of(st.none(), HOSTILE),
                    "findings": st.lists(CODE_FINDING, max_size=6),
                }
            ),
            max_size=4,
            unique_by=lambda f: f["path"],
        ),
    }
)
MODELS = st.fixed_dictionaries(
    {
        "schema": st.just(1),
        "artifacts": st.lists(
            st.fixed_dictionaries(
                {
                    "source": NAMES.map(lambda name: f"m/{name}.h5"),
                    "status": st.sampled_from(
                        ["migrated", "unverified", "blocked", "unsafe", "failed", "skipped"]
                    ),
                    "findings": st.lists(
                        st.fixed_dictionaries(
                            {
                                "code": st.sampled_from(["CFG001", "SIL001"]),
                                "severity": SEVERITIES,
                                "message": HOSTILE,
                                "place": HOSTILE,
                            }
                        ),
                        max_size=5,
                    ),
                }
            ),
            max_size=4,
            unique_by=lambda a: a["source"],
        ),
    }
)


def made(code: dict[str, Any], models: dict[str, Any]) -> Report:
    files = msgspec.convert(code, CodeReport)
    return build(
        Inputs(
            root="r",
            created="now",
            tool={},
            files=files.files,
            code_written=files.written,
            models=msgspec.convert(models, ModelsReport).artifacts,
        )
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CODE, MODELS)
def test_each_finding_once_in_each_format(code: dict[str, Any], models: dict[str, Any]) -> None:
    report = made(code, models)
    expected = sum(len(f["findings"]) for f in code["files"]) + sum(
        len(a["findings"]) for a in models["artifacts"]
    )
    ids = [entry.id for entry in report.findings]
    assert len(ids) == len(set(ids)) == expected == report.tally.findings
    assert sum(report.tally.severities.values()) == expected
    assert sum(reason.count for reason in report.reasons) == expected
    assert sum(package.tally.findings for package in report.packages) == expected
    assert sorted(i for unit in [*report.files, *report.models] for i in unit.entries) == list(
        range(expected)
    )
    assert report.tally.open == sum(not e.done for e in report.findings)
    assert sum(report.tally.effort.values()) + report.tally.open_severities["info"] == report.tally.open

    assert sorted(in_json(report)) == sorted(ids)
    assert sorted(in_sarif(report)) == sorted(ids)
    assert sorted(in_junit(report)) == sorted(ids)
    assert in_github(report) == [(entry.code, entry.line) for entry in report.findings]
    assert in_markdown(report) == {reason.code: reason.count for reason in report.reasons if reason.count}
    assert in_html(report) == [
        (entry.code, entry.path, entry.line, entry.message) for entry in report.findings
    ]


def in_json(report: Report) -> list[str]:
    return [entry["id"] for entry in json.loads(json_format.write(report))["findings"]]


def in_sarif(report: Report) -> list[str]:
    run = json.loads(sarif.write(report))["runs"][0]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    return [result["partialFingerprints"]["kerasMigrate/v1"] for result in run["results"]]


def in_junit(report: Report) -> list[str]:
    root = ElementTree.fromstring(junit.write(report).encode())
    suites = list(root)
    for suite in suites:
        cases = suite.findall("testcase")
        assert int(suite.get("tests", "")) == len(cases)
        assert int(suite.get("failures", "")) == sum(case.find("failure") is not None for case in cases)
        assert int(suite.get("skipped", "")) == sum(case.find("skipped") is not None for case in cases)
    names = [case.get("name") or "" for suite in suites for case in suite.findall("testcase")]
    return [found[1] for name in names if (found := re.search(r"\[([0-9a-f]{16})\]$", name))]


def in_github(report: Report) -> list[tuple[str, int]]:
    """Code and line of each annotation; the runner reads lines, so a line break in a name must not make one."""
    found = []
    for line in github.write(report).split("\n")[:-1]:
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        assert match, line
        fields = dict(part.split("=", 1) for part in match[2].split(","))
        found.append((fields["title"].split(" ")[0], int(fields.get("line", 0))))
    return found


def in_markdown(report: Report) -> dict[str, int]:
    """Findings listed per reason: the comma-separated tokens behind each file."""
    text = markdown.write(report)
    found = {}
    for block in text.split("<details>")[1:]:
        code = re.search(r"<code>(\w+)</code>", block)
        assert code
        listed = 0
        for line in block.split("\n"):
            if line.startswith("- "):
                spans = re.sub(r"(`+) ?.*?(?<!`)\1(?!`)", "S", line[2:])
                path, _, tokens = spans.partition(": ")
                assert path == "S", line
                assert all(
                    re.fullmatch(r"(~~)?(L\d+|S|whole)(~~)?", token) for token in tokens.split(", ")
                ), line
                listed += len(tokens.split(", "))
        found[code[1]] = listed
    return found


def in_html(report: Report) -> list[tuple[str, str, int, str]]:
    text = html.write(report)
    data = json.loads(
        re.findall(r'<script type="application/json" id="index">(.*?)</script>', text, re.DOTALL)[0]
    )
    paths = [row[0] for row in data["files"]] + [row[0] for row in data["models"]]
    return [(data["reasons"][row[0]]["code"], paths[row[4]], row[6], row[7]) for row in data["findings"]]


def test_markdown_fits_a_comment_and_counts_what_it_leaves_out() -> None:
    report = made(code_report(9_000, 3_000), models_report(500)[0])
    text = markdown.write(report)
    assert len(text) <= markdown.LIMIT
    left = re.search(r"_(\d+) of (\d+) findings are not listed", text)
    assert left
    assert sum(in_markdown(report).values()) + int(left[1]) == int(left[2]) == len(report.findings)


def test_markdown_without_a_limit_lists_all() -> None:
    report = made(code_report(9_000, 3_000), models_report(5)[0])
    assert "not listed here" not in markdown.write(report, limit=0)


@pytest.mark.parametrize("name", ["</script><script>alert(1)</script>", "<!--<script>", "\u2028", "a&b"])
def test_data_cannot_leave_its_element(name: str) -> None:
    text = html.island({"layer": name})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"layer": name}


def test_page_holds_one_script_that_its_policy_names() -> None:
    """Whatever a name holds, the page has the same elements."""
    plain = html.write(made(code_report(3, 2), models_report(1)[0]))
    models, _ = models_report(1)
    models["artifacts"][0]["source"] = (
        '"><img src=x onerror=alert(1)>{{7*7}}</script><svg onload=alert(1)>.h5'
    )
    models["artifacts"][0]["findings"][0]["message"] = "</title></style><script>alert(1)</script>"
    hostile = html.write(made(code_report(3, 2), models))
    assert hostile.count("<script") == plain.count("<script") == 3
    assert hostile.count("<img") == hostile.count("<svg onload") == 0
    assert "script-src &#39;sha256-" in hostile
    assert "default-src &#39;none&#39;" in hostile
