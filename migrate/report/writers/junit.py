"""JUnit XML: a suite per package, a case per finding, and a passing case per file or model that is ready.

Valid against the schema that Jenkins' xUnit plugin publishes (``junit-10.xsd``). An open finding fails its case, an
open information is skipped, a finding that is done passes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from xml.etree import ElementTree

from migrate.findings import Severity
from migrate.report.compatibility.records import Entry, Report

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold even as a reference; a layer's name may contain them."""


def write(report: Report) -> str:
    """The report as one ``testsuites`` document."""
    suites: defaultdict[str, list[ElementTree.Element]] = defaultdict(list)
    for entry in report.findings:
        suites[entry.package].append(_case(entry))
    for file in report.files:
        if not file.entries:
            suites[file.package].append(_clean(file.path, file.level))
    for model in report.models:
        if not model.entries:
            suites[model.package].append(_clean(model.path, model.level))
    root = ElementTree.Element("testsuites", {"name": "keras-migrate"})
    for name in sorted(suites):
        cases = suites[name]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            {
                "name": _legal(name),
                "tests": str(len(cases)),
                "failures": str(sum(case.find("failure") is not None for case in cases)),
                "errors": "0",
                "skipped": str(sum(case.find("skipped") is not None for case in cases)),
                "time": "0",
            },
        )
        suite.extend(cases)
    ElementTree.indent(root, " ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _clean(path: str, level: str) -> ElementTree.Element:
    return ElementTree.Element("testcase", {"classname": _legal(path), "name": level, "time": "0"})


def _case(entry: Entry) -> ElementTree.Element:
    where = f":{entry.line}:{entry.column}" if entry.line else ""
    case = ElementTree.Element(
        "testcase",
        {"classname": _legal(entry.path), "name": _legal(f"{entry.code}{where} [{entry.id}]"), "time": "0"},
    )
    if entry.done:
        return case
    if entry.severity is Severity.INFO:
        ElementTree.SubElement(case, "skipped", {"message": _legal(entry.message)})
        return case
    failure = ElementTree.SubElement(
        case, "failure", {"type": entry.severity, "message": _legal(entry.message)}
    )
    lines = (f"{entry.path}{where}", entry.place, entry.symbol, entry.hint)
    failure.text = _legal("\n".join(line for line in lines if line))
    return case


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
