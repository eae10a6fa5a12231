"""Finding the architecture that belongs to a weights file, by stem.

People save ``model.json`` beside ``model.h5``, ``model.weights.h5`` or ``model_weights.h5``,
``x_config.json`` beside ``x_weights.h5``, or ``model.json`` with ``weights.h5``. A pair is only taken when
exactly one file fits; whether the layers agree is checked by those who build from it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.identify import identify
from migrate.formats.layer_config import layer_name, layers_of

if TYPE_CHECKING:
    from pathlib import Path

_TEXT_SUFFIXES = (".json", ".yaml", ".yml", ".txt", "")
_WEIGHT_SUFFIX = re.compile(r"\.(h5|hdf5|hdf|keras|ckpt(-\d+)?|model|weights|index)$", re.IGNORECASE)
_ROLE = re.compile(
    r"(^|[._-]+)(model|weights?|config|configuration|arch|architecture|json|yaml|best|final)$", re.IGNORECASE
)
_FORMATS = (Format.ARCHITECTURE_JSON, Format.ARCHITECTURE_YAML)
_MAX_LISTED = 5000
_MAX_ALONE = 20


def core(name: str) -> str:
    """A file name without suffixes and the words that say its role: ``x_weights.h5``, ``x.json`` → ``x``."""
    stem = name
    for suffix in _TEXT_SUFFIXES[:-1]:
        stem = stem.removesuffix(suffix)
    while (shorter := _WEIGHT_SUFFIX.sub("", stem)) != stem:
        stem = shorter
    while (shorter := _ROLE.sub("", stem)) != stem:
        stem = shorter
    return stem.lower()


def find_architecture(weights: Path) -> Path | None:
    """The architecture file beside a weights file; None when there is none, or no single one.

    Raises:
        MigrationError: FMT021 when the folder cannot be listed.
    """
    candidates = sorted(p for p in _siblings(weights) if p.suffix.lower() in _TEXT_SUFFIXES and p != weights)
    wanted = core(weights.name)
    fitting = [p for p in candidates if core(p.name) == wanted]
    fitting.sort(key=lambda p: (p.stem != weights.stem, p.stem != weights.name, p.name))
    architectures = [p for p in fitting if _is_architecture(p)]
    if not architectures:
        return _only_pair(weights, candidates)
    exact = [p for p in architectures if weights.name.startswith(p.stem)]
    if len(architectures) == 1 or len(exact) == 1:
        return (exact or architectures)[0]
    return None


def _only_pair(weights: Path, candidates: list[Path]) -> Path | None:
    """The one architecture of a folder with one weights file, if their layers have the same names."""
    if (
        len(candidates) > _MAX_ALONE
        or sum(bool(_WEIGHT_SUFFIX.search(p.name)) for p in _siblings(weights)) != 1
    ):
        return None
    architectures = [p for p in candidates if _is_architecture(p)]
    # identify() opens the file in a child first, so that what follows cannot crash this process.
    if len(architectures) != 1 or identify(weights).format is not Format.HDF5_WEIGHTS:
        return None
    from migrate.formats.architecture import read_architecture
    from migrate.formats.hdf5 import read_hdf5

    try:
        stored = {layer.layer[0] for layer in read_hdf5(weights, values=False).weights if layer.layer}
        root = read_architecture(architectures[0]).architecture
    except MigrationError:
        return None  # no pair is found; reading the weights themselves says what is wrong with them
    named = {layer_name(layer) for layer in layers_of(root or {}) or []}
    return architectures[0] if stored and stored <= named else None


def _siblings(weights: Path) -> list[Path]:
    found = []
    try:
        for index, path in enumerate(weights.parent.iterdir()):
            if index >= _MAX_LISTED:
                break
            if path.is_file():
                found.append(path)
    except OSError as error:
        raise MigrationError(
            "FMT021",
            f"cannot list {weights.parent}: {error.strerror}",
            "Check its permissions.",
            str(weights),
        ) from error
    return found


def _is_architecture(path: Path) -> bool:
    return identify(path).format in _FORMATS
