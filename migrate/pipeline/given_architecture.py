"""The architecture passed by the user: a file, or a builder in the user's sources with the files it reads."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import msgspec

from codemods.files.source import SourceError
from migrate.findings import MigrationError
from migrate.own_code.builders import ENTRY, Builder, builder_source
from migrate.own_code.files import Place, SourceIndex, project_of
from migrate.own_code.fitting import Weights, counted_otherwise, difference
from migrate.own_code.read_files import files_read
from migrate.pipeline.request import Options, builder_named
from migrate.worlds.contracts.legacy import ArchitecturesOf
from migrate.worlds.contracts.own_code import NamesWanted
from migrate.worlds.host.pool import Slot
from migrate.worlds.host.taking import take

MAX_CALL = 80
"""Maximum number of characters of a call in messages."""
_NAME = re.compile(r"[^\W\d]\w*")


def given_architecture(options: Options, slot: Slot, weights: Path | None) -> Path | None:
    """The file passed with ``--architecture``, or the file written by its builder's model.

    Args:
        options: of the run.
        slot: whose legacy world runs a builder.
        weights: the staged weights that it is for; None for another artifact.

    Raises:
        MigrationError: ``CFG052`` if there is no such builder.
    """
    if not options.architecture:
        return None
    file, text = builder_named(options.architecture)
    if not text:
        return file
    builder = _builder(file, text)
    staged = stage_builder(slot, builder, "architecture", f"builder_{file.stem}.py")
    call = ArchitecturesOf(staged, ENTRY, builder.call[:MAX_CALL], "architecture", files=True)
    if weights is None:
        (model, *_) = slot.legacy.ask(call).models
        return take(slot.legacy, str(model.file), "architecture0.json")
    asked = slot.reader.ask(NamesWanted(weights))
    wanted = Weights(asked.shapes, asked.layers, asked.topology)
    call = msgspec.structs.replace(
        call, reset_after=asked.reset_after, named=tuple(dict.fromkeys(wanted.layers))
    )
    (model, *_) = slot.legacy.ask(call).models
    built = Weights(model.shapes, model.layers, model.topology)
    if difference(built, wanted) and counted_otherwise(built, wanted):
        (model, *_) = slot.legacy.ask(msgspec.structs.replace(call, renamed=True)).models
    return take(slot.legacy, str(model.file), "architecture0.json")


def _builder(file: Path, text: str) -> Builder:
    """The part of ``--architecture`` after the file: a function, or a call of one with an optional selected part.

    Raises:
        MigrationError: ``CFG052`` if it is neither, or the file defines no such function at its top level.
    """
    name = _NAME.match(text)
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        name = None
    if name is None:
        raise MigrationError(
            "CFG052",
            f"{text!r} is neither a function nor a function call",
            "Use FILE.py:FUNCTION, or with arguments: 'FILE.py:FUNCTION(classes=10)'.",
        )
    place = next((p for p in SourceIndex([file]).places(name[0])), None)
    if place is None:
        raise MigrationError(
            "CFG052", f"{file.name} defines no function {name[0]!r}", "Name a function in that file."
        )
    call = text if text != name[0] else f"{text}()"
    return Builder(name[0], Place(project_of(file), file, place.line), call)


def stage_builder(slot: Slot, builder: Builder, folder: str, name: str) -> Path:
    """Stage a builder with everything it uses in its repository, and the files whose names occur in it.

    The training script around it does not run.

    Raises:
        MigrationError: ``CFG052`` if it cannot be extracted.
    """
    try:
        text = builder_source(builder)
    except SourceError as error:
        raise MigrationError(
            "CFG052",
            f"{builder.name!r} cannot be extracted from {builder.place.file.name}: {error.message}",
            "Give another builder.",
        ) from error
    for path, file in files_read(text, builder.place).items():
        slot.stage_code(f"{folder}/{path}", file.read_bytes())
    return slot.stage_code(f"{folder}/{name}", text.encode())
