"""``keras.backend`` of Keras 1 and 2 on TensorFlow, written as the TensorFlow functions that it called.

Source: ``keras/backend/tensorflow_backend.py`` of 1.2.2, 2.0.8, 2.2.4 and 2.3.1, ``keras/backend.py`` of 2.15.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from migrate.bytecode.api import products, tensorflow
from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.api.shapes import dtype_name
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import UNLISTED, Builtin, Module, Sizes, Tensor, describe, is_number, truth

EPSILON = 1e-7
"""``K.epsilon()`` unless the author changed it."""


def _tensor(value: Any, what: str) -> Tensor:
    if not isinstance(value, Tensor):
        raise Refused(f"{what} of {describe(value)}")
    return value


def int_shape(r: Recorder, x: Any) -> Any:
    """``K.int_shape``."""
    found = _tensor(x, "K.int_shape").shape
    if found is None:
        raise Refused("needs the shape of a tensor that the file does not tell")
    return tuple(found)


def shape(r: Recorder, x: Any) -> Any:
    """``K.shape``."""
    return r.sizes(_tensor(x, "K.shape"))


def ndim(r: Recorder, x: Any) -> int:
    """``K.ndim``."""
    return _tensor(x, "K.ndim").rank


def dtype(r: Recorder, x: Any) -> str:
    """``K.dtype``."""
    found = _tensor(x, "K.dtype").dtype
    if found is None:
        raise Refused("needs the dtype of a tensor that the file does not tell")
    return found


def _unary(name: str) -> Callable[..., Any]:
    def call(r: Recorder, x: Any) -> Any:
        return r.tensor(name, _tensor(x, f"tf.{name}"))

    return call


def _binary(name: str) -> Callable[..., Any]:
    def call(r: Recorder, x: Any, y: Any) -> Any:
        if not isinstance(x, Tensor) and not isinstance(y, Tensor):
            raise Refused(f"tf.{name} of numbers alone")
        return r.tensor(name, r.operand(x, y), r.operand(y, x))

    return call


def _reduction(name: str) -> Callable[..., Any]:
    def call(r: Recorder, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
        value = _tensor(x, f"tf.{name}")
        if value.dtype == "bool" and name in ("math.reduce_mean", "math.reduce_std", "math.reduce_variance"):
            value = r.tensor("cast", value, dtype="float32")
        if value.dtype is None and name == "math.reduce_mean":
            raise Refused("the mean of a tensor whose dtype the file does not tell")
        return r.tensor(
            name, value, axis=list(axis) if isinstance(axis, tuple) else axis, keepdims=bool(keepdims)
        )

    return call


def logical(name: str) -> Callable[..., Any]:
    """``K.any``, ``K.all``: of anything, as booleans."""

    def call(r: Recorder, x: Any, axis: Any = None, keepdims: Any = False) -> Any:
        return r.tensor(name, r.tensor("cast", x, dtype="bool"), axis=axis, keepdims=bool(keepdims))

    return call


def _arg(name: str) -> Callable[..., Any]:
    def call(r: Recorder, x: Any, axis: int = -1) -> Any:
        return r.tensor(name, x, axis=axis)

    return call


def cumulative(name: str) -> Callable[..., Any]:
    """``K.cumsum``, ``K.cumprod``."""

    def call(r: Recorder, x: Any, axis: int = 0) -> Any:
        return r.tensor(name, x, axis=axis)

    return call


def sqrt(r: Recorder, x: Any) -> Any:
    """``K.sqrt``: of what is not below zero."""
    return r.tensor("math.sqrt", r.tensor("math.maximum", _tensor(x, "K.sqrt"), 0.0))


def clip(r: Recorder, x: Any, min_value: Any = None, max_value: Any = None) -> Any:
    """``K.clip``; a maximum below the minimum is the minimum, none is infinity."""
    value = _tensor(x, "K.clip")
    if max_value is not None and min_value is not None and is_number(min_value) and is_number(max_value):
        max_value = max(max_value, min_value)
    if min_value is not None and (not is_number(min_value) or np.isfinite(min_value)):
        value = r.tensor("math.maximum", value, r.operand(min_value, value))
    if max_value is not None and (not is_number(max_value) or np.isfinite(max_value)):
        value = r.tensor("math.minimum", value, r.operand(max_value, value))
    return value


def l2_normalize(r: Recorder, x: Any, axis: Any = None) -> Any:
    """``K.l2_normalize``."""
    return r.tensor("math.l2_normalize", x, axis=axis)


def concatenate(r: Recorder, tensors: Any, axis: int = -1) -> Any:
    """``K.concatenate``."""
    if all(isinstance(value, Sizes | tuple | list) for value in tensors):
        return tensorflow.concat(r, tensors, axis)
    rank = next(
        (value.rank for value in tensors if isinstance(value, Tensor) and value.shape is not None), None
    )
    return r.tensor("concat", list(tensors), axis if rank is None else axis % rank)


def flatten(r: Recorder, x: Any) -> Any:
    """``K.flatten``."""
    return r.tensor("reshape", _tensor(x, "K.flatten"), [-1])


def batch_flatten(r: Recorder, x: Any) -> Any:
    """``K.batch_flatten``."""
    sizes = _tensor(x, "K.batch_flatten").shape
    if sizes is None or None in sizes[1:]:
        raise Refused("K.batch_flatten of a tensor whose sizes are not known")
    return r.tensor("reshape", x, [-1, int(np.prod(sizes[1:]))])  # type: ignore[arg-type]


def squeeze(r: Recorder, x: Any, axis: Any) -> Any:
    """``K.squeeze``."""
    return r.tensor("squeeze", x, [axis])


def expand_dims(r: Recorder, x: Any, axis: int = -1, dim: Any = None) -> Any:
    """``K.expand_dims``; Keras 1 called the axis ``dim``."""
    return r.tensor("expand_dims", x, axis if dim is None else dim)


def permute_dimensions(r: Recorder, x: Any, pattern: Any) -> Any:
    """``K.permute_dimensions``."""
    return r.tensor("transpose", x, list(pattern))


def reverse(r: Recorder, x: Any, axes: Any) -> Any:
    """``K.reverse``."""
    return r.tensor("reverse", x, [axes] if isinstance(axes, int) else list(axes))


def repeat(r: Recorder, x: Any, n: int) -> Any:
    """``K.repeat``: a matrix ``n`` times along a new axis."""
    if _tensor(x, "K.repeat").rank != 2:
        raise Refused("K.repeat of a tensor that is no matrix")
    return r.tensor("tile", r.tensor("expand_dims", x, 1), [1, n, 1])


def repeat_elements(r: Recorder, x: Any, rep: int, axis: int) -> Any:
    """``K.repeat_elements``."""
    return r.tensor("repeat", x, int(rep), axis)


def tile(r: Recorder, x: Any, n: Any) -> Any:
    """``K.tile``."""
    return r.tensor("tile", x, [n] if isinstance(n, int) else list(n))


def one_hot(r: Recorder, indices: Any, num_classes: int | None = None, nb_classes: int | None = None) -> Any:
    """``K.one_hot``."""
    return r.tensor("one_hot", indices, nb_classes if num_classes is None else num_classes, axis=-1)


def gather(r: Recorder, reference: Any, indices: Any) -> Any:
    """``K.gather``."""
    return r.tensor("gather", reference, indices)


def stack(r: Recorder, x: Any, axis: int = 0) -> Any:
    """``K.stack``."""
    return tensorflow.stack(r, x, axis)


def slice_(r: Recorder, x: Any, start: Any, size: Any) -> Any:
    """``K.slice``."""
    return r.tensor("slice", x, list(start), list(size))


def padding(first: int, last: int) -> Callable[..., Any]:
    """``K.temporal_padding``, ``K.spatial_2d_padding``: zeros around the axes from ``first`` on."""

    def call(r: Recorder, x: Any, padding: Any = 1, data_format: Any = None) -> Any:
        value = _tensor(x, "a padding")
        if (data_format or image_data_format(r)) != "channels_last" and last > 1:
            raise Refused("pads images with the channels first")
        pairs = [padding] if last == 1 else list(padding)
        widths = [[w, w] if isinstance(w, int) else list(w) for w in pairs]
        if value.rank != len(widths) + 2:
            raise Refused("pads a tensor of another rank")
        return r.tensor("pad", value, [[0, 0], *widths, [0, 0]])

    return call


def resize_images(
    r: Recorder,
    x: Any,
    height_factor: Any,
    width_factor: Any,
    data_format: Any = None,
    interpolation: str = "nearest",
) -> Any:
    """``K.resize_images``: each pixel repeated."""
    if (data_format or image_data_format(r)) not in ("channels_last", "tf") or interpolation != "nearest":
        raise Refused("K.resize_images with the channels first, or with an interpolation")
    tall = r.tensor("repeat", _tensor(x, "K.resize_images"), int(height_factor), 1)
    return r.tensor("repeat", tall, int(width_factor), 2)


def switch(r: Recorder, condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """``K.switch``; a condition of fewer dimensions covers those that follow."""
    chosen = [
        e if isinstance(e, Tensor) or is_number(e) else r.invoke(e, (), {})
        for e in (then_expression, else_expression)
    ]
    if not isinstance(condition, Tensor):
        return chosen[0] if truth(condition) else chosen[1]
    ranks = [value.rank for value in chosen if isinstance(value, Tensor)]
    for _ in range(max(ranks, default=0) - condition.rank):
        condition = r.tensor("expand_dims", condition, -1)
    return r.tensor("where", condition, *chosen)


def in_train_phase(r: Recorder, x: Any, alt: Any, training: Any = None) -> Any:
    """``K.in_train_phase``: refused, because a graph of operations computes the same in both phases."""
    raise Refused("computes something else while training")


def learning_phase(r: Recorder) -> Any:
    """``K.learning_phase``: refused for the same reason."""
    raise Refused("asks whether the model is training")


def relu(r: Recorder, x: Any, alpha: Any = 0.0, max_value: Any = None, threshold: Any = 0.0) -> Any:
    """``K.relu``."""
    if threshold != 0 or not is_number(alpha):
        raise Refused("K.relu with a threshold")
    value = r.tensor("nn.leaky_relu", x, float(alpha)) if alpha else r.tensor("nn.relu", x)
    return value if max_value is None else r.tensor("math.minimum", value, r.operand(max_value, value))


def elu(r: Recorder, x: Any, alpha: float = 1.0) -> Any:
    """``K.elu``."""
    value = r.tensor("nn.elu", x)
    if alpha == 1:
        return value
    return r.tensor(
        "where", r.tensor("math.greater", x, 0.0), value, r.tensor("math.multiply", value, float(alpha))
    )


def softmax(r: Recorder, x: Any, axis: int = -1) -> Any:
    """``K.softmax``."""
    return r.tensor("nn.softmax", x, axis)


def hard_sigmoid(r: Recorder, x: Any) -> Any:
    """``K.hard_sigmoid``: ``clip(0.2 x + 0.5, 0, 1)``."""
    scaled = r.tensor("math.add", r.tensor("math.multiply", x, 0.2), 0.5)
    return clip(r, scaled, 0.0, 1.0)


def bias_add(r: Recorder, x: Any, bias: Any, data_format: Any = None) -> Any:
    """``K.bias_add``."""
    return r.tensor("math.add", x, bias)


def random_normal(
    r: Recorder,
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = None,
    dtype: Any = None,
    seed: Any = None,
    std: Any = None,
) -> Any:
    """``K.random_normal``; Keras 1 called the deviation ``std``."""
    scale = stddev if stddev is not None else std
    return r.draw("random.normal", shape, mean=mean, stddev=1.0 if scale is None else scale)


def ctc_batch_cost(r: Recorder, y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """``K.ctc_batch_cost``."""
    return r.tensor("keras.backend.ctc_batch_cost", y_true, y_pred, input_length, label_length)


def epsilon(r: Recorder) -> float:
    """``K.epsilon``."""
    return EPSILON


def floatx(r: Recorder) -> str:
    """``K.floatx``."""
    return r.floatx


def image_data_format(r: Recorder) -> str:
    """``K.image_data_format``.

    Raises:
        Refused: the layers of the model do not tell.
    """
    if not r.data_format:
        raise Refused("asks for the order of axes of images, which the layers of the model do not tell")
    return r.data_format


def image_dim_ordering(r: Recorder) -> str:
    """``K.image_dim_ordering`` of Keras 1."""
    return "tf" if image_data_format(r) == "channels_last" else "th"


def backend_name(r: Recorder) -> str:
    """``K.backend``."""
    return "tensorflow"


def constant(r: Recorder, value: Any, dtype: Any = None, shape: Any = None, name: Any = None) -> Any:
    """``K.constant``."""
    return tensorflow.constant(r, value, dtype or r.floatx, shape)


def like(function: str) -> Callable[..., Any]:
    """``K.ones_like``, ``K.zeros_like``."""

    def call(r: Recorder, x: Any, dtype: Any = None, name: Any = None) -> Any:
        return r.tensor(function, x, dtype=dtype_name(dtype))

    return call


_TWINS: Mapping[str, str] = {
    "abs": "math.abs",
    "cos": "math.cos",
    "elu_": "nn.elu",
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
    **{name: _unary(function) for name, function in _TWINS.items()},
    **{name: _binary(f"math.{name}") for name in _PAIRS},
    **{name: _reduction(function) for name, function in _REDUCTIONS.items()},
    "all": logical("math.reduce_all"),
    "any": logical("math.reduce_any"),
    "arange": tensorflow.range_,
    "argmax": _arg("math.argmax"),
    "argmin": _arg("math.argmin"),
    "backend": backend_name,
    "batch_dot": products.batch_dot,
    "batch_flatten": batch_flatten,
    "bias_add": bias_add,
    "cast": tensorflow.cast,
    "clip": clip,
    "concatenate": concatenate,
    "constant": constant,
    "ctc_batch_cost": ctc_batch_cost,
    "cumprod": cumulative("math.cumprod"),
    "cumsum": cumulative("math.cumsum"),
    "dot": products.dot,
    "dtype": dtype,
    "elu": elu,
    "epsilon": epsilon,
    "expand_dims": expand_dims,
    "eye": tensorflow.eye,
    "flatten": flatten,
    "floatx": floatx,
    "gather": gather,
    "hard_sigmoid": hard_sigmoid,
    "identity": tensorflow.identity,
    "image_data_format": image_data_format,
    "image_dim_ordering": image_dim_ordering,
    "in_train_phase": in_train_phase,
    "int_shape": int_shape,
    "l2_normalize": l2_normalize,
    "learning_phase": learning_phase,
    "ndim": ndim,
    "one_hot": one_hot,
    "ones_like": like("ones_like"),
    "permute_dimensions": permute_dimensions,
    "random_normal": random_normal,
    "relu": relu,
    "repeat": repeat,
    "repeat_elements": repeat_elements,
    "reshape": tensorflow.reshape,
    "resize_images": resize_images,
    "reverse": reverse,
    "shape": shape,
    "slice": slice_,
    "softmax": softmax,
    "spatial_2d_padding": padding(1, 2),
    "sqrt": sqrt,
    "squeeze": squeeze,
    "stack": stack,
    "switch": switch,
    "temporal_padding": padding(1, 1),
    "tile": tile,
    "transpose": lambda r, x: r.tensor("transpose", x),
    "zeros_like": like("zeros_like"),
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
