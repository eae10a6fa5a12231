"""Read what a test runner wrote as JUnit XML: one result for each test.

The file is written by the user's code: it is bounded, and one that declares entities is refused.
The format is that of pytest: ``testcase`` with ``classname``, ``name``, ``file``, ``line``, ``time``
and, where it did not pass, ``failure``, ``error`` or ``skipped``.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from migrate.printable import one_line, printable
from migrate.repository.records import CaseResult

_MAX_BYTES = 64 << 20
_PLACE = re.compile(r"^([^\s:][^:\n]*\.py):(\d+):", re.MULTILINE)
_OUTCOMES = {"failure": "failed", "error": "error", "skipped": "skipped"}
_LINE = 300


def read_junit(path: Path) -> list[CaseResult] | None:
    """The results in a file, by name; None where there is none that can be read."""
    if not path.is_file() or path.is_symlink() or path.stat().st_size > _MAX_BYTES:
        return None
    try:
        # As text, so that no encoding that the file has or declares hides a declaration from the look at it.
        text = path.read_bytes().decode("utf-8-sig")
        if "\0" in text or "<!DOCTYPE" in text or "<!ENTITY" in text:
            return None
        root = ElementTree.fromstring(text)
    except (UnicodeDecodeError, ElementTree.ParseError):
        return None
    found: dict[str, CaseResult] = {}
    for case in root.iter("testcase"):
        result = _result(case)
        earlier = found.get(result.name)
        if earlier is None or earlier.outcome == "passed":  # a test that errs in its teardown is told twice
            found[result.name] = result
    return sorted(found.values(), key=lambda result: result.name)


def _result(case: ElementTree.Element) -> CaseResult:
    name = "::".join(filter(None, (case.get("classname", ""), case.get("name", ""))))
    outcome, message, place = "passed", "", ""
    for child in case:
        if child.tag in _OUTCOMES:
            outcome = _OUTCOMES[child.tag]
            message = (child.get("message") or "").strip()
            every = _PLACE.findall(child.text or "")
            places = [place for place in every if not place[0].startswith("/")] or every  # else of a package
            place = f"{places[-1][0]}:{places[-1][1]}" if places else ""
            break
    return CaseResult(
        name=printable(name),
        outcome=outcome,
        seconds=_seconds(case.get("time", "")),
        message=printable(one_line(message, _LINE)),
        place=printable(place),
    )


def _seconds(text: str) -> float:
    try:
        return round(float(text), 3)
    except ValueError:
        return 0.0
