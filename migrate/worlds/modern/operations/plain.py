"""Operations of Keras as they are, where others are written out for their faults: to show what these are for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from keras import ops

from migrate.capsule.model import Layer

_PREFIX = "plain."


def plainly(layer: Layer) -> Layer:
    """The same operation by the function of Keras alone."""
    function = str(layer.config["function"]).replace("composite.", f"composite.{_PREFIX}", 1)
    return replace(layer, config={**layer.config, "function": function})


def _argmax(input: Any, axis: Any = None, output_type: str = "int64") -> Any:
    return ops.cast(ops.argmax(input, axis=0 if axis is None else axis), output_type)


def _argmin(input: Any, axis: Any = None, output_type: str = "int64") -> Any:
    return ops.cast(ops.argmin(input, axis=0 if axis is None else axis), output_type)


def _conv_transpose(
    inputs: Any,
    kernel: Any,
    output_shape: Any = None,
    strides: Any = None,
    padding: str = "SAME",
    **others: Any,
) -> Any:
    steps = [int(step) for step in strides] if isinstance(strides, list | tuple) else int(strides or 1)
    inner = steps[1:-1] if isinstance(steps, list) and len(steps) == len(inputs.shape) else steps
    return ops.conv_transpose(inputs, kernel, strides=inner, padding=padding.lower())


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    f"{_PREFIX}argmax": _argmax,
    f"{_PREFIX}argmin": _argmin,
    f"{_PREFIX}conv_transpose": _conv_transpose,
}
