"""Scans as text, JSON and SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from migrate.findings import Severity
from migrate.printable import printable
from migrate.scan.rules import BY_CODE, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrate.findings import Finding
    from migrate.scan.files import Scan

_LEVEL = {
    Severity.SILENT: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def relative(path: Path, root: Path) -> str:
    """A path as shown in reports: relative to the given folder, with slashes."""
    base = root if root.is_dir() and root != path else root.parent
    return printable((path.relative_to(base) if path.is_relative_to(base) else path).as_posix())


def as_json(
    scans: Iterable[tuple[Path, Scan]], version: str, left_out: Iterable[Path] = ()
) -> dict[str, Any]:
    """Pairs of root and scan as one JSON value, ``schema`` 1, with every examined file.

    ``left_out`` lists the folders that were not scanned.
    """
    artifacts = [
        {
            "path": relative(scan.path, root),
            "kind": scan.kind,
            "verdict": scan.verdict,
            "findings": [finding_json(finding) for finding in scan.findings],
        }
        for root, scan in scans
    ]
    verdicts = [artifact["verdict"] for artifact in artifacts]
    summary = {verdict: verdicts.count(verdict) for verdict in ("clean", "warning", "unsafe")}
    tool = {"name": "keras-migrate", "version": version}
    return {
        "schema": 1,
        "tool": tool,
        "summary": summary,
        "artifacts": artifacts,
        "left_out": [printable(folder.as_posix()) for folder in left_out],
    }


def finding_json(finding: Finding) -> dict[str, str]:
    """One finding with the fields of every report."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "hint": finding.hint,
        "place": finding.place,
    }


def as_sarif(scans: Iterable[tuple[Path, Scan]], version: str) -> dict[str, Any]:
    """Pairs of root and scan as a SARIF log with one run; models have no lines, so a place is a logical location."""
    results = [
        _result(relative(scan.path, root), finding) for root, scan in scans for finding in scan.findings
    ]
    driver = {
        "name": "keras-migrate scan",
        "version": version,
        "rules": [
            {
                "id": rule.code,
                "name": rule.name,
                "shortDescription": {"text": rule.summary},
                "fullDescription": {"text": rule.why or rule.summary},
                "helpUri": _help_uri(rule.references),
                "defaultConfiguration": {"level": _LEVEL[rule.severity]},
                "properties": {"tags": ["security", *rule.references]},
            }
            for rule in RULES
        ],
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _help_uri(references: Iterable[str]) -> str:
    """Link for a rule's reason: the advisory or the issue that it names, else Keras' page on loading."""
    for reference in references:
        if reference.startswith("CVE-"):
            return f"https://nvd.nist.gov/vuln/detail/{reference}"
        if "#" in reference:
            return f"https://github.com/{reference.replace('#', '/issues/')}"
    return "https://keras.io/api/models/model_saving_apis/model_saving_and_loading/"


def _result(uri: str, finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVEL[finding.severity],
        "message": {"text": f"{finding.message}. {finding.hint}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(uri)}},
                "logicalLocations": [{"fullyQualifiedName": finding.place or uri}],
            }
        ],
    }
    if finding.code in BY_CODE:
        result["ruleIndex"] = RULES.index(BY_CODE[finding.code])
    return result
