"""``keras.backend`` of Keras 1 and 2 on TensorFlow, written as the TensorFlow functions that it called.

Source: ``keras/backend/tensorflow_backend.py`` of 1.2.2, 2.0.8, 2.2.4 and 2.3.1, ``keras/backend.py`` of 2.15.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migrate.bytecode.api import products, tensorflow
from migrate.bytecode.api.backend import making, numbers, settings, shaping
from migrate.bytecode.values import UNLISTED, Builtin, Module

_TWINS: Mapping[str, str] = {
    "abs": "math.abs",
    "cos": "math.cos",
    "exp": "math.exp",
    "log": "math.log",
    "round": "math.round",
    "sigmoid": "math.sigmoid",
    "sign": "math.sign",
    "sin": "math.sin",
    "softplus": "math.softplus",
    "softsign": "math.softsign",
    "square": "math.square",
    "stop_gradient": "stop_gradient",
    "tanh": "math.tanh",
}
_PAIRS = ["equal", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum", "not_equal", "pow"]
_REDUCTIONS: Mapping[str, str] = {
    "logsumexp": "math.reduce_logsumexp",
    "max": "math.reduce_max",
    "mean": "math.reduce_mean",
    "min": "math.reduce_min",
    "prod": "math.reduce_prod",
    "std": "math.reduce_std",
    "sum": "math.reduce_sum",
    "var": "math.reduce_variance",
}
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **{name: numbers.unary(function) for name, function in _TWINS.items()},
    **{name: numbers.binary(f"math.{name}") for name in _PAIRS},
    **{name: numbers.reduction(function) for name, function in _REDUCTIONS.items()},
    "all": numbers.logical("math.reduce_all"),
    "any": numbers.logical("math.reduce_any"),
    "arange": tensorflow.range_,
    "argmax": numbers.position("math.argmax"),
    "argmin": numbers.position("math.argmin"),
    "backend": settings.backend_name,
    "batch_dot": products.batch_dot,
    "batch_flatten": shaping.batch_flatten,
    "bias_add": numbers.bias_add,
    "cast": tensorflow.cast,
    "clip": numbers.clip,
    "concatenate": shaping.concatenate,
    "constant": making.constant,
    "ctc_batch_cost": numbers.ctc_batch_cost,
    "cumprod": numbers.cumulative("math.cumprod"),
    "cumsum": numbers.cumulative("math.cumsum"),
    "dot": products.dot,
    "dtype": shaping.dtype,
    "elu": numbers.elu,
    "epsilon": settings.epsilon,
    "expand_dims": shaping.expand_dims,
    "eye": tensorflow.eye,
    "flatten": shaping.flatten,
    "floatx": settings.floatx,
    "gather": shaping.gather,
    "hard_sigmoid": numbers.hard_sigmoid,
    "identity": tensorflow.identity,
    "image_data_format": settings.image_data_format,
    "image_dim_ordering": settings.image_dim_ordering,
    "in_train_phase": settings.in_train_phase,
    "int_shape": shaping.int_shape,
    "l2_normalize": numbers.l2_normalize,
    "learning_phase": settings.learning_phase,
    "ndim": shaping.ndim,
    "one_hot": shaping.one_hot,
    "ones_like": making.like("ones_like"),
    "permute_dimensions": shaping.permute_dimensions,
    "random_normal": making.random_normal,
    "relu": numbers.relu,
    "repeat": shaping.repeat,
    "repeat_elements": shaping.repeat_elements,
    "reshape": tensorflow.reshape,
    "resize_images": shaping.resize_images,
    "reverse": shaping.reverse,
    "shape": shaping.shape,
    "slice": shaping.slice_,
    "softmax": numbers.softmax,
    "spatial_2d_padding": shaping.padding(1, 2),
    "sqrt": numbers.sqrt,
    "squeeze": shaping.squeeze,
    "stack": shaping.stack,
    "switch": shaping.switch,
    "temporal_padding": shaping.padding(1, 1),
    "tile": shaping.tile,
    "transpose": lambda r, x: r.tensor("transpose", x),
    "zeros_like": making.like("zeros_like"),
}
"""Members of ``keras.backend``."""


def member(name: str) -> Any:
    """A member of ``keras.backend``; ``UNLISTED`` where it is not on the list."""
    if name == "tf":
        return Module("tf")
    call = FUNCTIONS.get(name)
    return UNLISTED if call is None else Builtin(f"K.{name}", call)


NAMES = frozenset(FUNCTIONS)
"""Names of members."""
