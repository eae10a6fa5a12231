"""Graphs made by hand, as the modern world describes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.torch_source.graph import TENSOR, Call, Graph, Layer, Tensor

Shape = tuple[int | None, ...]


def layer(
    class_name: str, config: dict[str, Any], weights: dict[str, Array] | None = None
) -> tuple[Layer, dict[str, Array]]:
    """A layer and its arrays; keys are made when it is put into a chain."""
    return Layer(class_name, f"keras.src.layers.{class_name.lower()}", config), weights or {}


def chain(
    shapes: list[Shape],
    *layers: tuple[str, tuple[Layer, dict[str, Array]]],
    name: str = "net",
    dtype: str = "float32",
) -> tuple[Graph, dict[str, Array]]:
    """A model whose layers are called one after the other; ``shapes`` begin with the input's."""
    arrays: dict[str, Array] = {}
    records = {"image": Layer("InputLayer", "keras.src.layers.core.input_layer")}
    calls = [Call("image", [], {}, [0])]
    for number, (key, (record, weights)) in enumerate(layers, 1):
        arrays |= {f"{key}|{role}": array for role, array in weights.items()}
        roles = {role: f"{key}|{role}" for role in weights}
        records[key] = Layer(record.class_name, record.module, record.config, record.dtype, roles)
        calls.append(Call(key, [{TENSOR: number - 1}], {}, [number]))
    tensors = [Tensor(shape, dtype if not at else "float32") for at, shape in enumerate(shapes)]
    return Graph("Functional", name, [0], [len(layers)], tensors, calls, records), arrays


def dense(inputs: int, units: int, activation: Any = "linear") -> tuple[Layer, dict[str, Array]]:
    """A Dense layer."""
    kernel = np.arange(inputs * units, dtype=np.float32).reshape(inputs, units)
    config = {"units": units, "use_bias": True, "activation": activation}
    return layer("Dense", config, {"kernel": kernel, "bias": np.zeros(units, np.float32)})


def conv2d(inputs: int, filters: int, size: int, **changes: Any) -> tuple[Layer, dict[str, Array]]:
    """A Conv2D layer without bias."""
    config = {
        "rank": 2, "groups": 1, "strides": [1, 1], "dilation_rate": [1, 1], "padding": "valid", "use_bias": False,
        "activation": "linear", "data_format": "channels_last", **changes,
    }  # fmt: skip
    kernel = np.zeros((size, size, inputs, filters), np.float32)
    return layer("Conv2D", config, {"kernel": kernel})
