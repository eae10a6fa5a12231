"""Scan before anything is loaded; the scan runs in the reader world."""

from __future__ import annotations

from pathlib import Path

from migrate.findings import Finding, MigrationError
from migrate.scan.files import is_unsafe
from migrate.worlds.pool import Slot
from migrate.worlds.reader.answers import read_answer

NOT_EXAMINED = "SEC014"


def must_be_safe(slot: Slot, source: Path, trust: bool) -> list[Finding]:
    """Findings of the scan that do not forbid loading.

    Raises:
        MigrationError: the first finding that is unsafe or says that something was not examined, unless ``trust``.
    """
    scan = read_answer(source, slot.reader.call("scan", {"path": str(source)}))
    findings = list(scan.findings)
    if trust:
        return findings
    for finding in findings:
        if is_unsafe([finding]) or finding.code == NOT_EXAMINED:
            raise MigrationError(
                finding.code,
                finding.message,
                finding.hint or "If you know where the file comes from and what it runs, pass --trust.",
                finding.place,
            )
    return findings
