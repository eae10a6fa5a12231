"""Extracts the arrays of one artifact in a locked-up worker."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from migrate.formats.extract import must_be_a_target, publish
from migrate.worlds.contracts.reader import ArrayRow, Extract
from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.sandbox import policy
from migrate.worlds.host.taking import take
from migrate.worlds.host.worker import Worker

if TYPE_CHECKING:
    from migrate.findings import Finding

SECONDS = 3600.0
"""For all arrays of one artifact; a hundred gigabytes take minutes."""


@dataclass(frozen=True, slots=True)
class Arrays:
    """What a file of arrays holds, and what it could not hold."""

    held: list[ArrayRow]
    left_out: list[Finding]


def extract_arrays(path: Path, out: Path, *, optimizer: bool, force: bool) -> Arrays:
    """Write all arrays of an artifact to ``out``; see `migrate.formats.extract`.

    Raises:
        MigrationError: of the readers; RUN001 to RUN004 when it takes its parser down; RUN010 when ``out`` exists,
            RUN011 when it cannot be written.
    """
    must_be_a_target(out, force=force)
    limits = Limits(call_seconds=SECONDS)
    with tempfile.TemporaryDirectory(prefix="keras-migrate-") as folder:
        scratch = Path(folder) / "reader"
        source = path.absolute()
        rules = policy(scratch, limits, [source.parent, source])
        with Worker(World.READER, scratch, limits, policy=rules) as worker:
            extracted = worker.ask(Extract(source, out.suffix, optimizer))
            taken = take(worker, extracted.file, out.name)

        def place(target: Path) -> None:
            shutil.copyfile(taken, target)

        publish(out, place)
    return Arrays(extracted.arrays, extracted.left_out)
