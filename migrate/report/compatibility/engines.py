"""The engines that scan a tree: source rules and the inspection of artifacts. Nothing is written or run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from migrate.report.compatibility.contracts import CodeReport
from migrate.report.compatibility.gather import Looks


def looks() -> Looks:
    """Both engines; they are imported on first use."""
    from migrate.report.compatibility.inspector import ContentInspector

    return Looks(scan=_scan, inspector=ContentInspector())


def _scan(root: Path, only: Sequence[str]) -> CodeReport:
    from migrate.report.compatibility.scanner import scan

    return scan(root, only)
