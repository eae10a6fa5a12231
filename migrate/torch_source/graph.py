"""A live Keras 3 model as records: what the source of a PyTorch module is written from.

Tensors are numbers inside their model. In the arguments of a call a tensor is ``{"$tensor": number}``, an array
``{"$array": key}`` of the file that holds the weights; everything else is JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

TENSOR = "$tensor"
ARRAY = "$array"
Shape = tuple[int | None, ...]
"""With the batch dimension first; None for a free size."""


class Tensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shape and dtype of what a call gives."""

    shape: Shape
    dtype: str


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call of a layer or operation; ``outputs`` are numbers of tensors."""

    layer: str
    args: list[Any]
    kwargs: dict[str, Any]
    outputs: list[int]


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A layer or operation.

    Attributes:
        class_name: ``Conv2D``.
        module: of the class, which tells the layer ``Add`` from the operation.
        config: its own arguments; empty for an operation.
        dtype: in which it computes.
        weights: role (``kernel``, ``forward_layer/bias``) to the key of the array.
        children: wrapped layers by attribute (``layer``, ``forward_layer``).
        model: set when the layer is itself a model.
        shared: it is also called outside of this model.
    """

    class_name: str
    module: str
    config: dict[str, Any] = {}
    dtype: str = "float32"
    weights: dict[str, str] = {}
    children: dict[str, Layer] = {}
    model: Graph | None = None
    shared: bool = False

    @property
    def is_operation(self) -> bool:
        """Whether it is a function of ``keras.ops``."""
        return self.module.startswith("keras.src.ops.")


class Graph(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Functional or Sequential model: its calls in an order in which they can be made."""

    class_name: str
    name: str
    inputs: list[int]
    outputs: list[int]
    tensors: list[Tensor]
    calls: list[Call]
    layers: dict[str, Layer]


def tensors_in(structure: Any) -> Iterator[int]:
    """The numbers of the tensors among the leaves of nested lists and mappings, in order."""
    if isinstance(structure, Mapping):
        if TENSOR in structure:
            yield structure[TENSOR]
            return
        for key in sorted(structure):
            yield from tensors_in(structure[key])
    elif isinstance(structure, list | tuple):
        for value in structure:
            yield from tensors_in(value)


def with_leaves(structure: Any, tensor: Callable[[int], Any], array: Callable[[str], Any]) -> Any:
    """The same structure with tensors and arrays replaced by what the two functions make of them."""
    if isinstance(structure, Mapping):
        if TENSOR in structure:
            return tensor(structure[TENSOR])
        if ARRAY in structure:
            return array(structure[ARRAY])
        return {key: with_leaves(value, tensor, array) for key, value in structure.items()}
    if isinstance(structure, list | tuple):
        return [with_leaves(value, tensor, array) for value in structure]
    return structure
