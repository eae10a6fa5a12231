"""A record says alike things once."""

from __future__ import annotations

from migrate.findings import Finding, Severity
from migrate.pipeline.result import folded

WARN = Severity.WARNING


def test_findings_of_several_places_become_one_that_names_them() -> None:
    alike = [
        Finding("OPT021", WARN, "averages differ", "recompile", place) for place in ("a", "b", "c", "d", "a")
    ]
    other = Finding("OPT020", WARN, "slots lost", "recompile")
    found = folded([alike[0], other, *alike[1:]])
    assert [one.code for one in found] == ["OPT021", "OPT020"]
    assert found[0].message == "averages differ (at a, b, c and 1 more)"
    assert (found[0].place, found[1]) == ("a", other)


def test_what_differs_in_anything_but_its_place_stays() -> None:
    findings = [
        Finding("A", WARN, "m", "h", "x"),
        Finding("A", WARN, "m2", "h", "x"),
        Finding("A", Severity.ERROR, "m", "h", "x"),
        Finding("A", WARN, "m", "", "x"),
    ]
    assert folded(findings) == findings
