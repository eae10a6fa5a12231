"""TRN: a training mode that was fixed when a layer of a functional model was called."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, DropArgument, Edit, ReplaceExpression
from codemods.rules._evidence import LAYER, defined_once
from codemods.rules.api import Match, Proof, SourceRule, visit
from codemods.target import Target
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_HELPER = '''\
@keras.{place}.register_keras_serializable(package="keras2")
class FixedTraining(keras.layers.Layer):
    """Calls a layer in a fixed mode: a functional model of Keras 3 hands its own mode to every layer."""

    def __init__(self, layer, training, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer
        self.fixed = training

    def build(self, input_shape):
        if not self.layer.built and type(self.layer).build is not keras.layers.Layer.build:
            self.layer.build(input_shape)

    def call(self, inputs, **kwargs):
        if self.fixed is not None:
            kwargs["training"] = self.fixed
        return self.layer(inputs, **kwargs)

    def get_config(self):
        layer = keras.saving.serialize_keras_object(self.layer)
        return {**super().get_config(), "layer": layer, "training": self.fixed}

    @classmethod
    def from_config(cls, config):
        layer = keras.saving.deserialize_keras_object(config.pop("layer"))
        return cls(layer, **config)
'''

FIXED_TRAINING = SourceRule(
    code="TRN031",
    name="training-fixed-in-a-graph",
    summary="The `training=` argument of a call in a functional model has no effect: the mode of the model replaces "
    "it.",
    severity=Severity.SILENT,
    destination="<3.16",
    ambiguous=True,
    why="Keras 2 stored the argument in the graph. Up to 3.15, a Keras 3 functional model calls each of its layers "
    "with its own `training`, whatever was passed when the graph was built: `base(inputs, training=False)`, the "
    "recipe for transfer learning, trains the batch normalization of the base after all, and Monte Carlo dropout "
    "drops nothing in predict. Measured with Keras 3.15.1: the moving statistics of the base change in fit, but not "
    "in Keras 2. A layer that contains the layer and calls it in its mode preserves the meaning, and is saved and "
    "loaded with the model. 3.16 obeys the argument again, and gives the same result with or without that layer.",
    references=(
        "https://keras.io/guides/transfer_learning/",
        "keras-team/keras#18467",
        "keras-team/keras#23235",
    ),
    manual="wrap the layer in a custom layer whose call() calls it with this training=",
    proofs=(
        Proof(changes=True, tolerance=1e-4),
        Proof("proof_2", changes=True),
        Proof("proof_3", unsafe=True),
    ),
)
_HANDED_ON = frozenset({"initial_state", "mask", "training"})
"""Arguments beside the input with which a layer can still be built from the shape of its input."""
_LOOKS_INSIDE = ("get_layer", ".layers[")


@visit(FIXED_TRAINING, module=True)
def fixed_training(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """``layer(x, training=False)`` of a symbolic ``x``."""
    del tree
    if "training=" not in ctx.source_file.text:
        return
    found = sorted(_calls(ctx), key=lambda call: (call.lineno, call.col_offset))
    inside = any(word in ctx.source_file.text for word in _LOOKS_INSIDE)
    for call in found:
        if _of_the_model(call, ctx):
            text = "training=learning_phase() was the mode of the model, which a layer uses anyway"
            yield Match(
                FIXED_TRAINING,
                call,
                text,
                edits=(DropArgument(call, "training"),),
                symbol=LAYER,
                argument="training",
            )
    found = [call for call in found if not _of_the_model(call, ctx)]
    wrapped = [call for call in found if not _takes_more(call)]
    definition = _HELPER.replace("{place}", "saving" if ctx.target is Target.KERAS else "utils")
    for call in found:
        mode = ctx.arguments(call).keywords["training"].value
        text = f"the mode of the functional model overrides training={ctx.source(mode)}"
        edits: tuple[Edit, ...] = ()
        if call in wrapped:
            wrapper = Code("FixedTraining(layer, mode)", {"layer": call.func, "mode": mode})
            edits = (
                *defined_once(ctx, call, "FixedTraining", definition, wrapped),
                ReplaceExpression(call.func, wrapper),
                DropArgument(call, "training"),
            )
        fix = Fix.SAFE if isinstance(mode, ast.Constant) and not inside else Fix.UNSAFE
        yield Match(FIXED_TRAINING, call, text, edits=edits, symbol=LAYER, argument="training", fix=fix)


def _takes_more(call: ast.Call) -> bool:
    """Whether a layer is called on more than its input, from which alone it cannot be built."""
    return len(call.args) > 1 or bool({keyword.arg for keyword in call.keywords} - _HANDED_ON)


def _of_the_model(call: ast.Call, ctx: Context) -> bool:
    """Whether a call asks for the mode that the model is in: ``training=K.learning_phase()``."""
    mode = ctx.arguments(call).keywords["training"].value
    return isinstance(mode, ast.Call) and ctx.name(mode.func) == "keras.backend.learning_phase"


def _calls(ctx: Context) -> Iterator[ast.Call]:
    """The calls of layers on symbolic tensors that say a training mode."""
    for call, scope in ctx.module.index.calls:
        keyword = next((k for k in call.keywords if k.arg == "training"), None)
        if keyword is None or not call.args or ctx.literal(keyword.value, ...) is None:
            continue
        ctx.remember(call, scope)
        if ctx.isa(ctx.receiver(call.func), LAYER) and ctx.symbolic(call) and not _in_layer(call, ctx):
            yield call


def _in_layer(call: ast.Call, ctx: Context) -> bool:
    """Whether a call stands in a method of a layer or model, where the argument does hold."""
    cls = ctx.class_of(call)
    function = ctx.function(call)
    return cls is not None and function is not None and function.name == "call" and LAYER in ctx.bases(cls)
