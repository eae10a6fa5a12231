"""Refusals that ask for the author's code: which file and line near the artifact define it, and the command."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import msgspec

from migrate.findings import MigrationError
from migrate.formats.transformers import transformers_model
from migrate.own_code.builders import likeliest
from migrate.own_code.files import STUBS, project_of
from migrate.own_code.find import locate
from migrate.own_code.stub import Unknown, write_stub
from migrate.pipeline.own_class_errors import of_own_code
from migrate.pipeline.own_code import asked, index_of
from migrate.pipeline.progress import Progress
from migrate.pipeline.request import Options
from migrate.pipeline.staging import Staged
from migrate.worlds.contracts.own_code import OwnLayer, Wanted
from migrate.worlds.host.pool import Slot

ASKING = frozenset({"CFG005", "CFG006", "CFG018", "CFG022"})
"""Refusals that require code."""
_WITHOUT = frozenset({"OPT020", "EXP002"})
"""Findings about parts that code would supply: a loss, the layers of a SavedModel."""
_OF_ANOTHER = frozenset({"WGT010", "WGT011", "WGT013"})
"""What is said of weights that are of another architecture."""


def explained(
    error: MigrationError,
    path: Path,
    staged: Staged,
    options: Options,
    slot: Slot,
    out: Path,
    progress: Progress,
) -> MigrationError:
    """The same refusal; its hint names the files and lines near the artifact that define what is missing.

    If sources were given and do not define it, a stub to fill in is written below ``out``.
    """
    if error.code == "FMT004":
        return without_architecture(error, path, options)
    if error.code in _OF_ANOTHER and "architecture" in progress.own_code:
        return _of_another_model(error, progress)
    if error.code not in ASKING:
        return of_own_code(error, progress.own_code)
    wanted = slot.reader.ask(asked(staged))
    if options.source:
        stub = _write_stub(wanted, path, options, out)
        filling = f"{stub} is a stub: fill it in, then run the same command again."
        hint = f"Nothing in the sources defines it; {filling}" if stub else ""
    else:
        hint = hint_for(wanted.names, path)
    if not hint:
        return error
    if error.code == "CFG006":  # the user can also declare whose name it is
        hint = f"{error.hint} {hint}"
    return MigrationError(error.code, error.message, hint, error.place)


def _of_another_model(error: MigrationError, progress: Progress) -> MigrationError:
    """Weights that code was found for by their shapes alone, which stand in layers of another kind there."""
    return MigrationError(
        "FMT004",
        f"{progress.own_code['architecture']} builds a model with weights of these shapes, but in other layers: "
        f"{error.message}",
        "Give the code that these weights are of with --source or --architecture FILE.py:FUNCTION.",
        error.place,
    )


def tell_where(path: Path, staged: Staged, options: Options, slot: Slot, progress: Progress) -> None:
    """Add, to findings about missing parts of an artifact, the files and lines near it that define them."""
    asking = [finding for finding in progress.findings if finding.code in _WITHOUT]
    if options.source or options.custom_objects or not asking:
        return
    names = slot.reader.ask(asked(staged)).names
    for finding in asking:
        said = [n for n in names if re.search(rf"\b{re.escape(n.removesuffix('()'))}\b", finding.message)]
        hint = hint_for(said, path) if said else ""
        if hint:
            kept = finding.hint if finding.code == "OPT020" else "The SavedModel keeps its signatures."
            at = progress.findings.index(finding)
            progress.findings[at] = msgspec.structs.replace(finding, hint=f"{kept} {hint}")


def without_architecture(error: MigrationError, path: Path, options: Options) -> MigrationError:
    """The refusal of weights without architecture, which says whose they are, or which code near them builds models."""
    package = transformers_model(path)
    if package is not None:
        return MigrationError(error.code, package.message, package.hint, error.place)
    if options.source or options.architecture:
        return error
    project = project_of(path)
    found = likeliest(index_of((project,)), path)
    if found is None:
        return error
    name, place = found
    hint = f"{place} builds a model with {name}, which may be this one: {_command(path, project)}"
    return MigrationError(error.code, error.message, hint, error.place)


def _write_stub(wanted: Wanted, path: Path, options: Options, out: Path) -> Path | None:
    """A stub for names that no source defines, next to the outputs; None if every name is defined."""
    index = index_of((*options.custom_objects, *options.source))
    lost = [n for n in wanted.names if locate(index, n.removesuffix("()"), path)[1] is None]
    unknown = [_unknown(name, wanted.details.get(name)) for name in lost]
    if not unknown:
        return None
    return write_stub(unknown, path, out / STUBS)


def _unknown(name: str, layer: OwnLayer | None) -> Unknown:
    return Unknown(name) if layer is None else Unknown(name, layer.config, layer.weights)


def hint_for(names: Sequence[str], path: Path) -> str:
    """Where the project around an artifact defines names, and the command that uses it; empty if nowhere."""
    project = project_of(path)
    index = index_of((project,))
    found = {name: place for name in names if (place := locate(index, name.removesuffix("()"), path)[1])}
    if not found:
        return ""
    told = ", ".join(f"{place} defines {name}" for name, place in found.items())
    lost = [name for name in names if name not in found]
    rest = f" (nothing there defines {', '.join(lost)})" if lost else ""
    return f"{told}{rest}: {_command(path, project)}"


def _command(path: Path, project: Path) -> str:
    """The command for one artifact and the source of a project, with names quoted for the shell."""
    source = shlex.quote(str(project))
    return f"keras-migrate models {shlex.quote(os.path.abspath(path))} --source {source} --out OUT"
