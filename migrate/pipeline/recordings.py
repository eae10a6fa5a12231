"""Recorded inputs and outputs of an artifact, read by the same process as the artifact itself."""

from __future__ import annotations

from pathlib import Path

from migrate.parity.golden import Golden, golden_of
from migrate.pipeline.answers import arrays_in
from migrate.pipeline.safety import must_be_safe
from migrate.worlds.contracts.reader import ReadGolden
from migrate.worlds.host.pool import Slot


def recording_in(slot: Slot, path: Path) -> Golden:
    """The recorded case of a golden file, scanned and parsed by the reader, because it is not trusted.

    Raises:
        MigrationError: ``PAR003`` for a file without a recording, or an unsafe finding of the scan.
    """
    must_be_safe(slot, [path], trust=False)
    return golden_of(path, arrays_in(slot.reader, slot.reader.ask(ReadGolden(path)).file))
