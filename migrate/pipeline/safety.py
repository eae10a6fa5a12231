"""Scan before anything is loaded; the scan runs in the reader world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from migrate.bytecode.errors import definition_hint
from migrate.findings import Finding, MigrationError
from migrate.scan.bytecode import beside_a_graph
from migrate.scan.files import is_unsafe
from migrate.scan.rules import ASK, NOT_EXAMINED
from migrate.worlds.contracts.reader import Scan
from migrate.worlds.host.pool import Slot

_BYTECODE = "SEC001"
MODELS = frozenset({"model.keras", "saved_model"})
"""Parts of an output that a loader will read."""


def must_be_safe(
    slot: Slot,
    sources: Iterable[Path],
    trust: bool,
    *,
    interprets: bool = False,
    defined: Iterable[str] = (),
    graph_computes: bool = False,
) -> list[Finding]:
    """Findings of the scan that do not forbid loading.

    Args:
        slot: its reader scans the files; files trusted despite a finding run in its other workers.
        sources: every file and folder of one artifact that will be read.
        trust: load everything, whatever is found.
        interprets: whether bytecode that uses only tensor functions is interpreted after this, and not passed
            to a loader.
        defined: globals whose values the user supplied for interpreted bytecode.
        graph_computes: whether the artifact is a SavedModel, whose functions compute without the bytecode in its Keras
            metadata: it is reported, and nothing decodes it (``worlds/guest/bytecode_guard.py``).

    Raises:
        MigrationError: the first finding that is unsafe or that reports unexamined content, unless ``trust``.
    """
    findings = [finding for source in sources for finding in _scan(slot, source)]
    if graph_computes:
        findings = beside_a_graph(findings)
    slot.runs_foreign_code |= trust and bool(findings)
    given = {definition_hint(name) for name in defined} if interprets else set()

    def forbids(finding: Finding) -> bool:
        if finding.code == _BYTECODE:
            return not interprets or (_forbids_loading(finding) and finding.hint not in given)
        return _forbids_loading(finding)

    worst = next(filter(forbids, findings), None)
    if worst is not None and not trust:
        hint = ASK if worst.code == NOT_EXAMINED else worst.hint  # as a warning, it does not ask for trust
        raise MigrationError(
            worst.code,
            worst.message,
            hint or "If you know where the file comes from and what it runs, pass --trust.",
            worst.place,
        )
    return findings


def must_write_safely(slot: Slot, parts: Mapping[str, Path]) -> None:
    """Refuse outputs that this project's own scan would call unsafe, even if the source was trusted.

    Args:
        slot: its reader scans what the other workers wrote.
        parts: final name to the file or folder.

    Raises:
        MigrationError: the code of the finding; nothing is written then.
    """
    for name in MODELS & parts.keys():
        for finding in _scan(slot, parts[name]):
            if _forbids_loading(finding) or finding.code == _BYTECODE:
                raise MigrationError(
                    finding.code,
                    f"{name} would hold what the scan refuses: {finding.message}",
                    "Remove the operation from the model in its own framework, and save it again.",
                    finding.place,
                )


def _scan(slot: Slot, path: Path) -> tuple[Finding, ...]:
    return tuple(slot.reader.ask(Scan(path)).findings)


def _forbids_loading(finding: Finding) -> bool:
    return is_unsafe([finding]) or finding.code == NOT_EXAMINED
