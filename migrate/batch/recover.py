"""What earlier runs left in the output folder: outputs to take over, and the rest of what a killed run was writing."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from migrate.batch.ledger import PENDING, STARTED
from migrate.batch.lock import STATE
from migrate.batch.outputs import tells_of, written
from migrate.batch.plan import Action
from migrate.pipeline.publish import STAGING
from migrate.results import RECORD, MigrationRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrate.batch.ledger import Ledger
    from migrate.batch.plan import Planned


def recover(
    plan: Sequence[Planned], ledger: Ledger, out: Path, ruleset: str, *, everything: bool
) -> list[Planned]:
    """Take over outputs that an earlier run published without living to say so; the plan for the rest.

    Args:
        plan: of this run.
        ledger: gets the results.
        out: folder of the outputs.
        ruleset: version of the rules of this run.
        everything: the ledger was lost, so that every folder may be a batch's own; else those begun and not finished.
    """
    rows = ledger.rows()
    left = []
    for one in plan:
        row = rows.get(one.candidate.source)
        begun = everything or (row is not None and row.state == STARTED)
        asked = begun or row is None or row.state == PENDING
        record = record_in(out / one.folder) if one.action is Action.MIGRATE and asked else None
        if record is None or record.result.source != one.candidate.source:
            left.append(one)
        elif record.made_for == {"key": one.key, "ruleset": ruleset} and tells_of(out / one.folder, record):
            ledger.finish(record.result, ruleset, record.classes, written(out, one.folder, record.files))
            left.append(replace(one, action=Action.KEEP))
        else:  # of another content, by other rules, or damaged: to be replaced where it is known to be a batch's own
            left.append(replace(one, ours=one.ours or begun))
    return left


def record_in(folder: Path) -> MigrationRecord | None:
    """The record in a folder of outputs; None when nothing of ours is there."""
    try:
        return msgspec.json.decode((folder / RECORD).read_bytes(), type=MigrationRecord)
    except (OSError, msgspec.DecodeError, RecursionError):
        return None


def sweep_outputs(out: Path) -> None:
    """Remove what a killed run was still writing, and put back what it had taken away to replace it.

    The names are those of `migrate.pipeline.publish`: ``.NAME.TOKEN.tmp`` and ``.NAME.TOKEN.old``.
    """
    for path in list(_left_behind(out)):
        target = path.with_name(path.name.removesuffix(path.suffix)[1:].rpartition(".")[0])
        if path.suffix == ".old" and not target.exists():
            path.rename(target)
        else:
            shutil.rmtree(path, ignore_errors=True)


def _left_behind(out: Path) -> Iterator[Path]:
    """Folders that `migrate.pipeline.publish` makes beside its target; finished outputs are not looked into."""
    for folder, below, files in os.walk(out):
        if RECORD in files:
            below.clear()
        for name in list(below):
            target, _, token = name[1:].rpartition(".")[0].rpartition(".")
            if name == STATE:
                below.remove(name)
            elif name.startswith(".") and name.endswith((".tmp", ".old")) and len(token) == 8 and target:
                below.remove(name)
                if _is_ours(Path(folder, name)):
                    yield Path(folder, name)


def _is_ours(path: Path) -> bool:
    """Whether `publish` made the folder: it holds its mark, or the record that takes the mark's place."""
    return not path.is_symlink() and any((path / name).is_file() for name in (STAGING, RECORD))
