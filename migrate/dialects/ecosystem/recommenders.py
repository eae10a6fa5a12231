"""TensorFlow Recommenders (``tensorflow_recommenders/layers/feature_interaction/dcn.py`` of 0.7)."""

from __future__ import annotations

from migrate.capsule.model import Layer
from migrate.dialects.foreign import Around, Foreign, graph_adapter, refusal
from migrate.dialects.graph_rewrites import Fragment
from migrate.findings import Rule, Severity

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
