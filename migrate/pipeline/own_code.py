"""The author's own code for one artifact: found in the user's sources, extracted, written for both worlds."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import msgspec

from codemods.files.source import SourceError
from migrate.bytecode.definitions import definitions
from migrate.dialects.rule import Fired
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import WEIGHTS
from migrate.formats.transformers import transformers_model
from migrate.own_code.drawing import lines_that_draw
from migrate.own_code.files import STUBS, SourceIndex
from migrate.own_code.find import OwnSources, find_sources
from migrate.own_code.stub import filled
from migrate.pipeline.own_class_errors import STAGED_CODE
from migrate.pipeline.progress import Progress
from migrate.pipeline.request import Options
from migrate.pipeline.sources import built_by_sources
from migrate.pipeline.staging import Staged
from migrate.worlds.contracts.own_code import NamesWanted
from migrate.worlds.host.pool import Slot

CUSTOM = "custom_objects.py"
"""File name for the author's code, and for our code that a model needs, next to the model."""
_SHOWN = 5
"""Lines that a finding names; the record has all of them."""


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

    Only code that ``--source``, ``--custom-objects`` or ``--modern-source`` names is looked at, and of that only what
    the artifact needs is handed to the worlds.

    Raises:
        MigrationError: ``FMT004`` if no function in the sources builds the model for weights without an architecture.
    """
    roots = (*options.custom_objects, *options.source)
    if not roots and not options.modern_source:
        return staged
    index, near = index_of(roots), path
    wanted = slot.reader.ask(asked(staged))
    if options.source and staged.format in WEIGHTS and not wanted.architecture:
        package = transformers_model(path)
        if package is not None:
            raise MigrationError("FMT004", package.message, package.hint)
        built = built_by_sources(index, path, wanted, slot, progress, definitions(options.define))
        staged = replace(staged, architecture=built.architecture, unused=built.unused)
        index, near = built.index, built.near
        wanted = slot.reader.ask(asked(staged))
    names = wanted.names
    by_hand = index_of(options.modern_source) if options.modern_source else None
    try:
        found = find_sources(index, names, near, by_hand)
    except SourceError as error:
        raise MigrationError(
            "CFG050", error.message, "Give a file that defines it at its top level."
        ) from error
    if found is None:
        return staged
    progress.own_code |= record_of(found)
    progress.findings += _limits(found)
    if not found.places:
        return staged
    legacy = [slot.stage_code("own_legacy.py", found.legacy.text.encode())] if found.legacy else []
    modern = [
        slot.stage_code(f"{STAGED_CODE}{n}.py", part.text.encode()) for n, part in enumerate(found.modern)
    ]
    return replace(staged, custom_objects=tuple(map(str, legacy)), modern_objects=tuple(map(str, modern)))


def asked(staged: Staged) -> NamesWanted:
    """How the reader is asked for the names that an artifact needs."""
    return NamesWanted(staged.source, staged.architecture)


def record_of(found: OwnSources) -> dict[str, object]:
    """The author's code in ``migration.json``: its location, and its source before and after."""
    return {
        "names": {name: str(place) for name, place in found.places.items()},
        "pieces": [f"{piece.file.name}:{piece.line}" for piece in found.slice.pieces],
        "before": found.slice.text,
        "after": found.after,
        "left": found.left,
        "draws": lines_that_draw(found.slice),
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
    if found.left:
        more = f"; and {len(found.left) - _SHOWN} more" if len(found.left) > _SHOWN else ""
        limits.append(
            Finding(
                "CFG069",
                Severity.WARNING,
                f"the rules cannot rewrite these lines of {', '.join(found.places)}: "
                f"{'; '.join(found.left[:_SHOWN])}{more}",
                "Lines that the compared outputs do not reach, such as those of a loss, may still need a change.",
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
