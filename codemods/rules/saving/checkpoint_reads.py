"""SAV: weights that are read from checkpoints of TensorFlow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.rules._evidence import MODEL, called_on, given_once, trust
from codemods.rules.api import GUIDE, Match, SourceRule, visit
from codemods.rules.saving.endings import visible_end, without_suffix
from codemods.rules.saving.paths import saves_weights, weights_name, written_elsewhere
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

CHECKPOINT = SourceRule(
    code="SAV021",
    name="load-checkpoint",
    summary="load_weights does not read checkpoints of TensorFlow.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    why="A path without .h5 meant a checkpoint of TensorFlow (`w.index` and `w.data-…`). Keras 3 raises `File format "
    "not supported`. Where the same project writes the file, the name changes with it (SAV003).",
    references=(GUIDE,),
    manual="convert it once with `keras-migrate models`, or extract the arrays with `keras-migrate weights`, and load "
    "the .weights.h5 file",
)
_LATEST = frozenset({"tf.train.latest_checkpoint", "tf.compat.v1.train.latest_checkpoint"})


@visit(CHECKPOINT, methods={"load_weights"}, of={MODEL})
def checkpoint_reads(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``model.load_weights("ckpt/w")`` and ``model.load_weights(tf.train.latest_checkpoint(folder))``."""
    own = "def load_weights" in ctx.source_file.text
    if trust(ctx, called_on(call), MODEL, unknown=None if own else Fix.MANUAL) is None:
        return
    node = ctx.arguments(call, "filepath").get("filepath")
    given = given_once(node, ctx) if isinstance(node, ast.Name) else node
    if node is None or given is None:
        return
    if isinstance(given, ast.Call) and ctx.name(given.func) in _LATEST:
        yield Match(CHECKPOINT, call, "latest_checkpoint names a checkpoint of TensorFlow", symbol=MODEL)
        return
    end = visible_end(given, ctx)
    if (end.endswith(".ckpt") or without_suffix(given, ctx)) and not _written(node, given, ctx):
        yield Match(CHECKPOINT, call, f"{ctx.source(node)} shows no .h5 or .keras", symbol=MODEL)


def _written(node: ast.expr, given: ast.expr, ctx: Context) -> bool:
    """Whether the project writes weights to this path: then it has another name, of which SAV003 speaks."""
    path = ctx.literal(given)
    new = weights_name(path) if isinstance(path, str) else None
    if isinstance(path, str) and new is not None and written_elsewhere(path, new, ctx):
        return True
    for call, _ in ctx.module.index.calls:
        checkpoint = ctx.name(call.func) == "keras.callbacks.ModelCheckpoint"
        saved = saves_weights(call, ctx, checkpoint=checkpoint)
        if saved is not None and ctx.source(saved) in {ctx.source(node), ctx.source(given)}:
            return True
    return False
