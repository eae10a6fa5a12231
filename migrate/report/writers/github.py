"""Workflow commands that a GitHub runner shows as annotations, one line per finding.

Format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from migrate.findings import Severity
from migrate.report.compatibility.records import Entry, Report

_LEVEL = {
    Severity.SILENT: "error",
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}


def write(report: Report) -> str:
    """One annotation per finding; a finding that is done is a notice."""
    return "".join(f"{_line(entry)}\n" for entry in report.findings)


def _line(entry: Entry) -> str:
    fields = {"file": entry.path}
    if entry.line:
        fields["line"] = str(entry.line)
        fields["endLine"] = str(max(entry.end_line, entry.line))
        if entry.column and entry.end_line in {
            0,
            entry.line,
        }:  # the runner accepts columns only on a single line
            fields["col"] = str(entry.column)
            fields["endColumn"] = str(max(entry.end_column, entry.column))
    fields["title"] = f"{entry.code} ({'done' if entry.done else entry.severity})"
    level = "notice" if entry.done else _LEVEL[entry.severity]
    properties = ",".join(f"{name}={_property(value)}" for name, value in fields.items())
    text = ": ".join(part for part in (entry.place, entry.message) if part)
    return f"::{level} {properties}::{_data(text + (f' — {entry.hint}' if entry.hint else ''))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
