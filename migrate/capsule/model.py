"""A model as values: layers, nodes, tensor references and weights by role.

Every configuration dialect is parsed into these records; rules take and return records; both
worlds build from them. They are immutable: a rule that changes something creates a new value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Config = Mapping[str, Any]
"""A layer's own configuration: JSON values only."""


@dataclass(frozen=True, slots=True)
class TensorRef:
    """One output tensor of one call of a layer, inside the model that holds the layer.

    ``node`` counts the calls *inside this model* from 0, also for nested models (Keras 2 files count those
    from 1: keras-team/keras#19509).
    """

    layer: str
    node: int = 0
    tensor: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """One call of a layer: argument structures whose leaves are TensorRefs or JSON constants."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def refs(self) -> Iterator[TensorRef]:
        """Every tensor the call consumes, arguments first."""
        yield from structure_refs(self.args)
        yield from structure_refs(self.kwargs)


class Topology(StrEnum):
    """How the layers of a model are connected."""

    SEQUENTIAL = "sequential"
    FUNCTIONAL = "functional"


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer, with its calls, its weights by role and the layers it wraps.

    Attributes:
        class_name: as the current dialect names it (``Dense``, ``Convolution2D`` before its rule).
        name: unique in its model.
        config: the layer's own arguments; wrapped layers are in ``children`` instead.
        nodes: its calls; empty inside a Sequential model.
        weights: role (``kernel``, ``recurrent_kernel``, ``query/kernel``) to array, shapes as stored.
        children: ``layer``, ``forward_layer``, ``backward_layer``, ``cell``, ``cells/0`` … to wrapped layers.
        model: set when this layer is itself a model.
        registered_name: ``package>Name`` of a registered custom class.
    """

    class_name: str
    name: str
    config: Config = field(default_factory=dict)
    nodes: tuple[Node, ...] = ()
    weights: Mapping[str, Array] = field(default_factory=dict)
    children: Mapping[str, Layer] = field(default_factory=dict)
    model: Model | None = None
    registered_name: str | None = None

    def with_config(self, drop: tuple[str, ...] = (), **changes: Any) -> Layer:
        """The same layer with configuration keys dropped and set."""
        kept = {key: value for key, value in self.config.items() if key not in drop}
        return replace(self, config={**kept, **changes})

    def renamed_class(self, class_name: str) -> Layer:
        """The same layer under another class name."""
        return replace(self, class_name=class_name)


@dataclass(frozen=True, slots=True)
class Model:
    """A Sequential or Functional model.

    ``inputs`` and ``outputs`` are structures (list, dict, single) of TensorRefs; both are None for a
    Sequential model, whose shape comes from its first layer.
    """

    class_name: str
    name: str
    topology: Topology
    layers: tuple[Layer, ...]
    inputs: Any = None
    outputs: Any = None
    trainable: bool = True
    registered_name: str | None = None

    def layer(self, name: str) -> Layer:
        """The layer with that name.

        Raises:
            KeyError: no layer has that name.
        """
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def walk(self, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Layer]]:
        """Every layer with its path of names; wrapped and nested ones come after their owner."""
        for layer in self.layers:
            yield from walk_layer(layer, (*path, layer.name))


def walk_layer(layer: Layer, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Layer]]:
    """A layer and all below it; a child's step in the path is its attribute, ``forward_layer``."""
    yield path, layer
    for attribute, child in layer.children.items():
        yield from walk_layer(child, (*path, attribute))
    if layer.model is not None:
        yield from layer.model.walk(path)


def map_layers(
    model: Model,
    change: Callable[[tuple[str, ...], Layer], Layer],
    path: tuple[str, ...] = (),
) -> Model:
    """The model with ``change`` applied to every layer, innermost first.

    Returns the identical object if nothing changed, so that callers can compare by identity.
    """
    layers = tuple(map_layer(layer, change, (*path, layer.name)) for layer in model.layers)
    if all(new is old for new, old in zip(layers, model.layers, strict=True)):
        return model
    return replace(model, layers=layers)


def map_layer(
    layer: Layer, change: Callable[[tuple[str, ...], Layer], Layer], path: tuple[str, ...]
) -> Layer:
    """One layer with ``change`` applied below it and then to it."""
    children = {a: map_layer(child, change, (*path, a)) for a, child in layer.children.items()}
    if any(children[a] is not child for a, child in layer.children.items()):
        layer = replace(layer, children=children)
    if layer.model is not None:
        inner = map_layers(layer.model, change, path)
        if inner is not layer.model:
            layer = replace(layer, model=inner)
    return change(path, layer)


def structure_refs(structure: Any) -> Iterator[TensorRef]:
    """The TensorRefs among the leaves of nested lists, tuples and dicts, in order."""
    if isinstance(structure, TensorRef):
        yield structure
    elif isinstance(structure, Mapping):
        for key in sorted(structure):  # as tf.nest and Keras 3 flatten a dict
            yield from structure_refs(structure[key])
    elif isinstance(structure, list | tuple):
        for value in structure:
            yield from structure_refs(value)


def map_structure(structure: Any, change: Callable[[TensorRef], Any]) -> Any:
    """The same structure with each TensorRef replaced; constants do not change."""
    if isinstance(structure, TensorRef):
        return change(structure)
    if isinstance(structure, Mapping):
        return {key: map_structure(value, change) for key, value in structure.items()}
    if isinstance(structure, list):
        return [map_structure(value, change) for value in structure]
    if isinstance(structure, tuple):
        return tuple(map_structure(value, change) for value in structure)
    return structure


def count_parameters(layer: Layer) -> int:
    """Number of scalars in a layer's weights and in all below it."""
    return sum(int(np.prod(a.shape)) for _, part in walk_layer(layer, ()) for a in part.weights.values())
