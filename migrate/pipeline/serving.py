"""The layout that TensorFlow Serving watches: ``NAME/VERSION/``, versions counting up, ``latest`` a symlink.

A server loads the highest number (or a pinned one) and ignores other names; ``latest`` is for people and scripts. Every
step is one rename, so that nobody ever sees a partial version, and a rollback is pointing the link back.
"""

from __future__ import annotations

import os
import shutil
import uuid
from pathlib import Path

from migrate.findings import MigrationError

LATEST = "latest"


def add_version(saved_model: Path, base: Path) -> int:
    """Copy a SavedModel to the next version of a model's folder, and point ``latest`` at it.

    Args:
        saved_model: a finished SavedModel folder; it is not moved.
        base: the model's folder, ``ROOT/NAME``; created.

    Returns:
        the version: one more than the highest existing one, 1 for the first.

    Raises:
        MigrationError: ``RUN011`` if the folder cannot be written; no part of the version is left.
    """
    staging = base / f".{uuid.uuid4().hex[:8]}.tmp"
    try:
        base.mkdir(parents=True, exist_ok=True)
        shutil.copytree(saved_model, staging)
        version = _claim(staging, base)
        point_latest(base, version)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise MigrationError(
            "RUN011",
            f"the serving folder cannot be written: {error.strerror or error}",
            "Check free space and permissions; no partial version was left.",
            place=str(base),
        ) from error
    return version


def versions(base: Path) -> list[int]:
    """The versions of a model's folder, in order."""
    return sorted(int(child.name) for child in base.iterdir() if child.name.isdecimal())


def point_latest(base: Path, version: int) -> None:
    """Point ``latest`` at a version; anyone who follows it sees the old one or this one, never none."""
    link = base / f".{uuid.uuid4().hex[:8]}.link"
    os.symlink(str(version), link)
    os.replace(link, base / LATEST)


def _claim(staging: Path, base: Path) -> int:
    """Rename to the next number; if another writer took it first, try the following one."""
    while True:
        version = max(versions(base), default=0) + 1
        try:
            os.rename(staging, base / str(version))
        except OSError:
            if not (base / str(version)).exists():
                raise
            continue
        return version
