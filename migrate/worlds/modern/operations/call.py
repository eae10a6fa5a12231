"""Make one call of an ``Op`` record on live tensors, and name what it made after the record."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias, TypeGuard

import keras
import numpy as np

from migrate.capsule.model import Layer
from migrate.worlds.guest.framework_types import Functions, Tensor
from migrate.worlds.modern.operations import (
    arrays,
    blocks,
    complex_numbers,
    entropies,
    graphs,
    images,
    masks,
    matrices,
    numbers,
    pixels,
    plain,
    scatters,
    shapes,
    signals,
    slices,
    windows,
)
from migrate.worlds.modern.operations.complex_numbers import OF_COMPLEX, PART_BY_PART, Complex
from migrate.worlds.modern.operations.sizes import (
    Arithmetic,
    Dim,
    Shape,
    Size,
    combine,
    concrete,
    larger,
    smaller,
)

Made: TypeAlias = Tensor | Size | Shape | int
"""What a call gives: a tensor, or sizes that only later operations of the graph see."""

COMPOSITES: Functions = {
    **arrays.FUNCTIONS,
    **blocks.FUNCTIONS,
    **complex_numbers.FUNCTIONS,
    **entropies.FUNCTIONS,
    **graphs.FUNCTIONS,
    **images.FUNCTIONS,
    **masks.FUNCTIONS,
    **matrices.FUNCTIONS,
    **numbers.FUNCTIONS,
    **pixels.FUNCTIONS,
    **plain.FUNCTIONS,
    **scatters.FUNCTIONS,
    **shapes.FUNCTIONS,
    **signals.FUNCTIONS,
    **slices.FUNCTIONS,
    **windows.FUNCTIONS,
}
_ON_SIZES: Mapping[str, Arithmetic] = {
    "keras.ops.add": operator.add,
    "keras.ops.subtract": operator.sub,
    "keras.ops.multiply": operator.mul,
    "keras.ops.floor_divide": operator.floordiv,
    "keras.ops.mod": operator.mod,
    "composite.maximum": larger,
    "composite.minimum": smaller,
}
_AS_THEY_ARE = (
    shapes.FUNCTIONS.keys()
    | slices.FUNCTIONS.keys()
    | signals.FUNCTIONS.keys()
    | complex_numbers.FUNCTIONS.keys()
    | {"conv_transpose"}
)
"""Composites that take sizes, or complex numbers, as they are."""
_FOUND = frozenset(f"composite.{name}" for name in masks.FUNCTIONS)
"""Composites that find a tensor of the graph and make none: what made it keeps its name."""
_ARRAY = "$array"


def call_operation(
    record: Layer, args: Sequence[object], kwargs: Mapping[str, object], number: int
) -> list[Made]:
    """Outputs of one call.

    Args:
        record: an ``Op`` layer; its ``function`` is public in Keras or ``composite.…``.
        args: live tensors, sizes and constants.
        kwargs: the same by name.
        number: which call of the record this is.

    Returns:
        Tensors, or :class:`Size`, :class:`Shape` and :class:`Complex` values that only later operations of the
        graph see.
    """
    function = str(record.config["function"])
    dtype = _dtype_of([*args, *kwargs.values()])
    values = [_decode(arg, dtype) for arg in args]
    named = {key: _decode(value, dtype) for key, value in kwargs.items()}
    before = {id(op) for op in _producers([*values, *named.values()])}
    result = _evaluate(function, values, named)
    outputs = _leaves(result)
    if function in _FOUND:
        return outputs
    _name(outputs, before, record.name if number == 0 else f"{record.name}.call_{number}")
    return outputs


def _evaluate(function: str, args: Sequence[object], kwargs: Mapping[str, object]) -> Any:
    everything = [*args, *kwargs.values()]
    if any(isinstance(value, Complex) for value in everything):
        if function in OF_COMPLEX:
            return OF_COMPLEX[function](*args, **kwargs)
        if function in PART_BY_PART and isinstance(args[0], Complex):
            real, imaginary = args[0].real, args[0].imaginary
            return Complex(*(_evaluate(function, [part, *args[1:]], kwargs) for part in (real, imaginary)))
    if function in _ON_SIZES and all(isinstance(value, int | np.ndarray) for value in everything):
        return _ON_SIZES[function](*everything)
    kind, _, name = function.partition(".")
    if kind == "composite" and function not in _ON_SIZES:
        composite = COMPOSITES[name]
        if name in _AS_THEY_ARE:
            return composite(*args, **kwargs)
        return composite(*map(_concrete, args), **{key: _concrete(value) for key, value in kwargs.items()})
    plain = [value for value in everything if isinstance(value, int | Size)]
    if function in _ON_SIZES and len(plain) == len(everything) == 2:
        return combine(_ON_SIZES[function], *plain)
    if function in _ON_SIZES and any(isinstance(value, Shape) for value in everything):
        vectors = [_as_sizes(value) for value in everything]
        if len(vectors) == 2 and all(vectors):
            return _elementwise(_ON_SIZES[function], *vectors)
    if function == "keras.ops.prod" and isinstance(args[0], Shape):
        total: Dim = 1
        for dim in args[0].dims:
            total = combine(operator.mul, total, dim)
        return total
    if kind == "composite":
        return COMPOSITES[name](
            *map(_concrete, args), **{key: _concrete(value) for key, value in kwargs.items()}
        )
    target: Any = keras
    for step in function.removeprefix("keras.").split("."):
        target = getattr(target, step)
    return target(*map(_concrete, args), **{key: _concrete(value) for key, value in kwargs.items()})


def _as_sizes(value: object) -> list[Dim]:
    """A shape, a list or vector of integers, or one size as a list of sizes; empty for anything else."""
    if isinstance(value, Shape):
        return list(value.dims)
    listed = np.ravel(value).tolist() if isinstance(value, np.ndarray) else value
    flat: list[Any] = listed if isinstance(listed, list) else [listed]
    return flat if all(isinstance(item, int | Size) for item in flat) else []


def _elementwise(function: Arithmetic, left: list[Dim], right: list[Dim]) -> Shape:
    length = max(len(left), len(right))
    pairs = zip(left * (length // len(left)), right * (length // len(right)), strict=True)
    return Shape(tuple(combine(function, a, b) for a, b in pairs))


def _concrete(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_concrete(item) for item in value]
    return concrete(value)


def _decode(value: object, dtype: str | None) -> object:
    """Array constants get the dtype of the tensors that they meet: TensorFlow demands that they agree."""
    if isinstance(value, Mapping):
        if set(value) == {_ARRAY}:
            array = np.asarray(value[_ARRAY])
            if array.dtype.kind == "f":
                return array.astype(
                    dtype if dtype and "float" in dtype and dtype != "bfloat16" else "float32"
                )
            return array.astype(dtype) if dtype and dtype != "bool" and array.dtype.kind == "i" else array
        return {key: _decode(item, dtype) for key, item in value.items()}
    if isinstance(value, list):
        return [_decode(item, dtype) for item in value]
    return value


def _dtype_of(values: Sequence[object]) -> str | None:
    for value in keras.tree.flatten(values):
        if _is_tensor(value):
            return str(keras.backend.standardize_dtype(value.dtype))
    return None


def _is_tensor(value: object) -> TypeGuard[Any]:
    return isinstance(value, keras.KerasTensor)


def _leaves(result: Any) -> list[Made]:
    if isinstance(result, list | tuple):
        return [leaf for item in result for leaf in _leaves(item)]
    return [result]


def _parts(values: Sequence[object]) -> Iterator[Any]:
    """The values, complex ones as their two tensors."""
    for value in values:
        yield from (value.real, value.imaginary) if isinstance(value, Complex) else (value,)


def _producers(values: Sequence[object]) -> Iterator[Any]:
    for value in _parts(keras.tree.flatten(values)):
        if _is_tensor(value):
            yield value._keras_history.operation
        elif isinstance(value, Size) and value.source is not None:
            yield from _producers([value.source[0]])
        elif isinstance(value, Shape):
            yield from _producers(list(value.dims))


def _name(outputs: Sequence[Made], before: set[int], name: str) -> None:
    """Name the new operations after the record, so that reports and output names keep the old words."""
    last = [t._keras_history.operation for t in _parts(outputs) if _is_tensor(t)]
    made: dict[int, Any] = {}
    pending = list(dict.fromkeys(last))
    while pending:
        current = pending.pop()
        if id(current) in before or id(current) in made or not hasattr(current, "_inbound_nodes"):
            continue
        if isinstance(current, keras.layers.InputLayer):
            continue
        made[id(current)] = current
        for node in current._inbound_nodes:
            pending += [t._keras_history.operation for t in node.input_tensors]
    final = made.get(id(last[0])) if last and len({id(op) for op in last}) == 1 else None
    others = [op for op in made.values() if op is not final]
    for position, op in enumerate(reversed(others)):
        op.name = f"{name}.{position + 1}"
    if final is not None:
        final.name = name
