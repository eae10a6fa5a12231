"""Layers of keras-contrib (``keras_contrib/layers/normalization/instancenormalization.py`` of 2.0.8)."""

from __future__ import annotations

from migrate.capsule.model import Layer
from migrate.dialects.foreign import Around, Foreign, graph_adapter, refusal, unchanged
from migrate.dialects.graph_rewrites import Fragment
from migrate.findings import Fix, Rule, Severity

_KEYS = frozenset({"axis", "epsilon", "center", "scale", "beta_initializer", "gamma_initializer"})
_AXES = "abcdefgh"


def _roles(layer: Layer) -> tuple[str, ...]:
    gamma = ("gamma",) if layer.config.get("scale", True) else ()
    return (*gamma, *(("beta",) if layer.config.get("center", True) else ()))


@graph_adapter(
    Rule(
        "ECO130",
        "contrib-instance-normalization",
        "Instance normalization of keras-contrib divides by the standard deviation plus epsilon.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "InstanceNormalization", "config": {"axis": -1, "epsilon": 0.001, …}}',
        after="mean, deviation and division as operations, then EinsumDense with gamma and beta",
        why="Every other normalization divides by sqrt(variance + epsilon), including Keras' GroupNormalization: "
        "used in its place, the result is 5e-4 off. Gamma and beta stay weights if the layer has both and its axis is "
        "the last; otherwise they are constants. A mask that reaches the layer is refused: operations lose it.",
        references=("https://github.com/keras-team/keras-contrib",),
    ),
    Foreign(
        "keras-contrib",
        "keras_contrib",
        "InstanceNormalization",
        keys=_KEYS,
        roles=_roles,
        shape=unchanged,
        peculiar=False,
        unmasked=True,
    ),
)
def instance_normalization(layer: Layer, around: Around) -> Fragment:
    """Operations for the normalization, and a layer for gamma and beta.

    Raises:
        MigrationError: ``ECO090`` when the rank of the input is not known.
    """
    shape = around(0)
    if shape is None:
        raise refusal(layer, "the rank of its input is unknown")
    rank, axis = len(shape), layer.config.get("axis")
    if axis is not None:
        axis = int(axis) % rank
    over = [at for at in range(1, rank) if at != axis]
    fragment = Fragment(layer)

    operation = fragment.operation
    x = fragment.input()
    mean = operation("mean", "math.reduce_mean", x, axis=over, keepdims=True)
    apart = operation("apart", "math.subtract", x, y=mean)
    variance = operation(
        "variance", "math.reduce_mean", operation("square", "math.square", apart), axis=over, keepdims=True
    )
    deviation = operation(
        "deviation", "math.add", operation("root", "math.sqrt", variance), y=float(layer.config["epsilon"])
    )
    normed = operation("normed", "math.truediv", apart, y=deviation)
    gamma, beta = layer.weights.get("gamma"), layer.weights.get("beta")
    # Keras 3.15 adds a bias of one axis in front along the last axis where both have the same size (TensorFlow).
    if gamma is not None and beta is not None and axis == rank - 1:
        names = _AXES[:rank]
        config = {
            "equation": f"{names},{names[axis]}->{names}",
            "output_shape": list(shape[1:]),
            "bias_axes": names[axis],
            "activation": "linear",
        }
        fragment.add("EinsumDense", "scaled", normed, config, {"kernel": gamma, "bias": beta})
        return fragment
    broadcast = [1] * (rank - 1)
    if axis is not None:
        broadcast[axis - 1] = -1
    scale = 1.0 if gamma is None else gamma.reshape(broadcast).tolist()
    offset = 0.0 if beta is None else beta.reshape(broadcast).tolist()
    fragment.add("Rescaling", "scaled", normed, {"scale": scale, "offset": offset})
    return fragment
