"""Files of weights that the source loads into models that it builds: those that Keras 3 misreads are written anew.

Keras 3 still loads HDF5 weights of Keras 2, by order and by name, and converts nothing of them: gates of CuDNN, kernels
of Keras 1 and of Theano either do not fit or give other numbers. The migrated model holds the arrays as Keras 3 wants
them.
"""

from __future__ import annotations

import json
import posixpath
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from migrate.repository.environments import Environment
from migrate.repository.models import Migrated, digest
from migrate.worlds.host.command import answers_in, run_command
from migrate.worlds.host.environment import Limits, World
from migrate.worlds.host.taking import take_from

_SCRIPT = Path(__file__).resolve().parents[1] / "worlds" / "stock" / "weights_files.py"
_SUFFIXES = (".h5", ".hdf5")
_SECONDS = 1200.0


def with_weights(
    tree: Path, out: Path, models: Sequence[Migrated], environment: Environment
) -> list[Migrated]:
    """Models with what becomes of their files of weights: read as they are, written anew, or neither.

    Args:
        tree: the copy of the repository, as it was.
        out: folder for the files that are written.
        models: all artifacts.
        environment: the interpreter that imports the code of the models.
    """
    asked = [m for m in models if _concerned(m)]
    if not asked:
        return list(models)
    taken: set[str] = set()
    paths = [_path_beside(m.state.path, lambda name: name in taken or (tree / name).exists()) for m in asked]
    answers = _ask(tree, out, asked, paths, environment)
    made = {
        model.state.path: _answered(model, path, out / path, outcome)
        for model, path, outcome in zip(asked, paths, answers, strict=True)
    }
    return [made.get(model.state.path, model) for model in models]


def _concerned(model: Migrated) -> bool:
    state = model.state
    return state.weights_only and model.file is not None and state.path.lower().endswith(_SUFFIXES)


def _path_beside(old: str, taken: Callable[[str], bool]) -> str:
    """A name with the same ending, so that patterns go on to match; never the ``.weights.h5`` of another layout."""
    stem, suffix = posixpath.splitext(old)
    number, path = 2, f"{stem}_keras3{suffix}"
    while taken(path):
        path, number = f"{stem}_keras3_{number}{suffix}", number + 1
    return path


def _answered(model: Migrated, path: str, file: Path, outcome: str) -> Migrated:
    if outcome == "same":
        return Migrated(
            msgspec.structs.replace(model.state, weights_as_they_are=True), model.file, model.code
        )
    if outcome != "written":
        return model
    state = msgspec.structs.replace(model.state, weights=path, weights_sha256=digest(file))
    return Migrated(state, model.file, model.code, file)


def _ask(
    tree: Path, out: Path, models: Sequence[Migrated], paths: Sequence[str], environment: Environment
) -> list[str]:
    """The outcome for each model; nothing of what the process left counts where it ended badly."""
    with tempfile.TemporaryDirectory(prefix="keras-migrate-world-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder).resolve() / "weights"
        scratch.mkdir()
        asked: list[dict[str, Any]] = []
        for number, model in enumerate(models):
            files = {"model": model.file, "code": model.code, "old": tree / model.state.path}
            given = {name: _staged(file, scratch / f"{number}-{name}") for name, file in files.items()}
            written = scratch / f"{number}-written{posixpath.splitext(paths[number])[1]}"
            asked.append({**given, "out": str(written), "scratch": str(scratch / f"{number}-whole.h5")})
        ended = run_command(
            ["python", str(_SCRIPT), json.dumps(asked)],
            World.MODERN,
            scratch,
            python=environment.python,
            read=[_SCRIPT.parent, *environment.read],
            seconds=_SECONDS,
        )
        told = answers_in(ended, tuple[str, str], len(models))
        if told is None:
            return ["failed"] * len(models)
        answers = [outcome for outcome, _ in told]
        for outcome, path, params in zip(answers, paths, asked, strict=True):
            if outcome == "written":
                (out / path).parent.mkdir(parents=True, exist_ok=True)
                # The repository's own classes ran beside it, and may have put a link there.
                take_from(scratch, params["out"], out / path, Limits().file_bytes)
    return answers


def _staged(file: Path | None, name: Path) -> str:
    if file is None:
        return ""
    staged = name.with_name(name.name + file.suffix)
    shutil.copyfile(file, staged)
    return str(staged)
