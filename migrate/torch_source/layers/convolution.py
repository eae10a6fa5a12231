"""Convolutions. PyTorch has the channels in the second place, and pads both sides alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from migrate.capsule.model import Array
from migrate.torch_source.activations import activated
from migrate.torch_source.graph import Shape
from migrate.torch_source.piece import Operand, Piece, Use, call, pair
from migrate.torch_source.windows import Window, for_pad, is_symmetric, same_padding


def convolution(use: Use) -> Piece:
    """``nn.Conv1d``, ``nn.Conv2d``, ``nn.Conv3d``."""
    rank, kernel = use.config["rank"], use.weights["kernel"]
    groups = use.config["groups"]
    window = _window(use, kernel.shape[:rank])
    text, padding, helpers = _padded(use, window)
    made = _conv(rank, kernel.shape[rank] * groups, kernel.shape[-1], window, padding, groups, use)
    # (space…, in, out) becomes (out, in, space…)
    arrays = _with_bias(use, {"weight": np.moveaxis(kernel, (-1, -2), (0, 1))})
    return _result(use, f"{use.attribute}({text})", {"": made}, arrays, helpers)


def depthwise(use: Use) -> Piece:
    """A convolution with one group a channel."""
    kernel = use.weights["kernel"]
    rank = kernel.ndim - 2
    window = _window(use, kernel.shape[:rank])
    text, padding, helpers = _padded(use, window)
    channels, outputs = kernel.shape[rank], kernel.shape[rank] * kernel.shape[-1]
    made = _conv(rank, channels, outputs, window, padding, channels, use)
    arrays = _with_bias(use, {"weight": _depthwise(kernel)})
    return _result(use, f"{use.attribute}({text})", {"": made}, arrays, helpers)


def separable(use: Use) -> Piece:
    """A depthwise convolution without bias, then one of single points."""
    kernel, points = use.weights["depthwise_kernel"], use.weights["pointwise_kernel"]
    rank = kernel.ndim - 2
    window = _window(use, kernel.shape[:rank])
    text, padding, helpers = _padded(use, window)
    channels, between = kernel.shape[rank], kernel.shape[rank] * kernel.shape[-1]
    single = Window((1,) * rank, (1,) * rank, (1,) * rank)
    bias = use.config["use_bias"]
    modules = {
        "depthwise": _conv(rank, channels, between, window, padding, channels, use, bias=False),
        "pointwise": _conv(rank, between, points.shape[-1], single, None, 1, use, bias=bias),
    }
    arrays = {
        "depthwise.weight": _depthwise(kernel),
        "pointwise.weight": np.moveaxis(points, (-1, -2), (0, 1)),
    }
    if bias:
        arrays["pointwise.bias"] = use.weights["bias"]
    inner = f"{use.attribute}_pointwise({use.attribute}_depthwise({text}))"
    return _result(use, inner, modules, arrays, helpers)


def transposed(use: Use) -> Piece:
    """``nn.ConvTranspose2d``; ``same`` cuts the odd place off the end."""
    kernel = use.weights["kernel"]
    rank = kernel.ndim - 2
    window = _window(use, kernel.shape[:rank])
    if use.config.get("output_padding") is not None or set(window.dilation) != {1}:
        raise use.refused("output_padding and dilation of transposed convolutions are not supported")
    same = use.config["padding"] == "same"
    total = [max(k - s, 0) if same else 0 for k, s in zip(window.size, window.strides, strict=True)]
    extra = [max(s - k, 0) for k, s in zip(window.size, window.strides, strict=True)]
    made = call(
        f"nn.ConvTranspose{rank}d",
        kernel.shape[-1],
        kernel.shape[-2],
        pair(window.size),
        stride=None if set(window.strides) == {1} else pair(window.strides),
        padding=pair([t // 2 for t in total]) if any(t // 2 for t in total) else None,
        output_padding=pair(extra) if any(extra) else None,
        bias=None if use.config["use_bias"] else False,
    )
    cut = ", ".join(":-1" if t % 2 else ":" for t in total)
    text = f"{use.attribute}({_channels_first(use)})" + (
        f"[:, :, {cut}]" if any(t % 2 for t in total) else ""
    )
    # (space…, out, in) becomes (in, out, space…)
    arrays = _with_bias(use, {"weight": np.moveaxis(kernel, (-1, -2), (0, 1))})
    return _result(use, text, {"": made}, arrays, ())


def is_channels_first(use: Use) -> bool:
    """Whether Keras itself has the channels in the second place."""
    return bool(use.config.get("data_format") == "channels_first")


def spatial(use: Use) -> Shape:
    """Sizes of the axes that a window moves over."""
    return use.x.shape[2:] if is_channels_first(use) else use.x.shape[1:-1]


def _channels_first(use: Use) -> str:
    return use.x.plain if is_channels_first(use) else use.x.first


def _window(use: Use, size: Sequence[int]) -> Window:
    rank = len(size)
    strides = _per_axis(use.config["strides"], rank)
    dilation = _per_axis(use.config.get("dilation_rate", 1), rank)
    return Window(tuple(size), strides, dilation)


def _per_axis(value: Any, rank: int) -> tuple[int, ...]:
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _padded(use: Use, window: Window) -> tuple[str, Sequence[int] | str | None, tuple[str, ...]]:
    """The expression of the input, the ``padding`` of the module, and helpers."""
    text, padding = _channels_first(use), use.config["padding"]
    if padding == "valid":
        return text, None, ()
    if padding == "causal":
        before = (window.size[0] - 1) * window.dilation[0]
        return (f"F.pad({text}, ({before}, 0))" if before else text), None, ()
    added = same_padding(window, spatial(use))
    if added is None:
        arguments = ", ".join(repr(part) for part in (window.size, window.strides, window.dilation))
        return f"pad_same({text}, {arguments})", None, ("pad_same",)
    if is_symmetric(added):
        return text, [before for before, _ in added] if any(map(any, added)) else None, ()
    if set(window.strides) == {1}:
        return text, "'same'", ()
    return f"F.pad({text}, {for_pad(added)})", None, ()


def _conv(
    rank: int,
    inputs: int,
    outputs: int,
    window: Window,
    padding: Sequence[int] | str | None,
    groups: int,
    use: Use,
    bias: bool | None = None,
) -> str:
    return call(
        f"nn.Conv{rank}d",
        inputs,
        outputs,
        pair(window.size),
        stride=None if set(window.strides) == {1} else pair(window.strides),
        padding=padding if padding is None or isinstance(padding, str) else pair(padding),
        dilation=None if set(window.dilation) == {1} else pair(window.dilation),
        groups=None if groups == 1 else groups,
        bias=None if (use.config["use_bias"] if bias is None else bias) else False,
    )


def _depthwise(kernel: Array) -> Array:
    """(space…, in, multiplier) becomes (in · multiplier, 1, space…)."""
    moved = np.moveaxis(kernel, (-2, -1), (0, 1))
    return moved.reshape(-1, 1, *moved.shape[2:])


def _with_bias(use: Use, arrays: dict[str, Array]) -> dict[str, Array]:
    return {**arrays, "bias": use.weights["bias"]} if use.config["use_bias"] else arrays


def _result(
    use: Use, text: str, modules: dict[str, str], arrays: dict[str, Array], helpers: tuple[str, ...]
) -> Piece:
    first = not is_channels_first(use)
    like: Operand = use.x
    written = activated(use.config["activation"], text, like, use, channels_first=first)
    return Piece(written, modules=modules, arrays=arrays, channels_first=first, helpers=helpers)


LAYERS = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D"), convolution),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), depthwise),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), separable),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), transposed),
}
