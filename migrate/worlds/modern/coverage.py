"""How much of a model the compared outputs depend on: one backward pass for each case of probes.

Numbers of weights are covered as `migrate.worlds.guest.sensitivity` says. Branches are counted where the layers meet
them: the pieces of an activation, and steps that a mask keeps or hides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TypeAlias, TypeGuard

import keras
import numpy as np
import tensorflow as tf

from migrate.capsule.model import Array
from migrate.worlds.guest.framework_types import LiveLayer, LiveModel, Nested, Tensor, Variable
from migrate.worlds.guest.runner import to_numpy
from migrate.worlds.guest.sensitivity import Covered, gradients_of, limits_of, mark
from migrate.worlds.modern.steps import Steps

PIECES: Mapping[str, tuple[float, ...]] = {
    "celu": (0.0,),
    "elu": (0.0,),
    "hard_sigmoid": (-3.0, 3.0),
    "hard_sigmoid_keras2": (-2.5, 2.5),
    "hard_silu": (-3.0, 3.0),
    "hard_tanh": (-1.0, 1.0),
    "leaky_relu": (0.0,),
    "relu": (0.0,),
    "relu6": (0.0, 6.0),
    "selu": (0.0,),
}
"""Where the pieces of an activation meet (``keras/src/activations/activations.py``)."""
Pieces: TypeAlias = Callable[[object, object], list[bool]]
"""Which pieces were met, from the first argument of a call and its result."""
LARGE = 2_000_000
"""Numbers of weights beyond which the cases end as soon as all are covered."""
_TRIED = 16
"""Arrays without a gradient that are tried by a change, a forward pass each."""


def cover(
    model: LiveModel,
    forward: Callable[[list[Array]], list[Tensor]],
    cases: Sequence[list[Array]],
    covered: Covered,
    tolerance: tuple[str, float | None],
) -> None:
    """Add what cases cover of a live model.

    Args:
        model: built, of Keras layers.
        forward: runs it on one case; a flat list of tensors.
        cases: input arrays by position.
        covered: grows.
        tolerance: precision that the model computes in, and the relative tolerance that the user gave.
    """
    variables = {v.path: v for v in _weights(model)}
    # What the layers read: a Normalization computes with tensors that it made of its variables.
    read = {path: variable.value for path, variable in variables.items()} | _statistics(model)
    for path, tensor in read.items():
        covered.arrays.setdefault(path, np.zeros(tuple(tensor.shape), bool))
    rng = np.random.default_rng(0)
    unconnected = set(read)
    large = sum(mask.size for mask in covered.arrays.values()) > LARGE
    steps = Steps()
    with _watching(model, covered, steps):
        for case in sorted(cases, key=_rows) if large else cases:
            if large and all(mask.all() for mask in covered.arrays.values()):
                break
            for path, gradient in gradients_of(read, partial(forward, case), tolerance, rng, steps).items():
                unconnected.discard(path)
                mark(covered.arrays[path], to_numpy(read[path]), gradient)
    # No gradient leads to them: an index or a comparison stands between, or nothing does.
    for path in sorted(unconnected & variables.keys())[:_TRIED]:
        if not covered.arrays[path].any() and _is_noticed(variables[path], forward, cases, tolerance):
            covered.arrays[path][...] = True


def _rows(case: Sequence[Array]) -> int:
    return sum(array.size for array in case)


def _statistics(model: LiveModel) -> dict[str, Tensor]:
    """Tensors of Normalization layers under the paths of the variables that they were made of."""
    found: dict[str, Tensor] = {}
    for layer in model._flatten_layers():
        if type(layer).__name__ == "Normalization" and getattr(layer, "adapt_mean", None) is not None:
            found |= {layer.adapt_mean.path: layer.mean, layer.adapt_variance.path: layer.variance}
    return {path: tensor for path, tensor in found.items() if tf.is_tensor(tensor)}


def _weights(model: LiveModel) -> Iterator[Variable]:
    """Weights of floats: neither random state nor what a recurrent layer remembers.

    The bias of the keys of an attention is left out: it adds the same number to all arguments of a softmax, which
    changes nothing.
    """
    states = {
        id(state)
        for layer in model._flatten_layers()
        for state in keras.tree.flatten(getattr(layer, "states", None) or [])
    }
    idle = {
        id(layer.key_dense.bias)
        for layer in model._flatten_layers()
        if type(layer).__name__.startswith("MultiHeadAttention") and layer.key_dense.bias is not None
    }
    for variable in model.weights:
        if (
            id(variable) not in states | idle
            and "float" in str(variable.dtype)
            and variable.shape is not None
        ):
            yield variable


def _is_noticed(
    variable: Variable,
    forward: Callable[[list[Array]], list[Tensor]],
    cases: Sequence[list[Array]],
    tolerance: tuple[str, float | None],
) -> bool:
    """Whether an output differs when an array has its opposite sign."""
    old = to_numpy(variable.value)
    before = [[to_numpy(t) for t in forward(case)] for case in cases]
    try:
        variable.assign(np.where(old == 0, 1, -old))
        after = [[to_numpy(t) for t in forward(case)] for case in cases]
    finally:
        variable.assign(old)
    return any(
        _differs(a, b, tolerance)
        for one, other in zip(before, after, strict=True)
        for a, b in zip(one, other, strict=True)
    )


def _differs(a: Array, b: Array, tolerance: tuple[str, float | None]) -> bool:
    if a.shape != b.shape or a.dtype.kind not in "f":
        return not np.array_equal(a, b)
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return True
    safe = np.where(finite, a, 0.0)
    return bool(np.any(np.abs(safe - np.where(finite, b, 0.0)) > limits_of(safe, tolerance)))


@contextmanager
def _watching(model: LiveModel, covered: Covered, steps: Steps) -> Iterator[None]:
    """Note which pieces the layers of a model meet, and what recurrent ones read, while it runs eagerly."""
    places: set[str] = set()
    with ExitStack() as stack:
        for layer in model._flatten_layers():
            for attribute, pieces in _watched(layer).items():
                place, number = f"{layer.path}/{attribute}", 1
                while place in places:  # layers that were never built have no path but their name
                    place, number = f"{layer.path}_{number}/{attribute}", number + 1
                places.add(place)
                stack.enter_context(_wrapped(layer, attribute, partial(covered.meet, place), pieces))
            if isinstance(layer, keras.layers.RNN):
                stack.enter_context(_read(layer, steps, partial(covered.meet, f"{layer.path}/steps")))
        yield


def _watched(layer: LiveLayer) -> dict[str, Pieces]:
    """Attribute of a layer to what tells its pieces from the first argument and the result."""
    kind, found = type(layer).__name__, {}
    if kind == "ReLU":
        ends = (layer.threshold,) if layer.max_value is None else (layer.threshold, layer.max_value)
        found["call"] = _pieces(ends)
    elif kind in ("LeakyReLU", "PReLU", "ELU"):
        found["call"] = _pieces((0.0,))
    # A recurrent layer hands on the one of its cell, which is a layer of its own.
    name = getattr(vars(layer).get("activation"), "__name__", "")
    if name in PIECES:
        found["activation"] = _pieces(PIECES[name])
    if kind == "Masking" or (kind == "Embedding" and getattr(layer, "mask_zero", False)):
        found["compute_mask"] = _mask_pieces
    return found


def _pieces(ends: Sequence[float]) -> Pieces:
    def met(value: object, _: object) -> list[bool]:
        piece = np.digitize(to_numpy(value).ravel(), ends)
        return [bool((piece == number).any()) for number in range(len(ends) + 1)]

    return met


def _mask_pieces(_: object, result: object) -> list[bool]:
    """Whether steps were kept, steps were hidden, and a whole row was hidden."""
    mask = to_numpy(result)
    return [bool(mask.any()), not mask.all(), bool((~mask).all(axis=-1).any())]


def is_eager(value: object) -> TypeGuard[Tensor]:
    """Whether a value is a tensor that holds numbers."""
    return bool(tf.is_tensor(value)) and hasattr(value, "numpy")


@contextmanager
def _read(layer: LiveLayer, steps: Steps, meet: Callable[[list[bool]], None]) -> Iterator[None]:
    """Watch the sequences that a recurrent layer is given."""
    original = layer.call

    def call(sequences: Nested, *args: object, **kwargs: object) -> Nested:
        if is_eager(sequences):
            steps.watch(meet, sequences)
        outputs: Nested = original(sequences, *args, **kwargs)
        return outputs

    layer.call = call
    try:
        yield
    finally:
        del layer.call


@contextmanager
def _wrapped(
    layer: LiveLayer,
    attribute: str,
    meet: Callable[[Sequence[bool]], None],
    pieces: Pieces,
) -> Iterator[None]:
    original = getattr(layer, attribute)

    def call(value: Nested, *args: object, **kwargs: object) -> object:
        result: object = original(value, *args, **kwargs)
        if is_eager(value) and result is not None:
            meet(pieces(value, result))
        return result

    own = attribute in vars(layer)
    setattr(layer, attribute, call)
    try:
        yield
    finally:
        if own:
            setattr(layer, attribute, original)
        else:
            delattr(layer, attribute)
