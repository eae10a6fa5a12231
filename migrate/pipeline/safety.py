"""Scan before anything is loaded; the scan runs in the reader world."""

from __future__ import annotations

from pathlib import Path

from migrate.findings import Finding, MigrationError
from migrate.scan.files import is_unsafe
from migrate.worlds.pool import Slot
from migrate.worlds.reader.answers import read_answer


def must_be_safe(slot: Slot, source: Path, trust: bool) -> list[Finding]:
    """Findings of the scan that do not forbid loading.

    Raises:
        MigrationError: the first unsafe finding, unless ``trust``.
    """
    scan = read_answer(source, slot.reader.call("scan", {"path": str(source)}))
    findings = list(scan.findings)
    if is_unsafe(findings) and not trust:
        worst = findings[0]
        raise MigrationError(
            worst.code,
            worst.message,
            worst.hint or "If you know where the file comes from and what it runs, say --trust.",
            worst.place,
        )
    return findings
