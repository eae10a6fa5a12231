"""The report as JSON: the records themselves, following the schema in ``report/schema/report.json``."""

from __future__ import annotations

import msgspec

from migrate.report.compatibility.records import Report


def write(report: Report) -> str:
    """The whole report; keys with default values are left out."""
    return msgspec.json.encode(report).decode() + "\n"
