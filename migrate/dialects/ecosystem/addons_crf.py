"""The conditional random field of TensorFlow Addons (``tensorflow_addons/layers/crf.py`` of 0.23)."""

from __future__ import annotations

from dataclasses import replace

from migrate.capsule.model import Layer
from migrate.dialects.foreign import Foreign, layer_adapter
from migrate.dialects.rule import Era
from migrate.findings import Fix, Rule, Severity

_PIECE = "CRF"
_KEPT = ("name", "trainable", "dtype", "units", "use_boundary", "use_kernel", "batch_input_shape")
_DENSE = "_dense_layer/"


def _roles(layer: Layer) -> tuple[str, ...]:
    boundary = ("left_boundary", "right_boundary") if layer.config.get("use_boundary", True) else ()
    dense = (f"{_DENSE}kernel", f"{_DENSE}bias") if layer.config.get("use_kernel", True) else ()
    return ("chain_kernel", *boundary, *dense)


@layer_adapter(
    Rule(
        "ECO107",
        "addons-crf",
        "The conditional random field of TensorFlow Addons decodes the likeliest tags of a sequence.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Addons>CRF", "config": {"units": 5, "use_boundary": true, "use_kernel": true}}',
        after='{"class_name": "keras_migrate>CRF", "config": {"units": 5, …}}, in custom_objects.py beside the model',
        why="Viterbi's algorithm goes through the steps one by one, which no stock layer does. The piece beside the "
        "model does it with `keras.ops.while_loop`, with the same four outputs. Behind the end of a masked sequence "
        "the tags are 0, as Addons gives them since tensorflow/addons#2639; older releases left other numbers there, "
        "which mean nothing. Training needs a loss of the project's own, as it did before: Addons computed it outside "
        "of the layer.",
        references=("tensorflow/addons#2807", "tensorflow/addons#2639"),
    ),
    Foreign("TensorFlow Addons", "Addons", "CRF", frozenset({"Addons"}), roles=_roles),
)
def crf(layer: Layer, era: Era) -> Layer:
    """The piece of the same name; kernel and bias are its own."""
    config = {key: layer.config[key] for key in _KEPT if key in layer.config}
    weights = {role.removeprefix(_DENSE): array for role, array in layer.weights.items()}
    return replace(
        layer, class_name=_PIECE, registered_name=f"keras_migrate>{_PIECE}", config=config, weights=weights
    )
