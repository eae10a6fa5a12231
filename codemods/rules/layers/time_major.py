"""LAY: recurrent layers that are given time before batches."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, ReplaceExpression
from codemods.rules._evidence import defined_once
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from codemods.target import Target
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_CLASS = '''\
@keras.{place}.register_keras_serializable(package="keras2")
class TimeMajor{layer}(keras.layers.{layer}):
    """Takes and gives (time, batch, ...) where time_major says so, as Keras 2 did."""

    def __init__(self, *args, time_major=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.time_major = time_major

    def _turned(self, shape):
        return (shape[1], shape[0], *shape[2:]) if self.time_major else shape

    def build(self, sequences_shape, initial_state_shape=None):
        super().build(self._turned(sequences_shape))

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if self.time_major:
            sequences = keras.ops.swapaxes(sequences, 0, 1)
            mask = keras.ops.swapaxes(mask, 0, 1) if mask is not None else None
        outputs = super().call(sequences, initial_state=initial_state, mask=mask, training=training)
        if not (self.time_major and self.return_sequences):
            return outputs
        if not self.return_state:
            return keras.ops.swapaxes(outputs, 0, 1)
        return (keras.ops.swapaxes(outputs[0], 0, 1), *outputs[1:])

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        shapes = super().compute_output_shape(self._turned(sequences_shape))
        if not (self.time_major and self.return_sequences):
            return shapes
        return (self._turned(shapes[0]), *shapes[1:]) if self.return_state else self._turned(shapes)

    def get_config(self):
        return {{**super().get_config(), "time_major": self.time_major}}
'''


TIME_MAJOR = SourceRule(
    code="LAY124",
    name="time-before-batches",
    summary="Recurrent layers accept only (batch, time, ...).",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="Keras 3 rejects `time_major=`. A layer that transposes its input, its mask and its sequences under the "
    "same condition keeps the numbers; it is saved and loaded with the model, and its weights are those of the "
    "layer.",
    references=(GUIDE,),
    manual="transpose the input and the output to (batch, time, ...) manually",
    proofs=(Proof(unsafe=True, tolerance=1e-5), Proof("proof_2", unsafe=True, tolerance=1e-5)),
)
TURNED = {f"keras.layers.{name}": name for name in ("GRU", "LSTM", "SimpleRNN")}
"""The layers that the rule derives one from, and their last names."""


@visit(TIME_MAJOR, calls=frozenset(TURNED))
def time_before_batches(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``LSTM(3, time_major=flag)``."""
    if not _turns(call, ctx):
        return
    name = ctx.name(call.func) or ""
    made = f"TimeMajor{TURNED[name]}"
    place = "saving" if ctx.target is Target.KERAS else "utils"
    text = _CLASS.format(layer=TURNED[name], place=place)
    places = [
        other for other, _ in ctx.module.index.calls if ctx.name(other.func) == name and _turns(other, ctx)
    ]
    edit = ReplaceExpression(call.func, Code(made))
    edits = (*defined_once(ctx, call, made, text, places), edit)
    yield Match(TIME_MAJOR, call, edits=edits, symbol=name, argument="time_major")


def _turns(call: ast.Call, ctx: Context) -> bool:
    """Whether a call may say that time comes first; False by name is dropped by another rule."""
    given = ctx.arguments(call).keywords.get("time_major")
    return given is not None and ctx.literal(given.value) is not False
