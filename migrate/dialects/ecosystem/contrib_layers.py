"""Activations, cosine layers, group normalization and upscaling of keras-contrib 2.0.8 (``keras_contrib/layers``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from migrate.capsule.model import Layer, TensorRef
from migrate.dialects.foreign import Around, Foreign, graph_adapter, refusal, unchanged, weight_of
from migrate.dialects.graph_rewrites import Fragment
from migrate.dialects.shapes import Shape, output_shape
from migrate.findings import Fix, Rule, Severity

_PACKAGE, _PREFIX = "keras-contrib", "keras_contrib"
_SOURCE = ("https://github.com/keras-team/keras-contrib",)
_EPSILON = 1e-7
"""``K.epsilon()``, which a file does not record."""
_SLOPES = frozenset(
    {"alpha_initializer", "beta_initializer", "alpha_constraint", "beta_constraint", "shared_axes"}
)
_CORNERS = ("t_left", "a_left", "t_right", "a_right")
_COSINE = frozenset({"kernel_initializer", "activation", "kernel_constraint", "use_bias"})


def _scaled(fragment: Fragment, suffix: str, x: TensorRef, scale: Any, offset: Any = 0.0) -> TensorRef:
    """``x scale + offset``, each a number or an array that broadcasts against one example."""
    numbers = {key: np.asarray(value).tolist() for key, value in (("scale", scale), ("offset", offset))}
    return fragment.add("Rescaling", suffix, x, numbers)


def _as_stock(layer: Layer, inputs: Sequence[Shape]) -> Shape | None:
    """The shape that the layer gives without its lengths."""
    return output_shape(replace(layer, class_name="Dense" if "units" in layer.config else "Conv2D"), inputs)


def _foreign(
    class_name: str, keys: frozenset[str], roles: tuple[str, ...] = (), *, peculiar: bool = False
) -> Foreign:
    return Foreign(
        _PACKAGE,
        _PREFIX,
        class_name,
        keys=keys,
        roles=lambda layer: roles,
        shape=unchanged,
        unmasked=True,
        peculiar=peculiar,
    )


# Before the others, behind whose operations no size is known any more.
@graph_adapter(
    Rule(
        "ECO134",
        "contrib-group-normalization",
        "GroupNormalization of keras-contrib groups what follows each other in memory, not channels.",
        Severity.SILENT,
        fix=Fix.MANUAL,
        before='{"class_name": "GroupNormalization", "config": {"groups": 2, "axis": -1, "epsilon": 1e-05, …}}',
        after="Reshape to (groups, …), mean, variance and division as operations, gamma and beta as constants, Reshape",
        why="The class has the name and the configuration of the one that Keras has since 2.11, and computes another "
        "thing: it reshapes (rows, columns, channels) to (groups, rows, columns, channels / groups) as the numbers "
        "lie, so that with the channels behind a group is a block of rows. Only files of Keras 2.2 and older, which "
        "record no dtype, can hold it. Training on leaves gamma and beta as they are. A mask that reaches it is "
        "refused: operations lose it.",
        references=_SOURCE,
    ),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "GroupNormalization",
        keys=frozenset(
            {"groups", "axis", "epsilon", "center", "scale", "beta_constraint", "gamma_constraint"}
        ),
        roles=lambda layer: tuple(
            role for role, has in (("gamma", "scale"), ("beta", "center")) if layer.config.get(has, True)
        ),
        shape=unchanged,
        peculiar=False,
        unmasked=True,
        lacks=frozenset({"dtype"}),
    ),
)
def group_normalization(layer: Layer, around: Around) -> Fragment:
    """The groups as the package forms them.

    Raises:
        MigrationError: ``ECO090`` where the size of an example is not known, and for an axis in the middle.
    """
    shape, config = around(0), layer.config
    if shape is None or None in shape[1:]:
        raise refusal(layer, "the size of its input is not known")
    sizes = [int(size or 0) for size in shape[1:]]
    axis, groups = int(config["axis"]) % len(shape), int(config["groups"])
    if axis not in (1, len(shape) - 1):
        raise refusal(layer, f"its axis is {axis}")
    inside = [*sizes]
    inside[axis - 1] //= groups
    fragment = Fragment(layer)
    x = fragment.add("Reshape", "grouped", fragment.input(), {"target_shape": [groups, *inside]})
    over = list(range(2, len(inside) + 2))
    apart = fragment.operation(
        "apart",
        "math.subtract",
        x,
        y=fragment.operation("mean", "math.reduce_mean", x, axis=over, keepdims=True),
    )
    variance = fragment.operation(
        "variance",
        "math.reduce_mean",
        fragment.operation("square", "math.square", apart),
        axis=over,
        keepdims=True,
    )
    padded = fragment.operation("padded", "math.add", variance, y=float(config["epsilon"]))
    x = fragment.operation("normed", "math.truediv", apart, y=fragment.operation("root", "math.sqrt", padded))
    parameters = [groups, *[1] * len(inside)]
    parameters[axis] = inside[axis - 1]
    gamma, beta = (layer.weights.get(role) for role in ("gamma", "beta"))
    scale = 1.0 if gamma is None else gamma.reshape(parameters)
    x = _scaled(fragment, "scaled", x, scale, 0.0 if beta is None else beta.reshape(parameters))
    fragment.add("Reshape", "whole", x, {"target_shape": sizes})
    return fragment


@graph_adapter(
    Rule(
        "ECO133",
        "contrib-activations",
        "PELU, SReLU, SineReLU and Swish of keras-contrib become operations.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "PELU", "config": {"alpha_initializer": …, "shared_axes": [1, 2], …}}',
        after="relu, exp, scales and a sum",
        why="What they learned becomes constants: training on from here leaves the slopes and corners as they are. A "
        "mask that reaches one of them is refused: operations lose it.",
        references=_SOURCE,
    ),
    _foreign("PELU", _SLOPES, ("alpha", "beta"), peculiar=True),
    _foreign("SReLU", frozenset({f"{name}_initializer" for name in _CORNERS}), _CORNERS, peculiar=True),
    _foreign("SineReLU", frozenset({"epsilon"})),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "Swish",
        keys=frozenset({"beta", "trainable"}),
        roles=lambda layer: ("scaling_factor",) if layer.config.get("trainable") else (),
        shape=unchanged,
        unmasked=True,
        peculiar=False,
    ),
)
def activations(layer: Layer, around: Around) -> Fragment:
    """The operations of each activation.

    Raises:
        MigrationError: ``ECO090`` without weights.
    """
    fragment = Fragment(layer)
    _MADE[layer.class_name](layer, fragment, fragment.input())
    return fragment


def _pelu(layer: Layer, fragment: Fragment, x: TensorRef) -> None:
    """``relu(x) alpha / beta + alpha (exp(-relu(-x) / beta) - 1)``."""
    alpha, beta = weight_of(layer, "alpha"), weight_of(layer, "beta")
    above = fragment.operation("above", "nn.relu", x)
    below = fragment.operation("below", "nn.relu", fragment.operation("negative", "math.negative", x))
    curve = fragment.operation("curve", "math.exp", _scaled(fragment, "shrunk", below, -1.0 / beta))
    parts = [_scaled(fragment, "line", above, alpha / beta), _scaled(fragment, "tail", curve, alpha, -alpha)]
    fragment.add("Add", "sum", parts)


def _srelu(layer: Layer, fragment: Fragment, x: TensorRef) -> None:
    """A line with the slope 1 between two corners, and lines with slopes of their own beyond; the right corner is
    ``t_left + |t_right|``."""
    left, left_slope, width, right_slope = (weight_of(layer, role) for role in _CORNERS)
    width = np.abs(width)
    from_left = _scaled(fragment, "from_left", x, 1.0, -left)
    above = fragment.operation("above", "nn.relu", from_left)
    centre = fragment.operation("centre", "math.minimum", above, y=width.tolist())
    below = fragment.operation("below", "nn.relu", fragment.operation("negative", "math.negative", from_left))
    beyond = fragment.operation("beyond", "nn.relu", _scaled(fragment, "from_right", x, 1.0, -(left + width)))
    parts = [
        centre,
        _scaled(fragment, "left", below, -left_slope, left),
        _scaled(fragment, "right", beyond, right_slope),
    ]
    fragment.add("Add", "sum", parts)


def _sine_relu(layer: Layer, fragment: Fragment, x: TensorRef) -> None:
    """``max(epsilon (sin x - cos x), x)``."""
    wave = fragment.add(
        "Subtract",
        "wave",
        [fragment.operation("sine", "math.sin", x), fragment.operation("cosine", "math.cos", x)],
    )
    fragment.add("Maximum", "higher", [_scaled(fragment, "small", wave, float(layer.config["epsilon"])), x])


def _swish(layer: Layer, fragment: Fragment, x: TensorRef) -> None:
    """``x sigmoid(beta x)``; a learned beta is in the configuration as well as among the weights."""
    learned = layer.weights.get("scaling_factor")
    beta = float(layer.config["beta"] if learned is None else learned)
    gate = fragment.add("Activation", "gate", _scaled(fragment, "scaled", x, beta), {"activation": "sigmoid"})
    fragment.add("Multiply", "gated", [x, gate])


_MADE = {
    f"{_PREFIX}>{name}": make
    for name, make in {"PELU": _pelu, "SReLU": _srelu, "SineReLU": _sine_relu, "Swish": _swish}.items()
}


@graph_adapter(
    Rule(
        "ECO135",
        "contrib-cosine",
        "CosineDense and CosineConvolution2D of keras-contrib divide by the lengths of kernel and input.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "CosineConvolution2D", "config": {"filters": 4, "kernel_size": [3, 3], …}}',
        after="Conv2D with the kernel of length 1, divided by the root of what a frozen convolution sums",
        why="The kernel is divided by its own length and stays a weight; training on from it is another "
        "parametrisation. The small number inside the roots is `K.epsilon()`, 1e-7 unless a program set it otherwise.",
        references=_SOURCE,
    ),
    *(
        Foreign(
            _PACKAGE,
            _PREFIX,
            name,
            keys=_COSINE | keys,
            roles=lambda layer: tuple(
                f"{layer.name}_{part}"
                for part in ("W", *(("b",) if layer.config.get("use_bias", True) else ()))
            ),
            shape=_as_stock,
        )
        for name, keys in (
            ("CosineDense", frozenset({"units"})),
            ("CosineConvolution2D", frozenset({"filters"})),
        )
    ),
)
def cosine(layer: Layer, around: Around) -> Fragment:
    """A layer with the kernel of length 1, and the division by the length of its input.

    Raises:
        MigrationError: ``ECO090`` without weights, for channels in front and for full borders.
    """
    config, fragment = layer.config, Fragment(layer)
    kernel, bias = weight_of(layer, f"{layer.name}_W"), layer.weights.get(f"{layer.name}_b")
    length = np.sqrt(
        (kernel**2).sum(axis=tuple(range(kernel.ndim - 1))) + (0 if bias is None else bias**2) + _EPSILON
    )
    arrays = {"kernel": (kernel / length).astype(kernel.dtype)}
    if bias is not None:
        arrays["bias"] = (bias / length).astype(bias.dtype)
    shared = {"use_bias": bias is not None, "activation": "linear"}
    x, inside = fragment.input(), _EPSILON + (0.0 if bias is None else 1.0)
    square = fragment.operation("square", "math.square", x)
    if kernel.ndim == 2:
        made = fragment.add("Dense", "turned", x, {"units": kernel.shape[1], **shared}, arrays)
        total = fragment.operation("total", "math.reduce_sum", square, axis=-1, keepdims=True)
    else:
        if config.get("data_format") == "channels_first" or config.get("padding") not in ("valid", "same"):
            raise refusal(layer, "its channels stand in front, or its borders are full")
        place = {key: config[key] for key in ("kernel_size", "strides", "padding")}
        made = fragment.add("Conv2D", "turned", x, {"filters": kernel.shape[-1], **place, **shared}, arrays)
        ones = {"kernel": np.ones((*kernel.shape[:-1], 1), kernel.dtype)}
        sums = {"filters": 1, **place, "use_bias": False, "activation": "linear", "trainable": False}
        total = fragment.add("Conv2D", "total", square, sums, ones)
    padded = fragment.operation("padded", "math.add", total, y=inside)
    cosines = fragment.operation(
        "cosines", "math.truediv", made, y=fragment.operation("root", "math.sqrt", padded)
    )
    fragment.add("Activation", "activated", cosines, {"activation": config.get("activation") or "linear"})
    return fragment


def _upscaled(layer: Layer, inputs: Any) -> Shape | None:
    batch, rows, columns, channels = inputs[0] if len(inputs[0]) == 4 else (None,) * 4
    factor = int(layer.config["scale_factor"])
    return (
        batch,
        rows and rows * factor,
        columns and columns * factor,
        channels and channels // factor**2,
    )


@graph_adapter(
    Rule(
        "ECO136",
        "contrib-upscaling",
        "SubPixelUpscaling of keras-contrib moves channels to places.",
        Severity.ERROR,
        fix=Fix.MANUAL,
        before='{"class_name": "SubPixelUpscaling", "config": {"scale_factor": 2, "data_format": "channels_last"}}',
        after="depth_to_space as an operation",
        why="It is tf.nn.depth_to_space. With the channels in front it is refused.",
        references=_SOURCE,
    ),
    Foreign(
        _PACKAGE,
        _PREFIX,
        "SubPixelUpscaling",
        keys=frozenset({"scale_factor", "data_format"}),
        shape=_upscaled,
        peculiar=False,
    ),
)
def upscaling(layer: Layer, around: Around) -> Fragment:
    """The operation.

    Raises:
        MigrationError: ``ECO090`` for channels in front.
    """
    if layer.config.get("data_format") == "channels_first":
        raise refusal(layer, "its channels stand in front")
    fragment = Fragment(layer)
    factor = int(layer.config["scale_factor"])
    fragment.operation("places", "nn.depth_to_space", fragment.input(), block_size=factor)
    return fragment
