"""TensorFlow Recommenders (``tensorflow_recommenders/layers/feature_interaction`` of 0.7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from migrate.capsule.model import Layer
from migrate.dialects.foreign import Around, Foreign, graph_adapter, refusal
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.shapes import Shape
from migrate.findings import Rule, Severity

_ROWS = 2
"""Axes of a batch of rows."""
_KEPT = ("kernel_initializer", "bias_initializer", "kernel_regularizer", "bias_regularizer")


def _roles(layer: Layer) -> tuple[str, ...]:
    bias = ("bias",) if layer.config.get("use_bias", True) else ()
    if layer.config.get("projection_dim") is None:
        return ("_dense/kernel", *(f"_dense/{name}" for name in bias))
    return ("_dense_u/kernel", "_dense_v/kernel", *(f"_dense_v/{name}" for name in bias))


@graph_adapter(
    Rule(
        "ECO120",
        "recommenders-cross",
        "Cross of TensorFlow Recommenders multiplies features by a dense layer of the features.",
        Severity.ERROR,
        before='{"class_name": "Custom>Cross", "config": {"projection_dim": null, "diag_scale": 0.0, …}}',
        after="Add([Multiply([x0, Dense(x)]), x])",
        why="A cross layer is x0 * (W x + b + diag_scale x) + x, where W may be the product of two smaller matrices.",
        references=("tensorflow/recommenders#712",),
    ),
    Foreign(
        "TensorFlow Recommenders",
        "tfrs",
        "Cross",
        registered=frozenset({"Custom"}),
        keys=frozenset({"projection_dim", "diag_scale", "preactivation", "use_bias"}),
        roles=_roles,
    ),
)
def cross(layer: Layer, around: Around) -> Fragment:
    """Dense layers, a product and a sum.

    Raises:
        MigrationError: ``ECO090`` without the weights, which tell the number of features.
    """
    config, weights = layer.config, layer.weights
    if not weights:
        raise refusal(layer, "there are no weights from which to read its sizes")
    refs = 2 if layer.nodes and isinstance(layer.nodes[0].args[0], list | tuple) else 1
    fragment = Fragment(layer)
    x0, x = fragment.input(0), fragment.input(refs - 1)
    low = weights.get("_dense_u/kernel")
    product = x
    if low is not None:
        settings = {key: config[key] for key in ("kernel_initializer", "kernel_regularizer") if key in config}
        small = {"units": int(low.shape[1]), "use_bias": False, **settings}
        product = fragment.add("Dense", "projection", x, small, {"kernel": low})
    name = "_dense" if low is None else "_dense_v"
    full = {role: weights[f"{name}/{role}"] for role in ("kernel", "bias") if f"{name}/{role}" in weights}
    dense = {
        "units": int(full["kernel"].shape[1]),
        "use_bias": "bias" in full,
        "activation": config.get("preactivation") or "linear",
        **{key: config[key] for key in _KEPT if key in config},
    }
    product = fragment.add("Dense", "weights", product, dense, full)
    if config.get("diag_scale"):
        diagonal = fragment.add(
            "Rescaling", "diagonal", x, {"scale": float(config["diag_scale"]), "offset": 0.0}
        )
        product = fragment.add("Add", "scaled", [product, diagonal])
    crossed = fragment.add("Multiply", "crossed", [x0, product])
    fragment.add("Add", "sum", [crossed, x])
    return fragment


def _interacted(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    count = len(inputs)
    if layer.config.get("skip_gather"):
        return (inputs[0][0], count * count)
    return (inputs[0][0], count * (count + (1 if layer.config.get("self_interaction") else -1)) // 2)


@graph_adapter(
    Rule(
        "ECO125",
        "recommenders-dot-interaction",
        "DotInteraction of TensorFlow Recommenders gives the product of each pair of features.",
        Severity.ERROR,
        before='{"class_name": "DotInteraction", "config": {"self_interaction": true}}, called with a list of features',
        after="Concatenate, Reshape, a product, and the pairs below the diagonal",
        why="The pairs that the package keeps are a fixed choice for a fixed number of features. With `skip_gather` "
        "and without `self_interaction` it is refused: nothing in `keras.ops` leaves zeros there for every number.",
        references=("tensorflow/recommenders#712",),
    ),
    Foreign(
        "TensorFlow Recommenders",
        "tfrs",
        "DotInteraction",
        registered=frozenset({"Custom"}),
        keys=frozenset({"name"}),
        shape=_interacted,
        peculiar=False,
        unmasked=True,
    ),
)
def dot_interaction(layer: Layer, around: Around) -> Fragment:
    """The matrix of products, and what is kept of it.

    Raises:
        MigrationError: ``ECO090`` for features of unknown or unequal size, and zeros above and on the diagonal.
    """
    count = len(list(layer.nodes[0].refs())) if layer.nodes else 0
    shapes = [around(at) for at in range(count)]
    sizes = {shape[1] if shape is not None and len(shape) == _ROWS else None for shape in shapes}
    itself, whole = bool(layer.config.get("self_interaction")), bool(layer.config.get("skip_gather"))
    if len(sizes) != 1 or None in sizes:
        raise refusal(layer, "its inputs are not known to be rows of one size")
    if whole and not itself:
        raise refusal(layer, "skip_gather without self_interaction leaves zeros on the diagonal, too")
    fragment = Fragment(layer)
    rows: Any = fragment.input()
    if count > 1:
        rows = fragment.add("Concatenate", "row", [fragment.input(at) for at in range(count)], {"axis": -1})
    rows = fragment.add("Reshape", "rows", rows, {"target_shape": [count, int(next(iter(sizes)) or 0)]})
    products = fragment.operation("products", "linalg.matmul", rows, b=rows, transpose_b=True)
    if whole:
        products = fragment.operation("below", "linalg.band_part", products, num_lower=-1, num_upper=0)
    flat = fragment.add("Reshape", "flat", products, {"target_shape": [count * count]})
    if not whole:
        kept = [row * count + at for row in range(count) for at in range(row + itself)]
        fragment.operation("pairs", "gather", flat, indices=kept, axis=1)
    return fragment
