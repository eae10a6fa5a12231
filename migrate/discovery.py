"""Finds artifacts among files by their content, with the files that belong to each.

A SavedModel folder is one artifact; so is a weights file with the architecture next to it. Recorded inputs and
outputs, and architectures that belong to weights, are companions and not separate artifacts.
"""

from __future__ import annotations

import glob
from collections import Counter
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Protocol

from codemods.files.journal import STATE
from migrate.findings import MigrationError
from migrate.formats.artifact import TFJS, WEIGHTS, Format
from migrate.formats.checkpoint.locate import find_prefix, parts_of
from migrate.formats.identify import is_misnamed
from migrate.formats.pairing import Neighbours, only_saved_model
from migrate.formats.saved_model.names import PROTO, TEXT_PROTO
from migrate.formats.saved_model.parts import is_renamed
from migrate.formats.saved_model.parts import parts_of as saved_model_parts
from migrate.formats.tfjs import shards_of
from migrate.parity.golden import find_golden
from migrate.printable import printable
from migrate.scan.files import artifacts as walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from migrate.formats.identify import Identification

_ARCHITECTURES = (Format.ARCHITECTURE_JSON, Format.ARCHITECTURE_YAML)
_TOLD_ALSO = (Format.TRUNCATED, Format.GIT_LFS_POINTER)
_MODEL_SUFFIXES = frozenset({".h5", ".hdf5", ".hdf", ".keras", ".model", ".pb", ".ckpt", ".weights"})


@dataclass(frozen=True, slots=True)
class Source:
    """A source named by the user: names are relative to ``root``."""

    given: str
    root: Path
    paths: tuple[Path, ...]
    explicit: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """One artifact.

    Attributes:
        path: absolute; for a pair the weights file, for a SavedModel its folder.
        source: its name in reports: relative to the given folder, with slashes; unique.
        format: None if it cannot be read.
        size: bytes; for a folder, of all its files.
        parts: all files that it consists of, if they are more than ``path``: those of a
            checkpoint or a TensorFlow.js model.
        companions: other files read by its migration: architecture (a file, or for a checkpoint a SavedModel), recorded
            inputs and outputs.
        problem: why it cannot be read, empty otherwise.
    """

    path: Path
    source: str
    format: Format | None
    size: int
    companions: tuple[Path, ...] = ()
    problem: str = ""
    parts: tuple[Path, ...] = ()


def expand(given: Sequence[str]) -> list[Source]:
    """Files, folders and patterns as sources.

    Raises:
        MigrationError: RUN013 if a name matches nothing.
    """
    sources = []
    for name in given:
        path = Path(name)
        if path.is_dir():
            sources.append(Source(name, path.absolute(), (path.absolute(),), explicit=False))
        elif path.exists() or path.is_symlink():
            sources.append(Source(name, path.absolute().parent, (path.absolute(),), explicit=True))
        else:
            matches = sorted(Path(match).absolute() for match in glob.glob(name, recursive=True))
            if not matches:
                raise MigrationError(
                    "RUN013", f"{name} does not exist and matches nothing", "Check the path or the pattern."
                )
            root = _fixed_part(name)
            sources.append(Source(name, root, tuple(matches), explicit=False))
    return sources


def _fixed_part(pattern: str) -> Path:
    """The folder of a pattern before its first wildcard."""
    parts: list[str] = []
    for part in Path(pattern).parts[:-1]:
        if glob.has_magic(part):
            break
        parts.append(part)
    return Path(*parts).absolute() if parts else Path.cwd()


class Reader(Protocol):
    """Examines files for discovery, which opens none itself: a file may crash its parser."""

    def identify(self, paths: Sequence[Path]) -> Iterator[tuple[Path, Identification | MigrationError]]:
        """The format of each path."""

    def architectures(self, paths: Sequence[Path]) -> Iterator[tuple[Path, Path | None]]:
        """The architecture next to each weights file, if there is one."""


def discover(sources: Sequence[Source], reader: Reader) -> list[Candidate]:
    """All artifacts in the sources, in the order of their names, without the files that a run keeps for itself.

    Args:
        sources: from `expand`.
        reader: examines the files.
    """
    found: dict[Path, tuple[Source, bool]] = {}
    for source in sources:
        for start in map(_whole, source.paths):
            below = (
                path for path in walk(start, dangling=True) if STATE not in path.relative_to(start).parts
            )
            for path in below if start.is_dir() else [start]:
                found.setdefault(path, (source, source.explicit))
    kinds = dict(reader.identify(list(found)))
    pairs = _Pairs(kinds, reader)
    graphs = [path for path, kind in kinds.items() if _format(kind) is Format.SAVED_MODEL]
    owned = {part for path in graphs for part in _parts(path, Format.SAVED_MODEL) if part != path}
    candidates = []
    for path, (source, explicit) in found.items():
        kind = kinds[path]
        if not explicit and (path in owned or not _is_artifact(path, kind, pairs)):
            continue
        name = _name(path, source.root)
        if isinstance(kind, MigrationError):
            candidates.append(Candidate(path, name, None, 0, problem=kind.message))
            continue
        belonging = [file for file in (pairs.architecture_of(path, kind.format), find_golden(path)) if file]
        parts = _parts(path, kind.format)
        size = sum(part.stat().st_size for part in parts) if parts else kind.size
        candidates.append(Candidate(path, name, kind.format, size, tuple(belonging), parts=parts))
    return _unique_names(sorted(candidates, key=lambda candidate: candidate.source), found)


def _whole(path: Path) -> Path:
    """The folder of a SavedModel of which the protobuf was named; any other path as it is."""
    return path.parent if path.name in (PROTO, TEXT_PROTO) and path.is_file() else path


def _name(path: Path, root: Path) -> str:
    """The name in reports: printable, because reports are read in terminals, and UTF-8, which a path may not be."""
    return printable(
        path.relative_to(root).as_posix() if path.is_relative_to(root) and path != root else path.name
    )


class _Pairs:
    """Architectures and the weights that they belong to; each folder is listed once."""

    def __init__(self, kinds: dict[Path, Identification | MigrationError], reader: Reader) -> None:
        self._folders: dict[Path, Neighbours | None] = {}
        weights = [path for path, kind in kinds.items() if _format(kind) in WEIGHTS]
        paired = reader.architectures(weights) if weights else ()
        self.architectures = {path: architecture for path, architecture in paired if architecture is not None}
        self.taken = set(self.architectures.values())

    def _beside(self, path: Path) -> Neighbours | None:
        if path.parent not in self._folders:
            try:
                self._folders[path.parent] = Neighbours(path.parent)
            except MigrationError:
                self._folders[path.parent] = None  # a file that was named, in a folder that cannot be listed
        return self._folders[path.parent]

    def architecture_of(self, path: Path, form: Format) -> Path | None:
        """Files other than the artifact itself from which its migration may take the layers.

        Whether the SavedModel next to a checkpoint contains layers is not checked: any change to it could change that.
        """
        found = self.architectures.get(path)
        if found is None and form is Format.CHECKPOINT and self._beside(path) is not None:
            return only_saved_model(path.parent)
        return found

    def belongs_to_a_model(self, architecture: Path) -> bool:
        """Whether there are weights or a model with the same name next to an architecture."""
        beside = self._beside(architecture)
        alike = beside.alike(architecture.name) if beside else []
        return architecture in self.taken or any(
            PurePath(name).suffix.lower() in _MODEL_SUFFIXES for name in alike
        )


def _is_artifact(path: Path, kind: Identification | MigrationError, pairs: _Pairs) -> bool:
    """Whether a file found in a folder is a separate artifact."""
    if isinstance(kind, MigrationError):
        return path.suffix.lower() in _MODEL_SUFFIXES or path.is_dir()
    if is_misnamed(kind):
        return True
    if kind.format in _TOLD_ALSO:
        return path.suffix.lower() in _MODEL_SUFFIXES
    if kind.format in _ARCHITECTURES:
        return not pairs.belongs_to_a_model(path)
    if kind.format is Format.CHECKPOINT and path.is_file():
        return path.suffix == ".index"
    if kind.format is Format.META_GRAPH:
        return not path.with_suffix(".index").exists()
    return kind.format.is_model


def _parts(path: Path, form: Format) -> tuple[Path, ...]:
    """All files of a checkpoint, a TensorFlow.js model or a SavedModel whose protobuf has another name.

    There are none if it is incomplete, and its migration reports why.
    """
    try:
        if form in TFJS:
            return (path, *shards_of(path))
        if form is Format.SAVED_MODEL:
            return tuple(saved_model_parts(path).values()) if is_renamed(path) else ()
        return tuple(parts_of(find_prefix(path))) if form is Format.CHECKPOINT else ()
    except MigrationError:
        return ()


def _format(kind: Identification | MigrationError) -> Format | None:
    return None if isinstance(kind, MigrationError) else kind.format


def _unique_names(candidates: list[Candidate], found: dict[Path, tuple[Source, bool]]) -> list[Candidate]:
    """Names shared by two sources get the source's own name as a prefix, then a number."""
    counts: dict[str, int] = {}
    for candidate in candidates:
        counts[candidate.source] = counts.get(candidate.source, 0) + 1
    used: set[str] = set()
    unique = []
    for candidate in candidates:
        name = candidate.source
        if counts[name] > 1:
            name = f"{found[candidate.path][0].root.name}/{name}"
        number, free = 2, name
        while free in used:
            free, number = f"{name}~{number}", number + 1
        used.add(free)
        unique.append(replace(candidate, source=free))
    return unique


def folders(sources: Sequence[str], known: dict[str, str] | None = None) -> dict[str, str]:
    """The output folder of each source: its name without suffix; if several would share one, each keeps its suffix.

    None of the checkpoints ``m.ckpt-1`` to ``m.ckpt-9`` is *the* model: they become ``m-ckpt-1`` to ``m-ckpt-9``.

    Args:
        sources: names as in reports.
        known: folders assigned by an earlier run; they are kept.
    """
    assigned = {source: (known or {})[source] for source in sources if source in (known or {})}
    used = set(assigned.values())
    shared = Counter(_short(source) for source in sources)
    for source in sorted(sources):
        if source in assigned:
            continue
        parent, _, name = source.rpartition("/")
        long = name.replace(".", "-").lstrip("-")
        prefix = f"{parent}/" if parent else ""
        first = (long,) if shared[_short(source)] > 1 else (_short(source).removeprefix(prefix), long)
        options = chain(first, (f"{long}-{number}" for number in count(2)))
        folder = next(prefix + option for option in options if prefix + option not in used)
        assigned[source] = folder
        used.add(folder)
    return assigned


def _short(source: str) -> str:
    """A source's folder and name without suffix; a hidden file keeps all of its name except the dot."""
    parent, slash, name = source.rpartition("/")
    return f"{parent}{slash}{name.split('.')[0] or name.lstrip('.')}"
