"""SAV: names of files of weights in files that no rule reads, as they say nothing of Keras."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.rules._evidence import MODEL
from codemods.rules.api import Match, visit
from codemods.rules.saving.paths import SAV003, saves_weights, weights_name
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_CHECKPOINT = "keras.callbacks.ModelCheckpoint"


@visit(SAV003, calls={_CHECKPOINT}, methods={"save_weights"}, of={MODEL})
def mentioned_apart(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``save_weights("w.h5")`` here, and ``upload("w.h5")`` in a file without a word of Keras."""
    node = saves_weights(call, ctx, checkpoint=ctx.name(call.func) == _CHECKPOINT)
    path = ctx.literal(node)
    new = weights_name(path) if isinstance(path, str) else None
    repository = ctx.module.repository
    other = repository.says_apart(path) if repository is not None and new is not None else ""
    if other:
        message = f"{other} names {path!r}, which is written as {new!r}"
        hint = f"use the new name in {other}: it does not mention Keras, so it is not rewritten"
        yield Match(SAV003, call, message, hint, argument=other, fix=Fix.MANUAL, severity=Severity.WARNING)
