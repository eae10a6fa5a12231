"""The author's own code of one artifact: found in the sources that the user gave, cut out, written for both worlds."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from codemods.source import SourceError
from migrate.findings import Finding, MigrationError, Severity
from migrate.formats.artifact import WEIGHTS
from migrate.own_code.builders import ENTRY, Builder, builder_source, builders
from migrate.own_code.files import SourceIndex, project_of
from migrate.own_code.find import OwnSources, find_sources, locate
from migrate.own_code.stub import Unknown, stub_source
from migrate.pipeline.progress import Progress
from migrate.pipeline.request import Options
from migrate.pipeline.staging import Staged
from migrate.worlds.pool import Slot
from migrate.worlds.taking import take
from migrate.worlds.worker import WorldError

STUBS = "stubs"
"""Folder below the outputs for what nothing defines."""
CUSTOM = "custom_objects.py"
"""What the author's code, and ours that a model needs, is called beside it."""
_MAX_BUILDERS = 40
"""Functions that are tried for one file of weights."""
ASKING = frozenset({"CFG005", "CFG006", "CFG018", "CFG022"})
"""Refusals that ask for code."""


@lru_cache(maxsize=4)
def index_of(roots: tuple[Path, ...]) -> SourceIndex:
    """The index of some sources, made once for all artifacts of a process."""
    return SourceIndex(roots)


def with_own_code(path: Path, staged: Staged, options: Options, slot: Slot, progress: Progress) -> Staged:
    """The staged artifact with a file for each world that defines the names it needs.

    Only code that ``--source`` or ``--custom-objects`` names is looked at, and of that only what the artifact needs is
    handed to the worlds.

    Raises:
        MigrationError: ``FMT004`` when no function of the sources builds the model of weights that stand alone.
    """
    roots = (*options.custom_objects, *options.source)
    if not roots:
        return staged
    wanted = slot.reader.call("names_wanted", _asked(staged))
    if options.source and staged.format in WEIGHTS and not wanted["architecture"]:
        built = build_architecture(roots, path, wanted["shapes"], slot, progress)
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


def build_architecture(
    roots: tuple[Path, ...], path: Path, shapes: Sequence[Sequence[int]], slot: Slot, progress: Progress
) -> Path:
    """The architecture of weights that only code holds: of the function whose model has weights of these shapes.

    Raises:
        MigrationError: ``FMT004`` when no function of the sources builds such a model, or when several build different
            ones.
    """
    fitting: dict[str, tuple[Builder, Path]] = {}
    tried: list[str] = []
    for number, builder in enumerate(builders(index_of(roots), path)[:_MAX_BUILDERS]):
        asked = {"function": ENTRY, "asked": builder.name, "out": f"built{number}"}
        try:
            file = slot.stage_code(f"builder{number}.py", builder_source(builder).encode())
            reply = slot.legacy.call("architecture_of", {**asked, "file": str(file)})
        except (SourceError, WorldError) as error:
            tried.append(f"{builder}: {' '.join(error.message.split())[:120]}")
            continue
        if sorted(reply["shapes"]) != sorted(list(shape) for shape in shapes):
            tried.append(f"{builder}: its {len(reply['shapes'])} weights have other shapes")
            continue
        built = take(slot.legacy, reply["file"], f"built{number}.json")
        fitting.setdefault(built.read_text(encoding="utf-8"), (builder, built))
    if len(fitting) == 1:
        builder, architecture = next(iter(fitting.values()))
        progress.own_code["architecture"] = str(builder)
        return architecture
    if fitting:
        several = "; ".join(str(builder) for builder, _ in fitting.values())
        raise MigrationError(
            "FMT004",
            f"several functions of the sources build a model of these weights: {several}",
            "Choose one with --architecture FILE.py:FUNCTION.",
        )
    raise MigrationError(
        "FMT004",
        f"no function of the sources builds a model of these weights; tried {'; '.join(tried[:5]) or 'none'}",
        "Write a function without arguments that builds it, and give it with --architecture FILE.py:FUNCTION.",
    )


def explained(
    error: MigrationError, path: Path, staged: Staged, options: Options, slot: Slot, out: Path
) -> MigrationError:
    """The same refusal; its hint names the files and lines near the artifact that define what it asks for.

    Where sources were given and do not define it, a stub to fill in is written below ``out``.
    """
    if error.code not in ASKING:
        return error
    wanted = slot.reader.call("names_wanted", _asked(staged))
    if options.source:
        stub = _write_stub(wanted, path, options, out)
        hint = f"Nothing in the sources defines it; {stub} is a stub to fill in." if stub else ""
    else:
        hint = hint_for(wanted["names"], path)
    if not hint:
        return error
    if error.code == "CFG006":  # whose name it is can be said as well
        hint = f"{error.hint} {hint}"
    return MigrationError(error.code, error.message, hint, error.place)


def _write_stub(wanted: Mapping[str, Any], path: Path, options: Options, out: Path) -> Path | None:
    """A stub of what no source defines, beside the outputs; None where every name is defined."""
    index = index_of((*options.custom_objects, *options.source))
    lost = [n for n in wanted["names"] if locate(index, n.removesuffix("()"), path)[1] is None]
    unknown = [Unknown(name, **wanted["details"].get(name, {})) for name in lost]
    if not unknown:
        return None
    stub = out / STUBS / f"{path.parent.name}_{path.stem}.py"
    stub.parent.mkdir(parents=True, exist_ok=True)
    stub.write_text(stub_source(unknown, str(path), str(stub)), encoding="utf-8")
    return stub


def hint_for(names: Sequence[str], path: Path) -> str:
    """Where the project around an artifact defines names, and the command that uses it; empty when nowhere."""
    project = project_of(path)
    index = index_of((project,))
    found = {name: place for name in names if (place := locate(index, name.removesuffix("()"), path)[1])}
    if not found:
        return ""
    told = ", ".join(f"{place} defines {name}" for name, place in found.items())
    lost = [name for name in names if name not in found]
    rest = f" (nothing there defines {', '.join(lost)})" if lost else ""
    return f"{told}{rest}: keras-migrate models {path} --source {project} --out OUT"


def record_of(found: OwnSources) -> dict[str, object]:
    """What ``migration.json`` says of the author's code: where it stood, and its source before and after."""
    return {
        "names": {name: str(place) for name, place in found.places.items()},
        "pieces": [f"{piece.file.name}:{piece.line}" for piece in found.slice.pieces],
        "before": found.slice.text,
        "after": found.modern.text,
        "left": list(found.modern.left),
    }


def _limits(found: OwnSources) -> list[Finding]:
    """What of the names could not be cut out, and what the code reads that nothing binds."""
    limits = [
        Finding(
            "CFG050",
            Severity.WARNING,
            f"the code of {name} cannot be cut out of its source: {why}",
            "Give a file that defines it at its top level with --custom-objects FILE.py.",
        )
        for name, why in found.refused.items()
    ]
    if found.slice.missing:
        limits.append(
            Finding(
                "CFG054",
                Severity.WARNING,
                f"nothing in the sources binds {', '.join(found.slice.missing)}, which "
                f"{', '.join(found.slice.names)} reads",
                "Give the folder that defines it with another --source DIR.",
            )
        )
    return limits


def write_sources(files: Sequence[Path], target: Path) -> Path:
    """The user's files as one module, so that one import gives every class; one file stays as it is.

    Raises:
        MigrationError: ``CFG050`` for a file that is no Python source.
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
            f"{file.name} is no Python source: {error.msg}",
            "Give the file that defines the classes.",
        ) from error
    return [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == "__future__"]
