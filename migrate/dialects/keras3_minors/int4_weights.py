"""The variables of an int4 layer as those of an int8 layer or of one without quantization.

Source: ``_int4_build`` and ``_int4_call`` of Dense, EinsumDense and Embedding in Keras 3.11 to 3.15. Variables come in
the order of ``variable_serialization_spec``: kernel, bias if there is one, scale, and where blocks are scaled their
zeros and the number of the block of each input.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from migrate.capsule.model import Array
from migrate.dialects.keras3_minors.archives import Config, inside
from migrate.dialects.keras3_minors.packing import Packing, unpacked

Weights = Callable[[Sequence[Array]], list[Array] | None]
"""From the variables of a layer to those of the layer in its place; None where they are not as expected."""
_IN_BLOCKS = 3
"""Variables that say what the weights stand for, where blocks are scaled."""


def of_dense(entry: Config, packing: Packing, *, to_int8: bool) -> Weights | None:
    """For a Dense; None where the archive does not say how many inputs it has."""
    shape, config = _built_with(entry), inside(entry)
    if not shape or shape[-1] is None:
        return None
    paired_inputs = packing is Packing.BY_INPUTS
    count = int(shape[-1]) if paired_inputs else int(config["units"])
    bias = 1 if config.get("use_bias", True) else 0

    def weights(variables: Sequence[Array]) -> list[Array] | None:
        kernel = unpacked(variables[0], count, 0 if paired_inputs else -1)
        if kernel is None or to_int8:
            return None if kernel is None else [kernel, *variables[1:]]
        floats = _written_out(kernel, variables[1 + bias :])
        return None if floats is None else [floats, *variables[1 : 1 + bias]]

    return weights


def of_embedding(entry: Config, *, to_int8: bool) -> Weights:
    """For an Embedding, whose rows every release pairs by their values."""
    count = int(inside(entry)["output_dim"])

    def weights(variables: Sequence[Array]) -> list[Array] | None:
        table = unpacked(variables[0], count, -1)
        if table is None or to_int8:
            return None if table is None else [table, *variables[1:]]
        floats = _written_out(table.T, [part.T for part in variables[1:]])
        return None if floats is None else [np.ascontiguousarray(floats.T)]

    return weights


def of_einsum_as_int8(entry: Config) -> Weights | None:
    """For an EinsumDense up to 3.13, paired along the first axis of its kernel that the equation sums over."""
    _, labels, output = _labels(entry)
    sizes = _sizes(entry)
    summed = [axis for axis, label in enumerate(labels) if label not in output]
    if not summed or labels[summed[0]] not in sizes:
        return None

    def weights(variables: Sequence[Array]) -> list[Array] | None:
        kernel = unpacked(variables[0], sizes[labels[summed[0]]], summed[0])
        return None if kernel is None else [kernel, *variables[1:]]

    return weights


def of_einsum_as_float(entry: Config) -> Weights | None:
    """For an EinsumDense from 3.14 on, kept as a matrix of what the equation sums over by the rest."""
    _, labels, output = _labels(entry)
    sizes = _sizes(entry)
    if any(label not in sizes for label in labels):
        return None
    shape = [sizes[label] for label in labels]
    count = math.prod(sizes[label] for label in labels if label in output)
    bias = 0 if inside(entry).get("bias_axes") is None else 1

    def weights(variables: Sequence[Array]) -> list[Array] | None:
        matrix = unpacked(variables[0], count, -1)
        floats = None if matrix is None else _written_out(matrix, variables[1 + bias :])
        if floats is None or floats.size != math.prod(shape):
            return None
        return [floats.reshape(shape), *variables[1 : 1 + bias]]

    return weights


def _written_out(kernel: Array, parts: Sequence[Array]) -> Array | None:
    """What the weights (inputs, units) stand for: divided by the scale of their unit, or moved and scaled by block.

    None where scale, zero and numbers of blocks are not what and as many as they should be.
    """
    if not parts or parts[0].dtype != np.float32 or parts[0].shape[-1:] != kernel.shape[-1:]:
        return None
    values = kernel.astype(np.float32)
    if len(parts) == 1 and parts[0].ndim == 1:
        return np.ascontiguousarray(values / parts[0])
    if len(parts) != _IN_BLOCKS:
        return None
    scale, zero, numbers = parts
    block = numbers.astype(np.int64)
    if scale.ndim != kernel.ndim or zero.shape != scale.shape or block.shape != kernel.shape[:1]:
        return None
    if not block.size or block.min() < 0 or block.max() >= len(scale):
        return None
    return np.ascontiguousarray((values - zero[block].astype(np.float32)) * scale[block])


def _labels(entry: Config) -> tuple[str, str, str]:
    """Letters of input, kernel and output of an equation. One with dots is quantized by no release."""
    left, _, output = str(inside(entry).get("equation")).partition("->")
    inputs, _, kernel = left.partition(",")
    return inputs, kernel, output


def _sizes(entry: Config) -> dict[str, int]:
    """Sizes by letter, from the shape that the layer was built with and the last ones that it gives."""
    inputs, _, output = _labels(entry)
    given = inside(entry).get("output_shape")
    last = given if isinstance(given, list) else [given]
    known = [
        *zip(reversed(output), reversed(last), strict=False),
        *zip(inputs, _built_with(entry), strict=False),
    ]
    return {label: int(size) for label, size in known if size is not None}


def _built_with(entry: Config) -> Sequence[int | None]:
    """The shape of what a layer was built with; empty where the archive does not say."""
    build = entry.get("build_config")
    shape = build.get("input_shape") if isinstance(build, dict) else None
    return shape if isinstance(shape, list) else []
