"""Extract a part of a model: one output, and layers whose results are supplied instead of computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from migrate.capsule.model import Layer, Model, TensorRef, structure_refs
from migrate.dialects.graphs import to_functional


@dataclass(frozen=True, slots=True)
class Given:
    """The replacement for a layer: an input with this shape (batch first, None if dynamic) and dtype."""

    shape: tuple[int | None, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class Cut:
    """Identifies a part of a model.

    Attributes:
        within: names of nested models, outermost first; the part is in the last of them.
        output: of the part; None for all outputs of the model.
        given: name of a layer that is called once, and its replacement.
    """

    within: tuple[str, ...] = ()
    output: TensorRef | None = None
    given: Mapping[str, Given] = field(default_factory=dict)


def submodel(model: Model, cut: Cut) -> Model:
    """The part as a separate model; layers keep their names and weights.

    Args:
        model: in any dialect.
        cut: names layers of it.

    Raises:
        KeyError: no layer has that name.
    """
    for name in cut.within:
        inner = model.layer(name).model
        if inner is None:
            raise KeyError(name)
        model = inner
    if cut.output is None and not cut.given:
        return model
    graph = to_functional(model)
    outputs = graph.outputs if cut.output is None else cut.output
    needed = _needed(graph, structure_refs(outputs), cut.given)
    layers = tuple(_cut_layer(layer, cut.given) for layer in graph.layers if layer.name in needed)
    inputs = [TensorRef(layer.name) for layer in layers if layer.class_name == "InputLayer"]
    return replace(graph, layers=layers, inputs=inputs[0] if len(inputs) == 1 else inputs, outputs=outputs)


def _needed(graph: Model, ends: Iterable[TensorRef], given: Mapping[str, Given]) -> set[str]:
    needed: set[str] = set()
    pending = [ref.layer for ref in ends]
    while pending:
        name = pending.pop()
        if name in needed:
            continue
        needed.add(name)
        if name not in given:
            pending += [ref.layer for node in graph.layer(name).nodes for ref in node.refs()]
    return needed


def _cut_layer(layer: Layer, given: Mapping[str, Given]) -> Layer:
    one = given.get(layer.name)
    if one is None:
        return layer
    config = {"batch_input_shape": list(one.shape), "dtype": one.dtype}
    return Layer("InputLayer", layer.name, config)
