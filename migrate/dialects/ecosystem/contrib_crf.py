"""The conditional random field of keras-contrib (``keras_contrib/layers/crf.py`` of 2.0.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from migrate.capsule.model import Layer
from migrate.dialects.foreign import Foreign, layer_adapter
from migrate.dialects.rule import Era
from migrate.dialects.shapes import Shape
from migrate.findings import Fix, Rule, Severity

_PIECE = "ContribCRF"
_KEPT = (
    "name",
    "trainable",
    "dtype",
    "units",
    "learn_mode",
    "test_mode",
    "use_boundary",
    "use_bias",
    "activation",
    "batch_input_shape",
)


def _roles(layer: Layer) -> tuple[str, ...]:
    bias = ("bias",) if layer.config.get("use_bias", True) else ()
    boundary = ("left_boundary", "right_boundary") if layer.config.get("use_boundary", True) else ()
    return ("kernel", "chain_kernel", *bias, *boundary)


def _shape(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    return (*inputs[0][:2], int(layer.config["units"]))


@layer_adapter(
    Rule(
        "ECO131",
        "contrib-crf",
        "The conditional random field of keras-contrib returns the best path of a sequence, or the marginals of "
        "each tag.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "CRF", "config": {"units": 5, "learn_mode": "join", "test_mode": "viterbi", …}}',
        after='{"class_name": "keras_migrate>ContribCRF", "config": {"units": 5, …}}, in custom_objects.py beside the '
        "model",
        why="Viterbi's algorithm and the sums over all paths process the steps one by one, which no stock layer "
        "does. The layer written next to the model repeats the package's arithmetic, including its peculiarities: "
        "energies are minimised, without a mask a transition to tag 0 is added after the last step, the end of a "
        "masked sequence gets no boundary energy (a start after padding gets it instead), and marginals use the "
        "transitions in the same direction both ways. It is not the CRF of TensorFlow Addons, whose numbers differ "
        "for the same weights. The loss of the package (`crf_loss`) reads the input of the layer, which no Keras 3 "
        "loss can do: continued training needs a loss in the project.",
        references=("https://github.com/keras-team/keras-contrib",),
    ),
    Foreign(
        "keras-contrib",
        "keras_contrib",
        "CRF",
        keys=frozenset({"learn_mode", "test_mode", "use_boundary", "chain_initializer"}),
        roles=_roles,
        shape=_shape,
    ),
)
def crf(layer: Layer, era: Era) -> Layer:
    """The piece of that name with the same weights."""
    config = {key: layer.config[key] for key in _KEPT if key in layer.config}
    return replace(layer, class_name=_PIECE, registered_name=f"keras_migrate>{_PIECE}", config=config)
