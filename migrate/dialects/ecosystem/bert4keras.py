"""BERT of bert4keras (``bert4keras/layers.py`` of 0.10.6): position embedding, attention, feed-forward, normalization.

The package masked padding by its own rule: a token is real when its id is not 0, and the first one always is. Which
layers hand the mask on is followed here, and what used it gets it as a tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from migrate.capsule.model import Array, Layer, Model, Node, TensorRef, Topology, structure_refs
from migrate.dialects.foreign import Foreign, model_adapter, refusal, unchanged
from migrate.dialects.graph_rewrites import Fragment, expand_graphs
from migrate.dialects.rule import Era
from migrate.findings import Fix, Rule, Severity

_PACKAGE, _PREFIX = "bert4keras", "bert4keras"
_POSITION, _ATTENTION = f"{_PREFIX}>PositionEmbedding", f"{_PREFIX}>MultiHeadAttention"
_FORWARD, _NORM = f"{_PREFIX}>FeedForward", f"{_PREFIX}>LayerNormalization"
_OURS = frozenset({_POSITION, _ATTENTION, _FORWARD, _NORM})
_HAND_ON = frozenset({_POSITION, _FORWARD, _NORM, "Add", "Dropout", "Activation", "Dense"})
"""Classes whose output has the mask of their input."""
_DROP = frozenset({"Lambda"})
"""Classes that take what is masked, ignore the mask and end it."""
_PLAIN = frozenset({"linear", "relu", "tanh", "sigmoid", "swish", "softmax"})
_LOW = 1e12


def _of_attention(layer: Layer) -> tuple[str, ...]:
    kinds = ("kernel", "bias") if layer.config.get("use_bias", True) else ("kernel",)
    return tuple(f"{part}_dense/{kind}" for part in "qkvo" for kind in kinds)


def _of_forward(layer: Layer) -> tuple[str, ...]:
    kinds = ("kernel", "bias") if layer.config.get("use_bias", True) else ("kernel",)
    return tuple(f"{part}/{kind}" for part in ("i0_dense", "o_dense") for kind in kinds)


@model_adapter(
    Rule(
        "ECO160",
        "bert4keras-transformer",
        "A BERT of bert4keras becomes Dense, Embedding and LayerNormalization layers with attention as operations.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "MultiHeadAttention", "config": {"heads": 12, "head_size": 64, "key_size": 64, …}}',
        after="Dense layers for query, key, value and output, and the attention as operations",
        why="The classes have names that Keras later used with other arguments. Scores of padding become -1e12 "
        "before the softmax, where a token is padding if its id is 0 and it is not the first. The mask is computed "
        "from the ids; it no longer masks the loss, which affects only training.",
        references=("https://github.com/bojone/bert4keras",),
    ),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "PositionEmbedding",
        keys=frozenset({"merge_mode", "hierarchical", "custom_position_ids"}),
        roles=lambda layer: ("embeddings",),
        shape=unchanged,
        nested=False,
    ),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "MultiHeadAttention",
        keys=frozenset({"heads", "head_size", "key_size", "attention_scale"}),
        roles=_of_attention,
        nested=False,
    ),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "FeedForward",
        keys=frozenset({"units", "activation", "use_bias", "kernel_initializer"}),
        lacks=frozenset({"bias_initializer"}),
        roles=_of_forward,
        shape=unchanged,
        peculiar=False,
        nested=False,
    ),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "LayerNormalization",
        keys=frozenset({"conditional", "hidden_units", "hidden_activation"}),
        roles=lambda layer: ("beta", "gamma"),
        shape=unchanged,
        nested=False,
    ),
)
def transformer(model: Model, era: Era) -> Model:
    """The model with stock layers and operations in place of the package's.

    Raises:
        MigrationError: ``ECO090`` for variants without an authentic case, and where a mask reaches another layer.
    """
    ours = [layer for layer in model.layers if layer.class_name in _OURS]
    if not ours:
        return model
    for layer in ours:
        _must_be_plain(layer, model)
    model = _with_mask(model)
    make: Mapping[str, Callable[[Layer], Fragment]] = {
        _POSITION: _position,
        _ATTENTION: _attention,
        _FORWARD: _forward,
        _NORM: _normalization,
    }
    return expand_graphs(model, _OURS, lambda layer: make[layer.class_name](layer))


def _must_be_plain(layer: Layer, model: Model) -> None:
    config = layer.config
    odd = {
        _POSITION: config.get("merge_mode") != "add"
        or config.get("hierarchical")
        or config.get("custom_position_ids"),
        _ATTENTION: config.get("return_attention_scores"),
        _FORWARD: not _activation(layer),
        _NORM: config.get("conditional") or not (config.get("center") and config.get("scale")),
    }
    if odd[layer.class_name]:
        raise refusal(layer, "this variant of it has not been compared with the package")
    if any(value is not None for node in layer.nodes for value in node.kwargs.values()):
        raise refusal(layer, "it is called with a bias for its scores")
    if model.topology is not Topology.FUNCTIONAL or not layer.weights:
        raise refusal(layer, "it is in a model without a graph or without weights")
    if layer.class_name == _ATTENTION and any(len(list(structure_refs(n.args))) != 3 for n in layer.nodes):
        raise refusal(layer, "it is not called with only query, key and value")


def _activation(layer: Layer) -> str:
    """The one activation of a feed-forward layer; empty for a gated one and for one that is not known."""
    stored = layer.config.get("activation")
    names = stored if isinstance(stored, list) else [stored]
    known = len(names) == 1 and (names[0] in _PLAIN or names[0] in ("gelu_erf", "gelu_tanh"))
    return str(names[0]) if known else ""


def _with_mask(model: Model) -> Model:
    """The model whose attention layers get the mask as a fourth input, and whose embeddings make none."""
    sources = [la for la in model.layers if la.class_name == "Embedding" and la.config.get("mask_zero")]
    for layer in model.layers:
        if layer.class_name == "Embedding" and any(node.kwargs.get("mode") for node in layer.nodes):
            raise refusal(layer, "it is called a second time, as a dense layer")
    if not sources:
        return model
    source = sources[0]
    if len(sources) > 1 or len(source.nodes) != 1:
        raise refusal(source, "there is more than one mask")
    masked = _masked(model, source)
    (ids,) = structure_refs(source.nodes[0].args)
    parts = _mask_of(ids, source.name)
    mask = TensorRef(parts[-1].name)
    layers: list[Layer] = []
    for layer in model.layers:
        if layer is source:
            layers += [layer.with_config(mask_zero=False), *parts]
        elif layer.class_name == _ATTENTION:
            nodes = []
            for node in layer.nodes:
                refs = list(structure_refs(node.args))
                nodes.append(Node(([*refs, mask],), {}) if refs[2] in masked else node)
            layers.append(replace(layer, nodes=tuple(nodes)))
        else:
            layers.append(layer)
    return replace(model, layers=tuple(layers))


def _masked(model: Model, source: Layer) -> set[TensorRef]:
    """Every tensor that carries the mask of an embedding.

    Raises:
        MigrationError: ``ECO090`` when it reaches a layer of which it is not known what it does with a mask.
    """
    found = {TensorRef(source.name)}
    grown = True
    while grown:
        grown = False
        for layer in model.layers:
            for call, node in enumerate(layer.nodes):
                refs = list(structure_refs(node.args))
                made = TensorRef(layer.name, call)
                if made in found or not any(ref in found for ref in refs) or layer.class_name in _DROP:
                    continue
                if layer.class_name == _ATTENTION:
                    if refs[0] not in found:
                        continue
                elif layer.class_name not in _HAND_ON:
                    raise refusal(layer, "the mask of a BERT of bert4keras reaches it")
                found.add(made)
                grown = True
    return found


def _mask_of(ids: TensorRef, name: str) -> list[Layer]:
    """Operations from ids to a mask of the shape ``(batch, 1, 1, steps)``: 1 for real tokens."""

    def operation(suffix: str, function: str, first: TensorRef, **arguments: Any) -> Layer:
        return Layer("TFOpLambda", f"{name}_{suffix}", {"function": function}, (Node((first,), arguments),))

    def ref(layer: Layer) -> TensorRef:
        return TensorRef(layer.name)

    given = operation("given", "math.not_equal", ids, y=0.0)
    real = operation("real", "cast", ref(given), dtype="float32")
    ones = operation("ones", "ones_like", ref(real))
    places = operation("places", "math.cumsum", ref(ones), axis=1)
    first = operation("first", "math.equal", ref(places), y=1.0)
    start = operation("start", "cast", ref(first), dtype="float32")
    kept = operation("kept", "math.maximum", ref(real), y=ref(start))
    mask = Layer("Reshape", f"{name}_mask", {"target_shape": [1, 1, -1]}, (Node((ref(kept),)),))
    return [given, real, ones, places, first, start, kept, mask]


def _dense(
    fragment: Fragment, suffix: str, source: TensorRef, role: str, activation: str = "linear"
) -> TensorRef:
    held = fragment.owner.weights
    weights: dict[str, Array] = {k: held[f"{role}/{k}"] for k in ("kernel", "bias") if f"{role}/{k}" in held}
    config = {
        "units": int(weights["kernel"].shape[1]),
        "use_bias": "bias" in weights,
        "activation": activation,
    }
    return fragment.add("Dense", suffix, source, config, weights)


def _attention(layer: Layer) -> Fragment:
    config = layer.config
    heads, key, value = int(config["heads"]), int(config["key_size"]), int(config["head_size"])
    fragment = Fragment(layer)

    operation = fragment.operation

    def by_head(part: str, at: int, size: int) -> TensorRef:
        made = _dense(fragment, part, fragment.input(at), f"{part}_dense")
        split = fragment.add("Reshape", f"{part}_split", made, {"target_shape": [-1, heads, size]})
        return fragment.add("Permute", f"{part}_heads", split, {"dims": [2, 1, 3]})

    query, keys, values = by_head("q", 0, key), by_head("k", 1, key), by_head("v", 2, value)
    scores = operation("scores", "linalg.matmul", query, b=keys, transpose_b=True)
    if config.get("attention_scale", True):
        scores = operation("scaled", "math.truediv", scores, y=float(key**0.5))
    if any(len(list(structure_refs(node.args))) == 4 for node in layer.nodes):
        mask = fragment.input(3)
        kept = operation("kept", "math.multiply", scores, y=mask)
        low = fragment.add("Rescaling", "low", mask, {"scale": _LOW, "offset": -_LOW})
        scores = fragment.add("Add", "masked", [kept, low])
    shares = fragment.add("Softmax", "shares", scores, {"axis": -1})
    found = operation("found", "linalg.matmul", shares, b=values)
    found = fragment.add("Permute", "by_step", found, {"dims": [2, 1, 3]})
    found = fragment.add("Reshape", "joined", found, {"target_shape": [-1, heads * value]})
    _dense(fragment, "o", found, "o_dense")
    return fragment


def _position(layer: Layer) -> Fragment:
    fragment = Fragment(layer)
    x = fragment.input()

    operation = fragment.operation
    nothing = operation("nothing", "math.reduce_sum", operation("zeros", "zeros_like", x), axis=-1)
    ones = operation("ones", "ones_like", nothing)
    places = operation("counted", "math.cumsum", ones, axis=1)
    places = operation("places", "math.subtract", places, y=1.0)
    places = operation("whole", "cast", places, dtype="int32")
    table = layer.weights["embeddings"]
    config = {"input_dim": int(table.shape[0]), "output_dim": int(table.shape[1])}
    rows = fragment.add("Embedding", "rows", places, config, {"embeddings": table})
    fragment.add("Add", "sum", [x, rows])
    return fragment


def _forward(layer: Layer) -> Fragment:
    fragment = Fragment(layer)
    name = _activation(layer)
    wide = _dense(fragment, "wide", fragment.input(), "i0_dense", name if name in _PLAIN else "linear")
    if name not in _PLAIN:
        approximate = name == "gelu_tanh"
        wide = fragment.operation("gelu", "nn.gelu", wide, approximate=approximate)
    _dense(fragment, "narrow", wide, "o_dense")
    return fragment


def _normalization(layer: Layer) -> Fragment:
    fragment = Fragment(layer)
    config = {"axis": -1, "epsilon": float(layer.config["epsilon"]), "center": True, "scale": True}
    fragment.add("LayerNormalization", "normed", fragment.input(), config, dict(layer.weights))
    return fragment
