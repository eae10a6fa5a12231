"""How much of a model the compared outputs depend on: one backward pass for each case of probes.

The outputs, each set against what a comparison would forgive, are added up with random signs; the gradient of the sum
says how far each number of a weight moves an output, in units of the tolerance. A number is *covered* if a change by
`CHANGE` of its array's size would have been noticed. Branches are counted where the layers meet them: the pieces of
an activation, and steps that a mask keeps or hides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from migrate.capsule.model import Array
from migrate.parity.tolerance import feature_scales, tolerance_for
from migrate.worlds.runner import to_numpy

CHANGE = 0.1
"""Share of an array's typical magnitude that a number is taken to be wrong by."""
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
_TRIED = 16
"""Arrays without a gradient that are tried by a change, a forward pass each."""


@dataclass(slots=True)
class Covered:
    """What the cases of a model have covered so far.

    Attributes:
        arrays: path of a variable to which of its numbers are covered, bool of its shape.
        branches: layer to which of its pieces were met.
    """

    arrays: dict[str, Array] = field(default_factory=dict)
    branches: dict[str, list[bool]] = field(default_factory=dict)

    def meet(self, place: str, found: Sequence[bool]) -> None:
        """Add pieces that were met in one call of a layer."""
        known = self.branches.setdefault(place, [False] * len(found))
        self.branches[place] = [a or bool(b) for a, b in zip(known, found, strict=True)]

    def shares(self) -> dict[str, Any]:
        """Share of covered numbers by path, and of met pieces by layer."""
        return {
            "arrays": {path: float(mask.mean()) if mask.size else 1.0 for path, mask in self.arrays.items()},
            "branches": self.branches,
        }


def cover(
    model: Any,
    forward: Callable[[list[Array]], list[Any]],
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
    with _watching(model, covered):
        for case in cases:
            for path, gradient in _gradients(read, partial(forward, case), tolerance, rng).items():
                unconnected.discard(path)
                _mark(covered.arrays[path], to_numpy(read[path]), gradient)
    # No gradient leads to them: an index or a comparison stands between, or nothing does.
    for path in sorted(unconnected & variables.keys())[:_TRIED]:
        if not covered.arrays[path].any() and _is_noticed(variables[path], forward, cases, tolerance):
            covered.arrays[path][...] = True


def _statistics(model: Any) -> dict[str, Any]:
    """Tensors of Normalization layers under the paths of the variables that they were made of."""
    found: dict[str, Any] = {}
    for layer in model._flatten_layers():
        if type(layer).__name__ == "Normalization" and getattr(layer, "adapt_mean", None) is not None:
            found |= {layer.adapt_mean.path: layer.mean, layer.adapt_variance.path: layer.variance}
    return {path: tensor for path, tensor in found.items() if tf.is_tensor(tensor)}


def _weights(model: Any) -> Iterator[Any]:
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


def _gradients(
    read: Mapping[str, Any],
    run: Callable[[], list[Any]],
    tolerance: tuple[str, float | None],
    rng: np.random.Generator,
) -> dict[str, Any]:
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        for tensor in read.values():
            tape.watch(tensor)
        terms = [_weighted(output, tolerance, rng) for output in run() if output.dtype.is_floating]
        score = tf.add_n(terms) if terms else tf.constant(0.0, tf.float64)
    found = tape.gradient(score, list(read.values()))
    return {path: g for path, g in zip(read, found, strict=True) if g is not None}


def _weighted(output: Any, tolerance: tuple[str, float | None], rng: np.random.Generator) -> Any:
    """An output over what is forgiven in each of its features, added up with random signs and sizes."""
    values = to_numpy(output)
    finite = np.isfinite(values)
    limits = _limits(np.where(finite, values, 0.0), tolerance)
    signs = rng.choice([-1.0, 1.0], values.shape) * rng.uniform(0.5, 1.5, values.shape)
    weights = np.where(finite, signs / limits, 0.0)
    return tf.reduce_sum(tf.where(finite, tf.cast(output, tf.float64), 0.0) * weights)


def _limits(values: Array, tolerance: tuple[str, float | None]) -> Array:
    allowed = tolerance_for(values.dtype, *tolerance)
    return allowed.absolute + allowed.relative * feature_scales(values)


def _mark(mask: Array, weights: Array, gradient: Any) -> None:
    """Set the numbers of an array that a gradient shows to be covered."""
    values = np.abs(weights.astype(np.float64))
    change = CHANGE * np.maximum(values, np.sqrt(np.mean(np.square(values))) if values.size else 0.0)
    change = np.where(change > 0, change, CHANGE)  # an array of zeros: as if it were of ones
    if isinstance(gradient, tf.IndexedSlices):
        rows = to_numpy(gradient.indices)
        moved = np.abs(to_numpy(gradient.values).astype(np.float64)) * change[rows]
        np.logical_or.at(mask, rows, moved > 1.0)
        return
    moved = np.abs(to_numpy(gradient).astype(np.float64)) * change
    mask |= np.nan_to_num(moved, nan=0.0) > 1.0


def _is_noticed(
    variable: Any,
    forward: Callable[[list[Array]], list[Any]],
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
    return bool(np.any(np.abs(safe - np.where(finite, b, 0.0)) > _limits(safe, tolerance)))


@contextmanager
def _watching(model: Any, covered: Covered) -> Iterator[None]:
    """Note which pieces the layers of a model meet, while it runs eagerly."""
    places: set[str] = set()
    with ExitStack() as stack:
        for layer in model._flatten_layers():
            for attribute, pieces in _watched(layer).items():
                place, number = f"{layer.path}/{attribute}", 1
                while place in places:  # layers that were never built have no path but their name
                    place, number = f"{layer.path}_{number}/{attribute}", number + 1
                places.add(place)
                stack.enter_context(_wrapped(layer, attribute, partial(covered.meet, place), pieces))
        yield


def _watched(layer: Any) -> dict[str, Callable[[Any, Any], list[bool]]]:
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


def _pieces(ends: Sequence[float]) -> Callable[[Any, Any], list[bool]]:
    def met(value: Any, _: Any) -> list[bool]:
        piece = np.digitize(to_numpy(value).ravel(), ends)
        return [bool((piece == number).any()) for number in range(len(ends) + 1)]

    return met


def _mask_pieces(_: Any, result: Any) -> list[bool]:
    """Whether steps were kept, steps were hidden, and a whole row was hidden."""
    mask = to_numpy(result)
    return [bool(mask.any()), not mask.all(), bool((~mask).all(axis=-1).any())]


@contextmanager
def _wrapped(
    layer: Any,
    attribute: str,
    meet: Callable[[Sequence[bool]], None],
    pieces: Callable[[Any, Any], list[bool]],
) -> Iterator[None]:
    original = getattr(layer, attribute)

    def call(value: Any, *args: Any, **kwargs: Any) -> Any:
        result = original(value, *args, **kwargs)
        if tf.is_tensor(value) and hasattr(value, "numpy") and result is not None:
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
