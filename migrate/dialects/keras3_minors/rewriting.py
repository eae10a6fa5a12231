"""Rewrite an archive for the releases of Keras 3 that are to load it: configuration, and order of optimizer state."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
from packaging.version import Version

from migrate.dialects.keras3_minors.registry import rewrite, state_rule_for
from migrate.dialects.keras3_minors.splits import groups
from migrate.dialects.keras3_minors.state_rule import arguments_of
from migrate.dialects.keras3_minors.versions import DEFAULT, Reader
from migrate.formats.archive import CONFIG, WEIGHTS

_CHUNK = 1 << 20
_STATE = "optimizer/vars"


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
    """Rewrite the configuration inside an archive, and the order of its optimizer's variables where releases differ.

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
        plain, fired = rewrite(written, writer, readers)
        with _reordered(archive, path, written, writer, readers) as (weights, moved):
            fired += moved
            if not fired:
                return []
            target = path.with_name(f"{path.name}.portable")
            with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as copy:
                for member in archive.infolist():
                    if member.filename == CONFIG:
                        copy.writestr(_stored(member), json.dumps(plain))
                        continue
                    moved_weights = weights if member.filename == WEIGHTS else None
                    with (
                        moved_weights.open("rb") if moved_weights else archive.open(member) as source,
                        copy.open(_stored(member), "w", force_zip64=True) as sink,
                    ):
                        shutil.copyfileobj(source, sink, _CHUNK)
    target.replace(path)
    return fired


@contextmanager
def _reordered(
    archive: zipfile.ZipFile, path: Path, config: dict[str, Any], writer: Version, readers: Sequence[Reader]
) -> Iterator[tuple[Path | None, list[str]]]:
    """A file of weights whose optimizer's variables have other numbers, and why; None where nothing is to be moved."""
    rule = state_rule_for(config, writer, readers)
    if rule is None or WEIGHTS not in archive.namelist():
        yield None, []
        return
    weights = path.with_name(f"{path.name}.weights")
    try:
        with archive.open(WEIGHTS) as source, weights.open("wb") as sink:
            shutil.copyfileobj(source, sink, _CHUNK)
        with h5py.File(weights, "r+") as file:
            state = file.get(_STATE)
            order = rule.order(arguments_of(config), len(state)) if isinstance(state, h5py.Group) else None
            for new, old in enumerate(order or ()):
                state.move(str(old), f"moved {new}")
            for new in range(len(order or ())):
                state.move(f"moved {new}", str(new))
        yield (weights, [rule.rule.code]) if order else (None, [])
    finally:
        weights.unlink(missing_ok=True)


def _stored(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(member.filename, member.date_time)
    info.compress_type = zipfile.ZIP_STORED
    return info
