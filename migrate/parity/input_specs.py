"""Specifications of a model's inputs, from the layers that they reach: vocabularies, sizes, mask values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from migrate.capsule.ends import TensorSpec
from migrate.capsule.model import Layer, Model, Node, TensorRef, Topology, structure_refs
from migrate.dialects.pass_through import PASS_THROUGH, hidden_value
from migrate.formats.saved_model.examples import Feature


@dataclass(frozen=True, slots=True)
class InputSpec:
    """The known properties of one input.

    Attributes:
        name: of the input.
        shape: with the batch; None for a dynamic dimension.
        dtype: numpy or TensorFlow name; ``string`` for text.
        ids: number of allowed ids if the input contains indices, otherwise None.
        words: vocabulary if the input is text.
        examples: features if the input contains serialised ``tf.Example`` strings.
        images: whether strings contain encoded images.
        features: required size of the last dimension, if the shape leaves it dynamic.
        fill: value of a step that a Masking layer masks, or of each of its features.
    """

    name: str
    shape: tuple[int | None, ...]
    dtype: str
    ids: int | None = None
    words: tuple[str, ...] = ()
    examples: tuple[Feature, ...] = ()
    images: bool = False
    features: int | None = None
    fill: float | tuple[float, ...] | None = None


def described_input(entry: TensorSpec, **known: Any) -> InputSpec:
    """The specification of an input as a world describes it.

    Args:
        entry: one input.
        known: its other known properties, by the field names of :class:`InputSpec`.
    """
    shape = (None,) if entry.shape is None else entry.shape
    return InputSpec(entry.name, shape, entry.dtype, **known)


def input_specs(model: Model, described: Sequence[TensorSpec]) -> list[InputSpec]:
    """Combine a world's description of the live inputs with their use in the records.

    Args:
        model: records in the final Keras 2 dialect.
        described: inputs in order.
    """
    uses = list(_uses(model))
    specs = []
    for position, entry in enumerate(described):
        use = uses[position] if position < len(uses) else _Use()
        specs.append(
            described_input(entry, ids=use.ids, words=use.words, features=use.features, fill=use.fill)
        )
    return specs


@dataclass(frozen=True, slots=True)
class _Use:
    """The requirements of one layer on an input: the fields of :class:`InputSpec`."""

    ids: int | None = None
    words: tuple[str, ...] = ()
    features: int | None = None
    fill: float | tuple[float, ...] | None = None


def _uses(model: Model) -> Iterator[_Use]:
    """For each input in order: the smallest embedding, the vocabulary and the sizes that it reaches."""
    if model.topology is Topology.SEQUENTIAL:
        yield _merge(_uses_from(model, None))
        return
    for ref in structure_refs(model.inputs):
        yield _merge(_uses_from(model, ref))


def _merge(uses: Iterator[_Use]) -> _Use:
    found = list(uses)
    return _Use(
        min((use.ids for use in found if use.ids is not None), default=None),
        next((use.words for use in found if use.words), ()),
        next((use.features for use in found if use.features is not None), None),
        next((use.fill for use in found if use.fill is not None), None),
    )


def _uses_from(model: Model, ref: TensorRef | None) -> Iterator[_Use]:
    if model.topology is Topology.SEQUENTIAL:
        for layer in model.layers:
            yield from _use_of(layer, None, None)
            if not _is_transparent(layer):
                return
        return
    pending, seen = [ref] if ref is not None else [], set()
    while pending:
        current = pending.pop()
        for layer in model.layers:
            for number, node in enumerate(layer.nodes):
                if current not in list(node.refs()) or (layer.name, number) in seen:
                    continue
                seen.add((layer.name, number))
                yield from _use_of(layer, node, current)
                if _is_transparent(layer):
                    pending.append(TensorRef(layer.name, number, 0))


def _is_transparent(layer: Layer) -> bool:
    return layer.class_name in PASS_THROUGH and layer.model is None


def _use_of(layer: Layer, node: Node | None, given: TensorRef | None) -> Iterator[_Use]:
    """The requirements of a layer on the tensor in a call."""
    if layer.model is not None:
        entries = list(structure_refs(layer.model.inputs))
        if node is None or layer.model.topology is Topology.SEQUENTIAL:
            yield from _uses(layer.model)
        for entry, ref in zip(entries, structure_refs(node.args) if node else (), strict=False):
            if ref == given:
                yield from _uses_from(layer.model, entry)
        return
    for child in layer.children.values():
        yield from _use_of(child, node, given)
    config = layer.config
    match layer.class_name:
        case "Embedding":
            table = layer.weights.get("embeddings")
            yield _Use(ids=int(table.shape[0] if table is not None else config.get("input_dim", 2)))
        case "CategoryEncoding":
            yield _Use(ids=config.get("num_tokens") or config.get("max_tokens"))
        case "StringLookup" | "TextVectorization" | "IntegerLookup":
            vocabulary = config.get("vocabulary")
            yield _Use(words=tuple(str(w) for w in vocabulary) if isinstance(vocabulary, list) else ())
        case "Normalization":
            mean = layer.weights.get("mean")
            yield _Use(features=int(mean.shape[-1]) if mean is not None and mean.ndim else None)
        case "Masking":
            yield _Use(fill=hidden_value(config))
        case _:
            return
