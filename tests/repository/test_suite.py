"""Results of a command: read from JUnit, compared between two worlds."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate.findings import MigrationError
from migrate.repository.junit import read_junit
from migrate.repository.records import CaseResult, Verdict, WorldRun
from migrate.repository.suite import command_line, compare, counts

JUNIT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="1" tests="4">
<testcase classname="tests.test_a" name="test_fine" time="0.25" />
<testcase classname="tests.test_a" name="test_bad" time="0.001">
<failure message="AssertionError: assert 1 == 2">def test_bad():
&gt;       assert 1 == 2
E       AssertionError

tests/test_a.py:7: AssertionError
/usr/lib/python3/site-packages/keras/src/base.py:134: AssertionError</failure></testcase>
<testcase classname="tests.test_a" name="test_torn" time="0.1" />
<testcase classname="tests.test_a" name="test_torn" time="0.1"><error message="failed on teardown">x</error></testcase>
<testcase classname="tests.test_a" name="test_not" time="0"><skipped message="no GPU" /></testcase>
</testsuite></testsuites>
"""


def test_junit_is_read_by_test(tmp_path: Path) -> None:
    file = tmp_path / "j.xml"
    file.write_text(JUNIT)
    found = read_junit(file)
    assert found is not None
    assert {result.name.rpartition("::")[2]: result.outcome for result in found} == {
        "test_fine": "passed", "test_bad": "failed", "test_torn": "error", "test_not": "skipped",
    }  # fmt: skip
    bad = next(result for result in found if result.outcome == "failed")
    assert (bad.place, bad.message) == ("tests/test_a.py:7", "AssertionError: assert 1 == 2")


@pytest.mark.parametrize("text", ["", "<a", '<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>'])
def test_what_is_no_junit_gives_no_results(text: str, tmp_path: Path) -> None:
    file = tmp_path / "j.xml"
    file.write_text(text)
    assert read_junit(file) is None
    assert read_junit(tmp_path / "absent") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
def test_no_encoding_hides_entities_that_expand(encoding: str, tmp_path: Path) -> None:
    """The command that writes the file is the repository's; expat stops only at a hundred times its size."""
    file = tmp_path / "j.xml"
    text = f"""<?xml version="1.0" encoding="{encoding[:6].rstrip("-")}"?><!DOCTYPE a [<!ENTITY b "{"x" * 99}">]>
<testsuite><testcase classname="a" name="&b;&b;"/></testsuite>"""
    file.write_bytes((b"\xff\xfe" if encoding == "utf-16-le" else b"") + text.encode(encoding))
    assert read_junit(file) is None


def run(**outcomes: str) -> WorldRun:
    tests = [CaseResult(name=name, outcome=outcome) for name, outcome in outcomes.items()]
    return WorldRun(world="legacy", command="pytest", status=0, seconds=1.0, tests=tests)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ("passed", "passed", Verdict.PASSES),
        ("passed", "failed", Verdict.BROKEN),
        ("passed", "error", Verdict.BROKEN),
        ("passed", "", Verdict.BROKEN),
        ("passed", "skipped", Verdict.NOT_RUN),
        ("failed", "passed", Verdict.REPAIRED),
        ("error", "passed", Verdict.REPAIRED),
        ("", "passed", Verdict.REPAIRED),
        ("failed", "error", Verdict.FAILS),
        ("failed", "", Verdict.FAILS),
        ("", "failed", Verdict.FAILS),
        ("skipped", "skipped", Verdict.NOT_RUN),
        ("skipped", "failed", Verdict.NOT_RUN),
        ("skipped", "passed", Verdict.NOT_RUN),
    ],
)
def test_each_pair_of_outcomes_has_its_verdict(before: str, after: str, verdict: Verdict) -> None:
    old = run(**({"t": before} if before else {}), other="passed")
    new = run(**({"t": after} if after else {}), other="passed")
    assert [one.verdict for one in compare(old, new) if one.name == "t"] == [verdict]


def test_a_world_without_results_gives_no_verdicts() -> None:
    assert compare(run(), run(t="passed")) == []
    assert compare(run(t="passed"), run()) == []


def test_the_worst_come_first() -> None:
    found = compare(run(a="passed", b="passed", c="failed"), run(a="passed", b="failed", c="passed"))
    assert [one.name for one in found] == ["b", "c", "a"]
    assert counts(found) == {"broken": 1, "repaired": 1, "passes in both": 1}


def test_commands() -> None:
    assert command_line("pytest -q 'a b'") == ["python", "-m", "pytest", "-q", "a b"]
    assert command_line("make test") == ["make", "test"]
    assert command_line("cd src && pytest") == ["/bin/sh", "-c", "cd src && pytest"]
    for text in ("", "pytest 'x"):
        with pytest.raises(MigrationError):
            command_line(text)
