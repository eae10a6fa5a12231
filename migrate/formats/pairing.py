"""Finding the architecture that belongs to a weights file, by stem.

People save ``model.json`` beside ``model.h5``, ``model.weights.h5`` or ``model_weights.h5``,
``x_config.json`` beside ``x_weights.h5``, or ``model.json`` with ``weights.h5``. A pair is only taken when
exactly one file fits; whether the layers agree is checked by those who build from it, and here where the names say
nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from itertools import islice
from pathlib import Path, PurePath

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.identify import identify
from migrate.formats.layer_config import layer_name, layers_of
from migrate.formats.saved_model.names import PROTO

TEXT_SUFFIXES = (".json", ".yaml", ".yml", ".txt")
"""Of files that may hold an architecture; one without a suffix may, too."""
_WEIGHT_SUFFIX = re.compile(r"\.(h5|hdf5|hdf|keras|ckpt(-\d+)?|model|weights|index)$", re.IGNORECASE)
_HOLDS_WEIGHTS = re.compile(r"\.(h5|hdf5|hdf|index|weights)$", re.IGNORECASE)
_ROLE = re.compile(
    r"(^|[._-]+)(model|weights?|config|configuration|arch|architecture|json|yaml|best|final)$", re.IGNORECASE
)
_ROLE_BEFORE = re.compile(
    r"^(model|weights?|config|configuration|arch|architecture)[._-]+"
    r"|(?<=[._-])(weights?|config|configuration|arch|architecture)[._-]+",
    re.IGNORECASE,
)
_FORMATS = (Format.ARCHITECTURE_JSON, Format.ARCHITECTURE_YAML)
_MAX_LISTED = 200_000
_MAX_ALONE = 20
_INDEX = ".index"
ABOVE = 2
"""How many folders above a checkpoint its architecture is looked for."""


def core(name: str) -> str:
    """A file name without suffixes and the words that say its role.

    ``x_weights.h5``, ``x.json``, ``model_weights_x.h5`` and ``model_x.json`` are all ``x``.
    """
    stem = name
    for suffix in TEXT_SUFFIXES:
        stem = stem.removesuffix(suffix)
    while (shorter := _WEIGHT_SUFFIX.sub("", stem)) != stem:
        stem = shorter
    while (shorter := _ROLE.sub("", stem)) != stem:
        stem = shorter
    while stem and (shorter := _ROLE_BEFORE.sub("", stem)) != stem and shorter:
        stem = shorter
    return stem.lower()


def folders_of(path: Path) -> list[Path]:
    """The folder of a file and those above it; what stands before a ``..`` is none of them."""
    return list(Path(os.path.abspath(path)).parents)


def find_architecture(weights: Path) -> Path | None:
    """The architecture beside a weights file; None when there is none, or no single one.

    Raises:
        MigrationError: FMT021 when the folder cannot be listed.
    """
    found = Neighbours(weights.parent).architecture_of(weights)
    index = weights if weights.name.endswith(_INDEX) else weights.with_name(weights.name + _INDEX)
    if found is None and index.is_file():
        found = saved_model_beside(weights) or _architecture_above(weights)
    return found


def _architecture_above(checkpoint: Path) -> Path | None:
    """The one architecture beside the folder of a checkpoint: ``model.json``, ``backup/chief/ckpt-2``.

    ``BackupAndRestore``, ``CheckpointManager`` and most training loops give checkpoints folders of their own.
    """
    for folder in folders_of(checkpoint)[1 : ABOVE + 1]:
        try:
            found = Neighbours(folder).only_architecture(checkpoint)
        except MigrationError:  # a folder above that may not be listed is somebody else's
            return None
        if found is not None:
            return found
    return None


def weights_near(architecture: Path) -> list[Path]:
    """Files that may hold the weights of an architecture: beside it, and up to two folders below.

    By their names alone; whether they fit is for whoever pairs them.

    Raises:
        MigrationError: FMT021 when a folder cannot be listed.
    """
    folder = architecture.parent
    places = [folder]
    for place in places:
        depth = len(place.parts) - len(folder.parts)
        if depth < ABOVE and len(places) < _MAX_ALONE:
            places += [place / name for name in sorted(_folders(place)) if not name.startswith(".")]
    found = [place / name for place in places for name in sorted(_listed(place))]
    return [path for path in found if _HOLDS_WEIGHTS.search(path.name) and path != architecture]


def saved_model_beside(checkpoint: Path) -> Path | None:
    """The SavedModel in the folder of a checkpoint, if there is exactly one and its metadata holds layers.

    Raises:
        MigrationError: FMT021 when the folder cannot be listed.
    """
    from migrate.formats.saved_model.reader import read_saved_model

    folder = only_saved_model(checkpoint.parent)
    if folder is None:
        return None
    try:
        return folder if read_saved_model(folder).architecture is not None else None
    except MigrationError:
        return None  # what is wrong with it is said when it is migrated itself


def only_saved_model(folder: Path) -> Path | None:
    """The one SavedModel right inside a folder, whatever it holds; None for none or several.

    Raises:
        MigrationError: FMT021 when the folder cannot be listed.
    """
    found = [f for name in _folders(folder) if ((f := folder / name) / PROTO).is_file()]
    return found[0] if len(found) == 1 else None


class Neighbours:
    """The files of one folder, looked at once for all that are to be paired in it.

    Args:
        folder: to be listed.

    Raises:
        MigrationError: FMT021 when it cannot be.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._texts: dict[str, list[Path]] = {}
        self._by_core: dict[str, list[str]] = {}
        self._weights = 0
        self._names = frozenset(_listed(folder))
        for name in sorted(self._names):
            wanted = core(name)
            self._by_core.setdefault(wanted, []).append(name)
            self._weights += bool(_WEIGHT_SUFFIX.search(name))
            if PurePath(name).suffix.lower() in (*TEXT_SUFFIXES, ""):
                self._texts.setdefault(wanted, []).append(folder / name)

    def alike(self, name: str) -> list[str]:
        """Names of files that belong together with this one, itself left out."""
        return [other for other in self._by_core.get(core(name), ()) if other != name]

    def architecture_of(self, weights: Path) -> Path | None:
        """The architecture file beside a weights file of this folder; see `find_architecture`."""
        fitting = [p for p in self._texts.get(core(weights.name), ()) if p.name != weights.name]
        fitting.sort(key=lambda p: (p.stem != weights.stem, p.stem != weights.name, p.name))
        architectures = [p for p in fitting if _is_architecture(p)]
        if not architectures:
            is_checkpoint = weights.name.endswith(_INDEX) or f"{weights.name}{_INDEX}" in self._names
            return self.only_architecture(weights) if is_checkpoint else self._only_pair(weights)
        exact = [p for p in architectures if weights.name.startswith(p.stem)]
        if len(architectures) == 1 or len(exact) == 1:
            return (exact or architectures)[0]
        return None

    def only_architecture(self, checkpoint: Path) -> Path | None:
        """The one architecture of this folder, if every variable of the checkpoint is called after its layer there.

        ``ModelCheckpoint`` writes ``cp-0001.ckpt``, ``cp-0002.ckpt`` … beside the one ``model.json`` that people keep.
        """
        if sum(map(len, self._texts.values())) > _MAX_ALONE:
            return None
        texts = [path for paths in self._texts.values() for path in paths]
        architectures = [path for path in texts if _is_architecture(path)]
        if len(architectures) != 1 or any(
            _WEIGHT_SUFFIX.search(n) for n in self.alike(architectures[0].name)
        ):
            return None
        from migrate.formats.architecture import read_architecture
        from migrate.formats.checkpoint.reader import read_checkpoint

        try:
            root = read_architecture(architectures[0]).architecture
            fitted = read_checkpoint(checkpoint, root, values=False)
        except MigrationError:
            return None  # no pair is found; reading the weights themselves says what is wrong with them
        held = [
            (saved.layer[-1], array.name) for saved in fitted.weights for array in saved.arrays if saved.layer
        ]
        # The objects of a checkpoint are numbered; the names of its variables say whose numbers they are.
        named = all(layer in name.split("/") for layer, name in held)
        return architectures[0] if held and named and not fitted.metadata.get("unmatched") else None

    def _only_pair(self, weights: Path) -> Path | None:
        """The one architecture of a folder with one weights file, if their layers have the same names."""
        if self._weights != 1 or sum(map(len, self._texts.values())) > _MAX_ALONE:
            return None
        texts = (path for paths in self._texts.values() for path in paths if path.name != weights.name)
        architectures = [path for path in texts if _is_architecture(path)]
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


def _listed(folder: Path) -> list[str]:
    """Names of the files in a folder, as many as are worth pairing.

    Raises:
        MigrationError: FMT021 when it cannot be listed.
    """
    return _names(folder, os.DirEntry.is_file)


def _folders(folder: Path) -> list[str]:
    return _names(folder, os.DirEntry.is_dir)


def _names(folder: Path, wanted: Callable[[os.DirEntry[str]], bool]) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in islice(entries, _MAX_LISTED) if _is(entry, wanted)]
    except OSError as error:
        raise MigrationError(
            "FMT021", f"cannot list {folder}: {error.strerror}", "Check its permissions.", str(folder)
        ) from error


def _is(entry: os.DirEntry[str], wanted: Callable[[os.DirEntry[str]], bool]) -> bool:
    """Whether an entry is wanted; a link that leads in a circle is neither a file nor a folder."""
    try:
        return wanted(entry)
    except OSError:
        return False


def _is_architecture(path: Path) -> bool:
    return identify(path).format in _FORMATS
