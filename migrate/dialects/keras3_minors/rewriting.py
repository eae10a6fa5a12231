"""Rewrite an archive for the releases of Keras 3 that are to load it: its configuration, and how weights are stored."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

from migrate.dialects.keras3_minors.edited_weights import edited_weights
from migrate.dialects.keras3_minors.registry import rewrite
from migrate.dialects.keras3_minors.splits import groups
from migrate.dialects.keras3_minors.versions import DEFAULT, Reader
from migrate.formats.archive import CONFIG, WEIGHTS

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Rewritten:
    """An archive for some of the readers.

    Attributes:
        path: of the archive.
        readers: that it is for.
        rules: codes of the rules that changed it.
    """

    path: Path
    readers: tuple[Reader, ...]
    rules: list[str]


def write_for(path: Path, writer: Version, readers: Sequence[Reader], folder: Path) -> list[Rewritten]:
    """Write an archive for the readers named, or several where they cannot share one, the newest first.

    Args:
        path: the archive; it stays as it is.
        writer: the Keras that wrote it.
        readers: releases that are to load what is written.
        folder: where ``model.keras`` and its like are put.
    """
    found = []
    for group in groups(_config_in(path), readers):
        target = folder / group.file
        shutil.copyfile(path, target)
        found.append(Rewritten(target, group.readers, make_portable(target, writer, group.readers)))
    return found


def make_portable_for_newest(path: Path, writer: Version, readers: Sequence[Reader]) -> list[str]:
    """Rewrite an archive for those of the readers that can share one with the newest of them."""
    return make_portable(path, writer, groups(_config_in(path), readers)[0].readers)


def _config_in(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        config: dict[str, Any] = json.loads(archive.read(CONFIG))
    return config


def make_portable(path: Path, writer: Version, readers: Sequence[Reader] = DEFAULT) -> list[str]:
    """Rewrite the configuration inside an archive, and those of its weights that releases store otherwise.

    All other members are copied as they are.

    Args:
        path: the archive.
        writer: the Keras that wrote it.
        readers: releases that are to load it.

    Returns:
        codes of the rules that changed it.
    """
    with zipfile.ZipFile(path) as archive:
        written: dict[str, Any] = json.loads(archive.read(CONFIG))
        with edited_weights(archive, path, written, writer, readers) as edited:
            plain, fired = rewrite(edited.config, writer, readers)
            fired += edited.codes
            if not fired:
                return []
            target = path.with_name(f"{path.name}.portable")
            with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as copy:
                for member in archive.infolist():
                    if member.filename == CONFIG:
                        copy.writestr(_stored(member), json.dumps(plain))
                        continue
                    weights = edited.file if member.filename == WEIGHTS else None
                    with (
                        weights.open("rb") if weights else archive.open(member) as source,
                        copy.open(_stored(member), "w", force_zip64=True) as sink,
                    ):
                        shutil.copyfileobj(source, sink, _CHUNK)
    target.replace(path)
    return fired


def _stored(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member.filename, member.date_time)
    info.compress_type = zipfile.ZIP_STORED
    return info
