"""Normalisations. Keras' momentum is what is kept, PyTorch's what is taken in."""

from __future__ import annotations

import numpy as np

from migrate.capsule.model import Array
from migrate.torch_source.piece import Operand, Piece, Use, call


def batch_normalization(use: Use) -> Piece:
    """``nn.BatchNorm1d`` to ``3d``; a scale or centre that Keras has not is one or zero."""
    x, axis = use.x, use.config["axis"]
    axis = (axis[0] if isinstance(axis, list) else axis) % x.rank
    if axis not in (1, x.rank - 1):
        raise use.refused(f"it normalises axis {axis}")
    if x.rank > 5 or "mask" in use.kwargs:
        raise use.refused("it gets a mask" if x.rank <= 5 else f"its input has {x.rank} axes")
    first = axis == x.rank - 1 and x.rank > 2
    mean, variance = use.weights["moving_mean"], use.weights["moving_variance"]
    momentum = round(1 - use.config["momentum"], 12)
    scaled = use.config["scale"] or use.config["center"]
    made = call(
        f"nn.BatchNorm{max(x.rank - 2, 1)}d",
        mean.size,
        eps=use.config["epsilon"],
        momentum=momentum,
        affine=None if scaled else False,
    )
    arrays: dict[str, Array] = {"running_mean": mean, "running_var": variance}
    if scaled:
        arrays["weight"] = use.weights.get("gamma", np.ones_like(mean))
        arrays["bias"] = use.weights.get("beta", np.zeros_like(mean))
    arrays["num_batches_tracked"] = np.zeros((), np.int64)
    text = x.first if first else x.plain
    return Piece(f"{use.attribute}({text})", modules={"": made}, arrays=arrays, channels_first=first)


def layer_normalization(use: Use) -> Piece:
    """``nn.LayerNorm`` over the last axes."""
    x, axes = use.x, use.config["axis"]
    axes = sorted(axis % x.rank for axis in (axes if isinstance(axes, list) else [axes]))
    sizes = [x.shape[axis] for axis in axes]
    if axes != list(range(x.rank - len(axes), x.rank)) or None in sizes:
        raise use.refused(f"it normalises the axes {axes} of {x.rank}")
    if use.config.get("rms_scaling"):
        raise use.refused("rms_scaling")
    gamma, beta = use.weights.get("gamma"), use.weights.get("beta")
    arrays: dict[str, Array] = {}
    if gamma is not None or beta is not None:
        shape = (gamma if gamma is not None else beta).shape  # type: ignore[union-attr]
        arrays["weight"] = np.ones(shape, np.float32) if gamma is None else gamma
        if beta is not None:
            arrays["bias"] = beta
    made = call(
        "nn.LayerNorm",
        sizes[0] if len(sizes) == 1 else tuple(sizes),
        eps=use.config["epsilon"],
        elementwise_affine=None if arrays else False,
        bias=False if arrays and beta is None else None,
    )
    return Piece(f"{use.attribute}({x.plain})", modules={"": made}, arrays=arrays)


def group_normalization(use: Use) -> Piece:
    """``nn.GroupNorm``; Keras' -1 groups are one for each channel."""
    x, axis = use.x, use.config["axis"] % use.x.rank
    channels = x.shape[axis]
    if axis not in (1, x.rank - 1) or channels is None:
        raise use.refused(f"it normalises axis {axis}")
    first = axis == x.rank - 1 and x.rank > 2
    groups = channels if use.config["groups"] == -1 else use.config["groups"]
    gamma, beta = use.weights.get("gamma"), use.weights.get("beta")
    arrays: dict[str, Array] = {}
    if gamma is not None or beta is not None:
        arrays["weight"] = np.ones(channels, np.float32) if gamma is None else gamma
        arrays["bias"] = np.zeros(channels, np.float32) if beta is None else beta
    made = call("nn.GroupNorm", groups, channels, eps=use.config["epsilon"], affine=None if arrays else False)
    text = x.first if first else x.plain
    return Piece(f"{use.attribute}({text})", modules={"": made}, arrays=arrays, channels_first=first)


def unit_normalization(use: Use) -> Piece:
    """``F.normalize``; Keras bounds the square of the length by 1e-12, PyTorch the length."""
    axis = use.config["axis"]
    axis = axis if isinstance(axis, list) else [axis]
    if len(axis) != 1:
        raise use.refused(f"it normalises the axes {axis}")
    text = f"F.normalize({use.x.text}, dim={use.x.dim(axis[0])}, eps=1e-6)"
    return Piece(text, channels_first=use.x.channels_first)


def normalization(use: Use) -> Piece:
    """``(x - mean) / max(sqrt(variance), 1e-7)`` with what was adapted, or given, as buffers."""
    x = use.x
    axis = use.config["axis"]
    axes = [] if axis is None else [a % x.rank for a in (axis if isinstance(axis, list) else [axis])]
    if use.config.get("invert") or axes not in ([], [x.rank - 1]):
        raise use.refused("an inverted Normalization, or one over axes other than the last")
    mean, variance = (_statistics(use, name) for name in ("mean", "variance"))
    deviation = np.maximum(np.sqrt(variance), 1e-7)
    shape: tuple[int, ...] = (mean.size,) if axes else ()
    made = f"nn.Buffer(torch.zeros({shape!r}))"
    text = f"({x.plain} - {use.attribute}_mean) / {use.attribute}_deviation"
    return Piece(
        text,
        modules={"mean": made, "deviation": made},
        arrays={"mean": mean.reshape(shape), "deviation": deviation.reshape(shape)},
    )


def _statistics(use: Use, name: str) -> Array:
    found = use.weights.get(name)
    stored = use.config.get(name) if found is None else found
    if stored is None:
        raise use.refused("its statistics are not set")
    return np.asarray(stored, np.float32)


def rescaling(use: Use) -> Piece:
    """``x * scale + offset``."""
    scale, offset = use.config["scale"], use.config["offset"]
    if not all(isinstance(value, int | float) for value in (scale, offset)):
        raise use.refused("its scale or offset is not a number")
    text = f"{_float(use.x)} * {scale!r}" + (f" + {offset!r}" if offset else "")
    return Piece(text, channels_first=use.x.channels_first)


def _float(x: Operand) -> str:
    return x.text if x.dtype == "float32" else f"{x.text}.float()"


LAYERS = {
    "BatchNormalization": batch_normalization,
    "LayerNormalization": layer_normalization,
    "GroupNormalization": group_normalization,
    "UnitNormalization": unit_normalization,
    "Normalization": normalization,
    "Rescaling": rescaling,
}
