"""Convolution and pooling called as functions: TensorFlow's strides, padding and data formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from keras import ops

from migrate.findings import MigrationError
from migrate.worlds.guest.framework_types import Functions, Padding, Tensor, Window

_FORMATS = {"NWC": "last", "NHWC": "last", "NDHWC": "last", "NCW": "first", "NCHW": "first", "NCDHW": "first"}


def _data_format(value: str | None) -> str:
    return f"channels_{_FORMATS[value or 'NHWC']}"


def _spatial(value: Window, rank: int, data_format: str, default: int = 1) -> int | tuple[int, ...]:
    """Window arguments come as one number, one per spatial axis, or one per axis of the tensor.

    Equal numbers become one: a tuple comes back from a saved file as a list, which some kernels refuse.
    """
    if value is None:
        return default
    flat = [int(v) for v in np.ravel(value)]
    if len(flat) == rank + 2:
        flat = flat[1:-1] if data_format == "channels_last" else flat[2:]
    return flat[0] if len(set(flat)) == 1 else tuple(flat)


def _padding(value: Padding) -> str:
    if isinstance(value, str) and value.upper() in ("SAME", "VALID"):
        return value.lower()
    raise MigrationError("CFG061", f"a convolution with the padding {value!r} has no counterpart")


def _explicit(padding: Padding, numbers: Sequence[int] | None) -> list[list[int]] | None:
    """Borders that are given as numbers: one pair for each axis of the tensor."""
    if isinstance(padding, list | tuple):
        return [[int(a), int(b)] for a, b in padding]
    if padding == "EXPLICIT" and numbers is not None:
        return [[int(a), int(b)] for a, b in zip(numbers[::2], numbers[1::2], strict=True)]
    return None


def _turned(value: Tensor, data_format: str, apply: Callable[[Tensor], Tensor]) -> Tensor:
    """``apply`` over channels last, the only layout that every kernel for processors knows."""
    if data_format == "channels_last":
        return apply(value)
    rank = len(value.shape)
    made = apply(ops.transpose(value, (0, *range(2, rank), 1)))
    return ops.transpose(made, (0, rank - 1, *range(1, rank - 1)))


def conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: Window = None,
    padding: Padding = "VALID",
    data_format: str | None = None,
    dilations: Window = None,
    explicit_paddings: Sequence[int] | None = None,
) -> Tensor:
    """``tf.nn.conv1d``, ``conv2d``, ``conv3d`` and ``convolution``."""
    rank, form = len(inputs.shape) - 2, _data_format(data_format)
    border = _explicit(padding, explicit_paddings)
    if border is not None:
        inputs, padding = ops.pad(inputs, border), "VALID"
    options = {
        "strides": _spatial(strides, rank, form),
        "padding": _padding(padding),
        "dilation_rate": _spatial(dilations, rank, form),
        "data_format": "channels_last",
    }
    return _turned(inputs, form, lambda value: ops.conv(value, kernel, **options))


def depthwise_conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: Window = None,
    padding: Padding = "VALID",
    data_format: str | None = None,
    dilations: Window = None,
    explicit_paddings: Sequence[int] | None = None,
) -> Tensor:
    """``tf.nn.depthwise_conv2d``."""
    form = _data_format(data_format)
    border = _explicit(padding, explicit_paddings)
    if border is not None:
        inputs, padding = ops.pad(inputs, border), "VALID"
    options = {
        "strides": _spatial(strides, 2, form),
        "padding": _padding(padding),
        "dilation_rate": _spatial(dilations, 2, form),
        "data_format": "channels_last",
    }
    return _turned(inputs, form, lambda value: ops.depthwise_conv(value, kernel, **options))


def separable_conv(
    inputs: Tensor,
    depthwise_kernel: Tensor,
    pointwise_kernel: Tensor,
    strides: Window = None,
    padding: Padding = "VALID",
    data_format: str | None = None,
    dilations: Window = None,
) -> Tensor:
    """``tf.nn.separable_conv2d``."""
    deep = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilations)
    return conv(deep, pointwise_kernel, 1, "VALID", data_format)


def _pool(
    function: Callable[..., Tensor],
    value: Tensor,
    size: Window,
    strides: Window,
    padding: Padding,
    data_format: str | None,
) -> Tensor:
    rank, form = len(value.shape) - 2, _data_format(data_format)
    window = _spatial(size, rank, form)
    steps = _spatial(strides, rank, form)
    options = {"strides": steps, "padding": _padding(padding), "data_format": "channels_last"}
    return _turned(value, form, lambda turned: function(turned, window, **options))


def max_pool(
    value: Tensor,
    size: Window,
    strides: Window = None,
    padding: Padding = "VALID",
    data_format: str | None = None,
) -> Tensor:
    """``tf.nn.max_pool``."""
    return _pool(ops.max_pool, value, size, strides, padding, data_format)


def avg_pool(
    value: Tensor,
    size: Window,
    strides: Window = None,
    padding: Padding = "VALID",
    data_format: str | None = None,
) -> Tensor:
    """``tf.nn.avg_pool``."""
    return _pool(ops.average_pool, value, size, strides, padding, data_format)


def pool(
    input: Tensor,
    window_shape: Window,
    pooling_type: str,
    strides: Window = None,
    padding: Padding = "VALID",
    data_format: str | None = None,
    dilations: Window = None,
) -> Tensor:
    """``tf.nn.pool`` without dilation."""
    if dilations is not None and set(np.ravel(dilations)) != {1}:
        raise MigrationError("CFG061", "tf.nn.pool with dilations has no counterpart")
    function = {"MAX": ops.max_pool, "AVG": ops.average_pool}[pooling_type]
    return _pool(function, input, window_shape, strides, padding, data_format)


def bias_add(value: Tensor, bias: Tensor, data_format: str | None = None) -> Tensor:
    """``tf.nn.bias_add``."""
    if _data_format(data_format) == "channels_first":
        ones = [1] * (len(value.shape) - 2)
        bias = (
            np.reshape(bias, [1, -1, *ones])
            if isinstance(bias, np.ndarray)
            else ops.reshape(bias, [1, -1, *ones])
        )
    return ops.add(value, bias)


def depth_to_space(input: Tensor, block_size: int, data_format: str = "NHWC") -> Tensor:
    """``tf.nn.depth_to_space``."""
    return ops.depth_to_space(input, block_size, data_format=_data_format(data_format))


def space_to_depth(input: Tensor, block_size: int, data_format: str = "NHWC") -> Tensor:
    """``tf.nn.space_to_depth``."""
    return ops.space_to_depth(input, block_size, data_format=_data_format(data_format))


FUNCTIONS: Functions = {
    "avg_pool": avg_pool,
    "bias_add": bias_add,
    "conv": conv,
    "depth_to_space": depth_to_space,
    "depthwise_conv": depthwise_conv,
    "max_pool": max_pool,
    "pool": pool,
    "separable_conv": separable_conv,
    "space_to_depth": space_to_depth,
}
