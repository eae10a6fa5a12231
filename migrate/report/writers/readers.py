"""The matrix of archives and releases of Keras 3 as one self-contained HTML page, without a script."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from migrate.report.writers.html import environment, style
from migrate.results import CheckedArchive, ReaderOutcome, Reading

_KINDS = {
    ReaderOutcome.EQUAL: ("equal", "equal"),
    ReaderOutcome.DIFFERS: ("silent", "differs"),
    ReaderOutcome.DOES_NOT_LOAD: ("error", "no load"),
    ReaderOutcome.DOES_NOT_RUN: ("error", "no run"),
    ReaderOutcome.UNCOMPARED: ("open", "loads"),
    ReaderOutcome.UNSOUND: ("open", "masks"),
    ReaderOutcome.MISSING: ("open", "missing"),
}
"""Colour and text of a cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One reading: its colour, its text, and the reason."""

    kind: str
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One archive."""

    source: str
    written_by: str
    reference: str
    cells: tuple[Cell, ...]


def write(checked: Sequence[CheckedArchive]) -> str:
    """The page."""
    columns = next((archive.readings for archive in checked if archive.readings), [])
    readings = [reading for archive in checked for reading in archive.readings]
    return (
        environment()
        .get_template("readers.html.j2")
        .render(
            style=style("theme", "readers"),
            columns=columns,
            rows=[_row(archive, len(columns)) for archive in checked],
            totals=[_equal(checked, number) for number in range(len(columns))],
            reasons=reasons(checked),
            all=len(checked) * len(columns),
            equal=sum(reading.outcome is ReaderOutcome.EQUAL for reading in readings),
            silent=sum(reading.outcome is ReaderOutcome.DIFFERS for reading in readings),
        )
    )


def cell_of(reading: Reading) -> Cell:
    """A reading in at most two words, with the size of a difference."""
    kind, text = _KINDS[reading.outcome]
    size = reading.max_rel
    if reading.outcome is ReaderOutcome.DIFFERS and size is not None and size < sys.float_info.max:
        text = f"{text} {size:.0e}"
    return Cell(kind, text, reading.reason)


def reasons(checked: Sequence[CheckedArchive]) -> list[str]:
    """One line for each reason why something is not equal, with the readers to which it applies."""
    lines = []
    for archive in checked:
        if not archive.written_by:
            lines.append(f"{archive.source}: {archive.reference}")
        told: dict[str, list[str]] = {}
        for reading in archive.readings:
            if reading.outcome is not ReaderOutcome.EQUAL:
                told.setdefault(f"{reading.outcome}: {reading.reason}", []).append(reading.reader)
        for reason, names in told.items():
            lines.append(f"{archive.source} in {', '.join(dict.fromkeys(names))} {reason}")
    return lines


def _row(archive: CheckedArchive, width: int) -> Row:
    cells = tuple(map(cell_of, archive.readings)) or (Cell("open", "refused", archive.reference),) * width
    return Row(archive.source, archive.written_by, archive.reference, cells)


def _equal(checked: Sequence[CheckedArchive], column: int) -> int:
    return sum(
        archive.readings[column].outcome is ReaderOutcome.EQUAL for archive in checked if archive.readings
    )
