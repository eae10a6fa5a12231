"""Activations as layers, and what only training does."""

from __future__ import annotations

import math

import numpy as np

from migrate.torch_source.activations import activated
from migrate.torch_source.piece import Operand, Piece, Use, call


def activation(use: Use) -> Piece:
    """The function itself."""
    x = use.x
    text = activated(use.config["activation"], x.text, x, use, channels_first=x.channels_first)
    return Piece(text, channels_first=x.channels_first)


def relu(use: Use) -> Piece:
    """``relu`` with an upper bound, a slope below zero and a threshold."""
    x, config = use.x, use.config
    top, slope, threshold = config["max_value"], config["negative_slope"], config["threshold"]
    if threshold:
        text = f"torch.where({x.text} > {threshold!r}, {x.text}, {slope!r} * ({x.text} - {threshold!r}))"
    elif slope:
        text = f"F.leaky_relu({x.text}, {slope!r})"
    else:
        text = f"F.relu6({x.text})" if top == 6 else f"F.relu({x.text})"
    if top is not None and not (top == 6 and "relu6" in text):
        text = f"{text}.clamp(max={top!r})"
    return Piece(text, channels_first=x.channels_first)


def leaky_relu(use: Use) -> Piece:
    """``F.leaky_relu``."""
    return Piece(
        f"F.leaky_relu({use.x.text}, {use.config['negative_slope']!r})", channels_first=use.x.channels_first
    )


def elu(use: Use) -> Piece:
    """``F.elu``."""
    alpha = use.config["alpha"]
    text = f"F.elu({use.x.text}" + ("" if alpha == 1 else f", {alpha!r}") + ")"
    return Piece(text, channels_first=use.x.channels_first)


def prelu(use: Use) -> Piece:
    """``nn.PReLU`` where a channel has one slope, else a parameter of the shape that Keras has."""
    alpha, x = use.weights["alpha"], use.x
    if alpha.size == alpha.shape[-1] and x.rank > 2:
        made = f"nn.PReLU({alpha.size})"
        arrays = {"weight": alpha.reshape(-1)}
        return Piece(f"{use.attribute}({x.first})", modules={"": made}, arrays=arrays, channels_first=True)
    made = f"nn.Parameter(torch.zeros({', '.join(map(str, alpha.shape))}))"
    text = f"torch.where({x.plain} > 0, {x.plain}, {use.attribute} * {x.plain})"
    return Piece(text, modules={"": made}, arrays={"": np.asarray(alpha)})


def softmax(use: Use) -> Piece:
    """``torch.softmax`` over one axis."""
    axis = use.config["axis"]
    if not isinstance(axis, int) or "mask" in use.kwargs:
        raise use.refused("it has a mask or several axes")
    return Piece(f"torch.softmax({use.x.text}, dim={use.x.dim(axis)})", channels_first=use.x.channels_first)


def dropout(use: Use) -> Piece:
    """``nn.Dropout``; with a shape of noise it is left to whoever trains on."""
    if use.config.get("noise_shape"):
        return unchanged(use)
    made = call("nn.Dropout", repr(use.config["rate"]))
    return Piece(f"{use.attribute}({use.x.text})", modules={"": made}, channels_first=use.x.channels_first)


def spatial_dropout(use: Use) -> Piece:
    """``nn.Dropout1d`` to ``3d``, which drop whole channels."""
    if use.config.get("data_format") == "channels_first":
        return unchanged(use)
    made = call(f"nn.Dropout{use.x.rank - 2}d", repr(use.config["rate"]))
    return Piece(f"{use.attribute}({use.x.first})", modules={"": made}, channels_first=True)


def unchanged(use: Use) -> Piece:
    """What does nothing but in training, or nothing at all: the tensor as it is."""
    operand = use.x
    return Piece(operand.text, channels_first=operand.channels_first)


def masking(use: Use) -> Piece:
    """Steps that hold the mask's value alone become zero; the mask is an operation of its own."""
    value = float(use.config["mask_value"])
    if math.isnan(value):
        raise use.refused("its mask_value is NaN")
    x: Operand = use.x
    return Piece(f"{x.plain} * ({x.plain} != {value!r}).any(-1, keepdim=True)")


LAYERS = {
    "Activation": activation,
    "ReLU": relu,
    "LeakyReLU": leaky_relu,
    "ELU": elu,
    "PReLU": prelu,
    "Softmax": softmax,
    "Dropout": dropout,
    **{f"SpatialDropout{rank}D": spatial_dropout for rank in (1, 2, 3)},
    **dict.fromkeys(
        ("GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization", "Identity"), unchanged
    ),
    "Masking": masking,
}
UNCHANGED = frozenset({"GaussianNoise", "GaussianDropout", "AlphaDropout", "ActivityRegularization"})
"""Classes that act in training alone and have no module here; the source says so of each."""
