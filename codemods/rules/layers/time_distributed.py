"""LAY: TimeDistributed over sequences whose length no graph knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import defined_once
from codemods.rules.api import Match, Proof, SourceRule, visit
from codemods.target import Target
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_NAME = "FoldedTimeDistributed"
_CLASS = '''\
@keras.{place}.register_keras_serializable(package="keras2")
class FoldedTimeDistributed(keras.layers.TimeDistributed):
    """Folds a time of unknown length into the batch, as Keras 2 did: Keras 3.14 and later step over the batch."""

    def call(self, inputs, training=None, mask=None):
        if inputs.shape[1] is not None:
            return super().call(inputs, training=training, mask=mask)
        given = {}
        if mask is not None and self.layer._call_has_mask_arg:
            given["mask"] = keras.ops.reshape(mask, (-1, *keras.ops.shape(mask)[2:]))
        if self.layer._call_has_training_arg:
            given["training"] = training
        shape = keras.ops.shape(inputs)
        outputs = self.layer.call(keras.ops.reshape(inputs, (-1, *shape[2:])), **given)
        return keras.ops.reshape(outputs, (shape[0], shape[1], *keras.ops.shape(outputs)[1:]))
'''
FOLDED = SourceRule(
    code="LAY125",
    name="time-of-unknown-length",
    summary="TimeDistributed steps over the batch if the length of the sequences is unknown in the graph.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    destination=">=3.14",
    ambiguous=True,
    why="Keras 3.14 and later run the layer over as many steps as the *batch* has entries (`time_distributed.py`: "
    "`ops.arange(input_shape[0])` of the shape before the transposition). Measured with 3.15.1: `predict` of 2 "
    "sequences of 5 steps is right; with 7 steps it silently returns 2 steps afterwards, because the second length "
    "makes the graph forget the first; 9 sequences of 3 steps fail with `slice index 8 of dimension 0 out of "
    "bounds`. A layer that folds time into the batch keeps the numbers.",
    references=("https://keras.io/api/layers/recurrent_layers/time_distributed/",),
    manual="give the model an Input with a known length, or fold time into the batch with ops.reshape",
    proofs=(Proof(changes=True, unsafe=True),),
)
_SHAPES = {"batch_input_shape": 1, "batch_shape": 1, "input_shape": 0, "shape": 0}
"""Arguments that say the shape of an input, and where in it the time stands."""
_INPUTS = frozenset({"keras.Input", "keras.layers.Input", "keras.layers.InputLayer"})


@visit(FOLDED, calls={"keras.layers.TimeDistributed"})
def time_distributed(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``TimeDistributed(layer)`` in a file that does not say how long all of its sequences are."""
    if _lengths_are_known(ctx):
        return
    places = [
        other.func
        for other, _ in ctx.module.index.calls
        if ctx.name(other.func) == "keras.layers.TimeDistributed"
    ]
    text = _CLASS.replace("{place}", "saving" if ctx.target is Target.KERAS else "utils")
    edits = (*defined_once(ctx, call.func, _NAME, text, places), ReplaceExpression(call.func, Code(_NAME)))
    yield Match(FOLDED, call, edits=edits, symbol="keras.layers.TimeDistributed")


def _lengths_are_known(ctx: Context) -> bool:
    """Whether inputs are described in the file, and each of them has a length that is no None."""
    lengths = [length for call, _ in ctx.module.index.calls for length in _lengths(call, ctx)]
    return bool(lengths) and all(
        length is not None and ctx.literal(length, ...) is not None for length in lengths
    )


def _lengths(call: ast.Call, ctx: Context) -> Iterator[ast.expr | None]:
    """The length that a call gives an input; None where its shape is computed."""
    is_input = ctx.name(call.func) in _INPUTS
    shapes = [
        (keyword.value, _SHAPES[keyword.arg])
        for keyword in call.keywords
        if keyword.arg in _SHAPES and (is_input or keyword.arg.endswith("input_shape"))
    ]
    if is_input and call.args:
        shapes.append((call.args[0], 0))
    for shape, place in shapes:
        entries = shape.elts if isinstance(shape, (ast.Tuple, ast.List)) else []
        yield entries[place] if len(entries) > place else None
