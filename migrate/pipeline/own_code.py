"""The author's own code for one artifact: found in the user's sources, extracted, written for both worlds."""

from __future__ import annotations

import ast
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from migrate.bytecode.definitions import definitions
from migrate.dialects.rule import Fired
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import WEIGHTS
from migrate.formats.transformers import transformers_model
from migrate.own_code.builders import likeliest
from migrate.own_code.files import STUBS, SourceIndex, project_of
from migrate.own_code.find import OwnSources, find_sources, locate
from migrate.own_code.stub import Unknown, filled, write_stub
from migrate.pipeline.builders import build_architecture
from migrate.pipeline.progress import Progress
from migrate.pipeline.request import Options
from migrate.pipeline.staging import Staged
from migrate.worlds.pool import Slot

CUSTOM = "custom_objects.py"
"""File name for the author's code, and for our code that a model needs, next to the model."""
ASKING = frozenset({"CFG005", "CFG006", "CFG018", "CFG022"})
"""Refusals that require code."""
_WITHOUT = frozenset({"OPT020", "EXP002"})
"""Findings about parts that code would supply: a loss, the layers of a SavedModel."""


@lru_cache(maxsize=4)
def index_of(roots: tuple[Path, ...]) -> SourceIndex:
    """The index of some sources, built once for all artifacts of a process."""
    return SourceIndex(roots)


def with_filled_stubs(options: Options, out: Path) -> Options:
    """The options, with completed stubs of an earlier run added to the sources."""
    stubs = tuple(stub for stub in filled(out / STUBS) if stub not in options.source)
    return msgspec.structs.replace(options, source=(*options.source, *stubs)) if stubs else options


def with_own_code(path: Path, staged: Staged, options: Options, slot: Slot, progress: Progress) -> Staged:
    """The staged artifact with a file for each world that defines the names it needs.

    Only code passed with ``--source`` or ``--custom-objects`` is examined, and only what the artifact needs is
    passed to the worlds.

    Raises:
        MigrationError: ``FMT004`` if no function in the sources builds the model for weights without an architecture.
    """
    roots = (*options.custom_objects, *options.source)
    if not roots:
        return staged
    wanted = slot.reader.call("names_wanted", _asked(staged))
    if options.source and staged.format in WEIGHTS and not wanted["architecture"]:
        package = transformers_model(path)
        if package is not None:
            raise MigrationError("FMT004", package.message, package.hint)
        built = build_architecture(index_of(roots), path, wanted, slot, progress, definitions(options.define))
        staged = replace(staged, architecture=built)
        wanted = slot.reader.call("names_wanted", _asked(staged))
    names = wanted["names"]
    found = find_sources(index_of(roots), names, path)
    if found is None:
        return staged
    progress.own_code |= record_of(found)
    progress.findings += _limits(found)
    if not found.places:
        return staged
    legacy = slot.stage_code("own_legacy.py", found.legacy.text.encode())
    modern = slot.stage_code("own_code.py", found.modern.text.encode())
    return replace(staged, custom_objects=(str(legacy),), modern_objects=(str(modern),))


def _asked(staged: Staged) -> dict[str, str | None]:
    return {
        "source": str(staged.source),
        "architecture": str(staged.architecture) if staged.architecture else None,
    }


def explained(
    error: MigrationError, path: Path, staged: Staged, options: Options, slot: Slot, out: Path
) -> MigrationError:
    """The same refusal; its hint names the files and lines near the artifact that define what is missing.

    If sources were given and do not define it, a stub to fill in is written below ``out``.
    """
    if error.code == "FMT004":
        return _without_architecture(error, path, options)
    if error.code not in ASKING:
        return error
    wanted = slot.reader.call("names_wanted", _asked(staged))
    if options.source:
        stub = _write_stub(wanted, path, options, out)
        filling = f"{stub} is a stub: fill it in, then run the same command again."
        hint = f"Nothing in the sources defines it; {filling}" if stub else ""
    else:
        hint = hint_for(wanted["names"], path)
    if not hint:
        return error
    if error.code == "CFG006":  # the user can also declare whose name it is
        hint = f"{error.hint} {hint}"
    return MigrationError(error.code, error.message, hint, error.place)


def tell_where(path: Path, staged: Staged, options: Options, slot: Slot, progress: Progress) -> None:
    """Add, to findings about missing parts of an artifact, the files and lines near it that define them."""
    asking = [finding for finding in progress.findings if finding.code in _WITHOUT]
    if options.source or options.custom_objects or not asking:
        return
    names = slot.reader.call("names_wanted", _asked(staged))["names"]
    for finding in asking:
        said = [n for n in names if re.search(rf"\b{re.escape(n.removesuffix('()'))}\b", finding.message)]
        hint = hint_for(said, path) if said else ""
        if hint:
            kept = finding.hint if finding.code == "OPT020" else "The SavedModel keeps its signatures."
            at = progress.findings.index(finding)
            progress.findings[at] = msgspec.structs.replace(finding, hint=f"{kept} {hint}")


def _without_architecture(error: MigrationError, path: Path, options: Options) -> MigrationError:
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


def _write_stub(wanted: Mapping[str, Any], path: Path, options: Options, out: Path) -> Path | None:
    """A stub for names that no source defines, next to the outputs; None if every name is defined."""
    index = index_of((*options.custom_objects, *options.source))
    lost = [n for n in wanted["names"] if locate(index, n.removesuffix("()"), path)[1] is None]
    unknown = [Unknown(name, **wanted["details"].get(name, {})) for name in lost]
    if not unknown:
        return None
    return write_stub(unknown, path, out / STUBS)


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


def record_of(found: OwnSources) -> dict[str, object]:
    """The author's code in ``migration.json``: its location, and its source before and after."""
    return {
        "names": {name: str(place) for name, place in found.places.items()},
        "pieces": [f"{piece.file.name}:{piece.line}" for piece in found.slice.pieces],
        "before": found.slice.text,
        "after": found.modern.text,
        "left": list(found.modern.left),
    }


def rewritten_code(progress: Progress) -> list[Fired]:
    """The author's definitions before and after, for each of their layers: rows of the rules in ``migration.json``."""
    before, after = (_definitions(str(progress.own_code.get(side, ""))) for side in ("before", "after"))
    layers = list(progress.legacy.walk()) if progress.legacy is not None else []
    fired = []
    for name in before:
        if name in progress.own_code.get("names", {}) and name in after:
            places = ["/".join(path) for path, layer in layers if layer.class_name.rpartition(">")[2] == name]
            fired += [Fired("CFG055", place, before[name], after[name]) for place in places or [""]]
    return fired


def _definitions(text: str) -> dict[str, str]:
    """Class or function → its source, including decorators."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return {}
    lines = text.split("\n")
    return {
        node.name: "\n".join(
            lines[min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1 : node.end_lineno]
        )
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }


def _limits(found: OwnSources) -> list[Finding]:
    """Names that could not be extracted, and undefined names that the code uses."""
    limits = [
        Finding(
            "CFG050",
            Severity.WARNING,
            f"the code of {name} cannot be extracted from its source: {why}",
            "Pass a file that defines it at its top level with --custom-objects FILE.py.",
        )
        for name, why in found.refused.items()
    ]
    if found.slice.missing:
        limits.append(
            Finding(
                "CFG054",
                Severity.WARNING,
                f"the sources do not define {', '.join(found.slice.missing)}, which {', '.join(found.slice.names)} "
                "uses",
                "Pass the folder that defines it with another --source DIR.",
            )
        )
    return limits


def write_sources(files: Sequence[Path], target: Path) -> Path:
    """The user's files as one module, so that one import provides every class; a single file is not changed.

    Raises:
        MigrationError: ``CFG050`` for a file that is not Python source.
    """
    texts = [file.read_text(encoding="utf-8") for file in files]
    if len(texts) == 1:
        target.write_text(texts[0], encoding="utf-8")
        return target
    futures: dict[str, None] = {}
    bodies = []
    for file, text in zip(files, texts, strict=True):
        lines = text.splitlines()
        for node in _futures(file, text):
            futures |= {alias.name: None for alias in node.names}
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
        bodies.append("\n".join(lines).strip("\n"))
    head = f"from __future__ import {', '.join(futures)}\n\n" if futures else ""
    target.write_text(head + "\n\n\n".join(bodies) + "\n", encoding="utf-8")
    return target


def _futures(file: Path, text: str) -> list[ast.ImportFrom]:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise MigrationError(
            "CFG050",
            f"{file.name} is not Python source: {error.msg}",
            "Pass the file that defines the classes.",
        ) from error
    return [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
