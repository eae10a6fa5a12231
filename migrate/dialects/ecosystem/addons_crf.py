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
        "The conditional random field of TensorFlow Addons decodes the most likely tags of a sequence.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Addons>CRF", "config": {"units": 5, "use_boundary": true, "use_kernel": true}}',
        after='{"class_name": "keras_migrate>CRF", "config": {"units": 5, …}}, in custom_objects.py beside the model',
        why="Viterbi's algorithm processes the steps one by one, which no stock layer does. The layer written next "
        "to the model does it with `keras.ops.while_loop`, with the same four outputs. After the end of a masked "
        "sequence the tags are 0, as in Addons since tensorflow/addons#2639; older releases left arbitrary numbers "
        "there. Training needs a loss in the project, as before: Addons computed it outside the layer.",
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
