"""Functions of ``keras`` itself that work on tensors: activations, and layers without weights called as functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migrate.bytecode.api import backend
from migrate.bytecode.api.backend import numbers, shaping
from migrate.bytecode.api.recorder import Recorder
from migrate.bytecode.errors import Refused
from migrate.bytecode.values import UNLISTED, Builtin


def _folded(name: str) -> Callable[..., Any]:
    def call(r: Recorder, inputs: Any) -> Any:
        if len(inputs) < 2:
            raise Refused(f"merges {len(inputs)} tensors")
        total = inputs[0]
        for value in inputs[1:]:
            total = r.tensor(name, total, value)
        return total

    return call


def concatenate(r: Recorder, inputs: Any, axis: int = -1) -> Any:
    """``keras.layers.concatenate``."""
    return shaping.concatenate(r, inputs, axis)


def average(r: Recorder, inputs: Any) -> Any:
    """``keras.layers.average``."""
    return r.tensor("math.truediv", _folded("math.add")(r, inputs), float(len(inputs)))


def linear(r: Recorder, x: Any) -> Any:
    """``keras.activations.linear``."""
    return x


def swish(r: Recorder, x: Any) -> Any:
    """``keras.activations.swish``."""
    return r.tensor("nn.silu", x)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "activations.elu": numbers.elu,
    "activations.hard_sigmoid": numbers.hard_sigmoid,
    "activations.linear": linear,
    "activations.relu": numbers.relu,
    "activations.swish": swish,
    "activations.softmax": numbers.softmax,
    "layers.add": _folded("math.add"),
    "layers.average": average,
    "layers.concatenate": concatenate,
    "layers.maximum": _folded("math.maximum"),
    "layers.minimum": _folded("math.minimum"),
    "layers.multiply": _folded("math.multiply"),
    "layers.subtract": _folded("math.subtract"),
    **{
        f"activations.{name}": backend.FUNCTIONS[name] for name in ("sigmoid", "tanh", "softplus", "softsign")
    },
}


def member(name: str) -> Any:
    """A member of ``keras``; ``UNLISTED`` where it is not on the list."""
    call = _FUNCTIONS.get(name)
    return UNLISTED if call is None else Builtin(f"keras.{name}", call)


NAMES = frozenset(_FUNCTIONS)
"""Names of members, below ``keras``."""
