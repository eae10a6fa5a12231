"""Move finished outputs to where the user wants them: completely or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from migrate.findings import MigrationError
from migrate.formats.limits import digests_below
from migrate.results import RECORD, MigrationRecord

STAGING = ".keras-migrate-staging"
"""Marker file for a folder that is being written here; a user's folder may have a similar name."""
FLUSHES = 16
"""Number of files that are flushed in parallel; the file system combines them into one commit."""


def must_be_free(folder: Path, force: bool) -> None:
    """Refuse if outputs exist.

    Raises:
        MigrationError: ``RUN010`` unless ``force``.
    """
    if folder.exists() and not force:
        raise MigrationError(
            "RUN010",
            f"{folder.name}/ exists in the output folder and would be overwritten",
            "Remove it, choose another --out, or pass --force.",
        )


def publish(folder: Path, parts: Mapping[str, Path], record: MigrationRecord) -> None:
    """Move the parts and the record into ``folder`` in one step.

    Everything is written next to the target first and renamed at the end; an old folder is kept until the new
    one is in place.

    Args:
        folder: target, created; replaced if it exists.
        parts: final name to the file or folder to move there.
        record: becomes ``migration.json``.

    Raises:
        MigrationError: ``RUN011`` if the output folder cannot be written, ``RUN004`` for a part that is not a
            plain file or folder: only a compromised worker creates those.
    """
    for source in parts.values():
        _must_be_plain(source)
    token = uuid.uuid4().hex[:8]
    staging = folder.with_name(f".{folder.name}.{token}.tmp")
    retired = folder.with_name(f".{folder.name}.{token}.old")
    try:
        staging.mkdir(parents=True)
        (staging / STAGING).touch()
        for name, source in parts.items():
            shutil.move(source, staging / name)
        files = {name: digest for name, digest in digests_below(staging).items() if name != STAGING}
        complete = msgspec.structs.replace(record, files=files)
        record_bytes = msgspec.json.format(msgspec.json.encode(complete), indent=1)
        (staging / RECORD).write_bytes(record_bytes + b"\n")
        (staging / STAGING).unlink()
        _flush(staging)
        if folder.exists():
            os.rename(folder, retired)
        os.rename(staging, folder)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        if retired.exists() and not folder.exists():
            os.rename(retired, folder)
        raise MigrationError(
            "RUN011",
            f"the outputs cannot be written: {error.strerror or error}",
            "Check free space and permissions of the output folder; no partial output was left.",
            place=str(folder),
        ) from error
    shutil.rmtree(retired, ignore_errors=True)


def _must_be_plain(source: Path) -> None:
    """Refuse links and devices, which a worker could create to have other files read or written."""
    below = source.rglob("*") if source.is_dir() and not source.is_symlink() else ()
    for path in (source, *below):
        if path.is_symlink() or not (path.is_file() or path.is_dir() or not path.exists()):
            raise MigrationError(
                "RUN004",
                f"a worker left {path.name}, which is not a regular file",
                "The model took over its worker process; treat the file as hostile.",
            )


def _flush(folder: Path) -> None:
    """Flush the bytes to disk before the rename publishes them; all at once, as one commit."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    with ThreadPoolExecutor(FLUSHES) as pool:
        list(pool.map(_flush_file, files))


def _flush_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
