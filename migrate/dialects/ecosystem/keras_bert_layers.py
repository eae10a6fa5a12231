"""What stands for each layer of keras-bert and keras-transformer (``keras_bert.py`` beside this file)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from migrate.capsule.model import Layer, TensorRef, structure_refs
from migrate.dialects.foreign import refusal
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.shapes import Shape

_PREFIX = "keras_bert"
EMBEDDINGS = frozenset({f"{_PREFIX}>TokenEmbedding", f"{_PREFIX}>EmbeddingRet"})
"""Embeddings that give their table as a second output."""
USES = frozenset({"MultiHeadAttention", "ScaledDotProductAttention", "MaskedGlobalMaxPool1D"})
"""Classes whose numbers depend on a mask; they get it behind their inputs."""
_PLAIN = frozenset({"linear", "relu", "tanh", "sigmoid", "softmax", "elu", "selu", "softplus", "gelu", None})
_LOW = 1e4
"""What is taken from the score of padding."""
_FAR = 1e6
"""What is taken from padding before a maximum."""
_ALL = {"start": None, "stop": None, "step": None}

Shapes = Mapping[TensorRef, Shape]


def parts_of(layer: Layer, shapes: Shapes) -> Fragment:
    """The fragment that stands for a layer of the family.

    Raises:
        MigrationError: ``ECO090`` for variants that have not been compared with the packages.
    """
    fragment = Fragment(layer)
    if any(value is not None for node in layer.nodes for value in node.kwargs.values()):
        raise refusal(layer, "it is called with further arguments")
    if layer.class_name not in _WITHOUT_WEIGHTS and not layer.weights:
        raise refusal(layer, "the file contains no weights for it")
    _PARTS[layer.class_name](layer, fragment, shapes)
    return fragment


def _inputs(layer: Layer, fragment: Fragment) -> tuple[list[TensorRef], TensorRef | None]:
    """The tensors that a layer that uses masks is given, and the mask of shape (batch, steps)."""
    counts = {len(list(structure_refs(node.args))) for node in layer.nodes}
    if len(counts) != 1:
        raise refusal(layer, "some of its calls have a mask and others have none")
    count = counts.pop()
    masked = count % 2 == 0
    return [fragment.input(at) for at in range(count - masked)], fragment.input(count - 1) if masked else None


def _dense(
    fragment: Fragment, suffix: str, source: TensorRef, letter: str, activation: Any = None
) -> TensorRef:
    """A product with ``W`` and the letter, plus ``b`` and the letter."""
    owner = fragment.owner
    kernel, bias = owner.weights[f"{owner.name}_W{letter}"], owner.weights.get(f"{owner.name}_b{letter}")
    config = {
        "units": int(kernel.shape[1]),
        "use_bias": bias is not None,
        "activation": activation or "linear",
    }
    if config["activation"] not in _PLAIN:
        raise refusal(owner, f"its activation {activation!r} belongs neither to the package nor to Keras")
    return fragment.add(
        "Dense",
        suffix,
        source,
        config,
        {"kernel": kernel} if bias is None else {"kernel": kernel, "bias": bias},
    )


def _low(fragment: Fragment, scores: TensorRef, suffix: str, kept: TensorRef) -> TensorRef:
    """Scores from which 10000 is taken where ``kept`` is 0."""
    low = fragment.add("Rescaling", f"{suffix}_low", kept, {"scale": _LOW, "offset": -_LOW})
    return fragment.operation(suffix, "math.add", scores, y=low)


def _shares(
    layer: Layer,
    fragment: Fragment,
    query: TensorRef,
    keys: TensorRef,
    mask: TensorRef | None,
    size: int,
    heads: bool,
) -> TensorRef:
    scores = fragment.operation("scores", "linalg.matmul", query, b=keys, transpose_b=True)
    scores = fragment.operation("scaled", "math.truediv", scores, y=float(size**0.5))
    if layer.config.get("history_only"):
        raise refusal(layer, "it looks only at its own past, and has not been compared with the package")
    if mask is not None:
        real = fragment.operation("real", "cast", mask, dtype="float32")
        shape = [1, 1, -1] if heads else [1, -1]
        scores = _low(
            fragment, scores, "unpadded", fragment.add("Reshape", "keys", real, {"target_shape": shape})
        )
    return fragment.add("Softmax", "shares", scores, {"axis": -1})


def _attention(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    given, mask = _inputs(layer, fragment)
    query, key, value = given if len(given) > 1 else given * 3
    heads, activation = int(layer.config["head_num"]), layer.config.get("activation")
    size = int(layer.weights[f"{layer.name}_Wq"].shape[1]) // heads

    def by_head(letter: str, source: TensorRef) -> TensorRef:
        made = _dense(fragment, letter, source, letter, activation)
        split = fragment.add("Reshape", f"{letter}_split", made, {"target_shape": [-1, heads, size]})
        return fragment.add("Permute", f"{letter}_heads", split, {"dims": [2, 1, 3]})

    queries, keys, values = by_head("q", query), by_head("k", key), by_head("v", value)
    shares = _shares(layer, fragment, queries, keys, mask, size, heads=True)
    found = fragment.add(
        "Permute",
        "by_step",
        fragment.operation("found", "linalg.matmul", shares, b=values),
        {"dims": [2, 1, 3]},
    )
    joined = fragment.add("Reshape", "joined", found, {"target_shape": [-1, heads * size]})
    _dense(fragment, "o", joined, "o", activation)


def _scaled_attention(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    if layer.config.get("return_attention"):
        raise refusal(
            layer, "it also returns its attention weights, which has not been compared with the package"
        )
    given, mask = _inputs(layer, fragment)
    query, key, value = given if len(given) > 1 else given * 3
    shape = shapes.get(next(iter(structure_refs(layer.nodes[0].args))))
    if shape is None or shape[-1] is None:
        raise refusal(layer, "the size of its query is unknown")
    shares = _shares(layer, fragment, query, key, mask, shape[-1], heads=False)
    fragment.operation("values", "linalg.matmul", shares, b=value)


def _forward(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    wide = _dense(fragment, "wide", fragment.input(), "1", layer.config.get("activation"))
    rate = float(layer.config.get("dropout_rate") or 0.0)
    if 0.0 < rate < 1.0:
        wide = fragment.add("Dropout", "dropped", wide, {"rate": rate})
    _dense(fragment, "narrow", wide, "2")


def _normalization(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    kept = ("center", "scale", "epsilon")
    config = {"axis": -1, **{key: layer.config[key] for key in kept}}
    fragment.add("LayerNormalization", "normed", fragment.input(), config, dict(layer.weights))


def _rows(layer: Layer, fragment: Fragment, ids: TensorRef) -> TensorRef:
    table = layer.weights["embeddings"]
    config = {"input_dim": int(table.shape[0]), "output_dim": int(table.shape[1])}
    return fragment.add("Embedding", "rows", ids, config, {"embeddings": table})


def _places(fragment: Fragment, x: TensorRef) -> TensorRef:
    """The number of each step, of shape (batch, steps)."""
    nothing = fragment.operation(
        "nothing", "math.reduce_sum", fragment.operation("zeros", "zeros_like", x), axis=-1
    )
    counted = fragment.operation(
        "counted", "math.cumsum", fragment.operation("ones", "ones_like", nothing), axis=1
    )
    return fragment.operation("places", "math.subtract", counted, y=1.0)


def _joined(layer: Layer, fragment: Fragment, x: TensorRef, other: TensorRef) -> None:
    if layer.config["mode"] == "add":
        fragment.add("Add", "sum", [x, other])
    else:
        fragment.add("Concatenate", "both", [x, other], {"axis": -1})


def _position(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    x = fragment.input()
    if layer.config["mode"] == "expand":
        if layer.config.get("mask_zero"):
            raise refusal(layer, "it creates a mask, which has not been compared with the package")
        limit = int(layer.config["input_dim"])
        whole = fragment.operation("whole", "cast", x, dtype="int32")
        near = fragment.operation("near", "clip_by_value", whole, clip_value_min=-limit, clip_value_max=limit)
        _rows(layer, fragment, fragment.operation("shifted", "math.add", near, y=limit))
        return
    places = fragment.operation("whole", "cast", _places(fragment, x), dtype="int32")
    _joined(layer, fragment, x, _rows(layer, fragment, places))


def _waves(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    """Sines at even and cosines at odd features."""
    x, mode = fragment.input(), layer.config["mode"]
    shape = shapes.get(next(iter(structure_refs(layer.nodes[0].args))))
    size = layer.config.get("output_dim") if mode != "add" else (shape or (None,))[-1]
    if size is None or int(size) % 2:
        raise refusal(layer, "the number of its features is odd or unknown")
    even = np.arange(int(size) // 2, dtype="float32") * 2
    rates = np.repeat(1.0 / np.power(np.float32(10000.0), even / np.float32(size)), 2)
    places = x if mode == "expand" else _places(fragment, x)
    column = fragment.operation("column", "expand_dims", places, axis=-1)
    angles = fragment.operation("angles", "math.multiply", column, y=[float(rate) for rate in rates])
    sines = fragment.operation(
        "sines",
        "math.multiply",
        fragment.operation("sine", "math.sin", angles),
        y=[1.0, 0.0] * (int(size) // 2),
    )
    cosines = fragment.operation(
        "cosines",
        "math.multiply",
        fragment.operation("cosine", "math.cos", angles),
        y=[0.0, 1.0] * (int(size) // 2),
    )
    waves = fragment.add("Add", "waves", [sines, cosines])
    if mode != "expand":
        _joined(layer, fragment, x, waves)


def _similarity(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    """Shares of the rows of a table that a step is like; the bias is that of a layer whose kernel is 1."""
    found = fragment.operation(
        "products", "linalg.matmul", fragment.input(0), b=fragment.input(1), transpose_b=True
    )
    bias = layer.weights.get("bias")
    if bias is not None:
        config = {
            "equation": "bsv,v->bsv",
            "output_shape": [None, len(bias)],
            "bias_axes": "v",
            "activation": "linear",
        }
        found = fragment.add(
            "EinsumDense", "biased", found, config, {"kernel": np.ones_like(bias), "bias": bias}
        )
    fragment.add("Softmax", "shares", found, {"axis": -1})


def _masked(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    if layer.config.get("return_masked"):
        raise refusal(layer, "it also returns its mask, which has not been compared with the package")
    fragment.add("Activation", "same", fragment.input(0), {"activation": "linear"})


def _extract(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    index = [_ALL, int(layer.config["index"])]
    fragment.add(
        "SlicingOpLambda", "step", fragment.input(), {"function": "__operators__.getitem"}, slice_spec=index
    )


def _task(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    if layer.config.get("mask_zero"):
        raise refusal(layer, "it returns zeros for task 0, which has not been compared with the package")
    tasks = fragment.operation("whole", "cast", fragment.input(1), dtype="int32")
    fragment.operation("sum", "math.add", fragment.input(0), y=_rows(layer, fragment, tasks))


def _highest(layer: Layer, fragment: Fragment, shapes: Shapes) -> None:
    (x,), mask = _inputs(layer, fragment)
    if mask is not None:
        real = fragment.operation("real", "cast", mask, dtype="float32")
        column = fragment.operation("column", "expand_dims", real, axis=-1)
        far = fragment.add("Rescaling", "far", column, {"scale": _FAR, "offset": -_FAR})
        x = fragment.operation("kept", "math.add", x, y=far)
    fragment.operation("highest", "math.reduce_max", x, axis=-2)


_PARTS: Mapping[str, Callable[[Layer, Fragment, Shapes], None]] = {
    f"{_PREFIX}>{name}": parts
    for name, parts in {
        "MultiHeadAttention": _attention,
        "ScaledDotProductAttention": _scaled_attention,
        "FeedForward": _forward,
        "LayerNormalization": _normalization,
        "PositionEmbedding": _position,
        "TrigPosEmbedding": _waves,
        "EmbeddingSimilarity": _similarity,
        "EmbeddingSim": _similarity,
        "Masked": _masked,
        "Extract": _extract,
        "TaskEmbedding": _task,
        "MaskedGlobalMaxPool1D": _highest,
    }.items()
}
_WITHOUT_WEIGHTS = frozenset(
    f"{_PREFIX}>{name}"
    for name in (
        "ScaledDotProductAttention",
        "TrigPosEmbedding",
        "Masked",
        "Extract",
        "MaskedGlobalMaxPool1D",
        "EmbeddingSim",
    )
)
FAMILY = EMBEDDINGS | _PARTS.keys()
"""Every class that this adapter knows."""
