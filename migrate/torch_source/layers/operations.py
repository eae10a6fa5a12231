"""Functions of ``keras.ops`` that stand in a graph: sums with constants, masks, what rules wrote for old layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from migrate.torch_source.layers.merging import aligned
from migrate.torch_source.piece import Operand, Piece, Use

Writer = Callable[[Use], Piece]


def _binary(form: str) -> Writer:
    """An operation of two values, of which one may be a number."""

    def write(use: Use) -> Piece:
        if len(use.args) != 2 or use.kwargs:
            raise use.refused("its arguments are not two values")
        tensors = [one for one in use.args if isinstance(one, Operand)]
        if len(tensors) == 2:
            texts, first = aligned(tensors)
            return Piece(form.format(*texts), channels_first=first)
        (tensor,) = tensors
        texts = [one.text if isinstance(one, Operand) else number(one, use) for one in use.args]
        return Piece(form.format(*texts), channels_first=tensor.channels_first)

    return write


def _unary(form: str) -> Writer:
    def write(use: Use) -> Piece:
        if use.kwargs:
            raise use.refused(f"its arguments {sorted(use.kwargs)}")
        return Piece(form.format(use.x.text), channels_first=use.x.channels_first)

    return write


def number(value: Any, use: Use) -> str:
    """A constant as source.

    Raises:
        MigrationError: ``EXP028`` for one that is no single number.
    """
    if isinstance(value, np.ndarray) and value.size == 1 and value.ndim == 0:
        value = value.item()
    if isinstance(value, bool | int | float):
        return repr(value)
    raise use.refused("a constant that is an array")


def _reduced(function: str) -> Writer:
    """A reduction over some axes."""

    def write(use: Use) -> Piece:
        x, axis = use.x, use.config.get("axis")
        if axis is None or use.config.keys() - {"axis", "keepdims", "name"}:
            raise use.refused("a reduction of all axes including the batch, or with another dtype")
        dims = sorted(x.dim(one) for one in (axis if isinstance(axis, list) else [axis]))
        keep = bool(use.config.get("keepdims"))
        dim = str(dims[0]) if len(dims) == 1 else repr(tuple(dims))
        text = f"{x.text}.{function}(dim={dim}{', keepdim=True' if keep else ''})"
        return Piece(text, channels_first=x.channels_first and keep)

    return write


OPERATIONS: Mapping[str, Writer] = {
    "Add": _binary("{} + {}"),
    "Subtract": _binary("{} - {}"),
    "Multiply": _binary("{} * {}"),
    "Divide": _binary("{} / {}"),
    "TrueDivide": _binary("{} / {}"),
    "Power": _binary("{} ** {}"),
    "NotEqual": _binary("{} != {}"),
    "Equal": _binary("{} == {}"),
    "Greater": _binary("{} > {}"),
    "Less": _binary("{} < {}"),
    "Any": _reduced("any"),
    "Mean": _reduced("mean"),
    "Sum": _reduced("sum"),
    "Max": _reduced("amax"),
    "Min": _reduced("amin"),
    "Relu": _unary("F.relu({})"),
    "Relu6": _unary("F.relu6({})"),
    "Sigmoid": _unary("torch.sigmoid({})"),
    "Tanh": _unary("torch.tanh({})"),
    "Softplus": _unary("F.softplus({})"),
    "Silu": _unary("F.silu({})"),
    "HardSigmoid": _unary("F.hardsigmoid({})"),
    "Exp": _unary("torch.exp({})"),
    "Log": _unary("torch.log({})"),
    "Sqrt": _unary("torch.sqrt({})"),
    "Square": _unary("torch.square({})"),
    "Absolute": _unary("torch.abs({})"),
    "Negative": _unary("-{}"),
}
"""By the class of the operation; what has arguments in its constructor reads them from ``config``."""
