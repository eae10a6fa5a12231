"""The models of a repository: migrated as ``keras-migrate models`` does, and placed beside the old ones."""

from __future__ import annotations

import hashlib
import posixpath
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import msgspec

from migrate.batch.events import Event
from migrate.batch.run import BatchOptions, run_batch
from migrate.findings import Status
from migrate.formats.artifact import ARCHITECTURES, WEIGHTS
from migrate.formats.pairing import find_architecture
from migrate.outcomes import deciding
from migrate.pipeline.request import Options
from migrate.repository.records import ModelState
from migrate.repository.snapshot import copy_tree
from migrate.results import ArtifactResult


@dataclass(frozen=True, slots=True)
class Migrated:
    """One artifact after the run.

    Attributes:
        state: what the repository remembers of it.
        file: the migrated file in the folder of outputs; None where there is none.
        code: the code that it needs beside Keras; None where stock Keras 3 loads it.
        weights: the file of weights that replaces an old one; None where none does.
    """

    state: ModelState
    file: Path | None = None
    code: Path | None = None
    weights: Path | None = None


def migrate_models(
    tree: Path,
    out: Path,
    options: Options,
    *,
    jobs: int = 0,
    listen: Callable[[Event], None] = lambda _event: None,
    done: Collection[ModelState] = (),
) -> list[Migrated]:
    """Migrate every artifact of a tree.

    Args:
        tree: the copy of the repository, as it was.
        out: folder for outputs and ledger; a second call does what is left.
        options: of the migration.
        jobs: parallel jobs, 0 for one a core.
        listen: told of the progress.
        done: artifacts that an earlier run migrated and that the repository holds: their files are believed by their
            digests, and those that are there are not migrated again.

    Raises:
        MigrationError: as of `migrate.batch.run.run_batch`.
    """
    known = [state for state in done if is_done(tree, state)]
    pending = tree
    if known:
        pending = out.parent / "pending"
        copy_tree(tree, pending)
        for place in sorted({place for state in known for place in _places(pending, state)}):
            shutil.rmtree(place) if place.is_dir() else place.unlink()
    report = run_batch([str(pending)], out, BatchOptions(options, jobs), listen)
    if known:
        shutil.rmtree(pending)
    taken: set[str] = set()
    models = [Migrated(state) for state in known] + [_one(tree, out, row, taken) for row in report.artifacts]
    return sorted(models, key=lambda model: model.state.path)


def _places(tree: Path, state: ModelState) -> list[Path]:
    """What a later run takes for no artifact any more: the old file, an architecture beside weights, the new files."""
    found = [tree / path for path in (state.path, state.new, state.weights) if path]
    architecture = find_architecture(tree / state.path) if state.weights_only else None
    return [*found, *([architecture] if architecture is not None else [])]


def is_done(tree: Path, state: ModelState) -> bool:
    """Whether both files of an earlier migration are there, unchanged."""
    return (
        bool(state.new)
        and digest(tree / state.path) == state.sha256
        and digest(tree / state.new) == state.new_sha256
        and (not state.weights or digest(tree / state.weights) == state.weights_sha256)
    )


def digest(path: Path) -> str:
    """SHA-256 of a file, of a folder that of its files by name; empty where there is neither."""
    if path.is_dir():
        whole = hashlib.sha256()
        for file in sorted(path.rglob("*")):
            if file.is_file():
                whole.update(f"{file.relative_to(path).as_posix()}\0{digest(file)}\n".encode())
        return whole.hexdigest()
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _one(tree: Path, out: Path, result: ArtifactResult, taken: set[str]) -> Migrated:
    reasons = sorted({finding.code for finding in deciding(result)})
    migrated = result.status is Status.MIGRATED
    compared = result.parity if migrated else None
    state = ModelState(
        path=result.source,
        sha256=digest(tree / result.source),
        status=result.status.value,
        weights_only=result.format in WEIGHTS | ARCHITECTURES,
        evidence=compared.evidence if compared else "",
        max_rel=_rounded(compared.max_rel) if compared else None,
        reasons=reasons if result.status not in (Status.MIGRATED, Status.SKIPPED) else [],
    )
    if not migrated or result.outputs.keras is None:
        return Migrated(state)
    path = new_path(result.source, lambda name: name in taken or (tree / name).exists())
    taken.add(path)
    file = out / result.outputs.keras
    code = out / result.outputs.custom_objects if result.outputs.custom_objects else None
    state = msgspec.structs.replace(
        state,
        new=path,
        new_sha256=digest(file),
        own_code=code_path(path) if code is not None else "",
    )
    return Migrated(state, file, code)


def _rounded(value: float) -> float:
    """Two digits: the rest is of the machine."""
    return float(f"{value:.1e}")


def new_path(old: str, taken: Callable[[str], bool]) -> str:
    """Where the migrated file of an artifact goes: beside it, under its name with the ending ``.keras``."""
    folder, name = posixpath.split(old)
    stem, suffix = posixpath.splitext(name)
    bare = (
        stem
        if suffix.lower() in {".h5", ".hdf5", ".hdf", ".keras", ".json", ".yaml", ".index", ".pb"}
        else name
    )
    for candidate in (f"{bare}.keras", f"{name.replace('.', '_')}.keras"):
        path = posixpath.join(folder, candidate)
        if not taken(path):
            return path
    number = 2
    while taken(path := posixpath.join(folder, f"{bare}_{number}.keras")):
        number += 1
    return path


def code_path(new: str) -> str:
    """Where the code that a migrated file needs goes: a module beside it."""
    folder, name = posixpath.split(new)
    stem = "".join(letter if letter.isalnum() else "_" for letter in name.removesuffix(".keras"))
    return posixpath.join(folder, f"{stem}_custom_objects.py")
