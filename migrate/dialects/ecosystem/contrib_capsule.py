"""Capsules of keras-contrib (``keras_contrib/layers/capsule.py`` of 2.0.8)."""

from __future__ import annotations

from packaging.version import Version

from migrate.capsule.model import Layer, Model
from migrate.dialects.foreign import Foreign, model_adapter, refusal
from migrate.dialects.graph_rewrites import Fragment, expand_graphs
from migrate.dialects.rule import Era
from migrate.findings import Fix, Rule, Severity

_NAME = "keras_contrib>Capsule"
_OTHER_PRODUCT = Version("2.3")
"""From here on ``K.batch_dot`` takes a tensor of three axes and one of four otherwise (``tensorflow_backend.py``)."""


@model_adapter(
    Rule(
        "ECO132",
        "contrib-capsule",
        "Capsules of keras-contrib vote, and the votes are weighted by their agreement.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "Capsule", "config": {"num_capsule": 10, "dim_capsule": 16, "routings": 3, …}}',
        after="Dense or EinsumDense for the votes, and softmax, products and normalization for each round",
        why="The rounds are a fixed number of products, written one after the other. From Keras 2.3 on, the product "
        "that the package uses has a different meaning: such files are refused.",
        references=("https://github.com/keras-team/keras-contrib",),
    ),
    Foreign(
        "keras-contrib",
        "keras_contrib",
        "Capsule",
        keys=frozenset({"num_capsule", "dim_capsule", "routings", "share_weights"}),
        roles=lambda layer: ("capsule_kernel",),
        shape=lambda layer, inputs: (
            inputs[0][0],
            int(layer.config["num_capsule"]),
            int(layer.config["dim_capsule"]),
        ),
    ),
)
def capsules(model: Model, era: Era) -> Model:
    """The votes as a layer, the rounds as operations.

    Raises:
        MigrationError: ``ECO090`` for files of Keras 2.3 and later, and without weights.
    """

    def made(layer: Layer) -> Fragment:
        if era.keras >= _OTHER_PRODUCT:
            raise refusal(
                layer, "from Keras 2.3 on, the product that it uses for routing has a different meaning"
            )
        if not layer.weights:
            raise refusal(layer, "the file contains no weights for it")
        return _routed(layer)

    return expand_graphs(model, {_NAME}, made)


def _routed(layer: Layer) -> Fragment:
    config, fragment = layer.config, Fragment(layer)
    count, size = int(config["num_capsule"]), int(config["dim_capsule"])
    kernel = layer.weights["capsule_kernel"]

    operation = fragment.operation
    if config.get("share_weights", True):
        settings = {"units": count * size, "use_bias": False, "activation": "linear"}
        votes = fragment.add("Dense", "votes", fragment.input(), settings, {"kernel": kernel[0]})
    else:
        settings = {
            "equation": "bid,ido->bio",
            "output_shape": [int(kernel.shape[0]), count * size],
            "bias_axes": None,
            "activation": "linear",
        }
        votes = fragment.add("EinsumDense", "votes", fragment.input(), settings, {"kernel": kernel})
    votes = fragment.add("Reshape", "by_capsule", votes, {"target_shape": [-1, count, size]})
    votes = fragment.add("Permute", "by_target", votes, {"dims": [2, 1, 3]})
    rounds = int(config["routings"])
    agreement = operation("nothing", "math.reduce_sum", operation("zeros", "zeros_like", votes), axis=-1)
    for number in range(rounds):
        shares = fragment.add("Softmax", f"shares_{number}", agreement, {"axis": 1})
        row = operation(f"row_{number}", "expand_dims", shares, axis=2)
        sums = operation(f"sums_{number}", "linalg.matmul", row, b=votes)
        if number < rounds - 1:
            length_one = operation(f"normed_{number}", "math.l2_normalize", sums, axis=-1)
            agreement = operation(
                f"products_{number}", "linalg.matmul", length_one, b=votes, transpose_b=True
            )
            agreement = operation(f"agreement_{number}", "squeeze", agreement, axis=[2])
    found = operation("found", "squeeze", sums, axis=[2])
    fragment.add("Activation", "activated", found, {"activation": config.get("activation") or "linear"})
    return fragment
