"""Records calls of TensorFlow functions: binds their parameters, infers shapes, refuses what is not listed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from migrate.bytecode.api import arrangements, shapes
from migrate.bytecode.api.shapes import dtype_name
from migrate.bytecode.api.specs import RENAMED, SPECS
from migrate.bytecode.errors import Refused
from migrate.bytecode.graph import DRAWS, Graph
from migrate.bytecode.values import Builtin, DType, Sizes, Tensor, describe, has_tensor, is_number

_IGNORED = frozenset({"name", "out_type", "optimize", "validate_indices", "shift", "layout"})
_RULES = {**shapes.RULES, **arrangements.RULES}
Invoke = Callable[[Any, Sequence[Any], Mapping[str, Any]], Any]


class Recorder:
    """What functions of the allow-list work with.

    Args:
        tensorflow: major version that wrote the function; None where it is not known.
        data_format: of images, where a function takes none; empty where it is not known.
        floatx: dtype of floats.
    """

    def __init__(
        self, *, tensorflow: int | None = None, data_format: str = "channels_last", floatx: str = "float32"
    ) -> None:
        self.graph = Graph()
        self.tensorflow = tensorflow
        self.data_format = data_format
        self.floatx = floatx
        self.invoke: Invoke = _no_call

    def apply(self, builtin: Builtin, args: Sequence[Any], kwargs: Mapping[str, Any], invoke: Invoke) -> Any:
        """Call a function of the allow-list.

        Raises:
            Refused: it does not take these arguments.
        """
        self.invoke = invoke
        signature = _signature(builtin.call)
        try:
            signature.bind(self, *args, **kwargs)
        except TypeError as error:
            raise Refused(f"{builtin.name}: {error}") from error
        try:
            return builtin.call(self, *args, **kwargs)
        except (TypeError, ValueError, IndexError, ArithmeticError) as error:
            # Functions of the list compute with what they are given; what does not fit is the caller's fault.
            raise Refused(f"{builtin.name}: {error}") from error

    def call(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """The result of a function of :data:`.specs.SPECS`: a tensor, a list of them, or numbers made of numbers.

        Raises:
            Refused: it does not take these arguments.
        """
        first, named = self._bound(function, args, kwargs)
        if not has_tensor([first, named]):
            return _computed(function, first, named)
        kind = _RULES[SPECS[function].rule](named, first)
        if isinstance(kind, list):
            return self.graph.add_many(function, first, named, kind)
        return self.graph.add(function, first, named, *kind)

    def tensor(self, function: str, *args: Any, **kwargs: Any) -> Tensor:
        """The same, of a function that has one result and gets a tensor."""
        made = self.call(function, *args, **kwargs)
        if not isinstance(made, Tensor):
            raise Refused(f"tf.{function} gives {describe(made)}")
        return made

    def tensors(self, function: str, *args: Any, **kwargs: Any) -> list[Tensor]:
        """The same, of a function that has several."""
        made = self.call(function, *args, **kwargs)
        if not isinstance(made, list):
            raise Refused(f"tf.{function} gives {describe(made)}")
        return made

    def _bound(
        self, function: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, dict[str, Any]]:
        params = SPECS[function].params
        named = {key: value for key, value in kwargs.items() if key not in _IGNORED and value is not None}
        if len(args) > len(params):
            raise Refused(f"tf.{function} gets {len(args)} arguments")
        for key, value in zip(params, args, strict=False):
            if key in named:
                raise Refused(f"tf.{function} gets {key!r} twice")
            named[key] = value
        for old, new in RENAMED.items():
            if old in named and old not in params:
                if new not in params or new in named:
                    raise Refused(f"tf.{function} has no argument {old!r}")
                named[new] = named.pop(old)
        unknown = [key for key in named if key not in params]
        if unknown:
            raise Refused(f"tf.{function} with {unknown[0]!r} is not on the allow-list")
        if params[0] not in named:
            raise Refused(f"tf.{function} gets no {params[0]!r}")
        has_tensor(list(named.values()))  # refuses arguments that stand for too many elements
        first = named.pop(params[0])
        kept = {key: self.plain(named[key]) for key in params if named.get(key) is not None}
        return self.plain(first), kept

    def plain(self, value: Any) -> Any:
        """An argument as the graph takes it: dtypes by name, shapes as lists.

        Raises:
            Refused: it is no tensor and no constant.
        """
        if isinstance(value, DType) or (
            isinstance(value, Builtin) and value.name.startswith(("np.", "float", "int"))
        ):
            return dtype_name(value)
        if isinstance(value, Sizes):
            return [self.plain(size) for size in value]
        if (
            isinstance(value, Tensor | str | bool | np.ndarray | np.generic)
            or value is None
            or is_number(value)
        ):
            return value
        if isinstance(value, list | tuple):
            return [self.plain(item) for item in value]
        if isinstance(value, dict) and set(value) == {"slice"}:
            return value
        raise Refused(f"passes {describe(value)} to a tensor function")

    def operand(self, value: Any, other: Any) -> Any:
        """One side of an operator; an integer beside a tensor of floats becomes a float, as TensorFlow converts it.

        Raises:
            Refused: it is no number, list of numbers or tensor.
        """
        if not isinstance(value, Tensor | list | tuple | np.ndarray) and not is_number(value):
            raise Refused(f"computes with a tensor and {describe(value)}")
        floats = isinstance(other, Tensor) and other.dtype is not None and "float" in other.dtype
        if floats and is_number(value):
            return float(value)
        return value

    def index(self, value: Tensor, key: Any) -> Tensor:
        """``value[key]``.

        Raises:
            Refused: a part of the key is no integer, slice, ``...``, None or scalar tensor.
        """
        items = key if isinstance(key, tuple) and not isinstance(key, Sizes) else (key,)
        return self.tensor("__operators__.getitem", value, slice_spec=[self._item(item) for item in items])

    def _item(self, item: Any) -> Any:
        if item is None:
            return None
        if item is Ellipsis:
            return "..."
        if isinstance(item, slice):
            parts = [item.start, item.stop, item.step]
            return {"slice": [None if part is None else self._bound_of(part) for part in parts]}
        return self._bound_of(item)

    def _bound_of(self, part: Any) -> Any:
        if isinstance(part, bool) or not isinstance(part, int | np.integer | Tensor):
            raise Refused(f"indexes a tensor with {describe(part)}")
        if isinstance(part, Tensor) and part.shape != ():
            raise Refused("indexes a tensor with a non-scalar tensor")
        return part if isinstance(part, Tensor) else int(part)

    def sizes(self, value: Tensor) -> Sizes:
        """``tf.shape(value)``: known sizes as integers, others as elements of the shape.

        Raises:
            Refused: not even the rank is known.
        """
        if value.shape is None:
            raise Refused("needs the rank of a tensor, which the file does not store")
        return Sizes(
            self.index(self.tensor("shape", value), axis) if size is None else size
            for axis, size in enumerate(value.shape)
        )

    def draw(self, function: str, shape: Any, **kwargs: Any) -> Tensor:
        """A call that draws random numbers of a shape."""
        dims = [size if isinstance(size, Tensor) else int(size) for size in shape]
        static = tuple(None if isinstance(size, Tensor) else size for size in dims)
        assert function in DRAWS
        dtype = dtype_name(kwargs.get("dtype")) or "float32"
        return self.graph.add(function, dims, {k: self.plain(v) for k, v in kwargs.items()}, static, dtype)


_ON_NUMBERS: Mapping[str, Callable[..., Any]] = {
    "math.abs": np.abs,
    "math.add": np.add,
    "math.ceil": np.ceil,
    "math.divide": np.true_divide,
    "math.exp": np.exp,
    "math.floor": np.floor,
    "math.log": np.log,
    "math.maximum": np.maximum,
    "math.minimum": np.minimum,
    "math.multiply": np.multiply,
    "math.negative": np.negative,
    "math.pow": np.power,
    "math.sqrt": np.sqrt,
    "math.square": np.square,
    "math.subtract": np.subtract,
    "math.truediv": np.true_divide,
}
"""Functions that are computed where all arguments are numbers, as TensorFlow folds constants."""


def _computed(function: str, first: Any, named: Mapping[str, Any]) -> Any:
    run = _ON_NUMBERS.get(function)
    given = [first, *named.values()]
    if run is None or not all(is_number(value) for value in given):
        raise Refused(f"tf.{function} of only constants")
    with np.errstate(all="ignore"):
        made = run(*(np.float32(value) if isinstance(value, float) else value for value in given))
    return made.item()


@cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def _no_call(function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    raise Refused(f"calls {describe(function)}")
