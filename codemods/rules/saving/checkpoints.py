"""SAV: the endings that ModelCheckpoint takes for whole models."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

from codemods.edits import Edit
from codemods.rules._evidence import LOADERS, text
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.rules.saving.endings import only_value, other_end, visible_end
from codemods.rules.saving.paths import READ
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context


ENDINGS = SourceRule(
    code="SAV015",
    name="checkpoint-ending",
    summary="ModelCheckpoint requires paths of whole models that end in .keras or .h5.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    destination=">=3.8",
    why="`The filepath provided must end in .keras` is raised at construction, for `best` (a SavedModel folder in "
    "Keras 2) and for `.hdf5`. A renamed file must be read by its new name: reads in the same file are changed as "
    "well, others are not visible, so this edit requires --unsafe.",
    references=("keras-team/keras-io#1844", GUIDE),
    manual="make the path end in .keras, and read the model from there",
    proofs=(Proof(unsafe=True), Proof("proof_2", unsafe=True, tolerance=1e-5)),
)
_HDF5 = (".hdf5", ".hdf", ".he5", ".H5", ".HDF5")


def _taken(path: str) -> str | None:
    """The name that Keras 3 takes; None when it takes this one, or when it is no name."""
    if not path or path.endswith((".keras", ".h5", "/")):
        return None
    for ending in _HDF5:
        if path.endswith(ending):
            return path[: -len(ending)] + ".h5"
    ending = PurePath(path).suffix
    known = ending in {".tf", ".ckpt", ".model", ".pb", ".save", ".pth", ".hd5"}
    return (path[: -len(ending)] if known else path) + ".keras"


@visit(ENDINGS, calls={"keras.callbacks.ModelCheckpoint"})
def endings(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``ModelCheckpoint("best")`` and ``ModelCheckpoint("w.hdf5")`` that write whole models."""
    args = ctx.arguments(call, "filepath", "monitor", "verbose", "save_best_only", "save_weights_only")
    node, only = args.get("filepath"), args.get("save_weights_only")
    path = ctx.literal(node)
    if node is None or (only is not None and ctx.literal(only, ...) is not False):
        return  # weights, or one cannot know
    if not isinstance(path, str):
        yield from _computed(call, node, ctx)
        return
    new = _taken(path)
    if new is None:
        return
    edits: tuple[Edit, ...] = (text(ctx, node, new), *(text(ctx, read, new) for read in _reads(path, ctx)))
    yield Match(ENDINGS, call, f"{path!r} must be {new!r}", edits=edits, argument="filepath")


def _computed(call: ast.Call, node: ast.expr, ctx: Context) -> Iterator[Match]:
    """A path that is put together: what can be seen of it is the text that it ends with."""
    given: ast.expr | None = node
    if isinstance(node, ast.Name):
        given = only_value(ctx.function(call) or ctx.module.tree, node.id, ctx, READ)
    end = visible_end(given, ctx)
    new = _taken(end)
    if given is not None and new is not None:
        edits = other_end(given, ctx, end, new)
        message = f"{ctx.source(node)} must end in .keras or .h5"
        yield Match(ENDINGS, call, message, edits=edits, argument="filepath")


def _reads(path: str, ctx: Context) -> Iterator[ast.expr]:
    """The literals by which a file reads a model again."""
    for call, _ in ctx.module.index.calls:
        weights = isinstance(call.func, ast.Attribute) and call.func.attr == "load_weights"
        if weights or ctx.name(call.func) in LOADERS:
            node = ctx.arguments(call, "filepath").get("filepath")
            if node is not None and ctx.literal(node) == path:
                yield node
