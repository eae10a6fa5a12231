"""Configurations that the model files of a repository hold of its own classes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from codemods.files.kinds import PRUNED
from migrate.findings import MigrationError
from migrate.worlds.contracts.own_code import NamesWanted
from migrate.worlds.host.pool import Slot

_SUFFIXES = (".h5", ".hdf5", ".keras", ".json")
_MAX_FILES = 50
"""Model files that are asked; a repository with more repeats itself."""
_MAX_BYTES = 1 << 30


def configurations(path: Path, slot: Slot) -> dict[str, dict[str, object]]:
    """Name of a class → configuration of its first layer in a model file; files that cannot be read say nothing.

    Args:
        path: folder of the repository, or a file, around which nothing is looked for.
        slot: its reader parses the files.
    """
    found: dict[str, dict[str, object]] = {}
    for file in _model_files(path):
        try:
            wanted = slot.reader.ask(NamesWanted(file))
        except MigrationError:
            continue
        for name, details in wanted.details.items():
            found.setdefault(name.rpartition(">")[2], details.config)
    return found


def _model_files(path: Path) -> Iterator[Path]:
    """Files below a folder that may hold an architecture; JSON that names no class is none."""
    count = 0
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if name not in PRUNED and not name.startswith("."))
        for name in sorted(files):
            file = Path(folder, name)
            if not name.endswith(_SUFFIXES) or not file.is_file() or file.stat().st_size > _MAX_BYTES:
                continue
            if name.endswith(".json") and b'"class_name"' not in file.read_bytes()[: 1 << 16]:
                continue
            count += 1
            if count > _MAX_FILES:
                return
            yield file
