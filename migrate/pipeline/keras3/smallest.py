"""The smallest part of an archive that a release computes differently from the one that wrote it."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import h5py

from migrate.dialects.keras3_minors.parts import Part, parts
from migrate.dialects.keras3_minors.versions import Reader
from migrate.formats.archive import CONFIG, METADATA, WEIGHTS
from migrate.pipeline.keras3.matrix import check_archives
from migrate.pipeline.keras3.subjects import CUSTOM, MODEL
from migrate.pipeline.request import Options
from migrate.readers.environments import Backend
from migrate.results import ReaderOutcome


@dataclass(frozen=True, slots=True)
class Smallest:
    """A part of a model.

    Attributes:
        classes: of its layers, in order.
        reason: the difference in the release.
        path: its archive.
    """

    classes: tuple[str, ...]
    reason: str
    path: Path


def smallest_part(
    archive: Path, one: Reader, backend: Backend, folder: Path, options: Options, cache: Path | None = None
) -> Smallest | None:
    """The first part of an archive that a reader loads but computes differently; None if that is only the whole.

    Args:
        archive: whose numbers differ in the reader; ``custom_objects.py`` next to it is copied with the part.
        one: the reader.
        backend: of the reader, and of the Keras that wrote the archive.
        folder: where the part is written, as ``model.keras``; empty or not yet existing.
        options: trust, tolerance, seed.
        cache: folder of environments; None for the user's.
    """
    with TemporaryDirectory(prefix="keras-migrate-") as name:
        work = Path(name)
        cut = {}
        for number, part in enumerate(_parts_of(archive)):
            place = work / "parts" / str(number)
            _write(archive, part, place)
            cut[str(number)] = part
        paths = [(work / "parts" / number / MODEL, number) for number in cut]
        for checked in check_archives(paths, [one], [backend], work / "work", options, cache):
            reading = next(iter(checked.readings), None)
            if reading is not None and reading.outcome is ReaderOutcome.DIFFERS:
                shutil.copytree(work / "parts" / checked.source, folder, dirs_exist_ok=True)
                return Smallest(cut[checked.source].classes, reading.reason, folder / MODEL)
    return None


def _parts_of(archive: Path) -> list[Part]:
    with zipfile.ZipFile(archive) as file:
        config: dict[str, Any] = json.loads(file.read(CONFIG))
        return list(parts(config)) if WEIGHTS in file.namelist() else []


def _write(archive: Path, part: Part, place: Path) -> None:
    """Write the archive of a part, with the classes that the whole model needs."""
    place.mkdir(parents=True)
    weights = place / WEIGHTS
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(place / MODEL, "w") as target:
        target.writestr(CONFIG, json.dumps(part.config))
        target.writestr(METADATA, source.read(METADATA))
        with source.open(WEIGHTS) as stream, h5py.File(stream) as stored, h5py.File(weights, "w") as kept:
            for new, old in part.groups.items():
                if old in stored:
                    stored.copy(stored[old], kept, new)
        target.write(weights, WEIGHTS)
    weights.unlink()
    custom = archive.with_name(CUSTOM)
    if custom.is_file():
        shutil.copyfile(custom, place / CUSTOM)
