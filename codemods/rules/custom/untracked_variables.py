"""CUS: variables that a layer holds and that were none of its weights in the release it was written for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from packaging.version import Version

from codemods.edits import ReplaceStatement, SetArgument
from codemods.names.trees import walk
from codemods.rules._era import releases
from codemods.rules._evidence import LAYER, held_attribute
from codemods.rules.api import Match, Proof, SourceRule, visit
from codemods.rules.custom.variables import is_variable
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

UNTRACKED = SourceRule(
    code="CUS044",
    name="variable-that-was-no-weight",
    summary="A variable stored by a layer is a weight that training changes; until Keras 2.2 it was not a weight.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    why="Stand-alone Keras treats attributes as weights from 2.3 on: before, `self.factor = K.variable(2.0)` was "
    "not trained unless it was added to `trainable_weights`. A Keras 3 layer tracks it, and the optimizer updates "
    "it. With `trainable=False` it does not change, but it still counts among the weights of the layer, so that a "
    "list of arrays of the old layer is one short. If the release is unknown, the edit requires --unsafe, and the "
    "call is not changed.",
    references=(
        "https://github.com/keras-team/keras/blob/2.2.4/keras/engine/base_layer.py",
        "https://github.com/keras-team/keras/blob/2.3.1/keras/engine/base_layer.py",
    ),
    manual="pass keras.Variable trainable=False, unless the layer was meant to train it",
    proofs=(Proof(expect="raises", unsafe=True),),
)
WEIGHTS = SourceRule(
    code="CUS045",
    name="weights-that-are-listed",
    summary="You cannot assign a list of trainable weights to a layer: it tracks its attributes.",
    severity=Severity.ERROR,
    why="In Keras 1, `self.trainable_weights = [self.w]` declared the weights of a layer. In Keras 3, as in "
    "tf.keras, it is a read-only property. Variables stored as attributes are tracked without it.",
    references=("https://keras.io/guides/making_new_layers_and_models_via_subclassing/",),
    manual="create the weights with self.add_weight, and delete the list",
    proofs=(Proof(expect="raises"),),
)
_TRACKING = Version("2.3")


@visit(UNTRACKED, calls={"keras.backend.variable"})
def untracked(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``self.factor = K.variable(2.0)`` in a layer that says nothing of its weights."""
    held = held_attribute(call, ctx)
    if held is None or LAYER not in ctx.bases(held[0]):
        return
    cls, attribute = held
    if ctx.origin(call.func) != "keras" or _is_weight(cls, attribute, ctx):
        return
    known = releases(ctx, "keras")
    old = [release for release in known if release < _TRACKING]
    if old:
        text = f"until Keras 2.2, self.{attribute} was not a weight of {cls.name}; now training changes it"
        fix = Fix.SAFE if len(old) == len(known) else Fix.UNSAFE
        edits = (SetArgument(call, "trainable", "False"),)
        # A keras.Variable in its place would say nothing of the release that it was written for.
        yield Match(UNTRACKED, call, text, edits=edits, symbol="keras.backend.variable", fix=fix, holds=True)


@visit(WEIGHTS, attributes={"trainable_weights"}, of={LAYER})
def listed(node: ast.Attribute, ctx: Context) -> Iterator[Match]:
    """``self.trainable_weights = [self.w, self.b]``."""
    statement, cls = ctx.parent(node), ctx.class_of(node)
    if not isinstance(node.ctx, ast.Store) or cls is None or LAYER not in ctx.bases(cls):
        return
    if ctx.source(node.value) != "self" or not isinstance(statement, (ast.Assign, ast.AugAssign)):
        return
    value = statement.value
    tracked = isinstance(value, (ast.List, ast.Tuple)) and all(is_variable(item, ctx) for item in value.elts)
    alone = isinstance(statement, ast.AugAssign) or len(statement.targets) == 1
    edits = (ReplaceStatement(statement, ""),) if tracked and alone else ()
    yield Match(WEIGHTS, statement, edits=edits, symbol="keras.layers.Layer.trainable_weights")


def _is_weight(cls: ast.ClassDef, name: str, ctx: Context) -> bool:
    """Whether a class puts one of its attributes among its weights, or all that it makes in a way not seen here."""
    return any(
        isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr))
        and "trainable_weights" in (text := ctx.source(node))
        and (f"self.{name}" in text or "self." not in text.partition("trainable_weights")[2])
        for node in walk(cls)
    )
