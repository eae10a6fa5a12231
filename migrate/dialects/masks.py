"""The source of a tensor's mask, and layers that restore the mask of a tensor that lost it.

Keras 2 propagates masks implicitly. A rule that inserts tensor operations loses them; it can name
the mask again, from the layer that created it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, structure_refs
from migrate.dialects.graph_rewrites import to_functional, unique_name
from migrate.dialects.made_layers import precision
from migrate.dialects.shapes import infer_shapes
from migrate.formats.stock import is_stock_class

CARRIERS = frozenset(
    (
        "Activation",
        "ActivityRegularization",
        "Add",
        "AlphaDropout",
        "Average",
        "BatchNormalization",
        "Bidirectional",
        "Concatenate",
        "Dense",
        "Dropout",
        "ELU",
        "GRU",
        "GaussianDropout",
        "GaussianNoise",
        "LSTM",
        "LayerNormalization",
        "LeakyReLU",
        "Maximum",
        "Minimum",
        "Multiply",
        "PReLU",
        "RNN",
        "ReLU",
        "SimpleRNN",
        "Softmax",
        "SpatialDropout1D",
        "Subtract",
        "ThresholdedReLU",
        "TimeDistributed",
    )
)
"""Classes that pass on the mask of their inputs (merging ones: if all masks agree)."""
_PERHAPS = frozenset(
    ("AdditiveAttention", "Attention", "GroupNormalization", "MultiHeadAttention", "UnitNormalization")
)
"""Classes that pass on a mask in some releases, or that of their first input alone."""
READERS = frozenset(
    (
        "AdditiveAttention",
        "Attention",
        "Bidirectional",
        "GRU",
        "GlobalAveragePooling1D",
        "LSTM",
        "MultiHeadAttention",
        "RNN",
        "SimpleRNN",
        "Softmax",
    )
)
"""Classes whose numbers depend on the mask."""
_STEPS = 2
"""Rank of a sequence mask: batch and time."""
_LAST_ONLY = frozenset({"LSTM", "GRU", "SimpleRNN", "RNN"})


def wrapped_by_time(layer: Layer) -> Layer:
    """The layer that TimeDistributed applies to each step; any other layer itself."""
    return layer.children.get("layer", layer) if layer.class_name == "TimeDistributed" else layer


def makes_mask(layer: Layer) -> bool:
    """Whether a layer creates a mask itself, or contains one that does."""
    if layer.model is not None:
        return any(makes_mask(inner) for inner in layer.model.layers)
    if any(makes_mask(child) for child in layer.children.values()):
        return True
    return layer.class_name == "Masking" or (
        layer.class_name == "Embedding" and bool(layer.config.get("mask_zero"))
    )


def mask_makers(
    model: Model, ref: TensorRef, masked: frozenset[str] = frozenset()
) -> frozenset[TensorRef] | None:
    """Calls of Embedding and Masking layers whose combined masks are the mask of a tensor.

    Args:
        model: Functional.
        ref: the tensor.
        masked: inputs of a nested model that have a mask when it is called; they count as sources.

    Returns:
        An empty set for a tensor without a mask, which is what every class gives that is not in :data:`CARRIERS`; None
        if it is unknown: behind a nested model that creates masks, or that is not called.
    """
    return _followed(model, ref, masked)[0]


def mask_carriers(model: Model, ref: TensorRef) -> set[str]:
    """Names of the layers that pass on the mask of a tensor, from its sources to it."""
    return _followed(model, ref, frozenset())[1]


def _followed(
    model: Model, ref: TensorRef, masked: frozenset[str], *, cautious: bool = False
) -> tuple[frozenset[TensorRef] | None, set[str]]:
    """The result of :func:`mask_makers` and :func:`mask_carriers`."""
    layers = {layer.name: layer for layer in model.layers}
    makers: set[TensorRef] = set()
    carriers: set[str] = set()
    pending, seen = [ref], {ref}
    while pending:
        current = pending.pop()
        layer = layers[current.layer]
        if layer.class_name == "InputLayer":
            if layer.name in masked:
                makers.add(current)
            continue
        if layer.model is not None:
            if makes_mask(layer) or not layer.nodes:
                return None, carriers
        elif wrapped_by_time(layer).class_name in ("Masking", "Embedding") and makes_mask(layer):
            makers.add(TensorRef(layer.name, current.node))
            continue
        elif not (
            layer.class_name in CARRIERS
            or layer.class_name == "Embedding"
            or (cautious and (layer.class_name in _PERHAPS or not is_stock_class(layer.class_name)))
        ):
            continue
        if _stops(layer):
            continue
        carriers.add(layer.name)
        for source in structure_refs(layer.nodes[current.node].args):
            if source not in seen:
                seen.add(source)
                pending.append(source)
    return frozenset(makers), carriers


def may_have_mask(
    model: Model, ref: TensorRef, masked: frozenset[str] = frozenset(), *, cautious: bool = False
) -> bool:
    """Whether a tensor may have a mask; true if it is unknown.

    Args:
        model: Functional.
        ref: the tensor.
        masked: inputs of a nested model that have a mask when it is called.
        cautious: take every class that Keras does not have, and those that pass on a mask in some releases, for ones
            that pass it on: for callers that refuse.
    """
    makers = _followed(model, ref, masked, cautious=cautious)[0]
    return makers is None or bool(makers)


def masked_inputs(
    model: Model, layer: Layer, masked: frozenset[str] = frozenset(), *, cautious: bool = False
) -> frozenset[str]:
    """Which inputs of a nested model may get a mask in any of its calls.

    Args:
        model: Functional, contains the layer.
        layer: of this model; its own model is the nested one.
        masked: inputs of ``model`` that have a mask themselves.
        cautious: as of :func:`may_have_mask`.
    """
    if layer.model is None:
        return frozenset()
    entries = [ref.layer for ref in structure_refs(to_functional(layer.model).inputs)]
    return frozenset(
        entry
        for node in layer.nodes
        for entry, ref in zip(entries, structure_refs(node.args), strict=False)
        if may_have_mask(model, ref, masked, cautious=cautious)
    )


def given_masks(model: Model, masked: frozenset[str] = frozenset()) -> Iterator[Layer]:
    """Layers that may be called with a tensor that has a mask, in nested models and under ``TimeDistributed``, too.

    Cautious, as :func:`may_have_mask` can be.

    Args:
        model: of either topology.
        masked: inputs of the model that have a mask themselves.
    """
    if not masked and not any(makes_mask(layer) for layer in model.layers):
        return
    graph = to_functional(model)
    for layer in graph.layers:
        refs = (ref for node in layer.nodes for ref in node.refs())
        if any(may_have_mask(graph, ref, masked, cautious=True) for ref in refs):
            yield layer
        inner = replace(wrapped_by_time(layer), nodes=layer.nodes)
        if inner.model is not None:
            yield from given_masks(inner.model, masked_inputs(graph, inner, masked, cautious=True))


def _stops(layer: Layer) -> bool:
    inner = layer.children.get("forward_layer", layer)
    return inner.class_name in _LAST_ONLY and not inner.config.get("return_sequences")


def mask_matters(model: Model, name: str) -> bool:
    """Whether the mask of a layer's output reaches a layer that reads masks, a model, or an output (and its loss)."""
    outputs = {ref.layer for ref in structure_refs(model.outputs)}
    return any(reached in outputs or reads for reached, reads in _reached(model, name))


def reads_mask_behind(model: Model, name: str) -> Iterator[str]:
    """Names of the layers that read the mask of a layer's output: models, and classes whose numbers depend on it."""
    return (reached for reached, reads in _reached(model, name) if reads)


def _reached(model: Model, name: str) -> Iterator[tuple[str, bool]]:
    """Layers that the mask of a layer's output reaches, that layer first, and whether each reads it."""
    users: dict[str, list[Layer]] = {}
    for layer in model.layers:
        for node in layer.nodes:
            if node.kwargs.get("mask") is None:
                for ref in node.refs():
                    users.setdefault(ref.layer, []).append(layer)
    pending, seen = [name], {name}
    yield name, False
    while pending:
        for layer in users.get(pending.pop(), ()):
            if layer.name in seen:
                continue
            seen.add(layer.name)
            yield layer.name, layer.model is not None or layer.class_name in READERS
            if layer.class_name in CARRIERS:
                pending.append(layer.name)


class MaskOperations:
    """Creates the operations that compute something from a mask, each with a name that is free in a model.

    Attributes:
        parts: the layers made so far, in order.
    """

    def __init__(self, model: Model, owner: str) -> None:
        self._model = model
        self._owner = owner
        self._taken = {layer.name for layer in model.layers}
        self.parts: list[Layer] = []

    def fresh(self, suffix: str) -> str:
        """A free name, the owner's with a suffix."""
        name = unique_name(f"{self._owner}_{suffix}", self._taken)
        self._taken.add(name)
        return name

    def add(self, suffix: str, function: str, first: Any, **kwargs: Any) -> TensorRef:
        """One call of a TensorFlow function."""
        name = self.fresh(suffix)
        self.parts.append(Layer("TFOpLambda", name, {"function": function}, (Node((first,), kwargs),)))
        return TensorRef(name)

    def mask(self, makers: frozenset[TensorRef]) -> TensorRef:
        """The combined mask of the sources (from :func:`mask_makers`, not empty), of shape (batch, time)."""
        masks: list[TensorRef] = []
        shapes = infer_shapes(self._model)
        for maker in sorted(makers, key=lambda m: (m.layer, m.node)):
            layer = self._model.layer(maker.layer)
            given = layer.nodes[maker.node].args[0]
            layer = wrapped_by_time(layer)
            if layer.class_name == "Embedding":
                masks.append(self.add("mask", "math.not_equal", given, y=0))
            else:
                value = layer.config.get("mask_value", 0.0)
                differs = self.add("differs", "math.not_equal", given, y=value)
                masks.append(self.add("mask", "math.reduce_any", differs, axis=-1))
            rank = len(shapes.get(given) or ()) - (layer.class_name != "Embedding")
            if rank > _STEPS:
                # The mask of each step's parts, as under TimeDistributed: a step counts if any of its parts does.
                parts = list(range(_STEPS, rank))
                masks[-1] = self.add("steps", "math.reduce_any", masks[-1], axis=parts)
        mask = masks[0]
        for other in masks[1:]:
            mask = self.add("masks", "math.logical_and", mask, y=other)
        return mask


def with_mask(
    model: Model, owner: Layer, source: TensorRef, features: int | None, makers: frozenset[TensorRef]
) -> list[Layer]:
    """Layers that restore the mask of a sequence tensor; the last one has the owner's name.

    Args:
        model: Functional, contains the sources.
        owner: provides the names.
        source: the tensor without a mask, of shape (batch, time, features).
        features: size of its last dimension, None if unknown.
        makers: from :func:`mask_makers`; not empty.
    """
    operations = MaskOperations(model, owner.name)
    mask = operations.mask(makers)
    return [*operations.parts, masked_identity(owner.name, source, features, mask, precision(owner))]


def masked_identity(
    name: str, source: TensorRef, features: int | None, mask: TensorRef, dtype: str = "float32"
) -> Layer:
    """A layer whose output is a sequence tensor with a mask.

    Stock layers pass on a mask but none takes one from a tensor, except a model: this one does nothing, and is called
    with ``mask``.
    """
    inside = f"{name}_values"
    entry = Layer("InputLayer", inside, {"batch_input_shape": [None, None, features], "dtype": dtype})
    same = Layer(
        "Activation",
        f"{name}_masked",
        {"activation": "linear", "dtype": dtype},
        (Node((TensorRef(inside),)),),
    )
    identity = Model(
        "Functional", name, Topology.FUNCTIONAL, (entry, same), TensorRef(entry.name), TensorRef(same.name)
    )
    return Layer("Functional", name, nodes=(Node((source,), {"mask": mask}),), model=identity)
