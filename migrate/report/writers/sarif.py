"""SARIF 2.1.0 for code-scanning viewers.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. ``silent`` findings are errors here, because the
standard has nothing worse; the original severity is in ``properties``. A finding that is done has kind ``pass``.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from migrate.findings import Severity
from migrate.report.compatibility.records import Entry, Reason, Report

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
HELP_URI = "https://keras.io/guides/migrating_to_keras_3/"
"""For a reason without a reference."""
_LEVEL = {
    Severity.SILENT: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def write(report: Report) -> str:
    """The report as a log of one run."""
    index = {reason.code: i for i, reason in enumerate(report.reasons)}
    log = {
        "$schema": SCHEMA_URI,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "keras-migrate",
                        "version": report.tool.get("keras-migrate", "0"),
                        "rules": [_rule(reason) for reason in report.reasons],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    "SRCROOT": {"description": {"text": "the root of the examined files"}}
                },
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            {
                                "level": "warning",
                                "message": {"text": f"not examined: {unseen.reason}"},
                                "locations": [{"physicalLocation": {"artifactLocation": _uri(unseen.path)}}],
                            }
                            for unseen in report.unseen
                        ],
                    }
                ],
                "results": [_result(entry, index) for entry in report.findings],
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, separators=(",", ":")) + "\n"


def _rule(reason: Reason) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": reason.code,
        "shortDescription": {"text": reason.summary or reason.code},
        "defaultConfiguration": {"level": _LEVEL[reason.severity]},
        "helpUri": next((uri for uri in reason.references if uri.startswith("https://")), HELP_URI),
        "properties": {"severity": reason.severity, "precision": "high"},
    }
    if reason.name:
        rule["name"] = "".join(part.capitalize() for part in reason.name.split("-"))
    if reason.why:
        rule["fullDescription"] = {"text": reason.why}
    parts = [reason.why]
    parts += [
        f"{title}:\n\n{text}" for title, text in (("Before", reason.before), ("After", reason.after)) if text
    ]
    if any(parts):
        rule["help"] = {"text": "\n\n".join(part for part in parts if part)}
    return rule


def _result(entry: Entry, index: dict[str, int]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _uri(entry.path)}
    if entry.line:
        physical["region"] = _region(entry)
    location: dict[str, Any] = {"physicalLocation": physical}
    if entry.place:
        location["logicalLocations"] = [{"fullyQualifiedName": entry.place}]
    properties = {
        "severity": entry.severity,
        "effort": entry.effort,
        "origin": entry.origin,
        "applied": entry.applied,
    }
    properties |= {k: v for k, v in (("symbol", entry.symbol), ("argument", entry.argument)) if v}
    return {
        "ruleId": entry.code,
        "ruleIndex": index[entry.code],
        "kind": "pass" if entry.done else "fail",
        "level": "none" if entry.done else _LEVEL[entry.severity],
        "message": {"text": f"{entry.message} ({entry.hint})" if entry.hint else entry.message or entry.code},
        "locations": [location],
        "partialFingerprints": {"kerasMigrate/v1": entry.id},
        "properties": properties,
    }


def _region(entry: Entry) -> dict[str, int]:
    region = {"startLine": entry.line}
    if entry.column:
        region["startColumn"] = entry.column
    if entry.end_line >= entry.line:
        region["endLine"] = entry.end_line
        if entry.end_column and (entry.end_line > entry.line or entry.end_column >= entry.column):
            region["endColumn"] = entry.end_column
    return region


def _uri(path: str) -> dict[str, str]:
    return {"uri": quote(path), "uriBaseId": "SRCROOT"}
