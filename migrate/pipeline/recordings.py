"""Recorded inputs and outputs of an artifact, read where the artifact itself is read."""

from __future__ import annotations

from pathlib import Path

from migrate.parity.golden import Golden, golden_of
from migrate.pipeline.answers import arrays_in
from migrate.pipeline.safety import must_be_safe
from migrate.worlds.contracts.reader import ReadGolden
from migrate.worlds.pool import Slot


def recording_in(slot: Slot, path: Path) -> Golden:
    """The recorded case of a golden file, scanned and parsed by the reader; nothing makes it worth trusting.

    Raises:
        MigrationError: ``PAR003`` for a file that holds none, an unsafe finding of the scan.
    """
    must_be_safe(slot, [path], trust=False)
    return golden_of(path, arrays_in(slot.reader, slot.reader.ask(ReadGolden(path)).file))
