"""Whether the outputs that an earlier run wrote are still what it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from migrate.batch.keys import changed
from migrate.batch.ledger import Written
from migrate.findings import MigrationError, Status
from migrate.formats.limits import sha256_of
from migrate.results import RECORD, MigrationRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrate.results import ArtifactResult


def written(out: Path, folder: str, digests: Mapping[str, str]) -> Written:
    """What an artifact's folder holds right after it was published; empty where it is not on this machine.

    Args:
        out: root of the outputs.
        folder: of the artifact, relative to it.
        digests: of the files of the folder, as they were published.
    """
    files: Written = {}
    try:
        for name, digest in digests.items():
            files[f"{folder}/{name}"] = (*changed(out / folder / name), digest)
        if files:
            record = out / folder / RECORD
            files[f"{folder}/{RECORD}"] = (*changed(record), sha256_of(record))
    except (OSError, MigrationError):
        return {}
    return files


def missing_or_changed(out: Path, result: ArtifactResult, files: Written | None) -> str:
    """The first output of a finished artifact that is not as it was written; empty when all are.

    Sizes and times are compared; a file whose time is another one is read. Of results of earlier versions, which kept
    no digests, the existence of the outputs is all that can be told.
    """
    if result.status not in (Status.MIGRATED, Status.UNVERIFIED):
        return ""
    if not files:
        outputs = (result.outputs.keras, result.outputs.saved_model)
        return next((path for path in outputs if path and not (out / path).exists()), "")
    return next((path for path, state in files.items() if not _is_still(out / path, state)), "")


def _is_still(path: Path, state: tuple[int, str, str]) -> bool:
    size, token, digest = state
    try:
        now = changed(path)
        return not path.is_symlink() and now[0] == size and (now[1] == token or sha256_of(path) == digest)
    except (OSError, MigrationError):
        return False


def tells_of(folder: Path, record: MigrationRecord) -> bool:
    """Whether a record found in a folder tells of the files there: all of them, each as it was written."""
    try:
        return bool(record.files) and all(
            not (folder / name).is_symlink() and sha256_of(folder / name) == digest
            for name, digest in record.files.items()
        )
    except MigrationError:
        return False
